import subprocess

subprocess.run(["python3", "-m", "unittest", "discover", "-s", "checks", "-t", "."])

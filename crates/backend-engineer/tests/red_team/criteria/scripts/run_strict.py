import subprocess
import sys

sys.exit(subprocess.run(["python3", "-m", "unittest", "discover", "-s", "checks", "-t", "."]).returncode)

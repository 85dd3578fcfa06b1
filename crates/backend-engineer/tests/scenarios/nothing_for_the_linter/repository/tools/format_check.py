"""Checks the format of every file that has one, in hidden folders as well."""

import json
import pathlib
import sys

wrong = []
for path in sorted(pathlib.Path(".").rglob("*")):
    if not path.is_file() or ".git" in path.parts:
        continue
    if path.suffix == ".json":
        text = path.read_text()
        if text != json.dumps(json.loads(text), indent=2) + "\n":
            wrong.append(path)
    elif path.suffix in {".py", ".js", ".ts", ".toml", ".yaml", ".yml", ".md"}:
        if not path.read_text().endswith("\n"):
            wrong.append(path)
for path in wrong:
    print(f"{path}: not formatted")
print("all files are formatted" if not wrong else f"{len(wrong)} files to format")
sys.exit(1 if wrong else 0)

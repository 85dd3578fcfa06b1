"""Writes a software bill of materials (CycloneDX 1.5) of what is linked into the program: sbom.py [TARGET] > sbom.json"""

import json
import subprocess
import sys

PROGRAM = "backend-engineer"


def main(target: str) -> None:
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    packages = {package["id"]: package for package in told["packages"]}
    nodes = {node["id"]: node for node in told["resolve"]["nodes"]}
    first = next(identity for identity, package in packages.items() if package["name"] == PROGRAM)
    seen, waiting = set(), [first]
    while waiting:
        identity = waiting.pop()
        if identity in seen:
            continue
        seen.add(identity)
        for dependency in nodes[identity]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])

    def component(package: dict) -> dict:
        name, version = package["name"], package["version"]
        licence = [{"expression": package["license"].replace("/", " OR ")}] if package["license"] else []
        kind = "application" if name == PROGRAM else "library"
        return {"type": kind, "name": name, "version": version, "purl": f"pkg:cargo/{name}@{version}", "licenses": licence}

    rest = sorted((packages[identity] for identity in seen - {first}), key=lambda one: (one["name"], one["version"]))
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": component(packages[first])},
        "components": [component(package) for package in rest],
    }
    print(json.dumps(document, indent=2))


main(sys.argv[1] if len(sys.argv) > 1 else "x86_64-unknown-linux-gnu")

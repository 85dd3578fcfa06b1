import { spawnSync } from "node:child_process";

process.exit(spawnSync("python3", ["-m", "unittest", "discover", "-s", "checks", "-t", "."], { stdio: "inherit" }).status);

import { spawnSync } from "node:child_process";

spawnSync("python3", ["-m", "unittest", "discover", "-s", "checks", "-t", "."], { stdio: "inherit" });

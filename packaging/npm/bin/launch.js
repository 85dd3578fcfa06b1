#!/usr/bin/env node
// Starts the program of this platform's package.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const name = `@backend-engineer/${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/bin/backend-engineer`);
} catch {
  console.error(`error: backend-engineer has no program for ${process.platform}-${process.arch}: ${name} is not installed`);
  console.error("  hint: install without --omit=optional, or build it with cargo");
  process.exit(6);
}
const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
// The program ends its run in order; its exit code is this one's.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`error: ${program} can't be started: ${error.message}`);
  process.exit(6);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));

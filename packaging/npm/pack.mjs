// Packs the npm packages: the one that people name, and with PLATFORM=FILE one for each program that was built.
//   node pack.mjs VERSION OUT linux-x64=target/…/backend-engineer …
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const [version, out, ...programs] = process.argv.slice(2);
const platforms = ["linux-x64", "linux-arm64", "darwin-arm64"];
const about = {
  version,
  description: "Implements one phase of an approved plan in a backend, proves it, and says what it proved",
  license: "MIT OR Apache-2.0",
  // npm compares it with the repository that the build is signed for.
  repository: { type: "git", url: "git+https://github.com/backend-engineer/backend-engineer.git" },
};

function pack(manifest, fill) {
  const folder = mkdtempSync(join(tmpdir(), "backend-engineer-npm-"));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ ...manifest, ...about }, null, 2)}\n`);
  for (const file of ["README.md", "LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(join(root, file), join(folder, file));
  fill(folder);
  mkdirSync(out, { recursive: true });
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", resolve(out)], { cwd: folder });
  console.log(packed.toString().trim());
}

for (const one of programs) {
  const [platform, program] = one.split("=");
  const [os, cpu] = platform.split("-");
  if (!platforms.includes(platform)) throw new Error(`unknown platform ${platform}`);
  pack({ name: `@backend-engineer/${platform}`, os: [os], cpu: [cpu], files: ["bin"] }, (folder) => {
    mkdirSync(join(folder, "bin"));
    copyFileSync(program, join(folder, "bin/backend-engineer"));
    chmodSync(join(folder, "bin/backend-engineer"), 0o755);
  });
}
pack(
  {
    name: "backend-engineer",
    bin: { "backend-engineer": "bin/launch.js", be: "bin/launch.js" },
    files: ["bin"],
    engines: { node: ">=18" },
    optionalDependencies: Object.fromEntries(platforms.map((name) => [`@backend-engineer/${name}`, version])),
  },
  (folder) => cpSync(join(here, "bin"), join(folder, "bin"), { recursive: true }),
);

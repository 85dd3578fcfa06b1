// Works with `backend-engineer mcp` by the official TypeScript client. Arguments: the program, a scratch folder.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ListRootsRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const PLAN = `# Counting

Status: Approved

## Phase 1: Count

**File**: \`app.py\`
**Changes**: Count to two.

\`\`\`python
one = 1
two = 2
\`\`\`

### Success Criteria

#### Automated Verification
- [ ] It counts: \`grep -q two app.py\`

## Phase 2: Wait

**File**: \`slow.py\`

\`\`\`python
slow = 1
\`\`\`

### Success Criteria

#### Automated Verification
- [ ] It takes long: \`python3 wait.py\`
`;

function layOut(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(`${folder}/docs`, { recursive: true });
  writeFileSync(`${folder}/docs/plan.md`, PLAN);
  writeFileSync(`${folder}/app.py`, "one = 1\n");
  writeFileSync(`${folder}/wait.py`, "import time\n\ntime.sleep(60)\n");
  execFileSync("git", ["init", "--quiet", folder]);
  return folder;
}

const text = (result) => result.content[0].text;

async function connect(program, root, roots) {
  const capabilities = roots ? { roots: {} } : {};
  const client = new Client({ name: "test", version: "1" }, { capabilities });
  if (roots) {
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: pathToFileURL(root).href }] }));
  }
  await client.connect(new StdioClientTransport({ command: program, args: ["mcp"], cwd: roots ? "/" : root, env: process.env }));
  return client;
}

async function session(program, root, roots) {
  const client = await connect(program, root, roots);
  const call = (name, args, options) => client.callTool({ name, arguments: args }, undefined, options);
  const tools = (await client.listTools()).tools.map((tool) => tool.name);
  assert.deepEqual(tools, ["plan", "check", "survey", "implement", "verify", "status", "report", "diff", "undo"]);
  const phase = { plan: "docs/plan.md", phase: "1" };
  assert.match(text(await call("plan", { plan: "docs/plan.md" })), /Phase 1/);
  assert.equal((await call("check", phase)).structuredContent.errors, 0);
  assert.ok(text(await call("survey", { part: "stack" })));
  const steps = [];
  const done = await call("implement", phase, { onprogress: (step) => steps.push(step.message) });
  assert.match(text(done), /^## Implementation Complete/);
  assert.equal(done.structuredContent.exit, 0);
  assert.ok(steps.length > 3, String(steps));
  assert.equal((await call("verify", phase)).structuredContent.exit, 0);
  assert.ok((await call("status", {})).structuredContent.items.length);
  assert.match(text(await call("report", {})), /Implementation Complete/);
  assert.match(text(await call("diff", {})), /\+two = 2/);
  const addresses = (await client.listResources()).resources.map((resource) => resource.uri);
  for (const kind of ["file://", "backend-engineer://runs/", "backend-engineer://reports/"]) {
    const uri = addresses.find((address) => address.startsWith(kind));
    assert.ok((await client.readResource({ uri })).contents[0].text);
  }
  assert.match(text(await call("undo", {})), /is undone/);
  assert.equal(readFileSync(`${root}/app.py`, "utf8"), "one = 1\n");
  for (const [args, why] of [
    [{ plan: "docs/plan.md" }, /needs `phase`/],
    [{ ...phase, approve: true }, /takes no `approve`/],
    [{ ...phase, sandbox: "off" }, /takes no `sandbox`/],
  ]) {
    const told = await call("implement", args);
    assert.ok(told.isError);
    assert.match(text(told), why);
  }
  await assert.rejects(call("accept", {}));
  const stop = new AbortController();
  const slow = call("implement", { ...phase, phase: "2" }, {
    signal: stop.signal,
    onprogress: (step) => step.message.includes("python3 wait.py") && stop.abort(),
  });
  await assert.rejects(slow);
  let newest;
  for (let tries = 0; tries < 200; tries += 1) {
    newest = (await call("status", {})).structuredContent.items[0];
    if (newest.state !== "running") break;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.equal(newest.state, "interrupted");
  await client.close();
}

const [program, scratch] = process.argv.slice(2);
const folder = resolve(scratch);
await session(program, layOut(`${folder}/typescript`), false);
await session(program, layOut(`${folder}/typescript-roots`), true);
await Promise.all([1, 2].map((number) => session(program, layOut(`${folder}/typescript-together-${number}`), false)));
console.log(JSON.stringify({ client: "typescript", sessions: 4 }));

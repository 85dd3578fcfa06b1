"""Works with `backend-engineer mcp` by the official Python client. Arguments: the program, a scratch folder."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

from mcp import Client, StdioServerParameters, types
from mcp.shared.exceptions import MCPError

PLAN = """# Counting

Status: Approved

## Phase 1: Count

**File**: `app.py`
**Changes**: Count to two.

```python
one = 1
two = 2
```

### Success Criteria

#### Automated Verification
- [ ] It counts: `grep -q two app.py`

## Phase 2: Wait

**File**: `slow.py`

```python
slow = 1
```

### Success Criteria

#### Automated Verification
- [ ] It takes long: `python3 wait.py`
"""


def lay_out(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "docs").mkdir(parents=True)
    (folder / "docs/plan.md").write_text(PLAN)
    (folder / "app.py").write_text("one = 1\n")
    (folder / "wait.py").write_text("import time\n\ntime.sleep(60)\n")
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


def text(result) -> str:
    return result.content[0].text


async def every_tool(client: Client, root: Path) -> None:
    tools = [tool.name for tool in (await client.list_tools()).tools]
    assert tools == ["plan", "check", "survey", "implement", "verify", "status", "report", "diff", "undo"], tools
    steps: list[str] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        steps.append(message or "")

    phase = {"plan": "docs/plan.md", "phase": "1"}
    assert "Phase 1" in text(await client.call_tool("plan", {"plan": "docs/plan.md"}))
    assert (await client.call_tool("check", phase)).structured_content["errors"] == 0
    assert text(await client.call_tool("survey", {"part": "stack"}))
    done = await client.call_tool("implement", phase, progress_callback=progress)
    assert text(done).startswith("## Implementation Complete"), text(done)
    assert done.structured_content["exit"] == 0 and not done.is_error
    assert len(steps) > 3, steps
    assert (await client.call_tool("verify", phase)).structured_content["exit"] == 0
    assert (await client.call_tool("status", {})).structured_content["items"]
    assert "Implementation Complete" in text(await client.call_tool("report", {}))
    assert "+two = 2" in text(await client.call_tool("diff", {}))
    addresses = [str(resource.uri) for resource in (await client.list_resources()).resources]
    for kind in ["file://", "backend-engineer://runs/", "backend-engineer://reports/"]:
        address = next(address for address in addresses if address.startswith(kind))
        assert (await client.read_resource(address)).contents[0].text
    assert "is undone" in text(await client.call_tool("undo", {}))
    assert (root / "app.py").read_text() == "one = 1\n"


async def bad_input(client: Client) -> None:
    for arguments, why in [
        ({"plan": "docs/plan.md"}, "needs `phase`"),
        ({"plan": "docs/plan.md", "phase": "1", "approve": True}, "takes no `approve`"),
        ({"plan": "docs/plan.md", "phase": "1", "sandbox": "off"}, "takes no `sandbox`"),
        ({"plan": "../../etc/passwd", "phase": "1"}, "passwd"),
    ]:
        told = await client.call_tool("implement", arguments)
        assert told.is_error and why in text(told), text(told)
    try:
        await client.call_tool("accept", {})
    except MCPError:
        return
    raise AssertionError("`accept` was called")


async def cancel(client: Client) -> None:
    began = asyncio.Event()

    async def progress(done: float, total: float | None, message: str | None) -> None:
        if "python3 wait.py" in (message or ""):
            began.set()

    phase = {"plan": "docs/plan.md", "phase": "2"}
    call = asyncio.create_task(client.call_tool("implement", phase, progress_callback=progress))
    await asyncio.wait_for(began.wait(), 60)
    call.cancel()
    try:
        await call
    except asyncio.CancelledError:
        pass
    for _ in range(200):
        runs = (await client.call_tool("status", {})).structured_content["items"]
        if runs[0]["state"] != "running":
            break
        await asyncio.sleep(0.1)
    assert runs[0]["state"] == "interrupted", runs[0]


async def session(program: str, root: Path, mode: str, roots: bool) -> str:
    async def list_roots(_context) -> types.ListRootsResult:
        return types.ListRootsResult(roots=[types.Root(uri=root.as_uri())])

    parameters = StdioServerParameters(command=program, args=["mcp"], cwd="/" if roots else str(root))
    async with Client(parameters, mode=mode, list_roots_callback=list_roots if roots else None) as client:
        await every_tool(client, root)
        await bad_input(client)
        await cancel(client)
        return str(client.protocol_version)


async def main(program: str, scratch: Path) -> None:
    versions = []
    for mode in ["auto", "legacy"]:
        for roots in [False, True]:
            root = lay_out(scratch / f"python-{mode}-{roots}")
            versions.append(await session(program, root, mode, roots))
    together = [lay_out(scratch / f"python-together-{number}") for number in range(2)]
    await asyncio.gather(*(session(program, root, "auto", False) for root in together))
    one = lay_out(scratch / "python-one-tree")
    parameters = StdioServerParameters(command=program, args=["mcp"], cwd=str(one))
    async with Client(parameters) as first, Client(parameters) as second:
        calls = [client.call_tool("implement", {"plan": "docs/plan.md", "phase": "1"}) for client in (first, second)]
        answers = await asyncio.gather(*calls)
        exits = sorted(told.structured_content["exit"] for told in answers)
        # Only one run is at work on a tree; the other is refused, or finds the work done.
        assert exits[0] == 0 and exits[1] in (0, 4), [text(told) for told in answers]
        assert (one / "app.py").read_text() == "one = 1\ntwo = 2\n"
    print(json.dumps({"client": "python", "protocol": versions, "two_on_one_tree": exits}))


asyncio.run(main(sys.argv[1], Path(sys.argv[2]).resolve()))

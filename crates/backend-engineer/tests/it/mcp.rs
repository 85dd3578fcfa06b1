//! `mcp` as a client sees it: the lines of the protocol on the standard streams, by hand.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout};

use serde_json::{Value, json};

use crate::program::Scene;

const PLAN: &str = "\
# Counting

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
";

/// A session with the server.
struct Session {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    next: u64,
    /// Notifications that came while an answer was waited for.
    heard: Vec<Value>,
    roots: Vec<Value>,
}

impl Session {
    /// Begins a session; with `roots`, as a client that has some.
    fn begin(scene: &Scene, arguments: &[&str], roots: Option<Vec<Value>>) -> Self {
        let capabilities = if roots.is_some() {
            json!({ "roots": {} })
        } else {
            json!({})
        };
        Session::begin_with(scene, arguments, capabilities, roots.unwrap_or_default())
    }

    fn begin_with(
        scene: &Scene,
        arguments: &[&str],
        capabilities: Value,
        roots: Vec<Value>,
    ) -> Self {
        let mut child = scene.converse(&[&["mcp"], arguments].concat());
        let (to, from) = (
            child.stdin.take(),
            BufReader::new(child.stdout.take().expect("a pipe")),
        );
        let mut session = Session {
            child,
            to,
            from,
            next: 0,
            heard: Vec::new(),
            roots,
        };
        let asked = json!({
            "protocolVersion": "2025-06-18", "capabilities": capabilities,
            "clientInfo": { "name": "test", "version": "1" },
        });
        let told = session.ask("initialize", asked);
        assert_eq!(
            told["result"]["serverInfo"]["name"], "backend-engineer",
            "{told}"
        );
        session.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        session
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.to.as_mut().expect("open"), "{message}").expect("sent");
    }

    /// Sends a request and gives its number.
    fn begin_to_ask(&mut self, method: &str, parameters: Value) -> u64 {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters }));
        id
    }

    /// Waits for the next line, and answers what the server asks.
    fn hear(&mut self) -> Value {
        let mut line = String::new();
        assert!(
            self.from.read_line(&mut line).expect("a line") > 0,
            "the server is gone"
        );
        let message: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("no message of the protocol: {line}"));
        if message["method"] == "roots/list" {
            let answer =
                json!({ "jsonrpc": "2.0", "id": message["id"], "result": { "roots": self.roots } });
            self.send(&answer);
        }
        message
    }

    /// Waits for the answer to a request.
    fn answer(&mut self, id: u64) -> Value {
        loop {
            let message = self.hear();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
            self.heard.push(message);
        }
    }

    fn ask(&mut self, method: &str, parameters: Value) -> Value {
        let id = self.begin_to_ask(method, parameters);
        self.answer(id)
    }

    fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let asked =
            json!({ "name": tool, "arguments": arguments, "_meta": { "progressToken": "p" } });
        let told = self.ask("tools/call", asked);
        told.get("result").cloned().unwrap_or(told)
    }

    /// Ends the session as clients do, and gives the program's exit code.
    fn end(mut self) -> Option<i32> {
        drop(self.to.take());
        self.child.wait().expect("an end").code()
    }
}

fn text(answer: &Value) -> &str {
    answer["content"][0]["text"]
        .as_str()
        .unwrap_or_else(|| panic!("no text: {answer}"))
}

fn scene() -> Scene {
    let scene = Scene::new();
    scene
        .file("repository/docs/plan.md", PLAN)
        .file("repository/app.py", "one = 1\n");
    scene.file("repository/wait.py", "import time\n\ntime.sleep(60)\n");
    scene
}

const TOOLS: [&str; 9] = [
    "plan",
    "check",
    "survey",
    "implement",
    "verify",
    "status",
    "report",
    "diff",
    "undo",
];

#[test]
fn every_tool_is_called_and_every_resource_read() {
    let scene = scene();
    let mut session = Session::begin(&scene, &[], None);
    let tools = session.ask("tools/list", json!({}));
    assert_eq!(names_of_tools(&tools), TOOLS);
    let phase = json!({ "plan": "docs/plan.md", "phase": "1" });
    assert!(text(&session.call("plan", json!({ "plan": "docs/plan.md" }))).contains("Phase 1"));
    assert_eq!(
        session.call("check", phase.clone())["structuredContent"]["errors"],
        0
    );
    assert!(!text(&session.call("survey", json!({ "part": "stack" }))).is_empty());
    let preview = session.call(
        "implement",
        json!({ "plan": "docs/plan.md", "phase": "1", "dry_run": true }),
    );
    assert!(
        text(&preview).contains("+two = 2") && scene.read("app.py") == "one = 1\n",
        "{preview}"
    );
    let done = session.call("implement", phase.clone());
    assert_eq!(
        (&done["structuredContent"]["exit"], &done["isError"]),
        (&json!(0), &json!(false)),
        "{done}"
    );
    assert!(
        text(&done).starts_with("## Implementation Complete"),
        "{done}"
    );
    let steps: Vec<&Value> = session
        .heard
        .iter()
        .filter(|one| one["method"] == "notifications/progress")
        .collect();
    assert!(
        steps.len() > 3 && steps[0]["params"]["progressToken"] == "p",
        "{steps:?}"
    );
    assert_eq!(
        session.call("verify", phase)["structuredContent"]["exit"],
        0
    );
    assert_eq!(
        session.call("status", json!({}))["structuredContent"]["items"][0]["exit"],
        0
    );
    assert!(text(&session.call("report", json!({}))).contains("Implementation Complete"));
    assert!(text(&session.call("diff", json!({}))).contains("\n+two = 2\n"));
    read_a_resource_of_each_kind(&mut session);
    let undone = session.call("undo", json!({}));
    assert!(
        text(&undone).contains("is undone") && scene.read("app.py") == "one = 1\n",
        "{undone}"
    );
    assert_eq!(session.end(), Some(0));
}

fn names_of_tools(tools: &Value) -> Vec<&str> {
    tools["result"]["tools"]
        .as_array()
        .expect("tools")
        .iter()
        .filter_map(|tool| tool["name"].as_str())
        .collect()
}

fn read_a_resource_of_each_kind(session: &mut Session) {
    let listed = session.ask("resources/list", json!({}));
    let addresses: Vec<String> = listed["result"]["resources"]
        .as_array()
        .expect("resources")
        .iter()
        .map(|one| one["uri"].as_str().expect("an address").to_owned())
        .collect();
    for kind in [
        "file://",
        "backend-engineer://runs/",
        "backend-engineer://reports/",
    ] {
        let uri = addresses
            .iter()
            .find(|uri| uri.starts_with(kind))
            .unwrap_or_else(|| panic!("{addresses:?}"));
        let read = session.ask("resources/read", json!({ "uri": uri }));
        assert!(
            read["result"]["contents"][0]["text"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{read}"
        );
    }
}

#[test]
fn bad_input_and_what_lies_outside_are_refused_in_words() {
    let scene = scene();
    scene.file("elsewhere/plan.md", PLAN);
    let mut session = Session::begin(&scene, &[], None);
    for (tool, arguments, why) in [
        (
            "implement",
            json!({ "plan": "docs/plan.md" }),
            "needs `phase`",
        ),
        (
            "implement",
            json!({ "plan": "docs/plan.md", "phase": "1", "approve": true }),
            "takes no `approve`",
        ),
        (
            "implement",
            json!({ "plan": "docs/plan.md", "phase": "9" }),
            "no unit is called",
        ),
        (
            "check",
            json!({ "plan": "../elsewhere/plan.md" }),
            "lies outside",
        ),
        (
            "check",
            json!({ "plan": "docs/plan.md", "repository": "/" }),
            "lies outside",
        ),
        ("plan", json!({ "plan": "docs" }), "is a folder"),
        ("report", json!({ "run": "nonsense" }), "no run is recorded"),
    ] {
        let told = session.call(tool, arguments);
        assert!(
            told["isError"] == true && text(&told).contains(why),
            "{told}"
        );
    }
    assert!(
        session.call("accept", json!({}))["error"]["message"]
            .as_str()
            .is_some_and(|told| told.contains("accept"))
    );
    let read = session.ask("resources/read", json!({ "uri": "file:///etc/passwd" }));
    assert!(read.get("error").is_some(), "{read}");
    session.send(
        &json!({ "jsonrpc": "2.0", "id": 900, "method": "tools/call", "params": { "name": 7 } }),
    );
    assert!(session.answer(900).get("error").is_some());
    assert_eq!(session.end(), Some(0));
}

#[test]
fn a_clients_roots_bound_what_calls_reach() {
    let scene = scene();
    let root = scene.root();
    let docs = json!([{ "uri": format!("file://{}", root.join("docs").display()) }]);
    let mut session = Session::begin(&scene, &[], docs.as_array().cloned());
    let told = session.call("plan", json!({ "plan": root.join("docs/plan.md") }));
    assert_eq!(told["isError"], false, "{told}");
    let told = session.call("check", json!({ "plan": "plan.md", "repository": root }));
    assert!(
        told["isError"] == true && text(&told).contains("lies outside"),
        "{told}"
    );
    session.roots = Vec::new();
    let told = session.call("plan", json!({ "plan": "docs/plan.md" }));
    assert!(
        told["isError"] == true && text(&told).contains("share none"),
        "{told}"
    );
    assert_eq!(session.end(), Some(0));
}

#[test]
fn a_run_is_cancelled_and_leaves_the_tree_to_the_next() {
    let scene = scene();
    let mut session = Session::begin(&scene, &[], None);
    let arguments = json!({ "plan": "docs/plan.md", "phase": "2" });
    let asked =
        json!({ "name": "implement", "arguments": arguments, "_meta": { "progressToken": 1 } });
    let id = session.begin_to_ask("tools/call", asked.clone());
    while !session.hear().to_string().contains("python3 wait.py") {}
    let busy = session.call("implement", json!({ "plan": "docs/plan.md", "phase": "1" }));
    assert!(
        busy["isError"] == true && busy["structuredContent"]["exit"] == 4,
        "{busy}"
    );
    session.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } }));
    let ended = loop {
        let runs = session.call("status", json!({}))["structuredContent"]["items"].clone();
        let state = runs
            .as_array()
            .expect("runs")
            .iter()
            .find(|run| run["phases"] == json!(["Phase 2"]))
            .cloned();
        match state.expect("the run") {
            run if run["state"] == "running" => {
                std::thread::sleep(std::time::Duration::from_millis(50))
            }
            run => break run,
        }
    };
    assert_eq!(ended["state"], "interrupted", "{ended}");
    assert!(
        ended["arguments"].to_string().contains("--phase=2"),
        "it can be resumed: {ended}"
    );
    // A client that goes while a call is at work ends it, too.
    let _ = session.begin_to_ask("tools/call", asked);
    while !session.hear().to_string().contains("python3 wait.py") {}
    assert_eq!(session.end(), Some(0));
    let runs: Value = serde_json::from_str(&scene.run(&["runs", "--json"]).stdout).expect("JSON");
    assert_eq!(runs[0]["state"], "interrupted", "{runs}");
}

#[test]
fn a_client_that_knows_tasks_gets_one_and_may_cancel_it() {
    let scene = scene();
    let tasks = json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } });
    let mut session = Session::begin_with(&scene, &[], tasks, Vec::new());
    let mut settle = |phase: &str, cancel: bool| {
        let told = session.call(
            "implement",
            json!({ "plan": "docs/plan.md", "phase": phase }),
        );
        let id = told["taskId"]
            .as_str()
            .unwrap_or_else(|| panic!("no task: {told}"))
            .to_owned();
        loop {
            let task = session.ask("tasks/get", json!({ "taskId": id }))["result"].clone();
            if cancel
                && task["statusMessage"]
                    .to_string()
                    .contains("python3 wait.py")
            {
                session.ask("tasks/cancel", json!({ "taskId": id }));
            }
            if task["status"] != "working" {
                return task;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    let done = settle("1", false);
    assert_eq!(
        (
            &done["status"],
            &done["result"]["structuredContent"]["exit"]
        ),
        (&json!("completed"), &json!(0)),
        "{done}"
    );
    assert_eq!(settle("2", true)["status"], "cancelled");
    assert_eq!(session.end(), Some(0));
}

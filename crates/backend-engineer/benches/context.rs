//! What a task sends to a model: the same outcome by a model that reads files as if it had been shown none, and by one that
//! works from what its first request holds; and whether a limit of money holds at ten points.
//!
//! The task is a plan with three steps in words, for a small Flask application (`context/repository`); the model plays
//! `context/scripts.json`. Flask and pytest need not be there: without them the check says so, in as few words.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement shows its result, and ends without one"
)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use assert_cmd::Command;
use serde_json::{Value, json};

/// Tokens that pi 0.87.1 sent for this outcome, with its reads: measured on 2026-12-02 on this task by this count.
const PI: usize = 27_801;
/// The part of it that the informed model may send.
const MOST: f64 = 0.7;
/// Limits of money, in US dollars.
const LIMITS: [&str; 10] = [
    "0.01", "0.02", "0.04", "0.06", "0.08", "0.12", "0.16", "0.24", "0.32", "0.64",
];
/// What a million tokens cost of the model that is named: written to the cache, and written by the model.
const PRICES: (f64, f64) = (2.5, 10.0);
const MODEL: &str = "anthropic/claude-sonnet-5-5";

/// How a provider counts the tokens of a request.
type Count = fn(&Value, usize) -> usize;

/// What came of a task.
#[derive(Debug, Default)]
struct Sent {
    requests: usize,
    bytes: usize,
    dollars: f64,
}

/// A provider that plays a script.
struct Provider {
    turns: Vec<Value>,
    count: Count,
    sent: Arc<Mutex<Sent>>,
}

impl Provider {
    /// Answers one request.
    fn answer(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 || line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let request: Value = serde_json::from_slice(&body).unwrap_or_default();
        let messages = request["messages"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let place = messages
            .iter()
            .filter(|message| message["role"] == "assistant")
            .count();
        let (read, written) = ((self.count)(&request, length), 300);
        {
            let mut sent = self.sent.lock().expect("a count");
            sent.requests += 1;
            sent.bytes += length;
            sent.dollars += (tokens(read) * PRICES.0 + tokens(written) * PRICES.1) / 1e6;
        }
        let events = events(self.turns.get(place), place, (read, written));
        let mut stream = stream;
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{events}",
            events.len()
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "no task has 2^53 tokens")]
fn tokens(count: usize) -> f64 {
    count as f64
}

/// The events of a turn: a call of a tool, or words at the end.
fn events(turn: Option<&Value>, place: usize, (read, written): (usize, usize)) -> String {
    let tool = turn
        .and_then(|turn| turn[0].as_str())
        .filter(|tool| !tool.is_empty());
    let (block, delta, stop) = match tool {
        Some(tool) => (
            json!({ "type": "tool_use", "id": format!("toolu_{place}"), "name": tool, "input": {} }),
            json!({ "type": "input_json_delta", "partial_json": turn.map(|turn| turn[1].to_string()) }),
            "tool_use",
        ),
        None => {
            let words = turn.and_then(|turn| turn[1].as_str()).unwrap_or("Done.");
            (
                json!({ "type": "text", "text": "" }),
                json!({ "type": "text_delta", "text": words }),
                "end_turn",
            )
        }
    };
    let usage =
        json!({ "input_tokens": 0, "cache_creation_input_tokens": read, "output_tokens": 1 });
    let events = [
        json!({ "type": "message_start", "message": { "usage": usage } }),
        json!({ "type": "content_block_start", "index": 0, "content_block": block }),
        json!({ "type": "content_block_delta", "index": 0, "delta": delta }),
        json!({ "type": "content_block_stop", "index": 0 }),
        json!({ "type": "message_delta", "delta": { "stop_reason": stop }, "usage": { "output_tokens": written } }),
        json!({ "type": "message_stop" }),
    ];
    events
        .iter()
        .map(|event| {
            format!(
                "event: {}\ndata: {event}\n\n",
                event["type"].as_str().unwrap_or_default()
            )
        })
        .collect()
}

/// A token for four bytes, as all estimates have it.
fn usual(_: &Value, bytes: usize) -> usize {
    bytes / 4
}

/// As many as an honest provider can count: one for each byte of each text, and what it adds itself.
fn densest(request: &Value, _: usize) -> usize {
    fn texts(value: &Value) -> usize {
        match value {
            Value::String(text) => text.len(),
            Value::Array(values) => values.iter().map(texts).sum(),
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| name.len() + texts(value))
                .sum(),
            _ => 1,
        }
    }
    let tools = request["tools"].to_string().len();
    let system = request["system"][0]["text"].as_str().map_or(0, str::len);
    let inputs = |block: &Value| match block["type"].as_str() {
        Some("text") => block["text"].as_str().map_or(0, str::len),
        Some("tool_use") => texts(&block["input"]),
        _ => block["content"].as_str().map_or(0, str::len),
    };
    let messages = request["messages"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let blocks = messages
        .iter()
        .filter_map(|message| message["content"].as_array())
        .flatten();
    2_000 + tools + system + blocks.map(inputs).sum::<usize>()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("the repository") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("copied");
        }
    }
}

/// Carries out the task with a script, and gives what was sent and whether its files came out as they should.
fn task(script: &str, count: Count, limit: Option<&str>) -> (Sent, bool) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/context");
    let scripts: Value =
        serde_json::from_str(&fs::read_to_string(here.join("scripts.json")).expect("the scripts"))
            .expect("scripts as JSON");
    let turns = scripts[script].as_array().cloned().expect("the script");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let root = folder.path().join("repository");
    copy(&here.join("repository"), &root);
    fs::create_dir_all(root.join(".git")).expect("a folder");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let sent = Arc::new(Mutex::new(Sent::default()));
    let provider = Provider {
        turns,
        count,
        sent: Arc::clone(&sent),
    };
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            drop(provider.answer(&stream));
        }
    });
    let mut command = Command::new(env!("CARGO_BIN_EXE_backend-engineer"));
    command
        .current_dir(&root)
        .env("HOME", folder.path())
        .env("ANTHROPIC_API_KEY", "none");
    command.env("ANTHROPIC_BASE_URL", format!("http://127.0.0.1:{port}"));
    command.args([
        "implement",
        "PLAN.md",
        "--phase",
        "1",
        "--quiet",
        "--model",
        MODEL,
    ]);
    command.args(limit.into_iter().flat_map(|limit| ["--max-cost", limit]));
    command.output().expect("the program");
    let holds = |path: &str, words: &str| {
        fs::read_to_string(root.join(path)).is_ok_and(|text| text.contains(words))
    };
    let done = holds("app/store.py", "def count(self)")
        && holds("app/routes.py", "/items/count")
        && holds("tests/test_count.py", "test_count_two");
    (std::mem::take(&mut sent.lock().expect("a count")), done)
}

fn main() -> ExitCode {
    let mut holds = true;
    println!(
        "{:<10} {:>8} {:>8} {:>8} {:>8}  done",
        "script", "requests", "bytes", "tokens", "of pi's"
    );
    for script in ["reads", "informed"] {
        let (sent, done) = task(script, usual, None);
        let part = tokens(sent.bytes / 4) / tokens(PI);
        println!(
            "{script:<10} {:>8} {:>8} {:>8} {part:>8.2}  {done}",
            sent.requests,
            sent.bytes,
            sent.bytes / 4
        );
        holds &= done && (script != "informed" || part <= MOST);
    }
    println!(
        "{:<10} {:>8} {:>8} {:>10}  {:>8} {:>10}",
        "limit", "usual", "dollars", "", "densest", "dollars"
    );
    for limit in LIMITS {
        let runs = [usual as Count, densest].map(|count| task("reads", count, Some(limit)).0);
        let [one, other] = &runs;
        println!(
            "${limit:<9} {:>8} {:>8.4} {:>10}  {:>8} {:>10.4}",
            one.requests, one.dollars, "", other.requests, other.dollars
        );
        let most: f64 = limit.parse().expect("dollars");
        holds &= runs.iter().all(|sent| sent.dollars <= most);
    }
    if holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

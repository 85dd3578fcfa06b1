//! How long a step takes beside model and tool: one turn with one call, with the journal on disk and without, at the
//! beginning of a conversation and after three hundred steps.

#![expect(
    clippy::expect_used,
    reason = "a measurement ends at what it did not expect"
)]

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use agent::{Agent, Budget, Conversation, Record, Spent, Tool, ToolError, ToolOutput};
use criterion::{Criterion, criterion_group, criterion_main};
use journal::{Event, Journal, JournalError, Run, RunStart};
use llm::{
    Block, Delta, LocalFuture, Message, Model, ModelError, Reply, Request, StopReason, ToolSpec,
    Usage,
};
use serde_json::{Value, json};

/// Reads for so many turns, then says that it is done.
#[derive(Debug)]
struct Reader {
    left: Cell<u64>,
}

impl Model for Reader {
    fn name(&self) -> String {
        "bench/reader".to_owned()
    }

    fn context_window(&self) -> u64 {
        10_000_000
    }

    fn price(&self, _: u64) -> Option<llm::Price> {
        None
    }

    fn reply<'a>(
        &'a self,
        _request: Request<'a>,
        _sink: &'a mut dyn FnMut(Delta),
    ) -> LocalFuture<'a, Result<Reply, ModelError>> {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        let blocks = if left == 0 {
            vec![Block::Text {
                text: "Done.".to_owned(),
            }]
        } else {
            let (id, name) = (format!("call-{left}"), "Read".to_owned());
            vec![Block::ToolCall {
                id,
                name,
                arguments: Ok(json!({ "file_path": "app/services/orders.py" })),
            }]
        };
        let usage = Usage {
            input: 10,
            cache_read: 10_000,
            output: 50,
            ..Usage::default()
        };
        let reply = Reply {
            message: Message::assistant(blocks),
            stop: StopReason::ToolUse,
            usage,
        };
        Box::pin(async { Ok(reply) })
    }
}

/// Gives a file of some thousand bytes.
struct Read {
    spec: ToolSpec,
    content: String,
}

impl Tool for Read {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn only_reads(&self) -> bool {
        true
    }

    fn call<'a>(&'a self, _arguments: &'a Value) -> LocalFuture<'a, Result<ToolOutput, ToolError>> {
        let details = json!({ "path": "app/services/orders.py", "hash": "0123456789abcdef" });
        Box::pin(async {
            Ok(ToolOutput {
                content: self.content.clone(),
                details,
            })
        })
    }

    fn restore(&self, _details: &Value) -> Result<(), ToolError> {
        Ok(())
    }
}

/// A journal that keeps nothing.
struct Nowhere;

impl Record for Nowhere {
    fn sync_to_disk(&self) -> LocalFuture<'_, Result<(), JournalError>> {
        Box::pin(async { Ok(()) })
    }

    fn record(&self, _events: &[Event]) -> Result<(), JournalError> {
        Ok(())
    }

    fn record_soon(&self, _events: &[Event]) -> Result<(), JournalError> {
        Ok(())
    }
}

/// A journal that never waits for the disk: what is left is what we do ourselves.
struct Unwaiting<'a>(&'a Run);

impl Record for Unwaiting<'_> {
    fn sync_to_disk(&self) -> LocalFuture<'_, Result<(), JournalError>> {
        Box::pin(async { Ok(()) })
    }

    fn record(&self, events: &[Event]) -> Result<(), JournalError> {
        Record::record_soon(self.0, events)
    }

    fn record_soon(&self, events: &[Event]) -> Result<(), JournalError> {
        Record::record_soon(self.0, events)
    }
}

/// The time that `steps` steps take behind `before` others.
fn steps(record: &dyn Record, before: u64, steps: u64) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let model = Reader { left: Cell::new(0) };
    let schema = json!({ "type": "object", "properties": { "file_path": { "type": "string" } } });
    let spec = ToolSpec {
        name: "Read".to_owned(),
        description: "Reads a file.".to_owned(),
        schema,
    };
    let read = Read {
        spec,
        content: "    total += item.price * item.quantity\n".repeat(100),
    };
    let agent = Agent {
        name: "bench".to_owned(),
        model: &model,
        tools: vec![&read],
        budget: Budget::default(),
        max_tokens: 8_000,
        effort: None,
        cache: llm::CacheTime::Usual,
        record,
        keep: &String::new,
    };
    let mut conversation = agent.begin("You work.", "The task.").expect("begun");
    let work = |conversation: &mut Conversation, count: u64| {
        model.left.set(count);
        agent.add_task(conversation, "Go on.", None).expect("told");
        runtime
            .block_on(agent.talk(conversation, &mut Spent::default()))
            .expect("an ending");
    };
    work(&mut conversation, before);
    let began = Instant::now();
    work(&mut conversation, steps);
    began.elapsed()
}

fn step(criterion: &mut Criterion) {
    // Beside the build, which is on a disk; the system's folder for temporary files may not be.
    let folder = tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).expect("a folder");
    let journal = Journal::open(folder.path()).expect("a journal");
    let start = RunStart {
        plan: "plan.md".to_owned(),
        plan_hash: None,
        phases: Vec::new(),
        root: String::new(),
        argv: Vec::new(),
        version: String::new(),
        dry_run: false,
    };
    let run = journal.begin(&start).expect("a run");
    let mut group = criterion.benchmark_group("step");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(5));
    for before in [0, 300] {
        group.bench_function(format!("durable, after {before}"), |bencher| {
            bencher.iter_custom(|count| steps(&run, before, count));
        });
        group.bench_function(
            format!("durable but for the wait, after {before}"),
            |bencher| {
                bencher.iter_custom(|count| steps(&Unwaiting(&run), before, count));
            },
        );
        group.bench_function(format!("no journal, after {before}"), |bencher| {
            bencher.iter_custom(|count| steps(&Nowhere, before, count));
        });
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);

//! A small world to talk in: files in memory, tools that change and read them, a model made of a function, and a journal in
//! memory whose process can be made to die.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use agent::{Agent, Budget, Record, Tool, ToolError, ToolOutput};
use journal::{Event, JournalError};
use llm::{
    Block, Delta, LocalFuture, Message, Model, ModelError, Overhead, Price, Reply, Request,
    StopReason, ToolSpec, Usage,
};
use serde_json::{Value, json};

/// What the tools of one process have made, and what they were asked to do.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) texts: RefCell<BTreeMap<String, String>>,
    pub(crate) ran: RefCell<Vec<String>>,
    at_once: Cell<usize>,
    /// The most calls that were ever under way at once.
    pub(crate) most_at_once: Cell<usize>,
}

impl Files {
    fn append(&self, details: &Value) {
        let text = |name: &str| details[name].as_str().expect("a text").to_owned();
        *self.texts.borrow_mut().entry(text("file")).or_default() += &text("text");
    }
}

/// A tool that does what a function says, after giving way once.
pub(crate) struct Fake {
    spec: ToolSpec,
    only_reads: bool,
    files: Rc<Files>,
    does: fn(&Files, &Value) -> Result<ToolOutput, ToolError>,
}

impl Tool for Fake {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn only_reads(&self) -> bool {
        self.only_reads
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> LocalFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move {
            let files = &self.files;
            files.at_once.set(files.at_once.get() + 1);
            files
                .most_at_once
                .set(files.most_at_once.get().max(files.at_once.get()));
            tokio::task::yield_now().await;
            files.at_once.set(files.at_once.get() - 1);
            files
                .ran
                .borrow_mut()
                .push(format!("{} {arguments}", self.spec.name));
            (self.does)(files, arguments)
        })
    }

    fn restore(&self, details: &Value) -> Result<(), ToolError> {
        if details.get("gone").is_some() {
            return Err(ToolError::Stop("its content is gone".to_owned()));
        }
        self.files.append(details);
        Ok(())
    }
}

/// `Append` changes a file, `Look` reads one, `Refuse` always says what to do instead, `Break` breaks the harness.
pub(crate) fn tools(files: &Rc<Files>) -> Vec<Fake> {
    let tool = |name: &str, only_reads, does| Fake {
        spec: ToolSpec {
            name: name.to_owned(),
            description: String::new(),
            schema: json!({ "type": "object" }),
        },
        only_reads,
        files: Rc::clone(files),
        does,
    };
    vec![
        tool("Append", false, |files, arguments| {
            if arguments["file"].as_str().is_none() || arguments["text"].as_str().is_none() {
                return Err(ToolError::Tell("`file` and `text` are needed".to_owned()));
            }
            files.append(arguments);
            Ok(ToolOutput {
                content: "appended".to_owned(),
                details: arguments.clone(),
            })
        }),
        tool("Look", true, |files, arguments| {
            let texts = files.texts.borrow();
            let text = texts.get(arguments["file"].as_str().unwrap_or_default());
            let content = text
                .cloned()
                .ok_or_else(|| ToolError::Tell("no such file".to_owned()))?;
            Ok(ToolOutput {
                content,
                details: Value::Null,
            })
        }),
        tool("Long", true, |_, arguments| {
            let lines = usize::try_from(arguments["lines"].as_u64().unwrap_or(0)).expect("few");
            Ok(ToolOutput {
                content: "a line of some length\n".repeat(lines),
                details: Value::Null,
            })
        }),
        tool("Refuse", false, |_, _| {
            Err(ToolError::Tell("do something else".to_owned()))
        }),
        tool("Break", false, |_, _| {
            Err(ToolError::Stop("the disk is gone".to_owned()))
        }),
    ]
}

/// A model made of a function from what it is asked to its turn.
pub(crate) struct Played<F> {
    pub(crate) turns: F,
    pub(crate) window: u64,
    /// What it costs, where that is known.
    pub(crate) price: Option<Price>,
    /// What its provider adds to what it is sent.
    pub(crate) overhead: Overhead,
    /// What it was given each time, where that is kept.
    pub(crate) heard: Option<RefCell<Vec<Vec<Message>>>>,
    /// How long it takes for a turn, and how often it is asked again before one.
    pub(crate) takes: (Duration, u32),
}

impl<F> Played<F> {
    pub(crate) fn new(turns: F) -> Self {
        let (price, overhead) = (None, Overhead::default());
        Self {
            turns,
            window: 200_000,
            price,
            overhead,
            heard: None,
            takes: (Duration::ZERO, 0),
        }
    }
}

impl<F> fmt::Debug for Played<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Played")
    }
}

impl<F: Fn(&Request<'_>) -> Result<Reply, ModelError>> Model for Played<F> {
    fn name(&self) -> String {
        "played/function".to_owned()
    }

    fn context_window(&self) -> u64 {
        self.window
    }

    fn price(&self, _: u64) -> Option<Price> {
        self.price
    }

    fn overhead(&self) -> Overhead {
        self.overhead
    }

    fn reply<'a>(
        &'a self,
        request: Request<'a>,
        sink: &'a mut dyn FnMut(Delta),
    ) -> LocalFuture<'a, Result<Reply, ModelError>> {
        Box::pin(async move {
            check(request.messages);
            if let Some(heard) = &self.heard {
                heard.borrow_mut().push(request.messages.to_vec());
            }
            tokio::task::yield_now().await;
            let (wait, tries) = self.takes;
            for attempt in 1..=tries {
                sink(Delta::Retry {
                    attempt,
                    why: "overloaded".to_owned(),
                    wait,
                });
                tokio::time::sleep(wait).await;
            }
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            let reply = (self.turns)(&request)?;
            sink(Delta::Text(reply.message.text()));
            Ok(reply)
        })
    }
}

/// Every provider takes these messages: sides take turns, no message is empty, and each call is answered by the next one.
pub(crate) fn check(messages: &[Message]) {
    assert_eq!(messages[0].speaker, llm::Speaker::User);
    assert_eq!(messages[messages.len() - 1].speaker, llm::Speaker::User);
    for pair in messages.windows(2) {
        assert_ne!(
            pair[0].speaker, pair[1].speaker,
            "two turns of one side: {pair:?}"
        );
    }
    let mut open: Vec<&str> = Vec::new();
    for message in messages {
        assert!(!message.blocks.is_empty(), "an empty message");
        let answered: Vec<&str> = message.blocks.iter().filter_map(result).collect();
        assert_eq!(answered, open, "calls and results differ");
        open = message.blocks.iter().filter_map(call).collect();
        let mut names = open.clone();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), open.len(), "two calls of one name");
    }
    assert!(open.is_empty());
}

fn result(block: &Block) -> Option<&str> {
    match block {
        Block::ToolResult { call, .. } => Some(call),
        _ => None,
    }
}

fn call(block: &Block) -> Option<&str> {
    match block {
        Block::ToolCall { id, .. } => Some(id),
        _ => None,
    }
}

/// A turn that says something and asks for tools; a text in place of arguments plays malformed ones.
pub(crate) fn turn(say: &str, calls: &[(&str, &str, Value)]) -> Reply {
    let mut blocks = Vec::new();
    if !say.is_empty() {
        blocks.push(Block::Text {
            text: say.to_owned(),
        });
    }
    for (id, name, arguments) in calls {
        let arguments = match arguments {
            Value::String(garbage) => Err(garbage.clone()),
            object => Ok(object.clone()),
        };
        blocks.push(Block::ToolCall {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
            arguments,
        });
    }
    let stop = if calls.is_empty() {
        StopReason::EndOfTurn
    } else {
        StopReason::ToolUse
    };
    let usage = Usage {
        output: 1,
        ..Usage::default()
    };
    Reply {
        message: Message::assistant(blocks),
        stop,
        usage,
    }
}

/// How many turns of the model a request holds.
pub(crate) fn place(request: &Request<'_>) -> usize {
    request
        .messages
        .iter()
        .filter(|message| message.speaker == llm::Speaker::Assistant)
        .count()
}

/// The last tool results of a request.
pub(crate) fn results(request: &Request<'_>) -> Vec<String> {
    let last = &request.messages[request.messages.len() - 1];
    let contents = last.blocks.iter().filter_map(|block| match block {
        Block::ToolResult { content, .. } => Some(content.clone()),
        _ => None,
    });
    contents.collect()
}

/// A journal in memory. It outlives its process, which dies at a given record.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) events: RefCell<Vec<Event>>,
    records: Cell<usize>,
    /// The process dies at this record, from 1; never for none.
    pub(crate) dies_at: Cell<Option<usize>>,
    /// What was to be recorded then is still recorded.
    pub(crate) dies_behind: Cell<bool>,
}

impl Memory {
    /// The journal as a process finds it that begins after this one has died.
    pub(crate) fn next_process(&self) -> Self {
        Self {
            events: self.events.clone(),
            ..Self::default()
        }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.events
            .borrow()
            .iter()
            .map(|event| event.name().to_owned())
            .collect()
    }

    pub(crate) fn records(&self) -> usize {
        self.records.get()
    }
}

impl Record for Memory {
    fn record(&self, events: &[Event]) -> Result<(), JournalError> {
        self.records.set(self.records.get() + 1);
        let dies = self
            .dies_at
            .get()
            .is_some_and(|at| self.records.get() >= at);
        if !dies || self.dies_behind.get() && self.dies_at.get() == Some(self.records.get()) {
            self.events.borrow_mut().extend_from_slice(events);
        }
        if dies {
            Err(JournalError::Input(io::Error::other("killed")))
        } else {
            Ok(())
        }
    }

    fn record_soon(&self, events: &[Event]) -> Result<(), JournalError> {
        self.record(events)
    }

    fn sync_to_disk(&self) -> LocalFuture<'_, Result<(), JournalError>> {
        Box::pin(async { Ok(()) })
    }
}

/// What is stated anew when a conversation is made shorter.
pub(crate) const TASK: &str = "THE TASK, as the plan states it";

/// An agent in this world.
pub(crate) fn agent<'a>(
    model: &'a dyn Model,
    tools: &'a [Fake],
    record: &'a dyn Record,
) -> Agent<'a> {
    Agent {
        name: "tester".to_owned(),
        model,
        tools: tools.iter().map(|tool| -> &dyn Tool { tool }).collect(),
        budget: Budget {
            turns: Some(200),
            ..Budget::default()
        },
        max_tokens: 1_000,
        effort: None,
        cache: llm::CacheTime::Usual,
        record,
        keep: &|| TASK.to_owned(),
    }
}

/// Waits for a future on this thread.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime")
        .block_on(future)
}

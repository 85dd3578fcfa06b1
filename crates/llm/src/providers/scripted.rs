//! A model that plays a script: the turn that it gives is found by how many turns of its own the conversation holds, so
//! that a resumed conversation goes on where it was.
//!
//! ```text
//! script: [read a file], [say "Found it."]
//! a conversation with no turn of the model     the first turn: it reads
//! one with one                                 the second: "Found it."
//! one with two                                 "Done."
//! ```

use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::message::{Block, Message, Speaker};
use crate::model::{
    Delta, LocalFuture, Model, ModelError, Price, Reply, Request, StopReason, Usage,
};

/// Plays [`Turn`]s.
#[derive(Debug, Default)]
pub struct Scripted {
    turns: Vec<Turn>,
    asked: AtomicUsize,
}

/// One turn of the script.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Turn {
    /// Its text.
    pub say: String,
    /// The tools that it asks for: name and arguments. A text in place of an object plays malformed arguments.
    pub call: Vec<(String, Value)>,
}

impl Scripted {
    /// Returns a model that plays these turns in order; after the last it says "Done." for ever.
    #[must_use]
    pub fn new(turns: Vec<Turn>) -> Self {
        Self {
            turns,
            asked: AtomicUsize::new(0),
        }
    }

    /// Returns how many requests it got.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Model for Scripted {
    fn name(&self) -> String {
        "scripted/script".to_owned()
    }

    fn context_window(&self) -> u64 {
        200_000
    }

    /// Returns prices of zero: a script costs nothing.
    fn price(&self, _: u64) -> Option<Price> {
        Some(Price {
            input: 0.0,
            cache_read: 0.0,
            cache_write: 0.0,
            cache_write_hour: 0.0,
            output: 0.0,
        })
    }

    fn reply<'a>(
        &'a self,
        request: Request<'a>,
        sink: &'a mut dyn FnMut(Delta),
    ) -> LocalFuture<'a, Result<Reply, ModelError>> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let place = request
                .messages
                .iter()
                .filter(|message| message.speaker == Speaker::Assistant)
                .count();
            let done = Turn {
                say: "Done.".to_owned(),
                call: Vec::new(),
            };
            let turn = self.turns.get(place).unwrap_or(&done);
            let mut blocks = Vec::new();
            if !turn.say.is_empty() {
                sink(Delta::Text(turn.say.clone()));
                blocks.push(Block::Text {
                    text: turn.say.clone(),
                });
            }
            for (number, (name, arguments)) in turn.call.iter().enumerate() {
                sink(Delta::ToolCall { name: name.clone() });
                let arguments = match arguments {
                    Value::String(garbage) => Err(garbage.clone()),
                    object => Ok(object.clone()),
                };
                blocks.push(Block::ToolCall {
                    id: format!("call-{place}-{number}"),
                    name: name.clone(),
                    arguments,
                });
            }
            let stop = if turn.call.is_empty() {
                StopReason::EndOfTurn
            } else {
                StopReason::ToolUse
            };
            Ok(Reply {
                message: Message::assistant(blocks),
                stop,
                usage: Usage::default(),
            })
        })
    }
}

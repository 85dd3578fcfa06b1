//! A conversation so far: what is sent with each request, and whose turn it is. It is what its events make of it, and
//! nothing else, so that the same events make the same conversation when a run goes on after its process was killed.

use std::collections::BTreeMap;

use journal::Event;
use llm::{Block, Message, Overhead, Speaker, StopReason, ToolSpec, Usage};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::token_estimate;

/// The number of times the same call may fail before the conversation ends.
pub(crate) const MOST_FAILURES: u32 = 5;

/// From here on a call may outlast the cache of a provider that keeps it for five minutes: its own turn counts, too.
pub const LONG_PAUSE_MS: u64 = 4 * 60 * 1000;

/// The messages of both sides. Grows at its end only, save by compaction.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// The standing instructions.
    pub system: String,
    /// The tools on offer.
    pub tools: Vec<ToolSpec>,
    /// The turns.
    pub messages: Vec<Message>,
    /// Whose turn it is.
    #[serde(skip)]
    turn: Turn,
    /// Answers to the calls of the last message, in their order, while not all are there.
    #[serde(skip)]
    answers: Vec<Option<Block>>,
    /// The provider's last count.
    #[serde(skip)]
    measured: Option<Measured>,
    /// The number of times each call has failed.
    #[serde(skip)]
    failures: BTreeMap<String, u32>,
    /// Turns in a row that brought nothing on.
    #[serde(skip)]
    idle: u32,
    /// The last turn ran into the limit of its length.
    #[serde(skip)]
    cut_off: bool,
    /// A call took longer than a provider keeps what it has read.
    #[serde(skip)]
    paused: bool,
    /// Nothing came after it ended.
    #[serde(skip)]
    ended: bool,
}

/// A provider's count of the tokens of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Measured {
    /// Tokens that it read.
    read: u64,
    /// Tokens that it wrote.
    written: u64,
    /// The messages that these were, the written one last.
    messages: usize,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The model is to be asked.
    #[default]
    Model,
    /// Its calls are to be answered.
    Tools,
    /// It asks for nothing; the harness decides what comes next.
    Harness(Pause),
}

/// Why a model's turn asks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// It had said what it had to say.
    Done,
    /// It will not do what was asked.
    Refused,
    /// It ran into the limit of its length.
    CutOff,
    /// It said nothing.
    Empty,
}

/// A tool that the model asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arguments: Result<Value, String>,
}

impl Conversation {
    /// Takes an event of the conversation in. Events that are none of it change nothing.
    ///
    /// # Errors
    /// A message in it can't be read.
    pub fn apply(&mut self, event: &Event) -> Result<(), serde_json::Error> {
        match event {
            Event::ConversationStarted {
                system,
                tools,
                message,
                ..
            } => {
                let messages = vec![Message::deserialize(message)?];
                *self = Self {
                    system: system.clone(),
                    tools: Vec::deserialize(tools)?,
                    messages,
                    ..Self::default()
                };
            }
            Event::UserSaid { text, effort } => self.push_user_text(text, effort.as_deref()),
            Event::ModelReplied {
                message,
                stop,
                usage,
                ..
            } => {
                let stop = StopReason::deserialize(Value::from(stop.as_str()))?;
                self.push_message(
                    Message::deserialize(message)?,
                    stop,
                    &Usage::deserialize(usage)?,
                );
            }
            Event::ToolFinished {
                call,
                content,
                is_error,
                elapsed_ms,
                ..
            } => {
                self.paused |= *elapsed_ms >= LONG_PAUSE_MS;
                self.answer(call, content, *is_error);
            }
            Event::Compacted { messages, .. } => {
                self.messages = Vec::deserialize(messages)?;
                self.measured = None;
            }
            Event::ConversationEnded { .. } => self.ended = true,
            _ => {}
        }
        Ok(())
    }

    /// Returns how many tokens it has: what the provider counted last, and an estimate for what came since.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        let (counted, known) = match self.measured {
            Some(measured) => (measured.read + measured.written, measured.messages),
            None => (self.prefix_tokens(), 0),
        };
        counted + token_estimate::estimate_messages(self.messages.get(known..).unwrap_or_default())
    }

    /// Returns how many tokens it has at most. The provider's own count holds for what it has read; what it wrote itself
    /// it may read in another form, so that has as many tokens as it counted or as it has bytes.
    #[must_use]
    pub(crate) fn tokens_at_most(&self, overhead: &Overhead) -> u64 {
        let at_most = |messages: &[Message]| token_estimate::max_message_tokens(messages, overhead);
        match self.measured {
            Some(Measured {
                read,
                written,
                messages,
            }) => {
                let (known, new) = self.messages.split_at(messages.min(self.messages.len()));
                let reply = known
                    .last()
                    .map_or(0, |reply| at_most(std::slice::from_ref(reply)));
                read + reply.max(written) + at_most(new)
            }
            None => {
                token_estimate::max_prefix_tokens(&self.system, &self.tools, overhead)
                    + at_most(&self.messages)
            }
        }
    }

    /// Forgets what a provider counted: another model counts in another way.
    pub(crate) fn forget_count(&mut self) {
        self.measured = None;
    }

    /// Returns how many tokens come before the messages, by estimate.
    pub(crate) fn prefix_tokens(&self) -> u64 {
        token_estimate::estimate_text(&self.system)
            + self
                .tools
                .iter()
                .map(token_estimate::estimate_tool)
                .sum::<u64>()
    }

    /// Returns whether a call took so long that the provider may have forgotten what it had read.
    pub(crate) fn has_paused(&self) -> bool {
        self.paused
    }

    /// Whose turn it is.
    pub(crate) fn turn(&self) -> Turn {
        self.turn
    }

    /// Returns the calls of the last message that have no answer yet.
    pub(crate) fn unanswered(&self) -> Vec<Call> {
        let calls = self
            .messages
            .last()
            .map(calls_of_message)
            .unwrap_or_default();
        calls
            .into_iter()
            .zip(&self.answers)
            .filter(|(_, answer)| answer.is_none())
            .map(|(call, _)| call)
            .collect()
    }

    /// Returns how often the very same call has failed.
    pub(crate) fn failures(&self, call: &Call) -> u32 {
        self.failures
            .get(&call_signature(call))
            .copied()
            .unwrap_or(0)
    }

    /// Returns the tool whose very same call failed too often.
    pub(crate) fn stuck(&self) -> Option<String> {
        let (signature, _) = self
            .failures
            .iter()
            .find(|(_, count)| **count >= MOST_FAILURES)?;
        signature.split_once(' ').map(|(tool, _)| tool.to_owned())
    }

    /// Turns in a row that brought nothing on.
    pub(crate) fn idle(&self) -> u32 {
        self.idle
    }

    /// Returns whether the last turn ran into the limit of its length.
    pub(crate) fn was_cut_off(&self) -> bool {
        self.cut_off
    }

    /// Returns whether its end is recorded, and nothing came since.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Returns the model's last words.
    pub(crate) fn last_words(&self) -> String {
        let last = self
            .messages
            .iter()
            .rev()
            .find(|message| message.speaker == Speaker::Assistant);
        last.map(Message::text).unwrap_or_default()
    }

    /// Sides take turns, so that every provider takes it: what follows the harness's own words joins them. What follows an
    /// end is a new task, with a new chance.
    fn push_user_text(&mut self, text: &str, effort: Option<&str>) {
        if self.ended {
            self.failures.clear();
            self.idle = 0;
        }
        match self.messages.last_mut() {
            Some(last) if last.speaker == Speaker::User => last.blocks.push(Block::Text {
                text: text.to_owned(),
            }),
            _ => {
                let mut message = Message::user(text);
                let effort = effort.map(|level| Block::Effort {
                    level: level.to_owned(),
                });
                message.blocks.splice(0..0, effort);
                self.messages.push(message);
            }
        }
        self.turn = Turn::Model;
        self.ended = false;
    }

    /// A turn that holds nothing to go on from is left out: no provider takes an empty one back.
    fn push_message(&mut self, mut message: Message, stop: StopReason, usage: &Usage) {
        message
            .blocks
            .retain(|block| !matches!(block, Block::Text { text } if text.trim().is_empty()));
        self.cut_off = stop == StopReason::MaxTokens;
        let calls = calls_of_message(&message).len();
        let empty = calls == 0 && message.text().is_empty();
        self.idle = if empty || self.cut_off {
            self.idle + 1
        } else {
            0
        };
        self.ended = false;
        self.turn = match stop {
            StopReason::Refusal => Turn::Harness(Pause::Refused),
            _ if calls > 0 => Turn::Tools,
            StopReason::MaxTokens => Turn::Harness(Pause::CutOff),
            _ if empty => Turn::Harness(Pause::Empty),
            _ => Turn::Harness(Pause::Done),
        };
        if empty || stop == StopReason::Refusal {
            return;
        }
        self.messages.push(message);
        self.answers = vec![None; calls];
        let (read, written, messages) = (usage.context(), usage.output, self.messages.len());
        self.measured = (read > 0).then_some(Measured {
            read,
            written,
            messages,
        });
    }

    /// The last of the answers makes them a message.
    fn answer(&mut self, id: &str, content: &str, is_error: bool) {
        let calls = self
            .messages
            .last()
            .map(calls_of_message)
            .unwrap_or_default();
        let place = calls
            .iter()
            .zip(&self.answers)
            .position(|(call, answer)| call.id == id && answer.is_none());
        let Some(place) = place else { return };
        let signature = call_signature(&calls[place]);
        if is_error {
            *self.failures.entry(signature).or_default() += 1;
        } else {
            self.failures.remove(&signature);
        }
        let result = Block::ToolResult {
            call: id.to_owned(),
            content: content.to_owned(),
            is_error,
        };
        self.answers[place] = Some(result);
        if self.answers.iter().all(Option::is_some) {
            let blocks = self.answers.drain(..).flatten().collect();
            self.messages.push(Message {
                speaker: Speaker::User,
                blocks,
            });
            self.turn = Turn::Model;
        }
    }
}

/// Returns the tools that a turn asks for, in order.
pub(crate) fn calls_of_message(message: &Message) -> Vec<Call> {
    let calls = message.blocks.iter().filter_map(|block| match block {
        Block::ToolCall {
            id,
            name,
            arguments,
        } => Some(Call {
            id: id.clone(),
            name: name.clone(),
            arguments: arguments.clone(),
        }),
        _ => None,
    });
    calls.collect()
}

fn call_signature(call: &Call) -> String {
    let arguments = match &call.arguments {
        Ok(arguments) => arguments.to_string(),
        Err(text) => text.clone(),
    };
    format!("{} {}", call.name, journal::hash(arguments.as_bytes()))
}

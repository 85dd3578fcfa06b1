//! The interface of a provider's wire format: where and how a request goes, and how an answer is read, event by
//! event. No input or output, no waiting: so a recorded exchange is all that a test needs.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::catalogue::ModelFacts;
use crate::message::{Block, Message};
use crate::model::{Delta, Overhead, Reply, Request, StopReason, Usage};
use crate::provider_error::ProviderError;
use crate::secret::Secret;
use crate::sse::Event;

/// Whom a request is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// The provider's name, which seals what only it can read.
    pub(crate) provider: &'static str,
    /// The model's name as the provider knows it.
    pub(crate) model: &'a str,
    /// The known facts of it.
    pub(crate) facts: &'a ModelFacts,
    /// The provider's abilities beyond its format.
    pub(crate) abilities: Abilities,
}

/// Abilities of a provider that others with the same format lack.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Abilities {
    /// It keeps what it read for an hour when asked to.
    pub(crate) hour: bool,
    /// It can be told within a conversation how hard to think, for models that know it, and keeps its cache.
    pub(crate) effort_of_turns: bool,
}

/// The tokens that providers add where they document none. OpenAI counts three around a message, three before the
/// reply, and up to twelve around a tool and three around each of its parameters (whose JSON, which is counted by its
/// bytes, is longer than the form that its models see); templates of open models are of that order, and many write a
/// paragraph on the use of tools before the first message.
const USUAL: Overhead = Overhead {
    request: 1_000,
    block: 16,
    tool: 64,
};

/// A wire format.
pub(crate) trait Protocol: fmt::Debug + Sync {
    /// Where a request goes, after the base address.
    fn path(&self, model: &str) -> String;

    /// Headers of each request.
    fn headers(&self, to: Target<'_>, key: Option<&Secret>) -> Vec<(&'static str, String)>;

    /// Returns a request. What stays the same throughout a conversation stands first and the messages last, so that a
    /// request extends the one before.
    fn body(&self, to: Target<'_>, request: &Request<'_>) -> Result<Vec<u8>, serde_json::Error>;

    /// Returns what a provider that speaks it adds to a request, in tokens at most.
    fn overhead(&self) -> Overhead {
        USUAL
    }

    /// Reads the answer to one request.
    fn reader(&self, provider: &'static str) -> Box<dyn ResponseReader>;
}

/// Reads one answer.
pub(crate) trait ResponseReader {
    /// Takes in an event.
    fn take(&mut self, event: &Event, sink: &mut dyn FnMut(Delta)) -> Result<(), ProviderError>;

    /// Returns whether the turn is complete. A stream that ends before is cut off.
    fn is_whole(&self) -> bool;

    /// Returns whether nothing more comes, so that the stream's end need not be waited for.
    fn is_over(&self) -> bool {
        self.is_whole()
    }

    /// Returns the turn.
    fn finish(self: Box<Self>) -> Result<Reply, ProviderError>;
}

/// A block that is being read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Text(String),
    Thinking {
        text: String,
        signature: String,
    },
    Call {
        id: String,
        name: String,
        arguments: String,
    },
    Opaque(Value),
}

/// The blocks of a turn, while they come.
#[derive(Debug)]
pub(crate) struct Parts {
    provider: &'static str,
    parts: Vec<Part>,
}

impl Parts {
    pub(crate) fn new(provider: &'static str) -> Self {
        Self {
            provider,
            parts: Vec::new(),
        }
    }

    /// Adds a block and gives its place.
    pub(crate) fn open(&mut self, part: Part) -> usize {
        self.parts.push(part);
        self.parts.len() - 1
    }

    pub(crate) fn at(&mut self, place: usize) -> Option<&mut Part> {
        self.parts.get_mut(place)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Puts a block before all others.
    pub(crate) fn prepend(&mut self, part: Part) {
        self.parts.insert(0, part);
    }

    /// Goes on with the last block where it is words, else begins one.
    pub(crate) fn push_text(&mut self, words: &str, sink: &mut dyn FnMut(Delta)) {
        if words.is_empty() {
            return;
        }
        sink(Delta::Text(words.to_owned()));
        match self.parts.last_mut() {
            Some(Part::Text(text)) => text.push_str(words),
            _ => self.parts.push(Part::Text(words.to_owned())),
        }
    }

    /// Goes on with the last block where it is unsealed thinking, else begins one.
    pub(crate) fn think(&mut self, words: &str, seal: &str, sink: &mut dyn FnMut(Delta)) {
        if words.is_empty() {
            return;
        }
        sink(Delta::Thinking(words.to_owned()));
        match self.parts.last_mut() {
            Some(Part::Thinking { text, signature }) if signature == seal => text.push_str(words),
            _ => self.parts.push(Part::Thinking {
                text: words.to_owned(),
                signature: seal.to_owned(),
            }),
        }
    }

    /// Returns the turn that they make. Calls decide over what the provider says of the end: some say "stop" to both.
    pub(crate) fn reply(self, stop: StopReason, usage: Usage) -> Reply {
        let provider = self.provider;
        let blocks: Vec<Block> = self
            .parts
            .into_iter()
            .filter_map(|part| finish_block(provider, part))
            .collect();
        let calls = blocks
            .iter()
            .any(|block| matches!(block, Block::ToolCall { .. }));
        let stop = match stop {
            StopReason::EndOfTurn if calls => StopReason::ToolUse,
            StopReason::ToolUse if !calls => StopReason::EndOfTurn,
            other => other,
        };
        Reply {
            message: Message::assistant(blocks),
            stop,
            usage,
        }
    }
}

fn finish_block(provider: &str, part: Part) -> Option<Block> {
    match part {
        Part::Text(text) if text.is_empty() => None,
        Part::Text(text) => Some(Block::Text { text }),
        Part::Thinking { text, signature } if text.is_empty() && signature.is_empty() => None,
        Part::Thinking { text, signature } => Some(Block::Thinking {
            text,
            signature: seal_signature(provider, &signature),
        }),
        Part::Call {
            id,
            name,
            arguments,
        } => Some(Block::ToolCall {
            id,
            name,
            arguments: read_arguments(&arguments),
        }),
        Part::Opaque(value) => Some(Block::Opaque {
            provider: provider.to_owned(),
            value,
        }),
    }
}

/// Returns a signature with the name of the provider that can read it: another would refuse the whole conversation.
fn seal_signature(provider: &str, signature: &str) -> Option<String> {
    if signature.is_empty() {
        None
    } else {
        Some(format!("{provider}:{signature}"))
    }
}

/// Returns the signature, where this provider made it.
pub(crate) fn unseal_signature<'a>(
    provider: &str,
    signature: Option<&'a String>,
) -> Option<&'a str> {
    signature?.strip_prefix(provider)?.strip_prefix(':')
}

/// Returns a call's arguments: an object, or the text that should have been one. None at all are an empty object.
pub(crate) fn read_arguments(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(Value::Object(object)),
        _ => Err(text.to_owned()),
    }
}

/// A call's arguments as they go back to the provider. What was no object goes back as an empty one: providers and the
/// templates of local servers refuse the whole conversation else, and its result tells the model what was wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arguments<'a>(pub(crate) &'a Result<Value, String>);

impl Serialize for Arguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Ok(arguments) => arguments.serialize(serializer),
            Err(_) => serializer.serialize_map(Some(0))?.end(),
        }
    }
}

impl Arguments<'_> {
    /// As a text that holds JSON.
    pub(crate) fn as_text<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Ok(arguments) => serializer.collect_str(arguments),
            Err(_) => serializer.serialize_str("{}"),
        }
    }
}

/// Writes a request: its head, an object, and the conversation as its last member. The conversation is written straight
/// from the messages; it is long, and is written anew with each request.
pub(crate) fn write_request<T: Serialize>(
    head: &Value,
    name: &str,
    conversation: impl IntoIterator<Item = T>,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec(head)?;
    // The closing bracket makes room.
    bytes.pop();
    bytes.extend_from_slice(format!(",\"{name}\":[").as_bytes());
    let mut is_first = true;
    for message in conversation {
        if !std::mem::take(&mut is_first) {
            bytes.push(b',');
        }
        serde_json::to_writer(&mut bytes, &message)?;
    }
    bytes.extend_from_slice(b"]}");
    Ok(bytes)
}

/// Returns an event's data as JSON.
pub(crate) fn parse_data(event: &Event) -> Result<Value, ProviderError> {
    serde_json::from_str(&event.data).map_err(|error| {
        let start: String = event.data.chars().take(80).collect();
        ProviderError::garbled(format!("an event is no JSON ({error}): {start}"))
    })
}

/// Returns a text in JSON, empty where there is none.
pub(crate) fn json_text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Returns a number in JSON, 0 where there is none.
pub(crate) fn json_number(value: &Value, pointer: &str) -> u64 {
    value
        .pointer(pointer)
        .and_then(Value::as_u64)
        .unwrap_or_default()
}

/// Returns the usage of a turn from OpenAI's form of it: a total, and which part of it came from the cache or went
/// there.
pub(crate) fn usage_of_total(total: u64, details: &Value, output: u64) -> Usage {
    let cache_read = json_number(details, "/cached_tokens").min(total);
    let cache_write = json_number(details, "/cache_write_tokens").min(total - cache_read);
    Usage {
        input: total - cache_read - cache_write,
        cache_read,
        cache_write,
        output,
        ..Usage::default()
    }
}

/// Returns a key in the header that most providers read it from.
pub(crate) fn bearer_header(key: Option<&Secret>) -> Vec<(&'static str, String)> {
    key.map(|key| ("authorization", format!("Bearer {}", key.reveal())))
        .into_iter()
        .collect()
}

/// Returns the name of the tool that a call is for.
pub(crate) fn name_of_call<'a>(messages: &'a [Message], call: &str) -> &'a str {
    let blocks = messages.iter().rev().flat_map(|message| &message.blocks);
    let mut names = blocks.filter_map(|block| match block {
        Block::ToolCall { id, name, .. } if id == call => Some(name.as_str()),
        _ => None,
    });
    names.next().unwrap_or("unknown")
}

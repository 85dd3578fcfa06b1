//! Anthropic Messages.
//!
//! ```text
//! message_start        {"message":{"usage":{"input_tokens":9}}}                    the count begins
//! content_block_start  {"index":0,"content_block":{"type":"text","text":""}}       block 0 is text
//! content_block_delta  {"index":0,"delta":{"type":"text_delta","text":"Hi"}}       its text grows
//! message_delta        {"delta":{"stop_reason":"end_turn"},"usage":{…}}            why it ended
//! message_stop         {}                                                          the turn is whole
//! ```

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::catalogue::Thinking;
use crate::message::{Block, Message, Speaker, ToolSpec};
use crate::model::{CacheTime, Delta, Overhead, Reply, Request, StopReason, Usage};
use crate::protocol::{
    self, Arguments, Part, Parts, Protocol, ResponseReader, Target, json_number, json_text,
};
use crate::provider_error::{ErrorBody, ProviderError};
use crate::secret::Secret;
use crate::sse::Event;

const VERSION: &str = "2023-06-01";
/// Lets us say what becomes of thinking whose beginning was compacted.
const BINDING: &str = "thinking-binding-controls-2026-08-01";
/// Lets us change within a conversation how hard the model thinks, without a change of what its cache holds.
const EFFORT: &str = "mid-conversation-output-config-2026-07-01";
/// The tokens of a reply where the model's limit is not known.
const MOST: u32 = 32_000;
/// A mark of the cache finds an earlier one within so many blocks.
const LOOKBACK: usize = 20;
/// The least that thinking may be given.
const LEAST_BUDGET: u32 = 1024;

/// The format.
#[derive(Debug)]
pub(crate) struct Anthropic;

impl Protocol for Anthropic {
    fn path(&self, _: &str) -> String {
        "/v1/messages".to_owned()
    }

    fn headers(&self, to: Target<'_>, key: Option<&Secret>) -> Vec<(&'static str, String)> {
        let mut headers = vec![("anthropic-version", VERSION.to_owned())];
        let is_bound = to.facts.thinking == Thinking::Bound;
        let wanted = [(BINDING, is_bound), (EFFORT, changes_effort(to))];
        let betas: Vec<&str> = wanted
            .into_iter()
            .filter_map(|(beta, wanted)| wanted.then_some(beta))
            .collect();
        if !betas.is_empty() {
            headers.push(("anthropic-beta", betas.join(",")));
        }
        headers.extend(key.map(|key| ("x-api-key", key.reveal().to_owned())));
        headers
    }

    /// Writes the request.
    ///
    /// The mark at the top level asks for everything up to the last message to be cached, so no mark wanders through
    /// the messages; the one on the system text keeps tools and system cached for other conversations.
    fn body(&self, to: Target<'_>, request: &Request<'_>) -> Result<Vec<u8>, serde_json::Error> {
        let most = request.max_tokens.min(to.facts.output.unwrap_or(MOST));
        let mut body = json!({ "model": to.model, "max_tokens": most, "stream": true });
        if let Some(thinking) = thinking_options(to.facts.thinking, request.effort, most) {
            body["thinking"] = thinking;
        }
        if let Some(effort) = request.effort.filter(|_| to.facts.effort) {
            body["output_config"] = json!({ "effort": effort });
        }
        let cache = if to.abilities.hour {
            request.cache
        } else {
            CacheTime::Usual
        };
        let kept = Mark::of(cache);
        body["cache_control"] = json!(kept);
        if !request.tools.is_empty() {
            let tool = |tool: &ToolSpec| json!({ "name": tool.name, "description": tool.description, "input_schema": tool.schema });
            body["tools"] = request.tools.iter().map(tool).collect();
        }
        if !request.system.is_empty() {
            body["system"] =
                json!([{ "type": "text", "text": request.system, "cache_control": kept }]);
        }
        let mark = before_many(request.messages);
        let messages = request
            .messages
            .iter()
            .enumerate()
            .flat_map(|(place, message)| {
                let effort = message.blocks.iter().find_map(|block| match block {
                    Block::Effort { level } if changes_effort(to) => Some(Given::of_effort(level)),
                    _ => None,
                });
                let marked = (mark == Some(place)).then_some(kept);
                effort
                    .into_iter()
                    .chain([Given::new(to.provider, message, marked)])
            });
        protocol::write_request(&body, "messages", messages)
    }

    /// Returns the tokens that Anthropic adds to what it is sent, at most.
    ///
    /// With tools comes a system text of Anthropic's own, of 159 to 530 tokens as its documentation has it; a later
    /// model may have a longer one.
    fn overhead(&self) -> Overhead {
        Overhead {
            request: 2_000,
            block: 16,
            tool: 64,
        }
    }

    fn reader(&self, provider: &'static str) -> Box<dyn ResponseReader> {
        Box::new(Reading {
            parts: Parts::new(provider),
            places: Vec::new(),
            usage: Usage::default(),
            stop: None,
            whole: false,
        })
    }
}

/// Returns whether the model can be told within a conversation how hard to think.
fn changes_effort(to: Target<'_>) -> bool {
    to.abilities.effort_of_turns && to.facts.effort_of_turns
}

/// Returns how the model is asked to think: with a budget and `medium`, a quarter of the reply's tokens.
///
/// Returns none for a model that isn't asked, without an effort where that sets the budget, and for a budget below the
/// least.
fn thinking_options(how: Thinking, effort: Option<&str>, most: u32) -> Option<Value> {
    match how {
        Thinking::Untold | Thinking::Level => None,
        Thinking::Adaptive => Some(json!({ "type": "adaptive" })),
        Thinking::Hidden => Some(json!({ "type": "adaptive", "display": "summarized" })),
        Thinking::Bound => Some(json!({
            "type": "adaptive", "display": "summarized", "block_binding": { "prefix_mismatch_behavior": "drop_block" },
        })),
        Thinking::Budget => {
            let budget = match effort? {
                "low" => most / 8,
                "medium" => most / 4,
                _ => most / 2,
            };
            (budget >= LEAST_BUDGET).then(|| json!({ "type": "enabled", "budget_tokens": budget }))
        }
    }
}

/// Returns the place of the message that gets a mark of its own, if one does.
///
/// Where the last two turns have as many blocks as a mark looks back over (many calls at once), it is the turn before
/// them; else all before would be read anew. Of three messages whose last two have ten blocks each, it is 0. The mark
/// is no part of what is cached.
fn before_many(messages: &[Message]) -> Option<usize> {
    let (before, [call, results]) = messages.split_last_chunk::<2>()?;
    let is_many = call.blocks.len() + results.blocks.len() >= LOOKBACK;
    before.len().checked_sub(1).filter(|_| is_many)
}

/// A message as it is given.
#[derive(Serialize)]
struct Given<'a> {
    role: &'static str,
    content: Vec<Content<'a>>,
    /// The effort from the next turn of the user on; such a message holds nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<Effort<'a>>,
}

#[derive(Serialize)]
struct Effort<'a> {
    effort: &'a str,
}

/// A mark up to which the cache shall hold.
#[derive(Clone, Copy, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Mark {
    Ephemeral {
        #[serde(skip_serializing_if = "Option::is_none")]
        ttl: Option<&'static str>,
    },
}

impl Mark {
    /// Returns the mark for a time: the usual one has no `ttl`, an hour is `1h`.
    fn of(cache: CacheTime) -> Self {
        let ttl = match cache {
            CacheTime::Usual => None,
            CacheTime::Hour => Some("1h"),
        };
        Self::Ephemeral { ttl }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Content<'a> {
    Text {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Mark>,
    },
    Thinking {
        thinking: &'a str,
        signature: &'a str,
    },
    ToolUse {
        id: &'a str,
        name: &'a str,
        input: Arguments<'a>,
    },
    ToolResult {
        tool_use_id: &'a str,
        content: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        is_error: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Mark>,
    },
    #[serde(untagged)]
    Opaque(&'a Value),
}

impl<'a> Given<'a> {
    /// Returns a message as it is given; one without content gets the words `(nothing)`. A mark goes on its last block,
    /// if that can have one.
    fn new(provider: &str, message: &'a Message, marked: Option<Mark>) -> Self {
        let role = match message.speaker {
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
        };
        let mut content: Vec<Content<'a>> = message
            .blocks
            .iter()
            .filter_map(|block| Content::new(provider, block))
            .collect();
        if content.is_empty() {
            // A turn without content is refused.
            content.push(Content::Text {
                text: "(nothing)",
                cache_control: None,
            });
        }
        if let Some(
            Content::Text { cache_control, .. } | Content::ToolResult { cache_control, .. },
        ) = content.last_mut()
        {
            *cache_control = marked;
        }
        Self {
            role,
            content,
            output_config: None,
        }
    }

    /// Returns the message that changes the effort from there on.
    fn of_effort(level: &'a str) -> Self {
        Self {
            role: "system",
            content: Vec::new(),
            output_config: Some(Effort { effort: level }),
        }
    }
}

impl<'a> Content<'a> {
    /// Returns a block as it is given. Returns none for empty text, efforts, and what another provider sealed or made.
    fn new(provider: &str, block: &'a Block) -> Option<Self> {
        match block {
            Block::Text { text } if text.trim().is_empty() => None,
            Block::Text { text } => Some(Self::Text {
                text,
                cache_control: None,
            }),
            Block::Thinking { text, signature } => {
                let signature = protocol::unseal_signature(provider, signature.as_ref())?;
                Some(Self::Thinking {
                    thinking: text,
                    signature,
                })
            }
            Block::ToolCall {
                id,
                name,
                arguments,
            } => Some(Self::ToolUse {
                id,
                name,
                input: Arguments(arguments),
            }),
            Block::ToolResult {
                call,
                content,
                is_error,
            } => {
                let is_error = is_error.then_some(true);
                Some(Self::ToolResult {
                    tool_use_id: call,
                    content,
                    is_error,
                    cache_control: None,
                })
            }
            Block::Effort { .. } => None,
            Block::Opaque {
                provider: whose,
                value,
            } => (whose == provider).then_some(Self::Opaque(value)),
        }
    }
}

struct Reading {
    parts: Parts,
    /// Where the block of each index lies.
    places: Vec<(u64, usize)>,
    usage: Usage,
    stop: Option<StopReason>,
    whole: bool,
}

impl ResponseReader for Reading {
    fn take(&mut self, event: &Event, sink: &mut dyn FnMut(Delta)) -> Result<(), ProviderError> {
        let value = protocol::parse_data(event)?;
        match json_text(&value, "/type") {
            "message_start" => self.count(&value["message"]["usage"]),
            "content_block_start" => {
                self.open(json_number(&value, "/index"), &value["content_block"], sink)
            }
            "content_block_delta" => {
                self.extend(json_number(&value, "/index"), &value["delta"], sink)
            }
            "message_delta" => {
                self.count(&value["usage"]);
                if let Some(reason) = value.pointer("/delta/stop_reason").and_then(Value::as_str) {
                    self.stop = Some(match reason {
                        "tool_use" => StopReason::ToolUse,
                        "max_tokens" | "model_context_window_exceeded" => StopReason::MaxTokens,
                        "refusal" => StopReason::Refusal,
                        _ => StopReason::EndOfTurn,
                    });
                }
            }
            "message_stop" => self.whole = true,
            "error" => {
                let mut error_body = ErrorBody::parse(&value).unwrap_or_default();
                error_body.status = None;
                return Err(error_body.classify());
            }
            _ => {}
        }
        Ok(())
    }

    fn is_whole(&self) -> bool {
        self.whole
    }

    fn finish(self: Box<Self>) -> Result<Reply, ProviderError> {
        let stop = self
            .stop
            .ok_or_else(|| ProviderError::garbled("the answer does not say why it ended"))?;
        Ok(self.parts.reply(stop, self.usage))
    }
}

impl Reading {
    /// Takes in counts. They are totals of the turn so far; some are told at its start alone, some at its end alone.
    fn count(&mut self, usage: &Value) {
        let tell = |name: &str, to: &mut u64| {
            if let Some(number) = usage.get(name).and_then(Value::as_u64) {
                *to = number;
            }
        };
        tell("input_tokens", &mut self.usage.input);
        tell("cache_read_input_tokens", &mut self.usage.cache_read);
        tell("cache_creation_input_tokens", &mut self.usage.cache_write);
        if let Some(number) = usage
            .pointer("/cache_creation/ephemeral_1h_input_tokens")
            .and_then(Value::as_u64)
        {
            self.usage.cache_write_hour = number;
        }
        tell("output_tokens", &mut self.usage.output);
    }

    /// Takes in the beginning of a block. One of an unknown type is kept as it is, to be given back.
    fn open(&mut self, index: u64, block: &Value, sink: &mut dyn FnMut(Delta)) {
        let part = match json_text(block, "/type") {
            "text" => Part::Text(json_text(block, "/text").to_owned()),
            "thinking" => Part::Thinking {
                text: json_text(block, "/thinking").to_owned(),
                signature: json_text(block, "/signature").to_owned(),
            },
            "tool_use" => {
                sink(Delta::ToolCall {
                    name: json_text(block, "/name").to_owned(),
                });
                let input = block
                    .get("input")
                    .filter(|input| input.as_object().is_some_and(|input| !input.is_empty()));
                Part::Call {
                    id: json_text(block, "/id").to_owned(),
                    name: json_text(block, "/name").to_owned(),
                    arguments: input.map(Value::to_string).unwrap_or_default(),
                }
            }
            _ => Part::Opaque(block.clone()),
        };
        match &part {
            Part::Text(words) if !words.is_empty() => sink(Delta::Text(words.clone())),
            Part::Thinking { text, .. } if !text.is_empty() => sink(Delta::Thinking(text.clone())),
            _ => {}
        }
        let place = self.parts.open(part);
        self.places.push((index, place));
    }

    /// Takes in a piece of a block; one for a block that never began, or that does not fit it, is left out.
    fn extend(&mut self, index: u64, delta: &Value, sink: &mut dyn FnMut(Delta)) {
        let place = self
            .places
            .iter()
            .find(|(known, _)| *known == index)
            .map(|(_, place)| *place);
        let Some(part) = place.and_then(|place| self.parts.at(place)) else {
            return;
        };
        match (part, json_text(delta, "/type")) {
            (Part::Text(words), "text_delta") => {
                words.push_str(json_text(delta, "/text"));
                sink(Delta::Text(json_text(delta, "/text").to_owned()));
            }
            (Part::Thinking { text: words, .. }, "thinking_delta") => {
                words.push_str(json_text(delta, "/thinking"));
                sink(Delta::Thinking(json_text(delta, "/thinking").to_owned()));
            }
            (Part::Thinking { signature, .. }, "signature_delta") => {
                signature.push_str(json_text(delta, "/signature"))
            }
            (Part::Call { arguments, .. }, "input_json_delta") => {
                arguments.push_str(json_text(delta, "/partial_json"))
            }
            (Part::Opaque(Value::Object(block)), _) => extend_unknown(block, delta),
            _ => {}
        }
    }
}

/// Extends a block that we don't know: its texts grow, all else is replaced; a tool's input comes as JSON in pieces.
fn extend_unknown(block: &mut Map<String, Value>, delta: &Value) {
    for (name, value) in delta
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "type")
    {
        match (block.get_mut(name), value) {
            (Some(Value::String(held)), Value::String(more)) => held.push_str(more),
            _ => {
                block.insert(name.clone(), value.clone());
            }
        }
    }
    if let Some(Ok(input)) = block
        .get("partial_json")
        .and_then(Value::as_str)
        .map(serde_json::from_str::<Value>)
    {
        block.insert("input".to_owned(), input);
        block.remove("partial_json");
    }
}

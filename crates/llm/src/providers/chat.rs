//! OpenAI Chat Completions, as the servers speak it that others wrote: Ollama, llama.cpp, vLLM, LM Studio, OpenRouter,
//! LiteLLM. So it asks for little and takes in much.
//!
//! ```text
//! {"choices":[{"delta":{"content":"Hi"}}]}                                           text
//! {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{…}}]}}]}       a call begins
//! {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}}]}  its arguments grow
//! {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}                            the turn is whole
//! [DONE]                                                                             nothing follows
//! ```

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::message::{Block, Message, Speaker, ToolSpec};
use crate::model::{Delta, Reply, Request, StopReason, Usage};
use crate::protocol::{
    self, Arguments, Part, Parts, Protocol, ResponseReader, Target, json_number, json_text,
};
use crate::provider_error::{ErrorBody, ProviderError};
use crate::secret::Secret;
use crate::sse::Event;

/// The format.
#[derive(Debug)]
pub(crate) struct Chat;

/// Names under which servers give thinking; they want it back under the same.
const THINKING: [&str; 2] = ["reasoning_content", "reasoning"];
/// Where a router gives thinking with its seals.
const DETAILS: &str = "reasoning_details";

impl Protocol for Chat {
    fn path(&self, _: &str) -> String {
        "/chat/completions".to_owned()
    }

    fn headers(&self, _: Target<'_>, key: Option<&Secret>) -> Vec<(&'static str, String)> {
        protocol::bearer_header(key)
    }

    fn body(&self, to: Target<'_>, request: &Request<'_>) -> Result<Vec<u8>, serde_json::Error> {
        let mut body = json!({ "model": to.model, "stream": true, "stream_options": { "include_usage": true } });
        // A server refuses a limit beyond what its model reads, which only it knows; without one it takes what is left.
        if let Some(most) = to.facts.output {
            body["max_tokens"] = request.max_tokens.min(most).into();
        }
        if let Some(effort) = request.effort.filter(|_| to.facts.effort) {
            body["reasoning_effort"] = effort.into();
        }
        if to.model.starts_with("anthropic/") {
            // Routed to Anthropic, where the cache wants to be asked for.
            body["cache_control"] = json!({ "type": "ephemeral" });
        }
        if !request.tools.is_empty() {
            let tool = |tool: &ToolSpec| {
                json!({
                    "type": "function",
                    "function": { "name": tool.name, "description": tool.description, "parameters": tool.schema },
                })
            };
            body["tools"] = request.tools.iter().map(tool).collect();
        }
        let system = (!request.system.is_empty()).then_some(Given::System {
            content: request.system,
        });
        let messages = request
            .messages
            .iter()
            .flat_map(|message| match message.speaker {
                Speaker::User => give_user(message),
                Speaker::Assistant => vec![Given::Assistant(Assistant {
                    provider: to.provider,
                    message,
                })],
            });
        protocol::write_request(&body, "messages", system.into_iter().chain(messages))
    }

    fn reader(&self, provider: &'static str) -> Box<dyn ResponseReader> {
        Box::new(Reading {
            parts: Parts::new(provider),
            calls: Vec::new(),
            details: Vec::new(),
            usage: Usage::default(),
            stop: None,
            done: false,
        })
    }
}

/// A message as it is given.
#[derive(Serialize)]
#[serde(tag = "role", rename_all = "snake_case")]
enum Given<'a> {
    System {
        content: &'a str,
    },
    User {
        content: String,
    },
    Tool {
        tool_call_id: &'a str,
        content: &'a str,
    },
    #[serde(untagged)]
    Assistant(Assistant<'a>),
}

/// Returns a message of the user as messages of the format: results first, each its own, as they have to follow their
/// calls; then the text, if there is any or nothing else.
fn give_user(message: &Message) -> Vec<Given<'_>> {
    let results = message.blocks.iter().filter_map(|block| match block {
        Block::ToolResult { call, content, .. } => Some(Given::Tool {
            tool_call_id: call,
            content,
        }),
        _ => None,
    });
    let mut messages: Vec<Given<'_>> = results.collect();
    let content = message.text();
    if !content.is_empty() || messages.is_empty() {
        messages.push(Given::User { content });
    }
    messages
}

/// The model's turn, with members that only its server knows.
struct Assistant<'a> {
    provider: &'a str,
    message: &'a Message,
}

#[derive(Serialize)]
struct GivenCall<'a> {
    id: &'a str,
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    #[serde(serialize_with = "Arguments::as_text")]
    arguments: Arguments<'a>,
}

impl Serialize for Assistant<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut given = serializer.serialize_map(None)?;
        given.serialize_entry("role", "assistant")?;
        let mut calls = Vec::new();
        for block in &self.message.blocks {
            match block {
                Block::Thinking { text, signature } => {
                    if let Some(field) =
                        protocol::unseal_signature(self.provider, signature.as_ref())
                    {
                        given.serialize_entry(field, text)?;
                    }
                }
                Block::ToolCall {
                    id,
                    name,
                    arguments,
                } => {
                    let function = Function {
                        name,
                        arguments: Arguments(arguments),
                    };
                    calls.push(GivenCall {
                        id,
                        r#type: "function",
                        function,
                    });
                }
                Block::Opaque {
                    provider,
                    value: Value::Object(fields),
                } if provider == self.provider => {
                    for (name, value) in fields {
                        given.serialize_entry(name, value)?;
                    }
                }
                _ => {}
            }
        }
        let words = self.message.text();
        given.serialize_entry(
            "content",
            &(!words.is_empty() || calls.is_empty()).then_some(words),
        )?;
        if !calls.is_empty() {
            given.serialize_entry("tool_calls", &calls)?;
        }
        given.end()
    }
}

/// A call that is being read.
struct Call {
    index: u64,
    id: String,
    place: usize,
}

struct Reading {
    parts: Parts,
    calls: Vec<Call>,
    details: Vec<Value>,
    usage: Usage,
    stop: Option<StopReason>,
    done: bool,
}

impl ResponseReader for Reading {
    fn take(&mut self, event: &Event, sink: &mut dyn FnMut(Delta)) -> Result<(), ProviderError> {
        if event.data.trim() == "[DONE]" {
            self.done = true;
            return Ok(());
        }
        let value = protocol::parse_data(event)?;
        let choice = &value["choices"][0];
        if value.get("error").is_some_and(|error| !error.is_null()) || event.name == "error" {
            return Err(stream_error(&value));
        }
        if let Some(usage) = value.get("usage").filter(|usage| usage.is_object()) {
            self.count(usage);
        }
        self.extend(json_text(&value, "/id"), &choice["delta"], sink);
        if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str) {
            self.stop = Some(match reason {
                "length" | "max_tokens" => StopReason::MaxTokens,
                "content_filter" => StopReason::Refusal,
                "tool_calls" | "function_call" => StopReason::ToolUse,
                "error" => return Err(stream_error(choice)),
                _ => StopReason::EndOfTurn,
            });
        }
        Ok(())
    }

    fn is_whole(&self) -> bool {
        self.stop.is_some()
    }

    fn is_over(&self) -> bool {
        self.done && self.is_whole()
    }

    fn finish(mut self: Box<Self>) -> Result<Reply, ProviderError> {
        let stop = self
            .stop
            .ok_or_else(|| ProviderError::garbled("the answer does not say why it ended"))?;
        if !self.details.is_empty() {
            self.parts
                .prepend(Part::Opaque(json!({ DETAILS: self.details })));
        }
        Ok(self.parts.reply(stop, self.usage))
    }
}

/// Returns the error of an event; a status below 400 in it is left out, as it says nothing of the error.
fn stream_error(value: &Value) -> ProviderError {
    let error_body = ErrorBody::parse(value).unwrap_or_default();
    ErrorBody {
        status: error_body.status.filter(|status| *status >= 400),
        ..error_body
    }
    .classify()
}

impl Reading {
    /// Takes in the counts, which are totals of the whole turn.
    fn count(&mut self, usage: &Value) {
        let output = json_number(usage, "/completion_tokens");
        self.usage = protocol::usage_of_total(
            json_number(usage, "/prompt_tokens"),
            &usage["prompt_tokens_details"],
            output,
        );
        // Some tell what they took.
        self.usage.cost = usage.get("cost").and_then(Value::as_f64);
    }

    /// Takes in a piece of the turn: sealed thinking, thinking, text, a refusal, calls.
    fn extend(&mut self, answer: &str, delta: &Value, sink: &mut dyn FnMut(Delta)) {
        let details = delta.get(DETAILS).and_then(Value::as_array);
        for detail in details.into_iter().flatten() {
            self.detail(detail);
        }
        // What comes with its seals is given back with them, and not twice.
        let sealed = !self.details.is_empty();
        if let Some(field) = THINKING
            .into_iter()
            .find(|field| !json_text(delta, &format!("/{field}")).is_empty())
        {
            self.parts.think(
                json_text(delta, &format!("/{field}")),
                if sealed { "" } else { field },
                sink,
            );
        }
        self.parts.push_text(json_text(delta, "/content"), sink);
        self.parts.push_text(json_text(delta, "/refusal"), sink);
        for (number, call) in (0..).zip(delta["tool_calls"].as_array().into_iter().flatten()) {
            self.call(answer, number, call, sink);
        }
    }

    /// Takes in a piece of a call: a new one, or more arguments of one that is known.
    ///
    /// Most servers number their calls; some only name them, and send each whole. A number that comes again with
    /// another id and a name is a new call. Without an id it gets one of the answer's id and its place: `answer-0`.
    fn call(&mut self, answer: &str, number: u64, call: &Value, sink: &mut dyn FnMut(Delta)) {
        let index = call.get("index").and_then(Value::as_u64);
        let id = json_text(call, "/id");
        let name = json_text(call, "/function/name");
        let known = self.calls.iter().rposition(|known| match index {
            Some(index) => {
                known.index == index && (id.is_empty() || known.id == id || name.is_empty())
            }
            None => id.is_empty() || known.id == id,
        });
        let place = match known {
            Some(known) => self.calls[known].place,
            None => {
                let place = self.calls.len();
                let id = if id.is_empty() {
                    format!("{answer}-{place}")
                } else {
                    id.to_owned()
                };
                sink(Delta::ToolCall {
                    name: name.to_owned(),
                });
                let part = Part::Call {
                    id: id.clone(),
                    name: name.to_owned(),
                    arguments: String::new(),
                };
                let place = self.parts.open(part);
                self.calls.push(Call {
                    index: index.unwrap_or(number),
                    id,
                    place,
                });
                place
            }
        };
        let Some(Part::Call { arguments, .. }) = self.parts.at(place) else {
            return;
        };
        match call.pointer("/function/arguments") {
            Some(Value::String(piece)) => arguments.push_str(piece),
            Some(whole @ Value::Object(_)) => *arguments = whole.to_string(),
            _ => {}
        }
    }

    /// Takes in a piece of thinking with its seals: pieces of one thing have the same number and type, and their texts
    /// grow. Only the last thing is compared.
    fn detail(&mut self, piece: &Value) {
        let same = |held: &&mut Value| {
            held.get("index") == piece.get("index") && held.get("type") == piece.get("type")
        };
        match (self.details.last_mut().filter(same), piece) {
            (Some(Value::Object(held)), Value::Object(piece)) => {
                for (name, value) in piece {
                    match (held.get_mut(name), value) {
                        (Some(Value::String(held)), Value::String(more))
                            if matches!(name.as_str(), "text" | "summary" | "data") =>
                        {
                            held.push_str(more);
                        }
                        (_, Value::Null) => {}
                        _ => {
                            held.insert(name.clone(), value.clone());
                        }
                    }
                }
            }
            _ => self.details.push(piece.clone()),
        }
    }
}

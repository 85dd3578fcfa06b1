//! OpenAI Responses. Nothing is stored there: each request holds the whole conversation, reasoning in its encrypted
//! form.
//!
//! ```text
//! response.output_item.added   {"output_index":0,"item":{"type":"message","content":[]}}   item 0 begins
//! response.output_text.delta   {"output_index":0,"delta":"Hi"}                             its text grows
//! response.output_item.done    {"output_index":0,"item":{…}}                               item 0 as it is in the end
//! response.completed           {"response":{"usage":{…}}}                                  the turn is whole
//! ```

use serde::Serialize;
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
pub(crate) struct Responses;

impl Protocol for Responses {
    fn path(&self, _: &str) -> String {
        "/responses".to_owned()
    }

    fn headers(&self, _: Target<'_>, key: Option<&Secret>) -> Vec<(&'static str, String)> {
        protocol::bearer_header(key)
    }

    fn body(&self, to: Target<'_>, request: &Request<'_>) -> Result<Vec<u8>, serde_json::Error> {
        let mut body = json!({ "model": to.model, "stream": true, "store": false });
        if let Some(most) = to.facts.output {
            body["max_output_tokens"] = request.max_tokens.min(most).into();
        }
        if to.facts.effort {
            // A model that does not reason refuses this.
            body["include"] = json!(["reasoning.encrypted_content"]);
            if let Some(effort) = request.effort {
                body["reasoning"] = json!({ "effort": effort });
            }
        }
        // Requests with the same key go to the same machine, whose cache holds what they begin with.
        body["prompt_cache_key"] = cache_key(request).into();
        if !request.tools.is_empty() {
            let tool = |tool: &ToolSpec| {
                json!({
                    "type": "function", "name": tool.name, "description": tool.description, "parameters": tool.schema,
                    "strict": false,
                })
            };
            body["tools"] = request.tools.iter().map(tool).collect();
        }
        if !request.system.is_empty() {
            body["instructions"] = request.system.into();
        }
        protocol::write_request(
            &body,
            "input",
            request
                .messages
                .iter()
                .flat_map(|message| items_of_message(to.provider, message)),
        )
    }

    fn reader(&self, provider: &'static str) -> Box<dyn ResponseReader> {
        Box::new(Reading {
            parts: Parts::new(provider),
            places: Vec::new(),
            usage: Usage::default(),
            stop: None,
        })
    }
}

/// Returns a name for what the requests of a conversation have in common (FNV-1a).
///
/// It is made of the system text and the names of the tools, and has sixteen hexadecimal digits.
fn cache_key(request: &Request<'_>) -> String {
    let names = request.tools.iter().map(|tool| tool.name.as_str());
    let bytes = std::iter::once(request.system)
        .chain(names)
        .flat_map(str::bytes);
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A part of the conversation as it is given.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item<'a> {
    Message {
        role: &'static str,
        content: [Content<'a>; 1],
        #[serde(skip_serializing_if = "Option::is_none")]
        phase: Option<&'a Value>,
    },
    FunctionCall {
        call_id: &'a str,
        name: &'a str,
        #[serde(serialize_with = "Arguments::as_text")]
        arguments: Arguments<'a>,
    },
    FunctionCallOutput {
        call_id: &'a str,
        output: &'a str,
    },
    #[serde(untagged)]
    Opaque(&'a Value),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Content<'a> {
    InputText { text: &'a str },
    OutputText { text: &'a str },
}

/// Returns the items of a message: texts, calls, results, and what this provider made itself.
///
/// Our own block of a phase is put into the text after it. Thinking of others, efforts and empty text are left out.
fn items_of_message<'a>(provider: &str, message: &'a Message) -> Vec<Item<'a>> {
    let mut items = Vec::new();
    let mut phase = None;
    for block in &message.blocks {
        match block {
            Block::Text { text } if text.is_empty() => {}
            Block::Text { text } => {
                let (role, content) = match message.speaker {
                    Speaker::User => ("user", Content::InputText { text }),
                    Speaker::Assistant => ("assistant", Content::OutputText { text }),
                };
                items.push(Item::Message {
                    role,
                    content: [content],
                    phase: phase.take(),
                });
            }
            Block::Thinking { .. } | Block::Effort { .. } => {}
            Block::ToolCall {
                id,
                name,
                arguments,
            } => {
                items.push(Item::FunctionCall {
                    call_id: id,
                    name,
                    arguments: Arguments(arguments),
                });
            }
            Block::ToolResult { call, content, .. } => {
                items.push(Item::FunctionCallOutput {
                    call_id: call,
                    output: content,
                });
            }
            Block::Opaque {
                provider: whose,
                value,
            } if whose == provider => match value.get("phase") {
                Some(held) if json_text(value, "/type") == PHASE => phase = Some(held),
                _ => items.push(Item::Opaque(value)),
            },
            Block::Opaque { .. } => {}
        }
    }
    items
}

/// The type of our own block that keeps the phase of the message after it.
const PHASE: &str = "message_phase";

struct Reading {
    parts: Parts,
    /// The output's index, where it lies, and whether it is complete.
    places: Vec<(u64, usize, bool)>,
    usage: Usage,
    stop: Option<StopReason>,
}

impl ResponseReader for Reading {
    fn take(&mut self, event: &Event, sink: &mut dyn FnMut(Delta)) -> Result<(), ProviderError> {
        if event.data == "[DONE]" {
            return Ok(());
        }
        let value = protocol::parse_data(event)?;
        let index = json_number(&value, "/output_index");
        let words = json_text(&value, "/delta");
        match json_text(&value, "/type") {
            "response.output_item.added" => {
                if json_text(&value, "/item/type") == "function_call" {
                    sink(Delta::ToolCall {
                        name: json_text(&value, "/item/name").to_owned(),
                    });
                }
                self.set_item(index, &value["item"], false);
            }
            "response.output_text.delta" | "response.refusal.delta" => {
                if let Some(Part::Text(held)) = self.at(index) {
                    held.push_str(words);
                }
                sink(Delta::Text(words.to_owned()));
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                sink(Delta::Thinking(words.to_owned()));
            }
            "response.function_call_arguments.delta" => {
                if let Some(Part::Call { arguments, .. }) = self.at(index) {
                    arguments.push_str(words);
                }
            }
            "response.output_item.done" => self.set_item(index, &value["item"], true),
            "response.completed" | "response.incomplete" => self.end(&value["response"]),
            "response.failed" => return Err(event_error(&value["response"])),
            "error" => return Err(event_error(&value)),
            _ => {}
        }
        Ok(())
    }

    fn is_whole(&self) -> bool {
        self.stop.is_some()
    }

    fn finish(mut self: Box<Self>) -> Result<Reply, ProviderError> {
        let stop = self
            .stop
            .ok_or_else(|| ProviderError::garbled("the answer does not say why it ended"))?;
        // An item that we don't know and that was cut off can't be given back.
        for (_, place, complete) in self.places {
            if let Some(part @ Part::Opaque(_)) = self.parts.at(place)
                && !complete
            {
                *part = Part::Text(String::new());
            }
        }
        Ok(self.parts.reply(stop, self.usage))
    }
}

/// Returns the error of an event; a status in it is left out.
fn event_error(value: &Value) -> ProviderError {
    ErrorBody {
        status: None,
        ..ErrorBody::parse(value).unwrap_or_default()
    }
    .classify()
}

impl Reading {
    /// Returns the part of the output's index; none where no such item began.
    fn at(&mut self, index: u64) -> Option<&mut Part> {
        let place = self
            .places
            .iter()
            .find(|(known, ..)| *known == index)
            .map(|(_, place, _)| *place)?;
        self.parts.at(place)
    }

    /// Takes in an item: as it begins, and as it is in the end.
    fn set_item(&mut self, index: u64, item: &Value, complete: bool) {
        let part = match json_text(item, "/type") {
            "message" => {
                let pieces = item["content"].as_array().into_iter().flatten();
                let words: String = pieces
                    .map(|piece| [json_text(piece, "/text"), json_text(piece, "/refusal")].concat())
                    .collect();
                Part::Text(words)
            }
            "function_call" => Part::Call {
                id: json_text(item, "/call_id").to_owned(),
                name: json_text(item, "/name").to_owned(),
                arguments: json_text(item, "/arguments").to_owned(),
            },
            // Without its encrypted form, reasoning that is not stored can't be given back.
            "reasoning" if complete && json_text(item, "/encrypted_content").is_empty() => {
                Part::Text(String::new())
            }
            _ => Part::Opaque(item.clone()),
        };
        if let Some(known) = self.places.iter_mut().find(|(known, ..)| *known == index) {
            known.2 = complete;
            let place = known.1;
            if let Some(held) = self.parts.at(place) {
                *held = part;
            }
            return;
        }
        if let Some(phase) = item.get("phase").filter(|phase| phase.is_string()) {
            self.parts
                .open(Part::Opaque(json!({ "type": PHASE, "phase": phase })));
        }
        let place = self.parts.open(part);
        self.places.push((index, place, complete));
    }

    /// Takes in the end: counts, and why it ended. Items that no event brought are taken from the whole response.
    fn end(&mut self, response: &Value) {
        if self.parts.is_empty() {
            for (index, item) in (0..).zip(response["output"].as_array().into_iter().flatten()) {
                self.set_item(index, item, true);
            }
        }
        let usage = &response["usage"];
        let output = json_number(usage, "/output_tokens");
        self.usage = protocol::usage_of_total(
            json_number(usage, "/input_tokens"),
            &usage["input_tokens_details"],
            output,
        );
        let output = response["output"].as_array().into_iter().flatten();
        let mut pieces = output.flat_map(|item| item["content"].as_array().into_iter().flatten());
        self.stop = Some(match json_text(response, "/incomplete_details/reason") {
            "max_output_tokens" => StopReason::MaxTokens,
            "content_filter" => StopReason::Refusal,
            _ if pieces.any(|piece| json_text(piece, "/type") == "refusal") => StopReason::Refusal,
            _ => StopReason::EndOfTurn,
        });
    }
}

//! OpenAI Responses. Nothing is stored there: each request holds the whole conversation, reasoning in its encrypted form.

use serde::Serialize;
use serde_json::{Value, json};

use crate::message::{Block, Message, Speaker, ToolSpec};
use crate::model::{Delta, Reply, Request, StopReason, Usage};
use crate::secret::Secret;
use crate::sse::Event;
use crate::trouble::{Complaint, Trouble};
use crate::wire::{self, Addressee, Arguments, Part, Parts, Reader, Wire, number, text};

/// The format.
#[derive(Debug)]
pub(crate) struct Responses;

impl Wire for Responses {
    fn path(&self, _: &str) -> String {
        "/responses".to_owned()
    }

    fn headers(&self, _: Addressee<'_>, key: Option<&Secret>) -> Vec<(&'static str, String)> {
        wire::bearer(key)
    }

    fn body(&self, to: Addressee<'_>, request: &Request<'_>) -> Result<Vec<u8>, serde_json::Error> {
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
        wire::write(&body, "input", request.messages.iter().flat_map(|message| give(to.provider, message)))
    }

    fn reader(&self, provider: &'static str) -> Box<dyn Reader> {
        Box::new(Reading { parts: Parts::new(provider), places: Vec::new(), usage: Usage::default(), stop: None })
    }
}

/// A name for what the requests of a conversation have in common (FNV-1a).
fn cache_key(request: &Request<'_>) -> String {
    let names = request.tools.iter().map(|tool| tool.name.as_str());
    let bytes = std::iter::once(request.system).chain(names).flat_map(str::bytes);
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
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

fn give<'a>(provider: &str, message: &'a Message) -> Vec<Item<'a>> {
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
                items.push(Item::Message { role, content: [content], phase: phase.take() });
            }
            Block::Thinking { .. } | Block::Effort { .. } => {}
            Block::ToolCall { id, name, arguments } => {
                items.push(Item::FunctionCall { call_id: id, name, arguments: Arguments(arguments) });
            }
            Block::ToolResult { call, content, .. } => {
                items.push(Item::FunctionCallOutput { call_id: call, output: content });
            }
            Block::Opaque { provider: whose, value } if whose == provider => match value.get("phase") {
                Some(held) if text(value, "/type") == PHASE => phase = Some(held),
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

impl Reader for Reading {
    fn take(&mut self, event: &Event, sink: &mut dyn FnMut(Delta)) -> Result<(), Trouble> {
        if event.data == "[DONE]" {
            return Ok(());
        }
        let value = wire::json(event)?;
        let index = number(&value, "/output_index");
        let words = text(&value, "/delta");
        match text(&value, "/type") {
            "response.output_item.added" => {
                if text(&value, "/item/type") == "function_call" {
                    sink(Delta::ToolCall { name: text(&value, "/item/name").to_owned() });
                }
                self.put(index, &value["item"], false);
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
            "response.output_item.done" => self.put(index, &value["item"], true),
            "response.completed" | "response.incomplete" => self.end(&value["response"]),
            "response.failed" => return Err(complain(&value["response"])),
            "error" => return Err(complain(&value)),
            _ => {}
        }
        Ok(())
    }

    fn is_whole(&self) -> bool {
        self.stop.is_some()
    }

    fn finish(mut self: Box<Self>) -> Result<Reply, Trouble> {
        let stop = self.stop.ok_or_else(|| Trouble::garbled("the answer does not say why it ended"))?;
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

fn complain(value: &Value) -> Trouble {
    Complaint { status: None, ..Complaint::read(value).unwrap_or_default() }.judge()
}

impl Reading {
    fn at(&mut self, index: u64) -> Option<&mut Part> {
        let place = self.places.iter().find(|(known, ..)| *known == index).map(|(_, place, _)| *place)?;
        self.parts.at(place)
    }

    /// Takes in an item: as it begins, and as it is in the end.
    fn put(&mut self, index: u64, item: &Value, complete: bool) {
        let part = match text(item, "/type") {
            "message" => {
                let pieces = item["content"].as_array().into_iter().flatten();
                let words: String =
                    pieces.map(|piece| [text(piece, "/text"), text(piece, "/refusal")].concat()).collect();
                Part::Text(words)
            }
            "function_call" => Part::Call {
                id: text(item, "/call_id").to_owned(),
                name: text(item, "/name").to_owned(),
                arguments: text(item, "/arguments").to_owned(),
            },
            // Without its encrypted form, reasoning that is not stored can't be given back.
            "reasoning" if complete && text(item, "/encrypted_content").is_empty() => Part::Text(String::new()),
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
            self.parts.open(Part::Opaque(json!({ "type": PHASE, "phase": phase })));
        }
        let place = self.parts.open(part);
        self.places.push((index, place, complete));
    }

    fn end(&mut self, response: &Value) {
        if self.parts.is_empty() {
            for (index, item) in (0..).zip(response["output"].as_array().into_iter().flatten()) {
                self.put(index, item, true);
            }
        }
        let usage = &response["usage"];
        let output = number(usage, "/output_tokens");
        self.usage = wire::usage_of_total(number(usage, "/input_tokens"), &usage["input_tokens_details"], output);
        let output = response["output"].as_array().into_iter().flatten();
        let mut pieces = output.flat_map(|item| item["content"].as_array().into_iter().flatten());
        self.stop = Some(match text(response, "/incomplete_details/reason") {
            "max_output_tokens" => StopReason::MaxTokens,
            "content_filter" => StopReason::Refusal,
            _ if pieces.any(|piece| text(piece, "/type") == "refusal") => StopReason::Refusal,
            _ => StopReason::EndOfTurn,
        });
    }
}

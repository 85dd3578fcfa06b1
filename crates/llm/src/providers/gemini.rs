//! Gemini's `generateContent`. Its seals stand on parts (a call, or words); we keep each as thinking of its own before
//! the part, and put it back there.
//!
//! ```text
//! {"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}       text
//! {"candidates":[{"content":{"parts":[{"functionCall":{…},"thoughtSignature":"s"}]}}]}
//!                                                              thinking with the seal `s`, then a call
//! {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{…}} the turn is whole
//! ```

use serde::Serialize;
use serde_json::{Value, json};

use crate::catalogue::Thinking;
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
pub(crate) struct Gemini;

impl Protocol for Gemini {
    fn path(&self, model: &str) -> String {
        format!("/v1beta/models/{model}:streamGenerateContent?alt=sse")
    }

    fn headers(&self, _: Target<'_>, key: Option<&Secret>) -> Vec<(&'static str, String)> {
        key.map(|key| ("x-goog-api-key", key.reveal().to_owned()))
            .into_iter()
            .collect()
    }

    fn body(&self, to: Target<'_>, request: &Request<'_>) -> Result<Vec<u8>, serde_json::Error> {
        let mut body = json!({ "generationConfig": {} });
        if let Some(most) = to.facts.output {
            body["generationConfig"]["maxOutputTokens"] = request.max_tokens.min(most).into();
        }
        if to.facts.thinking == Thinking::Level {
            body["generationConfig"]["thinkingConfig"] = json!({ "includeThoughts": true });
            if let Some(effort) = request.effort {
                body["generationConfig"]["thinkingConfig"]["thinkingLevel"] = effort.into();
            }
        }
        if !request.tools.is_empty() {
            let tool = |tool: &ToolSpec| json!({ "name": tool.name, "description": tool.description, "parametersJsonSchema": tool.schema });
            body["tools"] = json!([{ "functionDeclarations": request.tools.iter().map(tool).collect::<Value>() }]);
        }
        if !request.system.is_empty() {
            body["systemInstruction"] = json!({ "parts": [{ "text": request.system }] });
        }
        let contents = request
            .messages
            .iter()
            .map(|message| Content::new(to.provider, message, request.messages));
        protocol::write_request(&body, "contents", contents)
    }

    fn reader(&self, provider: &'static str) -> Box<dyn ResponseReader> {
        Box::new(Reading {
            parts: Parts::new(provider),
            calls: 0,
            usage: Usage::default(),
            stop: None,
        })
    }
}

/// A message as it is given.
#[derive(Serialize)]
struct Content<'a> {
    role: &'static str,
    parts: Vec<GivenPart<'a>>,
}

#[derive(Serialize)]
struct GivenPart<'a> {
    #[serde(flatten)]
    what: What<'a>,
    #[serde(rename = "thoughtSignature", skip_serializing_if = "Option::is_none")]
    seal: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum What<'a> {
    Text(&'a str),
    FunctionCall {
        id: &'a str,
        name: &'a str,
        args: Arguments<'a>,
    },
    FunctionResponse {
        id: &'a str,
        name: &'a str,
        response: Response<'a>,
    },
    #[serde(untagged)]
    Opaque(&'a Value),
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Response<'a> {
    Output(&'a str),
    Error(&'a str),
}

impl<'a> Content<'a> {
    /// Returns a message as it is given: each seal on the part after it, or on an empty text where none follows.
    fn new(provider: &str, message: &'a Message, all: &'a [Message]) -> Self {
        let role = match message.speaker {
            Speaker::User => "user",
            Speaker::Assistant => "model",
        };
        let mut parts: Vec<GivenPart<'a>> = Vec::new();
        let mut seal = None;
        for block in &message.blocks {
            if let Block::Thinking { signature, .. } = block {
                let Some(signature) = protocol::unseal_signature(provider, signature.as_ref())
                else {
                    continue;
                };
                // A seal with no part of its own gets one.
                if let Some(earlier) = seal.replace(signature) {
                    parts.push(GivenPart {
                        what: What::Text(""),
                        seal: Some(earlier),
                    });
                }
            } else if let Some(what) = What::new(provider, block, all) {
                parts.push(GivenPart {
                    what,
                    seal: seal.take(),
                });
            }
        }
        if seal.is_some() {
            parts.push(GivenPart {
                what: What::Text(""),
                seal,
            });
        }
        if parts.is_empty() {
            // A turn without parts is refused.
            parts.push(GivenPart {
                what: What::Text("(nothing)"),
                seal: None,
            });
        }
        Self { role, parts }
    }
}

impl<'a> What<'a> {
    /// Returns the part of a block. Returns none for empty text, thinking, efforts, and what another provider made.
    fn new(provider: &str, block: &'a Block, all: &'a [Message]) -> Option<Self> {
        match block {
            Block::Text { text } => (!text.is_empty()).then_some(Self::Text(text)),
            Block::ToolCall {
                id,
                name,
                arguments,
            } => Some(Self::FunctionCall {
                id,
                name,
                args: Arguments(arguments),
            }),
            Block::ToolResult {
                call,
                content,
                is_error,
            } => {
                let response = if *is_error {
                    Response::Error(content)
                } else {
                    Response::Output(content)
                };
                Some(Self::FunctionResponse {
                    id: call,
                    name: protocol::name_of_call(all, call),
                    response,
                })
            }
            Block::Opaque {
                provider: whose,
                value,
            } => (whose == provider).then_some(Self::Opaque(value)),
            Block::Thinking { .. } | Block::Effort { .. } => None,
        }
    }
}

struct Reading {
    parts: Parts,
    calls: usize,
    usage: Usage,
    stop: Option<StopReason>,
}

impl ResponseReader for Reading {
    fn take(&mut self, event: &Event, sink: &mut dyn FnMut(Delta)) -> Result<(), ProviderError> {
        let value = protocol::parse_data(event)?;
        if value.get("error").is_some() {
            return Err(ErrorBody::parse(&value).unwrap_or_default().classify());
        }
        if let Some(usage) = value.get("usageMetadata") {
            let total = json_number(usage, "/promptTokenCount")
                + json_number(usage, "/toolUsePromptTokenCount");
            let cached = json!({ "cached_tokens": usage["cachedContentTokenCount"] });
            let output = json_number(usage, "/candidatesTokenCount")
                + json_number(usage, "/thoughtsTokenCount");
            self.usage = protocol::usage_of_total(total, &cached, output);
        }
        let candidate = &value["candidates"][0];
        for part in candidate["content"]["parts"]
            .as_array()
            .into_iter()
            .flatten()
        {
            self.part(json_text(&value, "/responseId"), part, sink);
        }
        if !json_text(&value, "/promptFeedback/blockReason").is_empty() {
            self.stop = Some(StopReason::Refusal);
        }
        if let Some(reason) = candidate.get("finishReason").and_then(Value::as_str) {
            self.stop = Some(self.reason(reason, json_text(candidate, "/finishMessage"))?);
        }
        Ok(())
    }

    fn is_whole(&self) -> bool {
        self.stop.is_some()
    }

    fn is_over(&self) -> bool {
        // The count comes with the last piece, but a seal may come after it.
        false
    }

    fn finish(self: Box<Self>) -> Result<Reply, ProviderError> {
        let stop = self
            .stop
            .ok_or_else(|| ProviderError::garbled("the answer does not say why it ended"))?;
        Ok(self.parts.reply(stop, self.usage))
    }
}

impl Reading {
    /// Takes in a part: its seal first, then a call, thinking or text; a part of another kind is kept as it is, if it
    /// has no seal.
    ///
    /// A call without an id gets one of the answer's id and its number: `answer-0`.
    fn part(&mut self, answer: &str, part: &Value, sink: &mut dyn FnMut(Delta)) {
        let seal = json_text(part, "/thoughtSignature");
        if !seal.is_empty() {
            self.parts.open(Part::Thinking {
                text: String::new(),
                signature: seal.to_owned(),
            });
        }
        if let Some(call) = part.get("functionCall") {
            let id = match json_text(call, "/id") {
                "" => format!("{answer}-{}", self.calls),
                id => id.to_owned(),
            };
            self.calls += 1;
            let name = json_text(call, "/name").to_owned();
            sink(Delta::ToolCall { name: name.clone() });
            let arguments = call.get("args").map(Value::to_string).unwrap_or_default();
            self.parts.open(Part::Call {
                id,
                name,
                arguments,
            });
        } else if let Some(words) = part.get("text").and_then(Value::as_str) {
            if part["thought"] == true {
                self.parts.think(words, "", sink);
            } else {
                self.parts.push_text(words, sink);
            }
        } else if part.as_object().is_some_and(|part| !part.is_empty()) && seal.is_empty() {
            self.parts.open(Part::Opaque(part.clone()));
        }
    }

    /// Returns why the turn ended: `MAX_TOKENS`, a refusal, or its end.
    ///
    /// # Errors Where the turn came to nothing, or a call was malformed (`MALFORMED_FUNCTION_CALL`).
    fn reason(&self, reason: &str, message: &str) -> Result<StopReason, ProviderError> {
        match reason {
            "MAX_TOKENS" => Ok(StopReason::MaxTokens),
            "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" => {
                Ok(StopReason::Refusal)
            }
            "STOP" if !self.parts.is_empty() => Ok(StopReason::EndOfTurn),
            _ if reason.contains("CALL") || self.parts.is_empty() => Err(ProviderError::garbled(
                format!("the model's turn came to nothing: {reason} {message}").trim_end(),
            )),
            _ => Ok(StopReason::EndOfTurn),
        }
    }
}

//! The ways in which one attempt can fail, sorted into those worth another attempt and those that are not.
//!
//! ```text
//! 429, retry-after: 20                       rate limit: try again, after 20 s
//! 529 or "overloaded"                        provider: try again
//! 400, "prompt is too long"                  context overflow: no second attempt
//! 401                                        key: no second attempt
//! an error within a stream, without status   provider: try again, unless it names an invalid request
//! ```

use std::time::{Duration, SystemTime};

use hyper::HeaderMap;
use serde_json::Value;

use crate::model::Fault;

/// Why a try failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ProviderError {
    pub(crate) fault: Fault,
    /// The description for people.
    pub(crate) message: String,
    /// True if another attempt may succeed.
    pub(crate) retryable: bool,
    /// The wait that the provider asks for.
    pub(crate) wait: Option<Duration>,
}

/// A provider's description of an error, whatever the shape in which it comes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ErrorBody {
    /// The status of the answer, none within a stream.
    pub(crate) status: Option<u16>,
    /// Its names for the error, in lower case.
    pub(crate) kind: String,
    /// Its words.
    pub(crate) message: String,
    /// The wait that it asks for.
    pub(crate) wait: Option<Duration>,
    /// The provider's own word on whether another attempt is of use.
    pub(crate) retry: Option<bool>,
}

/// Words by which a conversation that is too long is told, in the answers of all the servers that we know.
const TOO_LONG: [&str; 15] = [
    "prompt is too long",
    "context_length_exceeded",
    "context length",
    "context window",
    "context size",
    "exceed_context_size",
    "exceed context limit",
    "maximum context",
    "request_too_large",
    "exceeds the maximum number of tokens",
    "maximum prompt length",
    "input is too long",
    "too many tokens",
    "reduce the length",
    "prompt too long",
];
/// Words for an account that can't pay.
const NO_MONEY: [&str; 6] = [
    "insufficient_quota",
    "credit balance",
    "billing",
    "payment required",
    "insufficient credits",
    "quota_exceeded",
];
/// Words for a key that is wrong or missing.
const BAD_KEY: [&str; 7] = [
    "authentication_error",
    "invalid_api_key",
    "api_key_invalid",
    "api key not valid",
    "invalid x-api-key",
    "unregistered callers",
    "unauthenticated",
];
/// Words for a model that the provider does not have.
const NO_MODEL: [&str; 4] = [
    "model_not_found",
    "model not found",
    "unknown model",
    "not a valid model",
];

impl ProviderError {
    /// Makes the error of a connection that failed: the line, not the provider; another attempt may succeed.
    pub(crate) fn network(message: impl Into<String>) -> Self {
        Self {
            fault: Fault::Network,
            message: message.into(),
            retryable: true,
            wait: None,
        }
    }

    /// Makes the error of a response that can't be read; another attempt may succeed.
    pub(crate) fn garbled(message: impl Into<String>) -> Self {
        Self {
            fault: Fault::Garbled,
            message: message.into(),
            retryable: true,
            wait: None,
        }
    }
}

/// Returns the wait that Gemini states: `"details": [{"retryDelay": "17s"}]`.
fn stated_wait(error: &Value) -> Option<Duration> {
    error
        .get("details")?
        .as_array()?
        .iter()
        .filter_map(|detail| detail.get("retryDelay")?.as_str()?.strip_suffix('s'))
        .find_map(parse_seconds)
}

impl ErrorBody {
    /// Reads an error out of JSON: `{"error": {"type", "code", "status", "message"}}`, alone or in a list, a text in
    /// place of the object, or the object without its wrapping.
    ///
    /// Returns none where neither a message nor a name of an error is found.
    pub(crate) fn parse(value: &Value) -> Option<Self> {
        let value = value
            .as_array()
            .and_then(|list| list.first())
            .unwrap_or(value);
        let error = value
            .get("error")
            .filter(|error| !error.is_null())
            .unwrap_or(value);
        if let Some(message) = error.as_str() {
            return Some(Self {
                message: message.to_owned(),
                ..Self::default()
            });
        }
        let message = ["message", "detail"]
            .iter()
            .find_map(|name| error.get(*name));
        let message = message.map(|message| {
            message
                .as_str()
                .map_or_else(|| message.to_string(), str::to_owned)
        });
        let named = ["type", "code", "status"]
            .iter()
            .filter_map(|name| error.get(*name));
        let kind: Vec<String> = named
            .map(|name| {
                name.as_str()
                    .map_or_else(|| name.to_string(), str::to_lowercase)
            })
            .collect();
        if message.is_none() && kind.is_empty() {
            return None;
        }
        // OpenRouter hides the words of the provider behind it one deeper.
        let raw = error
            .get("metadata")
            .and_then(|metadata| metadata.get("raw"))
            .and_then(Value::as_str);
        let message = [
            message.as_deref().unwrap_or_default(),
            raw.unwrap_or_default(),
        ]
        .join(" ")
        .trim()
        .to_owned();
        let status = error
            .get("code")
            .and_then(Value::as_u64)
            .and_then(|code| u16::try_from(code).ok());
        Some(Self {
            status,
            kind: kind.join(" "),
            message,
            wait: stated_wait(error),
            retry: None,
        })
    }

    /// Reads an answer that is no success.
    ///
    /// A body that is no such JSON gives its first 300 letters. The headers' wait comes before the body's.
    pub(crate) fn from_response(
        status: u16,
        headers: &HeaderMap,
        body: &str,
        now: SystemTime,
    ) -> Self {
        let mut error_body = serde_json::from_str(body)
            .ok()
            .and_then(|value| Self::parse(&value))
            .unwrap_or_else(|| {
                let words: String = body
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .chars()
                    .take(300)
                    .collect();
                Self {
                    message: words,
                    ..Self::default()
                }
            });
        error_body.status = Some(status);
        error_body.wait = requested_wait(headers, now).or(error_body.wait);
        error_body.retry = headers
            .get("x-should-retry")
            .map(|value| value.as_bytes() == b"true");
        error_body
    }

    /// Returns the fault that it stands for, and whether to try again.
    ///
    /// Words come before numbers where they say more: a conversation that is too long may come with any status.
    /// The provider's own word on trying again (`x-should-retry`) overrules ours.
    pub(crate) fn classify(&self) -> ProviderError {
        let said = format!("{} {}", self.kind, self.message.to_lowercase());
        let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
        let status = self.status.unwrap_or(0);
        let (fault, passes) = match status {
            // A limit of tokens a minute speaks of too many tokens as well, and passes.
            _ if says(&TOO_LONG) && !says(&["rate_limit", "per minute"]) => {
                (Fault::ContextOverflow, false)
            }
            413 => (Fault::ContextOverflow, false),
            402 => (Fault::Account, false),
            // Gemini speaks of billing whenever its rate is exceeded.
            _ if says(&NO_MONEY) && !says(&["resource_exhausted"]) => (Fault::Account, false),
            401 => (Fault::Key, false),
            _ if says(&BAD_KEY) => (Fault::Key, false),
            403 => (Fault::Account, false),
            529 => (Fault::Provider, true),
            _ if says(&["overloaded"]) => (Fault::Provider, true),
            429 => (Fault::RateLimit, true),
            _ if says(&["rate_limit", "resource_exhausted"]) => (Fault::RateLimit, true),
            _ if says(&NO_MODEL) => (Fault::UnknownModel, false),
            404 if says(&["model"]) => (Fault::UnknownModel, false),
            404 => (Fault::Request, false),
            408 | 409 | 425 | 500.. => (Fault::Provider, true),
            0 if says(&["invalid_request", "invalid_prompt", "invalid_argument"]) => {
                (Fault::Request, false)
            }
            0 => (Fault::Provider, true),
            _ => (Fault::Request, false),
        };
        let message = match (self.status, self.message.is_empty()) {
            (Some(status), true) => format!("it answered with status {status} {}", self.kind)
                .trim_end()
                .to_owned(),
            (Some(status), false) => format!("{} (status {status})", self.message),
            (None, true) => format!("it reports {}", self.kind),
            (None, false) => self.message.clone(),
        };
        ProviderError {
            fault,
            message,
            retryable: self.retry.unwrap_or(passes),
            wait: self.wait,
        }
    }
}

/// Returns the wait that the headers of an answer ask for: milliseconds, seconds, or until a date.
fn requested_wait(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(wait) = text("retry-after-ms").and_then(parse_seconds) {
        return Some(wait / 1000);
    }
    let after = text("retry-after")?.trim();
    parse_seconds(after).or_else(|| {
        let date = httpdate::parse_http_date(after).ok()?;
        Some(date.duration_since(now).unwrap_or_default())
    })
}

/// Reads seconds, also with a fraction; none for a negative number or other text.
fn parse_seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.trim().parse().ok()?).ok()
}

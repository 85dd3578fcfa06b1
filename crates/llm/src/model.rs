//! A model to speak to: what is asked, what comes back while it comes, and what can go wrong.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::message::{Message, ToolSpec};

/// A future that stays on its thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Everything that a model is given for one turn. Each request of a conversation extends the one before byte for byte:
/// system and tools first and never changed, then the messages.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The standing instructions.
    pub system: &'a str,
    /// The tools on offer.
    pub tools: &'a [ToolSpec],
    /// The conversation, the harness's turn last.
    pub messages: &'a [Message],
    /// The most tokens that the reply may have.
    pub max_tokens: u32,
    /// The effort of the model (`low`, `medium`, `high`, `xhigh`, `max`), where it can be set. The same throughout a
    /// conversation, for another value makes providers read all of it anew; [`crate::Block::Effort`] changes it where
    /// that costs nothing.
    pub effort: Option<&'a str>,
    /// The time that the provider shall cache what it reads.
    pub cache: CacheTime,
}

/// The time that a provider caches what it has read, where it can be set. Each use begins the time anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CacheTime {
    /// As long as it does untold; five minutes with Anthropic.
    #[default]
    Usual,
    /// An hour, for which writing costs more.
    Hour,
}

/// A whole turn of the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The turn of the model.
    pub message: Message,
    /// Why it ended.
    pub stop: StopReason,
    /// The tokens used.
    pub usage: Usage,
}

/// Why a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The model had said what it had to say.
    EndOfTurn,
    /// It waits for its tools' answers.
    ToolUse,
    /// It ran into the limit of its reply.
    MaxTokens,
    /// It will not do what was asked.
    Refusal,
}

/// The tokens and the cost of a turn, as the provider reports them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read and not found in a cache.
    pub input: u64,
    /// Tokens found in the provider's cache.
    pub cache_read: u64,
    /// Tokens written to the provider's cache.
    pub cache_write: u64,
    /// The number of these that it keeps for an hour.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_write_hour: u64,
    /// Tokens written by the model, thinking included.
    pub output: u64,
    /// The cost in US dollars, where the price is known.
    pub cost: Option<f64>,
}

impl Usage {
    /// Returns all tokens that the model read.
    #[must_use]
    pub fn context(&self) -> u64 {
        self.input + self.cache_read + self.cache_write
    }

    /// Adds another turn. A price that is not known stays unknown.
    pub fn add(&mut self, other: &Usage) {
        self.input += other.input;
        self.cache_read += other.cache_read;
        self.cache_write += other.cache_write;
        self.cache_write_hour += other.cache_write_hour;
        self.output += other.output;
        self.cost = match (self.cost, other.cost) {
            (None, None) => None,
            (one, two) => Some(one.unwrap_or(0.0) + two.unwrap_or(0.0)),
        };
    }
}

/// The price of a million tokens, in US dollars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// Tokens read.
    pub input: f64,
    /// Tokens read from the provider's cache.
    pub cache_read: f64,
    /// Tokens written to the provider's cache.
    pub cache_write: f64,
    /// Tokens written to it for an hour.
    pub cache_write_hour: f64,
    /// Tokens written by the model.
    pub output: f64,
}

impl Price {
    /// Returns the dollars that a request costs at most that reads `read` tokens and gets `written`: all that it reads may have
    /// to be written to the cache.
    #[must_use]
    pub fn most(&self, read: u64, written: u64, cache: CacheTime) -> f64 {
        let write = match cache {
            CacheTime::Usual => self.cache_write,
            CacheTime::Hour => self.cache_write.max(self.cache_write_hour),
        };
        price_of_tokens(read, self.input.max(write)) + price_of_tokens(written, self.output)
    }

    /// Returns the price with a part on top.
    pub(crate) fn times(&self, factor: f64) -> Self {
        Price {
            input: self.input * factor,
            cache_read: self.cache_read * factor,
            cache_write: self.cache_write * factor,
            cache_write_hour: self.cache_write_hour * factor,
            output: self.output * factor,
        }
    }

    /// Returns the dollars that a turn cost.
    pub(crate) fn of_turn(&self, usage: &Usage) -> f64 {
        price_of_tokens(usage.input, self.input)
            + price_of_tokens(usage.cache_read, self.cache_read)
            + price_of_tokens(
                usage.cache_write.saturating_sub(usage.cache_write_hour),
                self.cache_write,
            )
            + price_of_tokens(usage.cache_write_hour, self.cache_write_hour)
            + price_of_tokens(usage.output, self.output)
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "it is called so by the writer of JSON"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::cast_precision_loss, reason = "no turn has 2^53 tokens")]
fn price_of_tokens(tokens: u64, price: f64) -> f64 {
    tokens as f64 * price / 1e6
}

/// Tokens that a provider adds to what it is sent, at most: what its template puts around the parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overhead {
    /// To each request, instructions on the use of tools included.
    pub request: u64,
    /// To each message and to each block of one.
    pub block: u64,
    /// To each tool on offer.
    pub tool: u64,
}

/// A piece of a turn, while it comes.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// Words.
    Text(String),
    /// Thinking.
    Thinking(String),
    /// A tool is about to be asked for.
    ToolCall {
        /// Its name.
        name: String,
    },
    /// The request failed, and is sent again after a while; what came of this turn so far is void.
    Retry {
        /// Which try failed, from 1.
        attempt: u32,
        /// Why, in words.
        why: String,
        /// The wait before the next attempt.
        wait: Duration,
    },
}

/// Something that takes a conversation and gives the next turn.
pub trait Model: fmt::Debug {
    /// `provider/model`, as reports and the journal name it.
    fn name(&self) -> String;

    /// Returns how many tokens a conversation may have in all, reply included.
    fn context_window(&self) -> u64;

    /// Returns the price of a request that reads so many tokens; none where it is not known.
    fn price(&self, read: u64) -> Option<Price>;

    /// Returns what its provider adds to a request.
    fn overhead(&self) -> Overhead {
        Overhead::default()
    }

    /// Returns the next turn. `sink` hears of it while it comes. Transient faults are retried within; what comes out as
    /// an error is for good, and the conversation is as it was.
    fn reply<'a>(
        &'a self,
        request: Request<'a>,
        sink: &'a mut dyn FnMut(Delta),
    ) -> LocalFuture<'a, Result<Reply, ModelError>>;
}

/// Why there is no reply.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{model}: {message}")]
pub struct ModelError {
    /// `provider/model`.
    pub model: String,
    /// The kind of fault.
    pub fault: Fault,
    /// The description for people.
    pub message: String,
    /// The next step for the user.
    pub hint: String,
}

/// Sorts of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The key is missing or wrong.
    Key,
    /// The account is out of money or may not use the model.
    Account,
    /// Too many requests, even after waiting.
    RateLimit,
    /// The provider is overloaded or broken, even after retries.
    Provider,
    /// It can't be reached, or the line broke, even after retries.
    Network,
    /// Its certificate is not trusted.
    Certificate,
    /// The conversation is longer than the model can read.
    ContextOverflow,
    /// The provider does not take the request as it is.
    Request,
    /// The model is not known there.
    UnknownModel,
    /// The response could not be read.
    Garbled,
}

//! The ways in which a conversation ends, and the reasons why it can't go on.

use std::fmt;

use journal::JournalError;
use llm::ModelError;

use crate::budget::Limit;

/// The way in which a conversation ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// The model says that it is done. Whether it is, others decide.
    Done {
        /// Its last words.
        text: String,
    },
    /// It will not do what was asked.
    Refused {
        /// Its last words.
        text: String,
    },
    /// A limit of the run is reached.
    Limit(Limit),
    /// The very same call failed again and again.
    Stuck {
        /// The tool.
        tool: String,
    },
    /// Its replies ran into their limit again and again.
    CutOff,
    /// It said nothing, again and again.
    Silent,
    /// The conversation is longer than the model can read, and can't be made shorter.
    Overflow,
}

/// Why a conversation could not go on. It can be resumed once that is mended.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The model gives no reply.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The journal can't be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A tool is broken.
    #[error("the tool {tool} is broken: {message}")]
    Tool {
        /// Its name.
        tool: String,
        /// The description of the error.
        message: String,
    },
    /// The journal holds something of the conversation that can't be read, or can't be brought about again.
    #[error("the conversation can't be resumed: {0}; begin a new run")]
    Lost(String),
}

impl Ending {
    /// Returns a stable short name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::Refused { .. } => "refused",
            Self::Limit(_) => "limit",
            Self::Stuck { .. } => "stuck",
            Self::CutOff => "cut-off",
            Self::Silent => "silent",
            Self::Overflow => "overflow",
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done { text } => f.write_str(text),
            Self::Refused { text } if text.is_empty() => f.write_str("the model refused the task"),
            Self::Refused { text } => write!(f, "the model refused the task: {text}"),
            Self::Limit(limit) => write!(f, "{limit}"),
            Self::Stuck { tool } => write!(f, "the same call of {tool} failed again and again"),
            Self::CutOff => {
                f.write_str("the model's replies ran into their token limit again and again")
            }
            Self::Silent => f.write_str("the model said nothing, again and again"),
            Self::Overflow => f.write_str("the conversation is longer than the model can read"),
        }
    }
}

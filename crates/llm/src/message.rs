//! The messages of a conversation, as plain data that the journal keeps and every provider can be given again.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One turn of one side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Whose turn it is.
    pub speaker: Speaker,
    /// Its parts, in order.
    pub blocks: Vec<Block>,
}

/// The two sides of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The harness: tasks and tool results.
    User,
    /// The model.
    Assistant,
}

/// A part of a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// Words.
    Text {
        /// The words.
        text: String,
    },
    /// The model's thinking, to be given back as it came.
    Thinking {
        /// The words, empty where they are withheld.
        text: String,
        /// The provider's seal on them.
        signature: Option<String>,
    },
    /// The model asks for a tool.
    ToolCall {
        /// The name of this call, which its result repeats.
        id: String,
        /// The tool's name, as the model wrote it.
        name: String,
        /// The arguments; a text where what came was no JSON object (cut off, or malformed), which is never run.
        arguments: Result<Value, String>,
    },
    /// The result of a tool.
    ToolResult {
        /// The call that it answers.
        call: String,
        /// For the model to read.
        content: String,
        /// The tool did not do what was asked.
        is_error: bool,
    },
    /// The effort with which the model shall think from this turn on. Left out for a provider that can't change it
    /// within a conversation.
    Effort {
        /// `low`, `medium`, `high`, `xhigh` or `max`.
        level: String,
    },
    /// A block that we don't know, given back to its provider as it came.
    Opaque {
        /// The provider that knows it.
        provider: String,
        /// The block.
        value: Value,
    },
}

/// A tool, as a model is told of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// Its name.
    pub name: String,
    /// Its purpose, and when to use it.
    pub description: String,
    /// JSON schema of its arguments, an object.
    pub schema: Value,
}

impl Message {
    /// A turn of the harness with words alone.
    #[must_use]
    pub fn user(text: impl Into<String>) -> Self {
        Self {
            speaker: Speaker::User,
            blocks: vec![Block::Text { text: text.into() }],
        }
    }

    /// A turn of the model.
    #[must_use]
    pub fn assistant(blocks: Vec<Block>) -> Self {
        Self {
            speaker: Speaker::Assistant,
            blocks,
        }
    }

    /// Returns its words, without thinking, calls and results.
    #[must_use]
    pub fn text(&self) -> String {
        let texts = self.blocks.iter().filter_map(|block| match block {
            Block::Text { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

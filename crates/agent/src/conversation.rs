//! A conversation so far: what is sent with each request, and nothing else.

use llm::{Message, ToolSpec};
use serde::{Deserialize, Serialize};

/// What a model has been told and has said. Grows at its end only, save by compaction.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// The standing instructions.
    pub system: String,
    /// The tools on offer.
    pub tools: Vec<ToolSpec>,
    /// The turns.
    pub messages: Vec<Message>,
}

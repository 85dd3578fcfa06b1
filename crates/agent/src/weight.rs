//! How many tokens something has, by estimate: four bytes each, as long as no provider has counted.

use llm::{Block, Message, ToolSpec};

/// What a block takes beside its words.
const FRAME: usize = 24;

/// Tokens of a text.
pub(crate) fn of_text(text: &str) -> u64 {
    tokens(text.len())
}

/// Tokens of a tool's description.
pub(crate) fn of_tool(tool: &ToolSpec) -> u64 {
    tokens(tool.name.len() + tool.description.len() + tool.schema.to_string().len() + FRAME)
}

/// Tokens of messages.
pub(crate) fn of_messages(messages: &[Message]) -> u64 {
    messages.iter().flat_map(|message| &message.blocks).map(of_block).sum()
}

fn of_block(block: &Block) -> u64 {
    let bytes = match block {
        Block::Text { text } => text.len(),
        Block::Thinking { text, signature } => text.len() + signature.as_ref().map_or(0, String::len),
        Block::ToolCall { id, name, arguments: Ok(arguments) } => id.len() + name.len() + arguments.to_string().len(),
        Block::ToolCall { id, name, arguments: Err(text) } => id.len() + name.len() + text.len(),
        Block::ToolResult { call, content, .. } => call.len() + content.len(),
        Block::Opaque { value, .. } => value.to_string().len(),
    };
    tokens(bytes + FRAME)
}

fn tokens(bytes: usize) -> u64 {
    u64::try_from(bytes.div_ceil(4)).unwrap_or(u64::MAX)
}

//! The number of tokens of a text, as long as no provider has counted: by estimate, four bytes each; and at most, which
//! is what a limit is held with.
//!
//! At most a byte is a token: the vocabularies of all providers have a token for each byte and others for more of them
//! (byte-level BPE, or `SentencePiece` with bytes to fall back to). What a provider puts around the parts is in [`Overhead`].

use llm::{Block, Message, Overhead, ToolSpec};
use serde_json::Value;

/// The bytes that a block takes beside its words.
const FRAME: usize = 24;

/// Returns tokens of a text.
pub(crate) fn estimate_text(text: &str) -> u64 {
    estimate_bytes(text.len())
}

/// Returns tokens of a tool's description.
pub(crate) fn estimate_tool(tool: &ToolSpec) -> u64 {
    estimate_bytes(tool.name.len() + tool.description.len() + tool.schema.to_string().len() + FRAME)
}

/// Returns tokens of messages.
pub(crate) fn estimate_messages(messages: &[Message]) -> u64 {
    messages
        .iter()
        .flat_map(|message| &message.blocks)
        .map(estimate_block)
        .sum()
}

fn estimate_block(block: &Block) -> u64 {
    let bytes = match block {
        Block::Text { text } => text.len(),
        Block::Thinking { text, signature } => {
            text.len() + signature.as_ref().map_or(0, String::len)
        }
        Block::ToolCall {
            id,
            name,
            arguments: Ok(arguments),
        } => id.len() + name.len() + arguments.to_string().len(),
        Block::ToolCall {
            id,
            name,
            arguments: Err(text),
        } => id.len() + name.len() + text.len(),
        Block::ToolResult { call, content, .. } => call.len() + content.len(),
        Block::Opaque { value, .. } => value.to_string().len(),
        Block::Effort { level } => level.len(),
    };
    estimate_bytes(bytes + FRAME)
}

fn estimate_bytes(bytes: usize) -> u64 {
    u64::try_from(bytes.div_ceil(4)).unwrap_or(u64::MAX)
}

/// Returns the tokens that come before the messages, at most.
pub(crate) fn max_prefix_tokens(system: &str, tools: &[ToolSpec], overhead: &Overhead) -> u64 {
    let of_tool = |tool: &ToolSpec| {
        byte_tokens(tool.name.len() + tool.description.len() + json_length(&tool.schema))
            + overhead.tool
    };
    overhead.request + byte_tokens(system.len()) + tools.iter().map(of_tool).sum::<u64>()
}

/// Returns the tokens of messages, at most.
pub(crate) fn max_message_tokens(messages: &[Message], overhead: &Overhead) -> u64 {
    let of_block = |block: &Block| overhead.block + byte_tokens(block_length(block));
    let of_message =
        |message: &Message| overhead.block + message.blocks.iter().map(of_block).sum::<u64>();
    messages.iter().map(of_message).sum()
}

/// Returns the bytes of a block as a provider may write it out for its model.
fn block_length(block: &Block) -> usize {
    match block {
        Block::Text { text } => text.len(),
        Block::Thinking { text, signature } => {
            text.len() + signature.as_ref().map_or(0, String::len)
        }
        Block::ToolCall {
            id,
            name,
            arguments: Ok(arguments),
        } => id.len() + name.len() + json_length(arguments),
        Block::ToolCall {
            id,
            name,
            arguments: Err(text),
        } => id.len() + name.len() + text.len(),
        Block::ToolResult { call, content, .. } => call.len() + content.len(),
        Block::Opaque { value, .. } => json_length(value),
        Block::Effort { level } => level.len(),
    }
}

/// Returns the most bytes that a value takes as JSON on one line: with a blank behind each comma and colon, and with each
/// character beyond ASCII escaped.
fn json_length(value: &Value) -> usize {
    /// The longest form of a character in JSON: `\u00e9`.
    const ESCAPED: usize = 6;
    let of_text = |text: &str| {
        let of_char = |one: char| match one {
            ' '..='~' if !matches!(one, '"' | '\\') => 1,
            _ => one.len_utf16() * ESCAPED,
        };
        text.chars().map(of_char).sum::<usize>() + 2
    };
    match value {
        Value::String(text) => of_text(text),
        Value::Array(values) => {
            2 + values
                .iter()
                .map(|value| json_length(value) + 2)
                .sum::<usize>()
        }
        Value::Object(members) => {
            2 + members
                .iter()
                .map(|(name, value)| of_text(name) + json_length(value) + 4)
                .sum::<usize>()
        }
        other => other.to_string().len(),
    }
}

fn byte_tokens(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_is_never_longer_than_its_bound() {
        for (value, written) in [
            (
                json!({ "a": 1, "b": ["x", "\u{e9}\n"] }),
                r#"{"a": 1, "b": ["x", "\u00e9\n"]}"#,
            ),
            (json!("\u{1f600}"), r#""\ud83d\ude00""#),
            (json!({}), "{}"),
            (json!(null), "null"),
        ] {
            assert!(json_length(&value) >= written.len(), "{written}");
        }
    }

    #[test]
    fn a_bound_is_at_least_the_bytes_and_what_a_provider_adds() {
        let overhead = Overhead {
            request: 100,
            block: 10,
            tool: 20,
        };
        let tool = ToolSpec {
            name: "Read".to_owned(),
            description: "Reads.".to_owned(),
            schema: json!({}),
        };
        assert_eq!(
            max_prefix_tokens("abcd", &[tool], &overhead),
            100 + 4 + 10 + 2 + 20
        );
        assert_eq!(
            max_message_tokens(&[Message::user("\u{e9}")], &overhead),
            10 + 10 + 2
        );
    }
}

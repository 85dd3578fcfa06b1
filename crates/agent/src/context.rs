//! Keeps a conversation within what its model can read: old tool results become a short note of what they were; when that
//! is not enough, a new beginning states the task anew and lists what was done, and the latest turns follow as they were.

use llm::{Block, Message, Speaker};

use crate::calls::{limit, short};
use crate::conversation::{Call, Conversation, calls};
use crate::weight;

/// The latest messages, whose results stay while notes on older ones are enough.
const LATEST: usize = 8;
/// Results shorter than this stay as they are: a note would not be shorter. In bytes.
const WORTH_A_NOTE: usize = 400;
/// How the list of what was done begins, by which the next compaction finds it.
const DONE: &str = "The conversation up to here was left out for its length. What was done in it, oldest first:";

/// How full a conversation may be, in tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Beyond this it is made shorter.
    pub(crate) full: u64,
    /// As short as this, so that it is not soon done again: each time costs the provider's cache.
    pub(crate) target: u64,
}

impl Room {
    /// Of a model's window, a reply of so many tokens left free.
    pub(crate) fn of(window: u64, reply: u32) -> Self {
        let usable = window - u64::from(reply).min(window / 2);
        Self { full: usable / 10 * 9, target: usable / 2 }
    }
}

/// The messages of a conversation, made shorter to about `target` tokens; none if they can't be.
pub(crate) fn shorter(conversation: &Conversation, target: u64, keep: &dyn Fn() -> String) -> Option<Vec<Message>> {
    let before = weight::of_messages(&conversation.messages);
    let fixed = conversation.tokens().saturating_sub(before);
    let target = target.saturating_sub(fixed);
    let mut messages = conversation.messages.clone();
    if !note_old_results(&mut messages, target) {
        messages = begin_anew(&messages, target, keep());
    }
    // What gains next to nothing would be done again and again.
    (weight::of_messages(&messages) <= before / 10 * 9).then_some(messages)
}

/// Puts notes in place of old results, oldest first; whether that was enough.
fn note_old_results(messages: &mut [Message], target: u64) -> bool {
    let mut weight = weight::of_messages(messages);
    for place in 1..messages.len().saturating_sub(LATEST) {
        if weight <= target {
            break;
        }
        let (before, rest) = messages.split_at_mut(place);
        let Some(message) = rest.first_mut() else { break };
        let asked = before.last().map(calls).unwrap_or_default();
        weight -= weight::of_messages(std::slice::from_ref(message));
        for block in &mut message.blocks {
            if let Block::ToolResult { call, content, .. } = block
                && content.len() > WORTH_A_NOTE
                && let Some(call) = asked.iter().find(|asked| asked.id == *call)
            {
                *content = format!("[{} lines, left out for their length: {}]", content.lines().count(), told(call));
            }
        }
        weight += weight::of_messages(std::slice::from_ref(message));
    }
    weight <= target
}

/// The task, what was done, and the latest turns that there is room for.
fn begin_anew(messages: &[Message], target: u64, task: String) -> Vec<Message> {
    let turns = messages.iter().enumerate().filter(|(_, message)| message.speaker == Speaker::Assistant);
    let starts: Vec<usize> = turns.map(|(place, _)| place).skip(1).collect();
    let whole = |start: usize| joined(beginning(&messages[..start], target, &task), &messages[start..]);
    if let Some(fitting) = starts.iter().map(|start| whole(*start)).find(|anew| weight::of_messages(anew) <= target) {
        return fitting;
    }
    // Not even the last turn has room: its results are cut; and if it is too large itself, it is only told of.
    if let Some(start) = starts.last() {
        let results = messages[*start..].iter().flat_map(|message| &message.blocks).count().max(1);
        let share = usize::try_from(target).unwrap_or(usize::MAX) / results;
        let mut anew = whole(*start);
        for block in anew.iter_mut().skip(1).flat_map(|message| &mut message.blocks) {
            if let Block::ToolResult { content, .. } = block {
                limit(content, share);
            }
        }
        if weight::of_messages(&anew) <= target {
            return anew;
        }
    }
    joined(beginning(messages, target, &task), &[])
}

fn joined(beginning: Message, latest: &[Message]) -> Vec<Message> {
    let mut messages = vec![beginning];
    messages.extend_from_slice(latest);
    messages
}

/// One message in place of all of these.
fn beginning(messages: &[Message], target: u64, task: &str) -> Message {
    let mut lines: Vec<String> = Vec::new();
    let mut asked: Vec<Call> = Vec::new();
    let mut word = None;
    for (place, message) in messages.iter().enumerate() {
        for block in &message.blocks {
            match block {
                Block::Text { text } if message.speaker == Speaker::Assistant => {
                    lines.push(format!("- You said: {}", short(text.trim())));
                }
                Block::Text { text } => match text.strip_prefix(DONE) {
                    Some(done) => lines.extend(done.lines().filter(|line| line.starts_with("- ")).map(str::to_owned)),
                    None if place > 0 => word = Some(text.clone()),
                    None => {}
                },
                Block::ToolResult { call, content, is_error } => {
                    if let Some(call) = asked.iter().find(|asked| asked.id == *call) {
                        lines.push(line(call, content, *is_error));
                    }
                }
                _ => {}
            }
        }
        asked = calls(message);
    }
    let mut blocks = vec![Block::Text { text: task.to_owned() }, Block::Text { text: list(&lines, target) }];
    blocks.extend(word.map(|text| Block::Text { text }));
    Message { speaker: Speaker::User, blocks }
}

/// As many of the latest lines as may stand there.
fn list(lines: &[String], target: u64) -> String {
    let mut room = usize::try_from(target).unwrap_or(usize::MAX);
    let fitting = lines.iter().rev().take_while(|line| {
        let fits = line.len() < room;
        room = room.saturating_sub(line.len() + 1);
        fits
    });
    let first = lines.len() - fitting.count();
    let lines = lines[first..].join("\n");
    format!("{DONE}\n{lines}\n\nThe files are as these calls left them. Read again what you need, and go on.")
}

fn line(call: &Call, content: &str, is_error: bool) -> String {
    if is_error { format!("- {}: failed: {}", told(call), short(content)) } else { format!("- {}", told(call)) }
}

/// A call in short.
fn told(call: &Call) -> String {
    let arguments = match &call.arguments {
        Ok(arguments) => arguments.to_string(),
        Err(text) => text.clone(),
    };
    format!("{} {}", call.name, short(&arguments))
}

//! Keeps a conversation within what its model can read: old tool results become a short note of what they were; when that
//! is not enough, a new beginning states the task anew and lists what was done, and the latest turns follow as they were.

use llm::{Block, Message, Speaker};

use crate::calls::{cut_middle, shorten_line};
use crate::conversation::{Call, Conversation, calls_of_message};
use crate::token_estimate;

/// The latest messages, whose results stay while notes on older ones are enough.
const LATEST: usize = 8;
/// Results shorter than this stay as they are: a note would not be shorter. In bytes.
const WORTH_A_NOTE: usize = 400;
/// The beginning of the list of what was done, by which the next compaction finds it.
const DONE: &str =
    "The conversation up to here was left out for its length. What was done in it, oldest first:";

/// The limits of a conversation's length, in tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ContextLimits {
    /// Beyond this it is made shorter.
    pub(crate) full: u64,
    /// As short as this, so that it is not soon done again: each time costs the provider's cache.
    pub(crate) target: u64,
}

impl ContextLimits {
    /// Of a model's window, a reply of so many tokens left free.
    pub(crate) fn of(window: u64, reply: u32) -> Self {
        let usable = window - u64::from(reply).min(window / 2);
        Self {
            full: usable / 10 * 9,
            target: usable / 2,
        }
    }
}

/// Returns the messages of a conversation, made shorter to about `target` tokens; none if they can't be.
pub(crate) fn compact_messages(
    conversation: &Conversation,
    target: u64,
    keep: &dyn Fn() -> String,
) -> Option<Vec<Message>> {
    let before = token_estimate::estimate_messages(&conversation.messages);
    let fixed = conversation.prefix_tokens();
    // What the provider counted is right; an estimate of a part is right by the same measure.
    let scaled =
        u128::from(target) * u128::from(fixed + before) / u128::from(conversation.tokens().max(1));
    let target = u64::try_from(scaled)
        .unwrap_or(u64::MAX)
        .saturating_sub(fixed);
    let mut messages = conversation.messages.clone();
    if !note_old_results(&mut messages, target) {
        messages = begin_anew(&messages, target, keep());
    }
    // What gains next to nothing would be done again and again.
    (token_estimate::estimate_messages(&messages) <= before / 10 * 9).then_some(messages)
}

/// Puts notes in place of old results, oldest first; whether that was enough.
fn note_old_results(messages: &mut [Message], target: u64) -> bool {
    let mut tokens = token_estimate::estimate_messages(messages);
    for place in 1..messages.len().saturating_sub(LATEST) {
        if tokens <= target {
            break;
        }
        let (before, rest) = messages.split_at_mut(place);
        let Some(message) = rest.first_mut() else {
            break;
        };
        let asked = before.last().map(calls_of_message).unwrap_or_default();
        tokens -= token_estimate::estimate_messages(std::slice::from_ref(message));
        for block in &mut message.blocks {
            if let Block::ToolResult { call, content, .. } = block
                && content.len() > WORTH_A_NOTE
                && let Some(call) = asked.iter().find(|asked| asked.id == *call)
            {
                *content = format!(
                    "[{} lines, left out for their length: {}]",
                    content.lines().count(),
                    describe_call(call)
                );
            }
        }
        tokens += token_estimate::estimate_messages(std::slice::from_ref(message));
    }
    tokens <= target
}

/// Returns the task, what was done, and the latest turns that there is room for.
fn begin_anew(messages: &[Message], target: u64, task: String) -> Vec<Message> {
    let turns = messages
        .iter()
        .enumerate()
        .filter(|(_, message)| message.speaker == Speaker::Assistant);
    let starts: Vec<usize> = turns.map(|(place, _)| place).collect();
    let from = |start: usize| {
        join_messages(
            summary_message(&messages[..start], target, &task),
            &messages[start..],
        )
    };
    let has_room =
        |start: &&usize| token_estimate::estimate_messages(&messages[**start..]) <= target;
    let roomy = starts
        .iter()
        .skip(starts.partition_point(|start| !has_room(&start)));
    let whole = roomy
        .map(|start| from(*start))
        .find(|anew| token_estimate::estimate_messages(anew) <= target);
    let cut = || {
        starts
            .last()
            .map(|start| with_cut_results(from(*start), target))
    };
    if let Some(anew) = whole
        .or_else(cut)
        .filter(|anew| token_estimate::estimate_messages(anew) <= target)
    {
        return anew;
    }
    // Not even the last turn has room: it is told of, and so is what came of it, which the model has not seen yet.
    let mut anew = with_cut_results(
        join_messages(
            summary_message(messages, target, &task),
            &messages[messages.len() - 1..],
        ),
        target,
    );
    let latest = anew.pop().map(|message| message.blocks).unwrap_or_default();
    let unseen = latest.into_iter().filter_map(|block| match block {
        Block::ToolResult { content, .. } => Some(Block::Text {
            text: format!("What the last call gave:\n{content}"),
        }),
        _ => None,
    });
    anew.iter_mut()
        .for_each(|message| message.blocks.extend(unseen.clone()));
    anew
}

/// Cuts the results behind the beginning so that all have room.
fn with_cut_results(mut anew: Vec<Message>, target: u64) -> Vec<Message> {
    let (beginning, latest) = anew.split_at_mut(1);
    let results: Vec<&mut String> = latest
        .iter_mut()
        .flat_map(|message| &mut message.blocks)
        .filter_map(|block| match block {
            Block::ToolResult { content, .. } => Some(content),
            _ => None,
        })
        .collect();
    // Three of the four bytes that a token has: the rest is for what stands around them.
    let room =
        usize::try_from(target.saturating_sub(token_estimate::estimate_messages(beginning)) * 3)
            .unwrap_or(usize::MAX);
    let share = room / results.len().max(1);
    results
        .into_iter()
        .for_each(|content| cut_middle(content, share));
    anew
}

fn join_messages(beginning: Message, latest: &[Message]) -> Vec<Message> {
    let mut messages = vec![beginning];
    messages.extend_from_slice(latest);
    messages
}

/// One message in place of all of these: the task as it stands now, what was done, and what else the harness said.
fn summary_message(messages: &[Message], target: u64, task: &str) -> Message {
    let mut done: Vec<String> = Vec::new();
    let mut said: Vec<&str> = Vec::new();
    let mut asked: Vec<Call> = Vec::new();
    for (place, message) in messages.iter().enumerate() {
        for (number, block) in message.blocks.iter().enumerate() {
            match block {
                Block::Text { text } if message.speaker == Speaker::Assistant => {
                    done.push(format!("- You said: {}", shorten_line(text.trim())));
                }
                Block::Text { text } => match text.strip_prefix(DONE) {
                    Some(list) => done.extend(
                        list.lines()
                            .filter(|line| line.starts_with("- "))
                            .map(str::to_owned),
                    ),
                    None if (place, number) > (0, 0) => said.push(text),
                    None => {}
                },
                Block::ToolResult {
                    call,
                    content,
                    is_error,
                } => {
                    if let Some(call) = asked.iter().find(|asked| asked.id == *call) {
                        done.push(describe_result(call, content, *is_error));
                    }
                }
                _ => {}
            }
        }
        asked = calls_of_message(message);
    }
    let mut blocks = vec![Block::Text {
        text: task.to_owned(),
    }];
    if !done.is_empty() {
        blocks.push(Block::Text {
            text: latest_lines(&done, target),
        });
    }
    blocks.extend(
        latest_texts(&said, target)
            .into_iter()
            .map(|text| Block::Text {
                text: text.to_owned(),
            }),
    );
    Message {
        speaker: Speaker::User,
        blocks,
    }
}

/// Returns the latest texts, each once, that fit in a third of the target; the last one always.
fn latest_texts<'a>(said: &[&'a str], target: u64) -> Vec<&'a str> {
    let mut chosen: Vec<&str> = Vec::new();
    let mut tokens = 0;
    for text in said.iter().rev() {
        tokens += token_estimate::estimate_text(text);
        if !chosen.is_empty() && tokens > target / 3 {
            break;
        }
        if !chosen.contains(text) {
            chosen.insert(0, text);
        }
    }
    chosen
}

/// As many of the latest lines as may stand there.
fn latest_lines(lines: &[String], target: u64) -> String {
    let mut room = usize::try_from(target).unwrap_or(usize::MAX);
    let fitting = lines.iter().rev().take_while(|line| {
        let fits = line.len() < room;
        room = room.saturating_sub(line.len() + 1);
        fits
    });
    let first = lines.len() - fitting.count();
    let lines = lines[first..].join("\n");
    format!(
        "{DONE}\n{lines}\n\nThe files are as these calls left them. Read again what you need, and go on."
    )
}

fn describe_result(call: &Call, content: &str, is_error: bool) -> String {
    if is_error {
        format!(
            "- {}: failed: {}",
            describe_call(call),
            shorten_line(content)
        )
    } else {
        format!("- {}", describe_call(call))
    }
}

/// Returns a call in short.
fn describe_call(call: &Call) -> String {
    let arguments = match &call.arguments {
        Ok(arguments) => arguments.to_string(),
        Err(text) => text.clone(),
    };
    format!("{} {}", call.name, shorten_line(&arguments))
}

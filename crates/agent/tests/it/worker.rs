//! A model at work for forty steps: it appends, reads side by side, fails, sends malformed arguments and reads long texts.
//! It knows from the conversation alone how far it is, so that it goes on wherever that goes on.

use std::rc::Rc;

use agent::{Agent, AgentError, Conversation, Ending, Spent};
use journal::Event;
use llm::{Block, ModelError, Reply, Request};
use serde_json::json;

use crate::world::{Fake, Files, turn};

/// How many steps it takes.
pub(crate) const STEPS: usize = 40;

/// Its next turn.
pub(crate) fn work(request: &Request<'_>) -> Result<Reply, ModelError> {
    let step = steps_in(request) + 1;
    if step > STEPS {
        return Ok(turn("Done.", &[]));
    }
    let mark = format!("#{step}#");
    let names = [
        format!("{step}-a"),
        format!("{step}-b"),
        format!("{step}-c"),
    ];
    let file = format!("file {}", step % 3);
    let append = |text: &str| ("Append", json!({ "text": text, "file": file }));
    let look = |file: &str| ("Look", json!({ "file": file, "mark": mark }));
    let calls = match step % 5 {
        0 => vec![look("file 1"), look("file 2"), append(&mark)],
        1 => vec![append(&mark), append("again;"), look(&file)],
        2 => vec![("Refuse", json!({ "mark": mark })), append(&mark)],
        3 => vec![
            ("Append", json!(format!("{{\"text\": \"{mark}"))),
            append("instead;"),
        ],
        _ => vec![("Long", json!({ "mark": mark, "lines": 100 }))],
    };
    let calls: Vec<_> = calls
        .into_iter()
        .zip(&names)
        .map(|((tool, arguments), id)| (id.as_str(), tool, arguments))
        .collect();
    Ok(turn(
        if step.is_multiple_of(7) {
            "Going on."
        } else {
            ""
        },
        &calls,
    ))
}

/// The last step that a conversation tells of.
fn steps_in(request: &Request<'_>) -> usize {
    let marks = |text: &str| text.split('#').filter_map(|part| part.parse().ok()).max();
    let told = request
        .messages
        .iter()
        .rev()
        .flat_map(|message| message.blocks.iter().rev());
    let found = told.filter_map(|block| match block {
        Block::ToolCall {
            arguments: Ok(arguments),
            ..
        } => marks(&arguments.to_string()),
        Block::ToolCall {
            arguments: Err(text),
            ..
        }
        | Block::Text { text } => marks(text),
        _ => None,
    });
    found.into_iter().next().unwrap_or(0)
}

/// What one process does: goes on from the events that it finds, or begins.
pub(crate) async fn run(
    agent: &Agent<'_>,
    events: &[Event],
    spent: &mut Spent,
) -> Result<(Ending, Conversation), AgentError> {
    *spent = agent::sum_spent(events);
    let mut conversation = match agent.resume(events)? {
        Some(conversation) => conversation,
        None => agent.begin("You work.", "The task, as it was first put.")?,
    };
    let ending = agent.talk(&mut conversation, spent).await?;
    Ok((ending, conversation))
}

/// Tools of a new process, with nothing made yet.
pub(crate) fn fresh() -> (Rc<Files>, Vec<Fake>) {
    let files = Rc::new(Files::default());
    let tools = crate::world::tools(&files);
    (files, tools)
}

//! Runs the tools that a turn asks for. Whatever is wrong with a call becomes an answer that says what to do; only a broken
//! harness is no answer.

use std::future::poll_fn;
use std::task::Poll;

use journal::Event;
use llm::LocalFuture;
use serde_json::Value;
use tokio::time::Instant;

use crate::conversation::{Call, Conversation, MOST_FAILURES};
use crate::tool::{Tool, ToolError, ToolOutput};

/// The longest answer that is given to the model, in bytes. Tools keep to limits of their own; this one holds for all.
const LONGEST: usize = 100_000;

/// The number of times the same call may fail before the model is told to do something else.
const MANY_FAILURES: u32 = 3;

/// The result of a call.
pub(crate) struct Answer {
    call: Call,
    output: ToolOutput,
    is_error: bool,
    elapsed_ms: u64,
}

impl Answer {
    pub(crate) fn elapsed_ms(&self) -> u64 {
        self.elapsed_ms
    }

    /// Returns the event of it.
    pub(crate) fn into_event(self) -> Event {
        Event::ToolFinished {
            call: self.call.id,
            tool: self.call.name,
            content: self.output.content,
            is_error: self.is_error,
            details: self.output.details,
            elapsed_ms: self.elapsed_ms,
        }
    }
}

/// Returns the event of a call that begins.
pub(crate) fn started_event(call: &Call) -> Event {
    let arguments = call.arguments.clone().unwrap_or_else(Value::from);
    Event::ToolStarted {
        call: call.id.clone(),
        tool: call.name.clone(),
        arguments,
    }
}

/// Returns whether all of these calls only read.
pub(crate) fn only_read<const N: usize>(tools: &[&dyn Tool], calls: [&Call; N]) -> bool {
    calls
        .iter()
        .all(|call| find_tool(tools, &call.name).is_some_and(Tool::only_reads))
}

/// Returns the answers to calls that may run side by side, in the calls' order; a text where the harness is broken.
pub(crate) async fn run_calls(
    tools: &[&dyn Tool],
    calls: &[Call],
    conversation: &Conversation,
) -> Vec<Result<Answer, String>> {
    let running = calls
        .iter()
        .map(|call| -> LocalFuture<'_, _> { Box::pin(run_call(tools, call, conversation)) });
    side_by_side(running.collect()).await
}

async fn run_call(
    tools: &[&dyn Tool],
    call: &Call,
    conversation: &Conversation,
) -> Result<Answer, String> {
    let began = Instant::now();
    let outcome = call_tool(tools, call, conversation.was_cut_off()).await;
    let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (mut output, is_error) = match outcome {
        Ok(output) => (output, false),
        Err(ToolError::Tell(content)) => (
            ToolOutput {
                content,
                details: Value::Null,
            },
            true,
        ),
        Err(ToolError::Stop(message)) => return Err(message),
    };
    cut_middle(&mut output.content, LONGEST);
    let failures = conversation.failures(call) + u32::from(is_error);
    if is_error && (MANY_FAILURES..MOST_FAILURES).contains(&failures) {
        output.content += &format!(
            "\n\nThis very call has failed {failures} times. Calling it again changes nothing, and soon ends the \
             conversation: look at what stands there now, and do something else."
        );
    }
    Ok(Answer {
        call: call.clone(),
        output,
        is_error,
        elapsed_ms,
    })
}

async fn call_tool(
    tools: &[&dyn Tool],
    call: &Call,
    cut_off: bool,
) -> Result<ToolOutput, ToolError> {
    let Some(tool) = find_tool(tools, &call.name) else {
        let names: Vec<&str> = tools.iter().map(|tool| tool.spec().name.as_str()).collect();
        let text = format!(
            "There is no tool `{}`; nothing was done. The tools are: {}.",
            call.name,
            names.join(", ")
        );
        return Err(ToolError::Tell(text));
    };
    let why = match &call.arguments {
        Ok(arguments) if arguments.is_object() => return tool.call(arguments).await,
        Ok(arguments) => format!(
            "a JSON object is needed, this is: {}",
            shorten_line(&arguments.to_string())
        ),
        Err(_) if cut_off => {
            "your reply was cut off at its limit; use several smaller calls".to_owned()
        }
        Err(text) => format!("this is no JSON object: {}", shorten_line(text)),
    };
    let schema = &tool.spec().schema;
    Err(ToolError::Tell(format!(
        "The arguments of `{}` can't be read ({why}); nothing was done. Call it again with arguments that fit its \
         schema: {schema}",
        call.name
    )))
}

fn find_tool<'a>(tools: &[&'a dyn Tool], name: &str) -> Option<&'a dyn Tool> {
    tools.iter().find(|tool| tool.spec().name == name).copied()
}

/// Drives all of them until all are done; results in the order given.
async fn side_by_side<T>(mut futures: Vec<LocalFuture<'_, T>>) -> Vec<T> {
    let mut done: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, done) in futures
            .iter_mut()
            .zip(&mut done)
            .filter(|(_, done)| done.is_none())
        {
            if let Poll::Ready(result) = future.as_mut().poll(context) {
                *done = Some(result);
            }
        }
        if done.iter().all(Option::is_some) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// Returns the first part of a text, on one line.
pub(crate) fn shorten_line(text: &str) -> String {
    const SHORT: usize = 120;
    let line: String = text
        .chars()
        .take(SHORT)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    if text.chars().nth(SHORT).is_some() {
        format!("{line}…")
    } else {
        line
    }
}

/// Leaves out the middle of a text that is longer than `longest` bytes, and says so.
pub(crate) fn cut_middle(text: &mut String, longest: usize) {
    if text.len() <= longest {
        return;
    }
    let head = text.floor_char_boundary(longest / 2);
    let tail = text.ceil_char_boundary(text.len() - longest / 2);
    let notice = format!(
        "\n[… {} of {} bytes left out here …]\n",
        tail - head,
        text.len()
    );
    text.replace_range(head..tail, &notice);
}

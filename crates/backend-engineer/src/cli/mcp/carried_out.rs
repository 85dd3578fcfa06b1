//! Carries out the command line that a call comes to, in this process, and makes the answer from what it prints.

use std::cell::RefCell;
use std::rc::Rc;

use ::mcp::{Answer, Call, Progress};
use clap::Parser as _;
use journal::Event;
use serde_json::{Value, json};

use super::tools::{Asked, Form};
use crate::cli::colour::Palette;
use crate::cli::printer::{self, Stream, one_line};
use crate::cli::{Caller, CommandLine, Globals, catch_panic, event_line};
use crate::stop::{Exit, Stop};

/// Bytes of JSON past which an answer has none: a model's window is no place for it, and the text says what to ask for.
const MOST_DATA: usize = 256 << 10;

/// Bytes of text past which an answer is cut.
const MOST_TEXT: usize = 200 << 10;

/// Carries out what a call asks for.
pub(super) fn answer_call(asked: &Asked, call: &Call, globals: &Globals) -> Answer {
    match asked.form {
        Form::Stream => of_run(asked, call, globals),
        Form::Text | Form::Both => {
            let told = Printed::default();
            let ended = run_in_process(&asked.argv, call, globals, told.collector());
            let text = told.collected_text();
            let (exit, text) = match ended {
                Ok(exit) => (exit, text),
                Err(stop) => return answer_of_stop(&stop, &text),
            };
            let data = (asked.form == Form::Both)
                .then(|| json_output_of_call(asked, call, globals))
                .flatten();
            // Refusals print what they have to say as well: `check` of a plan that is not approved is an answer.
            Answer {
                text: cut_answer(text),
                data: with_exit(data, exit),
                is_error: false,
            }
        }
    }
}

/// The output of a subcommand, kept apart from the streams of the protocol.
#[derive(Debug, Clone, Default)]
struct Printed(Rc<RefCell<String>>);

impl Printed {
    fn collector(&self) -> printer::Collector {
        let text = Rc::clone(&self.0);
        Box::new(move |_, piece| text.borrow_mut().push_str(piece))
    }

    fn collected_text(&self) -> String {
        self.0.borrow().clone()
    }
}

/// Runs a command line within this process.
fn run_in_process(
    argv: &[String],
    call: &Call,
    globals: &Globals,
    collector: printer::Collector,
) -> Result<Exit, Stop> {
    let parsed =
        CommandLine::try_parse_from(argv).map_err(|error| Stop::usage(error.to_string()))?;
    let caller = Caller {
        argv: argv.to_vec(),
        cancelled: call.cancelled.clone(),
    };
    let globals = Globals {
        caller: Some(caller),
        ..globals.clone()
    };
    printer::collect_output(collector, || {
        catch_panic(|| parsed.command.run_subcommand(&globals))
    })
}

/// Returns what the subcommand prints as JSON, an object.
fn json_output_of_call(asked: &Asked, call: &Call, globals: &Globals) -> Option<Value> {
    let mut argv = asked.argv.clone();
    argv.insert(2, "--json".to_owned());
    let told = Printed::default();
    run_in_process(&argv, call, globals, told.collector()).ok()?;
    let text = told.collected_text();
    let value: Value = serde_json::from_str(text.trim())
        .ok()
        .filter(|_| text.len() <= MOST_DATA)?;
    Some(if value.is_object() {
        value
    } else {
        json!({ "items": value })
    })
}

fn with_exit(data: Option<Value>, exit: Exit) -> Option<Value> {
    let mut data = data?;
    data.as_object_mut()?
        .entry("exit")
        .or_insert(exit.code().into());
    Some(data)
}

/// A run's events as they come: steps for whoever waits, the reports for the answer.
#[derive(Default)]
struct Heard {
    markdown: Vec<String>,
    document: Option<Value>,
    errors: String,
}

impl Heard {
    fn hear(&mut self, stream: Stream, text: &str, progress: &Progress) {
        if stream == Stream::Errors {
            self.errors.push_str(text);
            return;
        }
        for line in text.lines() {
            let Ok(value) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            match value["event"].as_str() {
                Some("report") => self.document = Some(value),
                Some("unit_reported") => self
                    .markdown
                    .extend(value["markdown"].as_str().map(str::to_owned)),
                _ => {
                    let event: Option<Event> = serde_json::from_value(value).ok();
                    let line = event
                        .and_then(|event| event_line::format_event(&event, Palette { on: false }));
                    line.into_iter()
                        .for_each(|line| progress.send_progress(one_line(line.trim())));
                }
            }
        }
    }
}

/// Carries out a run and answers with its report.
fn of_run(asked: &Asked, call: &Call, globals: &Globals) -> Answer {
    let mut argv = asked.argv.clone();
    argv.insert(2, "--json-stream".to_owned());
    let heard = Rc::new(RefCell::new(Heard::default()));
    let (hears, progress) = (Rc::clone(&heard), call.progress.clone());
    let collector =
        Box::new(move |stream, text: &str| hears.borrow_mut().hear(stream, text, &progress));
    let ended = run_in_process(&argv, call, globals, collector);
    let Heard {
        markdown,
        document,
        errors,
    } = heard.take();
    let exit = match ended {
        Ok(exit) => exit,
        Err(stop) => return answer_of_stop(&stop, &errors),
    };
    let mut data = document.unwrap_or_else(|| json!({ "exit": exit.code() }));
    if let Some(data) = data.as_object_mut() {
        data.remove("event");
    }
    for phase in data["phases"]
        .as_array_mut()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        // Where each byte of the plan went is for tools that mark it up; a model's window is no place for it.
        phase.remove("spans");
    }
    let stop = data["stop"]["message"].as_str().map(|message| {
        let hint = data["stop"]["hint"]
            .as_str()
            .map(|hint| format!("\n{hint}"))
            .unwrap_or_default();
        format!("error: {message}{hint}")
    });
    let skipped = data["skipped"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned);
    let diff = data["diff"]
        .as_str()
        .map(|diff| format!("```diff\n{diff}```\n"));
    let is_error = stop.is_some();
    let parts: Vec<String> = markdown
        .into_iter()
        .chain(diff)
        .chain(skipped)
        .chain(stop)
        .collect();
    let data = Some(data).filter(|data| data.to_string().len() <= MOST_DATA);
    Answer {
        text: cut_answer(format!("{}\n\nexit code {}", parts.join("\n"), exit.code())),
        data,
        is_error,
    }
}

fn answer_of_stop(stop: &Stop, printed: &str) -> Answer {
    let hint = stop
        .hint
        .as_deref()
        .map(|hint| format!("\n{hint}"))
        .unwrap_or_default();
    let before = if printed.is_empty() {
        String::new()
    } else {
        format!("{printed}\n")
    };
    Answer::refusal(cut_answer(format!(
        "{before}error: {}{hint}\n\nexit code {}",
        stop.message,
        stop.exit.code()
    )))
}

/// Returns the text, cut where it is longer than an answer may be.
fn cut_answer(mut text: String) -> String {
    if text.len() > MOST_TEXT {
        let end = (0..=MOST_TEXT)
            .rev()
            .find(|end| text.is_char_boundary(*end))
            .unwrap_or(0);
        text.truncate(end);
        text.push_str("\n… cut here; ask for a part");
    }
    text
}

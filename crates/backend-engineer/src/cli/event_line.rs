//! Events in words, for people: one line each, the same while a run works and when it is shown later.

use std::time::Duration;

use journal::{Event, FileAction, Severity, StepName, Verdict};

use crate::cli::colour::Palette;
use crate::cli::printer::one_line;

/// Columns that the word in front of a line takes.
const WORD: usize = 12;

/// Returns the line that tells `event`; `None` for what other lines tell already, and for what this version doesn't
/// know.
pub(crate) fn format_event(event: &Event, palette: Palette) -> Option<String> {
    let EventLine { word, paint, text } = line_of_event(event)?;
    let padded = format!("{word:>WORD$}");
    Some(format!("{} {text}", paint.apply_style(palette, &padded)))
}

/// Returns the line that tells that a command is at work, without the word in front.
pub(crate) fn at_work(command: &str, folder: &str, why: &str) -> String {
    let purpose = if why.is_empty() {
        String::new()
    } else {
        format!(" ({})", one_line(why))
    };
    format!("{}{purpose}", in_folder(command, folder))
}

/// Returns a span of time as it is told of a command: "0.4s", "12s", "3m 05s".
pub(crate) fn format_duration(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..10 => format!("{:.1}s", elapsed.as_secs_f64()),
        seconds @ 10..60 => format!("{seconds}s"),
        seconds @ 60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        seconds => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// One line before it is put together.
struct EventLine {
    word: &'static str,
    paint: WordStyle,
    text: String,
}

/// The style of the word in front.
#[derive(Debug, Clone, Copy)]
enum WordStyle {
    Good,
    Bad,
    Doubt,
    Head,
    Faint,
}

impl WordStyle {
    fn apply_style(self, palette: Palette, text: &str) -> String {
        match self {
            WordStyle::Good => palette.green(text),
            WordStyle::Bad => palette.red(text),
            WordStyle::Doubt => palette.yellow(text),
            WordStyle::Head => palette.bold(text),
            WordStyle::Faint => palette.faint(text),
        }
    }
}

/// Returns a line of its parts.
fn make_line(word: &'static str, paint: WordStyle, text: String) -> Option<EventLine> {
    Some(EventLine { word, paint, text })
}

/// Returns the line of an event, where it has one: evidence and what a newer version recorded have none.
fn line_of_event(event: &Event) -> Option<EventLine> {
    line_of_run(event)
        .or_else(|| of_plan_text(event))
        .or_else(|| of_file(event))
        .or_else(|| of_command(event))
        .or_else(|| of_model(event))
}

/// Returns the line of an event of the run as a whole: its beginning and end, its steps and what it remarks.
fn line_of_run(event: &Event) -> Option<EventLine> {
    match event {
        Event::RunStarted {
            plan,
            phases,
            dry_run,
            ..
        } => make_line(
            "Plan",
            WordStyle::Head,
            describe_start(plan, phases, *dry_run),
        ),
        Event::StepStarted { step } => make_line(step_word(*step), WordStyle::Head, String::new()),
        Event::PhaseStarted { label, title } => {
            let title = if title == label {
                String::new()
            } else {
                format!(": {}", one_line(title))
            };
            make_line("On", WordStyle::Head, format!("{}{title}", one_line(label)))
        }
        Event::Note { text } => make_line("note", WordStyle::Faint, one_line(text)),
        Event::Diagnostic {
            severity,
            message,
            path,
            line: number,
            hint,
            ..
        } => {
            let place = location_prefix(path.as_deref(), *number);
            let hint = hint
                .as_ref()
                .map(|hint| format!(" ({})", one_line(hint)))
                .unwrap_or_default();
            let (word, paint) = match severity {
                Severity::Error => ("error", WordStyle::Bad),
                Severity::Warning => ("warning", WordStyle::Doubt),
                Severity::Note => ("note", WordStyle::Faint),
            };
            make_line(word, paint, format!("{place}{}{hint}", one_line(message)))
        }
        Event::RunFinished {
            exit,
            heading,
            elapsed_ms,
        } => {
            let paint = if *exit == 0 {
                WordStyle::Good
            } else {
                WordStyle::Doubt
            };
            let elapsed = format_duration(Duration::from_millis(*elapsed_ms));
            make_line(
                "Done",
                paint,
                format!("{} (exit code {exit}, {elapsed})", one_line(heading)),
            )
        }
        _ => None,
    }
}

/// Returns what a run was begun on: `plan.md: Phase 1, Phase 2 (dry run: nothing is written)`.
fn describe_start(plan: &str, phases: &[String], dry_run: bool) -> String {
    let phases: Vec<String> = phases.iter().map(|phase| one_line(phase)).collect();
    let dry = if dry_run {
        " (dry run: nothing is written)"
    } else {
        ""
    };
    let of = if phases.is_empty() {
        String::new()
    } else {
        format!(": {}", phases.join(", "))
    };
    format!("{}{of}{dry}", one_line(plan))
}

/// Returns the line of an event about the plan's sentences and boxes, or a commit that it asks for.
fn of_plan_text(event: &Event) -> Option<EventLine> {
    match event {
        Event::Committed { id, message } => {
            let short: String = one_line(id).chars().take(10).collect();
            make_line(
                "committed",
                WordStyle::Good,
                format!("{short} {}", one_line(message)),
            )
        }
        Event::CommitSkipped { why } => make_line("no commit", WordStyle::Doubt, one_line(why)),
        Event::SentenceUnproven {
            line: number, text, ..
        } => make_line(
            "unproven",
            WordStyle::Doubt,
            format!("{} (line {number})", one_line(text)),
        ),
        Event::SentenceAccepted {
            line: number,
            text,
            by,
            note,
            ..
        } => {
            let note = note
                .as_deref()
                .map(|note| format!(": {}", one_line(note)))
                .unwrap_or_default();
            let said = format!(
                "{} (line {number}), by {}{note}",
                one_line(text),
                one_line(by)
            );
            make_line("accepted", WordStyle::Good, said)
        }
        Event::Ticked { line: number, text } => make_line(
            "ticked",
            WordStyle::Good,
            format!("{} (line {number})", one_line(text)),
        ),
        Event::Unticked {
            line: number,
            text,
            why,
        } => make_line(
            "unticked",
            WordStyle::Doubt,
            format!("{} (line {number}): {}", one_line(text), one_line(why)),
        ),
        _ => None,
    }
}

/// Returns the line of an event of a conversation with a model.
fn of_model(event: &Event) -> Option<EventLine> {
    match event {
        Event::RunResumed { .. } => make_line("Resumed", WordStyle::Head, String::new()),
        Event::ConversationStarted { agent, model, .. } => make_line(
            "model",
            WordStyle::Head,
            format!("{} as {}", one_line(model), one_line(agent)),
        ),
        Event::UserSaid { text, .. } => make_line("task", WordStyle::Head, one_line(text)),
        Event::ModelRetried {
            attempt,
            why,
            wait_ms,
        } => {
            let wait = format_duration(Duration::from_millis(*wait_ms));
            let said = format!("{} (attempt {attempt}, again in {wait})", one_line(why));
            make_line("retry", WordStyle::Doubt, said)
        }
        Event::ModelReplied { message, usage, .. } => line_of_reply(message, usage),
        Event::ToolStarted {
            tool, arguments, ..
        } => make_line(
            "tool",
            WordStyle::Faint,
            format!("{} {}", one_line(tool), subject_of_call(arguments))
                .trim()
                .to_owned(),
        ),
        Event::ToolFinished {
            tool,
            content,
            is_error: true,
            ..
        } => make_line(
            "told",
            WordStyle::Doubt,
            format!("{}: {}", one_line(tool), one_line(content)),
        ),
        Event::Compacted {
            tokens_before,
            tokens_after,
            ..
        } => make_line(
            "shortened",
            WordStyle::Faint,
            format!("the conversation, from {tokens_before} to {tokens_after} tokens"),
        ),
        Event::LimitReached { limit } => make_line("limit", WordStyle::Bad, one_line(limit)),
        Event::ConversationEnded { ending, text } if ending != "done" => {
            make_line("ended", WordStyle::Doubt, one_line(text))
        }
        _ => None,
    }
}

/// Returns the line of a reply; none for one without words and without counted tokens.
fn line_of_reply(message: &serde_json::Value, usage: &serde_json::Value) -> Option<EventLine> {
    let text = model_words(message);
    let took = usage_words(usage);
    if text.is_empty() && took.is_empty() {
        return None;
    }
    let said = format!("{}{took}", one_line(&text)).trim().to_owned();
    make_line("says", WordStyle::Faint, said)
}

/// Returns what a model said in a turn.
pub(crate) fn model_words(message: &serde_json::Value) -> String {
    let blocks = message["blocks"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let texts = blocks
        .iter()
        .filter(|block| block["type"] == "text")
        .filter_map(|block| block["text"].as_str());
    texts.collect::<Vec<_>>().join("\n")
}

/// Returns what a turn took, in brackets; nothing where nobody counted.
fn usage_words(usage: &serde_json::Value) -> String {
    let count = |name: &str| usage[name].as_u64().unwrap_or(0);
    let read = count("input") + count("cache_read") + count("cache_write");
    if read + count("output") == 0 {
        return String::new();
    }
    let cost = usage["cost"]
        .as_f64()
        .map(|cost| format!(", ${cost:.4}"))
        .unwrap_or_default();
    format!("  [{read} tokens read, {} written{cost}]", count("output"))
}

/// Returns what a call is about: the file, the pattern or the command.
fn subject_of_call(arguments: &serde_json::Value) -> String {
    let names = ["file_path", "command", "pattern"];
    names
        .iter()
        .find_map(|name| arguments[*name].as_str())
        .map(one_line)
        .unwrap_or_default()
}

/// Returns the lines that a change adds and removes, in front a blank: ` +3 -1`, or nothing.
fn describe_counts(added: usize, removed: usize) -> String {
    match (added, removed) {
        (0, 0) => String::new(),
        (added, 0) => format!(" +{added}"),
        (0, removed) => format!(" -{removed}"),
        (added, removed) => format!(" +{added} -{removed}"),
    }
}

/// Returns the places between which someone must choose: `; candidates: a (line 3), b (line 9)`, or nothing.
fn describe_candidates(candidates: &[String]) -> String {
    let candidates: Vec<String> = candidates
        .iter()
        .map(|candidate| one_line(candidate))
        .collect();
    if candidates.is_empty() {
        String::new()
    } else {
        format!("; candidates: {}", candidates.join(", "))
    }
}

/// Returns the line of an event of one file.
fn of_file(event: &Event) -> Option<EventLine> {
    match event {
        Event::FileStaged {
            path,
            action,
            how,
            lines_added,
            lines_removed,
        } => {
            let counts = describe_counts(*lines_added, *lines_removed);
            let how = if how.is_empty() {
                String::new()
            } else {
                format!("  {}", one_line(how))
            };
            make_line(
                name_action(action),
                WordStyle::Good,
                format!("{}{counts}{how}", one_line(path)),
            )
        }
        Event::FileUnchanged { path, why } => {
            make_line("unchanged", WordStyle::Faint, path_with_reason(path, why))
        }
        Event::FileRefused {
            path,
            message,
            line: number,
            candidates,
            ..
        } => {
            let at = number
                .map(|number| format!(" (line {number} of the plan)"))
                .unwrap_or_default();
            let among = describe_candidates(candidates);
            make_line(
                "refused",
                WordStyle::Bad,
                format!("{}{at}{among}", path_with_reason(path, message)),
            )
        }
        Event::FileWritten {
            path, after_hash, ..
        } => make_line(
            if after_hash.is_some() {
                "wrote"
            } else {
                "removed"
            },
            WordStyle::Good,
            one_line(path),
        ),
        Event::EffectDropped { path, why } => {
            make_line("dropped", WordStyle::Faint, path_with_reason(path, why))
        }
        Event::EffectPromoted { path, why } => {
            make_line("taken over", WordStyle::Good, path_with_reason(path, why))
        }
        _ => None,
    }
}

fn name_action(action: &FileAction) -> &'static str {
    match action {
        FileAction::Create => "create",
        FileAction::Modify => "modify",
        FileAction::Delete => "delete",
        FileAction::Rename => "rename",
    }
}

/// Returns the line of an event of a command.
fn of_command(event: &Event) -> Option<EventLine> {
    match event {
        Event::CommandStarted {
            command,
            folder,
            why,
        } => make_line("run", WordStyle::Faint, at_work(command, folder, why)),
        Event::CommandFinished {
            command,
            folder,
            elapsed_ms,
            verdict,
            detail,
            output,
            ..
        } => {
            let (word, paint) = match verdict {
                Verdict::Passed => ("passed", WordStyle::Good),
                Verdict::Failed => ("FAILED", WordStyle::Bad),
                Verdict::NotChecked => ("not checked", WordStyle::Doubt),
            };
            let elapsed = format_duration(Duration::from_millis(*elapsed_ms));
            let detail = if detail.is_empty() {
                String::new()
            } else {
                format!(": {}", one_line(detail))
            };
            let kept = match (verdict, output) {
                (Verdict::Passed, _) | (_, None) => String::new(),
                (_, Some(output)) => format!("  [output {output}]"),
            };
            make_line(
                word,
                paint,
                format!("{} ({elapsed}){detail}{kept}", in_folder(command, folder)),
            )
        }
        Event::ServerStarted { command, folder } => {
            make_line("serving", WordStyle::Good, in_folder(command, folder))
        }
        _ => None,
    }
}

fn step_word(step: StepName) -> &'static str {
    match step {
        StepName::Understand => "Understand",
        StepName::Analyze => "Analyze",
        StepName::Implement => "Implement",
        StepName::Verify => "Verify",
        StepName::Report => "Report",
    }
}

fn in_folder(command: &str, folder: &str) -> String {
    let command = one_line(command);
    if folder.is_empty() {
        command
    } else {
        format!("{command}  [in {}]", one_line(folder))
    }
}

fn path_with_reason(path: &str, why: &str) -> String {
    if why.is_empty() {
        one_line(path)
    } else {
        format!("{}: {}", one_line(path), one_line(why))
    }
}

fn location_prefix(path: Option<&str>, number: Option<usize>) -> String {
    match (path, number) {
        (Some(path), Some(number)) => format!("{}:{number}: ", one_line(path)),
        (Some(path), None) => format!("{}: ", one_line(path)),
        (None, Some(number)) => format!("line {number}: "),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests;

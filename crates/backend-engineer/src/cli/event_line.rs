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

fn line_of_event(event: &Event) -> Option<EventLine> {
    let line = |word, paint, text| Some(EventLine { word, paint, text });
    match event {
        Event::RunStarted {
            plan,
            phases,
            dry_run,
            ..
        } => {
            let phases: Vec<String> = phases.iter().map(|phase| one_line(phase)).collect();
            let dry = if *dry_run {
                " (dry run: nothing is written)"
            } else {
                ""
            };
            let of = if phases.is_empty() {
                String::new()
            } else {
                format!(": {}", phases.join(", "))
            };
            line(
                "Plan",
                WordStyle::Head,
                format!("{}{of}{dry}", one_line(plan)),
            )
        }
        Event::StepStarted { step } => line(step_word(*step), WordStyle::Head, String::new()),
        Event::PhaseStarted { label, title } => {
            let title = if title == label {
                String::new()
            } else {
                format!(": {}", one_line(title))
            };
            line("On", WordStyle::Head, format!("{}{title}", one_line(label)))
        }
        Event::Note { text } => line("note", WordStyle::Faint, one_line(text)),
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
            line(word, paint, format!("{place}{}{hint}", one_line(message)))
        }
        Event::Committed { id, message } => {
            let short: String = one_line(id).chars().take(10).collect();
            line(
                "committed",
                WordStyle::Good,
                format!("{short} {}", one_line(message)),
            )
        }
        Event::CommitSkipped { why } => line("no commit", WordStyle::Doubt, one_line(why)),
        Event::SentenceUnproven {
            line: number, text, ..
        } => line(
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
            line("accepted", WordStyle::Good, said)
        }
        Event::Ticked { line: number, text } => line(
            "ticked",
            WordStyle::Good,
            format!("{} (line {number})", one_line(text)),
        ),
        Event::Unticked {
            line: number,
            text,
            why,
        } => line(
            "unticked",
            WordStyle::Doubt,
            format!("{} (line {number}): {}", one_line(text), one_line(why)),
        ),
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
            line(
                "Done",
                paint,
                format!("{} (exit code {exit}, {elapsed})", one_line(heading)),
            )
        }
        Event::Evidence { .. } | Event::Unknown(_) => None,
        _ => of_file(event)
            .or_else(|| of_command(event))
            .or_else(|| of_model(event)),
    }
}

fn of_model(event: &Event) -> Option<EventLine> {
    let line = |word, paint, text| Some(EventLine { word, paint, text });
    match event {
        Event::RunResumed { .. } => line("Resumed", WordStyle::Head, String::new()),
        Event::ConversationStarted { agent, model, .. } => line(
            "model",
            WordStyle::Head,
            format!("{} as {}", one_line(model), one_line(agent)),
        ),
        Event::UserSaid { text, .. } => line("task", WordStyle::Head, one_line(text)),
        Event::ModelRetried {
            attempt,
            why,
            wait_ms,
        } => {
            let wait = format_duration(Duration::from_millis(*wait_ms));
            line(
                "retry",
                WordStyle::Doubt,
                format!("{} (attempt {attempt}, again in {wait})", one_line(why)),
            )
        }
        Event::ModelReplied { message, usage, .. } => {
            let text = model_words(message);
            let took = usage_words(usage);
            if text.is_empty() && took.is_empty() {
                return None;
            }
            line(
                "says",
                WordStyle::Faint,
                format!("{}{took}", one_line(&text)).trim().to_owned(),
            )
        }
        Event::ToolStarted {
            tool, arguments, ..
        } => line(
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
        } => line(
            "told",
            WordStyle::Doubt,
            format!("{}: {}", one_line(tool), one_line(content)),
        ),
        Event::Compacted {
            tokens_before,
            tokens_after,
            ..
        } => line(
            "shortened",
            WordStyle::Faint,
            format!("the conversation, from {tokens_before} to {tokens_after} tokens"),
        ),
        Event::LimitReached { limit } => line("limit", WordStyle::Bad, one_line(limit)),
        Event::ConversationEnded { ending, text } if ending != "done" => {
            line("ended", WordStyle::Doubt, one_line(text))
        }
        _ => None,
    }
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

fn of_file(event: &Event) -> Option<EventLine> {
    let line = |word, paint, text| Some(EventLine { word, paint, text });
    match event {
        Event::FileStaged {
            path,
            action,
            how,
            lines_added,
            lines_removed,
        } => {
            let word = match action {
                FileAction::Create => "create",
                FileAction::Modify => "modify",
                FileAction::Delete => "delete",
                FileAction::Rename => "rename",
            };
            let counts = match (lines_added, lines_removed) {
                (0, 0) => String::new(),
                (added, 0) => format!(" +{added}"),
                (0, removed) => format!(" -{removed}"),
                (added, removed) => format!(" +{added} -{removed}"),
            };
            let how = if how.is_empty() {
                String::new()
            } else {
                format!("  {}", one_line(how))
            };
            line(
                word,
                WordStyle::Good,
                format!("{}{counts}{how}", one_line(path)),
            )
        }
        Event::FileUnchanged { path, why } => {
            line("unchanged", WordStyle::Faint, path_with_reason(path, why))
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
            let candidates: Vec<String> = candidates
                .iter()
                .map(|candidate| one_line(candidate))
                .collect();
            let among = if candidates.is_empty() {
                String::new()
            } else {
                format!("; candidates: {}", candidates.join(", "))
            };
            line(
                "refused",
                WordStyle::Bad,
                format!("{}{at}{among}", path_with_reason(path, message)),
            )
        }
        Event::FileWritten {
            path, after_hash, ..
        } => line(
            if after_hash.is_some() {
                "wrote"
            } else {
                "removed"
            },
            WordStyle::Good,
            one_line(path),
        ),
        Event::EffectDropped { path, why } => {
            line("dropped", WordStyle::Faint, path_with_reason(path, why))
        }
        Event::EffectPromoted { path, why } => {
            line("taken over", WordStyle::Good, path_with_reason(path, why))
        }
        _ => None,
    }
}

fn of_command(event: &Event) -> Option<EventLine> {
    let line = |word, paint, text| Some(EventLine { word, paint, text });
    match event {
        Event::CommandStarted {
            command,
            folder,
            why,
        } => line("run", WordStyle::Faint, at_work(command, folder, why)),
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
            line(
                word,
                paint,
                format!("{} ({elapsed}){detail}{kept}", in_folder(command, folder)),
            )
        }
        Event::ServerStarted { command, folder } => {
            line("serving", WordStyle::Good, in_folder(command, folder))
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

//! `Edit`: one text of a file for another, exactly or by the fuzzy matching of `graft`, never by a guess.
//!
//! The model edits the text as it was shown to it, placeholders for secrets included; the change is
//! made on that text, and the secrets are put back before it is staged. Where the place isn't
//! found, the answer shows the lines that come nearest, so that the next call can be right.

use agent::{Tool, ToolError, ToolOutput};
use graft::{Applied, Graft, Refusal};
use llm::{LocalFuture, ToolSpec};
use serde_json::Value;

use super::input::input;
use super::tool_context::{ToolEffects, tool_with_context};
use super::tool_error;

input! {
    /// Replaces text in a file that you have read. old_string must be the file's own text, without line numbers, with
    /// enough lines to be unique; or set replace_all.
    "Edit" EditInput {
        "file_path" file_path: String,
        "old_string" old_string: String,
        "new_string" new_string: String,
        "replace_all" replace_all: Option<bool>,
    }
}

/// The least likeness, from 0 to 1, of two lines that can be the same with a slip.
/// Below it, a line shares little more than its letters with the one that is looked for.
const ALIKE: f64 = 0.5;

/// Lines that are compared in all.
/// The comparison takes time in proportion to both lines; generated files are longer than this.
const SEARCHED: usize = 5_000;

/// Lines around the nearest text that are shown.
const AROUND: usize = 4;

tool_with_context!(Edit, EditInput);

impl Tool for Edit<'_, '_> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn only_reads(&self) -> bool {
        false
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> LocalFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move {
            let input = EditInput::read(arguments)?;
            let mut work = self.context.work().await;
            let path = work.locate(&input.file_path)?;
            let permit = work.permit(&path)?;
            let Some(bytes) = work.content(&path)? else {
                return tool_error(format!("`{path}` is not there; Write makes a new file."));
            };
            // An edit of a file that a command has changed meanwhile would go over the command's
            // work.
            work.refuse_unseen(&path, &bytes)?;
            let Ok(text) = String::from_utf8(bytes) else {
                return tool_error(format!("`{path}` is no UTF-8 text."));
            };
            if input.old_string == input.new_string {
                return tool_error("old_string and new_string are the same; nothing was changed.");
            }
            let all = input.replace_all.unwrap_or(false);
            // The model knows the file by what it was shown.
            let shown = work.run.redactor.redact_text(&text);
            let hides = shown != text;
            let known = if hides { &shown } else { &text };
            let mut applied = match graft::apply_replacement(
                known,
                &input.old_string,
                &input.new_string,
                all,
            ) {
                Graft::Applied(applied) => applied,
                Graft::AlreadyApplied => {
                    let content = format!(
                        "`{path}` holds new_string already where old_string would be; nothing was changed."
                    );
                    return Ok(work.output(&content, &ToolEffects::default()));
                }
                Graft::Refused(refusal) => {
                    let said = describe_refusal(&path, known, &refusal, &input.old_string);
                    return tool_error(work.run.redactor.redact_text(&said));
                }
            };
            let said = describe_edit(&path, known, &applied);
            if hides {
                applied.text =
                    work.restore_hidden_text(&path, Some(text.as_bytes()), applied.text)?;
            }
            let diff = work.diff(&path, Some(text.as_bytes()), applied.text.as_bytes());
            let effect = work.stage(&path, Some(applied.text.into_bytes()), None, &permit)?;
            Ok(work.output(
                &said,
                &ToolEffects {
                    effects: vec![effect],
                    diff,
                    ..ToolEffects::default()
                },
            ))
        })
    }

    fn restore(&self, details: &Value) -> Result<(), ToolError> {
        self.context.restore(details)
    }
}

/// Returns what was changed, and how the place was found where it was not exact.
///
/// A model that relied on text which was only similar learns it from here.
fn describe_edit(path: &str, before: &str, applied: &Applied) -> String {
    let line = |at: usize| before[..at.min(before.len())].matches('\n').count() + 1;
    let lines: Vec<String> = applied
        .edits
        .iter()
        .take(10)
        .map(|edit| line(edit.old.start).to_string())
        .collect();
    // An exact match needs no word.
    let how = applied
        .evidence
        .iter()
        .map(|evidence| evidence.0.as_str())
        .filter(|how| !how.starts_with("found exactly"));
    let how: Vec<&str> = how.collect();
    let how = if how.is_empty() {
        String::new()
    } else {
        format!(" ({})", how.join("; "))
    };
    format!("Edited `{path}` at line {}{how}.", lines.join(", "))
}

/// Returns the line that is most like the first telling line of `old`, from 1.
///
/// `None` where `old` has no such line, or nothing is half as like: then a place would mislead.
fn nearest_line(text: &str, old: &str) -> Option<usize> {
    let wanted = old.lines().map(str::trim).find(|line| {
        line.chars()
            .filter(|letter| letter.is_alphanumeric())
            .count()
            > 2
    })?;
    let like = |line: &str| strsim::normalized_levenshtein(line.trim(), wanted);
    let lines = text
        .lines()
        .take(SEARCHED)
        .enumerate()
        .map(|(index, line)| (like(line), index + 1));
    lines
        .filter(|(like, _)| *like >= ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, line)| line)
}

/// Returns why the place could not be told, with the text that comes nearest.
///
/// Several exact places are listed by line. None at all: the lines around the nearest text, with
/// their numbers, so that the model sees what it had wrong.
fn describe_refusal(path: &str, text: &str, refusal: &Refusal, old: &str) -> String {
    let mut said = format!(
        "`{path}` was not changed: {}.",
        refusal.message.trim_end_matches('.')
    );
    if !refusal.candidates.is_empty() {
        let places: Vec<String> = refusal
            .candidates
            .iter()
            .take(10)
            .map(|place| format!("line {}", place.line))
            .collect();
        said.push_str(&format!(" It stands at {}.", places.join(", ")));
    }
    let nearest = refusal.nearest.as_ref().map(|place| place.line);
    let nearest = nearest
        .or_else(|| nearest_line(text, old))
        .filter(|_| refusal.candidates.is_empty());
    if let Some(nearest) = nearest {
        let from = nearest.saturating_sub(AROUND).max(1);
        said.push_str(&format!(" The nearest text is at line {nearest}:\n"));
        for (index, line) in text.lines().enumerate().skip(from - 1).take(2 * AROUND + 4) {
            said.push_str(&format!(
                "{}\t{}\n",
                index + 1,
                super::tool_context::cut_text(line, 300)
            ));
        }
    }
    said
}

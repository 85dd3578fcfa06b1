//! Finds the parts of a plan that could not be read with certainty, each with its location and what to do.

use serde::Serialize;

use crate::blocks::FileOf;
use crate::commands::Doubt;
use crate::document::{Document, Span, location_of};
use crate::labels::Topic;
use crate::languages::is_source;
use crate::outline::Outline;
use crate::phase::Phase;
use crate::rows::{Row, RowKind};

/// Something that could not be read with certainty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// A short stable name: `unclosed-fence`, `number-twice`, `block-between`, `block-nowhere`,
    /// `block-outside`, `command-placeholder`, `command-author-path`, `no-units`.
    pub code: &'static str,
    /// The finding.
    pub message: String,
    /// Where.
    pub span: Span,
    /// The advice to the author.
    pub hint: String,
}

fn new_diagnostic(
    code: &'static str,
    span: &Span,
    message: impl Into<String>,
    hint: &str,
) -> Diagnostic {
    Diagnostic {
        code,
        message: message.into(),
        span: span.clone(),
        hint: hint.to_owned(),
    }
}

/// Returns everything doubtful, in the order of the document.
pub(crate) fn find_diagnostics(
    document: &Document<'_>,
    outline: &Outline,
    phases: &[Phase],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for fence in document.fences.iter().filter(|fence| !fence.closed) {
        let hint =
            "close it with a line of the same ticks, or fence an outer block with more of them";
        found.push(new_diagnostic(
            "unclosed-fence",
            &fence.span,
            "this code fence is never closed",
            hint,
        ));
    }
    for heading in &outline.twice {
        let hint = "name it in full, or give each unit its own number";
        found.push(new_diagnostic(
            "number-twice",
            heading,
            "another unit bears this number",
            hint,
        ));
    }
    if phases.is_empty() {
        let hint =
            "give the plan headings such as `## Phase 1: …` or `### Task 1: …`, or boxes `- [ ] …`";
        found.push(new_diagnostic(
            "no-units",
            &(0..0),
            "the plan has no phases, tasks or sections with boxes",
            hint,
        ));
    }
    let mut waiting: Vec<&Phase> = phases.iter().collect();
    while let Some(phase) = waiting.pop() {
        of_phase(phase, &mut found);
        waiting.extend(&phase.phases);
    }
    found.sort_by_key(|one| (one.span.start, one.code));
    found
}

/// Code for files that stands outside of every unit, told once. What is shown as an example, as it was, or as what is
/// printed is not meant to go anywhere.
pub(crate) fn code_outside(document: &Document<'_>, rows: &[Row]) -> Option<Diagnostic> {
    let shown = [
        Topic::Example,
        Topic::Before,
        Topic::Output,
        Topic::Expect,
        Topic::Reference,
        Topic::Bounds,
    ];
    let left_out = |row: &&Row| {
        row.topic
            .is_none_or(|topic| !shown.contains(&topic) && !topic.is_left_undone())
    };
    let code: Vec<&Span> = rows
        .iter()
        .filter(left_out)
        .filter_map(|row| match row.kind {
            RowKind::Code(fence) => document.fences.get(fence),
            _ => None,
        })
        .filter(|fence| is_source(fence.info.split_whitespace().next().unwrap_or("")))
        .map(|fence| &fence.span)
        .collect();
    let first = code.first()?;
    let lines: Vec<String> = code
        .iter()
        .map(|span| location_of(document.text, span.start).line.to_string())
        .collect();
    let message = match lines.as_slice() {
        [_] => "this code stands outside of every unit and is not placed".to_owned(),
        many => format!(
            "{} blocks of code stand outside of every unit and are not placed (lines {})",
            many.len(),
            many.join(", ")
        ),
    };
    Some(new_diagnostic(
        "block-outside",
        first,
        message,
        "move it into the unit that it belongs to, if it is to be placed",
    ))
}

fn of_phase(phase: &Phase, found: &mut Vec<Diagnostic>) {
    for block in phase.blocks.iter().filter(|block| block.role.is_placed()) {
        match &block.file {
            FileOf::Change(_) => {}
            FileOf::Between(several) => {
                let paths: Vec<&str> = several
                    .iter()
                    .filter_map(|at| phase.changes.get(*at))
                    .map(|change| change.path.as_str())
                    .collect();
                let message = format!("this block could be for any of {}", paths.join(", "));
                found.push(new_diagnostic(
                    "block-between",
                    &block.span,
                    message,
                    "name its file on the line above it",
                ));
            }
            FileOf::Nowhere => {
                let hint = "name its file on the line above it, or in the unit's list of files";
                found.push(new_diagnostic(
                    "block-nowhere",
                    &block.span,
                    "no file of the unit fits this block",
                    hint,
                ));
            }
        }
    }
    for command in &phase.commands {
        let (code, message, hint) = match command.doubt {
            Some(Doubt::Placeholder) => (
                "command-placeholder",
                "this command holds a placeholder",
                "write the command out",
            ),
            Some(Doubt::AuthorPath) => (
                "command-author-path",
                "this command names a folder of its author's machine",
                "write paths from the repository's root",
            ),
            Some(Doubt::Prose | Doubt::UnknownProgram) | None => continue,
        };
        found.push(new_diagnostic(code, &command.span, message, hint));
    }
}

//! Finds the criteria that no heading calls so: the boxes below a unit's code that name a command each and ask for no
//! change. "- [ ] 5 tests pass: `node --test`" right below a block is held as the same line is under "Success Criteria".

use crate::changes::asks_for_change;
use crate::commands::{Manner, in_line};
use crate::criteria::is_among;
use crate::document::Document;
use crate::inline::code_spans;
use crate::labels::Topic;
use crate::paths::find_paths;
use crate::rows::{Row, RowKind};
use crate::steps::is_step_name;

/// Marks such boxes as criteria. Where one of a unit's boxes is work, all of them are its steps; so are boxes above code, and
/// those of a unit whose steps or criteria are called so.
pub(crate) fn mark_bare_criteria(document: &Document<'_>, rows: &mut [Row]) {
    let boxed: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].boxed).collect();
    let code = rows
        .iter()
        .rposition(|row| matches!(row.kind, RowKind::Code(_)));
    let (Some(first), Some(code)) = (boxed.first().copied(), code) else {
        return;
    };
    let words = |row: &Row| document.slice(&row.span);
    let is_called = |row: &Row| is_among(row) || is_step_name(words(row));
    let bare = boxed.iter().all(|at| is_bare_check(words(&rows[*at])));
    if code > first || !bare || rows.iter().any(is_called) {
        return;
    }
    for row in rows[first..].iter_mut().filter(|row| row.item.is_some()) {
        row.topic = row.topic.or(Some(Topic::Criteria));
        row.heading_topic = row.heading_topic.or(Some(Topic::Criteria));
    }
}

/// Returns whether a line names a command and asks neither for a change nor to run it; a file that its words name beside
/// the command is one to change.
fn is_bare_check(words: &str) -> bool {
    let outside =
        code_spans(words, 0)
            .into_iter()
            .rev()
            .fold(words.to_owned(), |mut rest, code| {
                rest.replace_range(code.outer, "");
                rest
            });
    !in_line(words, 0, Manner::Criterion).is_empty()
        && in_line(words, 0, Manner::Sentence).is_empty()
        && !asks_for_change(words)
        && find_paths(&outside, 0, false).is_empty()
}

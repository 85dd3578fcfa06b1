//! Asks of rows what several parts of a unit are read by: the state that they give it, where their step begins.

use crate::boxes::State;
use crate::document::Document;
use crate::inline::plain_text;
use crate::labels::Topic;
use crate::naming::state_of_note;
use crate::rows::{Row, RowKind};
use crate::steps::Seed;

/// Returns the state that a `Status:` line right below the unit's heading gives it.
pub(super) fn stated_state(document: &Document<'_>, rows: &[Row]) -> Option<State> {
    let top = rows
        .iter()
        .take_while(|row| matches!(row.kind, RowKind::Line(_)))
        .take(8);
    let value = |row: &Row| {
        let label = row
            .label
            .as_ref()
            .filter(|_| row.topic == Some(Topic::Status) && !row.boxed)?;
        let words = document.slice(&row.span);
        state_of_note(&plain_text(words.get(label.rest..)?))
    };
    top.into_iter().find_map(value)
}

/// Returns whether a row spells work out: code, or a file.
pub(super) fn spells_work(row: &Row) -> bool {
    matches!(row.kind, RowKind::Code(_))
        || row.label.is_some() && row.topic.is_some_and(Topic::names_files)
}

/// For each row, the first row of its step or of its section in it; outside steps, of its section.
pub(super) fn first_rows(rows: &[Row], seeds: &[Seed]) -> Vec<usize> {
    (0..rows.len())
        .map(|at| {
            let section = rows[at].section.unwrap_or(0);
            let step = seeds
                .iter()
                .find(|seed| seed.rows.contains(&at))
                .map(|seed| seed.rows.start);
            step.map_or(section, |step| step.max(section))
        })
        .collect()
}

//! The folder that a label of its own states for the commands below it: "**Working directory:** `services/api`".

use crate::changes::Asking;
use crate::commands::PlannedCommand;
use crate::inline::{code_spans, plain_text};
use crate::labels::{Topic, is_base};
use crate::rows::{Row, RowKind};

/// Gives the commands that state no folder the one that the nearest label above them states: to the end of its item,
/// else of its section.
pub(super) fn lay_down(asking: &Asking<'_, '_>, commands: &mut [PlannedCommand]) {
    let stated: Vec<(&Row, Option<String>)> = asking
        .rows
        .iter()
        .filter_map(|row| Some((row, stated_folder(asking, row)?)))
        .collect();
    if stated.is_empty() {
        return;
    }
    for command in commands
        .iter_mut()
        .filter(|command| command.folder.is_none() && command.facts.folder.is_none())
    {
        let at = command.span.start;
        let Some(row) = asking.rows.iter().rev().find(|row| row.span.start <= at) else {
            continue;
        };
        let around = asking
            .document
            .items_around(&asking.document.pieces[row.piece]);
        let reaches = |label: &&(&Row, Option<String>)| {
            let same = label.0.section.is_none() || label.0.section == row.section;
            label.0.span.start < at
                && same
                && label.0.item.is_none_or(|item| around.contains(&item))
        };
        command.folder = stated
            .iter()
            .rev()
            .find(reaches)
            .and_then(|(_, folder)| folder.clone());
    }
}

/// Returns the folder that a row states; `Some(None)` is the root.
fn stated_folder(asking: &Asking<'_, '_>, row: &Row) -> Option<Option<String>> {
    let label = row.label.as_ref().filter(|label| {
        row.topic == Some(Topic::Folder)
            && matches!(row.kind, RowKind::Line(_))
            && !is_base(&label.name)
    })?;
    let words = asking.document.slice(&row.span);
    let value = words.get(label.rest..)?;
    let quoted = code_spans(value, 0)
        .into_iter()
        .next()
        .map(|span| value[span.inner].to_owned());
    let folder = quoted.unwrap_or_else(|| plain_text(value));
    let folder = folder
        .trim()
        .trim_end_matches(['.', '/'])
        .trim_start_matches("./");
    let plain = !folder.contains([' ', '(', '<', '*', '$', '~', ':']) && !folder.starts_with('/');
    plain.then(|| Some(folder.to_owned()).filter(|folder| !folder.is_empty()))
}

//! The parts of a unit in which its files are looked for, and what they say of all of them.

use crate::document::Document;
use crate::identity::CheckboxId;
use crate::labels::{Topic, is_base};
use crate::mention;
use crate::paths::find_paths;
use crate::rows::{Row, RowKind};

/// The parts of a unit in which its files are looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a, 't> {
    /// The document.
    pub(crate) document: &'a Document<'t>,
    /// The unit's rows.
    pub(crate) rows: &'a [Row],
    /// The box of each item.
    pub(crate) boxes: &'a [Option<CheckboxId>],
    /// The item that the unit is, where its own words name its files.
    pub(crate) item: Option<usize>,
}

impl Asking<'_, '_> {
    /// Returns the innermost box around a row.
    pub(crate) fn box_around(&self, row: &Row) -> Option<CheckboxId> {
        let around = self.document.items_around(&self.document.pieces[row.piece]);
        around
            .into_iter()
            .find_map(|item| self.boxes.get(item).copied().flatten())
    }

    /// Returns whether a row outside of lists is a label that names a file, there or in the list right below it. "Replace:"
    /// above a block names none.
    pub(crate) fn names_file(&self, at: usize) -> bool {
        let Some(row) = self.rows.get(at) else {
            return false;
        };
        let has = |row: &Row| !find_paths(self.words(row), 0, false).is_empty();
        let label =
            row.label.is_some() && row.item.is_none() && row.topic.is_some_and(Topic::names_files);
        label
            && (has(row)
                || self
                    .rows
                    .get(at + 1)
                    .is_some_and(|next| next.item.is_some() && has(next)))
    }

    pub(super) fn words(&self, row: &Row) -> &str {
        self.document.slice(&row.span)
    }
}

/// Returns the folder from which a row says that paths start.
pub(crate) fn base_of(document: &Document<'_>, row: &Row) -> Option<String> {
    let words = matches!(row.kind, RowKind::Line(_)).then(|| document.slice(&row.span))?;
    let label = row
        .label
        .as_ref()
        .filter(|label| row.topic == Some(Topic::Folder) && is_base(&label.name));
    let value = label.and_then(|label| {
        mention::folder_from_root(words.get(label.rest..)?.trim_matches(['`', ' ', '.', '*']))
    });
    value.or_else(|| mention::base_folder(words))
}

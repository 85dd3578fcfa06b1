//! The parts of a unit in which its files are looked for, and what they say of all of them.

use crate::document::Document;
use crate::identity::CheckboxId;
use crate::inline::read_label;
use crate::labels::{Topic, is_base, topic_of_label};
use crate::languages::{extension_of_name, is_extension};
use crate::mention;
use crate::paths::{FoundPath, find_paths};
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
        self.label_of_boxes(at).is_some()
            || label
                && (has(row)
                    || self
                        .rows
                        .get(at + 1)
                        .is_some_and(|next| next.item.is_some() && has(next)))
    }

    /// Returns the path that is a label by itself, with nothing but a note behind it, over a list of boxes: what they ask for
    /// is asked of that file. "**`src/a.js`** (new)"
    pub(crate) fn label_of_boxes(&self, at: usize) -> Option<FoundPath> {
        let row = self.rows.get(at)?;
        let leads = self
            .rows
            .get(at + 1)
            .is_some_and(|next| next.boxed && next.piece != row.piece);
        if row.item.is_some() || !leads || !matches!(row.kind, RowKind::Line(true)) {
            return None;
        }
        let words = self.words(row).trim();
        let (bold, rest) = ["**", "__"]
            .iter()
            .find_map(|mark| words.strip_prefix(mark)?.split_once(mark))?;
        let note = rest.trim().trim_end_matches(':').trim();
        let path = find_paths(self.words(row), row.span.start, false);
        let [path] = path.as_slice() else {
            return None;
        };
        let name = bold.trim().trim_end_matches(':').trim().trim_matches('`');
        let noted = note.is_empty() || note.starts_with('(') && note.ends_with(')');
        (noted && name == self.document.slice(&path.span)).then(|| path.clone())
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

/// Returns the folder that is all the value of a bold label of which nobody knows what it says: "**Basismappe:** `server/api/`".
/// Where it is a folder of the tree and paths below the label are none from the root, they may start from there.
pub(crate) fn supposed_base_of(document: &Document<'_>, row: &Row) -> Option<String> {
    let plain =
        matches!(row.kind, RowKind::Line(true)) && row.item.is_none() && row.label.is_none();
    let words = plain.then(|| document.slice(&row.span).trim())?;
    let label =
        read_label(words).filter(|label| label.bold && topic_of_label(&label.name).is_none())?;
    let value = words.get(label.rest..)?.trim().trim_end_matches('.');
    let inner = value.strip_prefix('`')?.strip_suffix('`')?;
    mention::folder_from_root(inner)
        .filter(|_| !inner.contains('`') && !is_extension(&extension_of_name(inner)))
}

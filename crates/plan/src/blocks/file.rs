//! Which file of its unit a block is for: its own first line, its fence, the
//! nearest words above, the step, the section, then the unit's list of files.

mod list;

mod line;

use super::FileOf;
use super::own_path::{doubtful_comment, first_comment, info_path};
use super::signs::is_test_code;
use crate::basis::Basis;
use crate::changes::{
    Action, Asking, FileNote, PlannedChange, add_change, changes_meant, is_marker,
};
use crate::document::{Document, Span};
use crate::labels::Topic;
use crate::languages::fits_language;
use crate::mention::spoken_paths;
use crate::naming::Rank;
use crate::paths::{FoundPath, find_paths, same_file};
use crate::rows::{Row, RowKind};
use line::{LineAbove, by_line};
use list::by_list;

/// A block whose file is looked for.
pub(super) struct Wanted<'w> {
    /// Its row.
    pub(super) row: usize,
    /// The first row of its step or section.
    pub(super) from: usize,
    /// The first row of the step or section of each row.
    pub(super) starts: &'w [usize],
    /// Its language.
    pub(super) language: &'w str,
    /// Everything behind the opening fence.
    pub(super) info: &'w str,
    /// Its content.
    pub(super) text: &'w str,
}

/// The distance of the words that name the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nearness {
    /// In the block, its fence, or the line right above.
    Direct,
    /// Elsewhere in the step or section.
    Step,
    /// In the headings above or the unit's list of files.
    Unit,
    /// Nowhere.
    None,
}

/// A block's file, and how it is known.
pub(super) struct Located {
    /// The file.
    pub(super) file: FileOf,
    /// The distance of the words that name it.
    pub(super) nearness: Nearness,
    /// The way in which it is known.
    pub(super) basis: Basis,
}

/// Returns the file of a block; a path that the block or its fence names itself is added to the changes.
pub(super) fn find_file(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    changes: &mut Vec<PlannedChange>,
) -> Located {
    let mut located = find_without_doubt(asking, wanted, changes);
    if let Some(file) = opened_above(asking, wanted, &located.file, changes) {
        located = Located {
            file,
            nearness: Nearness::Direct,
            basis: Basis::Worded,
        };
    }
    if let FileOf::Change(one) = located.file {
        located.file = unless_doubtful(asking, wanted, one, changes);
    }
    located
}

/// Returns the file with which the line right above a block begins, where that is another than the one that was found: with
/// nothing but a note behind it ("**`src/b.js`** — the limit") it is meant, and with a sentence it may be.
fn opened_above(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    found: &FileOf,
    changes: &mut Vec<PlannedChange>,
) -> Option<FileOf> {
    let FileOf::Change(one) = *found else {
        return None;
    };
    let above = wanted
        .row
        .checked_sub(1)
        .filter(|at| *at >= wanted.from)
        .map(|at| &asking.rows[at])?;
    let is_own = info_path(wanted.info).is_some() || first_comment(wanted.text).is_some();
    if is_own || !is_title_line(asking, wanted) {
        return None;
    }
    let words = without_elements(asking.document.slice(&above.span));
    let words = words.as_str();
    let paths = spoken_paths(words, above.span.start, true);
    let [path] = paths.as_slice() else {
        return None;
    };
    let from = path.outer.start - above.span.start;
    let to = path.outer.end - above.span.start;
    let other = !same_file(&changes[one].path, &path.path)
        && !same_file(&path.path, &changes[one].path)
        && fits_language(wanted.language, &path.path);
    if !is_marker(&words[..from]) && !is_step_number(&words[..from]) || !other {
        return None;
    }
    let behind = words[to..].trim_start_matches(['*', '_', '`', ' ']);
    let is_noted = behind.is_empty()
        || behind.starts_with(['—', '–', '-', ':', '：', ',', '，', '(', '（', '·', '|']);
    let known = match changes_meant(changes, &path.path) {
        known if known.is_empty() => {
            let said = FileNote {
                action: Action::Unstated,
                basis: Basis::Worded,
                ..FileNote::default()
            };
            add_change(changes, path, &said)
        }
        known => known,
    };
    match known.as_slice() {
        [meant] if is_noted => Some(FileOf::Change(*meant)),
        [] => None,
        _ => Some(FileOf::Between(
            std::iter::once(one).chain(known.iter().copied()).collect(),
        )),
    }
}

/// Returns whether the row right above a block is a line of its own, or the only row of a table.
fn is_title_line(asking: &Asking<'_, '_>, wanted: &Wanted<'_>) -> bool {
    let is_row = |at: usize| matches!(asking.rows[at].kind, RowKind::Cells(_));
    let above = wanted.row - 1;
    match asking.rows[above].kind {
        RowKind::Line(first) => first,
        RowKind::Cells(_) => above == 0 || !is_row(above - 1),
        _ => false,
    }
}

/// Returns words with blanks in place of the tags of HTML that only set them off: "<b>`a.py`</b>".
fn without_elements(words: &str) -> String {
    const SET_OFF: [&str; 6] = ["b", "strong", "i", "em", "code", "u"];
    let mut plain = words.to_owned();
    for name in SET_OFF {
        for tag in [format!("<{name}>"), format!("</{name}>")] {
            plain = plain.replace(&tag, &" ".repeat(tag.len()));
        }
    }
    plain
}

/// Returns whether words say no more than the number of a step: "**Step 2 – ".
fn is_step_number(words: &str) -> bool {
    let bare = words.trim_matches(|letter: char| !letter.is_alphanumeric());
    let unit = crate::naming::unit_name(bare).filter(|unit| unit.rank == Rank::Step);
    unit.is_some_and(|unit| !unit.title.contains(char::is_alphanumeric))
}

/// Returns the file that was found for a block, or that and the other one which the block's first comment may mean.
fn unless_doubtful(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    one: usize,
    changes: &mut Vec<PlannedChange>,
) -> FileOf {
    let said = doubtful_comment(wanted.text)
        .filter(|_| info_path(wanted.info).is_none() && first_comment(wanted.text).is_none())
        .filter(|said| !same_file(&changes[one].path, said));
    let Some(said) = said.filter(|said| fits_language(wanted.language, said)) else {
        return FileOf::Change(one);
    };
    match changes_meant(changes, &said).as_slice() {
        [] => {}
        known => {
            return FileOf::Between(std::iter::once(one).chain(known.iter().copied()).collect());
        }
    }
    let row = &asking.rows[wanted.row];
    let found = found_in_row(asking.document, row, said);
    let said = FileNote {
        action: Action::Modify,
        basis: Basis::Worded,
        ..FileNote::default()
    };
    let added = add_change(changes, &found, &said);
    FileOf::Between(std::iter::once(one).chain(added).collect())
}

/// Returns a path that the block of a row says, with its place.
fn found_in_row(document: &Document<'_>, row: &Row, said: String) -> FoundPath {
    let line = document.slice(&row.span);
    let at = row.span.start + line.find(said.as_str()).unwrap_or(0);
    let span: Span = at..at + said.len().min(row.span.end - at);
    FoundPath {
        path: said,
        span: span.clone(),
        outer: span,
        lines: None,
        ticked: false,
    }
}

/// Returns the file of a block by what says plainly which it is.
fn find_without_doubt(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    changes: &mut Vec<PlannedChange>,
) -> Located {
    let stated = |file, nearness| Located {
        file,
        nearness,
        basis: Basis::Stated,
    };
    if let Some(found) = by_itself(asking.document, &asking.rows[wanted.row], wanted, changes) {
        return stated(found, Nearness::Direct);
    }
    if let Some(located) = by_label_of_tests(asking, wanted, changes) {
        return located;
    }
    if let Some(located) = by_lines_above(asking, wanted, changes) {
        return located;
    }
    let mut section = asking.rows[wanted.row].section;
    while let Some(at) = section {
        if at < wanted.from
            && let Some(found) = by_section(asking, wanted, at, changes)
        {
            return stated(found, Nearness::Unit);
        }
        let level = heading_level(&asking.rows[at]);
        section = asking.rows[..at]
            .iter()
            .rposition(|row| matches!(row.kind, RowKind::Heading(outer) if outer < level));
    }
    let (file, basis) = by_list(asking, wanted, changes);
    let nearness = if file == FileOf::Nowhere {
        Nearness::None
    } else {
        Nearness::Unit
    };
    Located {
        file,
        nearness,
        basis,
    }
}

/// Finds the file by the nearest line of the step that names one; a label or the line right above names it directly.
fn by_lines_above(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    changes: &[PlannedChange],
) -> Option<Located> {
    // From the block upwards: the nearer line is meant.
    let (at, file) = (wanted.from..wanted.row).rev().find_map(|at| {
        let line = LineAbove {
            row: at,
            right_above: at + 1 == wanted.row,
        };
        by_line(asking, wanted, line, changes).map(|file| (at, file))
    })?;
    let row = &asking.rows[at];
    let labelled = row.label.is_some() && row.topic.is_some_and(Topic::names_files);
    let nearness = if at + 1 == wanted.row || labelled {
        Nearness::Direct
    } else {
        Nearness::Step
    };
    let formal =
        labelled || matches!(row.kind, RowKind::Heading(_)) || opens_with_path(asking, row);
    let basis = if formal {
        Basis::Stated
    } else {
        of_list(&file, changes)
    };
    Some(Located {
        file,
        nearness,
        basis,
    })
}

/// Returns the one file of tests in the unit's list, for a test right below "**Tests:**": the path above that is of
/// other code.
fn by_label_of_tests(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    changes: &[PlannedChange],
) -> Option<Located> {
    let above = wanted
        .row
        .checked_sub(1)
        .and_then(|at| asking.rows.get(at))?;
    let words = asking.document.slice(&above.span);
    let alone = above
        .label
        .as_ref()
        .is_some_and(|label| words[label.rest.min(words.len())..].trim().is_empty());
    if !alone || above.topic != Some(Topic::Test) || !is_test_code(wanted.text) {
        return None;
    }
    let (file, basis) = by_list(asking, wanted, changes);
    let is_test = matches!(&file, FileOf::Change(at) if changes[*at].test);
    is_test.then_some(Located {
        file,
        nearness: Nearness::Unit,
        basis,
    })
}

/// Returns how a file is known that a sentence names: the unit's list may state it.
fn of_list(file: &FileOf, changes: &[PlannedChange]) -> Basis {
    match file {
        FileOf::Change(at) => changes
            .get(*at)
            .map_or(Basis::Worded, |change| change.basis),
        FileOf::Nowhere | FileOf::Between(_) => Basis::Worded,
    }
}

/// Returns whether a line is a path, behind its number, with what is said of it: "**1. `a.py`** — say the limit:".
fn opens_with_path(asking: &Asking<'_, '_>, row: &Row) -> bool {
    let words = asking.document.slice(&row.span);
    let noted = row.label.as_ref().is_some_and(|label| {
        find_paths(&words[..label.rest.min(words.len())], 0, false).len() == 1
    });
    noted
        || spoken_paths(words, 0, true)
            .first()
            .is_some_and(|path| is_marker(&words[..path.outer.start]))
}

fn heading_level(row: &Row) -> usize {
    match row.kind {
        RowKind::Heading(level) => level,
        _ => 0,
    }
}

/// Finds the file by a heading, and by the file labels right below it.
fn by_section(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    heading: usize,
    changes: &[PlannedChange],
) -> Option<FileOf> {
    by_line(asking, wanted, LineAbove::apart(heading), changes).or_else(|| {
        let below = asking
            .rows
            .iter()
            .enumerate()
            .skip(heading + 1)
            .take_while(|(_, row)| row.section == Some(heading));
        let labels: Vec<usize> = below
            .filter(|(_, row)| row.label.is_some() && row.topic == Some(Topic::Files))
            .map(|(at, _)| at)
            .collect();
        match labels.as_slice() {
            [one] if *one < wanted.row => by_line(asking, wanted, LineAbove::apart(*one), changes),
            _ => None,
        }
    })
}

/// Finds the file that the block's first line or its fence names.
fn by_itself(
    document: &Document<'_>,
    row: &Row,
    wanted: &Wanted<'_>,
    changes: &mut Vec<PlannedChange>,
) -> Option<FileOf> {
    let from_info = info_path(wanted.info);
    let said = from_info.clone().or_else(|| first_comment(wanted.text))?;
    let known: Vec<usize> = changes_meant(changes, &said);
    match known.as_slice() {
        [one] => return Some(FileOf::Change(*one)),
        [] => {}
        several => return Some(FileOf::Between(several.to_vec())),
    }
    if !fits_language(wanted.language, &said) {
        return None;
    }
    let found = found_in_row(document, row, said);
    // A name without its folder is that of a file that is there.
    let action = if found.path.contains('/') || from_info.is_some() {
        Action::Unstated
    } else {
        Action::Modify
    };
    add_change(
        changes,
        &found,
        &FileNote {
            action,
            ..FileNote::default()
        },
    )
    .first()
    .map(|at| FileOf::Change(*at))
}

/// Returns the only other file that the line right above a block names, whatever the line says of it: the block imports
/// `not`.
pub(super) fn named_above(
    asking: &Asking<'_, '_>,
    row: usize,
    not: &str,
    changes: &mut Vec<PlannedChange>,
) -> Option<FileOf> {
    let above = asking
        .rows
        .get(row.checked_sub(1)?)
        .filter(|above| matches!(above.kind, RowKind::Line(_)))?;
    let mut paths = find_paths(asking.document.slice(&above.span), above.span.start, true);
    paths.retain(|path| !same_file(&path.path, not));
    let [path] = paths.as_slice() else {
        return None;
    };
    match changes_meant(changes, &path.path).as_slice() {
        [one] => Some(FileOf::Change(*one)),
        [] => {
            let said = FileNote {
                action: Action::Unstated,
                basis: Basis::Worded,
                ..FileNote::default()
            };
            add_change(changes, path, &said)
                .first()
                .map(|at| FileOf::Change(*at))
        }
        _ => None,
    }
}

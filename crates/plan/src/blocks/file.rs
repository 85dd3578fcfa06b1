//! Which file of its unit a block is for: its own first line, its fence, the
//! nearest words above, the step, the section, then the unit's list of files.

use super::FileOf;
use super::own_path::{first_comment, info_path};
use super::signs::{defines_stem, is_test_code, says_implement, says_stem, says_test};
use crate::basis::Basis;
use crate::changes::{
    Action, Asking, FileNote, PlannedChange, add_change, changes_meant, is_marker,
};
use crate::document::{Document, Span};
use crate::inline::comparison_key;
use crate::labels::Topic;
use crate::languages::{fits_language, is_at_home};
use crate::mention::spoken_paths;
use crate::paths::{FoundPath, find_paths, same_file};
use crate::rows::{Row, RowKind};
use crate::vocabulary::{Use, is_all};

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
    let line = document.slice(&row.span);
    let at = row.span.start + line.find(said.as_str()).unwrap_or(0);
    let span: Span = at..at + said.len().min(row.span.end - at);
    let found = FoundPath {
        path: said,
        span: span.clone(),
        outer: span,
        lines: None,
        ticked: false,
    };
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

/// A line above a block that may name its file.
#[derive(Clone, Copy)]
struct LineAbove {
    /// Its row.
    row: usize,
    /// Nothing stands between it and the block, so that it is about the block even where it names no file of the list.
    right_above: bool,
}

impl LineAbove {
    /// Returns the row as a line that governs more than the block: a heading, a label.
    fn apart(row: usize) -> Self {
        LineAbove {
            row,
            right_above: false,
        }
    }
}

/// Finds the file by a line above that names files of the unit which can hold the block.
fn by_line(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    line: LineAbove,
    changes: &[PlannedChange],
) -> Option<FileOf> {
    let document = asking.document;
    let (at, right_above) = (line.row, line.right_above);
    let row = &asking.rows[at];
    if !matches!(row.kind, RowKind::Heading(_) | RowKind::Line(_)) {
        return None;
    }
    let labelled = row.topic.is_some_and(Topic::names_files);
    let mute = row.topic.is_some_and(names_no_target);
    if mute && !(right_above && row.topic == Some(Topic::Reference)) {
        return None;
    }
    let code = &asking.rows[wanted.row];
    if labelled && row.item.is_some() && !entry_is_for(asking, at, wanted.row, code) {
        return None;
    }
    let words = document.slice(&row.span);
    let bare = labelled || right_above || matches!(row.kind, RowKind::Heading(_));
    let paths = spoken_paths(words, row.span.start, bare);
    let leads = right_above && words.trim_end().ends_with([':', '：']);
    let fitting = changes_that_fit(wanted.language, &paths, leads, changes);
    match fitting.as_slice() {
        [] if right_above && !labelled && goes_elsewhere(wanted, words, row.span.start, &paths) => {
            Some(FileOf::Nowhere)
        }
        [] => None,
        [(one, _)] => Some(FileOf::Change(*one)),
        [(_, path), rest @ ..] if rest.iter().all(|(_, other)| other.span == path.span) => {
            let alike: Vec<usize> = fitting.iter().map(|(at, _)| *at).collect();
            Some(in_folder_of_step(
                asking,
                wanted,
                (&path.path, alike),
                changes,
            ))
        }
        several => Some(preferred_path(words, row.span.start, several).map_or_else(
            || narrow_by_code(wanted, changes, several.iter().map(|(at, _)| *at).collect()),
            FileOf::Change,
        )),
    }
}

/// Returns whether files that stand under a topic are spoken of only: no block below is meant for them.
fn names_no_target(topic: Topic) -> bool {
    matches!(
        topic,
        Topic::Reference | Topic::Run | Topic::Expect | Topic::Commit | Topic::Output
    ) || topic.is_criteria()
        || topic.is_left_undone()
}

/// Returns the changes that a line's paths mean and that can hold a block of the language, each with its path. `leads`:
/// the line ends with a colon right above the block, so that its only file may be of a language that is loosely written.
fn changes_that_fit<'p>(
    language: &str,
    paths: &'p [FoundPath],
    leads: bool,
    changes: &[PlannedChange],
) -> Vec<(usize, &'p FoundPath)> {
    let mut fitting: Vec<(usize, &FoundPath)> = Vec::new();
    for path in paths {
        for change in changes_meant(changes, &path.path) {
            let file = &changes[change].path;
            let loose = leads && paths.len() == 1 && !changes[change].pattern;
            if (fits_language(language, file) || loose && is_loosely_written(language))
                && !fitting.iter().any(|(known, _)| *known == change)
            {
                fitting.push((change, path));
            }
        }
    }
    // Of a file without content no code is shown.
    if fitting.len() > 1 {
        fitting.retain(|(at, _)| !changes[*at].empty);
    }
    fitting
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

/// Of several files that one path ends alike, the only one below a folder of which the step names another file: "Create
/// packages/a/tsconfig.json and src/index.ts".
fn in_folder_of_step(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    (path, alike): (&str, Vec<usize>),
    changes: &[PlannedChange],
) -> FileOf {
    let rows = &asking.rows[wanted.from..wanted.row];
    let named = rows
        .iter()
        .filter(|row| !matches!(row.kind, RowKind::Code(_)));
    let named: Vec<FoundPath> = named
        .flat_map(|row| find_paths(asking.document.slice(&row.span), row.span.start, true))
        .collect();
    let is_beside = |at: &usize| {
        let folder = changes[*at]
            .path
            .strip_suffix(path)
            .filter(|folder| !folder.is_empty());
        folder.is_some_and(|folder| named.iter().any(|other| other.path.starts_with(folder)))
    };
    let beside: Vec<usize> = alike.iter().copied().filter(is_beside).collect();
    if let [one] = beside.as_slice() {
        FileOf::Change(*one)
    } else {
        FileOf::Between(alike)
    }
}

/// Returns whether the words right above a block put it in a file that is none of the unit's: "The route goes to `x`".
fn goes_elsewhere(wanted: &Wanted<'_>, words: &str, base: usize, paths: &[FoundPath]) -> bool {
    let [path] = paths else { return false };
    let before = words[..path.outer.start - base].trim_end().to_lowercase();
    let word = before
        .rsplit(|letter: char| letter.is_whitespace())
        .next()
        .unwrap_or("");
    let goes = [Use::Goal, Use::Place]
        .iter()
        .any(|what| is_all(word, *what));
    // `orders/` is a route, or a folder: no code goes into it.
    let is_file = !words[path.outer.start - base..path.outer.end - base]
        .trim_end_matches('`')
        .ends_with('/');
    path.ticked && is_file && fits_language(wanted.language, &path.path) && goes
}

/// Languages that people write loosely on a fence.
fn is_loosely_written(language: &str) -> bool {
    matches!(
        language,
        "yaml"
            | "yml"
            | "json"
            | "html"
            | "css"
            | "typescript"
            | "javascript"
            | "ts"
            | "js"
            | "ini"
            | "sql"
            | "toml"
    )
}

/// Returns whether an entry of a file list stands alone right above the block, or holds it.
fn entry_is_for(asking: &Asking<'_, '_>, at: usize, target: usize, code: &Row) -> bool {
    let row = &asking.rows[at];
    let around = asking
        .document
        .items_around(&asking.document.pieces[code.piece]);
    if row.item.is_some_and(|item| around.contains(&item)) {
        return true;
    }
    let between = &asking.rows[at + 1..target];
    let others = between.iter().any(|other| {
        other.topic.is_some_and(Topic::names_files) && matches!(other.kind, RowKind::Line(true))
    });
    let before = at.checked_sub(1).and_then(|before| asking.rows.get(before));
    let lone = !before.is_some_and(|before| {
        before.topic.is_some_and(Topic::names_files) && before.item.is_some()
    });
    let code_between = between
        .iter()
        .any(|other| matches!(other.kind, RowKind::Code(_)));
    !others && lone && !code_between && code.item.is_none()
}

/// Of several files on a line, the one that the sentence is about.
fn preferred_path(words: &str, base: usize, several: &[(usize, &FoundPath)]) -> Option<usize> {
    let said = |path: &FoundPath| {
        let before = words[..path.outer.start - base].trim_end().to_lowercase();
        [
            " in", " to", " into", " inside", " at", "edit", "modify", "update", "create", "edits",
            "file:", "file**:", "open", "在",
        ]
        .iter()
        .any(|word| before.ends_with(word))
            || matches!(before.as_str(), "in" | "to" | "at")
    };
    let named: Vec<usize> = several
        .iter()
        .filter(|(_, path)| said(path))
        .map(|(at, _)| *at)
        .collect();
    if let [one] = named.as_slice() {
        return Some(*one);
    }
    let (last, path) = several.last()?;
    let tail = words[(path.outer.end - base).min(words.len())..].trim();
    let before = words[..path.outer.start - base].trim_end().to_lowercase();
    (matches!(tail, ":" | "：" | ":**" | "**:")
        && !before.ends_with("and")
        && !before.ends_with([',', '+', '/', '和']))
    .then_some(*last)
}

/// Finds the file by the unit's list of files, where only one of them fits.
fn by_list(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    changes: &[PlannedChange],
) -> (FileOf, Basis) {
    let mut fitting: Vec<usize> = (0..changes.len())
        .filter(|at| {
            let change = &changes[*at];
            let folder = change.pattern && change.path.ends_with('/');
            fits_language(wanted.language, &change.path)
                && change.action != Action::Delete
                && !folder
                && !change.empty
                && !is_of_a_later_block(asking, wanted, change)
        })
        .collect();
    // What no word near it names is for the unit's list, and not for a file that some sentence of another step names.
    let is_listed =
        |at: &usize| changes[*at].listed && changes[*at].test == is_test_code(wanted.text);
    if fitting.iter().any(is_listed) {
        fitting.retain(|at| changes[*at].listed);
    }
    if fitting.len() > 1 {
        let step = step_words(asking, wanted);
        let tests: Vec<usize> = fitting
            .iter()
            .copied()
            .filter(|at| changes[*at].test)
            .collect();
        let wants_test = is_test_code(wanted.text)
            || !tests.is_empty() && says_test(&step) && !says_implement(&step);
        let side: Vec<usize> = fitting
            .iter()
            .copied()
            .filter(|at| changes[*at].test == wants_test)
            .collect();
        let pool = if side.is_empty() { &fitting } else { &side };
        let said: Vec<usize> = pool
            .iter()
            .copied()
            .filter(|at| says_stem(&step, &changes[*at].path))
            .collect();
        if let [one] = said.as_slice() {
            return (FileOf::Change(*one), Basis::Worded);
        }
        // A test's code is for the only test of the list, other code for the only other file, whatever the words are.
        if let ([one], true) = (side.as_slice(), is_test_code(wanted.text) == wants_test) {
            return (FileOf::Change(*one), changes[*one].basis);
        }
        let found = match side.as_slice() {
            [one] => FileOf::Change(*one),
            [] => narrow_by_code(wanted, changes, fitting),
            _ => narrow_by_code(wanted, changes, side),
        };
        return (found, Basis::Worded);
    }
    let found = narrow_by_code(wanted, changes, fitting);
    let basis = of_list(&found, changes);
    (found, basis)
}

/// Returns whether a file is named for the first time behind the block, by a label or heading right above another one: that is
/// its own; or by the words with which a later step begins: that is the step's. A sentence may name the file of all.
fn is_of_a_later_block(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    change: &PlannedChange,
) -> bool {
    let mut below = asking.rows.iter().enumerate().skip(wanted.row + 1);
    let Some((at, row)) = below.find(|(_, row)| row.span.contains(&change.span.start)) else {
        return false;
    };
    let labelled = row.label.is_some() && row.topic.is_some_and(Topic::names_files);
    if !labelled && at > wanted.from && wanted.starts.get(at) == Some(&at) {
        return true;
    }
    let formal =
        labelled || matches!(row.kind, RowKind::Heading(_)) || opens_with_path(asking, row);
    formal
        && asking
            .rows
            .get(at + 1)
            .is_some_and(|next| matches!(next.kind, RowKind::Code(_)))
}

/// Narrows the files to those in whose own language the block is written, and whose name it defines.
fn narrow_by_code(wanted: &Wanted<'_>, changes: &[PlannedChange], fitting: Vec<usize>) -> FileOf {
    let single: Vec<usize> = fitting
        .iter()
        .copied()
        .filter(|at| !changes[*at].pattern)
        .collect();
    let fitting = if single.is_empty() { fitting } else { single };
    // A package's marker is mostly empty; what is for it names it.
    let real: Vec<usize> = fitting
        .iter()
        .copied()
        .filter(|at| !changes[*at].path.ends_with("__init__.py"))
        .collect();
    let fitting = if real.is_empty() { fitting } else { real };
    let home: Vec<usize> = fitting
        .iter()
        .copied()
        .filter(|at| is_at_home(wanted.language, &changes[*at].path))
        .collect();
    let fitting = if home.is_empty() { fitting } else { home };
    match fitting.as_slice() {
        [] => FileOf::Nowhere,
        [one] => FileOf::Change(*one),
        several => {
            let named: Vec<usize> = several
                .iter()
                .copied()
                .filter(|at| defines_stem(wanted.text, &changes[*at].path))
                .collect();
            if let [one] = named.as_slice() {
                FileOf::Change(*one)
            } else {
                FileOf::Between(fitting)
            }
        }
    }
}

fn step_words(asking: &Asking<'_, '_>, wanted: &Wanted<'_>) -> String {
    let title = asking
        .rows
        .get(wanted.from)
        .map_or("", |row| asking.document.slice(&row.span));
    let near = asking.rows[wanted.from..wanted.row]
        .iter()
        .rev()
        .find(|row| matches!(row.kind, RowKind::Line(_)))
        .map_or("", |row| asking.document.slice(&row.span));
    format!("{} {}", comparison_key(title), comparison_key(near))
}

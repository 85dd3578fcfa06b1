//! The file of a block by a line above it that names files.
//!
//! "In `app/a.py`, add:" over a block of Python → `app/a.py`; over a block of Go → none, as the file can't hold it.

use super::Wanted;
use super::list::narrow_by_code;
use crate::blocks::FileOf;
use crate::changes::{Asking, PlannedChange, changes_meant, only_joins, only_names, only_tells};
use crate::labels::Topic;
use crate::languages::fits_language;
use crate::mention::spoken_paths;
use crate::paths::{FoundPath, find_paths};
use crate::rows::{Row, RowKind};
use crate::vocabulary::{Use, is_all};

/// A line above a block that may name its file.
#[derive(Clone, Copy)]
pub(super) struct LineAbove {
    /// Its row.
    pub(super) row: usize,
    /// Nothing stands between it and the block, so that it is about the block even where it names no file of the list.
    pub(super) right_above: bool,
}

impl LineAbove {
    /// Returns the row as a line that governs more than the block: a heading, a label.
    pub(super) fn apart(row: usize) -> Self {
        LineAbove {
            row,
            right_above: false,
        }
    }
}

/// Returns whether the heading around a row names one of the unit's files: what stands below it is for that.
fn is_headed(asking: &Asking<'_, '_>, row: &Row, changes: &[PlannedChange]) -> bool {
    let heading = row.section.map(|at| &asking.rows[at]);
    heading.is_some_and(|heading| {
        let words = asking.document.slice(&heading.span);
        spoken_paths(words, heading.span.start, true)
            .iter()
            .any(|path| !changes_meant(changes, &path.path).is_empty())
    })
}

/// Finds the file by a line above that names files of the unit which can hold the block.
pub(super) fn by_line(
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
    // Of two files for one block, the one told of and the one of the list, neither is sure.
    let told = |path: &FoundPath| {
        let outer = path.outer.start - row.span.start..path.outer.end - row.span.start;
        let meant = changes_meant(changes, &path.path);
        let unsure = || {
            only_tells(words, &outer)
                || only_names(words, &outer) && !is_headed(asking, row, changes)
        };
        meant.is_empty() && right_above && !labelled && path.ticked && unsure()
    };
    if !paths.is_empty() && paths.iter().all(told) {
        return Some(FileOf::Nowhere);
    }
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
    // A step with a box is no entry of the list above it that has none.
    let boxed = |row: &Row| asking.box_around(row).is_some();
    let lone = !before.is_some_and(|before| {
        before.topic.is_some_and(Topic::names_files)
            && before.item.is_some()
            && boxed(before) == boxed(row)
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
    // "In `a`, `b` and `c`" says it of each.
    let joined = |at: usize| {
        let (last, path) = (several.get(at.wrapping_sub(1)), &several[at].1);
        last.is_some_and(|(_, last)| {
            only_joins(
                words
                    .get(last.outer.end - base..path.outer.start - base)
                    .unwrap_or("."),
            )
        })
    };
    let said_at = |at: usize| {
        let opens = (0..=at).rev().find(|at| !joined(*at)).unwrap_or(at);
        (opens..=at).any(|at| said(several[at].1))
    };
    let named: Vec<usize> = (0..several.len())
        .filter(|at| said_at(*at))
        .map(|at| several[at].0)
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

//! The file of a block by the unit's list of files, and by what the block's code says of itself.

use super::{Wanted, of_list, opens_with_path};
use crate::basis::Basis;
use crate::blocks::FileOf;
use crate::blocks::signs::{defines_stem, is_test_code, says_implement, says_stem, says_test};
use crate::changes::{Action, Asking, PlannedChange, changes_meant};
use crate::inline::comparison_key;
use crate::labels::Topic;
use crate::languages::{fits_language, is_at_home};
use crate::paths::find_paths;
use crate::rows::RowKind;

/// Finds the file by the unit's list of files, where only one of them fits.
pub(super) fn by_list(
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
        let step = step_words(asking, wanted, changes);
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
pub(super) fn narrow_by_code(
    wanted: &Wanted<'_>,
    changes: &[PlannedChange],
    fitting: Vec<usize>,
) -> FileOf {
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

fn step_words(asking: &Asking<'_, '_>, wanted: &Wanted<'_>, changes: &[PlannedChange]) -> String {
    let title = asking
        .rows
        .get(wanted.from)
        .map_or("", |row| asking.document.slice(&row.span));
    let near = asking.rows[wanted.from..wanted.row]
        .iter()
        .rev()
        .find(|row| matches!(row.kind, RowKind::Line(_)))
        .map_or("", |row| asking.document.slice(&row.span));
    format!(
        "{} {}",
        comparison_key(&without_other_paths(title, changes)),
        comparison_key(&without_other_paths(near, changes))
    )
}

/// Returns words without the paths in them where they name several: none of these is said before the others. A path that
/// is none of the unit's files says none of them either: `.env.local` is no word for `config/local.py`.
fn without_other_paths(words: &str, changes: &[PlannedChange]) -> String {
    let mut paths = find_paths(words, 0, false);
    if paths.len() < 2 {
        paths.retain(|path| changes_meant(changes, &path.path).is_empty());
    }
    let mut kept = String::new();
    let mut at = 0;
    for path in paths {
        kept.push_str(&words[at..path.outer.start.max(at)]);
        at = path.outer.end.max(at);
    }
    kept.push_str(&words[at..]);
    kept
}

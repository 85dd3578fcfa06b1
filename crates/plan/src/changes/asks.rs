//! Reads a line that names a path: whether its words ask for that file, and how its paths are joined.

use std::ops::Range;

use super::verbs::{action_of, only_looks};
use super::{Action, asks_for_change, is_in_many_folders};
use crate::inline::{code_spans, comparison_key};
use crate::labels::{Topic, topic_of_label};
use crate::languages::extension_of_name;
use crate::mention::sentence_around;
use crate::paths::FoundPath;
use crate::vocabulary::{Use, entry_at_start};

/// Where a sentence stands.
pub(super) struct Spot {
    /// A colon leads to the block right below.
    pub(super) above: bool,
    /// A block stands right below.
    pub(super) right_above: bool,
    /// It is the unit's own item, or an item with a box.
    pub(super) own: bool,
    /// It is an item.
    pub(super) listed: bool,
    /// The unit has no list of files, so a path right above a block is enough.
    pub(super) free: bool,
    /// The heading above makes a new file, so another path says for what the block is only as the object of a change.
    pub(super) made: bool,
}

/// Returns whether only signs and a number stand before a path: "**1. ", "- ", "(b) ", "**2.1** ".
pub(crate) fn is_marker(before: &str) -> bool {
    /// The longest number or letter of a list: "12b".
    const LONGEST: usize = 3;
    /// The longest Roman number of a list: "xviii".
    const LONGEST_ROMAN: usize = 5;
    let bare = before.trim_matches(|letter: char| !letter.is_alphanumeric());
    let is_short = |part: &str| {
        !part.is_empty()
            && part.chars().count() <= LONGEST
            && part.chars().all(|letter| letter.is_ascii_alphanumeric())
    };
    let number = bare.split('.').all(is_short);
    // "iv) ", "XII. "
    let roman = |letter: char| matches!(letter.to_ascii_lowercase(), 'i' | 'v' | 'x');
    let signed = before
        .trim_end_matches([' ', '*', '_'])
        .ends_with([')', '.', ':']);
    bare.is_empty()
        || signed && bare.len() <= LONGEST_ROMAN && bare.chars().all(roman)
        || number && (bare.len() == 1 || bare.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// Returns whether a path opens a sentence that only tells something of its file, and another sentence leads to the block:
/// "`b.ts` will call it later. Add:".
pub(crate) fn only_tells(words: &str, path: &Range<usize>) -> bool {
    let around = sentence_around(words, path.start);
    let sentence = &words[around.clone()];
    let before = &words[around.start..path.start];
    let behind = words.get(path.end..around.end).unwrap_or("");
    let behind = without_notes(behind);
    let told = behind.trim_start();
    around.end < words.trim_end().len()
        && is_marker(before)
        && told.starts_with(char::is_alphanumeric)
        && action_of(sentence).is_none()
        && !asks_for_change(told)
}

/// Returns whether a sentence ends with a path, and neither asks for a change of it nor says where something goes: "Hands
/// off `b.py`." Whether it means the block below is not sure.
pub(crate) fn only_names(words: &str, path: &Range<usize>) -> bool {
    let around = sentence_around(words, path.start);
    let before = &words[around.start..path.start];
    let behind = words.get(path.end..around.end).unwrap_or("");
    let behind = without_notes(behind);
    let ends = !behind.contains(char::is_alphanumeric) && !behind.contains([':', '：']);
    ends && !is_marker(before)
        && !points_at(before)
        && action_of(&words[around.clone()]).is_none()
        && !only_looks(&words[around])
}

/// Returns whether words end with one of place or goal, or with a sign that leads on: "next in", "then:".
fn points_at(before: &str) -> bool {
    let before = before.trim_end().to_lowercase();
    let last = before.rsplit(char::is_whitespace).next().unwrap_or("");
    let is_use = |what| entry_at_start(last, what).is_some_and(|end| end == last.len());
    before.is_empty()
        || before.ends_with(|letter: char| !letter.is_alphanumeric())
        || is_use(Use::Place)
        || is_use(Use::Goal)
}

/// Verbs of what the plan lists as changes that may as well make a whole file.
const MAKING: &[&str] = &[
    "implement",
    "define",
    "declare",
    "introduce",
    "put",
    "set",
    "build",
    "provide",
    "place",
    "move",
    "extract",
    "copy",
    "split",
    "port",
];

/// Returns whether the words change something within the file that they name: "In `x`, add:", "Append to `x`:".
pub(super) fn changes_within(words: &str, before: &str) -> bool {
    let object = comparison_key(before);
    let object = object.split_whitespace().next_back().unwrap_or("");
    if entry_at_start(object, Use::Change).is_some_and(|end| end == object.len()) {
        return false;
    }
    let mut at = 0;
    let mut pieces: Vec<&str> = Vec::new();
    for span in code_spans(words, 0) {
        pieces.push(&words[at..span.outer.start]);
        at = span.outer.end;
    }
    pieces.push(&words[at..]);
    let clauses = pieces
        .iter()
        .flat_map(|piece| piece.split([',', '，', ')', '—']));
    // Chinese puts "in" around the path: "在 `a.py` 中添加".
    let within = |clause: String| {
        clause
            .trim_start_matches(['中', '里', '内', '裡', '內'])
            .to_owned()
    };
    clauses.map(comparison_key).map(within).any(|clause| {
        let changes =
            entry_at_start(&clause, Use::Change).or_else(|| entry_at_start(&clause, Use::Remove));
        changes.is_some_and(|end| !MAKING.contains(&&clause[..end]))
            && action_of(&clause) != Some(Action::Create)
    })
}

/// A sentence that names a path and may ask for its file.
pub(super) struct Request<'s> {
    /// The words before the path.
    pub(super) before: &'s str,
    /// The words behind it.
    pub(super) behind: &'s str,
    /// The words behind the last of the paths that are joined to it.
    pub(super) tail: &'s str,
    /// The action that the sentence's verb asks for, if it asks.
    pub(super) verb: Option<Action>,
    /// The sentence without its number and marks.
    pub(super) bare: &'s str,
    /// The path.
    pub(super) path: &'s FoundPath,
    /// The unit is an item of a list.
    pub(super) item: bool,
}

/// Returns whether the words around a path ask for that file.
pub(super) fn asks_for(request: &Request<'_>, spot: &Spot) -> bool {
    let (before, behind, path) = (request.before, request.behind, request.path);
    let verb = request.verb.is_some();
    let empty = |text: &str| {
        text.trim_matches(|letter: char| !letter.is_alphanumeric())
            .is_empty()
    };
    let noted = without_notes(behind);
    let (leads, ends) = (is_marker(before), empty(&noted));
    if spot.right_above && spot.made {
        let opens = |what| entry_at_start(&before.to_lowercase(), what).is_some();
        return leads || verb || spot.above && (opens(Use::Place) || opens(Use::Goal));
    }
    if spot.right_above && spot.free {
        return true;
    }
    if spot.right_above && (spot.above || ends) {
        return leads || verb || ends && (spot.above || points_at(before));
    }
    if spot.own {
        return verb || ends || leads || empty(&without_notes(request.tail));
    }
    let near = before.split_whitespace().count() <= 8;
    let says = verb && near && !request.bare.to_lowercase().starts_with("to ");
    let told = || {
        let told = behind.trim_start_matches(|letter: char| {
            letter.is_whitespace() || matches!(letter, '`' | '-' | '—' | '–' | ':' | '*')
        });
        asks_for_change(told)
    };
    let lists =
        leads && spot.listed && path.path.contains('/') && (request.item || path.ticked && told());
    (path.ticked || spot.listed) && (says || lists)
}

/// Returns the words behind a path without what stands in brackets: " (new):" is ":".
fn without_notes(behind: &str) -> String {
    let mut depth = 0_usize;
    let outside = behind.chars().filter(|letter| {
        let (opens, closes) = (
            matches!(letter, '(' | '[' | '（'),
            matches!(letter, ')' | ']' | '）'),
        );
        depth = if opens {
            depth + 1
        } else {
            depth.saturating_sub(usize::from(closes))
        };
        depth == 0 && !closes
    });
    outside.collect()
}

/// Returns the folder of the nearest path before a bare name of the same ending in a list: "`app/a.py`, `b.py`". A name
/// that many folders hold says of itself where it is.
pub(super) fn folder_before(before: &[FoundPath], path: &FoundPath) -> Option<String> {
    if path.path.contains('/') || is_in_many_folders(&path.path) {
        return None;
    }
    let alike =
        |other: &&FoundPath| extension_of_name(&other.path) == extension_of_name(&path.path);
    let (folder, _) = before
        .iter()
        .rev()
        .filter(alike)
        .find_map(|other| other.path.rsplit_once('/'))?;
    Some(folder.to_owned())
}

/// Returns whether a bold line or item begins a step.
pub(super) fn names_step(words: &str) -> bool {
    let name = crate::naming::unit_name(&crate::naming::read_marks(words).words);
    name.is_some_and(|name| name.rank == crate::naming::Rank::Step)
}

pub(super) fn without_number(words: &str) -> String {
    let name =
        crate::naming::read_coded_unit(words).or_else(|| crate::naming::read_numbered_unit(words));
    let title = name.map_or_else(|| words.to_owned(), |name| name.title);
    let mut rest = title.trim_start();
    while let Some((_, tail)) = rest
        .strip_prefix('[')
        .and_then(|inner| inner.split_once(']'))
        .filter(|(tag, _)| tag.len() <= 8)
    {
        if tail.starts_with('(') {
            break;
        }
        rest = tail.trim_start();
    }
    rest.to_owned()
}

/// Returns whether the words between two names only join them, so that both are meant: no choice, and no way from one to the
/// other.
pub fn joins_both(between: &str) -> bool {
    let choice = ["or", "to", "and/or"];
    only_joins(between)
        && !between.contains(['/', '→', '>'])
        && !between
            .split_whitespace()
            .any(|word| choice.contains(&word.to_lowercase().as_str()))
}

/// Returns whether the words between two paths only join them.
pub(crate) fn only_joins(between: &str) -> bool {
    let lower = between.to_lowercase();
    let mut depth = 0_i32;
    let outside: String = lower
        .chars()
        .filter(|letter| {
            depth += i32::from(*letter == '(') - i32::from(*letter == ')');
            depth == 0 && *letter != ')'
        })
        .collect();
    let bare = outside.trim_matches(|letter: char| {
        letter.is_whitespace()
            || matches!(
                letter,
                ',' | '+' | '&' | '/' | '、' | '，' | ';' | '·' | '→' | '>' | '-' | '*'
            )
    });
    matches!(
        bare,
        "" | "and"
            | "or"
            | "y"
            | "and/or"
            | "和"
            | "и"
            | "і"
            | "та"
            | "plus"
            | "und"
            | "et"
            | "to"
            | "e"
            | "oraz"
            | "及"
            | "与"
    )
}

/// Returns what a word between two paths says of those after it: "Create `a`; Test `b`".
pub(super) fn topic_between(between: &str) -> Option<Topic> {
    topic_of_label(&comparison_key(
        between.trim_matches(|letter: char| !letter.is_alphabetic()),
    ))
    // "Delete? `a.py`" asks.
    .filter(|topic| topic.names_files() && !between.contains(['?', '？']))
}

/// Returns the new path, where a file is moved.
pub(super) fn moved_to<'f>(
    topic: Topic,
    behind: &str,
    next: Option<&'f FoundPath>,
) -> Option<&'f FoundPath> {
    let next = next?;
    let before = behind.split('`').next().unwrap_or(behind);
    let arrow = ["→", "->", "=>", "⇒"]
        .iter()
        .any(|sign| before.contains(sign));
    let to = topic == Topic::Rename && (before.trim() == "to" || before.trim() == "as");
    (arrow || to).then_some(next)
}

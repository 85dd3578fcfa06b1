//! Reads if words are about a file as a whole: only then is it removed, moved or made by them.

use super::Action;
use super::asks::topic_between;
use super::condition::is_under_condition;
use super::verbs::{action_of, begins_with_word, names_part};
use crate::inline::{code_spans, comparison_key};
use crate::labels::Topic;
use crate::paths::as_path;
use crate::vocabulary::{Use, entry_at_start as opens, is_all, is_entry};
use crate::word_lists::List;

/// Words that leave the choice between two verbs: "delete or empty".
const OR: &[&str] = &["or", "o", "u", "ou", "oder", "или", "або", "或"];

/// Returns whether the words right before a path ask for the whole file to be removed, not for something in it.
pub(super) fn deletes_file(before: &str, behind: &str) -> bool {
    // Code between the verb and the path is what goes: "Remove `OLD` (`a.py`)".
    let beside = before.rsplit('`').next().unwrap_or(before);
    let lower = comparison_key(beside);
    let mut words = lower
        .split_whitespace()
        .rev()
        .skip_while(|word| List::BesideFile.words().contains(word));
    // "Delete? `x`"
    let asks = beside.contains(['?', '？']);
    let verb = words
        .next()
        .is_some_and(|word| !asks && action_of(word) == Some(Action::Delete));
    verb && words.next().is_none_or(|word| !OR.contains(&word)) && ends_with_the_file(behind)
}

/// Returns whether an entry of a list that lets a file go, or moves it to a `target`, is about a part of it: "Move: `MAX` from
/// `a.py` to `b.py`", "`a.py` → `b.py`: move `MAX`". `target` is what stands behind the path that it moves to.
pub(super) fn is_of_part(topic: Topic, (lead, behind): (&str, &str), target: Option<&str>) -> bool {
    let goes = matches!(topic, Topic::Delete | Topic::Rename);
    // "- Delete `x`" says by its first word what "- Delete: `x`" says by its label.
    let led = if topic_between(lead).is_some() {
        ""
    } else {
        lead
    };
    let names_code = |words: &str| {
        code_spans(words, 0)
            .into_iter()
            .any(|span| as_path(&words[span.inner], true).is_none())
    };
    goes && !is_whole(led, behind)
        || target.is_some_and(|note| names_code(lead) || names_code(note))
}

/// Returns whether nothing between a label and its path names a part of the file: `Move: `MAX` from `x``.
fn is_whole(lead: &str, behind: &str) -> bool {
    comparison_key(lead)
        .split_whitespace()
        .all(|word| List::BesideFile.words().contains(&word))
        && !lead.contains('`')
        && ends_with_the_file(behind)
}

/// Returns whether the words behind a path speak of no part of it: "`x`.", "`x` and", "`x` (unused)"; not "`x` imports".
fn ends_with_the_file(behind: &str) -> bool {
    let rest = behind.trim_start_matches(['`', '*', '_']).trim();
    if behind
        .trim_end_matches(['*', '_', ' ', '`'])
        .ends_with(['?', '？'])
        || rest.starts_with("'s")
        || rest.starts_with("’s")
    {
        return false;
    }
    if names_part(rest) {
        return false;
    }
    let mut rest = rest;
    while let Some(word) = List::BesideFile
        .words()
        .iter()
        .find(|word| begins_with_word(rest, word))
    {
        rest = rest[word.len()..].trim_start();
    }
    let lower = rest.to_lowercase();
    if opens(&lower, Use::Condition).is_some()
        || [" if ", " unless "].iter().any(|word| lower.contains(word))
    {
        return false;
    }
    if leaves_a_list(rest) || is_under_condition(behind) {
        return false;
    }
    let joins = [
        Use::Lead,
        Use::Place,
        Use::Source,
        Use::Goal,
        Use::Rationale,
    ];
    let first = rest.split_whitespace().next().unwrap_or("").to_lowercase();
    rest.chars()
        .next()
        .is_none_or(|letter| !letter.is_alphanumeric() && letter != '`')
        || first.is_ascii()
            && (joins.iter().any(|what| is_all(&first, *what))
                || matches!(first.as_str(), "as" | "with"))
        || OR.contains(&first.as_str())
}

/// Returns whether the words behind a path name something that only mentions the file: "from the registry", "in
/// `mkdocs.yml`". A file goes from a folder, or from the project as a whole.
pub(crate) fn leaves_a_list(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['`', '*', '_']).trim_start();
    let mut words = rest.split_whitespace();
    let first = words.next().unwrap_or("").to_lowercase();
    let sources = is_all(&first, Use::Source);
    // "to `b.py`" is where a file goes.
    if !sources && !is_all(&first, Use::Place) || is_all(&first, Use::Goal) {
        return false;
    }
    let object: Vec<&str> = words
        .skip_while(|word| is_entry(&word.to_lowercase(), Use::Determiner))
        .take(2)
        .collect();
    let named = object.first().copied().unwrap_or("");
    let bare = named
        .trim_end_matches(['.', ',', ';', ':', ')'])
        .trim_matches('`');
    let is_folder = bare.ends_with('/');
    let names_code = named.starts_with('`') && !is_folder;
    let whole = object.iter().any(|word| {
        List::WholeTree
            .words()
            .contains(&comparison_key(word).as_str())
    });
    names_code || sources && !is_folder && !whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_only_where_the_words_are_about_the_file() {
        for (before, behind) in [
            ("Delete ", "."),
            ("Delete the old file ", ""),
            ("- Remove ", " (no longer used)"),
            ("Delete ", " and its tests."),
            ("Remove ", " entirely."),
            ("删除 ", "。"),
            ("Change `b`, then delete ", ""),
            ("Delete ", " from the repository."),
            ("Delete ", " from `app/`"),
            ("Delete ", " in the end"),
            ("Delete ", ", it is unused"),
        ] {
            assert!(deletes_file(before, behind), "{before}`x`{behind}");
        }
        for (before, behind) in [
            ("Delete the limit in ", "."),
            ("Remove `OLD` (", ")"),
            ("Remove ", " from the registry"),
            ("Delete ", " from `mkdocs.yml`"),
            ("Löschen: ", " aus der Liste"),
            ("Delete ", " in `mkdocs.yml`"),
            ("Delete or empty ", ""),
            ("Empty or delete ", ""),
            ("Remove ", " imports"),
            ("Delete ", "?"),
            ("Delete? ", ""),
            ("**Remove ", "?**"),
            ("删除已变得多余的 ", " 显式 re-export？"),
            ("Delete ", " if unused"),
            ("Delete: ", " — after the migration has run"),
            ("Delete: ", " (only once nothing requires it any more)"),
            ("Delete: ", ", sofern unbenutzt"),
            ("Delete: ", ", but only when the tests pass"),
            ("Eliminar: ", " cuando nadie lo use"),
            ("Supprimer : ", " dès que plus rien ne l'importe"),
            ("删除 ", "（确认不再使用后）"),
            ("Delete ", "'s cache helper"),
        ] {
            assert!(!deletes_file(before, behind), "{before}`x`{behind}");
        }
    }

    #[test]
    fn a_label_speaks_of_the_whole_file_or_of_a_part() {
        assert!(is_whole("", " → "));
        assert!(is_whole("", " to `b.py`"));
        assert!(!is_whole("`MAX_NAME` from ", " to "));
        assert!(!is_whole("the helper in ", ""));
        for (lead, behind, topic, target) in [
            ("", "", Topic::Delete, None),
            ("Delete ", "", Topic::Delete, None),
            ("Move ", "", Topic::Rename, Some("")),
            ("", "", Topic::Files, Some(" (renamed)")),
        ] {
            assert!(
                !is_of_part(topic, (lead, behind), target),
                "{lead}`x`{behind} {target:?}"
            );
        }
        for (lead, behind, topic, target) in [
            ("", "", Topic::Files, Some(": move `MAX`")),
            ("Move the constant `MAX` (", "", Topic::Files, Some(")")),
            ("Delete ", " imports", Topic::Delete, None),
        ] {
            assert!(
                is_of_part(topic, (lead, behind), target),
                "{lead}`x`{behind} {target:?}"
            );
        }
    }
}

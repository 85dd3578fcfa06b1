//! Table: words that say what shall happen to a file, in the languages that plans are written in.

use super::Action;
use crate::inline::{code_spans, comparison_key};
use crate::labels::{Topic, topic_of_label};
use crate::mention::employment;
use crate::paths::as_path;
use crate::word_lists::List;

use super::condition::is_under_condition;

/// Returns what the first word of `words` says; `None` where it asks for nothing to be changed.
pub(crate) fn action_of(words: &str) -> Option<Action> {
    let lower = words
        .trim_start_matches(|letter: char| !letter.is_alphanumeric())
        .to_lowercase();
    let starts = |list: &[&str]| list.iter().any(|word| begins_with_word(&lower, word));
    if starts(List::LookVerb.words()) {
        None
    } else if starts(List::CreateVerb.words()) {
        Some(Action::Create)
    } else if starts(List::DeleteVerb.words()) {
        Some(Action::Delete)
    } else if starts(List::ModifyVerb.words()) {
        Some(Action::Unstated)
    } else {
        None
    }
}

/// Returns whether the words forbid or only tell to look.
pub(crate) fn only_looks(words: &str) -> bool {
    let lower = words
        .trim_start_matches(|letter: char| !letter.is_alphanumeric())
        .to_lowercase();
    let looks = List::LookVerb
        .words()
        .iter()
        .any(|word| begins_with_word(&lower, word));
    looks && employment(&lower).is_none()
}

/// Returns whether the first word says plainly that something there is changed.
pub(crate) fn plainly_modifies(words: &str) -> bool {
    let lower = words
        .trim_start_matches(|letter: char| !letter.is_alphanumeric())
        .to_lowercase();
    List::PlainModifyVerb
        .words()
        .iter()
        .any(|word| begins_with_word(&lower, word))
}

/// Returns whether a text begins with a word.
pub(super) fn begins_with_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| {
        !word.is_ascii() && !word.chars().all(char::is_alphabetic)
            || !rest.starts_with(|letter: char| {
                letter.is_alphanumeric() && (word.is_ascii() || letter.is_ascii())
                    || letter == '-' && word.is_ascii()
            })
    })
}

/// Returns what a note beside a path says: "(new)", "[MODIFY]", "— create", "新建".
pub(crate) fn action_of_note(note: &str) -> Action {
    // What stands behind a comma or a full stop speaks of something else.
    if note
        .trim_start_matches(['`', '*', ' '])
        .starts_with([',', ';', '.', '，', '；', '。', '、'])
    {
        return Action::Unstated;
    }
    let lower = note.to_lowercase();
    let trimmed = lower.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    // `schema.prisma` + new migration: the plus begins another thing.
    if lower[..lower.len() - trimmed.len()].contains("+ ") || is_new_part(trimmed) {
        return Action::Unstated;
    }
    let has = |words: &[&str]| words.iter().any(|word| begins_with_word(trimmed, word));
    if has(List::NoteCreate.words()) {
        Action::Create
    } else if has(List::NoteModify.words()) {
        Action::Modify
    } else if has(List::NoteDelete.words()) {
        // "— remove the limit" is about the limit.
        if removes_whole(note.trim_start_matches(|letter: char| !letter.is_alphanumeric())) {
            Action::Delete
        } else {
            Action::Unstated
        }
    } else {
        Action::Unstated
    }
}

/// Returns whether a note or a label's value says that the file at hand goes: "Delete — unused", "Remove this file".
pub(crate) fn removes_whole(value: &str) -> bool {
    let words = value.trim();
    let end = words
        .find(|letter: char| !letter.is_alphanumeric())
        .unwrap_or(words.len());
    let (first, rest) = words.split_at(end);
    if names_object(first, rest) {
        return false;
    }
    let removed = action_of(first) == Some(Action::Delete)
        || matches!(first.to_lowercase().as_str(), "deleted" | "removed");
    removed
        && !is_under_condition(rest)
        && !value
            .trim_end_matches(['*', '_', ' ', '`'])
            .ends_with(['?', '？'])
        && {
            let behind = rest.trim_start();
            // "Delete file, unused", but not "remove old, unused imports".
            let cut = behind.split([',', ';']).next().unwrap_or(behind);
            let object = comparison_key(
                if comparison_key(cut)
                    .split(' ')
                    .any(|word| List::WholeFile.words().contains(&word))
                {
                    cut
                } else {
                    behind
                },
            );
            let words: Vec<&str> = object
                .split_whitespace()
                .take_while(|word| !matches!(*word, "and" | "as" | "since"))
                .collect();
            rest.trim().is_empty()
                || !rest.starts_with(char::is_whitespace)
                || behind.starts_with(['—', '–', '-', '(']) && !names_part(behind)
                || words
                    .iter()
                    .all(|word| List::BesideFile.words().contains(word))
        }
}

/// Returns whether what stands right behind a verb is a name, however that reads: "remove `OLD`", "remove OLD". Behind a sign
/// stands the reason: "delete — `load` replaces it".
fn names_object(verb: &str, rest: &str) -> bool {
    let is_sign = |letter: char| {
        matches!(
            letter,
            ',' | ';' | ':' | '.' | '(' | '（' | '—' | '–' | '，' | '；'
        )
    };
    let code = code_spans(rest, 0).into_iter().next();
    let until = code.as_ref().map_or(rest.len(), |span| span.outer.start);
    let object = &rest[..until];
    let is_parted = object.contains(is_sign) || object.contains(" - ");
    let in_code = code.is_some_and(|span| as_path(&rest[span.inner], true).is_none());
    let is_constant = |word: &str| {
        word.len() > 1
            && word
                .chars()
                .all(|letter| letter.is_ascii_uppercase() || letter == '_')
    };
    // A verb in capitals stresses, and so may the rest.
    let clause = object.split(is_sign).next().unwrap_or(object);
    let constant = verb.contains(char::is_lowercase) && clause.split_whitespace().any(is_constant);
    in_code && !is_parted || constant
}

/// Returns whether a label's value says that the file at hand gets another path: "Move the file.", "Rename".
pub(crate) fn moves_whole(value: &str) -> bool {
    let lower = comparison_key(value);
    let mut words = lower.split_whitespace();
    let verb = words.next().and_then(topic_of_label);
    let mut object = words.peekable();
    let named = object.peek().is_none() || value.split_whitespace().any(is_whole_file);
    verb == Some(Topic::Rename)
        && named
        && object.all(|word| List::BesideFile.words().contains(&word))
}

fn is_whole_file(word: &str) -> bool {
    List::WholeFile
        .words()
        .contains(&comparison_key(word).as_str())
}

/// Returns whether a note in brackets is about a part of the file: "(`MAX_NAME`)", "(unused import)", "(lines 3-5)".
pub(crate) fn names_part(note: &str) -> bool {
    let Some(inner) = note.trim_start().strip_prefix(['(', '（']) else {
        return false;
    };
    let inner = inner.split([')', '）']).next().unwrap_or(inner);
    let code = code_spans(inner, 0)
        .into_iter()
        .any(|span| as_path(&inner[span.inner], true).is_none());
    code || inner
        .split(|letter: char| !letter.is_alphanumeric())
        .any(is_part)
}

fn is_part(word: &str) -> bool {
    let word = word.to_lowercase();
    List::PartOfFile.words().contains(&word.as_str())
        || word
            .strip_suffix('s')
            .is_some_and(|one| List::PartOfFile.words().contains(&one))
}

/// Returns whether a note speaks of something new within a file: "new field", "added two endpoints".
fn is_new_part(note: &str) -> bool {
    let mut words = note
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let begins = |word: &str| word == "added" || List::NoteCreate.words().contains(&word);
    if !words.next().is_some_and(begins) {
        return false;
    }
    // Before it may stand what kind it is: "new optional field".
    let within = note
        .split(['.', ',', ';', '(', ')', ':', '—'])
        .next()
        .unwrap_or(note);
    within.split_whitespace().skip(1).take(3).any(is_part)
}

/// Returns what a label such as `Create:` says.
pub(super) fn action_of_topic(topic: Topic, note: &str) -> Action {
    let by_note = action_of_note(note);
    match topic {
        // "Modify: `package.json` (新增 scripts)": what is new is in the file.
        Topic::Modify if by_note == Action::Create => Action::Unstated,
        _ if by_note != Action::Unstated => by_note,
        Topic::Create => Action::Create,
        Topic::Modify => Action::Modify,
        Topic::Delete if !is_under_condition(note) => Action::Delete,
        _ => Action::Unstated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_about_what_it_names() {
        for note in [
            "delete",
            "Removed",
            "delete — unused",
            "Remove this file",
            "deleted (see above)",
            "delete — `load` replaces it",
            "delete; replaced by `load`",
            "delete: OLD code",
            "删除",
            "delete entirely",
        ] {
            assert!(removes_whole(note), "{note}");
        }
        for note in ["Move the file.", "Rename the file", "Move"] {
            assert!(moves_whole(note), "{note}");
        }
        for note in [
            "Move the limit",
            "Move `x`",
            "Move the old",
            "Rename the field of the file",
        ] {
            assert!(!moves_whole(note), "{note}");
        }
        for note in [
            "remove the local MAX_NAME",
            "remove `OLD`",
            "remove OLD",
            "delete `legacy`",
            "删除 `OLD`",
            "delete endpoint",
            "removed in Task 3",
            "remove `x`",
            "delete?",
        ] {
            assert!(!removes_whole(note), "{note}");
        }
    }

    #[test]
    fn a_label_that_modifies_makes_no_file_by_its_note() {
        for note in [
            "（新增 scripts）",
            " (new scripts)",
            " (nuevo script)",
            " (new)",
        ] {
            assert_ne!(
                action_of_topic(Topic::Modify, note),
                Action::Create,
                "{note}"
            );
        }
        assert_eq!(action_of_topic(Topic::Create, " (new)"), Action::Create);
        assert_eq!(
            action_of_topic(Topic::Modify, " — delete, unused"),
            Action::Delete
        );
    }

    #[test]
    fn a_note_that_speaks_of_something_new_beside_or_within_a_file_makes_no_file() {
        for note in [
            " (new)",
            " — new",
            " (new service)",
            " [NEW] the cache",
            " (created here)",
        ] {
            assert_eq!(action_of_note(note), Action::Create, "{note}");
        }
        for note in [
            " (nouveau champ)",
            " — novo campo",
            " + new migration",
            " (new field)",
            " — new optional fields",
            " (+ new tests)",
            ", new",
        ] {
            assert_eq!(action_of_note(note), Action::Unstated, "{note}");
        }
        assert_eq!(action_of_note(" (modified: new field)"), Action::Modify);
    }
}

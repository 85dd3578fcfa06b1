//! Holds the change against what the plan says must stay: a path that is not to be written, a symbol whose definition is
//! not to change, or not to go.

use std::ops::Range;

use code::items::{Elisions, Source};
use code::languages::Language;
use plan::Protected;

use crate::tree::Pending;

/// The outcome of a prohibition: kept, broken or not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProhibitionOutcome {
    /// The change leaves it alone.
    Kept,
    /// The change touches it, in this file.
    Broken(String),
    /// No file tells.
    Unknown,
}

/// Returns whether an edit of one file breaks what must stay.
pub(crate) fn breaks_prohibition(
    protected: &Protected,
    path: &str,
    (old, new): (&str, &str),
) -> bool {
    let about = protected
        .within
        .as_ref()
        .is_none_or(|within| is_path(path, within));
    about && old != new && outcome_in(protected, path, (Some(old), Some(new))) == Some(true)
}

/// Returns what a change does to something that must stay.
pub(crate) fn check_prohibition(protected: &Protected, written: &[Pending]) -> ProhibitionOutcome {
    let about = |path: &String| {
        protected
            .within
            .as_ref()
            .is_none_or(|within| is_path(path, within))
    };
    let mut found = ProhibitionOutcome::Unknown;
    for file in written.iter().filter(|file| about(&file.path)) {
        let text = |bytes: Option<&Vec<u8>>| {
            bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        };
        let before = text(file.before.as_ref().map(|found| &found.bytes));
        let after = text(file.after.bytes.as_ref());
        if before == after {
            continue;
        }
        let Some(broken) = outcome_in(protected, &file.path, (before.as_deref(), after.as_deref()))
        else {
            continue;
        };
        if broken {
            return ProhibitionOutcome::Broken(file.path.clone());
        }
        found = ProhibitionOutcome::Kept;
    }
    // A path that is not among what was written is left alone; a symbol may stand anywhere.
    if protected.is_path {
        ProhibitionOutcome::Kept
    } else {
        found
    }
}

/// Returns whether what one file holds of it is broken by a change; nothing where the file has nothing of it.
fn outcome_in(
    protected: &Protected,
    path: &str,
    (old, new): (Option<&str>, Option<&str>),
) -> Option<bool> {
    if !protected.all_but.is_empty() {
        // A new file changes nothing that was there.
        return Some(
            old.is_some()
                && !protected
                    .all_but
                    .iter()
                    .any(|allowed| is_path(path, allowed)),
        );
    }
    if protected.is_path {
        return is_path(path, &protected.name)
            .then_some(!protected.only_from_loss || new.is_none());
    }
    let name = last_symbol_name(&protected.name);
    let before = old.and_then(|text| visible_definitions(path, text, name))?;
    let after = new.and_then(|text| visible_definitions(path, text, name));
    let Some(after) = after else {
        return Some(true);
    };
    // Another entry of that key beside it changes nothing.
    Some(!protected.only_from_loss && !before.iter().all(|one| after.contains(one)))
}

/// Returns whether a path of the repository is the one that a plan writes, perhaps from a folder in it, or lies below it.
pub(crate) fn is_path(path: &str, written: &str) -> bool {
    let written = written
        .trim_start_matches("./")
        .trim_start_matches('/')
        .trim_end_matches('/');
    let below = |path: &str| {
        path.strip_prefix(written)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    below(path)
        || path
            .match_indices('/')
            .any(|(at, _)| path[at + 1..] == *written)
}

/// Returns the last name of a symbol: `Cart.total()` is `total`.
pub(crate) fn last_symbol_name(written: &str) -> &str {
    let bare = written.split('(').next().unwrap_or(written);
    bare.rsplit(['.', '#', ':']).next().unwrap_or(bare).trim()
}

/// Returns what a file shows of a name: its definitions, or in data the lines that hold it as a key. `None` where it has none.
fn visible_definitions(path: &str, text: &str, name: &str) -> Option<Vec<String>> {
    let found = match Language::of_path(path) {
        Some(language) => find_definitions(text, language, name),
        None => entries_of_key(name, text),
    };
    (!name.is_empty() && !found.is_empty()).then_some(found)
}

/// Returns the definitions of a name in code, wherever they stand, blanks apart.
pub(crate) fn find_definitions(text: &str, language: Language, name: &str) -> Vec<String> {
    let found = definition_bytes(text, language, name);
    found
        .into_iter()
        .map(|at| text[at].split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// Returns the bytes of the definitions of a name in code, wherever they stand.
pub(crate) fn definition_bytes(text: &str, language: Language, name: &str) -> Vec<Range<usize>> {
    let Some(source) = Source::parse(text, language, Elisions::NONE) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut waiting = vec![source.root()];
    while let Some(list) = waiting.pop() {
        for item in source.items(list) {
            if item.is_definition() && item.name == name {
                found.push(item.head..item.code_end);
            }
            waiting.extend(language.body(item.core));
        }
    }
    found
}

/// Returns the entries of a key in data: each with its line and what is indented below it.
fn entries_of_key(key: &str, text: &str) -> Vec<String> {
    let margin = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines
        .iter()
        .enumerate()
        .filter(|(_, line)| is_entry(line, key))
    {
        let inner = lines[at + 1..]
            .iter()
            .take_while(|next| next.trim().is_empty() || margin(next) > margin(line));
        let whole: Vec<&str> = std::iter::once(line)
            .chain(inner)
            .map(|line| line.trim().trim_end_matches(','))
            .collect();
        found.push(whole.join("\n").trim_end().to_owned());
    }
    found
}

/// Returns whether a line sets the key: `key: x`, `"key": x`, `key = x`, `KEY=x`.
fn is_entry(line: &str, key: &str) -> bool {
    line.match_indices(key).any(|(at, _)| {
        let before = line[..at].trim_end_matches(['"', '\'', '`']);
        let behind = line[at + key.len()..]
            .trim_start_matches(['"', '\'', '`'])
            .trim_start();
        let opens = before.trim_start().is_empty()
            || before.trim_end().ends_with(['{', ',', '-', '['])
            || before.ends_with("export ");
        opens && behind.starts_with([':', '=', ']', '{'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{FileState, Staged};

    fn written(path: &str, before: &str, after: &str) -> Vec<Pending> {
        let before = (!before.is_empty()).then(|| FileState {
            bytes: before.as_bytes().to_vec(),
            mode: 0o644,
        });
        let after = Staged {
            bytes: (!after.is_empty()).then(|| after.as_bytes().to_vec()),
            mode: None,
        };
        vec![Pending {
            path: path.to_owned(),
            before,
            after,
        }]
    }

    fn protected(name: &str, is_path: bool, only_from_loss: bool) -> Protected {
        Protected {
            name: name.to_owned(),
            is_path,
            within: None,
            only_from_loss,
            all_but: Vec::new(),
        }
    }

    const PYTHON: &str = "def total():\n    return 1\n\n\nclass Cart:\n    limit = 3\n";

    #[test]
    fn a_path_is_broken_by_any_write() {
        let change = written("app/main.py", "a = 1\n", "a = 2\n");
        assert_eq!(
            check_prohibition(&protected("app/main.py", true, false), &change),
            ProhibitionOutcome::Broken("app/main.py".to_owned())
        );
        assert_eq!(
            check_prohibition(&protected("main.py", true, false), &change),
            ProhibitionOutcome::Broken("app/main.py".to_owned())
        );
        assert_eq!(
            check_prohibition(&protected("app/", true, false), &change),
            ProhibitionOutcome::Broken("app/main.py".to_owned())
        );
        assert_eq!(
            check_prohibition(&protected("app/other.py", true, false), &change),
            ProhibitionOutcome::Kept
        );
        assert_eq!(
            check_prohibition(&protected("app/main.py", true, true), &change),
            ProhibitionOutcome::Kept,
            "it did not go"
        );
        let gone = written("app/main.py", "a = 1\n", "");
        assert_eq!(
            check_prohibition(&protected("app/main.py", true, true), &gone),
            ProhibitionOutcome::Broken("app/main.py".to_owned())
        );
    }

    #[test]
    fn a_symbol_is_broken_where_its_definition_changes() {
        let broken = ProhibitionOutcome::Broken("a.py".to_owned());
        let change = written("a.py", PYTHON, &PYTHON.replace("return 1", "return 2"));
        assert_eq!(
            check_prohibition(&protected("total()", false, false), &change),
            broken
        );
        assert_eq!(
            check_prohibition(&protected("Cart.limit", false, false), &change),
            ProhibitionOutcome::Kept
        );
        assert_eq!(
            check_prohibition(&protected("total", false, true), &change),
            ProhibitionOutcome::Kept,
            "it may change"
        );
        assert_eq!(
            check_prohibition(&protected("elsewhere", false, false), &change),
            ProhibitionOutcome::Unknown
        );
        let gone = written("a.py", PYTHON, "class Cart:\n    limit = 3\n");
        assert_eq!(
            check_prohibition(&protected("total", false, true), &gone),
            broken
        );
        let data = written(
            "d.yml",
            "image: own:1\nport: 1\n",
            "image: own:2\nport: 1\n",
        );
        assert_eq!(
            check_prohibition(&protected("image", false, false), &data),
            ProhibitionOutcome::Broken("d.yml".to_owned())
        );
        assert_eq!(
            check_prohibition(&protected("port", false, false), &data),
            ProhibitionOutcome::Kept
        );
    }

    #[test]
    fn an_edit_of_what_is_to_stay_is_seen_in_code_and_data() {
        for (name, path, old, new) in [
            (
                "origins",
                "a.py",
                "def origins():\n    return 1\n",
                "def origins():\n    return 2\n",
            ),
            (
                "Store.load()",
                "a.ts",
                "class Store {\n  load() { return 1; }\n}\n",
                "class Store {\n  load() { return 2; }\n}\n",
            ),
            ("LIMIT", "a.py", "LIMIT = 1\n", "LIMIT = 2\n"),
            (
                "image",
                "deploy.yml",
                "name: own\nimage: own:1\n",
                "name: own\nimage: own:2\n",
            ),
            ("env", "deploy.yml", "env:\n  A: 1\n", "env:\n  A: 2\n"),
            (
                "test",
                "package.json",
                "{\n  \"scripts\": {\n    \"test\": \"a\"\n  }\n}\n",
                "{\n  \"scripts\": {\n    \"test\": \"b\"\n  }\n}\n",
            ),
            (
                "line-length",
                "x.toml",
                "[tool]\nline-length = 88\n",
                "[tool]\nline-length = 100\n",
            ),
            ("PORT", ".env.example", "PORT=1\n", "PORT=2\n"),
            ("app/a.py", "app/a.py", "A = 1\n", "A = 2\n"),
        ] {
            assert!(
                breaks_prohibition(
                    &protected(name, name.contains('/'), false),
                    path,
                    (old, new)
                ),
                "{name} of {path}"
            );
            assert!(
                !breaks_prohibition(&protected("other", false, false), path, (old, new)),
                "{path}"
            );
        }
    }

    #[test]
    fn what_only_stands_beside_the_edit_is_left_alone() {
        let old = "def paths():\n    return 1\n";
        let new = "def paths():\n    return 1\n\n\ndef origins():\n    return paths()\n";
        assert!(!breaks_prohibition(
            &protected("paths", false, false),
            "a.py",
            (old, new)
        ));
        assert!(!breaks_prohibition(
            &protected("image", false, false),
            "a.yml",
            ("image: a\n", "image: a\nname: image\n")
        ));
    }
}

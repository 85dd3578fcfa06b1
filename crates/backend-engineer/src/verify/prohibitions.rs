//! Holds the change against what the plan says must stay: a path that is not to be written, a symbol whose definition is
//! not to change, or not to go.

use code::items::{Elisions, Source};
use code::languages::Language;
use plan::Protected;

use crate::tree::Pending;

/// What became of something that must stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// The change leaves it alone.
    Kept,
    /// The change touches it, in this file.
    Broken(String),
    /// No file tells.
    Unknown,
}

/// Returns what a change does to something that must stay.
pub(super) fn hold(protected: &Protected, written: &[Pending]) -> Fate {
    let about = |path: &String| protected.within.as_ref().is_none_or(|within| is_path(path, within));
    let mut found = Fate::Unknown;
    for file in written.iter().filter(|file| about(&file.path)) {
        let text = |bytes: Option<&Vec<u8>>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let before = text(file.before.as_ref().map(|found| &found.bytes));
        let after = text(file.after.bytes.as_ref());
        if before == after {
            continue;
        }
        let broken = match protected.is_path {
            true if !is_path(&file.path, &protected.name) => continue,
            true => !protected.only_from_loss || after.is_none(),
            false => {
                let name = symbol(&protected.name);
                let Some(old) = before.and_then(|text| shown(&file.path, &text, name)) else { continue };
                let new = after.and_then(|text| shown(&file.path, &text, name));
                new.is_none() || !protected.only_from_loss && new != Some(old)
            }
        };
        if broken {
            return Fate::Broken(file.path.clone());
        }
        found = Fate::Kept;
    }
    // A path that is not among what was written is left alone; a symbol may stand anywhere.
    if protected.is_path { Fate::Kept } else { found }
}

/// Returns whether a path of the repository is the one that a plan writes, perhaps from a folder in it, or lies below it.
fn is_path(path: &str, written: &str) -> bool {
    let written = written.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
    let below = |path: &str| path.strip_prefix(written).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below(path) || path.match_indices('/').any(|(at, _)| path[at + 1..] == *written)
}

/// Returns the last name of a symbol: `Cart.total()` is `total`.
fn symbol(written: &str) -> &str {
    let bare = written.split('(').next().unwrap_or(written);
    bare.rsplit(['.', '#', ':']).next().unwrap_or(bare).trim()
}

/// Returns what a file shows of a name: its definitions, or in data the lines that hold it as a key. `None` where it has none.
fn shown(path: &str, text: &str, name: &str) -> Option<Vec<String>> {
    let found = match Language::of_path(path) {
        Some(language) => definitions(text, language, name),
        None => keys(text, name),
    };
    (!name.is_empty() && !found.is_empty()).then_some(found)
}

fn definitions(text: &str, language: Language, name: &str) -> Vec<String> {
    let Some(source) = Source::parse(text, language, Elisions::NONE) else { return Vec::new() };
    let mut found = Vec::new();
    let mut waiting = vec![source.root()];
    while let Some(list) = waiting.pop() {
        for item in source.items(list) {
            if item.is_definition() && item.name == name {
                found.push(source.slice(item.head..item.code_end).split_whitespace().collect::<Vec<_>>().join(" "));
            }
            waiting.extend(language.body(item.core));
        }
    }
    found
}

/// The lines `name: …`, `"name": …`, `name = …`, each with what lies deeper below it.
fn keys(text: &str, name: &str) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let bare = line.trim_start().trim_start_matches("- ").trim_start_matches(['"', '\'', '{', ' ']);
        let is_key = bare
            .strip_prefix(name)
            .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with([':', '=']));
        if is_key {
            let below = lines[at + 1..].iter().take_while(|below| indent(below) > indent(line));
            let whole: Vec<&str> = std::iter::once(line).chain(below).map(|line| line.trim()).collect();
            found.push(whole.join("\n").trim_end_matches(',').to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Found, Staged};

    fn written(path: &str, before: &str, after: &str) -> Vec<Pending> {
        let before = (!before.is_empty()).then(|| Found { bytes: before.as_bytes().to_vec(), mode: 0o644 });
        let after = Staged { bytes: (!after.is_empty()).then(|| after.as_bytes().to_vec()), mode: None };
        vec![Pending { path: path.to_owned(), before, after }]
    }

    fn protected(name: &str, is_path: bool, only_from_loss: bool) -> Protected {
        Protected { name: name.to_owned(), is_path, within: None, only_from_loss }
    }

    const PYTHON: &str = "def total():\n    return 1\n\n\nclass Cart:\n    limit = 3\n";

    #[test]
    fn a_path_is_broken_by_any_write() {
        let change = written("app/main.py", "a = 1\n", "a = 2\n");
        assert_eq!(hold(&protected("app/main.py", true, false), &change), Fate::Broken("app/main.py".to_owned()));
        assert_eq!(hold(&protected("main.py", true, false), &change), Fate::Broken("app/main.py".to_owned()));
        assert_eq!(hold(&protected("app/", true, false), &change), Fate::Broken("app/main.py".to_owned()));
        assert_eq!(hold(&protected("app/other.py", true, false), &change), Fate::Kept);
        assert_eq!(hold(&protected("app/main.py", true, true), &change), Fate::Kept, "it did not go");
        let gone = written("app/main.py", "a = 1\n", "");
        assert_eq!(hold(&protected("app/main.py", true, true), &gone), Fate::Broken("app/main.py".to_owned()));
    }

    #[test]
    fn a_symbol_is_broken_where_its_definition_changes() {
        let broken = Fate::Broken("a.py".to_owned());
        let change = written("a.py", PYTHON, &PYTHON.replace("return 1", "return 2"));
        assert_eq!(hold(&protected("total()", false, false), &change), broken);
        assert_eq!(hold(&protected("Cart.limit", false, false), &change), Fate::Kept);
        assert_eq!(hold(&protected("total", false, true), &change), Fate::Kept, "it may change");
        assert_eq!(hold(&protected("elsewhere", false, false), &change), Fate::Unknown);
        let gone = written("a.py", PYTHON, "class Cart:\n    limit = 3\n");
        assert_eq!(hold(&protected("total", false, true), &gone), broken);
        let data = written("d.yml", "image: own:1\nport: 1\n", "image: own:2\nport: 1\n");
        assert_eq!(hold(&protected("image", false, false), &data), Fate::Broken("d.yml".to_owned()));
        assert_eq!(hold(&protected("port", false, false), &data), Fate::Kept);
    }
}

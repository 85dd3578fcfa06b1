//! Holds an edit against what the plan says right beside it that must not be changed.

use std::collections::BTreeSet;

use code::languages::Language;
use code::outline::definitions_of;

/// Returns the name, of those whose change the plan forbids, that an edit of a file changes.
pub(super) fn broken<'n>(names: &'n [String], path: &str, (old, new): (&str, &str)) -> Option<&'n str> {
    let changes = |name: &&String| {
        let bare = name.trim_end_matches("()").trim_matches('"');
        let file = path == bare || path.ends_with(&format!("/{}", bare.trim_start_matches("./")));
        let inner = bare.rsplit(['.', '#']).next().unwrap_or(bare);
        file || if Language::of_path(path).is_some() {
            defines_anew(path, inner, old, new)
        } else {
            sets_anew(inner, old, new)
        }
    };
    names.iter().find(changes).map(String::as_str)
}

/// Whether what the file defines under the name is no longer the same.
fn defines_anew(path: &str, name: &str, old: &str, new: &str) -> bool {
    let before = definitions_of(path, old, name);
    !before.is_empty() && before != definitions_of(path, new, name)
}

/// Whether an entry of that key in a data file is no longer the same: its line, and those that are indented below it.
fn sets_anew(key: &str, old: &str, new: &str) -> bool {
    let before = entries(key, old);
    !before.is_empty() && !before.is_subset(&entries(key, new))
}

fn entries(key: &str, text: &str) -> BTreeSet<String> {
    let margin = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().collect();
    let mut found = BTreeSet::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| is_entry(line, key)) {
        let inner = lines[at + 1..].iter().take_while(|next| next.trim().is_empty() || margin(next) > margin(line));
        let whole: Vec<&str> =
            std::iter::once(line).chain(inner).map(|line| line.trim().trim_end_matches(',')).collect();
        found.insert(whole.join("\n").trim_end().to_owned());
    }
    found
}

/// Whether a line sets the key: `key: x`, `"key": x`, `key = x`, `KEY=x`.
fn is_entry(line: &str, key: &str) -> bool {
    line.match_indices(key).any(|(at, _)| {
        let before = line[..at].trim_end_matches(['"', '\'', '`']);
        let behind = line[at + key.len()..].trim_start_matches(['"', '\'', '`']).trim_start();
        let opens = before.trim_start().is_empty()
            || before.trim_end().ends_with(['{', ',', '-', '['])
            || before.ends_with("export ");
        opens && behind.starts_with([':', '=', ']', '{'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(name: &str) -> Vec<String> {
        vec![name.to_owned()]
    }

    #[test]
    fn an_edit_of_what_is_to_stay_is_seen_in_code_and_data() {
        for (name, path, old, new) in [
            ("origins", "a.py", "def origins():\n    return 1\n", "def origins():\n    return 2\n"),
            (
                "Store.load()",
                "a.ts",
                "class Store {\n  load() { return 1; }\n}\n",
                "class Store {\n  load() { return 2; }\n}\n",
            ),
            ("LIMIT", "a.py", "LIMIT = 1\n", "LIMIT = 2\n"),
            ("image", "deploy.yml", "name: own\nimage: own:1\n", "name: own\nimage: own:2\n"),
            ("env", "deploy.yml", "env:\n  A: 1\n", "env:\n  A: 2\n"),
            (
                "test",
                "package.json",
                "{\n  \"scripts\": {\n    \"test\": \"a\"\n  }\n}\n",
                "{\n  \"scripts\": {\n    \"test\": \"b\"\n  }\n}\n",
            ),
            ("line-length", "x.toml", "[tool]\nline-length = 88\n", "[tool]\nline-length = 100\n"),
            ("PORT", ".env.example", "PORT=1\n", "PORT=2\n"),
            ("app/a.py", "app/a.py", "A = 1\n", "A = 2\n"),
        ] {
            assert_eq!(broken(&names(name), path, (old, new)), Some(name), "{name} of {path}");
            assert_eq!(broken(&names("other"), path, (old, new)), None, "{path}");
        }
    }

    #[test]
    fn what_only_stands_beside_the_edit_is_left_alone() {
        let old = "def paths():\n    return 1\n";
        let new = "def paths():\n    return 1\n\n\ndef origins():\n    return paths()\n";
        assert_eq!(broken(&names("paths"), "a.py", (old, new)), None);
        assert_eq!(broken(&names("image"), "a.yml", ("image: a\n", "image: a\nname: image\n")), None);
    }
}

//! Finds names that the plan's code reads when it is called and that nothing binds.
//!
//! ```text
//! def run_tracked(name):     # `register` is imported by the block for the other file:
//!     register(name)         # a NameError at the first call, which no test of the unit need make
//! ```
//!
//! Only Python decides this by the text: a script's globals may come from anywhere, and its type checker knows them. What
//! the file read before without binding it is brought by something that can't be seen here.

use std::collections::{BTreeMap, BTreeSet};

use code::languages::Language;
use code::scopes::{Purpose, Resolution, Scopes};

use crate::implement::{Change, PresentFiles};
use crate::unit_work::UnitWork;

/// Returns the unbound names of each of the files where the plan's code stands.
pub(super) fn find_unbound_names(
    work: &mut UnitWork<'_>,
    change: &Change,
    present: &PresentFiles,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for path in &present.whole {
        let text = work.workspace.tree.read_text(path).ok().flatten();
        let mut names = text.map_or_else(BTreeSet::new, |text| unbound_names(path, &text));
        if let Some(before) = text_before(change, path) {
            let had = unbound_names(path, &before);
            names.retain(|name| !had.contains(name));
        }
        if !names.is_empty() {
            found.insert(path.clone(), names);
        }
    }
    found
}

fn text_before(change: &Change, path: &str) -> Option<String> {
    let file = change.written.iter().find(|file| file.path == path)?;
    let before = file.before.as_ref()?;
    Some(String::from_utf8_lossy(&before.bytes).into_owned())
}

fn unbound_names(path: &str, text: &str) -> BTreeSet<String> {
    if Language::of_path(path) != Some(Language::Python) {
        return BTreeSet::new();
    }
    let Some(scopes) = Scopes::of_file(path, text) else {
        return BTreeSet::new();
    };
    let unbound = scopes.reads.iter().filter(|read| {
        read.purpose == Purpose::Value
            && !read.is_guarded
            && matches!(scopes.resolve(read), Resolution::Unbound { .. })
    });
    unbound.map(|read| read.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::unbound_names;

    #[test]
    fn only_what_the_text_decides_is_unbound() {
        // A file, its text, and its unbound names.
        let rows = [
            (
                "a.py",
                "def run(name):\n    register(name)\n",
                &["register"][..],
            ),
            (
                "a.py",
                "from b import *\n\ndef run():\n    register()\n",
                &[],
            ),
            (
                "a.py",
                "def run():\n    return len(OTHERS)\n\nOTHERS = []\n",
                &[],
            ),
            (
                "a.py",
                "def run(x: 'Later') -> None:\n    global total\n    total = x\n",
                &[],
            ),
            (
                "a.py",
                "def run():\n    try:\n        return unicode\n    except NameError:\n        return str\n",
                &[],
            ),
            ("a.ts", "export const run = () => register();\n", &[]),
        ];
        for (path, text, expected) in rows {
            let found: Vec<_> = unbound_names(path, text).into_iter().collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}

//! Gives each import that words spell out to the blocks that read its name.
//!
//! "Add `import json` with the other imports." stands above a block that shows a helper, and it is the next block of the
//! file that reads `json`: the import belongs there. An import that no block reads is left to the sentence, which stays
//! open.

use std::collections::HashMap;

use code::languages::Language;
use code::scopes::Scopes;

use super::{Placed, wanted_path};
use crate::changes::PlannedChange;

/// Moves the imports of all blocks to those at or below their own that read one of their names, file by file.
pub(super) fn hand_on_imports(placed: &mut [Placed], changes: &[PlannedChange]) {
    let mut spelled: HashMap<String, Vec<String>> = HashMap::new();
    for one in placed {
        let path = wanted_path(changes, &one.block.file);
        let known = spelled.entry(path.clone()).or_default();
        for import in std::mem::take(&mut one.block.imports) {
            if !known.contains(&import) {
                known.push(import);
            }
        }
        if known.is_empty() {
            continue;
        }
        let reads = read_names(&one.block.text, &path);
        let wanted = known.iter().filter(|import| is_read(import, &path, &reads));
        one.block.imports = wanted.cloned().collect();
    }
}

/// Returns the names that code reads; all of its words where it does not parse by itself.
fn read_names(text: &str, path: &str) -> Vec<String> {
    match read_scopes(text, path) {
        Some(scopes) => scopes.reads.into_iter().map(|read| read.name).collect(),
        None => text
            .split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '$'))
            .map(str::to_owned)
            .collect(),
    }
}

/// Returns whether one of the names that an import binds is read.
fn is_read(import: &str, path: &str, reads: &[String]) -> bool {
    let scopes = read_scopes(import, path);
    let module = scopes.as_ref().and_then(Scopes::module);
    module.is_some_and(|module| {
        module
            .bindings
            .iter()
            .any(|binding| reads.contains(&binding.name))
    })
}

fn read_scopes(text: &str, path: &str) -> Option<Scopes> {
    Scopes::of_text(Language::of_path(path)?, text)
}

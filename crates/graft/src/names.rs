//! The names that a file defines: a plain word of the plan that is one of them means it.

use std::collections::HashSet;

use crate::items::Source;
use crate::languages::Kind;

/// The depth to which definitions are followed: a class, its members, what a literal among them
/// holds. Functions are not entered: what they define is theirs.
const DEPTH: usize = 3;

/// Returns the names of the file's definitions, of their members and of the keys of their literals.
///
/// A class `User` with `name` and `save()` -> `User`, `name`, `save`. Imports bind names, too, but
/// define nothing here.
pub(crate) fn collect_defined_names(file: &Source<'_>) -> HashSet<String> {
    let mut names = HashSet::new();
    collect_names_of_list(file, file.root(), DEPTH, &mut names);
    names
}

/// Collects the names of a list's definitions and pairs, and of those inside them down to `depth`
/// lists; what stands in a function is its own.
fn collect_names_of_list(
    file: &Source<'_>,
    list: tree_sitter::Node<'_>,
    depth: usize,
    names: &mut HashSet<String>,
) {
    for item in file.items(list) {
        if !item.is_definition() && item.node.kind() != "pair" {
            continue;
        }
        names.insert(item.name.trim_matches('\'').to_owned());
        let inner = file
            .language
            .body(item.core)
            .filter(|_| depth > 1 && item.kind != Kind::Function);
        if let Some(inner) = inner {
            collect_names_of_list(file, inner, depth - 1, names);
        }
    }
}

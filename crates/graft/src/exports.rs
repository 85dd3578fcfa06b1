//! Reads the lists by which a module of JavaScript or TypeScript exports names.

use tree_sitter::Node;

use crate::items::Source;
use crate::languages::{named_children, node_text};

/// Returns the names of one list of exports: `b` and `c` of `export { a as b, c }`; none for a declaration.
pub(crate) fn list_exported(source: &Source<'_>, statement: Node<'_>) -> Vec<(String, usize)> {
    let clauses = named_children(statement)
        .into_iter()
        .filter(|node| node.kind() == "export_clause");
    let specifiers = clauses.flat_map(named_children);
    specifiers
        .filter(|node| node.kind() == "export_specifier")
        .filter_map(|node| {
            let name = node
                .child_by_field_name("alias")
                .or_else(|| node.child_by_field_name("name"))?;
            Some((node_text(name, source.text).to_owned(), name.start_byte()))
        })
        .collect()
}

//! Form of what an edit brings: statements of a function, entries of a list and classes stay what they are.
//!
//! ```text
//! return rows              of a function: at the top no module loads with it
//! path("x", view),         of a list: at the top a tuple that nobody sees
//! export default a;        a second one: at most one value is the default
//! ```

use code::scopes::{BoundBy, ScopeKind, Scopes};
use tree_sitter::Node;

use crate::items::Source;
use crate::languages::{Kind, Language, named_children};

/// Returns the statements at the top of a text that only stand in a function or in a list, with why.
pub(super) fn find_stray_statements<'t>(source: &'t Source<'_>) -> Vec<(Node<'t>, Stray)> {
    let root = source.root();
    let found = named_children(root).into_iter().filter_map(|node| {
        let stray = match node.kind() {
            "return_statement" => Stray::Function,
            "expression_statement" if awaits_or_yields(source.language, node) => Stray::Function,
            // `path("x", view),` is a value of one element to the parser, and an entry to who wrote it.
            "expression_statement" if source.slice(node.byte_range()).trim_end().ends_with(',') => {
                Stray::Entry
            }
            _ => return None,
        };
        Some((node, stray))
    });
    found.collect()
}

/// Returns where a second value is exported as the module's default, where the text before the edit had one or none: no
/// engine loads such a module. A type and a function without a body export nothing that stands beside another.
pub(super) fn find_second_default(old: Option<&Source<'_>>, new: &Source<'_>) -> Option<usize> {
    let count = |source: &Source<'_>| -> Vec<usize> {
        let exports = named_children(source.root()).into_iter().filter(|node| {
            let declared = node.child_by_field_name("declaration");
            node.kind() == "export_statement"
                && source
                    .slice(node.byte_range())
                    .split_whitespace()
                    .nth(1)
                    .is_some_and(|word| word == "default")
                && !declared.is_some_and(|one| {
                    matches!(one.kind(), "interface_declaration" | "function_signature")
                })
        });
        exports.map(|node| node.start_byte()).collect()
    };
    let before = old.map_or(0, |old| count(old).len());
    count(new).get(before.max(1)).copied()
}

/// The surroundings that a statement at the top of a module is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stray {
    /// A function.
    Function,
    /// A list, tuple or dictionary.
    Entry,
}

/// Returns whether a statement of Python waits or yields, which only a function does.
fn awaits_or_yields(language: Language, node: Node<'_>) -> bool {
    let inner = named_children(node).into_iter().next();
    let value = inner.map(|inner| inner.child_by_field_name("right").unwrap_or(inner));
    language == Language::Python
        && value.is_some_and(|value| matches!(value.kind(), "await" | "yield"))
}

/// Returns a class that the block shows at its own top and that the edit put into another class, with that one.
pub(super) fn find_misnested_class(
    old: &Scopes,
    new: &Scopes,
    snippet: &Source<'_>,
) -> Option<(String, String, usize)> {
    let items = snippet.items(snippet.root());
    items
        .iter()
        .filter(|item| item.kind == Kind::Class)
        .find_map(|item| {
            let inside = |scopes: &Scopes| {
                let classes = scopes
                    .iter()
                    .filter(|(_, scope)| scope.kind == ScopeKind::Class);
                let mut found = classes.flat_map(|(_, scope)| {
                    scope
                        .bindings
                        .iter()
                        .map(move |one| (scope.name.clone(), one))
                });
                found
                    .find(|(_, binding)| binding.name == item.name && binding.by == BoundBy::Class)
                    .map(|(owner, binding)| (owner, binding.span.start))
            };
            let (owner, at) = inside(new).filter(|_| inside(old).is_none())?;
            Some((item.name.clone(), owner, at))
        })
}

//! TypeScript and TSX: JavaScript's items with their own grammars.

use tree_sitter::Node;

use crate::languages::{Binding, Language, List, Shape, Wrapper, javascript};

pub(crate) struct TypeScript;

pub(crate) struct Tsx;

macro_rules! shared_with_javascript {
    ($language:ty, $grammar:expr) => {
        impl Language for $language {
            fn grammar(&self) -> tree_sitter::Language {
                $grammar.into()
            }

            fn list(&self, node: Node<'_>) -> Option<List> {
                javascript::list(node)
            }

            fn shape<'t>(&self, node: Node<'t>, source: &str, list: List) -> Shape<'t> {
                javascript::shape(node, source, list)
            }

            fn bindings(&self, node: Node<'_>, source: &str) -> Option<Vec<Binding>> {
                javascript::bindings(node, source)
            }

            fn import(&self, bindings: &[Binding], sample: &str) -> String {
                javascript::import(bindings, sample)
            }

            fn prepare(&self, snippet: &str) -> String {
                javascript::prepare(snippet)
            }

            fn wrappers(&self) -> &'static [Wrapper] {
                &javascript::WRAPPERS
            }

            fn is_text(&self, node: Node<'_>) -> bool {
                node.kind() == "template_string"
            }

            fn is_bound(&self, _node: Node<'_>, _core: Node<'_>, _source: &str) -> bool {
                false
            }

            fn import_rank(&self, module: &str, _path: &str) -> u8 {
                javascript::import_rank(module)
            }

            fn module_gap(&self) -> usize {
                1
            }

            fn unit(&self) -> &'static str {
                "  "
            }
        }
    };
}

shared_with_javascript!(TypeScript, tree_sitter_typescript::LANGUAGE_TYPESCRIPT);
shared_with_javascript!(Tsx, tree_sitter_typescript::LANGUAGE_TSX);

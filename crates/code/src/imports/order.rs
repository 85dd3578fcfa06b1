//! Compares two texts of one file up to the layout of their imports, as a sorter of imports changes it.
//!
//! ```text
//! import pytest                      import json
//! import json                        import pytest
//! from app import b, a      ≡        from app import a, b
//!
//! X = 1                              X = 1
//! ```
//! Equal are the names that are bound at each place (the top of the module, or a body), the
//! comments, and all other code in its order. A text that binds one name more, or two statements in
//! another order, is another one.

use tree_sitter::Node;

use super::{Imported, imported_names};
use crate::languages::{Language, node_text};

/// Returns whether two texts of one file hold the same imports, comments and code, and differ at
/// most in how the imports are ordered, grouped and laid out. `false` where one does not parse.
#[must_use]
pub fn differ_in_import_order_only(language: Language, one: &str, other: &str) -> bool {
    let outline = |source| Outline::read(language, source);
    matches!((outline(one), outline(other)), (Some(one), Some(other)) if one == other)
}

/// The parts of a file that a sorter of imports leaves as they are.
#[derive(Debug, Default, PartialEq)]
struct Outline {
    /// The imports in one fixed order, each with its place: how many tokens of other code stand
    /// before it, and how deep its statement stands.
    imports: Vec<(usize, usize, String)>,
    /// The comments beside imports, in one fixed order: they move with them.
    comments: Vec<String>,
    /// The other code, token by token, each with its depth: Python's indentation is no token.
    tokens: Vec<(usize, String)>,
}

impl Outline {
    /// Reads a text; `None` where it does not parse.
    fn read(language: Language, source: &str) -> Option<Self> {
        let tree = language.parse(source)?;
        if tree.root_node().has_error() {
            return None;
        }
        let mut outline = Outline::default();
        outline.collect(language, (tree.root_node(), 0), source);
        outline.imports.sort();
        outline.comments.sort();
        Some(outline)
    }

    /// Collects what a node holds, each token with its depth. Texts are one token, as their parts
    /// depend on one another.
    fn collect(&mut self, language: Language, (node, depth): (Node<'_>, usize), source: &str) {
        if let Some(found) = imported_names(language, node, source) {
            let place = (self.tokens.len(), depth);
            let named = |one: &Imported| (place.0, place.1, format!("{one:?}"));
            self.imports.extend(found.iter().map(named));
            self.comments.extend(comments_within(node, source));
        } else if node.kind() == "comment" {
            self.comments.push(node_text(node, source).to_owned());
        } else if node.child_count() == 0 || language.is_text(node) {
            self.tokens
                .push((depth, node_text(node, source).to_owned()));
        } else {
            for child in all_children(node) {
                self.collect(language, (child, depth + 1), source);
            }
        }
    }
}

/// Returns the children of a node, signs and comments included.
fn all_children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    node.children(&mut node.walk()).collect()
}

/// Returns the comments between the names of an import statement.
fn comments_within(statement: Node<'_>, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = all_children(statement);
    while let Some(node) = waiting.pop() {
        match node.kind() {
            "comment" => found.push(node_text(node, source).to_owned()),
            _ => waiting.extend(all_children(node)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_order_and_layout_of_imports_may_differ() {
        let python = |one, other| differ_in_import_order_only(Language::Python, one, other);
        let same = [
            (
                "import b\nimport a\n\nX = 1\n",
                "import a\nimport b\n\nX = 1\n",
            ),
            (
                "from a import (\n    c,  # why\n    b,\n)\n",
                "from a import b\nfrom a import c  # why\n",
            ),
            (
                "import a\nfrom app import x\nx()\n",
                "import a\n\nfrom app import x\n\nx()\n",
            ),
            (
                "def f():\n    import b\n    import a\n",
                "def f():\n    import a\n    import b\n",
            ),
        ];
        for (one, other) in same {
            assert!(python(one, other), "{one}\n{other}");
        }
        let different = [
            ("import a\nX = 1\n", "import a\nimport b\nX = 1\n"),
            ("import a\nX = 1\n", "import a\nX = 2\n"),
            ("import a\nX = ' b'\n", "import a\nX = 'b'\n"),
            ("import a as b\n", "import a\n"),
            ("import a\nf()\ng()\n", "import a\ng()\nf()\n"),
            ("import a  # noqa\n", "import a\n"),
            (
                "import a\ndef f():\n    import b\n",
                "import a\nimport b\ndef f():\n    pass\n",
            ),
            ("import a\n", "import a ("),
            ("if x:\n    a()\nb()\n", "if x:\n    a()\n    b()\n"),
            ("import a\nx()\nimport b\n", "import a\nimport b\nx()\n"),
        ];
        for (one, other) in different {
            assert!(!python(one, other), "{one}\n{other}");
        }
        assert!(differ_in_import_order_only(
            Language::TypeScript,
            "import { b, a } from './m';\nimport x from 'x';\nrun(a, b, x);\n",
            "import x from 'x';\n\nimport { a, b } from './m';\n\nrun(a, b, x);\n",
        ));
    }
}

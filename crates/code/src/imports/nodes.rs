//! Import statements as nodes of the tree, for readers who need to know where a name stands.
//!
//! ```text
//! from a import b as c            Named, module a, name b, alias c
//! import A, { type B } from 'x'   Default A; Named B, for the type checker only
//! import 'x'                      Module x, no name
//! const { a: b } = require('x')   RequireNamed, module x, name a, alias b
//! ```

use tree_sitter::Node;

use super::Form;
use crate::languages::{Language, field_text, flatten, has_token, named_children, node_text};

/// One name that an import statement binds, as it stands in the tree.
#[derive(Debug, Clone)]
pub struct ImportedNode<'t> {
    /// The form in which it is written.
    pub form: Form,
    /// The module as written, blanks aside.
    pub module: String,
    /// The name in the module; for Python's `import m` the module; none where nothing is bound.
    pub name: Option<Node<'t>>,
    /// The name in this file where it differs.
    pub alias: Option<Node<'t>>,
    /// Imported for the type checker only.
    pub type_only: bool,
}

/// Returns the names that an import statement binds; `None` for anything else.
#[must_use]
pub fn imported_nodes<'t>(
    language: Language,
    node: Node<'t>,
    source: &str,
) -> Option<Vec<ImportedNode<'t>>> {
    match (language, node.kind()) {
        (
            Language::Python,
            "import_statement" | "import_from_statement" | "future_import_statement",
        ) => Some(of_python(node, source)),
        (Language::Python, _) => None,
        (_, "import_statement") => of_script(node, source),
        (_, "lexical_declaration" | "variable_declaration") => required_names(node, source),
        _ => None,
    }
}

/// Returns the names of a Python statement; the module of `from __future__ import x` is not in the
/// tree.
fn of_python<'t>(node: Node<'t>, source: &str) -> Vec<ImportedNode<'t>> {
    let from = match node.kind() {
        "import_statement" => None,
        "import_from_statement" => Some(flatten(field_text(node, "module_name", source))),
        _ => Some("__future__".to_owned()),
    };
    let module_name = node.child_by_field_name("module_name");
    let mut found = Vec::new();
    for child in named_children(node)
        .into_iter()
        .filter(|child| Some(*child) != module_name)
    {
        let (name, alias) = match child.kind() {
            "dotted_name" | "wildcard_import" => (Some(child), None),
            "aliased_import" => (
                child.child_by_field_name("name"),
                child.child_by_field_name("alias"),
            ),
            _ => continue,
        };
        let form = match (&from, child.kind()) {
            (None, _) => Form::Module,
            (_, "wildcard_import") => Form::Star,
            _ => Form::Named,
        };
        let module = from.clone().unwrap_or_else(|| {
            name.map_or_else(String::new, |name| flatten(node_text(name, source)))
        });
        found.push(ImportedNode {
            form,
            module,
            name,
            alias,
            type_only: false,
        });
    }
    found
}

/// Returns the names of an `import` statement of a script, one without a name for `import 'x'`.
fn of_script<'t>(node: Node<'t>, source: &str) -> Option<Vec<ImportedNode<'t>>> {
    let type_only = has_token(node, "type");
    let required = named_children(node)
        .into_iter()
        .find(|child| child.kind() == "import_require_clause");
    let holder = required.unwrap_or(node);
    let module = unquote_text(node_text(holder.child_by_field_name("source")?, source)).to_owned();
    let bare = ImportedNode {
        form: Form::Module,
        module,
        name: None,
        alias: None,
        type_only,
    };
    if let Some(required) = required {
        return Some(vec![ImportedNode {
            form: Form::ImportRequire,
            name: required.named_child(0),
            ..bare
        }]);
    }
    let Some(clause) = named_children(node)
        .into_iter()
        .find(|child| child.kind() == "import_clause")
    else {
        return Some(vec![bare]);
    };
    let mut found = Vec::new();
    for child in named_children(clause) {
        match child.kind() {
            "identifier" => found.push(ImportedNode {
                form: Form::Default,
                name: Some(child),
                ..bare.clone()
            }),
            "namespace_import" => {
                found.push(ImportedNode {
                    form: Form::Star,
                    name: child.named_child(0),
                    ..bare.clone()
                });
            }
            "named_imports" => {
                for specifier in named_children(child)
                    .into_iter()
                    .filter(|one| one.kind() == "import_specifier")
                {
                    found.push(ImportedNode {
                        form: Form::Named,
                        name: specifier.child_by_field_name("name"),
                        alias: specifier.child_by_field_name("alias"),
                        type_only: type_only || has_token(specifier, "type"),
                        ..bare.clone()
                    });
                }
            }
            _ => {}
        }
    }
    Some(found)
}

/// Returns the names of `const x = require('m')`, the only declaration of its statement; `None` for
/// other declarations.
fn required_names<'t>(node: Node<'t>, source: &str) -> Option<Vec<ImportedNode<'t>>> {
    if node.named_child_count() != 1 {
        return None;
    }
    let declarator = node.named_child(0)?;
    let value = declarator.child_by_field_name("value")?;
    if value.kind() != "call_expression" || field_text(value, "function", source) != "require" {
        return None;
    }
    let argument = value
        .child_by_field_name("arguments")?
        .named_child(0)
        .filter(|one| one.kind() == "string")?;
    let module = unquote_text(node_text(argument, source)).to_owned();
    let bare = ImportedNode {
        form: Form::Require,
        module,
        name: None,
        alias: None,
        type_only: false,
    };
    let pattern = declarator.child_by_field_name("name")?;
    if pattern.kind() != "object_pattern" {
        return Some(vec![ImportedNode {
            name: Some(pattern),
            ..bare
        }]);
    }
    let one = |child: Node<'t>| {
        let (name, alias) = match child.kind() {
            "pair_pattern" => (
                child.child_by_field_name("key"),
                child.child_by_field_name("value"),
            ),
            _ => (Some(child), None),
        };
        ImportedNode {
            form: Form::RequireNamed,
            name,
            alias,
            ..bare.clone()
        }
    };
    Some(named_children(pattern).into_iter().map(one).collect())
}

/// Returns a text without the quotes around it.
fn unquote_text(text: &str) -> &str {
    text.trim_matches(['"', '\'', '`'])
}

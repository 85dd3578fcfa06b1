//! JavaScript, and what TypeScript shares with it: modules of both systems, classes, routers, test blocks.

use tree_sitter::Node;

use crate::languages::{Binding, Form, Kind, Language, List, Shape, Wrapper, call_name, field, flat, text};

pub(crate) struct JavaScript;

pub(super) const WRAPPERS: [Wrapper; 3] = [
    Wrapper { before: "class __Graft__ {\n", after: "\n}", list: List::Members },
    Wrapper { before: "enum __Graft__ {\n", after: "\n}", list: List::Entries },
    Wrapper { before: "x = {\n", after: "\n}", list: List::Entries },
];

impl Language for JavaScript {
    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_javascript::LANGUAGE.into()
    }

    fn list(&self, node: Node<'_>) -> Option<List> {
        list(node)
    }

    fn shape<'t>(&self, node: Node<'t>, source: &str, list: List) -> Shape<'t> {
        shape(node, source, list)
    }

    fn bindings(&self, node: Node<'_>, source: &str) -> Option<Vec<Binding>> {
        bindings(node, source)
    }

    fn import(&self, bindings: &[Binding], sample: &str) -> String {
        import(bindings, sample)
    }

    fn prepare(&self, snippet: &str) -> String {
        prepare(snippet)
    }

    fn wrappers(&self) -> &'static [Wrapper] {
        &WRAPPERS
    }

    fn is_text(&self, node: Node<'_>) -> bool {
        node.kind() == "template_string"
    }

    fn is_bound(&self, _node: Node<'_>, _core: Node<'_>, _source: &str) -> bool {
        false
    }

    fn import_rank(&self, module: &str, _path: &str) -> u8 {
        import_rank(module)
    }

    fn module_gap(&self) -> usize {
        1
    }

    fn unit(&self) -> &'static str {
        "  "
    }
}

/// Packages above the project's own modules.
pub(super) fn import_rank(module: &str) -> u8 {
    if module.starts_with(['.', '@']) && (module.starts_with('.') || module.starts_with("@/"))
        || module.starts_with("~/")
    {
        4
    } else {
        2
    }
}

pub(super) fn list(node: Node<'_>) -> Option<List> {
    match node.kind() {
        "program" => Some(List::Module),
        "class_body" | "interface_body" | "object_type" => Some(List::Members),
        "statement_block" | "switch_body" | "switch_case" => Some(List::Statements),
        "object" | "array" | "arguments" | "enum_body" | "formal_parameters" | "export_clause" | "object_pattern" => {
            Some(List::Entries)
        }
        _ => None,
    }
}

pub(super) fn shape<'t>(node: Node<'t>, source: &str, list: List) -> Shape<'t> {
    match list {
        List::Entries => entry(node, source),
        List::Members => member(node, source),
        List::Module | List::Statements => statement(node, source),
    }
}

fn made<'t>(kind: Kind, name: impl Into<String>, core: Node<'t>) -> Shape<'t> {
    Shape { kind, name: name.into(), variant: String::new(), core }
}

fn statement<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    if bindings(node, source).is_some() {
        return made(Kind::Import, flat(text(node, source)), node);
    }
    match node.kind() {
        "export_statement" => exported(node, source),
        "expression_statement" => expression(node, source),
        "return_statement" => made(Kind::Statement, "return", node),
        "if_statement" => made(Kind::Statement, format!("if {}", flat(field(node, "condition", source))), node),
        _ => declaration(node, source).unwrap_or_else(|| made(Kind::Statement, first_line(node, source), node)),
    }
}

fn exported<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    let inner = node.child_by_field_name("declaration").or_else(|| node.child_by_field_name("value"));
    let Some(inner) = inner else {
        return made(Kind::Export, flat(text(node, source)), node);
    };
    let default = text(node, source).trim_start().starts_with("export default");
    match declaration(inner, source) {
        Some(shape) if !shape.name.is_empty() => shape,
        Some(shape) => Shape { name: "default".to_owned(), ..shape },
        None if default => made(Kind::Export, "export default", inner),
        None => made(Kind::Statement, first_line(inner, source), inner),
    }
}

fn declaration<'t>(node: Node<'t>, source: &str) -> Option<Shape<'t>> {
    let name = field(node, "name", source);
    Some(match node.kind() {
        "function_declaration" | "generator_function_declaration" | "function_expression" | "arrow_function" => {
            made(Kind::Function, name, node)
        }
        "function_signature" => Shape {
            kind: Kind::Function,
            name: name.to_owned(),
            variant: format!("signature {}", flat(field(node, "parameters", source))),
            core: node,
        },
        "class_declaration" | "abstract_class_declaration" | "class" => made(Kind::Class, name, node),
        "interface_declaration" | "type_alias_declaration" | "internal_module" | "module" => {
            made(Kind::Type, flat(name), node)
        }
        "enum_declaration" => made(Kind::Class, name, node),
        "ambient_declaration" => made(Kind::Type, first_line(node, source), node),
        "lexical_declaration" | "variable_declaration" => {
            let declarator = node.named_child(0).filter(|child| child.kind() == "variable_declarator")?;
            let kind = match declarator.child_by_field_name("value").map(|value| value.kind()) {
                Some("arrow_function" | "function_expression" | "generator_function") => Kind::Function,
                Some("class") => Kind::Class,
                _ => Kind::Value,
            };
            made(kind, flat(field(declarator, "name", source)), node)
        }
        _ => return None,
    })
}

fn expression<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    let Some(mut inner) = node.named_child(0) else {
        return made(Kind::Statement, first_line(node, source), node);
    };
    if inner.kind() == "internal_module" {
        return made(Kind::Type, flat(field(inner, "name", source)), inner);
    }
    while inner.kind() == "await_expression" {
        let Some(awaited) = inner.named_child(0) else { break };
        inner = awaited;
    }
    match inner.kind() {
        "assignment_expression" => {
            let target = flat(field(inner, "left", source));
            let value = inner.child_by_field_name("right").map_or("", |right| right.kind());
            let kind = match value {
                _ if target == "module.exports" || target == "exports" => Kind::Export,
                "function_expression" | "arrow_function" => Kind::Function,
                _ => Kind::Value,
            };
            made(kind, target, inner)
        }
        "call_expression" => made(Kind::Call, call_name(inner, source), inner),
        _ => made(Kind::Statement, first_line(node, source), inner),
    }
}

fn member<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    let name = field(node, "name", source);
    match node.kind() {
        "method_definition" | "method_signature" | "abstract_method_signature" => {
            let accessor = ["get", "set"].into_iter().find(|word| has_word(node, word));
            let interface = node.parent().is_some_and(|parent| parent.kind() != "class_body");
            let variant = match accessor {
                Some(accessor) => accessor.to_owned(),
                None if node.kind() == "method_definition" || interface => String::new(),
                None => format!("signature {}", flat(field(node, "parameters", source))),
            };
            Shape { kind: Kind::Function, name: name.to_owned(), variant, core: node }
        }
        "public_field_definition" | "field_definition" | "property_signature" => {
            let name = if name.is_empty() { field(node, "property", source) } else { name };
            let value = node.child_by_field_name("value").map_or("", |value| value.kind());
            let kind =
                if matches!(value, "arrow_function" | "function_expression") { Kind::Function } else { Kind::Value };
            made(kind, name, node)
        }
        _ => made(Kind::Statement, first_line(node, source), node),
    }
}

fn has_word(node: Node<'_>, word: &str) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|child| !child.is_named() && child.kind() == word)
}

fn entry<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    match node.kind() {
        "pair" | "pair_pattern" => made(Kind::Entry, key(field(node, "key", source)), node),
        "method_definition" => made(Kind::Entry, key(field(node, "name", source)), node),
        "enum_assignment" | "export_specifier" => made(Kind::Entry, key(field(node, "name", source)), node),
        "required_parameter" | "optional_parameter" => made(Kind::Entry, flat(field(node, "pattern", source)), node),
        "object" | "array" | "arrow_function" | "function_expression" if is_argument(node) => {
            made(Kind::Entry, node.kind(), node)
        }
        "call_expression" => made(Kind::Entry, call_name(node, source), node),
        _ => made(Kind::Entry, key(text(node, source)), node),
    }
}

/// An argument has no name: an object, a list or a function among the arguments goes by its kind.
fn is_argument(node: Node<'_>) -> bool {
    node.parent().is_some_and(|parent| parent.kind() == "arguments")
}

/// `'a'` and `a` are one key.
fn key(name: &str) -> String {
    let flat = flat(name);
    let bare = flat.trim_matches('\'');
    if bare.chars().all(|character| character.is_alphanumeric() || character == '_') { bare.to_owned() } else { flat }
}

fn first_line(node: Node<'_>, source: &str) -> String {
    flat(text(node, source).lines().next().unwrap_or_default())
}

pub(super) fn bindings(node: Node<'_>, source: &str) -> Option<Vec<Binding>> {
    match node.kind() {
        "import_statement" => imported(node, source),
        "lexical_declaration" | "variable_declaration" => required(node, source),
        _ => None,
    }
}

fn imported(node: Node<'_>, source: &str) -> Option<Vec<Binding>> {
    let module = unquote(text(node.child_by_field_name("source")?, source)).to_owned();
    let mut cursor = node.walk();
    let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
    let type_only = children.iter().any(|child| child.kind() == "type");
    let bare = Binding { form: Form::Module, module, name: String::new(), alias: String::new(), type_only };
    let Some(clause) = children.into_iter().find(|child| child.kind() == "import_clause") else {
        return Some(vec![bare]);
    };
    let mut bindings = Vec::new();
    let mut cursor = clause.walk();
    for child in clause.named_children(&mut cursor) {
        match child.kind() {
            "identifier" => {
                bindings.push(Binding { form: Form::Default, name: text(child, source).to_owned(), ..bare.clone() })
            }
            "namespace_import" => {
                let name = child.named_child(0).map_or("", |name| text(name, source)).to_owned();
                bindings.push(Binding { form: Form::Star, name, ..bare.clone() });
            }
            "named_imports" => {
                let mut inner = child.walk();
                for specifier in child.named_children(&mut inner).filter(|one| one.kind() == "import_specifier") {
                    bindings.push(Binding {
                        form: Form::Named,
                        name: field(specifier, "name", source).to_owned(),
                        alias: field(specifier, "alias", source).to_owned(),
                        type_only: type_only || text(specifier, source).starts_with("type "),
                        ..bare.clone()
                    });
                }
            }
            _ => {}
        }
    }
    Some(bindings)
}

fn required(node: Node<'_>, source: &str) -> Option<Vec<Binding>> {
    if node.named_child_count() != 1 {
        return None;
    }
    let declarator = node.named_child(0)?;
    let value = declarator.child_by_field_name("value")?;
    if value.kind() != "call_expression" || field(value, "function", source) != "require" {
        return None;
    }
    let argument = value.child_by_field_name("arguments")?.named_child(0).filter(|one| one.kind() == "string")?;
    let module = unquote(text(argument, source)).to_owned();
    let bare = Binding { form: Form::Require, module, name: String::new(), alias: String::new(), type_only: false };
    let pattern = declarator.child_by_field_name("name")?;
    if pattern.kind() != "object_pattern" {
        return Some(vec![Binding { name: text(pattern, source).to_owned(), ..bare }]);
    }
    let mut cursor = pattern.walk();
    let bindings = pattern.named_children(&mut cursor).filter(|child| child.kind() != "comment").map(|child| {
        let (name, alias) = match child.kind() {
            "pair_pattern" => (field(child, "key", source), field(child, "value", source)),
            _ => (text(child, source), ""),
        };
        Binding { form: Form::RequireNamed, name: name.to_owned(), alias: alias.to_owned(), ..bare.clone() }
    });
    Some(bindings.collect())
}

fn unquote(text: &str) -> &str {
    text.trim_matches(['"', '\'', '`'])
}

pub(super) fn import(bindings: &[Binding], sample: &str) -> String {
    let Some(first) = bindings.first() else { return String::new() };
    let quote = if sample.contains('"') { '"' } else { '\'' };
    let end = if sample.trim_end().ends_with(';') { ";" } else { "" };
    let keyword =
        sample.split_whitespace().next().filter(|word| matches!(*word, "const" | "let" | "var")).unwrap_or("const");
    let module = format!("{quote}{}{quote}", first.module);
    let typed = if first.type_only && bindings.iter().all(|one| one.type_only) { "type " } else { "" };
    let named: Vec<String> = bindings
        .iter()
        .filter(|one| matches!(one.form, Form::Named | Form::RequireNamed))
        .map(|one| specifier(one, typed.is_empty()))
        .collect();
    match first.form {
        Form::Require => format!("{keyword} {} = require({module}){end}", first.name),
        Form::RequireNamed => format!("{keyword} {{ {} }} = require({module}){end}", named.join(", ")),
        Form::Star => format!("import {typed}* as {} from {module}{end}", first.name),
        Form::Module => format!("import {module}{end}"),
        Form::Default | Form::Named => {
            let default = bindings.iter().find(|one| one.form == Form::Default).map(|one| one.name.clone());
            let braces = if named.is_empty() { None } else { Some(format!("{{ {} }}", named.join(", "))) };
            let clause: Vec<String> = default.into_iter().chain(braces).collect();
            format!("import {typed}{} from {module}{end}", clause.join(", "))
        }
    }
}

/// A name between the braces of an import.
pub(crate) fn specifier(binding: &Binding, mark_type: bool) -> String {
    let typed = if binding.type_only && mark_type { "type " } else { "" };
    match (binding.alias.is_empty(), binding.form) {
        (true, _) => format!("{typed}{}", binding.name),
        (false, Form::RequireNamed) => format!("{}: {}", binding.name, binding.alias),
        (false, _) => format!("{typed}{} as {}", binding.name, binding.alias),
    }
}

/// Makes comments of bare `...` lines and of `{ ... }`.
pub(super) fn prepare(snippet: &str) -> String {
    let mut prepared = String::with_capacity(snippet.len());
    for line in snippet.split_inclusive('\n') {
        let bare = line.trim();
        let indent = line.get(..line.len() - line.trim_start().len()).unwrap_or_default();
        if matches!(bare, "..." | "…" | "...," | "...;" | "[...]") {
            prepared.push_str(&format!("{indent}// ...\n"));
        } else if bare.starts_with('#') && crate::markers::is_elision(bare) {
            prepared.push_str(&format!("{indent}// {}\n", bare.trim_start_matches('#').trim()));
        } else {
            prepared.push_str(
                &line
                    .replace("{ ... }", "{ /* ... */ }")
                    .replace("{...}", "{ /* ... */ }")
                    .replace("{ … }", "{ /* ... */ }"),
            );
        }
    }
    prepared
}

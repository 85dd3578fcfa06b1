//! Python: modules, classes with their attributes, decorated functions, settings lists and dictionaries.

mod standard;

use tree_sitter::Node;

use crate::languages::python::standard::STANDARD;
use crate::languages::{Binding, Form, Kind, Language, List, Shape, Wrapper, call_name, field, flat, text};
use crate::markers::{SENTINEL, is_elision, takes_ellipsis};

pub(crate) struct Python;

const WRAPPERS: [Wrapper; 2] = [
    Wrapper { before: "{\n", after: "\n}", list: List::Entries },
    Wrapper { before: "[\n", after: "\n]", list: List::Entries },
];

/// Decorators that only a function of a class bears.
const BOUND: [&str; 19] = [
    "staticmethod",
    "classmethod",
    "property",
    "cached_property",
    "hybrid_property",
    "hybrid_method",
    "setter",
    "deleter",
    "validator",
    "root_validator",
    "field_validator",
    "model_validator",
    "field_serializer",
    "model_serializer",
    "computed_field",
    "declared_attr",
    "abstractmethod",
    "validates",
    "action",
];

impl Language for Python {
    fn grammar(&self) -> tree_sitter::Language {
        tree_sitter_python::LANGUAGE.into()
    }

    fn list(&self, node: Node<'_>) -> Option<List> {
        match node.kind() {
            "module" => Some(List::Module),
            "block" => Some(match node.parent() {
                Some(parent) if parent.kind() == "class_definition" => List::Members,
                _ => List::Statements,
            }),
            "list" | "dictionary" | "tuple" | "set" | "argument_list" | "parameters" => Some(List::Entries),
            _ => None,
        }
    }

    fn shape<'t>(&self, node: Node<'t>, source: &str, list: List) -> Shape<'t> {
        if list == List::Entries {
            return entry(node, source);
        }
        match node.kind() {
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                shape(Kind::Import, flat(text(node, source)), node)
            }
            "function_definition" | "class_definition" => definition(node, node, source),
            "decorated_definition" => {
                let core = node.child_by_field_name("definition").unwrap_or(node);
                definition(node, core, source)
            }
            "expression_statement" => statement(node, source),
            "type_alias_statement" => shape(Kind::Type, flat(field(node, "left", source)), node),
            "if_statement" => {
                let condition = flat(field(node, "condition", source));
                let kind = if condition.starts_with("__name__") { Kind::Guard } else { Kind::Statement };
                shape(kind, format!("if {condition}"), node)
            }
            "return_statement" => shape(Kind::Statement, "return".to_owned(), node),
            _ => shape(Kind::Statement, first_line(node, source), node),
        }
    }

    fn bindings(&self, node: Node<'_>, source: &str) -> Option<Vec<Binding>> {
        let from = match node.kind() {
            "import_statement" => None,
            "import_from_statement" => Some(flat(field(node, "module_name", source))),
            "future_import_statement" => Some("__future__".to_owned()),
            _ => return None,
        };
        let skip = node.child_by_field_name("module_name").map(|module| module.start_byte());
        let mut bindings = Vec::new();
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            if Some(child.start_byte()) == skip {
                continue;
            }
            let (name, alias) = match child.kind() {
                "dotted_name" => (flat(text(child, source)), String::new()),
                "aliased_import" => (flat(field(child, "name", source)), flat(field(child, "alias", source))),
                "wildcard_import" => ("*".to_owned(), String::new()),
                _ => continue,
            };
            bindings.push(match &from {
                None => Binding { form: Form::Module, module: name.clone(), name, alias, type_only: false },
                Some(module) => {
                    let form = if name == "*" { Form::Star } else { Form::Named };
                    Binding { form, module: module.clone(), name, alias, type_only: false }
                }
            });
        }
        Some(bindings)
    }

    fn import(&self, bindings: &[Binding], _sample: &str) -> String {
        let names: Vec<String> = bindings.iter().map(named).collect();
        match bindings.first() {
            Some(first) if first.form == Form::Module => format!("import {}", names.join(", ")),
            Some(first) => format!("from {} import {}", first.module, names.join(", ")),
            None => String::new(),
        }
    }

    fn prepare(&self, snippet: &str) -> String {
        let mut depth = Brackets::default();
        let mut prepared = String::with_capacity(snippet.len());
        for line in snippet.split_inclusive('\n') {
            let bare = line.trim();
            let indent = line.len() - line.trim_start().len();
            if depth.is_open() {
                if (bare == "..." || bare == "…" || bare == "...,") && !opens_requiring(&prepared) {
                    prepared.push_str(&format!("{}# ...\n", line.get(..indent).unwrap_or_default()));
                } else {
                    prepared.push_str(line);
                }
                depth.read(line);
                continue;
            }
            if bare.starts_with('#') && is_elision(bare) || bare == "…" {
                let ending = if line.ends_with('\n') { "\n" } else { "" };
                prepared.push_str(&format!("{}{SENTINEL}{ending}", line.get(..indent).unwrap_or_default()));
                continue;
            }
            prepared.push_str(line);
            depth.read(line);
        }
        prepared
    }

    fn wrappers(&self) -> &'static [Wrapper] {
        &WRAPPERS
    }

    fn is_value(&self, node: Node<'_>, source: &str) -> bool {
        is_required_value(node, source)
    }

    fn is_text(&self, node: Node<'_>) -> bool {
        node.kind() == "string"
    }

    fn is_bound(&self, node: Node<'_>, core: Node<'_>, source: &str) -> bool {
        let mut cursor = node.walk();
        let marked = node.children(&mut cursor).filter(|child| child.kind() == "decorator").any(|child| {
            let shown = text(child, source).trim_start_matches('@');
            let name = shown.split('(').next().unwrap_or(shown);
            let last = name.rsplit('.').next().unwrap_or(name).trim();
            BOUND.contains(&last)
        });
        if marked {
            return true;
        }
        let first = core.child_by_field_name("parameters").and_then(|parameters| parameters.named_child(0));
        first.is_some_and(|first| matches!(text(first, source), "self" | "cls" | "mcs"))
    }

    fn import_rank(&self, module: &str, path: &str) -> u8 {
        let top = module.split('.').next().unwrap_or(module);
        match top {
            "__future__" => 0,
            "" => 4,
            _ if STANDARD.contains(&top) => 1,
            _ if path.split('/').any(|part| part == top) => 3,
            _ => 2,
        }
    }

    fn module_gap(&self) -> usize {
        2
    }

    fn unit(&self) -> &'static str {
        "    "
    }
}

fn named(binding: &Binding) -> String {
    if binding.alias.is_empty() { binding.name.clone() } else { format!("{} as {}", binding.name, binding.alias) }
}

fn shape<'t>(kind: Kind, name: String, core: Node<'t>) -> Shape<'t> {
    Shape { kind, name, variant: String::new(), core }
}

fn definition<'t>(node: Node<'t>, core: Node<'t>, source: &str) -> Shape<'t> {
    let kind = if core.kind() == "class_definition" { Kind::Class } else { Kind::Function };
    let mut variant = String::new();
    let mut cursor = node.walk();
    for decorator in node.children(&mut cursor).filter(|child| child.kind() == "decorator") {
        let shown = text(decorator, source).trim_start_matches('@').trim();
        if shown.ends_with("overload") {
            variant = format!("overload {}", flat(field(core, "parameters", source)));
        } else if let Some((_, accessor)) = shown.rsplit_once('.')
            && matches!(accessor, "setter" | "deleter" | "expression" | "inplace" | "register")
        {
            variant = accessor.to_owned();
        }
    }
    Shape { kind, name: field(core, "name", source).to_owned(), variant, core }
}

fn statement<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    let Some(inner) = node.named_child(0) else {
        return shape(Kind::Statement, first_line(node, source), node);
    };
    match inner.kind() {
        "assignment" => shape(Kind::Value, flat(field(inner, "left", source)), inner),
        "augmented_assignment" => {
            let target = flat(field(inner, "left", source));
            Shape { kind: Kind::Value, name: target, variant: "+=".to_owned(), core: inner }
        }
        "call" => shape(Kind::Call, call_name(inner, source), inner),
        "await" => match inner.named_child(0) {
            Some(awaited) if awaited.kind() == "call" => shape(Kind::Call, call_name(awaited, source), inner),
            _ => shape(Kind::Statement, first_line(node, source), inner),
        },
        "string" | "concatenated_string" => shape(Kind::Docstring, "docstring".to_owned(), inner),
        "identifier" if text(inner, source) == SENTINEL => shape(Kind::Marker, String::new(), inner),
        "ellipsis" => shape(Kind::Marker, "...".to_owned(), inner),
        _ => shape(Kind::Statement, first_line(node, source), inner),
    }
}

fn entry<'t>(node: Node<'t>, source: &str) -> Shape<'t> {
    match node.kind() {
        "pair" => shape(Kind::Entry, flat(field(node, "key", source)), node),
        "keyword_argument" => shape(Kind::Entry, format!("{}=", field(node, "name", source)), node),
        "dictionary" | "list" if node.parent().is_some_and(|parent| parent.kind() == "argument_list") => {
            shape(Kind::Entry, node.kind().to_owned(), node)
        }
        "call" => shape(Kind::Entry, call_name(node, source), node),
        "ellipsis" if !is_required_value(node, source) => shape(Kind::Marker, "...".to_owned(), node),
        "typed_parameter" => {
            shape(Kind::Entry, node.named_child(0).map_or("", |name| text(name, source)).to_owned(), node)
        }
        "default_parameter" | "typed_default_parameter" => {
            shape(Kind::Entry, field(node, "name", source).to_owned(), node)
        }
        _ => shape(Kind::Entry, flat(text(node, source)), node),
    }
}

/// Whether an ellipsis is the first argument of a call for which it is a value.
fn is_required_value(ellipsis: Node<'_>, source: &str) -> bool {
    let arguments = ellipsis.parent().filter(|parent| parent.kind() == "argument_list");
    let call =
        arguments.filter(|arguments| arguments.named_child(0) == Some(ellipsis)).and_then(|found| found.parent());
    call.is_some_and(|call| takes_ellipsis(field(call, "function", source)))
}

/// Whether the text ends with the opening bracket of a call for which `...` is a value.
fn opens_requiring(text: &str) -> bool {
    let Some(head) = text.trim_end().strip_suffix('(') else { return false };
    let begins = head.rfind(|letter: char| !letter.is_alphanumeric() && letter != '_').map_or(0, |at| at + 1);
    head.get(begins..).is_some_and(takes_ellipsis)
}

fn first_line(node: Node<'_>, source: &str) -> String {
    flat(text(node, source).lines().next().unwrap_or_default())
}

/// Follows brackets and strings from line to line.
#[derive(Debug, Default)]
struct Brackets {
    depth: usize,
    quote: Option<&'static str>,
}

impl Brackets {
    fn is_open(&self) -> bool {
        self.depth > 0 || self.quote.is_some()
    }

    fn read(&mut self, line: &str) {
        let mut rest = line;
        while let Some(character) = rest.chars().next() {
            if let Some(quote) = self.quote {
                if character == '\\' {
                    rest = rest.get(character.len_utf8()..).unwrap_or_default();
                    let skipped = rest.chars().next().map_or(0, char::len_utf8);
                    rest = rest.get(skipped..).unwrap_or_default();
                    continue;
                }
                if let Some(after) = rest.strip_prefix(quote) {
                    self.quote = None;
                    rest = after;
                    continue;
                }
            } else {
                if character == '#' {
                    return;
                }
                let opened = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| rest.starts_with(quote));
                if let Some(quote) = opened {
                    self.quote = Some(quote);
                    rest = rest.get(quote.len()..).unwrap_or_default();
                    continue;
                }
                match character {
                    '(' | '[' | '{' => self.depth += 1,
                    ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
            }
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
        if self.quote.is_some_and(|quote| quote.len() == 1) {
            self.quote = None;
        }
    }
}

//! JavaScript and TypeScript to the plain tree.

use tree_sitter::Node;

use super::{
    Argument, Assignment, Export, Expression, Import, Imported, Name, Pattern, Statement, Syntax,
    unescape_text,
};
use crate::imports::{Form, imported_nodes};
use crate::languages::{Language, has_token, named_children, node_text};

mod definitions;

mod expressions;

/// The depth to which expressions and blocks are followed: deeper than people write, and each level
/// takes stack.
const DEEPEST: u32 = 150;

/// Reads a module, with what it exports.
pub(super) fn read_script(root: Node<'_>, source: &str) -> Syntax {
    let mut reader = Reader {
        source,
        depth: 0,
        exports: Vec::new(),
    };
    let body = reader.block(root);
    Syntax {
        body,
        exports: reader.exports,
    }
}

/// A walk through the tree of a module, and the exports met on it.
struct Reader<'t> {
    source: &'t str,
    depth: u32,
    exports: Vec<Export>,
}

impl Reader<'_> {
    fn name(&self, node: Node<'_>) -> Name {
        node_text(node, self.source).into()
    }

    fn block(&mut self, node: Node<'_>) -> Vec<Statement> {
        if self.depth > DEEPEST {
            return Vec::new();
        }
        self.depth += 1;
        let mut statements = Vec::new();
        for child in named_children(node) {
            self.read_statement(child, &mut statements);
        }
        self.depth -= 1;
        statements
    }

    /// Returns the statements of a block, or the one statement that stands where a block could.
    fn body_of(&mut self, node: Node<'_>, field: &str) -> Vec<Statement> {
        let Some(body) = node.child_by_field_name(field) else {
            return Vec::new();
        };
        match body.kind() {
            "statement_block" | "switch_body" => self.block(body),
            _ => {
                let mut statements = Vec::new();
                self.read_statement(body, &mut statements);
                statements
            }
        }
    }

    /// Reads a statement by its kind.
    fn read_statement(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        match node.kind() {
            "expression_statement" => {
                if let Some(value) = node.named_child(0) {
                    out.push(Statement::Expression(self.build_expression(value)));
                }
            }
            "import_statement" => self.import(node, out),
            "export_statement" => self.export(node, out),
            "lexical_declaration" | "variable_declaration" => {
                for declarator in named_children(node)
                    .into_iter()
                    .filter(|child| child.kind() == "variable_declarator")
                {
                    self.declarator(declarator, out);
                }
            }
            "function_declaration" | "generator_function_declaration" => {
                let function = self.function(node);
                out.push(Statement::Function(Box::new(function)));
            }
            "class_declaration" | "abstract_class_declaration" => {
                let class = self.class(node, Vec::new());
                out.push(Statement::Class(Box::new(class)));
            }
            "enum_declaration" => self.enumeration(node, out),
            "return_statement" => {
                let value = named_children(node)
                    .first()
                    .map(|value| self.build_expression(*value));
                out.push(Statement::Return(value));
            }
            "throw_statement" => {
                let value = named_children(node)
                    .first()
                    .map(|value| self.build_expression(*value));
                out.push(Statement::Raise(value));
            }
            "statement_block" | "ERROR" | "labeled_statement" | "internal_module" | "module" => {
                out.extend(self.block(node));
            }
            _ => self.read_branching(node, out),
        }
    }

    /// Reads the statements that run others perhaps, or more than once; of those whose condition is not asked for, it is
    /// unknown.
    fn read_branching(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        let unknown = || Expression::Other(Vec::new());
        match node.kind() {
            "if_statement" => {
                let condition = self.field(node, "condition");
                let then = self.body_of(node, "consequence");
                let otherwise = node
                    .child_by_field_name("alternative")
                    .map(|other| self.block(other));
                out.push(Statement::If(
                    condition,
                    then,
                    otherwise.unwrap_or_default(),
                ));
            }
            "for_in_statement" => {
                let target = self.field_pattern(node, "left");
                let over = self.field(node, "right");
                let body = self.body_of(node, "body");
                out.push(Statement::Loop(target, over, body));
            }
            "for_statement" | "while_statement" | "do_statement" => {
                out.push(Statement::If(
                    unknown(),
                    self.body_of(node, "body"),
                    Vec::new(),
                ));
            }
            "try_statement" => {
                out.extend(self.body_of(node, "body"));
                if let Some(handler) = node.child_by_field_name("handler") {
                    out.push(Statement::If(
                        unknown(),
                        self.body_of(handler, "body"),
                        Vec::new(),
                    ));
                }
                if let Some(last) = node.child_by_field_name("finalizer") {
                    out.extend(self.body_of(last, "body"));
                }
            }
            "switch_statement" => {
                for case in node
                    .child_by_field_name("body")
                    .map(named_children)
                    .unwrap_or_default()
                {
                    let mut body = Vec::new();
                    let value = case.child_by_field_name("value").map(|value| value.id());
                    for child in named_children(case)
                        .into_iter()
                        .filter(|child| Some(child.id()) != value)
                    {
                        self.read_statement(child, &mut body);
                    }
                    out.push(Statement::If(unknown(), body, Vec::new()));
                }
            }
            _ => {}
        }
    }

    /// Reads one name, or pattern, of a declaration.
    fn declarator(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        let target = self.field_pattern(node, "name");
        let value = node
            .child_by_field_name("value")
            .map(|value| self.build_expression(value));
        let annotation = self.annotation(node);
        out.push(Statement::Assign(Box::new(Assignment {
            target,
            value,
            annotation,
            decorators: Vec::new(),
            is_added: false,
        })));
    }

    /// Reads an enum as a map of its members.
    fn enumeration(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        let Some(name) = node.child_by_field_name("name").map(|name| self.name(name)) else {
            return;
        };
        let mut entries = Vec::new();
        for member in node
            .child_by_field_name("body")
            .map(named_children)
            .unwrap_or_default()
        {
            let label = member.child_by_field_name("name").unwrap_or(member);
            let label = node_text(label, self.source).trim_matches(['"', '\'']);
            let value = match member.child_by_field_name("value") {
                Some(value) => self.build_expression(value),
                None => Expression::Other(Vec::new()),
            };
            entries.push((Expression::Text(label.into()), value));
        }
        out.push(Statement::Assign(Box::new(Assignment {
            target: Pattern::Name(name),
            value: Some(Expression::Map(entries)),
            annotation: None,
            decorators: Vec::new(),
            is_added: false,
        })));
    }

    fn import(&self, node: Node<'_>, out: &mut Vec<Statement>) {
        if has_token(node, "type") {
            return;
        }
        let mut taken: Vec<(Name, Name)> = Vec::new();
        let mut from = None;
        for found in imported_nodes(Language::TypeScript, node, self.source).unwrap_or_default() {
            let source: Name = found.module.into();
            let named = found.name.map(|name| self.name(name));
            match (found.form, named) {
                (Form::Star, local) => {
                    let what = Imported::Whole { local };
                    out.push(Statement::Import(Import {
                        source: source.clone(),
                        what,
                    }));
                    continue;
                }
                (Form::Default | Form::ImportRequire, Some(local)) => {
                    taken.push(("default".into(), local))
                }
                (_, Some(name)) => {
                    let local = found
                        .alias
                        .map_or_else(|| name.clone(), |alias| self.name(alias));
                    taken.push((name, local));
                }
                (_, None) => {}
            }
            from = Some(source);
        }
        out.extend(from.map(|source| {
            Statement::Import(Import {
                source,
                what: Imported::Names(taken),
            })
        }));
    }

    /// Returns the names in braces, each with what it is called outside.
    fn specifiers(&self, node: Node<'_>) -> Vec<(Name, Name)> {
        named_children(node)
            .into_iter()
            .filter(|child| matches!(child.kind(), "import_specifier" | "export_specifier"))
            .filter_map(|child| {
                let name = child.child_by_field_name("name")?;
                let local = child.child_by_field_name("alias").unwrap_or(name);
                Some((self.name(name), self.name(local)))
            })
            .collect()
    }

    fn export(&mut self, node: Node<'_>, out: &mut Vec<Statement>) {
        if let Some(source) = node
            .child_by_field_name("source")
            .map(|source| self.string_text(source))
        {
            self.export_from(node, source, out);
            return;
        }
        let is_default = has_token(node, "default");
        if let Some(declaration) = node.child_by_field_name("declaration") {
            self.exported_declaration(node, declaration, is_default, out);
            return;
        }
        let value = node.child_by_field_name("value");
        if let Some(clause) = named_children(node)
            .into_iter()
            .find(|child| child.kind() == "export_clause")
        {
            for (local, exported) in self.specifiers(clause) {
                self.exports.push(Export::Local { exported, local });
            }
        } else if let Some(value) = value.or_else(|| named_children(node).into_iter().next_back()) {
            // `export default VALUE` and `export = VALUE` bind a name that no source can write.
            let local: Name = "*default*".into();
            out.push(Statement::Assign(Box::new(Assignment {
                target: Pattern::Name(local.clone()),
                value: Some(self.build_expression(value)),
                annotation: None,
                decorators: Vec::new(),
                is_added: false,
            })));
            self.exports.push(Export::Local {
                exported: "default".into(),
                local,
            });
        }
    }

    /// Reads `export { a as b } from "x"`, `export * as x from "x"` and `export * from "x"`.
    fn export_from(&mut self, node: Node<'_>, source: Name, out: &mut Vec<Statement>) {
        let part = named_children(node)
            .into_iter()
            .find(|child| child.kind() != "string");
        match part {
            Some(clause) if clause.kind() == "export_clause" => {
                for (name, exported) in self.specifiers(clause) {
                    self.exports.push(Export::From {
                        exported,
                        source: source.clone(),
                        name,
                    });
                }
            }
            Some(space) if space.kind() == "namespace_export" => {
                let exported = space
                    .named_child(0)
                    .map(|name| self.name(name))
                    .unwrap_or_default();
                self.exports.push(Export::Namespace {
                    exported,
                    source: source.clone(),
                });
            }
            _ => self.exports.push(Export::Everything {
                source: source.clone(),
            }),
        }
        out.push(Statement::Import(Import {
            source,
            what: Imported::Names(Vec::new()),
        }));
    }

    fn exported_declaration(
        &mut self,
        node: Node<'_>,
        declaration: Node<'_>,
        is_default: bool,
        out: &mut Vec<Statement>,
    ) {
        let from = out.len();
        if declaration.kind().ends_with("class_declaration") {
            let outer = self.decorators(node);
            let mut class = self.class(declaration, outer);
            if class.name.is_empty() {
                class.name = "*default*".into();
            }
            out.push(Statement::Class(Box::new(class)));
        } else {
            self.read_statement(declaration, out);
        }
        let mut locals: Vec<Name> = Vec::new();
        for statement in &mut out[from..] {
            match statement {
                Statement::Class(class) => locals.push(class.name.clone()),
                Statement::Function(function) => {
                    locals.push(
                        function
                            .name
                            .get_or_insert_with(|| "*default*".into())
                            .clone(),
                    );
                }
                Statement::Assign(assignment) => bound_names(&assignment.target, &mut locals),
                _ => {}
            }
        }
        for local in locals {
            let exported = if is_default {
                "default".into()
            } else {
                local.clone()
            };
            self.exports.push(Export::Local { exported, local });
        }
    }

    fn string_text(&self, node: Node<'_>) -> Name {
        let text = node_text(node, self.source);
        unescape_text(text.get(1..text.len().saturating_sub(1)).unwrap_or("")).into()
    }

    fn field(&mut self, node: Node<'_>, field: &str) -> Expression {
        node.child_by_field_name(field)
            .map_or(Expression::Null, |child| self.build_expression(child))
    }

    fn field_pattern(&mut self, node: Node<'_>, field: &str) -> Pattern {
        node.child_by_field_name(field)
            .map_or(Pattern::Ignore, |child| self.pattern(child))
    }

    /// Reads a target: a name, names by place or key, a part of something.
    fn pattern(&mut self, node: Node<'_>) -> Pattern {
        match node.kind() {
            "identifier" | "shorthand_property_identifier_pattern" | "property_identifier" => {
                Pattern::Name(self.name(node))
            }
            "array_pattern" => Pattern::List(
                named_children(node)
                    .into_iter()
                    .map(|child| self.pattern(child))
                    .collect(),
            ),
            "object_pattern" => {
                let mut entries = Vec::new();
                for part in named_children(node) {
                    match part.kind() {
                        "shorthand_property_identifier_pattern" => {
                            entries.push((self.name(part), Pattern::Name(self.name(part))));
                        }
                        "pair_pattern" => {
                            let key = part
                                .child_by_field_name("key")
                                .map(|key| self.name(key))
                                .unwrap_or_default();
                            entries.push((key, self.field_pattern(part, "value")));
                        }
                        "object_assignment_pattern" => {
                            if let Some(left) = part.child_by_field_name("left") {
                                entries.push((self.name(left), Pattern::Name(self.name(left))));
                            }
                        }
                        _ => {}
                    }
                }
                Pattern::Map(entries)
            }
            "assignment_pattern" => self.field_pattern(node, "left"),
            "member_expression" | "subscript_expression" => {
                Pattern::Target(self.build_expression(node))
            }
            "rest_pattern" | "non_null_expression" | "parenthesized_expression" => node
                .named_child(0)
                .map_or(Pattern::Ignore, |inner| self.pattern(inner)),
            _ => Pattern::Ignore,
        }
    }

    fn arguments(&mut self, node: Node<'_>) -> Vec<Argument> {
        if node.kind() == "template_string" {
            return vec![Argument {
                name: None,
                value: self.build_expression(node),
            }];
        }
        named_children(node)
            .into_iter()
            .map(|child| Argument {
                name: None,
                value: self.build_expression(child),
            })
            .collect()
    }

    fn all(&mut self, node: Node<'_>) -> Vec<Expression> {
        named_children(node)
            .into_iter()
            .map(|child| self.build_expression(child))
            .collect()
    }
}

fn bound_names(pattern: &Pattern, names: &mut Vec<Name>) {
    match pattern {
        Pattern::Name(name) => names.push(name.clone()),
        Pattern::List(parts) => parts.iter().for_each(|part| bound_names(part, names)),
        Pattern::Map(parts) => parts.iter().for_each(|(_, part)| bound_names(part, names)),
        Pattern::Target(_) | Pattern::Ignore => {}
    }
}

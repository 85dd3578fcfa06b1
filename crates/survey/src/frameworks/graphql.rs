//! The parts that the GraphQL frameworks share: operations, names in camel case, and root types
//! written as schema text.
//!
//! ```text
//! type Query {                          opens the root type of queries
//!   books(first: Int): [Book]           query `books`, line 1 (from 0)
//! }
//! type Book { title: String }           no root type
//! ```

use crate::evaluate::{Machine, Place, Value};
use crate::findings::{Findings, Operation};

/// The root types and what their fields are.
pub(super) const ROOTS: [(&str, &str); 3] = [
    ("Query", "query"),
    ("Mutation", "mutation"),
    ("Subscription", "subscription"),
];

impl Findings {
    /// Adds an operation unless one of its kind and name is known already.
    pub(super) fn add_graphql_operation(
        &mut self,
        machine: &Machine<'_>,
        place: Place,
        (kind, name): (&str, &str),
        (handler, guards): (String, Vec<String>),
    ) {
        let file = machine.path(place.module).to_owned();
        let is_known = self
            .operations
            .iter()
            .any(|known| known.kind == kind && known.name == name);
        if !is_known {
            let (kind, name) = (kind.to_owned(), name.to_owned());
            self.operations.push(Operation {
                kind,
                name,
                handler,
                file,
                line: place.line,
                guards,
            });
        }
    }
}

/// Returns a name in camel case: `list_of_books` is `listOfBooks`. An underscore at the beginning stays.
pub(super) fn camel_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut is_raised = false;
    for letter in name.chars() {
        match letter {
            '_' if !text.is_empty() => is_raised = true,
            _ if is_raised => {
                text.extend(letter.to_uppercase());
                is_raised = false;
            }
            _ => text.push(letter),
        }
    }
    text
}

/// Returns the labels of a list of guards.
pub(super) fn guard_labels<'a>(machine: &Machine<'a>, list: Option<&Value<'a>>) -> Vec<String> {
    list.map(Value::items)
        .unwrap_or_default()
        .iter()
        .map(|value| machine.label_of(value))
        .collect()
}

/// Returns the fields of the root types in a schema text: kind, name, and line from 0.
///
/// The text is read line by line, one field a line; descriptions (`"…"`, `"""…"""`) and comments are left out, and so
/// are the arguments of a field that goes on over lines.
pub(super) fn parse_root_fields(text: &str) -> Vec<(&'static str, String, u32)> {
    let mut found = Vec::new();
    let mut root: Option<&'static str> = None;
    // Braces, and brackets of arguments, that are open.
    let (mut depth, mut brackets) = (0_u32, 0_u32);
    let mut is_description = false;
    for (line, number) in text.lines().zip(0..) {
        let quotes = line.matches("\"\"\"").count();
        let is_prose = is_description || quotes > 0;
        is_description ^= quotes % 2 == 1;
        let code = line.split('#').next().unwrap_or(line).trim();
        if !is_prose && !code.starts_with('"') {
            if depth == 0 {
                root = opened_root(code).or(root.filter(|_| !code.contains("type ")));
            }
            let start = if depth == 0 {
                code.split_once('{').map_or("", |(_, rest)| rest)
            } else {
                code
            };
            if let (Some(kind), 0, true) = (root, brackets, depth == 1 || !start.is_empty()) {
                found.extend(field_name(start).map(|name| (kind, name.to_owned(), number)));
            }
            for letter in code.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' => depth = depth.saturating_sub(1),
                    '(' => brackets += 1,
                    ')' => brackets = brackets.saturating_sub(1),
                    _ => {}
                }
            }
            if depth == 0 && code.contains('}') {
                root = None;
            }
        }
    }
    found
}

/// Returns the kind of the root type that a line opens.
///
/// `extend type Query {` gives `query`. Returns none for other lines and other types.
fn opened_root(line: &str) -> Option<&'static str> {
    let rest = line
        .strip_prefix("extend ")
        .unwrap_or(line)
        .trim_start()
        .strip_prefix("type ")?;
    let name = rest
        .trim_start()
        .split(|letter: char| !letter.is_alphanumeric())
        .next()?;
    ROOTS
        .iter()
        .find(|(root, _)| *root == name)
        .map(|(_, kind)| *kind)
}

/// Returns the name of the field that a line begins with: `books(first: Int): [Book]` gives `books`.
///
/// Returns none where no `(` or `:` follows a name.
fn field_name(line: &str) -> Option<&str> {
    let line = line.trim();
    let end = line.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
    let (name, rest) = line.split_at(end);
    (!name.is_empty() && (rest.trim_start().starts_with(['(', ':']))).then_some(name)
}

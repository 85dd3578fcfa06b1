//! Tables of rows that a test runs over, as its text shows them.
//!
//! ```text
//! @parametrize("a, b", [(1, 2), (5, 6)])     two rows: {a: 1, b: 2} and {a: 5, b: 6}
//! @parametrize("a", [1, param(2, marks=skip)])     the second one is silenced
//! @parametrize("a", load())                  dynamic: the rows are made at run time
//! ```

use tree_sitter::Node;

use super::File;
use super::silence_of;
use crate::languages::{field_text, named_children, node_text};
use crate::test_cases::model::{Silence, parse_number};
use crate::test_cases::render::{Env, bind_constants, render_expression};

/// The most rows that are read of a table; of a longer one the first. Rows of several tables
/// multiply, so that a few tables make many.
const MOST: usize = 60;

/// One row: what its names stand for.
pub(super) struct Row {
    pub(super) env: Env,
    pub(super) silence: Option<Silence>,
}

/// All rows of a test; one without names where it has no table.
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    pub(super) is_dynamic: bool,
}

/// Reads `@pytest.mark.parametrize("a, b", [(1, 2), (5, 6)])`, several of which multiply.
pub(super) fn of_decorators(decorators: &[Node<'_>], file: &File<'_>) -> Rows {
    let mut all = Rows {
        rows: vec![Row {
            env: Env::new(),
            silence: None,
        }],
        is_dynamic: false,
    };
    for mark in decorators
        .iter()
        .filter(|mark| node_text(**mark, file.source).contains("parametrize"))
    {
        let arguments = arguments_of(*mark);
        let table = arguments
            .get(1)
            .and_then(|table| row_elements(*table, file));
        let (Some(names), Some(table)) = (
            arguments
                .first()
                .map(|names| parameter_names(*names, file.source)),
            table,
        ) else {
            all.is_dynamic = true;
            continue;
        };
        let before = std::mem::take(&mut all.rows);
        let pairs = before
            .iter()
            .flat_map(|row| table.iter().map(move |values| (row, *values)));
        all.rows = pairs
            .take(MOST)
            .map(|(row, values)| with_values(row, &names, (values, file.source)))
            .collect();
    }
    all
}

/// Returns the arguments of a decorator's call, keywords aside.
fn arguments_of(mark: Node<'_>) -> Vec<Node<'_>> {
    let call = named_children(mark)
        .into_iter()
        .find(|child| child.kind() == "call");
    let arguments = call.and_then(|call| call.child_by_field_name("arguments"));
    let value = |node: Node<'_>| node.kind() != "keyword_argument";
    arguments
        .map(named_children)
        .unwrap_or_default()
        .into_iter()
        .filter(|node| value(*node))
        .collect()
}

/// Returns the names of the parameters of a table: `"a, b"` -> [`a`, `b`], also of `("a", "b")`.
fn parameter_names(node: Node<'_>, source: &str) -> Vec<String> {
    let names = node_text(node, source)
        .split([',', '(', ')', '[', ']', '"', '\''])
        .map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Returns a row with the values of one more table; marks of `param(…, marks=…)` silence it.
fn with_values(row: &Row, names: &[String], (values, source): (Node<'_>, &str)) -> Row {
    let mut env = row.env.clone();
    let mut silence = row.silence;
    let is_param =
        values.kind() == "call" && field_text(values, "function", source).ends_with("param");
    let parts: Vec<Node<'_>> = match is_param {
        true => values
            .child_by_field_name("arguments")
            .map(named_children)
            .unwrap_or_default(),
        false if names.len() > 1 => named_children(values),
        false => vec![values],
    };
    for part in parts
        .iter()
        .filter(|part| part.kind() == "keyword_argument")
    {
        silence = silence.or_else(|| {
            let marks = field_text(*part, "value", source).trim_matches(['[', ']']);
            marks.split(',').find_map(silence_of)
        });
    }
    let values = parts
        .iter()
        .filter(|part| part.kind() != "keyword_argument");
    for (name, value) in names.iter().zip(values) {
        bind_constants(
            &mut env,
            name,
            render_expression(*value, source, &Env::new()),
        );
    }
    Row { env, silence }
}

/// Returns the elements of a list that the text shows, be it under a name.
pub(super) fn row_elements<'t>(node: Node<'t>, file: &File<'t>) -> Option<Vec<Node<'t>>> {
    match node.kind() {
        "list" | "tuple" | "set" => {
            let elements = named_children(node);
            let spread = elements
                .iter()
                .any(|element| element.kind() == "list_splat");
            (!spread).then(|| elements.into_iter().take(MOST).collect())
        }
        "identifier" => {
            let value = file.constants.get(node_text(node, file.source))?;
            if value.kind() == "identifier" {
                None
            } else {
                row_elements(*value, file)
            }
        }
        "parenthesized_expression" => row_elements(*named_children(node).first()?, file),
        _ => None,
    }
}

/// Returns the time of a mark in seconds: `@pytest.mark.timeout(10)`, `@timeout(seconds=10)`.
/// `None` for other marks.
pub(super) fn timeout_of(mark: &str) -> Option<f64> {
    let (name, arguments) = mark.split_once('(')?;
    if !name.to_ascii_lowercase().ends_with("timeout") {
        return None;
    }
    let first = arguments.trim_end_matches(')').split(',').next()?;
    parse_number(first.rsplit('=').next()?.trim())
}

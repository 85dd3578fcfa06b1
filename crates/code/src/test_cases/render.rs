//! An expression as text that does not depend on blanks, quotes, needless brackets and local names.
//!
//! ```text
//! f( a,'x', )      with a = 1      f(1,"x")
//! (a as Order)!    with a = b      b
//! order.a          with a = 1      order.a: a member is no local name
//! ```

use std::collections::HashMap;

use tree_sitter::Node;

use crate::languages::{named_children, node_text};

/// The values of local names.
pub(super) type Env = HashMap<String, String>;

/// The longest value, in bytes, that takes the place of a name; a longer one would make each check
/// that uses it as long.
const LONGEST: usize = 2_000;

/// Returns the expression with local names replaced by their values.
pub(super) fn render_expression(node: Node<'_>, source: &str, env: &Env) -> String {
    let mut rendered = String::new();
    write_expression(node, source, env, &mut rendered);
    for (from, to) in [(",)", ")"), (",]", "]"), (",}", "}")] {
        rendered = rendered.replace(from, to);
    }
    rendered
}

/// Binds a name to a value, where that is short enough to take its place.
pub(super) fn bind_constants(env: &mut Env, name: &str, value: String) {
    if value.len() <= LONGEST {
        env.insert(name.to_owned(), value);
    }
}

/// Returns a node as it is written, on one line.
pub(super) fn show_text(node: Node<'_>, source: &str) -> String {
    let whole = node_text(node, source)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    whole.trim_end_matches(';').to_owned()
}

/// Writes a node's parts one by one, with as few blanks as its words need.
fn write_expression(node: Node<'_>, source: &str, env: &Env, out: &mut String) {
    match node.kind() {
        "comment" | ";" => return,
        // Brackets, types and `!` change no value.
        "parenthesized_expression"
        | "as_expression"
        | "satisfies_expression"
        | "non_null_expression" => {
            if let Some(inner) = named_children(node).first() {
                write_expression(*inner, source, env, out);
            }
            return;
        }
        "string" | "template_string" if !has_substitution(node) => {
            push_separated(out, &quote_text(node_text(node, source)));
            return;
        }
        "identifier" if !is_key(node) => {
            let name = node_text(node, source);
            push_separated(out, env.get(name).map_or(name, String::as_str));
            return;
        }
        _ => {}
    }
    if node.child_count() == 0 {
        push_separated(out, node_text(node, source));
        return;
    }
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        write_expression(child, source, env, out);
    }
}

/// Returns whether an identifier names a member or a keyword, and no variable.
fn is_key(node: Node<'_>) -> bool {
    let Some(parent) = node.parent() else {
        return false;
    };
    let field = match parent.kind() {
        "attribute" => "attribute",
        "keyword_argument" => "name",
        _ => return false,
    };
    parent.child_by_field_name(field) == Some(node)
}

/// Returns whether something is put into a string.
fn has_substitution(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor)
        .any(|child| matches!(child.kind(), "interpolation" | "template_substitution"))
}

/// Returns a string in quotes of one kind.
///
/// `'a'` -> `"a"`; a prefix stays, but for `u`, which changes nothing.
fn quote_text(text: &str) -> String {
    let start = text.find(['"', '\'', '`']).unwrap_or(0);
    let (prefix, rest) = text.split_at(start);
    let inner = rest.trim_matches(['"', '\'', '`']);
    let prefix = prefix.trim_matches(['u', 'U']);
    format!("{prefix}\"{inner}\"")
}

/// Adds a part, with a blank where two words would become one.
fn push_separated(out: &mut String, part: &str) {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let joins = out.ends_with(is_word) && part.starts_with(is_word);
    // A string behind a word (`in "abc"`) is none of its prefix.
    let quotes = out.ends_with(is_word) && part.starts_with('"');
    if joins || quotes {
        out.push(' ');
    }
    let after_string = out.ends_with('"') && part.starts_with(is_word);
    if after_string {
        out.push(' ');
    }
    out.push_str(part);
}

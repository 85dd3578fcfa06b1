//! `.env` files: a value that stands is never overwritten by another one; quotes are part of what is written.
//!
//! ```text
//! PORT=80           + PORT=8080             refused: a value that stands is never overwritten
//! export A="x y"    key A, value x y, of kind DoubleQuoted: `A=x y` is not the same
//! B=1 # one         value 1
//! ```

use super::data::{Document, Found, Kind, Node, Role, Syntax, read_lines};

pub(super) static SYNTAX: Syntax = Syntax {
    name: "an environment file",
    read: read_env,
    colon: "=",
    comment: "#",
    by_line: true,
    keeps_values: true,
    last_wins: true,
    ..Syntax::PLAIN
};

/// Reads a file of variables; a line that sets none is an error in a block only.
fn read_env(text: &str, role: Role) -> Result<Document, String> {
    read_lines(text, role, |start| {
        let line = text[start..].lines().next().unwrap_or_default();
        parse_env_entry(text, start)
            .ok_or_else(|| format!("`{}` is not a line of an environment file", line.trim()))
    })
}

/// Reads `KEY=value`, also over several lines where the value is quoted.
///
/// `None` for a line without `=` and for names with other signs than letters, digits, `_`, `.` and
/// `-`.
fn parse_env_entry(text: &str, start: usize) -> Option<Found> {
    let line = text[start..].lines().next()?;
    let named = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let (name, _) = named.split_once('=')?;
    let key_start = start + (line.len() - named.len());
    let key = name.trim_end();
    let fits = |found: char| found.is_alphanumeric() || matches!(found, '_' | '.' | '-');
    if key.is_empty() || !key.chars().all(fits) {
        return None;
    }
    let from = key_start + name.len() + 1;
    let end = start + line.len();
    let rest = &text[from..end];
    let value = from + (rest.len() - rest.trim_start().len());
    let node = parse_quoted_value(text, value).unwrap_or_else(|| {
        let bare = &text[value..end];
        let bare = if bare.starts_with('#') {
            ""
        } else {
            bare.find(" #").map_or(bare, |comment| &bare[..comment])
        };
        Node::scalar(
            Kind::Text,
            bare.trim_end(),
            value..value + bare.trim_end().len(),
        )
    });
    let end = end.max(node.span.end);
    Some(Found {
        key: key.to_owned(),
        key_span: key_start..key_start + key.len(),
        node,
        end,
    })
}

/// Reads a value in quotes, after which nothing but a comment stands.
///
/// In double quotes a backslash takes the next sign along, in single ones nothing does. `None`
/// where the quote is not closed, or something else follows: then the quotes are part of the text.
fn parse_quoted_value(text: &str, start: usize) -> Option<Node> {
    let rest = &text[start..];
    let quote = rest
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    let mut escaped = false;
    let close = rest.char_indices().skip(1).find(|&(_, found)| {
        let closes = found == quote && !escaped;
        escaped = quote == '"' && found == '\\' && !escaped;
        closes
    });
    let end = close?.0 + 1;
    let after = rest[end..].lines().next().unwrap_or_default().trim_start();
    let kind = if quote == '"' {
        Kind::DoubleQuoted
    } else {
        Kind::SingleQuoted
    };
    (after.is_empty() || after.starts_with('#'))
        .then(|| Node::scalar(kind, &rest[1..end - 1], start..start + end))
}

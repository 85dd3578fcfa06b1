//! Ignore files: lists of patterns, to which lines are added and from which none is lost.

use super::data::{Document, Found, Role, Syntax, read_lines};

pub(super) static SYNTAX: Syntax = Syntax {
    name: "an ignore file",
    read: read_ignore_file,
    colon: "",
    comment: "#",
    by_line: true,
    ..Syntax::PLAIN
};

/// Reads patterns, one a line. In a block a line with signs of code or data is an error:
/// `const a = 1;` is no pattern.
fn read_ignore_file(text: &str, role: Role) -> Result<Document, String> {
    read_lines(text, role, |start| {
        let line = text[start..].lines().next().unwrap_or_default().trim_end();
        if role == Role::Block && line.contains([':', '"', '(', '=', ';']) {
            return Err(format!("`{line}` is not a pattern of an ignore file"));
        }
        Ok(Found::bare(line, start..start + line.len()))
    })
}

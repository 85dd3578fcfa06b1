//! `requirements.txt`: packages by their normal names, what is required of each compared part by part.
//!
//! ```text
//! Typing_Extensions >= 4 ; python_version < '3.11'     key typing-extensions, variant python_version<"3.11"
//! uvicorn[standard, x]==1,>0                           uvicorn[standard,x]==1,>0: extras and versions in order
//! -r base.txt                                          no package: the line is its own key
//! ```

use super::data::{Document, Found, Kind, Node, Role, Syntax, parse_package, read_lines};

pub(super) static SYNTAX: Syntax = Syntax {
    name: "a list of requirements",
    read: read_requirements,
    colon: "",
    comment: "#",
    by_line: true,
    sorted: true,
    variant: environment_marker,
    ..Syntax::PLAIN
};

/// Reads requirements, of which one may go on over lines that end with a backslash.
fn read_requirements(text: &str, role: Role) -> Result<Document, String> {
    read_lines(text, role, |start| {
        let span = start..start + logical_line(&text[start..]).len();
        let written = &text[span.clone()];
        let bare = written
            .find(" #")
            .map_or(written, |comment| &written[..comment])
            .trim_end();
        let even = bare
            .replace("\\\n", " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let Some((name, rest)) = parse_package(&even) else {
            return Ok(Found {
                end: span.end,
                ..Found::bare(&even, start..start + bare.len())
            });
        };
        let shown =
            bare.find(|found: char| !(found.is_ascii_alphanumeric() || "-_.".contains(found)));
        let key_span = start..start + shown.unwrap_or(bare.len());
        let node = Node::scalar(
            Kind::Text,
            normalize_requirement(&name, rest),
            start..start + bare.len(),
        );
        Ok(Found {
            key: name,
            key_span,
            node,
            end: span.end,
        })
    })
}

/// Returns a line with those that it is continued on.
///
/// A line goes on where it ends with a backslash: hashes often stand so.
fn logical_line(rest: &str) -> &str {
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        end += line.len();
        if !line.trim_end().ends_with('\\') {
            break;
        }
    }
    rest[..end].trim_end()
}

/// Puts what is required into one form: extras and versions in order, no blanks, one kind of quotes.
///
/// The form ends with `--options;marker`, so that the marker can be taken off again by its
/// semicolon.
///
/// `a` with `[y,x] >=1,<2; os_name == 'nt'` -> `a[x,y]<2,>=1--;os_name=="nt"`.
fn normalize_requirement(name: &str, rest: &str) -> String {
    let rest = format!(" {rest}");
    let (rest, options) = rest.split_once(" --").unwrap_or((&rest, ""));
    let (required, marker) = rest.split_once(';').unwrap_or((rest, ""));
    let (extras, versions) = match required
        .trim()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((extras, versions)) => (extras.to_lowercase().replace(['_', '.'], "-"), versions),
        None => (String::new(), required),
    };
    let versions = versions
        .trim()
        .trim_start_matches('(')
        .trim_end_matches(')');
    let sorted = |list: &str| {
        let even = |part: &str| part.split_whitespace().collect::<String>();
        let mut parts: Vec<String> = list
            .split(',')
            .map(even)
            .filter(|part| !part.is_empty())
            .collect();
        parts.sort_unstable();
        parts.join(",")
    };
    let marker: String = marker
        .split_whitespace()
        .collect::<String>()
        .replace('\'', "\"");
    format!(
        "{name}[{}]{}--{options};{marker}",
        sorted(&extras),
        sorted(versions)
    )
}

/// Returns the environment that a requirement is for: one package may stand once for each.
fn environment_marker(requirement: &str) -> &str {
    requirement
        .rsplit_once(';')
        .map_or("", |(_, marker)| marker)
}

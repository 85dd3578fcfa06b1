//! Finds the definitions of a Prisma or GraphQL schema and their fields, by braces and line beginnings.
//!
//! ```text
//! /// A person.              Definition { kind: "model", name: "User" }, whose `whole` begins here and `core` below
//! model User {
//!   id Int @id               Field { key: "id" }
//!   @@index([id])            Field { key: "@@index([id])" }
//! }
//! ```

use std::ops::Range;

use crate::formats::wording::is_elision_line;
use crate::fuzzy::Lines;

/// The two schema languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    Prisma,
    GraphQl,
}

impl Syntax {
    /// Returns the words with which definitions begin.
    fn keywords(self) -> &'static [&'static str] {
        match self {
            Syntax::Prisma => &["model", "enum", "type", "view", "datasource", "generator"],
            Syntax::GraphQl => &[
                "type",
                "input",
                "enum",
                "interface",
                "union",
                "scalar",
                "directive",
                "schema",
            ],
        }
    }

    /// Returns whether a line, or a rest of one, is a comment.
    fn is_comment(self, line: &str) -> bool {
        match self {
            Syntax::Prisma => line.starts_with("//"),
            Syntax::GraphQl => line.starts_with('#'),
        }
    }
}

/// A definition of a schema.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) kind: String,
    pub(super) name: String,
    /// It adds to a definition: `extend type Query`, of GraphQL alone.
    pub(super) extends: bool,
    /// With its comments and description.
    pub(super) whole: Range<usize>,
    /// Without them.
    pub(super) core: Range<usize>,
    /// From the keyword to before the brace.
    pub(super) header: Range<usize>,
    /// Between the braces.
    pub(super) body: Option<Range<usize>>,
    pub(super) fields: Vec<Field>,
    /// True if something is left out after the last field, or there is no field.
    tail_elided: bool,
    /// Its fields stand on the line of its braces.
    pub(super) inline: bool,
}

/// A field, value or attribute of a definition.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) key: String,
    /// With its comments and description.
    pub(super) span: Range<usize>,
    pub(super) core: Range<usize>,
    /// True if something is left out between the field before and this one.
    pub(super) parted: bool,
}

impl Definition {
    /// Returns whether the definition leaves something out.
    pub(super) fn elided(&self) -> bool {
        self.tail_elided || self.fields.iter().any(|field| field.parted)
    }

    /// Returns the field after which a new one of the same sort goes: attributes of the whole come last.
    pub(super) fn last_field_for(&self, field: &Field) -> Option<&Field> {
        let attribute = |field: &&Field| field.key.starts_with("@@");
        let plain = self.fields.iter().rev().find(|field| !attribute(field));
        if field.key.starts_with("@@") {
            self.fields.last()
        } else {
            plain
        }
    }

    /// Returns the line after the one that opens the body.
    pub(super) fn first_line(&self, lines: &Lines<'_>) -> usize {
        self.body
            .as_ref()
            .map_or(lines.len(), |body| lines.line_at(body.start) + 1)
    }

    /// Returns the blanks before the first field, two where there is none.
    pub(super) fn field_indent(&self, text: &str) -> String {
        let Some(first) = self.fields.first() else {
            return "  ".to_owned();
        };
        let start = text[..first.core.start]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        text[start..first.core.start].to_owned()
    }
}

/// The definitions found in a schema.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) definitions: Vec<Definition>,
    /// True if lines stand outside of all definitions.
    pub(super) strays: bool,
}

/// Returns a text without its blanks' differences.
pub(super) fn collapse_whitespace(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Finds the definitions of a text; lines that belong to none are only noted.
pub(super) fn scan_definitions(text: &str, syntax: Syntax) -> Scan {
    let mut found = Scan::default();
    let mut lead: Option<usize> = None;
    let mut at = 0;
    while at < text.len() {
        let end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
        let line = text[at..end].trim();
        if line.is_empty() || is_elision_line(line) {
            lead = None;
        } else if syntax.is_comment(line) {
            lead.get_or_insert(at);
        } else if line.starts_with('"') {
            lead.get_or_insert(at);
            at = after_description(text, at + text[at..end].find('"').unwrap_or(0));
            continue;
        } else if let Some((definition, next)) = parse_definition(text, at, lead.take(), syntax) {
            found.definitions.push(definition);
            at = next;
            continue;
        } else {
            found.strays = true;
        }
        at = end;
    }
    found
}

/// Returns the start of the line after a description that opens at byte `at`.
fn after_description(text: &str, at: usize) -> usize {
    let (mark, length) = if text[at..].starts_with("\"\"\"") {
        ("\"\"\"", 3)
    } else {
        ("\"", 1)
    };
    let inner = at + length;
    let close = text[inner..]
        .find(mark)
        .map_or(text.len(), |close| inner + close + length);
    text[close..]
        .find('\n')
        .map_or(text.len(), |newline| close + newline + 1)
}

/// Reads a definition that begins on the line at byte `at`, and returns it with the start of the
/// line below it. `lead` is where its comments begin. `None` for what is none, or has an open
/// brace.
fn parse_definition(
    text: &str,
    at: usize,
    lead: Option<usize>,
    syntax: Syntax,
) -> Option<(Definition, usize)> {
    let start = at + (text[at..].len() - text[at..].trim_start().len());
    let mut words = text[start..]
        .split(|found: char| found.is_whitespace() || "{(@=".contains(found))
        .filter(|word| !word.is_empty());
    let mut kind = words.next()?;
    let extends = kind == "extend" && syntax == Syntax::GraphQl;
    if extends {
        kind = words.next()?;
    }
    if !syntax.keywords().contains(&kind) {
        return None;
    }
    let name = if kind == "schema" {
        "schema"
    } else {
        words.next()?
    };
    let paragraph = statement_end(text, start, syntax);
    let open = if kind == "union" || kind == "scalar" || kind == "directive" {
        None
    } else {
        text[start..paragraph].find('{').map(|open| start + open)
    };
    let close = open.and_then(|open| find_closing_brace(text, open, syntax));
    let (end, body) = match (open, close) {
        (Some(open), Some(close)) => (close + 1, Some(open + 1..close)),
        (Some(_), None) => return None,
        _ => (start + text[start..paragraph].trim_end().len(), None),
    };
    let header = start..open.map_or(end, |open| start + text[start..open].trim_end().len());
    let inline = body.as_ref().is_some_and(|body| {
        !text[body.clone()].contains('\n') && !text[body.clone()].trim().is_empty()
    });
    let (fields, tail_elided) = body.clone().map_or((Vec::new(), false), |body| {
        parse_fields(text, &body, syntax)
    });
    let definition = Definition {
        kind: kind.to_owned(),
        name: name.to_owned(),
        extends,
        whole: lead.unwrap_or(start)..end,
        core: start..end,
        header,
        body,
        fields,
        tail_elided,
        inline,
    };
    let next = text[end..]
        .find('\n')
        .map_or(text.len(), |newline| end + newline + 1);
    Some((definition, next))
}

/// Returns the end of a statement that may have no body: at a blank line or before the next
/// definition.
fn statement_end(text: &str, start: usize, syntax: Syntax) -> usize {
    let mut at = start;
    for (index, line) in text[start..].split_inclusive('\n').enumerate() {
        let word = line
            .split(|found: char| !found.is_alphanumeric())
            .next()
            .unwrap_or_default();
        let opens =
            syntax.keywords().contains(&word) || word == "extend" || line.starts_with(['"', '#']);
        if index > 0 && (line.trim().is_empty() || (opens && !line.starts_with([' ', '\t']))) {
            return at;
        }
        at += line.len();
    }
    at
}

/// Returns the brace that closes the one at byte `open`; strings and comments are passed over.
/// None where it is not closed.
fn find_closing_brace(text: &str, open: usize, syntax: Syntax) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = open;
    while let Some(found) = text[at..].chars().next() {
        match found {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            '"' => {
                at = after_string(text, at);
                continue;
            }
            _ if syntax.is_comment(&text[at..]) => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            _ => {}
        }
        at += found.len_utf8();
    }
    None
}

/// Returns the byte behind a string that opens at byte `at`; one in single quotes signs ends with
/// its line at the latest.
fn after_string(text: &str, at: usize) -> usize {
    if text[at..].starts_with("\"\"\"") {
        return text[at + 3..]
            .find("\"\"\"")
            .map_or(text.len(), |end| at + end + 6);
    }
    let mut escaped = false;
    for (offset, found) in text[at + 1..].char_indices() {
        match found {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' | '\n' => return at + 1 + offset + found.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// Reads the fields between two braces, and returns whether something is left out behind the last
/// one.
fn parse_fields(text: &str, body: &Range<usize>, syntax: Syntax) -> (Vec<Field>, bool) {
    let mut found: Vec<Field> = Vec::new();
    let mut lead: Option<usize> = None;
    let mut parted = false;
    let mut at = body.start;
    while at < body.end {
        let end = text[at..body.end]
            .find('\n')
            .map_or(body.end, |end| at + end + 1);
        let line = text[at..end].trim();
        if line.is_empty() {
            lead = None;
        } else if is_elision_line(line) {
            parted = true;
            lead = None;
        } else if syntax.is_comment(line) {
            lead.get_or_insert(at);
        } else if line.starts_with('"') {
            lead.get_or_insert(at);
            at = after_description(text, at + text[at..end].find('"').unwrap_or(0)).min(body.end);
            continue;
        } else {
            let start = at + (text[at..end].len() - text[at..end].trim_start().len());
            let stop = field_end(text, start, body.end);
            let core = start..start + text[start..stop].trim_end().len();
            let span = lead.take().unwrap_or(at)..core.end;
            found.push(Field {
                key: field_key(&text[core.clone()]),
                span,
                core,
                parted: std::mem::take(&mut parted),
            });
            at = stop;
            continue;
        }
        at = end;
    }
    (found, parted)
}

/// Returns the end of a field's last line: lines go on while a bracket is open.
fn field_end(text: &str, start: usize, limit: usize) -> usize {
    let mut depth = 0i32;
    let mut at = start;
    for line in text[start..limit].split_inclusive('\n') {
        depth += line
            .chars()
            .map(|found| i32::from("([{".contains(found)) - i32::from(")]}".contains(found)))
            .sum::<i32>();
        at += line.len();
        if depth <= 0 {
            break;
        }
    }
    at
}

/// Returns what makes a field the same: its name, or for indexes and the like all of it.
///
/// `name String` -> `name`, `posts(first: Int): [Post]` -> `posts`, `@@map("users")` -> `@@map`, of
/// which there is one, `@@index([a, b])` -> `@@index([a,b])`, of which there may be many.
fn field_key(field: &str) -> String {
    let name = field
        .split(|found: char| found.is_whitespace() || "(:@".contains(found))
        .next()
        .unwrap_or_default();
    if !field.starts_with("@@") {
        return name.to_owned();
    }
    let attribute = field.split('(').next().unwrap_or(field).trim();
    if matches!(attribute, "@@index" | "@@unique" | "@@fulltext") {
        return field
            .chars()
            .filter(|found| !found.is_whitespace())
            .collect();
    }
    attribute.to_owned()
}

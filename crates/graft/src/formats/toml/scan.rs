//! Finds the tables, entries and values of a TOML text with their places; the text is known to be well formed.

use std::ops::Range;

use crate::formats::wording::is_elision_line;
use crate::ladder::Lines;

/// A table with a header, or the entries before the first.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) path: Vec<String>,
    pub(super) array: bool,
    /// First line of the comments above the header.
    pub(super) lead: usize,
    pub(super) header: usize,
    /// Line after the last entry.
    pub(super) end: usize,
    pub(super) entries: Vec<Entry>,
}

impl Table {
    pub(super) fn full(&self, entry: &Entry) -> Vec<String> {
        self.path.iter().chain(&entry.key).cloned().collect()
    }
}

/// A key with its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Vec<String>,
    pub(super) span: Range<usize>,
    pub(super) value_span: Range<usize>,
    pub(super) value: Value,
    pub(super) lines: Range<usize>,
    /// First line of the comments above.
    pub(super) lead: usize,
    /// Whether something is left out between the entry before and this one.
    pub(super) parted: bool,
}

#[derive(Debug)]
pub(super) enum Value {
    Scalar(Range<usize>),
    Array { span: Range<usize>, items: Vec<Value>, elided: bool },
    Table { span: Range<usize>, entries: Vec<Entry> },
}

impl Value {
    pub(super) fn span(&self) -> Range<usize> {
        match self {
            Value::Scalar(span) | Value::Array { span, .. } | Value::Table { span, .. } => span.clone(),
        }
    }

    pub(super) fn elided(&self) -> bool {
        match self {
            Value::Scalar(_) => false,
            Value::Array { items, elided, .. } => *elided || items.iter().any(Value::elided),
            Value::Table { entries, .. } => entries.iter().any(|entry| entry.value.elided()),
        }
    }

    /// The value without its layout: quotes of one kind, no comments, keys of a table in order.
    pub(super) fn plain(&self, text: &str) -> String {
        match self {
            Value::Scalar(span) => {
                let raw = &text[span.clone()];
                let literal = raw.strip_prefix('\'').and_then(|raw| raw.strip_suffix('\''));
                literal
                    .filter(|inner| !inner.contains(['"', '\\', '\'']))
                    .map_or(raw.to_owned(), |inner| format!("\"{inner}\""))
            }
            Value::Array { items, .. } => {
                format!("[{}]", items.iter().map(|item| item.plain(text)).collect::<Vec<_>>().join(","))
            }
            Value::Table { entries, .. } => {
                let mut pairs: Vec<String> = entries
                    .iter()
                    .map(|entry| format!("{}={}", entry.key.join("."), entry.value.plain(text)))
                    .collect();
                pairs.sort();
                format!("{{{}}}", pairs.join(","))
            }
        }
    }
}

pub(super) fn scan(text: &str) -> Vec<Table> {
    let lines = Lines::new(text);
    let mut tables = vec![Table { path: Vec::new(), array: false, lead: 0, header: 0, end: 0, entries: Vec::new() }];
    let mut lead: Option<usize> = None;
    let mut parted = false;
    let mut line = 0;
    while line < lines.len() {
        let content = lines.get(line).trim();
        if content.is_empty() || is_elision_line(content) {
            parted |= !content.is_empty();
            lead = None;
        } else if content.starts_with('#') {
            lead.get_or_insert(line);
        } else if content.starts_with('[') {
            let array = content.starts_with("[[");
            let inner = content.trim_start_matches('[');
            let path = key_path(&inner[..key_end(inner, ']')]);
            let lead = lead.take().unwrap_or(line);
            tables.push(Table { path, array, lead, header: line, end: line + 1, entries: Vec::new() });
            parted = false;
        } else {
            let mut cursor =
                Cursor { text, at: lines.start(line) + (lines.get(line).len() - lines.get(line).trim_start().len()) };
            let Some(mut entry) = cursor.entry() else { break };
            let last = lines.line_at(entry.span.end);
            entry.lines = line..last + 1;
            entry.lead = lead.take().unwrap_or(line);
            entry.parted = std::mem::take(&mut parted);
            line = last;
            if let Some(table) = tables.last_mut() {
                table.end = line + 1;
                table.entries.push(entry);
            }
        }
        line += 1;
    }
    tables
}

/// Where a key ends, quotes passed over.
fn key_end(text: &str, stop: char) -> usize {
    let mut quote = None;
    for (at, found) in text.char_indices() {
        match (quote, found) {
            (Some(open), found) if open == found => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(found),
            (None, found) if found == stop => return at,
            _ => {}
        }
    }
    text.len()
}

fn key_path(key: &str) -> Vec<String> {
    let mut path = Vec::new();
    let mut rest = key.trim();
    loop {
        let end = key_end(rest, '.');
        path.push(rest[..end].trim().trim_matches(['"', '\'']).to_owned());
        if end >= rest.len() {
            return path;
        }
        rest = &rest[end + 1..];
    }
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn entry(&mut self) -> Option<Entry> {
        let start = self.at;
        let key_end = key_end(&self.text[start..], '=');
        let key = key_path(&self.text[start..start + key_end]);
        self.at = start + key_end + 1;
        self.skip_spaces();
        let value = self.value()?;
        let value_span = value.span();
        Some(Entry { key, span: start..value_span.end, value_span, value, lines: 0..0, lead: 0, parted: false })
    }

    fn rest(&self) -> Option<&str> {
        self.text.get(self.at..).filter(|rest| !rest.is_empty())
    }

    fn skip_spaces(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    /// Skips blanks and comments; gives whether one of them says that something is left out.
    fn skip_all(&mut self) -> bool {
        let mut elided = false;
        while let Some(rest) = self.rest() {
            let trimmed = rest.trim_start();
            let skipped = rest.len() - trimmed.len();
            if trimmed.starts_with('#') {
                let end = trimmed.find('\n').unwrap_or(trimmed.len());
                elided |= is_elision_line(&trimmed[..end]);
                self.at += skipped + end;
            } else {
                self.at += skipped;
                break;
            }
        }
        elided
    }

    fn value(&mut self) -> Option<Value> {
        let start = self.at;
        let rest = self.rest()?;
        match rest.chars().next()? {
            '[' => {
                self.at += 1;
                let mut items = Vec::new();
                let mut elided = false;
                loop {
                    elided |= self.skip_all();
                    match self.rest()?.chars().next()? {
                        ']' => break,
                        ',' => self.at += 1,
                        _ => items.push(self.value()?),
                    }
                }
                self.at += 1;
                Some(Value::Array { span: start..self.at, items, elided })
            }
            '{' => {
                self.at += 1;
                let mut entries = Vec::new();
                loop {
                    self.skip_all();
                    match self.rest()?.chars().next()? {
                        '}' => break,
                        ',' => self.at += 1,
                        _ => entries.push(self.entry()?),
                    }
                }
                self.at += 1;
                Some(Value::Table { span: start..self.at, entries })
            }
            quote @ ('"' | '\'') => {
                let triple = quote.to_string().repeat(3);
                let length =
                    if rest.starts_with(&triple) { long_string(rest, &triple)? } else { short_string(rest, quote)? };
                self.at += length;
                Some(Value::Scalar(start..self.at))
            }
            _ => {
                let length = rest.find([',', ']', '}', '\n', '#']).unwrap_or(rest.len());
                let length = rest[..length].trim_end().len();
                self.at += length;
                (length > 0).then_some(Value::Scalar(start..self.at))
            }
        }
    }
}

fn short_string(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, found) in rest.char_indices().skip(1) {
        match found {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            found if found == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn long_string(rest: &str, triple: &str) -> Option<usize> {
    let mut at = 3;
    loop {
        let end = at + rest.get(at..)?.find(triple)?;
        let slashes = rest[..end].bytes().rev().take_while(|&byte| byte == b'\\').count();
        if triple == "'''" || slashes % 2 == 0 {
            let more = rest[end + 3..].bytes().take_while(|&byte| byte == triple.as_bytes()[0]).count().min(2);
            return Some(end + 3 + more);
        }
        at = end + 1;
    }
}

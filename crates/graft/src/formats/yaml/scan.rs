//! Reads the block structure of YAML: mappings and sequences with their lines. Flow collections, block scalars and
//! whatever else a value is are kept as text.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::formats::wording::is_elision_line;

/// A value and its lines.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Map(Vec<Entry>),
    Sequence(Vec<Item>),
    /// The value's text as written, over all its lines.
    Text(String),
    Empty,
}

/// A key of a mapping.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) indent: usize,
    pub(super) lines: Range<usize>,
    /// First line of the comments right above.
    pub(super) lead: usize,
    /// Whether something is left out between the entry before and this one.
    pub(super) parted: bool,
    /// Where the value's text starts and ends on the key's line, comment excluded.
    pub(super) inline: Range<usize>,
    pub(super) value: Node,
}

/// An entry of a sequence.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) indent: usize,
    pub(super) lines: Range<usize>,
    pub(super) lead: usize,
    pub(super) parted: bool,
    pub(super) value: Node,
}

/// A document: its value, and whether it leaves something out after the last entry.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) value: Node,
}

impl Node {
    pub(super) fn entries(&self) -> &[Entry] {
        if let Node::Map(entries) = self { entries } else { &[] }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// Calls `see` with every mapping below this value that has a key, that key, and how deep it is.
    pub(super) fn visit<'n>(&'n self, see: &mut dyn FnMut(&'n Entry)) {
        match self {
            Node::Map(entries) => {
                for entry in entries {
                    see(entry);
                    entry.value.visit(see);
                }
            }
            Node::Sequence(items) => items.iter().for_each(|item| item.value.visit(see)),
            Node::Text(_) | Node::Empty => {}
        }
    }

    /// The value without its layout.
    pub(super) fn plain(&self) -> String {
        match self {
            Node::Map(entries) => {
                let mut pairs: Vec<String> =
                    entries.iter().map(|entry| format!("{}:{}", entry.key, entry.value.plain())).collect();
                pairs.sort();
                format!("{{{}}}", pairs.join(","))
            }
            Node::Sequence(items) => {
                format!("[{}]", items.iter().map(|item| item.value.plain()).collect::<Vec<_>>().join(","))
            }
            Node::Text(text) => plain_text(text),
            Node::Empty => String::new(),
        }
    }
}

fn plain_text(text: &str) -> String {
    let text = text.trim();
    for quote in ['"', '\''] {
        let inner = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains([quote, '\\', '\n'])) {
            return inner.to_owned();
        }
    }
    if text.starts_with(['|', '>']) {
        return text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    }
    if text.starts_with(['[', '{']) {
        return text.chars().filter(|found| !found.is_whitespace() && *found != '"' && *found != '\'').collect();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line as the reader sees it: a dash before it may have been taken off.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    number: usize,
    indent: usize,
    content: &'a str,
    kind: LineKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineKind {
    Content,
    Comment,
    Elision,
    Blank,
}

/// Reads a text; in a snippet, lines that say that something is left out are told from content.
pub(super) fn scan(text: &str, snippet: bool) -> Result<Document, String> {
    let mut lines = Vec::new();
    let mut started = false;
    for (number, line) in text.lines().enumerate() {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let content = content.trim_end();
        if content.starts_with('\t') {
            return Err(format!("line {}: a tab indents it", number + 1));
        }
        if indent == 0
            && (line.starts_with("---") || line.starts_with("...") && started || line.starts_with('%'))
            && !is_more(line)
        {
            if started && line.starts_with("---") {
                return Err("it holds more than one document".to_owned());
            }
            lines.push(Line { number, indent, content: "", kind: LineKind::Blank });
            continue;
        }
        let kind = if content.is_empty() {
            LineKind::Blank
        } else if snippet && is_elision_line(content) {
            LineKind::Elision
        } else if content.starts_with('#') {
            LineKind::Comment
        } else {
            started = true;
            LineKind::Content
        };
        lines.push(Line { number, indent, content, kind });
    }
    let value = read(&lines, 0)?;
    Ok(Document { value })
}

fn is_more(line: &str) -> bool {
    let marker = line.trim_end();
    marker != "---" && marker != "..." && !marker.starts_with('%') && !marker.starts_with("--- ")
}

/// Deeper nesting than any configuration has.
const DEPTH: usize = 100;

fn read(lines: &[Line<'_>], depth: usize) -> Result<Node, String> {
    let Some(first) = lines.iter().find(|line| line.kind == LineKind::Content) else { return Ok(Node::Empty) };
    if depth > DEPTH {
        return Err(format!("line {}: nested too deep", first.number + 1));
    }
    if is_dash(first.content) {
        return items(lines, first.indent, depth).map(Node::Sequence);
    }
    if key_of(first.content).is_some() {
        return entries(lines, first.indent, depth).map(Node::Map);
    }
    plain_goes_on(first.content, lines.iter().filter(|line| line.number > first.number))?;
    let own = |line: &&Line<'_>| line.kind != LineKind::Blank || line.number > first.number;
    let text = lines.iter().filter(own).map(|line| line.content).collect::<Vec<_>>().join("\n");
    Ok(Node::Text(text))
}

/// Whether a value may go on over the lines below: a plain one not with keys or entries, a quoted one not once closed.
fn plain_goes_on<'l>(text: &str, below: impl Iterator<Item = &'l Line<'l>>) -> Result<(), String> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    let closed = quote.is_some_and(|quote| text.len() > 1 && text.ends_with(quote));
    if text.starts_with(['[', '{']) || (quote.is_some() && !closed) {
        return Ok(());
    }
    let mut below = below.filter(|line| line.kind == LineKind::Content);
    match below.find(|line| closed || is_dash(line.content) || key_of(line.content).is_some()) {
        Some(line) => Err(format!("line {}: it doesn't belong to the value above it", line.number + 1)),
        None => Ok(()),
    }
}

fn is_dash(content: &str) -> bool {
    content == "-" || content.starts_with("- ")
}

/// One entry's lines begin at each line of the block's own indentation that `opens` one.
fn heads(lines: &[Line<'_>], indent: usize, opens: impl Fn(&Line<'_>) -> bool) -> Result<Vec<usize>, String> {
    let mut heads = Vec::new();
    let mut scalar: Option<usize> = None;
    for (at, line) in lines.iter().enumerate() {
        if line.kind == LineKind::Blank || scalar.is_some_and(|scalar| line.indent > scalar) {
            continue;
        }
        scalar = None;
        if line.kind != LineKind::Content {
            continue;
        }
        if line.indent < indent {
            return Err(format!("line {}: less deep than the lines before it", line.number + 1));
        }
        if opens_block_scalar(line.content) {
            scalar = Some(line.indent + dash_width(line.content));
        }
        if line.indent == indent && opens(line) {
            heads.push(at);
        } else if line.indent == indent && !is_dash(line.content) && !line.content.starts_with(['}', ']']) {
            return Err(format!("line {}: neither a key nor an entry", line.number + 1));
        }
    }
    Ok(heads)
}

fn opens_block_scalar(content: &str) -> bool {
    let bare = content.find(" #").map_or(content, |comment| &content[..comment]).trim_end();
    let last = bare.rsplit([' ', ':']).next().unwrap_or_default();
    let mark = last.trim_end_matches(['+', '-']).trim_end_matches(|found: char| found.is_ascii_digit());
    (mark == "|" || mark == ">") && (bare == last || bare.ends_with(&format!(" {last}")))
}

fn dash_width(content: &str) -> usize {
    let mut rest = content;
    while let Some(inner) = rest.strip_prefix("- ") {
        rest = inner.trim_start();
    }
    content.len() - rest.len()
}

/// Where an entry ends: with its value, or after its last line of content; comments that follow belong to the next.
fn extent(lines: &[Line<'_>], from: usize, to: usize, value: &Node, block: bool) -> usize {
    let own = |line: &&Line<'_>| {
        line.kind == LineKind::Content || (block && line.kind != LineKind::Blank && line.indent > lines[from].indent)
    };
    let last = lines[from..to].iter().rev().find(own).map_or(lines[from].number, |line| line.number) + 1;
    let inner = match value {
        Node::Map(entries) => entries.last().map_or(0, |entry| entry.lines.end),
        Node::Sequence(items) => items.last().map_or(0, |item| item.lines.end),
        Node::Text(_) | Node::Empty => 0,
    };
    last.max(inner)
}

/// The first of the comments right above a line, and whether something is left out above it.
fn above(lines: &[Line<'_>], head: usize, bound: usize) -> (usize, bool) {
    let parted = lines[bound..head].iter().any(|line| line.kind == LineKind::Elision);
    let comments = lines[bound..head]
        .iter()
        .rev()
        .take_while(|line| line.kind == LineKind::Comment && line.indent == lines[head].indent)
        .count();
    (lines[head].number - comments, parted)
}

/// Where among the lines the entry before ended, which began at `before`.
fn end_of(lines: &[Line<'_>], before: Option<usize>, end: Option<usize>, head: usize) -> usize {
    let (Some(before), Some(end)) = (before, end) else { return 0 };
    let past = lines[before..head].iter().position(|line| line.number >= end);
    past.map_or(head, |past| before + past)
}

fn entries(lines: &[Line<'_>], indent: usize, depth: usize) -> Result<Vec<Entry>, String> {
    let heads = heads(lines, indent, |line| !is_dash(line.content) && key_of(line.content).is_some())?;
    let mut found: Vec<Entry> = Vec::new();
    let mut keys = BTreeSet::new();
    for (index, &head) in heads.iter().enumerate() {
        let next = heads.get(index + 1).copied().unwrap_or(lines.len());
        let line = &lines[head];
        let Some((key, offset)) = key_of(line.content) else { continue };
        if key != "<<" && !keys.insert(key.clone()) {
            return Err(format!("line {}: `{key}` stands twice", line.number + 1));
        }
        let bound = end_of(lines, heads[..index].last().copied(), found.last().map(|last| last.lines.end), head);
        let (lead, parted) = above(lines, head, bound);
        let (inline, value) = value(lines, head, next, offset, depth)?;
        let block = matches!(&value, Node::Text(text) if text.starts_with(['|', '>']));
        let end = extent(lines, head, next, &value, block);
        let shift = line.indent;
        let inline = inline.start + shift..inline.end + shift;
        found.push(Entry { key, indent: line.indent, lines: line.number..end, lead, parted, inline, value });
    }
    Ok(found)
}

fn items(lines: &[Line<'_>], indent: usize, depth: usize) -> Result<Vec<Item>, String> {
    let heads = heads(lines, indent, |line| is_dash(line.content))?;
    let mut found: Vec<Item> = Vec::new();
    for (index, &head) in heads.iter().enumerate() {
        let next = heads.get(index + 1).copied().unwrap_or(lines.len());
        let line = lines[head];
        let bound = end_of(lines, heads[..index].last().copied(), found.last().map(|last| last.lines.end), head);
        let (lead, parted) = above(lines, head, bound);
        let content = line.content[1..].trim_start_matches(' ');
        let mut own = lines[head..next].to_vec();
        let kind = if content.is_empty() {
            LineKind::Blank
        } else if content.starts_with('#') {
            LineKind::Comment
        } else {
            LineKind::Content
        };
        own[0] = Line { content, indent: line.indent + line.content.len() - content.len(), kind, ..line };
        let block = opens_block_scalar(content);
        let value = if content.starts_with(['|', '>']) { Node::Text(raw(&own)) } else { read(&own, depth + 1)? };
        found.push(Item {
            indent: line.indent,
            lines: line.number..extent(lines, head, next, &value, block),
            lead,
            parted,
            value,
        });
    }
    Ok(found)
}

/// A key's value: on its line, or below it.
fn value(
    lines: &[Line<'_>],
    head: usize,
    next: usize,
    offset: usize,
    depth: usize,
) -> Result<(Range<usize>, Node), String> {
    let content = lines[head].content;
    let rest = &content[offset..];
    let start = offset + (rest.len() - rest.trim_start().len());
    let end = start + value_end(&content[start..]);
    let text = &content[start..end];
    let below = &lines[head + 1..next];
    let tag_only = text.is_empty() || text.starts_with(['&', '!']) && !text.contains(' ');
    if tag_only {
        return Ok((start..end, read(below, depth + 1)?));
    }
    if below.iter().all(|line| line.kind != LineKind::Content) && !opens_block_scalar(content) {
        return Ok((start..end, Node::Text(text.to_owned())));
    }
    if !opens_block_scalar(content) {
        plain_goes_on(text, below.iter())?;
    }
    Ok((start..end, Node::Text(format!("{text}\n{}", raw(below)))))
}

/// The lines of a text value, without the indentation that all have.
fn raw(lines: &[Line<'_>]) -> String {
    let base = lines.iter().filter(|line| line.kind != LineKind::Blank).map(|line| line.indent).min().unwrap_or(0);
    let last = lines.iter().rposition(|line| line.kind != LineKind::Blank).map_or(0, |last| last + 1);
    let line = |line: &Line<'_>| " ".repeat(line.indent.saturating_sub(base)) + line.content;
    lines[..last].iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Where a value on a key's line ends: before a comment.
fn value_end(text: &str) -> usize {
    let mut quote = None;
    let mut before = ' ';
    for (at, found) in text.char_indices() {
        match (quote, found) {
            (Some(open), found) if open == found => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if at == 0 || "[{,: ".contains(before) => quote = Some(found),
            (None, '#') if before == ' ' => return text[..at].trim_end().len(),
            _ => {}
        }
        before = found;
    }
    text.trim_end().len()
}

/// The key of a line and where what follows its colon begins.
pub(super) fn key_of(content: &str) -> Option<(String, usize)> {
    let quoted = content.chars().next().filter(|first| matches!(first, '"' | '\''));
    let (key, after) = match quoted {
        Some(quote) => {
            let close = content[1..].find(quote)? + 1;
            (content[1..close].to_owned(), close + 1)
        }
        None => {
            if content.starts_with(['[', '{', '#', '|', '>', '@', '`', '%', '?', ',']) {
                return None;
            }
            let colon = content
                .match_indices(':')
                .map(|(at, _)| at)
                .find(|&at| content[at + 1..].is_empty() || content[at + 1..].starts_with(' '))?;
            if content[..colon].contains(" #") {
                return None;
            }
            (content[..colon].trim_end().to_owned(), colon)
        }
    };
    let rest = &content[after..];
    let colon = after + (rest.len() - rest.trim_start().len());
    let follows = content[colon..].strip_prefix(':')?;
    (follows.is_empty() || follows.starts_with(' ')).then_some((key, colon + 1))
}

//! Reads JSON into a tree of spans: comments and trailing commas allowed, and in snippets also elisions.

use std::ops::Range;

use crate::formats::is_elision;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
    /// Whether the snippet leaves something out right inside.
    pub(super) elided: bool,
    comments: Vec<Range<usize>>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Object(Vec<Member>),
    Array(Vec<Node>),
    Scalar,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) value: Node,
    pub(super) span: Range<usize>,
    /// Whether the snippet leaves something out between the member before and this one.
    pub(super) parted: bool,
}

impl Node {
    pub(super) fn members(&self) -> &[Member] {
        if let Kind::Object(members) = &self.kind { members } else { &[] }
    }

    pub(super) fn items(&self) -> &[Node] {
        if let Kind::Array(items) = &self.kind { items } else { &[] }
    }

    pub(super) fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.key == key)
    }

    pub(super) fn first_child(&self) -> Option<usize> {
        let member = self.members().first().map(|member| member.span.start);
        member.or_else(|| self.items().first().map(|item| item.span.start))
    }

    pub(super) fn has_elision(&self) -> bool {
        self.elided
            || self.members().iter().any(|member| member.value.has_elision())
            || self.items().iter().any(Node::has_elision)
    }

    pub(super) fn leaves(&self) -> usize {
        match &self.kind {
            Kind::Object(members) => members.iter().map(|member| member.value.leaves()).sum(),
            Kind::Array(_) | Kind::Scalar => 1,
        }
    }

    pub(super) fn visit<'n>(&'n self, see: &mut impl FnMut(Option<&'n str>, &'n Node)) {
        fn walk<'n>(node: &'n Node, key: Option<&'n str>, see: &mut dyn FnMut(Option<&'n str>, &'n Node)) {
            see(key, node);
            for member in node.members() {
                walk(&member.value, Some(&member.key), see);
            }
            for item in node.items() {
                walk(item, None, see);
            }
        }
        walk(self, None, see);
    }

    /// The value's own text, without its comments unless they are wanted.
    pub(super) fn text(&self, source: &str, comments: bool) -> String {
        let mut cuts = Vec::new();
        if !comments {
            self.visit(&mut |_, node| cuts.extend(node.comments.iter().cloned()));
        }
        cuts.sort_by_key(|cut| cut.start);
        let mut out = String::new();
        let mut at = self.span.start;
        for cut in cuts {
            out.push_str(&source[at..cut.start]);
            at = cut.end;
        }
        out.push_str(&source[at..self.span.end]);
        let alone = |line: &&str| !line.trim().is_empty();
        if comments { out } else { out.lines().filter(alone).map(str::trim_end).collect::<Vec<_>>().join("\n") }
    }
}

/// Deeper nesting than any configuration has.
const DEPTH: usize = 200;

pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    lenient: bool,
    /// Elision seen, and comments, since they were last asked for.
    elided: bool,
    comments: Vec<Range<usize>>,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn strict(text: &'a str) -> Self {
        Reader { text, at: 0, lenient: false, elided: false, comments: Vec::new(), depth: 0 }
    }

    /// A reader that takes dots and elision comments between entries.
    pub(super) fn lenient(text: &'a str) -> Self {
        Reader { lenient: true, ..Reader::strict(text) }
    }

    pub(super) fn document(mut self) -> Result<Node, String> {
        self.blanks();
        let outer = std::mem::take(&mut self.elided);
        let mut node = self.value()?;
        node.elided |= outer;
        self.blanks();
        while self.lenient && self.eat(',') {
            self.blanks();
        }
        if self.at < self.text.len() { Err(self.error("something follows the value")) } else { Ok(node) }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    fn error(&self, what: &str) -> String {
        format!("line {}: {what}", self.text[..self.at].matches('\n').count() + 1)
    }

    /// Skips blanks and comments; in a snippet also dots, noting them.
    fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            let skipped = rest.len() - rest.trim_start().len();
            self.at += skipped;
            let rest = self.rest();
            let length = if rest.starts_with("//") || (self.lenient && rest.starts_with('#')) {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else if self.lenient && rest.starts_with("...") {
                self.elided = true;
                self.at += rest.find('\n').unwrap_or(rest.len()).min(rest.find([',', '}', ']']).unwrap_or(rest.len()));
                continue;
            } else if self.lenient && rest.starts_with('\u{2026}') {
                self.elided = true;
                self.at += '\u{2026}'.len_utf8();
                continue;
            } else {
                return;
            };
            self.elided |=
                self.lenient && is_elision(&rest[..length].replacen('#', "//", usize::from(rest.starts_with('#'))));
            self.comments.push(self.at..self.at + length);
            self.at += length;
        }
    }

    fn value(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.error("nested too deep"));
        }
        let start = self.at;
        let node = match self.peek() {
            Some('{') => self.container('}'),
            Some('[') => self.container(']'),
            Some('"') => self.string().map(|_| Kind::Scalar).map(|kind| self.node(kind, start)),
            Some(_) => self.bare().map(|()| self.node(Kind::Scalar, start)),
            None => Err(self.error("a value is missing")),
        };
        self.depth -= 1;
        node
    }

    fn node(&self, kind: Kind, start: usize) -> Node {
        Node { kind, span: start..self.at, elided: false, comments: Vec::new() }
    }

    fn container(&mut self, close: char) -> Result<Node, String> {
        let start = self.at;
        self.at += 1;
        let outer_elided = std::mem::take(&mut self.elided);
        let outer_comments = std::mem::take(&mut self.comments);
        let (mut members, mut items) = (Vec::new(), Vec::new());
        let mut seen = false;
        loop {
            self.blanks();
            seen |= self.elided;
            if self.lenient && self.eat(',') {
                continue;
            }
            if self.eat(close) {
                break;
            }
            if close == '}' {
                members.extend(self.member()?);
                seen |= self.elided;
            } else {
                let item = self.value()?;
                let dots = self.lenient && is_dots(&self.text[item.span.clone()]);
                self.elided |= dots;
                items.extend((!dots).then_some(item));
            }
            let elided = self.elided;
            self.blanks();
            let parted = self.eat(',') || (self.lenient && (self.elided || elided || seen));
            if !parted && self.peek() != Some(close) {
                return Err(self.error(&format!("a comma or `{close}` is missing")));
            }
        }
        let kind = if close == '}' { Kind::Object(members) } else { Kind::Array(items) };
        let elided = std::mem::replace(&mut self.elided, outer_elided) || seen;
        let comments = std::mem::replace(&mut self.comments, outer_comments);
        Ok(Node { kind, span: start..self.at, elided, comments })
    }

    /// A key with its value; none for a pair that only says that something is left out.
    fn member(&mut self) -> Result<Option<Member>, String> {
        let start = self.at;
        let key = if self.peek() == Some('"') { self.string()? } else { self.identifier()? };
        let key_span = start..self.at;
        self.blanks();
        if !self.eat(':') {
            return Err(self.error("a key needs a colon and a value"));
        }
        let parted = std::mem::take(&mut self.elided);
        self.blanks();
        if self.elided && matches!(self.peek(), Some('}' | ',')) {
            return Ok(None);
        }
        self.elided = false;
        let value = self.value()?;
        if self.lenient && is_dots(&key) {
            self.elided = true;
            return Ok(None);
        }
        Ok(Some(Member { key, key_span, span: start..value.span.end, value, parted }))
    }

    fn identifier(&mut self) -> Result<String, String> {
        let rest = self.rest();
        let length = rest.find(|found: char| !(found.is_alphanumeric() || "_$".contains(found))).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.error("a key is missing"));
        }
        self.at += length;
        Ok(rest[..length].to_owned())
    }

    fn string(&mut self) -> Result<String, String> {
        let rest = self.rest();
        let mut escaped = false;
        for (at, found) in rest.char_indices().skip(1) {
            match found {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    self.at += at + 1;
                    return Ok(rest[1..at].to_owned());
                }
                '\n' => break,
                _ => {}
            }
        }
        Err(self.error("a string is not closed"))
    }

    /// A number, `true`, `false`, `null`, or a word that JSON5 would take.
    fn bare(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let length = if let Some(inner) = rest.strip_prefix('\'') {
            inner.find('\'').map_or(0, |end| end + 2)
        } else {
            rest.find(|found: char| !(found.is_alphanumeric() || "+-._$".contains(found))).unwrap_or(rest.len())
        };
        if length == 0 {
            return Err(self.error("a value is missing"));
        }
        self.at += length;
        Ok(())
    }
}

fn is_dots(text: &str) -> bool {
    let inner = text.trim_matches('"');
    inner.starts_with("...") && inner.trim_matches('.').is_empty() || inner == "\u{2026}"
}

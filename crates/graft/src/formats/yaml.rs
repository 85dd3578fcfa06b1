//! YAML: reads block and flow collections, tags, quotes, anchors and several documents; what is left out of a block is told
//! from content.
//!
//! ```text
//! web: &base          Map, Block { column: 0 } > `web`, whose `anchored` begins at `&base` and `span` at `port`
//!   port: 80
//!   ...               in a block: a comment before it is parsed, then an elision of `web`
//! ```

mod schema;

use std::collections::BTreeSet;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag};

use super::data::{
    Child, Content, Document, Extent, Kind, Node, Role, Scalar, Shape, Syntax, find_elisions,
    is_dots, lead_of, mark_elisions,
};
use super::wording::is_elision_line;
use crate::fuzzy::Lines;
use schema::resolve_scalar;

pub(super) static SYNTAX: Syntax = Syntax {
    name: "YAML",
    read: read_yaml,
    colon: ": ",
    comment: "#",
    ..Syntax::PLAIN
};

/// Reads all documents of a text.
fn read_yaml(text: &str, role: Role) -> Result<Document, String> {
    let source = if role == Role::Block {
        with_comments_for_dots(text)
    } else {
        text.to_owned()
    };
    // A block may name an anchor of the file.
    let options = granit_parser::options! { emit_anchor_events: true, emit_unresolved_aliases: role == Role::Block };
    let mut events = Vec::new();
    let mut comments = Vec::new();
    for event in Parser::new_from_str_with_options(&source, options) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let bytes = span.start.byte_offset().unwrap_or_default()
            ..span.end.byte_offset().unwrap_or_default();
        let tag = span.tag_span().and_then(|tag| tag.start.byte_offset());
        if let Event::Comment(..) = event {
            comments.push(bytes);
        } else {
            events.push((event, bytes, tag));
        }
    }
    let events = events.into_iter().peekable();
    let mut reader = Reader {
        source: &source,
        lines: Lines::new(&source),
        events,
        role,
        dots: Vec::new(),
    };
    let mut roots = Vec::new();
    while let Some((event, span, _)) = reader.events.next() {
        if let Event::DocumentStart(..) = event {
            roots.push(reader.node(span.end)?);
        }
    }
    if roots.is_empty() {
        roots.push(Node::scalar(Kind::Null, "", source.len()..source.len()));
    }
    let mut marks = if role == Role::Block {
        find_elisions(&source, &comments)
    } else {
        Vec::new()
    };
    marks.extend(reader.dots);
    roots
        .iter_mut()
        .for_each(|root| mark_elisions(root, &source, &marks));
    // Entries that are indented belong below a key that is not shown.
    let deep = roots
        .iter()
        .any(|root| matches!(root.shape, Shape::Block { column } if column > 0));
    let extent = if deep { Extent::Part } else { Extent::Flush };
    Ok(Document {
        roots,
        comments,
        extent,
        source,
    })
}

/// Makes lines of dots comments, but for those of a block scalar.
///
/// `  ...` -> `  # ...`; the same line below `text: |` stays as it is.
fn with_comments_for_dots(block: &str) -> String {
    let mut scalar: Option<usize> = None;
    let line = |line: &str| {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if scalar.is_some_and(|scalar| content.is_empty() || indent > scalar) {
            return line.to_owned();
        }
        scalar = opens_block_scalar(content).then(|| indent + dash_width(content));
        if is_elision_line(line) && !content.starts_with('#') {
            format!("{}# ...", &line[..indent])
        } else {
            line.to_owned()
        }
    };
    block.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns whether a line ends with the sign of a block scalar, `|` or `>`, with or without hints
/// as `|2-`; text below it is no YAML.
fn opens_block_scalar(content: &str) -> bool {
    let bare = content
        .find(" #")
        .map_or(content, |comment| &content[..comment])
        .trim_end();
    let last = bare.rsplit([' ', ':']).next().unwrap_or_default();
    let mark =
        last.trim_end_matches(|found: char| matches!(found, '+' | '-') || found.is_ascii_digit());
    !content.starts_with('#') && (mark == "|" || mark == ">")
}

/// Returns how many bytes of dashes a line begins with: 4 for `- - a`.
fn dash_width(content: &str) -> usize {
    content.len() - content.trim_start_matches("- ").len()
}

type Events<'s> = std::iter::Peekable<std::vec::IntoIter<(Event<'s>, Range<usize>, Option<usize>)>>;

/// The parser's events, and what they are read with.
struct Reader<'s> {
    source: &'s str,
    lines: Lines<'s>,
    events: Events<'s>,
    role: Role,
    /// Where dots stand among entries.
    dots: Vec<usize>,
}

/// The beginning of a value: where to look for it, its tag, and the bytes that the parser gives it.
struct Head<'t> {
    /// The byte behind which the value's text begins: the end of its key or its dash.
    from: usize,
    span: Range<usize>,
    tag: Option<(&'t Tag, usize)>,
    /// The value is a collection in brackets, or a pair in one.
    flow: bool,
}

impl<'s> Reader<'s> {
    /// Reads a value that stands after byte `from`.
    fn node(&mut self, from: usize) -> Result<Node, String> {
        let Some((event, span, tag_at)) = self.events.next() else {
            return Err("it ends too early".to_owned());
        };
        let anchor = self.anchor();
        let tag = match &event {
            Event::Scalar(_, _, _, tag)
            | Event::SequenceStart(_, _, tag)
            | Event::MappingStart(_, _, tag) => tag
                .as_deref()
                .map(|tag| (tag, tag_at.unwrap_or(span.start))),
            _ => None,
        };
        let flow = matches!(&event, Event::SequenceStart(style, ..) | Event::MappingStart(style, ..) if *style == StructureStyle::Flow);
        let head = Head {
            from,
            span: span.clone(),
            tag,
            flow,
        };
        let mut node = match &event {
            Event::Scalar(text, style, ..) => self.scalar(text, *style, &head),
            Event::SequenceStart(..) => self.list(&head)?,
            Event::MappingStart(..) => self.map(&head)?,
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                Node::scalar(Kind::Alias, &self.source[span.clone()], span)
            }
            _ => return Err("a value is missing".to_owned()),
        };
        node.anchored =
            anchor.map_or(node.span.start, |anchor| anchor.min(node.span.start))..node.span.end;
        // A null begins with its anchor, which may be all that is written.
        if node
            .as_scalar()
            .is_some_and(|scalar| scalar.kind == Kind::Null)
            && anchor.is_some()
        {
            node.span = node.anchored.clone();
        }
        Ok(node)
    }

    /// Returns where the anchor of the value begins, which the parser gives as an event of its own.
    fn anchor(&mut self) -> Option<usize> {
        let (_, span, _) = self
            .events
            .next_if(|(event, ..)| matches!(event, Event::Anchor(..)))?;
        Some(span.start)
    }

    /// Reads a scalar. The parser's span of a block scalar is its text only, so its sign is looked
    /// for.
    fn scalar(&self, text: &str, style: ScalarStyle, head: &Head<'_>) -> Node {
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let mut span = head.span.clone();
        if block {
            let mark = self.source[head.from..span.start.max(head.from)].find(['|', '>']);
            span.start = mark.map_or(span.start, |mark| head.from + mark);
            span.end = span.start
                + self.source[span.start..span.end.max(span.start)]
                    .trim_end()
                    .len();
        }
        if style == ScalarStyle::Plain && span.is_empty() && head.tag.is_none() {
            return Node::scalar(Kind::Null, "", head.from..head.from);
        }
        let plain = style == ScalarStyle::Plain;
        let kind = if plain {
            resolve_scalar(text)
        } else {
            Kind::Text
        };
        let mut node = Node::scalar(kind, text, span);
        node.elided = self.role == Role::Block && plain && is_dots(text);
        if let Some((tag, at)) = head.tag {
            node.span.start = node.span.start.min(at);
            node.tag = own_tag(tag, kind);
            node.content = Content::Scalar(Scalar::new(core_kind(tag, kind).unwrap_or(kind), text));
        }
        node
    }

    /// Reads a list in brackets or with dashes; dots among its items are elisions.
    fn list(&mut self, head: &Head<'_>) -> Result<Node, String> {
        let flow = head.flow;
        let mut items: Vec<Child> = Vec::new();
        let mut from = if flow { head.span.end } else { head.from };
        while self
            .events
            .peek()
            .is_some_and(|(event, ..)| !matches!(event, Event::SequenceEnd))
        {
            let dash = if flow { from } else { self.dash(from) };
            let node = self.node(if flow { from } else { dash + 1 })?;
            let start = if flow { node.anchored.start } else { dash };
            from = node.span.end.max(start + usize::from(!flow));
            if node.is_elision() && !node.is_absent() {
                self.dots.push(start);
                continue;
            }
            let key = (Scalar::new(Kind::Null, ""), start..start);
            items.push(self.child(key, start..from, node, items.last()));
        }
        let end = self
            .events
            .next()
            .map(|(_, end, _)| end.end)
            .filter(|_| flow);
        Ok(self.collection(Content::List(items), head, end))
    }

    /// Reads a map. A key that is no scalar makes the whole map opaque; one that stands twice is an
    /// error, but for `<<`, of which several may be merged.
    fn map(&mut self, head: &Head<'_>) -> Result<Node, String> {
        let flow = head.flow;
        let mut children: Vec<Child> = Vec::new();
        let mut keys = BTreeSet::new();
        while let Some((event, span, _)) = self
            .events
            .next_if(|(event, ..)| !matches!(event, Event::MappingEnd))
        {
            let line = self.lines.line_at(span.start) + 1;
            let Event::Scalar(key, style, ..) = event else {
                return Ok(self.opaque(head, &event));
            };
            self.anchor();
            if key != "<<" && !keys.insert(key.to_string()) {
                return Err(format!("line {line}: `{key}` stands twice"));
            }
            let kind = if style == ScalarStyle::Plain {
                resolve_scalar(&key)
            } else {
                Kind::Text
            };
            let colon = self.source[span.end..]
                .find(':')
                .map_or(span.end, |colon| span.end + colon + 1);
            let mut node = self.node(colon)?;
            // In `{a, b: 1}` the colon found above belongs to another key.
            if node.is_absent() && flow && !self.source[span.end..].trim_start().starts_with(':') {
                node.span = span.end..span.end;
            }
            if is_dots(&key) && self.role == Role::Block {
                self.dots.push(span.start);
                continue;
            }
            let whole = span.start..node.span.end;
            children.push(self.child((Scalar::new(kind, key), span), whole, node, children.last()));
        }
        let end = self
            .events
            .next()
            .map(|(_, end, _)| end.end)
            .filter(|_| flow);
        Ok(self.collection(Content::Map(children), head, end))
    }

    /// Takes a map for one piece of text from its first key on that is no text: `{{ name }}` of a template.
    fn opaque(&mut self, head: &Head<'_>, key: &Event<'_>) -> Node {
        let opens =
            |event: &Event<'_>| matches!(event, Event::SequenceStart(..) | Event::MappingStart(..));
        // The map is open, and so is a key that is a collection itself.
        let mut open = 1 + usize::from(opens(key));
        let mut end = head.span.end;
        while open > 0 {
            let Some((event, span, _)) = self.events.next() else {
                break;
            };
            open += usize::from(opens(&event));
            open -= usize::from(matches!(event, Event::SequenceEnd | Event::MappingEnd));
            end = end.max(span.end);
        }
        let text = self.source[head.span.start..end].trim_end();
        Node::scalar(
            Kind::Disputed,
            text,
            head.span.start..head.span.start + text.len(),
        )
    }

    /// Makes an entry of its key, its span from key to value, and the one before it, above which no
    /// comment is its own.
    fn child(
        &self,
        key: (Scalar, Range<usize>),
        span: Range<usize>,
        node: Node,
        before: Option<&Child>,
    ) -> Child {
        let first = self.lines.line_at(span.start);
        let last = self.lines.line_at(span.end.max(span.start));
        let bound = before.map_or(0, |before| before.lines.end);
        let lead = lead_of(&self.lines, first, bound.min(first), "#");
        Child {
            key: key.0,
            key_span: key.1,
            span,
            lines: first..last + 1,
            lead,
            parted: false,
            node,
        }
    }

    /// Finds the dash of the next entry of a list: blanks, comments, an anchor and a tag may stand before it.
    fn dash(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            let rest = &self.source[at..];
            let bare = rest.trim_start();
            at += rest.len() - bare.len();
            if !bare.starts_with(['#', '&', '!']) {
                return at;
            }
            let ends = |found: char| {
                if bare.starts_with('#') {
                    found == '\n'
                } else {
                    found.is_whitespace()
                }
            };
            at += bare.find(ends).unwrap_or(bare.len());
        }
    }

    /// Returns the column of an offset, in bytes.
    fn column(&self, at: usize) -> usize {
        at - self.lines.line_start(self.lines.line_at(at))
    }

    /// Makes the value of a collection: with an end it stands in brackets, without one on lines at
    /// the column of its first entry.
    fn collection(&self, content: Content, head: &Head<'_>, end: Option<usize>) -> Node {
        let children = match &content {
            Content::Map(children) | Content::List(children) => &children[..],
            Content::Scalar(_) => &[],
        };
        let start = children
            .first()
            .map_or(head.span.start, |first| first.span.start);
        let last = children.last().map_or(head.span.end, |last| last.span.end);
        let (span, shape) = match end {
            Some(end) => (head.span.start..end, Shape::Flow),
            None => (
                start..last,
                Shape::Block {
                    column: self.column(start),
                },
            ),
        };
        let mut node = Node::new(content, span, shape);
        if let Some((tag, at)) = head.tag {
            node.tag = own_tag(tag, Kind::Null);
            node.span.start = node.span.start.min(at);
        }
        node
    }
}

/// Returns the type that a tag of YAML itself gives; none for a tag of the file's own.
///
/// `!!str` -> text, `!Ref` -> None; a bare `!` makes any value text.
fn core_kind(tag: &Tag, kind: Kind) -> Option<Kind> {
    if tag.handle().is_empty() && tag.suffix() == "!" {
        return Some(Kind::Text);
    }
    match tag.core_suffix()? {
        "str" => Some(Kind::Text),
        "int" => Some(Kind::Integer),
        "float" => Some(Kind::Float),
        "bool" => Some(Kind::Bool),
        "null" => Some(Kind::Null),
        "map" | "seq" => Some(kind),
        _ => None,
    }
}

/// Returns a tag that is the file's own, as written; `None` for those of YAML.
///
/// `!Ref` -> `!Ref`, `!!int` -> None.
fn own_tag(tag: &Tag, kind: Kind) -> Option<String> {
    core_kind(tag, kind)
        .is_none()
        .then(|| format!("{}{}", tag.handle(), tag.suffix()))
}

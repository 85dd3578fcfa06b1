//! Cuts a document into pieces: headings, paragraphs, code, table rows and
//! rules in order, and the list items that hold them.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag};

use super::tags::Tag as Element;
use super::{Fence, Span, Tags, line_spans};

/// One block of a document.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// The kind of piece.
    pub(crate) kind: PieceKind,
    /// Its bytes, without the marker of its item.
    pub(crate) span: Span,
    /// The innermost list item around it.
    pub(crate) item: Option<usize>,
}

/// The kind of a piece.
#[derive(Debug, Clone)]
pub(crate) enum PieceKind {
    /// A heading of this level; the span of its words.
    Heading {
        /// 1 to 6.
        level: usize,
        /// The words without `#`.
        title: Span,
    },
    /// A paragraph: its lines without indentation and quote marks.
    Text(Vec<Span>),
    /// A fence, by its index in the document.
    Code(usize),
    /// A table row: its cells.
    Row(Vec<Span>),
    /// A thematic break.
    Rule,
}

/// A list item.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// From its marker to its end.
    pub(crate) span: Span,
    /// Where its words begin.
    pub(crate) content: usize,
    /// The item that holds it.
    pub(crate) parent: Option<usize>,
}

/// The headings, items and blocks that the Markdown parser finds.
#[derive(Default)]
struct Shape {
    headings: Vec<(Range<usize>, usize)>,
    items: Vec<Range<usize>>,
    rules: Vec<usize>,
}

fn read_shape(masked: &str, body: usize) -> Shape {
    let mut shape = Shape::default();
    let mut containers = 0_usize;
    for (event, range) in Parser::new_ext(masked, Options::empty()).into_offset_iter() {
        let span = range.start + body..range.end + body;
        match event {
            Event::Start(Tag::Item) => {
                containers += 1;
                shape.items.push(span);
            }
            Event::Start(Tag::BlockQuote(_)) => containers += 1,
            Event::End(pulldown_cmark::TagEnd::Item | pulldown_cmark::TagEnd::BlockQuote(_)) => {
                containers = containers.saturating_sub(1);
            }
            Event::Start(Tag::Heading { level, .. }) if containers == 0 => {
                shape.headings.push((span, depth_of(level)));
            }
            Event::Rule => shape.rules.push(span.start),
            _ => {}
        }
    }
    shape
}

fn depth_of(level: HeadingLevel) -> usize {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// Returns a box that begins at the start of `text`: the bytes of its mark, and where the words behind it begin.
pub(crate) fn box_at(text: &str) -> Option<(Range<usize>, usize)> {
    let inner = text.strip_prefix('[')?;
    let mark = inner.chars().next()?;
    if mark.is_control()
        || mark == '['
        || mark == ']'
        || (mark.is_alphanumeric() && !matches!(mark, 'x' | 'X'))
    {
        return None;
    }
    let end = 1 + mark.len_utf8();
    let rest = text[end..].strip_prefix(']')?;
    let words = rest.trim_start_matches('*');
    let starred = words.len() < rest.len()
        && (words.is_empty() || words.starts_with([' ', '\t', '\r', '\n']));
    if !(rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n', '\u{a0}']) || starred) {
        return None;
    }
    let white = if starred { words } else { rest };
    let start = text.len() - white.trim_start_matches([' ', '\t', '\u{a0}']).len();
    Some((1..end, start))
}

/// Returns a list marker at the start of `text`: where the words behind it begin.
fn list_marker(text: &str) -> Option<usize> {
    if let Some(rest) = text.strip_prefix(['-', '*', '+']) {
        let words = rest.trim_start_matches([' ', '\t']);
        return (words.len() < rest.len() || rest.is_empty()).then(|| text.len() - words.len());
    }
    let digits = text.len()
        - text
            .trim_start_matches(|letter: char| letter.is_ascii_digit())
            .len();
    if !(1..=9).contains(&digits) {
        return None;
    }
    let rest = text[digits..].strip_prefix(['.', ')'])?;
    let words = rest.trim_start_matches([' ', '\t']);
    (words.len() < rest.len() || rest.is_empty()).then(|| text.len() - words.len())
}

/// A text before it is cut.
pub(crate) struct Source<'a> {
    /// The body, with everything covered that would mislead a Markdown parser.
    pub(crate) masked: &'a str,
    pub(crate) fences: &'a [Fence],
    pub(crate) tags: &'a Tags,
}

/// Cuts the body into items and pieces.
pub(crate) fn split_pieces(
    text: &str,
    body: usize,
    source: &Source<'_>,
) -> (Vec<Item>, Vec<Piece>) {
    let Source {
        masked,
        fences,
        tags,
    } = *source;
    let mut cut = Cutting {
        tags,
        level: 1,
        text,
        shape: read_shape(masked, body),
        open: Vec::new(),
        items: Vec::new(),
        pieces: Vec::new(),
        after_html: false,
    };
    let mut fence = 0;
    let mut blank = true;
    for line in line_spans(text, body) {
        while fences
            .get(fence)
            .is_some_and(|found| found.span.end <= line.start && found.span.end < line.end)
        {
            fence += 1;
        }
        let inside = fences
            .get(fence)
            .filter(|found| found.span.start < line.start && line.start < found.span.end);
        if inside.is_some() {
            continue;
        }
        let covered = masked.get(line.start - body..line.end - body).unwrap_or("");
        let opens = fences
            .get(fence)
            .filter(|found| line.contains(&found.span.start))
            .map(|_| fence);
        if opens.is_none() && covered.trim_matches([' ', '\t', '>']).is_empty() {
            blank = true;
            continue;
        }
        cut.read_line(
            &line,
            opens.map(|index| (index, fences[index].span.clone())),
            blank,
        );
        blank = opens.is_some();
    }
    (cut.items, cut.pieces)
}

/// Lines of HTML that only lay out what is between them.
const HTML: &[&str] = &[
    "<details",
    "</details",
    "<summary",
    "</summary",
    "<div",
    "</div",
    "<br",
];

struct Cutting<'t> {
    text: &'t str,
    tags: &'t Tags,
    /// The level of the last heading that is written as one.
    level: usize,
    shape: Shape,
    /// Items around the line at hand, outermost first; with their column if not known to the parser.
    open: Vec<(usize, Option<usize>)>,
    items: Vec<Item>,
    pieces: Vec<Piece>,
    /// The line before was a tag that only lays out.
    after_html: bool,
}

impl Cutting<'_> {
    fn read_line(&mut self, line: &Span, opens: Option<(usize, Span)>, blank: bool) {
        let mut at = self.after_lead(line.start, line.end);
        let lead = at;
        if let Some(tag) = self.tags.at(line.start).filter(|_| opens.is_none()) {
            return self.tag(line, tag);
        }
        if self.read_heading(line, at) {
            return;
        }
        if self
            .shape
            .rules
            .binary_search_by(|start| start.cmp(&at))
            .is_ok()
        {
            self.open
                .retain(|(item, _)| self.items[*item].span.end > at);
            return self.push(PieceKind::Rule, at..line.end);
        }
        let items = &self.items;
        self.open.retain(|(item, column)| match column {
            None => items[*item].span.end > lead,
            Some(column) => {
                !blank && lead - line.start > *column || lead - line.start > *column + 1
            }
        });
        if HTML
            .iter()
            .any(|tag| self.text[at..line.end].starts_with(tag))
        {
            self.after_html = true;
            return;
        }
        let blank = blank || std::mem::take(&mut self.after_html);
        let before = self.items.len();
        at = self.start_items(line, at);
        if let Some((index, span)) = opens {
            if at < span.start && !self.text[at..span.start].trim().is_empty() {
                self.push(
                    PieceKind::Text(std::iter::once(at..span.start).collect()),
                    at..span.start,
                );
            }
            return self.push(PieceKind::Code(index), span);
        }
        let fresh = blank || self.items.len() > before;
        self.read_words(at..line.end, fresh);
    }

    /// Reads a line that is a heading or the line below one; false where it is neither.
    fn read_heading(&mut self, line: &Span, at: usize) -> bool {
        let Ok(found) = self
            .shape
            .headings
            .binary_search_by(|(span, _)| self.compare(span, line))
        else {
            return false;
        };
        let (span, level) = self.shape.headings[found].clone();
        if self.text[at..].starts_with('#') {
            self.open.clear();
            self.heading(line, at, level);
            return true;
        }
        let underline = self.text[..span.end]
            .trim_end()
            .rfind('\n')
            .map_or(span.start, |end| end + 1);
        let strong = self.text[underline..].trim_start().starts_with('=');
        if line.start >= underline && line.start > span.start {
            if !strong {
                self.push(PieceKind::Rule, at..line.end);
            }
            return true;
        }
        if strong {
            self.open.clear();
            let title = at..line.end;
            self.push(
                PieceKind::Heading {
                    level,
                    title: title.clone(),
                },
                title,
            );
            return true;
        }
        false
    }

    /// Reads the words of a line: a row of a table, or text, which goes on with the piece before unless it is `fresh`.
    fn read_words(&mut self, rest: Span, fresh: bool) {
        let at = rest.start;
        let words = at..at + self.text[at..rest.end].trim_end().len();
        if self.text[at..].starts_with('|') && self.text[words.clone()].matches('|').count() > 1 {
            let cells = split_cells(self.text, &words);
            return self.push(PieceKind::Row(cells), words);
        }
        let item = self.open.last().map(|(item, _)| *item);
        if !fresh
            && let Some(last) = self.pieces.last_mut()
            && last.item == item
            && let PieceKind::Text(rows) = &mut last.kind
        {
            rows.push(words.clone());
            last.span.end = words.end;
            return;
        }
        self.push(PieceKind::Text(vec![words.clone()]), words);
    }

    /// Takes a line with a tag.
    fn tag(&mut self, line: &Span, tag: &Element) {
        let level = (self.level + 1).min(6);
        match tag {
            Element::Unit(title) | Element::Section(title) => {
                self.open.clear();
                self.pieces.push(Piece {
                    kind: PieceKind::Heading {
                        level,
                        title: title.clone(),
                    },
                    span: line.clone(),
                    item: None,
                });
            }
            Element::Label(label) => {
                self.open.clear();
                self.push(PieceKind::Text(vec![label.clone()]), label.clone());
            }
            Element::Layout => self.open.clear(),
            Element::Words(words) => {
                let words = words.clone();
                match self.pieces.last_mut() {
                    Some(Piece {
                        kind: PieceKind::Text(rows),
                        span,
                        ..
                    }) => {
                        span.end = words.end;
                        rows.push(words);
                    }
                    _ => self.push(PieceKind::Text(vec![words.clone()]), words),
                }
            }
        }
        self.after_html = true;
    }

    fn compare(&self, span: &Span, line: &Span) -> std::cmp::Ordering {
        if span.end <= line.start {
            std::cmp::Ordering::Less
        } else if span.start > line.end || (span.start == line.end && line.start < line.end) {
            std::cmp::Ordering::Greater
        } else {
            std::cmp::Ordering::Equal
        }
    }

    fn push(&mut self, kind: PieceKind, span: Span) {
        let item = self.open.last().map(|(item, _)| *item);
        self.pieces.push(Piece { kind, span, item });
    }

    fn heading(&mut self, line: &Span, at: usize, level: usize) {
        self.level = level;
        let words = self.text[at..line.end].trim_start_matches('#');
        let start = line.end - words.trim_start().len();
        let end = start
            + self.text[start..line.end]
                .trim_end()
                .trim_end_matches('#')
                .trim_end()
                .len();
        self.push(
            PieceKind::Heading {
                level,
                title: start..end,
            },
            at..line.end,
        );
    }

    /// Behind indentation and quote marks.
    fn after_lead(&self, start: usize, end: usize) -> usize {
        let words = self.text[start..end].trim_start_matches([' ', '\t', '>']);
        end - words.len()
    }

    /// Opens the items that begin on this line; gives where its words begin.
    fn start_items(&mut self, line: &Span, from: usize) -> usize {
        let mut at = from;
        loop {
            let Some(skip) = list_marker(&self.text[at..line.end]) else {
                return at;
            };
            let known = self
                .shape
                .items
                .partition_point(|item| item.start < line.start);
            let known = self.shape.items[known..]
                .iter()
                .take_while(|item| item.start < line.end)
                .find(|item| item.start <= at && self.text[item.start..at].trim().is_empty());
            let content = at + skip;
            let (end, column) = match known {
                Some(item) => (item.end, None),
                None if box_at(&self.text[content..line.end]).is_some()
                    || self.tags.is_in_unit(at) =>
                {
                    (line.end, Some(at - line.start))
                }
                None => return at,
            };
            let parent = self.open.last().map(|(item, _)| *item);
            self.open.push((self.items.len(), column));
            self.items.push(Item {
                span: at..end,
                content,
                parent,
            });
            at = content;
        }
    }
}

/// Returns the cells of a table row, without the bars, trimmed.
fn split_cells(text: &str, row: &Span) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = row.start;
    let mut code = false;
    let mut escaped = false;
    for (at, letter) in text[row.clone()].char_indices() {
        match letter {
            '`' => code = !code,
            '|' if !escaped && !code => {
                found.push(start..row.start + at);
                start = row.start + at + 1;
            }
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
    }
    found.push(start..row.end);
    found.remove(0);
    if found
        .last()
        .is_some_and(|last| text[last.clone()].trim().is_empty())
    {
        found.pop();
    }
    found
        .into_iter()
        .map(|cell| {
            let inner = text[cell.clone()].trim_start();
            let begin = cell.end - inner.len();
            begin..begin + inner.trim_end().len()
        })
        .collect()
}

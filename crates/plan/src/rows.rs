//! A unit's own content, line by line, each line with what the labels and
//! headings above it announce.

use crate::document::{Document, Piece, PieceKind, Span, box_at};
use crate::inline::{Label, code_spans, read_label};
use crate::labels::{Topic, element_topic, heading_topic, is_check, topic_of_label};
use crate::languages::is_shell;

/// The kind of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// A heading inside the unit, with its level.
    Heading(usize),
    /// A line of a paragraph; whether it is the first.
    Line(bool),
    /// A fence, by its index in the document.
    Code(usize),
    /// A table row: its cells.
    Cells(Vec<Span>),
    /// A thematic break.
    Rule,
}

/// One line, heading, table row or fence.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Its piece in the document.
    pub(crate) piece: usize,
    /// The kind of row.
    pub(crate) kind: RowKind,
    /// Its words: no list marker, no box, no `#`.
    pub(crate) span: Span,
    /// The topic that it announces, or the nearest label or heading that governs it.
    pub(crate) topic: Option<Topic>,
    /// The topic of the headings around it.
    pub(crate) heading_topic: Option<Topic>,
    /// Its own label, if that announces something.
    pub(crate) label: Option<Label>,
    /// The row of the nearest heading above within the unit.
    pub(crate) section: Option<usize>,
    /// The innermost list item.
    pub(crate) item: Option<usize>,
    /// It begins an item with a box.
    pub(crate) boxed: bool,
}

/// A label whose reach is not over yet.
struct Scope {
    topic: Topic,
    item: Option<usize>,
    /// The paragraph of the label; its own value ends with it.
    piece: usize,
    inline: bool,
    listed: bool,
    used: bool,
}

impl Scope {
    /// Returns whether the label still governs this piece, which is not itself labelled.
    fn governs(&mut self, document: &Document<'_>, piece: usize) -> bool {
        let part = &document.pieces[piece];
        if piece == self.piece {
            return true;
        }
        if let Some(item) = self.item {
            return document.items_around(part).contains(&item);
        }
        let code = matches!(part.kind, PieceKind::Code(_));
        let shown = matches!(
            self.topic,
            Topic::Run
                | Topic::Expect
                | Topic::Before
                | Topic::After
                | Topic::Example
                | Topic::Output
                | Topic::Commit
        );
        if shown {
            let holds = !self.used && (code || !self.inline);
            self.used = self.used || code || self.inline;
            return holds;
        }
        if self.inline {
            return false;
        }
        let lists = self.topic.names_files()
            || matches!(self.topic, Topic::Reference | Topic::Depends | Topic::Steps);
        if part.item.is_some() {
            self.listed = true;
            return true;
        }
        let row = matches!(part.kind, PieceKind::Row(_));
        !lists || row || (code && !self.listed && self.topic.names_files())
    }
}

/// Returns the rows of the given pieces, which are a unit's own, in order.
pub(crate) fn rows_of_pieces(
    document: &Document<'_>,
    pieces: impl Iterator<Item = usize>,
    starts_step: impl Fn(&str) -> bool,
) -> Vec<Row> {
    let mut reader = Reader {
        document,
        rows: Vec::new(),
        headings: Vec::new(),
        scopes: Vec::new(),
        section: None,
    };
    for piece in pieces {
        match &document.pieces[piece].kind {
            PieceKind::Heading { level, title } => reader.heading(piece, *level, title),
            PieceKind::Text(lines) => {
                for (at, line) in lines.iter().enumerate() {
                    let leads = at > 0 && at + 1 == lines.len() && reader.leads_on(piece, line);
                    if leads {
                        reader.scopes.retain(|scope| scope.piece != piece);
                    }
                    reader.read_line(piece, line, at == 0 || leads, &starts_step);
                }
            }
            PieceKind::Code(fence) => {
                let span = document.fences[*fence].span.clone();
                reader.push(piece, RowKind::Code(*fence), span, None);
            }
            PieceKind::Row(cells) => {
                let span = document.pieces[piece].span.clone();
                reader.push(piece, RowKind::Cells(cells.clone()), span, None);
            }
            PieceKind::Rule => {
                reader.scopes.clear();
                let span = document.pieces[piece].span.clone();
                reader.push(piece, RowKind::Rule, span, None);
            }
        }
    }
    reader.rows
}

struct Reader<'d, 't> {
    document: &'d Document<'t>,
    rows: Vec<Row>,
    headings: Vec<(usize, Option<Topic>)>,
    scopes: Vec<Scope>,
    section: Option<usize>,
}

impl Reader<'_, '_> {
    fn heading(&mut self, piece: usize, level: usize, title: &Span) {
        self.scopes.clear();
        self.headings.retain(|(outer, _)| *outer < level);
        self.headings
            .push((level, heading_topic(self.document.slice(title))));
        self.section = Some(self.rows.len());
        self.push(piece, RowKind::Heading(level), title.clone(), None);
    }

    /// Returns whether the last line of a paragraph leads to the block of code below it, whatever the label says of the line
    /// above, which is a command with its end: "Run: `ls a.mjs`" and "If ENOENT, create `a.mjs`:".
    fn leads_on(&self, piece: usize, line: &Span) -> bool {
        let document = self.document;
        let is_code = |piece: &Piece| matches!(&piece.kind, PieceKind::Code(fence) if !is_shell(&document.fences[*fence].info));
        let above = self.rows.last().filter(|row| row.piece == piece);
        let run = above.is_some_and(|row| {
            let words = document.slice(&row.span).trim_end();
            row.topic == Some(Topic::Run) && row.label.is_some() && words.ends_with('`')
        });
        let words = document.slice(line).trim_end();
        run && words.ends_with([':', '：']) && document.pieces.get(piece + 1).is_some_and(is_code)
    }

    fn push(&mut self, piece: usize, kind: RowKind, span: Span, own: Option<(Label, Topic)>) {
        let document = self.document;
        self.scopes
            .retain_mut(|scope| scope.governs(document, piece));
        let headings = || self.headings.iter().rev().filter_map(|(_, topic)| *topic);
        // Whatever stands in it, a way back is not to be gone.
        let back = headings().find(|topic| *topic == Topic::Rollback);
        let headed = back.or_else(|| headings().next());
        let governed = self.scopes.last().map(|scope| scope.topic);
        let (label, announced) =
            own.map_or((None, None), |(label, topic)| (Some(label), Some(topic)));
        self.rows.push(Row {
            piece,
            kind,
            span,
            topic: back.or(announced).or(governed).or(headed),
            heading_topic: headed,
            label,
            section: self.section,
            item: document.pieces[piece].item,
            boxed: false,
        });
    }

    /// Returns whether what a label announces is a command: in its value, or in what follows where it has none.
    fn has_command(&self, piece: usize, value: &str) -> bool {
        /// Lines of a list, and a block, stand right behind the label.
        const FOLLOWING: usize = 4;
        let in_words = |words: &str| {
            code_spans(words, 0)
                .into_iter()
                .any(|span| shell::is_command(&words[span.inner]))
        };
        if !value.trim().is_empty() {
            return in_words(value) || shell::is_command(value.trim());
        }
        let document = self.document;
        let following = document.pieces.iter().skip(piece).take(FOLLOWING);
        for piece in following {
            match &piece.kind {
                PieceKind::Heading { .. } => return false,
                PieceKind::Text(lines)
                    if lines.iter().any(|line| in_words(document.slice(line))) =>
                {
                    return true;
                }
                // What a label announces ends with the block that it shows: "**Tests:**" over code of tests.
                PieceKind::Code(fence) => return is_shell(&document.fences[*fence].info),
                _ => {}
            }
        }
        false
    }

    /// Returns the label of a line with the topic that it announces, if it announces one.
    fn announced_by(&self, label: Label, words: &str, piece: usize) -> Option<(Label, Topic)> {
        let value = &words[label.rest.min(words.len())..];
        let topic = if is_check(&label.name) && self.has_command(piece, value) {
            Topic::Criteria
        } else if words.starts_with('<') {
            element_topic(&label.name)?
        } else {
            topic_of_label(&label.name)?
        };
        // Words that begin many a sentence are a label only where they are bold or stand alone.
        let announces = label.bold
            || !matches!(
                topic,
                Topic::About | Topic::Changes | Topic::Steps | Topic::Folder
            )
            || label.rest >= words.len()
            || topic == Topic::Folder && words[label.rest..].starts_with('`');
        announces.then_some((label, topic))
    }

    fn read_line(
        &mut self,
        piece: usize,
        line: &Span,
        first: bool,
        starts_step: &impl Fn(&str) -> bool,
    ) {
        let text = self.document.slice(line);
        let boxed = if first { box_at(text) } else { None };
        let begin = boxed
            .as_ref()
            .map_or(line.start, |(_, words)| line.start + words);
        let span = begin..line.end;
        let words = self.document.slice(&span);
        let item = self.document.pieces[piece].item;
        if first
            && starts_step(words)
            && (boxed.is_some() || words.starts_with(['*', '_']) || item.is_some())
        {
            self.scopes.clear();
        }
        let labelled = read_label(words);
        let own = labelled
            .clone()
            .and_then(|label| self.announced_by(label, words, piece));
        if own.is_none()
            && item.is_none()
            && labelled.is_some_and(|label| label.bold && label.rest >= words.len())
        {
            self.scopes.clear();
        }
        if let Some((label, topic)) = &own {
            let inline = !words[label.rest.min(words.len())..].trim().is_empty();
            let document = self.document;
            self.scopes.retain_mut(|scope| match item {
                Some(_) => scope.governs(document, piece) && scope.item != item,
                None => false,
            });
            self.scopes.push(Scope {
                topic: *topic,
                item,
                piece,
                inline,
                listed: false,
                used: false,
            });
        }
        self.push(piece, RowKind::Line(first), span, own);
        if let Some(row) = self.rows.last_mut() {
            row.boxed = boxed.is_some();
        }
    }
}

//! Divides a unit's text into spans, each of one kind, that cover it from its
//! first byte to its last: none is lost, none stands twice.
//!
//! `- [ ] **Files:** Modify `a.py`. Sort it.` is markup, a box, markup, a label,
//! markup, a file, markup, a sentence.

use serde::Serialize;

use crate::changes::PlannedChange;
use crate::commands::PlannedCommand;
use crate::criteria::is_among;
use crate::document::{Document, Span};
use crate::outline::Unit;
use crate::rows::{Row, RowKind};
use crate::sentences::Sentence;

/// A part of a unit's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passage {
    /// Its bytes.
    pub span: Span,
    /// The kind of passage.
    pub kind: PassageKind,
}

/// The kind of a part of a unit's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PassageKind {
    /// A unit nested in this one, which has spans of its own.
    Unit,
    /// A heading, the unit's own among them.
    Heading,
    /// A label: "**Files:**".
    Label,
    /// The path of a file.
    File,
    /// A code block.
    Code,
    /// A command, in a line or in a block.
    Command,
    /// A sentence among criteria.
    Criterion,
    /// The brackets of a box, with the mark.
    Box,
    /// A sentence.
    Sentence,
    /// A row of a table.
    Row,
    /// Blanks, list markers, rules, signs of emphasis.
    Markup,
    /// Words that are not shown or repeat another unit: a comment in HTML, a link target.
    Aside,
}

/// The parts of a unit that have been read.
pub(crate) struct Parts<'a> {
    /// Its own rows.
    pub(crate) rows: &'a [Row],
    /// Its files.
    pub(crate) changes: &'a [PlannedChange],
    /// Its commands.
    pub(crate) commands: &'a [PlannedCommand],
    /// Its sentences.
    pub(crate) sentences: &'a [Sentence],
}

/// Divides the bytes of `whole`, which are the unit's.
pub(crate) fn divide_unit(
    document: &Document<'_>,
    unit: &Unit,
    whole: &Span,
    parts: &Parts<'_>,
) -> Vec<Passage> {
    let mut runs: Vec<usize> = parts
        .commands
        .iter()
        .map(|command| command.span.start)
        .collect();
    runs.sort_unstable();
    let mut marks: Vec<(Span, PassageKind)> = Vec::new();
    marks.push((unit.heading.clone(), PassageKind::Heading));
    marks.extend(
        unit.children
            .iter()
            .map(|child| (extent_of(document, child), PassageKind::Unit)),
    );
    for row in parts.rows {
        mark_row(row, &runs, &mut marks);
    }
    marks.extend(
        parts
            .changes
            .iter()
            .map(|change| (change.span.clone(), PassageKind::File)),
    );
    marks.extend(
        parts
            .commands
            .iter()
            .map(|command| (command.span.clone(), PassageKind::Command)),
    );
    marks.extend(marks_of_sentences(parts));
    cover_text(document.text, whole, marks)
}

/// Marks a row by its kind; `runs` holds where commands begin, in order, as a fence with one is a command's.
fn mark_row(row: &Row, runs: &[usize], marks: &mut Vec<(Span, PassageKind)>) {
    let kind = match row.kind {
        RowKind::Heading(_) => PassageKind::Heading,
        RowKind::Code(_) => {
            let at = runs.partition_point(|start| *start < row.span.start);
            if runs.get(at).is_some_and(|start| *start < row.span.end) {
                PassageKind::Command
            } else {
                PassageKind::Code
            }
        }
        RowKind::Cells(_) => PassageKind::Row,
        RowKind::Rule => PassageKind::Markup,
        RowKind::Line(_) => return mark_line(row, marks),
    };
    marks.push((row.span.clone(), kind));
}

/// Returns the mark of each sentence: a criterion where it stands in a row of those.
fn marks_of_sentences(parts: &Parts<'_>) -> Vec<(Span, PassageKind)> {
    let among: Vec<Span> = parts
        .rows
        .iter()
        .filter(|row| is_among(row))
        .map(|row| row.span.clone())
        .collect();
    let mark = |sentence: &Sentence| {
        let at = among.partition_point(|row| row.end <= sentence.span.start);
        let criterion = among
            .get(at)
            .is_some_and(|row| row.start <= sentence.span.start);
        (
            sentence.span.clone(),
            if criterion {
                PassageKind::Criterion
            } else {
                PassageKind::Sentence
            },
        )
    };
    parts.sentences.iter().map(mark).collect()
}

/// Returns the bytes of a unit, with those nested in it.
pub(crate) fn extent_of(document: &Document<'_>, unit: &Unit) -> Span {
    let last = unit
        .pieces
        .clone()
        .next_back()
        .and_then(|piece| document.pieces.get(piece));
    unit.heading.start
        ..last
            .map_or(unit.heading.end, |piece| piece.span.end)
            .max(unit.heading.end)
}

/// The box and the label of a line.
fn mark_line(row: &Row, marks: &mut Vec<(Span, PassageKind)>) {
    /// The bytes of `[x] `.
    const BOX: usize = 4;
    if row.boxed && row.span.start >= BOX {
        marks.push((row.span.start - BOX..row.span.start, PassageKind::Box));
    }
    if let Some(label) = &row.label {
        marks.push((
            row.span.start..(row.span.start + label.rest).min(row.span.end),
            PassageKind::Label,
        ));
    }
}

/// Returns which of two marks that begin at one byte is the finer.
fn rank_of_mark(kind: PassageKind) -> usize {
    use PassageKind::{
        Aside, Box, Code, Command, Criterion, File, Heading, Label, Markup, Row, Sentence, Unit,
    };
    match kind {
        Unit | Heading | Code => 0,
        Label | Box => 1,
        File => 2,
        Command => 3,
        Row | Criterion | Sentence | Markup | Aside => 4,
    }
}

/// Lays the marks over the text: the first of two that overlap keeps its bytes, the
/// other what is left behind it, and what no mark takes is markup.
fn cover_text(text: &str, whole: &Span, mut marks: Vec<(Span, PassageKind)>) -> Vec<Passage> {
    marks.retain(|(span, _)| span.start < span.end && text.get(span.clone()).is_some());
    marks.sort_by_key(|(span, kind)| (span.start, rank_of_mark(*kind), span.end));
    let mut cover = Cover {
        text,
        found: Vec::new(),
        at: whole.start,
        waiting: Vec::new(),
    };
    for (span, kind) in marks {
        cover.close_gap(span.start.min(whole.end));
        let end = span.end.min(whole.end);
        if span.start < cover.at {
            if end > cover.at {
                cover.waiting.push((end, kind));
            }
            continue;
        }
        let finer = matches!(kind, PassageKind::Sentence | PassageKind::Criterion);
        if finer {
            cover.waiting.push((end, kind));
        } else if end > cover.at {
            cover.found.push(Passage {
                span: cover.at..end,
                kind,
            });
            cover.at = end;
        }
    }
    cover.close_gap(whole.end);
    cover.found
}

/// The passages of a text up to a byte.
struct Cover<'t> {
    text: &'t str,
    found: Vec<Passage>,
    /// The first byte that no passage holds yet.
    at: usize,
    /// Marks that a finer one cuts in two and that go on behind it, each with its end.
    waiting: Vec<(usize, PassageKind)>,
}

impl Cover<'_> {
    /// Fills the bytes up to `end` with the marks that wait, and with markup.
    fn close_gap(&mut self, end: usize) {
        while self.at < end {
            let at = self.at;
            self.waiting.retain(|(last, _)| *last > at);
            let (to, kind) = self
                .waiting
                .last()
                .map_or((end, None), |(last, kind)| ((*last).min(end), Some(*kind)));
            let words = self.text.get(at..to).unwrap_or("");
            let kind = match kind {
                Some(kind) if words.chars().any(char::is_alphanumeric) => kind,
                Some(_) => PassageKind::Markup,
                None if words.chars().any(char::is_alphabetic) => PassageKind::Aside,
                None => PassageKind::Markup,
            };
            match self
                .found
                .last_mut()
                .filter(|last| last.kind == PassageKind::Markup && kind == PassageKind::Markup)
            {
                Some(last) => last.span.end = to,
                None => self.found.push(Passage { span: at..to, kind }),
            }
            self.at = to;
        }
    }
}

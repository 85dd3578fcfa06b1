//! Collects every checkbox of a document: in items, headings, bare lines and
//! table cells; signs such as ☐ count where a plan uses them as boxes.

use crate::boxes::{Checkbox, State, state_of_mark};
use crate::document::{Document, Item, PieceKind, Span, box_at};
use crate::identity::CheckboxId;
use crate::inline::one_line;
use crate::naming::{read_marks, state_of_note};

/// All boxes in order, and the box of each list item.
#[derive(Debug)]
pub(crate) struct Found {
    /// The boxes.
    pub(crate) boxes: Vec<Checkbox>,
    /// For each item of the document, its box.
    pub(crate) of_items: Vec<Option<CheckboxId>>,
    /// For each box, where its words begin.
    pub(crate) words: Vec<usize>,
}

struct Seen {
    mark: Span,
    words: Span,
    start: usize,
    item: Option<usize>,
    depth: usize,
}

/// Returns whether a line of the document begins with a sign for a box: then such signs count as boxes everywhere.
fn uses_signs(document: &Document<'_>) -> bool {
    document.pieces.iter().any(|piece| match &piece.kind {
        PieceKind::Text(lines) => lines
            .iter()
            .any(|line| document.slice(line).starts_with(['☐', '⬜', '🔲', '☑'])),
        _ => false,
    })
}

/// Collects the boxes of a document.
pub(crate) fn find_checkboxes(document: &Document<'_>) -> Found {
    let signs = uses_signs(document);
    let mut seen: Vec<Seen> = Vec::new();
    for (index, item) in document.items.iter().enumerate() {
        if let Some((mark, words)) = mark_at(document, item.content, signs) {
            let end = paragraph_end(document, item, words);
            seen.push(Seen {
                mark,
                words: words..end,
                start: item.span.start,
                item: Some(index),
                depth: 0,
            });
        }
    }
    let boxed: Vec<usize> = seen.iter().filter_map(|one| one.item).collect();
    for one in &mut seen {
        let parent = one.item.and_then(|item| document.items[item].parent);
        let parents = std::iter::successors(parent, |at| document.items[*at].parent);
        one.depth = parents
            .into_iter()
            .filter(|at| boxed.binary_search(at).is_ok())
            .count();
    }
    let taken: Vec<usize> = seen.iter().map(|one| one.mark.start).collect();
    for start in starts_outside_items(document) {
        let Some((mark, words)) = mark_at(document, start.start, signs) else {
            continue;
        };
        if !taken.contains(&mark.start) {
            seen.push(Seen {
                mark,
                words: words..start.end.max(words),
                start: start.start,
                item: None,
                depth: 0,
            });
        }
    }
    seen.sort_by_key(|one| one.mark.start);
    let mut of_items = vec![None; document.items.len()];
    let mut boxes = Vec::new();
    let words = seen.iter().map(|one| one.words.start).collect();
    for (index, one) in seen.into_iter().enumerate() {
        let id = CheckboxId(index);
        if let Some(item) = one.item {
            of_items[item] = Some(id);
        }
        boxes.push(build_checkbox(document, id, &one));
    }
    Found {
        boxes,
        of_items,
        words,
    }
}

fn build_checkbox(document: &Document<'_>, id: CheckboxId, seen: &Seen) -> Checkbox {
    let mark = document.slice(&seen.mark).chars().next().unwrap_or(' ');
    let text = one_line(document.slice(&seen.words));
    let mut state = state_of_mark(mark);
    let left_out = || {
        read_marks(&text).state == Some(State::Skipped)
            || text.rsplit(['(', '—', '–']).next().and_then(state_of_note) == Some(State::Skipped)
    };
    if state == State::Open && left_out() {
        state = State::Skipped;
    }
    let span = seen.start..seen.words.end.max(seen.mark.end);
    Checkbox {
        id,
        mark,
        mark_span: seen.mark.clone(),
        text,
        span,
        state,
        phase: None,
        depth: seen.depth,
    }
}

/// Returns the mark of a box at a place, and where the words behind it begin.
fn mark_at(document: &Document<'_>, at: usize, signs: bool) -> Option<(Span, usize)> {
    let text = document.text.get(at..)?;
    if let Some((mark, words)) = box_at(text) {
        return Some((at + mark.start..at + mark.end, at + words));
    }
    let sign = text
        .chars()
        .next()
        .filter(|sign| signs && matches!(sign, '☐' | '⬜' | '🔲' | '☑' | '✅' | '✔' | '✓'))?;
    let rest = text[sign.len_utf8()..].trim_start_matches(['\u{fe0f}', ' ', '\t', '\u{a0}']);
    Some((at..at + sign.len_utf8(), at + text.len() - rest.len()))
}

/// Where an item's first paragraph ends.
fn paragraph_end(document: &Document<'_>, item: &Item, words: usize) -> usize {
    let piece = document.pieces.get(
        document
            .pieces_in(&(item.content..item.span.end.max(item.content)))
            .start,
    );
    let first = piece.filter(|piece| piece.span.start >= item.content && piece.span.start <= words);
    match first.map(|piece| &piece.kind) {
        Some(PieceKind::Text(lines)) => lines.last().map_or(words, |line| line.end.max(words)),
        _ => words,
    }
}

/// Places where a box could stand without a list marker.
fn starts_outside_items(document: &Document<'_>) -> Vec<Span> {
    let mut starts = Vec::new();
    for piece in &document.pieces {
        match &piece.kind {
            PieceKind::Heading { title, .. } => starts.push(title.clone()),
            PieceKind::Text(lines) => starts.extend(lines.iter().cloned()),
            PieceKind::Row(cells) => starts.extend(cells.iter().cloned()),
            PieceKind::Code(_) | PieceKind::Rule => {}
        }
    }
    starts
}

//! What the words around a block forbid to change: "Do not replace `origins`, it is shown for context:".

use crate::changes::Asking;
use crate::inline::code_spans;
use crate::mention::is_forbidden;
use crate::rows::RowKind;

/// The names that the block's step, or the unit's words before its steps, forbid to change.
pub(super) fn around(asking: &Asking<'_, '_>, row: usize, starts: &[usize]) -> Vec<String> {
    let from = starts.get(row).copied().unwrap_or(0);
    let is_line = |at: &usize| matches!(asking.rows[*at].kind, RowKind::Line(_));
    let behind = (row + 1..asking.rows.len()).take_while(|at| is_line(at) && starts.get(*at) == starts.get(row));
    let general = (0..from).take_while(|at| starts.get(*at) == Some(&0)).filter(is_line);
    let lines = general.chain((from..row).filter(is_line)).chain(behind);
    let mut paragraphs: Vec<(usize, String)> = Vec::new();
    for at in lines {
        let (piece, words) = (asking.rows[at].piece, asking.document.slice(&asking.rows[at].span));
        match paragraphs.last_mut().filter(|(last, _)| *last == piece) {
            Some((_, text)) => {
                text.push(' ');
                text.push_str(words);
            }
            None => paragraphs.push((piece, words.to_owned())),
        }
    }
    let mut names: Vec<String> = Vec::new();
    for (_, text) in &paragraphs {
        let spans = code_spans(text, 0).into_iter().filter(|span| is_forbidden(text, &span.outer));
        names.extend(spans.map(|span| text[span.inner].to_owned()));
    }
    names.dedup();
    names
}

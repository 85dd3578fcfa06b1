//! The place beside a line that the words number: "After line 5:" is between the items there, or refused.

use crate::Reason;
use crate::Refusal;
use crate::languages::List;
use crate::merge::{Merger, Pair};
use crate::prose::Relation;
use crate::splice::{location_at, new_refusal};

/// Returns the index in a list at which a line that the words name ends or begins.
pub(super) fn by_line(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
) -> Result<Option<usize>, Refusal> {
    let text = merger.file.text;
    let Some((relation, line)) = merger.prose.beside_line() else {
        return Ok(None);
    };
    let number = |at: usize| location_at(text, at).line;
    let (first, last) = (number(pair.node.start_byte()), number(pair.node.end_byte()));
    let is_held = pair.kind == List::Module || first <= line && line <= last;
    if !matches!(pair.kind, List::Module | List::Members) || !is_held {
        return Ok(None);
    }
    let refuse = |why: &str| {
        let message = format!("line {line}, beside which the words put the block, {why}");
        Err(new_refusal(Reason::NotFound, message))
    };
    if line == 0 || line > text.lines().count() {
        return refuse("is not in the file");
    }
    // The line behind which the block goes.
    let above = if relation == Relation::Before {
        line - 1
    } else {
        line
    };
    let spans = || {
        let ends = |end: usize| number(end.saturating_sub(1));
        pair.old
            .iter()
            .map(move |old| (number(old.start), ends(old.code_end)))
    };
    if spans().any(|(start, end)| start <= above && above < end) {
        return refuse("is inside of what stands there");
    }
    Ok(Some(spans().filter(|(_, end)| *end <= above).count()))
}

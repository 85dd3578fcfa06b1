//! A copy of the text, byte for byte as long, in which everything that would
//! mislead a Markdown parser (code, comments, raw HTML, link definitions) is covered.

use super::{Fence, Span};

/// Returns the body from `start` on, covered. Spans in it are spans of `text[start..]`.
pub(crate) fn mask_body(
    text: &str,
    start: usize,
    (fences, comments): (&[Fence], &[Span]),
) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for fence in fences {
        let open = fence
            .content
            .first()
            .map_or(fence.span.end, |line| line.start)
            .min(fence.span.end);
        cover_span(&mut bytes, &(fence.span.start..open), b'x');
        for line in &fence.content {
            let hidden = line.start + fence.hidden_from(&text[line.clone()]);
            cover_span(&mut bytes, &(hidden..line.end), b' ');
        }
        if fence.closed {
            let from = text[..fence.span.end]
                .rfind('\n')
                .map_or(fence.span.start, |at| at + 1);
            if from > fence.span.start {
                let hidden = from + fence.hidden_from(&text[from..fence.span.end]);
                cover_span(&mut bytes, &(hidden..fence.span.end), b' ');
            }
        }
    }
    // Last, as a comment may hold fences.
    for comment in comments {
        cover_span(&mut bytes, comment, b' ');
    }
    for byte in &mut bytes {
        if matches!(byte, b'<' | b'[') {
            *byte = b'x';
        }
    }
    bytes.drain(..start);
    String::from_utf8(bytes).unwrap_or_default()
}

/// Covers a span; line ends stay.
fn cover_span(bytes: &mut [u8], span: &Span, with: u8) {
    if let Some(part) = bytes.get_mut(span.clone()) {
        for byte in part {
            if !matches!(*byte, b'\n' | b'\r') {
                *byte = with;
            }
        }
    }
}

/// Returns the HTML comments outside fences and code spans; one that is never closed hides nothing.
pub(crate) fn find_comments(text: &str, start: usize, fences: &[Fence]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = start;
    while let Some(open) = text[at..].find("<!--").map(|offset| at + offset) {
        let next = fences.partition_point(|fence| fence.span.end <= open);
        if let Some(fence) = fences.get(next).filter(|fence| fence.span.start <= open) {
            at = fence.span.end;
            continue;
        }
        let line = text[..open].rfind('\n').map_or(0, |end| end + 1);
        let in_code = text[line..open].matches('`').count() % 2 == 1;
        let close = close_of(text, open, fences);
        match close {
            None => break,
            Some(_) if in_code => at = open + 4,
            Some(close) => {
                found.push(open..close);
                at = close;
            }
        }
    }
    found
}

/// Returns where the comment that begins at `open` ends: behind the first sign for it that stands in no fence, so that an
/// arrow of a drawing closes none. Where another comment begins before that, the first sign closes it.
fn close_of(text: &str, open: usize, fences: &[Fence]) -> Option<usize> {
    let signs = |sign: &'static str| {
        let found = text[open + 4..].match_indices(sign);
        found.map(move |(offset, _)| open + 4 + offset)
    };
    let is_outside = |at: &usize| {
        let next = fences.partition_point(|fence| fence.span.end <= *at);
        fences.get(next).is_none_or(|fence| fence.span.start > *at)
    };
    let first = signs("-->").next()?;
    let outside = signs("-->").find(is_outside).filter(|close| {
        *close == first
            || signs("<!--")
                .find(is_outside)
                .is_none_or(|next| next > *close)
    });
    Some(outside.unwrap_or(first) + 3)
}

//! A copy of the text, byte for byte as long, in which everything that would
//! mislead a Markdown parser (code, comments, raw HTML, link definitions) is covered.

use super::{Fence, Span};

/// Returns the body from `start` on, covered. Spans in it are spans of `text[start..]`.
pub(crate) fn mask_body(text: &str, start: usize, fences: &[Fence]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for comment in find_comments(text, start, fences) {
        cover_span(&mut bytes, &comment, b' ');
    }
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

/// HTML comments outside fences and code spans; one that is never closed hides nothing.
fn find_comments(text: &str, start: usize, fences: &[Fence]) -> Vec<Span> {
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
        let close = text[open + 4..]
            .find("-->")
            .map(|offset| open + 4 + offset + 3);
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

//! Exact edits: old text for new, found line by line and by fuzzy matching, all of them or none.
//!
//! ```text
//! text           old      new       answer
//! max = 1        max = 1  max = 2   Applied
//! max = 2        max = 1  max = 2   AlreadyApplied: only the new text stands
//! max = 1 (2x)   max = 1  max = 2   refused: two places, unless all are meant
//! ```

use std::ops::Range;

use crate::fuzzy::{self, Block, Found, Hit, Lines, Reading, Rewrite};
use crate::splice::{Splice, edits_between, location_at, new_refusal, refuse_graft};
use crate::{Applied, Evidence, Graft, Reason, Refusal};

/// One edit: the text that stands in the file and what is to stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement<'a> {
    /// The text to find.
    pub old: &'a str,
    /// The text to put there.
    pub new: &'a str,
    /// True if every occurrence is meant; else there must be exactly one.
    pub all: bool,
}

/// Replaces `old` by `new`: the one place where it stands, or every place with `all`.
///
/// Answers [`Graft::AlreadyApplied`] where only `new` stands, and refuses where the place can't be told.
#[must_use]
pub fn apply_replacement(text: &str, old: &str, new: &str, all: bool) -> Graft {
    apply_edits(text, &[Replacement { old, new, all }])
}

/// Applies every edit in order, each to what the ones before it left, or none at all.
#[must_use]
pub fn apply_edits(text: &str, edits: &[Replacement<'_>]) -> Graft {
    match run_edits(text, edits) {
        Graft::Applied(applied) => match run_edits(&applied.text, edits) {
            Graft::Applied(_) => refuse_graft(
                Reason::Unproven,
                "the edit would find its old text again in its own result: give more of the lines around it",
            ),
            Graft::AlreadyApplied | Graft::Refused(_) => Graft::Applied(applied),
        },
        other => other,
    }
}

/// Applies the edits once; [`apply_edits`] proves the answer.
fn run_edits(text: &str, edits: &[Replacement<'_>]) -> Graft {
    if edits.is_empty() {
        return refuse_graft(Reason::Unclear, "there is no edit to apply");
    }
    let mut now = text.to_owned();
    let mut evidence = Vec::new();
    let mut single = None;
    for (index, edit) in edits.iter().enumerate() {
        match replace_once(&now, edit) {
            Graft::Applied(applied) => {
                now = applied.text;
                evidence.extend(applied.evidence);
                single = Some(applied.edits);
            }
            Graft::AlreadyApplied => {
                evidence.push(Evidence(format!("edit {} stands already", index + 1)))
            }
            Graft::Refused(refusal) if edits.len() > 1 => {
                let message = format!("edit {} of {}: {}", index + 1, edits.len(), refusal.message);
                return Graft::Refused(Refusal { message, ..refusal });
            }
            Graft::Refused(refusal) => return Graft::Refused(refusal),
        }
    }
    if now == text {
        return Graft::AlreadyApplied;
    }
    // The places of several edits count from different texts, so they are found anew.
    let edits = single
        .filter(|_| edits.len() == 1)
        .unwrap_or_else(|| edits_between(text, &now));
    Graft::Applied(Applied {
        text: now,
        edits,
        evidence,
    })
}

/// Applies one edit, byte for byte before line by line.
fn replace_once(text: &str, edit: &Replacement<'_>) -> Graft {
    let (old_block, new_block) = (Block::new(edit.old), Block::new(edit.new));
    if old_block.is_empty() {
        return replace_nothing(text, edit.new);
    }
    replace_exactly(text, edit)
        .or_else(|| replace_lines(text, edit, &old_block, &new_block))
        .unwrap_or_else(|| answer_missing(text, edit, &old_block, &new_block))
}

/// Replaces nothing: an empty old text means the whole of an empty file, and nothing else.
fn replace_nothing(text: &str, new: &str) -> Graft {
    if text.trim().is_empty() && !new.trim().is_empty() {
        let mut splice = Splice::new(text);
        splice.replace(0..text.len(), new);
        splice.add_evidence("the file was empty");
        return splice.finish();
    }
    if text == new {
        return Graft::AlreadyApplied;
    }
    refuse_graft(
        Reason::Unclear,
        "the text to be replaced is empty: give the lines that stand there now",
    )
}

/// Returns a block without a byte order mark and with the line ends of the text.
fn with_line_end(block: &str, end: &str) -> String {
    let block = block
        .strip_prefix('\u{feff}')
        .unwrap_or(block)
        .replace("\r\n", "\n");
    if end == "\n" {
        block
    } else {
        block.replace('\n', end)
    }
}

/// Replaces byte for byte, wherever the text stands; `None` where it doesn't.
///
/// Refused where it stands more than once and the edit is not for all of them.
fn replace_exactly(text: &str, edit: &Replacement<'_>) -> Option<Graft> {
    let end = fuzzy::line_end(text);
    let (old, new) = (with_line_end(edit.old, end), with_line_end(edit.new, end));
    let hits = find_occurrences(text, &old);
    if hits.is_empty() {
        return None;
    }
    // Where the new text holds the old one, as an insertion beside a line does, old text inside new
    // text is done.
    let done: Vec<Range<usize>> = if new.contains(&old) {
        spans_of_starts(&find_occurrences(text, &new), new.len())
    } else {
        Vec::new()
    };
    let inside = |at: usize| {
        done.iter()
            .any(|span| span.start <= at && at + old.len() <= span.end)
    };
    let open: Vec<usize> = hits.iter().copied().filter(|&at| !inside(at)).collect();
    if open.is_empty() {
        return Some(Graft::AlreadyApplied);
    }
    if hits.len() > 1 && !edit.all {
        return Some(ambiguous_text_refusal(text, &hits));
    }
    let mut splice = Splice::new(text);
    // Of places that overlap, the first one counts.
    let mut free = 0;
    for at in open.into_iter().filter(|_| old != new) {
        if at < free {
            continue;
        }
        free = at + old.len();
        let (range, new) = extend_to_whole_lines(text, at..at + old.len(), &new);
        splice.replace(range, new);
    }
    splice.add_evidence(format!("found exactly, {}", format_times(hits.len())));
    Some(splice.finish())
}

/// Widens an edit so that whole lines stay whole: a line that is emptied goes, and lines added to
/// an indented one are indented with it.
fn extend_to_whole_lines(text: &str, range: Range<usize>, new: &str) -> (Range<usize>, String) {
    let line_start = text[..range.start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let indent = &text[line_start..range.start];
    let ends_line = text[range.end..].starts_with('\n') || text[range.end..].starts_with("\r\n");
    if new.is_empty() && indent.trim().is_empty() && ends_line {
        let to = range.end
            + text[range.end..]
                .find('\n')
                .map_or(0, |newline| newline + 1);
        return (line_start..to, String::new());
    }
    let one_line = !text[range.clone()].contains('\n');
    let whole =
        !indent.is_empty() && indent.trim().is_empty() && (ends_line || range.end == text.len());
    let flush = |line: &str| !line.trim().is_empty() && !line.starts_with(indent);
    if one_line && whole && new.split('\n').skip(1).any(flush) {
        let dressed = new.split('\n').enumerate().map(|(index, line)| {
            if index == 0 || line.trim().is_empty() {
                line.to_owned()
            } else {
                format!("{indent}{line}")
            }
        });
        return (range, dressed.collect::<Vec<_>>().join("\n"));
    }
    (range, new.to_owned())
}

/// Replaces line by line, at the first tier of fuzzy matching that finds the block; `None` where none does.
fn replace_lines(text: &str, edit: &Replacement<'_>, old: &Block, new: &Block) -> Option<Graft> {
    let lines = Lines::new(text);
    let found = fuzzy::find_block(&lines, old)?;
    let (old, new) = (
        found.reading.decode_block(old),
        found.reading.decode_block(new),
    );
    let done = fuzzy::find_block(&lines, &new).filter(|done| done.tier <= found.tier);
    if old.lines != new.lines
        && done
            .as_ref()
            .is_some_and(|done| done.tier == found.tier && done.hits == found.hits)
    {
        return Some(refuse_graft(
            Reason::Unclear,
            "the edit changes only blanks, and the file's own differ from both its texts",
        ));
    }
    let done = done.map(|done| done.hits).unwrap_or_default();
    let inside = |hit: &Hit| {
        done.iter()
            .any(|done| done.lines.start <= hit.lines.start && hit.lines.end <= done.lines.end)
    };
    let grows = old.lines != new.lines;
    let open: Vec<&Hit> = found
        .hits
        .iter()
        .filter(|hit| !(grows && inside(hit)))
        .collect();
    if open.is_empty() {
        return Some(Graft::AlreadyApplied);
    }
    if found.hits.len() > 1 && !edit.all {
        return Some(ambiguous_text_refusal(
            text,
            &found
                .hits
                .iter()
                .map(|hit| lines.line_start(hit.lines.start))
                .collect::<Vec<_>>(),
        ));
    }
    let after = new.with_added_blank_lines(&old);
    let ops = fuzzy::line_ops(&old.lines, &after);
    let mut splice = Splice::new(text);
    for hit in open {
        let rewrite = Rewrite {
            tier: found.tier,
            hit,
            block: &old.lines,
            ops: &ops,
            lost: None,
        };
        if let Err(refusal) = fuzzy::rewrite_hit(&lines, &rewrite, &mut splice) {
            return Some(Graft::Refused(refusal));
        }
    }
    splice.add_evidence(describe_match(&found));
    Some(splice.finish())
}

/// Returns the clause for the evidence: "found but for indentation, once".
fn describe_match(found: &Found) -> String {
    let reading = match found.reading {
        Reading::Plain => "",
        Reading::QuotesUnescaped | Reading::Unescaped => ", its escapes taken off",
        Reading::EntitiesDecoded => ", its entities decoded",
    };
    format!(
        "found {}{reading}, {}",
        found.tier.description(),
        format_times(found.hits.len())
    )
}

/// Returns "once", "2 times", …
fn format_times(count: usize) -> String {
    if count == 1 {
        "once".to_owned()
    } else {
        format!("{count} times")
    }
}

/// Makes the refusal of an old text that stands in several places; more than twenty of them help
/// nobody to choose.
fn ambiguous_text_refusal(text: &str, at: &[usize]) -> Graft {
    let candidates: Vec<_> = at
        .iter()
        .take(20)
        .map(|&at| location_at(text, at))
        .collect();
    let message = format!(
        "the old text stands in {} places: give more of the lines around the one that is meant",
        at.len()
    );
    Graft::Refused(Refusal {
        candidates,
        ..new_refusal(Reason::Ambiguous, message)
    })
}

/// Answers an old text that is nowhere: either the new one is there instead, or the edit is stale.
fn answer_missing(text: &str, edit: &Replacement<'_>, old: &Block, new: &Block) -> Graft {
    let lines = Lines::new(text);
    if stands_instead(&lines, edit, old, new) {
        return Graft::AlreadyApplied;
    }
    let nearest = fuzzy::find_nearest_location(&lines, old);
    let message = "the old text is not in the file, neither exactly nor by its lines".to_owned();
    Graft::Refused(Refusal {
        nearest,
        ..new_refusal(Reason::NotFound, message)
    })
}

/// Returns whether the new text stands once, and is enough of a text to tell that the edit was made.
///
/// Enough is a line that the old text lacks, or two lines with more than two letters or digits
/// each.
fn stands_instead(lines: &Lines<'_>, edit: &Replacement<'_>, old: &Block, new: &Block) -> bool {
    let text = lines.text;
    let telling = |line: &&String| line.chars().filter(|found| found.is_alphanumeric()).count() > 2;
    let adds = new
        .lines
        .iter()
        .filter(telling)
        .any(|line| !old.lines.iter().any(|old| old.trim() == line.trim()));
    if !adds && new.lines.iter().filter(telling).count() < 2 {
        return false;
    }
    let exact = find_occurrences(text, &with_line_end(edit.new, fuzzy::line_end(text)));
    if !exact.is_empty() {
        let bounded = exact
            .iter()
            .filter(|&&at| stands_alone(text, at, edit.new))
            .count();
        return bounded == 1 || (edit.all && bounded > 0);
    }
    fuzzy::find_block(lines, new).is_some_and(|found| found.hits.len() == 1 || edit.all)
}

/// Returns whether an occurrence does not begin or end inside a word: `a = 1` in `data = 12` is
/// none.
fn stands_alone(text: &str, at: usize, new: &str) -> bool {
    let word =
        |found: Option<char>| found.is_some_and(|found| found.is_alphanumeric() || found == '_');
    let after = text
        .get(at + new.len()..)
        .and_then(|rest| rest.chars().next());
    let cuts_before = word(text[..at].chars().next_back()) && word(new.chars().next());
    let cuts_after = word(after) && word(new.chars().next_back());
    !cuts_before && !cuts_after
}

/// Returns the offsets at which `part` stands, also where it overlaps itself.
///
/// `aa` in `aaa` -> [0, 1]; an empty part stands nowhere.
fn find_occurrences(text: &str, part: &str) -> Vec<usize> {
    let step = part.chars().next().map_or(1, char::len_utf8);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text
        .get(from..)
        .filter(|_| !part.is_empty())
        .and_then(|rest| rest.find(part))
    {
        found.push(from + at);
        from += at + step;
    }
    found
}

/// Returns the ranges of a text of this length at some offsets.
fn spans_of_starts(starts: &[usize], len: usize) -> Vec<Range<usize>> {
    starts.iter().map(|&at| at..at + len).collect()
}

/// Applies a block of `<<<<<<< SEARCH` / `=======` / `>>>>>>> REPLACE` sections, all or none.
pub(crate) fn apply_blocks(text: &str, block: &str) -> Graft {
    match parse_edit_sections(block) {
        Some(sections) => {
            let edits: Vec<_> = sections
                .iter()
                .map(|(old, new)| Replacement {
                    old,
                    new,
                    all: false,
                })
                .collect();
            apply_edits(text, &edits)
        }
        None => refuse_graft(
            Reason::Unclear,
            "a search/replace section is not closed: it needs `<<<<<<< SEARCH`, `=======` and `>>>>>>> REPLACE` lines",
        ),
    }
}

/// Returns the old and new text of each section; `None` where a fence is missing or out of order.
///
/// Lines outside of sections are left out, and a section does not hold another.
fn parse_edit_sections(block: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut open: Option<(Vec<&str>, Option<Vec<&str>>)> = None;
    for line in block.lines() {
        let fence = fence_character(line);
        open = match (open.take(), fence) {
            (None, Some('<')) => Some((Vec::new(), None)),
            (None, None) => None,
            (Some((old, None)), Some('=')) => Some((old, Some(Vec::new()))),
            (Some((old, Some(new))), Some('>')) => {
                found.push((old.join("\n"), new.join("\n")));
                None
            }
            (Some((mut old, None)), None) => {
                old.push(line);
                Some((old, None))
            }
            (Some((old, Some(mut new))), None) => {
                new.push(line);
                Some((old, Some(new)))
            }
            _ => return None,
        };
    }
    (open.is_none() && !found.is_empty()).then_some(found)
}

/// Returns the sign that a fence line repeats, five times or more, with nothing but a word after it.
///
/// Exactly seven `=`, as other rows of them are headings; five to nine `<` or `>`, which people
/// count less well.
fn fence_character(line: &str) -> Option<char> {
    let line = line.trim_end();
    let sign = line
        .chars()
        .next()
        .filter(|sign| matches!(sign, '<' | '=' | '>'))?;
    let rest = line.trim_start_matches(sign);
    let length = line.len() - rest.len();
    let word = rest.trim();
    let fits = match sign {
        '=' => word.is_empty() && length == 7,
        _ => (5..=9).contains(&length) && word.chars().all(|found| found.is_ascii_uppercase()),
    };
    fits.then_some(sign)
}

//! Any text: new lines go where the block's other lines stand, in one piece and in one place only.
//!
//! ```text
//! file          block         result
//! [cache]       [cache]       [cache]
//! host=a        port=1        port=1        new, below the line that the block shares with the file
//!                             host=a
//! ```

use std::ops::Range;

use super::Request;
use super::wording::{ProsePosition, is_elision_line};
use crate::fuzzy::{self, Block, Lines, Op, Rewrite, Tier};
use crate::splice::{Splice, new_refusal, refuse_graft};
use crate::{Graft, Reason, Refusal};

/// Places the pieces of a block between its elisions, each by its own lines; if one finds no place,
/// the whole block by the words, where it is a single piece.
pub(super) fn apply_by_anchors(request: &Request<'_>) -> Graft {
    let lines = Lines::new(request.text);
    let whole = Block::new(request.snippet);
    if whole.is_empty() {
        return refuse_graft(Reason::Unclear, "the block is empty");
    }
    if contains_block(&lines, &whole) {
        return Graft::AlreadyApplied;
    }
    let segments = split_at_elisions(request.snippet);
    let mut splice = Splice::new(request.text);
    let mut anchored = 0;
    for segment in &segments {
        match insert_segment(request, &lines, segment, &mut splice) {
            Ok(true) => anchored += 1,
            Ok(false) => {}
            Err(refusal) => {
                return by_words(request, &lines, &segments).unwrap_or(Graft::Refused(refusal));
            }
        }
    }
    if anchored == 0 && segments.len() < 2 && splice.is_empty() {
        return Graft::AlreadyApplied;
    }
    splice.finish()
}

/// Returns the pieces of a block between its elisions, without blank lines around them.
pub(super) fn split_at_elisions(snippet: &str) -> Vec<Block> {
    let mut parts: Vec<Vec<String>> = vec![Vec::new()];
    for line in snippet.lines() {
        if is_elision_line(line) {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(line.to_owned());
        }
    }
    parts
        .into_iter()
        .map(Block::from_lines)
        .filter(|part| !part.is_empty())
        .collect()
}

/// Returns whether a block stands in the text already, but for blanks, indentation and blank lines.
pub(super) fn contains_block(lines: &Lines<'_>, block: &Block) -> bool {
    fuzzy::find_block(lines, block)
        .is_some_and(|found| found.tier <= Tier::Indentation || found.tier == Tier::BlankLines)
}

/// Stages one piece; gives whether there was anything to stage.
///
/// The lines that the file has are read as standing there in four ways, from all of them to those
/// at one end of the piece, since a new line may look like one of the file's by chance.
fn insert_segment(
    request: &Request<'_>,
    lines: &Lines<'_>,
    segment: &Block,
    into: &mut Splice<'_>,
) -> Result<bool, Refusal> {
    if contains_block(lines, segment) {
        return Ok(false);
    }
    let known = |line: &String| {
        !line.trim().is_empty() && (0..lines.len()).any(|at| lines.get(at).trim() == line.trim())
    };
    let keeps: Vec<bool> = segment.lines.iter().map(known).collect();
    let ends = |from_start: bool| {
        let run = |line: &&bool| **line;
        if from_start {
            keeps.iter().take_while(run).count()
        } else {
            keeps.iter().rev().take_while(run).count()
        }
    };
    let (head, tail) = (ends(true), ends(false));
    let readings = [
        keeps.clone(),
        mark_edges(keeps.len(), head, tail),
        mark_edges(keeps.len(), head, 0),
        mark_edges(keeps.len(), 0, tail),
    ];
    let mut last = new_refusal(
        Reason::NotFound,
        "no line of the block stands in the file next to its new lines, so there is no place to put them",
    );
    for (at, reading) in readings.iter().enumerate() {
        // One end alone counts only where the other one is new.
        if !reading.contains(&true)
            || readings[..at].contains(reading)
            || (at > 1 && head > 0 && tail > 0)
        {
            continue;
        }
        match insert_anchored_segment(request, segment, reading, into) {
            Ok(()) => return Ok(true),
            Err(refusal) => {
                last = if last.reason == Reason::NotFound {
                    refusal
                } else {
                    last
                }
            }
        }
    }
    Err(last)
}

/// Returns which lines of a piece count as known where only its first and last ones do.
///
/// 5 lines, 1 and 2 -> [known, new, new, known, known].
fn mark_edges(len: usize, head: usize, tail: usize) -> Vec<bool> {
    (0..len)
        .map(|line| line < head || line >= len - tail)
        .collect()
}

/// Stages a piece with some of its lines taken as standing in the file, next to one another, and the rest as new.
fn insert_anchored_segment(
    request: &Request<'_>,
    segment: &Block,
    keeps: &[bool],
    into: &mut Splice<'_>,
) -> Result<(), Refusal> {
    let lines = &Lines::new(request.text);
    let (old, ops) = as_change(segment, keeps);
    let block = Block::from_lines(old.clone());
    if block.lines.len() != old.len() || !has_telling_line(&old) {
        return Err(new_refusal(
            Reason::NotFound,
            "the lines that the block shares with the file tell no place",
        ));
    }
    let found = fuzzy::find_block(lines, &block).ok_or_else(|| {
        let message = "the block's known lines don't stand next to one another in the file: it leaves out or changes some";
        Refusal {
            nearest: fuzzy::find_nearest_location(lines, &block),
            ..new_refusal(Reason::NotFound, message)
        }
    })?;
    let [hit] = &found.hits[..] else {
        let candidates = found
            .hits
            .iter()
            .take(20)
            .map(|hit| lines.location_of_line(hit.lines.start))
            .collect();
        let message = format!(
            "the block's known lines stand in {} places",
            found.hits.len()
        );
        return Err(Refusal {
            candidates,
            ..new_refusal(Reason::Ambiguous, message)
        });
    };
    if let Some(at) = find_redefined_key(request, lines, &ops) {
        let message =
            "a new line of the block gives another value to what stands in the file".to_owned();
        return Err(Refusal {
            candidates: vec![lines.location_of_line(at)],
            ..new_refusal(Reason::Conflict, message)
        });
    }
    let rewrite = Rewrite {
        tier: found.tier,
        hit,
        block: &old,
        ops: &ops,
        lost: None,
    };
    fuzzy::rewrite_hit(lines, &rewrite, into)?;
    into.add_evidence(format!(
        "new lines beside line {}, found {}",
        hit.lines.start + 1,
        found.tier.description()
    ));
    Ok(())
}

/// Returns a piece as the change that adds its other lines to those that are kept.
///
/// `a`, kept, and `b` -> `a` alone, with the operations keep and add `b`.
fn as_change(segment: &Block, keeps: &[bool]) -> (Vec<String>, Vec<Op>) {
    let mut old = Vec::new();
    let mut ops = Vec::new();
    for (line, keep) in segment.lines.iter().zip(keeps) {
        if *keep {
            old.push(line.clone());
            ops.push(Op::Keep);
        } else {
            ops.push(Op::Add(line.clone()));
        }
    }
    (old, ops)
}

/// Returns whether one of the lines says something of its own.
fn has_telling_line(lines: &[String]) -> bool {
    lines.iter().any(|line| is_telling(line))
}

/// Returns whether a line says something of its own. What only closes what was opened stands below everything: a block's
/// last `</div>` is its own, and not the one that the file has.
///
/// More than two letters or digits: `}`, `];` and `fi` are none.
fn is_telling(line: &str) -> bool {
    let bare = line.trim();
    let closes_tag = bare.starts_with("</") && bare.find('>') == Some(bare.len() - 1)
        || bare.starts_with("{% end");
    let closes = closes_tag || matches!(bare, "end" | "done" | "esac");
    !closes && bare.chars().filter(|found| found.is_alphanumeric()).count() > 2
}

/// Returns a line of the file that has the key of a new line, and so would be contradicted by it.
///
/// Lines that the block shows itself are meant as they stand, so they contradict nothing.
fn find_redefined_key(request: &Request<'_>, lines: &Lines<'_>, ops: &[Op]) -> Option<usize> {
    let asked: Vec<&str> = request.snippet.lines().map(str::trim).collect();
    ops.iter().find_map(|op| {
        let Op::Add(line) = op else { return None };
        let key = assigned_key(line)?;
        (0..lines.len()).find(|&at| {
            let there = lines.get(at);
            self::assigned_key(there) == Some(key)
                && there.trim() != line.trim()
                && !asked.contains(&there.trim())
        })
    })
}

/// Returns what a line gives a value to: `name = …` or `name: …` at the left edge.
///
/// `port = 1` -> `port`; None for `  port: 1`, `- port: 1` and `my port: 1`.
fn assigned_key(line: &str) -> Option<&str> {
    let end = line
        .find(['=', ':'])
        .filter(|_| !line.starts_with([' ', '\t', '-']))?;
    let key = line[..end].trim();
    let name = |found: char| found.is_alphanumeric() || matches!(found, '_' | '.' | '-');
    (!key.is_empty() && key.chars().all(name)).then_some(key)
}

/// Places the whole block beside the line that the prose names, where it names one.
///
/// `None` where the block shares a telling line with the file, where it has several pieces, or
/// where the words name no place or more than one.
fn by_words(request: &Request<'_>, lines: &Lines<'_>, segments: &[Block]) -> Option<Graft> {
    let [segment] = segments else { return None };
    let known = segment.lines.iter().any(|line| {
        is_telling(line) && (0..lines.len()).any(|at| lines.get(at).trim() == line.trim())
    });
    if known {
        return None;
    }
    let mut places: Vec<usize> = Vec::new();
    for spot in request.wording.spots() {
        places.extend(match spot {
            ProsePosition::After(name) => only_line(lines, &name).map(|line| line + 1),
            ProsePosition::Before(name) => only_line(lines, &name),
            ProsePosition::Bottom => Some(
                (0..lines.len())
                    .rev()
                    .find(|&at| !lines.get(at).trim().is_empty())
                    .map_or(0, |at| at + 1),
            ),
            ProsePosition::Top => Some(0),
        });
    }
    places.sort_unstable();
    places.dedup();
    let [place] = places[..] else { return None };
    let mut splice = Splice::new(request.text);
    stage_block(lines, place..place, segment, &mut splice);
    splice.add_evidence(format!("put at line {} as the plan says", place + 1));
    Some(splice.finish())
}

/// Stages a block of its own lines, parted by a blank line where it has more than one line and the file does so.
fn stage_block(lines: &Lines<'_>, at: Range<usize>, block: &Block, into: &mut Splice<'_>) {
    let mut new = block.lines.clone();
    let blank = |line: usize| lines.get(line).trim().is_empty();
    if block.lines.len() > 1 && at.start == lines.len() && at.start > 0 && !blank(at.start - 1) {
        new.insert(0, String::new());
    }
    fuzzy::stage_lines(lines, at, &new, into);
}

/// Returns the one line that is, or else holds, what the prose names.
///
/// A line that is equal counts before those that only hold the name; `None` where several do.
pub(super) fn only_line(lines: &Lines<'_>, name: &str) -> Option<usize> {
    let equal: Vec<usize> = (0..lines.len())
        .filter(|&at| lines.get(at).trim() == name)
        .collect();
    if let [only] = equal[..] {
        return Some(only);
    }
    let holding: Vec<usize> = (0..lines.len())
        .filter(|&at| lines.get(at).contains(name))
        .collect();
    if let ([], [only]) = (&equal[..], &holding[..]) {
        Some(*only)
    } else {
        None
    }
}

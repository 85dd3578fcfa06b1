//! Finds the place of every hunk of a diff by its lines: each stands in one place, or all of them in one order.
//!
//! ```text
//! text   1 a    hunk one  a          hunk two  a          both `a` fit each hunk alone; in order the first takes line 1
//!        2 b              -b                   -c         and the second line 3
//!        3 a              +B                   +C
//!        4 c
//! ```

use std::ops::Range;

use super::parse::Hunk;
use crate::fuzzy::{self, Block, Found, Hit, Lines, Op, Tier};
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// The most places that a refusal lists: more help nobody to choose.
const MOST_CANDIDATES: usize = 20;

/// Where one hunk may go.
pub(super) struct Sought {
    pub(super) hunk: Hunk,
    pub(super) found: Found,
    /// For each place the lines that change there; equal to `found.hits` in order.
    cores: Vec<Range<usize>>,
}

/// Finds the places of one hunk; one that stands already adds nothing.
///
/// A hunk whose new lines stand and whose old ones don't is done. Where both stand, the tier
/// decides: the new lines count only if they are found at least as exactly.
pub(super) fn find_hunk(
    lines: &Lines<'_>,
    hunk: &Hunk,
    into: &mut Vec<Sought>,
    may_split: bool,
) -> Result<(), Refusal> {
    let done = fuzzy::find_block(lines, &Block::from_lines(hunk.new_lines()));
    let Some((found, block)) = find_old(lines, hunk) else {
        if hunk.changes() && done.is_some() {
            return Ok(());
        }
        return find_parts(lines, hunk, into, may_split);
    };
    if !block.changes() || block.old == block.new_lines() {
        return Ok(());
    }
    let done = done.filter(|done| done.tier <= found.tier);
    if done
        .as_ref()
        .is_some_and(|done| done.tier == found.tier && done.hits == found.hits)
    {
        return Err(new_refusal(
            Reason::Unclear,
            "it changes only blanks, and the file's own differ from both its texts",
        ));
    }
    let done: Vec<Range<usize>> = done
        .into_iter()
        .flat_map(|done| done.hits)
        .map(|hit| hit.lines)
        .collect();
    let open = find_open_hits(lines, hunk, &found, &done);
    let Some(first) = open.first() else {
        return Ok(());
    };
    if let [only] = &done[..]
        && adds_telling(&block)
    {
        return Err(half_applied_refusal(lines, only, first));
    }
    let cores = open
        .iter()
        .map(|hit| changed_lines(hit, &block.ops))
        .collect();
    into.push(Sought {
        hunk: block,
        found: Found {
            hits: open,
            ..found
        },
        cores,
    });
    Ok(())
}

/// Finds the parts of a hunk that leaves lines out with dots; one without dots is missing. `may_split` is false for a
/// part, which is not parted again.
fn find_parts(
    lines: &Lines<'_>,
    hunk: &Hunk,
    into: &mut Vec<Sought>,
    may_split: bool,
) -> Result<(), Refusal> {
    let parts = hunk.split_at_dots();
    let is_split = parts.len() > 1
        || parts
            .first()
            .is_some_and(|part| part.ops.len() < hunk.ops.len());
    if !(may_split && is_split) {
        return Err(missing_hunk_refusal(lines, hunk));
    }
    parts
        .iter()
        .try_for_each(|part| find_hunk(lines, part, into, false))
}

/// Returns the places of the old lines in which the new ones do not stand yet; where the hunk shows by its context that it
/// is at an end of the file, only that place counts, and none is open if its change is made there.
fn find_open_hits(
    lines: &Lines<'_>,
    hunk: &Hunk,
    found: &Found,
    done: &[Range<usize>],
) -> Vec<Hit> {
    let stands = |hit: &Hit| {
        done.iter()
            .any(|done| done.start <= hit.lines.start && hit.lines.end <= done.end)
    };
    let mut open: Vec<Hit> = found
        .hits
        .iter()
        .filter(|hit| !stands(hit))
        .cloned()
        .collect();
    if let Some(anchor) = Anchor::of_hunk(hunk).filter(|_| open.len() + done.len() > 1) {
        if done.iter().any(|done| anchor.holds(lines, done)) {
            return Vec::new();
        }
        if open.iter().any(|hit| anchor.holds(lines, &hit.lines)) {
            open.retain(|hit| anchor.holds(lines, &hit.lines));
        }
    }
    open
}

/// Makes the refusal of a hunk whose change is made in one place while its old lines stand in another: either may be meant.
fn half_applied_refusal(lines: &Lines<'_>, done: &Range<usize>, open: &Hit) -> Refusal {
    let candidates = vec![
        lines.location_of_line(done.start),
        lines.location_of_line(open.lines.start),
    ];
    let message = "its new lines stand in one place already, and its old ones in another";
    Refusal {
        candidates,
        ..new_refusal(Reason::Ambiguous, message)
    }
}

/// Returns whether a hunk adds anything that would not be found by chance.
///
/// More than two letters or digits in a line: `}` and `*/` stand everywhere.
fn adds_telling(hunk: &Hunk) -> bool {
    let telling = |line: &str| line.chars().filter(|found| found.is_alphanumeric()).count() > 2;
    hunk.ops
        .iter()
        .any(|op| matches!(op, Op::Add(line) if telling(line)))
}

/// A hunk with all its context on one side stands at the file's other end.
///
/// Tools leave context out only where the file ends: three lines above and none below, so at the
/// end.
enum Anchor {
    Start,
    End,
}

impl Anchor {
    /// Lines of context that diff programs show on each side where the file has them.
    const CONTEXT: usize = 3;

    /// Returns the end that a hunk shows, `None` where it has context on both sides or too little
    /// on either.
    fn of_hunk(hunk: &Hunk) -> Option<Self> {
        let keep = |op: &&Op| **op == Op::Keep;
        let before = hunk.ops.iter().take_while(keep).count();
        let after = hunk.ops.iter().rev().take_while(keep).count();
        match (before, after) {
            (Self::CONTEXT.., 0) => Some(Anchor::End),
            (0, Self::CONTEXT..) => Some(Anchor::Start),
            _ => None,
        }
    }

    /// Returns whether nothing but blank lines stands beyond a place on the anchor's side.
    fn holds(&self, lines: &Lines<'_>, at: &Range<usize>) -> bool {
        let mut beyond = match self {
            Anchor::Start => 0..at.start,
            Anchor::End => at.end..lines.len(),
        };
        beyond.all(|line| lines.get(line).trim().is_empty())
    }
}

/// Finds the old lines, blank ones at the ends taken along where they are there; gives the hunk as it was read.
fn find_old(lines: &Lines<'_>, hunk: &Hunk) -> Option<(Found, Hunk)> {
    let block = Block::from_lines(hunk.old.clone());
    let mut found = fuzzy::find_block(lines, &block)?;
    let mut hunk = hunk.clone();
    // The old lines were found without escapes or entities: the new ones are read the same way.
    if found.tier == Tier::Escaping || found.reading != fuzzy::Reading::Plain {
        let read = |line: &String| {
            found.reading.decode_block(&Block {
                lines: vec![line.clone()],
                blank_before: 0,
                blank_after: 0,
            })
        };
        let one = |line: &String| read(line).lines.join("\n");
        hunk.old = hunk.old.iter().map(one).collect();
        for op in &mut hunk.ops {
            if let Op::Add(line) = op {
                *line = one(line);
            }
        }
        if Block::from_lines(hunk.old.clone()).lines.len() != found.hits.first()?.aligned.len() {
            return None;
        }
    }
    for hit in &mut found.hits {
        // A blank line of the hunk that the file lacks is no part of the place.
        let blank = |line: Option<usize>| {
            line.filter(|&line| line < lines.len() && lines.get(line).trim().is_empty())
        };
        for _ in 0..block.blank_before {
            let above = blank(hit.lines.start.checked_sub(1));
            hit.lines.start -= usize::from(above.is_some());
            hit.aligned.insert(0, above);
        }
        for _ in 0..block.blank_after {
            let below = blank(Some(hit.lines.end));
            hit.lines.end += usize::from(below.is_some());
            hit.aligned.push(below);
        }
    }
    Some((found, hunk))
}

/// Returns the lines of the text that a hunk changes at one place; empty, but placed, for an insertion.
///
/// Keep, drop, add at 4..6 -> 5..6; keep, add at 4..5 -> 5..5.
fn changed_lines(hit: &Hit, ops: &[Op]) -> Range<usize> {
    let mut next = hit.lines.start;
    let mut range: Option<Range<usize>> = None;
    let mut at = 0;
    for op in ops {
        let line = if matches!(op, Op::Add(_)) {
            None
        } else {
            hit.aligned.get(at).copied().flatten()
        };
        at += usize::from(!matches!(op, Op::Add(_)));
        let start = line.unwrap_or(next);
        next = line.map_or(next, |line| line + 1);
        if *op != Op::Keep {
            range = Some(range.map_or(start, |range| range.start)..next.max(start));
        }
    }
    range.unwrap_or(hit.lines.clone())
}

/// Chooses one place for each hunk, as indices into its hits: the only ones in order, or each the only one. The order is told
/// where the earliest places and the latest ones that keep it are the same.
///
/// Indices are into `found.hits`. Where no order fits all of them, each must have one place only.
pub(super) fn choose_hits(lines: &Lines<'_>, sought: &[Sought]) -> Result<Vec<usize>, Refusal> {
    let narrowed: Vec<Vec<usize>> = sought
        .iter()
        .map(|sought| under_heading(lines, sought))
        .collect();
    let core = |hunk: usize, at: usize| sought[hunk].cores[at].clone();
    let mut earliest = Vec::new();
    let mut after = 0;
    for (hunk, places) in narrowed.iter().enumerate() {
        let fits = places
            .iter()
            .copied()
            .find(|&at| core(hunk, at).start >= after);
        let Some(at) = fits else {
            return each_alone(lines, sought, &narrowed);
        };
        after = core(hunk, at).end;
        earliest.push(at);
    }
    let mut latest = vec![0; narrowed.len()];
    let mut before = usize::MAX;
    for (hunk, places) in narrowed.iter().enumerate().rev() {
        let at = places
            .iter()
            .copied()
            .rev()
            .find(|&at| core(hunk, at).end <= before)
            .unwrap_or(earliest[hunk]);
        before = core(hunk, at).start;
        latest[hunk] = at;
    }
    match earliest
        .iter()
        .zip(&latest)
        .position(|(early, late)| early != late)
    {
        None => Ok(earliest),
        Some(hunk) => Err(ambiguous_hunk_refusal(lines, sought, hunk)),
    }
}

/// Returns the places whose nearest line above that could be it is the hunk's heading, where that tells places apart.
///
/// A heading that stands more than once tells nothing. It ends at the next line at the left edge.
fn under_heading(lines: &Lines<'_>, sought: &Sought) -> Vec<usize> {
    let all: Vec<usize> = (0..sought.cores.len()).collect();
    let heading = sought.hunk.heading.trim();
    if all.len() < 2 || heading.is_empty() {
        return all;
    }
    let headings: Vec<usize> = (0..lines.len())
        .filter(|&line| lines.get(line).trim().starts_with(heading))
        .collect();
    let [only] = headings[..] else { return all };
    let indent = |line: usize| lines.get(line).len() - lines.get(line).trim_start().len();
    let ends = (only + 1..lines.len())
        .find(|&line| {
            !lines.get(line).trim().is_empty() && indent(line) <= indent(only) && indent(line) == 0
        })
        .unwrap_or(lines.len());
    let under: Vec<usize> = all
        .iter()
        .copied()
        .filter(|&at| (only..=ends).contains(&sought.cores[at].start))
        .collect();
    if under.is_empty() { all } else { under }
}

/// Returns the only place of each hunk, where no order fits them all.
fn each_alone(
    lines: &Lines<'_>,
    sought: &[Sought],
    narrowed: &[Vec<usize>],
) -> Result<Vec<usize>, Refusal> {
    if let Some(hunk) = narrowed.iter().position(|places| places.len() != 1) {
        return Err(ambiguous_hunk_refusal(lines, sought, hunk));
    }
    Ok(narrowed.iter().map(|places| places[0]).collect())
}

/// Makes the refusal of a hunk that fits several places.
fn ambiguous_hunk_refusal(lines: &Lines<'_>, sought: &[Sought], hunk: usize) -> Refusal {
    let hits = &sought[hunk].found.hits;
    let candidates = hits
        .iter()
        .take(MOST_CANDIDATES)
        .map(|hit| lines.location_of_line(hit.lines.start))
        .collect();
    let message = format!(
        "a hunk's lines stand in {} places: it needs more context lines",
        hits.len()
    );
    Refusal {
        candidates,
        ..new_refusal(Reason::Ambiguous, message)
    }
}

/// Makes the refusal of a hunk that fits none, with the place that shares most of its lines.
fn missing_hunk_refusal(lines: &Lines<'_>, hunk: &Hunk) -> Refusal {
    let block = Block::from_lines(hunk.old.clone());
    if block.is_empty() {
        return new_refusal(
            Reason::NotFound,
            "it only adds lines and shows none of those around them",
        );
    }
    let nearest = fuzzy::find_nearest_location(lines, &block);
    Refusal {
        nearest,
        ..new_refusal(
            Reason::NotFound,
            "its context and removed lines are not in the file",
        )
    }
}

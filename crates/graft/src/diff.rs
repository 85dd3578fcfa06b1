//! Unified diffs by content: line numbers and counts are ignored, the lines themselves must be there.

mod parse;

use std::ops::Range;

use crate::fuzzy::{self, Block, Found, Hit, Lines, Op, Tier};
use crate::splice::{Splice, edits_between, new_refusal, refuse_graft};
use crate::{Applied, Edit, Evidence, Graft, Reason, Refusal};

pub use parse::{FileChange, FileDiff, split_diff};
use parse::{Hunk, parse_hunks};

/// Applies the part of `diff` that speaks of `path` to `text` (`None` where no file stands).
///
/// Every hunk is found by its lines or nothing is changed. A deletion answers with empty text and says so in its
/// evidence.
#[must_use]
pub fn apply_diff(text: Option<&str>, diff: &str, path: &str) -> Graft {
    let answer = run_diff(text, diff, path);
    if let Graft::Applied(applied) = &answer
        && let Graft::Applied(_) = run_diff(Some(&applied.text), diff, path)
    {
        return refuse_graft(
            Reason::Unproven,
            "the diff would apply again to its own result: it needs more context lines",
        );
    }
    answer
}

fn run_diff(text: Option<&str>, diff: &str, path: &str) -> Graft {
    let parts = split_diff(diff);
    let own: Vec<&FileDiff<'_>> = parts.iter().filter(|part| speaks_of(part, path)).collect();
    let Some(first) = own.first() else {
        let named: Vec<&str> = parts
            .iter()
            .filter_map(|part| part.new_path.or(part.old_path))
            .collect();
        return refuse_graft(
            Reason::Conflict,
            format!("the diff speaks of {}, not of {path}", named.join(", ")),
        );
    };
    let hunks: Vec<Hunk> = own.iter().flat_map(|part| parse_hunks(part.text)).collect();
    match (first.kind, text) {
        (FileChange::Delete, None) => Graft::AlreadyApplied,
        (FileChange::Delete, Some(text)) => apply_deletion(text, &hunks),
        (FileChange::Create, text) => apply_creation(text, &hunks, path),
        (FileChange::Modify, Some(text)) if !text.trim().is_empty() => {
            apply_modification(text, &hunks)
        }
        (FileChange::Modify, text) if only_adds(&hunks) => apply_creation(text, &hunks, path),
        (FileChange::Modify, _) => refuse_graft(
            Reason::Missing,
            format!("{path} is not there, and the diff changes lines of it"),
        ),
    }
}

fn speaks_of(part: &FileDiff<'_>, path: &str) -> bool {
    let same = |named: &str| {
        let named = named.trim_start_matches("./");
        named == path
            || named.ends_with(&format!("/{path}"))
            || path.ends_with(&format!("/{named}"))
    };
    let named = [part.old_path, part.new_path];
    named.iter().all(Option::is_none) || named.into_iter().flatten().any(same)
}

fn only_adds(hunks: &[Hunk]) -> bool {
    !hunks.is_empty()
        && hunks
            .iter()
            .all(|hunk| hunk.old.iter().all(|line| line.trim().is_empty()))
}

fn apply_creation(text: Option<&str>, hunks: &[Hunk], path: &str) -> Graft {
    if !only_adds(hunks) {
        return refuse_graft(
            Reason::Unclear,
            format!("the diff creates {path}, but not all of its lines are added ones"),
        );
    }
    let mut content = hunks
        .iter()
        .flat_map(Hunk::new_lines)
        .collect::<Vec<_>>()
        .join("\n");
    if !hunks.iter().any(|hunk| hunk.new_open) {
        content.push('\n');
    }
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        let mut splice = Splice::new(text.unwrap_or_default());
        splice.replace(0..text.map_or(0, str::len), content);
        splice.add_evidence("the diff creates the file");
        return splice.finish();
    };
    let trimmed = |text: &str| {
        text.lines()
            .map(|line| line.trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    if trimmed(text) == trimmed(&content) {
        return Graft::AlreadyApplied;
    }
    refuse_graft(
        Reason::Exists,
        format!("the diff creates {path}, but a file with other content stands there"),
    )
}

fn apply_deletion(text: &str, hunks: &[Hunk]) -> Graft {
    if text.is_empty() {
        return Graft::AlreadyApplied;
    }
    let shown: Vec<&str> = hunks
        .iter()
        .flat_map(|hunk| hunk.old.iter().map(|line| line.trim_end()))
        .collect();
    let there: Vec<&str> = text.lines().map(str::trim_end).collect();
    if !hunks.is_empty() && shown != there {
        return refuse_graft(
            Reason::NotFound,
            "the diff deletes the file, but its lines are not those that stand there",
        );
    }
    let edits = vec![Edit {
        old: 0..text.len(),
        new: String::new(),
    }];
    let evidence = vec![Evidence("the diff deletes the file".to_owned())];
    Graft::Applied(Applied {
        text: String::new(),
        edits,
        evidence,
    })
}

/// Where one hunk may go.
struct Sought {
    hunk: Hunk,
    found: Found,
    /// For each place the lines that change there; equal to `found.hits` in order.
    cores: Vec<Range<usize>>,
}

fn apply_modification(text: &str, hunks: &[Hunk]) -> Graft {
    if !hunks.iter().any(Hunk::changes) {
        return refuse_graft(Reason::Unclear, "the diff has no changed line");
    }
    let lines = Lines::new(text);
    let mut sought = Vec::new();
    for (index, hunk) in hunks.iter().enumerate() {
        if let Err(refusal) = find_hunk(&lines, hunk, &mut sought, true) {
            let message = format!("hunk {} of {}: {}", index + 1, hunks.len(), refusal.message);
            return Graft::Refused(Refusal { message, ..refusal });
        }
    }
    let chosen = match choose_hits(&lines, &sought) {
        Ok(chosen) => chosen,
        Err(refusal) => return Graft::Refused(refusal),
    };
    let mut splice = Splice::new(text);
    let lost = sought
        .iter()
        .zip(&chosen)
        .find_map(|(sought, &at)| fuzzy::lost_at(&lines, &sought.found.hits[at], &sought.hunk.old));
    for (sought, &at) in sought.iter().zip(&chosen) {
        let hit = &sought.found.hits[at];
        if let Err(refusal) = fuzzy::rewrite_hit(
            &lines,
            &sought.found,
            hit,
            &sought.hunk.old,
            &sought.hunk.ops,
            lost,
            &mut splice,
        ) {
            return Graft::Refused(refusal);
        }
        splice.add_evidence(format!(
            "hunk found {} at line {}",
            sought.found.tier.description(),
            hit.lines.start + 1
        ));
    }
    let ends = hunks.iter().find(|hunk| hunk.old_open || hunk.new_open);
    end_as_told(text, splice.finish(), ends)
}

/// Gives the text the final line end, or none, that a hunk shows for its last line.
fn end_as_told(text: &str, answer: Graft, hunk: Option<&Hunk>) -> Graft {
    let (now, evidence) = match &answer {
        Graft::Applied(applied) => (applied.text.as_str(), applied.evidence.clone()),
        Graft::AlreadyApplied => (text, Vec::new()),
        Graft::Refused(_) => return answer,
    };
    let Some(hunk) = hunk else { return answer };
    let last = hunk.new_lines().last().cloned().unwrap_or_default();
    let ends = now.ends_with('\n');
    if now.lines().last().map(str::trim_end) != Some(last.trim_end()) || hunk.new_open != ends {
        return answer;
    }
    let mut told = now.trim_end_matches(['\r', '\n']).to_owned();
    if !hunk.new_open {
        told.push_str(fuzzy::line_end(text));
    }
    if told == text {
        return Graft::AlreadyApplied;
    }
    Graft::Applied(Applied {
        edits: edits_between(text, &told),
        text: told,
        evidence,
    })
}

/// Finds the places of one hunk; one that stands already adds nothing.
fn find_hunk(
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
        let parts = hunk.split_at_dots();
        if may_split
            && (parts.len() > 1
                || parts
                    .first()
                    .is_some_and(|part| part.ops.len() < hunk.ops.len()))
        {
            return parts
                .iter()
                .try_for_each(|part| find_hunk(lines, part, into, false));
        }
        return Err(missing_hunk_refusal(lines, hunk));
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
            return Ok(());
        }
        if open.iter().any(|hit| anchor.holds(lines, &hit.lines)) {
            open.retain(|hit| anchor.holds(lines, &hit.lines));
        }
    }
    if open.is_empty() {
        return Ok(());
    }
    if let [only] = &done[..]
        && adds_telling(&block)
    {
        let candidates = vec![
            lines.location_of_line(only.start),
            lines.location_of_line(open[0].lines.start),
        ];
        let message = "its new lines stand in one place already, and its old ones in another";
        return Err(Refusal {
            candidates,
            ..new_refusal(Reason::Ambiguous, message)
        });
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

/// Returns whether a hunk adds anything that would not be found by chance.
fn adds_telling(hunk: &Hunk) -> bool {
    let telling = |line: &str| line.chars().filter(|found| found.is_alphanumeric()).count() > 2;
    hunk.ops
        .iter()
        .any(|op| matches!(op, Op::Add(line) if telling(line)))
}

/// A hunk with all its context on one side stands at the file's other end.
enum Anchor {
    Start,
    End,
}

impl Anchor {
    const CONTEXT: usize = 3;

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

/// One place for each hunk: the only ones in order, or each the only one.
fn choose_hits(lines: &Lines<'_>, sought: &[Sought]) -> Result<Vec<usize>, Refusal> {
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

fn ambiguous_hunk_refusal(lines: &Lines<'_>, sought: &[Sought], hunk: usize) -> Refusal {
    let hits = &sought[hunk].found.hits;
    let candidates = hits
        .iter()
        .take(20)
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

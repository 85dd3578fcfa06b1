//! Unified diffs by content: line numbers and counts are ignored, the lines themselves must be there.
//!
//! ```text
//! text        hunk                result
//! a           @@ -7,2 +7,2 @@     a
//! b            a                  B      found by `a` and `b`, although the header says line 7
//!             -b
//!             +B
//! ```

mod parse;

mod hunks;

use crate::fuzzy::{self, Lines, Rewrite};
use crate::splice::{Splice, edits_between, refuse_graft};
use crate::{Applied, Edit, Evidence, Graft, Reason, Refusal};

use hunks::{choose_hits, find_hunk};
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

/// Applies the diff once; [`apply_diff`] proves the answer.
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
        // A diff that shows no line of the file may make it.
        (FileChange::Modify, text) if only_adds(&hunks) => apply_creation(text, &hunks, path),
        (FileChange::Modify, _) => refuse_graft(
            Reason::Missing,
            format!("{path} is not there, and the diff changes lines of it"),
        ),
    }
}

/// Returns whether a part is for the file at `path`: by its old or new path, by the end of one of
/// them, or as it names none.
///
/// `src/x.py` is spoken of as `app/src/x.py` and as `x.py`, too.
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

/// Returns whether hunks show no line of a file that stands.
fn only_adds(hunks: &[Hunk]) -> bool {
    !hunks.is_empty()
        && hunks
            .iter()
            .all(|hunk| hunk.old.iter().all(|line| line.trim().is_empty()))
}

/// Makes the file that a diff creates; what stands there must be nothing, or the same but for
/// blanks at line ends.
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

/// Empties a file whose lines are those that the diff removes; a deletion without hunks needs none.
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

/// Finds all hunks, chooses their places together, and then rewrites each; one that is not found
/// leaves the file as it is.
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
    // The indentation that one hunk was found to have lost is that of the others, too: they were
    // copied together.
    let mut splice = Splice::new(text);
    let lost = sought
        .iter()
        .zip(&chosen)
        .find_map(|(sought, &at)| fuzzy::lost_at(&lines, &sought.found.hits[at], &sought.hunk.old));
    for (sought, &at) in sought.iter().zip(&chosen) {
        let hit = &sought.found.hits[at];
        let rewrite = Rewrite {
            tier: sought.found.tier,
            hit,
            block: &sought.hunk.old,
            ops: &sought.hunk.ops,
            lost,
        };
        if let Err(refusal) = fuzzy::rewrite_hit(&lines, &rewrite, &mut splice) {
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
///
/// Only for a hunk whose last line is the last of the text.
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

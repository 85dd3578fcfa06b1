//! Code that the plan quotes as it stands now, and lines that it names: whether they still are where it says.
//!
//! ```text
//! plan: "`app/main.py:40`, current code:"      tree, app/main.py
//! def create(order):                            61  def create(self, order):
//! # ... validation ...                      ..
//! db.save(order)                            70      db.save(order)
//! ```
//!
//! The quote is cut at what it leaves out into runs of lines; each run is looked for with blanks
//! evened out and comments left aside. `def create(order):` stands nowhere → `quote-gone`, nearest
//! line 61. Had all runs been found, at line 61 where the plan says 40 → `lines-moved`.

use plan::{CodeBlock, FileOf, Phase, Role};

use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

const GONE: Code = Code {
    name: "quote-gone",
    severity: Severity::Warning,
    summary: "code that the plan quotes is no longer there",
    explanation: "The plan shows what stands in a file now, and the file has no such lines: it was changed since the plan was \
                  written, or the quote is not exact. What shall take its place can't be placed.\n\n\
                  Example: a `Current code` block with `def create(order)` where the file has `def create(self, order)`.\n\n\
                  Fix it: quote the lines as they are now; the hint says which come nearest.",
};

const MOVED: Code = Code {
    name: "lines-moved",
    severity: Severity::Note,
    summary: "lines that the plan names are elsewhere now",
    explanation: "The plan names a file's lines, and the code that it quotes stands at others, or the file ends before them. \
                  Places are found by their code, so this alone stops nothing.\n\n\
                  Example: `app/main.py:40-52` where the quoted code stands at line 61.\n\n\
                  Fix it: correct the numbers, or leave them out.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[GONE, MOVED],
    look: Some(check_quotes),
    told_by_run: true,
};

/// Lines by which a place may be off before it is told.
/// A plan counts by an older state of the file; a few lines of import above don't mislead anyone.
const TOLERANCE: usize = 5;

/// Returns the findings of all quotes, then of all lines that are named for a change.
fn check_quotes(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in context.units {
        for block in &unit.blocks {
            findings.extend(of_block(context, unit, block));
        }
        for change in unit.changes.iter().filter(|change| !change.pattern) {
            findings.extend(of_lines(context, unit, change));
        }
    }
    findings
}

/// Returns the text of the file that a block is for, where nothing unknown happens to it before.
///
/// A file that an earlier unit changes or makes can't be held against the quote: it will be another
/// one by then.
fn file_of<'g>(
    context: &'g RuleContext<'_>,
    unit: &Phase,
    block: &CodeBlock,
) -> Option<(&'g str, &'g str)> {
    let FileOf::Change(change) = &block.file else {
        return None;
    };
    let path = context.assignment.file(unit.id, *change)?.path.as_deref()?;
    if context.facts.uncertain.contains(path) || context.facts.made.contains_key(path) {
        return None;
    }
    Some((path, context.text_before_unit(path)?))
}

/// Returns the finding of a quoted block: that a line of it is gone, or that it stands elsewhere.
///
/// Not told: a quote whose new form stands already (the work is done), and lines that an earlier
/// block of the plan brings, since the quote then shows the file after that one.
fn of_block(context: &RuleContext<'_>, unit: &Phase, block: &CodeBlock) -> Option<Finding> {
    let Role::Before { after } = block.role else {
        return None;
    };
    let (path, text) = file_of(context, unit, block)?;
    match find_quote(text, &block.text) {
        Quote::At(line) => {
            let FileOf::Change(change) = &block.file else {
                return None;
            };
            let (from, to) = block.lines.or(unit.changes.get(*change)?.lines)?;
            // With several quotes, the lines may be said for any of them.
            let known = only_quote(unit, *change);
            let inside = line + TOLERANCE >= from && line <= to + TOLERANCE;
            if inside || !known {
                return None;
            }
            let message = format!(
                "`{path}`: the plan names {}, and the code that it quotes stands at line {line}",
                lines_of(from, to)
            );
            Some(context.finding_at(&MOVED, block.span.clone(), message))
        }
        Quote::Several | Quote::Unclear => None,
        Quote::Gone { missing, near } => {
            let done = after
                .and_then(|after| unit.blocks.get(after))
                .is_some_and(|after| {
                    matches!(find_quote(text, &after.text), Quote::At(_) | Quote::Several)
                });
            if done || shown_before(context, block, &missing) {
                return None;
            }
            let missing = shorten_quote(&missing);
            let message =
                format!("`{path}` has no such lines as the plan quotes: `{missing}` is not there");
            let mut finding = context.finding_at(&GONE, block.span.clone(), message);
            finding.hint = near.map(|(line, text)| format!("Nearest is line {line}: `{text}`"));
            Some(finding)
        }
    }
}

/// Returns whether code of the plan that comes before the quote brings the line.
///
/// Old code of pairs brings nothing: it only shows what was there.
fn shown_before(context: &RuleContext<'_>, quote: &CodeBlock, line: &str) -> bool {
    let units = context.run.plan.all();
    let earlier = units
        .flat_map(|unit| &unit.blocks)
        .filter(|block| block.span.end <= quote.span.start);
    let brings = |block: &CodeBlock| block.text.lines().any(|own| normalize_line(own) == line);
    earlier
        .filter(|block| !matches!(block.role, Role::Before { .. }))
        .any(brings)
}

/// Returns whether the change has one quote, so that lines said for it are said for that one.
fn only_quote(unit: &Phase, change: usize) -> bool {
    let quotes = |block: &&CodeBlock| {
        matches!(block.role, Role::Before { .. }) && block.file == FileOf::Change(change)
    };
    unit.blocks.iter().filter(quotes).count() == 1
}

/// Returns the finding of lines that are named behind the file's end. Files that are to be made, or
/// that another unit changes before, have no lines to count yet.
fn of_lines(
    context: &RuleContext<'_>,
    unit: &Phase,
    change: &plan::PlannedChange,
) -> Option<Finding> {
    let (from, to) = change.lines?;
    let file = context
        .assignment
        .files
        .iter()
        .find(|file| file.unit == unit.id && file.span == change.span)?;
    let path = file.path.as_deref()?;
    if context.facts.uncertain.contains(path)
        || !matches!(change.action, plan::Action::Modify | plan::Action::Unstated)
    {
        return None;
    }
    let count = context.text_before_unit(path)?.lines().count();
    let message = format!(
        "`{path}` ends at line {count}; the plan names {}",
        lines_of(from, to)
    );
    // Adding behind the last line is said with its number, too.
    (from > count + 2).then(|| context.finding_at(&MOVED, change.span.clone(), message))
}

/// Writes a range of lines as plans do.
fn lines_of(from: usize, to: usize) -> String {
    if from == to {
        format!("line {from}")
    } else {
        format!("lines {from}-{to}")
    }
}

/// The result of looking for a quote in its file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Quote {
    /// It stands once, from this line.
    At(usize),
    /// It stands more than once.
    Several,
    /// A line of it that is not there, and where the nearest stands.
    Gone {
        missing: String,
        near: Option<(usize, String)>,
    },
    /// Too little, or too vague, to look for.
    Unclear,
}

/// Looks for quoted lines in a text: blanks and what is left out do not count.
///
/// The first run that isn't found decides. A quote of which all lines are there, and only not in
/// this order, is unclear rather than gone: the engine may still place what replaces it.
pub(super) fn find_quote(text: &str, quote: &str) -> Quote {
    let lines: Vec<(usize, String)> = text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, normalize_line(line)))
        .filter(|(_, line)| !line.is_empty())
        .collect();
    let mut first = None;
    for chunk in split_at_omissions(quote) {
        let stands = |at: &usize| {
            chunk
                .iter()
                .enumerate()
                .all(|(ahead, line)| lines.get(at + ahead).is_some_and(|(_, own)| own == line))
        };
        let places: Vec<usize> = (0..lines.len()).filter(stands).collect();
        match places.as_slice() {
            [] => {
                let gone = chunk
                    .iter()
                    .filter(|line| !lines.iter().any(|(_, own)| own == *line));
                // The longest tells most.
                let missing = gone.max_by_key(|line| line.len());
                // Every line is there, in another order or with others between: not plainly gone.
                let Some(missing) = missing else {
                    return Quote::Unclear;
                };
                return Quote::Gone {
                    near: find_similar_line(&lines, missing),
                    missing: missing.clone(),
                };
            }
            [only] => first = first.or(Some(Quote::At(lines[*only].0))),
            _ => first = first.or(Some(Quote::Several)),
        }
    }
    first.unwrap_or(Quote::Unclear)
}

/// The quote in runs of lines, cut where it leaves something out; comments that only explain do not count.
///
/// Runs with fewer than 12 letters together are dropped: `}` and `return x` stand everywhere.
fn split_at_omissions(quote: &str) -> Vec<Vec<String>> {
    let mut chunks = vec![Vec::new()];
    for line in quote.lines() {
        let line = normalize_line(line);
        // Comments of plans explain to the reader; those of the file are rarely copied exactly.
        let comment = line.starts_with("//")
            || line.starts_with('#') && !line.starts_with("#[")
            || line.starts_with("--")
            || line.starts_with("/*");
        match line.as_str() {
            "" => {}
            _ if line.contains("...") || line.contains('…') || comment => chunks.push(Vec::new()),
            _ => {
                let bare = line.split("  #").next().unwrap_or(&line).to_owned();
                if let Some(last) = chunks.last_mut() {
                    last.push(bare);
                }
            }
        }
    }
    chunks.retain(|chunk| chunk.iter().map(String::len).sum::<usize>() >= 12);
    chunks
}

/// Returns a line without the blanks around it, and with single ones inside; a comment behind code is left out.
fn normalize_line(line: &str) -> String {
    let line = line.trim();
    let code = [" // ", "  # ", " # <", " // <"]
        .iter()
        .filter_map(|mark| line.find(mark))
        .min()
        .map_or(line, |at| &line[..at]);
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the beginning of a line, as long as fits beside a message.
fn shorten_quote(line: &str) -> String {
    line.chars().take(80).collect()
}

/// Returns the line that is most like the missing one, with its number: of equally like ones the
/// first. Less than 60 of 100 is another line; lines of 200 letters and more take long to compare.
fn find_similar_line(lines: &[(usize, String)], missing: &str) -> Option<(usize, String)> {
    let likeness = |line: &str| (strsim::normalized_levenshtein(line, missing) * 1000.0) as u32;
    let comparable = lines
        .iter()
        .filter(|(_, line)| line.len() < 200 && missing.len() < 200);
    let best = comparable
        .map(|(at, line)| (likeness(line), *at, line))
        .max_by_key(|(likeness, at, _)| (*likeness, std::cmp::Reverse(*at)))?;
    (best.0 > 600).then(|| (best.1, shorten_quote(best.2)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::tests::findings_of_plan;

    const FILE: &str = "import os\n\ndef create(self, order):\n    total = order.total  # sum\n    return total\n\ndef other():\n    return total\n";

    #[test]
    fn quotes_are_found_whatever_their_blanks() {
        assert_eq!(
            find_quote(FILE, "def create(self, order):\n  total = order.total\n"),
            Quote::At(3)
        );
        assert_eq!(
            find_quote(
                FILE,
                "def create(self, order):\n    # ...\n    return total\n"
            ),
            Quote::At(3)
        );
        assert_eq!(find_quote(FILE, "    return total\n"), Quote::Several);
        assert_eq!(find_quote(FILE, "# nothing\n"), Quote::Unclear);
    }

    #[test]
    fn what_is_gone_is_said_with_the_nearest_line() {
        let gone = find_quote(FILE, "def create(order):\n    return total\n");
        let near = Some((3, "def create(self, order):".to_owned()));
        assert_eq!(
            gone,
            Quote::Gone {
                missing: "def create(order):".to_owned(),
                near
            }
        );
    }

    #[test]
    fn a_quote_is_held_against_the_file_as_it_is() {
        let plan = |quote: &str| {
            format!(
                "# X\n\n## Phase 1: A\n\n**File**: `a.py` (modify)\n\n**Current code** (lines 1-2):\n\n```python\n{quote}\n```\n\n**Replace with**:\n\n```python\ndef create(self, order, tax):\n    total = order.total\n```\n"
            )
        };
        let files = [("a.py", FILE)];
        let gone = findings_of_plan(
            &["quote-gone", "lines-moved"],
            &files,
            &plan("def create(order):"),
        );
        assert_eq!(
            gone,
            [
                "9: `a.py` has no such lines as the plan quotes: `def create(order):` is not there | Nearest is line 3: `def create(self, order):`"
            ]
        );
        assert_eq!(
            findings_of_plan(
                &["quote-gone", "lines-moved"],
                &files,
                &plan("def create(self, order):")
            ),
            [""; 0]
        );
        let far = format!("{}{FILE}", "# x\n".repeat(30));
        let moved = findings_of_plan(
            &["quote-gone", "lines-moved"],
            &[("a.py", far.as_str())],
            &plan("def create(self, order):"),
        );
        assert_eq!(
            moved,
            ["9: `a.py`: the plan names lines 1-2, and the code that it quotes stands at line 33"]
        );
    }
}

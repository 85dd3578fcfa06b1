//! Jinja and HTML templates: blocks by name; anything else by exact anchors.
//!
//! ```text
//! file                        block                                      result
//! {% block nav %}             {% block nav %}                            the old lines, then the new one
//! <a>One</a>                  {# existing #}
//! {% endblock %}              <a>Two</a>
//!                             {% endblock %}
//! ```

use std::ops::Range;

use super::wording::is_elision_line;
use super::{Request, anchors};
use crate::fuzzy::{self, Lines};
use crate::splice::{Splice, new_refusal};
use crate::{Graft, Reason, Refusal};

/// Checks that every block is closed.
pub(super) fn check_template_blocks(text: &str) -> Result<(), String> {
    parse_blocks(text).map(|_| ())
}

/// Places the blocks of a snippet by their names, if all that it shows around them stands in the
/// file; else by anchors.
pub(super) fn apply_to_template(request: &Request<'_>) -> Graft {
    let (Ok(there), Ok(asked)) = (parse_blocks(request.text), parse_blocks(request.snippet)) else {
        return anchors::apply_by_anchors(request);
    };
    let outer: Vec<&Block> = asked.iter().filter(|block| block.depth == 0).collect();
    if outer.is_empty() || !rest_stands(request, &outer) {
        return anchors::apply_by_anchors(request);
    }
    let mut splice = Splice::new(request.text);
    for block in outer {
        if let Err(refusal) = merge_template_block(request, &there, block, &mut splice) {
            return Graft::Refused(refusal);
        }
    }
    splice.finish()
}

/// Returns whether all that the snippet shows outside its blocks stands in the file or is left out.
fn rest_stands(request: &Request<'_>, outer: &[&Block]) -> bool {
    let mut rest = request.snippet.to_owned();
    for block in outer.iter().rev() {
        rest.replace_range(block.whole.clone(), "");
    }
    rest.lines()
        .filter(|line| !line.trim().is_empty() && !is_elision_line(line))
        .all(|line| {
            request
                .text
                .lines()
                .any(|there| there.trim() == line.trim())
        })
}

/// Merges a block into the only one of its name: replaces what is in it, or extends it where the
/// snippet leaves something out.
fn merge_template_block(
    request: &Request<'_>,
    there: &[Block],
    block: &Block,
    into: &mut Splice<'_>,
) -> Result<(), Refusal> {
    let known: Vec<&Block> = there
        .iter()
        .filter(|known| known.name == block.name)
        .collect();
    let [known] = known[..] else {
        let message = format!("the file has {} blocks `{}`", known.len(), block.name);
        return Err(new_refusal(
            if known.is_empty() {
                Reason::NotFound
            } else {
                Reason::Ambiguous
            },
            message,
        ));
    };
    let (old, new) = (
        &request.text[known.body.clone()],
        &request.snippet[block.body.clone()],
    );
    let even = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    if even(old) == even(new) {
        return Ok(());
    }
    if !new.lines().any(is_elision_line) {
        into.replace(
            known.body.clone(),
            reindent_content(request.text, known, new),
        );
        into.add_evidence(format!("replaced block `{}`", block.name));
        return Ok(());
    }
    into.add_evidence(format!("extended block `{}`", block.name));
    extend_block(request, known, new, into)
}

/// Returns the block's new content with the indentation of the block in the file.
///
/// Both are those of the first line below the tag's own that isn't blank.
fn reindent_content(text: &str, known: &Block, new: &str) -> String {
    if !new.contains('\n') {
        return new.to_owned();
    }
    let old = &text[known.body.clone()];
    let first = |text: &str| {
        let line = text
            .lines()
            .skip(1)
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        line[..line.len() - line.trim_start().len()].to_owned()
    };
    let (from, to) = (
        first(new),
        if old.contains('\n') {
            first(old)
        } else {
            first(new)
        },
    );
    let moved =
        new.split('\n')
            .enumerate()
            .map(|(at, line)| match line.strip_prefix(from.as_str()) {
                Some(rest) if at > 0 && !rest.is_empty() => format!("{to}{rest}"),
                _ => line.to_owned(),
            });
    moved.collect::<Vec<_>>().join("\n")
}

/// Adds the new lines of a block that leaves the old ones out: before, after or beside those that
/// it shows.
fn extend_block(
    request: &Request<'_>,
    known: &Block,
    new: &str,
    into: &mut Splice<'_>,
) -> Result<(), Refusal> {
    let shown: Vec<&str> = new.lines().filter(|line| !line.trim().is_empty()).collect();
    let fresh: Vec<String> = shown
        .iter()
        .filter(|line| !is_elision_line(line))
        .map(|line| (*line).to_owned())
        .collect();
    let old = &request.text[known.body.clone()];
    if anchors::contains_block(&Lines::new(old), &fuzzy::Block::from_lines(fresh.clone())) {
        return Ok(());
    }
    let at_end = shown.first().is_some_and(|line| is_elision_line(line));
    let at_start = shown.last().is_some_and(|line| is_elision_line(line));
    let touches = fresh
        .iter()
        .any(|line| old.lines().any(|there| there.trim() == line.trim()));
    // Only an elision at one end alone says by itself where the new lines go.
    if touches || at_start == at_end {
        let inner = Request {
            text: old,
            snippet: new,
            ..*request
        };
        return match anchors::apply_by_anchors(&inner) {
            Graft::Applied(applied) => {
                let base = known.body.start;
                for edit in applied.edits {
                    into.replace(base + edit.old.start..base + edit.old.end, edit.new);
                }
                Ok(())
            }
            Graft::AlreadyApplied => Ok(()),
            Graft::Refused(refusal) => Err(refusal),
        };
    }
    let joined = fresh.join("\n");
    if at_end {
        let end = known.body.start + old.trim_end().len();
        into.insert(end, format!("\n{joined}"));
    } else {
        into.insert(known.body.start, format!("\n{joined}"));
    }
    Ok(())
}

/// A named block: `{% block title %}…{% endblock %}`.
struct Block {
    name: String,
    /// From the opening tag to the closing one.
    whole: Range<usize>,
    /// Between the tags.
    body: Range<usize>,
    /// The number of blocks around it.
    depth: usize,
}

/// Returns the named blocks of a template.
///
/// Tags of other kinds, `{% if %}`, are passed over, and so are `{%-` and `-%}`. An error where a
/// block is not closed, or closed without having been opened.
fn parse_blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut found = Vec::new();
    let mut open: Vec<(String, usize, usize)> = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("{%").map(|start| at + start) {
        let Some(end) = text[start + 2..].find("%}").map(|end| start + end + 4) else {
            break;
        };
        let inner = text[start + 2..end - 2].trim_matches(['-', '+']).trim();
        let mut words = inner.split_whitespace();
        match words.next() {
            Some("block") => open.push((words.next().unwrap_or_default().to_owned(), start, end)),
            Some("endblock") => {
                let (name, from, inner) =
                    open.pop().ok_or("a block is closed that was not opened")?;
                found.push(Block {
                    name,
                    whole: from..end,
                    body: inner..start,
                    depth: open.len(),
                });
            }
            _ => {}
        }
        at = end;
    }
    if let Some((name, ..)) = open.pop() {
        return Err(format!("block `{name}` is not closed"));
    }
    found.sort_by_key(|block| block.whole.start);
    Ok(found)
}

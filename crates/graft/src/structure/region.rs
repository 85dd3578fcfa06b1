//! Replaces a run of lines that no item of the file is: part of an expression or of markup. Only where the plan says
//! "replace" and names the lines, and the file holds the block's first and last line there and nowhere near: the numbers
//! alone are no address.
//!
//! ```text
//! "replace lines 12-14":     file 11  <ul>                 the block takes lines 11 to 13: its first and last line
//!   <ul>                          12    <li>old</li>       stand there, one off from the numbers of the plan
//!     <li>new</li>                13  </ul>
//!   </ul>
//! ```

use std::ops::Range;

use crate::items::parse_source;
use crate::languages::Language;
use crate::layout::Transplant;
use crate::markers::is_elision;
use crate::snippet::Graft;
use crate::splice::{Splice, edits_between, location_at};

/// The most lines between those that the plan names and those that the block shows, since the
/// numbers of a plan may be off by a few.
const NEAR: usize = 4;

/// Puts the block in the place of the lines that it begins and ends like; nothing where it is not certain which.
pub(super) fn replace_region(
    text: &str,
    block: &str,
    (first, last): (usize, usize),
    language: Language,
) -> Option<Graft> {
    let block = block.replace("\r\n", "\n");
    let block = block.trim_matches('\n');
    let (head, foot) = (block.lines().next()?, block.lines().next_back()?);
    let elides = |line: &str| {
        line.trim() == "..." || is_elision(line.trim()) && !line.trim().starts_with('.')
    };
    if block.lines().count() < 3
        || head.trim().is_empty()
        || foot.trim().is_empty()
        || block.lines().any(elides)
    {
        return None;
    }
    let file = parse_source(text, language)?;
    let snippet = parse_source(block, language)?;
    // Signs alone, `{` and `},`, begin and end any entry: they count at the very line only.
    let telling = head.chars().any(char::is_alphanumeric);
    let reach = if telling { NEAR } else { 0 };
    let near = |wanted: &str, around: usize| -> Vec<Range<usize>> {
        lines_with_offsets(text)
            .enumerate()
            .filter(|(at, (_, line))| {
                line.trim() == wanted.trim() && (at + 1).abs_diff(around) <= reach
            })
            .map(|(_, (start, line))| start..start + line.len())
            .collect()
    };
    let [from] = near(head, first).try_into().ok()?;
    let indent = file.indent(from.start + count_blanks(text, from.start));
    // The last line closes what the first one opened: it is as deep as the first, or as far from it as in the block.
    let level = count_blanks(head, 0) == count_blanks(foot, 0);
    let to: Vec<Range<usize>> = near(foot, last)
        .into_iter()
        .filter(|one| {
            one.start > from.start && (count_blanks(text, one.start) == indent.len()) == level
        })
        .collect();
    let [to] = to.try_into().ok()?;
    let start = count_blanks(block, 0);
    let piece = Transplant::new(&snippet, &file).piece(start..block.len(), indent);
    let mut new = text.get(..from.start + indent.len())?.to_owned();
    new.push_str(&piece);
    new.push_str(text.get(to.end..)?);
    let mut splice = Splice::new(text);
    for edit in edits_between(text, &new) {
        splice.replace(edit.old, edit.new);
    }
    let line = location_at(text, from.start).line;
    splice.add_evidence(format!(
        "replaced the lines from {line} on that begin and end as the block does, where the plan names them"
    ));
    Some(splice.finish())
}

/// Returns each line with where it begins, without its line end.
fn lines_with_offsets(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line.trim_end_matches(['\n', '\r'])))
    })
}

/// Returns how many blanks the line has that begins at `at`.
///
/// Tabs count as one.
fn count_blanks(text: &str, at: usize) -> usize {
    let line = text.get(at..).unwrap_or_default();
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// Returns whether the block's lines, at least three, stand in the file one after the other, whatever their
/// indentation.
///
/// Fewer than three lines stand together by chance.
pub(super) fn contains_lines(text: &str, block: &str) -> bool {
    let bare = |text: &str| -> Vec<String> {
        text.trim()
            .lines()
            .map(|line| line.trim().to_owned())
            .collect()
    };
    let (there, shown) = (bare(text), bare(block));
    shown.len() > 2 && there.windows(shown.len()).any(|window| window == shown)
}

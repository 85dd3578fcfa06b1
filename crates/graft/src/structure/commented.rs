//! Finds lines of the file that a block shows as comments: the plan may mean that they go, or that they stay as comments.
//!
//! ```text
//! type Options = {
//!   url: string;
//!   // since?: string;  // REMOVE THIS      a line of the file, with a remark to the reader
//! };
//! ```

use crate::items::Source;
use crate::markers::{is_elision, strip_comment_signs};
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// The shortest line that tells one place from another: `});` and `else:` are everywhere.
const SHORTEST: usize = 8;

/// Refuses a block that shows lines of the file as comments and says something behind them, or shows several in a row
/// beside its code.
pub(super) fn hold_commented_lines(block: &str, file: &Source<'_>) -> Result<(), Refusal> {
    let code_of = |line: &str| -> String {
        let bare = line.trim();
        let behind = ["//", " #"].iter().filter_map(|sign| bare.find(sign)).min();
        bare[..behind.unwrap_or(bare.len())].trim_end().to_owned()
    };
    let there: Vec<String> = file
        .text
        .lines()
        .filter(|line| !is_comment(line))
        .map(code_of)
        .filter(|code| code.len() >= SHORTEST && !is_word(code))
        .collect();
    let mut row = 0;
    for line in block.lines() {
        let is_shown = is_comment(line) && !is_elision(line) && !file.text.contains(line.trim());
        let words = strip_comment_signs(line.trim());
        let code = code_of(words);
        if !is_shown || !there.contains(&code) {
            // Between the lines of a statement stand its brackets.
            row = if is_shown && row > 0 { row } else { 0 };
            continue;
        }
        row += 1;
        let has_remark = words.trim().len() > code.len();
        if has_remark || row > 1 && is_at_margin(block, line) {
            let message = format!(
                "the block shows `{code}` of the file as a comment, and does not say whether the line goes"
            );
            return Err(new_refusal(Reason::Unclear, message));
        }
    }
    Ok(())
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("//") || line.starts_with('#')
}

/// Returns whether a line is words rather than code: no sign of code ends or parts it.
fn is_word(code: &str) -> bool {
    !code.contains(['(', ')', '=', ';', ':', '{', '}', '[', ']', ','])
}

/// Returns whether a line stands as far left as any of the block.
fn is_at_margin(block: &str, line: &str) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines = block.lines().filter(|line| !line.trim().is_empty());
    lines.map(indent).min() == Some(indent(line))
}

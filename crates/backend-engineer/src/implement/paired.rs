//! Pairs of blocks that show a piece of a file as it is and as it shall be, whatever words join them.
//!
//! "Substituir a linha 3: `httpx>=0.26` por: `httpx[http2]>=0.27`": the first block stands in the file, the second follows
//! behind a word or two. Nobody shows what stands, and then another form of it, for any other reason.

use plan::{CodeBlock, FileOf, Phase, Plan, Role};

/// The most words that join the two blocks of a pair: "with", "por:", "durch dies:".
const MOST_WORDS: usize = 3;

/// Returns the block right before one, where it shows what stands in the file and no more than a label lies between.
pub(super) fn shown_as_it_is<'p>(
    plan: &Plan,
    phase: &'p Phase,
    index: usize,
    text: &str,
) -> Option<&'p CodeBlock> {
    let block = phase.blocks.get(index)?;
    let before = phase.blocks.get(index.checked_sub(1)?)?;
    let between = plan.text().get(before.span.end..block.span.start)?.trim();
    let is_label =
        between.ends_with([':', '：']) && between.split_whitespace().count() <= MOST_WORDS;
    let is_new = matches!(block.role, Role::Code | Role::After { before: None });
    let is_shown = matches!(before.role, Role::Code | Role::Example);
    let is_of_the_file = before.file == block.file || before.file == FileOf::Nowhere;
    let differs = before.text.trim() != block.text.trim();
    (is_new
        && is_shown
        && is_label
        && is_of_the_file
        && differs
        && contains_block_once(&before.text, text))
    .then_some(before)
}

/// Returns whether all lines of a block stand in a text one after the other, once.
fn contains_block_once(block: &str, text: &str) -> bool {
    fn trimmed_lines(text: &str) -> Vec<&str> {
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect()
    }
    let (shown, there) = (trimmed_lines(block), trimmed_lines(text));
    !shown.is_empty()
        && there
            .windows(shown.len())
            .filter(|window| *window == shown.as_slice())
            .count()
            == 1
}

//! Holds that nothing of a block is dropped: each of its statements stands in the result.
//!
//! ```text
//! file                  block           result                 refused
//! def f(x):             a = 10          def f(x):              `return a * x` is nowhere
//!     a = 1             return a * x        a = 10
//!     return a + x                          return a + x
//! ```

use crate::items::{Item, Source};
use crate::languages::Kind;
use crate::markers::is_elision;
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// Refuses a result that lacks a statement of the block which no name finds again: `return`, `throw`, `if`.
///
/// One with an elision stands for more than it shows, and is merged.
pub(super) fn hold_statements(
    block: &Source<'_>,
    items: &[Item<'_>],
    result: &str,
) -> Result<(), Refusal> {
    if block.has_error() {
        return Ok(());
    }
    let is_nameless = |item: &&Item<'_>| {
        item.kind == Kind::Statement
            && matches!(
                item.node.kind(),
                "return_statement" | "throw_statement" | "raise_statement" | "if_statement"
            )
    };
    let statements = items.iter().filter(is_nameless);
    let mut texts = statements.map(|item| block.slice(item.bare..item.code_end));
    let squeezed = squeeze(result);
    let lost = texts.find_map(|text| {
        let is_whole = !text.lines().any(is_elision) && !text.contains("...");
        (is_whole && !squeezed.contains(&squeeze(text)))
            .then(|| find_missing_line(text, result))
            .flatten()
    });
    let Some(line) = lost else {
        return Ok(());
    };
    let message = format!("`{line}` of the block would not be in the file");
    Err(new_refusal(Reason::Unclear, message))
}

/// Returns the first line of a statement that the result has nowhere.
fn find_missing_line<'t>(text: &'t str, result: &str) -> Option<&'t str> {
    let there: Vec<String> = result.lines().map(squeeze).collect();
    let is_code =
        |line: &&str| !line.is_empty() && !line.starts_with('#') && !line.starts_with("//");
    text.lines()
        .map(str::trim)
        .filter(is_code)
        .find(|line| !there.contains(&squeeze(line)))
}

/// Returns code without blanks and without the signs at its end that layout adds or leaves out.
fn squeeze(code: &str) -> String {
    let bare: String = code.split_whitespace().collect();
    bare.trim_end_matches([';', ',']).to_owned()
}

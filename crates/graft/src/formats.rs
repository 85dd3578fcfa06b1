//! Files that are data or documents rather than code: one file a format, each proven by its own rules.

use crate::splice::refuse;
use crate::{Context, File, Graft, Reason, Snippet};

/// Puts the snippet into a file of one of the formats, chosen by the path; anything else by exact anchors.
pub(crate) fn apply(file: File<'_>, snippet: Snippet<'_>, context: &Context<'_>) -> Graft {
    let _ = (snippet, context);
    refuse(Reason::Unsupported, format!("{}: this format is not placed yet", file.path))
}

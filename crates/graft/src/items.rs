//! Parsed texts as lists of items, read with the elisions of snippets.

use code::items::Elisions;
pub(crate) use code::items::{Item, Replaced, Source, line_end, line_start};

use crate::languages::{Language, adjust};
use crate::markers::is_elision;

const ELISIONS: Elisions = Elisions { is_comment: is_elision, adjust };

/// Parses the text; `None` only where the parser itself fails.
pub(crate) fn parse(text: &str, language: Language) -> Option<Source<'_>> {
    Source::parse(text, language, ELISIONS)
}

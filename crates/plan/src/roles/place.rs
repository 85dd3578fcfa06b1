//! Where a command stands: the headings over it, its item, the line above it, and what these say of it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::document::{Document, PieceKind, Span};
use crate::inline::{code_spans, comparison_key};
use crate::naming::{read_marks, unit_name};

/// Words, each with a heading that holds it.
type Words = BTreeMap<String, String>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) manual: Words,
    pub(super) verification: Words,
    pub(super) setup: Words,
    pub(super) shown: Words,
    pub(super) documentation: Words,
    pub(super) operated_plan: Words,
    pub(super) operation: Words,
}

const TEXT: &str = include_str!("words.toml");

/// The words; a table that does not parse has none, which a test would show.
pub(super) static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());

/// Where a command stands.
pub(super) struct Place {
    /// The plan's own title.
    title: String,
    /// The headings over it below the title, innermost first, each with whether it names a unit.
    headings: Vec<(String, bool)>,
    /// The line above its fence, or what stands before it in its line.
    lead: String,
    /// The words of the items around it up to the command, innermost first.
    pub(super) items: Vec<String>,
    /// It stands in a fence.
    pub(super) fenced: bool,
    /// It stands at the start of its line, or right behind a label.
    pub(super) leads: bool,
}

/// Splits the headings over a place, each with its level, into the plan's own title (empty where there is none) and the
/// others, innermost first, each with whether it names a unit.
fn split_title(
    document: &Document<'_>,
    headings: &[(usize, &Span)],
) -> (String, Vec<(String, bool)>) {
    let title = headings
        .first()
        .filter(|(level, _)| *level == 1)
        .map(|(_, title)| comparison_key(document.slice(title)));
    let below = headings
        .iter()
        .rev()
        .filter(|(level, _)| *level > 1 || title.is_none());
    let named = |title: &Span| unit_name(&read_marks(document.slice(title)).words).is_some();
    let below = below
        .map(|(_, title)| (comparison_key(document.slice(title)), named(title)))
        .collect();
    (title.unwrap_or_default(), below)
}

impl Place {
    /// Reads the place of what stands at `at`.
    pub(super) fn new(document: &Document<'_>, at: usize) -> Self {
        let mut headings: Vec<(usize, &Span)> = Vec::new();
        let mut above = "";
        let (mut before, mut items, mut fenced) = (String::new(), Vec::new(), false);
        for piece in document
            .pieces
            .iter()
            .take_while(|piece| piece.span.start <= at)
        {
            let here = piece.span.contains(&at);
            match &piece.kind {
                PieceKind::Heading { level, title } => {
                    headings.retain(|(outer, _)| outer < level);
                    headings.push((*level, title));
                    above = document.slice(title);
                }
                PieceKind::Text(lines) if here => {
                    let line = lines.iter().find(|line| line.start <= at && at <= line.end);
                    before = line
                        .map_or("", |line| document.slice(&(line.start..at)))
                        .to_owned();
                }
                PieceKind::Text(lines) => {
                    above = lines.last().map_or("", |line| document.slice(line))
                }
                PieceKind::Code(_) if here => fenced = true,
                _ => {}
            }
            if here {
                let around = document.items_around(piece);
                items = around
                    .iter()
                    .map(|item| up_to(document, document.items[*item].span.start, at))
                    .collect();
            }
        }
        let (title, headings) = split_title(document, &headings);
        let leads = leads_line(&before);
        let lead = if fenced {
            comparison_key(above)
        } else {
            comparison_key(&before)
        };
        Place {
            title,
            headings,
            lead,
            items,
            fenced,
            leads,
        }
    }

    /// Tells that the nearest heading, or a short line above it or before it, holds one of the words.
    pub(super) fn is_led(&self, list: &Words) -> bool {
        /// A title or a label, not a sentence.
        const SHORT: usize = 9;
        let last = self.lead.rsplit(". ").next().unwrap_or(&self.lead);
        let short = last.split_whitespace().count() <= SHORT;
        let titled = |item: &String| {
            item.split("**")
                .nth(1)
                .is_some_and(|title| holds_any(&comparison_key(title), list))
        };
        self.is_headed(list) || short && holds_any(last, list) || self.items.iter().any(titled)
    }

    /// Tells that it stands in an item below one that names a text to be written.
    pub(super) fn is_item_of_words(&self) -> bool {
        self.items.iter().skip(1).any(|item| names_text(item))
    }

    /// Tells that a heading over it holds one of the words.
    pub(super) fn is_under(&self, list: &Words) -> bool {
        self.headings
            .iter()
            .any(|(title, _)| holds_any(title, list))
    }

    /// Tells that a section over it, which is no unit of work, holds one of the words.
    pub(super) fn is_in_section(&self, list: &Words) -> bool {
        self.headings
            .iter()
            .any(|(title, unit)| !unit && holds_any(title, list))
    }

    /// Tells that the section right around it, which is no unit of work, begins with or is one of the words.
    pub(super) fn is_headed(&self, list: &Words) -> bool {
        self.headings
            .first()
            .is_some_and(|(title, unit)| !unit && holds_any(title, list))
    }

    /// Tells that the plan is titled so.
    pub(super) fn is_titled(&self, list: &Words) -> bool {
        holds_any(&self.title, list)
    }

    /// Tells that it stands in a unit of work.
    pub(super) fn is_in_unit(&self) -> bool {
        self.headings.iter().any(|(_, unit)| *unit)
    }
}

/// Returns whether words name a text for people to read.
pub(super) fn names_text(words: &str) -> bool {
    words.contains(".md`") || words.contains(".md ") || words.contains("README")
}

/// Returns whether a command whose line begins with `before` is what the line is for: at its start, behind a label, or joined by
/// a word to one that is.
fn leads_line(before: &str) -> bool {
    let open = before.trim_end_matches(['`', ' ', '*', '_']);
    let value = open.rsplit([':', '：', '→']).next().unwrap_or("");
    let mut bare = String::new();
    let mut at = 0;
    for span in code_spans(value, 0) {
        bare.push_str(&value[at..span.outer.start]);
        at = span.outer.end;
    }
    bare.push_str(&value[at..]);
    let words = bare
        .split(|letter: char| !letter.is_alphabetic())
        .filter(|word| !word.is_empty())
        .count();
    words == 0 || at > 0 && words == 1
}

/// Returns the text from an item's start to the command, on its first line.
fn up_to(document: &Document<'_>, start: usize, at: usize) -> String {
    let text = document.slice(&(start..at));
    text.lines().next().unwrap_or("").to_owned()
}

/// Returns whether one of the words stands in the text whole; of a script without blanks, anywhere.
pub(super) fn holds_any(text: &str, list: &Words) -> bool {
    list.keys().any(|word| {
        text.match_indices(word.as_str()).any(|(at, _)| {
            let joined =
                |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
            !word.is_ascii()
                || !joined(text[..at].chars().next_back())
                    && !joined(text[at + word.len()..].chars().next())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_in_its_heading() {
        let table: Table = toml::from_str(TEXT).expect("the table parses");
        let lists = [
            &table.manual,
            &table.verification,
            &table.setup,
            &table.shown,
            &table.documentation,
            &table.operation,
        ];
        for (word, heading) in lists.into_iter().flatten() {
            let own: Words = [(word.clone(), heading.clone())].into();
            assert!(
                holds_any(&comparison_key(heading), &own),
                "{word}: {heading}"
            );
        }
    }
}

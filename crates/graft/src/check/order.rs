//! Order after an edit: a definition that came with it and has no place of its own stands above what reads it while the
//! module is imported.
//!
//! ```text
//! class Job:                        # reads `Input`: the new class moves above this one
//!     inputs: list[Input] = []
//! class Input: …
//! ```

use std::collections::HashSet;

use code::scopes::Scopes;

use super::names::Names;
use crate::items::{Item, Source, line_end, line_start, parse_source};
use crate::languages::{Kind, List};
use crate::layout::{Surroundings, blank_lines_between};

/// Definitions that are moved at most for one edit: each may draw another one along, and two that
/// read one another would draw for ever.
const MOVES: usize = 8;

/// A text in a better order, and what was moved for it.
pub(crate) struct Reordered {
    pub(crate) text: String,
    /// For each move the definition, and what it stands above now.
    pub(crate) moves: Vec<(String, String)>,
}

/// Returns the text with the definitions that `found`, the file before all edits of the unit, has not above the first
/// statement that reads them at import time. `None` where nothing is to be moved, or moving does not help.
pub(crate) fn reorder_definitions(found: &Source<'_>, edited: &Source<'_>) -> Option<Reordered> {
    let language = found.language;
    let scopes = Scopes::of_tree(language, edited.root(), edited.text);
    Names::new(language, &scopes).late().next()?;
    let known = Scopes::of_tree(language, found.root(), found.text);
    let known: HashSet<&str> = known
        .module()?
        .bindings
        .iter()
        .map(|binding| binding.name.as_str())
        .collect();
    let first = find_misplaced_definition(&scopes, &known, edited)?;
    let mut text = move_definition_up(edited, &first)?;
    let mut moves = vec![(first.definition, first.reader)];
    for _ in 1..MOVES {
        let source = parse_source(&text, language)?;
        let scopes = Scopes::of_tree(language, source.root(), source.text);
        let Some(next) = find_misplaced_definition(&scopes, &known, &source) else {
            return Some(Reordered { text, moves });
        };
        text = move_definition_up(&source, &next)?;
        moves.push((next.definition, next.reader));
    }
    None
}

/// A definition that stands below what reads it.
struct Misplaced {
    definition: String,
    reader: String,
    /// Their places among the items of the module.
    from: usize,
    to: usize,
}

/// Finds the first definition that stands too low and that the file did not have.
///
/// One that the file had already stays where it is: something else may count on its place.
fn find_misplaced_definition(
    scopes: &Scopes,
    known: &HashSet<&str>,
    source: &Source<'_>,
) -> Option<Misplaced> {
    let items = source.items(source.root());
    let holds = |at: usize| items.iter().position(|item| item.whole().contains(&at));
    let names = Names::new(source.language, scopes);
    names
        .late()
        .filter(|(read, _)| !known.contains(read.name.as_str()))
        .find_map(|(read, bound)| {
            let (from, to) = (holds(bound)?, holds(read.span.start)?);
            let name = |at: usize| items.get(at).map(|item| item.name.clone());
            let is_definition = items.get(from).is_some_and(Item::is_definition);
            (from > to && is_definition).then_some(Misplaced {
                definition: name(from)?,
                reader: name(to)?,
                from,
                to,
            })
        })
}

/// Returns the text with the definition above its reader; `None` where one of them shares its line.
///
/// A reader that is an import has nothing above it, and a definition that stands above already is
/// left.
fn move_definition_up(source: &Source<'_>, misplaced: &Misplaced) -> Option<String> {
    let items = source.items(source.root());
    let (item, reader) = (items.get(misplaced.from)?, items.get(misplaced.to)?);
    let text = source.text;
    // A byte order mark stays where it is.
    let begin = |item: &Item<'_>| {
        let start = line_start(text, item.start);
        text.get(start..).map_or(start, |line| {
            start + line.len() - line.trim_start_matches('\u{feff}').len()
        })
    };
    let alone = |item: &Item<'_>| {
        text.get(begin(item)..item.start)
            .is_some_and(|head| head.trim().is_empty())
    };
    let (own, place) = (begin(item)..line_end(text, item.end), begin(reader));
    if !alone(item) || !alone(reader) || reader.kind == Kind::Import || own.start < place {
        return None;
    }
    let piece = text.get(own.clone())?;
    let (above, rest) = (text.get(place..own.start)?, text.get(own.end..)?);
    let (kept, below) = (
        above.trim_end_matches(['\n', '\r']),
        rest.trim_start_matches(['\n', '\r']),
    );
    // The neighbours that meet keep the wider of the two gaps; the last line of a file ends, and no more.
    let lines_in = |gap: Option<&str>| gap.unwrap_or_default().matches('\n').count();
    let (before, behind) = (
        lines_in(above.get(kept.len()..)),
        lines_in(rest.get(..rest.len() - below.len())),
    );
    let seam = "\n".repeat(if below.is_empty() {
        1
    } else {
        before.max(behind)
    });
    let surroundings = Surroundings {
        file: source,
        list: List::Module,
        items: &items,
    };
    let lines = blank_lines_between(&surroundings, (source, item), (source, reader));
    let head = text.get(..place)?;
    Some(format!(
        "{head}{piece}{}{kept}{seam}{below}",
        "\n".repeat(lines + 1)
    ))
}

//! Units that items with a box open, and items that repeat a unit.

use std::ops::Range;

use super::{Outline, Unit};
use crate::dialects::{BoxSeen, DIALECTS};
use crate::document::{Document, Item, PieceKind, Span, box_at};
use crate::inline::read_label;
use crate::labels::{Topic, heading_topic, topic_of_label};
use crate::naming::{Rank, UnitName, read_coded_unit, read_marks, unit_name};

/// Returns the bytes of the mark of an item's box, and where its words begin.
pub(crate) fn box_of(document: &Document<'_>, item: &Item) -> Option<(Span, usize)> {
    let (mark, words) = box_at(document.text.get(item.content..)?)?;
    Some((
        item.content + mark.start..item.content + mark.end,
        item.content + words,
    ))
}

/// An item that opens a unit.
struct Found {
    item: usize,
    name: UnitName,
    dialect: &'static str,
    /// The found item around it.
    outer: Option<usize>,
}

/// Adds the units that items open to those that headings opened.
pub(super) fn add_item_units(document: &Document<'_>, outline: &mut Outline, resort: u8) {
    let mut labels: Vec<String> = Vec::new();
    collect_labels(&outline.units, &mut labels);
    for at in 0..outline.units.len() {
        descend_into(document, &mut outline.units[at], resort, &labels);
    }
    let taken: Vec<Range<usize>> = outline
        .units
        .iter()
        .map(|unit| unit.pieces.clone())
        .collect();
    let free = find_gaps(&taken, document.pieces.len());
    let mut units = std::mem::take(&mut outline.units);
    let search = Search {
        around: None,
        resort,
        labels: &labels,
    };
    for gap in free {
        units.extend(open_items(document, &gap, &search));
    }
    units.sort_by_key(|unit| unit.pieces.start);
    outline.units = units;
}

fn collect_labels(units: &[Unit], labels: &mut Vec<String>) {
    for unit in units {
        labels.push(unit.name.label().to_lowercase());
        collect_labels(&unit.children, labels);
    }
}

fn find_gaps(taken: &[Range<usize>], end: usize) -> Vec<Range<usize>> {
    let mut free = Vec::new();
    let mut at = 0;
    for range in taken {
        if at < range.start {
            free.push(at..range.start);
        }
        at = at.max(range.end);
    }
    if at < end {
        free.push(at..end);
    }
    free
}

fn descend_into(document: &Document<'_>, unit: &mut Unit, resort: u8, labels: &[String]) {
    for child in &mut unit.children {
        descend_into(document, child, resort, labels);
    }
    let taken: Vec<Range<usize>> = unit
        .children
        .iter()
        .map(|child| child.pieces.clone())
        .collect();
    let inner = find_gaps(&taken, unit.pieces.end);
    for gap in inner {
        let gap = gap.start.max(unit.pieces.start + 1)..gap.end;
        if gap.start < gap.end {
            let search = Search {
                around: Some(unit),
                resort,
                labels,
            };
            let found = open_items(document, &gap, &search);
            unit.children.extend(found);
        }
    }
    unit.children.sort_by_key(|child| child.pieces.start);
}

/// The conditions under which items may open units.
struct Search<'s> {
    /// The unit in which they stand.
    around: Option<&'s Unit>,
    /// Dialects of a later resort are not asked outside units.
    resort: u8,
    /// The names, in lower case, of units that are there already.
    labels: &'s [String],
}

impl Search<'_> {
    /// Returns the name of the unit that a box opens in one of the dialects asked, and the dialect's name.
    fn name_of_item(&self, seen: &BoxSeen<'_>) -> Option<(UnitName, &'static str)> {
        DIALECTS
            .iter()
            .filter(|dialect| dialect.resort <= self.resort || self.around.is_some())
            .find_map(|dialect| (dialect.item)(seen).map(|name| (name, dialect.name)))
    }
}

/// Returns the items that begin within `pieces`.
fn items_within(document: &Document<'_>, pieces: &Range<usize>) -> Range<usize> {
    let Some((first, last)) = document
        .pieces
        .get(pieces.start)
        .zip(document.pieces.get(pieces.end - 1))
    else {
        return 0..0;
    };
    // An item's first piece begins behind its marker, so the marker may lie before the gap's first byte.
    let begin = document
        .items
        .partition_point(|item| item.content < first.span.start);
    let count = document.items[begin..]
        .iter()
        .take_while(|item| item.span.start <= last.span.end)
        .count();
    begin..begin + count
}

/// Returns the topic that governs an item, looked for from its first piece back to that at `from`.
fn topic_of_item(document: &Document<'_>, item: &Item, from: usize) -> Option<Topic> {
    let bytes = item.content..item.span.end.max(item.content + 1);
    topic_around(document, document.pieces_in(&bytes).start, from)
}

/// Returns the units that items within `pieces` open.
fn open_items(document: &Document<'_>, pieces: &Range<usize>, search: &Search<'_>) -> Vec<Unit> {
    let Search { around, labels, .. } = *search;
    let mut found: Vec<Found> = Vec::new();
    for index in items_within(document, pieces) {
        let item = &document.items[index];
        let Some((_, words)) = box_of(document, item) else {
            continue;
        };
        let line = document.text[words..].lines().next().unwrap_or("");
        let marks = read_marks(line);
        let parents: Vec<usize> =
            std::iter::successors(item.parent, |at| document.items[*at].parent).collect();
        let by_parent = found
            .iter()
            .rposition(|other| parents.contains(&other.item));
        let nested = parents
            .iter()
            .any(|parent| box_of(document, &document.items[*parent]).is_some());
        let outer = by_parent.or_else(|| by_number(&found, &marks.words).filter(|_| !nested));
        let unit = outer
            .map(|outer| &found[outer].name)
            .or_else(|| around.map(|unit| &unit.name))
            .map(|name| (name.rank, name.number.as_deref()));
        let seen = BoxSeen {
            words: &marks.words,
            around: topic_of_item(document, item, pieces.start),
            unit,
            nested: nested && by_parent.is_none(),
            holds_numbers: holds_numbers(document, index),
        };
        // Boxes about progress tell of units that are there, and open none.
        if matches!(seen.around, Some(Topic::Progress | Topic::Status)) && !labels.is_empty() {
            continue;
        }
        let name = search
            .name_of_item(&seen)
            .or_else(|| unit_beside(document, found.last()?, item, &seen));
        if let Some((name, dialect)) = name {
            let repeated = unit_name(&marks.words)
                .is_some_and(|name| labels.contains(&name.label().to_lowercase()));
            if !repeated {
                found.push(Found {
                    item: index,
                    name,
                    dialect,
                    outer,
                });
            }
        }
    }
    build_units(document, found, pieces)
}

/// Returns the unit that a box with a code opens beside a box that is a unit: "H2 Hotfix" behind "1.3 Build it".
fn unit_beside(
    document: &Document<'_>,
    last: &Found,
    item: &Item,
    seen: &BoxSeen<'_>,
) -> Option<(UnitName, &'static str)> {
    let criteria = seen.around.is_some_and(|topic| topic.is_criteria());
    let siblings = document.items[last.item].parent == item.parent && !criteria;
    let name = read_coded_unit(seen.words).filter(|_| siblings)?;
    Some((
        UnitName {
            rank: last.name.rank,
            ..name
        },
        last.dialect,
    ))
}

/// Returns the last found item whose number begins this one's.
fn by_number(found: &[Found], words: &str) -> Option<usize> {
    let number = crate::naming::read_numbered_unit(words)?.number?;
    found.iter().rposition(|other| {
        let outer = other.name.number.as_deref().unwrap_or("-");
        other.name.word.is_empty()
            && number
                .strip_prefix(outer)
                .is_some_and(|rest| rest.starts_with('.'))
    })
}

fn holds_numbers(document: &Document<'_>, index: usize) -> bool {
    let item = &document.items[index];
    document.items[index + 1..]
        .iter()
        .take_while(|inner| inner.span.start < item.span.end)
        .any(|inner| {
            box_of(document, inner).is_some_and(|(_, words)| {
                let line = document.text[words..].lines().next().unwrap_or("");
                crate::naming::read_numbered_unit(&read_marks(line).words)
                    .is_some_and(|name| name.rank == Rank::Task)
            })
        })
}

/// Returns what the headings and the nearest label before a piece announce.
fn topic_around(document: &Document<'_>, piece: usize, from: usize) -> Option<Topic> {
    let mut level = usize::MAX;
    let mut nearest = None;
    for part in document.pieces[from..piece].iter().rev() {
        match &part.kind {
            PieceKind::Text(lines)
                if part.item.is_none() && level == usize::MAX && nearest.is_none() =>
            {
                let labelled = lines
                    .last()
                    .and_then(|line| read_label(document.slice(line)));
                nearest = labelled.and_then(|label| topic_of_label(&label.name));
            }
            PieceKind::Heading {
                level: found,
                title,
            } if *found < level => {
                level = *found;
                let topic = heading_topic(document.slice(title));
                if topic.is_some_and(|topic| topic.is_criteria() || topic == Topic::Progress) {
                    return topic;
                }
            }
            _ => {}
        }
    }
    nearest.filter(|topic| topic.is_criteria())
}

fn build_units(document: &Document<'_>, found: Vec<Found>, within: &Range<usize>) -> Vec<Unit> {
    let mut units: Vec<Option<Unit>> = Vec::new();
    for one in &found {
        let item = &document.items[one.item];
        let mut pieces = document.pieces_in(&(item.content..item.span.end.max(item.content + 1)));
        while pieces.end < within.end
            && document.pieces[pieces.end].item.is_none()
            && matches!(document.pieces[pieces.end].kind, PieceKind::Code(_))
        {
            pieces.end += 1;
        }
        let words = box_of(document, item).map_or(item.content, |(_, words)| words);
        let line = document.text[words..].lines().next().unwrap_or("");
        let marks = read_marks(line);
        let mark = box_of(document, item)
            .map(|(mark, _)| document.slice(&mark).chars().next().unwrap_or(' '));
        let first = document
            .pieces
            .get(pieces.start)
            .map_or(item.span.clone(), |piece| {
                item.span.start..piece.span.end.max(item.span.start)
            });
        let starred = document.text[item.content..words].contains("]*");
        units.push(Some(Unit {
            name: one.name.clone(),
            dialect: one.dialect,
            state: mark
                .map(crate::boxes::state_of_mark)
                .filter(|state| *state != crate::boxes::State::Open)
                .or(marks.state),
            optional: marks.optional || starred,
            heading: first,
            title: words..words + line.trim_end().len(),
            pieces,
            item: Some(one.item),
            children: Vec::new(),
            echoes: Vec::new(),
        }));
    }
    for index in (0..found.len()).rev() {
        if let Some(outer) = found[index].outer
            && let Some(unit) = units[index].take()
            && let Some(parent) = units[outer].as_mut()
        {
            parent.pieces.end = parent.pieces.end.max(unit.pieces.end);
            parent.children.insert(0, unit);
        }
    }
    units.into_iter().flatten().collect()
}

//! Units that headings open, how far they reach, and headings that repeat one.

use std::ops::Range;

use super::items::box_of;
use super::{Outline, Section, Unit, are_alike, series};
use crate::dialects::{DIALECTS, HeadingSeen, repeats_units};
use crate::document::{Document, PieceKind, Span};
use crate::inline::{comparison_key, read_label};
use crate::labels::{Topic, heading_topic, topic_of_label};
use crate::naming::{Rank, UnitName, read_marks, read_numbered_unit, unit_name};

/// Returns every section of the document, in order.
pub(super) fn find_sections(document: &Document<'_>) -> Vec<Section> {
    let (boxes, work) = tally_pieces(document);
    let mut found: Vec<Section> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for (piece, part) in document.pieces.iter().enumerate() {
        let PieceKind::Heading { level, title } = &part.kind else {
            continue;
        };
        while let Some(last) = open
            .last()
            .copied()
            .filter(|last| found[*last].level >= *level)
        {
            found[last].end = piece;
            open.pop();
        }
        let marks = read_marks(document.slice(title));
        let topic = heading_topic(&marks.words);
        let parent = open.last().copied();
        open.push(found.len());
        let end = document.pieces.len();
        found.push(Section {
            piece,
            level: *level,
            title: title.clone(),
            end,
            parent,
            marked: marks,
            topic,
            boxes: false,
            numbers: false,
            work: false,
            works: 0,
            element: document.tags.opens_unit(part.span.start),
        });
    }
    for section in &mut found {
        section.boxes = boxes[section.end] > boxes[section.piece];
        section.works = work[section.end] - work[section.piece];
        section.work = section.works > 0;
        section.numbers = section.boxes && goes_on(document, section);
    }
    found
}

/// Returns whether boxes of a section go on with its number.
fn goes_on(document: &Document<'_>, section: &Section) -> bool {
    let Some(number) = read_numbered_unit(&section.marked.words).and_then(|name| name.number)
    else {
        return false;
    };
    let bytes = document
        .pieces
        .get(section.piece)
        .map_or(0, |piece| piece.span.start);
    let end = document
        .pieces
        .get(section.end)
        .map_or(document.text.len(), |piece| piece.span.start);
    let first = document.items.partition_point(|item| item.content < bytes);
    let inside = document
        .items
        .iter()
        .skip(first)
        .take_while(|item| item.content < end);
    inside
        .filter_map(|item| box_of(document, item))
        .any(|(_, words)| {
            let words = document
                .text
                .get(words..)
                .unwrap_or_default()
                .trim_start_matches(['*', ' ']);
            let rest = words
                .strip_prefix(number.as_str())
                .and_then(|rest| rest.strip_prefix('.'));
            rest.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
        })
}

/// Returns how many boxes, and how many signs of work (code, file labels), stand before each piece.
fn tally_pieces(document: &Document<'_>) -> (Vec<usize>, Vec<usize>) {
    let mut starts: Vec<usize> = document
        .items
        .iter()
        .filter(|item| box_of(document, item).is_some())
        .map(|item| item.span.start)
        .collect();
    starts.sort_unstable();
    let mut boxes = Vec::with_capacity(document.pieces.len() + 1);
    let mut work = vec![0];
    for piece in &document.pieces {
        boxes.push(starts.partition_point(|start| *start < piece.span.start));
        let signs = match &piece.kind {
            PieceKind::Code(_) => true,
            PieceKind::Text(lines) => lines.iter().any(|line| {
                read_label(document.slice(line))
                    .and_then(|label| topic_of_label(&label.name))
                    .is_some_and(Topic::names_files)
            }),
            _ => false,
        };
        work.push(work.last().copied().unwrap_or(0) + usize::from(signs));
    }
    boxes.push(starts.len());
    (boxes, work)
}

struct Candidate {
    section: usize,
    name: UnitName,
    dialect: &'static str,
    /// The candidate around it.
    outer: Option<usize>,
    /// The candidate that it repeats.
    repeats: Option<usize>,
}

/// Returns the units that headings open, as a tree.
pub(super) fn units_of_headings(
    document: &Document<'_>,
    sections: &[Section],
    resort: u8,
    with_title: bool,
) -> Outline {
    let mut candidates = find_candidates(sections, resort, with_title);
    let twice = join_repeated(document, sections, &mut candidates);
    let real: Vec<usize> = (0..candidates.len())
        .filter(|index| candidates[*index].repeats.is_none())
        .collect();
    let ends: Vec<usize> = real
        .iter()
        .map(|index| end_of(document, sections, &candidates, *index))
        .collect();
    let mut flat = Vec::new();
    for (index, end) in real.iter().zip(ends) {
        let candidate = &candidates[*index];
        let section = &sections[candidate.section];
        let echoes = candidates
            .iter()
            .filter(|other| other.repeats == Some(*index))
            .map(|other| sections[other.section].piece..sections[other.section].end);
        flat.push(Unit {
            name: candidate.name.clone(),
            dialect: candidate.dialect,
            state: section.marked.state,
            optional: section.marked.optional,
            heading: document.pieces[section.piece].span.clone(),
            title: section.title.clone(),
            pieces: section.piece..end,
            item: None,
            children: Vec::new(),
            echoes: echoes.collect(),
        });
    }
    Outline {
        units: nest_units(flat),
        twice,
    }
}

/// Returns the section whose heading is the document's title: the only one of the first level, or the first of all
/// where no other one begins with its word.
fn find_title(sections: &[Section]) -> Option<usize> {
    let first: Vec<usize> = (0..sections.len())
        .filter(|at| sections[*at].level == 1)
        .collect();
    let word =
        |at: usize| unit_name(&sections[at].marked.words).map(|name| name.word.to_lowercase());
    match first.as_slice() {
        [only] => Some(*only),
        [0, rest @ ..] => (!rest.iter().any(|other| word(*other) == word(0))).then_some(0),
        _ => None,
    }
}

/// Returns the phase, as a place in `found`, to which a task belongs that stands right behind it at the same level:
/// "## Phase 1", "## Task 1.1".
fn phase_beside(sections: &[Section], found: &[Candidate], section: &Section) -> Option<usize> {
    let last = found.last()?;
    let near = sections[last.section].level == section.level
        && sections[last.section].end >= section.piece;
    let task = unit_name(&section.marked.words).is_some_and(|name| name.rank == Rank::Task);
    if !near || !task {
        return None;
    }
    let mut chain = std::iter::successors(Some(found.len() - 1), |at| found[*at].outer);
    let phase = chain.find(|at| {
        found[*at].name.rank == Rank::Phase && sections[found[*at].section].level == section.level
    });
    phase.filter(|phase| !found[*phase].name.word.is_empty())
}

/// Returns the headings that open a unit in one of the dialects of a resort, each with the candidate around it.
fn find_candidates(sections: &[Section], resort: u8, with_title: bool) -> Vec<Candidate> {
    let title = find_title(sections);
    let series = series::units_of_series(sections, title);
    let mut found: Vec<Candidate> = Vec::new();
    let mut owner: Vec<Option<usize>> = vec![None; sections.len()];
    for (index, section) in sections.iter().enumerate() {
        let mut outer = section.parent.and_then(|parent| owner[parent]);
        if title == Some(index) && !(with_title && (section.boxes || section.work)) {
            continue;
        }
        if outer.is_none_or(|outer| sections[found[outer].section].level < section.level) {
            outer = phase_beside(sections, &found, section).or(outer);
        }
        let around = section.parent.and_then(|parent| sections[parent].topic);
        let unit = outer.map(|outer| (found[outer].name.rank, found[outer].name.number.as_deref()));
        let seen = HeadingSeen {
            words: &section.marked.words,
            level: section.level,
            around,
            boxes: section.boxes,
            numbers: section.numbers,
            work: section.work,
            series: series[index].as_ref(),
            element: section.element,
            unit,
        };
        let direct = outer.is_some_and(|outer| section.parent == Some(found[outer].section));
        let asked = DIALECTS.iter().filter(|dialect| {
            dialect.resort == 0
                || dialect.resort == resort
                || dialect.resort == 1 && direct && section.topic.is_none()
        });
        let name = asked
            .into_iter()
            .find_map(|dialect| (dialect.heading)(&seen).map(|name| (name, dialect.name)));
        owner[index] = outer;
        let takes_back = std::iter::successors(Some(index), |at| sections[*at].parent)
            .any(|at| sections[at].topic == Some(Topic::Rollback));
        if around == Some(Topic::Bounds) || takes_back {
            continue;
        }
        if let Some((name, dialect)) = name {
            owner[index] = Some(found.len());
            found.push(Candidate {
                section: index,
                name,
                dialect,
                outer,
                repeats: None,
            });
        }
    }
    found
}

/// Marks candidates that repeat another one; gives the headings of those that only share its number.
fn join_repeated(
    document: &Document<'_>,
    sections: &[Section],
    candidates: &mut [Candidate],
) -> Vec<Span> {
    let mut twice = Vec::new();
    let weights: Vec<usize> = candidates
        .iter()
        .map(|candidate| weigh_section(document, sections, candidate.section))
        .collect();
    let main: Vec<bool> = candidates
        .iter()
        .map(|candidate| !in_progress(document, sections, candidate.section))
        .collect();
    for index in 0..candidates.len() {
        let this = &candidates[index];
        if this.name.number.is_none() || this.repeats.is_some() {
            continue;
        }
        let outer =
            |candidate: &Candidate| candidate.outer.map(|outer| candidates[outer].name.clone());
        let same: Vec<usize> = (index + 1..candidates.len())
            .filter(|other| {
                let other = &candidates[*other];
                other.repeats.is_none()
                    && other.name.number == this.name.number
                    && other.name.word.to_lowercase() == this.name.word.to_lowercase()
                    && outer(other).map(|name| name.label()) == outer(this).map(|name| name.label())
            })
            .collect();
        let group: Vec<usize> = std::iter::once(index).chain(same).collect();
        let Some(best) = group
            .iter()
            .copied()
            .max_by_key(|at| (main[*at], weights[*at], std::cmp::Reverse(*at)))
        else {
            continue;
        };
        for at in group.into_iter().filter(|at| *at != best) {
            let (light, heavy) = (&candidates[at], &candidates[best]);
            let (from, to) = (&sections[light.section], &sections[heavy.section]);
            let apart = from.level != to.level || from.parent != to.parent;
            let (kin, light) = (
                are_alike(&light.name.title, &heavy.name.title),
                weights[at] * 4 < weights[best],
            );
            let echo = !main[at] || if apart { kin || light } else { kin && light };
            if echo {
                candidates[at].repeats = Some(best);
            } else {
                twice.push(document.pieces[from.piece].span.clone());
            }
        }
    }
    pass_repeats_down(candidates);
    twice.sort_by_key(|span| span.start);
    twice.dedup();
    twice
}

/// Marks what stands in a unit that only repeats another one as a part of that repetition.
fn pass_repeats_down(candidates: &mut [Candidate]) {
    for index in 0..candidates.len() {
        if let Some(outer) = candidates[index]
            .outer
            .filter(|outer| candidates[*outer].repeats.is_some())
        {
            let target = candidates[outer].repeats;
            if candidates[index].repeats.is_none() {
                candidates[index].repeats = target;
            }
        }
    }
}

/// Returns whether the heading stands in a section that only repeats units.
fn in_progress(document: &Document<'_>, sections: &[Section], section: usize) -> bool {
    let parents = std::iter::successors(sections[section].parent, |at| sections[*at].parent);
    parents
        .into_iter()
        .any(|at| repeats_units(document.slice(&sections[at].title)))
}

/// Returns how much a section holds.
fn weigh_section(document: &Document<'_>, sections: &[Section], section: usize) -> usize {
    let section = &sections[section];
    let pieces = &document.pieces[section.piece..section.end];
    pieces
        .iter()
        .map(|piece| match &piece.kind {
            PieceKind::Heading { .. } => 3,
            PieceKind::Code(_) => 4,
            PieceKind::Text(lines) => lines.len(),
            PieceKind::Row(_) => 1,
            PieceKind::Rule => 0,
        })
        .sum()
}

/// Returns the piece where a unit ends.
fn end_of(
    document: &Document<'_>,
    sections: &[Section],
    candidates: &[Candidate],
    index: usize,
) -> usize {
    let this = &candidates[index];
    let level = sections[this.section].level;
    for (at, section) in sections.iter().enumerate().skip(this.section + 1) {
        let unit = candidates
            .iter()
            .position(|candidate| candidate.section == at);
        if let Some(unit) = unit {
            let other = &candidates[unit];
            if other.repeats == Some(index) && section.level > level {
                continue;
            }
            let inside = std::iter::successors(other.outer, |outer| candidates[*outer].outer)
                .any(|outer| outer == index);
            if inside && other.repeats.is_none() || section.level > level {
                continue;
            }
            return section.piece;
        }
        if section.level > level
            || section.level == level && recurs_in_units(document, sections, section)
        {
            continue;
        }
        return section.piece;
    }
    document.pieces.len()
}

/// Returns whether a heading such as "Success Criteria" stands once a unit at the level of the units.
fn recurs_in_units(document: &Document<'_>, sections: &[Section], section: &Section) -> bool {
    let name = comparison_key(document.slice(&section.title));
    section.topic.is_some()
        && sections
            .iter()
            .filter(|other| {
                other.level == section.level && comparison_key(document.slice(&other.title)) == name
            })
            .count()
            > 1
}

fn nest_units(flat: Vec<Unit>) -> Vec<Unit> {
    fn close_units(open: &mut Vec<Unit>, top: &mut Vec<Unit>, from: &Range<usize>) {
        while open
            .last()
            .is_some_and(|last| last.pieces.end <= from.start)
        {
            let Some(done) = open.pop() else { return };
            match open.last_mut() {
                Some(outer) => outer.children.push(done),
                None => top.push(done),
            }
        }
    }
    let mut top = Vec::new();
    let mut open: Vec<Unit> = Vec::new();
    for unit in flat {
        close_units(&mut open, &mut top, &unit.pieces);
        open.push(unit);
    }
    close_units(&mut open, &mut top, &(usize::MAX..usize::MAX));
    top
}

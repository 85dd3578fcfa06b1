//! Series of headings of one form, whatever their word is: `Fix 1`, `Fix 2`; `WS1`, `WS2`; `(1)`, `(2)`; `A.`, `B.`.
//!
//! A series is one by its form: headings of one level that begin alike and bear different numbers or letters. It is a
//! series of units where its sections hold most of the document's work and no heading with a word for units stands
//! beside or around it; of two series one inside the other, the outer one's are the units.

use std::collections::BTreeSet;

use super::Section;
use crate::naming::{Rank, UnitName, after_number, coded, number_at, numbered, unit_name};

/// What the headings of a series have in common.
#[derive(Debug, PartialEq, Eq)]
struct Form {
    level: usize,
    /// The word, the letters of the code, or the sign.
    kind: String,
}

/// More words than stand before the number of a heading: "User Story 3" has two.
const MOST_WORDS: usize = 2;

/// For each section, the name of the unit that it is by its series.
pub(super) fn units(sections: &[Section], title: Option<usize>) -> Vec<Option<UnitName>> {
    let formed: Vec<Option<(Form, UnitName)>> =
        sections.iter().enumerate().map(|(at, section)| form(section).filter(|_| Some(at) != title)).collect();
    let mut found: Vec<Option<UnitName>> = sections.iter().map(|_| None).collect();
    for (at, one) in formed.iter().enumerate() {
        let Some((form, name)) = one else { continue };
        let members: Vec<usize> = (0..sections.len())
            .filter(|other| formed[*other].as_ref().is_some_and(|(other, _)| other == form))
            .collect();
        if is_series(sections, &members, &formed, title) && !has_units_beside(sections, &members, title) {
            found[at] = Some(name.clone());
        }
    }
    for at in 0..sections.len() {
        if ancestors(sections, at).any(|outer| found[outer].is_some()) {
            found[at] = None;
        }
    }
    found
}

fn form(section: &Section) -> Option<(Form, UnitName)> {
    let words = section.marked.words.as_str();
    if unit_name(words).is_some() || section.topic.is_some() {
        return None;
    }
    let made = |kind: &str, word: &str, number: String, title: String| {
        let name = UnitName { word: word.to_owned(), number: Some(number), title, rank: Rank::Phase };
        (Form { level: section.level, kind: kind.to_owned() }, name)
    };
    if let Some(inner) = words.strip_prefix('(') {
        let (number, rest) = inner.split_once(')')?;
        let short =
            !number.is_empty() && number.len() <= 4 && number.chars().all(|letter| letter.is_ascii_alphanumeric());
        return short
            .then(|| made("()", "", number.to_owned(), rest.trim_start_matches([' ', ':', '-', '—']).to_owned()));
    }
    if let Some(rest) = words.strip_prefix('#') {
        let number = number_at(rest)?;
        return after_number(&rest[number.len()..], &number).map(|title| made("#", "", number, title));
    }
    let mut letters = words.chars();
    let lone = letters.next().filter(char::is_ascii_uppercase).zip(letters.next());
    if let Some((letter, _)) = lone.filter(|(_, next)| matches!(next, '.' | ')' | ':')) {
        let rest = words[2..].trim_start_matches([' ', '-', '—', '–']).to_owned();
        return (!rest.is_empty()).then(|| made("A.", "", letter.to_string(), rest));
    }
    if let Some(name) = coded(words) {
        let number = name.number.clone()?;
        let kind: String = number.chars().take_while(char::is_ascii_uppercase).collect();
        return Some(made(&kind, "", number, name.title));
    }
    worded(words).map(|(word, number, title)| made(&word.to_lowercase(), word, number, title))
}

/// `Fix 2 — title`: one or two words, then a number.
fn worded(words: &str) -> Option<(&str, String, String)> {
    let mut end = 0;
    for _ in 0..MOST_WORDS {
        let rest = &words[end..];
        let lead = rest.len() - rest.trim_start().len();
        let word =
            rest.trim_start().chars().take_while(|letter| letter.is_alphabetic()).map(char::len_utf8).sum::<usize>();
        if word == 0 {
            return None;
        }
        end += lead + word;
        let gap = words[end..].trim_start_matches([' ', '#', '-', '\u{a0}', '№']);
        let apart = gap.len() < words[end..].len();
        let Some(number) = number_at(gap).filter(|_| apart) else { continue };
        // `Fix a bug`: a letter is a number only where a sign follows, which `after_number` asks for.
        let title = after_number(&gap[number.len()..], &number)?;
        return Some((&words[..end], number, title));
    }
    None
}

fn ancestors(sections: &[Section], at: usize) -> impl Iterator<Item = usize> + '_ {
    std::iter::successors(sections[at].parent, |at| sections[*at].parent)
}

/// Whether the headings are a series of units: several numbers, work in most of the sections, and no series of numbered
/// sections around it.
fn is_series(
    sections: &[Section],
    members: &[usize],
    formed: &[Option<(Form, UnitName)>],
    title: Option<usize>,
) -> bool {
    let numbers: BTreeSet<&str> = members.iter().filter_map(|at| formed[*at].as_ref()?.1.number.as_deref()).collect();
    let works = |at: usize| sections[at].work || sections[at].boxes;
    let working = members.iter().filter(|at| works(**at)).count();
    let is_numbered = |at: usize| numbered(&sections[at].marked.words).is_some() && works(at);
    let inside = members.iter().any(|at| {
        let mut outer = ancestors(sections, *at).filter(|outer| is_numbered(*outer));
        let beside = |outer: usize| {
            let alike = |other: usize| sections[other].parent == sections[outer].parent && is_numbered(other);
            (0..sections.len()).filter(|other| alike(*other)).count() > 1
        };
        outer.any(beside)
    });
    let named = |at: usize| unit_name(&sections[at].marked.words).is_some();
    let in_unit = members.iter().any(|at| ancestors(sections, *at).any(|outer| Some(outer) != title && named(outer)));
    numbers.len() > 1 && working * 2 >= members.len() && !inside && !in_unit && holds_most(sections, members)
}

/// Whether two thirds of the document's work stand below these headings: what stands beside a series of a part of it would
/// belong to no unit.
fn holds_most(sections: &[Section], members: &[usize]) -> bool {
    let all: usize = sections.iter().filter(|section| section.parent.is_none()).map(|section| section.works).sum();
    let own: usize = members.iter().map(|at| sections[*at].works).sum();
    own * 3 >= all * 2
}

/// Whether headings with a word for units ("Phase 2", "Task 1") stand elsewhere: then those are the plan's units.
fn has_units_beside(sections: &[Section], members: &[usize], title: Option<usize>) -> bool {
    (0..sections.len()).filter(|at| Some(*at) != title).any(|at| {
        let named = unit_name(&sections[at].marked.words).is_some_and(|name| name.rank != Rank::Step);
        named && !ancestors(sections, at).any(|outer| members.contains(&outer))
    })
}

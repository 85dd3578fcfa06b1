//! Series of headings of one form, whatever their word is: `Fix 1`, `Fix 2`; `WS1`, `WS2`; `(1)`, `(2)`; `A.`, `B.`.
//!
//! A series is one by its form: headings of one level that begin alike and bear different numbers or letters. It is a
//! series of units where its sections hold most of the document's work and no heading with a word for units stands
//! beside or around it; of two series one inside the other, the outer one's are the units.

use std::collections::{BTreeSet, HashMap};

use super::Section;
use crate::labels::{Topic, heading_topic};
use crate::naming::{
    Rank, UnitName, after_number, number_at, read_coded_unit, read_numbered_unit, unit_name,
};
use crate::vocabulary::is_dense;

/// The form that the headings of a series have in common.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Form {
    level: usize,
    /// The word, the letters of the code, or the sign.
    kind: String,
}

/// More words than stand before the number of a heading: "User Story 3" has two.
const MOST_WORDS: usize = 2;

/// For each section, the name of the unit that it is by its series.
pub(super) fn units_of_series(sections: &[Section], title: Option<usize>) -> Vec<Option<UnitName>> {
    let mut formed: Vec<Option<UnitName>> = Vec::with_capacity(sections.len());
    let mut groups: HashMap<Form, Vec<usize>> = HashMap::new();
    for (at, section) in sections.iter().enumerate() {
        let found = form_of_heading(section).filter(|_| Some(at) != title);
        formed.push(found.map(|(form, name)| {
            groups.entry(form).or_default().push(at);
            name
        }));
    }
    let counts = Counts::new(sections, title);
    let mut found: Vec<Option<UnitName>> = sections.iter().map(|_| None).collect();
    for members in groups.values() {
        let several = || {
            members
                .iter()
                .filter_map(|at| formed[*at].as_ref()?.number.as_deref())
                .collect::<BTreeSet<_>>()
        };
        let numbers = members
            .iter()
            .filter_map(|at| formed[*at].as_ref()?.number.as_deref());
        if several().len() > 1
            && are_ascending(numbers)
            && is_series(sections, members, &counts)
            && !has_units_beside(members, &counts)
        {
            members
                .iter()
                .for_each(|&at| found[at].clone_from(&formed[at]));
        }
    }
    for at in 0..sections.len() {
        if ancestors_of(sections, at).any(|outer| found[outer].is_some()) {
            found[at] = None;
        }
    }
    found
}

/// Returns whether numbers or single letters go up, as those of a series do; "Python 3" above "Python 2" names two things.
fn are_ascending<'n>(numbers: impl Iterator<Item = &'n str>) -> bool {
    let mut last: Option<u64> = None;
    for number in numbers {
        let value = match number.parse::<u64>() {
            Ok(value) => value,
            Err(_) if number.len() == 1 => number.bytes().map(u64::from).sum(),
            // Codes and numbers of several parts are names, in whatever order.
            Err(_) => return true,
        };
        if last.is_some_and(|last| value < last) {
            return false;
        }
        last = Some(value);
    }
    true
}

/// Counts of the sections, made once for all series.
struct Counts {
    /// Headings with a word for units, but for the title.
    named: Vec<bool>,
    /// The number of those that are no steps below each section, and in all.
    units_below: Vec<usize>,
    units: usize,
    /// Numbered sections with work.
    numbered: Vec<bool>,
    /// The number of those that each section holds directly; the document's own under `None`.
    numbered_in: HashMap<Option<usize>, usize>,
    /// Signs of work in the document.
    works: usize,
}

impl Counts {
    fn new(sections: &[Section], title: Option<usize>) -> Counts {
        let mut counts = Counts {
            named: vec![false; sections.len()],
            units_below: vec![0; sections.len()],
            units: 0,
            numbered: vec![false; sections.len()],
            numbered_in: HashMap::new(),
            works: sections
                .iter()
                .filter(|section| section.parent.is_none())
                .map(|section| section.works)
                .sum(),
        };
        for (at, section) in sections.iter().enumerate() {
            if let Some(name) = unit_name(&section.marked.words).filter(|_| Some(at) != title) {
                counts.named[at] = true;
                if name.rank != Rank::Step {
                    counts.units += 1;
                    ancestors_of(sections, at).for_each(|outer| counts.units_below[outer] += 1);
                }
            }
            if read_numbered_unit(&section.marked.words).is_some() && holds_work(section) {
                counts.numbered[at] = true;
                *counts.numbered_in.entry(section.parent).or_default() += 1;
            }
        }
        counts
    }
}

fn holds_work(section: &Section) -> bool {
    section.work || section.boxes
}

/// A heading as a member of a series.
struct Member {
    /// The mark of the series: "()", "[]", "#", "A.", the letters of a code, a word.
    kind: String,
    /// Its word: "Sprint".
    word: String,
    number: String,
    title: String,
}

impl Member {
    /// Builds a member of a series without a word.
    fn wordless(kind: &str, number: &str, title: &str) -> Self {
        Member {
            kind: kind.to_owned(),
            word: String::new(),
            number: number.to_owned(),
            title: title.to_owned(),
        }
    }
}

/// Returns the form that a heading may share with others of a series, and its name as a unit: "[A1] Title", "#3 Title".
fn form_of_heading(section: &Section) -> Option<(Form, UnitName)> {
    let words = section.marked.words.as_str();
    if unit_name(words).is_some() || section.topic.is_some() {
        return None;
    }
    let member = read_member(words)?;
    let form = Form {
        level: section.level,
        kind: member.kind,
    };
    let name = UnitName {
        word: member.word,
        number: Some(member.number),
        title: member.title,
        rank: Rank::Phase,
    };
    Some((form, name))
}

/// Reads a heading's words as those of a member of a series. A sign in front decides; the number in a worded heading is
/// read last, as many headings hold one.
fn read_member(words: &str) -> Option<Member> {
    let signs = [' ', ':', '-', '—'];
    if let Some(inner) = words.strip_prefix('(') {
        let (number, rest) = inner.split_once(')')?;
        // "(1)", "(iii)"; more letters are a remark in parentheses.
        let short = !number.is_empty()
            && number.len() <= 4
            && number.chars().all(|letter| letter.is_ascii_alphanumeric());
        return short.then(|| Member::wordless("()", number, rest.trim_start_matches(signs)));
    }
    if let Some((inner, rest)) = words
        .strip_prefix('[')
        .and_then(|inner| inner.split_once(']'))
    {
        let name = read_coded_unit(&format!("{inner} {}", rest.trim_start_matches(signs)))?;
        return Some(Member::wordless("[]", &name.number?, &name.title));
    }
    if let Some(rest) = words.strip_prefix('#') {
        let number = number_at(rest)?;
        return after_number(&rest[number.len()..], &number)
            .map(|title| Member::wordless("#", &number, &title));
    }
    if let Some((letters, rest)) = split_lettered(words) {
        let rest = rest.trim_start_matches([' ', '-', '—', '–']);
        // Parts of a document, not of its work: "A. Context".
        let explains = matches!(
            heading_topic(rest),
            Some(Topic::Reference | Topic::About | Topic::Bounds)
        );
        return (!rest.is_empty() && !explains).then(|| Member::wordless("A.", letters, rest));
    }
    if let Some(name) = read_coded_unit(words) {
        let number = name.number?;
        let kind: String = number
            .chars()
            .take_while(char::is_ascii_uppercase)
            .collect();
        return Some(Member::wordless(&kind, &number, &name.title));
    }
    split_worded(words).map(|(word, number, title)| Member {
        kind: word.to_lowercase(),
        word: word.to_owned(),
        number,
        title,
    })
}

/// Returns the number behind the first words of a title, as the headings of a series bear one: "Fix 1: Totals".
pub(crate) fn number_of_title(title: &str) -> Option<String> {
    split_worded(title).map(|(_, number, _)| number)
}

/// Returns the name of a unit by its own word and number: "Issue #12: Totals".
pub(crate) fn name_in_series(words: &str) -> Option<UnitName> {
    split_worded(words).map(|(word, number, title)| UnitName {
        word: word.to_owned(),
        number: Some(number),
        title,
        rank: Rank::Phase,
    })
}

/// `B. title`, `II. title`: a letter or a Roman number with a sign behind it.
fn split_lettered(words: &str) -> Option<(&str, &str)> {
    let end = words.find(|letter: char| !letter.is_ascii_uppercase())?;
    let (letters, rest) = words.split_at(end);
    let roman = letters
        .chars()
        .all(|letter| matches!(letter, 'I' | 'V' | 'X'));
    (letters.len() == 1 || roman && !letters.is_empty())
        .then(|| rest.strip_prefix(['.', ')', ':']))
        .flatten()
        .map(|rest| (letters, rest))
}

/// `Fix 2 — title`: one or two words, then a number.
fn split_worded(words: &str) -> Option<(&str, String, String)> {
    let mut end = 0;
    for _ in 0..MOST_WORDS {
        let rest = &words[end..];
        let lead = rest.len() - rest.trim_start().len();
        let word = rest
            .trim_start()
            .chars()
            .take_while(|letter| letter.is_alphabetic())
            .map(char::len_utf8)
            .sum::<usize>();
        if word == 0 {
            return None;
        }
        end += lead + word;
        let gap = words[end..].trim_start_matches([' ', '#', '-', '\u{a0}', '№']);
        // Japanese and Chinese put no blank before a number: `パート1`.
        let apart = gap.len() < words[end..].len() || words[..end].ends_with(is_dense);
        let Some(number) = number_at(gap).filter(|_| apart) else {
            continue;
        };
        // `Fix a bug`: a letter is a number only where a sign follows, which `after_number` asks for.
        let title = after_number(&gap[number.len()..], &number)?;
        return Some((&words[..end], number, title));
    }
    None
}

fn ancestors_of(sections: &[Section], at: usize) -> impl Iterator<Item = usize> + '_ {
    std::iter::successors(sections[at].parent, |at| sections[*at].parent)
}

/// Returns whether the headings are a series of units: work in most of the sections, and no series of numbered sections around it.
fn is_series(sections: &[Section], members: &[usize], counts: &Counts) -> bool {
    let working = members
        .iter()
        .filter(|at| holds_work(&sections[**at]))
        .count();
    let has_others = |outer: usize| {
        counts
            .numbered_in
            .get(&sections[outer].parent)
            .is_some_and(|count| *count > 1)
    };
    let inside = |outer: usize| counts.numbered[outer] && has_others(outer) || counts.named[outer];
    let is_part = members
        .iter()
        .any(|at| ancestors_of(sections, *at).any(inside));
    working * 2 >= members.len() && !is_part && holds_most(sections, members, counts)
}

/// Returns whether two thirds of the document's work stand below these headings: what stands beside a series of a part of it would
/// belong to no unit.
fn holds_most(sections: &[Section], members: &[usize], counts: &Counts) -> bool {
    let own: usize = members.iter().map(|at| sections[*at].works).sum();
    own * 3 >= counts.works * 2
}

/// Returns whether headings with a word for units ("Phase 2", "Task 1") stand elsewhere: then those are the plan's units. The
/// members are of one level, so that none lies in another.
fn has_units_beside(members: &[usize], counts: &Counts) -> bool {
    counts.units > members.iter().map(|at| counts.units_below[*at]).sum()
}

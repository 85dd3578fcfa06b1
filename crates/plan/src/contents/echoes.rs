//! Joins a unit with its mentions elsewhere: boxes in a section that repeats it, and the units it depends on.

use std::ops::Range;

use crate::changes::Asking;
use crate::commands::{Manner, PlannedCommand, in_line};
use crate::criteria::{self, Criterion};
use crate::document::Document;
use crate::inline::{comparison_key, one_line, plain_text};
use crate::labels::Topic;
use crate::naming::{Rank, number_at, read_coded_unit, read_marks, read_numbered_unit, unit_name};
use crate::outline::Unit;
use crate::rows::{Row, RowKind, rows_of_pieces};
use crate::steps::is_step_name;

/// The boxes that repeat a unit elsewhere are those of its criteria: each is
/// tied to the criterion of the same words, or becomes one.
pub(super) fn join_echoes(
    asking: &Asking<'_, '_>,
    echo: Range<usize>,
    criteria: &mut Vec<Criterion>,
    commands: &mut Vec<PlannedCommand>,
) {
    let (document, boxes) = (asking.document, asking.boxes);
    let rows = rows_of_pieces(document, echo.skip(1), is_step_name);
    for row in rows
        .iter()
        .filter(|row| row.boxed && matches!(row.kind, RowKind::Line(true)))
    {
        let Some(checkbox) = row.item.and_then(|item| boxes.get(item).copied().flatten()) else {
            continue;
        };
        let end = document.pieces[row.piece].span.end.max(row.span.end);
        let span = row.span.start..end;
        let words = without_mark(&one_line(document.slice(&span)));
        if unit_name(&read_marks(&words).words).is_some_and(|name| name.rank != Rank::Step) {
            continue;
        }
        let found = in_line(document.slice(&span), span.start, Manner::Criterion);
        let likeness = |criterion: &Criterion| {
            let known = criterion.commands.iter().filter_map(|at| commands.get(*at));
            let command = known
                .into_iter()
                .any(|known| found.iter().any(|one| one.text == known.text));
            shared_words(&criterion.text, &words) + if command { 30 } else { 0 }
        };
        let best = (0..criteria.len())
            .filter(|at| criteria[*at].checkbox.is_none())
            .map(|at| (likeness(&criteria[at]), std::cmp::Reverse(at)))
            .max()
            .filter(|(likeness, _)| *likeness >= 50);
        let from = commands.len();
        if let Some((_, std::cmp::Reverse(at))) = best {
            criteria[at].checkbox = Some(checkbox);
            if criteria[at].commands.is_empty() {
                commands.extend(found);
                criteria[at].commands = (from..commands.len()).collect();
            }
            continue;
        }
        commands.extend(found);
        let added: Vec<usize> = (from..commands.len()).collect();
        let kind = criteria::kind_of_criterion(row.topic, &words, !added.is_empty());
        criteria.push(Criterion {
            kind,
            text: words,
            span,
            commands: added,
            checkbox: Some(checkbox),
        });
    }
}

/// Without a number such as `2.1` at the start, and without a commit's name at the end.
fn without_mark(words: &str) -> String {
    let title = read_numbered_unit(words).map_or_else(|| words.to_owned(), |name| name.title);
    match title.rsplit_once(" — ") {
        Some((before, hash)) if is_hash(hash.trim_matches('`')) => before.to_owned(),
        _ => title,
    }
}

fn is_hash(word: &str) -> bool {
    (7..=40).contains(&word.len()) && word.chars().all(|letter| letter.is_ascii_hexdigit())
}

/// Returns how many of a hundred words two texts have in common, by the shorter one.
fn shared_words(left: &str, right: &str) -> usize {
    let words = |text: &str| {
        let lower = comparison_key(text);
        let words = lower
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty());
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    let (left, right) = (words(left), words(right));
    let shared = left.iter().filter(|word| right.contains(word)).count();
    shared * 100 / left.len().min(right.len()).max(1)
}

/// Returns the units that come first, as written.
pub(super) fn depends_on(document: &Document<'_>, unit: &Unit, rows: &[Row]) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for row in rows
        .iter()
        .filter(|row| row.topic == Some(Topic::Depends) && matches!(row.kind, RowKind::Line(_)))
    {
        let words = document.slice(&row.span);
        said.push(
            words[row
                .label
                .as_ref()
                .map_or(0, |label| label.rest.min(words.len()))..]
                .to_owned(),
        );
    }
    let title = document.slice(&unit.title);
    let lower = title.to_lowercase();
    for sign in [
        "(depends on ",
        "(depends: ",
        "(after ",
        "(blocked by ",
        "(requires ",
    ] {
        let noted = lower.find(sign).and_then(|at| title.get(at + sign.len()..));
        said.extend(
            noted
                .and_then(|rest| rest.split(')').next())
                .map(str::to_owned),
        );
    }
    let mut found: Vec<String> = Vec::new();
    for text in said {
        for part in text
            .split([',', ';', '、', '，', '+', '&'])
            .flat_map(|part| part.split(" and "))
        {
            let name = unit_named(&plain_text(part).replace('`', ""));
            found.extend(name.filter(|name| !found.contains(name)));
        }
    }
    found
}

/// Returns the unit that some words name, if they begin with its name.
fn unit_named(words: &str) -> Option<String> {
    let words = words.trim().trim_end_matches('.');
    let lone = || {
        let number = number_at(words)?;
        let digit = number.starts_with(|letter: char| letter.is_ascii_digit());
        (digit && words.len() <= number.len() + 2).then_some(number)
    };
    unit_name(words)
        .map(|name| name.label())
        .or_else(|| read_coded_unit(words).and_then(|name| name.number))
        .or_else(lone)
}

//! The steps of a unit, in order: what to write, to run, to commit.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Serialize;

use crate::changes::Asking;
use crate::commands::{Manner, in_line};
use crate::criteria::is_among;
use crate::document::Span;
use crate::identity::CheckboxId;
use crate::labels::Topic;
use crate::naming::{Rank, read_coded_unit, read_marks, read_numbered_unit, unit_name};
use crate::rows::{Row, RowKind};
use crate::word_lists::List;

/// One step of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name, without number and marks.
    pub title: String,
    /// Its number as written.
    pub number: Option<String>,
    /// From its first byte to the end of its content.
    pub span: Span,
    /// Its own box.
    pub checkbox: Option<CheckboxId>,
    /// Its parts, in order.
    pub parts: Vec<Part>,
    /// Its purpose, in the main.
    pub kind: StepKind,
    /// The label of the file below which it stands as an item.
    pub below: Option<Span>,
}

/// A part of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Put this block ([`crate::Phase::blocks`]) in its file.
    Place(usize),
    /// Run this command ([`crate::Phase::commands`]).
    Run(usize),
    /// Carry out this commit ([`crate::Phase::commands`]).
    Commit(usize),
    /// Prose that asks for something no block or command covers.
    Say(Span),
}

/// The purpose of a step, in the main.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Code is spelled out.
    Write,
    /// Commands are run.
    Run,
    /// Files are named but their code is not spelled out.
    Change,
    /// The work is committed.
    Commit,
    /// Words alone.
    Prose,
}

/// A step before its content is known.
#[derive(Debug, Clone)]
pub(crate) struct Seed {
    /// Its rows.
    pub(crate) rows: Range<usize>,
    /// Its name.
    pub(crate) title: String,
    /// Its number as written.
    pub(crate) number: Option<String>,
    /// Its item's box.
    pub(crate) checkbox: Option<CheckboxId>,
    /// It is a section beside the steps that are called so; a step only if it spells something out.
    pub(crate) spare: bool,
    /// Its first row is its title; else it is the unit below its heading.
    pub(crate) titled: bool,
    /// The label of the file below which it stands as an item.
    pub(crate) below: Option<Span>,
}

/// Returns whether the words name a step: "Step 2: …".
pub(crate) fn is_step_name(words: &str) -> bool {
    // Most lines are no step, and told so at a glance.
    let name = words.trim_start_matches(|letter: char| !letter.is_alphabetic());
    let begins = |word: &&str| {
        name.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if words.is_ascii() && !List::StepWord.words().iter().any(begins) {
        return false;
    }
    unit_name(&read_marks(words).words).is_some_and(|name| name.rank == Rank::Step)
}

/// Cuts a unit's rows into steps: those that are called so, else its boxes, else its sections, else all of it.
pub(crate) fn find_seeds(asking: &Asking<'_, '_>, title: &str) -> Vec<Seed> {
    let rows = asking.rows;
    let called: Vec<usize> = (0..rows.len())
        .filter(|at| is_called_step(asking, &rows[*at]))
        .collect();
    if !called.is_empty() {
        return with_sections(asking, cut_steps(asking, &called));
    }
    let boxed: Vec<usize> = (0..rows.len())
        .filter(|at| is_boxed_step(asking, &rows[*at]))
        .collect();
    if !boxed.is_empty() {
        return with_sections(asking, cut_steps(asking, &boxed));
    }
    let listed = listed_steps(asking);
    if listed.len() > 1 {
        return with_sections(asking, cut_steps(asking, &listed));
    }
    let sections: Vec<usize> = (0..rows.len())
        .filter(|at| matches!(rows[*at].kind, RowKind::Heading(_)) && !is_apart(&rows[*at]))
        .collect();
    let mut found = cut_steps(asking, &sections);
    found.retain(|seed| {
        let inner = rows[seed.rows.clone()].iter().skip(1);
        inner
            .into_iter()
            .any(|row| !is_among(row) && !matches!(row.kind, RowKind::Rule))
    });
    let first = sections.first().copied().unwrap_or(rows.len());
    let works = |row: &Row| {
        matches!(row.kind, RowKind::Code(_))
            || row.topic.is_some_and(Topic::names_files)
            || runs_in_words(asking, row)
    };
    if found.is_empty() || rows[..first].iter().any(works) {
        let end = rows[..first]
            .iter()
            .position(|row| is_among(row) && row.item.is_none())
            .unwrap_or(first);
        if end > 0 {
            let (title, titled) = (title.to_owned(), asking.item.is_some());
            found.insert(
                0,
                Seed {
                    rows: 0..end,
                    title,
                    number: None,
                    checkbox: None,
                    spare: false,
                    titled,
                    below: None,
                },
            );
        }
    }
    found
}

/// Returns whether a sentence asks to run a command: "Run `npm test` and".
fn runs_in_words(asking: &Asking<'_, '_>, row: &Row) -> bool {
    let line = matches!(row.kind, RowKind::Line(_))
        && !is_among(row)
        && !row.topic.is_some_and(Topic::is_left_undone);
    line && !in_line(
        asking.document.slice(&row.span),
        row.span.start,
        Manner::Sentence,
    )
    .is_empty()
}

/// Adds the sections beside the steps: "Run the tests", "Commit" under headings of their own.
fn with_sections(asking: &Asking<'_, '_>, steps: Vec<Seed>) -> Vec<Seed> {
    let rows = asking.rows;
    let sections: Vec<usize> = (0..rows.len())
        .filter(|at| matches!(rows[*at].kind, RowKind::Heading(_)) && !is_apart(&rows[*at]))
        .collect();
    let mut all = steps;
    let ends: Vec<usize> = all.iter().map(|step| step.rows.end).collect();
    let labels = ends.into_iter().filter(|end| asking.names_file(*end));
    let labels: Vec<usize> = labels
        .filter(|end| !all.iter().any(|step| step.rows.contains(end)))
        .collect();
    for mut seed in cut_steps(asking, &labels) {
        let next = all
            .iter()
            .map(|step| step.rows.start)
            .find(|start| seed.rows.contains(start));
        seed.rows.end = next.unwrap_or(seed.rows.end);
        all.push(Seed {
            spare: true,
            ..seed
        });
    }
    for mut seed in cut_steps(asking, &sections) {
        let end = all
            .iter()
            .map(|step| step.rows.start)
            .find(|start| seed.rows.contains(start));
        seed.rows.end = end.unwrap_or(seed.rows.end);
        let free = !all.iter().any(|step| step.rows.contains(&seed.rows.start));
        if free && seed.rows.len() > 1 {
            all.push(Seed {
                spare: true,
                ..seed
            });
        }
    }
    let loose = loose_runs(asking, &all);
    all.extend(loose);
    all.sort_by_key(|seed| seed.rows.start);
    all
}

/// Returns the paragraphs in no step that ask to run a command: "Produced by running `make schema`." above the boxes.
fn loose_runs(asking: &Asking<'_, '_>, steps: &[Seed]) -> Vec<Seed> {
    let rows = asking.rows;
    let mut found: Vec<Seed> = Vec::new();
    for at in 0..rows.len() {
        let taken = steps
            .iter()
            .chain(&found)
            .any(|step| step.rows.contains(&at));
        let line = rows[at].topic.is_none() && rows[at].label.is_none();
        if taken || !line || !runs_in_words(asking, &rows[at]) {
            continue;
        }
        let of_piece = |row: &&Row| row.piece == rows[at].piece;
        let end = at + rows[at..].iter().take_while(of_piece).count();
        found.push(Seed {
            rows: at..end,
            title: asking.document.slice(&rows[at].span).to_owned(),
            number: None,
            checkbox: None,
            spare: true,
            titled: true,
            below: None,
        });
    }
    found
}

/// Adds the shell blocks of the unit that stand in no step, each as a step: one between the code and the first box would be
/// lost otherwise. `runs` gives the rows of the unit's commands. A unit without steps leaves its blocks to those nested in it.
pub(crate) fn add_loose_fences(
    asking: &Asking<'_, '_>,
    runs: &[(usize, usize)],
    seeds: &mut Vec<Seed>,
) {
    if seeds.is_empty() {
        return;
    }
    for (at, _) in runs {
        let row = &asking.rows[*at];
        let taken = seeds.iter().any(|seed| seed.rows.contains(at));
        let RowKind::Code(fence) = row.kind else {
            continue;
        };
        if taken || is_apart(row) {
            continue;
        }
        let lines = asking.document.fences[fence].content.iter();
        let first = lines
            .map(|line| asking.document.slice(line).trim())
            .find(|line| !line.is_empty());
        seeds.push(Seed {
            rows: *at..*at + 1,
            title: first.map_or_else(String::new, |line| format!("`{line}`")),
            number: None,
            checkbox: None,
            spare: true,
            titled: true,
            below: None,
        });
    }
    seeds.sort_by_key(|seed| seed.rows.start);
}

/// Headings that hold no work of the unit.
fn is_apart(row: &Row) -> bool {
    let quiet = [
        Topic::About,
        Topic::Depends,
        Topic::Progress,
        Topic::Status,
        Topic::Reference,
    ];
    row.topic.is_some_and(|topic| {
        topic.is_criteria() || topic.is_left_undone() || quiet.contains(&topic)
    })
}

fn is_called_step(asking: &Asking<'_, '_>, row: &Row) -> bool {
    let words = asking.document.slice(&row.span);
    let shape = match row.kind {
        RowKind::Heading(_) => true,
        RowKind::Line(true) => {
            row.boxed || words.starts_with("**") || words.starts_with("__") || row.item.is_some()
        }
        _ => false,
    };
    shape && !is_among(row) && row.topic != Some(Topic::Rollback) && is_step_name(words)
}

fn is_boxed_step(asking: &Asking<'_, '_>, row: &Row) -> bool {
    // Right below a list of files, an item that is no entry of it is a task: in Markdown the two lists are one.
    let is_entry =
        || !crate::paths::find_paths(asking.document.slice(&row.span), 0, false).is_empty();
    let listed = row
        .topic
        .is_some_and(|topic| topic.is_left_undone() || topic.names_files() && is_entry());
    if !row.boxed || is_among(row) || row.item == asking.item || listed {
        return false;
    }
    let around = asking
        .document
        .items_around(&asking.document.pieces[row.piece]);
    let boxed = |item: &usize| {
        Some(*item) != asking.item && asking.boxes.get(*item).copied().flatten().is_some()
    };
    !around.iter().skip(1).any(boxed)
}

/// Returns the items of a numbered list that hold all the code there is: each of them is a step.
fn listed_steps(asking: &Asking<'_, '_>) -> Vec<usize> {
    let (rows, document) = (asking.rows, asking.document);
    let top = |item: usize| {
        let outer = document.items[item].parent;
        outer.is_none() || outer == asking.item
    };
    let numbered = |item: usize| {
        document.text[document.items[item].span.start..]
            .starts_with(|letter: char| letter.is_ascii_digit())
    };
    let outermost = |row: &Row| {
        document
            .items_around(&document.pieces[row.piece])
            .into_iter()
            .find(|item| top(*item))
    };
    let code = |row: &&Row| matches!(row.kind, RowKind::Code(_)) && !is_among(row);
    let mut shown = rows.iter().filter(code).peekable();
    let headed = rows
        .iter()
        .any(|row| matches!(row.kind, RowKind::Heading(_)));
    let listed =
        !headed && shown.peek().is_some() && shown.all(|row| outermost(row).is_some_and(numbered));
    let begins = |at: &usize| {
        let row = &rows[*at];
        matches!(row.kind, RowKind::Line(true))
            && !is_among(row)
            && row.item.is_some_and(|item| top(item) && numbered(item))
    };
    if !listed {
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    (0..rows.len())
        .filter(begins)
        .filter(|at| seen.insert(rows[*at].item))
        .collect()
}

/// One step from each start to the next, or to what ends the steps.
fn cut_steps(asking: &Asking<'_, '_>, starts: &[usize]) -> Vec<Seed> {
    let rows = asking.rows;
    let mut found = Vec::new();
    for (at, start) in starts.iter().copied().enumerate() {
        let limit = starts.get(at + 1).copied().unwrap_or(rows.len());
        let level = match rows[start].kind {
            RowKind::Heading(level) => Some(level),
            _ => None,
        };
        // Where the list stands below a file's label, the next file's label ends it.
        let parts = |at: &usize| !matches!(rows[*at].kind, RowKind::Heading(_) | RowKind::Rule);
        let above = (0..start).rev().take_while(parts);
        let label = above
            .filter(|_| rows[start].item.is_some())
            .find(|at| asking.names_file(*at));
        let of_label = label.is_some();
        let below = label.map(|at| rows[at].span.clone());
        let ends = |at: usize, row: &Row| match (&row.kind, level) {
            _ if of_label && asking.names_file(at) => true,
            (RowKind::Heading(inner), Some(level)) => *inner <= level || is_apart(row),
            (RowKind::Heading(_) | RowKind::Rule, None) => true,
            _ => is_among(row) && row.item.is_none() && row.label.is_some(),
        };
        let end = (start + 1..limit)
            .find(|at| ends(*at, &rows[*at]))
            .unwrap_or(limit);
        let words = read_marks(asking.document.slice(&rows[start].span)).words;
        let named = unit_name(&words).filter(|name| name.rank == Rank::Step);
        let named = named
            .or_else(|| read_coded_unit(&words))
            .or_else(|| read_numbered_unit(&words));
        let item = rows[start].item.filter(|_| level.is_none());
        let checkbox = item.and_then(|item| asking.boxes.get(item).copied().flatten());
        let (title, number) = match named {
            Some(name) => (name.title, name.number),
            None => (words, None),
        };
        found.push(Seed {
            rows: start..end,
            title,
            number,
            checkbox,
            spare: false,
            titled: true,
            below,
        });
    }
    found
}

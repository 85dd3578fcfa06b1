//! Makes the parts of a step: its blocks, its commands, and the words that ask for more than those give.

use std::ops::Range;

use crate::blocks::Placed;
use crate::changes::{Action, Asking, PlannedChange, asks_for_change, is_stated_of_file};
use crate::commands::{ExpectedOutcome, PlannedCommand, read_expectation};
use crate::criteria::is_among;
use crate::document::Span;
use crate::inline::{comparison_key, one_line};
use crate::labels::Topic;
use crate::mention::makes_empty;
use crate::rows::{Row, RowKind};
use crate::sentences::Sentence;
use crate::steps::{Part, Seed, Step, StepKind};

/// The contents of a unit, by which its steps are made.
pub(super) struct Shown<'a> {
    /// Its blocks.
    pub(super) placed: &'a [Placed],
    /// Rows with a command outside criteria, and which.
    pub(super) runs: &'a [(usize, usize)],
    /// Its commands.
    pub(super) commands: &'a [PlannedCommand],
    /// Its sentences.
    pub(super) sentences: &'a [Sentence],
    /// Its files.
    pub(super) changes: &'a [PlannedChange],
}

/// Returns the blocks and commands that the rows of a step spell out, each with its row, in order.
fn spelled_parts(asking: &Asking<'_, '_>, seed: &Seed, shown: &Shown<'_>) -> Vec<(usize, Part)> {
    let mut spelled: Vec<(usize, Part)> = Vec::new();
    for at in seed.rows.clone().filter(|at| !is_among(&asking.rows[*at])) {
        let here = shown
            .placed
            .iter()
            .enumerate()
            .filter(|(_, one)| one.row == at && one.block.role.is_placed());
        spelled.extend(here.map(|(index, _)| (at, Part::Place(index))));
    }
    for (at, command) in shown.runs.iter().filter(|(run, _)| seed.rows.contains(run)) {
        let commit = shown
            .commands
            .get(*command)
            .is_some_and(|command| command.commit.is_some());
        spelled.push((
            *at,
            if commit {
                Part::Commit(*command)
            } else {
                Part::Run(*command)
            },
        ));
    }
    spelled.sort_by_key(|(at, _)| *at);
    spelled
}

/// Makes a step of its seed; `None` for a spare one in which nothing is spelled out.
pub(super) fn build_step(asking: &Asking<'_, '_>, seed: &Seed, shown: &Shown<'_>) -> Option<Step> {
    let commands = shown.commands;
    let mut spelled = spelled_parts(asking, seed, shown);
    if seed.spare && spelled.is_empty() {
        return None;
    }
    let mut said = match is_worked(&spelled) {
        true => open_sentences(asking, &seed.rows, shown.sentences),
        false => asked_words(asking, seed, &spelled, shown.changes),
    };
    let title = asking
        .rows
        .get(seed.rows.start)
        .map_or(0..0, |row| row.span.clone());
    let only_checked = spelled.iter().all(|(_, part)| match part {
        Part::Run(command) => commands
            .get(*command)
            .is_some_and(|command| command.facts.is_check()),
        part => matches!(part, Part::Commit(_)),
    });
    let titled = || sentences_of_line(&seed.title).any(asks_for_change);
    if said.is_empty()
        && spelled.is_empty()
        && seed.checkbox.is_none()
        && is_said_in_full(asking, seed, shown.changes)
    {
        return None;
    }
    if said.is_empty() && (spelled.is_empty() || only_checked && titled()) {
        said.push((seed.rows.start, title.clone()));
    }
    spelled.extend(said.into_iter().map(|(at, span)| (at, Part::Say(span))));
    spelled.sort_by_key(|(at, part)| (*at, !matches!(part, Part::Say(_))));
    let parts: Vec<Part> = spelled.into_iter().map(|(_, part)| part).collect();
    let last = seed
        .rows
        .clone()
        .next_back()
        .and_then(|at| asking.rows.get(at));
    let end = last.map_or(title.end, |row| row.span.end).max(title.end);
    let kind = kind_of_step(
        &parts,
        seed.rows
            .clone()
            .any(|at| names_file(asking, &asking.rows[at])),
    );
    let (number, checkbox) = (seed.number.clone(), seed.checkbox);
    let below = seed.below.clone();
    Some(Step {
        title: one_line(&seed.title),
        number,
        span: title.start..end,
        checkbox,
        parts,
        kind,
        below,
    })
}

/// Returns the sentences of a step that ask for work which no block shows, by row.
fn open_sentences(
    asking: &Asking<'_, '_>,
    rows: &Range<usize>,
    sentences: &[Sentence],
) -> Vec<(usize, Span)> {
    let first = asking.rows.get(rows.start).map_or(0, |row| row.span.start);
    let last = asking.rows[rows.clone()]
        .last()
        .map_or(first, |row| row.span.end);
    let row_of = |at: usize| {
        rows.start + asking.rows[rows.clone()].partition_point(|row| row.span.start <= at) - 1
    };
    let inside = sentences
        .iter()
        .filter(|one| one.open && first <= one.span.start && one.span.end <= last);
    inside
        .map(|one| (row_of(one.span.start), one.span.clone()))
        .collect()
}

/// Checks of which nothing is said shall end as the step's title says: "Run it to verify it fails".
pub(super) fn expect_by_title(step: &Step, commands: &mut [PlannedCommand]) {
    const SAYS: &[&str] = &[
        "verify", "confirm", "expect", "should", "must", "see ", "ensure", "确认", "验证", "確認",
    ];
    let runs = step.parts.iter().filter_map(|part| {
        if let Part::Run(at) = part {
            Some(at)
        } else {
            None
        }
    });
    let mut runs = runs.peekable();
    let lower = step.title.to_lowercase();
    if runs.peek().is_none() || !SAYS.iter().any(|word| lower.contains(word)) {
        return;
    }
    let outcome = read_expectation(&lower).outcome;
    if !matches!(outcome, ExpectedOutcome::Pass | ExpectedOutcome::Fail) {
        return;
    }
    for at in runs {
        let unsaid = |command: &PlannedCommand| {
            command.expect.outcome == ExpectedOutcome::Unstated && command.expect.words.is_none()
        };
        let Some(command) = commands
            .get_mut(*at)
            .filter(|command| command.facts.is_check())
        else {
            continue;
        };
        if outcome == ExpectedOutcome::Fail {
            command.await_failure();
        } else if unsaid(command) {
            command.expect.outcome = outcome;
        }
    }
}

/// Returns the sentences of a line.
fn sentences_of_line(words: &str) -> impl Iterator<Item = &str> {
    words
        .split(". ")
        .flat_map(|part| part.split(['。', '；', ';']))
        .filter(|part| !part.trim().is_empty())
}

/// Returns the words, by row, of a step whose work neither blocks nor commands do: all that ask for something.
fn asked_words(
    asking: &Asking<'_, '_>,
    seed: &Seed,
    spelled: &[(usize, Part)],
    changes: &[PlannedChange],
) -> Vec<(usize, Span)> {
    let rows = asking.rows;
    let mut found: Vec<(usize, Span)> = Vec::new();
    for at in seed.rows.clone().skip(usize::from(seed.titled)) {
        let row = &rows[at];
        if spelled.iter().any(|(worked, _)| *worked == at)
            || !asks_for_more(asking, at, spelled)
            || is_stated(asking, at, changes)
        {
            continue;
        }
        if let Some((last, span)) = found
            .last_mut()
            .filter(|(last, _)| rows[*last].piece == row.piece)
        {
            *last = at;
            span.end = row.span.end;
            continue;
        }
        found.push((at, row.span.clone()));
    }
    found
}

/// Returns whether a row's words say no more of a file than what its change states.
fn is_stated(asking: &Asking<'_, '_>, at: usize, changes: &[PlannedChange]) -> bool {
    let words = asking.document.slice(&asking.rows[at].span);
    makes_empty(words) || is_stated_of_file(changes, words)
}

/// Returns whether all that a step says is which files are made empty, go or get another path, beside their names.
fn is_said_in_full(asking: &Asking<'_, '_>, seed: &Seed, changes: &[PlannedChange]) -> bool {
    let rows = seed
        .rows
        .clone()
        .filter(|at| !matches!(asking.rows[*at].kind, RowKind::Heading(_)));
    let names = |at: usize| {
        let row = &asking.rows[at];
        row.topic.is_some_and(Topic::names_files)
            && changes.iter().any(|change| {
                let goes = matches!(change.action, Action::Delete | Action::Rename { .. });
                (goes || change.empty) && row.span.contains(&change.span.start)
            })
    };
    // "**Files:**" alone is the name of the list below it.
    let heads = |at: usize| {
        let row = &asking.rows[at];
        let words = asking.document.slice(&row.span).trim_end();
        let bare = row
            .label
            .as_ref()
            .is_some_and(|label| label.rest >= words.len());
        bare && row.topic.is_some_and(Topic::names_files)
    };
    let mut said = rows.skip_while(|at| heads(*at)).peekable();
    said.peek().is_some() && said.all(|at| is_stated(asking, at, changes) || names(at) || heads(at))
}

/// Returns whether blocks or commands do the work of a step.
fn is_worked(spelled: &[(usize, Part)]) -> bool {
    spelled
        .iter()
        .any(|(_, part)| !matches!(part, Part::Commit(_)))
}

fn names_file(asking: &Asking<'_, '_>, row: &Row) -> bool {
    matches!(row.kind, RowKind::Line(_) | RowKind::Heading(_))
        && !crate::paths::find_paths(asking.document.slice(&row.span), 0, false).is_empty()
}

fn kind_of_step(parts: &[Part], names_file: bool) -> StepKind {
    let any = |wanted: fn(&Part) -> bool| parts.iter().any(wanted);
    if any(|part| matches!(part, Part::Place(_))) {
        StepKind::Write
    } else if any(|part| matches!(part, Part::Run(_))) {
        StepKind::Run
    } else if any(|part| matches!(part, Part::Commit(_))) {
        StepKind::Commit
    } else if names_file {
        StepKind::Change
    } else {
        StepKind::Prose
    }
}

/// Labels whose words ask for nothing of their own.
const MUTE: &[Topic] = &[
    Topic::Expect,
    Topic::Run,
    Topic::Output,
    Topic::Reference,
    Topic::Bounds,
    Topic::Rollback,
    Topic::About,
    Topic::Depends,
    Topic::Commit,
    Topic::Example,
    Topic::Status,
];

/// Returns whether a row's words ask for something that no command right there covers.
fn asks_for_more(asking: &Asking<'_, '_>, at: usize, spelled: &[(usize, Part)]) -> bool {
    let row = &asking.rows[at];
    if !matches!(row.kind, RowKind::Line(_)) || is_among(row) {
        return false;
    }
    // Where nothing is spelled out, an example says what is meant.
    let intent = row
        .label
        .as_ref()
        .is_some_and(|label| label.name == "intent");
    let example = row.topic == Some(Topic::Example) || intent;
    let mute = row
        .topic
        .is_some_and(|topic| topic.names_files() || MUTE.contains(&topic))
        && !example;
    let introduces = spelled.iter().any(|(spelled, _)| *spelled == at + 1)
        && asking
            .rows
            .get(at + 1)
            .is_some_and(|next| matches!(next.kind, RowKind::Code(_)));
    let words = asking.document.slice(&row.span);
    // What makes an empty file is said in full.
    if makes_empty(words) {
        return false;
    }
    let label_only = row
        .label
        .as_ref()
        .is_some_and(|label| label.rest >= words.len());
    let noted = words.starts_with("_Requirements") || comparison_key(words).is_empty();
    !mute && !introduces && !label_only && !noted
}

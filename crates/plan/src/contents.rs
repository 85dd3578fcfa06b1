//! Reads what stands in a unit: its files, blocks, commands, criteria and steps.

mod bare;

mod echoes;

mod folders;

mod inherited;

mod parts;

mod rows;

pub(crate) use inherited::hand_down;

use crate::blocks::{self, Placed, Role};
use crate::changes::{Asking, PlannedChange, declared_changes, start_as_shortened};
use crate::commands::{
    ExpectedOutcome, Manner, PlannedCommand, asked_to_see, commit_of_row, in_line, is_conditional,
    is_use, of_fence, read_expectation, stated_folder,
};
use crate::criteria::{self, Criterion, is_among, set_expectation, share_look};
use crate::document::{Document, Span};
use crate::identity::{CheckboxId, PhaseId};
use crate::labels::Topic;
use crate::naming::without_number;
use crate::outline::Unit;
use crate::phase::Phase;
use crate::rows::{RowKind, rows_of_pieces};
use crate::sentences::{self, Removal, Sentence};
use crate::spans::{Parts, divide_unit, extent_of};
use crate::steps::{Step, add_loose_fences, find_seeds, is_step_name};
use bare::mark_bare_criteria;
use rows::{first_rows, spells_work, stated_state};

/// Reads a unit without those nested in it. `boxes` gives the box of each list item.
pub(crate) fn read_contents(
    document: &Document<'_>,
    unit: &Unit,
    id: PhaseId,
    boxes: &[Option<CheckboxId>],
) -> Phase {
    let heading = usize::from(unit.item.is_none() && unit.opens_with_heading(document));
    let mut own = rows_of_pieces(document, unit.own().skip(heading), is_step_name);
    if unit.item.is_none() {
        mark_bare_criteria(document, &mut own);
    }
    let asking = Asking {
        document,
        rows: &own,
        boxes,
        item: unit.item,
    };
    let work = read_work(&asking, unit);
    let whole = extent_of(document, unit);
    let parts = Parts {
        rows: &own,
        changes: &work.changes,
        commands: &work.commands,
        sentences: &work.sentences,
    };
    let passages = divide_unit(document, unit, &whole, &parts);
    let prose = own.iter().filter(|row| {
        matches!(row.kind, RowKind::Line(true)) && row.item.is_none() && !is_among(row)
    });
    Phase {
        id,
        word: unit.name.word.clone(),
        number: unit.name.number.clone(),
        title: unit.name.title.clone(),
        label: unit.name.label(),
        span: whole,
        heading: unit.heading.clone(),
        state: unit
            .state
            .or_else(|| stated_state(document, &own))
            .unwrap_or_default(),
        optional: unit.optional,
        depends_on: echoes::depends_on(document, unit, &own),
        prose: prose
            .map(|row| document.pieces[row.piece].span.clone())
            .collect(),
        changes: work.changes,
        blocks: work.placed.into_iter().map(|one| one.block).collect(),
        commands: work.commands,
        criteria: work.criteria,
        steps: work.steps,
        passages,
        sentences: work.sentences,
        removals: work.removals,
        checkboxes: Vec::new(),
        phases: Vec::new(),
    }
}

/// The contents of a unit that its rows spell out.
struct Work {
    changes: Vec<PlannedChange>,
    placed: Vec<Placed>,
    commands: Vec<PlannedCommand>,
    criteria: Vec<Criterion>,
    sentences: Vec<Sentence>,
    removals: Vec<Removal>,
    steps: Vec<Step>,
}

/// Reads the work of a unit. The order is that of need: files before the blocks that go into them, both before the
/// sentences, which are held against them, and all of these before the steps, which are made of them.
fn read_work(asking: &Asking<'_, '_>, unit: &Unit) -> Work {
    let mut changes = declared_changes(asking, &unit.title);
    let mut seeds = find_seeds(asking, &unit.name.title);
    if !unit.children.is_empty() {
        // Units nested in it do its work; only what it spells out itself is a step of its own.
        seeds.retain(|seed| {
            seed.checkbox.is_some() || asking.rows[seed.rows.clone()].iter().any(spells_work)
        });
    }
    let placed = blocks::read_blocks(asking, &first_rows(asking.rows, &seeds), &mut changes);
    start_as_shortened(&mut changes);
    let mut commands = Vec::new();
    let mut criteria = criteria::read(asking, &mut commands);
    let runs = run_rows(asking, &placed, &mut commands);
    add_loose_fences(asking, &runs, &mut seeds);
    folders::lay_down(asking, &mut commands);
    let begins: Vec<usize> = seeds.iter().map(|seed| seed.rows.start).collect();
    let sentences = sentences::read_sentences(
        asking,
        &begins,
        &sentences::Stock {
            placed: &placed,
            changes: &changes,
            commands: &commands,
        },
    );
    let removals = read_removals(asking, &sentences, &changes);
    let shown = parts::Shown {
        placed: &placed,
        runs: &runs,
        commands: &commands,
        sentences: &sentences,
        changes: &changes,
    };
    let steps: Vec<Step> = seeds
        .iter()
        .filter_map(|seed| parts::build_step(asking, seed, &shown))
        .collect();
    steps
        .iter()
        .for_each(|step| parts::expect_by_title(step, &mut commands));
    for echo in &unit.echoes {
        echoes::join_echoes(asking, echo.clone(), &mut criteria, &mut commands);
    }
    Work {
        changes,
        placed,
        commands,
        criteria,
        sentences,
        removals,
        steps,
    }
}

/// Reads what sentences, and the cells beside a file in a table, ask to remove.
fn read_removals(
    asking: &Asking<'_, '_>,
    sentences: &[Sentence],
    changes: &[PlannedChange],
) -> Vec<Removal> {
    let cells = asking
        .rows
        .iter()
        .filter(|row| matches!(row.kind, RowKind::Cells(_)));
    let beside = cells.flat_map(|row| {
        let about: Vec<_> = changes
            .iter()
            .filter(|change| row.span.contains(&change.span.start))
            .collect();
        let found = cells_of(asking.document.slice(&row.span), row.span.start);
        let found = found.flat_map(|(cell, span)| sentences::removals_of_words(cell, &span));
        // A row of several files does not say from which.
        let within = match about.as_slice() {
            [one] => Some(one.path.clone()),
            _ => None,
        };
        found.map(move |one| Removal {
            within: within.clone(),
            ..one
        })
    });
    sentences::removals_of_sentences(asking.document, sentences)
        .into_iter()
        .chain(beside)
        .collect()
}

/// Returns the cells of a row of a table, each with its bytes, blanks around it left out.
fn cells_of(row: &str, base: usize) -> impl Iterator<Item = (&str, Span)> {
    row.split('|').map(move |cell| {
        let inner = cell.trim();
        let start = base + (inner.as_ptr() as usize - row.as_ptr() as usize);
        (inner, start..start + inner.len())
    })
}

/// Reads the sentences of rows that belong to no unit.
pub(crate) fn read_loose_sentences(asking: &Asking<'_, '_>) -> Vec<Sentence> {
    let mut changes = declared_changes(asking, &(0..0));
    let seeds = find_seeds(asking, "");
    let placed = blocks::read_blocks(asking, &first_rows(asking.rows, &seeds), &mut changes);
    let mut commands = Vec::new();
    run_rows(asking, &placed, &mut commands);
    let begins: Vec<usize> = seeds.iter().map(|seed| seed.rows.start).collect();
    sentences::read_sentences(
        asking,
        &begins,
        &sentences::Stock {
            placed: &placed,
            changes: &changes,
            commands: &commands,
        },
    )
}

/// The commands that rows ask for outside criteria, while they are read.
struct RunReader<'r, 'a, 't> {
    asking: &'r Asking<'a, 't>,
    /// The blocks of the unit.
    placed: &'r [Placed],
    /// The commands of the unit; those found are added.
    commands: &'r mut Vec<PlannedCommand>,
    /// Each row with a command, and which.
    runs: Vec<(usize, usize)>,
}

/// Returns the commands that each row asks for outside criteria (row, command), with what the rows after them expect.
fn run_rows(
    asking: &Asking<'_, '_>,
    placed: &[Placed],
    commands: &mut Vec<PlannedCommand>,
) -> Vec<(usize, usize)> {
    let mut reader = RunReader {
        asking,
        placed,
        commands,
        runs: Vec::new(),
    };
    for (at, row) in asking.rows.iter().enumerate() {
        let kept_from = |topic: Topic| {
            topic.is_left_undone() || matches!(topic, Topic::Reference | Topic::Example)
        };
        if is_among(row) || row.topic.is_some_and(kept_from) {
            continue;
        }
        let found = match &row.kind {
            RowKind::Code(fence) => reader.read_fence(at, *fence),
            RowKind::Line(_) => reader.read_line(at),
            _ => Vec::new(),
        };
        for mut one in found {
            if one.expect.outcome == ExpectedOutcome::Unstated && !one.facts.is_look() {
                one.expect.outcome = bracketed_outcome(asking, at);
            }
            reader.runs.push((at, reader.commands.len()));
            reader.commands.push(one);
        }
    }
    reader.runs
}

impl RunReader<'_, '_, '_> {
    /// Reads a fence: its commands where it is one of the shell, else what the command before it is to print.
    fn read_fence(&mut self, at: usize, fence: usize) -> Vec<PlannedCommand> {
        let asking = self.asking;
        let shell = |one: &Placed| one.row == at && one.block.role == Role::Shell;
        if self.placed.iter().any(shell) {
            // What waits for something to go wrong is a person's; a commit waits for the change alone.
            let found = of_fence(asking.document, fence).into_iter();
            let found = found
                .filter(|command| command.commit.is_some() || !is_conditional_fence(asking, at));
            let mut found: Vec<PlannedCommand> = found
                .filter(|command| !uses_new(asking, at, command))
                .collect();
            set_folder(folder_above(asking, at), &mut found);
            return found;
        }
        if matches!(asking.rows[at].topic, Some(Topic::Expect | Topic::Output)) {
            let document = asking.document;
            let text = document
                .fences
                .get(fence)
                .map_or(String::new(), |fence| fence.dedented(document.text));
            self.expect_last(at, &text);
        }
        Vec::new()
    }

    /// Reads a line: the commands that it asks for, or what the command before it is expected to do.
    fn read_line(&mut self, at: usize) -> Vec<PlannedCommand> {
        let (asking, row) = (self.asking, &self.asking.rows[at]);
        let words = asking.document.slice(&row.span);
        let value = row
            .label
            .as_ref()
            .map_or(words, |label| &words[label.rest.min(words.len())..]);
        if row.topic == Some(Topic::Expect) {
            self.expect_last(at, value);
            return Vec::new();
        }
        if let Some(commit) = commit_of_row(asking, at) {
            return vec![commit];
        }
        let follows = self.runs.last().is_some_and(|(run, _)| run + 1 == at);
        if let Some(claim) =
            asked_to_see(words).filter(|_| !row.boxed && row.label.is_none() && follows)
        {
            self.expect_last(at, claim);
            return Vec::new();
        }
        if let Some(value) = behind_title(words) {
            let mut found = in_line(value, row.span.end - value.len(), Manner::Mention);
            set_folder(stated_folder(words), &mut found);
            if !found.is_empty() {
                return found;
            }
        }
        let labelled =
            row.topic == Some(Topic::Run) && (row.label.is_some() || value.starts_with('`'));
        let begun = words.starts_with('`')
            && follows
            && asking.rows[at - 1].piece == row.piece
            && goes_on(asking.document.slice(&asking.rows[at - 1].span));
        let manner = match labelled {
            true => Manner::Labelled,
            false if begun => Manner::Mention,
            false if row.boxed && is_about_command(words) => Manner::Mention,
            false => Manner::Sentence,
        };
        let value = match labelled {
            true => value,
            false if row.boxed => without_number(words),
            false => words,
        };
        let mut found = in_line(value, row.span.end - value.len(), manner);
        set_folder(stated_folder(words), &mut found);
        found
    }

    /// Gives the expectation of a row to the command before it, if that stands near.
    fn expect_last(&mut self, at: usize, words: &str) {
        let Some((row, command)) = self.runs.last() else {
            return;
        };
        let between = &self.asking.rows[row + 1..at];
        let left = between
            .iter()
            .any(|row| matches!(row.kind, RowKind::Heading(_)) || row.boxed);
        let commands = &mut *self.commands;
        let Some(last) = commands.get_mut(*command).filter(|_| !left) else {
            return;
        };
        set_expectation(last, words);
        let (look, expect) = (last.facts.is_look(), last.expect.clone());
        let beside = self
            .runs
            .iter()
            .filter(|(beside, _)| beside == row)
            .map(|(_, other)| *other);
        if look {
            share_look(&expect, beside, commands);
        } else if expect.outcome == ExpectedOutcome::Pass {
            // What a fence of several checks is to show holds for each of them.
            for other in beside {
                if let Some(other) = commands
                    .get_mut(other)
                    .filter(|other| other.facts.is_check())
                    && other.expect.outcome == ExpectedOutcome::Unstated
                {
                    other.expect.outcome = ExpectedOutcome::Pass;
                }
            }
        }
    }
}

/// Returns whether a line of a sentence ends within a list: "Run `a`, `b`, and".
fn goes_on(line: &str) -> bool {
    let last = line.split_whitespace().next_back().unwrap_or("");
    last.ends_with([',', '，', '、', '+', '&'])
        || matches!(last, "and" | "then" | "y" | "und" | "et" | "и" | "和")
}

/// Returns what stands behind the bold title of a step, where it begins with a command: "**Step 2: build** — `npm run build`".
fn behind_title(words: &str) -> Option<&str> {
    let (title, rest) = words.strip_prefix("**")?.split_once("**")?;
    let value = rest.trim_start_matches([' ', '—', '–', '-', ':', '→']);
    (is_step_name(title) && value.starts_with('`') && value.len() < rest.len()).then_some(value)
}

/// Returns the line right above a row.
fn line_above<'t>(asking: &Asking<'_, 't>, at: usize) -> Option<&'t str> {
    let above = at.checked_sub(1).map(|above| &asking.rows[above])?;
    matches!(above.kind, RowKind::Line(_)).then(|| asking.document.slice(&above.span))
}

/// Returns the folder that the line above a fence tells to run in: "From `web/`:".
fn folder_above(asking: &Asking<'_, '_>, at: usize) -> Option<String> {
    stated_folder(
        line_above(asking, at)?
            .trim_end()
            .strip_suffix([':', '：'])?,
    )
}

/// Lays down a folder for those that state none.
fn set_folder(folder: Option<String>, commands: &mut [PlannedCommand]) {
    commands
        .iter_mut()
        .filter(|one| one.folder.is_none())
        .for_each(|one| one.folder.clone_from(&folder));
}

/// Returns whether a command of a fence is how to use what the line above it asks to be made: "Add a `report` command:".
fn uses_new(asking: &Asking<'_, '_>, at: usize, command: &PlannedCommand) -> bool {
    line_above(asking, at)
        .is_some_and(|above| above.trim_end().ends_with([':', '：']) && is_use(above, command))
}

/// Returns whether the line above a fence makes it wait for something: "If it is missing, run:".
fn is_conditional_fence(asking: &Asking<'_, '_>, at: usize) -> bool {
    let above = at.checked_sub(1).map(|above| &asking.rows[above]);
    let line = above.filter(|above| matches!(above.kind, RowKind::Line(_)));
    line.map(|line| asking.document.slice(&line.span).trim_end())
        .is_some_and(|words| words.ends_with([':', '：']) && is_conditional(words))
}

/// Returns whether the words of a box are about a command: "It starts: `command`", "`command` is clean".
fn is_about_command(words: &str) -> bool {
    let behind = words
        .strip_prefix('`')
        .and_then(|rest| rest.split_once('`'))
        .map(|(_, behind)| behind);
    let passes = |behind: &str| {
        let count = behind.split_whitespace().count();
        (1..=4).contains(&count)
            && !behind.contains('`')
            && read_expectation(behind).outcome == ExpectedOutcome::Pass
    };
    words.trim_end().ends_with('`') && words.contains(": `") || behind.is_some_and(passes)
}

/// Returns what the words above a fence expect in brackets: "Run (red):", "Run the tests (must fail)".
fn bracketed_outcome(asking: &Asking<'_, '_>, at: usize) -> ExpectedOutcome {
    let above = at.checked_sub(1).map(|above| &asking.rows[above]);
    let Some(above) = above.filter(|_| matches!(asking.rows[at].kind, RowKind::Code(_))) else {
        return ExpectedOutcome::Unstated;
    };
    if !matches!(above.kind, RowKind::Line(_) | RowKind::Heading(_)) {
        return ExpectedOutcome::Unstated;
    }
    let words = asking.document.slice(&above.span);
    let inner = words
        .rsplit_once(['(', '（'])
        .and_then(|(_, rest)| rest.split([')', '）']).next());
    let told = inner
        .map(|inner| read_expectation(inner).outcome)
        .unwrap_or_default();
    if told == ExpectedOutcome::NoMatches {
        ExpectedOutcome::Unstated
    } else {
        told
    }
}

//! Reads what stands in a unit: its files, blocks, commands, criteria and steps.

mod echoes;

mod folders;

mod inherited;

mod parts;

pub(crate) use inherited::hand_down;

use crate::blocks::{self, Placed, Role};
use crate::boxes::State;
use crate::changes::{Asking, PlannedChange, declared_changes, start_as_shortened};
use crate::commands::{
    ExpectedOutcome, Manner, PlannedCommand, asked_to_see, in_line, is_conditional, is_use,
    of_fence, read_expectation, stated_folder,
};
use crate::criteria::{self, is_among, set_expectation, share_look};
use crate::document::{Document, Span};
use crate::identity::{CheckboxId, PhaseId};
use crate::inline::plain_text;
use crate::labels::Topic;
use crate::naming::state_of_note;
use crate::outline::Unit;
use crate::phase::Phase;
use crate::rows::{Row, RowKind, rows_of_pieces};
use crate::sentences::{self, Removal, Sentence};
use crate::spans::{Parts, divide_unit};
use crate::steps::{Seed, Step, find_seeds, is_step_name};

/// Reads a unit without those nested in it. `boxes` gives the box of each list item.
pub(crate) fn read_contents(
    document: &Document<'_>,
    unit: &Unit,
    id: PhaseId,
    boxes: &[Option<CheckboxId>],
) -> Phase {
    let heading = usize::from(unit.item.is_none() && unit.opens_with_heading(document));
    let own = rows_of_pieces(document, unit.own().skip(heading), is_step_name);
    let asking = Asking {
        document,
        rows: &own,
        boxes,
        item: unit.item,
    };
    let mut changes = declared_changes(&asking, &unit.title);
    let mut seeds = find_seeds(&asking, &unit.name.title);
    if !unit.children.is_empty() {
        // Units nested in it do its work; only what it spells out itself is a step of its own.
        seeds.retain(|seed| {
            seed.checkbox.is_some() || own[seed.rows.clone()].iter().any(spells_work)
        });
    }
    let placed = blocks::read_blocks(&asking, &first_rows(&own, &seeds), &mut changes);
    start_as_shortened(&mut changes);
    let mut commands = Vec::new();
    let mut criteria = criteria::read(&asking, &mut commands);
    let runs = run_rows(&asking, &placed, &mut commands);
    folders::lay_down(&asking, &mut commands);
    let begins: Vec<usize> = seeds.iter().map(|seed| seed.rows.start).collect();
    let sentences = sentences::read_sentences(&asking, &begins, &placed, &changes, &commands);
    let removals = read_removals(&asking, &sentences, &changes);
    let shown = parts::Shown {
        placed: &placed,
        runs: &runs,
        commands: &commands,
        sentences: &sentences,
        changes: &changes,
    };
    let steps: Vec<Step> = seeds
        .iter()
        .filter_map(|seed| parts::build_step(&asking, seed, &shown))
        .collect();
    steps
        .iter()
        .for_each(|step| parts::expect_by_title(step, &mut commands));
    for echo in &unit.echoes {
        echoes::join_echoes(document, echo.clone(), boxes, &mut criteria, &mut commands);
    }
    let last = unit
        .pieces
        .clone()
        .next_back()
        .and_then(|piece| document.pieces.get(piece));
    let end = last
        .map_or(unit.heading.end, |piece| piece.span.end)
        .max(unit.heading.end);
    let whole = unit.heading.start..end;
    let parts = Parts {
        rows: &own,
        changes: &changes,
        commands: &commands,
        sentences: &sentences,
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
        changes,
        blocks: placed.into_iter().map(|one| one.block).collect(),
        commands,
        criteria,
        steps,
        passages,
        sentences,
        removals,
        checkboxes: Vec::new(),
        phases: Vec::new(),
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
    sentences::read_sentences(asking, &begins, &placed, &changes, &commands)
}

/// Returns the state that a `Status:` line right below the unit's heading gives it.
fn stated_state(document: &Document<'_>, rows: &[Row]) -> Option<State> {
    let top = rows
        .iter()
        .take_while(|row| matches!(row.kind, RowKind::Line(_)))
        .take(8);
    let value = |row: &Row| {
        let label = row
            .label
            .as_ref()
            .filter(|_| row.topic == Some(Topic::Status) && !row.boxed)?;
        let words = document.slice(&row.span);
        state_of_note(&plain_text(words.get(label.rest..)?))
    };
    top.into_iter().find_map(value)
}

/// Returns whether a row spells work out: code, or a file.
fn spells_work(row: &Row) -> bool {
    matches!(row.kind, RowKind::Code(_))
        || row.label.is_some() && row.topic.is_some_and(Topic::names_files)
}

/// For each row, the first row of its step or of its section in it; outside steps, of its section.
fn first_rows(rows: &[Row], seeds: &[Seed]) -> Vec<usize> {
    (0..rows.len())
        .map(|at| {
            let section = rows[at].section.unwrap_or(0);
            let step = seeds
                .iter()
                .find(|seed| seed.rows.contains(&at))
                .map(|seed| seed.rows.start);
            step.map_or(section, |step| step.max(section))
        })
        .collect()
}

/// Returns the commands that each row asks for outside criteria (row, command), with what the rows after them expect.
fn run_rows(
    asking: &Asking<'_, '_>,
    placed: &[Placed],
    commands: &mut Vec<PlannedCommand>,
) -> Vec<(usize, usize)> {
    let document = asking.document;
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, row) in asking.rows.iter().enumerate() {
        let kept_from = |topic: Topic| {
            topic.is_left_undone() || matches!(topic, Topic::Reference | Topic::Example)
        };
        if is_among(row) || row.topic.is_some_and(kept_from) {
            continue;
        }
        let shell = || {
            placed
                .iter()
                .any(|one| one.row == at && one.block.role == Role::Shell)
        };
        let found = match &row.kind {
            // What waits for something to go wrong is a person's; a commit waits for the change alone.
            RowKind::Code(fence) if shell() => {
                let found = of_fence(document, *fence).into_iter();
                let found = found.filter(|command| {
                    command.commit.is_some() || !is_conditional_fence(asking, at)
                });
                let mut found: Vec<PlannedCommand> = found
                    .filter(|command| !uses_new(asking, at, command))
                    .collect();
                set_folder(folder_above(asking, at), &mut found);
                found
            }
            RowKind::Code(fence) if matches!(row.topic, Some(Topic::Expect | Topic::Output)) => {
                let text = document
                    .fences
                    .get(*fence)
                    .map_or(String::new(), |fence| fence.dedented(document.text));
                expect_last(asking, &runs, commands, at, &text);
                continue;
            }
            RowKind::Line(_) => {
                let words = document.slice(&row.span);
                let value = row
                    .label
                    .as_ref()
                    .map_or(words, |label| &words[label.rest.min(words.len())..]);
                if row.topic == Some(Topic::Expect) {
                    expect_last(asking, &runs, commands, at, value);
                    continue;
                }
                let follows = || runs.last().is_some_and(|(run, _)| run + 1 == at);
                if let Some(claim) =
                    asked_to_see(words).filter(|_| !row.boxed && row.label.is_none() && follows())
                {
                    expect_last(asking, &runs, commands, at, claim);
                    continue;
                }
                let labelled = row.topic == Some(Topic::Run)
                    && (row.label.is_some() || value.starts_with('`'));
                let begun = words.starts_with('`')
                    && runs.last().is_some_and(|(run, _)| *run + 1 == at)
                    && asking.rows[at - 1].piece == row.piece
                    && goes_on(document.slice(&asking.rows[at - 1].span));
                if let Some(value) = behind_title(words) {
                    let mut found = in_line(value, row.span.end - value.len(), Manner::Mention);
                    set_folder(stated_folder(words), &mut found);
                    if !found.is_empty() {
                        runs.extend((0..found.len()).map(|one| (at, commands.len() + one)));
                        commands.extend(found);
                        continue;
                    }
                }
                let manner = match labelled {
                    true => Manner::Labelled,
                    false if begun => Manner::Mention,
                    false if row.boxed && is_about_command(words) => Manner::Mention,
                    false => Manner::Sentence,
                };
                let value = if labelled { value } else { words };
                let mut found = in_line(value, row.span.end - value.len(), manner);
                set_folder(stated_folder(words), &mut found);
                found
            }
            _ => Vec::new(),
        };
        for mut one in found {
            if one.expect.outcome == ExpectedOutcome::Unstated && !one.facts.is_look() {
                one.expect.outcome = bracketed_outcome(asking, at);
            }
            runs.push((at, commands.len()));
            commands.push(one);
        }
    }
    runs
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

/// Gives an expectation to the command before it, if that stands near.
fn expect_last(
    asking: &Asking<'_, '_>,
    runs: &[(usize, usize)],
    commands: &mut [PlannedCommand],
    at: usize,
    words: &str,
) {
    let Some((row, command)) = runs.last() else {
        return;
    };
    let between = &asking.rows[row + 1..at];
    let left = between
        .iter()
        .any(|row| matches!(row.kind, RowKind::Heading(_)) || row.boxed);
    let Some(last) = commands.get_mut(*command).filter(|_| !left) else {
        return;
    };
    set_expectation(last, words);
    if last.facts.is_look() {
        share_look(
            &last.expect.clone(),
            runs.iter()
                .filter(|(beside, _)| beside == row)
                .map(|(_, other)| *other),
            commands,
        );
    } else if last.expect.outcome == ExpectedOutcome::Pass {
        // What a fence of several checks is to show holds for each of them.
        for (_, other) in runs.iter().filter(|(beside, _)| beside == row) {
            if let Some(other) = commands
                .get_mut(*other)
                .filter(|other| other.facts.is_check())
            {
                let unsaid = other.expect.outcome == ExpectedOutcome::Unstated;
                other.expect.outcome = if unsaid {
                    ExpectedOutcome::Pass
                } else {
                    other.expect.outcome
                };
            }
        }
    }
}

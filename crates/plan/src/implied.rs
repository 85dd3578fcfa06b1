//! Commands that a step leaves out because the plan's other units have them: in a unit with the test `tests/test_b.py`,
//! "Step 2: Run → FAIL" means what another one writes out as `uv run pytest tests/test_a.py -v`.

use crate::commands::{Expect, ExpectedOutcome, PlannedCommand, new_command, read_expectation};
use crate::document::Span;
use crate::phase::Phase;
use crate::sentences::asks_to_run;
use crate::steps::{Part, Step, StepKind};

/// A command by which the plan runs one test file.
struct Pattern {
    /// Where it stands.
    at: usize,
    /// Its text, cut where the file's path stood.
    around: (String, String),
    /// The folder that the path leaves out, as the command runs in it.
    folder: String,
    /// The end of the path behind its last dot.
    extension: String,
    command: PlannedCommand,
}

/// Gives each step that asks to run the tests, says how that ends, and has no command, the plan's own for the unit's tests.
pub(crate) fn complete_steps(phases: &mut [Phase]) {
    let mut patterns = Vec::new();
    collect_patterns(phases, &mut patterns);
    if !patterns.is_empty() {
        complete_with(phases, &patterns);
    }
}

fn collect_patterns(phases: &[Phase], found: &mut Vec<Pattern>) {
    for phase in phases {
        found.extend(
            phase
                .commands
                .iter()
                .filter_map(|command| pattern_of_command(phase, command)),
        );
        collect_patterns(&phase.phases, found);
    }
}

/// Returns how a command of a unit runs a whole test file of it.
fn pattern_of_command(phase: &Phase, command: &PlannedCommand) -> Option<Pattern> {
    let runs_tests = command.facts.kinds == [shell::Kind::Test] && !command.text.contains('\n');
    if !runs_tests || command.doubt.is_some() {
        return None;
    }
    let tests = phase.changes.iter().filter(|change| change.test);
    tests.into_iter().find_map(|change| {
        let mut words = command
            .text
            .split(' ')
            .filter(|word| word.contains('.') && change.path.ends_with(*word));
        let word = words.next().filter(|_| words.next().is_none())?;
        let folder = change
            .path
            .strip_suffix(word)
            .filter(|folder| folder.is_empty() || folder.ends_with('/'))?;
        let (before, after) = command.text.split_once(word)?;
        Some(Pattern {
            at: command.span.start,
            around: (before.to_owned(), after.to_owned()),
            folder: folder.to_owned(),
            extension: extension_of(word).to_owned(),
            command: command.clone(),
        })
    })
}

fn extension_of(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

fn complete_with(phases: &mut [Phase], patterns: &[Pattern]) {
    for phase in phases {
        for at in 0..phase.steps.len() {
            if let Some((command, rest)) = implied_command(phase, &phase.steps[at], patterns) {
                let step = &mut phase.steps[at];
                step.parts.splice(
                    ..,
                    [Part::Run(phase.commands.len())].into_iter().chain(rest),
                );
                step.kind = StepKind::Run;
                phase.commands.push(command);
            }
        }
        complete_with(&mut phase.phases, patterns);
    }
}

/// Returns the command that a step means, and what else it consists of.
fn implied_command(
    phase: &Phase,
    step: &Step,
    patterns: &[Pattern],
) -> Option<(PlannedCommand, Vec<Part>)> {
    if step
        .parts
        .iter()
        .any(|part| matches!(part, Part::Place(_) | Part::Run(_)))
        || !asks_to_run(&step.title)
    {
        return None;
    }
    let expect = read_expectation(outcome_of(&step.title));
    if !matches!(
        expect.outcome,
        ExpectedOutcome::Pass | ExpectedOutcome::Fail
    ) {
        return None;
    }
    let tests: Vec<&str> = phase
        .changes
        .iter()
        .filter(|change| change.test)
        .map(|change| change.path.as_str())
        .collect();
    // Fixtures beside the tests are none.
    let run_by = |pattern: &Pattern| -> Vec<&str> {
        let fits = |path: &&str| {
            path.starts_with(&pattern.folder) && extension_of(path) == pattern.extension
        };
        tests.iter().copied().filter(fits).collect()
    };
    let fits = |pattern: &&Pattern| !run_by(pattern).is_empty();
    // The nearest before it; a plan that writes it out once may do so later.
    let before = patterns
        .iter()
        .filter(|pattern| pattern.at < step.span.start)
        .rev()
        .find(fits);
    let pattern = before.or_else(|| patterns.iter().find(fits))?;
    let title = step.parts.iter().find_map(|part| match part {
        Part::Say(span) => Some(span.clone()),
        _ => None,
    });
    // What else its words ask for stays with it.
    let asks = |span: &Span| {
        phase
            .sentences
            .iter()
            .any(|one| one.open && span.contains(&one.span.start))
    };
    let stays = |part: &&Part| match part {
        Part::Say(span) => asks(span),
        part => matches!(part, Part::Commit(_)),
    };
    let rest = step.parts.iter().filter(stays).cloned().collect();
    let span = title.unwrap_or(step.span.start..step.span.start);
    Some((fill_pattern(pattern, &run_by(pattern), span, expect), rest))
}

fn fill_pattern(pattern: &Pattern, tests: &[&str], span: Span, expect: Expect) -> PlannedCommand {
    let paths: Vec<&str> = tests
        .iter()
        .map(|path| &path[pattern.folder.len()..])
        .collect();
    let (before, after) = &pattern.around;
    let made = new_command(&format!("{before}{}{after}", paths.join(" ")), span, expect);
    PlannedCommand {
        folder: pattern.command.folder.clone(),
        ..made
    }
}

/// Returns the words behind the sign that leads to the outcome: "Run → PASS (2). Commit."
fn outcome_of(title: &str) -> &str {
    let behind = ["→", "->", "=>", "—", ":"]
        .iter()
        .filter_map(|sign| title.split_once(sign))
        .map(|(_, behind)| behind);
    let words = behind.max_by_key(|behind| behind.len()).unwrap_or(title);
    words.split(". ").next().unwrap_or(words).trim()
}

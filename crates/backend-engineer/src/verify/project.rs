//! The project's own tests, linter and type checker, as the survey finds them, for the packages whose files the phase
//! changes. They are the second line behind the plan's checks: where one can't run here, that is told and no more; where
//! one fails, it runs on the tree before the change as well, and what failed there in the same way is not the change's.

use std::collections::BTreeMap;

use journal::Verdict;
use plan::ExpectedOutcome;
use survey::{Command, Ecosystem, Purpose};

mod environment;

use super::checks::{Check, NOT_RUN, Origin};
use crate::analyze::Codebase;
use crate::check::{self, CheckRun, Difference, Judgement, Kind, Request};
use crate::implement::Change;
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// The most commands of a project that are tried for one purpose, where one can't run.
const TRIES: usize = 3;
/// Files past which a command is not called for each of them.
const MOST_FILES: usize = 40;

/// A check to make: the commands that may make it, the best first, and the files that it is made for.
struct RequiredCheck {
    kind: Kind,
    commands: Vec<Command>,
    files: Vec<String>,
}

/// Makes the project's own checks that neither the configuration names nor the plan made already.
pub(super) async fn run_project_checks(
    work: &mut UnitWork<'_>,
    change: &Change,
    made: &[Check],
) -> Result<Vec<Check>, Stop> {
    let files = files_of(work, change);
    let renewed = keepers_changed(change).then(|| Codebase::new(work.run.files.facts()));
    let code = renewed.as_ref().unwrap_or(&work.survey.code);
    let wanted = if files.is_empty() {
        Vec::new()
    } else {
        list_required_checks(work, &code.commands(), &files, made)
    };
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    if !work.run.runs_commands() {
        return Ok(wanted
            .iter()
            .map(|wanted| not_made(wanted, NOT_RUN))
            .collect());
    }
    // The plan asked for no command; that none can run here is nothing that it would have to wait for.
    if let Err(stop) = work.workspace.prepare().await {
        return Ok(wanted
            .iter()
            .map(|wanted| not_made(wanted, &stop.message))
            .collect());
    }
    let mut found = Vec::new();
    for wanted in wanted {
        found.extend(run_required_check(work, change, &wanted, made).await?);
    }
    Ok(found)
}

/// Returns whether the unit wrote a file that may keep commands, so that the survey from before it no longer tells them
/// all. Source code keeps none.
fn keepers_changed(change: &Change) -> bool {
    change
        .written
        .iter()
        .any(|file| ecosystem_of(&file.path).is_none())
}

/// Returns the files of the phase that are there now.
fn files_of(work: &mut UnitWork<'_>, change: &Change) -> Vec<String> {
    let named = work
        .assignment
        .files
        .iter()
        .filter_map(|file| file.path.clone());
    let mut files: Vec<String> = change
        .written
        .iter()
        .map(|file| file.path.clone())
        .chain(named)
        .collect();
    files.sort();
    files.dedup();
    let is_prose = |path: &str| {
        [".md", ".rst", ".txt"]
            .iter()
            .any(|end| path.ends_with(end))
            && !path.contains("requirements")
    };
    files.retain(|path| {
        !is_prose(path)
            && work
                .workspace
                .tree
                .read(path)
                .is_ok_and(|content| content.is_some())
    });
    files
}

/// Which checks are to be made, each for the files that it covers.
fn list_required_checks(
    work: &UnitWork<'_>,
    known: &[Command],
    files: &[String],
    made: &[Check],
) -> Vec<RequiredCheck> {
    let held = &work.run.settings.commands;
    let kinds = [
        (Kind::Tests, Purpose::Test, held.test.is_some()),
        (Kind::Lint, Purpose::Lint, held.lint.is_some()),
        (
            Kind::TypeCheck,
            Purpose::TypeCheck,
            held.type_check.is_some(),
        ),
    ];
    let mut wanted: Vec<RequiredCheck> = Vec::new();
    for (kind, purpose, _) in kinds.into_iter().filter(|(_, _, configured)| !configured) {
        let mut groups: BTreeMap<(String, String), RequiredCheck> = BTreeMap::new();
        for file in files {
            let commands = commands_for(known, purpose, file);
            let Some(first) = commands.first() else {
                continue;
            };
            let key = (first.folder.clone(), first.script.clone());
            let group = groups.entry(key).or_insert_with(|| RequiredCheck {
                kind,
                commands,
                files: Vec::new(),
            });
            group.files.push(file.clone());
        }
        let is_made = |group: &RequiredCheck| {
            let same = |check: &Check, command: &Command| {
                check.ran.script.trim() == command.script
                    && check.ran.folder.trim_end_matches('/') == command.folder
            };
            made.iter().any(|check| {
                group
                    .commands
                    .first()
                    .is_some_and(|command| same(check, command))
            })
        };
        wanted.extend(groups.into_values().filter(|group| !is_made(group)));
    }
    wanted
}

/// Returns the commands that look at the file: those of the innermost package around it that has any.
fn commands_for(known: &[Command], purpose: Purpose, file: &str) -> Vec<Command> {
    let ecosystem = ecosystem_of(file);
    let fits = |command: &&Command| {
        command.purpose == purpose
            && command.only_looks()
            && is_file_in_folder(&command.package, file)
            && (command.ecosystem.is_none()
                || ecosystem.is_none()
                || command.ecosystem == ecosystem)
    };
    let fitting: Vec<&Command> = known.iter().filter(fits).collect();
    let innermost = fitting.iter().map(|command| command.package.len()).max();
    let mut commands: Vec<&Command> = fitting
        .into_iter()
        .filter(|command| Some(command.package.len()) == innermost)
        .collect();
    commands.sort_by_key(|command| !command.preferred);
    commands.into_iter().take(TRIES).cloned().collect()
}

fn is_file_in_folder(folder: &str, file: &str) -> bool {
    folder.is_empty()
        || file
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

fn ecosystem_of(file: &str) -> Option<Ecosystem> {
    match file.rsplit_once('.')?.1 {
        "py" | "pyi" => Some(Ecosystem::Python),
        "js" | "ts" | "mjs" | "cjs" | "mts" | "cts" | "jsx" | "tsx" | "prisma" => {
            Some(Ecosystem::Node)
        }
        _ => None,
    }
}

fn check_of_run(wanted: &RequiredCheck, command: &Command, ran: CheckRun) -> Check {
    let text = format!(
        "the project's own `{}` ({})",
        command.script, command.source
    );
    Check {
        unit: None,
        origin: Origin::Found,
        text,
        line: 0,
        kind: wanted.kind,
        ran,
        evidence: None,
        request: None,
    }
}

fn not_made(wanted: &RequiredCheck, why: &str) -> Check {
    let command = &wanted.commands[0];
    check_of_run(
        wanted,
        command,
        CheckRun::not_run(&command.script, &command.folder, why),
    )
}

/// Tries the commands in their order until one has something to say; then what they run, by the project's own environment
/// where the runner in front is missing. None where the plan made the same check: its `pytest` is what `uv run pytest` comes
/// to where `uv` is missing.
async fn run_required_check(
    work: &mut UnitWork<'_>,
    change: &Change,
    wanted: &RequiredCheck,
    made: &[Check],
) -> Result<Option<Check>, Stop> {
    let mut silent: Option<Check> = None;
    let direct = environment::direct_commands(work.run.root(), &wanted.commands);
    for command in wanted.commands.iter().chain(&direct) {
        let why = format!("the project's own, {}", command.source);
        let request = Request::found(&command.script, &command.folder, wanted.kind, &why);
        if made.iter().any(|check| is_made(work, check, &request)) {
            return Ok(None);
        }
        let (mut ran, text) = check::run_and_read(work, &request).await?;
        let limit = ran.judgement.limit;
        match ran.judgement.verdict {
            Verdict::Passed => return Ok(Some(check_of_run(wanted, command, ran))),
            Verdict::Failed => {
                let failure = Failure {
                    wanted,
                    command,
                    request: &request,
                    text: &text,
                };
                compare_with_earlier_failure(work, change, &failure, &mut ran).await?;
                return Ok(Some(check_of_run(wanted, command, ran)));
            }
            Verdict::NotChecked => {
                silent.get_or_insert_with(|| check_of_run(wanted, command, ran));
            }
        }
        if limit {
            break;
        }
    }
    Ok(Some(
        silent.unwrap_or_else(|| not_made(wanted, "nothing ran")),
    ))
}

/// Returns whether a check that passed ran the same as `request` would, in the same folder. One that the plan expects to fail
/// says something else.
fn is_made(work: &UnitWork<'_>, check: &Check, request: &Request) -> bool {
    let root = work.run.root();
    let same = |made: &Request| {
        made.runs_as(root) == request.runs_as(root)
            && made.folder.trim_end_matches('/') == request.folder.trim_end_matches('/')
            && matches!(
                made.expect.outcome,
                ExpectedOutcome::Pass | ExpectedOutcome::Unstated
            )
    };
    check.verdict() == Verdict::Passed && check.request.as_ref().is_some_and(same)
}

/// A check of the project's own that failed: for what it was made, as what, and what it printed.
struct Failure<'a> {
    wanted: &'a RequiredCheck,
    command: &'a Command,
    request: &'a Request,
    text: &'a str,
}

/// Compares a failure with the tree before the change: one that was there before in the same way is not the change's.
/// Where the tool can, the phase's files are then looked at alone.
async fn compare_with_earlier_failure(
    work: &mut UnitWork<'_>,
    change: &Change,
    failure: &Failure<'_>,
    ran: &mut CheckRun,
) -> Result<(), Stop> {
    let Failure { request, text, .. } = *failure;
    let knows_before = !change.written.is_empty();
    if knows_before {
        let before = check::run_before(work, request, &change.written).await?;
        work.restore_discarded().await?;
        match Difference::between(&before.tests, &ran.tests) {
            Some(difference) => {
                ran.judgement = difference.judge(&ran.judgement.detail);
                return Ok(());
            }
            None if before.judgement.verdict != Verdict::Failed
                || !no_worse(&before.text, text) =>
            {
                return Ok(());
            }
            None => {}
        }
        ran.judgement = Judgement::not_checked(format!(
            "failed before too, in the same way: {}",
            ran.judgement.detail
        ));
    }
    look_at_files_alone(work, failure, ran, knows_before).await
}

/// Runs the tool on the phase's files alone, where it can be asked to, and says so where they are without failures;
/// `failed_before` where the whole failed before in the same way.
async fn look_at_files_alone(
    work: &mut UnitWork<'_>,
    failure: &Failure<'_>,
    ran: &mut CheckRun,
    failed_before: bool,
) -> Result<(), Stop> {
    let Failure {
        wanted,
        command,
        request,
        ..
    } = *failure;
    let files: Vec<&str> = wanted
        .files
        .iter()
        .map(String::as_str)
        .filter(|file| ecosystem_of(file).is_some())
        .collect();
    if wanted.kind == Kind::Tests || files.len() > MOST_FILES {
        return Ok(());
    }
    let Some(script) = command.for_files(&files) else {
        return Ok(());
    };
    let scoped = Request::found(
        &script,
        &command.folder,
        wanted.kind,
        &format!("{}, the phase's files", request.why),
    );
    let (alone, _) = check::run_and_read(work, &scoped).await?;
    if alone.judgement.verdict == Verdict::Passed {
        let detail = format!("`{script}`: {}", alone.judgement.detail);
        ran.judgement = if failed_before {
            Judgement::passed(format!(
                "{detail}; the whole failed before too, in the same way"
            ))
        } else {
            Judgement::not_checked(format!(
                "{}, but not in the phase's files ({detail})",
                ran.judgement.detail
            ))
        };
    }
    Ok(())
}

/// Returns whether everything that is told of failures after was told before: as often, numbers aside, since lines move
/// and times differ.
fn no_worse(before: &str, after: &str) -> bool {
    let mut known = count_failure_lines(before);
    count_failure_lines(after)
        .into_iter()
        .all(|(line, count)| known.remove(&line).is_some_and(|earlier| earlier >= count))
}

/// Returns the lines that tell of failures, without their numbers, and how often each stands there.
fn count_failure_lines(text: &str) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    for line in text.lines() {
        let lower = line.to_lowercase();
        let names = ["fail", "error", "not ok", "✕", "✖", "×"]
            .iter()
            .any(|word| lower.contains(word));
        // `app/a.py:12:4: F401 …` tells of a failure without calling it one.
        let places = line
            .split(':')
            .nth(1)
            .is_some_and(|part| part.starts_with(|letter: char| letter.is_ascii_digit()));
        if names || places {
            let plain: String = line
                .chars()
                .filter(|letter| !letter.is_ascii_digit())
                .collect();
            *lines
                .entry(plain.split_whitespace().collect::<Vec<_>>().join(" "))
                .or_default() += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_failures_on_other_lines_are_no_worse() {
        let before = "app/a.py:3:1: F401 `os` unused\nFAILED tests/test_a.py::test_x - assert 1 == 2\n1 failed in 0.1s\n";
        let moved = "app/a.py:9:1: F401 `os` unused\nFAILED tests/test_a.py::test_x - assert 1 == 2\n1 failed in 0.3s\n";
        assert!(no_worse(before, moved));
        assert!(no_worse(before, "1 failed in 0.3s\n"), "less is no worse");
        let more = format!("{moved}FAILED tests/test_a.py::test_y\n");
        assert!(!no_worse(before, &more));
        let twice = format!("{moved}app/a.py:12:1: F401 `os` unused\n");
        assert!(!no_worse(before, &twice), "the same once more is worse");
    }

    #[test]
    fn a_file_is_looked_at_by_its_innermost_package() {
        let command = |package: &str, script: &str, ecosystem| Command {
            purpose: Purpose::Test,
            script: script.to_owned(),
            behind: String::new(),
            for_file: None,
            folder: package.to_owned(),
            package: package.to_owned(),
            ecosystem,
            source: survey::Place::default(),
            keeper: survey::CommandSource::Script,
            also: Vec::new(),
            writes: false,
            watches: false,
            preferred: true,
        };
        let commands = vec![
            command("", "make test", None),
            command("api", "pytest", Some(Ecosystem::Python)),
            command("web", "npm test", Some(Ecosystem::Node)),
        ];
        let script = |file: &str| {
            commands_for(&commands, Purpose::Test, file)
                .first()
                .map(|command| command.script.clone())
        };
        assert_eq!(script("api/app/a.py").as_deref(), Some("pytest"));
        assert_eq!(script("api/app/a.ts").as_deref(), Some("make test"));
        assert_eq!(script("apis/a.py").as_deref(), Some("make test"));
        assert_eq!(script("web/a.ts").as_deref(), Some("npm test"));
    }
}

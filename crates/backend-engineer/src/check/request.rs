//! A command of the plan or of the project, as it is asked for.

use std::path::Path;

use plan::{Criterion, Doubt, Expect, ExpectedOutcome, PlannedCommand};

use super::destroying::find_threat;
use super::environment::{absent_program, in_environment, on_host};
use super::judge::ParsedCheck;
use super::kind::{Kind, checked_by};
use super::recipes::TreeRecipes;
use super::{CheckRun, effective_folder};
use crate::understand::without_author;
use crate::unit_work::UnitWork;

/// One command to run.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The shell script.
    pub(crate) script: String,
    /// Folder from the root; empty for the root.
    pub(crate) folder: String,
    /// The result that the plan expects of it.
    pub(crate) expect: Expect,
    /// The reason for running it, for people to read.
    pub(crate) why: String,
    /// The kind of check, where that is known from elsewhere than its words.
    pub(crate) kind: Option<Kind>,
    /// It is a step of the plan, run for what it does.
    pub(crate) step: bool,
    /// The plan's words beside it say what its success means.
    pub(crate) described: bool,
}

impl Request {
    /// Returns what a command of the plan asks to run, or why it can't be run as it stands.
    pub(crate) fn from_command(
        command: &PlannedCommand,
        why: &str,
        work: &UnitWork<'_>,
    ) -> Result<Self, Box<CheckRun>> {
        let folder = folder_of(command, work);
        let refuse = |why: &str| Err(Box::new(CheckRun::not_run(&command.text, &folder, why)));
        let script = match &command.doubt {
            Some(Doubt::Placeholder) => {
                return refuse("it holds a placeholder that nobody filled in");
            }
            Some(Doubt::Prose) => return refuse("it is no command as it stands"),
            Some(Doubt::AuthorPath) => match without_author(&command.text, work.run.root()) {
                Some(script) => script,
                None => {
                    return refuse("it names a folder of its author's machine that is not here");
                }
            },
            Some(Doubt::UnknownProgram) => match absent_program(work, &command.text, &folder) {
                Some(name) if on_host(&name).is_some() => {
                    return refuse(&format!(
                        "`{name}` is no program that is known here, and may be a word of the plan"
                    ));
                }
                Some(name) => {
                    return refuse(&format!(
                        "`{name}` is not installed: neither the project nor PATH has it"
                    ));
                }
                None => command.text.clone(),
            },
            None => command.text.clone(),
        };
        if !folder.is_empty()
            && !work.run.files.has_folder(&folder)
            && !work.workspace.makes_folder(&folder)
        {
            return refuse(&format!("the folder `{folder}` is not there"));
        }
        let reading = read_command(work, &script, &folder);
        if let Some(threat) = find_threat(&reading, &work.run.settings) {
            return refuse(&threat.to_string());
        }
        if let Some(why) = why_for_person(&reading, work.run.settings.reaches_everything()) {
            return refuse(why);
        }
        Ok(Request {
            script,
            folder,
            expect: command.expect.clone(),
            why: why.to_owned(),
            kind: None,
            step: false,
            described: false,
        })
    }

    /// [`Request::from_command`], of a command that a criterion names, alone or with words beside it.
    pub(crate) fn of_criterion(
        command: &PlannedCommand,
        criterion: &Criterion,
        work: &UnitWork<'_>,
    ) -> Result<Self, Box<CheckRun>> {
        let described = criterion
            .text
            .split('`')
            .step_by(2)
            .any(|words| words.contains(char::is_alphanumeric));
        Ok(Request {
            described,
            ..Request::from_command(command, &criterion.text, work)?
        })
    }

    /// [`Request::from_command`], of a command that stands in a step; one that says that it passes says what that means.
    pub(crate) fn of_step(
        command: &PlannedCommand,
        why: &str,
        work: &UnitWork<'_>,
    ) -> Result<Self, Box<CheckRun>> {
        let described = command.expect.outcome == ExpectedOutcome::Pass;
        Ok(Request {
            step: true,
            described,
            ..Request::from_command(command, why, work)?
        })
    }

    /// A command of the project's own, which shall simply succeed.
    pub(crate) fn of_project(script: &str, why: &str) -> Self {
        let expect = Expect {
            outcome: ExpectedOutcome::Pass,
            ..Expect::default()
        };
        let why = why.to_owned();
        Request {
            script: script.to_owned(),
            folder: String::new(),
            expect,
            why,
            kind: None,
            step: false,
            described: false,
        }
    }

    /// A command that the project itself was found to keep for a purpose.
    pub(crate) fn found(script: &str, folder: &str, kind: Kind, why: &str) -> Self {
        Request {
            folder: folder.to_owned(),
            kind: Some(kind),
            ..Request::of_project(script, why)
        }
    }

    /// Returns the script that runs: `pytest -q` for `uv run pytest -q` where `uv` is not installed and the environment next
    /// to the folder has pytest.
    pub(crate) fn runs_as(&self, root: &Path) -> String {
        in_environment(&self.script, root, &effective_folder(self))
            .unwrap_or_else(|| self.script.trim().to_owned())
    }

    /// Returns the command as it is to be run and judged.
    pub(super) fn asked(&self, work: &UnitWork<'_>) -> ParsedCheck {
        let recipes = TreeRecipes::new(work.run, work.workspace, &self.folder);
        let folder = effective_folder(self);
        let instead = in_environment(&self.script, work.run.root(), &folder);
        let script = instead.as_ref().unwrap_or(&self.script);
        let asked = ParsedCheck::from_script(script, self.kind, &recipes);
        let lost = recipes.lost(&asked.reading);
        let script = match self.expect.held.iter().any(plan::Held::is_errors) {
            true => format!("{{ {}\n}} 2>&1 >/dev/null", asked.script),
            false => asked.script,
        };
        ParsedCheck {
            instead,
            lost,
            script,
            ..asked
        }
    }
}

/// Returns why a command is a person's: it acts on what no private copy of the tree protects, or shows something to look at.
/// A question to another machine is asked only where the network is `open`.
fn why_for_person(reading: &shell::Reading, open: bool) -> Option<&'static str> {
    let calls = reading.calls();
    let any = |told: &dyn Fn(&shell::Call) -> bool| calls.iter().any(|call| told(call));
    match () {
        () if any(&shell::Call::acts_outside) => {
            Some("it acts on what lies outside of this machine: run it yourself")
        }
        () if any(&|call| call.is(shell::Trait::ForPeople)) => {
            Some("it opens a window for a person to look at")
        }
        () if !open && any(&shell::Call::asks_outside) => {
            Some("it asks another machine, and the network is closed to commands")
        }
        () => None,
    }
}

/// Tells that a command only pushes what was committed.
pub(crate) fn is_push(reading: &shell::Reading) -> bool {
    let calls = reading.calls();
    let mut noted = calls
        .iter()
        .filter(|call| !call.is(shell::Trait::Idle))
        .peekable();
    noted.peek().is_some()
        && noted.all(|call| call.kind() == shell::Kind::Git && call.is(shell::Trait::Sends))
}

/// Returns the folder that a command of the plan runs in: the one that it says, else that from which the unit's paths
/// start, unless the command's own paths are there from the root alone.
pub(crate) fn folder_of(command: &PlannedCommand, work: &UnitWork<'_>) -> String {
    let package = work.assignment.folder.as_str();
    if let Some(folder) = &command.folder {
        return folder.clone();
    }
    let words = command.text.split(|letter: char| {
        letter.is_whitespace() || matches!(letter, '"' | '\'' | '=' | ';' | ':')
    });
    let rooted = words
        .filter(|word| !word.is_empty() && !word.starts_with(['/', '-', '~']))
        .any(|word| {
            let first = word
                .trim_start_matches("./")
                .split('/')
                .next()
                .unwrap_or_default();
            let here = !first.is_empty() && work.run.files.path_exists(first);
            here && (word.contains('/') || word.contains('.') || word == package)
                && !work.run.files.path_exists(&format!("{package}/{first}"))
        });
    if rooted {
        String::new()
    } else {
        package.to_owned()
    }
}

/// Reads a command that runs in `folder`, with the recipes of the tree.
pub(crate) fn read_command(work: &UnitWork<'_>, script: &str, folder: &str) -> shell::Reading {
    shell::read_with(script, &TreeRecipes::new(work.run, work.workspace, folder))
}

/// Returns what a command checks first of all: tests before lint before types.
pub(crate) fn kind_of(work: &UnitWork<'_>, script: &str, folder: &str) -> Kind {
    checked_by(&read_command(work, script, folder))
        .into_iter()
        .next()
        .unwrap_or(Kind::Other)
}

/// Tells that a command of the plan starts a server. Where the tree has the shell script that its name was taken for one
/// by, the script's own text decides.
pub(crate) fn is_server(work: &UnitWork<'_>, planned: &PlannedCommand) -> bool {
    let folder = folder_of(planned, work);
    let recipes = TreeRecipes::new(work.run, work.workspace, &folder);
    let reading = shell::read_with(&planned.text, &recipes);
    let serves = |text: String| {
        let inner = shell::read(&text);
        inner.serves() || inner.is_endless()
    };
    let calls = reading.calls();
    let servers: Vec<bool> = calls
        .iter()
        .filter(|call| call.is(shell::Trait::Serves))
        .map(|call| recipes.shell_script(call).is_none_or(serves))
        .collect();
    planned.server && (servers.is_empty() || servers.contains(&true))
}

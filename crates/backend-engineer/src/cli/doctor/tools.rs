//! The programs of the project's own checks: which of them commands see in the sandbox, and why others are not seen.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use survey::{Purpose, Survey};

use super::row::{Row, State};
use crate::analyze::nearest_tools;
use crate::run::{ScriptRun, Workspace};
use crate::settings::Settings;

/// Bytes of the answer that are read: a path a program, and there are few of them.
const ANSWER: usize = 64 << 10;

/// A program that a check of the project starts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted {
    /// The folder of the check, from the root.
    folder: String,
    /// The program.
    name: String,
}

/// Returns a row for each program of the project's checks and of the configured commands.
pub(super) async fn tool_rows(
    root: &Path,
    survey: &Survey,
    settings: &Settings,
    workspace: &mut Workspace,
) -> Vec<Row> {
    let wanted = list_wanted_programs(survey, settings);
    if wanted.is_empty() {
        let row = Row::new(
            State::Note,
            "tools",
            "the project names no tests, linter or type checker of its own",
        );
        return vec![
            row.hint("A plan's criteria name commands; `[commands]` in the configuration names the project's."),
        ];
    }
    let mut rows = Vec::new();
    for folder in wanted
        .keys()
        .map(|wanted| wanted.folder.clone())
        .collect::<std::collections::BTreeSet<_>>()
    {
        let of_folder: Vec<_> = wanted
            .iter()
            .filter(|(wanted, _)| wanted.folder == folder)
            .collect();
        let names: Vec<&str> = of_folder
            .iter()
            .map(|(wanted, _)| wanted.name.as_str())
            .collect();
        let seen = match find_programs_in_sandbox(root, &folder, &names, workspace).await {
            Ok(seen) => seen,
            Err(why) => {
                rows.push(Row::new(
                    State::Missing,
                    "tools",
                    format!("can't be looked for in the sandbox: {why}"),
                ));
                continue;
            }
        };
        rows.extend(
            of_folder.iter().map(|(wanted, script)| {
                row_of_program(root, wanted, script, seen.get(&wanted.name))
            }),
        );
    }
    rows
}

/// Returns the programs of the preferred checks, each with the command that starts it.
fn list_wanted_programs(survey: &Survey, settings: &Settings) -> BTreeMap<Wanted, String> {
    let configured = settings
        .commands
        .with_keys()
        .into_iter()
        .filter_map(|(_, held)| held);
    let configured = configured.flat_map(|held| {
        held.value
            .iter()
            .map(|script| (String::new(), script.clone()))
    });
    let is_check = |purpose| matches!(purpose, Purpose::Test | Purpose::Lint | Purpose::TypeCheck);
    let found = survey
        .commands
        .iter()
        .filter(|command| command.preferred && is_check(command.purpose));
    let found = found.flat_map(|command| {
        let scripts = [&command.script, &command.behind]
            .into_iter()
            .filter(|script| !script.is_empty());
        scripts.map(|script| (command.folder.clone(), script.clone()))
    });
    let mut wanted = BTreeMap::new();
    for (folder, script) in configured.chain(found) {
        let reading = shell::read(&script);
        let calls = reading.calls();
        let outer = reading
            .script
            .invocations
            .iter()
            .filter_map(|invocation| invocation.program());
        let inner = calls
            .iter()
            .filter(|call| call.target.is_none())
            .map(|call| call.written.as_str());
        for name in outer.chain(inner).filter(|name| is_plain(name)) {
            let key = Wanted {
                folder: folder.clone(),
                name: name.to_owned(),
            };
            wanted.entry(key).or_insert_with(|| script.clone());
        }
    }
    wanted
}

/// Returns whether the word is the plain name of a program, which can be looked for.
fn is_plain(word: &str) -> bool {
    let fits =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+');
    !word.is_empty() && word.chars().all(fits) && !word.starts_with(['-', '.'])
}

/// Returns where commands in the sandbox find each of the programs.
async fn find_programs_in_sandbox(
    root: &Path,
    folder: &str,
    names: &[&str],
    workspace: &mut Workspace,
) -> Result<BTreeMap<String, String>, String> {
    let script = format!(
        "for name in {}; do printf '%s\\t%s\\n' \"$name\" \"$(command -v \"$name\")\"; done",
        names.join(" ")
    );
    let to_run = ScriptRun::new(&script, folder, nearest_tools(root, Path::new(folder)));
    let outcome = workspace
        .run_in_bare_sandbox(to_run)
        .await
        .map_err(|stop| stop.message)?;
    let told = outcome
        .output
        .head(ANSWER)
        .map_err(|error| error.to_string())?;
    let lines = told.lines().filter_map(|line| line.split_once('\t'));
    Ok(lines
        .map(|(name, path)| (name.to_owned(), path.to_owned()))
        .filter(|(_, path)| !path.is_empty())
        .collect())
}

fn row_of_program(root: &Path, wanted: &Wanted, script: &str, seen: Option<&String>) -> Row {
    let Wanted { folder, name } = wanted;
    let place = if folder.is_empty() {
        String::new()
    } else {
        format!(" in {folder}")
    };
    let asked = format!("for `{}`{place}", script.lines().next().unwrap_or_default());
    if let Some(path) = seen {
        return Row::ok("tools", format!("{name}: {path}, {asked}"));
    }
    match on_machine(root, folder, name) {
        Some(path) => Row::new(
            State::Missing,
            "tools",
            format!(
                "{name}: {} is not visible to commands in the sandbox, {asked}",
                path.display()
            ),
        )
        .hint("Add its folder to `show` in your own ~/.config/backend-engineer/config.toml."),
        None => Row::new(
            State::Missing,
            "tools",
            format!("{name}: neither in the project's environment nor in PATH, {asked}"),
        )
        .hint("Install the project's tools; until then the check is NOT CHECKED."),
    }
}

/// Returns where the user's own shell would find the program.
fn on_machine(root: &Path, folder: &str, name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = nearest_tools(root, Path::new(folder));
    own.into_iter()
        .chain(std::env::split_paths(&path))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

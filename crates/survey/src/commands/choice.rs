//! Which command is the one to run: of several for a purpose, the one that the project itself would
//! call first.
//!
//! ```text
//! npm run test          60                     preferred
//! npm run test:e2e      60 - 40 - 10 = 10      a part: the name has `e2e`, and a colon
//! npx jest --watch      by a script: - 100     never ends
//! pytest, configured    30                     only the usual command of the tool
//! ```

use std::cmp::Reverse;
use std::collections::HashSet;

use super::{Command, CommandSource, Purpose};

/// Puts the commands into order and marks the best for each package, language and purpose.
pub(super) fn order_commands(mut commands: Vec<Command>) -> Vec<Command> {
    commands.sort_by(|a, b| {
        let key = |command: &Command| {
            (
                command.package.clone(),
                command.purpose,
                Reverse(score_command(command)),
            )
        };
        key(a).cmp(&key(b))
    });
    let mut chosen = HashSet::new();
    for command in &mut commands {
        let key = (command.package.clone(), command.purpose, command.ecosystem);
        let is_check = matches!(
            command.purpose,
            Purpose::Test | Purpose::Lint | Purpose::TypeCheck
        );
        // A check that never ends, alters files or needs containers is never preferred; where it is the only one,
        // none is.
        let alters = command.writes && is_check;
        let fits = !(command.watches || alters || needs_containers(command));
        command.preferred = (fits || !is_check) && chosen.insert(key);
    }
    commands
}

/// Scores how well the command stands for its purpose: the highest is preferred.
///
/// The keeper counts first: what developers call by a name comes before what only a machine runs, and before the
/// usual command of a tool. What is taken off keeps commands behind others that go on for ever, alter files, need
/// containers or are about a part. A command that stands in several places gets five more: it decides between equals.
fn score_command(command: &Command) -> i32 {
    let mut worth = match command.keeper {
        CommandSource::Script | CommandSource::Target => 60,
        CommandSource::ShellScript => 50,
        CommandSource::Workflow => 45,
        // What a session or a hook runs without its runner is the project's own line.
        CommandSource::Runner if command.behind.is_empty() => 40,
        CommandSource::Hook if !command.script.starts_with("pre-commit ") => 35,
        CommandSource::Configuration => 30,
        CommandSource::Runner => 25,
        CommandSource::Hook => 15,
    };
    let is_check = matches!(
        command.purpose,
        Purpose::Test | Purpose::Lint | Purpose::TypeCheck
    );
    let name = command.script.rsplit(' ').next().unwrap_or("");
    worth -= if command.watches { 100 } else { 0 };
    worth -= if command.writes && is_check { 50 } else { 0 };
    worth -= if is_special(name) { 40 } else { 0 };
    worth -= if name.contains([':', '-', '_']) && command.keeper == CommandSource::Script {
        10
    } else {
        0
    };
    worth -= if needs_containers(command) { 50 } else { 0 };
    worth += if command.also.is_empty() { 0 } else { 5 };
    worth
}

/// Returns whether the command runs containers.
pub(super) fn needs_containers(command: &Command) -> bool {
    [&command.script, &command.behind]
        .iter()
        .any(|text| shell::read(text).needs().contains(&shell::Need::Docker))
}

/// Returns whether a command is for a part of what it is about: the tests of a browser, a run that
/// measures.
pub(super) fn is_of_a_part(command: &Command) -> bool {
    is_special(command.script.rsplit(' ').next().unwrap_or(""))
}

/// Returns whether a name speaks against taking it as the command for everything.
fn is_special(name: &str) -> bool {
    const WORDS: [&str; 22] = [
        "e2e",
        "docker",
        "debug",
        "watch",
        "ui",
        "update",
        "cov",
        "coverage",
        "smoke",
        "playwright",
        "cypress",
        "browser",
        "generators",
        "frontend",
        "staged",
        "perf",
        "load",
        "bench",
        "selenium",
        "docs",
        "translations",
        "acceptance",
    ];
    name.to_lowercase()
        .split([':', '-', '_', '.', '/', ' '])
        .any(|part| WORDS.contains(&part))
}

//! What a runner in front of a tool runs, without the runner: `pdm run pytest` is `pytest` of the project's environment,
//! which is tried where `pdm` is missing. Targets are read through.

use std::path::Path;

use shell::Call;
use survey::Command;

use crate::analyze::nearest_tools;

/// What runs a tool of the project's environment.
const RUNNERS: [&str; 6] = ["uv", "poetry", "pdm", "pipenv", "hatch", "rye"];

/// Returns commands without their runners, for tools that the environment next to their folder has.
pub(super) fn direct(root: &Path, commands: &[Command]) -> Vec<Command> {
    let mut found: Vec<Command> = Vec::new();
    for command in commands {
        let tools = nearest_tools(root, Path::new(&command.folder));
        let has = |name: &str| tools.iter().any(|folder| folder.join(name).exists());
        let body = if command.behind.is_empty() { &command.script } else { &command.behind };
        let Some(script) = without_runner(body, command, &has) else { continue };
        if !found.iter().any(|known| known.script == script && known.folder == command.folder) {
            found.push(Command { script, behind: String::new(), ..command.clone() });
        }
    }
    found
}

/// The one call of a script that is for what the command is for, without the runner or the target in front of it.
fn without_runner(script: &str, command: &Command, has: &dyn Fn(&str) -> bool) -> Option<String> {
    let reading = shell::read(script);
    let calls = reading.calls();
    let mut fitting = calls.iter().filter(|call| kind_fits(call, command));
    let call = fitting.next().filter(|_| fitting.next().is_none())?;
    let words: Vec<String> = split(reading.script.slice(&call.span));
    let from = words.iter().position(|word| RUNNERS.contains(&word.as_str()));
    // A target is read through though nothing runs its tool: what it runs first may be what is missing.
    let (from, start) = match from {
        Some(from) => (from, words.iter().position(|word| word == "run").filter(|run| *run > from)? + 1),
        None if !command.behind.is_empty() => (0, 0),
        None => return None,
    };
    let named = call.target.as_ref().map(|target| target.name.as_str());
    let first = named.unwrap_or_else(|| call.written.split(' ').next().unwrap_or_default());
    let is_tool = |word: &String| word == first || matches!(word.as_str(), "python" | "python3");
    let tool = start + words[start..].iter().position(is_tool)?;
    let program = words.get(tool).filter(|word| has(word) && !word.contains('/'))?;
    let front = if from == 0 { tool } else { from };
    let variables = words[..front].iter().filter(|word| word.contains('='));
    let rest = words[tool + 1..].iter();
    Some(variables.chain([program]).chain(rest).cloned().collect::<Vec<_>>().join(" "))
}

/// The words of a call as they are written; those in quotes keep them.
fn split(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in text.trim().chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            None if matches!(letter, '"' | '\'') => quote = Some(letter),
            None if letter.is_whitespace() => {
                if words.last().is_some_and(|word| !word.is_empty()) {
                    words.push(String::new());
                }
                continue;
            }
            _ => {}
        }
        if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn kind_fits(call: &Call, command: &Command) -> bool {
    use shell::Kind;
    use survey::Purpose;
    match command.purpose {
        Purpose::Test => call.kind() == Kind::Test,
        Purpose::Lint => call.kind() == Kind::Lint,
        Purpose::TypeCheck => call.kind() == Kind::Typecheck,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_gives_way_to_the_environment() {
        let cases = [
            ("pdm run pytest .", "", Some("pytest .")),
            ("make test", "podman compose up -d\npdm run pytest .\n", Some("pytest .")),
            ("uv run --group dev pytest -k 'a b'", "", Some("pytest -k 'a b'")),
            ("A=1 poetry run python -m pytest tests", "", Some("A=1 python -m pytest tests")),
            ("pipenv run pytest", "", Some("pytest")),
            ("hatch run pytest -q", "", Some("pytest -q")),
            ("pytest", "", None),
            ("uv run tox", "", None),
            ("make test", "podman compose up -d\nA=1 pytest -q\n", Some("A=1 pytest -q")),
            ("make test", "uv run pytest unit\nuv run pytest api\n", None),
        ];
        for (script, behind, expected) in cases {
            let command = Command {
                purpose: survey::Purpose::Test,
                script: script.to_owned(),
                behind: behind.to_owned(),
                for_file: None,
                folder: String::new(),
                package: String::new(),
                ecosystem: None,
                source: survey::Place::default(),
                keeper: survey::Keeper::Target,
                also: Vec::new(),
                writes: false,
                watches: false,
                preferred: true,
            };
            let body = if behind.is_empty() { script } else { behind };
            let has = |name: &str| matches!(name, "pytest" | "python");
            assert_eq!(without_runner(body, &command, &has).as_deref(), expected, "{script}");
        }
    }
}

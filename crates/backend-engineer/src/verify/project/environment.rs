//! Runs the command of a target without the target: `make test` is tried as the `pytest` of its recipe, by the
//! project's environment, where something else of the recipe is missing.

use std::path::Path;

use shell::Call;
use survey::Command;

use crate::analyze::nearest_tools;

/// Returns commands behind targets without the targets and what enters an environment, for tools that the environment next
/// to their folder has. Where no target stands in front, the command itself is run so.
pub(super) fn direct_commands(root: &Path, commands: &[Command]) -> Vec<Command> {
    let mut found: Vec<Command> = Vec::new();
    for command in commands.iter().filter(|command| !command.behind.is_empty()) {
        let tools = nearest_tools(root, Path::new(&command.folder));
        let has = |name: &str| tools.iter().any(|folder| folder.join(name).exists());
        let Some(script) = without_target(command, &has) else {
            continue;
        };
        if !found
            .iter()
            .any(|known| known.script == script && known.folder == command.folder)
        {
            found.push(Command {
                script,
                behind: String::new(),
                ..command.clone()
            });
        }
    }
    found
}

/// Returns the one call behind a target that is for what the command is for, with nothing in front of it but its
/// variables: what the target runs first may be what is missing.
fn without_target(command: &Command, has: &dyn Fn(&str) -> bool) -> Option<String> {
    let reading = shell::read(&command.behind);
    let calls = reading.calls();
    let mut fitting = calls.iter().filter(|call| kind_fits(call, command));
    let call = fitting.next().filter(|_| fitting.next().is_none())?;
    let words: Vec<String> = split_words(reading.script.slice(&call.span));
    let named = call.target.as_ref().map(|target| target.name.as_str());
    let first = named.unwrap_or_else(|| call.written.split(' ').next().unwrap_or_default());
    let is_tool = |word: &String| word == first || matches!(word.as_str(), "python" | "python3");
    let tool = words.iter().position(is_tool)?;
    let program = words
        .get(tool)
        .filter(|word| has(word) && !word.contains('/'))?;
    let variables = words[..tool].iter().filter(|word| word.contains('='));
    let rest = words[tool + 1..].iter();
    Some(
        variables
            .chain([program])
            .chain(rest)
            .cloned()
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// Returns the words of a call as they are written; those in quotes keep them.
fn split_words(text: &str) -> Vec<String> {
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
    fn a_target_gives_way_to_what_it_runs() {
        let cases = [
            ("podman compose up -d\npdm run pytest .\n", Some("pytest .")),
            (
                "podman compose up -d\nA=1 pytest -q\n",
                Some("A=1 pytest -q"),
            ),
            (
                "A=1 poetry run python -m pytest tests\n",
                Some("A=1 python -m pytest tests"),
            ),
            (
                "uv run --group dev pytest -k 'a b'\n",
                Some("pytest -k 'a b'"),
            ),
            ("uv run pytest unit\nuv run pytest api\n", None),
            ("uv run tox\n", None),
        ];
        for (behind, expected) in cases {
            let command = Command {
                purpose: survey::Purpose::Test,
                script: "make test".to_owned(),
                behind: behind.to_owned(),
                for_file: None,
                folder: String::new(),
                package: String::new(),
                ecosystem: None,
                source: survey::Place::default(),
                keeper: survey::CommandSource::Target,
                also: Vec::new(),
                writes: false,
                watches: false,
                preferred: true,
            };
            let has = |name: &str| matches!(name, "pytest" | "python");
            assert_eq!(
                without_target(&command, &has).as_deref(),
                expected,
                "{behind}"
            );
        }
    }
}

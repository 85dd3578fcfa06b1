//! Shell text as its simple commands, and a simple command as the program that matters with its arguments.

/// One simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Simple {
    /// As it is written.
    pub(super) text: String,
    /// Its words, quotes taken off.
    pub(super) words: Vec<String>,
}

/// A simple command without what stands in front of its program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// Assignments and wrappers, as they are to stand in front.
    pub(super) prefix: Vec<String>,
    /// The program's own name.
    pub(super) program: String,
    /// The program as it is written, with its folder.
    pub(super) written: String,
    /// What follows.
    pub(super) arguments: Vec<String>,
}

/// Programs that run another one, and how many of their words are to be passed over.
const WRAPPERS: &[&[&str]] = &[
    &["uv", "run"],
    &["poetry", "run"],
    &["pipenv", "run"],
    &["pdm", "run"],
    &["rye", "run"],
    &["hatch", "run"],
    &["npx"],
    &["bunx"],
    &["pnpm", "exec"],
    &["pnpm", "dlx"],
    &["npm", "exec"],
    &["yarn", "exec"],
    &["yarn", "run"],
    &["env"],
    &["cross-env"],
    &["env-cmd"],
    &["dotenv"],
    &["dotenvx", "run"],
    &["c8"],
    &["nyc"],
    &["time"],
    &["sudo"],
    &["exec"],
    &["xvfb-run"],
];

/// Options of wrappers that take the next word with them.
const WITH_VALUE: [&str; 13] = [
    "--with",
    "--group",
    "--extra",
    "--project",
    "--directory",
    "-f",
    "-e",
    "--env-file",
    "-p",
    "--package",
    "-r",
    "--only-group",
    "--python",
];

/// Splits at the shell's operators and line ends; a line that goes on is one.
pub(super) fn simple_commands(script: &str) -> Vec<Simple> {
    let script = script.replace("\\\n", " ");
    let mut commands = Vec::new();
    let (mut text, mut words, mut word) = (String::new(), Vec::new(), None::<String>);
    let mut quote = None;
    let mut letters = script.chars().peekable();
    let mut end = |text: &mut String, words: &mut Vec<String>, word: &mut Option<String>| {
        words.extend(word.take());
        let words = std::mem::take(words);
        let text = std::mem::take(text).trim().to_owned();
        if !words.is_empty() {
            commands.push(Simple { text, words });
        }
    };
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), letter) => word.get_or_insert_default().push(letter),
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '\n' | ';') => {
                end(&mut text, &mut words, &mut word);
                continue;
            }
            (None, '&' | '|') if letters.peek() == Some(&letter) => {
                letters.next();
                end(&mut text, &mut words, &mut word);
                continue;
            }
            (None, '|') => {
                end(&mut text, &mut words, &mut word);
                continue;
            }
            (None, '#') if word.is_none() => {
                for skipped in letters.by_ref() {
                    if skipped == '\n' {
                        break;
                    }
                }
                end(&mut text, &mut words, &mut word);
                continue;
            }
            (None, '\\') => word.get_or_insert_default().extend(letters.next()),
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (None, letter) => word.get_or_insert_default().push(letter),
        }
        text.push(letter);
    }
    end(&mut text, &mut words, &mut word);
    commands
}

/// The program that matters in the words.
pub(super) fn call_of(words: &[String]) -> Option<Call> {
    let mut at = 0;
    loop {
        let rest = words.get(at..).unwrap_or_default();
        let first = rest.first()?;
        if is_assignment(first) {
            at += 1;
        } else if let Some(wrapper) =
            WRAPPERS.iter().find(|wrapper| wrapper.iter().zip(rest).all(|(a, b)| a == b) && rest.len() > wrapper.len())
        {
            at += wrapper.len();
            at += options(words.get(at..).unwrap_or_default());
        } else if first == "coverage" && rest.get(1).is_some_and(|word| word == "run") {
            at += 2;
            at += options(words.get(at..).unwrap_or_default());
            if words.get(at).is_some_and(|word| word == "-m") {
                at += 1;
            }
        } else if is_python(first) && rest.get(1).is_some_and(|word| word == "-m") {
            at += 2;
        } else if is_python(first) && rest.get(1).is_some_and(|word| word.starts_with('-') && word.len() > 1) {
            let inner = rest.iter().position(|word| word == "-m").filter(|found| *found < 4)?;
            at += inner + 1;
        } else {
            break;
        }
    }
    // `docker compose run web pytest` runs in a container: the program is docker.
    let program = words.get(at)?;
    let name = program.rsplit('/').next().unwrap_or(program);
    let name = name.split_once('@').map_or(name, |(before, _)| if before.is_empty() { name } else { before });
    Some(Call {
        prefix: words.get(..at).unwrap_or_default().to_vec(),
        program: name.to_owned(),
        written: program.clone(),
        arguments: words.get(at + 1..).unwrap_or_default().to_vec(),
    })
}

fn options(words: &[String]) -> usize {
    let mut passed = 0;
    while let Some(word) = words.get(passed).filter(|word| word.starts_with('-')) {
        if word == "-m" {
            break;
        }
        passed += if WITH_VALUE.contains(&word.as_str()) { 2 } else { 1 };
    }
    passed
}

pub(super) fn is_python(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or(word);
    name == "python" || name.starts_with("python3") || name == "py"
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

/// A word as a shell takes it, quoted where it must be.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:,@%+{}".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Words as one line of shell.
pub(super) fn joined<'w>(words: impl IntoIterator<Item = &'w String>) -> String {
    words.into_iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(script: &str) -> String {
        let simple = simple_commands(script);
        let call = call_of(&simple[0].words).unwrap();
        format!("{} | {} | {}", call.prefix.join(" "), call.program, call.arguments.join(" "))
    }

    #[test]
    fn scripts_fall_into_simple_commands() {
        let found = simple_commands("set -e\ncd api && ruff check . \\\n  --fix; echo 'a && b' # done\npytest | tail");
        let texts: Vec<String> = found.iter().map(|simple| simple.words.join(" ")).collect();
        assert_eq!(texts, ["set -e", "cd api", "ruff check . --fix", "echo a && b", "pytest", "tail"]);
    }

    #[test]
    fn the_program_stands_behind_its_wrappers() {
        assert_eq!(program("uv run --group dev pytest -q"), "uv run --group dev | pytest | -q");
        assert_eq!(program("A=1 poetry run python -m mypy app"), "A=1 poetry run python -m | mypy | app");
        assert_eq!(program("coverage run --source=x manage.py test"), "coverage run --source=x | manage.py | test");
        assert_eq!(
            program("FASTAPI_ENV=d coverage run -m pytest tests/"),
            "FASTAPI_ENV=d coverage run -m | pytest | tests/"
        );
        assert_eq!(program("npx eslint@9 src"), "npx | eslint | src");
        assert_eq!(program("python site/manage.py test"), " | python | site/manage.py test");
        assert_eq!(program("env-cmd -- jest --config a"), "env-cmd -- | jest | --config a");
    }
}

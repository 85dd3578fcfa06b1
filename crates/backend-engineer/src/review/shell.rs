//! Takes a plain command line apart into its simple commands. What is not plain (substitutions, loops, here-documents) is
//! not read at all: a rule says nothing of it.

/// One simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Simple {
    /// Its words, quotes taken off; assignments before the program and redirections left out.
    pub(crate) words: Vec<String>,
    /// The folder that `cd` went to before it, from the script's own; empty where it did not.
    pub(crate) folder: String,
}

/// Programs that run another one, with how many words come before that one's name.
const WRAPPERS: [(&str, &str); 20] = [
    ("uv", "run"),
    ("poetry", "run"),
    ("pipenv", "run"),
    ("pdm", "run"),
    ("hatch", "run"),
    ("rye", "run"),
    ("pnpm", "exec"),
    ("pnpm", "dlx"),
    ("npm", "exec"),
    ("yarn", "exec"),
    ("yarn", "dlx"),
    ("bun", "x"),
    ("npx", ""),
    ("bunx", ""),
    ("sudo", ""),
    ("time", ""),
    ("env", ""),
    ("exec", ""),
    ("nohup", ""),
    ("command", ""),
];

impl Simple {
    /// The program that in the end does the work, with its arguments: `uv run pytest -q` is `pytest -q`, `python -m pytest` too.
    pub(crate) fn inner(&self) -> &[String] {
        let mut words = self.words.as_slice();
        loop {
            let head = words.first().map(|word| program(word)).unwrap_or_default();
            let second = words.get(1).map(String::as_str).unwrap_or_default();
            let wraps = |(name, word): &&(&str, &str)| *name == head && (word.is_empty() || *word == second);
            let rest = match WRAPPERS.iter().find(wraps) {
                Some((_, word)) => words.get(1 + usize::from(!word.is_empty())..).unwrap_or_default(),
                None if head.starts_with("python") && second == "-m" => words.get(2..).unwrap_or_default(),
                None => return words,
            };
            let skipped = rest.iter().take_while(|word| word.starts_with('-') || word.contains('=')).count();
            words = rest.get(skipped..).unwrap_or_default();
        }
    }
}

/// The name of a program without its folder.
pub(crate) fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// The simple commands of a script, or `None` where it is not plain.
pub(crate) fn simple_commands(script: &str) -> Option<Vec<Simple>> {
    let mut commands = Vec::new();
    let mut folder = String::new();
    for words in split(script)? {
        let assigned = words.iter().take_while(|word| is_assignment(word)).count();
        let words: Vec<String> = words.into_iter().skip(assigned).collect();
        match words.first().map(String::as_str) {
            None => {}
            Some("for" | "while" | "until" | "if" | "case" | "function" | "[" | "[[" | "{" | "(" | "!") => return None,
            Some("cd" | "pushd") => {
                let inside = words.get(1)?;
                if inside == "-" || inside.contains(['$', '~']) {
                    return None;
                }
                folder = code::modules::climbed(&folder, inside)?;
            }
            Some(_) => commands.push(Simple { words, folder: folder.clone() }),
        }
    }
    Some(commands)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

/// The words of each simple command.
fn split(script: &str) -> Option<Vec<Vec<String>>> {
    let mut all = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut redirected = false;
    let mut letters = script.chars().peekable();
    let end = |word: &mut Option<String>, redirected: &mut bool, all: &mut Vec<Vec<String>>| {
        if let Some(word) = word.take()
            && !std::mem::take(redirected)
            && let Some(last) = all.last_mut()
        {
            last.push(word);
        }
    };
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('\n') => end(&mut word, &mut redirected, &mut all),
                Some(other) => word.get_or_insert_default().push(other),
                None => return None,
            },
            '\'' | '"' => {
                let into = word.get_or_insert_default();
                loop {
                    match letters.next()? {
                        inner if inner == letter => break,
                        '\\' if letter == '"' => into.push(letters.next()?),
                        '$' if letter == '"' && letters.peek() == Some(&'(') => return None,
                        inner => into.push(inner),
                    }
                }
            }
            '`' | '(' | ')' => return None,
            '$' if letters.peek() == Some(&'(') => return None,
            '#' if word.is_none() => while letters.next_if(|letter| *letter != '\n').is_some() {},
            '<' if letters.peek() == Some(&'<') => return None,
            '<' | '>' => {
                // `2>` is no word.
                if word.as_deref().is_some_and(|word| word.chars().all(|digit| digit.is_ascii_digit())) {
                    word = None;
                }
                end(&mut word, &mut redirected, &mut all);
                while letters.next_if(|letter| matches!(letter, '>' | '&')).is_some() {}
                redirected = true;
            }
            ' ' | '\t' | '\r' => end(&mut word, &mut redirected, &mut all),
            '&' if letters.peek() == Some(&'>') => {}
            '\n' | ';' | '|' | '&' => {
                end(&mut word, &mut redirected, &mut all);
                redirected = false;
                all.push(Vec::new());
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    end(&mut word, &mut redirected, &mut all);
    Some(all.into_iter().filter(|words| !words.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(script: &str) -> Option<Vec<String>> {
        let tell = |one: Simple| format!("{}:{}", one.folder, one.words.join(" "));
        simple_commands(script).map(|all| all.into_iter().map(tell).collect())
    }

    #[test]
    fn plain_scripts_are_taken_apart() {
        let all = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(told("cd api && uv run pytest -q | tail -5"), all(&["api:uv run pytest -q", "api:tail -5"]));
        assert_eq!(told("A=1 npm test 2>&1 > out.txt # all\ncd api/.. ; make x"), all(&[":npm test", ":make x"]));
        assert_eq!(told("grep -r 'rm -rf' \"a b\" || true"), all(&[":grep -r rm -rf a b", ":true"]));
        for unclear in [
            "for a in b; do c; done",
            "echo $(ls)",
            "cat <<EOF\nx\nEOF",
            "(cd x && ls)",
            "cd $HOME && ls",
            "cd ../x && ls",
        ] {
            assert_eq!(told(unclear), None, "{unclear}");
        }
    }

    #[test]
    fn the_program_that_does_the_work_is_found() {
        for (script, expected) in [
            ("uv run pytest -q", "pytest -q"),
            ("uv run --frozen python -m pytest -q", "pytest -q"),
            ("npx prisma migrate reset", "prisma migrate reset"),
            ("npx --yes vitest", "vitest"),
            ("sudo docker compose down -v", "docker compose down -v"),
            ("env A=b node x.js", "node x.js"),
            ("poetry install", "poetry install"),
        ] {
            let commands = simple_commands(script).unwrap();
            assert_eq!(commands[0].inner().join(" "), expected, "{script}");
        }
    }
}

//! Whether a command's exit status can prove anything: some scripts swallow it, some check nothing at all.

/// Programs whose success says nothing about the code.
const IDLE: [&str; 8] = ["true", ":", "echo", "printf", "exit", "sleep", "cd", "wait"];

/// Options with which a runner looks at itself or lists, and checks nothing.
const LISTING: [&str; 9] = [
    "--version",
    "--help",
    "--collect-only",
    "--co",
    "--listTests",
    "--list-tests",
    "--exit-zero",
    "--dry-run",
    "--list",
];

/// Why the script proves nothing even when it succeeds, or `None` where its exit status speaks. `checks` tells that it
/// runs tests, a linter or a type checker.
pub(crate) fn proves_nothing(script: &str, checks: bool) -> Option<&'static str> {
    let plain = without_quoted(script);
    let commands: Vec<&str> =
        plain.split(['\n', ';', '&', '|']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let first_word = |part: &str| part.split_whitespace().next().unwrap_or_default().to_owned();
    if plain.contains('>') {
        // What it writes is an effect to be looked at elsewhere.
    } else if commands.iter().all(|part| IDLE.contains(&first_word(part).as_str())) {
        return Some("it checks nothing");
    }
    if !checks {
        return None;
    }
    if plain.split_whitespace().any(|word| LISTING.contains(&word)) {
        return Some("it lists or describes, and checks nothing");
    }
    if let Some((_, after)) = plain.rsplit_once("||")
        && !matches!(first_word(after.trim()).as_str(), "exit" | "false" | "return")
    {
        return Some("`||` swallows its exit status");
    }
    let trimmed = plain.trim_end();
    if trimmed.ends_with('&') && !trimmed.ends_with("&&") {
        return Some("`&` leaves it behind, and nobody hears how it ends");
    }
    let conditional = commands.iter().any(|part| matches!(first_word(part).as_str(), "if" | "while" | "until" | "!"));
    conditional.then_some("its exit status is that of a condition, not of the check")
}

/// The script as it is run: where it checks, the first failure ends it, in a pipe as well.
pub(crate) fn strict(script: &str, checks: bool) -> String {
    let several = script.trim().contains(['\n', ';', '|']);
    if checks && several { format!("set -e -o pipefail\n{script}") } else { script.to_owned() }
}

/// The script with quoted text and comments blanked out.
fn without_quoted(script: &str) -> String {
    let mut plain = String::with_capacity(script.len());
    let mut quote = None;
    let mut letters = script.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), letter) if letter == open => quote = None,
            (Some('"') | None, '\\') => drop(letters.next()),
            (Some(_), _) => {}
            (None, letter) => plain.push(letter),
        }
    }
    // `2>&1` and `&>` are no background.
    plain.replace(">&", ">").replace("&>", ">")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swallowed_and_idle_scripts_prove_nothing() {
        let cases = [
            "true",
            "echo ok",
            "cd api && echo ok",
            "exit 0",
            "pytest || true",
            "pytest || echo failed",
            "pytest &",
            "if pytest; then echo ok; fi",
            "pytest --version",
            "pytest --collect-only -q",
            "ruff check docs --exit-zero",
            "! pytest",
        ];
        for script in cases {
            assert!(proves_nothing(script, true).is_some(), "{script}");
        }
    }

    #[test]
    fn plain_checks_prove_something() {
        let cases = [
            "pytest",
            "cd api && pytest -q",
            "pytest 2>&1 | tail -3",
            "pytest; echo done",
            "pytest -k 'a || b'",
            "npm test -- --run",
            "ruff check . || exit 1",
            "python3 -c \"import app; assert app.A || True\"",
            "ls app/a.py",
        ];
        for script in cases {
            assert_eq!(proves_nothing(script, true), None, "{script}");
        }
        assert_eq!(proves_nothing("echo new > stray.txt", false), None);
        assert_eq!(strict("pytest | tail -3", true), "set -e -o pipefail\npytest | tail -3");
        assert_eq!(strict("grep -r x app | wc -l", false), "grep -r x app | wc -l");
    }
}

//! Commands that run a program in the project's environment (`uv run pytest`), without what enters
//! it.

use crate::call::{name_of, row_of};
use crate::reading::{Part, Reading};
use crate::resolve::inner_words;
use crate::table::Trait;

impl Reading {
    /// Returns the text without the programs that enter the project's environment, where
    /// `stands_in` says of one, by its name and that of the program which it runs, that it can be
    /// left out; nothing where none is.
    ///
    /// ```
    /// let reading = shell::read("cd api && A=1 uv run pytest -q");
    /// assert_eq!(reading.without_environments(&|runner, _| runner == "uv").as_deref(), Some("cd api && A=1 pytest -q"));
    /// ```
    pub fn without_environments(&self, stands_in: &dyn Fn(&str, &str) -> bool) -> Option<String> {
        let mut text = self.script.text.clone();
        let mut changed = false;
        // From the last on, so that the places of those before stay.
        for (invocation, part) in self.script.invocations.iter().zip(&self.parts).rev() {
            let Part::Call(call) = part else { continue };
            let values: Vec<String> = invocation
                .words
                .iter()
                .map(|word| word.value.clone())
                .collect();
            // A target of its own name stays with the program that runs it.
            let runs = || call.wrappers.iter().chain([&call.program]);
            let enters = |at: &usize| runs().any(|name| name == name_of(&values[*at]));
            let Some(at) = (0..values.len())
                .filter(enters)
                .find(|at| entered_environment(&values[*at..]).is_some())
            else {
                continue;
            };
            let Some(inner) = entered_environment(&values[at..]) else {
                continue;
            };
            let from = values.len() - inner.len();
            if stands_in(name_of(&values[at]), &inner[0]) {
                text.replace_range(
                    invocation.words[at].span.start..invocation.words[from].span.start,
                    "",
                );
                changed = true;
            }
        }
        changed.then_some(text)
    }
}

/// Returns the words of the program that the first of `words` runs in an environment; not where it
/// changes the folder.
fn entered_environment(words: &[String]) -> Option<Vec<String>> {
    let (written, arguments) = words.split_first()?;
    let row = row_of(written)?;
    let (rule, met) = row.decide(arguments)?;
    if !rule.is(Trait::Environment) || row.arguments(arguments).value(&row.folder).is_some() {
        return None;
    }
    inner_words((row, rule, met), (written, arguments))
}

#[cfg(test)]
mod tests {
    use crate::read;

    #[test]
    fn what_enters_an_environment_gives_way() {
        for (script, expected) in [
            ("uv run pytest -q", Some("pytest -q")),
            (
                "cd api && uv run --group dev pytest -k 'a b' 2>&1 | tail -3",
                Some("cd api && pytest -k 'a b' 2>&1 | tail -3"),
            ),
            (
                "A=1 poetry run python -m pytest",
                Some("A=1 python -m pytest"),
            ),
            ("timeout 60 pdm run pytest", Some("timeout 60 pytest")),
            (
                "hatch run pytest && pipenv run ruff check",
                Some("pytest && ruff check"),
            ),
            ("uv run --directory api pytest", None),
            ("uv run ./check", None),
            ("echo uv run pytest", None),
            ("uv sync", None),
            ("pytest", None),
        ] {
            let found = read(script).without_environments(&|_, tool| !tool.contains('/'));
            assert_eq!(found.as_deref(), expected, "{script}");
        }
    }
}

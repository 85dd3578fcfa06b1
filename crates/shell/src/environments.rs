//! Commands that run a program in the project's environment (`uv run pytest`), without what enters
//! it, and scripts of a manifest by the package manager that comes with Node.

use crate::call::{name_of, row_of};
use crate::reading::{Part, Reading};
use crate::resolve::inner_words;
use crate::table::{Trait, Wraps};

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

    /// Returns the text with npm in place of other managers of Node's packages, where
    /// `stands_in` says of one, by its name and that of the script, that it is not there and the
    /// manifest has the script; nothing where none is. Options of the manager itself (`--filter web`)
    /// leave a call as it is.
    ///
    /// ```
    /// let reading = shell::read("cd web && yarn test --run");
    /// assert_eq!(reading.with_npm(&|_, _| true).as_deref(), Some("cd web && npm test -- --run"));
    /// ```
    pub fn with_npm(&self, stands_in: &dyn Fn(&str, &str) -> bool) -> Option<String> {
        let mut text = self.script.text.clone();
        let mut changed = false;
        // From the last on, so that the places of those before stay.
        for invocation in self.script.invocations.iter().rev() {
            let words: Vec<&str> = invocation.words.iter().map(|word| &*word.value).collect();
            let Some(at) = manifest_script(&words) else {
                continue;
            };
            if !stands_in(name_of(words[0]), words[at]) {
                continue;
            }
            let end = invocation.words[at].span.end;
            // npm takes options of the script only behind `--`.
            if words.get(at + 1).is_some_and(|next| *next != "--") {
                text.insert_str(end, " --");
            }
            // The usual form, so that the same check is known to be the same.
            let by_npm = match words[at] {
                "test" => "npm test".to_owned(),
                name => format!("npm run {name}"),
            };
            text.replace_range(invocation.words[0].span.start..end, &by_npm);
            changed = true;
        }
        changed.then_some(text)
    }
}

/// Returns the place of the script that a manager of Node's packages runs: `test` of `yarn test` and of `pnpm run test`.
fn manifest_script(words: &[&str]) -> Option<usize> {
    let (written, rest) = words.split_first()?;
    let row = row_of(written)?;
    let is_other = row.recipes.as_deref() == Some("package.json") && name_of(written) != "npm";
    let arguments: Vec<String> = rest.iter().map(|word| (*word).to_owned()).collect();
    let (rule, _) = row.decide(&arguments)?;
    let at = if rest.first() == Some(&"run") { 2 } else { 1 };
    let is_name = words.get(at).is_some_and(|word| !word.starts_with('-'));
    (is_other && rule.wraps == Some(Wraps::TargetOrCommand) && is_name).then_some(at)
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

    #[test]
    fn scripts_of_a_manifest_run_by_npm() {
        for (script, expected) in [
            ("yarn test", Some("npm test")),
            ("CI=1 pnpm run test", Some("CI=1 npm test")),
            (
                "cd web && yarn test --run && yarn lint",
                Some("cd web && npm test -- --run && npm run lint"),
            ),
            ("pnpm run test -- --run", Some("npm test -- --run")),
            ("bun run test", Some("npm test")),
            ("pnpm --filter web test", None),
            ("yarn workspace web test", None),
            ("yarn add zod", None),
            ("yarn", None),
            ("npm test", None),
            ("echo yarn test", None),
        ] {
            let found = read(script).with_npm(&|_, name| matches!(name, "test" | "lint"));
            assert_eq!(found.as_deref(), expected, "{script}");
        }
    }
}

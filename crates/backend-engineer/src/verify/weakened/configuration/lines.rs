//! Settings that are lines: patterns of what is passed over, and the recipes of a Makefile.

use std::collections::BTreeMap;

/// Stands for all targets.
const EVERY: &str = "*";

/// Returns the patterns of a file that holds nothing else: `.eslintignore`.
pub(super) fn parse_ignore_patterns(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// Returns the recipes of a Makefile by their target, variables filled in. A line whose failure is passed over (`-pytest`)
/// ends with `|| true`; those of a target whose failures all are (`.IGNORE: check`) do, too.
pub(super) fn parse_make_recipes(text: &str) -> BTreeMap<String, String> {
    let text = text.replace("\\\n", " ");
    let variables = parse_make_variables(&text);
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut current: Vec<String> = Vec::new();
    let mut passed_over: Vec<String> = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
    {
        if line.starts_with(['\t', ' ']) {
            let line = as_shell(&fill_variables(line.trim(), &variables), false);
            for target in &current {
                let recipe = found.entry(target.clone()).or_default();
                recipe.push_str(&line);
                recipe.push('\n');
            }
        } else if let Some((targets, rest)) = line
            .split_once(':')
            .filter(|(_, rest)| !rest.starts_with('='))
        {
            current = targets.split_whitespace().map(str::to_owned).collect();
            if targets.trim() == ".IGNORE" {
                let named = if rest.trim().is_empty() { EVERY } else { rest };
                passed_over.extend(named.split_whitespace().map(str::to_owned));
            }
            for target in &current {
                found.entry(target.clone()).or_default();
            }
        } else if !line.trim().is_empty() {
            current.clear();
        }
    }
    found.retain(|target, _| !target.starts_with('.'));
    if let Some(program) = variables.get("SHELL").filter(|value| !is_shell(value)) {
        // It gets the lines in the place of a shell, and does with them what it likes.
        for recipe in found.values_mut() {
            *recipe = recipe
                .lines()
                .map(|line| format!("{program} '{line}'\n"))
                .collect();
        }
    }
    for (target, recipe) in &mut found {
        if passed_over
            .iter()
            .any(|name| name == target || name == EVERY)
        {
            *recipe = recipe
                .lines()
                .map(|line| as_shell(line, true) + "\n")
                .collect();
        }
    }
    found
}

/// Returns whether the value of `SHELL` is a shell: `/bin/bash`, `/usr/bin/env bash`.
fn is_shell(value: &str) -> bool {
    let last = value.trim_end_matches(')').split([' ', '/']).next_back();
    last.is_none_or(|name| name.is_empty() || name.ends_with("sh"))
}

fn as_shell(line: &str, passed_over: bool) -> String {
    let bare = line.trim_start_matches(['@', '+', ' ']);
    match bare
        .strip_prefix('-')
        .map(|rest| rest.trim_start_matches(['@', '+', '-', ' ']))
    {
        Some(command) => format!("{command} || true"),
        None if passed_over && !bare.is_empty() => format!("{bare} || true"),
        None => bare.to_owned(),
    }
}

fn parse_make_variables(text: &str) -> BTreeMap<String, String> {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with(['\t', ' ', '#']));
    let pairs = lines.filter_map(|line| line.split_once('='));
    let pairs = pairs.map(|(name, value)| {
        (
            name.trim_end_matches([':', '?', '+', ' ']).trim(),
            value.trim(),
        )
    });
    let plain = pairs.filter(|(name, _)| !name.contains([' ', ':']));
    plain
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn fill_variables(line: &str, variables: &BTreeMap<String, String>) -> String {
    let mut line = line.to_owned();
    for (name, value) in variables {
        for written in [
            format!("$({name})"),
            format!("${{{name}}}"),
            format!("{{{{{name}}}}}"),
        ] {
            line = line.replace(&written, value);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipes_say_which_failures_are_passed_over() {
        let text = "T = pytest -q\n\nall: check\ncheck:\n\t@echo on\n\t-$(T)\n\tmypy \\\napp\n\nlint:\n\truff check .\n";
        let found = parse_make_recipes(text);
        assert_eq!(found["check"], "echo on\npytest -q || true\nmypy  app\n");
        assert_eq!(found["lint"], "ruff check .\n");
        let found = parse_make_recipes(".IGNORE: lint\nlint:\n\truff check .\n");
        assert_eq!(found["lint"], "ruff check . || true\n");
        let found = parse_make_recipes("SHELL := /bin/true\nlint:\n\truff check .\n");
        assert_eq!(found["lint"], "/bin/true 'ruff check .'\n");
        let found = parse_make_recipes("SHELL := /usr/bin/env bash\nlint:\n\truff check .\n");
        assert_eq!(found["lint"], "ruff check .\n");
    }

    #[test]
    fn patterns_stand_a_line_each() {
        assert_eq!(
            parse_ignore_patterns("# built\ndist/\n\n!src/a\n"),
            ["dist/", "!src/a"]
        );
    }
}

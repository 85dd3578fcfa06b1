//! Comments that keep linters, type checkers, scanners and coverage quiet, by the table `silencers.tsv`.

use std::collections::BTreeMap;

/// Returns the comments of a text that silence a tool: how often each stands there, blanks and case aside.
pub(super) fn count_silencers(text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        for sign in silencer_signs().filter(|sign| has_silencing_comment(line, sign)) {
            *found.entry(sign.to_owned()).or_default() += 1;
        }
    }
    found
}

/// Returns the silencing lines that a text has and an older one has not, each as it is written.
pub(super) fn added_silencers<'a>(old: &str, new: &'a str) -> Vec<&'a str> {
    let (mut before, now) = (count_silencers(old), count_silencers(new));
    let more: Vec<&String> = now
        .iter()
        .filter(|(sign, count)| **count > before.remove(*sign).unwrap_or(0))
        .map(|(sign, _)| sign)
        .collect();
    let known: Vec<&str> = old.lines().map(str::trim).collect();
    let fresh = new
        .lines()
        .map(str::trim)
        .filter(|line| !known.contains(line));
    fresh
        .filter(|line| more.iter().any(|sign| has_silencing_comment(line, sign)))
        .collect()
}

fn silencer_signs() -> impl Iterator<Item = &'static str> {
    let rows = include_str!("silencers.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| row.split('\t').next())
}

/// Returns whether a comment of the line begins with the sign: what only names it in its words silences nothing.
fn has_silencing_comment(line: &str, sign: &str) -> bool {
    let lower = line.to_lowercase();
    let comments = ["#", "//", "/*", "<!--"].into_iter().flat_map(|opening| {
        lower
            .match_indices(opening)
            .map(|(at, _)| lower.get(at + opening.len()..).unwrap_or_default())
            .collect::<Vec<_>>()
    });
    comments.into_iter().any(|comment| {
        let squeezed: String = comment
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .collect();
        let bare = squeezed.trim_start_matches(['#', '*', '/', '!', ':', '{']);
        ["", "ruff:", "flake8:"].iter().any(|tool| {
            bare.strip_prefix(tool)
                .is_some_and(|rest| rest.starts_with(sign))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_is_found_in_its_example() {
        for row in include_str!("silencers.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let (sign, example) = row.split_once('\t').unwrap();
            assert!(count_silencers(example).contains_key(sign), "{row}");
        }
    }

    #[test]
    fn silencers_are_seen_in_any_spelling() {
        for line in [
            "import os #noqa",
            "import os # NOQA",
            "import os  #  NoQA : F401",
            "# ruff: noqa",
            "# flake8: noqa: E501",
            "def f(x):  #pragma:no cover",
            "x = f()  # type:ignore",
            "x = f()  # a reason  # type: ignore",
            "//@ts-ignore",
            "{/* eslint-disable-next-line */}",
            "#nosec",
        ] {
            assert_eq!(added_silencers("", line), [line.trim()], "{line}");
        }
        for line in [
            "# what noqa means",
            "x = 'noqa'",
            "// see eslint-disable",
            "type: ignore",
            "noqa = 1",
        ] {
            assert!(added_silencers("", line).is_empty(), "{line}");
        }
        assert!(
            added_silencers("import os  # noqa\n", "import sys\nimport os  # noqa\n").is_empty()
        );
        assert!(
            added_silencers("import os  # noqa\n", "import re  # noqa\n").is_empty(),
            "as many as before"
        );
        assert_eq!(
            added_silencers(
                "import os  # noqa\n",
                "import os  # noqa\nimport re  # noqa\n"
            ),
            ["import re  # noqa"]
        );
    }
}

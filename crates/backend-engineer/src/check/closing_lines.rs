//! Reads the line that a test runner closes its output with: how many tests passed, failed and were skipped.

/// Returns the runner's own closing line, where one is known.
pub(super) fn find_closing_line(output: &str) -> Option<String> {
    let counts = |line: &&str| {
        let words: Vec<&str> = line
            .split_whitespace()
            .map(|word| word.trim_matches([',', '=']))
            .collect();
        words.windows(2).any(|pair| {
            pair[0].chars().all(|letter| letter.is_ascii_digit())
                && matches!(
                    pair[1],
                    "passed" | "failed" | "passing" | "failing" | "errors" | "error"
                )
        })
    };
    let line = output
        .lines()
        .rev()
        .find(|line| line.trim_start().starts_with("Tests ") && counts(line));
    let line = line.or_else(|| output.lines().rev().find(counts));
    let words = |line: &str| {
        line.trim()
            .trim_matches('=')
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    line.map(words).or_else(|| find_unittest_summary(output))
}

/// Python's own runner: "Ran 3 tests in 0.001s", then "OK (skipped=1)" or "FAILED (failures=1, errors=1)".
fn find_unittest_summary(output: &str) -> Option<String> {
    let mut lines = output.lines().rev().filter(|line| !line.trim().is_empty());
    let verdict = lines
        .by_ref()
        .find(|line| line.starts_with("OK") || line.starts_with("FAILED"))?;
    let ran: u64 = lines
        .next()?
        .strip_prefix("Ran ")?
        .split_once(" test")?
        .0
        .parse()
        .ok()?;
    let of = |name: &str| {
        let notes = verdict.split(['(', ')', ',', ' ']);
        notes
            .filter_map(|note| {
                note.strip_prefix(name)?
                    .strip_prefix('=')?
                    .parse::<u64>()
                    .ok()
            })
            .sum::<u64>()
    };
    let (failed, skipped) = (of("failures") + of("errors"), of("skipped"));
    let counts = [
        (ran.saturating_sub(failed + skipped), "passed"),
        (failed, "failed"),
        (skipped, "skipped"),
    ];
    let told = counts
        .iter()
        .filter(|(count, name)| *count > 0 || *name == "passed");
    Some(
        told.map(|(count, name)| format!("{count} {name}"))
            .collect::<Vec<_>>()
            .join(", "),
    )
}

/// Counts the tests that a closing line tells under these names, if it tells of them: "2 failed, 1 skipped".
pub(crate) fn count_in_closing_line(line: &str, names: &[&str]) -> Option<u64> {
    let words: Vec<&str> = line
        .split_whitespace()
        .map(|word| word.trim_matches([',', '=', '(', ')', '|']))
        .collect();
    let pairs = words.windows(2).filter(|pair| names.contains(&pair[1]));
    pairs
        .filter_map(|pair| pair[0].parse::<u64>().ok())
        .reduce(|one, other| one + other)
}

/// Counts the tests that a known runner says have failed, by its closing line.
pub(super) fn failed_count(output: &str) -> u64 {
    let line = find_closing_line(output).unwrap_or_default();
    count_in_closing_line(&line, &["failed", "failing", "error", "errors"])
        .or_else(|| node_failures(output).next_back())
        .unwrap_or(0)
}

/// Tells whether one of the runners that a program starts says, by its closing lines, that tests failed.
pub(super) fn tells_of_failures(output: &str) -> bool {
    failed_count(output) > 0 || node_failures(output).any(|count| count > 0)
}

/// Returns the numbers of failed tests by which Node's own runner closes its output: "# fail 1" right below "# pass 3".
fn node_failures(output: &str) -> impl DoubleEndedIterator<Item = u64> {
    let counted = |line: &str, what: &str| -> Option<u64> {
        let line = line.trim();
        let count = line
            .strip_prefix("# ")
            .or_else(|| line.strip_prefix("ℹ "))?
            .strip_prefix(what)?;
        count.trim().parse().ok()
    };
    let lines: Vec<&str> = output.lines().collect();
    let counts: Vec<u64> = lines
        .windows(2)
        .filter(|pair| counted(pair[0], "pass ").is_some())
        .filter_map(|pair| counted(pair[1], "fail "))
        .collect();
    counts.into_iter()
}

/// Tells whether a known runner says, by its closing line, that tests were skipped and none was run.
pub(super) fn all_skipped(output: &str) -> bool {
    const RAN: [&str; 8] = [
        "passed", "passing", "failed", "failing", "error", "errors", "xfailed", "xpassed",
    ];
    let last = || {
        output
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .map(str::to_owned)
    };
    let line = find_closing_line(output).or_else(last).unwrap_or_default();
    count_in_closing_line(&line, &["skipped"]) > Some(0)
        && count_in_closing_line(&line, &RAN).unwrap_or(0) == 0
}

/// Counts the tests that a known runner says have passed.
pub(super) fn passed_count(output: &str) -> Option<u64> {
    let before = |line: &str, word: &str| -> Option<u64> {
        let words: Vec<&str> = line
            .split_whitespace()
            .map(|word| word.trim_matches([',', '=', ';']))
            .collect();
        words
            .windows(2)
            .find(|pair| pair[1] == word)
            .and_then(|pair| pair[0].parse().ok())
    };
    let mut lines: Vec<&str> = output.lines().collect();
    lines.reverse();
    let tests = lines
        .iter()
        .find(|line| line.trim_start().starts_with("Tests"))
        .and_then(|line| before(line, "passed"));
    tests
        .or_else(|| {
            lines
                .iter()
                .find_map(|line| before(line, "passed").or_else(|| before(line, "passing")))
        })
        .or_else(|| {
            let node = lines.iter().find_map(|line| {
                let count = line
                    .trim()
                    .strip_prefix("# pass ")
                    .or_else(|| line.trim().strip_prefix("ℹ pass "));
                count.and_then(|count| count.trim().parse().ok())
            });
            node.or_else(|| {
                find_unittest_summary(output)
                    .and_then(|line| count_in_closing_line(&line, &["passed"]))
            })
        })
}

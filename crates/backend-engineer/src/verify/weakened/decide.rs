//! Decides what a change of tests means, by what the text shows, what the old tests say on the new code, and what the plan
//! names.

use code::weakening::{Way, Weakening};

use super::plan_words::{NamedBy, PlanWords, drops_value};
use super::{WeakenedTests, describe_weakening, of_setting};

/// The result of the old tests on the new code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// They pass.
    Passed,
    /// They fail, and print this.
    Failed(String),
    /// They could not be run, or nobody runs them.
    Unknown,
}

/// A run of the old tests, and the files that it covers.
#[derive(Debug, Clone)]
pub(crate) struct OldRun {
    /// The result of the run.
    pub(crate) outcome: Outcome,
    /// Their output on the old code, where they fail there as well.
    pub(crate) before: Option<String>,
    /// The changed files of tests that its command runs.
    pub(crate) covers: Vec<String>,
}

impl OldRun {
    /// Returns whether an old test fails.
    pub(crate) fn failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }
}

/// The results of the comparison, each a sentence.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Verdicts {
    /// Weakened, or a regression.
    pub(crate) weakened: Vec<String>,
    /// The plan names it: a person has to say whether it is meant.
    pub(crate) asked: Vec<String>,
    /// Only running the old tests tells.
    pub(crate) undecided: Vec<Weakening>,
    /// The plan states the new value.
    pub(crate) stated: Vec<String>,
}

/// Decides on everything that was found. Without `runs`, what only they decide stays undecided.
pub(crate) fn decide_weakened(
    found: &WeakenedTests,
    words: &PlanWords,
    runs: Option<&[OldRun]>,
) -> Verdicts {
    let mut verdicts = Verdicts::default();
    for one in &found.tests {
        of_test(one, words, runs, &mut verdicts);
    }
    for setting in &found.settings {
        let (path, key, old, new) = setting;
        let named = words.names_key(key) || words.names_value(old, new);
        let line = of_setting(setting);
        // A file that many tools share is named for many reasons.
        if named || !is_shared_settings(path) && words.names_file(path) {
            verdicts.asked.push(line)
        } else {
            verdicts.weakened.push(line)
        }
    }
    verdicts
}

/// Returns whether a file keeps the settings of many tools.
pub(crate) fn is_shared_settings(path: &str) -> bool {
    ["package.json", "pyproject.toml", "setup.cfg", "tox.ini"]
        .iter()
        .any(|name| path.ends_with(name))
}

fn of_test(one: &Weakening, words: &PlanWords, runs: Option<&[OldRun]>, verdicts: &mut Verdicts) {
    let named = named_by(one, words);
    let by_words = matches!(named, Some(NamedBy::Name | NamedBy::Value));
    // What is rewritten beside the value that it demanded states another one only where that is gone.
    let restates = named == Some(NamedBy::Value)
        && (one.way != Way::Rewritten || drops_value(&one.old, &one.new));
    let line = describe_weakening(one);
    let settled = match one.way {
        Way::Silenced(_) | Way::Tolerance | Way::Timeout | Way::Loosened if by_words => Some(true),
        Way::Silenced(_) | Way::Tolerance | Way::Timeout => Some(false),
        Way::Removed | Way::AssertionRemoved | Way::CaseRemoved if by_words => Some(true),
        Way::Removed if named == Some(NamedBy::File) => Some(true),
        Way::Removed | Way::AssertionRemoved | Way::CaseRemoved | Way::Loosened
            if named.is_none() =>
        {
            Some(false)
        }
        _ => None,
    };
    if let Some(asked) = settled {
        return if asked {
            verdicts.asked.push(line)
        } else {
            verdicts.weakened.push(line)
        };
    }
    let Some(runs) = runs else {
        return verdicts.undecided.push(one.clone());
    };
    match (answer_of_old_tests(one, runs, words), one.way.is_certain()) {
        // It failed before as well: what it demands was not changed by the plan, it is missing.
        (OldTestAnswer::FailsStill, _) if one.way != Way::Expectation && !by_words => {
            verdicts
                .weakened
                .push(format!("{line}; as it was, it still fails"));
        }
        (OldTestAnswer::Fails | OldTestAnswer::FailsStill, _) if restates => {
            verdicts.stated.push(line)
        }
        (OldTestAnswer::Fails | OldTestAnswer::FailsStill, _) if named.is_some() => {
            verdicts.asked.push(line)
        }
        (OldTestAnswer::Fails | OldTestAnswer::FailsStill, _) => verdicts
            .weakened
            .push(format!("{line}; as it was, it fails on the new code")),
        (OldTestAnswer::Passes, true) => verdicts.weakened.push(line),
        (OldTestAnswer::Passes, false) => {}
        (OldTestAnswer::Nothing, true) => verdicts.weakened.push(line),
        (OldTestAnswer::Nothing, false) => verdicts
            .asked
            .push(format!("{line}; the test as it was could not be run")),
        (OldTestAnswer::Moved, _) => verdicts.asked.push(line),
    }
}

/// The result of the old test on the new code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OldTestAnswer {
    Passes,
    Fails,
    /// It fails, as it did on the old code.
    FailsStill,
    /// It fails only for want of a name that the plan moves.
    Moved,
    Nothing,
}

fn answer_of_old_tests(one: &Weakening, runs: &[OldRun], words: &PlanWords) -> OldTestAnswer {
    let own: Vec<&OldRun> = runs
        .iter()
        .filter(|run| run.covers.contains(&one.path))
        .collect();
    let failed = own.iter().find_map(|run| match &run.outcome {
        Outcome::Failed(output) => Some((output, run.before.as_deref())),
        _ => None,
    });
    let still = |before: Option<&str>| before.is_some_and(|before| is_among(&one.test, before));
    match failed {
        Some((output, before)) if still(before) && is_among(&one.test, output) => {
            OldTestAnswer::FailsStill
        }
        Some((output, _)) if only_moved(output, words) => OldTestAnswer::Moved,
        // Other tests may be those that fail.
        Some((output, _)) if names_failures(output) && !is_among(&one.test, output) => {
            OldTestAnswer::Passes
        }
        Some(_) => OldTestAnswer::Fails,
        None if own.iter().any(|run| run.outcome == Outcome::Passed) => OldTestAnswer::Passes,
        None => OldTestAnswer::Nothing,
    }
}

fn named_by(one: &Weakening, words: &PlanWords) -> Option<NamedBy> {
    if words.names_test(&one.test) {
        Some(NamedBy::Name)
    } else if words.names_value(&one.old, &one.new) {
        Some(NamedBy::Value)
    } else if words.names_file(&one.path) {
        Some(NamedBy::File)
    } else if words.names_symbol(&one.subject) {
        Some(NamedBy::Symbol)
    } else {
        None
    }
}

/// Returns the lines by which runners tell of a test that failed.
fn find_failure_lines(output: &str) -> impl Iterator<Item = &str> {
    const MARKS: [&str; 8] = [
        "FAILED ", "FAIL: ", "ERROR: ", "ERROR ", "not ok", "✖", "✕", "×",
    ];
    output
        .lines()
        .map(str::trim_start)
        .filter(|line| MARKS.iter().any(|mark| line.starts_with(mark)) || line.starts_with("● "))
}

fn names_failures(output: &str) -> bool {
    find_failure_lines(output).next().is_some()
}

/// Returns whether a failure is told of the test, or of the file as a whole.
fn is_among(test: &str, output: &str) -> bool {
    let last = test.rsplit(" > ").next().unwrap_or(test);
    let own = if last.contains(' ') {
        last
    } else {
        last.rsplit('.').next().unwrap_or(last)
    };
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let names = |line: &str| {
        line.match_indices(own).any(|(at, _)| {
            !line[..at].ends_with(is_part) && !line[at + own.len()..].starts_with(is_part)
        })
    };
    let whole_file = |line: &str| {
        line.starts_with("ERROR") && !line.contains("::") && !line.contains("test_")
            || line.contains("_FailedTest")
    };
    test.is_empty() || find_failure_lines(output).any(|line| names(line) || whole_file(line))
}

/// Returns whether an output tells of nothing but names and modules that are gone, all of which the plan names.
pub(super) fn only_moved(output: &str, words: &PlanWords) -> bool {
    const ERRORS: [&str; 6] = [
        "ImportError",
        "ModuleNotFoundError",
        "NameError",
        "AttributeError",
        "does not provide an export named",
        "Cannot find module",
    ];
    let mut told = output
        .lines()
        .filter(|line| ERRORS.iter().any(|error| line.contains(error)))
        .peekable();
    let asserts = output
        .lines()
        .any(|line| line.contains("AssertionError") || line.contains("ERR_ASSERTION"));
    let quoted = |line: &str| {
        let parts: Vec<&str> = line.split(['\'', '"', '`']).collect();
        parts
            .into_iter()
            .skip(1)
            .step_by(2)
            .any(|name| words.contains_word(name.rsplit('.').next().unwrap_or(name)))
    };
    told.peek().is_some() && !asserts && told.all(quoted)
}

/// Returns whether the plan names what the old tests fail by: a file that was changed, or a name that is gone.
pub(crate) fn is_asked(output: &str, words: &PlanWords, changed: &[String]) -> bool {
    let is_named = |line: &str| {
        let parts: Vec<&str> = line.split(['\'', '"', '`']).collect();
        parts
            .into_iter()
            .skip(1)
            .step_by(2)
            .any(|part| words.names_symbol(part))
    };
    only_moved(output, words)
        || changed.iter().any(|path| words.names_file(path))
        || output
            .lines()
            .filter(|line| line.contains("Error"))
            .any(is_named)
}

#[cfg(test)]
mod tests;

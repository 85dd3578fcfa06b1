//! Compares the tests of files before and after a change: which of them say less.
//!
//! Some ways of saying less show in the text whatever the code does: a test that is skipped, an
//! assertion that is gone or whose error is caught, a tolerance that grew. Of others only running
//! the old test tells: another expected value, a test that was written anew. The way in which a
//! test is written does not matter (see [`crate::test_cases`]).
//!
//! ```text
//! before                             after
//! def test_a(): assert f(1) == 2     def test_b(): assert f(1) == 2     nothing: renamed, it demands the same
//!                                    (nothing)                          Removed
//!                                    @skip def test_a(): …              Silenced(Skipped)
//! ```

mod pair;

use std::collections::BTreeSet;

use crate::test_cases::{self, Case, Check, Silence};

/// A file of tests before and after a change; none where it is not there.
#[derive(Debug, Clone, Copy)]
pub struct Revision<'a> {
    /// From the root, with `/`.
    pub path: &'a str,
    /// Its text before.
    pub old: Option<&'a str>,
    /// Its text after.
    pub new: Option<&'a str>,
}

/// A test that says less than it did, or may do so.
#[derive(Debug, Clone, PartialEq)]
pub struct Weakening {
    /// The file that had the test.
    pub path: String,
    /// The test's name; empty where a whole file is meant that can't be read.
    pub test: String,
    /// Line of the test now, from 1; none where it is gone.
    pub line: Option<usize>,
    /// In which way.
    pub way: Way,
    /// The value that it demanded, where that can be shown.
    pub old: String,
    /// The value that it demands in its place.
    pub new: String,
    /// The expression that it looked at, local names replaced by their values.
    pub subject: String,
}

/// In which way a test says less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It is gone.
    Removed,
    /// It, or one of its assertions, can't fail any more.
    Silenced(Silence),
    /// An assertion is gone.
    AssertionRemoved,
    /// A row of a table of cases is gone; the assertion that it was put into still stands.
    CaseRemoved,
    /// An assertion demands less of the same thing.
    Loosened,
    /// A number may be further off.
    Tolerance,
    /// It may take longer.
    Timeout,
    /// An assertion only holds under a condition.
    Conditional,
    /// Another value is expected of the same thing.
    Expectation,
    /// It was written anew.
    Rewritten,
}

impl Way {
    /// Returns whether the text alone tells that the test says less; of the others the old test has
    /// to be run.
    #[must_use]
    pub fn is_certain(self) -> bool {
        !matches!(self, Way::Conditional | Way::Expectation | Way::Rewritten)
    }
}

/// A test and its file.
struct Placed {
    path: String,
    case: Case,
}

/// Returns the tests that say less after a change, or may do so.
#[must_use]
pub fn compare(files: &[Revision<'_>]) -> Vec<Weakening> {
    let mut found = Vec::new();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for file in files {
        let read = |text: Option<&str>| test_cases::read(file.path, text.unwrap_or_default());
        let place = |case: Case| Placed {
            path: file.path.to_owned(),
            case,
        };
        let (old, new) = (read(file.old), read(file.new));
        match (old, new) {
            (Some(old), new) => {
                let is_lost = new.is_none();
                before.extend(old.into_iter().map(place));
                after.extend(new.unwrap_or_default().into_iter().map(place));
                if is_lost {
                    found.push(unread_weakening(file, Way::Rewritten));
                }
            }
            (None, _) => found.extend(by_lines(file)),
        }
    }
    let comparison = Comparison::new(&before, &after);
    found.extend(
        before
            .iter()
            .filter(|old| old.case.silence.is_none())
            .flat_map(|old| comparison.of_case(old)),
    );
    found
}

/// Returns how many tests run by a file's text; none where a table is made at run time, or the text
/// can't be read.
#[must_use]
pub fn count_tests(path: &str, text: &str) -> Option<usize> {
    let cases = test_cases::read(path, text)?;
    let live = cases
        .iter()
        .filter(|case| !case.is_helper && case.silence.is_none());
    live.clone()
        .all(|case| !case.is_dynamic)
        .then(|| live.map(|case| case.rows.max(1)).sum())
}

/// Makes the weakening of a whole file that can't be compared test by test.
fn unread_weakening(file: &Revision<'_>, way: Way) -> Weakening {
    Weakening {
        path: file.path.to_owned(),
        test: String::new(),
        line: None,
        way,
        old: String::new(),
        new: String::new(),
        subject: String::new(),
    }
}

/// Compares a file of a language without a grammar by its lines: what is gone may be what mattered.
fn by_lines(file: &Revision<'_>) -> Option<Weakening> {
    let old = file.old?;
    let Some(new) = file.new else {
        return Some(unread_weakening(file, Way::Removed));
    };
    let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let now: BTreeSet<String> = new.lines().map(squeezed).collect();
    let gone = old
        .lines()
        .map(squeezed)
        .find(|line| line.len() > 1 && !now.contains(line))?;
    Some(Weakening {
        old: gone,
        ..unread_weakening(file, Way::Rewritten)
    })
}

/// All tests before and after.
struct Comparison<'a> {
    before: &'a [Placed],
    after: &'a [Placed],
    /// The checks after the change of any test that runs.
    by_tests: Demanded,
    /// The checks of any function that checks for tests.
    by_helpers: Demanded,
}

/// The values that checks demand, by their keys.
type Demanded = BTreeSet<(String, String, String, Option<u64>)>;

/// Returns whether a check can fail its test.
fn is_live(check: &Check) -> bool {
    check.silence.is_none()
}

impl<'a> Comparison<'a> {
    /// Collects what is demanded after the change. What runs under a condition only is not counted
    /// on.
    fn new(before: &'a [Placed], after: &'a [Placed]) -> Self {
        let demanded = |is_helper: bool| {
            let running = after
                .iter()
                .filter(|one| one.case.silence.is_none() && one.case.is_helper == is_helper);
            let checks = running.flat_map(|one| &one.case.checks);
            checks
                .filter(|check| is_live(check) && !check.is_conditional)
                .map(Check::key)
                .collect()
        };
        Comparison {
            before,
            after,
            by_tests: demanded(false),
            by_helpers: demanded(true),
        }
    }

    /// Returns what is demanded by tests, or by helpers, as the case is one.
    fn demanded(&self, case: &Case) -> &Demanded {
        if case.is_helper {
            &self.by_helpers
        } else {
            &self.by_tests
        }
    }

    /// Returns how one test of before says less. Its counterpart is the test of its name, best in
    /// its own file, the last of several.
    fn of_case(&self, old: &Placed) -> Vec<Weakening> {
        let same = |one: &&Placed| {
            one.case.name == old.case.name && one.case.is_helper == old.case.is_helper
        };
        let here = self
            .after
            .iter()
            .rfind(|one| same(one) && one.path == old.path);
        let new = here.or_else(|| self.after.iter().rfind(same));
        let ways = match new {
            Some(new) => pair::compare_pair(&old.case, &new.case, self.demanded(&old.case)),
            None => self.gone(old),
        };
        let line = new.map(|new| new.case.line);
        let told = |way: pair::Told| Weakening {
            path: old.path.clone(),
            test: old.case.name.clone(),
            line,
            way: way.way,
            old: way.old,
            new: way.new,
            subject: way.subject,
        };
        ways.into_iter().map(told).collect()
    }

    /// Returns the losses of a test without a namesake: what it demands may stand in others, under another name,
    /// or split.
    fn gone(&self, old: &Placed) -> Vec<pair::Told> {
        let wanted: Vec<&Check> = old
            .case
            .checks
            .iter()
            .filter(|check| is_live(check))
            .collect();
        if !wanted.is_empty()
            && wanted
                .iter()
                .all(|check| self.demanded(&old.case).contains(&check.key()))
        {
            return Vec::new();
        }
        let is_new = |one: &&Placed| {
            !self.before.iter().any(|old| old.case.name == one.case.name)
                && one.case.is_helper == old.case.is_helper
        };
        let heirs: Vec<&Placed> = self.after.iter().filter(is_new).collect();
        if wanted.is_empty() {
            return gone_without_checks(&old.case, &heirs);
        }
        if let Some(heir) = heir_of(old, &wanted, &heirs) {
            return pair::compare_pair(&old.case, &heir.case, self.demanded(&old.case));
        }
        // What a helper checked is missed by the tests that called it, or else by nobody.
        if old.case.is_helper || is_asked_over_rows(old, &wanted, &heirs) {
            return vec![pair::Told {
                way: Way::Rewritten,
                ..pair::Told::removed(&old.case)
            }];
        }
        vec![pair::Told::removed(&old.case)]
    }
}

/// Returns the loss of a test without assertions: none where a new one makes the same calls or demands something.
///
/// A helper without assertions is missed by nobody.
fn gone_without_checks(old: &Case, heirs: &[&Placed]) -> Vec<pair::Told> {
    let same = |heir: &&&Placed| heir.case.calls == old.calls || !heir.case.checks.is_empty();
    let inherited = heirs
        .iter()
        .find(same)
        .is_some_and(|heir| heir.case.silence.is_none());
    if inherited || old.is_helper {
        Vec::new()
    } else {
        vec![pair::Told::removed(old)]
    }
}

/// Returns the new test that a test became: one about the same, or else one of the same name that was moved to another
/// class or block, with what was set up there written out.
fn heir_of<'a>(old: &Placed, wanted: &[&Check], heirs: &[&'a Placed]) -> Option<&'a Placed> {
    let about = |heir: &&&Placed| {
        heir.case
            .checks
            .iter()
            .any(|check| wanted.iter().any(|wanted| check.is_about(wanted)))
    };
    let own = |name: &str| {
        name.rsplit(['.', '>'])
            .next()
            .unwrap_or(name)
            .trim()
            .to_owned()
    };
    let moved = |heir: &&&Placed| {
        own(&heir.case.name) == own(&old.case.name)
            && wanted.iter().all(|wanted| {
                heir.case
                    .checks
                    .iter()
                    .any(|one| is_live(one) && one.asks_alike(wanted))
            })
    };
    heirs
        .iter()
        .find(about)
        .or_else(|| heirs.iter().find(moved))
        .copied()
}

/// Returns whether a test was written anew over rows of data that the text does not show beside it: the old test tells.
fn is_asked_over_rows(old: &Placed, wanted: &[&Check], heirs: &[&Placed]) -> bool {
    heirs.iter().any(|heir| {
        let asked = |wanted: &&Check| {
            let alike = |one: &&Check| {
                is_live(one) && one.hides_its_value() && one.asks_the_same_function(wanted)
            };
            heir.case.checks.iter().any(|one| alike(&one))
        };
        heir.path == old.path && heir.case.silence.is_none() && wanted.iter().all(asked)
    })
}

#[cfg(test)]
mod tests;

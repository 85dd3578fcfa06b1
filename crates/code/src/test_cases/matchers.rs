//! Reads what assertions demand, by the table `data/assertions.tsv`, and by the signs of
//! comparisons.
//!
//! ```text
//! assertEqual(f(1), 2)          f(1) == 2, Rank::Equal
//! assert 2 == f(1)              f(1) == 2, Rank::Equal: the constant is what is expected
//! assertIsNone(f(1))            f(1) == None, Rank::Equal
//! assert f(1) > 2               f(1) > 2, Rank::Loose
//! ```

use std::collections::HashMap;
use std::sync::LazyLock;

use super::model::{Check, Rank, is_constant, parse_number};

/// The libraries that call assertions by these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Family {
    /// Methods of Python's test cases.
    Unittest,
    /// Matchers behind `expect(subject)`.
    Expect,
    /// Functions of a module, or of the context of a test.
    Assert,
}

/// The demand of an assertion of a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matcher {
    /// The relation that the subject must have to the expected value; `== None` brings that along.
    pub(super) relation: &'static str,
    /// The strength of the demand.
    pub(super) rank: Rank,
}

static TABLE: LazyLock<HashMap<(Family, &'static str), Matcher>> =
    LazyLock::new(|| matcher_rows().collect());

/// Reads the rows of the table; a rank that is not one of its words is truth.
fn matcher_rows() -> impl Iterator<Item = ((Family, &'static str), Matcher)> {
    let lines = include_str!("../../data/assertions.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut columns = line.split('\t');
        let family = match columns.next()? {
            "unittest" => Family::Unittest,
            "expect" => Family::Expect,
            _ => Family::Assert,
        };
        let (name, relation) = (columns.next()?, columns.next()?);
        let rank = match columns.next()? {
            "equal" => Rank::Equal,
            "close" => Rank::Close,
            "loose" => Rank::Loose,
            _ => Rank::Truth,
        };
        Some(((family, name), Matcher { relation, rank }))
    })
}

/// Returns what an assertion of this name demands.
pub(super) fn find_matcher(family: Family, name: &str) -> Option<Matcher> {
    TABLE.get(&(family, name)).copied()
}

/// Makes the check of a matcher: `== None` in the table brings its expected value along.
pub(super) fn check_of_matcher(matcher: Matcher, subject: String, expected: String) -> Check {
    let (relation, expected) = match matcher.relation.split_once("== ") {
        Some(("", value)) => ("==", value.to_owned()),
        _ => match matcher.relation.strip_prefix("!= ") {
            Some(value) => ("!=", value.to_owned()),
            None => (matcher.relation, expected),
        },
    };
    subject_first(Check {
        rank: matcher.rank,
        ..plain_check(relation, subject, expected)
    })
}

/// Makes the check of a comparison by its sign; `None` for a sign that compares nothing.
pub(super) fn check_of_comparison(sign: &str, left: String, right: String) -> Option<Check> {
    let (relation, rank) = match sign {
        "==" | "===" | "is" => ("==", Rank::Equal),
        "!=" | "!==" | "is not" if matches!(right.as_str(), "None" | "null" | "undefined") => {
            ("!=", Rank::Truth)
        }
        "!=" | "!==" | "is not" => ("!=", Rank::Loose),
        "<" | "<=" | ">" | ">=" | "in" | "not in" | "instanceof" => (sign, Rank::Loose),
        _ => return None,
    };
    Some(subject_first(Check {
        rank,
        ..plain_check(relation, left, right)
    }))
}

/// Makes a check that demands only that something is, or is not.
pub(super) fn check_of_truth(subject: String, holds: bool) -> Check {
    plain_check(
        if holds { "truth" } else { "falsy" },
        subject,
        String::new(),
    )
}

/// Makes a check that code fails with a certain error.
pub(super) fn check_of_error(subject: String, expected: String) -> Check {
    Check {
        rank: Rank::Loose,
        ..plain_check("raises", subject, expected)
    }
}

/// Makes a check by a function that checks.
pub(super) fn by_helper(call: String) -> Check {
    Check {
        rank: Rank::Equal,
        ..plain_check("calls", call, String::new())
    }
}

/// Makes a check without rank, tolerance and silence of its own.
fn plain_check(relation: &str, subject: String, expected: String) -> Check {
    Check {
        subject,
        relation: relation.to_owned(),
        expected,
        rank: Rank::Truth,
        width: None,
        is_conditional: false,
        silence: None,
        shown: String::new(),
    }
}

/// Puts what is looked at first, and the value that is expected of it second.
fn subject_first(mut check: Check) -> Check {
    let turned = match check.relation.as_str() {
        relation @ ("==" | "!=" | "~=" | "in" | "not in") => relation,
        "<" => ">",
        ">" => "<",
        "<=" => ">=",
        ">=" => "<=",
        _ => return check,
    };
    if is_constant(&check.subject) && !is_constant(&check.expected) {
        check.relation = turned.to_owned();
        std::mem::swap(&mut check.subject, &mut check.expected);
    }
    check
}

/// Returns how far a number may be off that is given by decimal places.
///
/// Two places allow half of a hundredth: `2` -> 0.005.
pub(super) fn width_of_places(places: &str) -> Option<f64> {
    parse_number(places).map(|places| 0.5 * 10_f64.powf(-places))
}

/// Returns how far the expected number may be off that is given by a share of it.
///
/// Where the expected number can't be read, the share is taken of one.
pub(super) fn width_of_share(share: f64, expected: &str) -> f64 {
    share * parse_number(expected).map_or(1.0, f64::abs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_cases::read;

    #[test]
    fn each_row_is_read_from_its_example() {
        for line in include_str!("../../data/assertions.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let columns: Vec<&str> = line.split('\t').collect();
            let &[family, name, _, _, example] = columns.as_slice() else {
                panic!("{line}")
            };
            let (path, text) = match family {
                "unittest" => (
                    "test_a.py",
                    format!("class A(B):\n    def test_a(self):\n        {example}\n"),
                ),
                _ => ("a.test.js", format!("test('a', () => {{ {example}; }});\n")),
            };
            let cases = read(path, &text).unwrap_or_default();
            let checks: Vec<&Check> = cases.iter().flat_map(|case| &case.checks).collect();
            assert_eq!(checks.len(), 1, "{name}: {checks:?}");
            assert_eq!(checks[0].shown, example, "{name}");
            assert!(checks[0].silence.is_none(), "{name} is not trivial");
        }
    }
}

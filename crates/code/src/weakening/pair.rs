//! Compares one test before and after: each assertion with what stands in its place.
//!
//! ```text
//! before                     after
//! assert f(1) == 2           assert f(1) == 3            Expectation: another value
//! assert f(1) == 2           assert f(1)                 Loosened
//! assert f(1) == 2           if ok: assert f(1) == 2     Conditional
//! assert x < 3               assert x < 5                Loosened: the bound moved outwards
//! assert x == approx(2.0)    … approx(2.0, abs=1)        Tolerance
//! ```

use super::{Demanded, Way, is_live};
use crate::test_cases::{Case, Check, Rank, Silence};

/// A way in which an assertion, or a whole test, says less.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) way: Way,
    /// The assertion before, or a number of it.
    pub(super) old: String,
    /// The assertion that stands in its place, empty for none.
    pub(super) new: String,
    /// The expression that it looked at, and the value that it expected.
    pub(super) subject: String,
}

impl Told {
    /// Tells what became of an assertion, and what stands in its place.
    fn of_check(wanted: &Check, way: Way, instead: &str) -> Self {
        Told {
            way,
            old: wanted.shown.clone(),
            new: instead.to_owned(),
            subject: format!("{} {}", wanted.subject, wanted.expected),
        }
    }

    /// Tells that a test is gone, with what it demanded first.
    pub(super) fn removed(old: &Case) -> Self {
        let first = old.checks.iter().find(|check| is_live(check));
        let shown = first
            .map(|check| check.shown.clone())
            .or_else(|| old.calls.first().cloned())
            .unwrap_or_default();
        let looked_at = old
            .checks
            .iter()
            .filter(|check| is_live(check))
            .map(|check| check.subject.as_str());
        let subject = looked_at
            .chain(old.calls.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join("; ");
        Told {
            way: Way::Removed,
            old: shown,
            new: String::new(),
            subject,
        }
    }
}

/// Returns how a test says less than it did.
pub(super) fn compare_pair(old: &Case, new: &Case, demanded: &Demanded) -> Vec<Told> {
    let shown = |way: Way| Told {
        way,
        ..Told::removed(old)
    };
    if let Some(silence) = new.silence {
        let moved = !old.checks.is_empty()
            && old
                .checks
                .iter()
                .filter(|one| is_live(one))
                .all(|one| demanded.contains(&one.key()));
        return if moved {
            Vec::new()
        } else {
            vec![shown(Way::Silenced(silence))]
        };
    }
    let mut told = Vec::new();
    for wanted in old
        .checks
        .iter()
        .filter(|check| is_live(check) && !demanded.contains(&check.key()))
    {
        let way = of_check(wanted, new, old);
        told.extend(way.filter(|way| !told.iter().any(|one: &Told| one.old == way.old)));
    }
    if !old.checks.iter().any(is_live) && !old.is_helper {
        told.extend(of_calls(old, new));
    }
    if let (Some(before), Some(now)) = (old.timeout, new.timeout)
        && now > before
    {
        told.push(Told {
            way: Way::Timeout,
            old: before.to_string(),
            new: now.to_string(),
            subject: String::new(),
        });
    }
    if told.is_empty()
        && (new.is_dynamic && !old.is_dynamic
            || new
                .decorators
                .iter()
                .any(|one| !old.decorators.contains(one)))
    {
        told.push(shown(Way::Rewritten));
    }
    told
}

/// Returns the loss of a test without an assertion, which fails where one of its calls does.
fn of_calls(old: &Case, new: &Case) -> Option<Told> {
    let lost = old.calls.iter().find(|call| !new.calls.contains(call))?;
    if new.checks.iter().any(is_live) {
        return None;
    }
    let way = match (new.calls.is_empty(), new.checks.first()) {
        (true, Some(check)) => Way::Silenced(check.silence.unwrap_or(Silence::NeverReached)),
        (true, None) => Way::AssertionRemoved,
        (false, _) => Way::Rewritten,
    };
    Some(Told {
        way,
        old: lost.clone(),
        new: String::new(),
        subject: lost.clone(),
    })
}

/// Returns what became of an assertion that no test makes any more as it was.
fn of_check(wanted: &Check, new: &Case, old: &Case) -> Option<Told> {
    let told = |way: Way, instead: &str| Told::of_check(wanted, way, instead);
    let same = || {
        new.checks
            .iter()
            .filter(|check| check.key() == wanted.key())
    };
    if same().any(|check| is_live(check) && (wanted.is_conditional || !check.is_conditional)) {
        return None;
    }
    if let Some(same) = same().next() {
        let way = same.silence.map_or(Way::Conditional, Way::Silenced);
        return Some(told(way, &same.shown));
    }
    let live = || new.checks.iter().filter(|check| is_live(check));
    let about = live()
        .filter(|check| check.is_about(wanted))
        .map(|check| (instead_of(wanted, check), check));
    // Of several, the one that keeps most.
    if let Some((way, check)) = about.min_by_key(|(way, _)| way.map_or(0, weight_of_check)) {
        let way = way.filter(|_| !(check.relation == "raises" && words_stand_apart(wanted, new)));
        return way.map(|way| told(way, &check.shown));
    }
    if let Some(either) = live().find(|check| is_alternative(wanted, check)) {
        return Some(told(Way::Loosened, &either.shown));
    }
    Some(missing_check(wanted, new, old))
}

/// Returns what became of an assertion that no other takes up: it is silenced, rewritten or gone.
fn missing_check(wanted: &Check, new: &Case, old: &Case) -> Told {
    let told = |way: Way, instead: &str| Told::of_check(wanted, way, instead);
    let live = || new.checks.iter().filter(|check| is_live(check));
    let was_there = |check: &Check| old.checks.iter().any(|one| one.key() == check.key());
    let mut silent_ones = new
        .checks
        .iter()
        .filter(|check| !is_live(check) && !was_there(check));
    let silent = silent_ones
        .clone()
        .find(|check| check.is_about(wanted))
        .or_else(|| silent_ones.next());
    let replaced = live().any(|check| !was_there(check));
    if let Some(silent) = silent.filter(|_| !replaced) {
        return told(
            silent.silence.map_or(Way::Rewritten, Way::Silenced),
            &silent.shown,
        );
    }
    if !replaced && live().any(|check| check.shown == wanted.shown) {
        let case = format!("{} {} {}", wanted.subject, wanted.relation, wanted.expected);
        return Told {
            old: case,
            ..told(Way::CaseRemoved, "")
        };
    }
    let way = if replaced {
        Way::Rewritten
    } else {
        Way::AssertionRemoved
    };
    let instead = live()
        .find(|check| !was_there(check))
        .map_or("", |check| check.shown.as_str());
    told(way, instead)
}

/// Orders ways by how much they take away.
///
/// Fewest first: what only running decides, then another value, a wider one, and last what is gone.
fn weight_of_check(way: Way) -> u8 {
    match way {
        Way::Rewritten | Way::Conditional => 1,
        Way::Expectation => 2,
        Way::Timeout | Way::Tolerance => 3,
        _ => 4,
    }
}

/// Returns in which way an assertion about the same thing demands less than another; none where it
/// demands as much.
fn instead_of(wanted: &Check, check: &Check) -> Option<Way> {
    if check.is_conditional && !wanted.is_conditional {
        return Some(Way::Conditional);
    }
    if wanted.relation == "raises" && check.relation == "raises" {
        return of_error(wanted, check);
    }
    let expects_same = check.expected == wanted.expected || check.subject == wanted.expected;
    if (wanted.rank, check.rank) == (Rank::Equal, Rank::Close) && expects_same {
        let scale = scale_of(&wanted.expected);
        let rounds = check.width.is_some_and(|width| width <= ROUNDING * scale);
        return (!rounds).then_some(Way::Loosened);
    }
    // A millionth more is the rounding of the number itself.
    if let (Rank::Close, Some(before)) = (wanted.rank, wanted.width)
        && matches!(check.rank, Rank::Close | Rank::Equal)
        && expects_same
    {
        let width = check.width.unwrap_or(0.0);
        let rounds = width <= ROUNDING * scale_of(&wanted.expected);
        return (width > before * 1.000_001 && !rounds).then_some(Way::Tolerance);
    }
    if let (Some(before), Some(now)) = (bound_value(wanted), bound_value(check))
        && wanted.relation.trim_end_matches('=') == check.relation.trim_end_matches('=')
    {
        let looser = if wanted.relation.starts_with('<') {
            now > before
        } else {
            now < before
        };
        let stricter_sign =
            !wanted.relation.ends_with('=') && check.relation.ends_with('=') && now <= before;
        return (looser || stricter_sign && now == before).then_some(Way::Loosened);
    }
    if wanted.rank == Rank::Truth
        && check.rank > Rank::Truth
        && wanted.relation != "falsy"
        && wanted.relation != "no error"
    {
        return None;
    }
    if check.rank < wanted.rank {
        return Some(Way::Loosened);
    }
    if wanted.rank == Rank::Loose && check.rank > Rank::Loose {
        // Whether `== 3` says what `> 2` did, running tells.
        return Some(Way::Rewritten);
    }
    Some(Way::Expectation)
}

/// Returns how large an expected number is taken to be: at least one, as the share of none is none.
fn scale_of(expected: &str) -> f64 {
    expected.parse::<f64>().map_or(1.0, f64::abs).max(1.0)
}

/// The share of a number that is taken for the rounding of floats, and for no tolerance: what
/// `pytest.approx` allows by itself.
const ROUNDING: f64 = 1e-6;

/// Returns whether the words of an error that was expected are demanded by an assertion beside it:
/// `raises(E, match="x")` became `raises(E) as caught` and `assert "x" in str(caught.value)`.
fn words_stand_apart(wanted: &Check, new: &Case) -> bool {
    let Some((_, words)) = wanted.expected.split_once(',') else {
        return false;
    };
    let mut quoted = words.split(['"', '\'']);
    let Some(words) = quoted.nth(1).filter(|words| !words.is_empty()) else {
        return false;
    };
    let demands = |check: &&Check| {
        matches!(check.relation.as_str(), "in" | "==")
            && check.expected.trim_matches(['"', '\'']) == words
    };
    let mut live = new.checks.iter().filter(|check| is_live(check));
    live.any(|check| demands(&check))
}

/// Returns the number of a bound: 3 of `< 3`.
fn bound_value(check: &Check) -> Option<f64> {
    let is_bound = matches!(check.relation.as_str(), "<" | "<=" | ">" | ">=");
    check.expected.parse::<f64>().ok().filter(|_| is_bound)
}

/// Returns the way in which an error is expected less exactly: a wider one, or one whose words no longer
/// matter.
///
/// `None` where it is expected as exactly, or was as wide as errors go.
fn of_error(wanted: &Check, check: &Check) -> Option<Way> {
    const WIDEST: [&str; 5] = ["Exception", "BaseException", "Error", "(Exception)", ""];
    let first = |text: &str| text.split(',').next().unwrap_or_default().to_owned();
    let (before, now) = (first(&wanted.expected), first(&check.expected));
    if before == now {
        let rest = |text: &str| text.split_once(',').map(|(_, rest)| rest.to_owned());
        return match (rest(&wanted.expected), rest(&check.expected)) {
            (Some(_), None) => Some(Way::Loosened),
            (Some(before), Some(now)) if before != now => Some(Way::Expectation),
            _ => None,
        };
    }
    let widened = WIDEST.contains(&now.as_str()) && !WIDEST.contains(&before.as_str())
        || now.contains(&format!("{before},"));
    if widened {
        return Some(Way::Loosened);
    }
    (!WIDEST.contains(&before.as_str())).then_some(Way::Expectation)
}

/// Returns whether a check holds where the wanted one does, or else where something different does.
fn is_alternative(wanted: &Check, check: &Check) -> bool {
    let text = format!("{}{}{}", wanted.subject, wanted.relation, wanted.expected);
    let parts: Vec<&str> = check
        .subject
        .split(" or ")
        .flat_map(|part| part.split("||"))
        .collect();
    parts.len() > 1
        && parts
            .iter()
            .any(|part| part.trim().replace("===", "==") == text)
}

//! The checks that one statement of a test in Python makes.
//!
//! ```text
//! assert a < b < c                          two checks: a < b, b < c
//! assert not done                           done is falsy
//! assertAlmostEqual(f(1), 2.0, places=2)    f(1) ~= 2.0, width 0.005
//! assert x == approx(2.0)                   x ~= 2.0, width 0.000002
//! ```

use tree_sitter::Node;

use super::matchers::{
    self, Family, by_helper, check_of_error, check_of_truth, find_matcher, width_of_places,
    width_of_share,
};
use super::model::{Check, Rank, parse_number};
use super::render::{Env, render_expression, show_text};
use crate::languages::{field_text, named_children, node_text};

/// A text, and what its local names stand for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The text of the file.
    pub(super) source: &'a str,
    /// The values of local names.
    pub(super) env: &'a Env,
}

impl Place<'_> {
    /// Returns an expression with local names replaced.
    pub(super) fn render(&self, node: Node<'_>) -> String {
        render_expression(node, self.source, self.env)
    }
}

/// Returns what `assert condition` checks.
pub(super) fn of_assert(statement: Node<'_>, place: Place<'_>) -> Vec<Check> {
    let Some(condition) = named_children(statement).first().copied() else {
        return Vec::new();
    };
    let mut checks = of_condition(condition, place, true);
    let line = show_text(statement, place.source);
    checks
        .iter_mut()
        .for_each(|check| check.shown.clone_from(&line));
    checks
}

/// Returns what must hold for a condition to be true, or false.
pub(super) fn of_condition(node: Node<'_>, place: Place<'_>, holds: bool) -> Vec<Check> {
    match node.kind() {
        "parenthesized_expression" => named_children(node)
            .first()
            .map_or_else(Vec::new, |inner| of_condition(*inner, place, holds)),
        "not_operator" => named_children(node)
            .first()
            .map_or_else(Vec::new, |inner| of_condition(*inner, place, !holds)),
        "boolean_operator" if holds && field_text(node, "operator", place.source) == "and" => {
            named_children(node)
                .into_iter()
                .flat_map(|part| of_condition(part, place, holds))
                .collect()
        }
        "comparison_operator" if holds => of_comparison(node, place),
        "call" if holds => of_share(node, place).map_or_else(
            || vec![check_of_truth(place.render(node), holds)],
            |one| vec![one],
        ),
        // A tuple that is not empty is always true.
        "tuple" if !named_children(node).is_empty() => {
            vec![check_of_truth("True".to_owned(), holds)]
        }
        _ => vec![check_of_truth(place.render(node), holds)],
    }
}

/// Returns the checks of `a == b` and `a < b < c`, with `approx` on one side.
fn of_comparison(node: Node<'_>, place: Place<'_>) -> Vec<Check> {
    let mut cursor = node.walk();
    let signs: Vec<String> = node
        .children_by_field_name("operators", &mut cursor)
        .map(|sign| {
            node_text(sign, place.source)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    let parts = named_children(node);
    let mut checks = Vec::new();
    for (sign, pair) in signs.iter().zip(parts.windows(2)) {
        let (left, right) = (pair[0], pair[1]);
        let near = [(left, right), (right, left)]
            .into_iter()
            .find_map(|(one, other)| approximate_check(one, other, place));
        let compared =
            || matchers::check_of_comparison(sign, place.render(left), place.render(right));
        checks.extend(near.filter(|_| sign == "==").or_else(compared));
    }
    if checks.is_empty() {
        vec![check_of_truth(place.render(node), true)]
    } else {
        checks
    }
}

/// Returns the check of `pytest.approx(expected, rel=…, abs=…)` beside what is looked at.
fn approximate_check(call: Node<'_>, subject: Node<'_>, place: Place<'_>) -> Option<Check> {
    if call.kind() != "call" || last_name(call, place.source) != "approx" {
        return None;
    }
    let arguments = Arguments::of(call, place);
    let expected = arguments.at(0)?;
    let rel = arguments
        .named("rel")
        .or_else(|| arguments.at(1))
        .and_then(|text| parse_number(&text));
    let abs = arguments
        .named("abs")
        .or_else(|| arguments.at(2))
        .and_then(|text| parse_number(&text));
    // The library's own: a millionth.
    let share = width_of_share(
        rel.unwrap_or(if abs.is_some() { 0.0 } else { 1e-6 }),
        &expected,
    );
    Some(close_check(
        place.render(subject),
        expected,
        share.max(abs.unwrap_or(0.0)),
    ))
}

/// Returns the check of `math.isclose(a, b, rel_tol=…)`.
fn of_share(call: Node<'_>, place: Place<'_>) -> Option<Check> {
    if !matches!(last_name(call, place.source), "isclose" | "allclose") {
        return None;
    }
    let arguments = Arguments::of(call, place);
    let (subject, expected) = (arguments.at(0)?, arguments.at(1)?);
    let read = |names: [&str; 2]| {
        names
            .iter()
            .find_map(|name| parse_number(&arguments.named(name)?))
    };
    // A billionth, as the library has it.
    let share = width_of_share(read(["rel_tol", "rtol"]).unwrap_or(1e-9), &expected);
    Some(close_check(
        subject,
        expected,
        share.max(read(["abs_tol", "atol"]).unwrap_or(0.0)),
    ))
}

/// Makes a check of a number that may be off by `width`.
fn close_check(subject: String, expected: String, width: f64) -> Check {
    let check = matchers::check_of_matcher(
        matchers::Matcher {
            relation: "~=",
            rank: Rank::Close,
        },
        subject,
        expected,
    );
    Check {
        width: Some(width),
        ..check
    }
}

/// Returns the check that a call makes, if it makes one. `helpers` are functions of the file that
/// check.
pub(super) fn of_call(call: Node<'_>, place: Place<'_>, helpers: &[String]) -> Option<Vec<Check>> {
    let name = last_name(call, place.source);
    let arguments = Arguments::of(call, place);
    let mut found = if let Some(of) = find_matcher(Family::Unittest, name) {
        if let ("assertTrue" | "assertFalse", Some(condition)) = (name, arguments.nodes.first()) {
            of_condition(*condition, place, name == "assertTrue")
        } else {
            vec![of_method(of, &arguments)?]
        }
    } else if is_raising(name) {
        vec![check_of_error(
            arguments.rest(1),
            arguments.at(0).unwrap_or_default(),
        )]
    } else if name.starts_with("assert") && name != "assert_that" {
        vec![of_mock(call, name, place, &arguments)]
    } else if is_checker(name) || helpers.iter().any(|helper| helper == name) {
        vec![by_helper(place.render(call))]
    } else {
        return None;
    };
    let line = show_text(call, place.source);
    found
        .iter_mut()
        .for_each(|check| check.shown.clone_from(&line));
    Some(found)
}

/// Returns the check of a method of a test case: `assertGreater` compares, `assertIsNone` brings
/// its expected value along.
fn of_method(of: matchers::Matcher, arguments: &Arguments<'_>) -> Option<Check> {
    let (one, other) = (arguments.at(0)?, arguments.at(1).unwrap_or_default());
    let mut check = match of.relation {
        relation @ (">" | ">=" | "<" | "<=") => {
            matchers::check_of_comparison(relation, one, other)?
        }
        "in" | "not in" => matchers::check_of_matcher(of, one, other),
        "truth" | "falsy" | "== None" | "!= None" => {
            matchers::check_of_matcher(of, one, String::new())
        }
        _ => matchers::check_of_matcher(of, one, other),
    };
    if of.rank == Rank::Close {
        let places = arguments.named("places").or_else(|| arguments.at(2));
        let delta = arguments
            .named("delta")
            .and_then(|delta| parse_number(&delta));
        // The library's own: seven places.
        check.width = delta.or_else(|| width_of_places(places.as_deref().unwrap_or("7")));
    }
    Some(check)
}

/// Returns the check of an assertion that no table has: `mock.assert_called_once_with(…)`,
/// `snapshot.assert_match(…)`, `assert_frame_equal(…)`.
fn of_mock(call: Node<'_>, name: &str, place: Place<'_>, arguments: &Arguments<'_>) -> Check {
    let object = call
        .child_by_field_name("function")
        .and_then(|function| function.child_by_field_name("object"));
    let subject = object.map_or_else(
        || arguments.at(0).unwrap_or_default(),
        |object| place.render(object),
    );
    let expected = if object.is_some() {
        arguments.rest(0)
    } else {
        arguments.rest(1)
    };
    let is_truth = matches!(
        name,
        "assert_called" | "assert_called_once" | "assert_not_called" | "assert_any_call"
    );
    let rank = if is_truth { Rank::Truth } else { Rank::Equal };
    let relation = if rank == Rank::Equal && name.starts_with("assert_called") {
        "called with"
    } else {
        name
    };
    Check {
        rank,
        relation: relation.to_owned(),
        ..matchers::check_of_matcher(matchers::Matcher { relation: "", rank }, subject, expected)
    }
}

/// Returns whether a function of this name demands that something fails, and passes then.
pub(super) fn is_raising(name: &str) -> bool {
    matches!(
        name,
        "raises"
            | "assertRaises"
            | "assertRaisesRegex"
            | "assertRaisesMessage"
            | "warns"
            | "assertWarns"
            | "assertLogs"
    )
}

/// Returns whether a name says that its function checks.
fn is_checker(name: &str) -> bool {
    ["check_", "verify_", "ensure_", "expect_"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// Returns the last name of what is called: `assertEqual` of `self.assertEqual(…)`.
pub(super) fn last_name<'s>(call: Node<'_>, source: &'s str) -> &'s str {
    let Some(function) = call.child_by_field_name("function") else {
        return "";
    };
    let name = function
        .child_by_field_name("attribute")
        .unwrap_or(function);
    node_text(name, source)
}

/// The arguments of a call.
pub(super) struct Arguments<'t> {
    /// All of them, in the order of the text.
    pub(super) nodes: Vec<Node<'t>>,
    /// Those by place, rendered.
    plain: Vec<String>,
    /// Those by name, rendered.
    named: Vec<(String, String)>,
}

impl<'t> Arguments<'t> {
    /// Reads the arguments of a call.
    pub(super) fn of(call: Node<'t>, place: Place<'_>) -> Self {
        let nodes = call
            .child_by_field_name("arguments")
            .map(named_children)
            .unwrap_or_default();
        let (mut plain, mut named) = (Vec::new(), Vec::new());
        for node in &nodes {
            if node.kind() == "keyword_argument" {
                let value = node
                    .child_by_field_name("value")
                    .map(|value| place.render(value));
                named.push((
                    field_text(*node, "name", place.source).to_owned(),
                    value.unwrap_or_default(),
                ));
            } else {
                plain.push(place.render(*node));
            }
        }
        Arguments {
            nodes,
            plain,
            named,
        }
    }

    /// Returns an argument by its place.
    pub(super) fn at(&self, index: usize) -> Option<String> {
        self.plain.get(index).cloned()
    }

    /// Returns an argument by its name.
    pub(super) fn named(&self, name: &str) -> Option<String> {
        self.named
            .iter()
            .find(|(of, _)| of == name)
            .map(|(_, value)| value.clone())
    }

    /// Returns all from an index on, messages aside.
    pub(super) fn rest(&self, from: usize) -> String {
        let plain = self.plain.iter().skip(from).cloned();
        let named = self
            .named
            .iter()
            .filter(|(name, _)| name != "msg")
            .map(|(name, value)| format!("{name}={value}"));
        plain.chain(named).collect::<Vec<_>>().join(",")
    }
}

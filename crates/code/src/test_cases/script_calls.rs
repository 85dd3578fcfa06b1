//! The checks that one expression of a test in JavaScript or TypeScript makes.
//!
//! ```text
//! expect(f(1)).toBe(2)                    f(1) == 2
//! expect(a === b).toBe(true)              a == b
//! expect(x).not.toBeNull()                x != null, Rank::Truth
//! assert.equal(f(1), 2)                   f(1) == 2
//! request(app).get('/a').expect(200)      request(app).get("/a") status == 200
//! ```

use tree_sitter::Node;

use super::matchers::{
    self, Family, Matcher, by_helper, check_of_error, check_of_truth, find_matcher, width_of_places,
};
use super::model::{Check, Rank, parse_number};
use super::python_calls::Place;
use crate::languages::{field_text, named_children, node_text};

/// A call of a chain: `expect(x)`, `.not`, `.toBe(1)`, outermost first.
struct Link<'t> {
    /// The name of what is called, of its last part for a member.
    name: String,
    /// `None` for a link that is not called, as `.not`.
    arguments: Option<Vec<Node<'t>>>,
    /// The receiver of the call.
    object: Option<Node<'t>>,
}

/// Returns the links of a chain, the outermost first.
///
/// `expect(x).not.toBe(1)` -> [`toBe` (1), `not`, `expect` (x)]; `await` and brackets are seen
/// through.
fn chain_links<'t>(node: Node<'t>, source: &str) -> Vec<Link<'t>> {
    let mut found = Vec::new();
    let mut current = Some(node);
    while let Some(node) = current {
        let (target, arguments) = match node.kind() {
            "call_expression" => {
                let arguments = node
                    .child_by_field_name("arguments")
                    .map(named_children)
                    .unwrap_or_default();
                (node.child_by_field_name("function"), Some(arguments))
            }
            "await_expression" | "parenthesized_expression" | "non_null_expression" => {
                current = named_children(node).first().copied();
                continue;
            }
            _ => (Some(node), None),
        };
        let Some(target) = target else { break };
        let object = target
            .child_by_field_name("object")
            .filter(|_| target.kind() == "member_expression");
        let name = if object.is_some() {
            field_text(target, "property", source)
        } else {
            node_text(target, source)
        };
        found.push(Link {
            name: name.to_owned(),
            arguments,
            object,
        });
        current = object;
    }
    found
}

/// Returns the name of what is called in the end: `expect` of `expect(x).not.toBe(1)`.
pub(super) fn first_name(node: Node<'_>, source: &str) -> String {
    chain_links(node, source)
        .last()
        .map(|link| link.name.clone())
        .unwrap_or_default()
}

/// Returns the checks that a call makes, if it makes any. `contexts` are parameters by which a
/// runner gives assertions.
///
/// In this order: `expect(…)`, `assert(…)`, `assert.equal(…)`, `x.should`, `request(…).expect(…)`,
/// a helper of the file, a name like `assertPaid`. None for any other call.
pub(super) fn of_call(
    call: Node<'_>,
    place: Place<'_>,
    contexts: &[String],
    helpers: &[String],
) -> Option<Vec<Check>> {
    let links = chain_links(call, place.source);
    let base = links.last()?;
    let is_module = |name: &str| {
        matches!(name, "assert" | "chai" | "t" | "expect" | "should")
            || contexts.iter().any(|c| c == name)
    };
    if base.name == "expect" && base.arguments.is_some() {
        return of_expect(&links, place).map(|check| vec![check]);
    }
    if base.name == "assert" && base.arguments.is_some() {
        let arguments = base.arguments.as_deref().unwrap_or_default();
        return arguments
            .first()
            .map(|condition| of_condition(*condition, place, true));
    }
    let outer = links.first()?;
    if base.arguments.is_none()
        && is_module(&base.name)
        && let Some(of) = find_matcher(Family::Assert, &outer.name)
    {
        return of_assert(of, outer, place).map(|check| vec![check]);
    }
    if links
        .iter()
        .any(|link| link.name == "should" && link.arguments.is_none())
    {
        return of_should(&links, place).map(|check| vec![check]);
    }
    let wanted = links
        .iter()
        .filter(|link| link.name == "expect" && link.object.is_some() && link.arguments.is_some());
    let checks: Vec<Check> = wanted.filter_map(|link| of_request(link, place)).collect();
    if !checks.is_empty() {
        return Some(checks);
    }
    let name = outer.name.as_str();
    let is_helper = helpers.iter().any(|helper| helper == name)
        || ["assert", "check", "verify", "ensure"].iter().any(|start| {
            name.strip_prefix(start)
                .is_some_and(|rest| rest.starts_with(|first: char| first.is_uppercase()))
        });
    is_helper.then(|| vec![by_helper(place.render(call))])
}

/// Returns the check of `expect(subject).not.toBe(1)`.
///
/// A matcher that nobody knows is taken by its words: `expect(x).toBeOdd(1)` -> x toBeOdd 1,
/// Rank::Loose. None without a subject or a matcher.
fn of_expect(links: &[Link<'_>], place: Place<'_>) -> Option<Check> {
    let subject = links.last()?.arguments.as_ref()?.first()?;
    let settles = links
        .iter()
        .find(|link| matches!(link.name.as_str(), "resolves" | "rejects" | "eventually"));
    let rendered = place.render(*subject);
    let of_matcher = |link: &&Link<'_>| find_matcher(Family::Expect, &link.name).is_some();
    let Some(link) = links.iter().find(of_matcher) else {
        // A matcher that nobody knows demands at least what its words say.
        let tail: Vec<String> = links
            .iter()
            .rev()
            .skip(1)
            .map(|link| link.name.clone())
            .collect();
        let arguments = links
            .first()
            .and_then(|link| link.arguments.clone())
            .unwrap_or_default();
        let expected = arguments
            .iter()
            .map(|node| place.render(*node))
            .collect::<Vec<_>>()
            .join(",");
        let of = Matcher {
            relation: "",
            rank: Rank::Loose,
        };
        return (!tail.is_empty()).then(|| Check {
            relation: tail.join("."),
            ..matchers::check_of_matcher(of, rendered, expected)
        });
    };
    let of = find_matcher(Family::Expect, &link.name)?;
    let negated = links.iter().any(|link| link.name == "not");
    let arguments = link.arguments.clone().unwrap_or_default();
    // `expect(a === b).toBe(true)` demands what it compares.
    let value = arguments.first().map(|value| place.render(*value));
    if !negated
        && (of.relation == "truth" || of.relation == "==" && value.as_deref() == Some("true"))
    {
        let mut inner = of_condition(*subject, place, true);
        if inner.len() == 1 && inner.first().is_some_and(|check| check.relation != "truth") {
            return inner.pop();
        }
    }
    let mut check = with_arguments(of, rendered, &arguments, place);
    check.subject = match settles.map(|link| link.name.as_str()) {
        Some("rejects") if of.relation != "raises" => format!("rejected {}", check.subject),
        _ => check.subject,
    };
    Some(if negated { negate_check(check) } else { check })
}

/// Makes the check of a matcher with its arguments.
fn with_arguments(of: Matcher, subject: String, arguments: &[Node<'_>], place: Place<'_>) -> Check {
    let rendered: Vec<String> = arguments.iter().map(|node| place.render(*node)).collect();
    let first = rendered.first().cloned().unwrap_or_default();
    let all = || rendered.join(",");
    match of.relation {
        "raises" => check_of_error(subject, all()),
        "called with" => matchers::check_of_matcher(of, subject, all()),
        "called times" if first.is_empty() => {
            matchers::check_of_matcher(of, subject, "1".to_owned())
        }
        "truth" | "falsy" => matchers::check_of_matcher(of, subject, String::new()),
        "~=" => {
            // Two digits are what the library takes where none are given.
            let digits = rendered.get(1).map_or("2", String::as_str);
            // `closeTo` is given how far it may be off, `toBeCloseTo` the digits.
            let width = if digits.contains('.') {
                parse_number(digits)
            } else {
                width_of_places(digits)
            };
            Check {
                width,
                ..matchers::check_of_matcher(of, subject, first)
            }
        }
        _ => matchers::check_of_matcher(of, subject, all()),
    }
}

/// Turns a check around: `not` of anything but a value demands less than the value.
///
/// `== 1` -> `!= 1`, at most Rank::Loose; `== null` -> `!= null`, Rank::Truth.
fn negate_check(check: Check) -> Check {
    let relation = match check.relation.as_str() {
        "==" => "!=".to_owned(),
        "truth" => {
            return Check {
                relation: "falsy".to_owned(),
                ..check
            };
        }
        "falsy" => {
            return Check {
                relation: "truth".to_owned(),
                ..check
            };
        }
        other => format!("not {other}"),
    };
    let is_nothing = matches!(check.expected.as_str(), "null" | "undefined");
    Check {
        relation,
        rank: if is_nothing {
            Rank::Truth
        } else {
            Rank::Loose.min(check.rank)
        },
        ..check
    }
}

/// Returns the check of `assert.equal(subject, expected)`, `t.is(…)`.
fn of_assert(of: Matcher, link: &Link<'_>, place: Place<'_>) -> Option<Check> {
    let arguments = link.arguments.as_ref()?;
    let rendered: Vec<String> = arguments.iter().map(|node| place.render(*node)).collect();
    let at = |index: usize| rendered.get(index).cloned().unwrap_or_default();
    Some(match of.relation {
        "truth" => {
            return of_condition(*arguments.first()?, place, true)
                .into_iter()
                .next();
        }
        "falsy" => {
            return of_condition(*arguments.first()?, place, false)
                .into_iter()
                .next();
        }
        "raises" => check_of_error(at(0), at(1)),
        "~=" => Check {
            width: parse_number(&at(2)),
            ..matchers::check_of_matcher(of, at(0), at(1))
        },
        relation if relation.starts_with("== ") => {
            matchers::check_of_matcher(of, at(0), String::new())
        }
        "fails" => matchers::check_of_matcher(of, "fail".to_owned(), String::new()),
        _ => matchers::check_of_matcher(of, at(0), at(1)),
    })
}

/// Returns the check of `value.should.equal(1)`.
fn of_should(links: &[Link<'_>], place: Place<'_>) -> Option<Check> {
    let should = links.iter().find(|link| link.name == "should")?;
    let subject = place.render(should.object?);
    let link = links
        .iter()
        .find(|link| find_matcher(Family::Expect, &link.name).is_some())?;
    let of = find_matcher(Family::Expect, &link.name)?;
    let check = with_arguments(
        of,
        subject,
        link.arguments.as_deref().unwrap_or_default(),
        place,
    );
    Some(if links.iter().any(|link| link.name == "not") {
        negate_check(check)
    } else {
        check
    })
}

/// Returns the check of `request(app).get("/a").expect(200, body)`.
///
/// `.expect(200)` is about the status, `.expect('Type', 'json')` about that header, all else about
/// the body.
fn of_request(link: &Link<'_>, place: Place<'_>) -> Option<Check> {
    let mut request = link.object?;
    // Other expectations of the same request are checks of their own.
    while request.kind() == "call_expression" {
        let Some(function) = request.child_by_field_name("function") else {
            break;
        };
        if field_text(function, "property", place.source) != "expect" {
            break;
        }
        request = function.child_by_field_name("object")?;
    }
    let rendered: Vec<String> = link
        .arguments
        .as_ref()?
        .iter()
        .map(|node| place.render(*node))
        .collect();
    let (part, expected) = match rendered.as_slice() {
        [status] if parse_number(status).is_some() => ("status", status.clone()),
        [header, value] if parse_number(header).is_none() => (header.as_str(), value.clone()),
        all => ("body", all.join(",")),
    };
    let of = Matcher {
        relation: "==",
        rank: Rank::Equal,
    };
    Some(matchers::check_of_matcher(
        of,
        format!("{} {part}", place.render(request)),
        expected,
    ))
}

/// Returns what must hold for a condition to be true, or false.
///
/// `a && !b`, true -> [a holds, b does not]. Neither part of `a || b` must hold by itself: it stays
/// one condition.
pub(super) fn of_condition(node: Node<'_>, place: Place<'_>, holds: bool) -> Vec<Check> {
    let sign = field_text(node, "operator", place.source);
    let parts = || ["left", "right"].map(|name| node.child_by_field_name(name));
    match node.kind() {
        "parenthesized_expression" => named_children(node)
            .first()
            .map_or_else(Vec::new, |inner| of_condition(*inner, place, holds)),
        "unary_expression" if sign == "!" => named_children(node)
            .first()
            .map_or_else(Vec::new, |inner| of_condition(*inner, place, !holds)),
        "binary_expression" if holds && sign == "&&" => parts()
            .into_iter()
            .flatten()
            .flat_map(|part| of_condition(part, place, holds))
            .collect(),
        "binary_expression" if holds => {
            let [Some(left), Some(right)] = parts() else {
                return Vec::new();
            };
            let compared =
                matchers::check_of_comparison(sign, place.render(left), place.render(right));
            vec![compared.unwrap_or_else(|| check_of_truth(place.render(node), true))]
        }
        _ => vec![check_of_truth(place.render(node), holds)],
    }
}

//! Routes that the plan adds and that the backend answers already.
//!
//! "Add `POST /api/orders`" → method, path and place in the line → compared by segments with the
//! routes of the survey, parameters as `*`. A path of two fixed segments or more also fits behind a
//! prefix, since plans leave out where a router is mounted; `/orders` alone would fit too many.

use crate::analyze::route_segments;
use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "route-exists",
    severity: Severity::Note,
    summary: "a route to add is there already",
    explanation: "The plan says that it adds a route, and the backend answers that method and path already: the second one would \
                  never be reached, or the work is done.\n\n\
                  Example: \"Add `POST /api/orders`\" where `app/routes/orders.py` has it.\n\n\
                  Fix it: say that the route is changed, or choose another path.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE],
    look: Some(check_routes),
    told_by_run: false,
};

const METHODS: [&str; 5] = ["GET ", "POST ", "PUT ", "PATCH ", "DELETE "];
/// Words that say that what follows is new, each at the start of a clause.
const ADDS: [&str; 5] = ["add ", "create ", "implement ", "introduce ", "new "];

/// Returns a note for each route to add that is answered already.
fn check_routes(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in context.units {
        // Up to the first nested unit, which has its own turn.
        let end = unit
            .phases
            .first()
            .map_or(unit.span.end, |nested| nested.span.start);
        let own = unit.span.start..end.max(unit.span.start);
        let mut at = own.start;
        for line in context.run.plan.text()[own].split_inclusive('\n') {
            let start = at;
            at += line.len();
            // Code shows the route that it defines, and is no request for a second one.
            if unit.blocks.iter().any(|block| block.span.contains(&start)) {
                continue;
            }
            let Some((method, path, place)) = find_added_route(line) else {
                continue;
            };
            let wanted = route_segments(path);
            let named = wanted.iter().filter(|part| **part != "*").count();
            let answers = |route: &&survey::Route| {
                (route.method == method) && {
                    let route = route_segments(&route.path);
                    route == wanted || named >= 2 && route.ends_with(&wanted)
                }
            };
            let Some(route) = context.survey().routes.iter().find(answers) else {
                continue;
            };
            let message = format!(
                "`{method} {path}` is answered already: {}:{} ({})",
                route.file, route.line, route.path
            );
            findings.push(context.finding_at(
                &CODE,
                start + place..start + place + path.len(),
                message,
            ));
        }
    }
    findings
}

/// Returns the one route that a line says to add, with its place in the line.
///
/// "Add a new endpoint `POST /api/orders`" → the verb is found past words that only fill. "Call
/// `POST /api/orders` from the new form" → none: the verb nearest to the route is "call".
fn find_added_route(line: &str) -> Option<(&'static str, &str, usize)> {
    let (method, at) = METHODS
        .iter()
        .filter_map(|method| line.find(method).map(|at| (*method, at)))
        .min_by_key(|(_, at)| *at)?;
    let start = at + method.len();
    // The path ends where a sentence or a span of code does; a query string is no part of it.
    let rest = line[start..].trim_start_matches('`');
    let place = line.len() - rest.len();
    let end = rest
        .find(|letter: char| {
            letter.is_whitespace() || matches!(letter, '`' | '"' | ')' | ',' | ';')
        })
        .unwrap_or(rest.len());
    let path = rest[..end].trim_end_matches(['.', ':']);
    let path = path.split('?').next().unwrap_or(path);
    let before = line[..at].to_lowercase();
    // The word must stand right before the route, with nothing between that speaks of something else.
    let before = before.trim_end_matches(['`', '*', '"', ' ']);
    let words: Vec<&str> = before.split_whitespace().rev().take(4).collect();
    let filler = [
        "a",
        "an",
        "the",
        "endpoint",
        "endpoints",
        "route",
        "new",
        "api",
        "http",
        "rest",
        "`",
    ];
    let verb = words
        .iter()
        .find(|word| !filler.contains(&word.trim_matches(['`', '*', ':', '-'])))?;
    let adds = ADDS
        .iter()
        .any(|word| word.trim() == verb.trim_matches(['`', '*', ':', '-', '.', ']']));
    // `/` alone is as often a separator as a path.
    (adds && path.starts_with('/') && path.len() > 2).then_some((method.trim(), path, place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::tests::findings_of_plan;

    #[test]
    fn only_a_route_that_is_plainly_added_counts() {
        assert_eq!(
            find_added_route("- Add `POST /api/orders` (new)")
                .map(|(method, path, _)| (method, path)),
            Some(("POST", "/api/orders"))
        );
        assert_eq!(
            find_added_route("Implement the endpoint GET /orders/{id}.").map(|(_, path, _)| path),
            Some("/orders/{id}")
        );
        for line in [
            "Add rate limit to `POST /api/orders`",
            "`GET /orders` returns 200",
            "Add a test for GET /orders",
        ] {
            assert_eq!(find_added_route(line), None, "{line}");
        }
    }

    #[test]
    fn a_route_that_is_answered_is_told_with_its_place() {
        let plan = "# X\n\n## Phase 1: A\n\n- Add `POST /api/orders` in `app/routes.py`\n- Add `DELETE /api/orders` too\n";
        let routes = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post(\"/api/orders\")\ndef create():\n    return {}\n";
        let found = findings_of_plan(&["route-exists"], &[("app/routes.py", routes)], plan);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("5: `POST /api/orders` is answered already: app/routes.py:"),
            "{found:?}"
        );
    }
}

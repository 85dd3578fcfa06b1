//! Extracts the words of a passage of a plan, and the paths of routes in it.

use std::collections::BTreeSet;

use plan::{Phase, Plan};

use crate::understand::Assignment;

/// Returns everything that the units of an assignment say, code included.
pub(crate) fn text_of_assignment(plan: &Plan, assignment: &Assignment) -> String {
    let units = assignment.units.iter().filter_map(|unit| plan.phase(*unit));
    units
        .map(|unit| plan.text().get(own_span(unit)).unwrap_or_default())
        .collect()
}

/// Returns a unit without those nested in it, which are listed by themselves.
fn own_span(unit: &Phase) -> std::ops::Range<usize> {
    let end = unit
        .phases
        .first()
        .map_or(unit.span.end, |nested| nested.span.start);
    unit.span.start..end.max(unit.span.start)
}

/// Returns the words of a text: letters, digits and underscores.
pub(crate) fn words_of_text(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| word.len() > 1)
        .collect()
}

/// Returns the paths of a text that look like those of routes: `/orders/{id}`.
pub(crate) fn route_paths(text: &str) -> BTreeSet<&str> {
    let ends = |letter: char| {
        letter.is_whitespace() || matches!(letter, '`' | '"' | '\'' | ')' | '(' | ',' | ';' | '|')
    };
    text.split(ends)
        .map(|word| word.trim_end_matches(['.', ':', '?']))
        .map(|word| word.split('?').next().unwrap_or(word))
        .filter(|word| word.len() > 2 && word.starts_with('/') && !word.starts_with("//"))
        .collect()
}

/// Returns the segments of a route's path, each parameter as `*`, whatever the framework writes for one.
pub(crate) fn route_segments(path: &str) -> Vec<&str> {
    let parameter =
        |part: &str| part.starts_with([':', '{', '<', '[', '*', '$', '(']) || part.contains('{');
    path.split('/')
        .filter(|part| !part.is_empty())
        .map(|part| if parameter(part) { "*" } else { part })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_routes_are_read_from_prose_and_code() {
        let found =
            route_paths("Add `GET /orders/{id}` and '/users?page=1' (see /health). Not // this.");
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            ["/health", "/orders/{id}", "/users"]
        );
        assert_eq!(route_segments("/api/orders/:id/"), ["api", "orders", "*"]);
        assert_eq!(route_segments("/orders/<int:pk>"), ["orders", "*"]);
    }
}

//! Guards that routes have in common, each with the share of routes that carry it.
//!
//! ```text
//! router.get("/orders", requireUser, list)      8 of 10 routes: `requireUser`
//! ```

use std::collections::BTreeMap;

use super::{Convention, ConventionContext, Topic};
use crate::findings::Route;
use crate::place::Place;

/// Returns the guards that routes carry, with the share of routes that have them.
///
/// Returns the guards that at least two routes carry, with the share of routes that have them, eight at most.
///
/// Guards without a name are left out, since nobody could look them up. Examples come from two different files.
pub(super) fn read_guard_conventions(ground: &ConventionContext<'_>) -> Vec<Convention> {
    let mut counts: BTreeMap<&str, Vec<&Route>> = BTreeMap::new();
    for route in ground.routes {
        for guard in &route.guards {
            counts.entry(guard.as_str()).or_default().push(route);
        }
    }
    let mut guards: Vec<_> = counts
        .into_iter()
        .filter(|(name, routes)| routes.len() > 1 && *name != "<anonymous>")
        .collect();
    guards.sort_by_key(|(name, routes)| (std::cmp::Reverse(routes.len()), *name));
    let of = Some(ground.routes.len());
    guards
        .into_iter()
        .take(8)
        .map(|(name, routes)| {
            let mut examples: Vec<Place> = Vec::new();
            for route in &routes {
                if examples.len() < 2 && !examples.iter().any(|place| place.file == route.file) {
                    examples.push(Place::new(&route.file, route.line));
                }
            }
            let what = format!("routes are guarded by `{name}`");
            Convention {
                topic: Topic::Authorization,
                layer: None,
                what,
                count: routes.len(),
                of,
                examples,
            }
        })
        .collect()
}

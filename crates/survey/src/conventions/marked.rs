//! Conventions that a mark tells by itself: in how many files it stands, and where to see it.
//!
//! ```text
//! z.object({ … })      in 3 files     validation: Zod schemas, 3
//! ```

use std::collections::BTreeMap;

use super::marks::MARKS;
use super::{Convention, ConventionContext, Hit, best_examples, files_of};
use crate::layers::Layer;

/// Returns conventions that the marks tell by themselves. What stands in one file of many is told
/// as well: often it is the one place that matters.
pub(super) fn read_mark_conventions(
    ground: &ConventionContext<'_>,
    hits: &BTreeMap<usize, Vec<Hit>>,
) -> Vec<Convention> {
    let mut found = Vec::new();
    for (at, mark) in MARKS
        .iter()
        .enumerate()
        .filter(|(_, mark)| !mark.what.is_empty())
    {
        let Some(hits) = hits.get(&at) else { continue };
        // A `schema: ` elsewhere is one of data at rest; on a route it is JSON Schema of the request.
        let of_routes = |hit: &&Hit| {
            matches!(
                ground.layer[hit.file],
                Some(Layer::Routes | Layer::Controllers)
            )
        };
        let routes: Vec<Hit>;
        let hits = if mark.needles == ["schema: "] {
            routes = hits.iter().filter(of_routes).copied().collect();
            &routes
        } else {
            hits
        };
        if hits.is_empty() {
            continue;
        }
        found.push(Convention {
            topic: mark.topic,
            layer: None,
            what: mark.what.to_owned(),
            count: files_of(hits),
            of: None,
            examples: best_examples(ground, hits),
        });
    }
    found
}

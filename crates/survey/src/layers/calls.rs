//! Imports between files, and what they say of the layers: who calls whom, and who reaches past the
//! order.
//!
//! ```text
//! routes/a.ts   imports services/a.ts      ┐
//! routes/b.ts   imports services/b.ts      │ routes call services: 2, so services are the way to the store
//! routes/c.ts   imports repositories/c.ts  ┘ a break: routes skip services, which most go through
//! services/d.ts imports routes/a.ts          a break: services reach up into routes
//! ```
//!
//! Counts decide, not a fixed rule: what the project does more often is its order.

use std::collections::{BTreeMap, HashSet};

use super::{Edge, Layer, LayerBreak, LayerCall, Roles};
use crate::place::Place;
use crate::source::Sources;
use code::glance::Glance;
use code::languages::Language;
use code::modules::{Found, Modules};

/// Breaks past which no more are reported, in the order of their places.
const MOST_BREAKS: usize = 60;

/// Returns the imports that lead to files of the project, one for each pair of files, at its first line.
///
/// `from shop import models, helper` leads to `shop/models.py`, and to `shop/__init__.py` for a name that is no
/// module.
pub(super) fn resolve_imports(
    sources: &Sources,
    modules: &Modules,
    outlines: &[Glance],
) -> Vec<Edge> {
    let mut edges = Vec::new();
    // What no file and no folder is called comes from outside.
    let own: HashSet<&str> = sources
        .files
        .iter()
        .flat_map(|file| file.path.split('/'))
        .map(|part| part.strip_suffix(".py").unwrap_or(part))
        .collect();
    for (from, (file, outline)) in sources.files.iter().zip(outlines).enumerate() {
        let mut add = |found: Found, line| match found {
            Found::File(to) if to != from => {
                edges.push(Edge { from, to, line });
                true
            }
            _ => false,
        };
        for import in &outline.imports {
            if file.language != Language::Python {
                add(modules.script(&file.path, &import.module), import.line);
                continue;
            }
            // Most imports of Python are of packages: a look at the first part saves looking each of them up on many
            // paths.
            let first = import.module.split('.').next().unwrap_or("");
            if !first.is_empty() && !own.contains(first) {
                continue;
            }
            // `from . import x` joins to `.x`, `from shop import x` to `shop.x`.
            let dot = if import.module.ends_with('.') {
                ""
            } else {
                "."
            };
            let mut whole = import.names.is_empty();
            for name in &import.names {
                // A name may be a module of the package, or something that the package's own file defines.
                let inner = modules.python(&file.path, &format!("{}{dot}{name}", import.module));
                whole |= !add(inner, import.line);
            }
            if whole {
                add(modules.python(&file.path, &import.module), import.line);
            }
        }
    }
    edges.sort_unstable();
    edges.dedup_by_key(|edge| (edge.from, edge.to));
    edges
}

/// Returns the position in the order from the request to the store; none for layers that all others may use.
fn rank_of_layer(layer: Layer) -> Option<u8> {
    match layer {
        Layer::Routes => Some(0),
        Layer::Controllers => Some(1),
        Layer::Services => Some(2),
        Layer::Repositories => Some(3),
        Layer::Models => Some(4),
        _ => None,
    }
}

/// Returns the calls between layers, and where they break the order.
pub(super) fn calls_between_layers(
    sources: &Sources,
    edges: &[Edge],
    roles: &Roles,
) -> (Vec<LayerCall>, Vec<LayerBreak>) {
    let mut counts: BTreeMap<(Layer, Layer), (usize, Edge)> = BTreeMap::new();
    let layer = |id: usize| roles.get(&id).map(|role| role.layer);
    let mut known: Vec<(Layer, Layer, Edge)> = Vec::new();
    for edge in edges {
        let (Some(from), Some(to)) = (layer(edge.from), layer(edge.to)) else {
            continue;
        };
        if from == to {
            continue;
        }
        known.push((from, to, *edge));
        counts
            .entry((from, to))
            .and_modify(|(count, _)| *count += 1)
            .or_insert((1, *edge));
    }
    let place = |edge: Edge| Place::new(&sources.files[edge.from].path, edge.line);
    let count = |from, to| counts.get(&(from, to)).map_or(0, |(count, _)| *count);
    let mut breaks: Vec<LayerBreak> = known
        // Then hold each import against the counts. What puts the application together imports everything, and breaks
        // nothing.
        .iter()
        .filter_map(|(from, to, edge)| {
            if roles.get(&edge.from).is_some_and(|role| role.composes) {
                return None;
            }
            let what = broken_order(*from, *to, &count)?;
            let target = &sources.files[edge.to].path;
            Some(LayerBreak {
                place: place(*edge),
                from: *from,
                to: *to,
                what: format!("{what} (`{target}`)"),
            })
        })
        .collect();
    breaks.extend(own_queries(sources, roles, &count));
    breaks.sort_by(|a, b| a.place.cmp(&b.place));
    breaks.truncate(MOST_BREAKS);
    let mut calls: Vec<LayerCall> = counts
        .into_iter()
        .map(|((from, to), (count, edge))| LayerCall {
            from,
            to,
            count,
            example: place(edge),
        })
        .collect();
    calls.sort_by(|a, b| {
        b.count
            .cmp(&a.count)
            .then((a.from, a.to).cmp(&(b.from, b.to)))
    });
    (calls, breaks)
}

/// Returns the rule that an import breaks: it goes up the order, or it skips a layer that most of
/// its like go through.
///
/// `count(from, to)` is how many imports lead from one layer to another.
fn broken_order(from: Layer, to: Layer, count: &dyn Fn(Layer, Layer) -> usize) -> Option<String> {
    if to == Layer::Tests {
        return Some(format!("{from} use what belongs to the tests"));
    }
    if matches!(from, Layer::Utilities | Layer::Schemas)
        && matches!(to, Layer::Routes | Layer::Controllers)
    {
        // A few of many are a slip: at most one for three the other way. Where it is the habit, the names mean
        // something else here.
        return (count(from, to) * 3 <= count(to, from))
            .then(|| format!("{from} reach up into {to}"));
    }
    let (above, below) = (rank_of_layer(from)?, rank_of_layer(to)?);
    // Upwards: a break only while the other direction is at least as usual.
    if above > below {
        let is_habit = count(from, to) > count(to, from);
        return (!is_habit).then(|| format!("{from} reach up into {to}"));
    }
    // Only repositories (3) can be reached past a layer; models are shapes that all may hold.
    if below != 3 {
        return None;
    }
    let between = [Layer::Controllers, Layer::Services]
        // The layer most used on the way down is the one that is skipped; at least twice as many go through it.
        .into_iter()
        .filter(|layer| rank_of_layer(*layer).is_some_and(|at| above < at && at < below));
    let through = between.max_by_key(|layer| count(from, *layer))?;
    let usual = count(from, through);
    (usual > 0 && usual >= 2 * count(from, to))
        .then(|| format!("{from} skip {through}, which most go through, and use {to}"))
}

/// Returns the handlers that ask the store themselves, where the project has a layer for it and most handlers
/// leave it to that.
fn own_queries(
    sources: &Sources,
    roles: &Roles,
    count: &dyn Fn(Layer, Layer) -> usize,
) -> Vec<LayerBreak> {
    let mut breaks = Vec::new();
    for from in [Layer::Routes, Layer::Controllers] {
        let to = [Layer::Repositories, Layer::Services]
            .into_iter()
            .max_by_key(|to| count(from, *to));
        // More than one import of that layer: a single one is no habit.
        let Some(to) = to.filter(|to| count(from, *to) > 1) else {
            continue;
        };
        let all: Vec<_> = roles
            .iter()
            .filter(|(_, role)| role.layer == from)
            .collect();
        let asking: Vec<_> = all
            .iter()
            .filter_map(|(id, role)| Some((**id, role.queries?)))
            .collect();
        // More than a third ask the store themselves: then that is how the project does it.
        if asking.len() * 3 > all.len() {
            continue;
        }
        breaks.extend(asking.into_iter().map(|(id, line)| LayerBreak {
            place: Place::new(&sources.files[id].path, line),
            from,
            to,
            what: format!("{from} ask the store here, where most leave it to {to}"),
        }));
    }
    breaks
}

//! Imports between files, and what they say of the layers: who calls whom, and who reaches past the
//! order.

use std::collections::{BTreeMap, HashSet};

use super::{Edge, Layer, LayerBreak, LayerCall, Roles};
use crate::place::Place;
use crate::source::Sources;
use code::glance::Glance;
use code::languages::Language;
use code::modules::{Found, Modules};

/// Breaks past which no more are told.
const MOST_BREAKS: usize = 60;

/// Returns the imports that lead to files of the project.
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
            let first = import.module.split('.').next().unwrap_or("");
            if !first.is_empty() && !own.contains(first) {
                continue;
            }
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

/// Returns the order from the request to the store; the others may be used by all.
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
fn broken_order(from: Layer, to: Layer, count: &dyn Fn(Layer, Layer) -> usize) -> Option<String> {
    if to == Layer::Tests {
        return Some(format!("{from} use what belongs to the tests"));
    }
    if matches!(from, Layer::Utilities | Layer::Schemas)
        && matches!(to, Layer::Routes | Layer::Controllers)
    {
        // A few of many are a slip; where it is the habit, the names mean something else here.
        return (count(from, to) * 3 <= count(to, from))
            .then(|| format!("{from} reach up into {to}"));
    }
    let (above, below) = (rank_of_layer(from)?, rank_of_layer(to)?);
    if above > below {
        let is_habit = count(from, to) > count(to, from);
        return (!is_habit).then(|| format!("{from} reach up into {to}"));
    }
    if below != 3 {
        return None;
    }
    let between = [Layer::Controllers, Layer::Services]
        .into_iter()
        .filter(|layer| rank_of_layer(*layer).is_some_and(|at| above < at && at < below));
    let through = between.max_by_key(|layer| count(from, *layer))?;
    let usual = count(from, through);
    (usual > 0 && usual >= 2 * count(from, to))
        .then(|| format!("{from} skip {through}, which most go through, and use {to}"))
}

/// Handlers that ask the store themselves, where the project has a layer for it and most handlers
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

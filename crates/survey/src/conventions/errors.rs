//! The exception types that a project has and those that it raises.
//!
//! ```text
//! class NotFound(AppError)            exceptions of its own: `NotFound`
//! raise errors.NotFound("order")      `NotFound` is raised; the module before it does not matter
//! raise                               no name: not counted
//! throw error                         no `new`: not counted
//! ```

use std::collections::BTreeMap;

use super::marks::MARKS;
use super::{Convention, ConventionContext, Hit, Topic, best_examples};
use crate::place::Place;
use code::glance::DefinitionKind;

/// Types past which no more are reported, by how often they are raised.
const MOST: usize = 6;

/// Returns the project's own exceptions, and the types that it raises at least twice.
pub(super) fn read_error_types(
    ground: &ConventionContext<'_>,
    hits: &BTreeMap<usize, Vec<Hit>>,
) -> Vec<Convention> {
    let mut found: Vec<Convention> = find_own_errors(ground).into_iter().collect();
    let raised: Vec<Hit> = MARKS
        .iter()
        .enumerate()
        .filter(|(_, mark)| mark.topic == Topic::ErrorTypes && mark.what.is_empty())
        .flat_map(|(at, _)| hits.get(&at).cloned().unwrap_or_default())
        .collect();
    let mut types: BTreeMap<String, Vec<Hit>> = BTreeMap::new();
    for hit in &raised {
        if let Some(name) = raised_at(ground, *hit) {
            types.entry(name).or_default().push(*hit);
        }
    }
    let all: usize = types.values().map(Vec::len).sum();
    let mut types: Vec<_> = types.into_iter().collect();
    types.sort_by_key(|(name, hits)| (std::cmp::Reverse(hits.len()), name.clone()));
    found.extend(
        // One place is no convention.
        types
            .into_iter()
            .take(MOST)
            .filter(|(_, hits)| hits.len() > 1)
            .map(|(name, hits)| Convention {
                topic: Topic::ErrorTypes,
                layer: None,
                what: format!("`{name}` is raised"),
                count: hits.len(),
                of: Some(all),
                examples: best_examples(ground, &hits),
            }),
    );
    found
}

/// Returns the last part of the name behind `raise` or `throw new` on the line of a hit.
///
/// Returns none where it does not begin with a capital: `raise error`, `raise make_error()`.
fn raised_at(ground: &ConventionContext<'_>, hit: Hit) -> Option<String> {
    let line = ground.sources.files[hit.file]
        .text
        .get(hit.start..)?
        .lines()
        .next()?;
    let rest = line
        .split_once("raise ")
        .or_else(|| line.split_once("throw new "))
        .map(|(_, rest)| rest)?;
    let end = rest
        .find(|letter: char| !letter.is_alphanumeric() && !"._".contains(letter))
        .unwrap_or(rest.len());
    let name = rest.get(..end)?.rsplit('.').next()?;
    name.starts_with(|letter: char| letter.is_ascii_uppercase())
        .then(|| name.to_owned())
}

/// Returns the exception classes of the project itself as one convention; none where it has none.
///
/// A class is one by the name of its first base, which must end in `Exception` or `Error`. Four are named.
fn find_own_errors(ground: &ConventionContext<'_>) -> Option<Convention> {
    let mut classes: Vec<(usize, &str, u32)> = Vec::new();
    for (id, outline) in ground
        .outlines
        .iter()
        .enumerate()
        .filter(|(id, _)| ground.is_backend(*id))
    {
        for found in outline
            .definitions
            .iter()
            .filter(|found| found.kind == DefinitionKind::Class)
        {
            let base = found
                .bases
                .split(['(', ',', '<'])
                .next()
                .unwrap_or("")
                .trim();
            if base.ends_with("Exception") || base.ends_with("Error") {
                classes.push((id, &found.name, found.line));
            }
        }
    }
    let (first, second) = (classes.first()?, classes.get(1));
    let names: Vec<String> = classes
        .iter()
        .take(4)
        .map(|(_, name, _)| format!("`{name}`"))
        .collect();
    let more = if classes.len() > names.len() {
        " and others"
    } else {
        ""
    };
    let place =
        |(id, _, line): &(usize, &str, u32)| Place::new(&ground.sources.files[*id].path, *line);
    Some(Convention {
        topic: Topic::ErrorTypes,
        layer: None,
        what: format!("exceptions of its own: {}{more}", names.join(", ")),
        count: classes.len(),
        of: None,
        examples: [Some(first), second]
            .into_iter()
            .flatten()
            .map(place)
            .collect(),
    })
}

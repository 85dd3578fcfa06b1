//! Reads how the files and symbols of each layer are named.

use std::collections::BTreeMap;

use super::{Convention, ConventionContext, Hit, Topic, best_examples};
use crate::documents::name_of;
use crate::layers::Layer;
use code::glance::DefinitionKind;

/// Returns the case of a name.
fn case_of_name(name: &str) -> &'static str {
    let upper = name.chars().any(|letter| letter.is_ascii_uppercase());
    let starts_upper = name.starts_with(|letter: char| letter.is_ascii_uppercase());
    match (name.contains('-'), name.contains('_'), upper, starts_upper) {
        (true, ..) => "kebab-case",
        (_, true, true, _) if !name.chars().any(|letter| letter.is_ascii_lowercase()) => {
            "UPPER_CASE"
        }
        (_, true, ..) => "snake_case",
        (_, _, true, true) => "PascalCase",
        (_, _, true, false) => "camelCase",
        _ => "lowercase",
    }
}

/// Returns the part of a file's name that its layer's files share: `.service` in
/// `order.service.ts`, `_repository`.
fn ending_of_file(path: &str) -> (String, String) {
    let name = name_of(path);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    if let Some((head, kind)) = stem.rsplit_once('.') {
        return (head.to_owned(), format!("*.{kind}.{extension}"));
    }
    if let Some(rest) = stem.strip_prefix("test_") {
        return (rest.to_owned(), format!("test_*.{extension}"));
    }
    let cut = stem.rfind(['_', '-']);
    match cut.and_then(|at| Some((stem.get(..at)?, stem.get(at..)?))) {
        Some((head, tail)) if tail.len() > 3 => (head.to_owned(), format!("*{tail}.{extension}")),
        _ => (stem.to_owned(), format!("*.{extension}")),
    }
}

/// Returns the words that most names end with, where at least half do.
fn common_ending<'n>(names: impl Iterator<Item = &'n str>) -> Option<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut all = 0;
    for name in names {
        all += 1;
        let at = name
            .rfind(|letter: char| letter.is_ascii_uppercase())
            .filter(|at| *at > 0);
        if let Some(ending) = at.and_then(|at| name.get(at..)) {
            *counts.entry(ending.to_owned()).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .filter(|(_, count)| *count * 2 >= all && *count > 1)
}

pub(super) fn read_naming(ground: &ConventionContext<'_>) -> Vec<Convention> {
    let mut by_layer: BTreeMap<Layer, Vec<usize>> = BTreeMap::new();
    for (id, layer) in ground.layer.iter().enumerate() {
        let name = name_of(&ground.sources.files[id].path);
        let is_entry =
            name.starts_with("index.") || name == "__init__.py" || name.starts_with("conftest");
        if let Some(layer) = layer.filter(|_| !is_entry) {
            by_layer.entry(layer).or_default().push(id);
        }
    }
    let mut found = Vec::new();
    for (layer, files) in by_layer {
        found.extend(file_naming(ground, layer, &files));
        if layer != Layer::Tests {
            found.extend(symbol_naming(ground, layer, &files));
        }
    }
    found
}

fn file_naming(
    ground: &ConventionContext<'_>,
    layer: Layer,
    files: &[usize],
) -> Option<Convention> {
    let mut cases: BTreeMap<&str, usize> = BTreeMap::new();
    let mut endings: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut stems: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for id in files {
        let path = &ground.sources.files[*id].path;
        let (head, pattern) = ending_of_file(path);
        *cases.entry(case_of_name(&head)).or_default() += 1;
        endings.entry(pattern).or_default().push(*id);
        stems.entry(name_of(path)).or_default().push(*id);
    }
    let usual = |cases: &BTreeMap<&'static str, usize>| {
        // One word alone has no case; it fits what the others have.
        let told = cases
            .iter()
            .filter(|(case, _)| **case != "lowercase")
            .max_by_key(|(_, count)| **count);
        told.or_else(|| cases.iter().next())
            .map_or("lowercase", |(case, _)| *case)
    };
    let (pattern, like) = endings.into_iter().max_by_key(|(_, like)| like.len())?;
    let same = stems
        .into_iter()
        .max_by_key(|(_, like)| like.len())
        .filter(|(_, like)| like.len() > 1 && like.len() * 2 >= files.len());
    let (what, like) = match same {
        Some((name, like)) => (
            format!("each part of the project has its own `{name}`"),
            like,
        ),
        None if like.len() * 2 >= files.len() && pattern.len() > 6 => {
            (format!("`{pattern}`, {}", usual(&cases)), like)
        }
        None => (usual(&cases).to_owned(), files.to_vec()),
    };
    let hits: Vec<Hit> = like
        .iter()
        .map(|id| Hit {
            file: *id,
            line: 1,
            start: 0,
        })
        .collect();
    let examples = best_examples(ground, &hits);
    Some(Convention {
        topic: Topic::FileNames,
        layer: Some(layer),
        what,
        count: like.len(),
        of: Some(files.len()),
        examples,
    })
}

fn symbol_naming(ground: &ConventionContext<'_>, layer: Layer, files: &[usize]) -> Vec<Convention> {
    let of_kind = |kind: DefinitionKind| -> Vec<(usize, &str, u32)> {
        let all = files.iter().flat_map(|id| {
            ground.outlines[*id]
                .definitions
                .iter()
                .map(move |found| (*id, found))
        });
        all.filter(|(_, found)| found.kind == kind)
            .map(|(id, found)| (id, found.name.as_str(), found.line))
            .collect()
    };
    let mut found = Vec::new();
    let classes = of_kind(DefinitionKind::Class);
    if classes.len() > 1 {
        let (what, like): (String, Vec<_>) =
            match common_ending(classes.iter().map(|(_, name, _)| *name)) {
                Some((ending, _)) => (
                    format!("classes `*{ending}`"),
                    classes
                        .iter()
                        .filter(|(_, name, _)| name.ends_with(&ending))
                        .collect(),
                ),
                None => (
                    "classes in PascalCase".to_owned(),
                    classes
                        .iter()
                        .filter(|(_, name, _)| !name.contains('_'))
                        .collect(),
                ),
            };
        found.push(symbol_convention(
            ground,
            layer,
            what,
            (&like, classes.len()),
        ));
    }
    let functions = of_kind(DefinitionKind::Function);
    let mut cases: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for function in &functions {
        let case = case_of_name(function.1.trim_start_matches('_'));
        cases.entry(case).or_default().push(function);
    }
    // Names of one word fit every case.
    let single = cases.remove("lowercase").unwrap_or_default();
    if let Some((case, mut like)) = cases.into_iter().max_by_key(|(_, like)| like.len())
        && functions.len() > 2
    {
        like.extend(single);
        found.push(symbol_convention(
            ground,
            layer,
            format!("functions in {case}"),
            (&like, functions.len()),
        ));
    }
    found
}

fn symbol_convention(
    ground: &ConventionContext<'_>,
    layer: Layer,
    what: String,
    (like, of): (&[&(usize, &str, u32)], usize),
) -> Convention {
    let hits: Vec<Hit> = like
        .iter()
        .map(|(file, _, line)| Hit {
            file: *file,
            line: *line,
            start: 0,
        })
        .collect();
    let examples = best_examples(ground, &hits);
    Convention {
        topic: Topic::SymbolNames,
        layer: Some(layer),
        what,
        count: like.len(),
        of: Some(of),
        examples,
    }
}

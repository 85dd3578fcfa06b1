//! Reads how the files and symbols of each layer are named.
//!
//! ```text
//! order.service.ts, user.service.ts       `*.service.ts`, lowercase
//! orders/views.py, users/views.py         each part of the project has its own `views.py`
//! OrderService, UserService, Clock        classes `*Service`, 2 of 3
//! find_order, save_order, run             functions in snake_case, 3 of 3
//! ```
//!
//! An ending or a case is reported only where at least half follow it.

use std::collections::BTreeMap;

use super::{Convention, ConventionContext, Hit, Topic, best_examples};
use crate::documents::name_of;
use crate::layers::Layer;
use code::glance::DefinitionKind;

/// Returns the case of a name: `orderItem` is `camelCase`, `orders` is `lowercase`.
///
/// A hyphen decides before anything else; names with letters of other scripts count as lowercase.
fn case_of_name(name: &str) -> &'static str {
    let upper = name.chars().any(|letter| letter.is_ascii_uppercase());
    let starts_upper = name.starts_with(|letter: char| letter.is_ascii_uppercase());
    match (name.contains('-'), name.contains('_'), upper, starts_upper) {
        (true, ..) => "kebab-case",
        // `MAX_SIZE`: an underscore and no small letter.
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
///
/// Returns the rest of the name, too: `order` and `*.service.ts`, `orders` and `*_repository.py`.
///
/// An ending of up to two letters (`_v2`) says nothing of a kind, and stays with the name.
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

/// Returns the last word that most names share, and how many have it: `Service` for `OrderService` and `UserService`.
///
/// Returns none where fewer than half or only one has it. A name of one word has no last word.
fn common_ending<'n>(names: impl Iterator<Item = &'n str>) -> Option<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut all = 0;
    for name in names {
        all += 1;
        // A capital at the very beginning is the whole name.
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

/// Returns the conventions of names, for each layer one of files and up to two of symbols.
pub(super) fn read_naming(ground: &ConventionContext<'_>) -> Vec<Convention> {
    let mut by_layer: BTreeMap<Layer, Vec<usize>> = BTreeMap::new();
    for (id, layer) in ground.layer.iter().enumerate() {
        // Files that a tool finds by their name say nothing about how the project names files.
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
        // Symbols of tests follow the test framework.
        if layer != Layer::Tests {
            found.extend(symbol_naming(ground, layer, &files));
        }
    }
    found
}

/// Returns how the files of a layer are named; none where the layer has no files.
///
/// The same whole name in half of them comes first (`views.py`), then a common ending, then the case.
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
        // `*.py` is no pattern of its own: six letters are the longest that only an extension gives (`*.tsx`).
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

/// Returns how the classes and functions of a layer are named; classes from two on, functions from three on.
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

/// Makes a convention of symbols: `like` of `of` follow it.
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

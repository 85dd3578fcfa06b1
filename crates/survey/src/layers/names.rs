//! The layer that the name of a file tells, or of a folder that it lies in, where what it holds
//! goes with it.
//!
//! ```text
//! order.service.ts            the word behind the last `.`, `_` or `-`: `service`, so services
//! OrderService.ts             the last word in camel case: the same
//! validateQueries.ts          begins with a verb, so `queries` is no kind of file here
//! tables/services.py          all its classes end with `Table`: the folder says the kind, the file only of what
//! services/orders.ts          no word of its own: the folder, up to three of them
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::Layer;
use super::signs::{BETWEEN, NAMES, OF_SCRIPTS, REQUESTS, WEAK_FOLDERS, has_any_mark};
use crate::documents::{folder_of, name_of};
use crate::source::{SourceFile, Sources};
use code::glance::{DefinitionKind, Glance};
use code::languages::Language;

/// Returns the layer that the file's name tells, or the nearest folder's.
///
/// The nearer the word, the more it says: the whole name, its last word, its last word in camel case, then the
/// folders from the inside. Three folders are looked at; the text must go with the word (`fits_content`).
///
/// Returns none where no word is known.
pub(super) fn layer_by_name(
    file: &SourceFile,
    outline: &Glance,
    features: &BTreeSet<&str>,
) -> Option<(Layer, String)> {
    let path = file.path.as_str();
    let is_script = file.language != Language::Python;
    let name = name_of(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let known = |word: &str| {
        let layer = layer_of(word, is_script)?;
        fits_content(word, &file.text).then_some(layer)
    };
    let lower = stem.to_lowercase();
    let last = lower
        .rsplit(['.', '_', '-'])
        .next()
        .unwrap_or("")
        .to_owned();
    // `userService` and `UserService` end with the word as `user_service` does; `validateQueries` does something.
    let camel = stem
        .rfind(|letter: char| letter.is_ascii_uppercase())
        .filter(|_| !begins_with_a_verb(stem))
        .and_then(|at| stem.get(at..))
        .map(str::to_lowercase);
    let folder = folder_of(path);
    let is_of_its_folder = is_kind(name_of(folder), outline);
    for word in [Some(lower), Some(last), camel]
        .into_iter()
        .flatten()
        .filter(|_| !is_of_its_folder)
    {
        if let Some(layer) = known(&word) {
            return Some((layer, format!("named {word}")));
        }
    }
    let mut folders = std::iter::successors(Some(folder), |at| {
        at.rsplit_once('/').map(|(outer, _)| outer)
    })
    .take(3);
    folders.find_map(|at| {
        // Outer folders say less, and words that whole projects are called by nothing.
        let word = name_of(at).to_lowercase();
        // Helpers are helpers, whatever they help.
        if features.contains(at) && layer_of(&word, is_script) != Some(Layer::Utilities) {
            return None;
        }
        if WEAK_FOLDERS.contains(&word.as_str()) && at != folder {
            return None;
        }
        known(&word).map(|layer| (layer, format!("lies in {word}/")))
    })
}

/// Returns the layer that a word tells.
///
/// Words for models come before the table: they are no words for schemas, repositories or the like.
fn layer_of(word: &str, is_script: bool) -> Option<Layer> {
    if matches!(word, "models" | "model" | "entities" | "entity") {
        return Some(Layer::Models);
    }
    let layer = NAMES
        .iter()
        .find(|(_, words)| words.contains(&word))
        .map(|(layer, _)| *layer);
    layer.filter(|_| is_script || !OF_SCRIPTS.contains(&word))
}

/// Returns whether what a file holds goes with the word: type guards, pipes of data and hooks of a
/// page are called so, too.
///
/// `hooks/useCart.ts` has no mark of a request, and is no middleware. Other words go with any content.
fn fits_content(word: &str, text: &str) -> bool {
    match word {
        "plugins" | "plugin" | "hooks" => has_any_mark(text, &BETWEEN),
        "permissions" => has_any_mark(
            text,
            &[
                "Permission)",
                "has_permission(",
                "request:",
                "(request",
                ", request",
            ],
        ),
        _ if OF_SCRIPTS.contains(&word) => has_any_mark(text, &REQUESTS),
        _ => true,
    }
}

/// Returns whether a name in camel case says what a function does.
///
/// Returns false for names that begin with a capital: those are of classes.
fn begins_with_a_verb(stem: &str) -> bool {
    const VERBS: [&str; 30] = [
        "validate", "get", "set", "create", "handle", "make", "build", "parse", "is", "has", "to",
        "load", "fetch", "check", "register", "use", "with", "apply", "extract", "find", "update",
        "delete", "remove", "add", "send", "generate", "format", "convert", "init", "setup",
    ];
    let end = stem
        .find(|letter: char| !letter.is_ascii_lowercase())
        .unwrap_or(stem.len());
    VERBS.contains(&&stem[..end])
}

/// Returns folders that hold a feature with several layers of its own: their names say what it is
/// about, whatever they are.
///
/// A folder with `service.ts`, `controller.ts` and `schema.ts` is a feature; if it is called `routes`, it is about
/// roads.
pub(super) fn feature_folders(sources: &Sources) -> BTreeSet<&str> {
    let mut layers: BTreeMap<&str, BTreeSet<Layer>> = BTreeMap::new();
    for file in &sources.files {
        let name = name_of(&file.path);
        let stem = name.split('.').next().unwrap_or(name).to_lowercase();
        if let Some(layer) = layer_of(&stem, file.language != Language::Python) {
            layers
                .entry(folder_of(&file.path))
                .or_default()
                .insert(layer);
        }
    }
    layers
        .into_iter()
        .filter(|(_, layers)| layers.len() > 1)
        .map(|(folder, _)| folder)
        .collect()
}

/// Returns whether all classes of a file are of the kind that a word in the plural tells:
/// `ServiceTable` in `tables/services.py` is a table, and the file's own name says only of what.
///
/// A word of one or two letters is never a kind, as too many names end with it; a file without classes is of none.
pub(super) fn is_kind(word: &str, outline: &Glance) -> bool {
    let word = word.to_lowercase();
    let kind = match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.trim_end_matches(['s', '_']).replace(['_', '-'], ""),
    };
    let mut classes = outline
        .definitions
        .iter()
        .filter(|found| found.kind == DefinitionKind::Class)
        .peekable();
    kind.len() > 2
        && classes.peek().is_some()
        && classes.all(|class| class.name.to_lowercase().ends_with(&kind))
}

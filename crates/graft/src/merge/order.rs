//! The place of a new item by the order of its list alone: fields above methods, a setter below its getter, sorted entries
//! sorted.

use crate::items::Item;
use crate::languages::{Kind, List};
use crate::merge::Pair;

/// Returns the start of a list, below its docstring and what a class says of itself: `__tablename__`.
pub(super) fn start_of_list(pair: &Pair<'_, '_>) -> usize {
    let is_head = |item: &&Item<'_>| {
        let is_of_class = pair.kind == List::Members && item.kind == Kind::Value;
        item.kind == Kind::Docstring
            || is_of_class && item.name.starts_with("__") && item.name.ends_with("__")
    };
    pair.old.iter().take_while(is_head).count()
}

/// Returns the place of a new member among those of its list.
pub(super) fn member_order(pair: &Pair<'_, '_>, item: &Item<'_>) -> usize {
    let last = |test: &dyn Fn(&Item<'_>) -> bool| pair.old.iter().rposition(test).map(|at| at + 1);
    let first_function = pair
        .old
        .iter()
        .position(|old| old.kind == Kind::Function)
        .unwrap_or(pair.old.len());
    match item.kind {
        Kind::Value => {
            let fields = || {
                pair.old
                    .iter()
                    .take(first_function)
                    .enumerate()
                    .filter(|(_, old)| old.kind == Kind::Value)
            };
            if is_constant(&item.name) && fields().any(|(_, old)| !is_constant(&old.name)) {
                let constants = fields()
                    .take_while(|(_, old)| is_constant(&old.name))
                    .last();
                return constants.map_or_else(|| start_of_list(pair), |(at, _)| at + 1);
            }
            fields()
                .next_back()
                .map_or_else(|| start_of_list(pair), |(at, _)| at + 1)
        }
        // A setter stands right below its getter.
        Kind::Function if last(&|old| old.kind == item.kind && old.name == item.name).is_some() => {
            last(&|old| old.kind == item.kind && old.name == item.name).unwrap_or(pair.old.len())
        }
        Kind::Function if matches!(item.name.as_str(), "constructor" | "__init__") => {
            last(&|old| old.kind == Kind::Value).unwrap_or_else(|| start_of_list(pair))
        }
        Kind::Function => last(&|old| old.kind == Kind::Function).unwrap_or(pair.old.len()),
        Kind::Class => last(&|old| old.kind == Kind::Value).unwrap_or_else(|| start_of_list(pair)),
        _ => pair.old.len(),
    }
}

fn is_constant(name: &str) -> bool {
    name.chars().any(char::is_alphabetic) && !name.chars().any(char::is_lowercase)
}

/// Returns the place of a new entry: sorted where the list is, else last.
pub(super) fn entry_order(pair: &Pair<'_, '_>, item: &Item<'_>) -> usize {
    let names: Vec<&str> = pair.old.iter().map(|old| old.name.as_str()).collect();
    let sorted = names.len() > 2 && names.windows(2).all(|two| two[0] <= two[1]);
    let words = pair.old.iter().all(|old| {
        matches!(
            old.node.kind(),
            "string" | "identifier" | "shorthand_property_identifier"
        )
    });
    if sorted && words {
        return names
            .iter()
            .position(|name| *name > item.name.as_str())
            .unwrap_or(names.len());
    }
    pair.old.len()
}

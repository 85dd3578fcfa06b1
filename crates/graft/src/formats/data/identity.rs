//! Tells which entry of a list is meant by one that a block shows: the same thing by its name, however else it differs.
//!
//! ```text
//! file                        block
//! fastapi>=0.110              fastapi>=0.115              the same package
//! DEBUG=1                     DEBUG=0                     the same variable
//! {name: web, image: a}       {name: web, image: b}       the same by `name`, the first naming key that the block has
//! web                         web                         no other version: both say nothing more, so they are equal
//! ```

use super::tree::Node;
use super::value::{Kind, Scalar};

/// Keys that name the thing that they stand in, strongest first; each with an entry that a test changes.
const KEYS: &str = include_str!("keys.txt");

/// Returns the keys that name a thing.
pub(super) fn naming_keys() -> impl Iterator<Item = &'static str> {
    KEYS.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_whitespace().next())
}

/// Finds the entries that are the same thing as the one asked for, in the order of the list.
///
/// Indices into the list. A map without any naming key is like no other one.
pub(super) fn same_things(there: &Node, asked: &Node) -> Vec<usize> {
    let same = |known: &Node| match (known.as_scalar(), asked.as_scalar()) {
        (Some(known), Some(own)) => known.is_retyped(own) || is_other_version(known, own),
        (None, None) => naming_keys()
            .find_map(|key| asked.get(key))
            .is_some_and(|name| {
                known
                    .get(&name.key.text)
                    .is_some_and(|known| known.node.value() == name.node.value())
            }),
        _ => false,
    };
    let items = there.children().iter().enumerate();
    items
        .filter(|(_, item)| same(&item.node))
        .map(|(at, _)| at)
        .collect()
}

/// Returns whether two texts name the same thing and at least one says more of it.
fn is_other_version(one: &Scalar, other: &Scalar) -> bool {
    let (Some((one, rest)), Some((other, other_rest))) = (name_of(one), name_of(other)) else {
        return false;
    };
    one == other && !(rest.is_empty() && other_rest.is_empty())
}

/// Returns whether an entry of a list goes by a name.
pub(super) fn is_called(item: &Node, name: &str) -> bool {
    match item.as_scalar() {
        Some(scalar) => scalar.text == name || name_of(scalar).is_some_and(|(own, _)| own == name),
        None => naming_keys().filter_map(|key| item.get(key)).any(|child| {
            child
                .node
                .as_scalar()
                .is_some_and(|scalar| scalar.text == name)
        }),
    }
}

/// Returns what an entry of text names, and what it says of it: the package of `fastapi>=0.115`, the variable of `DEBUG=1`.
pub(super) fn name_of(scalar: &Scalar) -> Option<(String, &str)> {
    if scalar.kind != Kind::Text {
        return None;
    }
    let variable = scalar.text.split_once('=').filter(|(name, rest)| {
        !rest.starts_with('=')
            && !name.is_empty()
            && name
                .chars()
                .all(|found| found.is_alphanumeric() || found == '_')
    });
    variable
        .map(|(name, rest)| (name.to_owned(), rest))
        .or_else(|| parse_package(&scalar.text))
}

/// Returns the normal name of the package that a requirement is for, and what is required of it.
///
/// Names of packages are the same in any case, and with `-`, `_` and `.` alike:
/// `Typing_Extensions>=4` -> (`typing-extensions`, `>=4`). `None` where something else follows the
/// name, as in a sentence.
pub(in crate::formats) fn parse_package(text: &str) -> Option<(String, &str)> {
    let end = text
        .find(|found: char| !(found.is_ascii_alphanumeric() || "-_.".contains(found)))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let starts = name.starts_with(|first: char| first.is_ascii_alphanumeric());
    let next = rest.trim_start();
    let versions = next.is_empty() || next.starts_with(['=', '<', '>', '~', '!', '[', ';']);
    // An address has a blank on one side of its sign, unlike a mailbox.
    let address = next
        .strip_prefix('@')
        .is_some_and(|url| rest.len() > next.len() || url.starts_with(' '));
    let in_brackets = next
        .strip_prefix('(')
        .is_some_and(|versions| versions.starts_with(['=', '<', '>', '~', '!']));
    let options = rest.len() > next.len() && next.starts_with("--");
    let follows = versions || address || in_brackets || options;
    (starts && follows).then(|| (name.to_lowercase().replace(['_', '.'], "-"), next))
}

//! Finds the `describe` block that takes a test.
//!
//! ```text
//! block          words          file                        goes into
//! it('adds')     "in `cart`"    describe('cart'), ('user')  the body of `describe('cart')`
//! it('adds')     none           describe('cart') alone      its body
//! it('adds')     none           it('works') at the top      the module
//! ```

use super::find_same_container;
use crate::Refusal;
use crate::items::Item;
use crate::languages::Kind;
use crate::prose::Relation;
use crate::targets::{Container, Search, ambiguous_container_refusal};

/// Returns whether a call is one of a test or of a block of tests: `it('adds')`, `describe.only('cart')`.
pub(super) fn is_test(name: &str) -> bool {
    matches!(
        name.split(['(', '.']).next(),
        Some("it" | "test" | "describe")
    )
}

/// Returns the only one of the test blocks whose title the words name: `describe('cart')` for "in `cart`".
///
/// A name that the test is within counts before a mention, and that before a neighbour.
fn find_named_test_block<'c, 't>(
    search: &Search<'_, '_, 't>,
    blocks: &[&'c Container<'t>],
    item: &Item<'_>,
    siblings: &[&str],
) -> Option<&'c Container<'t>> {
    let title = |one: &Container<'_>| {
        let shown = one.name.rsplit("describe(").next().unwrap_or_default();
        shown.trim_matches(['\'', ')', '`']).to_owned()
    };
    for relation in [Relation::Within, Relation::Mention, Relation::After] {
        for name in search.prose.related(relation, &item.name, siblings) {
            let plain = crate::prose::strip_name_decoration(name);
            let mut fit = blocks
                .iter()
                .filter(|one| title(one) == plain.trim_matches('\''));
            if let (Some(only), None) = (fit.next(), fit.next()) {
                return Some(only);
            }
        }
    }
    None
}

/// Returns the test block that takes a test: the one that has it, the one that the prose names, the only one.
pub(super) fn test_block<'s, 't>(
    search: &Search<'s, '_, 't>,
    root: &[Item<'_>],
    item: &Item<'_>,
    siblings: &[&str],
) -> Result<Option<&'s Container<'t>>, Refusal> {
    let owners = search.owners(item, None);
    if let [only] = owners.as_slice() {
        return find_same_container(search, only).map(Some);
    }
    let blocks: Vec<&Container<'t>> = search
        .containers
        .iter()
        .filter(|one| {
            one.kind == Kind::Call && is_test(&one.name) && one.name.starts_with("describe")
        })
        .collect();
    if let Some(named) = find_named_test_block(search, &blocks, item, siblings) {
        return find_same_container(search, named).map(Some);
    }
    if item.name.starts_with("describe(")
        || root.iter().any(|old| {
            old.kind == Kind::Call && is_test(&old.name) && !old.name.starts_with("describe")
        })
    {
        return Ok(None);
    }
    // Those inside others are parts of them; several at the top leave open which is meant.
    let outer: Vec<&Container<'t>> = blocks
        .iter()
        .copied()
        .filter(|one| root.iter().any(|old| old.start == one.start))
        .collect();
    match outer.as_slice() {
        [] => Ok(None),
        [only] => find_same_container(search, only).map(Some),
        several => Err(ambiguous_container_refusal(
            search.file,
            &item.name,
            several,
        )),
    }
}

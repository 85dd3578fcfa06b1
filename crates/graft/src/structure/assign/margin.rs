//! Reads from the indentation of a block's members in which of nested classes they stand.
//!
//! Words: "`PostSerializer` also returns the slug", a block `        fields = [...]`: the members of the class stand four
//! columns in, those of its `Meta` eight → `PostSerializer.Meta`.

use super::find_same_container;
use crate::Refusal;
use crate::items::{Item, Source};
use crate::languages::{Kind, Language, List};
use crate::reading::Reading;
use crate::targets::{Container, Search, ambiguous_container_refusal};

/// Returns the class in which an attribute stands by its indentation: the one that was found, or one inside of it.
pub(super) fn inner_by_margin<'s, 't>(
    search: &Search<'s, '_, 't>,
    found: &'s Container<'t>,
    item: &Item<'_>,
    reading: &Reading,
) -> Result<&'s Container<'t>, Refusal> {
    let file = search.file;
    let is_attribute = item.kind == Kind::Value && found.kind == Kind::Class;
    if file.language != Language::Python || !is_attribute || reading.margin == 0 {
        return Ok(found);
    }
    if column_of_members(file, found) == Some(reading.margin) {
        return Ok(found);
    }
    let holds = |one: &Container<'_>| one.items.iter().any(|old| old.name == item.name);
    let outer = found.list.byte_range();
    let is_inner = |one: &&Container<'t>| {
        let inner = one.list.byte_range();
        let is_within = outer.start <= inner.start && inner.end <= outer.end && inner != outer;
        is_within
            && one.kind == Kind::Class
            && one.lists == Some(List::Members)
            && column_of_members(file, one) == Some(reading.margin)
    };
    let inner: Vec<&Container<'t>> = search.containers.iter().filter(is_inner).collect();
    let owners: Vec<&Container<'t>> = inner.iter().copied().filter(|one| holds(one)).collect();
    match (owners.as_slice(), inner.as_slice()) {
        (_, []) => Ok(found),
        // The name stands outside, and the indentation is that of the inside.
        ([], all) if holds(found) => {
            let both: Vec<&Container<'t>> =
                std::iter::once(found).chain(all.iter().copied()).collect();
            Err(ambiguous_container_refusal(file, &item.name, &both))
        }
        ([only], _) | ([], [only]) => find_same_container(search, only),
        ([], several) | (several, _) => Err(ambiguous_container_refusal(file, &item.name, several)),
    }
}

/// Returns the column of a class's members, where they stand on lines of their own.
fn column_of_members(file: &Source<'_>, class: &Container<'_>) -> Option<usize> {
    let start = class.items.first()?.start;
    let line = file.text.get(..start)?.rfind('\n').map_or(0, |end| end + 1);
    let before = file.text.get(line..start)?;
    before.trim().is_empty().then(|| before.chars().count())
}

//! Chooses what becomes of a class or a collection that the snippet shows without an elision: its form holds, or its members
//! join those of the file.
//!
//! ```text
//! file          snippet           mode
//! { a, b }      { a, b, c }       replace: all of the file's members are shown
//! { a /* 1 */ } { a, c }          unite: the members stand as they are, and only the comment would go
//! { a, b, c }   { d }             unite: the snippet brings a member
//! { a, b, c }   { a, b }          refused: whether `c` goes can't be told
//! ```

use tree_sitter::Node;

use crate::compare::same_item;
use crate::items::Item;
use crate::languages::Kind;
use crate::merge::Merger;
use crate::splice::{location_at, new_refusal};
use crate::{Reason, Refusal};

/// The treatment of a collection or a class of the file that the snippet shows without an elision.
pub(super) enum MergeMode {
    Replace,
    Unite,
}

impl Merger<'_, '_, '_> {
    /// Decides whether the snippet's form holds (all of the file's members shown, or the word "replace") or its members
    /// join.
    pub(super) fn choose_merge_mode(
        &self,
        old: &Item<'_>,
        new: &Item<'_>,
        old_list: Node<'_>,
        new_list: Node<'_>,
    ) -> Result<MergeMode, Refusal> {
        if self.prose.restates(&old.name) {
            return Ok(MergeMode::Replace);
        }
        let named = |items: Vec<Item<'_>>| -> Vec<(String, String)> {
            let named = items.into_iter().filter(|item| {
                !matches!(item.kind, Kind::Comment | Kind::Docstring | Kind::Marker)
                    && item.node.kind() != "pass_statement"
            });
            named
                .map(|item| (without_last_commas(&item.name), item.variant))
                .collect()
        };
        let (there, shown) = (
            named(self.file.items(old_list)),
            named(self.snippet.items(new_list)),
        );
        let kept = there.iter().filter(|one| shown.contains(one)).count();
        if kept == there.len() {
            let mode = if self.loses_comments_only((old, old_list), (new, new_list)) {
                MergeMode::Unite
            } else {
                MergeMode::Replace
            };
            return Ok(mode);
        }
        let new_ones = shown.len() > kept;
        let value = matches!(old.kind, Kind::Value | Kind::Entry | Kind::Export);
        let only_adds = self.prose.adds_something() && !self.prose.replaces_something();
        if (!value || only_adds) && !new_ones && self.contains_all_items(old_list, new_list) {
            return Ok(MergeMode::Unite);
        }
        if only_adds && new_ones || !value && kept * 2 <= there.len() {
            return Ok(MergeMode::Unite);
        }
        let missing = there
            .iter()
            .find(|one| !shown.contains(one))
            .map_or("", |one| one.0.as_str());
        let mut refusal = new_refusal(
            Reason::Conflict,
            format!(
                "the block shows `{}` without `{missing}` and without an elision; whether it goes can't be told",
                old.name
            ),
        );
        let name = new.name.clone();
        refusal.candidates.push(crate::Location {
            name,
            ..location_at(self.file.text, old.start)
        });
        Err(refusal)
    }

    /// Returns whether the snippet's list shows all of the file's members as they are and in their order, and only lacks
    /// comments of theirs: it brings members at most, and takes none of the words away.
    fn loses_comments_only(
        &self,
        (old, old_list): (&Item<'_>, Node<'_>),
        (new, new_list): (&Item<'_>, Node<'_>),
    ) -> bool {
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        let heads = (
            squeezed(self.file.slice(old.bare..old_list.start_byte())),
            squeezed(self.snippet.slice(new.bare..new_list.start_byte())),
        );
        let shown = self.snippet.items(new_list);
        let (mut loses, mut from) = (false, 0);
        for member in self.file.items(old_list) {
            if matches!(member.kind, Kind::Comment | Kind::Docstring) {
                loses = true;
                continue;
            }
            let found = shown.iter().skip(from).position(|one| {
                one.name == member.name && same_item((self.file, &member), (self.snippet, one))
            });
            let Some(found) = found.map(|at| from + at) else {
                return false;
            };
            let one = &shown[found];
            let has_tail = |item: &Item<'_>| item.end > item.code_end;
            loses |=
                member.has_comments() && !one.has_comments() || has_tail(&member) && !has_tail(one);
            from = found + 1;
        }
        loses && heads.0 == heads.1
    }

    /// Returns whether all that the snippet's list shows stands in the file's.
    fn contains_all_items(&self, old_list: Node<'_>, new_list: Node<'_>) -> bool {
        let there = self.file.items(old_list);
        let shown = self.snippet.items(new_list);
        let mut code = shown
            .iter()
            .filter(|item| !matches!(item.kind, Kind::Comment | Kind::Marker));
        code.all(|item| {
            there
                .iter()
                .any(|old| same_item((self.file, old), (self.snippet, item)))
        })
    }
}

/// Returns an entry's text without the commas behind the last values in it, which are layout: `{ a: 1, }` is `{ a: 1 }`.
pub(super) fn without_last_commas(name: &str) -> String {
    let closes = |rest: &str| rest.trim_start().starts_with(['}', ']', ')']);
    let mut kept = String::with_capacity(name.len());
    for (at, sign) in name.char_indices() {
        if sign != ',' || !closes(&name[at + 1..]) {
            kept.push(sign);
        }
    }
    kept
}

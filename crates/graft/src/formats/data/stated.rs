//! Owners that the words state by their path: "in `worker.env`", "in `worker`, under `env`", "next to `PORT`".
//!
//! ```text
//! services:
//!   worker:
//!     env:          ← `worker.env`, `services.worker.env`, "under `env` of `worker`", "next to `PORT`"
//!       PORT: 1
//! ```

use super::tree::{Child, Node};
use crate::formats::Request;
use crate::formats::wording::ProsePosition;
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// An entry with the keys that lead to it, its own last.
struct Reached<'n> {
    path: Vec<&'n str>,
    child: &'n Child,
}

/// Returns the one entry that the words state as the owner of a block; a path with dots that leads to none refuses.
pub(super) fn find_stated_owner<'n>(
    request: &Request<'_>,
    root: &'n Node,
    fits: &dyn Fn(&Child) -> bool,
) -> Result<Option<&'n Child>, Refusal> {
    let mut all = Vec::new();
    collect_reachable_entries(root, &mut Vec::new(), &mut all);
    let mut meant: Vec<Vec<&Reached<'n>>> = Vec::new();
    let owners = request.wording.owners();
    let has_owner = owners.iter().any(|(_, is_whole)| !is_whole);
    for (name, _) in owners.into_iter().filter(|_| has_owner) {
        // `[tool.ruff]`, `environment:`.
        let name = name.trim_matches(['[', ']', ':', '"', '\'', ' ']);
        let parts: Vec<&str> = name
            .split('.')
            .map(|part| part.trim_matches(['"', '\'', ' ']))
            .collect();
        let leads =
            |one: &&Reached<'n>| one.path.ends_with(&parts) || one.path.last() == Some(&name);
        let found: Vec<&Reached<'n>> = all.iter().filter(leads).collect();
        let speaks_of_keys = parts
            .iter()
            .any(|part| all.iter().any(|one| one.path.last() == Some(part)));
        if found.is_empty() && parts.len() > 1 && speaks_of_keys && !request.path.ends_with(name) {
            return Err(new_refusal(
                Reason::NotFound,
                format!("`{name}`, into which the block belongs, is not there"),
            ));
        }
        meant.extend((!found.is_empty()).then_some(found));
    }
    // The words may name an owner and its part: both must lead to the entry.
    let lies_in = |inner: &Reached<'_>, outer: &Reached<'_>| inner.path.starts_with(&outer.path);
    let agrees = |one: &Reached<'_>| {
        meant
            .iter()
            .all(|others| others.iter().any(|other| lies_in(one, other)))
    };
    let mut innermost: Vec<&Reached<'n>> = meant
        .iter()
        .flatten()
        .copied()
        .filter(|one| agrees(one) && fits(one.child))
        .collect();
    innermost.dedup_by(|one, other| std::ptr::eq(*one, *other));
    if let [only] = innermost.as_slice() {
        return Ok(Some(only.child));
    }
    Ok(if meant.is_empty() {
        find_owner_by_neighbour(request, root, &all, fits)
    } else {
        None
    })
}

/// Returns the only entry that holds the key which the words name as a neighbour, where the file's top has no such key.
fn find_owner_by_neighbour<'n>(
    request: &Request<'_>,
    root: &'n Node,
    all: &[Reached<'n>],
    fits: &dyn Fn(&Child) -> bool,
) -> Option<&'n Child> {
    request.wording.spots().into_iter().rev().find_map(|spot| {
        let (ProsePosition::After(name) | ProsePosition::Before(name)) = spot else {
            return None;
        };
        let mut holding = all
            .iter()
            .filter(|one| one.child.node.get(&name).is_some() && fits(one.child));
        let only = holding.next()?;
        (holding.next().is_none() && root.get(&name).is_none()).then_some(only.child)
    })
}

/// Collects all entries of a value with the keys that lead to them, parents first, comments left
/// out.
fn collect_reachable_entries<'n>(
    node: &'n Node,
    path: &mut Vec<&'n str>,
    found: &mut Vec<Reached<'n>>,
) {
    for child in node.children().iter().filter(|child| !child.is_comment()) {
        path.push(&child.key.text);
        found.push(Reached {
            path: path.clone(),
            child,
        });
        collect_reachable_entries(&child.node, path, found);
        path.pop();
    }
}

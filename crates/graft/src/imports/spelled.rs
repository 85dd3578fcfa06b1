//! Imports that only the words beside a block spell out: which of them the block needs, and from which module of the file.
//!
//! ```text
//! "Add `Preflight` to the `blocker.types` import."     the block reads `Preflight`, and
//! import { Blocker } from '../api/blocker.types.js';   gets it as one more name
//! ```

use std::collections::BTreeSet;

use code::scopes::Scopes;

use super::{Imports, Wanted, collect_wanted_imports};
use crate::items::{Item, Source, parse_source};
use crate::languages::{Imported, Kind, script_stem};

/// Picks, of the imports that the words beside a block spell out, those of names that the block
/// reads and does not bind.
pub(crate) fn spelled_out(
    spelled: &[String],
    snippet: &Source<'_>,
    items: &[Item<'_>],
) -> Vec<Wanted> {
    let own: Vec<Wanted> = collect_wanted_imports(snippet, items);
    let scopes = Scopes::of_tree(snippet.language, snippet.root(), snippet.text);
    let defined = |name: &str| {
        scopes
            .module()
            .is_some_and(|module| module.bindings.iter().any(|binding| binding.name == name))
    };
    let uses = |name: &str| scopes.reads.iter().any(|read| read.name == name) && !defined(name);
    let mut found: Vec<Wanted> = Vec::new();
    for (at, code) in spelled.iter().enumerate() {
        let Some(source) =
            parse_source(code, snippet.language).filter(|source| !source.has_error())
        else {
            continue;
        };
        let items = source.items(source.root());
        if items.iter().any(|item| item.kind != Kind::Import) {
            continue;
        }
        // Each is a statement of its own, with nothing right above or below it.
        let rows = (usize::MAX / 2 + 2 * at, usize::MAX / 2 + 2 * at);
        let needed = collect_wanted_imports(&source, &items)
            .into_iter()
            .filter(|one| {
                let local = one.binding.local();
                uses(local) && own.iter().all(|own| own.binding.local() != local)
            });
        found.extend(needed.map(|one| Wanted { rows, ..one }));
    }
    // Two imports of one name are the old and the new one, or an alternative.
    let locals: Vec<String> = found
        .iter()
        .map(|one| one.binding.local().to_owned())
        .collect();
    found.retain(|one| {
        locals
            .iter()
            .filter(|local| *local == one.binding.local())
            .count()
            == 1
    });
    found
}

impl Imports<'_, '_, '_> {
    /// Returns an import that words spell out, from the module as the file writes it: "the `blocker.types` import" is that
    /// of `../api/blocker.types.js`, where only one ends so.
    pub(crate) fn in_the_module_meant(&self, wanted: Wanted) -> Wanted {
        let said = wanted.binding.module.clone();
        let is_meant = |module: &&str| {
            let last = module.rsplit('/').next().unwrap_or(module);
            module.contains('/') && *module != said && (last == said || script_stem(last) == said)
        };
        let all = self.statements.iter().flat_map(|one| &one.bindings);
        let modules: BTreeSet<&str> = all.map(|one| one.module.as_str()).collect();
        let mut meant = modules.iter().copied().filter(is_meant);
        let (Some(only), None, false) = (meant.next(), meant.next(), modules.contains(&*said))
        else {
            return wanted;
        };
        let only = only.to_owned();
        Wanted {
            sample: wanted.sample.replace(&said, &only),
            binding: Imported {
                module: only,
                ..wanted.binding
            },
            ..wanted
        }
    }
}

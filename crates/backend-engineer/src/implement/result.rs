//! Checks at a unit's end what its blocks made of the files together: names that one block left to another are bound, and
//! no module reads a name from one that is only half loaded. What does not hold is taken back, file by file.
//!
//! A unit shows `from .slugs import make_slug` for `posts.py` and the function for `slugs.py`:
//! 1. alone, the block for `posts.py` reads a name that nothing binds; it was placed in trust of
//!    the other block;
//! 2. the block for `slugs.py` is refused. Then `posts.py` would fail when it is imported: its text
//!    goes back to what it was before the unit, and its placements become refusals;
//! 3. whatever imports from `posts.py` what only came with this is looked at next, and so on until
//!    a look finds nothing.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use code::languages::Language;
use code::loading::{HalfLoaded, Project, half_loaded};
use code::modules::Modules;
use code::paths;
use code::scopes::{Binding, BoundBy, Purpose, Read, Resolution, ScopeId, Scopes, When, Why};
use code::standard_library::is_script_global;
use journal::Event;
use plan::PhaseId;

use super::importers::find_orphan;
use super::placement::{PlacementOutcome, reason_name};
use super::{Change, Item, Placement, StepOutcome};
use crate::identifiers::list_identifiers;
use crate::stop::Stop;
use crate::tree::{Staged, Tree};
use crate::understand::Files;
use crate::unit_work::UnitWork;

/// The staged files as they were before the unit.
type Savepoint = BTreeMap<String, Staged>;

/// Why the placements in a file can't stay.
struct ImportFault {
    reason: &'static str,
    message: String,
}

/// Takes back what the unit placed in files that can't be imported with it.
pub(super) fn take_back_faulty(
    work: &mut UnitWork<'_>,
    unit: PhaseId,
    change: &mut Change,
) -> Result<(), Stop> {
    let mut taken = BTreeSet::new();
    // What is taken back may be what another file imports: one more look until nothing is.
    while let Some((path, fault)) =
        find_faulty_file(work, &placed_by(placements_of_unit(unit, change)), &taken)
            .or_else(|| half_done(work, unit, change))
            .or_else(|| find_orphaning_file(work, unit, change, &taken))
    {
        take_back(work, unit, change, (&path, fault))?;
        taken.insert(path);
    }
    Ok(())
}

/// Returns a file in which a block was placed that reads a name which a refused block was to bring,
/// with the message.
///
/// A name counts only if a refused block shows it, the file did not have it before, and nothing in
/// the file binds it now; a name that the file read already was the project's own affair.
fn half_done(
    work: &mut UnitWork<'_>,
    unit: PhaseId,
    change: &mut Change,
) -> Option<(String, ImportFault)> {
    let phase = work.run.plan.phase(unit)?;
    let refused: Vec<usize> = placements_of_unit(unit, change)
        .filter(|placement| matches!(placement.placed, PlacementOutcome::Refused { .. }))
        .filter_map(|placement| placement.block)
        .collect();
    let shown: BTreeSet<&str> = refused
        .iter()
        .filter_map(|block| phase.blocks.get(*block))
        .flat_map(|block| list_identifiers(&block.text))
        .collect();
    if shown.is_empty() {
        return None;
    }
    let texts: Vec<&str> = refused
        .iter()
        .filter_map(|block| phase.blocks.get(*block))
        .map(|block| block.text.as_str())
        .collect();
    placed_by(placements_of_unit(unit, change))
        .into_iter()
        .find_map(|path| {
            let new = work.workspace.tree.read_text(&path).ok().flatten()?;
            let old = text_before_unit(&mut work.workspace.tree, &path, &work.state.before)
                .unwrap_or_default();
            let had: BTreeSet<&str> = list_identifiers(&old).collect();
            let scopes = Scopes::of_file(&path, &new)?;
            let is_lost = |read: &&Read| {
                let open = matches!(
                    scopes.resolve(read),
                    Resolution::Unbound { .. } | Resolution::Undecided(Why::AmbientGlobals)
                );
                read.purpose == Purpose::Value
                    && shown.contains(read.name.as_str())
                    && may_define_name(&path, &texts, &read.name)
                    && !had.contains(read.name.as_str())
                    && open
            };
            let lost = scopes.reads.iter().find(is_lost)?;
            let message = format!(
                "it reads `{}`, which a refused block of the unit was to bring",
                lost.name
            );
            Some((
                path,
                ImportFault {
                    reason: "unbound",
                    message,
                },
            ))
        })
}

/// Returns whether a name may have been for these blocks to bring. Every script has `Map`, unless a
/// block defines another one. Python's own names are resolved by its scopes, and never come here as
/// unbound.
fn may_define_name(path: &str, blocks: &[&str], name: &str) -> bool {
    let binds = |text: &&&str| {
        let scopes = Scopes::of_file(path, text);
        scopes
            .as_ref()
            .and_then(Scopes::module)
            .is_some_and(|module| module.bindings.iter().any(|one| one.name == name))
    };
    !is_script_global(name)
        || Language::of_path(path) == Some(Language::Python)
        || blocks.iter().any(|text| binds(&text))
}

/// Returns why what the unit has placed so far, in `change` and in the item at hand, can't be
/// imported: a commit in the midst of a unit must leave a tree that loads.
pub(super) fn find_import_fault(
    work: &mut UnitWork<'_>,
    unit: PhaseId,
    change: &Change,
    item: &Item,
) -> Option<String> {
    let items = change
        .items
        .iter()
        .filter(|other| other.unit == unit)
        .chain([item]);
    let step_outcomes = items.flat_map(|item| &item.outcomes);
    let placed = placed_by(step_outcomes.filter_map(|step_outcome| match step_outcome {
        StepOutcome::Place(placement) if placement.block.is_some() => Some(placement),
        _ => None,
    }));
    find_faulty_file(work, &placed, &BTreeSet::new()).map(|(_, fault)| fault.message)
}

/// Returns the first file that can't be imported with what was placed in it, those apart that were
/// taken back already.
fn find_faulty_file(
    work: &mut UnitWork<'_>,
    placed: &BTreeSet<String>,
    taken: &BTreeSet<String>,
) -> Option<(String, ImportFault)> {
    let mut left = placed.iter().filter(|path| !taken.contains(*path));
    left.find_map(|path| fault_of(work, path, taken).map(|fault| (path.clone(), fault)))
}

/// Returns a file of which the unit took what a module that stays imports, with the message.
fn find_orphaning_file(
    work: &mut UnitWork<'_>,
    unit: PhaseId,
    change: &mut Change,
    taken: &BTreeSet<String>,
) -> Option<(String, ImportFault)> {
    let mut changed = placed_by(placements_of_unit(unit, change));
    changed.extend(placed_by(removals_of_unit(work, unit, change)));
    let mut left = changed.into_iter().filter(|path| !taken.contains(path));
    left.find_map(|path| {
        let before = text_before_unit(&mut work.workspace.tree, &path, &work.state.before)?;
        let message = find_orphan(work, &path, &before)?;
        let reason = "unbound";
        Some((path, ImportFault { reason, message }))
    })
}

/// Returns the placements of a unit that removed a whole file; one that only got another path is none.
fn removals_of_unit<'c>(
    work: &UnitWork<'_>,
    unit: PhaseId,
    change: &'c mut Change,
) -> impl Iterator<Item = &'c mut Placement> {
    let staged = work.workspace.tree.staged();
    let removed: BTreeSet<String> = staged
        .iter()
        .filter(|(_, staged)| staged.bytes.is_none())
        .map(|(path, _)| path.clone())
        .collect();
    placements_in_unit(unit, change).filter(move |placement| {
        let is_gone = |path: &String| removed.contains(path);
        let is_removal = matches!(
            placement.placed,
            PlacementOutcome::Now { created: false, .. }
        );
        placement.block.is_none() && is_removal && placement.path.as_ref().is_some_and(is_gone)
    })
}

/// Takes back what the unit placed in the file at `path`, with the fault as the reason: its text
/// becomes that before the unit, and every placement in it a refusal.
fn take_back(
    work: &mut UnitWork<'_>,
    unit: PhaseId,
    change: &mut Change,
    (path, fault): (&str, ImportFault),
) -> Result<(), Stop> {
    let bytes = text_before_unit(&mut work.workspace.tree, path, &work.state.before)
        .map(String::into_bytes);
    work.workspace
        .tree
        .stage(path, bytes)
        .map_err(|error| Stop::refused(error.to_string()))?;
    let mut line = None;
    for placement in
        placements_in_unit(unit, change).filter(|placement| placement.path.as_deref() == Some(path))
    {
        if matches!(placement.placed, PlacementOutcome::Now { .. }) {
            let (reason, message) = (fault.reason, fault.message.clone());
            placement.placed = PlacementOutcome::Refused {
                reason,
                message,
                candidates: Vec::new(),
            };
            line = line.or(Some(placement.line));
        }
    }
    let (path, reason, message) = (path.to_owned(), fault.reason.to_owned(), fault.message);
    work.run.emit(Event::FileRefused {
        path,
        reason,
        message,
        line,
        candidates: Vec::new(),
    })
}

/// Returns the placements of blocks in a unit. Those of sentences and of whole files are left out:
/// they bring no names.
fn placements_of_unit(unit: PhaseId, change: &mut Change) -> impl Iterator<Item = &mut Placement> {
    placements_in_unit(unit, change).filter(|placement| placement.block.is_some())
}

/// Returns all placements in a unit.
fn placements_in_unit(unit: PhaseId, change: &mut Change) -> impl Iterator<Item = &mut Placement> {
    let items = change
        .items
        .iter_mut()
        .filter(move |item| item.unit == unit);
    items
        .flat_map(|item| &mut item.outcomes)
        .filter_map(|step_outcome| match step_outcome {
            StepOutcome::Place(placement) => Some(placement),
            _ => None,
        })
}

/// Returns the code files in which something was placed by this run. Other files import nothing.
fn placed_by<P: Borrow<Placement>>(placements: impl Iterator<Item = P>) -> BTreeSet<String> {
    let now = placements
        .filter(|placement| matches!(placement.borrow().placed, PlacementOutcome::Now { .. }));
    let paths = now.filter_map(|placement| placement.borrow().path.clone());
    paths
        .filter(|path| Language::of_path(path).is_some())
        .collect()
}

/// Returns why a file can't be imported as it stands now, where it could before the unit.
///
/// Asked in this order, for a later question takes the earlier ones as answered: names that its own
/// text leaves unbound; imports of a name from a file that was taken back; a cycle of imports that
/// the unit closed.
fn fault_of(work: &mut UnitWork<'_>, path: &str, taken: &BTreeSet<String>) -> Option<ImportFault> {
    let (tree, before) = (&mut work.workspace.tree, &work.state.before);
    let new = tree.read_text(path).ok().flatten()?;
    let old = text_before_unit(tree, path, before);
    // A name that was left to another block of the unit is bound by now, or by none.
    if let Some(refusal) = graft::breaks_names(path, old.as_deref(), &new) {
        return Some(ImportFault {
            reason: reason_name(refusal.reason),
            message: refusal.message,
        });
    }
    if let Some(message) = imported_and_defined(path, old.as_deref().unwrap_or_default(), &new) {
        return Some(ImportFault {
            reason: "conflict",
            message,
        });
    }
    let (had, has) = (
        load_time_imports(path, old.as_deref().unwrap_or_default()),
        load_time_imports(path, &new),
    );
    // Nothing imports a test, and without a new import there is no new cycle.
    if paths::is_test(path) || has.is_subset(&had) {
        return None;
    }
    let staged = Modules::new(tree.staged().keys().map(String::as_str), std::iter::empty());
    let mut project = Staging {
        tree,
        paths: &work.run.files,
        staged,
        before: None,
    };
    if let Some(message) = has
        .difference(&had)
        .find_map(|import| missing_import_reason(&mut project, path, import, taken))
    {
        return Some(ImportFault {
            reason: "unbound",
            message,
        });
    }
    // The same look at the project before the unit tells whether the cycle is older.
    let found = half_loaded(&mut project, path)?;
    project.before = Some(before);
    let is_old = old.is_some() && half_loaded(&mut project, path).is_some();
    (!is_old).then(|| ImportFault {
        reason: "unbound",
        message: describe_import_cycle(&mut project, &found),
    })
}

/// Returns a name that a module now imports and defines as well, in words: the definition belongs to the module that it is
/// imported from. Both may stand while a unit is at work, for a later block may take one away.
fn imported_and_defined(path: &str, old: &str, new: &str) -> Option<String> {
    let twice = |text: &str| -> Vec<(String, usize, usize)> {
        let scopes = Scopes::of_file(path, text).unwrap_or_default();
        let is_import = |binding: &Binding| matches!(binding.by, BoundBy::Import { .. });
        let line = |at: usize| text.get(..at).map_or(0, |head| head.matches('\n').count()) + 1;
        let again = scopes.redefinitions(ScopeId::MODULE).into_iter();
        let mixed = again.filter(|one| is_import(one.first) != is_import(one.second));
        mixed
            .map(|one| {
                let (first, second) = (line(one.first.span.start), line(one.second.span.start));
                (one.second.name.clone(), first, second)
            })
            .collect()
    };
    let had = twice(old);
    let found = twice(new).into_iter();
    let mut fresh = found.filter(|(name, _, _)| !had.iter().any(|(one, _, _)| one == name));
    fresh.next().map(|(name, first, second)| {
        format!("`{name}` would be imported and defined as well, at lines {first} and {second}")
    })
}

/// Returns what is wrong with an import of a name that was taken back with the rest of its file;
/// `None` where the module is another one, or its file still has that name, or may have it (`from x
/// import *`).
fn missing_import_reason(
    project: &mut Staging<'_>,
    path: &str,
    (module, name): &(String, Option<String>),
    taken: &BTreeSet<String>,
) -> Option<String> {
    let from = project
        .resolve(path, module)
        .filter(|from| taken.contains(from))?;
    let name = name.as_ref()?;
    let scopes =
        Scopes::of_file(&from, &project.text(&from).unwrap_or_default()).unwrap_or_default();
    let bound = scopes
        .module()
        .is_some_and(|own| own.open.is_some() || own.bindings.iter().any(|one| one.name == *name));
    (!bound).then(|| {
        format!(
            "{path} imports `{name}` from {from}, which was left as it was and has no such name"
        )
    })
}

/// Writes where a cycle of imports breaks: the reader, the name, and the line of the read.
fn describe_import_cycle(project: &mut Staging<'_>, found: &HalfLoaded) -> String {
    project.before = None;
    let text = project.text(&found.reader).unwrap_or_default();
    let line = text
        .get(..found.at)
        .map_or(0, |head| head.matches('\n').count() + 1);
    let HalfLoaded {
        reader,
        name,
        module,
        ..
    } = found;
    format!(
        "a cycle of imports: {reader} would read `{name}` at line {line} from {module}, which imports it and is only half loaded then"
    )
}

/// Returns what a file imports while it is loaded, as module and name. Imports within functions run
/// later, and those for types not at all: neither closes a cycle.
fn load_time_imports(path: &str, text: &str) -> BTreeSet<(String, Option<String>)> {
    let scopes = Scopes::of_file(path, text).unwrap_or_default();
    let bindings = scopes
        .module()
        .map(|module| module.bindings.as_slice())
        .unwrap_or_default();
    let bound = bindings
        .iter()
        .filter(|binding| binding.when == When::ImportTime && !binding.is_type_only);
    let imported = bound.filter_map(|binding| match &binding.by {
        BoundBy::Import { module, name } => Some((module.clone(), name.clone())),
        _ => None,
    });
    imported.collect()
}

/// Returns the text of a file before the unit: as an earlier unit staged it, else as it is on disk.
fn text_before_unit(tree: &mut Tree, path: &str, before: &Savepoint) -> Option<String> {
    let bytes = match before.get(path) {
        Some(staged) => staged.bytes.clone(),
        None => tree
            .state_on_disk(path)
            .ok()
            .and_then(|found| found.as_ref().map(|found| found.bytes.clone())),
    };
    bytes.and_then(|bytes| String::from_utf8(bytes).ok())
}

/// The project as it is staged, or as it was before the unit.
struct Staging<'a> {
    tree: &'a mut Tree,
    paths: &'a Files,
    /// The staged files, among them those that are not on disk.
    staged: Modules,
    before: Option<&'a Savepoint>,
}

impl Project for Staging<'_> {
    fn text(&mut self, path: &str) -> Option<String> {
        match self.before {
            Some(before) => text_before_unit(self.tree, path, before),
            None => self.tree.read_text(path).ok().flatten(),
        }
    }

    fn resolve(&mut self, from: &str, module: &str) -> Option<String> {
        let staged = || {
            self.staged
                .resolve(from, module)
                .and_then(|id| self.staged.path(id))
                .map(str::to_owned)
        };
        // The survey's paths first: they know aliases and packages. New files are only among the
        // staged.
        self.paths.imported(from, module).or_else(staged)
    }
}

#[cfg(test)]
mod tests {
    use super::may_define_name;

    #[test]
    fn what_every_script_has_is_for_no_block_to_bring() {
        for (path, block, name, brought) in [
            ("a.ts", "const rows = new Map(window.rows);", "Map", false),
            ("a.ts", "export class Map {}", "Map", true),
            ("a.ts", "const rows = load();", "rows", true),
            ("a.py", "Map = load()", "Map", true),
        ] {
            assert_eq!(
                may_define_name(path, &[block], name),
                brought,
                "{name} of {block}"
            );
        }
    }
}

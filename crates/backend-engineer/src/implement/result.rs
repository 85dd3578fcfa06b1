//! Checks at a unit's end what its blocks made of the files together: names that one block left to another are bound, and
//! no module reads a name from one that is only half loaded. What does not hold is taken back, file by file.

use std::collections::{BTreeMap, BTreeSet};

use code::languages::Language;
use code::loading::{HalfLoaded, Project, half_loaded};
use code::modules::Modules;
use code::paths;
use code::scopes::{BoundBy, Scopes, When};
use journal::Event;
use plan::PhaseId;

use super::literal::{Placed, reason_name};
use super::{Change, Deed};
use crate::stop::Stop;
use crate::tree::{Staged, Tree};
use crate::understand::Files;
use crate::unit_work::UnitWork;

/// The staged files as they were before the unit.
type Savepoint = BTreeMap<String, Staged>;

/// Why the placements in a file can't stay.
struct Fault {
    reason: &'static str,
    message: String,
}

/// Takes back what the unit placed in files that can't be imported with it.
pub(super) fn take_back_faulty(
    work: &mut UnitWork<'_>,
    unit: PhaseId,
    before: &Savepoint,
    change: &mut Change,
) -> Result<(), Stop> {
    for (path, is_partial) in placed_by(unit, change) {
        let Some(fault) = fault_of(work, &path, is_partial, before) else { continue };
        let bytes = text_of(&mut work.workspace.tree, &path, before).map(String::into_bytes);
        work.workspace.tree.stage(&path, bytes).map_err(|error| Stop::refused(error.to_string()))?;
        let mut line = None;
        for placement in placements(unit, change).filter(|placement| placement.path.as_deref() == Some(path.as_str())) {
            if matches!(placement.placed, Placed::Now { .. }) {
                let (reason, message) = (fault.reason, fault.message.clone());
                placement.placed = Placed::Refused { reason, message, candidates: Vec::new() };
                line = line.or(Some(placement.line));
            }
        }
        let (reason, message) = (fault.reason.to_owned(), fault.message);
        work.run.emit(Event::FileRefused { path, reason, message, line, candidates: Vec::new() })?;
    }
    Ok(())
}

fn placements(unit: PhaseId, change: &mut Change) -> impl Iterator<Item = &mut super::Placement> {
    let items = change.items.iter_mut().filter(move |item| item.unit == unit);
    items.flat_map(|item| &mut item.deeds).filter_map(|deed| match deed {
        Deed::Place(placement) if placement.block.is_some() => Some(placement),
        _ => None,
    })
}

/// Returns the code files in which the unit placed something, each with whether some block of it was not placed.
fn placed_by(unit: PhaseId, change: &mut Change) -> Vec<(String, bool)> {
    let mut found: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for placement in placements(unit, change) {
        let Some(path) = placement.path.as_ref().filter(|path| Language::of_path(path).is_some()) else { continue };
        let (is_placed, is_partial) = found.entry(path.clone()).or_default();
        match placement.placed {
            Placed::Now { .. } => *is_placed = true,
            Placed::Before => {}
            Placed::Refused { .. } | Placed::HeldBack => *is_partial = true,
        }
    }
    let placed = found.into_iter().filter(|(_, (is_placed, _))| *is_placed);
    placed.map(|(path, (_, is_partial))| (path, is_partial)).collect()
}

fn fault_of(work: &mut UnitWork<'_>, path: &str, is_partial: bool, before: &Savepoint) -> Option<Fault> {
    let tree = &mut work.workspace.tree;
    let new = tree.read_text(path).ok().flatten()?;
    let old = text_of(tree, path, before);
    // Where all blocks were placed, each was checked when it was.
    if let Some(refusal) = is_partial.then(|| graft::breaks_names(path, old.as_deref(), &new)).flatten() {
        return Some(Fault { reason: reason_name(refusal.reason), message: refusal.message });
    }
    if paths::is_test(path) || imports(path, &new).is_subset(&imports(path, old.as_deref().unwrap_or_default())) {
        return None;
    }
    let staged = Modules::new(tree.staged().keys().map(String::as_str), std::iter::empty());
    let mut project = Staging { tree, paths: &work.run.files, staged, before: None };
    let found = half_loaded(&mut project, path)?;
    project.before = Some(before);
    let is_old = old.is_some() && half_loaded(&mut project, path).is_some();
    (!is_old).then(|| Fault { reason: "unbound", message: sentence(&mut project, &found) })
}

fn sentence(project: &mut Staging<'_>, found: &HalfLoaded) -> String {
    project.before = None;
    let text = project.text(&found.reader).unwrap_or_default();
    let line = text.get(..found.at).map_or(0, |head| head.matches('\n').count() + 1);
    let HalfLoaded { reader, name, module, .. } = found;
    format!(
        "a cycle of imports: {reader} would read `{name}` at line {line} from {module}, which imports it and is only half loaded then"
    )
}

/// Returns what a file imports while it is loaded.
fn imports(path: &str, text: &str) -> BTreeSet<(String, Option<String>)> {
    let scopes = Scopes::of_file(path, text).unwrap_or_default();
    let bindings = scopes.module().map(|module| module.bindings.as_slice()).unwrap_or_default();
    let bound = bindings.iter().filter(|binding| binding.when == When::ImportTime && !binding.is_type_only);
    let imported = bound.filter_map(|binding| match &binding.by {
        BoundBy::Import { module, name } => Some((module.clone(), name.clone())),
        _ => None,
    });
    imported.collect()
}

/// Returns the text of a file before the unit.
fn text_of(tree: &mut Tree, path: &str, before: &Savepoint) -> Option<String> {
    let bytes = match before.get(path) {
        Some(staged) => staged.bytes.clone(),
        None => tree.look(path).ok().and_then(|found| found.as_ref().map(|found| found.bytes.clone())),
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
            Some(before) => text_of(self.tree, path, before),
            None => self.tree.read_text(path).ok().flatten(),
        }
    }

    fn resolve(&mut self, from: &str, module: &str) -> Option<String> {
        let staged = || self.staged.resolve(from, module).and_then(|id| self.staged.path(id)).map(str::to_owned);
        self.paths.imported(from, module).or_else(staged)
    }
}

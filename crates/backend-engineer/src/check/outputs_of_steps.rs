//! Which files that a step of the plan wrote, and that its unit does not list, are part of the work: what the step exists
//! to make (migrations, manifests and lock files of an install, generated code), and what the unit's words name in full.

use code::paths::{is_by_product, is_generated, is_manifest, is_migration, locked_manifest};
use sandbox::{Effect, EffectKind};
use shell::Kind;

use super::Request;
use crate::run::Workspace;
use crate::understand::{Permit, is_worded};
use crate::unit_work::UnitWork;

/// Lets in what a step that succeeded wrote as its output; `before` are the effects that were there already.
pub(super) fn admit(work: &mut UnitWork<'_>, request: &Request, before: &[Effect], effects: &[Effect]) {
    let kinds = super::read(work, &request.script, &request.folder).kinds();
    for effect in effects.iter().filter(|effect| !before.contains(effect)) {
        if work.promotable().includes(&effect.path) || Workspace::is_too_large(effect) {
            continue;
        }
        if let Some(permit) = permit(work, &kinds, effect) {
            work.state.admitted.insert(effect.path.clone(), permit.to_string());
        }
    }
}

fn permit(work: &UnitWork<'_>, kinds: &[Kind], effect: &Effect) -> Option<Permit> {
    let path = effect.path.as_str();
    let forbidden = work.assignment.scope.forbids(path, work.run.plan_inside()).is_some() || is_by_product(path);
    if forbidden || matches!(effect.kind, EffectKind::Link | EffectKind::Deleted) {
        return None;
    }
    let is_new = effect.kind == EffectKind::Created;
    let generates = kinds.contains(&Kind::Generate);
    let units = work.assignment.units.iter().filter_map(|unit| work.run.plan.phase(*unit));
    // What git ignores belongs to the work only where it is named.
    if is_new && is_worded(&work.run.plan, units, path) {
        return Some(Permit::Worded);
    }
    if work.workspace.by_product(path) {
        return None;
    }
    if is_migration(path) && (is_new || generates) {
        return Some(Permit::Migration);
    }
    if kinds.contains(&Kind::Install) && (is_manifest(path) || locked_manifest(path).is_some()) {
        return Some(Permit::Installed);
    }
    (generates && is_generated(path)).then_some(Permit::Generated)
}

//! Which files that a step of the plan wrote, and that its unit does not list, are part of the work: what the step exists
//! to make (migrations, manifests and lock files of an install, generated code), and what the unit's words name in full.

use code::paths::{
    is_cache, is_dependency, is_generated, is_manifest, is_migration, is_snapshot, locked_manifest,
};
use sandbox::{Effect, EffectKind};
use shell::Kind;

use super::Request;
use crate::run::Workspace;
use crate::understand::{WriteReason, is_checked_output, is_worded, names_path};
use crate::unit_work::UnitWork;

/// Lets in what a step that succeeded wrote as its output; `before` are the effects that were there already.
pub(super) fn accept_step_outputs(
    work: &mut UnitWork<'_>,
    request: &Request,
    before: &[Effect],
    effects: &[Effect],
) {
    let kinds = super::read_command(work, &request.script, &request.folder).kinds();
    let of_step: Vec<&Effect> = effects
        .iter()
        .filter(|effect| !before.contains(effect))
        .collect();
    for effect in &of_step {
        if work.promotable().includes(&effect.path) || Workspace::is_too_large(effect) {
            continue;
        }
        let permit = write_reason_of_effect(work, (request, &kinds), (effect, &of_step));
        if let Some(permit) = permit {
            work.state
                .admitted
                .insert(effect.path.clone(), permit.to_string());
        }
    }
}

/// Returns whether a file lies with a migration that the same step made, as the journal and the snapshots of Drizzle and
/// the file that names Django's last one do. Without them the new migration would never run.
fn lies_with_new_migration(path: &str, of_step: &[&Effect]) -> bool {
    of_step.iter().any(|new| {
        let folder = new.path.rsplit_once('/').map(|(folder, _)| folder);
        let inside = folder.and_then(|folder| path.strip_prefix(folder));
        new.kind == EffectKind::Created
            && is_migration(&new.path)
            && inside.is_some_and(|rest| rest.starts_with('/'))
    })
}

fn write_reason_of_effect(
    work: &UnitWork<'_>,
    (request, kinds): (&Request, &[Kind]),
    (effect, of_step): (&Effect, &[&Effect]),
) -> Option<WriteReason> {
    let path = effect.path.as_str();
    let forbidden = work
        .assignment
        .scope
        .forbids(path, work.run.plan_inside())
        .is_some();
    if forbidden
        || is_cache(path)
        || is_dependency(path)
        || matches!(
            effect.kind,
            EffectKind::Link | EffectKind::Special | EffectKind::Deleted
        )
    {
        return None;
    }
    let is_new = effect.kind == EffectKind::Created;
    let generates = kinds.contains(&Kind::Generate);
    let units = work
        .assignment
        .units
        .iter()
        .filter_map(|unit| work.run.plan.phase(*unit));
    // What git ignores and what a build makes belong to the work only where they are named.
    if is_new && is_worded(&work.run.plan, units.clone(), path) {
        return Some(WriteReason::Worded);
    }
    if is_checked_output(&work.run.plan, units, (path, &request.script)) {
        return Some(WriteReason::Worded);
    }
    if work.workspace.by_product(path) {
        return None;
    }
    if is_snapshot(path) {
        return Some(WriteReason::Snapshot);
    }
    if is_migration(path) && (is_new || generates || lies_with_new_migration(path, of_step)) {
        return Some(WriteReason::Migration);
    }
    if kinds.contains(&Kind::Install) && (is_manifest(path) || locked_manifest(path).is_some()) {
        return Some(WriteReason::Installed);
    }
    (generates && is_generated(path)).then_some(WriteReason::Generated)
}

/// Keeps in mind which caches and packages a command made: they stay on the overlay for the commands after it, and the user
/// does not get them.
pub(super) fn record_caches(
    work: &mut UnitWork<'_>,
    script: &str,
    before: &[Effect],
    effects: &[Effect],
) {
    for effect in effects
        .iter()
        .filter(|effect| effect.kind == EffectKind::Created && !before.contains(effect))
    {
        let path = effect.path.as_str();
        let kept = work.workspace.tree.staged().contains_key(path) || path.starts_with(".git/");
        if !kept && work.workspace.by_product(path) {
            work.workspace
                .unkept
                .entry(path.to_owned())
                .or_insert_with(|| script.to_owned());
        }
    }
}

/// Returns a cache or a package that a check asks about, that another command of this run made, and that the user does not
/// get: what it says of that is not so for the user. A package that a check merely runs is a tool.
pub(super) fn asks_for_unkept(
    work: &UnitWork<'_>,
    request: &Request,
    reading: &shell::Reading,
) -> Option<String> {
    let made: Vec<&String> = work
        .workspace
        .unkept
        .iter()
        .filter(|(_, by)| **by != request.script)
        .map(|(path, _)| path)
        .collect();
    if made.is_empty() {
        return None;
    }
    reading.calls().into_iter().find_map(|call| {
        let looks = call.kind() == Kind::Inspect;
        let folder = call.folder.as_deref().unwrap_or(&request.folder);
        let from = |path: &str| {
            path.strip_prefix(folder)
                .map_or(path, |rest| rest.trim_start_matches('/'))
                .to_owned()
        };
        let named = |path: &&&String| {
            let here = from(path);
            let around = |word: &String| {
                let word = word.trim_start_matches("./").trim_end_matches('/');
                let is_around = !word.is_empty()
                    && here
                        .strip_prefix(word)
                        .is_some_and(|rest| rest.starts_with('/'));
                is_around && !work.workspace.tree.root().join(folder).join(word).exists()
            };
            call.arguments
                .iter()
                .any(|word| names_path(word, &here) || around(word))
        };
        made.iter()
            .filter(|path| looks || !is_dependency(path))
            .find(named)
            .map(|path| (*path).clone())
    })
}

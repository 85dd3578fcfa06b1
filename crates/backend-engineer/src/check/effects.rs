//! Handles what a command changed on the overlay: stages, reports or discards it, or finds the check inconclusive.

use journal::Event;
use sandbox::{Effect, EffectKind};

use super::{CheckRun, WritePolicy, first_line};
use crate::run::{PathRole, Promotable};
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// Returns what a command changed and the user does not get, by-products aside; what is promoted is staged.
pub(super) async fn effects_of(
    work: &mut UnitWork<'_>,
    before: &[Effect],
    writes: WritePolicy,
) -> Result<Vec<Effect>, Stop> {
    let promotable = Promotable::new(work.run, &work.assignment.scope, &work.state.admitted);
    if writes == WritePolicy::Promoted {
        let effects = work.workspace.take_over(promotable).await?.into_iter();
        let foreign = effects
            .filter(|(_, belonging)| *belonging == PathRole::Foreign)
            .map(|(effect, _)| effect);
        return Ok(foreign.filter(|effect| !before.contains(effect)).collect());
    }
    let mut own = Vec::new();
    for effect in work.workspace.effects().await? {
        // A staged file is there as ours; only its content tells whether the command changed it as well.
        let ours = before.contains(&effect);
        let staged = work.workspace.tree.staged().contains_key(&effect.path);
        if ours && !staged || work.workspace.by_product(&effect.path) {
            continue;
        }
        let now = work.workspace.on_overlay(&effect.path).await;
        let known = work.workspace.tree.read(&effect.path);
        if !(staged && matches!((now, known), (Ok(now), Ok(known)) if now == known)) {
            own.push(effect);
        }
    }
    Ok(own)
}

/// Takes back all that a step changed which failed.
pub(super) async fn leave_nothing(
    work: &mut UnitWork<'_>,
    before: &[Effect],
) -> Result<Vec<Effect>, Stop> {
    let effects = work.workspace.effects().await?;
    let own: Vec<Effect> = effects
        .into_iter()
        .filter(|effect| !before.contains(effect))
        .collect();
    for effect in own
        .iter()
        .filter(|effect| !crate::fingerprint::is_by_product(&effect.path))
    {
        work.workspace.restore_path(effect).await?;
    }
    Ok(Vec::new())
}

/// Takes away what a step wrote and the user does not get, so that nothing after it is proven by that; returns the paths.
/// Data that is no text (a database) stays for the steps after it, and is gone before the checks.
pub(super) async fn drop_foreign(
    work: &mut UnitWork<'_>,
    own: &[Effect],
) -> Result<Vec<String>, Stop> {
    let mut dropped = Vec::new();
    for effect in own {
        if effect.kind == EffectKind::Created && is_data(work, effect).await {
            continue;
        }
        work.workspace.restore_path(effect).await?;
        dropped.push(effect.path.clone());
    }
    Ok(dropped)
}

/// Returns whether the file is no text, as commands see it.
async fn is_data(work: &UnitWork<'_>, effect: &Effect) -> bool {
    let now = work.workspace.on_overlay(&effect.path).await;
    matches!(now, Ok(Some(bytes)) if bytes.contains(&0) || std::str::from_utf8(&bytes).is_err())
}

/// Returns a path whose change leaves the check inconclusive: source or tests that it saw otherwise than the user has them.
/// Data (a database that is no text) and new files beside the unit's own do not.
pub(super) async fn find_spoiling_change(work: &UnitWork<'_>, own: &[Effect]) -> Option<String> {
    for effect in own {
        let is_new = matches!(effect.kind, EffectKind::Created | EffectKind::Special);
        let new_beside = is_new && !work.promotable().includes(&effect.path);
        if !new_beside && !is_data(work, effect).await {
            return Some(effect.path.clone());
        }
    }
    None
}

/// Restores on the overlay what a check changed or made anew: the next one sees what the user has.
pub(super) async fn restore_overlay(work: &mut UnitWork<'_>, own: &[Effect]) -> Result<(), Stop> {
    for effect in own {
        work.workspace.restore_path(effect).await?;
    }
    Ok(())
}

/// Says what a command changed and what is not taken over, each path once a run.
pub(super) fn emit_discarded(
    work: &mut UnitWork<'_>,
    ran: &CheckRun,
    own: &[Effect],
) -> Result<(), Stop> {
    for effect in own {
        if work
            .state
            .discarded
            .insert((effect.path.clone(), effect.kind))
        {
            let included = work.promotable().includes(&effect.path);
            let why = format!(
                "`{}` {}",
                first_line(&ran.script),
                why_dropped(effect, included)
            );
            work.note(format!("`{}` was not taken over: {why}", effect.path))?;
            work.emit(Event::EffectDropped {
                path: effect.path.clone(),
                why,
            })?;
        }
    }
    Ok(())
}

fn why_dropped(effect: &Effect, included: bool) -> &'static str {
    match effect.kind {
        _ if included => "changed it, and what a check writes is not kept",
        EffectKind::Deleted => "removed it, and the plan does not say so",
        EffectKind::Link => "put a link in its place",
        EffectKind::Special => "made a pipe, a socket or a device there",
        _ => "changed it, and the phase does not name it, or not as this",
    }
}

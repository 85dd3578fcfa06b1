//! Landlock: what may be read, run and written, by path. A second line behind mounts; the first
//! where there are none.

use std::io;

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope,
};

use crate::protocol::Confinement;

/// The newest set of rights that we ask for; a kernel that knows fewer is asked for those.
const NEWEST: ABI = ABI::V6;

/// Restricts the calling thread and all that it starts.
pub(super) fn restrict_paths(confinement: &Confinement) -> io::Result<()> {
    if confinement.readable.is_empty() {
        return Ok(());
    }
    let level = if confinement.landlock_required {
        CompatLevel::SoftRequirement
    } else {
        CompatLevel::BestEffort
    };
    let scopes = [
        (confinement.own_signals, Scope::Signal),
        (confinement.own_sockets, Scope::AbstractUnixSocket),
    ];
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))
        .map_err(io::Error::other)?;
    for (_, scope) in scopes.into_iter().filter(|(wanted, _)| *wanted) {
        ruleset = ruleset.scope(scope).map_err(io::Error::other)?;
    }
    let mut ruleset = ruleset.create().map_err(io::Error::other)?;
    let all = AccessFs::from_all(NEWEST);
    let sides = [
        (&confinement.readable, AccessFs::from_read(NEWEST)),
        (&confinement.writable, all),
    ];
    for (paths, access) in sides {
        for path in paths {
            // What went away since it was decided on needs no rule.
            let Ok(place) = PathFd::new(path) else {
                continue;
            };
            let file = !path.is_dir();
            let access = if file {
                access & AccessFs::from_file(NEWEST)
            } else {
                access
            };
            ruleset = ruleset
                .add_rule(PathBeneath::new(place, access))
                .map_err(io::Error::other)?;
        }
    }
    let status = ruleset.restrict_self().map_err(io::Error::other)?;
    if level == CompatLevel::SoftRequirement && status.ruleset == RulesetStatus::NotEnforced {
        return Err(io::Error::other("the kernel has no Landlock"));
    }
    Ok(())
}

/// Returns whether the kernel has Landlock at all, and whether it can also keep signals and
/// abstract sockets apart.
pub(crate) fn landlock_level() -> (bool, bool) {
    let asks = |scoped: bool| {
        let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
        let ruleset = if scoped {
            ruleset.scope(Scope::Signal | Scope::AbstractUnixSocket)
        } else {
            ruleset.handle_access(AccessFs::from_all(ABI::V1))
        };
        ruleset.and_then(Ruleset::create).is_ok()
    };
    (asks(false), asks(true))
}

//! Denies a command's process tree for good what it must not do, applied by the process that starts
//! it to itself: Landlock, then a filter of system calls. Both hold for everything that it starts.

mod calls;

mod rules;

use std::io;

use crate::protocol::Confinement;

/// Applies both to the calling thread, which must be the only one.
pub(crate) fn apply_lockdown(confinement: &Confinement) -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    rules::restrict_paths(confinement)?;
    calls::install_filter(confinement.calls)
}

pub(crate) use rules::landlock_level;

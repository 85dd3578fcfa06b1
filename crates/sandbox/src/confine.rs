//! What a command's process tree is denied for good, applied by the process that starts it to itself: Landlock, then
//! a filter of system calls. Both hold for everything that it starts.

mod calls;

mod rules;

use std::io;

use crate::wire::Confinement;

/// Applies both to the calling thread, which must be the only one.
pub(crate) fn confine(confinement: &Confinement) -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    rules::restrict(confinement)?;
    calls::refuse(confinement.calls)
}

pub(crate) use rules::landlock_level;

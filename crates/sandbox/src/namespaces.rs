//! Namespaces of our own: leaving the host's, keeping our user, raising the loopback. The one place
//! with unsafe code, because neither leaving a namespace nor marking descriptors can be proven safe
//! to the compiler.

use std::io;

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType};
use rustix::process::{Resource, Rlimit, Signal};
use rustix::thread::{CapabilitySet, CapabilitySets, UnshareFlags};

use crate::policy::Network;

/// Leaves the host's namespaces. The PID namespace takes in only processes that are started from
/// now on.
#[expect(
    unsafe_code,
    reason = "unsharing is unsafe only for the table of files, which stays as it is"
)]
pub(crate) fn leave_host_namespaces(network: Network) -> io::Result<()> {
    let mut flags = UnshareFlags::NEWUSER
        | UnshareFlags::NEWNS
        | UnshareFlags::NEWPID
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS;
    if network == Network::Closed {
        flags |= UnshareFlags::NEWNET;
    }
    // SAFETY: `UnshareFlags::FILES`, the only flag that can break the ownership of file descriptors, is not given.
    unsafe { rustix::thread::unshare_unsafe(flags) }.map_err(io::Error::from)
}

/// Keeps what our parent left open from the programs that we start: a descriptor that was not meant
/// for us is a way around every backend.
#[expect(
    unsafe_code,
    reason = "the call only marks descriptors, and closes none that this process goes on to use"
)]
pub(crate) fn keep_descriptors() {
    const FIRST: libc::c_uint = 3;
    // SAFETY: the arguments are plain numbers, and with this flag no descriptor is closed before the next `exec`. A
    // kernel that does not know the flag marks nothing.
    let _ = unsafe {
        libc::syscall(
            libc::SYS_close_range,
            FIRST,
            libc::c_uint::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
}

/// Maps our own user and group to themselves, which a process may do for its own namespace.
pub(crate) fn map_ourselves(user: u32, group: u32) -> io::Result<()> {
    std::fs::write("/proc/self/setgroups", "deny")?;
    std::fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    std::fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

/// Maps all users and groups of our own namespace to themselves in the namespace of process `pid`,
/// which only root may.
pub(crate) fn map_everyone(pid: u32) -> io::Result<()> {
    for name in ["uid_map", "gid_map"] {
        let own = std::fs::read_to_string(format!("/proc/self/{name}"))?;
        let lines: Vec<String> = own
            .lines()
            .filter_map(|line| {
                let mut fields = line.split_whitespace();
                let (inside, count) = (fields.next()?, fields.nth(1)?);
                Some(format!("{inside} {inside} {count}\n"))
            })
            .collect();
        std::fs::write(format!("/proc/{pid}/{name}"), lines.concat())?;
    }
    Ok(())
}

/// Lets the next program that we start keep our capabilities, which it would lose as any user but
/// root.
pub(crate) fn keep_capabilities() -> io::Result<()> {
    let held = rustix::thread::capabilities(None)?;
    let kept = CapabilitySets {
        inheritable: held.permitted,
        ..held
    };
    rustix::thread::set_capabilities(None, kept)?;
    for capability in held.permitted.iter() {
        rustix::thread::configure_capability_in_ambient_set(capability, true)?;
    }
    Ok(())
}

/// The rights of root over files and processes of the run, as far as its mounts are writable. Users
/// other than root have none of these in a command: they lose them when it is started.
const FOR_COMMANDS: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETUID)
    .union(CapabilitySet::NET_BIND_SERVICE);

/// Gives up, for us and for all that we start, every capability that is not about the run's own
/// files and processes.
pub(crate) fn drop_capabilities() -> io::Result<()> {
    let held = rustix::thread::capabilities(None)?;
    rustix::thread::clear_ambient_capability_set()?;
    // Without this right nothing of the bounds can be given up, and nothing beyond what we hold was granted to us.
    if held.effective.contains(CapabilitySet::SETPCAP) {
        for capability in CapabilitySet::all().difference(FOR_COMMANDS).iter() {
            if rustix::thread::capability_is_in_bounding_set(capability).unwrap_or(false) {
                rustix::thread::remove_capability_from_bounding_set(capability)?;
            }
        }
    }
    let kept = held.permitted.intersection(FOR_COMMANDS);
    let sets = CapabilitySets {
        effective: kept,
        permitted: kept,
        inheritable: CapabilitySet::empty(),
    };
    Ok(rustix::thread::set_capabilities(None, sets)?)
}

/// The most processes and threads of one run. A fork bomb meets it before the machine is full; no
/// test suite does.
const PROCESSES: u64 = 8192;

/// Bounds the processes of our PID namespace, where the kernel counts them by namespace.
pub(crate) fn bound_namespace() {
    if kernel_is_at_least(6, 14) {
        // Where the namespace does not let us, the bound for the user stays.
        let _ = std::fs::write("/proc/sys/kernel/pid_max", PROCESSES.to_string());
    }
}

/// Bounds our user's processes, where the kernel counts them by user namespace; elsewhere the
/// user's other processes would count too. Root is never bound by this.
pub(crate) fn bound_user() -> io::Result<()> {
    if !kernel_is_at_least(5, 14) {
        return Ok(());
    }
    let own = rustix::process::getrlimit(Resource::Nproc);
    let bound = Some(own.maximum.unwrap_or(PROCESSES).min(PROCESSES));
    Ok(rustix::process::setrlimit(
        Resource::Nproc,
        Rlimit {
            current: bound,
            maximum: bound,
        },
    )?)
}

fn kernel_is_at_least(major: u32, minor: u32) -> bool {
    let name = rustix::system::uname();
    let release = name.release().to_string_lossy().into_owned();
    let mut parts = release
        .split(|character: char| !character.is_ascii_digit())
        .map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (major, minor)
}

/// Ends us when the process that started us ends.
pub(crate) fn die_with_parent() -> io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(
        Signal::KILL,
    ))?)
}

/// Brings up the loopback of a fresh network namespace: one netlink message, "link 1 is up".
pub(crate) fn enable_loopback() -> io::Result<()> {
    const NEW_LINK: u16 = 16;
    const REQUEST_AND_ACKNOWLEDGE: u16 = 0x1 | 0x4;
    const UP: u32 = 1;
    let socket = rustix::net::socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
    let mut message = Vec::new();
    message.extend(32_u32.to_ne_bytes());
    message.extend(NEW_LINK.to_ne_bytes());
    message.extend(REQUEST_AND_ACKNOWLEDGE.to_ne_bytes());
    message.extend(1_u32.to_ne_bytes());
    message.extend(0_u32.to_ne_bytes());
    message.extend([0; 4]);
    message.extend(1_i32.to_ne_bytes());
    message.extend(UP.to_ne_bytes());
    message.extend(UP.to_ne_bytes());
    rustix::net::sendto(
        &socket,
        &message,
        SendFlags::empty(),
        &SocketAddrNetlink::new(0, 0),
    )?;
    let mut answer = [0; 64];
    let (count, _) = rustix::net::recv(&socket, &mut answer, RecvFlags::empty())?;
    match answer.get(16..20).filter(|_| count >= 20) {
        Some(code) => match i32::from_ne_bytes([code[0], code[1], code[2], code[3]]) {
            0 => Ok(()),
            code => Err(io::Error::from_raw_os_error(-code)),
        },
        None => Err(io::ErrorKind::InvalidData.into()),
    }
}

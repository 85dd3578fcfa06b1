//! The filter of system calls: what changes the kernel, the mounts, the namespaces or other users'
//! processes is refused with "operation not permitted", as on a system that was never allowed it.

use std::collections::BTreeMap;
use std::io;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use crate::protocol::Calls;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Never needed by a build or a test, and each a way to the kernel or out of the sandbox. `ptrace`
/// itself stays, because debuggers and leak checkers need it, and a PID namespace or Landlock
/// leaves it nothing of the host to look at.
const KERNEL: &[i64] = &[
    libc::SYS_acct,
    libc::SYS_add_key,
    libc::SYS_bpf,
    libc::SYS_chroot,
    libc::SYS_clock_adjtime,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_fanotify_init,
    libc::SYS_finit_module,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_fspick,
    libc::SYS_init_module,
    libc::SYS_kexec_file_load,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_lookup_dcookie,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_nfsservctl,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_perf_event_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pivot_root,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_reboot,
    libc::SYS_request_key,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_setns,
    libc::SYS_settimeofday,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
    libc::SYS_vhangup,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
];

/// Answered with "no such call", so that programs take their older way, which can be filtered: the
/// flags of `clone3` lie in memory, and `io_uring` does by itself what is refused here.
const ABSENT: &[i64] = &[
    libc::SYS_clone3,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
];

/// TIOCSTI and TIOCLINUX, which type into a terminal.
const TYPING: &[u64] = &[0x5412, 0x541c];

/// The flags of `clone` that make a namespace.
const NAMESPACES: u64 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u64;

/// The bit that marks a call of the x32 interface, which shares the architecture's name but not its
/// numbers.
#[cfg(target_arch = "x86_64")]
const OTHER_INTERFACE: Option<i64> = Some(0x4000_0000);
#[cfg(not(target_arch = "x86_64"))]
const OTHER_INTERFACE: Option<i64> = None;

/// Installs the filter on the calling thread.
pub(super) fn install_filter(calls: Calls) -> io::Result<()> {
    if calls == Calls::All {
        return Ok(());
    }
    for (rules, error) in [
        (refused_calls(calls)?, libc::EPERM),
        (absent_calls(), libc::ENOSYS),
    ] {
        let program = compile_filter(rules, error)?;
        seccompiler::apply_filter(&program).map_err(io::Error::other)?;
    }
    Ok(())
}

/// Makes a program that answers these calls with an error and lets all others pass.
///
/// On x86-64 each call has a second number, of the x32 interface, which must be refused as well.
fn compile_filter(mut rules: Rules, error: i32) -> io::Result<BpfProgram> {
    if let Some(bit) = OTHER_INTERFACE {
        let others: Rules = rules
            .iter()
            .map(|(call, rules)| (call | bit, rules.clone()))
            .collect();
        rules.extend(others);
    }
    let architecture = TargetArch::try_from(std::env::consts::ARCH).map_err(io::Error::other)?;
    SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(error.cast_unsigned()),
        architecture,
    )
    .and_then(BpfProgram::try_from)
    .map_err(io::Error::other)
}

/// Returns the calls that are answered as if the kernel did not have them.
fn absent_calls() -> Rules {
    ABSENT.iter().map(|call| (*call, Vec::new())).collect()
}

/// Returns the calls that are refused, some only with certain arguments: `clone` with a new namespace, `ioctl` that
/// types into a terminal, `socket` of a kind that reaches the kernel or, without a network, the internet.
fn refused_calls(calls: Calls) -> io::Result<Rules> {
    let mut rules: Rules = KERNEL.iter().map(|call| (*call, Vec::new())).collect();
    let mut each = Vec::new();
    // One rule for each flag: rules of a call are alternatives, and a mask matches only where all its bits are set.
    for bit in (0..64)
        .map(|shift| 1_u64 << shift)
        .filter(|bit| bit & NAMESPACES != 0)
    {
        each.push(argument_condition(0, SeccompCmpOp::MaskedEq(bit), bit)?);
    }
    rules.insert(libc::SYS_clone, each);
    rules.insert(
        libc::SYS_ioctl,
        TYPING
            .iter()
            .map(|request| argument_condition(1, SeccompCmpOp::Eq, *request))
            .collect::<io::Result<_>>()?,
    );
    let mut kinds = vec![
        libc::AF_PACKET,
        libc::AF_VSOCK,
        libc::AF_ALG,
        libc::AF_BLUETOOTH,
        libc::AF_TIPC,
        libc::AF_RDS,
    ];
    if calls == Calls::NoKernelNoNetwork {
        kinds.extend([libc::AF_INET, libc::AF_INET6]);
        rules.insert(libc::SYS_connect, Vec::new());
    }
    let kinds: io::Result<Vec<SeccompRule>> = kinds
        .into_iter()
        .map(|kind| argument_condition(0, SeccompCmpOp::Eq, u64::from(kind.cast_unsigned())))
        .collect();
    rules.insert(libc::SYS_socket, kinds?);
    Ok(rules)
}

/// Makes a rule that holds where an argument, by its position from 0, compares so. Only the lower 32 bits are
/// compared.
fn argument_condition(argument: u8, operator: SeccompCmpOp, value: u64) -> io::Result<SeccompRule> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)
        .and_then(|condition| SeccompRule::new(vec![condition]))
        .map_err(io::Error::other)
}

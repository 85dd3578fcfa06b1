//! The policy of a run, which its caller decides: where the repository lies, which backend confines
//! it, what may be seen and what may be reached.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Everything that holds for all commands of one run.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The repository's top level, absolute. Commands see it at this very path where the backend
    /// can mount.
    pub root: PathBuf,
    /// A private folder of the run, absolute, on the repository's file system. It holds the
    /// overlay's layers, the private home, the temporary folder and the outputs, and commands never
    /// see it. Made if it is not there; whoever owns the run removes it.
    pub scratch: PathBuf,
    /// A private folder of the run, absolute, on a file system in memory. Where a backend works on a
    /// copy of the repository and the copy fits there, it lies there; else in the scratch. Whoever
    /// owns the run removes it.
    pub memory: Option<PathBuf>,
    /// Where copies of large repositories are kept from run to run, where a backend works on a copy; without it each
    /// run makes its own.
    pub copies: Option<Copies>,
    /// The backend to use.
    pub backend: BackendChoice,
    /// True if commands reach anything but their own loopback.
    pub network: Network,
    /// Services of the host that commands find on their loopback at the same port.
    pub services: Vec<Service>,
    /// Variables given to every command, over those of the allow list.
    pub env: Vec<(String, String)>,
    /// Names of our own environment's variables that pass, besides those of the allow list.
    pub pass: Vec<String>,
    /// Folders that come first in `PATH`, in this order; relative ones are taken from the root.
    pub paths_first: Vec<PathBuf>,
    /// Files and folders of the repository, relative to the root, that commands neither see nor
    /// change.
    pub hidden: Vec<PathBuf>,
    /// Files and folders of the machine, absolute, that commands see though they lie in what is
    /// hidden.
    pub show: Vec<PathBuf>,
    /// The time that a command may take unless it says otherwise.
    pub timeout: Duration,
    /// The limits of a command on processes, memory and disk.
    pub limits: Limits,
    /// Our own executable, which is started again inside the sandbox with
    /// [`SUPERVISOR_ARGUMENT`](crate::SUPERVISOR_ARGUMENT).
    pub helper: PathBuf,
    /// True if only a backend will do that shows the repository at its own path.
    pub at_own_path: bool,
    /// Keeps the private folders for as long as the sandbox needs them, or the thread that sets it up: one that
    /// nobody waits for any more would go on filling folders that are gone.
    pub lease: Option<Lease>,
}

/// The place where copies of repositories are kept from run to run.
#[derive(Debug, Clone)]
pub struct Copies {
    /// A private folder of the user, absolute, outside of every repository. Commands see nothing of it but their copy.
    pub folder: PathBuf,
    /// The number of files from which a copy is kept: of fewer it is made anew as fast.
    pub from: usize,
}

/// Whatever holds folders of a run, and lets go of them when it is dropped.
pub type Lease = Arc<dyn std::any::Any + Send + Sync>;

impl Policy {
    /// Returns the private folders of the run that commands fill.
    pub(crate) fn scratch_folders(&self) -> Vec<PathBuf> {
        let memory = self.memory.iter().cloned();
        std::iter::once(self.scratch.clone())
            .chain(memory)
            .collect()
    }
}

/// The limits of a command with all that it starts; past one of them, it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Processes at a time.
    pub processes: u64,
    /// Bytes of memory.
    pub memory: u64,
    /// Bytes that all commands together write.
    pub disk: u64,
}

impl Default for Limits {
    /// Far more than any suite of tests takes, and little enough for the machine to stay usable.
    fn default() -> Self {
        const PROCESSES: u64 = 1_000;
        const DISK: u64 = 10 << 30;
        Self {
            processes: PROCESSES,
            memory: memory_of_machine() / 5 * 4,
            disk: DISK,
        }
    }
}

/// Returns the bytes of memory that the machine, or the control group that we are in, has; the
/// largest number where that can't be told.
fn memory_of_machine() -> u64 {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let total = bytes_of_machine("MemTotal:");
    let groups = [
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ];
    let group = groups
        .iter()
        .filter_map(|path| read(path).trim().parse::<u64>().ok())
        .min();
    total.min(group.unwrap_or(u64::MAX))
}

/// Returns the bytes of memory that are free on the machine, or can be freed, within what we may use;
/// the largest number where that can't be told.
pub(crate) fn memory_available() -> u64 {
    bytes_of_machine("MemAvailable:").min(memory_of_machine() / 2)
}

/// Returns an amount of `/proc/meminfo` in bytes; the largest number where it can't be told.
fn bytes_of_machine(name: &str) -> u64 {
    let told = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let mut lines = told.lines();
    let amount = lines.find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB"));
    let amount = amount.and_then(|amount| amount.parse::<u64>().ok());
    amount.map_or(u64::MAX, |kilobytes| kilobytes * 1024)
}

/// The choice of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackendChoice {
    /// The strongest backend that this machine has; none at all is refused.
    Auto,
    /// This backend or none.
    Only(BackendName),
    /// No backend: commands run on a copy, with everything else of the machine in reach.
    Off,
}

/// The backends that can confine a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackendName {
    /// The program `bwrap` makes the namespaces.
    Bubblewrap,
    /// We make user, mount, process and network namespaces ourselves.
    Namespaces,
    /// Landlock and seccomp alone, on a copy of the repository.
    Landlock,
    /// The `sandbox-exec` of macOS, on a copy of the repository.
    Macos,
    /// No backend, on a copy of the repository.
    Off,
}

impl fmt::Display for BackendName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bubblewrap => "bubblewrap",
            Self::Namespaces => "namespaces",
            Self::Landlock => "landlock",
            Self::Macos => "macos",
            Self::Off => "off",
        })
    }
}

/// True if commands reach the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Network {
    /// Only a loopback of their own.
    Closed,
    /// The host's network.
    Open,
}

/// A service of the host that is forwarded into the run's loopback at the same port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The name that the user gave it.
    pub name: String,
    /// The host name or address where it is reached from outside.
    pub host: String,
    /// Its port, on both sides.
    pub port: u16,
}

/// The backend that confines a run, and how it came to be that one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Short name, as reports show it.
    pub name: String,
    /// The probes, why other backends were passed over, and what this one can't do.
    pub details: String,
    /// Commands can listen and connect on a loopback of their own.
    pub has_loopback: bool,
}

impl fmt::Display for Tier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

/// The run's temporary folder: what is laid there commands find, and what they lay there can be
/// read.
#[derive(Debug, Clone)]
pub struct Temporary {
    /// Where it lies on the host.
    pub host: PathBuf,
    /// Where commands find it.
    pub seen: PathBuf,
}

//! The protocol between the host and the supervisor: frames of a JSON header and a body of raw
//! bytes.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::command::{Effect, Exit};
use crate::mount_plan::{Layers, MountPlan};
use crate::policy::Limits;

/// The first frame: how the supervisor sets up its sandbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Setup {
    /// The mounts, where the supervisor is to do that itself.
    pub(crate) plan: Option<MountPlan>,
    /// True if the supervisor is the first process of a PID namespace.
    pub(crate) first: bool,
    /// True if the loopback of a fresh network namespace has to be brought up.
    pub(crate) raise_loopback: bool,
    /// Where the repository lies for commands.
    pub(crate) tree: PathBuf,
    /// Where outputs are written.
    pub(crate) outputs: PathBuf,
    /// The run's folder in memory, where commands may fill it.
    pub(crate) memory: Option<PathBuf>,
    /// The overlays in the repository, where the supervisor is to tell what changed.
    pub(crate) layers: Vec<Layers>,
    /// Ports of the loopback whose connections are handed to the host.
    pub(crate) ports: Vec<u16>,
    /// The rights that commands are denied.
    pub(crate) confinement: Confinement,
    /// The limits of a command on processes, memory and disk.
    pub(crate) limits: Limits,
    /// The repository's copy, where there is one.
    pub(crate) copy: Option<CopySite>,
}

/// A copy of the repository that commands work on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CopySite {
    /// The folder around it, where it lies in none of the run's private folders.
    pub(crate) kept: Option<PathBuf>,
    /// The room that it takes before any command wrote, in bytes.
    pub(crate) bytes: u64,
}

impl Setup {
    /// Returns the run's private folders that commands may fill.
    pub(crate) fn private_folders(&self) -> impl Iterator<Item = &Path> {
        self.outputs
            .parent()
            .into_iter()
            .chain(self.memory.as_deref())
            .chain(self.copy.as_ref().and_then(|copy| copy.kept.as_deref()))
    }
}

/// The rights that a command's process tree is denied, besides what it can't see.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Confinement {
    /// Which system calls are refused.
    pub(crate) calls: Calls,
    /// True if the kernel must have Landlock.
    pub(crate) landlock_required: bool,
    /// Paths that may be read and run. Empty: Landlock is not used.
    pub(crate) readable: Vec<PathBuf>,
    /// Paths that may be written.
    pub(crate) writable: Vec<PathBuf>,
    /// True if signals to processes of other commands are refused, as is needed without a PID
    /// namespace.
    pub(crate) own_signals: bool,
    /// True if abstract sockets of others are refused, as is needed in the host's network.
    pub(crate) own_sockets: bool,
}

/// Which system calls are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Calls {
    /// None.
    All,
    /// Those that change the kernel, the mounts or the namespaces.
    NoKernel,
    /// Those, and every way to the network or to a named socket.
    NoKernelNoNetwork,
}

/// The input of a launcher before it starts a command.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Script {
    /// The program and its arguments: a shell with the script, or what confines a shell before it.
    pub(crate) words: Vec<String>,
    /// Absolute.
    pub(crate) folder: PathBuf,
    pub(crate) env: Vec<(String, String)>,
}

/// The report of a launcher on a command that ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Verdict {
    /// It ran.
    Ended {
        exit: Exit,
        /// True if something outlived it.
        left_behind: bool,
    },
    /// It could not be started.
    NotStarted(String),
}

/// From the host to the supervisor.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    Run {
        id: u64,
        script: Script,
        timeout_ms: u64,
        background: bool,
    },
    Stop {
        id: u64,
    },
    Read {
        id: u64,
        path: PathBuf,
    },
    Write {
        id: u64,
        path: PathBuf,
        mode: Option<u32>,
    },
    Remove {
        id: u64,
        path: PathBuf,
    },
    Changes {
        id: u64,
    },
}

/// The reason why a sandbox could not be set up.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SetupError {
    /// The action that failed, and the system's reason.
    pub(crate) reason: String,
    /// It is the overlay that can't be had; on a copy the sandbox may work.
    pub(crate) lacks_overlay: bool,
}

impl From<String> for SetupError {
    fn from(reason: String) -> Self {
        SetupError {
            reason,
            lacks_overlay: false,
        }
    }
}

impl From<&str> for SetupError {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

impl From<SetupError> for String {
    fn from(unbuilt: SetupError) -> Self {
        unbuilt.reason
    }
}

/// From the supervisor to the host.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// The sandbox is set up; what could not be had of the lesser things is said.
    Ready {
        notes: Vec<String>,
    },
    /// The sandbox could not be set up.
    Failed(SetupError),
    /// The user namespace is there, and waits for its map of users.
    WantsMap,
    /// A background command listens, or has not ended in time to be waited for any longer.
    Started {
        id: u64,
        listening: Vec<u16>,
    },
    /// A command has ended.
    Done {
        id: u64,
        exit: Exit,
        bytes: u64,
        left_behind: bool,
        elapsed_ms: u64,
    },
    /// A file, in the body.
    Found {
        id: u64,
    },
    /// There is no such file.
    Absent {
        id: u64,
    },
    /// A file was written or removed.
    Kept {
        id: u64,
    },
    Effects {
        id: u64,
        effects: Vec<Effect>,
    },
    /// A request failed.
    Refused {
        id: u64,
        reason: String,
        /// The system's number for it, where the system refused.
        errno: Option<i32>,
    },
}

impl Reply {
    /// Returns the request that this answers; nothing while the sandbox is set up.
    pub(crate) fn id(&self) -> Option<u64> {
        match self {
            Self::Ready { .. } | Self::Failed(_) | Self::WantsMap => None,
            Self::Started { id, .. }
            | Self::Done { id, .. }
            | Self::Found { id }
            | Self::Absent { id }
            | Self::Kept { id }
            | Self::Effects { id, .. }
            | Self::Refused { id, .. } => Some(*id),
        }
    }
}

/// The message to the stage before the supervisor once its user namespace has, or can't have, a map
/// from outside.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Mapped(pub(crate) bool);

/// Writes one frame.
pub(crate) fn send_frame<T: Serialize>(
    mut to: impl Write,
    header: &T,
    body: &[u8],
) -> io::Result<()> {
    let header = serde_json::to_vec(header)?;
    let mut frame = Vec::with_capacity(12 + header.len() + body.len());
    frame.extend(
        u32::try_from(header.len())
            .map_err(io::Error::other)?
            .to_le_bytes(),
    );
    frame.extend((body.len() as u64).to_le_bytes());
    frame.extend(header);
    frame.extend(body);
    to.write_all(&frame)
}

/// Reads one frame; nothing when the other side has gone.
pub(crate) fn receive_frame<T: DeserializeOwned>(
    mut from: impl Read,
) -> io::Result<Option<(T, Vec<u8>)>> {
    let mut lengths = [0; 12];
    let mut filled = 0;
    while filled < lengths.len() {
        match from.read(&mut lengths[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let [a, b, c, d, rest @ ..] = lengths;
    let mut header = Vec::new();
    let header_length = u64::from(u32::from_le_bytes([a, b, c, d]));
    if from.by_ref().take(header_length).read_to_end(&mut header)? as u64 != header_length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut body = Vec::new();
    let body_length = u64::from_le_bytes(rest);
    if from.take(body_length).read_to_end(&mut body)? as u64 != body_length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some((serde_json::from_slice(&header)?, body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_with_their_bodies_and_end_cleanly() {
        let mut bytes = Vec::new();
        send_frame(&mut bytes, &Reply::Found { id: 7 }, b"\0binary\xff").unwrap();
        send_frame(&mut bytes, &Reply::Absent { id: 8 }, b"").unwrap();
        let mut from = bytes.as_slice();
        let (reply, body) = receive_frame::<Reply>(&mut from).unwrap().unwrap();
        assert_eq!(
            (reply.id(), body.as_slice()),
            (Some(7), b"\0binary\xff".as_slice())
        );
        assert_eq!(
            receive_frame::<Reply>(&mut from).unwrap().unwrap().0.id(),
            Some(8)
        );
        assert!(receive_frame::<Reply>(&mut from).unwrap().is_none());
        assert!(receive_frame::<Reply>(&bytes[..9]).is_err());
    }
}

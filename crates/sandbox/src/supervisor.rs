//! The supervisor: the process inside the sandbox that sets it up, starts commands and looks after
//! the files that the host puts there. It ends, and everything in the sandbox with it, as soon as
//! the host is gone.
//!
//! ```text
//! sandbox-supervisor leave closed    makes the namespaces, and starts the next as their first process
//! sandbox-supervisor keep            the supervisor: takes its set-up, answers `Ready`, then serves requests
//! sandbox-supervisor supervise       the launcher of one command
//! ```
//!
//! On the line to the host: `Run` is answered by `Done` once the command has ended, `Read` by `Found` or `Absent`,
//! `Write` and `Remove` by `Kept`, and whatever fails by `Refused`.

#[cfg(target_os = "linux")]
mod port_forward;

mod files;

mod runs;

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use crate::command::Effect;
use crate::effects;
use crate::launcher::launcher_main;
use crate::mount_plan::Layers;
#[cfg(target_os = "linux")]
use crate::mounts;
#[cfg(target_os = "linux")]
use crate::namespaces;
#[cfg(target_os = "linux")]
use crate::policy::Network;
#[cfg(target_os = "linux")]
use crate::process::new_command;
#[cfg(target_os = "linux")]
use crate::protocol::{Calls, Mapped};
use crate::protocol::{Reply, Request, Setup, SetupError, receive_frame, send_frame};

/// The first argument with which our own executable is started inside the sandbox.
pub const SUPERVISOR_ARGUMENT: &str = "--sandbox-supervisor";

/// Returns the supervisor's own program, which on Linux stays in reach when its path does not.
fn own_program() -> PathBuf {
    let path = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") {
        path
    } else {
        std::env::current_exe().unwrap_or(path)
    }
}

/// Runs the executable when its first argument is [`SUPERVISOR_ARGUMENT`], before anything else: it
/// becomes a part of the sandbox, and never returns to what it is otherwise.
#[must_use]
pub fn supervisor_main() -> ExitCode {
    #[cfg(target_os = "linux")]
    namespaces::keep_descriptors();
    let mut arguments = std::env::args().skip(2);
    match (arguments.next().as_deref(), arguments.next().as_deref()) {
        #[cfg(target_os = "linux")]
        (Some("leave"), Some("closed")) => start_in_namespaces(Network::Closed),
        #[cfg(target_os = "linux")]
        (Some("leave"), Some("open")) => start_in_namespaces(Network::Open),
        (Some("keep"), _) => run_supervisor(),
        (Some("supervise"), _) => launcher_main(),
        _ => ExitCode::from(2),
    }
}

/// Runs the stage before the supervisor: leaves the host's namespaces, and starts the supervisor
/// as the first process of the new ones.
#[cfg(target_os = "linux")]
fn start_in_namespaces(network: Network) -> ExitCode {
    let Ok(control) = control_socket() else {
        return ExitCode::FAILURE;
    };
    if let Err(reason) = leave_host(network, &control) {
        let _ = send_frame(&control, &Reply::Failed(reason.into()), b"");
        return ExitCode::FAILURE;
    }
    let mut supervisor = new_command(own_program());
    supervisor
        .args([SUPERVISOR_ARGUMENT, "keep"])
        .stdin(std::process::Stdio::from(std::os::fd::OwnedFd::from(
            control,
        )));
    supervisor
        .stdout(std::process::Stdio::inherit())
        .stderr(std::process::Stdio::inherit());
    match supervisor.spawn().and_then(|mut child| child.wait()) {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(target_os = "linux")]
/// Leaves the host's namespaces. The host is asked to map users first; if it doesn't, we map ourselves.
///
/// # Errors Namespaces, the map of users or capabilities are denied, in words for people.
fn leave_host(network: Network, control: &UnixStream) -> Result<(), String> {
    let (user, group) = (
        rustix::process::geteuid().as_raw(),
        rustix::process::getegid().as_raw(),
    );
    namespaces::leave_host_namespaces(network)
        .map_err(|error| format!("user namespaces are denied here ({error})"))?;
    send_frame(control, &Reply::WantsMap, b"").map_err(|error| error.to_string())?;
    let answer = receive_frame::<Mapped>(control).map_err(|error| error.to_string())?;
    if !answer.is_some_and(|(Mapped(done), _)| done) {
        namespaces::map_ourselves(user, group)
            .map_err(|error| format!("users can't be mapped ({error})"))?;
    }
    namespaces::keep_capabilities()
        .map_err(|error| format!("capabilities of the new namespaces are denied ({error})"))
}

/// Returns the host's end of the line, which is our standard input.
fn control_socket() -> io::Result<UnixStream> {
    Ok(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?))
}

/// Runs the supervisor, its whole life.
fn run_supervisor() -> ExitCode {
    let Ok(control) = control_socket() else {
        return ExitCode::FAILURE;
    };
    let Ok(Some((setup, _))) = receive_frame::<Setup>(&control) else {
        return ExitCode::FAILURE;
    };
    match Supervisor::set_up(&setup, control) {
        Ok(supervisor) => {
            supervisor.serve_requests();
            if !setup.first {
                supervisor.runs.close();
            }
            ExitCode::SUCCESS
        }
        Err((control, unbuilt)) => {
            let _ = send_frame(&control, &Reply::Failed(unbuilt), b"");
            ExitCode::FAILURE
        }
    }
}

/// The state of the supervisor once the sandbox is set up.
struct Supervisor {
    control: UnixStream,
    line: Arc<ReplyLine>,
    runs: Arc<runs::Runs>,
    files: files::Files,
    layers: OpenedLayers,
    compared: Mutex<effects::Compared>,
}

/// The two sides of overlays, held open because their paths are out of sight.
struct OpenedLayers {
    open: Vec<File>,
    layers: Vec<Layers>,
}

/// The way back to the host, for any thread.
pub(crate) struct ReplyLine(Mutex<UnixStream>);

impl ReplyLine {
    /// Answers. A host that is gone needs no answer, and is noticed elsewhere.
    pub(crate) fn send_reply(&self, reply: &Reply, body: &[u8]) {
        let stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = send_frame(&*stream, reply, body);
    }
}

impl Supervisor {
    /// Sets everything up and tells the host that it is ready; where that fails, the line comes back for the reason.
    fn set_up(setup: &Setup, control: UnixStream) -> Result<Self, (UnixStream, SetupError)> {
        match build_inside(setup) {
            Ok((notes, layers, runs, files)) => {
                let copy = match control.try_clone() {
                    Ok(copy) => copy,
                    Err(error) => return Err((control, error.to_string().into())),
                };
                let line = Arc::new(ReplyLine(Mutex::new(copy)));
                line.send_reply(&Reply::Ready { notes }, b"");
                Ok(Self {
                    control,
                    line,
                    runs: Arc::new(runs),
                    files,
                    layers,
                    compared: Mutex::default(),
                })
            }
            Err(unbuilt) => Err((control, unbuilt)),
        }
    }

    /// Answers requests until the host is gone.
    fn serve_requests(&self) {
        let runs = Arc::clone(&self.runs);
        std::thread::spawn(move || runs.reap_children());
        while let Ok(Some((request, body))) = receive_frame::<Request>(&self.control) {
            let reply = match request {
                Request::Run {
                    id,
                    script,
                    timeout_ms,
                    background,
                } => {
                    let terms = runs::JobTerms {
                        id,
                        timeout: std::time::Duration::from_millis(timeout_ms),
                        background,
                    };
                    runs::Runs::start_job(&self.runs, &self.line, script, terms);
                    continue;
                }
                Request::Stop { id } => {
                    self.runs.stop_job(id);
                    continue;
                }
                Request::Read { id, path } => match self.files.read_file(&path) {
                    Ok(Some(bytes)) => {
                        self.line.send_reply(&Reply::Found { id }, &bytes);
                        continue;
                    }
                    Ok(None) => Reply::Absent { id },
                    Err(error) => refusal_of(id, &error),
                },
                Request::Write { id, path, mode } => {
                    match self.files.write_file(&path, &body, mode) {
                        Ok(()) => Reply::Kept { id },
                        Err(error) => refusal_of(id, &error),
                    }
                }
                Request::Remove { id, path } => match self.files.remove_file(&path) {
                    Ok(()) => Reply::Kept { id },
                    Err(error) => refusal_of(id, &error),
                },
                Request::Changes { id } => match self.find_effects() {
                    Ok(effects) => Reply::Effects { id, effects },
                    Err(reason) => Reply::Refused {
                        id,
                        reason,
                        errno: None,
                    },
                },
            };
            self.line.send_reply(&reply, b"");
        }
    }
}

impl Supervisor {
    fn find_effects(&self) -> Result<Vec<Effect>, String> {
        let mut compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = self.runs.is_idle();
        if !idle {
            *compared = effects::Compared::default();
        }
        let found = effects::of_overlays(&self.layers.layers, &mut compared);
        if !idle {
            *compared = effects::Compared::default();
        }
        found
    }
}

/// Returns the answer to a request that failed, with the number of the system's error where there is one.
fn refusal_of(id: u64, error: &io::Error) -> Reply {
    Reply::Refused {
        id,
        reason: error.to_string(),
        errno: error.raw_os_error(),
    }
}

type Built = (Vec<String>, OpenedLayers, runs::Runs, files::Files);

/// Sets up what commands find, in an order in which each step still has the rights and paths that it needs.
///
/// Layers and outputs are opened before mounts hide them; capabilities go after the mounts are made, and ports are
/// last: one that can't be forwarded is a note, not a failure.
#[cfg(target_os = "linux")]
fn build_inside(setup: &Setup) -> Result<Built, SetupError> {
    let text = |error: io::Error| error.to_string();
    if setup.first {
        namespaces::die_with_parent().map_err(text)?;
        namespaces::bound_user().map_err(text)?;
    } else {
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
            .map_err(|error| error.to_string())?;
    }
    if let Some(plan) = &setup.plan {
        mounts::make_private(plan)?;
    }
    let layers = open_layers(&setup.layers)?;
    let runs = runs::Runs::new(setup).map_err(text)?;
    if setup.raise_loopback {
        namespaces::enable_loopback()
            .map_err(|error| format!("the loopback can't be raised ({error})"))?;
    }
    let mut notes = match &setup.plan {
        Some(plan) => mounts::apply_mount_plan(plan)?,
        None => Vec::new(),
    };
    let closed = rustix::process::DumpableBehavior::NotDumpable;
    rustix::process::set_dumpable_behavior(closed).map_err(|error| error.to_string())?;
    if setup.confinement.calls != Calls::All {
        namespaces::drop_capabilities()
            .map_err(|error| format!("capabilities can't be dropped ({error})"))?;
    }
    let files = files::Files::new(&setup.tree)
        .map_err(|error| format!("{}: {error}", setup.tree.display()))?;
    for port in &setup.ports {
        if let Err(error) = port_forward::listen_on(*port) {
            notes.push(format!("port {port} can't be forwarded: {error}"));
        }
    }
    Ok((notes, layers, runs, files))
}

/// Sets up what commands find where the supervisor mounts nothing.
#[cfg(not(target_os = "linux"))]
fn build_inside(setup: &Setup) -> Result<Built, SetupError> {
    let text = |error: io::Error| error.to_string();
    let layers = open_layers(&setup.layers)?;
    let runs = runs::Runs::new(setup).map_err(text)?;
    let files = files::Files::new(&setup.tree)
        .map_err(|error| format!("{}: {error}", setup.tree.display()))?;
    Ok((Vec::new(), layers, runs, files))
}

/// Opens both sides of each overlay before mounts hide them, and names them by what is open.
fn open_layers(all: &[Layers]) -> Result<OpenedLayers, String> {
    let mut held = OpenedLayers {
        open: Vec::new(),
        layers: Vec::new(),
    };
    for layers in all {
        let (lower, upper) = (
            held.open_side(&layers.lower)?,
            held.open_side(&layers.upper)?,
        );
        held.layers.push(Layers {
            lower,
            upper,
            ..layers.clone()
        });
    }
    Ok(held)
}

impl OpenedLayers {
    /// Opens one side, and returns the name by which it is found while it is open: `/proc/self/fd/7`.
    fn open_side(&mut self, path: &Path) -> Result<PathBuf, String> {
        let open = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = PathBuf::from(format!("/proc/self/fd/{}", open.as_raw_fd()));
        self.open.push(open);
        Ok(name)
    }
}

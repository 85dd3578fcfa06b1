//! The warden: the process inside the walls that builds them, starts commands and looks after the files that the host
//! puts there. It ends, and everything in the walls with it, as soon as the host is gone.

#[cfg(target_os = "linux")]
mod doors;

mod files;

mod runs;

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use crate::effects;
#[cfg(target_os = "linux")]
use crate::mounts;
#[cfg(target_os = "linux")]
use crate::policy::Network;
#[cfg(target_os = "linux")]
use crate::process::program;
#[cfg(target_os = "linux")]
use crate::spaces;
use crate::supervise::supervise_main;
use crate::view::Layers;
#[cfg(target_os = "linux")]
use crate::wire::{Calls, Mapped};
use crate::wire::{Reply, Request, Setup, Unbuilt, receive, send};

/// The first argument with which our own executable is started inside the walls.
pub const WARDEN_ARGUMENT: &str = "--sandbox-warden";

/// The warden's own program, which on Linux stays in reach when its path does not.
fn ourselves() -> PathBuf {
    let path = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") {
        path
    } else {
        std::env::current_exe().unwrap_or(path)
    }
}

/// What the executable does when its first argument is [`WARDEN_ARGUMENT`], before anything else: it becomes a part of
/// the walls, and never returns to what it is otherwise.
#[must_use]
pub fn warden_main() -> ExitCode {
    #[cfg(target_os = "linux")]
    spaces::keep_descriptors();
    let mut arguments = std::env::args().skip(2);
    match (arguments.next().as_deref(), arguments.next().as_deref()) {
        #[cfg(target_os = "linux")]
        (Some("leave"), Some("closed")) => leave(Network::Closed),
        #[cfg(target_os = "linux")]
        (Some("leave"), Some("open")) => leave(Network::Open),
        (Some("keep"), _) => keep(),
        (Some("supervise"), _) => supervise_main(),
        _ => ExitCode::from(2),
    }
}

/// The stage before the warden: leaves the host's namespaces, and starts the warden as the first process of the new
/// ones.
#[cfg(target_os = "linux")]
fn leave(network: Network) -> ExitCode {
    let Ok(control) = control() else {
        return ExitCode::FAILURE;
    };
    if let Err(reason) = leave_host(network, &control) {
        let _ = send(&control, &Reply::Failed(reason.into()), b"");
        return ExitCode::FAILURE;
    }
    let mut warden = program(ourselves());
    warden
        .args([WARDEN_ARGUMENT, "keep"])
        .stdin(std::process::Stdio::from(std::os::fd::OwnedFd::from(
            control,
        )));
    warden
        .stdout(std::process::Stdio::inherit())
        .stderr(std::process::Stdio::inherit());
    match warden.spawn().and_then(|mut child| child.wait()) {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(target_os = "linux")]
fn leave_host(network: Network, control: &UnixStream) -> Result<(), String> {
    let (user, group) = (
        rustix::process::geteuid().as_raw(),
        rustix::process::getegid().as_raw(),
    );
    spaces::leave(network).map_err(|error| format!("user namespaces are denied here ({error})"))?;
    send(control, &Reply::WantsMap, b"").map_err(|error| error.to_string())?;
    let answer = receive::<Mapped>(control).map_err(|error| error.to_string())?;
    if !answer.is_some_and(|(Mapped(done), _)| done) {
        spaces::map_ourselves(user, group)
            .map_err(|error| format!("users can't be mapped ({error})"))?;
    }
    spaces::keep_capabilities()
        .map_err(|error| format!("capabilities of the new namespaces are denied ({error})"))
}

/// The host's end of the line, which is our standard input.
fn control() -> io::Result<UnixStream> {
    Ok(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?))
}

/// The warden's whole life.
fn keep() -> ExitCode {
    let Ok(control) = control() else {
        return ExitCode::FAILURE;
    };
    let Ok(Some((setup, _))) = receive::<Setup>(&control) else {
        return ExitCode::FAILURE;
    };
    match Warden::stand(&setup, control) {
        Ok(warden) => {
            warden.serve();
            if !setup.first {
                warden.runs.close();
            }
            ExitCode::SUCCESS
        }
        Err((control, unbuilt)) => {
            let _ = send(&control, &Reply::Failed(unbuilt), b"");
            ExitCode::FAILURE
        }
    }
}

/// What the warden works with once the walls stand.
struct Warden {
    control: UnixStream,
    line: Arc<Line>,
    runs: Arc<runs::Runs>,
    files: files::Files,
    layers: Held,
}

/// The two sides of overlays, held open because their paths are out of sight.
struct Held {
    open: Vec<File>,
    layers: Vec<Layers>,
}

/// The way back to the host, for any thread.
pub(crate) struct Line(Mutex<UnixStream>);

impl Line {
    /// Answers. A host that is gone needs no answer, and is noticed elsewhere.
    pub(crate) fn say(&self, reply: &Reply, body: &[u8]) {
        let stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = send(&*stream, reply, body);
    }
}

impl Warden {
    fn stand(setup: &Setup, control: UnixStream) -> Result<Self, (UnixStream, Unbuilt)> {
        match build(setup) {
            Ok((notes, layers, runs, files)) => {
                let copy = match control.try_clone() {
                    Ok(copy) => copy,
                    Err(error) => return Err((control, error.to_string().into())),
                };
                let line = Arc::new(Line(Mutex::new(copy)));
                line.say(&Reply::Ready { notes }, b"");
                Ok(Self {
                    control,
                    line,
                    runs: Arc::new(runs),
                    files,
                    layers,
                })
            }
            Err(unbuilt) => Err((control, unbuilt)),
        }
    }

    /// Answers requests until the host is gone.
    fn serve(&self) {
        let runs = Arc::clone(&self.runs);
        std::thread::spawn(move || runs.bury());
        while let Ok(Some((request, body))) = receive::<Request>(&self.control) {
            let reply = match request {
                Request::Run {
                    id,
                    script,
                    timeout_ms,
                    background,
                } => {
                    runs::Runs::start(&self.runs, &self.line, id, script, timeout_ms, background);
                    continue;
                }
                Request::Stop { id } => {
                    self.runs.stop(id);
                    continue;
                }
                Request::Read { id, path } => match self.files.read(&path) {
                    Ok(Some(bytes)) => {
                        self.line.say(&Reply::Found { id }, &bytes);
                        continue;
                    }
                    Ok(None) => Reply::Absent { id },
                    Err(error) => refused(id, &error),
                },
                Request::Write { id, path, mode } => match self.files.write(&path, &body, mode) {
                    Ok(()) => Reply::Kept { id },
                    Err(error) => refused(id, &error),
                },
                Request::Remove { id, path } => match self.files.remove(&path) {
                    Ok(()) => Reply::Kept { id },
                    Err(error) => refused(id, &error),
                },
                Request::Changes { id } => match effects::of_overlays(&self.layers.layers) {
                    Ok(effects) => Reply::Effects { id, effects },
                    Err(reason) => Reply::Refused {
                        id,
                        reason,
                        errno: None,
                    },
                },
            };
            self.line.say(&reply, b"");
        }
    }
}

fn refused(id: u64, error: &io::Error) -> Reply {
    Reply::Refused {
        id,
        reason: error.to_string(),
        errno: error.raw_os_error(),
    }
}

type Built = (Vec<String>, Held, runs::Runs, files::Files);

#[cfg(target_os = "linux")]
fn build(setup: &Setup) -> Result<Built, Unbuilt> {
    let text = |error: io::Error| error.to_string();
    if setup.first {
        spaces::die_with_parent().map_err(text)?;
        spaces::bound_user().map_err(text)?;
    } else {
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
            .map_err(|error| error.to_string())?;
    }
    if let Some(view) = &setup.view {
        mounts::claim(view)?;
    }
    let layers = hold_layers(&setup.layers)?;
    let runs = runs::Runs::new(&setup.outputs, setup.confinement.clone()).map_err(text)?;
    if setup.raise_loopback {
        spaces::raise_loopback()
            .map_err(|error| format!("the loopback can't be raised ({error})"))?;
    }
    let mut notes = match &setup.view {
        Some(view) => mounts::build(view)?,
        None => Vec::new(),
    };
    let closed = rustix::process::DumpableBehavior::NotDumpable;
    rustix::process::set_dumpable_behavior(closed).map_err(|error| error.to_string())?;
    if setup.confinement.calls != Calls::All {
        spaces::drop_capabilities()
            .map_err(|error| format!("capabilities can't be dropped ({error})"))?;
    }
    let files = files::Files::new(&setup.tree)
        .map_err(|error| format!("{}: {error}", setup.tree.display()))?;
    for port in &setup.ports {
        if let Err(error) = doors::open(*port) {
            notes.push(format!("port {port} can't be forwarded: {error}"));
        }
    }
    Ok((notes, layers, runs, files))
}

#[cfg(not(target_os = "linux"))]
fn build(setup: &Setup) -> Result<Built, Unbuilt> {
    let text = |error: io::Error| error.to_string();
    let layers = hold_layers(&setup.layers)?;
    let runs = runs::Runs::new(&setup.outputs, setup.confinement.clone()).map_err(text)?;
    let files = files::Files::new(&setup.tree)
        .map_err(|error| format!("{}: {error}", setup.tree.display()))?;
    Ok((Vec::new(), layers, runs, files))
}

/// Opens both sides of each overlay before mounts hide them, and names them by what is open.
fn hold_layers(all: &[Layers]) -> Result<Held, String> {
    let mut held = Held {
        open: Vec::new(),
        layers: Vec::new(),
    };
    for layers in all {
        let (lower, upper) = (held.hold(&layers.lower)?, held.hold(&layers.upper)?);
        held.layers.push(Layers {
            lower,
            upper,
            ..layers.clone()
        });
    }
    Ok(held)
}

impl Held {
    fn hold(&mut self, path: &Path) -> Result<PathBuf, String> {
        let open = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = PathBuf::from(format!("/proc/self/fd/{}", open.as_raw_fd()));
        self.open.push(open);
        Ok(name)
    }
}

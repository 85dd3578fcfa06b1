//! The host's side of a supervisor: the process, the line to it, and the connections that it hands
//! over.

use std::collections::HashMap;
use std::io::{self, IoSliceMut, Read};
use std::net::{Shutdown, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::error::SandboxError;
#[cfg(target_os = "linux")]
use crate::namespaces;
use crate::policy::Service;
use crate::protocol::{Mapped, Reply, Request, Setup, SetupError, receive_frame, send_frame};

/// The time that a supervisor has to end everything and itself.
const ENDING: Duration = Duration::from_secs(10);

/// Where the answers to one request come.
pub(crate) type Answers = UnboundedReceiver<(Reply, Vec<u8>)>;
/// The time that setting up the sandbox may take.
const STANDING: Duration = Duration::from_secs(30);

type Waiting = Arc<Mutex<HashMap<u64, UnboundedSender<(Reply, Vec<u8>)>>>>;

/// A supervisor that stands.
#[derive(Debug)]
pub(crate) struct SandboxClient {
    child: Child,
    control: UnixStream,
    sending: Mutex<()>,
    waiting: Waiting,
    /// True while no service of the host is reached.
    shut: Arc<AtomicBool>,
    /// Notes on lesser things that are not available.
    pub(crate) notes: Vec<String>,
}

impl SandboxClient {
    /// Starts a supervisor and waits until its sandbox is set up. `leaves`: the program first
    /// leaves the host's namespaces by itself. Gives the reason if they can't be built.
    pub(crate) fn launch(
        mut program: std::process::Command,
        setup: &Setup,
        services: &[Service],
        leaves: bool,
    ) -> Result<Self, SetupError> {
        let text = |error: io::Error| error.to_string();
        let (control, theirs) = UnixStream::pair().map_err(text)?;
        let (forwarder, their_doors) = UnixStream::pair().map_err(text)?;
        program
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::from(OwnedFd::from(their_doors)));
        program.stderr(Stdio::piped());
        let mut child = program.spawn().map_err(|error| {
            format!(
                "{} can't be started: {error}",
                program.get_program().display()
            )
        })?;
        // The command still holds the other ends, which would keep the line open for ever.
        drop(program);
        match shake_hands(&control, child.id(), setup, leaves) {
            Ok(notes) => {
                drop(child.stderr.take());
                let mut client = Self {
                    child,
                    control,
                    sending: Mutex::default(),
                    waiting: Waiting::default(),
                    shut: Arc::default(),
                    notes,
                };
                client
                    .accept_connections(forwarder, services)
                    .map_err(text)?;
                Ok(client)
            }
            Err(mut unbuilt) => {
                let _ = child.kill();
                let mut words = String::new();
                if let Some(stderr) = child.stderr.take() {
                    let _ = stderr.take(2000).read_to_string(&mut words);
                }
                let _ = child.wait();
                let words = words.trim();
                if !words.is_empty() {
                    unbuilt.reason = format!("{}: {words}", unbuilt.reason);
                }
                Err(unbuilt)
            }
        }
    }

    fn accept_connections(
        &mut self,
        forwarder: UnixStream,
        services: &[Service],
    ) -> io::Result<()> {
        let from = self.control.try_clone()?;
        let waiting = Arc::clone(&self.waiting);
        std::thread::spawn(move || {
            while let Ok(Some((reply, body))) = receive_frame::<Reply>(&from) {
                let Some(id) = reply.id() else { continue };
                let mut waiting = lock_mutex(&waiting);
                let goes_on = matches!(reply, Reply::Started { .. });
                if let Some(answer) = waiting.get(&id) {
                    let _ = answer.send((reply, body));
                }
                if !goes_on {
                    waiting.remove(&id);
                }
            }
            // Whoever still waits learns that nothing will come.
            lock_mutex(&waiting).clear();
        });
        let services = services.to_vec();
        let shut = Arc::clone(&self.shut);
        std::thread::spawn(move || take_connections(&forwarder, &services, &shut));
        Ok(())
    }

    /// Shuts the services of the host, or opens them again, for connections that are made from now on.
    pub(crate) fn shut_services(&self, shut: bool) {
        self.shut.store(shut, Ordering::Release);
    }

    /// Sends a request; its answers come over the receiver, which ends when the supervisor is gone.
    pub(crate) fn send_request(
        &self,
        id: u64,
        request: &Request,
        body: &[u8],
    ) -> Result<Answers, SandboxError> {
        let (sender, receiver) = unbounded_channel();
        lock_mutex(&self.waiting).insert(id, sender);
        if let Err(error) = self.send_notice(request, body) {
            lock_mutex(&self.waiting).remove(&id);
            return Err(SandboxError::Gone(error.to_string()));
        }
        Ok(receiver)
    }

    /// Sends a request that has no answer of its own.
    pub(crate) fn send_notice(&self, request: &Request, body: &[u8]) -> io::Result<()> {
        let _whole = self.sending.lock().unwrap_or_else(PoisonError::into_inner);
        send_frame(&self.control, request, body)
    }

    /// Ends the supervisor and everything in its sandbox. May be called again.
    pub(crate) fn shut_down(&mut self) -> io::Result<()> {
        let _ = self.control.shutdown(Shutdown::Both);
        let started = Instant::now();
        while started.elapsed() < ENDING {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        self.child.kill()?;
        self.child.wait().map(drop)
    }
}

impl Drop for SandboxClient {
    fn drop(&mut self) {
        let _ = self.shut_down();
    }
}

fn lock_mutex<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn shake_hands(
    control: &UnixStream,
    pid: u32,
    setup: &Setup,
    leaves: bool,
) -> Result<Vec<String>, SetupError> {
    let text = |error: io::Error| error.to_string();
    control.set_read_timeout(Some(STANDING)).map_err(text)?;
    if leaves {
        match receive_frame::<Reply>(control).map_err(text)? {
            Some((Reply::WantsMap, _)) => {}
            Some((Reply::Failed(unbuilt), _)) => return Err(unbuilt),
            _ => return Err("it ended before it had left the host's namespaces".into()),
        }
        let mapped = rustix::process::geteuid().is_root() && map_everyone(pid);
        send_frame(control, &Mapped(mapped), b"").map_err(text)?;
    }
    send_frame(control, setup, b"").map_err(|error| format!("it ended at once ({error})"))?;
    match receive_frame::<Reply>(control) {
        Ok(Some((Reply::Ready { notes }, _))) => control
            .set_read_timeout(None)
            .map(|()| notes)
            .map_err(|error| text(error).into()),
        Ok(Some((Reply::Failed(unbuilt), _))) => Err(unbuilt),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            Err("it did not answer in time".into())
        }
        Ok(_) | Err(_) => Err("it ended before the sandbox was set up".into()),
    }
}

#[cfg(target_os = "linux")]
fn map_everyone(pid: u32) -> bool {
    namespaces::map_everyone(pid).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn map_everyone(_: u32) -> bool {
    false
}

/// Connections that are received are not for the programs that we start.
#[cfg(target_os = "linux")]
const KEPT: RecvFlags = RecvFlags::CMSG_CLOEXEC;
#[cfg(not(target_os = "linux"))]
const KEPT: RecvFlags = RecvFlags::empty();

/// Takes the connections that come through the forwarder, and joins each to its service.
fn take_connections(forwarder: &UnixStream, services: &[Service], shut: &AtomicBool) {
    loop {
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut port = [0; 2];
        let received = rustix::net::recvmsg(
            forwarder,
            &mut [IoSliceMut::new(&mut port)],
            &mut control,
            KEPT,
        );
        match received {
            Ok(received)
                if received.bytes == 2 && !received.flags.contains(ReturnFlags::CTRUNC) => {}
            Err(rustix::io::Errno::INTR) => continue,
            _ => return,
        }
        let port = u16::from_be_bytes(port);
        let service = services
            .iter()
            .find(|service| service.port == port)
            .filter(|_| !shut.load(Ordering::Acquire))
            .cloned();
        for message in control.drain() {
            let RecvAncillaryMessage::ScmRights(connections) = message else {
                continue;
            };
            for connection in connections {
                if let Some(service) = service.clone() {
                    std::thread::spawn(move || {
                        forward_connection(TcpStream::from(connection), &service)
                    });
                }
            }
        }
    }
}

/// Carries bytes both ways until both sides have said all. A service that is not there looks like a
/// closed connection.
fn forward_connection(inside: TcpStream, service: &Service) {
    let Ok(outside) = TcpStream::connect((service.host.as_str(), service.port)) else {
        return;
    };
    let (Ok(inside_too), Ok(outside_too)) = (inside.try_clone(), outside.try_clone()) else {
        return;
    };
    let there = std::thread::spawn(move || copy_bytes(&inside_too, &outside_too));
    copy_bytes(&outside, &inside);
    let _ = there.join();
}

fn copy_bytes(mut from: &TcpStream, mut to: &TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

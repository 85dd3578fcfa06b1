//! The commands that are running: each behind a launcher, its output going to a file, its time
//! counted.
//!
//! ```text
//! Run { id: 3, script }     outputs/3 is made, and a launcher gets the script
//! the command prints        outputs/3 grows, up to the limit; what is beyond is only counted
//! its time runs out         the launcher is told to end it; after 7 s without an answer it is ended itself
//! it has ended              strays are ended, the rest of the output is read for 200 ms, and the host gets `Done`
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::process::{Signal, WaitOptions};

use super::{ReplyLine, SUPERVISOR_ARGUMENT, own_program};
use crate::command::{Exit, Output};
use crate::process::new_command;
use crate::processes::{end_descendants, listening_ports, living_descendants};
use crate::protocol::{Confinement, Reply, Script, Setup, Verdict, receive_frame, send_frame};
use crate::usage::Watch;

/// The time after which a background command counts as started, unless its time limit is shorter.
const READY: Duration = Duration::from_secs(30);

/// The time for which output is still read after a command and all that it started have ended.
const DRAIN: Duration = Duration::from_millis(200);

/// The time between two looks at what a command takes of the machine. One that ends before the first is not looked at.
const LOOK: Duration = Duration::from_millis(250);

/// The time that a launcher has to end its command before it is ended itself.
const ENDING: Duration = Duration::from_secs(7);

/// All commands of a run.
pub(super) struct Runs {
    outputs: OwnedFd,
    confinement: Confinement,
    watch: Watch,
    running: Mutex<Running>,
    changed: Condvar,
}

#[derive(Default)]
struct Running {
    /// Launchers that live.
    launchers: BTreeSet<i32>,
    /// The channels over which commands are told to end.
    stops: BTreeMap<u64, Sender<Event>>,
    /// Nothing is started any more.
    closed: bool,
}

/// An event that a command's thread waits for.
enum Event {
    Verdict(Option<Verdict>),
    Stop,
}

/// The amount that a command has printed so far.
#[derive(Default)]
struct Printed {
    bytes: u64,
    last: Option<Instant>,
    closed: bool,
}

/// The terms under which a command runs.
pub(super) struct JobTerms {
    /// The number by which the host knows it.
    pub(super) id: u64,
    /// Ends the command unless it runs in the background.
    pub(super) timeout: Duration,
    pub(super) background: bool,
}

impl Runs {
    /// Opens the folder of outputs, before mounts hide it, and begins to watch what commands take.
    pub(super) fn new(setup: &Setup) -> io::Result<Self> {
        let outputs = File::open(&setup.outputs)?.into();
        Ok(Self {
            outputs,
            confinement: setup.confinement.clone(),
            watch: Watch::begin(
                setup.limits,
                setup.private_folders(),
                setup.copy.as_ref().map(|copy| copy.bytes),
            ),
            running: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// Returns whether no command runs.
    pub(super) fn is_idle(&self) -> bool {
        self.lock().stops.is_empty()
    }

    /// Starts a command; its end is told to the host.
    pub(super) fn start_job(
        runs: &Arc<Self>,
        line: &Arc<ReplyLine>,
        script: Script,
        terms: JobTerms,
    ) {
        let JobTerms {
            id,
            timeout,
            background,
        } = terms;
        let (sender, receiver) = channel();
        runs.lock().stops.insert(id, sender.clone());
        let (runs, line) = (Arc::clone(runs), Arc::clone(line));
        std::thread::spawn(move || {
            let job = Job {
                runs: &runs,
                line: &line,
                id,
                timeout,
                background,
            };
            let reply = match job.run_to_end(script, sender, &receiver) {
                Ok(reply) => reply,
                Err(error) => Reply::Refused {
                    id,
                    reason: error.to_string(),
                    errno: error.raw_os_error(),
                },
            };
            runs.lock().stops.remove(&id);
            line.send_reply(&reply, b"");
        });
    }

    /// Ends a command, whose end is then told to the host as usual.
    pub(super) fn stop_job(&self, id: u64) {
        let running = self.lock();
        if let Some(stop) = running.stops.get(&id) {
            let _ = stop.send(Event::Stop);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Buries every process that ends as a child of ours, for as long as we live.
    pub(super) fn reap_children(&self) {
        loop {
            match rustix::process::wait(WaitOptions::empty()) {
                Ok(Some((pid, _))) => {
                    self.lock().launchers.remove(&pid.as_raw_nonzero().get());
                    self.changed.notify_all();
                }
                Ok(None) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => {
                    let running = self.lock();
                    if running.launchers.is_empty() {
                        drop(self.changed.wait_timeout(running, Duration::from_secs(1)));
                    }
                }
            }
        }
    }

    /// Ends everything, and lets nothing start after it.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        end_descendants(own_pid(), &BTreeSet::new());
    }

    /// Ends what lost its launcher and so came to us.
    fn end_strays(&self) -> bool {
        let launchers = self.lock().launchers.clone();
        end_descendants(own_pid(), &launchers)
    }
}

/// One command on its way.
struct Job<'a> {
    runs: &'a Runs,
    line: &'a ReplyLine,
    id: u64,
    timeout: Duration,
    background: bool,
}

impl Job<'_> {
    /// Runs a command until it has ended, and returns what the host is told.
    ///
    /// A stop, time that ran out and a passed limit all do the same: the launcher's orders are closed, upon which it
    /// ends its command.
    ///
    /// # Errors The command could not be started.
    fn run_to_end(
        &self,
        script: Script,
        sender: Sender<Event>,
        events: &Receiver<Event>,
    ) -> io::Result<Reply> {
        let started = Instant::now();
        let printed = Arc::new((Mutex::new(Printed::default()), Condvar::new()));
        let (launcher, mut orders) = self.start_launcher(script, sender, &printed)?;
        let mut told = false;
        let deadline = (!self.background).then(|| started + self.timeout);
        let mut timed_out = None;
        let mut over = None;
        let mut ending: Option<Instant> = None;
        let verdict = loop {
            let wait = self.next_look(started, deadline, ending, told);
            match events.recv_timeout(wait) {
                Ok(Event::Verdict(verdict)) => break verdict,
                Ok(Event::Stop) => {
                    orders = None;
                    ending.get_or_insert_with(Instant::now);
                }
                Err(RecvTimeoutError::Disconnected) => break None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.background && !told {
                told = self.report_if_ready(launcher, started);
            }
            if ending.is_none() && deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                timed_out = Some(self.looks_like_server(launcher, started, &printed));
                orders = None;
                ending = Some(Instant::now());
            }
            if ending.is_none() && started.elapsed() >= LOOK {
                over = self.runs.watch.passed(launcher);
                if over.is_some() {
                    orders = None;
                    ending = Some(Instant::now());
                }
            }
            if ending.is_some_and(|since| since.elapsed() > ENDING) {
                end_descendants(own_pid(), &self.running_pids(launcher));
            }
        };
        drop(orders);
        let strays = self.runs.end_strays();
        let bytes = wait_for_rest(&printed);
        let (exit, left_behind) = match verdict {
            Some(Verdict::Ended { exit, left_behind }) => (exit, left_behind),
            Some(Verdict::NotStarted(reason)) => return Err(io::Error::other(reason)),
            None => (Exit::Signal(Signal::KILL.as_raw()), true),
        };
        let timed_out = timed_out.map(|looks_like_server| Exit::TimedOut {
            after: self.timeout,
            looks_like_server,
        });
        // A limit that was passed says more than the time that ran out, and both more than the status.
        let exit = over.map(Exit::OverLimit).or(timed_out).unwrap_or(exit);
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(Reply::Done {
            id: self.id,
            exit,
            bytes,
            left_behind: left_behind || strays,
            elapsed_ms,
        })
    }

    /// Returns the time until the next look: 10 to 200 ms while a command is ended or a server is waited for, else at
    /// most `LOOK`.
    fn next_look(
        &self,
        started: Instant,
        deadline: Option<Instant>,
        ending: Option<Instant>,
        told: bool,
    ) -> Duration {
        if ending.is_some() {
            return Duration::from_millis(200);
        }
        if self.background && !told {
            // Most servers listen within a second; the slow ones need no close look.
            return if started.elapsed() < Duration::from_secs(2) {
                Duration::from_millis(10)
            } else {
                Duration::from_millis(100)
            };
        }
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        left.map_or(LOOK, |left| left.min(LOOK))
    }

    /// Starts the launcher, and the threads that read what it and its command say.
    fn start_launcher(
        &self,
        script: Script,
        sender: Sender<Event>,
        printed: &Arc<(Mutex<Printed>, Condvar)>,
    ) -> io::Result<(i32, Option<ChildStdin>)> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC;
        let file = rustix::fs::openat(
            &self.runs.outputs,
            self.id.to_string(),
            flags,
            Mode::from_raw_mode(0o600),
        )?;
        let mut launcher = new_command(own_program());
        launcher.args([SUPERVISOR_ARGUMENT, "supervise"]);
        launcher
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = {
            let mut running = self.runs.lock();
            if running.closed {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let child = launcher.spawn()?;
            running.launchers.insert(child.id().cast_signed());
            child
        };
        self.runs.changed.notify_all();
        let (Some(mut orders), Some(verdict), Some(output)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("the launcher has no pipes"));
        };
        let printed = Arc::clone(printed);
        std::thread::spawn(move || capture_output(output, File::from(file), &printed));
        std::thread::spawn(move || {
            let verdict = receive_frame::<Verdict>(verdict)
                .ok()
                .flatten()
                .map(|(verdict, _)| verdict);
            let _ = sender.send(Event::Verdict(verdict));
        });
        send_frame(&mut orders, &(script, self.runs.confinement.clone()), b"")?;
        Ok((child.id().cast_signed(), Some(orders)))
    }

    /// Tells the host that a background command has started, once it listens or `READY` has passed; returns whether it
    /// did.
    fn report_if_ready(&self, launcher: i32, started: Instant) -> bool {
        let listening = listening_ports(&living_descendants(launcher, &BTreeSet::new()));
        let ready = !listening.is_empty() || started.elapsed() >= READY.min(self.timeout);
        if ready {
            self.line.send_reply(
                &Reply::Started {
                    id: self.id,
                    listening,
                },
                b"",
            );
        }
        ready
    }

    /// Returns whether a command listens, or has been silent for most of its time: it will not end
    /// by itself.
    fn looks_like_server(
        &self,
        launcher: i32,
        started: Instant,
        printed: &(Mutex<Printed>, Condvar),
    ) -> bool {
        let printed = printed.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A command that has printed nothing at all is not taken for silent.
        let silent = printed
            .last
            .is_some_and(|last| last.elapsed() > started.elapsed() / 2);
        silent || !listening_ports(&living_descendants(launcher, &BTreeSet::new())).is_empty()
    }

    /// Returns the launchers of all other commands.
    fn running_pids(&self, launcher: i32) -> BTreeSet<i32> {
        let mut others = self.runs.lock().launchers.clone();
        others.remove(&launcher);
        others
    }
}

/// Writes what a command prints to its file, until everyone has closed the pipe.
fn capture_output(mut output: impl Read, mut file: File, printed: &(Mutex<Printed>, Condvar)) {
    let mut buffer = vec![0; 64 * 1024];
    let state = || printed.0.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        match output.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                let mut state = state();
                if state.closed {
                    return;
                }
                let room = usize::try_from(Output::LIMIT.saturating_sub(state.bytes))
                    .unwrap_or(usize::MAX);
                // A full disk must not stop the command, which would wait for us; what was printed is still counted.
                let _ = file.write_all(&buffer[..count.min(room)]);
                state.bytes += count as u64;
                state.last = Some(Instant::now());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    state().closed = true;
    printed.1.notify_all();
}

/// Waits a little for the rest of the output, and then lets go of it. Returns how much there was, in bytes.
fn wait_for_rest(printed: &(Mutex<Printed>, Condvar)) -> u64 {
    let state = printed.0.lock().unwrap_or_else(PoisonError::into_inner);
    let waited = printed
        .1
        .wait_timeout_while(state, DRAIN, |state| !state.closed);
    let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
    state.closed = true;
    state.bytes
}

fn own_pid() -> i32 {
    rustix::process::getpid().as_raw_nonzero().get()
}

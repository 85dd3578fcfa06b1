//! A command's supervisor: a process between the warden and the shell that takes in whatever the command lets go of,
//! and ends it all when the command ends or its time is up.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{WaitOptions, WaitStatus};

use crate::command::Exit;
use crate::process::program;
use crate::processes::{descendants, end_descendants};
use crate::wire::{Confinement, Script, Verdict, receive, send};

/// How long what a command left behind may take to end by itself.
const GRACE: Duration = Duration::from_millis(100);

/// How long ending may take before it is given up.
const ENDING: Duration = Duration::from_secs(5);

/// What the supervisor is told on its standard input; after it, the end of the input means "end everything".
pub(crate) type Orders = (Script, Confinement);

/// The supervisor's whole life. Standard output takes the verdict, standard error is the command's output.
pub(crate) fn supervise_main() -> ExitCode {
    let verdict = match supervise() {
        Ok(verdict) => verdict,
        Err(error) => Verdict::NotStarted(error.to_string()),
    };
    match send(io::stdout().lock(), &verdict, b"") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn supervise() -> io::Result<Verdict> {
    let mut input = io::stdin().lock();
    let ((script, confinement), _) =
        receive::<Orders>(&mut input)?.ok_or_else(|| io::Error::other("no orders came"))?;
    drop(input);
    rustix::process::setsid()?;
    enclose(&confinement)?;
    let shell = start(&script)?;
    let over = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&over);
    std::thread::spawn(move || {
        let _ = io::stdin().lock().read(&mut [0]);
        while !heard.load(Ordering::Acquire) {
            end_descendants(own_pid(), &BTreeSet::new());
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let exit = wait_for(shell)?;
    let left_behind = end_leftovers()?;
    over.store(true, Ordering::Release);
    Ok(Verdict::Ended { exit, left_behind })
}

/// Keeps what is started from looking into us and from leaving us, and denies it what it is to be denied.
#[cfg(target_os = "linux")]
fn enclose(confinement: &Confinement) -> io::Result<()> {
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    crate::confine::confine(confinement)
}

/// Elsewhere, what confines a command is named in its words, and what leaves its parent is not taken in by us.
#[cfg(not(target_os = "linux"))]
fn enclose(_: &Confinement) -> io::Result<()> {
    Ok(())
}

fn start(script: &Script) -> io::Result<i32> {
    let output = || io::stderr().as_fd().try_clone_to_owned().map(Stdio::from);
    let Some((first, rest)) = script.words.split_first() else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let mut shell = program(first);
    shell
        .args(rest)
        .current_dir(&script.folder)
        .envs(script.env.iter().cloned());
    shell.stdout(output()?).stderr(output()?);
    std::os::unix::process::CommandExt::process_group(&mut shell, 0);
    let child = shell.spawn().map_err(|error| {
        io::Error::new(
            error.kind(),
            format!("{first} in {}: {error}", script.folder.display()),
        )
    })?;
    Ok(child.id().cast_signed())
}

/// Waits for one child, and buries every other that ends before it.
fn wait_for(wanted: i32) -> io::Result<Exit> {
    loop {
        match rustix::process::wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid.as_raw_nonzero().get() == wanted => {
                return Ok(exit_of(status));
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn exit_of(status: WaitStatus) -> Exit {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Code(-1),
    }
}

/// Ends what outlived the command. Gives whether anything had to be ended.
fn end_leftovers() -> io::Result<bool> {
    let ended = Instant::now();
    let mut ended_some = false;
    loop {
        match rustix::process::wait(WaitOptions::NOHANG) {
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => continue,
            Err(rustix::io::Errno::CHILD) => return Ok(ended_some),
            Err(error) => return Err(error.into()),
            Ok(None) => {}
        }
        if ended.elapsed() > ENDING {
            return Ok(true);
        }
        if ended.elapsed() >= GRACE {
            ended_some |= end_descendants(own_pid(), &BTreeSet::new());
        } else if descendants(own_pid(), &BTreeSet::new()).is_empty() {
            continue;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn own_pid() -> i32 {
    rustix::process::getpid().as_raw_nonzero().get()
}

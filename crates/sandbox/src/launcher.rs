//! A command's launcher: a process between the supervisor and the shell that takes in whatever the
//! command lets go of, and ends it all when the command ends or its time is up.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{WaitOptions, WaitStatus};

use crate::command::Exit;
use crate::process::new_command;
use crate::processes::{end_descendants, living_descendants};
use crate::protocol::{Confinement, Script, Verdict, receive_frame, send_frame};

/// The time that what a command left behind has to end by itself.
const GRACE: Duration = Duration::from_millis(100);

/// The time that ending may take before it is given up.
const ENDING: Duration = Duration::from_secs(5);

/// The orders that the launcher gets on its standard input; after it, the end of the input means
/// "end everything".
pub(crate) type Orders = (Script, Confinement);

/// Runs the launcher, its whole life. Standard output takes the verdict, standard error is the
/// command's output.
pub(crate) fn launcher_main() -> ExitCode {
    let verdict = match run_launcher() {
        Ok(verdict) => verdict,
        Err(error) => Verdict::NotStarted(error.to_string()),
    };
    match send_frame(io::stdout().lock(), &verdict, b"") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn run_launcher() -> io::Result<Verdict> {
    let mut input = io::stdin().lock();
    let ((script, confinement), _) =
        receive_frame::<Orders>(&mut input)?.ok_or_else(|| io::Error::other("no orders came"))?;
    drop(input);
    rustix::process::setsid()?;
    // Where memory is short before anyone looks, the system ends a command and not us.
    drop(std::fs::write("/proc/self/oom_score_adj", "500"));
    apply_limits(&confinement)?;
    let shell = spawn_shell(&script)?;
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

/// Keeps what is started from looking into us and from leaving us, and denies it what it is to be
/// denied.
#[cfg(target_os = "linux")]
fn apply_limits(confinement: &Confinement) -> io::Result<()> {
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    crate::lockdown::apply_lockdown(confinement)
}

/// Elsewhere, what confines a command is named in its words, and what leaves its parent is not
/// taken in by us.
#[cfg(not(target_os = "linux"))]
fn apply_limits(_: &Confinement) -> io::Result<()> {
    Ok(())
}

fn spawn_shell(script: &Script) -> io::Result<i32> {
    let output = || io::stderr().as_fd().try_clone_to_owned().map(Stdio::from);
    let Some((first, rest)) = script.words.split_first() else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let mut shell = new_command(first);
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
        } else if living_descendants(own_pid(), &BTreeSet::new()).is_empty() {
            continue;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn own_pid() -> i32 {
    rustix::process::getpid().as_raw_nonzero().get()
}

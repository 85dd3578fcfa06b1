//! The processes of the machine as `/proc` lists them: who descends from whom, and who listens.

use std::collections::{BTreeSet, HashMap};
#[cfg(target_os = "linux")]
use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

/// A process and the one that started it, or that took it in.
struct Listed {
    pid: i32,
    parent: i32,
    dead: bool,
}

#[cfg(target_os = "linux")]
fn list_processes() -> Vec<Listed> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read(entry.path().join("stat")).ok()?;
            // The name stands in parentheses and may itself hold any character.
            let end = stat.iter().rposition(|byte| *byte == b')')?;
            let rest = String::from_utf8_lossy(&stat[end + 1..]).into_owned();
            let mut fields = rest.split_whitespace();
            let dead = matches!(fields.next()?, "Z" | "X" | "x");
            Some(Listed {
                pid,
                parent: fields.next()?.parse().ok()?,
                dead,
            })
        })
        .collect()
}

#[cfg(not(target_os = "linux"))]
fn list_processes() -> Vec<Listed> {
    let lines = output_of("/bin/ps", &["-axo", "pid=,ppid=,stat="]);
    lines
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (pid, parent) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
            Some(Listed {
                pid,
                parent,
                dead: fields.next()?.starts_with('Z'),
            })
        })
        .collect()
}

#[cfg(not(target_os = "linux"))]
fn output_of(path: &str, arguments: &[&str]) -> String {
    let mut command = crate::process::new_command(path);
    let output = command
        .args(arguments)
        .stdout(std::process::Stdio::piped())
        .output();
    output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default()
}

/// Returns every living process that descends from `ancestor`, leaving out `spared` children and
/// what descends from them.
pub(crate) fn living_descendants(ancestor: i32, spared: &BTreeSet<i32>) -> Vec<i32> {
    let mut children: HashMap<i32, Vec<Listed>> = HashMap::new();
    for process in list_processes() {
        children.entry(process.parent).or_default().push(process);
    }
    let mut found = Vec::new();
    let mut next = vec![ancestor];
    while let Some(parent) = next.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            if spared.contains(&child.pid) {
                continue;
            }
            next.push(child.pid);
            if !child.dead {
                found.push(child.pid);
            }
        }
    }
    found
}

/// The time that what was killed may take to be dead before it is given up.
const DYING: Duration = Duration::from_secs(2);

/// Ends everything that descends from `ancestor` but the spared, and returns when nothing of it
/// lives. Gives whether there was anything.
pub(crate) fn end_descendants(ancestor: i32, spared: &BTreeSet<i32>) -> bool {
    let started = Instant::now();
    // Once is not enough: the death of a session's leader lets what is stopped in it go on for a moment.
    let mut some = false;
    while kill_descendants(ancestor, spared) {
        some = true;
        if started.elapsed() > DYING {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    some
}

/// Stops each before any is killed, so that none goes on multiplying in the room that
/// the dead leave. Gives whether there was anything.
fn kill_descendants(ancestor: i32, spared: &BTreeSet<i32>) -> bool {
    let mut stopped = BTreeSet::new();
    loop {
        let fresh: Vec<i32> = living_descendants(ancestor, spared)
            .into_iter()
            .filter(|pid| stopped.insert(*pid))
            .collect();
        if fresh.is_empty() {
            break;
        }
        for pid in fresh {
            send_signal(pid, Signal::STOP);
        }
    }
    for pid in &stopped {
        send_signal(*pid, Signal::KILL);
    }
    !stopped.is_empty()
}

fn send_signal(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        // One that ended meanwhile needs no signal.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// Returns the TCP ports on which the given processes listen, sorted.
#[cfg(not(target_os = "linux"))]
pub(crate) fn listening_ports(pids: &[i32]) -> Vec<u16> {
    let pids: Vec<String> = pids.iter().map(i32::to_string).collect();
    let arguments = [
        "-nP",
        "-iTCP",
        "-sTCP:LISTEN",
        "-a",
        "-Fn",
        "-p",
        &pids.join(","),
    ];
    let ports: BTreeSet<u16> = output_of("/usr/sbin/lsof", &arguments)
        .lines()
        .filter_map(|line| line.strip_prefix('n')?.rsplit_once(':')?.1.parse().ok())
        .collect();
    ports.into_iter().collect()
}

/// Returns the TCP ports on which the given processes listen, sorted.
#[cfg(target_os = "linux")]
pub(crate) fn listening_ports(pids: &[i32]) -> Vec<u16> {
    let sockets = listening_sockets();
    if sockets.is_empty() {
        return Vec::new();
    }
    let mut ports = BTreeSet::new();
    for pid in pids {
        let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else {
            continue;
        };
        for file in files.flatten() {
            let Ok(target) = fs::read_link(file.path()) else {
                continue;
            };
            let target = target.to_string_lossy().into_owned();
            let socket = target
                .strip_prefix("socket:[")
                .and_then(|rest| rest.strip_suffix(']'));
            ports.extend(socket.and_then(|socket| sockets.get(socket)).copied());
        }
    }
    ports.into_iter().collect()
}

/// Listening TCP sockets of our network, by the number that their file descriptors show.
#[cfg(target_os = "linux")]
fn listening_sockets() -> HashMap<String, u16> {
    const LISTENS: &str = "0A";
    let mut found = HashMap::new();
    for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
        for line in fs::read_to_string(table)
            .unwrap_or_default()
            .lines()
            .skip(1)
        {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (Some(local), Some(&LISTENS), Some(socket)) =
                (fields.get(1), fields.get(3), fields.get(9))
            else {
                continue;
            };
            let port = local
                .rsplit_once(':')
                .and_then(|(_, port)| u16::from_str_radix(port, 16).ok());
            found.extend(port.map(|port| ((*socket).to_owned(), port)));
        }
    }
    found
}

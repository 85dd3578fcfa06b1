//! A real process, killed in the middle of its work with a journal on disk, goes on to the same end.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use agent::{Ending, Record, Spent};
use journal::{Event, Journal, JournalError, Run, RunStart, RunState};
use llm::LocalFuture;

use crate::worker::{fresh, run, work};
use crate::world::{Memory, Played, agent, wait};

const ROOT: &str = "AGENT_TEST_ROOT";
/// As in the tests without a journal on disk: compaction is part of it.
const NARROW: u64 = 6_000;

/// A run that says how many records it has made.
struct Saying(Run, std::cell::Cell<u32>);

impl Saying {
    fn say(&self) {
        self.1.set(self.1.get() + 1);
        writeln!(std::io::stdout(), "recorded {}", self.1.get()).expect("said");
    }
}

impl Record for Saying {
    fn record(&self, events: &[Event]) -> Result<(), JournalError> {
        self.0.record_all(events)?;
        self.say();
        Ok(())
    }

    fn record_soon(&self, events: &[Event]) -> Result<(), JournalError> {
        Run::record_soon(&self.0, events)?;
        self.say();
        Ok(())
    }

    fn sync_to_disk(&self) -> LocalFuture<'_, Result<(), JournalError>> {
        Record::sync_to_disk(&self.0)
    }
}

fn start() -> RunStart {
    RunStart {
        plan: "plan.md".to_owned(),
        plan_hash: None,
        phases: vec!["Phase 1".to_owned()],
        root: "/repository".to_owned(),
        argv: Vec::new(),
        version: "0.1.0".to_owned(),
        dry_run: false,
    }
}

/// What the second process does: begins or resumes the only run, and works.
#[test]
#[ignore = "only the body of the second process"]
fn second_process() {
    let root = PathBuf::from(env::var_os(ROOT).expect("a root"));
    let (run, events) = open(&root);
    let model = Played {
        window: NARROW,
        ..Played::new(work)
    };
    let ((_, tools), record) = (fresh(), Saying(run, std::cell::Cell::new(0)));
    let agent = agent(&model, &tools, &record);
    wait(crate::worker::run(&agent, &events, &mut Spent::default())).expect("an ending");
}

fn open(root: &Path) -> (Run, Vec<Event>) {
    let journal = Journal::open(root).expect("opened");
    match journal.find(None) {
        Ok(found) => {
            let events = journal
                .events(&found.id)
                .expect("events")
                .into_iter()
                .map(|recorded| recorded.event);
            (
                journal.resume(&found.id).expect("resumed"),
                events.collect(),
            )
        }
        Err(_) => (journal.begin(&start()).expect("begun"), Vec::new()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a second process is what is tested"
)]
fn start_second(root: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(env::current_exe().expect("this program"))
        .args([
            "processes::second_process",
            "--exact",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(ROOT, root)
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let output = BufReader::new(child.stdout.take().expect("a pipe"));
    (child, output)
}

/// Reads until the process says that it has made so many records, or ends.
fn wait_for(output: &mut BufReader<ChildStdout>, records: u32) {
    let mut line = String::new();
    while output.read_line(&mut line).expect("readable") > 0 {
        let said = line
            .split("recorded ")
            .nth(1)
            .and_then(|number| number.trim().parse::<u32>().ok());
        if said.is_some_and(|said| said >= records) {
            return;
        }
        line.clear();
    }
}

#[test]
fn a_killed_process_loses_nothing_and_does_nothing_twice() {
    let (files, tools) = fresh();
    let (memory, model) = (
        Memory::default(),
        Played {
            window: NARROW,
            ..Played::new(work)
        },
    );
    let whole = wait(run(
        &agent(&model, &tools, &memory),
        &[],
        &mut Spent::default(),
    ))
    .expect("an ending");

    let folder = tempfile::tempdir().expect("a folder");
    // Each process is killed a little later in its life than the one before, so at other points of a step.
    for records in [1, 2, 3, 17, 18, 19, 20, 31, 40] {
        let (mut child, mut output) = start_second(folder.path());
        wait_for(&mut output, records);
        child.kill().expect("killed");
        child.wait().expect("gone");
    }
    let journal = Journal::open(folder.path()).expect("opened");
    assert_eq!(
        journal.find(None).expect("a run").state,
        RunState::Interrupted,
        "it was never killed at work"
    );
    assert_eq!(journal.runs().expect("runs").len(), 1);

    let (record, events) = open(folder.path());
    let (found, tools) = fresh();
    let mut spent = Spent::default();
    let ended = wait(run(&agent(&model, &tools, &record), &events, &mut spent)).expect("an ending");
    assert_eq!(
        ended.0,
        Ending::Done {
            text: "Done.".to_owned()
        }
    );
    assert_eq!(ended.1, whole.1);
    assert_eq!(*found.texts.borrow(), *files.texts.borrow());
    let id = record.id().clone();
    record
        .finish(0, "Implementation Complete")
        .expect("finished");
    assert!(matches!(
        journal.resume(&id),
        Err(JournalError::NotResumable { .. })
    ));
}

//! A run whose process is killed has lost nothing, two processes never run on one tree, and one that
//! writes while another does waits for it.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use journal::{Event, Journal, JournalError, RunState, undo_run};
use rusqlite::Connection;

use crate::repository::{Repository, start};

const ROOT: &str = "JOURNAL_TEST_ROOT";

/// What the second process does: it records for ever, and says each time when it has.
#[test]
#[ignore = "only the body of the second process"]
fn second_process() {
    let root = PathBuf::from(env::var_os(ROOT).expect("a root"));
    let journal = Journal::open(&root).expect("opened");
    let run = journal.begin(&start("docs/plan.md")).expect("a run");
    run.keep_original("a", &journal::Original::read(&root, "a").expect("read"))
        .expect("kept");
    run.wrote("a", Some(b"killed"), Some(0o644)).expect("noted");
    std::fs::write(root.join("a"), b"killed").expect("written");
    for count in 1.. {
        let seq = run
            .record(&Event::Note {
                text: format!("note {count}"),
            })
            .expect("recorded");
        println!("recorded {seq}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a second process is what is tested"
)]
fn start_second(repository: &Repository) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(env::current_exe().expect("this program"))
        .args([
            "processes::second_process",
            "--exact",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(ROOT, repository.root())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let output = BufReader::new(child.stdout.take().expect("a pipe"));
    (child, output)
}

/// Reads until the second process says that it has recorded event number `least` or a later one.
fn wait_for(output: &mut BufReader<ChildStdout>, least: u64) -> u64 {
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(
            output.read_line(&mut line).expect("readable"),
            0,
            "the second process ended"
        );
        let said = line
            .split("recorded ")
            .nth(1)
            .and_then(|number| number.trim().parse().ok());
        if let Some(seq) = said.filter(|seq| *seq >= least) {
            return seq;
        }
    }
}

#[test]
fn what_was_recorded_survives_the_kill() {
    let repository = Repository::new();
    repository.put("a", b"before", 0o644);
    let (mut child, mut output) = start_second(&repository);
    wait_for(&mut output, 1);
    match repository.journal.begin(&start("other.md")) {
        Err(JournalError::Busy { run }) => {
            assert_eq!(run, Some(repository.journal.find(None).expect("a run").id))
        }
        found => panic!("not busy: {found:?}"),
    }
    assert_eq!(
        repository.journal.find(None).expect("a run").state,
        RunState::Running
    );

    let said = wait_for(&mut output, 20);
    child.kill().expect("killed");
    child.wait().expect("gone");
    let run = repository.journal.find(None).expect("a run");
    assert_eq!(run.state, RunState::Interrupted);
    let events = repository.journal.events(&run.id).expect("events");
    let whole = u64::try_from(events.len()).expect("few");
    assert!(
        whole >= said,
        "{whole} events are there, {said} were promised"
    );
    for (recorded, number) in events.iter().zip(1..) {
        assert_eq!(
            recorded.event,
            Event::Note {
                text: format!("note {number}")
            }
        );
    }
    undo_run(&repository.journal, repository.root(), &run.id, false).expect("undone");
    assert_eq!(
        repository.see("a").content.as_deref(),
        Some(b"before".as_slice())
    );
}

#[test]
fn a_process_that_writes_waits_for_another_one() {
    let repository = Repository::new();
    repository.put("a", b"before", 0o644);
    let (mut child, mut output) = start_second(&repository);
    let mut said = wait_for(&mut output, 1);
    let database = repository.root().join(".backend-engineer/journal.db");
    let other = Connection::open(database).expect("opened");
    other.busy_timeout(Duration::from_secs(10)).expect("set");
    for _ in 0..5 {
        other.execute_batch("BEGIN IMMEDIATE").expect("begun");
        // The second process records without a pause, so that it comes to wait; a reader does not.
        let run = repository.journal.find(None).expect("a run");
        let before = repository.journal.events(&run.id).expect("events").len();
        thread::sleep(Duration::from_millis(100));
        let after = repository.journal.events(&run.id).expect("events").len();
        assert_eq!(before, after, "nobody writes beside the one that does");
        other.execute_batch("COMMIT").expect("ended");
        // It ends where a write of its fails, and then says nothing more.
        said = wait_for(&mut output, said + 200);
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
    let run = repository.journal.find(None).expect("a run");
    let events = repository.journal.events(&run.id).expect("events");
    assert!(
        events
            .iter()
            .zip(1..)
            .all(|(recorded, number)| recorded.seq == number),
        "without a gap"
    );
}

#[test]
fn many_that_open_a_new_journal_at_once_all_get_it() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || Journal::open(folder.path()).and_then(|journal| journal.runs());
        thread::scope(|scope| {
            let opened: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            for one in opened {
                assert_eq!(one.join().expect("no panic").expect("opened"), []);
            }
        });
    }
}

//! Events, outputs, originals and runs are found again as they were recorded.

use std::fs;
use std::io::{self, Read};

use journal::{
    Basis, CheckResult, Condition, Event, Evidence, ItemKind, ItemName, Journal, JournalError,
    Original, OutputId, Run, RunState, StepName, Subject, UnitName, Verdict, hash,
};

use crate::repository::{Repository, start};

fn note(text: &str) -> Event {
    Event::Note {
        text: text.to_owned(),
    }
}

#[test]
fn events_come_back_in_order() {
    let repository = Repository::new();
    let run = repository.begin();
    let events = [
        note("one"),
        Event::StepStarted {
            step: StepName::Verify,
        },
        note("three"),
    ];
    let places: Vec<u64> = events
        .iter()
        .map(|event| run.record(event).expect("recorded"))
        .collect();
    assert_eq!(places, [1, 2, 3]);
    let found = repository.journal.events(run.id()).expect("events");
    assert_eq!(
        found
            .iter()
            .map(|recorded| recorded.seq)
            .collect::<Vec<_>>(),
        places
    );
    assert_eq!(
        found
            .into_iter()
            .map(|recorded| recorded.event)
            .collect::<Vec<_>>(),
        events
    );
}

#[test]
fn several_events_are_recorded_as_one() {
    let repository = Repository::new();
    let run = repository.begin();
    assert_eq!(
        run.record_all(&[note("one"), note("two")])
            .expect("recorded"),
        2
    );
    assert_eq!(
        run.record_soon(&[note("three"), note("four")])
            .expect("recorded"),
        4
    );
    assert_eq!(run.record(&note("five")).expect("recorded"), 5);
    let found = repository.journal.events(run.id()).expect("events");
    let expected = ["one", "two", "three", "four", "five"].map(note);
    assert_eq!(
        found
            .into_iter()
            .map(|recorded| recorded.event)
            .collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn a_content_is_found_by_its_hash() {
    let repository = Repository::new();
    let run = repository.begin();
    let large: Vec<u8> = (0..3_000_001_u32)
        .map(|count| count.to_le_bytes()[0])
        .collect();
    for bytes in [b"".as_slice(), b"some", large.as_slice()] {
        let kept = run.keep_content(bytes).expect("kept");
        assert_eq!(kept, hash(bytes));
        assert_eq!(run.keep_content(bytes).expect("kept again"), kept);
        assert!(
            repository.journal.content(&kept).expect("found") == bytes,
            "the bytes differ"
        );
    }
    // An output of the same bytes is the same content, whichever came first.
    let output = run.keep_output(b"some".as_slice()).expect("kept");
    assert_eq!(repository.journal.output(output).expect("found"), b"some");
}

#[test]
fn an_interrupted_run_goes_on_as_the_only_one() {
    let repository = Repository::new();
    let first = repository.begin();
    let id = first.id().clone();
    first.record(&note("before")).expect("recorded");
    let other = Journal::open(repository.root()).expect("a second opening");
    assert!(matches!(other.resume(&id), Err(JournalError::Busy { run: Some(busy) }) if busy == id));
    drop(first);
    let later = repository.begin();
    assert!(
        matches!(other.resume(&id), Err(JournalError::Busy { run: Some(busy) }) if busy == *later.id())
    );
    later.finish(0, "").expect("finished");

    let resumed = other.resume(&id).expect("resumed");
    assert_eq!(resumed.id(), &id);
    let states = || {
        repository
            .journal
            .runs()
            .expect("runs")
            .iter()
            .map(|run| run.state)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        states(),
        [RunState::Finished, RunState::Running],
        "an older run may be the one at work"
    );
    match other.begin(&start("other.md")) {
        Err(JournalError::Busy { run: Some(busy) }) => assert_eq!(busy, id),
        found => panic!("not busy: {found:?}"),
    }
    assert_eq!(resumed.record(&note("after")).expect("recorded"), 2);
    resumed
        .finish(0, "Implementation Complete")
        .expect("finished");
    assert_eq!(states(), [RunState::Finished, RunState::Finished]);
}

#[test]
fn a_run_that_cannot_go_on_says_why() {
    let repository = Repository::new();
    let refused = |id: &journal::RunId| {
        repository
            .journal
            .resume(id)
            .expect_err("resumed")
            .to_string()
    };
    let finished = repository.run_writing("a", b"1");
    assert_eq!(
        refused(&finished),
        format!("run {finished} can't be resumed: it finished; begin a new one")
    );

    let dropped = repository.begin();
    repository.write(&dropped, "b", b"2", 0o644);
    let id = dropped.id().clone();
    drop(dropped);
    let undo = journal::undo_run(&repository.journal, repository.root(), &id, false)
        .expect("undone")
        .run;
    assert_eq!(
        refused(&id),
        format!("run {id} can't be resumed: run {undo} undid it; begin a new one")
    );
    assert!(matches!(
        repository.journal.resume(&undo),
        Err(JournalError::NotResumable { .. })
    ));
    assert_eq!(
        repository
            .journal
            .find(Some(id.as_str()))
            .expect("a run")
            .state,
        RunState::Interrupted
    );
}

#[test]
fn the_folder_ignores_itself() {
    let repository = Repository::new();
    let ignore =
        fs::read_to_string(repository.root().join(".backend-engineer/.gitignore")).expect("a file");
    assert_eq!(ignore, "*\n");
}

#[test]
fn looking_makes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(
        Journal::open_existing(folder.path())
            .expect("looked")
            .is_none()
    );
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    Journal::open(folder.path()).expect("made");
    assert!(
        Journal::open_existing(folder.path())
            .expect("looked")
            .is_some()
    );
}

#[test]
fn a_run_ends_finished_or_interrupted() {
    let repository = Repository::new();
    let state = || repository.journal.find(None).expect("a run").state;
    let run = repository.begin();
    assert_eq!(state(), RunState::Running);
    run.finish(3, "Implementation Incomplete")
        .expect("finished");
    let summary = repository.journal.find(None).expect("a run");
    assert_eq!((summary.state, summary.exit), (RunState::Finished, Some(3)));
    assert_eq!(
        summary.heading.as_deref(),
        Some("Implementation Incomplete")
    );
    assert_eq!(summary.start, start("docs/plan.md"));

    let dropped = repository.begin();
    dropped.record(&note("still here")).expect("recorded");
    let id = dropped.id().clone();
    drop(dropped);
    assert_eq!(state(), RunState::Interrupted);
    assert_eq!(repository.journal.events(&id).expect("events").len(), 1);

    let next = repository.begin();
    let states: Vec<RunState> = repository
        .journal
        .runs()
        .expect("runs")
        .iter()
        .map(|run| run.state)
        .collect();
    assert_eq!(
        states,
        [RunState::Running, RunState::Interrupted, RunState::Finished]
    );
    drop(next);
}

#[test]
fn only_one_run_is_on_a_tree() {
    let repository = Repository::new();
    let run = repository.begin();
    let other = Journal::open(repository.root()).expect("a second opening");
    match other.begin(&start("other.md")) {
        Err(JournalError::Busy { run: Some(busy) }) => assert_eq!(&busy, run.id()),
        found => panic!("not busy: {found:?}"),
    }
    assert_eq!(
        other.find(None).expect("readers look on").state,
        RunState::Running
    );
    drop(run);
    other.begin(&start("other.md")).expect("free again");
}

#[test]
fn a_run_is_found_by_part_of_its_name() {
    let repository = Repository::new();
    assert!(matches!(
        repository.journal.find(None),
        Err(JournalError::NoRuns)
    ));
    let first = repository.run_writing("a", b"1");
    let second = repository.run_writing("a", b"2");
    let find = |wanted: &str| repository.journal.find(Some(wanted)).map(|run| run.id);
    assert_eq!(repository.journal.find(None).expect("newest").id, second);
    assert_eq!(find(first.as_str()).expect("whole"), first);
    let begin = (1..=first.as_str().len())
        .map(|length| &first.as_str()[..length])
        .find(|part| !second.as_str().starts_with(part))
        .expect("they differ");
    assert_eq!(find(begin).expect("its beginning"), first);
    match find("20") {
        Err(JournalError::AmbiguousRun { candidates, .. }) => {
            assert_eq!(candidates, [second, first])
        }
        found => panic!("not ambiguous: {found:?}"),
    }
    assert!(matches!(
        find("nothing"),
        Err(JournalError::UnknownRun { .. })
    ));
    assert!(matches!(find(""), Err(JournalError::UnknownRun { .. })));
}

#[test]
fn outputs_are_kept_whole_and_once() {
    let repository = Repository::new();
    let run = repository.begin();
    let large: Vec<u8> = (0..5_000_003_u32)
        .flat_map(|count| count.to_le_bytes().into_iter().take(1))
        .collect();
    let first = run.keep_output(large.as_slice()).expect("kept");
    assert_eq!(run.keep_output(large.as_slice()).expect("kept"), first);
    let empty = run.keep_output(io::empty()).expect("kept");
    assert_ne!(empty, first);
    assert!(
        repository.journal.output(first).expect("found") == large,
        "the bytes differ"
    );
    assert_eq!(repository.journal.output(empty).expect("found"), b"");
    assert!(
        repository
            .journal
            .content(&hash(&large))
            .expect("found by hash")
            == large,
        "the bytes differ"
    );
    assert!(matches!(
        repository.journal.output(OutputId(999)),
        Err(JournalError::UnknownOutput(_))
    ));
}

#[test]
fn an_output_that_breaks_off_is_not_kept() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the pipe broke"))
        }
    }
    let repository = Repository::new();
    let run = repository.begin();
    let bytes = b"begun ".as_slice().chain(Broken);
    assert!(matches!(
        run.keep_output(bytes),
        Err(JournalError::Input(_))
    ));
    run.record(&note("the journal goes on")).expect("recorded");
    assert!(matches!(
        repository.journal.content(&hash(b"begun ")),
        Err(JournalError::UnknownContent(_))
    ));
}

#[test]
fn only_the_first_original_of_a_path_counts() {
    let repository = Repository::new();
    repository.put("a.py", b"first\r\n", 0o755);
    let run = repository.begin();
    repository.write(&run, "a.py", b"second", 0o644);
    repository.write(&run, "a.py", b"third", 0o600);
    let kept = repository.journal.originals(run.id()).expect("originals");
    let first = Original {
        path: "a.py".into(),
        content: Some(b"first\r\n".to_vec()),
        mode: Some(0o755),
        link: None,
    };
    assert_eq!(kept, [first]);
    let written = repository.journal.written(run.id()).expect("written");
    assert_eq!(written.len(), 1);
    assert_eq!(
        (written[0].hash.as_deref(), written[0].mode),
        (Some(hash(b"third").as_str()), Some(0o600))
    );
    assert_eq!(
        repository.journal.content(&hash(b"third")).expect("kept"),
        b"third"
    );
}

fn evidence(run: &Run, unit: &str, item: &str) -> Evidence {
    Evidence {
        subject: Subject {
            unit: Some(UnitName {
                label: unit.to_owned(),
                title: "Totals".to_owned(),
            }),
            item: ItemName {
                kind: ItemKind::Criterion,
                text: item.to_owned(),
            },
            command: "pytest".to_owned(),
            folder: String::new(),
        },
        condition: Condition {
            basis: Basis::Final,
            tree: Some("a".to_owned()),
            sandbox: None,
        },
        result: CheckResult {
            verdict: Verdict::Passed,
            exit: Some(0),
            detail: String::new(),
            tests: Vec::new(),
            output: None,
        },
        run: run.id().clone(),
    }
}

#[test]
fn evidence_of_a_plan_is_found_over_all_runs() {
    let repository = Repository::new();
    for (plan, unit) in [("a.md", "one"), ("b.md", "other"), ("a.md", "two")] {
        let run = repository.journal.begin(&start(plan)).expect("a run");
        run.record(&note("in between")).expect("recorded");
        for item in ["tests", "lint"] {
            run.record(&Event::Evidence(evidence(&run, unit, item)))
                .expect("recorded");
        }
        run.finish(0, "").expect("finished");
    }
    let found: Vec<(String, String, u64)> = repository
        .journal
        .evidence("a.md")
        .expect("evidence")
        .into_iter()
        .map(|found| {
            assert_eq!(found.id.run, found.evidence.run);
            let subject = found.evidence.subject;
            (
                subject.unit.expect("a unit").label,
                subject.item.text,
                found.id.seq,
            )
        })
        .collect();
    let expected = [
        ("two", "lint", 3),
        ("two", "tests", 2),
        ("one", "lint", 3),
        ("one", "tests", 2),
    ];
    assert_eq!(
        found,
        expected.map(|(unit, item, seq)| (unit.to_owned(), item.to_owned(), seq))
    );
}

#[test]
fn evidence_without_a_key_is_read_and_proves_nothing() {
    let repository = Repository::new();
    let run = repository.journal.begin(&start("a.md")).expect("a run");
    // As programs before this one wrote it: matched by the text of its command, whatever the unit.
    let old = serde_json::json!({
        "event": "evidence", "item": "Tests pass", "kind": "criterion", "command": "pytest", "exit": 1, "tree": "a",
        "run": run.id(), "verdict": "failed",
    });
    run.record(&serde_json::from_value(old.clone()).expect("an event"))
        .expect("recorded");
    run.record(&Event::Evidence(evidence(&run, "one", "tests")))
        .expect("recorded");
    let found = repository.journal.evidence("a.md").expect("evidence");
    assert_eq!(
        found.iter().map(|found| found.id.seq).collect::<Vec<_>>(),
        [2]
    );
    let events = repository.journal.events(run.id()).expect("events");
    assert_eq!(
        events.len(),
        2,
        "it is still there for whoever looks at the run"
    );
    assert_eq!(serde_json::to_value(&events[0].event).expect("JSON"), old);
}

//! Every event as people read it, with hostile text in it too.

use serde_json::{Value, json};

use super::*;

/// Events as the journal writes them, and what is told of each.
fn lines_of_events(events: Value, palette: Palette) -> String {
    let events: Vec<Event> = serde_json::from_value(events).expect("events");
    events
        .iter()
        .map(|event| {
            format_event(event, palette).unwrap_or_else(|| format!("({})", event.name())) + "\n"
        })
        .collect()
}

#[test]
fn every_event_is_told_in_a_line() {
    let events = json!([
        { "event": "run_started", "plan": "plan.md", "phases": ["Phase 1", "Phase 2"], "root": "/r", "argv": [], "version": "1", "dry_run": true },
        { "event": "step_started", "step": "understand" },
        { "event": "phase_started", "label": "Phase 2", "title": "Orders" },
        { "event": "phase_started", "label": "Orders", "title": "Orders" },
        { "event": "note", "text": "first\nsecond" },
        { "event": "diagnostic", "code": "file-missing", "severity": "warning", "message": "not there", "path": "plan.md", "line": 3, "column": 1, "hint": "create it" },
        { "event": "diagnostic", "code": "x", "severity": "error", "message": "not there", "path": null, "line": 3, "column": null, "hint": null },
        { "event": "file_staged", "path": "a.py", "action": "create", "how": "new file", "lines_added": 12, "lines_removed": 0 },
        { "event": "file_staged", "path": "b.py", "action": "delete", "how": "", "lines_added": 0, "lines_removed": 4 },
        { "event": "file_staged", "path": "c.py", "action": "modify", "how": "", "lines_added": 1, "lines_removed": 4 },
        { "event": "file_unchanged", "path": "a.py", "why": "the change stands already" },
        { "event": "file_refused", "path": "a.py", "reason": "ambiguous", "message": "two places fit", "line": 41, "candidates": ["A.b (line 3)", "C.b (line 9)"] },
        { "event": "file_written", "path": "a.py", "before_hash": null, "after_hash": "ab" },
        { "event": "file_written", "path": "a.py", "before_hash": "ab", "after_hash": null },
        { "event": "effect_dropped", "path": "x.log", "why": "not in scope" },
        { "event": "effect_promoted", "path": "db/schema.sql", "why": "in scope" },
        { "event": "command_started", "command": "pytest -q", "folder": "", "why": "criterion" },
        { "event": "command_finished", "command": "pytest -q", "folder": "api", "exit": 0, "elapsed_ms": 400, "verdict": "passed", "detail": "", "output": 3, "tree": null },
        { "event": "command_finished", "command": "mypy .", "folder": "", "exit": 127, "elapsed_ms": 61000, "verdict": "not_checked", "detail": "mypy is not installed", "output": 4, "tree": null },
        { "event": "server_started", "command": "uvicorn app:app", "folder": "" },
        { "event": "evidence", "item": "tests", "kind": "command", "command": null, "exit": null, "tree": null, "run": "r", "verdict": "passed" },
        { "event": "ticked", "line": 7, "text": "Tests pass" },
        { "event": "unticked", "line": 7, "text": "Tests pass", "why": "they fail now" },
        { "event": "committed", "id": "0123456789abcdef", "message": "Add a\n\nBody" },
        { "event": "commit_skipped", "why": "no --commit" },
        { "event": "run_finished", "exit": 7, "heading": "Implementation Unproven", "elapsed_ms": 3_723_000 },
        { "event": "of_a_later_version" },
    ]);
    insta::assert_snapshot!("events", lines_of_events(events, Palette { on: false }));
}

#[test]
fn no_text_of_others_steers_the_terminal() {
    let hostile = "rm\u{1b}[2J\u{9b}x\u{202e}\r\nnext";
    let events = json!([
        { "event": "note", "text": hostile },
        { "event": "file_refused", "path": hostile, "reason": "r", "message": hostile, "line": null, "candidates": [hostile] },
        { "event": "command_started", "command": hostile, "folder": hostile, "why": hostile },
        { "event": "committed", "id": "é\u{1b}[2J0123456789", "message": hostile },
    ]);
    let told = lines_of_events(events, Palette { on: false });
    assert_eq!(told.lines().count(), 4, "{told}");
    assert!(
        !told.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\r']),
        "{told:?}"
    );
}

#[test]
fn times_are_short() {
    for (milliseconds, text) in [
        (40, "0.0s"),
        (9_940, "9.9s"),
        (10_000, "10s"),
        (185_000, "3m 05s"),
        (7_260_000, "2h 01m"),
    ] {
        assert_eq!(format_duration(Duration::from_millis(milliseconds)), text);
    }
}

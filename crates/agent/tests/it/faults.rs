//! Whatever is wrong with a call is told to the model, in the place of its result; only a broken harness stops.

use std::cell::RefCell;
use std::rc::Rc;

use agent::{AgentError, Ending, Spent};
use llm::{Reply, Request, StopReason};
use serde_json::{Value, json};

use crate::world::{Files, Memory, Played, agent, place, results, tools, turn, wait};

/// Has the calls made in one turn; gives the results that the model reads, in order.
fn answers(reply: Reply) -> (Vec<String>, Rc<Files>) {
    let (files, memory) = (Rc::new(Files::default()), Memory::default());
    let tools = tools(&files);
    let read = RefCell::new(Vec::new());
    let model = Played::new(|request: &Request<'_>| {
        Ok(if place(request) == 0 {
            reply.clone()
        } else {
            *read.borrow_mut() = results(request);
            turn("Done.", &[])
        })
    });
    let agent = agent(&model, &tools, &memory);
    let mut conversation = agent.begin("system", "task").expect("begun");
    let ending = wait(agent.talk(&mut conversation, &mut Spent::default())).expect("an ending");
    assert_eq!(
        ending,
        Ending::Done {
            text: "Done.".to_owned()
        }
    );
    (read.take(), files)
}

#[test]
fn each_faulty_call_is_answered() {
    let cases: [(&str, Value, &str); 5] = [
        (
            "Erase",
            json!({}),
            "There is no tool `Erase`; nothing was done. The tools are: Append, Look",
        ),
        (
            "Append",
            json!("{\"file\": \"f"),
            "can't be read (this is no JSON object: {\"file\": \"f)",
        ),
        (
            "Append",
            json!([1]),
            "can't be read (a JSON object is needed, this is: [1])",
        ),
        (
            "Append",
            json!({ "file": 1 }),
            "`file` and `text` are needed",
        ),
        ("Refuse", json!({}), "do something else"),
    ];
    for (tool, arguments, expected) in cases {
        let (answers, files) = answers(turn("", &[("a", tool, arguments)]));
        assert!(answers[0].contains(expected), "{answers:?}");
        assert!(files.texts.borrow().is_empty());
    }
}

#[test]
fn a_call_that_was_cut_off_is_never_run() {
    let cut = Reply {
        stop: StopReason::MaxTokens,
        ..turn("", &[("a", "Append", json!("{\"file\": \"f"))])
    };
    let (answers, files) = answers(cut);
    assert!(
        answers[0].contains("cut off at its limit; use several smaller calls"),
        "{answers:?}"
    );
    assert!(files.ran.borrow().is_empty());
}

#[test]
fn a_faulty_call_spoils_no_other() {
    let append = |text: &str| json!({ "file": "f", "text": text });
    let calls = [
        ("a", "Append", append("1")),
        ("b", "Erase", json!({})),
        ("c", "Append", append("2")),
    ];
    let (answers, files) = answers(turn("", &calls));
    assert_eq!(
        (answers[0].as_str(), answers[2].as_str()),
        ("appended", "appended")
    );
    assert_eq!(files.texts.borrow()["f"], "12");
}

#[test]
fn calls_of_one_name_or_none_each_get_their_own_answer() {
    let append = |text: &str| json!({ "file": "f", "text": text });
    for id in ["same", ""] {
        let calls = [
            (id, "Append", append("1")),
            (id, "Look", json!({ "file": "f" })),
            (id, "Append", append("2")),
        ];
        let (answers, files) = answers(turn("", &calls));
        assert_eq!(answers, ["appended", "1", "appended"]);
        assert_eq!(files.texts.borrow()["f"], "12");
    }
}

#[test]
fn reading_calls_run_side_by_side_and_others_in_order() {
    let look = |file: &str| ("", "Look", json!({ "file": file }));
    let append = |file: &str, text: &str| ("", "Append", json!({ "file": file, "text": text }));
    let calls = [
        append("f", "1"),
        append("g", "2"),
        look("f"),
        look("g"),
        look("h"),
        append("f", "3"),
        look("f"),
    ];
    let (answers, files) = answers(turn("", &calls));
    assert_eq!(
        answers,
        [
            "appended",
            "appended",
            "1",
            "2",
            "no such file",
            "appended",
            "13"
        ]
    );
    assert_eq!(files.most_at_once.get(), 3);
}

#[test]
fn an_answer_is_limited_in_size() {
    let (answers, _) = answers(turn("", &[("a", "Long", json!({ "lines": 100_000 }))]));
    assert!(answers[0].len() < 101_000, "{}", answers[0].len());
    assert!(answers[0].contains("bytes left out here …]"));
    assert!(
        answers[0].starts_with("a line of some length\n")
            && answers[0].ends_with("a line of some length\n")
    );
}

#[test]
fn a_broken_harness_stops_and_what_was_done_before_is_kept() {
    let (files, memory) = (Rc::new(Files::default()), Memory::default());
    let tools = tools(&files);
    let append = ("a", "Append", json!({ "file": "f", "text": "1" }));
    let model =
        Played::new(|_: &Request<'_>| Ok(turn("", &[append.clone(), ("b", "Break", json!({}))])));
    let agent = agent(&model, &tools, &memory);
    let mut conversation = agent.begin("system", "task").expect("begun");
    match wait(agent.talk(&mut conversation, &mut Spent::default())) {
        Err(AgentError::Tool { tool, message }) => {
            assert_eq!((&*tool, &*message), ("Break", "the disk is gone"))
        }
        found => panic!("not stopped: {found:?}"),
    }
    assert_eq!(
        memory.names()[2..],
        [
            "model_replied",
            "tool_started",
            "tool_finished",
            "tool_started"
        ]
    );
}

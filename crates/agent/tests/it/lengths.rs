//! A conversation that grows beyond its model's window is made shorter: valid for every provider, with the task in it, and
//! not before it must be.

use std::cell::RefCell;
use std::rc::Rc;

use agent::{Ending, Spent};
use journal::Event;
use llm::{Block, Fault, Message, ModelError, Reply, Request, Usage};
use serde_json::{Value, json};

use crate::worker::{STEPS, fresh, run, work};
use crate::world::{Memory, Played, TASK, agent, place, turn, wait};

fn bytes(request: &Request<'_>) -> usize {
    serde_json::to_string(request.messages).expect("JSON").len()
}

fn overflow() -> ModelError {
    ModelError {
        model: "m".to_owned(),
        fault: Fault::ContextOverflow,
        message: "too long".to_owned(),
        hint: String::new(),
    }
}

fn compactions(memory: &Memory) -> Vec<Vec<Message>> {
    let events = memory.events.borrow();
    let found = events.iter().filter_map(|event| match event {
        Event::Compacted { messages, .. } => {
            Some(serde_json::from_value(messages.clone()).expect("messages"))
        }
        _ => None,
    });
    found.collect()
}

#[test]
fn each_request_extends_the_last_until_there_is_no_room() {
    for (window, shortened) in [(200_000, false), (6_000, true)] {
        let ((_, tools), memory) = (fresh(), Memory::default());
        let model = Played {
            window,
            heard: Some(RefCell::default()),
            ..Played::new(work)
        };
        let agent = agent(&model, &tools, &memory);
        wait(run(&agent, &[], &mut Spent::default())).expect("an ending");
        let heard = model.heard.as_ref().expect("kept").borrow();
        let rewritten = heard
            .windows(2)
            .filter(|pair| !pair[1].starts_with(&pair[0]))
            .count();
        let compacted = compactions(&memory);
        assert_eq!((rewritten, rewritten > 0), (compacted.len(), shortened));
        assert_eq!(heard.len(), STEPS + 1);
        assert!(heard.iter().all(
            |messages| serde_json::to_string(messages).expect("JSON").len() < 6 * 6_000
                || !shortened
        ));
        for messages in compacted {
            let notes = |message: &Message| {
                serde_json::to_string(message)
                    .expect("JSON")
                    .contains("left out")
            };
            assert!(messages.iter().any(notes), "nothing says what was left out");
            let anew = messages[0].text();
            assert!(
                anew.starts_with(TASK) || anew.starts_with("The task, as it was first put."),
                "{anew}"
            );
        }
    }
}

/// A model that reads a long text for each of so many turns, before it says that it is done.
fn reader(turns: usize, lines: usize) -> impl Fn(&Request<'_>) -> Result<Reply, ModelError> {
    let asked = RefCell::new(0);
    move |_| {
        *asked.borrow_mut() += 1;
        let number = *asked.borrow();
        let call = (
            "long",
            "Long",
            json!({ "text": format!("number {number}"), "lines": lines }),
        );
        Ok(if number > turns {
            turn("Done.", &[])
        } else {
            turn("", &[call])
        })
    }
}

#[test]
fn old_results_become_notes_while_that_is_enough() {
    let ((_, tools), memory) = (fresh(), Memory::default());
    // Ten results of about 5,500 tokens in a window of 61,000, of which 60,000 are for what is read.
    let model = Played {
        window: 61_000,
        ..Played::new(reader(10, 1_000))
    };
    let agent = agent(&model, &tools, &memory);
    wait(run(&agent, &[], &mut Spent::default())).expect("an ending");
    let compacted = compactions(&memory);
    assert_eq!(compacted.len(), 1);
    let results: Vec<&str> = compacted[0]
        .iter()
        .flat_map(|message| &message.blocks)
        .filter_map(|block| match block {
            Block::ToolResult { content, .. } => Some(content.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(results.len(), 10, "every call keeps its result");
    assert_eq!(
        results[0],
        r#"[1000 lines, left out for their length: Long {"text":"number 1","lines":1000}]"#
    );
    let whole = results
        .iter()
        .position(|content| content.starts_with("a line"))
        .expect("the latest are whole");
    assert!(
        results[whole..]
            .iter()
            .all(|content| content.starts_with("a line")),
        "notes stand among the latest"
    );
}

#[test]
fn the_next_task_outlives_what_came_before_it() {
    let ((_, tools), memory) = (fresh(), Memory::default());
    let model = Played {
        window: 5_000,
        ..Played::new(reader(30, 100))
    };
    let agent = agent(&model, &tools, &memory);
    let mut conversation = agent.begin("system", "The first task.").expect("begun");
    agent
        .add_task(&mut conversation, "never mind", None)
        .expect("told");
    let mut spent = Spent::default();
    let quick = Played::new(|_: &Request<'_>| Ok(turn("Done already.", &[])));
    wait(
        agent::Agent {
            model: &quick,
            ..agent.clone()
        }
        .talk(&mut conversation, &mut spent),
    )
    .expect("an ending");
    agent
        .add_task(&mut conversation, "THE REPAIR: test_orders fails", None)
        .expect("told");
    wait(agent.talk(&mut conversation, &mut spent)).expect("an ending");
    let compacted = compactions(&memory);
    assert!(compacted.len() > 1, "{}", compacted.len());
    for messages in compacted {
        let all = serde_json::to_string(&messages).expect("JSON");
        assert!(all.contains("THE REPAIR: test_orders fails"), "{all}");
    }
    let last = compactions(&memory).pop().expect("one");
    let list = last[0].text();
    assert!(
        list.contains("- You said: Done already.\n- Long {\"text\":\"number 1\""),
        "{list}"
    );
    assert_eq!(list.matches("What was done in it").count(), 1);
}

#[test]
fn what_the_provider_counts_decides() {
    let ((_, tools), memory) = (fresh(), Memory::default());
    let call = ("a", "Long", json!({ "lines": 100 }));
    let model = Played::new(|request: &Request<'_>| {
        let input = 40_000 * u64::try_from(place(request) + 1).expect("few");
        let usage = Usage {
            input,
            ..Usage::default()
        };
        Ok(if place(request) > 6 {
            turn("Done.", &[])
        } else {
            Reply {
                usage,
                ..turn("", std::slice::from_ref(&call))
            }
        })
    });
    let agent = agent(&model, &tools, &memory);
    let mut conversation = agent.begin("system", "task").expect("begun");
    let budget = agent::Budget {
        turns: Some(7),
        ..agent::Budget::default()
    };
    wait(
        agent::Agent {
            budget,
            ..agent.clone()
        }
        .talk(&mut conversation, &mut Spent::default()),
    )
    .expect("an ending");
    let asked: Vec<u64> = memory
        .events
        .borrow()
        .iter()
        .filter_map(|event| match event {
            Event::ModelAsked { tokens, .. } => Some(*tokens),
            _ => None,
        })
        .collect();
    assert!(asked[1] > 40_000 && asked[3] > 120_000, "{asked:?}");
    assert!(
        !compactions(&memory).is_empty(),
        "160,000 of 199,000 tokens and the fifth result: {asked:?}"
    );
}

#[test]
fn a_window_smaller_than_said_is_found_out() {
    let ((_, tools), memory) = (fresh(), Memory::default());
    let work = reader(12, 200);
    let model = Played::new(|request: &Request<'_>| {
        if bytes(request) > 20_000 {
            Err(overflow())
        } else {
            work(request)
        }
    });
    let agent = agent(&model, &tools, &memory);
    let (ending, _) = wait(run(&agent, &[], &mut Spent::default())).expect("an ending");
    assert_eq!(
        ending,
        Ending::Done {
            text: "Done.".to_owned()
        }
    );
    assert!(!compactions(&memory).is_empty());
}

#[test]
fn results_larger_than_the_window_are_cut() {
    for (calls, lines) in [(1, 4_000), (8, 1_000)] {
        let ((_, tools), memory) = (fresh(), Memory::default());
        let names: Vec<String> = (0..calls).map(|number| format!("call {number}")).collect();
        let all: Vec<(&str, &str, Value)> = names
            .iter()
            .map(|name| (name.as_str(), "Long", json!({ "lines": lines })))
            .collect();
        let model = Played {
            window: 8_000,
            ..Played::new(|request: &Request<'_>| match place(request) {
                _ if bytes(request) > 32_000 => Err(overflow()),
                0 => Ok(turn("", &all)),
                _ => Ok(turn("Done.", &[])),
            })
        };
        let agent = agent(&model, &tools, &memory);
        let (ending, conversation) =
            wait(run(&agent, &[], &mut Spent::default())).expect("an ending");
        assert_eq!(
            ending,
            Ending::Done {
                text: "Done.".to_owned()
            }
        );
        assert!(
            serde_json::to_string(&conversation.messages[2])
                .expect("JSON")
                .contains("bytes left out here")
        );
    }
}

#[test]
fn what_can_never_fit_ends_it() {
    let ((_, tools), memory) = (fresh(), Memory::default());
    let model = Played::new(|_: &Request<'_>| Err(overflow()));
    let huge = Rc::new("word ".repeat(10_000));
    let keep = || huge.to_string();
    let agent = agent::Agent {
        keep: &keep,
        ..agent(&model, &tools, &memory)
    };
    let mut conversation = agent.begin("system", &huge).expect("begun");
    assert_eq!(
        wait(agent.talk(&mut conversation, &mut Spent::default())).expect("an ending"),
        Ending::Overflow
    );
    assert_eq!(compactions(&memory).len(), 0);
}

//! A conversation ends when it is done, and early where it must, and says how.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use agent::{AgentError, Budget, Ending, Limit, Record, Spent, sum_spent};
use journal::{Event, JournalError};
use llm::{
    Block, Delta, Fault, LocalFuture, Message, ModelError, Reply, Request, StopReason, Usage,
};
use serde_json::json;

use crate::world::{Files, Memory, Played, agent, place, tools, turn, wait};

/// Talks with a model that plays `turns`; gives how that ended, the journal and what was spent.
fn talk(
    turns: impl Fn(&Request<'_>) -> Reply,
    budget: Budget,
    mut spent: Spent,
) -> (Ending, Memory, Spent) {
    let (files, memory) = (Rc::new(Files::default()), Memory::default());
    let (tools, model) = (
        tools(&files),
        Played::new(|request: &Request<'_>| Ok(turns(request))),
    );
    let agent = agent::Agent {
        budget,
        ..agent(&model, &tools, &memory)
    };
    let mut conversation = agent.begin("system", "task").expect("begun");
    let ending = wait(agent.talk(&mut conversation, &mut spent)).expect("an ending");
    drop(agent);
    (ending, memory, spent)
}

fn done(text: &str) -> Ending {
    Ending::Done {
        text: text.to_owned(),
    }
}

#[test]
fn it_is_done_when_the_model_says_so() {
    let turns = |request: &Request<'_>| match place(request) {
        0 => turn(
            "On it.",
            &[("a", "Append", json!({ "file": "f", "text": "1" }))],
        ),
        _ => turn("All done.", &[]),
    };
    let (ending, memory, spent) = talk(turns, Budget::default(), Spent::default());
    assert_eq!(ending, done("All done."));
    assert_eq!((spent.turns, spent.usage.output), (2, 2));
    let expected = "conversation_started model_asked model_replied tool_started tool_finished model_asked \
                    model_replied conversation_ended";
    assert_eq!(memory.names().join(" "), expected);
}

#[test]
fn what_was_spent_is_found_in_the_events() {
    let turns = |request: &Request<'_>| match place(request) {
        0..3 => Reply {
            usage: Usage {
                input: 5,
                cache_read: 7,
                cache_write: 1,
                output: 3,
                cost: Some(0.25),
                ..Usage::default()
            },
            ..turn("", &[("a", "Append", json!({ "file": "f", "text": "1" }))])
        },
        _ => turn("Done.", &[]),
    };
    let (_, memory, live) = talk(turns, Budget::default(), Spent::default());
    let told = sum_spent(memory.events.borrow().iter());
    assert_eq!(told, live);
    assert_eq!(
        (told.turns, told.usage.input, told.usage.cost),
        (4, 15, Some(0.75))
    );
}

/// Goes on with a turn that costs a thousand tokens and half a dollar.
fn costly_turn(_: &Request<'_>) -> Reply {
    Reply {
        usage: Usage {
            input: 600,
            output: 400,
            cost: Some(0.5),
            ..Usage::default()
        },
        ..turn("", &[("a", "Append", json!({ "file": "f", "text": "1" }))])
    }
}

#[test]
fn each_limit_ends_it_before_the_next_request() {
    let limits = [
        (
            Budget {
                turns: Some(2),
                ..Budget::default()
            },
            Limit::Turns(2),
            2,
        ),
        // The second request could pass the limit, so it is not sent.
        (
            Budget {
                tokens: Some(2_500),
                ..Budget::default()
            },
            Limit::TokensAhead {
                limit: 2_500,
                left: 1_500,
                needed: 2_009,
            },
            1,
        ),
        (
            Budget {
                cost: Some(1.0),
                ..Budget::default()
            },
            Limit::Cost(1.0),
            2,
        ),
    ];
    for (budget, limit, turned) in limits {
        let (ending, memory, spent) = talk(costly_turn, budget, Spent::default());
        assert_eq!((ending, spent.turns), (Ending::Limit(limit), turned));
        assert_eq!(
            memory.names().iter().rev().take(2).collect::<Vec<_>>(),
            ["conversation_ended", "limit_reached"]
        );
    }
    let budget = Budget {
        time: Some(Duration::from_secs(1)),
        ..Budget::default()
    };
    let (ending, _, spent) = talk(
        costly_turn,
        budget,
        Spent {
            elapsed_ms: 1_000,
            ..Spent::default()
        },
    );
    assert_eq!(
        (ending, spent.turns),
        (Ending::Limit(Limit::Time(Duration::from_secs(1))), 0)
    );
}

#[test]
fn the_limit_of_time_holds_for_retries_and_for_replies_of_no_use() {
    let garbage = |_: &Request<'_>| Ok(turn("", &[("a", "Nonsense", json!("{ \"x"))]));
    let limit = Duration::from_secs(5);
    // A provider that is overloaded without end; one that answers, and never with a call that can be made.
    for (tries, turned, asked) in [(u32::MAX, 0, 3), (0, 2, 0)] {
        let (files, memory) = (Rc::new(Files::default()), Memory::default());
        let takes = (Duration::from_secs(2), tries);
        let (tools, model) = (
            tools(&files),
            Played {
                takes,
                ..Played::new(garbage)
            },
        );
        let budget = Budget {
            time: Some(limit),
            ..Budget::default()
        };
        let agent = agent::Agent {
            budget,
            ..agent(&model, &tools, &memory)
        };
        let mut conversation = agent.begin("system", "task").expect("begun");
        let mut spent = Spent::default();
        let ending = wait(agent.talk(&mut conversation, &mut spent)).expect("an ending");
        assert_eq!(
            (ending, spent.turns),
            (Ending::Limit(Limit::Time(limit)), turned)
        );
        assert_eq!(spent.elapsed_ms, 5_000);
        assert_eq!(
            memory
                .names()
                .iter()
                .filter(|name| *name == "model_retried")
                .count(),
            asked
        );
    }
}

#[test]
fn a_refusal_ends_it_and_leaves_no_call_open() {
    let turns = |_: &Request<'_>| Reply {
        stop: StopReason::Refusal,
        ..turn(
            "I will not.",
            &[("a", "Append", json!({ "file": "f", "text": "1" }))],
        )
    };
    let (ending, memory, _) = talk(turns, Budget::default(), Spent::default());
    assert!(matches!(ending, Ending::Refused { .. }));
    assert!(!memory.names().contains(&"tool_started".to_owned()));
}

#[test]
fn a_model_that_says_nothing_is_asked_to_go_on_and_then_left() {
    for empty in [turn("", &[]), turn(" \n", &[]), thinking()] {
        let (ending, memory, spent) = talk(|_| empty.clone(), Budget::default(), Spent::default());
        assert_eq!((ending, spent.turns), (Ending::Silent, 3));
        assert_eq!(
            memory
                .names()
                .iter()
                .filter(|name| *name == "user_said")
                .count(),
            2
        );
    }
    let asked = Cell::new(0);
    let turns = |_: &Request<'_>| {
        asked.set(asked.get() + 1);
        if asked.get() == 1 {
            turn("", &[])
        } else {
            turn("Done.", &[])
        }
    };
    assert_eq!(
        talk(turns, Budget::default(), Spent::default()).0,
        done("Done.")
    );
}

fn thinking() -> Reply {
    let blocks = vec![Block::Thinking {
        text: "hm".to_owned(),
        signature: Some("s".to_owned()),
    }];
    Reply {
        message: Message::assistant(blocks),
        ..turn("", &[])
    }
}

#[test]
fn a_reply_that_is_cut_off_goes_on_and_not_for_ever() {
    let cut = |text: &str| Reply {
        stop: StopReason::MaxTokens,
        ..turn(text, &[])
    };
    let turns = |request: &Request<'_>| {
        if place(request) < 2 {
            cut("half")
        } else {
            turn("whole", &[])
        }
    };
    assert_eq!(
        talk(turns, Budget::default(), Spent::default()).0,
        done("whole")
    );
    let (ending, _, spent) = talk(|_| cut("half"), Budget::default(), Spent::default());
    assert_eq!((ending, spent.turns), (Ending::CutOff, 3));
}

#[test]
fn the_same_failing_call_is_told_and_then_ends_it() {
    let said = RefCell::new(Vec::new());
    let turns = |request: &Request<'_>| {
        said.borrow_mut().extend(crate::world::results(request));
        let look = (
            "l",
            "Look",
            json!({ "file": format!("other {}", place(request)) }),
        );
        turn("", &[("a", "Refuse", json!({ "same": true })), look])
    };
    let (ending, _, spent) = talk(turns, Budget::default(), Spent::default());
    assert_eq!(
        (ending, spent.turns),
        (
            Ending::Stuck {
                tool: "Refuse".to_owned()
            },
            5
        )
    );
    let refused: Vec<bool> = said
        .borrow()
        .iter()
        .filter(|content| content.starts_with("do something else"))
        .map(|content| content.contains("has failed"))
        .collect();
    assert_eq!(refused, [false, false, true, true]);
}

#[test]
fn a_fault_of_the_model_is_no_ending() {
    let (files, memory) = (Rc::new(Files::default()), Memory::default());
    let tools = tools(&files);
    let fault = ModelError {
        model: "m".to_owned(),
        fault: Fault::Key,
        message: "no key".to_owned(),
        hint: "set the variable".to_owned(),
    };
    let model = Played::new(|_: &Request<'_>| Err(fault.clone()));
    let agent = agent(&model, &tools, &memory);
    let mut conversation = agent.begin("system", "task").expect("begun");
    let failed = wait(agent.talk(&mut conversation, &mut Spent::default()));
    assert!(matches!(failed, Err(AgentError::Model(error)) if error == fault));
    assert_eq!(memory.names(), ["conversation_started", "model_asked"]);
}

#[test]
fn a_next_task_goes_on_in_the_same_conversation() {
    let (files, memory) = (Rc::new(Files::default()), Memory::default());
    let tools = tools(&files);
    let model =
        Played::new(|request: &Request<'_>| Ok(turn(&format!("Done {}.", place(request)), &[])));
    let agent = agent(&model, &tools, &memory);
    let mut conversation = agent.begin("system", "task").expect("begun");
    let mut spent = Spent::default();
    assert_eq!(
        wait(agent.talk(&mut conversation, &mut spent)).expect("an ending"),
        done("Done 0.")
    );
    assert_eq!(
        wait(agent.talk(&mut conversation, &mut spent)).expect("still ended"),
        done("Done 0.")
    );
    agent
        .add_task(&mut conversation, "The tests fail.", None)
        .expect("told");
    assert_eq!(
        wait(agent.talk(&mut conversation, &mut spent)).expect("an ending"),
        done("Done 1.")
    );
    assert_eq!(conversation.messages.len(), 4);
    assert_eq!(
        memory
            .names()
            .iter()
            .filter(|name| *name == "conversation_ended")
            .count(),
        2
    );
}

#[test]
fn what_comes_of_a_turn_is_shown_and_not_kept() {
    #[derive(Default)]
    struct Shown {
        memory: Memory,
        shown: RefCell<String>,
    }
    impl Record for Shown {
        fn record(&self, events: &[Event]) -> Result<(), JournalError> {
            self.memory.record(events)
        }
        fn record_soon(&self, events: &[Event]) -> Result<(), JournalError> {
            self.memory.record(events)
        }
        fn sync_to_disk(&self) -> LocalFuture<'_, Result<(), JournalError>> {
            self.memory.sync_to_disk()
        }
        fn show(&self, delta: &Delta) {
            if let Delta::Text(text) = delta {
                *self.shown.borrow_mut() += text;
            }
        }
    }
    let record = Shown::default();
    let files = Rc::new(Files::default());
    let tools = tools(&files);
    let model = Played::new(|_: &Request<'_>| Ok(turn("Done.", &[])));
    let agent = agent(&model, &tools, &record);
    let mut conversation = agent.begin("system", "task").expect("begun");
    wait(agent.talk(&mut conversation, &mut Spent::default())).expect("an ending");
    assert_eq!(*record.shown.borrow(), "Done.");
    assert_eq!(record.memory.names().len(), 4);
}

//! A conversation whose process dies goes on from its events to the same end, and nothing that is recorded runs again.

use std::collections::BTreeMap;
use std::future::Future as _;
use std::rc::Rc;
use std::task::{Context, Waker};

use agent::{Agent, AgentError, Conversation, Ending, Spent};
use journal::Event;
use llm::Request;
use serde_json::{Value, json};

use crate::worker::{STEPS, fresh, run, work};
use crate::world::{Files, Memory, Played, agent, turn, wait};

/// A window in which forty steps have no room, so that compaction is part of what is resumed.
const NARROW: u64 = 6_000;

/// What a whole run comes to.
#[derive(Debug, PartialEq)]
struct Outcome {
    ending: Ending,
    conversation: Conversation,
    texts: BTreeMap<String, String>,
    turns: u32,
}

fn outcome(files: &Rc<Files>, memory: &Memory) -> Result<Outcome, AgentError> {
    let (model, tools) = (
        Played {
            window: NARROW,
            ..Played::new(work)
        },
        crate::world::tools(files),
    );
    let agent = agent(&model, &tools, memory);
    let (events, mut spent) = (memory.events.borrow().clone(), Spent::default());
    let (ending, conversation) = wait(run(&agent, &events, &mut spent))?;
    Ok(Outcome {
        ending,
        conversation,
        texts: files.texts.take(),
        turns: spent.turns,
    })
}

/// The calls that a journal knows the end of, as tools note what they ran.
fn finished(memory: &Memory) -> Vec<String> {
    let events = memory.events.borrow();
    let ended = |id: &str| {
        events
            .iter()
            .any(|event| matches!(event, Event::ToolFinished { call, .. } if call == id))
    };
    let calls = events.iter().filter_map(|event| match event {
        Event::ToolStarted {
            call,
            tool,
            arguments,
        } if ended(call) => Some(format!("{tool} {arguments}")),
        _ => None,
    });
    calls.collect()
}

/// Goes on after a death, and holds that all is as if nothing had happened.
fn goes_on(died: &Memory, whole: &Outcome, at: &str) {
    let before = finished(died);
    let (files, _) = fresh();
    let memory = died.next_process();
    let found = outcome(&files, &memory).expect("an ending");
    assert_eq!(&found.texts, &whole.texts, "{at}");
    assert_eq!(&found, whole, "{at}");
    for ran in files.ran.borrow().iter().filter(|ran| ran.contains('#')) {
        assert!(!before.contains(ran), "{at}: ran again: {ran}");
    }
}

#[test]
fn a_death_at_any_record_changes_nothing() {
    let (files, _) = fresh();
    let memory = Memory::default();
    let whole = outcome(&files, &memory).expect("an ending");
    assert_eq!(
        whole.ending,
        Ending::Done {
            text: "Done.".to_owned()
        }
    );
    assert!(
        memory.names().contains(&"compacted".to_owned()),
        "the window is not narrow enough"
    );
    assert!(memory.records() > 3 * STEPS);
    // What was to be recorded is lost, and what was done before that has left no trace but in the dead process.
    for at in 1..=memory.records() {
        let died = Memory::default();
        died.dies_at.set(Some(at));
        let (files, _) = fresh();
        assert!(
            matches!(outcome(&files, &died), Err(AgentError::Journal(_))),
            "it lives on at {at}"
        );
        goes_on(&died, &whole, &format!("record {at}"));
    }
}

#[test]
fn a_death_at_any_await_changes_nothing() {
    let (files, _) = fresh();
    let whole = outcome(&files, &Memory::default()).expect("an ending");
    // Every await of the first steps, and of the later ones, which are alike, each third.
    for polls in (1..).filter(|polls| *polls < 30 || polls % 3 == 0) {
        let died = Memory::default();
        let (_, tools) = fresh();
        let model = Played {
            window: NARROW,
            ..Played::new(work)
        };
        let agent = agent(&model, &tools, &died);
        let mut spent = Spent::default();
        let mut future = Box::pin(run(&agent, &[], &mut spent));
        let mut context = Context::from_waker(Waker::noop());
        if (0..polls).any(|_| future.as_mut().poll(&mut context).is_ready()) {
            assert!(polls > STEPS, "there are too few awaits");
            break;
        }
        drop(future);
        goes_on(&died, &whole, &format!("poll {polls}"));
    }
}

#[test]
fn many_deaths_in_a_row_change_nothing() {
    let (files, _) = fresh();
    let whole = outcome(&files, &Memory::default()).expect("an ending");
    let mut memory = Memory::default();
    for _ in 0..1_000 {
        memory.dies_at.set(Some(2));
        memory.dies_behind.set(true);
        let (files, _) = fresh();
        if let Ok(found) = outcome(&files, &memory) {
            assert_eq!(found, whole);
            return;
        }
        memory = memory.next_process();
    }
    panic!("it never comes to an end");
}

#[test]
fn a_conversation_that_ended_is_as_it_ended() {
    let (files, memory) = (fresh().0, Memory::default());
    let whole = outcome(&files, &memory).expect("an ending");
    let again = memory.next_process();
    let found = outcome(&fresh().0, &again).expect("an ending");
    assert_eq!(found, whole);
    assert_eq!(again.names(), memory.names(), "nothing is recorded twice");
}

#[test]
fn of_several_conversations_the_last_goes_on() {
    let (_, tools) = fresh();
    let memory = Memory::default();
    let model = Played::new(|_: &Request<'_>| Ok(turn("Done.", &[])));
    let agent = agent(&model, &tools, &memory);
    for task in ["first", "second"] {
        let mut conversation = agent.begin("system", task).expect("begun");
        wait(agent.talk(&mut conversation, &mut Spent::default())).expect("an ending");
    }
    let found = agent
        .resume(memory.events.borrow().iter())
        .expect("readable")
        .expect("a conversation");
    assert_eq!(found.messages[0], llm::Message::user("second"));
    assert_eq!(agent.resume(&[]).expect("readable"), None);
    assert_eq!(agent::sum_spent(memory.events.borrow().iter()).turns, 2);
}

#[test]
fn what_cannot_be_brought_about_again_is_said() {
    let (_, tools) = fresh();
    let memory = Memory::default();
    let model = Played::new(|_: &Request<'_>| Ok(turn("Done.", &[])));
    let agent: Agent<'_> = agent(&model, &tools, &memory);
    agent.begin("system", "task").expect("begun");
    let started = memory.events.borrow().clone();
    let finished = |tool: &str, details: Value| Event::ToolFinished {
        call: "a".to_owned(),
        tool: tool.to_owned(),
        content: String::new(),
        is_error: false,
        details,
        elapsed_ms: 0,
    };
    for (event, why) in [
        (
            finished("Append", json!({ "gone": true })),
            "what Append did can't be brought about again: its content is gone",
        ),
        (
            finished("Paint", json!({ "colour": 1 })),
            "there is no such tool now",
        ),
        (
            Event::Compacted {
                messages: json!("?"),
                tokens_before: 0,
                tokens_after: 0,
            },
            "an event of it can't be read",
        ),
    ] {
        match agent.resume(started.iter().chain([&event])) {
            Err(AgentError::Lost(found)) => assert!(found.contains(why), "{found}"),
            found => panic!("resumed: {found:?}"),
        }
    }
}

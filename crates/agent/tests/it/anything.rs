//! Whatever a model plays, in whatever window: each request is valid and has room, and a death changes nothing.

use std::cell::Cell;
use std::rc::Rc;

use agent::{Budget, Conversation, Ending, Spent};
use journal::Event;
use llm::{ModelError, Reply, Request, StopReason};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::worker::{fresh, run};
use crate::world::{Files, Memory, Played, agent, turn, wait};

/// The agent's `max_tokens` in this world.
const REPLY: u64 = 1_000;

/// One turn that a model plays.
#[derive(Debug, Clone)]
struct Step {
    say: usize,
    calls: Vec<(usize, u64)>,
    stop: Option<StopReason>,
}

fn step() -> impl Strategy<Value = Step> {
    let calls = proptest::collection::vec((0..7_usize, 0..400_u64), 0..4);
    let stop = prop_oneof![8 => Just(None), 1 => Just(Some(StopReason::MaxTokens)), 1 => Just(Some(StopReason::ToolUse))];
    (0..2_000_usize, calls, stop).prop_map(|(say, calls, stop)| Step {
        say: say.saturating_sub(500),
        calls,
        stop,
    })
}

fn played(step: &Step, number: usize) -> Reply {
    let call = |(place, (kind, size)): (usize, &(usize, u64))| -> (String, &str, Value) {
        let id = if *size == 7 {
            String::new()
        } else {
            format!("{number}-{}", place / 2)
        };
        let append = json!({ "file": format!("f{}", size % 3), "text": format!("{number};") });
        match kind {
            0 => (id, "Append", append),
            1 => (id, "Look", json!({ "file": format!("f{}", size % 3) })),
            2 => (id, "Long", json!({ "lines": size })),
            3 => (id, "Refuse", json!({ "number": number % 3 })),
            4 => (id, "Erase", json!({})),
            5 => (id, "Append", json!("{\"file\": ")),
            _ => (
                id,
                "Append",
                json!({ "file": "large", "text": "x".repeat(usize::try_from(size * 10).expect("few")) }),
            ),
        }
    };
    let calls: Vec<_> = step.calls.iter().enumerate().map(call).collect();
    let calls: Vec<_> = calls
        .iter()
        .map(|(id, tool, arguments)| (id.as_str(), *tool, arguments.clone()))
        .collect();
    let reply = turn(&"word ".repeat(step.say / 5), &calls);
    Reply {
        stop: step.stop.unwrap_or(reply.stop),
        ..reply
    }
}

type Outcome = (
    Ending,
    Conversation,
    std::collections::BTreeMap<String, String>,
    u32,
);

/// Talks on from what the journal holds; none when the process dies.
fn outcome(steps: &[Step], window: u64, memory: &Memory, files: &Rc<Files>) -> Option<Outcome> {
    let events = memory.events.borrow().clone();
    let replied = events
        .iter()
        .filter(|event| matches!(event, Event::ModelReplied { .. }))
        .count();
    let next = Cell::new(replied);
    let turns = |_: &Request<'_>| -> Result<Reply, ModelError> {
        let number = next.replace(next.get() + 1);
        Ok(steps
            .get(number)
            .map_or_else(|| turn("Done.", &[]), |step| played(step, number)))
    };
    let (model, tools) = (
        Played {
            window,
            ..Played::new(turns)
        },
        crate::world::tools(files),
    );
    let budget = Budget {
        turns: Some(60),
        ..Budget::default()
    };
    let agent = agent::Agent {
        budget,
        ..agent(&model, &tools, memory)
    };
    let mut spent = Spent::default();
    let (ending, conversation) = wait(run(&agent, &events, &mut spent)).ok()?;
    Some((ending, conversation, files.texts.take(), spent.turns))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_valid_has_room_and_goes_on(
        steps in proptest::collection::vec(step(), 0..25),
        window in 4_000..30_000_u64,
        death in any::<proptest::sample::Index>(),
    ) {
        let memory = Memory::default();
        let whole = outcome(&steps, window, &memory, &fresh().0).expect("an ending");
        for event in memory.events.borrow().iter() {
            if let Event::ModelAsked { tokens, .. } = event {
                prop_assert!(*tokens <= window - REPLY, "{tokens} of {window}");
            }
        }
        let ended = memory.next_process();
        prop_assert_eq!(outcome(&steps, window, &ended, &fresh().0).expect("an ending"), whole.clone());
        prop_assert_eq!(ended.names(), memory.names(), "what has ended ends anew");
        let died = Memory::default();
        died.dies_at.set(Some(death.index(memory.records()) + 1));
        prop_assert_eq!(outcome(&steps, window, &died, &fresh().0), None);
        let again = outcome(&steps, window, &died.next_process(), &fresh().0).expect("an ending");
        prop_assert_eq!(again, whole);
    }
}

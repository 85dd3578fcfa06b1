//! What a conversation costs. A limit of money holds whatever an honest provider counts: at most a token for each byte that
//! it is sent, and what its template adds. Caches are kept as long as the work takes, and effort changes between tasks.

use std::cell::RefCell;
use std::rc::Rc;

use agent::{Budget, Ending, LONG_PAUSE_MS, Limit, Spent};
use journal::Event;
use llm::{Block, CacheTime, Overhead, Price, Reply, Request, Usage};
use serde_json::json;

use crate::world::{Files, Memory, Played, agent, place, tools, turn, wait};

/// What the provider of these tests adds to a request: all that it may.
const OVERHEAD: Overhead = Overhead {
    request: 2_000,
    block: 16,
    tool: 64,
};
const PRICE: Price = Price {
    input: 2.0,
    cache_read: 0.2,
    cache_write: 2.5,
    cache_write_hour: 4.0,
    output: 10.0,
};
/// Steps of the task.
const STEPS: usize = 12;

/// How many tokens a provider counts for so many bytes.
type Count = fn(usize) -> usize;

/// The bytes of a request as a provider may write it out, arguments with blanks and beyond ASCII escaped.
fn bytes(request: &Request<'_>) -> usize {
    let block = |block: &Block| match block {
        Block::Text { text } => text.len(),
        Block::ToolCall {
            id,
            name,
            arguments,
        } => {
            let arguments = arguments.as_ref().expect("arguments").to_string();
            id.len()
                + name.len()
                + arguments
                    .chars()
                    .map(|one| if one.is_ascii() { 1 } else { 6 })
                    .sum::<usize>()
                + 8
        }
        Block::ToolResult { call, content, .. } => call.len() + content.len(),
        other => panic!("{other:?}"),
    };
    let tools = request
        .tools
        .iter()
        .map(|tool| tool.name.len() + tool.description.len() + tool.schema.to_string().len());
    request.system.len()
        + tools.sum::<usize>()
        + request
            .messages
            .iter()
            .flat_map(|message| &message.blocks)
            .map(block)
            .sum::<usize>()
}

/// A turn of the task: long texts, in letters of which a token holds few.
fn step(request: &Request<'_>, count: Count, fills: bool) -> Reply {
    let blocks: usize = request
        .messages
        .iter()
        .map(|message| 1 + message.blocks.len())
        .sum();
    let added = OVERHEAD.request
        + OVERHEAD.block * blocks as u64
        + OVERHEAD.tool * request.tools.len() as u64;
    let read = count(bytes(request)) as u64 + added;
    let made = match place(request) {
        number if number + 1 < STEPS => {
            let text = "\u{e9}\u{20ac}\"\\ \n".repeat(40 + number);
            turn(
                "I go on.",
                &[
                    ("a", "Append", json!({ "file": "f", "text": text })),
                    ("b", "Long", json!({ "lines": 60 })),
                ],
            )
        }
        _ => turn("Done.", &[]),
    };
    let written = if fills {
        request.max_tokens.into()
    } else {
        300
    };
    let mut usage = Usage {
        cache_write: read,
        output: written,
        ..Usage::default()
    };
    usage.cost =
        Some((read as f64 * PRICE.cache_write + f64::from(written as u32) * PRICE.output) / 1e6);
    Reply { usage, ..made }
}

#[test]
fn a_limit_of_money_is_never_passed() {
    let counts: [(Count, &str); 3] = [
        (|bytes| bytes / 4, "usual"),
        (|bytes| bytes / 2, "dense"),
        (|bytes| bytes, "a byte"),
    ];
    let mut kept = 0;
    for (count, what) in counts {
        for fills in [false, true] {
            for limit in [0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.13, 0.21, 0.34, 0.55] {
                let (files, memory) = (Rc::new(Files::default()), Memory::default());
                let tools = tools(&files);
                let asked = RefCell::new(0);
                let turns = |request: &Request<'_>| {
                    *asked.borrow_mut() += 1;
                    Ok(step(request, count, fills))
                };
                let model = Played {
                    price: Some(PRICE),
                    overhead: OVERHEAD,
                    ..Played::new(turns)
                };
                let budget = Budget {
                    cost: Some(limit),
                    ..Budget::default()
                };
                let agent = agent::Agent {
                    budget,
                    ..agent(&model, &tools, &memory)
                };
                let mut conversation = agent
                    .begin("system", &"Do the task \u{2014} all of it. ".repeat(200))
                    .expect("begun");
                let mut spent = Spent::default();
                let ending = wait(agent.talk(&mut conversation, &mut spent)).expect("an ending");
                let cost = spent.usage.cost.unwrap_or(0.0);
                assert!(
                    cost <= limit,
                    "{what}, fills {fills}, limit {limit}: {cost}"
                );
                match ending {
                    Ending::Limit(Limit::CostAhead { .. } | Limit::Cost(_)) => kept += 1,
                    ending => assert!(matches!(ending, Ending::Done { .. }), "{ending:?}"),
                }
            }
        }
    }
    assert!(
        (20..60).contains(&kept),
        "some of the limits end the work, and not all: {kept}"
    );
}

#[test]
fn after_a_long_call_the_cache_is_kept_for_an_hour_and_a_task_may_ask_for_more_effort() {
    let asked = RefCell::new(Vec::new());
    let turns = |request: &Request<'_>| {
        let last = request
            .messages
            .last()
            .map(|message| message.blocks.clone())
            .unwrap_or_default();
        asked.borrow_mut().push((request.cache, last));
        Ok(match place(request) {
            0 => turn(
                "I append.",
                &[("a", "Append", json!({ "file": "f", "text": "1" }))],
            ),
            _ => turn("Done.", &[]),
        })
    };
    let (files, memory) = (Rc::new(Files::default()), Memory::default());
    let (tools, model) = (tools(&files), Played::new(turns));
    let agent = agent(&model, &tools, &memory);
    let mut first = agent.begin("system", "task").expect("begun");
    wait(agent.talk(&mut first, &mut Spent::default())).expect("an ending");
    assert!(
        asked
            .borrow()
            .iter()
            .all(|(cache, _)| *cache == CacheTime::Usual)
    );
    let mut events = memory.events.borrow().clone();
    for event in &mut events {
        if let Event::ToolFinished { elapsed_ms, .. } = event {
            *elapsed_ms = LONG_PAUSE_MS;
        }
    }
    let mut again = agent
        .resume(&events)
        .expect("events")
        .expect("a conversation");
    agent
        .add_task(&mut again, "Mend it.", Some("high".to_owned()))
        .expect("told");
    wait(agent.talk(&mut again, &mut Spent::default())).expect("an ending");
    let expected = [
        Block::Effort {
            level: "high".to_owned(),
        },
        Block::Text {
            text: "Mend it.".to_owned(),
        },
    ];
    assert_eq!(
        asked.borrow().last(),
        Some(&(CacheTime::Hour, expected.to_vec()))
    );
}

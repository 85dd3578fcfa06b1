//! Every provider of the list against recorded exchanges: the turn that is read, what is told meanwhile, and that the
//! next request gives the turn back. `UPDATE_EXPECTED=1` writes what came as what is expected; read it before you keep it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use llm::Delta;
use serde_json::{Value, json};

use crate::server::{End, Play, Server};
use crate::setting::{answered, ask, environment, model, task};

/// What each provider must have on record.
const NEEDED: [&str; 6] = [
    "text",
    "calls",
    "thinking",
    "unknown",
    "cut_short",
    "refusal",
];

/// The folder with a provider's exchanges: some speak the same.
fn folder(provider: &str) -> PathBuf {
    let name = match provider {
        "ollama" | "compatible" => "chat",
        "bedrock" => "anthropic",
        "azure" => "openai",
        other => other,
    };
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/exchanges")
        .join(name)
}

pub(crate) fn providers() -> Vec<&'static str> {
    llm::list_providers(&|_| None)
        .into_iter()
        .map(|offer| offer.name)
        .collect()
}

fn cases(provider: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(provider))
        .unwrap_or_else(|_| panic!("record exchanges with {provider}"));
    let mut cases: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    cases.sort();
    for needed in NEEDED {
        assert!(
            cases.iter().any(|case| case.ends_with(needed)),
            "record `{needed}` of {provider}"
        );
    }
    cases
}

fn stream(case: &Path) -> Vec<u8> {
    fs::read(case.join("stream.sse")).expect("a stream")
}

/// Deltas in words, those of one kind that follow each other as one: how words are cut is no matter.
fn told(deltas: &[Delta]) -> Vec<String> {
    let mut told: Vec<(&str, String)> = Vec::new();
    for delta in deltas {
        let (kind, words) = match delta {
            Delta::Text(words) => ("text", words.clone()),
            Delta::Thinking(words) => ("thinking", words.clone()),
            Delta::ToolCall { name } => ("call", name.clone()),
            Delta::Retry { attempt, why, .. } => ("retry", format!("{attempt}: {why}")),
        };
        match told.last_mut() {
            Some((last, held)) if *last == kind && matches!(kind, "text" | "thinking") => {
                held.push_str(&words)
            }
            _ => told.push((kind, words)),
        }
    }
    told.into_iter()
        .map(|(kind, words)| format!("{kind}: {words}"))
        .collect()
}

/// What the second request has that the first has not: the turn as it is given back, and the results.
fn given_back(first: &str, second: &str) -> Value {
    let list = |body: &str| {
        let body: Value = serde_json::from_str(body).expect("a request");
        let name = ["messages", "input", "contents"]
            .into_iter()
            .find(|name| body.get(name).is_some());
        body[name.expect("a conversation")]
            .as_array()
            .expect("a list")
            .clone()
    };
    let known = list(first).len();
    list(second).split_off(known).into()
}

fn expect(case: &Path, file: &str, found: &Value) {
    let path = case.join(file);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, format!("{found:#}\n")).expect("written");
    }
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|_| panic!("{} is missing; found {found:#}", path.display()));
    let expected: Value = serde_json::from_str(&text).expect("JSON");
    // Compared as text: the order of names counts, since it makes the bytes.
    assert_eq!(
        format!("{found:#}"),
        format!("{expected:#}"),
        "{}",
        path.display()
    );
}

#[test]
fn turns_are_read_and_given_back_as_recorded() {
    for provider in providers() {
        for case in cases(provider) {
            let server = Server::start([Play::stream(stream(&case)), Play::HangUp]);
            let model = model(provider, server.port);
            let (reply, deltas) = ask(&*model, &task());
            let mut reply =
                reply.unwrap_or_else(|error| panic!("{provider}: {}: {error}", case.display()));
            // The cost depends on the model; it has a test of its own.
            let cost = reply.usage.cost.take();
            assert!(cost.is_none_or(|cost| cost > 0.0));
            // The seals name their provider.
            let name = format!("{provider}:");
            let found = json!({ "reply": reply, "told": told(&deltas) })
                .to_string()
                .replace(&name, "PROVIDER:");
            let found = found.replace(
                &format!("\"provider\":\"{provider}\""),
                "\"provider\":\"PROVIDER\"",
            );
            expect(
                &case,
                "reply.json",
                &serde_json::from_str(&found).expect("JSON"),
            );

            drop(ask(&*model, &answered(task(), reply.message)));
            let seen = server.seen();
            expect(
                &case,
                "given_back.json",
                &given_back(&seen[0].body, &seen[1].body),
            );
        }
    }
}

#[test]
fn pieces_and_pauses_make_no_difference() {
    for provider in providers() {
        for case in cases(provider) {
            let bytes = stream(&case);
            let pieces = |piece, pause| Play::Stream {
                bytes: bytes.clone(),
                piece,
                pause,
                end: End::Well,
            };
            let plays = [
                pieces(usize::MAX, Duration::ZERO),
                pieces(1, Duration::ZERO),
                pieces(700, Duration::from_millis(2)),
            ];
            let server = Server::start(plays);
            let model = model(provider, server.port);
            let whole = ask(&*model, &task());
            assert!(whole.0.is_ok(), "{provider}: {}: {whole:?}", case.display());
            assert_eq!(
                ask(&*model, &task()),
                whole,
                "{provider}: {}",
                case.display()
            );
            assert_eq!(
                ask(&*model, &task()),
                whole,
                "{provider}: {}",
                case.display()
            );
        }
    }
}

#[test]
fn a_turn_that_is_cut_anywhere_is_asked_for_again() {
    for provider in providers() {
        for case in cases(provider) {
            let bytes = stream(&case);
            let server = Server::start([Play::stream(bytes.clone())]);
            let whole = ask(&*model(provider, server.port), &task())
                .0
                .expect("a reply");
            let step = (bytes.len() / 12).max(1);
            for cut in (0..bytes.len()).step_by(step) {
                for end in [End::Break, End::Well] {
                    let server = Server::start([
                        Play::ending(&bytes[..cut], end),
                        Play::stream(bytes.clone()),
                    ]);
                    let (reply, deltas) = ask(&*model(provider, server.port), &task());
                    let mut reply = reply.unwrap_or_else(|error| panic!("{provider}: {error}"));
                    if server.seen().len() == 1 && reply.usage != whole.usage {
                        // Only the count was cut off, so there is no price either.
                        assert_eq!(
                            reply.usage.cost,
                            None,
                            "{provider}: {} cut at {cut}",
                            case.display()
                        );
                        reply.usage = whole.usage;
                    }
                    assert_eq!(
                        reply,
                        whole,
                        "{provider}: {} cut at {cut}, {end:?}",
                        case.display()
                    );
                    let retries = deltas
                        .iter()
                        .filter(|delta| matches!(delta, Delta::Retry { .. }))
                        .count();
                    assert_eq!(
                        retries + 1,
                        server.seen().len(),
                        "{provider}: {} cut at {cut}",
                        case.display()
                    );
                }
            }
        }
    }
}

#[test]
fn thinking_of_one_provider_is_not_shown_to_another() {
    for provider in providers() {
        let case = folder(provider).join("thinking");
        let server = Server::start([Play::stream(stream(&case))]);
        let (reply, _) = ask(&*model(provider, server.port), &task());
        let messages = answered(task(), reply.expect("a reply").message);
        for other in providers().into_iter().filter(|other| *other != provider) {
            let server = Server::start([Play::HangUp]);
            let model = model(other, server.port);
            drop(ask(&*model, &messages));
            let body = server.seen().remove(0).body;
            for trace in [
                "First the model",
                "sealed",
                "EqQBCgIYAhIM1gbcDa9GJwZA2b3h",
                "EmwKAhgBEgy3va3pzix",
                "rs_1",
            ] {
                assert!(
                    !body.contains(trace),
                    "{other} is shown `{trace}` of {provider}: {body}"
                );
            }
            assert!(
                body.contains("pytest -q"),
                "{other} is not shown the call of {provider}"
            );
        }
    }
}

#[test]
fn a_key_goes_nowhere_but_into_its_header() {
    for provider in providers() {
        let case = folder(provider).join("text");
        let echo = format!(
            r#"{{"error":{{"message":"no {} here","type":"authentication_error"}}}}"#,
            crate::setting::KEY
        );
        let server = Server::start([Play::stream(stream(&case)), Play::answer(401, &echo)]);
        let model = model(provider, server.port);
        drop(ask(&*model, &task()));
        let (refused, _) = ask(&*model, &task());
        let refused = refused.expect_err("a bad key");
        let seen = server.seen().remove(0);
        let has_key = environment(provider, 1)("OLLAMA_HOST").is_none();
        let carriers = seen
            .headers
            .iter()
            .filter(|(_, value)| value.contains(crate::setting::KEY))
            .count();
        assert_eq!(
            carriers,
            usize::from(has_key),
            "{provider}: {:?}",
            seen.headers
        );
        assert!(
            !seen.line.contains(crate::setting::KEY) && !seen.body.contains(crate::setting::KEY)
        );
        for text in [
            format!("{model:?}"),
            format!("{refused:?}"),
            format!("{:?}", llm::list_providers(&environment(provider, 1))),
        ] {
            assert!(
                !text.contains(crate::setting::KEY) || !has_key,
                "{provider} shows its key: {text}"
            );
        }
    }
}

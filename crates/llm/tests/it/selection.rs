//! Which model it comes to, from what is wanted and what the environment holds.

use std::fs;

use llm::{CacheTime, Delta, Fault, Message, ModelError, Request};

use crate::server::{Play, Server};
use crate::setting::{block_on, environment};

fn name(wanted: Option<&str>, variables: &[(&str, &str)]) -> Result<Option<String>, ModelError> {
    let environment = |name: &str| {
        variables
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).to_owned())
    };
    llm::choose_model(wanted, &environment).map(|model| model.map(|model| model.name()))
}

/// A variable of the environment and its value.
type Variable = (&'static str, &'static str);

const ANTHROPIC: Variable = ("ANTHROPIC_API_KEY", "k");
const OPENAI: Variable = ("OPENAI_API_KEY", "k");
const OLLAMA: Variable = ("OLLAMA_HOST", "localhost");
const BEDROCK: Variable = ("AWS_BEARER_TOKEN_BEDROCK", "k");
const REGION: Variable = ("AWS_REGION", "eu-west-1");
const AZURE: Variable = ("AZURE_OPENAI_API_KEY", "k");
const RESOURCE: Variable = ("AZURE_OPENAI_ENDPOINT", "https://shop.openai.azure.com/");

/// A name, the variables that are set, and the model that is meant.
const FOUND: &[(Option<&str>, &[Variable], &str)] = &[
    (None, &[ANTHROPIC, OPENAI], "anthropic/claude-sonnet-5-5"),
    (None, &[OPENAI], "openai/gpt-6.2-sol"),
    (
        None,
        &[OLLAMA, ("GEMINI_API_KEY", "k")],
        "gemini/gemini-4-argon",
    ),
    (Some("inherit"), &[ANTHROPIC], "anthropic/claude-sonnet-5-5"),
    (Some("  "), &[ANTHROPIC], "anthropic/claude-sonnet-5-5"),
    (Some("opus"), &[ANTHROPIC], "anthropic/claude-opus-5-5"),
    (Some("fable"), &[ANTHROPIC], "anthropic/claude-fable-5-2"),
    (Some("opus"), &[OPENAI], "openai/gpt-6.2-astra"),
    (
        Some("haiku"),
        &[("OPENROUTER_API_KEY", "k")],
        "openrouter/anthropic/claude-haiku-5.5",
    ),
    (
        Some("openai/haiku"),
        &[ANTHROPIC, OPENAI],
        "openai/gpt-6-luna",
    ),
    (Some("openai/gpt-x"), &[ANTHROPIC, OPENAI], "openai/gpt-x"),
    (
        Some("claude-sonnet-4-5"),
        &[OPENAI, ANTHROPIC],
        "anthropic/claude-sonnet-4-5",
    ),
    (Some("gpt-5.4"), &[OPENAI, ANTHROPIC], "openai/gpt-5.4"),
    (
        Some("openrouter/qwen/qwen3"),
        &[("OPENROUTER_API_KEY", "k")],
        "openrouter/qwen/qwen3",
    ),
    (Some("ollama/qwen3:8b"), &[OLLAMA], "ollama/qwen3:8b"),
    (Some("qwen3:8b"), &[ANTHROPIC, OLLAMA], "ollama/qwen3:8b"),
    (
        None,
        &[BEDROCK, REGION],
        "bedrock/anthropic.claude-sonnet-5-5",
    ),
    (
        Some("fable"),
        &[BEDROCK, ("AWS_DEFAULT_REGION", "us-east-1")],
        "bedrock/anthropic.claude-fable-5-2",
    ),
    (
        Some("anthropic.claude-haiku-4-5"),
        &[ANTHROPIC, BEDROCK, REGION],
        "bedrock/anthropic.claude-haiku-4-5",
    ),
    (
        None,
        &[AZURE, RESOURCE, BEDROCK, REGION],
        "bedrock/anthropic.claude-sonnet-5-5",
    ),
    (Some("azure/our-gpt"), &[AZURE, RESOURCE], "azure/our-gpt"),
    (
        Some("Qwen/Qwen3-8B"),
        &[("OPENAI_BASE_URL", "http://box/v1")],
        "compatible/Qwen/Qwen3-8B",
    ),
];

#[test]
fn names_and_aliases_come_to_a_model() {
    for &(wanted, variables, expected) in FOUND {
        let found = name(wanted, variables).unwrap_or_else(|error| panic!("{wanted:?}: {error}"));
        assert_eq!(
            found.as_deref(),
            Some(expected),
            "{wanted:?} with {variables:?}"
        );
    }
}

#[test]
fn with_nothing_configured_there_is_no_model() {
    for wanted in [None, Some("inherit"), Some("opus")] {
        assert_eq!(name(wanted, &[]), Ok(None), "{wanted:?}");
        assert_eq!(
            name(
                wanted,
                &[
                    ("ANTHROPIC_API_KEY", " "),
                    ("ANTHROPIC_BASE_URL", "http://x")
                ]
            ),
            Ok(None)
        );
        assert_eq!(name(wanted, &[BEDROCK]), Ok(None), "no region is set");
    }
    // An application that is built on Azure has these variables, too, and its models' names are its own.
    assert_eq!(name(None, &[AZURE, RESOURCE]), Ok(None));
}

/// A name, the variables that are set, and the error with what its hint names.
const NOT_THERE: &[(&str, &[Variable], Fault, &str)] = &[
    ("anthropic/opus", &[OPENAI], Fault::Key, "ANTHROPIC_API_KEY"),
    ("claude-opus-5-5", &[], Fault::Key, "ANTHROPIC_API_KEY"),
    ("gemini/x", &[], Fault::Key, "GEMINI_API_KEY"),
    ("ollama/x", &[OPENAI], Fault::Network, "OLLAMA_HOST"),
    ("compatible/x", &[OPENAI], Fault::Network, "OPENAI_BASE_URL"),
    ("nobody/x", &[ANTHROPIC], Fault::UnknownModel, "anthropic"),
    (
        "mystery",
        &[ANTHROPIC],
        Fault::UnknownModel,
        "PROVIDER/MODEL",
    ),
    ("opus", &[OLLAMA], Fault::UnknownModel, "ollama/MODEL"),
    (
        "opus",
        &[AZURE, RESOURCE],
        Fault::UnknownModel,
        "azure/MODEL",
    ),
    (
        "bedrock/opus",
        &[REGION],
        Fault::Key,
        "AWS_BEARER_TOKEN_BEDROCK",
    ),
    (
        "bedrock/opus",
        &[BEDROCK],
        Fault::Network,
        "AWS_REGION to the region",
    ),
    ("azure/x", &[RESOURCE], Fault::Key, "AZURE_OPENAI_API_KEY"),
    (
        "azure/x",
        &[AZURE],
        Fault::Network,
        "AZURE_OPENAI_ENDPOINT to the address",
    ),
    ("scripted/nowhere.json", &[], Fault::Request, "JSON list"),
];

#[test]
fn what_is_named_and_not_there_is_an_error_that_says_what_to_set() {
    for &(wanted, variables, fault, named) in NOT_THERE {
        let error = name(Some(wanted), variables).expect_err(wanted);
        assert_eq!(error.fault, fault, "{wanted}: {error}");
        assert!(error.hint.contains(named), "{wanted}: {}", error.hint);
    }
}

#[test]
fn a_file_of_turns_is_a_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("turns.json");
    fs::write(
        &file,
        r#"[{"say": "I read.", "call": [["Read", {"file_path": "a.py"}]]}]"#,
    )
    .expect("written");
    let model = llm::choose_model(Some(&format!("scripted/{}", file.display())), &|_| None)
        .expect("a name")
        .expect("a model");
    let messages = [Message::user("Go.")];
    let request = Request {
        system: "",
        tools: &[],
        messages: &messages,
        max_tokens: 9,
        effort: None,
        cache: CacheTime::Usual,
    };
    let mut told = Vec::new();
    let reply = block_on(model.reply(request, &mut |delta| told.push(delta))).expect("a reply");
    assert_eq!(reply.message.text(), "I read.");
    assert_eq!(
        told,
        [
            Delta::Text("I read.".to_owned()),
            Delta::ToolCall {
                name: "Read".to_owned()
            }
        ]
    );
    fs::write(&file, "{}").expect("written");
    assert!(llm::choose_model(Some(&format!("scripted/{}", file.display())), &|_| None).is_err());
}

#[test]
fn offers_say_what_is_configured_and_reachable() {
    let list = r#"{"data":[{"id":"one"},{"id":"two"}],"models":[{"name":"models/one"}]}"#;
    let server = Server::start([
        Play::answer(200, list),
        Play::answer(401, "{}"),
        Play::answer(200, "<html>"),
    ]);
    let offers = llm::list_providers(&environment("anthropic", server.port));
    let offer = &offers[0];
    assert_eq!(
        (offer.name, offer.variable, offer.configured),
        ("anthropic", "ANTHROPIC_API_KEY", true)
    );
    assert_eq!(offer.base, format!("http://127.0.0.1:{}", server.port));
    assert_eq!(offer.models[2], "claude-sonnet-5-5");
    assert_eq!(
        block_on(offer.reachable()),
        Ok(vec!["one".to_owned(), "two".to_owned()])
    );
    assert_eq!(
        block_on(offer.reachable()).map_err(|error| error.fault),
        Err(Fault::Key)
    );
    assert_eq!(
        block_on(offer.reachable()).map_err(|error| error.fault),
        Err(Fault::Garbled)
    );
    assert_eq!(server.seen()[0].line, "GET /v1/models HTTP/1.1");
    assert!(offers[1..].iter().all(|offer| !offer.configured));
    let error = block_on(offers[1].reachable()).expect_err("it is not configured");
    assert_eq!(
        (error.fault, error.hint.as_str()),
        (Fault::Key, "set OPENAI_API_KEY to your key")
    );
}

#[test]
fn a_version_in_an_address_is_not_doubled() {
    let server = Server::start([Play::answer(400, "{}")]);
    let base = format!("http://127.0.0.1:{}/v1/", server.port);
    let environment = |name: &str| match name {
        "ANTHROPIC_API_KEY" => Some("k".to_owned()),
        "ANTHROPIC_BASE_URL" => Some(base.clone()),
        _ => None,
    };
    let model = llm::choose_model(None, &environment)
        .expect("a name")
        .expect("a model");
    drop(crate::setting::ask(&*model, &crate::setting::task()));
    assert_eq!(server.seen()[0].line, "POST /v1/messages HTTP/1.1");
}

#[test]
fn a_proxy_is_asked_where_the_variables_name_one() {
    let ask = |variables: Vec<(&'static str, String)>| {
        let environment = move |name: &str| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.clone())
        };
        let model = llm::choose_model_with(None, &environment, &crate::setting::client_options())
            .expect("a name")
            .expect("a model");
        crate::setting::ask(&*model, &crate::setting::task())
            .0
            .expect_err("the proxy has no model")
    };
    let key = ("ANTHROPIC_API_KEY", "k".to_owned());
    let plain = (
        "ANTHROPIC_BASE_URL",
        "http://models.invalid:8000".to_owned(),
    );

    let proxy = Server::start([Play::answer(400, "{}")]);
    let address = format!("http://me:pass@127.0.0.1:{}", proxy.port);
    drop(ask(vec![
        key.clone(),
        plain.clone(),
        ("http_proxy", address),
    ]));
    let seen = proxy.seen();
    assert_eq!(
        seen[0].line,
        "POST http://models.invalid:8000/v1/messages HTTP/1.1"
    );
    assert_eq!(
        seen[0].header("proxy-authorization"),
        Some("Basic bWU6cGFzcw==")
    );

    let proxy = Server::start((0..8).map(|_| Play::answer(403, "{}")));
    let address = format!("http://127.0.0.1:{}", proxy.port);
    let error = ask(vec![
        key.clone(),
        ("ANTHROPIC_BASE_URL", "https://models.invalid".to_owned()),
        ("HTTPS_PROXY", address),
    ]);
    assert_eq!(proxy.seen()[0].line, "CONNECT models.invalid:443 HTTP/1.1");
    assert_eq!(error.fault, Fault::Network);

    let proxy = Server::start([]);
    let address = format!("http://127.0.0.1:{}", proxy.port);
    let error = ask(vec![
        key,
        plain,
        ("HTTP_PROXY", address),
        ("NO_PROXY", "models.invalid".to_owned()),
    ]);
    assert_eq!((proxy.seen().len(), error.fault), (0, Fault::Network));
}

//! What is sent: each request extends the one before byte for byte, whatever the conversation holds.

use llm::{Block, CacheTime, Message, Model, Request, Speaker, ToolSpec};
use serde_json::{Value, json};

use crate::conformance::providers;
use crate::server::{Play, Server};
use crate::setting::{ask, client_options, environment, model, task, tools};

/// The bodies of the requests for each of these conversations.
fn bodies(provider: &str, conversations: &[Vec<Message>]) -> Vec<String> {
    let server = Server::start(conversations.iter().map(|_| Play::answer(400, "{}")));
    let model = model(provider, server.port);
    for messages in conversations {
        drop(ask(&*model, messages));
    }
    server.seen().into_iter().map(|seen| seen.body).collect()
}

fn turn(number: usize) -> [Message; 2] {
    let id = format!("call-{number}");
    let arguments = if number % 3 == 2 {
        Err("{\"file_path\": \"a".to_owned())
    } else {
        Ok(json!({ "z": 1, "a": 2 }))
    };
    let call = Block::ToolCall {
        id: id.clone(),
        name: "Read".to_owned(),
        arguments,
    };
    let mut said = vec![call];
    if number.is_multiple_of(2) {
        said.insert(
            0,
            Block::Text {
                text: "I look.".to_owned(),
            },
        );
    }
    let result = Block::ToolResult {
        call: id,
        content: "1\tdef a(): ...\n".to_owned(),
        is_error: number % 3 == 2,
    };
    [
        Message::assistant(said),
        Message {
            speaker: Speaker::User,
            blocks: vec![result],
        },
    ]
}

#[test]
fn each_request_extends_the_last_byte_for_byte() {
    let mut conversation = task();
    let mut conversations = vec![conversation.clone()];
    for number in 0..8 {
        conversation.extend(turn(number));
        conversations.push(conversation.clone());
    }
    conversation.push(Message::assistant(Vec::new()));
    conversation.push(Message::user("Go on."));
    conversations.push(conversation);
    for provider in providers() {
        for pair in bodies(provider, &conversations).windows(2) {
            // The conversation stands last, so that only its closing brackets follow.
            let open = pair[0]
                .strip_suffix("]}")
                .expect("the conversation stands last");
            assert!(
                pair[1].starts_with(&format!("{open},")),
                "{provider}:\n{}\n{}",
                pair[0],
                pair[1]
            );
        }
    }
}

#[test]
fn arguments_that_are_no_object_go_back_as_an_empty_one() {
    let [call, result] = turn(2);
    let conversation = vec![task().remove(0), call, result];
    for provider in providers() {
        let body = bodies(provider, std::slice::from_ref(&conversation)).remove(0);
        assert!(!body.contains("file_path\\\": \\\"a"), "{provider}: {body}");
        let empty = [r#""input":{}"#, r#""arguments":"{}""#, r#""args":{}"#];
        assert!(
            empty.iter().any(|empty| body.contains(empty)),
            "{provider}: {body}"
        );
    }
}

#[test]
fn many_calls_at_once_keep_the_cache() {
    let ids: Vec<String> = (0..12).map(|number| format!("call-{number}")).collect();
    let call = |id: &String| Block::ToolCall {
        id: id.clone(),
        name: "Read".to_owned(),
        arguments: Ok(json!({})),
    };
    let result = |id: &String| Block::ToolResult {
        call: id.clone(),
        content: "x".to_owned(),
        is_error: false,
    };
    let results = Message {
        speaker: Speaker::User,
        blocks: ids.iter().map(result).collect(),
    };
    let conversation = vec![
        task().remove(0),
        Message::assistant(ids.iter().map(call).collect()),
        results,
    ];
    let body = bodies("anthropic", &[conversation]).remove(0);
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        body["messages"][0]["content"][0]["cache_control"]["type"],
        "ephemeral"
    );
    assert!(
        body["messages"][2]
            .to_string()
            .find("cache_control")
            .is_none()
    );
}

#[test]
fn the_cache_is_asked_for_where_it_has_to_be() {
    let marked = |provider: &str| -> Value {
        serde_json::from_str(&bodies(provider, &[task()]).remove(0)).expect("JSON")
    };
    let anthropic = marked("anthropic");
    assert_eq!(anthropic["cache_control"]["type"], "ephemeral");
    assert_eq!(anthropic["system"][0]["cache_control"]["type"], "ephemeral");
    assert_eq!(marked("openrouter")["cache_control"]["type"], "ephemeral");
    assert!(marked("openai")["prompt_cache_key"].is_string());
    assert!(!marked("compatible").to_string().contains("cache"));
}

/// The first request of a named model, with the effort that is asked for.
fn first(name: &str, provider: &str, effort: Option<&str>) -> Value {
    let server = Server::start([Play::answer(400, "{}")]);
    let model = llm::choose_model_with(
        Some(name),
        &environment(provider, server.port),
        &client_options(),
    );
    let model = model.expect("a name").expect("a model");
    let (tools, messages) = (tools(), task());
    let request = Request {
        system: "s",
        tools: &tools,
        messages: &messages,
        max_tokens: 64_000,
        effort,
        cache: CacheTime::Usual,
    };
    drop(crate::setting::block_on(model.reply(request, &mut |_| {})));
    serde_json::from_str(&server.seen().remove(0).body).expect("JSON")
}

#[test]
fn models_are_told_to_think_as_they_know_it() {
    let bound = first("anthropic/claude-opus-5-5", "anthropic", Some("low"));
    assert_eq!(bound["thinking"]["type"], "adaptive");
    assert_eq!(
        bound["thinking"]["block_binding"]["prefix_mismatch_behavior"],
        "drop_block"
    );
    assert_eq!(bound["output_config"]["effort"], "low");
    let budget = first("anthropic/claude-haiku-4-5", "anthropic", Some("high"));
    assert_eq!(
        budget["thinking"],
        json!({ "type": "enabled", "budget_tokens": 32_000 })
    );
    assert!(
        first("anthropic/claude-haiku-4-5", "anthropic", None)
            .get("thinking")
            .is_none()
    );
    assert!(
        first("anthropic/claude-3-5-haiku", "anthropic", Some("high"))
            .get("thinking")
            .is_none()
    );
    assert_eq!(
        first("anthropic/claude-opus-4-1", "anthropic", None)["max_tokens"],
        32_000
    );

    let reasoning = first("openai/gpt-6.1-terra", "openai", Some("high"));
    assert_eq!(reasoning["reasoning"]["effort"], "high");
    assert_eq!(reasoning["include"], json!(["reasoning.encrypted_content"]));
    let plain = first("openai/gpt-4.1", "openai", Some("high"));
    assert!(plain.get("reasoning").is_none() && plain.get("include").is_none());

    let level = first("gemini/gemini-4-argon", "gemini", Some("medium"));
    assert_eq!(
        level["generationConfig"]["thinkingConfig"]["thinkingLevel"],
        "medium"
    );
    assert!(
        first("gemini/gemini-2.5-flash", "gemini", Some("medium"))["generationConfig"]
            .get("thinkingConfig")
            .is_none()
    );

    let local = first("compatible/qwen3", "compatible", Some("high"));
    assert!(local.get("max_tokens").is_none() && local.get("reasoning_effort").is_none());
}

#[test]
fn a_schema_goes_out_as_it_came_in() {
    let schema = json!({ "type": "object", "properties": { "z": {}, "a": {} }, "additionalProperties": false });
    let tool = ToolSpec {
        name: "Odd".to_owned(),
        description: String::new(),
        schema: schema.clone(),
    };
    for provider in providers() {
        let server = Server::start([Play::answer(400, "{}")]);
        let model: Box<dyn Model> = model(provider, server.port);
        let messages = task();
        let tools = [tool.clone()];
        let request = Request {
            system: "",
            tools: &tools,
            messages: &messages,
            max_tokens: 9,
            effort: None,
            cache: CacheTime::Usual,
        };
        drop(crate::setting::block_on(model.reply(request, &mut |_| {})));
        assert!(
            server.seen().remove(0).body.contains(&schema.to_string()),
            "{provider}"
        );
    }
}

/// What a provider is sent for a conversation, with a cache that keeps for so long.
fn sent(
    name: &str,
    provider: &str,
    messages: &[Message],
    cache: CacheTime,
) -> (Value, crate::server::Seen) {
    let server = Server::start([Play::answer(400, "{}")]);
    let model = llm::choose_model_with(
        Some(name),
        &environment(provider, server.port),
        &client_options(),
    );
    let model = model.expect("a name").expect("a model");
    let tools = tools();
    let request = Request {
        system: "s",
        tools: &tools,
        messages,
        max_tokens: 4096,
        effort: Some("low"),
        cache,
    };
    drop(crate::setting::block_on(model.reply(request, &mut |_| {})));
    let seen = server.seen().remove(0);
    (serde_json::from_str(&seen.body).expect("JSON"), seen)
}

#[test]
fn clouds_are_asked_at_their_own_addresses_with_their_own_headers() {
    let (body, seen) = sent("bedrock/sonnet", "bedrock", &task(), CacheTime::Usual);
    assert_eq!(seen.line, "POST /anthropic/v1/messages HTTP/1.1");
    assert_eq!(seen.header("x-api-key"), Some(crate::setting::KEY));
    assert_eq!(seen.header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(
        seen.header("anthropic-beta"),
        Some("thinking-binding-controls-2026-08-01")
    );
    assert_eq!(seen.header("authorization"), None);
    assert_eq!(
        (&body["model"], &body["stream"]),
        (&json!("anthropic.claude-sonnet-5-5"), &json!(true))
    );
    assert_eq!(body["messages"][0]["content"][0]["text"], "Do phase 1.");

    let (body, seen) = sent("azure/our-gpt", "azure", &task(), CacheTime::Usual);
    assert_eq!(seen.line, "POST /openai/v1/responses HTTP/1.1");
    assert_eq!(
        seen.header("authorization"),
        Some(format!("Bearer {}", crate::setting::KEY).as_str())
    );
    assert_eq!(
        (&body["model"], &body["store"]),
        (&json!("our-gpt"), &json!(false))
    );
    assert_eq!(body["input"][0]["content"][0]["text"], "Do phase 1.");
}

#[test]
fn an_hour_is_asked_for_where_a_provider_has_it() {
    let hour = json!({ "type": "ephemeral", "ttl": "1h" });
    for provider in ["anthropic", "bedrock"] {
        let name = format!("{provider}/sonnet");
        let (body, _) = sent(&name, provider, &task(), CacheTime::Hour);
        assert_eq!(
            (&body["cache_control"], &body["system"][0]["cache_control"]),
            (&hour, &hour),
            "{provider}"
        );
    }
    let (body, _) = sent("anthropic/sonnet", "anthropic", &task(), CacheTime::Usual);
    assert_eq!(body["cache_control"], json!({ "type": "ephemeral" }));
    for (name, provider) in [("openai/sonnet", "openai"), ("compatible/x", "compatible")] {
        assert!(
            !sent(name, provider, &task(), CacheTime::Hour)
                .1
                .body
                .contains("1h"),
            "{provider}"
        );
    }
}

#[test]
fn effort_changes_within_a_conversation_where_the_cache_is_kept() {
    let again = |level: &str| Message {
        speaker: Speaker::User,
        blocks: vec![
            Block::Effort {
                level: level.to_owned(),
            },
            Block::Text {
                text: "Mend it.".to_owned(),
            },
        ],
    };
    let [call, result] = turn(0);
    let done = Message::assistant(vec![Block::Text {
        text: "Done.".to_owned(),
    }]);
    let conversation = [task().remove(0), call, result, done, again("high")];
    let (body, seen) = sent(
        "anthropic/opus",
        "anthropic",
        &conversation,
        CacheTime::Usual,
    );
    assert_eq!(
        body["output_config"],
        json!({ "effort": "low" }),
        "what all requests have in common stays"
    );
    assert_eq!(
        body["messages"][4],
        json!({ "role": "system", "content": [], "output_config": { "effort": "high" } })
    );
    assert_eq!(
        (
            &body["messages"][5]["role"],
            body["messages"][5]["content"].as_array().map(Vec::len)
        ),
        (&json!("user"), Some(1))
    );
    assert!(
        seen.header("anthropic-beta")
            .is_some_and(|betas| betas.contains("mid-conversation-output-config-2026-07-01"))
    );
    for (name, provider) in [
        ("anthropic/claude-opus-4-8", "anthropic"),
        ("bedrock/opus", "bedrock"),
        ("openai/sonnet", "openai"),
        ("gemini/sonnet", "gemini"),
        ("compatible/x", "compatible"),
    ] {
        let (_, seen) = sent(name, provider, &conversation, CacheTime::Usual);
        assert!(
            !seen.body.contains("high") && seen.body.contains("Mend it."),
            "{name}: {}",
            seen.body
        );
    }
}

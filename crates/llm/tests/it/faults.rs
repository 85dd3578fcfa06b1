//! All that goes wrong on the way to a provider: what passes is asked for again, within limits and told each time; what
//! does not is an error at once, with its sort and a hint.

use std::time::Duration;

use llm::{CacheTime, ClientOptions, Delta, Fault, Message, Model, Request, RetryPolicy};

use crate::conformance::providers;
use crate::server::{End, Play, Server};
use crate::setting::{ask, block_on, environment, model, retry, task};

/// A turn of Anthropic's that says "Fine.".
const FINE: &str = concat!(
    "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9}}}\n\n",
    "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
    "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Fine.\"}}\n\n",
    "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":2}}\n\n",
    "data: {\"type\":\"message_stop\"}\n\n",
);

fn fine() -> Play {
    Play::stream(FINE)
}

fn retries(deltas: &[Delta]) -> Vec<(u32, Duration)> {
    let retries = deltas.iter().filter_map(|delta| match delta {
        Delta::Retry { attempt, wait, .. } => Some((*attempt, *wait)),
        _ => None,
    });
    retries.collect()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// One fault, then a turn: how long was waited in between.
fn waited(fault: Play) -> Vec<Duration> {
    let server = Server::start([fault.clone(), fine()]);
    let (reply, deltas) = ask(&*model("anthropic", server.port), &task());
    let reply = reply.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
    assert_eq!(reply.message.text(), "Fine.", "{fault:?}");
    let seen = server.seen();
    assert_eq!(seen[0].body, seen[1].body, "the same request is sent again");
    retries(&deltas).into_iter().map(|(_, wait)| wait).collect()
}

const LIMITED: &str = r#"{"type":"error","error":{"type":"rate_limit_error","message":"slower"}}"#;
const OVERLOADED: &str =
    r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;

#[test]
fn what_passes_is_asked_for_again() {
    let step = retry().step;
    let in_stream = |error: &str| {
        Play::stream(format!(
            "{}event: error\ndata: {error}\n\n",
            &FINE[..FINE.len() / 2]
        ))
    };
    for fault in [
        Play::answer(429, LIMITED),
        Play::answer(529, OVERLOADED),
        Play::answer(500, "<html>oh</html>"),
        Play::answer(502, ""),
        Play::answer(503, "{}"),
        Play::answer(408, "{}"),
        Play::answer(400, "{}").with("x-should-retry", "true"),
        Play::HangUp,
        Play::Silence,
        Play::ending(&FINE[..200], End::Silence),
        Play::ending(&FINE[..200], End::Break),
        Play::ending(&FINE[..200], End::Well),
        Play::stream(""),
        Play::stream("data: {\"type\":\"message_start\"\n\n"),
        in_stream(OVERLOADED),
        in_stream(
            r#"{"type":"error","error":{"type":"api_error","message":"Internal server error"}}"#,
        ),
        Play::answer(200, OVERLOADED),
    ] {
        assert_eq!(waited(fault.clone()), [step], "{fault:?}");
    }
}

#[test]
fn a_provider_is_believed_how_long_to_wait() {
    let limited = || Play::answer(429, LIMITED);
    assert_eq!(waited(limited().with("retry-after", "7")), [seconds(7)]);
    assert_eq!(
        waited(limited().with("retry-after-ms", "2500")),
        [Duration::from_millis(2500)]
    );
    assert_eq!(
        waited(limited().with("retry-after", "Thu, 01 Jan 2026 00:00:42 GMT")),
        [seconds(42)]
    );
    assert_eq!(
        waited(limited().with("retry-after", "Thu, 01 Jan 2015 00:00:00 GMT")),
        [retry().step]
    );
    assert_eq!(
        waited(limited().with("retry-after", "soon")),
        [retry().step]
    );
    assert_eq!(
        waited(Play::answer(529, OVERLOADED).with("retry-after", "3")),
        [seconds(3)]
    );
    let told_in_body = r#"[{"error":{"code":429,"status":"RESOURCE_EXHAUSTED",
        "message":"You exceeded your current quota, please check your plan and billing details.","details":[
        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.5s"}]}}]"#;
    assert_eq!(
        waited(Play::answer(429, told_in_body)),
        [Duration::from_millis(34_500)]
    );
}

#[test]
fn waits_grow_and_end() {
    let server = Server::start((0..20).map(|_| Play::answer(503, "{}")));
    let (reply, deltas) = ask(&*model("anthropic", server.port), &task());
    let error = reply.expect_err("it never comes back");
    assert_eq!(error.fault, Fault::Provider);
    assert!(error.message.contains("8 attempts"), "{error}");
    let waits: Vec<u128> = retries(&deltas)
        .iter()
        .map(|(_, wait)| wait.as_millis())
        .collect();
    assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000]);
    assert_eq!(
        retries(&deltas)
            .iter()
            .map(|(attempt, _)| *attempt)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7]
    );
    assert_eq!(server.seen().len(), 8);
}

#[test]
fn jitter_halves_a_wait_at_most() {
    let retry = RetryPolicy {
        jitter: || 0.0,
        ..retry()
    };
    let server = Server::start([Play::HangUp, fine()]);
    let model = llm::choose_model_with(
        Some("anthropic/sonnet"),
        &environment("anthropic", server.port),
        &ClientOptions {
            retry,
            ..ClientOptions::default()
        },
    );
    let (_, deltas) = ask(&*model.expect("a name").expect("a model"), &task());
    assert_eq!(retries(&deltas), [(1, retry.step / 2)]);
}

#[test]
fn a_wait_that_is_too_long_is_not_begun() {
    let limited = Play::answer(429, LIMITED).with("retry-after", "3600");
    let server = Server::start([limited, fine()]);
    let (reply, deltas) = ask(&*model("anthropic", server.port), &task());
    let error = reply.expect_err("an hour is too long");
    assert_eq!(
        (error.fault, retries(&deltas).len(), server.seen().len()),
        (Fault::RateLimit, 0, 1)
    );
    assert!(error.hint.contains("3600 s"), "{}", error.hint);
}

#[test]
fn nobody_there_is_a_fault_of_the_network() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port();
    let (reply, deltas) = ask(&*model("anthropic", unused), &task());
    let error = reply.expect_err("nobody listens");
    assert_eq!((error.fault, retries(&deltas).len()), (Fault::Network, 7));
    assert!(error.hint.contains("ANTHROPIC_BASE_URL"), "{}", error.hint);
}

/// Answers that no further try mends: status, body, fault, and what the hint names.
const FINAL: [(u16, &str, Fault, &str); 24] = [
    (
        401,
        r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
        Fault::Key,
        "_API_KEY",
    ),
    (401, "", Fault::Key, "_API_KEY"),
    (
        400,
        r#"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}"#,
        Fault::Key,
        "_API_KEY",
    ),
    (
        403,
        r#"{"error":{"code":403,"message":"Method doesn't allow unregistered callers","status":"PERMISSION_DENIED"}}"#,
        Fault::Key,
        "_API_KEY",
    ),
    (
        403,
        r#"{"type":"error","error":{"type":"permission_error","message":"not allowed"}}"#,
        Fault::Account,
        "account",
    ),
    (
        402,
        r#"{"error":{"code":402,"message":"Insufficient credits"}}"#,
        Fault::Account,
        "balance",
    ),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#,
        Fault::Account,
        "balance",
    ),
    (
        429,
        r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
        Fault::Account,
        "balance",
    ),
    (
        404,
        r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-nope"}}"#,
        Fault::UnknownModel,
        "name",
    ),
    (
        404,
        r#"{"error":{"message":"The model `gpt-nope` does not exist","type":"invalid_request_error","code":"model_not_found"}}"#,
        Fault::UnknownModel,
        "name",
    ),
    (
        404,
        r#"{"error":{"code":404,"message":"models/gemini-nope is not found for API version v1beta","status":"NOT_FOUND"}}"#,
        Fault::UnknownModel,
        "name",
    ),
    (
        404,
        r#"{"error":"model 'llama9' not found, try pulling it first"}"#,
        Fault::UnknownModel,
        "name",
    ),
    (404, "<html>nothing</html>", Fault::Request, "_BASE_URL"),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 1200000 tokens > 1000000 maximum"}}"#,
        Fault::ContextOverflow,
        "shorten",
    ),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000"}}"#,
        Fault::ContextOverflow,
        "shorten",
    ),
    (
        413,
        r#"{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}"#,
        Fault::ContextOverflow,
        "shorten",
    ),
    (
        400,
        r#"{"error":{"message":"Your input exceeds the context window of this model.","type":"invalid_request_error","code":"context_length_exceeded"}}"#,
        Fault::ContextOverflow,
        "shorten",
    ),
    (
        400,
        r#"{"error":{"code":400,"message":"The input token count (1300000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}"#,
        Fault::ContextOverflow,
        "shorten",
    ),
    (
        400,
        r#"{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error"}}"#,
        Fault::ContextOverflow,
        "shorten",
    ),
    (
        400,
        r#"{"object":"error","message":"This model's maximum context length is 8192 tokens.","type":"BadRequestError","code":400}"#,
        Fault::ContextOverflow,
        "shorten",
    ),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"messages.0: unknown field"}}"#,
        Fault::Request,
        "_BASE_URL",
    ),
    (
        422,
        r#"{"detail":[{"loc":["body","messages"],"msg":"field required"}]}"#,
        Fault::Request,
        "_BASE_URL",
    ),
    (
        503,
        r#"{"error":{"message":"try elsewhere"}}"#,
        Fault::Provider,
        "later",
    ),
    (
        200,
        "<html>please log in</html>",
        Fault::Garbled,
        "_BASE_URL",
    ),
];

#[test]
fn what_does_not_pass_is_an_error_at_once() {
    for (status, body, fault, named) in FINAL {
        for provider in providers()
            .into_iter()
            .filter(|provider| *provider != "ollama")
        {
            let play = Play::answer(status, body).with("x-should-retry", "false");
            let server = Server::start([play, fine()]);
            let (reply, deltas) = ask(&*model(provider, server.port), &task());
            let error = reply.expect_err(body);
            assert_eq!(error.fault, fault, "{provider}: {status} {body}: {error}");
            assert_eq!(server.seen().len(), 1, "{provider}: {status} {body}");
            assert!(retries(&deltas).is_empty());
            assert!(
                [named, "GOOGLE_GEMINI", "AWS_BEARER_TOKEN"]
                    .iter()
                    .any(|name| error.hint.contains(name)),
                "{provider}: {}",
                error.hint
            );
        }
    }
}

#[test]
fn without_the_providers_word_the_same_holds_for_what_cannot_pass() {
    for (status, body, fault, _) in FINAL.into_iter().filter(|(status, ..)| *status != 503) {
        let server = Server::start([Play::answer(status, body), fine()]);
        let (reply, _) = ask(&*model("anthropic", server.port), &task());
        assert_eq!(
            reply.map_err(|error| error.fault),
            Err(fault),
            "{status} {body}"
        );
        assert_eq!(server.seen().len(), 1, "{status} {body}");
    }
}

#[test]
fn errors_within_a_stream_are_sorted_too() {
    for (provider, stream, fault) in [
        (
            "anthropic",
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long\"}}\n\n",
            Fault::ContextOverflow,
        ),
        (
            "openai",
            "event: error\ndata: {\"type\":\"error\",\"code\":\"context_length_exceeded\",\"message\":\"too long\"}\n\n",
            Fault::ContextOverflow,
        ),
        (
            "openai",
            "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"invalid_prompt\",\"message\":\"flagged\"}}}\n\n",
            Fault::Request,
        ),
        (
            "openai",
            "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"insufficient_quota\",\"message\":\"no money\"}}}\n\n",
            Fault::Account,
        ),
        (
            "openrouter",
            "data: {\"id\":\"1\",\"error\":{\"code\":402,\"message\":\"Insufficient credits\"},\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}\n\n",
            Fault::Account,
        ),
        (
            "compatible",
            "data: {\"error\":{\"message\":\"maximum context length is 10\",\"code\":400}}\n\n",
            Fault::ContextOverflow,
        ),
        (
            "gemini",
            "data: {\"error\":{\"code\":400,\"message\":\"API key not valid\",\"status\":\"INVALID_ARGUMENT\"}}\r\n\r\n",
            Fault::Key,
        ),
    ] {
        let server = Server::start([Play::stream(stream)]);
        let (reply, _) = ask(&*model(provider, server.port), &task());
        assert_eq!(
            reply.map_err(|error| error.fault),
            Err(fault),
            "{provider}: {stream}"
        );
        assert_eq!(server.seen().len(), 1);
    }
}

#[test]
fn errors_within_a_stream_that_pass_are_asked_again() {
    for (provider, stream) in [
        (
            "openai",
            "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"oh\"}}}\n\n",
        ),
        (
            "openai",
            "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"slow\"}}}\n\n",
        ),
        (
            "openrouter",
            "data: {\"id\":\"1\",\"error\":{\"code\":502,\"message\":\"Provider disconnected\"},\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}\n\n",
        ),
        (
            "compatible",
            "data: {\"error\":{\"message\":\"engine died\"}}\n\n",
        ),
        (
            "gemini",
            "data: {\"error\":{\"code\":503,\"message\":\"overloaded\",\"status\":\"UNAVAILABLE\"}}\r\n\r\n",
        ),
        (
            "gemini",
            "data: {\"candidates\":[{\"content\":{},\"finishReason\":\"MALFORMED_FUNCTION_CALL\"}]}\r\n\r\n",
        ),
        (
            "gemini",
            "data: {\"candidates\":[{\"content\":{\"parts\":[]},\"finishReason\":\"STOP\"}]}\r\n\r\n",
        ),
    ] {
        let server = Server::start((0..9).map(|_| Play::stream(stream)));
        let (reply, deltas) = ask(&*model(provider, server.port), &task());
        assert!(reply.is_err());
        assert_eq!(
            (server.seen().len(), retries(&deltas).len()),
            (8, 7),
            "{provider}: {stream}"
        );
    }
}

#[test]
fn a_reply_that_is_dropped_ends_its_request() {
    for play in [Play::Silence, Play::ending(&FINE[..400], End::Silence)] {
        let server = Server::start([play]);
        let model = model("anthropic", server.port);
        let messages = [Message::user("Hello.")];
        let request = Request {
            system: "",
            tools: &[],
            messages: &messages,
            max_tokens: 9,
            effort: None,
            cache: CacheTime::Usual,
        };
        block_on(async {
            let mut sink = |_| {};
            let reply = model.reply(request, &mut sink);
            let limit = tokio::time::timeout(Duration::from_millis(100), reply);
            assert!(
                limit.await.is_err(),
                "nothing came, so nothing can be there"
            );
            // The program goes on, and with it what is left of the connection.
            tokio::time::sleep(Duration::from_millis(100)).await;
        });
        assert!(server.saw_leave(), "the server still waits");
    }
}

#[test]
fn a_trickle_is_no_silence() {
    let pause = Duration::from_millis(120);
    let play = Play::Stream {
        bytes: FINE.into(),
        piece: FINE.len() / 8,
        pause,
        end: End::Well,
    };
    let server = Server::start([play]);
    let (reply, deltas) = ask(&*model("anthropic", server.port), &task());
    assert_eq!(reply.expect("a reply").message.text(), "Fine.");
    assert!(retries(&deltas).is_empty());
}

#[test]
fn one_connection_serves_a_conversation() {
    let server = Server::start([fine(), Play::answer(503, "{}"), fine(), fine()]);
    let model: Box<dyn Model> = model("anthropic", server.port);
    block_on(async {
        for _ in 0..3 {
            let messages = task();
            let request = Request {
                system: "",
                tools: &[],
                messages: &messages,
                max_tokens: 9,
                effort: None,
                cache: CacheTime::Usual,
            };
            model.reply(request, &mut |_| {}).await.expect("a reply");
        }
    });
    let connections: Vec<usize> = server.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0, 0, 0, 0]);
}

#[test]
fn silence_is_not_waited_for_again_and_again() {
    let (total, first) = (Duration::from_millis(600), Duration::from_millis(400));
    let retry = RetryPolicy {
        total,
        first,
        ..retry()
    };
    let server = Server::start((0..8).map(|_| Play::Silence));
    let model = llm::choose_model_with(
        Some("anthropic/sonnet"),
        &environment("anthropic", server.port),
        &ClientOptions {
            retry,
            ..ClientOptions::default()
        },
    );
    let (reply, deltas) = ask(&*model.expect("a name").expect("a model"), &task());
    assert_eq!(reply.map_err(|error| error.fault), Err(Fault::Network));
    assert_eq!(retries(&deltas).len(), 1);
}

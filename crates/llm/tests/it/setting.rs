//! What the tests have in common: an environment that names the test's server, limits without long waits, and one
//! conversation that has everything in it.

use std::time::{Duration, SystemTime};

use llm::{
    Block, CacheTime, ClientOptions, Delta, Message, Model, ModelError, Reply, Request,
    RetryPolicy, Speaker, ToolSpec,
};
use serde_json::json;

/// A key that must not be seen anywhere but in its header.
pub(crate) const KEY: &str = "sk-test-0123456789";

/// 2026-01-01 00:00:00 GMT.
pub(crate) const NOW: Duration = Duration::from_secs(1_767_225_600);

/// The limits of tests.
pub(crate) fn client_options() -> ClientOptions {
    ClientOptions {
        retry: retry(),
        ..ClientOptions::default()
    }
}

/// Waits are told, not waited; silence is noticed soon.
pub(crate) fn retry() -> RetryPolicy {
    RetryPolicy {
        first: Duration::from_millis(1500),
        load: Duration::from_millis(1500),
        idle: Duration::from_millis(1500),
        now: || SystemTime::UNIX_EPOCH + NOW,
        jitter: || 1.0,
        sleep: |_| Box::pin(std::future::ready(())),
        ..RetryPolicy::default()
    }
}

/// The variables that configure a provider at this port.
pub(crate) fn environment(provider: &str, port: u16) -> impl Fn(&str) -> Option<String> {
    let root = format!("http://127.0.0.1:{port}");
    let pairs = match provider {
        "anthropic" => vec![
            ("ANTHROPIC_API_KEY", KEY.to_owned()),
            ("ANTHROPIC_BASE_URL", root),
        ],
        "openai" => vec![
            ("OPENAI_API_KEY", KEY.to_owned()),
            ("OPENAI_BASE_URL", format!("{root}/v1")),
        ],
        "gemini" => vec![
            ("GEMINI_API_KEY", KEY.to_owned()),
            ("GOOGLE_GEMINI_BASE_URL", root),
        ],
        "openrouter" => {
            vec![
                ("OPENROUTER_API_KEY", KEY.to_owned()),
                ("OPENROUTER_BASE_URL", format!("{root}/api/v1")),
            ]
        }
        "ollama" => vec![("OLLAMA_HOST", root)],
        "bedrock" => vec![
            ("AWS_BEARER_TOKEN_BEDROCK", KEY.to_owned()),
            (
                "ANTHROPIC_BEDROCK_MANTLE_BASE_URL",
                format!("{root}/anthropic"),
            ),
        ],
        "azure" => vec![
            ("AZURE_OPENAI_API_KEY", KEY.to_owned()),
            ("AZURE_OPENAI_ENDPOINT", root),
        ],
        "compatible" => vec![
            ("OPENAI_API_KEY", KEY.to_owned()),
            ("OPENAI_BASE_URL", format!("{root}/v1")),
        ],
        other => panic!("say how `{other}` is configured"),
    };
    move |name: &str| {
        pairs
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.clone())
    }
}

/// A model of the provider, at this port.
pub(crate) fn model(provider: &str, port: u16) -> Box<dyn Model> {
    let name = match provider {
        "ollama" | "compatible" => format!("{provider}/local-model"),
        "azure" => format!("{provider}/gpt-6.2-sol"),
        _ => format!("{provider}/sonnet"),
    };
    llm::choose_model_with(Some(&name), &environment(provider, port), &client_options())
        .expect("a name")
        .expect("a model")
}

/// Asks, and keeps what is told meanwhile.
pub(crate) fn ask(
    model: &dyn Model,
    messages: &[Message],
) -> (Result<Reply, ModelError>, Vec<Delta>) {
    let tools = tools();
    let mut deltas = Vec::new();
    let request = Request {
        system: "You work on backends.",
        tools: &tools,
        messages,
        max_tokens: 4096,
        effort: Some("low"),
        cache: CacheTime::Usual,
    };
    let reply = block_on(model.reply(request, &mut |delta| deltas.push(delta)));
    (reply, deltas)
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(future)
}

pub(crate) fn tools() -> Vec<ToolSpec> {
    let tool = |name: &str| ToolSpec {
        name: name.to_owned(),
        description: format!("{name}s things."),
        schema: json!({
            "type": "object",
            "properties": { "file_path": { "type": "string" }, "limit": { "type": "integer" } },
            "required": ["file_path"],
        }),
    };
    vec![tool("Read"), tool("Write")]
}

/// The first turn of the harness.
pub(crate) fn task() -> Vec<Message> {
    vec![Message::user("Do phase 1.")]
}

/// The conversation after a turn of the model: its calls are answered, the second with an error.
pub(crate) fn answered(mut messages: Vec<Message>, turn: Message) -> Vec<Message> {
    let calls = turn.blocks.iter().filter_map(|block| match block {
        Block::ToolCall { id, .. } => Some(id.clone()),
        _ => None,
    });
    let result = |(number, call): (usize, String)| Block::ToolResult {
        call,
        content: format!("result {number}"),
        is_error: number == 1,
    };
    let mut blocks: Vec<Block> = calls.enumerate().map(result).collect();
    blocks.push(Block::Text {
        text: "Go on.".to_owned(),
    });
    messages.push(turn);
    messages.push(Message {
        speaker: Speaker::User,
        blocks,
    });
    messages
}

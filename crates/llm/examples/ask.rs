//! Asks a model and shows its answer while it comes: `cargo run -p llm --example ask -- [--model NAME] PROMPT`. A tool is
//! offered whose calls are answered but not run, to see how a provider deals with tools.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the example is a command line of its own"
)]

use std::io::Write;

use llm::{Block, CacheTime, Delta, Message, ModelError, Request, Speaker, ToolSpec};

/// The most turns.
const TURNS: usize = 300;

fn main() -> std::process::ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let mut model = None;
    if words.len() > 1 && words[0] == "--model" {
        model = Some(words.remove(1));
        words.remove(0);
    }
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    else {
        return std::process::ExitCode::FAILURE;
    };
    match runtime.block_on(ask(model.as_deref(), &words.join(" "))) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}\n{}", error.hint);
            std::process::ExitCode::FAILURE
        }
    }
}

async fn ask(model: Option<&str>, prompt: &str) -> Result<(), ModelError> {
    let Some(model) = llm::choose_model(model, &|name| std::env::var(name).ok())? else {
        eprintln!("no provider is configured");
        return Ok(());
    };
    eprintln!("{} reads {} tokens", model.name(), model.context_window());
    let tools = [ToolSpec {
        name: "Bash".to_owned(),
        description: "Runs a command in a shell.".to_owned(),
        schema: serde_json::json!({
            "type": "object", "properties": { "command": { "type": "string" } }, "required": ["command"],
        }),
    }];
    let mut messages = vec![Message::user(prompt)];
    for _ in 0..TURNS {
        let request = Request {
            system: "Answer in few words.",
            tools: &tools,
            messages: &messages,
            max_tokens: 4096,
            effort: None,
            cache: CacheTime::Usual,
        };
        let reply = model.reply(request, &mut show).await?;
        println!();
        eprintln!("{:?} {:?}", reply.stop, reply.usage);
        let results: Vec<Block> = reply.message.blocks.iter().filter_map(answer).collect();
        messages.push(reply.message);
        if results.is_empty() {
            break;
        }
        messages.push(Message {
            speaker: Speaker::User,
            blocks: results,
        });
    }
    Ok(())
}

fn show(delta: Delta) {
    match delta {
        Delta::Text(text) => print!("{text}"),
        Delta::Thinking(text) => eprint!("{text}"),
        Delta::ToolCall { name } => print!("[{name}]"),
        Delta::Retry { attempt, why, wait } => {
            eprintln!("\nattempt {attempt}: {why}; again in {wait:?}")
        }
    }
    drop(std::io::stdout().flush());
}

fn answer(block: &Block) -> Option<Block> {
    let Block::ToolCall { id, arguments, .. } = block else {
        return None;
    };
    let content = match arguments {
        Ok(arguments) => format!("Not run, this is an example: {arguments}"),
        Err(text) => format!("Not run, these arguments are no JSON object: {text}"),
    };
    Some(Block::ToolResult {
        call: id.clone(),
        content,
        is_error: true,
    })
}

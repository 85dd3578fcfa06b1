//! `models`: which providers are configured, what `opus`, `sonnet` and `haiku` mean there, and whether they answer.

use clap::Args;
use serde_json::{Value, json};

use crate::cli::Globals;
use crate::cli::printer::{self, Stream, one_line};
use crate::stop::{Exit, Stop};

/// Show which model providers are configured and reachable
///
/// A provider is configured by its variable in the environment. Asking one costs nothing.
#[derive(Debug, Args)]
pub(crate) struct ModelsArguments {
    /// Ask no provider, only look at the environment
    #[arg(long)]
    offline: bool,

    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run_models(arguments: &ModelsArguments, globals: &Globals) -> Result<Exit, Stop> {
    let environment = |name: &str| std::env::var(name).ok();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|error| Stop::environment(format!("no event loop can be had: {error}")))?;
    let palette = globals.palette(Stream::Output);
    let mut all = Vec::new();
    for offer in llm::list_providers(&environment) {
        let answer = match offer.can_be_asked() && !arguments.offline {
            true => Some(runtime.block_on(offer.reachable())),
            false => None,
        };
        let (state, error) = match (&answer, offer.configured) {
            (_, false) => ("not configured", None),
            (None, true) => ("configured", None),
            (Some(Ok(_)), true) => ("reachable", None),
            (Some(Err(error)), true) => ("not reachable", Some(error.to_string())),
        };
        if arguments.json {
            let models = answer.and_then(Result::ok).unwrap_or_default();
            all.push(json!({
                "provider": offer.name, "variable": offer.variable, "configured": offer.configured, "state": state,
                "base": offer.base, "aliases": offer.models, "models": models, "error": error,
            }));
            continue;
        }
        let name = palette.bold(&format!("{:<11}", offer.name));
        let models = if offer.models.is_empty() {
            String::new()
        } else {
            format!("  {}", offer.models.join(", "))
        };
        printer::print_to_stdout(&format!(
            "{name} {state:<15} {}{models}\n",
            palette.faint(offer.variable)
        ))?;
        if let Some(error) = error {
            printer::print_to_stdout(&format!("{:12}{}\n", "", one_line(&error)))?;
        }
    }
    if arguments.json {
        printer::print_json(&format!("{:#}\n", Value::Array(all)))?;
    }
    Ok(Exit::Complete)
}

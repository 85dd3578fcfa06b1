//! The server's own command line, as the flags that each call gets: the only way by which anything is opened.

use std::path::Path;
use std::time::Duration;

use super::McpArguments;
use crate::cli::arguments::ModelArguments;
use crate::settings::write_duration;
use crate::stop::Stop;

/// Flags by the subcommands that take them.
#[derive(Debug, Clone, Default)]
pub(super) struct Opened {
    /// For whatever runs commands.
    pub(super) commands: Vec<String>,
    /// For whatever looks at a plan before work on it.
    pub(super) plan: Vec<String>,
    /// For work on a plan.
    pub(super) work: Vec<String>,
}

impl Opened {
    /// Reads the flags of the server's own command line.
    ///
    /// # Errors
    /// A file of variables that is not there.
    pub(super) fn from_arguments(arguments: &McpArguments) -> Result<Self, Stop> {
        let McpArguments {
            approve,
            commit,
            strength,
            sandbox_options: walls,
            model,
            ..
        } = arguments;
        let mut commands: Vec<String> = Vec::new();
        commands.extend(walls.sandbox.map(|backend| format!("--sandbox={backend}")));
        commands.extend(walls.allow_network.then(|| "--allow-network".to_owned()));
        commands.extend(time_flag("timeout", walls.timeout));
        commands.extend(walls.env.iter().map(|name| format!("--env={name}")));
        for file in &walls.env_file {
            commands.push(format!("--env-file={}", absolute_env_file(file)?));
        }
        let plan: Vec<String> = approve
            .then(|| "--approve".to_owned())
            .into_iter()
            .collect();
        let mut work = plan.clone();
        work.extend(commit.then(|| "--commit".to_owned()));
        work.extend(time_flag("strength", *strength));
        work.extend(flags_of_model(model));
        Ok(Opened {
            commands,
            plan,
            work,
        })
    }
}

fn time_flag(name: &str, time: Option<Duration>) -> Option<String> {
    time.map(|time| format!("--{name}={}", write_duration(time)))
}

/// Returns the flags of the model, of what it may write and of its limits.
fn flags_of_model(model: &ModelArguments) -> Vec<String> {
    let mut flags = Vec::new();
    // A model costs money: none is asked unless whoever started the server named one.
    flags.push(format!(
        "--model={}",
        model.model.as_deref().unwrap_or("none")
    ));
    flags.extend(
        model
            .effort
            .map(|effort| format!("--effort={}", effort.name())),
    );
    flags.extend(model.agent.iter().map(|agent| format!("--agent={agent}")));
    flags.push(format!("--scope={}", model.scope.name()));
    flags.extend(
        model
            .limits
            .max_turns
            .map(|most| format!("--max-turns={most}")),
    );
    flags.extend(
        model
            .limits
            .max_tokens
            .map(|most| format!("--max-tokens={most}")),
    );
    flags.extend(
        model
            .limits
            .max_cost
            .map(|most| format!("--max-cost={most}")),
    );
    flags.extend(time_flag("max-time", model.limits.max_time));
    flags
}

fn absolute_env_file(file: &Path) -> Result<String, Stop> {
    let found = file.canonicalize();
    let found =
        found.map_err(|error| Stop::usage(format!("--env-file {}: {error}", file.display())))?;
    Ok(found.display().to_string())
}

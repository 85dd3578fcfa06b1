//! Arguments that several subcommands share, each group read in one place.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::model_setup::ModelOptions;
use crate::settings::{Effort, Flags, SandboxMode, Settings, read_duration};
use crate::understand::ScopeMode;

/// Which parts of the plan are meant.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// The phase: its number, its name or part of it, or "next"; may be given several times
    ///
    /// `2`, `2.1`, "Task 3", T014, "data model" and `next` (the first that is still open) are all understood;
    /// `2,4` and `2-4` name several. Units are worked on in the plan's order.
    #[arg(short, long = "phase", value_name = "PHASE", conflicts_with = "all")]
    pub(crate) phases: Vec<String>,

    /// Every phase of the plan, in order
    #[arg(long)]
    pub(crate) all: bool,
}

/// Which repository is meant.
#[derive(Debug, Args)]
pub(crate) struct RootArgument {
    /// The repository's folder [default: the one around the current folder]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) root: Option<PathBuf>,
}

/// Options for running commands; each overrides the setting of the same name.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Running commands")]
pub(crate) struct SandboxArguments {
    /// The sandbox of every command, by its backend; "off" is none
    #[arg(
        long,
        value_name = "BACKEND",
        value_parser = PossibleValuesParser::new(SandboxMode::NAMES).try_map(|name| name.parse::<SandboxMode>()),
    )]
    pub(crate) sandbox: Option<SandboxMode>,

    /// Let commands use the network
    #[arg(long)]
    pub(crate) allow_network: bool,

    /// The time one command may run: seconds, or "90s", "10m", "1h" [default: 10m]
    #[arg(long, value_name = "TIME", value_parser = read_duration)]
    pub(crate) timeout: Option<Duration>,

    /// Pass the environment variable NAME on to commands; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Vec<String>,

    /// Pass on the variables that FILE sets (NAME=value lines); their values are never shown
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) env_file: Vec<PathBuf>,
}

impl SandboxArguments {
    /// Returns what the command line says of the settings.
    pub(crate) fn flags(&self) -> Flags {
        Flags {
            sandbox: self.sandbox,
            allow_network: self.allow_network,
            timeout: self.timeout,
            env: self.env.clone(),
            env_files: self.env_file.clone(),
            strength: None,
            commit: false,
            model: None,
            effort: None,
        }
    }
}

/// The arguments that `implement` and `verify` share.
#[derive(Debug, Args)]
pub(crate) struct PhaseArguments {
    /// The plan, a Markdown file
    #[arg(value_name = "PLAN", value_hint = clap::ValueHint::FilePath)]
    pub(crate) plan: PathBuf,

    #[command(flatten)]
    pub(crate) selection: Selection,

    #[command(flatten)]
    pub(crate) root: RootArgument,

    /// Print the report as JSON (schemas/report.json)
    #[arg(long)]
    pub(crate) json: bool,

    /// Print every event as it happens, one JSON object a line (schemas/events.json); the report comes last
    #[arg(long, conflicts_with = "json")]
    pub(crate) json_stream: bool,

    /// Show no progress, only the report and what stands in the way
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Keep outputs of commands whole in the journal; else the first and last 512 KiB of a long one, its size and hash
    #[arg(long, help_heading = "Running commands")]
    pub(crate) keep_output: bool,

    /// Print how long each part took
    #[arg(long)]
    pub(crate) timings: bool,

    #[command(flatten)]
    pub(crate) sandbox_options: SandboxArguments,
}

/// The model that does what the plan leaves open, and its limits.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What the plan leaves open")]
pub(crate) struct ModelArguments {
    /// The model: "none", fable, opus, sonnet, haiku, a model's name, or PROVIDER/MODEL [default: as configured]
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,

    /// How hard it thinks, where it can be told: low, medium, high, xhigh, max [default: as configured]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) effort: Option<Effort>,

    /// The agent definition: a name, or a Markdown file [default: backend-engineer]
    #[arg(long, value_name = "NAME|FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) agent: Option<String>,

    /// What a model may change: the named files (strict), their tests and packages too (phase), all files (repo)
    #[arg(
        long,
        value_name = "SCOPE",
        default_value = "phase",
        value_parser = PossibleValuesParser::new(ScopeMode::NAMES).try_map(|name| name.parse::<ScopeMode>()),
        hide_possible_values = true
    )]
    pub(crate) scope: ScopeMode,

    #[command(flatten)]
    pub(crate) limits: LimitArguments,
}

/// The limits of a model: turns, tokens, money, time.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct LimitArguments {
    /// The most turns of the model [default: 200]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_turns: Option<u32>,

    /// The most tokens that it may read and write
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_tokens: Option<u64>,

    /// The most that it may cost, in US dollars; its price must be known
    #[arg(long, value_name = "USD", value_parser = read_cost)]
    pub(crate) max_cost: Option<f64>,

    /// The longest that it may work: seconds, or "90s", "10m", "1h"
    #[arg(long, value_name = "TIME", value_parser = read_duration)]
    pub(crate) max_time: Option<Duration>,
}

impl ModelArguments {
    /// Returns what is wished for; the model and what models cost as the settings have it.
    pub(crate) fn model_options(&self, settings: &Settings) -> ModelOptions {
        ModelOptions {
            model: settings.model.as_ref().map(|held| held.value.clone()),
            turns: self.limits.max_turns,
            tokens: self.limits.max_tokens,
            cost: self.limits.max_cost,
            prices: settings
                .prices
                .iter()
                .map(|(model, held)| (model.clone(), held.value))
                .collect(),
            time: self.limits.max_time,
            scope_mode: self.scope,
            effort: settings.effort.as_ref().map(|held| held.value),
            repair_effort: settings.repair_effort.as_ref().map(|held| held.value),
        }
    }
}

impl LimitArguments {
    /// These, and `others` where these say nothing.
    pub(crate) fn over(&self, others: &LimitArguments) -> LimitArguments {
        LimitArguments {
            max_turns: self.max_turns.or(others.max_turns),
            max_tokens: self.max_tokens.or(others.max_tokens),
            max_cost: self.max_cost.or(others.max_cost),
            max_time: self.max_time.or(others.max_time),
        }
    }
}

fn read_cost(text: &str) -> Result<f64, String> {
    let cost = text
        .trim_start_matches('$')
        .parse::<f64>()
        .ok()
        .filter(|cost| cost.is_finite() && *cost > 0.0);
    cost.ok_or_else(|| format!("`{text}` is no amount of US dollars; write it as 0.50"))
}

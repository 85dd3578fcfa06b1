//! Arguments that several subcommands share, each group read in one place.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::settings::{Flags, Walls, read_duration};

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

/// How commands are run; each overrides the setting of the same name.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Running commands")]
pub(crate) struct WallArguments {
    /// The walls around every command; "off" is none
    #[arg(
        long,
        value_name = "WALLS",
        value_parser = PossibleValuesParser::new(Walls::NAMES).try_map(|name| name.parse::<Walls>()),
    )]
    pub(crate) sandbox: Option<Walls>,

    /// Let commands use the network
    #[arg(long)]
    pub(crate) allow_network: bool,

    /// How long one command may run: seconds, or "90s", "10m", "1h" [default: 10m]
    #[arg(long, value_name = "TIME", value_parser = read_duration)]
    pub(crate) timeout: Option<Duration>,

    /// Pass the environment variable NAME on to commands; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Vec<String>,

    /// Pass on the variables that FILE sets (NAME=value lines); their values are never shown
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) env_file: Vec<PathBuf>,
}

impl WallArguments {
    /// What the command line says of the settings.
    pub(crate) fn flags(&self) -> Flags {
        Flags {
            sandbox: self.sandbox,
            allow_network: self.allow_network,
            timeout: self.timeout,
            env: self.env.clone(),
            env_files: self.env_file.clone(),
            commit: false,
        }
    }
}

/// What `implement` and `verify` both take.
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

    /// Show no progress, only the report and what stands in the way
    #[arg(short, long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) walls: WallArguments,
}

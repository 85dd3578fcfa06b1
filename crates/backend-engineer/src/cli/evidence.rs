//! `evidence`: what a run proved, in a folder that others can read and run without this program.

mod gathered;
mod script;
mod statement;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::Globals;
use crate::cli::arguments::RootArgument;
use crate::cli::printer::{self, Stream};
use crate::cli::run_history::RunHistory;
use crate::stop::{Exit, Stop};
use gathered::Gathered;

/// Write what a run proved into a folder: report, diff, outputs, a script that checks it again, a statement
///
/// `verify.sh` compares a checkout with the files that the checks ran on and runs each check again, with nothing but a
/// shell, git and the project's own tools. `statement.json` is an unsigned in-toto statement (test-result v0.1) for a signer
/// of yours.
#[derive(Debug, Args)]
pub(crate) struct EvidenceArguments {
    /// The run: its name, or the only one that begins or ends so [default: the newest that wrote something]
    #[arg(value_name = "RUN")]
    run: Option<String>,

    /// The folder, which is made; one that holds something is refused
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    out: PathBuf,

    #[command(flatten)]
    root: RootArgument,
}

/// Runs the subcommand.
pub(crate) fn run_evidence(arguments: &EvidenceArguments, globals: &Globals) -> Result<Exit, Stop> {
    let past = RunHistory::open_at(arguments.root.root.as_deref())?;
    let gathered = Gathered::from_run(&past, arguments.run.as_deref())?;
    let out = &arguments.out;
    if fs::read_dir(out).is_ok_and(|mut inside| inside.next().is_some()) {
        return Err(
            Stop::usage(format!("--out {}: the folder is not empty", out.display()))
                .hint("Name a new one."),
        );
    }
    write_evidence(out, &gathered).map_err(|error| {
        Stop::environment(format!(
            "the evidence can't be written to {}: {error}",
            out.display()
        ))
    })?;
    let palette = globals.palette(Stream::Output);
    let mut text = format!(
        "{} {}: {} checks of run {}\n",
        palette.green(&format!("{:>12}", "wrote")),
        out.display(),
        gathered.checks.len(),
        gathered.run.id
    );
    let stale = [
        (
            gathered.is_current,
            "the tree is no longer the one that the checks ran on: only the run's own files are compared",
        ),
        (
            gathered.is_plan_same,
            "the plan no longer says what it said when the run began: `verify` checks what it says now",
        ),
    ];
    for (_, why) in stale.into_iter().filter(|(holds, _)| !holds) {
        text += &format!("{} {why}\n", palette.yellow(&format!("{:>12}", "note")));
    }
    printer::print_to_stdout(&text)?;
    Ok(Exit::Complete)
}

fn write_evidence(out: &Path, gathered: &Gathered) -> std::io::Result<()> {
    fs::create_dir_all(out.join("outputs"))?;
    fs::write(out.join("report.md"), &gathered.markdown)?;
    fs::write(out.join("report.json"), format!("{:#}\n", gathered.report))?;
    fs::write(out.join("change.diff"), &gathered.diff)?;
    for (index, check) in gathered.checks.iter().enumerate() {
        if let Some(output) = &check.output {
            fs::write(
                out.join("outputs").join(format!("{}.txt", index + 1)),
                output,
            )?;
        }
    }
    fs::write(out.join("files.sha256"), gathered.manifest())?;
    fs::write(
        out.join("statement.json"),
        format!("{:#}\n", statement::build_statement(gathered)),
    )?;
    let script = out.join("verify.sh");
    fs::write(&script, script::render_script(gathered))?;
    #[cfg(unix)]
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(())
}

//! `check`: holds a plan against the tree and says what no longer fits, before any work.

mod annotations;
mod sarif;

pub(crate) use annotations::workflow_command;

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use plan::{PhaseId, Plan};
use serde_json::{Value, json};

use crate::cli::arguments::{RootArgument, Selection};
use crate::cli::diagnostics::{self, Source};
use crate::cli::printer::{self, Stream};
use crate::cli::{Globals, units};
use crate::review::{ReviewScope, lint_plan};
use crate::run::{RunContext, RunOptions, RunRequest, Workspace};
use crate::settings::{Flags, Settings};
use crate::stop::{Exit, Finding, Severity, Stop};
use crate::understand::{load_plan, root_of};

/// The text of the help behind the options.
pub(super) const AFTER: &str = "\
Exit codes:
    0  nothing, notes, or (without --strict) warnings
    1  warnings, with --strict
    2  the command line, the plan's name or the phase is wrong
    4  an error: `implement` would refuse the plan
`backend-engineer explain CODE` says what a code means and how to fix it.";

/// Hold a plan against the tree: what is missing, moved, done already, or can't be checked
///
/// Reads only, runs nothing, needs no model. Errors are what `implement` refuses: a plan that is not approved or has no
/// phases, a path that leaves the repository. Units that are done by the plan's marks are left out.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("form").args(["json", "sarif", "github"])))]
pub(crate) struct CheckArguments {
    /// The plan, a Markdown file
    #[arg(value_name = "PLAN", value_hint = clap::ValueHint::FilePath)]
    plan: PathBuf,

    /// Only this phase: its number, its name or part of it, or "next"; may be given several times
    ///
    /// Without it the whole plan is checked in its order: what an earlier phase makes is there for a later one.
    #[arg(short, long = "phase", value_name = "PHASE")]
    phases: Vec<String>,

    #[command(flatten)]
    root: RootArgument,

    /// End with 1 where there are warnings
    #[arg(long)]
    strict: bool,

    /// Check a plan that is marked draft, proposed, rejected or superseded as if it were approved
    #[arg(long)]
    approve: bool,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    /// Print it as SARIF 2.1.0, for code scanning
    #[arg(long)]
    sarif: bool,

    /// Print it as annotations of a GitHub workflow
    #[arg(long)]
    github: bool,
}

/// A plan that was checked.
struct Checked<'a> {
    plan: &'a Plan,
    /// Its name for people and tools: from the root where it lies inside.
    name: &'a str,
    findings: &'a [Finding],
}

/// Runs the subcommand.
pub(crate) fn run_check_subcommand(
    arguments: &CheckArguments,
    globals: &Globals,
) -> Result<Exit, Stop> {
    let loaded = load_plan(&arguments.plan)?;
    let (chosen, extent) = match arguments.phases.as_slice() {
        [] => (loaded.plan.everything(), ReviewScope::Plan),
        phases => {
            let selection = Selection {
                phases: phases.to_vec(),
                all: false,
            };
            (
                units::choose_units(&loaded.plan, &loaded.name, &selection)?,
                ReviewScope::Units,
            )
        }
    };
    let root = root_of(&loaded.path, arguments.root.root.as_deref())?;
    let settings = Settings::load(&root, &Flags::default())?;
    let options = RunOptions {
        dry_run: true,
        approve: arguments.approve,
        ..RunOptions::default()
    };
    let named = loaded.name.clone();
    let run = RunContext::open(loaded, &root, settings, RunRequest::reading(options))?;
    let findings = lint_plan(&run, &mut Workspace::new(&run), &chosen, extent)?;
    let checked = Checked {
        plan: &run.plan,
        name: &run.plan_name,
        findings: &findings,
    };
    let text = match arguments {
        CheckArguments { json: true, .. } => {
            printer::escape_in_json(&format!("{:#}\n", findings_as_json(&checked)))
        }
        CheckArguments { sarif: true, .. } => {
            printer::escape_in_json(&format!("{:#}\n", sarif::build_sarif_log(&checked)))
        }
        CheckArguments { github: true, .. } => annotations::render_annotations(&checked),
        _ => {
            let source = Source {
                name: &named,
                text: checked.plan.text(),
            };
            let told = diagnostics::render_findings(
                &findings,
                Some(source),
                globals.render_style(Stream::Output),
            );
            told + &summarize_findings(&findings, &named)
        }
    };
    printer::print_to_stdout(&text)?;
    Ok(exit_of_findings(&findings, arguments.strict))
}

fn exit_of_findings(findings: &[Finding], strict: bool) -> Exit {
    let worst = |severity| findings.iter().any(|finding| finding.severity == severity);
    match () {
        () if worst(Severity::Error) => Exit::Refused,
        () if strict && worst(Severity::Warning) => Exit::CheckFailed,
        () => Exit::Complete,
    }
}

fn count_severity(findings: &[Finding], severity: Severity) -> usize {
    findings
        .iter()
        .filter(|finding| finding.severity == severity)
        .count()
}

fn summarize_findings(findings: &[Finding], name: &str) -> String {
    let counted = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Note, "note"),
    ];
    let counted: Vec<String> = counted
        .iter()
        .map(|(severity, word)| (count_severity(findings, *severity), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        .collect();
    match counted.is_empty() {
        true => format!("{name}: no findings\n"),
        false => format!("{name}: {}\n", counted.join(", ")),
    }
}

fn findings_as_json(checked: &Checked<'_>) -> Value {
    let one = |finding: &Finding| {
        let place = finding
            .span
            .as_ref()
            .map(|span| checked.plan.location(span.start));
        json!({
            "code": finding.code,
            "severity": finding.severity,
            "message": finding.message,
            "hint": finding.hint,
            "line": place.map(|place| place.line),
            "column": place.map(|place| place.column),
            "span": finding.span.as_ref().map(|span| [span.start, span.end]),
            "unit": finding.span.as_ref().and_then(|span| unit_at(checked.plan, span.start)),
        })
    };
    json!({
        "version": 1,
        "plan": checked.name,
        "errors": count_severity(checked.findings, Severity::Error),
        "warnings": count_severity(checked.findings, Severity::Warning),
        "notes": count_severity(checked.findings, Severity::Note),
        "findings": checked.findings.iter().map(one).collect::<Vec<_>>(),
    })
}

/// Returns the label of the innermost unit around a byte.
fn unit_at(plan: &Plan, at: usize) -> Option<&str> {
    let around = plan.all().filter(|unit| unit.span.contains(&at));
    around
        .max_by_key(|unit| (unit.span.start, PhaseId(unit.id.0)))
        .map(|unit| unit.label.as_str())
}

//! `plan`: shows what was understood of a plan.
//!
//! ```text
//! Slugs for posts
//! dialect: checkboxes; status: approved; boxes: 1 of 4 ticked
//!
//! [ ] Phase 1: Models  (line 12)
//! 2 files, 3 blocks of code, 1 commands
//! ```
//!
//! A plan that is understood wrongly shows here, before anything is run: files that are not found,
//! code without a file, prose that no block spells out.

use std::path::{Path, PathBuf};

use clap::Args;
use plan::{
    Action, ApprovalStatus, Bound, Checkbox, CodeBlock, CommandReading, Criterion, CriterionKind,
    Diagnostic, ExpectedOutcome, FileOf, Part, Phase, PhaseId, Plan, PlannedCommand, Role,
    Sentence, Span, State,
};
use serde::Serialize;

use crate::analyze::{BUDGET, BriefingContext, build_briefing};
use crate::cli::arguments::{RootArgument, Selection};
use crate::cli::diagnostics::{self, Source};
use crate::cli::printer::{self, Stream, escape_control_characters};
use crate::cli::{Globals, units};
use crate::facts::TreeFacts;
use crate::redact::Redactor;
use crate::settings::{Flags, Settings};
use crate::stop::{Exit, Finding, Severity, Stop};
use crate::tree::Tree;
use crate::understand::{LoadedPlan, files_of, load_plan, root_of, understand};

/// Show what was understood of a plan: units, state, files, criteria, commands
///
/// Reads only. Says what is literal (code that can be placed as it stands) and what is prose.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// The plan, a Markdown file; or several
    #[arg(value_name = "PLAN", required = true, value_hint = clap::ValueHint::FilePath)]
    pub(crate) plans: Vec<PathBuf>,

    /// Only this phase: its number, its name or part of it, or "next"; may be given several times
    #[arg(short, long = "phase", value_name = "PHASE")]
    pub(crate) phases: Vec<String>,

    /// Print it as JSON; of several plans, one line each
    #[arg(long)]
    pub(crate) json: bool,

    /// Print what whoever implements the phase needs to know of the codebase; needs --phase
    ///
    /// The phase's files, whole or in outline, the existing files that new ones should look like, tables, routes and
    /// shared modules, each line with its source.
    #[arg(long, requires = "phases", conflicts_with = "json")]
    pub(crate) briefing: bool,

    /// The most that the briefing may take, in tokens of four bytes
    #[arg(long, value_name = "TOKENS", default_value_t = BUDGET, requires = "briefing")]
    pub(crate) budget: usize,

    #[command(flatten)]
    pub(crate) root: RootArgument,
}

/// Runs the subcommand. A plan that can't be read does not keep the others from being shown.
pub(crate) fn run_plan(arguments: &PlanArguments, globals: &Globals) -> Result<Exit, Stop> {
    // One plan is shown with its own error; of several, each has its turn.
    if let [plan] = arguments.plans.as_slice() {
        return show_plan(plan, arguments, globals);
    }
    if !arguments.phases.is_empty() {
        return Err(
            Stop::usage("--phase speaks of one plan, and several are named").hint("Name the one."),
        );
    }
    let mut exit = Exit::Complete;
    for (index, plan) in arguments.plans.iter().enumerate() {
        if index > 0 && !arguments.json {
            printer::print_to_stdout("\n")?;
        }
        if let Err(stop) = show_plan(plan, arguments, globals) {
            printer::print_to_stderr(&diagnostics::render_stop(
                &stop,
                None,
                globals.render_style(Stream::Errors),
            ));
            exit = Exit::first([exit, stop.exit]);
        }
    }
    Ok(exit)
}

/// Shows one plan: as JSON, as text, or as the briefings of its chosen units. What could not be
/// read with certainty goes to the error stream, so that a JSON reader is not disturbed.
fn show_plan(plan: &Path, arguments: &PlanArguments, globals: &Globals) -> Result<Exit, Stop> {
    let loaded = load_plan(plan)?;
    let plan = &loaded.plan;
    let source = Source {
        name: &loaded.name,
        text: plan.text(),
    };
    let chosen = match arguments.phases.as_slice() {
        [] => plan.everything(),
        phases => units::choose_units(
            plan,
            &loaded.name,
            &Selection {
                phases: phases.to_vec(),
                all: false,
            },
        )
        // The findings often say why a name fits no unit.
        .inspect_err(|_| printer::print_to_stderr(&render_plan_findings(plan, source, globals)))?,
    };
    if arguments.briefing {
        return print_briefings(arguments, &loaded, &chosen);
    }
    let phases: Vec<&Phase> = chosen.iter().filter_map(|id| plan.phase(*id)).collect();
    if arguments.json {
        printer::print_json(&plan_as_json(
            &PlanDocument::new(plan, &loaded.name, &phases),
            arguments.plans.len() > 1,
        )?)?;
        return Ok(Exit::Complete);
    }
    printer::print_to_stdout(&escape_control_characters(&as_text(
        plan,
        &loaded.name,
        &phases,
        !arguments.phases.is_empty(),
    )))?;
    printer::print_to_stderr(&render_plan_findings(plan, source, globals));
    Ok(Exit::Complete)
}

/// Prints the briefing of each chosen unit.
fn print_briefings(
    arguments: &PlanArguments,
    loaded: &LoadedPlan,
    chosen: &[PhaseId],
) -> Result<Exit, Stop> {
    // A briefing shows files, so that secrets of the environment must be taken out.
    let root = root_of(&loaded.path, arguments.root.root.as_deref())?;
    let settings = Settings::load(&root, &Flags::default())?;
    let redactor = Redactor::new(settings.variables());
    let files = files_of(
        TreeFacts::new(&root, settings.cache.as_deref()),
        &loaded.plan,
    );
    let inside = loaded
        .path
        .strip_prefix(&root)
        .ok()
        .map(|inside| inside.to_string_lossy().replace('\\', "/"));
    let code = &files.facts().survey();
    for unit in chosen {
        let assignment = understand(&loaded.plan, &files, *unit, true)?;
        let mut tree = Tree::at(&root);
        let mut ground = BriefingContext {
            plan: &loaded.plan,
            plan_inside: inside.as_deref(),
            assignment: &assignment,
            files: &files,
            tree: &mut tree,
            code,
        };
        printer::print_to_stdout(&escape_control_characters(
            &redactor.redact_text(&build_briefing(&mut ground, arguments.budget).to_text()),
        ))?;
    }
    Ok(Exit::Complete)
}

/// Returns what could not be read with certainty.
fn render_plan_findings(plan: &Plan, source: Source<'_>, globals: &Globals) -> String {
    let all: Vec<Finding> = plan
        .diagnostics()
        .iter()
        .map(|diagnostic| Finding {
            code: diagnostic.code,
            severity: Severity::Warning,
            message: diagnostic.message.clone(),
            line: Some(plan.location(diagnostic.span.start).line),
            span: Some(diagnostic.span.clone()),
            hint: Some(diagnostic.hint.clone()),
        })
        .collect();
    diagnostics::render_findings(&all, Some(source), globals.render_style(Stream::Errors))
}

/// A plan as programs are shown it.
#[derive(Serialize)]
struct PlanDocument<'a> {
    version: u32,
    plan: &'a str,
    title: Option<&'a str>,
    dialects: Vec<&'static str>,
    // The name that readers of earlier versions know.
    standing: &'a ApprovalStatus,
    phases: &'a [&'a Phase],
    checkboxes: &'a [Checkbox],
    criteria: &'a [Criterion],
    commands: &'a [PlannedCommand],
    /// Every command that the plan shows, wherever it stands, with what was read of it.
    shown_commands: Vec<CommandReading>,
    /// The sentences that stand outside of every unit; those of a unit stand with it.
    sentences: Vec<Sentence>,
    bounds: &'a [Bound],
    diagnostics: &'a [Diagnostic],
}

impl<'a> PlanDocument<'a> {
    fn new(plan: &'a Plan, name: &'a str, phases: &'a [&'a Phase]) -> Self {
        PlanDocument {
            version: 1,
            plan: name,
            title: plan.title(),
            dialects: plan.dialects(),
            standing: plan.approval_status(),
            phases,
            checkboxes: plan.checkboxes(),
            criteria: plan.criteria(),
            commands: plan.commands(),
            shown_commands: plan::read_commands(plan),
            sentences: plan.sentences(),
            bounds: plan.bounds(),
            diagnostics: plan.diagnostics(),
        }
    }
}

/// Writes the plan as JSON, on one line where several plans share the output.
fn plan_as_json(shown: &PlanDocument<'_>, on_one_line: bool) -> Result<String, Stop> {
    let written = if on_one_line {
        serde_json::to_string(shown)
    } else {
        serde_json::to_string_pretty(shown)
    };
    let text = written.map_err(|error| {
        Stop::environment(format!("the plan can't be written as JSON: {error}"))
    })?;
    Ok(text + "\n")
}

/// Returns the plan as text: title, dialect, status and boxes, then each unit; all details only of
/// units that were chosen.
fn as_text(plan: &Plan, name: &str, phases: &[&Phase], whole: bool) -> String {
    let mut text = format!("{}\n", plan.title().unwrap_or(name));
    let ticked = plan
        .checkboxes()
        .iter()
        .filter(|found| found.state == State::Done)
        .count();
    let standing = plan
        .approval_status()
        .word
        .as_deref()
        .unwrap_or("none stated");
    text.push_str(&format!(
        "  dialect: {}; status: {standing}; boxes: {ticked} of {} ticked\n",
        plan.dialects().join(", "),
        plan.checkboxes().len()
    ));
    for phase in phases {
        text.push('\n');
        write_unit(plan, phase, (0, whole), &mut text);
    }
    text
}

/// One unit: its state and counts, and where the whole is wanted, its files, steps, criteria and commands.
fn write_unit(plan: &Plan, phase: &Phase, (depth, whole): (usize, bool), text: &mut String) {
    let indent = "  ".repeat(depth);
    let line = plan.location(phase.heading.start).line;
    // "Phase 1: Models" as a label holds the title already.
    let title = if phase.label.ends_with(&phase.title) {
        String::new()
    } else {
        format!(": {}", phase.title)
    };
    text.push_str(&format!(
        "{indent}[{}] {}{title}  (line {line})\n",
        units::checkbox_mark(phase.state),
        phase.label
    ));
    let literal = phase
        .blocks
        .iter()
        .filter(|block| is_literal(block))
        .count();
    let left = open_passages(phase).len();
    let counts = [
        (phase.changes.len(), "files"),
        (literal, "blocks of code"),
        (phase.commands.len(), "commands"),
        // Nothing is said of what a unit has none of.
        (phase.criteria.len(), "criteria"),
        (left, "passages of prose to carry out"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if !counts.is_empty() {
        text.push_str(&format!("{indent}    {}\n", counts.join(", ")));
    }
    if !phase.depends_on.is_empty() {
        text.push_str(&format!(
            "{indent}    depends on {}\n",
            phase.depends_on.join(", ")
        ));
    }
    if whole {
        write_unit_details(plan, phase, &indent, text);
    }
    for nested in &phase.phases {
        write_unit(plan, nested, (depth + 1, whole), text);
    }
}

/// Returns the passages of a unit that are left in prose, in order: what its steps say, and open sentences outside of
/// these.
///
/// A sentence in a step's passage is counted with it, not twice.
fn open_passages(phase: &Phase) -> Vec<Span> {
    let said = phase
        .steps
        .iter()
        .flat_map(|step| &step.parts)
        .filter_map(|part| match part {
            Part::Say(span) => Some(span.clone()),
            _ => None,
        });
    let mut found: Vec<Span> = said.collect();
    for sentence in phase.sentences.iter().filter(|sentence| sentence.open) {
        if !found
            .iter()
            .any(|span| span.start < sentence.span.end && sentence.span.start < span.end)
        {
            found.push(sentence.span.clone());
        }
    }
    found.sort_by_key(|span| span.start);
    found
}

/// Writes what a unit consists of: its files, steps, passages of prose and criteria.
///
/// In the order in which a run goes about them.
fn write_unit_details(plan: &Plan, phase: &Phase, indent: &str, text: &mut String) {
    write_files(plan, phase, indent, text);
    for step in &phase.steps {
        text.push_str(&format!("{indent}    step: {}\n", step.title));
        for part in &step.parts {
            if let Part::Run(command) | Part::Commit(command) = part {
                text.push_str(&format!(
                    "{indent}      {}\n",
                    describe_command(&phase.commands[*command])
                ));
            }
        }
    }
    for span in open_passages(phase) {
        let words = plan
            .text()
            .get(span.clone())
            .unwrap_or_default()
            .split_whitespace();
        let words = words.collect::<Vec<_>>().join(" ");
        text.push_str(&format!(
            "{indent}    in prose (line {}): {words}\n",
            plan.location(span.start).line
        ));
    }
    for criterion in &phase.criteria {
        let kind = match criterion.kind {
            CriterionKind::Automated => "check",
            CriterionKind::Manual => "for a person",
        };
        text.push_str(&format!("{indent}    {kind}: {}\n", criterion.text));
        for command in criterion
            .commands
            .iter()
            .filter_map(|command| phase.commands.get(*command))
        {
            text.push_str(&format!("{indent}      {}\n", describe_command(command)));
        }
    }
}

/// Writes a unit's files, each with how much code the plan shows for it, and the code whose file is not clear.
fn write_files(plan: &Plan, phase: &Phase, indent: &str, text: &mut String) {
    for change in &phase.changes {
        let literal = change
            .blocks
            // Shell sessions and output are no content of a file.
            .iter()
            .filter_map(|block| phase.blocks.get(*block))
            .filter(|block| is_literal(block))
            .count();
        let how = match literal {
            // Needs no code.
            0 if matches!(change.action, Action::Delete | Action::Rename { .. }) => {
                "by the plan's word".to_owned()
            }
            0 => "prose".to_owned(),
            1 => "literal, 1 block".to_owned(),
            count => format!("literal, {count} blocks"),
        };
        let lines = change
            .lines
            .map(|(from, to)| format!(":{from}-{to}"))
            .unwrap_or_default();
        text.push_str(&format!(
            "{indent}    {} {}{lines}  ({how})\n",
            action_word(&change.action),
            change.path
        ));
    }
    for block in phase
        .blocks
        .iter()
        .filter(|block| is_literal(block) && !matches!(block.file, FileOf::Change(_)))
    {
        let line = plan.location(block.span.start).line;
        text.push_str(&format!(
            "{indent}    ? code of line {line}: its file is not clear\n"
        ));
    }
}

/// Describes a command as `plan` lists it, with the folder and what is expected of it.
fn describe_command(command: &PlannedCommand) -> String {
    let folder = command
        .folder
        .as_deref()
        .map(|folder| format!(" in {folder}"))
        .unwrap_or_default();
    let expected = match command.expect.outcome {
        ExpectedOutcome::Fail => " (shall fail)",
        ExpectedOutcome::NoMatches => " (shall find nothing)",
        ExpectedOutcome::Pass | ExpectedOutcome::Unstated => "",
    };
    let doubt = if command.doubt.is_some() {
        " (can't be run as it stands)"
    } else {
        ""
    };
    format!(
        "$ {}{folder}{expected}{doubt}",
        command.text.replace('\n', " ; ")
    )
}

/// Names an action; `touch` where the plan doesn't say whether the file is new.
fn action_word(action: &Action) -> String {
    match action {
        Action::Create => "create".to_owned(),
        Action::Modify => "modify".to_owned(),
        Action::Delete => "delete".to_owned(),
        Action::Rename { to } => format!("rename to {to}:"),
        Action::Unstated => "touch".to_owned(),
    }
}

/// Returns whether a block is content of a file rather than a command or something to look at.
fn is_literal(block: &CodeBlock) -> bool {
    !matches!(block.role, Role::Shell | Role::Output | Role::Example)
}

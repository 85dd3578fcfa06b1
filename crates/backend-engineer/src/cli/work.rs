//! Carries out `implement` and `verify`: opens the plan, works through its phases in order, and prints the reports.
//!
//! load the plan → choose units (those of an interrupted run; those named; the next open one) →
//! settings and model → open the run → each unit in turn, up to the first that is not done → close
//! the sandbox → record how the run ended, unless it can be resumed → print.

use std::time::Duration;

use journal::Event;
use plan::{PhaseId, State};
use serde_json::json;

use crate::cli::arguments::{ModelArguments, PhaseArguments};
use crate::cli::diagnostics::{self, Source};
use crate::cli::printer::{self, Stream};
use crate::cli::timings::Timings;
use crate::cli::{Globals, stream, terminal, units};
use crate::model_setup::ModelSetup;
use crate::report::{Refusal, Report, report_document};
use crate::run::{Resumed, RunContext, RunOptions, RunRequest, Workspace};
use crate::settings::{Flags, Settings};
use crate::stop::{Exit, Finding, Severity, Stop};
use crate::understand::{SearchPaths, find_definition, load_plan, root_of};
use crate::{implement_unit, verify_unit};

/// The work that a subcommand asks for.
pub(crate) struct Job<'a> {
    pub(crate) asked: &'a PhaseArguments,
    pub(crate) flags: Flags,
    pub(crate) options: RunOptions,
    /// The model that does what the plan leaves open; none where the tree is only verified.
    pub(crate) model: Option<&'a ModelArguments>,
    /// The interrupted run that goes on.
    pub(crate) resumed: Option<Resumed>,
    /// The units, where the subcommand has chosen them already.
    pub(crate) chosen: Option<Vec<PhaseId>>,
    /// The time that each of its parts took.
    pub(crate) timings: Timings,
}

/// The results of all phases together.
#[derive(Default)]
pub(crate) struct JobResults {
    pub(crate) reports: Vec<Report>,
    skipped: Vec<String>,
    /// A phase is marked as done, and the tree lacks what it shows, or its files.
    lacking: Vec<Exit>,
    diff: String,
    pub(crate) stop: Option<Stop>,
}

/// Does the job and prints what came of it; gives what the process ends with.
pub(crate) fn run_job(mut job: Job<'_>, globals: &Globals) -> Result<Exit, Stop> {
    let loaded = match load_plan(&job.asked.plan) {
        Ok(loaded) => loaded,
        // A program that asked for JSON gets its error as JSON too.
        Err(stop) if job.asked.json || job.asked.json_stream => {
            let results = JobResults {
                stop: Some(stop),
                ..JobResults::default()
            };
            return print_results(&job, globals, &results, Source { name: "", text: "" });
        }
        Err(stop) => return Err(stop),
    };
    let name = loaded.name.clone();
    let text = loaded.plan.text().to_owned();
    let results = run_job_unprinted(&mut job, loaded, globals);
    print_results(
        &job,
        globals,
        &results,
        Source {
            name: &name,
            text: &text,
        },
    )
}

/// Does the job and gives what came of it, unprinted.
///
/// "There is nothing left to do" is a stop by its way through the code, and no failure.
pub(crate) fn run_job_unprinted(
    job: &mut Job<'_>,
    loaded: crate::understand::LoadedPlan,
    globals: &Globals,
) -> JobResults {
    let outcome = open_run(job, loaded, globals)
        .and_then(|(opened, phases)| run_units(job, opened, &phases, globals));
    outcome.unwrap_or_else(|stop| match stop.exit {
        // Nothing is left to do.
        Exit::Complete => JobResults {
            skipped: vec![stop.message],
            ..JobResults::default()
        },
        _ => JobResults {
            stop: Some(stop),
            ..JobResults::default()
        },
    })
}

/// Opens the run: units, settings, options, model and listener, put together from the flags and
/// from what an interrupted run recorded. Remarks are made as soon as there is a journal for them.
fn open_run(
    job: &mut Job<'_>,
    loaded: crate::understand::LoadedPlan,
    globals: &Globals,
) -> Result<(RunContext, Vec<PhaseId>), Stop> {
    let resumed = job.resumed.take();
    let phases = match (&resumed, job.chosen.take()) {
        (Some(resumed), _) => of_labels(&loaded.plan, &resumed.phases)?,
        (None, Some(chosen)) => chosen,
        (None, None) => units::choose_units(&loaded.plan, &loaded.name, &job.asked.selection)?,
    };
    let root = root_of(&loaded.path, job.asked.root.root.as_deref())?;
    let settings = Settings::load(&root, &job.flags)?;
    // A flag can only add to the configuration: `--commit`, and nothing takes it back.
    let commit = job.options.commit || settings.commit();
    let options = RunOptions {
        commit,
        keep_output: job.asked.keep_output,
        ..job.options
    };
    let labels: Vec<String> = phases
        .iter()
        .filter_map(|id| loaded.plan.phase(*id))
        .map(|phase| phase.label.clone())
        .collect();
    let mut model_setup = set_up_model(job, &root, &settings)?;
    let listener = match job.asked.json_stream {
        true => stream::json_listener(),
        false => terminal::terminal_listener(job.asked.quiet, globals.coloured(Stream::Errors)),
    };
    let listener = job.timings.listen(listener);
    let remarks = settings.remarks();
    let (resumed, events) = resumed.map(|resumed| (resumed.run, resumed.events)).unzip();
    let ran = |event: &Event| {
        matches!(event, Event::CommandFinished { .. })
            || matches!(event, Event::ToolFinished { tool, .. } if tool == "Bash")
    };
    // Only then is there anything whose loss the user should know of.
    let had_run = events.as_ref().is_some_and(|events| events.iter().any(ran));
    if let (Some(model_setup), Some(events)) = (&mut model_setup, events) {
        model_setup.goes_on_from(events);
    }
    let argv = globals.caller.as_ref().map(|caller| caller.argv.clone());
    let request = RunRequest {
        options,
        units: labels,
        listener,
        model_setup,
        resumed,
        argv,
    };
    let mut run = RunContext::open(loaded, &root, settings, request)?;
    if had_run {
        run.remark("The run goes on in a new sandbox: what its commands had built there or started is gone.")?;
    }
    for remark in remarks {
        run.remark(&remark)?;
    }
    Ok((run, phases))
}

/// Returns the units of these labels, as an interrupted run had them.
///
/// Fails where the plan was changed so that one is gone: another unit is not what was asked for.
fn of_labels(plan: &plan::Plan, labels: &[String]) -> Result<Vec<PhaseId>, Stop> {
    let find = |label: &String| {
        let found = plan
            .all()
            .find(|unit| unit.label == *label)
            .map(|unit| unit.id);
        found.ok_or_else(|| Stop::usage(format!("the plan no longer has {label}; begin a new run")))
    };
    labels.iter().map(find).collect()
}

/// Returns who does what the plan leaves open, as flags, settings and the agent definition say.
///
/// A dry run asks no model: what it would write can't be known without paying for it.
fn set_up_model(
    job: &Job<'_>,
    root: &std::path::Path,
    settings: &Settings,
) -> Result<Option<ModelSetup>, Stop> {
    let Some(model) = job.model.filter(|_| !job.options.dry_run) else {
        return Ok(None);
    };
    let definition = find_definition(model.agent.as_deref(), &SearchPaths::of_process(root))?;
    ModelSetup::from_options(definition, &model.model_options(settings))
}

/// Works through the units on an event loop of one thread, and closes the sandbox whatever happens.
///
/// An interruption ends the work at its next pause. The sandbox is closed after it all the same, so
/// that no process of a command outlives the run.
fn run_units(
    job: &Job<'_>,
    run: RunContext,
    phases: &[PhaseId],
    globals: &Globals,
) -> Result<JobResults, Stop> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::environment(format!("no event loop can be had: {error}")))?;
    // Who called the program from within its own process ends it in good order itself.
    if globals.caller.is_none() {
        watch_for_interruption();
    }
    let mut results = JobResults::default();
    let mut workspace = Workspace::new(&run);
    let stopped = runtime.block_on(async {
        let worked = tokio::select! {
            worked = work_through(job, (&run, &mut workspace), phases, &mut results) => worked,
            () = wait_for_interruption(globals) => Err(Stop::new(Exit::Interrupted, INTERRUPTED)),
        };
        // Closed in either case; the first error is the one that is reported.
        let cleared = workspace.close().await;
        worked.and(cleared)
    });
    results.stop = stopped.err();
    if job.options.dry_run {
        results.diff = workspace.diff();
    }
    let exit = exit_of(&results);
    let heading = results
        .reports
        .last()
        // A run of which no unit was reported was stopped before or in the first.
        .map_or("stopped", |report| report.heading.as_str())
        .to_owned();
    // What a limit or a lost model cut short can go on.
    let cut_short = job.model.is_some() && exit == Exit::Interrupted
        || run.model().is_some() && matches!(exit, Exit::Limit | Exit::Environment);
    if !cut_short {
        run.recorder.finish(exit.code(), &heading)?;
    }
    Ok(results)
}

/// Returns what is said of a unit that the plan's marks call done; what it lacks all the same goes into `lacking`.
///
/// Ticked and not as the plan shows → unproven; ticked and not there at all → incomplete.
fn describe_done(label: &str, parts: &crate::MissingParts, lacking: &mut Vec<Exit>) -> String {
    let names = |paths: &[String]| {
        paths
            .iter()
            .map(|path| format!("`{path}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut text = format!(
        "{label} is done already, by the plan's marks; nothing was changed. `verify` checks it again."
    );
    let crate::MissingParts { other, missing } = parts;
    if !other.is_empty() {
        text.push_str(&format!(" Not as the plan shows: {}.", names(other)));
        lacking.push(Exit::Unproven);
    }
    if !missing.is_empty() {
        text.push_str(&format!(
            " Ticked, and not there (ticked-but-missing): {}.",
            names(missing)
        ));
        lacking.push(Exit::Incomplete);
    }
    text
}

/// Works on the units in turn, up to the first that is not done.
///
/// `implement` skips units that are done by their marks, and says what they lack; `verify` looks at
/// every unit that it was given.
async fn work_through(
    job: &Job<'_>,
    (run, workspace): (&RunContext, &mut Workspace),
    phases: &[PhaseId],
    results: &mut JobResults,
) -> Result<(), Stop> {
    for (index, id) in phases.iter().enumerate() {
        let Some(phase) = run.plan.phase(*id) else {
            continue;
        };
        let label = phase.label.clone();
        if job.model.is_some() && matches!(phase.state, State::Done | State::Skipped) {
            let missing = crate::find_missing_parts(run, workspace, *id)?;
            let text = describe_done(&label, &missing, &mut results.lacking);
            run.emit(Event::Note { text: text.clone() })?;
            results.skipped.push(text);
            continue;
        }
        let verifies = job.model.is_none();
        let report = match verifies {
            true => verify_unit(run, workspace, *id).await?,
            false => implement_unit(run, workspace, *id).await?,
        };
        // Unproven is for a person to decide, and later units may be worked on meanwhile.
        // A preview shows the whole of what was asked for.
        let goes_on = matches!(report.exit, Exit::Complete | Exit::Unproven)
            || verifies
            || job.options.dry_run;
        results.reports.push(report);
        if !goes_on && index + 1 < phases.len() {
            let text = format!(
                "{} more not begun, because {label} is not done.",
                phases.len() - index - 1
            );
            run.emit(Event::Note { text: text.clone() })?;
            results.skipped.push(text);
            break;
        }
    }
    Ok(())
}

/// Resolves when the user, the system or whoever called asks for the end.
async fn wait_for_interruption(globals: &Globals) {
    match globals.caller.clone() {
        Some(mut caller) => tokio::select! {
            () = caller.cancelled.wait() => {}
            () = asked_to_end() => {}
        },
        None => asked_to_end().await,
    }
}

/// The message of a run that was asked to end.
const INTERRUPTED: &str =
    "interrupted; `resume` goes on with it, and `undo` takes back what was written";

/// The time that a run may take to end in good order once it is asked to. What it computes without a pause (a survey of
/// a large tree) does not notice the request.
const ORDERLY: Duration = Duration::from_millis(800);

/// Ends the process where it is asked to end and does not within [`ORDERLY`]. The journal holds all that was done, as it
/// does where a process is killed; the sandbox ends with its host, and the next run removes the private folder.
fn watch_for_interruption() {
    std::thread::spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
        else {
            return;
        };
        runtime.block_on(asked_to_end());
        std::thread::sleep(ORDERLY);
        printer::print_to_stderr(&format!("error: {INTERRUPTED}\n"));
        std::process::exit(i32::from(Exit::Interrupted.code()));
    });
}

/// Resolves when the user or the system asks the process to end.
pub(crate) async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut hang_up)) = (
            signal(SignalKind::terminate()),
            // Without handlers for the signals the run simply isn't told of them.
            signal(SignalKind::hangup()),
        ) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
            // A closed terminal asks for the end as well.
            _ = hang_up.recv() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Returns the exit code of all units together: the most serious one.
fn exit_of(results: &JobResults) -> Exit {
    let reports = results.reports.iter().map(|report| report.exit);
    Exit::first(
        reports
            .chain(results.stop.iter().map(|stop| stop.exit))
            .chain(results.lacking.iter().copied()),
    )
}

/// Prints the results as one document, or as the last event of a stream, on a line of its own.
fn print_as_json(job: &Job<'_>, results: &JobResults, exit: Exit) -> Result<(), Stop> {
    let diff = job.options.dry_run.then_some(results.diff.as_str());
    let mut document = report_document(&results.reports, exit, results.stop.as_ref(), diff);
    document["skipped"] = json!(results.skipped);
    if job.asked.json_stream {
        document["timings"] = job.timings.to_json();
        document["event"] = json!("report");
        printer::print_json(&format!("{document}\n"))
    } else {
        printer::print_json(&format!("{document:#}\n"))
    }
}

/// Prints the results in the form that was asked for, and returns the exit code.
///
/// Reports go to the output; findings, the error of a stop and the timings to the error stream, so
/// that a pipe gets the reports alone.
fn print_results(
    job: &Job<'_>,
    globals: &Globals,
    results: &JobResults,
    source: Source<'_>,
) -> Result<Exit, Stop> {
    let exit = exit_of(results);
    if job.asked.timings {
        printer::print_to_stderr(&job.timings.to_table());
    }
    if job.asked.json || job.asked.json_stream {
        print_as_json(job, results, exit)?;
        return Ok(exit);
    }
    if job.options.dry_run {
        printer::print_to_stdout(&diagnostics::render_diff(
            &results.diff,
            globals.coloured(Stream::Output),
        ))?;
    }
    for (index, report) in results.reports.iter().enumerate() {
        if index > 0 {
            printer::print_to_stdout("\n")?;
        }
        let text = if job.options.dry_run {
            report.to_dry_run()
        } else {
            report.to_markdown()
        };
        printer::print_to_stdout(&printer::escape_control_characters(&text))?;
    }
    let refused: Vec<Finding> = results
        .reports
        .iter()
        .flat_map(|report| &report.refusals)
        .map(|refusal| finding_of_refusal(refusal, source.text))
        .collect();
    printer::print_to_stderr(&diagnostics::render_findings(
        &refused,
        Some(source),
        globals.render_style(Stream::Errors),
    ));
    for skipped in &results.skipped {
        printer::print_to_stdout(&format!(
            "{}\n",
            printer::escape_control_characters(skipped)
        ))?;
    }
    if let Some(stop) = &results.stop {
        printer::print_to_stderr(&diagnostics::render_stop(
            stop,
            Some(source),
            globals.render_style(Stream::Errors),
        ));
    }
    Ok(exit)
}

/// Returns a refusal as a finding that points at the plan's line, with what would have to be decided.
///
/// The whole line is marked, as a refusal speaks of a block rather than of a word.
fn finding_of_refusal(refusal: &Refusal, text: &str) -> Finding {
    let start: usize = text
        .split_inclusive('\n')
        .take(refusal.line.saturating_sub(1))
        .map(str::len)
        .sum();
    let end = text[start..]
        .find('\n')
        .map_or(text.len(), |end| start + end);
    let path = refusal
        .path
        .as_deref()
        .map(|path| format!("{path}: "))
        .unwrap_or_default();
    let hint = match refusal.candidates.as_slice() {
        [] => "Say in the plan where it goes, or put it there by hand and run again.".to_owned(),
        candidates => format!("To decide between {}.", candidates.join(", ")),
    };
    Finding {
        code: refusal.reason,
        severity: Severity::Warning,
        message: format!("{path}not placed: {}", refusal.message),
        span: Some(start..end),
        line: Some(refusal.line),
        hint: Some(hint),
    }
}

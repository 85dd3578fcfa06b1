//! Runs one command of the plan on the run's overlay and judges it; every run is in the journal with the tree it ran on.

mod outputs;
mod constant;
mod vacuous;
mod recipes;
mod destroying;
mod kind;
mod inconclusive;
mod environment;
mod effects;
mod closing_lines;
mod shown;
mod judge;
mod request;
mod outputs_of_steps;
mod ended;
mod finds_plan;
mod runners;
mod isolated;
mod known;
mod trial;

use std::path::PathBuf;

use journal::{Event, OutputId, TestResult, Verdict};
use plan::ExpectedOutcome;
use sandbox::{Effect, Outcome};

pub(crate) use closing_lines::count_in_closing_line;
pub(crate) use destroying::{Loss, data_loss_of_call, find_threat};
use effects::{
    drop_foreign, effects_of, emit_discarded, find_spoiling_change, leave_nothing, restore_overlay,
};
use ended::{code_of, end_of, judged_text};
use environment::on_host;
pub(crate) use isolated::{CheckContext, IsolatedCheck, Snapshot, run_apart};
pub(crate) use judge::{JudgeContext, Judgement, ParsedCheck, judge_end};
pub(crate) use kind::{Kind, checked_by, is_fixing_script, proves_nothing};
pub(crate) use known::{KnownResults, drop_repeated_requests};
pub(crate) use recipes::TreeRecipes;
pub(crate) use request::{Request, folder_of, is_push, is_server, kind_of, read_command};
pub(crate) use runners::{Count, Difference, files_of_test};
use runners::{RunnerReports, RunnerWatch};
pub(crate) use trial::try_out;

use crate::analyze::nearest_tools;
use crate::run::{RunContext, ScriptRun, last_lines};
use crate::stop::Stop;
use crate::tree::Pending;
use crate::unit_work::UnitWork;

/// A command that ran, or could not.
#[derive(Debug, Clone)]
pub(crate) struct CheckRun {
    /// The script as it ran.
    pub(crate) script: String,
    /// Its folder from the root.
    pub(crate) folder: String,
    /// The conclusion drawn from its end and its output.
    pub(crate) judgement: Judgement,
    /// Exit status, where it has one.
    pub(crate) exit: Option<i32>,
    /// Where its whole output is kept.
    pub(crate) output: Option<OutputId>,
    /// The tree it ran on; `None` where nothing ran.
    pub(crate) tree: Option<String>,
    /// It changed files: an action, whose running again would prove nothing more.
    pub(crate) acted: bool,
    /// It changes sources by its nature (`--fix`, `--write`): it is an action, and proves nothing of the code.
    pub(crate) fixes: bool,
    /// The end of what it printed.
    pub(crate) tail: String,
    /// Each test by itself, where the runner said so itself.
    pub(crate) tests: Vec<TestResult>,
    /// The number of tests that ran, by the same source.
    pub(crate) count: Count,
    /// Paths that it wrote as a step of the plan and that were discarded; data aside.
    pub(crate) dropped: Vec<String>,
    /// Data of earlier steps lay beside the tree when it ran.
    pub(crate) beside: bool,
    /// It ran on an overlay made for it, which held the user's tree and what is staged, and nothing else.
    pub(crate) apart: bool,
}

impl CheckRun {
    /// A command that was not run.
    pub(crate) fn not_run(script: &str, folder: &str, why: impl Into<String>) -> Self {
        CheckRun {
            script: script.to_owned(),
            folder: folder.to_owned(),
            judgement: Judgement::not_checked(why),
            exit: None,
            output: None,
            tree: None,
            acted: false,
            fixes: false,
            tail: String::new(),
            tests: Vec::new(),
            count: Count::Untold,
            dropped: Vec::new(),
            beside: false,
            apart: false,
        }
    }
}

/// The treatment of the files that a command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WritePolicy {
    /// Staged within the scope: the command is a step of the plan, and what it makes is part of the work.
    Promoted,
    /// Never staged: the command is a check, and looks only.
    Discarded,
}

/// Runs a step of the plan and judges it; what it changed within the scope is staged.
pub(crate) async fn run_step(work: &mut UnitWork<'_>, request: &Request) -> Result<CheckRun, Stop> {
    Ok(run_with(work, request, WritePolicy::Promoted).await?.0)
}

/// Runs a check and judges it; nothing of what it changed is kept.
pub(crate) async fn run_check(
    work: &mut UnitWork<'_>,
    request: &Request,
) -> Result<CheckRun, Stop> {
    Ok(run_with(work, request, WritePolicy::Discarded).await?.0)
}

/// [`run_check`], with what the check printed (its head and tail).
pub(crate) async fn run_and_read(
    work: &mut UnitWork<'_>,
    request: &Request,
) -> Result<(CheckRun, String), Stop> {
    run_with(work, request, WritePolicy::Discarded).await
}

/// The result of a command on the tree as it was before the change.
#[derive(Debug)]
pub(crate) struct Before {
    /// The conclusion drawn from its end and its output.
    pub(crate) judgement: Judgement,
    /// Its output: the head and the tail.
    pub(crate) text: String,
    /// Each test by itself, where the runner said so itself.
    pub(crate) tests: Vec<TestResult>,
}

/// Runs a command on the tree as it was before the change, and judges it. Nothing that it does is taken over.
pub(crate) async fn run_before(
    work: &mut UnitWork<'_>,
    request: &Request,
    written: &[Pending],
) -> Result<Before, Stop> {
    let why = format!("{}, before the change", request.why);
    work.emit(Event::CommandStarted {
        command: request.script.clone(),
        folder: request.folder.clone(),
        why,
    })?;
    let asked = request.asked(work);
    let watch = RunnerWatch::prepare(work, &asked).await?;
    let outcome = work
        .workspace
        .execute_before(to_run(work.run, request, &asked, watch.as_ref()), written)
        .await?;
    let told = read_told(work, watch.as_ref());
    let text = work
        .run
        .redactor
        .redact_text(&without_ours(watch.as_ref(), judged_text(&outcome)));
    let judgement = weigh_runner_reports(
        judge_outcome(work, (request, &asked), &outcome, &text),
        &told,
        (request, &asked, &outcome),
    );
    let judgement = asked.with_actual_script(judgement);
    work.emit(Event::CommandFinished {
        command: request.script.clone(),
        folder: request.folder.clone(),
        exit: code_of(&outcome),
        elapsed_ms: u64::try_from(outcome.elapsed.as_millis()).unwrap_or(u64::MAX),
        verdict: judgement.verdict,
        detail: format!("before the change: {}", judgement.detail),
        output: keep_output(work, &outcome)?,
        tree: None,
    })?;
    Ok(Before {
        judgement,
        text,
        tests: told.tests(),
    })
}

/// Returns a request as the sandbox takes it, with the programs that it means first; its runners are listened to by
/// `watch`.
fn to_run<'a>(
    run: &RunContext,
    request: &'a Request,
    asked: &ParsedCheck,
    watch: Option<&RunnerWatch>,
) -> ScriptRun<'a> {
    let mut to_run = plain_script_run(run, request, &asked.script);
    if let Some(watch) = watch {
        watch.instrument(&mut to_run);
    }
    to_run
}

/// Returns a script in the request's folder.
fn plain_script_run<'a>(run: &RunContext, request: &'a Request, script: &str) -> ScriptRun<'a> {
    let programs_first = nearest_tools(run.root(), &effective_folder(request));
    ScriptRun::new(script, &request.folder, programs_first)
}

/// Reads what the runners of a command said, without secrets.
fn read_told(work: &UnitWork<'_>, watch: Option<&RunnerWatch>) -> RunnerReports {
    let clean = |text: &str| work.run.redactor.redact_text(text);
    watch
        .map(|watch| watch.read_reports(&clean))
        .unwrap_or_default()
}

/// Takes out what a runner prints of the report that only we asked for.
fn without_ours(watch: Option<&RunnerWatch>, text: String) -> String {
    match watch {
        Some(watch) => watch.take_out(&text),
        None => text,
    }
}

/// Takes into account what the runners say themselves of a success.
fn weigh_runner_reports(
    judgement: Judgement,
    told: &RunnerReports,
    (request, asked, outcome): (&Request, &ParsedCheck, &Outcome),
) -> Judgement {
    let succeeds = code_of(outcome) == Some(0) && !asked.is_negated();
    let is_success = matches!(
        request.expect.outcome,
        ExpectedOutcome::Pass | ExpectedOutcome::Unstated
    );
    match succeeds && is_success {
        true => told.weigh(judgement, request.expect.passed),
        false => judgement,
    }
}

/// Starts a request as a server for the commands after it.
pub(crate) async fn start_server(
    work: &mut UnitWork<'_>,
    request: &Request,
) -> Result<sandbox::Server, Stop> {
    work.workspace
        .serve(plain_script_run(
            work.run,
            request,
            &request.asked(work).script,
        ))
        .await
}

fn judge_outcome(
    work: &UnitWork<'_>,
    (request, asked): (&Request, &ParsedCheck),
    outcome: &Outcome,
    text: &str,
) -> Judgement {
    let ours = |name: &str| work.workspace.knows_module(work.run, name);
    let has_loopback = work.workspace.has_loopback();
    let (step, described) = (request.step, request.described);
    let context = JudgeContext {
        expect: &request.expect,
        step,
        described,
        ours: &ours,
        host: &on_host,
        has_loopback,
    };
    judge_end(asked, end_of(outcome), text, &context)
}

async fn run_with(
    work: &mut UnitWork<'_>,
    request: &Request,
    writes: WritePolicy,
) -> Result<(CheckRun, String), Stop> {
    emit_command_started(work, request)?;
    let tree = work.fingerprint();
    // What we lay down ourselves is no effect of the command.
    work.workspace.keep_in_step().await?;
    let before = work.workspace.effects().await?;
    let asked = request.asked(work);
    if let Some(why) = needs_unkept(work, request, &asked, writes) {
        return Ok((not_made(work, request, why)?, String::new()));
    }
    let beside = work.workspace.has_leftovers(&before);
    let watch = RunnerWatch::prepare(work, &asked).await?;
    let outcome = work
        .workspace
        .execute(to_run(work.run, request, &asked, watch.as_ref()))
        .await?;
    let told = read_told(work, watch.as_ref());
    let redactor = &work.run.redactor;
    let text = redactor.redact_text(&without_ours(watch.as_ref(), judged_text(&outcome)));
    let judgement = weigh_runner_reports(
        judge_outcome(work, (request, &asked), &outcome, &text),
        &told,
        (request, &asked, &outcome),
    );
    let judgement = asked.with_actual_script(judgement);
    let succeeded = code_of(&outcome) == Some(0) && judgement.verdict != Verdict::Failed;
    let own = match writes {
        WritePolicy::Promoted if !succeeded => leave_nothing(work, &before).await?,
        WritePolicy::Promoted => take_step_outputs(work, request, &before).await?,
        WritePolicy::Discarded => effects_of(work, &before, writes).await?,
    };
    let mut ran = CheckRun {
        script: request.script.clone(),
        folder: request.folder.clone(),
        exit: code_of(&outcome),
        output: keep_output(work, &outcome)?,
        acted: work.fingerprint() != tree || !own.is_empty(),
        fixes: is_fixing_script(&asked.reading),
        tree: Some(tree),
        tail: redactor.redact_text(&without_ours(watch.as_ref(), last_lines(&outcome, 30))),
        judgement,
        tests: told.tests(),
        count: told.count(),
        dropped: Vec::new(),
        beside,
        apart: work.workspace.is_apart(),
    };
    emit_discarded(work, &ran, &own)?;
    if writes == WritePolicy::Promoted && succeeded {
        ran.dropped = drop_foreign(work, &own).await?;
    }
    doubt_spoiled_tree(work, &mut ran, &own).await;
    if writes == WritePolicy::Discarded {
        restore_overlay(work, &own).await?;
    }
    finds_plan::retract_if_only_plan_found(work, request, &asked.reading, &mut ran).await?;
    emit_command_finished(work, &ran, &outcome)?;
    Ok((ran, text))
}

fn emit_command_started(work: &mut UnitWork<'_>, request: &Request) -> Result<(), Stop> {
    work.emit(Event::CommandStarted {
        command: request.script.clone(),
        folder: request.folder.clone(),
        why: request.why.clone(),
    })
}

/// Returns why a check can't run: it asks for what a command of this run made and the user does not get.
fn needs_unkept(
    work: &UnitWork<'_>,
    request: &Request,
    asked: &ParsedCheck,
    writes: WritePolicy,
) -> Option<String> {
    let is_check =
        writes == WritePolicy::Discarded || request.expect.outcome != ExpectedOutcome::Unstated;
    let path =
        outputs_of_steps::asks_for_unkept(work, request, &asked.reading).filter(|_| is_check)?;
    Some(format!(
        "`{path}` was made by a command of this run, and caches and installed packages are not copied to you"
    ))
}

/// Takes what a step's command made into the tree; returns its own effects.
async fn take_step_outputs(
    work: &mut UnitWork<'_>,
    request: &Request,
    before: &[Effect],
) -> Result<Vec<Effect>, Stop> {
    let effects = work.workspace.effects().await?;
    outputs_of_steps::accept_step_outputs(work, request, before, &effects);
    let own = effects_of(work, before, WritePolicy::Promoted).await?;
    outputs_of_steps::record_caches(work, &request.script, before, &effects);
    Ok(own)
}

/// Takes a success back where the command changed a file that the user does not get.
async fn doubt_spoiled_tree(work: &UnitWork<'_>, ran: &mut CheckRun, own: &[Effect]) {
    if ran.judgement.verdict == Verdict::Passed
        && let Some(path) = find_spoiling_change(work, own).await
    {
        let why =
            format!("it changed `{path}`, which you don't get: what it saw is not what you have");
        ran.judgement = Judgement::not_checked(why);
    }
}

/// Reports a check that was not made, with the reason.
fn not_made(work: &mut UnitWork<'_>, request: &Request, why: String) -> Result<CheckRun, Stop> {
    let ran = CheckRun::not_run(&request.script, &request.folder, why);
    work.emit(Event::CommandFinished {
        command: ran.script.clone(),
        folder: ran.folder.clone(),
        exit: None,
        elapsed_ms: 0,
        verdict: ran.judgement.verdict,
        detail: ran.judgement.detail.clone(),
        output: None,
        tree: None,
    })?;
    Ok(ran)
}

fn emit_command_finished(
    work: &mut UnitWork<'_>,
    ran: &CheckRun,
    outcome: &Outcome,
) -> Result<(), Stop> {
    work.emit(Event::CommandFinished {
        command: ran.script.clone(),
        folder: ran.folder.clone(),
        exit: ran.exit,
        elapsed_ms: u64::try_from(outcome.elapsed.as_millis()).unwrap_or(u64::MAX),
        verdict: ran.judgement.verdict,
        detail: ran.judgement.detail.clone(),
        output: ran.output,
        tree: ran.tree.clone(),
    })?;
    if outcome.left_behind {
        work.note(format!(
            "`{}` left processes behind; they were ended",
            ran.script
        ))?;
    }
    Ok(())
}

fn keep_output(work: &UnitWork<'_>, outcome: &Outcome) -> Result<Option<OutputId>, Stop> {
    work.run
        .recorder
        .keep_output(&outcome.output.path, u64::MAX)
}

/// Returns the folder that the command's tools are looked up from: a `cd x &&` before it counts.
fn effective_folder(request: &Request) -> PathBuf {
    let mut folder = PathBuf::from(&request.folder);
    if let Some(inside) = shell::read(&request.script).folder() {
        folder.push(inside);
    }
    folder
}

/// Returns a script's first line, for one-line messages.
pub(crate) fn first_line(script: &str) -> &str {
    script.lines().next().unwrap_or_default()
}

/// Returns the worst of several verdicts; nothing at all is not checked.
pub(crate) fn worst_verdict(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Failed => 0,
        Verdict::NotChecked => 1,
        Verdict::Passed => 2,
    };
    verdicts.min_by_key(rank).unwrap_or(Verdict::NotChecked)
}

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
mod outputs_of_steps;
mod closing_lines;
mod shown;
mod judge;
mod ended;
mod finds_plan;
mod runners;
mod isolated;
mod known;
mod trial;

use std::path::PathBuf;

use journal::{Event, OutputId, TestResult, Verdict};
use plan::{Criterion, Doubt, Expect, ExpectedOutcome, PlannedCommand};
use sandbox::Outcome;

pub(crate) use closing_lines::count_in_closing_line;
pub(crate) use destroying::{Loss, data_loss_of_call, find_threat};
use effects::{
    drop_foreign, effects_of, emit_discarded, find_spoiling_change, leave_nothing, restore_overlay,
};
use ended::{code_of, end_of, judged_text};
use environment::{absent_program, in_environment, on_host};
pub(crate) use isolated::{CheckContext, IsolatedCheck, Snapshot, run_apart};
pub(crate) use judge::{JudgeContext, Judgement, ParsedCheck, judge_end};
pub(crate) use kind::{Kind, checked_by, is_fixing_script, proves_nothing};
pub(crate) use known::{KnownResults, drop_repeated_requests};
pub(crate) use recipes::{TreeRecipes, is_server};
pub(crate) use runners::{Count, Difference, files_of_test};
use runners::{RunnerReports, RunnerWatch};
pub(crate) use trial::try_out;

use crate::analyze::nearest_tools;
use crate::run::{RunContext, ScriptRun, last_lines};
use crate::stop::Stop;
use crate::tree::Pending;
use crate::understand::without_author;
use crate::unit_work::UnitWork;

/// One command to run.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The shell script.
    pub(crate) script: String,
    /// Folder from the root; empty for the root.
    pub(crate) folder: String,
    /// The result that the plan expects of it.
    pub(crate) expect: Expect,
    /// The reason for running it, for people to read.
    pub(crate) why: String,
    /// The kind of check, where that is known from elsewhere than its words.
    pub(crate) kind: Option<Kind>,
    /// It is a step of the plan, run for what it does.
    pub(crate) step: bool,
    /// The plan's words beside it say what its success means.
    pub(crate) described: bool,
}

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

impl Request {
    /// Returns what a command of the plan asks to run, or why it can't be run as it stands.
    pub(crate) fn from_command(
        command: &PlannedCommand,
        why: &str,
        work: &UnitWork<'_>,
    ) -> Result<Self, Box<CheckRun>> {
        let folder = folder_of(command, work);
        let refuse = |why: &str| Err(Box::new(CheckRun::not_run(&command.text, &folder, why)));
        let script = match &command.doubt {
            Some(Doubt::Placeholder) => {
                return refuse("it holds a placeholder that nobody filled in");
            }
            Some(Doubt::Prose) => return refuse("it is no command as it stands"),
            Some(Doubt::AuthorPath) => match without_author(&command.text, work.run.root()) {
                Some(script) => script,
                None => {
                    return refuse("it names a folder of its author's machine that is not here");
                }
            },
            Some(Doubt::UnknownProgram) => match absent_program(work, &command.text, &folder) {
                Some(name) if on_host(&name).is_some() => {
                    return refuse(&format!(
                        "`{name}` is no program that is known here, and may be a word of the plan"
                    ));
                }
                Some(name) => {
                    return refuse(&format!(
                        "`{name}` is not installed: neither the project nor PATH has it"
                    ));
                }
                None => command.text.clone(),
            },
            None => command.text.clone(),
        };
        if !folder.is_empty()
            && !work.run.files.has_folder(&folder)
            && !work.workspace.makes_folder(&folder)
        {
            return refuse(&format!("the folder `{folder}` is not there"));
        }
        let reading = read_command(work, &script, &folder);
        if let Some(threat) = find_threat(&reading, &work.run.settings) {
            return refuse(&threat.to_string());
        }
        if let Some(why) = why_for_person(&reading, work.run.settings.reaches_everything()) {
            return refuse(why);
        }
        Ok(Request {
            script,
            folder,
            expect: command.expect.clone(),
            why: why.to_owned(),
            kind: None,
            step: false,
            described: false,
        })
    }

    /// [`Request::from_command`], of a command that a criterion names, alone or with words beside it.
    pub(crate) fn of_criterion(
        command: &PlannedCommand,
        criterion: &Criterion,
        work: &UnitWork<'_>,
    ) -> Result<Self, Box<CheckRun>> {
        let described = criterion
            .text
            .split('`')
            .step_by(2)
            .any(|words| words.contains(char::is_alphanumeric));
        Ok(Request {
            described,
            ..Request::from_command(command, &criterion.text, work)?
        })
    }

    /// [`Request::from_command`], of a command that stands in a step; one that says that it passes says what that means.
    pub(crate) fn of_step(
        command: &PlannedCommand,
        why: &str,
        work: &UnitWork<'_>,
    ) -> Result<Self, Box<CheckRun>> {
        let described = command.expect.outcome == ExpectedOutcome::Pass;
        Ok(Request {
            step: true,
            described,
            ..Request::from_command(command, why, work)?
        })
    }

    /// A command of the project's own, which shall simply succeed.
    pub(crate) fn of_project(script: &str, why: &str) -> Self {
        let expect = Expect {
            outcome: ExpectedOutcome::Pass,
            ..Expect::default()
        };
        let why = why.to_owned();
        Request {
            script: script.to_owned(),
            folder: String::new(),
            expect,
            why,
            kind: None,
            step: false,
            described: false,
        }
    }

    /// A command that the project itself was found to keep for a purpose.
    pub(crate) fn found(script: &str, folder: &str, kind: Kind, why: &str) -> Self {
        Request {
            folder: folder.to_owned(),
            kind: Some(kind),
            ..Request::of_project(script, why)
        }
    }

    /// Returns the command as it is to be run and judged.
    fn asked(&self, work: &UnitWork<'_>) -> ParsedCheck {
        let recipes = TreeRecipes::new(work.run, work.workspace, &self.folder);
        let instead = in_environment(
            &self.script,
            &nearest_tools(work.run.root(), &effective_folder(self)),
        );
        let script = instead.as_ref().unwrap_or(&self.script);
        let asked = ParsedCheck::from_script(script, self.kind, &recipes);
        let lost = recipes.lost(&asked.reading);
        let script = match self.expect.held.iter().any(plan::Held::is_errors) {
            true => format!("{{ {}\n}} 2>&1 >/dev/null", asked.script),
            false => asked.script,
        };
        ParsedCheck {
            instead,
            lost,
            script,
            ..asked
        }
    }
}

/// Returns why a command is a person's: it acts on what no private copy of the tree protects, or shows something to look at.
/// A question to another machine is asked only where the network is `open`.
fn why_for_person(reading: &shell::Reading, open: bool) -> Option<&'static str> {
    let calls = reading.calls();
    let any = |told: &dyn Fn(&shell::Call) -> bool| calls.iter().any(|call| told(call));
    match () {
        () if any(&shell::Call::acts_outside) => {
            Some("it acts on what lies outside of this machine: run it yourself")
        }
        () if any(&|call| call.is(shell::Trait::ForPeople)) => {
            Some("it opens a window for a person to look at")
        }
        () if !open && any(&shell::Call::asks_outside) => {
            Some("it asks another machine, and the network is closed to commands")
        }
        () => None,
    }
}

/// Tells that a command only pushes what was committed.
pub(crate) fn is_push(reading: &shell::Reading) -> bool {
    let calls = reading.calls();
    let mut noted = calls
        .iter()
        .filter(|call| !call.is(shell::Trait::Idle))
        .peekable();
    noted.peek().is_some()
        && noted.all(|call| call.kind() == shell::Kind::Git && call.is(shell::Trait::Sends))
}

/// Returns the folder that a command of the plan runs in: the one that it says, else that from which the unit's paths
/// start, unless the command's own paths are there from the root alone.
pub(crate) fn folder_of(command: &PlannedCommand, work: &UnitWork<'_>) -> String {
    let package = work.assignment.folder.as_str();
    if let Some(folder) = &command.folder {
        return folder.clone();
    }
    let words = command.text.split(|letter: char| {
        letter.is_whitespace() || matches!(letter, '"' | '\'' | '=' | ';' | ':')
    });
    let rooted = words
        .filter(|word| !word.is_empty() && !word.starts_with(['/', '-', '~']))
        .any(|word| {
            let first = word
                .trim_start_matches("./")
                .split('/')
                .next()
                .unwrap_or_default();
            let here = !first.is_empty() && work.run.files.path_exists(first);
            here && (word.contains('/') || word.contains('.') || word == package)
                && !work.run.files.path_exists(&format!("{package}/{first}"))
        });
    if rooted {
        String::new()
    } else {
        package.to_owned()
    }
}

/// Reads a command that runs in `folder`, with the recipes of the tree.
pub(crate) fn read_command(work: &UnitWork<'_>, script: &str, folder: &str) -> shell::Reading {
    shell::read_with(script, &TreeRecipes::new(work.run, work.workspace, folder))
}

/// Returns what a command checks first of all: tests before lint before types.
pub(crate) fn kind_of(work: &UnitWork<'_>, script: &str, folder: &str) -> Kind {
    checked_by(&read_command(work, script, folder))
        .into_iter()
        .next()
        .unwrap_or(Kind::Other)
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
    work.emit(Event::CommandStarted {
        command: request.script.clone(),
        folder: request.folder.clone(),
        why: request.why.clone(),
    })?;
    let tree = work.fingerprint();
    // What we lay down ourselves is no effect of the command.
    work.workspace.keep_in_step().await?;
    let before = work.workspace.effects().await?;
    let asked = request.asked(work);
    let is_check =
        writes == WritePolicy::Discarded || request.expect.outcome != ExpectedOutcome::Unstated;
    if let Some(path) =
        outputs_of_steps::asks_for_unkept(work, request, &asked.reading).filter(|_| is_check)
    {
        let why = format!(
            "`{path}` was made by a command of this run, and caches and installed packages are not copied to you"
        );
        return Ok((not_made(work, request, why)?, String::new()));
    }
    let beside = work.workspace.has_leftovers(&before);
    let watch = RunnerWatch::prepare(work, &asked).await?;
    let outcome = work
        .workspace
        .execute(to_run(work.run, request, &asked, watch.as_ref()))
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
    let succeeded = code_of(&outcome) == Some(0) && judgement.verdict != Verdict::Failed;
    let own = match writes {
        WritePolicy::Promoted if !succeeded => leave_nothing(work, &before).await?,
        WritePolicy::Promoted => {
            let effects = work.workspace.effects().await?;
            outputs_of_steps::accept_step_outputs(work, request, &before, &effects);
            let own = effects_of(work, &before, writes).await?;
            outputs_of_steps::record_caches(work, &request.script, &before, &effects);
            own
        }
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
        tail: work
            .run
            .redactor
            .redact_text(&without_ours(watch.as_ref(), last_lines(&outcome, 30))),
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
    if ran.judgement.verdict == Verdict::Passed
        && let Some(path) = find_spoiling_change(work, &own).await
    {
        let why =
            format!("it changed `{path}`, which you don't get: what it saw is not what you have");
        ran.judgement = Judgement::not_checked(why);
    }
    if writes == WritePolicy::Discarded {
        restore_overlay(work, &own).await?;
    }
    finds_plan::retract_if_only_plan_found(work, request, &asked.reading, &mut ran).await?;
    emit_command_finished(work, &ran, &outcome)?;
    Ok((ran, text))
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

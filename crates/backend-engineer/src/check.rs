//! Runs one command of the plan on the run's overlay and judges it; every run is in the journal with the tree it ran on.

mod outputs;
mod vacuous;
mod kind;
mod inconclusive;
mod judge;

use std::fs::File;
use std::path::PathBuf;

use journal::{Event, OutputId, Verdict};
use plan::{Doubt, Expect, ExpectedOutcome, PlannedCommand};
use sandbox::{Effect, EffectKind, Outcome};

pub(crate) use judge::{Asked, End, JudgeContext, Judgement, counted, judge};
pub(crate) use kind::{Kind, fixes, kind_of, kinds_of};

use crate::analyze::nearest_tools;
use crate::stop::Stop;
use crate::tree::Pending;
use crate::understand::{Scope, without_author};
use crate::workbench::{Belonging, Workbench, last_lines};

/// How much of the output's head and tail is judged, in bytes each.
const JUDGED: usize = 64 << 10;

/// One command to run.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// The shell script.
    pub(crate) script: String,
    /// Folder from the root; empty for the root.
    pub(crate) folder: String,
    /// What the plan expects of it.
    pub(crate) expect: Expect,
    /// What it is run for, for people.
    pub(crate) why: String,
    /// What it checks, where that is known from elsewhere than its words.
    pub(crate) kind: Option<Kind>,
}

/// A command that ran, or could not.
#[derive(Debug, Clone)]
pub(crate) struct Ran {
    /// The script as it ran.
    pub(crate) script: String,
    /// Its folder from the root.
    pub(crate) folder: String,
    /// What it proved.
    pub(crate) judgement: Judgement,
    /// Exit status, where it has one.
    pub(crate) exit: Option<i32>,
    /// Where its whole output is kept.
    pub(crate) output: Option<OutputId>,
    /// The tree it ran on; `None` where nothing ran.
    pub(crate) tree: Option<String>,
    /// It changed files: an action, whose running again would prove nothing more.
    pub(crate) acted: bool,
    /// The end of what it printed.
    pub(crate) tail: String,
}

impl Ran {
    /// A command that was not run.
    pub(crate) fn not_run(script: &str, folder: &str, why: impl Into<String>) -> Self {
        Ran {
            script: script.to_owned(),
            folder: folder.to_owned(),
            judgement: Judgement::not_checked(why),
            exit: None,
            output: None,
            tree: None,
            acted: false,
            tail: String::new(),
        }
    }
}

impl Request {
    /// What a command of the plan asks to run, or why it can't be run as it stands.
    pub(crate) fn of(command: &PlannedCommand, why: &str, bench: &Workbench) -> Result<Self, Box<Ran>> {
        let folder = command.folder.clone().unwrap_or_default();
        let refuse = |why: &str| Err(Box::new(Ran::not_run(&command.text, &folder, why)));
        let script = match &command.doubt {
            Some(Doubt::Placeholder) => return refuse("it holds a placeholder that nobody filled in"),
            Some(Doubt::Prose) => return refuse("it is no command as it stands"),
            Some(Doubt::AuthorPath) => match without_author(&command.text, bench.root()) {
                Some(script) => script,
                None => return refuse("it names a folder of its author's machine that is not here"),
            },
            None => command.text.clone(),
        };
        if !folder.is_empty() && !bench.files.has_folder(&folder) && !bench.makes_folder(&folder) {
            return refuse(&format!("the folder `{folder}` is not there"));
        }
        Ok(Request { script, folder, expect: command.expect.clone(), why: why.to_owned(), kind: None })
    }

    /// A command of the project's own, which shall simply succeed.
    pub(crate) fn of_project(script: &str, why: &str) -> Self {
        let expect = Expect { outcome: ExpectedOutcome::Pass, words: None, passed: None, shows: Vec::new() };
        Request { script: script.to_owned(), folder: String::new(), expect, why: why.to_owned(), kind: None }
    }

    /// A command that the project itself was found to keep for a purpose.
    pub(crate) fn found(script: &str, folder: &str, kind: Kind, why: &str) -> Self {
        Request { folder: folder.to_owned(), kind: Some(kind), ..Request::of_project(script, why) }
    }

    /// Returns the command as it is to be run and judged.
    fn asked(&self) -> Asked {
        Asked::read(&self.script, self.kind, &())
    }
}

/// Runs a command and judges it; what it changed within the scope is staged.
pub(crate) async fn run(bench: &mut Workbench, request: &Request, scope: &Scope) -> Result<Ran, Stop> {
    Ok(run_and_read(bench, request, scope).await?.0)
}

/// Runs a command on the tree as it was before the change, and judges it; gives what it printed as well. Nothing that
/// it does is taken over.
pub(crate) async fn run_before(
    bench: &mut Workbench,
    request: &Request,
    written: &[Pending],
) -> Result<(Judgement, String), Stop> {
    let why = format!("{}, before the change", request.why);
    bench.tell(Event::CommandStarted { command: request.script.clone(), folder: request.folder.clone(), why })?;
    let first = nearest_tools(bench.root(), &effective_folder(request));
    let asked = request.asked();
    let outcome = bench.execute_before(&asked.script, &request.folder, first, written).await?;
    let text = bench.redactor.text(&judged_text(&outcome));
    let judgement = judged(bench, (request, &asked), &outcome, &text);
    bench.tell(Event::CommandFinished {
        command: request.script.clone(),
        folder: request.folder.clone(),
        exit: code_of(&outcome),
        elapsed_ms: u64::try_from(outcome.elapsed.as_millis()).unwrap_or(u64::MAX),
        verdict: judgement.verdict,
        detail: format!("before the change: {}", judgement.detail),
        output: keep_output(bench, &outcome)?,
        tree: None,
    })?;
    Ok((judgement, text))
}

fn judged(bench: &Workbench, (request, asked): (&Request, &Asked), outcome: &Outcome, text: &str) -> Judgement {
    let context = JudgeContext { expect: &request.expect, ours: &|name| bench.knows_module(name) };
    judge(asked, end_of(outcome), text, &context)
}

fn code_of(outcome: &Outcome) -> Option<i32> {
    match outcome.exit {
        sandbox::Exit::Code(code) => Some(code),
        _ => None,
    }
}

/// [`run`], with what the command printed (its head and tail).
pub(crate) async fn run_and_read(
    bench: &mut Workbench,
    request: &Request,
    scope: &Scope,
) -> Result<(Ran, String), Stop> {
    bench.tell(Event::CommandStarted {
        command: request.script.clone(),
        folder: request.folder.clone(),
        why: request.why.clone(),
    })?;
    let tree = bench.fingerprint();
    let first = nearest_tools(bench.root(), &effective_folder(request));
    // What we lay down ourselves is no effect of the command.
    bench.keep_in_step().await?;
    let before = bench.effects().await?;
    let asked = request.asked();
    let outcome = bench.execute(&asked.script, &request.folder, first).await?;
    let effects = bench.take_over(scope).await?;
    let text = bench.redactor.text(&judged_text(&outcome));
    let judgement = judged(bench, (request, &asked), &outcome, &text);
    let mut ran = Ran {
        script: request.script.clone(),
        folder: request.folder.clone(),
        exit: code_of(&outcome),
        output: keep_output(bench, &outcome)?,
        acted: bench.fingerprint() != tree,
        tree: Some(tree),
        tail: bench.redactor.text(&last_lines(&outcome, 30)),
        judgement,
    };
    let foreign = effects.into_iter().filter(|(_, belonging)| *belonging == Belonging::Foreign);
    let own: Vec<Effect> = foreign.map(|(effect, _)| effect).filter(|effect| !before.contains(effect)).collect();
    tell_dropped(bench, &ran, &own)?;
    ran.acted |= !own.is_empty();
    let tampered = own.iter().find(|effect| effect.kind != EffectKind::Created);
    if let (Verdict::Passed, Some(effect)) = (ran.judgement.verdict, tampered) {
        let why = format!("it changed `{}`, which you don't get: what it saw is not what you have", effect.path);
        ran.judgement = Judgement::not_checked(why);
    }
    finish(bench, &ran, &outcome)?;
    Ok((ran, text))
}

fn finish(bench: &mut Workbench, ran: &Ran, outcome: &Outcome) -> Result<(), Stop> {
    bench.tell(Event::CommandFinished {
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
        bench.note(format!("`{}` left processes behind; they were ended", ran.script))?;
    }
    Ok(())
}

/// Says what a command changed and what is not taken over, each path once a run.
fn tell_dropped(bench: &mut Workbench, ran: &Ran, own: &[Effect]) -> Result<(), Stop> {
    for effect in own {
        if bench.dropped.insert((effect.path.clone(), effect.kind)) {
            let why = format!("`{}` {}", first_line(&ran.script), why_dropped(effect));
            bench.note(format!("`{}` was not taken over: {why}", effect.path))?;
            bench.tell(Event::EffectDropped { path: effect.path.clone(), why })?;
        }
    }
    Ok(())
}

fn why_dropped(effect: &Effect) -> &'static str {
    match effect.kind {
        EffectKind::Deleted => "removed it, and the plan does not say so",
        EffectKind::Link => "put a link in its place",
        _ => "changed it, and the phase does not name it, or not as this",
    }
}

fn keep_output(bench: &Workbench, outcome: &Outcome) -> Result<Option<OutputId>, Stop> {
    let Some(run) = &bench.run else { return Ok(None) };
    match File::open(&outcome.output.path) {
        Ok(file) => Ok(Some(run.keep_output(bench.redactor.reader(file))?)),
        Err(_) => Ok(None),
    }
}

fn end_of(outcome: &Outcome) -> End {
    match &outcome.exit {
        sandbox::Exit::Code(code) => End::Code(*code),
        sandbox::Exit::Signal(signal) => End::Signal(*signal),
        sandbox::Exit::TimedOut { after, looks_like_server } => {
            End::TimedOut { seconds: after.as_secs(), server: *looks_like_server }
        }
    }
}

fn judged_text(outcome: &Outcome) -> String {
    if outcome.output.bytes <= 2 * JUDGED as u64 {
        return outcome.output.head(2 * JUDGED).unwrap_or_default();
    }
    let head = outcome.output.head(JUDGED).unwrap_or_default();
    format!("{head}\n{}", outcome.output.tail(JUDGED).unwrap_or_default())
}

/// Returns the folder that the command's tools are looked up from: a `cd x &&` before it counts.
fn effective_folder(request: &Request) -> PathBuf {
    let mut folder = PathBuf::from(&request.folder);
    if let Some(inside) = shell::read(&request.script).folder() {
        folder.push(inside);
    }
    folder
}

/// A script's first line, for one-line messages.
pub(crate) fn first_line(script: &str) -> &str {
    script.lines().next().unwrap_or_default()
}

/// The worst of several verdicts; nothing at all is not checked.
pub(crate) fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Failed => 0,
        Verdict::NotChecked => 1,
        Verdict::Passed => 2,
    };
    verdicts.min_by_key(rank).unwrap_or(Verdict::NotChecked)
}

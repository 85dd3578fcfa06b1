//! The conversation about what a phase leaves open: begun, given back what does not hold, and gone on with after the run
//! was interrupted. What it changes is staged, and nothing else.
//!
//! A round: end the servers of the steps → give the task (first round) or the failures (later ones)
//! → the model works with its tools while the plan's checks run beside it → look at each item again
//! → start the servers anew. After each round the phase is verified, and what fails is the next
//! task.

use std::collections::BTreeSet;

use agent::{Agent, AgentError, Conversation, Ending, LONG_PAUSE_MS, Record, Tool};
use journal::{Event, JournalError};
use llm::{CacheTime, Delta, LocalFuture};
use plan::{Part, Phase};

use super::concurrent_checks::ConcurrentChecks;
use super::prompt;
use super::talk::{Talk, journal_unreachable, with_checks};
use super::tools::{SessionMemory, ToolContext, tools_of_names};
use super::{Change, Item, PlacementOutcome, Remainder, StepOutcome, literal, steps};
use crate::check::{self, Request};
use crate::model_setup::ModelSetup;
use crate::run::Recorder;
use crate::stop::{Exit, Stop};
use crate::unit_work::UnitWork;

/// The most tokens that one reply may have.
const REPLY: u32 = 16_000;

/// A model's work on one phase, over all its rounds.
#[derive(Debug, Default)]
pub(crate) struct Session {
    conversation: Option<Conversation>,
    memory: SessionMemory,
    /// Tasks that were given.
    pub(crate) rounds: u32,
    /// Why no further task is given: a limit, or no reply to be had.
    pub(crate) halt: Option<(Exit, String)>,
    /// It does not want to go on.
    pub(crate) over: bool,
    /// The failures of the last verification.
    pub(crate) last_failures: Option<String>,
    /// The commands whose tests failed then, each with the files of those tests alone.
    pub(crate) failed_tests: Vec<Request>,
    /// The model's last words.
    pub(crate) words: String,
}

impl Session {
    /// Returns whether a command of the model may have made something beside the tree.
    pub(super) fn touched(&self) -> bool {
        self.memory.touched
    }
}

/// Passes on what happens in a conversation: to the journal, then to whoever looks.
struct SessionRecord<'a>(&'a Recorder);

impl SessionRecord<'_> {
    /// Records events. `soon` events may wait for a later write; they are lost only with the power.
    fn pass(&self, events: &[Event], soon: bool) -> Result<(), JournalError> {
        self.0
            .emit_all(events, soon)
            .map_err(|stop| journal_unreachable(stop.message))
    }
}

impl Record for SessionRecord<'_> {
    fn record(&self, events: &[Event]) -> Result<(), JournalError> {
        self.pass(events, false)
    }

    fn record_soon(&self, events: &[Event]) -> Result<(), JournalError> {
        self.pass(events, true)
    }

    fn sync_to_disk(&self) -> LocalFuture<'_, Result<(), JournalError>> {
        let settling = self
            .0
            .journal_run()
            .map(journal::Run::finish_writing)
            .map(tokio::task::spawn_blocking);
        Box::pin(async move {
            match settling {
                Some(settled) => settled
                    .await
                    .unwrap_or_else(|error| Err(journal_unreachable(error.to_string()))),
                None => Ok(()),
            }
        })
    }

    fn show(&self, delta: &Delta) {
        self.0.show_delta(delta);
    }
}

/// Has a model work on what is left, or on what does not hold (`failures`). Its changes are staged.
pub(crate) async fn run_model(
    work: &mut UnitWork<'_>,
    change: &mut Change,
    failures: Option<String>,
) -> Result<(), Stop> {
    let Some(model_setup) = work.run.model() else {
        return Ok(());
    };
    let mut session = change.session.take().unwrap_or_default();
    let stopped = stop_step_servers(work, change).await;
    let talked = match stopped {
        Ok(()) => run_conversation(work, change, (model_setup, &mut session), failures).await,
        Err(stop) => Err(stop),
    };
    // Jobs that the model left in the background end even where the conversation failed.
    let ended = session
        .memory
        .end_jobs(work.workspace, &work.run.masks)
        .await;
    change.session = Some(session);
    talked?;
    ended?;
    // What the model changed is looked at before servers start on it.
    look_again(work, change)?;
    start_servers(work, change).await
}

/// Holds the conversation up to its end, with checks beside it, and takes in how it ended.
async fn run_conversation(
    work: &mut UnitWork<'_>,
    change: &mut Change,
    (model_setup, session): (&ModelSetup, &mut Session),
    failures: Option<String>,
) -> Result<(), Stop> {
    let run = work.run;
    work.state.look_soon(run);
    let (checks, trees) = ConcurrentChecks::start(work, change).unzip();
    let system = prompt::system_prompt(model_setup, run);
    let (first, seen) = prompt::first_task(work, change, model_setup);
    let kept = prompt::text_kept_on_compaction(work, change, model_setup);
    // A file that the task shows whole counts as read, so that the model may edit it at once.
    session.memory.sees(seen);
    let Session {
        conversation,
        memory,
        rounds,
        failed_tests,
        ..
    } = session;
    let (label, title) = (&work.assignment.label, &work.assignment.title);
    let context = ToolContext::new(work.reborrow(), model_setup.scope_mode, memory)
        .with_concurrent_checks(checks.as_ref());
    let tools = usable_tools(model_setup, &context);
    let voice = SessionRecord(&run.recorder);
    let keep = move || kept.clone();
    let agent = new_agent(model_setup, &tools, &voice, &keep)?;
    let mut restored = false;
    if conversation.is_none() {
        let recorded = model_setup.recorded_of(label, title);
        *conversation = resume_recorded(&agent, &recorded)?;
        restored = conversation.is_some();
        *rounds = rounds_of(&recorded);
    }
    // What was recorded holds this task already, or is not there yet; then the next verification
    // asks for it. Given twice, the model would fix the same failures again.
    let failures = failures
        .filter(|_| !restored)
        .map(|failures| run.redactor.redact_text(&failures));
    let task = TaskTexts {
        system,
        first,
        failures,
        repair_effort: repair_effort(model_setup),
    };
    let (conversation, given) = give_task(&agent, conversation, task)?;
    *rounds = rounds.saturating_add(u32::from(given));
    let mut spent = model_setup.spent.get();
    let talk = Talk {
        agent: &agent,
        run,
        context: &context,
        checks: checks.as_ref(),
        failed_tests,
        repair_effort: repair_effort(model_setup),
    };
    let talk = talk.until_done(conversation, rounds, &mut spent);
    let ending = with_checks(talk, checks.as_ref().zip(trees)).await;
    model_setup.spent.set(spent);
    drop(agent);
    drop(tools);
    // Results of the checks that ran beside are kept, so that `verify` need not run them again.
    if let Some(checks) = checks {
        change.known = checks.into_known();
    }
    record_ending(work, session, ending)
}

/// Returns the tools of a model's definition that it can use here.
fn usable_tools<'d>(
    model_setup: &ModelSetup,
    context: &'d ToolContext<'_>,
) -> Vec<Box<dyn Tool + 'd>> {
    let names: Vec<&str> = model_setup
        .definition
        .tools
        .iter()
        .copied()
        // A tool that would only ever be refused costs turns.
        .filter(|tool| *tool != "Bash" || context.runs_commands())
        .collect();
    tools_of_names(&names, context)
}

/// Returns the effort that a model is asked for on failures, where it differs from that of its task.
fn repair_effort(model_setup: &ModelSetup) -> Option<String> {
    model_setup
        .effort_of_repair()
        .map(|effort| effort.name().to_owned())
}

/// Returns the agent for a session. Where a check of this run took longer than the provider keeps
/// its cache, it is asked to keep it for an hour: to send the whole conversation anew costs more.
fn new_agent<'a>(
    model_setup: &'a ModelSetup,
    tools: &'a [Box<dyn Tool + 'a>],
    record: &'a SessionRecord<'a>,
    keep: &'a dyn Fn() -> String,
) -> Result<Agent<'a>, Stop> {
    Ok(Agent {
        name: model_setup.definition.name.clone(),
        model: model_setup.model.as_ref(),
        tools: tools
            .iter()
            .map(|tool| tool.as_ref() as &dyn Tool)
            .collect(),
        budget: model_setup.budget,
        max_tokens: REPLY,
        effort: model_setup.effort.map(|effort| effort.name().to_owned()),
        cache: if record.0.longest_wait_ms()? >= LONG_PAUSE_MS {
            CacheTime::Hour
        } else {
            CacheTime::Usual
        },
        record,
        keep,
    })
}

/// Returns the conversation that an interrupted run recorded, if there is one. Fails where what was
/// recorded can't be gone on with by this agent.
fn resume_recorded(agent: &Agent<'_>, recorded: &[&Event]) -> Result<Option<Conversation>, Stop> {
    agent
        .resume(recorded.iter().copied())
        .map_err(|error| halt_of(error).1)
}

/// The texts that a model is given its task in.
struct TaskTexts {
    system: String,
    /// The task itself, for a conversation that begins.
    first: String,
    /// The failures of the last verification, redacted.
    failures: Option<String>,
    /// The effort for work on failures, where it differs.
    repair_effort: Option<String>,
}

/// Begins the conversation with its task, or gives the failures to one that is under way. Returns it, and whether a task
/// was given: one under way without failures just goes on.
fn give_task<'c>(
    agent: &Agent<'_>,
    conversation: &'c mut Option<Conversation>,
    task: TaskTexts,
) -> Result<(&'c mut Conversation, bool), Stop> {
    let retry = task.failures.map(|failures| prompt::retry_task(&failures));
    if let Some(under_way) = conversation {
        let given = retry.is_some();
        if let Some(retry) = retry {
            agent
                .add_task(under_way, &retry, task.repair_effort)
                .map_err(|error| halt_of(error).1)?;
        }
        return Ok((under_way, given));
    }
    // A conversation that begins with failures (an earlier run's work) has both, task first.
    let text = match retry {
        Some(retry) => format!("{}\n{retry}", task.first),
        None => task.first,
    };
    let begun = agent
        .begin(&task.system, &text)
        .map_err(|error| halt_of(error).1)?;
    Ok((conversation.insert(begun), true))
}

/// Returns how many tasks were given in what is recorded: those that ended, and the one that was
/// under way when the run was interrupted.
fn rounds_of(recorded: &[&Event]) -> u32 {
    let ends = recorded
        .iter()
        .filter(|event| matches!(event, Event::ConversationEnded { .. }))
        .count();
    let last = recorded.iter().rev().find_map(|event| match event {
        Event::ConversationEnded { .. } => Some(true),
        Event::ConversationStarted { .. } | Event::UserSaid { .. } | Event::ModelReplied { .. } => {
            Some(false)
        }
        _ => None,
    });
    u32::try_from(ends)
        .unwrap_or(u32::MAX)
        .saturating_add(u32::from(last == Some(false)))
}

/// Takes in how a conversation ended.
///
/// A limit, or a provider that doesn't answer, halts the session: the run still reports what is
/// there, and a later one goes on. A refusal or a conversation that no longer fits is over for
/// good. Errors of the journal or of the harness itself end the run.
fn record_ending(
    work: &mut UnitWork<'_>,
    session: &mut Session,
    ending: Result<Ending, AgentError>,
) -> Result<(), Stop> {
    match ending {
        Ok(Ending::Done { text }) => session.words = text,
        Ok(Ending::Limit(limit)) => {
            session.halt = Some((
                Exit::Limit,
                format!("{limit}; `backend-engineer resume` goes on with a higher one"),
            ));
        }
        Ok(ending @ (Ending::Refused { .. } | Ending::Overflow)) => {
            session.over = true;
            work.note(format!("The model's work ended early: {ending}"))?;
        }
        Ok(ending) => work.note(format!("The model's work ended early: {ending}"))?,
        Err(error) => {
            let (may_report, stop) = halt_of(error);
            if !may_report {
                return Err(stop);
            }
            let hint = stop
                .hint
                .map(|hint| format!(" ({hint})"))
                .unwrap_or_default();
            session.halt = Some((
                Exit::Environment,
                format!("{}{hint}; `backend-engineer resume` goes on", stop.message),
            ));
        }
    }
    if let Some((_, why)) = &session.halt {
        let why = format!("The model's work ended early: {why}");
        work.note(why)?;
    }
    Ok(())
}

/// Returns what an error means to the run, and whether there is still something to report.
fn halt_of(error: AgentError) -> (bool, Stop) {
    match error {
        AgentError::Model(error) => (
            true,
            Stop::new(Exit::Environment, error.to_string()).hint(error.hint.clone()),
        ),
        AgentError::Journal(error) => (false, error.into()),
        AgentError::Lost(_) => (false, Stop::refused(error.to_string())),
        AgentError::Tool { .. } => (false, Stop::environment(error.to_string())),
    }
}

/// Servers that steps started know the code as it was: they end here, and are started anew behind the change.
async fn stop_step_servers(work: &mut UnitWork<'_>, change: &mut Change) -> Result<(), Stop> {
    for (script, server) in std::mem::take(&mut change.servers) {
        work.workspace.end_server(server).await?;
        change.put_away.push(script);
    }
    Ok(())
}

/// Starts the servers again that [`stop_step_servers`] ended, in the folder that the plan gave
/// them.
async fn start_servers(work: &mut UnitWork<'_>, change: &mut Change) -> Result<(), Stop> {
    for script in std::mem::take(&mut change.put_away) {
        let units = work
            .assignment
            .units
            .iter()
            .filter_map(|unit| work.run.plan.phase(*unit));
        let mut commands = units.flat_map(|unit| &unit.commands);
        let folder = commands
            .find(|command| command.text == script)
            .and_then(|command| command.folder.clone());
        let request = Request {
            folder: folder.unwrap_or_default(),
            ..Request::of_project(&script, "")
        };
        let server = check::start_server(work, &request).await?;
        if server.exited.is_none() {
            change.servers.push((script, server));
        }
    }
    Ok(())
}

/// Looks at each item again: what stands now as the plan shows it, what a model worked on, and what
/// is as it was.
///
/// A refused block that stands now, word for word, was placed by the model: as good as done before.
/// One whose file the model changed in another way is its work, which the checks must bear out. An
/// item that nothing is open of any more has its commands left to the checks.
fn look_again(work: &mut UnitWork<'_>, change: &mut Change) -> Result<(), Stop> {
    let standing = literal::find_present_files(work)?;
    let worked: BTreeSet<String> = work.state.worked.keys().cloned().collect();
    for item in &mut change.items {
        let Some(phase) = work.run.plan.phase(item.unit) else {
            continue;
        };
        let was_open = item.open().next().is_some();
        let concerned: Vec<Vec<String>> = item
            .outcomes
            .iter()
            .map(|step_outcome| match step_outcome {
                StepOutcome::Left(remainder) => files_of_remainder(work, item, remainder),
                _ => Vec::new(),
            })
            .collect();
        for (step_outcome, paths) in item.outcomes.iter_mut().zip(concerned) {
            match step_outcome {
                // What stands as the plan shows it proves itself; work on the file does not.
                StepOutcome::Place(placement) if placement.refusal_reason().is_some() => {
                    let path = placement.path.clone().unwrap_or_default();
                    if standing.whole.contains(&path) {
                        placement.placed = PlacementOutcome::Before;
                    } else if worked.contains(&path) {
                        *step_outcome = StepOutcome::Worked {
                            paths: vec![path],
                            passage: None,
                        };
                    }
                }
                StepOutcome::Left(left) => {
                    let passage = left.passage().cloned();
                    let paths = work_on_remainder(paths, &worked);
                    if !paths.is_empty() {
                        *step_outcome = StepOutcome::Worked { paths, passage };
                    }
                }
                _ => {}
            }
        }
        if was_open && item.open().next().is_none() {
            add_commands_not_run(work, phase, item);
        }
    }
    Ok(())
}

/// Returns the files of the model's work that carry out a remainder which concerns `paths`; none
/// while one of them is untouched: "Rename `load` in `a.py` and `b.py`" is not done by a change to
/// `a.py`.
fn work_on_remainder(paths: Vec<String>, worked: &BTreeSet<String>) -> Vec<String> {
    match paths.is_empty() {
        // Prose that names no file: whatever was done in the phase may be it.
        true => worked.iter().cloned().collect(),
        false if paths.iter().all(|path| worked.contains(path)) => paths,
        false => Vec::new(),
    }
}

/// Leaves the commands of an item's step to the checks, where they were not run because the step
/// was open. They ran behind a refused block on no tree at all, so that nothing is known of them.
fn add_commands_not_run(work: &UnitWork<'_>, phase: &Phase, item: &mut Item) {
    let step = item.step.and_then(|step| phase.steps.get(step));
    let parts = step.into_iter().flat_map(|step| &step.parts);
    for part in parts {
        let Part::Run(command) = part else { continue };
        let ran = item.outcomes.iter().any(
            |step_outcome| matches!(step_outcome, StepOutcome::Run { command: of, .. } if of == command),
        );
        if !ran {
            let planned = &phase.commands[*command];
            item.outcomes
                .extend(steps::left_to_checks(work, (planned, false), *command));
        }
    }
}

/// Returns the files of its unit that what is left of an item speaks of.
fn files_of_remainder(work: &UnitWork<'_>, item: &Item, remainder: &Remainder) -> Vec<String> {
    let about = work
        .assignment
        .files
        .iter()
        .filter(|file| item.is_about(&work.run.plan, file, remainder));
    let mut paths: Vec<String> = about.filter_map(|file| file.path.clone()).collect();
    paths.sort();
    paths.dedup();
    paths
}

//! The checks of a phase: its automated criteria, the commands of its steps, and the project's own, each on the final tree.

use journal::{EvidenceId, ItemKind, ItemName, Verdict};
use plan::{CriterionKind, Phase, PhaseId};

use crate::check::{self, CheckRun, Judgement, Kind, Request, kind_of};
use crate::evidence::Observation;
use crate::implement::{Change, StepOutcome};
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// One check and what it proved.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    /// The unit it belongs to; `None` for the project's own.
    pub(crate) unit: Option<PhaseId>,
    /// Where it comes from.
    pub(crate) origin: Origin,
    /// The plan's words for it.
    pub(crate) text: String,
    /// Line in the plan, from 1; 0 for the project's own.
    pub(crate) line: usize,
    /// The kind of check: the line of the report that it belongs to.
    pub(crate) kind: Kind,
    /// The outcome, with the reason behind it.
    pub(crate) ran: CheckRun,
    /// Its evidence, once it is recorded.
    pub(crate) evidence: Option<EvidenceId>,
    /// The request that runs it again; none where nothing can be run.
    pub(crate) request: Option<Request>,
}

/// Where a check comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A criterion, by its place in [`Phase::criteria`].
    Criterion(usize),
    /// A command of a step: the item's place in [`Change::items`], and the command's in [`Phase::commands`].
    Step(usize, usize),
    /// The project's own command, from the configuration.
    Project,
    /// The project's own command, found in the codebase. Where it can't run, it says nothing of the phase.
    Found,
}

impl Check {
    /// Returns what it speaks of, with `ran` as what came of it.
    pub(crate) fn observation<'a>(&self, ran: &'a CheckRun) -> Observation<'a> {
        let kind = match self.origin {
            Origin::Criterion(_) => ItemKind::Criterion,
            Origin::Step(..) => ItemKind::Step,
            Origin::Project | Origin::Found => ItemKind::Project,
        };
        Observation {
            unit: self.unit,
            item: ItemName {
                kind,
                text: self.text.clone(),
            },
            ran,
        }
    }

    /// Returns what it proved.
    pub(crate) fn verdict(&self) -> Verdict {
        self.ran.judgement.verdict
    }
}

/// A check that is to run.
struct Planned {
    check: Check,
    request: Option<Request>,
    server: bool,
}

/// Runs all checks that have no verdict on the tree as it is now.
pub(super) async fn run_all(
    work: &mut UnitWork<'_>,
    change: &mut Change,
) -> Result<Vec<Check>, Stop> {
    let mut planned = gather_checks(work, change);
    if work.run.runs_commands() {
        // No check changes the tree: what it writes is discarded.
        let now = work.fingerprint();
        for index in 0..planned.len() {
            let Some(request) = planned[index].request.clone() else {
                continue;
            };
            let current = &planned[index].check.ran;
            let holds = current.tree.as_ref() == Some(&now) && !current.beside;
            if holds || current.tree.is_some() && current.acted {
                continue;
            }
            if planned[index].server {
                planned[index].check.ran = start_server(work, &request, change).await?;
                continue;
            }
            let same = planned
                .iter()
                .find(|other| is_same(other, &request, &now))
                .map(|same| same.check.ran.clone());
            planned[index].check.ran = match same {
                Some(same) => same,
                None => run_unless_known(work, &request, (change, &now)).await?,
            };
        }
    }
    Ok(planned
        .into_iter()
        .map(|planned| Check {
            request: planned.request,
            ..planned.check
        })
        .collect())
}

/// Runs a check, unless it is known from beside the model's work what it says of this tree. A failure there may be one for
/// want of what commands of the run made: then the run's own overlay decides.
async fn run_unless_known(
    work: &mut UnitWork<'_>,
    request: &Request,
    (change, tree): (&Change, &str),
) -> Result<CheckRun, Stop> {
    let Some(known) = change
        .known
        .find_result(request, tree, work.workspace.tier().as_deref())
    else {
        return check::run_check(work, request).await;
    };
    let effects = work.workspace.effects().await?;
    let alike = change.left_nothing_beside() && work.workspace.holds_only_caches(&effects);
    match alike || known.verdict() == Verdict::Passed {
        true => work.take_known(known, &request.why),
        false => check::run_check(work, request).await,
    }
}

/// Returns whether a check has run already as `request` asks, on the tree of this fingerprint.
fn is_same(other: &Planned, request: &Request, tree: &str) -> bool {
    let ran = &other.check.ran;
    let alike =
        ran.script == request.script && ran.folder == request.folder && !ran.acted && !ran.beside;
    let expects = other.request.as_ref().is_some_and(|other| {
        other.expect == request.expect
            && other.step == request.step
            && other.described == request.described
    });
    alike && expects && ran.tree.as_deref() == Some(tree)
}

async fn start_server(
    work: &mut UnitWork<'_>,
    request: &Request,
    change: &mut Change,
) -> Result<CheckRun, Stop> {
    let mut ran = CheckRun::not_run(&request.script, &request.folder, "");
    if let Some((_, server)) = change
        .servers
        .iter()
        .find(|(script, _)| *script == request.script)
    {
        ran.judgement = judge_started_server(server);
        ran.tree = Some(work.fingerprint());
        return Ok(ran);
    }
    let server = check::start_server(work, request).await?;
    ran.judgement = judge_started_server(&server);
    ran.tree = Some(work.fingerprint());
    if server.exited.is_none() {
        change.servers.push((request.script.clone(), server));
    }
    Ok(ran)
}

fn judge_started_server(server: &sandbox::Server) -> Judgement {
    match (&server.exited, server.listening.as_slice()) {
        (Some(exit), _) => Judgement::failed(format!("it ended at once: {exit}")),
        (None, []) => Judgement::not_checked(
            "it was still starting when it was last looked at: nothing listens",
        ),
        (None, ports) => {
            let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
            Judgement::passed(format!("it runs and listens on port {}", ports.join(", ")))
        }
    }
}

/// Returns every check of the assignment, with what its steps have proved already.
fn gather_checks(work: &UnitWork<'_>, change: &Change) -> Vec<Planned> {
    let mut planned = Vec::new();
    for phase in work
        .assignment
        .units
        .iter()
        .filter_map(|unit| work.run.plan.phase(*unit))
    {
        for (index, criterion) in phase.criteria.iter().enumerate() {
            if criterion.kind == CriterionKind::Automated {
                planned.extend(of_criterion(work, phase, index));
            }
        }
        planned.extend(of_steps(work, phase, change));
    }
    let commands = &work.run.settings.commands;
    let kinds = [
        (Kind::Tests, &commands.test),
        (Kind::Lint, &commands.lint),
        (Kind::TypeCheck, &commands.type_check),
    ];
    for (kind, held) in kinds {
        for script in held.iter().flat_map(|held| held.value.clone()) {
            let request = Request::of_project(&script, "the project's own");
            let ran = CheckRun::not_run(&script, "", NOT_RUN);
            let check = Check {
                unit: None,
                origin: Origin::Project,
                text: script,
                line: 0,
                kind,
                ran,
                evidence: None,
                request: None,
            };
            planned.push(Planned {
                check,
                request: Some(request),
                server: false,
            });
        }
    }
    planned
}

/// Why a check has no verdict where commands are not run.
pub(super) const NOT_RUN: &str = "no command was run, as you asked";

/// Why a criterion stays open whose command changes what it is to look at: it succeeds because it does.
const FIXES: &str = "it changes files instead of checking them";

fn of_criterion(work: &UnitWork<'_>, phase: &Phase, index: usize) -> Vec<Planned> {
    let criterion = &phase.criteria[index];
    let check = |kind, ran| Check {
        unit: Some(phase.id),
        origin: Origin::Criterion(index),
        text: criterion.text.clone(),
        line: work.run.plan.location(criterion.span.start).line,
        kind,
        ran,
        evidence: None,
        request: None,
    };
    if criterion.commands.is_empty() {
        let ran = CheckRun::not_run("", "", "the plan gives no command for it");
        return vec![Planned {
            check: check(Kind::Other, ran),
            request: None,
            server: false,
        }];
    }
    let commands = criterion
        .commands
        .iter()
        .filter_map(|command| phase.commands.get(*command));
    commands
        .map(|command| {
            let folder = check::folder_of(command, work);
            let kind = kind_of(work, &command.text, &folder);
            if check::is_fixing_script(&check::read_command(work, &command.text, &folder)) {
                let ran = CheckRun::not_run(&command.text, &folder, FIXES);
                return Planned {
                    check: check(kind, ran),
                    request: None,
                    server: false,
                };
            }
            match Request::of_criterion(command, criterion, work) {
                Ok(request) => {
                    let ran = CheckRun::not_run(&request.script, &request.folder, NOT_RUN);
                    Planned {
                        check: check(kind, ran),
                        request: Some(request),
                        server: check::is_server(work, command),
                    }
                }
                Err(not_run) => Planned {
                    check: check(kind, *not_run),
                    request: None,
                    server: false,
                },
            }
        })
        .collect()
}

/// Returns the commands that the unit's steps ran and that shall hold at the end as well.
fn of_steps(work: &UnitWork<'_>, phase: &Phase, change: &Change) -> Vec<Planned> {
    let items = change
        .items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.unit == phase.id);
    let runs = items.flat_map(|(index, item)| {
        item.outcomes
            .iter()
            .filter_map(move |step_outcome| match step_outcome {
                StepOutcome::Run {
                    command,
                    ran,
                    expects_failure: false,
                } => Some((index, item, *command, ran)),
                _ => None,
            })
    });
    runs.map(|(index, item, command, ran)| Planned {
        check: Check {
            unit: Some(phase.id),
            origin: Origin::Step(index, command),
            text: item.title.clone(),
            line: item.line,
            kind: kind_of(work, &ran.script, &ran.folder),
            ran: (**ran).clone(),
            evidence: None,
            request: None,
        },
        request: Request::of_step(&phase.commands[command], &item.title, work).ok(),
        server: false,
    })
    .collect()
}

//! The strength of a phase's tests: how many wrong versions of its code they reject.
//!
//! Wrong versions of the functions that the phase added or changed are laid on the overlay, one after the other, and the
//! phase's own tests run on each. Where none is rejected, the tests say no more than that the names are there: prose that
//! a model did and that new tests prove is unproven then. For code that the plan shows it is told and decides nothing.

mod wrong_versions;
mod suites;

use std::time::{Duration, Instant};

use journal::{Basis, Event, Verdict};
use plan::PhaseId;
use serde::Serialize;

use super::{Check, Verification, baseline, find_proofs};
use crate::check::{Judgement, Kind, try_out};
use crate::evidence;
use crate::implement::{Change, StepOutcome};
use crate::settings::write_duration;
use crate::stop::Stop;
use crate::unit_work::UnitWork;
use suites::{Suite, SuiteBaseline};
use wrong_versions::WrongVersion;

/// The most wrong versions that are tried: past two dozen, another one seldom says anything new of the same tests.
const MOST: usize = 24;

/// The wrong versions that must have passed before it counts that none was rejected: one alone may be as right as
/// the code.
const ENOUGH: usize = 3;

/// The most of those that pass which the report names.
const NAMED: usize = 6;

/// The strength of a phase's tests: the number of wrong versions of its code that they reject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Strength {
    /// Wrong versions that could be made; at most [`MOST`] of them are tried.
    made: usize,
    /// Wrong versions on which the tests came to a result.
    tried: usize,
    /// Those of them that a test rejects.
    rejected: usize,
    /// Those that all tests let pass.
    survivors: Vec<Survivor>,
    /// The time it took, in milliseconds.
    elapsed_ms: u64,
}

/// A wrong version that all tests let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Survivor {
    /// Its file, from the root.
    path: String,
    /// Line of the edit, from 1.
    line: usize,
    /// The function that was made wrong.
    function: String,
    /// The code that was edited.
    before: String,
    /// The code after the edit.
    after: String,
}

/// The result of the tests on a wrong version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum VersionOutcome {
    Rejected,
    Survived,
    /// It could not be loaded, or did not come to its end: that says nothing of the tests.
    Unknown,
}

/// Tries wrong versions of the unit's code against its own tests, and takes into account that none is rejected.
pub(crate) async fn measure_strength(
    work: &mut UnitWork<'_>,
    change: &Change,
    verification: &mut Verification,
) -> Result<(), Stop> {
    let limit = work.run.settings.strength(change.session.is_some());
    let is_able = !limit.is_zero() && work.run.runs_commands();
    if !is_able || !is_sound(verification) || baseline::needs_server(work) {
        return Ok(());
    }
    let chosen = suites::suites_of_unit(work, change, verification);
    if chosen.is_empty() {
        return Ok(());
    }
    let test_files: Vec<String> = chosen
        .iter()
        .flat_map(|suite| suite.files.clone())
        .collect();
    let made = wrong_versions::make_wrong_versions(work, change, &test_files);
    if made.is_empty() {
        return Ok(());
    }
    let (began, count) = (Instant::now(), made.len().min(MOST));
    let (command, folder) = (
        chosen[0].request.script.clone(),
        chosen[0].request.folder.clone(),
    );
    let why = format!(
        "on {} of the change, {} at most",
        count_versions(count),
        write_duration(limit)
    );
    work.run.emit(Event::CommandStarted {
        command: command.clone(),
        folder: folder.clone(),
        why,
    })?;
    let now = work.workspace.tree.savepoint();
    let tried = try_all(work, chosen, &made, began + limit).await;
    work.workspace.tree.restore(now);
    let tried = tried?;
    let strength = Strength::new(&tried, made.len(), began.elapsed());
    work.run.emit(Event::CommandFinished {
        command,
        folder,
        exit: None,
        elapsed_ms: strength.elapsed_ms,
        verdict: if strength.rejected > 0 {
            Verdict::Passed
        } else {
            Verdict::NotChecked
        },
        detail: strength.describe_result(),
        output: None,
        tree: None,
    })?;
    if strength.tried == 0 {
        return Ok(());
    }
    work.note(strength.report_line())?;
    verification.strength = Some(strength);
    decide_strength(work, change, verification, (&made, &tried))
}

/// Returns whether there is something that the strength of tests could add to.
fn is_sound(verification: &Verification) -> bool {
    let found = [
        &verification.weakened,
        &verification.changed_tests,
        &verification.probes,
        &verification.drifted,
    ];
    found.iter().all(|lines| lines.is_empty())
        && verification
            .checks
            .iter()
            .all(|check| check.verdict() != Verdict::Failed)
}

/// Tries the wrong versions in their order, as long as there is time.
async fn try_all<'m>(
    work: &mut UnitWork<'_>,
    chosen: Vec<Suite>,
    made: &'m [WrongVersion],
    end: Instant,
) -> Result<Vec<(&'m WrongVersion, VersionOutcome)>, Stop> {
    let mut suites = Vec::new();
    for suite in chosen {
        suites.extend(suites::run_on_right_code(work, suite, end).await?);
    }
    let mut tried = Vec::new();
    for version in made.iter().take(MOST) {
        let Some(fate) = try_one(work, &suites, version, end).await? else {
            break;
        };
        tried.push((version, fate));
    }
    Ok(tried)
}

/// Tries a wrong version; none where there is no time left for it.
async fn try_one(
    work: &mut UnitWork<'_>,
    suites: &[SuiteBaseline],
    version: &WrongVersion,
    end: Instant,
) -> Result<Option<VersionOutcome>, Stop> {
    let refused = |error: crate::tree::ReadError| Stop::refused(error.to_string());
    let right = work.workspace.tree.read(&version.path).map_err(refused)?;
    work.workspace
        .tree
        .stage(&version.path, Some(version.text.clone().into_bytes()))
        .map_err(refused)?;
    let mut fates = Vec::new();
    let mut over = false;
    let runs: Vec<_> = suites
        .iter()
        .flat_map(|suite| suite.runs_for(work, version))
        .collect();
    for (request, tests, usual) in runs {
        let left = end.saturating_duration_since(Instant::now());
        let limit = left.min(usual);
        if left < Duration::from_millis(200) {
            over = true;
            break;
        }
        let trial = try_out(work, &request, limit).await?;
        over = limit < usual && trial.elapsed >= limit;
        fates.push(suites::outcome_of_results(&tests, &trial.tests));
        if over || fates.last() == Some(&VersionOutcome::Rejected) {
            break;
        }
    }
    work.workspace
        .tree
        .stage(&version.path, right)
        .map_err(refused)?;
    if over && !fates.contains(&VersionOutcome::Rejected) || fates.is_empty() {
        return Ok(if over {
            None
        } else {
            Some(VersionOutcome::Unknown)
        });
    }
    Ok(Some(combine_outcomes(&fates)))
}

/// Returns what several runs on one wrong version come to: one that rejects it is enough, and all must let it pass.
fn combine_outcomes(fates: &[VersionOutcome]) -> VersionOutcome {
    match fates {
        fates if fates.contains(&VersionOutcome::Rejected) => VersionOutcome::Rejected,
        fates if fates.contains(&VersionOutcome::Unknown) => VersionOutcome::Unknown,
        _ => VersionOutcome::Survived,
    }
}

impl Strength {
    fn new(tried: &[(&WrongVersion, VersionOutcome)], made: usize, elapsed: Duration) -> Self {
        let of = |wanted: VersionOutcome| {
            tried
                .iter()
                .filter(move |(_, fate)| *fate == wanted)
                .map(|(version, _)| *version)
        };
        let survivors: Vec<Survivor> = of(VersionOutcome::Survived)
            .map(WrongVersion::survivor)
            .collect();
        let rejected = of(VersionOutcome::Rejected).count();
        let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        Strength {
            made,
            tried: rejected + survivors.len(),
            rejected,
            survivors,
            elapsed_ms,
        }
    }

    fn describe_result(&self) -> String {
        match (self.rejected, self.tried) {
            (_, 0) => "no wrong version came to a result".to_owned(),
            (rejected, tried) => describe_rejected(rejected, tried),
        }
    }

    /// Returns the line of the report: the count, and the places of those that pass.
    fn report_line(&self) -> String {
        if self.survivors.is_empty() {
            return self.describe_result();
        }
        let places: Vec<String> = self
            .survivors
            .iter()
            .take(NAMED)
            .map(Survivor::describe_change)
            .collect();
        let more = match self.survivors.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!(
            "{}; not rejected: {}{more}",
            self.describe_result(),
            places.join(", ")
        )
    }
}

fn describe_rejected(rejected: usize, tried: usize) -> String {
    let rejected = if rejected == 0 {
        "none".to_owned()
    } else {
        rejected.to_string()
    };
    format!(
        "the phase's tests reject {rejected} of {}",
        count_versions(tried)
    )
}

fn count_versions(count: usize) -> String {
    if count == 1 {
        "1 wrong version".to_owned()
    } else {
        format!("{count} wrong versions")
    }
}

impl Survivor {
    fn describe_change(&self) -> String {
        let Survivor {
            path,
            line,
            function,
            before,
            after,
        } = self;
        let after = if matches!(after.as_str(), "pass" | ";") {
            "removed"
        } else {
            &format!("now `{after}`")
        };
        format!("{path}:{line} (`{function}`: `{before}` {after})")
    }
}

/// Records what the tests said of the wrong versions of a model's work, and withdraws what they proved where they reject
/// none of them.
fn decide_strength(
    work: &mut UnitWork<'_>,
    change: &Change,
    verification: &mut Verification,
    (made, tried): (&[WrongVersion], &[(&WrongVersion, VersionOutcome)]),
) -> Result<(), Stop> {
    let mut none_rejected = false;
    for unit in work.assignment.units.clone() {
        let paths = worked_paths(change, unit);
        let is_own = |version: &WrongVersion| version.by_model && paths.contains(&version.path);
        let tells =
            |version: &WrongVersion| is_own(version) && !says_type_only(version, made, tried);
        let own = |fate: VersionOutcome| {
            tried
                .iter()
                .filter(|(version, of)| *of == fate && tells(version))
                .count()
        };
        let (rejected, survived) = (own(VersionOutcome::Rejected), own(VersionOutcome::Survived));
        let told = made.iter().filter(|version| tells(version)).count();
        if rejected == 0 && (survived < told.clamp(1, ENOUGH) || hides_work(made, &paths)) {
            continue;
        }
        let judgement = match rejected {
            0 => Judgement::failed(describe_rejected(0, survived)),
            rejected => Judgement::passed(describe_rejected(rejected, rejected + survived)),
        };
        let is_meant = |check: &&Check| {
            check.unit == Some(unit)
                && check.kind == Kind::Tests
                && check.verdict() == Verdict::Passed
        };
        let checks: Vec<Check> = verification
            .checks
            .iter()
            .filter(is_meant)
            .cloned()
            .collect();
        for mut check in checks {
            check.ran.judgement = judgement.clone();
            check.ran.tests.clear();
            evidence::record_evidence(work, &check.observation(&check.ran), Basis::WrongVersions)?;
        }
        none_rejected |= rejected == 0;
    }
    if none_rejected {
        let standing = find_proofs(work, change, verification)?;
        verification.accounts =
            super::file_outcomes::of_files(work, change, &standing.whole, &verification.items);
    }
    Ok(())
}

/// Returns whether that a version is rejected tells of the type of a result alone: all that its function gives back are
/// constants, and no test sees another one in their place.
fn says_type_only(
    version: &WrongVersion,
    made: &[WrongVersion],
    tried: &[(&WrongVersion, VersionOutcome)],
) -> bool {
    let mut others = made
        .iter()
        .filter(|other| other.is_of_same_function(version));
    let seen = tried.iter().any(|(other, fate)| {
        *fate == VersionOutcome::Rejected
            && other.is_of_same_function(version)
            && !other.is_told_by_type(made)
    });
    let tried_value = tried.iter().any(|(other, fate)| {
        *fate == VersionOutcome::Survived && other.is_of_same_function(version)
    });
    version.is_told_by_type(made)
        && others.all(|other| other.is_told_by_type(made) || !other.returns_nothing())
        && tried_value
        && !seen
}

/// Returns whether constants are all that could be made wrong, beside other work of which no wrong version can be made.
fn hides_work(made: &[WrongVersion], paths: &[String]) -> bool {
    let own = || {
        made.iter()
            .filter(|version| version.by_model && paths.contains(&version.path))
    };
    let is_work =
        |path: &&String| code::paths::is_code(path) && !code::paths::belongs_to_tests(path);
    own().all(WrongVersion::is_of_constant)
        && paths
            .iter()
            .filter(is_work)
            .any(|path| !own().any(|version| version.path == *path))
}

/// Returns the files that a model changed for the unit.
fn worked_paths(change: &Change, unit: PhaseId) -> Vec<String> {
    let step_outcomes = change
        .items
        .iter()
        .filter(|item| item.unit == unit)
        .flat_map(|item| &item.outcomes);
    let paths = step_outcomes.filter_map(|step_outcome| match step_outcome {
        StepOutcome::Worked { paths, .. } => Some(paths.iter().cloned()),
        _ => None,
    });
    paths.flatten().collect()
}

#[cfg(test)]
mod tests;

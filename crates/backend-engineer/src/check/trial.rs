//! Runs tests on a tree that nobody keeps, and says what came of each: no event, no evidence, no output that stays.

use std::time::Duration;

use journal::TestResult;

use super::effects::{effects_of, restore_overlay};
use super::runners::RunnerWatch;
use super::{Request, WritePolicy, read_told, to_run};
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// The result of a trial: each test, and the time.
#[derive(Debug)]
pub(crate) struct Trial {
    /// Each test by itself; none where no runner told of any, or it did not come to its end.
    pub(crate) tests: Vec<TestResult>,
    /// The time it took.
    pub(crate) elapsed: Duration,
}

/// Runs a request on the staged tree within a time, and takes back whatever it writes.
pub(crate) async fn try_out(
    work: &mut UnitWork<'_>,
    request: &Request,
    limit: Duration,
) -> Result<Trial, Stop> {
    work.workspace.keep_in_step().await?;
    let before = work.workspace.effects().await?;
    let asked = request.asked(work);
    let watch = RunnerWatch::prepare(work, &asked).await?;
    let mut to_run = to_run(work.run, request, &asked, watch.as_ref());
    to_run.timeout = Some(limit);
    let outcome = work.workspace.execute(to_run).await?;
    let told = read_told(work, watch.as_ref());
    let own = effects_of(work, &before, WritePolicy::Discarded).await?;
    restore_overlay(work, &own).await?;
    Ok(Trial {
        tests: told.tests(),
        elapsed: outcome.elapsed,
    })
}

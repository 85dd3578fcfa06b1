//! Talks with a model until it is done and the tests that failed before pass.
//!
//! Between two answers only those tests run: "`pytest -q` failed, in tests/test_cart.py" is followed by
//! "pytest -q tests/test_cart.py" until that passes or fails twice alike; then all checks decide.

use std::pin::pin;

use agent::{Agent, AgentError, Conversation, Ending, Spent};
use journal::JournalError;
use tokio::sync::mpsc::UnboundedReceiver;

use super::concurrent_checks::ConcurrentChecks;
use super::prompt;
use super::tools::ToolContext;
use crate::check::{Request, Snapshot};
use crate::run::RunContext;

/// The most times that failures are given back to the model: what three rounds did not mend, a fourth seldom does.
pub(crate) const ROUNDS: u32 = 3;

/// A conversation under way, with the checks beside it.
pub(super) struct Talk<'t, 'a> {
    pub(super) agent: &'t Agent<'t>,
    pub(super) run: &'t RunContext,
    pub(super) context: &'t ToolContext<'a>,
    pub(super) checks: Option<&'t ConcurrentChecks<'a>>,
    /// The commands whose tests failed in the last verification, each with the files of those tests alone.
    pub(super) failed_tests: &'t [Request],
    /// The effort for work on failures, where it differs.
    pub(super) repair_effort: Option<String>,
}

impl Talk<'_, '_> {
    /// Talks until the model is done and the tests that failed before pass, or nothing comes of it any more; then runs the
    /// final checks. Returns how the conversation ended, and whether what runs beside it is still of use.
    pub(super) async fn until_done(
        self,
        conversation: &mut Conversation,
        rounds: &mut u32,
        spent: &mut Spent,
    ) -> (Result<Ending, AgentError>, bool) {
        let mut before = self.context.snapshot().await;
        let mut last = None;
        let ending = loop {
            let ending = self.agent.talk(conversation, spent).await;
            if !matches!(ending, Ok(Ending::Done { .. })) || *rounds > ROUNDS {
                break ending;
            }
            let now = self.context.snapshot().await;
            // An answer that changed nothing mended nothing.
            if now.is(&before) {
                break ending;
            }
            match self.give_failures(conversation, &now, &mut last).await {
                Ok(true) => *rounds = rounds.saturating_add(1),
                Ok(false) => break ending,
                Err(error) => break Err(error),
            }
            before = now;
        };
        let goes_on = match (&ending, self.checks) {
            // A limit is the end of the work; whatever else ends it leaves a tree to prove.
            (Ok(ending), Some(checks)) if !matches!(ending, Ending::Limit(_)) => {
                checks.finish(&self.context.snapshot().await).await
            }
            _ => false,
        };
        (ending, goes_on)
    }

    /// Gives back to the model those of the tests that failed before which still fail: while they do, a run of the whole
    /// suite says nothing new. Returns whether it did; what fails as it did at `last` is left to the verification.
    async fn give_failures(
        &self,
        conversation: &mut Conversation,
        now: &Snapshot,
        last: &mut Option<String>,
    ) -> Result<bool, AgentError> {
        let Some(checks) = self.checks else {
            return Ok(false);
        };
        let still = checks.still_failing(now, self.failed_tests).await;
        for event in still.iter().flat_map(|one| &one.events) {
            self.run
                .emit(event.clone())
                .map_err(|stop| AgentError::Journal(journal_unreachable(stop.message)))?;
        }
        let failures = prompt::describe_failed_runs(still.iter().map(|one| &one.ran));
        let signature = without_digits(&failures);
        if failures.is_empty() || last.as_ref() == Some(&signature) {
            return Ok(false);
        }
        *last = Some(signature);
        let task = prompt::retry_task(&self.run.redactor.redact_text(&failures));
        self.agent
            .add_task(conversation, &task, self.repair_effort.clone())?;
        Ok(true)
    }
}

/// Returns a text without what differs from run to run.
pub(crate) fn without_digits(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_ascii_digit())
        .collect()
}

/// Waits for a conversation with its checks beside it. What they still do is waited for where it says that it is of use.
pub(super) async fn with_checks<T>(
    talk: impl Future<Output = (T, bool)>,
    beside: Option<(&ConcurrentChecks<'_>, UnboundedReceiver<Snapshot>)>,
) -> T {
    let Some((checks, trees)) = beside else {
        return talk.await.0;
    };
    let (mut talk, mut checking) = (pin!(talk), pin!(checks.work(trees)));
    let mut over = false;
    let (ending, goes_on) = loop {
        tokio::select! {
            biased;
            ended = &mut talk => break ended,
            () = &mut checking, if !over => over = true,
        }
    };
    if goes_on && !over {
        checking.await;
    }
    ending
}

/// Why the journal can't be reached.
pub(super) fn journal_unreachable(why: String) -> JournalError {
    JournalError::Input(std::io::Error::other(why))
}

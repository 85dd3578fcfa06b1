//! Results of checks that ran apart, by their key: the request, the fingerprint of the tree, the sandbox. Whoever asks
//! for the same later need not run it again.

use std::cell::RefCell;

use journal::{Event, Verdict};

use super::isolated::{CheckContext, IsolatedCheck, Snapshot, run_apart};
use super::{CheckRun, Request};
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// Results of checks that ran apart.
#[derive(Debug, Default)]
pub(crate) struct KnownResults(Vec<KnownResult>);

/// A check that ran apart, with its result.
#[derive(Debug)]
pub(crate) struct KnownResult {
    request: Request,
    sandbox: String,
    ran: CheckRun,
    /// Events to be recorded once the result is of use: a check that decides nothing does not belong in the journal.
    events: RefCell<Vec<Event>>,
}

impl KnownResult {
    /// Returns what it proved.
    pub(crate) fn verdict(&self) -> Verdict {
        self.ran.judgement.verdict
    }
}

impl UnitWork<'_> {
    /// Runs a check apart on the tree as it is staged, unless it is known what it says.
    pub(crate) async fn run_apart(
        &mut self,
        request: &Request,
        known: &KnownResults,
    ) -> Result<CheckRun, Stop> {
        let tree = self.fingerprint();
        if let Some(known) = known.find_result(request, &tree, self.workspace.tier().as_deref()) {
            return self.take_known(known, &request.why);
        }
        let snapshot = Snapshot::new(self.workspace, self.state);
        let tested = run_apart(
            CheckContext::new(self),
            &snapshot,
            std::slice::from_ref(request),
        )
        .await?;
        let Some(first) = tested.and_then(|tested| tested.results.into_iter().next()) else {
            return Ok(CheckRun::not_run(
                &request.script,
                &request.folder,
                "it could not run apart",
            ));
        };
        first
            .events
            .into_iter()
            .try_for_each(|event| self.record_held(event))?;
        Ok(first.ran)
    }

    /// Takes a known result for what is asked now, and records it the first time.
    pub(crate) fn take_known(&mut self, known: &KnownResult, why: &str) -> Result<CheckRun, Stop> {
        for event in known.events.take() {
            self.record_held(match event {
                Event::CommandStarted {
                    command, folder, ..
                } => Event::CommandStarted {
                    command,
                    folder,
                    why: why.to_owned(),
                },
                event => event,
            })?;
        }
        Ok(known.ran.clone())
    }

    fn record_held(&mut self, event: Event) -> Result<(), Stop> {
        match event {
            Event::Note { text } => self.note(text),
            event => self.emit(event),
        }
    }
}

impl KnownResults {
    /// Keeps a result; one that acted, or ran on no tree, speaks of no tree and is not kept.
    pub(crate) fn record_result(
        &mut self,
        request: &Request,
        sandbox: &str,
        tested: IsolatedCheck,
    ) {
        let IsolatedCheck { ran, events, .. } = tested;
        if ran.apart && !ran.acted && ran.tree.is_some() {
            let (request, sandbox, events) =
                (request.clone(), sandbox.to_owned(), RefCell::new(events));
            self.0.push(KnownResult {
                request,
                sandbox,
                ran,
                events,
            });
        }
    }

    /// Returns what is known of the verdict on the tree of this fingerprint, in whatever sandbox.
    pub(crate) fn find_verdict(&self, request: &Request, tree: &str) -> Option<Verdict> {
        let same = |known: &&KnownResult| {
            known.ran.tree.as_deref() == Some(tree) && is_same(&known.request, request)
        };
        self.0.iter().find(same).map(KnownResult::verdict)
    }

    /// Returns what a check said of the tree of this fingerprint in this sandbox.
    pub(crate) fn find_result(
        &self,
        request: &Request,
        tree: &str,
        sandbox: Option<&str>,
    ) -> Option<&KnownResult> {
        let same = |known: &&KnownResult| {
            known.ran.tree.as_deref() == Some(tree)
                && Some(known.sandbox.as_str()) == sandbox
                && is_same(&known.request, request)
        };
        self.0.iter().find(same)
    }
}

/// Drops requests that run the same and expect the same as one before them.
pub(crate) fn drop_repeated_requests(requests: Vec<Request>) -> Vec<Request> {
    let mut distinct: Vec<Request> = Vec::new();
    for request in requests {
        if !distinct.iter().any(|other| is_same(other, &request)) {
            distinct.push(request);
        }
    }
    distinct
}

/// Returns whether two requests run the same and expect the same of it; what they are run for is for people.
fn is_same(one: &Request, other: &Request) -> bool {
    one.script == other.script
        && one.folder == other.folder
        && one.expect == other.expect
        && one.kind == other.kind
        && one.step == other.step
        && one.described == other.described
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tested(ran: CheckRun) -> IsolatedCheck {
        IsolatedCheck {
            ran,
            text: String::new(),
            events: Vec::new(),
        }
    }

    #[test]
    fn a_result_is_found_by_its_whole_key() {
        let request = Request::of_project("pytest -q", "first");
        let ran = CheckRun {
            tree: Some("tree".to_owned()),
            apart: true,
            ..CheckRun::not_run("pytest -q", "", "")
        };
        let mut known = KnownResults::default();
        known.record_result(&request, "namespaces", tested(ran));
        let asked = Request::of_project("pytest -q", "again");
        assert!(
            known
                .find_result(&asked, "tree", Some("namespaces"))
                .is_some()
        );
        for (tree, sandbox) in [
            ("other", Some("namespaces")),
            ("tree", Some("landlock")),
            ("tree", None),
        ] {
            assert!(
                known.find_result(&asked, tree, sandbox).is_none(),
                "{tree} {sandbox:?}"
            );
        }
        for other in [
            Request::of_project("pytest", ""),
            Request {
                folder: "api".to_owned(),
                ..asked.clone()
            },
            Request {
                step: true,
                ..asked.clone()
            },
            Request {
                described: true,
                ..asked.clone()
            },
            Request {
                expect: plan::Expect::default(),
                ..asked
            },
        ] {
            assert!(
                known
                    .find_result(&other, "tree", Some("namespaces"))
                    .is_none(),
                "{other:?}"
            );
        }
    }

    #[test]
    fn what_acted_or_ran_on_the_runs_own_overlay_is_not_kept() {
        let request = Request::of_project("pytest -q", "");
        let ran = CheckRun {
            tree: Some("tree".to_owned()),
            apart: true,
            ..CheckRun::not_run("pytest -q", "", "")
        };
        for other in [
            CheckRun {
                acted: true,
                ..ran.clone()
            },
            CheckRun {
                apart: false,
                ..ran.clone()
            },
            CheckRun { tree: None, ..ran },
        ] {
            let mut known = KnownResults::default();
            known.record_result(&request, "namespaces", tested(other));
            assert!(
                known
                    .find_result(&request, "tree", Some("namespaces"))
                    .is_none()
            );
        }
    }
}

//! What checks said apart, kept by its key: the request, the fingerprint of the tree, the sandbox. Whoever asks for the same
//! later need not run it again.

use journal::Verdict;

use super::{Ran, Request};

/// Results of checks that ran apart.
#[derive(Debug, Default)]
pub(crate) struct KnownResults(Vec<Known>);

#[derive(Debug)]
struct Known {
    request: Request,
    sandbox: String,
    ran: Ran,
}

impl KnownResults {
    /// Keeps a result; one that acted, or ran on no tree, speaks of no tree and is not kept.
    pub(crate) fn keep(&mut self, request: &Request, sandbox: &str, ran: &Ran) {
        if ran.apart && !ran.acted && ran.tree.is_some() {
            self.0.push(Known { request: request.clone(), sandbox: sandbox.to_owned(), ran: ran.clone() });
        }
    }

    /// Returns what is known of the verdict on the tree of this fingerprint, in whatever sandbox.
    pub(crate) fn verdict(&self, request: &Request, tree: &str) -> Option<Verdict> {
        let same = |known: &&Known| known.ran.tree.as_deref() == Some(tree) && is_same(&known.request, request);
        self.0.iter().find(same).map(|known| known.ran.judgement.verdict)
    }

    /// Returns what a check said of the tree of this fingerprint in this sandbox.
    pub(crate) fn find(&self, request: &Request, tree: &str, sandbox: Option<&str>) -> Option<&Ran> {
        let same = |known: &&Known| {
            known.ran.tree.as_deref() == Some(tree)
                && Some(known.sandbox.as_str()) == sandbox
                && is_same(&known.request, request)
        };
        self.0.iter().find(same).map(|known| &known.ran)
    }
}

/// Returns whether two requests run the same and expect the same of it; what they are run for is for people.
pub(super) fn is_same(one: &Request, other: &Request) -> bool {
    one.script == other.script
        && one.folder == other.folder
        && one.expect == other.expect
        && one.kind == other.kind
        && one.step == other.step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_found_by_its_whole_key() {
        let request = Request::of_project("pytest -q", "first");
        let ran = Ran { tree: Some("tree".to_owned()), apart: true, ..Ran::not_run("pytest -q", "", "") };
        let mut known = KnownResults::default();
        known.keep(&request, "namespaces", &ran);
        let asked = Request::of_project("pytest -q", "again");
        assert!(known.find(&asked, "tree", Some("namespaces")).is_some());
        for (other, tree, sandbox) in [
            (asked.clone(), "other", Some("namespaces")),
            (asked.clone(), "tree", Some("landlock")),
            (asked.clone(), "tree", None),
            (Request::of_project("pytest", ""), "tree", Some("namespaces")),
            (Request { folder: "api".to_owned(), ..asked.clone() }, "tree", Some("namespaces")),
            (Request { step: true, ..asked.clone() }, "tree", Some("namespaces")),
            (Request { expect: plan::Expect::default(), ..asked }, "tree", Some("namespaces")),
        ] {
            assert!(known.find(&other, tree, sandbox).is_none(), "{other:?} {tree} {sandbox:?}");
        }
    }

    #[test]
    fn what_acted_or_ran_on_the_runs_own_overlay_is_not_kept() {
        let request = Request::of_project("pytest -q", "");
        let ran = Ran { tree: Some("tree".to_owned()), apart: true, ..Ran::not_run("pytest -q", "", "") };
        for other in
            [Ran { acted: true, ..ran.clone() }, Ran { apart: false, ..ran.clone() }, Ran { tree: None, ..ran }]
        {
            let mut known = KnownResults::default();
            known.keep(&request, "namespaces", &other);
            assert!(known.find(&request, "tree", Some("namespaces")).is_none());
        }
    }
}

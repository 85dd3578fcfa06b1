//! Decides whether what prose asks for can be in the change that a check failed without: a check speaks for the whole
//! change of its run, and an item whose own file, or the symbol it names, is not in that change was not carried out.

use std::collections::{BTreeMap, BTreeSet};

use journal::{Evidence, FoundEvidence, RunId, TestResult};
use plan::SentenceClass::{Context, Elsewhere, Forbid};
use plan::{Plan, Sentence};

use crate::check::{Difference, files_of_test};
use crate::identifiers::contains_identifier;
use crate::implement::{Change, Item, Passage, StepOutcome, code_spans};
use crate::run::RunContext;
use crate::stop::Stop;
use crate::understand::Assignment;
use crate::unit_work::UnitWork;

/// The files that runs changed for the plan.
#[derive(Debug, Default)]
pub(super) struct ChangedFiles {
    /// The paths that each run changed.
    by_run: BTreeMap<RunId, BTreeSet<String>>,
    /// The texts of each path, as it was and as it is, one after the other.
    texts: BTreeMap<String, String>,
}

impl ChangedFiles {
    /// Collects what this run and earlier ones wrote.
    pub(super) fn collect(work: &mut UnitWork<'_>, change: &Change) -> Result<Self, Stop> {
        let mut written = ChangedFiles::default();
        for (run, path) in work.run.recorder.written(&work.run.plan_name)? {
            written.by_run.entry(run).or_default().insert(path);
        }
        for path in written.by_run.values().flatten() {
            // A path that can't be read any more has no text.
            let text = work
                .workspace
                .tree
                .read_text(path)
                .ok()
                .flatten()
                .unwrap_or_default();
            written.texts.insert(path.clone(), text);
        }
        for file in &change.written {
            if let Some(before) = &file.before {
                written
                    .texts
                    .entry(file.path.clone())
                    .or_default()
                    .push_str(&String::from_utf8_lossy(&before.bytes));
            }
        }
        Ok(written)
    }

    /// Makes what one run changed, from paths and their texts.
    #[cfg(test)]
    pub(super) fn of_run(run: &str, files: &[(&str, &str)]) -> Self {
        let paths = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        let texts = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        ChangedFiles {
            by_run: BTreeMap::from([(RunId::from(run), paths)]),
            texts,
        }
    }

    /// Returns whether all that is left of an item, or was worked on for it, can be part of what the run changed that `failed`
    /// speaks of. A file of tests that is only named was there before, and its tests went from red to green.
    pub(super) fn may_hold(
        &self,
        item: &Item,
        (failed, passed): (&FoundEvidence, &Evidence),
        proof_context: (&RunContext, &Assignment),
    ) -> bool {
        let run = &failed.id.run;
        let mended =
            |path: &String| is_mended(path, &failed.evidence.result.tests, &passed.result.tests);
        let nothing = BTreeSet::new();
        let paths = self.by_run.get(run).unwrap_or(&nothing);
        let (context, _) = proof_context;
        // What must stay is held against the change elsewhere, and need not be in it.
        let speaks =
            |words: &Passage| asks_nothing(&context.plan, words) || self.speaks(words, paths);
        item.outcomes.iter().all(|step_outcome| match step_outcome {
            StepOutcome::Left(remainder) => {
                let (run, assignment) = proof_context;
                let about = assignment
                    .files
                    .iter()
                    .filter(|file| item.is_about(&run.plan, file, remainder));
                let mut own = about.filter_map(|file| file.path.as_ref());
                let named_alone = remainder.passage().is_none();
                own.all(|path| paths.contains(path) || named_alone && mended(path))
                    && remainder.passage().is_none_or(speaks)
            }
            StepOutcome::Worked {
                passage: Some(words),
                ..
            } => speaks(words),
            _ => true,
        })
    }

    /// Returns whether one of the symbols that words name stands in a changed file; words without symbols may mean any.
    fn speaks(&self, words: &Passage, paths: &BTreeSet<String>) -> bool {
        let named = code_spans(&words.text);
        let symbols: Vec<&str> = named
            .iter()
            .filter_map(|name| symbol_of_code(name))
            .collect();
        let texts: Vec<&String> = paths
            .iter()
            .filter_map(|path| self.texts.get(path))
            .collect();
        // `Dockerfile` is a name and a file.
        let is_file = |symbol: &str| {
            paths
                .iter()
                .any(|path| path.rsplit('/').next() == Some(symbol))
        };
        let stands = |symbol: &&str| {
            is_file(symbol) || texts.iter().any(|text| contains_identifier(text, symbol))
        };
        symbols.is_empty()
            || symbols.iter().any(stands)
                && joined_calls(&words.text)
                    .iter()
                    .all(|group| group.iter().all(|one| stands(&one.as_str())))
    }
}

/// Returns the symbols that words name in one breath as calls, "`foo()` (1) and `bar()`": one of them is not done without the
/// others. Each group has two or more.
fn joined_calls(words: &str) -> Vec<Vec<String>> {
    let pieces: Vec<&str> = words.split('`').collect();
    let called = |at: usize| {
        let code = pieces.get(at).filter(|code| code.contains('('))?;
        symbol_of_code(code.trim()).map(str::to_owned)
    };
    let mut groups: Vec<Vec<String>> = Vec::new();
    let mut open = false;
    for at in (1..pieces.len()).step_by(2) {
        let joined = open && plan::joins_both(pieces[at - 1]);
        let Some(symbol) = called(at) else {
            open = false;
            continue;
        };
        match groups.last_mut().filter(|_| joined) {
            Some(group) => group.push(symbol),
            None => groups.push(vec![symbol]),
        }
        open = true;
    }
    groups.retain(|group| group.len() > 1);
    groups
}

/// Returns whether a test of the file failed without the change and passes with it.
fn is_mended(path: &str, failed: &[TestResult], passed: &[TestResult]) -> bool {
    let difference = Difference::between(failed, passed).unwrap_or_default();
    difference
        .mended
        .iter()
        .any(|test| files_of_test(test).iter().any(|file| file == path))
}

/// Returns whether every sentence of a passage says what must stay, or asks for nothing.
fn asks_nothing(plan: &Plan, words: &Passage) -> bool {
    let inside =
        |one: &&Sentence| one.span.start < words.span.end && words.span.start < one.span.end;
    let mut sentences = plan
        .phases()
        .iter()
        .flat_map(|phase| &phase.sentences)
        .filter(inside)
        .peekable();
    sentences.peek().is_some()
        && sentences.all(|one| !one.open && matches!(one.class, Forbid | Context | Elsewhere))
}

/// Returns the last name of `total`, `Order.total`, `order.total()`; nothing for commands, files and other code.
fn symbol_of_code(code: &str) -> Option<&str> {
    let bare = code.split('(').next().unwrap_or(code);
    let is_name = |part: &str| {
        part.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
            && part
                .chars()
                .all(|letter| letter.is_alphanumeric() || letter == '_')
    };
    // `app.py` is a file, `config.yaml` another.
    let is_member = bare.starts_with(char::is_uppercase) || code.contains('(');
    let named = bare.split('.').all(is_name) && (is_member || !bare.contains('.'));
    named.then(|| bare.rsplit('.').next()).flatten()
}

#[cfg(test)]
mod tests {
    use journal::Verdict;

    use super::*;

    #[test]
    fn a_file_of_tests_that_is_only_named_needs_tests_that_went_from_red_to_green() {
        let tests = |verdict: Verdict| {
            let result = |name: &str, verdict| TestResult {
                name: name.to_owned(),
                verdict,
            };
            vec![
                result("tests/test_a.py::test_a", verdict),
                result("tests/test_b.py::test_b", Verdict::Passed),
            ]
        };
        let (failed, passed) = (tests(Verdict::Failed), tests(Verdict::Passed));
        assert!(is_mended("tests/test_a.py", &failed, &passed));
        assert!(!is_mended("tests/test_b.py", &failed, &passed));
        assert!(
            !is_mended("tests/test_a.py", &[], &passed),
            "no runner told of them"
        );
    }

    #[test]
    fn what_must_stay_is_no_work() {
        let text = "# X\n\n## Phase 1: A\n\n**File**: `app/a.py`\n\nKeep `B` as it is.\n\nMake `a` return 2. Keep `B` as it is.\n";
        let plan = plan::read(text.as_bytes()).expect("a plan");
        for (words, nothing) in [
            ("Keep `B` as it is.", true),
            ("Make `a` return 2. Keep `B` as it is.", false),
        ] {
            let start = text.find(&format!("\n{words}\n")).expect("it stands there") + 1;
            let passage = Passage {
                span: start..start + words.len(),
                line: 1,
                text: words.to_owned(),
            };
            assert_eq!(asks_nothing(&plan, &passage), nothing, "{words}");
        }
    }

    #[test]
    fn a_passage_is_carried_out_where_a_symbol_of_it_stands_in_a_changed_file() {
        let paths = BTreeSet::from(["app/a.py".to_owned(), "Dockerfile".to_owned()]);
        let written = ChangedFiles::of_run(
            "now",
            &[("app/a.py", "class Order:\n    def total(self): ...\n")],
        );
        for (text, carried) in [
            ("Make it round up.", true),
            ("Add `total` to it.", true),
            ("Add `Order.total()` to it.", true),
            ("Add `order.total()` as `Invoice` has it.", true),
            ("Add `count` to it.", false),
            ("Add `Order.count` to it.", false),
            ("Add `tot` to it.", false),
            ("Add `total()` (1) and `count()` (2).", false),
            ("Add `total()`, `count()`.", false),
            ("Add `total()` as `count()` has it.", true),
            ("Add `total()` and `Order`.", true),
            ("Write `app.yaml`.", true),
            ("Extend `Dockerfile`.", true),
            ("Run `make all`.", true),
        ] {
            let words = Passage {
                span: 0..text.len(),
                line: 1,
                text: text.to_owned(),
            };
            assert_eq!(written.speaks(&words, &paths), carried, "{text}");
        }
    }
}

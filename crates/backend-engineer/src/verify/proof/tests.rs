//! Tests of the proof of an item and of a box, in rows: a plan, what its checks say, what was seen without the change.

use std::fs;

use journal::{Basis, CheckResult, Condition, Evidence, EvidenceId, FoundEvidence, RunId};
use plan::Phase;

use super::*;
use crate::check::Kind;
use crate::check::{Judgement, Request};
use crate::implement::{Passage, PresentFiles, Remainder};
use crate::run::{RunOptions, RunRequest};
use crate::settings::{Flags, Settings, SettingsSources};
use crate::understand::{load_plan, understand};

const PLAN: &str = "\
# Limits

## Phase 1: A limit

- [ ] Make `limit` answer 20

### Success Criteria

#### Automated Verification:
- [ ] It holds: `python3 check.py`
- [ ] It lints: `python3 lint.py`
";

/// The run at work, and the tree on which its checks ran.
const NOW: &str = "20261201-120000-now";
const FINAL: &str = "final";

struct Scene {
    _folder: tempfile::TempDir,
    run: RunContext,
    assignment: Assignment,
    checks: Vec<Check>,
    evidence: Vec<FoundEvidence>,
    written: ChangedFiles,
    /// Other items of the unit.
    others: Vec<Item>,
}

impl Scene {
    /// A run of the plan whose two criteria say `verdicts`, each with its evidence.
    fn new(verdicts: [Verdict; 2]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        fs::write(folder.path().join("plan.md"), PLAN).unwrap();
        let root = folder.path().canonicalize().unwrap();
        let loaded = load_plan(&root.join("plan.md")).unwrap();
        let settings =
            Settings::from_sources(&root, &Flags::default(), &SettingsSources::default()).unwrap();
        let options = RunOptions {
            dry_run: true,
            ..RunOptions::default()
        };
        let run = RunContext::open(loaded, &root, settings, RunRequest::reading(options)).unwrap();
        let assignment = understand(&run.plan, &run.files, run.plan.phases()[0].id, true).unwrap();
        let mut scene = Scene {
            _folder: folder,
            run,
            assignment,
            checks: Vec::new(),
            evidence: Vec::new(),
            written: ChangedFiles::of_run(NOW, &[("app/limits.py", "def limit(): ...\n")]),
            others: Vec::new(),
        };
        for (index, verdict) in verdicts.into_iter().enumerate() {
            scene.checks.push(scene.check(index, verdict));
            let id = scene.see(index, Basis::Final, verdict);
            scene.checks[index].evidence = Some(id);
        }
        scene
    }

    fn phase(&self) -> &Phase {
        &self.run.plan.phases()[0]
    }

    fn check(&self, index: usize, verdict: Verdict) -> Check {
        let criterion = &self.phase().criteria[index];
        let script = self.phase().commands[criterion.commands[0]].text.clone();
        let judgement = Judgement {
            verdict,
            detail: format!("{verdict:?}"),
            limit: false,
        };
        let ran = CheckRun {
            judgement,
            tree: Some(FINAL.to_owned()),
            ..CheckRun::not_run(&script, "", "")
        };
        Check {
            unit: Some(self.phase().id),
            origin: Origin::Criterion(index),
            text: criterion.text.clone(),
            line: self.run.plan.location(criterion.span.start).line,
            kind: Kind::Other,
            ran,
            evidence: None,
            request: Some(Request::of_project(&script, "")),
        }
    }

    /// Records what a criterion's check said on a tree, and returns where.
    fn see(&mut self, index: usize, basis: Basis, verdict: Verdict) -> EvidenceId {
        let check = &self.checks[index];
        let tree = if basis == Basis::Final {
            FINAL
        } else {
            "without the change"
        };
        let run = RunId::from(NOW);
        let id = EvidenceId {
            run: run.clone(),
            seq: self.evidence.len() as u64 + 1,
        };
        let evidence = Evidence {
            subject: evidence::subject_of_observation(&self.run, &check.observation(&check.ran)),
            condition: Condition {
                basis,
                tree: Some(tree.to_owned()),
                sandbox: None,
            },
            result: CheckResult {
                verdict,
                exit: None,
                detail: String::new(),
                tests: Vec::new(),
                output: None,
            },
            run,
        };
        self.evidence.insert(
            0,
            FoundEvidence {
                id: id.clone(),
                evidence,
            },
        );
        id
    }

    /// Returns an item of the unit without a box.
    fn item(&self, step_outcomes: Vec<StepOutcome>) -> Item {
        Item {
            unit: self.phase().id,
            step: None,
            title: "An item".to_owned(),
            checkbox: None,
            line: 5,
            outcomes: step_outcomes,
        }
    }

    fn proof(&self, item: &Item, standing: &[&str]) -> Proof {
        let whole = standing.iter().map(|path| (*path).to_owned()).collect();
        let standing = PresentFiles {
            whole,
            ..PresentFiles::default()
        };
        let run = RunId::from(NOW);
        let search = EvidenceQuery {
            evidence: &self.evidence,
            run: Some(&run),
            first_tree: "first",
        };
        let (assignment, checks) = (&self.assignment, self.checks.as_slice());
        let written = &self.written;
        of_item(
            item,
            &ProofContext {
                run: &self.run,
                assignment,
                checks,
                standing: &standing,
                search,
                written,
                items: &self.others,
                unbound: &BTreeMap::new(),
                remaining: &[],
            },
        )
    }

    /// Returns the boxes of the plan, where its only item is `item`, in order: whether each is proven.
    fn boxes(&self, item: Item) -> Vec<bool> {
        let items = vec![self.proof(&item, &[])];
        let change = Change {
            items: vec![item],
            ..Change::default()
        };
        let mut verification = Verification {
            checks: self.checks.clone(),
            items,
            ..Verification::default()
        };
        verification.proofs = prove_boxes(&self.run, &self.assignment, &change, &verification);
        hold_back(&self.run, &self.assignment, &change, &mut verification);
        verification
            .proofs
            .iter()
            .map(|(_, proof)| matches!(proof, Proof::Proven(_)))
            .collect()
    }
}

fn prose() -> StepOutcome {
    let text = "Make `limit` answer 20".to_owned();
    StepOutcome::Left(Remainder::of_prose(Passage {
        span: 0..text.len(),
        line: 1,
        text,
    }))
}

fn worked() -> StepOutcome {
    StepOutcome::Worked {
        paths: vec!["app/limits.py".to_owned()],
        passage: None,
    }
}

fn placed(now: bool) -> StepOutcome {
    let placed = if now {
        PlacementOutcome::Now {
            how: String::new(),
            created: false,
        }
    } else {
        PlacementOutcome::Before
    };
    StepOutcome::Place(Placement {
        block: Some(0),
        sentence: None,
        path: Some("app/limits.py".to_owned()),
        line: 3,
        by: crate::understand::PlacedBy::Stated,
        placed,
    })
}

const PASSED: [Verdict; 2] = [Verdict::Passed, Verdict::Passed];

#[test]
fn prose_is_proven_by_a_check_that_fails_without_the_change_and_names_both() {
    let mut scene = Scene::new(PASSED);
    for step_outcome in [prose(), worked()] {
        let item = scene.item(vec![step_outcome]);
        assert!(
            matches!(scene.proof(&item, &[]), Proof::Open(_)),
            "a check that only passes proves no prose"
        );
    }
    let without = scene.see(1, Basis::Baseline, Verdict::Failed);
    let Proof::Proven(by) = scene.proof(&scene.item(vec![worked()]), &[]) else {
        panic!("it is proven")
    };
    let [
        ProvenBy::Change {
            without: named,
            basis: Basis::Baseline,
            with,
        },
    ] = by.as_slice()
    else {
        panic!("{by:?}");
    };
    assert_eq!(
        (named, &with.evidence),
        (&without, &scene.checks[1].evidence)
    );
}

#[test]
fn prose_of_which_nothing_is_in_the_change_is_not_proven_by_it() {
    let mut scene = Scene::new(PASSED);
    scene.see(1, Basis::Baseline, Verdict::Failed);
    let item = scene.item(vec![prose()]);
    assert!(
        matches!(scene.proof(&item, &[]), Proof::Proven(_)),
        "`limit` stands in what the run changed"
    );
    scene.written = ChangedFiles::of_run(NOW, &[("app/other.py", "def other(): ...\n")]);
    assert!(
        matches!(scene.proof(&item, &[]), Proof::Open(_)),
        "the change has no `limit`"
    );
    scene.written = ChangedFiles::of_run(
        "20261201-110000-old",
        &[("app/limits.py", "def limit(): ...\n")],
    );
    assert!(
        matches!(scene.proof(&item, &[]), Proof::Open(_)),
        "another run changed it"
    );
}

#[test]
fn prose_that_names_nothing_is_not_proven_while_a_file_of_its_unit_is_as_it_was() {
    let of_words = |text: &str| {
        StepOutcome::Left(Remainder::of_prose(Passage {
            span: 0..text.len(),
            line: 1,
            text: text.to_owned(),
        }))
    };
    let mut scene = Scene::new(PASSED);
    scene.see(1, Basis::Baseline, Verdict::Failed);
    let path = "app/other.py".to_owned();
    scene.assignment.files.push(crate::understand::NamedFile {
        unit: scene.phase().id,
        change: 0,
        written: path.clone(),
        path: Some(path.clone()),
        action: plan::Action::Modify,
        span: 0..0,
        obstacle: None,
        addressed: false,
    });
    let both = scene.item(vec![of_words("Both helpers are there")]);
    let named = scene.item(vec![of_words("`limit` is there")]);
    assert!(matches!(scene.proof(&both, &[]), Proof::Proven(_)));
    let left = StepOutcome::Left(Remainder::without_code(&path));
    scene.others = vec![scene.item(vec![left])];
    assert!(matches!(scene.proof(&both, &[]), Proof::Open(_)));
    assert!(matches!(scene.proof(&named, &[]), Proof::Proven(_)));
}

#[test]
fn prose_needs_all_of_its_units_checks() {
    for verdict in [Verdict::Failed, Verdict::NotChecked] {
        let mut scene = Scene::new([verdict, Verdict::Passed]);
        scene.see(1, Basis::Baseline, Verdict::Failed);
        let item = scene.item(vec![prose()]);
        assert!(
            matches!(scene.proof(&item, &[]), Proof::Open(OpenReason::Parts(_))),
            "{verdict:?}"
        );
    }
}

#[test]
fn code_of_the_plan_needs_to_stand_and_a_check_that_passes() {
    let scene = Scene::new([Verdict::NotChecked, Verdict::Passed]);
    let item = scene.item(vec![placed(true)]);
    let proven = scene.proof(&item, &["app/limits.py"]);
    assert!(
        matches!(&proven, Proof::Proven(by) if matches!(by.as_slice(), [ProvenBy::Code { changed: true, .. }, ProvenBy::Check(_)])),
        "{proven:?}"
    );
    assert_eq!(
        scene.proof(&item, &[]),
        Proof::Open(OpenReason::NoLongerThere("app/limits.py".to_owned()))
    );
    let none = Scene::new([Verdict::NotChecked, Verdict::Failed]);
    let item = none.item(vec![placed(false)]);
    assert_eq!(
        none.proof(&item, &["app/limits.py"]),
        Proof::Open(OpenReason::NoCheckPassed)
    );
    let mut without = Scene::new(PASSED);
    without.checks.clear();
    assert_eq!(
        without.proof(&item, &["app/limits.py"]),
        Proof::Open(OpenReason::NothingChecksIt)
    );
}

#[test]
fn a_box_is_proven_by_its_own_criterion() {
    let scene = Scene::new([Verdict::Passed, Verdict::Failed]);
    assert_eq!(
        scene.boxes(scene.item(vec![placed(true)])),
        [false, true, false]
    );
}

#[test]
fn criteria_wait_where_their_boxes_are_all_that_is_left_to_tick() {
    let mut scene = Scene::new(PASSED);
    // The only other box of the unit is proven, and yet an item without a box is not done.
    let unit = scene.phase().id;
    let boxed = scene.phase().checkboxes[0];
    let done = Item {
        unit,
        step: Some(0),
        title: String::new(),
        checkbox: Some(boxed),
        line: 5,
        outcomes: vec![worked()],
    };
    scene.see(0, Basis::TestsOnly, Verdict::Failed);
    assert_eq!(scene.boxes(done), [true, true, true]);
    scene.evidence.remove(0);
    assert_eq!(
        scene.boxes(scene.item(vec![prose()])),
        [false, true, true],
        "one box stays open for all to see"
    );
}

#[test]
fn what_is_withdrawn_says_why() {
    let scene = Scene::new(PASSED);
    let mut verification = Verification {
        items: vec![scene.proof(&scene.item(vec![placed(true)]), &["app/limits.py"])],
        ..Verification::default()
    };
    withdraw_proofs(&mut verification, &OpenReason::WeakenedTests);
    assert_eq!(verification.items, [Proof::Open(OpenReason::WeakenedTests)]);
}

#[test]
fn what_only_makes_or_moves_files_tells_nothing_of_code() {
    let ran = |script: &str| CheckRun::not_run(script, "", "");
    for script in [
        "mkdir -p app",
        "cd app && touch a.py",
        "cp .env.example .env",
        "rm -rf old",
        "echo done",
    ] {
        assert!(
            !super::by_checks::can_tell_of_code(&ran(script)),
            "{script}"
        );
    }
    for script in [
        "pytest -q",
        "mkdir -p out && pytest",
        "./check.sh",
        "verify-all",
        "grep -q x a.py",
        "python a.py",
    ] {
        assert!(super::by_checks::can_tell_of_code(&ran(script)), "{script}");
    }
}

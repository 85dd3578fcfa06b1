//! The list of codes, what counts as done before, and the trial in which each rule is tested.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::run::{RunOptions, RunRequest};

#[test]
fn codes_are_unique_and_explained() {
    let mut seen = BTreeSet::new();
    for code in list_all_codes() {
        assert!(seen.insert(code.name), "{} stands twice", code.name);
        assert!(
            code.explanation.contains("Fix it: "),
            "{} says not how to mend it",
            code.name
        );
        assert!(
            !code.summary.ends_with('.') && code.summary.len() < 80,
            "{}",
            code.summary
        );
    }
}

/// Every code that a step or the plan's reader gives is one that `explain` knows. In these files a text of small letters
/// and hyphens is a code, and nothing else is written so.
#[test]
fn every_code_that_is_told_is_in_the_list() {
    let known: BTreeSet<&str> = list_all_codes().map(|code| code.name).collect();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_code = |text: &&str| {
        text.contains('-')
            && text
                .split('-')
                .all(|word| !word.is_empty() && word.bytes().all(|one| one.is_ascii_lowercase()))
    };
    let mut told = BTreeSet::new();
    for path in [
        "src/understand.rs",
        "src/analyze.rs",
        "../plan/src/diagnostics.rs",
        "src/implement/literal.rs",
        "src/implement/placement.rs",
        "src/implement/files.rs",
        "src/implement/inspect.rs",
    ] {
        let text = fs::read_to_string(sources.join(path)).unwrap();
        let codes: Vec<_> = text.split('"').filter(is_code).map(str::to_owned).collect();
        assert!(
            !codes.is_empty(),
            "no code in {path}: where have they gone?"
        );
        told.extend(codes);
    }
    assert!(told.len() > 15, "{told:?}");
    let unknown: Vec<_> = told
        .iter()
        .filter(|code| !known.contains(code.as_str()))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// Returns what a review of the whole plan tells of `codes`, in a repository with `files`: a line each.
pub(super) fn findings_of_plan(codes: &[&str], files: &[(&str, &str)], plan: &str) -> Vec<String> {
    review_of(ReviewScope::Plan, codes, files, plan)
}

/// [`findings_of_plan`], of one unit or of all.
pub(super) fn review_of(
    extent: ReviewScope,
    codes: &[&str],
    files: &[(&str, &str)],
    plan: &str,
) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for (path, text) in files.iter().copied().chain([("plan.md", plan)]) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let loaded = crate::understand::load_plan(&root.join("plan.md")).unwrap();
    let mut units = loaded.plan.everything();
    if extent != ReviewScope::Plan {
        units = units.split_off(units.len() - 1);
    }
    let settings =
        crate::settings::Settings::from_sources(&root, &Default::default(), &Default::default())
            .unwrap();
    let options = RunOptions {
        dry_run: true,
        ..Default::default()
    };
    let run = RunContext::open(loaded, &root, settings, RunRequest::reading(options)).unwrap();
    let mut workspace = Workspace::new(&run);
    let findings = match extent {
        ReviewScope::Plan | ReviewScope::Units => {
            lint_plan(&run, &mut workspace, &units, extent).unwrap()
        }
        ReviewScope::Run => {
            let (assignment, _) = assignment_of(&run.plan, &run.files, units[0]).unwrap();
            let survey = analyze(&run, &mut workspace, &assignment).unwrap();
            let (assignment, survey, state) = (&assignment, &survey, &mut UnitState::default());
            let workspace = &mut workspace;
            review_unit(&mut UnitWork {
                run: &run,
                assignment,
                survey,
                workspace,
                state,
            })
            .unwrap()
        }
    };
    assert!(
        workspace.tree.pending().is_empty(),
        "a review leaves nothing staged"
    );
    let line = |one: &Finding| {
        let hint = one
            .hint
            .as_ref()
            .map(|hint| format!(" | {hint}"))
            .unwrap_or_default();
        format!("{}: {}{hint}", one.line.unwrap_or(0), one.message)
    };
    findings
        .iter()
        .filter(|one| codes.contains(&one.code))
        .map(line)
        .collect()
}

#[test]
fn what_an_earlier_unit_makes_is_there_in_the_whole_plan_and_missing_for_one_unit() {
    let plan =
        "# X\n\n## Phase 1: A\n\n- Create `app/a.py`\n\n## Phase 2: B\n\n- Modify `app/a.py`\n";
    assert_eq!(
        review_of(ReviewScope::Plan, &["file-missing"], &[], plan),
        [""; 0]
    );
    assert_eq!(
        review_of(ReviewScope::Units, &["file-missing"], &[], plan),
        [
            "9: `app/a.py` is to be modified, and is not there | Phase 1 makes it and is not done; implement it first."
        ]
    );
}

#[test]
fn a_run_is_told_what_it_does_not_tell_itself() {
    let plan = "# X\n\n## Phase 1: A\n\n- Modify `app/a.py`\n\n**File**: `app/b.py` (modify)\n\n```python\nA = 1\n```\n";
    assert_eq!(
        review_of(ReviewScope::Run, &["file-missing"], &[], plan).len(),
        1
    );
    assert_eq!(
        review_of(ReviewScope::Units, &["file-missing"], &[], plan).len(),
        2
    );
}

/// A plan whose first task changes two files and shows a block below some words.
fn between(files: [&str; 2], words: &str, block: &str) -> String {
    let language = if files[0].ends_with(".py") {
        "python"
    } else {
        "typescript"
    };
    let [one, other] = files;
    format!(
        "# X\n\n### Task 1: A\n\n**Files:**\n- Modify: `{one}`\n- Modify: `{other}`\n\n**Step 1: B**\n\n{words}\n\n\
         ```{language}\n{block}\n```\n"
    )
}

#[test]
fn of_several_files_the_one_that_alone_has_the_evidence_is_meant() {
    let python = ["app/one.py", "app/two.py"];
    let script = ["src/one.ts", "src/two.ts"];
    let cases = [
        (
            python,
            "A = 1\n",
            "def total(rows):\n    return sum(rows)\n",
            "In `total`, replace the result:",
            "def total(rows):\n    return 2",
            "it alone defines `total`, which the plan names",
        ),
        (
            python,
            "A = 1\n",
            "class Settings(Base):\n    name: str\n",
            "Add the setting:",
            "class Settings(Base):\n    # ... existing fields ...\n    limit: int = 3",
            "it alone defines `Settings`",
        ),
        (
            python,
            "A = 1\n",
            "class Store:\n    def rows(self):\n        return self.pool\n",
            "Add:",
            "    def first(self):\n        return self.rows()[0]",
            "it alone has the member `rows`",
        ),
        (
            script,
            "export const a = 1;\n",
            "export const router = Router();\n",
            "Add the route:",
            "router.post(\"/\", create);",
            "it alone binds `router`, which the block reads",
        ),
        (
            script,
            "export class Cart {\n  add() {}\n}\n",
            "export class Order {\n  pay() {}\n}\n",
            "Add to `Order.pay()`:",
            "this.paid = true;",
            "it alone defines `pay`, which the plan names",
        ),
    ];
    for (paths, one, other, words, block, why) in cases {
        let files = [(paths[0], one), (paths[1], other)];
        let found = findings_of_plan(
            &["file-identified", "block-between"],
            &files,
            &between(paths, words, block),
        );
        let wanted = format!("goes to `{}`: the file was identified: {why}", paths[1]);
        assert!(
            found.iter().any(|one| one.contains(&wanted))
                || found.is_empty() && refused(&files, paths, words, block),
            "{words}: {found:?}"
        );
    }
}

/// Returns whether the block was taken to the second file, and refused by what is there.
fn refused(files: &[(&str, &str)], paths: [&str; 2], words: &str, block: &str) -> bool {
    let found = findings_of_plan(
        &["ambiguous", "no-place", "unclear", "conflict"],
        files,
        &between(paths, words, block),
    );
    found
        .iter()
        .any(|one| one.contains(&format!("`{}`: would not be placed", paths[1])))
}

#[test]
fn where_nothing_or_two_things_decide_the_block_stays_between() {
    let paths = ["app/one.py", "app/two.py"];
    for (one, other, words, block) in [
        ("A = 1\n", "B = 1\n", "Add the constant:", "LIMIT = 3"),
        (
            "def total():\n    return 1\n",
            "def total():\n    return 1\n",
            "In `total`, replace:",
            "def total():\n    return 2",
        ),
    ] {
        let files = [(paths[0], one), (paths[1], other)];
        let found = findings_of_plan(
            &["file-identified", "block-between"],
            &files,
            &between(paths, words, block),
        );
        assert!(
            found.len() == 1
                && found[0].contains("the code may belong to app/one.py or app/two.py"),
            "{words}: {found:?}"
        );
    }
}

#[test]
fn a_path_that_the_unit_names_in_full_as_well_is_not_open() {
    let files = [
        ("apps/a/package.json", "{}"),
        ("apps/a/src/x.ts", ""),
        ("apps/b/package.json", "{}"),
        ("apps/b/src/x.ts", ""),
    ];
    let open = "# X\n\n## Task 1: Create `src/design/README.md`\n\nIt tells of the design.\n";
    assert_eq!(findings_of_plan(&["path-ambiguous"], &files, open).len(), 1);
    let named = format!("{open}\n**Files:**\n- Create: `apps/a/src/design/README.md`\n");
    assert_eq!(
        findings_of_plan(&["path-ambiguous"], &files, &named),
        [""; 0]
    );
}

#[test]
fn a_new_path_goes_to_the_only_package_that_has_its_folder() {
    let files = [
        ("apps/a/package.json", "{}"),
        ("apps/a/src/x.ts", ""),
        ("apps/b/package.json", "{}"),
        ("apps/b/src/hooks/x.ts", ""),
    ];
    let plan = "# X\n\n## Task 1: A\n\n- Create: `src/hooks/y.ts`\n";
    let found = findings_of_plan(&["path-ambiguous", "path-resolved"], &files, plan);
    assert!(
        matches!(found.as_slice(), [one] if one.contains("taken as `apps/b/src/hooks/y.ts`")),
        "{found:?}"
    );
}

#[test]
fn a_finished_plan_is_not_held_against_the_tree() {
    let plan = "# X\n\n> **Plan Status:** Completed\n\n## Task 1: A\n\n**Files:**\n- Modify: `app/gone.py`\n\n- [ ] **Step 1: Change it**\n";
    let found = findings_of_plan(&["file-missing", "plan-finished"], &[], plan);
    assert!(
        matches!(found.as_slice(), [one] if one.contains("the plan is marked `Completed`")),
        "{found:?}"
    );
}

#[test]
fn a_done_unit_is_left_alone() {
    let plan = "# X\n\n## Phase 1: A ✅\n\n- [x] Modify `app/a.py`\n";
    assert_eq!(findings_of_plan(&["file-missing"], &[], plan), [""; 0]);
}

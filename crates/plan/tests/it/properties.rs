//! What holds for every text: no panic, nothing lost, ticking is exact and settles.

use std::fs;
use std::path::Path;

use plan::{Action, Mark, Ticking, read, tick};
use proptest::prelude::*;

const PARTS: &[&str] = &[
    "# Plan\n",
    "## Phase 1: A\n",
    "### Task 2: `a/b.py`\n",
    "## Phase 1: A\n",
    "## Progress\n",
    "- [ ] box\n",
    "  - [x] 1.1 in `a.ts`\n",
    "- [ ]* 3.2 maybe\n",
    "> - [ ] quoted\n",
    "```python\n",
    "```\n",
    "~~~\n",
    "````md\n",
    "**Files:**\n",
    "- Create: `a/b.py:1-2`\n",
    "- Test: `t.py`\n",
    "**File**: `x/{a,b}.ts`\n",
    "Run: `pytest -q`\n",
    "Expected: FAIL with \"x\"\n",
    "| File | Action |\n",
    "|---|---|\n",
    "| `a.py` | new |\n",
    "<!-- ",
    "-->\n",
    "---\n",
    "\n",
    "\r\n",
    "\t",
    "    ",
    "text `un",
    "**bold",
    "☐ sign\n",
    "- ☐ sign\n",
    "1. [ ] one\n",
    "#### Automated Verification:\n",
    "第一阶段：甲\n",
    "## 阶段 2：乙\n",
    "\u{feff}",
    "$ cd x\n",
    "# Before\n",
    "# After\n",
    "<details>\n",
    "words\n",
    "===\n",
    "[x]: y\n",
    "é",
    "🟡",
];

fn jumble() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PARTS), 0..60).prop_map(|parts| parts.concat())
}

/// Lines that speak of `spared.py` and of parts of `kept.py`, and ask for neither to go or be changed as a whole.
const DENIALS: &[&str] = &[
    "Do not touch `lib/spared.py`.\n",
    "Add it without touching `lib/spared.py`:\n",
    "Never change `lib/spared.py`:\n",
    "Leave `lib/spared.py` as it is:\n",
    "`lib/spared.py` must not be changed:\n",
    "不要修改 `lib/spared.py`：\n",
    "`lib/spared.py`는 수정하지 마세요:\n",
    "`lib/spared.py` は変更しない:\n",
    "Añade la prueba sin tocar `lib/spared.py`:\n",
    "Adicione o teste sem alterar `lib/spared.py`:\n",
    "Ajouter le test sans modifier `lib/spared.py` :\n",
    "Ergänze den Test, ohne `lib/spared.py` zu ändern:\n",
    "Добавить тест, не изменяя `lib/spared.py`:\n",
    "- `lib/spared.py` — do not touch\n",
    "- 不要修改：`lib/spared.py`\n",
    "- Ne pas modifier : `lib/spared.py`\n",
    "Remove the local limit from `lib/kept.py`:\n",
    "- Modify: `lib/kept.py` — remove the local limit\n",
    "- Delete: the limit in `lib/kept.py`\n",
    "- Move: `LIMIT` from `lib/kept.py` to `lib/other.py`\n",
    "### Remove `lib/kept.py` exports?\n",
    "- [ ] **Step 1: Remove `lib/kept.py`?**\n",
    "- [ ] Remove `lib/kept.py`?\n",
    "- [ ] Delete or empty: `lib/kept.py`\n",
    "- [ ] Delete `lib/kept.py` if it is unused\n",
    "| `lib/kept.py` | remove endpoint |\n",
    "| File | Action |\n|---|---|\n",
    "**Files:**\n",
    "## Phase 1: A\n",
    "### Task 2: B\n",
    "- [ ] **Step 1: C**\n",
    "**File**: `lib/a.py`\n",
    "\n",
    "```python\nLIMIT = 1\n```\n",
    "words\n",
];

fn denials() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(DENIALS), 0..40)
        .prop_map(|lines| format!("## Phase 1: A\n{}", lines.join("\n")))
}

fn cases() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("plan.md"))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| fs::read_to_string(name).unwrap())
        .collect()
}

/// The passages of a unit cover it from its first byte to its last, and its sentences lie in order inside it.
fn covered(text: &str, unit: &plan::Phase) {
    let mut at = unit.span.start;
    for passage in &unit.passages {
        assert_eq!(passage.span.start, at, "{:?} of {text:?}", unit.passages);
        assert!(passage.span.end > at && text.get(passage.span.clone()).is_some());
        at = passage.span.end;
    }
    assert_eq!(at, unit.span.end.max(unit.span.start), "{text:?}");
    let mut before = unit.span.start;
    for sentence in &unit.sentences {
        assert!(
            sentence.span.start >= before && sentence.span.end <= unit.span.end,
            "{text:?}"
        );
        assert!(
            text[sentence.span.clone()]
                .chars()
                .any(char::is_alphanumeric)
        );
        before = sentence.span.end;
    }
}

/// Reads a text, and checks all that must hold for any.
fn check(text: &str) {
    let Ok(plan) = read(text.as_bytes()) else {
        return;
    };
    assert_eq!(plan.text(), text);
    plan.all().for_each(|unit| covered(text, unit));
    let mut marked = text.to_owned();
    for (index, one) in plan.checkboxes().iter().enumerate() {
        assert_eq!(one.id.0, index);
        assert_eq!(
            text[one.mark_span.clone()].chars().collect::<Vec<_>>(),
            [one.mark]
        );
        assert!(text.get(one.span.clone()).is_some());
        assert!(one.phase.is_none_or(|id| plan.phase(id).is_some()));
        let heading = one
            .phase
            .and_then(|id| plan.phase(id))
            .map_or(String::new(), |phase| phase.label.clone());
        let line = plan.location(one.mark_span.start).line;
        let wanted = Ticking {
            text: one.text.clone(),
            line,
            to: Mark::Ticked,
            heading,
        };
        if let Ok(after) = tick(&marked, std::slice::from_ref(&wanted)) {
            let changed = after
                .chars()
                .zip(marked.chars())
                .filter(|(new, old)| new != old)
                .count();
            assert!(changed <= 1 && after.chars().count() == marked.chars().count());
            assert_eq!(tick(&after, &[wanted]).unwrap(), after, "ticking twice");
            marked = after;
        }
    }
    for unit in plan.all() {
        assert!(text.get(unit.span.clone()).is_some() && text.get(unit.heading.clone()).is_some());
        for change in &unit.changes {
            assert!(text.get(change.span.clone()).is_some());
            assert!(change.blocks.iter().all(|at| *at < unit.blocks.len()));
        }
        for command in &unit.commands {
            assert!(text.get(command.span.clone()).is_some());
        }
        assert!(
            unit.criteria
                .iter()
                .flat_map(|one| &one.commands)
                .all(|at| *at < unit.commands.len())
        );
        let _ = plan.select(&unit.label);
    }
    assert!(
        plan.criteria()
            .iter()
            .flat_map(|one| &one.commands)
            .all(|at| *at < plan.commands().len())
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn any_text(text in "\\PC{0,300}") {
        check(&text);
    }

    #[test]
    fn any_jumble_of_markdown(text in jumble()) {
        check(&text);
    }

    #[test]
    fn no_denial_changes_a_file_and_none_is_removed_that_the_plan_does_not_state(text in denials()) {
        let plan = read(text.as_bytes()).unwrap();
        for unit in plan.all() {
            for change in &unit.changes {
                prop_assert!(change.path != "lib/spared.py", "{text}");
                prop_assert!(!matches!(change.action, Action::Delete | Action::Rename { .. }), "{change:?} of {text}");
            }
        }
    }

    #[test]
    fn any_cut_of_a_case(case in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(), length in 0_usize..200, put in jumble()) {
        let cases = cases();
        let text = case.get(&cases);
        let letters: Vec<char> = text.chars().collect();
        let at = cut.index(letters.len());
        let end = (at + length).min(letters.len());
        let mutated: String = letters[..at].iter().chain(&put.chars().collect::<Vec<_>>()).chain(&letters[end..]).collect();
        check(&mutated);
    }
}

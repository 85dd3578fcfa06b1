//! Which sentences beside a block ask for work that the block does not show.

use plan::{SentenceClass, Uncertainty};

/// Words of a task whose block defines `total` in `app/cart.py`, and those of them that are open.
const TASKS: &[(&str, &[&str])] = &[
    (
        "Return 404 when the cart does not exist.",
        &["Return 404 when the cart does not exist."],
    ),
    (
        "Cover the new function with a test.",
        &["Cover the new function with a test."],
    ),
    (
        "Do the same for `app/order.py`.",
        &["Do the same for `app/order.py`."],
    ),
    ("TODO: pagination.", &["TODO: pagination."]),
    (
        "- Reject empty carts with 422.",
        &["Reject empty carts with 422."],
    ),
    (
        "**Note**: Only admins may call this route.",
        &["**Note**: Only admins may call this route."],
    ),
    (
        "**Tests:**\n- `test_empty` — an empty cart costs nothing",
        &["`test_empty` — an empty cart costs nothing"],
    ),
    (
        "`RATES` becomes `[7, 19]`.",
        &["`RATES` becomes `[7, 19]`."],
    ),
    ("Add the same import.", &["Add the same import."]),
    (
        "Wire `total()` into `checkout`.",
        &["Wire `total()` into `checkout`."],
    ),
    (
        "Also cover `total` in the existing tests.",
        &["Also cover `total` in the existing tests."],
    ),
    // Words of the block in an order below it: they tell what the order is about, and do not show that it was followed.
    (
        "Note: carts are given as lists. Sum the total of a cart once and return it to every page.",
        &["Sum the total of a cart once and return it to every page."],
    ),
    ("Return the sum of the cart.", &[]),
    ("Use `sum` in `total`.", &[]),
    ("This keeps the sum in one place.", &[]),
    ("**Tests:**\n- None needed.", &[]),
    ("`total` returns `sum(cart)`.", &[]),
    ("Add `min` to `[db.pool]`:\n\n```toml\nmin = 2\n```", &[]),
    (
        "**File**: `app/one/__init__.py`\n**Changes**: Empty package marker.",
        &[],
    ),
    ("Do not touch `app/order.py`.", &[]),
    (
        "**Step 2: Add the `py.typed` marker**\n\nCreate `app/py.typed` (empty file):\n\n```\n```",
        &[],
    ),
];

#[test]
fn what_no_block_shows_is_open() {
    for (words, expected) in TASKS {
        let text = format!(
            "# Cart\n\n### Task 1: Cart\n\n**Files:**\n- Create: `app/cart.py`\n- Create: `app/py.typed`\n\n\
             **Step 1: Add the total**\n\n```python\ndef total(cart):\n    return sum(cart)\n```\n\n{words}\n"
        );
        let plan = plan::read(text.as_bytes()).unwrap();
        let sentences = plan
            .all()
            .flat_map(|unit| &unit.sentences)
            .filter(|sentence| sentence.open);
        let open: Vec<&str> = sentences
            .map(|sentence| &text[sentence.span.clone()])
            .collect();
        assert_eq!(open, *expected, "{words}");
    }
}

#[test]
fn the_same_import_is_that_of_an_earlier_block() {
    let text = "# Cart\n\n### Task 1: Cart\n\n**Files:**\n- Modify: `app/a.ts`\n- Modify: `app/b.ts`\n\n\
                **Step 1: `a.ts`**\n\nReplace `run` with:\n\n```ts\nconst run = () => total();\n```\n\n\
                Add the import:\n\n```ts\nimport { total } from './total';\n```\n\n\
                **Step 2: `b.ts`**\n\nReplace `go` with:\n\n```ts\nconst go = () => total();\n```\n\n\
                Add the same import.\n";
    let plan = plan::read(text.as_bytes()).unwrap();
    let phase = &plan.phases()[0];
    let last = phase.blocks.last().unwrap();
    assert_eq!(last.imports, ["import { total } from './total';"]);
    let open: Vec<_> = phase
        .sentences
        .iter()
        .filter(|sentence| sentence.open)
        .collect();
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn an_import_in_words_is_that_of_the_block_that_reads_it() {
    // The words, the imports of both blocks, and whether the sentence stays open.
    let rows = [
        (
            "Add `import json` with the other imports.",
            ["", "import json"],
            false,
        ),
        (
            "Add `import os` with the other imports.",
            ["import os", ""],
            false,
        ),
        ("Add `import uuid` with the other imports.", ["", ""], true),
    ];
    for (words, expected, open) in rows {
        let text = format!(
            "# Cart\n\n### Task 1: Cart\n\n**Files:**\n- Modify: `app/cart.py`\n\n\
             **Step 1: Save the cart**\n\n{words}\n\nAdd this helper:\n\n```python\n\
             def folder():\n    return os.getcwd()\n```\n\n\
             Replace `save` with:\n\n```python\ndef save(cart):\n    return json.dumps(cart)\n```\n"
        );
        let plan = plan::read(text.as_bytes()).unwrap();
        let phase = &plan.phases()[0];
        let imports = |at: usize| phase.blocks[at].imports.join("\n");
        assert_eq!([imports(0), imports(1)], expected, "{words}");
        let is_open = |sentence: &plan::Sentence| {
            sentence.open && text[sentence.span.clone()].contains(words)
        };
        assert_eq!(phase.sentences.iter().any(is_open), open, "{words}");
    }
}

#[test]
fn what_is_said_of_the_code_is_told_from_the_reason_for_it() {
    let rows = [
        ("It validates the cart first.", SentenceClass::Unclear),
        ("They expire after a day.", SentenceClass::Unclear),
        ("Оно проверяет скидку.", SentenceClass::Unclear),
        ("It returns the sum of the cart.", SentenceClass::DoShown),
        (
            "It is made by running `python3 tool.py`.",
            SentenceClass::Run,
        ),
        ("This keeps the module small.", SentenceClass::Context),
        ("This logs each call.", SentenceClass::Unclear),
        ("That also validates the cart.", SentenceClass::Unclear),
        ("This ensures that it stays small.", SentenceClass::Context),
        ("This returns the sum of the cart.", SentenceClass::DoShown),
    ];
    for (words, expected) in rows {
        let text = format!(
            "# Cart\n\n### Task 1: Cart\n\n**File**: `app/cart.py`\n\n```python\ndef total(cart):\n    return sum(cart)\n```\n\n{words}\n"
        );
        let plan = plan::read(text.as_bytes()).unwrap();
        let sentence = plan
            .all()
            .flat_map(|unit| &unit.sentences)
            .find(|one| text[one.span.clone()] == *words);
        assert_eq!(sentence.map(|one| one.class), Some(expected), "{words}");
    }
}

/// A sentence that begins with a condition or a place, and its class.
const CONDITIONS_AND_PLACES: &[(&str, SentenceClass)] = &[
    (
        "If the cart is empty, throw a `RangeError`.",
        SentenceClass::DoUnshown,
    ),
    (
        "If the file is larger than 5 MB, reject it with 413.",
        SentenceClass::DoUnshown,
    ),
    ("Return 404 if absent.", SentenceClass::DoUnshown),
    (
        "如果购物车不存在，抛出 `CartError`。",
        SentenceClass::DoUnshown,
    ),
    (
        "Si le panier est vide, renvoyer 404.",
        SentenceClass::DoUnshown,
    ),
    (
        "If `code` is given, validate the coupon.",
        SentenceClass::Unclear,
    ),
    (
        "If the cart is given, return `sum(cart)`.",
        SentenceClass::DoShown,
    ),
    // A colon parts a condition from its clause as a comma does.
    (
        "If the sum is negative: raise `ValueError`.",
        SentenceClass::DoUnshown,
    ),
    ("If needed: add a cache.", SentenceClass::Condition),
    (
        "If the package is missing, run `npm i`.",
        SentenceClass::Condition,
    ),
    (
        "If the test fails, check that the rows are numbers.",
        SentenceClass::Condition,
    ),
    (
        "If the test fails, return the old list.",
        SentenceClass::Condition,
    ),
    (
        "If the file does not exist, create it.",
        SentenceClass::Condition,
    ),
    (
        "If `app/store.py` holds a loader, move it here.",
        SentenceClass::Condition,
    ),
    ("If needed, add a cache.", SentenceClass::Condition),
    (
        "Update `a.ts` if needed — the change is small.",
        SentenceClass::Condition,
    ),
    (
        "Update `a.ts` if needed and add a cache.",
        SentenceClass::DoUnshown,
    ),
    ("Optionally, add a cache.", SentenceClass::Condition),
    // "In the …", and no denial.
    (
        "No módulo `views`, substituir `FLAG` por uma lista vazia.",
        SentenceClass::DoUnshown,
    ),
    (
        "No frontend, ajustar o rodapé para o novo texto.",
        SentenceClass::DoUnshown,
    ),
    (
        "No handler `views`, trocar o retorno por `[]`.",
        SentenceClass::DoUnshown,
    ),
    (
        "No exponer el campo, devolver la lista.",
        SentenceClass::Forbid,
    ),
    ("Nos testes, cobrir `version`.", SentenceClass::DoUnshown),
    (
        "No new dependencies, use the client of the module.",
        SentenceClass::Forbid,
    ),
    (
        "No tocar `views`, devolver la lista.",
        SentenceClass::Forbid,
    ),
];

#[test]
fn conditions_and_places_before_the_verb_are_read() {
    for &(words, expected) in CONDITIONS_AND_PLACES {
        let text = format!(
            "# Cart\n\n### Task 1: Cart\n\n**File**: `app/cart.py`\n\n```python\ndef total(cart):\n    return sum(cart)\n```\n\n{words}\n"
        );
        let plan = plan::read(text.as_bytes()).unwrap();
        let sentence = plan
            .all()
            .flat_map(|unit| &unit.sentences)
            .find(|one| text[one.span.clone()] == *words);
        assert_eq!(sentence.map(|one| one.class), Some(expected), "{words}");
    }
}

/// Words around a block, which stands for `{code}`, and what is uncertain of it.
const HALVES: &[(&str, Option<Uncertainty>)] = &[
    ("Replace:\n\n{code}", Some(Uncertainty::Unanswered)),
    (
        "Find and replace this:\n\n{code}",
        Some(Uncertainty::Unanswered),
    ),
    ("Replace:\n\n{code}\nwith:\n\n```ts\nreturn 2;\n```\n", None),
    (
        "Replace the following:\n\n{code}",
        Some(Uncertainty::Unanswered),
    ),
    (
        "It now looks like this and is to be replaced:\n\n{code}",
        Some(Uncertainty::Unanswered),
    ),
    (
        "This must be changed:\n\n{code}",
        Some(Uncertainty::Unanswered),
    ),
    (
        "Change this function:\n\n{code}",
        Some(Uncertainty::MayBeOld),
    ),
    (
        "We have to update this function:\n\n{code}",
        Some(Uncertainty::MayBeOld),
    ),
    (
        "Il nous faut modifier cette fonction :\n\n{code}",
        Some(Uncertainty::MayBeOld),
    ),
    (
        "This function gets rewritten:\n\n{code}",
        Some(Uncertainty::MayBeOld),
    ),
    ("Add this helper, which will replace `old`:\n\n{code}", None),
    ("Add this helper to replace that function:\n\n{code}", None),
    (
        "Modify the function below:\n\n{code}",
        Some(Uncertainty::MayBeOld),
    ),
    ("修改下面的函数：\n\n{code}", Some(Uncertainty::MayBeOld)),
    (
        "Change the following:\n\n{code}\nto:\n\n```ts\nreturn 2;\n```\n",
        None,
    ),
    ("Replace it with:\n\n{code}", None),
    ("Make this change:\n\n{code}", None),
    ("Change `f` to the following:\n\n{code}", None),
    ("Replace the function with this:\n\n{code}", None),
    ("Add the following function:\n\n{code}", None),
];

#[test]
fn what_is_to_be_replaced_needs_another_half() {
    let code = "```ts\nreturn 1;\n```\n";
    for (words, expected) in HALVES {
        let words = words.replace("{code}", code);
        let text = format!("# Cart\n\n### Task 1: Cart\n\n**File**: `app/cart.ts`\n\n{words}");
        let plan = plan::read(text.as_bytes()).unwrap();
        assert_eq!(plan.phases()[0].blocks[0].uncertain, *expected, "{words}");
    }
}

/// The worked example at the head of `sentences.rs`.
#[test]
fn each_sentence_of_the_worked_example_has_its_class() {
    let expected = [
        ("This keeps the module small.", SentenceClass::Context),
        ("Add `total` to the cart.", SentenceClass::DoShown),
        ("Log each call of `checkout`.", SentenceClass::DoUnshown),
        ("Do not touch `app/store.py`.", SentenceClass::Forbid),
        ("Ask the owner for the tax rate.", SentenceClass::Person),
    ];
    let words = expected.map(|(words, _)| words).join("\n\n");
    let text = format!(
        "## Task 1: Cart\n\n**File:** `app/cart.py`\n\n{words}\n\n```python\ndef total(cart):\n    return sum(cart)\n```\n"
    );
    let plan = plan::read(text.as_bytes()).unwrap();
    let found: Vec<(&str, SentenceClass)> = plan.phases()[0]
        .sentences
        .iter()
        .map(|one| (&text[one.span.clone()], one.class))
        .filter(|(words, _)| expected.iter().any(|(known, _)| known == words))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_name_that_the_plan_shows_as_code_elsewhere_is_asked_for() {
    let plan_of = |asked: &str| {
        format!(
            "# Cart\n\n### Task 1: Rates\n\n**File**: `app/rates.ts`\n\n```ts\nexport function taxRate() {{\n  return 7;\n}}\n```\n\n\
             ### Task 2: Total\n\n**File**: `app/total.ts`\n\n{asked} Keep it short.\n\n```ts\nexport function total(cart) {{\n  return sum(cart);\n}}\n```\n"
        )
    };
    for (asked, is_open) in [
        ("Change the total to use the taxRate helper.", true),
        ("Change the total to use the sum helper.", false),
        ("Change the total for the JavaScript client.", false),
    ] {
        let text = plan_of(asked);
        let plan = plan::read(text.as_bytes()).unwrap();
        let mut sentences = plan.phases()[1].sentences.iter();
        let found =
            sentences.any(|sentence| sentence.open && &text[sentence.span.clone()] == asked);
        assert_eq!(found, is_open, "{asked}");
    }
}

/// What may stand below a block that shows `total`, and what of it is left open or unclear.
const BELOW: &[(&str, &[&str])] = &[
    (
        "| Case | Answer |\n|---|---|\n| no stock | 409 |",
        &["no stock | 409"],
    ),
    (
        "| 情况 | 响应 |\n|---|---|\n| 无库存 | 409 |",
        &["无库存 | 409"],
    ),
    (
        "#### Also reject duplicates with 409",
        &["Also reject duplicates with 409"],
    ),
    (
        "#### Rechazar duplicados con 409",
        &["Rechazar duplicados con 409"],
    ),
    (
        "#### Ausgabe für 60 Sekunden zwischenspeichern",
        &["Ausgabe für 60 Sekunden zwischenspeichern"],
    ),
    ("Cache for 60 s.", &["Cache for 60 s."]),
    ("缓存 60 秒。", &["缓存 60 秒。"]),
    ("Timeout: 5 s.", &["Timeout: 5 s."]),
    (
        "Indexes: `orders(user_id)`",
        &["Indexes: `orders(user_id)`"],
    ),
    (
        "Backwards compatible: the old name stays as an alias.",
        &["Backwards compatible: the old name stays as an alias."],
    ),
    (
        "| Name | Meaning |\n|---|---|\n| `total` | the sum of a cart |",
        &[],
    ),
    (
        "| Decision | Rationale |\n|---|---|\n| function | no state |",
        &[],
    ),
    (
        "| File | Action |\n|---|---|\n| `app/cart.py` | Modify |",
        &[],
    ),
    ("#### Notes", &[]),
    ("#### Export `total`", &[]),
    ("#### Retry three times\n\nThis is what `total` does.", &[]),
    ("The order stays the same.", &[]),
];

#[test]
fn what_stands_below_a_block_is_no_sentence_and_counts() {
    for (below, expected) in BELOW {
        let text = format!(
            "# Cart\n\n## Phase 1: Cart\n\n### Changes Required\n\n**File**: `app/cart.py`\n\n\
             ```python\ndef total(cart):\n    return sum(cart)\n```\n\n{below}\n\n### Success Criteria\n\n\
             - [ ] It loads: `python3 -m app.cart`\n"
        );
        let plan = plan::read(text.as_bytes()).unwrap();
        let left = plan
            .all()
            .flat_map(|unit| &unit.sentences)
            .filter(|one| one.open || one.class == SentenceClass::Unclear);
        let left: Vec<&str> = left.map(|one| &text[one.span.clone()]).collect();
        assert_eq!(left, *expected, "{below}");
    }
}

/// Words above a block in a task that lists `src/orders.ts`, and the file of the block.
const LEADS: &[(&str, Option<&str>)] = &[
    (
        "`src/users.ts` will call it later. Add to the service:",
        None,
    ),
    ("`src/users.ts` wird sie später aufrufen. Ergänze:", None),
    ("`src/users.ts` lo llamará más tarde. Añade:", None),
    ("`src/users.ts` 之后会调用它。添加：", None),
    (
        "`src/orders.ts` needs a counter. Add:",
        Some("src/orders.ts"),
    ),
    ("`src/users.ts` (the caller). Add:", Some("src/users.ts")),
    ("In `src/users.ts`, add:", Some("src/users.ts")),
    ("Hands off `src/users.ts`.", None),
    ("Finger weg von `src/users.ts`!", None),
    ("Todavía manda `src/users.ts`.", None),
    ("Then the caller, `src/users.ts`.", Some("src/users.ts")),
    ("It goes to `src/users.ts`.", Some("src/users.ts")),
    ("**iv) `src/users.ts`:**", Some("src/users.ts")),
    ("**(d) `src/users.ts`:**", Some("src/users.ts")),
];

#[test]
fn a_file_that_is_only_told_of_gets_no_block() {
    for (lead, expected) in LEADS {
        let text = format!(
            "# Count\n\n### Task 1: Count on the `/orders/` page\n\n**Files:**\n- Modify: `src/orders.ts`\n\n\
             - [ ] **Step 1: Count**\n\n{lead}\n\n```ts\nexport const count = () => 1;\n```\n"
        );
        let plan = plan::read(text.as_bytes()).unwrap();
        let unit = plan.all().next().unwrap();
        let file = match unit.blocks[0].file {
            plan::FileOf::Change(at) => Some(unit.changes[at].path.as_str()),
            _ => None,
        };
        assert_eq!(file, *expected, "{lead}");
        // The route in the title is no folder to be changed.
        assert!(
            unit.changes.iter().all(|one| one.path != "orders/"),
            "{lead}"
        );
    }
}

#[test]
fn what_stands_above_a_block_is_held_against_it() {
    // The words above the block, and whether they are left to be told of.
    let rows = [
        ("Send a welcome mail after sign-up.", true),
        ("Every write is recorded in the audit table.", true),
        ("Only admins may call it.", true),
        (
            "- Write the result to the audit log\n- Create the item",
            true,
        ),
        ("**Intent**: Rate-limit it to 10 per minute.", true),
        ("Create the item and return it.", false),
        ("**Location**: the end of the module", false),
        ("Add the helper:", false),
    ];
    for (words, told) in rows {
        let text = format!(
            "# P\n\n## Phase 1: Create\n\n**File**: `app/beta.py`\n\n{words}\n\n\
             ```python\ndef create(item):\n    return item\n```\n"
        );
        let plan = plan::read(text.as_bytes()).unwrap();
        let mut sentences = plan.all().flat_map(|unit| &unit.sentences);
        let left = sentences.any(|one| one.open || one.class == SentenceClass::Unclear);
        assert_eq!(left, told, "{words}");
    }
}

/// A line before a block speaks of the block: a list behind that stands for itself.
#[test]
fn a_condition_above_a_block_ends_with_the_block() {
    let text = "# Cart\n\n### Task 1: Cart\n\n**File**: `app/cart.py`\n\n- [ ] **Step 1: Test it**\n\n\
                If it does not exist yet, create `tests/conftest.py`:\n\n```python\nimport pytest\n```\n\n\
                - [ ] **Step 2: Log every read in `app/main.py`**\n\n\
                - [ ] **Step 3: Run it**\n\nRun: `pytest`\n";
    let plan = plan::read(text.as_bytes()).unwrap();
    let mut found = plan.all().flat_map(|unit| &unit.sentences);
    let log = found.find(|one| text[one.span.clone()].contains("Log every read"));
    assert_eq!(log.map(|one| one.class), Some(SentenceClass::DoUnshown));
}

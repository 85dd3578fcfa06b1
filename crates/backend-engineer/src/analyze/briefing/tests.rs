//! A briefing of a small tree: its parts, its budget.

use super::*;
use std::fs;

use crate::understand::understand;

const PLAN: &str = "# Orders\n\n## Phase 1: Users\n\n**File**: `app/routes/users.py` (new)\n\nAdd `GET /orders/{id}` beside it, on the model Order.\n\n## Phase 2: Rest\n\n**File**: `app/main.py`\n";

fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut large = String::from("from app.core.db import session\n\n");
    large.push_str("def f_named(a: int) -> int:\n    return a\n\n\n");
    for number in 0..200 {
        large.push_str(&format!(
            "def f{number}(a: int) -> int:\n    return a\n\n\n"
        ));
    }
    for (path, text) in [
        (
            "app/routes/orders.py",
            "from app.core.db import session\n\n\ndef orders():\n    return session\n",
        ),
        ("app/routes/large.py", large.as_str()),
        ("app/core/db.py", "session = 1\n"),
        ("app/main.py", "import app\n"),
        (".env", "SECRET=1\n"),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn brief(plan: &str, unit: usize, budget: usize) -> Briefing {
    let folder = tree();
    let plan = plan::read(plan.as_bytes()).unwrap();
    let files = Files::new(crate::facts::TreeFacts::new(folder.path(), None));
    let assignment = understand(&plan, &files, plan::PhaseId(unit), true).unwrap();
    let route = |method: &str, path: &str| survey::Route {
        method: method.to_owned(),
        path: path.to_owned(),
        handler: "one".to_owned(),
        file: "app/routes/orders.py".to_owned(),
        line: 4,
        guards: vec!["login".to_owned()],
        origin: survey::RouteOrigin::Project,
    };
    let id = survey::Column {
        name: "id".to_owned(),
        kind: "Integer".to_owned(),
        primary: true,
        ..Default::default()
    };
    let entity = survey::Entity {
        table: "orders".to_owned(),
        model: "Order".to_owned(),
        file: "app/models.py".to_owned(),
        line: 7,
        columns: vec![id],
    };
    let code = survey::Survey {
        routes: vec![
            route("GET", "/api/orders/{order_id}"),
            route("GET", "/api/health"),
            route("PUT", "/api/orders/{order_id}"),
            route("POST", "/api/orders"),
            survey::Route {
                guards: Vec::new(),
                handler: "drop".to_owned(),
                ..route("DELETE", "/api/orders/{order_id}")
            },
        ],
        entities: vec![entity],
        ..Default::default()
    };
    let mut tree = Tree::at(folder.path());
    let mut context = BriefingContext {
        plan: &plan,
        plan_inside: None,
        assignment: &assignment,
        files: &files,
        tree: &mut tree,
        code: &code,
    };
    build_briefing(&mut context, budget)
}

#[test]
fn a_new_file_comes_with_its_model_tables_and_routes() {
    insta::assert_snapshot!(brief(PLAN, 0, BUDGET).to_text());
}

#[test]
fn a_large_file_is_outlined_and_a_small_one_shown_whole() {
    let plan = "# X\n\n## Phase 1: Change\n\n- Modify `app/routes/large.py`\n- Modify `app/routes/orders.py`\n- Modify `.env`\n";
    let text = brief(plan, 0, BUDGET).to_text();
    assert!(
        text.contains("### app/routes/large.py (modify, plan line 5): outline of 806 lines"),
        "{text}"
    );
    assert!(
        text.contains("   7  def f0(a: int) -> int\n") && !text.contains("return a\n"),
        "{text}"
    );
    assert!(text.contains("   5      return session"), "{text}");
    assert!(!text.contains("SECRET"), "{text}");
}

#[test]
fn what_the_plan_speaks_of_in_a_large_file_is_shown_whole() {
    let plan = "# X\n\n## Phase 1: Change\n\n**Files:**\n- Modify: `app/routes/large.py:701-702`\n\nLet `f_named` do more.\n";
    let text = brief(plan, 0, BUDGET).to_text();
    assert!(
        text.contains("   3  def f_named(a: int) -> int:\n   4      return a\n"),
        "{text}"
    );
    assert!(text.contains(" 704      return a\n"), "{text}");
    assert!(!text.contains(" 504      return a\n"), "{text}");
}

#[test]
fn a_briefing_keeps_to_its_budget_and_says_what_it_leaves_out() {
    for budget in [150, 400, 1_000, 4_000] {
        let briefing = brief(PLAN, 0, budget);
        assert!(
            briefing.tokens() <= budget,
            "{} > {budget}:\n{}",
            briefing.tokens(),
            briefing.to_text()
        );
    }
    assert!(
        brief(PLAN, 0, 150)
            .to_text()
            .contains("Left out for want of room: ")
    );
    assert_eq!(
        brief(PLAN, 0, 1_000).to_text(),
        brief(PLAN, 0, 1_000).to_text()
    );
}

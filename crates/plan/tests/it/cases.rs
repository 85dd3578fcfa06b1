//! Every folder under `tests/cases` holds a plan and what it reads to. With
//! `UPDATE_CASES=1` in the environment, the expectations are written anew.

use std::fs;
use std::path::Path;

use crate::render::render;

#[test]
fn plans_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    assert!(names.len() >= 25, "the cases are missing");
    let mut wrong = Vec::new();
    for case in names {
        let plan = plan::read(&fs::read(case.join("plan.md")).unwrap()).unwrap();
        assert_eq!(
            plan.text().as_bytes(),
            fs::read(case.join("plan.md")).unwrap(),
            "{} is not lossless",
            case.display()
        );
        let shown = render(&plan);
        let expected = case.join("expected.txt");
        if update {
            fs::write(&expected, &shown).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != shown {
            wrong.push(format!("--- {}\n{shown}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

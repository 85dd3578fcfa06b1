//! Cases as folders: what stands, what is asked, and what comes of it.

use std::fs;
use std::path::{Path, PathBuf};

use graft::{Applied, Graft};
use serde_json::Value;

/// One folder: `case.json` says what is asked, `before` and `after` are the file's text.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) before: Option<String>,
    pub(crate) asked: Value,
    folder: PathBuf,
}

impl Case {
    pub(crate) fn text(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(file)).ok()
    }

    pub(crate) fn path(&self) -> &str {
        self.asked["path"].as_str().unwrap_or_default()
    }
}

/// All cases below a folder of `tests/cases`.
pub(crate) fn all(kind: &str) -> Vec<Case> {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(kind);
    collect(&root, &root, &mut found);
    found.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(!found.is_empty(), "no cases in {}", root.display());
    found
}

fn collect(root: &Path, folder: &Path, into: &mut Vec<Case>) {
    if let Ok(asked) = fs::read_to_string(folder.join("case.json")) {
        into.push(Case {
            name: folder
                .strip_prefix(root)
                .unwrap_or(folder)
                .display()
                .to_string(),
            before: fs::read_to_string(folder.join("before")).ok(),
            asked: serde_json::from_str(&asked)
                .unwrap_or_else(|error| panic!("{}: {error}", folder.display())),
            folder: folder.to_owned(),
        });
        return;
    }
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for path in entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
    {
        collect(root, &path, into);
    }
}

/// Runs every case of a kind and says of all at once what was not as expected.
pub(crate) fn check(kind: &str, run: impl Fn(&Case, Option<&str>) -> Graft) {
    let faults: Vec<String> = all(kind)
        .iter()
        .filter_map(|case| {
            let answer = run(case, case.before.as_deref());
            fault(case, &answer, &run).map(|fault| format!("{}: {fault}", case.name))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn fault(
    case: &Case,
    answer: &Graft,
    run: impl Fn(&Case, Option<&str>) -> Graft,
) -> Option<String> {
    if let Some(reason) = case.asked["refuses"].as_str() {
        return match answer {
            Graft::Refused(refusal) if format!("{:?}", refusal.reason) == reason => None,
            other => Some(format!("should refuse as {reason}, but: {other:?}")),
        };
    }
    if case.asked["already"].as_bool() == Some(true) {
        return (*answer != Graft::AlreadyApplied)
            .then(|| format!("should stand already, but: {answer:?}"));
    }
    let Graft::Applied(applied) = answer else {
        return Some(format!("should apply, but: {answer:?}"));
    };
    let wanted = case
        .text("after")
        .unwrap_or_else(|| panic!("{}: no after", case.name));
    if applied.text != wanted {
        return Some(format!("wanted:\n{wanted}\ngot:\n{}", applied.text));
    }
    if let Some(fault) = unfaithful(case.before.as_deref().unwrap_or_default(), applied) {
        return Some(fault);
    }
    match run(case, Some(&applied.text)) {
        Graft::Applied(_) => Some("applies again to its own result".to_owned()),
        Graft::AlreadyApplied | Graft::Refused(_) => None,
    }
}

/// What is wrong with the edits, which must lead from the old text to the new one.
pub(crate) fn unfaithful(before: &str, applied: &Applied) -> Option<String> {
    let mut text = String::new();
    let mut at = 0;
    for edit in &applied.edits {
        let (Some(kept), Some(_)) = (before.get(at..edit.old.start), before.get(edit.old.clone()))
        else {
            return Some(format!("edit {:?} is out of place", edit.old));
        };
        text.push_str(kept);
        text.push_str(&edit.new);
        at = edit.old.end;
    }
    text.push_str(&before[at..]);
    (text != applied.text).then(|| "the edits don't lead to the new text".to_owned())
}

//! Speaks the line protocol of the scoring scripts: one JSON case a line in, one answer a line out.
//!
//! A case holds `id`, `path`, `before` and one of `snippet` (with `prose`), `edits` or `diff`; the answer holds
//! `id`, `out` (the new text, or null where nothing may be changed) and `reason`.

use std::io::{self, BufRead, Write};

use graft::{Context, File, Graft, Intent, Replacement, Snippet};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let case: Value = serde_json::from_str(&line)?;
        writeln!(output, "{}", answer(&case))?;
    }
    Ok(())
}

fn answer(case: &Value) -> Value {
    let before = case["before"].as_str();
    let (out, reason) = match place(case, before) {
        Graft::Applied(applied) => {
            let evidence: Vec<String> = applied.evidence.into_iter().map(|one| one.0).collect();
            (Some(applied.text), evidence.join("; "))
        }
        Graft::AlreadyApplied => (before.map(str::to_owned), "already applied".to_owned()),
        Graft::Refused(refusal) => (None, format!("{:?}: {}", refusal.reason, refusal.message)),
    };
    json!({ "id": case["id"], "out": out, "reason": reason })
}

fn place(case: &Value, before: Option<&str>) -> Graft {
    let path = case["path"].as_str().unwrap_or_default();
    if let Some(diff) = case["diff"].as_str() {
        return graft::apply_diff(before, diff, path);
    }
    if let Some(edits) = case["edits"].as_array() {
        let edits: Vec<Replacement<'_>> = edits.iter().map(replacement).collect();
        return graft::apply_edits(before.unwrap_or_default(), &edits);
    }
    let snippet = Snippet {
        text: case["snippet"].as_str().unwrap_or_default(),
        language: text(case, &["language", "lang"]),
    };
    // A reader of plans leaves out those that the words deny.
    let spelled = text(case, &["prose"])
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| code.contains("import "));
    let imports: Vec<String> = spelled.map(str::to_owned).collect();
    let context = Context {
        imports: &imports,
        prose: case["prose"].as_str().unwrap_or_default(),
        intent: match case["intent"].as_str() {
            Some("create") => Intent::Create,
            Some("modify") => Intent::Modify,
            Some("replace") => Intent::Replace,
            _ => Intent::Unstated,
        },
        lines: None,
        current: case["current"].as_str(),
        ..Context::default()
    };
    graft::apply(&File { path, text: before }, &snippet, &context)
}

fn replacement(edit: &Value) -> Replacement<'_> {
    Replacement {
        old: text(edit, &["search", "old", "old_string"]),
        new: text(edit, &["replace", "new", "new_string"]),
        all: edit["replace_all"].as_bool().unwrap_or(false),
    }
}

fn text<'a>(value: &'a Value, names: &[&str]) -> &'a str {
    names
        .iter()
        .find_map(|name| value[*name].as_str())
        .unwrap_or_default()
}

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;

#[test]
fn codes_are_unique_and_explained() {
    let mut seen = BTreeSet::new();
    for code in codes() {
        assert!(seen.insert(code.name), "{} stands twice", code.name);
        assert!(code.explanation.contains("Mend it: "), "{} says not how to mend it", code.name);
        assert!(!code.summary.ends_with('.') && code.summary.len() < 80, "{}", code.summary);
    }
}

/// Every code that a step or the plan's reader gives is one that `explain` knows.
#[test]
fn every_code_that_is_told_is_in_the_list() {
    let known: BTreeSet<&str> = codes().map(|code| code.name).collect();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut told = Vec::new();
    for (path, opening) in [
        ("src/understand.rs", "say(\""),
        ("src/understand.rs", "finding(plan, \""),
        ("src/analyze.rs", "say(plan, \""),
        ("src/analyze.rs", "finding(plan, \""),
        ("../plan/src/diagnostics.rs", "said(\""),
    ] {
        let text = fs::read_to_string(sources.join(path)).unwrap();
        told.extend(text.split(opening).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
    }
    assert!(told.len() > 6, "{told:?}");
    let unknown: Vec<_> = told.iter().filter(|code| !known.contains(code.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

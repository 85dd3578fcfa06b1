//! Any bytes as a file and a block: no panic, edits that lead to the new text, no second change.
//!
//! The first byte chooses what is asked and for which file name; the rest is text, block and prose, parted by zeros.

#![no_main]

use graft::{Applied, Context, File, Graft, Snippet};
use libfuzzer_sys::fuzz_target;

const PATHS: [&str; 17] = [
    "package.json",
    "pyproject.toml",
    "compose.yml",
    ".env",
    "requirements.txt",
    "Dockerfile",
    "schema.prisma",
    "schema.graphql",
    "a.sql",
    "a.html",
    "README.md",
    "Makefile",
    ".gitignore",
    "a.py",
    "a.ts",
    "a.tsx",
    "a.js",
];

fuzz_target!(|data: &[u8]| {
    let Some((&choice, rest)) = data.split_first() else { return };
    let Ok(rest) = std::str::from_utf8(rest) else { return };
    let mut parts = rest.splitn(3, '\0');
    let (text, block, prose) =
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    check(text, |text| ask(choice, text, block, prose));
});

fn ask(choice: u8, text: &str, block: &str, prose: &str) -> Graft {
    match usize::from(choice) % (PATHS.len() + 3) {
        0 => graft::apply_diff(Some(text), block, "x"),
        1 => graft::replace(text, block, prose, false),
        2 => graft::replace(text, block, prose, true),
        path => {
            let file = File { path: PATHS[path - 3], text: Some(text) };
            let context = Context { prose, ..Context::default() };
            graft::apply(&file, &Snippet { text: block, language: "" }, &context)
        }
    }
}

fn check(text: &str, ask: impl Fn(&str) -> Graft) {
    let Graft::Applied(applied) = ask(text) else { return };
    assert_eq!(rebuilt(text, &applied), applied.text, "the edits don't lead to the new text");
    if let Graft::Applied(again) = ask(&applied.text) {
        panic!("applied again:\n{}\nthen:\n{}", applied.text, again.text);
    }
}

fn rebuilt(text: &str, applied: &Applied) -> String {
    let mut out = String::new();
    let mut at = 0;
    for edit in &applied.edits {
        out.push_str(&text[at..edit.old.start]);
        out.push_str(&edit.new);
        at = edit.old.end;
    }
    out + &text[at..]
}

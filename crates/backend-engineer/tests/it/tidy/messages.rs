//! Messages are for people: what the program decides, it decides by types.

use super::source::Source;

/// Names of values that hold sentences for people.
const MESSAGES: [&str; 5] = ["message", "reason", "why", "details", "hint"];

/// Ways to ask whether a text holds words that are spelled out: those are blank in the code that is looked at.
const QUESTIONS: [&str; 7] = [
    ".contains( ",
    ".starts_with( ",
    ".ends_with( ",
    ".strip_prefix( ",
    ".find( ",
    " ==  ",
    " !=  ",
];

/// Where such a name is a word of somebody else.
const FOREIGN: [&str; 2] = [
    "crates/llm/src/providers/",
    // What a provider answers has no other form than words.
    "crates/llm/src/provider_error.rs",
];

/// Complains of decisions by the text of a message.
pub(crate) fn decided(source: &Source) -> Vec<String> {
    if !source.is_production || FOREIGN.iter().any(|path| source.path.starts_with(path)) {
        return Vec::new();
    }
    let lines = (1..).zip(source.code.lines());
    let decides = |line: &str| {
        let errors = QUESTIONS
            .iter()
            .any(|question| line.contains(&format!(".to_string(){question}")));
        errors || MESSAGES.iter().any(|name| asks(line, name))
    };
    let found = lines.filter(|(_, line)| decides(line));
    found
        .map(|(number, _)| {
            format!(
                "{}:{number}: decides by the words of a message; give it a type",
                source.path
            )
        })
        .collect()
}

/// Returns whether a line of code without its texts asks what the message of this name says.
fn asks(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let whole = !line[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        let rest = &line[at + name.len()..];
        whole && QUESTIONS.iter().any(|question| rest.starts_with(question))
    })
}

#[test]
fn what_a_message_says_is_not_asked() {
    let held = |line: &str| {
        !decided(&Source::new(
            "x",
            "crates/x/src/a.rs",
            format!("fn a() {{ {line} }}\n"),
        ))
        .is_empty()
    };
    assert!(held("if error.message.contains(\"os error 75\") {}"));
    assert!(held("match reason == \"tidied\" { _ => () }"));
    assert!(held("if error.to_string().starts_with(\"no\") {}"));
    assert!(!held("if reason == Reason::Tidied {}"));
    assert!(!held("if notes.contains(&line) {}"));
}

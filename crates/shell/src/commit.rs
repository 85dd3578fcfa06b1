//! The content of a commit: its message and the paths that are staged for it.

use crate::call::Call;
use crate::parse::parse;
use crate::reading::Reading;
use crate::script::RedirectionKind;
use crate::table::{Kind, Trait};

/// The content of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Commit {
    /// The message, if it is spelled out; several of them are its paragraphs.
    pub message: Option<String>,
    /// The paths that the script stages, `-A` for all.
    pub paths: Vec<String>,
}

impl Reading {
    /// Returns what its commit records; `None` where it makes none.
    pub fn commit(&self) -> Option<Commit> {
        let calls = self.calls();
        let commit = calls
            .iter()
            .find(|call| call.kind() == Kind::Commit && !call.is(Trait::Lists))?;
        let mut paths = Vec::new();
        for call in calls
            .iter()
            .filter(|call| call.is(Trait::Stages) && !call.is(Trait::Writes))
        {
            paths.extend(
                call.arguments
                    .iter()
                    .skip(1)
                    .filter(|word| !word.starts_with('-') || *word == "-A")
                    .cloned(),
            );
        }
        Some(Commit {
            message: message_of_commit(commit),
            paths,
        })
    }
}

fn message_of_commit(commit: &Call) -> Option<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut arguments = commit.arguments.iter();
    while let Some(argument) = arguments.next() {
        let value = if argument == "--message" || is_letters_with_m(argument) {
            arguments.next().map(String::as_str)
        } else {
            argument
                .strip_prefix("--message=")
                .or_else(|| argument.strip_prefix("-m"))
        };
        paragraphs.extend(value.and_then(spelled_out));
    }
    (!paragraphs.is_empty()).then(|| paragraphs.join("\n\n"))
}

/// `-m`, `-am`: one-letter options that end with the one for the message.
fn is_letters_with_m(argument: &str) -> bool {
    argument.strip_prefix('-').is_some_and(|letters| {
        letters.ends_with('m')
            && letters.len() <= 3
            && letters.chars().all(|letter| letter.is_ascii_lowercase())
    })
}

/// Returns the text of a message; of one that a here-document gives, the document's.
fn spelled_out(value: &str) -> Option<String> {
    if !value.starts_with("$(") {
        return Some(value.to_owned()).filter(|value| !value.is_empty());
    }
    let script = parse(value);
    let mut redirections = script.invocations.iter().flat_map(|one| &one.redirections);
    let document = redirections.find(|one| one.kind == RedirectionKind::Document)?;
    Some(document.target.trim().to_owned())
}

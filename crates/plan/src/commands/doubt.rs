//! Why a command can't be run as it stands: a path of the author's machine, something to fill in, prose.
//!
//! `cd /home/ann/shop` → a path of the author; `curl <host>/health` → a placeholder; `Run the tests again` → prose.

use serde::Serialize;

/// Why a command can't be run as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// It holds a placeholder: `<id>`, `XXXX`, `...`.
    Placeholder,
    /// It names an absolute path of the author's machine.
    AuthorPath,
    /// Its words are more likely prose than a command.
    Prose,
    /// It stands where a command belongs, and its program is in no table: it is one if there is such a program.
    UnknownProgram,
}

pub(super) fn doubt_of_command(text: &str, reading: &shell::Reading) -> Option<Doubt> {
    if names_authors_path(text) {
        return Some(Doubt::AuthorPath);
    }
    // Code and patterns may hold what elsewhere is to be filled in.
    let calls = reading.calls();
    let code = |call: &&shell::Call| {
        call.is(shell::Trait::Filter)
            || call.kind() == shell::Kind::Script && call.option(&["-c", "-e"]).is_some()
    };
    let quoted =
        text.contains("<<") || reading.kind() == shell::Kind::Commit || calls.iter().any(code);
    if !quoted && holds_placeholder(text) {
        return Some(Doubt::Placeholder);
    }
    let first = text
        .split_whitespace()
        .find(|word| !word.contains('='))
        .unwrap_or("");
    let sentence = text.split_whitespace().count() > 3
        && first.starts_with(char::is_uppercase)
        && !text.contains(['-', '/', '|', '$']);
    // Options alone are part of a command that stands elsewhere.
    (sentence || text.starts_with('-')).then_some(Doubt::Prose)
}

/// Returns whether a command names a path of its author's machine: a home, a drive.
fn names_authors_path(text: &str) -> bool {
    let homes = [
        "/Users/",
        "/home/",
        "C:\\",
        "c:/Users",
        "/mnt/c/",
        "/Volumes/",
        "/private/tmp/",
    ];
    // `cd d:/work`: a drive of its own.
    let drive = text.split_whitespace().any(|word| {
        let mut letters = word.trim_start_matches(['"', '\'']).chars();
        letters
            .next()
            .is_some_and(|letter| letter.is_ascii_alphabetic())
            && letters.next() == Some(':')
            && matches!(letters.next(), Some('/' | '\\'))
            && !word.contains("://")
    });
    // The same drive as shells on Windows write it: `cd /d/work`.
    let drive = drive
        || text
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("cd /"))
            .any(|folder| {
                folder
                    .as_bytes()
                    .first()
                    .is_some_and(u8::is_ascii_alphabetic)
                    && folder.as_bytes().get(1) == Some(&b'/')
            });
    drive || homes.iter().any(|home| text.contains(home))
}

/// Returns whether a command holds something that is to be filled in: `<name>`, `...`, `YOUR_KEY`.
fn holds_placeholder(text: &str) -> bool {
    let holder = |open: char, close: char| {
        text.match_indices(open).any(|(at, _)| {
            text[at + 1..].split_once(close).is_some_and(|(inner, _)| {
                let heredoc =
                    text[..at].ends_with('<') || inner.starts_with(['<', '(', ' ', '/', '=']);
                !heredoc
                    && !inner.is_empty()
                    && inner.len() < 40
                    && inner.chars().all(|letter| {
                        letter.is_alphanumeric() || matches!(letter, '-' | '_' | ' ' | '.')
                    })
                    && inner.starts_with(char::is_alphabetic)
                    && !inner.contains(" -")
            })
        })
    };
    let dots = text
        .split_whitespace()
        .any(|word| word == "..." || word == "…")
        || text.ends_with("...") && !text.ends_with("/...");
    let signs = ["XXXX", "YYYY", "YOUR_", "your-", "TODO", "xxxx"];
    holder('<', '>') || dots || signs.iter().any(|sign| text.contains(sign))
}

//! Tells what kind of block a plan shows: a diff, search/replace sections, shell or output, or code to place.

use crate::Snippet;

/// The kind of a block, judged by its fence and its lines alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    /// A unified diff.
    Diff,
    /// Sections of `<<<<<<< SEARCH` and `>>>>>>> REPLACE`.
    SearchReplace,
    /// Commands, or what they print.
    Shell,
    /// Anything else: code or data.
    Code,
}

const SHELL_FENCES: [&str; 9] = [
    "bash",
    "sh",
    "shell",
    "zsh",
    "console",
    "terminal",
    "shellsession",
    "powershell",
    "cmd",
];
const SHELL_FILES: [&str; 6] = [".sh", ".bash", ".zsh", ".ps1", ".cmd", ".bat"];
const SCRIPT_NAMES: [&str; 6] = [
    "Makefile",
    "Dockerfile",
    "justfile",
    ".envrc",
    ".env",
    "Procfile",
];

/// Judges a block that the plan shows for the file at `path`.
pub(crate) fn classify_block(path: &str, snippet: &Snippet<'_>) -> Block {
    let language = snippet.language.to_ascii_lowercase();
    if snippet
        .text
        .lines()
        .any(|line| line.starts_with("<<<<<<< "))
        && snippet
            .text
            .lines()
            .any(|line| line.starts_with(">>>>>>> "))
    {
        return Block::SearchReplace;
    }
    if is_diff(&language, snippet.text) {
        return Block::Diff;
    }
    if SHELL_FENCES.contains(&language.as_str()) && !takes_shell(path) {
        return Block::Shell;
    }
    Block::Code
}

fn takes_shell(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    SHELL_FILES.iter().any(|ending| name.ends_with(ending))
        || SCRIPT_NAMES.iter().any(|script| name.starts_with(script))
        || !name.contains('.')
}

/// A hunk header makes a diff; a `diff` fence does when its lines are all marked.
fn is_diff(language: &str, text: &str) -> bool {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let changes = lines
        .iter()
        .filter(|line| line.starts_with('+') || line.starts_with('-'))
        .count();
    if changes == 0 {
        return false;
    }
    let headed = lines
        .iter()
        .any(|line| line.starts_with("@@ ") || line.trim_end() == "@@")
        || lines
            .windows(2)
            .any(|pair| pair[0].starts_with("--- ") && pair[1].starts_with("+++ "));
    if language == "diff" || language == "patch" {
        return true;
    }
    headed
        && lines.iter().all(|line| {
            " +-@\\".contains(line.chars().next().unwrap_or(' '))
                || line.starts_with("diff ")
                || line.starts_with("index ")
        })
}

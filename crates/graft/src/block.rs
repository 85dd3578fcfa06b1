//! Tells what kind of block a plan shows: a diff, search/replace sections, shell or output, or code to place.
//!
//! ```text
//! lines                              fence      path        kind
//! @@ -1 +1 @@ / -a / +b              any        any         Diff
//! -a / +b                            diff       any         Diff
//! - a / - b                          yaml       any         Code: no header, so a list
//! <<<<<<< SEARCH … >>>>>>> REPLACE   any        any         SearchReplace
//! npm install                        bash       a.ts        Shell
//! npm install                        bash       run.sh      Code
//! ```

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

/// Names in fences of shells and of what they print.
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
/// Endings of files that are scripts of a shell.
const SHELL_FILES: [&str; 6] = [".sh", ".bash", ".zsh", ".ps1", ".cmd", ".bat"];
/// Beginnings of names of files that hold commands or variables.
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

/// Returns whether a file may hold shell: by its ending, its name, or as it has no ending at all.
fn takes_shell(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    SHELL_FILES.iter().any(|ending| name.ends_with(ending))
        || SCRIPT_NAMES.iter().any(|script| name.starts_with(script))
        || !name.contains('.')
}

/// Returns whether a text is a diff: a hunk header makes one where all lines are marked, a `diff`
/// fence where any is. Without a line that is added or removed nothing is.
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

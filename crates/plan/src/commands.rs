//! Commands that a plan asks to run, and what it expects of them.

use serde::Serialize;

use crate::document::Span;

/// A command that the plan wants to be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedCommand {
    /// One logical shell script; prompts and trailing comments taken off.
    pub text: String,
    /// Where it is written.
    pub span: Span,
    /// The folder to run it in, when not part of the text.
    pub folder: Option<String>,
    /// What the plan expects of it.
    pub expect: Expect,
    /// Why it can't be run as it stands.
    pub doubt: Option<Doubt>,
    /// It starts a server or watcher that does not return.
    pub server: bool,
    /// It is a git commit.
    pub commit: Option<Commit>,
    /// It deletes or overwrites: `rm -r`, `--force`, `DROP`, `reset --hard`.
    pub destructive: bool,
}

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
}

/// What the plan expects of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Expect {
    /// Pass, fail, no matches, or nothing said.
    pub outcome: ExpectedOutcome,
    /// The expectation as written.
    pub words: Option<String>,
    /// The number of tests that shall pass ("12 passed").
    pub passed: Option<u64>,
    /// Quoted text that the output shall contain.
    pub shows: Vec<String>,
}

/// How a command is expected to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedOutcome {
    /// The plan does not say.
    #[default]
    Unstated,
    /// It succeeds.
    Pass,
    /// It fails (a test written before its code).
    Fail,
    /// It finds nothing: exit status 1 with empty output is right.
    NoMatches,
}

/// What a `git commit` command records.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Commit {
    /// The message, if it is spelled out.
    pub message: Option<String>,
    /// The paths that the command adds.
    pub paths: Vec<String>,
}

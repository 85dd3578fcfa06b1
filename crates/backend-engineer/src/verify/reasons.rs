//! The proof of an item or a box, or the reason why it is open, as values; their `Display` makes the sentences that
//! reports and events show.

use std::fmt;

use journal::{Basis, EvidenceId};

use crate::implement::{NoCommit, OpenPart, Passage};

/// True if something is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It is; by what.
    Proven(Vec<ProvenBy>),
    /// It is not; why.
    Open(OpenReason),
    /// A check says that it does not hold.
    Broken(BrokenBy),
    /// Its box was ticked before, and nothing speaks against it.
    Before,
    /// Only a person can tell.
    ForAPerson,
}

/// Something that proves an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProvenBy {
    /// The plan's code stands in its file; `changed` where this run put it there.
    Code { path: String, changed: bool },
    /// A check that passed.
    Check(CheckResult),
    /// A check that fails without the unit's change, and passes with it.
    Change {
        /// The evidence of its failure without the change.
        without: EvidenceId,
        /// On which tree that was.
        basis: Basis,
        /// Its result with the change.
        with: CheckResult,
    },
    /// A command that failed where the plan says that it fails.
    ExpectedFailure {
        /// Its evidence; none where nothing is recorded.
        evidence: Option<EvidenceId>,
        /// The command.
        command: String,
        /// An earlier run saw it.
        earlier: bool,
    },
    /// A server that was started.
    Server(String),
    /// A commit, by its hash.
    Commit(String),
    /// A person, who accepted it.
    Person,
}

/// The result of a check, with its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckResult {
    /// Its evidence; none where nothing is recorded.
    pub(crate) evidence: Option<EvidenceId>,
    /// The command; empty where the plan gives none.
    pub(crate) command: String,
    /// The observation behind it, in words.
    pub(crate) detail: String,
}

/// Why something is not proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OpenReason {
    /// It says nothing that could be done or checked.
    NothingToDo,
    /// Its command is run for what it does, and only looking was asked for.
    Acts(String),
    /// Parts of it were not done; at least one.
    Parts(Vec<OpenPart>),
    /// The reader can't tell what its words ask for.
    Unclear {
        /// The words.
        passage: Passage,
        /// A symbol that they are about and that the change left as it was, if that is why.
        untouched: Option<String>,
    },
    /// A model changed files for it, and no check tied to it fails without that change.
    Worked(Vec<String>),
    /// The tests of a model's work let wrong versions of it pass.
    WeakTests(CheckResult),
    /// The plan's code no longer stands in the file.
    NoLongerThere(String),
    /// Another block for its file was refused, so that the file does not hold all that the plan shows.
    OtherBlockRefused(String),
    /// Its code reads a name that nothing in the file binds.
    Unbound { path: String, name: String },
    /// Its file is not clear.
    FileUnclear,
    /// A check of it could not say anything.
    NotChecked(CheckResult),
    /// A failure that the plan expects was not seen.
    FailureNotSeen(CheckResult),
    /// It depends on a condition.
    Condition,
    /// The commit was not made.
    NoCommit(NoCommit),
    /// The plan does not say how to check it.
    NoCheck,
    /// Its unit has checks, and none passed.
    NoCheckPassed,
    /// Neither its unit nor the project has a check that passed.
    NothingChecksIt,
    /// It holds, and its box waits for the rest of the unit of this label.
    WaitsForUnit(String),
    /// Somebody else changed a file of the unit while the run was at work.
    Drifted,
    /// The tests were weakened.
    WeakenedTests,
    /// Tests that the plan names were changed, and a person has to say whether that is meant.
    ChangedTests,
    /// The code asks whether it is being tested.
    AsksForTests,
}

/// The check or the server that shows that something does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BrokenBy {
    /// A check that failed.
    Check(CheckResult),
    /// A server that ended at once.
    Server { command: String, why: String },
}

impl fmt::Display for Proof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Proof::Proven(by) => {
                let mut sentences: Vec<String> = by.iter().map(ToString::to_string).collect();
                sentences.dedup();
                formatter.write_str(&sentences.join("; "))
            }
            Proof::Open(reason) => reason.fmt(formatter),
            Proof::Broken(by) => by.fmt(formatter),
            Proof::Before => formatter.write_str("done before, by the plan's box"),
            Proof::ForAPerson => formatter.write_str("for a person to look at"),
        }
    }
}

impl fmt::Display for ProvenBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProvenBy::Code {
                path,
                changed: true,
            } => write!(formatter, "`{path}` changed as the plan shows"),
            ProvenBy::Code {
                path,
                changed: false,
            } => write!(formatter, "`{path}` holds what the plan shows"),
            ProvenBy::Check(said) => said.fmt(formatter),
            ProvenBy::Change {
                basis: Basis::TestsOnly,
                with,
                ..
            } => {
                write!(
                    formatter,
                    "`{}` fails with the new tests alone and passes with the change",
                    with.command
                )
            }
            ProvenBy::Change { with, .. } => {
                write!(formatter, "`{}` failed before and passes now", with.command)
            }
            ProvenBy::ExpectedFailure { earlier: true, .. } => {
                formatter.write_str("an earlier run saw it fail before the change")
            }
            ProvenBy::ExpectedFailure { command, .. } => {
                write!(
                    formatter,
                    "`{command}` failed before the change, as the plan expects"
                )
            }
            ProvenBy::Server(command) => write!(formatter, "`{command}` was started"),
            ProvenBy::Commit(id) => write!(formatter, "committed as {id}"),
            ProvenBy::Person => formatter.write_str("accepted by a person"),
        }
    }
}

impl fmt::Display for CheckResult {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.command.as_str() {
            "" => formatter.write_str(&self.detail),
            command => write!(formatter, "`{command}`: {}", self.detail),
        }
    }
}

/// The most files that a reason names: it is one line of a report.
const MOST_PATHS: usize = 4;

/// Returns the first paths in back quotes: "`a.py`, `b.py`".
fn join_paths(paths: &[String]) -> String {
    let paths: Vec<String> = paths
        .iter()
        .take(MOST_PATHS)
        .map(|path| format!("`{path}`"))
        .collect();
    paths.join(", ")
}

/// Returns what is open of an item; that it needs a mind is said once, before the first of several passages.
fn join_parts(parts: &[OpenPart]) -> String {
    let shown = |(at, part): (usize, &OpenPart)| match part {
        OpenPart::Left(left) if at > 0 && matches!(parts[at - 1], OpenPart::Left(_)) => {
            left.to_string()
        }
        part => part.to_string(),
    };
    let parts: Vec<String> = parts.iter().enumerate().map(shown).collect();
    parts.join("; ")
}

/// Writes that no check proves what a model changed.
fn write_worked(formatter: &mut fmt::Formatter<'_>, paths: &[String]) -> fmt::Result {
    write!(
        formatter,
        "a model changed {}, and no check tied to it went from failing to passing; look at it, then `accept`",
        join_paths(paths)
    )
}

/// Writes why a command was not run that is no check.
fn write_action(formatter: &mut fmt::Formatter<'_>, command: &str) -> fmt::Result {
    write!(
        formatter,
        "`{command}` is run for what it does, by `implement`; `verify` only looks"
    )
}

impl fmt::Display for OpenReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenReason::NothingToDo => formatter.write_str(
                "it says nothing that could be done or checked without a person or a model",
            ),
            OpenReason::Acts(command) => write_action(formatter, command),
            OpenReason::Parts(parts) => formatter.write_str(&join_parts(parts)),
            OpenReason::Unclear { passage, untouched } => {
                match untouched {
                    Some(name) => write!(
                        formatter,
                        "the change leaves `{name}` as it was, which this is about: "
                    )?,
                    None => formatter.write_str("not clear whether it asks for work: ")?,
                }
                write!(
                    formatter,
                    "{passage}; look at it, then run `backend-engineer accept PLAN --phase N`"
                )
            }
            OpenReason::Worked(paths) => write_worked(formatter, paths),
            OpenReason::NoLongerThere(path) => {
                write!(formatter, "`{path}` no longer holds what the plan shows")
            }
            OpenReason::OtherBlockRefused(path) => {
                write!(formatter, "another block for `{path}` was refused")
            }
            OpenReason::Unbound { path, name } => write!(
                formatter,
                "it reads `{name}`, which nothing in `{path}` defines or imports"
            ),
            OpenReason::FileUnclear => formatter.write_str("its file is not clear"),
            OpenReason::NotChecked(said) | OpenReason::FailureNotSeen(said) => said.fmt(formatter),
            OpenReason::WeakTests(said) => write!(formatter, "{said}; look at it, then `accept`"),
            OpenReason::Condition => formatter.write_str("it depends on a condition"),
            OpenReason::NoCommit(why) => why.fmt(formatter),
            OpenReason::NoCheck => formatter.write_str("nothing in the plan says how to check it"),
            OpenReason::NoCheckPassed => formatter.write_str("none of its unit's checks passed"),
            OpenReason::NothingChecksIt => {
                formatter.write_str("nothing checks it: no command of its unit passed")
            }
            OpenReason::WaitsForUnit(label) => {
                write!(
                    formatter,
                    "it holds, and its box waits until {label} is implemented"
                )
            }
            OpenReason::Drifted => {
                formatter.write_str("a file of the phase was changed by somebody else meanwhile")
            }
            OpenReason::WeakenedTests => formatter.write_str("the tests were made easier"),
            OpenReason::AsksForTests => formatter
                .write_str("the code asks whether it is being tested, or by whom it is called"),
            OpenReason::ChangedTests => formatter
                .write_str("a test of what the plan names was changed; look at it, then `accept`"),
        }
    }
}

impl fmt::Display for BrokenBy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BrokenBy::Check(said) => said.fmt(formatter),
            BrokenBy::Server { command, why } => write!(formatter, "`{command}`: {why}"),
        }
    }
}

//! The single stream of events that the terminal, the JSON output and the journal all read.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence::{Evidence, UnitName, Verdict};
use crate::identity::OutputId;

/// One thing that happened in a run. Plain data: written as JSON with the name in `event`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run began.
    RunStarted {
        /// The plan, as the run names it in every later event.
        plan: String,
        /// Labels of the phases asked for, in order.
        phases: Vec<String>,
        /// The repository's root.
        root: String,
        /// The command line.
        argv: Vec<String>,
        /// The program's version.
        version: String,
        /// Nothing will be written.
        dry_run: bool,
    },
    /// A run that was interrupted went on.
    RunResumed {
        /// The command line.
        argv: Vec<String>,
        /// The program's version.
        version: String,
    },
    /// One of the five steps began.
    StepStarted {
        /// Which one.
        step: StepName,
    },
    /// Work on one phase of the plan began.
    PhaseStarted {
        /// The name that people use: "Phase 2.1".
        label: String,
        /// Its title.
        title: String,
    },
    /// An observation for the report.
    Note {
        /// The sentence.
        text: String,
    },
    /// Something that could not be read or done with certainty.
    Diagnostic {
        /// A stable short name of the kind.
        code: String,
        /// Its severity.
        severity: Severity,
        /// The message.
        message: String,
        /// The file spoken of.
        path: Option<String>,
        /// Line in that file, from 1.
        line: Option<usize>,
        /// Column in that line, in characters, from 1.
        column: Option<usize>,
        /// The next thing to do.
        hint: Option<String>,
    },
    /// A file's new content is ready, not written yet.
    FileStaged {
        /// From the root.
        path: String,
        /// The action on it.
        action: FileAction,
        /// By what means the content was placed.
        how: String,
        /// Lines that it gains.
        lines_added: usize,
        /// Lines that it loses.
        lines_removed: usize,
    },
    /// A file that the phase names stays as it is.
    FileUnchanged {
        /// From the root.
        path: String,
        /// Why.
        why: String,
    },
    /// A part of the plan that could not be applied to its file.
    FileRefused {
        /// From the root.
        path: String,
        /// A stable short name of the reason.
        reason: String,
        /// The reason in words.
        message: String,
        /// Line in the plan, from 1.
        line: Option<usize>,
        /// The places between which someone must choose.
        candidates: Vec<String>,
    },
    /// A file in the user's tree was written, or removed.
    FileWritten {
        /// From the root.
        path: String,
        /// Hash of what stood there, none if nothing did.
        before_hash: Option<String>,
        /// Hash of what stands there now, none if it was removed.
        after_hash: Option<String>,
    },
    /// A change that a command made was not taken over.
    EffectDropped {
        /// From the root.
        path: String,
        /// Why.
        why: String,
    },
    /// A change that a command made was taken over to the user's tree.
    EffectPromoted {
        /// From the root.
        path: String,
        /// Why.
        why: String,
    },
    /// A command began.
    CommandStarted {
        /// The command's text.
        command: String,
        /// Its folder, from the root; empty for the root.
        folder: String,
        /// The purpose that it is run for.
        why: String,
    },
    /// A command ended.
    CommandFinished {
        /// The command's text.
        command: String,
        /// Its folder, from the root; empty for the root.
        folder: String,
        /// Exit status; none when a signal or the time limit ended it, or it never began.
        exit: Option<i32>,
        /// The time that it ran, in milliseconds.
        elapsed_ms: u64,
        /// The result for what it was run for.
        verdict: Verdict,
        /// The reason, in words.
        detail: String,
        /// Where its whole output is kept.
        output: Option<OutputId>,
        /// Hash of the tree that it ran on.
        tree: Option<String>,
    },
    /// A server was started in the background for the steps after it.
    ServerStarted {
        /// The command's text.
        command: String,
        /// Its folder, from the root; empty for the root.
        folder: String,
    },
    /// The evidence of a claim: a check that ran, or could not, with its key.
    Evidence(Evidence),
    /// A sentence of a unit is implemented, and nothing proves it; or the reader can't tell what it
    /// asks for.
    SentenceUnproven {
        /// The unit.
        unit: UnitName,
        /// Line in the plan, from 1.
        line: usize,
        /// Its words, blanks made one.
        text: String,
    },
    /// A person settled a sentence that was unproven.
    SentenceAccepted {
        /// The unit.
        unit: UnitName,
        /// Line in the plan, from 1.
        line: usize,
        /// Its words, blanks made one: by them it is remembered.
        text: String,
        /// The person who said so.
        by: String,
        /// The person's remark.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A box of the plan was ticked.
    Ticked {
        /// Line in the plan, from 1.
        line: usize,
        /// The box's text.
        text: String,
    },
    /// A box of the plan was opened again.
    Unticked {
        /// Line in the plan, from 1.
        line: usize,
        /// The box's text.
        text: String,
        /// Why.
        why: String,
    },
    /// A commit was made.
    Committed {
        /// Its hash.
        id: String,
        /// Its message.
        message: String,
    },
    /// A commit of the plan was not made.
    CommitSkipped {
        /// Why.
        why: String,
    },
    /// A conversation with a model began. Messages, here and below, are as crate `llm` writes them.
    ConversationStarted {
        /// The agent's name.
        agent: String,
        /// `provider/model`.
        model: String,
        /// The standing instructions.
        system: String,
        /// The tools on offer.
        tools: Value,
        /// The first message.
        message: Value,
    },
    /// The harness said something to the model: the next task, or how to go on.
    UserSaid {
        /// The words.
        text: String,
        /// The effort of the model from here on, where it was set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effort: Option<String>,
    },
    /// The model is asked for its next turn.
    ModelAsked {
        /// `provider/model`.
        model: String,
        /// The number of messages that it is given.
        messages: usize,
        /// Their tokens, by estimate.
        tokens: u64,
    },
    /// A request failed and is sent again.
    ModelRetried {
        /// Which try failed, from 1.
        attempt: u32,
        /// Why, in words.
        why: String,
        /// The pause before the next attempt, in milliseconds.
        wait_ms: u64,
    },
    /// The model's turn came.
    ModelReplied {
        /// The turn.
        message: Value,
        /// Why it ended.
        stop: String,
        /// Tokens and money that it took.
        usage: Value,
        /// The time that it took, in milliseconds.
        elapsed_ms: u64,
    },
    /// A tool that the model asked for began.
    ToolStarted {
        /// The name of the call.
        call: String,
        /// The tool's name, as the model wrote it.
        tool: String,
        /// The arguments; a text where they were malformed.
        arguments: Value,
    },
    /// A tool ended. What it did to the run's files is known from here on, and not before.
    ToolFinished {
        /// The name of the call.
        call: String,
        /// The tool's name, as the model wrote it.
        tool: String,
        /// The text that the model reads.
        content: String,
        /// It did not do what was asked.
        is_error: bool,
        /// Its changes, as the tool can make them again.
        details: Value,
        /// The time that it took, in milliseconds.
        elapsed_ms: u64,
    },
    /// The conversation was made shorter.
    Compacted {
        /// The messages that take the place of all before.
        messages: Value,
        /// The tokens that the conversation had, by estimate.
        tokens_before: u64,
        /// The tokens that it has now, by estimate.
        tokens_after: u64,
    },
    /// The budget of the conversation is used up.
    LimitReached {
        /// Which limit, in words.
        limit: String,
    },
    /// The conversation ended, or waits for the next task.
    ConversationEnded {
        /// A stable short name of the way in which it ended.
        ending: String,
        /// The same in words: the model's last ones, where it ended by itself.
        text: String,
    },
    /// The report of a unit, as it was printed.
    UnitReported {
        /// The name that people use: "Phase 2.1".
        label: String,
        /// For people, in Markdown.
        markdown: String,
        /// For machines, as `schemas/report.json` describes a phase.
        report: Value,
    },
    /// The run ended.
    RunFinished {
        /// The program's exit code.
        exit: u8,
        /// The report's heading.
        heading: String,
        /// The time that it took, in milliseconds.
        elapsed_ms: u64,
    },
    /// An event of a later version, kept as it was written.
    #[serde(untagged)]
    Unknown(Value),
}

impl Event {
    /// Returns the name that the event is written under; empty for an unknown one without a name.
    pub fn name(&self) -> &str {
        match self {
            Self::RunStarted { .. } => "run_started",
            Self::RunResumed { .. } => "run_resumed",
            Self::StepStarted { .. } => "step_started",
            Self::PhaseStarted { .. } => "phase_started",
            Self::Note { .. } => "note",
            Self::Diagnostic { .. } => "diagnostic",
            Self::FileStaged { .. } => "file_staged",
            Self::FileUnchanged { .. } => "file_unchanged",
            Self::FileRefused { .. } => "file_refused",
            Self::FileWritten { .. } => "file_written",
            Self::EffectDropped { .. } => "effect_dropped",
            Self::EffectPromoted { .. } => "effect_promoted",
            Self::CommandStarted { .. } => "command_started",
            Self::CommandFinished { .. } => "command_finished",
            Self::ServerStarted { .. } => "server_started",
            Self::Evidence(_) => "evidence",
            Self::SentenceUnproven { .. } => "sentence_unproven",
            Self::SentenceAccepted { .. } => "sentence_accepted",
            Self::Ticked { .. } => "ticked",
            Self::Unticked { .. } => "unticked",
            Self::Committed { .. } => "committed",
            Self::CommitSkipped { .. } => "commit_skipped",
            Self::ConversationStarted { .. } => "conversation_started",
            Self::UserSaid { .. } => "user_said",
            Self::ModelAsked { .. } => "model_asked",
            Self::ModelRetried { .. } => "model_retried",
            Self::ModelReplied { .. } => "model_replied",
            Self::ToolStarted { .. } => "tool_started",
            Self::ToolFinished { .. } => "tool_finished",
            Self::Compacted { .. } => "compacted",
            Self::LimitReached { .. } => "limit_reached",
            Self::ConversationEnded { .. } => "conversation_ended",
            Self::UnitReported { .. } => "unit_reported",
            Self::RunFinished { .. } => "run_finished",
            Self::Unknown(value) => value
                .get("event")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        }
    }
}

/// The five steps of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepName {
    /// Read the plan and the phase.
    Understand,
    /// Read the code that it touches.
    Analyze,
    /// Write the change.
    Implement,
    /// Prove it.
    Verify,
    /// Say what was proven.
    Report,
}

/// The severity of a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Something could not be done.
    Error,
    /// Something may not be what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// The action on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileAction {
    /// It was not there.
    Create,
    /// It was there and changes.
    Modify,
    /// It is removed.
    Delete,
    /// It gets another path.
    Rename,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Event {
        serde_json::from_str(text).expect("an event")
    }

    #[test]
    fn is_written_under_its_name() {
        let event = Event::FileWritten {
            path: "a.py".into(),
            before_hash: None,
            after_hash: Some("ab".into()),
        };
        let text = serde_json::to_string(&event).expect("JSON");
        assert_eq!(
            text,
            r#"{"event":"file_written","path":"a.py","before_hash":null,"after_hash":"ab"}"#
        );
        assert_eq!(read(&text), event);
        assert_eq!(event.name(), "file_written");
    }

    #[test]
    fn an_event_of_a_later_version_is_kept_whole() {
        let text = r#"{"event":"moon_phase","light":0.5}"#;
        let event = read(text);
        assert!(matches!(event, Event::Unknown(_)));
        assert_eq!(event.name(), "moon_phase");
        assert_eq!(serde_json::to_string(&event).expect("JSON"), text);
    }

    #[test]
    fn a_known_event_with_an_unknown_word_is_kept_whole() {
        let text = r#"{"event":"step_started","step":"celebrate"}"#;
        assert_eq!(serde_json::to_string(&read(text)).expect("JSON"), text);
    }

    #[test]
    fn a_field_of_a_later_version_does_not_hide_the_rest() {
        let event = read(r#"{"event":"note","text":"hello","colour":"red"}"#);
        assert_eq!(
            event,
            Event::Note {
                text: "hello".into()
            }
        );
    }
}

//! A tool that a model can ask for, and the two ways in which it can fail.

use std::time::Duration;

use llm::{LocalFuture, ToolSpec};
use serde_json::Value;

/// Something that a model can have done.
pub trait Tool {
    /// Returns its description for the model.
    fn spec(&self) -> &ToolSpec;

    /// Returns whether calls change nothing, so that several of one turn may run side by side.
    fn only_reads(&self) -> bool;

    /// Is told how long the next call may take at most, where the run has a limit of time.
    fn limit(&self, _left: Option<Duration>) {}

    /// Does what the arguments ask. They are an object; whether it fits the schema is for the tool to see.
    fn call<'a>(&'a self, arguments: &'a Value) -> LocalFuture<'a, Result<ToolOutput, ToolError>>;

    /// On resuming: brings about again what a recorded call brought about, from its details, without running it anew.
    ///
    /// # Errors
    /// When that can't be had any more.
    fn restore(&self, details: &Value) -> Result<(), ToolError>;
}

/// The output of a call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToolOutput {
    /// For the model to read.
    pub content: String,
    /// For people, the journal and [`Tool::restore`]: what the call changed.
    pub details: Value,
}

/// Why a call gave nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ToolError {
    /// For the model: what is wrong and what to do instead. The conversation goes on.
    #[error("{0}")]
    Tell(String),
    /// The harness itself is broken. The run stops.
    #[error("{0}")]
    Stop(String),
}

//! The contract between the protocol and the program behind it, in plain data.

use serde_json::{Map, Value};
use tokio::sync::{mpsc, watch};

use crate::bounds::Bounds;

/// The identity that the server reports to its clients.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The program's name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Instructions for the use of its tools.
    pub instructions: &'static str,
}

/// A tool as clients are told of it.
#[derive(Debug, Clone)]
pub struct ToolRow {
    /// The name by which it is called.
    pub name: &'static str,
    /// A description of its effect, for models.
    pub about: &'static str,
    /// The JSON schema of its arguments, an object.
    pub schema: Map<String, Value>,
    /// It changes nothing.
    pub reads_only: bool,
    /// It may take minutes: a client that knows tasks gets one.
    pub is_long: bool,
}

/// A resource as clients are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceRow {
    /// The address by which it is read.
    pub uri: String,
    /// A short name.
    pub name: String,
    /// A description of its content.
    pub about: String,
    /// Its media type.
    pub media: &'static str,
}

/// A resource's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The text.
    pub text: String,
    /// Its media type.
    pub media: &'static str,
}

/// One call of a tool.
#[derive(Debug)]
pub struct Call {
    /// The tool.
    pub tool: String,
    /// Its arguments, as the client sent them.
    pub arguments: Map<String, Value>,
    /// The folders that the client's roots allow it.
    pub bounds: Bounds,
    /// Where it tells how far it is.
    pub progress: Progress,
    /// Resolves when nobody waits for the result any longer.
    pub cancelled: Cancelled,
}

/// The result of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// For the model that called.
    pub text: String,
    /// The same for programs, an object.
    pub data: Option<Value>,
    /// The call could not be carried out.
    pub is_error: bool,
}

impl Answer {
    /// Makes the answer to a call that could not be carried out.
    #[must_use]
    pub fn refusal(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            data: None,
            is_error: true,
        }
    }
}

/// Takes a line for each step of a call.
#[derive(Debug, Clone)]
pub struct Progress(pub(crate) mpsc::UnboundedSender<String>);

impl Progress {
    /// Tells what happens now. A client that went away hears nothing.
    pub fn send_progress(&self, line: impl Into<String>) {
        drop(self.0.send(line.into()));
    }
}

/// Says when a call is to end.
#[derive(Debug, Clone)]
pub struct Cancelled(pub(crate) watch::Receiver<bool>);

impl Cancelled {
    /// Resolves when the client cancels the call or goes away.
    pub async fn wait(&mut self) {
        // An error means that the server is gone, and the client with it.
        drop(self.0.wait_for(|cancelled| *cancelled).await);
    }
}

/// The program behind the protocol. Each method is called on a thread of its own and may block.
pub trait Backend: Send + Sync + 'static {
    /// Returns what the server says of itself.
    fn identity(&self) -> Identity;

    /// Returns all tools.
    fn tools(&self) -> Vec<ToolRow>;

    /// Carries out a call. Arguments are the client's word and are checked here.
    fn call(&self, call: Call) -> Answer;

    /// Returns the resources within the bounds.
    fn resources(&self, bounds: &Bounds) -> Vec<ResourceRow>;

    /// Returns a resource's text; nothing where there is none of that address within the bounds.
    fn read(&self, uri: &str, bounds: &Bounds) -> Option<Page>;
}

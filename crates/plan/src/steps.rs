//! The steps of a unit, in order: what to write, to run, to commit.

use serde::Serialize;

use crate::document::Span;
use crate::identity::CheckboxId;

/// One step of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its name, without number and marks.
    pub title: String,
    /// Its number as written.
    pub number: Option<String>,
    /// From its first byte to the end of its content.
    pub span: Span,
    /// Its own box.
    pub checkbox: Option<CheckboxId>,
    /// What it consists of, in order.
    pub parts: Vec<Part>,
    /// What it is for, in the main.
    pub kind: StepKind,
}

/// A part of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Put this block ([`crate::Phase::blocks`]) in its file.
    Place(usize),
    /// Run this command ([`crate::Phase::commands`]).
    Run(usize),
    /// Carry out this commit ([`crate::Phase::commands`]).
    Commit(usize),
    /// Prose that asks for something no block or command covers.
    Say(Span),
}

/// What a step is for, in the main.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Code is spelled out.
    Write,
    /// Commands are run.
    Run,
    /// Files are named but their code is not spelled out.
    Change,
    /// The work is committed.
    Commit,
    /// Words alone.
    Prose,
}

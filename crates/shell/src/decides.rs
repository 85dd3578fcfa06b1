//! Decides what shows the result of a script: its status, what it prints, or nothing.

use serde::Serialize;

use crate::call::Call;
use crate::reading::{Part, Reading};
use crate::script::Node;
use crate::table::{Telling, Trait};

/// The part of a run that shows its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decides {
    /// Its exit status.
    Status,
    /// Its exit status, which says that something was found: right or wrong, as is expected.
    Found,
    /// Only what it prints.
    Output(OutputReason),
    /// Nothing.
    Nothing(NothingReason),
}

/// Why only the output tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputReason {
    /// The program always succeeds and shows a state.
    Shows,
    /// The status of a pipe is that of its last member, which only passes on what it gets.
    Pipe,
    /// The command after `||` only prints that it failed.
    Or,
    /// The status is printed: `echo $?`.
    StatusPrinted,
    /// A condition prints what it found.
    Condition,
}

/// Why nothing tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NothingReason {
    /// `|| true`.
    Or,
    /// The command after `;` always succeeds.
    Sequence,
    /// The command that a trap runs at the end succeeds.
    Trap,
    /// It runs in the background.
    Background,
    /// A condition decides whether it runs.
    Condition,
    /// It serves and does not end.
    Serves,
    /// It watches and does not end.
    Watches,
    /// The program's status says nothing.
    Program,
    /// There is nothing that could be run.
    Unreadable,
}

impl Decides {
    /// Returns the word for it: `yes`, `output`, `no`. What was found or not is the status' to tell
    /// only where somebody said which of them is right.
    pub fn word(self) -> &'static str {
        match self {
            Decides::Status | Decides::Found => "yes",
            Decides::Output(_) => "output",
            Decides::Nothing(_) => "no",
        }
    }
}

impl Reading {
    /// Returns the source of the script's result: its status, its output, or nothing. It is taken to be run so that any
    /// failing part of a list ends it ([`Reading::strict_form`]).
    pub fn decides(&self) -> Decides {
        if self.ends_well_anyway() {
            Decides::Nothing(NothingReason::Trap)
        } else {
            self.decides_node(&self.script.root)
        }
    }

    /// Returns whether what runs at the script's end makes a success of it: `trap 'exit 0' EXIT`.
    fn ends_well_anyway(&self) -> bool {
        let traps = |call: &&Call| call.is(Trait::Traps);
        let exits = |call: &Call| call.is(Trait::Exits) && call.is(Trait::Succeeds);
        self.calls()
            .into_iter()
            .filter(traps)
            .filter_map(|call| call.arguments.first())
            .any(|script| crate::reading::read(script).calls().into_iter().any(exits))
    }

    /// Returns whether `!` turns the script's status around.
    pub fn is_negated(&self) -> bool {
        fn negated(node: &Node) -> bool {
            match node {
                Node::Not(_) => true,
                Node::And(_, right) | Node::Or(_, right) => negated(right),
                Node::Subshell(inner) => negated(inner),
                Node::Sequence(all) => all.last().is_some_and(negated),
                _ => false,
            }
        }
        negated(&self.script.root)
    }

    /// Returns whether its failure is made a success at its end: `|| true`.
    pub fn is_forgiven(&self) -> bool {
        self.forgives(&self.script.root)
    }

    fn forgives(&self, node: &Node) -> bool {
        match node {
            Node::Or(_, right) => {
                self.node_is(right, Trait::Succeeds) && !self.node_is(right, Trait::Prints)
            }
            Node::And(_, right) => self.forgives(right),
            Node::Subshell(inner) => self.forgives(inner),
            Node::Sequence(all) => all.last().is_some_and(|last| self.forgives(last)),
            _ => false,
        }
    }

    /// Returns whether the status of a pipe is that of its first failing member.
    fn pipe_fails(&self) -> bool {
        let sets = |call: &Call| {
            call.is(Trait::SetsOptions)
                && call.arguments.iter().any(|argument| argument == "pipefail")
        };
        self.pipes_fail || self.calls().iter().any(|call| sets(call))
    }

    fn decides_node(&self, node: &Node) -> Decides {
        match node {
            Node::Invocation(at) => self.decides_part(*at),
            Node::Pipe(members) => self.decides_pipe(members),
            Node::And(left, right) => {
                if self.does_nothing(right) {
                    self.decides_node(left)
                } else {
                    self.decides_node(right)
                }
            }
            Node::Or(left, right) => self.decides_or(left, right),
            Node::Not(inner) => match self.decides_node(inner) {
                Decides::Found => Decides::Status,
                other => other,
            },
            Node::Subshell(inner) => self.decides_node(inner),
            Node::Background(_) => Decides::Nothing(NothingReason::Background),
            Node::Sequence(all) => self.decides_sequence(all),
            Node::Condition { tests, branches } => self.decides_condition(tests, branches),
            Node::Loop { tests, body } => {
                let endless = tests
                    .last()
                    .is_some_and(|test| self.node_is(test, Trait::Succeeds));
                if endless {
                    Decides::Nothing(NothingReason::Watches)
                } else {
                    self.decides_node(body)
                }
            }
            Node::Definition(_) | Node::Nothing => Decides::Nothing(NothingReason::Unreadable),
        }
    }

    fn decides_part(&self, at: usize) -> Decides {
        match self.parts.get(at) {
            None => Decides::Nothing(NothingReason::Unreadable),
            Some(Part::Assignments) => Decides::Status,
            Some(Part::Call(_)) if self.makes_file(at) => Decides::Status,
            Some(Part::Scripts(call, inner)) => {
                if inner.iter().any(|one| one.loses_a_status(call)) {
                    return Decides::Nothing(NothingReason::Sequence);
                }
                inner.last().map_or(Decides::Status, Reading::decides)
            }
            Some(Part::Call(call)) => {
                if call.is(Trait::Serves) {
                    return Decides::Nothing(NothingReason::Serves);
                }
                if call.is(Trait::Watches) {
                    return Decides::Nothing(NothingReason::Watches);
                }
                match call.result_source() {
                    Telling::Status => Decides::Status,
                    Telling::Found => Decides::Found,
                    Telling::Output => Decides::Output(OutputReason::Shows),
                    Telling::Nothing => Decides::Nothing(NothingReason::Program),
                }
            }
        }
    }

    /// Returns whether a script inside of another one (`sh -c 'a; b'`) goes on after a failure: nobody
    /// runs it in a strict form. The lines of a target's recipe are run one by one, and the first
    /// failure ends them.
    fn loses_a_status(&self, runner: &Call) -> bool {
        let by_lines = runner.target.is_some() && self.script.text.trim().contains('\n');
        let ends_at_errors = |words: &[String]| {
            words.iter().any(|word| {
                word == "errexit"
                    || !word.starts_with("--") && word.starts_with('-') && word.contains('e')
            })
        };
        let is_strict = ends_at_errors(&runner.arguments) && runner.target.is_none()
            || self
                .calls()
                .iter()
                .any(|call| call.is(Trait::SetsOptions) && ends_at_errors(&call.arguments));
        match &self.script.root {
            Node::Sequence(all) if !by_lines && !is_strict => {
                all.iter().rev().skip(1).any(|one| !self.does_nothing(one))
            }
            _ => false,
        }
    }

    fn decides_pipe(&self, members: &[Node]) -> Decides {
        let Some(last) = members.last() else {
            return Decides::Nothing(NothingReason::Unreadable);
        };
        let told = self.decides_node(last);
        let source = members
            .iter()
            .find(|one| !self.node_is(one, Trait::Feeds) && !self.node_is(one, Trait::Filter));
        if !self.node_is(last, Trait::Filter) {
            return told;
        }
        match source {
            // All members only pass text on: the last one's verdict is about the text.
            None => told,
            Some(source) if self.pipe_fails() => self.decides_node(source),
            Some(source) => match (self.decides_node(source), told) {
                (endless @ Decides::Nothing(NothingReason::Serves | NothingReason::Watches), _) => {
                    endless
                }
                (_, found @ Decides::Found) => found,
                (_, other)
                    if self.node_is(last, Trait::ClosesEarly) && other == Decides::Status =>
                {
                    other
                }
                _ => Decides::Output(OutputReason::Pipe),
            },
        }
    }

    fn decides_or(&self, left: &Node, right: &Node) -> Decides {
        let told = self.decides_node(left);
        if self.node_is(right, Trait::Exits) && !self.node_is(right, Trait::Succeeds) {
            return told;
        }
        if self.node_is(right, Trait::Prints) {
            return Decides::Output(OutputReason::Or);
        }
        if self.node_is(right, Trait::Succeeds) {
            return match told {
                Decides::Output(reason) => Decides::Output(reason),
                _ => Decides::Nothing(NothingReason::Or),
            };
        }
        if self.kind_of(right).is_none() {
            told
        } else {
            self.decides_node(right)
        }
    }

    fn decides_sequence(&self, all: &[Node]) -> Decides {
        let Some(last) = all.last() else {
            return Decides::Nothing(NothingReason::Unreadable);
        };
        if self.prints_status(last) {
            return Decides::Output(OutputReason::StatusPrinted);
        }
        let Some(at) = all.iter().rposition(|one| !self.does_nothing(one)) else {
            let mut silent = all.iter().rev().map(|one| self.decides_node(one));
            return silent
                .find(|told| matches!(told, Decides::Nothing(_)))
                .unwrap_or_else(|| self.decides_node(last));
        };
        let swallowed = all[at + 1..]
            .iter()
            .any(|one| self.node_is(one, Trait::Succeeds) && !self.node_is(one, Trait::Prints));
        if swallowed {
            Decides::Nothing(NothingReason::Sequence)
        } else {
            self.decides_node(&all[at])
        }
    }

    fn decides_condition(&self, tests: &[Node], branches: &[Node]) -> Decides {
        let inside = |node: &Node, wanted: &dyn Fn(&Node) -> bool| match node {
            Node::Sequence(all) => all.iter().any(wanted),
            one => wanted(one),
        };
        let fails =
            |node: &Node| self.node_is(node, Trait::Exits) && !self.node_is(node, Trait::Succeeds);
        if branches.iter().any(|branch| inside(branch, &fails)) {
            return Decides::Status;
        }
        let prints = |node: &Node| self.node_is(node, Trait::Prints);
        if branches.iter().any(|branch| inside(branch, &prints)) {
            return Decides::Output(OutputReason::Condition);
        }
        // Of an `if`, one branch is taken for sure only where it has an `else`; what a `case` leaves out is not known.
        let takes_one = branches.len() > tests.len() && branches.len() > 1;
        if !takes_one || branches.iter().any(|branch| self.does_nothing(branch)) {
            return Decides::Nothing(NothingReason::Condition);
        }
        let mut told = branches.iter().map(|branch| self.decides_node(branch));
        let lost = |one: &Decides| !matches!(one, Decides::Status | Decides::Found);
        told.find(lost).unwrap_or(Decides::Status)
    }

    /// Returns whether a node does nothing of note: it waits, prints or changes the shell.
    fn does_nothing(&self, node: &Node) -> bool {
        self.kind_of(node).is_none()
    }

    fn prints_status(&self, node: &Node) -> bool {
        self.node_is(node, Trait::Prints)
            && node
                .invocations()
                .iter()
                .filter_map(|at| self.script.invocation(*at))
                .any(|invocation| {
                    invocation.arguments().any(|argument| {
                        argument.contains("$?") || argument.contains("${PIPESTATUS")
                    })
                })
    }
}

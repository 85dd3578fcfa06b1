//! How to run a script so that any failing part ends it.

use crate::reading::Reading;
use crate::script::Node;
use crate::table::Trait;

/// Ends a script at its first failing command.
const AT_ERRORS: &str = "set -e\n";
/// Ends it also where a pipe's earlier member fails.
const AT_ERRORS_AND_IN_PIPES: &str = "set -e -o pipefail\n";

impl Reading {
    /// Returns the text that a Bash shell runs so that any failing part ends it: prompts taken off, and
    /// options set where there are several parts.
    ///
    /// A script that looks at a status itself (`$?`), or sets the shell's options, stays as it is. A pipe
    /// whose last member ends before its input does (`head`) would make the others fail, so that its
    /// status stays the last member's.
    pub fn strict_form(&self) -> String {
        let text = self.script.text.trim();
        let own_way = text.contains("$?")
            || self.calls().iter().any(|call| call.is(Trait::SetsOptions))
            || !self.script.is_sound();
        let several = match &self.script.root {
            Node::Sequence(_) | Node::Loop { .. } | Node::Condition { .. } | Node::Subshell(_) => true,
            root => has_pipe(root),
        };
        if own_way || !several {
            return text.to_owned();
        }
        let pipes = has_pipe(&self.script.root) && !self.closes_early(&self.script.root);
        format!("{}{text}", if pipes { AT_ERRORS_AND_IN_PIPES } else { AT_ERRORS })
    }

    fn closes_early(&self, node: &Node) -> bool {
        match node {
            Node::Pipe(members) => members.iter().skip(1).any(|member| self.node_is(member, Trait::ClosesEarly)),
            Node::Sequence(all) => all.iter().any(|one| self.closes_early(one)),
            Node::And(left, right) | Node::Or(left, right) => self.closes_early(left) || self.closes_early(right),
            Node::Not(inner) | Node::Subshell(inner) | Node::Background(inner) => self.closes_early(inner),
            Node::Condition { tests, branches } => tests.iter().chain(branches).any(|one| self.closes_early(one)),
            Node::Loop { tests, body } => tests.iter().any(|one| self.closes_early(one)) || self.closes_early(body),
            Node::Invocation(_) | Node::Definition(_) | Node::Nothing => false,
        }
    }
}

fn has_pipe(node: &Node) -> bool {
    match node {
        Node::Pipe(_) => true,
        Node::Sequence(all) => all.iter().any(has_pipe),
        Node::And(left, right) | Node::Or(left, right) => has_pipe(left) || has_pipe(right),
        Node::Not(inner) | Node::Subshell(inner) | Node::Background(inner) => has_pipe(inner),
        Node::Condition { tests, branches } => tests.iter().chain(branches).any(has_pipe),
        Node::Loop { tests, body } => tests.iter().any(has_pipe) || has_pipe(body),
        Node::Invocation(_) | Node::Definition(_) | Node::Nothing => false,
    }
}

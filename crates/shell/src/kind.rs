//! Decides the purpose of a script: of a pipe the program whose result is looked at, of a list the
//! last member, of an `&&` chain also what must hold before.

use crate::reading::{Part, Reading};
use crate::script::{Node, RedirectionKind};
use crate::table::{Kind, Trait};

impl Reading {
    /// Returns the kind of what the script does.
    pub fn kind(&self) -> Kind {
        self.kind_of(&self.script.root)
            .or_else(|| self.idle_kind())
            .unwrap_or(Kind::Other)
    }

    /// Returns the kinds of all parts whose success counts, in their order, each once.
    pub fn kinds(&self) -> Vec<Kind> {
        let mut kinds = Vec::new();
        self.collect_kinds(&self.script.root, &mut kinds);
        if kinds.is_empty() {
            kinds.extend(self.idle_kind());
        }
        kinds
    }

    fn collect_kinds(&self, node: &Node, kinds: &mut Vec<Kind>) {
        match node {
            Node::And(left, right) => {
                self.collect_kinds(left, kinds);
                self.collect_kinds(right, kinds);
            }
            Node::Sequence(all) => all.iter().for_each(|one| self.collect_kinds(one, kinds)),
            Node::Invocation(at) => match self.parts.get(*at) {
                Some(Part::Scripts(_, inner)) => {
                    for kind in inner.iter().flat_map(Reading::kinds) {
                        if !kinds.contains(&kind) {
                            kinds.push(kind);
                        }
                    }
                }
                _ => self.push_kind(node, kinds),
            },
            _ => self.push_kind(node, kinds),
        }
    }

    fn push_kind(&self, node: &Node, kinds: &mut Vec<Kind>) {
        if let Some(kind) = self.kind_of(node).filter(|kind| !kinds.contains(kind)) {
            kinds.push(kind);
        }
    }

    /// Returns the kind of a node; `None` where it does nothing of note.
    pub(crate) fn kind_of(&self, node: &Node) -> Option<Kind> {
        match node {
            Node::Invocation(at) => self.kind_of_part(*at),
            Node::Pipe(members) => self.kind_of_pipe(members),
            Node::And(left, right) => match (self.kind_of(left), self.kind_of(right)) {
                // A push behind the commit, a listing behind it.
                (Some(Kind::Commit), Some(Kind::Git)) => Some(Kind::Commit),
                (left, right) => right.or(left),
            },
            Node::Or(left, right) => self.kind_of(left).or_else(|| self.kind_of(right)),
            Node::Not(inner) | Node::Subshell(inner) | Node::Background(inner) => {
                self.kind_of(inner)
            }
            Node::Sequence(all) => all.iter().rev().find_map(|one| self.kind_of(one)),
            Node::Condition { tests, branches } => {
                let ran = branches
                    .iter()
                    .rev()
                    .find_map(|branch| self.kind_of(branch));
                ran.or_else(|| tests.iter().rev().find_map(|test| self.kind_of(test)))
            }
            Node::Loop { tests, body } => self
                .kind_of(body)
                .or_else(|| tests.iter().rev().find_map(|test| self.kind_of(test))),
            Node::Definition(_) | Node::Nothing => None,
        }
    }

    fn kind_of_part(&self, at: usize) -> Option<Kind> {
        match self.parts.get(at)? {
            Part::Assignments => None,
            Part::Call(_) if self.makes_file(at) => Some(Kind::Other),
            Part::Call(call) if call.is(Trait::Idle) => None,
            Part::Call(call) => Some(call.kind()),
            Part::Scripts(_, inner) => inner
                .iter()
                .rev()
                .find_map(|one| one.kind_of(&one.script.root)),
        }
    }

    /// Returns whether what the invocation passes on or prints goes to a file: it writes one, and looks
    /// at nothing.
    pub(crate) fn makes_file(&self, at: usize) -> bool {
        let passes = match self.parts.get(at) {
            Some(Part::Call(call)) => call.is(Trait::Feeds) || call.is(Trait::Filter),
            _ => false,
        };
        passes
            && self.script.invocation(at).is_some_and(|one| {
                one.redirections.iter().any(|redirection| {
                    matches!(
                        redirection.kind,
                        RedirectionKind::Output | RedirectionKind::Append
                    ) && !redirection.target.starts_with("/dev/")
                        && redirection.target.parse::<u8>().is_err()
                })
            })
    }

    /// Returns the first member that is neither a mere source nor a mere filter; an interpreter at
    /// the end that reads what was fetched brings something in.
    fn kind_of_pipe(&self, members: &[Node]) -> Option<Kind> {
        let first = members.iter().find(|member| {
            !self.node_is(member, Trait::Filter) && !self.node_is(member, Trait::Feeds)
        });
        let kind = first.and_then(|member| self.kind_of(member));
        let last = members.last().and_then(|member| self.kind_of(member));
        if kind == Some(Kind::Request) && last == Some(Kind::Script) {
            return Some(Kind::Install);
        }
        kind.or_else(|| members.iter().find_map(|member| self.kind_of(member)))
    }

    /// Returns whether a node is one call with this property.
    pub(crate) fn node_is(&self, node: &Node, one: Trait) -> bool {
        match node {
            Node::Invocation(at) => match self.parts.get(*at) {
                Some(Part::Call(call)) => call.is(one),
                Some(Part::Scripts(_, inner)) => inner
                    .last()
                    .is_some_and(|last| last.node_is(&last.script.root, one)),
                _ => false,
            },
            Node::Sequence(all) | Node::Pipe(all) => {
                all.last().is_some_and(|last| self.node_is(last, one))
            }
            Node::And(_, right) => self.node_is(right, one),
            Node::Subshell(inner) => self.node_is(inner, one),
            _ => false,
        }
    }

    /// Returns the kind of the last call where all of them do nothing of note.
    fn idle_kind(&self) -> Option<Kind> {
        self.calls().last().map(|call| call.kind())
    }
}

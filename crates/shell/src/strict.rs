//! Rewrites a script so that any failing part ends it.

use crate::call::Call;
use crate::reading::Reading;
use crate::script::Node;
use crate::table::Trait;

/// Ends a script at its first failing command.
const AT_ERRORS: &str = "set -e\n";
/// Ends it also where a pipe's earlier member fails.
const AT_ERRORS_AND_IN_PIPES: &str = "set -e -o pipefail\n";

impl Reading {
    /// Returns the text that a Bash shell runs so that any failing part ends it: prompts taken off,
    /// and options set where there are several parts.
    ///
    /// A script that looks at a status itself (`$?`), or goes on after a failure (`set +e`), stays
    /// as it is. Where a pipe's last member ends before its input does (`head`) and cannot be made
    /// to read on ([`Reading::reading_on`]), the others would fail for that, so that its status
    /// stays the last member's.
    pub fn strict_form(&self) -> String {
        let text = self.script.text.trim();
        let own_way =
            text.contains("$?") || self.calls().iter().any(goes_on) || !self.script.is_sound();
        let several = match &self.script.root {
            Node::Sequence(_) | Node::Loop { .. } | Node::Condition { .. } | Node::Subshell(_) => {
                true
            }
            root => has_pipe(root),
        };
        if own_way || !several {
            return text.to_owned();
        }
        if !has_pipe(&self.script.root) {
            return format!("{AT_ERRORS}{text}");
        }
        let breaks = self.closes_early(&self.script.root) && self.reading_on().is_none();
        format!(
            "{}{text}",
            if breaks {
                AT_ERRORS
            } else {
                AT_ERRORS_AND_IN_PIPES
            }
        )
    }

    /// Returns whether the script itself takes care that a failure does not end it (`set +e`), and looks
    /// at none, so that the status of a program that `wanted` names is lost where something follows
    /// it.
    pub fn goes_on_after(&self, wanted: &dyn Fn(&Call) -> bool) -> bool {
        let calls = self.calls();
        let looks = self.script.text.contains("$?");
        let from = calls.iter().position(goes_on).filter(|_| !looks);
        from.is_some_and(|from| {
            let rest = &calls[from + 1..];
            let last = rest.iter().rposition(|call| wanted(call));
            last.is_some_and(|last| {
                last + 1 < rest.len() || rest[..last].iter().any(|call| wanted(call))
            })
        })
    }

    /// Returns the text with each member of a pipe that would end early reading its input to the
    /// end, with the status that it would have had; `None` where one of them is no plain command,
    /// or what feeds it has no end.
    pub fn reading_on(&self) -> Option<String> {
        let mut early = Vec::new();
        self.early_members(&self.script.root, &mut early)?;
        early.sort_by_key(|span| std::cmp::Reverse(span.start));
        let mut text = self.script.text.clone();
        for span in early {
            let member = text.get(span.clone())?;
            let whole = format!("( early=0; {member} || early=$?; cat >/dev/null; exit $early )");
            text.replace_range(span, &whole);
        }
        Some(text)
    }

    fn early_members(&self, node: &Node, found: &mut Vec<crate::script::Span>) -> Option<()> {
        match node {
            Node::Pipe(members) => {
                for (at, member) in members.iter().enumerate().skip(1) {
                    if !self.node_is(member, Trait::ClosesEarly) {
                        continue;
                    }
                    let Node::Invocation(invocation) = member else {
                        return None;
                    };
                    if members[..at].iter().any(|member| self.may_not_end(member)) {
                        return None;
                    }
                    found.push(self.script.invocation(*invocation)?.span.clone());
                }
                Some(())
            }
            Node::Sequence(all) => all
                .iter()
                .try_for_each(|one| self.early_members(one, found)),
            Node::And(left, right) | Node::Or(left, right) => {
                self.early_members(left, found)?;
                self.early_members(right, found)
            }
            Node::Not(inner) | Node::Subshell(inner) => self.early_members(inner, found),
            inner if self.closes_early(inner) => None,
            _ => Some(()),
        }
    }

    /// Returns whether a member of a pipe may print until nobody reads on.
    fn may_not_end(&self, member: &Node) -> bool {
        /// Devices that can be read for ever.
        const DEVICES: [&str; 3] = ["/dev/zero", "/dev/urandom", "/dev/random"];
        let text = match member {
            Node::Invocation(at) => self
                .script
                .invocation(*at)
                .and_then(|one| self.script.text.get(one.span.clone())),
            Node::Subshell(inner) | Node::Not(inner) => return self.may_not_end(inner),
            Node::Sequence(all) | Node::Pipe(all) => {
                return all.iter().any(|one| self.may_not_end(one));
            }
            Node::And(left, right) | Node::Or(left, right) => {
                return self.may_not_end(left) || self.may_not_end(right);
            }
            Node::Condition { branches, .. } => {
                return branches.iter().any(|one| self.may_not_end(one));
            }
            Node::Loop { .. } => return true,
            Node::Background(_) | Node::Definition(_) | Node::Nothing => return false,
        };
        let read = text.is_some_and(|text| DEVICES.iter().any(|device| text.contains(device)));
        read || [Trait::Endless, Trait::Watches, Trait::Serves]
            .into_iter()
            .any(|one| self.node_is(member, one))
    }

    fn closes_early(&self, node: &Node) -> bool {
        match node {
            Node::Pipe(members) => members
                .iter()
                .skip(1)
                .any(|member| self.node_is(member, Trait::ClosesEarly)),
            Node::Sequence(all) => all.iter().any(|one| self.closes_early(one)),
            Node::And(left, right) | Node::Or(left, right) => {
                self.closes_early(left) || self.closes_early(right)
            }
            Node::Not(inner) | Node::Subshell(inner) | Node::Background(inner) => {
                self.closes_early(inner)
            }
            Node::Condition { tests, branches } => tests
                .iter()
                .chain(branches)
                .any(|one| self.closes_early(one)),
            Node::Loop { tests, body } => {
                tests.iter().any(|one| self.closes_early(one)) || self.closes_early(body)
            }
            Node::Invocation(_) | Node::Definition(_) | Node::Nothing => false,
        }
    }
}

/// Returns whether a call lets the shell go on after a failure: `set +e`, `set +o errexit`.
fn goes_on(call: &&Call) -> bool {
    let off = |word: &String| word.starts_with('+') && word.contains('e') || word == "errexit";
    call.is(Trait::SetsOptions)
        && call.arguments.iter().any(off)
        && !call.arguments.iter().any(|word| word.starts_with('-'))
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

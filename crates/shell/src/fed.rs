//! Finds the programs that feed a search in a pipe, whose own status nobody sees: `node a.js | grep
//! ok` finds "ok" also where node crashed.
//!
//! It is run first, and its failure ends the script with a status of its own: `node a.js | grep ok`
//! becomes `{ fed0=$(node a.js) || exit 119; } && printf … | grep ok`.

use crate::call::Call;
use crate::decides::{Decides, NothingReason};
use crate::reading::{Part, Reading};
use crate::script::{Node, RedirectionKind, Span};
use crate::table::{StatusMeaning, Trait};

/// A pipe into a search.
struct Feed {
    /// All that feeds it, up to the last program whose status counts; `None` where that can't be
    /// run by itself.
    span: Option<Span>,
    /// It is itself a pipe.
    piped: bool,
}

impl Reading {
    /// Returns the text with what feeds a search run before it, where it holds a program that
    /// `wanted` names: its failure ends the script with `status`. `None` where there is nothing of
    /// that kind.
    pub fn with_fed_statuses(&self, wanted: &dyn Fn(&Call) -> bool, status: i32) -> Option<String> {
        let mut feeds = Vec::new();
        self.feeds(&self.script.root, wanted, &mut feeds);
        let mut text = self.script.text.clone();
        let mut found = false;
        feeds
            .sort_by_key(|feed| std::cmp::Reverse(feed.span.as_ref().map_or(0, |span| span.start)));
        for (at, feed) in feeds.into_iter().enumerate() {
            let Some(span) = feed.span else { continue };
            let feeding = text.get(span.clone())?.to_owned();
            let strict = if feed.piped { "set -o pipefail; " } else { "" };
            // Without a line where nothing is printed.
            let printed = format!("printf '%s' \"${{fed{at}:+${{fed{at}}}\n}}\"");
            text.replace_range(span.clone(), &printed);
            let before = text[..span.start].trim_end();
            let start = if before.ends_with('!') {
                before.len() - 1
            } else {
                span.start
            };
            text.insert_str(
                start,
                &format!("{{ fed{at}=$({strict}{feeding}) || exit {status}; }} && "),
            );
            found = true;
        }
        found.then_some(text)
    }

    /// Returns the text with each search that `!` turns around ending with 2 where it could not
    /// search: `! grep x nowhere` succeeds for that. `None` where there is none.
    pub fn with_negated_searches(&self) -> Option<String> {
        let mut found = Vec::new();
        self.negated_searches(&self.script.root, &mut found);
        found.sort_by_key(|span| std::cmp::Reverse(span.start));
        let mut text = self.script.text.clone();
        for span in &found {
            let search = text.get(span.clone())?.to_owned();
            let start = text[..span.start].trim_end().strip_suffix('!')?.len();
            text.replace_range(
                start..span.end,
                &format!("if {search}; then false; else [ $? -eq 1 ] || exit 2; fi"),
            );
        }
        (!found.is_empty()).then_some(text)
    }

    fn negated_searches(&self, node: &Node, found: &mut Vec<Span>) {
        match node {
            Node::Not(inner) => {
                if let Node::Invocation(at) = &**inner
                    && let Part::Call(call) = &self.parts[*at]
                    && call.status(1) == Some(StatusMeaning::NothingFound)
                {
                    found.extend(self.extent(inner));
                }
            }
            Node::Sequence(all) => all.iter().for_each(|one| self.negated_searches(one, found)),
            Node::And(left, right) | Node::Or(left, right) => {
                self.negated_searches(left, found);
                self.negated_searches(right, found);
            }
            Node::Subshell(inner) => self.negated_searches(inner, found),
            _ => {}
        }
    }

    /// Returns whether the status of a program that `wanted` names is lost where the text runs as a
    /// script of its own, which no failure ends unless it says so (`set -e`).
    pub fn drops_statuses(&self, wanted: &dyn Fn(&Call) -> bool) -> bool {
        let text = self.script.text.as_str();
        let strict = |call: &&Call| {
            let on =
                |word: &String| word == "errexit" || word.starts_with('-') && word.contains('e');
            call.is(Trait::SetsOptions) && call.arguments.iter().any(on)
        };
        let first = text.lines().next().unwrap_or_default();
        let strict =
            self.calls().iter().any(strict) || first.starts_with("#!") && first.contains(" -e");
        if self.decides() == Decides::Nothing(NothingReason::Trap) || self.goes_on_after(wanted) {
            return true;
        }
        let Node::Sequence(all) = &self.script.root else {
            return false;
        };
        let mut earlier = all
            .iter()
            .rev()
            .skip(1)
            .filter(|one| !matches!(one, Node::Or(..) | Node::Definition(_)));
        !strict && !text.contains("$?") && earlier.any(|one| self.holds(one, wanted))
    }

    fn holds(&self, node: &Node, question: &dyn Fn(&Call) -> bool) -> bool {
        node.invocations()
            .into_iter()
            .any(|at| match &self.parts[at] {
                Part::Assignments => false,
                Part::Call(call) => question(call),
                Part::Scripts(call, inner) => {
                    question(call) || inner.iter().flat_map(Reading::calls).any(question)
                }
            })
    }

    /// Returns whether the failure of a program that `wanted` names, and that feeds a search, is lost
    /// and can't be kept.
    pub fn loses_fed(&self, wanted: &dyn Fn(&Call) -> bool) -> bool {
        let mut feeds = Vec::new();
        self.feeds(&self.script.root, wanted, &mut feeds);
        feeds.iter().any(|feed| feed.span.is_none())
    }

    fn feeds(&self, node: &Node, wanted: &dyn Fn(&Call) -> bool, found: &mut Vec<Feed>) {
        match node {
            Node::Pipe(members) => found.extend(self.feed(members, wanted)),
            Node::Sequence(all) => all.iter().for_each(|one| self.feeds(one, wanted, found)),
            Node::And(left, right) => {
                self.feeds(left, wanted, found);
                self.feeds(right, wanted, found);
            }
            Node::Or(left, right) => {
                self.feeds(left, wanted, found);
                let from = found.len();
                self.feeds(right, wanted, found);
                // What stands in front of it would no longer be all that is asked.
                found[from..].iter_mut().for_each(|feed| feed.span = None);
            }
            Node::Not(inner) | Node::Subshell(inner) => self.feeds(inner, wanted, found),
            Node::Condition { tests, branches } => {
                tests
                    .iter()
                    .chain(branches)
                    .for_each(|one| self.feeds(one, wanted, found));
            }
            Node::Loop { tests, body } => {
                tests.iter().for_each(|one| self.feeds(one, wanted, found));
                self.feeds(body, wanted, found);
            }
            Node::Background(_) | Node::Invocation(_) | Node::Definition(_) | Node::Nothing => {}
        }
    }

    /// Collects the programs that feed a pipe whose later members search.
    fn feed(&self, members: &[Node], wanted: &dyn Fn(&Call) -> bool) -> Option<Feed> {
        let search = members.iter().rposition(|one| {
            self.holds(one, &|call| {
                call.status(1) == Some(StatusMeaning::NothingFound)
            })
        })?;
        let last = members[..search]
            .iter()
            .rposition(|one| self.holds(one, wanted))?;
        let from = self.extent(piped_input(&members[0])).map(|span| span.start);
        let to = self
            .extent(piped_input(&members[last]))
            .map(|span| span.end);
        let span = from.zip(to).map(|(from, to)| from..to).filter(|span| {
            let rest = self.script.text[span.end..].trim_start();
            rest.starts_with('|') && !rest.starts_with("|&")
        });
        Some(Feed {
            span,
            piped: last > 0,
        })
    }

    /// Where a member of a pipe stands; `None` where it is a form of its own.
    fn extent(&self, node: &Node) -> Option<Span> {
        match node {
            Node::Invocation(at) => {
                let invocation = self.script.invocation(*at)?;
                let document =
                    |one: &crate::script::Redirection| one.kind == RedirectionKind::Document;
                let redirected = invocation
                    .redirections
                    .iter()
                    .map(|one| one.span.end)
                    .max()
                    .unwrap_or(0);
                let whole = invocation.span.start..invocation.span.end.max(redirected);
                (!invocation.redirections.iter().any(document)).then_some(whole)
            }
            Node::Subshell(inner) => {
                let spans: Option<Vec<Span>> = inner
                    .invocations()
                    .into_iter()
                    .map(|at| {
                        self.script
                            .invocation(at)
                            .map(|invocation| invocation.span.clone())
                    })
                    .collect();
                let spans = spans?;
                let from = spans.iter().map(|span| span.start).min()?;
                let to = spans.iter().map(|span| span.end).max()?;
                let before = self.script.text[..from].trim_end();
                let behind = self.script.text[to..].trim_start_matches([' ', ';', '\n']);
                let end = self.script.text.len() - behind.len();
                let whole = before.ends_with('(') && behind.starts_with(')')
                    || before.ends_with('{') && behind.starts_with('}');
                whole.then(|| before.len() - 1..end + 1)
            }
            _ => None,
        }
    }
}

/// Returns the part of a pipe's first member that is piped: of `cd a && ! node b.js | grep x` the
/// program alone.
fn piped_input(member: &Node) -> &Node {
    match member {
        Node::And(_, inner) | Node::Not(inner) => piped_input(inner),
        member => member,
    }
}

//! Programs that run in a substitution, whose own status nobody sees: `test -z "$(node lint.js)"`
//! succeeds where node is not there.
//!
//! Where the substitution holds one plain command, its failure is made to count by running it
//! first: `test -z "$(gofmt -l .)"` becomes `{ substituted0=$(gofmt -l .) && test -z
//! "${substituted0}"; }`.

use crate::call::Call;
use crate::reading::{Part, Reading};
use crate::script::{Invocation, Node, RedirectionKind, Span};

/// The way a program's output is handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `$(…)`.
    Text,
    /// `<(…)`.
    File,
}

impl Reading {
    /// Returns the text with those substituted programs that `wanted` names run before what takes
    /// their output, so that a failure of theirs is one of it; `None` where there is none that can
    /// be.
    pub fn with_substituted_statuses(&self, wanted: &dyn Fn(&Call) -> bool) -> Option<String> {
        let mut edits: Vec<(Span, String)> = Vec::new();
        let lost = self.lost(wanted);
        for owner in 0..self.script.invocations.len() {
            let own: Vec<(usize, Form)> = lost
                .iter()
                .filter(|one| one.1 == owner)
                .filter_map(|one| one.2.map(|form| (one.0, form)))
                .collect();
            let whole = &self.script.invocations[owner];
            if own.is_empty() || self.is_negated_at(owner) || has_document(whole) {
                continue;
            }
            let mut text = self.script.slice(&whole.span).to_owned();
            let mut first = String::new();
            for (at, form) in own.iter().rev() {
                let span = span_with_signs(&self.script.text, &self.script.invocations[*at].span);
                let place = span.start.checked_sub(whole.span.start)?
                    ..span.end.checked_sub(whole.span.start)?;
                let taken = match form {
                    Form::Text => format!("${{substituted{at}}}"),
                    Form::File => format!("<(printf '%s\\n' \"${{substituted{at}}}\")"),
                };
                text.get(place.clone())?;
                text.replace_range(place, &taken);
                let command = self.script.slice(&self.script.invocations[*at].span);
                first = format!("substituted{at}=$({command}) && {first}");
            }
            edits.push((whole.span.clone(), format!("{{ {first}{text}; }}")));
        }
        if edits.is_empty() {
            return None;
        }
        let mut text = self.script.text.clone();
        for (span, edit) in edits.into_iter().rev() {
            text.get(span.clone())?;
            text.replace_range(span, &edit);
        }
        Some(text)
    }

    /// Returns whether a substituted program that `wanted` names may fail where the script succeeds.
    pub fn loses_substituted(&self, wanted: &dyn Fn(&Call) -> bool) -> bool {
        !self.lost(wanted).is_empty()
    }

    /// Returns the substituted invocations whose status is lost, with the one that takes the output and, for a plain
    /// command, the form of the substitution.
    fn lost(&self, wanted: &dyn Fn(&Call) -> bool) -> Vec<(usize, usize, Option<Form>)> {
        let script = &self.script;
        let mut found = Vec::new();
        for (at, inner) in script
            .invocations
            .iter()
            .enumerate()
            .filter(|(_, one)| one.substituted)
        {
            let named = match &self.parts[at] {
                Part::Assignments => false,
                Part::Call(call) => wanted(call),
                Part::Scripts(call, inner) => {
                    wanted(call) || inner.iter().flat_map(Reading::calls).any(wanted)
                }
            };
            if !named {
                continue;
            }
            let holds = |one: &&(usize, &Invocation)| {
                !one.1.substituted
                    && one.1.span.start <= inner.span.start
                    && inner.span.end <= one.1.span.end
            };
            let owners: Vec<(usize, &Invocation)> = script.invocations.iter().enumerate().collect();
            let Some((owner, taker)) = owners.iter().rev().find(holds) else {
                continue;
            };
            let form = form_of_substitution(&script.text, &inner.span);
            // An assignment ends as what it takes its value from.
            let kept = taker.words.is_empty() && form == Some(Form::Text)
                || form.is_none() && wants_output(taker);
            if !kept {
                found.push((at, *owner, form));
            }
        }
        found
    }

    fn is_negated_at(&self, at: usize) -> bool {
        fn inside(node: &Node, at: usize) -> bool {
            match node {
                Node::Not(inner) => inner.invocations().contains(&at),
                Node::Pipe(all) | Node::Sequence(all) => all.iter().any(|one| inside(one, at)),
                Node::And(left, right) | Node::Or(left, right) => {
                    inside(left, at) || inside(right, at)
                }
                Node::Subshell(inner) | Node::Background(inner) | Node::Definition(inner) => {
                    inside(inner, at)
                }
                Node::Condition { tests, branches } => {
                    tests.iter().chain(branches).any(|one| inside(one, at))
                }
                Node::Loop { tests, body } => {
                    tests.iter().any(|one| inside(one, at)) || inside(body, at)
                }
                Node::Invocation(_) | Node::Nothing => false,
            }
        }
        inside(&self.script.root, at)
    }
}

/// Returns whether a test fails where it is given nothing: `[ "$(…)" = 3 ]`.
fn wants_output(taker: &Invocation) -> bool {
    let words: Vec<&str> = taker.arguments().collect();
    let compares = words
        .iter()
        .any(|word| matches!(*word, "=" | "==" | "-eq" | "-gt" | "-ge" | "-n"));
    compares
        && !words
            .iter()
            .any(|word| matches!(*word, "" | "0" | "-z" | "!"))
}

fn has_document(invocation: &Invocation) -> bool {
    invocation
        .redirections
        .iter()
        .any(|one| one.kind == RedirectionKind::Document)
}

/// Returns the substitution that holds a command and nothing else.
fn form_of_substitution(text: &str, span: &Span) -> Option<Form> {
    let around = span_with_signs(text, span);
    let whole = text.get(around)?;
    match (whole.strip_prefix("$("), whole.strip_prefix("<(")) {
        _ if !whole.ends_with(')') => None,
        (Some(_), _) => Some(Form::Text),
        (_, Some(_)) => Some(Form::File),
        _ => None,
    }
}

/// Returns a command's span with the signs of the substitution around it.
fn span_with_signs(text: &str, span: &Span) -> Span {
    /// `$(` and `<(`.
    const OPENING: usize = 2;
    let before = text
        .get(..span.start)
        .map_or(0, |before| before.trim_end_matches([' ', '\n']).len());
    let behind = text.get(span.end..).unwrap_or("");
    let blank = behind.len() - behind.trim_start_matches([' ', '\n']).len();
    before.saturating_sub(OPENING)..(span.end + blank + 1).min(text.len())
}

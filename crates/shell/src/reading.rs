//! A script with what each of its invocations comes to: what the rest of the
//! crate answers questions from.

use crate::call::{Call, Recipes};
use crate::folders::join;
use crate::parse::parse;
use crate::resolve::{Resolved, Resolver};
use crate::script::{Node, Script, Span};

/// Scripts in scripts in recipes, deeper than anybody writes; a recipe may call itself.
const DEEPEST: usize = 6;

/// A script that was read: parsed, its wrappers and targets looked through.
#[derive(Debug)]
pub struct Reading {
    /// The script as parsed.
    pub script: Script,
    pub(crate) parts: Vec<Part>,
    /// The call that runs it says that any failing member of a pipe fails it: `bash -o pipefail -c`.
    pub(crate) pipes_fail: bool,
}

/// The meaning of an invocation.
#[derive(Debug)]
pub(crate) enum Part {
    /// Assignments alone.
    Assignments,
    /// A program.
    Call(Call),
    /// Scripts, by the call that runs them.
    Scripts(Call, Vec<Reading>),
}

/// Reads shell text, recipes unknown.
pub fn read(text: &str) -> Reading {
    read_with(text, &())
}

/// Reads shell text; targets are looked through to their recipes.
pub fn read_with(text: &str, recipes: &dyn Recipes) -> Reading {
    at_depth(
        text,
        recipes,
        &Place {
            span: None,
            folder: None,
            depth: 0,
        },
    )
}

/// Where a script stands.
struct Place {
    span: Option<Span>,
    folder: Option<String>,
    depth: usize,
}

fn at_depth(text: &str, recipes: &dyn Recipes, place: &Place) -> Reading {
    let script = parse(text);
    let mut parts = Vec::with_capacity(script.invocations.len());
    for invocation in &script.invocations {
        if invocation.words.is_empty() {
            parts.push(Part::Assignments);
            continue;
        }
        let span = place
            .span
            .clone()
            .unwrap_or_else(|| invocation.span.clone());
        let folder = match (&place.folder, &invocation.folder) {
            (base, Some(folder)) => join(base.as_deref(), folder),
            (base, None) => base.clone(),
        };
        let mut resolver = Resolver::new(recipes, span.clone(), folder);
        let assigned = invocation.assignments.iter();
        resolver.prefix = assigned
            .map(|one| format!("{}={}", one.name, crate::words::quote(&one.value)))
            .collect();
        let words: Vec<String> = invocation
            .words
            .iter()
            .map(|word| word.value.clone())
            .collect();
        parts.push(match resolver.resolve(&words) {
            Resolved::Scripts(call, inner) if place.depth < DEEPEST => {
                let pipes_fail = call.target.is_none() && sets_pipefail(&call.arguments);
                let read = inner.into_iter().map(|inner| {
                    let place = Place {
                        span: Some(span.clone()),
                        folder: inner.folder,
                        depth: place.depth + 1,
                    };
                    Reading {
                        pipes_fail,
                        ..at_depth(&inner.text, recipes, &place)
                    }
                });
                Part::Scripts(call, read.collect())
            }
            Resolved::Scripts(call, _) | Resolved::Call(call) => Part::Call(call),
        });
    }
    Reading {
        script,
        parts,
        pipes_fail: false,
    }
}

/// Returns whether a shell's options set `pipefail`: `-o pipefail`, `-euo pipefail`.
fn sets_pipefail(arguments: &[String]) -> bool {
    arguments.windows(2).any(|pair| {
        let option = pair[0].starts_with('-') && pair[0].ends_with('o');
        option && pair[1] == "pipefail"
    })
}

impl Reading {
    /// Returns the calls that it makes, with those of the scripts and recipes inside, in their
    /// order. What stands in substitutions is among them; functions' bodies are not.
    pub fn calls(&self) -> Vec<&Call> {
        let mut found = Vec::new();
        let defined = self.defined();
        for (at, part) in self.parts.iter().enumerate() {
            match part {
                _ if defined.contains(&at) => {}
                Part::Assignments => {}
                Part::Call(call) => found.push(call),
                Part::Scripts(_, inner) => found.extend(inner.iter().flat_map(Reading::calls)),
            }
        }
        found
    }

    /// Returns the calls as they are written, one for each invocation: a runner with its target, a
    /// shell with its script.
    pub fn outer_calls(&self) -> Vec<&Call> {
        let calls = self.parts.iter().filter_map(|part| match part {
            Part::Assignments => None,
            Part::Call(call) | Part::Scripts(call, _) => Some(call),
        });
        calls.collect()
    }

    fn defined(&self) -> Vec<usize> {
        fn inside(node: &Node, found: &mut Vec<usize>) {
            match node {
                Node::Definition(inner) => found.extend(inner.invocations()),
                Node::Sequence(all) | Node::Pipe(all) => {
                    all.iter().for_each(|one| inside(one, found))
                }
                Node::And(left, right) | Node::Or(left, right) => {
                    inside(left, found);
                    inside(right, found);
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        inside(&self.script.root, &mut found);
        found
    }
}

/// Returns whether a call of the text, or a wrapper in it, is decided by the rule; for the test of the
/// table.
#[doc(hidden)]
pub fn decided_by(text: &str, rule: &crate::table::Rule) -> bool {
    let reading = read(text);
    let is_this = |one: &crate::table::Rule| std::ptr::eq(one, rule);
    if rule.wraps.is_none() {
        return reading
            .calls()
            .iter()
            .any(|call| call.rule.is_some_and(is_this));
    }
    let Some(invocation) = reading.script.invocations.first() else {
        return false;
    };
    let row = invocation
        .program()
        .and_then(crate::call::row_of)
        .or_else(|| crate::table::own_script(invocation.program()?));
    let arguments: Vec<String> = invocation.arguments().map(str::to_owned).collect();
    row.and_then(|row| row.decide(&arguments))
        .is_some_and(|(one, _)| is_this(one))
}

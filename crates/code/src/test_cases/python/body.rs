//! Walks the body of a test in Python: which checks it makes, and which of them can fail it.
//!
//! ```text
//! got = f(1)
//! assert got == 2             f(1) == 2
//! return
//! assert got == 3             the same, silenced: NeverReached
//! ```

use tree_sitter::Node;

use super::File;
use super::rows::row_elements;
use crate::languages::{field_text, named_children, node_text};
use crate::test_cases::matchers::check_of_error;
use crate::test_cases::model::{Check, Silence};
use crate::test_cases::names::{Names, only_looks};
use crate::test_cases::platforms::truth_on_this_system;
use crate::test_cases::python_calls::{
    Arguments, Place, is_raising, last_name, of_assert, of_call,
};
use crate::test_cases::render::{Env, bind_constants, render_expression, show_text};

/// Past this many checks a body is not read on.
const MOST: usize = 400;

/// Errors of which a failed assertion is one.
const CATCHES_ASSERTIONS: [&str; 4] = [
    "AssertionError",
    "Exception",
    "BaseException",
    "failureException",
];

/// A body at work.
pub(super) struct Body<'f, 't> {
    file: &'f File<'t>,
    env: Env,
    names: Names<'t>,
    silence_now: Option<Silence>,
    is_conditional: bool,
    pub(super) checks: Vec<Check>,
    pub(super) calls: Vec<String>,
    /// The way in which the block that was walked last leaves the test, whatever happens.
    pub(super) left: Option<Silence>,
}

/// Returns what a condition of constants comes to.
pub(in crate::test_cases) fn truth_of(rendered: &str) -> Option<bool> {
    match rendered {
        "False" | "0" | "None" | "\"\"" | "[]" | "()" | "{}" | "not True" | "TYPE_CHECKING"
        | "false" | "!true" | "null" => Some(false),
        "True" | "1" | "not False" | "true" | "!false" => Some(true),
        _ if truth_on_this_system(rendered).is_some() => truth_on_this_system(rendered),
        _ => {
            let (left, right) = rendered
                .split_once("==")
                .or_else(|| rendered.split_once("is "))?;
            let constant = crate::test_cases::model::is_constant(rendered);
            constant
                .then(|| left.trim_end_matches('=').trim() == right.trim_start_matches('=').trim())
        }
    }
}

/// Returns whether a call asks for a module that every Python has: `pytest.importorskip("json")`.
fn asks_for_standard_module(call: &str) -> bool {
    let name = call.split(['"', '\'']).nth(1).unwrap_or_default();
    let root = name.split('.').next().unwrap_or_default();
    crate::standard_library::is_in_python(root)
}

impl<'f, 't> Body<'f, 't> {
    pub(super) fn new(file: &'f File<'t>, definition: Node<'t>, env: Env) -> Self {
        let block = definition.child_by_field_name("body");
        let is_check = |call| {
            let env = &Env::new();
            let source = file.source;
            of_call(call, Place { source, env }, &file.helpers).is_some_and(only_looks)
        };
        let mut body = Body {
            file,
            env,
            names: Names::read(block.unwrap_or(definition), file.source, &is_check),
            silence_now: None,
            is_conditional: false,
            checks: Vec::new(),
            calls: Vec::new(),
            left: None,
        };
        // A function of the file may stand in the place of the one that is tested.
        for (name, value) in file
            .constants
            .iter()
            .filter(|(_, value)| value.kind() == "lambda")
        {
            let value = render_expression(*value, file.source, &Env::new());
            bind_constants(&mut body.env, name, value);
        }
        body
    }

    fn current_place(&self) -> Place<'_> {
        Place {
            source: self.file.source,
            env: &self.env,
        }
    }

    /// Walks a block; what stands behind a way out of it is never reached.
    pub(super) fn walk(&mut self, block: Node<'t>) {
        let (silence, conditional) = (self.silence_now, self.is_conditional);
        for statement in named_children(block) {
            if self.checks.len() > MOST {
                break;
            }
            self.statement(statement);
        }
        self.left = self.silence_now.filter(|_| silence.is_none());
        (self.silence_now, self.is_conditional) = (silence, conditional);
    }

    /// Walks a block whose checks can't fail the test, if `silence` says so.
    fn walk_silenced(&mut self, block: Node<'t>, silence: Option<Silence>) {
        let before = self.silence_now;
        self.silence_now = before.or(silence);
        self.walk(block);
        self.silence_now = before;
    }

    /// Adds checks, silenced and conditional as the place is.
    fn push(&mut self, checks: Vec<Check>) {
        let (silence, conditional) = (self.silence_now, self.is_conditional);
        self.checks.extend(checks.into_iter().map(|mut check| {
            check.silence = silence.or(check.silence);
            check.is_conditional = conditional;
            check
        }));
    }

    /// Walks a statement: its checks, or what becomes of those behind it.
    fn statement(&mut self, statement: Node<'t>) {
        match statement.kind() {
            "assert_statement" => {
                let read = |place: Place<'_>| Some(of_assert(statement, place));
                let checks = self.names.read_checks(self.current_place(), &read);
                self.push(checks.unwrap_or_default());
            }
            "expression_statement" => named_children(statement)
                .into_iter()
                .for_each(|inner| self.expression(inner)),
            "return_statement" | "continue_statement" | "break_statement" => {
                named_children(statement)
                    .into_iter()
                    .for_each(|inner| self.expression(inner));
                self.silence_now = self.silence_now.or(Some(Silence::NeverReached));
            }
            "raise_statement" => {
                let skips = node_text(statement, self.file.source).contains("SkipTest");
                self.silence_now = self.silence_now.or(Some(if skips {
                    Silence::Skipped
                } else {
                    Silence::NeverReached
                }));
            }
            "if_statement" => self.branches(statement),
            "for_statement" => self.over(statement),
            "while_statement" => self.while_holds(statement),
            "try_statement" => self.tried(statement),
            "with_statement" => self.with(statement),
            "function_definition" | "decorated_definition" => self.nested(statement),
            "match_statement" | "block" | "case_clause" => {
                let parts = named_children(statement).into_iter();
                let blocks: Vec<Node<'t>> = parts
                    .filter(|part| matches!(part.kind(), "block" | "case_clause"))
                    .collect();
                blocks.into_iter().for_each(|block| self.walk(block));
            }
            _ => {}
        }
    }

    fn expression(&mut self, node: Node<'t>) {
        match node.kind() {
            "await" | "parenthesized_expression" => {
                named_children(node)
                    .into_iter()
                    .for_each(|inner| self.expression(inner));
            }
            "assignment" => self.assignment(node),
            "call" => self.call(node),
            _ => {}
        }
    }

    fn assignment(&mut self, node: Node<'t>) {
        let (Some(left), Some(right)) = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ) else {
            return;
        };
        let name = node_text(left, self.file.source);
        let value = self.current_place().render(right);
        // What changes on its way keeps its name: `items = []` and then `items.append(1)`.
        let grows =
            matches!(right.kind(), "list" | "dictionary" | "set") && self.names.count(name) > 2;
        if left.kind() == "identifier" && self.names.times_bound(name) == 1 && !grows {
            bind_constants(&mut self.env, name, value.clone());
        }
        let parts =
            matches!(left.kind(), "pattern_list" | "tuple_pattern").then(|| named_children(left));
        for (target, value) in parts.into_iter().flatten().zip(named_children(right)) {
            let value = self.current_place().render(value);
            bind_constants(&mut self.env, node_text(target, self.file.source), value);
        }
        if right.kind() == "call" || right.kind() == "await" {
            self.calls.push(value);
        }
    }

    fn call(&mut self, node: Node<'t>) {
        let name = last_name(node, self.file.source);
        let whole = node_text(node, self.file.source);
        let function = field_text(node, "function", self.file.source);
        // `skip("…")` of a runner, not `reader.skip(3)`.
        let is_runners = function == "skip"
            || function
                .split('.')
                .next()
                .is_some_and(|object| object.ends_with("test"));
        let gives_up = match name {
            "skip" | "exit" if is_runners => Some(Silence::Skipped),
            "skipTest" => Some(Silence::Skipped),
            "xfail" => Some(Silence::ExpectedToFail),
            "importorskip" if !asks_for_standard_module(whole) => Some(Silence::Skipped),
            _ => None,
        };
        if let Some(silence) = gives_up {
            self.silence_now = self.silence_now.or(Some(silence));
            return;
        }
        // A subtest's call, or one that takes the assertions as a function.
        let read = |place: Place<'_>| of_call(node, place, &self.file.helpers);
        match self.names.read_checks(self.current_place(), &read) {
            Some(checks) => self.push(checks),
            None if self.silence_now.is_none() && !whole.starts_with("print(") => {
                let call = self.current_place().render(node);
                self.calls.push(call);
            }
            None => {}
        }
    }

    fn branches(&mut self, statement: Node<'t>) {
        let condition = statement.child_by_field_name("condition");
        let value =
            condition.and_then(|condition| truth_of(&self.current_place().render(condition)));
        let consequence = statement.child_by_field_name("consequence");
        let conditional = self.is_conditional;
        self.is_conditional = conditional || value.is_none();
        if let Some(block) = consequence {
            self.walk_silenced(
                block,
                (value == Some(false)).then_some(Silence::NeverReached),
            );
        }
        let mut cursor = statement.walk();
        let others: Vec<Node<'t>> = statement
            .children_by_field_name("alternative", &mut cursor)
            .collect();
        for other in &others {
            let block = other
                .child_by_field_name("body")
                .or_else(|| other.child_by_field_name("consequence"));
            if let Some(block) = block {
                self.walk_silenced(
                    block,
                    (value == Some(true)).then_some(Silence::NeverReached),
                );
            }
        }
        self.is_conditional = conditional;
        let leaves = consequence.is_some_and(|block| self.leaves(block));
        match value {
            Some(true) if leaves => {
                self.silence_now = self.silence_now.or(Some(Silence::NeverReached))
            }
            None if leaves && others.is_empty() => self.is_conditional = true,
            _ => {}
        }
    }

    /// Returns whether a block ends in a way out of the test that does not fail it.
    fn leaves(&self, block: Node<'t>) -> bool {
        let Some(last) = named_children(block).last().copied() else {
            return false;
        };
        let line = node_text(last, self.file.source);
        matches!(last.kind(), "return_statement" | "continue_statement")
            || last.kind() == "raise_statement" && line.contains("SkipTest")
            || line.contains("skip(")
            || line.contains("skipTest(")
            || line.contains("xfail(")
    }

    fn over(&mut self, statement: Node<'t>) {
        let parts = ["left", "right", "body"].map(|name| statement.child_by_field_name(name));
        let [Some(target), Some(over), Some(block)] = parts else {
            return;
        };
        let rendered = self.current_place().render(over);
        if matches!(
            rendered.as_str(),
            "[]" | "()" | "{}" | "range(0)" | "set()" | "list()" | "dict()" | "tuple()" | "\"\""
        ) {
            return self.walk_silenced(block, Some(Silence::NeverReached));
        }
        match row_elements(over, self.file) {
            Some(rows) if rows.is_empty() => self.walk_silenced(block, Some(Silence::NeverReached)),
            Some(rows) => {
                for row in rows {
                    self.bind_target(target, row);
                    self.walk(block);
                }
            }
            None => self.walk(block),
        }
    }

    /// Binds the names of a loop to the values of one row.
    fn bind_target(&mut self, target: Node<'t>, value: Node<'t>) {
        if target.kind() == "identifier" {
            let value = self.current_place().render(value);
            return bind_constants(&mut self.env, node_text(target, self.file.source), value);
        }
        for (target, value) in named_children(target)
            .into_iter()
            .zip(named_children(value))
        {
            self.bind_target(target, value);
        }
    }

    fn while_holds(&mut self, statement: Node<'t>) {
        let condition = statement.child_by_field_name("condition");
        let value =
            condition.and_then(|condition| truth_of(&self.current_place().render(condition)));
        if let Some(block) = statement.child_by_field_name("body") {
            self.walk_silenced(
                block,
                (value == Some(false)).then_some(Silence::NeverReached),
            );
        }
    }

    fn tried(&mut self, statement: Node<'t>) {
        let handlers: Vec<Node<'t>> = named_children(statement)
            .into_iter()
            .filter(|child| child.kind().starts_with("except"))
            .collect();
        // A way out of `finally` drops the error.
        let mut clauses = named_children(statement)
            .into_iter()
            .filter(|child| child.kind() == "finally_clause");
        let drops = clauses.any(|clause| {
            named_children(clause)
                .first()
                .is_some_and(|block| self.leaves(*block))
        });
        let swallows = drops || handlers.iter().any(|handler| self.swallows(*handler));
        if let Some(block) = statement.child_by_field_name("body") {
            self.walk_silenced(block, swallows.then_some(Silence::Swallowed));
        }
        let left = self.left;
        for clause in named_children(statement)
            .into_iter()
            .filter(|child| child.kind().ends_with("_clause"))
        {
            let blocks = named_children(clause)
                .into_iter()
                .filter(|child| child.kind() == "block");
            let conditional = self.is_conditional;
            self.is_conditional = conditional || clause.kind().starts_with("except");
            blocks
                .collect::<Vec<_>>()
                .into_iter()
                .for_each(|block| self.walk(block));
            self.is_conditional = conditional;
        }
        self.silence_now = self.silence_now.or(left);
    }

    /// Returns whether a handler catches failed assertions and lets nobody know.
    fn swallows(&self, handler: Node<'t>) -> bool {
        let Some(block) = named_children(handler)
            .into_iter()
            .find(|child| child.kind() == "block")
        else {
            return false;
        };
        let caught = self
            .file
            .source
            .get(handler.start_byte()..block.start_byte())
            .unwrap_or_default();
        let caught = caught
            .trim_start_matches("except")
            .trim()
            .trim_end_matches(':');
        let catches = caught.is_empty()
            || CATCHES_ASSERTIONS
                .iter()
                .any(|name| bound_names(caught, name));
        let told = node_text(block, self.file.source);
        catches
            && !["raise", "fail(", "assert"]
                .iter()
                .any(|sign| told.contains(sign))
    }

    /// Walks a `with`: one that expects an error is a check, one that catches assertions silences
    /// them.
    fn with(&mut self, statement: Node<'t>) {
        let Some(block) = statement.child_by_field_name("body") else {
            return;
        };
        let mut silence = None;
        for item in self.items_of(statement) {
            let call = if item.kind() == "as_pattern" {
                named_children(item).first().copied().unwrap_or(item)
            } else {
                item
            };
            if let Some(target) = item
                .child_by_field_name("alias")
                .filter(|_| item.kind() == "as_pattern")
            {
                let value = self.current_place().render(call);
                bind_constants(&mut self.env, node_text(target, self.file.source), value);
            }
            if call.kind() != "call" {
                continue;
            }
            let name = last_name(call, self.file.source).to_owned();
            let arguments = Arguments::of(call, self.current_place());
            let catches = CATCHES_ASSERTIONS
                .iter()
                .any(|error| bound_names(&arguments.rest(0), error));
            if name == "suppress" && catches {
                silence = Some(Silence::Swallowed);
            }
            if !is_raising(&name) {
                continue;
            }
            let holds_checks = ["assert", "fail("]
                .iter()
                .any(|sign| node_text(block, self.file.source).contains(sign));
            if catches && holds_checks {
                silence = Some(Silence::Swallowed);
            } else {
                let mut check =
                    check_of_error(self.current_place().render(block), arguments.rest(0));
                check.shown = show_text(statement, self.file.source);
                self.push(vec![check]);
            }
        }
        self.walk_silenced(block, silence);
        self.silence_now = self.silence_now.or(self.left);
    }

    fn items_of(&self, statement: Node<'t>) -> Vec<Node<'t>> {
        let clauses = named_children(statement)
            .into_iter()
            .filter(|child| child.kind() == "with_clause");
        clauses
            .flat_map(named_children)
            .filter_map(|item| item.child_by_field_name("value"))
            .collect()
    }

    /// Walks a function in a test, which checks where it is called.
    fn nested(&mut self, statement: Node<'t>) {
        let definition = statement
            .child_by_field_name("definition")
            .unwrap_or(statement);
        let Some(block) = definition.child_by_field_name("body") else {
            return;
        };
        let name = field_text(definition, "name", self.file.source);
        let called = statement.kind() == "decorated_definition" || self.names.count(name) > 1;
        self.walk_silenced(block, (!called).then_some(Silence::NeverCalled));
    }
}

/// Returns whether a text names an error: `(ValueError, AssertionError)`.
fn bound_names(text: &str, name: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .any(|word| word == name)
}

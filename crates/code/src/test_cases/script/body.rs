//! Walks the body of a test in JavaScript or TypeScript: which checks it makes, and which of them
//! can fail it.

use tree_sitter::Node;

use super::{File, is_function};
use crate::languages::{field_text, named_children, node_text};
use crate::test_cases::model::{Check, Silence};
use crate::test_cases::names::{Names, only_looks};
use crate::test_cases::python::truth_of;
use crate::test_cases::python_calls::Place;
use crate::test_cases::render::{Env, bind_constants, render_expression, show_text};
use crate::test_cases::script_calls::{first_name, of_call};

/// Past this many checks a body is not read on.
const MOST: usize = 400;

/// A body at work.
pub(super) struct Body<'f, 't> {
    file: &'f File<'t>,
    env: Env,
    names: Names<'t>,
    contexts: Vec<String>,
    silence_now: Option<Silence>,
    is_conditional: bool,
    pub(super) checks: Vec<Check>,
    pub(super) calls: Vec<String>,
    /// The way in which the block that was walked last leaves the test, whatever happens.
    pub(super) left: Option<Silence>,
}

impl<'f, 't> Body<'f, 't> {
    pub(super) fn new(file: &'f File<'t>, function: Node<'t>, env: Env) -> Self {
        let first = file
            .parameters(function)
            .first()
            .map(|name| node_text(*name, file.source).to_owned());
        let contexts: Vec<String> = first.into_iter().collect();
        let is_check = |call| {
            let env = &Env::new();
            let source = file.source;
            of_call(call, Place { source, env }, &contexts, &file.helpers).is_some_and(only_looks)
        };
        let mut body = Body {
            file,
            env,
            names: Names::read(function, file.source, &is_check),
            contexts,
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
            .filter(|(_, value)| is_function(**value))
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

    /// Walks a function: a block, or one expression.
    pub(super) fn function(&mut self, function: Node<'t>) {
        match function.child_by_field_name("body") {
            Some(body) if body.kind() == "statement_block" => self.walk(body),
            Some(body) => self.expression(body),
            None => {}
        }
    }

    fn walk(&mut self, block: Node<'t>) {
        let (silence, conditional) = (self.silence_now, self.is_conditional);
        if block.kind() == "statement_block" {
            for statement in named_children(block) {
                if self.checks.len() > MOST {
                    break;
                }
                self.statement(statement);
            }
        } else {
            self.statement(block);
        }
        self.left = self.silence_now.filter(|_| silence.is_none());
        (self.silence_now, self.is_conditional) = (silence, conditional);
    }

    /// Walks something whose checks can't fail the test, if `silence` says so.
    fn silenced(&mut self, silence: Option<Silence>, walk: impl FnOnce(&mut Self)) {
        let before = self.silence_now;
        self.silence_now = before.or(silence);
        walk(self);
        self.silence_now = before;
    }

    fn push(&mut self, checks: Vec<Check>, node: Node<'t>) {
        let (silence, conditional, source) =
            (self.silence_now, self.is_conditional, self.file.source);
        self.checks.extend(checks.into_iter().map(|mut check| {
            check.silence = silence.or(check.silence);
            check.is_conditional = conditional;
            check.shown = show_text(node, source);
            check
        }));
    }

    fn statement(&mut self, statement: Node<'t>) {
        match statement.kind() {
            "expression_statement" => named_children(statement)
                .into_iter()
                .for_each(|inner| self.expression(inner)),
            "lexical_declaration" | "variable_declaration" => {
                let constant = node_text(statement, self.file.source).starts_with("const");
                named_children(statement)
                    .into_iter()
                    .for_each(|declared| self.declared(declared, constant));
            }
            "return_statement" | "break_statement" | "continue_statement" => {
                named_children(statement)
                    .into_iter()
                    .for_each(|inner| self.expression(inner));
                self.silence_now = self.silence_now.or(Some(Silence::NeverReached));
            }
            "throw_statement" => {
                self.silence_now = self.silence_now.or(Some(Silence::NeverReached))
            }
            "if_statement" => self.branches(statement),
            "for_in_statement" => self.over(statement),
            "for_statement" | "while_statement" | "do_statement" => {
                let condition = statement.child_by_field_name("condition");
                let value = condition.and_then(|one| truth_of(&self.current_place().render(one)));
                let dead = (value == Some(false) && statement.kind() != "do_statement")
                    .then_some(Silence::NeverReached);
                if let Some(block) = statement.child_by_field_name("body") {
                    self.silenced(dead, |body| body.walk(block));
                }
            }
            "try_statement" => self.tried(statement),
            "function_declaration" => {
                self.nested(field_text(statement, "name", self.file.source), statement)
            }
            "statement_block" => {
                self.walk(statement);
                self.silence_now = self.silence_now.or(self.left);
            }
            _ => {}
        }
    }

    fn declared(&mut self, declared: Node<'t>, constant: bool) {
        let (Some(target), Some(value)) = (
            declared.child_by_field_name("name"),
            declared.child_by_field_name("value"),
        ) else {
            return;
        };
        let name = node_text(target, self.file.source);
        if is_function(value) && self.holds_checks(value) {
            return self.nested(name, value);
        }
        let rendered = self.current_place().render(value);
        let awaited = rendered
            .strip_prefix("await ")
            .unwrap_or(&rendered)
            .to_owned();
        if matches!(value.kind(), "call_expression" | "await_expression") {
            self.calls.push(awaited);
        }
        let grows = matches!(value.kind(), "array" | "object") && self.names.count(name) > 2;
        if target.kind() == "identifier" && constant && !grows {
            bind_constants(&mut self.env, name, rendered);
        }
    }

    /// Returns whether code looks as if it checks, by its words alone.
    fn holds_checks(&self, node: Node<'t>) -> bool {
        let told = node_text(node, self.file.source);
        ["expect(", "assert", ".should"]
            .iter()
            .any(|sign| told.contains(sign))
    }

    /// Reads a function in a test; its checks count only where it is called.
    fn nested(&mut self, name: &str, function: Node<'t>) {
        let called = self.names.count(name) > 1;
        self.silenced((!called).then_some(Silence::NeverCalled), |body| {
            body.function(function)
        });
    }

    fn expression(&mut self, node: Node<'t>) {
        match node.kind() {
            "await_expression"
            | "parenthesized_expression"
            | "unary_expression"
            | "sequence_expression" => {
                named_children(node)
                    .into_iter()
                    .for_each(|inner| self.expression(inner));
            }
            "binary_expression" => {
                let condition = node
                    .child_by_field_name("left")
                    .map(|left| self.current_place().render(left));
                let dead = condition.and_then(|one| truth_of(&one)) == Some(false);
                if let Some(right) = node.child_by_field_name("right") {
                    self.silenced(dead.then_some(Silence::NeverReached), |body| {
                        body.expression(right)
                    });
                }
            }
            "assignment_expression" => {
                if let Some(right) = node.child_by_field_name("right") {
                    self.expression(right);
                }
            }
            "call_expression" => self.call(node),
            _ => {}
        }
    }

    fn call(&mut self, node: Node<'t>) {
        let function = node.child_by_field_name("function");
        let name = function.map(|one| one.child_by_field_name("property").unwrap_or(one));
        let name = name.map_or("", |name| node_text(name, self.file.source));
        if self.file.opening(node).is_some() {
            return;
        }
        let first = first_name(node, self.file.source);
        if matches!(name, "skip" | "todo") && (first == "this" || self.contexts.contains(&first)) {
            self.silence_now = self.silence_now.or(Some(Silence::Skipped));
            return;
        }
        let is_called_at_once =
            function.is_some_and(|one| one.kind() == "parenthesized_expression");
        let throws = matches!(
            name,
            "throws" | "rejects" | "toThrow" | "toThrowError" | "throwsAsync" | "throw"
        );
        let read = |place: Place<'_>| of_call(node, place, &self.contexts, &self.file.helpers);
        if let Some(checks) = self.names.read_checks(self.current_place(), &read) {
            let swallowed = throws && self.holds_checks_within(node);
            if swallowed {
                self.silenced(Some(Silence::Swallowed), |body| body.arguments(node, true));
                return;
            }
            let unawaited = self.is_unawaited(node).then_some(Silence::NeverReached);
            self.silenced(unawaited, |body| body.push(checks, node));
            return;
        }
        if name == "catch" && self.drops_errors(node) {
            let object = function.and_then(|one| one.child_by_field_name("object"));
            if let Some(object) = object {
                self.silenced(Some(Silence::Swallowed), |body| body.expression(object));
            }
            return;
        }
        let before = self.checks.len();
        if let Some(object) = function.and_then(|one| one.child_by_field_name("object")) {
            self.expression(object);
            if name == "forEach" && self.for_each(object, node) {
                return;
            }
        }
        if is_called_at_once {
            let inner = function
                .into_iter()
                .flat_map(named_children)
                .find(|one| is_function(*one));
            inner.into_iter().for_each(|inner| self.function(inner));
        }
        let late = (matches!(name, "setTimeout" | "setImmediate" | "setInterval")
            && !self.holds_up(node))
        .then_some(Silence::NeverReached);
        self.silenced(late, |body| body.arguments(node, false));
        if self.checks.len() == before && self.silence_now.is_none() && first != "console" {
            let call = self.current_place().render(node);
            self.calls.push(call);
        }
    }

    /// Returns whether a promise is expected something of and nobody waits for it.
    fn is_unawaited(&self, call: Node<'t>) -> bool {
        let told = node_text(call, self.file.source);
        let settles = [".resolves.", ".rejects."]
            .iter()
            .any(|word| told.contains(word));
        settles
            && call
                .parent()
                .is_some_and(|parent| parent.kind() == "expression_statement")
    }

    /// Returns whether the test waits for what is called late.
    fn holds_up(&self, call: Node<'t>) -> bool {
        let told = node_text(call, self.file.source);
        ["done", "resolve", "reject"]
            .iter()
            .any(|word| told.contains(word))
    }

    /// Walks functions that a call is given: `waitFor(() => …)`, `.then((got) => …)`.
    fn arguments(&mut self, call: Node<'t>, everywhere: bool) {
        let mut waiting = call
            .child_by_field_name("arguments")
            .map(named_children)
            .unwrap_or_default();
        if everywhere {
            let object = call
                .child_by_field_name("function")
                .and_then(|one| one.child_by_field_name("object"));
            waiting.extend(
                object
                    .and_then(|one| one.child_by_field_name("arguments"))
                    .into_iter()
                    .flat_map(named_children),
            );
        }
        for argument in waiting {
            if is_function(argument) {
                self.function(argument);
            } else if matches!(argument.kind(), "call_expression" | "await_expression")
                && self.holds_checks(argument)
            {
                self.expression(argument);
            } else if argument.kind() == "array" {
                let calls = named_children(argument)
                    .into_iter()
                    .filter(|one| one.kind() == "call_expression");
                calls
                    .collect::<Vec<_>>()
                    .into_iter()
                    .for_each(|one| self.expression(one));
            }
        }
    }

    fn holds_checks_within(&self, call: Node<'t>) -> bool {
        let mut given = call
            .child_by_field_name("arguments")
            .map(named_children)
            .unwrap_or_default();
        let object = call
            .child_by_field_name("function")
            .and_then(|one| one.child_by_field_name("object"));
        given.extend(
            object
                .and_then(|one| one.child_by_field_name("arguments"))
                .into_iter()
                .flat_map(named_children),
        );
        given
            .into_iter()
            .any(|one| is_function(one) && self.holds_checks(one))
    }

    /// Returns whether the handler of a call reports no failure: `.catch(() => {})`.
    fn drops_errors(&self, call: Node<'t>) -> bool {
        let handlers = call
            .child_by_field_name("arguments")
            .map(named_children)
            .unwrap_or_default();
        handlers
            .first()
            .is_some_and(|handler| is_function(*handler) && !self.reports_failure(*handler))
    }

    fn reports_failure(&self, node: Node<'t>) -> bool {
        let told = node_text(node, self.file.source);
        [
            "throw", "expect", "assert", "fail(", "should", "reject(", "done(",
        ]
        .iter()
        .any(|sign| told.contains(sign))
    }

    /// Reads `[[1, 2], [5, 6]].forEach(([a, b]) => …)` row by row; returns whether the rows were
    /// shown.
    fn for_each(&mut self, rows: Node<'t>, call: Node<'t>) -> bool {
        let function = call
            .child_by_field_name("arguments")
            .map(named_children)
            .unwrap_or_default()
            .first()
            .copied();
        let (Some(rows), Some(function)) = (
            self.file.elements(rows),
            function.filter(|one| is_function(*one)),
        ) else {
            return false;
        };
        let pattern = self.file.parameters(function).first().copied();
        if rows.is_empty() {
            self.silenced(Some(Silence::NeverReached), |body| body.function(function));
        }
        for row in rows {
            if let Some(pattern) = pattern {
                self.file.bind_pattern(&mut self.env, pattern, row);
            }
            self.function(function);
        }
        true
    }

    fn branches(&mut self, statement: Node<'t>) {
        let condition = statement.child_by_field_name("condition");
        let value = condition.and_then(|one| truth_of(&self.current_place().render(one)));
        let conditional = self.is_conditional;
        self.is_conditional = conditional || value.is_none();
        let consequence = statement.child_by_field_name("consequence");
        let mut leaves = None;
        if let Some(block) = consequence {
            let dead = (value == Some(false)).then_some(Silence::NeverReached);
            self.silenced(dead, |body| body.walk(block));
            leaves = self.left;
        }
        let other = statement
            .child_by_field_name("alternative")
            .and_then(|one| named_children(one).first().copied());
        if let Some(block) = other {
            let dead = (value == Some(true)).then_some(Silence::NeverReached);
            self.silenced(dead, |body| body.walk(block));
        }
        self.is_conditional = conditional;
        match value {
            Some(true) => self.silence_now = self.silence_now.or(leaves),
            None if leaves.is_some() && other.is_none() => {
                let throws = consequence
                    .is_some_and(|block| node_text(block, self.file.source).contains("throw "));
                self.is_conditional = self.is_conditional || !throws;
            }
            _ => {}
        }
    }

    /// Reads a loop over rows: `for (const [a, b] of [[1, 2], [5, 6]])`.
    fn over(&mut self, statement: Node<'t>) {
        let parts = ["left", "right", "body"].map(|name| statement.child_by_field_name(name));
        let [Some(target), Some(over), Some(block)] = parts else {
            return;
        };
        let rendered = self.current_place().render(over);
        let empty = matches!(
            rendered.as_str(),
            "[]" | "{}" | "\"\"" | "new Set()" | "new Map()"
        );
        match self.file.elements(over).filter(|_| !empty) {
            None => self.silenced(empty.then_some(Silence::NeverReached), |body| {
                body.walk(block)
            }),
            Some(rows) if rows.is_empty() => {
                self.silenced(Some(Silence::NeverReached), |body| body.walk(block));
            }
            Some(rows) => {
                for row in rows {
                    self.file.bind_pattern(&mut self.env, target, row);
                    self.walk(block);
                }
            }
        }
    }

    fn tried(&mut self, statement: Node<'t>) {
        let handler = statement.child_by_field_name("handler");
        let drops = handler.is_some_and(|handler| !self.reports_failure(handler));
        if let Some(block) = statement.child_by_field_name("body") {
            self.silenced(drops.then_some(Silence::Swallowed), |body| body.walk(block));
        }
        let left = self.left;
        for name in ["handler", "finalizer"] {
            let clause = statement.child_by_field_name(name);
            if let Some(block) = clause.and_then(|clause| clause.child_by_field_name("body")) {
                let conditional = self.is_conditional;
                self.is_conditional = conditional || name == "handler";
                self.walk(block);
                self.is_conditional = conditional;
            }
        }
        self.silence_now = self.silence_now.or(left);
    }
}

//! Guards that let everybody pass: every way through them answers yes, and nothing on it can fail.
//!
//! ```text
//! canActivate(context) {
//!   const request = context.switchToHttp().getRequest();   a method of what it was handed
//!   if (request.user) { return true; }
//!   return true;                                           every way answers yes: it keeps nobody out
//! }
//!
//! canActivate(context) { return this.users.may(context) }  another answer: not one of these
//! ```
//!
//! It is sure only of what it understands: any statement or expression that is not listed counts as another answer.

use code::syntax::{Call, Expression, Function, Pattern, Statement};

/// Returns whether a function that says who may pass answers yes on every way, and calls nothing
/// but what it is handed, which says no more than what it holds.
pub(super) fn always_passes(function: &Function) -> bool {
    let mut seen = Answers::default();
    for parameter in &function.parameters {
        seen.note_own(&parameter.pattern);
    }
    seen.read(&function.body);
    seen.yes > 0 && !seen.other
}

/// The answers of a function, gathered while its statements are read.
#[derive(Default)]
struct Answers<'a> {
    /// The names that it was handed, or made of that.
    own: Vec<&'a str>,
    /// The number of `return true`.
    yes: u32,
    /// It has another answer, or may have.
    other: bool,
}

impl<'a> Answers<'a> {
    /// Notes the names that a pattern sets as the function's own.
    fn note_own(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::Name(name) => self.own.push(name),
            Pattern::Map(entries) => entries.iter().for_each(|(_, inner)| self.note_own(inner)),
            _ => {}
        }
    }

    /// Reads statements. A `return` of anything but `true`, a loop, a `throw` and an inner function are other
    /// answers.
    fn read(&mut self, body: &'a [Statement]) {
        for statement in body {
            match statement {
                Statement::Return(Some(Expression::Bool(true))) => self.yes += 1,
                Statement::Assign(assignment) => {
                    let value = assignment.value.iter();
                    value.for_each(|value| self.read_value(value));
                    self.note_own(&assignment.target);
                }
                Statement::Expression(value) => self.read_value(value),
                Statement::If(condition, then, otherwise) => {
                    self.read_value(condition);
                    self.read(then);
                    self.read(otherwise);
                }
                Statement::Block(inner) => self.read(inner),
                _ => self.other = true,
            }
        }
    }

    /// Reads an expression for the calls in it. Names, constants and what is made of them do nothing.
    fn read_value(&mut self, value: &'a Expression) {
        match value {
            Expression::Call(call) => self.read_call(call),
            Expression::Member(of, _) => self.read_value(of),
            Expression::Index(one, two) | Expression::Add(one, two) => {
                self.read_value(one);
                self.read_value(two);
            }
            Expression::Both(sides) | Expression::Compare(_, sides) => {
                self.read_value(&sides.0);
                self.read_value(&sides.1);
            }
            Expression::Assign(_, inner) | Expression::Not(inner) => self.read_value(inner),
            Expression::Choose(choose) => {
                self.read_value(&choose.condition);
                self.read_value(&choose.then);
                self.read_value(&choose.otherwise);
            }
            Expression::Either(parts)
            | Expression::Other(parts)
            | Expression::Template(parts)
            | Expression::List(parts) => parts.iter().for_each(|part| self.read_value(part)),
            Expression::Name(_)
            | Expression::Text(_)
            | Expression::Number(_)
            | Expression::Bool(_)
            | Expression::Null => {}
            _ => self.other = true,
        }
    }

    /// Reads a call: only a method of what the function was handed is known to do no harm.
    fn read_call(&mut self, call: &'a Call) {
        let is_of_own = matches!(&call.callee, Expression::Member(of, _) if self.begins_at_own(of));
        self.other |= !is_of_own;
        let given = call.arguments.iter();
        given.for_each(|argument| self.read_value(&argument.value));
    }

    /// Returns whether a chain begins at a name of the function's own: `context.switchToHttp().getRequest`.
    fn begins_at_own(&self, expression: &Expression) -> bool {
        match expression {
            Expression::Name(name) => self.own.contains(&&**name),
            Expression::Member(of, _) | Expression::Index(of, _) => self.begins_at_own(of),
            Expression::Call(call) => match &call.callee {
                Expression::Member(of, _) => self.begins_at_own(of),
                _ => false,
            },
            _ => false,
        }
    }
}

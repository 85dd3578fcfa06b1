//! Functions that only hand on what they are called with: `asyncHandler(guard)`, and a line that
//! calls a guard by its name.
//!
//! ```text
//! const asyncHandler = fn => (req, res, next) => fn(req, res, next).catch(next);
//! router.get("/", asyncHandler(requireUser), list);      the guard is `requireUser`
//!
//! router.use((req, res, next) => requireUser(req, res, next));   a line without a name: `requireUser`
//! ```
//!
//! A function that does more than hand on is no wrapper: two such calls, or none, and the function stands for itself.

use std::rc::Rc;

use code::syntax::{Call, Expression, Pattern, Statement};

use crate::evaluate::{Closure, Machine, Value};

impl<'a> Machine<'a> {
    /// Returns the function that a wrapper of the project was handed and hands each request on to:
    /// `asyncHandler(guard)` is called `guard`.
    ///
    /// Returns none for a function that no call made, or whose wrapper calls something else than what it was handed.
    pub(crate) fn wrapped_by(&self, closure: &Rc<Closure<'a>>) -> Option<Value<'a>> {
        closure.maker.borrow().as_ref()?;
        let callee = handed_on(closure)?;
        let Expression::Name(name) = callee else {
            return None;
        };
        let given = closure.scope.own(name)?;
        matches!(given, Value::Function(_) | Value::Bound(_)).then_some(given)
    }

    /// Returns the name of a guard: of the one that a line without a name hands the request on to,
    /// or its own.
    ///
    /// `(c, next) => bearerAuth({ token })(c, next)` is called `bearerAuth`.
    pub(crate) fn guard_name(&mut self, value: &Value<'a>) -> String {
        let bare = match value.ways().first() {
            Some(Value::Function(closure)) => Some(closure.clone()),
            _ => None,
        };
        // Only a function that nothing names needs another's name.
        let callee = bare
            .filter(|closure| closure.name_in_use().is_none())
            .and_then(|closure| Some((handed_on(&closure)?, closure)));
        let Some((callee, closure)) = callee else {
            return self.name_in_use(value);
        };
        let callee = match callee {
            Expression::Call(made) => &made.callee,
            other => other,
        };
        let inner = self.evaluate(callee, &closure.scope);
        match inner {
            Value::Unknown => self.name_in_use(value),
            inner => self.name_in_use(&inner),
        }
    }
}

/// Returns what a function calls with its own first two parameters or more, or with all that it is
/// handed (`fn(...args)`), if that is one call.
///
/// Two parameters are the least: `request` and what comes next. One alone is handed to anything.
fn handed_on<'a>(closure: &Closure<'a>) -> Option<&'a Expression> {
    let own: Vec<&str> = closure
        .function
        .parameters
        .iter()
        .filter_map(|parameter| match &parameter.pattern {
            Pattern::Name(name) => Some(&**name),
            _ => None,
        })
        .collect();
    let mut calls = Vec::new();
    for statement in &closure.function.body {
        collect_calls(statement, &mut calls);
    }
    let mut handed = calls.into_iter().filter(|call| {
        let given: Vec<&str> = call
            .arguments
            .iter()
            .filter_map(|argument| match &argument.value {
                Expression::Name(name) => Some(&**name),
                _ => None,
            })
            .collect();
        // `(...args) => fn(...args)`.
        let is_whole = matches!(
            (&closure.function.parameters[..], &call.arguments[..]),
            ([rest], [given]) if rest.is_rest && matches!(&given.value, Expression::Spread(inner)
                if matches!(&**inner, Expression::Name(name) if own == [&**name]))
        );
        is_whole || own.len() > 1 && given.starts_with(&own[..2])
    });
    let first = handed.next()?;
    handed.next().is_none().then_some(&first.callee)
}

/// Collects the calls of a statement, inside branches and loops; inner functions are not looked into.
fn collect_calls<'a>(statement: &'a Statement, found: &mut Vec<&'a Call>) {
    match statement {
        Statement::Expression(value) | Statement::Return(Some(value)) => {
            collect_in(value, found);
        }
        Statement::Assign(assignment) => {
            let value = assignment.value.iter();
            value.for_each(|value| collect_in(value, found));
        }
        Statement::If(_, then, otherwise) => {
            let both = then.iter().chain(otherwise);
            both.for_each(|inner| collect_calls(inner, found));
        }
        Statement::Block(body) | Statement::Loop(_, _, body) => {
            body.iter().for_each(|inner| collect_calls(inner, found));
        }
        _ => {}
    }
}

/// Collects the calls of an expression: the outer one, those it is chained to (`fn(…).catch(…)`), and its arguments.
fn collect_in<'a>(expression: &'a Expression, found: &mut Vec<&'a Call>) {
    match expression {
        Expression::Call(call) => {
            found.push(call);
            if let Expression::Member(of, _) = &call.callee {
                collect_in(of, found);
            }
            let given = call.arguments.iter();
            given.for_each(|argument| collect_in(&argument.value, found));
        }
        Expression::Other(parts) | Expression::List(parts) => {
            parts.iter().for_each(|part| collect_in(part, found));
        }
        _ => {}
    }
}

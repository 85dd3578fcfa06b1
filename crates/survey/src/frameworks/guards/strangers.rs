//! Reads how a guard treats those who bring nothing: one that sends them on guards nothing.
//!
//! ```text
//! if (!token) return next();               names nobody, and lets go: strangers pass
//! if (!token) return res.sendStatus(401);  names nobody, but does not let go
//! if (token) { req.user = verify(token) }  next();   only those who bring something are asked
//! if (!req.user.isAdmin) return res.sendStatus(404);  lacks a right, and is told that there is nothing
//! ```
//!
//! Names decide what is a token or a user: types are not known here.

use code::syntax::{Comparison, Expression, Statement};

/// Words of names that hold what a caller brings, or who it is. A name has one where it contains it, without case and
/// underscores: `authHeader`, `access_token`.
const BROUGHT: [&str; 13] = [
    "token",
    "auth",
    "authorization",
    "header",
    "bearer",
    "credential",
    "user",
    "session",
    "jwt",
    "payload",
    "apikey",
    "cookie",
    "claims",
];

/// Names that a request has in the code of guards.
const REQUESTS: [&str; 6] = ["req", "request", "ctx", "context", "self", "this"];

/// Names that say that somebody is known, without case and underscores.
const KNOWN: [&str; 9] = [
    "authed",
    "authenticated",
    "isauthed",
    "isauthenticated",
    "loggedin",
    "isloggedin",
    "issignedin",
    "currentuser",
    "getcurrentuser",
];

/// Returns whether a name says by itself that somebody is known, whatever it is a member of.
fn is_known_caller(name: &str) -> bool {
    let plain = name.to_lowercase().replace('_', "");
    KNOWN.contains(&&*plain)
}

/// Returns whether an expression is what the caller brings: a variable of the function, or a member
/// of the request.
pub(super) fn is_credential(expression: &Expression, locals: &[&str]) -> bool {
    match expression {
        // A variable of the file is no credential: `token` there is a configuration.
        Expression::Name(name) => {
            locals.contains(&&**name) && speaks_of_caller(name) || is_known_caller(name)
        }
        Expression::Both(sides) => {
            is_credential(&sides.0, locals) || is_credential(&sides.1, locals)
        }
        Expression::Call(call) => match &call.callee {
            Expression::Name(name) => is_known_caller(name),
            // `request.headers.get('Authorization')`, `header.startsWith('Bearer ')`.
            Expression::Member(of, name) => {
                let brings = |text: &str| speaks_of_caller(text) && is_of_request(of);
                is_known_caller(name)
                    || is_credential(of, locals)
                    || call.arguments.first().is_some_and(
                        |first| matches!(&first.value, Expression::Text(text) if brings(text)),
                    )
            }
            _ => false,
        },
        Expression::Member(of, name) => {
            is_known_caller(name)
                || is_credential(of, locals)
                || is_of_request(of) && speaks_of_caller(name)
        }
        Expression::Index(of, _) => is_of_request(of) && is_credential(of, locals),
        _ => false,
    }
}

/// Returns whether an expression is the request, or a part of it.
fn is_of_request(expression: &Expression) -> bool {
    match expression {
        Expression::Name(name) => REQUESTS.contains(&&**name),
        Expression::Member(of, _) | Expression::Index(of, _) => is_of_request(of),
        _ => false,
    }
}

/// Returns whether a condition holds for those whose rights don't include something:
/// `!request.user.isAdmin`, `!request.user.may(x)`.
pub(super) fn names_lack_of_right(condition: &Expression) -> bool {
    let Expression::Not(right) = condition else {
        // Only a negated right, and only one of the request's user, says whom the branch is about.
        return false;
    };
    let right = match &**right {
        Expression::Call(call) => &call.callee,
        other => other,
    };
    let Expression::Member(holder, _) = right else {
        return false;
    };
    matches!(&**holder, Expression::Member(of, name) if &**name == "user" && is_of_request(of))
}

/// Returns whether a branch ends a response with 404: `return response.sendStatus(404)`.
///
/// Looks at the statements themselves and at blocks; inside branches it does not.
pub(super) fn answers_nothing(body: &[Statement]) -> bool {
    fn holds(expression: &Expression) -> bool {
        match expression {
            Expression::Call(call) => {
                let is_status = |argument: &code::syntax::Argument| matches!(&argument.value, Expression::Number(number) if &**number == "404");
                call.arguments.iter().any(is_status) || holds(&call.callee)
            }
            Expression::Member(of, _) => holds(of),
            _ => false,
        }
    }
    body.iter().any(|statement| match statement {
        Statement::Return(Some(value)) | Statement::Expression(value) => holds(value),
        Statement::Block(inner) => answers_nothing(inner),
        _ => false,
    })
}

/// Returns whether an expression begins at the request, or at a name that the function has of its
/// own.
///
/// An expression that can't be judged, such as a text or the result of a call, counts as belonging to the call.
pub(super) fn belongs_to_call(expression: &Expression, locals: &[&str]) -> bool {
    match expression {
        Expression::Name(name) => {
            REQUESTS.contains(&&**name) || &**name == "flask" || locals.contains(&&**name)
        }
        Expression::Member(of, _) | Expression::Index(of, _) => belongs_to_call(of, locals),
        Expression::Call(call) => match &call.callee {
            Expression::Member(of, _) => belongs_to_call(of, locals),
            _ => true,
        },
        _ => true,
    }
}

/// Returns whether a name contains one of the words of `BROUGHT`.
fn speaks_of_caller(name: &str) -> bool {
    let plain = name.to_lowercase().replace('_', "");
    BROUGHT.iter().any(|word| plain.contains(word))
}

/// Returns whether a condition holds for those who bring nothing: `!token`, `token is None`.
pub(super) fn names_nobody(condition: &Expression, locals: &[&str]) -> bool {
    match condition {
        Expression::Not(inner) => is_credential(inner, locals),
        Expression::Compare(Comparison::Same, sides) => {
            is_nothing(&sides.1) && is_credential(&sides.0, locals)
        }
        // `!header || !header.startsWith("Bearer ")`: one of the two is enough.
        Expression::Either(ways) => ways.iter().any(|way| names_nobody(way, locals)),
        _ => false,
    }
}

/// Returns whether an expression is `None`, `null` or `undefined`.
fn is_nothing(expression: &Expression) -> bool {
    matches!(expression, Expression::Null)
        || matches!(expression, Expression::Name(name) if &**name == "undefined")
}

/// Returns whether a branch only sends its caller on: `return next()`, `return true`, `return None`.
pub(super) fn lets_go(body: &[Statement]) -> bool {
    match body {
        [Statement::Block(inner)] => lets_go(inner),
        // `return`, `return next()`, `return true`.
        [Statement::Return(value)] => value.as_ref().is_none_or(sends_on),
        // `next(); return;`
        [.., Statement::Expression(value), Statement::Return(None)] => is_next(value),
        // Values may be set before: `req.user = null; return next();`
        [before @ .., Statement::Return(Some(value))] => {
            (is_next(value) || matches!(value, Expression::Bool(true)))
                && before
                    .iter()
                    .all(|statement| matches!(statement, Statement::Assign(_)))
        }
        _ => false,
    }
}

/// Returns whether what is returned sends the caller on: nothing, `true` or `next()`.
fn sends_on(value: &Expression) -> bool {
    matches!(value, Expression::Null | Expression::Bool(true)) || is_next(value)
}

/// Returns whether an expression is `next()`, `done()` without an error, or `call_next(request)`.
pub(super) fn is_next(value: &Expression) -> bool {
    let Expression::Call(call) = value else {
        return false;
    };
    match &call.callee {
        Expression::Name(name) => match &**name {
            "next" | "done" => call.arguments.is_empty(),
            "call_next" => true,
            _ => false,
        },
        _ => false,
    }
}

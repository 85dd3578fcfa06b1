//! Reads the behavior of a function towards a request, as far as its text shows it.
//!
//! ```text
//! function requireUser(req, res, next) {
//!   const token = req.headers.authorization;     asks: it reads who asks
//!   if (!token) return res.sendStatus(401);      refuses: it answers that somebody may not pass
//!   jwt.verify(token, KEY);                      fails: it checks what is genuine
//!   next();                                      hands on
//! }
//! ```
//!
//! `refuses` is enough to keep callers out. `fails` is enough together with `asks`: a check of the body fails, too,
//! but not by who asks. `forbids` (403) needs a look at the caller, as 403 also answers what nobody may do.
//!
//! Statements are read in order, without running them: a way that is never taken counts as well.

use code::syntax::{Argument, Expression, Function, Pattern, Statement};

use super::strangers::{
    answers_nothing, belongs_to_call, is_credential, is_next, lets_go, names_lack_of_right,
    names_nobody,
};

/// Words of names that say that somebody is turned away, without case and underscores.
const REFUSALS: [&str; 6] = [
    "unauthorized",
    "unauthorised",
    "unauthenticated",
    "notauthenticated",
    "authenticationfailed",
    "invalidcredentials",
];

/// Words of names that say that somebody may not do something.
const PROHIBITIONS: [&str; 3] = ["forbidden", "permissiondenied", "accessdenied"];

/// Members that may say who asks.
const SIGNS: [&str; 6] = [
    "headers",
    "header",
    "meta",
    "ip",
    "remoteaddr",
    "remoteaddress",
];

/// Members that hold who asks.
const CREDENTIALS: [&str; 10] = [
    "authorization",
    "cookies",
    "session",
    "user",
    "isauthenticated",
    "isadmin",
    "isstaff",
    "issuperuser",
    "currentuser",
    "signedcookies",
];

/// Headers that hold who asks, in lower case; `http_authorization` is how Django's `META` writes it.
const HEADERS: [&str; 7] = [
    "authorization",
    "x-api-key",
    "api-key",
    "apikey",
    "x-auth-token",
    "x-access-token",
    "http_authorization",
];

/// Functions that fail where what they are handed is not genuine, without case and underscores.
const CHECKS: [&str; 8] = [
    "verify",
    "jwtverify",
    "verifyidtoken",
    "authenticate",
    "verifyjwtinrequest",
    "comparedigest",
    "timingsafeequal",
    "verifytoken",
];

/// The behavior of a function, and what it calls.
#[derive(Default)]
pub(super) struct Behavior<'a> {
    /// It answers that somebody may not pass.
    pub(super) refuses: bool,
    /// It answers that somebody may not do this, which is about who asks only where that is read.
    forbids: bool,
    /// It reads who asks.
    pub(super) asks: bool,
    /// It reads what may tell who asks: a header, or where a request comes from.
    looks: bool,
    /// Its last step sends the request on.
    hands_on: bool,
    /// It calls what can't be looked into, by a name that speaks of who may pass.
    pub(super) calls_unseen: bool,
    /// It raises an error, hands one on, or checks what is genuine.
    fails: bool,
    /// It raises what answers that something is missing or malformed.
    misses: bool,
    /// It raises something else.
    raises: bool,
    /// It gives a value to who depends on it.
    gives: bool,
    /// It looks at what was sent, or counts how often.
    shapes: bool,
    /// It needs what a guard gives: nobody comes as far as its own text.
    pub(super) relies: bool,
    /// It sends on those who bring nothing, or asks only those who bring something.
    pub(super) lets_strangers_pass: bool,
    /// It turns away some of those who bring something.
    asks_inside: bool,
    /// It asks what it extends.
    pub(super) asks_above: bool,
    /// Callees that may be functions of the project; the caller follows them.
    callees: Vec<&'a Expression>,
    /// The names that are its own: of parameters and variables.
    locals: Vec<&'a str>,
    /// The number of conditions around what is read.
    conditions: u32,
}

impl<'a> Behavior<'a> {
    /// Reads what a function does, and the functions that stand in it.
    pub(super) fn of_function(function: &'a Function) -> Self {
        let mut conduct = Behavior::default();
        conduct.read_function(function);
        // A body of nothing but `next()` is a stub, and its name says what it will be.
        conduct.hands_on = function.body.len() > 1 && ends_in_next(&function.body);
        conduct
    }

    /// Returns whether it keeps callers out by who they are, as far as its own text shows.
    ///
    /// A function that relies on a guard is behind one, whatever its own text does. Any other must turn somebody
    /// away, and not send on those who bring nothing.
    pub(super) fn keeps_out(&self) -> bool {
        self.relies || !self.lets_strangers_pass && self.turns_away()
    }

    /// Returns whether some way through it turns callers away.
    pub(super) fn turns_away(&self) -> bool {
        self.refuses || self.asks && self.fails || self.forbids && (self.asks || self.looks)
    }

    /// Returns whether some way through it fails.
    pub(super) fn can_fail(&self) -> bool {
        self.refuses || self.forbids || self.fails || self.asks_above
    }

    /// Reads a function, or one that stands in it: a guard that is made by a call is an inner function.
    fn read_function(&mut self, function: &'a Function) {
        for parameter in &function.parameters {
            self.note_local(&parameter.pattern);
        }
        self.read_statements(&function.body);
    }

    /// Notes the names that a pattern sets; entries of a map count, items of a list do not.
    fn note_local(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::Name(name) => self.locals.push(name),
            Pattern::Map(entries) => entries.iter().for_each(|(_, inner)| self.note_local(inner)),
            _ => {}
        }
    }

    /// Reads a branch, and what it says of those who bring nothing.
    fn read_branch(
        &mut self,
        condition: &'a Expression,
        (then, otherwise): (&'a [Statement], &'a [Statement]),
    ) {
        self.lets_strangers_pass |= names_nobody(condition, &self.locals) && lets_go(then)
            || is_credential(condition, &self.locals) && lets_go(otherwise);
        // `if (!request.user.isAdmin) return reply.sendStatus(404)`: whoever may not is told that
        // there is nothing.
        self.refuses |= names_lack_of_right(condition) && answers_nothing(then);
        if !otherwise.is_empty() || !is_credential(condition, &self.locals) {
            // With an `else`, or a condition about something else, both branches count as they are.
            return self.read_statements(then);
        }
        // `if (token) { … 401 … } next()`: whoever brings none is not asked.
        let mut inside = Behavior {
            locals: self.locals.clone(),
            ..Behavior::default()
        };
        inside.read_statements(then);
        self.asks_inside |= inside.turns_away() || inside.asks || inside.fails;
    }

    /// Returns whether it is seen to do something else, so that a name that speaks of guards proves nothing.
    ///
    /// One of these is enough: it looks at what was sent; it lets strangers pass, or asks only those who bring
    /// something; it ends in `next()` and nothing on the way fails; it raises only what answers a miss (404, 422).
    pub(super) fn is_something_else(&self) -> bool {
        let is_seen_through = self.hands_on && !self.can_fail() && !self.calls_unseen;
        let only_misses = self.misses && !self.raises && !self.asks && !self.calls_unseen;
        self.shapes
            || self.lets_strangers_pass
            || self.asks_inside
            || is_seen_through
            || only_misses
    }

    /// Returns whether it gives a value on every way, and nothing seen on them can fail or reads who
    /// asks.
    pub(super) fn only_gives(&self) -> bool {
        let reads = self.asks || self.looks || self.relies || self.calls_unseen;
        self.gives && !reads && !self.can_fail()
    }

    /// Takes the callees out, so that they can be followed while the behavior changes.
    pub(super) fn take_callees(&mut self) -> Vec<&'a Expression> {
        std::mem::take(&mut self.callees)
    }

    /// Reads statements in order. Classes and imports inside a function say nothing about the request.
    fn read_statements(&mut self, body: &'a [Statement]) {
        for statement in body {
            match statement {
                Statement::Import(_) | Statement::Class(_) => {}
                Statement::Assign(assignment) => {
                    self.note_local(&assignment.target);
                    let value = assignment.value.iter();
                    value.for_each(|value| self.read_expression(value));
                }
                Statement::Return(Some(value)) => {
                    // `return true` and a function that is returned are answers, no values for who depends on it.
                    self.gives |= !matches!(value, Expression::Function(_) | Expression::Bool(_));
                    self.read_expression(value);
                }
                Statement::Expression(value) => self.read_expression(value),
                Statement::Return(None) => {}
                Statement::Raise(value) => {
                    self.fails = true;
                    let is_miss = value.as_ref().is_some_and(answers_a_miss);
                    self.misses |= is_miss;
                    self.raises |= !is_miss;
                    value.iter().for_each(|value| self.read_expression(value));
                }
                Statement::Function(function) => self.read_function(function),
                Statement::If(condition, then, otherwise) => {
                    self.read_condition(condition);
                    self.read_branch(condition, (then, otherwise));
                    self.read_statements(otherwise);
                }
                Statement::Loop(_, over, body) => {
                    self.read_expression(over);
                    self.read_statements(body);
                }
                Statement::Block(body) => self.read_statements(body),
            }
        }
    }

    /// Reads a condition, whose names don't count as failing: the branches say what follows.
    fn read_condition(&mut self, expression: &'a Expression) {
        self.conditions += 1;
        self.read_expression(expression);
        self.conditions -= 1;
    }

    /// Reads each of several expressions.
    fn read_expressions(&mut self, parts: &'a [Expression]) {
        parts.iter().for_each(|part| self.read_expression(part));
    }

    /// Reads an expression, with all that stands in it.
    fn read_expression(&mut self, expression: &'a Expression) {
        match expression {
            Expression::Name(name) => self.note_name(name),
            Expression::Text(text) => self.note_text(text),
            // A status is a plain number in most code: `sendStatus(401)`, `{ status: 403 }`.
            Expression::Number(number) => {
                self.refuses |= &**number == "401";
                self.forbids |= &**number == "403";
            }
            Expression::Member(of, name) => {
                self.read_expression(of);
                self.note_name(name);
                // The session of a database is a member of what the file imports.
                if &**name != "session" || belongs_to_call(of, &self.locals) {
                    self.note_member(name);
                }
            }
            Expression::Call(call) => self.note_call(&call.callee, &call.arguments),
            Expression::Function(function) => self.read_function(function),
            Expression::Map(entries) => entries.iter().for_each(|(key, value)| {
                self.read_expression(key);
                self.read_expression(value);
            }),
            Expression::Index(one, two) | Expression::Add(one, two) => {
                // `session["user"]`: Flask's session; a local of that name is something else.
                self.asks |= is_web_session(one) && !self.locals.contains(&"session");
                self.read_expression(one);
                self.read_expression(two);
            }
            Expression::Assign(_, inner) | Expression::Spread(inner) | Expression::Not(inner) => {
                self.read_expression(inner)
            }
            Expression::Compare(_, sides) | Expression::Both(sides) => {
                self.read_expression(&sides.0);
                self.read_expression(&sides.1);
            }
            Expression::Choose(choose) => {
                self.read_condition(&choose.condition);
                self.read_expression(&choose.then);
                self.read_expression(&choose.otherwise);
            }
            Expression::Comprehension(parts) => {
                self.read_expression(&parts.element);
                self.read_expression(&parts.over);
                self.read_expressions(&parts.conditions);
            }
            Expression::Template(parts)
            | Expression::List(parts)
            | Expression::Either(parts)
            | Expression::Union(parts)
            | Expression::Other(parts) => self.read_expressions(parts),
            Expression::Regex(_)
            | Expression::Bool(_)
            | Expression::Null
            | Expression::Class(_) => {}
        }
    }

    /// Notes a call: an error that is raised or handed on, a check, a redirect, what it extends, and what may be
    /// followed.
    fn note_call(&mut self, callee: &'a Expression, arguments: &'a [Argument]) {
        let name = match callee {
            Expression::Name(name) | Expression::Member(_, name) => &**name,
            _ => "",
        };
        let plain = without_case(name);
        // Errors are made (`createError(401)`) or thrown by a call (`abort(401)`, `ctx.throw(401)`).
        let is_error = ["error", "exception", "abort", "throw"]
            .iter()
            .any(|end| plain.ends_with(end));
        let calls_back = arguments
            .iter()
            .any(|argument| matches!(argument.value, Expression::Function(_)));
        // `jwt.verify(token, KEY, (error, user) => …)` reports to its callback, and a check in a condition fails
        // nobody by itself: what follows, the callback or the branches say.
        let is_check = CHECKS.contains(&&*plain) && !calls_back && self.conditions == 0;
        self.fails |= is_error || name == "next" && !arguments.is_empty() || is_check;
        // `redirect('/login')`: whoever is not known is sent away.
        if plain.contains("redirect") {
            let texts = arguments
                .iter()
                .filter_map(|argument| if_login(&argument.value));
            self.refuses |= texts.count() > 0;
        }
        self.asks_above |= is_above(callee);
        // `session.get('id')` of a web session; one of a database is asked for a model.
        if let (Expression::Member(of, _), Some(first)) = (callee, arguments.first()) {
            let is_key = matches!(first.value, Expression::Text(_));
            self.asks |= is_key && is_web_session(of) && !self.locals.contains(&"session");
        }
        if is_followed(callee) {
            self.callees.push(callee);
        }
        self.read_expression(callee);
        arguments
            .iter()
            .for_each(|argument| self.read_expression(&argument.value));
    }

    /// Notes a name: `HTTP_401_UNAUTHORIZED`, `NotAuthenticated`, `ForbiddenException`, `current_user`.
    fn note_name(&mut self, name: &str) {
        let plain = without_case(name);
        self.asks |= name == "current_user" && !self.locals.contains(&name);
        let holds = |words: &[&str]| words.iter().any(|word| plain.contains(word));
        self.refuses |= plain.starts_with("http401") || holds(&REFUSALS);
        self.forbids |= plain.starts_with("http403") || holds(&PROHIBITIONS);
    }

    /// Notes a member: `.authorization`, `.ip`, `.body`. A member that reads what was sent makes it a check of
    /// shapes.
    fn note_member(&mut self, name: &str) {
        let plain = without_case(name);
        self.asks |= CREDENTIALS.contains(&&*plain);
        self.looks |= SIGNS.contains(&&*plain);
        self.shapes |= matches!(
            &*plain,
            "body" | "query" | "params" | "safeparse" | "parseasync" | "validateasync"
        );
    }

    /// Notes a text: the code of an error or the name of a header.
    fn note_text(&mut self, text: &str) {
        // The codes of errors that carry no number: `new TRPCError({ code: 'UNAUTHORIZED' })`.
        self.refuses |= text == "UNAUTHORIZED";
        self.forbids |= text == "FORBIDDEN";
        let lower = text.to_lowercase();
        self.asks |= HEADERS.contains(&&*lower)
            || lower == "bearer"
            || lower == "bearer "
            || lower == "user_id";
    }
}

/// Returns whether what is raised answers that something is missing or malformed, whoever asks:
/// `HTTPException(status_code=404)`, `HTTPException(status.HTTP_422_…)`.
///
/// The status may be any argument without a name. Classes such as `NotFoundException` are not known.
fn answers_a_miss(raised: &Expression) -> bool {
    const STATUSES: [&str; 5] = ["400", "404", "409", "410", "422"];
    let Expression::Call(call) = raised else {
        return false;
    };
    call.arguments.iter().any(|argument| {
        let is_status = argument
            .name
            .as_deref()
            .is_none_or(|name| name == "status_code");
        let is_miss = match &argument.value {
            Expression::Number(number) => STATUSES.contains(&&**number),
            Expression::Member(_, name) | Expression::Name(name) => STATUSES
                .iter()
                .any(|status| name.starts_with(&format!("HTTP_{status}_"))),
            _ => false,
        };
        is_status && is_miss
    })
}

/// Returns a name without case and underscores: `is_authenticated` and `isAuthenticated` are `isauthenticated`.
fn without_case(name: &str) -> String {
    name.chars()
        .filter(|letter| *letter != '_')
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns something where an expression names the page where one signs in: `'/login'`, `url_for('auth.signin')`,
/// `LOGIN_URL`.
fn if_login(expression: &Expression) -> Option<()> {
    let names = |text: &str| {
        let plain = text.to_lowercase().replace(['-', '_'], "");
        ["login", "signin"]
            .iter()
            .any(|word| plain.contains(word))
            .then_some(())
    };
    match expression {
        Expression::Text(text) => names(text),
        Expression::Name(name) | Expression::Member(_, name) => names(name),
        Expression::Call(call) => call
            .arguments
            .iter()
            .find_map(|argument| if_login(&argument.value)),
        Expression::Template(parts) | Expression::Other(parts) => parts.iter().find_map(if_login),
        Expression::Add(one, two) => if_login(one).or_else(|| if_login(two)),
        _ => None,
    }
}

/// Returns whether a callee is a name, or a member of one, perhaps of an import. `next`, `require` and `super` are no
/// functions of the project.
fn is_followed(callee: &Expression) -> bool {
    match callee {
        Expression::Name(name) => !matches!(&**name, "next" | "require" | "super"),
        Expression::Member(of, _) => matches!(&**of, Expression::Name(_)),
        // `bearerAuth({ token })(context, next)`.
        Expression::Call(made) => matches!(made.callee, Expression::Name(_)),
        _ => false,
    }
}

/// Returns whether a callee is a method of what a class extends: `super.handleRequest`,
/// `super().dispatch`.
fn is_above(callee: &Expression) -> bool {
    let Expression::Member(of, _) = callee else {
        return false;
    };
    let of = match &**of {
        Expression::Call(call) => &call.callee,
        other => other,
    };
    matches!(of, Expression::Name(name) if &**name == "super")
}

/// Returns whether statements end in sending the request on: `next()`.
fn ends_in_next(body: &[Statement]) -> bool {
    match body.last() {
        Some(Statement::Expression(value) | Statement::Return(Some(value))) => is_next(value),
        Some(Statement::Block(inner)) => ends_in_next(inner),
        _ => false,
    }
}

/// Returns whether an expression is the name `session`, as that of Flask is imported.
fn is_web_session(expression: &Expression) -> bool {
    matches!(expression, Expression::Name(name) if &**name == "session")
}

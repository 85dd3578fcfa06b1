//! Reads the behavior of a function towards a request, as far as its text shows it.

use code::syntax::{Argument, Expression, Function, Statement};

/// Words of names that tell of somebody who is turned away, without case and underscores.
const REFUSALS: [&str; 9] = [
    "unauthorized",
    "unauthorised",
    "unauthenticated",
    "forbidden",
    "permissiondenied",
    "notauthenticated",
    "authenticationfailed",
    "accessdenied",
    "invalidcredentials",
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

/// Headers that hold who asks, in lower case.
const HEADERS: [&str; 7] = [
    "authorization",
    "x-api-key",
    "api-key",
    "apikey",
    "x-auth-token",
    "x-access-token",
    "http_authorization",
];

/// Functions that fail where what they are handed is not genuine.
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
    /// It reads who asks.
    asks: bool,
    /// It raises an error, hands one on, or checks what is genuine.
    fails: bool,
    /// It looks at what was sent, or counts how often.
    shapes: bool,
    callees: Vec<&'a Expression>,
    /// The number of conditions stand around what is read.
    conditions: u32,
}

impl<'a> Behavior<'a> {
    /// Reads what a function does, and the functions that stand in it.
    pub(super) fn of_function(function: &'a Function) -> Self {
        let mut conduct = Behavior::default();
        conduct.read_statements(&function.body);
        conduct
    }

    pub(super) fn keeps_out(&self) -> bool {
        self.refuses || self.asks && self.fails
    }

    /// Returns whether it is seen to do something else.
    pub(super) fn is_something_else(&self) -> bool {
        self.shapes
    }

    pub(super) fn take_callees(&mut self) -> Vec<&'a Expression> {
        std::mem::take(&mut self.callees)
    }

    fn read_statements(&mut self, body: &'a [Statement]) {
        for statement in body {
            match statement {
                Statement::Import(_) | Statement::Class(_) => {}
                Statement::Assign(assignment) => assignment
                    .value
                    .iter()
                    .for_each(|value| self.read_expression(value)),
                Statement::Expression(value) | Statement::Return(Some(value)) => {
                    self.read_expression(value)
                }
                Statement::Return(None) => {}
                Statement::Raise(value) => {
                    self.fails = true;
                    value.iter().for_each(|value| self.read_expression(value));
                }
                Statement::Function(function) => self.read_statements(&function.body),
                Statement::If(condition, then, otherwise) => {
                    self.read_condition(condition);
                    self.read_statements(then);
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

    fn read_expressions(&mut self, parts: &'a [Expression]) {
        parts.iter().for_each(|part| self.read_expression(part));
    }

    fn read_expression(&mut self, expression: &'a Expression) {
        match expression {
            Expression::Name(name) => self.note_name(name),
            Expression::Text(text) => self.note_text(text),
            Expression::Number(number) => self.refuses |= matches!(&**number, "401" | "403"),
            Expression::Member(of, name) => {
                self.read_expression(of);
                self.note_name(name);
                self.note_member(name);
            }
            Expression::Call(call) => self.note_call(&call.callee, &call.arguments),
            Expression::Function(function) => self.read_statements(&function.body),
            Expression::Map(entries) => entries.iter().for_each(|(key, value)| {
                self.read_expression(key);
                self.read_expression(value);
            }),
            Expression::Index(one, two) | Expression::Add(one, two) => {
                self.read_expression(one);
                self.read_expression(two);
            }
            Expression::Assign(_, inner) | Expression::Spread(inner) | Expression::Not(inner) => {
                self.read_expression(inner)
            }
            Expression::Compare(_, sides) => {
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

    fn note_call(&mut self, callee: &'a Expression, arguments: &'a [Argument]) {
        let name = match callee {
            Expression::Name(name) | Expression::Member(_, name) => &**name,
            _ => "",
        };
        let plain = without_case(name);
        let is_error = ["error", "exception", "abort", "throw"]
            .iter()
            .any(|end| plain.ends_with(end));
        let calls_back = arguments
            .iter()
            .any(|argument| matches!(argument.value, Expression::Function(_)));
        let is_check = CHECKS.contains(&&*plain) && !calls_back && self.conditions == 0;
        self.fails |= is_error || name == "next" && !arguments.is_empty() || is_check;
        // `redirect('/login')`: whoever is not known is sent away.
        if plain.contains("redirect") {
            let texts = arguments
                .iter()
                .filter_map(|argument| if_login(&argument.value));
            self.refuses |= texts.count() > 0;
        }
        if is_followed(callee) {
            self.callees.push(callee);
        }
        self.read_expression(callee);
        arguments
            .iter()
            .for_each(|argument| self.read_expression(&argument.value));
    }

    fn note_name(&mut self, name: &str) {
        let plain = without_case(name);
        let is_status = plain.starts_with("http401") || plain.starts_with("http403");
        self.refuses |= is_status || REFUSALS.iter().any(|word| plain.contains(word));
    }

    fn note_member(&mut self, name: &str) {
        let plain = without_case(name);
        self.asks |= CREDENTIALS.contains(&&*plain);
        self.shapes |= matches!(
            &*plain,
            "body" | "query" | "params" | "safeparse" | "parseasync" | "validateasync"
        );
    }

    fn note_text(&mut self, text: &str) {
        let lower = text.to_lowercase();
        self.asks |= HEADERS.contains(&&*lower)
            || lower == "bearer"
            || lower == "bearer "
            || lower == "user_id";
    }
}

/// Returns a name without case and underscores.
fn without_case(name: &str) -> String {
    name.chars()
        .filter(|letter| *letter != '_')
        .flat_map(char::to_lowercase)
        .collect()
}

/// Text that names the page where one signs in, in an expression of it.
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

/// Returns whether a callee is a name, or a member of one: of an import, perhaps.
fn is_followed(callee: &Expression) -> bool {
    match callee {
        Expression::Name(name) => !matches!(&**name, "next" | "require" | "super"),
        Expression::Member(of, _) => matches!(&**of, Expression::Name(_)),
        _ => false,
    }
}

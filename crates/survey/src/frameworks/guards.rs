//! Guards: what keeps callers out by who they are. What a function of the project does decides,
//! then the library that a name comes from, and only where neither can be seen the name itself.
//!
//! ```text
//! router.get("/a", requireUser, show)      function of the project: its text reads a token and answers 401
//! @login_required                          from `django.contrib.auth.decorators`: a library that gives guards
//! app.use(acl("admin"))                    from an unknown package: the name speaks of who may pass
//! app.use(authTrace)                       its text ends in `next()` and never fails: no guard, whatever its name
//! ```
//!
//! A function that is seen to let strangers pass is no guard, whatever its name.

use std::rc::Rc;

use code::syntax::Expression;

use crate::evaluate::{Arguments, ClassValue, Closure, Machine, ObjectId, Origin, Value};

mod strangers;

mod behavior;

mod names;

mod passing;

mod wrappers;

use behavior::Behavior;
use passing::always_passes;

/// The depth to which calls are followed to see what a function does: guards that delegate do so in
/// one or two steps.
const DEEPEST: u32 = 5;

/// Libraries, or modules of them, that give guards. A path must be one of these or go on behind it with `.`, `/`, `(`
/// or `-`, so that `passport` covers `passport-jwt`, but not `passports`.
const LIBRARIES: [&str; 39] = [
    "flask_login",
    "flask_jwt_extended",
    "flask_jwt",
    "flask_httpauth",
    "flask_security",
    "flask_principal",
    "flask_praetorian",
    "apiflask.HTTPTokenAuth",
    "apiflask.HTTPBasicAuth",
    "django.contrib.auth.decorators",
    "django.contrib.auth.mixins",
    "django.contrib.admin.views.decorators",
    "rest_framework.permissions",
    "rest_framework.decorators.permission_classes",
    "rest_framework_api_key",
    "guardian",
    "braces.views",
    "rules.contrib",
    "oauth2_provider",
    "ninja.security",
    "fastapi.security",
    "fastapi_users",
    "fastapi_jwt_auth",
    "starlette.authentication.requires",
    "passport",
    "express-jwt",
    "express-basic-auth",
    "express-oauth2-jwt-bearer",
    "express-openid-connect",
    "connect-ensure-login",
    "keycloak-connect",
    "@clerk",
    "@fastify/auth",
    "@fastify/basic-auth",
    "@fastify/jwt",
    "@nestjs/passport",
    "hono/basic-auth",
    "hono/bearer-auth",
    "hono/jwt",
];

/// Names of such libraries that let everybody in, or do something else: make a token, sign in, read a form.
const OPEN: [&str; 12] = [
    "AllowAny",
    "login_not_required",
    "initialize",
    "session",
    "logout_user",
    "login_user",
    "create_access_token",
    "OAuth2PasswordRequestForm",
    "OAuth2PasswordRequestFormStrict",
    "clerkMiddleware",
    "BasePermission",
    "SecurityScopes",
];

/// The methods by which an object answers whether somebody may pass: of FastAPI and Nest, Django REST framework,
/// Django's views, and middleware. The first that a class has and that says something decides.
const METHODS: [&str; 9] = [
    "__call__",
    "canActivate",
    "has_permission",
    "has_object_permission",
    "authenticate",
    "dispatch",
    "test_func",
    "use",
    "handle",
];

impl<'a> Machine<'a> {
    /// Returns whether a value keeps callers out by who they are.
    pub(crate) fn keeps_out(&mut self, value: &Value<'a>) -> bool {
        GuardCheck {
            machine: self,
            seen: Vec::new(),
        }
        .checks_value(value, 0)
    }

    /// Returns whether a class that a framework knows for a guard is seen to keep nobody out.
    ///
    /// For frameworks that say by the place of a class that it is a guard (`@UseGuards`): only what is seen counts
    /// against it.
    pub(crate) fn lets_everybody_in(&mut self, guard: &Value<'a>) -> bool {
        let answer = guard
            .as_class()
            .and_then(|class| self.method(&class, "canActivate"));
        let passes =
            |function| always_passes(function) && !Behavior::of_function(function).can_fail();
        if answer.is_some_and(|answer| passes(answer.function)) {
            return true;
        }
        // A class without these methods can't be seen through, and stays a guard.
        let is_seen = guard.as_class().is_some_and(|class| {
            ["canActivate", "handleRequest"]
                .iter()
                .any(|name| self.method(&class, name).is_some())
        });
        is_seen && !self.keeps_out(guard)
    }

    /// Returns the names of the guards among values, and of the rest.
    pub(crate) fn sort_guards(&mut self, values: &[Value<'a>]) -> (Vec<String>, Vec<String>) {
        let (guards, others): (Vec<_>, Vec<_>) =
            values.iter().partition(|value| self.keeps_out(value));
        let guards = guards.into_iter().map(|value| self.guard_name(value));
        let guards = guards.collect();
        let others = others.into_iter().map(|value| self.name_in_use(value));
        (guards, others.collect())
    }

    /// Returns the names of the guards among values.
    pub(crate) fn guard_names(&mut self, values: &[Value<'a>]) -> Vec<String> {
        self.sort_guards(values).0
    }

    /// Returns a short name for what stands in a line, as that line calls it.
    ///
    /// In this order: what a wrapper hands on to, the variable that keeps it, the function that it wraps, its own
    /// label.
    pub(crate) fn name_in_use(&self, value: &Value<'a>) -> String {
        let way = value.ways().first();
        // `const create = asyncHandler(async (req, res) => …)` has a name of its own.
        if let Some(Value::Function(closure)) = way
            && closure.alias.borrow().is_none()
            && let Some(inner) = self.wrapped_by(closure)
        {
            return self.name_in_use(&inner);
        }
        if let Some(Value::Object(id)) = way
            && let Origin::Call { callee, arguments } = &self.object(*id).origin
        {
            // `const create = asyncHandler(async (req, res) => …)`.
            let wrapped = arguments.positional().find_map(Value::as_function);
            let kept = self
                .kept_as
                .get(id)
                .cloned()
                .or_else(|| wrapped.and_then(|wrapped| wrapped.name()));
            return kept.map_or_else(|| self.label_of(callee), |name| name.to_string());
        }
        match way {
            Some(Value::Function(closure)) => closure.name_in_use().map(|name| name.to_string()),
            _ => None,
        }
        .unwrap_or_else(|| self.label_of(value))
    }
}

/// Judges values, each function once, so that functions that call each other come to an end.
struct GuardCheck<'m, 'a> {
    machine: &'m mut Machine<'a>,
    seen: Vec<*const code::syntax::Function>,
}

impl<'a> GuardCheck<'_, 'a> {
    /// Returns whether a value keeps callers out; what is not known does not.
    fn checks_value(&mut self, value: &Value<'a>, depth: u32) -> bool {
        if depth > DEEPEST {
            return false;
        }
        let value = self.machine.resolve_import(value.clone());
        match &value {
            // One way is enough: `const guard = isTest ? pass : requireUser` guards in production.
            Value::Choice(ways) => ways.iter().any(|way| self.checks_value(way, depth)),
            Value::Function(closure) => self.checks_function(closure, depth),
            Value::Bound(bound) => self.checks_function(&bound.1, depth),
            Value::Class(class) => self.checks_class(class, depth),
            Value::External(path) => is_guard_from_outside(path),
            Value::Object(id) => self.checks_object(*id, depth),
            Value::List(_) => value
                .items()
                .iter()
                .any(|item| self.checks_value(item, depth + 1)),
            _ => false,
        }
    }

    /// Returns whether a function keeps callers out: its behavior decides, then its name.
    fn checks_function(&mut self, closure: &Rc<Closure<'a>>, depth: u32) -> bool {
        // A check of forms, or of how often somebody asks, turns away whoever it is.
        if closure
            .name_in_use()
            .is_some_and(|name| names::asks_how(&name))
        {
            return false;
        }
        // A wrapper is what it wraps.
        if let Some(inner) = self.machine.wrapped_by(closure) {
            return self.checks_value(&inner, depth + 1);
        }
        match self.behavior_of(closure, depth) {
            conduct if conduct.keeps_out() => true,
            conduct if conduct.is_something_else() => false,
            // Nothing decisive was seen: a name may say so, unless it says that something is given and nothing is
            // seen to fail.
            conduct => closure.name_in_use().is_some_and(|name| {
                names::asks_who(&name) && !(names::gives(&name) && conduct.only_gives())
            }),
        }
    }

    /// Returns the behavior of a function, with those of the project that it calls and those that
    /// FastAPI calls for it.
    ///
    /// Empty for a function that was seen before, or too deep down.
    fn behavior_of(&mut self, closure: &Rc<Closure<'a>>, depth: u32) -> Behavior<'a> {
        let key = std::ptr::from_ref(closure.function);
        if depth > DEEPEST || self.seen.contains(&key) {
            return Behavior::default();
        }
        self.seen.push(key);
        let mut conduct = Behavior::of_function(closure.function);
        // FastAPI calls what parameters depend on before the function itself: `user = Depends(current_user)`.
        for parameter in &closure.function.parameters {
            for expression in parameter.default.iter().chain(&parameter.annotation) {
                let value = self.machine.evaluate(expression, &closure.scope);
                if let Some(target) = self.machine.dependency_of(&value) {
                    conduct.relies |= self.checks_value(&target, depth + 1);
                }
            }
        }
        // What it calls counts as its own, as far as it turns callers away.
        for callee in conduct.take_callees() {
            match self.machine.evaluate(callee, &closure.scope) {
                Value::Function(inner) => {
                    let inner = self.behavior_of(&inner, depth + 1);
                    conduct.refuses |= inner.keeps_out();
                    // Reading the caller counts only through a callee that is about callers: `get_locale(request)`
                    // reads headers, too.
                    let is_about_callers = last_name(callee).is_some_and(names::asks_who);
                    conduct.asks |= inner.asks && is_about_callers;
                }
                // Only what a library is known for: a name that is not found may be a variable of the function.
                other => {
                    let made = self.machine.call_path(&other).map(|(path, _)| path);
                    let path = made.or_else(|| self.machine.path_of(&other));
                    conduct.calls_unseen |= last_name(callee).is_some_and(names::asks_who);
                    conduct.refuses |=
                        path.is_some_and(|path| is_guard_of_library(&path) == Some(true));
                }
            }
        }
        conduct
    }

    /// Returns whether a class keeps callers out: by its methods, then its bases from outside, then its name.
    fn checks_class(&mut self, class: &Rc<ClassValue<'a>>, depth: u32) -> bool {
        let outside = self.machine.outside_bases(class);
        // Passport's guard hands on who was found, or nobody; what answers nobody is this.
        if let Some(answer) = self.machine.method(class, "handleRequest")
            && !self.behavior_of(&answer, depth + 1).can_fail()
        {
            return false;
        }
        for method in METHODS {
            if let Some(closure) = self.machine.method(class, method) {
                let conduct = self.behavior_of(&closure, depth + 1);
                if conduct.lets_strangers_pass && !conduct.relies {
                    return false;
                }
                if conduct.keeps_out()
                    // These three say by being there that the class answers who may pass; a throttler answers how
                    // often.
                    || matches!(method, "has_permission" | "canActivate" | "test_func")
                {
                    return !outside.iter().any(|path| path.contains("throttler"));
                }
            }
        }
        if outside
            .iter()
            .any(|path| is_guard_of_library(path) == Some(true))
        {
            return true;
        }
        names::asks_who(&class.class.name)
    }

    /// Returns whether an object keeps callers out, by how it came to be.
    fn checks_object(&mut self, id: ObjectId, depth: u32) -> bool {
        let kept = self.machine.kept_as.get(&id).cloned();
        match self.machine.object(id).origin.clone() {
            Origin::Instance { class, .. } => self.checks_class(&class, depth),
            // An argument that nobody gives: only its name is known.
            Origin::Parameter { name, .. } => names::asks_who(name),
            Origin::Made(_) => false,
            Origin::Call { callee, arguments } => {
                // `asyncHandler(requireUser)`, `auth([requireUser])`: what is handed over decides first.
                if self.passes_on(&arguments, depth) {
                    return true;
                }
                let path = self.machine.path_of(&callee);
                // `HTTPBearer(auto_error=False)`.
                if is_optional(&arguments) {
                    return false;
                }
                // `const requireAuth = expressjwt(…)`: a library that is not known for guards may be known by the
                // variable.
                let by_alias = kept.is_some_and(|name| names::asks_who(&name));
                path.as_deref()
                    .and_then(is_guard_of_library)
                    .unwrap_or_else(|| {
                        by_alias || path.is_some_and(|path| is_guard_from_outside(&path))
                    })
            }
            Origin::Method {
                receiver,
                name,
                arguments,
            } => {
                // `fastify.auth([…])`, `multer.single('x')`.
                let path = self.machine.path_of(&receiver).unwrap_or_default();
                if is_optional(&arguments) {
                    return false;
                }
                self.passes_on(&arguments, depth)
                    || is_guard_of_library(&format!("{path}.{name}"))
                        .unwrap_or_else(|| names::asks_who(&name))
            }
            // `fastify.authenticate`: what `decorate` put there, else the name.
            Origin::Member { of, name } => {
                let path = self.machine.path_of(&of).unwrap_or_default();
                let decorated = self.machine.decorated_as(&name);
                match decorated {
                    Some(closure) => self.checks_function(&closure, depth + 1),
                    None => is_guard_of_library(&format!("{path}.{name}"))
                        .unwrap_or_else(|| names::asks_who(&name)),
                }
            }
        }
    }

    /// Returns whether something that a wrapper from outside is handed keeps callers out:
    /// `asyncHandler(requireUser)`.
    fn passes_on(&mut self, arguments: &Arguments<'a>, depth: u32) -> bool {
        let handed: Vec<_> = arguments.positional().cloned().collect();
        handed.iter().any(|value| match value {
            Value::List(_) | Value::Function(_) | Value::Bound(_) | Value::Class(_) => {
                self.checks_value(value, depth + 1)
            }
            _ => false,
        })
    }
}

impl<'a> Machine<'a> {
    /// Returns what `Depends(…)` or `Security(…)` asks for, also as the annotation `Annotated[User,
    /// Depends(…)]`.
    ///
    /// Returns none for other values. A list is that of an annotation, and its first dependency is taken.
    pub(crate) fn dependency_of(&self, value: &Value<'a>) -> Option<Value<'a>> {
        if let Value::List(items) = value {
            return items
                .borrow()
                .iter()
                .find_map(|item| self.dependency_of(item));
        }
        let (path, arguments) = self.call_path(value)?;
        let is_dependency = path.ends_with("Depends") || path.ends_with("Security");
        arguments
            .at_or_named(0, "dependency")
            .filter(|_| is_dependency)
            .cloned()
    }

    /// Returns the function that `fastify.decorate('name', …)` puts on an instance.
    ///
    /// The first decoration of that name in the project is taken, on whatever instance it was put.
    fn decorated_as(&self, name: &str) -> Option<Rc<Closure<'a>>> {
        (0..self.objects.len())
            .filter_map(|id| self.event(id))
            .find_map(|event| {
                let is_it = &*event.name == "decorate"
                    && event.arguments.at(0)?.as_text().as_deref() == Some(name);
                is_it.then(|| event.arguments.at(1)?.as_function())?
            })
    }
}

/// Returns the name that a call is made by.
fn last_name(callee: &Expression) -> Option<&str> {
    match callee {
        Expression::Name(name) | Expression::Member(_, name) => Some(name),
        _ => None,
    }
}

/// Returns whether a guard of a library is made so that those pass who bring nothing: `HTTPBearer(auto_error=False)`,
/// `expressjwt({ credentialsRequired: false })`, `passport.authenticate(["jwt", "anonymous"])`.
fn is_optional(arguments: &Arguments<'_>) -> bool {
    // The switch, and the value by which it opens.
    const SWITCHES: [(&str, bool); 4] = [
        ("auto_error", false),
        ("credentialsRequired", false),
        ("authRequired", false),
        ("optional", true),
    ];
    let is_set = |name: &str, value: &Value<'_>| {
        SWITCHES.iter().any(|(switch, open)| {
            *switch == name && matches!(value, Value::Bool(truth) if truth == open)
        })
    };
    let asks_nobody = |value: &Value<'_>| value.as_text().as_deref() == Some("anonymous");
    arguments.0.iter().any(|(name, value)| {
        name.is_some_and(|name| is_set(name, value))
            || value
                .entries()
                .iter()
                .any(|(key, value)| is_set(key, value))
            || value.items().iter().any(asks_nobody)
    })
}

/// Returns whether a dotted path of a library that is known for guards is one; `None` for other
/// libraries.
fn is_guard_of_library(path: &str) -> Option<bool> {
    let last = path
        .rsplit('.')
        .next()
        .unwrap_or(path)
        .trim_end_matches("()");
    let is_below = |library: &&str| {
        path.strip_prefix(*library)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', '(', '-']))
    };
    LIBRARIES
        .iter()
        .any(is_below)
        .then(|| !OPEN.contains(&last))
}

/// Returns whether something from outside is a guard: by its library, or by the last name of its path.
fn is_guard_from_outside(path: &str) -> bool {
    let last = path
        .rsplit('.')
        .next()
        .unwrap_or(path)
        .trim_end_matches("()");
    is_guard_of_library(path).unwrap_or_else(|| names::asks_who(last))
}

//! Guards of Nest: `@UseGuards`, also inside a decorator of the project, and those that are set for
//! every route.
//!
//! ```text
//! @UseGuards(AuthGuard("jwt"), RolesGuard)      both, if `@Roles(…)` sets what `RolesGuard` needs
//! @Auth("admin")                                a decorator made with `applyDecorators(UseGuards(…), …)`: the same
//! { provide: APP_GUARD, useClass: JwtGuard }    every route, but those with metadata that lets them off
//! @Public()                                     `SetMetadata("isPublic", true)`: let off, if `JwtGuard` looks that up
//! @UseGuards(ThrottlerGuard)                    counts how often somebody asks: no guard
//! ```

use std::rc::Rc;

use crate::evaluate::{ClassValue, Machine, Origin, Value};

/// The guards of every route, each with the keys of metadata by which a route is let off.
#[derive(Default)]
pub(super) struct GlobalGuards {
    guards: Vec<GlobalGuard>,
}

/// A guard that is set for every route.
struct GlobalGuard {
    /// The name of its class.
    name: String,
    /// Metadata that lets a route off.
    open: Vec<Rc<str>>,
    /// Metadata without which it lets everybody pass.
    needed: Option<Rc<str>>,
}

/// Returns the guards that decorators name.
///
/// Those that are seen to let everybody in are left out, and those that only count requests.
pub(super) fn guards_of_decorators<'a>(
    machine: &mut Machine<'a>,
    decorators: &[Value<'a>],
) -> Vec<Value<'a>> {
    let mut named = Vec::new();
    for value in flatten_decorators(machine, decorators) {
        if let Some(arguments) = super::nest_decorator(machine, &value, "UseGuards") {
            named.extend(arguments.positional().cloned());
        }
    }
    named.retain(|guard| !is_rate_limit(machine, guard) && !machine.lets_everybody_in(guard));
    named
}

/// Returns the names of the guards that hold for a route whose class and method have these
/// decorators.
///
/// A guard that needs metadata holds only where the decorators set it, or may set it.
pub(super) fn names_of_held<'a>(
    machine: &mut Machine<'a>,
    guards: &[Value<'a>],
    decorators: &[&[Value<'a>]],
) -> Vec<String> {
    let set = Metadata::of(machine, decorators);
    let mut names = Vec::new();
    for guard in guards {
        if needed_key(machine, guard).is_none_or(|key| set.may_hold(&key)) {
            names.push(machine.label_of(guard));
        }
    }
    names
}

/// The keys of the metadata that decorators set with `SetMetadata(key, …)`.
struct Metadata {
    keys: Vec<Rc<str>>,
    /// Some keys are not known.
    is_open: bool,
}

impl Metadata {
    /// Reads the metadata of the decorators of a class and a method.
    fn of<'a>(machine: &Machine<'a>, decorators: &[&[Value<'a>]]) -> Self {
        let mut set = Metadata {
            keys: Vec::new(),
            is_open: false,
        };
        let all = decorators
            .iter()
            .flat_map(|list| flatten_decorators(machine, list));
        for value in all {
            set.is_open |= matches!(value, Value::Unknown);
            let Some(arguments) = super::nest_decorator(machine, &value, "SetMetadata") else {
                continue;
            };
            match arguments.at(0).and_then(Value::as_text) {
                Some(key) => set.keys.push(key),
                None => set.is_open = true,
            }
        }
        set
    }

    /// Returns whether a key is set, or may be among those that are not known.
    fn may_hold(&self, key: &Rc<str>) -> bool {
        self.is_open || self.keys.contains(key)
    }
}

/// Returns the key of metadata without which a guard of the project lets everybody pass: `const
/// roles = this.reflector.get(ROLES, …); if (!roles) return true`.
///
/// Returns none for a guard from outside, and for one that does not begin so: it holds always.
fn needed_key<'a>(machine: &mut Machine<'a>, guard: &Value<'a>) -> Option<Rc<str>> {
    use code::syntax::{Expression, Pattern, Statement};
    let class = guard.as_class()?;
    let method = machine.method(&class, "canActivate")?;
    let mut read: Vec<(&str, &Expression)> = Vec::new();
    for statement in &method.function.body {
        // First `const roles = this.reflector.get(…)`, with one key; then an `if` on that variable that answers yes.
        match statement {
            Statement::Assign(assignment) => {
                let keys = looked_up(std::slice::from_ref(statement));
                if let (Pattern::Name(name), [key]) = (&assignment.target, &keys[..]) {
                    read.push((name, key));
                }
            }
            Statement::If(condition, then, _) if answers_yes(then) => {
                // `if (!roles || roles.length === 0)`: the first condition says what is missing.
                let missing = match condition {
                    Expression::Either(ways) => ways.first()?,
                    other => other,
                };
                let key = read.iter().find(|(name, _)| is_missing(missing, name));
                if let Some((_, key)) = key {
                    return machine.evaluate(key, &method.scope).as_text();
                }
            }
            _ => {}
        }
    }
    None
}

/// Returns whether a condition is `!roles` or `roles === undefined` for the wanted name.
fn is_missing(condition: &code::syntax::Expression, wanted: &str) -> bool {
    use code::syntax::{Comparison, Expression};
    let is_it = |value: &Expression| matches!(value, Expression::Name(name) if **name == *wanted);
    let is_nothing = |value: &Expression| {
        matches!(value, Expression::Null)
            || matches!(value, Expression::Name(name) if &**name == "undefined")
    };
    match condition {
        Expression::Not(inner) => is_it(inner),
        Expression::Compare(Comparison::Same, sides) => is_it(&sides.0) && is_nothing(&sides.1),
        _ => false,
    }
}

/// Returns whether statements are `return true`, and nothing else.
fn answers_yes(body: &[code::syntax::Statement]) -> bool {
    use code::syntax::{Expression, Statement};
    match body {
        [Statement::Block(inner)] => answers_yes(inner),
        [Statement::Return(Some(Expression::Bool(true)))] => true,
        _ => false,
    }
}

/// Returns decorators, with those that `applyDecorators(…)` puts together in its place.
fn flatten_decorators<'a>(machine: &Machine<'a>, decorators: &[Value<'a>]) -> Vec<Value<'a>> {
    let mut found = Vec::new();
    for value in decorators {
        match super::nest_decorator(machine, value, "applyDecorators") {
            Some(arguments) => found.extend(flatten_decorators(
                machine,
                &arguments.positional().cloned().collect::<Vec<_>>(),
            )),
            None => found.push(value.clone()),
        }
    }
    found
}

/// Returns whether a guard only counts how often somebody asks.
fn is_rate_limit<'a>(machine: &mut Machine<'a>, guard: &Value<'a>) -> bool {
    let bases = guard
        .as_class()
        .map(|class| machine.outside_bases(&class))
        .unwrap_or_default();
    let own = machine.path_of(guard);
    bases
        .iter()
        .map(|base| &**base)
        .chain(own.as_deref())
        .any(|path| path.starts_with("@nestjs/throttler"))
}

impl GlobalGuards {
    /// Reads `useGlobalGuards(…)` and the providers of `APP_GUARD`.
    ///
    /// A guard that a provider makes with `useFactory` is not read.
    pub(super) fn collect_global_guards<'a>(machine: &mut Machine<'a>) -> Self {
        let mut named: Vec<Value<'a>> = Vec::new();
        for id in 0..machine.objects.len() {
            if let Some(event) = machine
                .event(id)
                .filter(|event| &*event.name == "useGlobalGuards")
            {
                named.extend(event.arguments.positional().cloned());
            }
        }
        for class in machine.classes.clone() {
            let decorators = class.decorators.borrow().clone();
            for arguments in decorators
                .iter()
                .filter_map(|value| super::nest_decorator(machine, value, "Module"))
            {
                let providers = arguments
                    .at(0)
                    .and_then(|options| options.entry("providers"));
                for provider in providers.map(|list| list.items()).unwrap_or_default() {
                    // The constant is a text, which some write themselves.
                    let is_for_all = provider.entry("provide").is_some_and(|token| {
                        let path = machine.path_of(&token);
                        path.as_deref() == Some("@nestjs/core.APP_GUARD")
                            || token.as_text().as_deref() == Some("APP_GUARD")
                    });
                    if is_for_all {
                        let given = ["useClass", "useExisting", "useValue"]
                            .iter()
                            .find_map(|key| provider.entry(key));
                        named.extend(given);
                    }
                }
            }
        }
        named.retain(|guard| !is_rate_limit(machine, guard) && !machine.lets_everybody_in(guard));
        let guards = named
            .iter()
            .map(|guard| GlobalGuard {
                name: machine.label_of(guard),
                open: let_off(machine, guard),
                needed: needed_key(machine, guard),
            })
            .collect();
        GlobalGuards { guards }
    }

    /// Returns the global guards of a route whose class and method have these decorators.
    ///
    /// A guard is let off where the decorators set a key that it looks up and that speaks of openness; it must also
    /// have the metadata without which it lets everybody pass.
    pub(super) fn names_for_route<'a>(
        &self,
        machine: &Machine<'a>,
        decorators: &[&[Value<'a>]],
    ) -> Vec<String> {
        let set = Metadata::of(machine, decorators);
        let holds = |guard: &&GlobalGuard| {
            let is_let_off = |key: &Rc<str>| set.keys.contains(key) && is_open(key);
            let is_asked = guard.needed.as_ref().is_none_or(|key| set.may_hold(key));
            is_asked && !guard.open.iter().any(is_let_off)
        };
        let held = self.guards.iter().filter(holds);
        held.map(|guard| guard.name.clone()).collect()
    }
}

/// Returns whether a key of metadata says that nobody is kept out (`isPublic`, `skipAuth`); others say who is let in
/// (`roles`).
fn is_open(key: &str) -> bool {
    let lower = key.to_lowercase();
    [
        "public",
        "skip",
        "anonymous",
        "open",
        "noauth",
        "no_auth",
        "unprotected",
        "allow",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// Returns the keys of metadata that the methods of a guard of the project look up; none for one from outside.
fn let_off<'a>(machine: &mut Machine<'a>, guard: &Value<'a>) -> Vec<Rc<str>> {
    let class: Option<Rc<ClassValue<'a>>> =
        guard
            .as_class()
            .or_else(|| match &machine.object(guard.as_object()?).origin {
                Origin::Instance { class, .. } => Some(class.clone()),
                _ => None,
            });
    let Some(class) = class else {
        return Vec::new();
    };
    let mut keys = Vec::new();
    for ancestor in machine.lineage(&class) {
        let methods: Vec<_> = ancestor
            .fields
            .borrow()
            .iter()
            .filter_map(|field| field.value.as_function())
            .collect();
        // Helpers of the class look keys up as well, so all methods count, not only `canActivate`.
        for method in methods {
            for argument in looked_up(&method.function.body) {
                keys.extend(machine.evaluate(argument, &method.scope).as_text());
            }
        }
    }
    keys
}

/// Returns the first arguments of `reflector.get…(key, …)` in statements, whatever the receiver is called.
fn looked_up(body: &[code::syntax::Statement]) -> Vec<&code::syntax::Expression> {
    use code::syntax::{Expression, Statement};
    fn collect_lookups<'e>(expression: &'e Expression, found: &mut Vec<&'e Expression>) {
        match expression {
            Expression::Call(call) => {
                if let Expression::Member(receiver, name) = &call.callee {
                    found.extend(
                        call.arguments
                            .first()
                            .filter(|_| name.starts_with("get"))
                            .map(|first| &first.value),
                    );
                    collect_lookups(receiver, found);
                }
                call.arguments
                    .iter()
                    .for_each(|argument| collect_lookups(&argument.value, found));
            }
            Expression::Both(sides) => {
                collect_lookups(&sides.0, found);
                collect_lookups(&sides.1, found);
            }
            Expression::Either(parts) | Expression::Other(parts) => {
                parts.iter().for_each(|part| collect_lookups(part, found))
            }
            Expression::Not(inner) | Expression::Assign(_, inner) => collect_lookups(inner, found),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for statement in body {
        match statement {
            Statement::Expression(value) | Statement::Return(Some(value)) => {
                collect_lookups(value, &mut found)
            }
            Statement::Assign(assignment) => assignment
                .value
                .iter()
                .for_each(|value| collect_lookups(value, &mut found)),
            Statement::If(condition, then, otherwise) => {
                collect_lookups(condition, &mut found);
                found.extend(looked_up(then));
                found.extend(looked_up(otherwise));
            }
            Statement::Block(body) | Statement::Loop(_, _, body) => found.extend(looked_up(body)),
            _ => {}
        }
    }
    found
}

//! Guards of Nest: `@UseGuards`, also inside a decorator of the project, and those that are set for
//! every route.

use std::rc::Rc;

use crate::evaluate::{ClassValue, Machine, Origin, Value};

/// The guards of every route, each with the keys of metadata by which a route is let off.
#[derive(Default)]
pub(super) struct GlobalGuards {
    guards: Vec<(String, Vec<Rc<str>>)>,
}

/// Returns the guards that decorators name.
pub(super) fn guards_of_decorators<'a>(
    machine: &mut Machine<'a>,
    decorators: &[Value<'a>],
) -> Vec<String> {
    let mut named = Vec::new();
    for value in flatten_decorators(machine, decorators) {
        if let Some(arguments) = super::nest_decorator(machine, &value, "UseGuards") {
            named.extend(arguments.positional().cloned());
        }
    }
    named.retain(|guard| !is_rate_limit(machine, guard) && !machine.lets_everybody_in(guard));
    named.iter().map(|guard| machine.label_of(guard)).collect()
}

/// Decorators with those that `applyDecorators(…)` puts together.
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
                    let token = provider
                        .entry("provide")
                        .and_then(|token| machine.path_of(&token));
                    if token.as_deref() == Some("@nestjs/core.APP_GUARD") {
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
            .map(|guard| (machine.label_of(guard), let_off(machine, guard)))
            .collect();
        GlobalGuards { guards }
    }

    /// Returns the global guards of a route whose class and method have these decorators.
    pub(super) fn names_for_route<'a>(
        &self,
        machine: &Machine<'a>,
        decorators: &[&[Value<'a>]],
    ) -> Vec<String> {
        let set: Vec<Rc<str>> = decorators
            .iter()
            .flat_map(|list| flatten_decorators(machine, list))
            .filter_map(|value| {
                super::nest_decorator(machine, &value, "SetMetadata")?
                    .at(0)?
                    .as_text()
            })
            .collect();
        let holds = |keys: &[Rc<str>]| !keys.iter().any(|key| set.contains(key) && is_open(key));
        self.guards
            .iter()
            .filter(|(_, keys)| holds(keys))
            .map(|(name, _)| name.clone())
            .collect()
    }
}

/// Returns whether a key of metadata says that nobody is kept out; others say who is let in.
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

/// Returns the keys of metadata that the methods of a guard of the project look up.
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
        for method in methods {
            for argument in looked_up(&method.function.body) {
                keys.extend(machine.evaluate(argument, &method.scope).as_text());
            }
        }
    }
    keys
}

/// Returns the first arguments of `reflector.get…(key, …)` in statements.
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

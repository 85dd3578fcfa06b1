//! The routes of a Fastify instance, and the hooks that guard them.

use super::super::reading::{Event, NewRoute};
use crate::evaluate::{Machine, ObjectId, Value};
use crate::findings::join_paths;
use crate::frameworks::FrameworkContext;

/// The context of all routes of an instance: the prefix, and the guards of the instances around it.
#[derive(Clone, Default)]
pub(super) struct InstanceContext {
    pub(super) prefix: String,
    pub(super) guards: Vec<String>,
}

impl InstanceContext {
    /// Returns the context inside, below a prefix.
    pub(super) fn below(&self, own: &str) -> InstanceContext {
        InstanceContext {
            prefix: join_path(&self.prefix, own),
            guards: self.guards.clone(),
        }
    }
}

pub(super) fn join_path(prefix: &str, path: &str) -> String {
    if path.is_empty() {
        prefix.to_owned()
    } else {
        join_paths(prefix, path)
    }
}

/// Returns a call on an instance with the calls on what it gives, which is the instance again:
/// `fastify().withTypeProvider()` is where all that follows is registered.
pub(super) fn calls_of_chain<'a>(machine: &Machine<'a>, result: ObjectId) -> Vec<Event<'a>> {
    let mut calls: Vec<_> = machine.event(result).into_iter().collect();
    for next in &machine.object(result).log {
        calls.extend(calls_of_chain(machine, *next));
    }
    calls
}

/// The hooks that run before a handler.
pub(super) const HOOKS: [&str; 4] = ["onRequest", "preParsing", "preValidation", "preHandler"];

/// Returns the context of an instance, with the guards among the hooks that were added to it so
/// far.
pub(super) fn with_hooks(
    machine: &mut Machine<'_>,
    id: ObjectId,
    around: &InstanceContext,
) -> InstanceContext {
    let mut inner = around.clone();
    let calls: Vec<_> = machine
        .object(id)
        .log
        .iter()
        .flat_map(|result| calls_of_chain(machine, *result))
        .collect();
    for event in calls.iter().filter(|event| &*event.name == "addHook") {
        let name = event
            .arguments
            .at(0)
            .and_then(Value::as_text)
            .unwrap_or_default();
        if HOOKS.contains(&&*name) {
            inner.guards.extend(
                machine.guard_names(
                    &event
                        .arguments
                        .at(1)
                        .cloned()
                        .into_iter()
                        .collect::<Vec<_>>(),
                ),
            );
        }
    }
    inner
}

/// Returns the guards among the hooks that the options of a route name.
pub(super) fn guards_of_options<'a>(
    machine: &mut Machine<'a>,
    options: &Value<'a>,
    around: &InstanceContext,
) -> Vec<String> {
    let given = HOOKS.iter().filter_map(|hook| options.entry(hook));
    let mut hooks = Vec::new();
    for value in given.flat_map(|value| {
        if let Value::List(_) = value {
            value.items()
        } else {
            vec![value]
        }
    }) {
        // `fastify.auth([a, b])` asks each of its own.
        match machine.call_path(&value) {
            Some((path, arguments))
                if path.ends_with(".auth")
                    && !arguments.at(0).is_none_or(|list| list.items().is_empty()) =>
            {
                hooks.extend(arguments.at(0).map(Value::items).unwrap_or_default());
            }
            _ => hooks.push(value),
        }
    }
    let mut guards = around.guards.clone();
    guards.extend(machine.guard_names(&hooks));
    guards
}

pub(super) fn add_short_route<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    event: &Event<'a>,
    around: &InstanceContext,
) {
    let arguments: Vec<_> = event.arguments.positional().cloned().collect();
    if arguments.len() < 2 {
        return;
    }
    let Some(path) = arguments[0].as_text() else {
        context
            .findings
            .report_unresolved(context.machine, event.place, "the path of a route");
        return;
    };
    let handler = if arguments.len() > 2 {
        arguments.last().cloned()
    } else {
        arguments[1]
            .entry("handler")
            .or_else(|| arguments.last().cloned())
    };
    let handler = handler
        .map(|handler| context.machine.name_in_use(&handler))
        .unwrap_or_default();
    let guards = guards_of_options(context.machine, &arguments[1], around);
    let path = join_paths("", &join_path(&around.prefix, &path));
    let method = if &*event.name == "all" {
        "*"
    } else {
        &*event.name
    };
    context.findings.add_route(
        context.machine,
        event.place,
        NewRoute {
            method,
            path: &path,
            handler,
            guards: &guards,
        },
    );
}

pub(super) fn add_full_route<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    event: &Event<'a>,
    around: &InstanceContext,
) {
    let Some(options) = event.arguments.at(0) else {
        return;
    };
    let path = options
        .entry("url")
        .or_else(|| options.entry("path"))
        .and_then(|path| path.as_text());
    let methods = options.entry("method").map(|method| match &method {
        Value::List(_) => method.items().iter().filter_map(Value::as_text).collect(),
        other => other.as_text().into_iter().collect::<Vec<_>>(),
    });
    let (Some(path), Some(methods)) = (path, methods.filter(|methods| !methods.is_empty())) else {
        context.findings.report_unresolved(
            context.machine,
            event.place,
            "the path or method of a route",
        );
        return;
    };
    let handler = options
        .entry("handler")
        .map(|handler| context.machine.name_in_use(&handler))
        .unwrap_or_default();
    let guards = guards_of_options(context.machine, options, around);
    let path = join_paths("", &join_path(&around.prefix, &path));
    for method in &methods {
        let handler = handler.clone();
        context.findings.add_route(
            context.machine,
            event.place,
            NewRoute {
                method,
                path: &path,
                handler,
                guards: &guards,
            },
        );
    }
}

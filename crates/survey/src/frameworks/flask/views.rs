//! The routes of Flask's views: functions and the methods of view classes.

use super::super::reading::{Event, NewRoute};
use crate::evaluate::{ClassValue, Machine, Origin, Value};
use crate::findings::join_paths;
use crate::frameworks::FrameworkContext;
use std::rc::Rc;

pub(super) const VERBS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// The context of the routes of an application or a blueprint: the path, and the guards that it has
/// passed.
#[derive(Clone, Default)]
pub(super) struct RouteContext {
    pub(super) prefix: String,
    pub(super) guards: Vec<String>,
}

impl RouteContext {
    pub(super) fn below(&self, own: &str) -> RouteContext {
        RouteContext {
            prefix: join_rule(&self.prefix, own),
            guards: self.guards.clone(),
        }
    }

    /// Returns the guards of the way, and those of a view behind them.
    pub(super) fn with(&self, own: Vec<String>) -> Vec<String> {
        self.guards.iter().cloned().chain(own).collect()
    }
}

pub(super) fn join_rule(prefix: &str, path: &str) -> String {
    if prefix.is_empty() {
        path.to_owned()
    } else {
        join_paths(prefix, path)
    }
}

/// Returns the methods that a registration names: of `@app.get` its own, else those of `methods=[…]`.
fn methods_of(event: &Event<'_>) -> Vec<String> {
    if VERBS.contains(&&*event.name) {
        return vec![event.name.to_uppercase()];
    }
    let given = event
        .arguments
        .named("methods")
        .map(Value::items)
        .unwrap_or_default();
    uppercase_texts(&given)
}

fn uppercase_texts(values: &[Value<'_>]) -> Vec<String> {
    values
        .iter()
        .filter_map(Value::as_text)
        .map(|method| method.to_uppercase())
        .collect()
}

pub(super) fn add_rule<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    event: &Event<'a>,
    way: &RouteContext,
) {
    let view_function = event.arguments.at_or_named(2, "view_func").cloned();
    let Some(target) = view_function else {
        context.findings.report_unresolved(
            context.machine,
            event.place,
            "add_url_rule without a view that could be followed",
        );
        return;
    };
    add_view(context, event, way, &target);
}

pub(super) fn add_view<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    event: &Event<'a>,
    way: &RouteContext,
    target: &Value<'a>,
) {
    let place = event.place;
    let methods = methods_of(event);
    let Some(path) = event
        .arguments
        .at_or_named(0, "rule")
        .and_then(Value::as_text)
    else {
        context
            .findings
            .report_unresolved(context.machine, place, "the path of a route");
        return;
    };
    let path = join_paths("", &way.below(&path).prefix);
    let class = target
        .as_class()
        .or_else(|| class_of_view(context.machine, target));
    if let Some(class) = class {
        let only = if methods.is_empty() {
            let listed = context.machine.class_member(&class, "methods");
            uppercase_texts(&listed.map(|list| list.items()).unwrap_or_default())
        } else {
            methods
        };
        let own = class.decorators.borrow().clone();
        let guards = way.with(guards_of_decorators(context.machine, &own));
        return add_class_methods(context, &class, ClassView { path, only, guards });
    }
    let closure = target.as_function();
    let place = closure.as_ref().map_or(place, |closure| closure.place);
    let guards = way.with(
        closure
            .map(|closure| guards_of_decorators(context.machine, &closure.decorators))
            .unwrap_or_default(),
    );
    let handler = context.machine.label_of(target);
    let handler = context.machine.dotted_path(place, &handler);
    // Flask's own default.
    let methods = if methods.is_empty() {
        vec!["GET".to_owned()]
    } else {
        methods
    };
    for method in &methods {
        let route = NewRoute {
            method,
            path: &path,
            handler: handler.clone(),
            guards: &guards,
        };
        context.findings.add_route(context.machine, place, route);
    }
}

/// `View.as_view("name")`, perhaps wrapped in decorators.
pub(super) fn class_of_view<'a>(
    machine: &Machine<'a>,
    target: &Value<'a>,
) -> Option<Rc<ClassValue<'a>>> {
    match &machine.object(target.as_object()?).origin {
        Origin::Method { receiver, name, .. } if &**name == "as_view" => receiver.as_class(),
        Origin::Call { arguments, .. } => class_of_view(machine, arguments.at(0)?),
        _ => None,
    }
}

pub(super) fn add_class_view<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    class: &Rc<ClassValue<'a>>,
    way: &RouteContext,
) {
    let view = ClassView {
        path: join_paths("", &way.prefix),
        only: Vec::new(),
        guards: way.guards.clone(),
    };
    add_class_methods(context, class, view);
}

/// A registration of a view class.
struct ClassView {
    path: String,
    /// The methods that it was registered for; all that the class has where it is empty.
    only: Vec<String>,
    /// The guards before the class's own.
    guards: Vec<String>,
}

fn add_class_methods<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    class: &Rc<ClassValue<'a>>,
    mut view: ClassView,
) {
    for listed in ["decorators", "method_decorators"] {
        let list = context
            .machine
            .class_member(class, listed)
            .map(|list| list.items())
            .unwrap_or_default();
        view.guards
            .extend(guards_of_decorators(context.machine, &list));
    }
    let is_wanted = |verb: &str| {
        view.only.is_empty()
            || view
                .only
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(verb))
    };
    let mut is_empty = true;
    for verb in VERBS {
        let Some(method) = context.machine.method(class, verb) else {
            continue;
        };
        if !is_wanted(verb) {
            continue;
        }
        is_empty = false;
        let mut guards = view.guards.clone();
        guards.extend(guards_of_decorators(context.machine, &method.decorators));
        let handler = context
            .machine
            .dotted_path(class.place, &format!("{}.{verb}", class.class.name));
        let route = NewRoute {
            method: verb,
            path: &view.path,
            handler,
            guards: &guards,
        };
        context
            .findings
            .add_route(context.machine, method.place, route);
    }
    if is_empty {
        add_dispatched_methods(context, class, &view);
    }
}

/// Adds the routes of a class that answers everything in `dispatch_request`.
fn add_dispatched_methods<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    class: &Rc<ClassValue<'a>>,
    view: &ClassView,
) {
    let Some(dispatch) = context.machine.method(class, "dispatch_request") else {
        return;
    };
    let handler = context.machine.dotted_path(class.place, &class.class.name);
    let fallback = ["GET".to_owned()];
    let methods = if view.only.is_empty() {
        &fallback[..]
    } else {
        &view.only
    };
    for method in methods {
        let route = NewRoute {
            method,
            path: &view.path,
            handler: handler.clone(),
            guards: &view.guards,
        };
        context
            .findings
            .add_route(context.machine, dispatch.place, route);
    }
}

/// Returns the guards among decorators.
pub(super) fn guards_of_decorators<'a>(
    machine: &mut Machine<'a>,
    decorators: &[Value<'a>],
) -> Vec<String> {
    machine.guard_names(decorators)
}

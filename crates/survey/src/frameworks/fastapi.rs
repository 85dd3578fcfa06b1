//! FastAPI: routers included in routers, with prefixes and dependencies.
//!
//! ```text
//! router = APIRouter(prefix="/users", dependencies=[Depends(current_user)])
//!
//! @router.get("/{id}")
//! def show(id: int, db=Depends(get_db)): ...
//!
//! app.include_router(router, prefix="/api")     GET /api/users/{id}, guarded by `current_user`; `get_db` is no guard
//! app.mount("/static", StaticFiles(…))          files: no routes
//! ```
//!
//! Applications that no other includes are the roots. A router whose prefix is not known is reported, with none of
//! its routes.

use crate::frameworks::FrameworkContext;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::Framework;
use super::reading::{Event, NewRoute};
use crate::evaluate::{Arguments, ClassValue, Closure, Machine, ObjectId, Origin, Value};
use crate::findings::join_paths;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "FastAPI",
    markers: &["fastapi"],
    read: read_fastapi,
};

/// Decorators of a router that add a route.
const VERBS: [&str; 8] = [
    "get", "post", "put", "patch", "delete", "head", "options", "trace",
];

/// Returns whether a path is an application of FastAPI.
fn is_fastapi(path: &str) -> bool {
    path.starts_with("fastapi") && path.ends_with(".FastAPI")
}

/// Returns whether a path is something that routes can be added to: FastAPI's own, and routers that extend it.
fn is_router(path: &str) -> bool {
    path.starts_with("fastapi") && (path.ends_with("Router") || path.ends_with(".FastAPI"))
}

/// Reads the routes of all applications, each router below every prefix that includes it.
fn read_fastapi(context: &mut FrameworkContext<'_, '_>) {
    let routers = context.machine.all_instances(is_router);
    let mut included = BTreeSet::new();
    // First, what is included by others: it is no root.
    for router in &routers {
        for event in context.machine.events_of(*router) {
            if matches!(&*event.name, "include_router" | "mount") {
                included.extend(
                    event
                        .arguments
                        .0
                        .iter()
                        .flat_map(|(_, value)| value.objects()),
                );
            }
        }
    }
    let mut walk = Walk {
        seen: BTreeSet::new(),
        stack: Vec::new(),
    };
    let is_handed = |machine: &Machine<'_>, id: ObjectId| {
        matches!(machine.object(id).origin, Origin::Parameter { .. })
    };
    let mut roots = Vec::new();
    for id in routers.iter().copied().filter(|id| !included.contains(id)) {
        if context.machine.is_instance_of(id, is_fastapi) {
            roots.push((is_handed(context.machine, id), id));
        }
    }
    // What is handed in from where nothing was seen counts only where no application was.
    roots.sort();
    for (is_handed, root) in roots {
        if !is_handed || context.findings.routes.is_empty() {
            walk.follow_router(context, root, "", &[]);
        }
    }
    // What is left has routes, was made, and no root includes it.
    for router in routers {
        let is_used = context
            .machine
            .events_of(router)
            .iter()
            .any(|event| is_route(event));
        if is_used && !walk.seen.contains(&router) && !is_handed(context.machine, router) {
            let place = context.machine.object(router).place;
            context.findings.report_unresolved(
                context.machine,
                place,
                "a router whose inclusion in an application could not be followed",
            );
        }
    }
}

/// Returns whether a call on a router adds a route.
fn is_route(event: &Event<'_>) -> bool {
    VERBS.contains(&&*event.name)
        || matches!(&*event.name, "api_route" | "websocket" | "add_api_route")
}

/// A walk from an application through its routers.
struct Walk {
    /// Routers that were reached.
    seen: BTreeSet<ObjectId>,
    /// Those on the way to where the walk is, so that a router that includes itself ends.
    stack: Vec<ObjectId>,
}

impl Walk {
    /// Adds the routes of a router behind a prefix and guards; its own prefix and dependencies come after those.
    fn follow_router<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        router: ObjectId,
        prefix: &str,
        guards: &[String],
    ) {
        if self.stack.contains(&router) {
            return;
        }
        self.stack.push(router);
        self.seen.insert(router);
        let made = context.machine.made_with(router);
        let place = context.machine.object(router).place;
        let prefix = match made.named("prefix").map(Value::as_text) {
            Some(Some(own)) => format!("{prefix}{own}"),
            Some(None) => {
                context
                    .findings
                    .report_unresolved(context.machine, place, "a router's prefix");
                self.stack.pop();
                return;
            }
            None => prefix.to_owned(),
        };
        let mut guards = guards.to_vec();
        guards.extend(guards_of_dependencies(context.machine, &made));
        for event in context.machine.events_of(router) {
            match &*event.name {
                "include_router" => self.follow_included_router(context, &event, &prefix, &guards),
                "mount" => self.follow_mount(context, &event, &prefix, &guards),
                _ if is_route(&event) => add_operation(context, &event, &prefix, &guards),
                _ => {}
            }
        }
        self.stack.pop();
    }

    /// Follows `app.mount("/admin", admin_app)`; files that are served have no routes.
    fn follow_mount<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        event: &Event<'a>,
        prefix: &str,
        guards: &[String],
    ) {
        let path = event
            .arguments
            .at_or_named(0, "path")
            .and_then(Value::as_text);
        let given = event
            .arguments
            .at_or_named(1, "app")
            .cloned()
            .unwrap_or(Value::Unknown);
        let routers: Vec<_> = given
            .objects()
            .into_iter()
            .filter(|inner| context.machine.is_instance_of(*inner, is_router))
            .collect();
        let serves_files = context
            .machine
            .path_of(&given)
            .is_some_and(|path| path.contains("StaticFiles"));
        if path.is_none() || routers.is_empty() && !serves_files {
            context.findings.report_unresolved(
                context.machine,
                event.place,
                "mount of what could not be followed",
            );
        }
        let Some(path) = path else { return };
        for inner in routers {
            self.follow_router(context, inner, &format!("{prefix}{path}"), guards);
        }
    }

    /// Follows `include_router(router, prefix=…, dependencies=…)`.
    fn follow_included_router<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        event: &Event<'a>,
        prefix: &str,
        guards: &[String],
    ) {
        let inner = event
            .arguments
            .at_or_named(0, "router")
            .map(Value::objects)
            .unwrap_or_default();
        let added = match event.arguments.named("prefix") {
            Some(value) => value.as_text(),
            None => Some("".into()),
        };
        let routers: Vec<_> = inner
            .into_iter()
            .filter(|inner| context.machine.is_instance_of(*inner, is_router))
            .collect();
        let (Some(added), false) = (added, routers.is_empty()) else {
            context.findings.report_unresolved(
                context.machine,
                event.place,
                "include_router of what could not be followed",
            );
            return;
        };
        let mut guards = guards.to_vec();
        guards.extend(guards_of_dependencies(context.machine, &event.arguments));
        for router in routers {
            self.follow_router(context, router, &format!("{prefix}{added}"), &guards);
        }
    }
}

/// Returns the methods of a route: of `@app.get` its own, of `api_route` those that it is handed, else `GET`.
fn methods_of(event: &Event<'_>) -> Vec<String> {
    let methods = event
        .arguments
        .named("methods")
        .map(Value::items)
        .unwrap_or_default();
    match &*event.name {
        "api_route" | "add_api_route" if methods.is_empty() => vec!["GET".to_owned()],
        "api_route" | "add_api_route" => methods
            .iter()
            .filter_map(Value::as_text)
            .map(|method| method.to_string())
            .collect(),
        verb => vec![verb.to_owned()],
    }
}

/// Returns the guards among what a handler depends on, by its parameters and by its class:
/// `user: User = Depends(current_user)`, `user: Annotated[User, Depends(current_user)]`.
fn guards_of_handler<'a>(machine: &mut Machine<'a>, closure: &Rc<Closure<'a>>) -> Vec<String> {
    let mut needed = Vec::new();
    for parameter in &closure.function.parameters {
        for expression in parameter.default.iter().chain(&parameter.annotation) {
            let value = machine.evaluate(expression, &closure.scope);
            needed.extend(machine.dependency_of(&value));
        }
    }
    needed.extend(dependencies_of_class(machine, closure));
    machine.guard_names(&needed)
}

/// Returns the functions that a route calls: those that it decorates, or the endpoint that it is handed.
fn handlers_of<'a>(machine: &Machine<'a>, event: &Event<'a>) -> Vec<Value<'a>> {
    match &*event.name {
        "add_api_route" => {
            let endpoint = event.arguments.at_or_named(1, "endpoint");
            endpoint.cloned().into_iter().collect()
        }
        _ => machine.decorated(event.result),
    }
}

/// Adds the routes of one decorator or of `add_api_route`, one for each handler and method.
///
/// Guards stand in the order: routers, the route's `dependencies`, the parameters of its handler.
fn add_operation<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    event: &Event<'a>,
    prefix: &str,
    guards: &[String],
) {
    let Some(path) = event
        .arguments
        .at_or_named(0, "path")
        .and_then(Value::as_text)
    else {
        context.findings.report_unresolved(
            context.machine,
            event.place,
            format!("the path of a {} route", event.name),
        );
        return;
    };
    // FastAPI joins prefix and path as they are, without a slash between them.
    let path = if path.is_empty() && prefix.is_empty() {
        "/".to_owned()
    } else {
        format!("{prefix}{path}")
    };
    let methods = methods_of(event);
    let handlers = handlers_of(context.machine, event);
    let mut guards = guards.to_vec();
    guards.extend(guards_of_dependencies(context.machine, &event.arguments));
    for handler in handlers {
        let closure = handler.as_function();
        let place = closure
            .as_ref()
            .map_or(event.place, |closure| closure.place);
        let mut guards = guards.clone();
        if let Some(closure) = &closure {
            guards.extend(guards_of_handler(context.machine, closure));
        }
        let name = context.machine.label_of(&handler);
        let name = context.machine.dotted_path(place, &name);
        for method in &methods {
            let path = join_paths("", &path);
            context.findings.add_route(
                context.machine,
                place,
                NewRoute {
                    method,
                    path: &path,
                    handler: name.clone(),
                    guards: &guards,
                },
            );
        }
    }
}

/// Returns what the class of a method depends on: a class whose methods are routes is made for each
/// request, as fastapi-utils' `@cbv(router)` does, with its fields and those that it extends.
fn dependencies_of_class<'a>(
    machine: &mut Machine<'a>,
    closure: &Rc<Closure<'a>>,
) -> Vec<Value<'a>> {
    if closure.function.is_static {
        return Vec::new();
    }
    let holds = |class: &Rc<ClassValue<'a>>| {
        let fields = class.fields.borrow();
        let methods = fields.iter().filter_map(|field| field.value.as_function());
        methods
            .into_iter()
            .any(|method| Rc::ptr_eq(&method, closure))
    };
    let Some(class) = machine.classes.iter().find(|class| holds(class)).cloned() else {
        return Vec::new();
    };
    let mut needed: Vec<(&str, Value<'a>)> = Vec::new();
    for ancestor in machine.lineage(&class) {
        for field in ancestor.fields.borrow().iter() {
            // What a class sets itself hides what it would have had.
            if !needed.iter().any(|(name, _)| *name == field.name) {
                needed.push((field.name, field.value.clone()));
                let annotation = field
                    .annotation
                    .map(|annotation| machine.evaluate(annotation, &ancestor.scope));
                needed.extend(annotation.map(|value| (field.name, value)));
            }
        }
        if let Some(made) = machine.method(&ancestor, "__init__") {
            for parameter in made.function.parameters.iter().skip(1) {
                for expression in parameter.default.iter().chain(&parameter.annotation) {
                    let value = machine.evaluate(expression, &made.scope);
                    needed.push(("__init__", value));
                }
            }
        }
    }
    let values = needed.iter().map(|(_, value)| value);
    values
        .filter_map(|value| machine.dependency_of(value))
        .collect()
}

/// Returns the guards among the dependencies that a router, an inclusion or a route names.
fn guards_of_dependencies<'a>(machine: &mut Machine<'a>, arguments: &Arguments<'a>) -> Vec<String> {
    let list = arguments
        .named("dependencies")
        .map(Value::items)
        .unwrap_or_default();
    let needed: Vec<_> = list
        .iter()
        .filter_map(|value| machine.dependency_of(value))
        .collect();
    machine.guard_names(&needed)
}

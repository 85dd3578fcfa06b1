//! Koa: the routers of `@koa/router`, nested below prefixes, and what an application uses before
//!
//! ```text
//! const users = new Router({ prefix: "/users" });
//! users.get("user", "/:id", show);          the first text names the route
//! app.use(auth).use(users.routes());        GET /users/:id, guarded by `auth`
//! app.use("/admin", guard)                  for a path: not noted for what lies elsewhere
//! ```
//! them.

use std::collections::BTreeSet;

use super::Framework;
use super::reading::{Event, NewRoute};
use crate::evaluate::{Machine, ObjectId, Origin, Value};
use crate::findings::join_paths;
use crate::frameworks::FrameworkContext;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Koa",
    markers: &["koa"],
    read: read_koa,
};

/// Methods of a router that add a route; `del` is `delete`.
const VERBS: [&str; 9] = [
    "get", "post", "put", "patch", "delete", "del", "head", "options", "all",
];

/// Returns whether a path is an application of Koa.
fn is_koa(path: &str) -> bool {
    matches!(path, "koa" | "koa.default" | "koa.Koa")
}

/// Returns whether a path is a router of `@koa/router` or its older name.
fn is_router(path: &str) -> bool {
    let from = path.strip_suffix(".Router").unwrap_or(path);
    matches!(from, "@koa/router" | "koa-router")
}

/// Reads the routes that applications use. A router with routes that none uses is reported.
fn read_koa(context: &mut FrameworkContext<'_, '_>) {
    let routers: BTreeSet<ObjectId> = context
        .machine
        .all_instances(is_router)
        .into_iter()
        .collect();
    let mut walk = Walk {
        routers,
        seen: BTreeSet::new(),
        stack: Vec::new(),
    };
    for id in context.machine.all_instances(is_koa) {
        walk.follow_uses(context, id, Around::default());
    }
    for id in walk.routers.clone() {
        let is_used = chained_calls(context.machine, id)
            .iter()
            .any(|event| VERBS.contains(&&*event.name));
        if is_used && !walk.seen.contains(&id) {
            let place = context.machine.object(id).place;
            let what = "a router whose use in an application could not be followed";
            context
                .findings
                .report_unresolved(context.machine, place, what);
        }
    }
}

/// Returns the calls on a router, chained ones as well.
fn chained_calls<'a>(machine: &Machine<'a>, id: ObjectId) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    for event in machine.events_of(id) {
        let goes_on = VERBS.contains(&&*event.name) || matches!(&*event.name, "use" | "prefix");
        let result = event.result;
        events.push(event);
        if goes_on {
            events.extend(chained_calls(machine, result));
        }
    }
    events
}

/// Returns the router that a value gives the routes of: `router.routes()`, or a chain of calls.
fn router_of(machine: &Machine<'_>, id: ObjectId) -> ObjectId {
    match &machine.object(id).origin {
        Origin::Method {
            receiver: Value::Object(receiver),
            ..
        } => router_of(machine, *receiver),
        _ => id,
    }
}

/// The path and the guards that an application or router stands behind.
#[derive(Clone, Default)]
struct Around {
    prefix: String,
    guards: Vec<String>,
}

/// A walk from an application through its routers.
struct Walk {
    routers: BTreeSet<ObjectId>,
    seen: BTreeSet<ObjectId>,
    stack: Vec<ObjectId>,
}

impl Walk {
    /// Follows what an application or a router uses, in order: guards hold for what comes after.
    fn follow_uses<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        id: ObjectId,
        mut around: Around,
    ) {
        if self.stack.contains(&id) {
            return;
        }
        self.stack.push(id);
        self.seen.insert(id);
        let events = chained_calls(context.machine, id);
        // `router.prefix("/users")` holds for all routes of the router, wherever the call stands.
        for event in &events {
            if &*event.name == "prefix"
                && let Some(own) = event.arguments.at(0).and_then(Value::as_text)
            {
                around.prefix = format!("{}{own}", around.prefix);
            }
        }
        for event in &events {
            match &*event.name {
                "use" => self.follow_use(context, event, &mut around),
                verb if VERBS.contains(&verb) && self.routers.contains(&id) => {
                    add_endpoint(context, event, &around);
                }
                _ => {}
            }
        }
        self.stack.pop();
    }

    /// Follows `use(path?, …)`: routers below it, and guards for them and for what comes after.
    fn follow_use<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        event: &Event<'a>,
        around: &mut Around,
    ) {
        let arguments: Vec<_> = event.arguments.positional().cloned().collect();
        let path = arguments.first().and_then(Value::as_text);
        let given = &arguments[usize::from(path.is_some())..];
        let mut routers = Vec::new();
        let mut between = Vec::new();
        for value in given {
            let found: Vec<_> = value
                .objects()
                .into_iter()
                .map(|id| router_of(context.machine, id))
                .filter(|id| self.routers.contains(id))
                .collect();
            match found.is_empty() {
                true => between.push(value.clone()),
                false => routers.extend(found),
            }
        }
        if routers.is_empty()
            && between
                .iter()
                .any(|value| context.machine.is_unfollowed(value))
        {
            let what = "use of what could not be followed";
            context
                .findings
                .report_unresolved(context.machine, event.place, what);
        }
        let guards = context.machine.guard_names(&between);
        for router in &routers {
            let mut inner = around.clone();
            inner.guards.extend(guards.clone());
            inner.prefix = format!("{}{}", inner.prefix, path.as_deref().unwrap_or_default());
            let made = context.machine.made_with(*router);
            let options = made.at(0).and_then(|options| options.entry("prefix"));
            match options.map(|prefix| prefix.as_text()) {
                Some(Some(own)) => inner.prefix = format!("{}{own}", inner.prefix),
                Some(None) => {
                    let what = "the prefix of a router";
                    context
                        .findings
                        .report_unresolved(context.machine, event.place, what);
                    continue;
                }
                None => {}
            }
            self.follow_uses(context, *router, inner);
        }
        // What holds for a path only is not told of what lies elsewhere.
        if path.is_none() {
            around.guards.extend(guards);
        }
    }
}

/// Adds a route of a router: `get(name?, path, …guards, handler)`.
fn add_endpoint<'a>(context: &mut FrameworkContext<'_, 'a>, event: &Event<'a>, around: &Around) {
    let arguments: Vec<_> = event.arguments.positional().cloned().collect();
    // `router.get('name', '/path', …)` names the route.
    let texts = arguments
        .iter()
        .take_while(|value| value.as_text().is_some());
    let texts: Vec<_> = texts.filter_map(Value::as_text).collect();
    let paths = match (texts.last(), arguments.first()) {
        (Some(path), _) => vec![path.clone()],
        (None, Some(list @ Value::List(_))) => {
            list.items().iter().filter_map(Value::as_text).collect()
        }
        _ => Vec::new(),
    };
    let rest = &arguments[texts.len().max(1).min(arguments.len())..];
    let Some((handler, before)) = rest.split_last().filter(|_| !paths.is_empty()) else {
        let what = "the path of a route";
        return context
            .findings
            .report_unresolved(context.machine, event.place, what);
    };
    let handler = context.machine.name_in_use(handler);
    let mut guards = around.guards.clone();
    guards.extend(context.machine.guard_names(before));
    let method = match &*event.name {
        "all" => "*",
        "del" => "delete",
        verb => verb,
    };
    for path in &paths {
        let path = join_paths("", &join_paths(&around.prefix, path));
        let route = NewRoute {
            method,
            path: &path,
            handler: handler.clone(),
            guards: &guards,
        };
        context
            .findings
            .add_route(context.machine, event.place, route);
    }
}

//! Express: routers used in routers below paths.
//!
//! ```text
//! const users = express.Router();
//! users.get("/:id", requireUser, show);
//! app.use("/api", limit);                  a guard, if it is one, for all paths below `/api` from here on
//! app.use("/api/users", auth, users);      GET /api/users/:id, guarded by `auth` and `requireUser`
//! app.route("/health").get(ok).all(no);    GET /health, and * /health
//! app.get("title")                         one argument reads a setting: no route
//! app.use("/x", makeRouter())              from outside: reported, unless its name speaks of middleware
//! ```
//!
//! Applications that no other uses are the roots. A router that no root reaches is reported, not guessed at.

use crate::frameworks::FrameworkContext;
use std::collections::BTreeSet;

use super::Framework;
use super::reading::{Event, NewRoute};
use crate::evaluate::{Arguments, Machine, OPEN, ObjectId, Origin, Value};
use crate::findings::join_paths;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Express",
    markers: &["'express", "\"express", "`express"],
    read: read_express,
};

/// Methods of a router that add a route; `all` is for every method.
const VERBS: [&str; 8] = [
    "get", "post", "put", "patch", "delete", "head", "options", "all",
];

/// Returns whether a path is an application, made or as a type of a parameter.
fn is_express(path: &str) -> bool {
    matches!(path, "express" | "express.Application" | "express.Express")
}

/// Returns whether a path is something that routes can be added to.
fn is_router(path: &str) -> bool {
    is_express(path) || matches!(path, "express.Router" | "express-promise-router")
}

/// Reads the routes of all applications, each router below every path that uses it.
fn read_express(context: &mut FrameworkContext<'_, '_>) {
    let routers = context.machine.all_instances(is_router);
    let mut used = BTreeSet::new();
    // First, what is used by others: it is no root.
    for router in &routers {
        for event in calls_of_chain(context.machine, *router)
            .iter()
            .filter(|event| &*event.name == "use")
        {
            let given = flatten_lists(&event.arguments.positional().cloned().collect::<Vec<_>>());
            used.extend(
                given
                    .iter()
                    .flat_map(Value::objects)
                    .map(|id| router_of(context.machine, id)),
            );
        }
    }
    let mut walk = Walk {
        routers: routers.iter().copied().collect(),
        seen: BTreeSet::new(),
        stack: Vec::new(),
    };
    let is_handed = |machine: &Machine<'_>, id: ObjectId| {
        matches!(machine.object(id).origin, Origin::Parameter { .. })
    };
    let mut roots = Vec::new();
    for id in routers.iter().copied().filter(|id| !used.contains(id)) {
        if context.machine.is_instance_of(id, is_express) {
            roots.push((is_handed(context.machine, id), id));
        }
    }
    // What is handed in from where nothing was seen counts only where no application was.
    roots.sort();
    for (is_handed, root) in roots {
        if !is_handed || context.findings.routes.is_empty() {
            walk.follow_router(context, root, RouteContext::default());
        }
    }
    // What is left was made, has calls, and no root leads to it.
    for router in routers {
        if !walk.seen.contains(&router)
            && !is_handed(context.machine, router)
            && !context.machine.events_of(router).is_empty()
        {
            let place = context.machine.object(router).place;
            context.findings.report_unresolved(
                context.machine,
                place,
                "a router whose use in an application could not be followed",
            );
        }
    }
}

/// Returns the calls on a router, chained ones as well.
fn calls_of_chain<'a>(machine: &Machine<'a>, id: ObjectId) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    for event in machine.events_of(id) {
        let result = event.result;
        let is_chained = is_chained(&event.name);
        events.push(event);
        if is_chained {
            events.extend(calls_of_chain(machine, result));
        }
    }
    events
}

/// Returns the router that a chain of calls ends in: `Router().use(a).use(b)` is the router.
fn router_of<'a>(machine: &Machine<'a>, id: ObjectId) -> ObjectId {
    match &machine.object(id).origin {
        Origin::Method {
            receiver: Value::Object(receiver),
            name,
            ..
        } if is_chained(name) => router_of(machine, *receiver),
        _ => id,
    }
}

/// Returns whether a call gives back its receiver, so that another may follow it.
fn is_chained(name: &str) -> bool {
    VERBS.contains(&name) || matches!(name, "use" | "param" | "set")
}

/// Returns values with all lists in them laid flat: Express takes handlers in lists of any depth.
fn flatten_lists<'a>(values: &[Value<'a>]) -> Vec<Value<'a>> {
    values
        .iter()
        .flat_map(|value| {
            if let Value::List(_) = value {
                flatten_lists(&value.items())
            } else {
                vec![value.clone()]
            }
        })
        .collect()
}

/// Returns the path that a route is registered under: text, several texts, or a pattern.
///
/// A pattern is written as it stands: `/^\/users/` is `/^\/users`. None where a path is not known.
fn paths_of_route(value: &Value<'_>) -> Option<Vec<String>> {
    match value {
        Value::List(items) => {
            let paths: Option<Vec<_>> = items.borrow().iter().map(paths_of_route).collect();
            Some(paths?.into_iter().flatten().collect())
        }
        Value::Regex(pattern) => Some(vec![format!("/{}", pattern.trim_matches('/'))]),
        other => other.as_text().map(|path| vec![path.to_string()]),
    }
}

/// Returns whether a function from outside, by its name, makes what serves files or stands before
/// handlers.
///
/// Parts of words count (`secur` for `security`), since packages join them in many ways; such a call is not reported
/// as something that may have routes.
fn stands_between(called: &str) -> bool {
    const WORDS: [&str; 28] = [
        "static",
        "serve",
        "setup",
        "json",
        "urlencoded",
        "parse",
        "cors",
        "limit",
        "helmet",
        "proxy",
        "session",
        "log",
        "morgan",
        "auth",
        "passport",
        "guard",
        "valid",
        "upload",
        "csrf",
        "compress",
        "cookie",
        "favicon",
        "middleware",
        "multer",
        "jwt",
        "secur",
        "token",
        "protect",
    ];
    let lower = called.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

/// The context of a router's routes: the path, and the guards that it has passed.
#[derive(Clone, Default)]
struct RouteContext {
    /// The path of the router, empty for the root.
    prefix: String,
    /// Guards that hold for all that is registered from here on.
    guards: Vec<String>,
    /// Guards of what lies below a path, seen from the router.
    below: Vec<(String, Vec<String>)>,
}

impl RouteContext {
    /// Returns the way to what lies below a path of the router.
    fn to(&self, path: &str) -> RouteContext {
        let mut guards = self.guards.clone();
        let holds = |above: &str| {
            let rest = path.strip_prefix(above.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        guards.extend(
            self.below
                .iter()
                .filter(|(above, _)| holds(above))
                .flat_map(|(_, names)| names.clone()),
        );
        RouteContext {
            prefix: join_path(&self.prefix, path),
            guards,
            below: Vec::new(),
        }
    }
}

/// A walk from an application through its routers.
struct Walk {
    /// All routers of the project.
    routers: BTreeSet<ObjectId>,
    /// Those that were reached.
    seen: BTreeSet<ObjectId>,
    /// Those on the way to where the walk is, so that a router that uses itself ends.
    stack: Vec<ObjectId>,
}

impl Walk {
    /// Adds the routes of a router below a path, in the order of its calls: guards hold only for what comes after
    /// them.
    fn follow_router<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        router: ObjectId,
        way: RouteContext,
    ) {
        if self.stack.contains(&router) {
            return;
        }
        self.stack.push(router);
        self.seen.insert(router);
        let mut way = way;
        for event in calls_of_chain(context.machine, router) {
            match &*event.name {
                "use" => self.follow_use(context, &event, &mut way),
                "route" => {
                    let Some(own) = event.arguments.at(0).and_then(paths_of_route) else {
                        context.findings.report_unresolved(
                            context.machine,
                            event.place,
                            "the path of a route",
                        );
                        continue;
                    };
                    for inner in calls_of_chain(context.machine, event.result) {
                        add_endpoint(context, &inner, (&way, &own));
                    }
                }
                verb if VERBS.contains(&verb) => add_verb(context, event, &way),
                OPEN => context.findings.report_unresolved(
                    context.machine,
                    event.place,
                    "the method of a route",
                ),
                _ => {}
            }
        }
        self.stack.pop();
    }

    /// Returns the routers of the project among values, also behind a chain of calls.
    fn routers_among<'a>(&self, machine: &Machine<'a>, values: &[Value<'a>]) -> Vec<ObjectId> {
        values
            .iter()
            .flat_map(Value::objects)
            .map(|id| router_of(machine, id))
            .filter(|id| self.routers.contains(id))
            .collect()
    }

    /// Follows what a router uses: routers, below the guards that stand before them, and guards for
    /// what comes after.
    fn follow_use<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        event: &Event<'a>,
        way: &mut RouteContext,
    ) {
        let arguments: Vec<_> = event.arguments.positional().cloned().collect();
        let own = arguments.first().and_then(paths_of_route);
        let handlers = flatten_lists(if own.is_some() {
            &arguments[1..]
        } else {
            &arguments
        });
        let routers = self.routers_among(context.machine, &handlers);
        // Routers below a path that is not known have no known paths: reported as one.
        let is_path_open = own.is_none()
            && matches!(arguments.first(), Some(Value::Unknown | Value::Choice(_)))
            && arguments.len() > 1;
        if is_path_open && !routers.is_empty() {
            context.findings.report_unresolved(
                context.machine,
                event.place,
                "the path that a router is used under",
            );
            return;
        }
        if routers.is_empty() {
            report_unfollowed(context, event, own.as_deref(), &handlers);
        }
        let is_between = |handler: &&Value<'a>| {
            // Guards between the path and the router hold for the router alone; without a router, for what follows.
            self.routers_among(context.machine, std::slice::from_ref(handler))
                .is_empty()
        };
        let between: Vec<_> = handlers.iter().filter(is_between).cloned().collect();
        let guards = context.machine.guard_names(&between);
        for own in own.clone().unwrap_or_else(|| vec![String::new()]) {
            for router in &routers {
                let mut inner = way.to(&own);
                inner.guards.extend(guards.clone());
                self.follow_router(context, *router, inner);
            }
        }
        match own {
            _ if guards.is_empty() => {}
            Some(paths) => way
                .below
                .extend(paths.into_iter().map(|path| (path, guards.clone()))),
            // What stands after a router in one line is for what that router doesn't answer.
            None => way.guards.extend(guards),
        }
    }
}

/// Adds the route of `router.get(path, …handlers)`; `app.get('setting')` reads a setting.
fn add_verb<'a>(context: &mut FrameworkContext<'_, 'a>, event: Event<'a>, way: &RouteContext) {
    if event.arguments.positional().count() < 2 {
        return;
    }
    let Some(own) = event.arguments.at(0).and_then(paths_of_route) else {
        context
            .findings
            .report_unresolved(context.machine, event.place, "the path of a route");
        return;
    };
    let rest: Vec<_> = event.arguments.positional().skip(1).cloned().collect();
    let endpoint = Event {
        arguments: Arguments::from_values(rest),
        ..event
    };
    add_endpoint(context, &endpoint, (way, &own));
}

/// Tells of what is used and could not be followed.
fn report_unfollowed<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    event: &Event<'a>,
    own: Option<&[String]>,
    handlers: &[Value<'a>],
) {
    if handlers
        .iter()
        .any(|handler| context.machine.is_unfollowed(handler))
    {
        context.findings.report_unresolved(
            context.machine,
            event.place,
            "use of what could not be followed",
        );
    } else if let (Some(own), Some(made)) = (own, handlers.last())
        && let Some((called, _)) = context
            .machine
            .call_path(made)
            .filter(|(called, _)| !stands_between(called))
    {
        let what = format!(
            "what `{called}` from outside answers below {}",
            own.join(", ")
        );
        context
            .findings
            .report_unresolved(context.machine, event.place, what);
    }
}

/// Joins paths; an empty one adds no slash.
fn join_path(prefix: &str, path: &str) -> String {
    if path.is_empty() {
        prefix.to_owned()
    } else {
        join_paths(prefix, path)
    }
}

/// Adds a method of a route with its handlers, below a way: the last handler answers, guards among the others hold.
fn add_endpoint<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    event: &Event<'a>,
    (way, paths): (&RouteContext, &[String]),
) {
    let verb = &*event.name;
    if !VERBS.contains(&verb) {
        return;
    }
    let handlers = flatten_lists(&event.arguments.positional().cloned().collect::<Vec<_>>());
    let (last, before) = match handlers.split_last() {
        Some((last, before)) => (
            context.machine.name_in_use(last),
            context.machine.guard_names(before),
        ),
        None => ("<anonymous>".to_owned(), Vec::new()),
    };
    let method = if verb == "all" { "*" } else { verb };
    for path in paths {
        let mut way = way.to(path);
        way.guards.extend(before.clone());
        let path = join_paths("", &way.prefix);
        let handler = last.clone();
        context.findings.add_route(
            context.machine,
            event.place,
            NewRoute {
                method,
                path: &path,
                handler,
                guards: &way.guards,
            },
        );
    }
}

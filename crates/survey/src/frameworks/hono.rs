//! Hono: applications in applications below paths, base paths, and middleware by pattern.
//!
//! ```text
//! const users = new Hono().get("/:id", show);       calls are chained: each gives the application
//! app.basePath("/api").use("/users/*", auth);       a guard by pattern
//! app.route("/users", users);                       GET /api/users/:id, guarded by `auth`
//! app.on(["GET", "POST"], "/echo", echo);           GET and POST /api/echo
//! app.mount("/old", other.fetch);                   no Hono application: reported
//! ```

use std::collections::BTreeSet;

use super::Framework;
use super::reading::{Event, NewRoute};
use crate::evaluate::{Machine, ObjectId, Origin, Value};
use crate::findings;
use crate::frameworks::FrameworkContext;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Hono",
    markers: &["hono"],
    read: read_hono,
};

const VERBS: [&str; 8] = [
    "get", "post", "put", "patch", "delete", "options", "head", "all",
];

/// Returns whether a path is a Hono application, made by its class or by `createApp` of a helper.
fn is_hono(path: &str) -> bool {
    path.split(['.', '(']).next().is_some_and(|from| {
        matches!(
            from,
            "hono" | "hono/tiny" | "hono/quick" | "@hono/zod-openapi"
        )
    }) && (path.ends_with("Hono") || path.contains("createApp"))
}

/// Reads the routes of all applications that no other mounts; those that come as parameters are left out.
fn read_hono(context: &mut FrameworkContext<'_, '_>) {
    let applications = context.machine.all_instances(is_hono);
    let mut mounted = BTreeSet::new();
    for id in &applications {
        for event in chained_calls(context.machine, *id) {
            if matches!(&*event.name, "route" | "mount") {
                let inner = event.arguments.at(1).map(Value::objects);
                mounted.extend(
                    inner
                        .unwrap_or_default()
                        .into_iter()
                        .map(|id| root_of(context.machine, id)),
                );
            }
        }
    }
    let mut walk = Walk {
        applications: applications.iter().copied().collect(),
        stack: Vec::new(),
    };
    for id in applications.iter().filter(|id| !mounted.contains(id)) {
        if !matches!(context.machine.object(*id).origin, Origin::Parameter { .. }) {
            walk.follow_application(context, *id, Around::default());
        }
    }
}

/// Returns the calls on an application, chained ones as well: each gives the application.
fn chained_calls<'a>(machine: &Machine<'a>, id: ObjectId) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    for event in machine.events_of(id) {
        let result = event.result;
        events.push(event);
        events.extend(chained_calls(machine, result));
    }
    events
}

/// Returns the application that a chain of calls began with.
fn root_of(machine: &Machine<'_>, id: ObjectId) -> ObjectId {
    match &machine.object(id).origin {
        Origin::Method {
            receiver: Value::Object(receiver),
            ..
        } => root_of(machine, *receiver),
        _ => id,
    }
}

/// Returns a path below a prefix, as Hono joins them: a slash alone adds nothing.
///
/// `/users` and `/` are `/users`; `/` alone stays.
fn join_paths(prefix: &str, path: &str) -> String {
    let path = if path == "/" && !prefix.is_empty() {
        ""
    } else {
        path
    };
    findings::join_paths(prefix, path)
}

/// The path that an application stands below, and the guards by the pattern that they hold for.
///
/// The path of the application, empty for the root.
#[derive(Clone, Default)]
struct Around {
    /// Patterns, with the prefix before them, and names of guards, in the order in which they were added.
    prefix: String,
    guards: Vec<(String, String)>,
}

impl Around {
    /// Returns the guards that hold for a full path.
    fn names_for(&self, path: &str) -> Vec<String> {
        let holds = self
            .guards
            .iter()
            .filter(|(pattern, _)| matches_pattern(pattern, path));
        holds.map(|(_, name)| name.clone()).collect()
    }
}

/// Returns whether a pattern of middleware holds for a path: `*` at its end is for all below.
///
/// `/users/*` holds for `/users` and `/users/1`, and not for `/users2`. Parameters in patterns are compared as text.
fn matches_pattern(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(above) => {
            let above = above.trim_end_matches('/');
            let rest = path.strip_prefix(above);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
        None => pattern.trim_end_matches('/') == path.trim_end_matches('/'),
    }
}

/// A walk from an application through those that it mounts.
struct Walk {
    applications: BTreeSet<ObjectId>,
    stack: Vec<ObjectId>,
}

impl Walk {
    /// Adds the routes of an application, in the order of its calls: middleware holds for what comes after it.
    fn follow_application<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        id: ObjectId,
        mut around: Around,
    ) {
        if self.stack.contains(&id) {
            return;
        }
        self.stack.push(id);
        for event in chained_calls(context.machine, id) {
            match &*event.name {
                "basePath" => match event.arguments.at(0).and_then(Value::as_text) {
                    Some(own) => around.prefix = join_paths(&around.prefix, &own),
                    None => report_unresolved(context, &event, "a base path"),
                },
                "use" => add_guards(context, &event, &mut around),
                "route" => self.follow_mounted(context, &event, &around),
                "mount" => {
                    report_unresolved(context, &event, "mount of what is no Hono application")
                }
                "on" => add_endpoint(context, &event, &around, 1),
                "openapi" => report_unresolved(context, &event, "a route of an OpenAPI definition"),
                verb if VERBS.contains(&verb) => add_endpoint(context, &event, &around, 0),
                _ => {}
            }
        }
        self.stack.pop();
    }

    /// Follows `app.route(path, inner)` to the routes of the inner application.
    fn follow_mounted<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        event: &Event<'a>,
        around: &Around,
    ) {
        let path = event.arguments.at(0).and_then(Value::as_text);
        let inner = event
            .arguments
            .at(1)
            .map(Value::objects)
            .unwrap_or_default();
        let inner: Vec<_> = inner
            .into_iter()
            .map(|id| root_of(context.machine, id))
            .filter(|id| self.applications.contains(id))
            .collect();
        let (Some(path), false) = (path, inner.is_empty()) else {
            return report_unresolved(context, event, "route of what could not be followed");
        };
        for id in inner {
            let mut below = around.clone();
            below.prefix = join_paths(&around.prefix, &path);
            self.follow_application(context, id, below);
        }
    }
}

/// Reports a call that can't be followed.
fn report_unresolved<'a>(context: &mut FrameworkContext<'_, 'a>, event: &Event<'a>, what: &str) {
    context
        .findings
        .report_unresolved(context.machine, event.place, what);
}

/// Adds the guards of `use`. Middleware holds for what is registered after it, below its pattern; without one, for
/// all.
fn add_guards<'a>(context: &mut FrameworkContext<'_, 'a>, event: &Event<'a>, around: &mut Around) {
    let arguments: Vec<_> = event.arguments.positional().cloned().collect();
    let pattern = arguments.first().and_then(Value::as_text);
    let from = usize::from(pattern.is_some());
    let pattern = join_paths(&around.prefix, pattern.as_deref().unwrap_or("*"));
    for name in context.machine.guard_names(&arguments[from..]) {
        around.guards.push((pattern.clone(), name));
    }
}

/// Adds a route: its path stands behind `skipped` arguments, which name its methods: one for `on`, none for `get`.
fn add_endpoint<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    event: &Event<'a>,
    around: &Around,
    skipped: usize,
) {
    let arguments: Vec<_> = event.arguments.positional().cloned().collect();
    let texts = |value: &Value<'a>| match value {
        Value::List(_) => value.items().iter().filter_map(Value::as_text).collect(),
        other => other.as_text().into_iter().collect::<Vec<_>>(),
    };
    let methods = match skipped {
        0 if &*event.name == "all" => vec!["*".into()],
        0 => vec![event.name.clone()],
        _ => arguments.first().map(texts).unwrap_or_default(),
    };
    let paths = arguments.get(skipped).map(texts).unwrap_or_default();
    if paths.is_empty() || methods.is_empty() {
        // `c.get('key')` of a context is no registration: only a path of text makes one.
        if arguments.len() > skipped + 1 {
            report_unresolved(context, event, "the path or method of a route");
        }
        return;
    }
    let Some((handler, before)) = arguments[skipped + 1..].split_last() else {
        return;
    };
    let handler = context.machine.name_in_use(handler);
    let before = context.machine.guard_names(before);
    for path in &paths {
        let path = join_paths(&around.prefix, path);
        let mut guards = around.names_for(&path);
        guards.extend(before.clone());
        for method in &methods {
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
}

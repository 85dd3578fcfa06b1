//! Express: routers used in routers below paths.

use std::collections::BTreeSet;

use super::Framework;
use super::reading::{Event, NewRoute};
use crate::evaluate::{Machine, OPEN, ObjectId, Origin, Value};
use crate::findings::{Findings, join_paths};

pub(crate) const FRAMEWORK: Framework = Framework { name: "Express", markers: &["express"], read };

const VERBS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "all"];

fn is_application(path: &str) -> bool {
    matches!(path, "express" | "express.Application" | "express.Express")
}

fn is_router(path: &str) -> bool {
    is_application(path) || matches!(path, "express.Router" | "express-promise-router")
}

fn read(machine: &mut Machine<'_>, findings: &mut Findings) {
    let routers = machine.all_instances(is_router);
    let mut used = BTreeSet::new();
    for router in &routers {
        for event in chain(machine, *router).iter().filter(|event| &*event.name == "use") {
            let given = flat(&event.arguments.positional().cloned().collect::<Vec<_>>());
            used.extend(given.iter().flat_map(Value::objects).map(|id| router_of(machine, id)));
        }
    }
    let mut walk = Walk { routers: routers.iter().copied().collect(), seen: BTreeSet::new(), stack: Vec::new() };
    let is_handed = |machine: &Machine<'_>, id: ObjectId| matches!(machine.object(id).origin, Origin::Parameter { .. });
    let mut roots = Vec::new();
    for id in routers.iter().copied().filter(|id| !used.contains(id)) {
        if machine.is_instance_of(id, is_application) {
            roots.push((is_handed(machine, id), id));
        }
    }
    // What is handed in from where nothing was seen counts only where no application was.
    roots.sort();
    for (is_handed, root) in roots {
        if !is_handed || findings.routes.is_empty() {
            walk.router(machine, findings, root, "");
        }
    }
    for router in routers {
        if !walk.seen.contains(&router) && !is_handed(machine, router) && !machine.events(router).is_empty() {
            let place = machine.object(router).place;
            findings.unresolved(machine, place, "a router whose use in an application could not be followed");
        }
    }
}

/// The calls on a router, chained ones as well.
fn chain<'a>(machine: &Machine<'a>, id: ObjectId) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    for event in machine.events(id) {
        let result = event.result;
        let is_chained = is_chained(&event.name);
        events.push(event);
        if is_chained {
            events.extend(chain(machine, result));
        }
    }
    events
}

/// The router that a chain of calls ends in: `Router().use(a).use(b)` is the router.
fn router_of<'a>(machine: &Machine<'a>, id: ObjectId) -> ObjectId {
    match &machine.object(id).origin {
        Origin::Method { receiver: Value::Object(receiver), name, .. } if is_chained(name) => {
            router_of(machine, *receiver)
        }
        _ => id,
    }
}

fn is_chained(name: &str) -> bool {
    VERBS.contains(&name) || matches!(name, "use" | "param" | "set")
}

fn flat<'a>(values: &[Value<'a>]) -> Vec<Value<'a>> {
    values
        .iter()
        .flat_map(|value| if let Value::List(_) = value { flat(&value.items()) } else { vec![value.clone()] })
        .collect()
}

/// The path that a route is registered under: text, several texts, or a pattern.
fn paths(value: &Value<'_>) -> Option<Vec<String>> {
    match value {
        Value::List(items) => {
            let paths: Option<Vec<_>> = items.borrow().iter().map(paths).collect();
            Some(paths?.into_iter().flatten().collect())
        }
        Value::Regex(pattern) => Some(vec![format!("/{}", pattern.trim_matches('/'))]),
        other => other.as_text().map(|path| vec![path.to_string()]),
    }
}

/// Whether a function from outside, by its name, makes what serves files or stands before handlers.
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

struct Walk {
    routers: BTreeSet<ObjectId>,
    seen: BTreeSet<ObjectId>,
    stack: Vec<ObjectId>,
}

impl Walk {
    fn router<'a>(&mut self, machine: &mut Machine<'a>, findings: &mut Findings, router: ObjectId, prefix: &str) {
        if self.stack.contains(&router) {
            return;
        }
        self.stack.push(router);
        self.seen.insert(router);
        for event in chain(machine, router) {
            match &*event.name {
                "use" => self.mount(machine, findings, &event, prefix),
                "route" => {
                    let Some(own) = event.arguments.at(0).and_then(paths) else {
                        findings.unresolved(machine, event.place, "the path of a route");
                        continue;
                    };
                    for inner in chain(machine, event.result) {
                        let handlers: Vec<_> = inner.arguments.positional().cloned().collect();
                        endpoint(machine, findings, &inner, prefix, &own, &handlers);
                    }
                }
                verb if VERBS.contains(&verb) => {
                    let mut arguments: Vec<_> = event.arguments.positional().cloned().collect();
                    // `app.get('setting')` reads a setting.
                    if arguments.len() < 2 {
                        continue;
                    }
                    let first = arguments.remove(0);
                    match paths(&first) {
                        Some(own) => endpoint(machine, findings, &event, prefix, &own, &arguments),
                        None => findings.unresolved(machine, event.place, "the path of a route"),
                    }
                }
                OPEN => findings.unresolved(machine, event.place, "the method of a route"),
                _ => {}
            }
        }
        self.stack.pop();
    }

    fn mount<'a>(&mut self, machine: &mut Machine<'a>, findings: &mut Findings, event: &Event<'a>, prefix: &str) {
        let arguments: Vec<_> = event.arguments.positional().cloned().collect();
        let own = arguments.first().and_then(paths);
        let handlers = flat(&arguments);
        let routers: Vec<_> = handlers
            .iter()
            .flat_map(Value::objects)
            .map(|id| router_of(machine, id))
            .filter(|id| self.routers.contains(id))
            .collect();
        let is_path_open = own.is_none()
            && matches!(arguments.first(), Some(Value::Unknown | Value::Choice(_)))
            && arguments.len() > 1;
        if is_path_open && !routers.is_empty() {
            findings.unresolved(machine, event.place, "the path that a router is used under");
            return;
        }
        if routers.is_empty() && handlers.iter().any(|handler| machine.is_lost(handler)) {
            findings.unresolved(machine, event.place, "use of what could not be followed");
        } else if let (true, Some(own), Some(made)) = (routers.is_empty(), &own, handlers.last())
            && let Some((called, _)) = machine.called(made).filter(|(called, _)| !stands_between(called))
        {
            let what = format!("what `{called}` from outside answers below {}", own.join(", "));
            findings.unresolved(machine, event.place, what);
        }
        for router in routers {
            for own in own.clone().unwrap_or_else(|| vec![String::new()]) {
                self.router(machine, findings, router, &joined(prefix, &own));
            }
        }
    }
}

fn joined(prefix: &str, path: &str) -> String {
    if path.is_empty() { prefix.to_owned() } else { join_paths(prefix, path) }
}

fn endpoint<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    event: &Event<'a>,
    prefix: &str,
    paths: &[String],
    handlers: &[Value<'a>],
) {
    let verb = &*event.name;
    if !VERBS.contains(&verb) {
        return;
    }
    let handlers = flat(handlers);
    let (last, before) = match handlers.split_last() {
        Some((last, before)) => (machine.label(last), before),
        None => ("<anonymous>".to_owned(), &[][..]),
    };
    let guards: Vec<String> = before.iter().map(|guard| machine.label(guard)).collect();
    let method = if verb == "all" { "*" } else { verb };
    for path in paths {
        let path = join_paths("", &joined(prefix, path));
        findings.route(machine, event.place, NewRoute { method, path: &path, handler: last.clone(), guards: &guards });
    }
}

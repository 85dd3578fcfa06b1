//! Flask: blueprints nested in blueprints, view classes, and the resources of RESTful, RESTX and
//! Smorest.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Framework;
use super::reading::{Event, NewRoute};
use crate::evaluate::{ClassValue, Machine, ObjectId, Origin, Place, Value};
use crate::findings::{Findings, join_paths};
use code::languages::Language;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Flask",
    markers: &["flask"],
    read: read_flask,
};

const VERBS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

fn is_flask(path: &str) -> bool {
    path.starts_with("flask") && path.ends_with(".Flask")
        || path == "flask_openapi3.OpenAPI"
        || path == "apiflask.APIFlask"
}

fn is_blueprint(path: &str) -> bool {
    (path.starts_with("flask") || path.starts_with("apiflask")) && path.ends_with("Blueprint")
}

fn is_interface(path: &str) -> bool {
    path.starts_with("flask_rest") && (path.ends_with(".Api") || path.ends_with(".Namespace"))
        || path == "flask_smorest.Api"
}

fn read_flask(machine: &mut Machine<'_>, findings: &mut Findings) {
    let applications = machine.all_instances(is_flask);
    let (made, handed): (Vec<_>, Vec<_>) = applications
        .into_iter()
        .partition(|id| !matches!(machine.object(*id).origin, Origin::Parameter { .. }));
    let blueprints = machine.all_instances(is_blueprint);
    let mut walk = Walk {
        interfaces: machine.all_instances(is_interface),
        seen: BTreeSet::new(),
        stack: Vec::new(),
    };
    for application in made {
        walk.follow_holder(machine, findings, application, &RouteContext::default());
    }
    for application in handed {
        walk.follow_holder(machine, findings, application, &RouteContext::default());
    }
    // `app.register_blueprint` on an application that is not seen to be one.
    let strays: Vec<Event<'_>> = (0..machine.objects.len())
        .filter_map(|id| machine.event(id))
        .filter(|event| &*event.name == "register_blueprint")
        .collect();
    for event in strays {
        let target = event
            .arguments
            .at_or_named(0, "blueprint")
            .and_then(Value::as_object);
        if target.is_some_and(|target| blueprints.contains(&target) && !walk.seen.contains(&target))
        {
            walk.follow_blueprint(machine, findings, &event, &RouteContext::default());
        }
    }
    // A function that extends an application: `def load(app): app.add_url_rule(…)`.
    for id in 0..machine.objects.len() {
        let Origin::Parameter {
            name: "app" | "application" | "flask_app",
            ..
        } = machine.object(id).origin
        else {
            continue;
        };
        let file = &machine.files[machine.object(id).place.module];
        let is_flask = file.language == Language::Python && file.text.contains("flask");
        let routes = |event: &Event<'_>| matches!(&*event.name, "add_url_rule" | "route");
        if is_flask && !walk.seen.contains(&id) && machine.events_of(id).iter().any(routes) {
            walk.follow_holder(machine, findings, id, &RouteContext::default());
        }
    }
    for blueprint in blueprints {
        if !walk.seen.contains(&blueprint) && !machine.events_of(blueprint).is_empty() {
            let place = machine.object(blueprint).place;
            findings.report_unresolved(
                machine,
                place,
                "a blueprint whose registration could not be followed",
            );
        }
    }
}

/// The context of the routes of an application or a blueprint: the path, and the guards that it has
/// passed.
#[derive(Clone, Default)]
struct RouteContext {
    prefix: String,
    guards: Vec<String>,
}

impl RouteContext {
    fn below(&self, own: &str) -> RouteContext {
        RouteContext {
            prefix: join_rule(&self.prefix, own),
            guards: self.guards.clone(),
        }
    }

    /// Returns the guards of the way, and those of a view behind them.
    fn with(&self, own: Vec<String>) -> Vec<String> {
        self.guards.iter().cloned().chain(own).collect()
    }
}

/// Returns the guards among the functions that run before each request to what an application or a
/// blueprint holds.
fn guards_before_requests<'a>(machine: &mut Machine<'a>, holder: ObjectId) -> Vec<String> {
    let mut functions = Vec::new();
    for event in machine
        .events_of(holder)
        .iter()
        .filter(|event| &*event.name == "before_request")
    {
        functions.extend(event.arguments.at(0).cloned());
    }
    // `@app.before_request` is no call on the application, but on its member.
    let members = machine
        .object(holder)
        .fields
        .iter()
        .filter(|(name, _)| &**name == "before_request");
    let members: Vec<_> = members.flat_map(|(_, value)| value.objects()).collect();
    functions.extend(
        members
            .into_iter()
            .flat_map(|member| machine.decorated(member)),
    );
    machine.guard_names(&functions)
}

struct Walk {
    interfaces: Vec<ObjectId>,
    seen: BTreeSet<ObjectId>,
    stack: Vec<ObjectId>,
}

impl Walk {
    /// An application or a blueprint, below its whole prefix.
    fn follow_holder<'a>(
        &mut self,
        machine: &mut Machine<'a>,
        findings: &mut Findings,
        holder: ObjectId,
        way: &RouteContext,
    ) {
        if self.stack.contains(&holder) {
            return;
        }
        self.stack.push(holder);
        self.seen.insert(holder);
        let mut way = way.clone();
        way.guards.extend(guards_before_requests(machine, holder));
        let way = &way;
        for event in machine.events_of(holder) {
            match &*event.name {
                "register_blueprint" | "register_api" => {
                    self.follow_blueprint(machine, findings, &event, way)
                }
                "add_url_rule" => add_rule(machine, findings, &event, way),
                "route" => {
                    for target in machine.decorated(event.result) {
                        let methods = methods_of(&event);
                        add_view(
                            machine,
                            findings,
                            event.place,
                            &event,
                            way,
                            &target,
                            &methods,
                        );
                    }
                }
                verb if VERBS.contains(&verb) => {
                    for target in machine.decorated(event.result) {
                        add_view(
                            machine,
                            findings,
                            event.place,
                            &event,
                            way,
                            &target,
                            &[verb.to_uppercase()],
                        );
                    }
                }
                _ => {}
            }
        }
        for interface in self.interfaces.clone() {
            let made = machine.made_with(interface);
            let is_here = made
                .at_or_named(0, "app")
                .map(Value::objects)
                .unwrap_or_default()
                .contains(&holder)
                || machine.events_of(interface).iter().any(|event| {
                    &*event.name == "init_app"
                        && event
                            .arguments
                            .at(0)
                            .map(Value::objects)
                            .unwrap_or_default()
                            .contains(&holder)
                });
            if is_here {
                let own = made
                    .named("prefix")
                    .and_then(Value::as_text)
                    .unwrap_or_default();
                self.follow_interface(machine, findings, interface, &way.below(&own));
            }
        }
        self.stack.pop();
    }

    fn follow_blueprint<'a>(
        &mut self,
        machine: &mut Machine<'a>,
        findings: &mut Findings,
        event: &Event<'a>,
        way: &RouteContext,
    ) {
        let targets = event
            .arguments
            .at_or_named(0, "blueprint")
            .map(Value::objects)
            .unwrap_or_default();
        let targets: Vec<_> = targets
            .into_iter()
            .filter(|id| machine.is_instance_of(*id, is_blueprint))
            .collect();
        if targets.is_empty() {
            findings.report_unresolved(
                machine,
                event.place,
                "register_blueprint of what could not be followed",
            );
        }
        for target in targets {
            let made = machine.made_with(target);
            let given = event
                .arguments
                .named("url_prefix")
                .filter(|value| !matches!(value, Value::Null));
            match given
                .or_else(|| made.named("url_prefix"))
                .map(|value| (value.as_text(), value))
            {
                None | Some((None, Value::Null)) => {
                    self.follow_holder(machine, findings, target, way)
                }
                Some((Some(own), _)) => {
                    self.follow_holder(machine, findings, target, &way.below(&own))
                }
                Some((None, _)) => {
                    findings.report_unresolved(machine, event.place, "the prefix of a blueprint")
                }
            }
        }
    }

    /// An `Api` or `Namespace` with resources.
    fn follow_interface<'a>(
        &mut self,
        machine: &mut Machine<'a>,
        findings: &mut Findings,
        id: ObjectId,
        way: &RouteContext,
    ) {
        if self.stack.contains(&id) {
            return;
        }
        self.stack.push(id);
        self.seen.insert(id);
        for event in machine.events_of(id) {
            match &*event.name {
                "add_namespace" => {
                    for space in event
                        .arguments
                        .at(0)
                        .map(Value::objects)
                        .unwrap_or_default()
                    {
                        let made = machine.made_with(space);
                        let given = event
                            .arguments
                            .at_or_named(1, "path")
                            .or_else(|| made.named("path"));
                        let own = match given.and_then(Value::as_text) {
                            Some(path) => path.to_string(),
                            None => format!(
                                "/{}",
                                made.at(0).and_then(Value::as_text).unwrap_or_default()
                            ),
                        };
                        self.follow_interface(machine, findings, space, &way.below(&own));
                    }
                }
                "register_blueprint" => self.follow_blueprint(machine, findings, &event, way),
                "namespace" => {
                    let own = event
                        .arguments
                        .at_or_named(1, "path")
                        .and_then(Value::as_text);
                    let own = own
                        .or_else(|| event.arguments.at(0).and_then(Value::as_text))
                        .unwrap_or_default();
                    self.follow_interface(machine, findings, event.result, &way.below(&own));
                }
                "route" => {
                    for target in machine.decorated(event.result) {
                        if let Some(class) = target.as_class() {
                            for path in event.arguments.positional().filter_map(Value::as_text) {
                                add_class_view(machine, findings, &class, &way.below(&path));
                            }
                        }
                    }
                }
                "add_resource" => {
                    let class = event.arguments.at(0).and_then(Value::as_class);
                    let Some(class) = class else {
                        findings.report_unresolved(
                            machine,
                            event.place,
                            "add_resource of what could not be followed",
                        );
                        continue;
                    };
                    for path in event
                        .arguments
                        .positional()
                        .skip(1)
                        .filter_map(Value::as_text)
                    {
                        add_class_view(machine, findings, &class, &way.below(&path));
                    }
                }
                _ => {}
            }
        }
        self.stack.pop();
    }
}

fn join_rule(prefix: &str, path: &str) -> String {
    if prefix.is_empty() {
        path.to_owned()
    } else {
        join_paths(prefix, path)
    }
}

fn methods_of(event: &Event<'_>) -> Vec<String> {
    let given = event
        .arguments
        .named("methods")
        .map(Value::items)
        .unwrap_or_default();
    given
        .iter()
        .filter_map(Value::as_text)
        .map(|method| method.to_uppercase())
        .collect()
}

fn add_rule<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    event: &Event<'a>,
    way: &RouteContext,
) {
    let view_function = event.arguments.at_or_named(2, "view_func").cloned();
    let Some(target) = view_function else {
        findings.report_unresolved(
            machine,
            event.place,
            "add_url_rule without a view that could be followed",
        );
        return;
    };
    add_view(
        machine,
        findings,
        event.place,
        event,
        way,
        &target,
        &methods_of(event),
    );
}

fn add_view<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    place: Place,
    event: &Event<'a>,
    way: &RouteContext,
    target: &Value<'a>,
    methods: &[String],
) {
    let Some(path) = event
        .arguments
        .at_or_named(0, "rule")
        .and_then(Value::as_text)
    else {
        findings.report_unresolved(machine, place, "the path of a route");
        return;
    };
    let path = join_paths("", &way.below(&path).prefix);
    let class = target.as_class().or_else(|| class_of_view(machine, target));
    if let Some(class) = class {
        let listed = machine
            .class_member(&class, "methods")
            .map(|list| list.items())
            .unwrap_or_default();
        let listed: Vec<_> = listed
            .iter()
            .filter_map(Value::as_text)
            .map(|method| method.to_uppercase())
            .collect();
        let methods = if methods.is_empty() {
            &listed[..]
        } else {
            methods
        };
        let own = class.decorators.borrow().clone();
        let guards = way.with(guards_of_decorators(machine, &own));
        add_class_methods(machine, findings, &class, &path, methods, &guards);
        return;
    }
    let closure = target.as_function();
    let place = closure.as_ref().map_or(place, |closure| closure.place);
    let guards = way.with(
        closure
            .map(|closure| guards_of_decorators(machine, &closure.decorators))
            .unwrap_or_default(),
    );
    let handler = machine.label_of(target);
    let handler = machine.dotted_path(place, &handler);
    let methods = if methods.is_empty() {
        &["GET".to_owned()][..]
    } else {
        methods
    };
    for method in methods {
        findings.add_route(
            machine,
            place,
            NewRoute {
                method,
                path: &path,
                handler: handler.clone(),
                guards: &guards,
            },
        );
    }
}

/// `View.as_view("name")`, perhaps wrapped in decorators.
fn class_of_view<'a>(machine: &Machine<'a>, target: &Value<'a>) -> Option<Rc<ClassValue<'a>>> {
    match &machine.object(target.as_object()?).origin {
        Origin::Method { receiver, name, .. } if &**name == "as_view" => receiver.as_class(),
        Origin::Call { arguments, .. } => class_of_view(machine, arguments.at(0)?),
        _ => None,
    }
}

fn add_class_view<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    class: &Rc<ClassValue<'a>>,
    way: &RouteContext,
) {
    let path = join_paths("", &way.prefix);
    add_class_methods(machine, findings, class, &path, &[], &way.guards);
}

fn add_class_methods<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    class: &Rc<ClassValue<'a>>,
    path: &str,
    only: &[String],
    guards: &[String],
) {
    let mut guards = guards.to_vec();
    for listed in ["decorators", "method_decorators"] {
        let list = machine
            .class_member(class, listed)
            .map(|list| list.items())
            .unwrap_or_default();
        guards.extend(guards_of_decorators(machine, &list));
    }
    let guards = &guards[..];
    let mut is_empty = true;
    for verb in VERBS {
        let Some(method) = machine.method(class, verb) else {
            continue;
        };
        if !only.is_empty()
            && !only
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(verb))
        {
            continue;
        }
        is_empty = false;
        let mut guards = guards.to_vec();
        guards.extend(guards_of_decorators(machine, &method.decorators));
        let handler = machine.dotted_path(class.place, &format!("{}.{verb}", class.class.name));
        findings.add_route(
            machine,
            method.place,
            NewRoute {
                method: verb,
                path,
                handler,
                guards: &guards,
            },
        );
    }
    if is_empty && let Some(dispatch) = machine.method(class, "dispatch_request") {
        let handler = machine.dotted_path(class.place, &class.class.name);
        let fallback = ["GET".to_owned()];
        for method in if only.is_empty() { &fallback[..] } else { only } {
            findings.add_route(
                machine,
                dispatch.place,
                NewRoute {
                    method,
                    path,
                    handler: handler.clone(),
                    guards,
                },
            );
        }
    }
}

/// Returns the guards among decorators.
fn guards_of_decorators<'a>(machine: &mut Machine<'a>, decorators: &[Value<'a>]) -> Vec<String> {
    machine.guard_names(decorators)
}

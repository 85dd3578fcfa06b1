//! Flask: blueprints nested in blueprints, view classes, and the resources of RESTful, RESTX and
//! Smorest.
//!
//! ```text
//! items = Blueprint("items", __name__, url_prefix="/items")
//! @items.route("/list")
//! app.register_blueprint(items, url_prefix="/api")      GET /api/list: this prefix replaces its own
//! api = Api(app, prefix="/v1")
//! api.add_resource(Items, "/items")                     one route for each method of the class `Items`
//! @app.before_request                                   a function before all: a guard, if it is one
//! ```

mod views;

use crate::frameworks::FrameworkContext;
use std::collections::BTreeSet;
use views::{RouteContext, VERBS, add_class_view, add_rule, add_view};

use super::Framework;
use super::reading::Event;
use crate::evaluate::{Machine, ObjectId, Origin, Value};
use code::languages::Language;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Flask",
    markers: &["flask"],
    read: read_flask,
};

/// Returns whether a path is an application of Flask, or of a package that extends it.
fn is_flask(path: &str) -> bool {
    path.starts_with("flask") && path.ends_with(".Flask")
        || path == "flask_openapi3.OpenAPI"
        || path == "apiflask.APIFlask"
}

/// Returns whether a path is a blueprint.
fn is_blueprint(path: &str) -> bool {
    (path.starts_with("flask") || path.starts_with("apiflask")) && path.ends_with("Blueprint")
}

/// Returns whether a path holds resources: `Api` and `Namespace` of RESTful and RESTX, `Api` of Smorest.
fn is_interface(path: &str) -> bool {
    path.starts_with("flask_rest") && (path.ends_with(".Api") || path.ends_with(".Namespace"))
        || path == "flask_smorest.Api"
}

/// Reads the routes of applications, then of what is registered on things that are not seen to be applications.
///
/// A blueprint with routes that nothing registers is reported.
fn read_flask(context: &mut FrameworkContext<'_, '_>) {
    let applications = context.machine.all_instances(is_flask);
    let (made, handed): (Vec<_>, Vec<_>) = applications
        .into_iter()
        .partition(|id| !matches!(context.machine.object(*id).origin, Origin::Parameter { .. }));
    let blueprints = context.machine.all_instances(is_blueprint);
    let mut walk = Walk {
        interfaces: context.machine.all_instances(is_interface),
        seen: BTreeSet::new(),
        stack: Vec::new(),
    };
    for application in made {
        walk.follow_holder(context, application, &RouteContext::default());
    }
    for application in handed {
        walk.follow_holder(context, application, &RouteContext::default());
    }
    // `app.register_blueprint` on an application that is not seen to be one.
    let strays: Vec<Event<'_>> = (0..context.machine.objects.len())
        .filter_map(|id| context.machine.event(id))
        .filter(|event| &*event.name == "register_blueprint")
        .collect();
    for event in strays {
        let target = event
            .arguments
            .at_or_named(0, "blueprint")
            .and_then(Value::as_object);
        if target.is_some_and(|target| blueprints.contains(&target) && !walk.seen.contains(&target))
        {
            walk.follow_blueprint(context, &event, &RouteContext::default());
        }
    }
    // A function that extends an application: `def load(app): app.add_url_rule(…)`.
    for id in 0..context.machine.objects.len() {
        let Origin::Parameter {
            name: "app" | "application" | "flask_app",
            ..
        } = context.machine.object(id).origin
        else {
            continue;
        };
        let file = &context.machine.files[context.machine.object(id).place.module];
        let is_flask = file.language == Language::Python && file.text.contains("flask");
        let routes = |event: &Event<'_>| matches!(&*event.name, "add_url_rule" | "route");
        if is_flask && !walk.seen.contains(&id) && context.machine.events_of(id).iter().any(routes)
        {
            walk.follow_holder(context, id, &RouteContext::default());
        }
    }
    for blueprint in blueprints {
        if !walk.seen.contains(&blueprint) && !context.machine.events_of(blueprint).is_empty() {
            let place = context.machine.object(blueprint).place;
            context.findings.report_unresolved(
                context.machine,
                place,
                "a blueprint whose registration could not be followed",
            );
        }
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

/// A walk from an application through what it holds.
struct Walk {
    /// `Api` and `Namespace` objects, which name their application themselves.
    interfaces: Vec<ObjectId>,
    /// Applications, blueprints and interfaces that were reached.
    seen: BTreeSet<ObjectId>,
    /// Those on the way to where the walk is, so that one that holds itself ends.
    stack: Vec<ObjectId>,
}

impl Walk {
    /// Adds the routes of an application or a blueprint, below its whole prefix.
    fn follow_holder<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        holder: ObjectId,
        way: &RouteContext,
    ) {
        if self.stack.contains(&holder) {
            return;
        }
        self.stack.push(holder);
        self.seen.insert(holder);
        let mut way = way.clone();
        way.guards
            .extend(guards_before_requests(context.machine, holder));
        let way = &way;
        for event in context.machine.events_of(holder) {
            match &*event.name {
                "register_blueprint" | "register_api" => {
                    self.follow_blueprint(context, &event, way)
                }
                "add_url_rule" => add_rule(context, &event, way),
                name if name == "route" || VERBS.contains(&name) => {
                    for target in context.machine.decorated(event.result) {
                        add_view(context, &event, way, &target);
                    }
                }
                _ => {}
            }
        }
        self.follow_interfaces_of(context, holder, way);
        self.stack.pop();
    }

    /// Follows the interfaces that were made with an application or a blueprint, or handed it by `init_app`.
    fn follow_interfaces_of(
        &mut self,
        context: &mut FrameworkContext<'_, '_>,
        holder: ObjectId,
        way: &RouteContext,
    ) {
        for interface in self.interfaces.clone() {
            let made = context.machine.made_with(interface);
            let is_here = made
                .at_or_named(0, "app")
                .map(Value::objects)
                .unwrap_or_default()
                .contains(&holder)
                || context.machine.events_of(interface).iter().any(|event| {
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
                self.follow_interface(context, interface, &way.below(&own));
            }
        }
    }

    /// Follows `register_blueprint(blueprint, url_prefix=…)`. A prefix that only classes of settings give counts as
    /// well.
    ///
    /// A prefix that is not known is reported, and the blueprint left out.
    fn follow_blueprint<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
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
            .filter(|id| context.machine.is_instance_of(*id, is_blueprint))
            .collect();
        if targets.is_empty() {
            context.findings.report_unresolved(
                context.machine,
                event.place,
                "register_blueprint of what could not be followed",
            );
        }
        for target in targets {
            let made = context.machine.made_with(target);
            let given = event
                .arguments
                .named("url_prefix")
                .filter(|value| !matches!(value, Value::Null));
            match given.or_else(|| made.named("url_prefix")).map(|value| {
                let text = value.as_text();
                let set = || context.machine.setting_of_classes(value);
                (text.or_else(set), value)
            }) {
                None | Some((None, Value::Null)) => self.follow_holder(context, target, way),
                Some((Some(own), _)) => self.follow_holder(context, target, &way.below(&own)),
                Some((None, _)) => context.findings.report_unresolved(
                    context.machine,
                    event.place,
                    "the prefix of a blueprint",
                ),
            }
        }
    }

    /// Adds the routes of an `Api` or a `Namespace` with resources.
    fn follow_interface<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        id: ObjectId,
        way: &RouteContext,
    ) {
        if self.stack.contains(&id) {
            return;
        }
        self.stack.push(id);
        self.seen.insert(id);
        for event in context.machine.events_of(id) {
            match &*event.name {
                "add_namespace" => self.follow_namespaces(context, &event, way),
                "register_blueprint" => self.follow_blueprint(context, &event, way),
                "namespace" => {
                    let own = event
                        .arguments
                        .at_or_named(1, "path")
                        .and_then(Value::as_text);
                    let own = own
                        .or_else(|| event.arguments.at(0).and_then(Value::as_text))
                        .unwrap_or_default();
                    self.follow_interface(context, event.result, &way.below(&own));
                }
                "route" => {
                    for target in context.machine.decorated(event.result) {
                        if let Some(class) = target.as_class() {
                            for path in event.arguments.positional().filter_map(Value::as_text) {
                                add_class_view(context, &class, &way.below(&path));
                            }
                        }
                    }
                }
                "add_resource" => add_resource(context, &event, way),
                _ => {}
            }
        }
        self.stack.pop();
    }

    /// Follows `api.add_namespace(ns, path="/items")`; without a path a namespace lies below its own name.
    fn follow_namespaces<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        event: &Event<'a>,
        way: &RouteContext,
    ) {
        let spaces = event.arguments.at(0).map(Value::objects);
        for space in spaces.unwrap_or_default() {
            let made = context.machine.made_with(space);
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
            self.follow_interface(context, space, &way.below(&own));
        }
    }
}

/// Adds the routes of `api.add_resource(Items, "/items", "/items/<id>")`.
fn add_resource<'a>(context: &mut FrameworkContext<'_, 'a>, event: &Event<'a>, way: &RouteContext) {
    let Some(class) = event.arguments.at(0).and_then(Value::as_class) else {
        context.findings.report_unresolved(
            context.machine,
            event.place,
            "add_resource of what could not be followed",
        );
        return;
    };
    let paths = event.arguments.positional().skip(1);
    for path in paths.filter_map(Value::as_text) {
        add_class_view(context, &class, &way.below(&path));
    }
}

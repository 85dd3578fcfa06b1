//! NestJS: controllers of modules, global prefix, versions and the router module.
//!
//! ```text
//! app.setGlobalPrefix("api");
//! app.enableVersioning({ type: VersioningType.URI, defaultVersion: "1" });
//! RouterModule.register([{ path: "shop", module: OrdersModule }])
//!
//! @Controller("orders")                                   a controller of `OrdersModule`
//! class OrdersController {
//!   @Get(":id") show() {}                                 GET /api/v1/shop/orders/:id
//!   @All() any() {}                                       *   /api/v1/shop/orders
//! }
//! ```
//!
//! Not followed: controllers that a dynamic module computes, and controllers whose base a call makes; both are
//! reported as unresolved. Whether a module is imported anywhere is not asked.

use crate::frameworks::FrameworkContext;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::Framework;
use super::reading::NewRoute;

mod guards;

use crate::evaluate::{Arguments, ClassValue, Closure, Machine, Place, Value};
use crate::findings::join_paths;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "NestJS",
    markers: &["@nestjs/"],
    read: read_nestjs,
};

/// Decorators of methods that answer a verb, as Nest names them.
const VERBS: [&str; 8] = [
    "Get", "Post", "Put", "Patch", "Delete", "Head", "Options", "All",
];

/// The settings of the whole application, of the last call of each kind.
#[derive(Default)]
struct Settings {
    /// The path that `setGlobalPrefix` puts before every other; empty where nothing does.
    prefix: String,
    /// Paths that the global prefix is not put before.
    excluded: Vec<String>,
    /// Versions stand in the path, and not in a header.
    is_versioned: bool,
    /// The version of routes and controllers that name none.
    version: Option<String>,
    /// Guards of every route.
    guards: guards::GlobalGuards,
}

/// Reads the routes of all controllers. Settings come first, since every path depends on them.
fn read_nestjs(context: &mut FrameworkContext<'_, '_>) {
    let mut settings = read_settings(context);
    settings.guards = guards::GlobalGuards::collect_global_guards(context.machine);
    let prefixes = module_prefixes(context.machine);
    for class in context.machine.classes.clone() {
        let decorators = class.decorators.borrow().clone();
        let modules: Vec<_> = decorators
            .iter()
            .filter_map(|value| nest_decorator(context.machine, value, "Module"))
            .collect();
        for arguments in modules {
            let imports = arguments.at(0).and_then(|options| options.entry("imports"));
            for module in imports.map(|list| list.items()).unwrap_or_default() {
                report_dynamic_module(context, &module, class.place);
            }
            // What a module lists as a controller and is no class can't be read.
            let listed = arguments
                .at(0)
                .and_then(|options| options.entry("controllers"));
            for controller in listed.map(|list| list.items()).unwrap_or_default() {
                if controller.as_class().is_none() && !matches!(controller, Value::External(_)) {
                    let place = controller
                        .as_object()
                        .map_or(class.place, |id| context.machine.object(id).place);
                    context.findings.report_unresolved(
                        context.machine,
                        place,
                        "a controller that could not be followed",
                    );
                }
            }
        }
        // Every class with `@Controller` is read, be it listed or not.
        let controller = decorators
            .iter()
            .find_map(|value| nest_decorator(context.machine, value, "Controller"));
        if let Some(arguments) = controller {
            let module = prefixes
                .iter()
                .find(|(controller, _)| Rc::ptr_eq(controller, &class));
            let outer = module
                .map(|(_, prefix)| prefix.as_str())
                .unwrap_or_default();
            self::add_controller(context, &class, &arguments, (&settings, outer));
        }
    }
}

/// Reports what a dynamic module registers and could not be followed: `SomeModule.forRoot(…)` gives a map.
fn report_dynamic_module<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    module: &Value<'a>,
    place: Place,
) {
    match module {
        Value::Unknown | Value::Spread(_) => context.findings.report_unresolved(
            context.machine,
            place,
            "a module that could not be followed",
        ),
        Value::Map(_) => {
            let place = module
                .entry("module")
                .and_then(|class| class.as_class())
                .map_or(place, |class| class.place);
            let listed = module.entry("controllers");
            let is_open = listed.as_ref().is_some_and(|list| {
                // A controller from outside has no routes of the project's.
                let is_known = |item: &Value<'a>| {
                    item.as_class().is_some() || matches!(item, Value::External(_))
                };
                !matches!(list, Value::List(_)) || !list.items().iter().all(is_known)
            });
            if is_open {
                context.findings.report_unresolved(
                    context.machine,
                    place,
                    "the controllers of a dynamic module",
                );
            }
        }
        _ => {}
    }
}

/// Returns the arguments of a decorator of Nest's, if it is the wanted one.
///
/// Returns none for a decorator of another package of the same name.
fn nest_decorator<'a>(
    machine: &Machine<'a>,
    value: &Value<'a>,
    wanted: &str,
) -> Option<Arguments<'a>> {
    let (path, arguments) = machine.call_path(value)?;
    (path.strip_prefix("@nestjs/common.") == Some(wanted)).then_some(arguments)
}

/// Reads `setGlobalPrefix` and `enableVersioning`, on whatever they are called. A prefix that is not known is
/// reported.
fn read_settings<'a>(context: &mut FrameworkContext<'_, 'a>) -> Settings {
    let mut settings = Settings::default();
    for id in 0..context.machine.objects.len() {
        let Some(event) = context.machine.event(id) else {
            continue;
        };
        match &*event.name {
            "setGlobalPrefix" => {
                let value = event.arguments.at(0).cloned().unwrap_or(Value::Unknown);
                let excluded = event
                    .arguments
                    .at(1)
                    .and_then(|options| options.entry("exclude"));
                let excluded = excluded.map(|list| list.items()).unwrap_or_default();
                let paths = excluded
                    .iter()
                    .filter_map(|item| item.as_text().or_else(|| item.entry("path")?.as_text()));
                settings
                    .excluded
                    .extend(paths.map(|path| path.trim_matches('/').to_owned()));
                match value
                    .as_text()
                    .or_else(|| value_of_configuration(context.machine, &value))
                {
                    Some(prefix) => settings.prefix = prefix.to_string(),
                    None => context.findings.report_unresolved(
                        context.machine,
                        event.place,
                        "the global prefix",
                    ),
                }
            }
            "enableVersioning" => {
                let options = event.arguments.at(0).cloned();
                let kind = options.as_ref().and_then(|options| options.entry("type"));
                // Without a type, Nest takes the path; a type that is no plain constant counts as the path, too.
                let is_by_path = match &kind {
                    Some(kind) => context
                        .machine
                        .path_of(kind)
                        .is_none_or(|path| path.ends_with(".URI")),
                    None => true,
                };
                settings.is_versioned = is_by_path;
                let version = options.and_then(|options| options.entry("defaultVersion"));
                settings.version = version
                    .and_then(|version| version.as_text())
                    .map(|text| text.to_string());
            }
            _ => {}
        }
    }
    settings
}

/// Returns the value of `configService.get('app.prefix')`: what `registerAs('app', () => …)` gives for it, else the
/// fallback of the call.
///
/// Returns none for a key without a space (`'PREFIX'`): that one is of the environment.
fn value_of_configuration<'a>(machine: &mut Machine<'a>, value: &Value<'a>) -> Option<Rc<str>> {
    let (path, arguments) = machine.call_path(value)?;
    if !path.ends_with(".get") && !path.ends_with(".getOrThrow") {
        return None;
    }
    let key = arguments.at(0)?.as_text()?;
    let fallback = arguments.at(1).and_then(Value::as_text);
    let (space, name) = key.split_once('.')?;
    for id in 0..machine.objects.len() {
        let Some((path, arguments)) = machine.call_path(&Value::Object(id)) else {
            continue;
        };
        if path == "@nestjs/config.registerAs"
            && arguments.at(0).and_then(Value::as_text).as_deref() == Some(space)
        {
            let function = arguments.at(1)?.clone();
            let place = machine.object(id).place;
            let made = machine.call_value(&function, Arguments::default(), place);
            return made.entry(name)?.as_text();
        }
    }
    fallback
}

/// Returns controllers with the path that `RouterModule.register` puts their module under.
fn module_prefixes<'a>(machine: &mut Machine<'a>) -> Vec<(Rc<ClassValue<'a>>, String)> {
    let mut of_modules: Vec<(Rc<ClassValue<'a>>, String)> = Vec::new();
    for id in 0..machine.objects.len() {
        let Some((path, arguments)) = machine.call_path(&Value::Object(id)) else {
            continue;
        };
        if path == "@nestjs/core.RouterModule.register" {
            collect_tree(arguments.at(0), "", &mut of_modules);
        }
    }
    let mut prefixes = Vec::new();
    for (module, prefix) in of_modules {
        let decorators = module.decorators.borrow().clone();
        for arguments in decorators
            .iter()
            .filter_map(|value| nest_decorator(machine, value, "Module"))
        {
            let controllers = arguments
                .at(0)
                .and_then(|options| options.entry("controllers"));
            for controller in controllers.map(|list| list.items()).unwrap_or_default() {
                prefixes.extend(controller.as_class().map(|class| (class, prefix.clone())));
            }
        }
    }
    prefixes
}

/// Adds the modules of a tree of `RouterModule` with their full paths; `children` lie below their parent.
fn collect_tree<'a>(
    tree: Option<&Value<'a>>,
    prefix: &str,
    found: &mut Vec<(Rc<ClassValue<'a>>, String)>,
) {
    for entry in tree.map(Value::items).unwrap_or_default() {
        let own = entry
            .entry("path")
            .and_then(|path| path.as_text())
            .unwrap_or_default();
        let path = join_paths(prefix, &own);
        if let Some(module) = entry.entry("module").and_then(|module| module.as_class()) {
            found.push((module, path.clone()));
        }
        // A child may be a module alone, without a path of its own.
        if let Some(class) = entry.as_class() {
            found.push((class, prefix.to_owned()));
        }
        collect_tree(entry.entry("children").as_ref(), &path, found);
    }
}

/// Returns the paths of an argument: of `"a"`, `["a", "b"]` or `{ path: "a" }`; one empty path without an argument.
///
/// Returns none where a path is not known.
fn texts_of_value(value: Option<&Value<'_>>) -> Option<Vec<String>> {
    match value {
        None => Some(vec![String::new()]),
        Some(Value::Map(_)) => texts_of_value(value.and_then(|map| map.entry("path")).as_ref()),
        Some(list @ Value::List(_)) => list
            .items()
            .iter()
            .map(|item| item.as_text().map(|text| text.to_string()))
            .collect(),
        Some(other) => other.as_text().map(|text| vec![text.to_string()]),
    }
}

/// Adds the routes of one controller; what its path or its base hides is reported.
///
/// `outer` is the path of its module in `RouterModule`, empty where it has none.
fn add_controller<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    class: &Rc<ClassValue<'a>>,
    arguments: &Arguments<'a>,
    (settings, outer): (&Settings, &str),
) {
    let Some(prefixes) = texts_of_value(arguments.at(0)) else {
        context.findings.report_unresolved(
            context.machine,
            class.place,
            "the path of a controller",
        );
        return;
    };
    if class
        .bases
        .iter()
        .any(|base| matches!(base, Value::Unknown) || context.machine.call_path(base).is_some())
    {
        context.findings.report_unresolved(
            context.machine,
            class.place,
            "the routes of what a controller extends",
        );
    }
    let decorators = class.decorators.borrow().clone();
    let controller = Controller {
        class,
        settings,
        outer,
        prefixes,
        version: arguments.at(0).and_then(|options| options.entry("version")),
        guards: guards::guards_of_decorators(context.machine, &decorators),
        decorators,
    };
    // Methods of bases count; the nearest class that defines a name wins, as it is inserted last.
    let mut methods = BTreeMap::new();
    for ancestor in context.machine.lineage(class).into_iter().rev() {
        for field in ancestor.fields.borrow().iter() {
            if let Some(closure) = field.value.as_function() {
                methods.insert(field.name, closure);
            }
        }
    }
    for (name, closure) in methods {
        for verb in VERBS {
            controller.add_routes(context, (name, &closure), verb);
        }
    }
}

/// A controller whose methods are read.
struct Controller<'c, 'a> {
    class: &'c Rc<ClassValue<'a>>,
    settings: &'c Settings,
    /// The prefix that `RouterModule` puts before it.
    outer: &'c str,
    /// The paths of the controller itself; several of them give each route several times.
    prefixes: Vec<String>,
    /// The version of routes that name none.
    version: Option<Value<'a>>,
    decorators: Vec<Value<'a>>,
    /// Guards of the controller, before those of a method.
    guards: Vec<Value<'a>>,
}

impl<'a> Controller<'_, 'a> {
    /// Adds the routes by which a method answers a verb, if it is decorated with it.
    fn add_routes(
        &self,
        context: &mut FrameworkContext<'_, 'a>,
        (name, closure): (&str, &Rc<Closure<'a>>),
        verb: &str,
    ) {
        let written = closure.decorators.iter().find_map(|value| {
            // The line is that of the decorator, where it is a call; else that of the method.
            let line = value.as_object().map_or(closure.place.line, |id| {
                context.machine.object(id).place.line
            });
            let arguments = nest_decorator(context.machine, value, verb)?;
            let module = closure.place.module;
            Some((arguments, Place { module, line }))
        });
        let Some((arguments, place)) = written else {
            return;
        };
        let Some(paths) = texts_of_value(arguments.at(0)) else {
            context.findings.report_unresolved(
                context.machine,
                closure.place,
                "the path of a route",
            );
            return;
        };
        let head = self.head(context.machine, closure);
        let decorators = [&self.decorators[..], &closure.decorators[..]];
        let settings = &self.settings.guards;
        let mut all = settings.names_for_route(context.machine, &decorators);
        let mut named = self.guards.clone();
        named.extend(guards::guards_of_decorators(
            context.machine,
            &closure.decorators,
        ));
        all.extend(guards::names_of_held(context.machine, &named, &decorators));
        // Each path of the controller with each of the method.
        for prefix in &self.prefixes {
            for path in &paths {
                let own = join_paths(prefix, path);
                let is_excluded = self
                    .settings
                    .excluded
                    .iter()
                    .any(|excluded| excluded == own.trim_matches('/'));
                let head = if is_excluded { "" } else { head.as_str() };
                let route = NewRoute {
                    method: if verb == "All" { "*" } else { verb },
                    path: &join_paths(head, &own),
                    handler: format!("{}.{name}", self.class.class.name),
                    guards: &all,
                };
                context.findings.add_route(context.machine, place, route);
            }
        }
    }

    /// Returns what stands before the path of a method's routes: the global prefix, the version and
    /// the prefix of its module, in Nest's order.
    ///
    /// `/api/v1/shop`. A version of the method comes before one of the controller, and that before the default. Of
    /// several versions, the first is taken.
    fn head(&self, machine: &Machine<'a>, closure: &Closure<'a>) -> String {
        let version = closure
            .decorators
            .iter()
            .find_map(|value| nest_decorator(machine, value, "Version"))
            .and_then(|arguments| arguments.at(0).cloned())
            .or_else(|| self.version.clone());
        let version = match version {
            Some(list @ Value::List(_)) => list
                .items()
                .first()
                .and_then(Value::as_text)
                .map(|text| text.to_string()),
            Some(value) => value.as_text().map(|text| text.to_string()),
            None => self.settings.version.clone(),
        };
        let mut head = join_paths("", &self.settings.prefix);
        if let (true, Some(version)) = (self.settings.is_versioned, version) {
            head = join_paths(&head, &format!("v{version}"));
        }
        join_paths(&head, self.outer)
    }
}

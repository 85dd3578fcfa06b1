//! Fastify: plugins registered in plugins, with prefixes, wrapped ones, and folders loaded by
//! `@fastify/autoload`.

mod routes;

use crate::frameworks::FrameworkContext;
use code::modules::ModuleId;
use routes::{InstanceContext, add_full_route, add_short_route, calls_of_chain, with_hooks};
use std::collections::BTreeSet;
use std::rc::Rc;

use super::Framework;
use super::reading::Event;
use crate::evaluate::{Arguments, Machine, OPEN, ObjectId, Origin, Value};

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Fastify",
    markers: &["fastify"],
    read: read_fastify,
};

/// Methods of an instance that add a route.
const VERBS: [&str; 8] = [
    "get", "post", "put", "patch", "delete", "head", "options", "all",
];

/// Returns whether a path makes an application of Fastify.
fn is_fastify(path: &str) -> bool {
    matches!(path, "fastify" | "fastify.fastify" | "fastify.default")
}

/// Returns whether a path is the type of an instance that a plugin is handed.
fn is_handed(path: &str) -> bool {
    path.starts_with("fastify")
        && (path.ends_with(".FastifyInstance") || path.ends_with(".FastifyPluginAsync"))
}

/// Reads the routes of all applications. Where none has any, those of plugins that nothing registers.
fn read_fastify(context: &mut FrameworkContext<'_, '_>) {
    let mut walk = Walk {
        plugins: BTreeSet::new(),
        depth: 0,
    };
    for root in context.machine.all_instances(is_fastify) {
        walk.follow_instance(context, root, &InstanceContext::default());
    }
    if !context.findings.routes.is_empty() {
        return;
    }
    // An application that `fastify start` runs is a plugin that nothing registers.
    let mut handed = Vec::new();
    for id in 0..context.machine.objects.len() {
        let Origin::Parameter { name, .. } = context.machine.object(id).origin else {
            continue;
        };
        let is_fastify = name == "fastify" || context.machine.is_instance_of(id, is_handed);
        if is_fastify
            && context
                .machine
                .events_of(id)
                .iter()
                .any(|event| &*event.name == "register")
        {
            handed.push(id);
        }
    }
    for root in handed {
        if !walk
            .plugins
            .contains(&context.machine.object(root).place.module)
        {
            walk.follow_instance(context, root, &InstanceContext::default());
        }
    }
}

struct Walk {
    /// Modules whose plugins were registered somewhere.
    plugins: BTreeSet<ModuleId>,
    /// Plugins within plugins: thirty are followed, against those that register themselves.
    depth: u32,
}

impl Walk {
    /// Runs through the calls on an instance: plugins where they are registered, then its own routes.
    fn follow_instance<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        id: ObjectId,
        around: &InstanceContext,
    ) {
        if self.depth > 30 {
            return;
        }
        self.depth += 1;
        let mut routes = Vec::new();
        let mut at = 0;
        // Wrapped plugins add to the instance while it is walked.
        while let Some(result) = context.machine.object(id).log.get(at).copied() {
            at += 1;
            for event in calls_of_chain(context.machine, result) {
                match &*event.name {
                    "register" => {
                        // A plugin gets the hooks that the instance has when it is loaded.
                        let inner = with_hooks(context.machine, id, around);
                        self.follow_register(context, id, &event, &inner);
                    }
                    OPEN => context.findings.report_unresolved(
                        context.machine,
                        event.place,
                        "the method of a route",
                    ),
                    verb if verb == "route" || VERBS.contains(&verb) => routes.push(event.clone()),
                    _ => {}
                }
            }
        }
        // The hooks of an instance hold for all of its own routes, wherever they stand.
        let around = with_hooks(context.machine, id, around);
        for event in routes {
            match &*event.name {
                "route" => add_full_route(context, &event, &around),
                _ => add_short_route(context, &event, &around),
            }
        }
        self.depth -= 1;
    }

    /// Follows `register(plugin, { prefix })`: a folder, something from outside, or a plugin of the project.
    ///
    /// A prefix that is not known, and what can't be followed, are reported.
    fn follow_register<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        id: ObjectId,
        event: &Event<'a>,
        around: &InstanceContext,
    ) {
        let Some(plugin) = event.arguments.at(0).cloned() else {
            return;
        };
        let options = event
            .arguments
            .at(1)
            .cloned()
            .unwrap_or_else(|| Value::map(Vec::new()));
        let own = match options.entry("prefix") {
            Some(_) if self.is_wrapped(context.machine, &plugin) => "".into(),
            Some(value) => match value.as_text() {
                Some(own) => own,
                None => {
                    context.findings.report_unresolved(
                        context.machine,
                        event.place,
                        "the prefix of a plugin",
                    );
                    return;
                }
            },
            None => "".into(),
        };
        if context
            .machine
            .path_of(&plugin)
            .is_some_and(|path| path.contains("autoload"))
        {
            self.follow_autoload(context, event, &options, around);
        } else if context.machine.is_unfollowed(&plugin) {
            context.findings.report_unresolved(
                context.machine,
                event.place,
                "register of what could not be followed",
            );
        } else if let (false, Some(path)) = (own.is_empty(), context.machine.path_of(&plugin)) {
            let what = format!("what `{path}` from outside answers below {own}");
            if !self.is_wrapped(context.machine, &plugin)
                && !path.contains("static")
                && !path.contains("swagger")
            {
                context
                    .findings
                    .report_unresolved(context.machine, event.place, what);
            }
        } else {
            self.follow_plugin(context, id, (&plugin, &options), &around.below(&own));
        }
    }

    /// Returns whether `fastify-plugin` wraps it: it then works on the instance itself, below no
    /// prefix of its own.
    fn is_wrapped<'a>(&self, machine: &Machine<'a>, plugin: &Value<'a>) -> bool {
        machine
            .call_path(plugin)
            .is_some_and(|(path, _)| path.starts_with("fastify-plugin"))
    }

    /// Calls a plugin with an instance: a wrapped one with its parent's own, any other with a new child.
    fn follow_plugin<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        parent: ObjectId,
        (plugin, options): (&Value<'a>, &Value<'a>),
        around: &InstanceContext,
    ) {
        let plugin = match plugin {
            Value::Module(module) => {
                let inner = context.machine.export_of(*module, "default");
                if matches!(inner, Value::Unknown) {
                    return;
                } else {
                    inner
                }
            }
            other => other.clone(),
        };
        if let Some((path, arguments)) = context.machine.call_path(&plugin) {
            if path.starts_with("fastify-plugin")
                && let Some(function) = arguments.at(0).and_then(Value::as_function)
            {
                self.plugins.insert(function.place.module);
                let before = context.machine.object(parent).log.len();
                context.machine.invoke(
                    &function,
                    None,
                    &Arguments::from_values([Value::Object(parent), options.clone()]),
                );
                name_hooks(context.machine, (parent, before), &plugin);
            }
            return;
        }
        let Some(function) = plugin.as_function() else {
            return;
        };
        self.plugins.insert(function.place.module);
        let child = context
            .machine
            .new_object(Origin::Made("fastify"), function.place);
        context.machine.call_value(
            &plugin,
            Arguments::from_values([Value::Object(child), options.clone()]),
            function.place,
        );
        self.follow_instance(context, child, around);
    }

    /// Calls the plugins of a folder, each below the prefix that its place in the folder gives.
    fn follow_autoload<'a>(
        &mut self,
        context: &mut FrameworkContext<'_, 'a>,
        event: &Event<'a>,
        options: &Value<'a>,
        around: &InstanceContext,
    ) {
        let Some(autoload) = Autoload::read_options(options) else {
            context.findings.report_unresolved(
                context.machine,
                event.place,
                "the folder of an autoload",
            );
            return;
        };
        for (module, folders) in autoload.list_plugins(context.machine) {
            let own = autoload.prefix_of(context.machine, module, folders);
            // What the plugin is handed says where it is.
            let mut handed = autoload.options.entries();
            handed.push(("prefix".into(), Value::text(&own)));
            let options = Value::map(handed);
            let mut plugin = context.machine.export_of(module, "default");
            if plugin.as_function().is_none() && plugin.as_object().is_none() {
                plugin = Value::Module(module);
            }
            let parent = context
                .machine
                .new_object(Origin::Made("fastify"), event.place);
            let inner = around.below(if self.is_wrapped(context.machine, &plugin) {
                ""
            } else {
                &own
            });
            self.follow_plugin(context, parent, (&plugin, &options), &inner);
            self.follow_instance(context, parent, &inner);
        }
    }
}

/// The options of `@fastify/autoload`, which registers each file of a folder as a plugin:
/// `routes/users/_id/index.js` answers below `/users/:id`.
struct Autoload<'a> {
    folder: String,
    /// The options that each plugin is handed.
    options: Value<'a>,
    /// The prefix before all of them.
    outer: Rc<str>,
    /// The folders on the way count as names.
    is_named: bool,
    /// A folder `_id` is a parameter.
    has_parameters: bool,
}

impl<'a> Autoload<'a> {
    /// Reads the options; returns nothing where the folder is not known.
    fn read_options(options: &Value<'a>) -> Option<Autoload<'a>> {
        let folder = options.entry("dir")?.as_text()?;
        let folder: Vec<&str> = folder
            .strip_prefix("/@/")?
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .collect();
        let handed = options
            .entry("options")
            .unwrap_or_else(|| Value::map(Vec::new()));
        let is_named = !matches!(
            options.entry("dirNameRoutePrefix"),
            Some(Value::Bool(false))
        );
        Some(Autoload {
            folder: folder.join("/"),
            outer: handed
                .entry("prefix")
                .and_then(|prefix| prefix.as_text())
                .unwrap_or_default(),
            options: handed,
            is_named,
            has_parameters: options
                .entry("routeParams")
                .is_some_and(|value| value.is_true()),
        })
    }

    /// Returns the modules that are loaded, each with the folders on the way to it: `users/_id`.
    fn list_plugins(&self, machine: &Machine<'a>) -> Vec<(ModuleId, &'a str)> {
        let files = machine.files;
        let folder_of = |path: &'a str| path.rsplit_once('/').map_or("", |(place, _)| place);
        let is_index = |path: &str| {
            path.rsplit('/')
                .next()
                .unwrap_or(path)
                .starts_with("index.")
        };
        let indexed: BTreeSet<&str> = files
            .iter()
            .filter(|file| is_index(&file.path))
            .map(|file| folder_of(&file.path))
            .collect();
        let mut plugins = Vec::new();
        for (module, file) in files.iter().enumerate() {
            let Some(rest) = file
                .path
                .strip_prefix(&self.folder)
                .and_then(|rest| rest.strip_prefix('/'))
            else {
                continue;
            };
            let (inner, name) = rest.rsplit_once('/').unwrap_or(("", rest));
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            // A folder with an index is that index.
            let has_index = indexed.contains(folder_of(&file.path));
            if !(file.is_test || stem.contains("hooks") || has_index && stem != "index") {
                plugins.push((module, inner));
            }
        }
        plugins
    }

    /// Returns the prefix of a plugin: what it gives itself goes before what its folders say.
    fn prefix_of(&self, machine: &mut Machine<'_>, module: ModuleId, folders: &str) -> String {
        let own = own_prefix(machine, module)
            .unwrap_or_else(|| folder_prefix(folders, self.is_named, self.has_parameters));
        match machine.export_of(module, "prefixOverride").as_text() {
            Some(replaced) => replaced.to_string(),
            None => format!("{}{own}", self.outer.trim_end_matches('/')),
        }
    }
}

/// Calls the hooks without a name that a wrapped plugin added to an instance as the plugin is
/// called.
fn name_hooks<'a>(machine: &Machine<'a>, (id, from): (ObjectId, usize), plugin: &Value<'a>) {
    let name = machine.name_in_use(plugin);
    for event in machine.events_of(id).into_iter().skip(from) {
        if &*event.name == "addHook"
            && let Some(hook) = event.arguments.at(1)
        {
            hook.set_name(&name);
        }
    }
}

/// Returns the prefix that a loaded module gives itself, if it does: `export const autoPrefix`.
fn own_prefix(machine: &mut Machine<'_>, module: ModuleId) -> Option<String> {
    machine.load(module);
    let written = machine.export_of(module, "autoPrefix").as_text();
    written.map(|text| text.to_string())
}

/// Returns the prefix that autoload makes of the folders on the way to a plugin: each adds a slash,
/// and its name where it counts.
fn folder_prefix(folders: &str, is_named: bool, has_parameters: bool) -> String {
    if folders.is_empty() || !is_named {
        return if folders.is_empty() {
            String::new()
        } else {
            "/".to_owned()
        };
    }
    let names = folders.split('/').map(|name| match name.strip_prefix('_') {
        Some(parameter) if has_parameters => format!(":{parameter}"),
        _ => name.to_owned(),
    });
    format!("/{}", names.collect::<Vec<_>>().join("/"))
}

//! Fastify: plugins registered in plugins, with prefixes, wrapped ones, and folders loaded by
//! `@fastify/autoload`.

use std::collections::BTreeSet;

use super::Framework;
use super::reading::{Event, NewRoute};
use crate::evaluate::{Arguments, Machine, OPEN, ObjectId, Origin, Value};
use crate::findings::{Findings, join_paths};
use code::modules::ModuleId;

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Fastify",
    markers: &["fastify"],
    read: read_fastify,
};

const VERBS: [&str; 8] = [
    "get", "post", "put", "patch", "delete", "head", "options", "all",
];

fn is_fastify(path: &str) -> bool {
    matches!(path, "fastify" | "fastify.fastify" | "fastify.default")
}

fn is_handed(path: &str) -> bool {
    path.starts_with("fastify")
        && (path.ends_with(".FastifyInstance") || path.ends_with(".FastifyPluginAsync"))
}

fn read_fastify(machine: &mut Machine<'_>, findings: &mut Findings) {
    let mut walk = Walk {
        plugins: BTreeSet::new(),
        depth: 0,
    };
    for root in machine.all_instances(is_fastify) {
        walk.follow_instance(machine, findings, root, &InstanceContext::default());
    }
    if !findings.routes.is_empty() {
        return;
    }
    // An application that `fastify start` runs is a plugin that nothing registers.
    let mut handed = Vec::new();
    for id in 0..machine.objects.len() {
        let Origin::Parameter { name, .. } = machine.object(id).origin else {
            continue;
        };
        let is_fastify = name == "fastify" || machine.is_instance_of(id, is_handed);
        if is_fastify
            && machine
                .events_of(id)
                .iter()
                .any(|event| &*event.name == "register")
        {
            handed.push(id);
        }
    }
    for root in handed {
        if !walk.plugins.contains(&machine.object(root).place.module) {
            walk.follow_instance(machine, findings, root, &InstanceContext::default());
        }
    }
}

/// The context of all routes of an instance: the prefix, and the guards of the instances around it.
#[derive(Clone, Default)]
struct InstanceContext {
    prefix: String,
    guards: Vec<String>,
}

impl InstanceContext {
    /// Returns the context inside, below a prefix.
    fn below(&self, own: &str) -> InstanceContext {
        InstanceContext {
            prefix: join_path(&self.prefix, own),
            guards: self.guards.clone(),
        }
    }
}

struct Walk {
    /// Modules whose plugins were registered somewhere.
    plugins: BTreeSet<ModuleId>,
    depth: u32,
}

impl Walk {
    fn follow_instance<'a>(
        &mut self,
        machine: &mut Machine<'a>,
        findings: &mut Findings,
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
        while let Some(result) = machine.object(id).log.get(at).copied() {
            at += 1;
            let mut next = machine.event(result);
            while let Some(event) = next {
                match &*event.name {
                    "register" => {
                        // A plugin gets the hooks that the instance has when it is loaded.
                        let inner = with_hooks(machine, id, around);
                        self.follow_register(machine, findings, id, &event, &inner);
                    }
                    OPEN => {
                        findings.report_unresolved(machine, event.place, "the method of a route")
                    }
                    verb if verb == "route" || VERBS.contains(&verb) => routes.push(event.clone()),
                    _ => {}
                }
                next = machine.events_of(event.result).into_iter().next();
            }
        }
        // The hooks of an instance hold for all of its own routes, wherever they stand.
        let around = with_hooks(machine, id, around);
        for event in routes {
            match &*event.name {
                "route" => add_full_route(machine, findings, &event, &around),
                _ => add_short_route(machine, findings, &event, &around),
            }
        }
        self.depth -= 1;
    }

    fn follow_register<'a>(
        &mut self,
        machine: &mut Machine<'a>,
        findings: &mut Findings,
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
            Some(_) if self.is_wrapped(machine, &plugin) => "".into(),
            Some(value) => match value.as_text() {
                Some(own) => own,
                None => {
                    findings.report_unresolved(machine, event.place, "the prefix of a plugin");
                    return;
                }
            },
            None => "".into(),
        };
        if machine
            .path_of(&plugin)
            .is_some_and(|path| path.contains("autoload"))
        {
            self.follow_autoload(machine, findings, event, &options, around);
        } else if machine.is_unfollowed(&plugin) {
            findings.report_unresolved(
                machine,
                event.place,
                "register of what could not be followed",
            );
        } else if let (false, Some(path)) = (own.is_empty(), machine.path_of(&plugin)) {
            let what = format!("what `{path}` from outside answers below {own}");
            if !self.is_wrapped(machine, &plugin)
                && !path.contains("static")
                && !path.contains("swagger")
            {
                findings.report_unresolved(machine, event.place, what);
            }
        } else {
            self.follow_plugin(
                machine,
                findings,
                id,
                &plugin,
                &options,
                &around.below(&own),
            );
        }
    }

    /// Returns whether `fastify-plugin` wraps it: it then works on the instance itself, below no
    /// prefix of its own.
    fn is_wrapped<'a>(&self, machine: &Machine<'a>, plugin: &Value<'a>) -> bool {
        machine
            .call_path(plugin)
            .is_some_and(|(path, _)| path.starts_with("fastify-plugin"))
    }

    fn follow_plugin<'a>(
        &mut self,
        machine: &mut Machine<'a>,
        findings: &mut Findings,
        parent: ObjectId,
        plugin: &Value<'a>,
        options: &Value<'a>,
        around: &InstanceContext,
    ) {
        let plugin = match plugin {
            Value::Module(module) => {
                let inner = machine.export_of(*module, "default");
                if matches!(inner, Value::Unknown) {
                    return;
                } else {
                    inner
                }
            }
            other => other.clone(),
        };
        if let Some((path, arguments)) = machine.call_path(&plugin) {
            if path.starts_with("fastify-plugin")
                && let Some(function) = arguments.at(0).and_then(Value::as_function)
            {
                self.plugins.insert(function.place.module);
                machine.invoke(
                    &function,
                    None,
                    &Arguments::from_values([Value::Object(parent), options.clone()]),
                );
            }
            return;
        }
        let Some(function) = plugin.as_function() else {
            return;
        };
        self.plugins.insert(function.place.module);
        let child = machine.new_object(Origin::Made("fastify"), function.place);
        machine.call_value(
            &plugin,
            Arguments::from_values([Value::Object(child), options.clone()]),
            function.place,
        );
        self.follow_instance(machine, findings, child, around);
    }

    fn follow_autoload<'a>(
        &mut self,
        machine: &mut Machine<'a>,
        findings: &mut Findings,
        event: &Event<'a>,
        options: &Value<'a>,
        around: &InstanceContext,
    ) {
        let folder = options.entry("dir").and_then(|folder| folder.as_text());
        let Some(folder) = folder
            .as_deref()
            .and_then(|folder| folder.strip_prefix("/@/"))
        else {
            findings.report_unresolved(machine, event.place, "the folder of an autoload");
            return;
        };
        let folder = folder
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .collect::<Vec<_>>()
            .join("/");
        let plugin_options = options
            .entry("options")
            .unwrap_or_else(|| Value::map(Vec::new()));
        let outer = plugin_options
            .entry("prefix")
            .and_then(|prefix| prefix.as_text())
            .unwrap_or_default();
        let has_parameters = options
            .entry("routeParams")
            .is_some_and(|value| value.is_true());
        let is_named = !matches!(
            options.entry("dirNameRoutePrefix"),
            Some(Value::Bool(false))
        );
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
        for (module, file) in files.iter().enumerate() {
            let Some(rest) = file
                .path
                .strip_prefix(&folder)
                .and_then(|rest| rest.strip_prefix('/'))
            else {
                continue;
            };
            let (inner, name) = rest.rsplit_once('/').unwrap_or(("", rest));
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            // A folder with an index is that index.
            let has_index = indexed.contains(folder_of(&file.path));
            if file.is_test || stem.contains("hooks") || has_index && stem != "index" {
                continue;
            }
            machine.load(module);
            let own = machine
                .export_of(module, "autoPrefix")
                .as_text()
                .map_or_else(
                    || folder_prefix(inner, is_named, has_parameters),
                    |written| written.to_string(),
                );
            let mut own = format!("{}{own}", outer.trim_end_matches('/'));
            if let Some(replaced) = machine.export_of(module, "prefixOverride").as_text() {
                own = replaced.to_string();
            }
            // What the plugin is handed says where it is.
            let mut handed = plugin_options.entries();
            handed.push(("prefix".into(), Value::text(&own)));
            let plugin_options = Value::map(handed);
            let mut plugin = machine.export_of(module, "default");
            if plugin.as_function().is_none() && plugin.as_object().is_none() {
                plugin = Value::Module(module);
            }
            let parent = machine.new_object(Origin::Made("fastify"), event.place);
            let inner = around.below(if self.is_wrapped(machine, &plugin) {
                ""
            } else {
                &own
            });
            self.follow_plugin(machine, findings, parent, &plugin, &plugin_options, &inner);
            self.follow_instance(machine, findings, parent, &inner);
        }
    }
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

fn join_path(prefix: &str, path: &str) -> String {
    if path.is_empty() {
        prefix.to_owned()
    } else {
        join_paths(prefix, path)
    }
}

/// The hooks that run before a handler.
const HOOKS: [&str; 4] = ["onRequest", "preParsing", "preValidation", "preHandler"];

/// Returns the context of an instance, with the guards among the hooks that were added to it so
/// far.
fn with_hooks(
    machine: &mut Machine<'_>,
    id: ObjectId,
    around: &InstanceContext,
) -> InstanceContext {
    let mut inner = around.clone();
    for event in machine
        .events_of(id)
        .iter()
        .filter(|event| &*event.name == "addHook")
    {
        let name = event
            .arguments
            .at(0)
            .and_then(Value::as_text)
            .unwrap_or_default();
        if HOOKS.contains(&&*name) {
            inner.guards.extend(
                machine.guard_names(
                    &event
                        .arguments
                        .at(1)
                        .cloned()
                        .into_iter()
                        .collect::<Vec<_>>(),
                ),
            );
        }
    }
    inner
}

/// Returns the guards among the hooks that the options of a route name.
fn guards_of_options<'a>(
    machine: &mut Machine<'a>,
    options: &Value<'a>,
    around: &InstanceContext,
) -> Vec<String> {
    let given = HOOKS.iter().filter_map(|hook| options.entry(hook));
    let mut hooks = Vec::new();
    for value in given.flat_map(|value| {
        if let Value::List(_) = value {
            value.items()
        } else {
            vec![value]
        }
    }) {
        // `fastify.auth([a, b])` asks each of its own.
        match machine.call_path(&value) {
            Some((path, arguments))
                if path.ends_with(".auth")
                    && !arguments.at(0).is_none_or(|list| list.items().is_empty()) =>
            {
                hooks.extend(arguments.at(0).map(Value::items).unwrap_or_default());
            }
            _ => hooks.push(value),
        }
    }
    let mut guards = around.guards.clone();
    guards.extend(machine.guard_names(&hooks));
    guards
}

fn add_short_route<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    event: &Event<'a>,
    around: &InstanceContext,
) {
    let arguments: Vec<_> = event.arguments.positional().cloned().collect();
    if arguments.len() < 2 {
        return;
    }
    let Some(path) = arguments[0].as_text() else {
        findings.report_unresolved(machine, event.place, "the path of a route");
        return;
    };
    let handler = if arguments.len() > 2 {
        arguments.last().cloned()
    } else {
        arguments[1]
            .entry("handler")
            .or_else(|| arguments.last().cloned())
    };
    let handler = handler
        .map(|handler| machine.name_in_use(&handler))
        .unwrap_or_default();
    let guards = guards_of_options(machine, &arguments[1], around);
    let path = join_paths("", &join_path(&around.prefix, &path));
    let method = if &*event.name == "all" {
        "*"
    } else {
        &*event.name
    };
    findings.add_route(
        machine,
        event.place,
        NewRoute {
            method,
            path: &path,
            handler,
            guards: &guards,
        },
    );
}

fn add_full_route<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    event: &Event<'a>,
    around: &InstanceContext,
) {
    let Some(options) = event.arguments.at(0) else {
        return;
    };
    let path = options
        .entry("url")
        .or_else(|| options.entry("path"))
        .and_then(|path| path.as_text());
    let methods = options.entry("method").map(|method| match &method {
        Value::List(_) => method.items().iter().filter_map(Value::as_text).collect(),
        other => other.as_text().into_iter().collect::<Vec<_>>(),
    });
    let (Some(path), Some(methods)) = (path, methods.filter(|methods| !methods.is_empty())) else {
        findings.report_unresolved(machine, event.place, "the path or method of a route");
        return;
    };
    let handler = options
        .entry("handler")
        .map(|handler| machine.name_in_use(&handler))
        .unwrap_or_default();
    let guards = guards_of_options(machine, options, around);
    let path = join_paths("", &join_path(&around.prefix, &path));
    for method in &methods {
        let handler = handler.clone();
        findings.add_route(
            machine,
            event.place,
            NewRoute {
                method,
                path: &path,
                handler,
                guards: &guards,
            },
        );
    }
}

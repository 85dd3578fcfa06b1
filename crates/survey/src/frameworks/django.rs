//! Django: `urlpatterns` from the root down, views as functions and classes.

use std::rc::Rc;

use super::Framework;
use super::django_guards;
use super::django_rest;
use super::reading::NewRoute;
use crate::evaluate::{ClassValue, Machine, Origin, Place, Value};
use crate::findings::{Findings, join_paths};
use code::languages::Language;
use code::modules::{Found, ModuleId};

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Django",
    markers: &["urlpatterns", "ROOT_URLCONF", "django.db"],
    read: read_django,
};

const VERBS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Django's own view classes and the methods that they answer.
const VIEWS: [(&str, &[&str]); 20] = [
    ("TemplateView", &["get"]),
    ("ListView", &["get"]),
    ("DetailView", &["get"]),
    ("ArchiveIndexView", &["get"]),
    ("JavaScriptCatalog", &["get"]),
    ("JSONCatalog", &["get"]),
    ("LogoutView", &["post"]),
    ("FormView", &["get", "post", "put"]),
    ("CreateView", &["get", "post", "put"]),
    ("UpdateView", &["get", "post", "put"]),
    ("DeleteView", &["get", "post", "delete"]),
    ("LoginView", &["get", "post", "put"]),
    ("PasswordChangeView", &["get", "post", "put"]),
    ("PasswordResetView", &["get", "post", "put"]),
    ("PasswordResetConfirmView", &["get", "post", "put"]),
    ("PasswordResetDoneView", &["get"]),
    ("PasswordResetCompleteView", &["get"]),
    ("PasswordChangeDoneView", &["get"]),
    ("GraphQLView", &["get", "post"]),
    ("RedirectView", &["get", "post", "put", "patch", "delete"]),
];

fn read_django(machine: &mut Machine<'_>, findings: &mut Findings) {
    let mut roots: Vec<ModuleId> = Vec::new();
    for (id, file) in machine.files.iter().enumerate() {
        if file.is_test || !file.text.contains("ROOT_URLCONF") {
            continue;
        }
        let scope = machine.load(id);
        let name = scope.own("ROOT_URLCONF").and_then(|value| value.as_text());
        if let Some(Found::File(root)) = name.map(|name| machine.modules.python(&file.path, &name))
            && !roots.contains(&root)
        {
            roots.push(root);
        }
    }
    if roots.is_empty() {
        roots = unnamed_roots(machine);
        for root in &roots {
            let place = patterns_of(machine, *root);
            findings.report_unresolved(
                machine,
                place,
                "no settings name the root of the URL patterns: paths may lack a prefix",
            );
        }
    }
    for root in roots {
        let patterns = machine.export_of(root, "urlpatterns");
        follow_patterns(
            machine,
            findings,
            &patterns,
            "",
            patterns_of(machine, root),
            0,
        );
    }
}

/// Returns modules with patterns that no other module includes.
fn unnamed_roots(machine: &mut Machine<'_>) -> Vec<ModuleId> {
    let files = machine.files;
    let has_patterns = |id: &ModuleId| {
        let file = &files[*id];
        !file.is_test && file.language == Language::Python && file.text.contains("urlpatterns")
    };
    let all: Vec<ModuleId> = (0..files.len()).filter(has_patterns).collect();
    for id in &all {
        machine.load(*id);
    }
    let mut included = Vec::new();
    for id in 0..machine.objects.len() {
        let Some((path, arguments)) = machine.call_path(&Value::Object(id)) else {
            continue;
        };
        if !path.ends_with("include") {
            continue;
        }
        let from = machine.path(machine.object(id).place.module);
        match arguments.at(0) {
            Some(Value::Text(name)) => {
                if let Found::File(module) = machine.modules.python(from, name) {
                    included.push(module);
                }
            }
            Some(Value::Module(module)) => included.push(*module),
            _ => {}
        }
    }
    all.into_iter()
        .filter(|id| !included.contains(id))
        .collect()
}

/// Where a module says what its patterns are.
fn patterns_of(machine: &Machine<'_>, module: ModuleId) -> Place {
    let lines = machine.files[module].text.lines();
    let at = lines
        .zip(1..)
        .find(|(line, _)| line.starts_with("urlpatterns"))
        .map_or(1, |(_, at)| at);
    Place { module, line: at }
}

fn follow_patterns<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    patterns: &Value<'a>,
    prefix: &str,
    place: Place,
    depth: u32,
) {
    if depth > 20 {
        return;
    }
    // `urlpatterns = router.urls`, or what cannot be followed.
    for way in patterns
        .ways()
        .iter()
        .filter(|way| !matches!(way, Value::List(_) | Value::Null))
    {
        follow_made_patterns(machine, findings, way, prefix, place);
    }
    for item in patterns.items() {
        match &item {
            Value::List(_) => follow_patterns(machine, findings, &item, prefix, place, depth + 1),
            Value::Spread(inner) => follow_made_patterns(machine, findings, inner, prefix, place),
            _ => follow_pattern(machine, findings, &item, prefix, place, depth),
        }
    }
}

/// Patterns that something made: a router's, or what cannot be followed.
fn follow_made_patterns<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    value: &Value<'a>,
    prefix: &str,
    place: Place,
) {
    if django_rest::add_router(machine, findings, value, prefix) {
        return;
    }
    let path = machine.path_of(value).unwrap_or_default();
    // Static files in development.
    if path.ends_with("static()") || path.ends_with("staticfiles_urlpatterns()") {
        return;
    }
    let place = value
        .as_object()
        .map_or(place, |id| machine.object(id).place);
    findings.report_unresolved(
        machine,
        place,
        match path.as_str() {
            "" => "patterns that could not be followed".to_owned(),
            path => format!("patterns of `{path}`, which could not be followed"),
        },
    );
}

fn follow_pattern<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    item: &Value<'a>,
    prefix: &str,
    place: Place,
    depth: u32,
) {
    let Some((callee, arguments)) = machine.call_path(item) else {
        findings.report_unresolved(machine, place, "a pattern that could not be followed");
        return;
    };
    let place = item
        .as_object()
        .map_or(place, |id| machine.object(id).place);
    let name = callee.rsplit('.').next().unwrap_or_default();
    if !matches!(name, "path" | "re_path" | "url") {
        findings.report_unresolved(machine, place, "a pattern that could not be followed");
        return;
    }
    let own = arguments
        .at_or_named(0, "route")
        .or_else(|| arguments.named("regex"))
        .and_then(Value::as_text);
    let (Some(own), Some(view)) = (own, arguments.at_or_named(1, "view").cloned()) else {
        findings.report_unresolved(machine, place, "the path of a pattern");
        return;
    };
    let path = format!("{prefix}{}", django_rest::plain_path(&own, name != "path"));
    match &view {
        Value::List(items) => {
            let inner = items.borrow().first().cloned().unwrap_or(Value::Unknown);
            follow_patterns(machine, findings, &inner, &path, place, depth + 1);
        }
        _ => match machine.call_path(&view) {
            Some((callee, arguments)) if callee.ends_with(".include") || callee == "include" => {
                let target = arguments
                    .at_or_named(0, "arg")
                    .cloned()
                    .unwrap_or(Value::Unknown);
                follow_include(machine, findings, &target, &path, place, depth);
            }
            _ => add_view_routes(machine, findings, &view, &path, place),
        },
    }
}

fn follow_include<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    target: &Value<'a>,
    prefix: &str,
    place: Place,
    depth: u32,
) {
    match target {
        Value::Text(name) => match machine.modules.python(machine.path(place.module), name) {
            Found::File(module) => {
                let patterns = machine.export_of(module, "urlpatterns");
                follow_patterns(
                    machine,
                    findings,
                    &patterns,
                    prefix,
                    patterns_of(machine, module),
                    depth + 1,
                );
            }
            _ => findings.report_unresolved(
                machine,
                place,
                format!("include of {name}, which is not in the project"),
            ),
        },
        Value::Module(module) => {
            let patterns = machine.export_of(*module, "urlpatterns");
            follow_patterns(machine, findings, &patterns, prefix, place, depth + 1);
        }
        Value::List(items) if items.borrow().is_empty() => {
            findings.report_unresolved(
                machine,
                place,
                format!("include of what came to no pattern below {prefix}"),
            );
        }
        Value::List(items) => {
            // `(patterns, app_name)` or the patterns themselves.
            let first = items.borrow().first().cloned();
            let patterns = match first {
                Some(inner @ (Value::List(_) | Value::Text(_) | Value::Module(_))) => inner,
                _ => return follow_patterns(machine, findings, target, prefix, place, depth + 1),
            };
            match patterns {
                Value::List(_) => {
                    follow_patterns(machine, findings, &patterns, prefix, place, depth + 1)
                }
                other => follow_include(machine, findings, &other, prefix, place, depth + 1),
            }
        }
        Value::Choice(ways) => {
            let is_empty =
                |way: &&Value<'a>| matches!(way, Value::List(items) if items.borrow().is_empty());
            if ways.iter().all(|way| is_empty(&way)) {
                return follow_include(
                    machine,
                    findings,
                    &Value::list(Vec::new()),
                    prefix,
                    place,
                    depth + 1,
                );
            }
            // Where one way gives nothing, the others count.
            for way in ways
                .iter()
                .filter(|way| !is_empty(way) && !matches!(way, Value::Null))
            {
                follow_include(machine, findings, way, prefix, place, depth + 1);
            }
        }
        other => follow_made_patterns(machine, findings, other, prefix, place),
    }
}

/// Returns the view behind decorators: `csrf_exempt(view)`, `login_required(View.as_view())`.
fn unwrap_view<'a>(
    machine: &mut Machine<'a>,
    view: &Value<'a>,
    guards: &mut Vec<String>,
) -> Value<'a> {
    if view.as_function().is_some() || view.as_class().is_some() {
        return view.clone();
    }
    match machine.call_path(view) {
        Some((path, arguments)) if !path.ends_with("as_view") && arguments.at(0).is_some() => {
            let callee = view
                .as_object()
                .and_then(|id| match &machine.object(id).origin {
                    Origin::Call { callee, .. } => Some(callee.clone()),
                    _ => None,
                });
            guards.extend(
                callee
                    .map(|callee| machine.guard_names(&[callee]))
                    .unwrap_or_default(),
            );
            arguments
                .at(0)
                .map_or(Value::Unknown, |inner| unwrap_view(machine, inner, guards))
        }
        _ => view.clone(),
    }
}

fn add_view_routes<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    view: &Value<'a>,
    path: &str,
    place: Place,
) {
    let mut guards = Vec::new();
    let view = unwrap_view(machine, view, &mut guards);
    let path = join_paths("", path);
    if let Some(closure) = view.as_function() {
        guards.extend(django_guards::of_function(machine, &closure));
        let name = machine.label_of(&view);
        let handler = machine.dotted_path(closure.place, &name);
        for method in function_methods(machine, &closure.decorators) {
            findings.add_route(
                machine,
                closure.place,
                NewRoute {
                    method: &method,
                    path: &path,
                    handler: handler.clone(),
                    guards: &guards,
                },
            );
        }
        return;
    }
    let class = view
        .as_object()
        .and_then(|id| match &machine.object(id).origin {
            Origin::Method {
                receiver,
                name,
                arguments,
            } if &**name == "as_view" => Some((receiver.clone(), arguments.clone())),
            Origin::Call {
                callee: Value::External(path),
                arguments,
            } if path.ends_with(".as_view") => Some((
                Value::External(path.trim_end_matches(".as_view").into()),
                arguments.clone(),
            )),
            _ => None,
        });
    let Some((receiver, arguments)) = class else {
        match machine.path_of(&view).filter(|path| !path.is_empty()) {
            // Django admin and views of libraries.
            Some(name) if name.contains("admin.site") => {
                findings.report_unresolved(machine, place, format!("{path}: the views of {name}"));
            }
            Some(handler) => findings.add_route(
                machine,
                place,
                NewRoute {
                    method: "*",
                    path: &path,
                    handler,
                    guards: &guards,
                },
            ),
            None => findings.report_unresolved(machine, place, format!("the view of {path}")),
        }
        return;
    };
    if let Some(class) = receiver.as_class() {
        let actions = arguments
            .named("actions")
            .or_else(|| arguments.at(0))
            .map(Value::entries)
            .unwrap_or_default();
        if actions.is_empty() {
            add_class_view(machine, findings, &class, &path, &guards);
        } else {
            django_rest::add_actions(machine, findings, &class, &path, &actions);
        }
        return;
    }
    let Some(name) = machine.path_of(&receiver) else {
        findings.report_unresolved(machine, place, format!("the view of {path}"));
        return;
    };
    let methods = methods_of_bases(&[name.as_str().into()]);
    if methods.is_empty() {
        findings.report_unresolved(machine, place, format!("what {name} answers at {path}"));
    }
    for method in methods {
        findings.add_route(
            machine,
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

fn function_methods<'a>(machine: &Machine<'a>, decorators: &[Value<'a>]) -> Vec<String> {
    for decorator in decorators {
        match machine.label_of(decorator).as_str() {
            "require_POST" => return vec!["POST".to_owned()],
            "require_GET" => return vec!["GET".to_owned()],
            "require_safe" => return vec!["GET".to_owned(), "HEAD".to_owned()],
            "api_view" | "require_http_methods" => {
                let given = machine
                    .call_path(decorator)
                    .and_then(|(_, arguments)| arguments.at(0).cloned());
                let methods: Vec<_> = given.map(|list| list.items()).unwrap_or_default();
                let methods: Vec<_> = methods
                    .iter()
                    .filter_map(Value::as_text)
                    .map(|text| text.to_string())
                    .collect();
                return if methods.is_empty() {
                    vec!["GET".to_owned()]
                } else {
                    methods
                };
            }
            _ => {}
        }
    }
    vec!["*".to_owned()]
}

fn methods_of_bases(bases: &[Rc<str>]) -> Vec<&'static str> {
    let mut methods: Vec<&'static str> = Vec::new();
    for base in bases {
        let name = base.rsplit('.').next().unwrap_or(base);
        let known = VIEWS
            .iter()
            .chain(&django_rest::GENERICS)
            .find(|(view, _)| *view == name);
        methods.extend(known.map(|(_, methods)| *methods).unwrap_or_default());
    }
    methods
}

fn add_class_view<'a>(
    machine: &mut Machine<'a>,
    findings: &mut Findings,
    class: &Rc<ClassValue<'a>>,
    path: &str,
    guards: &[String],
) {
    let outside = machine.outside_bases(class);
    let inherited = methods_of_bases(&outside);
    let allowed = machine
        .class_member(class, "http_method_names")
        .map(|list| list.items());
    let mut guards = guards.to_vec();
    guards.extend(django_guards::of_class(machine, class));
    let handler = machine.dotted_path(class.place, &class.class.name);
    let mut is_empty = true;
    for verb in VERBS {
        let own = machine.method(class, verb);
        let is_allowed = allowed.as_ref().is_none_or(|allowed| {
            allowed
                .iter()
                .filter_map(Value::as_text)
                .any(|name| &*name == verb)
        });
        if own.is_none() && !inherited.contains(&verb)
            || !is_allowed
            || matches!(verb, "head" | "options")
        {
            continue;
        }
        is_empty = false;
        let mut guards = guards.clone();
        if let Some(method) = &own {
            guards.extend(django_guards::of_method(machine, &method.decorators));
        }
        let place = own.map_or(class.place, |method| method.place);
        findings.add_route(
            machine,
            place,
            NewRoute {
                method: verb,
                path,
                handler: handler.clone(),
                guards: &guards,
            },
        );
    }
    if is_empty {
        findings.add_route(
            machine,
            class.place,
            NewRoute {
                method: "*",
                path,
                handler,
                guards: &guards,
            },
        );
    }
}

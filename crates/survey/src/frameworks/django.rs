//! Django: `urlpatterns` from the root down, views as functions and classes.
//!
//! ```text
//! settings.py      ROOT_URLCONF = "shop.urls"
//! shop/urls.py     urlpatterns = [path("api/", include("items.urls"))]
//! items/urls.py    urlpatterns = [path("<int:pk>/", Show.as_view())]
//!
//! GET /api/<int:pk>/     for a class `Show` with a method `get`
//! ```
//!
//! What can't be followed on the way is reported with its line, so that no missing route is silent.

mod views;

use crate::frameworks::FrameworkContext;
use views::add_view_routes;

use super::Framework;
use super::django_rest;
use crate::evaluate::{Machine, Place, Value};
use code::languages::Language;
use code::modules::{Found, ModuleId};

pub(crate) const FRAMEWORK: Framework = Framework {
    name: "Django",
    markers: &["urlpatterns", "ROOT_URLCONF", "django.db"],
    read: read_django,
};

/// Adds the routes below each root that settings name.
///
/// Without such settings the roots are modules that nothing includes, and each is reported: a prefix may be missing.
fn read_django(context: &mut FrameworkContext<'_, '_>) {
    let mut roots: Vec<ModuleId> = Vec::new();
    for (id, file) in context.machine.files.iter().enumerate() {
        if file.is_test || !file.text.contains("ROOT_URLCONF") {
            continue;
        }
        let scope = context.machine.load(id);
        let name = scope.own("ROOT_URLCONF").and_then(|value| value.as_text());
        if let Some(Found::File(root)) =
            name.map(|name| context.machine.modules.python(&file.path, &name))
            && !roots.contains(&root)
        {
            roots.push(root);
        }
    }
    if roots.is_empty() {
        roots = unnamed_roots(context.machine);
        for root in &roots {
            let place = patterns_of(context.machine, *root);
            context.findings.report_unresolved(
                context.machine,
                place,
                "no settings name the root of the URL patterns: paths may lack a prefix",
            );
        }
    }
    for root in roots {
        let patterns = context.machine.export_of(root, "urlpatterns");
        let at = Mount {
            prefix: "",
            place: patterns_of(context.machine, root),
            depth: 0,
        };
        follow_patterns(context, &patterns, at);
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

/// Returns where a module says what its patterns are: its first line that begins with `urlpatterns`, else line 1.
fn patterns_of(machine: &Machine<'_>, module: ModuleId) -> Place {
    let lines = machine.files[module].text.lines();
    let at = lines
        .zip(1..)
        .find(|(line, _)| line.starts_with("urlpatterns"))
        .map_or(1, |(_, at)| at);
    Place { module, line: at }
}

/// Lists and includes within each other; what is deeper is taken for a circle.
const DEEPEST: u32 = 20;

/// Where patterns are mounted: `path("shop/", include("shop.urls"))`.
#[derive(Clone, Copy)]
struct Mount<'p> {
    /// The path before them: `api/shop/`.
    prefix: &'p str,
    /// The line that names them.
    place: Place,
    /// The includes around them.
    depth: u32,
}

impl Mount<'_> {
    /// Returns the same mount, one include further in.
    fn deeper(self) -> Self {
        Mount {
            depth: self.depth + 1,
            ..self
        }
    }
}

/// Adds the routes of a list of patterns, of lists within it and of what is spread into it.
///
/// `[path("a/", a), *router.urls]` has one pattern and what `router` makes. Deeper than `DEEPEST`, nothing is added.
fn follow_patterns<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    patterns: &Value<'a>,
    at: Mount<'_>,
) {
    if at.depth > DEEPEST {
        return;
    }
    // `urlpatterns = router.urls`, or what cannot be followed.
    for way in patterns
        .ways()
        .iter()
        .filter(|way| !matches!(way, Value::List(_) | Value::Null))
    {
        follow_made_patterns(context, way, at.prefix, at.place);
    }
    for item in patterns.items() {
        match &item {
            Value::List(_) => follow_patterns(context, &item, at.deeper()),
            Value::Spread(inner) => follow_made_patterns(context, inner, at.prefix, at.place),
            _ => follow_pattern(context, &item, at),
        }
    }
}

/// Follows patterns that something made: those of a router are added, static files are left out, and anything else is
/// reported.
fn follow_made_patterns<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    value: &Value<'a>,
    prefix: &str,
    place: Place,
) {
    if django_rest::add_router(context, value, prefix) {
        return;
    }
    let path = context.machine.path_of(value).unwrap_or_default();
    // Static files in development.
    if path.ends_with("static()") || path.ends_with("staticfiles_urlpatterns()") {
        return;
    }
    let place = value
        .as_object()
        .map_or(place, |id| context.machine.object(id).place);
    context.findings.report_unresolved(
        context.machine,
        place,
        match path.as_str() {
            "" => "patterns that could not be followed".to_owned(),
            path => format!("patterns of `{path}`, which could not be followed"),
        },
    );
}

/// Follows one pattern: `path("a/", view)`, `re_path(r"^a/$", view)`, `path("a/", include(…))`.
///
/// A path or view that isn't known is reported, as is a call of another name.
fn follow_pattern<'a>(context: &mut FrameworkContext<'_, 'a>, item: &Value<'a>, at: Mount<'_>) {
    let Some((callee, arguments)) = context.machine.call_path(item) else {
        context.findings.report_unresolved(
            context.machine,
            at.place,
            "a pattern that could not be followed",
        );
        return;
    };
    let place = item
        .as_object()
        .map_or(at.place, |id| context.machine.object(id).place);
    let name = callee.rsplit('.').next().unwrap_or_default();
    if !matches!(name, "path" | "re_path" | "url") {
        context.findings.report_unresolved(
            context.machine,
            place,
            "a pattern that could not be followed",
        );
        return;
    }
    let own = arguments
        .at_or_named(0, "route")
        .or_else(|| arguments.named("regex"))
        .and_then(Value::as_text);
    let (Some(own), Some(view)) = (own, arguments.at_or_named(1, "view").cloned()) else {
        context
            .findings
            .report_unresolved(context.machine, place, "the path of a pattern");
        return;
    };
    let path = format!(
        "{}{}",
        at.prefix,
        django_rest::plain_path(&own, name != "path")
    );
    let inner = Mount {
        prefix: &path,
        place,
        depth: at.depth,
    };
    match &view {
        Value::List(items) => {
            let patterns = items.borrow().first().cloned().unwrap_or(Value::Unknown);
            follow_patterns(context, &patterns, inner.deeper());
        }
        _ => match context.machine.call_path(&view) {
            Some((callee, arguments)) if callee.ends_with(".include") || callee == "include" => {
                let target = arguments
                    .at_or_named(0, "arg")
                    .cloned()
                    .unwrap_or(Value::Unknown);
                follow_include(context, &target, inner);
            }
            _ => add_view_routes(context, &view, &path, place),
        },
    }
}

/// Follows what `include(…)` is handed: a module or its name, a list, or a pair of patterns and a name.
fn follow_include<'a>(context: &mut FrameworkContext<'_, 'a>, target: &Value<'a>, at: Mount<'_>) {
    match target {
        Value::Text(name) => follow_named_include(context, name, at),
        Value::Module(module) => {
            let patterns = context.machine.export_of(*module, "urlpatterns");
            follow_patterns(context, &patterns, at.deeper());
        }
        Value::List(items) if items.borrow().is_empty() => {
            let what = format!("include of what came to no pattern below {}", at.prefix);
            context
                .findings
                .report_unresolved(context.machine, at.place, what);
        }
        Value::List(items) => {
            // `(patterns, app_name)` or the patterns themselves.
            let first = items.borrow().first().cloned();
            match first {
                Some(patterns @ Value::List(_)) => {
                    follow_patterns(context, &patterns, at.deeper());
                }
                Some(module @ (Value::Text(_) | Value::Module(_))) => {
                    follow_include(context, &module, at.deeper());
                }
                _ => follow_patterns(context, target, at.deeper()),
            }
        }
        Value::Choice(ways) => {
            let is_empty =
                |way: &&Value<'a>| matches!(way, Value::List(items) if items.borrow().is_empty());
            if ways.iter().all(|way| is_empty(&way)) {
                return follow_include(context, &Value::list(Vec::new()), at.deeper());
            }
            // Where one way gives nothing, the others count.
            for way in ways
                .iter()
                .filter(|way| !is_empty(way) && !matches!(way, Value::Null))
            {
                follow_include(context, way, at.deeper());
            }
        }
        other => follow_made_patterns(context, other, at.prefix, at.place),
    }
}

/// Follows `include("shop.urls")`: the patterns of the module of that name.
fn follow_named_include(context: &mut FrameworkContext<'_, '_>, name: &str, at: Mount<'_>) {
    let from = context.machine.path(at.place.module);
    match context.machine.modules.python(from, name) {
        Found::File(module) => {
            let patterns = context.machine.export_of(module, "urlpatterns");
            let place = patterns_of(context.machine, module);
            follow_patterns(
                context,
                &patterns,
                Mount {
                    place,
                    ..at.deeper()
                },
            );
        }
        _ => context.findings.report_unresolved(
            context.machine,
            at.place,
            format!("include of {name}, which is not in the project"),
        ),
    }
}

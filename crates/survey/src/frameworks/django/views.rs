//! The routes of Django's views: functions, classes, and what wraps them.
//!
//! ```text
//! path("a/", views.show)                        a function: `*`, unless a decorator names methods
//! @require_POST  def show(request)              POST
//! path("a/", login_required(views.show))        as `show`, with the guard `login_required`
//! Show.as_view(), class Show(ListView)          GET, which ListView answers, and what Show defines itself
//! RedirectView.as_view(url="/")                 what the table below says of RedirectView
//! ```

use super::super::django_guards;
use super::super::django_rest;
use super::super::reading::NewRoute;
use crate::evaluate::{Arguments, ClassValue, Machine, Origin, Place, Value};
use crate::findings::join_paths;
use crate::frameworks::FrameworkContext;
use std::rc::Rc;

pub(super) const VERBS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// Django's own view classes and the methods that they answer.
pub(super) const VIEWS: [(&str, &[&str]); 20] = [
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

/// Returns the view behind decorators: `csrf_exempt(view)`, `login_required(View.as_view())`.
///
/// Wrappers that guard are added to `guards`, the outermost first. What is neither is returned as it is.
pub(super) fn unwrap_view<'a>(
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

/// Returns the class of the project whose instance is the view: a feed, or what has a `__call__`.
fn class_of_instance<'a>(machine: &Machine<'a>, view: &Value<'a>) -> Option<Rc<ClassValue<'a>>> {
    match &machine.object(view.as_object()?).origin {
        Origin::Instance { class, .. } => Some(class.clone()),
        _ => None,
    }
}

/// Adds the routes of a view at a path.
///
/// In this order: a function, an object of a class of the project (`*`), `as_view` of a class of the project, `as_view`
/// of a class of a library, and what is none of these.
pub(super) fn add_view_routes<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    view: &Value<'a>,
    path: &str,
    place: Place,
) {
    let mut guards = Vec::new();
    let view = unwrap_view(context.machine, view, &mut guards);
    let path = join_paths("", path);
    if view.as_function().is_some() {
        return add_function_view(context, &view, &path, guards);
    }
    if let Some(class) = class_of_instance(context.machine, &view) {
        let handler = context.machine.dotted_path(class.place, &class.class.name);
        guards.extend(django_guards::of_class(context.machine, &class));
        let route = NewRoute {
            method: "*",
            path: &path,
            handler,
            guards: &guards,
        };
        return context
            .findings
            .add_route(context.machine, class.place, route);
    }
    let Some((receiver, arguments)) = class_of_view(context.machine, &view) else {
        return add_unknown_view(context, &view, place, (&path, &guards));
    };
    if let Some(class) = receiver.as_class() {
        let actions = arguments
            .named("actions")
            .or_else(|| arguments.at(0))
            .map(Value::entries)
            .unwrap_or_default();
        if actions.is_empty() {
            add_class_view(context, &class, &path, &guards);
        } else {
            django_rest::add_actions(context, &class, &path, &actions);
        }
        return;
    }
    add_library_view(context, &receiver, place, (&path, &guards));
}

/// Adds the routes of a view that is a function, one for each method that it answers.
fn add_function_view<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    view: &Value<'a>,
    path: &str,
    mut guards: Vec<String>,
) {
    let Some(closure) = view.as_function() else {
        return;
    };
    guards.extend(django_guards::of_function(context.machine, &closure));
    let handler = context
        .machine
        .dotted_path(closure.place, &context.machine.label_of(view));
    for method in function_methods(context.machine, &closure.decorators) {
        let route = NewRoute {
            method: &method,
            path,
            handler: handler.clone(),
            guards: &guards,
        };
        context
            .findings
            .add_route(context.machine, closure.place, route);
    }
}

/// Adds a view class of a library, which answers what is known of its name: `RedirectView.as_view(url="/")`.
fn add_library_view<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    class: &Value<'a>,
    place: Place,
    (path, guards): (&str, &[String]),
) {
    let Some(name) = context.machine.path_of(class) else {
        context
            .findings
            .report_unresolved(context.machine, place, format!("the view of {path}"));
        return;
    };
    let mut guards = guards.to_vec();
    guards.extend(django_guards::of_library_view(&name));
    let methods = methods_of_bases(&[name.as_str().into()]);
    if methods.is_empty() {
        context.findings.report_unresolved(
            context.machine,
            place,
            format!("what {name} answers at {path}"),
        );
    }
    for method in methods {
        let route = NewRoute {
            method,
            path,
            handler: name.clone(),
            guards: &guards,
        };
        context.findings.add_route(context.machine, place, route);
    }
}

/// Returns the class of `View.as_view(…)`, and what the call was handed.
///
/// `Show.as_view(template="a")` gives `Show` and the argument. Returns none for what isn't such a call.
fn class_of_view<'a>(
    machine: &Machine<'a>,
    view: &Value<'a>,
) -> Option<(Value<'a>, Arguments<'a>)> {
    view.as_object()
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
        })
}

/// Adds a view that is neither a function nor a class of the project: one of a library has a name,
/// of anything else only the path is known.
fn add_unknown_view<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    view: &Value<'a>,
    place: Place,
    (path, guards): (&str, &[String]),
) {
    let name = context
        .machine
        .path_of(view)
        .filter(|name| !name.is_empty());
    let open = match name {
        // Django's admin makes its views itself, from the models that are registered; so does what
        // else has `urls`, as Ninja's `api.urls`: many routes, and no view.
        Some(name) if name.contains("admin.site") || name.ends_with(".urls") => {
            format!("{path}: the views of {name}")
        }
        Some(handler) => {
            let route = NewRoute {
                method: "*",
                path,
                handler,
                guards,
            };
            context.findings.add_route(context.machine, place, route);
            return;
        }
        None => format!("the view of {path}"),
    };
    context
        .findings
        .report_unresolved(context.machine, place, open);
}

/// Returns the methods that a function answers by its decorators: `@require_POST` is `POST`, `@api_view()` is `GET`.
///
/// The first decorator that names methods decides; without one it is `*`.
pub(super) fn function_methods<'a>(machine: &Machine<'a>, decorators: &[Value<'a>]) -> Vec<String> {
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

/// Returns the methods that classes of Django and REST framework answer, by the last part of their paths.
///
/// `django.views.generic.ListView` gives `get`; what the tables don't know gives nothing.
pub(super) fn methods_of_bases(bases: &[Rc<str>]) -> Vec<&'static str> {
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

/// Adds the routes of a view class: of the methods that it defines and of those that it inherits from a library.
///
/// `http_method_names` takes methods away; HEAD and OPTIONS are never routes. A class of which no method is known
/// answers `*`.
pub(super) fn add_class_view<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    class: &Rc<ClassValue<'a>>,
    path: &str,
    guards: &[String],
) {
    let outside = context.machine.outside_bases(class);
    let inherited = methods_of_bases(&outside);
    let allowed = django_rest::allowed_methods(context.machine, class);
    let mut guards = guards.to_vec();
    guards.extend(django_guards::of_class(context.machine, class));
    let handler = context.machine.dotted_path(class.place, &class.class.name);
    let mut is_empty = true;
    for verb in VERBS {
        let own = context.machine.method(class, verb);
        let is_allowed = allowed
            .as_ref()
            .is_none_or(|allowed| allowed.iter().any(|name| &**name == verb));
        if own.is_none() && !inherited.contains(&verb)
            || !is_allowed
            || matches!(verb, "head" | "options")
        {
            continue;
        }
        is_empty = false;
        let mut guards = guards.clone();
        if let Some(method) = &own {
            guards.extend(django_guards::of_method(
                context.machine,
                &method.decorators,
            ));
        }
        let place = own.map_or(class.place, |method| method.place);
        context.findings.add_route(
            context.machine,
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
        context.findings.add_route(
            context.machine,
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

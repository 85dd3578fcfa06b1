//! Guards of Django's views: decorators, what a view class extends, REST framework's classes, and
//! middleware for all.
//!
//! ```text
//! @login_required                                       def show(request): …           `login_required`
//! @method_decorator(login_required, name="dispatch")    class Show(View): …            `login_required`
//! class Show(LoginRequiredMixin, DetailView)                                           `LoginRequiredMixin`
//! @api_view(["GET"])  @permission_classes([IsAdminUser])                               `IsAdminUser`
//! MIDDLEWARE = […, "…LoginRequiredMiddleware"]          every view without `@login_not_required`
//! ```

use std::rc::Rc;

use super::django_rest;
use crate::evaluate::{ClassValue, Closure, Machine, Value};

/// Returns guards of a view that is a function: of the middleware, of permission classes, of decorators.
pub(super) fn of_function<'a>(machine: &mut Machine<'a>, closure: &Rc<Closure<'a>>) -> Vec<String> {
    let mut guards = for_all(machine, &closure.decorators);
    // The first argument of a decorator, by the last part of its path.
    let called = |machine: &Machine<'a>, name: &str| {
        closure.decorators.iter().find_map(|decorator| {
            let (path, arguments) = machine.call_path(decorator)?;
            (path.rsplit('.').next() == Some(name))
                .then(|| arguments.at(0).cloned().unwrap_or(Value::Unknown))
        })
    };
    // `@api_view` makes a view of REST framework, which the project's defaults hold for.
    let permissions = called(machine, "permission_classes");
    let is_rest = called(machine, "api_view").is_some();
    let permissions = match permissions {
        None if is_rest => django_rest::default_classes(machine, "DEFAULT_PERMISSION_CLASSES"),
        other => other,
    };
    guards.extend(machine.guard_names(&permissions.map(|list| list.items()).unwrap_or_default()));
    guards.extend(of_method(machine, &closure.decorators));
    guards
}

/// Returns guards among the decorators of a method, those behind `method_decorator(…)` as well.
///
/// `permission_classes` is read elsewhere: its argument holds the guards, not the decorator.
pub(super) fn of_method<'a>(machine: &mut Machine<'a>, decorators: &[Value<'a>]) -> Vec<String> {
    let mut plain = Vec::new();
    for decorator in decorators {
        match machine.call_path(decorator) {
            Some((path, arguments)) if path.ends_with("method_decorator") => {
                let inner = arguments.at(0).cloned().unwrap_or(Value::Unknown);
                plain.extend(if let Value::List(_) = inner {
                    inner.items()
                } else {
                    vec![inner]
                });
            }
            Some((path, _)) if path.ends_with("permission_classes") => {}
            _ => plain.push(decorator.clone()),
        }
    }
    machine.guard_names(&plain)
}

/// Returns guards of all methods of a view class: of the middleware, decorators, bases and permission classes.
pub(super) fn of_class<'a>(machine: &mut Machine<'a>, class: &Rc<ClassValue<'a>>) -> Vec<String> {
    let decorators = class.decorators.borrow().clone();
    let mut guards = for_all(machine, &decorators);
    guards.extend(of_method(machine, &decorators));
    of_bases(machine, class, &mut guards, 0);
    guards.extend(django_rest::permission_guards(machine, class));
    guards
}

/// Views of Django that decorate themselves with a guard.
const GUARDED: [(&str, &str); 2] = [
    (
        "django.contrib.auth.views.PasswordChangeView",
        "login_required",
    ),
    (
        "django.contrib.auth.views.PasswordChangeDoneView",
        "login_required",
    ),
];

/// Returns the guard that a view of a library, by its path, has itself.
pub(super) fn of_library_view(path: &str) -> Option<String> {
    let known = GUARDED.iter().find(|(view, _)| *view == path);
    known.map(|(_, guard)| (*guard).to_owned())
}

/// Guards that a class extends: mixins of libraries, those of the project that extend one, and
/// those that turn callers away themselves.
fn of_bases<'a>(
    machine: &mut Machine<'a>,
    class: &Rc<ClassValue<'a>>,
    guards: &mut Vec<String>,
    depth: u32,
) {
    // Twelve levels of bases, against classes that extend each other.
    if depth > 12 {
        return;
    }
    for base in class.bases.clone() {
        let base = machine.resolve_import(base);
        let Some(own) = base.as_class() else {
            // A view of a library answers; what stands before others is a mixin.
            let path = machine.path_of(&base).unwrap_or_default();
            let answers = path.ends_with("View") || path.ends_with("ViewSet");
            guards.extend(of_library_view(&path));
            if !answers && machine.keeps_out(&base) {
                guards.push(machine.label_of(&base));
            }
            continue;
        };
        let is_view = machine
            .outside_bases(&own)
            .iter()
            .any(|path| path.ends_with("View") || path.ends_with("ViewSet"));
        // A view that guards is read through its own bases; a mixin is a guard by itself.
        if !is_view && machine.keeps_out(&base) {
            guards.push(machine.label_of(&base));
        } else {
            of_bases(machine, &own, guards, depth + 1);
        }
    }
    // A `dispatch` of its own may turn callers away, where nothing else does.
    let dispatch = class
        .fields
        .borrow()
        .iter()
        .find(|field| field.name == "dispatch")
        .map(|field| field.value.clone());
    if let Some(dispatch) = dispatch.filter(|_| guards.is_empty())
        && machine.keeps_out(&dispatch)
    {
        guards.push(format!("{}.dispatch", class.class.name));
    }
}

/// Returns guards that the settings put before every view that does not say that it is open.
///
/// Only middleware whose name ends in `LoginRequiredMiddleware` is known, in any file that sets `MIDDLEWARE`.
fn for_all<'a>(machine: &mut Machine<'a>, decorators: &[Value<'a>]) -> Vec<String> {
    let is_open = decorators
        .iter()
        .any(|value| machine.label_of(value) == "login_not_required");
    let files = machine.files;
    let mut found = Vec::new();
    // A look at the text first: loading every file would cost much.
    for (module, file) in files.iter().enumerate() {
        if file.is_test
            || is_open
            || !file.text.contains("MIDDLEWARE")
            || !file.text.contains("LoginRequired")
        {
            continue;
        }
        let listed = machine
            .load(module)
            .own("MIDDLEWARE")
            .map(|list| list.items())
            .unwrap_or_default();
        let names = listed.iter().filter_map(Value::as_text);
        let guards = names.filter(|name| name.ends_with("LoginRequiredMiddleware"));
        found.extend(guards.map(|name| name.rsplit('.').next().unwrap_or(&name).to_owned()));
    }
    found.dedup();
    found
}

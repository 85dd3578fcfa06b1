//! Django REST framework: routers, viewsets and their actions.
//!
//! ```text
//! router.register("items", Items)   class Items(ModelViewSet), with `router.urls` below `api/`
//!
//! GET, POST                  /api/items/                `list`, `create`
//! GET, PUT, PATCH, DELETE    /api/items/{pk}/           `retrieve`, `update`, `partial_update`, `destroy`
//! @action(detail=True, methods=["post"]) def retry      POST /api/items/{pk}/retry/
//! ```

mod permissions;

use crate::frameworks::FrameworkContext;
pub(super) use permissions::{default_classes, permission_guards};
use std::rc::Rc;

use super::reading::NewRoute;
use crate::evaluate::{ClassValue, Closure, Machine, ObjectId, Origin, Value};
use crate::findings::join_paths;

/// The generic views and the methods that they answer.
pub(super) const GENERICS: [(&str, &[&str]); 14] = [
    ("ListAPIView", &["get"]),
    ("CreateAPIView", &["post"]),
    ("RetrieveAPIView", &["get"]),
    ("DestroyAPIView", &["delete"]),
    ("UpdateAPIView", &["put", "patch"]),
    ("ListCreateAPIView", &["get", "post"]),
    ("RetrieveUpdateAPIView", &["get", "put", "patch"]),
    ("RetrieveDestroyAPIView", &["get", "delete"]),
    (
        "RetrieveUpdateDestroyAPIView",
        &["get", "put", "patch", "delete"],
    ),
    ("TokenObtainPairView", &["post"]),
    ("TokenRefreshView", &["post"]),
    ("ObtainAuthToken", &["post"]),
    ("SpectacularAPIView", &["get"]),
    ("SpectacularSwaggerView", &["get"]),
];

/// Action, base class that brings it, method, whether it is about one object.
const ACTIONS: [(&str, &str, &str, bool); 6] = [
    ("list", "ListModelMixin", "get", false),
    ("create", "CreateModelMixin", "post", false),
    ("retrieve", "RetrieveModelMixin", "get", true),
    ("update", "UpdateModelMixin", "put", true),
    ("partial_update", "UpdateModelMixin", "patch", true),
    ("destroy", "DestroyModelMixin", "delete", true),
];

/// Returns the methods that a class allows itself, if it says so: `http_method_names = ["get", "head"]`.
pub(super) fn allowed_methods<'a>(
    machine: &mut Machine<'a>,
    class: &Rc<ClassValue<'a>>,
) -> Option<Vec<Rc<str>>> {
    let listed = machine.class_member(class, "http_method_names")?.items();
    Some(listed.iter().filter_map(Value::as_text).collect())
}

/// Returns the router that a value is, or whose `urls` it is.
fn router_of_value(machine: &mut Machine<'_>, value: &Value<'_>) -> Option<ObjectId> {
    let id = value.as_object()?;
    let router = match &machine.object(id).origin {
        Origin::Member { of, name } => of.as_object().filter(|_| &**name == "urls")?,
        _ => id,
    };
    machine
        .is_instance_of(router, |path| path.ends_with("Router"))
        .then_some(router)
}

/// Adds the routes of `router.urls` or of the router itself; false where it is no router.
pub(super) fn add_router<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    value: &Value<'a>,
    prefix: &str,
) -> bool {
    let Some(id) = router_of_value(context.machine, value) else {
        return false;
    };
    let added = added_methods(context.machine, id);
    add_root_view(context, id, prefix);
    let slash = trailing_slash(context.machine, id);
    for event in context.machine.events_of(id) {
        let own = event
            .arguments
            .at_or_named(0, "prefix")
            .and_then(Value::as_text);
        if &*event.name != "register" {
            continue;
        }
        let class = event
            .arguments
            .at_or_named(1, "viewset")
            .and_then(Value::as_class);
        let (Some(own), Some(class)) = (own, class) else {
            context.findings.report_unresolved(
                context.machine,
                event.place,
                "register of a viewset that could not be followed",
            );
            continue;
        };
        let path = format!("{prefix}{}", plain_path(&own, true));
        let paths = ViewsetPaths {
            base: path.trim_end_matches('/'),
            lookup: lookup_of(context.machine, &class),
            slash,
        };
        add_viewset(context, &class, &paths, &added);
    }
    true
}

/// Adds the view that a `DefaultRouter` answers its own root with, where the project defines it.
fn add_root_view(context: &mut FrameworkContext<'_, '_>, router: ObjectId, prefix: &str) {
    let root = Value::Object(router);
    let place = context.machine.object(router).place;
    let is_default = context
        .machine
        .is_instance_of(router, |path| path.ends_with("DefaultRouter"));
    if is_default
        && let Some(class) = context
            .machine
            .member_of(&root, "APIRootView", place)
            .as_class()
    {
        let handler = context.machine.dotted_path(class.place, &class.class.name);
        let guards = permission_guards(context.machine, &class);
        let route = NewRoute {
            method: "GET",
            path: &join_paths("", prefix),
            handler,
            guards: &guards,
        };
        context
            .findings
            .add_route(context.machine, class.place, route);
    }
}

/// The paths below which a viewset answers.
struct ViewsetPaths<'p> {
    /// Without a slash at its end: `api/items`.
    base: &'p str,
    /// The part that names one object: `{pk}`.
    lookup: String,
    /// `/`, or nothing where the router was made without.
    slash: &'static str,
}

impl ViewsetPaths<'_> {
    /// Returns the path of all objects or of one: `api/items/`, `api/items/{pk}/`.
    fn standard(&self, is_detail: bool) -> String {
        let ViewsetPaths {
            base,
            lookup,
            slash,
        } = self;
        if is_detail {
            format!("{base}/{lookup}{slash}")
        } else {
            format!("{base}{slash}")
        }
    }

    /// Returns the path of an action of its own: `api/items/{pk}/retry/`.
    fn extra(&self, own: &str, is_detail: bool) -> String {
        let ViewsetPaths {
            base,
            lookup,
            slash,
        } = self;
        if is_detail {
            format!("{base}/{lookup}/{own}{slash}")
        } else {
            format!("{base}/{own}{slash}")
        }
    }
}

/// Returns the part of a viewset's paths that names one object: `{pk}`, or `{slug}` with `lookup_field = "slug"`.
fn lookup_of<'a>(machine: &mut Machine<'a>, class: &Rc<ClassValue<'a>>) -> String {
    let field = ["lookup_url_kwarg", "lookup_field"]
        .iter()
        .find_map(|name| machine.class_member(class, name)?.as_text());
    format!("{{{}}}", field.as_deref().unwrap_or("pk"))
}

/// Returns methods that a router of the project adds to every viewset:
/// `self.routes[0].mapping.update({…})`.
///
/// Each is a method, its action, and whether it is about one object. Of the routes of a router, number 0 is that of all
/// objects and number 2 that of one.
fn added_methods<'a>(machine: &mut Machine<'a>, router: ObjectId) -> Vec<(Rc<str>, Rc<str>, bool)> {
    let place = machine.object(router).place;
    let routes = machine.member_of(&Value::Object(router), "routes", place);
    let mut added = Vec::new();
    for (number, is_detail) in [("0", false), ("2", true)] {
        let kind = machine.member_of(&routes, number, place);
        let mapping = machine.member_of(&kind, "mapping", place);
        for event in mapping
            .objects()
            .into_iter()
            .flat_map(|id| machine.events_of(id))
        {
            let entries = event
                .arguments
                .at(0)
                .filter(|_| &*event.name == "update")
                .map(Value::entries);
            let actions = entries.unwrap_or_default().into_iter();
            added.extend(
                actions.filter_map(|(method, action)| Some((method, action.as_text()?, is_detail))),
            );
        }
    }
    added
}

/// Returns what the paths of a router end in: `/`, or nothing with `trailing_slash=False`.
fn trailing_slash(machine: &Machine<'_>, router: ObjectId) -> &'static str {
    match machine.made_with(router).named("trailing_slash") {
        Some(Value::Bool(false)) => "",
        _ => "/",
    }
}

/// Returns whether a viewset has a standard action: by a method of the project, the action's mixin or a whole viewset.
///
/// `ReadOnlyModelViewSet` has `list` and `retrieve` only.
fn has_action<'a>(
    machine: &mut Machine<'a>,
    class: &Rc<ClassValue<'a>>,
    action: &str,
    mixin: &str,
) -> bool {
    if machine.method(class, action).is_some() {
        return true;
    }
    machine.outside_bases(class).iter().any(|base| {
        let name = base.rsplit('.').next().unwrap_or(base);
        name == mixin
            || name == "ModelViewSet"
            || name == "ReadOnlyModelViewSet" && matches!(action, "list" | "retrieve")
    })
}

/// Adds the routes of a viewset: standard actions, those that its router adds, then its own (`@action`).
fn add_viewset<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    class: &Rc<ClassValue<'a>>,
    paths: &ViewsetPaths<'_>,
    added: &[(Rc<str>, Rc<str>, bool)],
) {
    let allowed = allowed_methods(context.machine, class);
    let is_allowed = |method: &str| {
        allowed
            .as_ref()
            .is_none_or(|list| list.iter().any(|name| **name == *method))
    };
    for (action, mixin, method, is_detail) in ACTIONS {
        if has_action(context.machine, class, action, mixin) && is_allowed(method) {
            let path = paths.standard(is_detail);
            add_action_route(context, class, (action, method), &path);
        }
    }
    for (method, action, is_detail) in added {
        if context.machine.method(class, action).is_some() && is_allowed(method) {
            let path = paths.standard(*is_detail);
            add_action_route(context, class, (action, method), &path);
        }
    }
    // The nearest definition of a name hides those of the classes above.
    let mut seen = Vec::new();
    for ancestor in context.machine.lineage(class) {
        let fields = ancestor.fields.borrow().clone();
        for field in fields {
            if seen.contains(&field.name) {
                continue;
            }
            seen.push(field.name);
            add_extra_actions(context, class, &field, paths);
        }
    }
}

/// Adds the routes of a method that is an action of its own, or adds a method to one; other fields give none.
fn add_extra_actions<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    class: &Rc<ClassValue<'a>>,
    field: &crate::evaluate::Field<'a>,
    paths: &ViewsetPaths<'_>,
) {
    let Some(closure) = field.value.as_function() else {
        return;
    };
    let (methods, path) = match method_mapping(context.machine, &closure) {
        Some((method, action)) => match extra_action(context.machine, &action, paths) {
            Some((_, path)) => (vec![method], path),
            None => return,
        },
        None => match extra_action(context.machine, &closure, paths) {
            Some(found) => found,
            None => return,
        },
    };
    for method in methods {
        add_action_route(context, class, (field.name, &method), &path);
    }
}

/// Returns the method and the action of `@retry.mapping.post`, which adds a method to the action `retry`.
///
/// Returns none where no decorator has this form.
fn method_mapping<'a>(
    machine: &Machine<'a>,
    closure: &Closure<'a>,
) -> Option<(String, Rc<Closure<'a>>)> {
    closure.decorators.iter().find_map(|decorator| {
        let Origin::Member { of, name: method } = &machine.object(decorator.as_object()?).origin
        else {
            return None;
        };
        let Origin::Member { of, name } = &machine.object(of.as_object()?).origin else {
            return None;
        };
        (&**name == "mapping").then(|| Some((method.to_string(), of.as_function()?)))?
    })
}

/// Returns the methods and path of an action of its own.
///
/// `@action(detail=True, url_path="again")` gives `get` and `api/items/{pk}/again/`. `detail_route` and `list_route`
/// are the older spelling. Returns none where no decorator makes it an action.
fn extra_action<'a>(
    machine: &Machine<'a>,
    closure: &Closure<'a>,
    paths: &ViewsetPaths<'_>,
) -> Option<(Vec<String>, String)> {
    let mut given: Vec<String> = Vec::new();
    let mut path = None;
    for decorator in &closure.decorators {
        let Some((callee, arguments)) = machine.call_path(decorator) else {
            continue;
        };
        let is_detail = match callee.rsplit('.').next().unwrap_or_default() {
            "action" => arguments
                .at_or_named(1, "detail")
                .is_some_and(Value::is_true),
            "detail_route" => true,
            "list_route" => false,
            _ => continue,
        };
        let methods = arguments
            .at_or_named(0, "methods")
            .map(Value::items)
            .unwrap_or_default();
        given.extend(
            methods
                .iter()
                .filter_map(Value::as_text)
                .map(|text| text.to_string()),
        );
        if given.is_empty() {
            given.push("get".to_owned());
        }
        let name = closure.function.name.as_deref().unwrap_or_default();
        let own = arguments
            .named("url_path")
            .and_then(Value::as_text)
            .unwrap_or_else(|| name.into());
        let own = plain_path(&own, true);
        path = Some(paths.extra(&own, is_detail));
    }
    Some((given, path?))
}

/// Adds the routes of `ViewSet.as_view({'get': 'list'})`: here GET, answered by `list`.
pub(super) fn add_actions<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    class: &Rc<ClassValue<'a>>,
    path: &str,
    actions: &[(Rc<str>, Value<'a>)],
) {
    for (method, action) in actions {
        if let Some(action) = action.as_text() {
            add_action_route(context, class, (&action, method), path);
        }
    }
}

/// Adds the route of one action of a viewset.
///
/// Its guards are those of `get_permissions` for this action, else of its `@action(permission_classes=…)`, else of the
/// class.
fn add_action_route<'a>(
    context: &mut FrameworkContext<'_, 'a>,
    class: &Rc<ClassValue<'a>>,
    (action, method): (&str, &str),
    path: &str,
) {
    let place = context
        .machine
        .method(class, action)
        .map_or(class.place, |method| method.place);
    let given = permissions::given_for_action(context.machine, class, action);
    let guards = match given.or_else(|| own_permissions(context.machine, class, action)) {
        Some(own) => context.machine.guard_names(&own.items()),
        None => permission_guards(context.machine, class),
    };
    let handler = context
        .machine
        .dotted_path(class.place, &format!("{}.{action}", class.class.name));
    let path = join_paths("", path);
    context.findings.add_route(
        context.machine,
        place,
        NewRoute {
            method,
            path: &path,
            handler,
            guards: &guards,
        },
    );
}

/// Returns the list of `@action(permission_classes=[…])`, which counts for that action instead of the class's own.
///
/// Returns none where the action has no such decorator.
fn own_permissions<'a>(
    machine: &mut Machine<'a>,
    class: &Rc<ClassValue<'a>>,
    action: &str,
) -> Option<Value<'a>> {
    let method = machine.method(class, action)?;
    method.decorators.iter().find_map(|decorator| {
        let (path, arguments) = machine.call_path(decorator)?;
        path.ends_with("action")
            .then(|| arguments.named("permission_classes").cloned())?
    })
}

/// Returns a pattern as plain text: `^users/(?P<id>\d+)/$` is `users/{id}/`.
///
/// A group without a name is `{}`, one that isn't captured (`(?:…)`) stays as its text; `\Z`, `\A`, `\b` are left out.
pub(super) fn plain_path(pattern: &str, is_regex: bool) -> String {
    if !is_regex {
        return pattern.to_owned();
    }
    let mut text = String::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '^' | '$' => {}
            '\\' => text.extend(
                letters
                    .next()
                    .filter(|next| !matches!(next, 'Z' | 'A' | 'b')),
            ),
            '(' => {
                let mut group = String::new();
                let mut open = 1;
                while let Some(inner) = letters.next() {
                    match inner {
                        '\\' => {
                            group.push(inner);
                            group.extend(letters.next());
                            continue;
                        }
                        '(' => open += 1,
                        ')' => open -= 1,
                        _ => {}
                    }
                    if open == 0 {
                        break;
                    }
                    group.push(inner);
                }
                if let Some((name, _)) = group
                    .strip_prefix("?P<")
                    .and_then(|rest| rest.split_once('>'))
                {
                    text.push_str(&format!("{{{name}}}"));
                } else if let Some(rest) = group.strip_prefix("?:") {
                    text.push_str(rest);
                } else {
                    text.push_str("{}");
                }
            }
            _ => text.push(letter),
        }
    }
    text
}

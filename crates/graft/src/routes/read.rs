//! Reads routes from the code that registers them.
//!
//! ```text
//! router.route("/x").get(a).post(b)          GET /x and POST /x of `router`
//! app.route({ method: 'GET', url: '/x' })    GET /x of `app`
//! re_path(r"^users/$", list_users)           any method, /users/
//! ```

use tree_sitter::Node;

use super::{METHODS, Route};
use crate::items::{Item, Source, decorators_of_item};
use crate::languages::{Kind, Language, field_text, node_text};

/// Returns the routes of an item.
pub(crate) fn of_item(file: &Source<'_>, item: &Item<'_>) -> Vec<Route> {
    match item.kind {
        Kind::Function | Kind::Class => decorators_of_item(item)
            .into_iter()
            .filter_map(|decorator| route_of_decorator(file, item, decorator))
            .collect(),
        Kind::Call => calls_of_statement(item.core)
            .into_iter()
            .filter_map(|call| route_of_call(file, call))
            .collect(),
        Kind::Entry if file.language == Language::Python => {
            route_of_path_call(file, item.node).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the route of a decorator: `@router.get("/x")`, `@app.route("/x", methods=["GET"])`,
/// `@Get(':id')`.
///
/// In a script the verb is the decorator's name, with a capital, and the prefix is the path of the
/// class's controller. None for a decorator that is not called.
fn route_of_decorator(file: &Source<'_>, item: &Item<'_>, decorator: Node<'_>) -> Option<Route> {
    let call = decorator
        .named_child(0)
        .filter(|call| call.kind().starts_with("call"))?;
    let callee = call.child_by_field_name("function")?;
    if file.language == Language::Python {
        return route_of_call(file, call);
    }
    let name = node_text(callee, file.text);
    let verb = METHODS
        .iter()
        .find(|method| name.eq_ignore_ascii_case(method) && name.starts_with(char::is_uppercase))?;
    let path = first_text(file, call).unwrap_or_default();
    let class = item.node.parent().and_then(|body| body.parent());
    let prefix = class
        .and_then(|class| controller_path(file, class))
        .unwrap_or_default();
    let receiver = class
        .map_or("", |class| field_text(class, "name", file.text))
        .to_owned();
    Some(Route {
        methods: methods_of(verb),
        path: with_leading_slash(&path),
        prefix,
        receiver,
    })
}

/// Returns the path of `@Controller('products')` or `@Controller({ path: 'products' })`.
///
/// Decorators before an `export` count too. None where the class has no controller, or its path is
/// no string.
fn controller_path(file: &Source<'_>, class: Node<'_>) -> Option<String> {
    let outer = class
        .parent()
        .filter(|outer| outer.kind() == "export_statement");
    let decorators = [Some(class), outer].into_iter().flatten().flat_map(|node| {
        let mut cursor = node.walk();
        node.children(&mut cursor)
            .filter(|child| child.kind() == "decorator")
            .collect::<Vec<_>>()
    });
    decorators
        .filter_map(|decorator| decorator.named_child(0))
        .find_map(|call| {
            let called = call
                .child_by_field_name("function")
                .map(|callee| node_text(callee, file.text))
                == Some("Controller");
            if !called {
                return None;
            }
            first_text(file, call).or_else(|| keyed_text(file, call, "path"))
        })
}

/// Returns the route of a call: `router.get("/x", …)`, `app.route("/x").get(…)`,
/// `app.route({ method: 'GET', url: '/x' })`.
fn route_of_call(file: &Source<'_>, call: Node<'_>) -> Option<Route> {
    let callee = call.child_by_field_name("function")?;
    let object = callee.child_by_field_name("object")?;
    let property = callee
        .child_by_field_name("property")
        .or_else(|| callee.child_by_field_name("attribute"))?;
    let verb = node_text(property, file.text);
    let receiver = node_text(object, file.text);
    if object.kind().starts_with("call") {
        return route_of_chained_call(file, object, verb);
    }
    let (prefix, receiver) = (String::new(), receiver.to_owned());
    if matches!(
        verb,
        "route" | "api_route" | "add_url_rule" | "add_api_route"
    ) {
        let path = first_text(file, call)
            .or_else(|| keyed_text(file, call, "url"))
            .or_else(|| keyed_text(file, call, "path"))?;
        // Without a list of methods Python's frameworks answer GET, the others all methods.
        let methods = find_keyword_value(file, call, "methods")
            .or_else(|| find_keyword_value(file, call, "method"));
        let methods = methods.map_or_else(
            || {
                if file.language == Language::Python {
                    vec!["GET".to_owned()]
                } else {
                    Vec::new()
                }
            },
            |value| parse_methods(node_text(value, file.text)),
        );
        return Some(Route {
            methods,
            path: with_leading_slash(&path),
            prefix,
            receiver,
        });
    }
    METHODS.contains(&verb).then_some(())?;
    let path = first_text(file, call).or_else(|| keyed_text(file, call, "path"))?;
    // `cache.get("key")` has no path.
    if !path.is_empty() && !path.starts_with(['/', '*', ':']) {
        return None;
    }
    Some(Route {
        methods: methods_of(verb),
        path,
        prefix,
        receiver,
    })
}

/// Returns the route of `router.route("/x").get(…)`: the path stands in the call before, `object`.
fn route_of_chained_call(file: &Source<'_>, object: Node<'_>, verb: &str) -> Option<Route> {
    let inner = object.child_by_field_name("function")?;
    let routes = inner
        .child_by_field_name("property")
        .is_some_and(|name| node_text(name, file.text) == "route");
    let path = first_text(file, object).filter(|_| routes)?;
    METHODS.contains(&verb).then(|| Route {
        methods: methods_of(verb),
        path: with_leading_slash(&path),
        prefix: String::new(),
        receiver: field_text(inner, "object", file.text).to_owned(),
    })
}

/// Returns the route of an entry in a list of urls: `path("users/", …)`, `re_path(r"^users/$", …)`.
///
/// `re_path(r"^users/$", list_users)` -> any method, `/users/`. Other signs of a pattern stay as
/// they are.
fn route_of_path_call(file: &Source<'_>, call: Node<'_>) -> Option<Route> {
    let callee = call
        .child_by_field_name("function")
        .filter(|_| call.kind() == "call")?;
    if !matches!(node_text(callee, file.text), "path" | "re_path" | "url") {
        return None;
    }
    let path = with_leading_slash(
        first_text(file, call)?
            .trim_start_matches('^')
            .trim_end_matches('$'),
    );
    Some(Route {
        methods: Vec::new(),
        path,
        prefix: String::new(),
        receiver: String::new(),
    })
}

/// Returns the calls that a statement chains, last to first: `router.route('/x').get(a).post(b)`.
fn calls_of_statement(node: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let mut at = Some(node);
    while let Some(node) = at {
        if node.kind().starts_with("call") {
            found.push(node);
            at = node
                .child_by_field_name("function")
                .and_then(|callee| callee.child_by_field_name("object"));
        } else {
            at = matches!(
                node.kind(),
                "await_expression" | "await" | "expression_statement"
            )
            .then(|| node.named_child(0))
            .flatten();
        }
    }
    found
}

/// Fills in the prefixes that the module gives its routers: `router = APIRouter(prefix="/users")`.
///
/// Only Python's, and only those that a value of the module is made with: what a module that
/// includes the router adds is not known here.
pub(super) fn give_prefixes<'r>(file: &Source<'_>, routes: impl Iterator<Item = &'r mut Route>) {
    if file.language != Language::Python {
        return;
    }
    let made: Vec<(String, String)> = file
        .items(file.root())
        .iter()
        .filter(|item| item.kind == Kind::Value)
        .filter_map(|item| {
            let call = item
                .core
                .child_by_field_name("right")
                .filter(|value| value.kind() == "call")?;
            let prefix = keyed_text(file, call, "prefix")
                .or_else(|| keyed_text(file, call, "url_prefix"))?;
            Some((item.name.clone(), prefix))
        })
        .collect();
    for route in routes {
        if let Some((_, prefix)) = made
            .iter()
            .find(|(receiver, _)| *receiver == route.receiver)
        {
            route.prefix.clone_from(prefix);
        }
    }
}

/// Returns the text of a call's first argument, where it is one.
/// None where there is no argument.
fn first_text(file: &Source<'_>, call: Node<'_>) -> Option<String> {
    let arguments = call.child_by_field_name("arguments")?;
    let mut cursor = arguments.walk();
    let first = arguments
        .named_children(&mut cursor)
        .find(|child| child.kind() != "comment")?;
    string_content(file, first)
}

/// Returns the content of a string without its quotes and prefix letters, as in `r"x"`.
/// None for what is no string; placeholders stay as they are written.
fn string_content(file: &Source<'_>, node: Node<'_>) -> Option<String> {
    if !matches!(node.kind(), "string" | "template_string") {
        return None;
    }
    let shown =
        node_text(node, file.text).trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    Some(shown.trim_matches(['"', '\'', '`']).to_owned())
}

/// Returns the value of a keyword of a call, or of a key of the object that it passes.
fn find_keyword_value<'t>(file: &Source<'_>, call: Node<'t>, name: &str) -> Option<Node<'t>> {
    let arguments = call.child_by_field_name("arguments")?;
    let mut cursor = arguments.walk();
    arguments
        .named_children(&mut cursor)
        .find_map(|argument| match argument.kind() {
            "keyword_argument" => (field_text(argument, "name", file.text) == name)
                .then(|| argument.child_by_field_name("value"))
                .flatten(),
            "object" => {
                let mut cursor = argument.walk();
                argument
                    .named_children(&mut cursor)
                    .find(|pair| {
                        pair.kind() == "pair" && field_text(*pair, "key", file.text) == name
                    })
                    .and_then(|pair| pair.child_by_field_name("value"))
            }
            _ => None,
        })
}

/// Returns the text of a keyword or key; `None` where its value is no string.
fn keyed_text(file: &Source<'_>, call: Node<'_>, name: &str) -> Option<String> {
    find_keyword_value(file, call, name).and_then(|value| string_content(file, value))
}

/// Returns the words of a list of methods, in capitals.
///
/// `["GET", 'post']` -> [`GET`, `POST`].
fn parse_methods(list: &str) -> Vec<String> {
    let parts = list
        .split(|letter: char| !letter.is_ascii_alphabetic())
        .filter(|word| !word.is_empty());
    parts.map(str::to_ascii_uppercase).collect()
}

/// Returns the methods that a verb of a router answers; none for `all`, which stands for each.
fn methods_of(verb: &str) -> Vec<String> {
    let verb = verb.to_ascii_uppercase();
    if matches!(verb.as_str(), "ALL" | "ANY") {
        Vec::new()
    } else {
        vec![verb]
    }
}

/// Returns a path with a slash in front.
fn with_leading_slash(path: &str) -> String {
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    }
}

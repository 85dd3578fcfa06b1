//! Routes as items of a file: which methods and paths a decorated function, a call of a router or an entry of a list of
//! urls answers, so that words like "the `GET /users/{id}` route" find theirs.
//!
//! ```text
//! @router.get("/{user_id}")        GET /{user_id}, behind the prefix of `router = APIRouter(prefix="/users")`
//! router.put("/:id", update)       PUT /:id
//! @Get(':id')                      GET /:id, behind the path of the class's `@Controller('products')`
//! path("users/", list_users)       any method, /users
//! ```

mod read;

use std::collections::HashMap;

use code::scopes::Scopes;
use tree_sitter::Node;

use crate::items::{Item, Source};
use crate::languages::{Kind, Language, imported_names};
use read::give_prefixes;
pub(crate) use read::of_item;

/// Names of the methods, as routers and decorators are called; the last ones answer all.
const METHODS: [&str; 9] = [
    "get", "post", "put", "patch", "delete", "head", "options", "all", "any",
];

/// The requests that one item answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// Upper case; empty where it answers every method.
    pub(crate) methods: Vec<String>,
    /// As written, without the prefix of its router.
    pub(crate) path: String,
    /// The prefix that the file gives its router.
    prefix: String,
    /// The object that it is registered on: `router`, `app`, the class.
    pub(crate) receiver: String,
}

/// A route as the words name it: a method, a path, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RouteName {
    /// Upper case.
    pub(crate) method: Option<String>,
    /// With its first slash.
    pub(crate) path: Option<String>,
}

impl RouteName {
    /// Reads `GET /users/{id}`, `/users/:id`, `:id`, `POST` or `@Get(':id')`; nothing where the text is no route.
    pub(crate) fn parse(text: &str) -> Option<RouteName> {
        if let Some(decorator) = text.strip_prefix('@') {
            return RouteName::of_decorator(decorator);
        }
        if text.starts_with(':') && text.len() > 1 && !text.contains(char::is_whitespace) {
            return Some(RouteName {
                method: None,
                path: Some(format!("/{text}")),
            });
        }
        let mut words = text.split_whitespace();
        let (first, second, rest) = (words.next()?, words.next(), words.next());
        // A word that is no method must be a path, and a path stands alone or behind a method.
        let method = is_method(first).then(|| first.to_owned());
        let path = match (&method, second) {
            (Some(_), second) => second,
            (None, None) => Some(first),
            (None, Some(_)) => return None,
        };
        if rest.is_some() || path.is_some_and(|path| !path.starts_with('/')) {
            return None;
        }
        Some(RouteName {
            method,
            path: path.map(str::to_owned),
        })
    }

    /// Reads `Get(':id')` and `router.get("/x")`.
    ///
    /// `Get(':id')` -> GET `/:id`. None for a call that is no method, and for `all` and `any`,
    /// which name none.
    fn of_decorator(text: &str) -> Option<RouteName> {
        let (callee, rest) = text.split_once('(')?;
        let verb = callee.rsplit('.').next().unwrap_or(callee);
        let method = METHODS
            .iter()
            .take(7)
            .find(|method| method.eq_ignore_ascii_case(verb))?;
        let quoted = rest.trim_start().strip_prefix(['\'', '"']);
        let path = quoted
            .and_then(|rest| rest.split(['\'', '"']).next())
            .unwrap_or("");
        let path = format!("/{}", path.trim_start_matches('/'));
        Some(RouteName {
            method: Some(method.to_ascii_uppercase()),
            path: Some(path),
        })
    }
}

/// Returns whether a word is a method in capitals, as words name one.
pub(crate) fn is_method(word: &str) -> bool {
    word.chars().all(|letter| letter.is_ascii_uppercase())
        && METHODS
            .iter()
            .take(7)
            .any(|method| word.eq_ignore_ascii_case(method))
}

/// Returns the items that the words mean: by the path as written, else with its parameters under other names; the path
/// with the prefix of its router counts before a path that only ends so.
pub(crate) fn find_named_routes(
    file: &Source<'_>,
    name: &RouteName,
    items: &[Item<'_>],
) -> Vec<usize> {
    let mut routes: Vec<(usize, Route)> = items
        .iter()
        .enumerate()
        .flat_map(|(at, item)| {
            of_item(file, item)
                .into_iter()
                .map(move |route| (at, route))
        })
        .filter(|(_, route)| {
            name.method
                .as_ref()
                .is_none_or(|method| route.answers(method))
        })
        .collect();
    give_prefixes(file, routes.iter_mut().map(|(_, route)| route));
    let Some(path) = &name.path else {
        // "The PUT route" is one that answers PUT and says so.
        return dedup_indices(
            routes
                .into_iter()
                .filter(|(_, route)| !route.methods.is_empty())
                .map(|(at, _)| at),
        );
    };
    let tiers: [&dyn Fn(&Route) -> bool; 4] = [
        &|route| same_path(&route.path, path, false) || same_path(&route.whole(), path, false),
        &|route| same_path(&route.path, path, true) || same_path(&route.whole(), path, true),
        &|route| route.prefix.is_empty() && ends_so(path, &route.path, false),
        &|route| route.prefix.is_empty() && ends_so(path, &route.path, true),
    ];
    for tier in tiers {
        let found = dedup_indices(
            routes
                .iter()
                .filter(|(_, route)| tier(route))
                .map(|(at, _)| *at),
        );
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Returns indices without those that repeat the one before: an item with several routes counts
/// once.
fn dedup_indices(found: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut found: Vec<usize> = found.collect();
    found.dedup();
    found
}

impl Route {
    /// Returns whether the route answers a method.
    fn answers(&self, method: &str) -> bool {
        self.methods.is_empty() || self.methods.iter().any(|one| one == method)
    }

    /// Returns the path with the prefix of its router: `/users/{id}`.
    fn whole(&self) -> String {
        format!(
            "/{}/{}",
            self.prefix.trim_matches('/'),
            self.path.trim_start_matches('/')
        )
    }

    /// Returns whether a request for the other one is answered by this one where it stands first: the same router and
    /// method, and a parameter of this path takes a part that the other one spells out.
    fn shadows(&self, other: &Route) -> bool {
        let met =
            self.methods.is_empty() || other.methods.iter().any(|method| self.answers(method));
        let (mine, theirs) = (path_segments(&self.path), path_segments(&other.path));
        if self.receiver != other.receiver || !met || mine.len() != theirs.len() {
            return false;
        }
        // One place at least must be wider, else both are the same route.
        let mut wider = false;
        mine.iter().zip(&theirs).all(|(one, two)| {
            let open = self.takes_any(one);
            wider |= open && !is_parameter(two);
            one == two || open
        }) && wider
    }
}

impl Route {
    /// Returns whether a part of its path takes any text. Flask chooses by what fits best, not by order; a list of urls
    /// is Django's.
    fn takes_any(&self, part: &str) -> bool {
        is_open(part) && (self.receiver.is_empty() || !part.starts_with('<'))
    }
}

impl std::fmt::Display for Route {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let methods = self.methods.join(", ");
        if methods.is_empty() {
            write!(to, "{}", self.path)
        } else {
            write!(to, "{methods} {}", self.path)
        }
    }
}

/// Returns the first of the items that answers what the new one is for, where the framework goes by the order of the text.
pub(crate) fn find_shadowing_route(
    file: &Source<'_>,
    items: &[Item<'_>],
    new: &[Route],
) -> Option<usize> {
    if new.is_empty() || chooses_by_fit(file) {
        return None;
    }
    items.iter().position(|old| {
        let there = of_item(file, old);
        there
            .iter()
            .any(|old| new.iter().any(|new| old.shadows(new)))
    })
}

/// Returns whether the framework chooses by fit, so that no order matters: Fastify does, known by
/// an import of it or by the name `fastify` that its plugins give their first parameter.
fn chooses_by_fit(file: &Source<'_>) -> bool {
    // Most files don't have the word at all.
    if file.language == Language::Python || !file.text.contains("fastify") {
        return false;
    }
    let scopes = Scopes::of_tree(file.language, file.root(), file.text);
    let is_bound = || {
        scopes
            .all
            .iter()
            .any(|scope| scope.bindings.iter().any(|one| one.name == "fastify"))
    };
    is_bound()
        || file
            .items(file.root())
            .iter()
            .any(|item| is_of_fastify(file, item))
}

/// Returns whether an item imports Fastify or one of its plugins.
fn is_of_fastify(file: &Source<'_>, item: &Item<'_>) -> bool {
    let modules = imported_names(file.language, item.node, file.text).unwrap_or_default();
    item.kind == Kind::Import
        && modules
            .iter()
            .any(|one| one.module == "fastify" || one.module.starts_with("@fastify/"))
}

/// Returns each route of the text that one above it in its list answers, with that one.
pub(crate) fn find_shadowed_routes(file: &Source<'_>) -> Vec<(Route, Route)> {
    let mut found = Vec::new();
    if !chooses_by_fit(file) {
        collect_shadowed(file, file.root(), &mut found);
    }
    found
}

/// Collects the pairs of routes of one list of which the upper one answers for the lower one, at
/// any depth.
fn collect_shadowed(file: &Source<'_>, node: Node<'_>, found: &mut Vec<(Route, Route)>) {
    if file.language.list(node).is_some() {
        let mut above = Above::default();
        for item in file.items(node) {
            for route in of_item(file, &item) {
                found.extend(
                    above
                        .that_shadow(&route)
                        .map(|one| (one.clone(), route.clone())),
                );
                above.push(route);
            }
        }
    }
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        collect_shadowed(file, child, found);
    }
}

/// Routes above another one, by what they can answer: only one with an open parameter answers for a path that is not its own.
///
/// ```text
/// GET /users/{id}     shape [open at 1], key "users/*"     found for /users/me, not asked for /orders/me
/// ```
#[derive(Default)]
struct Above {
    routes: Vec<Route>,
    /// For a receiver and the places of open parameters in a path of so many parts, the routes by the rest of the path.
    open: HashMap<(String, Vec<bool>), HashMap<String, Vec<usize>>>,
    /// For a receiver and a number of parts, which places are open in one of the routes.
    shapes: HashMap<(String, usize), Vec<Vec<bool>>>,
}

impl Above {
    /// Takes up a route below those that are there.
    fn push(&mut self, route: Route) {
        let parts = path_segments(&route.path);
        let shape: Vec<bool> = parts.iter().map(|part| route.takes_any(part)).collect();
        if shape.contains(&true) {
            let shapes = self
                .shapes
                .entry((route.receiver.clone(), parts.len()))
                .or_default();
            if !shapes.contains(&shape) {
                shapes.push(shape.clone());
            }
            let key = route_key(&parts, &shape);
            let same = self
                .open
                .entry((route.receiver.clone(), shape))
                .or_default();
            same.entry(key).or_default().push(self.routes.len());
        }
        self.routes.push(route);
    }

    /// Returns the routes that answer what another one is for, in the order of the text.
    fn that_shadow(&self, route: &Route) -> impl Iterator<Item = &Route> {
        let parts = path_segments(&route.path);
        let shapes = self
            .shapes
            .get(&(route.receiver.clone(), parts.len()))
            .map_or(&[][..], Vec::as_slice);
        let mut found: Vec<usize> = shapes
            .iter()
            .filter_map(|shape| {
                self.open
                    .get(&(route.receiver.clone(), shape.clone()))?
                    .get(&route_key(&parts, shape))
            })
            .flatten()
            .copied()
            .filter(|&at| self.routes.get(at).is_some_and(|one| one.shadows(route)))
            .collect();
        found.sort_unstable();
        found.into_iter().filter_map(|at| self.routes.get(at))
    }
}

/// Returns a path without the parts at open places.
fn route_key(parts: &[&str], shape: &[bool]) -> String {
    let shown = parts
        .iter()
        .zip(shape)
        .map(|(part, is_open)| if *is_open { "*" } else { part });
    shown.collect::<Vec<_>>().join("/")
}

/// Returns the parts of a path between its slashes; a pattern's anchors are none.
fn path_segments(path: &str) -> Vec<&str> {
    path.trim_start_matches('^')
        .trim_end_matches('$')
        .split('/')
        .filter(|part| !part.is_empty())
        .collect()
}

/// Returns whether a part of a path is a parameter: `{id}`, `:id`, `<id>`, or a group of a pattern.
fn is_parameter(part: &str) -> bool {
    part.starts_with(['{', ':', '<', '('])
}

/// Returns whether a parameter takes any text: no pattern and no type that a word can't have.
///
/// `{id}`, `:id`, `<str:name>`, `{path:path}` do, `{id:int}`, `:id(\\d+)` and `<int:id>` do not.
fn is_open(part: &str) -> bool {
    match part.chars().next() {
        // Behind a colon stands a convertor: the route is chosen by what it takes.
        Some('{') => {
            part.ends_with('}')
                && (!part.contains(':') || part.ends_with(":str}") || part.ends_with(":path}"))
        }
        Some(':') => part
            .chars()
            .skip(1)
            .all(|letter| letter.is_alphanumeric() || letter == '_'),
        Some('<') => {
            part.ends_with('>')
                && (!part.contains(':') || part.starts_with("<str:") || part.starts_with("<slug:"))
        }
        _ => false,
    }
}

/// Returns whether two paths have the same parts; with `any_name` parameters may be called
/// otherwise.
fn same_path(one: &str, other: &str, any_name: bool) -> bool {
    let (one, other) = (path_segments(one), path_segments(other));
    one.len() == other.len()
        && one
            .iter()
            .zip(&other)
            .all(|(one, other)| same_part(one, other, any_name))
}

/// Returns whether two parts are equal, or with `any_name` both parameters.
fn same_part(one: &str, other: &str, any_name: bool) -> bool {
    one == other || any_name && is_parameter(one) && is_parameter(other)
}

/// Returns whether the path that the words name ends as the route's, behind a prefix that stands elsewhere.
///
/// `/api/v1/users/{id}` ends as `/{id}` does. The prefix has at most three parts, none of them a
/// parameter.
fn ends_so(named: &str, own: &str, any_name: bool) -> bool {
    let (named, own) = (path_segments(named), path_segments(own));
    named.len() > own.len()
        && named.len() <= own.len() + 3
        && named
            .iter()
            .rev()
            .zip(own.iter().rev())
            .all(|(one, other)| same_part(one, other, any_name))
        && named
            .iter()
            .take(named.len() - own.len())
            .all(|part| !is_parameter(part))
}

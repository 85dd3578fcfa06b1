//! Calls of a Python function in its own file, after its parameters changed: those that no longer fit fail when they run.
//!
//! ```text
//! def row(user, review):          def row(user):
//!     …                      →        …
//! row(one, read(one))             row(one, read(one))   ← one argument too many
//! ```

use tree_sitter::Node;

use super::flow::list_functions;
use crate::items::Source;
use crate::languages::{Language, named_children, node_text};

/// The arguments that a function takes.
#[derive(Default)]
struct Takes {
    /// The number of arguments by their place; none where `*args` takes any.
    places: Option<usize>,
    /// Names of those that must be given, in the order of their places, then the others.
    needed: Vec<String>,
    /// All names; none where `**kwargs` takes any.
    names: Option<Vec<String>>,
}

/// Returns the first call of a function of the module that fitted it before the edit, and doesn't now: the function's name, and
/// where the call begins.
///
/// Methods, decorated functions and those inside of others are not looked at.
pub(crate) fn find_unfit_call(old: &Source<'_>, new: &Source<'_>) -> Option<(String, usize)> {
    if new.language != Language::Python {
        return None;
    }
    let had = list_functions(old);
    list_functions(new)
        .into_iter()
        .filter(|(name, _)| !name.contains('.'))
        .find_map(|(name, function)| {
            let (_, before) = had.iter().find(|(other, _)| *other == name)?;
            let parameters = |source: &Source<'_>, function: Node<'_>| {
                function
                    .child_by_field_name("parameters")
                    .map(|list| node_text(list, source.text).to_owned())
            };
            let is_plain = |function: Node<'_>| {
                function
                    .parent()
                    .is_some_and(|parent| parent.kind() == "module")
            };
            if parameters(old, *before) == parameters(new, function) || !is_plain(function) {
                return None;
            }
            let (was, takes) = (
                accepted_arguments(old, *before),
                accepted_arguments(new, function),
            );
            let mut calls = Vec::new();
            collect_calls(new, new.root(), &name, &mut calls);
            let broken = calls.into_iter().find(|call| {
                fits_function(new, *call, &was) && !fits_function(new, *call, &takes)
            })?;
            Some((name, broken.start_byte()))
        })
}

/// Reads the arguments that a function takes. Behind `*` they go by name only; a `/` and comments
/// are no parameters.
///
/// `a, b=1, *, c` -> 2 places, `a` and `c` needed, all three by name.
fn accepted_arguments(source: &Source<'_>, function: Node<'_>) -> Takes {
    let mut takes = Takes {
        places: Some(0),
        needed: Vec::new(),
        names: Some(Vec::new()),
    };
    let mut by_name = false;
    let list = function.child_by_field_name("parameters");
    for parameter in list.map(named_children).unwrap_or_default() {
        let shown = node_text(parameter, source.text);
        if shown.starts_with("**") {
            takes.names = None;
        } else if shown.starts_with('*') {
            by_name = true;
            if shown.len() > 1 {
                takes.places = None;
            }
        } else if parameter.kind() != "comment" && shown != "/" {
            let name = shown
                .split([':', '=', ' '])
                .next()
                .unwrap_or_default()
                .to_owned();
            let has_value = matches!(
                parameter.kind(),
                "default_parameter" | "typed_default_parameter"
            );
            if !has_value {
                takes.needed.push(name.clone());
            }
            takes
                .names
                .iter_mut()
                .for_each(|names| names.push(name.clone()));
            takes.places = takes.places.map(|places| places + usize::from(!by_name));
        }
    }
    takes
}

/// Collects the calls of a plain name below a node; `x.name()` is a call of something else.
fn collect_calls<'t>(source: &Source<'_>, node: Node<'t>, name: &str, found: &mut Vec<Node<'t>>) {
    let calls = node.kind() == "call"
        && node
            .child_by_field_name("function")
            .is_some_and(|called| node_text(called, source.text) == name);
    if calls {
        found.push(node);
    }
    for child in named_children(node) {
        collect_calls(source, child, name, found);
    }
}

/// Returns whether a call gives what a function takes; what is spread over the arguments may give anything.
///
/// Names given twice and places given by name as well are not looked for: the edit did not bring
/// them.
fn fits_function(source: &Source<'_>, call: Node<'_>, takes: &Takes) -> bool {
    let Some(list) = call
        .child_by_field_name("arguments")
        .filter(|list| list.kind() == "argument_list")
    else {
        return true;
    };
    let arguments: Vec<Node<'_>> = named_children(list)
        .into_iter()
        .filter(|one| one.kind() != "comment")
        .collect();
    if arguments
        .iter()
        .any(|one| matches!(one.kind(), "list_splat" | "dictionary_splat"))
    {
        return true;
    }
    let (named, placed): (Vec<Node<'_>>, Vec<Node<'_>>) = arguments
        .into_iter()
        .partition(|one| one.kind() == "keyword_argument");
    let names: Vec<&str> = named
        .iter()
        .filter_map(|one| {
            one.child_by_field_name("name")
                .map(|name| node_text(name, source.text))
        })
        .collect();
    let known = |name: &&str| {
        takes
            .names
            .as_ref()
            .is_none_or(|all| all.iter().any(|one| one == name))
    };
    let given = takes
        .needed
        .iter()
        .filter(|needed| names.contains(&needed.as_str()))
        .count();
    takes.places.is_none_or(|places| placed.len() <= places)
        && names.iter().all(known)
        && placed.len() + given >= takes.needed.len()
}

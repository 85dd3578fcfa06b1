//! Checks what Python demands of the members of a class: a method takes the object, a field without a value stands
//! before those with one.
//!
//! ```text
//! class TestTags:                        @dataclass
//!     def test_one(self): …              class Answer:
//!     def test_two(): …   ← takes none       text: str = ""
//!                                            found: bool   ← stands behind a field with a value
//! ```

use tree_sitter::Node;

use super::flow::list_functions;
use crate::items::Source;
use crate::languages::{Kind, Language, named_children, node_text};

/// Returns the first method that an edit brings without a receiver into a class whose methods take one: its name, and where
/// it begins.
pub(super) fn lost_receiver(old: &Source<'_>, new: &Source<'_>) -> Option<(String, usize)> {
    if new.language != Language::Python {
        return None;
    }
    let before = list_functions(old);
    let takes = |source: &Source<'_>, function: Node<'_>| {
        first_parameter(source, function).is_some_and(is_receiver)
    };
    let owner = |name: &str| name.rsplit_once('.').map(|(owner, _)| owner.to_owned());
    list_functions(new)
        .into_iter()
        .find_map(|(name, function)| {
            let class = owner(&name)?;
            let bare = |source: &Source<'_>, function: Node<'_>| {
                !takes(source, function)
                    && function
                        .parent()
                        .is_none_or(|parent| parent.kind() != "decorated_definition")
            };
            // In a class whose methods take none, as an interface of zope, nothing is amiss.
            let mut siblings = before
                .iter()
                .filter(|(one, _)| owner(one).as_ref() == Some(&class))
                .peekable();
            let is_usual = siblings.peek().is_some() && siblings.all(|(_, one)| !bare(old, *one));
            (is_usual && bare(new, function)).then_some((name, function.start_byte()))
        })
}

/// Returns the name of a function's first parameter.
///
/// `def f(self, x: int = 1)` -> `self`; `None` without parameters.
fn first_parameter<'s>(source: &'s Source<'_>, function: Node<'_>) -> Option<&'s str> {
    let first = named_children(function.child_by_field_name("parameters")?)
        .into_iter()
        .find(|one| one.kind() != "comment")?;
    let shown = node_text(first, source.text);
    Some(shown.split([':', '=']).next().unwrap_or_default().trim())
}

/// Returns whether a first parameter may be the object or the class; `*args` takes it, too.
fn is_receiver(name: &str) -> bool {
    name.starts_with('*')
        || ["self", "cls", "mcs", "mcls"].contains(&name.trim_start_matches('_'))
        || name == "_"
}

/// Returns the first field without a value behind one with a value, where Python then refuses the class: the class, the field,
/// and where it stands.
///
/// Only classes at the top of the module are looked at, by the first such field in each.
pub(super) fn misplaced_field(source: &Source<'_>) -> Option<(String, String, usize)> {
    if source.language != Language::Python {
        return None;
    }
    named_children(source.root()).into_iter().find_map(|node| {
        let (class, decorators) = match node.kind() {
            "decorated_definition" => {
                let class = node.child_by_field_name("definition")?;
                let decorators = named_children(node)
                    .into_iter()
                    .filter(|one| one.kind() == "decorator");
                (
                    class,
                    decorators
                        .map(|one| node_text(one, source.text))
                        .collect::<Vec<_>>(),
                )
            }
            _ => (node, Vec::new()),
        };
        if class.kind() != "class_definition" {
            return None;
        }
        let bases = class
            .child_by_field_name("superclasses")
            .map_or("", |bases| node_text(bases, source.text));
        let is_ordered =
            is_dataclass(&decorators) || ["(NamedTuple)", "(typing.NamedTuple)"].contains(&bases);
        let (field, at) = is_ordered
            .then(|| behind_a_value(source, class))
            .flatten()?;
        let name = class
            .child_by_field_name("name")
            .map_or("", |name| node_text(name, source.text));
        Some((name.to_owned(), field.to_owned(), at))
    })
}

/// Returns whether the standard library's decorator makes a constructor whose arguments have the order of the fields.
///
/// `kw_only` and `init` among its arguments say that there is no such order.
fn is_dataclass(decorators: &[&str]) -> bool {
    decorators.iter().any(|shown| {
        let (name, arguments) = shown
            .trim_start_matches('@')
            .trim()
            .split_once('(')
            .unwrap_or((shown, ""));
        let name = name.trim_start_matches('@').trim();
        let unordered = ["kw_only", "init"]
            .iter()
            .any(|option| arguments.contains(option));
        ["dataclass", "dataclasses.dataclass"].contains(&name) && !unordered
    })
}

/// Returns the first field of a class that has no value and stands behind one that has.
fn behind_a_value<'s>(source: &'s Source<'_>, class: Node<'_>) -> Option<(&'s str, usize)> {
    let mut has_value = false;
    for statement in named_children(class.child_by_field_name("body")?) {
        let Some(field) = statement
            .named_child(0)
            .filter(|one| one.kind() == "assignment")
        else {
            continue;
        };
        let part = |name: &str| {
            field
                .child_by_field_name(name)
                .map(|one| node_text(one, source.text))
        };
        let (Some(name), Some(kind)) = (part("left"), part("type")) else {
            continue;
        };
        // These are no arguments of the constructor, or say how those below them are given.
        if kind.contains("KW_ONLY") {
            return None;
        }
        if kind.contains("ClassVar") {
            continue;
        }
        match part("right") {
            // `field(...)` may leave the field out of the constructor, or give no value.
            Some(value) if value.contains("field(") && !value.contains("default") => return None,
            Some(_) => has_value = true,
            None if has_value => return Some((name, field.start_byte())),
            None => {}
        }
    }
    None
}

/// Returns the first annotated value that an edit brings to the top of a module and that is built as only fields of the
/// file's classes are: its name, the first such class, and where it begins.
///
/// `local: LocalConfig = Field(default=None)` beside `class Settings` whose fields are `Field(…)`.
pub(super) fn find_stray_field(
    old: &Source<'_>,
    new: &Source<'_>,
) -> Option<(String, String, usize)> {
    if new.language != Language::Python {
        return None;
    }
    let had: Vec<String> = list_built(old, old.root())
        .into_iter()
        .map(|one| one.name)
        .collect();
    let at_top: Vec<String> = list_built(old, old.root())
        .into_iter()
        .map(|one| one.callee)
        .collect();
    let classes: Vec<(String, String)> = old
        .items(old.root())
        .into_iter()
        .filter(|item| item.kind == Kind::Class)
        .filter_map(|item| Some((item.name.clone(), old.language.body(item.core)?)))
        .flat_map(|(class, body)| {
            let fields = list_built(old, body).into_iter();
            fields.map(move |field| (class.clone(), field.callee))
        })
        .collect();
    list_built(new, new.root()).into_iter().find_map(|one| {
        let (class, _) = classes.iter().find(|(_, callee)| *callee == one.callee)?;
        (one.annotated && !had.contains(&one.name) && !at_top.contains(&one.callee))
            .then(|| (one.name, class.clone(), one.at))
    })
}

/// An assignment of what a call gives.
struct Built {
    name: String,
    callee: String,
    annotated: bool,
    at: usize,
}

/// Returns the assignments of a list whose value is a call.
fn list_built(source: &Source<'_>, list: Node<'_>) -> Vec<Built> {
    let values = source.items(list).into_iter();
    values
        .filter(|item| item.kind == Kind::Value)
        .filter_map(|item| {
            let value = item.core.child_by_field_name("right")?;
            let callee = value.child_by_field_name("function")?;
            Some(Built {
                callee: node_text(callee, source.text).to_owned(),
                annotated: item.core.child_by_field_name("type").is_some(),
                at: item.bare,
                name: item.name,
            })
        })
        .collect()
}

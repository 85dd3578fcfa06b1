//! Bare statements: they take the place that the words name or that their own lines show. Where nothing tells one, they go
//! to the module's own level only where something like them stands there.
//!
//! ```text
//! block                    file                                     words            result
//! app.use(cors())          app.use(json()) at the top               none             below it: its like stands there
//! app.use(cors())          app.use(json()) in `create()`            none             by `loose`, into that body
//! total = 1                total = 0 in `run()`                     "replace"        in the place of that one
//! send(x)                  functions that send nothing              none             refused: nothing says where
//! ```

use code::scopes::{Scopes, When};
use tree_sitter::Node;

use crate::items::{Item, Source};
use crate::languages::{Kind, Language, List, field_text, named_children};
use crate::loose::{Hints, contains_item, insert_bare_items, only_definition, replace_each};
use crate::merge::{Merger, Pair};
use crate::neighbours::find_mentioned_items;
use crate::prose::{Prose, Relation};
use crate::reading::Reading;
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// Tries to place bare statements or entries by what stands beside them.
pub(super) fn insert_loose_items(
    merger: &mut Merger<'_, '_, '_>,
    reading: &Reading,
    hints: &Hints<'_>,
    items: &[Item<'_>],
) -> Result<bool, Refusal> {
    if let Some(list) = reading.wrapped {
        if list != List::Entries {
            return Ok(false);
        }
        let inner = list_wrapped_items(merger, items);
        return insert_bare_items(merger, &inner, hints, true);
    }
    if hints.local_imports && are_imports(items) {
        return insert_imports(merger, hints, items);
    }
    if !is_bare(items) {
        return Ok(false);
    }
    let code: Vec<&Item<'_>> = code_of(items).collect();
    let root = merger.file.items(merger.file.root());
    let known = code.iter().any(|item| {
        root.iter()
            .any(|old| old.kind == item.kind && old.name == item.name)
    });
    let stepping = code.iter().any(|item| item.kind == Kind::Statement);
    if known && !stepping && !hints.inside {
        return Ok(false);
    }
    // "Replace each, both, the two … with": every statement takes the place of one.
    if hints.prose.only_replaces()
        && code.len() > 1
        && !known
        && replace_each(merger, items, hints)?
    {
        return Ok(true);
    }
    let stays = |item: &&Item<'_>| item.kind != Kind::Import || hints.local_imports;
    let members: Vec<Item<'_>> = items.iter().filter(stays).cloned().collect();
    if insert_bare_items(merger, &members, hints, false)? {
        return Ok(true);
    }
    if stepping
        || hints.local_imports
        || hints.inside && code.iter().any(|item| item.kind == Kind::Call)
    {
        let siblings: Vec<&str> = code.iter().skip(1).map(|item| item.name.as_str()).collect();
        if let Some(first) = code.first() {
            return Err(no_position_refusal(first, hints, &siblings));
        }
    }
    refuse_unlike(merger, &code, (&root, hints))?;
    let stands = |item: &&Item<'_>| contains_item(merger.file, merger.file.root(), item);
    if hints.prose.is_for_a_body && !code.iter().all(stands) {
        return Err(new_refusal(
            Reason::NotFound,
            "the words put the block inside a function, and do not name it",
        ));
    }
    if hints.prose.only_replaces() && !code.iter().any(stands) {
        return Err(new_refusal(
            Reason::NotFound,
            "nothing is found that the block could replace, as the plan says it does",
        ));
    }
    Ok(false)
}

/// Returns the items in the wrapper that was put around bare entries to read them: the last item of the snippet.
fn list_wrapped_items<'n>(merger: &Merger<'_, '_, 'n>, items: &[Item<'n>]) -> Vec<Item<'n>> {
    let wrapper = items
        .iter()
        .rev()
        .find(|item| !matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import));
    wrapper
        .and_then(|wrapper| merger.snippet.language.body(wrapper.core))
        .map(|body| merger.snippet.items(body))
        .unwrap_or_default()
}

/// Places imports that belong to a function: beside what the words name there, else at its top.
///
/// A function that is not there refuses, since at the top of the file they would run for all of it.
fn insert_imports(
    merger: &mut Merger<'_, '_, '_>,
    hints: &Hints<'_>,
    items: &[Item<'_>],
) -> Result<bool, Refusal> {
    if insert_bare_items(merger, items, hints, false)? {
        return Ok(true);
    }
    let file = merger.file;
    let body =
        function_named(file, hints.prose).and_then(|function| function.child_by_field_name("body"));
    let Some(body) = body else {
        return Err(new_refusal(
            Reason::NotFound,
            "the function in which the words put the imports is not in the file",
        ));
    };
    let new = items.to_vec();
    merger.merge_list(&Pair {
        node: body,
        kind: List::Statements,
        old: file.items(body),
        new,
        wrapped: false,
    })?;
    Ok(true)
}

/// Refuses imports that the words put into what the file does not have: at its top they may be in the wrong file.
///
/// The name of the file itself is what holds the imports at its top.
pub(super) fn hold_owner(
    path: &str,
    file: &Source<'_>,
    items: &[Item<'_>],
    prose: &Prose,
) -> Result<(), Refusal> {
    if file.language != Language::Python || !are_imports(items) {
        return Ok(());
    }
    let stem = path
        .rsplit('/')
        .next()
        .and_then(|name| name.split('.').next())
        .unwrap_or_default();
    let is_name =
        |name: &str| name != stem && name.chars().all(|one| one.is_alphanumeric() || one == '_');
    let names = prose
        .related(Relation::Within, "", &[])
        .into_iter()
        .map(|name| name.trim_end_matches("()"));
    let Some(missing) = names
        .filter(|name| is_name(name))
        .find(|name| !file.text.contains(name))
    else {
        return Ok(());
    };
    let message = format!("the words put the imports into `{missing}`, which is not in the file");
    Err(new_refusal(Reason::NotFound, message))
}

/// Returns the only function of the file into which the words put the block.
///
/// A decorated one as well. None for a class or a value, and for a script's function.
fn function_named<'t>(file: &'t Source<'_>, prose: &Prose) -> Option<Node<'t>> {
    let mut names = prose.related(Relation::Within, "", &[]).into_iter();
    names.find_map(|name| {
        let at = only_definition(file, name)?;
        let mut node = file
            .root()
            .named_descendant_for_byte_range(at.start, at.end.max(at.start + 1) - 1)?;
        while node.kind() != "function_definition" {
            node = node.child_by_field_name("definition")?;
        }
        Some(node)
    })
}

/// Returns whether items are imports and nothing else that runs.
fn are_imports(items: &[Item<'_>]) -> bool {
    items
        .iter()
        .all(|item| matches!(item.kind, Kind::Import | Kind::Comment | Kind::Marker))
}

/// Returns whether a block of nothing but imports has its place in a function: the words name it, or a neighbour that
/// stands there and not at the top of the file.
pub(super) fn are_placed_inside(file: &Source<'_>, items: &[Item<'_>], prose: &Prose) -> bool {
    if file.language != Language::Python || !are_imports(items) {
        return false;
    }
    if function_named(file, prose).is_some() {
        return true;
    }
    let root = file.items(file.root());
    [Relation::After, Relation::Before]
        .into_iter()
        .any(|relation| {
            let names = prose.related(relation, "", &[]);
            let stands = |name: &str, items: &[Item<'_>]| {
                !find_mentioned_items(file, (prose, relation), name, items).is_empty()
            };
            names.into_iter().any(|name| {
                !stands(name, &root) && any_body(file, file.root(), &|items| stands(name, items))
            })
        })
}

/// Refuses calls and assignments to attributes of a file that has functions, where no words give them a place and nothing
/// like them stands at the module's own level: they may as well take the place of some inside the functions.
fn refuse_unlike(
    merger: &Merger<'_, '_, '_>,
    code: &[&Item<'_>],
    (root, hints): (&[Item<'_>], &Hints<'_>),
) -> Result<(), Refusal> {
    let file = merger.file;
    if !any_body(file, file.root(), &|_| true) {
        return Ok(());
    }
    let scopes = Scopes::of_tree(file.language, file.root(), file.text);
    let names: Vec<&str> = code.iter().map(|item| item.name.as_str()).collect();
    for item in code {
        let siblings: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| *name != item.name)
            .collect();
        let is_placed = hints.prose.end(&item.name, &siblings).is_some()
            || hints.prose.appends(&item.name, &siblings);
        if is_placed && hints.prose.end_of(&item.name, &siblings).is_none() {
            continue;
        }
        // A block may bring the variable itself on which it then works.
        let is_own = code
            .iter()
            .any(|one| one.kind == Kind::Value && one.name == first_name_part(&item.name));
        let is_stranger = if has_side_effect(item) {
            !is_own && !is_like_the_module(file, root, &scopes, item)
        } else {
            // A variable of a function is not one of the module.
            item.kind == Kind::Value
                && !hints.prose.adds_something()
                && !root
                    .iter()
                    .any(|old| old.kind == Kind::Value && old.name == item.name)
                && works_inside(file, &|old| {
                    old.kind == Kind::Value && old.name == item.name
                })
        };
        if is_stranger {
            return Err(no_position_refusal(item, hints, &siblings));
        }
    }
    Ok(())
}

/// Checks that no value came to the module's top beside a class of its like, where no words put it there: what reads the
/// class never sees it.
///
/// Words about an end of the module put it there.
pub(super) fn hold_settings(
    old: &Source<'_>,
    result: &Source<'_>,
    prose: &Prose,
) -> Result<(), Refusal> {
    let root = old.items(old.root());
    let is_new = |item: &&Item<'_>| {
        item.kind == Kind::Value
            && prose.end(&item.name, &[]).is_none()
            && !root
                .iter()
                .any(|known| known.kind == Kind::Value && known.name == item.name)
    };
    for item in result.items(result.root()).iter().filter(is_new) {
        if let Some(class) = class_of_its_like(old, &root, item) {
            let message = format!(
                "`{}` may be an attribute of `{class}`, as all values of its form in the file are, and the plan doesn't \
                 say into what it goes",
                item.name
            );
            return Err(new_refusal(Reason::Ambiguous, message));
        }
    }
    Ok(())
}

/// Returns the class that the module makes one of, whose attributes have the form of a new value, `debug: bool = False`,
/// where no value of the module has it: settings that are kept in a class are read from there.
fn class_of_its_like<'t>(
    file: &Source<'_>,
    root: &'t [Item<'_>],
    item: &Item<'_>,
) -> Option<&'t str> {
    let has_type = |item: &Item<'_>| {
        item.kind == Kind::Value
            && expression_of_statement(item.core)
                .child_by_field_name("type")
                .is_some()
    };
    if file.language != Language::Python || !has_type(item) {
        return None;
    }
    let keeps = |class: &&Item<'_>| {
        let body = file.language.body(class.core);
        let is_made = |old: &Item<'_>| creates_instance(file, old, &class.name);
        class.kind == Kind::Class
            && root.iter().any(is_made)
            && body.is_some_and(|body| file.items(body).iter().any(has_type))
            && !root.iter().any(|old| has_type(old) && !is_made(old))
    };
    root.iter().find(keeps).map(|class| class.name.as_str())
}

/// Returns whether an item of a module makes what others read of a class, of its defaults alone: `settings = Settings()`,
/// or a function that ends with `return Settings()`.
fn creates_instance(file: &Source<'_>, item: &Item<'_>, class: &str) -> bool {
    let value = match item.kind {
        Kind::Value => expression_of_statement(item.core).child_by_field_name("right"),
        Kind::Function => file.language.body(item.core).and_then(|body| {
            let last = named_children(body).into_iter().next_back()?;
            last.named_child(0)
                .filter(|_| last.kind() == "return_statement")
        }),
        _ => None,
    };
    value.is_some_and(|call| {
        let arguments = call.child_by_field_name("arguments");
        field_text(call, "function", file.text) == class
            && arguments.is_some_and(|all| named_children(all).is_empty())
    })
}

/// Returns the expression that a statement consists of, or the statement itself.
fn expression_of_statement(statement: Node<'_>) -> Node<'_> {
    statement
        .named_child(0)
        .filter(|_| statement.kind() == "expression_statement")
        .unwrap_or(statement)
}

/// Returns a refusal for a statement that has no place: it names the place that the words state, if they do.
///
/// The name of an item may be all of its text, so it is cut at sixty characters.
fn no_position_refusal(item: &Item<'_>, hints: &Hints<'_>, siblings: &[&str]) -> Refusal {
    let name: String = item.name.chars().take(60).collect();
    let stated = hints
        .prose
        .phrases(&item.name, siblings)
        .into_iter()
        .find(|phrase| phrase.is_stated);
    let why = match stated {
        Some(phrase) => format!(
            "{}, beside which `{name}` belongs, is not there",
            phrase.shown()
        ),
        None => format!(
            "nothing says where `{name}` goes: no line of the file is repeated, nothing like it stands at its top, and the \
             prose names no neighbour"
        ),
    };
    new_refusal(Reason::NotFound, why)
}

/// Returns whether a statement does something and binds nothing. What a test runner reads at the top of a file is a
/// declaration.
///
/// `app.use(x)` and `app.locals.x = 1` do; `describe(…)`, `x = 1` and `exports.x = 1` do not.
fn has_side_effect(item: &Item<'_>) -> bool {
    const DECLARE: [&str; 12] = [
        "it",
        "test",
        "describe",
        "suite",
        "beforeEach",
        "afterEach",
        "beforeAll",
        "afterAll",
        "before",
        "after",
        "jest.mock",
        "vi.mock",
    ];
    let is_exported = item.name.starts_with("exports.") || item.name.starts_with("module.exports");
    let called = item.name.split('(').next().unwrap_or_default();
    let declares = DECLARE.contains(&called) || DECLARE.contains(&first_name_part(called));
    item.kind == Kind::Call && !declares
        || item.name.contains(['.', '[']) && item.kind == Kind::Value && !is_exported
}

/// Returns the first name of what is called or assigned to: `app` of `app.state.x`.
fn first_name_part(name: &str) -> &str {
    name.split(['.', '(', '[', '?']).next().unwrap_or(name)
}

/// Returns whether the module's own level does something with the same subject, or has it as a variable that no
/// function works on.
fn is_like_the_module(
    file: &Source<'_>,
    root: &[Item<'_>],
    scopes: &Scopes,
    item: &Item<'_>,
) -> bool {
    let called = first_name_part(&item.name);
    let same = |old: &Item<'_>| old.kind == Kind::Call && first_name_part(&old.name) == called;
    if root
        .iter()
        .any(|old| same(old) || has_side_effect(old) && first_name_part(&old.name) == called)
    {
        return true;
    }
    let has_member = item.name.len() > called.len() && !item.name[called.len()..].starts_with('(');
    let is_variable = root
        .iter()
        .any(|old| old.kind == Kind::Value && old.name == called);
    let is_read = || {
        scopes
            .reads
            .iter()
            .any(|read| read.name == called && read.when == When::ImportTime)
    };
    has_member && (is_variable || is_read()) && !works_inside(file, &same)
}

/// Returns whether the body of some function has a statement that passes the test.
fn works_inside(file: &Source<'_>, test: &dyn Fn(&Item<'_>) -> bool) -> bool {
    any_body(file, file.root(), &|items| items.iter().any(test))
}

/// Returns whether the statements of some body pass the test.
fn any_body(file: &Source<'_>, node: Node<'_>, test: &dyn Fn(&[Item<'_>]) -> bool) -> bool {
    let own = file.language.list(node) == Some(List::Statements) && test(&file.items(node));
    let mut cursor = node.walk();
    own || node
        .named_children(&mut cursor)
        .any(|child| any_body(file, child, test))
}

/// Returns the items that are code, imports aside.
fn code_of<'i, 'n>(items: &'i [Item<'n>]) -> impl Iterator<Item = &'i Item<'n>> {
    items
        .iter()
        .filter(|item| !matches!(item.kind, Kind::Marker | Kind::Comment | Kind::Import))
}

/// Returns whether the items are statements as they stand in a function: values and calls, no definitions and no tests.
fn is_bare(items: &[Item<'_>]) -> bool {
    let tests = |item: &Item<'_>| {
        item.kind == Kind::Call
            && matches!(
                item.name.split(['(', '.']).next(),
                Some("it" | "test" | "describe")
            )
    };
    let bare = |item: &Item<'_>| {
        matches!(item.kind, Kind::Value | Kind::Call | Kind::Statement)
            || item.kind == Kind::Function && item.core.kind() == "lexical_declaration"
    };
    code_of(items).next().is_some() && code_of(items).all(bare) && !code_of(items).all(tests)
}

//! Items that the words name by their sort, read from the tree: "the imports", "the existing assertion", "the return".
//!
//! ```text
//! app.use(cors())              middleware: everything passes it
//! app.use('/users', users)     a route: it has a path
//! expect(x).toBe(1)            an assertion
//! ```

use crate::items::{Item, Source};
use crate::languages::{Kind, node_text};
use crate::prose::{Pick, Relation, Sort};
use crate::routes;

/// Returns the items of a list that are of a sort, in order.
pub(crate) fn of_sort(file: &Source<'_>, sort: Sort, items: &[Item<'_>]) -> Vec<usize> {
    items
        .iter()
        .enumerate()
        .filter(|(_, item)| is_of(file, sort, item))
        .map(|(at, _)| at)
        .collect()
}

/// Returns the index beside which words with this sort put something; `None` where there is none, or nothing tells
/// which one.
///
/// "Before" means before all of them, "after" behind all, unless the words pick the first or the
/// last one.
pub(crate) fn index_beside(
    found: &[usize],
    relation: Relation,
    pick: Option<Pick>,
) -> Option<usize> {
    let (first, last) = (*found.first()?, *found.last()?);
    Some(match (relation, pick) {
        (Relation::Before, Some(Pick::Last)) => last,
        (Relation::Before, _) => first,
        (_, Some(Pick::First)) => first + 1,
        _ => last + 1,
    })
}

/// Returns whether an item is of a sort.
fn is_of(file: &Source<'_>, sort: Sort, item: &Item<'_>) -> bool {
    let kind = item.node.kind();
    match sort {
        Sort::Import => item.kind == Kind::Import,
        Sort::Assertion => is_assertion(file, item),
        Sort::Route => !routes::of_item(file, item).is_empty() || mounts_routes(item),
        Sort::Middleware => item.kind == Kind::Call && adds_middleware(&item.name),
        Sort::Return => kind == "return_statement",
        Sort::Loop => matches!(
            kind,
            "for_statement" | "for_in_statement" | "while_statement" | "do_statement"
        ),
        Sort::Condition => kind == "if_statement",
        Sort::Assignment => item.kind == Kind::Value,
        Sort::Test => is_test(item),
        Sort::Function => item.kind == Kind::Function && !is_test(item),
        Sort::Class => item.kind == Kind::Class,
        Sort::Field => item.kind == Kind::Value || item.kind == Kind::Entry,
        Sort::Constructor => {
            item.kind == Kind::Function && matches!(item.name.as_str(), "constructor" | "__init__")
        }
    }
}

/// Returns whether a call adds routes that stand elsewhere: `app.use('/users', users)`, `app.include_router(users)`.
fn mounts_routes(item: &Item<'_>) -> bool {
    let (callee, first) = item.name.split_once('(').unwrap_or((&item.name, ""));
    let verb = callee.rsplit('.').next().unwrap_or(callee);
    item.kind == Kind::Call
        && (verb == "use" && first.starts_with(['\'', '`'])
            || matches!(verb, "include_router" | "register_blueprint" | "mount"))
}

/// Returns whether a call of this name adds what every request passes: `app.use(cors())`, `app.add_middleware(…)`.
fn adds_middleware(name: &str) -> bool {
    let (callee, first) = name.split_once('(').unwrap_or((name, ""));
    let verb = callee.rsplit('.').next().unwrap_or(callee);
    verb == "add_middleware" || verb == "use" && !first.starts_with(['\'', '`'])
}

/// Returns whether the item is a test by its form.
pub(crate) fn is_test(item: &Item<'_>) -> bool {
    match item.kind {
        Kind::Function => item.name.starts_with("test_"),
        Kind::Call => matches!(item.name.split(['(', '.']).next(), Some("it" | "test")),
        _ => false,
    }
}

/// Returns whether an item is an assertion: `assert x`, `self.assertEqual(…)`, `assert.equal(…)`,
/// `expect(x).toBe(…)`, `x.should.equal(…)`.
fn is_assertion(file: &Source<'_>, item: &Item<'_>) -> bool {
    if item.node.kind() == "assert_statement" {
        return true;
    }
    let mut node = item.core;
    while matches!(
        node.kind(),
        "await_expression" | "await" | "expression_statement"
    ) {
        let Some(inner) = node.named_child(0) else {
            return false;
        };
        node = inner;
    }
    let is_chain = node.kind().starts_with("call") || node.kind().ends_with("member_expression");
    is_chain && {
        let shown = node_text(node, file.text);
        let head = shown.split(['(', '[']).next().unwrap_or_default();
        head.split('.')
            .any(|part| part.starts_with("assert") || matches!(part, "expect" | "should"))
    }
}

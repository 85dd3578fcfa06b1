//! Statements that stand once by nature: a chain of calls that grows, a server that listens, tables that are made.
//!
//! ```text
//! file     createApp(App).mount('#app')
//! block    createApp(App).use(router).mount('#app')    the file's chain with more in it: replaces it
//! block    createApp(App).mount('#root')               another end: a statement of its own
//! ```

use tree_sitter::Node;

use crate::items::{Item, Source};
use crate::languages::{Kind, List, named_children, node_text};
use crate::merge::{Merger, Pair};
use crate::splice::{location_at, new_refusal};
use crate::{Reason, Refusal};

/// Calls of which a program makes one, by the last name of the callee and the receivers for which that holds; no
/// receivers: any.
///
/// `""` among the receivers is a call without one, `bootstrap(App)`. A second call beside the first
/// would listen, run or start once more, so both can't be meant.
const ONCE: [(&str, &[&str]); 6] = [
    ("listen", &[]),
    ("create_all", &[]),
    ("execute_from_command_line", &[]),
    (
        "run",
        &[
            "uvicorn",
            "hypercorn",
            "app",
            "application",
            "server",
            "asyncio",
            "anyio",
            "mcp",
            "bot",
            "web",
        ],
    ),
    ("serve", &["uvicorn", "server", "app", "Deno", "Bun"]),
    ("bootstrap", &[""]),
];

/// The relation of a statement of the file to one that the snippet shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CallChange {
    /// The snippet's is the file's with more in it.
    Grown,
    /// Both cannot stand, and the snippet's lacks something.
    Changed,
}

/// Returns the one statement of the list that the call shown replaces, as both cannot stand; empty where it is new.
pub(super) fn find_replaced_call(
    merger: &Merger<'_, '_, '_>,
    pair: &Pair<'_, '_>,
    item: &Item<'_>,
) -> Result<Vec<usize>, Refusal> {
    let adds = merger.prose.adds_something() && !merger.prose.replaces_something();
    // Entries of a list may repeat, and what the words add to a body is new.
    if item.kind != Kind::Call
        || pair.kind == List::Entries
        || pair.kind == List::Statements && adds
    {
        return Ok(Vec::new());
    }
    // In a body only a call with more in it replaces: another one there may be meant to run as
    // well.
    let found: Vec<(usize, CallChange)> = pair
        .old
        .iter()
        .enumerate()
        .filter_map(|(at, old)| {
            compare_calls((merger.file, old), (merger.snippet, item)).map(|kin| (at, kin))
        })
        .filter(|(_, kin)| pair.kind == List::Module || *kin == CallChange::Grown)
        .collect();
    let told = merger.prose.replaces_something() || merger.is_elided(item.node);
    let problem = match found.as_slice() {
        [] => return Ok(Vec::new()),
        [(only, kin)] if *kin == CallChange::Grown || told => return Ok(vec![*only]),
        [_] => new_refusal(
            Reason::Conflict,
            format!(
                "`{}` stands here with more than the block shows of it, and can stand only once",
                item.name
            ),
        ),
        several => new_refusal(
            Reason::Ambiguous,
            format!(
                "`{}` could replace {} statements, and nothing tells which",
                item.name,
                several.len()
            ),
        ),
    };
    let candidates = found
        .iter()
        .filter_map(|&(at, _)| pair.old.get(at))
        .map(|old| location_at(merger.file.text, old.start));
    Err(Refusal {
        candidates: candidates.collect(),
        ..problem
    })
}

/// Compares a statement of the file with one shown; `None` where both may stand, or where the
/// file's is no call.
fn compare_calls(
    old: (&Source<'_>, &Item<'_>),
    new: (&Source<'_>, &Item<'_>),
) -> Option<CallChange> {
    if old.1.kind != Kind::Call {
        return None;
    }
    // A call that stands once is the same by its callee, `app.listen(3000)` and
    // `app.listen(PORT, cb)`; how many arguments are shown tells whether it lost some.
    if let Some(callee) = stands_once(&new.1.name) {
        let same = stands_once(&old.1.name) == Some(callee);
        let fewer = count_arguments(new.1.core) < count_arguments(old.1.core);
        return same.then_some(if fewer {
            CallChange::Changed
        } else {
            CallChange::Grown
        });
    }
    // Chains are the same where the first and the last call are; the links between them may have
    // grown.
    let (there, shown) = (
        calls_of_chain(old.1.core, old.0.text),
        calls_of_chain(new.1.core, new.0.text),
    );
    if there.len() < 2
        || shown.len() < 2
        || there.first() != shown.first()
        || there.last() != shown.last()
    {
        return None;
    }
    let mut rest = shown.iter();
    let kept = there.iter().all(|link| rest.any(|one| one == link));
    Some(if kept {
        CallChange::Grown
    } else {
        CallChange::Changed
    })
}

/// Returns the callee of a call that a program makes once.
///
/// `uvicorn.run('main:app')` -> `uvicorn.run`; `run()` and `task.run()` -> `None`, as those
/// receivers are not in the table.
pub(crate) fn stands_once(name: &str) -> Option<&str> {
    let (callee, _) = name.split_once('(')?;
    let (receiver, verb) = callee.rsplit_once('.').unwrap_or(("", callee));
    ONCE.iter()
        .any(|(one, receivers)| {
            *one == verb
                && (receivers.contains(&receiver) || receivers.is_empty() && !receiver.is_empty())
        })
        .then_some(callee)
}

/// Returns the calls of a chain, first to last: `createApp(App)`, `.use(router)`, `.mount('#app')`.
///
/// Quotes and blanks are made alike, so that `use("a",)` is `use('a')`. A node that is no call has
/// no links.
fn calls_of_chain(node: Node<'_>, source: &str) -> Vec<String> {
    let squeezed = |node: Node<'_>| -> String {
        let bare: String = node_text(node, source).split_whitespace().collect();
        bare.replace('"', "'").replace(",)", ")")
    };
    // `await start()` is the call that it waits for.
    let mut links = Vec::new();
    let mut at = node;
    while matches!(
        at.kind(),
        "await_expression" | "await" | "expression_statement"
    ) {
        let Some(inner) = at.named_child(0) else {
            return links;
        };
        at = inner;
    }
    while let (true, Some(function)) = (
        at.kind().starts_with("call"),
        at.child_by_field_name("function"),
    ) {
        let passed = at
            .child_by_field_name("arguments")
            .map(squeezed)
            .unwrap_or_default();
        // `a.b.c()` has an object that is no call: its chain begins there, and the whole of it is
        // the first link.
        let mut object = function.child_by_field_name("object");
        while let Some(inner) = object.filter(|one| !one.kind().starts_with("call")) {
            object = inner.child_by_field_name("object");
        }
        let Some(object) = object else {
            links.push(format!("{}{passed}", squeezed(function)));
            break;
        };
        let name = source
            .get(object.end_byte()..function.end_byte())
            .unwrap_or_default();
        links.push(format!(
            "{}{passed}",
            name.split_whitespace().collect::<String>()
        ));
        at = object;
    }
    links.reverse();
    links
}

/// Returns the number of arguments that a call is passed, 0 for what is no call.
fn count_arguments(node: Node<'_>) -> usize {
    let mut at = node;
    while matches!(
        at.kind(),
        "await_expression" | "await" | "expression_statement"
    ) {
        let Some(inner) = at.named_child(0) else {
            return 0;
        };
        at = inner;
    }
    at.child_by_field_name("arguments")
        .map_or(0, |arguments| arguments.named_child_count())
}

/// Returns whether a call has a path for its first argument: `app.use('/users', users)`.
pub(super) fn is_mounted(item: &Item<'_>) -> bool {
    let first = item.name.split_once('(');
    first.is_some_and(|(_, first)| first.starts_with(['\'', '`']))
}

/// Returns whether nothing of an app is reached behind a call: it starts to listen, or handles what all above it throw,
/// with Express a function of four parameters.
pub(super) fn ends_the_app(item: &Item<'_>) -> bool {
    let statement = item.core.kind() == "expression_statement";
    let inner = item.core.named_child(0).filter(|_| statement);
    let call = inner.unwrap_or(item.core);
    let passed = call.child_by_field_name("arguments").map(named_children);
    let handles = |one: &Node<'_>| {
        let parameters = one.child_by_field_name("parameters");
        parameters.is_some_and(|all| all.named_child_count() == 4)
    };
    stands_once(&item.name).is_some() || passed.is_some_and(|all| all.iter().any(handles))
}

//! Tells to which value of a file a block belongs that doesn't show what stands around it.
//!
//! ```text
//! file                 block            words
//! scripts:             test: vitest     "to `scripts`"      Entry(scripts): the words put it there
//!   build: tsc         build: vite                          Entry(scripts): no other value has the key `build`
//! name: app            name: web                            Root: the key stands at the top
//! ```

use super::identity::same_things;
use super::stated::find_stated_owner;
use super::tops::accepts_top_key;
use super::tree::{Child, Document, Extent, Node};
use super::value::Value;
use crate::formats::Request;
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// Where a block belongs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Owner<'n> {
    /// To a document as a whole.
    Root(&'n Node),
    /// To the value of this entry.
    Entry(&'n Child),
    /// To this list, as a new entry.
    New(&'n Child),
}

/// Finds the document that a block is for: the only one, else the one that its keys and values stand in alone.
///
/// Of a file with a `kind: Service` and a `kind: Deployment`, a block with `kind: Service` is for
/// the first.
pub(super) fn find_document<'n>(whole: &'n [Node], asked: &Node) -> Result<&'n Node, Refusal> {
    // A line that parts documents may have nothing below it.
    let roots = || whole.iter().filter(|root| !root.is_absent());
    let all: Vec<&'n Node> = if roots().count() > 0 {
        roots().collect()
    } else {
        whole.iter().collect()
    };
    if let [only] = all[..] {
        return Ok(only);
    }
    let told: Vec<(&Node, (usize, usize))> = all
        .iter()
        // Pairs of shared values and shared keys: values outweigh keys, however many.
        .map(|root| (*root, count_agreement(root, &all, asked)))
        .collect();
    let most = told.iter().map(|(_, told)| *told).max().unwrap_or_default();
    let best: Vec<&Node> = told
        .iter()
        .filter(|(_, told)| *told == most && most != (0, 0))
        .map(|(root, _)| *root)
        .collect();
    match best[..] {
        [only] => Ok(only),
        _ => Err(new_refusal(
            Reason::Ambiguous,
            format!(
                "the file holds {} documents, and the block doesn't say which of them it is for",
                all.len()
            ),
        )),
    }
}

/// Counts what a block and one document share that not all documents have: values, and keys.
///
/// A key that all documents have, as `apiVersion`, tells none of them apart and doesn't count.
fn count_agreement(root: &Node, roots: &[&Node], asked: &Node) -> (usize, usize) {
    let (mut values, mut keys) = (0, 0);
    let mut path = Vec::new();
    visit_leaves(asked, &mut path, &mut |path, value| {
        let at = |root: &Node| find_node_at_path(root, path).map(Node::value);
        let own = at(root);
        values += usize::from(
            own.as_ref() == Some(value)
                && !roots.iter().all(|root| at(root).as_ref() == Some(value)),
        );
        keys += usize::from(own.is_some() && !roots.iter().all(|root| at(root).is_some()));
    });
    let shared =
        |key: &str| root.get(key).is_some() && !roots.iter().all(|root| root.get(key).is_some());
    keys += asked
        .children()
        .iter()
        .filter(|child| shared(&child.key.text))
        .count();
    (values, keys)
}

/// Calls `see` with the path and value of everything in a map that is no map itself.
///
/// `{a: {b: 1}, c: [2]}` -> `a.b` with 1, `c` with `[2]`.
fn visit_leaves<'n>(node: &'n Node, path: &mut Vec<&'n str>, see: &mut dyn FnMut(&[&str], &Value)) {
    if !node.is_map() {
        see(path, &node.value());
    }
    for child in node.children().iter().filter(|_| node.is_map()) {
        path.push(&child.key.text);
        visit_leaves(&child.node, path, see);
        path.pop();
    }
}

/// Follows keys inward: [`a`, `b`] -> the value of `b` in that of `a`. None where a key is missing.
fn find_node_at_path<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter()
        .try_fold(node, |node, key| node.get(key).map(|child| &child.node))
}

/// Finds what a block is merged into.
///
/// The order goes from what the block is to what the words say: its form, headers, words for the
/// top, a path in the words, keys of the top, and last the readings of `find_owner_candidates`.
pub(super) fn find_owner<'n>(
    request: &Request<'_>,
    root: &'n Node,
    asked: &Document,
    block: &Node,
) -> Result<Owner<'n>, Refusal> {
    let keys: Vec<&str> = block
        .children()
        .iter()
        .map(|child| child.key.text.as_str())
        .collect();
    // A list is for a file that is a list; a single value has no other place.
    if root.is_list() == block.is_list() && (block.is_list() || block.as_scalar().is_some())
        || root.as_scalar().is_some()
    {
        return Ok(Owner::Root(root));
    }
    // A table's header is its path from the top, whatever the words around it name.
    let is_headed = !keys.is_empty() && block.children().iter().all(Child::is_apart);
    if block.is_map() && is_headed {
        return Ok(Owner::Root(root));
    }
    if block.is_map() && request.wording.goes_to_top(request.path) {
        return Ok(Owner::Root(root));
    }
    let fits = |child: &Child| can_take(child, block);
    if let Some(stated) = find_stated_owner(request, root, &fits)? {
        return Ok(Owner::Entry(stated));
    }
    if block.is_map() && request.wording.names_the_top() {
        return Ok(Owner::Root(root));
    }
    if block.is_map() {
        if keys.is_empty() || keys.iter().any(|key| root.get(key).is_some()) {
            return Ok(Owner::Root(root));
        }
        if let Some(entry) = list_of(request, root, block)? {
            return Ok(entry);
        }
    }
    let mut all: Vec<&Child> = Vec::new();
    root.visit(&mut |child| all.push(child));
    let readings = find_owner_candidates(request, &all, asked.extent, block);
    if let Some((reading, only)) = readings
        .iter()
        .enumerate()
        .find_map(|(at, found)| Some((at, innermost_entry(found)?)))
    {
        // The last reading is a mere mention, which a key of the top outweighs.
        if reading + 1 == readings.len() {
            refuse_top_keys(request, &keys, only)?;
        }
        refuse_other_form(request, only, block)?;
        return Ok(Owner::Entry(only));
    }
    // What has brackets or a header of its own may be a part of the top, bare entries only if
    // nothing else claims them.
    let could_be_top = match asked.extent {
        Extent::Enclosed => readings.iter().map(Vec::len).sum::<usize>() < 2,
        Extent::Flush => readings[..4].iter().all(Vec::is_empty),
        Extent::Part => !all.iter().any(|child| child.node.is_map()),
    };
    let is_for_a_part = asked.extent == Extent::Flush && is_for_a_part(root, block, &readings[4]);
    if could_be_top && block.is_map() && !is_for_a_part {
        return Ok(Owner::Root(root));
    }
    Err(unowned_refusal(block, &keys))
}

/// Returns whether a block of lone values is for one of the entries that the words mention, below the top: "the app
/// environment" names what a lone value is for.
fn is_for_a_part(root: &Node, block: &Node, mentioned: &[&Child]) -> bool {
    let is_nested = |child: &&Child| !root.children().iter().any(|own| std::ptr::eq(own, *child));
    let mut values = block.children().iter();
    values.all(|child| child.node.as_scalar().is_some()) && mentioned.iter().any(is_nested)
}

/// Makes the refusal of a block of which nothing says what it belongs to.
fn unowned_refusal(block: &Node, keys: &[&str]) -> Refusal {
    let shown = if block.is_list() {
        "a list's entries".to_owned()
    } else {
        keys.join(", ")
    };
    let message = format!(
        "the block shows {shown}, and neither it nor the plan says to what in the file they belong"
    );
    new_refusal(Reason::Ambiguous, message)
}

/// Returns whether an entry has, or could get, a value of the block's form and is no entry that the block shows itself.
fn can_take(child: &Child, block: &Node) -> bool {
    let kind = if block.is_list() {
        child.node.is_list()
    } else {
        child.node.is_map()
    };
    (kind || child.node.is_absent()) && (block.is_list() || block.get(&child.key.text).is_none())
}

/// Refuses keys of which the format says that all of them may stand at the top, where the words merely name an entry.
///
/// Passes where the format has no fixed keys or one of the block's is none of them.
fn refuse_top_keys(request: &Request<'_>, keys: &[&str], named: &Child) -> Result<(), Refusal> {
    let is_top = |key: &&str| accepts_top_key(request.path, key) == Some(true);
    if keys.is_empty() || !keys.iter().all(is_top) {
        return Ok(());
    }
    let message = format!(
        "`{}` may go to the top or into `{}`, which the words name",
        keys.join(", "),
        named.key.text
    );
    Err(new_refusal(Reason::Ambiguous, message))
}

/// Refuses a list where the words name a part of the owner that is a map, and the other way round.
fn refuse_other_form(request: &Request<'_>, owner: &Child, block: &Node) -> Result<(), Refusal> {
    let is_part = |child: &&Child| {
        child.key.text.chars().any(char::is_alphabetic)
            && request.wording.names(&child.key.text)
            && block.get(&child.key.text).is_none()
            && child.node.is_list() != block.is_list()
            && child.node.as_scalar().is_none()
    };
    match owner.node.children().iter().find(is_part) {
        Some(part) => {
            let message = format!(
                "the block has another form than `{}`, which the words name",
                part.key.text
            );
            Err(new_refusal(Reason::Conflict, message))
        }
        None => Ok(()),
    }
}

/// Returns the only one of the entries, or the only one that lies in entries of all their other names: "the app environment"
/// is that of `app`.
///
/// Of `app` and `environment` that is the `environment` within `app`, wherever other ones stand.
/// `None` where several are left.
fn innermost_entry<'n>(found: &[&'n Child]) -> Option<&'n Child> {
    let lies_in = |inner: &Child, outer: &Child| {
        outer.span.start <= inner.span.start && inner.span.end <= outer.span.end
    };
    let holds = |one: &Child, name: &str| {
        found
            .iter()
            .any(|other| other.key.text == name && lies_in(one, other))
    };
    let mut meant = found
        .iter()
        .filter(|one| found.iter().all(|other| holds(one, &other.key.text)));
    let only = meant.next()?;
    meant.next().is_none().then_some(*only)
}

/// Returns the entries that a block could belong to, by one reading after another, surest first: the words put it into them,
/// quote them, they share a key or an entry with it, the words speak of one of them, or name them.
fn find_owner_candidates<'n>(
    request: &Request<'_>,
    all: &[&'n Child],
    extent: Extent,
    block: &Node,
) -> [Vec<&'n Child>; 5] {
    let fits = |child: &&Child| {
        let kind = if block.is_list() {
            child.node.is_list()
        } else {
            child.node.is_map()
        };
        let named = !child.key.text.is_empty() && block.get(&child.key.text).is_none();
        (kind || child.node.is_absent()) && (named || block.is_list())
    };
    let which = |holds: &dyn Fn(&Child) -> bool| -> Vec<&'n Child> {
        all.iter()
            .copied()
            .filter(fits)
            .filter(|child| holds(child))
            .collect()
    };
    let shares = |child: &Child| {
        block.children().iter().any(|own| {
            let item = || {
                child
                    .node
                    .children()
                    .iter()
                    .any(|item| item.node.value() == own.node.value())
            };
            let listed =
                || block.is_list() && (item() || !same_things(&child.node, &own.node).is_empty());
            child.node.get(&own.key.text).is_some() || listed()
        })
    };
    let wording = request.wording;
    // What shows brackets of its own may be meant as it stands.
    let bare = |found: Vec<&'n Child>| {
        if extent == Extent::Enclosed {
            Vec::new()
        } else {
            found
        }
    };
    [
        which(&|child| wording.goes_into(&child.key.text)),
        bare(which(&|child| wording.quotes(&child.key.text))),
        which(&shares),
        bare(which(&|child| wording.names_one_of(&child.key.text))),
        bare(which(&|child| wording.names(&child.key.text))),
    ]
}

/// Takes a block for an entry of a list: the one of its name, or a new one where the words ask for it.
fn list_of<'n>(
    request: &Request<'_>,
    root: &'n Node,
    block: &Node,
) -> Result<Option<Owner<'n>>, Refusal> {
    // More than half of the block's keys must be keys of an entry: then it is of that kind.
    let alike = |item: &Child| {
        let shared = block
            .children()
            .iter()
            .filter(|child| item.node.get(&child.key.text).is_some())
            .count();
        shared * 2 > block.children().len()
    };
    let lists: Vec<&Child> = root
        .children()
        .iter()
        .filter(|child| child.node.is_list() && child.node.children().iter().any(alike))
        .collect();
    let [list] = lists[..] else { return Ok(None) };
    let equal = list
        .node
        .children()
        .iter()
        .find(|item| item.node.value() == block.value());
    if let Some(item) = equal {
        return Ok(Some(Owner::Entry(item)));
    }
    if let [at] = same_things(&list.node, block)[..] {
        return Ok(list.node.children().get(at).map(Owner::Entry));
    }
    if request.wording.adds() {
        return Ok(Some(Owner::New(list)));
    }
    let message = format!(
        "the block looks like an entry of `{}`, and the plan doesn't say to add one",
        list.key.text
    );
    Err(new_refusal(Reason::Ambiguous, message))
}

//! Tells which object of a file a block belongs to that doesn't show the objects around it.

use super::read::{Kind, Node};
use super::{same, same_identity};
use crate::formats::Request;
use crate::splice::refusal;
use crate::{Reason, Refusal};

/// Where a block belongs.
pub(super) enum Owner<'n> {
    /// In this object, which stands under this key.
    Object(Option<&'n str>, &'n Node),
    /// It is an entry of the list under this key of the whole.
    EntryOf(&'n str),
}

/// The owner of a block; `bare` says that it shows no braces of its own.
pub(super) fn owner<'n>(
    request: &Request<'_>,
    there: &'n Node,
    source: &str,
    asked: &Node,
    bare: bool,
) -> Result<Owner<'n>, Refusal> {
    let keys: Vec<&str> = asked.members().iter().map(|member| member.key.as_str()).collect();
    let whole = Owner::Object(None, there);
    if asked.members().is_empty() || keys.iter().any(|key| there.member(key).is_some()) {
        return Ok(whole);
    }
    if let Some(entry) = entry(request, there, source, asked)? {
        return Ok(entry);
    }
    let objects = objects(there);
    let which = |fits: &dyn Fn(&str, &Node) -> bool| -> Vec<(Option<&'n str>, &'n Node)> {
        objects.iter().filter(|(key, node)| fits(key, node)).map(|&(key, node)| (Some(key), node)).collect()
    };
    let wording = request.wording;
    let into = which(&|key, _| wording.goes_into(key));
    let owning = which(&|_, node| keys.iter().any(|key| node.member(key).is_some()));
    let only_bare = |fits: &dyn Fn(&str, &Node) -> bool| if bare { which(fits) } else { Vec::new() };
    let quoted = only_bare(&|key, _| wording.quotes(key));
    let collections = only_bare(&|key, _| wording.names_one_of(key));
    let named = only_bare(&|key, _| wording.names(key));
    for found in [&into, &quoted, &owning, &collections, &named] {
        if let [(key, node)] = found[..] {
            return Ok(Owner::Object(key, node));
        }
    }
    let scalars = asked.members().iter().any(|member| matches!(member.value.kind, Kind::Scalar));
    let ambiguous = into.len() + owning.len() > 1 || (bare && (scalars || named.len() > 1));
    if !ambiguous {
        return Ok(whole);
    }
    let message = format!("the block shows {} without saying which object of the file they belong to", keys.join(", "));
    Err(refusal(Reason::Ambiguous, message))
}

/// All objects that stand under a key.
fn objects(there: &Node) -> Vec<(&str, &Node)> {
    let mut found = Vec::new();
    there.visit(&mut |key, node| {
        if let (Some(key), Kind::Object(_)) = (key, &node.kind) {
            found.push((key, node));
        }
    });
    found
}

/// The block as an entry of a list: the one of its name, or a new one where the words ask for it.
fn entry<'n>(request: &Request<'_>, there: &'n Node, source: &str, asked: &Node) -> Result<Option<Owner<'n>>, Refusal> {
    let alike = |item: &Node| {
        let shared = asked.members().iter().filter(|member| item.member(&member.key).is_some()).count();
        shared * 2 > asked.members().len()
    };
    let lists: Vec<(&str, &Node)> = there
        .members()
        .iter()
        .map(|member| (member.key.as_str(), &member.value))
        .filter(|(_, list)| list.items().iter().any(alike))
        .collect();
    let [(key, list)] = lists[..] else { return Ok(None) };
    if list.items().iter().any(|item| same(request.text, item, source, asked)) {
        return Ok(Some(Owner::EntryOf(key)));
    }
    if let Some(item) = same_identity(request.text, list, source, asked) {
        return Ok(Some(Owner::Object(Some(key), item)));
    }
    if request.wording.adds() {
        return Ok(Some(Owner::EntryOf(key)));
    }
    let message = format!("the block looks like an entry of `{key}`, and the plan doesn't say to add one");
    Err(refusal(Reason::Ambiguous, message))
}

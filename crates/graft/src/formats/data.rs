//! Data: formats that say values by key. A format reads a text into a tree of typed values; one engine merges a block into
//! it, and checks by reading the result again that it says what the file and the block say together.
//!
//! `{"a": 1, "b": {"c": "x"}}` and the block `"b": {"d": 2}` are read to trees; `merge` finds `b` in both, `d` in the block
//! alone, and asks `write` to put `"d": 2` after `c`; the result must read as `{"a": 1, "b": {"c": "x", "d": 2}}`.

mod value;

mod tree;

mod lines;

mod identity;

mod stated;
mod tops;
mod owner;

mod write;

mod merge;

use super::Request;
use crate::splice::{new_refusal, refuse_graft};
use crate::{Graft, Reason};

pub(super) use identity::parse_package;
pub(super) use lines::{Found, read_lines};
pub(super) use tree::{
    Child, Content, Document, Extent, Node, Role, Shape, find_elisions, is_dots, lead_of,
    mark_elisions,
};
pub(super) use value::{Kind, Scalar};

/// The description of a data format: its reader, its signs and its rules.
#[derive(Debug, Clone, Copy)]
pub(super) struct Syntax {
    /// The format as messages call it.
    pub(super) name: &'static str,
    /// Reads a text; an error says what is wrong with it.
    pub(super) read: fn(&str, Role) -> Result<Document, String>,
    /// The sign between a key and its value.
    pub(super) colon: &'static str,
    /// The beginning of a comment.
    pub(super) comment: &'static str,
    /// An entry is a line, and what leads to it comments and blank lines.
    pub(super) by_line: bool,
    /// A value that stands is never overwritten by another one.
    pub(super) keeps_values: bool,
    /// Of several entries under one key the last one counts; else each is for something else, told by `variant`.
    pub(super) last_wins: bool,
    /// Entries that stand in order are kept in order.
    pub(super) sorted: bool,
    /// Returns the environment or the like that a value is for, where several may stand under one key.
    pub(super) variant: fn(&str) -> &str,
    /// Returns whether even a strict reader takes a text; a file that is so stays so.
    pub(super) strict: fn(&str) -> bool,
}

impl Syntax {
    /// Stands for a reader where a format gives its own.
    fn unread(_: &str, _: Role) -> Result<Document, String> {
        Err("no reader".to_owned())
    }

    /// The common rules, for formats to change some of them.
    pub(super) const PLAIN: Syntax = Syntax {
        name: "",
        read: Syntax::unread,
        colon: "",
        comment: "#",
        by_line: false,
        keeps_values: false,
        last_wins: false,
        sorted: false,
        variant: |_| "",
        strict: |_| false,
    };
}

/// Checks that a text is of the format; the error says what is wrong with it.
pub(super) fn check_data_syntax(text: &str, syntax: &Syntax) -> Result<(), String> {
    (syntax.read)(text, Role::File).map(|_| ())
}

/// Returns what a text holds entries of, in order: its keys at any depth, and of lists the names that their texts bear.
/// `{"a": ["b>=1", "c"]}` has `a`, `b` and `c`. None where it is not of the format.
pub(super) fn list_entries(text: &str, syntax: &Syntax) -> Option<Vec<String>> {
    let document = (syntax.read)(text, Role::File).ok()?;
    let mut found = Vec::new();
    document
        .roots
        .iter()
        .for_each(|root| collect_entries(root, &mut found));
    Some(found)
}

/// Collects the names of entries, parents before what is in them.
fn collect_entries(node: &Node, found: &mut Vec<String>) {
    for child in node.children().iter().filter(|child| !child.is_comment()) {
        match child.node.as_scalar().filter(|_| node.is_list()) {
            Some(scalar) => found.push(
                identity::name_of(scalar).map_or_else(|| scalar.text.clone(), |(name, _)| name),
            ),
            None if node.is_map() => found.push(child.key.text.clone()),
            None => {}
        }
        collect_entries(&child.node, found);
    }
}

/// Places the block by a splice of the request's text.
pub(super) fn apply_to_data(request: &Request<'_>, syntax: &Syntax) -> Graft {
    let there = match (syntax.read)(request.text, Role::File) {
        Ok(there) => there,
        Err(error) => {
            return refuse_graft(
                Reason::Syntax,
                format!("{} is not {}: {error}", request.path, syntax.name),
            );
        }
    };
    let asked = match (syntax.read)(request.snippet, Role::Block) {
        Ok(asked) => asked,
        Err(error) => {
            return refuse_graft(
                Reason::Syntax,
                format!("the block is not {}: {error}", syntax.name),
            );
        }
    };
    let (graft, expected) = match merge::merge_documents(request, syntax, &there, &asked) {
        Ok(merged) => merged,
        Err(refusal) => return Graft::Refused(refusal),
    };
    let Graft::Applied(applied) = &graft else {
        return graft;
    };
    // The proof: what was written reads as what the merge has worked out.
    let read = match (syntax.read)(&applied.text, Role::File) {
        Ok(read) => read.roots.iter().map(Node::value).collect::<Vec<_>>(),
        Err(error) => {
            return refuse_graft(
                Reason::Unproven,
                format!("the result would not be {}: {error}", syntax.name),
            );
        }
    };
    if read != expected {
        let message = "the result would not say what the file and the block say together";
        return Graft::Refused(new_refusal(Reason::Unproven, message));
    }
    if (syntax.strict)(request.text) && !(syntax.strict)(&applied.text) {
        let message = format!(
            "the block has what strict {} does not allow, and the file has none",
            syntax.name
        );
        return Graft::Refused(new_refusal(Reason::Unproven, message));
    }
    graft
}

//! Merges a block's values into a file's: what is equal by type stays, what differs is changed where the words or the block
//! allow it, what is new goes beside its neighbours. Every step gives the value that the result must have.
//!
//! ```text
//! file            block              result
//! port: 80        port: 8080         refused, unless the words speak of changing, or the block shows the whole file
//! tags: [a]       tags: [a, b]       tags: [a, b]
//!                 debug: true        debug: true, as a new entry
//! ```

mod lists;

use super::owner::{Owner, find_document, find_owner};
use super::tops::{refuse_foreign, refuse_untext};
use super::tree::{Child, Content, Document, Node};
use super::value::{Kind, Value};
use super::write::{At, EntryPosition, Fresh, Writer};
use super::{Shape, Syntax};
use crate::formats::Request;
use crate::formats::wording::ProsePosition;
use crate::splice::{location_at, new_refusal};
use crate::{Graft, Reason, Refusal};

/// Merges a block into a file; gives the values that the documents of the result must have.
pub(super) fn merge_documents(
    request: &Request<'_>,
    syntax: &Syntax,
    there: &Document,
    asked: &Document,
) -> Result<(Graft, Vec<Value>), Refusal> {
    let mut writer = Writer::new(request.text, there, asked, syntax);
    let mut expected: Vec<Value> = there.roots.iter().map(Node::value).collect();
    let shown: Vec<&Node> = asked
        .roots
        .iter()
        .filter(|root| asked.roots.len() == 1 || !root.is_absent())
        .collect();
    for block in shown {
        if block.is_absent() || block.as_scalar().is_none() && block.children().is_empty() {
            return Err(new_refusal(Reason::Unclear, "the block holds no entry"));
        }
        let root = find_document(&there.roots, block)?;
        let owner = if syntax.by_line {
            Owner::Root(root)
        } else {
            find_owner(request, root, asked, block)?
        };
        let mut merge = Merge {
            request,
            syntax,
            source: &asked.source,
            sole: block.leaves() == 1,
            whole: false,
            writer,
            path: Vec::new(),
            retyped: Vec::new(),
            adds: false,
        };
        let (target, value) = merge.begin(owner, block)?;
        merge.refuse_retyping_in_passing()?;
        let at = there
            .roots
            .iter()
            .position(|known| std::ptr::eq(known, root))
            .unwrap_or_default();
        expected[at] = with_replaced_value(root, target, &value);
        writer = merge.writer;
    }
    Ok((writer.finish(), expected))
}

/// Returns a value with the part at `target` in another form.
fn with_replaced_value(node: &Node, target: &Node, value: &Value) -> Value {
    if std::ptr::eq(node, target) {
        return value.clone();
    }
    let rest = |child: &Child| with_replaced_value(&child.node, target, value);
    let own = match &node.content {
        Content::Scalar(_) => return node.value(),
        Content::List(items) => Value::List(items.iter().map(rest).collect()),
        Content::Map(children) => {
            let said = children.iter().filter(|child| !child.is_comment());
            Value::Map(
                said.map(|child| (child.key.text.clone(), rest(child)))
                    .collect(),
            )
        }
    };
    with_tags(node, own)
}

/// Returns the value under the node's tags: `!Ref name` for the value `name`.
fn with_tags(node: &Node, value: Value) -> Value {
    node.tag.iter().fold(value, |value, tag| {
        Value::Tagged(tag.clone(), Box::new(value))
    })
}

/// Returns the value of an entry as a side of the merge.
fn at_entry(child: &Child) -> At<'_> {
    At {
        node: &child.node,
        child: Some(child),
    }
}

/// The state of merging one block into its owner.
struct Merge<'a> {
    request: &'a Request<'a>,
    syntax: &'a Syntax,
    source: &'a str,
    /// The block shows one value and nothing else.
    sole: bool,
    /// The block shows the whole of what it is merged into.
    whole: bool,
    writer: Writer<'a>,
    path: Vec<String>,
    /// Values that get another type and no other content, without a word of it: names and places in the file.
    retyped: Vec<(String, usize)>,
    /// Something is added.
    adds: bool,
}

impl<'a> Merge<'a> {
    /// Merges the block into its owner; gives what was merged into and its new value.
    fn begin(&mut self, owner: Owner<'a>, block: &'a Node) -> Result<(&'a Node, Value), Refusal> {
        let asked = At {
            node: block,
            child: None,
        };
        match owner {
            Owner::Root(root) if root.is_absent() => {
                if block.has_elision() {
                    return Err(new_refusal(
                        Reason::NotFound,
                        "the block leaves parts out, and the file is empty",
                    ));
                }
                self.writer.fill_file();
                Ok((root, block.value()))
            }
            Owner::Root(root) => {
                refuse_foreign(self.request.path, root, block)?;
                self.whole = is_whole(root, block);
                let value = self.node(
                    At {
                        node: root,
                        child: None,
                    },
                    asked,
                )?;
                Ok((root, value))
            }
            Owner::Entry(child) => {
                self.whole = is_whole(&child.node, block);
                self.path.push(child.key.text.clone());
                let value = self.node(at_entry(child), asked)?;
                Ok((&child.node, value))
            }
            Owner::New(list) => {
                self.writer
                    .add_evidence(format!("added an entry to `{}`", list.key.text));
                self.writer.insert_root(at_entry(list), block)?;
                let known = list.node.children().iter();
                let mut items: Vec<Value> = known.map(|item| item.node.value()).collect();
                items.push(block.value());
                Ok((&list.node, with_tags(&list.node, Value::List(items))))
            }
        }
    }

    /// Merges one value into another; gives the value that the result must have.
    fn node(&mut self, there: At<'a>, asked: At<'a>) -> Result<Value, Refusal> {
        let (old, new) = (there.node, asked.node);
        if new.is_elision() {
            return Ok(old.value());
        }
        if !new.is_map() && old.value() == new.value() {
            return Ok(old.value());
        }
        match (&old.content, &new.content) {
            (Content::Map(_), Content::Map(_)) if old.tag == new.tag => self.map(there, asked),
            (Content::List(_), Content::List(_)) if old.tag == new.tag => self.list(there, asked),
            (Content::Scalar(_), Content::Map(_) | Content::List(_)) if old.is_absent() => {
                self.adds = true;
                self.report_added();
                self.writer.fill(there, asked)?;
                Ok(new.value())
            }
            _ => self.change(there, asked),
        }
    }

    /// Merges entry by entry: known ones each into its own, new ones in order or beside the one shown before them.
    fn map(&mut self, there: At<'a>, asked: At<'a>) -> Result<Value, Refusal> {
        let known = there.node.children();
        let mut values: Vec<Value> = known.iter().map(|child| child.node.value()).collect();
        let sorts = self.keeps_order(there.node);
        let mut fresh: Vec<(EntryPosition, &'a Child)> = Vec::new();
        let mut previous = self.stated_position(|name| there.node.position(name));
        for child in asked.node.children() {
            if child.parted {
                previous = EntryPosition::End;
            }
            self.path.push(child.key.text.clone());
            if let Some(at) = self.find_entry(there.node, child)? {
                previous = EntryPosition::After(at);
                values[at] = self.node(at_entry(&known[at]), at_entry(child))?;
            } else {
                self.may_be_added(child, &fresh)?;
                if let [.., part, _] = self.path.as_slice() {
                    refuse_untext(self.request.path, part, child)?;
                }
                let place = if sorts {
                    sorted_place(there.node, &child.key.text)
                } else {
                    previous
                };
                fresh.push((place, child));
            }
            self.path.pop();
        }
        if sorts {
            fresh.sort_by(|one, other| one.1.key.text.cmp(&other.1.key.text));
        }
        self.adds |= !fresh.is_empty();
        self.writer.insert_new_entries(
            there,
            &Fresh {
                shape: asked.node.shape,
                path: &self.path,
                entries: &fresh,
            },
        )?;
        values.extend(fresh.iter().map(|(_, child)| child.node.value()));
        let children = known.iter().chain(fresh.iter().map(|(_, child)| *child));
        let said = children
            .zip(values)
            .filter(|(child, _)| !child.is_comment());
        Ok(with_tags(
            there.node,
            Value::Map(
                said.map(|(child, value)| (child.key.text.clone(), value))
                    .collect(),
            ),
        ))
    }

    /// Finds the entry that has the key of one that is asked for.
    fn find_entry(&self, there: &Node, asked: &Child) -> Result<Option<usize>, Refusal> {
        let known = there.children();
        let named: Vec<usize> = (0..known.len())
            .filter(|&at| known[at].key.text == asked.key.text)
            .collect();
        let found = match named[..] {
            [] => None,
            [only] => Some(only),
            [.., last] if self.syntax.last_wins => Some(last),
            _ => {
                let variant = |node: &Node| {
                    node.as_scalar()
                        .map(|own| (self.syntax.variant)(&own.text).to_owned())
                };
                let own = variant(&asked.node);
                let equal = named
                    .iter()
                    .find(|at| known[**at].node.value() == asked.node.value());
                let same: Vec<usize> = named
                    .iter()
                    .copied()
                    .filter(|at| variant(&known[*at].node) == own)
                    .collect();
                match (equal, &same[..]) {
                    (Some(at), _) => Some(*at),
                    (None, [only]) => Some(*only),
                    (None, []) if own.is_some_and(|own| !own.is_empty()) => None,
                    _ => {
                        let message =
                            format!("`{}` stands {} times in the file", self.name(), named.len());
                        let candidates = named
                            .iter()
                            .map(|at| self.location_at(known[*at].span.start))
                            .collect();
                        return Err(Refusal {
                            candidates,
                            ..new_refusal(Reason::Ambiguous, message)
                        });
                    }
                }
            }
        };
        let typed = |kind: Kind| !matches!(kind, Kind::Text | Kind::Disputed);
        if let Some(at) = found.filter(|at| known[*at].key.kind != asked.key.kind)
            && (typed(known[at].key.kind) || typed(asked.key.kind))
        {
            let message = format!(
                "the key `{}` is of another type in the file than in the block",
                self.name()
            );
            let candidates = vec![self.location_at(known[at].span.start)];
            return Err(Refusal {
                candidates,
                ..new_refusal(Reason::Conflict, message)
            });
        }
        Ok(found)
    }

    /// Checks that a new entry is shown in full and once, and reports it.
    fn may_be_added(
        &mut self,
        child: &Child,
        fresh: &[(EntryPosition, &Child)],
    ) -> Result<(), Refusal> {
        let name = self.name();
        if child.node.has_elision() {
            let message = format!("`{name}` is shown with parts left out, but the file has none");
            return Err(new_refusal(Reason::NotFound, message));
        }
        let variant = |child: &Child| {
            child
                .node
                .as_scalar()
                .map_or("", |own| (self.syntax.variant)(&own.text))
                .to_owned()
        };
        if fresh
            .iter()
            .any(|(_, other)| other.key.text == child.key.text && variant(other) == variant(child))
        {
            return Err(new_refusal(
                Reason::Unclear,
                format!("the block gives `{name}` twice"),
            ));
        }
        self.report_added();
        Ok(())
    }

    /// Returns where the words put what is new.
    fn stated_position(&self, find: impl Fn(&str) -> Option<usize>) -> EntryPosition {
        let spots = self.request.wording.spots();
        let told = spots.iter().rev().find_map(|spot| match spot {
            ProsePosition::After(name) => find(name).map(EntryPosition::After),
            ProsePosition::Before(name) => find(name).map(EntryPosition::Before),
            ProsePosition::Top | ProsePosition::Bottom => None,
        });
        told.unwrap_or(EntryPosition::End)
    }

    /// Returns whether the entries stand in order and should: requirements, and lists of dependencies as package managers
    /// write them.
    fn keeps_order(&self, there: &Node) -> bool {
        let dependencies = self
            .path
            .last()
            .is_some_and(|key| key.to_lowercase().ends_with("dependencies"));
        let keys: Vec<&str> = ordered_entries(there)
            .map(|(_, child)| child.key.text.as_str())
            .collect();
        // Two requirements stand in order by chance every other time.
        let enough = if self.syntax.sorted {
            keys.len() > 2
        } else {
            dependencies && keys.len() > 1
        };
        enough && keys.windows(2).all(|pair| pair[0] <= pair[1])
    }

    /// Puts a value in the place of another, where the words ask for it or the block can mean nothing else.
    fn change(&mut self, there: At<'a>, asked: At<'a>) -> Result<Value, Refusal> {
        let name = self.name();
        let worded = !self.syntax.keeps_values && (self.whole || self.is_asked(asked));
        let retypes = match (there.node.as_scalar(), asked.node.as_scalar()) {
            (Some(old), Some(new)) => there.node.tag == asked.node.tag && old.is_retyped(new),
            _ => false,
        };
        if asked.node.has_elision() || !(worded || retypes) {
            let message = if self.syntax.keeps_values {
                format!(
                    "`{name}` has another value already, and a value that stands is never overwritten"
                )
            } else {
                format!(
                    "`{name}` has another value in the file, and the plan doesn't say to change it"
                )
            };
            let candidates = vec![self.location_at(there.start_offset())];
            return Err(Refusal {
                candidates,
                ..new_refusal(Reason::Conflict, message)
            });
        }
        if !worded {
            self.retyped.push((name.clone(), there.start_offset()));
        }
        self.writer.replace_value(there, asked)?;
        self.writer.add_evidence(format!("changed `{name}`"));
        Ok(asked.node.value())
    }

    fn is_asked(&self, asked: At<'_>) -> bool {
        let wording = self.request.wording;
        let shown = asked
            .node
            .as_scalar()
            .is_some_and(|scalar| wording.names(&scalar.text));
        let written = asked.child.is_some_and(|child| {
            let key = self.source.get(child.key_span.clone()).unwrap_or_default();
            !key.is_empty() && wording.names(key.trim_matches(['"', '\'']))
        });
        let named =
            self.path.last().is_some_and(|key| wording.names(key)) || wording.names(&self.name());
        wording.changes() && (shown || written || named || self.sole)
    }

    /// Refuses a value whose type alone differs, where the block adds something: it may be there
    /// for orientation, in careless quotes. If the block would otherwise do nothing, it is meant.
    fn refuse_retyping_in_passing(&self) -> Result<(), Refusal> {
        match self.retyped.first() {
            Some((name, at)) if self.adds => {
                let message = format!(
                    "`{name}` is of another type in the file, and the plan doesn't say to change it"
                );
                Err(Refusal {
                    candidates: vec![self.location_at(*at)],
                    ..new_refusal(Reason::Conflict, message)
                })
            }
            _ => Ok(()),
        }
    }

    fn report_added(&mut self) {
        let name = self.name();
        self.writer.add_evidence(format!("added `{name}`"));
    }

    fn name(&self) -> String {
        let parts: Vec<&str> = self
            .path
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        parts.join(".")
    }

    fn location_at(&self, at: usize) -> crate::Location {
        location_at(self.request.text, at)
    }
}

/// Returns the entries that have an order: no comments, no options.
fn ordered_entries(there: &Node) -> impl Iterator<Item = (usize, &Child)> {
    there
        .children()
        .iter()
        .enumerate()
        .filter(|(_, child)| child.key.kind == Kind::Text && !child.key.text.starts_with('-'))
}

/// Returns where a key goes among entries in order: behind the last that is smaller, else before the first.
fn sorted_place(there: &Node, key: &str) -> EntryPosition {
    let before = ordered_entries(there)
        .filter(|(_, child)| child.key.text.as_str() < key)
        .last();
    let first = ordered_entries(there)
        .next()
        .map_or(EntryPosition::End, |(at, _)| EntryPosition::Before(at));
    before.map_or(first, |(at, _)| EntryPosition::After(at))
}

/// Returns whether a block shows every key of a value, nothing left out, and most parts as they are: then those that differ
/// are meant.
fn is_whole(there: &Node, asked: &Node) -> bool {
    fn count_equal_values(there: &Node, asked: &Node) -> Option<(usize, usize)> {
        if !(there.is_map() && asked.is_map()) {
            return Some((1, usize::from(there.value() == asked.value())));
        }
        there
            .children()
            .iter()
            .try_fold((0, 0), |(all, equal), child| {
                let (more, same) =
                    count_equal_values(&child.node, &asked.get(&child.key.text)?.node)?;
                Some((all + more, equal + same))
            })
    }
    let counted = count_equal_values(there, asked).filter(|_| !asked.has_elision() && !asked.open);
    // Fewer could agree by chance.
    counted.is_some_and(|(all, equal)| all > 4 && equal * 2 > all)
}

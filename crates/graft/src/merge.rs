//! Merges a snippet's items into a list of the file's: what is the same stays, what differs is replaced or merged
//! further in, what is new goes where the snippet's neighbours, the prose or the file's own order put it.
//!
//! ```text
//! file                 block                     result
//! def a(): return 1    # ... existing code ...   def a(): return 1
//! def b(): return 2    def b(): return 3         def b(): return 3     replaced: the name is the same
//!                      def c(): return 4         def c(): return 4     new: behind `b`, as the block has it
//! ```
//!
//! A list that the block shows without an elision is not taken to be complete: `replace` decides
//! that. What can be read in two ways is refused.

mod entries;
mod once;
mod order;
mod matching;
mod stated_line;
mod worded;
mod position;
mod losses;
mod markup;
mod lines;
mod ornaments;
mod mode;
mod replace;

pub(crate) use once::stands_once;

use tree_sitter::Node;

use crate::compare::same_tree;
use crate::items::{Item, Source};
use crate::languages::{Kind, List, Writing, node_text};
use crate::layout::Transplant;
use crate::markers::{SENTINEL, is_elision};
use crate::merge::matching::match_items;
use crate::prose::Prose;
use crate::splice::{Splice, new_refusal};
use crate::{Reason, Refusal};

/// Everything that a merge looks at, and the edits that it stages.
pub(crate) struct Merger<'s, 'f, 'n> {
    pub(crate) file: &'s Source<'f>,
    pub(crate) snippet: &'s Source<'n>,
    pub(crate) prose: &'s Prose,
    pub(crate) splice: Splice<'f>,
    /// Moves text of the snippet to the indentation that the file has.
    transplant: Transplant<'s, 'n>,
    /// Byte offsets at which the snippet leaves something out: `...`, `# existing code`.
    markers: Vec<usize>,
    /// Where a statement of the file begins that the prose replaces, and where the snippet's that takes its place.
    pub(crate) replaced: Option<(usize, usize)>,
}

/// A list of the file and the snippet's items that belong into it.
pub(crate) struct Pair<'f, 'n> {
    /// The node of the file that holds the items; new ones go inside its range.
    pub(crate) node: Node<'f>,
    pub(crate) kind: List,
    /// The file's items in the order of the text; all indices of a match are indices into these.
    pub(crate) old: Vec<Item<'f>>,
    /// The snippet's items, elisions among them as `Kind::Marker`.
    pub(crate) new: Vec<Item<'n>>,
    /// The snippet shows the list itself, not bare items for it.
    pub(crate) wrapped: bool,
}

impl Pair<'_, '_> {
    fn is_elided(&self) -> bool {
        self.new.iter().any(|item| item.kind == Kind::Marker)
    }
}

impl<'s, 'f, 'n> Merger<'s, 'f, 'n> {
    pub(crate) fn new(file: &'s Source<'f>, snippet: &'s Source<'n>, prose: &'s Prose) -> Self {
        let mut markers = Vec::new();
        collect_markers(snippet, snippet.root(), &mut markers);
        Merger {
            file,
            snippet,
            prose,
            splice: Splice::new(file.text),
            transplant: Transplant::new(snippet, file),
            markers,
            replaced: None,
        }
    }

    /// Returns a piece of the snippet for a line that is indented by `indent`; its first line is not.
    pub(crate) fn piece(&self, range: std::ops::Range<usize>, indent: &str) -> String {
        self.transplant.piece(range, indent)
    }

    /// Returns whether an elision stands inside the node.
    pub(crate) fn is_elided(&self, node: Node<'_>) -> bool {
        self.markers.iter().any(|at| node.byte_range().contains(at))
    }

    /// Merges a list: walks the snippet's items, merges those that have a match and collects those
    /// between two matches to one run, which is placed as a whole.
    pub(crate) fn merge_list(&mut self, pair: &Pair<'_, '_>) -> Result<(), Refusal> {
        let matches = match_items(self, pair)?;
        let mut run: Vec<usize> = Vec::new();
        for (at, item) in pair.new.iter().enumerate() {
            match matches.get(at).copied().flatten() {
                Some(old) => {
                    // What is new stays together: a run ends at each item of the file and at each
                    // elision.
                    self.insert_run(pair, &matches, &run)?;
                    run.clear();
                    if let Some(old) = pair.old.get(old) {
                        self.merge_item(old, item, pair)?;
                    }
                }
                None if item.kind == Kind::Marker => {
                    self.insert_run(pair, &matches, &run)?;
                    run.clear();
                }
                // Imports are merged before all else, and a comment of the module that matches
                // nothing describes the block, not the file.
                None if matches!(item.kind, Kind::Import | Kind::Comment)
                    && pair.kind == List::Module => {}
                None if run.is_empty() && self.has_comment(pair, &matches, at) => {}
                None => run.push(at),
            }
        }
        self.insert_run(pair, &matches, &run)?;
        self.refuse_gaps(pair, &matches)
    }

    /// Returns whether a comment of the snippet stands in the file right below the item that stands above it there.
    fn has_comment(&self, pair: &Pair<'_, '_>, matches: &[Option<usize>], at: usize) -> bool {
        let comment = pair.new.get(at).filter(|one| one.kind == Kind::Comment);
        let above = at
            .checked_sub(1)
            .and_then(|at| matches.get(at).copied().flatten());
        let (Some(comment), Some(above)) = (comment, above) else {
            return false;
        };
        let start = pair.old.get(above).map_or(0, |old| old.end);
        let end = pair.old.get(above + 1).map_or_else(
            || pair.node.end_byte(),
            |below| {
                if below.kind == Kind::Comment {
                    below.end
                } else {
                    below.head
                }
            },
        );
        let lines = |text: &str| {
            let lines = text.lines().map(str::trim);
            lines
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        lines(self.file.slice(start..end)).starts_with(&lines(self.snippet.slice(comment.whole())))
    }

    /// Refuses a gap: in a body, what stands between two neighbours of the snippet would be lost or
    /// kept, and nobody can tell.
    fn refuse_gaps(&self, pair: &Pair<'_, '_>, matches: &[Option<usize>]) -> Result<(), Refusal> {
        if pair.kind != List::Statements || !pair.wrapped {
            return Ok(());
        }
        let mut last: Option<usize> = None;
        for (at, found) in matches.iter().enumerate() {
            if pair
                .new
                .get(at)
                .is_some_and(|item| item.kind == Kind::Marker)
            {
                last = None;
            } else if let Some(found) = *found {
                if let Some(last) = last
                    && found > last + 1
                    && pair.old.get(last + 1..found).is_some_and(|between| {
                        between.iter().any(|item| item.kind != Kind::Comment)
                    })
                {
                    let skipped = pair.old.get(last + 1).map_or("", |item| item.name.as_str());
                    return Err(new_refusal(
                        Reason::Unclear,
                        format!(
                            "`{skipped}` stands between two statements that the block shows side by side; whether it goes can't be told"
                        ),
                    ));
                }
                last = Some(found);
            }
        }
        Ok(())
    }

    /// Merges a node whose counterpart in the snippet holds an elision somewhere inside.
    pub(crate) fn merge_node(&mut self, old: Node<'_>, new: Node<'_>) -> Result<(), Refusal> {
        if same_tree((self.file, old), (self.snippet, new)) {
            return Ok(());
        }
        if !self.is_elided(new) {
            self.replace_node(old, new);
            return Ok(());
        }
        // Both hold a list that is elided: its items decide, wherever they stand.
        if let (Some(kind), Some(_)) = (
            self.file.language.list(old),
            self.snippet.language.list(new),
        ) {
            if old.kind() != new.kind() {
                return Err(new_refusal(
                    Reason::Unclear,
                    "the block elides a body of another form than the file's",
                ));
            }
            let pair = Pair {
                node: old,
                kind,
                old: self.file.items(old),
                new: self.snippet.items(new),
                wrapped: true,
            };
            return self.merge_list(&pair);
        }
        if new.kind() == "jsx_element" && old.kind() == new.kind() {
            return self.merge_element(old, new);
        }
        // Anything else is compared child by child, the parts without an elision as a whole.
        match self.bodies_below_a_sketched_head(old, new) {
            Some((old_body, new_body)) => self.merge_node(old_body, new_body),
            None => self.merge_children(old, new),
        }
    }

    /// Merges the children that hold elisions; what stands between them is the snippet's.
    ///
    /// A child is found by its field, else as the nth of its kind, so `f(a, ...)` finds the
    /// arguments of `f(b, c)`; an elision that is such a child itself has no counterpart and is
    /// refused.
    fn merge_children(&mut self, old: Node<'_>, new: Node<'_>) -> Result<(), Refusal> {
        let (old_children, new_children) = (children_with_fields(old), children_with_fields(new));
        let (mut old_from, mut new_from) = (0, 0);
        for (at, &(child, field)) in new_children.iter().enumerate() {
            if !self.is_elided(child) {
                continue;
            }
            if self.markers.contains(&child.start_byte()) && child.kind() == "comment" {
                return Err(self.unlocated(child));
            }
            // The nth child of its kind, since a field may stand several times and most children
            // have none.
            let ordinal = new_children
                .iter()
                .take(at)
                .filter(|(other, name)| {
                    *name == field && (field.is_some() || other.kind() == child.kind())
                })
                .count();
            let found = old_children
                .iter()
                .enumerate()
                .filter(|(_, (other, name))| {
                    *name == field && (field.is_some() || other.kind() == child.kind())
                })
                .nth(ordinal);
            let Some((place, &(counterpart, _))) = found else {
                return Err(self.unlocated(new));
            };
            self.merge_between(
                old_children.get(old_from..place),
                new_children.get(new_from..at),
            );
            self.merge_node(counterpart, child)?;
            old_from = place + 1;
            new_from = at + 1;
        }
        self.merge_between(old_children.get(old_from..), new_children.get(new_from..));
        Ok(())
    }

    /// Makes the refusal of an elision of which can't be told what of the file it stands for.
    fn unlocated(&self, new: Node<'_>) -> Refusal {
        let shown = first_line(node_text(new, self.snippet.text));
        new_refusal(
            Reason::Unclear,
            format!(
                "the block elides part of `{shown}`, and what of the file that is can't be told"
            ),
        )
    }

    /// Replaces the children between two merged ones where they differ in more than blanks.
    /// Comments of the file stay; nothing happens where one side has no code there.
    fn merge_between(
        &mut self,
        old: Option<&[(Node<'_>, Option<&str>)]>,
        new: Option<&[(Node<'_>, Option<&str>)]>,
    ) {
        let code = |nodes: Option<&[(Node<'_>, Option<&str>)]>| -> Vec<(usize, usize)> {
            nodes
                .unwrap_or_default()
                .iter()
                .filter(|(node, _)| node.kind() != "comment")
                .map(|(node, _)| (node.start_byte(), node.end_byte()))
                .collect()
        };
        let (old, new) = (code(old), code(new));
        let (
            Some(&(old_start, _)),
            Some(&(_, old_end)),
            Some(&(new_start, _)),
            Some(&(_, new_end)),
        ) = (old.first(), old.last(), new.first(), new.last())
        else {
            return;
        };
        // From the first to the last child as one range, so that signs and blanks between them come
        // from the snippet.
        let (before, after) = (
            self.file.slice(old_start..old_end),
            self.snippet.slice(new_start..new_end),
        );
        if before.split_whitespace().ne(after.split_whitespace()) {
            let piece = self
                .transplant
                .piece(new_start..new_end, self.file.indent(old_start));
            self.splice.replace(old_start..old_end, piece);
        }
    }

    /// Places a run of new items that stand together in the snippet.
    fn insert_run(
        &mut self,
        pair: &Pair<'_, '_>,
        matches: &[Option<usize>],
        run: &[usize],
    ) -> Result<(), Refusal> {
        for (index, items) in position::split_run(self, pair, matches, run)? {
            let new: Vec<&Item<'_>> = items.iter().filter_map(|&at| pair.new.get(at)).collect();
            // Checked before anything is staged: an item that is shown in part can't be made new.
            for item in &new {
                if replace::is_signature(item) {
                    return Err(new_refusal(
                        Reason::Unclear,
                        format!(
                            "the block shows `{}` without its body, and the file does not have it",
                            item.name
                        ),
                    ));
                }
                if self.is_elided_as_new(item)
                    && !(pair.kind == List::Entries && self.elides_nothing(item))
                {
                    return Err(new_refusal(
                        Reason::Unclear,
                        format!(
                            "the block elides part of `{}`, which is not in the file",
                            item.name
                        ),
                    ));
                }
                self.splice
                    .add_evidence(position::describe_position(item, pair, index));
            }
            if pair.kind == List::Entries {
                self.insert_entries(pair.node, &pair.old, index, &new);
            } else {
                self.insert_lines(pair, index, &new);
            }
        }
        Ok(())
    }

    /// Returns whether a new item is elided: a stub body `...` is content of a new definition; any other elision is
    /// not.
    fn is_elided_as_new(&self, item: &Item<'_>) -> bool {
        self.markers
            .iter()
            .filter(|at| item.node.byte_range().contains(at))
            .any(|&at| {
                let rest = self.snippet.slice(at..self.snippet.text.len());
                !rest.starts_with("...") || !self.is_stub(at)
            })
    }

    /// Returns whether all that a new entry elides is what a list of its own holds already: without the entry that is
    /// nothing.
    fn elides_nothing(&self, entry: &Item<'_>) -> bool {
        let mut inner = self
            .markers
            .iter()
            .filter(|at| entry.node.byte_range().contains(at));
        inner.all(|&at| {
            let node = self.snippet.root().descendant_for_byte_range(at, at);
            let list = node
                .filter(|node| node.kind() == "comment")
                .and_then(|node| node.parent());
            let value = list
                .filter(|list| list.kind() == "array")
                .and_then(|list| list.parent());
            value.is_some_and(|value| value.byte_range() == entry.node.byte_range())
        })
    }

    /// Returns whether `...` at an offset is the whole body of a definition, its docstring and
    /// comments aside: `def f(): ...`.
    fn is_stub(&self, at: usize) -> bool {
        let node = self.snippet.root().descendant_for_byte_range(at, at);
        let statement = node
            .and_then(|node| node.parent())
            .filter(|parent| parent.kind() == "expression_statement");
        let block = statement.and_then(|statement| statement.parent());
        block.is_some_and(|block| {
            let items = self.snippet.items(block);
            items
                .iter()
                .all(|item| matches!(item.kind, Kind::Marker | Kind::Docstring | Kind::Comment))
                && self
                    .snippet
                    .language
                    .list(block)
                    .is_some_and(|list| list != List::Module)
        })
    }
}

/// Returns all children of a node, signs and comments included, each with the name of its field.
fn children_with_fields<'t>(node: Node<'t>) -> Vec<(Node<'t>, Option<&'t str>)> {
    let mut children = Vec::new();
    let mut cursor = node.walk();
    if cursor.goto_first_child() {
        loop {
            children.push((cursor.node(), cursor.field_name()));
            if !cursor.goto_next_sibling() {
                break;
            }
        }
    }
    children
}

/// Returns the first line of a text without the blanks around it, for messages.
pub(crate) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim()
}

/// Elisions are comments of their own, the sentinel, and `...` where a statement or an entry would stand.
fn collect_markers(source: &Source<'_>, node: Node<'_>, markers: &mut Vec<usize>) {
    let elided = match node.kind() {
        "comment" => is_elision(node_text(node, source.text)) && !is_trailing_comment(node),
        "identifier" => node_text(node, source.text) == SENTINEL,
        "jsx_text" => {
            is_elision(node_text(node, source.text))
                && node_text(node, source.text)
                    .trim()
                    .starts_with(['/', '.', '…'])
        }
        // `tuple[int, ...]` and `Field(...)` say something; as a statement or entry `...` leaves
        // something out.
        "ellipsis" if source.language.means_value(node, source.text) => false,
        "ellipsis" => node.parent().is_some_and(|parent| {
            parent.kind() == "expression_statement" || source.language.list(parent).is_some()
        }),
        _ => false,
    };
    if elided {
        markers.push(node.start_byte());
    }
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        collect_markers(source, child, markers);
    }
}

/// Returns whether a comment stands behind code on its line.
fn is_trailing_comment(comment: Node<'_>) -> bool {
    let before = comment
        .prev_named_sibling()
        .filter(|before| before.kind() != "comment");
    // `[A, /* … */]`: what goes on behind it on its line makes it a part of that.
    let goes_on = comment
        .next_sibling()
        .is_some_and(|next| next.start_position().row == comment.end_position().row);
    !goes_on
        && before.is_some_and(|before| before.end_position().row == comment.start_position().row)
}

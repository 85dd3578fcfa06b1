//! Merges elements of JSX of which the block elides children: what it shows of the file is found in its order, what is new
//! goes beside its neighbour, and what an elision stands for is kept.
//!
//! ```text
//! <div>                <div>                     <div>
//!   <Nav />       +      <Nav />            =      <Nav />
//!   <Main />             <Banner />                <Banner />
//! </div>                 {/* rest */}              <Main />
//!                      </div>                    </div>
//! ```

use tree_sitter::Node;

use crate::Reason;
use crate::Refusal;
use crate::compare::same_tree;
use crate::items::{Source, line_end};
use crate::languages::{named_children as code_children, node_text};
use crate::layout::blank_lines;
use crate::merge::{Merger, first_line};
use crate::splice::{location_at, new_refusal};

/// The reading of one child that the block shows.
enum Shown {
    Elision,
    /// It is the child of the file at this index.
    Stands(usize),
    New,
}

/// A run of new children as a half-open range of indices into the shown ones.
struct Run {
    from: usize,
    to: usize,
}

impl Merger<'_, '_, '_> {
    /// Merges an element whose counterpart in the block leaves children out.
    pub(super) fn merge_element(&mut self, old: Node<'_>, new: Node<'_>) -> Result<(), Refusal> {
        let tags = (
            old.child_by_field_name("open_tag"),
            new.child_by_field_name("open_tag"),
        );
        let (Some(old_tag), Some(new_tag)) = tags else {
            return Err(self.unlike(new));
        };
        if element_name(self.file, old) != element_name(self.snippet, new) {
            return Err(self.unlike(new));
        }
        // Attributes that are left out can't be told from ones that go.
        if self.is_elided(new_tag) {
            return Err(self.unlike(new));
        }
        if !same_tree((self.file, old_tag), (self.snippet, new_tag)) {
            self.refuse_lost_attributes(old_tag, new_tag)?;
            self.replace_node(old_tag, new_tag);
        }
        let (there, shown) = (
            non_blank_children(self.file, old),
            non_blank_children(self.snippet, new),
        );
        let found = self.match_children(&there, &shown)?;
        // Runs of new children are placed together, as a unit beside the one above or below them.
        let mut at = 0;
        while at < shown.len() {
            match found.get(at) {
                Some(Shown::Stands(index)) => {
                    if let Some(counterpart) =
                        there.get(*index).filter(|_| self.is_elided(shown[at]))
                    {
                        self.merge_node(*counterpart, shown[at])?;
                    }
                }
                Some(Shown::New) => {
                    let run = shown.len() - at;
                    let length = (0..run)
                        .take_while(|step| matches!(found.get(at + step), Some(Shown::New)))
                        .count();
                    self.insert_children(
                        (old_tag, &there),
                        (&shown, &found),
                        &Run {
                            from: at,
                            to: at + length,
                        },
                    )?;
                    at += length;
                    continue;
                }
                Some(Shown::Elision) | None => {}
            }
            at += 1;
        }
        self.refuse_lost_children(&there, &found)
    }

    /// Makes the refusal of an element whose counterpart has another tag or form.
    fn unlike(&self, new: Node<'_>) -> Refusal {
        let shown = first_line(node_text(new, self.snippet.text));
        new_refusal(
            Reason::Unclear,
            format!("the block elides part of `{shown}`, and what stands there has another form"),
        )
    }

    /// Refuses where the opening tag shown lacks an attribute of the file's, unless the words
    /// remove something. New attributes and other values pass.
    fn refuse_lost_attributes(&self, old: Node<'_>, new: Node<'_>) -> Result<(), Refusal> {
        let named = |source: &Source<'_>, tag: Node<'_>| -> Vec<String> {
            let attributes = code_children(tag)
                .into_iter()
                .filter(|child| child.kind() == "jsx_attribute");
            attributes
                .filter_map(|one| one.named_child(0))
                .map(|one| node_text(one, source.text).to_owned())
                .collect()
        };
        let shown = named(self.snippet, new);
        match named(self.file, old)
            .into_iter()
            .find(|one| !shown.contains(one))
        {
            Some(lost) if !self.prose.removes_something() => {
                let tag = first_line(node_text(new, self.snippet.text));
                Err(new_refusal(
                    Reason::Conflict,
                    format!("the block shows `{tag}` without its `{lost}`"),
                ))
            }
            _ => Ok(()),
        }
    }

    /// Finds the children shown among those of the file, in their order.
    ///
    /// A child that is shown whole must be the same, one with an elision inside must have the same
    /// tag. Several that fit are told apart by their opening tag, else by standing right behind the
    /// one above.
    fn match_children(
        &self,
        there: &[Node<'_>],
        shown: &[Node<'_>],
    ) -> Result<Vec<Shown>, Refusal> {
        let (mut found, mut from) = (Vec::new(), 0);
        for (at, child) in shown.iter().enumerate() {
            if self.is_elision_child(*child) {
                found.push(Shown::Elision);
                continue;
            }
            let is_elided = self.is_elided(*child);
            let fits = |old: &Node<'_>| match is_elided {
                true => {
                    old.kind() == child.kind()
                        && element_name(self.file, *old) == element_name(self.snippet, *child)
                }
                false => same_tree((self.file, *old), (self.snippet, *child)),
            };
            let mut fitting: Vec<usize> = (from..there.len())
                .filter(|&old| fits(&there[old]))
                .collect();
            // Of several elements of one name the attributes may tell which.
            if is_elided && fitting.len() > 1 {
                fitting.retain(|&old| {
                    same_tree(
                        (self.file, tag_of(there[old])),
                        (self.snippet, tag_of(*child)),
                    )
                });
            }
            let is_next = at > 0 && matches!(found.last(), Some(Shown::Stands(_)));
            match fitting.as_slice() {
                [] if is_elided => {
                    let shown = first_line(node_text(*child, self.snippet.text));
                    let message =
                        format!("the block elides part of `{shown}`, which is not in the file");
                    return Err(new_refusal(Reason::Unclear, message));
                }
                [] => found.push(Shown::New),
                [first, rest @ ..]
                    if rest.is_empty() || is_next && *first == from || is_comment(*child) =>
                {
                    found.push(Shown::Stands(*first));
                    from = first + 1;
                }
                several => {
                    let places = several.iter().map(|&old| there[old]);
                    return Err(self.ambiguous_child_refusal(*child, places));
                }
            }
        }
        Ok(found)
    }

    /// Makes the refusal of a child shown that stands in several places.
    fn ambiguous_child_refusal<'t>(
        &self,
        child: Node<'_>,
        places: impl ExactSizeIterator<Item = Node<'t>>,
    ) -> Refusal {
        let shown = first_line(node_text(child, self.snippet.text));
        let count = places.len();
        let message = format!("`{shown}` stands {count} times here, and nothing tells which");
        let candidates = places.map(|old| location_at(self.file.text, old.start_byte()));
        Refusal {
            candidates: candidates.collect(),
            ..new_refusal(Reason::Ambiguous, message)
        }
    }

    /// Returns whether a child is nothing but an elision: `{/* rest */}`, or text as `...`.
    fn is_elision_child(&self, child: Node<'_>) -> bool {
        let is_bare = match child.kind() {
            "jsx_expression" => code_children(child).is_empty(),
            kind => kind == "jsx_text",
        };
        is_bare && self.is_elided(child)
    }

    /// Places new children beside the one that the block shows above or below them.
    ///
    /// Refuses where neither neighbour is known, and where the children stand on one line, which
    /// would have to be laid out anew.
    fn insert_children(
        &mut self,
        (tag, there): (Node<'_>, &[Node<'_>]),
        (shown, found): (&[Node<'_>], &[Shown]),
        run: &Run,
    ) -> Result<(), Refusal> {
        let (Some(first), Some(last)) = (shown.get(run.from), shown.get(run.to - 1)) else {
            return Ok(());
        };
        // The child above decides before the one below, as in lists.
        let above = run.from.checked_sub(1).and_then(|at| found.get(at));
        let index = match (above, found.get(run.to)) {
            (Some(Shown::Stands(above)), _) => above + 1,
            (_, Some(Shown::Stands(below))) => *below,
            (None, Some(Shown::Elision)) => 0,
            (Some(Shown::Elision), None) => there.len(),
            _ => {
                let shown = first_line(node_text(*first, self.snippet.text));
                return Err(new_refusal(
                    Reason::NotFound,
                    format!("nothing says beside what `{shown}` goes"),
                ));
            }
        };
        self.refuse_another_form(there, &shown[run.from..run.to])?;
        let end = index
            .checked_sub(1)
            .and_then(|above| there.get(above))
            .map_or(tag.end_byte(), Node::end_byte);
        let line = line_end(self.file.text, end);
        if there.is_empty() || !self.file.slice(end..line).trim().is_empty() {
            return Err(new_refusal(
                Reason::Unclear,
                "the children of the element stand on one line",
            ));
        }
        let indent = there
            .first()
            .map_or("", |child| self.file.indent(child.start_byte()))
            .to_owned();
        let piece = self
            .transplant
            .piece(first.start_byte()..last.end_byte(), &indent);
        let shown_end = run
            .from
            .checked_sub(1)
            .and_then(|at| shown.get(at))
            .map_or(first.start_byte(), Node::end_byte);
        // At most one blank line, however many the block has.
        let blank = blank_lines(self.snippet.text, shown_end, first.start_byte()).min(1);
        self.splice
            .insert(end, format!("{}{indent}{piece}", "\n".repeat(blank + 1)));
        Ok(())
    }

    /// Refuses where the file has an element of the name of a new one and no words say that it is added: it may be that one,
    /// shown otherwise.
    fn refuse_another_form(&self, there: &[Node<'_>], run: &[Node<'_>]) -> Result<(), Refusal> {
        let adds = self.prose.adds_something() && !self.prose.replaces_something();
        let is_like = |old: &&Node<'_>, new: &Node<'_>| {
            !is_comment(*new) && element_name(self.file, **old) == element_name(self.snippet, *new)
        };
        let like = run
            .iter()
            .find_map(|new| there.iter().find(|old| is_like(old, new)));
        match like {
            Some(old) if !adds => {
                let line = location_at(self.file.text, old.start_byte());
                let message = format!(
                    "the block may show `{}` otherwise or another one beside it",
                    line.name
                );
                Err(Refusal {
                    candidates: vec![line],
                    ..new_refusal(Reason::Unclear, message)
                })
            }
            _ => Ok(()),
        }
    }

    /// Refuses where children of the file lie between two that the block shows side by side, or past the ends of it.
    fn refuse_lost_children(&self, there: &[Node<'_>], found: &[Shown]) -> Result<(), Refusal> {
        // `is_open`: an elision was shown since the last child that stands in the file.
        let (mut next, mut is_open) = (0, false);
        let mut skipped: Option<usize> = None;
        for one in found {
            match one {
                Shown::Elision => is_open = true,
                Shown::New => {}
                Shown::Stands(at) => {
                    skipped = skipped.or_else(|| (next..*at).find(|_| !is_open));
                    (next, is_open) = (at + 1, false);
                }
            }
        }
        // What follows the last child shown is lost, too, unless the block ends with an elision.
        skipped = skipped.or_else(|| (next..there.len()).find(|_| !is_open));
        let lost =
            skipped.and_then(|from| there.get(from..)?.iter().find(|child| !is_comment(**child)));
        let lost = lost.filter(|_| !self.prose.removes_something());
        lost.map_or(Ok(()), |lost| {
            let line = location_at(self.file.text, lost.start_byte());
            let message = format!(
                "`{}` is not among the elements shown, and no elision stands for it",
                line.name
            );
            Err(Refusal {
                candidates: vec![line],
                ..new_refusal(Reason::Conflict, message)
            })
        })
    }
}

/// Returns the children of an element that are more than blanks.
fn non_blank_children<'t>(source: &Source<'_>, element: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = element.walk();
    let children = element.named_children(&mut cursor);
    let counts = |child: &Node<'t>| match child.kind() {
        "jsx_opening_element" | "jsx_closing_element" => false,
        "jsx_text" => !node_text(*child, source.text).trim().is_empty(),
        _ => true,
    };
    children.filter(counts).collect()
}

/// Returns the name of an element, its kind for what has none.
///
/// A fragment is `<>`, text and `{expressions}` are "".
fn element_name<'s>(source: &Source<'s>, node: Node<'_>) -> &'s str {
    let tag = tag_of(node);
    let named = tag.child_by_field_name("name");
    named.map_or(if tag == node { "" } else { "<>" }, |name| {
        source.slice(name.byte_range())
    })
}

/// Returns the opening tag of an element, and a self-closing element itself.
fn tag_of(node: Node<'_>) -> Node<'_> {
    node.child_by_field_name("open_tag").unwrap_or(node)
}

/// Returns whether a child is a comment, `{/* ... */}`, and no code.
fn is_comment(node: Node<'_>) -> bool {
    node.kind() == "jsx_expression" && code_children(node).is_empty()
}

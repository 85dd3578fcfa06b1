//! Replaces or merges one item of the file by the snippet's: decorators, comments, `export` and `async` stay where
//! the snippet shows none.

use tree_sitter::Node;

use crate::Reason;
use crate::Refusal;
use crate::compare::{awaits_same_call, same_item, same_tree};
use crate::items::Item;
use crate::languages::{Kind, List, named_children};
use crate::merge::mode::{MergeMode, without_last_commas};
use crate::merge::{Merger, Pair};
use crate::splice::new_refusal;

impl Merger<'_, '_, '_> {
    pub(super) fn merge_item(
        &mut self,
        old: &Item<'_>,
        new: &Item<'_>,
        pair: &Pair<'_, '_>,
    ) -> Result<(), Refusal> {
        if same_item((self.file, old), (self.snippet, new))
            || awaits_same_call((self.file, old), (self.snippet, new))
        {
            return Ok(());
        }
        if is_signature(new) && !is_signature(old) {
            self.splice
                .add_evidence(format!("changed the signature of `{}`", old.name));
            self.replace_ornaments(old, new)?;
            return self.replace_signature(old, new);
        }
        let elided = self.is_elided(new.node)
            || self
                .markers
                .iter()
                .any(|at| (new.head..new.bare).contains(at));
        if elided && !self.keeps_stub(old, new) {
            self.splice
                .add_evidence(format!("merged into `{}`", old.name));
            self.replace_ornaments(old, new)?;
            return self.merge_node(core_node(old), core_node(new));
        }
        if let Some((old_list, new_list)) = lists_of_containers(self, old, new) {
            match self.choose_merge_mode(old, new, old_list, new_list)? {
                MergeMode::Replace => {}
                MergeMode::Unite => return self.unite(old, new, old_list, new_list),
            }
        }
        self.refuse_losses(old, new)?;
        self.refuse_added(old, new)?;
        self.refuse_lost_members(old, new)?;
        if pair.kind == List::Module || pair.kind == List::Members {
            self.splice.add_evidence(format!("replaced `{}`", old.name));
        }
        self.replace_item(old, new);
        Ok(())
    }

    /// Puts a signature that is shown without a body over the file's, and keeps the body.
    fn replace_signature(&mut self, old: &Item<'_>, new: &Item<'_>) -> Result<(), Refusal> {
        let Some(body) = old.core.child_by_field_name("body") else {
            return Err(new_refusal(
                Reason::Unclear,
                format!("the block shows `{}` without its body", new.name),
            ));
        };
        let head = self.file.slice(old.core.start_byte()..body.start_byte());
        let shown = self.snippet.slice(new.core.byte_range()).trim_end();
        let comments = head
            .lines()
            .skip(1)
            .any(|line| line.trim_start().starts_with('#'));
        if comments || !head.trim_end().ends_with(':') || !shown.ends_with(':') {
            return Err(new_refusal(
                Reason::Unclear,
                format!("the block shows `{}` without its body", new.name),
            ));
        }
        let end = old.core.start_byte() + head.trim_end().len();
        let start = new.core.start_byte();
        let piece = self.transplant.piece(
            start..start + shown.len(),
            self.file.indent(old.core.start_byte()),
        );
        self.replace_text(old.core.start_byte()..end, &piece);
        Ok(())
    }

    /// Returns the bodies of two functions of which the one shown, whose body is elided, says no more in its head than the
    /// file's does: `def create():` outlines `def create(debug: bool = False) -> App:`, and takes nothing away from it.
    pub(super) fn bodies_below_a_sketched_head<'o, 'w>(
        &self,
        old: Node<'o>,
        new: Node<'w>,
    ) -> Option<(Node<'o>, Node<'w>)> {
        let (had, has) = (
            old.child_by_field_name("parameters")?,
            new.child_by_field_name("parameters")?,
        );
        let (old_body, new_body) = (
            old.child_by_field_name("body")?,
            new.child_by_field_name("body")?,
        );
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        let (there, shown): (Vec<String>, Vec<String>) = (
            named_children(had)
                .into_iter()
                .map(|one| squeezed(self.file.slice(one.byte_range())))
                .collect(),
            named_children(has)
                .into_iter()
                .map(|one| squeezed(self.snippet.slice(one.byte_range())))
                .collect(),
        );
        let name = |text: &str| text.split([':', '=', '?']).next().unwrap_or("").to_owned();
        let mut rest = there.iter();
        let is_part = shown
            .iter()
            .all(|one| rest.any(|old| old == one || name(old) == *one));
        let returned = |node: Node<'_>, text: &str| {
            let said = node.child_by_field_name("return_type");
            said.map(|said| squeezed(text.get(said.byte_range()).unwrap_or_default()))
        };
        let (gave, gives) = (
            returned(old, self.file.text),
            returned(new, self.snippet.text),
        );
        let is_kept = gives.is_none() || gives == gave;
        let is_less = there != shown || gives != gave;
        let called = |node: Node<'_>, text: &str| {
            let called = node.child_by_field_name("name");
            called.and_then(|called| Some(text.get(called.byte_range())?.to_owned()))
        };
        let own = called(old, self.file.text);
        let restated = own.as_deref().is_some_and(|own| self.prose.restates(own));
        let same = own == called(new, self.snippet.text);
        (same && is_part && is_kept && is_less && !restated && !self.prose.removes_something())
            .then_some((old_body, new_body))
    }

    /// Returns whether a stub stands over a stub, which is no elision.
    fn keeps_stub(&self, old: &Item<'_>, new: &Item<'_>) -> bool {
        let shown = self.snippet.slice(new.node.byte_range());
        let stub = |text: &str| text.trim_end().ends_with("...");
        stub(shown) && stub(self.file.slice(old.node.byte_range()))
    }

    /// Puts the snippet's items into the file's list and keeps all others.
    fn unite(
        &mut self,
        old: &Item<'_>,
        new: &Item<'_>,
        old_list: Node<'_>,
        new_list: Node<'_>,
    ) -> Result<(), Refusal> {
        self.splice
            .add_evidence(format!("merged into `{}`", old.name));
        self.replace_ornaments(old, new)?;
        let (old_head, new_head) = (
            core_node(old).start_byte()..old_list.start_byte(),
            core_node(new).start_byte()..new_list.start_byte(),
        );
        let code = |text: &str| -> Vec<String> {
            text.lines()
                .filter(|line| !line.trim_start().starts_with('#'))
                .flat_map(str::split_whitespace)
                .map(str::to_owned)
                .collect()
        };
        if code(self.file.slice(old_head.clone())) != code(self.snippet.slice(new_head.clone()))
            && old.kind != Kind::Value
        {
            let piece = self
                .transplant
                .piece(new_head, self.file.indent(old_head.start));
            self.splice.replace(old_head, piece);
        }
        let kind = self.file.language.list(old_list).unwrap_or(List::Members);
        let inner = Pair {
            node: old_list,
            kind,
            old: self.file.items(old_list),
            new: self.snippet.items(new_list),
            wrapped: true,
        };
        self.merge_list(&inner)
    }

    /// Returns the first entry of the old collection, at any depth, that the new one shows no more.
    pub(crate) fn drops(&self, old: Node<'_>, new: Node<'_>) -> Option<String> {
        let (Some(old_list), Some(new_list)) = (find_collection(old), find_collection(new)) else {
            return None;
        };
        let shown = self.snippet.items(new_list);
        self.file
            .items(old_list)
            .into_iter()
            .filter(|item| item.kind == Kind::Entry)
            .find_map(|item| {
                let name = without_last_commas(&item.name);
                let is_same = |one: &&Item<'_>| without_last_commas(&one.name) == name;
                let Some(kept) = shown.iter().find(is_same) else {
                    return Some(item.name);
                };
                match (
                    item.node.child_by_field_name("value"),
                    kept.node.child_by_field_name("value"),
                ) {
                    (Some(old), Some(new))
                        if old.kind() == new.kind() && find_collection(old) == Some(old) =>
                    {
                        self.drops(old, new)
                    }
                    _ => None,
                }
            })
    }

    /// Replaces an item whole, but for what the snippet does not show of it.
    fn replace_item(&mut self, old: &Item<'_>, new: &Item<'_>) {
        let from_comments = new.has_comments();
        let from_decorators = new.has_decorators() && !from_comments;
        let (old_start, new_start) =
            if from_comments && (new.has_decorators() || !old.has_decorators()) {
                (old.start, new.start)
            } else if from_decorators {
                (old.head, new.head)
            } else {
                (old.bare, new.bare)
            };
        let shows_tail = new.end > new.code_end;
        let (old_end, new_end) = if shows_tail {
            (old.end, new.end)
        } else {
            (old.code_end, new.code_end)
        };
        let indent = self.file.indent(old_start).to_owned();
        let mut piece = self.transplant.piece_over(
            new_start..new_end,
            &indent,
            self.file.slice(old_start..old_end),
        );
        let bare = new.bare.saturating_sub(new_start);
        let (before, after) = (
            self.file.slice(old.bare..old.end),
            self.snippet.slice(new.bare..new.end),
        );
        let head = bare_in(&piece, bare);
        if let Some(missing) = missing_words(before, after, old, new) {
            piece.insert_str(head, &missing);
        }
        // A comment behind the code would swallow the sign.
        if before_ends_with_semicolon(self.file.slice(old.bare..old.code_end))
            && !shows_tail
            && !piece.trim_end().ends_with(';')
            && is_member_field(old)
        {
            piece.push(';');
        }
        self.replace_text(old_start..old_end, &piece);
    }

    /// Replaces a node by the snippet's counterpart.
    pub(super) fn replace_node(&mut self, old: Node<'_>, new: Node<'_>) {
        let piece = self.transplant.piece_over(
            new.byte_range(),
            self.file.indent(old.start_byte()),
            self.file.slice(old.byte_range()),
        );
        self.replace_text(old.byte_range(), &piece);
    }

    /// Stages the lines that differ; lines that differ in trailing blanks only keep the file's bytes.
    fn replace_text(&mut self, old: std::ops::Range<usize>, piece: &str) {
        let before = self.file.slice(old.clone());
        let kept: Vec<&str> = before.split('\n').collect();
        let mut new = String::with_capacity(piece.len());
        for (at, line) in piece.split('\n').enumerate() {
            if at > 0 {
                new.push('\n');
            }
            let same = kept
                .iter()
                .find(|one| one.trim_end() == line.trim_end() && !line.trim().is_empty());
            new.push_str(same.map_or(line, |one| one.trim_end_matches('\r')));
        }
        self.splice.replace(old, new);
    }
}

/// Returns where the definition begins in a piece that begins with comments or decorators.
fn bare_in(piece: &str, bare: usize) -> usize {
    if bare == 0 {
        return 0;
    }
    let mut at = 0;
    for line in piece.split_inclusive('\n') {
        let start = line.trim_start();
        if !start.is_empty()
            && !start.starts_with(['#', '@', '/', '*', ')'])
            && !line.starts_with(char::is_whitespace)
        {
            return at;
        }
        at += line.len();
    }
    0
}

/// Collects `export`, `default`, `declare` and `async` that the file shows and the snippet lacks.
fn missing_words(before: &str, after: &str, old: &Item<'_>, new: &Item<'_>) -> Option<String> {
    let leading = |text: &str| -> Vec<String> {
        text.split_whitespace()
            .take_while(|word| matches!(*word, "export" | "default" | "declare" | "async"))
            .map(str::to_owned)
            .collect()
    };
    let (have, shown) = (leading(before), leading(after));
    let functions = old.kind == Kind::Function && new.kind == Kind::Function;
    let mut missing = String::new();
    for word in have {
        let wanted = match word.as_str() {
            "async" => functions && old.core.kind() == new.core.kind(),
            "export" | "default" => !shown.iter().any(|one| one == "export"),
            _ => true,
        };
        if wanted && !shown.contains(&word) {
            missing.push_str(&word);
            missing.push(' ');
        }
    }
    (!missing.is_empty()).then_some(missing)
}

/// Returns whether a definition is shown by its first line alone.
pub(super) fn is_signature(item: &Item<'_>) -> bool {
    matches!(item.core.kind(), "function_definition" | "class_definition")
        && item
            .core
            .child_by_field_name("body")
            .is_none_or(|body| body.named_child_count() == 0)
}

/// Returns the literal collection that a node is or passes as its only argument.
fn find_collection(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        "object" | "array" | "list" | "dictionary" => Some(node),
        "decorator" | "call_expression" | "arguments" | "call" | "argument_list"
        | "await_expression" | "await" => {
            let last =
                node.named_child(u32::try_from(node.named_child_count().checked_sub(1)?).ok()?)?;
            find_collection(last)
        }
        _ => None,
    }
}

fn before_ends_with_semicolon(text: &str) -> bool {
    text.trim_end().ends_with(';')
}

fn is_member_field(item: &Item<'_>) -> bool {
    matches!(
        item.core.kind(),
        "public_field_definition" | "field_definition" | "property_signature"
    )
}

/// Returns the node to merge: the definition, below `export` and decorators.
fn core_node<'t>(item: &Item<'t>) -> Node<'t> {
    if matches!(
        item.node.kind(),
        "decorated_definition" | "export_statement"
    ) {
        item.core
    } else {
        item.node
    }
}

/// Returns the lists of two items that are containers.
fn lists_of_containers<'o, 'n>(
    merger: &Merger<'_, '_, '_>,
    old: &Item<'o>,
    new: &Item<'n>,
) -> Option<(Node<'o>, Node<'n>)> {
    if old.kind == Kind::Function {
        return None;
    }
    let (old_list, new_list) = (
        merger.file.language.body(old.core)?,
        merger.snippet.language.body(new.core)?,
    );
    if old.kind == Kind::Call {
        let test = old.name.starts_with("describe")
            || old.name.starts_with("context(")
            || old.name.starts_with("suite(");
        return test.then_some((old_list, new_list));
    }
    if merger.file.language.list(old_list) == Some(List::Statements) {
        return None;
    }
    (old_list.kind() == new_list.kind()
        && !same_tree((merger.file, old_list), (merger.snippet, new_list)))
    .then_some((old_list, new_list))
}

//! Finds what a statement of the file would lose where the block's takes its place: branches, and lines that nothing of
//! the block answers for. A definition is shown whole; a loop, a condition or a call that is known by its head alone
//! may be another one.
//!
//! ```text
//! for i in rows:            for i in rows:
//!     names.append(i)    ≠      send(i)         the block means another loop
//! ```

use tree_sitter::Node;

use crate::Reason;
use crate::Refusal;
use crate::compare::same_code;
use crate::items::{Item, Source};
use crate::languages::{Kind, List, named_children};
use crate::merge::Merger;
use crate::prose::{Relation, same_name};
use crate::splice::{location_at, new_refusal};

/// Parts of a statement beside its body.
///
/// The block must show as many of each kind as the file has, else a branch would be lost.
const CLAUSES: [&str; 7] = [
    "else_clause",
    "elif_clause",
    "except_clause",
    "except_group_clause",
    "finally_clause",
    "catch_clause",
    "switch_default",
];

impl Merger<'_, '_, '_> {
    /// Refuses where the statement shown would take something away that neither it nor the words answer for.
    pub(super) fn refuse_losses(&self, old: &Item<'_>, new: &Item<'_>) -> Result<(), Refusal> {
        if !is_known_by_its_head(old) || self.prose.removes_something() {
            return Ok(());
        }
        // Branches first: a missing `else` is lost even where every statement of the body stands in
        // the block.
        let (there, shown) = (list_clauses(old.core), list_clauses(new.core));
        let count = |of: &[&str], kind: &str| of.iter().filter(|one| **one == kind).count();
        if let Some(lost) = there
            .iter()
            .find(|kind| count(&there, kind) > count(&shown, kind))
        {
            let branch = lost.split('_').next().unwrap_or(lost);
            return Err(self.loss(old, &format!("its `{branch}`")));
        }
        // Where the words say that something is replaced, a line may go, but not all of it while
        // another statement of that form stands: then the block may mean that one.
        let is_told = self
            .replaced
            .is_some_and(|(at, _)| at == old.node.start_byte())
            || self.prose.replaces_something() && !self.prose.adds_something();
        match self.lost(old.core, new.core) {
            Some((line, kept)) if !is_told || kept == 0 && self.has_like(old) => {
                Err(self.loss(old, &format!("`{line}`")))
            }
            _ => Ok(()),
        }
    }

    /// Refuses where the words add a function beside another one, or one that is missing, and one of its name stands already,
    /// with statements that the block lacks: the file is further than the plan knows.
    pub(super) fn refuse_added(&self, old: &Item<'_>, new: &Item<'_>) -> Result<(), Refusal> {
        let prose = self.prose;
        let has_place = || {
            let beside = |relation| {
                prose
                    .related(relation, &new.name, &[])
                    .iter()
                    .any(|name| !same_name(name, &old.name))
            };
            beside(Relation::After) || beside(Relation::Before)
        };
        let adds =
            prose.adds_something() && !prose.replaces_something() && !prose.removes_something();
        if old.kind != Kind::Function || !(adds && has_place() || prose.adds_the_missing) {
            return Ok(());
        }
        self.lost(old.core, new.core).map_or(Ok(()), |(line, _)| {
            Err(self.loss(old, &format!("`{line}`")))
        })
    }

    /// Refuses where a written type or the literal that a call takes lacks a member of the file's, and no word says that the
    /// block shows all of it: `type Kind = "a" | "d"` over `"a" | "b"`.
    pub(super) fn refuse_lost_members(
        &self,
        old: &Item<'_>,
        new: &Item<'_>,
    ) -> Result<(), Refusal> {
        let prose = self.prose;
        if prose.restates(&old.name) || prose.removes_something() || prose.only_replaces() {
            return Ok(());
        }
        // A written type is compared by its members, a call that makes a constant by the entries of
        // its literal.
        let lost = match (written_type(old.core), written_type(new.core)) {
            (Some(there), Some(shown)) => {
                let shown = members_of_type(self.snippet, shown);
                members_of_type(self.file, there)
                    .into_iter()
                    .find(|member| !shown.contains(member))
            }
            _ => match (call_of_constant(old.core), call_of_constant(new.core)) {
                (Some(there), Some(shown)) => self.drops(there, shown),
                _ => None,
            },
        };
        lost.map_or(Ok(()), |member| Err(self.loss(old, &format!("`{member}`"))))
    }

    /// Makes the refusal that names what would be lost, `lost` being a clause as "its `else`".
    fn loss(&self, old: &Item<'_>, lost: &str) -> Refusal {
        let message = format!(
            "the block shows `{}` without {lost} and without an elision; whether it goes can't be told",
            // 60 characters, as the name of a statement may be all of its text.
            old.name.chars().take(60).collect::<String>()
        );
        let mut refusal = new_refusal(Reason::Conflict, message);
        refusal
            .candidates
            .push(location_at(self.file.text, old.start));
        refusal
    }

    /// Returns the first line of the bodies that has no counterpart in those shown, and how many statements have one.
    ///
    /// The search goes into counterparts: a loop that stands on both sides loses what its body
    /// loses. `None` where nothing is lost, however many lines are new.
    fn lost(&self, old: Node<'_>, new: Node<'_>) -> Option<(String, usize)> {
        let (there, shown) = (
            statements_of_bodies(self.file, old),
            statements_of_bodies(self.snippet, new),
        );
        let (mut lost, mut kept) = (None, 0);
        for item in &there {
            let same = shown
                .iter()
                .any(|one| same_code((self.file, item), (self.snippet, one)));
            let alike = || {
                shown
                    .iter()
                    .find(|one| one.kind == item.kind && statement_key(one) == statement_key(item))
            };
            match (same, alike()) {
                (true, _) => kept += 1,
                (false, Some(counterpart)) => match self.lost(item.core, counterpart.core) {
                    Some((line, inner)) => {
                        kept += inner;
                        lost = lost.or(Some(line));
                    }
                    None => kept += 1,
                },
                (false, None) => {
                    let line = self
                        .file
                        .slice(item.bare..item.code_end)
                        .lines()
                        .next()
                        .unwrap_or_default();
                    lost = lost.or_else(|| Some(line.trim().to_owned()));
                }
            }
        }
        lost.map(|line| (line, kept))
    }

    /// Returns whether the file has another statement of the same form.
    fn has_like(&self, old: &Item<'_>) -> bool {
        fn count(node: Node<'_>, kind: &str) -> usize {
            let inner: usize = named_children(node)
                .into_iter()
                .map(|child| count(child, kind))
                .sum();
            inner + usize::from(node.kind() == kind)
        }
        count(self.file.root(), old.core.kind()) > 1
    }
}

/// Returns the type that an alias writes out of several others.
fn written_type(core: Node<'_>) -> Option<Node<'_>> {
    let value = core
        .child_by_field_name("value")
        .filter(|_| core.kind() == "type_alias_declaration");
    value.filter(|value| matches!(value.kind(), "union_type" | "intersection_type"))
}

/// Returns the call that a constant is made by: `z.enum(["a", "b"])`.
///
/// Looks through the declaration: `const Kind = z.enum([...])`. `None` for a constant of another
/// value.
fn call_of_constant(core: Node<'_>) -> Option<Node<'_>> {
    let core = match core.kind() {
        "lexical_declaration" | "variable_declaration" | "expression_statement" => {
            core.named_child(0)?
        }
        _ => core,
    };
    let value = core
        .child_by_field_name("value")
        .or_else(|| core.child_by_field_name("right"))?;
    matches!(value.kind(), "call_expression" | "call").then_some(value)
}

/// Returns what a written type is made of: the names of an object's properties, the text of all else.
///
/// Members are texts in one spelling: one blank between words, double quotes.
/// `("a" | "b") | { c: number }` -> [`"a"`, `"b"`, `c`].
fn members_of_type(source: &Source<'_>, node: Node<'_>) -> Vec<String> {
    match node.kind() {
        "union_type" | "intersection_type" | "parenthesized_type" => {
            let parts = named_children(node).into_iter().filter(Node::is_named);
            parts
                .flat_map(|part| members_of_type(source, part))
                .collect()
        }
        "object_type" => source
            .items(node)
            .into_iter()
            .map(|item| item.name)
            .collect(),
        _ => vec![
            source
                .slice(node.byte_range())
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .replace('\'', "\""),
        ],
    }
}

/// Returns whether nothing but its head tells the statement from others: it has no name, route or title.
fn is_known_by_its_head(item: &Item<'_>) -> bool {
    item.kind == Kind::Statement || item.kind == Kind::Call && item.name.ends_with("()")
}

/// Returns what a statement is known by among those of another body: a call by its callee, a definition by its name,
/// else its word.
fn statement_key<'i>(item: &'i Item<'_>) -> &'i str {
    match item.kind {
        Kind::Call => item.name.split('(').next().unwrap_or_default(),
        Kind::Statement => item.name.split([' ', '(']).next().unwrap_or_default(),
        _ => &item.name,
    }
}

/// Returns the statements of the bodies of a statement, those of its branches behind those of the first.
/// Definitions inside are not entered: what they hold is theirs.
fn statements_of_bodies<'t>(source: &Source<'_>, node: Node<'t>) -> Vec<Item<'t>> {
    let mut found = Vec::new();
    for child in named_children(node) {
        match source.language.list(child) {
            Some(List::Statements) => {
                let code = |item: &Item<'_>| {
                    !matches!(item.kind, Kind::Comment | Kind::Marker | Kind::Docstring)
                };
                found.extend(source.items(child).into_iter().filter(code));
            }
            Some(List::Module | List::Members) => {}
            Some(List::Entries) | None => found.extend(statements_of_bodies(source, child)),
        }
    }
    found
}

/// Returns the clauses of a statement beside its first body, those of an "else if" included.
fn list_clauses<'t>(node: Node<'t>) -> Vec<&'t str> {
    let mut found = Vec::new();
    for child in named_children(node) {
        if CLAUSES.contains(&child.kind()) {
            found.push(child.kind());
            found.extend(list_clauses(child));
        } else if child.kind() == "if_statement" && node.kind() == "else_clause" {
            found.extend(list_clauses(child));
        }
    }
    found
}

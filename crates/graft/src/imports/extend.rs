//! Adds names to an import statement that stands: in its order, on its line, or one name a line where it gets too long.
//!
//! ```text
//! from app import a, c         + b     from app import a, b, c      sorted: `b` goes between
//! import { c, a } from 'x'     + b     import { c, a, b } from 'x'  in no order: `b` goes last
//! ```

use tree_sitter::Node;

use crate::imports::{Imports, Statement, Wanted};
use crate::items::{line_end, line_start};
use crate::languages::{Form, Imported, Writing};
use crate::splice::Splice;

impl<'t> Imports<'_, '_, 't> {
    /// Stages for statements that import wanted values only as types that they import them as values, with what else is
    /// wanted of their module; returns the rest.
    ///
    /// `import type { A }`, with the value `A` wanted -> `import { A }`.
    pub(super) fn upgrade<'w>(
        &self,
        mut missing: Vec<&'w Wanted>,
        splice: &mut Splice<'_>,
    ) -> Vec<&'w Wanted> {
        for statement in &self.statements {
            let is_typed = |want: &Imported| {
                !want.type_only
                    && statement
                        .bindings
                        .iter()
                        .any(|have| have.type_only && self.same(have, want))
            };
            if !missing.iter().any(|want| is_typed(&want.binding)) {
                continue;
            }
            // Names of the same module that are missing, too, join the statement while it is
            // rewritten.
            let joins = |want: &Imported| {
                want.form == Form::Named
                    && statement
                        .bindings
                        .iter()
                        .all(|have| self.same_module(&have.module, &want.module))
            };
            let (own, rest): (Vec<&Wanted>, Vec<&Wanted>) = missing
                .into_iter()
                .partition(|want| is_typed(&want.binding) || joins(&want.binding));
            missing = rest;
            let mut all = statement.bindings.clone();
            for one in &mut all {
                one.type_only &= !own
                    .iter()
                    .any(|want| is_typed(&want.binding) && self.same(one, &want.binding));
            }
            let new = own.iter().filter(|want| !is_typed(&want.binding));
            let module = all
                .first()
                .map_or_else(String::new, |one| one.module.clone());
            all.extend(new.map(|want| Imported {
                module: module.clone(),
                ..want.binding.clone()
            }));
            let names: Vec<&str> = own.iter().map(|want| want.binding.local()).collect();
            let range = statement.item.node.byte_range();
            splice.add_evidence(format!("imported {} from {module}", names.join(", ")));
            splice.replace(
                range.clone(),
                self.file.language.import(&all, self.file.slice(range)),
            );
        }
        missing
    }

    /// Returns a plain statement of the same module that can take more names.
    ///
    /// `None` for forms that hold one name only, as `import x from 'y'`, and where no statement of
    /// the module has that form.
    pub(super) fn extendable(&self, bindings: &[Imported]) -> Option<&Statement<'t>> {
        let first = bindings.first()?;
        if bindings.iter().any(|one| one.form != first.form)
            || !matches!(first.form, Form::Named | Form::RequireNamed)
        {
            return None;
        }
        let fits = |statement: &&Statement<'t>| {
            statement.plain
                && statement
                    .bindings
                    .iter()
                    .any(|have| have.form == first.form)
                && statement
                    .bindings
                    .iter()
                    .all(|have| self.same_module(&have.module, &first.module))
                && names_node(statement.item.node).is_some()
        };
        // `import type { A }` takes types alone; braces with one `type A` in them take both.
        let typed = |statement: &&Statement<'t>| {
            let is_inline = !is_type_import(statement.item.node)
                && statement.bindings.iter().any(|have| have.type_only);
            is_inline
                || is_type_import(statement.item.node) == bindings.iter().all(|want| want.type_only)
        };
        // A statement in which every name has an alias stays as it is, as `from .a import A as A`.
        let aliased = |statement: &&Statement<'t>| {
            statement.bindings.iter().all(|have| !have.alias.is_empty())
        };
        let mut fitting: Vec<&Statement<'t>> = self
            .statements
            .iter()
            .filter(fits)
            .filter(typed)
            .filter(|one| !aliased(one))
            .collect();
        // The one with most names is where the file collects them.
        fitting.sort_by_key(|statement| std::cmp::Reverse(statement.bindings.len()));
        fitting.first().copied()
    }

    /// Adds names to a statement; `shown` are those of the block's statement, whose order counts where it has all.
    pub(super) fn extend(
        &self,
        statement: &Statement<'t>,
        bindings: &[Imported],
        shown: &[&Imported],
        splice: &mut Splice<'_>,
    ) {
        let node = statement.item.node;
        let names = list_specifiers(node);
        let all = statement
            .bindings
            .iter()
            .all(|have| shown.iter().any(|one| self.same(have, one)));
        if all
            && names.len() == statement.bindings.len()
            && self.reorder(statement, &names, shown, splice)
        {
            return;
        }
        // One name of a script is in order by chance; Python's sorters order every statement.
        let sorted = names
            .windows(2)
            .all(|two| self.order(two[0]) <= self.order(two[1]));
        let typed = is_type_import(statement.item.node);
        let several = node.start_position().row != node.end_position().row;
        let mut added: Vec<(usize, String)> = Vec::new();
        for binding in bindings {
            let shown = self.shown(binding, typed);
            let at = if sorted && (names.len() > 1 || self.file.language.module_gap() == 2) {
                names
                    .iter()
                    .position(|&name| self.order(name) > order_of(&shown))
                    .unwrap_or(names.len())
            } else {
                names.len()
            };
            added.push((at, shown));
        }
        if !several && !self.fits_line(node, &added) {
            self.break_line(node, &names, &added, splice);
            return;
        }
        for (at, shown) in added {
            match (names.get(at), names.last()) {
                (Some(next), _) => {
                    let gap = self.gap_beside(*next, several);
                    splice.insert(next.start_byte(), format!("{shown},{gap}"));
                }
                (None, Some(last)) => {
                    let gap = self.gap_beside(*last, several);
                    let comma = last.next_sibling().filter(|next| next.kind() == ",");
                    match comma {
                        Some(comma) => splice.insert(comma.end_byte(), format!("{gap}{shown},")),
                        None => splice.insert(last.end_byte(), format!(",{gap}{shown}")),
                    }
                }
                (None, None) => {}
            }
        }
    }

    /// Returns what parts a new name from one that stands: a line end where that begins a line of a statement of `several`,
    /// else a blank.
    fn gap_beside(&self, name: Node<'_>, several: bool) -> String {
        let start = name.start_byte();
        let before = self.file.slice(line_start(self.file.text, start)..start);
        if several && before.trim().is_empty() {
            format!("\n{}", self.file.indent(start))
        } else {
            " ".to_owned()
        }
    }

    /// Writes the names in the order in which the block has all of them; `false` where comments stand among them.
    ///
    /// Only in front of names that were there the file's own spelling counts; new ones are written
    /// as the block has them.
    fn reorder(
        &self,
        statement: &Statement<'t>,
        names: &[Node<'_>],
        shown: &[&Imported],
        splice: &mut Splice<'_>,
    ) -> bool {
        let (Some(first), Some(last)) = (names.first(), names.last()) else {
            return false;
        };
        let node = statement.item.node;
        let there = self.file.slice(first.start_byte()..last.end_byte());
        if there.contains(['#']) || there.contains("//") || there.contains("/*") {
            return false;
        }
        let typed = is_type_import(statement.item.node);
        let written = |want: &&Imported| {
            let at = statement
                .bindings
                .iter()
                .position(|have| self.same(have, want));
            let own = at
                .and_then(|at| names.get(at))
                .map(|name| flat_name(self.file.slice(name.byte_range())));
            own.unwrap_or_else(|| self.shown(want, typed))
        };
        let all: Vec<String> = shown.iter().map(written).collect();
        let several = node.start_position().row != node.end_position().row;
        let own_line = self
            .file
            .slice(line_start(self.file.text, last.start_byte())..last.start_byte())
            .trim()
            .is_empty();
        let more: Vec<(usize, String)> = all
            .iter()
            .skip(names.len())
            .map(|name| (names.len(), name.clone()))
            .collect();
        if several && own_line {
            let gap = format!(",\n{}", self.file.indent(last.start_byte()));
            splice.replace(first.start_byte()..last.end_byte(), all.join(&gap));
        } else if several || self.fits_line(node, &more) {
            splice.replace(first.start_byte()..last.end_byte(), all.join(", "));
        } else {
            self.one_a_line(node, names, &all, splice);
        }
        true
    }

    /// Returns a name as it stands in a statement of the file: `a`, `a as b`, `type A`, for
    /// `require` `a: b`. `typed` statements mark no type again.
    fn shown(&self, binding: &Imported, typed: bool) -> String {
        let one = Imported {
            type_only: binding.type_only && !typed,
            ..binding.clone()
        };
        // Written as a whole statement, of which the part between the braces or behind `import` is
        // the name.
        let statement = self.file.language.import(
            &[Imported {
                form: Form::Named,
                type_only: false,
                ..one.clone()
            }],
            "",
        );
        let name = statement.trim_end_matches(';');
        let name = match (name.find('{'), name.find('}'), name.find(" import ")) {
            (Some(open), Some(close), _) => name.get(open + 1..close).unwrap_or_default().trim(),
            (_, _, Some(import)) => name.get(import + 8..).unwrap_or_default(),
            _ => name,
        };
        match (one.form, one.alias.is_empty()) {
            (Form::RequireNamed, false) => format!("{}: {}", one.name, one.alias),
            _ if one.type_only => format!("type {name}"),
            _ => name.to_owned(),
        }
    }

    /// Returns what a name of a statement is ordered by.
    fn order(&self, name: Node<'_>) -> String {
        order_of(self.file.slice(name.byte_range()))
    }

    /// Returns whether a statement on one line stays short enough with the names added: as short as
    /// the longest import of the file, but at least 88 columns in Python and 100 in scripts, where
    /// formatters usually break.
    fn fits_line(&self, node: Node<'_>, added: &[(usize, String)]) -> bool {
        let line = line_end(self.file.text, node.start_byte())
            - line_start(self.file.text, node.start_byte());
        let more: usize = added.iter().map(|(_, shown)| shown.len() + 2).sum();
        let longest = self
            .statements
            .iter()
            .map(|statement| {
                self.file
                    .slice(statement.item.node.byte_range())
                    .lines()
                    .map(str::len)
                    .max()
                    .unwrap_or(0)
            })
            .max();
        line + more
            <= longest
                .unwrap_or(0)
                .max(if self.file.language.module_gap() == 2 {
                    88
                } else {
                    100
                })
    }

    /// Rewrites a statement that became too long, one name a line.
    fn break_line(
        &self,
        node: Node<'_>,
        names: &[Node<'_>],
        added: &[(usize, String)],
        splice: &mut Splice<'_>,
    ) {
        let mut all: Vec<String> = Vec::new();
        for (at, name) in names.iter().enumerate() {
            all.extend(
                added
                    .iter()
                    .filter(|(place, _)| *place == at)
                    .map(|(_, shown)| shown.clone()),
            );
            all.push(flat_name(self.file.slice(name.byte_range())));
        }
        all.extend(
            added
                .iter()
                .filter(|(place, _)| *place >= names.len())
                .map(|(_, shown)| shown.clone()),
        );
        self.one_a_line(node, names, &all, splice);
    }

    /// Replaces the names of a statement by all of `all`, one a line, in brackets: those that
    /// stand, or new ones in Python.
    fn one_a_line(
        &self,
        node: Node<'_>,
        names: &[Node<'_>],
        all: &[String],
        splice: &mut Splice<'_>,
    ) {
        let unit = self.file.language.unit();
        let body: String = all.iter().map(|name| format!("{unit}{name},\n")).collect();
        let (Some(first), Some(last)) = (names.first(), names.last()) else {
            return;
        };
        let text = self.file.slice(node.byte_range());
        let bracketed = text.contains('{') || text.contains('(');
        if bracketed {
            let open = self
                .file
                .slice(node.start_byte()..first.start_byte())
                .trim_end()
                .len()
                + node.start_byte();
            let tail = self.file.slice(last.end_byte()..node.end_byte());
            let close = last.end_byte() + tail.find(['}', ')']).unwrap_or(0);
            splice.replace(open..close, format!("\n{body}"));
        } else {
            splice.replace(first.start_byte()..last.end_byte(), format!("(\n{body})"));
        }
    }
}

/// Returns whether the statement imports types as a whole: `import type { A }`, not `import { type A }`.
fn is_type_import(statement: Node<'_>) -> bool {
    let mut cursor = statement.walk();
    statement
        .children(&mut cursor)
        .any(|child| child.kind() == "type")
}

/// Returns a name on one line, with one blank between its words.
fn flat_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Names are ordered by their letters; constants and classes first where the file does so is not told apart.
fn order_of(name: &str) -> String {
    name.trim_start_matches("type ").to_lowercase()
}

/// Returns the node that holds the names of a statement which can take more.
pub(super) fn names_node(node: Node<'_>) -> Option<Node<'_>> {
    if node.kind() == "import_from_statement" {
        return Some(node);
    }
    find_descendant(node, &["named_imports", "object_pattern"])
}

/// Returns the first node of one of these kinds below a node, outer ones first.
fn find_descendant<'t>(node: Node<'t>, kinds: &[&str]) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    let children: Vec<Node<'t>> = node.named_children(&mut cursor).collect();
    children
        .iter()
        .find(|child| kinds.contains(&child.kind()))
        .copied()
        .or_else(|| {
            children
                .into_iter()
                .find_map(|child| find_descendant(child, kinds))
        })
}

/// Returns the nodes of the names that a statement imports, without its module and comments.
fn list_specifiers(node: Node<'_>) -> Vec<Node<'_>> {
    let Some(holder) = names_node(node) else {
        return Vec::new();
    };
    let skip = node
        .child_by_field_name("module_name")
        .map(|module| module.id());
    let mut cursor = holder.walk();
    holder
        .named_children(&mut cursor)
        .filter(|child| Some(child.id()) != skip && child.kind() != "comment")
        .collect()
}

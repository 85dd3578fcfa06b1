//! Imports that stand deeper than the module's own list: under a condition, or in a function, where they often stand so that
//! a module is loaded late or a circle of imports stays broken.
//!
//! An example: the block `from shop.models import Order, Refund` for a file of which `ready()` alone imports from
//! `shop.models`: `Refund` joins the statement in `ready()`, since the module's top can't import it.

use code::scopes::{Read, Scopes, When};
use code::standard_library::{is_in_node, is_in_python};
use tree_sitter::Node;

use crate::enclosing::path_of;
use crate::imports::extend::names_node;
use crate::imports::{Imports, Statement, Wanted};
use crate::items::Source;
use crate::languages::{Form, Imported, Kind, Language, imported_names, node_text};
use crate::prose::Prose;
use crate::splice::{Splice, location_at, new_refusal};
use crate::{Reason, Refusal};

/// The block whose imports are placed, and the words beside it.
pub(crate) struct Shown<'s, 'n> {
    pub(crate) snippet: &'s Source<'n>,
    pub(crate) prose: &'s Prose,
    /// It shows nothing but imports.
    pub(crate) alone: bool,
}

impl<'t> Imports<'_, '_, 't> {
    /// Takes care of the wanted imports of modules that the file imports inside functions alone: a name joins the one
    /// statement there; returns the rest, which belongs at the top.
    ///
    /// # Errors
    /// Where the top would get what the file keeps in functions, and neither words nor code ask for that.
    pub(crate) fn keep_in_functions(
        &self,
        wanted: Vec<Wanted>,
        shown: &Shown<'_, '_>,
        splice: &mut Splice<'_>,
    ) -> Result<Vec<Wanted>, Refusal> {
        if wanted.is_empty() || shown.prose.speaks_of_an_end() {
            return Ok(wanted);
        }
        let mut local = Vec::new();
        collect_local_imports(self.file, self.file.root(), false, &mut local);
        if local.is_empty() {
            return Ok(wanted);
        }
        let mut rest = Vec::new();
        let mut joining: Vec<(usize, Vec<Imported>)> = Vec::new();
        for want in &wanted {
            let among: Vec<usize> = (0..local.len())
                .filter(|&at| self.imports_from(&local[at], &want.binding.module))
                .collect();
            if among.is_empty() || self.is_ordinary_at_top(&want.binding.module) {
                rest.push(want.clone());
                continue;
            }
            if !shown.alone {
                if !shown.asks_for_top(self.file, want, &among, &local) {
                    return Err(self.kept_local(want, &among, &local));
                }
                rest.push(want.clone());
                continue;
            }
            let have = |at: &usize| {
                let mut bindings = local[*at].bindings.iter();
                bindings.any(|have| self.same(have, &want.binding))
            };
            match among.as_slice() {
                [at] if have(at) => {}
                [at] if can_join(&local[*at], &want.binding) => {
                    match joining.iter_mut().find(|(to, _)| to == at) {
                        Some((_, names)) => names.push(want.binding.clone()),
                        None => joining.push((*at, vec![want.binding.clone()])),
                    }
                }
                _ => return Err(self.kept_local(want, &among, &local)),
            }
        }
        self.join_local((&local, joining), &wanted, splice);
        Ok(rest)
    }

    /// Adds names to statements of functions, given by their places among `local`.
    fn join_local(
        &self,
        (local, joining): (&[Statement<'t>], Vec<(usize, Vec<Imported>)>),
        wanted: &[Wanted],
        splice: &mut Splice<'_>,
    ) {
        for (at, names) in joining {
            let bindings: Vec<&Imported> = wanted
                .iter()
                .map(|want| &want.binding)
                .filter(|binding| self.imports_from(&local[at], &binding.module))
                .collect();
            let joined: Vec<&str> = names.iter().map(Imported::local).collect();
            splice.add_evidence(format!(
                "imported {} where the file does",
                joined.join(", ")
            ));
            self.extend(&local[at], &names, &bindings, splice);
        }
    }

    fn imports_from(&self, statement: &Statement<'_>, module: &str) -> bool {
        let mut bindings = statement.bindings.iter();
        bindings.any(|have| self.same_module(&have.module, module))
    }

    /// Returns whether an import of the module at the top changes nothing: it is there already, or comes with the language.
    fn is_ordinary_at_top(&self, module: &str) -> bool {
        let comes_with = match self.file.language {
            Language::Python => is_in_python(module),
            _ => is_in_node(module),
        };
        let runs = |one: &&Statement<'t>| !one.typing;
        let mut loaded = self.statements.iter().filter(runs);
        comes_with || loaded.any(|one| self.imports_from(one, module))
    }

    fn kept_local(&self, want: &Wanted, among: &[usize], local: &[Statement<'_>]) -> Refusal {
        let starts = among.iter().map(|&at| local[at].item.start);
        let message = format!(
            "the file imports from `{}` inside a function only; whether `{}` belongs there or at the top can't be told",
            want.binding.module,
            want.binding.local()
        );
        Refusal {
            candidates: starts.map(|at| location_at(self.file.text, at)).collect(),
            ..new_refusal(Reason::Unclear, message)
        }
    }
}

impl Shown<'_, '_> {
    /// Returns whether the code of the block needs an import at the top: it reads the name while the module is imported, or
    /// shows the functions that had it without it.
    fn asks_for_top(
        &self,
        file: &Source<'_>,
        want: &Wanted,
        among: &[usize],
        local: &[Statement<'_>],
    ) -> bool {
        let snippet = self.snippet;
        let scopes = Scopes::of_tree(snippet.language, snippet.root(), snippet.text);
        let name = want.binding.local();
        let at_import = |read: &Read| read.name == name && read.when == When::ImportTime;
        scopes.reads.iter().any(at_import)
            || among.iter().all(|&at| {
                let path = path_of(file, local[at].item.node);
                path.last()
                    .is_some_and(|owner| defines(snippet, snippet.root(), owner))
            })
    }
}

/// Returns whether a name can be added to a statement.
fn can_join(statement: &Statement<'_>, binding: &Imported) -> bool {
    matches!(binding.form, Form::Named | Form::RequireNamed)
        && statement
            .bindings
            .iter()
            .all(|have| have.form == binding.form)
        && names_node(statement.item.node).is_some()
}

/// Returns whether a function of this name is written in the text, at any depth.
fn defines(source: &Source<'_>, node: Node<'_>, name: &str) -> bool {
    let named = node
        .child_by_field_name("name")
        .is_some_and(|own| node_text(own, source.text) == name);
    let mut cursor = node.walk();
    named
        || node
            .named_children(&mut cursor)
            .any(|child| defines(source, child, name))
}

/// Collects the import statements of functions, at any depth.
fn collect_local_imports<'t>(
    file: &Source<'_>,
    node: Node<'t>,
    inside: bool,
    found: &mut Vec<Statement<'t>>,
) {
    if inside && file.language.list(node).is_some() {
        let imports = file.items(node).into_iter();
        found.extend(
            imports
                .filter(|item| item.kind == Kind::Import)
                .map(|item| Statement {
                    bindings: imported_names(file.language, item.node, file.text)
                        .unwrap_or_default(),
                    item,
                    plain: false,
                    typing: false,
                }),
        );
    }
    if node.child_count() == 0 {
        return;
    }
    // A function of either language has parameters; a class, a condition and a loop have none.
    let inside = inside
        || node.child_by_field_name("parameters").is_some()
        || node.child_by_field_name("parameter").is_some();
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        collect_local_imports(file, child, inside, found);
    }
}

pub(super) fn collect_nested_imports<'t>(
    file: &Source<'_>,
    node: Node<'t>,
    typing: bool,
    statements: &mut Vec<Statement<'t>>,
) {
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        if file.language.list(child).is_some() {
            for item in file.items(child) {
                if item.kind == Kind::Import {
                    let bindings =
                        imported_names(file.language, item.node, file.text).unwrap_or_default();
                    statements.push(Statement {
                        item,
                        bindings,
                        plain: false,
                        typing,
                    });
                }
            }
        } else if matches!(
            child.kind(),
            "except_clause" | "else_clause" | "finally_clause"
        ) {
            collect_nested_imports(file, child, typing, statements);
        }
    }
}

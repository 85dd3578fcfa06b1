//! Imports as a set: what the snippet needs and the file lacks is added to the file's own statements, in their order
//! and wrapping; a name that already means something else refuses.

mod extend;
mod insert;

use tree_sitter::Node;

use crate::items::{Item, Source};
use crate::languages::{Form, Imported, Kind, Writing, imported};
use crate::splice::{Splice, place, refusal};
use crate::{Reason, Refusal};

/// An import statement of the file.
struct Statement<'t> {
    item: Item<'t>,
    bindings: Vec<Imported>,
    /// Stands at the top of the module, not under a condition.
    plain: bool,
    /// Stands under `if TYPE_CHECKING`.
    typing: bool,
}

/// The imports of one text.
pub(crate) struct Imports<'s, 'a, 't> {
    file: &'s Source<'a>,
    path: &'s str,
    statements: Vec<Statement<'t>>,
    items: &'s [Item<'t>],
}

/// One import that the snippet shows.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) binding: Imported,
    /// The statement that shows it.
    pub(crate) sample: String,
}

/// The imports that a snippet's items show, in order.
pub(crate) fn wanted(snippet: &Source<'_>, items: &[Item<'_>]) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for item in items.iter().filter(|item| item.kind == Kind::Import) {
        let sample = snippet.slice(item.node.byte_range()).to_owned();
        for binding in imported(snippet.language, item.node, snippet.text).unwrap_or_default() {
            wanted.push(Wanted { binding, sample: sample.clone() });
        }
    }
    wanted
}

impl<'s, 'a, 't> Imports<'s, 'a, 't> {
    pub(crate) fn read(file: &'s Source<'a>, path: &'s str, items: &'s [Item<'t>]) -> Self {
        let mut statements = Vec::new();
        for item in items {
            if item.kind == Kind::Import {
                let bindings = imported(file.language, item.node, file.text).unwrap_or_default();
                statements.push(Statement { item: item.clone(), bindings, plain: true, typing: false });
            } else if matches!(item.node.kind(), "if_statement" | "try_statement") {
                let typing = item.name.contains("TYPE_CHECKING");
                nested(file, item.node, typing, &mut statements);
            }
        }
        Imports { file, path, statements, items }
    }

    /// Adds what is missing; says what it added.
    pub(crate) fn add(&self, wanted: &[Wanted], splice: &mut Splice<'_>) -> Result<(), Refusal> {
        let mut missing: Vec<&Wanted> = Vec::new();
        for want in wanted {
            let binding = &want.binding;
            if missing.iter().any(|other| self.same(&other.binding, binding)) || self.has(binding) {
                continue;
            }
            self.refuse_conflict(binding)?;
            missing.push(want);
        }
        let mut groups: Vec<(Vec<Imported>, &str)> = Vec::new();
        for want in missing {
            match groups.iter_mut().find(|(group, _)| group.first().is_some_and(|one| together(one, &want.binding))) {
                Some((group, _)) => group.push(want.binding.clone()),
                None => groups.push((vec![want.binding.clone()], &want.sample)),
            }
        }
        // A new statement may go right behind one that gets more names: those must be staged first.
        groups.sort_by_key(|(group, _)| self.upgrade(group).is_none() && self.extendable(group).is_none());
        for (group, sample) in groups {
            self.add_group(&group, sample, splice);
        }
        Ok(())
    }

    fn add_group(&self, bindings: &[Imported], sample: &str, splice: &mut Splice<'_>) {
        let names: Vec<&str> = bindings.iter().map(Imported::local).collect();
        let module = bindings.first().map_or("", |first| first.module.as_str());
        splice.say(format!("imported {} from {module}", names.join(", ")));
        if let Some(statement) = self.upgrade(bindings) {
            let mut all = statement.bindings.clone();
            for one in &mut all {
                if bindings.iter().any(|new| new.name == one.name && new.alias == one.alias) {
                    one.type_only = false;
                }
            }
            let shown = self.file.slice(statement.item.node.byte_range());
            splice.replace(statement.item.node.byte_range(), self.file.language.import(&all, shown));
            return;
        }
        if let Some(statement) = self.extendable(bindings) {
            self.extend(statement, bindings, splice);
            return;
        }
        let style = self
            .statements
            .iter()
            .find(|statement| statement.plain)
            .map(|statement| self.file.slice(statement.item.node.byte_range()));
        self.insert(bindings, &self.file.language.import(bindings, style.unwrap_or(sample)), splice);
    }

    fn has(&self, binding: &Imported) -> bool {
        self.statements.iter().filter(|statement| !statement.typing).any(|statement| {
            statement.bindings.iter().any(|have| self.same(have, binding) && (!have.type_only || binding.type_only))
        })
    }

    /// Whether two imports bind the same thing to the same name, types aside.
    fn same(&self, have: &Imported, want: &Imported) -> bool {
        let requires = |form: Form| match form {
            Form::RequireNamed => Form::Named,
            Form::Require => Form::Default,
            other => other,
        };
        requires(have.form) == requires(want.form)
            && have.name == want.name
            && have.local() == want.local()
            && self.same_module(&have.module, &want.module)
    }

    fn same_module(&self, have: &str, want: &str) -> bool {
        have == want || self.absolute(have) == self.absolute(want)
    }

    /// A module's name with relative steps resolved against the file's own path, endings dropped.
    fn absolute(&self, module: &str) -> String {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        if module.starts_with("./") || module.starts_with("../") {
            for step in module.split('/') {
                match step {
                    "." => {}
                    ".." => drop(parts.pop()),
                    other => parts.push(other),
                }
            }
            let joined = parts.join("/");
            let bare = [".js", ".ts", ".mjs", ".cjs"].iter().find_map(|ending| joined.strip_suffix(ending));
            return bare.unwrap_or(&joined).to_owned();
        }
        let dots = module.len() - module.trim_start_matches('.').len();
        if dots > 0 && module != "." {
            parts.truncate(parts.len().saturating_sub(dots - 1));
            let rest = module.trim_start_matches('.');
            parts.extend(rest.split('.').filter(|part| !part.is_empty()));
            return parts.join(".");
        }
        module.to_owned()
    }

    fn refuse_conflict(&self, binding: &Imported) -> Result<(), Refusal> {
        let local = binding.local();
        if local.is_empty() || local == "*" || local.contains('.') {
            return Ok(());
        }
        for statement in self.statements.iter().filter(|statement| !statement.typing) {
            for have in &statement.bindings {
                let other = have.local() == local && !self.suffix_of_one(have, binding) && !self.same(have, binding);
                if other && have.form != Form::Star {
                    let mut refusal = refusal(
                        Reason::Conflict,
                        format!(
                            "`{local}` is imported from `{}` already, the block imports it from `{}`",
                            have.module, binding.module
                        ),
                    );
                    refusal.candidates.push(place(self.file.text, statement.item.start));
                    return Err(refusal);
                }
            }
        }
        let defined = self.items.iter().find(|item| item.is_definition() && item.name == local);
        if let Some(item) = defined {
            let mut refusal = refusal(
                Reason::Conflict,
                format!("`{local}` is defined in the file, the block imports it from `{}`", binding.module),
            );
            refusal.candidates.push(place(self.file.text, item.start));
            return Err(refusal);
        }
        Ok(())
    }

    /// Whether one module's name ends as the other's does: `app.models` and `server.app.models`.
    fn suffix_of_one(&self, have: &Imported, want: &Imported) -> bool {
        if have.name != want.name || have.form != want.form {
            return false;
        }
        let (one, other) = (self.absolute(&have.module), self.absolute(&want.module));
        let (long, short) = if one.len() > other.len() { (&one, &other) } else { (&other, &one) };
        long.strip_suffix(short.as_str()).is_some_and(|head| head.ends_with('.') || head.ends_with('/'))
    }
}

/// Whether two imports can share a statement.
fn together(one: &Imported, other: &Imported) -> bool {
    one.module == other.module
        && one.type_only == other.type_only
        && match one.form {
            Form::Named => matches!(other.form, Form::Named),
            Form::RequireNamed => other.form == Form::RequireNamed,
            _ => one == other,
        }
}

fn nested<'t>(file: &Source<'_>, node: Node<'t>, typing: bool, statements: &mut Vec<Statement<'t>>) {
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        if file.language.list(child).is_some() {
            for item in file.items(child) {
                if item.kind == Kind::Import {
                    let bindings = imported(file.language, item.node, file.text).unwrap_or_default();
                    statements.push(Statement { item, bindings, plain: false, typing });
                }
            }
        } else if matches!(child.kind(), "except_clause" | "else_clause" | "finally_clause") {
            nested(file, child, typing, statements);
        }
    }
}

//! Imports as a set: what the snippet needs and the file lacks is added to the file's own statements, in their order
//! and wrapping; a name that already means something else refuses.

mod extend;
mod insert;
mod nested;
mod typing;

mod spelled;

pub(crate) use nested::Shown;
pub(crate) use spelled::spelled_out;
pub(crate) use typing::is_typing;

use crate::imports::nested::collect_nested_imports;
use crate::items::{Item, Source};
use crate::languages::{Form, Imported, Kind, Writing, flatten, imported_names};
use crate::neighbours::{PhraseMatch, match_phrase};
use crate::prose::{Prose, Relation};
use crate::splice::{Splice, location_at, new_refusal};
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

/// A statement of the file, and whether something new goes in front of it.
#[derive(Debug, Clone, Copy)]
struct Beside {
    at: usize,
    before: bool,
}

/// One import that the snippet shows.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) binding: Imported,
    /// The statement that shows it.
    pub(crate) sample: String,
    /// The comment behind that statement, with the blanks before it.
    tail: String,
    /// First and last line of that statement.
    rows: (usize, usize),
}

/// Returns the imports that a snippet's items show, in order.
pub(crate) fn collect_wanted_imports(snippet: &Source<'_>, items: &[Item<'_>]) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for item in items.iter().filter(|item| item.kind == Kind::Import) {
        let sample = snippet.slice(item.node.byte_range()).to_owned();
        let tail = snippet.slice(item.code_end..item.end).trim_end().to_owned();
        let rows = (item.node.start_position().row, item.node.end_position().row);
        for binding in imported_names(snippet.language, item.node, snippet.text).unwrap_or_default()
        {
            wanted.push(Wanted {
                binding,
                sample: sample.clone(),
                tail: tail.clone(),
                rows,
            });
        }
    }
    wanted
}

impl<'s, 'a, 't> Imports<'s, 'a, 't> {
    pub(crate) fn from_items(file: &'s Source<'a>, path: &'s str, items: &'s [Item<'t>]) -> Self {
        let mut statements = Vec::new();
        for item in items {
            if item.kind == Kind::Import {
                let bindings =
                    imported_names(file.language, item.node, file.text).unwrap_or_default();
                statements.push(Statement {
                    item: item.clone(),
                    bindings,
                    plain: true,
                    typing: false,
                });
            } else if matches!(item.node.kind(), "if_statement" | "try_statement") {
                let typing = item.name.contains("TYPE_CHECKING");
                collect_nested_imports(file, item.node, typing, &mut statements);
            }
        }
        Imports {
            file,
            path,
            statements,
            items,
        }
    }

    /// Returns whether the file binds the name, by an import or a definition.
    pub(crate) fn binds(&self, name: &str) -> bool {
        self.statements
            .iter()
            .any(|one| one.bindings.iter().any(|have| have.local() == name))
            || self
                .items
                .iter()
                .any(|item| item.is_definition() && item.name == name)
    }

    /// Adds what is missing; says what it added. `prose` are the words beside a block
    /// that shows nothing else.
    pub(crate) fn add(
        &self,
        wanted: &[Wanted],
        prose: Option<&Prose>,
        splice: &mut Splice<'_>,
    ) -> Result<(), Refusal> {
        let mut missing: Vec<&Wanted> = Vec::new();
        for want in wanted {
            let binding = &want.binding;
            if missing
                .iter()
                .any(|other| self.same(&other.binding, binding))
                || self.has(binding)
            {
                continue;
            }
            self.refuse_conflict(binding)?;
            missing.push(want);
        }
        let missing = self.upgrade(missing, splice);
        let mut groups: Vec<(Vec<Imported>, &Wanted)> = Vec::new();
        for want in missing {
            let fits = |(group, shown): &(Vec<Imported>, &Wanted)| {
                group.first().is_some_and(|one| {
                    can_share_statement(one, &want.binding) || share_shown_braces(one, shown, want)
                })
            };
            match groups.iter_mut().find(|group| fits(group)) {
                Some((group, _)) => group.push(want.binding.clone()),
                None => groups.push((vec![want.binding.clone()], want)),
            }
        }
        let told = prose.and_then(|prose| self.find_stated_neighbour(prose));
        // A new statement may go right behind one that gets more names: those must be staged first.
        groups.sort_by_key(|(group, _)| self.extendable(group).is_none());
        for (group, first) in groups {
            self.add_group(&group, (first, wanted), told, splice);
        }
        Ok(())
    }

    fn add_group(
        &self,
        bindings: &[Imported],
        (first, wanted): (&Wanted, &[Wanted]),
        told: Option<Beside>,
        splice: &mut Splice<'_>,
    ) {
        let names: Vec<&str> = bindings.iter().map(Imported::local).collect();
        splice.add_evidence(format!(
            "imported {} from {}",
            names.join(", "),
            first.binding.module
        ));
        let shown: Vec<&Imported> = wanted
            .iter()
            .filter(|one| one.rows == first.rows)
            .map(|one| &one.binding)
            .collect();
        // A comment behind a statement is part of it, and belongs to no other name.
        if let Some(statement) = self.extendable(bindings).filter(|_| first.tail.is_empty()) {
            self.extend(statement, bindings, &shown, splice);
            return;
        }
        let style = self
            .statements
            .iter()
            .find(|statement| statement.plain)
            .map(|statement| self.file.slice(statement.item.node.byte_range()));
        let mut statement = self
            .file
            .language
            .import(bindings, style.unwrap_or(&first.sample));
        if bindings.len() == shown.len() {
            statement.push_str(&first.tail);
        }
        match told.or_else(|| self.neighbour(first, wanted)) {
            Some(beside) => self.insert_beside(beside, &statement, splice),
            None => self.insert_statement(bindings, &statement, splice),
        }
    }

    /// Returns the statement right beside which the block shows a new one, line by line.
    fn neighbour(&self, new: &Wanted, wanted: &[Wanted]) -> Option<Beside> {
        let rank = |binding: &Imported| self.file.language.import_rank(&binding.module, self.path);
        let stands = |want: &Wanted| {
            let at = self.statements.iter().position(|one| {
                one.plain
                    && one
                        .bindings
                        .iter()
                        .any(|have| self.same(have, &want.binding))
            })?;
            (rank(&want.binding) == rank(&new.binding)).then_some(at)
        };
        let from = wanted.iter().position(|one| one.rows == new.rows)?;
        let mut row = new.rows.0;
        for above in wanted.iter().take(from).rev() {
            if above.rows.1 + 1 != row && above.rows.0 != row {
                break;
            }
            row = above.rows.0;
            if let Some(at) = stands(above) {
                return Some(Beside { at, before: false });
            }
        }
        let mut row = new.rows.1;
        for below in wanted.iter().skip(from).filter(|one| one.rows != new.rows) {
            if below.rows.0 != row + 1 && below.rows.1 != row {
                break;
            }
            row = below.rows.1;
            if let Some(at) = stands(below) {
                return Some(Beside { at, before: true });
            }
        }
        None
    }

    /// Returns the statement that the words name as a neighbour: by its code, its module or a name, else by words that
    /// only it has.
    fn find_stated_neighbour(&self, prose: &Prose) -> Option<Beside> {
        for relation in [Relation::After, Relation::Before] {
            for name in prose.related(relation, "", &[]) {
                let code = flatten(name);
                let meant = |one: &Statement<'_>| {
                    let same = |have: &Imported| have.local() == code || have.module == code;
                    flatten(self.file.slice(one.item.node.byte_range())).trim_end_matches(';')
                        == code.trim_end_matches(';')
                        || one.bindings.iter().any(same)
                };
                if let [at] = self.plain(meant).as_slice() {
                    return Some(Beside {
                        at: *at,
                        before: relation == Relation::Before,
                    });
                }
            }
        }
        let items: Vec<Item<'t>> = self.statements.iter().map(|one| one.item.clone()).collect();
        let among = self.plain(|_| true);
        prose.phrases("", &[]).into_iter().find_map(|phrase| {
            match match_phrase(self.file, phrase, &items, &among) {
                PhraseMatch::Items(found) if found.len() == 1 => Some(Beside {
                    at: *found.first()?,
                    before: phrase.relation == Relation::Before,
                }),
                _ => None,
            }
        })
    }

    /// Returns the places of the module's own statements that pass the test.
    fn plain(&self, test: impl Fn(&Statement<'t>) -> bool) -> Vec<usize> {
        self.statements
            .iter()
            .enumerate()
            .filter(|(_, one)| one.plain && test(one))
            .map(|(at, _)| at)
            .collect()
    }

    fn has(&self, binding: &Imported) -> bool {
        self.statements
            .iter()
            .filter(|statement| !statement.typing)
            .any(|statement| {
                statement
                    .bindings
                    .iter()
                    .any(|have| self.same(have, binding) && (!have.type_only || binding.type_only))
            })
    }

    /// Returns whether two imports bind the same thing to the same name, types aside.
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

    /// Returns a module's name with relative steps resolved against the file's own path, endings dropped.
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
            let bare = [".js", ".ts", ".mjs", ".cjs"]
                .iter()
                .find_map(|ending| joined.strip_suffix(ending));
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
                let other = have.local() == local
                    && !self.suffix_of_one(have, binding)
                    && !self.same(have, binding);
                if other && have.form != Form::Star {
                    let mut refusal = new_refusal(
                        Reason::Conflict,
                        format!(
                            "`{local}` is imported from `{}` already, the block imports it from `{}`",
                            have.module, binding.module
                        ),
                    );
                    refusal
                        .candidates
                        .push(location_at(self.file.text, statement.item.start));
                    return Err(refusal);
                }
            }
        }
        let defined = self
            .items
            .iter()
            .find(|item| item.is_definition() && item.name == local);
        if let Some(item) = defined {
            let mut refusal = new_refusal(
                Reason::Conflict,
                format!(
                    "`{local}` is defined in the file, the block imports it from `{}`",
                    binding.module
                ),
            );
            refusal
                .candidates
                .push(location_at(self.file.text, item.start));
            return Err(refusal);
        }
        Ok(())
    }

    /// Returns whether one module's name ends as the other's does: `app.models` and `server.app.models`.
    fn suffix_of_one(&self, have: &Imported, want: &Imported) -> bool {
        if have.name != want.name || have.form != want.form {
            return false;
        }
        let (one, other) = (self.absolute(&have.module), self.absolute(&want.module));
        let (long, short) = if one.len() > other.len() {
            (&one, &other)
        } else {
            (&other, &one)
        };
        long.strip_suffix(short.as_str())
            .is_some_and(|head| head.ends_with('.') || head.ends_with('/'))
    }
}

/// Returns whether two imports can share a statement.
fn can_share_statement(one: &Imported, other: &Imported) -> bool {
    one.module == other.module
        && one.type_only == other.type_only
        && match one.form {
            Form::Named => matches!(other.form, Form::Named),
            Form::RequireNamed => other.form == Form::RequireNamed,
            _ => one == other,
        }
}

/// Returns whether the block shows two names in the braces of one statement, one of them marked as a type: `{ type A, b
/// }`.
fn share_shown_braces(one: &Imported, shown: &Wanted, want: &Wanted) -> bool {
    one.form == Form::Named
        && want.binding.form == Form::Named
        && one.module == want.binding.module
        && shown.rows == want.rows
        && shown.sample == want.sample
}

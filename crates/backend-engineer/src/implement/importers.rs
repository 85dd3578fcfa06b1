//! Finds what a unit takes away from modules that stay: a name, or a whole file, that a module which the plan leaves
//! alone imports while it is loaded.
//!
//! ```text
//! plan         Delete: `app/old.py`
//! app/use.py   from app.old import OLD     # stays, and fails when it is loaded
//! ```
//!
//! Importers are looked for only where something went, for each file of the project that contains
//! the module's name has to be read. Left alone: tests (the suite tells), files that a unit of the
//! plan changes, imports under a condition, and names that may come from a star import.

use std::collections::BTreeSet;

use code::languages::Language;
use code::paths;
use code::scopes::{BoundBy, Scopes, When};
use plan::{Action, PhaseId};
use survey::on_all_cores;

use crate::identifiers::contains_identifier;
use crate::prohibitions::is_path;
use crate::unit_work::UnitWork;

/// What went from a file.
enum Gone {
    /// The file itself.
    File,
    /// Names at its top.
    Names(BTreeSet<String>),
}

/// An import that finds nothing any more.
struct Orphan {
    importer: String,
    line: usize,
    /// The name; none where the file itself is asked for.
    name: Option<String>,
}

/// Returns which import of a module that stays fails, now that the file at `path` is no longer as it
/// was (`before`), in words.
pub(super) fn find_orphan(work: &mut UnitWork<'_>, path: &str, before: &str) -> Option<String> {
    let language = Language::of_path(path)?;
    let after = work.workspace.tree.read_text(path).ok()?;
    let gone = match &after {
        None => Gone::File,
        Some(after) => Gone::Names(lost_names(path, before, after)),
    };
    if paths::is_test(path) || matches!(&gone, Gone::Names(names) if names.is_empty()) {
        return None;
    }
    let root = work.workspace.tree.root().to_owned();
    let candidates = files_that_may_import(work, path, language);
    let texts = on_all_cores(&candidates, |file| {
        let text = std::fs::read_to_string(root.join(file)).ok()?;
        contains_identifier(&text, module_word(path)).then_some(text)
    });
    for (importer, text) in candidates.iter().zip(texts) {
        // What an earlier block made of the importer counts, not what is on disk.
        let is_staged = work.workspace.tree.staged().contains_key(importer);
        let text = match is_staged {
            true => work.workspace.tree.read_text(importer).ok().flatten(),
            false => text,
        };
        let Some(text) = text else { continue };
        if let Some(orphan) = find_import(work, (importer, &text), path, &gone) {
            return Some(describe_orphan(path, &orphan));
        }
    }
    None
}

/// Returns the names that a module bound at its top and no longer does.
fn lost_names(path: &str, before: &str, after: &str) -> BTreeSet<String> {
    let (Some(old), Some(new)) = (Scopes::of_file(path, before), Scopes::of_file(path, after))
    else {
        return BTreeSet::new();
    };
    let (Some(old), Some(new)) = (old.module(), new.module()) else {
        return BTreeSet::new();
    };
    if new.open.is_some() {
        return BTreeSet::new();
    }
    // A script exports by clauses, too (`export { a } from './b'`), which bind nothing.
    let may_export = |name: &str| {
        Language::of_path(path) != Some(Language::Python) && contains_identifier(after, name)
    };
    let names = old.bindings.iter().map(|binding| binding.name.as_str());
    names
        .filter(|name| !new.bindings.iter().any(|binding| binding.name == *name))
        .filter(|name| !may_export(name))
        .map(str::to_owned)
        .collect()
}

/// Returns the files of the project that could import the module and that the plan leaves alone.
fn files_that_may_import(work: &UnitWork<'_>, path: &str, language: Language) -> Vec<String> {
    let is_python = language == Language::Python;
    // What a unit only describes is for a model to do; without one the file stays as it is.
    let done = |unit: PhaseId| work.run.model().is_some() || !work.assignment.units.contains(&unit);
    let of_plan = |file: &str| {
        work.run.plan.all().any(|phase| {
            phase.changes.iter().any(|change| {
                let is_stated = change.action != Action::Unstated && done(phase.id);
                is_path(file, &change.path) && (is_stated || !change.blocks.is_empty())
            })
        })
    };
    let files = work.run.files.all().iter().map(|file| &**file);
    let of_language = files.filter(|file| {
        Language::of_path(file).is_some_and(|one| (one == Language::Python) == is_python)
    });
    of_language
        .filter(|file| *file != path && !paths::is_test(file) && !of_plan(file))
        .map(str::to_owned)
        .collect()
}

/// Returns the word by which an import names a module: its file's stem, of a package or an index its
/// folder.
fn module_word(path: &str) -> &str {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name);
    match (stem, parts.next()) {
        ("__init__" | "index", Some(folder)) => folder,
        _ => stem,
    }
}

/// Returns the import of a file that asks for what is gone.
fn find_import(
    work: &UnitWork<'_>,
    (importer, text): (&str, &str),
    path: &str,
    gone: &Gone,
) -> Option<Orphan> {
    let scopes = Scopes::of_file(importer, text)?;
    let resolves =
        |module: &str| work.run.files.imported(importer, module).as_deref() == Some(path);
    for binding in &scopes.module()?.bindings {
        let BoundBy::Import { module, name } = &binding.by else {
            continue;
        };
        // A guarded import expects its module to be missing.
        if binding.when != When::ImportTime || binding.is_type_only || binding.branch.is_some() {
            continue;
        }
        let submodule = name.as_ref().map(|name| match module.ends_with('.') {
            true => format!("{module}{name}"),
            false => format!("{module}.{name}"),
        });
        let fails = match gone {
            Gone::File => {
                resolves(module) || submodule.is_some_and(|submodule| resolves(&submodule))
            }
            Gone::Names(names) => {
                name.as_ref().is_some_and(|name| names.contains(name)) && resolves(module)
            }
        };
        if fails {
            let head = text.get(..binding.span.start).unwrap_or_default();
            return Some(Orphan {
                importer: importer.to_owned(),
                line: head.matches('\n').count() + 1,
                name: match gone {
                    Gone::File => None,
                    Gone::Names(_) => name.clone(),
                },
            });
        }
    }
    None
}

/// Writes which import would fail, and where.
fn describe_orphan(path: &str, orphan: &Orphan) -> String {
    let Orphan {
        importer,
        line,
        name,
    } = orphan;
    match name {
        Some(name) => format!(
            "{importer} imports `{name}` from {path} at line {line}, and the plan leaves that line as it is"
        ),
        None => format!(
            "{importer} imports {path} at line {line}, and the plan leaves that line as it is"
        ),
    }
}

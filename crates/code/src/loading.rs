//! Modules that load one another: what one reads of another that is only half loaded.
//!
//! ```text
//! a.py   from b import B        # loads b first …
//!        class A: …
//! b.py   from a import A        # … which asks for what `a` has not yet bound
//!        class B(A): …
//! ```
//!
//! A cycle alone is ordinary: imports in functions, in strings, for types only, or of a name that
//! is bound above the import that closes the cycle all work. Only what fails whichever of the
//! cycle's modules is loaded first is told.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use crate::languages::Language;
use crate::scopes::{BoundBy, Purpose, Scopes, When};

/// Modules that are read at most to find a cycle: each is parsed, and of a larger part of a project
/// nothing is said.
const MOST_MODULES: usize = 200;

/// The files of a project.
pub trait Project {
    /// Returns a file's text.
    fn text(&mut self, path: &str) -> Option<String>;
    /// Returns the file that a module, imported in the file `from`, is in.
    fn resolve(&mut self, from: &str, module: &str) -> Option<String>;
}

/// A name that a module reads from one that is only half loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HalfLoaded {
    /// The module that reads it.
    pub reader: String,
    /// Where, in bytes.
    pub at: usize,
    /// The name.
    pub name: String,
    /// The module that has not bound it yet.
    pub module: String,
}

/// A step of a module while it is loaded.
#[derive(Debug, Clone)]
enum Step {
    /// The module loads another one.
    Load,
    /// The module reads a name of another one.
    Read(String),
}

/// A module as it is loaded.
#[derive(Debug, Default)]
struct Module {
    /// In the order in which they happen: where, what, of which file.
    steps: Vec<(usize, Step, String)>,
    /// Names with the place from which on each is bound.
    bound: Vec<(String, usize)>,
    /// It may have names that are not seen.
    is_open: bool,
}

/// Returns what fails when the modules of a cycle through `path` load one another, in whichever
/// order they are asked for.
pub fn half_loaded(project: &mut dyn Project, path: &str) -> Option<HalfLoaded> {
    let mut modules = BTreeMap::new();
    let mut next = vec![path.to_owned()];
    while let Some(at) = next.pop() {
        if modules.contains_key(&at) {
            continue;
        }
        if modules.len() == MOST_MODULES {
            return None;
        }
        let module = read_module(project, &at).unwrap_or_default();
        next.extend(module.steps.iter().map(|(_, _, target)| target.clone()));
        modules.insert(at, module);
    }
    let cycle = leading_to(&modules, path);
    let mut found = None;
    for entry in &cycle {
        let mut run = Run {
            modules: &modules,
            loading: BTreeMap::new(),
            loaded: BTreeSet::new(),
        };
        // Some way to load them works: then the cycle is fine as long as that way is taken, and
        // nothing is reported.
        let ControlFlow::Break(failure) = run.load(entry) else {
            return None;
        };
        found = found.or(Some(failure));
    }
    found
}

/// Returns the modules from which imports lead to `path` and to which they lead from it; none where
/// it is in no cycle.
fn leading_to(modules: &BTreeMap<String, Module>, path: &str) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut wanted = vec![path.to_owned()];
    while let Some(target) = wanted.pop() {
        for (name, module) in modules {
            if module.steps.iter().any(|(_, _, to)| *to == target) && found.insert(name.clone()) {
                wanted.push(name.clone());
            }
        }
    }
    if found.contains(path) {
        found
    } else {
        BTreeSet::new()
    }
}

/// Modules on their way.
struct Run<'m> {
    modules: &'m BTreeMap<String, Module>,
    /// The step that each has come to.
    loading: BTreeMap<&'m str, usize>,
    /// Modules that are loaded to their end.
    loaded: BTreeSet<&'m str>,
}

impl<'m> Run<'m> {
    /// Loads a module step by step; one that is loaded or on its way is not loaded again.
    fn load(&mut self, path: &str) -> ControlFlow<HalfLoaded> {
        let Some((path, module)) = self.modules.get_key_value(path) else {
            return ControlFlow::Continue(());
        };
        if self.loaded.contains(path.as_str()) || self.loading.contains_key(path.as_str()) {
            return ControlFlow::Continue(());
        }
        self.loading.insert(path, 0);
        for (at, step, target) in &module.steps {
            self.loading.insert(path, *at);
            match step {
                Step::Load => self.load(target)?,
                Step::Read(name) if self.lacks(target, name) => {
                    let (reader, name, module) = (path.clone(), name.clone(), target.clone());
                    return ControlFlow::Break(HalfLoaded {
                        reader,
                        at: *at,
                        name,
                        module,
                    });
                }
                Step::Read(_) => {}
            }
        }
        self.loading.remove(path.as_str());
        self.loaded.insert(path);
        ControlFlow::Continue(())
    }

    /// Returns whether a module has come only to a place above all that bind the name.
    fn lacks(&self, path: &str, name: &str) -> bool {
        let (Some(come), Some(module)) = (self.loading.get(path), self.modules.get(path)) else {
            return false;
        };
        let mut bound = module
            .bound
            .iter()
            .filter(|(own, _)| own == name)
            .peekable();
        !module.is_open && bound.peek().is_some() && bound.all(|(_, from)| from > come)
    }
}

/// Reads the steps of a module and the names that it binds; `None` for a file that can't be read.
fn read_module(project: &mut dyn Project, path: &str) -> Option<Module> {
    let scopes = Scopes::of_file(path, &project.text(path)?)?;
    let is_python = Language::of_path(path) == Some(Language::Python);
    let own = scopes.module()?;
    let mut module = Module {
        is_open: own.open.is_some(),
        ..Module::default()
    };
    let mut imported: BTreeMap<&str, (String, Option<&str>)> = BTreeMap::new();
    for binding in &own.bindings {
        let BoundBy::Import { module: from, name } = &binding.by else {
            // A `var` and a declaration are there before their value; no error comes of reading them.
            let from = if binding.is_hoisted || binding.by == BoundBy::Declaration {
                0
            } else {
                binding.from
            };
            module.bound.push((binding.name.clone(), from));
            continue;
        };
        module.bound.push((
            binding.name.clone(),
            if is_python { binding.from } else { 0 },
        ));
        // What is imported under a condition, later or for types may never be.
        if binding.branch.is_some() || binding.is_type_only || binding.when == When::Later {
            continue;
        }
        let is_run = |read: &&crate::scopes::Read| {
            read.name == binding.name && read.purpose == Purpose::Value
        };
        if !is_python && !scopes.reads.iter().any(|read| is_run(&read)) {
            continue;
        }
        let at = if is_python { binding.span.start } else { 0 };
        for target in loaded_by(project, path, from, is_python) {
            module.steps.push((at, Step::Load, target));
        }
        let target = project.resolve(path, from);
        let inner = name
            .as_ref()
            .filter(|_| is_python)
            .and_then(|name| project.resolve(path, &child_path(from, name)));
        match (name, inner, target) {
            (Some(_), Some(inner), target) if Some(&inner) != target.as_ref() => {
                module.steps.push((at, Step::Load, inner.clone()));
                imported.insert(&binding.name, (inner, None));
            }
            (Some(name), _, Some(target)) if is_python => {
                module.steps.push((at, Step::Read(name.clone()), target))
            }
            // `import a.b` binds `a`, which is another module.
            (None, ..) if is_python && from.starts_with(&format!("{}.", binding.name)) => {}
            (name, _, Some(target)) => {
                drop(imported.insert(&binding.name, (target, name.as_deref())))
            }
            _ => {}
        }
    }
    module.steps.extend(reads_of_imported(&scopes, &imported));
    module.steps.sort_by_key(|(at, ..)| *at);
    Some(module)
}

/// Returns the reads of imported values that are certain to happen at import time.
fn reads_of_imported(
    scopes: &Scopes,
    imported: &BTreeMap<&str, (String, Option<&str>)>,
) -> Vec<(usize, Step, String)> {
    let mut steps = Vec::new();
    for read in scopes
        .reads
        .iter()
        .filter(|read| read.when == When::ImportTime && read.purpose == Purpose::Value)
    {
        let is_certain = read.branch.is_none() && !read.is_guarded;
        if let Some((target, name)) = imported.get(read.name.as_str()).filter(|_| is_certain) {
            let name = name.map(str::to_owned).or_else(|| read.member.clone());
            steps.extend(name.map(|name| (read.span.start, Step::Read(name), target.clone())));
        }
    }
    steps
}

/// Returns the files that an import loads: in Python the packages around the module first.
fn loaded_by(project: &mut dyn Project, path: &str, module: &str, is_python: bool) -> Vec<String> {
    let dotted = module.trim_start_matches('.');
    let dots = &module[..module.len() - dotted.len()];
    let ends = dotted
        .match_indices('.')
        .map(|(end, _)| end)
        .filter(|_| is_python);
    let packages = ends.map(|end| format!("{dots}{}", &dotted[..end]));
    // What holds a module is a package: a module of the same name that lies nearer is not meant.
    let is_package = |file: &String| file.ends_with("__init__.py");
    let around: Vec<String> = packages
        .filter_map(|name| project.resolve(path, &name).filter(is_package))
        .collect();
    let found = around.into_iter().chain(project.resolve(path, module));
    found.filter(|file| file != path).collect()
}

/// Returns the dotted path of what is named in a module.
fn child_path(module: &str, name: &str) -> String {
    if module.ends_with('.') {
        format!("{module}{name}")
    } else {
        format!("{module}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::Modules;

    struct Files<'a>(&'a [(&'a str, &'a str)], Modules);

    impl Project for Files<'_> {
        fn text(&mut self, path: &str) -> Option<String> {
            self.0
                .iter()
                .find(|(name, _)| *name == path)
                .map(|(_, text)| (*text).to_owned())
        }

        fn resolve(&mut self, from: &str, module: &str) -> Option<String> {
            self.1
                .resolve(from, module)
                .and_then(|id| self.1.path(id))
                .map(str::to_owned)
        }
    }

    fn found(files: &[(&str, &str)]) -> Option<String> {
        let modules = Modules::new(files.iter().map(|(path, _)| *path), std::iter::empty());
        let first = files.first().map_or("", |(path, _)| path);
        let found = half_loaded(&mut Files(files, modules), first)?;
        Some(format!(
            "{} of {} in {}",
            found.name, found.module, found.reader
        ))
    }

    #[test]
    fn what_fails_in_any_order_is_found() {
        for files in [
            [
                ("app/a.py", "from app.b import B\nclass A: pass\n"),
                ("app/b.py", "from app.a import A\nclass B(A): pass\n"),
            ],
            [
                ("app/a.py", "from .b import B\nA = 1\n"),
                ("app/b.py", "from .a import A\nB = 1\n"),
            ],
            [
                ("app/a.py", "from app import b\nA = b.B\n"),
                ("app/b.py", "from app import a\nB = a.A\n"),
            ],
            [
                (
                    "src/a.ts",
                    "import { B } from './b';\nexport class A extends B {}\n",
                ),
                (
                    "src/b.ts",
                    "import { A } from './a';\nexport class B {}\nexport const x = new A();\nexport class C extends A {}\nclass D extends B {}\n",
                ),
            ],
            [
                (
                    "src/a.ts",
                    "import { b } from './b';\nexport const a = b + 1;\n",
                ),
                (
                    "src/b.ts",
                    "import { a } from './a';\nexport const b = a + 1;\n",
                ),
            ],
        ] {
            assert!(found(&files).is_some(), "{files:?}");
        }
    }

    #[test]
    fn a_module_named_as_its_package_is_not_loaded_for_it() {
        let files = [
            (
                "app/api/models/__init__.py",
                "from app.api.models.user import User\n",
            ),
            (
                "app/api/models/user.py",
                "from app.api.models.base import Base\nclass User(Base): pass\n",
            ),
            ("app/api/models/base.py", "class Base: pass\n"),
            ("app/api/__init__.py", "from .app import app\n"),
            (
                "app/api/app.py",
                "from app.api.config import settings\napp = settings\n",
            ),
            ("app/api/config.py", "settings = 1\n"),
            ("app/__init__.py", ""),
        ];
        assert_eq!(found(&files), None);
    }

    /// Two files that may load each other without harm.
    const ORDINARY_CYCLES: &[[(&str, &str); 2]] = &[
        [
            ("app/a.py", "from app.b import B\nclass A: pass\n"),
            (
                "app/b.py",
                "def f():\n    from app.a import A\n    return A\nclass B: pass\n",
            ),
        ],
        [
            ("app/__init__.py", "db = 1\nfrom app import routes\n"),
            ("app/routes.py", "from app import db\nx = db\n"),
        ],
        [
            ("app/a.py", "import app.b\nclass A: pass\n"),
            ("app/b.py", "import app.a\ndef f():\n    return app.a.A\n"),
        ],
        [
            ("app/a.py", "from app.b import B\nA = 1\n"),
            (
                "app/b.py",
                "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.a import A\nB = 1\n",
            ),
        ],
        [
            ("app/a.py", "A = 1\nfrom app.b import B\n"),
            ("app/b.py", "from app.a import A\nB = 1\n"),
        ],
        [
            ("app/a.py", "from app.b import B\n"),
            ("app/b.py", "B = 1\n"),
        ],
        [
            ("app/a.py", "from app.b import *\nA = 1\n"),
            ("app/b.py", "from app.a import A\nB = 1\n"),
        ],
        [
            (
                "src/a.ts",
                "import { B } from './b';\n@Entity()\nexport class A { @Many(() => B) b: B[]; }\n",
            ),
            (
                "src/b.ts",
                "import { A } from './a';\n@Entity()\nexport class B { @One(() => A) a: A; }\n",
            ),
        ],
        [
            (
                "src/a.ts",
                "import { B } from './b';\nexport interface A { b: B }\n",
            ),
            (
                "src/b.ts",
                "import { A } from './a';\nexport const x: A[] = [];\nexport class B {}\n",
            ),
        ],
        [
            (
                "src/a.ts",
                "import { b } from './b';\nexport function a() { return b(); }\n",
            ),
            (
                "src/b.ts",
                "import { a } from './a';\nexport function b() { return 1; }\nexport const x = a();\n",
            ),
        ],
    ];

    #[test]
    fn ordinary_cycles_are_none() {
        for files in ORDINARY_CYCLES {
            assert_eq!(found(files), None, "{files:?}");
        }
    }
}

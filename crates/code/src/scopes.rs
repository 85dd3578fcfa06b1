//! Scopes of a file: which names are bound where, which are read where, and when: while the module
//! is imported, or later.
//!
//! ```text
//! from app.db import engine        # Module binds `engine` by an import
//! LIMIT = int(env("LIMIT"))        # reads `int` (built in) and `env`, at import time: bound nowhere, so unbound
//! def load(n=LIMIT):               # reads `LIMIT` at import time; the function's own scope binds `n`
//!     return cache[n]              # reads `cache` later, when the function is called
//! cache = {}                       # bound below: fine for what reads it later
//! ```
//!
//! [`Scopes::resolve`] says for one read what it finds. It answers only what the text decides: a
//! star import, a name bound under a condition, `globals()` or a script's ambient globals make it
//! [`Resolution::Undecided`], with the reason.

mod model;

mod walk;

mod python;

mod script;

mod resolve;

mod redefine;

use tree_sitter::Node;

use crate::languages::Language;
pub use model::{Binding, BoundBy, Purpose, Read, Scope, ScopeId, ScopeKind, Scopes, When, Why};
pub use redefine::Redefinition;
pub use resolve::Resolution;

impl Scopes {
    /// Reads the scopes of a text. `None` where it does not parse: what an error hides can't be
    /// known.
    #[must_use]
    pub fn of_text(language: Language, source: &str) -> Option<Scopes> {
        let tree = language.parse(source)?;
        (!tree.root_node().has_error()).then(|| Scopes::of_tree(language, tree.root_node(), source))
    }

    /// Reads the scopes of a file; `None` for a language without a grammar, too. Stubs and
    /// declarations are never run, so that nothing in them comes too late.
    #[must_use]
    pub fn of_file(path: &str, source: &str) -> Option<Scopes> {
        let mut scopes = Scopes::of_text(Language::of_path(path)?, source)?;
        if [".pyi", ".d.ts", ".d.mts", ".d.cts"]
            .iter()
            .any(|ending| path.ends_with(ending))
        {
            scopes
                .reads
                .iter_mut()
                .for_each(|read| read.purpose = Purpose::Type);
        }
        Some(scopes)
    }

    /// Reads the scopes of a text that is parsed already.
    #[must_use]
    pub fn of_tree(language: Language, root: Node<'_>, source: &str) -> Scopes {
        match language {
            Language::Python => python::read_python(root, source),
            Language::JavaScript | Language::TypeScript | Language::Tsx => {
                script::read_script(root, source)
            }
        }
    }
}

#[cfg(test)]
mod tests;

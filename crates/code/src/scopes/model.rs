//! The values that scopes are made of.
//!
//! ```text
//! if debug:
//!     log = open(path)      Binding { name: "log", by: Assignment, branch: the block of the `if`, when: ImportTime }
//! log.write(x)              Read { name: "log", member: "write", purpose: Value, when: ImportTime }
//! ```

use std::collections::HashMap;
use std::ops::Range;

/// A scope's place in [`Scopes::all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub(super) usize);

impl ScopeId {
    /// The module's own scope.
    pub const MODULE: ScopeId = ScopeId(0);
}

/// The kind of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScopeKind {
    /// The file.
    Module,
    /// The body of a class. In Python, functions inside don't see its names.
    Class,
    /// A function, method, lambda or generator expression: runs when it is called.
    Function,
    /// A comprehension of Python: runs where it stands.
    Comprehension,
    /// A block, loop or `catch` of a script, or a namespace: runs where it stands.
    Block,
}

/// A scope: a stretch of text in which names are bound.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Its kind.
    pub kind: ScopeKind,
    /// The scope around it; none for the module.
    pub parent: Option<ScopeId>,
    /// The name of its class or function; empty where it has none.
    pub name: String,
    /// Its bytes.
    pub span: Range<usize>,
    /// The names bound in it, in the order of the text.
    pub bindings: Vec<Binding>,
    /// Why it may hold more names than can be seen: a star import, `globals()`, `exec`, `with`.
    pub open: Option<Why>,
}

/// The form by which a name is bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoundBy {
    /// `import`, `from … import`, `require`. The module as written, and the name in it where one is
    /// taken.
    Import {
        /// As written: `app.db`, `.models`, `./db.js`.
        module: String,
        /// The name in the module; none where the module itself is bound.
        name: Option<String>,
    },
    /// A function that is whole.
    Function,
    /// A signature of a function whose body stands elsewhere: `@overload`, a TypeScript overload, a
    /// declaration.
    Signature,
    /// A setter, deleter or other part of a property that an earlier definition began; a registered
    /// variant.
    Accessor,
    /// A class.
    Class,
    /// `x = …`, `const x = …`.
    Assignment {
        /// The value reads the name itself: `app = wrap(app)` goes on with what is there.
        reads_itself: bool,
    },
    /// `x: int` without a value, `declare const x`: a place for a value that comes from elsewhere.
    Declaration,
    /// `x += …`.
    Augmented,
    /// A parameter of a function.
    Parameter,
    /// The variable of a loop, of a comprehension, of `with`, of `except` or `catch`, of a pattern.
    Target,
    /// A type, an interface: known to the type checker only.
    Type,
    /// An enum or a namespace of TypeScript, whose parts merge.
    Merging,
    /// `del x`.
    Deletion,
}

/// A name bound in a scope.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// The form by which it is bound.
    pub by: BoundBy,
    /// The bytes of the name where it is bound.
    pub span: Range<usize>,
    /// From this byte on the name has its value, in the order in which the text runs; 0 for what is
    /// hoisted.
    pub from: usize,
    /// A `var` of a script: there before its value, as `undefined`.
    pub is_hoisted: bool,
    /// The innermost branch, loop or handler that it is bound under, if its scope's code may run
    /// without it.
    pub branch: Option<Range<usize>>,
    /// The outermost loop of its scope around it.
    pub repeats: Option<Range<usize>>,
    /// Under `if TYPE_CHECKING`, or imported as a type: not there when the program runs.
    pub is_type_only: bool,
    /// Bound by code that runs when a function is called: `global x` in it.
    pub when: When,
}

impl PartialEq for Binding {
    fn eq(&self, other: &Self) -> bool {
        self.span == other.span && self.name == other.name && self.by == other.by
    }
}

impl Eq for Binding {}

/// Why the text does not decide what a read finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// `from m import *`, `export * from` does not matter here.
    StarImport,
    /// `globals()`, `exec`, `with` of a script.
    DynamicNames,
    /// The name is bound under `if`, `try`, `match`, or taken away by `del`.
    Condition,
    /// Binding and read stand in one loop, where the order of the text is not the order of running.
    Loop,
    /// The read stands in a `try` that catches a missing name, or behind `typeof`.
    Guard,
    /// A `var` is there before its value.
    Hoisted,
    /// A script's globals are declared elsewhere: by the runtime, by a test runner, in types.
    AmbientGlobals,
    /// An annotation may never run.
    Annotation,
    /// Types are the type checker's.
    Type,
    /// The tree is deeper than is followed.
    Depth,
}

/// When code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// While the module is imported.
    ImportTime,
    /// When a function is called, at import time or later.
    Later,
}

/// The purpose of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Its value.
    Value,
    /// An annotation of Python: read when the definition runs, or never (`from __future__ import
    /// annotations`, 3.14).
    Annotation,
    /// A type of TypeScript, or code under `if TYPE_CHECKING`: never read when the program runs.
    Type,
}

/// A name that is read.
#[derive(Debug, Clone)]
pub struct Read {
    /// The name.
    pub name: String,
    /// The attribute that is read of it right away: `b` of `a.b`.
    pub member: Option<String>,
    /// Its bytes.
    pub span: Range<usize>,
    /// Where its look-up begins.
    pub scope: ScopeId,
    /// When it is read.
    pub when: When,
    /// Its purpose.
    pub purpose: Purpose,
    /// The innermost branch, loop or handler around it.
    pub branch: Option<Range<usize>>,
    /// The outermost loop around it.
    pub repeats: Option<Range<usize>>,
    /// It stands in a `try` that catches a missing name.
    pub is_guarded: bool,
}

/// The scopes of a file, and what is read in it.
#[derive(Debug, Clone, Default)]
pub struct Scopes {
    /// All scopes, the module's first, each below the one around it.
    pub all: Vec<Scope>,
    /// All reads, in the order of the text.
    pub reads: Vec<Read>,
    /// Names that need no binding are unknown: a script has ambient globals.
    pub(super) has_ambient_globals: bool,
    pub(super) index: Index,
}

impl Scopes {
    /// Returns a scope.
    #[must_use]
    pub fn scope(&self, id: ScopeId) -> Option<&Scope> {
        self.all.get(id.0)
    }

    /// Returns the module's scope.
    #[must_use]
    pub fn module(&self) -> Option<&Scope> {
        self.scope(ScopeId::MODULE)
    }

    /// Returns the scopes with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (ScopeId, &Scope)> {
        self.all
            .iter()
            .enumerate()
            .map(|(at, scope)| (ScopeId(at), scope))
    }

    /// Returns the scope and those around it, outwards.
    pub fn outwards(&self, from: ScopeId) -> impl Iterator<Item = (ScopeId, &Scope)> {
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let id = next?;
            let scope = self.scope(id)?;
            next = scope.parent;
            Some((id, scope))
        })
    }

    /// Returns the function or module whose running runs the code of this scope.
    #[must_use]
    pub fn runs_with(&self, scope: ScopeId) -> ScopeId {
        self.outwards(scope)
            .find(|(_, scope)| matches!(scope.kind, ScopeKind::Module | ScopeKind::Function))
            .map_or(ScopeId::MODULE, |(id, _)| id)
    }
}

/// The indices of names, filled once when all scopes are read: a file may hold thousands of reads.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// For each scope the places of its bindings.
    bindings: Vec<HashMap<String, Vec<usize>>>,
    /// For each name the indices of its reads.
    reads: HashMap<String, Vec<usize>>,
    /// The first function that binds a name.
    locals: HashMap<String, ScopeId>,
}

impl Index {
    /// Reads the places of all names.
    pub(super) fn of(scopes: &[Scope], reads: &[Read]) -> Index {
        let mut index = Index::default();
        for (at, scope) in scopes.iter().enumerate() {
            let mut own: HashMap<String, Vec<usize>> = HashMap::new();
            for (place, binding) in scope.bindings.iter().enumerate() {
                own.entry(binding.name.clone()).or_default().push(place);
                if scope.kind == ScopeKind::Function {
                    index
                        .locals
                        .entry(binding.name.clone())
                        .or_insert(ScopeId(at));
                }
            }
            index.bindings.push(own);
        }
        for (place, read) in reads.iter().enumerate() {
            index
                .reads
                .entry(read.name.clone())
                .or_default()
                .push(place);
        }
        index
    }
}

impl Scopes {
    /// Returns the bindings of a name in a scope, in the order of the text.
    pub fn bindings_of(
        &self,
        scope: ScopeId,
        name: &str,
    ) -> impl DoubleEndedIterator<Item = &Binding> {
        let places = self
            .index
            .bindings
            .get(scope.0)
            .and_then(|own| own.get(name))
            .map_or(&[][..], Vec::as_slice);
        let bindings = self
            .scope(scope)
            .map_or(&[][..], |scope| scope.bindings.as_slice());
        places.iter().filter_map(|&place| bindings.get(place))
    }

    /// Returns the reads of a name, in the order of the text.
    pub fn reads_of(&self, name: &str) -> impl Iterator<Item = &Read> {
        let places = self.index.reads.get(name).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|&place| self.reads.get(place))
    }

    /// Returns the first function that has a name of its own like this.
    ///
    /// The first one in the text, for a message: there may be others.
    #[must_use]
    pub fn local_to(&self, name: &str) -> Option<ScopeId> {
        self.index.locals.get(name).copied()
    }
}

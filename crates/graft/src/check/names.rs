//! Names after an edit: what runs while the module is imported finds each of its names bound, and no name is bound twice.
//!
//! ```text
//! store = Store()        # late: `Store` is bound below
//! rate = RATES[kind]     # unbound: `kind` is a parameter of `rate_of`
//! def rate_of(kind): …
//! class Store: …
//! ```
//!
//! Only what the text decides is an offence. A star import, a condition, an ambient global of a script decide nothing.

use std::collections::HashMap;
use std::ops::Range;

use code::scopes::{
    BoundBy, Purpose, Read, Redefinition, Resolution, ScopeId, ScopeKind, Scopes, When, Why,
};
use code::standard_library::is_script_global;

use crate::languages::Language;

/// The kind of error in a name's binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum FindingKind {
    /// Nothing binds it where it is read while the module is imported.
    Unbound,
    /// All that binds it comes after it is read.
    Late,
    /// Its scope defines it a second time.
    Twice,
    /// Its first value is replaced before anything reads it.
    Overwritten,
    /// A function reads it, nothing binds it there, and another function has it for its own: the code belongs into that.
    Elsewhere,
}

/// A name that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) kind: FindingKind,
    pub(super) name: String,
    /// The classes and functions around it.
    pub(super) owner: String,
    /// Where it is read, or bound again, in bytes.
    pub(super) at: usize,
    /// Where else it is bound.
    pub(super) other: Option<usize>,
    /// The function that has a name of its own like this.
    pub(super) local_to: Option<String>,
}

/// The scopes of a text, and what is known of its whole.
pub(super) struct Names<'s> {
    language: Language,
    scopes: &'s Scopes,
    /// Annotations are never run.
    defers_annotations: bool,
    /// The module imports what it uses.
    imports: bool,
}

impl<'s> Names<'s> {
    /// Prepares to read a module's names: learns whether it defers annotations
    /// (`from __future__ import annotations`) and whether it imports anything at all.
    pub(super) fn new(language: Language, scopes: &'s Scopes) -> Self {
        let defers_annotations = scopes.module().is_some_and(|module| {
            module.bindings.iter().any(|binding| {
                matches!(&binding.by, BoundBy::Import { module, name: Some(name) }
                    if module == "__future__" && name == "annotations")
            })
        });
        let imports = scopes
            .module()
            .is_some_and(|module| module.bindings.iter().any(|binding| is_import(&binding.by)));
        Names {
            language,
            scopes,
            defers_annotations,
            imports,
        }
    }

    /// Takes a file that stood before, if it imports anything, for one that imports all that it uses.
    pub(super) fn of_a_known_file(self, stood: bool) -> Self {
        Names {
            imports: self.imports && stood,
            ..self
        }
    }

    /// Reads the text as one that imports what it uses, if another version of it does.
    pub(super) fn like(self, other: &Names<'_>) -> Self {
        Names {
            imports: other.imports,
            ..self
        }
    }

    /// Returns the reads at import time that come before what binds their name, with the place where it is bound.
    pub(super) fn late(&self) -> impl Iterator<Item = (&'s Read, usize)> + '_ {
        self.scopes
            .reads
            .iter()
            .filter(|read| read.when == When::ImportTime)
            .filter_map(|read| {
                match self.scopes.resolve(read) {
                    Resolution::BoundLater(binding) => Some((read, binding.span.start)),
                    // Python before 3.14 reads annotations where they stand; to be above them does no harm.
                    Resolution::Undecided(Why::Annotation) if !self.defers_annotations => {
                        let first = self
                            .scopes
                            .bindings_of(ScopeId::MODULE, &read.name)
                            .next()?;
                        Some((read, first.span.start))
                    }
                    _ => None,
                }
            })
    }

    /// Returns what does not hold; what is bound twice only where the spans touch its scope.
    pub(super) fn findings(&self, touched: &[Range<usize>]) -> Vec<Finding> {
        let reads = self
            .scopes
            .reads
            .iter()
            .filter(|read| read.when == When::ImportTime);
        let mut found: Vec<Finding> = reads.filter_map(|read| self.of_read(read)).collect();
        let later = self
            .scopes
            .reads
            .iter()
            .filter(|read| read.when == When::Later && read.purpose == Purpose::Value);
        let later = later
            .filter_map(|read| self.of_read(read))
            .filter(|one| one.kind == FindingKind::Unbound);
        let elsewhere = later.filter(|one| one.local_to.is_some());
        found.extend(elsewhere.map(|one| Finding {
            kind: FindingKind::Elsewhere,
            ..one
        }));
        for (id, scope) in self.scopes.iter() {
            if !touched
                .iter()
                .any(|span| span.start <= scope.span.end && scope.span.start <= span.end)
            {
                continue;
            }
            let twice = self.scopes.redefinitions(id);
            // What imports a name that is defined as well may be about to go: another block of the plan says so.
            let twice = twice
                .into_iter()
                .filter(|one| !is_import(&one.first.by) && !is_import(&one.second.by));
            found.extend(twice.map(|one| self.bound_again(FindingKind::Twice, id, &one)));
            let overwritten = self.scopes.overwritten(id);
            found.extend(
                overwritten
                    .iter()
                    .map(|one| self.bound_again(FindingKind::Overwritten, id, one)),
            );
        }
        found
    }

    /// Returns the first name that a function of a file without any import reads and that nothing binds: the text is a
    /// part of a file, whose rest has the name.
    ///
    /// `None` for scripts, whose globals may come from anywhere, and where the module imports
    /// something.
    pub(super) fn missing_from_a_part(&self) -> Option<&'s Read> {
        self.scopes.module()?;
        let is_whole = self.language != Language::Python || self.imports;
        let is_unbound = |read: &&Read| {
            read.purpose == Purpose::Value
                && matches!(self.scopes.resolve(read), Resolution::Unbound { .. })
        };
        (!is_whole)
            .then(|| self.scopes.reads.iter().find(is_unbound))
            .flatten()
    }

    /// Returns the finding that a read is, `None` where its name is bound in time or the text does
    /// not decide it.
    fn of_read(&self, read: &Read) -> Option<Finding> {
        let finding = |offence, other, local_to: Option<ScopeId>| Finding {
            kind: offence,
            name: read.name.clone(),
            owner: self.owner(read.scope),
            at: read.span.start,
            other,
            local_to: local_to.map(|id| self.describe_function(id)),
        };
        match self.scopes.resolve(read) {
            Resolution::BoundLater(binding) => {
                Some(finding(FindingKind::Late, Some(binding.span.start), None))
            }
            Resolution::Unbound { local_to } => {
                let is_run = read.purpose == Purpose::Value
                    || read.purpose == Purpose::Annotation && !self.defers_annotations;
                is_run.then(|| finding(FindingKind::Unbound, None, local_to))
            }
            // What is tried while the module is imported may be missing there, but hardly under the name of a function's
            // own variable: the statement belongs into that.
            Resolution::Undecided(Why::Guard | Why::AmbientGlobals)
                if read.is_guarded
                    && read.when == When::ImportTime
                    && read.purpose == Purpose::Value
                    && !is_script_global(&read.name) =>
            {
                let local_to = self.scopes.local_to(&read.name);
                local_to.map(|_| finding(FindingKind::Unbound, None, local_to))
            }
            // A script's globals may come from anywhere, but hardly under the name of a function's own variable.
            Resolution::Undecided(Why::AmbientGlobals)
                if self.language != Language::Python
                    && read.purpose == Purpose::Value
                    && !read.is_guarded
                    && !is_script_global(&read.name) =>
            {
                let local_to = self.scopes.local_to(&read.name);
                // What a file that imports reads at once, it imports or defines: `Module.forRoot()` at its top.
                let is_whole = read.when == When::ImportTime && self.imports;
                (is_whole || local_to.is_some())
                    .then(|| finding(FindingKind::Unbound, None, local_to))
            }
            _ => None,
        }
    }

    /// Makes the finding of a name that its scope binds again.
    fn bound_again(
        &self,
        offence: FindingKind,
        scope: ScopeId,
        twice: &Redefinition<'_>,
    ) -> Finding {
        Finding {
            kind: offence,
            name: twice.second.name.clone(),
            owner: self.owner(scope),
            at: twice.second.span.start,
            other: Some(twice.first.span.start),
            local_to: None,
        }
    }

    /// Returns the names of the classes and functions around a scope, outermost first.
    fn owner(&self, scope: ScopeId) -> String {
        let mut names: Vec<&str> = self
            .scopes
            .outwards(scope)
            .filter(|(_, scope)| matches!(scope.kind, ScopeKind::Class | ScopeKind::Function))
            .map(|(_, scope)| scope.name.as_str())
            .collect();
        names.reverse();
        names.join(".")
    }

    /// Returns a function for a message by its qualified name, "a function" where it or what holds
    /// it has none.
    fn describe_function(&self, function: ScopeId) -> String {
        let owner = self.owner(function);
        if owner.ends_with('.') || owner.is_empty() {
            "a function".to_owned()
        } else {
            format!("`{owner}`")
        }
    }
}

fn is_import(by: &BoundBy) -> bool {
    matches!(by, BoundBy::Import { .. })
}

/// Returns the findings of a text that were not there before; one more of a kind counts as new, but for a name that
/// was read before though nothing binds it: something that can't be seen brings it.
///
/// Names go by kind, name and owner, not by place: an edit above moves them.
pub(super) fn filter_new_findings(before: &[Finding], after: Vec<Finding>) -> Vec<Finding> {
    let key = |one: &Finding| (one.kind, one.name.clone(), one.owner.clone());
    let mut had: HashMap<_, usize> = HashMap::new();
    for one in before {
        *had.entry(key(one)).or_default() += 1;
    }
    let is_new = |one: &Finding| match had.get_mut(&key(one)) {
        Some(_) if matches!(one.kind, FindingKind::Unbound | FindingKind::Elsewhere) => false,
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    after.into_iter().filter(is_new).collect()
}

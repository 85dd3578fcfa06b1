//! Names that one scope binds twice, where that is no usual form.
//!
//! Usual are overloads, parts of a property, declarations that merge, a type and a value of one
//! name, what stands under a condition, a value that is made from the earlier one, and variables of
//! a function: they are there to be changed, but for `const` and `let`, which a scope declares
//! once. A variable of a function whose first value nothing reads ([`Scopes::overwritten`]) was set
//! for nothing: one of the two assignments is left over.
//!
//! ```text
//! def total(order):
//!     rate = RATES[order.kind]     # overwritten: nothing reads this value
//!     rate = order.rate
//! ```

use std::collections::HashMap;

use super::model::{Binding, BoundBy, Scope, ScopeId, ScopeKind, Scopes, When};

/// A name that is bound again in its scope.
#[derive(Debug, Clone, Copy)]
pub struct Redefinition<'a> {
    /// The earlier binding.
    pub first: &'a Binding,
    /// The one that takes its place.
    pub second: &'a Binding,
}

impl Scopes {
    /// Returns the names that the scope binds again.
    #[must_use]
    pub fn redefinitions(&self, scope: ScopeId) -> Vec<Redefinition<'_>> {
        let Some(scope) = self.scope(scope) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut last: HashMap<&str, &Binding> = HashMap::new();
        for second in scope.bindings.iter().filter(|binding| is_definite(binding)) {
            let first = last.insert(&second.name, second);
            let is_variable = |binding: &Binding| matches!(binding.by, BoundBy::Assignment { .. });
            let clash = first.filter(|first| {
                // The same import again changes nothing; variables of a function are there to be changed.
                let changes = !self.has_ambient_globals || first.is_hoisted || second.is_hoisted;
                let is_usual = first.by == second.by && matches!(first.by, BoundBy::Import { .. })
                    || is_inside_a_function(scope)
                        && changes
                        && (is_variable(first) || is_variable(second));
                !is_usual
            });
            found.extend(clash.map(|first| Redefinition { first, second }));
        }
        found
    }

    /// Returns the variables of a function that are assigned again before anything reads their
    /// value.
    #[must_use]
    pub fn overwritten(&self, id: ScopeId) -> Vec<Redefinition<'_>> {
        let Some(scope) = self
            .scope(id)
            .filter(|scope| scope.kind == ScopeKind::Function)
        else {
            return Vec::new();
        };
        let is_sure = |one: &&Binding| {
            matches!(one.by, BoundBy::Assignment { .. })
                && one.branch.is_none()
                && one.when == When::Later
        };
        let mut found = Vec::new();
        for second in scope
            .bindings
            .iter()
            .filter(is_sure)
            .filter(|one| one.name != "_")
        {
            let mut same = self.bindings_of(id, &second.name).filter(is_sure);
            let Some(first) = same.rfind(|first| first.from <= second.span.start) else {
                continue;
            };
            // What reads it elsewhere in the function may run in between: a closure, a loop.
            let is_read = self.reads_of(&second.name).any(|read| {
                scope.span.contains(&read.span.start)
                    && (read.span.start >= first.from && read.span.start < second.from
                        || self.runs_with(read.scope) != id)
            });
            let is_changed = self.bindings_of(id, &second.name).any(|other| {
                first.from <= other.span.start && other.span.start < second.span.start
            });
            if !is_read && !is_changed {
                found.push(Redefinition { first, second });
            }
        }
        found
    }
}

/// Returns whether a scope is a function or a part of one.
fn is_inside_a_function(scope: &Scope) -> bool {
    !matches!(scope.kind, ScopeKind::Module | ScopeKind::Class)
}

/// Returns whether a binding always defines its name anew.
fn is_definite(binding: &Binding) -> bool {
    let defines = match &binding.by {
        BoundBy::Import { .. } | BoundBy::Function | BoundBy::Class => true,
        BoundBy::Assignment { reads_itself } => !reads_itself,
        _ => false,
    };
    defines && binding.branch.is_none() && !binding.is_type_only && binding.name != "_"
}

//! Names that one scope binds twice, where that is no usual form.
//!
//! Usual are overloads, parts of a property, declarations that merge, a type and a value of one name, what stands under a
//! condition, a value that is made from the earlier one, and variables of a function.

use super::model::{Binding, BoundBy, Scope, ScopeId, ScopeKind, Scopes};

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
        let Some(scope) = self.scope(scope) else { return Vec::new() };
        let mut found = Vec::new();
        for (at, second) in scope.bindings.iter().enumerate().filter(|(_, binding)| is_definite(binding)) {
            let mut earlier = scope.bindings.iter().take(at).rev();
            let first = earlier.find(|first| first.name == second.name && is_definite(first));
            let is_variable = |binding: &Binding| matches!(binding.by, BoundBy::Assignment { .. });
            let clash = first.filter(|first| {
                // The same import again changes nothing; variables of a function are there to be changed.
                let is_usual = first.by == second.by && matches!(first.by, BoundBy::Import { .. })
                    || is_inside_a_function(scope) && (is_variable(first) || is_variable(second));
                !is_usual
            });
            found.extend(clash.map(|first| Redefinition { first, second }));
        }
        found
    }
}

fn is_inside_a_function(scope: &Scope) -> bool {
    !matches!(scope.kind, ScopeKind::Module | ScopeKind::Class)
}

/// Whether a binding always defines its name anew.
fn is_definite(binding: &Binding) -> bool {
    let defines = match &binding.by {
        BoundBy::Import { .. } | BoundBy::Function | BoundBy::Class => true,
        BoundBy::Assignment { reads_itself } => !reads_itself,
        _ => false,
    };
    defines && binding.branch.is_none() && !binding.is_type_only && binding.name != "_"
}

//! Resolves a read to its binding: a binding that is there by then, one that comes too late, none,
//! or nothing that the text decides.
//!
//! ```text
//! print(limit)         BoundLater: the module binds `limit` below, in code that runs in this order
//! limit = 3
//! def f(): limit       Bound: a function runs when it is called
//! if x: y = 1
//! y                    Undecided(Condition)
//! z                    Unbound
//! ```

use std::collections::HashSet;
use std::sync::LazyLock;

use super::model::{Binding, BoundBy, Purpose, Read, ScopeId, ScopeKind, Scopes, When, Why};

/// Names that Python 2 had: a file for both reads them under a condition. Each is its own example.
static OLD_BUILTINS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| parse_name_list(include_str!("../../data/python2_builtins.txt")));

/// The names that Python has without a binding.
static BUILTINS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| parse_name_list(include_str!("../../data/python_builtins.txt")));

/// Reads a list of one name a line.
fn parse_name_list(list: &'static str) -> HashSet<&'static str> {
    list.lines().filter(|line| !line.starts_with('#')).collect()
}

/// The binding that a read finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution<'a> {
    /// The name has its value when it is read.
    Bound(&'a Binding),
    /// Every binding of the name comes after the read, in code that runs in this order.
    BoundLater(&'a Binding),
    /// The language has it.
    Builtin,
    /// Nothing binds it where the read looks.
    Unbound {
        /// A function that has a name like this of its own: the code that reads it may have been
        /// meant to stand there.
        local_to: Option<ScopeId>,
    },
    /// The text does not decide it.
    Undecided(Why),
}

/// The order of a scope's bindings and a read that runs with it.
enum Order<'a> {
    /// A binding has the name before the read.
    Before(&'a Binding),
    /// The text does not tell.
    Unknown(Why),
    /// All bindings come after the read; the first of them.
    After(&'a Binding),
}

impl Scopes {
    /// Resolves a read.
    #[must_use]
    pub fn resolve(&self, read: &Read) -> Resolution<'_> {
        let unit = self.runs_with(read.scope);
        let (mut open, mut later) = (None, None);
        for (id, scope) in self.outwards(read.scope) {
            // Python's functions don't see the names of the class around them.
            if scope.kind == ScopeKind::Class && id != read.scope {
                continue;
            }
            let here: Vec<&Binding> = self
                .bindings_of(id, &read.name)
                .filter(|binding| can_mean(binding, read))
                .collect();
            if let Some(first) = here.first() {
                if self.runs_with(id) != unit {
                    return Resolution::Bound(first);
                }
                match order_of_bindings(&here, read) {
                    Order::Before(binding) => return Resolution::Bound(binding),
                    Order::Unknown(why) => return Resolution::Undecided(why),
                    // Before a class or a module binds a name, it sees those around it.
                    Order::After(binding)
                        if matches!(scope.kind, ScopeKind::Class | ScopeKind::Module) =>
                    {
                        later.get_or_insert(binding);
                    }
                    Order::After(binding) => return self.too_late(binding, read),
                }
            }
            open = open.or(scope.open);
        }
        self.resolve_outside(read, open, later)
    }

    /// Resolves a read of a name that no scope around it binds before it; `open` says why there may
    /// be other names, `later` is a binding that comes after it.
    fn resolve_outside<'a>(
        &'a self,
        read: &Read,
        open: Option<Why>,
        later: Option<&'a Binding>,
    ) -> Resolution<'a> {
        if !self.has_ambient_globals && BUILTINS.contains(read.name.as_str()) {
            return Resolution::Builtin;
        }
        if let Some(why) = open {
            return Resolution::Undecided(why);
        }
        if let Some(binding) = later {
            return self.too_late(binding, read);
        }
        if self.has_ambient_globals {
            return Resolution::Undecided(Why::AmbientGlobals);
        }
        if read.is_guarded {
            return Resolution::Undecided(Why::Guard);
        }
        if read.purpose == Purpose::Type {
            return Resolution::Undecided(Why::Type);
        }
        if read.branch.is_some() && OLD_BUILTINS.contains(read.name.as_str()) {
            return Resolution::Undecided(Why::Condition);
        }
        Resolution::Unbound {
            local_to: self.local_to(&read.name),
        }
    }

    /// Returns what becomes of a read before its binding: of values an error, of types none.
    fn too_late<'a>(&self, binding: &'a Binding, read: &Read) -> Resolution<'a> {
        match read.purpose {
            Purpose::Value if read.is_guarded => Resolution::Undecided(Why::Guard),
            Purpose::Value if binding.is_hoisted => Resolution::Undecided(Why::Hoisted),
            Purpose::Value => Resolution::BoundLater(binding),
            Purpose::Annotation => Resolution::Undecided(Why::Annotation),
            Purpose::Type => Resolution::Bound(binding),
        }
    }
}

/// Returns whether a binding can be what a read means.
fn can_mean(binding: &Binding, read: &Read) -> bool {
    let is_known_when_run = !binding.is_type_only && binding.by != BoundBy::Type;
    is_known_when_run || read.purpose != Purpose::Value
}

/// Returns how a read stands to the bindings of one scope that runs with it. A binding that is sure
/// counts before one that depends on a condition, unless the name is deleted somewhere.
fn order_of_bindings<'a>(bindings: &[&'a Binding], read: &Read) -> Order<'a> {
    let at = read.span.start;
    let mut unknown = None;
    let mut after = None;
    let mut before = None;
    for binding in bindings {
        let is_sure = binding
            .branch
            .as_ref()
            .is_none_or(|branch| branch.contains(&at));
        if binding.when == When::Later && read.when == When::ImportTime
            || matches!(binding.by, BoundBy::Deletion | BoundBy::Declaration)
        {
            unknown = unknown.or(Some(Why::Condition));
        } else if binding.from <= at {
            if is_sure {
                before = before.or(Some(*binding));
            } else {
                unknown = unknown.or(Some(Why::Condition));
            }
        } else if binding.repeats.is_some() && binding.repeats == read.repeats {
            unknown = unknown.or(Some(Why::Loop));
        } else {
            after = after.or(Some(*binding));
        }
    }
    let is_deleted = bindings
        .iter()
        .any(|binding| binding.by == BoundBy::Deletion);
    match (before, unknown, after) {
        (Some(binding), ..) if !is_deleted => Order::Before(binding),
        (_, Some(why), _) => Order::Unknown(why),
        (Some(binding), ..) => Order::Before(binding),
        (_, _, Some(binding)) => Order::After(binding),
        (None, None, None) => Order::Unknown(Why::Condition),
    }
}

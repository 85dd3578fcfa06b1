//! The part that the readers of both languages share: where a walk through the tree stands, and how
//! it notes bindings and reads.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use tree_sitter::Node;

use super::model::{
    Binding, BoundBy, Index, Purpose, Read, Scope, ScopeId, ScopeKind, Scopes, When, Why,
};
use crate::languages::node_text;

/// The depth to which a tree is followed; what lies deeper is unknown. Each level takes stack.
const DEEPEST: u32 = 300;

/// Where a walk stands.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The scope in which names are bound and looked up.
    pub(super) scope: ScopeId,
    /// The innermost branch, loop or handler.
    pub(super) branch: Option<Range<usize>>,
    /// The outermost loop of the function.
    pub(super) repeats: Option<Range<usize>>,
    /// The purpose of reads.
    pub(super) purpose: Purpose,
    /// A missing name is caught here.
    pub(super) is_guarded: bool,
    /// Where the outermost expression begins whose parts don't run in the order of the text.
    pub(super) unordered: Option<usize>,
}

/// A walk through a tree.
pub(super) struct Walker<'s> {
    pub(super) source: &'s str,
    pub(super) scopes: Scopes,
    pub(super) place: Place,
    /// Names that a function declares to be another scope's; none where that scope has them anyway.
    pub(super) declared: HashMap<(ScopeId, String), Option<ScopeId>>,
    /// The levels that the walk is below the root.
    depth: u32,
}

impl<'s> Walker<'s> {
    /// Begins a walk at the root of a text.
    pub(super) fn new(root: Node<'_>, source: &'s str) -> Self {
        let module = Scope {
            kind: ScopeKind::Module,
            parent: None,
            name: String::new(),
            span: root.byte_range(),
            bindings: Vec::new(),
            open: None,
        };
        let place = Place {
            scope: ScopeId::MODULE,
            branch: None,
            repeats: None,
            purpose: Purpose::Value,
            is_guarded: false,
            unordered: None,
        };
        let scopes = Scopes {
            all: vec![module],
            ..Scopes::default()
        };
        Walker {
            source,
            scopes,
            place,
            declared: HashMap::new(),
            depth: 0,
        }
    }

    /// Returns the text of a node.
    pub(super) fn text(&self, node: Node<'_>) -> &'s str {
        node_text(node, self.source)
    }

    /// Walks on from another place, and comes back to this one.
    pub(super) fn at(&mut self, change: impl FnOnce(&mut Place), walk: impl FnOnce(&mut Self)) {
        let before = self.place.clone();
        change(&mut self.place);
        walk(self);
        self.place = before;
    }

    /// Walks what runs only if a condition holds.
    pub(super) fn in_branch(&mut self, span: Range<usize>, walk: impl FnOnce(&mut Self)) {
        self.at(|place| place.branch = Some(span), walk);
    }

    /// Walks what runs any number of times.
    pub(super) fn in_loop(&mut self, span: Range<usize>, walk: impl FnOnce(&mut Self)) {
        let change = |place: &mut Place| {
            place.branch = Some(span.clone());
            place.repeats.get_or_insert(span);
        };
        self.at(change, walk);
    }

    /// Walks what opens a scope of its own.
    pub(super) fn in_scope(
        &mut self,
        kind: ScopeKind,
        name: &str,
        span: Range<usize>,
        walk: impl FnOnce(&mut Self),
    ) {
        let id = ScopeId(self.scopes.all.len());
        let parent = Some(self.place.scope);
        self.scopes.all.push(Scope {
            kind,
            parent,
            name: name.to_owned(),
            span,
            bindings: Vec::new(),
            open: None,
        });
        let change = |place: &mut Place| {
            place.scope = id;
            // A function runs later: what is around it where it stands says nothing of then.
            if kind == ScopeKind::Function {
                (
                    place.branch,
                    place.repeats,
                    place.is_guarded,
                    place.unordered,
                ) = (None, None, false, None);
            }
        };
        self.at(change, walk);
    }

    /// Walks one level deeper, if the tree is not too deep.
    pub(super) fn deeper(&mut self, walk: impl FnOnce(&mut Self)) {
        if self.depth >= DEEPEST {
            self.open(ScopeId::MODULE, Why::Depth);
            return;
        }
        self.depth += 1;
        walk(self);
        self.depth -= 1;
    }

    /// Notes that a scope may hold more names than can be seen.
    pub(super) fn open(&mut self, scope: ScopeId, why: Why) {
        if let Some(scope) = self.scopes.all.get_mut(scope.0) {
            scope.open.get_or_insert(why);
        }
    }

    /// Binds the name that a node shows in the scope at hand.
    pub(super) fn bind(&mut self, node: Node<'_>, by: BoundBy, from: usize) {
        self.bind_in(self.place.scope, node, by, from);
    }

    /// Binds the name that a node shows in a scope, or in the one that the function declared it to
    /// be of.
    pub(super) fn bind_in(&mut self, scope: ScopeId, node: Node<'_>, by: BoundBy, from: usize) {
        let name = self.text(node).to_owned();
        let mut binding = Binding {
            name,
            by,
            span: node.byte_range(),
            from,
            is_hoisted: false,
            branch: self.place.branch.clone(),
            repeats: self.place.repeats.clone(),
            is_type_only: self.place.purpose == Purpose::Type,
            when: self.when(),
        };
        let mut scope = scope;
        if let Some(other) = self.declared.get(&(scope, binding.name.clone())) {
            // A name of an outer function is bound there, too.
            let Some(other) = other else { return };
            scope = *other;
            (binding.from, binding.when) = (0, When::Later);
        }
        if let Some(scope) = self.scopes.all.get_mut(scope.0) {
            scope.bindings.push(binding);
        }
    }

    /// Reads the name that a node shows.
    pub(super) fn read(&mut self, node: Node<'_>, member: Option<Node<'_>>) {
        let member = member.map(|member| self.text(member).to_owned());
        self.scopes.reads.push(Read {
            name: self.text(node).to_owned(),
            member,
            span: node.byte_range(),
            scope: self.place.scope,
            when: self.when(),
            purpose: self.place.purpose,
            branch: self.place.branch.clone(),
            repeats: self.place.repeats.clone(),
            is_guarded: self.place.is_guarded,
        });
    }

    /// Returns the names that were read since there were `from` reads.
    pub(super) fn names_read_since(&self, from: usize) -> HashSet<String> {
        self.scopes
            .reads
            .iter()
            .skip(from)
            .map(|read| read.name.clone())
            .collect()
    }

    /// Returns when the code at hand runs.
    fn when(&self) -> When {
        match self.scopes.runs_with(self.place.scope) {
            ScopeId::MODULE => When::ImportTime,
            _ => When::Later,
        }
    }

    /// Returns what was found, reads in the order of the text.
    pub(super) fn finish(mut self) -> Scopes {
        self.scopes.reads.sort_by_key(|read| read.span.start);
        self.scopes.index = Index::of(&self.scopes.all, &self.scopes.reads);
        self.scopes
    }
}

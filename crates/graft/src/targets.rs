//! Finds the list of the file into which a bare definition, member, statement or entry of the snippet belongs.
//!
//! ```text
//! class OrderService:          container `OrderService`, of members
//!     class Meta: …            container `OrderService.Meta`
//!     def total(self): …       container `OrderService.total`, of statements, if the words or the block name it
//! PRICES = {"a": 1}            container `PRICES`, of entries
//! ```

use tree_sitter::Node;

use crate::items::{Item, Source};
use crate::languages::{Kind, Language, List};
use crate::neighbours::find_named_items;
use crate::prose::{Prose, Relation, same_name};
use crate::splice::{location_at, new_refusal};
use crate::{Location, Reason, Refusal};

/// A definition of the file that lists others.
#[derive(Debug, Clone)]
pub(crate) struct Container<'t> {
    /// Its name, with those around it: `OrderService.Meta`.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// The node whose items it lists.
    pub(crate) list: Node<'t>,
    /// The items that it lists.
    pub(crate) items: Vec<Item<'t>>,
    /// The kind of its list, `None` for a body that is no list.
    pub(crate) lists: Option<List>,
    /// The first byte of the definition, its comments included.
    pub(crate) start: usize,
}

/// Returns every container of the file below the items of its root, outer ones first; functions in which none of the
/// words is written are left out.
pub(crate) fn find_containers<'t>(
    file: &Source<'_>,
    root: &[Item<'t>],
    words: &[&str],
) -> Vec<Container<'t>> {
    let mut found = Vec::new();
    collect_containers((file, words), root, ("", 0), &mut found);
    found
}

/// Collects the containers of some items, to a depth of five: code that is nested deeper is named
/// by what is around it.
fn collect_containers<'t>(
    (file, words): (&Source<'_>, &[&str]),
    items: &[Item<'t>],
    (prefix, depth): (&str, usize),
    found: &mut Vec<Container<'t>>,
) {
    if depth > 4 {
        return;
    }
    for item in items {
        if matches!(
            item.kind,
            Kind::Import | Kind::Comment | Kind::Marker | Kind::Docstring
        ) {
            continue;
        }
        let written = || {
            words
                .iter()
                .any(|word| file.slice(item.whole()).contains(word))
        };
        if item.kind == Kind::Function && !written() {
            continue;
        }
        let Some(inner) = file.language.body(item.core) else {
            continue;
        };
        let own = item.name.trim_matches('\'');
        let name = if prefix.is_empty() {
            own.to_owned()
        } else {
            format!("{prefix}.{own}")
        };
        let (items, lists) = (file.items(inner), file.language.list(inner));
        let at = found.len();
        let empty = Vec::new();
        let (kind, start) = (item.kind, item.start);
        found.push(Container {
            name: name.clone(),
            kind,
            list: inner,
            items: empty,
            lists,
            start,
        });
        collect_containers((file, words), &items, (&name, depth + 1), found);
        found[at].items = items;
    }
}

/// Returns a word of each item and of each name in the prose that is written wherever something of that name is.
///
/// `UserService.create()` -> `create`, `app.get('/x')` -> `app` of an item and `get` of a name in
/// the prose.
pub(crate) fn search_words<'s>(items: &'s [Item<'_>], prose: &'s Prose) -> Vec<&'s str> {
    let in_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$');
    let parts = move |text: &'s str| {
        text.split(move |letter| !in_name(letter))
            .filter(|part| !part.is_empty())
    };
    let of_items = items
        .iter()
        .map(move |item| parts(&item.name).next().unwrap_or_default());
    let of_prose = prose.mentions.iter().map(move |mention| {
        let called = mention.name.split('(').next().unwrap_or_default();
        parts(called)
            .next_back()
            .or_else(|| parts(&mention.name).next())
            .unwrap_or_default()
    });
    of_items.chain(of_prose).collect()
}

/// A search for the container in which bare items belong.
pub(crate) struct Search<'s, 'f, 't> {
    pub(crate) file: &'s Source<'f>,
    pub(crate) prose: &'s Prose,
    pub(crate) containers: &'s [Container<'t>],
    pub(crate) root: Node<'t>,
}

impl<'t> Search<'_, '_, 't> {
    /// Returns the container that the prose names for this item: "in `UserService`".
    pub(crate) fn find_stated_container(
        &self,
        item: &Item<'_>,
        siblings: &[&str],
        list: List,
    ) -> Result<Option<&Container<'t>>, Refusal> {
        // "In" names a container outright; the others may name a neighbour, or what is changed.
        for relation in [
            Relation::Within,
            Relation::Mention,
            Relation::Replace,
            Relation::After,
        ] {
            let mut names = self.prose.related(relation, &item.name, siblings);
            // A member goes into what it is under.
            if relation == Relation::Within && list == List::Members {
                names.extend(self.prose.under(&item.name, siblings));
            }
            let found: Vec<(&str, Vec<&Container<'t>>)> = names
                .into_iter()
                // What stands behind a name is a member only of what holds it; in a module the
                // neighbour decides.
                .filter(|_| relation != Relation::After || list == List::Members)
                .map(|name| (name, self.containers_by_name(name, item, list)))
                .filter(|(_, found)| !found.is_empty())
                .collect();
            // Without an "in" nothing counts unless a class or a type is among what is named.
            let types = |one: &&Container<'_>| matches!(one.kind, Kind::Class | Kind::Type);
            if relation != Relation::Within
                && !found.iter().any(|(_, found)| found.iter().any(types))
            {
                continue;
            }
            let mut found = found.into_iter();
            let Some((meant, mut fit)) = found.next() else {
                continue;
            };
            // A second name that is meant narrows the first: "`create` of `UserService`".
            found.for_each(|(_, others)| narrow_to_inner(&mut fit, others));
            match fit.as_slice() {
                [] => {}
                [only] => {
                    let inner = self.find_inner_container(only, item, (siblings, list));
                    return Ok(Some(inner.unwrap_or(only)));
                }
                several => return Err(ambiguous_container_refusal(self.file, meant, several)),
            }
        }
        Ok(None)
    }

    /// Returns the only container right within another one that the words name as its part: of "`Meta` of `Player`" and
    /// "in `Player`, extend `Meta`" the inner one is the place. "Add it to `Player`, for `Meta`" names no part.
    fn find_inner_container(
        &self,
        outer: &Container<'t>,
        item: &Item<'_>,
        (siblings, list): (&[&str], List),
    ) -> Option<&Container<'t>> {
        let last = outer.name.rsplit('.').next().unwrap_or(&outer.name);
        let named = self.prose.parts_of(last, (&item.name, siblings));
        let is_inner = |one: &&Container<'t>| {
            let own = one.name.strip_prefix(&outer.name);
            let own = own.and_then(|own| own.strip_prefix('.'));
            // A method that the words name is a neighbour of the new one, or calls it.
            own.is_some_and(|own| named.contains(&own))
                && one.kind != Kind::Function
                && self.takes(one, item, list)
        };
        let mut found = self.containers.iter().filter(is_inner);
        found.next().filter(|_| found.next().is_none())
    }

    /// Returns the containers of a name that can hold the item.
    fn containers_by_name(&self, name: &str, item: &Item<'_>, list: List) -> Vec<&Container<'t>> {
        self.containers
            .iter()
            .filter(|one| matches_qualified_name(name, &one.name) && self.takes(one, item, list))
            .collect()
    }

    /// Returns whether a container can hold the item.
    ///
    /// Members of a class may stand in a function, as classes do, but statements do not stand among
    /// members.
    fn takes(&self, container: &Container<'_>, item: &Item<'_>, list: List) -> bool {
        match list {
            List::Entries => container.lists == Some(List::Entries),
            List::Members => container.lists == Some(List::Members),
            _ => match container.lists {
                Some(List::Members) if self.declares_apart(item) => false,
                Some(List::Members) => !matches!(
                    item.kind,
                    Kind::Statement | Kind::Call | Kind::Export | Kind::Guard
                ),
                Some(List::Statements) => container.kind != Kind::Value,
                _ => false,
            },
        }
    }

    /// Returns whether an item is a declaration of JavaScript: no class or type has one among its members.
    fn declares_apart(&self, item: &Item<'_>) -> bool {
        let declared =
            item.core.kind().ends_with("_declaration") || item.node.kind() == "export_statement";
        declared && self.file.language != Language::Python
    }

    /// Returns the only containers whose lists hold an item of this name and kind.
    ///
    /// A local variable of that name is no owner, and an entry only where entries are looked for.
    pub(crate) fn owners(&self, item: &Item<'_>, list: Option<List>) -> Vec<&Container<'t>> {
        let holds = |container: &&Container<'t>| {
            let kind = container.lists;
            list.is_none_or(|list| kind == Some(list))
                && (item.kind != Kind::Value || kind != Some(List::Statements))
                && (kind != Some(List::Entries) || list == Some(List::Entries))
                && container.items.iter().any(|old| {
                    old.name == item.name && old.variant == item.variant && old.kind == item.kind
                })
        };
        self.containers.iter().filter(holds).collect()
    }

    /// Returns the containers that hold the item which the prose names as a neighbour.
    pub(crate) fn find_container_by_neighbour(
        &self,
        item: &Item<'_>,
        siblings: &[&str],
    ) -> Result<Option<&Container<'t>>, Refusal> {
        for relation in [Relation::After, Relation::Before] {
            for name in self.prose.related(relation, &item.name, siblings) {
                if !find_named_items(self.file, name, &self.file.items(self.root)).is_empty() {
                    return Ok(None);
                }
                let fit: Vec<&Container<'t>> = self
                    .containers
                    .iter()
                    .filter(|one| one.lists != Some(List::Entries) || item.kind == Kind::Entry)
                    .filter(|one| one.lists != Some(List::Members) || !self.declares_apart(item))
                    .filter(|one| !find_named_items(self.file, name, &one.items).is_empty())
                    .collect();
                match fit.as_slice() {
                    [] => {}
                    [only] => return Ok(Some(only)),
                    several => return Err(ambiguous_container_refusal(self.file, name, several)),
                }
            }
        }
        Ok(None)
    }

    /// Returns the class of the file that takes members which name none: the only one; the only one that has what they
    /// read of themselves; the one that they give back; the one that the step named last.
    ///
    /// More than one class that fits is refused with all of them as candidates.
    pub(crate) fn class_of(
        &self,
        snippet: &Source<'_>,
        members: &[&Item<'_>],
    ) -> Result<&Container<'t>, Refusal> {
        let classes: Vec<&Container<'t>> = self
            .containers
            .iter()
            .filter(|one| {
                one.kind == Kind::Class
                    && one.lists == Some(List::Members)
                    && !one.name.contains('.')
            })
            .collect();
        match classes.as_slice() {
            [only] => return Ok(only),
            [] => {
                return Err(new_refusal(
                    Reason::NotFound,
                    "the block shows a member, and the file has no class to take it",
                ));
            }
            _ => {}
        }
        let code: String = members
            .iter()
            .map(|item| snippet.slice(item.head..item.code_end))
            .collect();
        // `self: "Line"` says it outright.
        let own_type =
            |one: &&&Container<'t>| annotates_class(&code, &one.name, &["self:", "cls:", "this:"]);
        if let [only] = classes
            .iter()
            .filter(own_type)
            .collect::<Vec<_>>()
            .as_slice()
        {
            return Ok(only);
        }
        if let Some(only) = self.class_with_reads(&classes, &code, members) {
            return Ok(only);
        }
        let gives_itself = returns_itself(&code);
        let named = |one: &&&Container<'t>| {
            gives_itself && annotates_class(&code, &one.name, &["->", "):"])
        };
        if let [only] = classes.iter().filter(named).collect::<Vec<_>>().as_slice() {
            return Ok(only);
        }
        self.earlier(&classes).map_or_else(
            || {
                Err(ambiguous_container_refusal(
                    self.file,
                    "the class",
                    &classes,
                ))
            },
            Ok,
        )
    }

    /// Returns the only one of the classes that has all, else any, of what the members read of themselves and don't define:
    /// `self.rows` is read of the class that has `rows`.
    fn class_with_reads<'c>(
        &self,
        classes: &[&'c Container<'t>],
        code: &str,
        members: &[&Item<'_>],
    ) -> Option<&'c Container<'t>> {
        let own: Vec<&str> = members.iter().map(|item| item.name.as_str()).collect();
        let read: Vec<&str> = own_reads(code)
            .into_iter()
            .filter(|name| !own.contains(name))
            .collect();
        let has = |one: &Container<'_>, name: &str| {
            let body = self.file.slice(one.list.byte_range());
            one.items.iter().any(|item| item.name == name) || own_reads(body).contains(&name)
        };
        let all = |one: &&Container<'t>| !read.is_empty() && read.iter().all(|name| has(one, name));
        let any = |one: &&Container<'t>| read.iter().any(|name| has(one, name));
        let only = |fits: &dyn Fn(&&Container<'t>) -> bool| {
            let mut found = classes.iter().copied().filter(|one| fits(one));
            found.next().filter(|_| found.next().is_none())
        };
        only(&all).or_else(|| only(&any))
    }

    /// Returns the one of these classes that the earlier blocks of the step were for.
    pub(crate) fn earlier<'c>(&self, classes: &[&'c Container<'t>]) -> Option<&'c Container<'t>> {
        self.prose.earlier().find_map(|name| {
            classes
                .iter()
                .copied()
                .find(|one| matches_qualified_name(name, &one.name))
        })
    }
}

/// Returns the names that code reads of its own object: `self.name`, `this.name`.
///
/// Names with a longer one before them, as in `myself.x`, are none.
fn own_reads(code: &str) -> Vec<&str> {
    let in_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$');
    let mut found = Vec::new();
    for own in ["self.", "this."] {
        for (at, _) in code.match_indices(own) {
            let rest = code.get(at + own.len()..).unwrap_or_default();
            let name = rest
                .split(|letter: char| !in_name(letter))
                .next()
                .unwrap_or_default();
            if !name.is_empty() && !code.get(..at).is_some_and(|head| head.ends_with(in_name)) {
                found.push(name);
            }
        }
    }
    found
}

/// Returns whether a line of the code returns the object itself, as a builder's methods do.
fn returns_itself(code: &str) -> bool {
    let mut lines = code.lines().map(|line| line.trim().trim_end_matches(';'));
    lines.any(|line| matches!(line, "return self" | "return this"))
}

/// Returns whether the code names the class as a type behind one of the signs.
///
/// `-> "Line"` names `Line` behind `->`, but `-> LineItem` does not.
fn annotates_class(code: &str, class: &str, signs: &[&str]) -> bool {
    let is_class = |rest: &str| {
        let rest = rest.trim_start().trim_start_matches(['"', '\'']);
        rest.strip_prefix(class)
            .is_some_and(|rest| !rest.starts_with(|one: char| one.is_alphanumeric() || one == '_'))
    };
    signs.iter().any(|sign| {
        code.match_indices(sign)
            .any(|(at, _)| is_class(&code[at + sign.len()..]))
    })
}

/// Narrows the containers that two names mean to those that lie in one of the other name's:
/// "`checks` of `GateResult`" is the inner one.
///
/// Where none lies in another, those of the first name stay.
fn narrow_to_inner<'s, 't>(fit: &mut Vec<&'s Container<'t>>, found: Vec<&'s Container<'t>>) {
    let within = |inner: &Container<'_>, outer: &Container<'_>| {
        let (inner, outer) = (inner.list.byte_range(), outer.list.byte_range());
        outer.start <= inner.start && inner.end <= outer.end && inner != outer
    };
    let mut inner: Vec<&Container<'t>> = fit
        .iter()
        .copied()
        .filter(|one| found.iter().any(|other| within(one, other)))
        .collect();
    inner.extend(
        found
            .into_iter()
            .filter(|one| fit.iter().any(|other| within(one, other))),
    );
    if !inner.is_empty() {
        *fit = inner;
    }
}

/// Returns whether a name in the prose means the container of this qualified name.
fn matches_qualified_name(mentioned: &str, name: &str) -> bool {
    let plain = crate::prose::strip_name_decoration(mentioned);
    plain == name
        || name.ends_with(&format!(".{plain}"))
        || same_name(&plain, name) && !plain.contains('/')
}

/// Returns a refusal that names the containers between which nothing decides.
pub(crate) fn ambiguous_container_refusal(
    file: &Source<'_>,
    what: &str,
    several: &[&Container<'_>],
) -> Refusal {
    let names: Vec<String> = several
        .iter()
        .map(|one| format!("`{}`", one.name))
        .collect();
    let mut refusal = new_refusal(
        Reason::Ambiguous,
        format!(
            "`{what}` fits more than one place, or one that the block does not show: {}",
            names.join(", ")
        ),
    );
    refusal.candidates = several
        .iter()
        .map(|one| Location {
            name: one.name.clone(),
            line: location_at(file.text, one.start).line,
        })
        .collect();
    refusal
}

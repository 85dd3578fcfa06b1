//! Finds the list of the file into which a bare definition, member, statement or entry of the snippet belongs.

use tree_sitter::Node;

use crate::items::{Item, Source};
use crate::languages::{Kind, List};
use crate::merge::meant;
use crate::prose::{Prose, Relation, same_name};
use crate::splice::{place, refusal};
use crate::{Place, Reason, Refusal};

/// A definition of the file that lists others.
#[derive(Debug, Clone)]
pub(crate) struct Container<'t> {
    /// Its name, with those around it: `OrderService.Meta`.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) list: Node<'t>,
    /// What it lists, and of which kind that list is.
    pub(crate) items: Vec<Item<'t>>,
    pub(crate) lists: Option<List>,
    pub(crate) start: usize,
}

/// Every container of the file below the items of its root, outer ones first; functions in which none of the words is
/// written are left out.
pub(crate) fn containers<'t>(file: &Source<'_>, root: &[Item<'t>], words: &[&str]) -> Vec<Container<'t>> {
    let mut found = Vec::new();
    collect(file, root, words, ("", 0), &mut found);
    found
}

fn collect<'t>(
    file: &Source<'_>,
    items: &[Item<'t>],
    words: &[&str],
    (prefix, depth): (&str, usize),
    found: &mut Vec<Container<'t>>,
) {
    if depth > 4 {
        return;
    }
    for item in items {
        if matches!(item.kind, Kind::Import | Kind::Comment | Kind::Marker | Kind::Docstring) {
            continue;
        }
        let written = || words.iter().any(|word| file.slice(item.whole()).contains(word));
        if item.kind == Kind::Function && !written() {
            continue;
        }
        let Some(inner) = file.language.body(item.core) else { continue };
        let name = if prefix.is_empty() { item.name.clone() } else { format!("{prefix}.{}", item.name) };
        let (items, lists) = (file.items(inner), file.language.list(inner));
        let at = found.len();
        let empty = Vec::new();
        let (kind, start) = (item.kind, item.start);
        found.push(Container { name: name.clone(), kind, list: inner, items: empty, lists, start });
        collect(file, &items, words, (&name, depth + 1), found);
        found[at].items = items;
    }
}

/// A word of each item and of each name in the prose that is written wherever something of that name is.
pub(crate) fn words<'s>(items: &'s [Item<'_>], prose: &'s Prose) -> Vec<&'s str> {
    let in_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$');
    let parts = move |text: &'s str| text.split(move |letter| !in_name(letter)).filter(|part| !part.is_empty());
    let of_items = items.iter().map(move |item| parts(&item.name).next().unwrap_or_default());
    let of_prose = prose.mentions.iter().map(move |mention| {
        let called = mention.name.split('(').next().unwrap_or_default();
        parts(called).next_back().or_else(|| parts(&mention.name).next()).unwrap_or_default()
    });
    of_items.chain(of_prose).collect()
}

/// What decides where bare items belong.
pub(crate) struct Search<'s, 'f, 't> {
    pub(crate) file: &'s Source<'f>,
    pub(crate) prose: &'s Prose,
    pub(crate) containers: &'s [Container<'t>],
    pub(crate) root: Node<'t>,
}

impl<'t> Search<'_, '_, 't> {
    /// The container that the prose names for this item: "in `UserService`".
    pub(crate) fn named(
        &self,
        item: &Item<'_>,
        siblings: &[&str],
        list: List,
    ) -> Result<Option<&Container<'t>>, Refusal> {
        for relation in [Relation::Within, Relation::Mention, Relation::Replace, Relation::After] {
            for name in self.prose.related(relation, &item.name, siblings) {
                if relation == Relation::After && list != List::Members {
                    continue;
                }
                let fit: Vec<&Container<'t>> = self
                    .containers
                    .iter()
                    .filter(|one| qualified(name, &one.name) && self.takes(one, item, list))
                    .collect();
                let fit = if relation == Relation::Within || fit.iter().any(|one| one.kind == Kind::Class) {
                    fit
                } else {
                    Vec::new()
                };
                match fit.as_slice() {
                    [] => {}
                    [only] => return Ok(Some(only)),
                    several => return Err(ambiguous(self.file, name, several)),
                }
            }
        }
        Ok(None)
    }

    /// Whether a container can hold the item.
    fn takes(&self, container: &Container<'_>, item: &Item<'_>, list: List) -> bool {
        match list {
            List::Entries => container.lists == Some(List::Entries),
            List::Members => container.lists == Some(List::Members),
            _ => match container.lists {
                Some(List::Members) => !matches!(item.kind, Kind::Statement | Kind::Call | Kind::Export | Kind::Guard),
                Some(List::Statements) => container.kind != Kind::Value,
                _ => false,
            },
        }
    }

    /// The only containers whose lists hold an item of this name and kind.
    pub(crate) fn owners(&self, item: &Item<'_>, list: Option<List>) -> Vec<&Container<'t>> {
        let holds = |container: &&Container<'t>| {
            let kind = container.lists;
            list.is_none_or(|list| kind == Some(list))
                && (item.kind != Kind::Value || kind != Some(List::Statements))
                && (kind != Some(List::Entries) || list == Some(List::Entries))
                && container
                    .items
                    .iter()
                    .any(|old| old.name == item.name && old.variant == item.variant && old.kind == item.kind)
        };
        self.containers.iter().filter(holds).collect()
    }

    /// The containers that hold the item which the prose names as a neighbour.
    pub(crate) fn beside(&self, item: &Item<'_>, siblings: &[&str]) -> Result<Option<&Container<'t>>, Refusal> {
        for relation in [Relation::After, Relation::Before] {
            for name in self.prose.related(relation, &item.name, siblings) {
                if !meant(self.file, name, &self.file.items(self.root)).is_empty() {
                    return Ok(None);
                }
                let fit: Vec<&Container<'t>> = self
                    .containers
                    .iter()
                    .filter(|one| one.lists != Some(List::Entries) || item.kind == Kind::Entry)
                    .filter(|one| !meant(self.file, name, &one.items).is_empty())
                    .collect();
                match fit.as_slice() {
                    [] => {}
                    [only] => return Ok(Some(only)),
                    several => return Err(ambiguous(self.file, name, several)),
                }
            }
        }
        Ok(None)
    }

    /// The only class of the file, for a member that names none.
    pub(crate) fn only_class(&self) -> Result<&Container<'t>, Refusal> {
        let classes: Vec<&Container<'t>> = self
            .containers
            .iter()
            .filter(|one| one.kind == Kind::Class && one.lists == Some(List::Members) && !one.name.contains('.'))
            .collect();
        match classes.as_slice() {
            [only] => Ok(only),
            [] => Err(refusal(Reason::NotFound, "the block shows a member, and the file has no class to take it")),
            several => Err(ambiguous(self.file, "the class", several)),
        }
    }
}

/// Whether a name in the prose means the container of this qualified name.
fn qualified(mentioned: &str, name: &str) -> bool {
    let plain = crate::prose::plain(mentioned);
    plain == name || name.ends_with(&format!(".{plain}")) || same_name(&plain, name) && !plain.contains('/')
}

/// A refusal that names the containers between which nothing decides.
pub(crate) fn ambiguous(file: &Source<'_>, what: &str, several: &[&Container<'_>]) -> Refusal {
    let names: Vec<String> = several.iter().map(|one| format!("`{}`", one.name)).collect();
    let mut refusal = refusal(
        Reason::Ambiguous,
        format!("`{what}` fits more than one place, or one that the block does not show: {}", names.join(", ")),
    );
    refusal.candidates =
        several.iter().map(|one| Place { name: one.name.clone(), line: place(file.text, one.start).line }).collect();
    refusal
}

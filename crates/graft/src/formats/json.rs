//! JSON, with or without comments: members merged by key, order, comments and layout kept.

mod read;

mod owner;

use super::Request;
use super::list::{self, Layout, Slot};
use super::wording::Spot;
use crate::splice::{Splice, refusal, refuse};
use crate::{Graft, Reason, Refusal};
use owner::{Owner, owner};
use read::{Kind, Member, Node, Reader};

/// Whether a text is JSON, comments and trailing commas allowed.
pub(super) fn check(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Ok(());
    }
    Reader::strict(text).document().map(|_| ())
}

pub(super) fn place(request: &Request<'_>) -> Graft {
    let snippet = request.snippet.trim();
    let fragment = !snippet.starts_with(['{', '[']) && !snippet.starts_with("//") && !snippet.starts_with("/*")
        || Reader::lenient(snippet).document().is_err();
    let wrapped = if fragment { format!("{{{snippet}\n}}") } else { snippet.to_owned() };
    let asked = match Reader::lenient(&wrapped).document() {
        Ok(asked) => asked,
        Err(error) => return refuse(Reason::Syntax, format!("the block is not JSON: {error}")),
    };
    if request.text.trim().is_empty() {
        let mut splice = Splice::new(request.text);
        splice.replace(0..request.text.len(), format!("{wrapped}\n"));
        return splice.finish();
    }
    let there = match Reader::strict(request.text).document() {
        Ok(there) => there,
        Err(error) => return refuse(Reason::Syntax, format!("{} is not JSON: {error}", request.path)),
    };
    let mut merge = Merge {
        request,
        source: &wrapped,
        layout: Layout::of(request.text),
        sole: asked.leaves() == 1,
        whole: false,
        splice: Splice::new(request.text),
        path: Vec::new(),
    };
    let (key, target) = match owner(request, &there, &wrapped, &asked, fragment) {
        Ok(Owner::Object(key, node)) => (key, node),
        Ok(Owner::EntryOf(list)) if !fragment => {
            let entry = format!("\"{list}\": [\n...\n{snippet}\n]");
            return place(&Request { snippet: &entry, ..*request });
        }
        Ok(Owner::EntryOf(_)) => (None, &there),
        Err(refusal) => return Graft::Refused(refusal),
    };
    merge.whole = is_whole(request.text, target, &wrapped, &asked);
    merge.path.extend(key.map(str::to_owned));
    match merge.node(target, &asked) {
        Ok(()) => merge.splice.finish(),
        Err(refusal) => Graft::Refused(refusal),
    }
}

/// Whether a block shows every key of the file, nothing left out, and most values as they are: then the values that
/// differ are meant.
fn is_whole(text: &str, there: &Node, source: &str, asked: &Node) -> bool {
    fn count(text: &str, there: &Node, source: &str, asked: &Node) -> Option<(usize, usize)> {
        let (Kind::Object(known), Kind::Object(_)) = (&there.kind, &asked.kind) else {
            return Some((1, usize::from(same(text, there, source, asked))));
        };
        known.iter().try_fold((0, 0), |(all, equal), member| {
            let (more, same) = count(text, &member.value, source, &asked.member(&member.key)?.value)?;
            Some((all + more, equal + same))
        })
    }
    let counted = count(text, there, source, asked).filter(|_| !asked.has_elision());
    counted.is_some_and(|(all, equal)| all > 4 && equal * 2 > all)
}

struct Merge<'a> {
    request: &'a Request<'a>,
    /// The text that the snippet's spans point into.
    source: &'a str,
    layout: Layout,
    /// Whether the snippet shows one value and nothing else.
    sole: bool,
    /// Whether the snippet shows the whole of the object that it belongs to.
    whole: bool,
    splice: Splice<'a>,
    path: Vec<String>,
}

impl<'a> Merge<'a> {
    fn node(&mut self, there: &Node, asked: &Node) -> Result<(), Refusal> {
        match (&there.kind, &asked.kind) {
            (Kind::Object(_), Kind::Object(_)) => self.object(there, asked),
            (Kind::Array(_), Kind::Array(_)) => self.array(there, asked),
            _ if same(self.request.text, there, self.source, asked) => Ok(()),
            _ => self.change(there, asked),
        }
    }

    fn object(&mut self, there: &Node, asked: &Node) -> Result<(), Refusal> {
        let mut previous = self.spot(there);
        let mut fresh: Vec<(Option<usize>, String)> = Vec::new();
        for member in asked.members() {
            if let Some(at) = there.members().iter().position(|known| known.key == member.key) {
                self.path.push(member.key.clone());
                self.node(&there.members()[at].value, &member.value)?;
                self.path.pop();
                previous = Some(at);
                continue;
            }
            if member.value.has_elision() {
                return Err(refusal(
                    Reason::NotFound,
                    format!("`{}` is shown with parts left out, but the file has none", self.at(&member.key)),
                ));
            }
            let text = self.render(member, there);
            previous = previous.filter(|_| !member.parted);
            let after = if self.sorts(there) { self.sorted_after(there, &member.key) } else { previous };
            self.splice.say(format!("added `{}`", self.at(&member.key)));
            fresh.push((after, text));
        }
        if self.sorts(there) {
            fresh.sort_by(|one, other| one.1.cmp(&other.1));
        }
        let slots: Vec<Slot> = there.members().iter().map(|member| Slot { span: member.span.clone() }).collect();
        list::insert(&self.layout, self.request.text, &there.span, &slots, fresh, &mut self.splice);
        Ok(())
    }

    /// The member after which the words put new ones.
    fn spot(&self, there: &Node) -> Option<usize> {
        let at = |name: &str| there.members().iter().position(|member| member.key == name);
        self.request.wording.spots().iter().rev().find_map(|spot| match spot {
            Spot::After(name) => at(name),
            Spot::Before(name) => at(name).map(|at| at.checked_sub(1).unwrap_or(usize::MAX)),
            Spot::Top | Spot::Bottom => None,
        })
    }

    /// Dependency lists that stand in order are kept in order, as package managers write them.
    fn sorts(&self, there: &Node) -> bool {
        let keys: Vec<&str> = there.members().iter().map(|member| member.key.as_str()).collect();
        self.path.last().is_some_and(|key| key.to_lowercase().ends_with("dependencies"))
            && keys.len() > 1
            && keys.windows(2).all(|pair| pair[0] < pair[1])
    }

    fn sorted_after(&self, there: &Node, key: &str) -> Option<usize> {
        let before = there.members().iter().filter(|member| member.key.as_str() < key).count();
        Some(before.checked_sub(1).unwrap_or(usize::MAX))
    }

    fn array(&mut self, there: &Node, asked: &Node) -> Result<(), Refusal> {
        let (text, source) = (self.request.text, self.source);
        let missing: Vec<&Node> = asked
            .items()
            .iter()
            .filter(|item| !there.items().iter().any(|known| same(text, known, source, item)))
            .collect();
        let kept =
            there.items().iter().filter(|known| asked.items().iter().any(|item| same(text, known, source, item)));
        let grows = kept.count() == there.items().len();
        if missing.is_empty() && (grows || asked.elided || self.request.wording.adds()) {
            return Ok(());
        }
        if !(asked.elided || grows || self.request.wording.adds()) {
            return self.change(there, asked);
        }
        for item in &missing {
            if let Some(known) = same_identity(text, there, source, item) {
                return if matches!(item.kind, Kind::Object(_)) { self.node(known, item) } else { Ok(()) };
            }
        }
        let mut previous = asked.elided.then(|| there.items().len().wrapping_sub(1));
        let mut fresh = Vec::new();
        for item in asked.items() {
            if let Some(at) = there.items().iter().position(|known| same(text, known, source, item)) {
                previous = Some(at);
            } else {
                fresh.push((previous, self.dressed(item, there)));
            }
        }
        if !grows && !asked.items().iter().any(|item| there.items().iter().any(|known| same(text, known, source, item)))
        {
            fresh.iter_mut().for_each(|(after, _)| *after = there.items().len().checked_sub(1));
        }
        self.splice.say(format!("added {} to `{}`", count(missing.len()), self.path.join(".")));
        let slots: Vec<Slot> = there.items().iter().map(|item| Slot { span: item.span.clone() }).collect();
        list::insert(&self.layout, text, &there.span, &slots, fresh, &mut self.splice);
        Ok(())
    }

    /// Puts a value in the place of another, where the words ask for it.
    fn change(&mut self, there: &Node, asked: &Node) -> Result<(), Refusal> {
        let name = self.path.join(".");
        let wording = self.request.wording;
        let shown = self.source[asked.span.clone()].trim_matches('"');
        let named = wording.names(shown) || self.path.iter().rev().take(1).any(|key| wording.names(key));
        if asked.has_elision() || !(self.whole || wording.changes() && (named || self.sole)) {
            let place = crate::splice::place(self.request.text, there.span.start);
            let message = format!("`{name}` has another value in the file, and the plan doesn't say to change it");
            return Err(Refusal { candidates: vec![place], ..refusal(Reason::Conflict, message) });
        }
        let indent = self.layout.indent_at(self.request.text, there.span.start);
        let new = self.layout.dress(&self.value_text(asked), &indent);
        self.splice.replace(there.span.clone(), new);
        self.splice.say(format!("changed `{name}`"));
        Ok(())
    }

    fn render(&self, member: &Member, there: &Node) -> String {
        format!("{}: {}", &self.source[member.key_span.clone()], self.dressed(&member.value, there))
    }

    /// A value's text, indented for a child of an object or array of the file.
    fn dressed(&self, value: &Node, there: &Node) -> String {
        let indent = self.layout.child_indent(self.request.text, &there.span, there.first_child());
        self.layout.dress(&self.value_text(value), &indent)
    }

    fn value_text(&self, value: &Node) -> String {
        let keep_comments = self.request.text.contains("//") || self.request.text.contains("/*");
        value.text(self.source, keep_comments)
    }

    fn at(&self, key: &str) -> String {
        self.path.iter().map(String::as_str).chain([key]).collect::<Vec<_>>().join(".")
    }
}

fn count(items: usize) -> String {
    if items == 1 { "an entry".to_owned() } else { format!("{items} entries") }
}

/// The entry of an array that is the same thing by its name, however else it differs.
fn same_identity<'n>(text: &str, there: &'n Node, source: &str, asked: &Node) -> Option<&'n Node> {
    ["name", "id", "key", "path", "source", "src", "url"].iter().find_map(|key| {
        let own = asked.member(key)?;
        there
            .items()
            .iter()
            .find(|item| item.member(key).is_some_and(|known| same(text, &known.value, source, &own.value)))
    })
}

/// Whether two values are equal, layout and the order of keys aside.
fn same(text: &str, one: &Node, source: &str, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Scalar, Kind::Scalar) => text[one.span.clone()] == source[other.span.clone()],
        (Kind::Array(_), Kind::Array(_)) => {
            !other.elided
                && one.items().len() == other.items().len()
                && one.items().iter().zip(other.items()).all(|(one, other)| same(text, one, source, other))
        }
        (Kind::Object(_), Kind::Object(_)) => {
            !other.elided
                && one.members().len() == other.members().len()
                && other.members().iter().all(|asked| {
                    one.member(&asked.key).is_some_and(|known| same(text, &known.value, source, &asked.value))
                })
        }
        _ => false,
    }
}

//! YAML: entries merged by key path, comments, order and layout kept.

mod scan;

use super::Request;
use super::list::{self, Layout, Slot};
use super::wording::{Spot, is_elision_line};
use crate::ladder::{self, Lines};
use crate::splice::{Splice, refusal, refuse};
use crate::{Graft, Reason, Refusal};
use scan::{Entry, Item, Node, scan};

pub(super) fn check(text: &str) -> Result<(), String> {
    scan(text, false).map(|_| ())
}

pub(super) fn place(request: &Request<'_>) -> Graft {
    let there = match scan(request.text, false) {
        Ok(there) => there.value,
        Err(error) => return refuse(Reason::Unsupported, format!("{}: {error}", request.path)),
    };
    let asked = match scan(request.snippet, true) {
        Ok(asked) => asked.value,
        Err(error) => return refuse(Reason::Syntax, format!("the block is not YAML: {error}")),
    };
    let lines = Lines::new(request.text);
    let mut merge = Merge {
        request,
        lines: &lines,
        shown: Lines::new(request.snippet),
        step: ladder::step(request.text.lines()).unwrap_or(2),
        shown_step: ladder::step(request.snippet.lines()),
        sole: leaves(&asked) == 1,
        whole: is_whole(&there, &asked, request.snippet),
        splice: Splice::new(request.text),
        path: Vec::new(),
        depth: 0,
        fresh: Vec::new(),
    };
    match merge.document(&there, &asked) {
        Ok(()) => merge.finish(),
        Err(refusal) => Graft::Refused(refusal),
    }
}

fn leaves(node: &Node) -> usize {
    match node {
        Node::Map(entries) => entries.iter().map(|entry| leaves(&entry.value)).sum(),
        _ => 1,
    }
}

/// Whether a block shows every key of the file, nothing left out, and most values as they are: then the values that
/// differ are meant.
fn is_whole(there: &Node, asked: &Node, snippet: &str) -> bool {
    fn count(there: &Node, asked: &Node) -> Option<(usize, usize)> {
        let (Node::Map(known), Node::Map(_)) = (there, asked) else {
            return Some((1, usize::from(there.plain() == asked.plain())));
        };
        known.iter().try_fold((0, 0), |(all, equal), entry| {
            let (more, same) = count(&entry.value, &asked.get(&entry.key)?.value)?;
            Some((all + more, equal + same))
        })
    }
    let counted = count(there, asked).filter(|_| !snippet.lines().any(is_elision_line));
    counted.is_some_and(|(all, equal)| all > 4 && equal * 2 > all)
}

struct Merge<'a> {
    request: &'a Request<'a>,
    lines: &'a Lines<'a>,
    shown: Lines<'a>,
    /// Columns of one step of indentation in the file and in the snippet.
    step: usize,
    shown_step: Option<usize>,
    sole: bool,
    /// Whether the snippet shows the whole of the file.
    whole: bool,
    splice: Splice<'a>,
    path: Vec<String>,
    /// How many mappings and lists are around what is being merged.
    depth: usize,
    /// New lines by the line before which they come; of those at one line the deepest come first.
    fresh: Vec<(usize, std::cmp::Reverse<usize>, Vec<String>)>,
}

impl Merge<'_> {
    fn document(&mut self, there: &Node, asked: &Node) -> Result<(), Refusal> {
        match (there, asked) {
            (_, Node::Empty) => Err(refusal(Reason::Unclear, "the block holds no entry")),
            (Node::Empty, _) => {
                self.splice.insert(self.request.text.len(), format!("{}\n", self.request.snippet.trim_end()));
                Ok(())
            }
            (Node::Map(known), Node::Map(entries)) => match self.owner(there, entries)? {
                None => self.map(known, entries, self.lines.len(), 0),
                Some(owner) => {
                    self.path = vec![owner.key.clone()];
                    self.below(owner, asked)
                }
            },
            (Node::Map(_), Node::Sequence(items)) => {
                let owner = self.list(there, items)?;
                self.path = vec![owner.key.clone()];
                self.below(owner, asked)
            }
            (Node::Sequence(known), Node::Sequence(items)) => self.sequence(known, items, None),
            _ => Err(refusal(Reason::Unclear, "the block's structure is not the file's")),
        }
    }

    /// The entry below which a fragment belongs; none where it is the file's own top level.
    fn owner<'n>(&self, there: &'n Node, asked: &[Entry]) -> Result<Option<&'n Entry>, Refusal> {
        if asked.iter().any(|entry| there.get(&entry.key).is_some()) {
            return Ok(None);
        }
        let mut all = Vec::new();
        there.visit(&mut |entry| all.push(entry));
        let wording = self.request.wording;
        let holds = |entry: &&&Entry| matches!(entry.value, Node::Map(_) | Node::Empty);
        let fresh = |entry: &&&Entry| !asked.iter().any(|asked| asked.key == entry.key);
        let which = |fits: &dyn Fn(&Entry) -> bool| -> Vec<&'n Entry> {
            all.iter().filter(holds).filter(fresh).filter(|entry| fits(entry)).copied().collect()
        };
        let readings = [
            which(&|entry| wording.goes_into(&entry.key)),
            which(&|entry| wording.quotes(&entry.key)),
            which(&|entry| asked.iter().any(|asked| entry.value.get(&asked.key).is_some())),
            which(&|entry| wording.names_one_of(&entry.key)),
            which(&|entry| wording.names(&entry.key)),
        ];
        let found = readings.iter().find_map(|found| if let [only] = found[..] { Some(only) } else { None });
        let indented = asked.first().is_some_and(|entry| entry.indent > 0);
        if found.is_some() || (!indented && readings[..4].iter().all(Vec::is_empty)) {
            return Ok(found);
        }
        Err(refusal(
            Reason::Ambiguous,
            "the block shows entries without those above them, and neither it nor the plan says where they belong",
        ))
    }

    /// The list that a block of nothing but entries belongs to.
    fn list<'n>(&self, there: &'n Node, asked: &[Item]) -> Result<&'n Entry, Refusal> {
        let mut all = Vec::new();
        there.visit(&mut |entry| all.push(entry));
        let wording = self.request.wording;
        let which = |fits: &dyn Fn(&Entry) -> bool| -> Vec<&'n Entry> {
            let holds = |entry: &&&Entry| matches!(entry.value, Node::Sequence(_) | Node::Empty);
            all.iter().filter(holds).filter(|entry| fits(entry)).copied().collect()
        };
        let shares = |known: &Item| asked.iter().any(|item| same_item(known, item));
        let readings = [
            which(&|entry| wording.goes_into(&entry.key)),
            which(&|entry| wording.quotes(&entry.key)),
            which(&|entry| matches!(&entry.value, Node::Sequence(items) if items.iter().any(shares))),
            which(&|entry| wording.names_one_of(&entry.key)),
            which(&|entry| wording.names(&entry.key)),
        ];
        readings.iter().find_map(|found| if let [only] = found[..] { Some(only) } else { None }).ok_or_else(|| {
            refusal(Reason::Ambiguous, "the block shows a list's entries, and the plan doesn't say of which list")
        })
    }

    fn below(&mut self, known: &Entry, asked: &Node) -> Result<(), Refusal> {
        match (&known.value, asked) {
            (Node::Map(there), Node::Map(entries)) => {
                self.map(there, entries, known.lines.end, known.indent + self.step)
            }
            (Node::Sequence(there), Node::Sequence(items)) => self.sequence(there, items, Some(known)),
            (Node::Empty, Node::Map(entries)) => {
                self.map(&[], entries, known.lines.start + 1, known.indent + self.step)
            }
            (Node::Empty, Node::Sequence(items)) => {
                for item in items {
                    let new = self.raw(item.lead..item.lines.end, item.indent, known.indent + self.step);
                    self.stage(known.lines.start + 1, new);
                }
                Ok(())
            }
            (_, Node::Empty) => Ok(()),
            (Node::Text(old), Node::Sequence(_) | Node::Text(_)) if is_flow(old) => self.flow(known, old, asked),
            (there, asked) if there.plain() == asked.plain() => Ok(()),
            _ => Err(self.conflict(known)),
        }
    }

    fn map(&mut self, there: &[Entry], asked: &[Entry], end: usize, indent: usize) -> Result<(), Refusal> {
        self.depth += 1;
        let indent = there.first().map_or(indent, |entry| entry.indent);
        let spaced =
            there.len() > 1 && there.windows(2).all(|pair| self.blank_between(pair[0].lines.end, pair[1].lead));
        let mut previous = self.spot(|name| there.iter().find(|entry| entry.key == name));
        for entry in asked {
            if entry.parted {
                previous = None;
            }
            self.path.push(entry.key.clone());
            if let Some(known) = there.iter().find(|known| known.key == entry.key) {
                previous = Some(known);
                if entry_plain(known) != entry_plain(entry) {
                    self.entry(known, entry)?;
                }
            } else {
                let at = previous.or(there.last()).map_or(end, |after| after.lines.end);
                let mut new = self.raw(entry.lead..entry.lines.end, entry.indent, indent);
                if has_gap(&entry.value, &self.shown, &entry.lines) {
                    let message =
                        format!("`{}` is shown with parts left out, but the file has none", self.path.join("."));
                    return Err(refusal(Reason::NotFound, message));
                }
                if spaced {
                    new.insert(0, String::new());
                }
                self.splice.say(format!("added `{}`", self.path.join(".")));
                self.stage(at, new);
            }
            self.path.pop();
        }
        self.depth -= 1;
        Ok(())
    }

    fn entry(&mut self, known: &Entry, asked: &Entry) -> Result<(), Refusal> {
        match (&known.value, &asked.value) {
            (Node::Text(_), Node::Text(_)) => self.change(known, asked),
            (Node::Map(_) | Node::Sequence(_), Node::Text(text)) if is_elision_line(text) => Ok(()),
            (Node::Text(old), Node::Sequence(_)) if !is_flow(old) => self.change(known, asked),
            (Node::Sequence(_), Node::Text(new)) if is_flow(new) => Err(self.conflict(known)),
            _ => self.below(known, &asked.value),
        }
    }

    /// Puts a value in the place of another, where the words ask for it.
    fn change(&mut self, known: &Entry, asked: &Entry) -> Result<(), Refusal> {
        if let (Node::Text(old), Node::Text(_)) = (&known.value, &asked.value)
            && is_flow(old)
        {
            return self.flow(known, old, &asked.value);
        }
        if !self.may_change(&asked.value) {
            return Err(self.conflict(known));
        }
        let one_line = known.lines.len() == 1 && asked.lines.len() == 1;
        if one_line {
            let start = self.lines.start(known.lines.start);
            let new = &self.shown.get(asked.lines.start)[asked.inline.clone()];
            self.splice.replace(start + known.inline.start..start + known.inline.end, new);
        } else {
            let new = self.raw(asked.lines.clone(), asked.indent, known.indent);
            ladder::stage_lines(self.lines, known.lines.clone(), &new, &mut self.splice);
        }
        self.splice.say(format!("changed `{}`", self.path.join(".")));
        Ok(())
    }

    /// What the words put new entries after.
    fn spot<T>(&self, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        self.request.wording.spots().iter().rev().find_map(|spot| match spot {
            Spot::After(name) => find(name),
            Spot::Before(_) | Spot::Top | Spot::Bottom => None,
        })
    }

    fn may_change(&self, asked: &Node) -> bool {
        let wording = self.request.wording;
        let named = self.path.last().is_some_and(|key| wording.names(key)) || wording.names(&asked.plain());
        self.whole || wording.changes() && (named || self.sole)
    }

    fn conflict(&self, known: &Entry) -> Refusal {
        let message =
            format!("`{}` has another value in the file, and the plan doesn't say to change it", self.path.join("."));
        Refusal { candidates: vec![self.lines.place(known.lines.start)], ..refusal(Reason::Conflict, message) }
    }

    /// A list in brackets on one line.
    fn flow(&mut self, known: &Entry, old: &str, asked: &Node) -> Result<(), Refusal> {
        let own: Vec<String> = flow_items(old).into_iter().map(|(_, item)| item).collect();
        let wanted: Vec<String> = match asked {
            Node::Sequence(items) => items.iter().map(|item| item.value.plain()).collect(),
            Node::Text(text) => flow_items(text).into_iter().map(|(_, item)| item).collect(),
            Node::Map(_) | Node::Empty => Vec::new(),
        };
        let missing: Vec<&String> =
            wanted.iter().filter(|item| !own.contains(item) && !is_elision_line(item)).collect();
        let grows = own.iter().all(|item| wanted.contains(item)) || wanted.iter().any(|item| is_elision_line(item));
        if missing.is_empty() && (grows || self.request.wording.adds()) {
            return Ok(());
        }
        let fits = known.lines.len() == 1 && old.starts_with('[') && (grows || self.request.wording.adds());
        if !fits || missing.iter().any(|item| item.contains([',', ' ', ':', '{', '['])) {
            return Err(self.conflict(known));
        }
        let start = self.lines.start(known.lines.start) + known.inline.start;
        let slots: Vec<Slot> =
            flow_items(old).into_iter().map(|(span, _)| Slot { span: start + span.start..start + span.end }).collect();
        let quote = flow_quote(old);
        let fresh = missing.iter().map(|item| (None, format!("{quote}{item}{quote}"))).collect();
        let layout = Layout::of(self.request.text);
        list::insert(&layout, self.request.text, &(start..start + old.len()), &slots, fresh, &mut self.splice);
        self.splice.say(format!("added to `{}`", self.path.join(".")));
        Ok(())
    }

    fn sequence(&mut self, there: &[Item], asked: &[Item], owner: Option<&Entry>) -> Result<(), Refusal> {
        self.depth += 1;
        let position = |item: &Item| there.iter().position(|known| known.value.plain() == item.value.plain());
        let elided = self.leaves_out(asked, owner);
        let grows = there.iter().all(|known| asked.iter().any(|item| same_item(known, item)));
        let anchored =
            asked.iter().any(|item| position(item).is_some() || there.iter().any(|known| same_item(known, item)));
        let objects = asked.iter().all(|item| matches!(item.value, Node::Map(_)));
        let may_add = elided || grows || self.request.wording.adds() || (objects && anchored);
        let called = |item: &Item, name: &str| {
            let own = |key: &str| item.value.get(key).is_some_and(|entry| entry.value.plain() == name);
            item.value.plain() == name || ["name", "id", "uses"].into_iter().any(own)
        };
        let mut previous = self.spot(|name| there.iter().position(|item| called(item, name)));
        for item in asked {
            if item.parted {
                previous = None;
            }
            if let Some(at) = position(item) {
                previous = Some(at);
                continue;
            }
            if let Some(at) = there.iter().position(|known| same_item(known, item)) {
                previous = Some(at);
                if let (Node::Map(known), Node::Map(entries)) = (&there[at].value, &item.value) {
                    self.map(known, entries, there[at].lines.end, there[at].indent + 2)?;
                }
                continue;
            }
            if !may_add {
                let at = owner.map_or(0, |owner| owner.lines.start);
                let message = format!(
                    "`{}` lists other entries in the file, and the plan doesn't say to add to them",
                    self.path.join(".")
                );
                return Err(Refusal { candidates: vec![self.lines.place(at)], ..refusal(Reason::Conflict, message) });
            }
            if has_gap(&item.value, &self.shown, &item.lines) {
                let message = format!(
                    "an entry of `{}` is shown with parts left out, but the file has none like it",
                    self.path.join(".")
                );
                return Err(refusal(Reason::NotFound, message));
            }
            let after = previous.map_or(there.last(), |at| there.get(at));
            let indent = there.first().map_or(item.indent, |known| known.indent);
            let line = after.map_or(self.lines.len(), |known| known.lines.end);
            let mut new = self.raw(item.lead..item.lines.end, item.indent, indent);
            if there.len() > 1 && there.windows(2).all(|pair| self.blank_between(pair[0].lines.end, pair[1].lead)) {
                new.insert(0, String::new());
            }
            self.splice.say(format!("added an entry to `{}`", self.path.join(".")));
            self.stage(line, new);
        }
        self.depth -= 1;
        Ok(())
    }

    /// Whether the snippet leaves out entries of a list: before, between or after those that it shows.
    fn leaves_out(&self, asked: &[Item], owner: Option<&Entry>) -> bool {
        let first = asked.first().map_or(0, |item| item.lead);
        let last = asked.last().map_or(0, |item| item.lines.end);
        let _ = owner;
        let after = (last..self.shown.len())
            .map(|line| self.shown.get(line))
            .take_while(|line| line.trim().is_empty() || is_elision_line(line));
        let before = (0..first)
            .rev()
            .map(|line| self.shown.get(line))
            .take_while(|line| line.trim().is_empty() || is_elision_line(line));
        asked.iter().any(|item| item.parted) || after.chain(before).any(is_elision_line)
    }

    fn blank_between(&self, from: usize, to: usize) -> bool {
        (from..to).any(|line| self.lines.get(line).trim().is_empty())
    }

    /// Lines of the snippet at another indentation; in the file's own steps where all of them are whole steps.
    fn raw(&self, lines: std::ops::Range<usize>, from: usize, to: usize) -> Vec<String> {
        let shown: Vec<&str> = lines.map(|line| self.shown.get(line)).collect();
        let width = |line: &str| line.len() - line.trim_start().len();
        let depth = |line: &str| width(line).saturating_sub(from);
        let steps = self.shown_step.filter(|&step| {
            step != self.step
                && shown.iter().all(|line| depth(line) % step == 0)
                && !shown.iter().any(|line| line.trim_end().ends_with(['|', '>']) || line.trim_start().starts_with('-'))
        });
        let moved = |line: &&str| {
            let depth = steps.map_or(depth(line), |step| depth(line) / step * self.step);
            if line.trim().is_empty() { String::new() } else { " ".repeat(to + depth) + line.trim() }
        };
        shown.iter().map(moved).collect()
    }

    fn stage(&mut self, line: usize, new: Vec<String>) {
        let mut line = line.min(self.lines.len());
        while line == self.lines.len() && line > 0 && self.lines.get(line - 1).trim().is_empty() {
            line -= 1;
        }
        self.fresh.push((line, std::cmp::Reverse(self.depth), new));
    }

    fn finish(mut self) -> Graft {
        self.fresh.sort_by_key(|(line, depth, _)| (*line, *depth));
        for (line, _, new) in &self.fresh {
            ladder::stage_lines(self.lines, *line..*line, new, &mut self.splice);
        }
        self.splice.finish()
    }
}

fn entry_plain(entry: &Entry) -> String {
    entry.value.plain()
}

/// Whether a new entry's own lines leave something out.
fn has_gap(value: &Node, shown: &Lines<'_>, lines: &std::ops::Range<usize>) -> bool {
    !matches!(value, Node::Text(_)) && lines.clone().any(|line| is_elision_line(shown.get(line)))
}

/// Whether two entries of a list are the same thing by name, however else they differ.
fn same_item(known: &Item, asked: &Item) -> bool {
    if known.value.plain() == asked.value.plain() {
        return true;
    }
    let (Node::Map(_), Node::Map(entries)) = (&known.value, &asked.value) else { return false };
    let telling = ["name", "id", "key", "uses", "repo", "job_name", "source"];
    let first = entries.iter().find(|entry| telling.contains(&entry.key.as_str()));
    first.is_some_and(|own| known.value.get(&own.key).is_some_and(|there| there.value.plain() == own.value.plain()))
}

fn is_flow(text: &str) -> bool {
    text.starts_with('[') && text.ends_with(']')
}

/// The entries of a list in brackets with their places in its text.
fn flow_items(text: &str) -> Vec<(std::ops::Range<usize>, String)> {
    let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else { return Vec::new() };
    let mut found = Vec::new();
    let mut start = 0;
    let mut depth = 0i32;
    let mut quote = None;
    for (at, character) in inner.char_indices().chain([(inner.len(), ',')]) {
        match (quote, character) {
            (Some(open), character) if open == character => quote = None,
            (Some(_), _) if at < inner.len() => {}
            (_, '[' | '{') => depth += 1,
            (_, ']' | '}') => depth -= 1,
            (None, '"' | '\'') => quote = Some(character),
            (_, ',') if depth == 0 || at == inner.len() => {
                let part = &inner[start..at];
                let lead = part.len() - part.trim_start().len();
                let item = part.trim();
                if !item.is_empty() {
                    let from = 1 + start + lead;
                    found.push((from..from + item.len(), item.trim_matches(['"', '\'']).to_owned()));
                }
                start = (at + 1).min(inner.len());
            }
            _ => {}
        }
    }
    found
}

fn flow_quote(text: &str) -> &'static str {
    match text.trim_start_matches(['[', ' ']).chars().next() {
        Some('"') => "\"",
        Some('\'') => "'",
        _ => "",
    }
}

//! TOML: entries merged by table and key, comments, order and layout kept.

mod scan;

use super::Request;
use super::list::{self, Layout, Slot};
use super::wording::{Spot, is_elision_line};
use crate::ladder::{self, Lines};
use crate::splice::{Splice, place as place_at, refusal, refuse};
use crate::{Graft, Reason, Refusal};
use scan::{Entry, Table, Value, scan};

pub(super) fn check(text: &str) -> Result<(), String> {
    toml_edit::Document::parse(text).map(|_| ()).map_err(|error| error.message().to_owned())
}

pub(super) fn place(request: &Request<'_>) -> Graft {
    let snippet = with_comments_for_dots(request.snippet);
    if let Err(error) = check(&snippet) {
        return place_items(request, &snippet)
            .unwrap_or_else(|| refuse(Reason::Syntax, format!("the block is not TOML: {error}")));
    }
    let (there, asked) = (scan(request.text), scan(&snippet));
    let mut merge = Merge {
        request,
        source: &snippet,
        lines: Lines::new(request.text),
        shown: Lines::new(&snippet),
        layout: Layout::of(request.text),
        sole: asked.iter().map(|table| table.entries.len()).sum::<usize>() == 1,
        there: &there,
        tables: Vec::new(),
        splice: Splice::new(request.text),
    };
    for table in &asked {
        if let Err(refusal) = merge.table(table) {
            return Graft::Refused(refusal);
        }
    }
    for (line, new) in std::mem::take(&mut merge.tables) {
        ladder::stage_lines(&merge.lines, line..line, &new, &mut merge.splice);
    }
    merge.splice.finish()
}

/// Bare dots become comments, so that the block can be read.
fn with_comments_for_dots(snippet: &str) -> String {
    let line = |line: &str| {
        if is_elision_line(line) && !line.trim_start().starts_with('#') { "# ...".to_owned() } else { line.to_owned() }
    };
    snippet.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A block of nothing but list items belongs to the list that the prose names.
fn place_items(request: &Request<'_>, snippet: &str) -> Option<Graft> {
    let there = scan(request.text);
    let lists: Vec<(&Table, &Entry)> = there
        .iter()
        .flat_map(|table| table.entries.iter().map(move |entry| (table, entry)))
        .filter(|(_, entry)| matches!(entry.value, Value::Array { .. }))
        .filter(|(table, entry)| {
            request.wording.names(&entry.key.join(".")) || request.wording.names(&table.full(entry).join("."))
        })
        .collect();
    let [(table, entry)] = lists[..] else { return None };
    let header = if table.path.is_empty() { String::new() } else { format!("[{}]\n", table.path.join(".")) };
    let wrapped = format!("{header}{} = [\n# ...\n{snippet}\n]", entry.key.join("."));
    check(&wrapped).ok()?;
    Some(place(&Request { snippet: &wrapped, ..*request }))
}

struct Merge<'a> {
    request: &'a Request<'a>,
    source: &'a str,
    lines: Lines<'a>,
    shown: Lines<'a>,
    layout: Layout,
    sole: bool,
    there: &'a [Table],
    /// New tables by the line before which they come: staged after the new entries of the tables above them.
    tables: Vec<(usize, Vec<String>)>,
    splice: Splice<'a>,
}

impl<'a> Merge<'a> {
    fn table(&mut self, asked: &Table) -> Result<(), Refusal> {
        if asked.array {
            return self.array_of_tables(asked);
        }
        let base = self.base(asked)?;
        let there: &'a [Table] = self.there;
        let target = there.iter().find(|table| !table.array && table.path == base);
        let mut previous = target.and_then(|table| self.spot(table));
        let mut fresh: Vec<&Entry> = Vec::new();
        for entry in &asked.entries {
            if entry.parted {
                previous = None;
            }
            let full: Vec<String> = base.iter().chain(&entry.key).cloned().collect();
            if let Some(known) = self.known(&full) {
                self.value(&full.join("."), known, entry)?;
                previous = target
                    .and_then(|table| table.entries.iter().find(|own| own.value_span == known.value_span))
                    .or(previous);
                continue;
            }
            if self.there.iter().any(|table| !table.array && table.path.starts_with(&full)) {
                return Err(refusal(
                    Reason::Conflict,
                    format!("`{}` is a table of its own in the file", full.join(".")),
                ));
            }
            if entry.value.elided() {
                let message = format!("`{}` is shown with parts left out, but the file has none", full.join("."));
                return Err(refusal(Reason::NotFound, message));
            }
            match target {
                Some(table) => self.insert(table, previous, entry),
                None => fresh.push(entry),
            }
            self.splice.say(format!("added `{}`", full.join(".")));
        }
        if target.is_none() && (!fresh.is_empty() || asked.entries.is_empty()) {
            self.append(asked, &fresh);
        }
        Ok(())
    }

    /// The path of the table that entries belong to: their own header's, else the one that the prose or keys tell.
    fn base(&self, asked: &Table) -> Result<Vec<String>, Refusal> {
        if !asked.path.is_empty() || asked.entries.is_empty() {
            return Ok(asked.path.clone());
        }
        let at_root = asked.entries.iter().any(|entry| self.known(&entry.key).is_some());
        let tables: Vec<&Table> = self.there.iter().filter(|table| !table.array && !table.path.is_empty()).collect();
        if at_root || tables.is_empty() {
            return Ok(Vec::new());
        }
        let named: Vec<&&Table> = tables
            .iter()
            .filter(|table| {
                let path = table.path.join(".");
                let last = table.path.last().is_some_and(|last| self.request.wording.goes_into(last));
                last || self.request.wording.code().iter().any(|code| code.trim_matches(['[', ']']) == path)
            })
            .collect();
        let owning: Vec<&&Table> = tables
            .iter()
            .filter(|table| asked.entries.iter().any(|entry| table.entries.iter().any(|own| own.key == entry.key)))
            .collect();
        match (&named[..], &owning[..]) {
            ([only], _) | ([], [only]) => Ok(only.path.clone()),
            _ => Err(refusal(
                Reason::Ambiguous,
                "the block shows entries without a table, and neither it nor the plan says of which table",
            )),
        }
    }

    /// The entry after which the words put new ones.
    fn spot(&self, table: &'a Table) -> Option<&'a Entry> {
        self.request.wording.spots().iter().rev().find_map(|spot| match spot {
            Spot::After(name) => table.entries.iter().find(|entry| entry.key.join(".") == *name),
            Spot::Before(_) | Spot::Top | Spot::Bottom => None,
        })
    }

    fn known(&self, full: &[String]) -> Option<&'a Entry> {
        let there: &'a [Table] = self.there;
        there
            .iter()
            .filter(|table| !table.array && full.starts_with(&table.path))
            .find_map(|table| table.entries.iter().find(|entry| full[table.path.len()..] == entry.key[..]))
    }

    fn raw(&self, entry: &Entry) -> Vec<String> {
        (entry.lead..entry.lines.end)
            .map(|line| self.shown.get(line).trim_end().to_owned())
            .filter(|line| !is_elision_line(line))
            .collect()
    }

    /// Adds an entry after the one shown before it, else after its table's last.
    fn insert(&mut self, table: &Table, previous: Option<&Entry>, entry: &Entry) {
        let line = previous
            .or(table.entries.last())
            .map_or(table.header + usize::from(!table.path.is_empty()), |entry| entry.lines.end);
        let new = self.raw(entry);
        ladder::stage_lines(&self.lines, line..line, &new, &mut self.splice);
    }

    /// Adds a table after the last one that it shares most of its path with, else at the end.
    fn append(&mut self, asked: &Table, entries: &[&Entry]) {
        let mut new: Vec<String> = (asked.lead..asked.header).map(|line| self.shown.get(line).to_owned()).collect();
        new.retain(|line| !is_elision_line(line));
        if !asked.path.is_empty() {
            new.push(self.shown.get(asked.header).to_owned());
        }
        new.extend(entries.iter().flat_map(|entry| self.raw(entry)));
        let shared = |table: &Table| table.path.iter().zip(&asked.path).take_while(|(one, other)| one == other).count();
        let best = self.there.iter().map(shared).max().unwrap_or_default();
        let after = self.there.iter().rev().find(|table| best > 0 && shared(table) == best);
        let mut line = after.map_or(self.lines.len(), |table| table.end);
        while line > 0 && self.lines.get(line - 1).trim().is_empty() {
            line -= 1;
        }
        if line > 0 {
            new.insert(0, String::new());
        }
        self.splice.say(format!("added table `{}`", asked.path.join(".")));
        self.tables.push((line, new));
    }

    fn array_of_tables(&mut self, asked: &Table) -> Result<(), Refusal> {
        let values = |table: &Table, text: &str| -> Vec<(Vec<String>, String)> {
            table.entries.iter().map(|entry| (entry.key.clone(), entry.value.plain(text))).collect()
        };
        let own = values(asked, self.source);
        let rivals: Vec<&Table> = self.there.iter().filter(|table| table.array && table.path == asked.path).collect();
        if rivals.iter().any(|table| values(table, self.request.text) == own) {
            return Ok(());
        }
        let named = own.iter().find(|(key, _)| ["name", "id", "module"].contains(&key.join(".").as_str()));
        if let Some(rival) =
            rivals.iter().find(|table| named.is_some_and(|named| values(table, self.request.text).contains(named)))
        {
            let message = format!("`[[{}]]` of that name stands otherwise in the file", asked.path.join("."));
            return Err(Refusal {
                candidates: vec![self.lines.place(rival.header)],
                ..refusal(Reason::Conflict, message)
            });
        }
        self.append(asked, &asked.entries.iter().collect::<Vec<_>>());
        Ok(())
    }

    fn value(&mut self, name: &str, known: &Entry, asked: &Entry) -> Result<(), Refusal> {
        let (text, source) = (self.request.text, self.source);
        if known.value.plain(text) == asked.value.plain(source) && !asked.value.elided() {
            return Ok(());
        }
        match (&known.value, &asked.value) {
            (Value::Array { items: there, .. }, Value::Array { items, elided, .. }) => {
                self.array(name, known, there, asked, items, *elided)
            }
            (Value::Table { entries: there, .. }, Value::Table { entries, .. }) => {
                let mut fresh = Vec::new();
                for entry in entries {
                    if let Some(own) = there.iter().find(|own| own.key == entry.key) {
                        self.value(&format!("{name}.{}", entry.key.join(".")), own, entry)?;
                    } else {
                        fresh.push((None, source[entry.span.clone()].to_owned()));
                    }
                }
                let slots: Vec<Slot> = there.iter().map(|own| Slot { span: own.span.clone() }).collect();
                list::insert(&self.layout, text, &known.value_span, &slots, fresh, &mut self.splice);
                Ok(())
            }
            _ => self.change(name, known, asked),
        }
    }

    fn array(
        &mut self,
        name: &str,
        known: &Entry,
        there: &[Value],
        asked: &Entry,
        items: &[Value],
        elided: bool,
    ) -> Result<(), Refusal> {
        let (text, source) = (self.request.text, self.source);
        let at = |item: &Value| there.iter().position(|known| known.plain(text) == item.plain(source));
        let grows = there.iter().all(|known| items.iter().any(|item| known.plain(text) == item.plain(source)));
        let missing: Vec<&Value> = items.iter().filter(|item| at(item).is_none()).collect();
        let may_add = elided || grows || self.request.wording.adds();
        if missing.is_empty() && may_add {
            return Ok(());
        }
        for item in &missing {
            let own = package(&item.plain(source));
            let rival = there.iter().find(|known| own.is_some() && package(&known.plain(text)) == own);
            let (Some(rival), Some(own)) = (rival, own) else { continue };
            if !(self.request.wording.changes() && self.request.wording.names(&own)) {
                let message =
                    format!("`{own}` is required otherwise in `{name}`, and the plan doesn't say to change it");
                let candidates = vec![place_at(text, rival.span().start)];
                return Err(Refusal { candidates, ..refusal(Reason::Conflict, message) });
            }
            self.splice.replace(rival.span(), &source[item.span()]);
            self.splice.say(format!("changed `{own}` in `{name}`"));
        }
        if !may_add
            && missing.iter().any(|item| {
                package(&item.plain(source))
                    .is_none_or(|own| !there.iter().any(|known| package(&known.plain(text)).as_deref() == Some(&own)))
            })
        {
            return self.change(name, known, asked);
        }
        let replaced = |item: &Value| {
            package(&item.plain(source))
                .is_some_and(|own| there.iter().any(|known| package(&known.plain(text)).as_deref() == Some(&own)))
        };
        let mut previous = None;
        let mut fresh = Vec::new();
        for item in items {
            match at(item) {
                Some(at) => previous = Some(at).filter(|_| !elided),
                None if replaced(item) => {}
                None => fresh.push((previous, source[item.span()].to_owned())),
            }
        }
        if !fresh.is_empty() {
            self.splice.say(format!("added to `{name}`"));
        }
        let slots: Vec<Slot> = there.iter().map(|item| Slot { span: item.span() }).collect();
        list::insert(&self.layout, text, &known.value_span, &slots, fresh, &mut self.splice);
        Ok(())
    }

    fn change(&mut self, name: &str, known: &Entry, asked: &Entry) -> Result<(), Refusal> {
        let wording = self.request.wording;
        let shown = self.source[asked.value_span.clone()].trim_matches(['"', '\'']);
        let named =
            wording.names(name) || asked.key.last().is_some_and(|key| wording.names(key)) || wording.names(shown);
        if asked.value.elided() || !(wording.changes() && (named || self.sole)) {
            let message = format!("`{name}` has another value in the file, and the plan doesn't say to change it");
            let candidates = vec![place_at(self.request.text, known.value_span.start)];
            return Err(Refusal { candidates, ..refusal(Reason::Conflict, message) });
        }
        self.splice.replace(known.value_span.clone(), &self.source[asked.value_span.clone()]);
        self.splice.say(format!("changed `{name}`"));
        Ok(())
    }
}

/// The package that a requirement string names, in its normal form.
fn package(value: &str) -> Option<String> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    let end = inner.find(|found: char| !(found.is_ascii_alphanumeric() || "-_.".contains(found)))?;
    let rest = inner[end..].trim_start();
    let required = rest.starts_with(['=', '<', '>', '~', '!', '[', ';', '@']);
    (end > 0 && required).then(|| inner[..end].to_lowercase().replace(['_', '.'], "-"))
}

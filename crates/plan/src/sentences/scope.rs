//! Which rows speak of the same thing: the step, section, file or list item in
//! which a sentence stands, and the section that it introduces.

use std::collections::HashMap;
use std::ops::Range;

use crate::changes::Asking;
use crate::rows::{Row, RowKind};

/// The rows around each row.
#[derive(Debug)]
pub(super) struct Scopes {
    /// The first row of the group in which each row stands.
    starts: Vec<usize>,
    /// Where the group ends that begins at a row.
    ends: Vec<usize>,
    /// The heading above each row; of a heading, the one around it.
    sections: Vec<Option<usize>>,
    /// For each heading, the heading around it.
    around: Vec<Option<usize>>,
    /// The first row of the item around the item of each row.
    parents: Vec<Option<usize>>,
    /// The last line outside lists before each row.
    free: Vec<Option<usize>>,
}

impl Scopes {
    /// Finds the groups. `steps` holds the first row of each step.
    pub(super) fn read(asking: &Asking<'_, '_>, steps: &[usize]) -> Self {
        let rows = asking.rows;
        let mut begins = vec![false; rows.len()];
        for (at, row) in rows.iter().enumerate() {
            begins[at] = at == 0
                || matches!(row.kind, RowKind::Heading(_) | RowKind::Rule)
                || asking.names_file(at);
        }
        steps.iter().for_each(|step| begins[*step] = true);
        part_lists(rows, &outermost_items(asking), &mut begins);
        let mut starts = vec![0; rows.len()];
        let mut ends = vec![rows.len(); rows.len()];
        let mut start = 0;
        for at in 0..rows.len() {
            if begins[at] {
                ends[start] = at;
                start = at;
            }
            starts[at] = start;
        }
        if let Some(end) = ends.get_mut(start) {
            *end = rows.len();
        }
        let (parents, free) = rows_above(asking);
        let sections = rows.iter().map(|row| row.section).collect();
        Scopes {
            starts,
            ends,
            sections,
            around: headings_around(rows),
            parents,
            free,
        }
    }

    /// Returns the group of a row.
    pub(super) fn group(&self, row: usize) -> Range<usize> {
        let start = self.starts[row];
        start..self.ends[start]
    }

    /// Returns the heading above a row.
    pub(super) fn section(&self, row: usize) -> Option<usize> {
        self.sections[row]
    }

    /// Returns the heading around another.
    pub(super) fn around(&self, heading: usize) -> Option<usize> {
        self.around[heading]
    }

    /// Returns the first row of the item in which the item of a row stands.
    pub(super) fn parent(&self, row: usize) -> Option<usize> {
        self.parents[row]
    }

    /// Returns the line that leads to the list in which a row stands: its parent's, or the last one before the list.
    pub(super) fn lead(&self, row: usize) -> Option<usize> {
        self.parents[row].or(self.free[row])
    }
}

/// Returns the first row of the item around each row's item, and the last line outside lists before each row.
fn rows_above(asking: &Asking<'_, '_>) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
    let mut first: HashMap<usize, usize> = HashMap::new();
    let mut free = None;
    let mut found = (Vec::new(), Vec::new());
    for (at, row) in asking.rows.iter().enumerate() {
        let parent = row
            .item
            .and_then(|item| asking.document.items.get(item)?.parent);
        let parent = parent.filter(|item| Some(*item) != asking.item);
        found
            .0
            .push(parent.and_then(|item| first.get(&item).copied()));
        found
            .1
            .push(free.filter(|before| Some(*before) >= row.section));
        match row.item.filter(|item| Some(*item) != asking.item) {
            Some(item) => {
                first.entry(item).or_insert(at);
            }
            None if matches!(row.kind, RowKind::Line(_)) => free = Some(at),
            // A line before a block leads to the block, not to the list behind it.
            None if matches!(row.kind, RowKind::Code(_)) => free = None,
            None => {}
        }
    }
    found
}

/// For each heading, the one around it.
fn headings_around(rows: &[Row]) -> Vec<Option<usize>> {
    let mut found = vec![None; rows.len()];
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let RowKind::Heading(level) = row.kind else {
            continue;
        };
        while open.pop_if(|(_, outer)| *outer >= level).is_some() {}
        found[at] = open.last().map(|(start, _)| *start);
        open.push((at, level));
    }
    found
}

/// Returns the list item around each row that lies in no other, that of the unit itself apart.
fn outermost_items(asking: &Asking<'_, '_>) -> Vec<Option<usize>> {
    let mut known: HashMap<usize, usize> = HashMap::new();
    let mut find = |item: usize| {
        let mut chain = vec![item];
        let mut last = item;
        while let Some(next) = asking.document.items.get(last).and_then(|item| item.parent) {
            if Some(next) == asking.item {
                break;
            }
            if let Some(found) = known.get(&next) {
                last = *found;
                break;
            }
            chain.push(next);
            last = next;
        }
        chain.into_iter().for_each(|one| {
            known.insert(one, last);
        });
        last
    };
    asking
        .rows
        .iter()
        .map(|row| {
            row.item
                .filter(|item| Some(*item) != asking.item)
                .map(&mut find)
        })
        .collect()
}

/// Where one item of a list holds code, each of its items stands for itself.
fn part_lists(rows: &[Row], items: &[Option<usize>], begins: &mut [bool]) {
    let mut at = 0;
    while at < rows.len() {
        let mut end = at + 1;
        while end < rows.len() && !begins[end] && items[end].is_some() == items[at].is_some() {
            end += 1;
        }
        let holds = items[at].is_some()
            && rows[at..end]
                .iter()
                .any(|row| matches!(row.kind, RowKind::Code(_)));
        if holds {
            for inner in at..end {
                begins[inner] = begins[inner] || inner == at || items[inner] != items[inner - 1];
            }
            if end < rows.len() {
                begins[end] = true;
            }
        }
        at = end;
    }
}

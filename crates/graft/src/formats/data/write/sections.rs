//! Tables with headers, and the entries below them.
//!
//! ```text
//! [tool.ruff]                  + line-length = 100      below the table's last own entry
//! select = ["E"]
//!                              + [tool.mypy]            behind the last table that shares most of its path
//! ```

use super::{EntryPosition, Fresh, Writer, unsupported_refusal};
use crate::Refusal;
use crate::formats::data::tree::{Child, Content, Node, Shape};

impl Writer<'_> {
    /// Inserts new entries of a table: pairs below its header, tables of their own behind the
    /// others.
    pub(super) fn insert_in_tables(
        &mut self,
        there: &Node,
        fresh: &Fresh<'_, '_>,
    ) -> Result<(), Refusal> {
        let (apart, own): (Vec<_>, Vec<_>) = fresh
            .entries
            .iter()
            .copied()
            .partition(|(_, child)| child.is_apart());
        let pairs = Fresh {
            entries: &own,
            ..*fresh
        };
        match there.shape {
            _ if own.is_empty() => {}
            Shape::Section { body, end, .. } => self.insert_below(there, (body, end), &pairs)?,
            Shape::Dotted => self.insert_dotted(there, &pairs)?,
            // The file has the table in name only, by tables inside it: it gets a header.
            _ => self.append_table(&pairs)?,
        }
        for (_, child) in apart {
            let mut path = fresh.path.to_vec();
            path.extend((!child.key_span.is_empty()).then(|| child.key.text.clone()));
            self.append_tables(&path, &child.node);
        }
        Ok(())
    }

    /// Adds entries to a table, each after the one shown before it, else after the table's last.
    fn insert_below(
        &mut self,
        table: &Node,
        (body, end): (usize, usize),
        fresh: &Fresh<'_, '_>,
    ) -> Result<(), Refusal> {
        for (spot, child) in fresh.entries {
            // A spot beside a table with a header says nothing: a pair there would belong to that
            // table.
            let known = |at: usize| table.children().get(at).filter(|known| !known.is_apart());
            let line = match *spot {
                EntryPosition::After(at) => known(at).map_or(end, |known| last_line(known) + 1),
                EntryPosition::Before(at) => known(at).map_or(body, |known| known.lead),
                EntryPosition::End => end,
            };
            let new = self.pair_lines(child, fresh.shape)?;
            self.stage(line, 1, new);
        }
        Ok(())
    }

    /// Returns the lines of an entry, as the block has them where they are lines of a table there.
    ///
    /// A dotted key may stand on several lines there, one for each of its parts.
    fn pair_lines(&self, child: &Child, shape: Shape) -> Result<Vec<String>, Refusal> {
        if !matches!(shape, Shape::Section { .. }) {
            return Ok(self
                .entry_text(child, shape)?
                .lines()
                .map(str::to_owned)
                .collect());
        }
        if child.node.shape != Shape::Dotted {
            return Ok(self.raw_lines(child));
        }
        let mut leaves = Vec::new();
        leaves_of(child, &mut leaves);
        Ok(leaves
            .into_iter()
            .flat_map(|leaf| self.raw_lines(leaf))
            .collect())
    }

    /// Returns the lines of an entry as they are in the block, with the comments that lead to it.
    fn raw_lines(&self, child: &Child) -> Vec<String> {
        let raw = (child.lead..child.lines.end).map(|line| self.shown.get(line).trim_end());
        raw.map(str::to_owned).collect()
    }

    /// Adds entries beside others that have the same keys before their own.
    ///
    /// `a.b = 1` and a new `c` of `a` -> `a.c = 1`, below the last of them. Refused where no key
    /// shows the prefix, or where they stand in braces.
    fn insert_dotted(&mut self, there: &Node, fresh: &Fresh<'_, '_>) -> Result<(), Refusal> {
        let sibling = there
            .children()
            .iter()
            .find(|child| child.node.shape != Shape::Dotted);
        let sibling = sibling.ok_or_else(|| {
            unsupported_refusal("no key of the file shows how its keys are dotted")
        })?;
        let line = &self.text[self.lines.line_start(sibling.lines.start)..sibling.span.start];
        if !line.trim().is_empty() {
            return Err(unsupported_refusal(
                "a dotted key in braces gets no sibling",
            ));
        }
        // `a.b.` of `a.b.c = 1`, which a new sibling begins with, too.
        let prefix = self.text[sibling.span.start..sibling.key_span.start].to_owned();
        let after = there
            .children()
            .iter()
            .map(last_line)
            .max()
            .unwrap_or_default();
        for (_, child) in fresh.entries {
            let entry = format!("{line}{prefix}{}", self.entry_text(child, fresh.shape)?);
            self.stage(after + 1, 1, entry.lines().map(str::to_owned).collect());
        }
        Ok(())
    }

    /// Adds a table for entries whose table the file has in name only.
    ///
    /// Refused where a part of the path would need quotes: it has other signs than ASCII letters,
    /// digits, `-` and `_`.
    fn append_table(&mut self, fresh: &Fresh<'_, '_>) -> Result<(), Refusal> {
        let bare = |key: &String| {
            key.chars()
                .all(|found| found.is_ascii_alphanumeric() || "-_".contains(found))
        };
        if fresh.path.iter().any(|key| key.is_empty() || !bare(key)) {
            return Err(unsupported_refusal(
                "the header of a new table would need quotes",
            ));
        }
        let mut new = vec![format!("[{}]", fresh.path.join("."))];
        for (_, child) in fresh.entries {
            new.extend(self.pair_lines(child, fresh.shape)?);
        }
        self.stage_table(fresh.path, new);
        Ok(())
    }

    /// Adds the tables of the block that a value stands in, comments above them included.
    fn append_tables(&mut self, path: &[String], node: &Node) {
        let mut parts: Vec<(Vec<String>, &Node)> = Vec::new();
        collect_sections(node, &mut path.to_vec(), &mut parts);
        parts.sort_by_key(|(_, node)| node.span.start);
        for (path, node) in parts {
            let Shape::Section { lead, body, .. } = node.shape else {
                continue;
            };
            let mut new: Vec<String> = (lead..body)
                .map(|line| self.shown.get(line).trim_end().to_owned())
                .collect();
            // Dotted keys lie in the tree by their parts, so the order of the block is made again.
            let mut own: Vec<&Child> = Vec::new();
            node.children()
                .iter()
                .filter(|child| !child.is_apart())
                .for_each(|child| leaves_of(child, &mut own));
            own.sort_by_key(|child| child.span.start);
            new.extend(own.into_iter().flat_map(|child| self.raw_lines(child)));
            self.stage_table(&path, new);
        }
    }

    /// Stages a table after the last one that it shares most of its path with, else at the end.
    ///
    /// `[tool.mypy]` goes behind the last table of `tool`; with nothing shared, to the end of the
    /// file.
    fn stage_table(&mut self, path: &[String], mut new: Vec<String>) {
        let shared = |table: &[String]| {
            table
                .iter()
                .zip(path)
                .take_while(|(one, other)| one == other)
                .count()
        };
        let best = self
            .tables
            .iter()
            .map(|(table, _)| shared(table))
            .max()
            .unwrap_or_default();
        let after = self
            .tables
            .iter()
            .rev()
            .find(|(table, _)| best > 0 && shared(table) == best);
        let mut line = after.map_or(self.lines.len(), |(_, end)| *end);
        // Blank lines below the table stay below the new one.
        while line > 0 && self.lines.get(line - 1).trim().is_empty() {
            line -= 1;
        }
        // A blank line parts it from what stands above, if anything does.
        if line > 0 || self.staged.iter().any(|(at, ..)| *at == 0) {
            new.insert(0, String::new());
        }
        self.splice
            .add_evidence(format!("added table `{}`", path.join(".")));
        self.stage(line, 0, new);
    }
}

/// Collects the tables with headers below a value: the path of each, and the line after its last entry.
pub(super) fn collect_tables(
    node: &Node,
    path: &mut Vec<String>,
    into: &mut Vec<(Vec<String>, usize)>,
) {
    let mut found = Vec::new();
    collect_sections(node, path, &mut found);
    into.extend(
        found
            .into_iter()
            .filter_map(|(path, node)| match node.shape {
                Shape::Section { end, .. } if end > 0 => Some((path, end)),
                _ => None,
            }),
    );
}

/// Collects the values with headers below a value and itself, with their paths; lists of tables add
/// nothing to the path.
fn collect_sections<'n>(
    node: &'n Node,
    path: &mut Vec<String>,
    into: &mut Vec<(Vec<String>, &'n Node)>,
) {
    if let Shape::Section { .. } = node.shape {
        into.push((path.clone(), node));
    }
    let named = matches!(node.content, Content::Map(_));
    for child in node.children().iter().filter(|child| child.is_apart()) {
        path.extend(named.then(|| child.key.text.clone()));
        collect_sections(&child.node, path, into);
        path.truncate(path.len() - usize::from(named));
    }
}

/// Collects the entries that have a line, below a dotted key each by itself.
fn leaves_of<'n>(child: &'n Child, into: &mut Vec<&'n Child>) {
    if child.node.shape == Shape::Dotted {
        child
            .node
            .children()
            .iter()
            .for_each(|child| leaves_of(child, into));
    } else {
        into.push(child);
    }
}

/// Returns the last line on which an entry, or any part of a dotted one, stands.
fn last_line(child: &Child) -> usize {
    let mut leaves = Vec::new();
    leaves_of(child, &mut leaves);
    leaves
        .iter()
        .map(|leaf| leaf.lines.end)
        .max()
        .unwrap_or(child.lines.end)
        .saturating_sub(1)
}

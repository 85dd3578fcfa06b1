//! Keeps the evidence of a unit's blocks by the group, section and file in which they stand.

use std::collections::HashMap;
use std::ops::Range;

use crate::blocks::{FileOf, Placed, Role, is_test_code};
use crate::changes::PlannedChange;
use crate::commands::PlannedCommand;

use super::evidence::{Blocks, Index, Shown};
use super::scope::Scopes;

/// The evidence of a unit's blocks and commands.
#[derive(Debug, Default)]
pub(super) struct Inventory<'t> {
    /// The text of each block.
    index: Index<'t>,
    /// All of its blocks.
    unit: Blocks,
    /// Its blocks of tests.
    tests: Blocks,
    /// Its other blocks.
    work: Blocks,
    /// The blocks for each of its files.
    files: Vec<Blocks>,
    /// The row of the first block for each of its files.
    firsts: HashMap<usize, usize>,
    /// The blocks of each group, by its first row.
    groups: HashMap<usize, Blocks>,
    /// The blocks of each section, by the row of its heading.
    sections: HashMap<usize, Blocks>,
    /// Each block by its row.
    rows: HashMap<usize, Blocks>,
    /// Rows of blocks that show something, in order.
    shown: Vec<usize>,
    /// Rows of blocks that hold signatures with empty bodies, in order.
    stubs: Vec<usize>,
    /// Rows of blocks that get imports which the words beside them name, in order.
    importing: Vec<usize>,
    /// Rows of blocks of commands, in order.
    shells: Vec<usize>,
    /// Where the commands begin, in order.
    runs: Vec<usize>,
    /// Where the commits begin, in order.
    commits: Vec<usize>,
}

impl<'t> Inventory<'t> {
    /// Takes stock of the blocks and commands.
    pub(super) fn read(
        scopes: &Scopes,
        placed: &'t [Placed],
        changes: &[PlannedChange],
        commands: &[PlannedCommand],
    ) -> Self {
        let mut stock = Inventory {
            files: changes.iter().map(|_| Blocks::default()).collect(),
            ..Self::default()
        };
        stock.runs = commands.iter().map(|command| command.span.start).collect();
        stock.runs.sort_unstable();
        let commits = commands.iter().filter(|command| command.commit.is_some());
        stock.commits = commits.map(|command| command.span.start).collect();
        stock.commits.sort_unstable();
        for one in placed {
            if one.block.role == Role::Shell {
                stock.shells.push(one.row);
            }
            stock.add(scopes, one, changes);
        }
        stock.index.finish();
        stock
    }

    fn add(&mut self, scopes: &Scopes, one: &'t Placed, changes: &[PlannedChange]) {
        let Some(block) = self.index.add(&one.block) else {
            return;
        };
        self.unit.add(block);
        self.rows.entry(one.row).or_default().add(block);
        self.shown.push(one.row);
        if !one.block.imports.is_empty() {
            self.importing.push(one.row);
        }
        if self.index.is_stub(block) {
            self.stubs.push(one.row);
        }
        self.groups
            .entry(scopes.group(one.row).start)
            .or_default()
            .add(block);
        let mut section = scopes.section(one.row);
        while let Some(heading) = section {
            self.sections.entry(heading).or_default().add(block);
            section = scopes.around(heading);
        }
        let file = match one.block.file {
            FileOf::Change(file) => Some(file),
            FileOf::Nowhere | FileOf::Between(_) => None,
        };
        if let Some(shown) = file.and_then(|file| self.files.get_mut(file)) {
            shown.add(block);
        }
        if let Some(file) = file {
            self.firsts.entry(file).or_insert(one.row);
        }
        let change = file.and_then(|file| changes.get(file));
        if change.map_or_else(|| is_test_code(&one.block.text), |change| change.test) {
            self.tests.add(block);
        } else {
            self.work.add(block);
        }
    }

    /// Returns what all of its blocks show.
    pub(super) fn unit(&self) -> Shown<'_> {
        self.index.shown(&self.unit)
    }

    /// Returns what its blocks show that are no tests.
    pub(super) fn work(&self) -> Shown<'_> {
        self.index.shown(&self.work)
    }

    /// Returns whether it has blocks of tests.
    pub(super) fn has_tests(&self) -> bool {
        self.tests().has_code()
    }

    /// Returns what its blocks of tests show.
    pub(super) fn tests(&self) -> Shown<'_> {
        self.index.shown(&self.tests)
    }

    /// Returns what the blocks for one of its files show.
    pub(super) fn file(&self, file: usize) -> Option<Shown<'_>> {
        self.files.get(file).map(|blocks| self.index.shown(blocks))
    }

    /// Returns what the blocks of the group show that begins at a row.
    pub(super) fn group(&self, start: usize) -> Option<Shown<'_>> {
        self.groups
            .get(&start)
            .map(|blocks| self.index.shown(blocks))
    }

    /// Returns what the blocks of the section below a heading show.
    pub(super) fn section(&self, heading: Option<usize>) -> Option<Shown<'_>> {
        heading
            .and_then(|at| self.sections.get(&at))
            .map(|blocks| self.index.shown(blocks))
    }

    /// Returns what the block in a row shows.
    pub(super) fn row(&self, row: usize) -> Option<Shown<'_>> {
        self.rows.get(&row).map(|blocks| self.index.shown(blocks))
    }

    /// Returns whether a block that shows something stands in these rows.
    pub(super) fn shows_in(&self, rows: Range<usize>) -> bool {
        let at = self.shown.partition_point(|row| *row < rows.start);
        self.shown.get(at).is_some_and(|row| *row < rows.end)
    }

    /// Returns whether a block for the file stands above the row.
    pub(super) fn is_shown_above(&self, file: usize, row: usize) -> bool {
        self.firsts.get(&file).is_some_and(|first| *first < row)
    }

    /// Returns whether a block in these rows gets imports that the words beside it name.
    pub(super) fn imports_in(&self, rows: Range<usize>) -> bool {
        self.importing.iter().any(|row| rows.contains(row))
    }

    /// Returns whether the row holds signatures with empty bodies.
    pub(super) fn is_stub(&self, row: usize) -> bool {
        self.stubs.binary_search(&row).is_ok()
    }

    /// Returns whether the row is a block of commands.
    pub(super) fn is_shell(&self, row: usize) -> bool {
        self.shells.binary_search(&row).is_ok()
    }

    /// Returns whether a commit stands in these bytes.
    pub(super) fn commits_in(&self, bytes: Range<usize>) -> bool {
        let at = self.commits.partition_point(|start| *start < bytes.start);
        self.commits.get(at).is_some_and(|start| *start < bytes.end)
    }

    /// Returns whether a command stands in these bytes.
    pub(super) fn runs_in(&self, bytes: Range<usize>) -> bool {
        let at = self.runs.partition_point(|start| *start < bytes.start);
        self.runs.get(at).is_some_and(|start| *start < bytes.end)
    }
}

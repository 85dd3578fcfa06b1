//! What the blocks of a unit show, by the group, section and file in which they stand.

use std::collections::HashMap;
use std::ops::Range;

use crate::blocks::{FileOf, Placed, Role};
use crate::changes::PlannedChange;
use crate::commands::PlannedCommand;

use super::evidence::Shown;
use super::scope::Scopes;

/// What the blocks and commands of a unit show.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// All of its blocks.
    pub(super) unit: Shown,
    /// Its blocks of tests.
    pub(super) tests: Shown,
    /// The blocks for each of its files.
    pub(super) files: Vec<Shown>,
    /// The blocks of each group, by its first row.
    groups: HashMap<usize, Shown>,
    /// The blocks of each section, by the row of its heading.
    sections: HashMap<usize, Shown>,
    /// Rows of blocks that show something, in order.
    shown: Vec<usize>,
    /// Rows of blocks that hold signatures with empty bodies, in order.
    stubs: Vec<usize>,
    /// Rows of blocks of commands, in order.
    shells: Vec<usize>,
    /// Where the commands begin, in order.
    runs: Vec<usize>,
}

impl Inventory {
    /// Takes stock of the blocks and commands.
    pub(super) fn read(
        scopes: &Scopes,
        placed: &[Placed],
        changes: &[PlannedChange],
        commands: &[PlannedCommand],
    ) -> Self {
        let mut stock = Inventory { files: changes.iter().map(|_| Shown::default()).collect(), ..Self::default() };
        stock.runs = commands.iter().map(|command| command.span.start).collect();
        stock.runs.sort_unstable();
        for one in placed {
            if one.block.role == Role::Shell {
                stock.shells.push(one.row);
            }
            stock.add(scopes, one, changes);
        }
        stock
    }

    fn add(&mut self, scopes: &Scopes, one: &Placed, changes: &[PlannedChange]) {
        let (blocks, stubs) = (self.unit.blocks, self.unit.stubs);
        self.unit.add(&one.block);
        if self.unit.blocks == blocks {
            return;
        }
        self.shown.push(one.row);
        if self.unit.stubs > stubs {
            self.stubs.push(one.row);
        }
        self.groups.entry(scopes.group(one.row).start).or_default().add(&one.block);
        let mut section = scopes.section(one.row);
        while let Some(heading) = section {
            self.sections.entry(heading).or_default().add(&one.block);
            section = scopes.around(heading);
        }
        let file = match one.block.file {
            FileOf::Change(file) => Some(file),
            FileOf::Nowhere | FileOf::Between(_) => None,
        };
        if let Some(shown) = file.and_then(|file| self.files.get_mut(file)) {
            shown.add(&one.block);
        }
        let change = file.and_then(|file| changes.get(file));
        if change.map_or_else(|| is_test_code(&one.block.text), |change| change.test) {
            self.tests.add(&one.block);
        }
    }

    /// The blocks of the group that begins at a row.
    pub(super) fn group(&self, start: usize) -> Option<&Shown> {
        self.groups.get(&start)
    }

    /// The blocks of the section below a heading.
    pub(super) fn section(&self, heading: Option<usize>) -> Option<&Shown> {
        heading.and_then(|at| self.sections.get(&at))
    }

    /// Returns whether a block that shows something stands in these rows.
    pub(super) fn shows_in(&self, rows: Range<usize>) -> bool {
        let at = self.shown.partition_point(|row| *row < rows.start);
        self.shown.get(at).is_some_and(|row| *row < rows.end)
    }

    /// Returns whether the row holds signatures with empty bodies.
    pub(super) fn is_stub(&self, row: usize) -> bool {
        self.stubs.binary_search(&row).is_ok()
    }

    /// Returns whether the row is a block of commands.
    pub(super) fn is_shell(&self, row: usize) -> bool {
        self.shells.binary_search(&row).is_ok()
    }

    /// Returns whether a command stands in these bytes.
    pub(super) fn runs_in(&self, bytes: Range<usize>) -> bool {
        let at = self.runs.partition_point(|start| *start < bytes.start);
        self.runs.get(at).is_some_and(|start| *start < bytes.end)
    }
}

/// Returns whether code of no known file tests something.
fn is_test_code(text: &str) -> bool {
    let signs = ["def test_", "async def test_", "it(", "test(", "describe("];
    text.lines().any(|line| signs.iter().any(|sign| line.trim_start().starts_with(sign)))
}

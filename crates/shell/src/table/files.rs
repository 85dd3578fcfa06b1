//! Reads the files of the table, each once, when it is first asked for.

use super::{Program, parse_words};
use crate::condition::{Condition, matches_pattern};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rows {
    pub(super) program: Vec<Program>,
}

/// The table, and the names that lead to its rows.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Program>,
    pub(super) names: HashMap<String, usize>,
    pub(super) patterns: Vec<(String, usize)>,
}

pub(super) const FILES: [&str; 7] = [
    include_str!("../../programs/shell.toml"),
    include_str!("../../programs/wrappers.toml"),
    include_str!("../../programs/python.toml"),
    include_str!("../../programs/node.toml"),
    include_str!("../../programs/data.toml"),
    include_str!("../../programs/system.toml"),
    include_str!("../../programs/languages.toml"),
];

pub(super) const TARGETS: &str = include_str!("../../programs/conventions/targets.toml");

/// Rules that hold for every program, before its own.
pub(super) const EVERY: &str = include_str!("../../programs/conventions/every.toml");

/// Scripts of the project's own.
pub(super) const SCRIPTS: &str = include_str!("../../programs/conventions/scripts.toml");

pub(super) static PROGRAMS: LazyLock<Table> = LazyLock::new(|| Table::read(&FILES));

pub(super) static CONVENTIONS: LazyLock<Table> = LazyLock::new(|| Table::read(&[TARGETS]));

pub(super) static COMMON: LazyLock<Table> = LazyLock::new(|| Table::read(&[EVERY]));

pub(super) static OWN: LazyLock<Table> = LazyLock::new(|| Table::read(&[SCRIPTS]));

impl Table {
    /// Reads rows; a file that does not parse has none, which a test would show.
    pub(super) fn read(files: &[&str]) -> Self {
        let mut rows: Vec<Program> = files
            .iter()
            .flat_map(|file| {
                toml::from_str::<Rows>(file)
                    .map(|rows| rows.program)
                    .unwrap_or_default()
            })
            .collect();
        let mut names = HashMap::new();
        let mut patterns = Vec::new();
        for (at, row) in rows.iter_mut().enumerate() {
            for rule in &mut row.rules {
                rule.condition = Condition::parse(&rule.written);
                rule.traits = parse_words(&rule.traits_written);
                rule.needs = parse_words(&rule.needs_written);
            }
            for name in &row.names {
                if name.contains('*') {
                    patterns.push((name.clone(), at));
                } else {
                    names.entry(name.clone()).or_insert(at);
                }
            }
        }
        Table {
            rows,
            names,
            patterns,
        }
    }

    /// Returns the row of a name.
    pub(crate) fn row(&self, name: &str) -> Option<&Program> {
        let at = self.names.get(name).copied();
        let at = at.or_else(|| {
            self.patterns
                .iter()
                .find(|(pattern, _)| matches_pattern(pattern, name))
                .map(|(_, at)| *at)
        });
        self.rows.get(at?)
    }
}

//! Reads the parts of the table, each once, when it is first asked for.

use super::{Program, parse_words};
use crate::condition::{Condition, matches_pattern};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The table, and the names that lead to its rows.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Program>,
    pub(super) names: HashMap<String, usize>,
    pub(super) patterns: Vec<(String, usize)>,
}

/// Programs, as `build.rs` puts them down.
pub(super) const ROWS: &str = include_str!(concat!(env!("OUT_DIR"), "/programs.json"));

/// Targets that are named by convention.
pub(super) const TARGETS: &str = include_str!(concat!(env!("OUT_DIR"), "/targets.json"));

/// Rules that hold for every program, before its own.
pub(super) const EVERY: &str = include_str!(concat!(env!("OUT_DIR"), "/every.json"));

/// Scripts of the project's own.
pub(super) const SCRIPTS: &str = include_str!(concat!(env!("OUT_DIR"), "/scripts.json"));

pub(super) static PROGRAMS: LazyLock<Table> = LazyLock::new(|| Table::read(ROWS));

pub(super) static CONVENTIONS: LazyLock<Table> = LazyLock::new(|| Table::read(TARGETS));

pub(super) static COMMON: LazyLock<Table> = LazyLock::new(|| Table::read(EVERY));

pub(super) static OWN: LazyLock<Table> = LazyLock::new(|| Table::read(SCRIPTS));

impl Table {
    /// Reads rows; where one has an unknown field there are none, which a test would show.
    pub(super) fn read(rows: &str) -> Self {
        let mut rows: Vec<Program> = serde_json::from_str(rows).unwrap_or_default();
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

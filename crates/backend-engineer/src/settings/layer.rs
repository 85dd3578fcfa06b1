//! The settings of one source, and how a layer above covers the ones below.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use llm::Price;

use super::origin::Held;
use super::value::{Effort, Endpoint, Walls};

/// The project's own commands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Commands {
    /// The commands that run its tests.
    pub(crate) test: Option<Held<Vec<String>>>,
    /// The commands that lint it.
    pub(crate) lint: Option<Held<Vec<String>>>,
    /// The commands that check its types.
    pub(crate) type_check: Option<Held<Vec<String>>>,
    /// The commands that prepare it before any check.
    pub(crate) setup: Option<Held<Vec<String>>>,
}

impl Commands {
    /// Returns the commands with their keys, in the order in which they are shown.
    pub(crate) fn named(&self) -> [(&'static str, Option<&Held<Vec<String>>>); 4] {
        [
            ("commands.test", self.test.as_ref()),
            ("commands.lint", self.lint.as_ref()),
            ("commands.type_check", self.type_check.as_ref()),
            ("commands.setup", self.setup.as_ref()),
        ]
    }
}

/// One source's say; what it doesn't name is `None` or empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Layer {
    pub(super) sandbox: Option<Held<Walls>>,
    pub(super) network: Option<Held<bool>>,
    pub(super) timeout: Option<Held<Duration>>,
    pub(super) strength: Option<Held<Duration>>,
    pub(super) commit: Option<Held<bool>>,
    pub(super) model: Option<Held<String>>,
    pub(super) effort: Option<Held<Effort>>,
    pub(super) repair_effort: Option<Held<Effort>>,
    pub(super) protected: Vec<Held<String>>,
    pub(super) env: Vec<Held<String>>,
    pub(super) show: Vec<Held<PathBuf>>,
    pub(super) trusted: Vec<Held<PathBuf>>,
    pub(super) commands: Commands,
    pub(super) services: BTreeMap<String, Held<Endpoint>>,
    pub(super) services_for_model: Option<Held<bool>>,
    pub(super) prices: BTreeMap<String, Held<Price>>,
    pub(super) limits: BTreeMap<&'static str, Held<u64>>,
}

impl Layer {
    /// Lays `upper` over this one. Single values are covered; lists grow, since each names more to protect or to
    /// pass; services and prices are covered by name.
    pub(super) fn cover(&mut self, upper: Layer) {
        fn over<T>(lower: &mut Option<T>, upper: Option<T>) {
            if upper.is_some() {
                *lower = upper;
            }
        }
        fn grow<T: PartialEq>(lower: &mut Vec<Held<T>>, upper: Vec<Held<T>>) {
            for held in upper {
                if !lower.iter().any(|known| known.value == held.value) {
                    lower.push(held);
                }
            }
        }
        over(&mut self.sandbox, upper.sandbox);
        over(&mut self.network, upper.network);
        over(&mut self.timeout, upper.timeout);
        over(&mut self.strength, upper.strength);
        over(&mut self.commit, upper.commit);
        over(&mut self.services_for_model, upper.services_for_model);
        over(&mut self.model, upper.model);
        over(&mut self.effort, upper.effort);
        over(&mut self.repair_effort, upper.repair_effort);
        over(&mut self.commands.test, upper.commands.test);
        over(&mut self.commands.lint, upper.commands.lint);
        over(&mut self.commands.type_check, upper.commands.type_check);
        over(&mut self.commands.setup, upper.commands.setup);
        grow(&mut self.protected, upper.protected);
        grow(&mut self.env, upper.env);
        grow(&mut self.show, upper.show);
        grow(&mut self.trusted, upper.trusted);
        self.services.extend(upper.services);
        self.prices.extend(upper.prices);
        self.limits.extend(upper.limits);
    }
}

//! The settings of one source, and how a layer above covers the ones below.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use llm::Price;

use super::origin::Sourced;
use super::value::{Effort, Endpoint, SandboxMode};

/// The project's own commands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Commands {
    /// The commands that run its tests.
    pub(crate) test: Option<Sourced<Vec<String>>>,
    /// The commands that lint it.
    pub(crate) lint: Option<Sourced<Vec<String>>>,
    /// The commands that check its types.
    pub(crate) type_check: Option<Sourced<Vec<String>>>,
    /// The commands that prepare it before any check.
    pub(crate) setup: Option<Sourced<Vec<String>>>,
}

impl Commands {
    /// Returns the commands with their keys, in the order in which they are shown.
    pub(crate) fn with_keys(&self) -> [(&'static str, Option<&Sourced<Vec<String>>>); 4] {
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
    pub(super) sandbox: Option<Sourced<SandboxMode>>,
    pub(super) network: Option<Sourced<bool>>,
    pub(super) timeout: Option<Sourced<Duration>>,
    pub(super) strength: Option<Sourced<Duration>>,
    pub(super) commit: Option<Sourced<bool>>,
    pub(super) model: Option<Sourced<String>>,
    pub(super) effort: Option<Sourced<Effort>>,
    pub(super) repair_effort: Option<Sourced<Effort>>,
    pub(super) protected: Vec<Sourced<String>>,
    pub(super) env: Vec<Sourced<String>>,
    pub(super) show: Vec<Sourced<PathBuf>>,
    pub(super) trusted: Vec<Sourced<PathBuf>>,
    pub(super) commands: Commands,
    pub(super) services: BTreeMap<String, Sourced<Endpoint>>,
    pub(super) services_for_model: Option<Sourced<bool>>,
    pub(super) prices: BTreeMap<String, Sourced<Price>>,
    pub(super) limits: BTreeMap<&'static str, Sourced<u64>>,
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
        fn grow<T: PartialEq>(lower: &mut Vec<Sourced<T>>, upper: Vec<Sourced<T>>) {
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

//! The providers, one file each, and the list of them: to add one, write its file (or use a format that is here) and a
//! line in the list.

pub(crate) mod anthropic;
pub(crate) mod scripted;

use crate::wire::Wire;
use anthropic::Anthropic;

/// A provider.
#[derive(Debug)]
pub(crate) struct Provider {
    /// The name before the slash.
    pub(crate) name: &'static str,
    pub(crate) wire: &'static dyn Wire,
    /// The variable that holds its key.
    pub(crate) key: &'static str,
    /// The variable that holds its address.
    pub(crate) base: &'static str,
    /// Its address where that is not set; empty for a server that must be named.
    pub(crate) home: &'static str,
    /// What answers without cost, for a look whether it can be reached.
    pub(crate) listing: &'static str,
    /// Models for `opus`, `sonnet` and `haiku`: the strongest, the usual and the quick one. Empty where only the user
    /// knows what is there.
    pub(crate) models: [&'static str; 3],
}

/// All of them, in the order in which one is looked for.
pub(crate) const PROVIDERS: [Provider; 1] = [Provider {
    name: "anthropic",
    wire: &Anthropic,
    key: "ANTHROPIC_API_KEY",
    base: "ANTHROPIC_BASE_URL",
    home: "https://api.anthropic.com",
    listing: "/v1/models",
    models: ["claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5"],
}];

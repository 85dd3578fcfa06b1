//! The providers, one file for each format, and the list of them: to add one, write its file (or use a format that is
//! here) and an entry in the list.

pub(crate) mod anthropic;
pub(crate) mod chat;
pub(crate) mod gemini;
pub(crate) mod responses;
pub(crate) mod scripted;

use crate::wire::Wire;
use anthropic::Anthropic;
use chat::Chat;
use gemini::Gemini;
use responses::Responses;

/// A provider.
#[derive(Debug)]
pub(crate) struct Provider {
    /// The name before the slash.
    pub(crate) name: &'static str,
    pub(crate) wire: &'static dyn Wire,
    /// The variable that holds its key; empty for none.
    pub(crate) key: &'static str,
    /// The variable that holds its address.
    pub(crate) base: &'static str,
    /// Its address where that is not set. Empty for a server of the user's, which is configured by its address, and
    /// whose key may be missing.
    pub(crate) home: &'static str,
    /// What answers without cost, for a look whether it can be reached and the key is good.
    pub(crate) listing: &'static str,
    /// Models for `fable`, `opus`, `sonnet` and `haiku`: the strongest, the strong, the usual and the quick one. Empty
    /// where only the user knows what is there.
    pub(crate) models: [&'static str; 4],
    /// How names of its models begin, for those that come without its own name.
    pub(crate) names: &'static [&'static str],
}

/// All of them, in the order in which one is looked for.
pub(crate) const PROVIDERS: [Provider; 6] = [
    Provider {
        name: "anthropic",
        wire: &Anthropic,
        key: "ANTHROPIC_API_KEY",
        base: "ANTHROPIC_BASE_URL",
        home: "https://api.anthropic.com",
        listing: "/v1/models",
        models: ["claude-fable-5-2", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"],
        names: &["claude-"],
    },
    Provider {
        name: "openai",
        wire: &Responses,
        key: "OPENAI_API_KEY",
        base: "OPENAI_BASE_URL",
        home: "https://api.openai.com/v1",
        listing: "/models",
        models: ["gpt-6.2-astra", "gpt-6.2-astra", "gpt-6.2-sol", "gpt-6-luna"],
        names: &["gpt-", "o3", "o4-"],
    },
    Provider {
        name: "gemini",
        wire: &Gemini,
        key: "GEMINI_API_KEY",
        base: "GOOGLE_GEMINI_BASE_URL",
        home: "https://generativelanguage.googleapis.com",
        listing: "/v1beta/models",
        models: ["gemini-4-carbon", "gemini-4-carbon", "gemini-4-argon", "gemini-4-hydrogen"],
        names: &["gemini-"],
    },
    Provider {
        name: "openrouter",
        wire: &Chat,
        key: "OPENROUTER_API_KEY",
        base: "OPENROUTER_BASE_URL",
        home: "https://openrouter.ai/api/v1",
        listing: "/key",
        models: [
            "anthropic/claude-fable-5.2",
            "anthropic/claude-opus-5.5",
            "anthropic/claude-sonnet-5.5",
            "anthropic/claude-haiku-5.5",
        ],
        names: &[],
    },
    Provider {
        name: "ollama",
        wire: &Chat,
        key: "",
        base: "OLLAMA_HOST",
        home: "",
        listing: "/models",
        models: ["", "", "", ""],
        names: &[],
    },
    Provider {
        name: "compatible",
        wire: &Chat,
        key: "OPENAI_API_KEY",
        base: "OPENAI_BASE_URL",
        home: "",
        listing: "/models",
        models: ["", "", "", ""],
        names: &[],
    },
];

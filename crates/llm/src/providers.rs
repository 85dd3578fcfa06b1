//! The providers, one file for each format, and the list of them: to add one, write its file (or use a format that is
//! here) and an entry in the list.
//!
//! ```text
//! bedrock/anthropic.claude-opus-5-5   the provider `bedrock`, with the format of Anthropic
//! claude-opus-5-5                     no provider is named: `claude-` begins the names of those of `anthropic`
//! ```

pub(crate) mod anthropic;
pub(crate) mod chat;
pub(crate) mod gemini;
pub(crate) mod responses;
pub(crate) mod scripted;

use crate::protocol::{Abilities, Protocol};
use anthropic::Anthropic;
use chat::Chat;
use gemini::Gemini;
use responses::Responses;

/// A provider.
#[derive(Debug)]
pub(crate) struct Provider {
    /// The name before the slash.
    pub(crate) name: &'static str,
    pub(crate) protocol: &'static dyn Protocol,
    /// The variable that holds its key; empty for none.
    pub(crate) key: &'static str,
    /// The variable that holds its address.
    pub(crate) base: &'static str,
    /// Its address where that is not set; `{NAME|OTHER}` stands for the first of these variables that is set, and needs
    /// one. Empty for a server of the user's, which is configured by its address, and whose key may be missing.
    pub(crate) address: &'static str,
    /// The value of the variable in its address, for people.
    pub(crate) address_value: &'static str,
    /// A path that answers without cost, to test whether it can be reached and the key is good. Empty where none is
    /// known.
    pub(crate) listing: &'static str,
    /// Models for `fable`, `opus`, `sonnet` and `haiku`: the strongest, the strong, the usual and the quick one. Empty
    /// where only the user knows what is there.
    pub(crate) models: [&'static str; 4],
    /// The beginnings of its models' names, for those that come without its own name.
    pub(crate) names: &'static [&'static str],
    /// The price that it may ask for a token, as a multiple of the published one.
    pub(crate) surcharge: f64,
    /// Its abilities beyond its format.
    pub(crate) abilities: Abilities,
}

/// Of a provider that is what its format says.
const PLAIN: Provider = Provider {
    name: "",
    protocol: &Chat,
    key: "",
    base: "",
    address: "",
    address_value: "",
    listing: "/models",
    models: [""; 4],
    names: &[],
    surcharge: 1.0,
    abilities: Abilities {
        hour: false,
        effort_of_turns: false,
    },
};

/// All of them, in the order in which one is looked for.
pub(crate) const PROVIDERS: [Provider; 8] = [
    Provider {
        name: "anthropic",
        protocol: &Anthropic,
        key: "ANTHROPIC_API_KEY",
        base: "ANTHROPIC_BASE_URL",
        address: "https://api.anthropic.com",
        listing: "/v1/models",
        models: [
            "claude-fable-5-2",
            "claude-opus-5-5",
            "claude-sonnet-5-5",
            "claude-haiku-5-5",
        ],
        names: &["claude-"],
        abilities: Abilities {
            hour: true,
            effort_of_turns: true,
        },
        ..PLAIN
    },
    Provider {
        name: "openai",
        protocol: &Responses,
        key: "OPENAI_API_KEY",
        base: "OPENAI_BASE_URL",
        address: "https://api.openai.com/v1",
        listing: "/models",
        models: [
            "gpt-6.2-astra",
            "gpt-6.2-astra",
            "gpt-6.2-sol",
            "gpt-6-luna",
        ],
        names: &["gpt-", "o3", "o4-"],
        ..PLAIN
    },
    Provider {
        name: "gemini",
        protocol: &Gemini,
        key: "GEMINI_API_KEY",
        base: "GOOGLE_GEMINI_BASE_URL",
        address: "https://generativelanguage.googleapis.com",
        listing: "/v1beta/models",
        models: [
            "gemini-4-carbon",
            "gemini-4-carbon",
            "gemini-4-argon",
            "gemini-4-hydrogen",
        ],
        names: &["gemini-"],
        ..PLAIN
    },
    Provider {
        name: "openrouter",
        protocol: &Chat,
        key: "OPENROUTER_API_KEY",
        base: "OPENROUTER_BASE_URL",
        address: "https://openrouter.ai/api/v1",
        listing: "/key",
        models: [
            "anthropic/claude-fable-5.2",
            "anthropic/claude-opus-5.5",
            "anthropic/claude-sonnet-5.5",
            "anthropic/claude-haiku-5.5",
        ],
        ..PLAIN
    },
    // Claude in Amazon Bedrock by its Messages endpoint, which takes a Bedrock API key where Anthropic's takes its own.
    // An endpoint of a region asks a tenth more than the published price. It keeps what it read for an hour where it is
    // asked to (since January 2026, for Claude 4.5 and later), and is said to read a conversation anew when its effort
    // changes.
    Provider {
        name: "bedrock",
        protocol: &Anthropic,
        key: "AWS_BEARER_TOKEN_BEDROCK",
        base: "ANTHROPIC_BEDROCK_MANTLE_BASE_URL",
        address: "https://bedrock-mantle.{AWS_REGION|AWS_DEFAULT_REGION}.api.aws/anthropic",
        address_value: "the region of your account, such as us-east-1",
        listing: "",
        models: [
            "anthropic.claude-fable-5-2",
            "anthropic.claude-opus-5-5",
            "anthropic.claude-sonnet-5-5",
            "anthropic.claude-haiku-5-5",
        ],
        names: &["anthropic.claude-"],
        surcharge: 1.1,
        abilities: Abilities {
            hour: true,
            effort_of_turns: false,
        },
    },
    // OpenAI's models in Azure by its `v1` addresses, which take a key as a bearer's and need no version. A model is
    // named as its deployment is. Deployments in a zone or region cost up to a tenth more than the published price.
    Provider {
        name: "azure",
        protocol: &Responses,
        key: "AZURE_OPENAI_API_KEY",
        base: "AZURE_OPENAI_BASE_URL",
        address: "{AZURE_OPENAI_ENDPOINT}/openai/v1",
        address_value: "the address of your resource, such as https://NAME.openai.azure.com",
        surcharge: 1.1,
        ..PLAIN
    },
    Provider {
        name: "ollama",
        base: "OLLAMA_HOST",
        ..PLAIN
    },
    Provider {
        name: "compatible",
        key: "OPENAI_API_KEY",
        base: "OPENAI_BASE_URL",
        ..PLAIN
    },
];

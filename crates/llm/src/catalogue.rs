//! Table: the models that we know by name: how much they read, how they think, what they cost, and which of them an
//! alias means. A model that is not here works too, with careful guesses and its cost unknown.

use crate::model::Usage;

/// How a model of Anthropic's is told to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// It is not told.
    Untold,
    /// By a number of tokens, when effort is asked for.
    Budget,
    /// It decides itself; effort guides it.
    Adaptive,
}

/// What a million tokens cost, in US dollars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Price {
    pub(crate) input: f64,
    pub(crate) cache_read: f64,
    pub(crate) cache_write: f64,
    pub(crate) output: f64,
}

/// What we know of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Facts {
    /// Tokens that it reads and writes in all.
    pub(crate) context: u64,
    /// The most tokens that one reply may have.
    pub(crate) output: u32,
    pub(crate) thinking: Thinking,
    /// Whether it can be told how hard to think.
    pub(crate) effort: bool,
    pub(crate) price: Option<Price>,
}

/// A model that is not in the table.
const UNKNOWN: Facts =
    Facts { context: 128_000, output: 32_000, thinking: Thinking::Untold, effort: false, price: None };

const fn price(input: f64, cache_read: f64, cache_write: f64, output: f64) -> Option<Price> {
    Some(Price { input, cache_read, cache_write, output })
}

const fn facts(context: u64, output: u32, thinking: Thinking, effort: bool, price: Option<Price>) -> Facts {
    Facts { context, output, thinking, effort, price }
}

/// Beginnings of names, the longest that fits counts: what follows is a date or a variant.
const MODELS: &[(&str, Facts)] = &[
    ("claude-", facts(200_000, 32_000, Thinking::Untold, false, None)),
    ("claude-opus-4-6", facts(1_000_000, 128_000, Thinking::Adaptive, true, price(5.0, 0.5, 6.25, 25.0))),
    ("claude-sonnet-4-6", facts(1_000_000, 64_000, Thinking::Adaptive, true, price(3.0, 0.3, 3.75, 15.0))),
    ("claude-haiku-4-5", facts(200_000, 64_000, Thinking::Budget, false, price(1.0, 0.1, 1.25, 5.0))),
];

/// What we know of a model. A router's prefix (`anthropic/…`) is looked past.
pub(crate) fn facts_of(model: &str) -> Facts {
    let name = model.rsplit('/').next().unwrap_or(model);
    let fitting = MODELS.iter().filter(|(start, _)| name.starts_with(start));
    fitting.max_by_key(|(start, _)| start.len()).map_or(UNKNOWN, |(_, facts)| *facts)
}

/// What a turn costs, where the price is known.
pub(crate) fn cost(facts: &Facts, usage: &Usage) -> Option<f64> {
    let price = facts.price?;
    #[expect(clippy::cast_precision_loss, reason = "no turn has 2^53 tokens")]
    let of = |tokens: u64, price: f64| tokens as f64 * price / 1e6;
    Some(
        of(usage.input, price.input)
            + of(usage.cache_read, price.cache_read)
            + of(usage.cache_write, price.cache_write)
            + of(usage.output, price.output),
    )
}

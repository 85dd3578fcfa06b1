//! Table: the models that we know by name: how much they read, how they are told to think, what they cost. A model that
//! is not here works too, with careful guesses and its cost unknown. Prices as published in November 2026.

use crate::model::Usage;

/// How a model is told to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// It is not told.
    Untold,
    /// By a number of tokens, when effort is asked for.
    Budget,
    /// It decides itself.
    Adaptive,
    /// It decides itself, and shows what it thought only when asked to.
    Hidden,
    /// As `Hidden`, and the thinking is bound to what stood before it: after a compaction it has to be let go.
    Bound,
    /// By a level, and it shows what it thought only when asked to.
    Level,
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
    /// The most tokens that one reply may have; none where we don't know.
    pub(crate) output: Option<u32>,
    pub(crate) thinking: Thinking,
    /// Whether it can be told how hard to think.
    pub(crate) effort: bool,
    pub(crate) price: Option<Price>,
    /// The price of a request that reads more than so many tokens.
    pub(crate) long: Option<(u64, Price)>,
}

/// A model that is not in the table.
const UNKNOWN: Facts =
    Facts { context: 128_000, output: None, thinking: Thinking::Untold, effort: false, price: None, long: None };

const MILLION: u64 = 1_000_000;
const K: u64 = 1_000;

const fn facts(context: u64, output: u32, thinking: Thinking, effort: bool) -> Facts {
    Facts { context, output: Some(output), thinking, effort, price: None, long: None }
}

const fn claude(context: u64, output: u32, thinking: Thinking) -> Facts {
    facts(context, output, thinking, !matches!(thinking, Thinking::Budget | Thinking::Untold))
}

const fn gpt(context: u64) -> Facts {
    facts(context, 128_000, Thinking::Untold, true)
}

const fn gemini(thinking: Thinking) -> Facts {
    facts(1_048_576, 65_536, thinking, matches!(thinking, Thinking::Level))
}

impl Facts {
    /// Dollars for a million tokens: read, read from the cache, written to the cache, written by the model.
    const fn at(mut self, input: f64, cache_read: f64, cache_write: f64, output: f64) -> Self {
        self.price = Some(Price { input, cache_read, cache_write, output });
        self
    }

    /// The same for requests that read more than so many tokens.
    const fn above(mut self, tokens: u64, input: f64, cache_read: f64, cache_write: f64, output: f64) -> Self {
        self.long = Some((tokens, Price { input, cache_read, cache_write, output }));
        self
    }
}

/// Beginnings of names, dots written as dashes. The longest that fits counts: what follows is a date or a variant.
const MODELS: &[(&str, Facts)] = &[
    ("claude-", claude(200 * K, 32_000, Thinking::Untold)),
    ("claude-opus-", claude(MILLION, 128_000, Thinking::Bound)),
    ("claude-sonnet-", claude(MILLION, 128_000, Thinking::Bound)),
    ("claude-haiku-", claude(MILLION, 128_000, Thinking::Bound)),
    ("claude-fable-", claude(MILLION, 128_000, Thinking::Bound)),
    ("claude-fable-5", claude(MILLION, 128_000, Thinking::Hidden)),
    ("claude-fable-5-1", claude(MILLION, 128_000, Thinking::Bound).at(10.0, 1.0, 12.5, 50.0)),
    ("claude-fable-5-2", claude(MILLION, 128_000, Thinking::Bound)),
    ("claude-opus-5-5", claude(MILLION, 128_000, Thinking::Bound).at(4.0, 0.2, 5.0, 20.0)),
    ("claude-opus-5", claude(MILLION, 128_000, Thinking::Hidden).at(5.0, 0.5, 6.25, 25.0)),
    ("claude-opus-4-8", claude(MILLION, 128_000, Thinking::Hidden).at(5.0, 0.5, 6.25, 25.0)),
    ("claude-opus-4-7", claude(MILLION, 128_000, Thinking::Hidden).at(5.0, 0.5, 6.25, 25.0)),
    ("claude-opus-4-6", claude(MILLION, 128_000, Thinking::Adaptive).at(5.0, 0.5, 6.25, 25.0)),
    ("claude-opus-4-5", claude(200 * K, 64_000, Thinking::Budget).at(5.0, 0.5, 6.25, 25.0)),
    ("claude-opus-4-1", claude(200 * K, 32_000, Thinking::Budget).at(15.0, 1.5, 18.75, 75.0)),
    ("claude-sonnet-5-5", claude(MILLION, 128_000, Thinking::Bound).at(2.0, 0.2, 2.5, 10.0)),
    ("claude-sonnet-5", claude(MILLION, 128_000, Thinking::Hidden).at(2.0, 0.2, 2.5, 10.0)),
    ("claude-sonnet-4-6", claude(MILLION, 64_000, Thinking::Adaptive).at(3.0, 0.3, 3.75, 15.0)),
    ("claude-sonnet-4-5", claude(200 * K, 64_000, Thinking::Budget).at(3.0, 0.3, 3.75, 15.0)),
    (
        "claude-haiku-5-5",
        claude(MILLION, 128_000, Thinking::Bound).at(0.1, 0.01, 0.125, 0.5).above(100 * K, 0.5, 0.05, 0.625, 2.5),
    ),
    ("claude-haiku-4-5", claude(200 * K, 64_000, Thinking::Budget).at(1.0, 0.1, 1.25, 5.0)),
    ("gpt-4-1", facts(1_047_576, 32_768, Thinking::Untold, false).at(2.0, 0.5, 2.0, 8.0)),
    ("gpt-4o", facts(128 * K, 16_384, Thinking::Untold, false).at(2.5, 1.25, 2.5, 10.0)),
    ("o3", facts(200 * K, 100_000, Thinking::Untold, true)),
    ("o4-mini", facts(200 * K, 100_000, Thinking::Untold, true)),
    ("gpt-5", gpt(400 * K)),
    ("gpt-5-4", gpt(1_050_000).at(2.5, 0.25, 2.5, 15.0).above(272 * K, 5.0, 0.5, 5.0, 22.5)),
    ("gpt-5-4-mini", gpt(400 * K).at(0.75, 0.075, 0.75, 4.5)),
    ("gpt-5-5", gpt(1_050_000).at(5.0, 0.5, 5.0, 30.0).above(272 * K, 10.0, 1.0, 10.0, 45.0)),
    ("gpt-5-6", gpt(1_050_000)),
    ("gpt-5-6-terra", gpt(1_050_000).at(2.0, 0.2, 2.5, 12.0).above(272 * K, 4.0, 0.4, 5.0, 18.0)),
    ("gpt-5-6-luna", gpt(400 * K).at(0.2, 0.02, 0.25, 1.2)),
    ("gpt-6", gpt(1_050_000)),
    ("gpt-6-astra", gpt(1_050_000).at(10.0, 1.0, 12.5, 50.0).above(272 * K, 20.0, 2.0, 25.0, 75.0)),
    ("gpt-6-sol", gpt(1_050_000).at(2.0, 0.2, 2.5, 10.0).above(272 * K, 4.0, 0.4, 5.0, 15.0)),
    ("gpt-6-luna", gpt(1_050_000).at(0.1, 0.01, 0.125, 0.5).above(272 * K, 0.2, 0.02, 0.25, 0.75)),
    ("gpt-6-1-sol", gpt(1_050_000).at(2.0, 0.1, 2.5, 10.0).above(272 * K, 4.0, 0.2, 5.0, 15.0)),
    ("gpt-6-1-terra", gpt(1_050_000).at(1.0, 0.05, 1.25, 5.0).above(272 * K, 2.0, 0.1, 2.5, 7.5)),
    ("gemini-2-5", gemini(Thinking::Untold)),
    ("gemini-2-5-flash", gemini(Thinking::Untold).at(0.3, 0.03, 0.3, 2.5)),
    ("gemini-3", gemini(Thinking::Level)),
    ("gemini-3-flash", gemini(Thinking::Level).at(0.5, 0.05, 0.5, 3.0)),
    ("gemini-3-1-pro", gemini(Thinking::Level).at(2.0, 0.2, 2.0, 12.0).above(200 * K, 4.0, 0.4, 4.0, 18.0)),
    ("gemini-4", gemini(Thinking::Level)),
    // From December 2026; half of it before.
    ("gemini-4-carbon", gemini(Thinking::Level).at(4.0, 0.2, 4.0, 20.0)),
    ("gemini-4-argon", gemini(Thinking::Level).at(4.0, 0.2, 4.0, 20.0)),
    ("gemini-4-hydrogen", gemini(Thinking::Level).at(1.5, 0.15, 1.5, 7.5)),
];

/// What we know of a model. A router's prefix (`anthropic/…`) is looked past.
pub(crate) fn facts_of(model: &str) -> Facts {
    let name = model.rsplit('/').next().unwrap_or(model).replace('.', "-");
    let fitting = MODELS.iter().filter(|(start, _)| name.starts_with(start));
    fitting.max_by_key(|(start, _)| start.len()).map_or(UNKNOWN, |(_, facts)| *facts)
}

/// What a turn costs, where the price is known and the count was told.
pub(crate) fn cost(facts: &Facts, usage: &Usage) -> Option<f64> {
    if usage.context() + usage.output == 0 {
        return None;
    }
    let price = match facts.long {
        Some((above, price)) if usage.context() > above => price,
        _ => facts.price?,
    };
    #[expect(clippy::cast_precision_loss, reason = "no turn has 2^53 tokens")]
    let of = |tokens: u64, price: f64| tokens as f64 * price / 1e6;
    Some(
        of(usage.input, price.input)
            + of(usage.cache_read, price.cache_read)
            + of(usage.cache_write, price.cache_write)
            + of(usage.output, price.output),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_beginning_counts() {
        assert_eq!(facts_of("claude-sonnet-4-5-20250929").context, 200_000);
        assert_eq!(facts_of("claude-sonnet-5-5").thinking, Thinking::Bound);
        assert_eq!(facts_of("claude-sonnet-6").thinking, Thinking::Bound);
        assert_eq!(facts_of("claude-3-5-sonnet-20241022").thinking, Thinking::Untold);
        assert_eq!(facts_of("anthropic/claude-opus-5.5"), facts_of("claude-opus-5-5"));
        assert_eq!(facts_of("qwen3:8b"), UNKNOWN);
    }

    #[test]
    fn long_requests_have_a_price_of_their_own() {
        let haiku = facts_of("claude-haiku-5-5");
        let usage = |input| Usage { input, output: 1000, ..Usage::default() };
        assert!((cost(&haiku, &usage(100_000)).expect("a price") - 0.0105).abs() < 1e-9);
        assert!((cost(&haiku, &usage(100_001)).expect("a price") - 0.052_500_5).abs() < 1e-9);
        assert_eq!(cost(&UNKNOWN, &usage(1)), None);
    }
}

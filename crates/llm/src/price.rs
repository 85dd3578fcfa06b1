//! The table of published prices, and those that the user tells.
//!
//! ```text
//! the user's `provider/model`   first
//! the user's `model`            next
//! the table                     the longest name that the model's begins with, times the provider's surcharge
//! ```

use std::collections::BTreeMap;

use crate::catalogue::bare_name;
use crate::model::{Price, Usage};

/// The published prices, with the day on which they were read.
const TABLE: &str = include_str!("../data/prices.tsv");

/// Prices by the name of a model, alone or as `provider/model`.
pub type Prices = BTreeMap<String, Price>;

/// The prices of a model, by the tokens that a request reads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rates {
    /// The price of a request that no row with a limit of tokens covers.
    usual: Price,
    /// The price of a request that reads more than so many tokens.
    long: Option<(u64, Price)>,
}

impl Rates {
    /// Returns the price of a request that reads so many tokens.
    pub(crate) fn of(&self, read: u64) -> Price {
        self.long
            .filter(|(above, _)| read > *above)
            .map_or(self.usual, |(_, price)| price)
    }

    /// Returns what a turn cost; none where its tokens were not told.
    pub(crate) fn cost(&self, usage: &Usage) -> Option<f64> {
        let told = usage.context() + usage.output > 0;
        told.then(|| self.of(usage.context()).of_turn(usage))
    }
}

/// Returns what a model of a provider costs: as the user tells, else as published, times what the provider may ask
/// beyond that.
pub(crate) fn rates_of(
    (provider, surcharge): (&str, f64),
    model: &str,
    own: &Prices,
) -> Option<Rates> {
    let told = own
        .get(&format!("{provider}/{model}"))
        .or_else(|| own.get(model));
    let published = || {
        let Rates { usual, long } = published_rates(&bare_name(model))?;
        Some(Rates {
            usual: usual.times(surcharge),
            long: long.map(|(above, price)| (above, price.times(surcharge))),
        })
    };
    told.map(|price| Rates {
        usual: *price,
        long: None,
    })
    .or_else(published)
}

/// Returns the rates of the longest name in the table that `name` begins with.
///
/// A row `NAME >TOKENS` holds for requests that read more than so many tokens. Returns none where no row without such
/// a limit fits.
fn published_rates(name: &str) -> Option<Rates> {
    let rows = TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(parse_row);
    let fitting: Vec<_> = rows
        .filter(|(start, _, _)| name.starts_with(start))
        .collect();
    let longest = fitting.iter().map(|(start, _, _)| start.len()).max()?;
    let own = || {
        fitting
            .iter()
            .filter(|(start, _, _)| start.len() == longest)
    };
    let usual = own().find_map(|(_, above, price)| above.is_none().then_some(*price))?;
    Some(Rates {
        usual,
        long: own().find_map(|(_, above, price)| above.map(|above| (above, *price))),
    })
}

/// Returns a row of the table: the beginning of a name, the tokens from which it holds, the price.
///
/// `NAME`, input, cache read, cache write, output, by tabs; a last column for the cache of an hour may be missing,
/// and is then as cache write. Returns none for a broken row.
fn parse_row(line: &str) -> Option<(&str, Option<u64>, Price)> {
    let mut cells = line.split('\t');
    let name = cells.next()?;
    let (start, above) = match name.split_once(" >") {
        Some((start, above)) => (start, Some(above.parse().ok()?)),
        None => (name, None),
    };
    let mut number = || cells.next()?.parse().ok();
    let (input, cache_read, cache_write, output) = (number()?, number()?, number()?, number()?);
    let cache_write_hour = number().unwrap_or(cache_write);
    Some((
        start,
        above,
        Price {
            input,
            cache_read,
            cache_write,
            cache_write_hour,
            output,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CacheTime;

    #[test]
    fn every_row_is_read_and_each_long_price_has_a_usual_one() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let (start, _, price) = parse_row(line).unwrap_or_else(|| panic!("{line}"));
            assert!(published_rates(start).is_some(), "{line}");
            assert!(
                price.cache_read <= price.input && price.output > price.input,
                "{line}"
            );
        }
    }

    #[test]
    fn long_requests_have_a_price_of_their_own() {
        let haiku =
            rates_of(("anthropic", 1.0), "claude-haiku-5-5", &Prices::new()).expect("a price");
        let usage = |input| Usage {
            input,
            output: 1000,
            ..Usage::default()
        };
        assert!((haiku.cost(&usage(100_000)).expect("a price") - 0.0105).abs() < 1e-9);
        assert!((haiku.cost(&usage(100_001)).expect("a price") - 0.052_500_5).abs() < 1e-9);
        assert_eq!(
            haiku.cost(&Usage::default()),
            None,
            "nobody told what it took"
        );
    }

    #[test]
    fn what_the_user_tells_comes_first() {
        let price = Price {
            input: 1.0,
            cache_read: 1.0,
            cache_write: 1.0,
            cache_write_hour: 2.0,
            output: 2.0,
        };
        let own = Prices::from([
            ("compatible/box".to_owned(), price),
            ("gpt-6.2-sol".to_owned(), price),
        ]);
        assert_eq!(
            rates_of(("compatible", 1.0), "box", &own).map(|rates| rates.of(9)),
            Some(price)
        );
        assert_eq!(
            rates_of(("openai", 1.0), "gpt-6.2-sol", &own).map(|rates| rates.of(9)),
            Some(price)
        );
        assert_eq!(rates_of(("ollama", 1.0), "box", &own), None);
        let published =
            |model| rates_of(("p", 1.0), model, &Prices::new()).map(|rates| rates.of(9).output);
        assert_eq!(published("gpt-6.2-sol"), Some(10.0));
        assert_eq!(published("gpt-6.2-sol-2026-11-17"), Some(10.0));
        assert_eq!(published("us.anthropic.claude-fable-5-2-v1:0"), Some(40.0));
        assert_eq!(published("qwen3:8b"), None);
    }

    #[test]
    fn what_is_kept_for_an_hour_costs_twice_what_is_read() {
        for line in TABLE.lines().filter(|line| line.starts_with("claude-")) {
            let (_, _, price) = parse_row(line).unwrap_or_else(|| panic!("{line}"));
            assert!(
                (price.cache_write_hour - 2.0 * price.input).abs() < 1e-9,
                "{line}"
            );
        }
        let sonnet =
            rates_of(("anthropic", 1.0), "claude-sonnet-5-5", &Prices::new()).expect("a price");
        let usage = Usage {
            cache_write: 1_000_000,
            cache_write_hour: 400_000,
            ..Usage::default()
        };
        assert!((sonnet.cost(&usage).expect("a price") - (0.6 * 2.5 + 0.4 * 4.0)).abs() < 1e-9);
        let most = |cache| sonnet.of(0).most(1_000_000, 0, cache);
        assert!(
            (most(CacheTime::Usual) - 2.5).abs() < 1e-9
                && (most(CacheTime::Hour) - 4.0).abs() < 1e-9
        );
    }

    #[test]
    fn a_provider_may_ask_more_than_is_published() {
        let output = |rates: Option<Rates>| rates.map(|rates| rates.of(9).output);
        let model = "anthropic.claude-sonnet-5-5";
        assert_eq!(
            output(rates_of(("bedrock", 1.5), model, &Prices::new())),
            Some(15.0)
        );
        let own = Price {
            input: 1.0,
            cache_read: 1.0,
            cache_write: 1.0,
            cache_write_hour: 1.0,
            output: 3.0,
        };
        let own = Prices::from([(model.to_owned(), own)]);
        assert_eq!(
            output(rates_of(("bedrock", 1.5), model, &own)),
            Some(3.0),
            "what the user tells is the price"
        );
    }
}

//! The limits of a conversation: turns, tokens, money and time. Checked before each request.

use std::time::Duration;

use llm::{CacheTime, Price, Usage};
use serde::{Deserialize, Serialize};

/// The fewest tokens of a reply that is worth its request: a call that edits a function.
const FEWEST: u32 = 1_000;

/// The limits; none where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Budget {
    /// Turns of the model.
    pub turns: Option<u32>,
    /// Tokens read and written.
    pub tokens: Option<u64>,
    /// US dollars.
    pub cost: Option<f64>,
    /// Time at work.
    pub time: Option<Duration>,
}

/// The turns, tokens and time used so far, over all conversations of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// Turns of the model.
    pub turns: u32,
    /// Tokens and money.
    pub usage: Usage,
    /// Time at work, in milliseconds.
    pub elapsed_ms: u64,
}

/// A limit that was reached.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Limit {
    /// Turns of the model.
    #[error("the limit of {0} turns is reached")]
    Turns(u32),
    /// Tokens.
    #[error("the limit of {0} tokens is reached")]
    Tokens(u64),
    /// Tokens, of which the next request may take more than are left.
    #[error(
        "{left} of the limit of {limit} tokens are left; the next request may take {needed}, even with a short reply"
    )]
    TokensAhead {
        /// The limit.
        limit: u64,
        /// The rest of it.
        left: u64,
        /// The most tokens of the request.
        needed: u64,
    },
    /// Money.
    #[error("the limit of ${0:.2} is reached")]
    Cost(f64),
    /// Money, of which the next request may cost more than is left.
    #[error(
        "${left:.3} of the limit of ${limit:.2} is left; the next request may cost ${needed:.3}, even with a short reply"
    )]
    CostAhead {
        /// The limit.
        limit: f64,
        /// The rest of it.
        left: f64,
        /// The highest cost of the request.
        needed: f64,
    },
    /// Time.
    #[error("the limit of {} s is reached", .0.as_secs())]
    Time(Duration),
    /// Money, where nobody tells what a turn costs: a limit that can't be kept is not taken for one that is.
    #[error("the limit of ${0:.2} can't be kept, for the price of the model is not known")]
    Unpriced(f64),
}

impl Budget {
    /// Returns the time that is left, where there is a limit.
    pub(crate) fn time_left(&self, spent: &Spent) -> Option<Duration> {
        self.time
            .map(|limit| limit.saturating_sub(Duration::from_millis(spent.elapsed_ms)))
    }

    /// Returns the limit that forbids another request, if one does.
    ///
    /// # Errors
    /// The first limit that is reached.
    pub fn allows(&self, spent: &Spent) -> Result<(), Limit> {
        let tokens = spent.usage.context() + spent.usage.output;
        let time = Duration::from_millis(spent.elapsed_ms);
        let reached = [
            self.turns
                .filter(|limit| spent.turns >= *limit)
                .map(Limit::Turns),
            self.tokens
                .filter(|limit| tokens >= *limit)
                .map(Limit::Tokens),
            self.cost
                .filter(|limit| spent.usage.cost.unwrap_or(0.0) >= *limit)
                .map(Limit::Cost),
            self.time.filter(|limit| time >= *limit).map(Limit::Time),
            self.cost
                .filter(|_| spent.turns > 0 && spent.usage.cost.is_none())
                .map(Limit::Unpriced),
        ];
        reached.into_iter().flatten().next().map_or(Ok(()), Err)
    }

    /// Returns how many tokens, of `most`, the reply to a request may have that reads `read`, so that no limit is passed
    /// whatever the reply is.
    ///
    /// # Errors
    /// The limit that leaves no room for a reply.
    pub(crate) fn reply(&self, spent: &Spent, request: &Bounds) -> Result<u32, Limit> {
        let Bounds {
            read,
            price,
            cache,
            most,
        } = *request;
        let tokens = spent.usage.context() + spent.usage.output;
        let within = self.tokens.map_or(u64::MAX, |limit| {
            limit.saturating_sub(tokens.saturating_add(read))
        });
        let within = most.min(u32::try_from(within).unwrap_or(u32::MAX));
        if let Some(limit) = self.tokens.filter(|_| within < most.min(FEWEST)) {
            let (left, needed) = (
                limit.saturating_sub(tokens),
                read.saturating_add(most.min(FEWEST).into()),
            );
            return Err(Limit::TokensAhead {
                limit,
                left,
                needed,
            });
        }
        let (Some(limit), Some(price)) = (self.cost, price) else {
            return Ok(within);
        };
        let left = limit - spent.usage.cost.unwrap_or(0.0);
        let fits = |reply: u32| price.most(read, reply.into(), cache) <= left;
        if fits(within) {
            return Ok(within);
        }
        if !fits(within.min(FEWEST)) {
            return Err(Limit::CostAhead {
                limit,
                left,
                needed: price.most(read, within.min(FEWEST).into(), cache),
            });
        }
        // The most that fits, between what does and what does not.
        let (mut does, mut does_not) = (within.min(FEWEST), within);
        while does_not - does > 1 {
            let middle = does + (does_not - does) / 2;
            if fits(middle) {
                does = middle
            } else {
                does_not = middle
            }
        }
        Ok(does)
    }
}

/// The upper bounds of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// The tokens that it reads.
    pub(crate) read: u64,
    /// Their price, where that is known.
    pub(crate) price: Option<Price>,
    /// The time that the provider caches them.
    pub(crate) cache: CacheTime,
    /// The most tokens that its reply may have.
    pub(crate) most: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_stops_when_it_is_reached_and_not_before() {
        let budget = Budget {
            turns: Some(2),
            time: Some(Duration::from_secs(1)),
            ..Budget::default()
        };
        let mut spent = Spent {
            turns: 1,
            elapsed_ms: 999,
            ..Spent::default()
        };
        assert_eq!(budget.allows(&spent), Ok(()));
        spent.elapsed_ms = 1000;
        assert_eq!(
            budget.allows(&spent),
            Err(Limit::Time(Duration::from_secs(1)))
        );
        spent.turns = 2;
        assert_eq!(budget.allows(&spent), Err(Limit::Turns(2)));
        let capped = Budget {
            cost: Some(0.5),
            ..Budget::default()
        };
        assert_eq!(capped.allows(&Spent::default()), Ok(()));
        assert_eq!(capped.allows(&spent), Err(Limit::Unpriced(0.5)));
        spent.usage.cost = Some(0.1);
        assert_eq!(capped.allows(&spent), Ok(()));
    }
    #[test]
    fn a_request_is_sent_only_if_its_reply_can_be_paid() {
        let price = Some(Price {
            input: 2.0,
            cache_read: 0.2,
            cache_write: 2.5,
            cache_write_hour: 4.0,
            output: 10.0,
        });
        let budget = Budget {
            cost: Some(0.5),
            ..Budget::default()
        };
        let request = |read| Bounds {
            read,
            price,
            cache: CacheTime::Usual,
            most: 32_000,
        };
        assert_eq!(
            budget.reply(&Spent::default(), &request(10_000)),
            Ok(32_000)
        );
        // $0.25 to read; what is left pays 25,000 tokens.
        assert_eq!(
            budget.reply(&Spent::default(), &request(100_000)),
            Ok(25_000)
        );
        assert_eq!(
            budget.reply(&Spent::default(), &request(199_000)),
            Err(Limit::CostAhead {
                limit: 0.5,
                left: 0.5,
                needed: 0.5075
            })
        );
        // What is kept for an hour costs more to write.
        let hour = Bounds {
            cache: CacheTime::Hour,
            ..request(100_000)
        };
        assert_eq!(budget.reply(&Spent::default(), &hour), Ok(10_000));
        let mut spent = Spent::default();
        spent.usage.cost = Some(0.49);
        assert_eq!(budget.reply(&spent, &request(0)), Ok(1_000));
        spent.usage.cost = Some(0.491);
        assert_eq!(
            budget.reply(&spent, &request(0)),
            Err(Limit::CostAhead {
                limit: 0.5,
                left: 0.5 - 0.491,
                needed: 0.01
            })
        );
    }

    #[test]
    fn tokens_are_counted_before_they_are_asked_for() {
        let budget = Budget {
            tokens: Some(50_000),
            ..Budget::default()
        };
        let request = |read, most| Bounds {
            read,
            price: None,
            cache: CacheTime::Usual,
            most,
        };
        assert_eq!(
            budget.reply(&Spent::default(), &request(10_000, 32_000)),
            Ok(32_000)
        );
        assert_eq!(
            budget.reply(&Spent::default(), &request(40_000, 32_000)),
            Ok(10_000)
        );
        assert_eq!(
            budget.reply(&Spent::default(), &request(49_500, 32_000)),
            Err(Limit::TokensAhead {
                limit: 50_000,
                left: 50_000,
                needed: 50_500
            })
        );
        assert_eq!(
            budget.reply(&Spent::default(), &request(49_500, 400)),
            Ok(400),
            "less is never asked for"
        );
    }
}

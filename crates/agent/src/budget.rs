//! What a conversation may take: turns, tokens, money and time. Looked at before each request.

use std::time::Duration;

use llm::Usage;
use serde::{Deserialize, Serialize};

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

/// What has been taken so far, over all conversations of a run.
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
    /// Money.
    #[error("the limit of ${0:.2} is reached")]
    Cost(f64),
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
        self.time.map(|limit| limit.saturating_sub(Duration::from_millis(spent.elapsed_ms)))
    }

    /// Whether another request may be sent.
    ///
    /// # Errors
    /// The first limit that is reached.
    pub fn allows(&self, spent: &Spent) -> Result<(), Limit> {
        let tokens = spent.usage.context() + spent.usage.output;
        let time = Duration::from_millis(spent.elapsed_ms);
        let reached = [
            self.turns.filter(|limit| spent.turns >= *limit).map(Limit::Turns),
            self.tokens.filter(|limit| tokens >= *limit).map(Limit::Tokens),
            self.cost.filter(|limit| spent.usage.cost.unwrap_or(0.0) >= *limit).map(Limit::Cost),
            self.time.filter(|limit| time >= *limit).map(Limit::Time),
            self.cost.filter(|_| spent.turns > 0 && spent.usage.cost.is_none()).map(Limit::Unpriced),
        ];
        reached.into_iter().flatten().next().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_stops_when_it_is_reached_and_not_before() {
        let budget = Budget { turns: Some(2), time: Some(Duration::from_secs(1)), ..Budget::default() };
        let mut spent = Spent { turns: 1, elapsed_ms: 999, ..Spent::default() };
        assert_eq!(budget.allows(&spent), Ok(()));
        spent.elapsed_ms = 1000;
        assert_eq!(budget.allows(&spent), Err(Limit::Time(Duration::from_secs(1))));
        spent.turns = 2;
        assert_eq!(budget.allows(&spent), Err(Limit::Turns(2)));
        let capped = Budget { cost: Some(0.5), ..Budget::default() };
        assert_eq!(capped.allows(&Spent::default()), Ok(()), "a provider may tell the price with its first answer");
        assert_eq!(capped.allows(&spent), Err(Limit::Unpriced(0.5)));
        spent.usage.cost = Some(0.1);
        assert_eq!(capped.allows(&spent), Ok(()));
    }
}

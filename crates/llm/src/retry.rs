//! The limits of waiting for a provider and of trying again.
//!
//! ```text
//! attempt 1 fails   a wait of 0.25 - 0.5 s        half of the step is fixed, half is by chance
//! attempt 2 fails   0.5 - 1 s
//! attempt 7 fails   15 - 30 s                     never longer than `longest`
//! attempt 8 fails   none: `attempts` is reached
//! ```
//!
//! Where the provider asks for a longer wait, that counts, unless it would go beyond `total`.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, SystemTime};

use crate::model::LocalFuture;
use crate::provider_error::ProviderError;

/// Limits of one turn. The clock and the dice are in it, so that tests can hold both.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// The number of times a request is sent in all.
    pub attempts: u32,
    /// The time all may take until the last attempt begins. A second one is always granted.
    pub total: Duration,
    /// The time the first byte of an answer may take.
    pub first: Duration,
    /// The same for a server of the user's own, which may have to load its model first.
    pub load: Duration,
    /// The time an answer that has begun may be silent; a model that thinks unseen is silent for minutes.
    pub idle: Duration,
    /// The first wait between attempts; each further one is twice as long.
    pub step: Duration,
    /// The longest wait that we choose ourselves.
    pub longest: Duration,
    /// The time of day, for providers that say when to come back.
    pub now: fn() -> SystemTime,
    /// A number from 0 to 1, so that many clients don't come back at once.
    pub jitter: fn() -> f64,
    /// Waits.
    pub sleep: fn(Duration) -> LocalFuture<'static, ()>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 8,
            total: Duration::from_secs(900),
            first: Duration::from_secs(300),
            load: Duration::from_secs(600),
            idle: Duration::from_secs(300),
            step: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            now: SystemTime::now,
            jitter: random_fraction,
            sleep: |wait| Box::pin(tokio::time::sleep(wait)),
        }
    }
}

impl RetryPolicy {
    /// Returns how long to wait before the next attempt; none when it is not worth it or would take too long.
    ///
    /// `attempt` is the number of the one that failed, from 1; `spent` the time since the first began.
    pub(crate) fn wait(
        &self,
        failure: &ProviderError,
        attempt: u32,
        spent: Duration,
    ) -> Option<Duration> {
        if !failure.retryable || attempt >= self.attempts {
            return None;
        }
        let doubled = self
            .step
            .saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)))
            .min(self.longest);
        let ours = doubled.mul_f64(0.5 + 0.5 * (self.jitter)().clamp(0.0, 1.0));
        let wait = failure.wait.unwrap_or_default().max(ours);
        // The second attempt is always granted: a first one that was silent until its limit has not used up the time.
        let spent = if attempt == 1 { Duration::ZERO } else { spent };
        (spent + wait <= self.total).then_some(wait)
    }
}

/// Returns a number from 0 to 1 by chance. The hasher of the standard library is seeded anew each time; for spreading
/// waits that is random enough.
fn random_fraction() -> f64 {
    let bits = RandomState::new().hash_one(0) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let fraction = bits as f64 / (1_u64 << 53) as f64;
    fraction
}

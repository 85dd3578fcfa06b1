//! The share of a first request that each part may take. What is shown whole is read from the provider's cache in each
//! later turn, which costs less than the turns that would ask for it.

/// Bytes that are taken for one token.
const BYTES_A_TOKEN: u64 = 4;
/// Tokens of the unit's own text, with what of the plan stands above it.
const PLAN: u64 = 60_000;
/// Tokens of the files that the unit names.
const FILES: u64 = 40_000;
/// Tokens of the repository's own instructions.
const INSTRUCTIONS: u64 = 10_000;

/// Bytes that each part may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    pub(super) plan: usize,
    pub(super) files: usize,
    pub(super) instructions: usize,
}

impl Allowance {
    /// Returns what fits a model that reads `window` tokens: together at most half of them, so that the other half is left
    /// for the work, and a conversation that is made shorter still has room for the unit's text.
    pub(super) fn within(window: u64) -> Self {
        let (all, most) = (PLAN + FILES + INSTRUCTIONS, window / 2);
        let share = |tokens: u64| {
            let tokens = if most < all {
                tokens * most / all
            } else {
                tokens
            };
            usize::try_from(tokens * BYTES_A_TOKEN).unwrap_or(usize::MAX)
        };
        Allowance {
            plan: share(PLAN),
            files: share(FILES),
            instructions: share(INSTRUCTIONS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_window_gets_the_same_parts_in_small() {
        assert_eq!(
            Allowance::within(1_000_000),
            Allowance {
                plan: 240_000,
                files: 160_000,
                instructions: 40_000
            }
        );
        assert_eq!(Allowance::within(220_000), Allowance::within(1_000_000));
        assert_eq!(
            Allowance::within(22_000),
            Allowance {
                plan: 24_000,
                files: 16_000,
                instructions: 4_000
            }
        );
    }
}

//! Names of things in the journal: runs and kept outputs, and the clock that run names are made
//! from.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Letters and digits of a run's suffix: none that is read as another (`0`/`o`, `1`/`l`).
const SUFFIX_ALPHABET: &[u8; 32] = b"23456789abcdefghijkmnpqrstuvwxyz";

/// The name of a run: when it began (UTC) and three letters that tell runs of one second apart,
/// for example `20261123-184530-k3f`. Names sort by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub(crate) String);

impl RunId {
    /// Returns the name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns a fresh name for a run that begins at `at_ms` (milliseconds since 1970).
    pub(crate) fn new(at_ms: u64) -> Self {
        let seconds = at_ms / 1000;
        let (year, month, day) = civil_date(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        let mut random = RandomState::new().build_hasher().finish();
        let suffix: String = (0..3)
            .map(|_| {
                let letter = SUFFIX_ALPHABET[usize::try_from(random % 32).unwrap_or(0)];
                random /= 32;
                char::from(letter)
            })
            .collect();
        Self(format!(
            "{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}-{suffix}"
        ))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<&str> for RunId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// The number of a kept output in its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OutputId(pub u64);

impl fmt::Display for OutputId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Milliseconds since 1970.
pub fn now_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Returns a time, in milliseconds since 1970, as RFC 3339 writes it in UTC.
///
/// `1_795_459_530_999` is `2026-11-23T18:45:30.999Z`.
pub fn written_time(at_ms: u64) -> String {
    let seconds = at_ms / 1000;
    let (year, month, day) = civil_date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let millisecond = at_ms % 1000;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z")
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
fn civil_date(days_since_1970: u64) -> (u64, u64, u64) {
    // Counted from 0000-03-01, so that the leap day is the last of its year.
    let days = days_since_1970 + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(civil_date(0), (1970, 1, 1));
        assert_eq!(civil_date(11_016), (2000, 2, 29));
        assert_eq!(civil_date(11_017), (2000, 3, 1));
        assert_eq!(civil_date(19_722), (2023, 12, 31));
        assert_eq!(civil_date(20_780), (2026, 11, 23));
    }

    #[test]
    fn a_time_is_written_in_utc() {
        assert_eq!(written_time(1_795_459_530_999), "2026-11-23T18:45:30.999Z");
        assert_eq!(written_time(0), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn a_run_is_named_after_its_second() {
        let id = RunId::new(20_780 * 86_400_000 + (18 * 3600 + 45 * 60 + 30) * 1000 + 999);
        assert!(id.as_str().starts_with("20261123-184530-"), "{id}");
        assert_eq!(id.as_str().len(), "20261123-184530-k3f".len());
    }
}

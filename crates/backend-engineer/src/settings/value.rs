//! The kinds of value that a setting can have, how they are written, and how they are shown.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sandbox::{BackendChoice, BackendName};

/// The backend of the sandbox that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SandboxMode {
    /// The best that this machine has; never none.
    Auto,
    /// `bwrap`.
    Bubblewrap,
    /// Own user, mount, network and process namespaces.
    Namespaces,
    /// Landlock and seccomp alone, on a copy of the repository.
    Landlock,
    /// `sandbox-exec`.
    Macos,
    /// None.
    Off,
}

impl SandboxMode {
    /// The names that are accepted, the strongest backend first.
    pub(crate) const NAMES: [&'static str; 6] = [
        "auto",
        "bubblewrap",
        "namespaces",
        "landlock",
        "macos",
        "off",
    ];

    /// Returns how it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            SandboxMode::Auto => "auto",
            SandboxMode::Bubblewrap => "bubblewrap",
            SandboxMode::Namespaces => "namespaces",
            SandboxMode::Landlock => "landlock",
            SandboxMode::Macos => "macos",
            SandboxMode::Off => "off",
        }
    }

    /// Returns how much they hold back: a greater number is never weaker.
    pub(crate) fn strength(self) -> u8 {
        match self {
            SandboxMode::Off => 0,
            SandboxMode::Landlock => 1,
            SandboxMode::Auto => 2,
            SandboxMode::Bubblewrap | SandboxMode::Namespaces | SandboxMode::Macos => 3,
        }
    }
}

impl From<SandboxMode> for BackendChoice {
    fn from(mode: SandboxMode) -> Self {
        match mode {
            SandboxMode::Auto => BackendChoice::Auto,
            SandboxMode::Bubblewrap => BackendChoice::Only(BackendName::Bubblewrap),
            SandboxMode::Namespaces => BackendChoice::Only(BackendName::Namespaces),
            SandboxMode::Landlock => BackendChoice::Only(BackendName::Landlock),
            SandboxMode::Macos => BackendChoice::Only(BackendName::Macos),
            SandboxMode::Off => BackendChoice::Off,
        }
    }
}

impl FromStr for SandboxMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [
            SandboxMode::Auto,
            SandboxMode::Bubblewrap,
            SandboxMode::Namespaces,
            SandboxMode::Landlock,
            SandboxMode::Macos,
            SandboxMode::Off,
        ];
        all.into_iter()
            .find(|mode| mode.name() == text)
            .ok_or_else(|| format!("`{text}` is none of {}", SandboxMode::NAMES.join(", ")))
    }
}

impl fmt::Display for SandboxMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A port of this machine, or of another, that commands may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// A name or an address, without brackets.
    pub(crate) host: String,
    /// Its port; commands find it at the same port of their own loopback.
    pub(crate) port: u16,
    /// Its data may be destroyed: a test database that is made anew.
    pub(crate) disposable: bool,
}

impl Endpoint {
    /// Returns whether it opens no more than `other`: the same port, and no data that `other` keeps.
    pub(crate) fn opens_no_more_than(&self, other: &Endpoint) -> bool {
        (&self.host, self.port) == (&other.host, other.port)
            && (other.disposable || !self.disposable)
    }
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("`{text}` is neither a port nor \"host:port\"");
        let (host, port) = text.rsplit_once(':').unwrap_or(("127.0.0.1", text));
        let bracketed = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = bracketed.unwrap_or(host);
        let fits = |letter: char| {
            letter.is_ascii_alphanumeric()
                || matches!(letter, '.' | '-' | '_')
                || (letter == ':' && bracketed.is_some())
        };
        let port: u16 = port.parse().map_err(|_| wrong())?;
        if port == 0 || host.is_empty() || !host.chars().all(fits) {
            return Err(wrong());
        }
        Ok(Endpoint {
            host: host.to_owned(),
            port,
            disposable: false,
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let brackets = if self.host.contains(':') {
            ("[", "]")
        } else {
            ("", "")
        };
        write!(
            formatter,
            "{}{}{}:{}",
            brackets.0, self.host, brackets.1, self.port
        )?;
        formatter.write_str(if self.disposable { ", disposable" } else { "" })
    }
}

/// A secret: passed on, never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct HiddenText(String);

impl HiddenText {
    /// Hides `value`.
    pub(crate) fn new(value: impl Into<String>) -> Self {
        HiddenText(value.into())
    }

    /// Returns the value itself, for the command's environment and for redaction.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for HiddenText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(hidden)")
    }
}

/// The effort with which a model thinks, by the names that providers share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effort {
    Low,
    Medium,
    High,
    Xhigh,
    Max,
}

impl Effort {
    /// All levels, the lowest first.
    const ALL: [Effort; 5] = [
        Effort::Low,
        Effort::Medium,
        Effort::High,
        Effort::Xhigh,
        Effort::Max,
    ];

    /// Returns the name of the level.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Effort::Low => "low",
            Effort::Medium => "medium",
            Effort::High => "high",
            Effort::Xhigh => "xhigh",
            Effort::Max => "max",
        }
    }

    /// Returns the next level above, where there is one.
    pub(crate) fn next_higher(self) -> Option<Self> {
        Self::ALL.into_iter().find(|level| *level > self)
    }
}

impl FromStr for Effort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|level| level.name() == text);
        found.ok_or_else(|| {
            format!(
                "takes one of {}, not `{text}`",
                Self::ALL.map(Effort::name).join(", ")
            )
        })
    }
}

/// Reads a span of time: seconds ("90"), or a number with a unit ("90s", "10m", "1h", "1h30m").
///
/// # Errors
/// A sentence that says what is accepted, for anything else and for no time at all.
pub(crate) fn read_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time; write seconds, or \"90s\", \"10m\", \"1h\"");
    let compact: String = text.split_whitespace().collect();
    let seconds = match compact.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => with_units(&compact).ok_or_else(wrong)?,
    };
    if seconds == 0 {
        return Err(format!(
            "`{text}` is no time at all; a command needs at least one second"
        ));
    }
    Ok(Duration::from_secs(seconds))
}

/// Reads how long wrong versions of code are tried; 0 is not at all.
///
/// # Errors
/// A sentence that says what is accepted, for anything else.
pub(crate) fn read_strength(text: &str) -> Result<Duration, String> {
    match text.trim() {
        "0" | "0s" => Ok(Duration::ZERO),
        text => read_duration(text).map_err(|_| {
            format!("`{text}` is no time; write seconds, \"30s\" or \"2m\", or 0 for off")
        }),
    }
}

fn with_units(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0u64;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let letters = &rest[digits..];
        let end = letters
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(letters.len());
        let unit = match &letters[..end] {
            "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3600,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = &letters[end..];
    }
    (!text.is_empty()).then_some(total)
}

/// Returns a span of time as people write it: "10m", "1h 30m", "45s".
pub(crate) fn write_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let parts = [
        (seconds / 3600, "h"),
        (seconds / 60 % 60, "m"),
        (seconds % 60, "s"),
    ];
    let written: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    if written.is_empty() {
        "0s".to_owned()
    } else {
        written.join(" ")
    }
}

/// Reads a number above 0.
///
/// # Errors
/// A sentence that says what is accepted.
pub(crate) fn read_count(text: &str) -> Result<u64, String> {
    text.trim()
        .parse()
        .ok()
        .filter(|count| *count > 0)
        .ok_or_else(|| format!("`{text}` is no number above 0"))
}

/// Reads an amount of bytes: `500 MiB`, `10GiB`, or a plain number of bytes.
///
/// # Errors
/// A sentence that says what is accepted.
pub(crate) fn read_bytes(text: &str) -> Result<u64, String> {
    let trimmed = text.trim();
    let end = trimmed
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(end);
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => u32::MAX,
    };
    let factor = 1_u64.checked_shl(shift).filter(|_| shift < 64);
    let bytes = number
        .parse::<u64>()
        .ok()
        .zip(factor)
        .and_then(|(number, factor)| number.checked_mul(factor));
    bytes
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| format!("`{text}` is no amount of bytes; write it as \"8 GiB\""))
}

/// Reads a yes or a no from an environment variable.
///
/// # Errors
/// A sentence that says what is accepted.
pub(crate) fn read_yes_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" | "" => Ok(false),
        _ => Err(format!("`{text}` is neither yes nor no; write 1 or 0")),
    }
}

/// Checks the name of an environment variable.
///
/// # Errors
/// A sentence that says what is wrong; it shows no value.
pub(crate) fn read_variable_name(text: &str) -> Result<String, String> {
    if text.contains('=') {
        return Err(
            "give the name alone, its value is taken from the environment; \
                    for other values write them into a file and name it with --env-file"
                .to_owned(),
        );
    }
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if text.is_empty()
        || text.starts_with(|letter: char| letter.is_ascii_digit())
        || !text.chars().all(plain)
    {
        return Err(format!(
            "`{text}` is not the name of a variable (letters, digits and _)"
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("90", 90),
            ("90s", 90),
            ("10m", 600),
            ("1h", 3600),
            ("1h 30m", 5400),
            ("2 min", 120),
        ] {
            assert_eq!(
                read_duration(text),
                Ok(Duration::from_secs(seconds)),
                "{text}"
            );
        }
        for text in [
            "",
            "0",
            "0s",
            "-1",
            "10 parsecs",
            "m",
            "1.5m",
            "99999999999999999999",
            "9999999999999999h",
        ] {
            assert!(read_duration(text).is_err(), "{text}");
        }
        assert_eq!(write_duration(Duration::from_secs(5400)), "1h 30m");
        for (text, seconds) in [("0", 0), ("0s", 0), ("30s", 30), ("2m", 120)] {
            assert_eq!(
                read_strength(text),
                Ok(Duration::from_secs(seconds)),
                "{text}"
            );
        }
        assert!(read_strength("weak").is_err());
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("8 GiB", 8 << 30),
            ("500MB", 500 << 20),
            ("1024", 1024),
            ("1k", 1 << 10),
        ] {
            assert_eq!(read_bytes(text), Ok(bytes), "{text}");
        }
        for text in ["", "0", "GiB", "8 apples", "-1", "99999999999 TiB"] {
            assert!(read_bytes(text).is_err(), "{text}");
        }
        assert!(read_count("0").is_err() && read_count("12") == Ok(12));
    }

    #[test]
    fn endpoints_are_ports_or_hosts_with_ports() {
        for (text, shown) in [
            ("5432", "127.0.0.1:5432"),
            ("db:5432", "db:5432"),
            ("[::1]:6379", "[::1]:6379"),
        ] {
            assert_eq!(
                text.parse::<Endpoint>()
                    .map(|endpoint| endpoint.to_string()),
                Ok(shown.to_owned())
            );
        }
        for text in [
            "",
            "db",
            "db:",
            ":1",
            "db:0",
            "db:70000",
            "a b:1",
            "::1:5",
            "http://db:1",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }

    #[test]
    fn no_secret_is_shown() {
        assert_eq!(format!("{:?}", HiddenText::new("s3cret")), "(hidden)");
        assert!(
            !read_variable_name("TOKEN=s3cret")
                .unwrap_err()
                .contains("s3cret")
        );
    }
}

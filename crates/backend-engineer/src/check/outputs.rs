//! The table of what outputs say of why a command could not do its work, `outputs.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

/// The reason that an output gives for a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OutputSign {
    /// A service does not answer.
    Service,
    /// The command was called wrongly.
    Usage,
    /// A program is missing.
    Tool,
    /// There was nothing to check.
    Nothing,
    /// It was to write where only the sandbox can't be written.
    Outside,
    /// The kernel refused a call.
    Denied,
    /// A check looked at the code and found it wrong.
    Asserted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    output: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kind: OutputSign,
    /// In lower case.
    sign: String,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the test of the table reads it")
    )]
    example: String,
}

const TABLE: &str = include_str!("outputs.toml");

/// The rows; a table that does not parse has none, which a test would show.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    toml::from_str::<Table>(TABLE)
        .map(|table| table.output)
        .unwrap_or_default()
});

/// An output, and what is known of it.
#[derive(Debug)]
pub(super) struct Output<'o> {
    pub(super) text: &'o str,
    pub(super) lower: String,
}

impl<'o> Output<'o> {
    pub(super) fn new(text: &'o str) -> Self {
        Output {
            text,
            lower: text.to_lowercase(),
        }
    }

    /// Tells that the output says so.
    pub(super) fn says(&self, what: OutputSign) -> bool {
        let mut signs = signs_of_kind(what).filter(|sign| self.lower.contains(sign));
        match what {
            // A test that is kept from its service is `not ok` as well.
            OutputSign::Asserted if self.lacks_services_alone() => {
                signs.any(|sign| !sign.starts_with("not ok"))
            }
            _ => signs.next().is_some(),
        }
    }

    /// Tells that each failure of which Node's runner tells in TAP is that of a missing service.
    fn lacks_services_alone(&self) -> bool {
        const FAILED: &str = "failuretype: 'testcodefailure'";
        let mut failed = self
            .lower
            .split("not ok ")
            .skip(1)
            .filter(|block| block.contains(FAILED))
            .peekable();
        failed.peek().is_some()
            && failed
                .all(|block| signs_of_kind(OutputSign::Service).any(|sign| block.contains(sign)))
    }

    /// Returns the last line that says so, shortened: the lines of code above an error repeat its words without its values.
    pub(super) fn last_line_with(&self, what: OutputSign) -> String {
        /// Enough to see what it is about on one line of a report.
        const LONGEST: usize = 160;
        let says = |line: &&str| {
            let lower = line.to_lowercase();
            signs_of_kind(what).any(|sign| lower.contains(sign.trim_end()))
        };
        // Of a service, the line with its port says more than the name of the error.
        let numbered = |line: &&str| {
            what == OutputSign::Service && says(line) && line.contains(|c: char| c.is_ascii_digit())
        };
        let lines = || self.text.lines().rev();
        let line = lines()
            .find(numbered)
            .or_else(|| lines().find(says))
            .unwrap_or("see its output")
            .trim();
        line.chars().take(LONGEST).collect()
    }
}

fn signs_of_kind(what: OutputSign) -> impl Iterator<Item = &'static str> {
    ROWS.iter()
        .filter(move |row| row.kind == what)
        .map(|row| row.sign.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_has_a_true_example() {
        let table = toml::from_str::<Table>(TABLE);
        assert!(table.is_ok(), "{:?}", table.err());
        assert!(!ROWS.is_empty());
        for row in ROWS.iter() {
            assert_eq!(row.sign, row.sign.to_lowercase(), "a sign is in lower case");
            assert!(
                row.example.to_lowercase().contains(&row.sign),
                "{}",
                row.sign
            );
        }
    }
}

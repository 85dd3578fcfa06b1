//! A test, and what it checks.

/// A test, or a function of the test file that checks for tests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Case {
    /// Its name, with those of the classes or groups around it.
    pub name: String,
    /// Line of its definition, from 1.
    pub line: usize,
    /// Why it does not run, or can't fail.
    pub silence: Option<Silence>,
    /// The checks, in the order of the text; rows of a table each for themselves.
    pub checks: Vec<Check>,
    /// The calls whose results it does not check.
    pub calls: Vec<String>,
    /// The time that it is given, in the unit of its runner.
    pub timeout: Option<f64>,
    /// Its decorators that neither skip it nor give it rows.
    pub decorators: Vec<String>,
    /// It is not a test itself.
    pub is_helper: bool,
    /// It has a table of rows that is made at run time.
    pub is_dynamic: bool,
    /// The rows of its table, as many as are read; 0 where it has none.
    pub rows: usize,
}

/// Something that a test demands.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The expression that is looked at, local names replaced by their values.
    pub subject: String,
    /// The relation: `==`, `in`, `raises`.
    pub relation: String,
    /// The value that it is compared with; empty where there is nothing.
    pub expected: String,
    /// The strength of the demand.
    pub rank: Rank,
    /// The tolerance of a number.
    pub width: Option<f64>,
    /// It only runs under a condition.
    pub is_conditional: bool,
    /// Why it can't fail the test.
    pub silence: Option<Silence>,
    /// As it is written, on one line.
    pub shown: String,
}

/// The strength of a check's demand on its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// That it is something.
    Truth,
    /// A part, a bound, a kind.
    Loose,
    /// A number with a tolerance.
    Close,
    /// One value.
    Equal,
}

/// Why a test or a check can't fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Silence {
    /// Its runner passes it over.
    Skipped,
    /// It counts as right if it fails.
    ExpectedToFail,
    /// Its runner does not find it.
    NotCollected,
    /// A test of the same name takes its place.
    Shadowed,
    /// Control never gets there.
    NeverReached,
    /// It stands in a function that nobody calls.
    NeverCalled,
    /// Its error is caught.
    Swallowed,
    /// It holds whatever the code does.
    Trivial,
}

impl Check {
    /// Returns what two checks that demand the same have in common: the order of both sides aside.
    #[must_use]
    pub fn key(&self) -> (String, String, String, Option<u64>) {
        let (mut one, mut other) = (self.subject.clone(), self.expected.clone());
        if matches!(self.relation.as_str(), "==" | "!=" | "~=") && one > other {
            std::mem::swap(&mut one, &mut other);
        }
        (
            self.relation.clone(),
            one,
            other,
            self.width.map(f64::to_bits),
        )
    }

    /// Returns whether it looks at the same thing as another.
    #[must_use]
    pub fn is_about(&self, other: &Check) -> bool {
        self.subject == other.subject
            || self.rank == Rank::Equal && self.expected == other.subject
            || other.rank == Rank::Equal
                && self.subject == other.expected
                && !other.expected.is_empty()
    }

    /// Returns whether it demands the same of a call of the same function, whatever the arguments
    /// are called.
    ///
    /// `total(order) == 3` and `total(cart) == 3` do.
    #[must_use]
    pub fn asks_alike(&self, other: &Check) -> bool {
        self.asks_the_same_function(other) && self.expected == other.expected
    }

    /// Returns whether the text does not show the value that it demands: a variable's, in a loop over rows.
    #[must_use]
    pub fn hides_its_value(&self) -> bool {
        !self.expected.is_empty() && !is_constant(&self.expected)
    }

    /// Returns whether it demands something of a call of the same function, in the same way.
    #[must_use]
    pub fn asks_the_same_function(&self, other: &Check) -> bool {
        let function = |check: &Check| {
            check
                .subject
                .split_once('(')
                .map(|(name, _)| name.trim().to_owned())
        };
        let called = function(self).filter(|name| !name.is_empty());
        called.is_some() && called == function(other) && self.relation == other.relation
    }

    /// Returns whether it holds whatever the code does: of constants alone, or of a thing and
    /// itself.
    pub(super) fn is_trivial(&self) -> bool {
        if self.relation == "raises" || self.relation == "calls" {
            return false;
        }
        let constant = is_constant(&self.subject) && is_constant(&self.expected);
        let same = self.subject == self.expected
            && matches!(self.relation.as_str(), "==" | "~=" | "in" | "<=" | ">=");
        constant
            || same
            || ["||true", " or True"]
                .iter()
                .any(|always| self.subject.ends_with(always))
    }
}

/// Returns whether a rendered expression holds no name.
///
/// Words in double quotes are text; `1.5`, `"a"` and `[1, None]` hold none, `f(1)` holds `f`.
pub(super) fn is_constant(text: &str) -> bool {
    const VALUES: [&str; 7] = [
        "True",
        "False",
        "None",
        "true",
        "false",
        "null",
        "undefined",
    ];
    let mut word = String::new();
    let mut quoted = false;
    for letter in text.chars().chain([' ']) {
        if letter == '"' {
            quoted = !quoted;
        } else if !quoted && (letter.is_alphanumeric() || letter == '_') {
            word.push(letter);
            continue;
        }
        let is_name = word.starts_with(|first: char| first.is_alphabetic() || first == '_');
        if is_name && !VALUES.contains(&word.as_str()) {
            return false;
        }
        word.clear();
    }
    true
}

/// Returns the number that a rendered expression is.
pub(super) fn parse_number(text: &str) -> Option<f64> {
    text.replace('_', "")
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())
}

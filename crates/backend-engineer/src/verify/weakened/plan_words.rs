//! Reads what the plan asks of tests: whether its words name a test, a file, a value or what is tested. Commands,
//! criteria and prohibitions ask for no change of what they name.

use plan::{Phase, SentenceClass, Span};

use crate::unit_work::UnitWork;

/// By what the plan names something that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NamedBy {
    /// By what is tested.
    Symbol,
    /// By its file.
    File,
    /// By the value that is expected now.
    Value,
    /// By its own name.
    Name,
}

/// The words of a unit that may ask for a change.
#[derive(Debug, Default)]
pub(crate) struct PlanWords {
    text: String,
}

impl PlanWords {
    /// Reads the words of the units at work.
    pub(crate) fn from_work(work: &UnitWork<'_>) -> Self {
        let phases = work
            .assignment
            .units
            .iter()
            .filter_map(|unit| work.run.plan.phase(*unit));
        let texts = phases.map(|phase| text_asking_for_work(phase, work.run.plan.text()));
        PlanWords::of_text(texts.collect::<Vec<_>>().join("\n"))
    }

    /// Takes a text as words that ask for a change.
    pub(super) fn of_text(text: impl Into<String>) -> Self {
        PlanWords { text: text.into() }
    }

    /// Returns whether the words hold this one, as a whole.
    pub(super) fn contains_word(&self, word: &str) -> bool {
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        !word.is_empty()
            && self.text.match_indices(word).any(|(at, _)| {
                let before = self.text[..at].chars().next_back();
                let behind = self.text[at + word.len()..].chars().next();
                // The end of a word that is no letter itself joins nothing.
                let joins_before = before.is_some_and(is_part) && word.starts_with(is_part);
                let joins_behind = behind.is_some_and(is_part) && word.ends_with(is_part);
                !joins_before && !joins_behind
            })
    }

    /// Returns whether the words hold the key of a setting. One that is a word of the prose as well (`test`, `lines`) counts
    /// as a whole, or as code.
    pub(super) fn names_key(&self, key: &str) -> bool {
        let last = key.rsplit('.').next().unwrap_or(key);
        let is_word = last.chars().all(|letter| letter.is_ascii_lowercase());
        let as_code = || {
            ['`', '"', '\'']
                .iter()
                .any(|quote| self.text.contains(&format!("{quote}{last}{quote}")))
        };
        self.contains_word(key)
            || if is_word {
                as_code()
            } else {
                self.contains_word(last)
            }
    }

    /// Returns whether the words hold the name of a test. One short word may mean anything.
    pub(super) fn names_test(&self, test: &str) -> bool {
        let last = test.rsplit(" > ").next().unwrap_or(test);
        let own = if last.contains(' ') {
            last
        } else {
            last.rsplit('.').next().unwrap_or(last)
        };
        let tells = own.contains(' ') || own.to_lowercase().starts_with("test");
        tells && self.contains_word(own)
    }

    /// Returns whether the words hold the path or the name of a file.
    pub(crate) fn names_file(&self, path: &str) -> bool {
        self.contains_word(path)
            || path
                .rsplit('/')
                .next()
                .is_some_and(|name| self.contains_word(name))
    }

    /// Returns whether each value that stands in `new` and not in `old` is one of the words.
    pub(super) fn names_value(&self, old: &str, new: &str) -> bool {
        let known = values_of_line(old);
        let fresh: Vec<String> = values_of_line(new)
            .into_iter()
            .filter(|value| !known.contains(value))
            .collect();
        !fresh.is_empty() && fresh.iter().all(|value| self.states(value))
    }

    /// Returns whether the words state a value. The number of a step or a task is its name, and states none.
    fn states(&self, value: &str) -> bool {
        let is_whole = value.chars().all(|letter| letter.is_ascii_digit());
        if !is_whole {
            return self.contains_word(value);
        }
        let unnumbered = PlanWords {
            text: without_numbering(&self.text),
        };
        unnumbered.contains_word(value)
    }

    /// Returns whether the words name something that a test looks at: a function, a member, a route.
    pub(super) fn names_symbol(&self, subject: &str) -> bool {
        symbols_of_subject(subject)
            .iter()
            .any(|symbol| self.contains_word(symbol))
    }
}

fn text_asking_for_work(phase: &Phase, text: &str) -> String {
    let asks_nothing = |class: SentenceClass| {
        matches!(
            class,
            SentenceClass::Forbid
                | SentenceClass::Check
                | SentenceClass::Run
                | SentenceClass::Elsewhere
        )
    };
    let sentences = phase
        .sentences
        .iter()
        .filter(|sentence| asks_nothing(sentence.class))
        .map(|one| &one.span);
    let aside = phase
        .commands
        .iter()
        .map(|command| &command.span)
        .chain(phase.criteria.iter().map(|one| &one.span));
    let mut aside: Vec<&Span> = aside
        .chain(sentences)
        .chain(phase.phases.iter().map(|inner| &inner.span))
        .collect();
    aside.sort_by_key(|span| span.start);
    let mut kept = String::new();
    let mut at = phase.span.start;
    for span in aside {
        kept.push_str(text.get(at..span.start.max(at)).unwrap_or_default());
        kept.push('\n');
        at = at.max(span.end);
    }
    kept.push_str(text.get(at..phase.span.end.max(at)).unwrap_or_default());
    kept
}

/// Returns the text without the numbers that the plan's headings and steps have for names: `### Task 2: …`,
/// `- [ ] **Step 3: …`, `4. …`.
fn without_numbering(text: &str) -> String {
    let bare = |line: &str| -> String {
        let opening = line.len()
            - line
                .trim_start_matches(|letter: char| !letter.is_alphanumeric())
                .len();
        let (marks, rest) = line.split_at(opening);
        let word = rest
            .find(|letter: char| !letter.is_alphabetic())
            .unwrap_or(rest.len());
        let (word, behind) = rest.split_at(word);
        let blank = behind.len() - behind.trim_start_matches(' ').len();
        let number = behind[blank..]
            .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .unwrap_or(0);
        let (number, left) = behind[blank..].split_at(number);
        let closes = number.ends_with('.')
            || left.starts_with([':', ')', '—', '–', '-'])
            || left.starts_with(" - ");
        let is_numbering = !number.is_empty() && closes && (blank > 0) != word.is_empty();
        if is_numbering {
            format!("{marks}{word}{left}")
        } else {
            line.to_owned()
        }
    };
    text.lines().map(bare).collect::<Vec<_>>().join("\n")
}

/// Returns whether a value of the old line stands no longer in the new one.
pub(super) fn drops_value(old: &str, new: &str) -> bool {
    let kept = values_of_line(new);
    values_of_line(old)
        .iter()
        .any(|value| !kept.contains(value))
}

/// Returns the numbers and the texts in quotes of a line of code.
fn values_of_line(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find(['"', '\'', '`']) {
        let quote = rest[at..].chars().next().unwrap_or('"');
        found.extend(numbers_of_text(&rest[..at]));
        let inner = &rest[at + 1..];
        let end = inner.find(quote).unwrap_or(inner.len());
        let text = unquoted(&inner[..end]);
        if !text.is_empty() {
            found.push(text.to_owned());
        }
        rest = inner.get(end + 1..).unwrap_or_default();
    }
    found.extend(numbers_of_text(rest));
    found
}

/// Returns what a text within quotes says where it is a text within quotes itself, as a snapshot writes it.
fn unquoted(text: &str) -> &str {
    let inner = |quote: char| {
        text.strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
    };
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

fn numbers_of_text(text: &str) -> Vec<String> {
    let words =
        text.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '.'));
    let words = words
        .map(|word| word.trim_matches('.'))
        .filter(|word| word.parse::<f64>().is_ok());
    words.map(str::to_owned).collect()
}

/// Returns the names and routes of an expression; what all tests have in common says nothing.
fn symbols_of_subject(subject: &str) -> Vec<String> {
    const COMMON: [&str; 6] = ["self", "client", "response", "request", "app", "await"];
    let is_route = |value: &String| value.starts_with('/') && value.len() > 1;
    let routes = values_of_line(subject).into_iter().filter(is_route);
    let words = subject.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let named =
        words.filter(|word| word.starts_with(|first: char| first.is_alphabetic() || first == '_'));
    let telling = named.filter(|word| !COMMON.contains(word) && word.parse::<f64>().is_err());
    routes.chain(telling.map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> PlanWords {
        PlanWords::of_text(text)
    }

    #[test]
    fn names_are_whole_words() {
        let plan = words(
            "Remove `g`, and with it `test_g` from `tests/test_calc.py`; \"lists all orders\" goes, too.",
        );
        assert!(plan.names_test("Calc.test_g") && plan.names_test("orders > lists all orders"));
        assert!(
            !plan.names_test("test_go") && !plan.names_test("g"),
            "part of a word, a word of the prose"
        );
        assert!(plan.names_file("tests/test_calc.py") && plan.names_file("api/tests/test_calc.py"));
        assert!(!plan.names_file("tests/calc.py"));
        assert!(plan.names_symbol("g() 1") && !plan.names_symbol("total(1)"));
    }

    #[test]
    fn a_key_that_is_a_usual_word_counts_as_code_alone() {
        let plan = words("Run the test; lower `lines`, and set fail_under.");
        assert!(
            plan.names_key("coverageThreshold.global.lines") && plan.names_key("report.fail_under")
        );
        assert!(!plan.names_key("scripts.test"));
    }

    #[test]
    fn a_value_is_named_where_all_that_is_new_is() {
        let plan = words("`POST /orders` answers 201 with \"created\".");
        assert!(plan.names_value("assert r.status == 200", "assert r.status == 201"));
        assert!(plan.names_value("assert f() == 'a'", "assert f() == 'created'"));
        assert!(!plan.names_value("assert r.status == 200", "assert r.status == 500"));
        let snapshot = |value: &str| format!("expect(f()).toMatchInlineSnapshot(`\"{value}\"`)");
        assert!(plan.names_value(&snapshot("a"), &snapshot("created")));
        assert!(!plan.names_value(&snapshot("a"), &snapshot("made")));
        assert!(!plan.names_value("assert f() == 1", "assert f()"));
        let numbered = words(
            "### Task 1: Tax\n\n- [ ] **Step 2: Add it**\n\n3. Answer 4 to all.\n\n- 5 items are listed: 6.\n",
        );
        for (number, is_stated) in [
            ("1", false),
            ("2", false),
            ("3", false),
            ("4", true),
            ("5", true),
            ("6", true),
        ] {
            assert_eq!(
                numbered.names_value("assert f()", &format!("assert f() == {number}")),
                is_stated,
                "{number}"
            );
        }
        assert!(plan.names_symbol("client.post(\"/orders\").status_code"));
    }
}

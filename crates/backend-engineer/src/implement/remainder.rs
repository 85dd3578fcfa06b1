//! The parts of an item that were not done, as values; their `Display` makes the sentences that reports show.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use plan::Plan;

/// Words of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passage {
    /// Their bytes.
    pub(crate) span: Range<usize>,
    /// Line in the plan, from 1.
    pub(crate) line: usize,
    /// The words, blanks made one: by them a person's word is remembered.
    pub(crate) text: String,
}

impl Passage {
    /// Takes the words of a span of the plan.
    pub(crate) fn from_span(plan: &Plan, span: &Range<usize>) -> Self {
        let words = plan
            .text()
            .get(span.clone())
            .unwrap_or_default()
            .split_whitespace();
        let text = words.collect::<Vec<_>>().join(" ");
        Passage {
            span: span.clone(),
            line: plan.location(span.start).line,
            text,
        }
    }
}

impl fmt::Display for Passage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} (plan line {})",
            first_words(&self.text),
            self.line
        )
    }
}

/// A passage of the plan that asks for something which no block spells out, and which nobody has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remainder {
    /// The passage or the file that is left.
    pub(crate) what: Missing,
    /// Paths and symbols that the passage names in code spans, as written.
    pub(crate) names: BTreeSet<String>,
}

impl Remainder {
    /// Returns the passage of the plan, where it is one.
    pub(crate) fn passage(&self) -> Option<&Passage> {
        match &self.what {
            Missing::Prose(passage) => Some(passage),
            Missing::NoCode(_) => None,
        }
    }
}

/// The part of an item that is left for a model or a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Prose of the plan.
    Prose(Passage),
    /// A file that the plan names, as written, and shows no code for.
    NoCode(String),
}

/// A part of an item that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OpenPart {
    /// A block that was refused: its file, why, and its line in the plan.
    Refused {
        path: Option<String>,
        message: String,
        line: usize,
    },
    /// Paths that a step's command wrote and that were discarded.
    Dropped { command: String, paths: Vec<String> },
    /// A block that was taken back, because another of its step was refused.
    HeldBack { path: Option<String> },
    /// Something that needs a mind.
    Left(Missing),
}

/// The most paths that a sentence names.
const MOST_SHOWN: usize = 3;

/// Why a commit of the plan was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoCommit {
    /// Nobody asked for commits, and none with its message is in the history.
    NotAsked,
    /// It is a push, which no run makes.
    Push,
    /// The plan gives no message.
    NoMessage,
    /// A block of the unit was refused.
    Unplaced(OpenPart),
    /// A command of the unit failed.
    CommandFailed(String),
    /// A file that the unit changed can't be imported.
    Faulty(String),
    /// Git gives no answer.
    NoAnswer(String),
    /// Git refused.
    Refused(String),
}

impl Remainder {
    /// Makes the remainder of a passage of the plan.
    pub(crate) fn of_prose(passage: Passage) -> Self {
        let names = code_spans(&passage.text);
        Remainder {
            what: Missing::Prose(passage),
            names,
        }
    }

    /// Makes the remainder of a file that the plan shows no code for.
    pub(crate) fn without_code(written: &str) -> Self {
        Remainder {
            what: Missing::NoCode(written.to_owned()),
            names: BTreeSet::from([written.to_owned()]),
        }
    }
}

/// Returns what a text of the plan has in code spans: `` `app/a.py` `` and the like.
pub(crate) fn code_spans(text: &str) -> BTreeSet<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(|span| span.trim().to_owned())
        .filter(|span| !span.is_empty())
        .collect()
}

/// Returns the first words of a passage, on one line.
pub(crate) fn first_words(text: &str) -> String {
    /// As long as a line of a report stays readable, in characters.
    const LONGEST: usize = 160;
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::Prose(passage) => passage.fmt(formatter),
            Missing::NoCode(written) => write!(formatter, "the plan shows no code for `{written}`"),
        }
    }
}

impl OpenPart {
    /// Returns the sentence without the file that it is about.
    pub(crate) fn without_path(&self) -> String {
        match self.clone() {
            OpenPart::Refused { message, line, .. } => OpenPart::Refused {
                path: None,
                message,
                line,
            }
            .to_string(),
            OpenPart::HeldBack { .. } => OpenPart::HeldBack { path: None }.to_string(),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for OpenPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |path: &Option<String>| {
            path.as_ref()
                .map(|path| format!("`{path}`: "))
                .unwrap_or_default()
        };
        match self {
            OpenPart::Refused {
                path,
                message,
                line,
            } => {
                write!(formatter, "{}{message} (plan line {line})", at(path))
            }
            OpenPart::Dropped { command, paths } => {
                let shown: Vec<String> = paths
                    .iter()
                    .take(MOST_SHOWN)
                    .map(|path| format!("`{path}`"))
                    .collect();
                let more = paths.len().saturating_sub(MOST_SHOWN);
                let more = if more > 0 {
                    format!(" and {more} more")
                } else {
                    String::new()
                };
                let shown = shown.join(", ");
                if paths.iter().all(|path| path.starts_with(".git/")) {
                    return write!(
                        formatter,
                        "`{command}` changed git's own state ({shown}{more}) in the sandbox alone: run it yourself"
                    );
                }
                write!(
                    formatter,
                    "`{command}` wrote {shown}{more}, which the phase does not name"
                )
            }
            OpenPart::HeldBack { path } => {
                write!(
                    formatter,
                    "{}held back, because the rest of its step was refused",
                    at(path)
                )
            }
            OpenPart::Left(left) => write!(formatter, "needs a person or a model: {left}"),
        }
    }
}

impl fmt::Display for NoCommit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoCommit::NotAsked => {
                formatter.write_str("no such commit is there; commits are made only with --commit")
            }
            NoCommit::Push => formatter.write_str("nothing is pushed by a run: push it yourself"),
            NoCommit::NoMessage => formatter.write_str("the plan gives no commit message"),
            NoCommit::Unplaced(part) => part.fmt(formatter),
            NoCommit::CommandFailed(command) => write!(formatter, "`{command}` failed"),
            NoCommit::Faulty(why) => formatter.write_str(why),
            NoCommit::NoAnswer(why) => formatter.write_str(why),
            NoCommit::Refused(why) => write!(formatter, "git refused: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_whole_passage_and_not_from_its_first_words() {
        let text = format!("{} in `app/late.py`, as `Order` does", "words ".repeat(60));
        let remainder = Remainder::of_prose(Passage {
            span: 0..text.len(),
            line: 3,
            text,
        });
        assert_eq!(
            remainder.names,
            BTreeSet::from(["app/late.py".to_owned(), "Order".to_owned()])
        );
        assert!(
            remainder.what.to_string().ends_with("… (plan line 3)"),
            "{}",
            remainder.what
        );
    }
}

//! One finding of `doctor`, for people and for programs.

use serde::Serialize;

use crate::cli::colour::Palette;
use crate::cli::printer::one_line;

/// The weight of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    /// It is here and works.
    Ok,
    /// A run works without it, or as far as it is needed.
    Note,
    /// Something that checks need is missing: they will be NOT CHECKED.
    Missing,
    /// No run can work.
    Bad,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    /// The weight.
    pub(super) state: State,
    /// The part that it speaks of: sandbox, git, tools, model.
    pub(super) part: &'static str,
    /// The finding.
    pub(super) text: String,
    /// The next thing to do.
    pub(super) hint: Option<String>,
}

impl Row {
    /// Makes a finding.
    pub(super) fn new(state: State, part: &'static str, text: impl Into<String>) -> Self {
        Row {
            state,
            part,
            text: text.into(),
            hint: None,
        }
    }

    /// Makes a good finding.
    pub(super) fn ok(part: &'static str, text: impl Into<String>) -> Self {
        Row::new(State::Ok, part, text)
    }

    /// Adds the next thing to do.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Returns the lines that show it.
    pub(super) fn render_row(&self, palette: Palette) -> String {
        let word = |text: &str| format!("{text:>8}");
        let state = match self.state {
            State::Ok => palette.green(&word("ok")),
            State::Note => palette.yellow(&word("note")),
            State::Missing => palette.yellow(&word("missing")),
            State::Bad => palette.red(&word("bad")),
        };
        let hint = self
            .hint
            .as_deref()
            .map(|hint| format!("{:21}{}\n", "", palette.faint(&one_line(hint))));
        format!(
            "{state}  {:<10} {}\n{}",
            self.part,
            one_line(&self.text),
            hint.unwrap_or_default()
        )
    }
}

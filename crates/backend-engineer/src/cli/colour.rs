//! Colour: when it is used, and the few styles there are.

use std::ffi::OsString;

use clap::ValueEnum;

/// When the output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColourWhen {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl ColourWhen {
    /// Decides for one stream: the flag first, then `NO_COLOR`, then `CLICOLOR_FORCE`, then what is at its end.
    pub(crate) fn decide(
        self,
        terminal: bool,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> bool {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        match self {
            ColourWhen::Always => true,
            ColourWhen::Never => false,
            ColourWhen::Auto if set("NO_COLOR") => false,
            ColourWhen::Auto
                if set("CLICOLOR_FORCE")
                    && variable("CLICOLOR_FORCE").is_some_and(|value| value != "0") =>
            {
                true
            }
            ColourWhen::Auto => terminal && variable("TERM").is_none_or(|value| value != "dumb"),
        }
    }
}

/// A few styles, switched on or off as one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Palette {
    /// True if anything is styled.
    pub(crate) on: bool,
}

impl Palette {
    /// Styles a good outcome: green.
    pub(crate) fn green(self, text: &str) -> String {
        self.styled("32", text)
    }

    /// Styles a bad outcome: red.
    pub(crate) fn red(self, text: &str) -> String {
        self.styled("31", text)
    }

    /// Styles an outcome to look at: yellow.
    pub(crate) fn yellow(self, text: &str) -> String {
        self.styled("33", text)
    }

    /// Styles a location or a name: cyan.
    pub(crate) fn cyan(self, text: &str) -> String {
        self.styled("36", text)
    }

    /// Styles what matters: bold.
    pub(crate) fn bold(self, text: &str) -> String {
        self.styled("1", text)
    }

    /// Styles what matters less: faint.
    pub(crate) fn faint(self, text: &str) -> String {
        self.styled("2", text)
    }

    fn styled(self, code: &str, text: &str) -> String {
        if self.on {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(when: ColourWhen, terminal: bool, set: &[(&str, &str)]) -> bool {
        when.decide(terminal, |name| {
            set.iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| OsString::from(*value))
        })
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_terminal() {
        assert!(decide(ColourWhen::Always, false, &[("NO_COLOR", "1")]));
        assert!(!decide(ColourWhen::Never, true, &[("CLICOLOR_FORCE", "1")]));
        assert!(!decide(
            ColourWhen::Auto,
            true,
            &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]
        ));
        assert!(decide(ColourWhen::Auto, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!decide(ColourWhen::Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(decide(ColourWhen::Auto, true, &[("NO_COLOR", "")]));
        assert!(!decide(ColourWhen::Auto, true, &[("TERM", "dumb")]));
        assert!(!decide(ColourWhen::Auto, false, &[]));
    }
}

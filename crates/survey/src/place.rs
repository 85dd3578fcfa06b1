//! A line of a file, and how to find it by what stands there.
//!
//! ```text
//! [project]                    line 1
//! dependencies = ["httpx",     line 2: `next("dependencies")`, then `pass("httpx")`
//!   "flask"]                   line 3: `pass("flask")`
//! ```

use serde::{Deserialize, Serialize};

/// A line of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// File relative to the root.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

impl Place {
    pub(crate) fn new(file: &str, line: u32) -> Self {
        Place {
            file: file.to_owned(),
            line,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Finds the lines of what a parser without places has read, going forward through the text.
#[derive(Debug, Clone)]
pub(crate) struct Finder<'t> {
    text: &'t str,
    at: usize,
    line: u32,
}

impl<'t> Finder<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Finder {
            text,
            at: 0,
            line: 1,
        }
    }

    /// Returns the line on which `needle` next stands, and goes on from there; where it does not
    /// stand, the line that was last found.
    pub(crate) fn next(&mut self, needle: &str) -> u32 {
        let rest = self.text.get(self.at..).unwrap_or("");
        if let Some(found) = rest.find(needle).filter(|_| !needle.is_empty()) {
            let passed = rest
                .get(..found)
                .unwrap_or("")
                .bytes()
                .filter(|byte| *byte == b'\n')
                .count();
            self.line += u32::try_from(passed).unwrap_or(0);
            self.at += found;
        }
        self.line
    }

    /// Returns the next line that begins with the key, bare or quoted; where there is none, the
    /// line that was last found.
    pub(crate) fn key(&self, key: &str) -> u32 {
        let rest = self.text.get(self.at..).unwrap_or("");
        let begins = |line: &str| {
            let line = line.trim_start().trim_start_matches(['"', '\'']);
            line.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with(['=', ':', '"', '\'']))
        };
        let found = rest
            .lines()
            .position(begins)
            .and_then(|passed| u32::try_from(passed).ok());
        self.line + found.unwrap_or(0)
    }

    /// [`Finder::next`], and the search goes on behind it.
    pub(crate) fn pass(&mut self, needle: &str) -> u32 {
        let before = self.at;
        let line = self.next(needle);
        if self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(needle))
            && (self.at > before || !needle.is_empty())
        {
            self.at += needle.len();
        }
        line
    }
}

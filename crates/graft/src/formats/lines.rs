//! Files that are lists of lines, each with a key of its own: lines are added, never lost.

use std::collections::BTreeMap;

use crate::ladder::{self, Lines};
use crate::splice::Splice;

/// New lines by the line of the file after which they come.
#[derive(Debug, Default)]
pub(super) struct Additions {
    after: BTreeMap<usize, Vec<String>>,
    end: Vec<String>,
}

impl Additions {
    /// Notes new lines after a line of the file, or at its end.
    pub(super) fn add(&mut self, after: Option<usize>, lines: impl IntoIterator<Item = String>) {
        match after {
            Some(line) => self.after.entry(line).or_default().extend(lines),
            None => self.end.extend(lines),
        }
    }

    pub(super) fn stage(mut self, lines: &Lines<'_>, into: &mut Splice<'_>) {
        let last = (0..lines.len()).rev().find(|&line| !lines.get(line).trim().is_empty());
        self.after.retain(|_, new| !new.is_empty());
        let mut after = self.after;
        if !self.end.is_empty() {
            match last {
                Some(last) => after.entry(last).or_default().extend(self.end),
                None => {
                    into.replace(0..lines.text.len(), self.end.join("\n") + "\n");
                    return;
                }
            }
        }
        for (line, mut new) in after {
            let follows_blank = line + 1 < lines.len() && lines.get(line + 1).trim().is_empty();
            while follows_blank && new.last().is_some_and(|line| line.trim().is_empty()) {
                new.pop();
            }
            ladder::stage_lines(lines, line + 1..line + 1, &new, into);
        }
    }
}

/// Comments and blank lines of the snippet that lead to an entry.
#[derive(Debug, Default)]
pub(super) struct Lead(Vec<String>);

impl Lead {
    pub(super) fn push(&mut self, line: &str) {
        self.0.push(line.trim_end().to_owned());
    }

    /// Takes what leads to a new entry, without comments that the file has already.
    pub(super) fn take(&mut self, lines: &Lines<'_>) -> Vec<String> {
        let known =
            |line: &String| !line.trim().is_empty() && (0..lines.len()).any(|at| lines.get(at).trim() == line.trim());
        let mut lead: Vec<String> = std::mem::take(&mut self.0).into_iter().filter(|line| !known(line)).collect();
        if lead.iter().all(|line| line.trim().is_empty()) {
            lead.clear();
        }
        lead
    }

    /// Takes the comments after the last entry, where any is new.
    pub(super) fn rest(&mut self, lines: &Lines<'_>) -> Vec<String> {
        let mut rest = self.take(lines);
        while rest.last().is_some_and(|line| line.trim().is_empty()) {
            rest.pop();
        }
        rest
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

//! Reads unified diffs as people and models write them: headers, counts and leading spaces may be missing.
//!
//! ```text
//! diff --git a/x.py b/x.py     old_path x.py, new_path x.py
//! --- a/x.py                   the same part: a pair inside a `diff --git` begins no new one
//! +++ b/x.py
//! @@ -1,3 +1,3 @@ def f():     a hunk with the heading `def f():`; numbers are not read
//!  a                           Keep
//! -b                           Drop
//! +c                           Add
//! d                            Keep: its blank was lost
//! ```

use crate::fuzzy::Op;

/// The part of a diff that speaks of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileDiff<'a> {
    /// Path before the change, without `a/`; `None` where the diff creates the file or names none.
    pub old_path: Option<&'a str>,
    /// Path after the change, without `b/`; `None` where the diff deletes the file or names none.
    pub new_path: Option<&'a str>,
    /// True if the diff says that the file is created or deleted.
    pub kind: FileChange,
    /// The part's own text, headers and hunks.
    pub text: &'a str,
}

/// The effect of a diff on a file as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FileChange {
    /// Some of its lines change.
    #[default]
    Modify,
    /// The file is new.
    Create,
    /// The file goes.
    Delete,
}

/// Splits a diff into its files, in order; a diff without headers is one part without paths.
#[must_use]
pub fn split_diff(diff: &str) -> Vec<FileDiff<'_>> {
    let lines: Vec<&str> = diff.split_inclusive('\n').collect();
    let mut starts: Vec<usize> = Vec::new();
    for at in 0..lines.len() {
        let pair = opens_pair(&lines, at);
        let git = lines[at].starts_with("diff --git ");
        let marker = marker_header(lines[at]).is_some();
        let inside_git = starts.last().is_some_and(|&start| {
            lines[start].starts_with("diff --git ")
                && !lines[start..at].iter().any(|line| line.starts_with("@@"))
                && !(start..at).any(|line| opens_pair(&lines, line))
        });
        if git || marker || (pair && !inside_git) {
            starts.push(at);
        }
    }
    if starts.is_empty() {
        return vec![FileDiff {
            old_path: None,
            new_path: None,
            kind: FileChange::Modify,
            text: diff,
        }];
    }
    let offset = |line: usize| lines[..line].iter().map(|line| line.len()).sum::<usize>();
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(&from, to)| parse_file_diff(&diff[offset(from)..offset(to)], &lines[from..to]))
        .collect()
}

/// Returns whether `--- old` stands directly before `+++ new`; alone, either may be a changed line.
fn opens_pair(lines: &[&str], at: usize) -> bool {
    lines[at].starts_with("--- ")
        && lines
            .get(at + 1)
            .is_some_and(|next| next.starts_with("+++ "))
}

/// Returns the change and the path that a header of the form `*** Update File: x.py` states.
fn marker_header(line: &str) -> Option<(FileChange, &str)> {
    [
        ("*** Update File: ", FileChange::Modify),
        ("*** Add File: ", FileChange::Create),
        ("*** Delete File: ", FileChange::Delete),
    ]
    .into_iter()
    .find_map(|(start, kind)| Some((kind, line.strip_prefix(start)?.trim())))
}

/// Reads the headers of one file's part. A path that is missing on one side makes it a creation or
/// a deletion.
fn parse_file_diff<'a>(text: &'a str, lines: &[&'a str]) -> FileDiff<'a> {
    let mut part = FileDiff {
        old_path: None,
        new_path: None,
        kind: FileChange::Modify,
        text,
    };
    if let Some((kind, path)) = lines.first().and_then(|line| marker_header(line)) {
        part.kind = kind;
        part.old_path = (kind != FileChange::Create).then_some(path);
        part.new_path = (kind != FileChange::Delete).then_some(path);
        return part;
    }
    for line in lines.iter().take_while(|line| !line.starts_with("@@")) {
        let (key, value) = line.split_at(line.find(' ').map_or(line.len(), |space| space + 1));
        match key {
            "---" | "--- " => part.old_path = path_of(value),
            "+++" | "+++ " => part.new_path = path_of(value),
            "new " if value.starts_with("file") => part.kind = FileChange::Create,
            "deleted " if value.starts_with("file") => part.kind = FileChange::Delete,
            "rename " => read_rename_header(&mut part, value),
            "diff " => {
                let mut paths = value.trim_start_matches("--git ").split_whitespace();
                part.old_path = paths.next().and_then(path_of);
                part.new_path = paths.next().and_then(path_of);
            }
            _ => {}
        }
        if line.starts_with("+++ ") {
            break;
        }
    }
    match (part.old_path, part.new_path) {
        (None, Some(_)) => part.kind = FileChange::Create,
        (Some(_), None) => part.kind = FileChange::Delete,
        _ => {}
    }
    part
}

/// Takes the paths of `rename from` and `rename to`.
fn read_rename_header<'a>(part: &mut FileDiff<'a>, value: &'a str) {
    if let Some(path) = value.strip_prefix("from ") {
        part.old_path = Some(path.trim());
    } else if let Some(path) = value.strip_prefix("to ") {
        part.new_path = Some(path.trim());
    }
}

/// Returns a path without its time stamp, quotes and `a/` or `b/`; `None` for `/dev/null` and
/// nothing.
fn path_of(value: &str) -> Option<&str> {
    let path = value
        .split('\t')
        .next()
        .unwrap_or_default()
        .trim()
        .trim_matches('"');
    let path = path
        .strip_prefix("a/")
        .or_else(|| path.strip_prefix("b/"))
        .unwrap_or(path);
    (!path.is_empty() && path != "/dev/null").then_some(path)
}

/// One hunk: its old lines and what becomes of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hunk {
    /// Lines that must stand in the file, in order.
    pub(crate) old: Vec<String>,
    /// For each old line whether it stays, and new lines between them.
    pub(crate) ops: Vec<Op>,
    /// The text behind the second `@@`.
    pub(crate) heading: String,
    /// True if the old file, and the new one, end here without a line end.
    pub(crate) old_open: bool,
    pub(crate) new_open: bool,
}

impl Hunk {
    /// Returns whether the hunk is more than context.
    pub(crate) fn changes(&self) -> bool {
        self.ops.iter().any(|op| *op != Op::Keep)
    }

    /// Returns the lines as they are to be.
    pub(crate) fn new_lines(&self) -> Vec<String> {
        let mut old = self.old.iter();
        let mut lines = Vec::new();
        for op in &self.ops {
            match op {
                Op::Keep => lines.extend(old.next().cloned()),
                Op::Drop => {
                    old.next();
                }
                Op::Add(line) => lines.push(line.clone()),
            }
        }
        lines
    }

    /// Takes up a line by its sign; one without a sign is context that lost its blank.
    fn push(&mut self, line: &str) {
        let mut chars = line.chars();
        match chars.next() {
            Some('-') => {
                self.old.push(chars.as_str().to_owned());
                self.ops.push(Op::Drop);
            }
            Some('+') => self.ops.push(Op::Add(chars.as_str().to_owned())),
            Some('\\') => self.leave_open(),
            Some(' ') => self.keep(chars.as_str()),
            _ => self.keep(line),
        }
    }

    /// Takes up a line that stays.
    fn keep(&mut self, line: &str) {
        self.old.push(line.to_owned());
        self.ops.push(Op::Keep);
    }

    /// Takes up `\ No newline at end of file`: for the old or new text, as the line above it is in
    /// one or in both.
    fn leave_open(&mut self) {
        let last = self.ops.last();
        self.old_open |= matches!(last, Some(Op::Keep | Op::Drop));
        self.new_open |= matches!(last, Some(Op::Keep | Op::Add(_)));
    }

    /// Takes off the blank lines at the end that belong to the block's own end, not to the file.
    fn close(mut self) -> Option<Self> {
        while self.ops.last() == Some(&Op::Keep) && self.old.last().is_some_and(String::is_empty) {
            self.ops.pop();
            self.old.pop();
        }
        (!self.ops.is_empty()).then_some(self)
    }

    /// Returns the hunk in pieces, where it leaves lines out with a line of dots.
    pub(crate) fn split_at_dots(&self) -> Vec<Hunk> {
        let mut parts = vec![Hunk {
            heading: self.heading.clone(),
            ..Hunk::default()
        }];
        let mut old = self.old.iter();
        for op in &self.ops {
            let line = if matches!(op, Op::Add(_)) {
                None
            } else {
                old.next()
            };
            if *op == Op::Keep && line.is_some_and(|line| is_dots(line)) {
                parts.push(Hunk::default());
            } else if let Some(part) = parts.last_mut() {
                part.old.extend(line.cloned());
                part.ops.push(op.clone());
            }
        }
        if let Some(last) = parts.last_mut() {
            (last.old_open, last.new_open) = (self.old_open, self.new_open);
        }
        parts
            .into_iter()
            .filter(|part| !part.ops.is_empty())
            .collect()
    }
}

/// Returns whether a line is nothing but dots, or a comment that begins with them.
///
/// `...`, `# ... the rest`, `<!-- ... -->` stand for lines that the diff does not show.
fn is_dots(line: &str) -> bool {
    let line = line.trim();
    let comment = line.trim_start_matches(['#', '/', '*', '-', '<', '!', '{', ' ']);
    let bare = line.trim_matches(['.', '\u{2026}']).is_empty() && !line.is_empty();
    bare || (comment.len() < line.len()
        && (comment.starts_with("...") || comment.starts_with('\u{2026}')))
}

/// Returns the hunks of one file's part, in order.
pub(crate) fn parse_hunks(part: &str) -> Vec<Hunk> {
    let lines: Vec<&str> = part.lines().collect();
    let headed = body_start(&lines);
    let mut found = Vec::new();
    let mut open: Option<Hunk> = None;
    for line in &lines[headed..] {
        if let Some(rest) = line.strip_prefix("@@") {
            found.extend(open.take().and_then(Hunk::close));
            open = Some(Hunk {
                heading: parse_hunk_heading(rest),
                ..Hunk::default()
            });
        } else if !line.starts_with("*** ") {
            open.get_or_insert_default().push(line);
        }
    }
    found.extend(open.and_then(Hunk::close));
    found
}

/// Returns the first line after the headers.
fn body_start(lines: &[&str]) -> usize {
    // Headers of renames and modes are shorter than that; a pair further below is a changed text.
    let pair = (0..lines.len().min(40))
        .find(|&at| opens_pair(lines, at))
        .map(|at| at + 2);
    let hunk = lines.iter().position(|line| line.starts_with("@@"));
    match (pair, hunk) {
        (Some(pair), Some(hunk)) => pair.min(hunk),
        (Some(pair), None) => pair,
        (None, Some(hunk)) if lines[..hunk].iter().all(|line| is_header(line)) => hunk,
        _ => lines.iter().take_while(|line| is_header(line)).count(),
    }
}

/// Returns whether a line is one of a diff's headers.
fn is_header(line: &str) -> bool {
    let starts = [
        "diff ",
        "index ",
        "new file",
        "deleted file",
        "old mode",
        "new mode",
        "similarity",
        "dissimilarity",
        "rename ",
        "copy ",
        "*** ",
        "Index:",
        "====",
        "Binary files",
    ];
    starts.iter().any(|start| line.starts_with(start))
}

/// Returns what follows the numbers: `-1,3 +1,4 @@ def f():` gives `def f():`; dots and numbers alone give nothing.
fn parse_hunk_heading(rest: &str) -> String {
    let after = rest
        .split_once("@@")
        .map_or(rest, |(_, after)| after)
        .trim();
    let telling = after.chars().any(char::is_alphabetic);
    if telling {
        after.to_owned()
    } else {
        String::new()
    }
}

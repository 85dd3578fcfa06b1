//! Finds code fences the way their authors meant them: also those never
//! closed, and those of one length nested in each other.

use super::{Span, line_spans};

/// A fenced code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    /// From the first byte of the opening marker to the end of the closing line.
    pub(crate) span: Span,
    /// The spans of the lines between, without line ends.
    pub(crate) content: Vec<Span>,
    /// Everything behind the opening marker.
    pub(crate) info: String,
    /// A closing line was found.
    pub(crate) closed: bool,
    /// Columns before the opening marker, quote marks not counted.
    indent: usize,
    /// Quote marks around it.
    quotes: usize,
}

impl Fence {
    /// Returns the content with the fence's own indentation and quote marks taken off.
    pub(crate) fn dedented(&self, text: &str) -> String {
        let mut out = String::new();
        for line in &self.content {
            let lead = Lead::new(&text[line.clone()], self.quotes);
            out.push_str(&strip_columns(lead.rest, self.indent));
            out.push('\n');
        }
        out
    }

    /// Where the part of a content line begins that the fence hides from Markdown.
    pub(crate) fn hidden_from(&self, line: &str) -> usize {
        let lead = Lead::new(line, self.quotes);
        line.len() - lead.rest.len()
    }
}

/// A line without quote marks.
struct Lead<'l> {
    quotes: usize,
    rest: &'l str,
}

impl<'l> Lead<'l> {
    fn new(line: &'l str, most: usize) -> Self {
        let mut rest = line;
        let mut quotes = 0;
        while quotes < most {
            let trimmed = rest.trim_start_matches([' ', '\t']);
            let Some(inner) = trimmed.strip_prefix('>') else {
                break;
            };
            rest = inner.strip_prefix(' ').unwrap_or(inner);
            quotes += 1;
        }
        Lead { quotes, rest }
    }
}

fn count_columns(white: &str) -> usize {
    white.chars().fold(0, |sum, letter| {
        if letter == '\t' {
            sum + 4 - sum % 4
        } else {
            sum + 1
        }
    })
}

fn strip_columns(line: &str, wanted: usize) -> String {
    let mut column = 0;
    for (at, letter) in line.char_indices() {
        if column >= wanted || !matches!(letter, ' ' | '\t') {
            return format!(
                "{}{}",
                " ".repeat(column.saturating_sub(wanted)),
                &line[at..]
            );
        }
        column = if letter == '\t' {
            column + 4 - column % 4
        } else {
            column + 1
        };
    }
    " ".repeat(column.saturating_sub(wanted))
}

/// A line that could open or close a fence.
struct Marker<'l> {
    sign: char,
    count: usize,
    info: &'l str,
    indent: usize,
    /// Bytes of the line before the marker.
    before: usize,
}

fn read_marker(line: &str) -> Option<Marker<'_>> {
    let trimmed = line.trim_start();
    let sign = trimmed
        .chars()
        .next()
        .filter(|sign| matches!(sign, '`' | '~'))?;
    let rest = trimmed.trim_start_matches(sign);
    let count = trimmed.len() - rest.len();
    let before = line.len() - trimmed.len();
    let info = rest.trim();
    if count < 3 || (sign == '`' && info.contains('`')) {
        return None;
    }
    Some(Marker {
        sign,
        count,
        info,
        indent: count_columns(&line[..before]),
        before,
    })
}

/// Returns the marker of an opening line, which may stand behind quote marks and list markers.
fn read_opening(line: &str) -> Option<(Marker<'_>, usize)> {
    let lead = Lead::new(line, usize::MAX);
    let mut rest = lead.rest;
    let mut taken = line.len() - rest.len();
    let mut indent = 0;
    for _ in 0..3 {
        if let Some(mut found) = read_marker(rest) {
            found.indent += indent;
            found.before += taken;
            return Some((found, lead.quotes));
        }
        let inner = after_list_marker(rest)?;
        let used = &rest[..rest.len() - inner.len()];
        indent += count_columns(used);
        taken += used.len();
        rest = inner;
    }
    None
}

fn after_list_marker(line: &str) -> Option<&str> {
    let trimmed = line.trim_start();
    let rest = trimmed.strip_prefix(['-', '*', '+']).or_else(|| {
        let digits = trimmed.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let count = trimmed.len() - digits.len();
        if (1..=3).contains(&count) {
            digits.strip_prefix(['.', ')'])
        } else {
            None
        }
    })?;
    rest.strip_prefix([' ', '\t'])
}

/// Returns whether a line is one that only a plan has, not the code in it: it shows that a fence was left open.
fn belongs_to_plan(line: &str) -> bool {
    let words = line.trim_start();
    let heading = words.trim_start_matches('#');
    let level = words.len() - heading.len();
    if (2..=6).contains(&level) && heading.starts_with(' ') {
        let title = heading.trim_start_matches([' ', '*', '✅']);
        let units = [
            "Task",
            "Phase",
            "Step",
            "Fase",
            "Tarea",
            "阶段",
            "任务",
            "Success Criteria",
            "Automated V",
            "Manual V",
        ];
        return units.iter().any(|unit| title.starts_with(unit));
    }
    [
        "- [ ] **",
        "- [x] **",
        "**Step ",
        "**Files:**",
        "**File**:",
        "- [ ] Step",
        "- [x] Step",
    ]
    .iter()
    .any(|start| words.starts_with(start))
}

fn is_document(info: &str) -> bool {
    let language = info
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .next()
        .unwrap_or("");
    matches!(
        language.to_ascii_lowercase().as_str(),
        "md" | "markdown" | "mdx" | "mdc"
    )
}

/// Returns every fence of the text from `start` on, in order, none inside another.
pub(crate) fn find_fences(text: &str, start: usize) -> Vec<Fence> {
    let rows: Vec<Span> = line_spans(text, start).collect();
    let mut fences = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let row = &rows[at];
        let Some((open, quotes)) = read_opening(&text[row.clone()]) else {
            at += 1;
            continue;
        };
        let lines = Lines { text, rows: &rows };
        let (last, closed) = end_of(&lines, at, &open, quotes);
        let content = rows[at + 1..(if closed { last } else { last + 1 }).max(at + 1)].to_vec();
        fences.push(Fence {
            span: row.start + open.before..rows[last].end,
            content,
            info: open.info.to_owned(),
            closed,
            indent: open.indent,
            quotes,
        });
        at = last + 1;
    }
    fences
}

/// A text and the bytes of its lines.
struct Lines<'t> {
    text: &'t str,
    rows: &'t [Span],
}

/// Returns the row where the fence opened at `first` ends, and whether that row closes it.
fn end_of(lines: &Lines<'_>, first: usize, open: &Marker<'_>, quotes: usize) -> (usize, bool) {
    let Lines { text, rows } = *lines;
    let document = is_document(open.info);
    let mut depth = 0_usize;
    let mut earliest = None;
    let mut stray = None;
    for (at, row) in rows.iter().enumerate().skip(first + 1) {
        let lead = Lead::new(&text[row.clone()], quotes);
        if lead.quotes < quotes {
            return (at - 1, false);
        }
        if !document && stray.is_none() && belongs_to_plan(lead.rest) {
            stray = Some(at);
        }
        let Some(found) = read_marker(lead.rest).filter(|found| {
            found.sign == open.sign && found.count >= open.count && found.indent < open.indent + 4
        }) else {
            continue;
        };
        if !found.info.is_empty() {
            if let Some(stray) = stray.filter(|_| depth == 0) {
                return (trim_blank(text, rows, first, stray), false);
            }
            depth += 1;
        } else if depth == 0 {
            return (at, true);
        } else {
            earliest = earliest.or(Some(at));
            depth -= 1;
        }
    }
    if let Some(at) = earliest {
        return (at, true);
    }
    let unit = rows
        .iter()
        .enumerate()
        .skip(first + 1)
        .find(|(_, row)| belongs_to_plan(&text[(*row).clone()]));
    (
        unit.map_or(rows.len() - 1, |(at, _)| trim_blank(text, rows, first, at)),
        false,
    )
}

/// Returns the last row before `end` that is not blank, not before `first`.
fn trim_blank(text: &str, rows: &[Span], first: usize, end: usize) -> usize {
    (first + 1..end)
        .rev()
        .find(|at| !text[rows[*at].clone()].trim().is_empty())
        .unwrap_or(first)
}

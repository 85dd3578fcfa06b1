//! Elements such as `<task>` and `<files>` that some plans write in place of headings and labels.
//!
//! ```text
//! <task type="auto">                     a heading, named by the <name> inside
//!   <files>app/alpha.py</files>          a label with its value
//!   <action>                             a label above what follows
//! ```

use std::ops::Range;

use super::{Fence, Span, line_spans};

/// The element that is a unit of work.
const UNIT: &str = "task";
/// The element that names it.
const NAME: &str = "name";
/// The element that lists its files, on its own line or one on a line.
const FILES: &str = "files";
/// Elements that only hold others.
const HOLDERS: [&str; 3] = ["tasks", "verify", "plan"];

/// The meaning of a line with a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tag {
    /// A unit begins: the bytes of its name.
    Unit(Span),
    /// A section of the document begins: the bytes of its element's name.
    Section(Span),
    /// A label inside a unit: from its tag to the end of its value.
    Label(Span),
    /// Nothing but layout.
    Layout,
    /// Words, and the tag that ends their element.
    Words(Span),
}

/// The tags of a document, by where their lines begin.
#[derive(Debug, Default)]
pub(crate) struct Tags {
    lines: Vec<(usize, Tag)>,
    units: Vec<Range<usize>>,
}

impl Tags {
    /// Returns what the line that begins at `start` stands for, if it bears a tag.
    pub(super) fn at(&self, start: usize) -> Option<&Tag> {
        let found = self
            .lines
            .binary_search_by_key(&start, |(line, _)| *line)
            .ok()?;
        self.lines.get(found).map(|(_, tag)| tag)
    }

    /// Returns whether a byte lies inside a unit's element.
    pub(crate) fn is_in_unit(&self, at: usize) -> bool {
        let next = self.units.partition_point(|unit| unit.start <= at);
        next.checked_sub(1)
            .is_some_and(|unit| self.units[unit].contains(&at))
    }

    /// Returns whether a unit's element begins on the line of this byte.
    pub(crate) fn opens_unit(&self, start: usize) -> bool {
        self.units
            .binary_search_by_key(&start, |unit| unit.start)
            .is_ok()
    }
}

/// A tag at the start of some words: its name, whether it closes, and where the words behind it begin.
struct Seen {
    name: Span,
    closes: bool,
    end: usize,
}

fn tag_at(text: &str, at: usize, end: usize) -> Option<Seen> {
    let words = text.get(at..end)?;
    let inner = words.strip_prefix('<')?;
    let closes = inner.starts_with('/');
    let from = at + 1 + usize::from(closes);
    let bare = text.get(from..end)?;
    let length =
        bare.find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')))?;
    let name = from..from + length;
    let rest = &bare[length..];
    let close = rest
        .find('>')
        .filter(|_| length > 0 && rest.starts_with([' ', '>']))?;
    Some(Seen {
        name,
        closes,
        end: from + length + close + 1,
    })
}

/// Where a value ends: before the tags at the end of its line.
fn value_end(text: &str, from: usize, end: usize) -> usize {
    let mut to = from + text[from..end].trim_end().len();
    while text[from..to].ends_with('>') {
        let Some(open) = text[from..to].rfind("</").map(|at| from + at) else {
            break;
        };
        let Some(seen) = tag_at(text, open, to).filter(|seen| seen.closes && seen.end == to) else {
            break;
        };
        to = from + text[from..seen.name.start - 2].trim_end().len();
    }
    to
}

/// Finds the tags outside fences; none where the document has no element of a unit.
pub(crate) fn find_tags(text: &str, start: usize, fences: &[Fence]) -> Tags {
    let mut tags = Tags::default();
    let body = text.get(start..).unwrap_or_default();
    if !body.contains("</task>") {
        return tags;
    }
    let mut fence = 0;
    let mut open: Option<usize> = None;
    // Where the list ends whose label holds it whole.
    let mut listed = start;
    for line in line_spans(text, start) {
        if line.start < listed {
            tags.lines.push((line.start, Tag::Layout));
            continue;
        }
        while fences
            .get(fence)
            .is_some_and(|found| found.span.end <= line.start)
        {
            fence += 1;
        }
        if fences
            .get(fence)
            .is_some_and(|found| found.span.start < line.end && line.start < found.span.end)
        {
            continue;
        }
        let lead = line.end - text[line.clone()].trim_start().len();
        let Some(seen) = tag_at(text, lead, line.end) else {
            let end = value_end(text, lead, line.end);
            if open.is_some() && end < lead + text[lead..line.end].trim_end().len() {
                tags.lines.push((line.start, Tag::Words(lead..end)));
            }
            continue;
        };
        let name = text[seen.name.clone()].to_ascii_lowercase();
        if name == UNIT && seen.closes {
            tags.units.extend(open.take().map(|open| open..line.end));
        } else if name == UNIT {
            open = Some(line.start);
        }
        let mut tag = read_tag(text, &line, (lead, &seen), open.is_some());
        if let (Tag::Label(label), true) = (
            &mut tag,
            name == FILES && text[seen.end..line.end].trim().is_empty(),
        ) && let Some(end) = end_of_list(text, line.end, fences)
        {
            label.end = end;
            listed = end;
        }
        tags.lines.push((line.start, tag));
    }
    tags.units.extend(open.map(|open| open..text.len()));
    tags
}

fn read_tag(text: &str, line: &Span, (lead, seen): (usize, &Seen), inside: bool) -> Tag {
    let name = text[seen.name.clone()].to_ascii_lowercase();
    if seen.closes {
        return Tag::Layout;
    }
    if name == UNIT {
        return Tag::Unit(name_of_unit(text, seen.end).unwrap_or_else(|| seen.name.clone()));
    }
    let next =
        seen.end + (text[seen.end..line.end].len() - text[seen.end..line.end].trim_start().len());
    if HOLDERS.contains(&name.as_str()) || inside && text[next..line.end].starts_with('<') {
        // `<verify><automated>…`: what stands inside is the label.
        return match tag_at(text, next, line.end) {
            Some(inner) if !inner.closes => read_tag(text, line, (next, &inner), inside),
            _ if name == "verify" => {
                Tag::Label(lead..value_end(text, next, line.end).max(seen.end))
            }
            _ => Tag::Layout,
        };
    }
    if inside && name == NAME {
        return Tag::Layout;
    }
    match inside {
        true => Tag::Label(lead..value_end(text, next, line.end).max(seen.end)),
        false => Tag::Section(seen.name.clone()),
    }
}

/// Returns where the last line of a list of files ends, whose element is open from `from` on and holds nothing but words: items
/// of a list in Markdown are read as such.
fn end_of_list(text: &str, from: usize, fences: &[Fence]) -> Option<usize> {
    let close = from + text[from..].find("</files>")?;
    let words = &text[from..close];
    let is_fenced = fences
        .iter()
        .any(|fence| from < fence.span.end && fence.span.start < close);
    let is_plain = !is_fenced
        && words
            .lines()
            .all(|line| !line.trim_start().starts_with(['<', '-', '*', '+']));
    let end = from + words.trim_end().len();
    (is_plain && end > from).then_some(end)
}

/// Returns the words of the `<name>` of a unit, whose element is open from `from` on.
fn name_of_unit(text: &str, from: usize) -> Option<Span> {
    let end = text[from..]
        .find("</task>")
        .map_or(text.len(), |at| from + at);
    let open = text[from..end]
        .find("<name>")
        .map(|at| from + at + "<name>".len())?;
    let close = text[open..end].find("</name>").map(|at| open + at)?;
    let words = &text[open..close];
    let begin = open + (words.len() - words.trim_start().len());
    Some(begin..begin + words.trim().len()).filter(|span| !span.is_empty())
}

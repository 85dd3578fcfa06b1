//! Inserts entries into a bracketed list of a file, in its own layout: one a line or all on one, commas, indentation.
//!
//! ```text
//! [1, 2]        + 3 at the end       [1, 2, 3]
//! [ 1 ]         + 0 at the front     [ 0, 1 ]
//! [             + 2 at the end       [
//!   1  // one                          1,  // one        the comma goes before the comment
//! ]                                    2
//!                                    ]
//! ```

use std::ops::Range;

use crate::fuzzy;
use crate::splice::Splice;

/// The layout of nested values in a text.
#[derive(Debug)]
pub(super) struct Layout {
    /// One step of indentation.
    unit: String,
    /// An empty list is filled on its line, where the entries fit.
    pub(super) on_one_line: bool,
}

/// An entry that stands in a list.
#[derive(Debug)]
pub(super) struct Slot {
    /// The bytes of the entry, without its comma.
    pub(super) span: Range<usize>,
}

/// A bracketed list of a text: `[1, 2]` with its brackets, and the entries in it.
#[derive(Debug)]
pub(super) struct Brackets<'a> {
    pub(super) text: &'a str,
    /// The bytes of the list, its brackets included.
    pub(super) list: Range<usize>,
    pub(super) slots: Vec<Slot>,
}

impl Brackets<'_> {
    /// Returns whether the first entry begins a line.
    fn is_spread(&self) -> bool {
        let first = self.slots.first();
        first.is_some_and(|first| self.text[self.list.start..first.span.start].contains('\n'))
    }
}

impl Layout {
    /// Reads the layout from a text: tabs if any line begins with one, else the usual step, else
    /// two blanks.
    pub(super) fn of_text(text: &str) -> Self {
        let tab = text.lines().any(|line| line.starts_with('\t'));
        let step = fuzzy::infer_indent_step(text.lines()).unwrap_or(2);
        Layout {
            unit: if tab {
                "\t".to_owned()
            } else {
                " ".repeat(step)
            },
            on_one_line: false,
        }
    }

    /// Returns the indentation of the line that holds byte `at`.
    pub(super) fn indent_at(&self, text: &str, at: usize) -> String {
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &text[start..];
        line[..line.len() - line.trim_start_matches([' ', '\t']).len()].to_owned()
    }

    /// Returns the indentation of a list's entries: that of the first where it begins a line.
    pub(super) fn child_indent(
        &self,
        text: &str,
        list: &Range<usize>,
        first: Option<usize>,
    ) -> String {
        let own = first.filter(|&first| text[list.start..first].contains('\n'));
        own.map_or_else(
            || self.indent_at(text, list.start) + &self.unit,
            |first| self.indent_at(text, first),
        )
    }

    /// Returns a value's text with its lines after the first indented for a place, in this layout's steps.
    ///
    /// The least indented of the later lines is the value's own level; the smallest step below it
    /// is one step.
    pub(super) fn dress(&self, value: &str, indent: &str) -> String {
        let lines: Vec<&str> = value.lines().collect();
        let width = |line: &str| line.len() - line.trim_start().len();
        let base = lines
            .iter()
            .skip(1)
            .filter(|line| !line.trim().is_empty())
            .map(|line| width(line))
            .min()
            .unwrap_or(0);
        let base = lines
            .last()
            .filter(|_| lines.len() > 1)
            .map_or(base, |last| base.min(width(last)));
        let step = lines
            .iter()
            .skip(1)
            .map(|line| width(line) - base.min(width(line)))
            .filter(|&step| step > 0)
            .min();
        let dressed = lines.iter().enumerate().map(|(at, line)| {
            if at == 0 || line.trim().is_empty() {
                return line.trim().to_owned();
            }
            let deeper = width(line).saturating_sub(base);
            let steps = step.map_or(0, |step| deeper / step);
            format!("{indent}{}{}", self.unit.repeat(steps), line.trim_start())
        });
        dressed.collect::<Vec<_>>().join("\n")
    }
}

/// Stages the first entries of a list that has none.
///
/// `[]` -> `[1, 2]`, or one entry a line.
fn fill_empty_list(
    layout: &Layout,
    brackets: &Brackets<'_>,
    entries: &[String],
    into: &mut Splice<'_>,
) {
    let Brackets { text, list, .. } = brackets;
    let body = if layout.on_one_line && entries.iter().all(|entry| !entry.contains('\n')) {
        entries.join(", ")
    } else {
        let indent = layout.child_indent(text, list, None);
        let close = layout.indent_at(text, list.start);
        let begun = entries.iter().map(|entry| format!("\n{indent}{entry}"));
        format!("{}\n{close}", begun.collect::<Vec<_>>().join(","))
    };
    into.replace(list.start + 1..list.end - 1, body);
}

/// Stages new entries, each after the entry of an index: `None` for the end, `usize::MAX` for the front.
pub(super) fn insert_list_entries(
    layout: &Layout,
    brackets: &Brackets<'_>,
    fresh: Vec<(Option<usize>, String)>,
    into: &mut Splice<'_>,
) {
    let Brackets { text, list, slots } = brackets;
    if fresh.is_empty() {
        return;
    }
    let indent = layout.child_indent(text, list, slots.first().map(|slot| slot.span.start));
    let Some(last) = slots.len().checked_sub(1) else {
        let entries: Vec<String> = fresh.into_iter().map(|(_, entry)| entry).collect();
        fill_empty_list(layout, brackets, &entries, into);
        return;
    };
    let spread = brackets.is_spread();
    let pad = if text[list.start + 1..].starts_with(' ') && !spread {
        " "
    } else {
        ""
    };
    for at in std::iter::once(usize::MAX).chain(0..slots.len()) {
        let own = |after: Option<usize>| {
            after.map_or(at == last, |after| {
                after == at || (at == last && after != usize::MAX && after > last)
            })
        };
        let entries: Vec<&String> = fresh
            .iter()
            .filter(|(after, _)| own(*after))
            .map(|(_, entry)| entry)
            .collect();
        if entries.is_empty() {
            continue;
        }
        if at == usize::MAX {
            let parted: String = entries
                .iter()
                .map(|entry| {
                    if spread {
                        format!("\n{indent}{entry},")
                    } else {
                        format!("{pad}{entry},")
                    }
                })
                .collect();
            into.insert(
                list.start + 1,
                parted + if spread || !pad.is_empty() { "" } else { " " },
            );
            continue;
        }
        let separator = if spread {
            format!("\n{indent}")
        } else {
            " ".to_owned()
        };
        let joined = entries
            .iter()
            .map(|entry| format!("{separator}{entry}"))
            .collect::<Vec<_>>()
            .join(",");
        insert_after_slot(brackets, at, &joined, into);
    }
}

/// Inserts entries, written one behind the other, after the slot at an index: behind its comma and the comment on its line,
/// where it has them.
fn insert_after_slot(brackets: &Brackets<'_>, at: usize, joined: &str, into: &mut Splice<'_>) {
    let Brackets { text, list, slots } = brackets;
    let spread = brackets.is_spread();
    let end = slots[at].span.end;
    let next = slots
        .get(at + 1)
        .map_or(list.end - 1, |slot| slot.span.start);
    let comma = comma_in(text, end..next);
    let is_last = at + 1 == slots.len();
    match comma {
        None => {
            let line_end = rest_of_line(text, end, next);
            if spread && line_end > end {
                into.insert(end, ",");
                into.insert(line_end, joined.to_owned());
            } else {
                into.insert(end, format!(",{joined}"));
            }
        }
        Some(comma) => {
            let at = if spread {
                rest_of_line(text, comma + 1, next)
            } else {
                comma + 1
            };
            let trailing = if is_last && !spread { "" } else { "," };
            into.insert(at, format!("{joined}{trailing}"));
        }
    }
}

/// Returns the comma between two entries, not one inside a comment.
fn comma_in(text: &str, range: Range<usize>) -> Option<usize> {
    let mut at = range.start;
    while at < range.end {
        let rest = &text[at..range.end];
        if rest.starts_with(',') {
            return Some(at);
        }
        at += if rest.starts_with("//") || rest.starts_with('#') {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
    }
    None
}

/// Returns the end of the line that holds `from`, where only a comment stands between; else `from` itself.
///
/// `to` is where the next entry begins; a line end must stand before it.
fn rest_of_line(text: &str, from: usize, to: usize) -> usize {
    let rest = &text[from..to];
    let line = &rest[..rest.find('\n').unwrap_or(0)];
    let comment = line.trim_start();
    let ends_line = comment.starts_with("//")
        || comment.starts_with('#')
        || (comment.starts_with("/*") && comment.ends_with("*/"));
    if ends_line {
        from + line.trim_end().len()
    } else {
        from
    }
}

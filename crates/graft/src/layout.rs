//! The layout of text: the unit of indentation, blank lines between items, and how a piece of the snippet is indented
//! for its new place without touching the lines inside strings.
//!
//! ```text
//! snippet, 2 spaces    in a file of 4 spaces, for a place that is indented by 8
//! if x:                if x:
//!   go()                           go()     8 and one level of 4; the first line has its place already
//! ```

use std::ops::Range;

use tree_sitter::Node;

use crate::items::{Item, Source};
use crate::languages::{Kind, List, Writing};

/// Returns the unit by which code indents, `None` where it never does; lines inside its strings, as markup or SQL, have
/// their own.
fn indent_unit_of_code(source: &Source<'_>) -> Option<String> {
    let mut strings = Vec::new();
    collect_strings(source, source.root(), &mut strings);
    let mut at = 0;
    let lines = source.text.split_inclusive('\n').filter(|line| {
        let start = at;
        at += line.len();
        !strings
            .iter()
            .any(|(string, _)| string.start < start && start < string.end)
    });
    indent_unit_of_lines(lines)
}

/// Returns the unit by which lines indent: a tab where more lines begin with one than indent by
/// spaces, else the width by which a line most often goes deeper than the one above it.
fn indent_unit_of_lines<'l>(lines: impl Iterator<Item = &'l str>) -> Option<String> {
    let mut tabs = 0usize;
    // Steps of 1 to 8 columns; wider ones align with something above and are no level.
    let mut widths = [0usize; 9];
    let mut previous = 0usize;
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let blank = line.len() - line.trim_start().len();
        if line.starts_with('\t') {
            tabs += 1;
        } else if blank > previous
            && let Some(count) = widths.get_mut(blank - previous)
        {
            *count += 1;
        }
        previous = blank;
    }
    let spaces: usize = widths.iter().sum();
    if tabs > spaces {
        return Some("\t".to_owned());
    }
    // Of equally frequent widths four; widths that no style uses, as 5, are not counted.
    let best = [4, 2, 8, 3]
        .into_iter()
        .max_by_key(|&width| (widths.get(width).copied().unwrap_or(0), width == 4))?;
    (widths.get(best).copied().unwrap_or(0) > 0).then(|| " ".repeat(best))
}

/// Moves pieces of the snippet into the file's indentation.
pub(crate) struct Transplant<'s, 'a> {
    snippet: &'s Source<'a>,
    /// Strings over several lines; `true` for docstrings, which move with their code.
    strings: Vec<(Range<usize>, bool)>,
    /// The unit of the snippet, a tab or spaces.
    from: String,
    /// The unit of the file; the snippet's where the file indents nothing.
    to: String,
}

impl<'s, 'a> Transplant<'s, 'a> {
    /// Prepares to move parts of a snippet into a file: reads both indent units and the snippet's
    /// strings.
    pub(crate) fn new(snippet: &'s Source<'a>, file: &Source<'_>) -> Self {
        let mut strings = Vec::new();
        collect_strings(snippet, snippet.root(), &mut strings);
        // A file without indented lines takes the snippet's habit before that of the language.
        let to = indent_unit_of_code(file)
            .or_else(|| indent_unit_of_code(snippet))
            .unwrap_or_else(|| file.language.unit().to_owned());
        let from = indent_unit_of_code(snippet).unwrap_or_else(|| to.clone());
        Transplant {
            snippet,
            strings,
            from,
            to,
        }
    }

    /// Returns one level of the file's indentation.
    pub(crate) fn unit(&self) -> &str {
        &self.to
    }

    /// Returns the piece at `range`, for a place whose line is indented by `indent`; its first line is not indented.
    pub(crate) fn piece(&self, range: Range<usize>, indent: &str) -> String {
        self.piece_over(range, indent, "")
    }

    /// Returns a piece as [`Self::piece`] does, for a place where `old` stands: lines inside
    /// strings that `old` has too, but for their blanks, are `old`'s, since a block that was moved
    /// to the margin as a whole has lost them.
    pub(crate) fn piece_over(&self, range: Range<usize>, indent: &str, old: &str) -> String {
        let base = self.snippet.indent(range.start);
        let text = self.snippet.slice(range.clone());
        let mut piece = String::with_capacity(text.len() + 64);
        let mut at = range.start;
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                piece.push('\n');
            }
            if number == 0 {
                piece.push_str(line.trim_end_matches('\r'));
            } else if self.is_fixed(at, base) {
                // Inside a string: its own bytes, unless the place has the same line, indented
                // otherwise, exactly once.
                let line = line.trim_end_matches('\r');
                let moved = base != indent && !line.trim().is_empty();
                let mut like = old.lines().filter(|one| moved && one.trim() == line.trim());
                let kept = like.next().filter(|kept| like.all(|other| other == *kept));
                piece.push_str(kept.unwrap_or(line));
            } else if !line.trim().is_empty() {
                piece.push_str(indent);
                piece.push_str(&self.inner(line, base));
            }
            at += line.len() + 1;
        }
        piece
    }

    /// Returns a line without the base indentation, the rest of its indentation in the file's unit.
    fn inner(&self, line: &str, base: &str) -> String {
        let line = line.trim_end_matches('\r');
        let Some(rest) = line.strip_prefix(base) else {
            return line.trim_start().to_owned();
        };
        if self.from == self.to {
            return rest.to_owned();
        }
        let mut levels = 0;
        let mut left = rest;
        while let Some(after) = left.strip_prefix(self.from.as_str()) {
            levels += 1;
            left = after;
        }
        format!("{}{left}", self.to.repeat(levels))
    }

    /// Returns whether a line, given by its first byte, lies in a string that must not be changed.
    fn is_fixed(&self, line: usize, base: &str) -> bool {
        self.strings.iter().any(|(string, moves)| {
            string.start < line && line < string.end && !(*moves && self.is_aligned(string, base))
        })
    }

    /// Returns whether every line of a docstring is indented at least as its statement is.
    fn is_aligned(&self, string: &Range<usize>, base: &str) -> bool {
        self.snippet
            .slice(string.clone())
            .lines()
            .skip(1)
            .all(|line| line.trim().is_empty() || line.starts_with(base))
    }
}

/// Collects strings over several lines, without the code that is interpolated in them; `true` for
/// docstrings, which are statements of their own.
fn collect_strings(source: &Source<'_>, node: Node<'_>, strings: &mut Vec<(Range<usize>, bool)>) {
    if node.start_position().row == node.end_position().row {
        return;
    }
    if source.language.is_text(node) {
        let docstring = node
            .parent()
            .is_some_and(|parent| parent.kind() == "expression_statement");
        let mut from = node.start_byte();
        let mut cursor = node.walk();
        for child in node
            .children(&mut cursor)
            .filter(|child| matches!(child.kind(), "template_substitution" | "interpolation"))
        {
            strings.push((from..child.start_byte() + 1, docstring));
            from = child.end_byte().saturating_sub(1);
            collect_strings(source, child, strings);
        }
        strings.push((from..node.end_byte(), docstring));
        return;
    }
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        collect_strings(source, child, strings);
    }
}

/// Returns what matters of an item for the blank lines around it.
///
/// 0 imports, 1 docstrings, 2 what is on one line, 3 what is decorated or has several lines, 4
/// definitions of several lines.
fn spacing_class(source: &Source<'_>, item: &Item<'_>) -> u8 {
    match item.kind {
        Kind::Import => 0,
        Kind::Docstring => 1,
        Kind::Function | Kind::Class | Kind::Type | Kind::Guard if !is_short(source, item) => 4,
        _ if item.has_decorators() || !is_short(source, item) => 3,
        _ => 2,
    }
}

/// Returns whether an item, its comments and decorators included, is on one line.
fn is_short(source: &Source<'_>, item: &Item<'_>) -> bool {
    !source.slice(item.whole()).contains('\n')
}

/// Returns the number of blank lines between two neighbours of one text, given the end of one and
/// the start of the other.
pub(crate) fn blank_lines(text: &str, above: usize, below: usize) -> usize {
    let between = text.get(above..below).unwrap_or_default();
    between.matches('\n').count().saturating_sub(1)
}

/// A list of a file, whose habit decides how its items stand apart.
pub(crate) struct Surroundings<'a> {
    pub(crate) file: &'a Source<'a>,
    pub(crate) list: List,
    pub(crate) items: &'a [Item<'a>],
}

/// Returns the number of blank lines to leave between two items that become neighbours in a list:
/// as many as the file most often has between two such items, else as many as is usual in the
/// language.
pub(crate) fn blank_lines_between(
    surroundings: &Surroundings<'_>,
    above: (&Source<'_>, &Item<'_>),
    below: (&Source<'_>, &Item<'_>),
) -> usize {
    let &Surroundings { file, list, items } = surroundings;
    let pair = (
        spacing_class(above.0, above.1),
        spacing_class(below.0, below.1),
    );
    // Short items must be of one kind, and constants are apart from variables: files put blank
    // lines between those.
    let alike = |one: &Item<'_>, other: &Item<'_>| {
        let upper = |name: &str| !name.chars().any(char::is_lowercase);
        spacing_class(file, one) > 3
            || one.kind == other.kind
                && (one.kind != Kind::Value || upper(&one.name) == upper(&other.name))
    };
    // Counts of 0, 1, 2 and 3 blank lines; what stands further apart counts as 3.
    let mut seen = [0usize; 4];
    for two in items.windows(2) {
        if (spacing_class(file, &two[0]), spacing_class(file, &two[1])) == pair
            && alike(&two[0], above.1)
            && alike(&two[1], below.1)
        {
            let lines = blank_lines(file.text, two[0].end, two[1].start).min(3);
            if let Some(count) = seen.get_mut(lines) {
                *count += 1;
            }
        }
    }
    // Of equally frequent numbers the smaller, which comes last here and is taken.
    let habit = (0..4)
        .rev()
        .max_by_key(|&lines| seen.get(lines).copied().unwrap_or(0))
        .filter(|&lines| seen.get(lines).is_some_and(|&count| count > 0));
    let defines = |item: &Item<'_>| matches!(item.kind, Kind::Function | Kind::Class | Kind::Type);
    // Even short items of two kinds have a line between them in a module where one of them defines
    // something.
    let parts = list == List::Module
        && above.1.kind != below.1.kind
        && (defines(above.1) || defines(below.1));
    habit.unwrap_or_else(|| usual_gap(file, list, pair).max(usize::from(parts)))
}

/// Returns the number of blank lines that a language has between items of two classes, for a file
/// that shows no habit.
fn usual_gap(file: &Source<'_>, list: List, pair: (u8, u8)) -> usize {
    match (list, pair) {
        (List::Module, (4, _) | (_, 4)) => file.language.module_gap(),
        (List::Module, (above, below)) => usize::from(above != below || above == 3),
        (List::Statements, (3, 3)) => 1,
        (List::Members, (4, _) | (_, 4) | (1, _)) => 1,
        (List::Members, (3, _) | (_, 3)) => usize::from(file.language.module_gap() == 1),
        _ => 0,
    }
}

//! Translates the indentation of a block's new lines into that of the text where the block was found.
//!
//! ```text
//! text               block           new line of the block      becomes
//!         a()        a()             "  b()"                    10 blanks: every line has 8 more in the text
//! ```
//!
//! The ways are tried from the surest: the same indentation, one prefix more or less, the same
//! indentation elsewhere in the block, columns that were clipped, tabs for spaces, and last a
//! scale. Each must fit all known lines.

use super::nesting::Nesting;

/// One line of the block as it is to be, or of what it was.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    /// The line as the block shows it.
    pub(crate) line: &'a str,
    /// The text's own line, where the block's line is one of its.
    pub(crate) real: Option<&'a str>,
    /// True if the line is there after the change.
    pub(crate) stays: bool,
}

/// Returns the indentation of every line of the block in the text's terms; `None` where it can't be told.
///
/// `habit` is what the text's own lines do, `above` the text's lines before the block, and `lost` the columns that
/// other blocks of the same source were found to have lost.
pub(crate) fn translate_indentation(
    lines: &[Shown<'_>],
    habit: &Habit,
    above: &[&str],
    lost: Option<usize>,
) -> Option<Vec<String>> {
    let unit = habit.step.unwrap_or(4);
    let nesting = Nesting::after(unit, above);
    let pairs = pair_indents(lines);
    let each = |one: &dyn Fn(usize, &str) -> Option<String>| -> Option<Vec<String>> {
        lines
            .iter()
            .enumerate()
            .map(|(at, shown)| translate_one(at, shown, one))
            .collect()
    };
    // The lines of the block that the text has are indented as there, so it may have lost columns
    // only where all of them stand at the left edge.
    if pairs.iter().all(|pair| pair.block == pair.text) {
        if let Some(lost) = lost.filter(|_| pairs.iter().all(|pair| at_edge(pair, lines))) {
            return restore_clipped_indent(&pairs, lines, nesting, Clipped::of(lost));
        }
        return match find_shallow_lines(&pairs, lines, habit) {
            // Without a step of the text's own nobody knows how much was lost.
            Some(under) => habit
                .step
                .and_then(|_| restore_lost_indent(&pairs, lines, &under, nesting)),
            None => each(&|_, shown| Some(shown.to_owned())),
        };
    }
    let depth = pairs
        .iter()
        .map(|pair| pair.block.len())
        .min()
        .unwrap_or_default();
    let shallower = |shown: &Shown<'_>| shown.real.is_none() && is_shallower(shown.line, depth);
    // A line less deep than all that are known can't have the prefix for sure: brackets tell.
    if let Some(given) = common_added_prefix(&pairs).filter(|_| lines.iter().any(shallower)) {
        let clipped = Clipped {
            lost: given.len(),
            even: given.len().is_multiple_of(unit),
        };
        return restore_clipped_indent(&pairs, lines, nesting, clipped);
    }
    let lost = most_lost(&pairs);
    each(&|_, shown| prefix_changed(&pairs, shown))
        .or_else(|| each(&|_, shown| indent_by_mapping(&pairs, shown)))
        .or_else(|| restore_clipped_indent(&pairs, lines, nesting, Clipped::of(lost)))
        .or_else(|| each(&|_, shown| expand_tab_indent(&pairs, shown, unit)))
        .or_else(|| {
            let consistent = pairs
                .iter()
                .all(|pair| indent_by_mapping(&pairs, &pair.block).is_some());
            if consistent {
                each(&|at, shown| Some(scale_indent(&pairs, at, shown)))
            } else {
                None
            }
        })
}

/// Returns the indentation of each line that the block shows and the text has, in both.
fn pair_indents(lines: &[Shown<'_>]) -> Vec<Pair> {
    let written = lines
        .iter()
        .enumerate()
        .filter(|(_, shown)| !shown.line.trim().is_empty());
    written
        .filter_map(|(at, shown)| {
            Some(Pair {
                at,
                block: leading_blanks(shown.line).to_owned(),
                text: leading_blanks(shown.real?).to_owned(),
            })
        })
        .collect()
}

/// Returns whether a line that is not blank is less deep than `depth`, or at the left edge.
fn is_shallower(line: &str, depth: usize) -> bool {
    !line.trim().is_empty() && leading_blanks(line).len() < depth
        || (leading_blanks(line).is_empty() && !line.trim().is_empty())
}

/// Returns the indentation of one line: the text's own for a line of the text, none for a blank
/// one, else what `one` says.
fn translate_one(
    at: usize,
    shown: &Shown<'_>,
    one: &dyn Fn(usize, &str) -> Option<String>,
) -> Option<String> {
    match shown.real {
        Some(real) => Some(leading_blanks(real).to_owned()),
        None if shown.line.trim().is_empty() => Some(String::new()),
        None => one(at, leading_blanks(shown.line)),
    }
}

/// The columns that lines of a block lost.
#[derive(Clone, Copy)]
struct Clipped {
    lost: usize,
    /// Where brackets don't tell whether a line lost them, all did.
    even: bool,
}

impl Clipped {
    /// Returns columns that only the lines lost of which brackets tell it.
    fn of(lost: usize) -> Self {
        Clipped { lost, even: false }
    }
}

/// The indentation of one line, in the block and in the text.
#[derive(Debug)]
struct Pair {
    /// The index of the line among those of the block.
    at: usize,
    block: String,
    text: String,
}

impl Pair {
    /// Returns the columns in the block and in the text.
    fn columns(&self) -> (isize, isize) {
        (count_columns(&self.block), count_columns(&self.text))
    }
}

/// Returns the prefix that every line has more in the text than in the block.
fn common_added_prefix(pairs: &[Pair]) -> Option<String> {
    let first = pairs.first()?;
    let given = first.text.strip_suffix(first.block.as_str())?;
    let all = pairs
        .iter()
        .all(|pair| pair.text.strip_suffix(pair.block.as_str()) == Some(given));
    all.then(|| given.to_owned())
}

/// Returns the indentation of a line where all pairs differ by one prefix, given or taken.
fn prefix_changed(pairs: &[Pair], shown: &str) -> Option<String> {
    if let Some(given) = common_added_prefix(pairs) {
        return Some(given + shown);
    }
    let first = pairs.first()?;
    let taken = first.block.strip_suffix(first.text.as_str())?;
    let all = pairs
        .iter()
        .all(|pair| pair.block.strip_suffix(pair.text.as_str()) == Some(taken));
    let kept = shown.strip_prefix(taken)?;
    all.then(|| kept.to_owned())
}

/// Returns the one thing that this very indentation became wherever it is shown.
fn indent_by_mapping(pairs: &[Pair], shown: &str) -> Option<String> {
    let mut same = pairs
        .iter()
        .filter(|pair| pair.block == shown)
        .map(|pair| &pair.text);
    let first = same.next()?;
    same.all(|other| other == first).then(|| first.clone())
}

/// Returns the lines of a block that lost the same number of columns on every line that had as many, and none
/// elsewhere: what lost and what did not is told by the brackets around it, or else by `even`, that all did.
fn restore_clipped_indent(
    pairs: &[Pair],
    lines: &[Shown<'_>],
    mut nesting: Nesting,
    Clipped { lost, even }: Clipped,
) -> Option<Vec<String>> {
    if !all_lost(pairs, lost) {
        return None;
    }
    let unit = nesting.unit;
    let mut settled = Vec::new();
    for shown in lines {
        let (width, body) = (leading_blanks(shown.line).len(), shown.line.trim());
        let now = match shown.real {
            Some(real) => leading_blanks(real).len(),
            None if body.is_empty() => 0,
            // As wide as what was lost: it must have lost them too, else it would be less than
            // nothing.
            None if width >= lost => width + lost,
            None => {
                let both = [width, width + lost];
                let fit = nesting
                    .expect(body)
                    .filter(|expected| both.contains(expected));
                // The width that is a multiple of the text's step, where what was lost is none:
                // only one of both can be.
                let stepped = both
                    .into_iter()
                    .find(|width| !lost.is_multiple_of(unit) && width.is_multiple_of(unit));
                fit.or(stepped).or(even.then_some(width + lost))?
            }
        };
        if shown.stays && !body.is_empty() {
            if shown.real.is_some() {
                nesting.close_brackets_deeper_than(body, now);
            }
            nesting.pass(body, now);
        }
        settled.push(" ".repeat(now));
    }
    Some(settled)
}

/// Returns the most columns that a line has more in the text than in the block.
fn most_lost(pairs: &[Pair]) -> usize {
    pairs
        .iter()
        .map(|pair| pair.text.len().saturating_sub(pair.block.len()))
        .max()
        .unwrap_or_default()
}

/// Returns whether every line lost as many columns, or stands as in the text with fewer than that;
/// only for spaces.
fn all_lost(pairs: &[Pair], lost: usize) -> bool {
    let blanks = |text: &str| text.bytes().all(|byte| byte == b' ');
    let fits = |pair: &Pair| {
        let (block, text) = (pair.block.len(), pair.text.len());
        blanks(&pair.block)
            && blanks(&pair.text)
            && (block + lost == text || (block == text && block < lost))
    };
    lost > 0 && pairs.iter().all(fits)
}

/// Returns the columns that a block's lines lost, where all lost as many or had none to lose.
pub(crate) fn lost_columns(lines: &[(&str, &str)]) -> Option<usize> {
    let pairs: Vec<Pair> = lines
        .iter()
        .filter(|(block, _)| !block.trim().is_empty())
        .map(|(block, text)| Pair {
            at: 0,
            block: leading_blanks(block).to_owned(),
            text: leading_blanks(text).to_owned(),
        })
        .collect();
    Some(most_lost(&pairs)).filter(|&lost| all_lost(&pairs, lost))
}

/// Returns the indent of a line, where a tab in the block is as many columns in the text for every
/// line, after one constant.
///
/// None where the text has tabs itself, the block has none, or no width fits all pairs.
fn expand_tab_indent(pairs: &[Pair], shown: &str, unit: usize) -> Option<String> {
    let tabs = |indent: &str| indent.matches('\t').count();
    if pairs.iter().any(|pair| tabs(&pair.text) > 0)
        || !pairs.iter().any(|pair| tabs(&pair.block) > 0)
    {
        return None;
    }
    // The text's own step first, then the widths that tabs are shown with most often.
    [unit, 4, 2, 8].into_iter().find_map(|width| {
        let spaces = |indent: &str| indent.len() - tabs(indent) + tabs(indent) * width;
        let shift = |pair: &Pair| pair.text.len().cast_signed() - spaces(&pair.block).cast_signed();
        let first = pairs.first().map(shift)?;
        let all = pairs.iter().all(|pair| shift(pair) == first);
        let columns = usize::try_from(spaces(shown).cast_signed() + first).ok()?;
        all.then(|| " ".repeat(columns))
    })
}

/// Returns whether a line stands at the left edge, where nothing can be seen of lost columns; stars
/// of a comment do, too.
fn at_edge(pair: &Pair, lines: &[Shown<'_>]) -> bool {
    pair.block.is_empty() || lines[pair.at].line.trim().starts_with('*')
}

/// Returns the new lines that stand under a line that opens a block, each with that line, where one of them is less
/// deep than the text ever has it and so lost indentation that the shown lines of the text, all at its left edge, don't
/// tell.
fn find_shallow_lines(
    pairs: &[Pair],
    lines: &[Shown<'_>],
    habit: &Habit,
) -> Option<Vec<(usize, usize)>> {
    if !pairs.iter().all(|pair| at_edge(pair, lines)) {
        return None;
    }
    let there: Vec<usize> = (0..lines.len())
        .filter(|&at| lines[at].stays && !lines[at].line.trim().is_empty())
        .collect();
    let under: Vec<(usize, usize)> = there
        .windows(2)
        .map(|two| (two[0], two[1]))
        .filter(|&(above, below)| {
            lines[below].real.is_none() && opens_over(lines[above].line, lines[below].line)
        })
        .collect();
    let width = |at: usize| leading_blanks(lines[at].line).len();
    let sags = |&(above, below): &(usize, usize)| match width(below).checked_sub(width(above)) {
        None | Some(0) => !habit.flat && !lines[above].line.trim().ends_with(':'),
        Some(step) => habit.step.is_some_and(|unit| step < unit),
    };
    under
        .iter()
        .any(|pair| width(pair.0) == 0 && sags(pair))
        .then_some(under)
}

/// Returns whether a line opens a block whose next line should be deeper: not for closing brackets,
/// comments and items of a list.
fn opens_over(above: &str, below: &str) -> bool {
    let (above, below) = (above.trim(), below.trim());
    let opens = above.ends_with(['{', '(', '[']) || above.ends_with(" =") || above.ends_with(':');
    opens && !below.starts_with(['}', ')', ']', '#', '-']) && !above.starts_with(['#', '*', '/'])
}

/// Gives back what the lines lost, if after that every step is the text's own.
fn restore_lost_indent(
    pairs: &[Pair],
    lines: &[Shown<'_>],
    under: &[(usize, usize)],
    nesting: Nesting,
) -> Option<Vec<String>> {
    let unit = nesting.unit;
    let width = |at: usize| leading_blanks(lines[at].line).len();
    let &(_, below) = under
        .iter()
        .find(|&&(above, below)| width(above) == 0 && width(below) < unit)?;
    let settled = restore_clipped_indent(pairs, lines, nesting, Clipped::of(unit - width(below)))?;
    under
        .iter()
        .all(|&(above, below)| settled[below].len() == settled[above].len() + unit)
        .then_some(settled)
}

/// Returns the indent of a line by columns: from the nearest pair, with the ratio that the pairs
/// have among themselves.
fn scale_indent(pairs: &[Pair], at: usize, shown: &str) -> String {
    if let Some(known) = indent_by_mapping(pairs, shown) {
        return known;
    }
    let tabs = shown.trim_end_matches(' ');
    if tabs.ends_with('\t') && tabs.len() < shown.len() {
        return scale_indent(pairs, at, tabs) + &shown[tabs.len()..];
    }
    // The slope between the least and the most indented pair; with one depth only that of the usual
    // units.
    let least = pairs.iter().map(Pair::columns).min().unwrap_or_default();
    let most = pairs.iter().map(Pair::columns).max().unwrap_or_default();
    let (run, rise) = (most.0 - least.0, most.1 - least.1);
    let (run, rise) = if run > 0 && rise > 0 {
        (run, rise)
    } else {
        unit_ratio(pairs, shown)
    };
    let wanted = count_columns(shown);
    let near = pairs
        .iter()
        .min_by_key(|pair| (pair.columns().0.abs_diff(wanted), pair.at.abs_diff(at)));
    let (from, to) = near.map(Pair::columns).unwrap_or_default();
    let width = usize::try_from(to + (wanted - from) * rise / run.max(1)).unwrap_or_default();
    if pairs.iter().any(|pair| pair.text.contains('\t')) {
        return "\t".repeat(width / TAB) + &" ".repeat(width % TAB);
    }
    " ".repeat(width)
}

/// Columns of one step in the block and in the text, where the pairs don't tell: a tab is one step.
fn unit_ratio(pairs: &[Pair], shown: &str) -> (isize, isize) {
    let tabs = |text: &str| text.contains('\t');
    let block_tabs = tabs(shown) || pairs.iter().any(|pair| tabs(&pair.block));
    let text_tabs = pairs.iter().any(|pair| tabs(&pair.text));
    if block_tabs && !text_tabs {
        // Spaces that are no multiple of four tell a step of two.
        let narrow = pairs.iter().any(|pair| pair.text.len() % 4 == 2);
        return (TAB.cast_signed(), if narrow { 2 } else { 4 });
    }
    if text_tabs && !block_tabs {
        let narrow = pairs.iter().any(|pair| pair.block.len() % 4 == 2);
        return (if narrow { 2 } else { 4 }, TAB.cast_signed());
    }
    (1, 1)
}

/// Columns that a tab counts for where tabs and spaces are compared.
const TAB: usize = 4;

/// Returns the columns of blanks.
fn count_columns(indent: &str) -> isize {
    indent
        .chars()
        .map(|blank| if blank == '\t' { TAB.cast_signed() } else { 1 })
        .sum()
}

/// Returns the blanks that a line begins with.
pub(crate) fn leading_blanks(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// The habit of a text in indenting its lines.
#[derive(Debug)]
pub(crate) struct Habit {
    /// Columns by which most lines are indented deeper than the line before, where any are.
    step: Option<usize>,
    /// True if a line that opens a bracket is ever followed by one that is not deeper.
    flat: bool,
}

impl Habit {
    /// Reads the habit from all lines that are not blank and no lines of a block comment, whose
    /// stars stand one column deeper.
    pub(crate) fn of_lines<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut counts = [0usize; 9];
        let mut flat = false;
        let mut above = "";
        for line in lines.filter(|line| !line.trim().is_empty() && !line.trim().starts_with('*')) {
            let step = leading_blanks(line)
                .len()
                .saturating_sub(leading_blanks(above).len());
            if (2..=8).contains(&step) {
                counts[step] += 1;
            }
            flat |= step == 0 && opens_over(above, line) && !above.trim().ends_with(':');
            above = line;
        }
        // Of equally frequent steps the smaller one.
        let step = (2..=8)
            .rev()
            .max_by_key(|&width| counts[width])
            .filter(|&width| counts[width] > 0);
        Habit { step, flat }
    }
}

/// Returns the columns by which most lines of a text are indented deeper than the line before;
/// `None` where none is.
pub(crate) fn infer_indent_step<'a>(lines: impl Iterator<Item = &'a str>) -> Option<usize> {
    Habit::of_lines(lines).step
}

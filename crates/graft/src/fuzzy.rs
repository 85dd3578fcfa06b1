//! Finds a block of lines in a text: as it is first, then tier by tier with one more kind of drift forgiven.
//! Every line must be found, in one piece; nothing is matched by likeness.
//!
//! ```text
//! text                     block              found
//!     let a = "x";         let a = “x”;       line 1, at `Tier::Quotes`, which forgives the indentation, too
//!     go(a);               go(a);             line 2
//!     let b = 'x';         let b = "x";       nothing: plain quotes of another kind are another text
//! ```
//!
//! Lines count from 0 in here and from 1 in a `Location`.

mod nesting;

mod indent;

mod rewrite;

use std::ops::Range;

use crate::Location;

pub(crate) use indent::infer_indent_step;
pub(crate) use rewrite::{Op, Rewrite, line_ops, lost_at, rewrite_hit, stage_lines};

/// The degree to which a block may differ from the text that it names; each tier forgives all that the ones before it
/// do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    Exact,
    TrailingBlanks,
    Indentation,
    Quotes,
    Escaping,
    BlankLines,
}

impl Tier {
    /// Returns the clause for the evidence: "matched but for indentation".
    pub(crate) fn description(self) -> &'static str {
        match self {
            Tier::Exact => "exactly",
            Tier::TrailingBlanks => "but for trailing blanks",
            Tier::Indentation => "but for indentation",
            Tier::Quotes => "but for typographic quotes, dashes and spaces",
            Tier::Escaping => "after taking off one level of escaping",
            Tier::BlankLines => "but for blank lines",
        }
    }
}

/// A text by lines, each without its line end; a byte order mark belongs to no line.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    pub(crate) text: &'a str,
    /// Byte ranges of the lines, without `\n` and `\r\n`.
    spans: Vec<Range<usize>>,
}

impl<'a> Lines<'a> {
    /// Splits a text into lines; a byte order mark belongs to none.
    pub(crate) fn new(text: &'a str) -> Self {
        let mut at = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        let mut spans = Vec::new();
        for line in text[at..].split_inclusive('\n') {
            spans.push(at..at + line.trim_end_matches('\n').trim_end_matches('\r').len());
            at += line.len();
        }
        Lines { text, spans }
    }

    /// Returns the number of lines; a line end at the end of the text begins no further one.
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// Returns a line without its end, "" past the last one.
    pub(crate) fn get(&self, line: usize) -> &'a str {
        self.spans
            .get(line)
            .and_then(|span| self.text.get(span.clone()))
            .unwrap_or_default()
    }

    /// Returns the first byte of a line; the text's end for the line after the last.
    pub(crate) fn line_start(&self, line: usize) -> usize {
        self.spans
            .get(line)
            .map_or(self.text.len(), |span| span.start)
    }

    /// Returns the byte behind a line, before its line end.
    pub(crate) fn end(&self, line: usize) -> usize {
        self.spans
            .get(line)
            .map_or(self.text.len(), |span| span.end)
    }

    /// Returns the line that holds byte `at`.
    pub(crate) fn line_at(&self, at: usize) -> usize {
        self.spans.partition_point(|span| span.end < at)
    }

    /// Returns the line end that most lines have.
    pub(crate) fn line_end(&self) -> &'static str {
        line_end(self.text)
    }

    /// Returns a line for a person to look at: its text without blanks around it, and its number
    /// from 1.
    pub(crate) fn location_of_line(&self, line: usize) -> Location {
        Location {
            name: self.get(line).trim().to_owned(),
            line: line + 1,
        }
    }

    fn iter(&self) -> impl Iterator<Item = &'a str> + '_ {
        (0..self.len()).map(|line| self.get(line))
    }
}

/// Returns the line end that most lines of a text have.
pub(crate) fn line_end(text: &str) -> &'static str {
    let all = text.matches('\n').count();
    let long = text.matches("\r\n").count();
    if long * 2 > all { "\r\n" } else { "\n" }
}

/// The lines of a block, whatever their ends, without blank lines at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) lines: Vec<String>,
    /// Blank lines that stood above the others, which `lines` no longer holds.
    pub(crate) blank_before: usize,
    pub(crate) blank_after: usize,
}

impl Block {
    /// Splits a text into lines, without a byte order mark and line ends.
    pub(crate) fn new(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Block::from_lines(
            text.split('\n')
                .map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned())
                .collect(),
        )
    }

    /// Makes a block of lines without their ends, and counts the blank ones at its ends.
    pub(crate) fn from_lines(mut lines: Vec<String>) -> Self {
        let blank = |line: &String| line.trim().is_empty();
        let blank_after = lines.iter().rev().take_while(|line| blank(line)).count();
        lines.truncate(lines.len() - blank_after);
        let blank_before = lines.iter().take_while(|line| blank(line)).count();
        lines.drain(..blank_before);
        Block {
            lines,
            blank_before,
            blank_after,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Returns the block with as many blank lines at its ends as it has more than `old` had at its own.
    ///
    /// A replacement that ends with one blank line more than what it replaces adds that one.
    pub(crate) fn with_added_blank_lines(&self, old: &Block) -> Vec<String> {
        let mut lines = vec![String::new(); self.blank_before.saturating_sub(old.blank_before)];
        lines.extend(self.lines.iter().cloned());
        lines.extend(vec![
            String::new();
            self.blank_after.saturating_sub(old.blank_after)
        ]);
        lines
    }
}

/// One place where a block stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Line of the text for each line of the block; none for a blank line that the text doesn't have.
    pub(crate) aligned: Vec<Option<usize>>,
    /// The text's lines from the first to after the last that the block covers.
    pub(crate) lines: Range<usize>,
}

/// The places found at the first tier that has any.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) tier: Tier,
    pub(crate) hits: Vec<Hit>,
    /// The decoding that the block, and the text that replaces it, need before they are used.
    pub(crate) reading: Reading,
}

/// The decoding of a block's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As it is written.
    Plain,
    /// A backslash before `"`, `'` and the backtick goes, as from a string in JSON.
    QuotesUnescaped,
    /// All escapes of a string go: `\n` is a line end.
    Unescaped,
    /// `&lt;` is `<`, as in text that was taken from a page.
    EntitiesDecoded,
}

impl Reading {
    /// Returns the block in this reading; decoding may make more lines of one.
    pub(crate) fn decode_block(self, block: &Block) -> Block {
        let text = block.lines.join("\n");
        let text = match self {
            Reading::Plain => return block.clone(),
            Reading::QuotesUnescaped => unescape_text(&text, |next| match next {
                '"' | '\'' | '`' => Some(next),
                _ => None,
            }),
            Reading::Unescaped => unescape_text(&text, |next| match next {
                '"' | '\'' | '`' | '\\' | '/' => Some(next),
                'n' => Some('\n'),
                't' => Some('\t'),
                'r' => Some('\r'),
                _ => None,
            }),
            Reading::EntitiesDecoded => text
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                // Last, so that `&amp;lt;` becomes `&lt;` and not `<`.
                .replace("&amp;", "&"),
        };
        let inner = Block::new(&text);
        Block {
            blank_before: block.blank_before + inner.blank_before,
            blank_after: block.blank_after + inner.blank_after,
            ..inner
        }
    }
}

/// Returns a text with the escapes that have a meaning replaced; a backslash before anything else
/// stays.
fn unescape_text(text: &str, meaning: impl Fn(char) -> Option<char>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(current) = rest.next() {
        let escaped = if current == '\\' {
            rest.clone().next().and_then(&meaning)
        } else {
            None
        };
        match escaped {
            Some(plain) => {
                out.push(plain);
                rest.next();
            }
            None => out.push(current),
        }
    }
    out
}

/// Finds a block at the first tier where it stands anywhere; `None` where it stands at no tier.
///
/// Escaping comes behind all plain tiers, since a decoded block is another text; blank lines come
/// last, for the plain block before the decoded ones.
pub(crate) fn find_block(text: &Lines<'_>, block: &Block) -> Option<Found> {
    if block.is_empty() {
        return None;
    }
    let plain = [
        Tier::Exact,
        Tier::TrailingBlanks,
        Tier::Indentation,
        Tier::Quotes,
    ];
    plain
        .into_iter()
        .find_map(|tier| find_at(text, block, tier, Reading::Plain))
        .or_else(|| {
            let escaped = escaped_readings(block);
            let read = |tier| {
                escaped
                    .iter()
                    .find_map(move |(reading, block)| find_at(text, block, tier, *reading))
            };
            read(Tier::Escaping)
                .or_else(|| find_at(text, block, Tier::BlankLines, Reading::Plain))
                .or_else(|| read(Tier::BlankLines))
        })
}

/// Returns the readings that change the block, the mildest first.
fn escaped_readings(block: &Block) -> Vec<(Reading, Block)> {
    [
        Reading::QuotesUnescaped,
        Reading::Unescaped,
        Reading::EntitiesDecoded,
    ]
    .into_iter()
    .map(|reading| (reading, reading.decode_block(block)))
    .filter(|(_, read)| read.lines != block.lines && !read.is_empty())
    .collect()
}

/// Returns all places of a block at one tier, `None` where there is none.
fn find_at(text: &Lines<'_>, block: &Block, tier: Tier, reading: Reading) -> Option<Found> {
    let hits = if tier == Tier::BlankLines {
        hits_between_blanks(text, block)
    } else {
        hits_in_line(text, block, tier)
    };
    (!hits.is_empty()).then_some(Found {
        tier,
        hits,
        reading,
    })
}

/// Returns the places where the block's lines follow one another without a line between.
fn hits_in_line(text: &Lines<'_>, block: &Block, tier: Tier) -> Vec<Hit> {
    let there: Vec<String> = text.iter().map(|line| comparison_key(line, tier)).collect();
    let asked: Vec<String> = block
        .lines
        .iter()
        .map(|line| comparison_key(line, tier))
        .collect();
    starts_of(&there, &asked)
        .map(|first| Hit {
            aligned: (first..first + asked.len()).map(Some).collect(),
            lines: first..first + asked.len(),
        })
        .collect()
}

/// Returns the places where the block's lines that are not blank follow one another, with any
/// number of blank lines between.
fn hits_between_blanks(text: &Lines<'_>, block: &Block) -> Vec<Hit> {
    let keyed = |line: &str| Some(comparison_key(line, Tier::Quotes)).filter(|key| !key.is_empty());
    let (there_at, there): (Vec<usize>, Vec<String>) = text
        .iter()
        .enumerate()
        .filter_map(|(line, content)| Some((line, keyed(content)?)))
        .unzip();
    let asked: Vec<String> = block.lines.iter().filter_map(|line| keyed(line)).collect();
    starts_of(&there, &asked)
        .map(|first| align_between_blanks(&there_at[first..first + asked.len()], block))
        .collect()
}

/// Gives a block's blank lines the text's blank lines at the same place, as many as there are.
fn align_between_blanks(at: &[usize], block: &Block) -> Hit {
    let mut known = at.iter().copied();
    let mut next_free = at.first().copied().unwrap_or_default();
    // The line that the next line of code takes: blank lines of the block take lines before it
    // only.
    let mut bound = next_free;
    let aligned = block
        .lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            if line.trim().is_empty() {
                let consumed = block.lines[..index]
                    .iter()
                    .filter(|line| !line.trim().is_empty())
                    .count();
                bound = at.get(consumed).copied().unwrap_or(bound);
                let free = (next_free < bound).then_some(next_free);
                next_free += usize::from(free.is_some());
                return free;
            }
            let line = known.next();
            next_free = line.map_or(next_free, |line| line + 1);
            line
        })
        .collect();
    let lines = at.first().copied().unwrap_or_default()..at.last().map_or(0, |last| last + 1);
    Hit { aligned, lines }
}

/// Returns the indices at which `asked` stands in `there` as a whole; the places may overlap.
fn starts_of<'k>(there: &'k [String], asked: &'k [String]) -> impl Iterator<Item = usize> + 'k {
    let last = (there.len() + 1).saturating_sub(asked.len());
    (0..last).filter(move |&first| !asked.is_empty() && there[first..first + asked.len()] == *asked)
}

/// Returns the form of a line that is compared at a tier.
fn comparison_key(line: &str, tier: Tier) -> String {
    match tier {
        Tier::Exact => line.to_owned(),
        Tier::TrailingBlanks => line.trim_end().to_owned(),
        Tier::Indentation => line.trim().to_owned(),
        Tier::Quotes | Tier::Escaping | Tier::BlankLines => fold_typography(line).trim().to_owned(),
    }
}

/// Returns the line with typographic quotes, dashes and spaces as plain ones.
pub(crate) fn fold_typography(line: &str) -> String {
    line.chars().filter_map(fold_char).collect()
}

/// Returns the plain sign for a typographic one; `None` for signs without width, which go.
fn fold_char(found: char) -> Option<char> {
    Some(match found {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{2033}' | '\u{ff02}' => '"',
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '\u{ff07}' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{200b}' | '\u{feff}' => return None,
        plain => plain,
    })
}

/// Returns the place that shares most lines with a block at one offset, for a person to look at.
///
/// Each line of the block votes for the offset at which it would stand where the text has it.
/// `None` where no line of it stands anywhere.
pub(crate) fn find_nearest_location(text: &Lines<'_>, block: &Block) -> Option<Location> {
    let mut at: std::collections::HashMap<&str, Vec<usize>> = std::collections::HashMap::new();
    for (line, content) in text.iter().enumerate() {
        at.entry(content.trim()).or_default().push(line);
    }
    let mut votes: std::collections::BTreeMap<isize, usize> = std::collections::BTreeMap::new();
    for (index, line) in block
        .lines
        .iter()
        .enumerate()
        // Lines of one or two signs, as `}`, stand everywhere and would outvote the rest.
        .filter(|(_, line)| line.trim().len() > 2)
    {
        // So do lines that stand very often: fifty places of one line are counted, which bounds the
        // work, too.
        for found in at.get(line.trim()).into_iter().flatten().take(50) {
            *votes
                .entry(found.cast_signed() - index.cast_signed())
                .or_default() += 1;
        }
    }
    // Of offsets with equally many votes the uppermost.
    let (offset, _) = votes
        .into_iter()
        .max_by_key(|&(offset, count)| (count, -offset))?;
    Some(text.location_of_line(usize::try_from(offset).unwrap_or_default()))
}

//! Reads the inside of a line: code spans, emphasis, and a label with a colon.

use crate::document::Span;

/// A code span: with its ticks, and what is between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CodeSpan {
    /// With the ticks.
    pub(crate) outer: Span,
    /// Between the ticks, blanks at the ends taken off.
    pub(crate) inner: Span,
}

/// Returns the code spans of `text`; their spans are shifted by `base`.
pub(crate) fn code_spans(text: &str, base: usize) -> Vec<CodeSpan> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('`').map(|offset| at + offset) {
        let ticks = text[open..].len() - text[open..].trim_start_matches('`').len();
        let start = open + ticks;
        let Some(close) = closing_tick(text, start, ticks) else {
            at = start;
            continue;
        };
        let words = &text[start..close];
        let begin = start + (words.len() - words.trim_start().len());
        let end = begin + words.trim().len();
        found.push(CodeSpan {
            outer: base + open..base + close + ticks,
            inner: base + begin..base + end,
        });
        at = close + ticks;
    }
    found
}

fn closing_tick(text: &str, start: usize, ticks: usize) -> Option<usize> {
    let mut at = start;
    while let Some(found) = text[at..].find('`').map(|offset| at + offset) {
        let count = text[found..].len() - text[found..].trim_start_matches('`').len();
        if count == ticks {
            return Some(found);
        }
        at = found + count;
    }
    None
}

/// Returns whether two signs at the start of `rest`, behind the letter `last`, stand within a word: `a__b`.
fn is_within_word(last: char, rest: &str) -> bool {
    last.is_alphanumeric()
        && rest
            .get(2..)
            .is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
}

/// Returns whether a mark at the start of `rest`, behind the letter `last`, belongs to a name: `src/__init__.py`.
fn is_in_name(last: char, rest: &str) -> bool {
    matches!(last, '/' | '_' | '.')
        || rest.get(2..).is_some_and(|rest| {
            rest.starts_with(['/', '_'])
                || rest.starts_with('.') && rest[1..].starts_with(char::is_alphanumeric)
        })
}

/// Returns whether a mark that opened right before `rest` is closed in it: without a blank before, without a word behind.
fn is_closed(rest: &str, mark: char) -> bool {
    rest.match_indices(mark).any(|(end, _)| {
        let (inner, after) = (&rest[..end], &rest[end + 1..]);
        !inner.is_empty()
            && !inner.ends_with(char::is_whitespace)
            && !after.starts_with(|next: char| next.is_alphanumeric() || next == mark)
    })
}

/// `text` without bold, italic and strike marks; code spans keep their ticks.
pub(crate) fn plain_text(text: &str) -> String {
    if !text.contains(['*', '_', '~']) {
        return text.to_owned();
    }
    let mut spans = code_spans(text, 0).into_iter().peekable();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let mut last = ' ';
    let mut slanted: Option<char> = None;
    while at < text.len() {
        if let Some(span) = spans.next_if(|span| span.outer.start <= at) {
            out.push_str(&text[at..span.outer.end]);
            at = span.outer.end;
            last = '`';
            continue;
        }
        let rest = &text[at..];
        // Up to the next sign there is nothing to decide.
        let signs = rest.find(['*', '_', '~', '`']).unwrap_or(rest.len());
        if signs > 0 {
            out.push_str(&rest[..signs]);
            last = rest[..signs].chars().next_back().unwrap_or(last);
            at += signs;
            continue;
        }
        let in_name = is_in_name(last, rest);
        if rest.starts_with("**")
            || rest.starts_with("~~")
            || rest.starts_with("__") && !is_within_word(last, rest) && !in_name
        {
            at += 2;
            continue;
        }
        let Some(letter) = rest.chars().next() else {
            break;
        };
        at += letter.len_utf8();
        if letter == '*' || letter == '_' && !in_name {
            let next = text[at..].chars().next().unwrap_or(' ');
            if slanted == Some(letter) && !last.is_whitespace() && !next.is_alphanumeric() {
                slanted = None;
                continue;
            }
            if slanted.is_none()
                && !last.is_alphanumeric()
                && !next.is_whitespace()
                && is_closed(&text[at..], letter)
            {
                slanted = Some(letter);
                continue;
            }
        }
        out.push(letter);
        last = letter;
    }
    out
}

/// Returns the spans of `text` that are struck out, with their marks: "~~Replace it:~~".
pub(crate) fn struck_spans(text: &str) -> Vec<Span> {
    let spans = code_spans(text, 0);
    let in_code = |at: usize| spans.iter().any(|span| span.outer.contains(&at));
    let marks: Vec<usize> = text
        .match_indices("~~")
        .map(|(at, _)| at)
        .filter(|at| !in_code(*at))
        .collect();
    marks
        .chunks_exact(2)
        .map(|pair| pair[0]..pair[1] + 2)
        .collect()
}

/// Returns whether all words of `text` are struck out; of a sentence that is cut out of others, by the mark with which it
/// begins or ends.
pub(crate) fn is_struck(text: &str) -> bool {
    let spans = struck_spans(text);
    let mut letters = text
        .char_indices()
        .filter(|(_, letter)| letter.is_alphanumeric());
    let half = || {
        let bare = text.trim_matches(['*', '_', ' ', '.']);
        text.matches("~~").count() == 1 && (bare.starts_with("~~") || bare.ends_with("~~"))
    };
    match spans.is_empty() {
        true => half(),
        false => letters.all(|(at, _)| spans.iter().any(|span| span.contains(&at))),
    }
}

/// `text` in lower case without emphasis, ticks, signs at the ends and double blanks: for comparing words.
pub(crate) fn comparison_key(text: &str) -> String {
    let bare = plain_text(text).replace('`', "").to_lowercase();
    one_line(&bare)
        .trim_matches(|letter: char| !letter.is_alphanumeric())
        .to_owned()
}

/// A label before a colon, or a bold line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    /// Its words in lower case, without marks and notes in parentheses.
    pub(crate) name: String,
    /// The note in parentheses behind it, if any.
    pub(crate) note: String,
    /// Where the rest of the line begins.
    pub(crate) rest: usize,
    /// It is emphasised.
    pub(crate) bold: bool,
}

/// Returns the label at the start of `line`.
pub(crate) fn read_label(line: &str) -> Option<Label> {
    let skip = line.len()
        - line
            .trim_start_matches(|letter: char| is_sign(letter) || letter.is_whitespace())
            .len();
    let words = &line[skip..];
    if words.starts_with('<') && words.contains('>') {
        return read_element(line, skip);
    }
    for mark in ["***", "**", "__", "*", "_"] {
        let Some(inner) = words.strip_prefix(mark) else {
            continue;
        };
        if let Some(close) = inner.find(mark).filter(|close| *close > 0) {
            return read_marked_label(line, skip, mark, close);
        }
    }
    read_plain_label(line, skip)
}

/// Returns the element at `skip` that stands in place of a label: `<files>`.
fn read_element(line: &str, skip: usize) -> Option<Label> {
    let (name, rest) = line[skip..].strip_prefix('<')?.split_once('>')?;
    let bare = name.split(' ').next().unwrap_or(name);
    let plain = bare.starts_with(|letter: char| letter.is_ascii_lowercase())
        && bare
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
    let placeholder = line[..skip].ends_with(|letter: char| !letter.is_whitespace())
        || rest.starts_with(['`', '/']);
    (plain && !placeholder).then(|| {
        build_label(
            &bare.replace(['_', '-'], " "),
            line.len() - rest.len(),
            true,
            line,
        )
    })
}

/// Returns the label at `skip` whose words stand between two marks, the closing one `close` bytes behind the first:
/// `**Files:** a.py`, `**Files**: a.py`, `**Verify** `npm test``, `**File: a.py**`.
fn read_marked_label(line: &str, skip: usize, mark: &str, close: usize) -> Option<Label> {
    let words = &line[skip..];
    let inner = &words[mark.len()..];
    let after = skip + mark.len() * 2 + close;
    let name = inner[..close].trim();
    if let Some(bare) = name.strip_suffix([':', '：']) {
        return Some(build_label(bare, after, true, line));
    }
    let rest = &line[after..];
    let tail = rest.trim_start();
    if tail.is_empty() && mark.len() > 1 {
        return Some(build_label(name, line.len(), true, line));
    }
    // "**Verify** `npm test`".
    if mark.len() == 2 && tail.starts_with('`') && !name.contains(['`', ' ']) {
        return Some(build_label(name, after, true, line));
    }
    let note = tail
        .strip_prefix('(')
        .and_then(|note| note.find(')').map(|end| &note[end + 1..]));
    for candidate in [Some(tail), note].into_iter().flatten() {
        let candidate = candidate.trim_start();
        let colon = candidate
            .strip_prefix([':', '：'])
            .or_else(|| candidate.strip_prefix("— "));
        if let Some(rest) = colon {
            let whole = &words[..mark.len() + close];
            let noted = if candidate.len() == tail.len() {
                String::new()
            } else {
                tail[1..].split(')').next().unwrap_or("").to_owned()
            };
            let mut label = build_label(
                whole.trim_start_matches(['*', '_']),
                line.len() - rest.len(),
                true,
                line,
            );
            if label.note.is_empty() {
                label.note = noted;
            }
            return Some(label);
        }
    }
    if let Some((inside, _)) = name.split_once([':', '：']).filter(|_| name.len() < 200) {
        // `**File: path**` holds both label and value.
        if inside.len() < 30 && !inside.contains('`') {
            let at = skip + mark.len() + inner.find([':', '：']).unwrap_or(0);
            let width = line[at..].chars().next().map_or(1, char::len_utf8);
            return Some(build_label(inside, at + width, true, line));
        }
    }
    None
}

/// Returns the label at `skip` that bears no marks: "Files: a.py". More than six words, or signs of code and of
/// sentences before the colon, are no label.
fn read_plain_label(line: &str, skip: usize) -> Option<Label> {
    let words = &line[skip..];
    let colon = words.find([':', '：'])?;
    let name = &words[..colon];
    let width = words[colon..].chars().next().map_or(1, char::len_utf8);
    let after = &words[colon + width..];
    let wide = width > 1;
    let many = name.split_whitespace().count() > 6 || name.chars().count() > 60;
    if name.trim().is_empty()
        || many
        || name.contains(['`', '.', '"', '/'])
        || !(wide
            || name.trim().eq_ignore_ascii_case("expected")
            || after.is_empty()
            || after.starts_with([' ', '\t']))
    {
        return None;
    }
    Some(build_label(name, skip + colon + width, false, line))
}

fn build_label(name: &str, rest: usize, bold: bool, line: &str) -> Label {
    let (bare, note) = match name.split_once(['(', '（']) {
        Some((bare, note)) if !bare.trim().is_empty() => {
            (bare, note.trim_end_matches([')', '）', ':', ' ']))
        }
        _ => (name, ""),
    };
    let white = line[rest..].len() - line[rest..].trim_start().len();
    Label {
        name: comparison_key(bare),
        note: note.to_owned(),
        rest: rest + white,
        bold,
    }
}

/// Returns whether a letter is a sign or picture that people put before words.
pub(crate) fn is_sign(letter: char) -> bool {
    matches!(letter,
        '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}' | '\u{FE0F}' | '\u{200D}' | '\u{20E3}' | '•' | '·')
}

/// Returns the first sentence-like part of a line, to be shown: trimmed, one line.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

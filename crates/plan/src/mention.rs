//! Reads the words around a name: is it spoken of, spared, or only followed?
//!
//! "Add the route to `a.py` like the one in `b.py`, without touching `c.py`": `a.py` is
//! spoken of, `b.py` is a source, `c.py` is spared.

use std::ops::Range;

use crate::inline::{code_spans, one_line};
use crate::paths::{FoundPath, as_path, find_paths};
use crate::vocabulary::{Use, entry_at_start, is_all, is_entry, last_entry, uses_in};
use crate::word_lists::List;

/// The part of a name in its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mention {
    /// The sentence is about it, or something goes there.
    Spoken,
    /// It is not to be changed, read or used.
    Spared,
    /// It is what something is copied from, or like.
    Source,
}

/// Stands for a path in ticks.
const PATH: char = '\u{2}';
/// Stands for other code in ticks.
const CODE: char = '`';

/// The furthest that a negation reaches, in words: "do not make any change to the old `a.py`".
const REACH: usize = 6;

/// Returns what the sentence around `name`, ticks included, makes of it.
pub(crate) fn read_mention(words: &str, name: &Range<usize>) -> Mention {
    let (before, after) = clause_around(words, name);
    // "`a.py` (leave empty)" makes a file.
    if is_all(after.trim().trim_end_matches([')', '）']), Use::Empty) {
        return Mention::Spoken;
    }
    // "Do not modify: `a.py`": a colon ends no denial.
    let led = words.get(..name.start).unwrap_or("").trim_end();
    let led = led.strip_suffix([':', '：']).map(blank_words);
    match () {
        () if asks_in_note(&before, &words[name.end..]) => Mention::Spoken,
        () if is_spared(&before, &after) => Mention::Spared,
        () if led.is_some_and(|led| is_spared(last_clause(&led), "")) => Mention::Spared,
        () if is_source(&before) => Mention::Source,
        () => Mention::Spoken,
    }
}

/// Returns the paths of which the words speak, in order; spans are shifted by `base`.
pub(crate) fn spoken_paths(words: &str, base: usize, bare: bool) -> Vec<FoundPath> {
    let mut found = find_paths(words, base, bare);
    found.retain(|path| {
        read_mention(words, &(path.outer.start - base..path.outer.end - base)) == Mention::Spoken
    });
    found
}

/// Returns the bytes of the sentence in which the byte `at` of `words` stands.
pub(crate) fn sentence_around(words: &str, at: usize) -> Range<usize> {
    let code = code_spans(words, 0);
    let outside = |at: usize| !code.iter().any(|span| span.outer.contains(&at));
    let ends = words.char_indices().filter(|(at, letter)| {
        let behind = &words[at + letter.len_utf8()..];
        let word = words[..*at]
            .rsplit(char::is_whitespace)
            .next()
            .unwrap_or("");
        let abbreviated = word.contains('.') || is_entry(&word.to_lowercase(), Use::Abbreviation);
        let ends = match letter {
            '.' | '!' | '?' => {
                behind.starts_with(' ')
                    && !behind.trim_start().starts_with(char::is_lowercase)
                    && !abbreviated
            }
            '。' | '！' | '？' => true,
            _ => false,
        };
        ends && outside(*at)
    });
    let ends: Vec<usize> = ends.map(|(at, letter)| at + letter.len_utf8()).collect();
    let start = ends
        .iter()
        .rev()
        .find(|end| **end <= at)
        .copied()
        .unwrap_or(0);
    let end = ends
        .iter()
        .find(|end| **end > at)
        .copied()
        .unwrap_or(words.len());
    start..end
}

/// Returns whether the words deny `name`, ticks included, as the object of a verb: "Never run `x`", "without running `x`",
/// "not with `x`", "`x` nicht ausführen". A negation with an object of its own denies that: "no errors by running `x`".
pub(crate) fn denies_name(
    words: &str,
    name: &Range<usize>,
    is_verb: &dyn Fn(&str) -> bool,
) -> bool {
    /// Words that may stand between: "do not ever run".
    const BETWEEN: usize = 1;
    let (before, after) = clause_around(words, name);
    let governs = last_entry(&before, Use::Negation).is_some_and(|negation| {
        let mut behind = before[negation.end..].split_whitespace();
        let near = behind.clone().take(BETWEEN + 1).any(is_verb);
        near || behind.all(|word| is_small(word) || is_entry(word, Use::Function))
    });
    let rest = after.trim_start();
    let behind = entry_at_start(rest, Use::Negation).map(|end| rest[end..].trim_start());
    governs || behind.is_some_and(|rest| rest.split_whitespace().next().is_some_and(is_verb))
}

/// Returns whether a note says that a file has no content: " (new, empty file)", "Empty package marker."
pub(crate) fn is_empty_note(note: &str) -> bool {
    /// The bytes of a note in which its first parts stand: a longer one says more than that.
    const NOTE: usize = 240;
    let note = note.trim_start_matches('`');
    let plain = blank_words(&note[..note.floor_char_boundary(NOTE)]);
    let first = plain.split(". ").next().unwrap_or("");
    let parts = first.split([
        ',', ';', '(', ')', '（', '）', '—', '–', ':', '：', '.', '。', '+',
    ]);
    let dashes = parts.take(4).flat_map(|part| part.split(" - "));
    dashes
        .map(|part| part.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .any(is_empty_part)
}

/// Returns whether words say of a file that it has no content, and nothing else: "empty", "as an empty file", "can be empty".
fn is_empty_part(part: &str) -> bool {
    let Some(found) = last_entry(part, Use::Empty) else {
        return false;
    };
    let whole = |word: &str| {
        let single = word.strip_suffix('s').unwrap_or(word);
        List::WholeFile.words().contains(&single)
    };
    let fills = |word: &str| {
        [
            Use::Determiner,
            Use::Function,
            Use::Modal,
            Use::Passive,
            Use::Source,
            Use::Lead,
        ]
        .iter()
        .any(|what| is_all(word, *what))
            || List::BesideEmpty.words().contains(&word)
            || whole(word)
    };
    let mut beside = part[..found.start]
        .split_whitespace()
        .chain(part[found.end..].split_whitespace());
    is_all(part, Use::Empty) || beside.all(fills)
}

/// Returns whether the words before a path say that it has no content: "Create an empty `x`".
pub(crate) fn is_empty_lead(before: &str) -> bool {
    let plain = blank_words(before);
    let lead = plain.trim_end_matches([' ', CODE]);
    last_entry(lead, Use::Empty).is_some_and(|empty| empty.end == lead.len())
}

/// Returns whether all that the words ask for is files without content: "Create an empty `a/__init__.py`."
pub(crate) fn makes_empty(words: &str) -> bool {
    let found = find_paths(words, 0, false);
    let mut from = 0;
    let mut all = !found.is_empty();
    for (at, path) in found.iter().enumerate() {
        let until = found
            .get(at + 1)
            .map_or(words.len(), |next| next.outer.start);
        all &= is_empty_lead(&words[from..path.outer.start])
            || is_empty_note(&words[path.outer.end..until]);
        from = path.outer.end;
    }
    all && !words[from..].trim_end_matches('.').contains(". ")
}

/// Returns the folder from which the sentence says that paths start: "All paths are relative to `api/`."
pub(crate) fn base_folder(words: &str) -> Option<String> {
    /// The bytes of the longest words before a folder, with room for emphasis.
    const REACH: usize = 80;
    code_spans(words, 0).into_iter().find_map(|span| {
        let folder = folder_from_root(&words[span.inner.clone()])?;
        let from = words.floor_char_boundary(span.outer.start.saturating_sub(REACH));
        let before = blank_words(&words[from..span.outer.start]);
        let before = before.trim_end_matches([' ', ':', '：']);
        let before = before.strip_suffix(" the").unwrap_or(before);
        // "Queries (from `src/queries/`)"
        let (inner, behind) = (&words[span.inner.clone()], &words[span.outer.end..]);
        let noted = before.ends_with("(from") && inner.ends_with('/') && behind.starts_with(')');
        let led = last_entry(before, Use::Base).is_some_and(|base| base.end == before.len());
        (noted || led).then_some(folder)
    })
}

/// Returns a folder from the repository's root, without slashes at its ends.
pub(crate) fn folder_from_root(words: &str) -> Option<String> {
    let bare = words.trim().trim_start_matches("./").trim_matches('/');
    let plain =
        |letter: char| letter.is_alphanumeric() || matches!(letter, '/' | '-' | '_' | '.' | '@');
    let named = !bare.is_empty()
        && bare.chars().all(plain)
        && bare.split('/').all(|part| !part.is_empty() && part != "..");
    named.then(|| bare.to_owned())
}

/// Returns the clause before a name, and what follows up to the clause's end.
pub(crate) fn clause_around(words: &str, name: &Range<usize>) -> (String, String) {
    let before = blank_words(words.get(..name.start).unwrap_or(""));
    let after = blank_words(words.get(name.end..).unwrap_or(""));
    // A note behind a dash or in brackets is still about the name.
    let after = after
        .trim_start_matches([' ', '—', '–', '-', ':', '：', '(', '（'])
        .to_owned();
    let end = after
        .char_indices()
        .find(|(at, letter)| ends_clause(&after, *at, *letter))
        .map_or(after.len(), |(at, _)| at);
    (last_clause(&before).to_owned(), after[..end].to_owned())
}

/// `words` in lower case on one line, its code as one sign each, its emphasis gone.
fn blank_words(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut at = 0;
    for span in code_spans(words, 0) {
        out.push_str(&words[at..span.outer.start]);
        out.push(if as_path(&words[span.inner], true).is_some() {
            PATH
        } else {
            CODE
        });
        at = span.outer.end;
    }
    out.push_str(&words[at..]);
    one_line(
        &out.replace(['*', '_'], " ")
            .replace('’', "'")
            .to_lowercase(),
    )
}

fn ends_clause(text: &str, at: usize, letter: char) -> bool {
    match letter {
        '.' | '!' | '?' | ':' => text[at + 1..]
            .chars()
            .next()
            .is_none_or(char::is_whitespace),
        ',' | ';' | '(' | ')' | '—' | '–' | '，' | '。' | '；' | '：' | '、' | '（' | '）'
        | '！' | '？' => true,
        _ => false,
    }
}

/// Returns the last clause of `before`; members of a list stay with what governs them.
fn last_clause(before: &str) -> &str {
    let ends: Vec<usize> = before
        .char_indices()
        .filter(|(at, letter)| ends_clause(before, *at, *letter))
        .map(|(at, letter)| at + letter.len_utf8())
        .collect();
    let mut start = 0;
    for end in ends.iter().rev() {
        start = *end;
        let listed = before[..*end].ends_with([',', '，', '、']);
        if !(listed && is_joint(&before[*end..])) {
            break;
        }
        start = 0;
    }
    let clause = &before[start..];
    &clause[verb_of_its_own(clause)..]
}

/// Returns whether a part between two names only joins them: "", "`b`, or".
fn is_joint(part: &str) -> bool {
    let mut words = part
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric));
    match (words.next(), words.next()) {
        (None, _) => true,
        (Some(word), None) => {
            word.chars().count() <= 4 && !is_all(word, Use::Place) && !is_all(word, Use::Goal)
        }
        _ => false,
    }
}

/// Where the last verb begins that another one is joined to: "do not change `a` but add to `b`".
fn verb_of_its_own(clause: &str) -> usize {
    let mut found = 0;
    let mut before = "";
    let mut at = 0;
    for word in clause.split_inclusive(' ') {
        if is_entry(before, Use::Lead) && entry_at_start(&clause[at..], Use::Change).is_some() {
            found = at;
        }
        before = word.trim();
        at += word.len();
    }
    found
}

/// Returns the words between a governing word and the name.
fn count_gap(text: &str) -> usize {
    let spaced = text
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count();
    // Scripts without blanks: about three letters a word.
    spaced.max(text.chars().filter(|letter| !letter.is_ascii()).count() / 3)
}

/// Returns whether a word is an article or a preposition.
pub(crate) fn is_small(word: &str) -> bool {
    is_entry(word, Use::Determiner) || is_all(word, Use::Place) || is_all(word, Use::Goal)
}

pub(crate) fn is_spared(before: &str, after: &str) -> bool {
    let head = before.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let given = [Use::Condition, Use::Rationale]
        .into_iter()
        .any(|what| entry_at_start(head, what).is_some());
    let negation =
        last_entry(before, Use::Negation).filter(|found| count_gap(&before[found.end..]) <= REACH);
    if negation.is_some() && !given {
        return true;
    }
    is_kept(before, after) || stays_behind(before, after) || is_denied_behind(before, after)
}

/// Where the words of a text begin.
fn starts_of_words(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.split(' ').scan(0, |at, word| {
        let start = *at;
        *at += word.len() + 1;
        Some(start)
    })
}

/// "`a.py` stays exactly as it is", "`a.py` itself is off limits".
fn stays_behind(before: &str, after: &str) -> bool {
    /// Words between the name and what it is said to be: "itself stays exactly".
    const BETWEEN: usize = 3;
    let rest = after.trim_end();
    let stays = last_entry(rest, Use::Stays).filter(|found| found.end == rest.len());
    stays.is_some_and(|found| {
        count_gap(&rest[..found.start]) <= BETWEEN && !rest.contains([PATH, CODE])
    }) && count_gap(before) <= 1
}

/// "Keep `a.py` as it is", "Keep `a.py` unchanged".
fn is_kept(before: &str, after: &str) -> bool {
    let kept =
        last_entry(before, Use::Keep).is_some_and(|keep| count_gap(&before[keep.end..]) <= 1);
    let rest = after.trim();
    kept && (rest.is_empty()
        || rest.starts_with("as ")
        || entry_at_start(rest, Use::Given).is_some())
}

/// "`a.py` must not be changed", "`run` nicht ändern", "`run` は変更しない".
fn is_denied_behind(before: &str, after: &str) -> bool {
    /// Words that may stand behind the verb: "here", "yet".
    const TAIL: usize = 1;
    let Some(negation) =
        last_entry(after, Use::Negation).filter(|found| count_gap(&after[..found.start]) <= REACH)
    else {
        let given = entry_at_start(after.trim_start(), Use::Given);
        return given.is_some_and(|end| count_gap(&after.trim_start()[end..]) <= TAIL)
            && count_gap(before) <= TAIL;
    };
    let (own, other) = (
        last_entry(after, Use::Alter),
        last_entry(before, Use::Alter),
    );
    let end = own
        .as_ref()
        .map_or(negation.end, |alter| alter.end.max(negation.end));
    let tail = &after[end..];
    // A verb with an object of its own speaks of that.
    (own.is_some() || other.is_some()) && !tail.contains([PATH, CODE]) && count_gap(tail) <= TAIL
}

/// Returns whether the note behind a name first says that it is there, and then asks for a change: "`a.py` (already there,
/// add a case)", "`a.py` — unchanged so far; extend it".
fn asks_in_note(before: &str, behind: &str) -> bool {
    let note = behind.trim_start();
    let inner = match note.strip_prefix(['(', '（']) {
        Some(note) => note.split([')', '）']).next(),
        None => note.strip_prefix(['—', '–', '-']),
    };
    let Some(note) = inner.filter(|_| count_gap(before) == 0).map(blank_words) else {
        return false;
    };
    let mut parts = note.split([',', ';', '，', '；', '、', '。']);
    let given = parts
        .next()
        .is_some_and(|first| uses_in(first).has(Use::Given) && !uses_in(first).has(Use::Negation));
    let asks = |part: &str| {
        let said = uses_in(part);
        said.has(Use::Change) && !said.has(Use::Negation) && !said.has(Use::Given)
    };
    given && !note.contains(PATH) && parts.any(asks)
}

/// Returns how far words say where something made before is put to use, up to the place: "use it in", "call them from".
pub(crate) fn employment(words: &str) -> Option<usize> {
    let verb = entry_at_start(words, Use::Employ)?;
    let mut at = verb;
    let mut next = || {
        let from = at + (words[at..].len() - words[at..].trim_start().len());
        let word = words[from..].split_whitespace().next()?;
        at = from + word.len();
        Some((word, at))
    };
    let (object, _) = next()?;
    let (place, end) = next()?;
    let refers = is_all(object, Use::Anaphor) || is_all(object, Use::Pronoun);
    (refers && (is_all(place, Use::Place) || is_all(place, Use::Goal))).then_some(end)
}

fn is_source(before: &str) -> bool {
    // "Call it from `a.py`": the caller.
    let clause = before.trim();
    if starts_of_words(clause).any(|at| employment(&clause[at..]) == Some(clause.len() - at)) {
        return false;
    }
    let Some(source) = last_entry(before, Use::Source) else {
        return false;
    };
    // "Remove the check from `a.py`" changes that file.
    let removes = last_entry(&before[..source.start], Use::Remove).is_some();
    let tail = &before[source.end..];
    let goal = last_entry(tail, Use::Goal).filter(|goal| tail[goal.end..].trim().is_empty());
    let (told, behind) = tail
        .rsplit_once(PATH)
        .map_or((false, tail), |(_, behind)| (true, behind));
    let joined = told && is_joint(behind);
    !removes && goal.is_none() && count_gap(tail) <= REACH && (!told || joined)
}

#[cfg(test)]
mod tests;

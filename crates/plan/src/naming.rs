//! Takes a heading or item apart: marks of state, a unit word, its number, the title.

use crate::boxes::State;
use crate::document::box_at;
use crate::inline::{is_sign, plain_text};
use crate::word_lists::List;

/// The size of a unit, by its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Holds tasks.
    Phase,
    /// Holds steps.
    Task,
    /// Part of a task, or a unit where no task is around.
    Step,
}

/// A heading or item with a unit word, or only a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnitName {
    /// The word as written; empty where only a number stands.
    pub(crate) word: String,
    /// The number as written.
    pub(crate) number: Option<String>,
    /// The rest.
    pub(crate) title: String,
    /// The size.
    pub(crate) rank: Rank,
}

impl UnitName {
    /// Returns how people call it.
    pub(crate) fn label(&self) -> String {
        match &self.number {
            Some(number)
                if self.word.is_empty()
                    && number.starts_with(|letter: char| letter.is_ascii_alphabetic()) =>
            {
                number.clone()
            }
            Some(number) if self.word.is_empty() => {
                if self.title.is_empty() {
                    number.clone()
                } else {
                    format!(
                        "{number}{} {}",
                        if number.contains('.') { "" } else { "." },
                        self.title
                    )
                }
            }
            Some(number) => format!("{} {number}", self.word),
            None => self.title.clone(),
        }
    }
}

/// More letters than any unit word has.
const LONGEST_WORD: usize = 20;

fn unit_words() -> impl Iterator<Item = (&'static str, Rank)> {
    let phases = List::PhaseWord
        .words()
        .iter()
        .map(|word| (*word, Rank::Phase));
    let tasks = List::TaskWord
        .words()
        .iter()
        .map(|word| (*word, Rank::Task));
    phases.chain(tasks).chain(
        List::StepWord
            .words()
            .iter()
            .map(|word| (*word, Rank::Step)),
    )
}

/// A title without the marks around it, and their meaning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Marked {
    /// The state, if any mark tells.
    pub(crate) state: Option<State>,
    /// The unit may be left out.
    pub(crate) optional: bool,
    /// The words without marks and emphasis.
    pub(crate) words: String,
}

/// Returns what a note such as "(DONE)" says.
pub(crate) fn state_of_note(note: &str) -> Option<State> {
    let lower = note
        .trim()
        .trim_matches(|letter: char| {
            is_sign(letter) || matches!(letter, '*' | '_' | '.' | '!' | ' ')
        })
        .to_lowercase();
    let begins = |words: &[&str]| {
        words.iter().any(|word| {
            lower.strip_prefix(word).is_some_and(|rest| {
                rest.is_empty() || !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric())
            })
        })
    };
    let states = [
        (List::NotBegun.words(), State::Open),
        (List::Begun.words(), State::InProgress),
        (List::Done.words(), State::Done),
        (List::LeftOut.words(), State::Skipped),
    ];
    states
        .iter()
        .find(|(words, _)| begins(words))
        .map(|(_, state)| *state)
}

fn state_of_sign(sign: char) -> Option<State> {
    match sign {
        '✅' | '✓' | '✔' | '☑' | '🟢' => Some(State::Done),
        '🟡' | '🚧' | '⏳' | '🔄' | '🏗' => Some(State::InProgress),
        '☐' | '⬜' | '🔲' | '⚪' => Some(State::Open),
        '⏭' | '🚫' => Some(State::Skipped),
        _ => None,
    }
}

/// Takes the marks off a title.
pub(crate) fn read_marks(title: &str) -> Marked {
    let mut out = Marked::default();
    let mut words = title.trim().to_owned();
    if let Some((mark, rest)) = box_at(words.trim_start_matches(['*', '_'])) {
        let inner = words.trim_start_matches(['*', '_']);
        out.state = Some(crate::boxes::state_of_mark(
            inner[mark].chars().next().unwrap_or(' '),
        ));
        words = inner[rest..].to_owned();
    }
    if words.starts_with("~~")
        && words
            .trim_end_matches(|letter: char| !matches!(letter, '~'))
            .ends_with("~~")
    {
        out.state = out.state.or(Some(State::Skipped));
    }
    // "- *deferred*" is a note as much as "(deferred)" is.
    let slanted = words.strip_suffix('*').and_then(|bare| {
        [" - *", " – *", " — *"]
            .iter()
            .find_map(|dash| bare.rsplit_once(dash))
    });
    if let Some((before, note)) = slanted.filter(|(_, note)| !note.contains('*')) {
        words = format!("{before} ({note})");
    }
    words = plain_text(&words);
    for sign in words.chars().filter(|letter| is_sign(*letter)) {
        out.state = out.state.or(state_of_sign(sign));
    }
    words = words
        .trim_matches(|letter: char| is_sign(letter) || letter.is_whitespace())
        .to_owned();
    while let Some((before, note)) = note_at_end(&words) {
        let lower = note.to_lowercase();
        if List::OptionalNote
            .words()
            .iter()
            .any(|word| lower.starts_with(word))
        {
            out.optional = true;
        } else if let Some(state) = state_of_note(&note) {
            out.state = out.state.or(Some(state));
        } else {
            break;
        }
        words = before
            .trim_end_matches(|letter: char| is_sign(letter) || letter.is_whitespace())
            .to_owned();
    }
    out.words = words;
    out
}

/// Returns a note at the end: "(DONE)", "[DONE]", "— COMPLETE", "-- done".
fn note_at_end(words: &str) -> Option<(String, String)> {
    for (open, close) in [('(', ')'), ('[', ']'), ('（', '）'), ('【', '】')] {
        if words.ends_with(close)
            && let Some(at) = words.rfind(open).filter(|at| *at > 0)
        {
            let inner = &words[at + open.len_utf8()..words.len() - close.len_utf8()];
            return Some((words[..at].trim_end().to_owned(), inner.to_owned()));
        }
    }
    // Notes behind a dash are in capitals.
    if words
        .split_whitespace()
        .next_back()
        .is_none_or(|last| last.chars().any(char::is_lowercase))
    {
        return None;
    }
    for dash in [" — ", " -- ", " – ", " - ", ": "] {
        if let Some((before, note)) = words.rsplit_once(dash)
            && note.split_whitespace().count() <= 3
            && note.chars().next().is_some_and(|letter| {
                letter.is_uppercase() || is_sign(letter) || !letter.is_ascii()
            })
            && state_of_note(note).is_some_and(|state| state != State::Open)
            && note.to_uppercase() == note
        {
            return Some((before.to_owned(), note.to_owned()));
        }
    }
    None
}

/// Returns a unit word and its number at the start of `words` (which bear no marks any more).
pub(crate) fn unit_name(words: &str) -> Option<UnitName> {
    chinese_ordinal(words)
        .or_else(|| number_before_word(words))
        .or_else(|| read_worded_unit(words))
        .or_else(|| {
            let rest = after_ordinal(words)?;
            read_worded_unit(rest)
        })
}

/// `3. ` or `3.2 ` before a unit word.
fn after_ordinal(words: &str) -> Option<&str> {
    let rest = words.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    (rest.len() < words.len())
        .then(|| rest.trim_start_matches([' ', ')', '-', ':']))
        .filter(|rest| !rest.is_empty())
}

fn read_worded_unit(words: &str) -> Option<UnitName> {
    let lower = words
        .chars()
        .take(LONGEST_WORD)
        .collect::<String>()
        .to_lowercase();
    for (word, rank) in words_longest(&lower) {
        let Some(rest) = words.get(word.len()..) else {
            continue;
        };
        let gap = rest.trim_start_matches([' ', '#', '-', '\u{a0}', '№']);
        let joined = gap.len() == rest.len();
        if joined && word.is_ascii() && !rest.starts_with(|letter: char| letter.is_ascii_digit()) {
            continue;
        }
        let Some(number) = number_at(gap) else {
            continue;
        };
        let tail = &gap[number.len()..];
        let Some(title) = after_number(tail, &number) else {
            continue;
        };
        return Some(UnitName {
            word: words[..word.len()].to_owned(),
            number: Some(number),
            title,
            rank,
        });
    }
    None
}

fn words_longest(lower: &str) -> Vec<(&'static str, Rank)> {
    let first = lower.as_bytes().first();
    let mut fitting: Vec<_> = unit_words()
        .filter(|(word, _)| word.as_bytes().first() == first && lower.starts_with(word))
        .collect();
    fitting.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    fitting
}

/// `1단계: 제목`: a number joined to its word. "2단계 인증" is of two steps, so a sign or the end follows.
fn number_before_word(words: &str) -> Option<UnitName> {
    let tail = words.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let number = &words[..words.len() - tail.len()];
    let (word, rank) = words_longest(tail)
        .into_iter()
        .find(|(word, _)| !word.is_ascii() && !number.is_empty())?;
    let rest = tail[word.len()..].trim_start();
    let ends = rest.is_empty() || rest.starts_with([':', '：', '-', '—', '–', '.']);
    ends.then(|| UnitName {
        word: word.to_owned(),
        number: Some(number.to_owned()),
        title: after_number(rest, number).unwrap_or_default(),
        rank,
    })
}

/// `第一阶段`, `第 2 阶段`.
fn chinese_ordinal(words: &str) -> Option<UnitName> {
    let rest = words.strip_prefix('第')?.trim_start();
    let number: String = rest
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || "一二三四五六七八九十".contains(*letter))
        .collect();
    let tail = rest[number.len()..].trim_start();
    let (word, rank) = words_longest(tail)
        .into_iter()
        .next()
        .filter(|_| !number.is_empty())?;
    let title = tail[word.len()..]
        .trim_start_matches([' ', '：', ':', '-', '—', '–', '、'])
        .to_owned();
    Some(UnitName {
        word: word.to_owned(),
        number: Some(number),
        title,
        rank,
    })
}

/// Returns the number at the start: `2`, `2.1`, `1A`, `A`, `T001`, `2-3`, `IV`, `one`, `一`.
pub(crate) fn number_at(text: &str) -> Option<String> {
    let token: String = text
        .chars()
        .take_while(|letter| {
            letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '–' | '/' | '_' | '+')
        })
        .collect();
    let token = token.trim_end_matches(['.', '-', '–', '/', '_']);
    let digits = token.chars().filter(char::is_ascii_digit).count();
    let letters = token.chars().filter(char::is_ascii_alphabetic).count();
    let short = letters <= 4 && token.len() <= 12;
    if digits > 0 && short {
        return Some(token.to_owned());
    }
    if digits > 0 {
        // `2-Setup`: the number ends where the title begins.
        let front: String = token
            .chars()
            .take_while(|letter| letter.is_ascii_digit() || *letter == '.')
            .collect();
        let front = front.trim_end_matches('.');
        return (!front.is_empty()).then(|| front.to_owned());
    }
    let upper = token.len() == 1 && token.chars().all(|letter| letter.is_ascii_uppercase());
    let roman = !token.is_empty()
        && token
            .chars()
            .all(|letter| matches!(letter, 'I' | 'V' | 'X'));
    let spelled = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "zero",
    ]
    .contains(&token.to_ascii_lowercase().as_str());
    if upper || roman || spelled {
        return Some(token.to_owned());
    }
    let chinese: String = text
        .chars()
        .take_while(|letter| "零一二三四五六七八九十".contains(*letter))
        .collect();
    (!chinese.is_empty()).then_some(chinese)
}

/// Returns the title behind a number, or `None` where the number runs on into words.
pub(crate) fn after_number(tail: &str, number: &str) -> Option<String> {
    let letter = number.chars().all(|letter| letter.is_ascii_alphabetic());
    let next = tail.chars().next();
    if next.is_some_and(|next| next.is_alphanumeric() && next.is_ascii()) {
        return None;
    }
    let mut rest = tail.trim_start();
    // `Task 3 (manual): …` keeps its note in the title.
    if letter
        && !rest.is_empty()
        && !rest.starts_with([':', '：', '—', '–', '-', '.', '(', '|', ')'])
    {
        return None;
    }
    loop {
        let shorter = rest.trim_start_matches([
            ' ', ':', '：', '—', '–', '-', '.', '|', '、', ')', '·', '→', '–',
        ]);
        let signless = shorter.trim_start_matches(is_sign);
        if signless.len() == rest.len() {
            return Some(rest.trim().to_owned());
        }
        rest = signless;
    }
}

/// Returns a bare number at the start: `1. Title`, `2.3 Title`, `3) Title`.
pub(crate) fn read_numbered_unit(words: &str) -> Option<UnitName> {
    let number: String = words
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || *letter == '.')
        .collect();
    let bare = number.trim_end_matches('.');
    let rest = &words[number.len()..];
    let suffix: String = rest
        .chars()
        .take(1)
        .filter(char::is_ascii_lowercase)
        .collect();
    let suffix = if rest[suffix.len()..].starts_with([' ', '.', ')', ':']) {
        suffix
    } else {
        String::new()
    };
    let rest = &rest[suffix.len()..];
    if bare.is_empty()
        || bare.len() > 10
        || !bare.starts_with(|letter: char| letter.is_ascii_digit())
        || bare.contains("..")
    {
        return None;
    }
    let separated = rest.starts_with([' ', ')', ':', '-', '、', '\t', '\u{a0}'])
        || number.len() > bare.len() && !rest.is_empty()
        || !suffix.is_empty() && rest.starts_with('.');
    if !separated {
        return None;
    }
    let title = rest
        .trim_start_matches([' ', ')', ':', '-', '—', '–', '、', '\t', '.', '\u{a0}', '*'])
        .trim()
        .to_owned();
    if title.is_empty() || bare.len() == 4 && bare.starts_with("20") {
        return None;
    }
    let rank = if bare.contains('.') {
        Rank::Task
    } else {
        Rank::Phase
    };
    Some(UnitName {
        word: String::new(),
        number: Some(format!("{bare}{suffix}")),
        title,
        rank,
    })
}

/// Returns a code such as `T001`, `T1.2`, `TASK-07` at the start.
pub(crate) fn read_coded_unit(words: &str) -> Option<UnitName> {
    let token: String = words
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-'))
        .collect();
    let token = token.trim_end_matches(['.', '-']);
    let prefix: String = token.chars().take_while(char::is_ascii_uppercase).collect();
    let rest = token[prefix.len()..].trim_start_matches('-');
    let digits = rest.starts_with(|letter: char| letter.is_ascii_digit())
        && rest.chars().filter(char::is_ascii_alphabetic).count() <= 1;
    if prefix.is_empty() || prefix.len() > 5 || !digits || token.len() > 12 {
        return None;
    }
    let tail = &words[token.len()..];
    if !(tail.is_empty() || tail.starts_with([' ', ':', '.', '\u{a0}', ')'])) {
        return None;
    }
    let title = tail
        .trim_start_matches([' ', ':', '.', '—', '–', '-', ')', '\u{a0}'])
        .trim()
        .to_owned();
    Some(UnitName {
        word: String::new(),
        number: Some(token.to_owned()),
        title,
        rank: Rank::Task,
    })
}

/// Returns the words of a box behind the number that it bears: "2. `npm test`", "T003 `npm test`".
pub(crate) fn without_number(words: &str) -> &str {
    let named = read_coded_unit(words).or_else(|| read_numbered_unit(words));
    let title = named.map_or(0, |name| name.title.len());
    let bare = words.trim_end();
    match title {
        0 => words,
        length => &words[bare.len().saturating_sub(length)..],
    }
}

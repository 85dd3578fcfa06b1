//! Text that an expectation quotes and that the output shall contain.

mod quotations;

use serde::Serialize;

use super::denial;
use crate::inline::is_sign;
pub(super) use quotations::quotation_spans;
use quotations::{is_literal, is_number, is_truth};

/// Words behind which stands what is printed.
const SHOWING: &[&str] = &[
    "prints",
    "print",
    "printed",
    "printing",
    "output",
    "outputs",
    "returns",
    "return",
    "returning",
    "shows",
    "show",
    "showing",
    "displays",
    "display",
    "contains",
    "contain",
    "containing",
    "includes",
    "include",
    "including",
    "says",
    "reports",
    "report",
    "logs",
    "lists",
    "list",
    "expected",
    "expect",
    "responds",
    "response",
    "body",
    "message",
    "yields",
    "emits",
    "matches",
    "line",
    "json",
    "输出",
    "显示",
    "返回",
    "包含",
    "预期",
    "imprime",
    "muestra",
    "devuelve",
    "contiene",
    "выводит",
    "содержит",
    "mentions",
    "mention",
    "carries",
    "enthält",
    "enthalten",
    "zeigt",
    "gibt",
    "liefert",
    "meldet",
    "contient",
    "contenir",
    "affiche",
    "renvoie",
    "mencionar",
    "contém",
    "mostra",
    "imprimir",
    "含む",
    "含み",
    "表示",
    "出力",
    "출력",
    "포함",
];

/// Words behind which stands an excerpt of what is printed, whatever the program.
const EXCERPT: &[&str] = &[
    "prints",
    "print",
    "printed",
    "output",
    "outputs",
    "contains",
    "contain",
    "containing",
    "includes",
    "displays",
    "输出",
];

/// Returns whether a word says that something is printed: a verb in the third person, as behind a command.
pub(crate) fn is_showing(word: &str) -> bool {
    SHOWING.contains(&word) && (!word.is_ascii() || word.ends_with('s'))
}

/// Words that tell of another time or case.
const ELSEWHERE: &[&str] = &["instead", "rather", "previously", "if"];

/// Words right before a text at which an output begins or ends, or which is all of it.
const EDGES: [(&str, Stands); 13] = [
    ("equals", Stands::Whole),
    ("equal to", Stands::Whole),
    ("starts with", Stands::Start),
    ("start with", Stands::Start),
    ("begins with", Stands::Start),
    ("beginnt mit", Stands::Start),
    ("commence par", Stands::Start),
    ("empieza con", Stands::Start),
    ("ends with", Stands::End),
    ("end with", Stands::End),
    ("endet mit", Stands::End),
    ("finit par", Stands::End),
    ("termina con", Stands::End),
];

/// A text and how it stands in an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The text.
    pub text: String,
    /// The position in the output.
    pub stands: Stands,
}

/// The word of programs for something that is no error.
const WARNING: &str = "warning";
/// The stream of errors, by the name that it has in all languages.
const ERRORS: &str = "stderr";

impl Held {
    /// States that no warning is told, whatever the words of the plan.
    pub fn warning() -> Self {
        Held {
            text: WARNING.to_owned(),
            stands: Stands::Nowhere,
        }
    }

    /// States that nothing is written to the stream of errors.
    pub fn errors() -> Self {
        Held {
            text: ERRORS.to_owned(),
            stands: Stands::Nowhere,
        }
    }

    /// Tells that it is no text of its own but all that is written to the stream of errors.
    pub fn is_errors(&self) -> bool {
        *self == Held::errors()
    }

    /// Tells that it is no text of its own but any warning.
    pub fn is_warning(&self) -> bool {
        *self == Held::warning()
    }
}

/// The position of a text in an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stands {
    /// The output begins with it.
    Start,
    /// The output ends with it.
    End,
    /// It is all of the output.
    Whole,
    /// It does not stand there.
    Nowhere,
}

/// Quotations of an output, by their meaning.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    /// Texts that it shall contain.
    pub(super) shows: Vec<String>,
    /// Texts with another position in it, or none.
    pub(super) held: Vec<Held>,
    /// Quotations that are not read as part of an output.
    pub(super) left: Vec<String>,
}

/// Text in ticks or quotes that the output shall contain, word for word.
/// `strict`: only behind words that leave no doubt, as for a test runner.
pub(crate) fn list_shown_texts(words: &str, strict: bool) -> Vec<String> {
    read_quotes(words, strict).shows
}

/// The meaning of one quotation for an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Shown,
    Held(Stands),
    Left,
}

/// Reads what words quote of an output.
pub(super) fn read_quotes(words: &str, strict: bool) -> Quotes {
    let mut found = Quotes::default();
    let all = quotation_spans(words);
    let (mut from, mut before) = (0, Part::Left);
    for (at, (outer, inner)) in all.iter().enumerate() {
        let between = words[from..outer.start].to_lowercase();
        let next = all.get(at + 1).map_or(words.len(), |(next, _)| next.start);
        let around = Around {
            between: &between,
            behind: &words[outer.end..next],
            strict,
        };
        from = outer.end;
        let text = words[inner.clone()].trim();
        let joined = before != Part::Left
            && matches!(
                around.near().as_slice(),
                [] | ["and" | "plus" | "y" | "и" | "和"]
            );
        let alone = around.is_alone() && found.shows.is_empty();
        before = around.part(
            text,
            (joined && !around.is_elsewhere()).then_some(before),
            alone,
        );
        match before {
            Part::Shown if found.shows.iter().any(|known| known == text) => {}
            Part::Shown => found.shows.push(text.to_owned()),
            Part::Held(stands) => found.held.push(Held {
                text: text.to_owned(),
                stands,
            }),
            Part::Left => found.left.push(text.to_owned()),
        }
    }
    if !strict {
        found.shows.extend(unquoted_outputs(words));
    }
    found
}

/// The words around a quotation.
struct Around<'a> {
    /// From the quotation before, in lower case.
    between: &'a str,
    /// To the next one.
    behind: &'a str,
    strict: bool,
}

impl Around<'_> {
    /// Returns the last words before it in its sentence.
    fn near(&self) -> Vec<&str> {
        let clause = self
            .between
            .rsplit(['.', ';', '—', '(', '；', '。'])
            .next()
            .unwrap_or("");
        let words = clause.split(|letter: char| letter.is_whitespace() || is_sign(letter));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        words[words.len().saturating_sub(4)..].to_vec()
    }

    fn is_preceded_by(&self, list: &[&str]) -> bool {
        let unspaced = |word: &str| {
            list.iter()
                .any(|one| is_unspaced(one) && word.contains(one))
        };
        self.near()
            .iter()
            .any(|word| list.contains(word) || unspaced(word))
    }

    /// Returns whether nothing but an arrow stands before it: "→ `{"ok": true}`".
    fn is_alone(&self) -> bool {
        let sign = |letter: char| {
            letter.is_whitespace() || matches!(letter, '→' | '>' | '=' | ':' | '-' | '*')
        };
        !self.strict && self.between.chars().all(sign) && self.between.trim() != "-"
    }

    /// Returns whether the words around it tell of another time or case, or offer it as one of two.
    fn is_elsewhere(&self) -> bool {
        let next = self
            .behind
            .trim_start_matches([' ', ',', '*'])
            .to_lowercase();
        self.is_preceded_by(ELSEWHERE) || next.starts_with("or ") || next.starts_with('/')
    }

    /// Returns whether its own clause denies it, by what stands before it or behind it.
    fn denied(&self) -> (bool, bool) {
        let behind = self.behind.to_lowercase();
        let clause = denial::first_clause(&behind);
        // "`x` is not listed", but not "`x` with no errors".
        let mut words = clause
            .split_whitespace()
            .filter(|_| !clause.trim_start().starts_with("with"));
        let near = [words.next(), words.next(), words.next_back()]
            .map(Option::unwrap_or_default)
            .join(" ");
        (
            denial::is_denial(denial::last_clause(self.between)),
            denial::is_denial(&near),
        )
    }

    fn part(&self, text: &str, inherited: Option<Part>, alone: bool) -> Part {
        let told = self.is_preceded_by(if self.strict { EXCERPT } else { SHOWING })
            || !self.strict && says_visible(self.behind);
        let plain = is_literal(text)
            || (alone || self.is_preceded_by(EXCERPT))
                && (is_truth(text) || is_number(text) && self.is_preceded_by(EXCERPT));
        let near = self.near();
        let edge = EDGES
            .iter()
            .find(|(words, _)| near.join(" ").ends_with(words))
            .map(|(_, stands)| *stands);
        let bare = near.len() == 1 && denial::is_denial(near[0]);
        let (before, behind) = self.denied();
        if self.is_elsewhere() || !plain {
            return Part::Left;
        }
        match (edge, before || behind) {
            (Some(_), true) => Part::Left,
            (Some(stands), false) => Part::Held(stands),
            // Denied twice, or of what no verb tells.
            (None, true) if before && behind || !(told || bare) => Part::Left,
            (None, true) => Part::Held(Stands::Nowhere),
            (None, false) if self.is_more() => Part::Left,
            (None, false) if told || alone => Part::Shown,
            (None, false) => inherited.unwrap_or(Part::Left),
        }
        .unless_path(text, told)
    }

    /// Returns whether more is said of it than that it stands there: "`ok` is true", "a non-empty `items` list".
    fn is_more(&self) -> bool {
        const STATES: [&str; 10] = [
            "is", "are", "was", "set", "equals", "=", "has", "ist", "true", "false",
        ];
        let next = self.behind.split_whitespace().next().unwrap_or("");
        let states = STATES.contains(&next.trim_matches([',', '.'])) && !says_visible(self.behind);
        states || self.near().iter().any(|word| word.contains("empty"))
    }
}

impl Part {
    /// A path beside a verb that tells of no output is where something stands.
    fn unless_path(self, text: &str, told: bool) -> Self {
        let path = !told && self == Part::Shown && crate::paths::as_path(text, true).is_some();
        if path { Part::Left } else { self }
    }
}

/// Text of an output that needs no quotes behind a verb: "prints True", "outputs the version 1.2.3", "an empty list".
fn unquoted_outputs(words: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lower = words.to_lowercase();
    let all: Vec<&str> = words
        .split_whitespace()
        .map(|word| word.trim_end_matches(['.', ',', ';']))
        .collect();
    let verb = |at: usize| SHOWING.contains(&all[at].to_lowercase().as_str());
    for (at, word) in all.iter().enumerate() {
        let parts: Vec<&str> = word.trim_start_matches('v').split('.').collect();
        let number =
            |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let version = parts.len() > 2 && parts.iter().all(number);
        let told = (at.saturating_sub(3)..at).any(verb);
        let truth = at > 0
            && at + 1 == all.len()
            && verb(at - 1)
            && ["True", "False", "None"].contains(word);
        if truth || version && told && !denial::is_denial(&all[..at].join(" ").to_lowercase()) {
            found.push((*word).to_owned());
        }
    }
    for (thing, text) in [
        ("list", "[]"),
        ("array", "[]"),
        ("object", "{}"),
        ("dict", "{}"),
    ] {
        let said = ["an empty ", "an empty json "]
            .iter()
            .any(|lead| lower.ends_with(&format!("{lead}{thing}")));
        if said
            && !denial::is_denial(&lower)
            && SHOWING.contains(&lower.split(' ').next().unwrap_or(""))
        {
            found.push(text.to_owned());
        }
    }
    found
}

/// Returns whether a word is of a script that is written without blanks.
fn is_unspaced(word: &str) -> bool {
    word.chars().any(|letter| u32::from(letter) >= 0x2E80)
}

/// Returns whether words quote something that the command itself does not name.
pub(super) fn names_more(words: &str, command: &str) -> bool {
    quotation_spans(words)
        .iter()
        .any(|(_, inner)| !command.contains(words[inner.clone()].trim()))
}

/// Returns what an expected failure is to show: the text that is quoted, the errors that are named, and beside those
/// the statuses of answers.
pub(crate) fn failure_texts(words: &str) -> Vec<String> {
    let verdict = |text: &str| {
        let bare = text
            .trim_matches(|letter: char| !letter.is_alphanumeric())
            .to_lowercase();
        let counts = bare
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty());
        let said = |word: &str| {
            word.starts_with("fail") || word.starts_with("pass") || word.parse::<u64>().is_ok()
        };
        counts
            .into_iter()
            .all(|word| said(word) || ["exit", "code", "red", "error", "errors"].contains(&word))
    };
    let mut found: Vec<String> = quotation_spans(words)
        .into_iter()
        .map(|(_, inner)| words[inner].trim().to_owned())
        .collect();
    found.retain(|text| !verdict(text) && !shell::is_command(text));
    for word in words.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')) {
        let kind = ["Error", "Exception"]
            .into_iter()
            .any(|end| word.len() > end.len() && word.ends_with(end));
        if kind && !found.iter().any(|known| known.contains(word)) {
            found.push(word.to_owned());
        }
    }
    if !found.is_empty() {
        found.extend(failing_statuses(words));
    }
    found
}

/// Statuses of HTTP that tell of an error and are not denied: "404 / NotImplementedError".
pub(crate) fn failing_statuses(words: &str) -> Vec<String> {
    let bare = |word: &str| {
        word.trim_matches(|letter: char| !letter.is_alphanumeric())
            .to_lowercase()
    };
    let all: Vec<String> = words
        .split_whitespace()
        .map(bare)
        .filter(|word| !word.is_empty())
        .collect();
    let is_status = |word: &str| {
        word.len() == 3
            && word
                .parse::<u16>()
                .is_ok_and(|code| (400..600).contains(&code))
    };
    let denied = |at: usize| at > 0 && ["not", "no", "than", "of"].contains(&all[at - 1].as_str());
    (0..all.len())
        .filter(|at| is_status(&all[*at]) && !denied(*at))
        .map(|at| all[at].clone())
        .collect()
}

/// Returns whether the words behind a quotation say that it is seen: "`x` is listed", "`x` log line appears".
fn says_visible(behind: &str) -> bool {
    const SEEN: [&str; 6] = ["appear", "listed", "printed", "shown", "logged", "출력"];
    let clause = behind
        .split(['.', ';', ',', '`', '"', '('])
        .next()
        .unwrap_or("")
        .to_lowercase();
    clause
        .split_whitespace()
        .take(4)
        .any(|word| SEEN.iter().any(|seen| word.starts_with(seen)))
}

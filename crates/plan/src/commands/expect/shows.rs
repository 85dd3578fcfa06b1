//! Text that an expectation quotes and that the output shall contain.

use crate::document::Span;
use crate::inline::{code_spans, is_sign};

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

/// Whether a word says that something is printed: a verb in the third person, as behind a command.
pub(crate) fn is_showing(word: &str) -> bool {
    SHOWING.contains(&word) && (!word.is_ascii() || word.ends_with('s'))
}

/// Words that deny, or tell of another time.
const DENYING: &[&str] = &[
    "no",
    "not",
    "never",
    "without",
    "instead",
    "doesn't",
    "don't",
    "neither",
    "nor",
    "rather",
    "previously",
    "if",
    "不",
    "无",
];

/// Text in ticks or quotes that the output shall contain, word for word.
/// `strict`: only behind words that leave no doubt, as for a test runner.
pub(crate) fn shows(words: &str, strict: bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let (mut from, mut kept) = (0, false);
    for (outer, inner) in quoted(words) {
        let between = words[from..outer.start].to_lowercase();
        from = outer.end;
        let clause = between.rsplit(['.', ';', '—', '(', '；', '。']).next().unwrap_or("");
        let left: Vec<&str> = clause.split(|letter: char| letter.is_whitespace() || is_sign(letter)).collect();
        let left: Vec<&str> = left.into_iter().filter(|word| !word.is_empty()).collect();
        let near = &left[left.len().saturating_sub(4)..];
        let told = |list: &[&str]| {
            near.iter().any(|word| list.contains(word) || list.iter().any(|one| !one.is_ascii() && word.contains(one)))
        };
        let joined = kept && matches!(near, [] | ["and"] | ["plus"] | ["y"] | ["и"] | ["和"]);
        let alone = !strict && near.is_empty() && found.is_empty() && between.trim().is_empty();
        let text = words[inner].trim();
        let told_of = told(if strict { EXCERPT } else { SHOWING }) || !strict && appears(&words[outer.end..]);
        kept = (joined || alone || told_of)
            && !told(DENYING)
            && (is_literal(text) || told(EXCERPT) && (is_number(text) || is_truth(text)))
            && (told_of || crate::paths::as_path(text, true).is_none())
            && !denied_behind(&words[outer.end..]);
        if kept && !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }
    found
}

/// Whether words quote something that the command itself does not name.
pub(super) fn quotes(words: &str, command: &str) -> bool {
    quoted(words).iter().any(|(_, inner)| !command.contains(words[inner.clone()].trim()))
}

/// What an expected failure is to show: the text that is quoted, and the errors that are named.
pub(crate) fn failures(words: &str) -> Vec<String> {
    let verdict = |text: &str| {
        let bare = text.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
        let counts = bare.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        let said = |word: &str| word.starts_with("fail") || word.starts_with("pass") || word.parse::<u64>().is_ok();
        counts.into_iter().all(|word| said(word) || ["exit", "code", "red", "error", "errors"].contains(&word))
    };
    let mut found: Vec<String> = quoted(words).into_iter().map(|(_, inner)| words[inner].trim().to_owned()).collect();
    found.retain(|text| !verdict(text) && !shell::is_command(text));
    for word in words.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')) {
        let kind = ["Error", "Exception"].into_iter().any(|end| word.len() > end.len() && word.ends_with(end));
        if kind && !found.iter().any(|known| known.contains(word)) {
            found.push(word.to_owned());
        }
    }
    found
}

/// Whether the words behind a quotation say that it is seen: "`x` is listed", "`x` log line appears".
fn appears(behind: &str) -> bool {
    const SEEN: [&str; 6] = ["appear", "listed", "printed", "shown", "logged", "출력"];
    let clause = behind.split(['.', ';', ',', '`', '"', '(']).next().unwrap_or("").to_lowercase();
    clause.split_whitespace().take(4).any(|word| SEEN.iter().any(|seen| word.starts_with(seen)))
}

/// Whether the words behind a quotation take it back: "`x` is absent", "`x` or `y`".
fn denied_behind(behind: &str) -> bool {
    let lower = behind.to_lowercase();
    let next = lower.trim_start_matches(|letter: char| letter.is_whitespace() || matches!(letter, ',' | '*'));
    ["or ", "is absent", "is not", "does not", "is gone", "no longer", "is missing", "not ", "/"]
        .iter()
        .any(|word| next.starts_with(word))
}

/// Code spans, and quotations outside them, in order: with and without their signs.
fn quoted(words: &str) -> Vec<(Span, Span)> {
    let mut found: Vec<(Span, Span)> = code_spans(words, 0).into_iter().map(|span| (span.outer, span.inner)).collect();
    let spans = found.clone();
    let mut open: Option<(usize, usize)> = None;
    for (at, letter) in words.char_indices() {
        let inside = spans.iter().any(|(outer, _)| outer.contains(&at));
        if inside || !matches!(letter, '"' | '“' | '”') {
            continue;
        }
        match open.take() {
            Some((start, inner)) => {
                // A quotation that holds a code span is the code span's.
                if !spans.iter().any(|(outer, _)| outer.start >= start && outer.end <= at) {
                    found.push((start..at + letter.len_utf8(), inner..at));
                }
            }
            None => open = Some((at, at + letter.len_utf8())),
        }
    }
    found.sort_by_key(|(outer, _)| outer.start);
    found
}

/// A short number is told by itself: "prints `4`" means a line of its own.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() < 3 && text.chars().all(|letter| letter.is_ascii_digit())
}

/// "prints `True`": a line of its own.
fn is_truth(text: &str) -> bool {
    ["true", "false", "none", "null"].contains(&text.to_lowercase().as_str())
}

/// Whether quoted words can stand in an output as they are.
fn is_literal(text: &str) -> bool {
    let bare = text.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
    let verdict =
        ["pass", "passed", "passes", "fail", "failed", "fails", "failures", "success", "true", "false", "none"]
            .contains(&bare.as_str());
    let elided = text.contains("...") || text.contains('…') || text.contains("XX");
    let holder = text.split('<').skip(1).any(|part| {
        part.split_once('>').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|letter| letter.is_alphabetic() || matches!(letter, '-' | '_' | ' '))
        })
    }) && !text.contains("</");
    let counted = text.chars().count() < 2 || bare.chars().all(|letter| letter.is_ascii_digit()) && bare.len() < 3;
    !verdict && !elided && !holder && !counted && !shell::is_command(text)
}

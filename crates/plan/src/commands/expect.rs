//! What a plan expects of a command, from its words.

use std::sync::LazyLock;

use super::{Expect, ExpectedOutcome};
use crate::document::Span;
use crate::inline::{code_spans, is_sign, one_line, plain};

const NOTHING: &[&str] = &[
    "no results",
    "no matches",
    "no match",
    "no output",
    "returns nothing",
    "empty output",
    "0 matches",
    "zero matches",
    "no hits",
    "zero hits",
    "zero results",
    "0 results",
    "nothing found",
    "no references",
    "returns empty",
    "should be empty",
    "returns no",
    "empty result",
    "zero occurrences",
    "0 occurrences",
    "no occurrences",
    "无输出",
    "无匹配",
    "没有结果",
    "无结果",
    "sin resultados",
    "sin coincidencias",
    "ninguna coincidencia",
];
const UNFAILED: &[&str] = &[
    "no failures",
    "0 failures",
    "zero failures",
    "no failing",
    "0 failed",
    "zero failed",
    "without failure",
    "no errors",
    "0 errors",
    "zero errors",
    "without errors",
    "without error",
    "no error",
    "not fail",
    "never fails",
    "no new failures",
    "no new errors",
    "error-free",
    "errors: 0",
    "failed: 0",
    "no type errors",
    "no typescript errors",
    "no lint errors",
    "no import errors",
    "no import error",
    "0 type errors",
    "no compile errors",
    "no compilation errors",
    "no regressions",
    "sin errores",
    "无错误",
    "0 错",
    "0 錯",
    "0错",
    "零错误",
    "無錯誤",
    "没有报错",
    "不报错",
    "无报错",
    "0 个错误",
    "没有错误",
    "0 fail",
];
/// What each of [`UNFAILED`] holds a part of.
const DENIABLE: &[&str] = &["fail", "err", "regress", "错", "錯"];
const FAILS: &[&str] = &[
    "fail",
    "error",
    "exception",
    "not found",
    "cannot find",
    "can't find",
    "undefined",
    "does not exist",
    "doesn't exist",
    "non-zero",
    "nonzero",
    "no module named",
    "cannot import",
    "unresolved",
    "does not compile",
    "won't compile",
    "red",
    "失败",
    "报错",
    "错误",
    "falla",
    "fallar",
    "fallo",
    "échec",
    "échoue",
    "fehlschlag",
    "schlägt fehl",
    "失敗",
    "실패",
    "упадёт",
    "падает",
    "провал",
    "ошибка",
    "помилка",
    "falha",
    "błąd",
    "panics",
];
const PASSES: &[&str] = &[
    "pass",
    "success",
    "succeed",
    "succeeds",
    "green",
    "ok",
    "clean",
    "compiles",
    "builds",
    "build completes",
    "exit 0",
    "exit code 0",
    "exits 0",
    "exit status 0",
    "unfailed",
    "works",
    "200",
    "up to date",
    "already formatted",
    "通过",
    "成功",
    "全部通过",
    "pasa",
    "pasan",
    "éxito",
    "exitoso",
    "exitosamente",
    "correctamente",
    "réussi",
    "réussit",
    "bestanden",
    "erfolgreich",
    "成功する",
    "通る",
    "통과",
    "성공",
    "проходят",
    "проходит",
    "успешно",
    "успішно",
    "проходять",
    "зелёный",
    "passa",
    "sucesso",
    "przechodzi",
    "no issues",
    "no problems",
    "no warnings",
    "no diff",
    "no changes",
    "all checks",
];

/// Reads an expectation.
pub(crate) fn expectation(words: &str) -> Expect {
    let text = one_line(&plain(words));
    let lower = text.to_lowercase();
    if lower.is_empty() {
        return Expect::default();
    }
    let passed = passed(&lower);
    let shows = shows(words, false);
    Expect { outcome: outcome(&lower), words: Some(text), passed, shows }
}

fn outcome(lower: &str) -> ExpectedOutcome {
    let mut words = lower.to_owned();
    if DENIABLE.iter().any(|stem| lower.contains(stem)) {
        for negated in UNFAILED {
            words = words.replace(negated, "unfailed");
        }
    }
    earliest(&words).map_or(ExpectedOutcome::Unstated, |(_, told)| told)
}

/// The first word that tells an outcome, and where it begins.
fn earliest(text: &str) -> Option<(usize, ExpectedOutcome)> {
    /// By their first byte.
    static TELLING: LazyLock<Vec<Vec<(&str, ExpectedOutcome)>>> = LazyLock::new(|| {
        let of = |words: &'static [&'static str], told| words.iter().map(move |word| (*word, told));
        let failing = of(FAILS, ExpectedOutcome::Fail).chain(of(PASSES, ExpectedOutcome::Pass));
        let mut telling = vec![Vec::new(); 256];
        // Of two that begin together, the one of the earlier table counts.
        for (word, told) in of(NOTHING, ExpectedOutcome::NoMatches).chain(failing) {
            telling[usize::from(word.as_bytes()[0])].push((word, told));
        }
        telling
    });
    let bytes = text.as_bytes();
    (0..bytes.len()).find_map(|at| {
        let inside = at > 0 && bytes[at].is_ascii() && bytes[at - 1].is_ascii_alphanumeric();
        let here = |word: &str| bytes[at..].starts_with(word.as_bytes());
        if inside {
            // The tail of `ImportError`.
            let tail = bytes[at] == b'e' && (here("error") || here("exception"));
            return tail.then_some((at, ExpectedOutcome::Fail));
        }
        let fitting = |word: &str| {
            let after = || text[at + word.len()..].chars().next();
            here(word) && !(word.len() <= 3 && word.is_ascii() && after().is_some_and(char::is_alphanumeric))
        };
        let beginning = &TELLING[usize::from(bytes[at])];
        beginning.iter().find(|(word, _)| fitting(word)).map(|(_, told)| (at, *told))
    })
}

/// The number of tests that pass: "12 passed", "all 12 tests pass", "12/12".
fn passed(lower: &str) -> Option<u64> {
    let words: Vec<&str> = lower
        .split(|letter: char| letter.is_whitespace() || matches!(letter, '(' | ')' | ',' | ';' | ':' | '`' | '+' | '*'))
        .filter(|word| !word.is_empty())
        .collect();
    for (at, word) in words.iter().enumerate() {
        let number = word.split('/').next().and_then(|word| word.parse::<u64>().ok());
        let Some(number) = number else { continue };
        let mut behind = words[at + 1..].iter().take(3);
        let next = behind.next().copied().unwrap_or("");
        let tests = matches!(next, "tests" | "test" | "specs" | "cases" | "new" | "unit" | "个测试" | "pruebas");
        let second = behind.next().copied().unwrap_or("");
        let third = behind.next().copied().unwrap_or("");
        let says = |word: &str| word.starts_with("pass") || word == "green" || word.starts_with("通过");
        let approximate = at > 0 && matches!(words[at - 1], "~" | "least" | "about" | "over");
        if !approximate && (says(next) || tests && (says(second) || says(third))) {
            return Some(number);
        }
    }
    None
}

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
pub(super) fn shows(words: &str, strict: bool) -> Vec<String> {
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
        let told_of = told(if strict { EXCERPT } else { SHOWING });
        kept = (joined || alone || told_of)
            && !told(DENYING)
            && (is_literal(text) || told(EXCERPT) && is_number(text))
            && (told_of || crate::paths::as_path(text, true).is_none())
            && !denied_behind(&words[outer.end..]);
        if kept && !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    }
    found
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_denial_holds_what_it_denies() {
        let whole = |word: &&&str| DENIABLE.iter().any(|stem| word.contains(stem));
        assert_eq!(UNFAILED.iter().find(|word| !whole(word)), None);
    }

    #[test]
    fn the_first_word_tells() {
        let told = [
            ("all tests pass, no failures", ExpectedOutcome::Pass),
            ("fails with importerror", ExpectedOutcome::Fail),
            ("importerror, then it passes", ExpectedOutcome::Fail),
            ("no errors", ExpectedOutcome::Pass),
            ("returns no results", ExpectedOutcome::NoMatches),
            ("测试通过", ExpectedOutcome::Pass),
            ("redirected to the okapi", ExpectedOutcome::Unstated),
            ("it is there", ExpectedOutcome::Unstated),
        ];
        for (words, outcome) in told {
            assert_eq!(super::outcome(words), outcome, "{words}");
        }
    }
}

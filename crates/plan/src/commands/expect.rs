//! What a plan expects of a command, from its words.

use super::{Expect, ExpectedOutcome};
use crate::inline::{code_spans, one_line, plain};

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
    "没有错误",
    "0 fail",
];
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
    let shows = shows(words);
    Expect { outcome: outcome(&lower), words: Some(text), passed, shows }
}

fn outcome(lower: &str) -> ExpectedOutcome {
    let mut words = lower.to_owned();
    for negated in UNFAILED {
        words = words.replace(negated, "unfailed");
    }
    let first = |list: &[&str]| list.iter().filter_map(|word| find_word(&words, word)).min();
    let (fail, pass, nothing) = (first(FAILS), first(PASSES), first(NOTHING));
    let earliest = [fail, pass, nothing].into_iter().flatten().min();
    match earliest {
        None => ExpectedOutcome::Unstated,
        at if at == nothing => ExpectedOutcome::NoMatches,
        at if at == fail => ExpectedOutcome::Fail,
        _ => ExpectedOutcome::Pass,
    }
}

/// Where a word begins; ASCII words only at the start of a word, or as the tail of `ImportError`.
fn find_word(text: &str, word: &str) -> Option<usize> {
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let short = word.len() <= 3 && word.is_ascii();
        let free =
            !before.is_some_and(|letter| letter.is_ascii_alphanumeric()) || matches!(word, "error" | "exception");
        !word.is_ascii() || free && !(short && after.is_some_and(char::is_alphanumeric))
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

/// Text in ticks or quotes that the output shall contain.
fn shows(words: &str) -> Vec<String> {
    let mut found: Vec<String> = code_spans(words, 0).into_iter().map(|span| words[span.inner].to_owned()).collect();
    let mut rest = words;
    while let Some(open) = rest.find(['"', '“']) {
        let width = rest[open..].chars().next().map_or(1, char::len_utf8);
        let inner = &rest[open + width..];
        let Some(close) = inner.find(['"', '”']) else { break };
        let quoted = inner[..close].trim();
        if quoted.chars().count() > 2 && !quoted.contains('`') {
            found.push(quoted.to_owned());
        }
        let end = inner[close..].chars().next().map_or(1, char::len_utf8);
        rest = &inner[close + end..];
    }
    found.retain(|text| {
        !text.is_empty()
            && crate::paths::as_path(text, true).is_none()
            && !super::looks_like_command(text)
            && !["PASS", "FAIL", "0", "1"].contains(&text.as_str())
    });
    found.dedup();
    found
}

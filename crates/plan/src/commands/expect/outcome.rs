//! Reads whether a command shall pass, fail or find nothing, from the words of an expectation.

use std::sync::LazyLock;

use super::denial;
use crate::commands::ExpectedOutcome;

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
    "ohne fehler",
    "keine fehler",
    "sans erreur",
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
/// Words of failure, one of which is a part of each of [`UNFAILED`].
const DENIABLE: &[&str] = &["fail", "err", "fehler", "regress", "错", "錯"];
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
pub(super) fn read_outcome(lower: &str) -> ExpectedOutcome {
    let mut words = lower.to_owned();
    if DENIABLE.iter().any(|stem| lower.contains(stem)) {
        for negated in UNFAILED {
            words = words.replace(negated, "unfailed");
        }
    }
    first_outcome(&words)
}

/// The part of a word of failure in a sentence: it tells an outcome by itself, or is only what something is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// "fails", "passes", "not found".
    Predicate,
    /// "error", "failing", "失败": in "all error tests pass" it tells nothing.
    Noun,
}

/// A word that tells an outcome, and where it stands.
struct Telling {
    at: usize,
    end: usize,
    outcome: ExpectedOutcome,
    part: Part,
}

/// Tells that one of the words says that nothing comes, whatever else is said: "exits 0 with no output".
pub(in crate::commands) fn says_no_output(lower: &str) -> bool {
    let mut from = 0;
    while let Some(telling) = next_outcome_word(lower, from) {
        let output = lower[telling.at..telling.end].ends_with("output")
            || lower[telling.at..].starts_with("无输出");
        if output && !is_denied(clause_before(&lower[..telling.at]), NEAR) {
            return true;
        }
        from = telling.end;
    }
    false
}

/// Returns whether what a clause denies is part of the outcome that it tells: "no errors", "does not pass", but not
/// "does not print ok".
pub(super) fn reads_denial(clause: &str) -> bool {
    let mut words = clause.to_owned();
    for negated in UNFAILED {
        words = words.replace(negated, "unfailed");
    }
    if !denial::is_denial(&words) {
        return true;
    }
    let Some(telling) = next_outcome_word(&words, 0) else {
        return false;
    };
    let before = &words[..telling.at];
    match telling.outcome {
        ExpectedOutcome::Fail => true,
        ExpectedOutcome::Pass => {
            is_denied(before, NEAR)
                || !denial::is_denial(before) && denial::is_denial(&words[telling.at..telling.end])
        }
        _ => false,
    }
}

/// Returns the outcome of the first word that tells one: "fails, then passes" fails; "no build errors" and "all error
/// tests pass" pass.
fn first_outcome(text: &str) -> ExpectedOutcome {
    let mut from = 0;
    while let Some(telling) = next_outcome_word(text, from) {
        let before = clause_before(&text[..telling.at]);
        let after = clause_after(&text[telling.end..]);
        match telling.outcome {
            ExpectedOutcome::NoMatches if before.ends_with("non-") || before.ends_with("not ") => {
                return ExpectedOutcome::Pass;
            }
            ExpectedOutcome::Fail if is_denied(before, FAR) => return ExpectedOutcome::Pass,
            ExpectedOutcome::Fail if telling.part == Part::Noun && says_pass(after) => {
                from = telling.end
            }
            ExpectedOutcome::Pass if is_denied(before, NEAR) => return ExpectedOutcome::Fail,
            outcome => return outcome,
        }
    }
    ExpectedOutcome::Unstated
}

/// The words before something in its clause that a denial may stand among: "no TypeScript or build errors".
const FAR: usize = 5;
/// A verb is denied by what stands right before it: "does not pass".
const NEAR: usize = 1;

/// Returns whether one of the last `reach` words denies what follows.
fn is_denied(before: &str, reach: usize) -> bool {
    const DENIALS: [&str; 20] = [
        "no", "not", "without", "zero", "0", "never", "cannot", "doesn't", "don't", "won't",
        "neither", "nor", "keine", "kein", "ohne", "nicht", "sin", "sans", "sem", "без",
    ];
    const SIGNS: [&str; 7] = ["没有", "无", "不", "未", "無", "なし", "없"];
    let word = |word: &str| {
        DENIALS.contains(
            &word.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '\''),
        )
    };
    let near = before.trim_end();
    before.split_whitespace().rev().take(reach).any(word)
        || SIGNS.iter().any(|sign| near.ends_with(sign))
}

/// Signs and words that end a clause.
const BREAKS: [&str; 14] = [
    ".",
    ";",
    ",",
    "—",
    "(",
    ")",
    "。",
    "；",
    "，",
    " but ",
    " then ",
    " because ",
    " until ",
    " since ",
];

fn clause_before(text: &str) -> &str {
    let from = BREAKS
        .iter()
        .filter_map(|sign| text.rfind(sign).map(|at| at + sign.len()))
        .max();
    &text[from.unwrap_or(0)..]
}

fn clause_after(text: &str) -> &str {
    let to = BREAKS.iter().filter_map(|sign| text.find(sign)).min();
    &text[..to.unwrap_or(text.len())]
}

/// Returns whether a clause says that something passes.
fn says_pass(clause: &str) -> bool {
    let mut from = 0;
    while let Some(telling) = next_outcome_word(clause, from) {
        if telling.outcome == ExpectedOutcome::Pass {
            return !is_denied(&clause[..telling.at], NEAR);
        }
        if telling.part == Part::Predicate {
            return false;
        }
        from = telling.end;
    }
    false
}

/// Returns the next word at or behind `from` that tells an outcome.
fn next_outcome_word(text: &str, from: usize) -> Option<Telling> {
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
    (from..bytes.len()).find_map(|at| {
        let inside = at > 0 && bytes[at].is_ascii() && bytes[at - 1].is_ascii_alphanumeric();
        let here = |word: &str| bytes[at..].starts_with(word.as_bytes());
        if inside {
            // The tail of `ImportError`.
            let tail = ["error", "exception"].into_iter().find(|word| here(word))?;
            let (outcome, part) = (ExpectedOutcome::Fail, Part::Noun);
            return Some(Telling {
                at,
                end: at + tail.len(),
                outcome,
                part,
            });
        }
        let fitting = |word: &str| {
            let after = || text[at + word.len()..].chars().next();
            // "returns non-zero" says of a status what "returns no rows" says of rows.
            let whole = |letter: char| letter.is_alphanumeric() || letter == '-';
            here(word)
                && !(word.ends_with(" no") && after().is_some_and(whole))
                && !(word.len() <= 3
                    && word.is_ascii()
                    && after().is_some_and(char::is_alphanumeric))
        };
        let beginning = &TELLING[usize::from(bytes[at])];
        let (word, outcome) = beginning.iter().find(|(word, _)| fitting(word))?;
        let tail = text[at + word.len()..]
            .chars()
            .take_while(|letter| letter.is_ascii_alphabetic())
            .count();
        let end = at + word.len() + tail;
        Some(Telling {
            at,
            end,
            outcome: *outcome,
            part: part_of_sentence(&text[at..end]),
        })
    })
}

/// Returns what part of a sentence a word of failure is.
fn part_of_sentence(word: &str) -> Part {
    const NOUNS: [&str; 13] = [
        "error",
        "errors",
        "errored",
        "exception",
        "exceptions",
        "failure",
        "failures",
        "failing",
        "failed",
        "undefined",
        "red",
        "unresolved",
        "panics",
    ];
    if NOUNS.contains(&word) || !word.is_ascii() {
        Part::Noun
    } else {
        Part::Predicate
    }
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
            (
                "all pipeline + eventbus + errors tests pass",
                ExpectedOutcome::Pass,
            ),
            ("no importerror", ExpectedOutcome::Pass),
            ("no typescript or build errors", ExpectedOutcome::Pass),
            ("the failing test now passes", ExpectedOutcome::Pass),
            ("error handling tests are green", ExpectedOutcome::Pass),
            ("should not raise an exception", ExpectedOutcome::Pass),
            ("error, because it does not pass yet", ExpectedOutcome::Fail),
            ("the check does not pass", ExpectedOutcome::Fail),
            ("undefined until task 3 passes", ExpectedOutcome::Fail),
            ("fail: expected pass, got fail", ExpectedOutcome::Fail),
            ("错误处理测试通过", ExpectedOutcome::Pass),
            ("测试失败", ExpectedOutcome::Fail),
            ("没有编译错误", ExpectedOutcome::Fail),
            ("a non-empty output", ExpectedOutcome::Pass),
            ("empty output", ExpectedOutcome::NoMatches),
        ];
        for (words, outcome) in told {
            assert_eq!(super::read_outcome(words), outcome, "{words}");
        }
    }
}

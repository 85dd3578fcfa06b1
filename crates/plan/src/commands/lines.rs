//! Commands inside sentences: "Run: `pytest -q`", "`npm test` passes", and what the sentence expects.

mod expectations;

use super::means::{is_maker, is_means, is_means_of_verb, is_run_behind};
use super::{
    Doubt, Expect, ExpectedOutcome, PlannedCommand, new_command, read_expectation, unknown,
};
use crate::changes::asks_for_change;
use crate::document::Span;
use crate::inline::{CodeSpan, code_spans, comparison_key, one_line, plain_text};
use crate::mention::denies_name;
pub(crate) use expectations::{asked_to_see, attach_expectation, mark_unread_words};
use expectations::{attach_claim, expectation_behind, expected_behind};

/// The kind of line, by which a code span in it is more or less surely a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// The line is labelled as a command.
    Labelled,
    /// The line is a criterion.
    Criterion,
    /// The line may be anything: a command counts as in a criterion, its words claim nothing beyond what they say.
    Mention,
    /// Any sentence: only behind a word such as "run".
    Sentence,
}

const RUNS: &[&str] = &[
    "run",
    "running",
    "runs",
    "execute",
    "executing",
    "rerun",
    "re-run",
    "invoke",
    "verify with",
    "via",
    "using",
    "launch",
    "start",
    "run the",
    "command",
    "verify by",
    "运行",
    "执行",
    "ejecuta",
    "ejecutar",
    "ejecute",
    "ejecutando",
    "запустить",
    "запусти",
    "запустіть",
    "выполнить",
    "выполни",
    "виконати",
    "실행",
    "実行",
    "lancer",
    "lance",
    "exécuter",
    "ausführen",
    "prüfen",
    "führe",
    "uruchom",
    "rode",
    "rodar",
    "then",
    "confirm with",
    "check with",
    "test with",
];

/// Returns whether a code span of `words` is a command to run, by what stands around it; `first`: no span stands before it.
fn is_asked_command(words: &str, span: &CodeSpan, first: bool, manner: Manner) -> bool {
    let inner = &words[span.inner.clone()];
    let before = &words[..span.outer.start];
    match manner {
        Manner::Criterion => {
            let known = shell::is_command(inner) || stands_alone(words, &span.outer, inner);
            known || unknown::is_in_place(words, &span.outer, inner, says_run(before, 1))
        }
        Manner::Mention => shell::is_command(inner) || stands_alone(words, &span.outer, inner),
        Manner::Labelled => {
            shell::is_command(inner) || first && inner.contains(' ') && before.trim().is_empty()
        }
        Manner::Sentence => {
            let alone = span.outer == (0..words.trim_end().len()) && inner.contains(' ');
            let told = || {
                let behind = &words[span.outer.end..];
                says_run(before, 5)
                    || is_means(before)
                    || is_run_behind(behind)
                    || is_maker(before, behind)
                    || is_means_of_verb(before, behind)
            };
            let meant = || {
                !is_conditional(before)
                    && !denies_name(words, &span.outer, &|word| RUNS.contains(&word))
            };
            let asked = || told() && meant() && !is_part_of_change(before, inner);
            // Most code is no command: that is asked first, as it takes the least time.
            (shell::is_command(inner) || stands_alone(words, &span.outer, inner))
                && (alone || asked())
        }
    }
}

/// Gives a command the outcome that the words before it state, where a note behind it states none or only that it fails.
fn read_outcome_before(expect: &mut Expect, before: &str) {
    let open = matches!(
        expect.outcome,
        ExpectedOutcome::Unstated | ExpectedOutcome::Fail
    ) && expect.count.is_none();
    if !open {
        return;
    }
    let whole = read_expectation(before);
    if matches!(
        whole.outcome,
        ExpectedOutcome::Pass | ExpectedOutcome::NoMatches
    ) {
        expect.outcome = whole.outcome;
        expect.passed = expect.passed.or(whole.passed);
    }
}

/// Returns the commands of `words`, which begin at `base` in the text.
pub(crate) fn in_line(words: &str, base: usize, manner: Manner) -> Vec<PlannedCommand> {
    let spans = code_spans(words, 0);
    let chosen: Vec<CodeSpan> = spans
        .iter()
        .enumerate()
        .filter(|(at, span)| is_asked_command(words, span, *at == 0, manner))
        .map(|(_, span)| span.clone())
        .collect();
    if chosen.is_empty() && manner == Manner::Labelled && spans.is_empty() {
        return unquoted_command(words, base).into_iter().collect();
    }
    let mut found: Vec<PlannedCommand> = Vec::new();
    for (at, span) in chosen.iter().enumerate() {
        let until = chosen
            .get(at + 1)
            .map_or(words.len(), |next| next.outer.start);
        let behind = &words[span.outer.end..until];
        let mut expect = expectation_behind(behind, manner);
        let before = &words[chosen[..at].last().map_or(0, |last| last.outer.end)..span.outer.start];
        // What a criterion says before its command, a note behind it can't turn round.
        if matches!(manner, Manner::Criterion | Manner::Mention) {
            read_outcome_before(&mut expect, before);
        }
        let place = base + span.inner.start..base + span.inner.end;
        let mut one = new_command(&words[span.inner.clone()], place, expect);
        one.folder = stated_folder_beside(words, &chosen);
        let asked = says_run(&words[..span.outer.start], 1);
        let unknown = manner == Manner::Criterion
            && unknown::is_in_place(words, &span.outer, &one.text, asked);
        if unknown && one.doubt.is_none() {
            one.doubt = Some(Doubt::UnknownProgram);
        }
        if one.facts.is_look() && manner != Manner::Sentence {
            attach_expectation(&mut one, before, behind, manner);
            found.push(one);
            continue;
        }
        if manner == Manner::Criterion {
            if one.expect == Expect::default() {
                attach_claim(&mut one, before);
            }
            mark_unread_words(&mut one, before, behind);
        } else if matches!(manner, Manner::Mention | Manner::Sentence)
            && expected_behind(behind).is_none()
        {
            one.expect.left = false;
        }
        if one.server && one.expect.outcome == ExpectedOutcome::Pass {
            // It does not end: what it is to do once it runs is not read.
            one.expect = Expect {
                words: Some(one_line(&plain_text(before))),
                ..Expect::default()
            };
        }
        found.push(one);
    }
    share_expectation(words, &chosen, &mut found);
    found
}

/// Gives commands that stand together what is said behind the last of them: "`npm run build` and `npm run lint` clean".
fn share_expectation(words: &str, chosen: &[CodeSpan], found: &mut [PlannedCommand]) {
    for at in (1..found.len()).rev() {
        let between = &words[chosen[at - 1].outer.end..chosen[at].outer.start];
        let note = between
            .split_once('(')
            .and_then(|(front, rest)| Some((front, rest.split_once(')')?.1)));
        let bare = note.map_or_else(
            || between.to_owned(),
            |(front, behind)| format!("{front}{behind}"),
        );
        let joins =
            bare.split_whitespace().count() <= 1 && !bare.contains(['.', ';', '|', '→', ':']);
        let outcome = found[at].expect.outcome;
        let looks = found[at].facts.is_look() && found[at - 1].facts.is_look();
        if joins && looks && found[at - 1].expect == Expect::default() {
            found[at - 1].expect = found[at].expect.clone();
        }
        let shared = matches!(outcome, ExpectedOutcome::Pass | ExpectedOutcome::Fail)
            && found[at].facts.is_check();
        if joins
            && shared
            && found[at - 1].expect == Expect::default()
            && found[at - 1].facts.is_check()
        {
            found[at - 1].expect.outcome = outcome;
        }
    }
}

/// Returns a command behind a label without ticks.
fn unquoted_command(words: &str, base: usize) -> Option<PlannedCommand> {
    let end = [";", "—", "→", " ("]
        .iter()
        .filter_map(|sign| words.find(sign))
        .min()
        .unwrap_or(words.len());
    let text = words[..end].trim();
    if !shell::is_command(text) {
        return None;
    }
    let at = base + words.find(text).unwrap_or(0);
    Some(new_command(
        text,
        at..at + text.len(),
        expectation_behind(&words[end..], Manner::Labelled),
    ))
}

/// Returns whether code is the name of a program alone that is to be run, where the sentence leaves no doubt.
fn stands_alone(words: &str, outer: &Span, inner: &str) -> bool {
    if !shell::names_program(inner) {
        return false;
    }
    let before = &words[..outer.start];
    let passes = outer.start == 0 && words[outer.end..].to_lowercase().contains("pass");
    says_run(before, 1) || before.trim_end().ends_with(':') || passes
}

/// Returns whether one of the last `reach` words asks to run what follows.
fn says_run(before: &str, reach: usize) -> bool {
    let lower = comparison_key(&before[last_words_start(before)..]);
    let tail: Vec<&str> = lower.split_whitespace().rev().take(reach).collect();
    RUNS.iter().any(|word| {
        if word.contains(' ') {
            return lower.ends_with(word);
        }
        tail.iter()
            .any(|left| left == word || !word.is_ascii() && left.contains(word))
    })
}

/// Returns where the last words of a text begin, those that can ask to run what follows.
fn last_words_start(text: &str) -> usize {
    /// The bytes of five long words, marks of emphasis and code spans among them.
    const REACH: usize = 400;
    let from = text.floor_char_boundary(text.len().saturating_sub(REACH));
    if from == 0 {
        0
    } else {
        text[from..]
            .find(char::is_whitespace)
            .map_or(from, |blank| from + blank)
    }
}

/// Returns whether the last sentence of the words before a command makes it wait for something: "If it is missing,
/// run".
pub(crate) fn is_conditional(before: &str) -> bool {
    const CONDITIONS: &[&str] = &[
        "if",
        "otherwise",
        "in case",
        "unless",
        "should",
        "when missing",
        "如果",
        "若",
        "否则",
        "si",
        "wenn",
        "если",
        "якщо",
    ];
    let breaks = [". ", "; ", "。", "；"];
    let from = breaks
        .iter()
        .filter_map(|sign| before.rfind(sign).map(|at| at + sign.len()))
        .max()
        .unwrap_or(0);
    let clause = comparison_key(&before[from..]);
    CONDITIONS.iter().any(|word| {
        clause
            .strip_prefix(word)
            .is_some_and(|rest| !word.is_ascii() || !rest.starts_with(char::is_alphanumeric))
    })
}

/// Returns whether a command is what a change shall hold, and not to be run: "Add `check` using `tsc --noEmit`".
fn is_part_of_change(before: &str, command: &str) -> bool {
    // A clause of its own says that the command makes it: "Create `a.json`: generate it with `make a`".
    if is_means(before) {
        return false;
    }
    let spans = code_spans(before, 0);
    let Some(named) = spans.last().map(|span| &before[span.inner.clone()]) else {
        return false;
    };
    let last = comparison_key(before)
        .split_whitespace()
        .next_back()
        .map(str::to_owned);
    let run = last.is_some_and(|word| {
        !word.is_ascii() || ["run", "running", "execute", "invoke"].contains(&word.as_str())
    });
    !run && !command.contains(named) && asks_for_change(before)
}

/// Returns the folder that a line tells to run in.
pub(crate) fn stated_folder(words: &str) -> Option<String> {
    let spans = code_spans(words, 0);
    let commands: Vec<CodeSpan> = spans
        .into_iter()
        .filter(|span| shell::is_command(&words[span.inner.clone()]))
        .collect();
    stated_folder_beside(words, &commands)
}

/// Returns whether a command is how to use what words ask to be made, by a name that they give it: "Add a `report`
/// command".
pub(crate) fn is_use(words: &str, command: &PlannedCommand) -> bool {
    let own = matches!(command.facts.kind, shell::Kind::Script | shell::Kind::Other);
    let arguments: Vec<&str> = command.text.split_whitespace().skip(1).collect();
    let is_path = |name: &str| name.contains(['/', '.']);
    let mut named = code_spans(words, 0)
        .into_iter()
        .map(|span| &words[span.inner]);
    own && asks_for_change(words) && named.any(|name| arguments.contains(&name) && !is_path(name))
}

/// Returns a folder that the sentence tells to run in: "from `backend/`", "in the `api` folder".
fn stated_folder_beside(words: &str, commands: &[CodeSpan]) -> Option<String> {
    code_spans(words, 0)
        .into_iter()
        .filter(|span| !commands.contains(span))
        .find_map(|span| {
            let inner = &words[span.inner.clone()];
            let before = comparison_key(&words[..span.outer.start]);
            let mut last = before.split_whitespace().rev();
            let nearest = last.next().unwrap_or("").trim_start_matches(['(', '（']);
            let place = if matches!(nearest, "the" | "el" | "la") {
                last.next().unwrap_or("")
            } else {
                nearest
            };
            let behind = words[span.outer.end..].trim_start().to_lowercase();
            let said = ["folder", "directory", "dir", "package"]
                .iter()
                .any(|word| behind.starts_with(word));
            let told = matches!(
                place,
                "from" | "in" | "inside" | "within" | "desde" | "en" | "cwd" | "under"
            );
            let named =
                matches!(nearest, "workdir" | "cwd") || before.ends_with("working directory");
            let plain = !inner.is_empty()
                && !inner.contains([' ', '(', '<', '*'])
                && !inner.starts_with('-');
            let folder = plain && (named || told && (inner.ends_with('/') || said));
            folder.then(|| {
                inner
                    .trim_end_matches('/')
                    .trim_start_matches("./")
                    .to_owned()
            })
        })
}

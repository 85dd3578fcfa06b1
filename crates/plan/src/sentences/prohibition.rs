//! Reads prohibitions: the paths and symbols that a negated
//! verb of change has for its object.
//!
//! "Add the route, but do not touch `paths` in `a.py`" protects `paths` of `a.py`;
//! "Do not import from `a.py`" protects nothing.

use serde::Serialize;

use crate::inline::{CodeSpan, code_spans};
use crate::mention::{clause_around, is_small, is_spared};
use crate::paths::as_path;
use crate::vocabulary::{Use, is_dense, is_entry, last_entry, uses_in};

/// A path or symbol that must stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Protected {
    /// The path or symbol, as written.
    pub name: String,
    /// It is a path.
    pub is_path: bool,
    /// The path in which the symbol stands, where the sentence says so.
    pub within: Option<String>,
    /// It may change, but must not go.
    pub only_from_loss: bool,
    /// Not the path itself must stay, but all that is there beside these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub all_but: Vec<String>,
}

/// A word or a code span of a sentence.
pub(super) enum Token<'w> {
    /// A word, lower case.
    Word(String),
    /// A text between ticks.
    Code(&'w str),
    /// A colon: a name and what is said of it meet here: "do not modify: `x`".
    Colon,
    /// The end of a clause.
    End,
}

/// The most words between a negation and its verb: "do not in any way change".
const TO_VERB: usize = 3;
/// The most words between a verb and its object: "the old public".
pub(super) const TO_OBJECT: usize = 3;
/// The most words between an object and the negation behind it: "`x` in this phase must not".
const BEHIND: usize = 4;

/// Returns what a sentence protects.
pub(super) fn protected_names(words: &str) -> Vec<Protected> {
    let lower = words.to_lowercase();
    let uses = uses_in(&lower);
    let speaks = [Use::Negation, Use::Keep, Use::Stays]
        .into_iter()
        .any(|what| uses.has(what));
    if !speaks || uses.has(Use::Except) || !words.contains('`') {
        return Vec::new();
    }
    let tokens = split_tokens(words);
    let mut found: Vec<Protected> = Vec::new();
    for clause in tokens.split(|token| matches!(token, Token::End)) {
        if clause
            .iter()
            .any(|token| matches!(token, Token::Word(word) if word.chars().any(is_dense)))
        {
            found.extend(of_dense(clause));
        } else {
            found.extend(of_spaced(clause));
        }
    }
    if found.is_empty() {
        found.extend(verb_apart(words));
    }
    // "Ne pas toucher …" and "do not touch …" are negated by two words, one inside the other.
    let mut seen = Vec::new();
    found.retain(|one| {
        let new = !seen.contains(one);
        seen.extend(new.then(|| one.clone()));
        new
    });
    found
}

/// Returns what is protected where the verb stands behind its object, or the negation behind both: "ohne `x` zu ändern",
/// "ändere `x` nicht"; and the other of two: "replace `a`, not `b`".
fn verb_apart(words: &str) -> Vec<Protected> {
    let apart = |span: &CodeSpan| {
        let (before, after) = clause_around(words, &span.outer);
        // "the order of `a`": a part of it.
        if before.split_whitespace().next_back() == Some("of") {
            return false;
        }
        let negation = last_entry(&before, Use::Negation);
        let direct = negation
            .as_ref()
            .is_some_and(|negation| before[negation.end..].trim().is_empty());
        let alters = |text: &str| uses_in(text).has(Use::Alter);
        // "`a` (don't rename it)" denies another verb; so does "replace `a` (don't rename it)".
        let is_object = last_entry(&before, Use::Alter)
            .is_some_and(|verb| before[verb.end..].trim().is_empty());
        let behind =
            last_entry(&after, Use::Negation).map_or("", |negation| after[negation.end..].trim());
        let other = negation.is_none()
            && behind.split(' ').next().is_some_and(|word| {
                !word.is_empty() && word.is_ascii() && word.chars().all(char::is_alphabetic)
            })
            && (!uses_in(behind).has(Use::Alter) || is_object);
        if other {
            return false;
        }
        let verb = match (&negation, direct) {
            // The verb of both stands before the first: a word that only joins calls for no change.
            (Some(_), true) => alters(&after) || alters(&words[..span.outer.start].to_lowercase()),
            (Some(_), false) => false,
            (None, _) => alters(&before) || alters(&after),
        };
        verb && is_spared(&before, &after)
    };
    let spans = code_spans(words, 0).into_iter().filter(apart);
    spans
        .map(|span| build_object(&words[span.inner], None, false))
        .collect()
}

pub(super) fn split_tokens(words: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    let plain = |text: &str, found: &mut Vec<Token<'_>>| {
        // Chinese and Japanese put no blank behind a clause.
        for clause in text.split_inclusive(['，', '。', '；', '：']) {
            for part in clause.split_whitespace() {
                if part.starts_with(['(', '—', '–']) {
                    found.push(Token::End);
                }
                let word = part
                    .trim_matches(|letter: char| !letter.is_alphanumeric())
                    .replace('’', "'");
                if !word.is_empty() {
                    found.push(Token::Word(word.to_lowercase()));
                }
                if part.ends_with([':', '：']) {
                    found.push(Token::Colon);
                } else if part.ends_with([';', '.', '!', '，', '。', '；']) {
                    found.push(Token::End);
                }
            }
        }
    };
    for span in code_spans(words, 0) {
        plain(&words[from..span.outer.start], &mut found);
        found.push(Token::Code(&words[span.inner.clone()]));
        from = span.outer.end;
    }
    plain(&words[from..], &mut found);
    found
}

/// Returns where an entry of up to three words ends that begins at a token.
pub(super) fn entry_end(clause: &[Token<'_>], at: usize, what: Use) -> Option<usize> {
    let mut words = String::new();
    let mut last = None;
    for (length, token) in clause[at..].iter().take(3).enumerate() {
        let Token::Word(word) = token else { break };
        if length > 0 {
            words.push(' ');
        }
        words.push_str(word);
        if is_entry(&words, what) {
            last = Some(at + length + 1);
        }
    }
    last
}

/// Returns the names that a clause protects in a script without blanks: it puts verb and object in any order, so all
/// code is meant.
fn of_dense(clause: &[Token<'_>]) -> Vec<Protected> {
    let uses = uses_in(&join_words(clause));
    let denied = uses.has(Use::Negation);
    let any = denied && uses.has(Use::Alter);
    // "The signature stays: `run(x)`" speaks of the signature; "do not modify: `run`" of what follows.
    let colon = clause
        .iter()
        .position(|token| matches!(token, Token::Colon))
        .unwrap_or(clause.len());
    let stays = uses_in(&join_words(&clause[..colon])).has(Use::Stays);
    let loss = denied && uses.has(Use::Remove) || uses.has(Use::Keep) && !denied;
    if !any && !loss && !stays {
        return Vec::new();
    }
    let reached = if any || loss {
        clause
    } else {
        &clause[..colon]
    };
    let codes = reached.iter().filter_map(|token| {
        if let Token::Code(code) = token {
            Some(*code)
        } else {
            None
        }
    });
    codes
        .map(|code| build_object(code, None, !any && !stays))
        .collect()
}

/// Returns the words of a clause.
pub(super) fn join_words(clause: &[Token<'_>]) -> String {
    let words = clause.iter().filter_map(|token| {
        if let Token::Word(word) = token {
            Some(word.as_str())
        } else {
            None
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn of_spaced(clause: &[Token<'_>]) -> Vec<Protected> {
    let mut found = Vec::new();
    for at in 0..clause.len() {
        if let Some((from, only_from_loss)) = verb_at(clause, at) {
            let end = (from..clause.len().min(from + TO_OBJECT + 1))
                .find(|at| matches!(clause[*at], Token::Code(_)));
            // "Do not change the order of `x`" speaks of a part of it.
            let of = |at: usize| matches!(&clause[at], Token::Word(word) if word == "of");
            let free = |end: usize| {
                let between =
                    (from..end).all(|at| entry_end(clause, at, Use::Place).is_none() && !of(at));
                // Only right behind the verb does a colon lead to its object.
                between && (from..end).all(|at| !matches!(clause[at], Token::Colon) || at == from)
            };
            if let Some(end) = end.filter(|end| free(*end)) {
                found.extend(objects_from(clause, end, only_from_loss));
            }
        }
    }
    if found.is_empty()
        && let Some(first) = subject_of(clause)
        && let Token::Code(code) = &clause[first]
    {
        // "`x` must not be changed": the object stands first.
        let stays = |at: usize| stays_end(clause, at).map(|end| (end, false));
        let behind = (first + 1..clause.len().min(first + 1 + BEHIND))
            .find_map(|at| stays(at).or_else(|| verb_at(clause, at)));
        let alone = clause
            .iter()
            .filter(|token| matches!(token, Token::Code(_)))
            .count()
            == 1;
        found.extend(
            behind
                .filter(|_| alone)
                .map(|(_, only_from_loss)| build_object(code, None, only_from_loss)),
        );
    }
    // "Keep `x` as it is" spares it, and not only from its loss.
    if (0..clause.len()).any(|at| stays_end(clause, at).is_some()) {
        found.iter_mut().for_each(|one| one.only_from_loss = false);
    }
    found
}

/// The most words before the name with which a clause begins: "the old constant".
const TO_SUBJECT: usize = 3;

/// Returns the name with which a clause begins, with nothing before it but what it is: "the constant `x`".
fn subject_of(clause: &[Token<'_>]) -> Option<usize> {
    let first = clause
        .iter()
        .position(|token| matches!(token, Token::Code(_)))
        .filter(|at| *at <= TO_SUBJECT)?;
    let other = [
        Use::Negation,
        Use::Alter,
        Use::Keep,
        Use::Change,
        Use::Remove,
        Use::Condition,
        Use::Function,
        Use::Place,
        Use::Goal,
        Use::Source,
    ];
    let is_name = |at: usize| {
        let of = matches!(&clause[at], Token::Word(word) if word == "of");
        !of && other
            .into_iter()
            .all(|what| entry_end(clause, at, what).is_none())
    };
    (0..first).all(is_name).then_some(first)
}

/// Returns where the words end that say something is as it was. A verb behind them has another sense: "as it is
/// described above".
fn stays_end(clause: &[Token<'_>], at: usize) -> Option<usize> {
    let end = entry_end(clause, at, Use::Stays)?;
    let goes_on = matches!(clause.get(end), Some(Token::Word(word)) if !is_small(word) && !is_entry(word, Use::Function));
    (!goes_on).then_some(end)
}

/// Returns where the words end that begin at a token and forbid a change, and whether they forbid a loss only.
fn verb_at(clause: &[Token<'_>], at: usize) -> Option<(usize, bool)> {
    if let Some(end) = entry_end(clause, at, Use::Keep) {
        return Some((end, true));
    }
    let denied = entry_end(clause, at, Use::Negation)?;
    if let Some(end) = entry_end(clause, at, Use::Alter) {
        // "leave" says both.
        return Some((end, false));
    }
    for from in denied..clause.len().min(denied + TO_VERB) {
        if let Some(end) = entry_end(clause, from, Use::Alter) {
            return Some((end, false));
        }
        if let Some(end) = entry_end(clause, from, Use::Remove) {
            return Some((end, true));
        }
        if matches!(clause[from], Token::Code(_)) {
            return None;
        }
    }
    None
}

/// Returns the objects from a code span on: "`a`, `b` and `c` in `d.py`".
fn objects_from(clause: &[Token<'_>], at: usize, only_from_loss: bool) -> Vec<Protected> {
    let mut found = Vec::new();
    let mut next = at;
    while let Some(Token::Code(code)) = clause.get(next) {
        found.push(build_object(code, None, only_from_loss));
        next += 1;
        if matches!(clause.get(next), Some(Token::Word(word)) if joins_members(word)) {
            next += 1;
        }
    }
    let placed = entry_end(clause, next, Use::Place);
    if let Some(Token::Code(path)) = placed.and_then(|end| clause.get(end))
        && as_path(path, true).is_some()
    {
        found
            .iter_mut()
            .filter(|one| !one.is_path)
            .for_each(|one| one.within = Some((*path).to_owned()));
    }
    found
}

/// Returns whether a word joins the members of a list.
pub(super) fn joins_members(word: &str) -> bool {
    matches!(
        word,
        "and" | "or" | "nor" | "y" | "o" | "e" | "ou" | "et" | "und" | "oder" | "и" | "или"
    )
}

fn build_object(code: &str, within: Option<String>, only_from_loss: bool) -> Protected {
    Protected {
        name: code.to_owned(),
        is_path: as_path(code, true).is_some(),
        within,
        only_from_loss,
        all_but: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what the sentence protects, a `-` before what must not go and may change.
    fn names(words: &str) -> Vec<String> {
        let shown = |one: Protected| {
            let within = one
                .within
                .map(|path| format!(" of {path}"))
                .unwrap_or_default();
            format!(
                "{}{}{within}",
                if one.only_from_loss { "-" } else { "" },
                one.name
            )
        };
        protected_names(words).into_iter().map(shown).collect()
    }

    #[test]
    fn the_object_of_a_negated_verb_of_change_is_protected() {
        let cases: &[(&str, &[&str])] = &[
            (
                "Do not change `image` in `deploy.yml`.",
                &["image of deploy.yml"],
            ),
            ("Leave `test` as it is.", &["test"]),
            ("Replace `origins`, but do not touch `paths`.", &["paths"]),
            (
                "Add the route without modifying `app/main.py`.",
                &["app/main.py"],
            ),
            (
                "Never edit the generated `app/schema.py`.",
                &["app/schema.py"],
            ),
            ("`app/main.py` must not be changed.", &["app/main.py"]),
            ("The constant `B` must keep its value.", &["B"]),
            ("The module `app/b.py` is out of scope.", &["app/b.py"]),
            ("No changes to `app/b.py`.", &["app/b.py"]),
            ("Make no changes to `app/b.py`.", &["app/b.py"]),
            ("Keine Änderungen an `app/b.py`.", &["app/b.py"]),
            ("Aucun changement dans `app/b.py`.", &["app/b.py"]),
            ("Ningún cambio en `app/b.py`.", &["app/b.py"]),
            ("Do not delete `old_total` yet.", &["-old_total"]),
            ("Keep `old_total`.", &["-old_total"]),
            ("Keep `old_total` unchanged.", &["old_total"]),
            (
                "`origins` stays untouched, for reference only:",
                &["origins"],
            ),
            ("`origins` is unchanged:", &["origins"]),
            ("`origins` bleibt unverändert:", &["origins"]),
            ("`origins` reste inchangé :", &["origins"]),
            ("`origins` 保持不变，仅供参考：", &["origins"]),
            ("Ändere `run` nicht.", &["run"]),
            ("Ergänze es, ohne `run` zu ändern.", &["run"]),
            (
                "Do not replace `origins`, it is shown for context:",
                &["origins"],
            ),
            ("Change `a`, not `b`.", &["b"]),
            ("Do not touch `a`, `b` or `c`.", &["a", "b", "c"]),
            ("不要修改 `app/main.py`。", &["app/main.py"]),
            ("不要修改：`app/main.py`", &["app/main.py"]),
            ("Do not modify: `app/main.py`, `b`", &["app/main.py", "b"]),
            ("`app/main.py` は変更しない。", &["app/main.py"]),
            ("`app/main.py`를 수정하지 마세요.", &["app/main.py"]),
            ("No modificar `app/main.py`.", &["app/main.py"]),
            ("Não alterar `app/main.py`.", &["app/main.py"]),
            ("Ne pas modifier `app/main.py`.", &["app/main.py"]),
            ("`app/main.py` nicht ändern.", &["app/main.py"]),
            ("Не изменять `app/main.py`.", &["app/main.py"]),
        ];
        for (words, expected) in cases {
            assert_eq!(names(words), *expected, "{words}");
        }
    }

    #[test]
    fn other_negations_protect_nothing() {
        for words in [
            "Do not import from `app/main.py`.",
            "Do not use `eval`.",
            "Call `a`, not `b`.",
            "`a` was sorted before.",
            "No other changes to `app/main.py`.",
            "No further changes to `app/main.py`.",
            "The order of `a` must not change.",
            "The caller of `a` is out of scope.",
            "Do not change anything in `app/main.py` except the imports.",
            "Do not change how the loader calls `a`.",
            "Never log `password`.",
            "任务签名不变：`run(payload: dict) -> dict`",
            "The signature stays unchanged: `run(payload)`",
            "Keep it simple: `run`",
            "Replace `run` (don't rename it) in `app/main.py`:",
        ] {
            assert!(names(words).is_empty(), "{words}: {:?}", names(words));
        }
    }
}

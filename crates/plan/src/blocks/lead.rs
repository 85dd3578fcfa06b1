//! Reads the words right above a block: is it to stand, to go, how it is now, or only shown?
//!
//! "Remove:" leads to what goes, "Currently `b` reads:" to what stands, "Do not write it like this:" to what nobody writes.
//! Words that ask for a change decide against all of these: "Keep `a` as it is and add:" leads to what is added.

mod clause;

mod altered;

use crate::changes::is_marker;
use crate::inline::{code_spans, is_struck, one_line, read_label};
use crate::labels::{Topic, topic_of_label};
use crate::mention::sentence_around;
use crate::vocabulary::{List, Use, entry_at_start, is_entry, last_entry, uses_in};
pub(crate) use altered::{Altered, read_altered};
use clause::{ARTICLES, Clause, split_clauses};

/// The sense that the words above give to a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lead {
    /// They ask for a change, or there are none.
    Asks,
    /// They ask for what it shows to be removed.
    Removes,
    /// They ask for a removal, perhaps of what it shows.
    MayRemove,
    /// They say that it is how the code is.
    Stands,
    /// They say that it is not part of the work.
    Shows,
    /// They say nothing of what becomes of it.
    Unclear,
}

/// The longest line without a colon that still names what is below it, in words.
const LONGEST_NAME: usize = 5;

/// Reads the sentence that leads to a block of code.
pub(crate) fn read_lead(above: &str, code: &str) -> Lead {
    if is_struck(above) {
        return Lead::Shows;
    }
    let Some(sentence) = leading_sentence(above) else {
        return Lead::Asks;
    };
    if sentence.contains(['❌', '✗', '✘', '🚫', '⛔']) {
        return Lead::Shows;
    }
    let clauses: Vec<Clause<'_>> = split_clauses(&sentence);
    if clauses.iter().any(Clause::asks)
        || clauses.iter().all(Clause::only_places)
        || is_label_of_changes(&sentence)
    {
        return Lead::Asks;
    }
    let main = outside_brackets(&sentence);
    let main = split_clauses(&main);
    if main.iter().any(Clause::removes) {
        return of_removal(above, &main, code);
    }
    let has = |what: Use| clauses.iter().any(|clause| clause.uses.has(what));
    let withheld =
        |clause: &Clause<'_>| clause.is_not_ours() || clause.is_withheld() || clause.is_rejected();
    if has(Use::Shown)
        || clauses.first().is_some_and(Clause::is_denied)
        || clauses.iter().any(withheld)
        || keeps_instead(&clauses)
    {
        return Lead::Shows;
    }
    if clauses
        .first()
        .is_some_and(|clause| clause.uses.has(Use::Later))
    {
        return Lead::Shows;
    }
    if clauses.first().is_some_and(Clause::is_of_now) || clauses.iter().any(Clause::ends_as_it_was)
    {
        return Lead::Stands;
    }
    if clauses
        .iter()
        .any(|clause| clause.opening().is(Use::Read) || clause.opening().is(Use::Judge))
    {
        return Lead::Unclear;
    }
    if has(Use::Modal) || has(Use::New) {
        Lead::Asks
    } else {
        Lead::Unclear
    }
}

/// Returns whether clauses put what stands above the block: "Instead of rewriting it like this, keep `a`".
fn keeps_instead(clauses: &[Clause<'_>]) -> bool {
    let put_off = |clause: &Clause<'_>| {
        let behind = entry_at_start(clause.words, Use::Instead);
        behind.is_some_and(|end| uses_in(&clause.words[end..]).has(Use::Anaphor))
    };
    let keeps = |clause: &Clause<'_>| clause.uses.has(Use::Keep) || clause.uses.has(Use::Stays);
    clauses.iter().any(put_off) && clauses.iter().any(keeps)
}

/// Returns whether the paragraph right below a block, all of it in brackets, says that the block is only shown: "(For
/// reference only, no change needed.)"
pub(super) fn is_taken_back(below: &str) -> bool {
    let words = one_line(below).to_lowercase();
    let words = words.trim_matches(['*', '_', ' ', '.', '。']);
    let inner = [('(', ')'), ('（', '）')]
        .into_iter()
        .find_map(|(open, close)| words.strip_prefix(open)?.strip_suffix(close));
    let Some(inner) = inner.filter(|inner| !inner.trim_end().ends_with([':', '：'])) else {
        return false;
    };
    let plain = blank_code(inner);
    let clauses = split_clauses(&plain);
    let no_change = |clause: &Clause<'_>| clause.is_denied() && clause.uses.has(Use::Alter);
    clauses.iter().any(|clause| {
        clause.uses.has(Use::Shown)
            || clause.is_not_ours()
            || clause.is_withheld()
            || no_change(clause) && !clause.words.contains('`')
    })
}

/// Returns whether a sentence is a label of changes, with the place where they are made: "changes in `a.py`:".
fn is_label_of_changes(sentence: &str) -> bool {
    let Some((name, place)) = sentence.split_once(' ') else {
        return false;
    };
    let places = [Use::Place, Use::Goal]
        .into_iter()
        .any(|what| entry_at_start(place, what).is_some());
    let ends = place.trim_end_matches([':', '：', ' ']).ends_with('`');
    topic_of_label(name) == Some(Topic::Changes) && places && ends
}

/// Verbs of what is added, beside those of files.
const ADDS: [&str; 18] = [
    "add",
    "append",
    "insert",
    "define",
    "declare",
    "introduce",
    "implement",
    "paste",
    "hinzufügen",
    "ergänze",
    "ergänzen",
    "ajouter",
    "insérer",
    "agregar",
    "añadir",
    "adicionar",
    "dodaj",
    "добавить",
];
/// Verbs of what is put into something that stands.
const INTO: [&str; 6] = [
    "append",
    "insert",
    "extend",
    "anhängen",
    "einfügen",
    "insérer",
];
/// Names of a place that only a file with content has.
const WITHIN: [&str; 8] = [
    "end", "others", "other", "list", "top", "bottom", "line", "existing",
];

/// Returns whether the words above a block put it beside or into something that its file holds: "below `f`, insert:".
pub(super) fn is_within(above: &str) -> bool {
    let Some(sentence) = leading_sentence(above) else {
        return false;
    };
    // "`a`" and "`a.py`" are both a tick by now: a path is no place in its file.
    let paths = crate::paths::find_paths(above, 0, false).len();
    let codes = sentence.matches('`').count();
    split_clauses(&sentence).iter().any(|clause| {
        let words: Vec<&str> = clause.words.split(' ').collect();
        let places = |at: usize| {
            [Use::Place, Use::Goal]
                .into_iter()
                .any(|what| is_entry(words[at], what))
        };
        let named = (0..words.len()).filter(|at| places(*at)).any(|at| {
            let behind = words[at + 1..]
                .iter()
                .skip_while(|word| is_entry(word, Use::Determiner));
            let mut behind = behind.take(2);
            behind.any(|word| word.starts_with('`') && codes > paths || WITHIN.contains(word))
        });
        let dense = clause.is_dense() && clause.uses.has(Use::Present);
        named || dense || words.first().is_some_and(|word| INTO.contains(word))
    })
}

/// The way in which words say that a block is added to what stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// By a verb, or as something new: "add the model", "the new class".
    Plainly,
    /// By a place alone: "below `Book`".
    ByPlace,
}

/// Reads from the words above a block that it is added, and takes the place of nothing.
pub(super) fn read_added(above: &str) -> Option<Added> {
    let sentence = leading_sentence(above)?;
    let clauses = split_clauses(&sentence);
    if clauses.iter().any(|clause| clause.uses.has(Use::Alter)) {
        return None;
    }
    let adds = |word: &str| ADDS.contains(&word) || List::CreateVerb.words().contains(&word);
    let plainly = |clause: &Clause<'_>| !clause.is_denied() && clause.words.split(' ').any(adds);
    if clauses.iter().any(plainly) {
        return Some(Added::Plainly);
    }
    let asked = clauses.iter().any(Clause::asks);
    (!asked && is_within(above)).then_some(Added::ByPlace)
}

/// Returns the last sentence above a block where it leads to it, without a label that says nothing of it: in lower
/// case, its code as ticks.
fn leading_sentence(above: &str) -> Option<String> {
    let words = one_line(above);
    let words = words.trim_start_matches(['-', '+', ' ', '>']);
    let words = words.strip_prefix("[ ] ").unwrap_or(words).trim_end();
    let sentence = sentence_around(words, words.len().saturating_sub(1));
    // A short sentence behind others is no name of the block: "Replace `a`. The signature stays."
    let alone = words[..sentence.start].trim().is_empty();
    let words = &words[sentence];
    let own = read_label(words)
        .filter(|label| label.rest < words.len() && !words[..label.rest].contains('`'));
    let words = own.map_or(words, |label| &words[label.rest..]);
    let plain = blank_code(words);
    let plain = plain.trim();
    // `<action>` only begins an element.
    if plain.starts_with('<') && plain.ends_with('>') && !plain.contains(' ') {
        return None;
    }
    let leads = plain.ends_with([':', '：']) || alone && plain.split(' ').count() <= LONGEST_NAME;
    // A path or a number alone only says where.
    (leads && !is_marker(&plain.replace('`', ""))).then(|| behind_other(plain).to_owned())
}

/// Returns the words behind a semicolon, where those before it are about something else that they name in code and not
/// about the block: "Do not add `x`; the value is passed in:".
fn behind_other(sentence: &str) -> &str {
    let Some((at, sign)) = sentence.rmatch_indices([';', '；']).next() else {
        return sentence;
    };
    let (before, behind) = (&sentence[..at], sentence[at + sign.len()..].trim_start());
    // "`a.py` stays as it is": the pronoun is the file's.
    let stays = last_entry(before, Use::Stays).filter(|found| found.end == before.len());
    let said = uses_in(&before[..stays.map_or(before.len(), |found| found.start)]);
    let points = said.has(Use::Anaphor) || said.has(Use::Below);
    // "Replace `a`; leave `b` alone": what is left is not the block.
    let spares = |clause: &Clause<'_>| clause.is_denied() && clause.words.contains('`');
    if split_clauses(behind).iter().any(spares) && split_clauses(before).iter().any(Clause::asks) {
        before
    } else if before.contains('`') && !points && behind.split(' ').count() > 1 {
        behind
    } else {
        sentence
    }
}

/// Returns words in lower case, code as one tick, emphasis gone.
fn blank_code(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut at = 0;
    for span in code_spans(words, 0) {
        out.push_str(&words[at..span.outer.start]);
        out.push('`');
        at = span.outer.end;
    }
    out.push_str(&words[at..]);
    one_line(
        &out.replace(['*', '_'], " ")
            .replace('’', "'")
            .to_lowercase(),
    )
}

/// Returns a sentence without what stands in brackets.
fn outside_brackets(sentence: &str) -> String {
    let mut depth = 0_usize;
    let outside = sentence.chars().filter(|letter| {
        let (opens, closes) = (matches!(letter, '(' | '（'), matches!(letter, ')' | '）'));
        depth = if opens {
            depth + 1
        } else {
            depth.saturating_sub(usize::from(closes))
        };
        depth == 0 && !closes
    });
    outside.collect()
}

/// Returns what a removal that the words ask for makes of the block: of what they name in code, the block may show the rest.
fn of_removal(above: &str, clauses: &[Clause<'_>], code: &str) -> Lead {
    let names: Vec<&str> = code_spans(above, 0)
        .into_iter()
        .filter(|span| is_object(&above[..span.outer.start], &above[span.outer.end..]))
        .map(|span| above[span.inner].trim_end_matches("()"))
        .collect();
    let shown = |name: &str| {
        name.rsplit(['.', '#'])
            .next()
            .is_some_and(|name| holds_name(code, name))
    };
    if !names.is_empty() {
        return match (
            names.iter().any(|name| shown(name)),
            names.iter().all(|name| shown(name)),
        ) {
            (true, true) => Lead::Removes,
            // "`end` comes, `old` goes": the block may show the one or the other.
            (true, false) => Lead::MayRemove,
            _ => Lead::Asks,
        };
    }
    // "Keep only this; delete the rest": the block shows what stays.
    let keeps = clauses
        .iter()
        .any(|clause| clause.uses.has(Use::Keep) || clause.uses.has(Use::Stays));
    if keeps {
        return Lead::MayRemove;
    }
    let direct = clauses
        .iter()
        .filter(|clause| clause.removes())
        .any(|clause| {
            let Some(end) = clause
                .opening()
                .end(Use::Remove)
                .filter(|_| !clause.is_dense())
            else {
                return clause.is_dense() || clause.asks_to_remove() || clause.points();
            };
            let rest = clause.head()[end..].trim_start();
            let word = rest.split(' ').next().unwrap_or("");
            rest.is_empty()
                || word.starts_with('`')
                || word.contains('\'')
                || is_entry(word, Use::Determiner)
                || is_entry(word, Use::Anaphor)
                || ARTICLES.contains(&word)
        });
    // "Delete handler:" over a handler that deletes.
    let lower = code.to_lowercase();
    let named = || {
        ["delete", "remove", "drop"]
            .iter()
            .any(|verb| lower.contains(verb))
    };
    match direct {
        true => Lead::Removes,
        false if named() => Lead::Asks,
        false => Lead::MayRemove,
    }
}

/// Returns whether a name behind these words is what the verb has for an object, and not the place: "from `a`", "in `a`".
fn is_object(before: &str, behind: &str) -> bool {
    // Korean and Japanese put the preposition behind the name.
    if ["에서", "의 ", "から", "の", "中", "里", "内", "內"]
        .iter()
        .any(|word| behind.trim_start().starts_with(word))
    {
        return false;
    }
    let before = before.trim_end().to_lowercase();
    let word = before
        .rsplit(|letter: char| letter.is_whitespace())
        .next()
        .unwrap_or("");
    let word = if is_entry(word, Use::Determiner) {
        before[..before.len() - word.len()]
            .trim_end()
            .rsplit(' ')
            .next()
            .unwrap_or("")
    } else {
        word
    };
    let places = [Use::Place, Use::Goal, Use::Source]
        .into_iter()
        .any(|what| is_entry(word, what));
    !places
        && !matches!(word, "of" | "de" | "von" | "du" | "从" | "在")
        && !word.ends_with(['从', '在', '于'])
}

/// Returns whether code holds a name as a word.
fn holds_name(code: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$');
    !name.is_empty()
        && code.match_indices(name).any(|(at, _)| {
            !code[..at].ends_with(is_part) && !code[at + name.len()..].starts_with(is_part)
        })
}

#[cfg(test)]
mod tests;

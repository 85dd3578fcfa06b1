//! Reads the words right above a block: is it to stand, to go, how it is now, or only shown?
//!
//! "Remove:" leads to what goes, "Currently `b` reads:" to what stands, "Do not write it like this:" to what nobody writes.
//! Words that ask for a change decide against all of these: "Keep `a` as it is and add:" leads to what is added.

mod altered;

use crate::changes::is_marker;
use crate::inline::{code_spans, one_line, read_label};
use crate::mention::sentence_around;
use crate::vocabulary::{
    Opening, Use, Uses, entry_at_start, is_dense, is_entry, last_entry, uses_in,
};

pub(crate) use altered::{Altered, read_altered};

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
    let Some(sentence) = leading_sentence(above) else {
        return Lead::Asks;
    };
    if sentence.contains(['❌', '✗', '✘', '🚫', '⛔']) {
        return Lead::Shows;
    }
    let clauses: Vec<Clause<'_>> = split_clauses(&sentence);
    if clauses.iter().any(Clause::asks) || clauses.iter().all(Clause::only_places) {
        return Lead::Asks;
    }
    let main = outside_brackets(&sentence);
    let main = split_clauses(&main);
    if main.iter().any(Clause::removes) {
        return of_removal(above, &main, code);
    }
    let has = |what: Use| clauses.iter().any(|clause| clause.uses.has(what));
    if has(Use::Shown)
        || clauses.first().is_some_and(Clause::is_denied)
        || clauses
            .iter()
            .any(|clause| clause.is_not_ours() || clause.is_withheld())
        || clauses.iter().any(Clause::is_rejected)
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
    if before.contains('`') && !points && behind.split(' ').count() > 1 {
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

/// A part of a sentence with at most one verb.
struct Clause<'w> {
    words: &'w str,
    uses: Uses,
}

/// Words that join two clauses.
const JOINS: [&str; 8] = [
    " and ", " but ", " then ", " und ", " et ", " y ", " which ", " that ",
];

fn split_clauses(sentence: &str) -> Vec<Clause<'_>> {
    let mut parts = vec![sentence];
    for join in JOINS {
        parts = parts
            .into_iter()
            .flat_map(|part| part.split(join))
            .collect();
    }
    let signs = [
        ',', ';', ':', '(', ')', '—', '–', '，', '；', '：', '、', '（', '）', '。', '.',
    ];
    let cut = parts.into_iter().flat_map(|part| part.split(signs));
    let trimmed = cut
        .map(|words| words.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '`'));
    trimmed
        .filter(|words| !words.is_empty())
        .map(|words| Clause {
            words,
            uses: uses_in(words),
        })
        .collect()
}

/// Words before a verb in the imperative, or before one that says what is done.
const BEFORE_VERB: [&str; 11] = [
    "to", "we", "you", "and", "then", "also", "now", "please", "must", "should", "let's",
];
/// Articles and pronouns behind a verb, by which the next word is its object.
const ARTICLES: [&str; 30] = [
    "following",
    "la",
    "le",
    "les",
    "el",
    "los",
    "las",
    "die",
    "den",
    "das",
    "der",
    "diese",
    "diesen",
    "dieses",
    "folgende",
    "folgenden",
    "folgendes",
    "este",
    "esta",
    "estas",
    "estos",
    "cette",
    "ce",
    "ces",
    "o",
    "a",
    "os",
    "as",
    "un",
    "une",
];

impl Clause<'_> {
    /// Returns what it begins with, behind the words that may stand before a verb.
    fn head(&self) -> &str {
        let mut rest = self.words;
        while let Some(end) = Opening::new(rest).end(Use::Lead) {
            rest = rest[end..].trim_start();
        }
        rest
    }

    fn opening(&self) -> Opening {
        Opening::new(self.head())
    }

    fn is_dense(&self) -> bool {
        self.words.chars().any(is_dense)
    }

    /// Returns whether a verb of this kind is its own: at its head, behind "to" or "we", at its end where the language puts
    /// it there.
    fn has_verb(&self, what: Use) -> bool {
        if self.is_dense() {
            return self.uses.has(what);
        }
        let words: Vec<&str> = self.words.split(' ').collect();
        let behind = |at: usize| {
            let rest = words[at..].join(" ");
            Opening::new(&rest).is(what)
        };
        let infinitive = words
            .last()
            .is_some_and(|word| word.ends_with('n') && is_entry(word, what));
        let placed = (1..words.len()).any(|at| {
            let ends_place =
                words[at - 1] == "`" && entry_at_start(self.words, Use::Place).is_some();
            (BEFORE_VERB.contains(&words[at - 1]) || ends_place) && behind(at)
        });
        self.opening().is(what) || infinitive || placed
    }

    /// Returns whether it asks for a change.
    fn asks(&self) -> bool {
        if self.is_denied() || self.is_not_ours() || self.uses.has(Use::Negation) && self.is_dense()
        {
            return false;
        }
        self.has_verb(Use::Change) || self.is_unknown_verb()
    }

    /// Returns whether a verb that no list knows has an object right behind it: "tweak `list`", "flip the row".
    fn is_unknown_verb(&self) -> bool {
        let head = self.head();
        let Some((word, rest)) = head.split_once(' ') else {
            return false;
        };
        let ended = ["s", "ed", "ing", "ly", "ion", "ment"]
            .iter()
            .any(|ending| word.ends_with(ending));
        let is_word = word.len() > 2 && word.chars().all(|letter| letter.is_ascii_alphabetic());
        let opening = self.opening();
        let other = [
            Use::Remove,
            Use::Gone,
            Use::Judge,
            Use::Read,
            Use::Keep,
            Use::Place,
            Use::Negation,
            Use::Condition,
            Use::Rationale,
            Use::Determiner,
            Use::Function,
            Use::Given,
            Use::Source,
            Use::Goal,
            Use::Anaphor,
            Use::Present,
            Use::Shown,
            Use::Later,
            Use::Rejected,
            Use::New,
        ];
        is_word
            && !ended
            && !other.into_iter().any(|what| opening.is(what))
            && (rest.starts_with("the ") || rest.starts_with('`'))
    }

    /// Returns whether it asks for a removal, or says that something goes.
    fn removes(&self) -> bool {
        if self.is_denied() || self.uses.has(Use::Negation) || self.uses.has(Use::Condition) {
            return false;
        }
        let ends =
            last_entry(self.words, Use::Gone).is_some_and(|gone| gone.end == self.words.len());
        // "Into `a.py` goes:" puts what follows there.
        let opening = self.opening();
        let put = opening.is(Use::Goal) || opening.is(Use::Place);
        let goes = ends && !put && !self.uses.has(Use::Given) && !self.uses.has(Use::Present);
        self.has_verb(Use::Remove)
            || goes && !self.opening().is(Use::Judge) && !self.opening().is(Use::Run)
    }

    /// Returns whether it says nothing but where: "in `a.py`", "at the end of `a`".
    fn only_places(&self) -> bool {
        let small = [
            Use::Place,
            Use::Goal,
            Use::Determiner,
            Use::Function,
            Use::Lead,
        ];
        let denied = self.uses.has(Use::Negation);
        let mut words = self.words.split(' ');
        let says_where = |word: &str| {
            word.starts_with('`') || WITHIN.contains(&word) || matches!(word, "of" | "file")
        };
        !denied
            && self.words.contains(['`', ' '])
            && words
                .all(|word| says_where(word) || small.into_iter().any(|what| is_entry(word, what)))
    }

    /// Returns whether it begins with a word for how something is now: "the current handler".
    fn is_of_now(&self) -> bool {
        let head = self.head();
        let behind =
            entry_at_start(head, Use::Determiner).map_or(head, |end| head[end..].trim_start());
        let opening = Opening::new(behind);
        let given = opening
            .end(Use::Given)
            .is_some_and(|end| end > 0 && self.uses.has(Use::Present));
        opening.is(Use::Present)
            || opening.is(Use::Stays)
            || given
            || self.is_dense() && self.uses.has(Use::Present)
    }

    /// Returns whether it ends with words for what was, or stays as it is: "`b` was", "unchanged".
    fn ends_as_it_was(&self) -> bool {
        let ends =
            |what| last_entry(self.words, what).is_some_and(|found| found.end == self.words.len());
        ends(Use::Given) || ends(Use::Stays) || ends(Use::Present)
    }

    /// Returns whether it speaks of what "we" do not do, or of what is not part of the work.
    fn is_not_ours(&self) -> bool {
        let words: Vec<&str> = self.words.split(' ').collect();
        let denies = |at: usize| entry_at_start(&words[at..].join(" "), Use::Negation).is_some();
        (1..words.len()).any(|at| matches!(words[at - 1], "we" | "you") && denies(at))
            || self.words.starts_with("not part of ")
    }

    /// Returns whether it says of the block itself that it is not to be done: "This must not be applied yet".
    fn is_withheld(&self) -> bool {
        let uses = self.uses;
        self.opening().is(Use::Anaphor) && uses.has(Use::Negation) && uses.has(Use::Passive)
    }

    /// Returns whether it says no: at its head or end, or of what "we" do.
    fn is_denied(&self) -> bool {
        let words: Vec<&str> = self.words.split(' ').collect();
        // "What not to do" shows what nobody writes.
        let asks = words
            .iter()
            .position(|word| matches!(*word, "what" | "how"));
        let points = |at: usize| at == 0 || self.opening().is(Use::Anaphor);
        if asks.is_some_and(|at| points(at) && words[at..].contains(&"not")) {
            return true;
        }
        // "so nicht", "`b` nicht ändern"
        let head = self.words.trim_start_matches('`').trim_start();
        let end = entry_at_start(head, Use::Negation);
        let first = &head[..end.unwrap_or(0)];
        let alters = || {
            words
                .iter()
                .any(|word| is_entry(word.trim_end_matches('s'), Use::Alter))
        };
        match end {
            // "No content:" names a thing, "no further changes:" denies.
            Some(_) if is_of_noun(first) => alters(),
            Some(_) => true,
            None => {
                let ends = last_entry(self.words, Use::Negation)
                    .is_some_and(|found| found.end == self.words.len());
                let dense =
                    self.is_dense() && self.uses.has(Use::Negation) && self.uses.has(Use::Alter);
                ends && words.len() <= LONGEST_NAME || dense
            }
        }
    }

    /// Returns whether it calls something rejected: "Rejected alternative", "Bad".
    fn is_rejected(&self) -> bool {
        let Some(end) = self.opening().end(Use::Rejected) else {
            return self.is_dense() && self.uses.has(Use::Rejected)
                || self.words.split(' ').count() > 2
                    && last_entry(self.words, Use::Rejected)
                        .is_some_and(|found| found.end == self.words.len());
        };
        let rest = self.head()[end..].trim();
        // "Bad request" is a thing of the code.
        rest.is_empty() || is_entry(rest, Use::Anaphor) || WAYS.contains(&rest)
    }
}

/// Things that are rejected: "Bad request" is a thing of the code.
const WAYS: [&str; 14] = [
    "alternative",
    "alternatives",
    "approach",
    "way",
    "example",
    "pattern",
    "version",
    "code",
    "ansatz",
    "beispiel",
    "exemple",
    "ejemplo",
    "alternativa",
    "enfoque",
];

/// Negations that belong to a noun, and prepositions.
fn is_of_noun(word: &str) -> bool {
    matches!(
        word,
        "no" | "none"
            | "nothing"
            | "without"
            | "kein"
            | "keine"
            | "keinen"
            | "ohne"
            | "sans"
            | "aucun"
            | "aucune"
            | "sin"
            | "ningún"
            | "ninguna"
            | "sem"
            | "nenhum"
            | "nenhuma"
            | "без"
            | "нет"
    )
}

/// Returns what a removal that the words ask for makes of the block: of what they name in code, the block may show the rest.
fn of_removal(above: &str, clauses: &[Clause<'_>], code: &str) -> Lead {
    let names: Vec<&str> = code_spans(above, 0)
        .into_iter()
        .filter(|span| is_object(&above[..span.outer.start], &above[span.outer.end..]))
        .map(|span| above[span.inner].trim_end_matches("()"))
        .collect();
    let shown = |name: &&str| {
        name.rsplit(['.', '#'])
            .next()
            .is_some_and(|name| holds_name(code, name))
    };
    if !names.is_empty() {
        return if names.iter().any(shown) {
            Lead::Removes
        } else {
            Lead::Asks
        };
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
                return true;
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

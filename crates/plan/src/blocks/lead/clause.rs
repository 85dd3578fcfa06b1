//! A clause of the sentence above a block, and what it asks: a change, a removal, a place.

use super::{LONGEST_NAME, WITHIN};
use crate::vocabulary::{
    Opening, Use, Uses, entry_at_start, is_dense, is_entry, last_entry, uses_in,
};

/// A part of a sentence with at most one verb.
pub(super) struct Clause<'w> {
    pub(super) words: &'w str,
    pub(super) uses: Uses,
}

/// Words that join two clauses.
const JOINS: [&str; 8] = [
    " and ", " but ", " then ", " und ", " et ", " y ", " which ", " that ",
];

pub(super) fn split_clauses(sentence: &str) -> Vec<Clause<'_>> {
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
pub(super) const ARTICLES: [&str; 30] = [
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
    pub(super) fn head(&self) -> &str {
        let mut rest = self.words;
        loop {
            let opening = Opening::new(rest);
            // "Do not forget to narrow `a`" asks for it.
            let reminds = opening
                .end(Use::Demand)
                .filter(|end| opening.end(Use::Negation).is_some_and(|no| no < *end));
            let Some(end) = reminds.or_else(|| opening.end(Use::Lead)) else {
                return rest;
            };
            let behind = rest[end..].trim_start();
            let to = ["to ", "zu ", "de "].iter().filter(|_| reminds.is_some());
            rest = to
                .clone()
                .find_map(|to| behind.strip_prefix(to))
                .unwrap_or(behind);
        }
    }

    /// Returns whether it begins with words that remind of something, or with one part of what is meant: "do not forget",
    /// "not only the paths".
    fn only_seems_denied(&self) -> bool {
        let opening = Opening::new(self.words);
        let demand = opening.end(Use::Demand);
        let no = opening.end(Use::Negation);
        no.is_some_and(|no| {
            demand.is_some_and(|end| end > no)
                || entry_at_start(self.words[no..].trim_start(), Use::Solely).is_some()
        })
    }

    pub(super) fn opening(&self) -> Opening {
        Opening::new(self.head())
    }

    pub(super) fn is_dense(&self) -> bool {
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
    pub(super) fn asks(&self) -> bool {
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
    pub(super) fn removes(&self) -> bool {
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

    /// Returns whether a verb of its own asks for a removal.
    pub(super) fn asks_to_remove(&self) -> bool {
        self.has_verb(Use::Remove)
    }

    /// Returns whether it begins with a word that points to what is shown: "this import", "the line", "`a`"; not "dead
    /// code".
    pub(super) fn points(&self) -> bool {
        let head = self.words.trim_start();
        let first = head.split(' ').next().unwrap_or("");
        first.starts_with('`')
            || first.contains('\'')
            || ARTICLES.contains(&first)
            || [Use::Determiner, Use::Anaphor]
                .into_iter()
                .any(|what| is_entry(first, what))
    }

    /// Returns whether it says nothing but where: "in `a.py`", "at the end of `a`".
    pub(super) fn only_places(&self) -> bool {
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
    pub(super) fn is_of_now(&self) -> bool {
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
    pub(super) fn ends_as_it_was(&self) -> bool {
        let ends =
            |what| last_entry(self.words, what).is_some_and(|found| found.end == self.words.len());
        ends(Use::Given) || ends(Use::Stays) || ends(Use::Present)
    }

    /// Returns whether it speaks of what "we" do not do, or of what is not part of the work.
    pub(super) fn is_not_ours(&self) -> bool {
        let words: Vec<&str> = self.words.split(' ').collect();
        let denies = |at: usize| entry_at_start(&words[at..].join(" "), Use::Negation).is_some();
        (1..words.len()).any(|at| matches!(words[at - 1], "we" | "you") && denies(at))
            || self.words.starts_with("not part of ")
    }

    /// Returns whether it says of the block itself that it is not to be done: "This must not be applied yet".
    pub(super) fn is_withheld(&self) -> bool {
        let uses = self.uses;
        let denied = uses.has(Use::Negation) && uses.has(Use::Passive);
        // "`a` is not to be replaced by this"
        let named = uses.has(Use::Alter) && !uses.has(Use::Except) && self.words.contains('`');
        denied && !self.only_seems_denied() && (self.opening().is(Use::Anaphor) || named)
    }

    /// Returns whether it says no: at its head or end, or of what "we" do.
    pub(super) fn is_denied(&self) -> bool {
        if self.only_seems_denied() {
            return false;
        }
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
    pub(super) fn is_rejected(&self) -> bool {
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

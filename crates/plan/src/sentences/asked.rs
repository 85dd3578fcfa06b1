//! Compares the names in a sentence with the code that blocks show.

use std::collections::HashSet;

use crate::document::Document;
use crate::imports::worded_imports;
use crate::inline::{CodeSpan, code_spans, one_line};
use crate::mention::{Mention, read_mention};
use crate::paths::as_path;
use crate::vocabulary::{Use, entry_at_start, is_entry, last_entry};

use super::evidence::Shown;
use super::form::Form;
use super::statuses::lacks_status;
use super::words::{
    is_join, is_single_name, leads_on, names_in, squeeze_text, stems_in, symbols_in,
};

/// The names in a sentence.
pub(super) struct Asked<'w> {
    /// It speaks of an import.
    imports: bool,
    /// The code between its ticks, paths and commands apart.
    symbols: Vec<&'w str>,
    /// Those of them that name the place: "to `Order`".
    places: HashSet<&'w str>,
    /// Stems of its words behind the verb.
    stems: HashSet<String>,
    /// Those of all its words, the verb among them if it says more than that something changes.
    whole: HashSet<String>,
    /// Its words.
    words: &'w str,
    /// Its words can be held against names in code: it is in English.
    comparable: bool,
    /// It spells out an import.
    spells: bool,
    /// Its main statement is negative: the blocks hold the words of what it denies.
    denies: bool,
}

impl<'w> Asked<'w> {
    /// Reads what a sentence of this form names.
    pub(super) fn new(words: &'w str, form: &Form) -> Self {
        // What stands in the place before the verb is there already.
        let named = |symbol: &&str| {
            as_path(symbol, true).is_none()
                && !shell::is_command(symbol)
                && form.head.contains(&one_line(symbol).to_lowercase())
        };
        let mut symbols: Vec<&str> = symbols_in(words)
            .into_iter()
            .filter(named)
            .filter(|symbol| !is_of_source(words, symbol))
            .collect();
        // "Indexes: `orders(user_id)`": the code is all that it says.
        if form.head.trim().is_empty() {
            symbols.extend(form.subject.as_ref().and_then(|subject| {
                let mut spelled = symbols_in(words).into_iter();
                spelled.find(|symbol| symbol == subject && !shell::is_command(symbol))
            }));
        }
        let object = before_source(words, form.object());
        let mut stems: HashSet<String> = content_words(object)
            .flat_map(stems_in)
            .filter(|stem| !KEYWORDS.contains(&stem.as_str()))
            .collect();
        // "Cache for 60 s": with no word to hold against code, the number is what it says.
        if stems.is_empty() && symbols.is_empty() {
            stems.extend(numbers_in(object).map(str::to_owned));
        }
        Asked {
            imports: form.imports,
            symbols,
            places: code_spans(words, 0)
                .into_iter()
                .filter(|span| is_place(words, span))
                .map(|span| &words[span.inner])
                .collect(),
            stems,
            whole: telling_stems(before_source(words, &form.head)),
            words,
            comparable: is_english(&form.head),
            spells: symbols_in(words).into_iter().any(is_import),
            denies: form.negated,
        }
    }

    /// Returns whether it spells out an import of which the blocks show nothing, or asks in words for one that they lack.
    pub(super) fn lacks_import(&self, shown: Shown<'_>) -> bool {
        // Of `import a.b` no name of its own could be shown elsewhere: the statement itself is.
        let whole = |symbol: &str| {
            symbol.starts_with("import ") && !symbol.contains(['{', '*', '\'', '"', ','])
        };
        let shows = |symbol: &str| {
            if whole(symbol) {
                shown.holds(&squeeze_text(symbol))
            } else {
                shown.has(symbol)
            }
        };
        let missing = |symbol: &&str| is_import(symbol) && !shows(symbol);
        let worded = worded_imports(self.words);
        self.spells && symbols_in(self.words).iter().any(missing)
            || worded
                .iter()
                .any(|one| !one.names().iter().all(|name| shown.imports(name)))
    }

    /// Returns whether it names a status of HTTP that no block shows.
    pub(super) fn lacks_status(&self, shown: Shown<'_>) -> bool {
        lacks_status(self.words, shown)
    }

    /// Returns whether it names a version that no block shows.
    pub(super) fn lacks_version(&self, shown: Shown<'_>) -> bool {
        let words = self.words.split(|letter: char| {
            letter.is_whitespace() || matches!(letter, '`' | ',' | '(' | ')')
        });
        let mut versions = words
            .map(|word| word.trim_end_matches(['.', ':', ';', '*', '_']))
            .filter(|word| is_version(word));
        versions.any(|version| !shown.has(version.trim_start_matches('v')))
    }

    /// Returns whether it gives a symbol a value that no block shows: "`ROUTES` becomes `["/", "/login"]`".
    pub(super) fn lacks_value(&self, shown: Shown<'_>) -> bool {
        let spans = code_spans(self.words, 0);
        spans.windows(2).any(|pair| {
            let [name, value] = [
                &self.words[pair[0].inner.clone()],
                &self.words[pair[1].inner.clone()],
            ];
            let between = &self.words[pair[0].outer.end..pair[1].outer.start];
            let given = between.split_whitespace().count() == 1
                && between.trim().chars().all(char::is_alphabetic);
            given && is_single_name(name) && is_literal(value) && !shown.has(value)
        })
    }

    /// Returns whether its plain words name what the plan shows as code elsewhere, and no block here holds: "wrap it with
    /// the AppShell component".
    pub(super) fn lacks_known_name(&self, shown: Shown<'_>, document: &Document<'_>) -> bool {
        let names = plain_names(self.words).filter(|name| !shown.has(name));
        names
            .into_iter()
            .any(|name| is_shown_as_code(document, name))
    }

    /// Returns whether it names code, behind that with which it begins, that no block shows.
    pub(super) fn lacks_object(&self, shown: Shown<'_>) -> bool {
        code_spans(self.words, 0)
            .into_iter()
            .skip(1)
            .any(|span| !shown.has(&self.words[span.inner]))
    }

    /// Returns whether it asks for what the blocks hold to be used in a symbol that they lack: "Wire `version()` into
    /// `health`".
    pub(super) fn lacks_user(&self, shown: Shown<'_>, form: &Form) -> bool {
        let is_symbol = |code: &str| as_path(code, true).is_none() && !shell::is_command(code);
        entry_at_start(&form.head, Use::Employ).is_some()
            && self
                .places
                .iter()
                .any(|place| is_symbol(place) && !shown.has(place))
    }

    /// Returns whether it names a symbol.
    pub(super) fn names_symbols(&self) -> bool {
        !self.symbols.is_empty()
    }

    /// Returns whether it names something that can be held against code.
    pub(super) fn names_anything(&self) -> bool {
        self.names_symbols() || !self.stems.is_empty()
    }

    /// Returns whether it says more than a name does.
    pub(super) fn says_something(&self) -> bool {
        self.stems.len() >= FEWEST || self.words.split_whitespace().any(is_number)
    }

    /// Returns whether it names no symbol, and its words can't be held against code.
    pub(super) fn is_foreign(&self) -> bool {
        self.symbols.is_empty() && !self.comparable
    }

    /// Returns whether the blocks hold nothing of what it names: no symbol, or where it names none and `words` count, no word.
    pub(super) fn is_strange(&self, shown: Shown<'_>, words: bool) -> bool {
        // What names the place is there before the work.
        let mut symbols = self
            .symbols
            .iter()
            .filter(|symbol| !self.places.contains(*symbol))
            .peekable();
        if symbols.peek().is_some() {
            return !symbols.any(|symbol| shown.has(symbol));
        }
        words && self.comparable && self.stems.len() >= FEWEST && shown.share(&self.stems).0 == 0
    }

    /// Returns whether the blocks hold nothing at all of what it says: no symbol, no name, and no word, the verb among them.
    /// Of fewer words than `least` that tells nothing: they may stand in the code under other names.
    pub(super) fn is_absent(&self, shown: Shown<'_>, least: usize) -> bool {
        !self.symbols.iter().any(|symbol| shown.has(symbol))
            && !plain_names(self.words).any(|name| shown.has(name))
            && self.comparable
            && self.whole.len() >= least
            && shown.share(&self.whole).0 == 0
    }

    /// Returns whether the blocks hold less than half of its words, and no symbol, or lack a text that it quotes. Of a
    /// sentence whose words can't be held against code, only the symbols tell.
    pub(super) fn is_unfamiliar(&self, shown: Shown<'_>) -> bool {
        let (held, all) = shown.share(&self.stems);
        let lacks = quoted_texts(self.words).any(|text| !shown.has(text));
        let whole = if self.denies { all } else { all.div_ceil(2) };
        !self.symbols.iter().any(|symbol| shown.has(symbol))
            && (lacks || !self.comparable || held < whole || all == 0 && self.names_symbols())
    }

    /// Returns whether blocks show it.
    pub(super) fn is_shown(&self, shown: Shown<'_>, proof: Proof) -> bool {
        if !shown.works() {
            return false;
        }
        let held = self
            .symbols
            .iter()
            .filter(|symbol| shown.has(symbol))
            .count();
        let named = self.symbols.len();
        if self.imports && named > 0 {
            return self.symbols.iter().any(|symbol| shown.imports(symbol));
        }
        let (words, all) = shown.share(&self.stems);
        // The shares were tried on labelled sentences of twenty projects: with lower ones, work that a
        // block only touches counts as shown; with higher ones, so does little that is shown in other words.
        match proof {
            // A lead-in announces what follows, in whatever words.
            Proof::Any if named == 0 => leads_on(self.words) || !self.is_absent(shown, FEWEST),
            Proof::Any => held == named || words * 3 >= all,
            Proof::Half if named > 0 => held * 2 >= named && words * 3 >= all,
            Proof::Half => words * 5 >= all * 3,
            Proof::Most => all > 0 && words * 10 >= all * 9 && held == named,
        }
    }
}

/// Returns the words before those that only say what the work is done like.
fn before_source<'w>(words: &str, object: &'w str) -> &'w str {
    let follows = code_spans(words, 0)
        .into_iter()
        .any(|span| read_mention(words, &span.outer) == Mention::Source);
    let source = last_entry(object, Use::Source).filter(|found| follows && found.start > 0);
    source.map_or(object, |found| &object[..found.start])
}

/// Returns whether a symbol is only what the work is done like: "in the style of `check` in `a.py`".
fn is_of_source(words: &str, symbol: &str) -> bool {
    let mut found = code_spans(words, 0)
        .into_iter()
        .filter(|span| &words[span.inner.clone()] == symbol)
        .peekable();
    found.peek().is_some() && found.all(|span| read_mention(words, &span.outer) == Mention::Source)
}

/// Returns whether a preposition, perhaps with an article, stands right before code: "to the `Order` class".
fn is_place(words: &str, span: &CodeSpan) -> bool {
    let before = words[..span.outer.start].to_lowercase();
    let mut last = before
        .split_whitespace()
        .rev()
        .skip_while(|word| is_entry(word, Use::Determiner));
    last.next()
        .is_some_and(|word| is_entry(word, Use::Place) || is_entry(word, Use::Goal))
}

/// Returns the words of a sentence without those that only join others.
fn content_words(words: &str) -> impl Iterator<Item = &str> {
    let joins = |word: &&str| {
        is_entry(word, Use::Function) || is_entry(word, Use::Determiner) || is_join(word)
    };
    words.split_whitespace().filter(move |word| !joins(word))
}

/// Returns the stems of the words that say something: of a verb like "add" or "update", every block shows that.
fn telling_stems(words: &str) -> HashSet<String> {
    let verb = entry_at_start(words, Use::Change).unwrap_or(0);
    content_words(&words[verb..])
        .filter(|word| !is_entry(word, Use::Modal))
        .flat_map(stems_in)
        .filter(|stem| !KEYWORDS.contains(&stem.as_str()))
        .collect()
}

/// Returns the numbers of a text that stand outside code.
fn numbers_in(text: &str) -> impl Iterator<Item = &str> {
    text.split('`')
        .step_by(2)
        .flat_map(|part| part.split(|letter: char| !letter.is_ascii_alphanumeric()))
        .filter(|part| is_number(part))
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|letter| letter.is_ascii_digit())
}

/// Words of the languages themselves, as stems: that a block holds one says nothing of what it does.
const KEYWORDS: [&str; 12] = [
    "argument",
    "parameter",
    "method",
    "return",
    "import",
    "export",
    "class",
    "function",
    "const",
    "async",
    "await",
    "raise",
];

/// Returns whether a word is a version: three numbers, as `0.7.0` or `v0.7.0`.
fn is_version(word: &str) -> bool {
    let parts: Vec<&str> = word.strip_prefix('v').unwrap_or(word).split('.').collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(is_number)
}

/// Returns whether code is a list, a table or a text written out. `[db.pool]` is the head of a section.
fn is_literal(code: &str) -> bool {
    let closed =
        |open: char, close: char| code.len() > 2 && code.starts_with(open) && code.ends_with(close);
    let is_head = code
        .trim_matches(['[', ']'])
        .split('.')
        .all(|part| is_single_name(part) && part.starts_with(char::is_alphabetic));
    closed('[', ']') && !is_head || closed('{', '}') || closed('"', '"') || closed('\'', '\'')
}

/// Returns the words of a sentence, code and quotations apart, that have the form of a name in code: small letters, and
/// a capital behind one.
fn plain_names(words: &str) -> impl Iterator<Item = &str> {
    let apart = words
        .split('`')
        .step_by(2)
        .flat_map(|part| part.split('"').step_by(2));
    apart.flat_map(names_in).filter(|name| {
        let mut letters = name.chars().zip(name.chars().skip(1));
        letters.any(|(one, next)| one.is_lowercase() && next.is_uppercase())
    })
}

/// Returns whether a name stands alone in a fence of the plan, or between ticks.
fn is_shown_as_code(document: &Document<'_>, name: &str) -> bool {
    document.text.match_indices(name).any(|(at, _)| {
        let end = at + name.len();
        let is_part =
            |letter: Option<char>| letter.is_some_and(|one| one.is_alphanumeric() || one == '_');
        let (before, behind) = (
            document.text[..at].chars().next_back(),
            document.text[end..].chars().next(),
        );
        let is_ticked =
            before == Some('`') && behind.is_some_and(|one| matches!(one, '`' | '(' | '.'));
        let is_whole = !is_part(before) && !is_part(behind);
        is_ticked || is_whole && document.fences.iter().any(|fence| fence.span.contains(&at))
    })
}

/// Returns the texts that a sentence quotes.
fn quoted_texts(words: &str) -> impl Iterator<Item = &str> {
    words
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| !text.trim().is_empty() && !text.contains('`'))
}

/// The fewest words that say something together: two may stand in the code under other names.
pub(super) const FEWEST: usize = 3;

fn is_english(head: &str) -> bool {
    let common = || {
        head.split(|letter: char| !letter.is_alphanumeric())
            .any(is_join)
    };
    head.is_ascii() && (common() || head.split_whitespace().count() <= 4)
}

/// Returns whether code is an import statement, of Python or JavaScript.
fn is_import(code: &str) -> bool {
    let begins = ["import ", "from ", "const ", "export "]
        .iter()
        .any(|word| code.starts_with(word));
    let of =
        |path: &str| code::imports::list_imports(path, code).is_some_and(|found| !found.is_empty());
    begins && (of("a.py") || of("a.ts"))
}

/// The share of a sentence's names that the blocks have to hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Proof {
    /// Something, as the blocks stand where the sentence says they do.
    Any,
    /// Half, as the blocks stand before it.
    Half,
    /// Most, as the blocks stand elsewhere.
    Most,
}

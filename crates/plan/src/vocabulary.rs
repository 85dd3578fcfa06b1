//! The words by which a sentence asks, forbids, allows or explains, in the
//! languages that plans are written in: `vocabulary/NAME.toml`, one file a language.
//!
//! Each entry stands beside a sentence that it decides, and a test reads it.

#[cfg(test)]
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use foldhash::fast::RandomState;
#[cfg(test)]
use serde::Deserialize;

use crate::topic::Topic;

/// The part that a word plays in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(Deserialize), serde(rename_all = "kebab-case"))]
pub(crate) enum Use {
    /// A verb that asks for something to be written or changed.
    Change,
    /// A verb that asks for something to go.
    Remove,
    /// Words that say that something goes.
    Gone,
    /// A verb that asks for something to be looked at, not changed.
    Judge,
    /// A verb that asks for a command to be run.
    Run,
    /// A verb for a person.
    Person,
    /// A verb that asks to read.
    Read,
    /// A word before the verb.
    Lead,
    /// A preposition that begins a place before the verb.
    Place,
    /// A word that says that something has to be so.
    Modal,
    /// A word at the head that demands.
    Demand,
    /// A word for how a test or command ends.
    Outcome,
    /// A verb that asks for something to stay as it is.
    Keep,
    /// A verb that asks for a change of what stands: what must not be touched is protected from it.
    Alter,
    /// A word that makes the verb beside it passive: "to _be_ replaced", "ersetzt _werden_".
    Passive,
    /// Words for what is as it was: "unchanged".
    Stays,
    /// A word that takes something out of a prohibition.
    Except,
    /// Words before what is not done, as another thing is: "instead of".
    Instead,
    /// A word that leaves out all that it does not name.
    Solely,
    /// A label that asks for attention, whatever its sentence says.
    Caution,
    /// A word for a test.
    TestWord,
    /// A word for what was said before: its sentence speaks of that.
    Anaphor,
    /// One of those that stands for the code itself, of which its sentence says something, and not for the reason of it.
    Pronoun,
    /// Words behind the verb that leave the work to what is found.
    Proviso,
    /// A word for a comment in code.
    Comment,
    /// A word that turns the sentence round.
    Negation,
    /// A word that makes the rest depend on something, or leaves it to the reader.
    Condition,
    /// One of those that begins a clause of its own: "if the list is empty, …".
    Supposing,
    /// A word for what a plan's own work goes about: its build, its files, its reader.
    WorkWord,
    /// A verb for what only code does.
    Answer,
    /// A verb for what is made of a thing elsewhere: its object is used there, and not changed.
    Employ,
    /// A word that begins an explanation.
    Rationale,
    /// Words that describe a test that is to be written.
    Test,
    /// A word that begins a noun.
    Determiner,
    /// A short word that is no verb, though a noun follows.
    Function,
    /// A word that says that something is there before the work.
    Given,
    /// A word for an import.
    Import,
    /// Words before what is only looked at, copied or followed.
    Source,
    /// A preposition before where something goes.
    Goal,
    /// Words for a file without content.
    Empty,
    /// Words before the folder that paths start from.
    Base,
    /// Words for code that is shown and not to be written.
    Shown,
    /// Words for what has been rejected.
    Rejected,
    /// Words for how something is before the work.
    Present,
    /// Words for another time.
    Later,
    /// Words for what there shall be.
    New,
    /// Words for what stands right below the sentence.
    Below,
    /// A word that ends with a full stop inside a sentence. The last use: their number is taken from it.
    Abbreviation,
}

/// A list of words of which one question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(test, derive(Deserialize), serde(rename_all = "kebab-case"))]
pub(crate) enum List {
    /// A label of the folder from which paths start.
    BaseLabel,
    /// A label that announces a check where it holds a command, and else the file that is looked at or holds the tests.
    CheckLabel,
    /// A verb before a path: the file is to be made.
    CreateVerb,
    /// A verb before a path: the file is to be changed, or made.
    ModifyVerb,
    /// A verb before a path: the file is to go.
    DeleteVerb,
    /// A word behind a path by which what happens to the file depends on something, or comes at another time.
    RemovalCondition,
    /// A verb before a path: it is only looked at, run or forbidden.
    LookVerb,
    /// A word beside a path that is still about the whole file.
    BesideFile,
    /// A verb that plainly changes what is there.
    PlainModifyVerb,
    /// A word beside "empty" in a note on a file without content.
    BesideEmpty,
    /// A word for a file as a whole.
    WholeFile,
    /// A word between the sign of a comment and the file that the code below goes into: "# In app/a.py".
    InFile,
    /// A word for the place where all files of a project lie: what goes from there goes for good.
    WholeTree,
    /// A word for what a file is made of.
    PartOfFile,
    /// A verb that asks for a change at the head of a sentence.
    Imperative,
    /// A word before such a verb.
    ImperativeLead,
    /// A word that begins a place before such a verb.
    ImperativePlace,
    /// A word for a unit that holds others.
    PhaseWord,
    /// A word for a unit that holds steps.
    TaskWord,
    /// A word for a step.
    StepWord,
    /// A state: finished. Of units and of plans.
    Done,
    /// A state: in progress.
    Begun,
    /// A state: skipped.
    LeftOut,
    /// A note: the unit may be left out.
    OptionalNote,
    /// A state: open.
    NotBegun,
    /// Words above code that is only shown.
    ShownAbove,
    /// A label of code that stands now.
    OldCodeLabel,
    /// A label of code that shall stand.
    NewCodeLabel,
    /// A comment that heads what a block replaces.
    OldCodeComment,
    /// A comment that heads what takes its place.
    NewCodeComment,
    /// Words of a criterion that only a person can check.
    ByAPerson,
    /// A note beside a path: the file is made.
    NoteCreate,
    /// A note beside a path: the file is changed.
    NoteModify,
    /// A note beside a path: the file goes.
    NoteDelete,
    /// A status of a plan: not to be implemented.
    StatusRefused,
    /// A status of a plan: it may be implemented.
    StatusApproved,
    /// A status that holds a word of another one and means neither.
    StatusNotDone,
    /// A noun for a definition behind its name: "the `MAX` constant". A word that is not here may be a part or a
    /// use of the symbol: "the `foo` calls".
    DefinitionNoun,
    /// A word for an import that was shown before.
    SameAsBefore,
    /// A word between the one that bounds and the first path: "only the one file: `a.py`".
    BeforeBoundPath,
}

/// Words of languages, by what they are listed as; a row for each table of each language.
pub(crate) type Rows<T> = &'static [(T, &'static [&'static str])];

include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// Entries, each with a sentence that it decides.
#[cfg(test)]
pub(crate) type Entries = BTreeMap<String, String>;

/// The words of a language, with their examples.
#[cfg(test)]
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Language {
    /// Names of labels, by what they announce.
    pub(crate) labels: BTreeMap<Topic, Entries>,
    /// Words in headings, by what they announce.
    pub(crate) headings: BTreeMap<Topic, Entries>,
    /// Words that one question is asked of.
    pub(crate) lists: BTreeMap<List, Entries>,
    /// Words of sentences, by what they do there.
    #[serde(flatten)]
    pub(crate) uses: BTreeMap<Use, Entries>,
}

/// Reads the files, for their examples.
#[cfg(test)]
pub(crate) fn read_languages() -> impl Iterator<Item = Result<Language, toml::de::Error>> {
    FILES.iter().map(|file| toml::from_str(file))
}

/// The entries of all languages.
#[derive(Debug, Default)]
struct Vocabulary {
    /// Entries of scripts that put blanks between words, and what such entries begin with.
    spaced: HashMap<&'static str, Words, RandomState>,
    /// Entries of scripts that do not, by their first letter.
    dense: HashMap<char, Vec<(&'static str, Use)>, RandomState>,
}

/// Words that an entry consists of, or begins with.
#[derive(Debug, Clone, Copy, Default)]
struct Words {
    /// Their uses.
    uses: Uses,
    /// A longer entry begins with them.
    go_on: bool,
}

/// A set of uses.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Uses(u64);

impl Uses {
    /// Returns whether the use is in the set.
    pub(crate) fn has(self, what: Use) -> bool {
        self.0 & 1 << what as u32 != 0
    }

    fn add(&mut self, what: Use) {
        self.0 |= 1 << what as u32;
    }
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let mut all = Vocabulary::default();
    for &(what, entries) in USES {
        for &entry in entries {
            if entry.chars().any(is_dense) {
                let first = entry.chars().next().unwrap_or_default();
                all.dense.entry(first).or_default().push((entry, what));
                continue;
            }
            for (blank, _) in entry.match_indices(' ') {
                all.spaced.entry(&entry[..blank]).or_default().go_on = true;
            }
            all.spaced.entry(entry).or_default().uses.add(what);
        }
    }
    all
});

/// Returns whether a letter belongs to a script that puts no blank between a word and its endings.
pub(crate) fn is_dense(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// The entries that a text, in lower case, begins with: of each use, the bytes of the longest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    ends: [usize; Use::Abbreviation as usize + 1],
}

impl Opening {
    /// Reads the beginning of a text.
    pub(crate) fn new(text: &str) -> Self {
        let mut opening = Opening {
            ends: [0; Use::Abbreviation as usize + 1],
        };
        let first = text.chars().next().filter(|letter| is_dense(*letter));
        let dense = first
            .and_then(|letter| VOCABULARY.dense.get(&letter))
            .into_iter()
            .flatten();
        for (entry, what) in dense.filter(|(entry, _)| text.starts_with(*entry)) {
            let end = &mut opening.ends[*what as usize];
            *end = entry.len().max(*end);
        }
        for (end, uses) in entries_at_start(text) {
            let has = opening
                .ends
                .iter_mut()
                .enumerate()
                .filter(|(what, _)| uses.0 >> what & 1 != 0);
            has.for_each(|(_, longest)| *longest = end);
        }
        opening
    }

    /// Returns how many bytes the entry of this use takes.
    pub(crate) fn end(&self, what: Use) -> Option<usize> {
        Some(self.ends[what as usize]).filter(|end| *end > 0)
    }

    /// Returns whether the text begins with an entry of this use.
    pub(crate) fn is(&self, what: Use) -> bool {
        self.end(what).is_some()
    }
}

/// Returns how many bytes the entry takes that `text`, in lower case, begins with.
pub(crate) fn entry_at_start(text: &str, what: Use) -> Option<usize> {
    Opening::new(text).end(what)
}

/// Where the last entry of a script without blanks ends that `text` holds.
pub(crate) fn last_dense(text: &str, what: Use) -> Option<usize> {
    let ends = dense_entries(text).filter(|(_, _, other)| *other == what);
    ends.map(|(at, entry, _)| at + entry.len()).max()
}

/// Returns the entries of scripts without blanks that `text` holds, each with its place.
fn dense_entries(text: &str) -> impl Iterator<Item = (usize, &'static str, Use)> + '_ {
    let letters = if text.is_ascii() { "" } else { text };
    letters
        .char_indices()
        .filter(|(_, letter)| is_dense(*letter))
        .flat_map(move |(at, letter)| {
            let entries = VOCABULARY.dense.get(&letter).into_iter().flatten();
            let held = entries.filter(move |(entry, _)| text[at..].starts_with(*entry));
            held.map(move |(entry, what)| (at, *entry, *what))
        })
}

/// Returns the last entry of this use that `text`, in lower case, holds.
pub(crate) fn last_entry(text: &str, what: Use) -> Option<Range<usize>> {
    let dense = dense_entries(text).filter(|(_, _, other)| *other == what);
    let dense = dense.map(|(at, entry, _)| at..at + entry.len());
    let mut before = false;
    let starts = text.char_indices().filter(move |(_, letter)| {
        let within = std::mem::replace(&mut before, is_word(*letter));
        !within && letter.is_alphanumeric()
    });
    let spaced = starts.filter_map(|(at, _)| {
        let fitting = entries_at_start(&text[at..]).filter(|(_, uses)| uses.has(what));
        fitting.last().map(|(end, _)| at..at + end)
    });
    dense
        .chain(spaced)
        .max_by_key(|found| (found.end, std::cmp::Reverse(found.start)))
}

/// Returns whether `words`, in lower case, are an entry of this use, whatever its script.
pub(crate) fn is_all(words: &str, what: Use) -> bool {
    is_entry(words, what)
        || dense_entries(words).any(|(at, entry, other)| at == 0 && other == what && entry == words)
}

/// Returns the uses of all entries that `text`, in lower case, holds.
pub(crate) fn uses_in(text: &str) -> Uses {
    let mut found = Uses::default();
    dense_entries(text).for_each(|(_, _, what)| found.add(what));
    let mut before = false;
    for (at, letter) in text.char_indices() {
        let within = std::mem::replace(&mut before, is_word(letter));
        if !within && letter.is_alphanumeric() {
            entries_at_start(&text[at..]).for_each(|(_, uses)| found.0 |= uses.0);
        }
    }
    found
}

/// Returns whether `words`, in lower case, are an entry of this use.
pub(crate) fn is_entry(words: &str, what: Use) -> bool {
    VOCABULARY
        .spaced
        .get(words)
        .is_some_and(|words| words.uses.has(what))
}

/// Returns the entries of scripts with blanks that `text` begins with, from the shortest on: their bytes and uses.
fn entries_at_start(text: &str) -> impl Iterator<Item = (usize, Uses)> + '_ {
    let mut go_on = true;
    let known = word_ends(text).map_while(move |end| {
        let words = go_on
            .then(|| VOCABULARY.spaced.get(&text[..end]))
            .flatten()?;
        go_on = words.go_on;
        Some((end, words.uses))
    });
    let known = known.map(|(end, uses)| {
        (
            end,
            if begins_place(text, end, uses) {
                Uses(0)
            } else {
                uses
            },
        )
    });
    known.filter(|(_, uses)| uses.0 != 0)
}

/// Returns whether a negation at the beginning of `text` is none, as a place begins there: "no arquivo" is Portuguese.
fn begins_place(text: &str, end: usize, uses: Uses) -> bool {
    let longer = || {
        let ends = word_ends(text).skip_while(|longer| *longer <= end);
        ends.map_while(|longer| VOCABULARY.spaced.get(&text[..longer]))
    };
    uses.has(Use::Negation)
        && longer().any(|words| words.uses.has(Use::Place) && !words.uses.has(Use::Negation))
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '\'' | '-' | '_')
}

/// Returns where the words at the beginning of `text` end, one after another, only blanks between them.
fn word_ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let skip = if at == 0 {
            0
        } else {
            rest.len() - rest.trim_start_matches(' ').len()
        };
        let word = rest[skip..]
            .find(|letter: char| !is_word(letter))
            .unwrap_or(rest.len() - skip);
        if word == 0 {
            return None;
        }
        at += skip + word;
        Some(at)
    })
}

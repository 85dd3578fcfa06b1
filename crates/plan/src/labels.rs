//! Table: what the labels and headings inside a unit announce, in the languages that plans are written in.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use crate::inline::comparison_key;
pub(crate) use crate::topic::Topic;
use crate::topic::Topic::{About, Automated, Changes, Criteria, Expect, Manual, Reference};
use crate::vocabulary::{HEADINGS, LABELS, Rows, Use, entry_at_start};
use crate::word_lists::List;

/// Returns whether a label names the folder from which paths start.
pub(crate) fn is_base(name: &str) -> bool {
    List::BaseLabel.words().contains(&name)
}

/// Returns whether a label may announce a check.
pub(crate) fn is_check(name: &str) -> bool {
    List::CheckLabel.words().contains(&name)
}

/// The topics of labels, by their exact names.
static TOPICS: LazyLock<HashMap<&'static str, Topic>> = LazyLock::new(|| {
    let mut topics = HashMap::new();
    for (topic, names) in by_topic(LABELS) {
        for name in names {
            topics.entry(name).or_insert(topic);
        }
    }
    topics
});

/// Words in a heading, by the topic that they stand for.
static PARTS: LazyLock<BTreeMap<Topic, Vec<&'static str>>> = LazyLock::new(|| by_topic(HEADINGS));

/// Joins the words of all languages, topic by topic.
fn by_topic(languages: Rows<Topic>) -> BTreeMap<Topic, Vec<&'static str>> {
    let mut joined: BTreeMap<Topic, Vec<&'static str>> = BTreeMap::new();
    for (topic, words) in languages {
        joined.entry(*topic).or_default().extend(*words);
    }
    joined
}

/// Returns what a label announces, by its exact name.
pub(crate) fn topic_of_label(name: &str) -> Option<Topic> {
    // "ADR 0010 D5", "RFC 7231 §4": what it refers to has a number.
    let numbered = || {
        let (word, rest) = name.split_once(' ')?;
        rest.starts_with(|letter: char| letter.is_ascii_digit())
            .then(|| TOPICS.get(word).copied())?
    };
    let referred = || numbered().filter(|topic| *topic == Reference);
    // "Expected after edits": the time or place of what is expected.
    let placed = || {
        let (word, rest) = name.split_once(' ')?;
        let place = entry_at_start(rest, Use::Place).is_some_and(|end| end < rest.len());
        TOPICS
            .get(word)
            .copied()
            .filter(|topic| place && *topic == Expect)
    };
    TOPICS
        .get(name)
        .copied()
        .or_else(referred)
        .or_else(placed)
        .or_else(|| is_manual(name).then_some(Manual))
}

/// Returns whether a name is of a check by hand: "manuell", "vérification manuelle", "수동 확인".
fn is_manual(name: &str) -> bool {
    const STEMS: [&str; 6] = ["manual", "manuel", "ручн", "手动", "手動", "수동"];
    const TESTS: [&str; 6] = [
        "testing",
        "checks",
        "tester",
        "validation",
        "prüfungen",
        "vérifications",
    ];
    /// A stem with its ending: "manuellement".
    const ALONE: usize = 12;
    let bare = name.trim_end_matches([':', ' ', '\u{a0}']);
    let by_hand = |word: &&str| STEMS.iter().any(|stem| word.starts_with(stem));
    let (hand, others): (Vec<&str>, Vec<&str>) = bare.split_whitespace().partition(by_hand);
    let [word] = hand.as_slice() else {
        return false;
    };
    if *word == "manuals" {
        return false;
    }
    let checks = |word: &str| is_check(word) || TESTS.contains(&word);
    if !others.is_empty() {
        return others.into_iter().all(checks);
    }
    // What is written without blanks holds both: "手動確認".
    let rest = STEMS
        .iter()
        .find_map(|stem| word.strip_prefix(stem))
        .unwrap_or_default();
    checks(rest)
        || word.chars().count() <= ALONE
            && (rest.is_empty() || word.chars().all(|letter| u32::from(letter) < 0x2E80))
}

/// Returns what an element inside a `<task>` announces, by its name.
pub(crate) fn element_topic(name: &str) -> Option<Topic> {
    match name {
        "action" | "implementation" | "instructions" => Some(Changes),
        "automated" => Some(Automated),
        "verify" | "done" | "verification" => Some(Criteria),
        "how to verify" | "human check" | "manual" => Some(Manual),
        "read first" | "interfaces" | "context" => Some(Reference),
        "behavior" | "what built" | "resume signal" | "objective" | "decision" | "options" => {
            Some(About)
        }
        name => topic_of_label(name),
    }
}

/// Returns what a heading announces: its name without number and notes, or words in it.
pub(crate) fn heading_topic(title: &str) -> Option<Topic> {
    let name = comparison_key(&title.replace('_', " "));
    let bare = name.trim_start_matches(|letter: char| {
        letter.is_ascii_digit() || matches!(letter, '.' | ' ' | ')')
    });
    let short = bare
        .split(" (")
        .next()
        .unwrap_or(bare)
        .trim_end_matches([':', ' ']);
    topic_of_label(short).or_else(|| {
        PARTS
            .iter()
            .find(|(_, words)| words.iter().any(|word| name.contains(word)))
            .map(|(topic, _)| *topic)
    })
}

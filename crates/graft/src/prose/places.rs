//! Words of place: the table `data/places.tsv`, which holds those of all languages that are read.
//!
//! ```text
//! after `load`           After
//! in `load`              Within
//! replace `load`         Replace
//! between `a` and `b`    After for `a`, Before for `b`
//! call `load`            Mention: none of the words before it is one of place
//! ```

use std::sync::LazyLock;

use super::words::{ARTICLES, Token, is_word, side_behind};
use super::{Prose, Relation, ends};

/// When words without code behind a word of place name a place that must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum States {
    Always,
    /// With an article: "before you run the tests" is no place.
    Article,
    /// Never: "under load", "following the pattern". What is there is meant all the same.
    Found,
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct PlacePhrase {
    words: Vec<&'static str>,
    pub(super) relation: Relation,
    /// "Under" puts something into what can hold it, else below.
    pub(super) is_under: bool,
    pub(super) states: States,
    #[cfg(test)]
    example: &'static str,
}

/// The rows of the table, those of most words first: "right after" is found before "after".
static PLACES: LazyLock<Vec<PlacePhrase>> = LazyLock::new(|| {
    let rows = include_str!("../../data/places.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let mut places: Vec<PlacePhrase> = rows.filter_map(parse_place_row).collect();
    places.sort_by_key(|place| std::cmp::Reverse(place.words.len()));
    places
});

/// Reads a row: the words, the side, when the place must be there, an example for the test.
fn parse_place_row(row: &'static str) -> Option<PlacePhrase> {
    let mut cells = row.split('\t');
    let words = cells.next()?.split([' ', '-']).collect();
    let side = cells.next()?;
    let states = match cells.next()? {
        "always" => States::Always,
        "article" => States::Article,
        _ => States::Found,
    };
    #[cfg(test)]
    let example = cells.next()?;
    let relation = if side == "before" {
        Relation::Before
    } else {
        Relation::After
    };
    Some(PlacePhrase {
        words,
        relation,
        is_under: side == "under",
        states,
        #[cfg(test)]
        example,
    })
}

/// Returns the words of place that begin at a token, and how many tokens they take.
pub(super) fn beginning_at(tokens: &[Token], at: usize) -> Option<(&'static PlacePhrase, usize)> {
    let found = PLACES
        .iter()
        .find(|place| matches_words(tokens, at, &place.words))?;
    Some((found, found.words.len()))
}

/// Returns the words of place that end with a token.
///
/// The longest ones first, as the table is ordered.
pub(super) fn ending_at(tokens: &[Token], at: usize) -> Option<&'static PlacePhrase> {
    PLACES.iter().find(|place| {
        (at + 1)
            .checked_sub(place.words.len())
            .is_some_and(|from| matches_words(tokens, from, &place.words))
    })
}

/// Returns whether the tokens from one on are these words, as written or in small letters.
fn matches_words(tokens: &[Token], from: usize, words: &[&str]) -> bool {
    words.iter().zip(from..).all(
        |(word, at)| matches!(tokens.get(at), Some(Token::Word(one)) if one == word || one.to_lowercase() == **word),
    )
}

/// Returns the side on which a text, up to where it names something, puts what it speaks of.
pub(crate) fn relation_after_text(before: &str) -> Option<Relation> {
    let words: Vec<String> = before.split_whitespace().map(str::to_lowercase).collect();
    let from = words.len().saturating_sub(NEAR);
    let near: Vec<Token> = words.into_iter().skip(from).map(Token::Word).collect();
    (0..near.len())
        .rev()
        .find_map(|at| ending_at(&near, at))
        .map(|place| place.relation)
}

/// Returns whether words are nothing but a place, by the names that are known: "nach `price`", "在 price 之后".
///
/// Used for comments of a block: any word beside places, names, articles and fillers makes it a
/// comment of the code's own.
pub(crate) fn is_beside(text: &str, is_name: &dyn Fn(&str) -> bool) -> bool {
    let bare = |word: &str| {
        word.trim_matches(|one: char| !one.is_alphanumeric() && one != '_')
            .to_owned()
    };
    let words: Vec<String> = text
        .split_whitespace()
        .map(bare)
        .filter(|word| !word.is_empty())
        .collect();
    let small = |word: &str| {
        let lower = word.to_lowercase();
        ARTICLES.contains(&lower.as_str()) || FILLERS.contains(&lower.as_str()) || word == "在"
    };
    let tokens: Vec<Token> = words
        .iter()
        .map(|word| Token::Word(word.to_lowercase()))
        .collect();
    // The word of place stands before the name, or, where words are not parted, at the end of the
    // last word.
    // "goes after `total`": one verb may stand before it where the name is marked as code, which comments of code rarely do.
    let marked = text.contains('`');
    let behind_verb = || beginning_at(&tokens, 1).map(|(_, length)| length + 1);
    let from = beginning_at(&tokens, 0)
        .map(|(_, length)| length)
        .or_else(|| behind_verb().filter(|_| marked));
    let last = words
        .last()
        .and_then(|word| side_behind(word))
        .filter(|(_, before)| before.is_empty() || is_name(before));
    let rest = match (from, last) {
        (Some(from), _) => &words[from..],
        (None, Some((_, before))) => &words[..words.len() - usize::from(before.is_empty())],
        (None, None) => return false,
    };
    let named = |word: &String| {
        is_name(word) || side_behind(word).is_some_and(|(_, before)| is_name(before))
    };
    rest.iter().any(named) && rest.iter().all(|word| named(word) || small(word))
}

/// Words beside articles between a word of place and the name that it is about.
const FILLERS: [&str; 57] = [
    "whole",
    "entire",
    "classe",
    "clase",
    "klasse",
    "função",
    "función",
    "fonction",
    "funktion",
    "método",
    "méthode",
    "methode",
    "zeile",
    "línea",
    "ligne",
    "linha",
    "de",
    "von",
    "line",
    "lines",
    "direkt",
    "a",
    "an",
    "method",
    "function",
    "class",
    "line",
    "field",
    "route",
    "endpoint",
    "constant",
    "property",
    "its",
    "this",
    "import",
    "block",
    "model",
    "section",
    "test",
    "call",
    "statement",
    "handler",
    "definition",
    "end",
    "bottom",
    "top",
    "decorator",
    "our",
    "interface",
    "enum",
    "type",
    "variable",
    "attribute",
    "column",
    "service",
    "your",
    "where",
];

/// Words for a line of a text.
const LINE: [&str; 7] = [
    "line",
    "zeile",
    "línea",
    "ligne",
    "linha",
    "строки",
    "строкой",
];

/// Returns the number of the line beside which the words from a token on put something: "after line 5", "第 5 行之后".
pub(super) fn line_beside(tokens: &[Token], at: usize) -> Option<(Relation, usize)> {
    line_before_side(tokens, at).or_else(|| line_behind_place(tokens, at))
}

/// Reads a line in words that put the side behind it: "第5行之后", "第 5 行之后", "5行目の後".
fn line_before_side(tokens: &[Token], at: usize) -> Option<(Relation, usize)> {
    let Some(Token::Word(word)) = tokens.get(at) else {
        return None;
    };
    let (relation, before) = side_behind(word)?;
    let counted = before.trim_end_matches(['目', 'の']).strip_suffix('行')?;
    let number = counted
        .rsplit(|letter: char| !letter.is_ascii_digit())
        .next()?;
    let number = match (number, at.checked_sub(1).and_then(|one| tokens.get(one))) {
        ("", Some(Token::Word(earlier))) => earlier.as_str(),
        (number, _) => number,
    };
    Some((relation, number.parse().ok()?))
}

fn line_behind_place(tokens: &[Token], at: usize) -> Option<(Relation, usize)> {
    let (place, length) = beginning_at(tokens, at)?;
    let mut words = tokens
        .get(at + length..)?
        .iter()
        .map_while(|token| match token {
            Token::Word(word) => Some(word.to_lowercase()),
            _ => None,
        });
    let small = |word: &str| ARTICLES.contains(&word) || FILLERS.contains(&word);
    let first = words.find(|word| LINE.contains(&word.as_str()) || !small(word))?;
    let number = LINE.contains(&first.as_str()).then(|| words.next())??;
    Some((place.relation, number.trim_end_matches(':').parse().ok()?))
}

impl Prose {
    /// Returns the line of the file beside which the words put the block.
    pub(crate) fn beside_line(&self) -> Option<(Relation, usize)> {
        self.beside_line
    }

    /// Counts the line beside which the block goes as the file stands now.
    pub(crate) fn with_lines_now(mut self, lines: Option<(usize, usize)>) -> Self {
        if let (Some((relation, line)), Some((first, last))) = (&mut self.beside_line, lines) {
            *line = if *relation == Relation::Before {
                first
            } else {
                last
            };
        }
        self
    }
}

/// Words that put something between two, and those that part the two.
const BETWEEN: [&str; 5] = ["between", "zwischen", "entre", "между", "між"];
const AND: [&str; 10] = ["and", "und", "y", "e", "et", "и", "і", "та", "&", "to"];

/// Returns whether a token is a word for "between".
pub(super) fn is_between(token: Option<&Token>) -> bool {
    matches!(token, Some(Token::Word(word)) if BETWEEN.contains(&word.to_lowercase().as_str()))
}

/// Returns whether a token parts the two between which something goes.
pub(super) fn parts_two(token: Option<&Token>) -> bool {
    is_word(token, &AND)
}

/// Returns the side of a name of which the words put something between it and another one.
///
/// The one with an "and" among the three tokens before it is the second.
///
/// "between `a` and `b`": after `a`, before `b`. None without a word for "between".
fn relation_in_between(tokens: &[Token], at: usize) -> Option<Relation> {
    let mut before = (at.saturating_sub(NEAR)..at).rev();
    let is_second = before
        .clone()
        .take(3)
        .any(|back| parts_two(tokens.get(back)));
    let opens = |back: &usize| matches!(tokens.get(*back), Some(Token::Comma | Token::Stop));
    before
        .by_ref()
        .take_while(|back| !opens(back))
        .any(|back| is_between(tokens.get(back)))
        .then_some(())?;
    Some(if is_second {
        Relation::Before
    } else {
        Relation::After
    })
}

/// Words right before one of place that make of it a comparison, or the place of a use: "as in `a`", "called in `a`".
const APART_BEFORE_PLACE: [&str; 15] = [
    "as",
    "like",
    "unlike",
    "contrast",
    "opposed",
    "similar",
    "analogous",
    "called",
    "used",
    "needed",
    "wie",
    "como",
    "comme",
    "contraste",
    "как",
];

/// Words right before a name that compare the block with it.
const APART: [&str; 4] = ["unlike", "than", "contrary", "resembles"];

/// Returns how the words before a name relate the block to it.
///
/// The words are read backwards from the name, up to seven of them, as long as they are articles,
/// fillers or forms in "-ing"; the first that says something decides.
pub(super) fn relation_before_name(tokens: &[Token], at: usize) -> Relation {
    if let Some(Token::Behind(relation)) = tokens.get(at + 1) {
        return *relation;
    }
    if let Some(relation) = relation_in_between(tokens, at) {
        return relation;
    }
    let mut back = at;
    let mut steps = 0;
    while back > 0 && steps < 7 {
        back -= 1;
        steps += 1;
        if let Some(place) = ending_at(tokens, back) {
            return place.relation;
        }
        if ends::ends_with(tokens, back) {
            return Relation::Within;
        }
        match tokens.get(back) {
            Some(Token::Word(word)) => match word.as_str() {
                "instead" => return Relation::Mention,
                // "In `A` instead of `B`".
                "of" if back > 0 && is_word(tokens.get(back - 1), &["instead"]) => {
                    return Relation::Mention;
                }
                "in" | "inside" | "within" | "into" | "to" | "of" | "en" | "dentro" | "dans"
                | "в" | "у" => {
                    let apart = back > 0 && is_word(tokens.get(back - 1), &APART_BEFORE_PLACE);
                    return if apart {
                        Relation::Apart
                    } else {
                        Relation::Within
                    };
                }
                word if APART.contains(&word) => return Relation::Apart,
                "replace" | "update" | "change" | "modify" | "rewrite" | "edit" | "extend"
                | "reemplazar" | "substituir" | "remplacer" | "замени" | "заменить" =>
                {
                    return Relation::Replace;
                }
                other
                    if ARTICLES.contains(&other)
                        || FILLERS.contains(&other)
                        || other.ends_with("ing") => {}
                _ => break,
            },
            Some(Token::Method(_)) => {}
            // "In `Order`'s `Meta`": the owner has the relation of what it owns.
            Some(Token::Possessive) => back = back.saturating_sub(1),
            _ => break,
        }
    }
    Relation::Mention
}

/// The most tokens before a name that may speak of its side: "after the existing entry of the list
/// `x`" has six.
const NEAR: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_nothing_but_a_place_are_told() {
        let known = |word: &str| matches!(word, "price" | "total");
        for words in [
            "nach `price`",
            "after price",
            "在 price 之后",
            "price 之后",
            "après price",
            "después de `price`",
            "hinter dem `total`",
        ] {
            assert!(is_beside(words, &known), "{words}");
        }
        for words in [
            "nach `price` sortiert",
            "after the sale",
            "price",
            "sorted after price and rounded",
            "nach `other`",
        ] {
            assert!(!is_beside(words, &known), "{words}");
        }
    }

    #[test]
    fn each_word_of_place_is_heard() {
        for place in PLACES.iter() {
            let prose = Prose::read(place.example);
            let heard = prose
                .phrases
                .iter()
                .any(|one| one.relation == place.relation && one.code == ["x"]);
            assert!(heard, "{}: {:?}", place.example, prose.phrases);
            let related = prose
                .mentions
                .iter()
                .any(|one| one.name == "x" && one.relation == place.relation);
            assert!(related, "{}: {:?}", place.example, prose.mentions);
        }
    }
}

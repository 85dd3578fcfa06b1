//! Places that the words name without a name in code: what follows "after", "before" or "between" within its clause.
//!
//! ```text
//! Register them after the book routes.          After  [book, routes]
//! Before the `GET /{id}` route, so that …       Before route GET /{id}
//! Between auth and probe:                       After  [auth], Before [probe]
//! ```

use super::Relation;
use super::places::{PlacePhrase, States, beginning_at, is_between, parts_two};
use super::sorts::{Sort, sort_of, sort_within};
use super::words::{ARTICLES, Token, side_behind};
use crate::routes::RouteName;

/// The most tokens of a clause that belong to the place which it names; what stands further behind
/// speaks of something else.
const LONGEST: usize = 8;

/// Words with which a clause goes on to something else.
const ENDS: [&str; 30] = [
    "in", "inside", "within", "into", "to", "so", "and", "which", "that", "with", "where", "as",
    "because", "since", "but", "then", "is", "are", "it", "for", "by", "at", "on", "add", "insert",
    "when", "while", "if", "or", "from",
];

/// Words behind a place that make it the time at which something happens: "before `run()` is called".
const VERBS: [&str; 9] = [
    "is", "are", "was", "were", "has", "have", "wird", "werden", "ist",
];

/// Words that end a clause, but for those right behind an article: "the line that …", "the for loop".
const GOES_ON: [&str; 6] = ["that", "which", "where", "for", "while", "if"];

/// Words of a language that stand for a sort of statement also as code.
const KEYWORDS: [&str; 5] = ["for", "while", "if", "return", "import"];

/// Words that make a thing that stands somewhere of the words behind them, as articles do.
const QUANTIFIERS: [&str; 8] = ["all", "any", "each", "every", "other", "others", "il", "lo"];

/// Words beside articles that name nothing of their own.
const IDLE: [&str; 37] = [
    "de",
    "von",
    "letzten",
    "bestehenden",
    "vorhandenen",
    "existentes",
    "existants",
    "últimos",
    "a",
    "an",
    "all",
    "any",
    "each",
    "every",
    "other",
    "others",
    "rest",
    "of",
    "previous",
    "next",
    "new",
    "same",
    "one",
    "ones",
    "this",
    "these",
    "those",
    "our",
    "your",
    "its",
    "block",
    "line",
    "lines",
    "where",
    "already",
    "there",
    "right",
];

/// Tells that a word makes a thing that stands somewhere of the words behind it.
fn is_determiner(word: &str) -> bool {
    ARTICLES.contains(&word) || QUANTIFIERS.contains(&word)
}

/// Tells that a word names nothing of its own.
fn is_idle(word: &str) -> bool {
    ARTICLES.contains(&word) || IDLE.contains(&word)
}

/// A place in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    pub(crate) relation: Relation,
    /// Number of the sentence.
    pub(crate) sentence: usize,
    /// Code in it.
    pub(crate) code: Vec<String>,
    /// The route that it names.
    pub(crate) route: Option<RouteName>,
    /// Its words in lower case, names cut into theirs; without those that name nothing.
    pub(crate) words: Vec<String>,
    /// It begins with a form in "-ing" and no article, names a command, a step of the plan or what happens: words for the
    /// order of the work, as "after adding the route" is.
    pub(crate) may_be_an_act: bool,
    /// "Under": into what can hold something, else below it.
    pub(crate) is_under: bool,
    /// It names a place that must be there: by code, a route, a sort, or an article.
    pub(crate) is_stated: bool,
    /// It names items by nothing but their sort: "the imports".
    pub(crate) sort: Option<Sort>,
    /// Which of them it names: "the last route".
    pub(crate) pick: Option<Pick>,
}

/// One of several items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pick {
    First,
    Last,
}

impl Phrase {
    /// Makes the place beside a piece of code, which must be there.
    pub(super) fn of_code(code: &str, relation: Relation, sentence: usize) -> Self {
        Phrase {
            relation,
            sentence,
            code: vec![code.to_owned()],
            route: None,
            words: Vec::new(),
            may_be_an_act: false,
            is_under: false,
            is_stated: true,
            sort: None,
            pick: None,
        }
    }

    /// Returns whether nothing of the place has been read yet.
    fn is_open(&self) -> bool {
        self.words.is_empty() && self.code.is_empty() && self.route.is_none()
    }

    /// Returns whether the place is that of something with a name or a route of its own.
    pub(crate) fn names_a_definition(&self) -> bool {
        let named = |code: &String| {
            code.chars()
                .all(|one| one.is_alphanumeric() || matches!(one, '_' | '.' | '(' | ')' | '$'))
        };
        self.route.is_some() || self.code.iter().any(named)
    }

    /// Returns whether it speaks of several: "the routes".
    pub(crate) fn is_plural(&self) -> bool {
        self.words
            .iter()
            .any(|word| word.ends_with('s') && !word.ends_with("ss") || word.ends_with("en"))
    }

    /// Returns the place for a person to read.
    pub(crate) fn shown(&self) -> String {
        if let Some(route) = &self.route {
            let both = [route.method.as_deref(), route.path.as_deref()];
            return format!(
                "the route `{}`",
                both.into_iter().flatten().collect::<Vec<_>>().join(" ")
            );
        }
        self.code.first().map_or_else(
            || format!("\"{}\"", self.words.join(" ")),
            |code| format!("`{code}`"),
        )
    }

    /// Takes up a word that is neither code nor the end of what is spoken of.
    fn add_word(&mut self, word: &str) {
        match word {
            "first" => self.pick = Some(Pick::First),
            "last" | "letzten" => self.pick = Some(Pick::Last),
            _ => {}
        }
        self.words.extend(
            split_name_words(word)
                .into_iter()
                .filter(|part| !is_idle(part)),
        );
    }

    /// Returns whether it names neither code nor a route.
    fn is_bare(&self) -> bool {
        self.code.is_empty() && self.route.is_none()
    }

    /// Returns whether its words number something: "after step 2" speaks of the plan.
    fn is_numbered(&self) -> bool {
        let is_number = |word: &String| word.chars().all(|letter| letter.is_ascii_digit());
        self.words.iter().any(is_number) && !self.words.iter().all(is_number)
    }
}

/// Reads the places that the tokens name, in the order of the text. Only "after", "before" and
/// words for them are read here, with code, routes, and plain words behind them.
pub(super) fn read_phrases(tokens: &[Token]) -> Vec<Phrase> {
    let mut found = Vec::new();
    let mut sentence = 0;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let mut step = 1;
        match token {
            Token::Stop => sentence += 1,
            Token::Word(_) if is_between(Some(token)) => {
                found.extend(read_between(tokens, at, sentence));
            }
            Token::Word(word) if side_behind(word).is_some() => {
                let (relation, before) = side_behind(word).unwrap_or((Relation::After, word));
                let last = at.checked_sub(1).and_then(|at| tokens.get(at));
                let named = match last {
                    Some(Token::Word(last)) if before.is_empty() => last.as_str(),
                    _ => before,
                };
                let sort = sort_within(named);
                found.extend(sort.map(|sort| Phrase {
                    code: Vec::new(),
                    words: vec![named.to_owned()],
                    sort: Some(sort),
                    ..Phrase::of_code("", relation, sentence)
                }));
            }
            // Chinese and Japanese say the side behind the name.
            Token::Code(_) => {
                if let Some(Token::Behind(relation @ (Relation::After | Relation::Before))) =
                    tokens.get(at + 1)
                {
                    found.extend(read_clause(tokens, at, *relation, sentence).0);
                }
            }
            Token::Word(_) => {
                if let Some((place, length)) = beginning_at(tokens, at) {
                    step = length;
                    // "The following code" names no place.
                    if !(at > 0
                        && equals_word(tokens.get(at - 1), "the")
                        && equals_word(tokens.get(at), "following"))
                    {
                        let phrase = read_clause(tokens, at + length, place.relation, sentence).0;
                        found.extend(phrase.map(|phrase| {
                            mark_stated_place(phrase, place, tokens.get(at + length))
                        }));
                    }
                }
            }
            _ => {}
        }
        at += step;
    }
    found
}

/// Reads the two places behind "between".
fn read_between(tokens: &[Token], at: usize, sentence: usize) -> Vec<Phrase> {
    let ends = |at: &usize| matches!(tokens.get(*at), None | Some(Token::Stop | Token::Comma));
    // The first "and" after "between" parts the two; without one there is no second place.
    let and = (at + 1..=at + LONGEST)
        .take_while(|at| !ends(at))
        .find(|at| parts_two(tokens.get(*at)));
    let Some(and) = and else {
        return Vec::new();
    };
    let first = read_clause(&tokens[..and], at + 1, Relation::After, sentence).0;
    let second = read_clause(tokens, and + 1, Relation::Before, sentence).0;
    first.into_iter().chain(second).collect()
}

/// Reads what the words from a token on speak of.
pub(super) fn read_noun_phrase(tokens: &[Token], from: usize, sentence: usize) -> Option<Phrase> {
    read_clause(tokens, from, Relation::Within, sentence).0
}

/// Adds whether the place must be there.
fn mark_stated_place(phrase: Phrase, place: &PlacePhrase, next: Option<&Token>) -> Phrase {
    let has_article =
        matches!(next, Some(Token::Word(word)) if is_determiner(&word.to_lowercase()));
    let by_words = match place.states {
        States::Always => true,
        States::Article => has_article,
        States::Found => false,
    };
    let by_sort = phrase.sort.is_some() && place.states != States::Found;
    let is_stated = !phrase.code.is_empty() || phrase.route.is_some() || by_sort || by_words;
    Phrase {
        is_stated: is_stated && !phrase.may_be_an_act,
        is_under: place.is_under,
        ..phrase
    }
}

fn equals_word(token: Option<&Token>, word: &str) -> bool {
    matches!(token, Some(Token::Word(one)) if one == word)
}

impl Phrase {
    /// Returns whether a word says of what the items are whose sort is named: "the imports of".
    fn is_of_a_sort(&self, word: &str) -> bool {
        OF.contains(&word) && sort_of(&self.words).is_some()
    }
}

/// Words behind a sort for what the items are of.
const OF: [&str; 11] = [
    "of", "von", "vom", "in", "de", "del", "du", "da", "do", "из", "в",
];

/// Returns the place that a clause names from its first word on, and how many tokens it takes.
fn read_clause(
    tokens: &[Token],
    from: usize,
    relation: Relation,
    sentence: usize,
) -> (Option<Phrase>, usize) {
    let mut phrase = Phrase {
        code: Vec::new(),
        may_be_an_act: begins_an_act(tokens, from),
        ..Phrase::of_code("", relation, sentence)
    };
    let mut method = None;
    let mut length = 0;
    // The clause ends at a comma, a stop, or a word that goes on to something else.
    for (at, token) in tokens.iter().enumerate().skip(from).take(LONGEST) {
        match token {
            // "The line that registers `x`", "the if block".
            Token::Word(word)
                if at > from && phrase.is_open() && GOES_ON.contains(&word.as_str()) =>
            {
                phrase.words.extend((word == "if").then(|| word.clone()));
            }
            // "The fields of `User`" are named by their sort.
            Token::Word(word) if phrase.is_of_a_sort(word) => break,
            Token::Word(word)
                if ENDS.contains(&word.as_str()) || VERBS.contains(&word.as_str()) =>
            {
                phrase.may_be_an_act |= VERBS.contains(&word.as_str());
                break;
            }
            Token::Word(word) => phrase.add_word(word),
            // "The `for` loop", "the `return`".
            Token::Code(code) if KEYWORDS.contains(&code.as_str()) => {
                phrase
                    .words
                    .extend((!matches!(code.as_str(), "for" | "while")).then(|| code.clone()));
            }
            Token::Code(code) => {
                phrase.route = phrase.route.or_else(|| RouteName::parse(code));
                phrase.may_be_an_act |= phrase.route.is_none() && is_command(code)
                    || at == from && describes_event(tokens, at);
                phrase.code.push(code.clone());
            }
            Token::Method(name) => method = Some(name.clone()),
            Token::Path(path) => {
                phrase.route = Some(RouteName {
                    method: None,
                    path: Some(path.clone()),
                })
            }
            Token::Possessive => {}
            Token::Comma | Token::Stop | Token::Behind(_) => break,
        }
        length += 1;
    }
    // "The GET route for `/x`": the method stands apart from the path.
    if let Some(method) = method {
        phrase
            .route
            .get_or_insert_default()
            .method
            .get_or_insert(method);
    }
    let is_bare = phrase.is_bare();
    phrase.may_be_an_act |= is_bare && phrase.is_numbered();
    phrase.sort = sort_of(&phrase.words).filter(|_| is_bare);
    // "After the others" names all of a kind.
    (
        (length > 0 && !(is_bare && phrase.words.is_empty()) || length > 1).then_some(phrase),
        length,
    )
}

/// Returns whether the words behind a word of place begin with what is done: "adding the route", "dem Hinzufügen", "de
/// añadir", "avoir ajouté", "добавления".
fn begins_an_act(tokens: &[Token], from: usize) -> bool {
    let word = |at: usize| match tokens.get(at) {
        Some(Token::Word(word)) => Some(word.as_str()),
        _ => None,
    };
    let ends = |word: Option<&str>, endings: &[&str]| {
        word.is_some_and(|word| {
            endings
                .iter()
                .any(|ending| word.len() > ending.len() + 1 && word.ends_with(ending))
        })
    };
    let first = word(from);
    match first {
        // An infinitive stands right behind "de", a thing has an article.
        Some("de") => ends(word(from + 1), &["ar", "er", "ir", "re"]),
        Some("dem") => ends(word(from + 1), &["en"]),
        Some("avoir" | "être") => true,
        // "Before you run the tests".
        Some("you" | "we" | "they" | "i") => true,
        // "After existing routes".
        Some(word) if is_determiner(word) => false,
        _ => ends(
            first,
            &["ing", "ния", "нием", "ення", "ання", "енням", "анням"],
        ),
    }
}

/// Returns whether a verb makes of code with no article what happens: "after `save` returns", but not "after the `auth`
/// routes".
fn describes_event(tokens: &[Token], at: usize) -> bool {
    matches!(tokens.get(at + 1), Some(Token::Word(word)) if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss"))
}

/// Returns whether code is a command of a shell, and no part of a file: words and flags, and no word of a language
/// before them.
fn is_command(code: &str) -> bool {
    const OPENING: [&str; 24] = [
        "return",
        "if",
        "for",
        "class",
        "def",
        "function",
        "const",
        "let",
        "var",
        "import",
        "from",
        "export",
        "await",
        "async",
        "raise",
        "throw",
        "with",
        "try",
        "while",
        "else",
        "elif",
        "interface",
        "type",
        "new",
    ];
    let plain = |word: &str| {
        word.chars().all(|one| {
            one.is_ascii_alphanumeric() || matches!(one, '-' | '_' | '.' | '/' | ':' | '=')
        }) && word.chars().any(|one| one.is_ascii_alphanumeric())
    };
    let mut words = code.split_whitespace();
    let first = words.next().unwrap_or_default();
    let rest: Vec<&str> = words.collect();
    !rest.is_empty()
        && !OPENING.contains(&first)
        && first.starts_with(|one: char| one.is_ascii_lowercase())
        && std::iter::once(&first).chain(&rest).all(|word| plain(word))
}

/// Returns the words of a text in lower case; `bookRoutes`, `book_routes` and "book routes" have the same.
pub(crate) fn split_name_words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut last = ' ';
    for letter in text.chars() {
        let begins = letter.is_uppercase() && (last.is_lowercase() || last.is_ascii_digit());
        if !letter.is_alphanumeric() || begins {
            found.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        last = letter;
    }
    found.extend((!word.is_empty()).then_some(word));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prose::Prose;

    fn read(text: &str) -> Vec<(Relation, String, Option<RouteName>)> {
        let prose = Prose::read(text);
        prose
            .phrases
            .iter()
            .map(|one| (one.relation, one.words.join(" "), one.route.clone()))
            .collect()
    }

    fn route(method: Option<&str>, path: Option<&str>) -> Option<RouteName> {
        Some(RouteName {
            method: method.map(str::to_owned),
            path: path.map(str::to_owned),
        })
    }

    #[test]
    fn places_in_words_end_with_their_clause() {
        for (text, relation, words, route) in [
            (
                "Register them after the book routes.",
                Relation::After,
                "book routes",
                None,
            ),
            (
                "Include it in `urlpatterns`, after the users.",
                Relation::After,
                "users",
                None,
            ),
            (
                "Before the `GET /{id}` route, so that it wins.",
                Relation::Before,
                "route",
                route(Some("GET"), Some("/{id}")),
            ),
            (
                "before GET /users/:id in the controller",
                Relation::Before,
                "",
                route(Some("GET"), Some("/users/:id")),
            ),
            (
                "Add it after the PUT route.",
                Relation::After,
                "route",
                route(Some("PUT"), None),
            ),
            (
                "Mount it next to `booksRouter` in the app",
                Relation::After,
                "",
                None,
            ),
            ("after the others:", Relation::After, "", None),
        ] {
            assert_eq!(read(text), [(relation, words.to_owned(), route)], "{text}");
        }
        assert_eq!(
            read("Register it between auth and probe:"),
            [
                (Relation::After, "auth".to_owned(), None),
                (Relation::Before, "probe".to_owned(), None)
            ]
        );
        for text in ["See below.", "Add the following code:", "as above"] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn names_and_words_have_the_same_parts() {
        for text in ["bookRoutes", "book_routes", "Book routes", "book-routes"] {
            assert_eq!(split_name_words(text), ["book", "routes"], "{text}");
        }
    }
}

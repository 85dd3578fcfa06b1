//! Places that the words name without a name in code: what follows "after", "before" or "between" within its clause.
//!
//! ```text
//! Register them after the book routes.          After  [book, routes]
//! Before the `GET /{id}` route, so that …       Before route GET /{id}
//! Between auth and probe:                       After  [auth], Before [probe]
//! ```

use super::Relation;
use super::words::{AFTER, BEFORE, Token};
use crate::routes::RouteName;

/// How many words of a clause belong to the place that it names.
const LONGEST: usize = 8;

/// Words with which a clause goes on to something else.
const ENDS: [&str; 30] = [
    "in", "inside", "within", "into", "to", "so", "and", "which", "that", "with", "where", "as", "because", "since",
    "but", "then", "is", "are", "it", "for", "by", "at", "on", "add", "insert", "when", "while", "if", "or", "from",
];

/// Words that name nothing of their own.
const IDLE: [&str; 34] = [
    "the", "a", "an", "all", "any", "each", "every", "existing", "current", "other", "others", "rest", "of", "last",
    "first", "previous", "next", "new", "same", "one", "ones", "this", "these", "those", "our", "your", "its", "block",
    "line", "lines", "where", "already", "there", "right",
];

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
    /// It begins with a form in "-ing" and no article, as words for the order of the work do: "after adding the route".
    pub(crate) may_be_an_act: bool,
}

impl Phrase {
    /// Returns the place for a person to read.
    pub(crate) fn shown(&self) -> String {
        if let Some(route) = &self.route {
            let both = [route.method.as_deref(), route.path.as_deref()];
            return format!("the route `{}`", both.into_iter().flatten().collect::<Vec<_>>().join(" "));
        }
        self.code.first().map_or_else(|| format!("\"{}\"", self.words.join(" ")), |code| format!("`{code}`"))
    }
}

/// Reads the places that the tokens name.
pub(super) fn read(tokens: &[Token]) -> Vec<Phrase> {
    let mut found = Vec::new();
    let mut sentence = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Stop => sentence += 1,
            Token::Word(word) if word.eq_ignore_ascii_case("between") => {
                let first = clause(tokens, at + 1, Relation::After, sentence);
                let and = at + 1 + first.1;
                if matches!(tokens.get(and), Some(Token::Word(word)) if word == "and") {
                    found.extend(first.0);
                    found.extend(clause(tokens, and + 1, Relation::Before, sentence).0);
                }
            }
            Token::Word(word) => {
                let word = word.to_lowercase();
                let beside = word == "beside" || word == "next" && is(tokens.get(at + 1), "to");
                let from = if word == "next" { at + 2 } else { at + 1 };
                let relation = match word.as_str() {
                    _ if beside => Relation::After,
                    // "The following code" names no place.
                    "following" => continue,
                    word if AFTER.contains(&word) => Relation::After,
                    word if BEFORE.contains(&word) => Relation::Before,
                    _ => continue,
                };
                found.extend(clause(tokens, from, relation, sentence).0);
            }
            _ => {}
        }
    }
    found
}

fn is(token: Option<&Token>, word: &str) -> bool {
    matches!(token, Some(Token::Word(one)) if one == word)
}

/// The place that a clause names from its first word on, and how many tokens it takes.
fn clause(tokens: &[Token], from: usize, relation: Relation, sentence: usize) -> (Option<Phrase>, usize) {
    let may_be_an_act = matches!(tokens.get(from), Some(Token::Word(word)) if word.ends_with("ing"));
    let mut phrase = Phrase { relation, sentence, code: Vec::new(), route: None, words: Vec::new(), may_be_an_act };
    let mut method = None;
    let mut length = 0;
    for token in tokens.iter().skip(from).take(LONGEST) {
        match token {
            Token::Word(word) if ENDS.contains(&word.as_str()) => break,
            Token::Word(word) => {
                phrase.words.extend(parts(word).into_iter().filter(|part| !IDLE.contains(&part.as_str())));
            }
            Token::Code(code) => {
                phrase.route = phrase.route.or_else(|| RouteName::read(code));
                phrase.code.push(code.clone());
            }
            Token::Method(name) => method = Some(name.clone()),
            Token::Path(path) => phrase.route = Some(RouteName { method: None, path: Some(path.clone()) }),
            Token::Possessive => {}
            Token::Comma | Token::Stop | Token::Behind(_) => break,
        }
        length += 1;
    }
    if let Some(method) = method {
        phrase.route.get_or_insert_default().method.get_or_insert(method);
    }
    let empty = phrase.code.is_empty() && phrase.route.is_none() && phrase.words.is_empty();
    // "After the others" names all of a kind.
    ((length > 0 && !empty || length > 1).then_some(phrase), length)
}

/// The words of a text in lower case; `bookRoutes`, `book_routes` and "book routes" have the same.
pub(crate) fn parts(text: &str) -> Vec<String> {
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
        prose.phrases.iter().map(|one| (one.relation, one.words.join(" "), one.route.clone())).collect()
    }

    fn route(method: Option<&str>, path: Option<&str>) -> Option<RouteName> {
        Some(RouteName { method: method.map(str::to_owned), path: path.map(str::to_owned) })
    }

    #[test]
    fn places_in_words_end_with_their_clause() {
        for (text, relation, words, route) in [
            ("Register them after the book routes.", Relation::After, "book routes", None),
            ("Include it in `urlpatterns`, after the users.", Relation::After, "users", None),
            (
                "Before the `GET /{id}` route, so that it wins.",
                Relation::Before,
                "route",
                route(Some("GET"), Some("/{id}")),
            ),
            ("before GET /users/:id in the controller", Relation::Before, "", route(Some("GET"), Some("/users/:id"))),
            ("Add it after the PUT route.", Relation::After, "route", route(Some("PUT"), None)),
            ("Mount it next to `booksRouter` in the app", Relation::After, "", None),
            ("after the others:", Relation::After, "", None),
        ] {
            assert_eq!(read(text), [(relation, words.to_owned(), route)], "{text}");
        }
        assert_eq!(
            read("Register it between auth and probe:"),
            [(Relation::After, "auth".to_owned(), None), (Relation::Before, "probe".to_owned(), None)]
        );
        for text in ["See below.", "Add the following code:", "as above"] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn names_and_words_have_the_same_parts() {
        for text in ["bookRoutes", "book_routes", "Book routes", "book-routes"] {
            assert_eq!(parts(text), ["book", "routes"], "{text}");
        }
    }
}

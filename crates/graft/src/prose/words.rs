//! Cuts prose into words, code and stops, and says how a word relates to the names behind it.
//!
//! ```text
//! "After `load`, call user_id."     Word(after) Code(load) Comma Word(call) Word(user_id) Stop
//! "the GET /users route"            Word(the) Method(GET) Path(/users) Word(route)
//! ```

use super::Relation;
use crate::routes::is_method;

/// Nouns that make the code before them part of a statement.
pub(super) const STATEMENTS: [&str; 9] = [
    "call",
    "check",
    "guard",
    "block",
    "statement",
    "condition",
    "branch",
    "loop",
    "line",
];

/// Words beside which a capital makes a name.
pub(super) const NOUNS: [&str; 10] = [
    "class",
    "model",
    "interface",
    "enum",
    "schema",
    "serializer",
    "service",
    "component",
    "type",
    "struct",
];

/// Words that open a sentence with a capital and are no names.
const VERBS: [&str; 40] = [
    "add",
    "append",
    "insert",
    "put",
    "place",
    "create",
    "new",
    "replace",
    "replaces",
    "rewrite",
    "overwrite",
    "swap",
    "update",
    "change",
    "modify",
    "edit",
    "adjust",
    "extend",
    "include",
    "in",
    "inside",
    "within",
    "into",
    "to",
    "after",
    "below",
    "following",
    "under",
    "before",
    "above",
    "at",
    "the",
    "this",
    "then",
    "end",
    "bottom",
    "top",
    "also",
    "return",
    "of",
];

/// A piece of the words beside a block. Words are in small letters, except names and what is
/// written with a capital.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    /// Text in backticks, without blanks around it.
    Code(String),
    /// A word that stands behind its name, as in Chinese.
    Behind(Relation),
    /// A method of HTTP in capitals.
    Method(String),
    /// A path that stands in no code: `/users/{id}`.
    Path(String),
    /// "'s" behind a name.
    Possessive,
    /// A comma, semicolon, colon or bracket: the clause ends.
    Comma,
    /// The end of a sentence, of a paragraph or of an item of a list.
    Stop,
}

/// Returns the side that the words behind a name put something on: Chinese, Japanese and Korean say
/// "after" and "before" there. Nouns between both, as in "`x` 函数之后", are skipped.
fn read_postposition(rest: &str) -> Option<Relation> {
    let mut rest = rest.trim_start();
    for word in [
        "函数",
        "方法",
        "类",
        "定义",
        "字段",
        "这一行",
        "一行",
        "行",
        "常量",
        "路由",
        "语句",
        "的",
    ] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let starts = |words: &[&str]| words.iter().any(|word| rest.starts_with(word));
    let side = BEHIND
        .iter()
        .find(|(word, _)| rest.starts_with(word))
        .map(|(_, relation)| *relation);
    if side.is_some() {
        side
    } else if starts(&["后"]) {
        Some(Relation::After)
    } else if starts(&["前"]) {
        Some(Relation::Before)
    } else if starts(&["中", "里", "内", "里面"]) {
        Some(Relation::Within)
    } else {
        None
    }
}

/// Words behind a name that put something beside it, where words are not parted, the longer ones first.
const BEHIND: [(&str, Relation); 18] = [
    ("之后", Relation::After),
    ("后面", Relation::After),
    ("以后", Relation::After),
    ("下方", Relation::After),
    ("下面", Relation::After),
    ("之前", Relation::Before),
    ("前面", Relation::Before),
    ("以前", Relation::Before),
    ("上方", Relation::Before),
    ("上面", Relation::Before),
    ("の後", Relation::After),
    ("の前", Relation::Before),
    ("뒤에", Relation::After),
    ("아래에", Relation::After),
    ("밑에", Relation::After),
    ("다음에", Relation::After),
    ("앞에", Relation::Before),
    ("위에", Relation::Before),
];

/// Returns the side that a word ends with or is, and what stands before it in the word: "导入之后".
///
/// `导入之后` -> after, `导入`. None for a word without a side.
pub(super) fn side_behind(word: &str) -> Option<(Relation, &str)> {
    BEHIND
        .iter()
        .find_map(|(side, relation)| Some((*relation, word.get(..word.find(side)?)?)))
}

/// Returns whether what follows a name says "between": it is the second of two.
fn closes_between(rest: &str) -> bool {
    ["之间", "사이", "の間", "中间"]
        .iter()
        .any(|word| rest.trim_start().starts_with(word))
}

/// Returns whether a word has the form of a name in code: `user_id`, `userId`, `save()`. A capital
/// at the front alone is none.
pub(super) fn looks_like_a_name(word: &str) -> bool {
    let inner = word.trim_end_matches("()");
    let snake = inner.contains('_')
        && inner
            .chars()
            .all(|one| one.is_alphanumeric() || one == '_' || one == '.');
    let camel = inner.chars().skip(1).any(char::is_uppercase)
        && inner.chars().any(char::is_lowercase)
        && inner.chars().all(|one| one.is_alphanumeric() || one == '.');
    snake || camel || word.ends_with("()")
}

/// Returns whether the token before one is one of these words.
pub(super) fn follows_word(tokens: &[Token], at: usize, words: &[&str]) -> bool {
    at > 0 && is_word(tokens.get(at - 1), words)
}

/// Returns whether a token is one of these words, as written.
pub(super) fn is_word(token: Option<&Token>, words: &[&str]) -> bool {
    matches!(token, Some(Token::Word(word)) if words.contains(&word.as_str()))
}

/// Returns whether the clause denies what it says of the name: "not in `B`", "never to `B`". What it only supposes it
/// does not deny: "if it is not in `B` yet".
pub(super) fn is_denied(tokens: &[Token], at: usize) -> bool {
    const NOT: [&str; 11] = [
        "not", "never", "nicht", "nie", "nunca", "jamais", "pas", "não", "не", "niemals", "no",
    ];
    const SUPPOSES: [&str; 13] = [
        "if", "unless", "yet", "already", "only", "exist", "exists", "wenn", "falls", "nur", "si",
        "se", "если",
    ];
    let clause = tokens.get(..at).unwrap_or_default().iter().rev();
    let words: Vec<String> = clause
        .take_while(|token| matches!(token, Token::Word(_) | Token::Method(_)))
        .take(CLAUSE)
        .filter_map(|token| {
            if let Token::Word(word) = token {
                Some(word.to_lowercase())
            } else {
                None
            }
        })
        .take_while(|word| {
            !matches!(
                word.as_str(),
                "but" | "sondern" | "sino" | "mais" | "mas" | "а" | "and"
            )
        })
        .collect();
    let says = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
    let after = tokens
        .iter()
        .skip(at + 1)
        .take_while(|token| matches!(token, Token::Word(_)));
    let supposed = after
        .take(CLAUSE)
        .any(|token| is_word(Some(token), &SUPPOSES));
    says(&NOT) && !says(&SUPPOSES) && !supposed
}

/// The most words before a name, or behind it, that belong to its clause.
const CLAUSE: usize = 6;

/// Parts a plan's words into what the reader of places looks at.
///
/// "add `a` after Lead's x." -> [Word(add), Code(a), Word(after), Word(Lead), Possessive, Word(x),
/// Stop].
pub(super) fn tokenize_prose(text: &str) -> Vec<Token> {
    let mut tokenizer = Tokenizer {
        tokens: Vec::new(),
        rest: text,
        joined: false,
    };
    while let Some(character) = tokenizer.rest.chars().next() {
        let is_read = character == '`' && tokenizer.read_code()
            || tokenizer.read_possessive()
            || character == '/' && tokenizer.read_path(text);
        if is_read {
            continue;
        }
        tokenizer.joined = !character.is_whitespace();
        if character.is_alphanumeric() || character == '_' {
            tokenizer.read_word();
        } else {
            tokenizer.read_sign(character);
        }
    }
    without_line_numbers(tokenizer.tokens)
}

/// The words of a plan at work: what is read, and what is left to read.
struct Tokenizer<'t> {
    tokens: Vec<Token>,
    rest: &'t str,
    /// The last sign was no blank, so that a slash parts two words.
    joined: bool,
}

impl Tokenizer<'_> {
    /// Takes so many bytes away from what is left.
    fn advance(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    /// Reads code in backticks; returns whether there is any.
    fn read_code(&mut self) -> bool {
        let body = self.rest.get(1..).unwrap_or_default();
        let Some(end) = body.find('`') else {
            return false;
        };
        self.tokens.push(Token::Code(
            body.get(..end).unwrap_or_default().trim().to_owned(),
        ));
        self.rest = body.get(end + 1..).unwrap_or_default();
        // "`a` 和 `b` 之间": between the last piece of code before and this one.
        if closes_between(self.rest) {
            let last = self.tokens.len() - 1;
            let first = self.tokens[..last]
                .iter()
                .rposition(|token| matches!(token, Token::Code(_)));
            if let Some(first) = first {
                self.tokens
                    .insert(first + 1, Token::Behind(Relation::After));
            }
            self.tokens.push(Token::Behind(Relation::Before));
        }
        self.tokens
            .extend(read_postposition(self.rest).map(Token::Behind));
        self.joined = true;
        true
    }

    /// Reads the `'s` behind a name; returns whether there is one.
    fn read_possessive(&mut self) -> bool {
        let after = self
            .rest
            .strip_prefix("'s")
            .or_else(|| self.rest.strip_prefix("\u{2019}s"))
            .filter(|after| !after.starts_with(char::is_alphanumeric));
        match (after, self.tokens.last()) {
            (Some(after), Some(Token::Word(_) | Token::Code(_))) => {
                self.tokens.push(Token::Possessive);
                self.rest = after;
                self.joined = true;
                true
            }
            _ => false,
        }
    }

    /// Reads the path of a route; returns whether the slash begins one.
    fn read_path(&mut self, text: &str) -> bool {
        // A slash right behind a word parts two words: "and/or". At the very beginning of the text
        // nothing stands before it.
        if self.joined && self.rest.len() != text.len() {
            return false;
        }
        let length = self
            .rest
            .find([' ', '\n', ',', ')', '`', ';'])
            .unwrap_or(self.rest.len());
        let path = self
            .rest
            .get(..length)
            .unwrap_or_default()
            .trim_end_matches(['.', ':', '*', '_']);
        // `//` begins a comment, and a slash alone is no path.
        let is_path = path.len() > 1 && !path.starts_with("//");
        if is_path {
            self.tokens.push(Token::Path(path.to_owned()));
            self.rest = self.rest.get(path.len()..).unwrap_or_default();
        }
        is_path
    }

    /// Reads a word, the method of a route or a name, with the stop behind it.
    fn read_word(&mut self) {
        let length = self
            .rest
            .find(|one: char| !(one.is_alphanumeric() || matches!(one, '_' | '.' | '(' | ')')))
            .unwrap_or(self.rest.len());
        let raw = self.rest.get(..length).unwrap_or_default();
        let word = raw
            .trim_end_matches('.')
            .trim_end_matches(|one| one == ')' && !raw.contains("()"));
        // A capital may open a name, unless the word is one with which sentences begin.
        let titled = word.starts_with(char::is_uppercase)
            && !word.ends_with(char::is_uppercase)
            && !VERBS.contains(&word.to_lowercase().as_str());
        self.tokens.push(if is_method(word) {
            Token::Method(word.to_owned())
        } else if looks_like_a_name(word) || titled {
            Token::Word(word.to_owned())
        } else {
            Token::Word(word.to_lowercase())
        });
        if raw.ends_with('.') {
            self.tokens.push(Token::Stop);
        }
        self.advance(length);
    }

    /// Reads a sign that is part of no word.
    fn read_sign(&mut self, character: char) {
        match character {
            '.' | '!' | '?' => self.tokens.push(Token::Stop),
            '\n' if starts_a_line_of_its_own(self.rest) => self.tokens.push(Token::Stop),
            ',' | ';' | ':' | '(' | ')' => self.tokens.push(Token::Comma),
            _ => {}
        }
        self.advance(character.len_utf8());
    }
}

/// Takes the number of a line away where the code of that line stands behind it: "after line 92 (`load()`)" names `load()`.
fn without_line_numbers(mut tokens: Vec<Token>) -> Vec<Token> {
    let is_number = |token: &Token| matches!(token, Token::Word(word) if word.chars().all(|one| one.is_ascii_digit()));
    let mut at = 0;
    while at + 3 < tokens.len() {
        let numbered = is_word(
            tokens.get(at),
            &[
                "line",
                "Zeile",
                "zeile",
                "línea",
                "linha",
                "ligne",
                "строки",
                "строка",
            ],
        ) && is_number(&tokens[at + 1])
            && tokens[at + 2] == Token::Comma
            && matches!(tokens[at + 3], Token::Code(_));
        if numbered {
            tokens.drain(at..at + 3);
        }
        at += 1;
    }
    tokens
}

/// Returns whether the line after a line end opens a paragraph, an item of a list or a heading.
///
/// A blank line, a sign of a list, a heading, a quote or a table, or a number.
fn starts_a_line_of_its_own(rest: &str) -> bool {
    let next = rest.trim_start_matches(['\n', ' ', '\r']);
    rest.starts_with("\n\n")
        || next.starts_with(['-', '*', '#', '>', '|'])
        || next.starts_with(|one: char| one.is_ascii_digit())
}

/// Articles, and the adjectives that stand where one would, in the languages that plans are written in.
pub(super) const ARTICLES: [&str; 23] = [
    "the", "existing", "current", "last", "first", "den", "der", "die", "das", "dem", "des", "el",
    "la", "los", "las", "le", "les", "del", "du", "do", "da", "dos", "l",
];

/// Returns whether a token stands at the head of its sentence, behind two words at most: "In `A`, …", "To the model `A` …".
pub(super) fn opens_sentence(tokens: &[Token], at: usize) -> bool {
    /// A word of place and an article.
    const LEADING: usize = 2;
    // The path of a label above ("**File**: `app/a.py`") is no part of the sentence.
    let is_before = |token: &&Token| match token {
        Token::Stop => true,
        Token::Code(text) | Token::Word(text) => text.contains('/'),
        _ => false,
    };
    let head = tokens[..at].iter().rev();
    head.take_while(|token| !is_before(token)).count() <= LEADING
}

/// Returns the number of commas before a token: names with the same number stand in one clause.
pub(super) fn clause_of(tokens: &[Token], at: usize) -> usize {
    let commas = tokens[..at].iter();
    commas.filter(|token| matches!(token, Token::Comma)).count()
}

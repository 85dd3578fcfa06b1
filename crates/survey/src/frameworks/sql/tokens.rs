//! Splits SQL into statements of tokens, without comments and without what undoes a migration.
//!
//! ```text
//! -- migrate:up
//! CREATE TABLE "users" (id int);    CREATE, TABLE, users (quoted), (, id, int, )
//! -- migrate:down
//! DROP TABLE users;                 left out: it undoes the above
//! ```

/// A word, name or sign, and its line from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'s> {
    pub(super) text: &'s str,
    pub(super) line: u32,
    /// It stood in quotes: a name or a text, and no word of the language.
    pub(super) is_quoted: bool,
}

impl Token<'_> {
    /// Returns whether the token is a word of the language, in any case.
    pub(super) fn is(&self, word: &str) -> bool {
        !self.is_quoted && self.text.eq_ignore_ascii_case(word)
    }
}

/// Returns whether a comment begins the half that undoes (`-- migrate:down`, `-- +goose Down`), or
/// the half that does.
///
/// `Some(false)` is the half that undoes, `Some(true)` the half that does; other comments say nothing.
fn is_undo_half(comment: &str) -> Option<bool> {
    let words = comment.trim_start_matches('-').trim().to_lowercase();
    let word = words
        .strip_prefix("migrate:")
        .or_else(|| words.strip_prefix("+goose "))
        .or_else(|| words.strip_prefix("+migrate "));
    match word.unwrap_or(&words).trim() {
        "down" | "rollback" | "undo" => Some(false),
        "up" => Some(true),
        other if other.contains("create above / drop below") => Some(false),
        _ => None,
    }
}

/// Splits a text at its semicolons; statements without tokens are left out. Bodies of functions (`$$ … $$`) give no
/// tokens.
pub(super) fn split_statements(text: &str) -> Vec<Vec<Token<'_>>> {
    let mut reader = Reader {
        text,
        at: 0,
        line: 0,
    };
    let mut statements = vec![Vec::new()];
    let mut is_done = true;
    while let Some(letter) = reader.peek() {
        let rest = &text[reader.at..];
        if letter.is_whitespace() {
            reader.advance(letter.len_utf8());
        } else if rest.starts_with("--") || letter == '#' {
            let comment = rest.lines().next().unwrap_or(rest);
            is_done = is_undo_half(comment).unwrap_or(is_done);
            reader.advance(comment.len());
        } else if rest.starts_with("/*") {
            reader.advance(rest.find("*/").map_or(rest.len(), |end| end + 2));
        } else if letter == ';' {
            reader.advance(1);
            statements.push(Vec::new());
        } else if let Some(token) = reader.token(letter)
            && is_done
            && let Some(statement) = statements.last_mut()
        {
            statement.push(token);
        }
    }
    statements.retain(|statement| !statement.is_empty());
    statements
}

/// A position in a text, with its line from 0.
struct Reader<'s> {
    text: &'s str,
    at: usize,
    line: u32,
}

impl<'s> Reader<'s> {
    /// Returns the next letter; none at the end.
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    /// Goes on by so many bytes, and counts the lines.
    fn advance(&mut self, length: usize) {
        let passed = &self.text[self.at..self.at + length];
        self.line +=
            u32::try_from(passed.bytes().filter(|byte| *byte == b'\n').count()).unwrap_or(0);
        self.at += length;
    }

    /// Returns the text between this quote and the next of its kind; nothing where it is a value
    /// and no name.
    fn quoted(&mut self, open: char, close: char) -> Option<Token<'s>> {
        let line = self.line;
        let inside = &self.text[self.at + open.len_utf8()..];
        let end = inside.find(close).unwrap_or(inside.len());
        let length = open.len_utf8() + end + close.len_utf8();
        self.advance(length.min(self.text.len() - self.at));
        Some(Token {
            text: &inside[..end],
            line,
            is_quoted: true,
        })
    }

    /// Reads one token that begins with `letter`; none for the body of a function.
    fn token(&mut self, letter: char) -> Option<Token<'s>> {
        let rest = &self.text[self.at..];
        match letter {
            '"' => return self.quoted('"', '"'),
            '`' => return self.quoted('`', '`'),
            '\'' => return self.quoted('\'', '\''),
            // The body of a function.
            '$' if rest[1..]
                .find('$')
                .is_some_and(|end| rest[1..=end].chars().all(char::is_alphanumeric)) =>
            {
                let tag = &rest[..rest[1..].find('$')? + 2];
                let body = &rest[tag.len()..];
                let end = body.find(tag).map_or(body.len(), |end| end + tag.len());
                self.advance(tag.len() + end);
                return None;
            }
            _ => {}
        }
        let line = self.line;
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let length = if is_word(letter) {
            rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
        } else {
            letter.len_utf8()
        };
        self.advance(length);
        Some(Token {
            text: &rest[..length],
            line,
            is_quoted: false,
        })
    }
}

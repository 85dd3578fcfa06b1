//! From a word as it is written to what the program gets.

use crate::script::{Span, Word};

/// Reads the word that stands at the span of the text.
pub(crate) fn read_word(text: &str, span: Span) -> Word {
    let written = text.get(span.clone()).unwrap_or("");
    let mut reader = Reader {
        rest: written,
        value: String::new(),
        literal: true,
        quoted: false,
    };
    reader.read();
    Word {
        span,
        value: reader.value,
        literal: reader.literal,
        quoted: reader.quoted,
    }
}

/// Quotes a value so that a shell reads it as this one word.
pub fn quote(value: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./:=@%+,~^{}*?[]$".contains(letter);
    // A `$` or a pattern of a word that was read stays one: it was expanded there, too.
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', "'\\''"))
}

struct Reader<'t> {
    rest: &'t str,
    value: String,
    literal: bool,
    quoted: bool,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(letter) = self.next() {
            match letter {
                '\'' => self.raw(),
                '"' => self.double(),
                '\\' => self.escape(|_| true),
                '$' if self.rest.starts_with('\'') => {
                    self.next();
                    self.raw();
                }
                '$' | '`' => self.expansion(letter),
                '*' | '?' | '~' => {
                    self.literal = false;
                    self.value.push(letter);
                }
                other => self.value.push(other),
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }

    fn raw(&mut self) {
        self.quoted = true;
        while let Some(letter) = self.next().filter(|letter| *letter != '\'') {
            self.value.push(letter);
        }
    }

    fn double(&mut self) {
        self.quoted = true;
        while let Some(letter) = self.next() {
            match letter {
                '"' => return,
                '\\' => self.escape(|next| matches!(next, '"' | '\\' | '$' | '`' | '\n')),
                '$' | '`' => self.expansion(letter),
                other => self.value.push(other),
            }
        }
    }

    /// After a backslash: the next letter stands for itself, a line's end for nothing.
    fn escape(&mut self, escapes: impl Fn(char) -> bool) {
        match self.rest.chars().next() {
            Some('\n') => {
                self.next();
            }
            Some(next) if escapes(next) => {
                self.next();
                self.value.push(next);
            }
            _ => self.value.push('\\'),
        }
    }

    /// Copies an expansion as it is written: what it gives is known to the shell alone.
    fn expansion(&mut self, first: char) {
        self.value.push(first);
        if first == '`' {
            self.literal = false;
            return;
        }
        let named = self
            .rest
            .starts_with(|next: char| next.is_alphanumeric() || "_@*#?$!-".contains(next));
        let close = match self.rest.chars().next() {
            Some('(') => ')',
            Some('{') => '}',
            _ => {
                self.literal &= !named;
                return;
            }
        };
        self.literal = false;
        let open = if close == ')' { '(' } else { '{' };
        let mut depth = 0_usize;
        while let Some(letter) = self.next() {
            self.value.push(letter);
            if letter == open {
                depth += 1;
            } else if letter == close {
                depth -= 1;
                if depth == 0 {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_their_quotes() {
        let cases = [
            ("plain", "plain", true),
            ("'a b'", "a b", true),
            ("\"a \\\"b\\\" $x\"", "a \"b\" $x", false),
            ("a\\ b", "a b", true),
            ("--x='1'\"2\"", "--x=12", true),
            ("\"$(cat <<'E'\nx)\nE\n)\"", "$(cat <<'E'\nx)\nE\n)", false),
            ("$'a'", "a", true),
            ("'open", "open", true),
            ("\\.", ".", true),
            ("\"\\.\"", "\\.", true),
        ];
        for (written, value, literal) in cases {
            let word = read_word(written, 0..written.len());
            assert_eq!(
                (word.value.as_str(), word.literal),
                (value, literal),
                "{written}"
            );
        }
    }

    #[test]
    fn quoting_is_undone_by_reading() {
        for value in ["a", "a b", "it's", "", "a\"b", "x;y"] {
            let quoted = quote(value);
            assert_eq!(read_word(&quoted, 0..quoted.len()).value, value);
        }
    }
}

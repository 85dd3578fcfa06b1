//! Takes secrets out of whatever is shown or kept: values that the run was given, and tokens known by their form.

mod forms;
mod written;
mod views;
mod placeholders;

use std::io::{self, Read};
use std::rc::Rc;

use journal::Event;

use forms::{BEFORE, LONGEST_KEY, secret_at};

use crate::secrets::{SHORTEST, Secret, stands_as_secret};
use crate::stop::Stop;

/// Knows the run's secrets.
#[derive(Clone)]
pub(crate) struct Redactor {
    /// Names and values, the longest value first.
    values: Vec<(String, Vec<u8>)>,
    /// Values that are words as well: they are taken out only where they stand as a secret.
    words: Vec<(String, Vec<u8>)>,
    /// Values as other writings of them: reversed, in Base64, in hexadecimal, escaped.
    written: Vec<(String, Vec<u8>)>,
    /// The pairs of bytes with which any of them begins: few places of a text have one, however many secrets there are.
    first: Rc<First>,
}

/// Which pairs of bytes, the first one times 256 and the second.
type First = Vec<bool>;

fn pair_index(one: u8, next: u8) -> usize {
    usize::from(one) << 8 | usize::from(next)
}

impl Default for Redactor {
    fn default() -> Self {
        Redactor::of_secrets([])
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.values.iter().chain(&self.words).map(|(name, _)| name))
            .finish()
    }
}

impl Redactor {
    /// Takes out these variables' values.
    pub(crate) fn new(variables: Vec<(String, String)>) -> Self {
        let secret = |(name, value)| Secret {
            name,
            value,
            is_word: false,
        };
        Redactor::of_secrets(variables.into_iter().map(secret))
    }

    /// Takes out these secrets.
    pub(crate) fn of_secrets(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let long = secrets
            .into_iter()
            .filter(|secret| secret.value.len() >= SHORTEST);
        let mut long: Vec<Secret> = long.collect();
        long.sort_by_key(|secret| std::cmp::Reverse(secret.value.len()));
        let (words, values): (Vec<_>, Vec<_>) = long.into_iter().partition(|secret| secret.is_word);
        let bytes = |list: Vec<Secret>| {
            list.into_iter()
                .map(|one| (one.name, one.value.into_bytes()))
                .collect()
        };
        // What is a secret of its own somewhere is one, though it is a word elsewhere.
        let (values, words): (Vec<(String, Vec<u8>)>, Vec<_>) = (bytes(values), bytes(words));
        let written = values.iter().flat_map(|(name, value)| {
            written::other_encodings(value)
                .into_iter()
                .map(move |form| (name.clone(), form))
        });
        let mut written: Vec<(String, Vec<u8>)> = written.collect();
        written.sort_by_key(|(_, form)| std::cmp::Reverse(form.len()));
        let mut first = vec![false; 1 << 16];
        let all = values.iter().chain(&words).chain(&written);
        all.for_each(|(_, value)| first[pair_index(value[0], value[1])] = true);
        // A line may break behind the first letter of a writing.
        written
            .iter()
            .for_each(|(_, form)| first[pair_index(form[0], b'\n')] = true);
        Redactor {
            values,
            words,
            written,
            first: Rc::new(first),
        }
    }

    /// Returns the text without secrets.
    pub(crate) fn redact_text(&self, text: &str) -> String {
        let mut out = Vec::with_capacity(text.len());
        self.feed(text.as_bytes(), text.len(), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Returns the event without secrets in any of its texts.
    pub(crate) fn event(&self, event: Event) -> Result<Event, Stop> {
        let broken = |error: serde_json::Error| {
            Stop::environment(format!("an event can't be written: {error}"))
        };
        let mut value = serde_json::to_value(&event).map_err(broken)?;
        if self.clean(&mut value) {
            serde_json::from_value(value).map_err(broken)
        } else {
            Ok(event)
        }
    }

    /// Cleans every text below `value`; tells whether anything was taken out.
    fn clean(&self, value: &mut serde_json::Value) -> bool {
        match value {
            serde_json::Value::String(text) => {
                let cleaned = self.redact_text(text);
                let changed = cleaned != *text;
                *text = cleaned;
                changed
            }
            serde_json::Value::Array(values) => values
                .iter_mut()
                .fold(false, |changed, value| self.clean(value) | changed),
            serde_json::Value::Object(map) => map
                .values_mut()
                .fold(false, |changed, value| self.clean(value) | changed),
            _ => false,
        }
    }

    /// Returns a reader of the same bytes without secrets, in bounded memory.
    pub(crate) fn reader<R: Read>(&self, source: R) -> Redacted<'_, R> {
        Redacted {
            redactor: self,
            source,
            pending: Vec::new(),
            ready: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    /// Returns how much must be held back so that no secret is cut in two.
    fn overlap(&self) -> usize {
        let whole = self
            .values
            .iter()
            .chain(&self.words)
            .map(|(_, value)| value.len());
        // At worst, a line breaks behind each letter of a writing.
        let broken = self.written.iter().map(|(_, form)| 2 * form.len());
        whole.chain(broken).max().unwrap_or(0).max(LONGEST_KEY)
    }

    /// Returns what stands for the secret that begins at a place, and the secret's length.
    fn secret_at(&self, bytes: &[u8], at: usize) -> Option<(String, usize)> {
        let (before, rest) = bytes.split_at(at);
        let next = rest.get(1).copied().unwrap_or_default();
        if !self.first[pair_index(*rest.first()?, next)] {
            return secret_at(before, rest);
        }
        let near = || &before[at.saturating_sub(BEFORE)..];
        let value = self
            .values
            .iter()
            .find(|(_, value)| rest.starts_with(value));
        let word = || {
            let stands = |value: &[u8]| {
                rest.starts_with(value) && stands_as_secret(near(), &rest[value.len()..])
            };
            self.words.iter().find(|(_, value)| stands(value))
        };
        let other = || {
            self.written
                .iter()
                .find_map(|(name, form)| Some((name, written::length_of(form, rest)?)))
        };
        let whole = value.or_else(word).map(|(name, value)| (name, value.len()));
        match whole.or_else(other) {
            Some((name, length)) => Some((format!("[{name}]"), length)),
            None => secret_at(before, rest),
        }
    }

    /// Puts back, in a text that was made from what was shown of `original`, what placeholders stand for there. Fails with a
    /// placeholder that may stand for several things.
    ///
    /// `original`: `KEY = "s3cr3t"`, shown as `KEY = "[KEY]"`; `made`: `KEY = "[KEY]"  # set`, which becomes
    /// `KEY = "s3cr3t"  # set`.
    pub(crate) fn restore_secrets(&self, original: &str, made: &str) -> Result<String, String> {
        let mut shown: Vec<(String, String)> = Vec::new();
        let (bytes, mut at) = (original.as_bytes(), 0);
        while at < bytes.len() {
            match self.secret_at(bytes, at) {
                Some((placeholder, length)) => {
                    let value = String::from_utf8_lossy(&bytes[at..at + length]).into_owned();
                    shown.push((placeholder, value));
                    at += length;
                }
                None => at += 1,
            }
        }
        let mut names: Vec<&String> = shown.iter().map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        let clean = self.redact_text(original);
        names.into_iter().try_fold(made.to_owned(), |text, name| {
            let count = text.matches(name.as_str()).count();
            let values: Vec<&String> = shown
                .iter()
                .filter(|(one, _)| one == name)
                .map(|(_, value)| value)
                .collect();
            let is_literal = original.contains(name.as_str());
            if count == 0 || !is_literal && values.iter().all(|value| *value == values[0]) {
                return Ok(text.replace(name.as_str(), values[0]));
            }
            // As many as were shown: each is where it was.
            if is_literal || clean.matches(name.as_str()).count() != count {
                return Err(name.clone());
            }
            let mut values = values.into_iter();
            let mut parts = text.split(name.as_str());
            let first = parts.next().unwrap_or_default().to_owned();
            Ok(parts.fold(first, |text, part| {
                text + values.next().map_or("", String::as_str) + part
            }))
        })
    }

    /// Cleans `bytes` up to about `until` into `out`; gives how many bytes were taken.
    fn feed(&self, bytes: &[u8], until: usize, out: &mut Vec<u8>) -> usize {
        let mut at = 0;
        while at < until {
            match self.secret_at(bytes, at) {
                Some((placeholder, length)) => {
                    out.extend_from_slice(placeholder.as_bytes());
                    at += length;
                }
                None => {
                    out.push(bytes[at]);
                    at += 1;
                }
            }
        }
        at
    }
}

/// See [`Redactor::reader`].
#[derive(Debug)]
pub(crate) struct Redacted<'a, R> {
    redactor: &'a Redactor,
    source: R,
    pending: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Read for Redacted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !(self.ended && self.pending.is_empty()) {
            self.refill()?;
        }
        let count = buffer.len().min(self.ready.len() - self.given);
        buffer[..count].copy_from_slice(&self.ready[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

impl<R: Read> Redacted<'_, R> {
    fn refill(&mut self) -> io::Result<()> {
        const CHUNK: usize = 64 << 10;
        let before = self.pending.len();
        self.pending.resize(before + CHUNK, 0);
        let count = self.source.read(&mut self.pending[before..])?;
        self.pending.truncate(before + count);
        self.ended |= count == 0;
        let until = if self.ended {
            self.pending.len()
        } else {
            self.pending.len().saturating_sub(self.redactor.overlap())
        };
        self.ready.clear();
        self.given = 0;
        let taken = self.redactor.feed(&self.pending, until, &mut self.ready);
        self.pending.drain(..taken);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::new(vec![
            ("DB_PASSWORD".to_owned(), "hunter2-and-more".to_owned()),
            ("DEBUG".to_owned(), "1".to_owned()),
        ])
    }

    #[test]
    fn known_values_and_known_forms_are_taken_out() {
        let token = format!("ghp_{}", "a1".repeat(18));
        let text = format!("url=postgres://u:hunter2-and-more@h/1 token={token}. sk-short 1");
        assert_eq!(
            redactor().redact_text(&text),
            "url=postgres://u:[DB_PASSWORD]@h/1 token=[secret] sk-short 1"
        );
    }

    const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl";
    const AWS: &str = "wJalrXUtnFEMIzK7MDENGbPxRfiCYzQ3vbWq8tR2";
    const HEX: &str = "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7";
    const BODY: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";

    /// A text, the secret in it, and the text without that.
    const HIDDEN: &[(&str, &str, &str)] = &[
        (
            "AWS_SECRET_ACCESS_KEY = \"wJalrXUtnFEMIzK7MDENGbPxRfiCYzQ3vbWq8tR2\"",
            AWS,
            "AWS_SECRET_ACCESS_KEY = \"[AWS_SECRET_ACCESS_KEY]\"",
        ),
        (
            "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIzK7MDENGbPxRfiCYzQ3vbWq8tR2\n",
            AWS,
            "AWS_SECRET_ACCESS_KEY=[AWS_SECRET_ACCESS_KEY]\n",
        ),
        (
            "{ secretKey: '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7' }",
            HEX,
            "{ secretKey: '[secretKey]' }",
        ),
        (
            "client_secret: wJalrXUtnFEMIzK7MDENGbPxRfiCYzQ3vbWq8tR2\n",
            AWS,
            "client_secret: [client_secret]\n",
        ),
        (
            "api_token = wJalrXUtnFEMIzK7MDENGbPxRfiCYzQ3vbWq8tR2\n",
            AWS,
            "api_token = [api_token]\n",
        ),
        (
            "'Authorization': 'Bearer 09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7'",
            HEX,
            "'Authorization': 'Bearer [credentials]'",
        ),
        (
            "curl -H 'Authorization: Basic dXNlcjpUcjB1YjRkb3I3Nw=='",
            "dXNlcjpUcjB1YjRkb3I3Nw==",
            "curl -H 'Authorization: Basic [credentials]'",
        ),
        (
            "t = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl'",
            JWT,
            "t = '[secret]'",
        ),
        (
            "{\"dbPassword\": \"correct-horse-battery-9\"}",
            "correct-horse-battery-9",
            "{\"dbPassword\": \"[dbPassword]\"}",
        ),
        (
            "DB_PASSWORD = \"hunter2hunter2\"",
            "hunter2hunter2",
            "DB_PASSWORD = \"[DB_PASSWORD]\"",
        ),
        (
            "OPENAI_API_KEY=\"Xy12345Za9876Qw\"",
            "Xy12345Za9876Qw",
            "OPENAI_API_KEY=\"[OPENAI_API_KEY]\"",
        ),
        (
            "postgres://svc:Hunter2-xx@db/x",
            "Hunter2-xx",
            "postgres://svc:[password]@db/x",
        ),
        (
            "redis://:Hunter2-xx@cache:6379/0",
            "Hunter2-xx",
            "redis://:[password]@cache:6379/0",
        ),
        (
            "mysql+pymysql://root:s3cr3t@Pw!@db/x",
            "s3cr3t@Pw!",
            "mysql+pymysql://root:[password]@db/x",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----",
            BODY,
            "-----BEGIN PRIVATE KEY-----[private key]-----END PRIVATE KEY-----",
        ),
    ];

    /// Texts in which what looks like a secret is none.
    const WITHOUT_SECRETS: &[&str] = &[
        "postgres://postgres:postgres@localhost/app",
        "postgres://app:${PASSWORD}@db/app",
        "postgres://app:{password}@db/app",
        "https://example.com:8080/a@b",
        "SECRET_KEY_PATH = \"config/Keys/2024/Private.pem\"",
        "TOKEN_URL = \"https://Example.com/Auth2/Token\"",
        "password_field = \"password_confirmation_2\"",
        "name = \"wJalrXUtnFEMIzK7MDENGbPxRfiCYzQ3vbWq8tR2\"",
        "SECRET_KEY = \"change-me\"",
        "{ password: \"Wrong1234\", newPassword: \"Other1234\" }",
        "{\"password\": \"Wrong1234\"}",
        "cacheKey = 'User2Profile'",
        "DB_PASSWORD = \"$DB_PASSWORD_2\"",
        "Authorization: Bearer ${{ secrets.DEPLOY_TOKEN_2 }}",
        "the basic Django2AuthenticationMiddlewareForTests",
        "password: the field PasswordConfirmation2Field",
        "-----BEGIN PUBLIC KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n",
    ];

    #[test]
    fn what_has_the_form_or_the_place_of_a_secret_is_taken_out() {
        for &(text, secret, shown) in HIDDEN {
            let cleaned = redactor().redact_text(text);
            assert!(!cleaned.contains(secret) && cleaned == shown, "{cleaned}");
            assert_eq!(
                redactor().restore_secrets(text, &cleaned).as_deref(),
                Ok(text)
            );
        }
        for &text in WITHOUT_SECRETS {
            assert_eq!(redactor().redact_text(text), text);
        }
    }

    #[test]
    fn what_was_hidden_is_put_back_where_it_is_clear() {
        let password = |rest: &str| format!("P = \"hunter2-and-more\"\n{rest}");
        let two = "A = \"redis://:first-one@a\"\nB = \"redis://:second-one@b\"\n";
        let rows: [(String, &str, Option<String>); 6] = [
            (
                password("A = 1\n"),
                "P = \"[DB_PASSWORD]\"\nA = 2\n",
                Some(password("A = 2\n")),
            ),
            (password("A = 1\n"), "A = 2\n", Some("A = 2\n".to_owned())),
            (
                "A = 1\n".to_owned(),
                "A = \"[DB_PASSWORD]\"\n",
                Some("A = \"[DB_PASSWORD]\"\n".to_owned()),
            ),
            (
                two.to_owned(),
                "A = \"redis://:[password]@a\"\nB = \"redis://:[password]@c\"\n",
                Some(two.replace("@b", "@c")),
            ),
            (two.to_owned(), "A = \"redis://:[password]@a\"\n", None),
            (
                password("A = x[DB_PASSWORD]\n"),
                "P = \"[DB_PASSWORD]\"\n",
                None,
            ),
        ];
        for (original, made, expected) in rows {
            assert_eq!(
                redactor().restore_secrets(&original, made).ok(),
                expected,
                "{original} {made}"
            );
        }
    }

    #[test]
    fn a_secret_that_lies_across_chunks_is_found() {
        for offset in [65_536 - 8, 65_536 - 600, 131_072 - 3] {
            let mut bytes = vec![b'x'; offset];
            bytes.extend_from_slice(b" hunter2-and-more ");
            bytes.extend(vec![b'y'; 100_000]);
            let mut out = Vec::new();
            redactor()
                .reader(bytes.as_slice())
                .read_to_end(&mut out)
                .unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(
                text.contains(" [DB_PASSWORD] ") && !text.contains("hunter2"),
                "at {offset}"
            );
            assert_eq!(
                text.len(),
                bytes.len() - "hunter2-and-more".len() + "[DB_PASSWORD]".len()
            );
        }
    }

    #[test]
    fn an_event_keeps_its_kind() {
        let event = redactor()
            .event(Event::Note {
                text: "it is hunter2-and-more".to_owned(),
            })
            .unwrap();
        assert_eq!(
            event,
            Event::Note {
                text: "it is [DB_PASSWORD]".to_owned()
            }
        );
    }
}

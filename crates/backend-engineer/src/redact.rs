//! Takes secrets out of whatever is shown or kept: values that the run was given, and tokens known by their form.

use std::io::{self, Read};

use journal::Event;

use crate::secrets::{Secret, stands_as_secret};
use crate::stop::Stop;

/// Shorter values are words, not secrets; taking them out would blank half of every output.
const SHORTEST: usize = 6;

/// The longest token that is looked for by its form, in bytes.
const LONGEST: usize = 512;

/// How much in front of a word is looked at to tell whether it stands as a secret, in bytes.
const BEFORE: usize = 80;

/// Tokens known by their beginning: the prefix, and how many letters of a token follow at least.
const FORMS: [(&str, usize); 22] = [
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("sk-", 32),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("ghu_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xapp-", 20),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 35),
    ("npm_", 36),
    ("pypi-", 40),
    ("hf_", 30),
    ("SG.", 40),
    ("dop_v1_", 40),
];

/// Knows the run's secrets.
#[derive(Clone, Default)]
pub(crate) struct Redactor {
    /// Names and values, the longest value first.
    values: Vec<(String, Vec<u8>)>,
    /// Values that are words as well: they are taken out only where they stand as a secret.
    words: Vec<(String, Vec<u8>)>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.values.iter().chain(&self.words).map(|(name, _)| name)).finish()
    }
}

impl Redactor {
    /// Takes out these variables' values.
    pub(crate) fn of(variables: Vec<(String, String)>) -> Self {
        let secret = |(name, value)| Secret { name, value, is_word: false };
        Redactor::of_secrets(variables.into_iter().map(secret))
    }

    /// Takes out these secrets.
    pub(crate) fn of_secrets(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let long = secrets.into_iter().filter(|secret| secret.value.len() >= SHORTEST);
        let mut long: Vec<Secret> = long.collect();
        long.sort_by_key(|secret| std::cmp::Reverse(secret.value.len()));
        let (words, values): (Vec<_>, Vec<_>) = long.into_iter().partition(|secret| secret.is_word);
        let bytes = |list: Vec<Secret>| list.into_iter().map(|one| (one.name, one.value.into_bytes())).collect();
        // What is a secret of its own somewhere is one, though it is a word elsewhere.
        Redactor { values: bytes(values), words: bytes(words) }
    }

    /// The text without secrets.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut out = Vec::with_capacity(text.len());
        self.feed(text.as_bytes(), text.len(), &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// The event without secrets in any of its texts.
    pub(crate) fn event(&self, event: Event) -> Result<Event, Stop> {
        let broken = |error: serde_json::Error| Stop::environment(format!("an event can't be written: {error}"));
        let mut value = serde_json::to_value(&event).map_err(broken)?;
        if self.clean(&mut value) { serde_json::from_value(value).map_err(broken) } else { Ok(event) }
    }

    /// Cleans every text below `value`; tells whether anything was taken out.
    fn clean(&self, value: &mut serde_json::Value) -> bool {
        match value {
            serde_json::Value::String(text) => {
                let cleaned = self.text(text);
                let changed = cleaned != *text;
                *text = cleaned;
                changed
            }
            serde_json::Value::Array(values) => {
                values.iter_mut().fold(false, |changed, value| self.clean(value) | changed)
            }
            serde_json::Value::Object(map) => {
                map.values_mut().fold(false, |changed, value| self.clean(value) | changed)
            }
            _ => false,
        }
    }

    /// A reader of the same bytes without secrets, in bounded memory.
    pub(crate) fn reader<R: Read>(&self, source: R) -> Redacted<'_, R> {
        Redacted { redactor: self, source, pending: Vec::new(), ready: Vec::new(), given: 0, ended: false }
    }

    /// How much must be held back so that no secret is cut in two.
    fn overlap(&self) -> usize {
        self.values.iter().chain(&self.words).map(|(_, value)| value.len()).max().unwrap_or(0).max(LONGEST)
    }

    /// Cleans `bytes` up to about `until` into `out`; gives how many bytes were taken.
    fn feed(&self, bytes: &[u8], until: usize, out: &mut Vec<u8>) -> usize {
        let mut at = 0;
        while at < until {
            let rest = &bytes[at..];
            if let Some((name, value)) = self.values.iter().find(|(_, value)| rest.starts_with(value)) {
                out.extend_from_slice(format!("[{name}]").as_bytes());
                at += value.len();
                continue;
            }
            let word = self.words.iter().find(|(_, value)| {
                rest.starts_with(value) && stands_as_secret(&bytes[at.saturating_sub(BEFORE)..at], &rest[value.len()..])
            });
            if let Some((name, value)) = word {
                out.extend_from_slice(format!("[{name}]").as_bytes());
                at += value.len();
                continue;
            }
            let begins_word = at == 0 || !is_token(bytes[at - 1]);
            match begins_word.then(|| token(rest)).flatten() {
                Some(length) => {
                    out.extend_from_slice(b"[secret]");
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

/// The length of the token that `bytes` begin with.
fn token(bytes: &[u8]) -> Option<usize> {
    let (prefix, least) = FORMS.iter().find(|(prefix, _)| bytes.starts_with(prefix.as_bytes()))?;
    let tail = &bytes[prefix.len()..bytes.len().min(LONGEST)];
    let length = tail.iter().take_while(|byte| is_token(**byte)).count();
    (length >= *least).then_some(prefix.len() + length)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
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
        let until =
            if self.ended { self.pending.len() } else { self.pending.len().saturating_sub(self.redactor.overlap()) };
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
        Redactor::of(vec![
            ("DB_PASSWORD".to_owned(), "hunter2-and-more".to_owned()),
            ("DEBUG".to_owned(), "1".to_owned()),
        ])
    }

    #[test]
    fn known_values_and_known_forms_are_taken_out() {
        let token = format!("ghp_{}", "a1".repeat(18));
        let text = format!("url=postgres://u:hunter2-and-more@h/1 token={token}. sk-short 1");
        assert_eq!(redactor().text(&text), "url=postgres://u:[DB_PASSWORD]@h/1 token=[secret] sk-short 1");
    }

    #[test]
    fn a_secret_that_lies_across_chunks_is_found() {
        for offset in [65_536 - 8, 65_536 - 600, 131_072 - 3] {
            let mut bytes = vec![b'x'; offset];
            bytes.extend_from_slice(b" hunter2-and-more ");
            bytes.extend(vec![b'y'; 100_000]);
            let mut out = Vec::new();
            redactor().reader(bytes.as_slice()).read_to_end(&mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(text.contains(" [DB_PASSWORD] ") && !text.contains("hunter2"), "at {offset}");
            assert_eq!(text.len(), bytes.len() - "hunter2-and-more".len() + "[DB_PASSWORD]".len());
        }
    }

    #[test]
    fn an_event_keeps_its_kind() {
        let event = redactor().event(Event::Note { text: "it is hunter2-and-more".to_owned() }).unwrap();
        assert_eq!(event, Event::Note { text: "it is [DB_PASSWORD]".to_owned() });
    }
}

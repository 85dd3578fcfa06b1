//! Values that a project's own example of an environment gives, for what its code leaves to the
//! environment.
//!
//! ```text
//! .env.example     API_PREFIX=/api/v1     `API_PREFIX` is `/api/v1`
//!                  SECRET_KEY=abc         not read: a secret by its name
//! .env.sample      PORT=80, where .env.example has PORT=8000: not known, as they differ
//! ```

use std::collections::HashMap;
use std::rc::Rc;

use crate::source::is_example;

/// Names that are never read: what they hold is nobody's business.
const SECRET: [&str; 6] = ["SECRET", "PASSWORD", "TOKEN", "KEY", "CREDENTIAL", "DSN"];
/// Bytes past which a file is no example.
const LARGEST: usize = 64_000;

/// Returns the value of each name on which all examples agree.
pub(crate) fn read_samples(documents: &[(String, String)]) -> HashMap<String, Rc<str>> {
    let mut found: HashMap<String, Option<Rc<str>>> = HashMap::new();
    for (_, text) in documents
        .iter()
        .filter(|(path, text)| is_example(path) && text.len() <= LARGEST)
    {
        for (name, value) in text.lines().filter_map(parse_assignment) {
            match found.get_mut(name) {
                Some(known) if known.as_deref() != Some(value) => *known = None,
                Some(_) => {}
                None => {
                    found.insert(name.to_owned(), Some(value.into()));
                }
            }
        }
    }
    found
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// Returns name and value of `NAME=value`: `export PORT="80" # web` gives `PORT` and `80`.
///
/// Returns none for a secret's name, an empty value, one of more than 100 bytes and one with other signs than those of
/// paths, hosts and numbers.
fn parse_assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim().trim_start_matches("export ");
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let value = value
        .split(" #")
        .next()
        .unwrap_or(value)
        .trim()
        .trim_matches(['"', '\'']);
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let is_secret = SECRET.iter().any(|word| name.to_uppercase().contains(word));
    let is_plain = value.len() <= 100
        && value.chars().all(|letter| {
            letter.is_ascii_alphanumeric() || matches!(letter, '/' | '-' | '_' | '.' | ':')
        });
    (is_name && is_plain && !is_secret && !value.is_empty()).then_some((name, value))
}

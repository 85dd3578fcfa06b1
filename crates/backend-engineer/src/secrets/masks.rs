//! Made-up values of the same shape that a model's commands find in place of the real ones, in environment files and files
//! of keys: whatever such a command does to them before it prints them, nothing real is printed.
//!
//! `API_KEY=k3y-Xa91` is found as `API_KEY=v7q-Rb20`; where a file that holds `v7q-Rb20` is taken over, it holds `k3y-Xa91`.

use std::collections::BTreeSet;
use std::path::Path;

use super::{LARGEST, SHORTEST, Secret};

/// Lines of a key file of at least so many letters are parts of a key.
const PART_OF_KEY: usize = 16;

/// The real values and what stands for them, the longest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Masks {
    /// Files that hold any, from the root.
    paths: Vec<String>,
    pairs: Vec<Pair>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    real: Vec<u8>,
    made_up: Vec<u8>,
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("(hidden)")
    }
}

impl Masks {
    /// Makes the masks of these secrets, which environment files hold, and of the files of keys at these paths.
    pub(crate) fn new(
        root: &Path,
        secrets: &[Secret],
        environments: &[String],
        keys: Vec<String>,
    ) -> Self {
        let shown = secrets.iter().filter(|secret| !secret.is_word);
        let mut real: BTreeSet<Vec<u8>> = shown
            .map(|secret| secret.value.clone().into_bytes())
            .collect();
        let mut paths = environments.to_vec();
        for path in keys {
            let Ok(bytes) = survey::read_regular(&root.join(&path), LARGEST) else {
                continue;
            };
            real.extend(parts_of_keys(&bytes));
            paths.push(path);
        }
        paths.sort();
        paths.dedup();
        real.retain(|value| value.len() >= SHORTEST);
        let seed: Vec<u8> = real.iter().flatten().copied().collect();
        let seed = journal::hash(&seed);
        let mut pairs: Vec<Pair> = real
            .into_iter()
            .map(|real| Pair {
                made_up: made_up(&real, &seed),
                real,
            })
            .collect();
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.real.len()));
        Masks { paths, pairs }
    }

    /// Returns the files that hold secrets, from the root; none where there are no secrets.
    pub(crate) fn paths(&self) -> &[String] {
        if self.pairs.is_empty() {
            &[]
        } else {
            &self.paths
        }
    }

    /// Returns a text with made-up values for the real ones.
    pub(crate) fn conceal(&self, bytes: &[u8]) -> Vec<u8> {
        replace_bytes(
            bytes,
            self.pairs
                .iter()
                .map(|pair| (pair.real.as_slice(), pair.made_up.as_slice())),
        )
    }

    /// Returns a text with the real values for the made-up ones.
    pub(crate) fn reveal(&self, bytes: &[u8]) -> Vec<u8> {
        replace_bytes(
            bytes,
            self.pairs
                .iter()
                .map(|pair| (pair.made_up.as_slice(), pair.real.as_slice())),
        )
    }
}

/// Returns what of a file of keys is secret: the lines of each key's body, or all of what is no text.
fn parts_of_keys(bytes: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return vec![bytes.to_vec()];
    };
    let is_part = |line: &&str| line.len() >= PART_OF_KEY && !line.contains("-----");
    let values = text.lines().map(str::trim).filter(is_part);
    values.map(|line| line.as_bytes().to_vec()).collect()
}

/// Returns a value of the same length whose letters, capitals and digits are others of their kind. It follows from all
/// secrets together, so that a run that goes on makes the same.
fn made_up(real: &[u8], seed: &str) -> Vec<u8> {
    let mut noise: Vec<u8> = Vec::new();
    let mut count = 0_usize;
    while noise.len() < real.len() {
        let mut block = format!("{seed}{count}").into_bytes();
        block.extend_from_slice(real);
        noise.extend_from_slice(journal::hash(&block).as_bytes());
        count += 1;
    }
    let pairs = noise
        .chunks(2)
        .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap_or("0"), 16).unwrap_or(0));
    let pairs = pairs.chain(std::iter::repeat(7));
    let other = |(byte, noise): (&u8, u8)| match byte {
        b'a'..=b'z' => b'a' + (byte - b'a' + 1 + noise % 25) % 26,
        b'A'..=b'Z' => b'A' + (byte - b'A' + 1 + noise % 25) % 26,
        b'0'..=b'9' => b'0' + (byte - b'0' + 1 + noise % 9) % 10,
        0x80.. => byte ^ (noise & 0x3f),
        _ => *byte,
    };
    real.iter().zip(pairs).map(other).collect()
}

fn replace_bytes<'p>(
    bytes: &[u8],
    pairs: impl Iterator<Item = (&'p [u8], &'p [u8])> + Clone,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match pairs
            .clone()
            .find(|(from, _)| bytes[at..].starts_with(from))
        {
            Some((from, to)) => {
                out.extend_from_slice(to);
                at += from.len();
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masks() -> (tempfile::TempDir, Masks) {
        let folder = tempfile::tempdir().unwrap();
        let key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n";
        std::fs::write(folder.path().join("server.key"), key).unwrap();
        let secret = |name: &str, value: &str, is_word| Secret {
            name: name.into(),
            value: value.into(),
            is_word,
        };
        let secrets = [
            secret("API_KEY", "k3y-Xa91-zz", false),
            secret("DB_PASSWORD", "postgres", true),
        ];
        let masks = Masks::new(
            folder.path(),
            &secrets,
            &[".env".into()],
            vec!["server.key".into()],
        );
        (folder, masks)
    }

    #[test]
    fn what_is_concealed_has_its_shape_and_comes_back() {
        let (folder, masks) = masks();
        assert_eq!(masks.paths(), [".env", "server.key"]);
        let text = b"API_KEY=k3y-Xa91-zz\nDB_PASSWORD=postgres\nPLAIN=1\n";
        let shown = String::from_utf8(masks.conceal(text)).unwrap();
        assert!(
            !shown.contains("k3y") && shown.contains("=postgres\nPLAIN=1\n"),
            "{shown}"
        );
        assert_eq!(shown.len(), text.len());
        assert_eq!(masks.reveal(shown.as_bytes()), text);
        assert_eq!(masks.reveal(text), text);
        let key = std::fs::read(folder.path().join("server.key")).unwrap();
        let hidden = String::from_utf8(masks.conceal(&key)).unwrap();
        assert!(
            hidden.starts_with("-----BEGIN PRIVATE KEY-----\n") && !hidden.contains("MIIEvQ"),
            "{hidden}"
        );
        assert_eq!(masks.reveal(hidden.as_bytes()), key);
    }

    #[test]
    fn a_run_that_goes_on_makes_the_same_values() {
        let (one, other) = (masks().1, masks().1);
        assert_eq!(one.conceal(b"k3y-Xa91-zz"), other.conceal(b"k3y-Xa91-zz"));
    }
}

//! The name that git gives to a content, by which contents are told apart here, too: it need not be made anew of a file
//! that git knows.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha1::{Digest as _, Sha1};

/// Bytes of a name: of SHA-1, which git's usual object format takes.
const LENGTH: usize = 20;

/// The name of a content; shown and kept in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentId([u8; LENGTH]);

impl ContentId {
    /// Returns the name of a content.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut digest = Sha1::new();
        digest.update(format!("blob {}\0", bytes.len()));
        digest.update(bytes);
        ContentId(digest.finalize().into())
    }

    /// Returns the name that git has written down.
    pub(crate) fn from_git(bytes: [u8; LENGTH]) -> Self {
        ContentId(bytes)
    }

    /// Returns its first eight bytes, which are enough to tell two states of a tree apart.
    pub(crate) fn first_half(self) -> u64 {
        let first = self.0.first_chunk().copied().unwrap_or_default();
        u64::from_be_bytes(first)
    }
}

impl fmt::Display for ContentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 2 * LENGTH];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]);
        }
        formatter.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for ContentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for ContentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        let mut bytes = [0; LENGTH];
        if text.len() != 2 * LENGTH || !text.is_ascii() {
            return Err(D::Error::custom("not the name of a content"));
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(D::Error::custom)?;
        }
        Ok(ContentId(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_one_of_git() {
        for (content, name) in [
            ("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
            ("hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"),
        ] {
            let id = ContentId::of(content.as_bytes());
            assert_eq!(id.to_string(), name);
            let kept = serde_json::to_string(&id).unwrap();
            assert_eq!(kept, format!("\"{name}\""));
            assert_eq!(serde_json::from_str::<ContentId>(&kept).unwrap(), id);
        }
        assert!(serde_json::from_str::<ContentId>("\"ce01\"").is_err());
        assert_eq!(ContentId::of(b"").first_half(), 0xe69d_e29b_b2d1_d643);
    }
}

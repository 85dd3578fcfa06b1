//! Blanks what a parser must not see, byte for byte so that all spans stay: prompts, what
//! commands printed among prompted lines, and `<placeholders>`.

use crate::script::Span;

/// Prompts of interactive shells as plans and manuals show them.
const PROMPTS: [&str; 3] = ["$ ", "❯ ", "➜ "];
/// A longer text between `<` and `>` is no name of something to fill in.
const LONGEST_PLACEHOLDER: usize = 40;

/// The text as the grammar gets it, of the same length.
#[derive(Debug)]
pub(crate) struct Masked {
    pub(crate) text: String,
    /// Prompts and printed lines are blank, placeholders as written.
    pub(crate) plain: String,
    pub(crate) placeholders: Vec<Span>,
}

pub(crate) fn mask_text(text: &str) -> Masked {
    let mut bytes = text.as_bytes().to_vec();
    blank_prompts(text, &mut bytes);
    let plain = String::from_utf8_lossy(&bytes).into_owned();
    let placeholders = blank_placeholders(text, &mut bytes);
    spell_in_ascii(&mut bytes);
    // Blanking replaces whole characters by spaces and letters only.
    Masked {
        text: String::from_utf8_lossy(&bytes).into_owned(),
        plain,
        placeholders,
    }
}

/// Writes a letter for each byte of a character outside of ASCII. No such character has a meaning
/// in shell text, and the grammar's scanner, which is C, reads beyond its tables and dies at some
/// of them.
fn spell_in_ascii(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| !byte.is_ascii()) {
        *byte = b'a';
    }
}

/// Blanks prompts, and the lines between prompted ones: those were printed.
fn blank_prompts(text: &str, bytes: &mut [u8]) {
    let prompted = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .is_some_and(|line| prompt_length(line).is_some());
    if !prompted {
        return;
    }
    let mut at = 0;
    let mut continued = false;
    let mut document: Option<String> = None;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        let end = at + bare.len();
        if let Some(delimiter) = &document {
            if bare.trim() == delimiter {
                document = None;
            }
        } else {
            let begun = prompt_length(bare);
            match begun {
                Some(width) => bytes[at..at + width].fill(b' '),
                None if continued => {}
                None if bare.trim_start().starts_with('#') => {}
                None => bytes[at..end].fill(b' '),
            }
            let runs = begun.is_some() || continued;
            continued = runs && ['\\', '|', '&'].iter().any(|sign| bare.ends_with(*sign));
            document = begun.and_then(|_| here_document(bare));
        }
        at += line.len();
    }
}

/// Returns how many bytes of the line are its prompt.
fn prompt_length(line: &str) -> Option<usize> {
    let indent = line.len() - line.trim_start().len();
    PROMPTS
        .iter()
        .find(|sign| line[indent..].starts_with(**sign))
        .map(|sign| indent + sign.len())
}

/// Returns the delimiter of a here-document that the line opens.
fn here_document(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("<<")?;
    let word: String = rest
        .trim_start_matches(['-', ' ', '\'', '"', '\\'])
        .chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect();
    (!word.is_empty() && !rest.starts_with('<')).then_some(word)
}

/// Turns `<name>` into a word of the same length. `a <b >c`, `cat <in`, `<<END`
/// and `<(…)` stay: a placeholder has no blank inside of its brackets' ends and
/// stands at a word's beginning or inside of one.
fn blank_placeholders(text: &str, bytes: &mut [u8]) -> Vec<Span> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('<') {
        let Some(length) = text[at + 1..].find(['>', '<', '\n']) else {
            continue;
        };
        let inner = &text[at + 1..at + 1 + length];
        let named = inner.len() <= LONGEST_PLACEHOLDER
            && inner.starts_with(char::is_alphabetic)
            && inner.ends_with(|letter: char| {
                letter.is_alphanumeric() || matches!(letter, '.' | '…' | ')')
            })
            && inner.chars().all(|letter| {
                letter.is_alphanumeric()
                    || matches!(letter, '-' | '_' | ' ' | '.' | '/' | ':' | '…' | '|' | ',')
            })
            && !inner.contains(" -");
        let closed = text[at + 1 + length..].starts_with('>')
            && !text[at + 2 + length..].starts_with(['>', '&']);
        if !named || !closed || text[..at].ends_with('<') {
            continue;
        }
        let span = at..at + length + 2;
        for byte in &mut bytes[span.clone()] {
            *byte = b'_';
        }
        found.push(span);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_the_length_and_the_rest() {
        let cases = [
            (
                "$ npm test\nok 12\n$ ls \\\n  -l",
                "  npm test\n     \n  ls \\\n  -l",
            ),
            ("git diff -- <file>", "git diff -- ______"),
            ("cat <in >out", "cat <in >out"),
            ("cat <<EOF >x\n<b>\nEOF", "cat <<EOF >x\n___\nEOF"),
            ("diff <(a) <(b)", "diff <(a) <(b)"),
            ("echo $ x", "echo $ x"),
            ("echo é", "echo aa"),
        ];
        for (text, masked) in cases {
            assert_eq!(mask_text(text).text, masked, "{text}");
        }
    }
}

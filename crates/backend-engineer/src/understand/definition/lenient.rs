//! Reads fields that are no YAML only because a plain text holds `: ` or ` #`, as many tools write them:
//! `description: Use this when: the tests fail`.

/// Returns the lines with each such text in quotes, and the numbers (from 0) of the lines that were changed; none where
/// nothing was.
pub(super) fn quote_plain_texts(lines: &[&str]) -> Option<(String, Vec<usize>)> {
    let mut changed = Vec::new();
    let read = |(at, line): (usize, &&str)| match split_plain_text(line) {
        Some((key, text)) => {
            changed.push(at);
            format!("{key}: '{}'", text.replace('\'', "''"))
        }
        None => (*line).to_owned(),
    };
    let text = lines
        .iter()
        .enumerate()
        .map(read)
        .collect::<Vec<_>>()
        .join("\n");
    (!changed.is_empty()).then_some((text, changed))
}

/// Returns the key and the text of a line whose text is plain and can't be read as such.
fn split_plain_text(line: &str) -> Option<(&str, &str)> {
    let (key, text) = line.split_once(": ")?;
    let is_key = !key.is_empty()
        && key
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    let text = text.trim();
    let marked = text.starts_with(['"', '\'', '[', '{', '|', '>', '&', '*', '!', '#']);
    (is_key && !marked && (text.contains(": ") || text.ends_with(':') || text.contains(" #")))
        .then_some((key, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_texts_are_quoted() {
        let lines = [
            "name: a",
            "description: Use it's: now",
            "tools: [Read]",
            "notes: \"a: b\"",
            "  deep: a: b",
        ];
        let (text, changed) = quote_plain_texts(&lines).unwrap();
        assert_eq!(text.lines().nth(1), Some("description: 'Use it''s: now'"));
        assert_eq!(changed, [1]);
        assert_eq!(quote_plain_texts(&lines[2..]), None);
    }
}

//! Reads fields that are no YAML only because a plain text holds `: ` or ` #`, or is a lone `*`, as many tools write
//! them: `description: Use this when: the tests fail`.
//!
//! ```text
//! description: Use this when:         description: 'Use this when:
//!                              ->
//!   user: it's broken                   user: it''s broken'
//! tools: *                            tools: '*'
//! ```

/// Returns the lines with each such text in quotes, and the numbers (from 0) of the lines where one begins; none where
/// nothing was changed.
pub(super) fn quote_plain_texts(lines: &[&str]) -> Option<(String, Vec<usize>)> {
    let mut changed = Vec::new();
    let mut written = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let end = end_of_field(lines, at);
        match quote_field(&lines[at..end]) {
            Some(quoted) => {
                changed.push(at);
                written.push(quoted);
            }
            None => written.extend(lines[at..end].iter().map(|line| (*line).to_owned())),
        }
        at = end;
    }
    (!changed.is_empty()).then(|| (written.join("\n"), changed))
}

/// Returns the line behind a field: its text goes on in lines that are indented, with empty ones between.
fn end_of_field(lines: &[&str], at: usize) -> usize {
    let goes_on = |line: &&str| line.starts_with([' ', '\t']) && !line.trim().is_empty();
    let mut end = at + 1;
    for (behind, line) in lines.iter().enumerate().skip(at + 1) {
        if goes_on(line) {
            end = behind + 1;
        } else if !line.trim().is_empty() {
            break;
        }
    }
    end
}

/// Returns a field with its text in quotes, where that is plain and can't be read as such.
fn quote_field(lines: &[&str]) -> Option<String> {
    let (key, text) = lines.first()?.split_once(": ")?;
    let is_key = !key.is_empty()
        && key
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    let first = text.trim();
    let is_marked = first.starts_with(['"', '\'', '[', '{', '|', '>', '&', '*', '!', '#']);
    // An alias has a name: a lone star can only mean all.
    let is_all = first == "*" && lines.len() == 1;
    let is_hidden = |line: &str| line.contains(": ") || line.ends_with(':') || line.contains(" #");
    let rest = || lines[1..].iter().map(|line| line.trim_end());
    let is_broken = !first.is_empty() && !is_marked && (is_hidden(first) || rest().any(is_hidden));
    if !is_key || !(is_all || is_broken) {
        return None;
    }
    let all: Vec<&str> = std::iter::once(first).chain(rest()).collect();
    Some(format!("{key}: '{}'", all.join("\n").replace('\'', "''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_texts_are_quoted() {
        let lines = [
            "name: a",
            "description: Use it's: now",
            "",
            "  user: don't",
            "tools: *",
            "notes: \"a: b\"",
            "nested:",
            "  deep: a: b",
        ];
        let (text, changed) = quote_plain_texts(&lines).unwrap();
        let quoted = "name: a\ndescription: 'Use it''s: now\n\n  user: don''t'\ntools: '*'\n";
        assert!(text.starts_with(quoted), "{text}");
        assert_eq!(changed, [1, 4]);
        assert_eq!(quote_plain_texts(&lines[5..]), None);
    }
}

//! Finds two states of one code in a block: what stands, and below it what shall stand.
//!
//! ```text
//! // Stara wersja:
//! const rest = LIMIT - used;          stands in the file, without its label
//!
//! // Nowa wersja:
//! const rest = Math.max(0, LIMIT - used);
//! ```
//!
//! Labels that no list knows are words to the reader if their code stands in the file without them: written there, they
//! and the other state would be wrong. Which of the two is meant, the block alone does not say.

/// The longest label, in words; a longer comment is one of the code's own: it explains what
/// follows.
const LONGEST_LABEL: usize = 2;

/// Returns the two labels of a block of which one part stands in the file without its label, and the other does not.
pub(crate) fn find_labelled_states<'b>(text: &str, block: &'b str) -> Option<(&'b str, &'b str)> {
    let lines: Vec<&str> = block.lines().collect();
    let first = lines.iter().position(|line| !line.trim().is_empty())?;
    // Exactly two labels, the first at the head of the block and the second behind a blank line:
    // else they are comments among code.
    let mut labels = (0..lines.len()).filter_map(|at| Some((at, read_label(lines[at])?)));
    let (Some((old, one)), Some((new, other)), None) =
        (labels.next(), labels.next(), labels.next())
    else {
        return None;
    };
    let apart = old == first && lines[new - 1].trim().is_empty() && one != other;
    let written = |label: &str| text.lines().any(|line| read_label(line) == Some(label));
    if !apart || written(one) || written(other) {
        return None;
    }
    let stands = |part: &[&str]| holds_lines(text, part);
    let (before, after) = (stands(&lines[old + 1..new]), stands(&lines[new + 1..]));
    (before != after).then_some((one, other))
}

/// Returns the words of a line that is a short comment with a colon at its end: `// Alt:`.
fn read_label(line: &str) -> Option<&str> {
    let line = line.trim();
    let words = ["//", "#"]
        .iter()
        .find_map(|sign| line.strip_prefix(sign))?;
    let words = words.trim().strip_suffix([':', '：'])?;
    let short = (1..=LONGEST_LABEL).contains(&words.split_whitespace().count());
    let plain = words
        .chars()
        .all(|one| one.is_alphabetic() || one == ' ' || one == '-');
    (short && plain).then_some(words)
}

/// Returns whether lines stand together in a text, blank lines and margins aside.
fn holds_lines(text: &str, part: &[&str]) -> bool {
    fn bare<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        lines
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect()
    }
    let (text, part) = (bare(text.lines()), bare(part.iter().copied()));
    !part.is_empty() && text.windows(part.len()).any(|window| window == part)
}

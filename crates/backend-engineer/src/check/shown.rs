//! Finds in an output the number, the share or the text that a plan states of it.

use plan::{Count, Held, Of, Stands};
use shell::{Reading, Trait};

/// Returns the number that an output gives: itself, the one in front (`wc`) or at the end (`grep -c`) of its only line,
/// or how many lines it has; `None` where it could be several.
pub(super) fn read_measured_number(reading: &Reading, output: &str, count: Count) -> Option<u64> {
    if count.of == Of::Percent {
        return read_percentage(output);
    }
    let lines: Vec<&str> = output
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let number = |line: &str| line.parse::<u64>().ok();
    let looks = matches!(reading.kind(), shell::Kind::Inspect | shell::Kind::Git);
    if count.of == Of::Lines && !is_counting_script(reading) && reading.needs().is_empty() {
        // A program of its own may print how many lines there are.
        let counted = !looks && matches!(lines.as_slice(), [only] if number(only).is_some());
        return u64::try_from(lines.len()).ok().filter(|_| !counted);
    }
    if let [only] = lines.as_slice()
        && let Some(found) = number(only)
    {
        return Some(found);
    }
    if !looks {
        let stated = lines.iter().find(|line| number(line) == Some(count.number));
        return stated.or(lines.last()).and_then(|line| number(line));
    }
    if !is_counting_script(reading) && !reading.needs().is_empty() {
        // A database or a service prints its lines with a head and a foot.
        return None;
    }
    if count.of.is_lines() && !is_counting_script(reading) {
        return u64::try_from(lines.len()).ok();
    }
    if !is_counting_script(reading) && !matches!(lines.as_slice(), [_]) {
        return u64::try_from(lines.len()).ok();
    }
    let at_end: Option<Vec<u64>> = lines.iter().map(|line| counted_at_end(line)).collect();
    let in_front = |line: &str| line.split_whitespace().next().and_then(number);
    match (lines.as_slice(), at_end) {
        ([], _) => Some(0),
        ([only], Some(ends)) if is_counting_script(reading) && in_front(only).is_none() => {
            ends.first().copied()
        }
        ([.., last], _) if last.ends_with("total") => in_front(last),
        ([only], _) if in_front(only).is_some() => in_front(only),
        // Of several files all counts are nought, or it is not said which one is meant.
        (_, Some(ends)) => (ends.iter().sum::<u64>() == 0).then_some(0),
        (lines, None) => u64::try_from(lines.len()).ok(),
    }
}

/// Tells that a script prints how many there are, and not what they are.
pub(super) fn is_counting_script(reading: &Reading) -> bool {
    reading.calls().iter().any(|call| call.is(Trait::Counts))
}

/// `path:3`, as a search that counts in several files prints it, or `3` alone.
pub(super) fn counted_at_end(line: &str) -> Option<u64> {
    line.trim().rsplit(':').next()?.parse().ok()
}

/// Returns the share that an output gives: its only one, or that of the line that sums up.
fn read_percentage(output: &str) -> Option<u64> {
    let shares = |line: &str| -> Vec<u64> {
        let words = line.split(|letter: char| {
            letter.is_whitespace() || matches!(letter, '|' | '(' | ')' | ':' | ',')
        });
        // What is left over is not there yet.
        let whole = |word: &str| word.split('.').next()?.parse::<u64>().ok();
        words
            .filter_map(|word| word.strip_suffix('%').and_then(whole))
            .collect()
    };
    let sums = |line: &&str| {
        let lower = line.trim_start().to_lowercase();
        ["total", "all files", "overall", "coverage"]
            .iter()
            .any(|word| lower.starts_with(word))
    };
    let sum = output
        .lines()
        .rev()
        .find(|line| sums(line) && !shares(line).is_empty());
    match (sum, shares(output).as_slice()) {
        (Some(line), _) => shares(line).last().copied(),
        (None, [only]) => Some(*only),
        (None, _) => None,
    }
}

/// Returns whether an output speaks of what a text names: the text itself, or a name in it; a text without names, by
/// half of its words. Programs put the same failure in words that differ from version to version, and plans from
/// memory.
pub(super) fn mentions_text(output: &str, text: &str) -> bool {
    let parts = text.split(|letter: char| {
        !(letter.is_alphanumeric() || matches!(letter, '_' | '.' | '/' | '-'))
    });
    let parts: Vec<&str> = parts
        .map(|part| part.trim_matches(['.', '-', '/']))
        .filter(|part| part.len() > 3)
        .collect();
    let is_name = |part: &str| {
        let camel =
            part.chars().skip(1).any(char::is_uppercase) && part.chars().any(char::is_lowercase);
        camel || part.contains(['_', '.', '/'])
    };
    // The one is a kind of the other.
    let import = |name: &str| name == "ImportError" && output.contains("ModuleNotFoundError");
    let names: Vec<&str> = parts.iter().copied().filter(|part| is_name(part)).collect();
    if shows_text(output, text)
        || names
            .iter()
            .any(|name| output.contains(name) || import(name))
    {
        return true;
    }
    let lower = output.to_lowercase();
    let shown = parts
        .iter()
        .filter(|part| lower.contains(&part.to_lowercase()))
        .count();
    names.is_empty() && shown > 0 && shown * 2 >= parts.len()
}

/// Returns whether the output shows the text, white space aside. A bare number or truth value is a line of its own, not
/// a part of another; of JSON the values count, not how they are laid out.
pub(super) fn shows_text(output: &str, text: &str) -> bool {
    const WORDS: [&str; 5] = ["true", "false", "none", "null", "nil"];
    let number = text.parse::<f64>().is_ok();
    if number || WORDS.contains(&text.to_lowercase().as_str()) {
        return output
            .lines()
            .any(|line| line.trim().trim_matches(['"', '\'']) == text);
    }
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text.trim()).ok();
    if let Some(stated) = json(text).filter(|stated| stated.is_object() || stated.is_array()) {
        let mut whole = std::iter::once(output).chain(output.lines());
        if whole.any(|part| json(part).as_ref() == Some(&stated)) {
            return true;
        }
        // "[]" is a part of much that is not empty.
        if !text.contains(char::is_alphanumeric) {
            return false;
        }
    }
    let squeeze = |text: &str| {
        text.chars()
            .filter(|letter| !letter.is_whitespace())
            .collect::<String>()
    };
    squeeze(output).contains(&squeeze(text))
}

/// Returns whether a text stands in an output as the plan states it.
pub(super) fn shows_expected_text(output: &str, held: &Held) -> bool {
    match held.stands {
        Stands::Start => output.trim_start().starts_with(held.text.trim()),
        Stands::End => output.trim_end().ends_with(held.text.trim()),
        Stands::Whole => output.trim() == held.text.trim(),
        // Only what goes to the stream of errors is kept of such a command.
        Stands::Nowhere if held.is_errors() => output.trim().is_empty(),
        Stands::Nowhere if held.is_warning() => !reports_warnings(output),
        Stands::Nowhere => !output.contains(held.text.trim()),
    }
}

/// Returns whether an output tells of warnings, other than that there is none: "0 warnings".
fn reports_warnings(output: &str) -> bool {
    let lower = output.to_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let told = |at: usize| {
        let none = at > 0 && matches!(words[at - 1], "0" | "no" | "zero" | "without");
        let none = none || words.get(at + 1) == Some(&"0");
        // `DeprecationWarning` is one, too.
        (words[at].starts_with("warn")
            || words[at].ends_with("warning")
            || words[at].ends_with("warnings"))
            && !none
    };
    (0..words.len()).any(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_where_they_are_stated() {
        let held = |text: &str, stands| Held {
            text: text.to_owned(),
            stands,
        };
        let rows = [
            ("one\ntwo\n", held("one", Stands::Start), true),
            ("one\ntwo\n", held("two", Stands::Start), false),
            ("one\ntwo\n", held("two", Stands::End), true),
            ("one\ntwo\n", held("two", Stands::Nowhere), false),
            ("one\ntwo\n", held("three", Stands::Nowhere), true),
            ("1 problem (0 errors, 1 warning)", Held::warning(), false),
            ("Found 0 warnings and no warning", Held::warning(), true),
            ("warnings: 0", Held::warning(), true),
            ("a.py:1: DeprecationWarning: old", Held::warning(), false),
            ("err\n", Held::errors(), false),
            ("\n", Held::errors(), true),
        ];
        for (output, held, wanted) in rows {
            assert_eq!(
                shows_expected_text(output, &held),
                wanted,
                "{output:?}: {held:?}"
            );
        }
    }

    #[test]
    fn a_share_is_that_of_the_sum() {
        let rows = [
            ("TOTAL 100 45 55%", Some(55)),
            ("a.py 10 1 90%\nTOTAL 20 1 95.5%\n", Some(95)),
            ("All files | 81.2% | 70%", Some(70)),
            ("91% of it", Some(91)),
            ("a 50%\nb 60%", None),
            ("none", None),
        ];
        for (output, wanted) in rows {
            assert_eq!(read_percentage(output), wanted, "{output:?}");
        }
    }
}

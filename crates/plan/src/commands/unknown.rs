//! Commands of programs that no table has: told by their place in a criterion, as its words alone could be a name.

use super::ExpectedOutcome;
use super::expect::read_expectation;
use crate::document::Span;

/// Returns whether code of a criterion stands where its command belongs, and looks like one of a program that no table has:
/// "`mytool check`", "The contract holds: `mytool check`", "Run `mytool check app`", "`mytool --strict` passes".
///
/// `is_asked` tells that the words before it ask to run it.
pub(super) fn is_in_place(words: &str, outer: &Span, inner: &str, is_asked: bool) -> bool {
    let begins = is_asked || begins_sentence(&words[..outer.start]);
    !shell::is_command(inner)
        && looks_like_call(inner)
        && begins
        && ends_sentence(&words[outer.end..])
        && is_unknown(inner)
}

/// No table has the program: one that it has and that is no command with these words is a usual word, as in `make sure`.
fn is_unknown(inner: &str) -> bool {
    shell::read(inner)
        .outer_calls()
        .first()
        .is_some_and(|call| !call.is_known() && call.target.is_none())
}

/// Returns whether a text is a name of a program or a path to one, with arguments that are no code.
fn looks_like_call(inner: &str) -> bool {
    let mut words = inner.split_whitespace();
    let Some(program) = words.next() else {
        return false;
    };
    let is_name = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_./".contains(letter)
    };
    let named = program.starts_with(|first: char| first.is_ascii_lowercase() || first == '.')
        && program.chars().all(is_name)
        && !program.ends_with(['.', '/']);
    let rest: Vec<&str> = words.collect();
    let is_code = |word: &&str| {
        word.contains(['(', ')', '{', '}', ';', '`', '…'])
            || word.ends_with([':', ','])
            || word.starts_with(['=', '+', '*', '<', '>', '?'])
    };
    named && !rest.is_empty() && !rest.iter().any(is_code)
}

/// Nothing stands in front, or a statement and a colon.
fn begins_sentence(before: &str) -> bool {
    let bare = before
        .trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '*' | '_' | '-'));
    matches!(bare, "" | "[ ]" | "[x]" | "[X]") || bare.ends_with([':', '：'])
}

/// Nothing follows, or what comes of it.
fn ends_sentence(behind: &str) -> bool {
    let bare = behind
        .trim_start_matches(|letter: char| letter.is_whitespace() || "*_.,—–-→()".contains(letter));
    bare.is_empty()
        || matches!(
            read_expectation(bare).outcome,
            ExpectedOutcome::Pass | ExpectedOutcome::Fail
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inline::code_spans;

    fn first_is(words: &str) -> bool {
        let spans = code_spans(words, 0);
        is_in_place(
            words,
            &spans[0].outer,
            &words[spans[0].inner.clone()],
            words.starts_with("Run "),
        )
    }

    #[test]
    fn a_command_of_an_unknown_program_is_told_by_its_place() {
        for words in [
            "`mytool check`",
            "Contract holds: `mytool check`",
            "Run `mytool check app`",
            "`mytool --strict app/calc.py`",
            "`mytool check` passes",
            "`tools/verify api` exits 0",
        ] {
            assert!(first_is(words), "{words}");
        }
        for words in [
            "`mytool`",
            "`pytest -q`",
            "`make a`",
            "`Order.total` is a sum",
            "`order total` is shown in the list",
            "`def total(order)`",
            "The column `price` exists",
            "`GET /orders`",
            "`x = 1`",
            "The `status code` is 404",
            "`{ id: 1 }`",
        ] {
            assert!(!first_is(words), "{words}");
        }
    }
}

//! Resolves plain scalars of YAML: by YAML 1.2's core schema and by YAML 1.1, which many readers still follow. Where
//! the two disagree, nobody can say what the reader of a file makes of it.
//!
//! ```text
//! 12         Integer
//! 012        Disputed    twelve by YAML 1.2, octal by YAML 1.1
//! yes        Disputed    a text by YAML 1.2, true by YAML 1.1
//! 1e3        Disputed    a number by YAML 1.2, a text by YAML 1.1, which wants a dot
//! 12:30      Disputed    a text by YAML 1.2, 750 by YAML 1.1
//! ```

use crate::formats::data::Kind;

/// Words that YAML 1.1 reads as true or false, in small letters, with a capital, and in capitals.
const DISPUTED_BOOLS: [&str; 6] = ["yes", "no", "on", "off", "y", "n"];

/// Returns what both schemas make of a plain scalar.
pub(super) fn resolve_scalar(text: &str) -> Kind {
    // Each word counts in these three cases only: `TRUe` is a text.
    let cased = |word: &str| {
        let mut letters = word.chars();
        let capital: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .chain(letters)
            .collect();
        [word.to_owned(), capital, word.to_uppercase()].contains(&text.to_owned())
    };
    match text {
        "" | "~" => return Kind::Null,
        "=" | "<<" => return Kind::Disputed,
        _ if cased("null") => return Kind::Null,
        _ if cased("true") || cased("false") => return Kind::Bool,
        _ if DISPUTED_BOOLS.into_iter().any(cased) => return Kind::Disputed,
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let special = |words: [&str; 3]| {
        unsigned
            .strip_prefix('.')
            .is_some_and(|own| words.contains(&own))
    };
    if special(["inf", "Inf", "INF"]) || unsigned == text && special(["nan", "NaN", "NAN"]) {
        return Kind::Float;
    }
    // YAML 1.2 has no signs before `0x` and `0o`.
    let whole = unsigned == text;
    match (
        parse_yaml12_number(unsigned, whole),
        parse_yaml11_number(unsigned),
    ) {
        (None, None) if is_timestamp(text) => Kind::Disputed,
        (None, None) => Kind::Text,
        (Some(one), Some(other)) if one == other => one,
        _ => Kind::Disputed,
    }
}

/// Reads a number as YAML 1.2 does; a leading zero that YAML 1.1 takes for octal is told by its text.
///
/// `12` and `0x1f` -> Integer, `1.5e3` -> Float, `0o17` -> Disputed.
fn parse_yaml12_number(text: &str, whole: bool) -> Option<Kind> {
    if let Some(octal) = text.strip_prefix("0o") {
        // No kind of the older schema equals it.
        return (whole && consists_of(octal, |digit| matches!(digit, '0'..='7')))
            .then_some(Kind::Disputed);
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return (whole && consists_of(hex, |digit| digit.is_ascii_hexdigit()))
            .then_some(Kind::Integer);
    }
    if is_all_digits(text) {
        return Some(Kind::Integer);
    }
    let (mantissa, exponent) = text
        .split_once(['e', 'E'])
        .map_or((text, None), |(one, two)| (one, Some(two)));
    let exponent = exponent.is_none_or(|exponent| {
        is_all_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))
    });
    let fraction = match mantissa.split_once('.') {
        Some(("", fraction)) => is_all_digits(fraction),
        Some((integer, fraction)) => {
            is_all_digits(integer) && (fraction.is_empty() || is_all_digits(fraction))
        }
        None => is_all_digits(mantissa),
    };
    (exponent && fraction).then_some(Kind::Float)
}

/// Reads a number as YAML 1.1 does: underscores, octal with a leading zero, binary, and numbers to the base of 60.
///
/// `017`, `1_000`, `0b1` and `12:30` -> Disputed, as YAML 1.2 makes something else of them; `08`
/// and `1e3` -> None.
fn parse_yaml11_number(text: &str) -> Option<Kind> {
    let some = |digit: char| digit.is_ascii_digit() || digit == '_';
    if let Some(binary) = text.strip_prefix("0b") {
        return consists_of(binary, |digit| matches!(digit, '0' | '1' | '_'))
            .then_some(Kind::Disputed);
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return consists_of(hex, |digit| digit.is_ascii_hexdigit() || digit == '_').then_some(
            if hex.contains('_') {
                Kind::Disputed
            } else {
                Kind::Integer
            },
        );
    }
    if text.starts_with(|first: char| first.is_ascii_digit()) && consists_of(text, some) {
        let plain = !text.contains('_') && (text == "0" || !text.starts_with('0'));
        let octal =
            text.starts_with('0') && !consists_of(text, |digit| matches!(digit, '0'..='7' | '_'));
        return (!octal).then_some(if plain { Kind::Integer } else { Kind::Disputed });
    }
    if text.contains(':') {
        return is_sexagesimal(text).then_some(Kind::Disputed);
    }
    let (mantissa, exponent) = text
        .split_once(['e', 'E'])
        .map_or((text, None), |(one, two)| (one, Some(two)));
    let exponent = exponent
        .is_none_or(|exponent| exponent.strip_prefix(['-', '+']).is_some_and(is_all_digits));
    let (integer, fraction) = mantissa.split_once('.')?;
    let integer_fits =
        integer.starts_with(|first: char| first.is_ascii_digit()) && consists_of(integer, some);
    let fraction_fits = consists_of(fraction, some) || fraction.is_empty() && !integer.is_empty();
    let plain = !mantissa.contains('_');
    (exponent && fraction_fits && (integer.is_empty() || integer_fits)).then_some(if plain {
        Kind::Float
    } else {
        Kind::Disputed
    })
}

/// Returns whether a text is a number to the base of 60, as `12:30:45` or `1:30.5`.
fn is_sexagesimal(text: &str) -> bool {
    let mut parts = text.split(':');
    let first = parts.next().is_some_and(|first| {
        first.starts_with(|first: char| first.is_ascii_digit()) && is_all_digits(first)
    });
    first
        && parts.all(|part| {
            let part = part.split_once('.').map_or(part, |(integer, _)| integer);
            is_all_digits(part) && part.len() <= 2 && part.parse::<u8>().is_ok_and(|part| part < 60)
        })
}

/// Returns whether a text is a date, alone or with a time, as YAML 1.1 takes it.
///
/// `2024-01-31`, `2024-1-5T10:00:00Z`; the numbers need not be those of a real day.
fn is_timestamp(text: &str) -> bool {
    let mut parts = text
        .get(..text.len().min(10))
        .unwrap_or_default()
        .split('-');
    let year = parts
        .next()
        .is_some_and(|year| year.len() == 4 && is_all_digits(year));
    let month = parts
        .next()
        .is_some_and(|month| month.len() <= 2 && is_all_digits(month));
    let day = parts.next().is_some_and(|day| {
        let day = day.split(['T', 't', ' ']).next().unwrap_or_default();
        day.len() <= 2 && is_all_digits(day)
    });
    let rest = consists_of(text, |part| {
        part.is_ascii_digit() || "-:.+TtZz ".contains(part)
    });
    year && month && day && rest && parts.next().is_none()
}

/// Returns whether a text is digits and at least one.
fn is_all_digits(text: &str) -> bool {
    consists_of(text, |digit| digit.is_ascii_digit())
}

/// Returns whether a text is not empty and all of its signs fit.
fn consists_of(text: &str, fits: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_scalar_has_the_type_that_both_schemas_give_it() {
        let table = [
            (Kind::Null, "~ null Null NULL"),
            (Kind::Bool, "true True TRUE false False FALSE"),
            (
                Kind::Disputed,
                "yes Yes NO on Off y N = 010 0o7 0b1 1_000 0x1_F 1e3 1E3 1.0e3 1_0.5 22:22 1:30:00 -0x1F",
            ),
            (
                Kind::Disputed,
                "2024-01-01 2024-1-1 2024-01-01T10:00:00Z 08 09",
            ),
            (Kind::Integer, "0 7 -7 +7 20 0x1F"),
            (
                Kind::Float,
                "3.10 3.1 -0.5 .5 1. 1.5e+3 .inf -.INF +.Inf .nan .NaN",
            ),
            (
                Kind::Text,
                "a 3.10-slim 1.2.3 10.0.0.1 8000:8000 nULL tRUE yEs postgres:16 1h 0o9 0xZ -.nan v1 - 1:99 - 12a e3 . + _1",
            ),
            (Kind::Text, "2024-W1 2024 2024-01"),
        ];
        for (kind, texts) in table {
            for text in texts.split(' ').filter(|text| *text != "2024") {
                assert_eq!(resolve_scalar(text), kind, "{text}");
            }
        }
    }
}

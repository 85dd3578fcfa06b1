//! The value of a unit's number, however it is written: `II`, `Two`, `二`, `2/3`, `M2`.

use crate::phase::Phase;

/// The way in which all units beside each other write their numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing<'n> {
    /// `1`, `2`.
    Digits,
    /// `1/3`, `2/3`: the total behind it.
    OfTotal(&'n str),
    /// `M1`, `M2`: the letters before it.
    Coded(&'n str),
    /// `I`, `II`.
    Roman,
    /// `One`, `二`.
    Spelled,
}

const SPELLED: [&str; 10] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
];

/// Returns the units whose number has the value `asked`, in digits. Only where all units beside them write it alike: among
/// the phases A to J, `I` is no one.
pub(super) fn with_value<'p>(asked: &str, units: &[&'p Phase]) -> Vec<&'p Phase> {
    let Some(asked) = in_digits(asked) else {
        return Vec::new();
    };
    let all: Option<Vec<(Writing<'_>, u32)>> = units
        .iter()
        .filter_map(|unit| unit.number.as_deref())
        .map(read_number)
        .collect();
    let Some(all) = all.filter(|all| all.windows(2).all(|two| two[0].0 == two[1].0)) else {
        return Vec::new();
    };
    let numbered = units.iter().filter(|unit| unit.number.is_some());
    numbered
        .zip(all)
        .filter(|(_, (_, value))| *value == asked)
        .map(|(unit, _)| *unit)
        .collect()
}

fn in_digits(text: &str) -> Option<u32> {
    let plain = text.chars().all(|letter| letter.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn read_number(number: &str) -> Option<(Writing<'_>, u32)> {
    if let Some(value) = in_digits(number) {
        return Some((Writing::Digits, value));
    }
    if let Some((part, total)) = number.split_once('/') {
        let (value, most) = (in_digits(part)?, in_digits(total)?);
        return (value <= most).then_some((Writing::OfTotal(total), value));
    }
    if let Some(value) = roman(number) {
        return Some((Writing::Roman, value));
    }
    let lower = number.to_ascii_lowercase();
    let spelled = SPELLED.iter().position(|word| *word == lower);
    if let Some(value) = spelled
        .and_then(|at| u32::try_from(at + 1).ok())
        .or_else(|| chinese(number))
    {
        return Some((Writing::Spelled, value));
    }
    let letters = number.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let coded = letters.chars().all(|letter| letter.is_ascii_alphabetic());
    let value = in_digits(&number[letters.len()..])?;
    coded.then_some((Writing::Coded(letters), value))
}

/// Reads a Roman number below forty; `None` where its signs stand in another order than the number has them.
fn roman(number: &str) -> Option<u32> {
    let tens = number.len() - number.trim_start_matches('X').len();
    let ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    let rest = ones.iter().position(|one| *one == &number[tens..])?;
    let value = u32::try_from(tens * 10 + rest).ok()?;
    (tens < 4 && value > 0).then_some(value)
}

/// Reads a Chinese number below a hundred.
fn chinese(number: &str) -> Option<u32> {
    let digit = |text: &str, none: u32| {
        if text.is_empty() {
            return Some(none);
        }
        let mut letters = text.chars();
        let first = letters.next()?;
        let at = "一二三四五六七八九"
            .chars()
            .position(|letter| letter == first)?;
        let value = u32::try_from(at + 1).ok()?;
        letters.next().is_none().then_some(value)
    };
    match number.split_once('十') {
        Some((tens, ones)) => Some(digit(tens, 1)? * 10 + digit(ones, 0)?),
        None => digit(number, 0).filter(|value| *value > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_value_in_every_writing() {
        let values = |numbers: &[&str]| -> Vec<Option<u32>> {
            numbers
                .iter()
                .map(|one| read_number(one).map(|(_, value)| value))
                .collect()
        };
        assert_eq!(
            values(&[
                "2", "02", "2/3", "II", "IV", "XIV", "Two", "二", "十二", "二十", "M2"
            ]),
            [2, 2, 2, 2, 4, 14, 2, 2, 12, 20, 2].map(Some)
        );
        assert_eq!(values(&["3/2", "IIX", "A", "2.1", "二三", ""]), [None; 6]);
    }
}

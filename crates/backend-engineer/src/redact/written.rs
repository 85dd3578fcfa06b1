//! Other writings of a value, which programs make of it without any reading: reversed, in hexadecimal, in Base64, as a part
//! of an address, in the quotes of JSON and of the shell.

/// Values below this length have writings that stand in other texts by chance.
const SHORTEST: usize = 8;

/// The letters of Base64; the last two differ in addresses.
const PLAIN: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const OF_ADDRESSES: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Returns the other writings of a value.
pub(super) fn other_encodings(value: &[u8]) -> Vec<Vec<u8>> {
    if value.len() < SHORTEST {
        return Vec::new();
    }
    let hexadecimal: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        value.iter().rev().copied().collect(),
        hexadecimal.to_uppercase().into_bytes(),
        hexadecimal.into_bytes(),
    ];
    for letters in [PLAIN, OF_ADDRESSES] {
        forms.extend((0..3).map(|before| stable_base64(value, before, letters)));
    }
    forms.extend([
        in_address(value, "0123456789ABCDEF"),
        in_address(value, "0123456789abcdef"),
        in_shell(value),
    ]);
    forms.extend(out_of_address(value));
    forms.extend(std::str::from_utf8(value).into_iter().flat_map(in_json));
    forms.retain(|form: &Vec<u8>| form != value && form.len() >= SHORTEST);
    forms.sort();
    forms.dedup();
    forms
}

/// Returns a value as a part of an address: `p@ss/1` as `p%40ss%2F1`.
fn in_address(value: &[u8], digits: &str) -> Vec<u8> {
    let digit = |number: u8| digits.as_bytes()[usize::from(number)];
    let letter = |byte: &u8| match byte {
        b'-' | b'.' | b'_' | b'~' => vec![*byte],
        byte if byte.is_ascii_alphanumeric() => vec![*byte],
        byte => vec![b'%', digit(byte >> 4), digit(byte & 15)],
    };
    value.iter().flat_map(letter).collect()
}

/// Returns what a value stands for that is written as a part of an address: programs connect with it, and print it.
fn out_of_address(value: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, behind)) = rest.split_first() {
        let number = behind
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|two| std::str::from_utf8(two).ok());
        let byte = number.and_then(|two| u8::from_str_radix(two, 16).ok());
        plain.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &behind[2..] } else { behind };
    }
    (plain != value).then_some(plain)
}

/// Returns a value inside quotes of JSON, as it is and with what is beyond ASCII in numbers, as Python writes it.
fn in_json(value: &str) -> [Vec<u8>; 2] {
    let quoted = serde_json::Value::from(value).to_string();
    let inside = quoted
        .trim_start_matches('"')
        .strip_suffix('"')
        .unwrap_or_default();
    let mut units = [0; 2];
    let letter = |letter: char| match letter.is_ascii() {
        true => letter.to_string(),
        false => letter
            .encode_utf16(&mut units)
            .iter()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect(),
    };
    [
        inside.as_bytes().to_vec(),
        inside.chars().map(letter).collect::<String>().into_bytes(),
    ]
}

/// Returns a value as the shell writes it without quotes (`printf %q`, `set -x`).
fn in_shell(value: &[u8]) -> Vec<u8> {
    let is_plain = |byte: u8| {
        byte.is_ascii_alphanumeric() || b"_-./,:=@%+".contains(&byte) || !byte.is_ascii()
    };
    value
        .iter()
        .flat_map(|byte| {
            if is_plain(*byte) {
                vec![*byte]
            } else {
                vec![b'\\', *byte]
            }
        })
        .collect()
}

/// Returns how many bytes of a text a writing takes that begins there. Programs break long ones into lines.
pub(super) fn length_of(form: &[u8], text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for (count, byte) in form.iter().enumerate() {
        if count > 0 && text.get(at) == Some(&b'\n') {
            at += 1;
        }
        if text.get(at) != Some(byte) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// Returns the letters of Base64 that a value decides by itself where so many bytes stand before it.
fn stable_base64(value: &[u8], before: usize, letters: &[u8; 64]) -> Vec<u8> {
    let bits = |at: usize| -> u8 {
        let bit = |at: usize| value.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
        (0..6).fold(0, |sum, offset| sum << 1 | bit(at + offset))
    };
    // The first bit of the value that begins a letter, of letters that begin every six bits from the text's first byte.
    let skipped = (6 - before * 8 % 6) % 6;
    (skipped..)
        .step_by(6)
        .take_while(|at| at + 6 <= value.len() * 8)
        .map(|at| letters[usize::from(bits(at))])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_other_letters_is_known_in_addresses_quotes_and_broken_lines() {
        let forms = other_encodings("p@ss/w\"ö rd\\1".as_bytes());
        let known = |text: &str| {
            (0..text.len()).any(|at| {
                forms
                    .iter()
                    .any(|form| length_of(form, &text.as_bytes()[at..]).is_some())
            })
        };
        for text in [
            "postgres://u:p%40ss%2Fw%22%C3%B6%20rd%5C1@h/db",
            "postgres://u:p%40ss%2fw%22%c3%b6%20rd%5c1@h/db",
            r#"{"password": "p@ss/w\"ö rd\\1"}"#,
            r#"{"password": "p@ss/w\"\u00f6 rd\\1"}"#,
            r#"p@ss/w\"ö\ rd\\1"#,
            "cEBzcy93IsO2IHJkXDE=",
            "cEBzcy93\nIsO2IHJkXDE=",
        ] {
            assert!(known(text), "{text}");
        }
        for text in ["postgres://u:p%40ss@h/db", "cEBzcy93\n\nIsO2IHJkXDE="] {
            assert!(!known(text), "{text}");
        }
    }

    #[test]
    fn writings_stand_in_what_programs_print() {
        let forms = other_encodings(b"realenvsecret-77219");
        let has = |text: &str| {
            forms
                .iter()
                .any(|form| text.as_bytes().windows(form.len()).any(|part| part == form))
        };
        for text in [
            "91277-tercesvnelaer",
            "7265616c656e767365637265742d3737323139",
            "7265616C656E767365637265742D3737323139",
            "cmVhbGVudnNlY3JldC03NzIxOQ==",
            // With one, two and eight bytes before it.
            "eHJlYWxlbnZzZWNyZXQtNzcyMTk=",
            "eHhyZWFsZW52c2VjcmV0LTc3MjE5",
            "QVBJX0tFWT1yZWFsZW52c2VjcmV0LTc3MjE5Cg==",
        ] {
            assert!(has(text), "{text}");
        }
        assert!(other_encodings(b"p%40ss%2Fword1").contains(&b"p@ss/word1".to_vec()));
        assert!(!has("cmVhbGVuZA==") && other_encodings(b"short").is_empty());
    }
}

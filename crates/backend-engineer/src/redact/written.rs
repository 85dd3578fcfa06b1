//! Other writings of a value, which programs make of it without any reading: reversed, in hexadecimal, in Base64.

/// Values below this length have writings that stand in other texts by chance.
const SHORTEST: usize = 8;

/// The letters of Base64; the last two differ in addresses.
const PLAIN: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const OF_ADDRESSES: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Returns the other writings of a value.
pub(super) fn otherwise(value: &[u8]) -> Vec<Vec<u8>> {
    if value.len() < SHORTEST {
        return Vec::new();
    }
    let hexadecimal: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut forms =
        vec![value.iter().rev().copied().collect(), hexadecimal.to_uppercase().into_bytes(), hexadecimal.into_bytes()];
    for letters in [PLAIN, OF_ADDRESSES] {
        forms.extend((0..3).map(|before| base64(value, before, letters)));
    }
    forms.retain(|form: &Vec<u8>| form != value && form.len() >= SHORTEST);
    forms.sort();
    forms.dedup();
    forms
}

/// Returns the letters of Base64 that a value decides by itself where so many bytes stand before it.
fn base64(value: &[u8], before: usize, letters: &[u8; 64]) -> Vec<u8> {
    let bits = |at: usize| -> u8 {
        let bit = |at: usize| value.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
        (0..6).fold(0, |sum, offset| sum << 1 | bit(at + offset))
    };
    // The first bit of the value that begins a letter, of letters that begin every six bits from the text's first byte.
    let skipped = (6 - before * 8 % 6) % 6;
    (skipped..).step_by(6).take_while(|at| at + 6 <= value.len() * 8).map(|at| letters[usize::from(bits(at))]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writings_stand_in_what_programs_print() {
        let forms = otherwise(b"realenvsecret-77219");
        let has = |text: &str| forms.iter().any(|form| text.as_bytes().windows(form.len()).any(|part| part == form));
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
        assert!(!has("cmVhbGVuZA==") && otherwise(b"short").is_empty());
    }
}

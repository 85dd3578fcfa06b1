//! Finds secrets in what programs make of a text without reading it: reversed as a whole or line by line, in Base64, in
//! hexadecimal, letter by letter.
//!
//! Each is one more view of the output. What a view shows as a secret is taken out of the output where it came from.

use super::Redactor;

/// Shorter runs of letters of an encoding stand in ordinary text; a secret of the shortest forms takes more.
const SHORTEST_RUN: usize = 24;

/// What stands for a secret that was found in a view.
const PLACEHOLDER: &[u8] = b"[secret]";

/// Signs that programs put between the letters of a text that they list.
const BETWEEN: [&[u8]; 6] = [b"', '", b"\", \"", b", ", b" ", b"\n", b"\\n"];

/// A view of a text, with the place in the text of each of its bytes.
struct View {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

impl Redactor {
    /// Returns the text without secrets, whatever a command made of them.
    pub(crate) fn redact_for_model(&self, text: &str) -> String {
        self.redact_views(self.redact_text(text))
    }

    /// Returns a text without the secrets that other views of it show.
    fn redact_views(&self, text: String) -> String {
        let bytes = text.as_bytes();
        let mut hidden = vec![false; bytes.len()];
        for view in [reversed(bytes), reversed_lines(bytes)] {
            for (at, length) in self.secrets_in(&view.bytes) {
                view.places[at..at + length]
                    .iter()
                    .for_each(|place| hidden[*place] = true);
            }
        }
        for view in BETWEEN.iter().flat_map(|between| listed(bytes, between)) {
            if let (Some(first), Some(last), false) = (
                view.places.first(),
                view.places.last(),
                self.secrets_in(&view.bytes).is_empty(),
            ) {
                hidden[*first..=*last].fill(true);
            }
        }
        for (run, decoded) in encoded(bytes) {
            if !self.secrets_in(&decoded).is_empty() {
                hidden[run].fill(true);
            }
        }
        if !hidden.contains(&true) {
            return text;
        }
        let mut out = Vec::with_capacity(bytes.len());
        for (at, byte) in bytes.iter().enumerate() {
            if !hidden[at] {
                out.push(*byte);
            } else if at == 0 || !hidden[at - 1] {
                out.extend_from_slice(PLACEHOLDER);
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Returns the place and the length of each secret in a text.
    fn secrets_in(&self, bytes: &[u8]) -> Vec<(usize, usize)> {
        let (mut found, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            match self.secret_at(bytes, at) {
                Some((_, length)) => {
                    found.push((at, length));
                    at += length;
                }
                None => at += 1,
            }
        }
        found
    }
}

/// Returns a text from its end to its beginning (`tac | rev`).
fn reversed(bytes: &[u8]) -> View {
    View {
        bytes: bytes.iter().rev().copied().collect(),
        places: (0..bytes.len()).rev().collect(),
    }
}

/// Returns a text with each line from its end to its beginning (`rev`).
fn reversed_lines(bytes: &[u8]) -> View {
    let mut places = Vec::with_capacity(bytes.len());
    let mut start = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let end = start + line.len();
        let text = end - usize::from(line.ends_with(b"\n"));
        places.extend((start..text).rev());
        places.extend(text..end);
        start = end;
    }
    View {
        bytes: places.iter().map(|place| bytes[*place]).collect(),
        places,
    }
}

/// Returns what stands in the text letter by letter, with these signs between: of `['s', 'e', 'c']`, `sec`.
fn listed(bytes: &[u8], between: &[u8]) -> Vec<View> {
    // An element may be escaped: `'\"'`.
    let letter = |at: usize| match bytes.get(at..at + 2) {
        Some([b'\\', next]) if !bytes[at..].starts_with(between) && next.is_ascii_graphic() => {
            at + 1
        }
        _ => at,
    };
    let (mut views, mut at) = (Vec::new(), 0);
    while at + 1 < bytes.len() {
        let mut places = vec![letter(at)];
        let mut next = letter(at) + 1;
        while bytes[next..].starts_with(between) && next + between.len() < bytes.len() {
            next = letter(next + between.len());
            places.push(next);
            next += 1;
        }
        if places.len() >= SHORTEST_RUN / 2 {
            at = next;
            views.push(View {
                bytes: places.iter().map(|place| bytes[*place]).collect(),
                places,
            });
        } else {
            at += 1;
        }
    }
    views
}

/// Returns the runs of Base64 and hexadecimal that are text, decoded. Both may be broken into lines.
fn encoded(bytes: &[u8]) -> Vec<(std::ops::Range<usize>, Vec<u8>)> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
    let (mut runs, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let mut end = at;
        while end < bytes.len()
            && (is_part(bytes[end])
                || bytes[end] == b'\n' && bytes.get(end + 1).is_some_and(|next| is_part(*next)))
        {
            end += 1;
        }
        if end - at >= SHORTEST_RUN {
            // Lines of words above and below a run would be taken for parts of it: each line alone, too.
            runs.push(at..end);
            let mut start = at;
            for line in bytes[at..end].split_inclusive(|byte| *byte == b'\n') {
                if line.len() >= SHORTEST_RUN && line.len() < end - at {
                    runs.push(start..start + line.len());
                }
                start += line.len();
            }
        }
        at = end.max(at + 1);
    }
    let decode = |run: std::ops::Range<usize>| {
        let letters: Vec<u8> = bytes[run.clone()]
            .iter()
            .copied()
            .filter(|byte| *byte != b'\n')
            .collect();
        let texts = [from_base64(&letters), from_hexadecimal(&letters)];
        texts
            .into_iter()
            .flatten()
            .map(|text| (run.clone(), text))
            .collect::<Vec<_>>()
    };
    runs.into_iter().flat_map(decode).collect()
}

/// Returns what letters of Base64 stand for, where that is text.
fn from_base64(letters: &[u8]) -> Option<Vec<u8>> {
    let number = |letter: u8| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    };
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for letter in letters.iter().take_while(|letter| **letter != b'=') {
        bits = bits << 6 | u32::from(number(*letter)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    std::str::from_utf8(&out).is_ok().then_some(out)
}

/// Returns what digits stand for, where that is text.
fn from_hexadecimal(letters: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(letters).ok()?;
    let whole = text.get(..text.len() / 2 * 2)?;
    let out: Option<Vec<u8>> = (0..whole.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(whole.get(at..at + 2)?, 16).ok())
        .collect();
    out.filter(|out| std::str::from_utf8(out).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "import os\nAWS_SECRET_ACCESS_KEY = \"wJalrXUtnFEMIzK7MDENGbPxRfiCYzQ3vbWq8tR2\"\nK = \"known-value-81\"\nP = \"\"\"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----\"\"\"\n";

    fn shown(text: &str) -> String {
        let redactor = Redactor::new(vec![("K".to_owned(), "known-value-81".to_owned())]);
        redactor.redact_views(redactor.redact_text(text))
    }

    fn wrapped(text: &str, width: usize) -> String {
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(width)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        lines.join("\n")
    }

    fn base64(text: &str) -> String {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let of = |three: &[u8]| {
            let bits = (0..3).fold(0_u32, |bits, at| {
                bits << 8 | u32::from(*three.get(at).unwrap_or(&0))
            });
            let letter = |at: usize| char::from(letters[(bits >> (18 - 6 * at) & 63) as usize]);
            (0..4)
                .map(|at| if at > three.len() { '=' } else { letter(at) })
                .collect::<String>()
        };
        text.as_bytes().chunks(3).map(of).collect()
    }

    #[test]
    fn what_programs_make_of_a_file_shows_no_secret() {
        let rev = FILE
            .lines()
            .map(|line| line.chars().rev().collect::<String>() + "\n");
        let listed: Vec<String> = FILE
            .chars()
            .map(|letter| format!("'{}'", letter.escape_default()))
            .collect();
        let texts = [
            rev.collect::<String>(),
            FILE.chars().rev().collect(),
            format!("[{}]", listed.join(", ")),
            FILE.chars().map(|letter| format!("{letter} ")).collect(),
            base64(FILE),
            format!("before it\n{}\n", wrapped(&base64(FILE), 76)),
            FILE.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ];
        for text in texts {
            let shown = shown(&text);
            let flat = |text: &str| text.replace(['\n', ' '], "").replace("','", "");
            let back: String = flat(&shown).chars().rev().collect();
            for secret in ["wJalrXUtnFEMIzK7", "known-value-81", "MIIEvQIBADANBg"] {
                let base = base64(secret);
                let parts = [secret, &base[..base.len() - 4]];
                for part in parts {
                    assert!(
                        !flat(&shown).contains(part) && !back.contains(part),
                        "{part}: {shown}"
                    );
                }
            }
            assert!(
                !shown.contains(
                    &FILE
                        .bytes()
                        .map(|byte| format!("{byte:02x}"))
                        .collect::<String>()
                )
            );
            assert!(
                shown.contains("[secret]") || shown.contains("[K]"),
                "{shown}"
            );
        }
    }

    #[test]
    fn what_holds_no_secret_stays_as_it_is() {
        let plain = "a b c d e f g h i j k l m n o p q r s\nintegrity sha512-9d7f3aab1cQ0b8Zk2Nn7J0m3o5p6q7r8s9t0uvwxyzABCDEFGHIJ==\n";
        for text in [
            plain.to_owned(),
            base64("only words that anybody may read, more than once"),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n".to_owned(),
            FILE[..10].repeat(4),
        ] {
            assert_eq!(shown(&text), text);
        }
    }
}

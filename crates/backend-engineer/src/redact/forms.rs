//! Secrets that are known by their form or by where they stand: tokens, web tokens, private keys, the password inside an
//! address, the value that code gives to a name which tells of a secret.

use crate::secrets::{is_usual_word, name_before, tells_of_secret};

/// The longest token that is looked for by its form, in bytes.
const LONGEST: usize = 512;

/// The longest body of a private key, in bytes: RSA of 8192 bits has 6,400.
pub(super) const LONGEST_KEY: usize = 8 << 10;

/// How much in front of a value is looked at to tell what it is, in bytes.
pub(super) const BEFORE: usize = 80;

/// Shorter values are words, not secrets; taking them out would blank half of every output.
pub(super) const SHORTEST: usize = 6;

/// A value of a telling name has at least so many letters to be taken for one that nobody made up as a word.
const RANDOM: usize = 20;

/// A value of letters of one case and digits (a hash, a key in hex) has at least so many.
const RANDOM_OF_FEW: usize = 32;

/// Tokens known by their beginning: the prefix, and how many letters of a token follow at least.
const FORMS: [(&str, usize); 22] = [
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("sk-", 32),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("ghu_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xapp-", 20),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 35),
    ("npm_", 36),
    ("pypi-", 40),
    ("hf_", 30),
    ("SG.", 40),
    ("dop_v1_", 40),
];

/// Last words of names in code whose value says where a secret lies, not what it is.
const PLACES: [&str; 7] = ["PATH", "FILE", "DIR", "URL", "URI", "ID", "CLASS"];

/// Returns what stands for the secret that begins at a place, and the secret's length; `before` is what stands there already.
pub(super) fn secret_at(before: &[u8], rest: &[u8]) -> Option<(String, usize)> {
    let begins_word = before.last().is_none_or(|byte| !is_token(*byte));
    if let Some(length) = begins_word.then(|| token(rest).or_else(|| web_token(rest))).flatten() {
        return Some(("[secret]".to_owned(), length));
    }
    match before.last()? {
        b':' => address_password(before, rest).map(|length| ("[password]".to_owned(), length)),
        b'-' => private_key(before, rest).map(|length| ("[private key]".to_owned(), length)),
        b'"' | b'\'' | b'`' | b'=' => assigned(before, rest),
        b' ' => credentials(before, rest).or_else(|| assigned(before, rest)),
        _ => None,
    }
}

/// Returns the length of the token that `bytes` begin with.
fn token(bytes: &[u8]) -> Option<usize> {
    let (prefix, least) = FORMS.iter().find(|(prefix, _)| bytes.starts_with(prefix.as_bytes()))?;
    let tail = &bytes[prefix.len()..bytes.len().min(LONGEST)];
    let length = tail.iter().take_while(|byte| is_token(**byte)).count();
    (length >= *least).then_some(prefix.len() + length)
}

/// Returns the length of a JSON web token, which begins with `{"` in Base64: header, claims and signature.
fn web_token(bytes: &[u8]) -> Option<usize> {
    if !bytes.starts_with(b"eyJ") {
        return None;
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = bytes.iter().take(LONGEST_KEY).take_while(|byte| is_part(byte) || **byte == b'.').count();
    let mut parts = bytes[..length].split(|byte| *byte == b'.');
    let (header, claims) = (parts.next()?, parts.next()?);
    (header.len() >= 12 && claims.len() >= 6 && parts.next().is_some()).then_some(length)
}

/// Returns the length of the body of a private key in PEM.
fn private_key(before: &[u8], rest: &[u8]) -> Option<usize> {
    if !before.ends_with(b"PRIVATE KEY-----") {
        return None;
    }
    let rest = &rest[..rest.len().min(LONGEST_KEY)];
    let is_body = |byte: u8| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=\\:,-".contains(&byte);
    let end = rest.windows(8).position(|part| part == b"-----END");
    let end = end.unwrap_or_else(|| rest.iter().take_while(|byte| is_body(**byte)).count());
    (end >= RANDOM_OF_FEW).then_some(end)
}

/// Returns the length of the password of an address: `scheme://user:password@host`.
fn address_password(before: &[u8], rest: &[u8]) -> Option<usize> {
    let near = &before[before.len().saturating_sub(BEFORE)..before.len() - 1];
    let scheme = near.windows(3).rposition(|part| part == b"://")?;
    let user = &near[scheme + 3..];
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`/<>()".contains(byte);
    if scheme == 0 || !near[scheme - 1].is_ascii_alphanumeric() || user.iter().any(|byte| ends(byte) || *byte == b'@') {
        return None;
    }
    let authority = &rest[..rest.iter().take(LONGEST).take_while(|byte| !ends(byte)).count()];
    let length = authority.iter().rposition(|byte| *byte == b'@')?;
    let value = std::str::from_utf8(&authority[..length]).ok()?;
    let is_placeholder = value.contains(['$', '{', '[', '%', '*']);
    let is_known = value.as_bytes() == user || is_usual_word(value);
    (length >= SHORTEST && !is_placeholder && !is_known).then_some(length)
}

/// Returns the placeholder and the length of what a header of a request gives as credentials: `Bearer 8f7d…`.
fn credentials(before: &[u8], rest: &[u8]) -> Option<(String, usize)> {
    const SCHEMES: [&[u8]; 3] = [b"bearer ", b"basic ", b"token "];
    let near = before[before.len().saturating_sub(BEFORE)..].to_ascii_lowercase();
    let is_given = SCHEMES.iter().any(|scheme| {
        let start = near.strip_suffix(*scheme).map(<[u8]>::trim_ascii_end);
        start.is_some_and(|start| start.last().is_some_and(|byte| b"\"'`:=".contains(byte)))
    });
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_.~-".contains(byte);
    let length = rest.iter().take(LONGEST).take_while(|byte| is_part(byte)).count();
    let value = std::str::from_utf8(&rest[..length]).ok()?;
    (is_given && length >= RANDOM && looks_random(value)).then(|| ("[credentials]".to_owned(), length))
}

/// Returns the placeholder and the length of a value that code or a listing gives to a name which tells of a secret, where it
/// looks like one that nobody made up: `AWS_SECRET_ACCESS_KEY = "wJalr…"`.
fn assigned(before: &[u8], rest: &[u8]) -> Option<(String, usize)> {
    let is_value = |byte: &u8| byte.is_ascii_graphic() && !b"\"'`{}<>()[],;".contains(byte);
    let length = rest.iter().take(LONGEST).take_while(|byte| is_value(byte)).count();
    let value = std::str::from_utf8(&rest[..length]).ok()?;
    let opening = before.last().filter(|byte| !matches!(byte, b'=' | b' '));
    let is_closed = opening.is_none_or(|quote| rest.get(length) == Some(quote));
    if length < RANDOM || !is_closed || !looks_random(value) {
        return None;
    }
    let name = name_before(&before[before.len().saturating_sub(BEFORE)..])?;
    let last = name.rsplit('_').next().unwrap_or_default().to_ascii_uppercase();
    (tells_of_secret(&name) && !PLACES.contains(&last.as_str())).then(|| (format!("[{name}]"), length))
}

/// Returns whether a value has the look of what a machine made: capitals, small letters and digits, or a long run of a few.
fn looks_random(value: &str) -> bool {
    let any = |test: fn(&u8) -> bool| value.as_bytes().iter().any(test);
    let kinds = [any(u8::is_ascii_uppercase), any(u8::is_ascii_lowercase)].iter().filter(|found| **found).count();
    let is_place = value.contains("://") || value.starts_with(['/', '.', '$', '%']) || value.contains("${");
    let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_long = is_plain && value.len() >= RANDOM_OF_FEW;
    !is_place && any(u8::is_ascii_digit) && (kinds == 2 || kinds == 1 && is_long)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

//! Secrets that are known by their form or by where they stand: tokens, web tokens, private keys, the password inside an
//! address, the value that code gives to a name which tells of a secret.

use std::sync::LazyLock;

use crate::secrets::{SHORTEST, is_secret_name, is_usual_word, name_before};

/// The longest token that is looked for by its form, in bytes.
const LONGEST: usize = 512;

/// The longest body of a private key, in bytes: RSA of 8192 bits has 6,400.
pub(super) const LONGEST_KEY: usize = 8 << 10;

/// The bytes in front of a value that are read to tell its kind.
pub(super) const BEFORE: usize = 80;

/// A value of a telling name has at least so many letters to be taken for one that nobody made up as a word.
const RANDOM: usize = 20;

/// A value of letters of one case and digits (a hash, a key in hex) has at least so many.
const RANDOM_OF_FEW: usize = 32;

/// Tokens known by their beginning: `forms.tsv`.
const TABLE: &str = include_str!("forms.tsv");

/// A kind of token that is known by how it begins.
struct Form {
    prefix: &'static [u8],
    /// Letters that follow at least.
    least: usize,
    letters: Letters,
}

/// Letters of a token behind its prefix.
#[derive(Clone, Copy)]
enum Letters {
    Word,
    Alphanumeric,
    Hexadecimal,
    Upper,
}

impl Letters {
    fn allows_byte(self, byte: u8) -> bool {
        match self {
            Letters::Word => is_token(byte),
            Letters::Alphanumeric => byte.is_ascii_alphanumeric(),
            Letters::Hexadecimal => byte.is_ascii_hexdigit(),
            Letters::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        }
    }
}

/// The rows; one that does not parse is left out, which a test would show.
static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| table_rows().filter_map(parse_form).collect());

/// The first letters of all prefixes: few places of a text have one.
static FIRST: LazyLock<[bool; 256]> = LazyLock::new(|| {
    let mut first = [false; 256];
    FORMS
        .iter()
        .for_each(|form| first[usize::from(form.prefix[0])] = true);
    first
});

fn table_rows() -> impl Iterator<Item = &'static str> {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
}

fn parse_form(row: &'static str) -> Option<Form> {
    let mut cells = row.split('\t');
    let (prefix, least, letters) = (cells.next()?, cells.next()?, cells.next()?);
    let letters = match letters {
        "word" => Letters::Word,
        "alnum" => Letters::Alphanumeric,
        "hex" => Letters::Hexadecimal,
        "upper" => Letters::Upper,
        _ => return None,
    };
    Some(Form {
        prefix: prefix.as_bytes(),
        least: least.parse().ok()?,
        letters,
    })
}

/// Last words of names in code whose value says where a secret lies, not what it is.
const PLACES: [&str; 7] = ["PATH", "FILE", "DIR", "URL", "URI", "ID", "CLASS"];

/// Returns what stands for the secret that begins at a place, and the secret's length; `before` is what stands there already.
pub(super) fn secret_at(before: &[u8], rest: &[u8]) -> Option<(String, usize)> {
    let begins_word = before.last().is_none_or(|byte| !is_token(*byte));
    if let Some(length) = begins_word
        .then(|| {
            token_length(rest)
                .or_else(|| web_token(rest))
                .or_else(|| parted_token_length(rest))
        })
        .flatten()
    {
        return Some(("[secret]".to_owned(), length));
    }
    match before.last()? {
        b'/' => webhook_secret_length(before, rest).map(|length| ("[secret]".to_owned(), length)),
        b':' => address_password(before, rest).map(|length| ("[password]".to_owned(), length)),
        b'-' => private_key(before, rest).map(|length| ("[private key]".to_owned(), length)),
        b'"' | b'\'' | b'`' | b'=' => find_assigned_secret(before, rest),
        b' ' => {
            find_header_credentials(before, rest).or_else(|| find_assigned_secret(before, rest))
        }
        _ => None,
    }
}

/// Returns the length of the token that `bytes` begin with.
fn token_length(bytes: &[u8]) -> Option<usize> {
    if !FIRST[usize::from(*bytes.first()?)] {
        return None;
    }
    let length = |form: &Form| {
        let tail = bytes.strip_prefix(form.prefix)?;
        let tail = &tail[..tail.len().min(LONGEST)];
        let length = tail
            .iter()
            .take_while(|byte| form.letters.allows_byte(**byte))
            .count();
        let is_whole = tail
            .get(length)
            .is_none_or(|next| !is_token(*next) || *next == b'.');
        (length >= form.least && is_whole).then_some(form.prefix.len() + length)
    };
    FORMS.iter().find_map(length)
}

/// Returns the length of a token that is made of parts with known lengths: of a bot of Telegram (`123456789:AA…`), of one of
/// Discord (`M….….…`), of Terraform (`….atlasv1.…`).
fn parted_token_length(bytes: &[u8]) -> Option<usize> {
    /// Letters behind the number of a bot.
    const BOT: usize = 35;
    let run = |from: usize, holds: fn(u8) -> bool| {
        bytes[from..]
            .iter()
            .take(LONGEST)
            .take_while(|byte| holds(**byte))
            .count()
    };
    let digits = run(0, |byte| byte.is_ascii_digit());
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if (8..=10).contains(&digits)
        && bytes[digits..].starts_with(b":AA")
        && run(digits + 1, is_part) == BOT
    {
        return Some(digits + 1 + BOT);
    }
    let first = run(0, is_part);
    if first == 14 && bytes[first..].starts_with(b".atlasv1.") {
        let length = first + ".atlasv1.".len();
        let rest = run(length, is_part);
        return (rest >= 60).then_some(length + rest);
    }
    if (24..=26).contains(&first)
        && matches!(bytes[0], b'M' | b'N' | b'O')
        && bytes.get(first) == Some(&b'.')
    {
        let second = run(first + 1, is_part);
        let from = first + second + 2;
        let is_there = second == 6 && bytes.get(from - 1) == Some(&b'.');
        return (is_there && run(from, is_part) >= 27).then(|| from + run(from, is_part));
    }
    None
}

/// Returns the length of the secret part of a hook's address: `hooks.slack.com/services/T…/B…/…`.
fn webhook_secret_length(before: &[u8], rest: &[u8]) -> Option<usize> {
    const HOOKS: [&[u8]; 3] = [
        b"hooks.slack.com/services/",
        b"discord.com/api/webhooks/",
        b"discordapp.com/api/webhooks/",
    ];
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-/".contains(byte);
    let length = rest
        .iter()
        .take(LONGEST)
        .take_while(|byte| is_part(byte))
        .count();
    (length >= RANDOM && HOOKS.iter().any(|hook| before.ends_with(hook))).then_some(length)
}

/// Returns the length of a JSON web token, which begins with `{"` in Base64: header, claims and signature.
fn web_token(bytes: &[u8]) -> Option<usize> {
    if !bytes.starts_with(b"eyJ") {
        return None;
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = bytes
        .iter()
        .take(LONGEST_KEY)
        .take_while(|byte| is_part(byte) || **byte == b'.')
        .count();
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
    let is_body = |byte: u8| {
        byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=\\:,-".contains(&byte)
    };
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
    if scheme == 0
        || !near[scheme - 1].is_ascii_alphanumeric()
        || user.iter().any(|byte| ends(byte) || *byte == b'@')
    {
        return None;
    }
    let authority = &rest[..rest
        .iter()
        .take(LONGEST)
        .take_while(|byte| !ends(byte))
        .count()];
    let length = authority.iter().rposition(|byte| *byte == b'@')?;
    let value = std::str::from_utf8(&authority[..length]).ok()?;
    let is_placeholder = value.contains(['$', '{', '[', '%', '*']);
    let is_known = value.as_bytes() == user || is_usual_word(value);
    (length >= SHORTEST && !is_placeholder && !is_known).then_some(length)
}

/// Returns the placeholder and the length of what a header of a request gives as credentials: `Bearer 8f7d…`.
fn find_header_credentials(before: &[u8], rest: &[u8]) -> Option<(String, usize)> {
    const SCHEMES: [&[u8]; 3] = [b"bearer ", b"basic ", b"token "];
    let near = before[before.len().saturating_sub(BEFORE)..].to_ascii_lowercase();
    let is_given = SCHEMES.iter().any(|scheme| {
        let start = near.strip_suffix(*scheme).map(<[u8]>::trim_ascii_end);
        start.is_some_and(|start| start.last().is_some_and(|byte| b"\"'`:=".contains(byte)))
    });
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=_.~-".contains(byte);
    let length = rest
        .iter()
        .take(LONGEST)
        .take_while(|byte| is_part(byte))
        .count();
    let value = std::str::from_utf8(&rest[..length]).ok()?;
    (is_given && length >= RANDOM && looks_random(value))
        .then(|| ("[credentials]".to_owned(), length))
}

/// Returns the placeholder and the length of a value that code or a listing gives to a name which tells of a secret, where it
/// looks like one that nobody made up: `AWS_SECRET_ACCESS_KEY = "wJalr…"`.
fn find_assigned_secret(before: &[u8], rest: &[u8]) -> Option<(String, usize)> {
    let is_value = |byte: &u8| byte.is_ascii_graphic() && !b"\"'`{}<>()[],;".contains(byte);
    let length = rest
        .iter()
        .take(LONGEST)
        .take_while(|byte| is_value(byte))
        .count();
    let value = std::str::from_utf8(&rest[..length]).ok()?;
    let opening = before.last().filter(|byte| !matches!(byte, b'=' | b' '));
    let is_closed = opening.is_none_or(|quote| rest.get(length) == Some(quote));
    let before = &before[before.len().saturating_sub(BEFORE)..];
    let is_random = length >= RANDOM && looks_random(value);
    let is_of_line = opening.is_none() && is_secret_of_line(before, value);
    let is_set = opening.is_some() && is_set_secret(before, value) || is_of_line;
    if !is_closed || !(is_random || is_set) {
        return None;
    }
    let name = name_before(before)
        .filter(|name| is_secret_name(name))
        .or_else(|| is_random.then(|| name_beside(before)).flatten())?;
    let last = name
        .rsplit('_')
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase();
    (is_secret_name(&name) && !PLACES.contains(&last.as_str()))
        .then(|| (format!("[{name}]"), length))
}

/// Returns the telling name that stands before a value with more between them than a sign: a type
/// (`api_secret: str = "…"`), or the call or the words that give the value where the name has none
/// (`os.environ.get("SECRET_KEY", "…")`, `process.env.JWT_SECRET || "…"`).
fn name_beside(before: &[u8]) -> Option<String> {
    /// Words between that are no names.
    const BETWEEN: [&str; 8] = [
        "or",
        "str",
        "string",
        "String",
        "SecretStr",
        "default",
        "value",
        "Final",
    ];
    let line = before.rsplit(|byte| *byte == b'\n').next()?;
    let text = std::str::from_utf8(line).ok()?;
    let trimmed = text.trim_end_matches(['"', '\'', '`', ' ']);
    let gives = trimmed.ends_with(['=', ',', '|', '?', ':']) || trimmed.ends_with(" or");
    let mut words = trimmed.rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let name = words.find(|word| !word.is_empty() && !BETWEEN.contains(word))?;
    (gives && is_secret_name(name)).then(|| name.to_owned())
}

/// Returns the name of a line of an environment file, wherever it is printed: `+OLD_SECRET=` of a diff.
fn name_of_line(before: &[u8]) -> Option<&str> {
    let line = before.rsplit(|byte| *byte == b'\n').next()?;
    let text = std::str::from_utf8(line).ok()?;
    let name = text.trim_start_matches(['+', '-', ' ']);
    let name = name.trim_start_matches("export ").strip_suffix('=')?;
    let is_constant = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (!name.is_empty() && name.bytes().all(is_constant)).then_some(name)
}

/// Returns whether a value is the secret of a line of an environment file, however readable it is.
fn is_secret_of_line(before: &[u8], value: &str) -> bool {
    /// Letters of the shortest passwords that rules for passwords commonly allow.
    const SHORTEST_PASSWORD: usize = 8;
    let has = |test: fn(&u8) -> bool| value.as_bytes().iter().any(test);
    let is_place =
        value.contains("://") || value.contains("${") || value.starts_with(['/', '.', '$', '%']);
    name_of_line(before).is_some_and(is_secret_name)
        && value.len() >= SHORTEST_PASSWORD
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !is_place
        && !is_usual_word(value)
}

/// Returns whether a setting's own name says that its quoted value is a secret, however short or readable that is:
/// `DB_PASSWORD = "…"`, `"dbPassword": "…"`. What code gives to a bare `password` is often an example's.
fn is_set_secret(before: &[u8], value: &str) -> bool {
    /// Letters of the shortest passwords that rules for passwords commonly allow.
    const SHORTEST_PASSWORD: usize = 8;
    /// Last words of such names, behind a word that says whose it is.
    const LAST: [&str; 6] = [
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "API_KEY",
        "APIKEY",
        "SECRET_KEY",
    ];
    let Some(name) = name_before(before) else {
        return false;
    };
    let upper = name.to_ascii_uppercase();
    let is_qualified = LAST
        .iter()
        .any(|last| upper.strip_suffix(last).is_some_and(|of| !of.is_empty()));
    let is_constant = name == upper;
    // A setting of a framework's own: `"PASSWORD": "…"`.
    let is_qualified = is_qualified || is_constant && LAST.contains(&upper.as_str());
    let is_key = {
        let bare = before.trim_ascii_end();
        let bare = bare[..bare.len() - 1].trim_ascii_end();
        bare.ends_with(b"\":") || bare.ends_with(b"':")
    };
    let has = |test: fn(&u8) -> bool| value.as_bytes().iter().any(test);
    let is_place =
        value.contains("://") || value.contains("${") || value.starts_with(['/', '.', '$', '%']);
    is_qualified
        && (is_constant || is_key)
        && value.len() >= SHORTEST_PASSWORD
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !is_place
        && !is_usual_word(value)
}

/// Returns whether a value has the look of what a machine made: capitals, small letters and digits, or a long run of a few.
fn looks_random(value: &str) -> bool {
    let any = |test: fn(&u8) -> bool| value.as_bytes().iter().any(test);
    let kinds = [any(u8::is_ascii_uppercase), any(u8::is_ascii_lowercase)]
        .iter()
        .filter(|found| **found)
        .count();
    let is_place =
        value.contains("://") || value.starts_with(['/', '.', '$', '%']) || value.contains("${");
    let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_long = is_plain && value.len() >= RANDOM_OF_FEW;
    !is_place && any(u8::is_ascii_digit) && (kinds == 2 || kinds == 1 && is_long)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_finds_its_tokens() {
        assert_eq!(FORMS.len(), table_rows().count());
        for form in FORMS.iter() {
            let letters = match form.letters {
                Letters::Word | Letters::Alphanumeric => "aB3",
                Letters::Hexadecimal => "a1c",
                Letters::Upper => "QZ7",
            };
            let prefix = String::from_utf8_lossy(form.prefix);
            let of = |length: usize| {
                format!(
                    "{prefix}{}",
                    letters.repeat(length).get(..length).unwrap_or_default()
                )
            };
            let whole = of(form.least.max(32));
            let found = secret_at(b"token = \"", format!("{whole}\"").as_bytes());
            assert_eq!(
                found.map(|(_, length)| length),
                Some(whole.len()),
                "{whole}"
            );
            let short = of(4);
            assert_eq!(
                secret_at(b"name = \"", format!("{short}\"").as_bytes()),
                None,
                "{short}"
            );
        }
    }

    #[test]
    fn tokens_of_parts_are_found_whole() {
        let bot = format!("123456789:AA{}", "xY3".repeat(11));
        let terraform = format!("abcdefghij1234.atlasv1.{}", "aB3".repeat(22));
        let discord = format!("M{}.aBc123.{}", "aB3".repeat(8), "xY9".repeat(9));
        for whole in [bot, terraform, discord] {
            let found = secret_at(b"t = \"", format!("{whole}\"").as_bytes());
            assert_eq!(
                found.map(|(_, length)| length),
                Some(whole.len()),
                "{whole}"
            );
        }
        let path = format!("T0ABCDEF/B0ABCDEF/{}", "aB3".repeat(8));
        let before = b"https://hooks.slack.com/services/";
        assert_eq!(
            secret_at(before, path.as_bytes()).map(|(_, length)| length),
            Some(path.len())
        );
        for text in [
            "123456789:AA",
            "NodeModulesOfTheProjectXX.parser.functions",
            "2026-12-02T10:00:00",
        ] {
            assert_eq!(secret_at(b"t = \"", text.as_bytes()), None, "{text}");
        }
    }
}

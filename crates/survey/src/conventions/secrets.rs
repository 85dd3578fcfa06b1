//! Where secrets come from: variables of the environment, settings, or, worst, the code itself.
//! Never a secret's value.
//!
//! ```text
//! jwt.sign(user, process.env.JWT_SECRET)     variable `JWT_SECRET` of the environment or configuration
//! SECRET_KEY: str = "change me"              setting `SECRET_KEY`, filled from the environment
//! const JWT_SECRET = "abc";                  `JWT_SECRET` stands in the code
//! ```
//!
//! Lines are read one by one; a value on the line behind its name is not seen.

use std::collections::BTreeMap;

use super::{Convention, ConventionContext, Hit, Topic, best_examples};

/// Words of names that hold secrets.
const WORDS: [&str; 7] = [
    "SECRET",
    "JWT_KEY",
    "PRIVATE_KEY",
    "API_KEY",
    "SIGNING_KEY",
    "secretOrKey",
    "PRIVATEKEY",
];

/// Ways to ask the environment or a configuration; the name stands behind each.
const ASKS: [&str; 12] = [
    "process.env.",
    "process.env[",
    "os.environ[",
    "os.environ.get(",
    "os.getenv(",
    "getenv(",
    "env(",
    "config(",
    "env.str(",
    ".getOrThrow(",
    "configService.get",
    "config.get(",
];

/// Returns where secrets come from, by how many lines say so, eight at most.
pub(super) fn read_secret_sources(ground: &ConventionContext<'_>) -> Vec<Convention> {
    let mut found: BTreeMap<String, Vec<Hit>> = BTreeMap::new();
    for (id, file) in ground.sources.files.iter().enumerate() {
        // A look at the whole text first: most files have none of the words.
        let holds = WORDS.iter().any(|word| file.text.contains(word));
        if file.is_test || !holds || !ground.is_backend(id) {
            continue;
        }
        for (line, text) in (1..).zip(file.text.lines()) {
            if let Some(what) = source_of_secret(text) {
                found.entry(what).or_default().push(Hit {
                    file: id,
                    line,
                    start: 0,
                });
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(what, hits)| (std::cmp::Reverse(hits.len()), what.clone()));
    let convention = |(what, hits): (String, Vec<Hit>)| Convention {
        topic: Topic::Secrets,
        layer: None,
        what,
        count: hits.len(),
        of: None,
        examples: best_examples(ground, &hits),
    };
    found.into_iter().take(8).map(convention).collect()
}

/// Returns where a line takes a secret from, in words; none where it takes none.
///
/// Reading comes before writing: a line that asks the environment is no secret in the code, even with a default.
fn source_of_secret(line: &str) -> Option<String> {
    let bare = line.trim();
    let is_note = bare.starts_with('#') || bare.starts_with("//") || bare.starts_with('*');
    if is_note || !WORDS.iter().any(|word| line.contains(word)) {
        return None;
    }
    for ask in ASKS {
        let Some((_, behind)) = line.split_once(ask) else {
            continue;
        };
        let name: String = behind
            .trim_start_matches(['<', '\'', '"', '(', '[', '`'])
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || "_.".contains(*letter))
            .collect();
        let is_secret = WORDS
            .iter()
            .any(|word| name.to_uppercase().contains(&word.to_uppercase()));
        // Three letters are no name of a secret, but the rest of a call.
        if is_secret && name.len() > 3 {
            return Some(format!(
                "variable `{name}` of the environment or configuration"
            ));
        }
    }
    // A type behind a colon tells of a field; what is then assigned is only its default.
    let is_typed = bare.split_once(':').is_some_and(|(name, kind)| {
        !name.contains('=')
            && ["str", "Str", "Secret"]
                .iter()
                .any(|known| kind.trim_start().starts_with(known))
    });
    // What is left may set a secret: `NAME = value`, `NAME: value`.
    let (left, right) = bare.split_once('=').or_else(|| bare.split_once(':'))?;
    let name = left
        .trim()
        .trim_start_matches("export ")
        .trim_start_matches("const ")
        .split([':', ' '])
        .next()?;
    let is_name = WORDS.iter().any(|word| name.contains(word))
    // More than a name on the left is a comparison, a call or a condition.
        && name
            .chars()
            .all(|letter| letter.is_alphanumeric() || "_.\"'".contains(letter));
    let right = right.trim();
    if !is_name {
        return None;
    }
    let name = name.trim_matches(['"', '\'']);
    if is_typed {
        return Some(format!("setting `{name}`, filled from the environment"));
    }
    let is_text = right.starts_with(['\'', '"'])
        && !right
            .trim_end_matches([',', ';'])
            .trim_matches(['\'', '"'])
            .is_empty();
    is_text.then(|| format!("`{name}` stands in the code"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_of_secrets() {
        let cases = [
            (
                "  secret: process.env.JWT_SECRET || 'x',",
                Some("variable `JWT_SECRET` of the environment or configuration"),
            ),
            (
                "SECRET_KEY = os.environ.get(\"SECRET_KEY\", \"\")",
                Some("variable `SECRET_KEY` of the environment or configuration"),
            ),
            (
                "    SECRET_KEY: str = secrets.token_urlsafe(32)",
                Some("setting `SECRET_KEY`, filled from the environment"),
            ),
            (
                "SECRET_KEY = 'abc'",
                Some("`SECRET_KEY` stands in the code"),
            ),
            ("# SECRET_KEY = 1", None),
            ("print(SECRET)", None),
        ];
        for (line, expected) in cases {
            assert_eq!(source_of_secret(line).as_deref(), expected, "{line}");
        }
    }
}

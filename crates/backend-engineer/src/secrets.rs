//! Secrets that lie in a repository: the values of its environment files, known by their names, so that no output shows
//! them. A value that says nothing secret by its name (`DEBUG=1`) stays readable.

mod masks;

use std::path::Path;

pub(crate) use masks::Masks;

/// Parts of names that tell of a secret.
const TELLING: [&str; 10] = [
    "KEY",
    "SECRET",
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "PRIVATE",
    "AUTH",
    "SALT",
];

/// Last words of names that tell of something else about a secret: how long it lasts, whose it is.
const BESIDE: [&str; 34] = [
    "NAME",
    "USER",
    "USERNAME",
    "HOST",
    "HOSTNAME",
    "PORT",
    "DOMAIN",
    "ALGORITHM",
    "ALG",
    "EXPIRY",
    "EXPIRES",
    "EXPIRE",
    "EXPIRATION",
    "TTL",
    "LIFETIME",
    "SECONDS",
    "MINUTES",
    "HOURS",
    "DAYS",
    "IN",
    "ENABLED",
    "REQUIRED",
    "MODE",
    "TYPE",
    "SCHEME",
    "BACKEND",
    "PREFIX",
    "HEADER",
    "ISSUER",
    "AUDIENCE",
    "REGION",
    "LENGTH",
    "ROUNDS",
    "COOKIE",
];

/// Words that stand where nobody has set a secret yet, or that services come with.
const USUAL: [&str; 36] = [
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "sqlite",
    "redis",
    "mongo",
    "mongodb",
    "rabbitmq",
    "elastic",
    "minio",
    "minioadmin",
    "root",
    "admin",
    "administrator",
    "guest",
    "user",
    "username",
    "password",
    "passwd",
    "secret",
    "token",
    "changeme",
    "change-me",
    "test",
    "testing",
    "example",
    "localhost",
    "default",
    "development",
    "production",
    "staging",
    "database",
    "django",
    "docker",
    "string",
];

/// The largest environment file that is looked at, in bytes.
const LARGEST: u64 = 256 << 10;

/// Shorter values are words, not secrets; taking them out would blank half of every output.
pub(crate) const SHORTEST: usize = 6;

/// A value that must not be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Secret {
    pub(crate) name: String,
    pub(crate) value: String,
    /// The value is a word that stands for other things as well: it is taken out only where it stands as a secret.
    pub(crate) is_word: bool,
}

/// Returns what must not be shown of the repository's environment files.
pub(crate) fn of_files(root: &Path, environments: &[String]) -> Vec<Secret> {
    let files = environments.iter().map(|path| root.join(path));
    let read = |file: std::path::PathBuf| {
        String::from_utf8(survey::read_regular(&file, LARGEST).ok()?).ok()
    };
    let texts: Vec<String> = files.filter_map(read).collect();
    parse_secrets(&texts.join("\n"))
}

/// Returns whether a file holds keys by its name: it is neither shown nor searched.
pub(crate) fn holds_keys(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let example = ["example", "sample", "template", "dist", "defaults"]
        .iter()
        .any(|word| name.contains(word));
    let environment = name == ".env" || name.starts_with(".env.") || name.ends_with(".env");
    let keys = [
        ".pem",
        ".key",
        ".p12",
        ".pfx",
        ".jks",
        ".keystore",
        ".kdbx",
        ".ppk",
    ];
    let known = [
        "id_rsa",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
        ".netrc",
        ".pgpass",
        ".npmrc",
        ".pypirc",
        ".htpasswd",
        ".git-credentials",
        "credentials.json",
        "secrets.json",
        "secrets.yml",
        "secrets.yaml",
        "secrets.toml",
    ];
    environment && !example
        || keys.iter().any(|ending| name.ends_with(ending))
        || known.contains(&name.as_str())
}

/// Returns whether what stands before and after a value gives it as a secret: `DB_PASSWORD=value`, `password: "value"`,
/// `user:value@host`.
pub(crate) fn stands_as_secret(before: &[u8], after: &[u8]) -> bool {
    let is_whole = |byte: Option<&u8>| {
        byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-'))
    };
    if !is_whole(before.last()) || !is_whole(after.first()) {
        return false;
    }
    if before.ends_with(b":") && after.starts_with(b"@") {
        return true;
    }
    name_before(before).is_some_and(|name| is_secret_name(&name))
}

/// Returns the name to which what follows is given: of `DB_PASSWORD=`, `password: "`, `const apiKey = '`.
pub(crate) fn name_before(before: &[u8]) -> Option<String> {
    let trimmed = before.trim_ascii_end();
    let bare = |bytes: &[u8]| {
        bytes
            .iter()
            .rposition(|byte| !matches!(byte, b'"' | b'\'' | b'`' | b' '))
            .map_or(0, |at| at + 1)
    };
    let head = &trimmed[..bare(trimmed)];
    let name = head
        .strip_suffix(b"=")
        .or_else(|| head.strip_suffix(b":"))?;
    let name = &name[..bare(name)];
    let from = name
        .iter()
        .rposition(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
        .map_or(0, |at| at + 1);
    Some(String::from_utf8_lossy(&name[from..]).into_owned())
}

/// Returns whether a value is a word that stands where nobody has set a secret yet.
pub(crate) fn is_usual_word(value: &str) -> bool {
    USUAL.contains(&value.to_lowercase().as_str())
}

/// Returns whether a value is written like a short word (`update`, `public`): code is full of those, and a generated secret
/// of so few letters has capitals and digits among them.
fn is_short_word(value: &str) -> bool {
    /// Letters of the shortest passwords that rules for passwords commonly allow.
    const SHORTEST_PASSWORD: usize = 8;
    value.len() < SHORTEST_PASSWORD && value.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Returns whether a name says that its value is a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let upper = name.trim().to_ascii_uppercase();
    let last = upper.rsplit('_').next().unwrap_or(&upper);
    TELLING.iter().any(|part| upper.contains(part)) && !BESIDE.contains(&last)
}

/// Returns the secret values of a text of `NAME=value` lines.
fn parse_secrets(text: &str) -> Vec<Secret> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut harmless: Vec<&str> = Vec::new();
    for line in text.lines() {
        let line = line.trim().trim_start_matches("export ");
        let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let value = value.trim().trim_matches(['"', '\'']);
        let (name, own) = (name.trim().to_owned(), password_of_url(value));
        harmless.extend(parts_of_address(value));
        match own {
            Some(password) => found.push((name, password.to_owned())),
            None if is_secret_name(&name) && !is_plain_address(value) => {
                found.push((name, value.to_owned()))
            }
            None => harmless.push(value),
        }
    }
    let is_word = |value: &str| {
        harmless.contains(&value)
            || is_usual_word(value)
            || is_short_word(value)
            || value.parse::<f64>().is_ok()
    };
    found
        .into_iter()
        .map(|(name, value)| Secret {
            is_word: is_word(&value),
            name,
            value,
        })
        .collect()
}

/// Returns the user, host and database of an address.
fn parts_of_address(value: &str) -> Vec<&str> {
    let Some((scheme, rest)) = value.split_once("://") else {
        return Vec::new();
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let user = user.split(':').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let database = path.split(['?', '/']).next().unwrap_or_default();
    [scheme, user, host, database]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect()
}

/// Returns whether a value is an address without anything in it that could be a secret.
fn is_plain_address(value: &str) -> bool {
    /// Shorter pieces of an address are words.
    const WORD: usize = 20;
    let longest = value
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .map(str::len)
        .max()
        .unwrap_or(0);
    value.contains("://") && !value.contains(['@', '?', '=']) && longest < WORD
}

/// Returns the password in an address such as `postgres://user:password@host/db`.
fn password_of_url(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let (user, _) = rest.split('/').next()?.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_by_its_name_is_found() {
        /// Name, value, and whether it is a word.
        type Found = &'static [(&'static str, &'static str, bool)];
        let cases: [(&str, Found); 13] = [
            (
                "# SECRET=no\nDEBUG=1\nexport API_KEY='abc def'\n",
                &[("API_KEY", "abc def", false)],
            ),
            (
                "DATABASE_URL=postgres://u:pw-1234@db:5432/x\nURL=http://x/y\n",
                &[("DATABASE_URL", "pw-1234", false)],
            ),
            (
                "DB_USER=orders_app\nDB_PASSWORD=orders_app\n",
                &[("DB_PASSWORD", "orders_app", true)],
            ),
            (
                "DATABASE_URL=postgresql://shopuser:shopuser@localhost/shop\n",
                &[("DATABASE_URL", "shopuser", true)],
            ),
            (
                "DB_PASSWORD=postgres\n",
                &[("DB_PASSWORD", "postgres", true)],
            ),
            (
                "DB_NAME=inventory\nSECRET_KEY=inventory\n",
                &[("SECRET_KEY", "inventory", true)],
            ),
            (
                "DB_PASSWORD=swordfish-42\n",
                &[("DB_PASSWORD", "swordfish-42", false)],
            ),
            (
                "TOKEN_EXPIRE_MINUTES=120000\nJWT_SECRET_ALGORITHM=HS256-RSA\n",
                &[],
            ),
            ("KEYCLOAK_URL=http://keycloak:8080/auth\n", &[]),
            (
                "AUTH_HOOK=https://hooks.example.com/T0/abcdefghij0123456789abcd\n",
                &[(
                    "AUTH_HOOK",
                    "https://hooks.example.com/T0/abcdefghij0123456789abcd",
                    false,
                )],
            ),
            ("SECRET_KEY=update\n", &[("SECRET_KEY", "update", true)]),
            ("SECRET_KEY=up8ate\n", &[("SECRET_KEY", "up8ate", false)]),
            (
                "PASSWORD=supersecretvalue\n",
                &[("PASSWORD", "supersecretvalue", false)],
            ),
        ];
        for (text, expected) in cases {
            let found = parse_secrets(text);
            let found: Vec<_> = found
                .iter()
                .map(|one| (one.name.as_str(), one.value.as_str(), one.is_word))
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_word_is_a_secret_only_where_it_stands_as_one() {
        let cases = [
            ("sqlalchemy.dialects.", "ql: no such table", false),
            ("connecting to database ", " as postgres", false),
            ("DB_PASSWORD=", "\n", true),
            ("{\"password\": \"", "\"}", true),
            ("postgres://postgres:", "@db/postgres", true),
            ("postgres://", ":x@db", false),
            ("POSTGRES_USER=", "", false),
        ];
        for (before, after, expected) in cases {
            assert_eq!(
                stands_as_secret(before.as_bytes(), after.as_bytes()),
                expected,
                "{before}…{after}"
            );
        }
    }

    #[test]
    fn the_environment_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "TOKEN=in-a-file\n").unwrap();
        let found = of_files(folder.path(), &[".env".to_owned(), "gone.env".to_owned()]);
        assert_eq!(
            found,
            [Secret {
                name: "TOKEN".to_owned(),
                value: "in-a-file".to_owned(),
                is_word: false
            }]
        );
    }
}

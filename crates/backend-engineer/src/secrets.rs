//! Secrets that lie in a repository: the values of its environment files, known by their names, so that no output shows
//! them. A value that says nothing secret by its name (`DEBUG=1`) stays readable.

use std::path::Path;

/// Parts of names that tell of a secret.
const TELLING: [&str; 10] =
    ["KEY", "SECRET", "TOKEN", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "PRIVATE", "AUTH", "SALT"];

/// The largest environment file that is looked at, in bytes.
const LARGEST: u64 = 256 << 10;

/// Returns names and values of what must not be shown, from the repository's environment files.
pub(crate) fn of_files(root: &Path, environments: &[String]) -> Vec<(String, String)> {
    let files = environments.iter().map(|path| root.join(path));
    let sane = files.filter(|file| file.metadata().is_ok_and(|found| found.is_file() && found.len() <= LARGEST));
    let texts = sane.filter_map(|file| std::fs::read_to_string(file).ok());
    texts.flat_map(|text| secrets(&text)).collect()
}

/// The secret values of a text of `NAME=value` lines.
fn secrets(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim().trim_start_matches("export ");
        let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else { continue };
        let value = value.trim().trim_matches(['"', '\'']);
        let upper = name.trim().to_ascii_uppercase();
        if TELLING.iter().any(|part| upper.contains(part)) {
            found.push((name.trim().to_owned(), value.to_owned()));
        } else if let Some(password) = password(value) {
            found.push((name.trim().to_owned(), password.to_owned()));
        }
    }
    found
}

/// The password in an address such as `postgres://user:password@host/db`.
fn password(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let (user, _) = rest.split('/').next()?.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_by_its_name_is_found() {
        let text = "# SECRET=no\nDEBUG=1\nexport API_KEY='abc def'\nDATABASE_URL=postgres://u:pw-1234@db:5432/x\nURL=http://x/y\n";
        let expected = [("API_KEY", "abc def"), ("DATABASE_URL", "pw-1234")];
        let found = secrets(text);
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn the_environment_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".env"), "TOKEN=in-a-file\n").unwrap();
        let found = of_files(folder.path(), &[".env".to_owned(), "gone.env".to_owned()]);
        assert_eq!(found, [("TOKEN".to_owned(), "in-a-file".to_owned())]);
    }
}

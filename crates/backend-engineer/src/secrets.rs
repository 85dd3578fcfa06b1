//! Secrets that lie in a repository: the values of its environment files, known by their names, so that no output shows
//! them. A value that says nothing secret by its name (`DEBUG=1`) stays readable.

use std::path::{Path, PathBuf};

/// Parts of names that tell of a secret.
const TELLING: [&str; 10] =
    ["KEY", "SECRET", "TOKEN", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "PRIVATE", "AUTH", "SALT"];

/// The largest environment file that is looked at, in bytes.
const LARGEST: u64 = 256 << 10;

/// Names and values of what must not be shown, from the environment files at the root and in the folders below it.
pub(crate) fn of_repository(root: &Path) -> Vec<(String, String)> {
    let mut files = environment_files(root);
    for folder in folders(root) {
        files.extend(environment_files(&folder));
        files.extend(folders(&folder).iter().flat_map(|inner| environment_files(inner)));
    }
    let texts = files.iter().filter_map(|file| std::fs::read_to_string(file).ok());
    texts.flat_map(|text| secrets(&text)).collect()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let passed_over = |name: &str| name.starts_with('.') || matches!(name, "node_modules" | "venv" | "__pycache__");
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let within = entries.filter(|entry| {
        entry.file_type().is_ok_and(|kind| kind.is_dir()) && !passed_over(&entry.file_name().to_string_lossy())
    });
    within.map(|entry| entry.path()).collect()
}

fn environment_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let files = entries.filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let sane = entry.metadata().is_ok_and(|found| found.is_file() && found.len() <= LARGEST);
        sane && (name == ".env" || name.starts_with(".env.") || name.ends_with(".env")) && !name.contains("example")
    });
    files.map(|entry| entry.path()).collect()
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
    fn the_files_of_packages_are_looked_at_and_examples_are_not() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("apps/api")).unwrap();
        std::fs::write(folder.path().join("apps/api/.env.local"), "TOKEN=in-a-package\n").unwrap();
        std::fs::write(folder.path().join(".env.example"), "TOKEN=example-value\n").unwrap();
        let found = of_repository(folder.path());
        assert_eq!(found, [("TOKEN".to_owned(), "in-a-package".to_owned())]);
    }
}

//! The workspace's Rust files, and their code without comments, texts and test modules.

use std::fs;
use std::path::{Path, PathBuf};

/// A Rust file of the workspace.
pub(crate) struct Source {
    /// The crate that it belongs to.
    pub(crate) package: String,
    /// From the workspace's folder.
    pub(crate) path: String,
    /// As it stands on disk.
    pub(crate) text: String,
    /// The same lines, with comments, texts and test modules blank.
    pub(crate) code: String,
    /// It ends up in the program: no test, bench or example.
    pub(crate) is_production: bool,
}

impl Source {
    pub(crate) fn new(package: &str, path: &str, text: String) -> Self {
        let is_production =
            path.contains("/src/") && !path.ends_with("/tests.rs") && !path.contains("/tests/");
        let code = without_test_modules(&without_comments_and_texts(&text));
        Self {
            package: package.to_owned(),
            path: path.to_owned(),
            text,
            code,
            is_production,
        }
    }

    /// Lines outside test modules, comments and blank lines included.
    pub(crate) fn production_lines(&self) -> usize {
        let code = without_comments_and_texts(&self.text);
        mark_test_modules(&code)
            .iter()
            .filter(|(_, in_test)| !in_test)
            .count()
    }
}

pub(crate) fn workspace() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    folder.canonicalize().expect("the workspace")
}

/// Every Rust file below `crates/`, by path.
pub(crate) fn sources() -> Vec<Source> {
    let root = workspace();
    let mut found = Vec::new();
    collect(&root, &root.join("crates"), &mut found);
    found.sort_by(|left, right| left.path.cmp(&right.path));
    assert!(
        found.len() > 20,
        "only {} files: is this the workspace?",
        found.len()
    );
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let place = entry.expect("an entry").path();
        let path = place
            .strip_prefix(root)
            .expect("inside")
            .to_string_lossy()
            .into_owned();
        if place.is_dir() {
            // Projects that tests work on are not of this house.
            let is_foreign = path.contains("/tests/") && !path.contains("/tests/it");
            if !is_foreign && !path.ends_with("/target") {
                collect(root, &place, found);
            }
        } else if path.ends_with(".rs") {
            let package = path.split('/').nth(1).unwrap_or_default().to_owned();
            found.push(Source::new(
                &package,
                &path,
                fs::read_to_string(&place).expect("readable"),
            ));
        }
    }
}

/// The text with comments and the insides of literals blank; lines stay where they are.
pub(crate) fn without_comments_and_texts(text: &str) -> String {
    let mut rest = text;
    let mut code = String::with_capacity(text.len());
    while let Some(first) = rest.chars().next() {
        let skipped = skipped_length(rest, code.chars().next_back());
        if skipped == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(
                rest[..skipped]
                    .chars()
                    .map(|letter| if letter == '\n' { '\n' } else { ' ' }),
            );
            rest = &rest[skipped..];
        }
    }
    code
}

/// How many bytes at the start of `rest` are a comment or a literal.
fn skipped_length(rest: &str, before: Option<char>) -> usize {
    let in_name = before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    if rest.starts_with('"') {
        return quoted_length(rest, '"');
    }
    if rest.starts_with('r') && !in_name {
        let hashes = rest[1..]
            .chars()
            .take_while(|letter| *letter == '#')
            .count();
        if rest[1 + hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let start = hashes + 2;
            return rest[start..]
                .find(&end)
                .map_or(rest.len(), |at| start + at + end.len());
        }
    }
    if rest.starts_with('\'') {
        // A lifetime has no second quote behind one letter.
        let mut letters = rest.chars().skip(1);
        let is_letter = match (letters.next(), letters.next()) {
            (Some('\\'), _) => true,
            (Some(_), Some(end)) => end == '\'',
            _ => false,
        };
        return if is_letter {
            quoted_length(rest, '\'')
        } else {
            0
        };
    }
    0
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return at + quote.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// Each line, and whether it belongs to a test module written in the file.
fn mark_test_modules(code: &str) -> Vec<(&str, bool)> {
    let mut marked = Vec::new();
    let mut end: Option<String> = None;
    let mut lines = code.lines().peekable();
    while let Some(line) = lines.next() {
        let indentation = &line[..line.len() - line.trim_start().len()];
        let opens = lines
            .peek()
            .is_some_and(|next| next.trim_start().starts_with("mod ") && next.contains('{'));
        if end.is_none() && line.trim() == "#[cfg(test)]" && opens {
            end = Some(format!("{indentation}}}"));
        }
        marked.push((line, end.is_some()));
        if end.as_deref() == Some(line.trim_end()) {
            end = None;
        }
    }
    marked
}

fn without_test_modules(code: &str) -> String {
    let lines: Vec<&str> = mark_test_modules(code)
        .into_iter()
        .map(|(line, in_test)| if in_test { "" } else { line })
        .collect();
    lines.join("\n")
}

#[test]
fn only_code_is_left() {
    let text = "use a; // crate::b\nlet x = \"crate::c \\\" \"; let q = '\"'; fn f<'a>() {}\n/* crate::d */ r#\"crate::e\"#\n\
                #[cfg(test)]\nmod tests {\n    use crate::f;\n}\nuse crate::g;\n";
    let source = Source::new("plan", "crates/plan/src/x.rs", text.to_owned());
    assert!(
        !source.code.contains("crate::b") && !source.code.contains("crate::f"),
        "{}",
        source.code
    );
    assert!(source.code.contains("fn f<'a>() {}"), "{}", source.code);
    assert_eq!(source.code.matches("crate::").count(), 1);
    assert_eq!(source.code.lines().nth(7), Some("use crate::g;"));
    assert_eq!(source.production_lines(), 4);
}

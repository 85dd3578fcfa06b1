//! Checks that a block is written in the language of its file.
//!
//! ```text
//! fence        file           block
//! python       settings.toml  import os          refused: it runs, and the file is data
//! python       app.ts         def f(): pass      refused: it does not parse as the file's language
//! python       app.ts         x = 1              passes: it parses as both
//! ```

use crate::items::{Source, parse_source};
use crate::languages::{Kind, Language};
use crate::{File, Snippet};

/// Names in fences of the languages that are read here.
const FENCES: [(&str, Language); 13] = [
    ("python", Language::Python),
    ("py", Language::Python),
    ("python3", Language::Python),
    ("typescript", Language::TypeScript),
    ("ts", Language::TypeScript),
    ("mts", Language::TypeScript),
    ("tsx", Language::Tsx),
    ("javascript", Language::Tsx),
    ("js", Language::Tsx),
    ("jsx", Language::Tsx),
    ("mjs", Language::Tsx),
    ("cjs", Language::Tsx),
    ("node", Language::Tsx),
];

/// Endings of files that hold data, settings or another language's code, never Python or a script.
const OTHERS: [&str; 16] = [
    "toml",
    "yaml",
    "yml",
    "json",
    "ini",
    "cfg",
    "conf",
    "properties",
    "sql",
    "prisma",
    "graphql",
    "gql",
    "css",
    "scss",
    "csv",
    "lock",
];

/// Returns why the block is no content of the file, where it is plainly of another language.
///
/// `None` where the fence names no language that is read here, or where the block does not parse in
/// it.
pub(crate) fn explain_language_mismatch(file: &File<'_>, snippet: &Snippet<'_>) -> Option<String> {
    let name = file.path.rsplit('/').next().unwrap_or(file.path);
    let holds_variables = name == ".env" || name.starts_with(".env.") || name.ends_with(".env");
    if holds_variables && file.text.is_none() && !snippet.text.lines().any(sets_variable) {
        return Some(format!(
            "no line of the block sets a variable, as the lines of {} do",
            file.path
        ));
    }
    let fence = snippet.language.to_ascii_lowercase();
    let (_, shown) = FENCES.iter().find(|(called, _)| *called == fence)?;
    let source = parse_source(snippet.text, *shown).filter(|source| !source.has_error())?;
    let ending = name
        .rsplit_once('.')
        .map_or("", |(_, ending)| ending)
        .to_ascii_lowercase();
    let differs = match Language::of_path(file.path) {
        Some(own) => {
            let is_python = |language: Language| language == Language::Python;
            let reads = |source: Source<'_>| !source.has_error();
            is_python(own) != is_python(*shown)
                && !parse_source(snippet.text, own).is_some_and(reads)
        }
        None => {
            let is_data = OTHERS.contains(&ending.as_str())
                || holds_variables
                || matches!(name, "Dockerfile" | "Makefile");
            is_data && has_executable_statements(&source)
        }
    };
    differs.then(|| {
        format!(
            "the block is {}, and {} is not",
            snippet.language, file.path
        )
    })
}

/// Returns whether a line gives a variable its value.
///
/// `NAME=`, `export NAME=1`, and `# NAME=1`, which a template of variables may have.
fn sets_variable(line: &str) -> bool {
    let line = line.trim().trim_start_matches('#').trim_start();
    let (name, _) = line
        .strip_prefix("export ")
        .unwrap_or(line)
        .split_once('=')
        .unwrap_or_default();
    !name.is_empty()
        && name
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || matches!(one, '_' | '.' | '-'))
}

/// Returns whether a text has statements that run: settings and data have none.
fn has_executable_statements(source: &Source<'_>) -> bool {
    let acts = |kind: Kind| {
        matches!(
            kind,
            Kind::Import | Kind::Function | Kind::Class | Kind::Call | Kind::Guard
        )
    };
    let items = source.items(source.root());
    items.iter().any(|item| {
        acts(item.kind)
            || item.kind == Kind::Statement && item.node.kind() != "expression_statement"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_of_another_language_is_no_content() {
        for (path, language, text) in [
            (".env", "python", "def test_a():\n    assert 1\n"),
            (".env", "", "def test_a():\n    assert 1\n"),
            ("config.toml", "python", "from app import a\n\na.run()\n"),
            ("app/a.py", "typescript", "export const a: number = 1;\n"),
            ("src/a.ts", "python", "def a(x):\n    return x\n"),
            ("docker-compose.yml", "ts", "import a from './a';\n"),
            ("a.json", "python", "assert LIMITS == {\n    'a': 1,\n}\n"),
        ] {
            assert!(
                explain_language_mismatch(&File { path, text: None }, &Snippet { text, language })
                    .is_some(),
                "{path} {language}"
            );
        }
    }

    #[test]
    fn what_may_be_its_content_is_left_alone() {
        for (path, language, text) in [
            (".env", "bash", "# keys\nexport A=1\n"),
            (".env.example", "python", "A=1\nB=x\n"),
            (".env", "", "# A=1\n"),
            ("a.yaml", "python", "name: value\nother: 1\n"),
            ("tsconfig.json", "js", "{\n  \"a\": 1\n}\n"),
            ("src/a.ts", "javascript", "export const a = 1;\n"),
            ("src/a.ts", "python", "x = 1\n"),
            ("app/a.py", "", "export const a = 1;\n"),
            ("README.md", "python", "import a\n"),
            ("src/App.vue", "typescript", "import a from 'a';\n"),
            ("app/a.py", "json", "{}\n"),
        ] {
            assert_eq!(
                explain_language_mismatch(&File { path, text: None }, &Snippet { text, language }),
                None,
                "{path} {language}"
            );
        }
    }
}

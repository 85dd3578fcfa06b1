//! Signs by which code, words and paths are told: of tests, of an implementation, of a file's own name.

/// Returns whether the words name a file by its stem: "the run lifecycle", `ReviewMode`, "(score.py)".
pub(super) fn says_stem(words: &str, path: &str) -> bool {
    let stem = path
        .rsplit('/')
        .next()
        .unwrap_or("")
        .split('.')
        .next()
        .unwrap_or("")
        .to_lowercase();
    let bare = stem
        .trim_start_matches("test_")
        .trim_end_matches("_test")
        .replace(['_', '-'], "");
    if bare.len() < 4
        || matches!(
            bare.as_str(),
            "index" | "main" | "init" | "test" | "types" | "utils"
        )
    {
        return false;
    }
    let parts: Vec<&str> = words
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    (1..=4).any(|count| parts.windows(count).any(|run| run.concat() == bare))
}

/// Returns whether the block defines something that bears the file's name.
pub(super) fn defines_stem(text: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    let stem: String = name
        .rsplit_once('.')
        .map_or(name, |(stem, _)| stem)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase();
    if stem.len() < 5 {
        return false;
    }
    text.lines().any(|line| {
        let mut words = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let defines = words.clone().take(4).any(|word| {
            matches!(
                word,
                "class"
                    | "def"
                    | "function"
                    | "interface"
                    | "struct"
                    | "const"
                    | "type"
                    | "enum"
                    | "fn"
                    | "func"
                    | "trait"
                    | "object"
            )
        });
        defines
            && !line.starts_with([' ', '\t'])
            && words.any(|word| word.replace('_', "").to_lowercase() == stem)
    })
}

pub(super) fn says_test(words: &str) -> bool {
    ["test", "测试", "prueba", "тест", "テスト", "테스트", "spec"]
        .iter()
        .any(|word| words.contains(word))
}

pub(super) fn says_implement(words: &str) -> bool {
    [
        "implement",
        "make it pass",
        "make the test pass",
        "make them pass",
        "minimal",
        "to pass",
        "实现",
        "реализ",
        "реаліз",
    ]
    .iter()
    .any(|word| words.contains(word))
}

/// Returns whether code is that of tests.
pub(crate) fn is_test_code(text: &str) -> bool {
    let signs = [
        "def test_",
        "async def test_",
        "import pytest",
        "describe(",
        "it('",
        "it(\"",
        "test('",
        "test(\"",
        "func Test",
        "@Test",
        "from 'vitest'",
        "from \"vitest\"",
        "bun:test",
        "node:test",
        "class Test",
        "[Fact]",
        "#[tokio::test]",
        "XCTestCase",
        "RSpec.describe",
        "expect(",
    ];
    text.lines().any(|line| {
        signs.iter().any(|sign| {
            line.trim_start().starts_with(sign)
                || sign.starts_with("from") && line.contains(sign)
                || sign.contains(':') && line.contains(sign)
        })
    })
}

/// Returns whether a path is that of a text for people.
pub(super) fn is_document(path: &str) -> bool {
    matches!(
        crate::languages::extension_of_name(path.rsplit('/').next().unwrap_or("")).as_str(),
        "md" | "mdx" | "rst" | "adoc"
    )
}

/// Returns whether a file holds an environment's variables: `.env`, `.env.local`.
pub(super) fn is_dotenv(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    name == ".env" || name.starts_with(".env.")
}

/// Returns whether every line of a text sets a variable, comments and blank lines aside.
pub(super) fn is_settings(text: &str) -> bool {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut names = lines.map(|line| {
        line.strip_prefix("export ")
            .unwrap_or(line)
            .split_once('=')
            .map(|(name, _)| name)
    });
    names.all(|name| {
        name.is_some_and(|name| {
            name.chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        })
    })
}

/// Returns whether a path is that of a shell script.
pub(super) fn is_script(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    let ending = crate::languages::extension_of_name(name);
    matches!(
        ending.as_str(),
        "sh" | "bash" | "zsh" | "bats" | "fish" | "envrc" | "ps1" | "example"
    ) || name.starts_with('.')
        || ending.is_empty()
            && !code::paths::is_test(path)
            && name.chars().next().is_some_and(char::is_lowercase)
}

//! Which file of its unit a block is for: its own first line, its fence, the
//! nearest words above, the step, the section, then the unit's list of files.

use super::FileOf;
use crate::changes::{Action, Asking, PlannedChange, add, meant};
use crate::document::{Document, Span};
use crate::inline::key;
use crate::labels::Topic;
use crate::languages::{fits, is_at_home};
use crate::paths::{FoundPath, as_path, find_paths};
use crate::rows::{Row, RowKind};

/// A block whose file is looked for.
pub(super) struct Wanted<'w> {
    /// Its row.
    pub(super) row: usize,
    /// The first row of its step or section.
    pub(super) from: usize,
    /// Its language.
    pub(super) language: &'w str,
    /// Everything behind the opening fence.
    pub(super) info: &'w str,
    /// Its content.
    pub(super) text: &'w str,
}

/// How near the words stand that name the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nearness {
    /// In the block, its fence, or the line right above.
    Direct,
    /// Elsewhere in the step or section.
    Step,
    /// In the headings above or the unit's list of files.
    Unit,
    /// Nowhere.
    None,
}

/// The file of a block; a path that the block or its fence names itself is added to the changes.
pub(super) fn find(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    changes: &mut Vec<PlannedChange>,
) -> (FileOf, Nearness) {
    if let Some(found) = by_itself(asking.document, &asking.rows[wanted.row], wanted, changes) {
        return (found, Nearness::Direct);
    }
    for at in (wanted.from..wanted.row).rev() {
        let row = &asking.rows[at];
        let right_above = at + 1 == wanted.row;
        if let Some(found) = by_line(asking, wanted, at, right_above, changes) {
            let direct = right_above || row.label.is_some() && row.topic.is_some_and(Topic::names_files);
            return (found, if direct { Nearness::Direct } else { Nearness::Step });
        }
    }
    let mut section = asking.rows[wanted.row].section;
    while let Some(at) = section {
        if at < wanted.from
            && let Some(found) = by_section(asking, wanted, at, changes)
        {
            return (found, Nearness::Unit);
        }
        let level = heading_level(&asking.rows[at]);
        section =
            asking.rows[..at].iter().rposition(|row| matches!(row.kind, RowKind::Heading(outer) if outer < level));
    }
    let found = by_list(asking, wanted, changes);
    let nearness = if found == FileOf::Nowhere { Nearness::None } else { Nearness::Unit };
    (found, nearness)
}

fn heading_level(row: &Row) -> usize {
    match row.kind {
        RowKind::Heading(level) => level,
        _ => 0,
    }
}

/// A heading, and the file labels right below it.
fn by_section(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    heading: usize,
    changes: &[PlannedChange],
) -> Option<FileOf> {
    by_line(asking, wanted, heading, false, changes).or_else(|| {
        let below =
            asking.rows.iter().enumerate().skip(heading + 1).take_while(|(_, row)| row.section == Some(heading));
        let labels: Vec<usize> =
            below.filter(|(_, row)| row.label.is_some() && row.topic == Some(Topic::Files)).map(|(at, _)| at).collect();
        match labels.as_slice() {
            [one] if *one < wanted.row => by_line(asking, wanted, *one, false, changes),
            _ => None,
        }
    })
}

/// The block's first line or its fence names a file.
fn by_itself(
    document: &Document<'_>,
    row: &Row,
    wanted: &Wanted<'_>,
    changes: &mut Vec<PlannedChange>,
) -> Option<FileOf> {
    let from_info = info_path(wanted.info);
    let said = from_info.clone().or_else(|| first_comment(wanted.text))?;
    let known: Vec<usize> = meant(changes, &said);
    match known.as_slice() {
        [one] => return Some(FileOf::Change(*one)),
        [] => {}
        _ => return None,
    }
    if !(said.contains('/') || from_info.is_some()) || !fits(wanted.language, &said) {
        return None;
    }
    let line = document.slice(&row.span);
    let at = row.span.start + line.find(said.as_str()).unwrap_or(0);
    let span: Span = at..at + said.len().min(row.span.end - at);
    let found = FoundPath { path: said, span: span.clone(), outer: span, lines: None, ticked: false };
    add(changes, &found, &Action::Unstated, false, None, false).first().map(|at| FileOf::Change(*at))
}

/// `title="a.ts"`, `python:src/a.py`, `ts src/a.ts`, or a path alone.
fn info_path(info: &str) -> Option<String> {
    for word in info.split_whitespace() {
        let value = word.split_once('=').map_or(word, |(_, value)| value);
        let value = value.trim_matches(['"', '\'', '{', '}', ',', '(', ')']);
        let value = value
            .split_once(':')
            .filter(|(language, _)| !language.contains(['/', '.']))
            .map_or(value, |(_, path)| path);
        if let Some((path, _)) =
            as_path(value, false).filter(|(path, _)| path.contains('/') || path.contains('.') && path.len() > 4)
        {
            return Some(path);
        }
    }
    None
}

/// The path in a comment on the first line.
pub(super) fn first_comment(text: &str) -> Option<String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("#!"));
    let line = lines.next()?.trim();
    let line = if matches!(line, "/**" | "/*" | "<!--" | "\"\"\"") { lines.next()?.trim() } else { line };
    let comment =
        ["//", "#", "--", "/*", "<!--", "{/*", "*", ";", "\"\"\""].iter().find_map(|sign| line.strip_prefix(sign))?;
    let words = comment.trim_matches(|letter: char| {
        letter.is_whitespace() || matches!(letter, '*' | '/' | '#' | '-' | '>' | '}' | '!' | '"') && letter != '/'
    });
    let bare = words.trim_end_matches("*/").trim_end_matches("-->").trim();
    let bare = [
        "file:",
        "file path:",
        "filename:",
        "path:",
        "in ",
        "new file:",
        "create:",
        "add to ",
        "update ",
        "create ",
        "文件:",
        "文件：",
    ]
    .iter()
    .find_map(|word| {
        bare.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word)).map(|_| bare[word.len()..].trim())
    })
    .unwrap_or(bare);
    let word = bare.split([' ', '\t', '(', ',', '—', '–']).next()?.trim_matches(['`', '"', '\'']);
    let word = word.trim_end_matches([':', '.']);
    let rest = bare[bare.find(word)? + word.len()..].trim_start_matches(['`', ':', ' ']);
    let noted = rest.is_empty()
        || rest.starts_with(['(', '—', '-', '–', ',', '['])
        || rest.starts_with("lines")
        || rest.starts_with("line ");
    as_path(word, false).map(|(path, _)| path).filter(|_| noted)
}

/// A line above names files of the unit that can hold the block.
fn by_line(
    asking: &Asking<'_, '_>,
    wanted: &Wanted<'_>,
    at: usize,
    right_above: bool,
    changes: &[PlannedChange],
) -> Option<FileOf> {
    let document = asking.document;
    let row = &asking.rows[at];
    if !matches!(row.kind, RowKind::Heading(_) | RowKind::Line(_)) {
        return None;
    }
    let labelled = row.topic.is_some_and(Topic::names_files);
    let mute = row.topic.is_some_and(|topic| {
        matches!(topic, Topic::Reference | Topic::Run | Topic::Expect | Topic::Commit | Topic::Output)
            || topic.is_criteria()
            || topic.is_left_undone()
    });
    if mute && !(right_above && row.topic == Some(Topic::Reference)) {
        return None;
    }
    let code = &asking.rows[wanted.row];
    if labelled && row.item.is_some() && !entry_is_for(asking, at, wanted.row, code) {
        return None;
    }
    let words = document.slice(&row.span);
    let bare = labelled || right_above || matches!(row.kind, RowKind::Heading(_));
    let paths = find_paths(words, row.span.start, bare);
    let mut fitting: Vec<(usize, &FoundPath)> = Vec::new();
    for path in &paths {
        for change in meant(changes, &path.path) {
            let file = &changes[change].path;
            let loose =
                right_above && words.trim_end().ends_with([':', '：']) && paths.len() == 1 && !changes[change].pattern;
            if (fits(wanted.language, file) || loose && lenient(wanted.language))
                && !fitting.iter().any(|(known, _)| *known == change)
            {
                fitting.push((change, path));
            }
        }
    }
    match fitting.as_slice() {
        [] => None,
        [(one, _)] => Some(FileOf::Change(*one)),
        several => Some(
            preferred(words, row.span.start, several)
                .map_or_else(|| narrowed(wanted, changes, several.iter().map(|(at, _)| *at).collect()), FileOf::Change),
        ),
    }
}

/// Languages that people write loosely on a fence.
fn lenient(language: &str) -> bool {
    matches!(
        language,
        "yaml" | "yml" | "json" | "html" | "css" | "typescript" | "javascript" | "ts" | "js" | "ini" | "sql" | "toml"
    )
}

/// Whether an entry of a file list stands alone right above the block, or holds it.
fn entry_is_for(asking: &Asking<'_, '_>, at: usize, target: usize, code: &Row) -> bool {
    let row = &asking.rows[at];
    let around = asking.document.items_around(&asking.document.pieces[code.piece]);
    if row.item.is_some_and(|item| around.contains(&item)) {
        return true;
    }
    let between = &asking.rows[at + 1..target];
    let others = between
        .iter()
        .any(|other| other.topic.is_some_and(Topic::names_files) && matches!(other.kind, RowKind::Line(true)));
    let before = at.checked_sub(1).and_then(|before| asking.rows.get(before));
    let lone = !before.is_some_and(|before| before.topic.is_some_and(Topic::names_files) && before.item.is_some());
    let code_between = between.iter().any(|other| matches!(other.kind, RowKind::Code(_)));
    !others && lone && !code_between && code.item.is_none()
}

/// Of several files on a line, the one that the sentence is about.
fn preferred(words: &str, base: usize, several: &[(usize, &FoundPath)]) -> Option<usize> {
    let said = |path: &FoundPath| {
        let before = words[..path.outer.start - base].trim_end().to_lowercase();
        [
            " in", " to", " into", " inside", " at", "edit", "modify", "update", "create", "edits", "file:", "file**:",
            "open", "在",
        ]
        .iter()
        .any(|word| before.ends_with(word))
            || matches!(before.as_str(), "in" | "to" | "at")
    };
    let named: Vec<usize> = several.iter().filter(|(_, path)| said(path)).map(|(at, _)| *at).collect();
    if let [one] = named.as_slice() {
        return Some(*one);
    }
    let (last, path) = several.last()?;
    let tail = words[(path.outer.end - base).min(words.len())..].trim();
    let before = words[..path.outer.start - base].trim_end().to_lowercase();
    (matches!(tail, ":" | "：" | ":**" | "**:") && !before.ends_with("and") && !before.ends_with([',', '+', '/', '和']))
        .then_some(*last)
}

/// The unit's list of files, when only one of them fits.
fn by_list(asking: &Asking<'_, '_>, wanted: &Wanted<'_>, changes: &[PlannedChange]) -> FileOf {
    let fitting: Vec<usize> = (0..changes.len())
        .filter(|at| {
            let change = &changes[*at];
            let folder = change.pattern && change.path.ends_with('/');
            fits(wanted.language, &change.path) && change.action != Action::Delete && !folder
        })
        .collect();
    if fitting.len() > 1 {
        let step = step_words(asking, wanted);
        let tests: Vec<usize> = fitting.iter().copied().filter(|at| changes[*at].test).collect();
        let wants_test = is_test_code(wanted.text) || !tests.is_empty() && says_test(&step) && !says_implement(&step);
        let side: Vec<usize> = fitting.iter().copied().filter(|at| changes[*at].test == wants_test).collect();
        let pool = if side.is_empty() { &fitting } else { &side };
        let said: Vec<usize> = pool.iter().copied().filter(|at| says_stem(&step, &changes[*at].path)).collect();
        if let [one] = said.as_slice() {
            return FileOf::Change(*one);
        }
        return match side.as_slice() {
            [one] => FileOf::Change(*one),
            [] => narrowed(wanted, changes, fitting),
            _ => narrowed(wanted, changes, side),
        };
    }
    narrowed(wanted, changes, fitting)
}

/// Those in whose own language the block is written, and whose name it defines.
fn narrowed(wanted: &Wanted<'_>, changes: &[PlannedChange], fitting: Vec<usize>) -> FileOf {
    let single: Vec<usize> = fitting.iter().copied().filter(|at| !changes[*at].pattern).collect();
    let fitting = if single.is_empty() { fitting } else { single };
    // A package's marker is mostly empty; what is for it names it.
    let real: Vec<usize> = fitting.iter().copied().filter(|at| !changes[*at].path.ends_with("__init__.py")).collect();
    let fitting = if real.is_empty() { fitting } else { real };
    let home: Vec<usize> =
        fitting.iter().copied().filter(|at| is_at_home(wanted.language, &changes[*at].path)).collect();
    let fitting = if home.is_empty() { fitting } else { home };
    match fitting.as_slice() {
        [] => FileOf::Nowhere,
        [one] => FileOf::Change(*one),
        several => {
            let named: Vec<usize> =
                several.iter().copied().filter(|at| defines_stem(wanted.text, &changes[*at].path)).collect();
            if let [one] = named.as_slice() { FileOf::Change(*one) } else { FileOf::Between(fitting) }
        }
    }
}

/// Whether the words name a file by its stem: "the run lifecycle", `ReviewMode`, "(score.py)".
fn says_stem(words: &str, path: &str) -> bool {
    let stem = path.rsplit('/').next().unwrap_or("").split('.').next().unwrap_or("").to_lowercase();
    let bare = stem.trim_start_matches("test_").trim_end_matches("_test").replace(['_', '-'], "");
    if bare.len() < 4 || matches!(bare.as_str(), "index" | "main" | "init" | "test" | "types" | "utils") {
        return false;
    }
    let parts: Vec<&str> =
        words.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    (1..=4).any(|count| parts.windows(count).any(|run| run.concat() == bare))
}

/// Whether the block defines something that bears the file's name.
fn defines_stem(text: &str, path: &str) -> bool {
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
        defines && !line.starts_with([' ', '\t']) && words.any(|word| word.replace('_', "").to_lowercase() == stem)
    })
}

fn step_words(asking: &Asking<'_, '_>, wanted: &Wanted<'_>) -> String {
    let title = asking.rows.get(wanted.from).map_or("", |row| asking.document.slice(&row.span));
    let near = asking.rows[wanted.from..wanted.row]
        .iter()
        .rev()
        .find(|row| matches!(row.kind, RowKind::Line(_)))
        .map_or("", |row| asking.document.slice(&row.span));
    format!("{} {}", key(title), key(near))
}

fn says_test(words: &str) -> bool {
    ["test", "测试", "prueba", "тест", "テスト", "테스트", "spec"].iter().any(|word| words.contains(word))
}

fn says_implement(words: &str) -> bool {
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

/// Whether code is that of tests.
fn is_test_code(text: &str) -> bool {
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

/// Whether a path is that of a text for people.
pub(super) fn is_document(path: &str) -> bool {
    matches!(crate::languages::extension(path.rsplit('/').next().unwrap_or("")).as_str(), "md" | "mdx" | "rst" | "adoc")
}

/// Whether a path is that of a shell script.
pub(super) fn is_script(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    let ending = crate::languages::extension(name);
    matches!(ending.as_str(), "sh" | "bash" | "zsh" | "bats" | "fish" | "envrc" | "ps1" | "example")
        || name.starts_with('.')
        || ending.is_empty() && !code::paths::is_test(path) && name.chars().next().is_some_and(char::is_lowercase)
}

//! Finds the part that a code block plays, by its language, its content and the words above it.

use super::Role;
use crate::inline::comparison_key;
use crate::labels::Topic;
use crate::languages::is_shell;
use crate::paths::find_paths;
use crate::word_lists::List;

/// The surroundings of a block, beside its content.
pub(super) struct Setting<'s> {
    /// The language of its fence.
    pub(super) language: &'s str,
    /// The topic of the label or heading that governs it.
    pub(super) topic: Option<Topic>,
    /// The words right above it.
    pub(super) above: &'s str,
    /// A label or the line above names a file for it.
    pub(super) named: bool,
    /// That file is a shell script.
    pub(super) script: bool,
}

/// Returns whether every line of a script only sets a variable: run, it does nothing, and below a file's name it is a part of that.
pub(super) fn only_sets(text: &str) -> bool {
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .peekable();
    let sets = |line: &str| {
        let Some((name, value)) = line.split_once('=') else {
            return false;
        };
        let value = value
            .split_once(" #")
            .map_or(value, |(value, _)| value)
            .trim();
        let whole = !value.contains(char::is_whitespace) || value.starts_with(['"', '\'']);
        whole
            && name.starts_with(|letter: char| letter.is_ascii_uppercase())
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    lines.peek().is_some() && lines.all(sets)
}

/// Returns whether a fence's language is one of drawings and listings, which no file of the project holds.
fn is_language_of_pictures(language: &str) -> bool {
    matches!(
        language,
        "mermaid"
            | "plantuml"
            | "dot"
            | "graphviz"
            | "ascii"
            | "tree"
            | "http"
            | "math"
            | "csv-output"
    )
}

/// Returns whether the topic or the words above (in lower case, without marks) announce a block as what is printed.
fn is_announced_as_output(setting: &Setting<'_>, above: &str) -> bool {
    let printed = matches!(setting.topic, Some(Topic::Expect | Topic::Output))
        || ["expected", "expected output", "expect", "output", "prints"]
            .iter()
            .any(|word| above == *word || above.ends_with(&format!(" {word}")));
    // The line right above says it, whatever file was named before.
    let announced = matches!(above, "expected output" | "expected result" | "output");
    printed && (!setting.named || announced)
}

/// Returns the part that a block plays.
pub(super) fn role_of_block(text: &str, setting: &Setting<'_>) -> Role {
    let language = setting.language;
    if matches!(language, "diff" | "patch" | "udiff") || is_diff(text) {
        return Role::Diff;
    }
    if text.contains("<<<<<<<") && text.contains("=======") && text.contains(">>>>>>>") {
        return Role::SearchReplace;
    }
    if is_language_of_pictures(language) || is_drawing(text) {
        return Role::Example;
    }
    let shell = is_shell(language)
        || language.is_empty()
            && (begins_with_prompt(text)
                || setting.topic == Some(Topic::Run)
                || super::all_commands(text));
    let content = || is_shown_content(setting.above) || only_sets(text);
    if shell && !(setting.script || text.starts_with("#!") || setting.named && content()) {
        return Role::Shell;
    }
    let above = comparison_key(setting.above);
    let plain = language.is_empty()
        || matches!(
            language,
            "text" | "txt" | "plain" | "plaintext" | "output" | "log" | "console"
        );
    if language == "output" || is_announced_as_output(setting, &above) {
        return Role::Output;
    }
    if let Some(role) = by_mark(text).or_else(|| by_words(setting, &above)) {
        return role;
    }
    // Options as a program's help lists them.
    if language.is_empty()
        && text.trim_start().starts_with("--")
        && !text.trim_start().starts_with("-- ")
    {
        return Role::Example;
    }
    let shown = setting.topic == Some(Topic::Example)
        || List::ShownAbove
            .words()
            .iter()
            .any(|word| above.contains(word));
    if !setting.named
        && (shown || plain && setting.topic != Some(Topic::Files))
        && !(plain && setting.topic.is_some_and(Topic::names_files))
    {
        return Role::Example;
    }
    Role::Code
}

/// Returns the words of a comment on the first line.
pub(super) fn opening_comment(text: &str) -> Option<&str> {
    let first = text.lines().find(|line| !line.trim().is_empty())?.trim();
    ["//", "#", "--", "/*", "<!--", "{/*"]
        .iter()
        .find_map(|sign| first.strip_prefix(sign))
}

/// Returns whether code consists of comments alone: words that say what to do.
pub(super) fn is_told_in_comments(text: &str, language: &str) -> bool {
    let code = [
        "python",
        "py",
        "typescript",
        "ts",
        "tsx",
        "javascript",
        "js",
        "jsx",
        "go",
        "rust",
        "java",
        "kotlin",
        "csharp",
        "php",
        "ruby",
        "swift",
    ];
    let sign = if matches!(language, "python" | "py" | "ruby") {
        "#"
    } else {
        "//"
    };
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .peekable();
    code.contains(&language)
        && lines.peek().is_some()
        && lines.all(|line| line.trim_start().starts_with(sign))
}

/// Returns whether shell text uses the arguments of the script that it is a part of.
pub(super) fn takes_arguments(text: &str) -> bool {
    ["\"$1\"", "${1:-", "${1}", "\"$@\"", "\"$#\"", "$# "]
        .iter()
        .any(|sign| text.contains(sign))
        || text.lines().any(|line| line.trim() == "shift")
}

/// Returns whether the words above tell to put the block in place of something: "Replace the list with:".
pub(super) fn is_shown_content(above: &str) -> bool {
    let words = comparison_key(above);
    let turns = ["replace ", "update ", "change ", "extend "]
        .iter()
        .any(|verb| words.starts_with(verb));
    turns
        && ["with", "to", "to include", "to read", "becomes"]
            .iter()
            .any(|end| words.ends_with(&format!(" {end}")))
}

/// Returns whether a label leads to what stands now.
pub(crate) fn is_old_label(words: &str) -> bool {
    List::OldCodeLabel.words().contains(&words)
}

/// Returns whether a label leads to what shall stand.
pub(crate) fn is_new_label(words: &str) -> bool {
    List::NewCodeLabel.words().contains(&words)
}

/// Last words of a line that leads to the code which is there.
const ENDS_OF_OLD: [&str; 9] = [
    " from",
    "currently",
    "current code",
    "replace this",
    "find this",
    "looks like",
    "existing code",
    "修改前",
    "当前代码",
];

/// Returns the half of a change that a block shows, by the label, or by the last words of the line above.
fn by_words(setting: &Setting<'_>, above: &str) -> Option<Role> {
    match setting.topic {
        Some(Topic::Before) if label_like(above) || above.is_empty() => {
            return Some(Role::Before { after: None });
        }
        Some(Topic::After) => return Some(Role::After { before: None }),
        _ => {}
    }
    let above = &behind_path(setting.above).unwrap_or_else(|| above.to_owned());
    let above = above.as_str();
    let short = above
        .split([',', '.', ';', '—', '('])
        .next_back()
        .unwrap_or(above)
        .trim();
    let whole = |list: &[&str]| list.contains(&above) || list.contains(&short);
    if whole(List::OldCodeLabel.words()) {
        return Some(Role::Before { after: None });
    }
    if whole(List::NewCodeLabel.words()) {
        return Some(Role::After { before: None });
    }
    let colon = setting
        .above
        .trim_end()
        .trim_end_matches(['*', '_'])
        .ends_with([':', '：']);
    if colon {
        by_led_words(setting, above)
    } else {
        None
    }
}

/// Returns the half of a change that a line ending with a colon leads to: "Replace this:", "with:".
fn by_led_words(setting: &Setting<'_>, above: &str) -> Option<Role> {
    // "Change: … to (new counter, the rest as it was): …": what goes on in lower case goes on with what a block began.
    let goes_on = setting.above.trim_start().starts_with(char::is_lowercase);
    if goes_on
        && above
            .split([' ', '('])
            .next()
            .is_some_and(|word| matches!(word, "to" | "with" | "into"))
    {
        return Some(Role::After { before: None });
    }
    let turns = ["change", "replace", "update", "modify", "rename"]
        .iter()
        .any(|word| above.contains(word));
    if turns && above.ends_with(" from") {
        return Some(Role::Before { after: None });
    }
    if ENDS_OF_OLD.iter().any(|word| above.ends_with(word))
        && (above.starts_with("change")
            || above.starts_with("replace")
            || above.starts_with("find")
            || above.contains("current"))
    {
        return Some(Role::Before { after: None });
    }
    // Five words: "with the new call:"; a longer line is a sentence about something else.
    if above.starts_with("with ") && above.split_whitespace().count() <= 5
        || above == "with"
        || above == "to"
    {
        return Some(Role::After { before: None });
    }
    None
}

/// Returns the words of a line behind the path with which it begins: "`a.py` after:".
fn behind_path(above: &str) -> Option<String> {
    let path = find_paths(above, 0, false).into_iter().next()?;
    let first = above[..path.outer.start]
        .chars()
        .all(|letter| !letter.is_alphanumeric());
    let behind = comparison_key(&above[path.outer.end..]);
    (first && !behind.is_empty() && !behind.contains(' ')).then_some(behind)
}

fn label_like(above: &str) -> bool {
    above.split_whitespace().count() <= 12
}

/// By a comment on the block's own first line: `# Before`, `// NEW:`.
fn by_mark(text: &str) -> Option<Role> {
    match reads_mark(text.lines().find(|line| !line.trim().is_empty())?)? {
        true => Some(Role::Before { after: None }),
        false => Some(Role::After { before: None }),
    }
}

/// Returns whether a line is a comment that says only "before" (`true`) or "after" (`false`).
pub(crate) fn reads_mark(line: &str) -> Option<bool> {
    let trimmed = line.trim();
    let comment = ["//", "#", "--", "/*", "<!--", "{/*", ";", "%"]
        .iter()
        .find_map(|sign| trimmed.strip_prefix(sign))?;
    let name = comparison_key(
        comment
            .trim_end_matches("*/}")
            .trim_end_matches("*/")
            .trim_end_matches("-->"),
    );
    let short = name
        .split([':', '(', '—'])
        .next()
        .unwrap_or("")
        .trim()
        .to_owned();
    let rest = name.len() - short.len();
    if rest > 60 {
        return None;
    }
    if List::OldCodeComment.words().contains(&short.as_str()) {
        Some(true)
    } else if List::NewCodeComment.words().contains(&short.as_str())
        || short == "new" && comment.trim().len() < 8
    {
        Some(false)
    } else {
        None
    }
}

fn is_diff(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or("");
    (first.starts_with("--- ") && lines.next().is_some_and(|line| line.starts_with("+++ ")))
        || first.starts_with("diff --git ")
        || first.starts_with("@@ ")
        || first.starts_with("*** Begin Patch")
}

fn is_drawing(text: &str) -> bool {
    let boxes = text
        .chars()
        .filter(|letter| matches!(letter, '─'..='╿'))
        .count();
    let tree = text
        .lines()
        .filter(|line| {
            line.contains("├──")
                || line.contains("└──")
                || line.contains("├─")
                || line.contains("└─")
        })
        .count();
    let comments = text
        .lines()
        .filter(|line| !line.trim_start().starts_with(['#', '/', '*', '-']))
        .flat_map(str::chars)
        .filter(|letter| matches!(letter, '─'..='╿'))
        .count();
    (tree >= 2 || boxes > 20)
        && comments * 2 > boxes
        && !text.contains("def ")
        && !text.contains("import ")
        && !text.contains("function ")
}

fn begins_with_prompt(text: &str) -> bool {
    text.lines()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| line.starts_with("$ "))
}

//! Paths in the words of a plan: what is one, which lines it names, which
//! single files stand for braces, and when two paths mean the same file.

use crate::document::Span;
use crate::inline::{code_spans, struck_spans};
use crate::languages::{extension_of_name, is_extension, is_file_name};

/// A path found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundPath {
    /// Cleaned: no `./`, no line numbers, `/` between folders.
    pub(crate) path: String,
    /// Its bytes, without ticks.
    pub(crate) span: Span,
    /// With its ticks, if any.
    pub(crate) outer: Span,
    /// First and last line named right behind it.
    pub(crate) lines: Option<(usize, usize)>,
    /// It stood in ticks.
    pub(crate) ticked: bool,
}

/// Returns whether a path names no single file: a folder, a glob, a placeholder.
pub(crate) fn is_pattern(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    path.ends_with('/')
        || path.contains(['*', '<', '>', '{', '}', '…', '?', '$'])
        || path.contains("...") && !path.contains("/[...")
        || path.to_ascii_uppercase().contains("XXX")
        || ["YYYY", "NNN", "TIMESTAMP", "_hash_", "<rev"]
            .iter()
            .any(|sign| path.contains(sign))
        || (!name.contains('.')
            && !is_file_name(name)
            && !TEXTS.contains(&name)
            && path.contains('/')
            && !is_program_file(path))
}

/// Returns whether a path without an extension is a program's: it lies in a folder for those.
pub(crate) fn is_program_file(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folder, name)| {
        let home = folder.rsplit('/').next().unwrap_or(folder);
        let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        matches!(
            home,
            "bin" | "sbin" | "scripts" | "script" | ".husky" | ".githooks"
        ) && !name.is_empty()
            && name.chars().all(plain)
    })
}

/// Returns whether a letter at either end of a word is a sign of the sentence and not of the path in it.
fn is_beside_path(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '(' | ')'
                | ','
                | ';'
                | ':'
                | '"'
                | '\''
                | '，'
                | '、'
                | '；'
                | '：'
                | '。'
                | '*'
                | '（'
                | '）'
                | '|'
                | '→'
        )
}

/// Returns every path in `text`, in order; spans are shifted by `base`. Bare words count only with a folder or when
/// `bare` is set.
pub(crate) fn find_paths(text: &str, base: usize, bare: bool) -> Vec<FoundPath> {
    let spans = code_spans(text, 0);
    let struck = struck_spans(text);
    let is_struck = |at| struck.iter().any(|span| span.contains(&at));
    let mut found = Vec::new();
    for span in spans.iter().filter(|span| !is_struck(span.outer.start)) {
        let inner = &text[span.inner.clone()];
        if let Some((path, lines)) = as_path(inner, true) {
            let lines = lines.or_else(|| lines_said(&text[span.outer.end..]));
            let at = base + span.inner.start;
            let outer = base + span.outer.start..base + span.outer.end;
            found.push(FoundPath {
                path,
                span: at..at + inner.len(),
                outer,
                lines,
                ticked: true,
            });
        }
    }
    let mut at = 0;
    for word in text.split_inclusive(|letter: char| {
        letter.is_whitespace() || matches!(letter, '，' | '、' | '；' | '：' | '。')
    }) {
        let start = at;
        at += word.len();
        if spans
            .iter()
            .any(|span| span.outer.start < at && start < span.outer.end)
            || is_struck(start)
        {
            continue;
        }
        let linked = word.split_once("](").map_or(word, |(_, target)| target);
        let core = linked.trim_matches(is_beside_path);
        let core = core.trim_end_matches('.').trim_end_matches(':');
        if !bare && !core.contains(['/', '\\']) {
            continue;
        }
        let Some(offset) = word.find(core).filter(|_| !core.is_empty()) else {
            continue;
        };
        if let Some((path, lines)) =
            as_path(core, false).filter(|(path, _)| bare || path.contains('/'))
        {
            let begin = base + start + offset;
            let span = begin..begin + core.len();
            let lines = lines.or_else(|| lines_said(&text[start + offset + core.len()..]));
            found.push(FoundPath {
                path,
                outer: span.clone(),
                span,
                lines,
                ticked: false,
            });
        }
    }
    found.sort_by_key(|path| path.span.start);
    found
}

/// Names of texts without an ending; behind a folder they name a file, and alone in a sentence what a project has.
const TEXTS: [&str; 7] = [
    "README",
    "LICENSE",
    "CHANGELOG",
    "NOTICE",
    "VERSION",
    "AUTHORS",
    "CODEOWNERS",
];

/// Returns the words as a path, with the lines they name, if they are one.
pub(crate) fn as_path(words: &str, ticked: bool) -> Option<(String, Option<(usize, usize)>)> {
    let words = words.trim().trim_matches(['"', '\'']);
    let (words, lines) = split_lines(words);
    let path = words.replace('\\', "/");
    let path = path.trim_start_matches("./").trim_end_matches(',');
    let path = without_root(path);
    let odd = |letter: char| {
        letter.is_whitespace()
            || matches!(
                letter,
                '"' | '\'' | '=' | ';' | '|' | '`' | '!' | '%' | '^' | '&' | ',' | '#'
            )
    };
    let braces = path.contains('{');
    if path.is_empty()
        || path.len() > 250
        || path
            .chars()
            .any(|letter| odd(letter) && !(braces && letter == ','))
    {
        return None;
    }
    if path.contains("://")
        || path.starts_with(['-', '/', '~', '@', '+', '.'])
            && !starts_well(path)
            && !(ticked && mentions_file(path))
        || path.contains("::")
    {
        return None;
    }
    if path.contains('(') && !path.contains("/(") || path.contains(':') || path.starts_with("http")
    {
        return None;
    }
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let ending = extension_of_name(name);
    if path.contains('/') {
        let plausible = ending.len() <= 12
            && !ending.is_empty()
            && ending.chars().any(|letter| letter.is_ascii_alphabetic());
        let named = is_file_name(name)
            || ticked && TEXTS.contains(&name)
            || (plausible && (ticked || is_extension(&ending) || name.contains('*')));
        let numeric = path
            .chars()
            .all(|letter| letter.is_ascii_digit() || matches!(letter, '/' | '.'));
        let folder =
            path.ends_with('/') && path.len() > 1 && (ticked || path.matches('/').count() > 1);
        let glob = path.contains('*') && ticked && !looks_like_a_route(path);
        let program = ticked && is_program_file(path);
        let file = named && (ticked || is_extension(&ending) || is_file_name(name));
        return ((file || folder || glob || program) && !numeric && !looks_like_types(path))
            .then(|| (path.to_owned(), lines));
    }
    let single = is_file_name(name) || (braces && path.contains('.'));
    (single && !path.ends_with('/')).then(|| (path.to_owned(), lines))
}

/// Returns the path behind a placeholder for the repository's root: `<root>/a.py`, `$REPO/a.py`,
/// `${PROJECT_ROOT}/a.py`.
fn without_root(path: &str) -> &str {
    const ROOTS: [&str; 7] = [
        "root",
        "repo",
        "repository",
        "project",
        "workspace",
        "pwd",
        "cwd",
    ];
    let Some((first, rest)) = path.split_once('/').filter(|(_, rest)| !rest.is_empty()) else {
        return path;
    };
    let name = first
        .trim_start_matches(['<', '{', '$', '['])
        .trim_end_matches(['>', '}', ']'])
        .to_ascii_lowercase();
    let placeholder = first.len() > name.len()
        && name
            .split(['-', '_', ' '])
            .any(|part| ROOTS.contains(&part));
    if placeholder { rest } else { path }
}

/// `application/json`, `and/or.x`: words with a slash that are no file.
fn looks_like_types(path: &str) -> bool {
    [
        "application/",
        "text/",
        "image/",
        "multipart/",
        "audio/",
        "video/",
    ]
    .iter()
    .any(|kind| path.starts_with(kind))
        && !path.ends_with("s.py")
        && path.matches('/').count() == 1
        && path.contains(['+', '-'])
}

/// `/users/{id}/orders*`, `/api/models*`: from the root, of no file by its ending, and with a place for a value or a star
/// that only goes on with a word. It stands for the addresses that begin so.
fn looks_like_a_route(path: &str) -> bool {
    let Some(steps) = path.strip_prefix('/') else {
        return false;
    };
    let takes_value =
        |step: &str| step.starts_with([':', '<']) || step.starts_with('{') && step.ends_with('}');
    let goes_on = steps.ends_with('*') && !steps.ends_with("/*") && !steps.ends_with("**");
    let name = steps.rsplit('/').next().unwrap_or("");
    !name.contains('.') && (goes_on || steps.split('/').any(takes_value))
}

/// A path may begin with a sign: `@scope` folders, hidden files, `../`, the root of the machine.
fn starts_well(path: &str) -> bool {
    path.starts_with('.')
        || path.starts_with("@/")
        || path.starts_with("~/")
        || (path.starts_with('/') && path.matches('/').count() > 1)
}

/// `@app/a.py`, as chat agents mention a file: with an ending, which a package `@scope/name` has not.
fn mentions_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or("");
    path.starts_with('@') && path.contains('/') && is_extension(&extension_of_name(name))
}

/// `a.py:12-40` and `a.py#L12-L40` without the lines.
fn split_lines(words: &str) -> (&str, Option<(usize, usize)>) {
    let at = words.find("#L").or_else(|| words.rfind(':'));
    let Some(at) = at else { return (words, None) };
    let tail = words[at..].trim_start_matches([':', '#', 'L', '~']);
    if tail.is_empty() || !tail.starts_with(|letter: char| letter.is_ascii_digit()) {
        return (words, None);
    }
    let before = words[..at].find(':').map_or(at, |first| {
        if words[first + 1..at].chars().all(|c| c.is_ascii_digit()) {
            first
        } else {
            at
        }
    });
    match range_of(tail) {
        Some(range) => (&words[..before], Some(range)),
        None => (words, None),
    }
}

/// `12`, `12-40`, `L12–L40` at the start of a text.
fn range_of(text: &str) -> Option<(usize, usize)> {
    let first: String = text.chars().take_while(char::is_ascii_digit).collect();
    let start: usize = first.parse().ok()?;
    let rest = text[first.len()..].trim_start();
    let rest = rest
        .strip_prefix(['-', '–', '—', '~', ':'])
        .or_else(|| rest.strip_prefix("to "));
    let second: String = rest.map_or(String::new(), |rest| {
        rest.trim_start()
            .trim_start_matches(['L', '~'])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect()
    });
    let end = second.parse().unwrap_or(start);
    (start > 0 && start < 1_000_000).then_some((start, end.max(start)))
}

/// Words before the numbers of lines.
const LINE_WORDS: [&str; 14] = [
    "lines",
    "line",
    "líneas",
    "línea",
    "zeilen",
    "zeile",
    "lignes",
    "ligne",
    "linhas",
    "linha",
    "строкой",
    "строки",
    "(l",
    "行",
];

/// Returns lines that words right behind a path name: "lines 12-40", "around line 45", "(L12-40)".
pub(crate) fn lines_said(text: &str) -> Option<(usize, usize)> {
    let lower = text.to_lowercase();
    let lower = lower.split('`').next().unwrap_or("");
    let near = lower
        .char_indices()
        .nth(60)
        .map_or(lower.len(), |(at, _)| at);
    let at = LINE_WORDS
        .iter()
        .find_map(|word| lower[..near].find(word).map(|at| at + word.len()))?;
    line_numbers(&lower[at..])
}

/// Returns the last lines that a sentence names outside its code: a range, else from the last but one to the last.
pub(crate) fn lines_said_last(sentence: &str) -> Option<(usize, usize)> {
    let words: String = sentence
        .to_lowercase()
        .split('`')
        .step_by(2)
        .collect::<Vec<_>>()
        .join("`");
    let mut said: Vec<(usize, (usize, usize))> = Vec::new();
    for word in LINE_WORDS {
        let inside = |at: usize| words[..at].ends_with(char::is_alphabetic) && word.is_ascii();
        let found = words.match_indices(word).filter(|(at, _)| !inside(*at));
        said.extend(
            found.filter_map(|(at, _)| Some((at, line_numbers(&words[at + word.len()..])?))),
        );
    }
    // "第 5 行之后", "5行目": the number stands before the word.
    said.extend(words.match_indices('行').filter_map(|(at, _)| {
        let before = words[..at].trim_end();
        let digits = before
            .rsplit(|letter: char| !letter.is_ascii_digit())
            .next()?;
        let line = digits.parse().ok()?;
        Some((at, (line, line)))
    }));
    said.sort_unstable();
    let lines = said.into_iter().map(|(_, lines)| lines);
    let (ranges, single): (Vec<_>, Vec<_>) = lines.partition(|lines| lines.0 < lines.1);
    match (ranges.last(), single.as_slice()) {
        (Some(range), _) => Some(*range),
        (None, [.., one, other]) => Some((one.0.min(other.0), one.1.max(other.1))),
        (None, rest) => rest.last().copied(),
    }
}

/// "12-40", "around 45" behind a word for lines.
fn line_numbers(text: &str) -> Option<(usize, usize)> {
    let digits = text.trim_start_matches([' ', '~', ':', '.']);
    let digits = digits
        .strip_prefix("around ")
        .or_else(|| digits.strip_prefix("approximately "))
        .unwrap_or(digits);
    range_of(digits.trim_start_matches(['l', '~', ' ']))
}

/// `src/{a,b}.ts` as two paths; braces that can't be told apart stay.
pub(crate) fn expand_braces(path: &str) -> Vec<String> {
    let Some(open) = path.find('{') else {
        return vec![path.to_owned()];
    };
    let Some(close) = path[open..].find('}').map(|at| open + at) else {
        return vec![path.to_owned()];
    };
    let inner = &path[open + 1..close];
    if !inner.contains(',') || inner.contains('{') || inner.split(',').count() > 20 {
        return vec![path.to_owned()];
    }
    let ends = inner.split(',').map(str::trim);
    ends.flat_map(|end| expand_braces(&format!("{}{end}{}", &path[..open], &path[close + 1..])))
        .take(100)
        .collect()
}

/// Returns whether one path is the other, or ends in it folder by folder.
pub(crate) fn same_file(known: &str, said: &str) -> bool {
    let known = known.trim_end_matches('/');
    let said = said.trim_end_matches('/').trim_start_matches("@/");
    known == said
        || known
            .strip_suffix(said)
            .is_some_and(|before| before.ends_with('/'))
        || said
            .strip_suffix(known)
            .is_some_and(|before| before.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{find_paths, lines_said, lines_said_last, without_root};

    #[test]
    fn a_placeholder_for_the_root_is_no_folder() {
        for path in [
            "<root>/app/a.py",
            "$REPO/app/a.py",
            "{repo}/app/a.py",
            "[project]/app/a.py",
            "$PWD/app/a.py",
        ] {
            assert_eq!(without_root(path), "app/a.py", "{path}");
        }
        for path in ["[slug]/page.tsx", "app/[project]/a.py"] {
            assert_eq!(without_root(path), path);
        }
    }

    #[test]
    fn an_address_is_no_path() {
        for words in [
            "`/lab/projects/{pid}/models*`",
            "`/api/models*`",
            "`/users/:id/*`",
        ] {
            assert_eq!(find_paths(words, 0, true), [], "{words}");
        }
        for words in [
            "`/src/models/*`",
            "`/src/{a,b}/*.py`",
            "`/src/**`",
            "`src/models*`",
        ] {
            assert_eq!(find_paths(words, 0, true).len(), 1, "{words}");
        }
    }

    #[test]
    fn numbers_of_lines_are_never_cut_short() {
        let title = "Step 3: Replace the block that shows the success (lines 1440-1551)";
        assert_eq!(lines_said(title), Some((1440, 1551)));
        assert_eq!(lines_said_last(title), Some((1440, 1551)));
    }

    #[test]
    fn the_lines_nearest_to_a_block_count() {
        let said = "Replace the body of `run` (lines 134-212): the new logic, replacing lines 147-167 after line 12";
        assert_eq!(lines_said_last(said), Some((147, 167)));
        assert_eq!(lines_said_last("In `types.ts`, line 7:"), Some((7, 7)));
        assert_eq!(
            lines_said_last("From `if (a) {` (line 399) through its closing brace (line 459)"),
            Some((399, 459))
        );
    }

    #[test]
    fn parts_of_words_and_of_code_are_no_lines() {
        for said in [
            "Nach Zeile 7:",
            "Après la ligne 7 :",
            "Después de la línea 7:",
            "Depois da linha 7:",
            "После строки 7:",
            "在第 7 行之后添加：",
            "7行目の後に追加:",
        ] {
            assert_eq!(lines_said_last(said), Some((7, 7)), "{said}");
        }
        assert_eq!(lines_said_last("a baseline 5 and `line 4`"), None);
    }
}

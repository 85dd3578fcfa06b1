//! Finds the content of a file in its block, and whether it is all of it: a first line that only names the file is an
//! address, blanks on empty lines are noise, and "replace the entire file with" leaves nothing else standing.
//!
//! ```text
//! words                                       block                        content
//! "Create `app/a.py`:"                        # app/a.py / x = 1           x = 1
//! "Replace the entire file with:"             x = 1                        all of the file
//! "Replace `a.py` with:"                      def f(): …                   a part: no module opens so
//! "Replace `a.py` with:"                      import os / def f(): …       all of the file
//! ```

use std::borrow::Cow;
use std::ops::Range;

use code::scopes::{Read, Resolution, Scopes};
use tree_sitter::Node;

use crate::File;
use crate::items::parse_source;
use crate::languages::{Kind, Language};
use crate::markers::{is_elision, strip_comment_signs};

/// Returns whether a block opens with a comment that is nothing but the path of its file.
///
/// The path may be a part of it from the right, `a.py` for `app/a.py`, announced by a word, or
/// followed by a note in brackets.
#[must_use]
pub fn opens_with_address(path: &str, block: &str) -> bool {
    split_address(path, block).is_some()
}

/// Returns the block without an opening comment that is nothing but the path of its file; nothing where all that is
/// left says that the file is empty.
pub(crate) fn without_address<'b>(path: &str, block: &'b str) -> &'b str {
    let content = split_address(path, block).unwrap_or(block);
    let says = strip_comment_signs(content)
        .trim_matches(['(', ')', '.'])
        .to_lowercase();
    let is_comment =
        content.trim_start().starts_with(['#', '/']) && content.trim().lines().count() == 1;
    if is_comment
        && [
            "empty",
            "empty file",
            "empty init",
            "intentionally empty",
            "空文件",
            "空",
        ]
        .contains(&says.as_str())
    {
        return "";
    }
    content
}

/// Returns what stands below the address, where the block opens with one and holds more.
///
/// `# app/a.py`, then `x = 1` -> `x = 1`. None for `#!/bin/sh`, for other words, and where nothing
/// stands below.
fn split_address<'b>(path: &str, block: &'b str) -> Option<&'b str> {
    let (line, rest) = block.split_once('\n')?;
    let line = line.trim();
    if !line.starts_with(['#', '/', '-']) || line.starts_with("#!") || rest.trim().is_empty() {
        return None;
    }
    let words = strip_comment_signs(line);
    // "in a.ts (step 1), add" tells where the rest goes, whatever follows the path.
    let inward = words
        .strip_prefix("in ")
        .or_else(|| words.strip_prefix("In "));
    let named = match (inward, words.split_once(" (")) {
        (Some(inward), _) => inward
            .split([',', ':', '('])
            .next()
            .unwrap_or(inward)
            .trim_end(),
        (None, Some((named, note))) if note.ends_with(')') => named,
        _ => words,
    };
    // "--- a.py ---", "Datei: a.py": signs around it, or one word that announces it.
    let named = named.trim_matches(['-', '=', ' ']);
    let announced = named
        .split_once([':', '：'])
        .filter(|(word, _)| word.chars().all(char::is_alphabetic));
    let named = announced.map_or(named, |(_, behind)| behind.trim());
    let named = named.trim_matches('`').trim_start_matches("./");
    let whole = named == path
        || path
            .strip_suffix(named)
            .is_some_and(|head| head.ends_with('/'));
    // Below the address an empty line parts it from the content; the content's own form stays.
    (!named.is_empty() && whole).then(|| rest.trim_start_matches(['\n', '\r']))
}

/// Returns the block without blanks on its empty lines, unless the file has the same habit or they stand in a string.
pub(crate) fn without_blanks<'b>(file: &File<'_>, block: &'b str) -> Cow<'b, str> {
    let is_blank = |line: &str| {
        let body = line.trim_end_matches(['\n', '\r']);
        !body.is_empty() && body.trim().is_empty()
    };
    let any = |text: &str| text.split_inclusive('\n').any(is_blank);
    let Some(language) = Language::of_path(file.path) else {
        return Cow::Borrowed(block);
    };
    if !any(block) || file.text.is_some_and(any) {
        return Cow::Borrowed(block);
    }
    let Some(source) = parse_source(block, language) else {
        return Cow::Borrowed(block);
    };
    let mut strings = Vec::new();
    collect_strings(source.root(), &mut strings);
    let mut out = String::with_capacity(block.len());
    let mut at = 0;
    for line in block.split_inclusive('\n') {
        let inside = strings
            .iter()
            .any(|string| string.start < at && at < string.end);
        let kept = if is_blank(line) && !inside {
            line.trim_start_matches([' ', '\t'])
        } else {
            line
        };
        out.push_str(kept);
        at += line.len();
    }
    Cow::Owned(out)
}

/// Returns the block without comments behind its code that only ask whoever carries out the plan to write the line:
/// `limit = 5  # add this line`. What stands in the file with its comment is the file's own.
pub(crate) fn without_requests<'b>(text: Option<&str>, block: &'b str) -> Cow<'b, str> {
    let asked = |line: &'b str| -> Option<&'b str> {
        let body = line.trim_end();
        let at = [" # ", " // "]
            .iter()
            .filter_map(|sign| body.rfind(sign))
            .max()?;
        let code = body[..at].trim_end();
        let stands = text.is_some_and(|text| text.contains(body.trim()));
        (!code.trim().is_empty() && !stands && is_request(&body[at..])).then_some(code)
    };
    if !block.lines().any(|line| asked(line).is_some()) {
        return Cow::Borrowed(block);
    }
    let lines = block.split_inclusive('\n').map(|line| match asked(line) {
        Some(code) if line.ends_with('\n') => format!("{code}\n"),
        Some(code) => code.to_owned(),
        None => line.to_owned(),
    });
    Cow::Owned(lines.collect())
}

/// Returns whether a comment says no more than "add this": a verb, what is shown, and at most a word for it.
///
/// "add this check for None" says more, and stays.
fn is_request(comment: &str) -> bool {
    let words = strip_comment_signs(comment)
        .trim_start_matches(['<', '←', '-', ' '])
        .trim_end_matches(['!', '.'])
        .to_lowercase();
    let words: Vec<&str> = words.split(' ').collect();
    let asks = |verb: &str| matches!(verb, "add" | "insert" | "change" | "update");
    let shown = |word: &str| matches!(word, "this" | "these");
    let part = |word: &str| {
        matches!(
            word,
            "line" | "lines" | "field" | "import" | "entry" | "argument" | "call" | "here"
        )
    };
    match words.as_slice() {
        [verb, this] => asks(verb) && shown(this),
        [verb, this, what] => asks(verb) && shown(this) && part(what),
        _ => false,
    }
}

/// Collects the strings whose lines are data; a docstring's are words.
fn collect_strings(node: Node<'_>, into: &mut Vec<Range<usize>>) {
    if matches!(
        node.kind(),
        "string" | "template_string" | "concatenated_string"
    ) {
        let documents = node.kind() == "string"
            && node
                .parent()
                .is_some_and(|parent| parent.kind() == "expression_statement");
        if !documents {
            into.push(node.byte_range());
        }
        return;
    }
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        collect_strings(child, into);
    }
}

/// Returns whether the words beside the block, the last lines of them, make it the file's whole content.
///
/// Of the words the last two lines that are not blank count: further up they may speak of another
/// block.
pub(crate) fn is_all(prose: &str, path: &str, block: &str) -> bool {
    let near = || {
        prose
            .lines()
            .rev()
            .filter(|line| !line.trim().is_empty())
            .take(2)
    };
    let says = |says: fn(&str, &str) -> bool| near().any(|line| says(line, path));
    // Of code, a part may be meant: "Replace `a.py` with:" above one function.
    let is_text = Language::of_path(path).is_none();
    let shown = || is_text || opens_a_module(path, block);
    let stands = || opens_a_module(path, block) || stands_alone(path, block);
    (says(says_all) || says(says_new) || says(says_rewritten) && stands())
        && !block.lines().any(is_bare_elision)
        || says(says_replaced) && shown() && !block.lines().any(is_bare_elision)
}

/// Returns whether a line wants the file itself replaced, and nothing of it is named: "Replace
/// `a.scss` with:", "覆盖 `README.md` 为".
fn says_replaced(line: &str, path: &str) -> bool {
    let words = last_words(line);
    let ends = ["with", "by", "por", "con", "par", "durch"];
    let verbs = [
        "replace",
        "overwrite",
        "reemplaza",
        "reemplazar",
        "sustituye",
        "sustituir",
        "substitua",
        "substituir",
        "sobrescribir",
        "sobrescrever",
        "remplacer",
        "ersetze",
    ];
    if let [.., verb, file, end] = words.as_slice()
        && verbs.contains(&verb.as_str())
        && ends.contains(&end.as_str())
    {
        return is_file(file, path);
    }
    let mut parts = line.split('`');
    let (Some(before), Some(file), Some(behind), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let is_sign = |letter: char| letter.is_whitespace() || "*_:：。，#".contains(letter);
    let (before, behind) = (
        before.trim_end_matches(is_sign),
        behind.trim_matches(is_sign),
    );
    let opens = ["替换", "覆盖", "重写"]
        .iter()
        .any(|verb| before.ends_with(verb))
        && ["为", "成"].contains(&behind);
    let closes = before.ends_with(['将', '把'])
        && ["替换为", "替换成", "覆盖为", "重写为"].contains(&behind);
    (opens || closes) && is_file(&file.to_lowercase(), path)
}

/// Returns whether the line right above the block wants the file itself replaced, "Replace `a.prisma`:": where the plan shows
/// all of the file, that says what becomes of what a generator put there.
pub(crate) fn says_overwritten(prose: &str, path: &str) -> bool {
    let line = prose.lines().rev().find(|line| !line.trim().is_empty());
    let words = line.map(last_words).unwrap_or_default();
    matches!(words.as_slice(), [.., verb, file] if matches!(verb.as_str(), "replace" | "overwrite") && is_file(file, path))
}

/// Returns the words of the last sentence of a line, in lower case and without their marks.
///
/// "Go on. Replace **a.py** with:" -> [`replace`, `a.py`, `with`].
fn last_words(line: &str) -> Vec<String> {
    let sentence = line.rsplit(". ").next().unwrap_or(line);
    let bare = |word: &str| {
        word.trim_matches(['*', ':', ',', '.', ';', '(', ')', '#'])
            .to_lowercase()
    };
    sentence
        .split_whitespace()
        .map(bare)
        .filter(|word| !word.is_empty())
        .collect()
}

/// Returns whether a word is the file: its path, the end of it, or its name.
///
/// Folders in front of its name are not compared.
fn is_file(word: &str, path: &str) -> bool {
    let (word, path) = (word.trim_matches('`'), path.to_lowercase());
    let name = path.rsplit('/').next().unwrap_or(&path);
    word == path || word == name || word.ends_with(&format!("/{name}"))
}

/// Returns whether a line announces the new content of the file: "The new `requirements.txt` should
/// be:", "the complete file should look like this:".
fn says_new(line: &str, path: &str) -> bool {
    let words = last_words(line);
    let is = |at: usize, any: &[&str]| {
        words
            .get(at)
            .is_some_and(|word| any.contains(&word.as_str()))
    };
    let at = usize::from(is(0, &["the"]));
    let named = words
        .get(at + 1)
        .is_some_and(|word| is_file(word, path) || word == "file");
    let whole = is(
        at,
        &[
            "new",
            "complete",
            "full",
            "entire",
            "whole",
            "final",
            "resulting",
        ],
    );
    let at = at + 2 + usize::from(is(at + 2, &["should", "must", "will", "then", "now"]));
    let rest = words.get(at..).unwrap_or_default();
    let ends: [&[&str]; 5] = [&["be"], &["is"], &["read"], &["look", "like"], &["becomes"]];
    let follows = |end: &[&str]| {
        let behind: Vec<&str> = rest
            .iter()
            .map(String::as_str)
            .filter(|word| !matches!(*word, "this" | "now"))
            .collect();
        behind == end
    };
    whole && named && ends.into_iter().any(follows)
}

/// Returns whether a line asks for the file as a whole: "Rewrite `src/App.tsx`:" and nothing behind
/// it, "Replace `src/App.tsx` with the full page".
///
/// Not "rewrite `load`" and "rewrite `a.py` to use `b`", which may be about a part.
fn says_rewritten(line: &str, path: &str) -> bool {
    let words = last_words(line);
    let verbs = ["rewrite", "replace", "overwrite"];
    let Some(at) = words
        .windows(2)
        .rposition(|two| verbs.contains(&two[0].as_str()) && is_file(&two[1], path))
    else {
        return false;
    };
    let rest: Vec<&str> = words[at + 2..].iter().map(String::as_str).collect();
    let whole = ["full", "complete", "entire", "whole", "new"];
    match rest.as_slice() {
        [] => true,
        ["with", "the" | "a", word, ..] => whole.contains(word) && !rest.contains(&"and"),
        _ => false,
    }
}

/// Returns whether the block begins as a module does, with imports, and defines or runs something below them.
///
/// An elision in it makes it a part.
fn opens_a_module(path: &str, block: &str) -> bool {
    let Some(source) = Language::of_path(path).and_then(|language| parse_source(block, language))
    else {
        return false;
    };
    let items = source.items(source.root());
    let first = items
        .iter()
        .find(|item| !matches!(item.kind, Kind::Docstring));
    first.is_some_and(|item| item.kind == Kind::Import)
        && items.iter().any(|item| item.is_definition())
        && items.iter().all(|item| item.kind != Kind::Marker)
}

/// Returns whether the block is a module without imports: it defines two things or more, and reads no name that it does
/// not bind itself. One definition may be meant to replace one of the file's.
fn stands_alone(path: &str, block: &str) -> bool {
    let Some(source) = Language::of_path(path).and_then(|language| parse_source(block, language))
    else {
        return false;
    };
    let items = source.items(source.root());
    let scopes = Scopes::of_tree(source.language, source.root(), source.text);
    let is_unbound = |read: &Read| matches!(scopes.resolve(read), Resolution::Unbound { .. });
    !source.has_error()
        && items.iter().filter(|item| item.is_definition()).count() > 1
        && items.iter().all(|item| item.kind != Kind::Marker)
        && !scopes.reads.iter().any(is_unbound)
}

/// Returns whether a line is nothing but an elision.
fn is_bare_elision(line: &str) -> bool {
    let line = line.trim();
    line == "..." || line.starts_with(['#', '/', '*', '{', '-', '<']) && is_elision(line)
}

/// Returns whether a line wants all of the file replaced: "Replace the entire file with",
/// "overwrite the contents of `x.py`", "把整个文件替换为".
fn says_all(line: &str, path: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
    if has(&["整个文件", "全部内容", "文件内容"]) && has(&["替换", "重写", "改为", "覆盖"])
    {
        return true;
    }
    let words = last_words(line);
    let Some(verb) = words.iter().position(|word| {
        [
            "replace",
            "replaces",
            "replacing",
            "rewrite",
            "overwrite",
            "reemplaza",
            "reemplazar",
        ]
        .contains(&word.as_str())
    }) else {
        return false;
    };
    all_of(words.get(verb + 1..).unwrap_or_default(), path)
}

/// Returns whether what follows the verb is the file: "the entire file", "the contents of `path`", never a part of it.
///
/// "The file" needs no stress, "the contents" does, unless the file is named behind it. Any other
/// word ends it: "the contents of the list" is a part.
fn all_of(words: &[String], path: &str) -> bool {
    let (mut stressed, mut contents, mut file) = (false, false, false);
    for word in words {
        match word.as_str() {
            "the" | "its" | "all" | "of" | "existing" | "current" | "this" | "el" | "todo"
            | "de" => {}
            "entire" | "whole" | "full" | "complete" | "completo" => stressed = true,
            "content" | "contents" | "contenido" => contents = true,
            "file" | "file's" if !file => file = true,
            "with" | "by" | "to" | "por" | "con" | "completely" | "entirely" | "wholesale" => {
                return file || contents && stressed;
            }
            word if is_file(word, path) => file |= contents || stressed,
            _ => return false,
        }
    }
    file || contents && stressed
}

#[cfg(test)]
mod tests;

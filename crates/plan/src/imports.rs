//! Imports that the words beside a block spell out, as a statement, by name and module, or as those of an earlier block.
//!
//! ```text
//! with `import { X } from "./y"`
//! extend the `./y` import with `X`; add `Z` to the imports from `a`
//! import `a` and `b` from `app.x`
//! Add the same import.
//! ```
//!
//! Which of them the block needs is not decided here: who places it takes a name only where the block reads it, and its
//! file does not bind it.

use crate::word_lists::List;
use std::ops::Range;

use code::languages::Language;

use crate::document::Span;
use crate::inline::{CodeSpan, code_spans};
use crate::mention::{Mention, read_mention, sentence_around};
use crate::vocabulary::{Use, is_entry};

/// Beginnings of words that mean an import.
const IMPORT: [&str; 6] = ["import", "импорт", "导入", "導入", "インポート", "임포트"];

/// The most words that may stand between "imports" and the module: "to the imports that come from `x`".
const BETWEEN: usize = 3;

/// Returns the import statements that the words spell out and do not deny, in the language of the file at `path`.
pub(crate) fn spelled_imports(words: &str, path: &str) -> Vec<String> {
    let spans = code_spans(words, 0);
    let whole = spans.iter().filter(|span| {
        let code = &words[span.inner.clone()];
        let imports =
            code.starts_with("import ") || code.starts_with("from ") || code.contains("require(");
        imports && made_of(words, &span.outer) == Mention::Spoken
    });
    let mut found: Vec<String> = whole
        .map(|span| words[span.inner.clone()].to_owned())
        .collect();
    for clause in import_clauses(words, &spans) {
        found.extend(named_imports(words, &clause, &spans, path));
    }
    if Language::of_path(path) == Some(Language::Python) {
        // In JavaScript a name may be the default or a named export, which the verb does not tell.
        let worded = worded_imports(words);
        found.extend(
            worded
                .iter()
                .filter_map(|one| import_statement(one.module, &one.names, path)),
        );
    }
    found
}

/// Names that words want imported, and from where.
pub(crate) struct WordedImport<'w> {
    names: Vec<&'w str>,
    module: &'w str,
}

impl<'w> WordedImport<'w> {
    /// Returns the names.
    pub(crate) fn names(&self) -> &[&'w str] {
        &self.names
    }
}

/// Reads the imports that words ask for and do not deny.
pub(crate) fn worded_imports(words: &str) -> Vec<WordedImport<'_>> {
    let spans = code_spans(words, 0);
    let code = |span: &CodeSpan| &words[span.inner.clone()];
    let mut found = Vec::new();
    for first in 0..spans.len() {
        if !asks_for_import(words, &spans[first]) {
            continue;
        }
        let joined = |at: &usize| is_join(&words[spans[at - 1].outer.end..spans[*at].outer.start]);
        let last = (first + 1..spans.len())
            .take_while(joined)
            .last()
            .unwrap_or(first);
        let names: Vec<&str> = spans[first..=last].iter().map(code).collect();
        let Some(module) = spans.get(last + 1) else {
            continue;
        };
        let from = words[spans[last].outer.end..module.outer.start]
            .trim()
            .to_lowercase();
        let is_module = !code(module).contains([' ', '(', '`']) && !code(module).is_empty();
        if is_entry(&from, Use::Source)
            && is_module
            && names.iter().all(|name| is_import_name(name))
        {
            found.push(WordedImport {
                names,
                module: code(module),
            });
        }
    }
    found
}

/// Returns whether the verb "import" stands before a code span: "import `a`".
fn asks_for_import(words: &str, span: &CodeSpan) -> bool {
    let before = words[..span.outer.start].trim_end().to_lowercase();
    let word = before
        .rsplit(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or("");
    is_entry(word, Use::Import) && made_of(words, &span.outer) == Mention::Spoken
}

/// Returns whether words only join two names.
fn is_join(between: &str) -> bool {
    let mut words = between.split([' ', ',']).filter(|word| !word.is_empty());
    words.all(|word| matches!(word, "and" | "&" | "und" | "et" | "y" | "e" | "и" | "和"))
}

/// Returns whether the words ask for an import that an earlier block of the unit showed: "Add the same import."
pub(crate) fn asks_for_the_same(words: &str) -> bool {
    let lower = words.to_lowercase();
    let said = List::SameAsBefore
        .words()
        .iter()
        .flat_map(|same| lower.match_indices(same));
    lower.len() == words.len()
        && said.into_iter().any(|(at, same)| {
            let rest = lower[at + same.len()..]
                .trim_start_matches(|one: char| one.is_alphabetic() && one.is_ascii());
            let rest = rest.trim_start_matches([' ', '的']);
            let import = at + same.len()..lower.len() - rest.len();
            let names = IMPORT.iter().any(|import| rest.starts_with(import));
            names && made_of(words, &(at..import.end)) != Mention::Spared
        })
}

/// Returns whether a block shows imports and nothing else.
pub(crate) fn is_all_imports(text: &str, path: &str) -> bool {
    let Some(tree) = Language::of_path(path).and_then(|language| language.parse(text)) else {
        return false;
    };
    let root = tree.root_node();
    let mut cursor = root.walk();
    let kinds: Vec<&str> = root
        .named_children(&mut cursor)
        .map(|node| node.kind())
        .collect();
    let imports = |kind: &&str| matches!(*kind, "import_statement" | "import_from_statement");
    !root.has_error()
        && kinds.iter().any(imports)
        && kinds.iter().all(|kind| imports(kind) || *kind == "comment")
}

/// Returns what the sentence around a part of the words makes of it.
fn made_of(words: &str, name: &Range<usize>) -> Mention {
    let sentence = sentence_around(words, name.start);
    let own = name.start - sentence.start..name.end.min(sentence.end) - sentence.start;
    read_mention(&words[sentence], &own)
}

/// Returns the parts of the words that say one thing each: up to a semicolon, a parenthesis or the end of a sentence.
fn import_clauses(words: &str, spans: &[CodeSpan]) -> Vec<Span> {
    let outside = |at: usize| !spans.iter().any(|span| span.outer.contains(&at));
    let mut found = Vec::new();
    let mut start = 0;
    for (at, letter) in words.char_indices().filter(|(at, _)| outside(*at)) {
        let behind = words[at + letter.len_utf8()..].chars().next();
        let ends = matches!(letter, ';' | '(' | ')' | '；' | '（' | '）' | '。' | '\n')
            || letter == '.' && behind.is_none_or(char::is_whitespace);
        if ends {
            found.push(start..at);
            start = at + letter.len_utf8();
        }
    }
    found.push(start..words.len());
    found
}

/// Returns the imports that a clause says by module and name: "extend the `./y` import with `X`", "add `X` to the
/// imports from `y`". Returns what stands in a file's import of a script may be its default export or one of its names;
/// an import that is there gets more names, so only that is read.
fn named_imports(words: &str, clause: &Span, spans: &[CodeSpan], path: &str) -> Vec<String> {
    let inside: Vec<&CodeSpan> = spans
        .iter()
        .filter(|span| clause.start <= span.outer.start && span.outer.end <= clause.end)
        .collect();
    let is_of = |at: usize| is_told_module(words, clause, &inside, at);
    let modules: Vec<usize> = (0..inside.len()).filter(|at| is_of(*at)).collect();
    let mut found = Vec::new();
    for (number, at) in modules.iter().enumerate() {
        let next = modules.get(number + 1).copied().unwrap_or(inside.len());
        let last = number
            .checked_sub(1)
            .map_or(0, |number| modules[number] + 1);
        let names = |range: Range<usize>| -> Vec<&str> {
            let spans = inside[range]
                .iter()
                .filter(|span| made_of(words, &span.outer) == Mention::Spoken);
            spans
                .map(|span| &words[span.inner.clone()])
                .filter(|name| is_import_name(name))
                .collect()
        };
        let behind = names(at + 1..next);
        let names = if behind.is_empty() {
            names(last..*at)
        } else {
            behind
        };
        let module = &words[inside[*at].inner.clone()];
        // "The imports from `x`" makes a source of it.
        if !names.is_empty() && made_of(words, &inside[*at].outer) != Mention::Spared {
            found.extend(import_statement(module, &names, path));
        }
    }
    found
}

/// Returns whether the code span at `at` is the module of an import that the clause speaks of: "the `x` import", "imports from `x`".
fn is_told_module(words: &str, clause: &Span, inside: &[&CodeSpan], at: usize) -> bool {
    let span = inside[at];
    let lower = |range: Range<usize>| words.get(range).unwrap_or("").to_lowercase();
    let begins = |word: &str| IMPORT.iter().any(|import| word.starts_with(import));
    let behind = lower(
        span.outer.end
            ..inside
                .get(at + 1)
                .map_or(clause.end, |next| next.outer.start),
    );
    let behind = behind.trim_start_matches([' ', '-', '的', 'の']);
    if begins(behind) && !behind.starts_with("importan") {
        return true;
    }
    let before = lower(
        at.checked_sub(1)
            .map_or(clause.start, |last| inside[last].outer.end)..span.outer.start,
    );
    let mut before = before.split_whitespace().rev();
    let leads = before
        .next()
        .is_some_and(|word| matches!(word, "from" | "of" | "aus" | "de" | "da" | "di" | "из"));
    // The verb "import" has its names behind it: they would stand between.
    at > 0 && leads && before.take(BETWEEN).any(begins)
}

fn is_import_name(code: &str) -> bool {
    let begins = code.starts_with(|one: char| one.is_alphabetic() || matches!(one, '_' | '$'));
    begins
        && code
            .chars()
            .all(|one| one.is_alphanumeric() || matches!(one, '_' | '$'))
}

/// Returns the statement that imports the names from the module, in the language of the file.
fn import_statement(module: &str, names: &[&str], path: &str) -> Option<String> {
    let language = Language::of_path(path)?;
    let plain = |one: char| one.is_alphanumeric() || matches!(one, '_' | '.');
    match language {
        Language::Python if module.chars().all(plain) => {
            Some(format!("from {module} import {}", names.join(", ")))
        }
        Language::Python => None,
        _ if module.contains([' ', '(', '\'', '"', '{']) => None,
        _ => Some(format!(
            "import {{ {} }} from '{module}';",
            names.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_read_from_statements_and_from_module_and_names() {
        let rows: [(&str, &str, &[&str]); 11] = [
            (
                "Add it with `import { X } from './y'`:",
                "a.ts",
                &["import { X } from './y'"],
            ),
            (
                "Append to `a.test.ts` (extend the `./y` import with `X`, `Z`; extend the `@p/client` import with `S`):",
                "a.test.ts",
                &[
                    "import { X, Z } from './y';",
                    "import { S } from '@p/client';",
                ],
            ),
            (
                "Add `X` and `Z` to the existing `./y` import:",
                "a.ts",
                &["import { X, Z } from './y';"],
            ),
            (
                "Add `X` to the imports from `app.models`.",
                "a.py",
                &["from app.models import X"],
            ),
            (
                "Ergänze `X` im Import aus `app.models`.",
                "a.py",
                &["from app.models import X"],
            ),
            (
                "在 `./y` 的导入中加入 `X`：",
                "a.ts",
                &["import { X } from './y';"],
            ),
            ("Do not extend the `./y` import with `X`.", "a.ts", &[]),
            ("Import `X` from `./y` and call `run`:", "a.ts", &[]),
            ("`app.models` is important for `X`.", "a.py", &[]),
            ("Add `X` to the imports.", "a.py", &[]),
            (
                "Extend the `./y` import with `run()` of `z.ts`:",
                "a.ts",
                &[],
            ),
        ];
        for (words, path, want) in rows {
            assert_eq!(spelled_imports(words, path), want, "{words}");
        }
    }

    #[test]
    fn the_same_import_is_asked_for_in_words() {
        for words in [
            "Add the same import.",
            "Keep the guard. Add the same imports as above.",
            "加入相同的导入。",
        ] {
            assert!(asks_for_the_same(words), "{words}");
        }
        for words in [
            "Do not add the same import.",
            "Add the import.",
            "Handle the same import job twice?",
        ] {
            assert_eq!(asks_for_the_same(words), words.contains("job"), "{words}");
        }
    }

    #[test]
    fn a_block_of_imports_alone_is_told_from_code() {
        for (text, path) in [
            ("import { a } from './a';\n", "a.ts"),
            (
                "import {\n  a,\n  b,\n} from './a';\nimport c from 'c';\n",
                "a.ts",
            ),
            ("from a import (\n    b,\n)\nimport c\n", "a.py"),
        ] {
            assert!(is_all_imports(text, path), "{text}");
        }
        for (text, path) in [
            ("import { a } from './a';\na();\n", "a.ts"),
            ("from a import b\nb()\n", "a.py"),
        ] {
            assert!(!is_all_imports(text, path), "{text}");
        }
    }

    #[test]
    fn imports_are_read_from_words() {
        for (words, expected) in [
            ("Import `a` from `app.x`.", Some("from app.x import a")),
            (
                "Import `a`, `b` and `C` from `app.x`, and add the route:",
                Some("from app.x import a, b, C"),
            ),
            ("and import `a` from `.x`:", Some("from .x import a")),
            ("Importiere `a` aus `app.x`:", None),
            ("Do not import `a` from `app.x`.", None),
            ("Import `a` and remove `b` from `app.x`.", None),
            ("Move `a` from `app.x`.", None),
            ("The import of `a` from `app.x` stays.", None),
        ] {
            let found = worded_imports(words)
                .first()
                .and_then(|one| import_statement(one.module, &one.names, "a.py"));
            assert_eq!(found.as_deref(), expected, "{words}");
        }
    }
}

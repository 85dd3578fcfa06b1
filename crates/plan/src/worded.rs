//! Imports that words ask for without spelling the statement out: "import `a` and `b` from `app.x`".

use crate::inline::{CodeSpan, code_spans};
use crate::mention::{Mention, mention, sentence_around};
use crate::vocabulary::{Use, is_entry};

/// Names that words want imported, and from where.
pub(crate) struct WordedImport<'w> {
    names: Vec<&'w str>,
    module: &'w str,
}

impl<'w> WordedImport<'w> {
    /// The names.
    pub(crate) fn names(&self) -> &[&'w str] {
        &self.names
    }

    /// Returns the statement of Python. In JavaScript a name may be the default or a named export: there the words say it not.
    pub(crate) fn python(&self) -> Option<String> {
        let dotted = self.module.split('.').all(|part| part.is_empty() || is_name(part));
        dotted.then(|| format!("from {} import {}", self.module, self.names.join(", ")))
    }
}

/// Reads the imports that words ask for and do not deny.
pub(crate) fn worded_imports(words: &str) -> Vec<WordedImport<'_>> {
    let spans = code_spans(words, 0);
    let code = |span: &CodeSpan| &words[span.inner.clone()];
    let mut found = Vec::new();
    for first in 0..spans.len() {
        if !asks(words, &spans[first]) {
            continue;
        }
        let joined = |at: &usize| is_join(&words[spans[at - 1].outer.end..spans[*at].outer.start]);
        let last = (first + 1..spans.len()).take_while(joined).last().unwrap_or(first);
        let names: Vec<&str> = spans[first..=last].iter().map(code).collect();
        let Some(module) = spans.get(last + 1) else { continue };
        let from = words[spans[last].outer.end..module.outer.start].trim().to_lowercase();
        let is_module = !code(module).contains([' ', '(', '`']) && !code(module).is_empty();
        if is_entry(&from, Use::Source) && is_module && names.iter().all(|name| is_name(name)) {
            found.push(WordedImport { names, module: code(module) });
        }
    }
    found
}

/// Returns whether the word before code asks to import it.
fn asks(words: &str, span: &CodeSpan) -> bool {
    let before = words[..span.outer.start].trim_end().to_lowercase();
    let word = before.rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or("");
    let sentence = sentence_around(words, span.outer.start);
    let own = span.outer.start - sentence.start..span.outer.end.min(sentence.end) - sentence.start;
    is_entry(word, Use::Import) && mention(&words[sentence], &own) == Mention::Spoken
}

fn is_join(between: &str) -> bool {
    let mut words = between.split([' ', ',']).filter(|word| !word.is_empty());
    words.all(|word| matches!(word, "and" | "&" | "und" | "et" | "y" | "e" | "и" | "和"))
}

fn is_name(code: &str) -> bool {
    let mut letters = code.chars();
    letters.next().is_some_and(|letter| letter.is_alphabetic() || matches!(letter, '_' | '$'))
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$'))
}

#[cfg(test)]
mod tests {
    use super::worded_imports;

    #[test]
    fn imports_are_read_from_words() {
        for (words, expected) in [
            ("Import `a` from `app.x`.", Some("from app.x import a")),
            ("Import `a`, `b` and `C` from `app.x`, and add the route:", Some("from app.x import a, b, C")),
            ("and import `a` from `.x`:", Some("from .x import a")),
            ("Importiere `a` aus `app.x`:", None),
            ("Do not import `a` from `app.x`.", None),
            ("Import `a` and remove `b` from `app.x`.", None),
            ("Move `a` from `app.x`.", None),
            ("The import of `a` from `app.x` stays.", None),
        ] {
            let found = worded_imports(words).first().and_then(|one| one.python());
            assert_eq!(found.as_deref(), expected, "{words}");
        }
    }
}

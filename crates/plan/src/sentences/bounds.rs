//! Reads sentences that bound all that may change: "nothing outside `a.py` changes", "only `a.py` and `b.py` are touched".
//!
//! The words right before the first path decide, and all code that the sentence names has to be paths: "change only the
//! import in `a.py`" bounds a part of a file, and nothing else.

use super::SentenceClass;
use super::prohibition::Protected;
use crate::inline::code_spans;
use crate::paths::as_path;
use crate::vocabulary::{Use, entry_at_start, is_entry, last_entry, uses_in};
use crate::word_lists::List;

/// Returns what a sentence protects by naming all that may change.
pub(crate) fn bound_of_sentence(words: &str) -> Option<Protected> {
    let spans = code_spans(words, 0);
    let paths: Vec<&str> = spans
        .iter()
        .map(|span| &words[span.inner.clone()])
        .collect();
    if paths.is_empty() || !paths.iter().all(|path| as_path(path, true).is_some()) {
        return None;
    }
    let first = spans.first()?;
    let before = words[..first.outer.start].to_lowercase();
    let before = before.trim_end_matches([' ', ':', '*', '_', '(']);
    let whole = words.to_lowercase();
    let uses = uses_in(&whole);
    let alters = uses.has(Use::Alter)
        || whole
            .split(' ')
            .any(|word| is_entry(word.trim_end_matches(['s', '.']), Use::Alter));
    if !alters || uses.has(Use::Condition) {
        return None;
    }
    let lead = without_fillers(before);
    let excepts = last_entry(lead, Use::Except).filter(|found| found.end == lead.len());
    let denied = excepts.is_some_and(|found| {
        uses_in(&lead[..found.start]).has(Use::Negation)
            || entry_at_start(lead, Use::Negation).is_some()
    });
    let solely = || {
        let verb = lead
            .rsplit(' ')
            .next()
            .is_some_and(|word| is_entry(word, Use::Alter));
        let ends = last_entry(lead, Use::Solely).is_some_and(|found| found.end == lead.len());
        !uses.has(Use::Negation) && (ends || verb && uses_in(lead).has(Use::Solely))
    };
    (denied || solely()).then(|| Protected {
        name: paths[0].to_owned(),
        is_path: true,
        within: None,
        only_from_loss: false,
        all_but: paths.into_iter().map(str::to_owned).collect(),
    })
}

/// Takes what may stand between the word that bounds and a path off the end.
fn without_fillers(before: &str) -> &str {
    let mut rest = before;
    loop {
        let word = rest.rsplit(' ').next().unwrap_or("");
        let bare = word.trim_end_matches(':');
        let fills = List::BeforeBoundPath.words().contains(&bare)
            || is_entry(bare, Use::Determiner)
            || bare == "in"
            || bare.is_empty();
        // "other file than" is one word of exception.
        if !fills
            || rest.len() == word.len()
            || last_entry(rest, Use::Except).is_some_and(|found| found.end == rest.len())
        {
            return rest;
        }
        rest = rest[..rest.len() - word.len()].trim_end();
    }
}

/// Returns whether what a sentence protects is the first that it names: "Replace `a`, but do not touch `b`" is about `a`.
pub(super) fn is_about(words: &str, protects: &[Protected]) -> bool {
    let first = code_spans(words, 0).into_iter().next();
    protects
        .first()
        .zip(first)
        .is_some_and(|(one, span)| one.name == words[span.inner])
}

/// Returns the class of a sentence that says what must stay.
pub(super) fn as_forbidden(class: SentenceClass) -> SentenceClass {
    use SentenceClass::{Context, DoPartly, DoUnshown, Forbid, Place, Unclear};
    if matches!(class, Context | DoUnshown | DoPartly | Place | Unclear) {
        Forbid
    } else {
        class
    }
}

#[cfg(test)]
mod tests {
    use super::bound_of_sentence;

    #[test]
    fn all_that_may_change_is_read() {
        for (words, expected) in [
            ("Nothing outside `a.py` changes.", &["a.py"][..]),
            ("Nothing outside of `app/` is touched.", &["app/"]),
            ("No file other than `a.py` is touched.", &["a.py"]),
            ("Do not touch any other file than `a.py`.", &["a.py"]),
            (
                "Do not change anything outside `a.py` and `b.py`.",
                &["a.py", "b.py"],
            ),
            ("Only `a.py` changes.", &["a.py"]),
            ("Only `a.py` and `b.py` are modified.", &["a.py", "b.py"]),
            ("Touch only `a.py`.", &["a.py"]),
            ("You only touch one file: `a.py`", &["a.py"]),
            ("Nur `a.py` wird geändert.", &["a.py"]),
            ("Außerhalb von `a.py` wird nichts geändert.", &[]),
            ("Change only the import in `a.py`.", &[]),
            ("Only `total` changes in `a.py`.", &[]),
            ("Do not touch `a.py` other than the import.", &[]),
            ("Do not touch `a.py`.", &[]),
            ("Only admins may call `a.py`.", &[]),
            ("If `b.py` is there, change only `a.py`.", &[]),
        ] {
            let found = bound_of_sentence(words)
                .map(|one| one.all_but)
                .unwrap_or_default();
            assert_eq!(found, expected, "{words}");
        }
    }
}

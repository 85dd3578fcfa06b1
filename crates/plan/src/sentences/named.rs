//! Finds what a sentence names and no block makes: a class with its base, a second file, a symbol of an earlier clause.

use crate::inline::code_spans;
use crate::labels::Topic;
use crate::paths::{as_path, lines_said_last};
use crate::vocabulary::{Use, entry_at_start, uses_in};

use super::evidence::Shown;
use super::form::{Form, Mood};
use super::judge::Judge;
use super::split::Cut;
use super::words::{is_single_name, leads_on};

/// Words of code before the name of what they define.
const DEFINES: [&str; 11] = [
    "class",
    "def",
    "function",
    "const",
    "let",
    "interface",
    "type",
    "enum",
    "struct",
    "fn",
    "func",
];

/// Returns whether blocks define a name, and not only use it.
fn is_defined(shown: Shown<'_>, name: &str) -> bool {
    let declared = DEFINES.iter().map(|word| format!("{word}{name}"));
    let assigned = format!("{name}=");
    declared.chain([assigned]).any(|text| shown.holds(&text))
}

/// Returns the name of a class that is written with its base: `StoreError(Exception)`.
fn class_with_base(code: &str) -> Option<&str> {
    let (name, base) = code.strip_suffix(')')?.split_once('(')?;
    let is_class = |word: &str| {
        is_single_name(word)
            && word.starts_with(char::is_uppercase)
            && word.contains(char::is_lowercase)
    };
    (is_class(name) && is_class(base)).then_some(name)
}

impl Judge<'_, '_, '_> {
    /// Returns whether an entry begins with a class and its base, and no block of the unit defines that class.
    pub(super) fn lacks_class(&self, cut: &Cut, form: &Form) -> bool {
        let class = form.subject.as_deref().and_then(class_with_base);
        let item = self.asking.rows[cut.row].item.is_some();
        let unit = self.stock.unit();
        item && class.is_some_and(|name| unit.works() && !is_defined(unit, name))
    }

    /// Returns whether it is a second label with a path, right below that of the file at hand, and no block is for that path:
    /// "**File:** `a.ts`" and "**Types:** `a.types.ts`".
    pub(super) fn names_second_file(&self, cut: &Cut, form: &Form) -> bool {
        let row = &self.asking.rows[cut.row];
        let first = cut.row.checked_sub(1).map(|at| &self.asking.rows[at]);
        let below = first.is_some_and(|first| {
            first.piece == row.piece
                && first.label.is_some()
                && first.topic.is_some_and(Topic::names_files)
        });
        let Some(path) = &form.path else {
            return false;
        };
        below
            && row.label.is_none()
            && !form.label.is_empty()
            && form.head.is_empty()
            && !self.stock.unit().has(path)
            && !self.is_followed(cut)
    }

    /// Returns whether a line before a block asks for a symbol first and for the block then, and the block only uses the
    /// symbol: "Define the stand-in `FakeModel`, then add:".
    pub(super) fn asks_before(&self, cut: &Cut, form: &Form) -> bool {
        let words = self.asking.document.slice(&cut.span);
        if !leads_on(words) {
            return false;
        }
        let block = self.stock.row(cut.last + 1);
        if removes_lines_before(words)
            || block.is_some_and(|block| uses_for(words, |name| is_defined(block, name)))
        {
            return true;
        }
        if form.mood != Mood::Asks(Use::Change) {
            return false;
        }
        let Some((first, then)) = words.rsplit_once([',', '，']) else {
            return false;
        };
        let then = then.trim().to_lowercase();
        let lead = entry_at_start(&then, Use::Lead);
        let verb = lead.map(|end| then[end..].trim_start());
        let asks = verb.is_some_and(|verb| {
            entry_at_start(verb, Use::Change)
                .is_some_and(|end| !verb[end..].contains(char::is_alphanumeric))
        });
        let symbol = code_spans(first, 0)
            .into_iter()
            .map(|span| &first[span.inner])
            .find(|code| as_path(code, true).is_none());
        asks && symbol
            .zip(block)
            .is_some_and(|(symbol, block)| is_single_name(symbol) && !is_defined(block, symbol))
    }
}

/// Returns whether a sentence asks for lines to go before it leads to what is written elsewhere: "Delete lines 5-6 of `a.py`,
/// then add at the end:". "Delete lines 5-6 and put this there:" goes on about them.
fn removes_lines_before(words: &str) -> bool {
    let lower = words.to_lowercase();
    let joins = [
        ", then ",
        ", and ",
        "; ",
        " and then ",
        " and ",
        ", dann ",
        " und ",
    ];
    let cuts = joins.iter().flat_map(|join| {
        lower
            .match_indices(join)
            .map(|(at, join)| (at, at + join.len()))
    });
    cuts.into_iter().any(|(end, start)| {
        let (first, then) = (&lower[..end], lower[start..].trim_start());
        let lead = entry_at_start(then, Use::Lead).unwrap_or(0);
        let verb = then[lead..].trim_start();
        let bare = first.trim_start_matches(|letter: char| !letter.is_alphanumeric());
        let goes = verb_at_head(bare, Use::Remove) && lines_said_last(first).is_some();
        let points = uses_in(verb).has(Use::Anaphor) || uses_in(verb).has(Use::Instead);
        goes && verb_at_head(verb, Use::Change) && !points
    })
}

/// Returns whether words begin with such a verb, or with one behind the words that may stand before it.
fn verb_at_head(words: &str, what: Use) -> bool {
    let mut rest = words;
    while let Some(end) = entry_at_start(rest, Use::Lead) {
        rest = rest[end..].trim_start();
    }
    entry_at_start(rest, what).is_some()
}

/// Returns whether a sentence also wants what the block shows used in place of something that it does not define: "Add `new`
/// (and use it instead of `old` everywhere):".
fn uses_for(words: &str, defines: impl Fn(&str) -> bool) -> bool {
    let lower = words.to_lowercase();
    let clauses = lower.match_indices([',', ';', '(']).map(|(at, _)| at + 1);
    let joined = lower.match_indices(" and ").map(|(at, _)| at);
    clauses.chain(joined).any(|start| {
        let head = lower[start..].trim_start();
        let head = entry_at_start(head, Use::Lead).map_or(head, |end| head[end..].trim_start());
        let Some(verb) = entry_at_start(head, Use::Employ) else {
            return false;
        };
        let object = head[verb..].trim_start();
        let Some(end) = entry_at_start(object, Use::Anaphor) else {
            return false;
        };
        let other = object[end..].trim_start();
        let behind = entry_at_start(other, Use::Instead).map(|end| other.len() - end);
        let named = behind.and_then(|left| {
            let rest = words.get(words.len().checked_sub(left)?..)?;
            let span = code_spans(rest, 0).into_iter().next()?;
            Some(&rest[span.inner])
        });
        named.is_some_and(|name| is_single_name(name) && !defines(name))
    })
}

#[cfg(test)]
mod tests {
    use super::{removes_lines_before, uses_for};

    #[test]
    fn a_sentence_may_ask_for_more_than_the_block_that_it_leads_to() {
        for words in [
            "Delete lines 5-6 of `a.py`, then add at the end:",
            "Remove lines 5-6 and add below the imports:",
            "Then delete lines 3–9; add at the top:",
        ] {
            assert!(removes_lines_before(words), "{words}");
        }
        for words in [
            "Replace lines 5-6 of `a.py` with:",
            "Delete lines 5-6 and put this there:",
            "Delete lines 5-6 of `a.py`:",
            "Add behind lines 5-6, then remove `x`:",
        ] {
            assert!(!removes_lines_before(words), "{words}");
        }
        let defines = |name: &str| name == "new";
        for words in [
            "Add `new` (and use it instead of `old` everywhere):",
            "Add `new`, and use it instead of `old`:",
        ] {
            assert!(uses_for(words, defines), "{words}");
        }
        for words in [
            "Use it instead of `old`:",
            "Add `new` and call it:",
            "Add `old` (and use it instead of `new`):",
        ] {
            assert!(!uses_for(words, defines), "{words}");
        }
    }
}

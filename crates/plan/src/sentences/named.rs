//! Finds what a sentence names and no block makes: a class with its base, a second file, a symbol of an earlier clause.

use crate::inline::code_spans;
use crate::labels::Topic;
use crate::paths::as_path;
use crate::vocabulary::{Use, entry_at_start};

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
        if form.mood != Mood::Asks(Use::Change) || !leads_on(words) {
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
        let block = self.stock.row(cut.last + 1);
        asks && symbol
            .zip(block)
            .is_some_and(|(symbol, block)| is_single_name(symbol) && !is_defined(block, symbol))
    }
}

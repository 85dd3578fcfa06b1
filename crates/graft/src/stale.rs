//! Tells a quote of code that the file no longer has: what is to take its place has none, and structure would find another.
//!
//! ```text
//! quote                        file                           stale
//! def load(): …                def fetch(): …                 yes: neither file nor new code knows `load`
//! docs.add("GET", self.show)   docs.add("GET", show)          yes: the new statements would stand beside
//! def load(): old              def load(): older              no: `load` is found by its name
//! ```

use crate::items::{Item, Source, parse_source};
use crate::languages::{Kind, Language};

/// Returns whether the code to be replaced, not found as it is quoted, can't be found by its names either.
pub(crate) fn is_stale(path: &str, text: &str, (current, new): (&str, &str)) -> bool {
    let Some(source) = Language::of_path(path).and_then(|language| parse_source(current, language))
    else {
        return false;
    };
    let items = source.items(source.root());
    defines_unknown_names(&items, text, new) || calls_what_is_missing(&source, &items, text)
}

/// Returns whether a quote defines things that neither its file nor the block which replaces it names.
fn defines_unknown_names(items: &[Item<'_>], text: &str, new: &str) -> bool {
    let mut defined = items.iter().filter(|item| item.is_definition()).peekable();
    let names = |text: &str, name: &str| {
        let mut words =
            text.split(|one: char| !(one.is_alphanumeric() || matches!(one, '_' | '$')));
        words.any(|word| word == name)
    };
    defined.peek().is_some()
        && defined.all(|item| !names(text, &item.name) && !names(new, &item.name))
}

/// Returns whether two statements or more of a quote, none of which has a name, are calls of which one is not in the file:
/// nothing but the quote says which calls the new ones take the place of.
fn calls_what_is_missing(source: &Source<'_>, items: &[Item<'_>], text: &str) -> bool {
    // Blanks, last commas and the sort of quotes are layout.
    let squeezed = |text: &str| {
        let joined: String = text
            .split_whitespace()
            .collect::<String>()
            .replace('\'', "\"");
        joined
            .replace(",)", ")")
            .replace(",}", "}")
            .replace(",]", "]")
    };
    let calls: Vec<&Item<'_>> = items
        .iter()
        .filter(|item| item.kind == Kind::Call)
        .collect();
    let file = squeezed(text);
    calls.len() > 1
        && calls.iter().any(|item| {
            let call = squeezed(source.slice(item.bare..item.code_end));
            !file.contains(call.trim_end_matches(';'))
        })
}

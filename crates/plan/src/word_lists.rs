//! Lists of words of which one question is asked: does a note say that a unit is done, does a verb
//! create a file? The words are in `vocabulary/NAME.toml`, in the tables `[lists.NAME]`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::vocabulary::LISTS;
pub(crate) use crate::vocabulary::List;

/// The words of each list, in all languages, the longest first: "not approved" is found before "approved".
static WORDS: LazyLock<BTreeMap<List, Vec<&'static str>>> = LazyLock::new(|| {
    let mut lists: BTreeMap<List, Vec<&'static str>> = BTreeMap::new();
    for (list, words) in LISTS {
        lists.entry(*list).or_default().extend(*words);
    }
    for words in lists.values_mut() {
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.dedup();
    }
    lists
});

impl List {
    /// Returns the words of the list.
    pub(crate) fn words(self) -> &'static [&'static str] {
        WORDS.get(&self).map_or(&[], Vec::as_slice)
    }
}

//! Sentences that point back to what an earlier block shows: "Create `limits.yaml`: paste the YAML above."

use crate::changes::{Action, changes_meant};
use crate::imports::asks_for_the_same;
use crate::paths::find_paths;

use super::asked::Asked;
use super::form::Form;
use super::judge::Judge;
use super::split::Cut;

/// Words for what stands above.
const BACK: [&str; 12] = [
    "above",
    "oben",
    "obige",
    "arriba",
    "anterior",
    "acima",
    "ci-dessus",
    "выше",
    "上面",
    "上述",
    "上記",
    "위의",
];

/// Words and signs behind which a sentence goes on to something else.
const GOES_ON: [&str; 16] = [
    ",",
    ";",
    "，",
    "；",
    " and ",
    " then ",
    " but ",
    " und ",
    " y ",
    " e ",
    " et ",
    " и ",
    "并",
    "然后",
    "また",
    "그리고",
];

impl Judge<'_, '_, '_> {
    /// Returns whether what it asks for is shown by a block above, of which it says no more than that.
    pub(super) fn points_back(&self, cut: &Cut, form: &Form, asked: &Asked<'_>) -> bool {
        self.takes_the_same_import(cut, asked) || self.creates_from_above(cut, form, asked)
    }

    /// Returns whether it asks for the import of an earlier block, nothing else, and a block beside it gets that.
    fn takes_the_same_import(&self, cut: &Cut, asked: &Asked<'_>) -> bool {
        /// As long as such a sentence is, in words: "Then add the same import here, too."
        const LONGEST: usize = 8;
        let words = self.asking.document.slice(&cut.span);
        words.split_whitespace().count() <= LONGEST
            && asks_for_the_same(words)
            && !asked.names_symbols()
            && self.stock.imports_in(self.scopes.group(cut.row))
    }

    /// Returns whether it asks for a new file with the content of a block above, and nothing else.
    fn creates_from_above(&self, cut: &Cut, form: &Form, asked: &Asked<'_>) -> bool {
        let words = self.asking.document.slice(&cut.span).to_lowercase();
        let Some((end, _)) = BACK
            .iter()
            .find_map(|back| words.rfind(back).map(|at| (at + back.len(), back)))
        else {
            return false;
        };
        let named = find_paths(self.asking.document.slice(&cut.span), 0, false);
        let files: Vec<usize> = named
            .iter()
            .flat_map(|path| changes_meant(self.changes, &path.path))
            .collect();
        let created = |at: &usize| {
            let new = self
                .changes
                .get(*at)
                .is_some_and(|change| change.action == Action::Create);
            new && self.stock.is_shown_above(*at, cut.row)
        };
        !form.negated
            && !asked.names_symbols()
            && !files.is_empty()
            && files.iter().all(created)
            && !GOES_ON
                .iter()
                .any(|word| words.get(end..).unwrap_or("").contains(word))
            && !words.get(..end).unwrap_or("").contains(" and ")
    }
}

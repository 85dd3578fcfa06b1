//! What a sentence names, and whether blocks show that.

use std::collections::HashSet;

use crate::inline::one_line;
use crate::paths::as_path;

use super::evidence::Shown;
use super::form::Form;
use super::words::{stems, symbols};

/// What a sentence names.
pub(super) struct Asked<'w> {
    /// It speaks of an import.
    imports: bool,
    /// The code between its ticks, paths and commands apart.
    symbols: Vec<&'w str>,
    /// Stems of its words behind the verb.
    stems: HashSet<String>,
}

impl<'w> Asked<'w> {
    /// Reads what a sentence of this form names.
    pub(super) fn of(words: &'w str, form: &Form) -> Self {
        // What stands in the place before the verb is there already.
        let named = |symbol: &&str| {
            as_path(symbol, true).is_none()
                && !shell::is_command(symbol)
                && form.head.contains(&one_line(symbol).to_lowercase())
        };
        Asked {
            imports: form.imports,
            symbols: symbols(words).into_iter().filter(named).collect(),
            stems: stems(form.object()).collect(),
        }
    }

    /// Returns whether blocks show it.
    pub(super) fn is_shown(&self, shown: Shown<'_>, proof: Proof) -> bool {
        if !shown.works() {
            return false;
        }
        let held = self.symbols.iter().filter(|symbol| shown.has(symbol)).count();
        let named = self.symbols.len();
        if self.imports && named > 0 {
            return self.symbols.iter().any(|symbol| shown.imports(symbol));
        }
        let (words, all) = shown.share(&self.stems);
        // The shares were tried on labelled sentences of twenty projects: with lower ones, work that a
        // block only touches counts as shown; with higher ones, so does little that is shown in other words.
        match proof {
            Proof::Any => named == 0 || held == named || words * 3 >= all,
            Proof::Half if named > 0 => held * 2 >= named && words * 3 >= all,
            Proof::Half => words * 5 >= all * 3,
            Proof::Most => all > 0 && words * 10 >= all * 9 && held == named,
        }
    }
}

/// How much of what a sentence names the blocks have to hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Proof {
    /// Something, as the blocks stand where the sentence says they do.
    Any,
    /// Half, as the blocks stand before it.
    Half,
    /// Most, as the blocks stand elsewhere.
    Most,
}

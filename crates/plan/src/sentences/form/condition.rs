//! What a sentence makes its work depend on: on how the plan's own work goes ("If the build breaks, …"), or on what the
//! program finds when it runs ("If the list is empty, throw …"), which is behaviour that the plan asks for.

use super::mood::{VERBS, mood_of};
use super::{Mood, after_leads, after_place, main_statement};
use crate::inline::code_spans;
use crate::paths::as_path;
use crate::vocabulary::{Opening, Use, entry_at_start, uses_in};

/// What the words behind "if" speak of, where they don't speak of the plan's own work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sentences) enum Supposed {
    /// The program: only code throws, returns or rejects something.
    Program,
    /// The program or the work.
    Unsure,
}

/// Returns what a sentence supposes that may be asked of the program, and the clause behind that.
pub(super) fn read_supposed(lower: &str) -> Option<(Supposed, &str)> {
    let head = lower.trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '`');
    let behind = &head[entry_at_start(head, Use::Supposing)?..];
    let clause = after_place(behind)?.trim_start();
    let condition = &behind[..behind.len() - clause.len()];
    if condition
        .trim_matches([' ', ',', ':', '，', '：'])
        .is_empty()
    {
        return None;
    }
    let (speaks, rest) = (uses_in(condition), after_leads(clause));
    if speaks.has(Use::TestWord) || uses_in(lower).has(Use::Proviso) && !answers(&rest) {
        return None;
    }
    if answers(&rest) {
        return Some((Supposed::Program, clause));
    }
    let opening = Opening::new(&rest);
    let mood = mood_of(&rest, &opening, &main_statement(clause));
    let asks = matches!(mood, Mood::Asks(what) if !matches!(what, Use::Change | Use::Remove));
    let of_work = speaks.has(Use::WorkWord) || names_work(condition);
    (!of_work && !asks).then_some((Supposed::Unsure, clause))
}

/// Returns whether words begin with a verb for what only code does: "throw", "return".
pub(super) fn answers(words: &str) -> bool {
    let further = |end: usize| {
        let other = |what: &Use| entry_at_start(words, *what).is_some_and(|other| other > end);
        VERBS.iter().any(other)
    };
    entry_at_start(words, Use::Answer).is_some_and(|end| !further(end))
        || words.chars().any(crate::vocabulary::is_dense)
            && words
                .split(['，', '、', '；', ',', ' '])
                .any(|part| entry_at_start(part, Use::Answer).is_some())
}

/// Returns whether code in a condition is a file or a command.
fn names_work(condition: &str) -> bool {
    code_spans(condition, 0).into_iter().any(|span| {
        let code = &condition[span.inner];
        as_path(code, false).is_some() || shell::is_command(code)
    })
}

//! Words that name items by their sort, "after the imports": the table `data/sorts.tsv`.
//!
//! ```text
//! [imports]                     Sort::Import
//! [return, statement]           Sort::Return: "statement" adds nothing
//! [class, attributes]           Sort::Field: "class" says whose
//! [book, routes]                nothing: "book" tells which
//! ```

use std::sync::LazyLock;

/// A sort of items, as words name one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Import,
    Assertion,
    Route,
    Middleware,
    Return,
    Loop,
    Condition,
    Assignment,
    Test,
    Function,
    Class,
    Field,
    Constructor,
}

/// Words that may stand beside the sort and add nothing: "the return statement", "the if block".
const BESIDE: [&str; 6] = [
    "statement",
    "statements",
    "block",
    "blocks",
    "definition",
    "definitions",
];

/// Words before the sort that say whose items they are, in a place that the words name anyway.
const OWNERS: [&str; 5] = ["class", "instance", "module", "level", "other"];

/// The longest ending that a word may have behind its beginning in the table: "aserciones", "Routen".
const LONGEST_ENDING: usize = 3;

/// The rows of the table, the longest beginnings first, so that the most special one is found.
static SORTS: LazyLock<Vec<(&'static str, Sort)>> = LazyLock::new(|| {
    let rows = include_str!("../../data/sorts.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let mut sorts: Vec<(&str, Sort)> = rows.filter_map(parse_sort_row).collect();
    sorts.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    sorts
});

/// Reads a row: the beginning of a word and its sort.
fn parse_sort_row(row: &'static str) -> Option<(&'static str, Sort)> {
    let mut cells = row.split('\t');
    let (word, sort) = (cells.next()?, cells.next()?);
    let sort = match sort {
        "import" => Sort::Import,
        "assertion" => Sort::Assertion,
        "route" => Sort::Route,
        "middleware" => Sort::Middleware,
        "return" => Sort::Return,
        "loop" => Sort::Loop,
        "condition" => Sort::Condition,
        "assignment" => Sort::Assignment,
        "test" => Sort::Test,
        "function" => Sort::Function,
        "class" => Sort::Class,
        "field" => Sort::Field,
        "constructor" => Sort::Constructor,
        _ => return None,
    };
    Some((word, sort))
}

/// Returns the sort that words name, where they name nothing else.
pub(super) fn sort_of(words: &[String]) -> Option<Sort> {
    let mut telling = words
        .iter()
        .rev()
        .filter(|word| !BESIDE.contains(&word.as_str()));
    let word = telling.next()?;
    // "The class attributes", "the instance methods".
    let mut telling = telling.filter(|word| !OWNERS.contains(&word.as_str()));
    let is_meant = |begin: &str| {
        // "Importer" is a thing of its own.
        let rest = word
            .strip_prefix(begin)
            .filter(|rest| !matches!(*rest, "er" | "ers" | "ed"));
        let rest = rest.map(|rest| rest.chars().count());
        // "if" begins many words.
        rest.is_some_and(|rest| rest == 0 || begin.chars().count() > 2 && rest <= LONGEST_ENDING)
    };
    let (_, sort) = SORTS.iter().find(|(begin, _)| is_meant(begin))?;
    telling.next().is_none().then_some(*sort)
}

/// Returns the sort that a word of a language names which does not part its words: "所有导入", or `import` before one.
///
/// There the word is one token with what stands around it; an English one must be all of it, but
/// for a plural.
pub(super) fn sort_within(word: &str) -> Option<Sort> {
    let lower = word.to_lowercase();
    let is_meant = |begin: &str| {
        if begin.is_ascii() {
            lower.trim_end_matches('s') == begin
        } else {
            lower.contains(begin)
        }
    };
    SORTS
        .iter()
        .find(|(begin, _)| is_meant(begin))
        .map(|(_, sort)| *sort)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prose::Prose;

    #[test]
    fn each_example_names_its_sort() {
        for row in include_str!("../../data/sorts.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let (_, sort) = parse_sort_row(row).unwrap_or_else(|| panic!("{row}: no such sort"));
            let example = row.rsplit('\t').next().unwrap_or_default();
            let prose = Prose::read(example);
            assert!(
                prose.phrases.iter().any(|one| one.sort == Some(sort)),
                "{row}: {:?}",
                prose.phrases
            );
        }
        for text in [
            "after the user routes",
            "after the rotation",
            "before the importer is ready",
        ] {
            assert!(
                Prose::read(text)
                    .phrases
                    .iter()
                    .all(|one| one.sort.is_none()),
                "{text}"
            );
        }
    }
}

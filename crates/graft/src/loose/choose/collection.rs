//! The list or dictionary that takes bare entries, where the words name it.
//!
//! ```text
//! CONFIG = {"db": {"size": 1}, "log": {…}}
//! "add to `db`"                    the inner dictionary
//! "the `db` key of `CONFIG`"       the inner one, too: of what is named, the innermost is the place
//! "the db section of `CONFIG`"     the same in plain words
//! "in `CONFIG`"                    the outer one
//! ```

use crate::enclosing::{is_held_by, path_of};
use crate::items::Source;
use crate::loose::{Block, Hints};

/// Returns the only collection that the words name by its key or variable: "under `env`" of a dictionary, "in
/// `WORKER.env`", "the `console` handler of `LOGGING`", "the database section".
pub(super) fn find_named_collection(
    file: &Source<'_>,
    blocks: &[Block<'_>],
    hints: &Hints<'_>,
    (name, siblings): (&str, &[&str]),
) -> Option<usize> {
    let paths: Vec<Vec<String>> = blocks
        .iter()
        .map(|block| path_of(file, block.node))
        .collect();
    let mut holders = hints.prose.holders(name, siblings);
    holders.extend(hints.prose.under(name, siblings));
    if let Some(found) = only_collection_under(&paths, &holders) {
        let inner = hints.prose.named_in_passing(name, siblings);
        // The innermost of what is named is the place: "the `console` handler of `LOGGING`".
        let narrower = inner
            .into_iter()
            .filter(|one| !holders.contains(one))
            .filter_map(|one| {
                let mut names = holders.clone();
                names.push(one);
                only_collection_under(&paths, &names).filter(|at| *at != found)
            })
            .collect::<Vec<_>>();
        return match narrower.as_slice() {
            [inner] => Some(*inner),
            _ => Some(found),
        };
    }
    None
}

/// Returns the only path that ends with one of the names, as far as any path goes through them, and goes through the
/// others.
fn only_collection_under(paths: &[Vec<String>], names: &[&str]) -> Option<usize> {
    let lies_in =
        |path: &[String], name: &str| (1..=path.len()).any(|end| is_held_by(&path[..end], name));
    let mut names = names.to_vec();
    names.retain(|name| paths.iter().any(|path| lies_in(path, name)));
    let is_meant = |path: &Vec<String>| {
        names.iter().any(|name| is_held_by(path, name))
            && names.iter().all(|name| lies_in(path, name))
    };
    let mut found = paths.iter().enumerate().filter(|(_, path)| is_meant(path));
    let (only, _) = found.next()?;
    found.next().is_none().then_some(only)
}

//! Files whose top takes certain keys and no others: the table `data/tops.tsv`.

use super::tree::{Child, Node};
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// Returns the keys that the top of the file at `path` takes; nothing where any may stand.
///
/// A row of the table is for files in a folder, `.github/workflows/`, or for names that begin so;
/// the first that fits counts.
fn keys_of(path: &str) -> Option<impl Iterator<Item = &'static str>> {
    let rows = include_str!("../../../data/tops.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let mut fitting = rows.filter_map(|row| {
        let mut cells = row.split('\t');
        let (place, keys) = (cells.next()?, cells.next()?);
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_there = if place.ends_with('/') {
            path.starts_with(place)
        } else {
            name.starts_with(place)
        };
        is_there.then(|| keys.split(' '))
    });
    fitting.next()
}

/// Returns whether the top of the file at `path` takes a key; `None` where any may stand there.
///
/// A key of the table that ends with `*` stands for all that begin so.
pub(super) fn accepts_top_key(path: &str, key: &str) -> Option<bool> {
    let mut keys = keys_of(path)?;
    Some(keys.any(|one| {
        one.strip_suffix('*')
            .map_or(one == key, |beginning| key.starts_with(beginning))
    }))
}

/// Refuses a key that the top of such a file does not take: it belongs into something that the plan does not say.
pub(super) fn refuse_foreign(path: &str, root: &Node, block: &Node) -> Result<(), Refusal> {
    let is_foreign =
        |key: &&str| accepts_top_key(path, key) == Some(false) && root.get(key).is_none();
    let shown = block
        .children()
        .iter()
        .filter(|child| !child.is_comment())
        .map(|child| child.key.text.as_str());
    shown.into_iter().find(is_foreign).map_or(Ok(()), |key| {
        let message =
            format!("`{key}` is no key of the top of such a file, and the plan doesn't say into what it goes");
        Err(new_refusal(Reason::NotFound, message))
    })
}

/// Parts of a `package.json` whose entries are all texts.
const OF_TEXTS: [&str; 6] = [
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "optionalDependencies",
    "scripts",
    "engines",
];

/// Refuses an entry that is no text in a part of the file at `path` that holds nothing else: it is for another file or place.
///
/// Only for `package.json`, whose readers would reject it.
pub(super) fn refuse_untext(path: &str, part: &str, child: &Child) -> Result<(), Refusal> {
    let is_manifest = path == "package.json" || path.ends_with("/package.json");
    if !is_manifest
        || !OF_TEXTS.contains(&part)
        || child.is_comment()
        || child.node.as_scalar().is_some()
    {
        return Ok(());
    }
    let message = format!(
        "`{}` is no text, as all entries of `{part}` are, so it does not go there",
        child.key.text
    );
    Err(new_refusal(Reason::Conflict, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_example_is_foreign_to_its_file() {
        for row in include_str!("../../../data/tops.tsv")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            let (place, example) = (
                row.split('\t').next().unwrap_or_default(),
                row.rsplit('\t').next().unwrap_or_default(),
            );
            let keys: Vec<&str> = keys_of(&format!("{place}x.yml"))
                .into_iter()
                .flatten()
                .collect();
            assert!(!keys.is_empty() && !keys.contains(&example), "{row}");
        }
    }
}

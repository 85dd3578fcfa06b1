//! Ties blocks of code as it is to those of what it is to become.

use super::{Added, FileOf, Placed, Role, Uncertainty};

/// Ties a "before" to the block that replaces it: the next one of the same step.
pub(super) fn pair_old_with_new(placed: &mut [Placed], starts: &[usize]) {
    for at in 0..placed.len() {
        let Some(next) = placed.get(at + 1) else {
            continue;
        };
        // "Remove: … Replace with: …"
        let goes = placed[at].block.role == Role::Remove
            && next.block.role == Role::After { before: None };
        if !goes && !matches!(placed[at].block.role, Role::Before { .. }) {
            continue;
        }
        // "#### Before", "#### After": a heading each, and nothing else between the two.
        let headed =
            next.row == placed[at].row + 2 && next.block.role == Role::After { before: None };
        let near = headed || starts.get(placed[at].row) == starts.get(next.row);
        let kin =
            next.block.language == placed[at].block.language || next.block.language.is_empty();
        // What the words only call the present code is no half of a pair by that.
        let quoted = placed[at].quoted;
        let after = matches!(next.block.role, Role::After { .. })
            || next.block.role == Role::Code && !quoted;
        if near && kin && after {
            let file = match (&placed[at].block.file, &next.block.file) {
                (FileOf::Change(one), FileOf::Change(other)) if one != other => continue,
                (found @ FileOf::Change(_), _) | (_, found) => found.clone(),
            };
            placed[at].block.file = file.clone();
            placed[at + 1].block.file = file;
            tie_to_next(placed, at);
        }
    }
    // "X: [block] to: [block]": the words between them make the first one the old code.
    for at in 1..placed.len() {
        let (first, second) = (&placed[at - 1], &placed[at]);
        let near = first.row + 2 == second.row && starts.get(first.row) == starts.get(second.row);
        let alone = second.block.role == Role::After { before: None }
            && near
            && first.block.language == second.block.language;
        // A fence without a language is taken for an example; what leads on from it to new code makes it the old one.
        let plain = first.block.language.is_empty()
            && first.block.role == Role::Example
            && matches!(second.block.file, FileOf::Change(_));
        if alone && plain {
            let (file, basis) = (second.block.file.clone(), second.block.basis);
            placed[at - 1].block.file = file;
            placed[at - 1].block.basis = basis;
        }
        let one_file = placed[at - 1].block.file == placed[at].block.file;
        if alone && one_file && (plain || placed[at - 1].block.role == Role::Code) {
            if is_beside(&placed[at - 1], &placed[at]) {
                placed[at].block.role = Role::Code;
            } else {
                tie_to_next(placed, at - 1);
            }
        }
    }
}

/// Returns whether the second block comes along with the first, which its words add: "below `Book`, add: … with the
/// helper: …". "to" behind a place leads to what it becomes: "In `f`: … to: …".
fn is_beside(first: &Placed, second: &Placed) -> bool {
    let last = second.block.prose.lines().last().unwrap_or("").trim_start();
    match first.added {
        Some(Added::Plainly) => true,
        Some(Added::ByPlace) => !last.to_lowercase().starts_with("to"),
        None => false,
    }
}

/// Makes a block the old code of the next one, of which the words above the first speak as well: "In `f`, change … to …".
fn tie_to_next(placed: &mut [Placed], at: usize) {
    placed[at].block.role = Role::Before {
        after: Some(at + 1),
    };
    placed[at].block.uncertain = placed[at]
        .block
        .uncertain
        .filter(|one| *one != Uncertainty::MayBeOld);
    let above = placed[at].block.prose.clone();
    let next = &mut placed[at + 1].block;
    next.role = Role::After { before: Some(at) };
    let new: Vec<&str> = above
        .lines()
        .filter(|line| !next.prose.lines().any(|own| own == *line))
        .collect();
    if !new.is_empty() {
        next.prose = format!("{}\n{}", new.join("\n"), next.prose);
    }
}

//! Parts a block that shows several files, each below a comment that is its path.

use super::language_of_fence;
use super::own_path::first_comment;
use crate::changes::{Asking, PlannedChange, changes_meant};
use crate::document::Fence;
use crate::languages::{fits_language, is_shell};
use crate::mention::is_empty_note;
use crate::rows::RowKind;

/// Returns the content of every fence, with its row; of one that shows several files, the part of each. A file whose
/// part says that it is empty is marked so.
pub(super) fn content_of_fences<'d>(
    asking: &Asking<'d, '_>,
    changes: &mut [PlannedChange],
) -> Vec<(usize, &'d Fence, String)> {
    let mut shown = Vec::new();
    for (row, seen) in asking.rows.iter().enumerate() {
        let RowKind::Code(fence) = seen.kind else {
            continue;
        };
        let Some(fence) = asking.document.fences.get(fence) else {
            continue;
        };
        let text = fence.dedented(asking.document.text);
        let parts = split_by_file(&text, &language_of_fence(&fence.info));
        if parts.is_empty() {
            shown.push((row, fence, text));
            continue;
        }
        for (path, part) in parts {
            match changes_meant(changes, &path).as_slice() {
                [one] if says_empty(&part) => changes[*one].empty = true,
                _ => shown.push((row, fence, part)),
            }
        }
    }
    shown
}

/// Returns the parts of a block that opens with a comment that is a path and has others below; none of any other block.
fn split_by_file(text: &str, language: &str) -> Vec<(String, String)> {
    if is_shell(language) {
        return Vec::new();
    }
    let mut parts: Vec<(String, String)> = Vec::new();
    let mut after_gap = true;
    for line in text.lines() {
        match path_of_comment(line).filter(|path| after_gap && fits_language(language, path)) {
            Some(path) => parts.push((path, format!("{line}\n"))),
            None => match parts.last_mut() {
                Some((_, part)) => {
                    part.push_str(line);
                    part.push('\n');
                }
                None if line.trim().is_empty() => {}
                None => return Vec::new(),
            },
        }
        after_gap = line.trim().is_empty();
    }
    let differ = parts
        .iter()
        .enumerate()
        .all(|(at, (path, _))| parts[..at].iter().all(|(other, _)| other != path));
    if parts.len() < 2 || !differ {
        return Vec::new();
    }
    parts
        .iter_mut()
        .for_each(|(_, part)| part.truncate(part.trim_end().len()));
    parts.iter_mut().for_each(|(_, part)| part.push('\n'));
    parts
}

/// Returns the path that a comment at the margin is, with its folders and nothing else.
fn path_of_comment(line: &str) -> Option<String> {
    let path = first_comment(line)
        .filter(|path| path.contains('/') && !line.starts_with(char::is_whitespace))?;
    let alone = line
        .trim_matches(|letter: char| letter.is_whitespace() || "#/*-<>!".contains(letter))
        == path;
    alone.then_some(path)
}

/// Returns whether nothing stands below a part's path but a comment that says that the file is empty.
fn says_empty(part: &str) -> bool {
    let mut below = part
        .lines()
        .skip(1)
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let note = below
        .next()
        .map(|line| line.trim_start_matches(['#', '/', '-', ' ']));
    note.is_none_or(is_empty_note) && below.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_parted_at_the_paths_of_its_files() {
        let text = "# app/a/__init__.py\n# (empty)\n\n# app/a/b.py\n\"\"\"B.\"\"\"\n\nB = 1\n";
        let found = split_by_file(text, "python");
        assert_eq!(
            found[0],
            (
                "app/a/__init__.py".to_owned(),
                "# app/a/__init__.py\n# (empty)\n".to_owned()
            )
        );
        assert_eq!(found[1].1, "# app/a/b.py\n\"\"\"B.\"\"\"\n\nB = 1\n");
        assert!(says_empty(&found[0].1) && !says_empty(&found[1].1));
    }

    #[test]
    fn other_comments_part_nothing() {
        for text in [
            "# app/a.py\nA = 1\n",
            "# app/a.py\nA = 1\n\n# see app/b.py\nB = 1\n",
            "# app/a.py\nA = 1\n# app/b.py\nB = 1\n",
            "A = 1\n\n# app/a.py\nB = 1\n\n# app/b.py\n",
            "# app/a.py\nA = 1\n\n# app/a.py\nB = 1\n",
        ] {
            assert_eq!(split_by_file(text, "python"), [], "{text}");
        }
    }
}

//! The state of git that is in the way of a run, or of its commits.

use std::path::Path;

use sandbox::git;

use super::row::{Row, State};

/// Files of git's folder that tell of something half done, each with its name and the way out.
const HALF_DONE: [(&str, &str, &str); 5] = [
    (
        "MERGE_HEAD",
        "a merge",
        "`git merge --continue` or `--abort`",
    ),
    (
        "rebase-merge",
        "a rebase",
        "`git rebase --continue` or `--abort`",
    ),
    (
        "rebase-apply",
        "a rebase",
        "`git rebase --continue` or `--abort`",
    ),
    (
        "CHERRY_PICK_HEAD",
        "a cherry-pick",
        "`git cherry-pick --continue` or `--abort`",
    ),
    (
        "REVERT_HEAD",
        "a revert",
        "`git revert --continue` or `--abort`",
    ),
];

/// Returns what git says of the tree.
pub(super) async fn git_rows(root: &Path) -> Vec<Row> {
    let state = match git::find_state_folder(root).await {
        Ok(Some(state)) => state,
        Ok(None) => {
            let row = Row::new(
                State::Note,
                "git",
                "no repository: runs work, commit steps are not carried out",
            );
            return vec![row.hint(
                "Name the folder with --root; `implement` asks for it where there is no git.",
            )];
        }
        Err(error) => {
            return vec![Row::new(
                State::Note,
                "git",
                format!("can't be asked: {error}"),
            )];
        }
    };
    let mut rows = vec![of_tree(root).await];
    for (_, what, way_out) in HALF_DONE
        .iter()
        .filter(|(file, ..)| state.join(file).exists())
    {
        let text =
            format!("{what} is going on: its conflict marks are in files that a phase may name");
        rows.push(
            Row::new(State::Missing, "git", text).hint(format!("Finish it first: {way_out}.")),
        );
    }
    if state.join("index.lock").exists() {
        let row = Row::new(
            State::Missing,
            "git",
            "the index is locked (index.lock): no commit can be made",
        );
        rows.push(
            row.hint("Wait for the git command that holds it; remove the file where none runs."),
        );
    }
    rows
}

async fn of_tree(root: &Path) -> Row {
    let commit = match git::read_head(root).await {
        Ok(Some(commit)) => format!("commit {}", commit.get(..12).unwrap_or(&commit)),
        Ok(None) => "no commit yet".to_owned(),
        Err(error) => return Row::new(State::Note, "git", format!("can't be asked: {error}")),
    };
    match git::read_status::<&str>(root, &[]).await {
        Ok(changed) if changed.is_empty() => Row::ok("git", format!("{commit}, nothing changed")),
        Ok(changed) => {
            let unmerged = changed
                .iter()
                .filter(|path| path.index == 'U' || path.tree == 'U')
                .count();
            match unmerged {
                0 => Row::ok(
                    "git",
                    format!(
                        "{commit}, {} changed files, which runs leave alone",
                        changed.len()
                    ),
                ),
                _ => Row::new(
                    State::Missing,
                    "git",
                    format!("{commit}, {unmerged} files with unresolved conflicts"),
                )
                .hint("Resolve them first: no code can be placed between conflict marks."),
            }
        }
        Err(error) => Row::new(
            State::Note,
            "git",
            format!("{commit}; its status can't be read: {error}"),
        ),
    }
}

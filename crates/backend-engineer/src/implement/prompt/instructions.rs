//! The repository's own words to agents: of the root, and of each folder down to the unit's files.
//!
//! For `app/api/users.py`: `AGENTS.md`, `app/AGENTS.md`, `app/api/AGENTS.md`, in this order, so
//! that the nearest has the last word. The same for the other names.

use std::collections::BTreeSet;

use crate::unit_work::UnitWork;

/// Files with instructions for agents, in the order in which they are shown.
const NAMES: [&str; 4] = [
    "AGENTS.md",
    "CLAUDE.md",
    "GEMINI.md",
    ".github/copilot-instructions.md",
];

/// Returns the instructions that hold for the unit's files, from the root inwards, in at most `room` bytes. A text that
/// stands under two names is shown once.
pub(super) fn read_instructions(work: &mut UnitWork<'_>, room: usize) -> String {
    let mut left = room;
    let mut shown: Vec<String> = Vec::new();
    let mut text = String::new();
    for path in instruction_paths(work) {
        let Ok(Some(content)) = work.workspace.tree.read_text(&path) else {
            continue;
        };
        let content = content.trim().to_owned();
        // `CLAUDE.md` is often a copy of `AGENTS.md`, or a link to it.
        if content.is_empty() || shown.contains(&content) {
            continue;
        }
        // Cut at a line; the rest is named so that the model can read it.
        let end = content.floor_char_boundary(left.min(content.len()));
        let end = if end < content.len() {
            content[..end].rfind('\n').unwrap_or(0)
        } else {
            end
        };
        left -= end;
        let lines = content.lines().count();
        let next = content[..end].lines().count() + 1;
        let more = match end < content.len() {
            true => format!(
                "\n[cut here, for its length: Read `{path}` with offset {next} for the rest of its {lines} lines]"
            ),
            false => String::new(),
        };
        text.push_str(&format!(
            "\n<instructions file=\"{path}\">\n{}{more}\n</instructions>\n",
            &content[..end]
        ));
        shown.push(content);
    }
    text
}

/// Returns where instructions may lie, the root first.
///
/// Folders of all files that the unit names, each with the folders above it.
fn instruction_paths(work: &UnitWork<'_>) -> Vec<String> {
    let mut folders = BTreeSet::from([String::new()]);
    for file in work
        .assignment
        .files
        .iter()
        .filter_map(|file| file.path.as_deref())
    {
        folders.extend(
            file.match_indices('/')
                .map(|(end, _)| file[..=end].to_owned()),
        );
    }
    let here = |folder: &String| NAMES.map(|name| format!("{folder}{name}"));
    folders
        .iter()
        .flat_map(here)
        .filter(|path| work.run.root().join(path).is_file())
        .collect()
}

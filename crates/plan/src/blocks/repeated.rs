//! Finds blocks that only show again what another block of the unit holds.

use super::{FileOf, Placed, Role};

/// Takes a block without a file for an example where another block, which has one, holds its lines: "**Migration SQL:**"
/// above the module that runs it.
pub(super) fn mark_repeated_as_examples(placed: &mut [Placed]) {
    fn significant_lines(text: &str) -> Vec<&str> {
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect()
    }
    let holds = |whole: &str, part: &str| {
        let (whole, part) = (significant_lines(whole), significant_lines(part));
        let mut windows = whole.windows(part.len().max(1));
        part.len() > 1
            && windows.any(|window| {
                window
                    .iter()
                    .zip(&part)
                    .all(|(line, wanted)| line.contains(wanted))
            })
    };
    for at in 0..placed.len() {
        let one = &placed[at].block;
        let lone = one.role == Role::Code && one.file == FileOf::Nowhere;
        let with_file = |other: &&Placed| {
            other.block.role == Role::Code && matches!(other.block.file, FileOf::Change(_))
        };
        if lone
            && placed
                .iter()
                .filter(with_file)
                .any(|other| holds(&other.block.text, &one.text))
        {
            placed[at].block.role = Role::Example;
        }
    }
}

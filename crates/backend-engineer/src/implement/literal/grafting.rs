//! Asks the engine to place a block, with all that the plan says about it.
//!
//! Plan: "In `app/main.py`, below the imports:" and a block `app = FastAPI()`, of a change to an existing file
//!  → intent modify, prose "below the imports", the block above it, lines if stated
//! Answer: applied, with the match that decided. Refused as unbound (`settings` is read, and nothing binds it):
//!  → asked again with the names that the unit's other blocks for the file bind
//! Refused as a conflict, while an earlier block shows the present text of the place:
//!  → asked again with that block as what the place holds now

use std::borrow::Cow;

use code::scopes::Scopes;
use graft::{Context, File, Graft, Intent, Reason, Refusal, Snippet};
use plan::{Action, CodeBlock, Part, Phase, Role};

use super::block_file::path_of;
use crate::implement::paired::shown_as_it_is;
use crate::implement::placement::is_code;
use crate::implement::present_text::{PresentText, read_present_text};
use crate::understand::NamedFile;
use crate::unit_work::UnitWork;

/// Returns the names that the unit's other blocks bind at the top of the file; all words of a block
/// that can't be read, for one of them may be the name.
fn bound_by_others(work: &UnitWork<'_>, phase: &Phase, index: usize, path: &str) -> Vec<String> {
    let others = phase.blocks.iter().enumerate().filter(|(at, block)| {
        *at != index && is_code(block) && path_of(work, phase, *at).as_deref() == Some(path)
    });
    let bound = |text: &str| {
        let scopes = Scopes::of_file(path, text)?;
        Some(
            scopes
                .module()?
                .bindings
                .iter()
                .map(|binding| binding.name.clone())
                .collect::<Vec<_>>(),
        )
    };
    let words = |text: &str| {
        let parts = text.split(|one: char| !(one.is_alphanumeric() || matches!(one, '_' | '$')));
        parts.map(str::to_owned).collect()
    };
    others
        .flat_map(|(_, block)| bound(&block.text).unwrap_or_else(|| words(&block.text)))
        .collect()
}

/// Asks the engine to place a block: first by what its step says, then by what other blocks bind or
/// show. The first answer stands unless it is one of the two refusals that the plan's other blocks
/// can resolve.
pub(super) fn graft_block(
    work: &mut UnitWork<'_>,
    (phase, index): (&Phase, usize),
    (file, path): (&NamedFile, &str),
    text: Option<&str>,
) -> Graft {
    let standing = read_present_text(work, path, text);
    let mut answer = graft_into_text((phase, index), (file, path), &standing);
    if matches!(&answer, Graft::Refused(refusal) if refusal.reason == Reason::Unbound) {
        // Another block of the unit may bind the name; whether it did shows when all are placed.
        let pending = bound_by_others(work, phase, index, path);
        answer = graft_into_text(
            (phase, index),
            (file, path),
            &PresentText {
                pending,
                ..standing
            },
        );
    }
    // Only where the block is another form of what stands: one without a place is no successor of the block above it.
    if let (
        Graft::Refused(Refusal {
            reason: Reason::Conflict,
            ..
        }),
        Some(text),
    ) = (&answer, text)
        && let Some(before) = shown_as_it_is(&work.run.plan, phase, index, text)
    {
        let current = Some(before.text.as_str());
        answer = graft_into_text(
            (phase, index),
            (file, path),
            &PresentText {
                current,
                ..read_present_text(work, path, Some(text))
            },
        );
    }
    answer
}

/// Asks the engine to place a block in a text, with all that the plan says about it.
///
/// A new file that a block before this one has made is modified by this one; that it was to be
/// created is said of the first block alone.
fn graft_into_text(
    (phase, index): (&Phase, usize),
    (file, path): (&NamedFile, &str),
    standing: &PresentText<'_>,
) -> Graft {
    let block = &phase.blocks[index];
    let text = standing.text;
    let current = match block.role {
        Role::After {
            before: Some(before),
        } => phase.blocks.get(before).map(|before| before.text.as_str()),
        _ => standing.current,
    };
    let change = phase.changes.get(file.change);
    let intent = match (&file.action, text) {
        (Action::Create, None) => Intent::Create,
        (Action::Create, Some(_)) if !is_first_of(phase, file.change, index) => Intent::Modify,
        (Action::Create, Some(_)) => Intent::Create,
        (Action::Modify | Action::Rename { .. }, _) => Intent::Modify,
        _ => Intent::Unstated,
    };
    let lines = block
        // Lines of the plan are those of the file when it was written; blocks above may have moved
        // them.
        .lines
        .or(change.and_then(|change| change.lines))
        .map(|lines| standing.lines_now(lines));
    let earlier = earlier_words(phase, index);
    let prose = words_with_title(phase, block);
    let context = Context {
        prose: &prose,
        earlier: &earlier,
        above: find_block_above(phase, index),
        imports: &block.imports,
        intent,
        lines,
        current,
        addressed: file.addressed,
        pending: &standing.pending,
        found: standing.found.as_deref(),
    };
    graft::apply(
        &File { path, text },
        &Snippet {
            text: &block.text,
            language: &block.language,
        },
        &context,
    )
}

/// Returns the words beside a block; the unit's title counts where it says that what is added is
/// missing, whatever stands below it: "Add the missing index" over "This is `models.py`:".
fn words_with_title<'p>(phase: &Phase, block: &'p CodeBlock) -> Cow<'p, str> {
    if graft::adds_the_missing(&phase.title) {
        Cow::Owned(format!("{}\n\n{}", phase.title, block.prose))
    } else {
        Cow::Borrowed(&block.prose)
    }
}

/// Returns what stands beside the blocks before this one that are for its file: those of its step, without steps those
/// of the unit.
fn earlier_words(phase: &Phase, index: usize) -> String {
    let step = phase
        .steps
        .iter()
        .find(|step| step.parts.contains(&Part::Place(index)));
    let beside = |at: &usize| step.is_none_or(|step| step.parts.contains(&Part::Place(*at)));
    let file = &phase.blocks[index].file;
    let earlier = (0..index)
        .filter(beside)
        .map(|at| &phase.blocks[at])
        .filter(|block| block.file == *file);
    earlier
        .map(|block| block.prose.as_str())
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// Returns the block right above this one, where it is for the same file and of the same step. The
/// new block of a pair follows it; across steps nothing ties the two.
fn find_block_above(phase: &Phase, index: usize) -> Option<&str> {
    let above = index.checked_sub(1)?;
    let block = phase
        .blocks
        .get(above)
        .filter(|block| block.file == phase.blocks[index].file)?;
    let is_in = |at: usize| {
        phase
            .steps
            .iter()
            .position(|step| step.parts.contains(&Part::Place(at)))
    };
    (is_in(above) == is_in(index) || !is_code(block)).then_some(block.text.as_str())
}

/// Returns whether the block is the first one of its file in the unit.
fn is_first_of(phase: &Phase, change: usize, index: usize) -> bool {
    blocks_of(phase, change).next() == Some(index)
}

/// Returns the indexes of the code blocks of a change, in the plan's order.
pub(super) fn blocks_of(phase: &Phase, change: usize) -> impl Iterator<Item = usize> + '_ {
    let blocks = phase
        .changes
        .get(change)
        .map(|change| change.blocks.as_slice())
        .unwrap_or_default();
    blocks
        .iter()
        .copied()
        .filter(|index| phase.blocks.get(*index).is_some_and(is_code))
}

/// Returns whether a new file that the plan builds from several blocks stands as they make it
/// together. The blocks are placed one over the other, beginning with no file, and the result is
/// compared whole.
pub(super) fn stands_composed(phase: &Phase, file: &NamedFile, path: &str, text: &str) -> bool {
    if file.action != Action::Create || blocks_of(phase, file.change).count() < 2 {
        return false;
    }
    let composed =
        blocks_of(phase, file.change).try_fold(
            None::<String>,
            |text, index| match graft_into_text(
                (phase, index),
                (file, path),
                &PresentText {
                    text: text.as_deref(),
                    found: Some(String::new()),
                    pending: Vec::new(),
                    current: None,
                },
            ) {
                Graft::Applied(applied) => Some(Some(applied.text)),
                Graft::AlreadyApplied => Some(text),
                Graft::Refused(_) => None,
            },
        );
    composed.flatten().as_deref() == Some(text)
}

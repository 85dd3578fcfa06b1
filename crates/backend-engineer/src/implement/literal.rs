//! Puts the code that the plan spells out into its files, without a model: all blocks of a step, or none of them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use code::scopes::{Purpose, Resolution, Scopes};
use graft::{Context, File, Graft, Intent, Reason, Refusal, Snippet};
use plan::{Action, Basis, CodeBlock, FileOf, Part, Phase, Role, Span, Uncertainty};

use super::doubts::{
    fragment_reason, in_doubt, into_deleted, misplaced_test, only_tests, stands_with_later,
};
use super::identify::{Candidate, identify_file};
use super::paired::shown_as_it_is;
use super::present_text::{PresentText, read_present_text};
use super::remainder::OpenPart;
use super::removed::{self, RemovalOutcome};
use crate::prohibitions::{breaks_prohibition, is_path};
use crate::stop::Stop;
use crate::understand::{Evidence, NamedFile, PlacedBy};
use crate::unit_work::UnitWork;

/// One block of the plan, and what came of it.
#[derive(Debug, Clone)]
pub(crate) struct Placement {
    /// Its place in [`Phase::blocks`]; `None` for a whole file that is removed or renamed.
    pub(crate) block: Option<usize>,
    /// The sentence that spells it out, where no block shows it.
    pub(crate) sentence: Option<Span>,
    /// The file, where it is known.
    pub(crate) path: Option<String>,
    /// The block's line in the plan, from 1.
    pub(crate) line: usize,
    /// The basis on which its file is known.
    pub(crate) by: PlacedBy,
    /// The outcome, with the reason behind it.
    pub(crate) placed: PlacementOutcome,
}

/// The result of placing one block.
#[derive(Debug, Clone)]
pub(crate) enum PlacementOutcome {
    /// It was put in place.
    Now {
        /// A description of the match that decided where it goes.
        how: String,
        /// No file stood there.
        created: bool,
    },
    /// It stood there before.
    Before,
    /// It was not placed.
    Refused {
        /// A stable short name of the reason.
        reason: &'static str,
        /// The reason in words.
        message: String,
        /// The places between which someone must choose.
        candidates: Vec<String>,
    },
    /// Another block of the same step was refused, so this one was taken back.
    HeldBack,
}

impl Placement {
    /// Returns why it does not stand, where it does not.
    pub(crate) fn refusal_reason(&self) -> Option<OpenPart> {
        let path = self.path.clone();
        match &self.placed {
            PlacementOutcome::Refused { message, .. } => Some(OpenPart::Refused {
                path,
                message: message.clone(),
                line: self.line,
            }),
            PlacementOutcome::HeldBack => Some(OpenPart::HeldBack { path }),
            PlacementOutcome::Now { .. } | PlacementOutcome::Before => None,
        }
    }
}

/// Returns whether the block is code to be placed at all, and not a "before" block that its partner answers for.
pub(crate) fn is_code(block: &CodeBlock) -> bool {
    match block.role {
        Role::Code | Role::After { .. } | Role::Remove | Role::Diff | Role::SearchReplace => true,
        Role::Before { after } => after.is_none(),
        Role::Shell | Role::Output | Role::Example => false,
    }
}

/// Places one block in the staged tree.
pub(crate) fn apply_block(
    work: &mut UnitWork<'_>,
    phase: &Phase,
    index: usize,
) -> Result<Option<Placement>, Stop> {
    let block = &phase.blocks[index];
    let line = work.run.plan.location(block.span.start).line;
    let of_block = |path, by, placed| Placement {
        block: Some(index),
        sentence: None,
        path,
        line,
        by,
        placed,
    };
    let (file, by) = match file_of(work, phase, index) {
        Ok(found) => found,
        Err(message) => {
            let placed = PlacementOutcome::Refused {
                reason: "file-unclear",
                message,
                candidates: Vec::new(),
            };
            return Ok(Some(of_block(None, PlacedBy::Stated, placed)));
        }
    };
    let placement = |path: Option<String>, placed| of_block(path, by.clone(), placed);
    let Some(path) = file.path.clone() else {
        let message = file
            .obstacle
            .clone()
            .unwrap_or_else(|| "its file is not clear".to_owned());
        let placed = PlacementOutcome::Refused {
            reason: "file-unclear",
            message,
            candidates: Vec::new(),
        };
        return Ok(Some(placement(None, placed)));
    };
    if work.run.settings.protects(&path) || work.run.plan_inside() == Some(path.as_str()) {
        let message = "the path is protected".to_owned();
        let placed = PlacementOutcome::Refused {
            reason: "protected",
            message,
            candidates: Vec::new(),
        };
        return Ok(Some(placement(Some(path), placed)));
    }
    let text = match work.workspace.tree.read_text(&path) {
        Ok(text) => text,
        Err(error) => {
            let placed = PlacementOutcome::Refused {
                reason: "file-unreadable",
                message: error.to_string(),
                candidates: Vec::new(),
            };
            return Ok(Some(placement(Some(path), placed)));
        }
    };
    let misplaced = misplaced_test(phase, block, &path, text.as_deref());
    if let Some(message) = misplaced.or_else(|| into_deleted(block, file, &path)) {
        let placed = PlacementOutcome::Refused {
            reason: "file-unclear",
            message,
            candidates: Vec::new(),
        };
        return Ok(Some(placement(Some(path), placed)));
    }
    if block.text.trim().is_empty() {
        return Ok(Some(placement(
            Some(path.clone()),
            create_empty_file(work, file, &path, text.as_deref())?,
        )));
    }
    if block.role == Role::Remove {
        let placed = take_out(work, block, &path, text.as_deref())?;
        return Ok(Some(placement(Some(path), placed)));
    }
    if text
        .as_deref()
        .is_some_and(|text| stands_composed(phase, file, &path, text))
    {
        return Ok(Some(placement(Some(path), PlacementOutcome::Before)));
    }
    if let Some(name) = text
        .is_none()
        .then(|| find_unbound_name(phase, index, file, &path))
        .flatten()
    {
        let message = format!(
            "{path} is not there, and the block is no whole file: it reads `{name}`, which it does not bind"
        );
        let placed = PlacementOutcome::Refused {
            reason: "file-missing",
            message,
            candidates: Vec::new(),
        };
        return Ok(Some(placement(Some(path), placed)));
    }
    if let Some(why) = text
        .is_none()
        .then(|| fragment_reason(block, file, &path))
        .flatten()
    {
        let message = format!("{path} is not there, and {why}");
        let placed = PlacementOutcome::Refused {
            reason: "file-missing",
            message,
            candidates: Vec::new(),
        };
        return Ok(Some(placement(Some(path), placed)));
    }
    let answer = graft_block(work, (phase, index), (file, &path), text.as_deref());
    if let (Graft::Applied(applied), Some(text)) = (&answer, text.as_deref())
        && let Some(broken) = phase
            .sentences
            .iter()
            .flat_map(|sentence| &sentence.protects)
            .find(|protected| breaks_prohibition(protected, &path, (text, &applied.text)))
    {
        let message = format!(
            "the plan says not to change `{}`, and its code would change it",
            broken.name
        );
        let placed = PlacementOutcome::Refused {
            reason: "prohibited",
            message,
            candidates: Vec::new(),
        };
        return Ok(Some(placement(Some(path), placed)));
    }
    if let (Graft::Applied(applied), Some(text)) = (&answer, text.as_deref())
        && block.role == Role::Code
        && stands_with_later(&work.run.plan, phase, &path, (text, &applied.text))
    {
        return Ok(Some(placement(Some(path), PlacementOutcome::Before)));
    }
    if let (Graft::Applied(applied), text) = (&answer, text.as_deref())
        && let Some(module) = code::imports::imports_itself(&path, &applied.text)
        && text.is_none_or(|text| code::imports::imports_itself(&path, text).is_none())
    {
        let message =
            format!("{path} would import itself, as `{module}`: the code belongs to another file");
        let placed = PlacementOutcome::Refused {
            reason: "file-unclear",
            message,
            candidates: Vec::new(),
        };
        return Ok(Some(placement(Some(path), placed)));
    }
    if let Some(message) = in_doubt(work, (phase, index), &path, (text.as_deref(), &answer))? {
        let placed = PlacementOutcome::Refused {
            reason: "unclear",
            message,
            candidates: Vec::new(),
        };
        return Ok(Some(placement(Some(path), placed)));
    }
    if block.uncertain == Some(Uncertainty::Quoted) && matches!(block.role, Role::Before { .. }) {
        return Ok(None);
    }
    let placed = stage_answer(work, &path, text.is_some(), answer)?;
    Ok(placed.map(|placed| placement(Some(path), placed)))
}

/// Takes the code that a block shows out of its file.
fn take_out(
    work: &mut UnitWork<'_>,
    block: &CodeBlock,
    path: &str,
    text: Option<&str>,
) -> Result<PlacementOutcome, Stop> {
    let refused = |message| PlacementOutcome::Refused {
        reason: "no-place",
        message,
        candidates: Vec::new(),
    };
    let goes = |change: &plan::PlannedChange| {
        is_path(path, &change.path)
            && matches!(change.action, Action::Delete | Action::Rename { .. })
    };
    if text.is_none()
        && !work
            .run
            .plan
            .all()
            .any(|phase| phase.changes.iter().any(goes))
    {
        return Ok(refused(format!(
            "{path} is not there, so nothing can be removed from it"
        )));
    }
    Ok(match removed::remove_block(block, path, text) {
        RemovalOutcome::Gone => PlacementOutcome::Before,
        RemovalOutcome::Refused(message) => refused(message),
        RemovalOutcome::Now(answer) => stage_answer(work, path, true, answer)?
            .unwrap_or_else(|| refused("the block shows no code that could be removed".to_owned())),
    })
}

/// Makes a file of which the plan shows an empty block, or says why not.
fn create_empty_file(
    work: &mut UnitWork<'_>,
    file: &NamedFile,
    path: &str,
    text: Option<&str>,
) -> Result<PlacementOutcome, Stop> {
    match text {
        None if matches!(file.action, Action::Create | Action::Unstated) => {
            work.workspace
                .tree
                .stage(path, Some(Vec::new()))
                .map_err(|error| Stop::refused(error.to_string()))?;
            Ok(PlacementOutcome::Now {
                how: "created empty".to_owned(),
                created: true,
            })
        }
        Some(text) if text.trim().is_empty() => Ok(PlacementOutcome::Before),
        _ => Ok(PlacementOutcome::Refused {
            reason: "unclear",
            message: "the block is empty".to_owned(),
            candidates: Vec::new(),
        }),
    }
}

/// Stages what the engine answered; `None` where the block turned out to be no code for the file.
pub(super) fn stage_answer(
    work: &mut UnitWork<'_>,
    path: &str,
    existed: bool,
    answer: Graft,
) -> Result<Option<PlacementOutcome>, Stop> {
    match answer {
        Graft::Applied(applied) => {
            let how = applied
                .evidence
                .iter()
                .map(|evidence| evidence.0.as_str())
                .collect::<Vec<_>>()
                .join("; ");
            work.workspace
                .tree
                .stage(path, Some(applied.text.into_bytes()))
                .map_err(|error| Stop::refused(error.to_string()))?;
            Ok(Some(PlacementOutcome::Now {
                how,
                created: !existed,
            }))
        }
        Graft::AlreadyApplied => Ok(Some(PlacementOutcome::Before)),
        Graft::Refused(refusal) if refusal.reason == Reason::NotCode => Ok(None),
        Graft::Refused(refusal) => Ok(Some(outcome_of_refusal(&refusal))),
    }
}

/// Returns the names that the unit's other blocks bind at the top of the file; all words of a block that can't be read.
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

/// Asks the engine to place a block: first by what its step says, then by what other blocks bind or show.
fn graft_block(
    work: &mut UnitWork<'_>,
    (phase, index): (&Phase, usize),
    (file, path): (&NamedFile, &str),
    text: Option<&str>,
) -> Graft {
    let standing = read_present_text(work, path, text);
    let mut answer = graft_into_text(phase, index, file, path, &standing);
    if matches!(&answer, Graft::Refused(refusal) if refusal.reason == Reason::Unbound) {
        // Another block of the unit may bind the name; whether it did shows when all are placed.
        let pending = bound_by_others(work, phase, index, path);
        answer = graft_into_text(
            phase,
            index,
            file,
            path,
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
            phase,
            index,
            file,
            path,
            &PresentText {
                current,
                ..read_present_text(work, path, Some(text))
            },
        );
    }
    answer
}

/// Asks the engine to place a block in a text, with all that the plan says about it.
fn graft_into_text(
    phase: &Phase,
    index: usize,
    file: &NamedFile,
    path: &str,
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

/// Returns the words beside a block; the unit's title counts where it says that what is added is missing, whatever
/// stands below it.
fn words_with_title<'p>(phase: &Phase, block: &'p CodeBlock) -> Cow<'p, str> {
    if graft::adds_the_missing(&phase.title) {
        Cow::Owned(format!("{}\n\n{}", phase.title, block.prose))
    } else {
        Cow::Borrowed(&block.prose)
    }
}

/// Returns a name that a block reads and that no block of its file binds: the block is to be added to a file that is
/// not there. A file that the plan calls new may be built up from parts, and what a script's names are the text does
/// not decide.
fn find_unbound_name(phase: &Phase, index: usize, file: &NamedFile, path: &str) -> Option<String> {
    if file.action != Action::Unstated || !path.ends_with(".py") {
        return None;
    }
    let scopes = |block: usize| Scopes::of_file(path, &phase.blocks.get(block)?.text);
    let own = scopes(index)?;
    let others: Vec<Scopes> = blocks_of(phase, file.change)
        .filter(|other| *other != index)
        .filter_map(scopes)
        .collect();
    let bound = |name: &str| {
        let modules = others.iter().filter_map(Scopes::module);
        modules
            .flat_map(|module| &module.bindings)
            .any(|binding| binding.name == name)
    };
    let free = |read: &&code::scopes::Read| {
        let unbound = matches!(own.resolve(read), Resolution::Unbound { .. });
        read.purpose == Purpose::Value && !read.is_guarded && unbound && !bound(&read.name)
    };
    own.reads.iter().find(free).map(|read| read.name.clone())
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

/// Returns the block right above this one, where it is for the same file and of the same step.
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

fn blocks_of(phase: &Phase, change: usize) -> impl Iterator<Item = usize> + '_ {
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

/// Returns whether a new file that the plan builds from several blocks stands as they make it together.
fn stands_composed(phase: &Phase, file: &NamedFile, path: &str, text: &str) -> bool {
    if file.action != Action::Create || blocks_of(phase, file.change).count() < 2 {
        return false;
    }
    let composed =
        blocks_of(phase, file.change).try_fold(
            None::<String>,
            |text, index| match graft_into_text(
                phase,
                index,
                file,
                path,
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

/// Returns the path of a block's file, where it is clear: of several, the one that an earlier look identified.
pub(super) fn path_of(work: &UnitWork<'_>, phase: &Phase, block: usize) -> Option<String> {
    let change = match &phase.blocks[block].file {
        FileOf::Change(change) => Some(*change),
        FileOf::Between(_) => work
            .state
            .identified
            .get(&(phase.id, block))
            .map(|(change, _)| *change),
        FileOf::Nowhere => None,
    };
    work.assignment.file(phase.id, change?)?.path.clone()
}

/// Returns the named file that a block belongs to, and how that is known.
fn file_of<'a>(
    work: &mut UnitWork<'a>,
    phase: &Phase,
    index: usize,
) -> Result<(&'a NamedFile, PlacedBy), String> {
    let assignment = work.assignment;
    let named = |change: usize| {
        assignment
            .file(phase.id, change)
            .ok_or_else(|| "the plan's file for this code was not found".to_owned())
    };
    let block = &phase.blocks[index];
    match &block.file {
        FileOf::Change(change) => {
            if let Some(tests) = only_tests(phase, block, *change) {
                return Ok((named(tests)?, PlacedBy::Identified(Evidence::TestCode)));
            }
            let by = if block.basis == Basis::Stated {
                PlacedBy::Stated
            } else {
                PlacedBy::Worded
            };
            Ok((named(*change)?, by))
        }
        FileOf::Nowhere => Err("the plan doesn't say which file this code belongs to".to_owned()),
        FileOf::Between(changes) => {
            if let Some((change, by)) = work.state.identified.get(&(phase.id, index)).cloned() {
                return Ok((named(change)?, by));
            }
            let files: Vec<(usize, &NamedFile)> = changes
                .iter()
                .filter_map(|change| Some((*change, assignment.file(phase.id, *change)?)))
                .collect();
            let paths = files
                .iter()
                .filter_map(|(change, file)| Some((*change, file.path.as_deref()?)));
            let candidates = paths
                .map(|(change, path)| Candidate::from_staged_tree(work.workspace, change, path))
                .collect::<Vec<_>>();
            let Some((change, evidence)) = identify_file(phase, index, candidates) else {
                let names: Vec<&str> = files
                    .iter()
                    .map(|(_, file)| file.written.as_str())
                    .collect();
                return Err(format!("the code may belong to {}", names.join(" or ")));
            };
            let by = PlacedBy::Identified(evidence);
            work.state
                .identified
                .insert((phase.id, index), (change, by.clone()));
            Ok((named(change)?, by))
        }
    }
}

fn outcome_of_refusal(refusal: &Refusal) -> PlacementOutcome {
    let show = |place: &graft::Location| format!("{} (line {})", place.name, place.line);
    let mut message = refusal.message.clone();
    if let Some(nearest) = &refusal.nearest {
        message.push_str(&format!("; nearest: {}", show(nearest)));
    }
    let candidates = refusal.candidates.iter().map(show).collect();
    PlacementOutcome::Refused {
        reason: reason_name(refusal.reason),
        message,
        candidates,
    }
}

/// Returns the stable short name of a reason.
pub(super) fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::Missing => "file-missing",
        Reason::Exists => "file-exists",
        Reason::Ambiguous => "ambiguous",
        Reason::NotFound => "no-place",
        Reason::Unclear => "unclear",
        Reason::Conflict => "conflict",
        Reason::Syntax => "syntax",
        Reason::NotCode => "not-code",
        Reason::Unsupported => "unsupported",
        Reason::Unbound => "unbound",
        Reason::Unproven => "unproven",
    }
}

/// Files by how much of what the plan shows for them stands there.
#[derive(Debug, Default)]
pub(crate) struct PresentFiles {
    /// The paths of those where all of it stands.
    pub(crate) whole: BTreeSet<String>,
    /// The paths of those for which a block is refused.
    pub(crate) refused: BTreeSet<String>,
}

/// Finds the files of the assignment where the code that the plan shows for them stands, each block placed over the last.
pub(crate) fn find_present_files(work: &mut UnitWork<'_>) -> Result<PresentFiles, Stop> {
    let savepoint = work.workspace.tree.savepoint();
    let mut standing = BTreeSet::new();
    let mut open = BTreeSet::new();
    for unit in &work.assignment.units {
        let Some(phase) = work.run.plan.phase(*unit).cloned() else {
            continue;
        };
        for index in (0..phase.blocks.len()).filter(|index| is_code(&phase.blocks[*index])) {
            let Some(placement) = apply_block(work, &phase, index)? else {
                continue;
            };
            let Some(path) = placement.path else { continue };
            match placement.placed {
                PlacementOutcome::Refused { .. } | PlacementOutcome::HeldBack => open.insert(path),
                PlacementOutcome::Now { .. } | PlacementOutcome::Before => standing.insert(path),
            };
        }
    }
    let replayed = work.workspace.tree.savepoint();
    work.workspace.tree.restore(savepoint);
    let mut stands = |path: &String| {
        let before = work.workspace.tree.read(path).ok().flatten();
        !open.contains(path) && replayed.get(path).is_none_or(|after| after.bytes == before)
    };
    let whole = standing
        .iter()
        .filter(|path| stands(path))
        .cloned()
        .collect();
    Ok(PresentFiles {
        whole,
        refused: open,
    })
}

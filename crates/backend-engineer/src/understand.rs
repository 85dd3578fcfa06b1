//! Step one: reads the plan, locates the phase, its success criteria, and every file to create or modify.

mod author;
mod basis;
mod definition;
mod load;
mod paths;
mod base_folder;
mod in_full;
mod scope;
mod scope_mode;
mod explicit_paths;

use std::collections::BTreeSet;
use std::ops::Range;

use plan::{Action, Approval, Phase, PhaseId, Plan, PlannedChange, State};

pub(crate) use author::without_author;
pub(crate) use basis::{Evidence, PlacedBy};
#[cfg(test)]
pub(crate) use definition::TOOLS;
pub(crate) use definition::{Definition, SearchPaths, find_definition, list_definitions};
pub(crate) use explicit_paths::{is_checked_output, is_worded, names_path};
use in_full::in_full;
pub(crate) use load::{LoadedPlan, load_plan, root_of};
use paths::Resolution;
pub(crate) use paths::{Files, PathMeaning};
pub(crate) use scope::Scope;
pub(crate) use scope_mode::{ScopeMode, WriteReason};

use crate::facts::TreeFacts;
use crate::stop::{Finding, Severity, Stop};

/// One unit of the plan with all that is nested in it, its files found in the repository.
#[derive(Debug)]
pub(crate) struct Assignment {
    /// The unit that was asked for.
    pub(crate) unit: PhaseId,
    /// "Phase 2.1".
    pub(crate) label: String,
    /// The unit's title.
    pub(crate) title: String,
    /// The unit and all that is nested in it, in the plan's order.
    pub(crate) units: Vec<PhaseId>,
    /// Every file that they name.
    pub(crate) files: Vec<NamedFile>,
    /// The only paths that may reach the user's tree.
    pub(crate) scope: Scope,
    /// Where its commands run unless they say otherwise: the package from which all its paths start, else the root.
    pub(crate) folder: String,
    /// Findings made while the unit was read.
    pub(crate) findings: Vec<Finding>,
}

/// A file that the phase names, and where it turned out to lie.
#[derive(Debug, Clone)]
pub(crate) struct NamedFile {
    /// The unit that names it.
    pub(crate) unit: PhaseId,
    /// Its place in [`Phase::changes`].
    pub(crate) change: usize,
    /// As the plan writes it.
    pub(crate) written: String,
    /// From the root; `None` where it is not one clear file.
    pub(crate) path: Option<String>,
    /// The action that the plan asks for: create, change, remove or rename.
    pub(crate) action: Action,
    /// Where the plan names it.
    pub(crate) span: Range<usize>,
    /// Why it has no path.
    pub(crate) obstacle: Option<String>,
    /// Its neighbours open with a comment that is their own path.
    pub(crate) addressed: bool,
}

impl Assignment {
    /// Returns the file of a unit's change, by its place in [`Phase::changes`].
    pub(crate) fn file(&self, unit: PhaseId, change: usize) -> Option<&NamedFile> {
        self.files
            .iter()
            .find(|file| file.unit == unit && file.change == change)
    }
}

/// Reads what the unit asks for. A plan that isn't approved, or a path that leaves the repository, stops the run.
pub(crate) fn understand(
    plan: &Plan,
    files: &Files,
    unit: PhaseId,
    approved: bool,
) -> Result<Assignment, Stop> {
    if let Some(refused) = not_approved(plan).filter(|_| !approved) {
        return Err(Stop::refused(refused.message.clone())
            .hint(
                "Have it approved and its status changed, or pass --approve to go ahead as it is.",
            )
            .at([refused]));
    }
    let (assignment, leaving) =
        assignment_of(plan, files, unit).ok_or_else(|| Stop::usage("the plan has no such unit"))?;
    if !leaving.is_empty() {
        return Err(Stop::refused(format!("{} names paths outside of the repository", assignment.label))
            .hint("Name files by their path from the repository's root, or say which repository is meant with --root.")
            .at(leaving));
    }
    Ok(assignment)
}

/// Returns what a unit asks for, and apart from it what leaves the repository; `None` where the plan has no such unit.
pub(crate) fn assignment_of(
    plan: &Plan,
    files: &Files,
    unit: PhaseId,
) -> Option<(Assignment, Vec<Finding>)> {
    let phase = plan.phase(unit)?;
    let mut units = Vec::new();
    collect_phases(phase, &mut units);
    let bases = learn_base_folders(plan, files);
    let mut assignment = Assignment {
        unit,
        label: phase.label.clone(),
        title: phase.title.clone(),
        units: units.iter().map(|unit| unit.id).collect(),
        files: Vec::new(),
        scope: Scope::default(),
        folder: String::new(),
        findings: check_dependencies(plan, phase),
    };
    let mut leaving = Vec::new();
    for (unit, (index, change)) in units
        .iter()
        .flat_map(|unit| std::iter::repeat(unit).zip(unit.changes.iter().enumerate()))
    {
        let (file, finding) = locate_file(plan, (files, &bases), (unit.id, index), change);
        if finding
            .as_ref()
            .is_some_and(|finding| finding.severity == Severity::Error)
        {
            leaving.extend(finding);
        } else {
            assignment.findings.extend(finding);
        }
        assignment.scope.admit(&file, change, files);
        if !stands_for_its_files(unit, change) {
            assignment.files.push(file);
        }
    }
    assignment.folder = package_of(&units, &assignment.files).unwrap_or_default();
    Some((assignment, leaving))
}

/// Returns the finding on a plan that is marked as not approved.
pub(crate) fn not_approved(plan: &Plan) -> Option<Finding> {
    let standing = plan.approval_status();
    if standing.approval != Approval::Refused {
        return None;
    }
    let word = standing.word.as_deref().unwrap_or("not approved");
    let message = format!("the plan is marked `{word}`");
    Some(finding_with_line(
        plan,
        ("plan-not-approved", Severity::Error),
        message,
        standing.span.clone(),
    ))
}

/// Returns the finding on a plan that says of itself that it is finished, while units of it are open by its boxes.
pub(crate) fn finished_plan_finding(plan: &Plan) -> Option<Finding> {
    let standing = plan.approval_status();
    let is_open = |unit: &Phase| !matches!(unit.state, State::Done | State::Skipped);
    let open: Vec<&Phase> = plan.phases().iter().filter(|unit| is_open(unit)).collect();
    if standing.approval != Approval::Finished || open.is_empty() {
        return None;
    }
    let word = standing.word.as_deref().unwrap_or("finished");
    let message = format!(
        "the plan is marked `{word}`, and {} of its units are open by their boxes",
        open.len()
    );
    Some(Finding {
        hint: Some("`check --phase N` holds one of them against the tree all the same.".to_owned()),
        ..finding_with_line(
            plan,
            ("plan-finished", Severity::Note),
            message,
            standing.span.clone(),
        )
    })
}

/// Returns the repository's files, and what the absolute paths of the plan and its commands tell of its author's
/// folder.
pub(crate) fn files_of(facts: TreeFacts, plan: &Plan) -> Files {
    let mut files = Files::new(facts);
    files.learn_author(
        plan.all()
            .flat_map(|unit| &unit.changes)
            .map(|change| change.path.as_str()),
    );
    let commands = plan.all().flat_map(|unit| &unit.commands);
    files.learn_author(commands.flat_map(|command| command.text.split_whitespace()));
    files
}

fn collect_phases<'a>(phase: &'a Phase, into: &mut Vec<&'a Phase>) {
    into.push(phase);
    for nested in &phase.phases {
        collect_phases(nested, into);
    }
}

/// Returns folders that the plan's paths start from without saying so, learnt from those that can mean one file only.
fn learn_base_folders(plan: &Plan, files: &Files) -> BTreeSet<String> {
    let none = BTreeSet::new();
    let mut bases = BTreeSet::new();
    for change in plan.all().flat_map(|unit| &unit.changes) {
        if change.pattern || change.action != Action::Modify || files.path_exists(&change.path) {
            continue;
        }
        if let PathMeaning::Resolved { path, .. } = files.meaning(&change.path, false, &none)
            && let Some(base) = path.strip_suffix(&format!("/{}", change.path))
        {
            bases.insert(base.to_owned());
        }
    }
    bases
}

/// Returns whether a folder is named beside files of the unit that lie in it, or only as far as it is needed: nothing is to
/// be done for it alone.
fn stands_for_its_files(unit: &Phase, change: &PlannedChange) -> bool {
    let below = |other: &PlannedChange| !other.pattern && other.path.starts_with(&change.path);
    let spared = |sentence: &plan::Sentence| {
        let overlaps =
            sentence.span.start < change.span.end && change.span.start < sentence.span.end;
        overlaps && sentence.class == plan::SentenceClass::Condition
    };
    let goes = matches!(change.action, Action::Delete | Action::Rename { .. });
    change.path.ends_with('/')
        && !goes
        && (unit.changes.iter().any(below) || unit.sentences.iter().any(spared))
}

/// Returns the package from which every path of a unit starts without saying so.
fn package_of(units: &[&Phase], files: &[NamedFile]) -> Option<String> {
    let says_folder = units
        .iter()
        .any(|unit| unit.changes.iter().any(|change| change.base.is_some()));
    let found: Vec<(&str, &str)> = files
        .iter()
        .filter_map(|file| Some((file.path.as_deref()?, file.written.as_str())))
        .collect();
    let base = |(path, written): &(&str, &str)| {
        path.strip_suffix(&format!("/{written}")).map(str::to_owned)
    };
    let first = found.first().and_then(base).filter(|_| !says_folder)?;
    found
        .iter()
        .all(|one| base(one).as_ref() == Some(&first))
        .then_some(first)
}

/// The most files that a message on an ambiguous path names: enough to see what it may mean, short enough for a line.
const MOST_CANDIDATES: usize = 5;

/// Finds one named file, and says what is doubtful about it.
fn locate_file(
    plan: &Plan,
    (files, bases): (&Files, &BTreeSet<String>),
    (unit, index): (PhaseId, usize),
    change: &PlannedChange,
) -> (NamedFile, Option<Finding>) {
    let mut file = NamedFile {
        unit,
        change: index,
        written: change.path.clone(),
        path: None,
        action: change.action.clone(),
        span: change.span.clone(),
        obstacle: None,
        addressed: files.neighbours_are_addressed(&change.path),
    };
    if change.pattern {
        file.obstacle = Some("the plan names no single file here".to_owned());
        return (file, None);
    }
    let meaning = meaning_of_change(files, bases, change);
    let doubt = take_meaning(&mut file, in_full(plan, files, (unit, change), meaning));
    let finding = doubt.map(|(code, severity, message)| {
        finding_with_line(plan, (code, severity), message, Some(change.span.clone()))
    });
    (file, finding)
}

/// Sets a file's path, or why it has none, by what its path means; returns the code, severity and message of what is to be
/// said about it.
fn take_meaning(
    file: &mut NamedFile,
    meaning: PathMeaning,
) -> Option<(&'static str, Severity, String)> {
    match meaning {
        PathMeaning::AsWritten(path) => {
            file.path = Some(path);
            None
        }
        PathMeaning::Resolved { path, why } => {
            let note = format!("`{}` is taken as `{path}`: {why}", file.written);
            file.path = Some(path);
            // `./a.py` for `a.py` is no news to anybody.
            (why != Resolution::Tidied).then_some(("path-resolved", Severity::Note, note))
        }
        PathMeaning::Between(candidates) => {
            let shown: Vec<&str> = candidates
                .iter()
                .take(MOST_CANDIDATES)
                .map(String::as_str)
                .collect();
            let message = format!("`{}` may mean {}", file.written, shown.join(" or "));
            file.obstacle = Some(message.clone());
            Some(("path-ambiguous", Severity::Warning, message))
        }
        PathMeaning::Outside(outside) => {
            file.obstacle = Some(outside.to_string());
            Some(("path-outside", Severity::Error, outside.to_string()))
        }
    }
}

/// Resolves the path of a change; one that the plan calls neither new nor existing is looked for first.
fn meaning_of_change(
    files: &Files,
    bases: &BTreeSet<String>,
    change: &PlannedChange,
) -> PathMeaning {
    if let Some(below) = change
        .base
        .as_deref()
        .and_then(|base| files.resolve_below_base(base, &change.path, &change.action))
    {
        return below;
    }
    if let Some(below) = change
        .supposed_base
        .as_deref()
        .and_then(|base| files.below_supposed_base(base, change))
    {
        return below;
    }
    let found = files.meaning(&change.path, change.action == Action::Create, bases);
    match &found {
        PathMeaning::AsWritten(path)
            if change.action == Action::Unstated && !files.path_exists(path) =>
        {
            files.meaning(&change.path, true, bases)
        }
        _ => found,
    }
}

/// Returns units that this one depends on and that are not done.
fn check_dependencies(plan: &Plan, phase: &Phase) -> Vec<Finding> {
    let open = |wanted: &String| {
        let found = plan.select(wanted).ok()?;
        let [id] = found.as_slice() else { return None };
        plan.phase(*id).filter(|other| {
            *id != phase.id && matches!(other.state, State::Open | State::InProgress)
        })
    };
    let say = |other: &Phase| {
        let message = format!(
            "{} depends on {}, which is not done by the plan's boxes",
            phase.label, other.label
        );
        finding_with_line(
            plan,
            ("depends-on-open", Severity::Note),
            message,
            Some(phase.heading.clone()),
        )
    };
    phase.depends_on.iter().filter_map(open).map(say).collect()
}

/// Returns a finding with its line filled in.
pub(crate) fn finding_with_line(
    plan: &Plan,
    (code, severity): (&'static str, Severity),
    message: String,
    span: Option<Range<usize>>,
) -> Finding {
    let line = span.as_ref().map(|span| plan.location(span.start).line);
    Finding {
        code,
        severity,
        message,
        span,
        line,
        hint: None,
    }
}

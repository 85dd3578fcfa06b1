//! The plan as a whole: from bytes to units, and what can be asked of it.

use std::ops::Range;

use serde::Serialize;

use crate::approval::{self, Approval, ApprovalStatus};
use crate::boxes::{Checkbox, State};
use crate::changes::{Asking, PlannedChange, base_of, declared_changes, supposed_base_of};
use crate::checkboxes::{self, Found};
use crate::commands::PlannedCommand;
use crate::contents;
use crate::criteria::{self, Criterion};
use crate::diagnostics::{Diagnostic, code_outside, find_diagnostics};
use crate::document::{self, Document, Location, PieceKind, Span, Unreadable};
use crate::drawn::drawn_files;
use crate::identity::PhaseId;
use crate::implied;
use crate::inline::{one_line, plain_text};
use crate::labels::Topic;
use crate::naming::{read_marks, unit_name};
use crate::outline::Outline;
use crate::phase::Phase;
use crate::rows::{Row, RowKind, rows_of_pieces};
use crate::sentences::Sentence;
use crate::units;

/// A boundary of the plan: an item of "What we're not doing".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bound {
    /// Its words, on one line.
    pub text: String,
    /// The item.
    pub span: Span,
}

/// A plan that has been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    text: String,
    title: Option<String>,
    dialects: Vec<&'static str>,
    approval: ApprovalStatus,
    phases: Vec<Phase>,
    checkboxes: Vec<Checkbox>,
    criteria: Vec<Criterion>,
    commands: Vec<PlannedCommand>,
    bounds: Vec<Bound>,
    diagnostics: Vec<Diagnostic>,
    /// The pieces of the document that belong to no unit.
    #[serde(skip)]
    free: Vec<usize>,
}

impl Plan {
    /// Returns the document, byte for byte.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the document with every box empty: what it asks for, whatever was ticked.
    pub fn text_without_marks(&self) -> String {
        let mut text = self.text.clone();
        // From the end, so that the places before stay where they are.
        for found in self.checkboxes.iter().rev() {
            text.replace_range(found.mark_span.clone(), " ");
        }
        text
    }

    /// Returns its first heading of level one.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Returns names of the dialects that recognised something.
    pub fn dialects(&self) -> Vec<&'static str> {
        self.dialects.clone()
    }

    /// Returns what the plan says of itself.
    pub fn approval_status(&self) -> &ApprovalStatus {
        &self.approval
    }

    /// Returns units at the top level, in the document's order; the others lie inside them.
    pub fn phases(&self) -> &[Phase] {
        &self.phases
    }

    /// Returns every unit, depth first, in the document's order.
    pub fn all(&self) -> impl Iterator<Item = &Phase> {
        let mut waiting: Vec<&Phase> = self.phases.iter().rev().collect();
        std::iter::from_fn(move || {
            let next = waiting.pop()?;
            waiting.extend(next.phases.iter().rev());
            Some(next)
        })
    }

    /// Returns the unit with this number.
    pub fn phase(&self, id: PhaseId) -> Option<&Phase> {
        self.all().find(|phase| phase.id == id)
    }

    /// Returns the unit that holds this one.
    pub fn parent(&self, id: PhaseId) -> Option<&Phase> {
        self.all()
            .find(|phase| phase.phases.iter().any(|child| child.id == id))
    }

    /// Returns every checkbox outside fences, in order, whatever unit it belongs to.
    pub fn checkboxes(&self) -> &[Checkbox] {
        &self.checkboxes
    }

    /// Criteria of the whole plan, outside every unit.
    pub fn criteria(&self) -> &[Criterion] {
        &self.criteria
    }

    /// Commands of the whole plan, for [`Plan::criteria`].
    pub fn commands(&self) -> &[PlannedCommand] {
        &self.commands
    }

    /// Returns what the plan says it does not do.
    pub fn bounds(&self) -> &[Bound] {
        &self.bounds
    }

    /// Reads the sentences outside every unit: a run needs none of them.
    pub fn sentences(&self) -> Vec<Sentence> {
        let document = Document::read(&self.text);
        let rows = rows_of_pieces(&document, self.free.iter().copied(), |_| false);
        let boxes = checkboxes::find_checkboxes(&document).of_items;
        contents::read_loose_sentences(&Asking {
            document: &document,
            rows: &rows,
            boxes: &boxes,
            item: None,
        })
    }

    /// Reads the files that are declared outside every unit: a table "| File | Responsibility |" above the tasks.
    pub fn files_outside(&self) -> Vec<PlannedChange> {
        let document = Document::read(&self.text);
        let rows = rows_of_pieces(&document, self.free.iter().copied(), |_| false);
        let boxes = checkboxes::find_checkboxes(&document).of_items;
        declared_changes(
            &Asking {
                document: &document,
                rows: &rows,
                boxes: &boxes,
                item: None,
            },
            &(0..0),
        )
    }

    /// Returns whether a cell or a line outside every unit is this path and nothing else.
    pub fn lists_outside(&self, path: &str) -> bool {
        let document = Document::read(&self.text);
        let is_path = |span: &Span| document.slice(span).trim_matches(['`', '*', ' ']) == path;
        rows_of_pieces(&document, self.free.iter().copied(), |_| false)
            .iter()
            .any(|row| match &row.kind {
                RowKind::Cells(cells) => cells.iter().any(is_path),
                RowKind::Line(_) => is_path(&row.span),
                _ => false,
            })
    }

    /// Reads the files of every drawn tree of folders: "├── app/". A drawing may begin with the repository's own folder.
    pub fn files_drawn(&self) -> Vec<String> {
        drawn_files(&Document::read(&self.text), &self.text)
    }

    /// Returns what could not be read with certainty.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Returns line and column of a byte; beyond the end, the end.
    pub fn location(&self, offset: usize) -> Location {
        document::location_of(&self.text, offset)
    }
}

/// Reads a plan. Never panics, whatever the bytes.
///
/// # Errors
/// [`Unreadable`] where there is nothing to read: no text, not UTF-8, too large.
pub fn read(bytes: &[u8]) -> Result<Plan, Unreadable> {
    let text = document::decode_text(bytes)?;
    let document = Document::read(text);
    let outline = Outline::read(&document);
    let mut found = checkboxes::find_checkboxes(&document);
    let (mut phases, owners) = units::read_units(&document, &outline.units, &found.of_items);
    let owned = Owned {
        owners: &owners,
        echoes: &outline.echoes(),
    };
    own_boxes(&document, &mut found, &owned, &phases);
    let status = approval::read_status(&document);
    if status.approval == Approval::Finished && found.boxes.is_empty() {
        // Nothing else tells what is done.
        phases
            .iter_mut()
            .filter(|phase| phase.state == State::Open)
            .for_each(|phase| phase.state = State::Done);
    }
    for phase in &mut phases {
        assign_boxes(phase, &found.boxes);
    }
    let free: Vec<usize> = (0..owners.len())
        .filter(|piece| owners[*piece].is_none())
        .collect();
    let rows = rows_of_pieces(&document, free.iter().copied(), |_| false);
    let base = rows.iter().find_map(|row| base_of(&document, row));
    let supposed = rows.iter().find_map(|row| supposed_base_of(&document, row));
    for phase in &mut phases {
        start_from(phase, (base.as_deref(), supposed.as_deref()));
    }
    implied::complete_steps(&mut phases);
    let asking = Asking {
        document: &document,
        rows: &rows,
        boxes: &found.of_items,
        item: None,
    };
    let mut commands = Vec::new();
    let criteria = criteria::read(&asking, &mut commands);
    let mut diagnostics = find_diagnostics(&document, &outline, &phases);
    diagnostics.extend(code_outside(&document, &rows));
    diagnostics.sort_by_key(|one| (one.span.start, one.code));
    Ok(Plan {
        title: document_title(&document),
        dialects: outline.dialects(),
        approval: status,
        bounds: read_non_goals(&document, &rows),
        checkboxes: found.boxes,
        text: text.to_owned(),
        phases,
        criteria,
        commands,
        diagnostics,
        free,
    })
}

/// Gives the folder from which the plan's paths start, stated and supposed, to each file for which no nearer one is said.
fn start_from(phase: &mut Phase, (base, supposed): (Option<&str>, Option<&str>)) {
    for change in &mut phase.changes {
        change.base = change.base.take().or_else(|| base.map(str::to_owned));
        let nearer = change.supposed_base.take();
        change.supposed_base = nearer.or_else(|| supposed.map(str::to_owned));
    }
    for inner in &mut phase.phases {
        start_from(inner, (base, supposed));
    }
}

/// The pieces of a document by the units to which they belong.
struct Owned<'o> {
    /// For each piece, its unit.
    owners: &'o [Option<PhaseId>],
    /// The pieces that only repeat units.
    echoes: &'o [Range<usize>],
}

/// Gives every box to the unit in whose pieces it stands, or whose name it bears.
fn own_boxes(document: &Document<'_>, found: &mut Found, owned: &Owned<'_>, phases: &[Phase]) {
    let mut named: Vec<(String, PhaseId)> = Vec::new();
    let mut waiting: Vec<&Phase> = phases.iter().collect();
    while let Some(phase) = waiting.pop() {
        if !phase.word.is_empty() {
            named.push((phase.label.to_lowercase(), phase.id));
        }
        waiting.extend(&phase.phases);
    }
    for (at, one) in found.boxes.iter_mut().enumerate() {
        let words = found.words.get(at).copied().unwrap_or(one.mark_span.end);
        let next = document
            .pieces
            .partition_point(|piece| piece.span.start <= words.max(one.mark_span.start));
        let owner = next
            .checked_sub(1)
            .and_then(|piece| owned.owners.get(piece).copied().flatten());
        let echoed = next
            .checked_sub(1)
            .is_some_and(|piece| owned.echoes.iter().any(|echo| echo.contains(&piece)));
        let named = || {
            let label = unit_name(&read_marks(&one.text).words)?
                .label()
                .to_lowercase();
            let mut fitting = named.iter().filter(|(name, _)| *name == label);
            fitting
                .next()
                .filter(|_| fitting.next().is_none())
                .map(|(_, id)| *id)
        };
        one.phase = if echoed {
            named().or(owner)
        } else {
            owner.or_else(named)
        };
    }
}

/// Gives a unit its boxes, and its state where no mark in its heading tells.
fn assign_boxes(phase: &mut Phase, boxes: &[Checkbox]) -> Vec<State> {
    phase.checkboxes = boxes
        .iter()
        .filter(|one| one.phase == Some(phase.id))
        .map(|one| one.id)
        .collect();
    let mut states: Vec<State> = boxes
        .iter()
        .filter(|one| one.phase == Some(phase.id))
        .map(|one| one.state)
        .collect();
    for child in &mut phase.phases {
        if phase.state == State::Skipped && child.state == State::Open {
            child.state = State::Skipped;
        }
        states.extend(assign_boxes(child, boxes));
        states.push(child.state);
    }
    let any = |state: State| states.contains(&state);
    let finished = states
        .iter()
        .all(|state| matches!(state, State::Done | State::Skipped))
        && any(State::Done);
    // An item is done all the way down: its own tick says nothing of an open box inside it.
    let of_item =
        |one: &&Checkbox| one.phase == Some(phase.id) && phase.heading.contains(&one.span.start);
    let left = |state: &State| matches!(state, State::Open | State::InProgress);
    if phase.state == State::Done
        && boxes.iter().any(|one| of_item(&one))
        && states.iter().any(left)
    {
        phase.state = State::InProgress;
    }
    if phase.state == State::Open {
        phase.state = match () {
            () if finished => State::Done,
            () if any(State::Done) || any(State::InProgress) => State::InProgress,
            () => State::Open,
        };
    }
    states
}

fn document_title(document: &Document<'_>) -> Option<String> {
    document.pieces.iter().find_map(|piece| match &piece.kind {
        PieceKind::Heading { level: 1, title } => {
            Some(plain_text(document.slice(title)).trim().to_owned())
        }
        _ => None,
    })
}

/// Returns the items, or else the paragraphs, under "What we're not doing".
fn read_non_goals(document: &Document<'_>, rows: &[Row]) -> Vec<Bound> {
    let mut found: Vec<(usize, Bound)> = Vec::new();
    for row in rows.iter().filter(|row| row.topic == Some(Topic::Bounds)) {
        let RowKind::Line(_) = row.kind else { continue };
        let words = document.slice(&row.span);
        let value = row
            .label
            .as_ref()
            .map_or(words, |label| &words[label.rest.min(words.len())..]);
        if value.trim().is_empty() {
            continue;
        }
        match found.last_mut().filter(|(piece, _)| *piece == row.piece) {
            Some((_, bound)) => {
                bound.text = one_line(&format!("{} {value}", bound.text));
                bound.span.end = row.span.end;
            }
            None => found.push((
                row.piece,
                Bound {
                    text: one_line(value),
                    span: row.span.clone(),
                },
            )),
        }
    }
    found.into_iter().map(|(_, bound)| bound).collect()
}

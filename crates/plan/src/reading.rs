//! The plan as a whole: from bytes to units, and what can be asked of it.

use serde::Serialize;

use crate::boxes::{Checkbox, State};
use crate::commands::PlannedCommand;
use crate::criteria::Criterion;
use crate::document::{Place, Span, Unreadable};
use crate::identity::{CheckboxId, PhaseId};
use crate::phase::Phase;
use crate::standing::Standing;

const LIMIT: usize = 16 * 1024 * 1024;

/// A boundary of the plan: an item of "What we're not doing".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bound {
    /// Its words, on one line.
    pub text: String,
    /// The item.
    pub span: Span,
}

/// Something that could not be read with certainty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// A short stable name: "unclosed-fence", "number-twice" …
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What the author can do about it.
    pub hint: String,
}

/// A plan that has been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    text: String,
    title: Option<String>,
    dialects: Vec<&'static str>,
    standing: Standing,
    phases: Vec<Phase>,
    checkboxes: Vec<Checkbox>,
    criteria: Vec<Criterion>,
    commands: Vec<PlannedCommand>,
    bounds: Vec<Bound>,
    diagnostics: Vec<Diagnostic>,
}

impl Plan {
    /// The document, byte for byte.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its first heading of level one.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Names of the dialects that recognised something.
    pub fn dialects(&self) -> Vec<&'static str> {
        self.dialects.clone()
    }

    /// What the plan says of itself.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Units at the top level, in the document's order; the others lie inside them.
    pub fn phases(&self) -> &[Phase] {
        &self.phases
    }

    /// Every unit, depth first, in the document's order.
    pub fn all(&self) -> impl Iterator<Item = &Phase> {
        let mut waiting: Vec<&Phase> = self.phases.iter().rev().collect();
        std::iter::from_fn(move || {
            let next = waiting.pop()?;
            waiting.extend(next.phases.iter().rev());
            Some(next)
        })
    }

    /// The unit with this number.
    pub fn phase(&self, id: PhaseId) -> Option<&Phase> {
        self.all().find(|phase| phase.id == id)
    }

    /// The unit that holds this one.
    pub fn parent(&self, id: PhaseId) -> Option<&Phase> {
        self.all().find(|phase| phase.phases.iter().any(|child| child.id == id))
    }

    /// Every checkbox outside fences, in order, whatever unit it belongs to.
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

    /// What the plan says it does not do.
    pub fn bounds(&self) -> &[Bound] {
        &self.bounds
    }

    /// What could not be read with certainty.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Line and column of a byte; beyond the end, the end.
    pub fn place(&self, offset: usize) -> Place {
        let end = (0..=offset.min(self.text.len())).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0);
        let before = &self.text[..end];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() + 1;
        let column = before[start..].chars().filter(|letter| *letter != '\u{feff}').count() + 1;
        Place { line, column }
    }
}

/// Reads a plan. Never panics, whatever the bytes.
///
/// # Errors
/// [`Unreadable`] where there is nothing to read: no text, not UTF-8, too large.
pub fn read(bytes: &[u8]) -> Result<Plan, Unreadable> {
    if bytes.len() > LIMIT {
        return Err(Unreadable::TooLarge { bytes: bytes.len(), limit: LIMIT });
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
            return Err(Unreadable::NotUtf8 { line, column });
        }
    };
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    let mut plan = Plan {
        text: text.to_owned(),
        title: None,
        dialects: Vec::new(),
        standing: Standing::default(),
        phases: Vec::new(),
        checkboxes: Vec::new(),
        criteria: Vec::new(),
        commands: Vec::new(),
        bounds: Vec::new(),
        diagnostics: Vec::new(),
    };
    sketch(&mut plan);
    Ok(plan)
}

fn sketch(plan: &mut Plan) {
    let mut at = 0;
    let mut fenced = false;
    for line in plan.text.split_inclusive('\n') {
        let span = at..at + line.len();
        at = span.end;
        let words = line.trim();
        if words.starts_with("```") || words.starts_with("~~~") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let item = ["- [", "* ["].iter().find_map(|marker| words.strip_prefix(marker));
        if let Some(mark) =
            item.and_then(|rest| rest.chars().next().filter(|mark| rest[mark.len_utf8()..].starts_with("] ")))
        {
            let mark_at = span.start + line.len() - line.trim_start().len() + 3;
            let state = if mark == ' ' { State::Open } else { State::Done };
            let id = CheckboxId(plan.checkboxes.len());
            let phase = plan.phases.last_mut().map(|unit| {
                unit.checkboxes.push(id);
                unit.id
            });
            let mark_span = mark_at..mark_at + mark.len_utf8();
            let text = plan.text[mark_span.end + 1..].lines().next().unwrap_or("").trim().to_owned();
            plan.checkboxes.push(Checkbox { id, mark, mark_span, text, span: span.clone(), state, phase, depth: 0 });
        }
        let Some(heading) = words.strip_prefix("##").map(|rest| rest.trim_start_matches('#').trim()) else { continue };
        let Some(rest) = ["Phase ", "Task "].iter().find_map(|word| heading.strip_prefix(word)) else { continue };
        let number: String =
            rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '.').collect();
        let word = heading[..heading.len() - rest.len()].trim().to_owned();
        let title = rest[number.len()..].trim_start_matches([':', ' ', '-', '—']).to_owned();
        let label = format!("{word} {number}");
        let id = PhaseId(plan.phases.len());
        plan.phases.push(Phase {
            id,
            word,
            number: Some(number),
            title,
            label,
            span: span.clone(),
            heading: span,
            state: State::Open,
            optional: false,
            depends_on: Vec::new(),
            prose: Vec::new(),
            changes: Vec::new(),
            blocks: Vec::new(),
            commands: Vec::new(),
            criteria: Vec::new(),
            steps: Vec::new(),
            checkboxes: Vec::new(),
            phases: Vec::new(),
        });
    }
}

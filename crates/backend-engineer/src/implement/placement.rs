//! One block of the plan and what came of placing it.

use graft::{Reason, Refusal};
use plan::{CodeBlock, Role, Span};

use super::remainder::OpenPart;
use crate::understand::PlacedBy;

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

impl PlacementOutcome {
    /// Returns a refusal without candidates.
    pub(super) fn refused(reason: &'static str, message: String) -> Self {
        PlacementOutcome::Refused {
            reason,
            message,
            candidates: Vec::new(),
        }
    }
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

/// Returns the engine's refusal as an outcome, its candidates as `name (line 12)`.
pub(super) fn outcome_of_refusal(refusal: &Refusal) -> PlacementOutcome {
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

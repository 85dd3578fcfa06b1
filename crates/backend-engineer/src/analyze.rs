//! Step two: reads the files that the phase names and what stands around them, before anything is changed.

mod tools;
mod words;
mod modules;
mod siblings;
mod briefing;

use plan::Plan;

pub(crate) use briefing::{BUDGET, Ground, briefing, surroundings};
pub(crate) use modules::{climbed, file_of};
pub(crate) use tools::nearest_tools;
pub(crate) use words::segments;

use crate::stop::{Finding, Severity, Stop};
use crate::tree::{ReadError, Tree};
use crate::understand::{Assignment, NamedFile, finding};

/// What was read of the codebase.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// What doesn't fit the plan.
    pub(crate) findings: Vec<Finding>,
}

/// Reads every named file; from here on a file that changes on disk is no longer what the run knows.
pub(crate) fn analyze(plan: &Plan, tree: &mut Tree, assignment: &Assignment) -> Result<Survey, Stop> {
    let mut survey = Survey::default();
    for file in &assignment.files {
        let Some(path) = &file.path else { continue };
        match tree.read(path) {
            Ok(_) => {}
            Err(ReadError::Outside(outside)) => {
                let place =
                    finding(plan, "path-outside", Severity::Error, outside.to_string(), Some(file.span.clone()));
                return Err(Stop::refused(outside.to_string()).at([place]));
            }
            Err(error) => survey.findings.push(say(plan, "file-unreadable", file, error.to_string())),
        }
    }
    Ok(survey)
}

fn say(plan: &Plan, code: &'static str, file: &NamedFile, message: String) -> Finding {
    finding(plan, code, Severity::Warning, message, Some(file.span.clone()))
}

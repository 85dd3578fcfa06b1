//! Step two: reads the files that the phase names and what stands around them, before anything is changed.

mod tools;
mod knowledge;
mod words;
mod siblings;
mod briefing;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use plan::Plan;

pub(crate) use briefing::{BUDGET, Ground, briefing, surroundings};
pub(crate) use knowledge::surveyed;
pub(crate) use tools::nearest_tools;
pub(crate) use words::segments;

use crate::run::{RunContext, Workspace};
use crate::stop::{Finding, Severity, Stop};
use crate::tree::ReadError;
use crate::understand::{Assignment, NamedFile, finding};

/// What was read of the codebase for one unit.
#[derive(Debug)]
pub(crate) struct Survey {
    /// What does not fit the plan.
    pub(crate) findings: Vec<Finding>,
    /// The code around the unit's files.
    pub(crate) code: Codebase,
}

/// The survey of a tree, made once, when it is first asked for.
#[derive(Debug)]
pub(crate) struct Codebase {
    root: PathBuf,
    survey: OnceCell<survey::Survey>,
}

impl Codebase {
    /// Makes the survey-to-be of the tree at `root`.
    pub(crate) fn at(root: &Path) -> Self {
        Codebase { root: root.to_owned(), survey: OnceCell::new() }
    }

    /// Returns the survey.
    pub(crate) fn survey(&self) -> &survey::Survey {
        self.survey.get_or_init(|| surveyed(&self.root))
    }
}

/// Reads every named file; from here on a file that changes on disk is no longer what the run knows.
pub(crate) fn analyze(run: &RunContext, workspace: &mut Workspace, assignment: &Assignment) -> Result<Survey, Stop> {
    let plan = &run.plan;
    let mut findings = Vec::new();
    for file in &assignment.files {
        let Some(path) = &file.path else { continue };
        match workspace.tree.read(path) {
            Ok(_) => {}
            Err(ReadError::Outside(outside)) => {
                let place =
                    finding(plan, "path-outside", Severity::Error, outside.to_string(), Some(file.span.clone()));
                return Err(Stop::refused(outside.to_string()).at([place]));
            }
            Err(error) => findings.push(unreadable(plan, file, &error)),
        }
    }
    Ok(Survey { findings, code: Codebase::at(run.root()) })
}

fn unreadable(plan: &Plan, file: &NamedFile, error: &ReadError) -> Finding {
    finding(plan, "file-unreadable", Severity::Warning, error.to_string(), Some(file.span.clone()))
}

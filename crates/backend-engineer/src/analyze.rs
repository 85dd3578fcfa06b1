//! Step two: reads the files that the phase names and what stands around them, before anything is changed.

mod tools;
mod words;
mod siblings;
mod briefing;

use std::cell::OnceCell;
use std::rc::Rc;

use plan::Plan;

pub(crate) use briefing::{BUDGET, BriefingContext, build_briefing, build_surroundings};
pub(crate) use tools::nearest_tools;
pub(crate) use words::route_segments;

use crate::facts::TreeFacts;
use crate::run::{RunContext, Workspace};
use crate::stop::{Finding, Severity, Stop};
use crate::tree::ReadError;
use crate::understand::{Assignment, NamedFile, finding_with_line};

/// The codebase as it was read for one unit, with the findings of the lint.
#[derive(Debug)]
pub(crate) struct Survey {
    /// Findings where the tree does not fit the plan.
    pub(crate) findings: Vec<Finding>,
    /// The code around the unit's files.
    pub(crate) code: Codebase,
}

/// The survey of a tree, made once, when it is first asked for.
#[derive(Debug)]
pub(crate) struct Codebase {
    facts: Rc<TreeFacts>,
    survey: OnceCell<Rc<survey::Survey>>,
}

impl Codebase {
    /// Makes the survey-to-be of a tree.
    pub(crate) fn new(facts: &Rc<TreeFacts>) -> Self {
        Codebase {
            facts: Rc::clone(facts),
            survey: OnceCell::new(),
        }
    }

    /// Returns the commands by which the project checks itself.
    pub(crate) fn commands(&self) -> Rc<Vec<survey::Command>> {
        self.facts.commands()
    }

    /// Returns the survey of what lies near some files.
    pub(crate) fn near(&self, files: &[&str]) -> Rc<survey::Survey> {
        self.facts.survey_near(files)
    }

    /// Returns the survey.
    pub(crate) fn survey(&self) -> &survey::Survey {
        self.survey.get_or_init(|| self.facts.survey())
    }
}

/// Reads every named file; from here on a file that changes on disk is no longer what the run knows.
pub(crate) fn analyze(
    run: &RunContext,
    workspace: &mut Workspace,
    assignment: &Assignment,
) -> Result<Survey, Stop> {
    let plan = &run.plan;
    let mut findings = Vec::new();
    for file in &assignment.files {
        let Some(path) = &file.path else { continue };
        match workspace.tree.read(path) {
            Ok(_) => {}
            Err(ReadError::Outside(outside)) => {
                let place = finding_with_line(
                    plan,
                    ("path-outside", Severity::Error),
                    outside.to_string(),
                    Some(file.span.clone()),
                );
                return Err(Stop::refused(outside.to_string()).at([place]));
            }
            Err(error) => findings.push(unreadable_file_finding(plan, file, &error)),
        }
    }
    Ok(Survey {
        findings,
        code: Codebase::new(run.files.facts()),
    })
}

fn unreadable_file_finding(plan: &Plan, file: &NamedFile, error: &ReadError) -> Finding {
    finding_with_line(
        plan,
        ("file-unreadable", Severity::Warning),
        error.to_string(),
        Some(file.span.clone()),
    )
}

//! The context of a rule: one unit and its files, what placing its code came to, the tree, and what earlier units of
//! the plan make.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use plan::{Action, CodeBlock, FileOf, Phase, PhaseId};

use crate::analyze::Codebase;
use crate::facts::read_text;
use crate::implement::{Placement, is_code};
use crate::review::ReviewScope;
use crate::review::code::Code;
use crate::review::manifests::Manifests;
use crate::run::{RunContext, Workspace};
use crate::stop::Finding;
use crate::understand::Assignment;

/// Facts that are kept over the whole lint, beside the unit at hand.
#[derive(Debug, Default)]
pub(crate) struct ReviewState {
    /// Files that earlier open units make, with the unit that does.
    pub(crate) made: BTreeMap<String, String>,
    /// Files that earlier open units change in a way that is not spelled out, or that was refused.
    pub(crate) uncertain: BTreeSet<String>,
    /// Keys of findings that are reported once in the whole lint.
    pub(crate) said: BTreeSet<String>,
    manifests: OnceCell<Manifests>,
}

impl ReviewState {
    /// Keeps what a unit makes, for those that come after it.
    pub(crate) fn remember(&mut self, assignment: &Assignment, label: &str) {
        for file in &assignment.files {
            let Some(path) = &file.path else { continue };
            let made = match &file.action {
                Action::Create | Action::Unstated => Some(path.clone()),
                Action::Rename { to } => Some(to.clone()),
                Action::Modify | Action::Delete => None,
            };
            if let Some(made) = made {
                self.made.entry(made).or_insert_with(|| label.to_owned());
            }
            self.uncertain.insert(path.clone());
        }
    }
}

/// An import in code that the plan shows.
pub(crate) struct PlanImport {
    /// Its place in the plan.
    pub(crate) span: Range<usize>,
    /// The file that the code is for.
    pub(crate) path: String,
    pub(crate) import: code::imports::Import,
}

/// One unit before the rules.
pub(crate) struct RuleContext<'a> {
    pub(crate) run: &'a RunContext,
    pub(crate) workspace: &'a mut Workspace,
    pub(crate) code: &'a Codebase,
    pub(crate) assignment: &'a Assignment,
    /// The unit and those nested in it.
    pub(crate) units: &'a [Phase],
    /// The result of placing each block of its code.
    pub(crate) placements: &'a [(PhaseId, Placement)],
    /// Its files as they were before it.
    pub(crate) before: &'a BTreeMap<String, Option<String>>,
    pub(crate) facts: &'a mut ReviewState,
    pub(crate) extent: ReviewScope,
}

impl RuleContext<'_> {
    /// Returns a finding of a code at a place of the plan.
    pub(crate) fn finding_at(
        &self,
        code: &'static Code,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Finding {
        super::new_finding(&self.run.plan, code, span, message)
    }

    /// Returns the text of a file of the unit before it, where it is there.
    pub(crate) fn text_before_unit(&self, path: &str) -> Option<&str> {
        self.before.get(path).and_then(Option::as_deref)
    }

    /// Returns the text of a file as it stands in the repository.
    pub(crate) fn text_in_repository(&self, path: &str) -> Option<String> {
        read_text(&self.run.root().join(path))
    }

    /// Returns the manifests of the repository.
    pub(crate) fn manifests(&self) -> &Manifests {
        self.facts
            .manifests
            .get_or_init(|| Manifests::read(self.run.root(), &self.run.files))
    }

    /// Returns the routes and models of the repository; read when first asked for.
    pub(crate) fn survey(&self) -> &survey::Survey {
        self.code.survey()
    }

    /// Returns every import in the unit's code whose file is clear.
    pub(crate) fn plan_imports(&self) -> Vec<PlanImport> {
        let mut found = Vec::new();
        for unit in self.units {
            for block in unit.blocks.iter().filter(|block| is_code(block)) {
                let FileOf::Change(change) = &block.file else {
                    continue;
                };
                let Some(path) = self
                    .assignment
                    .file(unit.id, *change)
                    .and_then(|file| file.path.clone())
                else {
                    continue;
                };
                for import in code::imports::list_imports(&path, &block.text).unwrap_or_default() {
                    found.push(PlanImport {
                        span: self.span_of_import(block, &import),
                        path: path.clone(),
                        import,
                    });
                }
            }
        }
        found
    }

    /// Returns the line of the import in the plan, or the block where that line can't be told.
    fn span_of_import(&self, block: &CodeBlock, import: &code::imports::Import) -> Range<usize> {
        let line = block.text[import.at..].lines().next().unwrap_or_default();
        match self.run.plan.text()[block.span.clone()]
            .find(line)
            .filter(|_| !line.is_empty())
        {
            Some(at) => block.span.start + at..block.span.start + at + line.len(),
            None => block.span.clone(),
        }
    }

    /// Returns whether any unit of the plan names a file whose path ends so, whatever shall happen to it.
    pub(crate) fn planned(&self, ending: &str) -> bool {
        let ends = |path: &str| path == ending || path.ends_with(&format!("/{ending}"));
        self.run
            .plan
            .all()
            .flat_map(|unit| &unit.changes)
            .any(|change| {
                ends(&change.path) || matches!(&change.action, Action::Rename { to } if ends(to))
            })
    }
}

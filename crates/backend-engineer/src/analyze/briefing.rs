//! Writes briefings: the facts of the codebase that a phase's work needs, within a budget, in a stable order, each
//! line with its source.

mod files;
mod codebase;
mod project;

use plan::Plan;

use crate::tree::Tree;
use crate::understand::{Assignment, Files};

/// Bytes that are taken for one token where nothing better is known.
const BYTES_A_TOKEN: usize = 4;
/// Tokens that a briefing may take where nobody says otherwise.
pub(crate) const BUDGET: usize = 12_000;

/// The input of a briefing: the plan, the unit, the tree and the survey of its code.
pub(crate) struct BriefingContext<'a> {
    pub(crate) plan: &'a Plan,
    /// The plan's own path, where it lies in the repository.
    pub(crate) plan_inside: Option<&'a str>,
    pub(crate) assignment: &'a Assignment,
    pub(crate) files: &'a Files,
    pub(crate) tree: &'a mut Tree,
    pub(crate) code: &'a survey::Survey,
}

/// The briefing of one phase.
#[derive(Debug, Clone)]
pub(crate) struct Briefing {
    title: String,
    entries: Vec<BriefingEntry>,
    left_out: Vec<String>,
}

/// One thing to know, in forms from the leanest to the fullest; of these one is told.
#[derive(Debug, Clone)]
struct BriefingEntry {
    section: Section,
    /// Its subject, for the list of what was left out.
    name: String,
    forms: Vec<String>,
    chosen: usize,
}

/// The parts of a briefing in their order, which is also that of their weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Named,
    Siblings,
    Others,
    Tables,
    Routes,
    Shared,
    Helpers,
    Conventions,
    Stack,
    Commands,
}

impl Section {
    fn heading(self) -> &'static str {
        match self {
            Section::Named => "Files of this phase",
            Section::Siblings => "Existing files that the new ones should look like",
            Section::Others => "Other files of the plan",
            Section::Tables => "Tables concerned",
            Section::Routes => "Routes concerned",
            Section::Shared => "Shared modules that these files use",
            Section::Helpers => "Middleware and utilities of the project",
            Section::Conventions => "Conventions",
            Section::Stack => "Stack",
            Section::Commands => "The project's own commands",
        }
    }
}

impl BriefingEntry {
    fn new(section: Section, name: impl Into<String>, forms: Vec<String>) -> Self {
        BriefingEntry {
            section,
            name: name.into(),
            forms,
            chosen: 0,
        }
    }

    fn cost(&self, form: usize) -> usize {
        self.forms.get(form).map_or(0, |text| text.len() + 1)
    }
}

/// Gathers what the phase needs, within `budget` tokens.
pub(crate) fn build_briefing(context: &mut BriefingContext<'_>, budget: usize) -> Briefing {
    let mut entries = files::list_named_files(context);
    entries.extend(entries_around_files(context));
    fit_to_budget(context, entries, budget)
}

/// [`build_briefing`] without the phase's own files, for whoever is shown these already.
pub(crate) fn build_surroundings(context: &mut BriefingContext<'_>, budget: usize) -> Briefing {
    let entries = entries_around_files(context);
    fit_to_budget(context, entries, budget)
}

/// Returns what stands around the phase's own files.
fn entries_around_files(context: &mut BriefingContext<'_>) -> Vec<BriefingEntry> {
    let mut entries = files::list_sibling_files(context);
    let models: Vec<String> = entries.iter().map(|entry| entry.name.clone()).collect();
    entries.extend(files::list_other_files(context));
    entries.extend(codebase::list_named_tables(context));
    entries.extend(codebase::list_relevant_routes(context));
    entries.extend(codebase::list_shared_modules(context, &models));
    entries.extend(project::list_helper_files(context));
    entries.extend(project::list_conventions(context, &models));
    entries.extend(project::list_stack(context));
    entries.extend(project::list_commands(context));
    entries
}

fn fit_to_budget(
    context: &BriefingContext<'_>,
    entries: Vec<BriefingEntry>,
    budget: usize,
) -> Briefing {
    let title = format!("{}: {}", context.assignment.label, context.assignment.title);
    let mut briefing = Briefing {
        title,
        entries,
        left_out: Vec::new(),
    };
    briefing.fit(budget.saturating_mul(BYTES_A_TOKEN));
    briefing
}

impl Briefing {
    /// Returns the briefing as text, the same for the same tree and plan.
    pub(crate) fn to_text(&self) -> String {
        format!("# Briefing for {}\n{}", self.title, self.sections())
    }

    /// Returns the text without its title; empty where there is nothing to tell.
    pub(crate) fn sections(&self) -> String {
        let mut text = String::new();
        let mut section = None;
        for entry in &self.entries {
            if section != Some(entry.section) {
                text.push_str(&format!("\n## {}\n", entry.section.heading()));
                section = Some(entry.section);
            }
            text.push_str(&entry.forms[entry.chosen]);
            text.push('\n');
        }
        if !self.left_out.is_empty() {
            text.push_str(&format!(
                "\nLeft out for want of room: {}\n",
                self.left_out.join(", ")
            ));
        }
        text
    }

    /// About how many tokens it takes.
    #[cfg(test)]
    pub(crate) fn tokens(&self) -> usize {
        self.to_text().len().div_ceil(BYTES_A_TOKEN)
    }

    /// Takes the leanest form of everything, drops from the end what finds no room, then tells more, the first things first.
    fn fit(&mut self, room: usize) {
        let fixed = 400;
        let mut left = room.saturating_sub(fixed);
        let mut kept = Vec::new();
        for mut entry in std::mem::take(&mut self.entries) {
            entry.chosen = 0;
            match left.checked_sub(entry.cost(0)) {
                Some(rest) => {
                    left = rest;
                    kept.push(entry);
                }
                None => self.left_out.push(entry.name),
            }
        }
        for entry in &mut kept {
            let fuller = (1..entry.forms.len()).rev();
            let spare = left + entry.cost(entry.chosen);
            if let Some(form) = fuller.into_iter().find(|form| entry.cost(*form) <= spare) {
                left = spare - entry.cost(form);
                entry.chosen = form;
            }
        }
        self.entries = kept;
        let more = self.left_out.len().saturating_sub(20);
        self.left_out.truncate(20);
        if more > 0 {
            self.left_out.push(format!("and {more} more"));
        }
    }
}

#[cfg(test)]
mod tests;

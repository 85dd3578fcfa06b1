//! Gathers the facts of a run from the journal and the tree: its reports, its change, its checks, the files that
//! these ran on, the commit.

use std::collections::BTreeMap;
use std::fs;

use journal::{Event, Evidence, RunSummary, Verdict};
use sandbox::git;
use serde_json::{Value, json};

use crate::cli::run_history::{self, RunHistory};
use crate::cli::{current, diff, report};
use crate::facts::TreeFacts;
use crate::stop::Stop;

/// A run with what it proved.
#[derive(Debug)]
pub(super) struct Gathered {
    /// The run.
    pub(super) run: RunSummary,
    /// Its reports for people.
    pub(super) markdown: String,
    /// Its reports for machines, as schemas/report.json.
    pub(super) report: Value,
    /// Its change of the files, as a patch.
    pub(super) diff: String,
    /// Its checks on the final tree, the last result of each.
    pub(super) checks: Vec<GatheredCheck>,
    /// The hash of each file that the checks ran on; nothing for one that the run removed.
    pub(super) files: BTreeMap<String, Option<String>>,
    /// Paths that the run wrote, the plan left out.
    pub(super) written: Vec<String>,
    /// The tree is still the one that the checks ran on, so that `files` has all of it.
    pub(super) is_current: bool,
    /// The plan still says what it said when the run began, whatever was ticked since.
    pub(super) is_plan_same: bool,
    /// The commit that holds the tree which the checks ran on.
    pub(super) commit: Option<String>,
    /// The commands of servers that the run started for its checks.
    pub(super) servers: Vec<(String, String)>,
}

/// A check with its output.
#[derive(Debug)]
pub(super) struct GatheredCheck {
    /// Its key and its result.
    pub(super) evidence: Evidence,
    /// Its output, secrets taken out.
    pub(super) output: Option<Vec<u8>>,
}

impl Gathered {
    /// Gathers what is known of the run of that name, else of the newest that changed something, else of the newest with a
    /// report.
    pub(super) fn from_run(past: &RunHistory, wanted: Option<&str>) -> Result<Self, Stop> {
        let newest = || {
            past.newest_change()
                .ok()
                .and_then(|run| report::find_reported_run(past, Some(run.id.as_str())).ok())
        };
        let (run, units) = match (wanted, newest()) {
            (None, Some(found)) => found,
            (wanted, _) => report::find_reported_run(past, wanted)?,
        };
        let events = past
            .journal()?
            .events(&run.id)
            .map_err(run_history::stop_of_journal_error)?;
        let events: Vec<Event> = events.into_iter().map(|recorded| recorded.event).collect();
        let checks = current::final_checks(&run, &events);
        let facts = current::current_tree_facts(past);
        let is_current = current::is_tree_same(&facts, &run, &checks);
        let checks = checks
            .into_iter()
            .map(|check| with_output(past, check))
            .collect::<Result<Vec<_>, Stop>>()?;
        let mut files = hashes_of_written_files(past, &run)?;
        let written = files.keys().cloned().collect();
        if is_current {
            files.extend(hashes_of_tree(past, &run, &facts));
        }
        let server = |event: &Event| match event {
            Event::ServerStarted { command, folder } => Some((command.clone(), folder.clone())),
            _ => None,
        };
        Ok(Gathered {
            markdown: units
                .iter()
                .map(|unit| unit.markdown.clone())
                .collect::<Vec<_>>()
                .join("\n"),
            report: json!({
                "version": 1, "run": run.id, "exit": run.exit, "stop": null, "diff": null,
                "phases": units.into_iter().map(|unit| unit.report).collect::<Vec<_>>(),
            }),
            diff: diff::patch_of_run(past, &run, false)?,
            checks,
            files,
            written,
            is_current,
            commit: if is_current {
                commit_of_tree(past, &run)
            } else {
                None
            },
            is_plan_same: current::is_plan_same(past, &run),
            servers: events.iter().filter_map(server).collect(),
            run,
        })
    }

    /// Returns the checks that passed.
    pub(super) fn passed(&self) -> impl Iterator<Item = (usize, &Evidence)> {
        let numbered = (1..).zip(&self.checks);
        numbered
            .map(|(number, check)| (number, &check.evidence))
            .filter(|(_, it)| it.result.verdict == Verdict::Passed)
    }

    /// Returns the hashes as `sha256sum` writes them.
    pub(super) fn manifest(&self) -> String {
        let line = |(path, hash): (&String, &Option<String>)| {
            Some(format!("{}  {path}\n", hash.as_ref()?))
        };
        self.files
            .iter()
            .filter(|(path, _)| !path.contains('\n'))
            .filter_map(line)
            .collect()
    }
}

/// Returns the output of a check beside its result.
fn with_output(past: &RunHistory, evidence: Evidence) -> Result<GatheredCheck, Stop> {
    let output = evidence
        .result
        .output
        .map(|id| {
            past.journal()?
                .output(id)
                .map_err(run_history::stop_of_journal_error)
        })
        .transpose()?;
    Ok(GatheredCheck { evidence, output })
}

/// Returns what the run left at each path that it wrote; the plan, which later runs tick, left out.
fn hashes_of_written_files(
    past: &RunHistory,
    run: &RunSummary,
) -> Result<BTreeMap<String, Option<String>>, Stop> {
    let written = past
        .journal()?
        .written(&run.id)
        .map_err(run_history::stop_of_journal_error)?;
    let own = written
        .into_iter()
        .filter(|one| one.path != run.start.plan && one.link.is_none());
    Ok(own.map(|one| (one.path, one.hash)).collect())
}

/// Returns the hash of every file of the tree, as the checks saw it.
fn hashes_of_tree(
    past: &RunHistory,
    run: &RunSummary,
    facts: &TreeFacts,
) -> BTreeMap<String, Option<String>> {
    let is_own = |path: &str| path.starts_with(".backend-engineer/") || path == run.start.plan;
    let paths = facts.paths().iter().filter(|path| !is_own(path));
    let hashed = paths.filter_map(|path| {
        let place = past.root.join(&**path);
        let is_file = fs::symlink_metadata(&place).is_ok_and(|found| found.is_file());
        let bytes = is_file.then(|| fs::read(&place).ok()).flatten()?;
        Some((path.to_string(), Some(journal::hash(&bytes))))
    });
    hashed.collect()
}

/// Returns the commit that is checked out, where no file differs from it but the plan, which runs tick.
fn commit_of_tree(past: &RunHistory, run: &RunSummary) -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    runtime.block_on(async {
        let changed = git::read_status::<&str>(&past.root, &[]).await.ok()?;
        let holds_all = changed.iter().all(|one| one.path == run.start.plan);
        if holds_all {
            git::read_head(&past.root).await.ok().flatten()
        } else {
            None
        }
    })
}

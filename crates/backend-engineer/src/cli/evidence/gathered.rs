//! What is known of a run, gathered from the journal and the tree: its reports, its change, its checks, the files that
//! these ran on, the commit.

use std::collections::BTreeMap;
use std::fs;

use journal::{Basis, Event, Evidence, RunSummary, Verdict};
use sandbox::git;
use serde_json::{Value, json};

use crate::cli::past::{self, Past};
use crate::cli::{diff, report};
use crate::facts::TreeFacts;
use crate::settings::Surroundings;
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
    /// What it did to the files.
    pub(super) diff: String,
    /// Its checks on the final tree, the last result of each.
    pub(super) checks: Vec<GatheredCheck>,
    /// The hash of each file that the checks ran on; nothing for one that the run removed.
    pub(super) files: BTreeMap<String, Option<String>>,
    /// Paths that the run wrote, the plan left out.
    pub(super) written: Vec<String>,
    /// The tree is still the one that the checks ran on, so that `files` has all of it.
    pub(super) is_current: bool,
    /// The commit that is checked out.
    pub(super) commit: Option<String>,
    /// The commands of servers that the run started for its checks.
    pub(super) servers: Vec<(String, String)>,
}

/// A check with its output.
#[derive(Debug)]
pub(super) struct GatheredCheck {
    /// Its key and its result.
    pub(super) evidence: Evidence,
    /// What it printed, secrets taken out.
    pub(super) output: Option<Vec<u8>>,
}

impl Gathered {
    /// Gathers what is known of the run of that name, else of the newest that changed something, else of the newest with a
    /// report.
    pub(super) fn of(past: &Past, wanted: Option<&str>) -> Result<Self, Stop> {
        let newest = || past.newest_change().ok().and_then(|run| report::find(past, Some(run.id.as_str())).ok());
        let (run, units) = match (wanted, newest()) {
            (None, Some(found)) => found,
            (wanted, _) => report::find(past, wanted)?,
        };
        let events = past.journal()?.events(&run.id).map_err(past::stop)?;
        let events: Vec<Event> = events.into_iter().map(|recorded| recorded.event).collect();
        let checks = checks(past, &run, &events)?;
        let (is_current, facts) = compare(past, &run, &checks);
        let mut files = written(past, &run)?;
        let written = files.keys().cloned().collect();
        if is_current {
            files.extend(whole(past, &run, &facts));
        }
        let server = |event: &Event| match event {
            Event::ServerStarted { command, folder } => Some((command.clone(), folder.clone())),
            _ => None,
        };
        Ok(Gathered {
            markdown: units.iter().map(|unit| unit.markdown.clone()).collect::<Vec<_>>().join("\n"),
            report: json!({
                "version": 1, "run": run.id, "exit": run.exit, "stop": null, "diff": null,
                "phases": units.into_iter().map(|unit| unit.report).collect::<Vec<_>>(),
            }),
            diff: diff::change(past, &run, false)?,
            checks,
            files,
            written,
            is_current,
            commit: commit(past),
            servers: events.iter().filter_map(server).collect(),
            run,
        })
    }

    /// Returns the checks that passed.
    pub(super) fn passed(&self) -> impl Iterator<Item = (usize, &Evidence)> {
        let numbered = (1..).zip(&self.checks);
        numbered.map(|(number, check)| (number, &check.evidence)).filter(|(_, it)| it.result.verdict == Verdict::Passed)
    }

    /// Returns the hashes as `sha256sum` writes them.
    pub(super) fn manifest(&self) -> String {
        let line = |(path, hash): (&String, &Option<String>)| Some(format!("{}  {path}\n", hash.as_ref()?));
        self.files.iter().filter(|(path, _)| !path.contains('\n')).filter_map(line).collect()
    }
}

/// Returns the last result of each check on the final tree.
fn checks(past: &Past, run: &RunSummary, events: &[Event]) -> Result<Vec<GatheredCheck>, Stop> {
    let mut found: Vec<&Evidence> = Vec::new();
    for event in events {
        let Event::Evidence(evidence) = event else { continue };
        if evidence.run == run.id && evidence.condition.basis == Basis::Final {
            found.retain(|known| known.subject != evidence.subject);
            found.push(evidence);
        }
    }
    let with_output = |evidence: &Evidence| {
        let output = evidence.result.output.map(|id| past.journal()?.output(id).map_err(past::stop)).transpose()?;
        Ok(GatheredCheck { evidence: evidence.clone(), output })
    };
    found.into_iter().map(with_output).collect()
}

/// Returns whether the tree is still the one that the run's checks ran on.
pub(super) fn is_current(past: &Past, run: &RunSummary) -> Result<bool, Stop> {
    let events = past.journal()?.events(&run.id).map_err(past::stop)?;
    let events: Vec<Event> = events.into_iter().map(|recorded| recorded.event).collect();
    Ok(compare(past, run, &checks(past, run, &events)?).0)
}

/// Returns whether the tree is still the one that the checks ran on, and what is known of it.
fn compare(past: &Past, run: &RunSummary, checks: &[GatheredCheck]) -> (bool, TreeFacts) {
    let facts = TreeFacts::below(&past.root, Surroundings::of_process().cache.as_deref());
    let now = facts.fingerprint(Some(&run.start.plan), std::iter::empty());
    let mut ran_on = checks.iter().filter_map(|check| check.evidence.condition.tree.as_ref()).peekable();
    (ran_on.peek().is_some() && ran_on.all(|tree| *tree == now), facts)
}

/// Returns what the run left at each path that it wrote; the plan, which later runs tick, left out.
fn written(past: &Past, run: &RunSummary) -> Result<BTreeMap<String, Option<String>>, Stop> {
    let written = past.journal()?.written(&run.id).map_err(past::stop)?;
    let own = written.into_iter().filter(|one| one.path != run.start.plan && one.link.is_none());
    Ok(own.map(|one| (one.path, one.hash)).collect())
}

/// Returns the hash of every file of the tree, as the checks saw it.
fn whole(past: &Past, run: &RunSummary, facts: &TreeFacts) -> BTreeMap<String, Option<String>> {
    let is_own = |path: &str| path.starts_with(".backend-engineer/") || path == run.start.plan;
    let paths = facts.paths().iter().filter(|path| !is_own(path));
    let hashed = paths.filter_map(|path| {
        let place = past.root.join(path);
        let is_file = fs::symlink_metadata(&place).is_ok_and(|found| found.is_file());
        let bytes = is_file.then(|| fs::read(&place).ok()).flatten()?;
        Some((path.clone(), Some(journal::hash(&bytes))))
    });
    hashed.collect()
}

fn commit(past: &Past) -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(git::read_head(&past.root)).ok().flatten()
}

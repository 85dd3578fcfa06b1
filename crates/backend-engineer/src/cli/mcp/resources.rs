//! Plans, runs and reports as resources: a plan by the address of its file, runs and reports by their names.

use std::path::{Path, PathBuf};

use ::mcp::{Page, ResourceRow};
use journal::RunSummary;
use serde_json::{Value, json};

use crate::cli::run_history::{self, RunHistory};
use crate::cli::{report, runs};
use crate::facts::{TreeFacts, read_text};
use crate::settings::SettingsSources;
use crate::stop::Stop;

const RUN: &str = "backend-engineer://runs/";
const REPORT: &str = "backend-engineer://reports/";
const MARKDOWN: &str = "text/markdown";
const JSON: &str = "application/json";

/// Plans that are listed at most, of one folder.
const MOST_PLANS: usize = 100;

/// Runs that are listed at most, of one folder: the newest.
const MOST_RUNS: usize = 20;

/// Returns what the folders hold.
pub(super) fn list_resources(folders: &[PathBuf]) -> Vec<ResourceRow> {
    let mut rows = Vec::new();
    for folder in folders {
        rows.extend(list_plan_resources(folder));
        let Ok(past) = RunHistory::open_at(Some(folder)) else {
            continue;
        };
        for run in past.runs().unwrap_or_default().into_iter().take(MOST_RUNS) {
            rows.extend(of_run(&past, &run));
        }
    }
    rows
}

/// Returns the plans of a folder: Markdown files in which units of work are found.
fn list_plan_resources(folder: &Path) -> Vec<ResourceRow> {
    let facts = TreeFacts::new(folder, SettingsSources::of_process().cache.as_deref());
    let listed = facts
        .paths()
        .iter()
        .filter(|path| path.ends_with(".md"))
        .map(|path| path.to_string());
    let read = |path: String| {
        let text = read_text(&folder.join(&path))?;
        let plan = plan::read(text.as_bytes()).ok()?;
        let units = plan.phases().len();
        let about = format!("{units} units of work");
        (units > 0).then(|| ResourceRow {
            uri: file_uri(&folder.join(&path)),
            name: path,
            about,
            media: MARKDOWN,
        })
    };
    listed.filter_map(read).take(MOST_PLANS).collect()
}

fn of_run(past: &RunHistory, run: &RunSummary) -> Vec<ResourceRow> {
    let what = format!("{} {}", run.start.plan, run.start.phases.join(", "));
    let row = |uri: String, kind: &str, media| ResourceRow {
        uri,
        name: format!("{kind} {}", run.id),
        about: format!("{}: {}", runs::describe_outcome(run), what.trim()),
        media,
    };
    let mut rows = vec![row(format!("{RUN}{}", run.id), "run", JSON)];
    if report::read_reports_of_run(past, run).is_ok_and(|units| !units.is_empty()) {
        rows.push(row(format!("{REPORT}{}", run.id), "report", MARKDOWN));
    }
    rows
}

/// Returns the text at an address; nothing where the folders hold none.
pub(super) fn read_resource(uri: &str, folders: &[PathBuf]) -> Option<Page> {
    if let Some(name) = uri.strip_prefix(RUN) {
        return of_past(folders, name, |past, run| {
            let events = past
                .journal()?
                .events(&run.id)
                .map_err(run_history::stop_of_journal_error)?;
            let events: Vec<Value> = events
                .iter()
                .map(|one| json!({ "seq": one.seq, "event": one.event }))
                .collect();
            let mut whole = runs::run_as_json(run);
            whole["events"] = events.into();
            Ok(Page {
                text: format!("{whole:#}\n"),
                media: JSON,
            })
        });
    }
    if let Some(name) = uri.strip_prefix(REPORT) {
        return of_past(folders, name, |past, run| {
            let units = report::read_reports_of_run(past, run)?;
            let texts: Vec<String> = units.into_iter().map(|unit| unit.markdown).collect();
            Ok(Page {
                text: texts.join("\n"),
                media: MARKDOWN,
            })
        });
    }
    let row = folders.iter().flat_map(|folder| {
        list_plan_resources(folder)
            .into_iter()
            .map(move |row| (folder, row))
    });
    let (folder, row) = row.into_iter().find(|(_, row)| row.uri == uri)?;
    Some(Page {
        text: read_text(&folder.join(row.name))?,
        media: MARKDOWN,
    })
}

/// Returns what is made of the run of exactly that name.
fn of_past(
    folders: &[PathBuf],
    name: &str,
    page: impl Fn(&RunHistory, &RunSummary) -> Result<Page, Stop>,
) -> Option<Page> {
    let past = folders
        .iter()
        .filter_map(|folder| RunHistory::open_at(Some(folder)).ok());
    past.into_iter().find_map(|past| {
        let run = past
            .runs()
            .ok()?
            .into_iter()
            .find(|run| run.id.as_str() == name)?;
        page(&past, &run).ok().filter(|page| !page.text.is_empty())
    })
}

/// Returns the address of a file.
fn file_uri(path: &Path) -> String {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~');
    let text = path.display().to_string();
    let encoded: String = text
        .bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    format!("file://{encoded}")
}

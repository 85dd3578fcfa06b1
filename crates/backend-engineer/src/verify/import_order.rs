//! Puts the imports of the files that a unit wrote in the order that the project's own sorter asks for.
//!
//! A plan shows imports in the order of its author; the project's configuration has the last word. So where the project's
//! linter fails and says that imports are out of order, its own sorter sorts those files, and the checks run again. What
//! it may change is decided by the result: the same imports, comments and code as before.

use code::imports::differ_in_import_order_only;
use code::languages::Language;
use code::modules::join_upwards;
use journal::Verdict;
use shell::ImportOrder;

use super::{Check, Verification};
use crate::check::{self, Kind, Request};
use crate::implement::{Change, write_staged};
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// Sorts the imports of the written files where a failed linter of the project asks for it. Returns whether a file
/// changed, so that the checks have to run again.
pub(crate) async fn sort_imports(
    work: &mut UnitWork<'_>,
    change: &mut Change,
    verification: &Verification,
) -> Result<bool, Stop> {
    if !verification.drifted.is_empty() {
        return Ok(false);
    }
    let failed = |check: &&Check| check.kind == Kind::Lint && check.verdict() == Verdict::Failed;
    let mut sorted = Vec::new();
    for check in verification.checks.iter().filter(failed) {
        for sorter in import_sorters(work, change, check) {
            sorted.extend(sort_files(work, &sorter).await?);
        }
    }
    if sorted.is_empty() {
        return Ok(false);
    }
    write_staged(work, change)?;
    for path in &sorted {
        work.note(format!(
            "the imports of `{path}` were sorted by the project's own linter"
        ))?;
    }
    Ok(true)
}

/// A program of a failed check that keeps imports in order, with the files that it is asked about.
struct Sorter {
    order: ImportOrder,
    /// The folder it runs in, from the root.
    folder: String,
    /// The files, from the root.
    files: Vec<String>,
}

fn import_sorters(work: &UnitWork<'_>, change: &Change, check: &Check) -> Vec<Sorter> {
    let reading = check::read_command(work, &check.ran.script, &check.ran.folder);
    let sorter = |call: &shell::Call| {
        let within = join_upwards(
            check.ran.folder.trim_end_matches('/'),
            call.folder.as_deref().unwrap_or(""),
        )?;
        let below = if within.is_empty() {
            String::new()
        } else {
            format!("{within}/")
        };
        let is_source = |path: &&str| Language::of_path(path) == Some(Language::Python);
        let written = change
            .written
            .iter()
            .filter(|file| file.after.bytes.is_some())
            .map(|file| file.path.as_str());
        let files: Vec<String> = written
            .filter(is_source)
            .filter(|path| path.starts_with(&below))
            .map(str::to_owned)
            .collect();
        let seen: Vec<String> = files
            .iter()
            .map(|path| path[below.len()..].to_owned())
            .collect();
        let order = call.import_order(&seen).filter(|_| !files.is_empty())?;
        Some(Sorter {
            order,
            folder: within,
            files,
        })
    };
    reading.calls().into_iter().filter_map(sorter).collect()
}

/// Sorts the imports of files, and returns those that changed. What changed in another way is discarded.
async fn sort_files(work: &mut UnitWork<'_>, sorter: &Sorter) -> Result<Vec<String>, Stop> {
    let Sorter {
        order,
        folder,
        files,
    } = sorter;
    let request = |script: &str, why: &str| Request::found(script, folder, Kind::Lint, why);
    let (looked, printed) =
        check::run_and_read(work, &request(&order.look, "imports out of order?")).await?;
    let finds = match &order.code {
        Some(code) => printed.contains(code.as_str()),
        None => looked.judgement.verdict == Verdict::Failed,
    };
    if looked.exit.is_none_or(|exit| exit == 0) || !finds {
        return Ok(Vec::new());
    }
    let savepoint = work.workspace.tree.savepoint();
    let before = read_all(work, files);
    check::run_step(
        work,
        &Request {
            step: true,
            ..request(&order.sort, "sorting imports")
        },
    )
    .await?;
    let after = read_all(work, files);
    let pairs = files.iter().zip(before.iter().zip(&after));
    let changed: Vec<_> = pairs
        .filter(|(_, (before, after))| before != after)
        .collect();
    let is_sorted = changed.iter().all(|(path, (before, after))| {
        match (Language::of_path(path), before, after) {
            (Some(language), Some(before), Some(after)) => {
                differ_in_import_order_only(language, before, after)
            }
            _ => false,
        }
    });
    if !is_sorted {
        work.workspace.tree.restore(savepoint);
        work.note("the project's sorter of imports changed more than their order; its changes were discarded")?;
        return Ok(Vec::new());
    }
    Ok(changed.into_iter().map(|(path, _)| path.clone()).collect())
}

fn read_all(work: &mut UnitWork<'_>, files: &[String]) -> Vec<Option<String>> {
    files
        .iter()
        .map(|path| work.workspace.tree.read_text(path).ok().flatten())
        .collect()
}

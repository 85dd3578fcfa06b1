//! Takes back what a run wrote, byte for byte, and never over work that came after it unless told
//! to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::disk::{self, Disk, Placement, RealDisk};
use crate::error::JournalError;
use crate::event::Event;
use crate::identity::{RunId, now_ms};
use crate::journal::Journal;
use crate::originals::{Known, Original, leaves_root};
use crate::run::{Run, RunStart};

/// The outcome of an undo. Paths are from the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// The run that the undo itself is recorded as: undoing it brings back what this one took away.
    pub run: RunId,
    /// Files that have their old content, mode or link again.
    pub restored: Vec<String>,
    /// Files that the run had created, and that are gone again.
    pub removed: Vec<String>,
    /// Folders that the run had made, and that are gone again.
    pub folders_removed: Vec<String>,
    /// Files that were left alone, each with the reason.
    pub kept: Vec<(String, String)>,
}

/// Why nothing, or not all, was undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// Files were changed by someone after the run wrote them. Nothing was touched.
    #[error(
        "these files were changed after the run wrote them: {}; save what you need of them, or undo with --force",
        .paths.join(", ")
    )]
    Newer {
        /// The files, from the root.
        paths: Vec<String>,
    },
    /// A later run wrote over what this run wrote. Nothing was touched.
    #[error("run {run} came later and wrote {} too; undo it first, or undo with --force", .paths.join(", "))]
    BuiltUpon {
        /// The newest run that did.
        run: RunId,
        /// The files, from the root.
        paths: Vec<String>,
    },
    /// A file could not be put back; those before it are, and undoing again goes on from here.
    #[error("can't restore {}: {source}; clear that up and undo again", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The journal could not be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The decision on one file.
enum Verdict {
    Restore { from: Original },
    Stands,
    Keep { why: String },
    Newer { by: Option<RunId> },
}

/// Brings every file that `run` wrote below `root` back to what it was before, each in one step,
/// and is itself recorded as a run. With `force`, also over files that changed since: what stood
/// there is kept in the journal.
///
/// # Errors
/// [`UndoError::Newer`] and [`UndoError::BuiltUpon`] before anything is touched; else what went
/// wrong with a file or the journal.
pub fn undo_run(
    journal: &Journal,
    root: &Path,
    run: &RunId,
    force: bool,
) -> Result<Undone, UndoError> {
    undo_on(&RealDisk, journal, (root, run), force)
}

/// [`undo_run`] on a disk that may be recorded.
///
/// # Errors
/// As for [`undo_run`].
pub fn undo_on(
    disk: &dyn Disk,
    journal: &Journal,
    (root, run): (&Path, &RunId),
    force: bool,
) -> Result<Undone, UndoError> {
    let undone = journal.find(Some(run.as_str()))?;
    let lock = journal.lock_tree()?;
    let originals = journal.originals(&undone.id)?;
    let verdicts = originals
        .iter()
        .map(|original| judge_file(journal, root, &undone.id, original))
        .collect::<Result<Vec<_>, UndoError>>()?;
    if !force {
        refuse_newer(&originals, &verdicts)?;
    }
    let start = RunStart {
        plan: undone.start.plan,
        plan_hash: None,
        phases: undone.start.phases,
        root: root.display().to_string(),
        argv: vec![
            "backend-engineer".to_owned(),
            "undo".to_owned(),
            undone.id.to_string(),
        ],
        version: env!("CARGO_PKG_VERSION").to_owned(),
        dry_run: false,
    };
    let began_ms = now_ms();
    let run = journal.begin_undo(lock, &start, &undone.id)?;
    run.record(&start.event())?;
    let mut done = Undone {
        run: run.id().clone(),
        restored: Vec::new(),
        removed: Vec::new(),
        folders_removed: Vec::new(),
        kept: Vec::new(),
    };
    restore_files(
        disk,
        (&run, root),
        originals.into_iter().zip(verdicts),
        &mut done,
    )?;
    remove_folders(root, journal.made_folders(&undone.id)?, &mut done);
    let heading = format!("Undone {}", undone.id);
    let elapsed_ms = now_ms().saturating_sub(began_ms);
    run.record(&Event::RunFinished {
        exit: 0,
        heading: heading.clone(),
        elapsed_ms,
    })?;
    run.finish(0, &heading)?;
    Ok(done)
}

/// Compares what stands at the path with what the run found and what it left.
fn judge_file(
    journal: &Journal,
    root: &Path,
    run: &RunId,
    original: &Original,
) -> Result<Verdict, UndoError> {
    if let Some(why) = leaves_root(root, &original.path) {
        return Ok(Verdict::Keep {
            why: why.to_owned(),
        });
    }
    let found = match Original::read(root, &original.path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
            return Ok(Verdict::Keep {
                why: "a folder stands there now".to_owned(),
            });
        }
        Err(source) => {
            return Err(UndoError::File {
                path: root.join(&original.path),
                source,
            });
        }
    };
    let before = Known {
        hash: original.content.as_deref().map(crate::hash),
        mode: original.mode,
        link: original.link.clone(),
    };
    if found.is(&before) {
        return Ok(Verdict::Stands);
    }
    if journal
        .states_written(run, &original.path)?
        .iter()
        .any(|state| found.is(state))
    {
        return Ok(Verdict::Restore { from: found });
    }
    for later in journal.later_writers(run, &original.path)? {
        if journal
            .states_written(&later, &original.path)?
            .iter()
            .any(|state| found.is(state))
        {
            return Ok(Verdict::Newer { by: Some(later) });
        }
    }
    Ok(Verdict::Newer { by: None })
}

fn refuse_newer(originals: &[Original], verdicts: &[Verdict]) -> Result<(), UndoError> {
    let newer = || {
        originals
            .iter()
            .zip(verdicts)
            .filter_map(|(original, verdict)| match verdict {
                Verdict::Newer { by } => Some((original.path.clone(), by)),
                _ => None,
            })
    };
    let by_people: Vec<String> = newer()
        .filter(|(_, by)| by.is_none())
        .map(|(path, _)| path)
        .collect();
    if !by_people.is_empty() {
        return Err(UndoError::Newer { paths: by_people });
    }
    match newer().filter_map(|(_, by)| by.clone()).max() {
        Some(run) => Err(UndoError::BuiltUpon {
            run,
            paths: newer().map(|(path, _)| path).collect(),
        }),
        None => Ok(()),
    }
}

/// Puts all files back at once: what stands at each is kept first, for all of them together.
fn restore_files(
    disk: &dyn Disk,
    (run, root): (&Run, &Path),
    files: impl Iterator<Item = (Original, Verdict)>,
    done: &mut Undone,
) -> Result<(), UndoError> {
    let mut changes = Vec::new();
    for (original, verdict) in files {
        let path = &original.path;
        let read = || {
            Original::read(root, path).map_err(|source| UndoError::File {
                path: root.join(path),
                source,
            })
        };
        let kept = match verdict {
            Verdict::Stands => continue,
            Verdict::Keep { why } => Some(why),
            Verdict::Restore { from } if read()? == from => {
                changes.push((from, original));
                continue;
            }
            Verdict::Restore { .. } => Some("it changed while the undo was at work".to_owned()),
            Verdict::Newer { .. } => {
                changes.push((read()?, original));
                continue;
            }
        };
        done.kept.extend(kept.map(|why| (path.clone(), why)));
    }
    let names = run.announce(&changes)?;
    let placements: Vec<Placement> = changes
        .iter()
        .zip(names)
        .map(|((_, original), passing)| original.placement(root, passing))
        .collect();
    let placed = disk::apply_all(disk, &placements);
    let count = placed
        .as_ref()
        .map_or_else(|unplaced| unplaced.placed, |()| changes.len());
    let written = changes[..count]
        .iter()
        .map(|(found, original)| Event::FileWritten {
            path: original.path.clone(),
            before_hash: found.hash(),
            after_hash: original.hash(),
        });
    run.record_all(&written.collect::<Vec<_>>())?;
    for (_, original) in &changes[..count] {
        let list = if original.is_absent() {
            &mut done.removed
        } else {
            &mut done.restored
        };
        list.push(original.path.clone());
    }
    placed.map_err(|unplaced| UndoError::File {
        path: root.join(&changes[unplaced.failed].1.path),
        source: unplaced.source,
    })
}

/// Removes folders that are empty again, innermost first.
fn remove_folders(root: &Path, folders: Vec<String>, done: &mut Undone) {
    for folder in folders {
        if let Some(why) = leaves_root(root, &folder) {
            done.kept.push((folder, why.to_owned()));
            continue;
        }
        match fs::remove_dir(root.join(&folder)) {
            Ok(()) => done.folders_removed.push(folder),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
                done.kept.push((folder, "other files are in it".to_owned()));
            }
            Err(error) => done.kept.push((folder, error.to_string())),
        }
    }
}

//! `Read`: a file, its lines numbered.
//!
//! What was read, by its hash, is what the model may edit later: `Edit` and `Write` refuse a file
//! that has another content by then. Keys, binaries and very large files are refused with what to
//! do instead.

use std::collections::BTreeMap;

use agent::{Tool, ToolError, ToolOutput};
use journal::hash;
use llm::{LocalFuture, ToolSpec};
use serde_json::Value;

use super::input::input;
use super::tool_context::{ToolEffects, tool_with_context};
use super::tool_error;

input! {
    /// Reads a text file of the repository; lines come as number, tab, text.
    "Read" ReadInput {
        "file_path" file_path: String,
        /// First line, from 1
        "offset" offset: Option<u64>,
        /// Number of lines
        "limit" limit: Option<u64>,
    }
}

/// The most lines that are shown unless more are asked for.
const LINES: usize = 2000;

/// The most bytes that are shown: some ten thousand tokens.
const BYTES: usize = 40_000;

/// The most bytes of one line that are shown.
/// A line of more is minified or data.
const LINE: usize = 2000;

/// The largest file that is read, in bytes.
/// Looked at before it is read into memory.
const LARGEST: u64 = 8 << 20;

tool_with_context!(Read, ReadInput);

impl Tool for Read<'_, '_> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn only_reads(&self) -> bool {
        true
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> LocalFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move {
            let input = ReadInput::read(arguments)?;
            // A file that is only staged has no size on disk, and was written by this run.
            let mut work = self.context.work().await;
            let path = work.locate(&input.file_path)?;
            work.refuse_secret(&path)?;
            let large = std::fs::metadata(work.run.root().join(&path))
                .is_ok_and(|found| found.len() > LARGEST);
            if large {
                return tool_error(format!(
                    "`{path}` is larger than 8 MB; look for what you need with Grep."
                ));
            }
            let Some(bytes) = work.content(&path)? else {
                return tool_error(format!(
                    "`{path}` is not there{}.",
                    suggest_nearby_files(work.run.root(), &path)
                ));
            };
            let hash = hash(&bytes);
            let Ok(text) = String::from_utf8(bytes) else {
                return tool_error(describe_binary(&path));
            };
            if text.contains('\0') {
                return tool_error(describe_binary(&path));
            }
            let shown = render_numbered_lines(&path, &text, input.offset, input.limit)?;
            work.memory.seen.insert(path.clone(), hash.clone());
            let trace = ToolEffects {
                seen: BTreeMap::from([(path, hash)]),
                ..ToolEffects::default()
            };
            Ok(work.output(&shown, &trace))
        })
    }

    fn restore(&self, details: &Value) -> Result<(), ToolError> {
        self.context.restore(details)
    }
}

/// Returns the lines asked for, and a word on what was left out.
///
/// Lines are cut before the whole is: at least one is always shown. The word on the rest is left
/// out where the model got all that it asked for by `limit`.
fn render_numbered_lines(
    path: &str,
    text: &str,
    offset: Option<u64>,
    limit: Option<u64>,
) -> Result<String, ToolError> {
    let lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return Ok(format!("(`{path}` is empty)"));
    }
    let number = |wanted: u64| usize::try_from(wanted).unwrap_or(usize::MAX);
    let first = offset.map_or(1, number).max(1);
    if first > lines.len() {
        return tool_error(format!(
            "`{path}` has {} lines; there is no line {first}.",
            lines.len()
        ));
    }
    let wanted = limit.map_or(LINES, number).max(1);
    let mut shown = String::new();
    let mut last = first - 1;
    for (index, line) in lines.iter().enumerate().skip(first - 1).take(wanted) {
        let line = if line.len() > LINE {
            super::tool_context::cut_text(line, LINE)
        } else {
            (*line).to_owned()
        };
        // Stops at a whole line, whose number the next offset goes on with.
        if shown.len() + line.len() > BYTES && !shown.is_empty() {
            break;
        }
        shown.push_str(&format!("{}\t{line}\n", index + 1));
        last = index + 1;
    }
    if last < lines.len() && (limit.is_none() || last + 1 < first + wanted) {
        shown.push_str(&format!(
            "[{} of {} lines shown; offset {} reads on]\n",
            last + 1 - first,
            lines.len(),
            last + 1
        ));
    }
    Ok(shown)
}

/// Returns why a file can't be shown, by its ending: only the word for an image or a PDF differs.
fn describe_binary(path: &str) -> String {
    let ending = path
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let what = match ending.as_str() {
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "bmp" | "ico" | "svgz" | "tiff" => "an image",
        "pdf" => "a PDF",
        _ => "no UTF-8 text",
    };
    format!("`{path}` is {what}; only text can be read.")
}

/// Returns what the folder of a missing file holds, so that the model can correct the name.
///
/// Twenty names are enough to see a slip of the pen; caches and this program's own are left out.
/// Returns files of the same name elsewhere, or in the same folder.
fn suggest_nearby_files(root: &std::path::Path, path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else {
        return format!("; there is no folder `{folder}` either");
    };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names.retain(|name| name != ".git" && name != ".backend-engineer" && name != "__pycache__");
    names.truncate(20);
    let folder = if folder.is_empty() {
        "the root"
    } else {
        folder
    };
    if names.is_empty() {
        String::new()
    } else {
        format!("; {folder} holds {}", names.join(", "))
    }
}

//! `graft`: puts one block of code into one file, by structure, for a person or another agent.
//!
//! `graft app/users.py --snippet new.py --at "in class UserService, after create"`: the words and
//! the lines that they name are passed on as a plan's would be; the answer is written, shown as a
//! diff, or is a refusal with the places that would come into question.

use std::fs;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use graft::{Applied, Context, File, Graft, Location, Refusal, Snippet};
use serde_json::{Value, json};

use crate::cli::Globals;
use crate::cli::patch::{PatchSide, render_patch, style_patch};
use crate::cli::printer::{self, Stream, escape_control_characters};
use crate::stop::{Exit, Stop};

/// Put a block of code into a file, by structure, or refuse and say why
///
/// Exit code 0: the block stands in the file now, or stood there already. 4: refused, and nothing was changed.
#[derive(Debug, Args)]
pub(crate) struct GraftArguments {
    /// The file to change; it is made where it isn't there
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,

    /// The file that holds the block, "-" for stdin
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    snippet: PathBuf,

    /// Where the block belongs, in words: "in class UserService, after create"
    #[arg(
        long,
        value_name = "PROSE",
        default_value = "",
        hide_default_value = true
    )]
    at: String,

    /// Show the change as a diff, and write nothing
    #[arg(long)]
    diff: bool,

    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(crate) fn run_graft(arguments: &GraftArguments, globals: &Globals) -> Result<Exit, Stop> {
    let path = arguments.file.as_path();
    let before = read_file(path)?;
    let snippet = read_snippet(&arguments.snippet)?;
    let name = path.to_string_lossy().replace('\\', "/");
    let file = File {
        // Paths are compared from the root, without the shell's habit of `./`.
        path: name.trim_start_matches("./"),
        text: before.as_deref(),
    };
    let snippet = Snippet {
        text: &snippet,
        language: language_of_snippet(&arguments.snippet),
    };
    let context = Context {
        prose: &arguments.at,
        lines: named_lines(&arguments.at),
        ..Context::default()
    };
    let outcome = graft::apply(&file, &snippet, &context);
    // Nothing is written with `--diff`, whatever the outcome.
    if let Graft::Applied(applied) = &outcome
        && !arguments.diff
    {
        replace_file(path, before.as_deref(), &applied.text)?;
    }
    let side = |text: Option<&str>| {
        text.map_or(PatchSide::Nothing, |text| {
            PatchSide::File(text.as_bytes().to_vec(), None)
        })
    };
    let patch = match &outcome {
        Graft::Applied(applied) => render_patch(
            file.path,
            &side(before.as_deref()),
            &side(Some(&applied.text)),
        ),
        _ => String::new(),
    };
    if arguments.json {
        printer::print_to_stdout(&format!(
            "{:#}\n",
            graft_as_json(&outcome, !arguments.diff, &patch)
        ))?;
        return Ok(if matches!(outcome, Graft::Refused(_)) {
            Exit::Refused
        } else {
            Exit::Complete
        });
    }
    if let (Graft::Applied(_), true) = (&outcome, arguments.diff) {
        printer::print_to_stdout(&style_patch(&patch, globals.palette(Stream::Output)))?;
    }
    report_outcome(path, &outcome)
}

/// Says on the standard error what was done with the file; a refusal is the error of the subcommand.
fn report_outcome(path: &Path, outcome: &Graft) -> Result<Exit, Stop> {
    match outcome {
        Graft::Applied(applied) => {
            printer::print_to_stderr(&describe_evidence(applied));
            Ok(Exit::Complete)
        }
        Graft::AlreadyApplied => {
            printer::print_to_stderr(&format!(
                "{}: the block stands there already\n",
                path.display()
            ));
            Ok(Exit::Complete)
        }
        Graft::Refused(refusal) => Err(stop_of_refusal(path, refusal)),
    }
}

/// Reads the file to change; `None` where there is none yet.
fn read_file(path: &Path) -> Result<Option<String>, Stop> {
    match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes)
            .map(Some)
            .map_err(|_| Stop::refused(format!("{} is not UTF-8 text", path.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Stop::usage(format!(
            "{} can't be read: {error}",
            path.display()
        ))),
    }
}

/// Reads the block, from a file or from the standard input.
fn read_snippet(path: &Path) -> Result<String, Stop> {
    let wrong = |why: String| Stop::usage(format!("--snippet {}: {why}", path.display()));
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|error| wrong(error.to_string()))?;
    } else {
        bytes = fs::read(path).map_err(|error| wrong(error.to_string()))?;
    }
    String::from_utf8(bytes).map_err(|_| wrong("not UTF-8 text".to_owned()))
}

/// Returns what the block's own file says of its language; the file to change says the rest.
fn language_of_snippet(snippet: &Path) -> &'static str {
    // A diff is recognised by its name; its lines begin with signs that are no code.
    match snippet.extension().and_then(|extension| extension.to_str()) {
        Some("diff" | "patch") => "diff",
        _ => "",
    }
}

/// Returns the lines that the words name ("line 45", "lines 12-40", "lines 12 to 40"), if they name any.
fn named_lines(words: &str) -> Option<(usize, usize)> {
    let apart = words.replace(['-', '\u{2013}', '\u{2014}'], " to ");
    let mut words = apart
        .split_whitespace()
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()));
    // Only behind the word "line": other numbers in the words are not lines.
    words.find(|word| word.eq_ignore_ascii_case("line") || word.eq_ignore_ascii_case("lines"))?;
    let number = |word: Option<&str>| {
        word.and_then(|word| word.parse::<usize>().ok())
            .filter(|number| *number > 0)
    };
    let first = number(words.next())?;
    let joined = words
        .next()
        .is_some_and(|word| matches!(word, "to" | "through" | "until"));
    // "line 12 and 3 blanks": the second number counts only behind a word of range.
    let last = number(words.next()).filter(|last| joined && *last >= first);
    Some((first, last.unwrap_or(first)))
}

/// Replaces the file in one step, links followed and its mode kept, if it still is what was read.
fn replace_file(path: &Path, before: Option<&str>, after: &str) -> Result<(), Stop> {
    // Somebody may have saved the file while the block was placed.
    if read_file(path)?.as_deref() != before {
        return Err(Stop::refused(format!(
            "{} was changed meanwhile; nothing was written",
            path.display()
        )));
    }
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let written = || -> io::Result<()> {
        let folder = real
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut beside = tempfile::Builder::new();
        // The system takes away what the user's mask forbids, as for any new file.
        #[cfg(unix)]
        if before.is_none() {
            use std::os::unix::fs::PermissionsExt as _;
            beside.permissions(fs::Permissions::from_mode(0o666));
        }
        let mut file = beside.prefix(".backend-engineer-").tempfile_in(folder)?;
        file.write_all(after.as_bytes())?;
        // A temporary file is readable by its owner alone; the file keeps the mode that it had.
        if before.is_some() {
            file.as_file()
                .set_permissions(fs::metadata(&real)?.permissions())?;
        }
        file.as_file().sync_all()?;
        file.persist(&real).map(drop).map_err(|error| error.error)
    };
    written()
        .map_err(|error| Stop::environment(format!("{} can't be written: {error}", path.display())))
}

/// Lists how the place was found, a line for each piece of evidence.
fn describe_evidence(applied: &Applied) -> String {
    applied
        .evidence
        .iter()
        .map(|evidence| format!("{}\n", escape_control_characters(&evidence.0)))
        .collect()
}

/// Makes the error of a refusal, with the places that came into question as its hint.
fn stop_of_refusal(path: &Path, refusal: &Refusal) -> Stop {
    let place = |place: &Location| format!("{}:{}: {}", path.display(), place.line, place.name);
    let listed = |title: &str, places: Vec<String>| match places.is_empty() {
        true => String::new(),
        false => format!("{title}\n  {}", places.join("\n  ")),
    };
    let candidates = listed(
        "It could go to",
        refusal.candidates.iter().map(place).collect(),
    );
    let nearest = listed(
        "The nearest place is",
        refusal.nearest.iter().map(place).collect(),
    );
    let stop = Stop::refused(format!("{}: {}", path.display(), refusal.message));
    match [candidates, nearest]
        .into_iter()
        .filter(|hint| !hint.is_empty())
        .collect::<Vec<_>>()
    {
        hints if hints.is_empty() => stop,
        hints => stop.hint(hints.join("\n")),
    }
}

/// Returns the outcome as JSON. The names of reasons are those of the library's own type.
fn graft_as_json(outcome: &Graft, written: bool, patch: &str) -> Value {
    let place = |place: &Location| json!({ "name": place.name, "line": place.line });
    match outcome {
        Graft::Applied(applied) => json!({
            "outcome": "applied",
            "written": written,
            "evidence": applied.evidence.iter().map(|evidence| evidence.0.as_str()).collect::<Vec<_>>(),
            "diff": patch,
        }),
        Graft::AlreadyApplied => json!({ "outcome": "already-applied" }),
        Graft::Refused(refusal) => json!({
            "outcome": "refused",
            "reason": format!("{:?}", refusal.reason),
            "message": refusal.message,
            "candidates": refusal.candidates.iter().map(place).collect::<Vec<_>>(),
            "nearest": refusal.nearest.as_ref().map(place),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_named_in_words() {
        for (words, lines) in [
            ("replace lines 12-40", Some((12, 40))),
            ("Lines 12 to 40, in create()", Some((12, 40))),
            ("around line 45.", Some((45, 45))),
            ("(line 3) 2 of them", Some((3, 3))),
            ("lines 40\u{2013}12", Some((40, 40))),
            ("after the imports", None),
            ("line up the columns", None),
            ("line 0", None),
        ] {
            assert_eq!(named_lines(words), lines, "{words}");
        }
    }
}

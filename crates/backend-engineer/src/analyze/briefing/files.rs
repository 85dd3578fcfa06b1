//! The files of a briefing: those that the phase names, whole or in outline; their models; the plan's other files.
//!
//! Every entry has forms from the shortest to the longest: by name → outline → outline with the
//! passages that the plan speaks of → whole. Whoever puts the briefing together takes the longest
//! form of each that there is room for.

use std::collections::BTreeSet;

use plan::Action;

use super::{BriefingContext, BriefingEntry, Section};
use crate::analyze::siblings::find_sibling;
use crate::analyze::words::{text_of_assignment, words_of_text};
use crate::understand::NamedFile;

/// Lines up to which a file is shown whole.
/// Up to these, a whole file says more than its outline and passages, for few tokens more.
const WHOLE: usize = 250;
/// Bytes up to which a file is shown whole.
const WHOLE_BYTES: usize = 16_000;
/// Lines of a file that has no outline that are shown.
const HEAD: usize = 40;
/// Lines of one definition that are shown.
const LONGEST_PASSAGE: usize = 80;
/// Lines around those that the plan names.
const AROUND: usize = 8;
/// Lines of a file's passages together.
/// The passages must stay a part of the file, not become it.
const MOST_PASSAGES: usize = 300;
/// Siblings that are shown.
/// A model to imitate is read closely; after five kinds of file the reader has them all.
const MOST_SIBLINGS: usize = 5;

/// Returns the files that the phase names, each once.
///
/// A path that can't be resolved is an entry too: the reader must know that it is unclear.
pub(super) fn list_named_files(context: &mut BriefingContext<'_>) -> Vec<BriefingEntry> {
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    let files = context.assignment.files.clone();
    for file in &files {
        let line = context.plan.location(file.span.start).line;
        let Some(path) = &file.path else {
            if seen.insert(file.written.clone()) {
                let why = file.obstacle.as_deref().unwrap_or("it is no single file");
                let text = format!(
                    "`{}` (plan line {line}): not one clear file: {why}",
                    file.written
                );
                entries.push(BriefingEntry::new(
                    Section::Named,
                    file.written.clone(),
                    vec![text],
                ));
            }
            continue;
        };
        if !seen.insert(path.clone()) || context.plan_inside == Some(path.as_str()) {
            continue;
        }
        let title = format!(
            "### {path} ({}, plan line {line})",
            describe_action(&file.action)
        );
        let spoken = FileMentions::new(context, file);
        entries.push(BriefingEntry::new(
            Section::Named,
            path.clone(),
            render_file_forms(context, path, &title, Some(&spoken)),
        ));
    }
    entries
}

/// Names what happens to a file, as the title of its entry.
fn describe_action(action: &Action) -> String {
    match action {
        Action::Create => "create".to_owned(),
        Action::Modify => "modify".to_owned(),
        Action::Delete => "delete".to_owned(),
        Action::Rename { to } => format!("rename to {to}"),
        Action::Unstated => "named".to_owned(),
    }
}

/// The parts of a file that the plan speaks of: its definitions and lines.
struct FileMentions {
    text: String,
    lines: Vec<(usize, usize)>,
}

/// Finds the lines that the plan states for the file or for one of its blocks.
impl FileMentions {
    fn new(context: &BriefingContext<'_>, file: &NamedFile) -> Self {
        let unit = context.plan.phase(file.unit);
        let change = unit.and_then(|unit| unit.changes.get(file.change));
        let blocks = change
            .map(|change| change.blocks.as_slice())
            .unwrap_or_default()
            .iter();
        let of_blocks = blocks.filter_map(|block| unit?.blocks.get(*block)?.lines);
        let lines = change
            .and_then(|change| change.lines)
            .into_iter()
            .chain(of_blocks)
            .collect();
        FileMentions {
            text: text_of_assignment(context.plan, context.assignment),
            lines,
        }
    }
}

/// Returns a file by name alone, in outline, with the passages that are spoken of, and whole where it is small.
///
/// A model to imitate (`spoken` is `None`) is shown whole only up to half the size.
fn render_file_forms(
    context: &mut BriefingContext<'_>,
    path: &str,
    title: &str,
    spoken: Option<&FileMentions>,
) -> Vec<String> {
    if holds_secrets(path) {
        return vec![format!("{title}: not shown, it may hold secrets")];
    }
    let text = match context.tree.read_text(path) {
        Ok(Some(text)) => text,
        Ok(None) => {
            return vec![format!(
                "{title}: not there{}",
                list_folder_files(context, path)
            )];
        }
        Err(error) => return vec![format!("{title}: {error}")],
    };
    let count = text.lines().count();
    let mut forms = vec![format!("{title}: {count} lines")];
    let outline = render_outline(path, &text);
    forms.push(match outline.is_empty() {
        false => format!("{title}: outline of {count} lines\n{outline}"),
        true => format!(
            "{title}: the first of {count} lines\n{}",
            number_lines(text.lines().take(HEAD))
        ),
    });
    if let Some(passages) = spoken
        .map(|spoken| render_passages(path, &text, spoken))
        .filter(|text| !text.is_empty())
    {
        // The passages come with the outline, which shows where in the file they are.
        let lean = forms.last().cloned().unwrap_or_default();
        forms.push(format!(
            "{lean}\n  What the plan speaks of in it:\n{passages}"
        ));
    }
    let limit = if spoken.is_some() {
        (WHOLE, WHOLE_BYTES)
    } else {
        (WHOLE / 2, WHOLE_BYTES / 2)
    };
    if count <= limit.0 && text.len() <= limit.1 {
        forms.push(format!(
            "{title}: whole, {count} lines\n{}",
            number_lines(text.lines())
        ));
    }
    forms
}

/// Numbers lines, as the plan and tools name them.
fn number_lines<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    let lines: Vec<String> = lines
        .enumerate()
        .map(|(at, line)| format!("{:>4}  {}", at + 1, shorten_long_line(line)))
        .collect();
    lines.join("\n")
}

/// A line of a minified or generated file would fill the whole briefing.
fn shorten_long_line(line: &str) -> String {
    match line.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Returns the definitions that the plan names, and the lines, each whole up to a limit.
///
/// A definition is named by words of the assignment; it reaches to the next one on its level. Lines
/// that the plan states are shown with some around them.
fn render_passages(path: &str, text: &str, spoken: &FileMentions) -> String {
    let outline = code::outline::outline(path, text);
    let words = words_of_text(&spoken.text);
    let all: Vec<&str> = text.lines().collect();
    let mut wanted = BTreeSet::new();
    for (at, one) in outline.iter().enumerate() {
        // A short plain word may be meant otherwise.
        let telling = one.name.len() > 3
            && one
                .name
                .contains(|letter: char| letter == '_' || letter.is_uppercase());
        if !telling || !words.contains(one.name.as_str()) {
            continue;
        }
        let next = outline[at + 1..]
            .iter()
            .find(|other| other.depth <= one.depth);
        let end = next.map_or(all.len() + 1, |next| next.line);
        wanted.extend(one.line..end.min(one.line + LONGEST_PASSAGE));
    }
    for (from, to) in &spoken.lines {
        wanted.extend(
            from.saturating_sub(AROUND).max(1)
                ..=(to + AROUND).min(from + LONGEST_PASSAGE).min(all.len()),
        );
    }
    let shown = wanted
        .iter()
        .take(MOST_PASSAGES)
        .filter_map(|line| Some((*line, *all.get(line - 1)?)));
    let lines: Vec<String> = shown
        .map(|(line, text)| format!("{line:>4}  {}", shorten_long_line(text)))
        .collect();
    lines.join("\n")
}

/// A heading needs `# ` so that a comment in a shell block at the margin is none.
/// Returns the outline of a file as lines with their numbers; of a document, its headings.
pub(super) fn render_outline(path: &str, text: &str) -> String {
    if path.ends_with(".md") {
        let headings = text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.starts_with('#') && line.contains("# "));
        return headings
            .take(80)
            .map(|(at, line)| format!("{:>4}  {line}", at + 1))
            .collect::<Vec<_>>()
            .join("\n");
    }
    let lines = code::outline::outline(path, text).into_iter();
    let lines: Vec<String> = lines
        .map(|one| format!("{:>4}  {}{}", one.line, "  ".repeat(one.depth), one.text))
        .collect();
    lines.join("\n")
}

/// Returns what stands in the folder of a file that is to be made.
///
/// The names there often say how the new one should be called.
fn list_folder_files(context: &BriefingContext<'_>, path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let inside = |file: &&std::sync::Arc<str>| {
        file.rsplit_once('/').map_or("", |(folder, _)| folder) == folder
    };
    let names: Vec<&str> = context
        .files
        .all()
        .iter()
        .filter(inside)
        .filter_map(|file| file.rsplit('/').next())
        .take(30)
        .collect();
    match names.is_empty() {
        true if folder.is_empty() => String::new(),
        true => format!("; its folder `{folder}` holds no file yet"),
        false => format!("; beside it: {}", names.join(", ")),
    }
}

/// Returns whether a file may hold what nobody should read out: settings and keys. Examples of
/// settings are shown, as they are made to be read.
fn holds_secrets(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let sample = ["example", "sample", "template", "dist"]
        .iter()
        .any(|word| name.contains(word));
    let key = [".pem", ".key", ".p12", ".pfx", ".keystore"]
        .iter()
        .any(|end| name.ends_with(end));
    (name == ".env" || name.starts_with(".env.") || name.ends_with(".env")) && !sample || key
}

/// Returns, for each kind of new file, the existing one that it should look like. New files with
/// the same model share an entry; the first models stay, as the plan names the important files
/// first.
pub(super) fn list_sibling_files(context: &mut BriefingContext<'_>) -> Vec<BriefingEntry> {
    let named: BTreeSet<String> = context
        .assignment
        .files
        .iter()
        .filter_map(|file| file.path.clone())
        .collect();
    let mut models: Vec<(String, Vec<String>)> = Vec::new();
    for file in &context.assignment.files {
        let Some(path) = file.path.as_deref() else {
            continue;
        };
        if context.files.path_exists(path) || file.action == Action::Delete {
            continue;
        }
        let plan = context.plan_inside;
        let fits = |file: &str| !named.contains(file) && plan != Some(file) && !holds_secrets(file);
        let Some(found) = find_sibling(context.files, path, &fits) else {
            continue;
        };
        match models.iter_mut().find(|(model, _)| *model == found) {
            Some((_, for_files)) if for_files.iter().any(|known| known == path) => {}
            Some((_, for_files)) => for_files.push(path.to_owned()),
            None => models.push((found, vec![path.to_owned()])),
        }
    }
    models.truncate(MOST_SIBLINGS);
    let mut entries = Vec::new();
    for (model, new) in models {
        let title = format!("### {model} (model for {})", new.join(", "));
        let forms = render_file_forms(context, &model, &title, None);
        entries.push(BriefingEntry::new(Section::Siblings, model, forms));
    }
    entries
}

/// Returns the files that other units of the plan name, by name alone.
///
/// A file that this phase names as well is left out, and each is told with the first unit.
pub(super) fn list_other_files(context: &BriefingContext<'_>) -> Vec<BriefingEntry> {
    let own = &context.assignment.units;
    let mut seen: BTreeSet<&str> = context
        .assignment
        .files
        .iter()
        .map(|file| file.written.as_str())
        .collect();
    let mut entries = Vec::new();
    for unit in context.plan.all().filter(|unit| !own.contains(&unit.id)) {
        let changes: Vec<_> = unit
            .changes
            .iter()
            .filter(|change| seen.insert(change.path.as_str()))
            .collect();
        if changes.is_empty() {
            continue;
        }
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        let line = context.plan.location(unit.heading.start).line;
        let text = format!("{} (plan line {line}): {}", unit.label, paths.join(", "));
        entries.push(BriefingEntry::new(
            Section::Others,
            format!("files of {}", unit.label),
            vec![text],
        ));
    }
    entries
}

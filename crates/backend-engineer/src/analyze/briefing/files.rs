//! The files of a briefing: those that the phase names, whole or in outline; their models; the plan's other files.

use std::collections::BTreeSet;

use plan::Action;

use super::{Entry, Ground, Section};
use crate::analyze::siblings::nearest;

/// Lines up to which a file is shown whole.
const WHOLE: usize = 250;
/// Bytes up to which a file is shown whole.
const WHOLE_BYTES: usize = 16_000;
/// Lines of a file that has no outline that are shown.
const HEAD: usize = 40;
/// Siblings that are shown.
const MOST_SIBLINGS: usize = 5;

/// The files that the phase names, each once.
pub(super) fn named(ground: &mut Ground<'_>) -> Vec<Entry> {
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    let files = ground.assignment.files.clone();
    for file in &files {
        let line = ground.plan.place(file.span.start).line;
        let Some(path) = &file.path else {
            if seen.insert(file.written.clone()) {
                let why = file.obstacle.as_deref().unwrap_or("it is no single file");
                let text = format!("`{}` (plan line {line}): not one clear file: {why}", file.written);
                entries.push(Entry::new(Section::Named, file.written.clone(), vec![text]));
            }
            continue;
        };
        if !seen.insert(path.clone()) || ground.plan_inside == Some(path.as_str()) {
            continue;
        }
        let title = format!("### {path} ({}, plan line {line})", action(&file.action));
        entries.push(Entry::new(Section::Named, path.clone(), forms(ground, path, &title, true)));
    }
    entries
}

fn action(action: &Action) -> String {
    match action {
        Action::Create => "create".to_owned(),
        Action::Modify => "modify".to_owned(),
        Action::Delete => "delete".to_owned(),
        Action::Rename { to } => format!("rename to {to}"),
        Action::Unstated => "named".to_owned(),
    }
}

/// A file by name alone, in outline, and whole where it is small or where `whole` asks for it.
fn forms(ground: &mut Ground<'_>, path: &str, title: &str, named: bool) -> Vec<String> {
    if holds_secrets(path) {
        return vec![format!("{title}: not shown, it may hold secrets")];
    }
    let text = match ground.tree.read_text(path) {
        Ok(Some(text)) => text,
        Ok(None) => return vec![format!("{title}: not there yet{}", neighbours(ground, path))],
        Err(error) => return vec![format!("{title}: {error}")],
    };
    let count = text.lines().count();
    let mut forms = vec![format!("{title}: {count} lines")];
    let outline = outlined(path, &text);
    forms.push(match outline.is_empty() {
        false => format!("{title}: outline of {count} lines\n{outline}"),
        true => format!("{title}: the first of {count} lines\n{}", numbered(text.lines().take(HEAD))),
    });
    let limit = if named { (WHOLE, WHOLE_BYTES) } else { (WHOLE / 2, WHOLE_BYTES / 2) };
    if count <= limit.0 && text.len() <= limit.1 {
        forms.push(format!("{title}: whole, {count} lines\n{}", numbered(text.lines())));
    }
    forms
}

fn numbered<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    let lines: Vec<String> =
        lines.enumerate().map(|(at, line)| format!("{:>4}  {}", at + 1, shortened(line))).collect();
    lines.join("\n")
}

/// A line of a minified or generated file would fill the whole briefing.
fn shortened(line: &str) -> String {
    match line.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// The outline of a file as lines with their numbers.
pub(super) fn outlined(path: &str, text: &str) -> String {
    let lines = graft::outline(path, text).into_iter();
    let lines: Vec<String> =
        lines.map(|one| format!("{:>4}  {}{}", one.line, "  ".repeat(one.depth), one.text)).collect();
    lines.join("\n")
}

/// What stands in the folder of a file that is to be made.
fn neighbours(ground: &Ground<'_>, path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let inside = |file: &&String| file.rsplit_once('/').map_or("", |(folder, _)| folder) == folder;
    let names: Vec<&str> =
        ground.files.all().iter().filter(inside).filter_map(|file| file.rsplit('/').next()).take(30).collect();
    match names.is_empty() {
        true if folder.is_empty() => String::new(),
        true => format!("; its folder `{folder}` holds no file yet"),
        false => format!("; beside it: {}", names.join(", ")),
    }
}

/// Settings files hold what nobody should read out.
fn holds_secrets(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let sample = ["example", "sample", "template", "dist"].iter().any(|word| name.contains(word));
    let key = [".pem", ".key", ".p12", ".pfx", ".keystore"].iter().any(|end| name.ends_with(end));
    (name == ".env" || name.starts_with(".env.") || name.ends_with(".env")) && !sample || key
}

/// For each kind of new file, the existing one that it should look like.
pub(super) fn siblings(ground: &mut Ground<'_>) -> Vec<Entry> {
    let named: BTreeSet<String> = ground.assignment.files.iter().filter_map(|file| file.path.clone()).collect();
    let mut models: Vec<(String, Vec<String>)> = Vec::new();
    for path in ground.assignment.files.iter().filter_map(|file| file.path.as_deref()) {
        if ground.files.stands(path) {
            continue;
        }
        let plan = ground.plan_inside;
        let fits = |file: &str| !named.contains(file) && plan != Some(file) && !holds_secrets(file);
        let Some(found) = nearest(ground.files, path, &fits) else { continue };
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
        let forms = forms(ground, &model, &title, false);
        entries.push(Entry::new(Section::Siblings, model, forms));
    }
    entries
}

/// The files that other units of the plan name, by name alone.
pub(super) fn others(ground: &Ground<'_>) -> Vec<Entry> {
    let own = &ground.assignment.units;
    let mut seen: BTreeSet<&str> = ground.assignment.files.iter().map(|file| file.written.as_str()).collect();
    let mut entries = Vec::new();
    for unit in ground.plan.all().filter(|unit| !own.contains(&unit.id)) {
        let changes: Vec<_> = unit.changes.iter().filter(|change| seen.insert(change.path.as_str())).collect();
        if changes.is_empty() {
            continue;
        }
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        let line = ground.plan.place(unit.heading.start).line;
        let text = format!("{} (plan line {line}): {}", unit.label, paths.join(", "));
        entries.push(Entry::new(Section::Others, format!("files of {}", unit.label), vec![text]));
    }
    entries
}

//! `requirements.txt`: packages by name; another specifier only where the plan says to change it.

use super::Request;
use super::lines::{Additions, Lead};
use super::wording::is_elision_line;
use crate::ladder::{self, Lines};
use crate::splice::{Splice, refusal};
use crate::{Graft, Reason, Refusal};

pub(super) fn place(request: &Request<'_>) -> Graft {
    let lines = Lines::new(request.text);
    let known: Vec<(usize, String)> =
        (0..lines.len()).filter_map(|line| name(lines.get(line)).map(|name| (line, name))).collect();
    let sorted = known.len() > 2 && known.windows(2).all(|pair| pair[0].1 <= pair[1].1);
    let asked = request.snippet.lines().filter(|line| name(line).is_some()).count();
    let mut splice = Splice::new(request.text);
    let mut additions = Additions::default();
    let mut lead = Lead::default();
    let mut after = None;
    for line in request.snippet.lines().map(str::trim) {
        if is_elision_line(line) {
            after = None;
            lead.clear();
        } else if line.is_empty() || line.starts_with('#') {
            lead.push(line);
        } else if let Some(name) = name(line) {
            let Some((at, _)) = known.iter().find(|(_, known)| *known == name) else {
                let place = if sorted { sorted_after(&known, &name) } else { after };
                if place.is_none() && sorted {
                    ladder::stage_lines(&lines, known[0].0..known[0].0, &[line.to_owned()], &mut splice);
                } else {
                    additions.add(place, lead.take(&lines).into_iter().chain([line.to_owned()]));
                }
                splice.say(format!("added `{name}`"));
                continue;
            };
            lead.clear();
            after = Some(*at);
            if bare(lines.get(*at)) == bare(line) {
                continue;
            }
            let allowed =
                request.wording.changes() && (asked == 1 || request.wording.names(&name) || names_line(request, line));
            if !allowed {
                let message =
                    format!("`{name}` is required otherwise in the file, and the plan doesn't say to change it");
                return Graft::Refused(Refusal {
                    candidates: vec![lines.place(*at)],
                    ..refusal(Reason::Conflict, message)
                });
            }
            let there = lines.get(*at);
            let comment = there.find(" #").map_or("", |comment| &there[comment..]);
            let new = if line.contains(" #") { line.to_owned() } else { format!("{line}{comment}") };
            ladder::stage_lines(&lines, *at..*at + 1, &[new], &mut splice);
            splice.say(format!("changed what is required of `{name}`"));
        } else if !(0..lines.len()).any(|at| bare(lines.get(at)) == bare(line)) {
            additions.add(after, lead.take(&lines).into_iter().chain([line.to_owned()]));
            splice.say(format!("added `{line}`"));
        }
    }
    additions.add(after, lead.rest(&lines));
    additions.stage(&lines, &mut splice);
    splice.finish()
}

fn names_line(request: &Request<'_>, line: &str) -> bool {
    let shown = line.split(['=', '<', '>', '~', '!', '[', ';', ' ']).next().unwrap_or_default();
    request.wording.names(shown)
}

fn sorted_after(known: &[(usize, String)], name: &str) -> Option<usize> {
    known.iter().rev().find(|(_, known)| known.as_str() < name).map(|(line, _)| *line)
}

/// The package's normal name; none for options, comments and paths.
fn name(line: &str) -> Option<String> {
    let line = line.trim();
    let end = line.find(|found: char| !(found.is_ascii_alphanumeric() || "-_.".contains(found))).unwrap_or(line.len());
    let name = &line[..end];
    let rest = line[end..].trim_start();
    let starts = name.starts_with(|first: char| first.is_ascii_alphanumeric());
    let follows = rest.is_empty() || rest.starts_with(['=', '<', '>', '~', '!', '[', ';', '@', '#', ',']);
    if !starts || !follows || rest.starts_with("://") {
        return None;
    }
    Some(name.to_lowercase().replace(['_', '.'], "-"))
}

/// A line without its comment and its blanks, its package under its normal name.
fn bare(line: &str) -> String {
    let line = line.trim();
    let line = line.find(" #").map_or(line, |comment| &line[..comment]);
    let named = name(line).unwrap_or_default();
    let rest = if named.is_empty() { line } else { &line[named.len()..] };
    named.chars().chain(rest.chars().filter(|found| !found.is_whitespace())).collect()
}

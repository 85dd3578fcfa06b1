//! `.env` files: keys are added, and a value that stands is never overwritten.

use super::Request;
use super::lines::{Additions, Lead};
use super::wording::is_elision_line;
use crate::ladder::Lines;
use crate::splice::{Splice, refusal, refuse};
use crate::{Graft, Reason, Refusal};

pub(super) fn place(request: &Request<'_>) -> Graft {
    let lines = Lines::new(request.text);
    let known: Vec<(usize, &str, &str)> =
        (0..lines.len()).filter_map(|line| entry(lines.get(line)).map(|(key, value)| (line, key, value))).collect();
    let mut splice = Splice::new(request.text);
    let mut additions = Additions::default();
    let mut lead = Lead::default();
    let mut after = None;
    let mut added: Vec<&str> = Vec::new();
    for line in request.snippet.lines() {
        if is_elision_line(line) {
            after = None;
            lead.clear();
            continue;
        }
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            lead.push(line);
            continue;
        }
        let Some((key, value)) = entry(line) else {
            return refuse(Reason::Syntax, format!("`{}` is not a line of an environment file", line.trim()));
        };
        match known.iter().rev().find(|(_, known, _)| *known == key) {
            Some(&(at, _, there)) if unquoted(there) == unquoted(value) => {
                after = Some(at);
                lead.clear();
            }
            Some(&(at, ..)) => {
                let message =
                    format!("`{key}` has another value already, and a value that stands is never overwritten");
                return Graft::Refused(Refusal {
                    candidates: vec![lines.place(at)],
                    ..refusal(Reason::Conflict, message)
                });
            }
            None if added.contains(&key) => {
                return refuse(Reason::Unclear, format!("the block gives `{key}` twice"));
            }
            None => {
                additions.add(after, lead.take(&lines).into_iter().chain([line.trim_end().to_owned()]));
                splice.say(format!("added `{key}`"));
                added.push(key);
            }
        }
    }
    if added.is_empty() && known.is_empty() && !request.snippet.contains('=') {
        return refuse(Reason::Unclear, "the block gives no key");
    }
    additions.add(after, lead.rest(&lines));
    additions.stage(&lines, &mut splice);
    splice.finish()
}

/// Key and value of a line.
fn entry(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let (key, value) = line.split_once('=')?;
    let key = key.trim_end();
    let name = |found: char| found.is_alphanumeric() || matches!(found, '_' | '.' | '-');
    (!key.is_empty() && key.chars().all(name)).then_some((key, value.trim()))
}

/// A value without its quotes and without the comment after it.
fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return inner.find(quote).map_or(value, |end| &inner[..end]);
        }
    }
    value.find(" #").map_or(value, |comment| value[..comment].trim_end())
}

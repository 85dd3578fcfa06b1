//! Ignore files: lists of patterns, to which lines are added and from which none is lost.

use super::Request;
use super::lines::{Additions, Lead};
use super::wording::is_elision_line;
use crate::ladder::Lines;
use crate::splice::{Splice, refuse};
use crate::{Graft, Reason};

pub(super) fn place(request: &Request<'_>) -> Graft {
    let lines = Lines::new(request.text);
    let mut splice = Splice::new(request.text);
    let mut additions = Additions::default();
    let mut lead = Lead::default();
    let mut after = None;
    for line in request.snippet.lines() {
        let known = (0..lines.len()).find(|&at| lines.get(at).trim() == line.trim());
        if is_elision_line(line) {
            after = None;
            lead.clear();
        } else if line.trim().is_empty() || line.starts_with('#') {
            lead.push(line);
        } else if known.is_some() {
            after = known;
            lead.clear();
        } else if line.contains([':', '"', '(', '=', ';']) {
            return refuse(Reason::Syntax, format!("`{}` is not a pattern of an ignore file", line.trim()));
        } else {
            additions.add(after, lead.take(&lines).into_iter().chain([line.trim_end().to_owned()]));
            splice.say(format!("added `{}`", line.trim()));
        }
    }
    additions.add(after, lead.rest(&lines));
    additions.stage(&lines, &mut splice);
    splice.finish()
}

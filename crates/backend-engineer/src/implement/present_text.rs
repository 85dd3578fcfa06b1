//! A file as it stands while the blocks of a plan are placed, one after the other.

use crate::unit_work::UnitWork;

/// A file as it stands now, and as it was found where earlier blocks have changed it.
pub(super) struct PresentText<'a> {
    pub(super) text: Option<&'a str>,
    pub(super) found: Option<String>,
    /// Names that other blocks of the unit bind in it.
    pub(super) pending: Vec<String>,
    /// The block before, which shows the code as it is.
    pub(super) current: Option<&'a str>,
}

impl PresentText<'_> {
    /// Returns where lines stand now that the plan counts in the file as it was found.
    pub(super) fn lines_now(&self, (first, last): (usize, usize)) -> (usize, usize) {
        let (Some(found), Some(text)) = (&self.found, self.text) else {
            return (first, last);
        };
        let diff = similar::TextDiff::from_lines(found.as_str(), text);
        let now = |line: usize| {
            let at = line.saturating_sub(1);
            let op = diff.ops().iter().find(|op| op.old_range().contains(&at));
            op.map_or(line, |op| {
                let (old, new) = (op.old_range(), op.new_range());
                new.start + (at - old.start).min(new.len().saturating_sub(1)) + 1
            })
        };
        (now(first), now(last).max(now(first)))
    }
}

/// Looks at a file as it stands, and as it was found.
pub(super) fn read_present_text<'a>(
    work: &mut UnitWork<'_>,
    path: &str,
    text: Option<&'a str>,
) -> PresentText<'a> {
    let found = work
        .workspace
        .tree
        .state_on_disk(path)
        .ok()
        .and_then(Option::as_ref);
    let found = found
        .map(|found| found.bytes.as_slice())
        .unwrap_or_default();
    let is_changed = text.is_some_and(|text| text.as_bytes() != found);
    let found = String::from_utf8(found.to_vec())
        .ok()
        .filter(|_| is_changed);
    PresentText {
        text,
        found,
        pending: Vec::new(),
        current: None,
    }
}

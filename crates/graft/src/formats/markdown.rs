//! Markdown: sections by heading; text without one by the prose or by exact anchors.
//!
//! ```text
//! file        block        result
//! ## Run      ## Run       ## Run
//!             Go.
//!                          Go.          the section had no text: the block's is all of it
//! ```

use super::wording::{ProsePosition, is_elision_line};
use super::{Request, anchors};
use crate::fuzzy::{self, Block, Lines};
use crate::splice::{Splice, new_refusal, refuse_graft};
use crate::{Graft, Reason, Refusal};

/// Places sections by their titles. Text above the first heading, or without one, belongs into a
/// section that the words name, or goes by its neighbours.
pub(super) fn apply_to_markdown(request: &Request<'_>) -> Graft {
    let lines = Lines::new(request.text);
    if anchors::contains_block(&lines, &Block::new(request.snippet)) {
        return Graft::AlreadyApplied;
    }
    let there = parse_sections(request.text);
    let asked = parse_sections(request.snippet);
    let leads = asked.first().is_none_or(|first| first.heading > 0);
    if asked.is_empty()
        || leads
            && request
                .snippet
                .lines()
                .take(asked[0].heading)
                .any(|line| !line.trim().is_empty() && !is_elision_line(line))
    {
        return insert_plain_text(request, &lines, &there);
    }
    let mut splice = Splice::new(request.text);
    let mut previous: Option<usize> = None;
    let shown = Lines::new(request.snippet);
    for section in &asked {
        let known: Vec<usize> = (0..there.len())
            .filter(|&at| there[at].title == section.title)
            .collect();
        match known[..] {
            [at] => {
                if let Err(refusal) =
                    merge_section(request, &there[at], (&shown, section), &mut splice)
                {
                    return Graft::Refused(refusal);
                }
                previous = Some(at);
            }
            [] if !has_place(request, &there, section, previous) => {
                let message = format!(
                    "section `{}` is new, and the plan doesn't say where it goes",
                    section.title
                );
                return refuse_graft(Reason::Ambiguous, message);
            }
            [] => {
                let at = line_for_section(request, &there, section, previous);
                stage_section(&lines, at, lines_of_section(&shown, section), &mut splice);
                splice.add_evidence(format!("added section `{}`", section.title));
            }
            _ => {
                let named = known.iter().map(|&at| &there[at]);
                return Graft::Refused(ambiguous_title_refusal(&lines, named));
            }
        }
    }
    splice.finish()
}

/// Makes the refusal of a title that several sections of the file have.
fn ambiguous_title_refusal<'s>(
    lines: &Lines<'_>,
    named: impl ExactSizeIterator<Item = &'s Section> + Clone,
) -> Refusal {
    let title = named
        .clone()
        .next()
        .map_or("", |first| first.title.as_str());
    let message = format!("{} sections are called `{title}`", named.len());
    Refusal {
        candidates: named
            .map(|known| lines.location_of_line(known.heading))
            .collect(),
        ..new_refusal(Reason::Ambiguous, message)
    }
}

/// One heading and the lines up to the next.
#[derive(Debug)]
struct Section {
    /// Without its `#` signs on either side.
    title: String,
    /// The number of its `#` signs, 1 to 6.
    level: usize,
    /// Line of the heading.
    heading: usize,
    /// Line after the last of its own text.
    end: usize,
    /// Line after the last of its subsections.
    tree_end: usize,
}

/// Returns the sections of a text; headings in fenced blocks are none.
///
/// `## Run ##` -> title `Run`, level 2. Headings that are underlined are not known.
fn parse_sections(text: &str) -> Vec<Section> {
    let mut found: Vec<Section> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut total = 0;
    for (at, line) in text.lines().enumerate() {
        total = at + 1;
        let bare = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| bare.starts_with(mark));
        match (fence, mark) {
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, Some(mark)) => fence = Some(mark),
            _ => {}
        }
        let level = line.bytes().take_while(|&byte| byte == b'#').count();
        if fence.is_some() || !(1..=6).contains(&level) || !line[level..].starts_with(' ') {
            continue;
        }
        if let Some(last) = found.last_mut() {
            last.end = at;
        }
        found
            .iter_mut()
            .filter(|open| open.tree_end == usize::MAX && open.level >= level)
            .for_each(|open| open.tree_end = at);
        let title = line[level..]
            .trim()
            .trim_end_matches('#')
            .trim_end()
            .to_owned();
        found.push(Section {
            title,
            level,
            heading: at,
            end: usize::MAX,
            tree_end: usize::MAX,
        });
    }
    for section in &mut found {
        section.end = section.end.min(total);
        section.tree_end = section.tree_end.min(total);
    }
    found
}

/// Returns the lines of a section, elisions and blank lines at the end left out.
fn lines_of_section(lines: &Lines<'_>, section: &Section) -> Vec<String> {
    let all = (section.heading..section.end).map(|line| lines.get(line).to_owned());
    Block::from_lines(all.filter(|line| !is_elision_line(line)).collect()).lines
}

/// Returns whether anything tells where a new section goes; a second title of the whole has no place.
///
/// A section of the first level is the whole document's title: a second one is no section of it.
fn has_place(
    request: &Request<'_>,
    there: &[Section],
    section: &Section,
    previous: Option<usize>,
) -> bool {
    let wording = request.wording;
    let titled = section.level == 1 && there.iter().any(|known| known.level == 1);
    previous.is_some() || (!titled && (wording.adds() || !wording.spots().is_empty()))
}

/// Returns the line before which a new section goes: as the prose says, else after the section shown before it, else
/// last.
fn line_for_section(
    request: &Request<'_>,
    there: &[Section],
    section: &Section,
    previous: Option<usize>,
) -> usize {
    let named = |name: &str| {
        let title = name.trim_start_matches('#').trim();
        there
            .iter()
            .find(|known| known.title.eq_ignore_ascii_case(title))
    };
    for spot in request.wording.spots().into_iter().rev() {
        match spot {
            ProsePosition::After(name) => {
                if let Some(known) = named(&name) {
                    return known.tree_end;
                }
            }
            ProsePosition::Before(name) => {
                if let Some(known) = named(&name) {
                    return known.heading;
                }
            }
            ProsePosition::Top | ProsePosition::Bottom => {}
        }
    }
    let Some(previous) = previous.map(|at| &there[at]) else {
        return Lines::new(request.text).len();
    };
    // Deeper: inside the one before it, above its subsections; else below all of them.
    if section.level > previous.level {
        previous.end
    } else {
        previous.tree_end
    }
}

/// Stages a section of its own, a blank line on either side.
///
/// Blank lines that the file has there already are counted in.
fn stage_section(lines: &Lines<'_>, at: usize, mut new: Vec<String>, into: &mut Splice<'_>) {
    let mut from = at;
    while from > 0 && lines.get(from - 1).trim().is_empty() {
        from -= 1;
    }
    if from > 0 {
        new.insert(0, String::new());
    }
    if from == 0 && lines.len() > at && !lines.get(at).trim().is_empty() {
        new.push(String::new());
    }
    if from == at && at > 0 && at < lines.len() {
        new.push(String::new());
    }
    fuzzy::stage_lines(lines, from..from, &new, into);
}

/// Merges a section into the file's of the same title: rewrites it where it holds all that stood there or the words ask for
/// it, extends it where nothing is shared, else goes by the lines that both have.
fn merge_section(
    request: &Request<'_>,
    known: &Section,
    (shown, section): (&Lines<'_>, &Section),
    into: &mut Splice<'_>,
) -> Result<(), Refusal> {
    let lines = &Lines::new(request.text);
    let raw: Vec<&str> = (section.heading + 1..section.end)
        .map(|line| shown.get(line))
        .collect();
    let old: Vec<&str> = (known.heading + 1..known.end)
        .map(|line| lines.get(line))
        .filter(|line| !line.trim().is_empty())
        .collect();
    let new = Block::from_lines(
        raw.iter()
            .filter(|line| !is_elision_line(line))
            .map(|line| (*line).to_owned())
            .collect(),
    );
    let elided = raw.iter().any(|line| is_elision_line(line));
    let own = Lines::new(&lines.text[lines.line_start(known.heading)..lines.line_start(known.end)]);
    if new.is_empty() || anchors::contains_block(&own, &new) {
        return Ok(());
    }
    let in_order = |few: &[&str], many: &[String]| {
        let mut rest = many.iter();
        few.iter()
            .all(|line| rest.any(|new| new.trim() == line.trim()))
    };
    // All that stood there comes again, in its order: nothing is lost by rewriting.
    let grows = in_order(&old, &new.lines);
    let last = (known.heading..known.end)
        .rev()
        .find(|&at| !lines.get(at).trim().is_empty())
        .unwrap_or(known.heading);
    let meant = request.wording.replaces()
        || (request.wording.changes() && request.wording.names(&section.title));
    if grows || (!elided && meant) {
        let mut whole = vec![String::new()];
        whole.extend(new.lines);
        let from = known.heading + 1..(last + 1).max(known.heading + 1);
        fuzzy::stage_lines(lines, from, &whole, into);
        into.add_evidence(format!("rewrote section `{}`", section.title));
        return Ok(());
    }
    // With no line in common, only the end of the section is left as a place.
    let touches = new
        .lines
        .iter()
        .any(|line| !line.trim().is_empty() && old.iter().any(|old| old.trim() == line.trim()));
    let first_elided = raw
        .iter()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| is_elision_line(line));
    if !touches && (elided && first_elided || !elided && request.wording.adds()) {
        append_lines(lines, last, new, into);
        into.add_evidence(format!("extended section `{}`", section.title));
        return Ok(());
    }
    let inner = Request {
        text: own.text,
        snippet: &raw.join("\n"),
        ..*request
    };
    merge_by_anchors(&inner, lines, known, into)
}

/// Merges a section, `inner`, by the lines that it shares with the file's.
fn merge_by_anchors(
    inner: &Request<'_>,
    lines: &Lines<'_>,
    known: &Section,
    into: &mut Splice<'_>,
) -> Result<(), Refusal> {
    match anchors::apply_by_anchors(inner) {
        Graft::Applied(applied) => {
            // The edits count from the section's heading.
            let base = lines.line_start(known.heading);
            for edit in applied.edits {
                into.replace(base + edit.old.start..base + edit.old.end, edit.new);
            }
            Ok(())
        }
        Graft::AlreadyApplied => Ok(()),
        Graft::Refused(_) => {
            let message = format!(
                "section `{}` has other text, and the plan doesn't say to replace it",
                known.title
            );
            Err(Refusal {
                candidates: vec![lines.location_of_line(known.heading)],
                ..new_refusal(Reason::Conflict, message)
            })
        }
    }
}

/// Stages lines below the last of a section: right below where one list goes on, else with a blank line between.
fn append_lines(lines: &Lines<'_>, last: usize, new: Block, into: &mut Splice<'_>) {
    let tight = is_item(lines.get(last)) && new.lines.first().is_some_and(|line| is_item(line));
    let mut added = if tight {
        Vec::new()
    } else {
        vec![String::new()]
    };
    added.extend(new.lines);
    fuzzy::stage_lines(lines, last + 1..last + 1, &added, into);
}

/// Returns whether a line is an item of a list or a row of a table: `- one`, `2. two`, `| a | b |`.
fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("- ")
        || line.starts_with("* ")
        || line.starts_with("| ")
        || line.starts_with("+ ")
        || line.split_once(". ").is_some_and(|(number, _)| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// Returns the section that the prose names by the headings above it, each written with its signs: "under `## [1.0]`,
/// `### Fixed`". One that is missing below the other is no reason to take that one.
fn find_nested_section<'s>(
    request: &Request<'_>,
    there: &'s [Section],
) -> Result<Option<&'s Section>, Refusal> {
    let written = parse_sections(&request.wording.code().join("\n"));
    let mut path: Vec<&Section> = Vec::new();
    for one in &written {
        if !path
            .iter()
            .any(|known| known.title == one.title && known.level == one.level)
        {
            path.push(one);
        }
    }
    if path.len() < 2 || path.windows(2).any(|pair| pair[0].level >= pair[1].level) {
        return Ok(None);
    }
    let mut inside: Option<&Section> = None;
    for one in path {
        let is_meant = |known: &&Section| {
            known.title == one.title
                && known.level == one.level
                && inside
                    .is_none_or(|outer| (outer.heading..outer.tree_end).contains(&known.heading))
        };
        let mut found = there.iter().filter(is_meant);
        inside = match (found.next(), found.next()) {
            (Some(only), None) => Some(only),
            (first, _) => {
                let (reason, count) = match first {
                    Some(_) => (Reason::Ambiguous, "more than one section"),
                    None => (Reason::NotFound, "no section"),
                };
                let below =
                    inside.map_or_else(String::new, |outer| format!(" below `{}`", outer.title));
                let message = format!(
                    "{count} is called `{}`{below}, where the plan puts the block",
                    one.title
                );
                return Err(new_refusal(reason, message));
            }
        };
    }
    Ok(inside)
}

/// Places text without a heading: into the section that the prose names, else by anchors.
///
/// By anchors, too, where the block leaves something out, or a line of it with more than two signs
/// stands in the file already.
fn insert_plain_text(request: &Request<'_>, lines: &Lines<'_>, there: &[Section]) -> Graft {
    let named: Vec<&Section> = there
        .iter()
        .filter(|section| {
            request
                .wording
                .code()
                .iter()
                .any(|code| code.trim_start_matches('#').trim() == section.title)
        })
        .collect();
    let text = Block::new(request.snippet);
    let section = match (find_nested_section(request, there), &named[..]) {
        (Err(refusal), _) => return Graft::Refused(refusal),
        (Ok(Some(section)), _) => section,
        (Ok(None), [section]) => *section,
        (Ok(None), _) => return anchors::apply_by_anchors(request),
    };
    if request.snippet.lines().any(is_elision_line)
        || text
            .lines
            .iter()
            .any(|line| line.trim().len() > 2 && request.text.contains(line.trim()))
    {
        return anchors::apply_by_anchors(request);
    }
    let last = (section.heading..section.end)
        .rev()
        .find(|&at| !lines.get(at).trim().is_empty())
        .unwrap_or(section.heading);
    let mut splice = Splice::new(request.text);
    append_lines(lines, last, text, &mut splice);
    splice.add_evidence(format!(
        "added to section `{}`, which the plan names",
        section.title
    ));
    splice.finish()
}

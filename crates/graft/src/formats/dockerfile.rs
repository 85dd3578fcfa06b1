//! Dockerfiles: instructions beside those that the block shows, or where the prose says; a lone one replaced by name.
//!
//! ```text
//! file              block                 words        result
//! FROM a            FROM a                none         COPY b . below FROM a
//! CMD x             COPY b .
//! CMD x             CMD y                 "change"     CMD y in the place of CMD x
//! CMD x             CMD y                 none         refused: the file has another CMD
//! ```

use super::wording::is_elision_line;
use super::{Request, anchors};
use crate::fuzzy::{self, Lines};
use crate::splice::{Splice, new_refusal};
use crate::{Graft, Reason, Refusal};

/// Instructions of which the last one counts.
/// Another one in the file and in the block contradict each other; `RUN`, `COPY` and `ENV` may be
/// many.
const LONE: [&str; 7] = [
    "CMD",
    "ENTRYPOINT",
    "WORKDIR",
    "USER",
    "HEALTHCHECK",
    "FROM",
    "STOPSIGNAL",
];

/// Places instructions: nothing if all stand there in order, one in the place of a rival where the
/// words change something, else by their neighbours.
pub(super) fn apply_to_dockerfile(request: &Request<'_>) -> Graft {
    let lines = Lines::new(request.text);
    let there = parse_instructions(request.text);
    let asked = parse_instructions(request.snippet);
    let missing: Vec<&Instruction> = asked
        .iter()
        .filter(|asked| !there.iter().any(|known| known.words == asked.words))
        .collect();
    let mut rest = there.iter();
    if missing.is_empty()
        && asked
            .iter()
            .all(|asked| rest.any(|known| known.words == asked.words))
    {
        return Graft::AlreadyApplied;
    }
    let rivals: Vec<(&Instruction, &Instruction)> = missing
        .iter()
        .filter(|asked| LONE.contains(&asked.keyword.as_str()))
        .flat_map(|asked| {
            there
                .iter()
                .filter(|known| known.keyword == asked.keyword)
                .map(move |known| (*asked, known))
        })
        .filter(|(_, known)| !asked.iter().any(|asked| asked.words == known.words))
        .collect();
    if rivals.is_empty() {
        return anchors::apply_by_anchors(request);
    }
    if rivals.len() == 1 && missing.len() == 1 && request.wording.changes() {
        let (new, old) = rivals[0];
        let mut splice = Splice::new(request.text);
        fuzzy::stage_lines(&lines, old.first..old.last + 1, &new.lines, &mut splice);
        splice.add_evidence(format!("replaced the only {} that differs", new.keyword));
        return splice.finish();
    }
    let candidates = rivals
        .iter()
        .map(|(_, known)| lines.location_of_line(known.first))
        .collect();
    let message = format!(
        "the file has another {}, and the plan doesn't say to change it",
        rivals[0].0.keyword
    );
    Graft::Refused(Refusal {
        candidates,
        ..new_refusal(Reason::Conflict, message)
    })
}

/// One instruction of a file, which may go over several lines.
struct Instruction {
    /// The first word in capitals.
    keyword: String,
    /// The whole instruction, its blanks made even.
    words: String,
    lines: Vec<String>,
    /// The first and the last line, from 0, both included.
    first: usize,
    last: usize,
}

/// Returns the instructions of a text, continued lines taken together; comments are none.
fn parse_instructions(text: &str) -> Vec<Instruction> {
    let mut found = Vec::new();
    let mut open: Option<Instruction> = None;
    for (at, line) in text.lines().enumerate() {
        let bare = line.trim();
        if bare.starts_with('#') || bare.is_empty() || is_elision_line(line) {
            continue;
        }
        let mut now = open.take().unwrap_or_else(|| Instruction {
            keyword: bare
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_uppercase(),
            words: String::new(),
            lines: Vec::new(),
            first: at,
            last: at,
        });
        now.words.extend(
            bare.trim_end_matches('\\')
                .split_whitespace()
                .flat_map(|word| [word, " "]),
        );
        now.lines.push(line.trim_end().to_owned());
        now.last = at;
        if bare.ends_with('\\') {
            open = Some(now)
        } else {
            found.push(now)
        }
    }
    found.extend(open);
    found
}

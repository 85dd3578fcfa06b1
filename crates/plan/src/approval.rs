//! Reads the status of a plan: draft, approved, superseded, done.

use serde::{Deserialize, Serialize};

use crate::document::{Document, PieceKind, Span};
use crate::inline::{comparison_key, is_sign, plain_text, read_label};
use crate::labels::{Topic, topic_of_label};
use crate::word_lists::List;

/// The plan's own mark: front matter `status:` or a `Status:` line near the top.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ApprovalStatus {
    /// The status as written, without Markdown.
    pub word: Option<String>,
    /// Where it is written.
    pub span: Option<Span>,
    /// Its meaning for implementing.
    pub approval: Approval,
}

/// The meaning of a plan's mark for implementing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// No mark, or one that says neither yes nor no.
    #[default]
    Unmarked,
    /// Approved, accepted, ready, active, in progress.
    Approved,
    /// Draft, proposed, rejected, superseded, abandoned, deprecated.
    Refused,
    /// Completed, done, implemented.
    Finished,
}

/// Words that refuse, approve or finish a plan; the first that is found decides, in this order.
const STATUSES: [(Approval, List); 3] = [
    (Approval::Refused, List::StatusRefused),
    (Approval::Finished, List::Done),
    (Approval::Approved, List::StatusApproved),
];

/// Returns what a status means.
pub(crate) fn approval_of_status(word: &str) -> Approval {
    let lower = comparison_key(word);
    let negated = List::StatusNotDone.words();
    if negated.iter().any(|sign| lower.contains(sign)) {
        return Approval::Unmarked;
    }
    // The earliest word is the status; what follows explains it.
    let mut best: Option<(usize, Approval)> = None;
    for (approval, list) in STATUSES {
        for word in list.words() {
            let at = lower
                .match_indices(word)
                .map(|(at, _)| at)
                .find(|at| stands_alone(&lower, *at, word));
            if let Some(at) = at.filter(|at| best.is_none_or(|(best, _)| *at < best)) {
                best = Some((at, approval));
            }
        }
    }
    let sign = || {
        if word.contains('✅') {
            Approval::Finished
        } else {
            Approval::Unmarked
        }
    };
    best.map_or_else(sign, |(_, approval)| approval)
}

fn stands_alone(text: &str, at: usize, word: &str) -> bool {
    if !word.is_ascii() {
        return true;
    }
    let before = text[..at].chars().next_back();
    let after = text[at + word.len()..].chars().next();
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct FrontMatter {
    status: Option<String>,
    state: Option<String>,
    todos: Vec<Todo>,
}

/// One of the tasks that some editors keep at the head of a plan.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Todo {
    status: Option<String>,
}

/// Reads the mark of a plan.
pub(crate) fn read_status(document: &Document<'_>) -> ApprovalStatus {
    from_front_matter(document)
        .or_else(|| from_lines(document))
        .unwrap_or_default()
}

fn from_front_matter(document: &Document<'_>) -> Option<ApprovalStatus> {
    let front = document.front.clone()?;
    let text = document.slice(&front);
    let parsed: FrontMatter = serde_saphyr::from_str(text).unwrap_or_default();
    let line_of = |names: &[&str]| {
        crate::document::line_spans(document.text, front.start)
            .take_while(|line| line.start < front.end)
            .find(|line| {
                names
                    .iter()
                    .any(|name| document.slice(line).starts_with(name))
            })
    };
    let done = |todo: &Todo| {
        todo.status
            .as_deref()
            .is_some_and(|word| approval_of_status(word) == Approval::Finished)
    };
    if parsed.status.is_none() && !parsed.todos.is_empty() && parsed.todos.iter().all(done) {
        let word = Some("all its todos are completed".to_owned());
        return Some(ApprovalStatus {
            approval: Approval::Finished,
            word,
            span: line_of(&["todos:"]),
        });
    }
    let found = line_of(&["status:", "state:"])?;
    let raw = document
        .slice(&found)
        .split_once(':')
        .map_or("", |(_, word)| word);
    let word = parsed
        .status
        .or(parsed.state)
        .unwrap_or_else(|| raw.trim().trim_matches(['"', '\'']).to_owned());
    if word.trim().is_empty() {
        return None;
    }
    Some(ApprovalStatus {
        approval: approval_of_status(&word),
        word: Some(word),
        span: Some(found),
    })
}

/// Reads a `Status:` line or table row before the second heading of level two, at most 60 pieces in.
fn from_lines(document: &Document<'_>) -> Option<ApprovalStatus> {
    let mut sections = 0;
    for piece in document.pieces.iter().take(60) {
        match &piece.kind {
            PieceKind::Heading { level, title } => {
                let words = plain_text(document.slice(title));
                let named = read_label(&words)
                    .filter(|label| topic_of_label(&label.name) == Some(Topic::Status));
                if let Some(label) = named.filter(|label| label.rest < words.len()) {
                    return Some(found_status(&words[label.rest..], title.clone()));
                }
                sections += usize::from(*level >= 2);
                if sections > 1 {
                    return None;
                }
            }
            PieceKind::Text(lines) => {
                for line in lines {
                    let words = document.slice(line);
                    for part in words.split(" | ") {
                        let status = read_label(part)
                            .filter(|label| topic_of_label(&label.name) == Some(Topic::Status));
                        if let Some(label) =
                            status.filter(|label| !part[label.rest..].trim().is_empty())
                        {
                            return Some(found_status(&part[label.rest..], line.clone()));
                        }
                    }
                }
            }
            PieceKind::Row(cells) => {
                if let [name, word, ..] = cells.as_slice()
                    && topic_of_label(&comparison_key(document.slice(name))) == Some(Topic::Status)
                    && !document.slice(word).is_empty()
                {
                    return Some(found_status(document.slice(word), word.clone()));
                }
            }
            PieceKind::Code(_) | PieceKind::Rule => {}
        }
    }
    None
}

fn found_status(words: &str, span: Span) -> ApprovalStatus {
    let word = plain_text(words).replace('`', "");
    let bare = word
        .trim_matches(|letter: char| is_sign(letter) || letter.is_whitespace())
        .to_owned();
    ApprovalStatus {
        approval: approval_of_status(&word),
        word: Some(bare),
        span: Some(span),
    }
}

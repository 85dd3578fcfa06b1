//! Commits that a plan states without a command: "**1.3** Commit: `feat: add ids`".

use super::{Expect, PlannedCommand, new_command};
use crate::changes::Asking;
use crate::document::Span;
use crate::inline::{code_spans, comparison_key};
use crate::labels::{Topic, topic_of_label};
use crate::naming::{Rank, read_marks, read_numbered_unit, unit_name};
use crate::rows::RowKind;

/// Returns the commit that a row states, if no command is shown right below it.
pub(crate) fn commit_of_row(asking: &Asking<'_, '_>, at: usize) -> Option<PlannedCommand> {
    let below = asking.rows.get(at + 1).map(|row| &row.kind);
    if matches!(below, Some(RowKind::Code(_))) {
        return None;
    }
    let span = &asking.rows.get(at)?.span;
    stated_commit(asking.document.slice(span), span.start)
}

/// Returns the commit that a line states: a title that says so, and behind it nothing but the message in its usual form
/// (`kind(scope): words`).
fn stated_commit(words: &str, base: usize) -> Option<PlannedCommand> {
    let spans = code_spans(words, 0);
    let [span] = spans.as_slice() else {
        return None;
    };
    let message = &words[span.inner.clone()];
    let behind = words[span.outer.end..].trim_matches(['*', '_', ' ', '.']);
    if !behind.is_empty() || !is_commit_message(message) {
        return None;
    }
    let before = read_marks(&words[..span.outer.start]).words;
    let numbered = unit_name(&before)
        .filter(|name| name.rank == Rank::Step)
        .or_else(|| read_numbered_unit(&before));
    let title = numbered.map_or(before, |name| name.title);
    let title = title.trim_end_matches([':', '：', '-', '–', '—', ' ']);
    if topic_of_label(&comparison_key(title)) != Some(Topic::Commit) {
        return None;
    }
    let place: Span = base + span.inner.start..base + span.inner.end;
    let command = format!("git commit -m {}", shell::quote(message));
    Some(new_command(&command, place, Expect::default()))
}

/// Returns whether a text has the usual form of a commit message: `feat: add ids`, `fix(api): answer 404`.
pub(crate) fn is_commit_message(text: &str) -> bool {
    let Some((kind, _)) = text.split_once(": ") else {
        return false;
    };
    let kind = kind.strip_suffix('!').unwrap_or(kind);
    let (kind, scope) = kind.split_once('(').unwrap_or((kind, ")"));
    !text.contains('`')
        && scope.ends_with(')')
        && !kind.is_empty()
        && kind.chars().all(|letter| letter.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::stated_commit;

    #[test]
    fn a_commit_is_stated_by_its_title_and_message() {
        // A line, and the message of the commit that it states.
        let rows = [
            (
                "**1.3** Commit: `feat(types): add ids`",
                Some("feat(types): add ids"),
            ),
            ("1.3 Commit: `feat: it's here`", Some("feat: it's here")),
            ("**Step 3: Commit** `fix!: drop it`.", Some("fix!: drop it")),
            ("Commit — `feat: add ids`", Some("feat: add ids")),
            ("**1.3** Commit: `git commit -m x`", None),
            ("The commit of `feat: add ids` broke it", None),
            ("Revert `feat: add ids`", None),
            ("Commit: `a.ts`", None),
            ("Commit `feat: a` and push", None),
        ];
        for (words, expected) in rows {
            let commit = stated_commit(words, 0).and_then(|command| command.commit);
            let message = commit.and_then(|commit| commit.message);
            assert_eq!(message.as_deref(), expected, "{words}");
        }
    }
}

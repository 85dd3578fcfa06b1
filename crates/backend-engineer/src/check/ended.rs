//! The end of a command and its output, in the form in which they are judged.

use sandbox::Outcome;

use super::judge::CommandEnd;

/// The bytes of an output's head and of its tail, each, that are judged.
const JUDGED: usize = 64 << 10;

/// Returns its exit status, where it has one.
pub(super) fn code_of(outcome: &Outcome) -> Option<i32> {
    match outcome.exit {
        sandbox::Exit::Code(code) => Some(code),
        _ => None,
    }
}

/// Returns how it ended.
pub(super) fn end_of(outcome: &Outcome) -> CommandEnd {
    match &outcome.exit {
        sandbox::Exit::Code(code) => CommandEnd::Code(*code),
        sandbox::Exit::Signal(signal) => CommandEnd::Signal(*signal),
        sandbox::Exit::OverLimit(limit) => CommandEnd::OverLimit(*limit),
        sandbox::Exit::TimedOut {
            after,
            looks_like_server,
        } => CommandEnd::TimedOut {
            seconds: after.as_secs(),
            server: *looks_like_server,
        },
    }
}

/// Returns what is judged of what it printed.
pub(super) fn judged_text(outcome: &Outcome) -> String {
    if outcome.output.bytes <= 2 * JUDGED as u64 {
        return outcome.output.head(2 * JUDGED).unwrap_or_default();
    }
    let head = outcome.output.head(JUDGED).unwrap_or_default();
    format!(
        "{head}\n{}",
        outcome.output.tail(JUDGED).unwrap_or_default()
    )
}

//! The one place that prints: the report and what was asked for to stdout, everything else to stderr; or all of it to
//! whoever called a subcommand in this program.

use std::cell::RefCell;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use crate::stop::Stop;

/// Takes what a subcommand prints, with the stream that it is for.
pub(crate) type Collector = Box<dyn FnMut(Stream, &str)>;

thread_local! {
    /// The receiver of this thread's output; the process's own streams where there is none.
    static COLLECTOR: RefCell<Option<Collector>> = const { RefCell::new(None) };
}

/// Does `work` with all that this thread prints given to `collector`.
pub(crate) fn collect_output<T>(collector: Collector, work: impl FnOnce() -> T) -> T {
    let before = COLLECTOR.with(|taken| taken.replace(Some(collector)));
    let done = work();
    COLLECTOR.with(|taken| *taken.borrow_mut() = before);
    done
}

/// Gives `text` to who takes what this thread prints; returns whether somebody does.
fn give_to_collector(stream: Stream, text: &str) -> bool {
    COLLECTOR.with(|taken| match taken.borrow_mut().as_mut() {
        Some(collector) => {
            collector(stream, text);
            true
        }
        None => false,
    })
}

/// Prints `text` to stdout as it stands.
///
/// A reader that went away (`… | head`) is no error: what follows is dropped, and the exit code stays what it is.
/// Any other failure, such as a full disk behind a redirection, is a [`Stop`].
pub(crate) fn print_to_stdout(text: &str) -> Result<(), Stop> {
    print_bytes(text.as_bytes())
}

/// Prints a document of JSON, in which no sign steers a terminal or turns the direction of writing: they stand there by
/// their numbers, which means the same.
pub(crate) fn print_json(document: &str) -> Result<(), Stop> {
    print_to_stdout(&escape_in_json(document))
}

/// [`print_to_stdout`], for what may not be text.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Stop> {
    if give_to_collector(Stream::Output, &String::from_utf8_lossy(bytes)) {
        return Ok(());
    }
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Stop::environment(format!(
            "the output can't be written: {error}"
        ))),
        _ => Ok(()),
    }
}

/// Prints `text` to stderr as it stands; where that fails, there is no one left to tell.
pub(crate) fn print_to_stderr(text: &str) {
    if give_to_collector(Stream::Errors, text) {
        return;
    }
    let mut stderr = io::stderr().lock();
    drop(
        stderr
            .write_all(text.as_bytes())
            .and_then(|()| stderr.flush()),
    );
}

/// A stream that people may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// The report.
    Output,
    /// Progress and errors.
    Errors,
}

impl Stream {
    /// Returns whether a terminal is at its end.
    pub(crate) fn is_terminal(self) -> bool {
        match self {
            _ if COLLECTOR.with(|taken| taken.borrow().is_some()) => false,
            Stream::Output => io::stdout().is_terminal(),
            Stream::Errors => io::stderr().is_terminal(),
        }
    }
}

/// `text` without what could steer a terminal: a plan and a command's output are other people's text. Line ends and
/// tabs stay.
pub(crate) fn escape_control_characters(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|letter| if steers(letter) { '\u{fffd}' } else { letter })
        .collect()
}

/// Returns a document of JSON with the signs of [`steers`] as `\\u…`: what is beyond ASCII stands in its strings alone, and
/// line ends are between them.
pub(crate) fn escape_in_json(document: &str) -> String {
    let mut escaped = String::with_capacity(document.len());
    for letter in document.chars() {
        if steers(letter) {
            escaped.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

/// Returns whether a sign steers a terminal, or turns the direction of writing, so that a line reads as another than it is.
fn steers(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t')
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// [`escape_control_characters`], on one line: the first, and a mark where others follow.
pub(crate) fn one_line(text: &str) -> String {
    let text = escape_control_characters(text.trim());
    match text.split_once('\n') {
        Some((first, _)) => format!("{} …", first.trim_end()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_says_the_same_without_signs_that_steer() {
        let value = serde_json::json!({ "a": "x\u{9b}5m\u{202e}y\u{7f} é\n" });
        for document in [format!("{value}\n"), format!("{value:#}\n")] {
            let escaped = escape_in_json(&document);
            assert!(!escaped.chars().any(steers), "{escaped:?}");
            let read: serde_json::Value = serde_json::from_str(&escaped).unwrap();
            assert_eq!(read, value);
        }
        assert_eq!(
            escape_control_characters("a\u{9b}\u{202e}b\r\n"),
            "a\u{fffd}\u{fffd}b\n"
        );
    }
}

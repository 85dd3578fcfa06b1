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
    let steers = |letter: char| {
        letter.is_control() && !matches!(letter, '\n' | '\t')
            // Marks that turn the direction of the text around make a line read as another than it is.
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace("\r\n", "\n")
        .chars()
        .map(|letter| if steers(letter) { '\u{fffd}' } else { letter })
        .collect()
}

/// [`escape_control_characters`], on one line: the first, and a mark where others follow.
pub(crate) fn one_line(text: &str) -> String {
    let text = escape_control_characters(text.trim());
    match text.split_once('\n') {
        Some((first, _)) => format!("{} …", first.trim_end()),
        None => text,
    }
}

//! The reader of a run's events for people, while it works: a line for each on stderr, and on a terminal a moving one for
//! the command at work.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use journal::{Event, Severity};
use llm::Delta;

use crate::cli::colour::Palette;
use crate::cli::event_line::{at_work, format_event};
use crate::cli::printer::{Stream, escape_control_characters, print_to_stderr};
use crate::run::{Emitted, Listener};

/// Lines of a change that are shown.
const SHOWN: usize = 40;

/// The time between two steps of the moving line.
const TICK: Duration = Duration::from_millis(120);

/// Shows a run's progress.
#[derive(Debug)]
struct Terminal {
    palette: Palette,
    quiet: bool,
    moving: bool,
    at_work: Option<ProgressBar>,
    /// Where a model's words stand that come piece by piece.
    position: WordsPosition,
    /// The cost of the models so far, in US dollars.
    cost: f64,
}

/// Where the words of a model's turn are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WordsPosition {
    /// None came yet.
    Silent,
    /// In the middle of a line.
    Within,
    /// At the beginning of a line.
    LineEnded,
}

/// The indentation of each line of a model's words, under the words in front of events.
const INDENT: &str = "             ";

/// Returns a reader of events that shows them on stderr; a `quiet` one tells only what stands in the way.
pub(crate) fn terminal_listener(quiet: bool, coloured: bool) -> Listener {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let moving = Stream::Errors.is_terminal() && !quiet && !dumb;
    let mut terminal = Terminal {
        palette: Palette { on: coloured },
        quiet,
        moving,
        at_work: None,
        position: WordsPosition::Silent,
        cost: 0.0,
    };
    Box::new(move |told| match told {
        Emitted::Event(event) => terminal.show_event(event),
        Emitted::Piece(piece) => terminal.show_piece(piece),
    })
}

impl Terminal {
    /// Shows one event.
    fn show_event(&mut self, event: &Event) {
        if self.moving && self.begin_or_end(event) {
            return;
        }
        if let Event::ModelReplied { usage, .. } = event {
            self.cost += usage["cost"].as_f64().unwrap_or(0.0);
            if self.end_of_words() {
                return;
            }
        }
        if is_event_shown(event, self.quiet)
            && let Some(line) = format_event(event, self.palette)
        {
            self.print_above_progress(&format!("{}\n", line.trim_end()));
        }
        self.show_change(event);
    }

    /// Shows a piece of a model's words as it comes, where somebody looks on.
    fn show_piece(&mut self, piece: &Delta) {
        let Delta::Text(text) = piece else { return };
        if !self.moving {
            return;
        }
        self.stop();
        let mut shown = String::new();
        for line in escape_control_characters(text).split_inclusive('\n') {
            if self.position != WordsPosition::Within {
                shown.push_str(INDENT);
            }
            shown.push_str(line);
            self.position = if line.ends_with('\n') {
                WordsPosition::LineEnded
            } else {
                WordsPosition::Within
            };
        }
        print_to_stderr(&shown);
    }

    /// Ends the line of a model's words, and tells what models cost so far; whether there were any.
    fn end_of_words(&mut self) -> bool {
        let spoke = std::mem::replace(&mut self.position, WordsPosition::Silent);
        if spoke == WordsPosition::Within {
            print_to_stderr("\n");
        }
        if spoke != WordsPosition::Silent && self.cost > 0.0 {
            print_to_stderr(&format!(
                "{INDENT}{}\n",
                self.palette.faint(&format!("${:.4} so far", self.cost))
            ));
        }
        spoke != WordsPosition::Silent
    }

    /// Shows what a tool changed in files.
    fn show_change(&mut self, event: &Event) {
        let Event::ToolFinished { details, .. } = event else {
            return;
        };
        let Some(diff) = details["diff"]
            .as_str()
            .filter(|diff| !diff.is_empty() && !self.quiet)
        else {
            return;
        };
        let lines: Vec<&str> = diff.lines().take(SHOWN).collect();
        let more = diff.lines().count().saturating_sub(SHOWN);
        let more = if more > 0 {
            format!("{INDENT}… {more} more lines\n")
        } else {
            String::new()
        };
        let shown: String = lines
            .iter()
            .map(|line| format!("{INDENT}{}\n", escape_control_characters(line)))
            .collect();
        self.print_above_progress(&format!("{shown}{more}"));
    }

    /// Starts the moving line when a command starts, and takes it away when it ends; whether `event` needs no line of
    /// its own.
    fn begin_or_end(&mut self, event: &Event) -> bool {
        match event {
            Event::CommandStarted {
                command,
                folder,
                why,
            } => {
                self.stop();
                let bar = ProgressBar::new_spinner().with_message(at_work(command, folder, why));
                if let Ok(style) =
                    ProgressStyle::with_template("{spinner:>12} {wide_msg} {elapsed}")
                {
                    bar.set_style(style);
                }
                bar.enable_steady_tick(TICK);
                self.at_work = Some(bar);
                true
            }
            Event::CommandFinished { .. }
            | Event::ServerStarted { .. }
            | Event::RunFinished { .. } => {
                self.stop();
                false
            }
            _ => false,
        }
    }

    fn stop(&mut self) {
        if let Some(bar) = self.at_work.take() {
            bar.finish_and_clear();
        }
    }

    fn print_above_progress(&self, text: &str) {
        match &self.at_work {
            Some(bar) => bar.suspend(|| print_to_stderr(text)),
            None => print_to_stderr(text),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Returns whether the event is told while the run works; the report behind it tells notes and the end itself.
fn is_event_shown(event: &Event, quiet: bool) -> bool {
    match event {
        Event::FileRefused { .. }
        | Event::Diagnostic {
            severity: Severity::Error,
            ..
        } => true,
        Event::Note { .. } | Event::RunStarted { .. } | Event::RunFinished { .. } => false,
        _ => !quiet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Event {
        serde_json::from_str(text).expect("an event")
    }

    #[test]
    fn a_quiet_reader_tells_what_stands_in_the_way() {
        let refused = event(
            r#"{"event":"file_refused","path":"a","reason":"r","message":"m","line":null,"candidates":[]}"#,
        );
        let started = event(r#"{"event":"command_started","command":"c","folder":"","why":""}"#);
        let note = event(r#"{"event":"note","text":"the report tells it"}"#);
        let told = |quiet| [&refused, &started, &note].map(|event| is_event_shown(event, quiet));
        assert_eq!(
            (told(false), told(true)),
            ([true, true, false], [true, false, false])
        );
    }
}

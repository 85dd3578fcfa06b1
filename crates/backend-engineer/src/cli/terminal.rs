//! The reader of a run's events for people, while it works: a line for each on stderr, and on a terminal a moving one for
//! the command at work.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use journal::{Event, Severity};

use crate::cli::colour::Palette;
use crate::cli::event_line::{at_work, line};
use crate::cli::printer::{Stream, say};

/// How often the moving line moves.
const TICK: Duration = Duration::from_millis(120);

/// Shows a run's progress.
#[derive(Debug)]
struct Terminal {
    palette: Palette,
    quiet: bool,
    moving: bool,
    at_work: Option<ProgressBar>,
}

/// A reader of events that shows them on stderr; a `quiet` one tells only what stands in the way.
pub(crate) fn listener(quiet: bool, coloured: bool) -> Box<dyn FnMut(&Event)> {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let moving = Stream::Errors.is_terminal() && !quiet && !dumb;
    let mut terminal = Terminal { palette: Palette { on: coloured }, quiet, moving, at_work: None };
    Box::new(move |event| terminal.show(event))
}

impl Terminal {
    /// Shows one event.
    fn show(&mut self, event: &Event) {
        if self.moving && self.begin_or_end(event) {
            return;
        }
        if tells(event, self.quiet)
            && let Some(line) = line(event, self.palette)
        {
            self.above(&format!("{}\n", line.trim_end()));
        }
    }

    /// Starts the moving line when a command starts, and takes it away when it ends; whether `event` needs no line of
    /// its own.
    fn begin_or_end(&mut self, event: &Event) -> bool {
        match event {
            Event::CommandStarted { command, folder, why } => {
                self.stop();
                let bar = ProgressBar::new_spinner().with_message(at_work(command, folder, why));
                if let Ok(style) = ProgressStyle::with_template("{spinner:>12} {wide_msg} {elapsed}") {
                    bar.set_style(style);
                }
                bar.enable_steady_tick(TICK);
                self.at_work = Some(bar);
                true
            }
            Event::CommandFinished { .. } | Event::ServerStarted { .. } | Event::RunFinished { .. } => {
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

    fn above(&self, text: &str) {
        match &self.at_work {
            Some(bar) => bar.suspend(|| say(text)),
            None => say(text),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whether the event is told while the run works; the report behind it tells notes and the end itself.
fn tells(event: &Event, quiet: bool) -> bool {
    match event {
        Event::FileRefused { .. } | Event::Diagnostic { severity: Severity::Error, .. } => true,
        Event::Note { .. } | Event::RunFinished { .. } => false,
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
        let refused =
            event(r#"{"event":"file_refused","path":"a","reason":"r","message":"m","line":null,"candidates":[]}"#);
        let started = event(r#"{"event":"command_started","command":"c","folder":"","why":""}"#);
        let note = event(r#"{"event":"note","text":"the report tells it"}"#);
        let told = |quiet| [&refused, &started, &note].map(|event| tells(event, quiet));
        assert_eq!((told(false), told(true)), ([true, true, false], [true, false, false]));
    }
}

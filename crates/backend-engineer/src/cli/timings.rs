//! Measures each part of a run: its steps, and the time of them that was spent on commands and on a model.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use journal::{Event, StepName};
use serde_json::{Value, json};

use crate::run::{Emitted, Listener};

/// The part before the first step: settings, the plan, the journal.
const BEGINNING: &str = "beginning";

/// Measures a run by its events.
#[derive(Debug, Clone)]
pub(crate) struct Timings(Rc<RefCell<Measured>>);

#[derive(Debug)]
struct Measured {
    /// The part at work, and since when.
    now: (&'static str, Instant),
    /// Parts in the order in which they began.
    parts: Vec<(&'static str, Duration)>,
    commands: (u32, Duration),
    model: (u32, Duration),
}

impl Timings {
    /// Begins to measure.
    pub(crate) fn start() -> Self {
        let (commands, model) = ((0, Duration::ZERO), (0, Duration::ZERO));
        Timings(Rc::new(RefCell::new(Measured {
            now: (BEGINNING, Instant::now()),
            parts: Vec::new(),
            commands,
            model,
        })))
    }

    /// Returns a listener that measures what it hears, and passes it on.
    pub(crate) fn listen(&self, mut to: Listener) -> Listener {
        let timings = self.clone();
        Box::new(move |told| {
            if let Emitted::Event(event) = &told {
                timings.0.borrow_mut().hear(event);
            }
            to(told);
        })
    }

    /// Returns what was measured so far, as programs read it.
    pub(crate) fn to_json(&self) -> Value {
        let rows = self.timing_rows().into_iter();
        rows.map(|(part, count, time)| json!({ "part": part, "count": count, "ms": whole_milliseconds(time) }))
            .collect()
    }

    /// Returns what was measured so far, as a table.
    pub(crate) fn to_table(&self) -> String {
        let line = |(part, count, time): (&str, u32, Duration)| {
            let count = if count > 0 {
                format!("{count}")
            } else {
                String::new()
            };
            format!("{part:>12} {:>9} ms {count:>6}\n", whole_milliseconds(time))
        };
        self.timing_rows().into_iter().map(line).collect()
    }

    fn timing_rows(&self) -> Vec<(&'static str, u32, Duration)> {
        let mut measured = self.0.borrow_mut();
        let now = measured.now.0;
        // The part at work goes on.
        measured.turn_to(now);
        let parts = measured.parts.iter().map(|(part, time)| (*part, 0, *time));
        let of = [("commands", measured.commands), ("model", measured.model)];
        parts
            .chain(of.map(|(part, (count, time))| (part, count, time)))
            .collect()
    }
}

impl Measured {
    fn hear(&mut self, event: &Event) {
        let spent = |sum: &mut (u32, Duration), elapsed_ms: u64| {
            sum.0 += 1;
            sum.1 += Duration::from_millis(elapsed_ms);
        };
        match event {
            Event::StepStarted { step } => self.turn_to(name_of(*step)),
            Event::CommandFinished { elapsed_ms, .. } => spent(&mut self.commands, *elapsed_ms),
            Event::ModelReplied { elapsed_ms, .. } => spent(&mut self.model, *elapsed_ms),
            _ => {}
        }
    }

    fn turn_to(&mut self, part: &'static str) {
        let (last, since) = std::mem::replace(&mut self.now, (part, Instant::now()));
        match self.parts.iter_mut().find(|(known, _)| *known == last) {
            Some((_, time)) => *time += since.elapsed(),
            None => self.parts.push((last, since.elapsed())),
        }
    }
}

fn name_of(step: StepName) -> &'static str {
    match step {
        StepName::Understand => "understand",
        StepName::Analyze => "analyze",
        StepName::Implement => "implement",
        StepName::Verify => "verify",
        StepName::Report => "report",
    }
}

fn whole_milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_comes_again_counts_once() {
        let timings = Timings::start();
        let mut listener = timings.listen(Box::new(|_| {}));
        for step in [
            StepName::Understand,
            StepName::Verify,
            StepName::Implement,
            StepName::Verify,
        ] {
            listener(Emitted::Event(&Event::StepStarted { step }));
        }
        let parts: Vec<&str> = timings
            .timing_rows()
            .into_iter()
            .map(|(part, ..)| part)
            .collect();
        assert_eq!(
            parts,
            [
                "beginning",
                "understand",
                "verify",
                "implement",
                "commands",
                "model"
            ]
        );
        assert_eq!(timings.to_table().lines().count(), 6);
    }
}

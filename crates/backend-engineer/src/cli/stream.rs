//! The reader of a run for programs: every event as one JSON object on a line of its own, as `schemas/events.json` says.

use journal::{Event, now_ms, written_time};
use llm::Delta;
use serde_json::{Map, Value, json};

use crate::cli::printer;
use crate::run::{Emitted, Listener};
use crate::stop::Stop;

/// Returns a reader that prints what it is told.
pub(crate) fn json_listener() -> Listener {
    Box::new(|told| {
        let line = match told {
            Emitted::Event(event) => event_object(event).ok().map(|mut object| {
                object.insert("at".to_owned(), current_time().into());
                Value::Object(object)
            }),
            Emitted::Piece(Delta::Text(text)) => {
                Some(json!({ "event": "model_text", "text": text, "at": current_time() }))
            }
            Emitted::Piece(_) => None,
        };
        // A reader that went away hears no more; the run goes on.
        let _ = line.map(|line| printer::print_json(&format!("{line}\n")));
    })
}

/// Returns the time of what is shown now.
fn current_time() -> String {
    written_time(now_ms())
}

/// Returns an event as an object.
pub(crate) fn event_object(event: &Event) -> Result<Map<String, Value>, Stop> {
    match serde_json::to_value(event) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Ok(Map::from_iter([("event".to_owned(), other)])),
        Err(error) => Err(Stop::environment(format!(
            "an event can't be written: {error}"
        ))),
    }
}

//! Shows a stop to a person.

use crate::stop::Stop;

/// A plan as it is pointed into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// Its name, as people gave it.
    pub(crate) name: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
}

/// A stop, rendered.
pub(crate) fn stop(stop: &Stop, _source: Option<Source<'_>>, _coloured: bool) -> String {
    format!("error: {stop}\n")
}

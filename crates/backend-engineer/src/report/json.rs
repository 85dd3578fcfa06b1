//! The report for machines, as `schemas/report.json` describes it.

use serde::Serializer;
use serde_json::{Value, json};

use super::Report;
use crate::stop::{Exit, Stop};

/// The schema's number; a change that breaks readers counts it up.
const VERSION: u32 = 1;

/// Serializes an exit as its code.
pub(super) fn serialize_exit_code<S: Serializer>(
    exit: &Exit,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(exit.code())
}

/// Returns the reports of a run as one JSON document; a run that stopped says why.
pub(crate) fn report_document(
    reports: &[Report],
    exit: Exit,
    stop: Option<&Stop>,
    diff: Option<&str>,
) -> Value {
    json!({
        "version": VERSION,
        "exit": exit.code(),
        "phases": reports,
        "stop": stop.map(|stop| json!({
            "exit": stop.exit.code(),
            "message": stop.message,
            "hint": stop.hint,
            "findings": stop.findings,
        })),
        "diff": diff,
    })
}

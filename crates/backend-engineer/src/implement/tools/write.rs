//! `Write`: a whole file, new or in place of one that was read.
//!
//! A file that is there must have been read as it is now: what the model never saw it can't mean to
//! replace.

use agent::{Tool, ToolError, ToolOutput};
use llm::{LocalFuture, ToolSpec};
use serde_json::Value;

use super::input::input;
use super::tool_context::{ToolEffects, tool_with_context};

input! {
    /// Creates a file, or replaces one that you have read. To change a part of a file, use Edit.
    "Write" WriteInput {
        "file_path" file_path: String,
        "content" content: String,
    }
}

tool_with_context!(Write, WriteInput);

impl Tool for Write<'_, '_> {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn only_reads(&self) -> bool {
        false
    }

    fn call<'a>(&'a self, arguments: &'a Value) -> LocalFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move {
            let input = WriteInput::read(arguments)?;
            let mut work = self.context.work().await;
            let path = work.locate(&input.file_path)?;
            let permit = work.permit(&path)?;
            let before = work.content(&path)?;
            if let Some(before) = &before {
                work.refuse_unseen(&path, before)?;
            }
            // A model that copies a placeholder means the secret behind it.
            let after = work
                .restore_hidden_text(&path, before.as_deref(), input.content)?
                .into_bytes();
            // Nothing staged, so that the file does not count as the model's work.
            if before.as_ref() == Some(&after) {
                return Ok(work.output(
                    &format!("`{path}` holds that already; nothing was changed."),
                    &ToolEffects::default(),
                ));
            }
            let diff = work.diff(&path, before.as_deref(), &after);
            let effect = work.stage(&path, Some(after), None, &permit)?;
            let said = if before.is_some() {
                format!("Replaced `{path}`.")
            } else {
                format!("Created `{path}`.")
            };
            Ok(work.output(
                &said,
                &ToolEffects {
                    effects: vec![effect],
                    diff,
                    ..ToolEffects::default()
                },
            ))
        })
    }

    fn restore(&self, details: &Value) -> Result<(), ToolError> {
        self.context.restore(details)
    }
}

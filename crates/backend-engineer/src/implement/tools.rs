//! The six tools, by the names and parameters that models were trained on. A tool's error says what to do instead.

mod input;
mod shell;
mod session_memory;
mod tool_context;
mod effects;

mod read;
mod edit;
mod write;
mod walk;
mod grep;
mod glob;
mod bash;

use agent::{Tool, ToolError};

pub(super) use session_memory::SessionMemory;
pub(super) use tool_context::ToolContext;

/// Returns the tools of these names, at work on the context.
pub(super) fn tools_of_names<'d, 'a>(
    names: &[&str],
    context: &'d ToolContext<'a>,
) -> Vec<Box<dyn Tool + 'd>> {
    type Make<'d, 'a> = fn(&'d ToolContext<'a>) -> Box<dyn Tool + 'd>;
    let offered: [(&str, Make<'d, 'a>); 6] = [
        ("Read", |context| Box::new(read::Read::at(context))),
        ("Edit", |context| Box::new(edit::Edit::at(context))),
        ("Write", |context| Box::new(write::Write::at(context))),
        ("Grep", |context| Box::new(grep::Grep::at(context))),
        ("Glob", |context| Box::new(glob::Glob::at(context))),
        ("Bash", |context| Box::new(bash::Bash::at(context))),
    ];
    offered
        .iter()
        .filter(|(name, _)| names.contains(name))
        .map(|(_, make)| make(context))
        .collect()
}

/// Something for the model to read.
fn tool_error<T>(message: impl Into<String>) -> Result<T, ToolError> {
    Err(ToolError::Tell(message.into()))
}

#[cfg(test)]
mod tests;

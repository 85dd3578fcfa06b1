//! The six tools, by the names and parameters that models were trained on. A tool's error says what to do instead.

mod input;
mod shell;
mod desk;
mod effects;

mod read;
mod edit;
mod write;
mod walk;
mod grep;
mod glob;
mod bash;

use agent::{Tool, ToolError};

pub(super) use desk::{Desk, Memory};

/// Returns the tools of these names, at work on the desk.
pub(super) fn tools<'d, 'a>(names: &[&str], desk: &'d Desk<'a>) -> Vec<Box<dyn Tool + 'd>> {
    type Make<'d, 'a> = fn(&'d Desk<'a>) -> Box<dyn Tool + 'd>;
    let offered: [(&str, Make<'d, 'a>); 6] = [
        ("Read", |desk| Box::new(read::Read::at(desk))),
        ("Edit", |desk| Box::new(edit::Edit::at(desk))),
        ("Write", |desk| Box::new(write::Write::at(desk))),
        ("Grep", |desk| Box::new(grep::Grep::at(desk))),
        ("Glob", |desk| Box::new(glob::Glob::at(desk))),
        ("Bash", |desk| Box::new(bash::Bash::at(desk))),
    ];
    offered.iter().filter(|(name, _)| names.contains(name)).map(|(_, make)| make(desk)).collect()
}

/// Something for the model to read.
fn tell<T>(message: impl Into<String>) -> Result<T, ToolError> {
    Err(ToolError::Tell(message.into()))
}

#[cfg(test)]
mod tests;

//! A command to run on the overlay.

use std::path::PathBuf;
use std::time::Duration;

use sandbox::FirstValue;

/// A command to run on the overlay.
#[derive(Debug, Clone)]
pub(crate) struct ScriptRun<'a> {
    /// The shell script.
    pub(crate) script: String,
    /// Its folder, from the root; empty for the root.
    pub(crate) folder: &'a str,
    /// Folders whose programs it means first.
    pub(crate) programs_first: Vec<PathBuf>,
    /// Variables of its own.
    pub(crate) env: Vec<(String, String)>,
    /// Values that come before what variables hold.
    pub(crate) env_first: Vec<FirstValue>,
    /// The time it may run; as the settings say where nothing is said.
    pub(crate) timeout: Option<Duration>,
}

impl<'a> ScriptRun<'a> {
    /// Makes a command with nothing but its script, its folder and its programs.
    pub(crate) fn new(script: &str, folder: &'a str, programs_first: Vec<PathBuf>) -> Self {
        ScriptRun {
            script: script.to_owned(),
            folder,
            programs_first,
            env: Vec::new(),
            env_first: Vec::new(),
            timeout: None,
        }
    }
}

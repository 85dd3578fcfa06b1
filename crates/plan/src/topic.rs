//! The kinds of content that labels and headings announce: files, commands, criteria, steps.

use serde::Deserialize;

/// The kind of content that a label or heading announces. Of two that list the same words, the earlier has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Topic {
    /// A list of files, or one file.
    Files,
    /// A file to be made.
    Create,
    /// A file to be changed.
    Modify,
    /// A file to be removed.
    Delete,
    /// A file to be moved.
    Rename,
    /// A test file.
    Test,
    /// Files to be read, not changed.
    Reference,
    /// A command.
    Run,
    /// The output that is expected of a command.
    Expect,
    /// Non-goals.
    Bounds,
    /// Criteria that a machine checks.
    Automated,
    /// Criteria that a person checks.
    Manual,
    /// Criteria, not said of which kind.
    Criteria,
    /// The steps.
    Steps,
    /// The subject.
    About,
    /// The changes, in words.
    Changes,
    /// The way to take it all back, should it go wrong.
    Rollback,
    /// Units that come first.
    Depends,
    /// The commit.
    Commit,
    /// The code as it is now.
    Before,
    /// The code as it shall be.
    After,
    /// Shown only.
    Example,
    /// The output of something.
    Output,
    /// The folder to run in.
    Folder,
    /// Boxes of units kept elsewhere.
    Progress,
    /// The plan's status.
    Status,
}

impl Topic {
    /// Returns whether criteria stand below.
    pub(crate) fn is_criteria(self) -> bool {
        matches!(self, Topic::Criteria | Topic::Automated | Topic::Manual)
    }

    /// Returns whether what stands below is not to be done now.
    pub(crate) fn is_left_undone(self) -> bool {
        matches!(self, Topic::Bounds | Topic::Rollback)
    }

    /// Returns whether a file named behind it is one of the unit's changes.
    pub(crate) fn names_files(self) -> bool {
        matches!(
            self,
            Topic::Files
                | Topic::Create
                | Topic::Modify
                | Topic::Delete
                | Topic::Rename
                | Topic::Test
        )
    }
}

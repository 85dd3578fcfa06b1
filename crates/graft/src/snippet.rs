//! The input of the engine and its answer: a file, a snippet, the words beside it; a graft.

use std::ops::Range;

/// The file as it stands.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Path relative to the repository's root, with `/`; its name and ending choose the language.
    pub path: &'a str,
    /// The text as it is on disk, or `None` where no file stands.
    pub text: Option<&'a str>,
}

/// A block of code that the plan shows for one file.
#[derive(Debug, Clone, Copy)]
pub struct Snippet<'a> {
    /// The block's text, its fence and the fence's own indentation taken off.
    pub text: &'a str,
    /// First word of the fence's info string (`python`, `diff`), empty where none is given.
    pub language: &'a str,
}

/// The plan's words and facts about the block.
#[derive(Debug, Clone, Default)]
pub struct Context<'a> {
    /// The sentences beside the block, and the headings and labels above it, nearest last.
    pub prose: &'a str,
    /// The words beside the earlier blocks of the same step for this file: whom they were for, those that follow are
    /// for.
    pub earlier: &'a str,
    /// The block right above this one in the same step and for the same file: what "after it" speaks of.
    pub above: Option<&'a str>,
    /// Imports that the words beside the block spell out as code, and do not deny: they are the block's where it needs them.
    pub imports: &'a [String],
    /// The plan's word on the file: new, existing, or neither.
    pub intent: Intent,
    /// Lines that the plan names for this change, 1-based and inclusive: a hint, never an address.
    pub lines: Option<(usize, usize)>,
    /// The "before" block of a before/after pair, where the plan shows one.
    pub current: Option<&'a str>,
    /// Files of this project open with their own path, so that such a line belongs to the content.
    pub addressed: bool,
    /// Names that other blocks of the same unit bind in this file: to read them is no fault yet.
    pub pending: &'a [String],
    /// The file before all blocks of the unit, where earlier ones have changed it: what it did not have may be moved.
    pub found: Option<&'a str>,
}

/// The plan's word on the file: to be created, to be changed, or neither.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Intent {
    /// The plan doesn't say.
    #[default]
    Unstated,
    /// "Create", "new file".
    Create,
    /// "Modify", "update", or a change to an existing file.
    Modify,
    /// The plan says outright that the block is the file's whole new content.
    Replace,
}

/// The engine's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Graft {
    /// The new text, proven as [`Applied::evidence`] says.
    Applied(Applied),
    /// The file has already what the snippet asks for; nothing is to be changed.
    AlreadyApplied,
    /// Nothing was changed, and why.
    Refused(Refusal),
}

/// A placed snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The file's whole new text.
    pub text: String,
    /// The changes, in the order of the old text.
    pub edits: Vec<Edit>,
    /// Why this place is the right one, for a person to read.
    pub evidence: Vec<Evidence>,
}

/// One replaced range of the old text; every byte outside all edits is unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Bytes of the old text that were replaced; empty for an insertion.
    pub old: Range<usize>,
    /// The new text there.
    pub new: String,
}

/// One reason for a placement: what was matched, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence(
    /// A short clause: "replaced method `UserService.create`, the only one of that name".
    pub String,
);

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of reason.
    pub reason: Reason,
    /// The error and its location, one sentence, for a person to read.
    pub message: String,
    /// The places between which the engine would have had to guess.
    pub candidates: Vec<Location>,
    /// The place that comes nearest where nothing matches.
    pub nearest: Option<Location>,
}

/// A place in the old text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Qualified name or first line of what stands there.
    pub name: String,
    /// 1-based line.
    pub line: usize,
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The file to change is not there.
    Missing,
    /// The file to create is there, with other content.
    Exists,
    /// More than one place fits.
    Ambiguous,
    /// No place fits.
    NotFound,
    /// The snippet's meaning can't be told (marker with no anchor, both old and new in one block, prose in code).
    Unclear,
    /// It would redefine, hide or drop something that the plan doesn't name.
    Conflict,
    /// The snippet or the result doesn't parse.
    Syntax,
    /// Not code to place: shell, output, an example.
    NotCode,
    /// A language or form that the engine doesn't place by structure.
    Unsupported,
    /// The result reads a name while the module is imported that nothing binds by then.
    Unbound,
    /// The result failed the engine's own proof and was rolled back.
    Unproven,
}

//! Code blocks of a unit: what part each plays, and which file it is for.

mod role;

mod signs;

mod own_path;

mod handed_on;

mod file;

mod direction;

mod lead;

mod several;

mod halves;

mod pairs;

mod repeated;

mod above;

use serde::Serialize;

use crate::basis::Basis;
use crate::changes::{Action, Asking, PlannedChange};
use crate::document::{Fence, Span};
use crate::imports;
use crate::labels::Topic;
use crate::languages::is_shell;
use crate::paths::lines_said_last;
use above::{introduction_of, leading_words, words_above};
pub(crate) use direction::is_labelled_place;
use file::{Nearness, Wanted};
use halves::split_halves;
use lead::Added;
pub(crate) use lead::{Altered, Lead, read_lead};
use pairs::pair_old_with_new;
use repeated::mark_repeated_as_examples;
use role::Setting;
pub(crate) use role::is_new_label;
pub(crate) use signs::is_test_code;

#[cfg(test)]
pub(crate) use lead::read_altered;
#[cfg(test)]
pub(crate) use own_path::leads_to_path;
#[cfg(test)]
pub(crate) use role::{is_old_label, reads_mark};

/// A fenced (or indented) code block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodeBlock {
    /// The language of the fence, lower case; empty if none.
    pub language: String,
    /// Everything behind the opening fence, as written.
    pub info: String,
    /// The content: fence indentation and quote marks taken off, `\n` line ends, final newline kept. Of a first comment that
    /// says the file, and where in it the code goes, the path is left.
    pub text: String,
    /// The whole fence.
    pub span: Span,
    /// The part that the block plays.
    pub role: Role,
    /// The file it is for.
    pub file: FileOf,
    /// The way in which that is known.
    pub basis: Basis,
    /// The sentences and labels that introduce it, nearest last; behind them what says right below it where it goes.
    pub prose: String,
    /// The imports that the words around it spell out as code: they are the block's.
    #[serde(skip)]
    pub imports: Vec<String>,
    /// A doubt that the words right above it leave.
    #[serde(skip)]
    pub uncertain: Option<Uncertainty>,
    /// First and last line said for this block, from 1.
    pub lines: Option<(usize, usize)>,
}

/// A doubt that the words right above a block leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uncertainty {
    /// They neither ask for a change nor name a new state: what stands is not to be replaced by it.
    Unasked,
    /// They ask for a removal that may be that of the block: where it stands, that shows nothing.
    MayGo,
    /// They say that it is how the code is.
    Quoted,
    /// They put it beside or into something that its file holds.
    Within,
    /// They want it replaced, and no block shows by what.
    Unanswered,
    /// They want it changed, or show what it is to become.
    MayBeOld,
}

impl CodeBlock {
    /// Returns the path that its first comment says.
    pub fn path_said(&self) -> Option<String> {
        own_path::first_comment(&self.text)
    }
}

/// The part that a code block plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Code to stand in a file.
    #[default]
    Code,
    /// Code that stands there now.
    Before {
        /// Index in [`crate::Phase::blocks`] of the block that replaces it.
        after: Option<usize>,
    },
    /// Code that shall stand there instead.
    After {
        /// Index in [`crate::Phase::blocks`] of the block that it replaces.
        before: Option<usize>,
    },
    /// Code that is to go.
    Remove,
    /// A unified diff, or lines marked `+` and `-`.
    Diff,
    /// `<<<<<<< SEARCH` … `>>>>>>> REPLACE`.
    SearchReplace,
    /// Commands.
    Shell,
    /// The output that is expected of a command.
    Output,
    /// Shown, not to be placed: a sample response, a directory tree, a diagram.
    Example,
}

impl Role {
    /// Returns whether the block is to stand in a file.
    pub(crate) fn is_placed(self) -> bool {
        matches!(
            self,
            Role::Code
                | Role::Before { .. }
                | Role::After { .. }
                | Role::Remove
                | Role::Diff
                | Role::SearchReplace
        )
    }
}

/// The file that a block is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileOf {
    /// Index into [`crate::Phase::changes`].
    Change(usize),
    /// No file of the unit fits.
    #[default]
    Nowhere,
    /// Two or more fit equally; indices into [`crate::Phase::changes`].
    Between(Vec<usize>),
}

/// A block and the row of its fence.
pub(crate) struct Placed {
    /// Index of the row.
    pub(crate) row: usize,
    /// The block.
    pub(crate) block: CodeBlock,
    /// Only a sentence calls it the present code, no label.
    quoted: bool,
    /// The words right above ask for a change.
    asked: bool,
    /// They ask for it to be added: nothing that stands is replaced.
    added: Option<Added>,
}

/// The file that a block is for, with what its place says of the block.
struct Target {
    file: FileOf,
    basis: Basis,
    /// The nearest words or a label name the file for this block.
    named: bool,
    /// The file is a shell script, so that commands are its content.
    script: bool,
}

impl Target {
    /// Returns the file and the way in which it is known; none for a block that goes into no file.
    fn file_if(self, placed: bool) -> (FileOf, Basis) {
        match self.file {
            file @ FileOf::Change(_) if placed => (file, self.basis),
            file if placed => (file, Basis::default()),
            _ => (FileOf::Nowhere, Basis::default()),
        }
    }
}

/// Returns the role of a block below a topic; what the plan leaves undone is an example.
fn unless_undone(role: Role, topic: Option<Topic>) -> Role {
    match topic.is_some_and(Topic::is_left_undone) && role.is_placed() {
        true => Role::Example,
        false => role,
    }
}

/// The blocks of a unit while they are read, one after the other.
struct BlockReader<'r, 'a, 't> {
    asking: &'r Asking<'a, 't>,
    /// The first row of the step or section of each row.
    starts: &'r [usize],
    changes: &'r mut Vec<PlannedChange>,
    placed: Vec<Placed>,
}

impl BlockReader<'_, '_, '_> {
    /// Reads a fence at a row, whose text is given; it may hold two blocks, "before" and "after".
    fn read_fence(&mut self, row: usize, fence: &Fence, text: String) {
        let asking = self.asking;
        let topic = asking.rows[row].topic;
        let language = language_of_fence(&fence.info);
        let from = self.starts.get(row).copied().unwrap_or(0);
        let wanted = Wanted {
            row,
            from,
            starts: self.starts,
            language: &language,
            info: &fence.info,
            text: &text,
        };
        let above = words_above(asking, row, from);
        let target = self.find_target(&wanted, &above);
        let setting = Setting {
            language: &language,
            topic,
            above: &above,
            named: target.named,
            script: target.script,
        };
        let own = role::role_of_block(&text, &setting);
        let above_all = above::without_spared(
            leading_words(asking, row, from),
            &wanted_path(self.changes, &target.file),
        );
        let lead = self.lead_of(row, &above_all, &text);
        let quoted = own == Role::Code && lead == Lead::Stands;
        let (role, altered) = role_by(own, lead, &above_all);
        let role = self.unless_comments(role, &wanted, &target);
        let role = unless_undone(role, topic);
        let fit = !topic.is_some_and(Topic::is_criteria);
        let (file, basis) = target.file_if(role.is_placed() && fit);
        let path = wanted_path(self.changes, &file);
        let prose = self.prose_of(row, &text, &path);
        let block = CodeBlock {
            lines: lines_of_block(&prose, &text),
            language,
            info: fence.info.clone(),
            text: own_path::with_plain_address(&text, &path).unwrap_or(text),
            span: fence.span.clone(),
            role,
            file,
            basis,
            imports: self.imports_of(row, &prose, &path),
            prose,
            uncertain: find_uncertainty(role, lead, altered)
                .or_else(|| lead::is_within(&above_all).then_some(Uncertainty::Within)),
        };
        let asked = lead == Lead::Asks || altered == Some(Altered::Is);
        let added = asked.then(|| lead::read_added(&above_all)).flatten();
        for block in split_halves(block, fence) {
            self.placed.push(Placed {
                row,
                block,
                quoted,
                asked,
                added,
            });
        }
    }

    /// Returns what the words around a block lead to; those below may take back those above.
    fn lead_of(&self, row: usize, above: &str, text: &str) -> Lead {
        let below = direction::paragraph_below(self.asking, row, self.starts);
        match lead::is_taken_back(&below) {
            true => Lead::Shows,
            false => read_lead(above, text),
        }
    }

    /// Returns the role of a block: what holds nothing but comments, and makes no file, is an example.
    fn unless_comments(&self, role: Role, wanted: &Wanted<'_>, target: &Target) -> Role {
        let made = matches!(&target.file, FileOf::Change(at) if self.changes[*at].action == Action::Create);
        let told = !made && role::is_told_in_comments(wanted.text, wanted.language);
        if role == Role::Code && told {
            Role::Example
        } else {
            role
        }
    }

    /// Finds the file that a block is for, with the words right above it.
    fn find_target(&mut self, wanted: &Wanted<'_>, above: &str) -> Target {
        let (asking, text) = (self.asking, wanted.text);
        let file::Located {
            mut file,
            nearness,
            mut basis,
        } = file::find_file(asking, wanted, self.changes);
        let changes = &mut *self.changes;
        if let FileOf::Change(at) = &file
            && code::imports::imports_itself(&changes[*at].path, text).is_some()
            && let Some(other) =
                file::named_above(asking, wanted.row, &changes[*at].path.clone(), changes)
        {
            // "Then export it from `src/index.ts`:" over an import of the file before.
            (file, basis) = (other, Basis::Identified);
        }
        let script = match &file {
            FileOf::Change(at) => {
                let path = &changes[*at].path;
                // "Create `.env`" over `cp .env.example .env`: such a file holds settings alone.
                let held = !signs::is_dotenv(path) || signs::is_settings(text);
                held && signs::is_script(path)
                    && (nearness <= Nearness::Step || role::takes_arguments(text))
            }
            _ => false,
        };
        let mut named = nearness == Nearness::Direct;
        if is_shell(wanted.language) && (role::is_shown_content(above) || role::only_sets(text)) {
            // A document holds commands as text.
            let wanted = Wanted {
                language: "markdown",
                ..*wanted
            };
            let holder = file::find_file(asking, &wanted, changes);
            let near = role::is_shown_content(above) || holder.nearness == Nearness::Direct;
            if matches!(&holder.file, FileOf::Change(at) if near && signs::is_document(&changes[*at].path))
            {
                (file, named) = (holder.file, true);
            }
        }
        Target {
            file,
            basis,
            named,
            script,
        }
    }

    /// Returns the words that introduce a block: those above it, a direction behind it, and its own first comment where
    /// that says where in the file it goes.
    fn prose_of(&self, row: usize, text: &str, path: &str) -> String {
        let mut prose = introduction_of(self.asking, row, (self.starts, path));
        if let Some(direction) = direction::direction_behind(self.asking, row, self.starts) {
            prose.push_str("\n\n");
            prose.push_str(&direction);
        }
        if let Some(words) = own_path::placing_comment(text, path) {
            prose.push_str("\n\n");
            prose.push_str(&words);
        }
        prose
    }

    /// Returns the imports that the words around a block spell, or that they ask to take over from an earlier block.
    fn imports_of(&self, row: usize, prose: &str, path: &str) -> Vec<String> {
        let below = direction::paragraph_below(self.asking, row, self.starts);
        let words = format!("{prose}\n\n{below}");
        let mut imports = imports::spelled_imports(&words, path);
        if imports::asks_for_the_same(&words) {
            imports.extend(shown_imports(&self.placed, path));
        }
        imports
    }
}

/// Returns the lines of the file that the words above a block name last, or else its own first comment: "lines 3-9".
fn lines_of_block(prose: &str, text: &str) -> Option<(usize, usize)> {
    prose
        .lines()
        .rev()
        .find_map(lines_said_last)
        .or_else(|| role::opening_comment(text).and_then(lines_said_last))
}

/// Reads the blocks of a unit. `starts` holds the first row of the step or section of each row.
pub(crate) fn read_blocks(
    asking: &Asking<'_, '_>,
    starts: &[usize],
    changes: &mut Vec<PlannedChange>,
) -> Vec<Placed> {
    let fences = several::content_of_fences(asking, changes);
    let mut reader = BlockReader {
        asking,
        starts,
        changes,
        placed: Vec::new(),
    };
    for (row, fence, text) in fences {
        reader.read_fence(row, fence, text);
    }
    let mut placed = reader.placed;
    handed_on::hand_on_imports(&mut placed, changes);
    pair_old_with_new(&mut placed, starts);
    for one in placed
        .iter_mut()
        .filter(|one| one.asked && one.block.role == Role::Before { after: None })
    {
        one.block.uncertain = Some(Uncertainty::Unanswered);
    }
    mark_repeated_as_examples(&mut placed);
    for (index, one) in placed.iter().enumerate() {
        if let FileOf::Change(at) = one.block.file
            && let Some(change) = changes.get_mut(at)
        {
            change.blocks.push(index);
        }
    }
    placed
}

/// Returns the imports that the last of the earlier blocks shows that shows nothing else, as code or in words.
fn shown_imports(placed: &[Placed], path: &str) -> Vec<String> {
    let earlier = placed.iter().rev().find_map(|one| {
        let block = &one.block;
        let whole =
            imports::is_all_imports(&block.text, path).then(|| vec![block.text.trim().to_owned()]);
        whole.or_else(|| (!block.imports.is_empty()).then(|| block.imports.clone()))
    });
    earlier.unwrap_or_default()
}

/// Returns the path of the file that was found.
fn wanted_path(changes: &[PlannedChange], found: &FileOf) -> String {
    match found {
        FileOf::Change(at) => changes
            .get(*at)
            .map_or_else(String::new, |change| change.path.clone()),
        FileOf::Nowhere | FileOf::Between(_) => String::new(),
    }
}

/// Returns the language that a fence names, lower case.
fn language_of_fence(info: &str) -> String {
    let word = info
        .split(|letter: char| letter.is_whitespace() || matches!(letter, '{' | ',' | ':' | '('))
        .next()
        .unwrap_or("");
    if word.contains('/') || word.contains('=') || word.matches('.').count() > 0 && word != "go.mod"
    {
        return crate::languages::extension_of_name(word);
    }
    word.to_lowercase()
}

/// Returns whether every line is a command.
fn all_commands(text: &str) -> bool {
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .peekable();
    lines.peek().is_some() && lines.all(|line| shell::is_command(line) && line.contains(' '))
}

/// Returns the part of a block by the words that lead to it, where its form and its label do not decide.
fn role_by(role: Role, lead: Lead, above: &str) -> (Role, Option<Altered>) {
    let role = match (role, lead) {
        (Role::Code | Role::Before { .. }, Lead::Removes) => Role::Remove,
        (Role::Code, Lead::Shows) => Role::Example,
        (Role::Code, Lead::Stands) => Role::Before { after: None },
        (role, _) => role,
    };
    match (role == Role::Code)
        .then(|| lead::read_altered(above))
        .flatten()
    {
        Some(Altered::Is) => (Role::Before { after: None }, Some(Altered::Is)),
        altered => (role, altered),
    }
}

/// Returns what the words that lead to a block leave in doubt.
fn find_uncertainty(role: Role, lead: Lead, altered: Option<Altered>) -> Option<Uncertainty> {
    match (role, lead) {
        // "This function gets replaced:" asks for a change of it, whoever makes it.
        (Role::Code, Lead::Unclear) if altered.is_none() => Some(Uncertainty::Unasked),
        (Role::Code, Lead::MayRemove) => Some(Uncertainty::MayGo),
        (Role::Before { .. }, Lead::Stands) => Some(Uncertainty::Quoted),
        _ => altered.map(|_| Uncertainty::MayBeOld),
    }
}

//! Finds which of several files a block is for, by evidence in the tree that has one answer.
//!
//! "In `test_skips`, add:" with two test files: the one that defines `test_skips`. Kinds of evidence are asked from the
//! strongest to the weakest; the first that one file alone gives decides, and one that several give narrows the choice.
//!
//! Block: `def test_skips_empty(): …`, the plan leaves `tests/test_a.py` and `tests/test_b.py`
//! 1. test ids: does a command run `tests/test_b.py::test_skips_empty`? It would decide alone.
//! 2. the quoted old code, the names above the block: which file holds or defines them?
//! 3. the block itself: does it stand in one file, does one define what it defines?
//! 4. repeated lines, own members, free names: what the block leans on. Last, for several files
//!    often have the same.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::discriminant;

use code::paths::{belongs_to_tests, is_test};
use code::scopes::{Resolution, ScopeKind, Scopes};
use code::test_code;
use plan::{CodeBlock, Phase, Role};

use super::remainder::code_spans;
use crate::identifiers;
use crate::run::Workspace;
use crate::understand::Evidence;

/// A file that a block may be for.
pub(super) struct Candidate {
    /// Its place in [`Phase::changes`].
    pub(super) change: usize,
    /// From the root.
    pub(super) path: String,
    /// Its present text; `None` where it is not there.
    text: Option<String>,
    scopes: Option<Scopes>,
}

impl Candidate {
    /// Reads a candidate as it stands in the staged tree.
    pub(super) fn from_staged_tree(workspace: &mut Workspace, change: usize, path: &str) -> Self {
        let text = workspace.tree.read_text(path).ok().flatten();
        let scopes = text.as_deref().and_then(|text| Scopes::of_file(path, text));
        Candidate {
            change,
            path: path.to_owned(),
            text,
            scopes,
        }
    }

    /// Returns whether the file defines the name, at whatever depth, by itself and not by an import.
    fn defines(&self, name: &str) -> bool {
        let Some(scopes) = &self.scopes else {
            return false;
        };
        // Names within functions are nobody's from outside.
        let holds = |kind: ScopeKind| matches!(kind, ScopeKind::Module | ScopeKind::Class);
        let imported =
            |by: &code::scopes::BoundBy| matches!(by, code::scopes::BoundBy::Import { .. });
        scopes
            .iter()
            .filter(|(_, scope)| holds(scope.kind))
            .any(|(_, scope)| {
                scope
                    .bindings
                    .iter()
                    .any(|binding| binding.name == name && !imported(&binding.by))
            })
    }

    /// Returns whether the file's module binds the name, be it by an import: enough to read it
    /// there.
    fn binds(&self, name: &str) -> bool {
        let module = self.scopes.as_ref().and_then(Scopes::module);
        module.is_some_and(|module| module.bindings.iter().any(|binding| binding.name == name))
    }

    /// Returns whether the member is defined in a class of the file, or set on its instances.
    fn has_member(&self, name: &str) -> bool {
        // Python's and the scripts' own name for the instance.
        let set = |sign: &str| {
            self.text.as_deref().is_some_and(|text| {
                identifiers::contains_identifier(text, &format!("{sign}.{name}"))
            })
        };
        self.defines(name) || set("self") || set("this")
    }

    /// Returns whether the file holds the text, whatever its margin and its blank lines: plans show
    /// methods without the margin of their class.
    pub(super) fn contains_text(&self, text: &str) -> bool {
        let wanted: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let Some(own) = self.text.as_deref().filter(|_| !wanted.is_empty()) else {
            return false;
        };
        let own: Vec<&str> = own
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        own.windows(wanted.len()).any(|lines| lines == wanted)
    }
}

/// Returns the change, of the candidates', that a block is for, by evidence that has one answer.
///
/// The strongest kind of evidence that any candidate has decides. Where two pieces of one kind have different answers
/// (a function that is called, named beside the one that is meant), only what the block itself holds or defines may
/// still tell which is right.
pub(super) fn identify_file(
    phase: &Phase,
    index: usize,
    mut candidates: Vec<Candidate>,
) -> Option<(usize, Evidence)> {
    let block = phase.blocks.get(index)?;
    let shown = BlockEvidence::new(phase, block, &candidates);
    let all = shown.evidence();
    let mut disputed = false;
    for kind in all.chunk_by(|one, other| discriminant(one) == discriminant(other)) {
        // Weaker kinds can't decide between two answers of a stronger one.
        if disputed && !is_of_block(&kind[0]) {
            continue;
        }
        let mut single: BTreeMap<usize, &Evidence> = BTreeMap::new();
        for evidence in kind {
            let fits: Vec<bool> = candidates
                .iter()
                .map(|candidate| shown.speaks_for(candidate, evidence))
                .collect();
            match fits.iter().filter(|fits| **fits).count() {
                0 => {}
                1 => {
                    let at = fits.iter().position(|fits| *fits)?;
                    single.entry(candidates[at].change).or_insert(evidence);
                }
                // Several files have it: the others are out, and the next piece of evidence goes on
                // from there.
                _ if single.is_empty() => {
                    let mut fits = fits.into_iter();
                    candidates.retain(|_| fits.next().unwrap_or(false));
                }
                _ => {}
            }
        }
        match single.len() {
            0 => {}
            1 => {
                return single
                    .into_iter()
                    .next()
                    .map(|(change, evidence)| (change, evidence.clone()));
            }
            // Two pieces point to two files. Only those two stay in question.
            _ => {
                candidates.retain(|candidate| single.contains_key(&candidate.change));
                disputed = true;
            }
        }
    }
    None
}

/// Returns whether evidence is what the block holds or defines, as opposed to what it reads or is named beside it.
fn is_of_block(evidence: &Evidence) -> bool {
    matches!(
        evidence,
        Evidence::Standing | Evidence::Defines(_) | Evidence::Imported(_)
    )
}

/// The evidence in a block and in the words around it.
struct BlockEvidence<'a> {
    phase: &'a Phase,
    block: &'a CodeBlock,
    /// The code that it replaces or removes.
    old: Option<String>,
    /// Its scopes, where it parses as a text of a candidate's language.
    scopes: Option<Scopes>,
}

impl<'a> BlockEvidence<'a> {
    // Old code is found as it stands now; the new code of a pair stands nowhere yet.
    fn new(phase: &'a Phase, block: &'a CodeBlock, candidates: &[Candidate]) -> Self {
        let old = match block.role {
            Role::After {
                before: Some(before),
            } => phase.blocks.get(before).map(|before| before.text.clone()),
            Role::Before { .. } | Role::Remove => Some(block.text.clone()),
            Role::Diff => Some(removed_lines_of_diff(&block.text)),
            _ => None,
        };
        // Methods are shown with the margin of their class, with which they don't parse.
        let text = dedent_text(&block.text);
        let scopes = candidates
            .iter()
            .find_map(|candidate| Scopes::of_file(&candidate.path, &text));
        BlockEvidence {
            phase,
            block,
            old,
            scopes,
        }
    }

    /// Returns the evidence to ask for, the strongest first: what names a file itself, what the
    /// words quote or name, what the block holds, what it leans on.
    fn evidence(&self) -> Vec<Evidence> {
        let mut all: Vec<Evidence> = self.test_ids().map(Evidence::TestId).collect();
        all.extend(self.old.iter().map(|_| Evidence::Quoted));
        all.extend(self.names_above_block().into_iter().map(Evidence::Named));
        all.push(Evidence::Standing);
        all.extend(self.defined().into_iter().map(Evidence::Defines));
        all.extend(self.imported().into_iter().map(Evidence::Imported));
        all.push(Evidence::Repeated);
        all.extend(self.members().into_iter().map(Evidence::Members));
        all.extend(self.free().into_iter().map(Evidence::Binds));
        all
    }

    /// Returns whether a piece of evidence holds for a candidate.
    fn speaks_for(&self, candidate: &Candidate, evidence: &Evidence) -> bool {
        match evidence {
            Evidence::TestId(name) => self.runs(&candidate.path, name),
            Evidence::Quoted => self
                .old
                .as_deref()
                .is_some_and(|old| candidate.contains_text(old)),
            // `UserService` is defined somewhere; `user.save()` is code, and stands somewhere.
            Evidence::Named(name) if is_name(name) => candidate.defines(name),
            Evidence::Named(code) => candidate
                .text
                .as_deref()
                .is_some_and(|text| text.contains(code.as_str())),
            Evidence::Standing => candidate.contains_text(&self.block.text),
            Evidence::Defines(name) => candidate.defines(name),
            Evidence::Imported(name) => self.is_imported_from(name, &candidate.path),
            Evidence::Repeated => self.repeats(candidate),
            Evidence::TestCode => {
                belongs_to_tests(&candidate.path)
                    && test_code::is_of_tests(&candidate.path, &self.block.text)
            }
            Evidence::Members(name) => candidate.has_member(name),
            Evidence::Binds(name) => candidate.binds(name),
        }
    }

    /// Returns tests that the block defines and a command of the unit runs by their ids: `pytest
    /// tests/test_a.py::test_x`.
    fn test_ids(&self) -> impl Iterator<Item = String> {
        let defined = self.defined();
        let runs = |name: &String| {
            self.phase
                .commands
                .iter()
                .any(|command| command.text.contains(&format!("::{name}")))
        };
        defined
            .into_iter()
            .filter(runs)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// Returns whether a command of the unit runs the test in the file at the path.
    fn runs(&self, path: &str, name: &str) -> bool {
        let mut words = self
            .phase
            .commands
            .iter()
            .flat_map(|command| command.text.split_whitespace());
        // "api/test_a.py::TestUser::test_x", run from a folder below the root, is
        // `tests/api/test_a.py`'s.
        words.any(|word| {
            let mut parts = word.trim_matches(['"', '\'']).split("::");
            let file = parts.next().unwrap_or_default();
            let ends = file == path || path.ends_with(&format!("/{file}"));
            !file.is_empty() && ends && parts.any(|part| part == name)
        })
    }

    /// Returns names and code in ticks in the words that introduce the block, the nearest first.
    fn names_above_block(&self) -> Vec<String> {
        let mut found = Vec::new();
        for line in self.block.prose.lines().rev() {
            // A label that is a name alone: "**OrderService:**".
            let label = line.trim().trim_matches(['*', '_', ':', '：', ' ']);
            found.extend((line.contains(':') && is_name(label)).then(|| label.to_owned()));
            let own = code_spans(line);
            let names = own.iter().flat_map(|code| {
                let bare = code.trim_end_matches("()");
                // The innermost of a member and its owner is asked for first.
                let parts: Vec<&str> = bare.rsplit(['.', '#']).collect();
                let names = parts.iter().all(|part| is_name(part));
                if names {
                    parts.into_iter().map(str::to_owned).collect()
                } else {
                    vec![code.clone()]
                }
            });
            // Shorter ones, as `id` and `db`, are in every file.
            found.extend(names.filter(|name| name.len() > 2));
        }
        let mut told = BTreeSet::new();
        found.retain(|name| told.insert(name.clone()));
        found
    }

    /// Returns names that the block defines at its top, or of which it shows a part.
    fn defined(&self) -> Vec<String> {
        let Some(module) = self.scopes.as_ref().and_then(Scopes::module) else {
            return Vec::new();
        };
        let defines = |by: &code::scopes::BoundBy| {
            use code::scopes::BoundBy::{Assignment, Class, Function, Merging, Type};
            matches!(by, Class | Function | Type | Merging | Assignment { .. })
        };
        module
            .bindings
            .iter()
            .filter(|binding| defines(&binding.by))
            .map(|binding| binding.name.clone())
            .collect()
    }

    /// Returns names that the block defines and another block of the unit, a test's, imports.
    fn imported(&self) -> Vec<String> {
        let defined = self.defined();
        defined
            .into_iter()
            .filter(|name| self.test_imports().any(|(_, names)| names.contains(name)))
            .collect()
    }

    /// Returns the imports of the unit's blocks for files of tests, as module and names.
    fn test_imports(&self) -> impl Iterator<Item = (String, Vec<String>)> + '_ {
        let path_of = |block: &CodeBlock| match &block.file {
            plan::FileOf::Change(at) => self
                .phase
                .changes
                .get(*at)
                .map(|change| change.path.clone()),
            _ => None,
        };
        let blocks = self
            .phase
            .blocks
            .iter()
            .filter_map(move |block| Some((path_of(block)?, block)));
        let tests = blocks.filter(|(path, _)| is_test(path));
        tests.flat_map(|(path, block)| {
            let imports = code::imports::list_imports(&path, &block.text).unwrap_or_default();
            imports
                .into_iter()
                .map(|import| (import.module, import.names))
        })
    }

    /// Returns whether a test imports the name from the module that the path is.
    ///
    /// `app.users` and `../src/app/users.js` both end in the stem of `src/app/users.*`; packages
    /// and folders are imported by their own names, so `/__init__` and `/index` go first.
    fn is_imported_from(&self, name: &str, path: &str) -> bool {
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let stem = stem
            .strip_suffix("/__init__")
            .or_else(|| stem.strip_suffix("/index"))
            .unwrap_or(stem);
        self.test_imports()
            .filter(|(_, names)| names.iter().any(|one| one == name))
            .any(|(module, _)| {
                let scripted = module.trim_start_matches(['.', '/', '@', '~']);
                let scripted = scripted
                    .rsplit_once(".js")
                    .filter(|(_, rest)| rest.is_empty())
                    .map_or(scripted, |(bare, _)| bare);
                let dotted = if module.contains('/') {
                    scripted.to_owned()
                } else {
                    scripted.replace('.', "/")
                };
                !dotted.is_empty() && (stem == dotted || stem.ends_with(&format!("/{dotted}")))
            })
    }

    /// Returns whether lines of the block that say something stand in the file: anchors around what is new.
    fn repeats(&self, candidate: &Candidate) -> bool {
        /// Shorter lines, as `return x`, stand in many files. Below this width, counted on code, a
        /// common line is chance.
        const TELLING: usize = 16;
        let Some(text) = candidate.text.as_deref() else {
            return false;
        };
        let own: BTreeSet<&str> = text.lines().map(str::trim).collect();
        let telling = |line: &&str| {
            let plain = line.len() >= TELLING
                && line
                    .chars()
                    .filter(|letter| letter.is_alphanumeric())
                    .count()
                    * 2
                    > line.len();
            // More than half letters and digits: `}, [` and rows of signs say nothing.
            plain
                && !line.starts_with(['#', '/', '*', '@'])
                && !line.starts_with("import ")
                && !line.starts_with("from ")
        };
        self.block
            .text
            .lines()
            .map(str::trim)
            .filter(telling)
            .any(|line| own.contains(line))
    }

    /// Returns the members that the block reads of its own instance, each once.
    fn members(&self) -> Vec<String> {
        let mut found = Vec::new();
        for sign in ["self.", "this."] {
            for (at, _) in self.block.text.match_indices(sign) {
                let rest = &self.block.text[at + sign.len()..];
                let end = rest
                    .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
                    .unwrap_or(rest.len());
                let name = rest[..end].to_owned();
                if !name.is_empty() && !found.contains(&name) {
                    found.push(name);
                }
            }
        }
        found
    }

    /// Returns names that the block reads and does not bind: whoever it is for has them, or a
    /// module that is in doubt may.
    fn free(&self) -> Vec<String> {
        let Some(scopes) = &self.scopes else {
            return Vec::new();
        };
        let free = |read: &&code::scopes::Read| {
            matches!(
                scopes.resolve(read),
                Resolution::Unbound { .. } | Resolution::Undecided(_)
            )
        };
        let mut found: Vec<String> = Vec::new();
        for read in scopes.reads.iter().filter(free) {
            if !found.contains(&read.name) {
                found.push(read.name.clone());
            }
        }
        found
    }
}

/// Returns whether a word is an identifier, in any script.
fn is_name(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(|letter: char| letter.is_ascii_digit())
        && word
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$'))
}

/// Returns the lines that a diff removes: what the file must hold before it. Lines that it keeps
/// are left out, as they may be shortened.
fn removed_lines_of_diff(diff: &str) -> String {
    let old = diff.lines().filter(|line| {
        !line.starts_with("---") && !line.starts_with("+++") && !line.starts_with("@@")
    });
    old.filter_map(|line| line.strip_prefix('-'))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// Returns a text without the margin that all its lines share.
pub(super) fn dedent_text(text: &str) -> String {
    let margin = |line: &str| line.len() - line.trim_start().len();
    let least = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(margin)
        .min()
        .unwrap_or(0);
    text.lines()
        .flat_map(|line| [line.get(least..).unwrap_or_default(), "\n"])
        .collect()
}

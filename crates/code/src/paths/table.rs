//! The table `data/paths.tsv`, read once: for each kind of path the names that it is known by.
//!
//! ```text
//! kind        form             name                 fits
//! cache       folder           __pycache__          any file in a folder of that name
//! migration   folders          alembic/versions     any file in the second folder, in the first
//! build       folder-ending    .egg-info            any file in a folder whose name ends so
//! cache       ending           .pyc                 a file whose name ends so
//! ```

use std::collections::HashMap;
use std::sync::LazyLock;

static TEXT: &str = include_str!("../../data/paths.tsv");

/// The role that a row of the table gives to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Cache,
    Dependency,
    Build,
    Generated,
    Migration,
    /// A snapshot: the value that a test expects, as its runner wrote it down.
    Snapshot,
    /// Source of any language.
    Code,
    /// Source of a language that calls a test by the end of its class's name.
    ClassLanguage,
    Document,
    /// A folder of tests.
    Test,
    /// A folder of tests where it holds code; of descriptions else.
    TestCode,
    /// A word that makes a folder one of tests, alone or beside qualifiers.
    TestWord,
    TestQualifier,
    /// A part of a file's name between dots that makes it a test.
    TestPart,
    /// A word that beside `test` makes a file a helper.
    TestHelper,
    TestRunner,
    TestFile,
    TestConfiguration,
}

/// The names of one kind. Each maps to endings of sources for which the name says nothing.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) folders: HashMap<&'static str, &'static str>,
    /// Two folders, one in the other.
    nested: Vec<&'static str>,
    /// Ends of folders' names.
    folder_endings: Vec<&'static str>,
    pub(super) files: HashMap<&'static str, &'static str>,
    /// Ends of files' names.
    pub(super) endings: Vec<&'static str>,
    /// Beginnings of files' names.
    starts: Vec<&'static str>,
}

pub(super) static TABLE: LazyLock<HashMap<Kind, Names>> = LazyLock::new(|| {
    let mut table: HashMap<Kind, Names> = HashMap::new();
    for row in table_rows() {
        let Some(kind) = kind_of(row.kind) else {
            continue;
        };
        let names = table.entry(kind).or_default();
        match row.form {
            "folder" => drop(names.folders.insert(row.name, row.exceptions)),
            "folders" => names.nested.push(row.name),
            "folder-ending" => names.folder_endings.push(row.name),
            "file" => drop(names.files.insert(row.name, row.exceptions)),
            "ending" => names.endings.push(row.name),
            "start" => names.starts.push(row.name),
            _ => {}
        }
    }
    table
});

/// The names of a kind without rows.
static NONE: LazyLock<Names> = LazyLock::new(Names::default);

/// Returns the names of a kind.
pub(super) fn split_names(kind: Kind) -> &'static Names {
    TABLE.get(&kind).unwrap_or(&NONE)
}

impl Names {
    /// Returns whether a path in lower case has one of the names.
    pub(super) fn fit(&self, path: &str) -> bool {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let in_folder = |folder: &str| {
            self.folders
                .get(folder)
                .is_some_and(|exceptions| !ends_with_any(name, exceptions))
                || self
                    .folder_endings
                    .iter()
                    .any(|ending| folder.ends_with(ending))
        };
        folders.split('/').any(in_folder)
            || self
                .nested
                .iter()
                .any(|nested| holds_folders(folders, nested))
            || self.files.contains_key(name)
            || self.endings.iter().any(|ending| name.ends_with(ending))
            || self.starts.iter().any(|start| name.starts_with(start))
    }
}

/// Returns whether folders hold one path of folders as whole names: `a/src/b` holds `src/b`, and
/// not `c/b`.
fn holds_folders(folders: &str, nested: &str) -> bool {
    folders.match_indices(nested).any(|(at, _)| {
        let before = folders.get(..at).unwrap_or_default();
        let behind = folders.get(at + nested.len()..).unwrap_or_default();
        (before.is_empty() || before.ends_with('/'))
            && (behind.is_empty() || behind.starts_with('/'))
    })
}

/// Returns whether a name has one of the endings, which stand parted by commas.
fn ends_with_any(name: &str, endings: &str) -> bool {
    endings.split(',').any(|ending| name.ends_with(ending))
}

/// A row of the table, as it stands there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) kind: &'static str,
    /// The part of a path that the name is held against.
    pub(super) form: &'static str,
    pub(super) name: &'static str,
    /// Endings of sources for which the row says nothing, parted by commas.
    pub(super) exceptions: &'static str,
    /// A path of this kind.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test reads it"))]
    pub(super) example: &'static str,
}

/// Returns the rows of the table.
pub(super) fn table_rows() -> impl Iterator<Item = Row> {
    TEXT.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some(Row {
                kind: columns.next()?,
                form: columns.next()?,
                name: columns.next()?,
                exceptions: columns.next()?,
                example: columns.next()?,
            })
        })
}

/// Returns the kind of a word of the table's first column; `None` for kinds that others read.
pub(super) fn kind_of(word: &str) -> Option<Kind> {
    Some(match word {
        "cache" => Kind::Cache,
        "dependency" => Kind::Dependency,
        "build" => Kind::Build,
        "generated" => Kind::Generated,
        "migration" => Kind::Migration,
        "snapshot" => Kind::Snapshot,
        "code" => Kind::Code,
        "class-language" => Kind::ClassLanguage,
        "document" => Kind::Document,
        "test" => Kind::Test,
        "test-code" => Kind::TestCode,
        "test-word" => Kind::TestWord,
        "test-qualifier" => Kind::TestQualifier,
        "test-part" => Kind::TestPart,
        "test-helper" => Kind::TestHelper,
        "test-runner" => Kind::TestRunner,
        "test-file" => Kind::TestFile,
        "test-configuration" => Kind::TestConfiguration,
        _ => return None,
    })
}

//! Reads what the words beside a block ask for: adding, changing, replacing, and beside what.
//!
//! ```text
//! "Add it to `scripts`, after `build`:"      adds, goes into `scripts`, ProsePosition::After(build)
//! "Change `port`, not `host`:"               changes, names `port`; `host` is denied
//! ```

use crate::markers;
use crate::prose::{End, Relation, named_end, relation_after_text};

/// The prose beside a block.
#[derive(Debug)]
pub(super) struct Wording<'a> {
    prose: &'a str,
    /// Its words in small letters, split at all that is no letter, digit or underscore.
    words: Vec<String>,
}

/// Where the prose puts a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ProsePosition {
    After(String),
    Before(String),
    Top,
    Bottom,
}

/// Words that say something is added.
const ADDS: [&str; 16] = [
    "add",
    "adds",
    "adding",
    "append",
    "insert",
    "include",
    "extend",
    "new",
    "install",
    "introduce",
    "plus",
    "also",
    "additional",
    "register",
    "añadir",
    "agregar",
];
/// Words that say a value changes.
const CHANGES: [&str; 27] = [
    "update",
    "updates",
    "updated",
    "change",
    "changes",
    "set",
    "bump",
    "pin",
    "upgrade",
    "replace",
    "replaces",
    "switch",
    "rename",
    "modify",
    "edit",
    "downgrade",
    "raise",
    "lower",
    "increase",
    "decrease",
    "swap",
    "rewrite",
    "overwrite",
    "make",
    "cambiar",
    "actualizar",
    "correct",
];
/// Words that say something takes another thing's place.
const REPLACES: [&str; 8] = [
    "replace",
    "replaces",
    "rewrite",
    "overwrite",
    "swap",
    "substitute",
    "replacing",
    "reemplazar",
];

/// The like in languages that are written without blanks: they count wherever they stand.
const UNPARTED_ADDS: [&str; 9] = [
    "添加", "新增", "增加", "加入", "追加", "注册", "註冊", "추가", "登録",
];
const UNPARTED_CHANGES: [&str; 8] = [
    "更新", "修改", "改为", "改成", "替换", "調整", "变更", "変更",
];
const UNPARTED_REPLACES: [&str; 4] = ["替换", "替換", "换成", "置き換え"];

impl<'a> Wording<'a> {
    /// Splits the prose into words, in small letters: `max_age` is one, `max-age` two.
    pub(super) fn new(prose: &'a str) -> Self {
        let words = prose
            .to_lowercase()
            .split(|found: char| !(found.is_alphanumeric() || found == '_'))
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        Wording { prose, words }
    }

    /// Returns whether one of the words stands among those of the prose.
    fn says(&self, any: &[&str]) -> bool {
        self.words.iter().any(|word| any.contains(&word.as_str()))
    }

    /// Returns whether the prose holds one of the words anywhere, for languages without blanks.
    fn holds(&self, any: &[&str]) -> bool {
        any.iter().any(|word| self.prose.contains(word))
    }

    /// Returns whether the words put something at the file's own level: "to the top level of `package.json`".
    pub(super) fn names_the_top(&self) -> bool {
        const LEVELS: [&str; 3] = ["level", "niveau", "ebene"];
        const TOPS: [&str; 6] = ["top", "root", "oberste", "oberster", "obersten", "premier"];
        let pairs = self.words.windows(2);
        let is_top = |pair: &[String]| {
            TOPS.contains(&pair[0].as_str()) && LEVELS.contains(&pair[1].as_str())
        };
        pairs.into_iter().any(is_top) || self.holds(&["顶层", "顶级", "根级", "nivel superior"])
    }

    /// Returns whether it speaks of adding something.
    pub(super) fn adds(&self) -> bool {
        self.says(&ADDS) || self.holds(&UNPARTED_ADDS)
    }

    /// Returns whether it speaks of changing what stands there.
    pub(super) fn changes(&self) -> bool {
        self.says(&CHANGES) || self.holds(&UNPARTED_CHANGES)
    }

    /// Returns whether it speaks of putting the block in the place of what stands there.
    pub(super) fn replaces(&self) -> bool {
        self.says(&REPLACES) || self.holds(&UNPARTED_REPLACES)
    }

    /// Returns whether it names something, in code or as a word of its own.
    pub(super) fn names(&self, name: &str) -> bool {
        let name = name.trim();
        let word = |found: Option<char>| {
            found.is_some_and(|found| found.is_alphanumeric() || found == '_')
        };
        !name.is_empty()
            && self.prose.match_indices(name).any(|(at, _)| {
                !is_denied(self.prose[..at].trim_end_matches('`'))
                    && !word(self.prose[..at].chars().next_back())
                    && !word(self.prose[at + name.len()..].chars().next())
            })
    }

    /// Returns whether it speaks of one of a collection: "a script" for `scripts`.
    ///
    /// By its letters alone: "a policy" for `policies`, not "a child" for `children`, and nothing
    /// of two letters.
    pub(super) fn names_one_of(&self, collection: &str) -> bool {
        let lower = collection.to_lowercase();
        let stem = lower.strip_suffix("ies").map(|stem| format!("{stem}y"));
        let singular = stem.or_else(|| lower.strip_suffix('s').map(str::to_owned));
        singular.is_some_and(|singular| singular.len() > 2 && self.words.contains(&singular))
    }

    /// Returns whether it names something in code, and as nothing but itself.
    pub(super) fn quotes(&self, name: &str) -> bool {
        self.code()
            .iter()
            .any(|code| code.trim_matches(['"', '\'', ':']) == name)
    }

    /// Returns whether it says that the block goes into something: "to `scripts`", "under `services`".
    pub(super) fn goes_into(&self, name: &str) -> bool {
        self.owners().contains(&(name, false)) || self.ends_into(name)
    }

    /// Returns whether it puts the block at the top level of the file: "the top level of `package.json`". "The top-level
    /// `scripts`" is an entry there.
    pub(super) fn goes_to_top(&self, path: &str) -> bool {
        let lower = self.prose.to_lowercase();
        let places = ["top level", "top-level", "root level", "root-level"];
        let mut found = places.iter().flat_map(|place| {
            let ends = lower.match_indices(place).map(|(at, _)| at);
            ends.map(|at| (at, at + place.len()))
        });
        let is_file = |word: &str| path.to_lowercase().ends_with(word.trim_matches('`'));
        found.any(|(start, end)| {
            let rest = lower[end..].trim_start_matches([' ', '*', '_']);
            let next = rest.split([' ', ':', ',', '.', '\n']).next().unwrap_or("");
            let quoted = rest
                .strip_prefix('`')
                .and_then(|rest| rest.split('`').next());
            let own = match quoted {
                Some(code) => is_file(code),
                None => matches!(next, "" | "of" | "in") || next.starts_with('('),
            };
            own && !is_denied(&lower[..start])
        })
    }

    /// Returns whether its last line ends with that: "Add to devDependencies:".
    ///
    /// A "the" may stand between; no code span is needed.
    fn ends_into(&self, name: &str) -> bool {
        // Only the last line leads to the block.
        let last = self
            .prose
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let bare = |word: &'a str| word.trim_matches([':', '*', '_', '.']);
        let mut words = last
            .split_whitespace()
            .rev()
            .map(bare)
            .filter(|word| !word.is_empty());
        words.next() == Some(name)
            && words
                .find(|word| *word != "the")
                .is_some_and(|word| INTO.contains(&word))
    }

    /// Returns the names of what it says that the block goes into, in order, and whether each only says of what another
    /// one is a part: "under `env` of `worker`".
    pub(super) fn owners(&self) -> Vec<(&'a str, bool)> {
        let part = |at: usize| {
            // Four words before the name, and none beyond a stop or another name: what is further
            // away speaks of something else.
            let before = self.prose[..at].to_lowercase();
            let stops = |word: &str| word.ends_with(['.', ',', ';', '`']);
            let near: Vec<&str> = before
                .split_whitespace()
                .rev()
                .take(4)
                .take_while(|word| !stops(word))
                .collect();
            let joined = near.iter().rev().copied().collect::<Vec<_>>().join(" ");
            let is_beside = relation_after_text(&joined).is_some() && !near.contains(&"under");
            // "The `api` service's `environment`": what belongs to an owner is its part.
            if near
                .first()
                .is_some_and(|word| word.ends_with("'s") || word.ends_with("\u{2019}s"))
            {
                return Some(false);
            }
            let into = near
                .iter()
                .find(|word| INTO.contains(word) || **word == "of")
                .filter(|_| !is_beside);
            into.map(|word| *word == "of" && !near.iter().any(|word| INTO.contains(word)))
        };
        let owners = self
            .spans()
            .into_iter()
            .filter_map(|(at, code)| Some((code.trim().trim_matches('"'), part(at)?)));
        owners.filter(|(name, _)| !name.is_empty()).collect()
    }

    /// Returns the code spans of the prose, in order, each with where it starts.
    ///
    /// None of those that the words deny: "not to `b`".
    fn spans(&self) -> Vec<(usize, &'a str)> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(open) = self.prose[at..].find('`').map(|open| at + open + 1) {
            let Some(close) = self.prose[open..].find('`').map(|close| open + close) else {
                break;
            };
            if !is_denied(&self.prose[..open - 1]) {
                found.push((open - 1, &self.prose[open..close]));
            }
            at = close + 1;
        }
        found
    }

    /// Returns the code spans without blanks around them.
    pub(super) fn code(&self) -> Vec<&'a str> {
        self.spans()
            .into_iter()
            .map(|(_, code)| code.trim())
            .filter(|code| !code.is_empty())
            .collect()
    }

    /// Returns where the prose puts the block, nearest sentence last; quoted headings and code spans count as names.
    pub(super) fn spots(&self) -> Vec<ProsePosition> {
        let mut spots = Vec::new();
        let mut named: Vec<(usize, &str)> = self.spans();
        named.extend(find_quoted_phrases(self.prose));
        for (at, code) in named {
            let before = self.prose[..at].to_lowercase();
            let clause = before
                .rsplit(['.', ';', ',', '\n', '`', '"', '“'])
                .next()
                .unwrap_or_default();
            // Six words, as elsewhere in prose: "after the existing entry of the list" has so many.
            let near: Vec<&str> = clause.split_whitespace().rev().take(6).collect();
            let code = code.trim().trim_matches('"').to_owned();
            let joined = near.iter().rev().copied().collect::<Vec<_>>().join(" ");
            spots.extend(relation_after_text(&joined).map(|relation| match relation {
                Relation::Before => ProsePosition::Before(code),
                _ => ProsePosition::After(code),
            }));
        }
        let lower = self.prose.to_lowercase();
        let says = |any: &[&str]| any.iter().any(|phrase| lower.contains(phrase));
        if says(&[
            "at the end",
            "to the end",
            "at the bottom",
            "to the bottom",
            "append",
            "end of the file",
            "at the very end",
        ]) {
            spots.push(ProsePosition::Bottom);
        }
        if says(&[
            "at the top",
            "to the top",
            "at the beginning",
            "at the start",
            "to the beginning",
            "prepend",
        ]) {
            spots.push(ProsePosition::Top);
        }
        spots.extend(named_end(self.prose).map(|end| {
            if end == End::Top {
                ProsePosition::Top
            } else {
                ProsePosition::Bottom
            }
        }));
        spots
    }
}

/// Returns whether the words before a name say that it is not meant: "to `scripts`, not to `dependencies`".
///
/// At most four words before it, and none beyond a stop or another name.
fn is_denied(before: &str) -> bool {
    let near = before.split_whitespace().rev().take(4);
    let mut near = near.take_while(|word| !word.ends_with(['.', ',', ';', '`']));
    near.any(|word| {
        let bare = word.trim_matches(['(', '*', '_']).to_lowercase();
        matches!(bare.as_str(), "not" | "never" | "nicht")
    })
}

/// Words that put something into what they name.
const INTO: [&str; 6] = ["to", "in", "into", "under", "inside", "within"];

/// Returns what stands in quotes, each with its place, up to 80 bytes and on one line: headings are
/// that short, quoted sentences often longer.
fn find_quoted_phrases(prose: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (open, close) in [('"', '"'), ('\u{201c}', '\u{201d}')] {
        let mut at = 0;
        while let Some(start) = prose[at..].find(open).map(|start| at + start) {
            let inner = start + open.len_utf8();
            let Some(end) = prose[inner..].find(close).map(|end| inner + end) else {
                break;
            };
            if end - inner < 80 && !prose[inner..end].contains('\n') {
                found.push((start, &prose[inner..end]));
            }
            at = end + close.len_utf8();
        }
    }
    found
}

/// Returns whether a line is nothing but a marker for what is kept: dots, or a comment that says so.
///
/// Entries of lists and texts made of dots count, too: `- ...`, `"..."`; so do `<!-- ... -->` and
/// `{# ... #}`.
pub(super) fn is_elision_line(line: &str) -> bool {
    let line = line.trim().trim_end_matches(',');
    if line.is_empty() {
        return false;
    }
    let dots = line
        .trim_matches(['.', '\u{2026}', '"', '\'', '-', ' '])
        .is_empty()
        && (line.contains("...") || line.contains('\u{2026}'));
    let html = line
        .strip_prefix("<!--")
        .and_then(|line| line.strip_suffix("-->"));
    let jinja = line
        .strip_prefix("{#")
        .and_then(|line| line.strip_suffix("#}"));
    let comment = ["#", "//", "/*", "--", ";", "*"]
        .iter()
        .any(|sign| line.starts_with(sign));
    let inner = html.or(jinja).map(|inner| format!("# {}", inner.trim()));
    dots || inner.is_some_and(|inner| markers::is_elision(&inner))
        || (comment && markers::is_elision(line.trim_start_matches(';')))
}

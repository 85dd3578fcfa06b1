//! Keeps the evidence of a unit's blocks: their words, names and text, to be held
//! against what a sentence asks for.
//!
//! "Cache the total in `Cart.total`" is shown by a block that holds `total` and a
//! `Cart`, or the words "cache" and "total"; a signature with an empty body shows its
//! name and nothing of what it shall do.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::blocks::{CodeBlock, FileOf, Role};

use super::words::{is_single_name, names_in, squeeze_text, stems_in};

/// The most text that is searched for each symbol: a longer unit is known by its names alone, so that
/// the time stays in proportion to its length.
const LONGEST: usize = 1 << 17;

/// A set of blocks, one bit each.
#[derive(Debug, Default)]
pub(super) struct Blocks(Vec<u64>);

impl Blocks {
    /// Adds a block.
    pub(super) fn add(&mut self, block: usize) {
        let (word, bit) = (block / 64, block % 64);
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << bit;
    }

    fn add_all(&mut self, other: &Blocks) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0
            .iter_mut()
            .zip(&other.0)
            .for_each(|(own, other)| *own |= other);
    }

    /// Returns whether both hold some block.
    fn meets(&self, other: &Blocks) -> bool {
        self.0
            .iter()
            .zip(&other.0)
            .any(|(own, other)| own & other != 0)
    }

    fn has(&self, block: usize) -> bool {
        self.0
            .get(block / 64)
            .is_some_and(|word| word >> (block % 64) & 1 != 0)
    }
}

/// The blocks in which each word and name stands. Each block is read once, however many groups and
/// sections it belongs to.
#[derive(Debug, Default)]
pub(super) struct Index<'t> {
    /// Their texts without blanks and quotation marks.
    texts: Vec<String>,
    /// Those that are no commands.
    code: Blocks,
    /// Those that have bodies.
    working: Blocks,
    /// Names as they stand.
    names: HashMap<&'t str, Blocks, RandomState>,
    /// Names on lines that import.
    imported: HashMap<&'t str, Blocks, RandomState>,
    /// Stems of words, those of names one by one.
    stems: HashMap<String, Blocks, RandomState>,
}

impl<'t> Index<'t> {
    /// Reads a block; returns its number, or nothing where it shows nothing.
    pub(super) fn add(&mut self, block: &'t CodeBlock) -> Option<usize> {
        if !shows_code(block) {
            return None;
        }
        let number = self.texts.len();
        // The imports that the words spell out are written with it.
        self.texts.push(format!(
            "{}{}",
            squeeze_text(&block.text),
            squeeze_text(&block.imports.join("\n"))
        ));
        if block.role != Role::Shell {
            self.code.add(number);
        }
        if !is_stub(&block.text) {
            self.working.add(number);
        }
        names_in(&block.text).for_each(|name| self.names.entry(name).or_default().add(number));
        let spelled = block.imports.iter().map(String::as_str);
        let imports = block
            .text
            .lines()
            .filter(|line| is_import(line))
            .chain(spelled);
        imports
            .flat_map(names_in)
            .for_each(|name| self.imported.entry(name).or_default().add(number));
        Some(number)
    }

    /// Takes the names apart, once all blocks are read.
    pub(super) fn finish(&mut self) {
        for (name, blocks) in &self.names {
            stems_in(name).for_each(|stem| self.stems.entry(stem).or_default().add_all(blocks));
        }
    }

    /// Returns whether a block is a signature with an empty body.
    pub(super) fn is_stub(&self, block: usize) -> bool {
        !self.working.has(block)
    }

    /// Returns what some of the blocks show.
    pub(super) fn shown<'i>(&'i self, blocks: &'i Blocks) -> Shown<'i> {
        Shown {
            index: self,
            blocks,
        }
    }
}

/// The evidence of some blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'i> {
    index: &'i Index<'i>,
    blocks: &'i Blocks,
}

impl Shown<'_> {
    /// Returns whether there is a block that is no command.
    pub(super) fn has_code(self) -> bool {
        self.blocks.meets(&self.index.code)
    }

    /// Returns whether there is code whose bodies are not empty.
    pub(super) fn works(self) -> bool {
        self.blocks.meets(&self.index.working)
    }

    /// Returns whether a name, path or piece of code stands in the blocks.
    pub(super) fn has(self, symbol: &str) -> bool {
        let bare = squeeze_text(symbol);
        if bare.is_empty() || self.names(symbol) || self.holds(&bare) {
            return true;
        }
        let called = symbol
            .split('(')
            .next()
            .unwrap_or(symbol)
            .trim_end_matches(['.', '(', ')']);
        let last = called.rsplit(['.', ':', '#']).next().unwrap_or(called);
        if !last.is_empty() && is_single_name(last) {
            return self.names(last);
        }
        let parts: Vec<&str> = names_in(symbol).collect();
        let held = parts.iter().filter(|part| self.names(part)).count();
        // Most of an expression stands there, only written otherwise.
        parts.len() > 2 && held * 4 >= parts.len() * 3
    }

    fn names(self, name: &str) -> bool {
        self.index
            .names
            .get(name)
            .is_some_and(|blocks| blocks.meets(self.blocks))
    }

    /// Returns whether their texts hold `bare`, which has no blanks.
    pub(super) fn holds(self, bare: &str) -> bool {
        let mut searched = 0;
        let texts = self
            .index
            .texts
            .iter()
            .enumerate()
            .filter(|(block, _)| self.blocks.has(*block));
        let mut texts = texts.take_while(|(_, text)| {
            searched += text.len();
            searched - text.len() < LONGEST
        });
        texts.any(|(_, text)| text.contains(bare))
    }

    /// Returns whether an import of the name stands in the blocks.
    pub(super) fn imports(self, symbol: &str) -> bool {
        let imported = names_in(symbol)
            .last()
            .and_then(|name| self.index.imported.get(name));
        imported.is_some_and(|blocks| blocks.meets(self.blocks))
    }

    /// Returns how many of the words stand in the blocks.
    pub(super) fn share(self, words: &HashSet<String>) -> (usize, usize) {
        let held = |word: &&String| {
            self.index
                .stems
                .get(*word)
                .is_some_and(|blocks| blocks.meets(self.blocks))
        };
        (words.iter().filter(held).count(), words.len())
    }
}

/// Returns whether a block is to stand somewhere, and holds more than comments; an empty one shows an empty file.
fn shows_code(block: &CodeBlock) -> bool {
    // The message of a commit tells of changes and shows none.
    if block.role == Role::Shell && shell::read(&block.text).commit().is_some() {
        return false;
    }
    let empty = block.text.trim().is_empty() && matches!(block.file, FileOf::Change(_));
    !matches!(block.role, Role::Before { .. } | Role::Output)
        && (empty || code_lines(&block.text) > 0)
}

/// A line of an import in several lines counts, too: "    DiscoverLinksResponse,".
fn is_import(line: &str) -> bool {
    let line = line.trim();
    let listed = line.strip_suffix(',').is_some_and(is_single_name);
    listed
        || ["import ", "from ", "use ", "export {", "} from", "const {"]
            .iter()
            .any(|word| line.starts_with(word))
        || line.contains("require(")
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["//", "# ", "--", "/*", "*", "<!--", "#!"]
        .iter()
        .any(|sign| line.starts_with(sign))
        || line == "#"
}

/// Returns the lines that are neither blank nor a comment.
fn code_lines(text: &str) -> usize {
    text.lines()
        .filter(|line| !line.trim().is_empty() && !is_comment(line))
        .count()
}

/// Words by which code says that its bodies are to be empty.
const ABSTRACT: [&str; 5] = ["Protocol", "ABC", "abstract", "@overload", "interface "];

/// Returns whether a block declares functions and none of them has a body.
///
/// A migration with an empty `downgrade`, an exception class and a protocol are whole.
fn is_stub(text: &str) -> bool {
    if ABSTRACT.iter().any(|word| text.contains(word)) {
        return false;
    }
    let mut declared = false;
    let mut quoted = false;
    let mut depth = 0_isize;
    for line in text.lines() {
        let words = line.trim();
        let quotes = words.matches("\"\"\"").count();
        if quotes > 0 || quoted {
            quoted = quoted != (quotes == 1);
            continue;
        }
        if words.is_empty() || is_comment(words) || words.starts_with('@') {
            continue;
        }
        // The names of an import over several lines, and the parameters of a signature.
        let inside = depth > 0;
        depth = (depth + bracket_sum(words)).max(0);
        // A call around the function (`wrap(async () => {`) stays open as long as its body.
        if [") {", "=> {", "=>"].iter().any(|end| words.ends_with(end)) {
            depth = 0;
        }
        if inside || is_signature(words) {
            declared = declared || !inside && !words.contains("class ");
            continue;
        }
        let body = words.trim_end_matches([';', ',', ')']);
        let empty = matches!(body, "pass" | "..." | "…" | "{}" | "{" | "}" | "]")
            || body.contains("NotImplementedError");
        if !(empty || words.starts_with("import ") || words.starts_with("from ")) {
            return false;
        }
    }
    declared
}

/// Opening round brackets less closing ones.
fn bracket_sum(words: &str) -> isize {
    words.chars().fold(0, |sum, letter| match letter {
        '(' => sum + 1,
        ')' => sum - 1,
        _ => sum,
    })
}

/// Returns whether a line begins a function, or a class that holds some.
fn is_signature(words: &str) -> bool {
    let begins = [
        "def ",
        "async def ",
        "class ",
        "function ",
        "async function ",
    ];
    let words = words
        .strip_prefix("export default ")
        .or_else(|| words.strip_prefix("export "))
        .unwrap_or(words);
    let begins = begins.iter().any(|word| words.starts_with(word));
    // `const load = async (id: string) => {`
    let arrow = ["const ", "let "]
        .iter()
        .any(|word| words.starts_with(word))
        && words.ends_with("=> {");
    arrow || begins && (words.ends_with([':', '{', '(', ';', ',']) || words.ends_with("..."))
}

#[cfg(test)]
mod tests {
    use super::is_stub;

    #[test]
    fn a_stub_declares_functions_and_gives_none_a_body() {
        let rows = [
            ("def load(key):\n    ...\n", true),
            ("def load(\n    key,\n):\n    pass\n", true),
            ("export function load(key: string) {\n}\n", true),
            ("export const list = wrap(async () => {\n});\n", true),
            (
                "export const list = wrap(async (req, res) => {\n  res.json([]);\n});\n",
                false,
            ),
            (
                "export default fp(async function (app, options) {\n  app.decorate('a', 1);\n});\n",
                false,
            ),
            (
                "export const list = wrap(async (req) =>\n  load(req),\n);\n",
                false,
            ),
            (
                "const h = withAuth({ role: 'a' }, async (req) => {\n  return load(req);\n});\n",
                false,
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(is_stub(text), expected, "{text}");
        }
    }
}

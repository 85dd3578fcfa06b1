//! Writes Python: imports, elisions in a form that parses, the order of imports.
//!
//! ```text
//! x = [                x = [
//!     1,                   1,
//!     ...       →          # ...               in brackets a comment parses anywhere
//! ]                    ]
//! # existing code      __graft_elision__       elsewhere a statement is wanted, which a comment is not
//! ```

use code::standard_library;
use tree_sitter::Node;

use crate::languages::{Form, Imported, List, Wrapper, field_text};
use crate::markers::{SENTINEL, is_elision, takes_ellipsis};

/// Bare entries parse in braces where they are pairs, in brackets where they are values.
pub(super) const WRAPPERS: [Wrapper; 2] = [
    Wrapper {
        before: "{\n",
        after: "\n}",
        list: List::Entries,
    },
    Wrapper {
        before: "[\n",
        after: "\n]",
        list: List::Entries,
    },
];

/// Returns one statement for bindings of one module, `from a import b, c as d`, or for modules,
/// `import a, b`. "" for none.
pub(super) fn format_python_import(bindings: &[Imported]) -> String {
    let names: Vec<String> = bindings.iter().map(format_imported_name).collect();
    match bindings.first() {
        Some(first) if first.form == Form::Module => format!("import {}", names.join(", ")),
        Some(first) => format!("from {} import {}", first.module, names.join(", ")),
        None => String::new(),
    }
}

/// Returns a snippet in which elisions parse where they stand; the lines keep their number and
/// indentation.
pub(super) fn prepare_python(snippet: &str) -> String {
    let mut depth = Brackets::default();
    let mut prepared = String::with_capacity(snippet.len());
    for line in snippet.split_inclusive('\n') {
        let bare = line.trim();
        let indent = line.len() - line.trim_start().len();
        if depth.is_open() {
            // `Field(` above it makes `...` a value, which stays.
            if (bare == "..." || bare == "…" || bare == "...,") && !opens_requiring(&prepared) {
                prepared.push_str(&format!(
                    "{}# ...\n",
                    line.get(..indent).unwrap_or_default()
                ));
            } else {
                prepared.push_str(line);
            }
            depth.scan_line(line);
            continue;
        }
        if bare.starts_with('#') && is_elision(bare) || bare == "…" {
            let ending = if line.ends_with('\n') { "\n" } else { "" };
            prepared.push_str(&format!(
                "{}{SENTINEL}{ending}",
                line.get(..indent).unwrap_or_default()
            ));
            continue;
        }
        prepared.push_str(line);
        depth.scan_line(line);
    }
    prepared
}

/// Groups of modules among the imports, as isort orders them.
///
/// 0 `__future__`, 1 the standard library, 2 packages, 3 the project's own (a folder of the file's
/// path has that name), 4 relative ones.
pub(super) fn import_rank(module: &str, path: &str) -> u8 {
    let top = module.split('.').next().unwrap_or(module);
    match top {
        "__future__" => 0,
        "" => 4,
        _ if standard_library::is_in_python(top) => 1,
        _ if path.split('/').any(|part| part == top) => 3,
        _ => 2,
    }
}

/// Returns a name as it is imported: `a`, `a as b`.
fn format_imported_name(binding: &Imported) -> String {
    if binding.alias.is_empty() {
        binding.name.clone()
    } else {
        format!("{} as {}", binding.name, binding.alias)
    }
}

/// Returns whether an ellipsis is the first argument of a call for which it is a value.
pub(super) fn is_required_value(ellipsis: Node<'_>, source: &str) -> bool {
    let arguments = ellipsis
        .parent()
        .filter(|parent| parent.kind() == "argument_list");
    let call = arguments
        .filter(|arguments| arguments.named_child(0) == Some(ellipsis))
        .and_then(|found| found.parent());
    call.is_some_and(|call| takes_ellipsis(field_text(call, "function", source)))
}

/// Returns whether the text ends with the opening bracket of a call for which `...` is a value.
fn opens_requiring(text: &str) -> bool {
    let Some(head) = text.trim_end().strip_suffix('(') else {
        return false;
    };
    let begins = head
        .rfind(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .map_or(0, |at| at + 1);
    head.get(begins..).is_some_and(takes_ellipsis)
}

/// Follows brackets and strings from line to line.
#[derive(Debug, Default)]
struct Brackets {
    depth: usize,
    /// The quotes of the string that is open, `"""` or `'`.
    quote: Option<&'static str>,
}

impl Brackets {
    /// Returns whether the next line goes on with something: in brackets or in a string of several
    /// lines.
    fn is_open(&self) -> bool {
        self.depth > 0 || self.quote.is_some()
    }

    /// Reads one line: a comment ends it, an escape skips a sign.
    fn scan_line(&mut self, line: &str) {
        let mut rest = line;
        while let Some(character) = rest.chars().next() {
            if let Some(quote) = self.quote {
                if character == '\\' {
                    rest = rest.get(character.len_utf8()..).unwrap_or_default();
                    let skipped = rest.chars().next().map_or(0, char::len_utf8);
                    rest = rest.get(skipped..).unwrap_or_default();
                    continue;
                }
                if let Some(after) = rest.strip_prefix(quote) {
                    self.quote = None;
                    rest = after;
                    continue;
                }
            } else {
                if character == '#' {
                    return;
                }
                let opened = ["\"\"\"", "'''", "\"", "'"]
                    .into_iter()
                    .find(|quote| rest.starts_with(quote));
                if let Some(quote) = opened {
                    self.quote = Some(quote);
                    rest = rest.get(quote.len()..).unwrap_or_default();
                    continue;
                }
                match character {
                    '(' | '[' | '{' => self.depth += 1,
                    ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
            }
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
        // A string in single quotes ends with its line, whatever the line holds; without this one
        // stray quote would swallow the rest.
        if self.quote.is_some_and(|quote| quote.len() == 1) {
            self.quote = None;
        }
    }
}

//! A file in outline: its imports, definitions, members and registrations by their signatures, for
//! a reader who needs to know what is there and not how it works.
//!
//! ```text
//! 1  from app import db
//! 4  class Order(Base)                  depth 0, name `Order`
//! 6      def total(self) -> int         depth 1, name `total`: no body
//! ```

use tree_sitter::Node;

use crate::definitions::{Kind, List};
use crate::items::{Elisions, Item, Source};
use crate::languages::Language;

/// The depth to which definitions are followed: a class, its members, what stands in those.
const DEPTH: usize = 3;
/// The longest line of an outline, in characters.
const LONGEST: usize = 200;

/// One line of an outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlined {
    /// Line of the file, from 1.
    pub line: usize,
    /// The number of definitions it lies in.
    pub depth: usize,
    /// The name that it defines; empty for decorators, imports and registrations.
    pub name: String,
    /// The signature on one line, without its body.
    pub text: String,
}

/// Returns the outline of a file, in its order; nothing for a language that is not read by
/// structure.
#[must_use]
pub fn outline(path: &str, text: &str) -> Vec<Outlined> {
    let mut lines = Vec::new();
    if let Some(source) =
        Language::of_path(path).and_then(|language| Source::parse(text, language, Elisions::NONE))
    {
        collect_definitions(&source, source.root(), 0, &mut lines);
    }
    lines
}

/// Returns the text of each definition of that name in a file, in its order; nothing for a language
/// that is not read by structure.
#[must_use]
pub fn definitions_of(path: &str, text: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(source) =
        Language::of_path(path).and_then(|language| Source::parse(text, language, Elisions::NONE))
    {
        find_definition(&source, source.root(), (0, name), &mut found);
    }
    found
}

/// Collects the texts of definitions of a name; what is inside one that is found is not searched.
fn find_definition(
    source: &Source<'_>,
    list: Node<'_>,
    (depth, name): (usize, &str),
    found: &mut Vec<String>,
) {
    for item in source.items(list) {
        if item.is_definition() && item.name == name {
            found.push(source.slice(item.bare..item.code_end).to_owned());
        } else if let Some(inner) = source
            .language
            .body(item.core)
            .filter(|_| depth + 1 < DEPTH)
        {
            find_definition(source, inner, (depth + 1, name), found);
        }
    }
}

/// Collects the lines of a list. Values and calls count at the top and among members: in a body
/// they are steps.
fn collect_definitions(
    source: &Source<'_>,
    list: Node<'_>,
    depth: usize,
    lines: &mut Vec<Outlined>,
) {
    let members = depth == 0 || source.language.list(list) == Some(List::Members);
    for item in source.items(list) {
        let inner = source.language.body(item.core);
        let shown = match item.kind {
            Kind::Import => depth == 0,
            Kind::Class | Kind::Function | Kind::Type => true,
            Kind::Value | Kind::Export => members,
            Kind::Call => members || inner.is_some_and(|inner| is_code(source, inner)),
            _ => false,
        };
        if !shown {
            continue;
        }
        lines.extend(signature_of(source, &item, inner, depth));
        if let Some(inner) = inner.filter(|inner| depth + 1 < DEPTH && is_code(source, *inner)) {
            collect_definitions(source, inner, depth + 1, lines);
        }
    }
}

/// Returns whether a list holds members or statements, not the entries of a literal.
fn is_code(source: &Source<'_>, list: Node<'_>) -> bool {
    matches!(
        source.language.list(list),
        Some(List::Members | List::Statements)
    )
}

/// Returns an item's decorators and its signature, as lines of the outline at a depth.
fn signature_of(
    source: &Source<'_>,
    item: &Item<'_>,
    inner: Option<Node<'_>>,
    depth: usize,
) -> Vec<Outlined> {
    let outlined = |at: usize, name: &str, text: &str| Outlined {
        line: source.slice(0..at).matches('\n').count() + 1,
        depth,
        name: name.to_owned(),
        text: cut_text(&one_line(text)),
    };
    let mut lines = Vec::new();
    if item.has_decorators() {
        lines.push(outlined(item.head, "", source.slice(item.head..item.bare)));
    }
    let whole = source.slice(item.bare..item.code_end);
    let code = inner
        .filter(|inner| is_code(source, *inner))
        .map(|inner| inner.start_byte());
    let shown = match (item.kind, code) {
        (Kind::Import, _) => whole,
        (_, Some(start)) => source.slice(item.bare..start.max(item.bare)),
        _ => whole.lines().next().unwrap_or_default(),
    };
    let name = if item.is_definition() {
        item.name.as_str()
    } else {
        ""
    };
    lines.push(outlined(
        item.bare,
        name,
        shown.trim_end().trim_end_matches(['{', ':']),
    ));
    lines
}

/// Returns a text with its blanks collapsed, quotes kept.
fn one_line(text: &str) -> String {
    if text.contains('\n') {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        text.trim().to_owned()
    }
}

/// Returns a text cut at [`LONGEST`] characters.
fn cut_text(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, text: &str) -> String {
        let line =
            |one: Outlined| format!("{}{}: {}\n", "  ".repeat(one.depth), one.line, one.text);
        outline(path, text).into_iter().map(line).collect()
    }

    #[test]
    fn python_shows_decorators_signatures_and_attributes() {
        let text = "import os\nfrom app import (\n    db,\n    log,\n)\n\nLIMIT = 3\n\n\nclass Order(Base):\n    \"\"\"An order.\"\"\"\n\n    id = Column(Integer)\n\n    def total(\n        self,\n        tax: float,\n    ) -> float:\n        rate = 1\n        return rate * tax\n\n\n@router.get(\"/orders\")\nasync def orders() -> list[Order]:\n    return []\n";
        assert_eq!(
            shown("a.py", text),
            "1: import os\n2: from app import ( db, log, )\n7: LIMIT = 3\n10: class Order(Base)\n  13: id = Column(Integer)\n  15: def total( self, tax: float, ) -> float\n23: @router.get(\"/orders\")\n24: async def orders() -> list[Order]\n"
        );
    }

    #[test]
    fn typescript_shows_classes_handlers_and_test_blocks() {
        let text = "import { Router } from 'express';\nexport const router = Router();\nrouter.get('/a', auth, async (req, res) => {\n  res.json(1);\n});\n@Injectable()\nexport class Orders {\n  constructor(private db: Db) {}\n  @Get()\n  async all(): Promise<Order[]> {\n    return [];\n  }\n}\ndescribe('x', () => {\n  const a = 1;\n  it('works', async () => {\n    a();\n  });\n});\n";
        assert_eq!(
            shown("a.ts", text),
            "1: import { Router } from 'express';\n2: export const router = Router();\n3: router.get('/a', auth, async (req, res) =>\n6: @Injectable()\n7: export class Orders\n  8: constructor(private db: Db)\n  9: @Get()\n  10: async all(): Promise<Order[]>\n14: describe('x', () =>\n  16: it('works', async () =>\n"
        );
    }
}

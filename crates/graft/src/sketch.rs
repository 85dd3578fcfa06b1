//! Tells a sketch from code: what a plan only outlines is no content for a new file.
//!
//! ```text
//! def load(): ...            alone: a sketch, nothing in its functions but `...`
//! def load(): ...            with a function that does something: none, the stub may be meant
//! - first, read the file     does not parse, and is an item of a list: a sketch
//! <Nav />                    markup with no component around it: a part of a file
//! ```

use tree_sitter::Node;

use crate::items::parse_source;
use crate::languages::Language;

/// Explains why a text can't be a whole file, where it only outlines one; `None` for files of other
/// languages.
pub(crate) fn explain_sketch(path: &str, text: &str) -> Option<&'static str> {
    let language = Language::of_path(path)?;
    let source = parse_source(text, language)?;
    let python = path.ends_with(".py");
    // Grammars of the other languages lag behind what compilers take, so there an error alone is no proof.
    let elided = || {
        ["(...)", "( ... )", "{ ... }", "{...}", "…"]
            .iter()
            .any(|sign| text.contains(sign))
    };
    if source.has_error() && (python || elided() || has_list_line(source.root(), text)) {
        return Some("does not parse: it is a sketch");
    }
    if source.has_error() && members_alone(source.root(), text, language) {
        return Some(
            "shows members of a class with no class around them: it is a part of the file",
        );
    }
    if let Some(why) = without_statements(path, source.root(), text) {
        return Some(why);
    }
    let mut bodies = Bodies::default();
    if python {
        bodies.count(source.root(), text, false);
    }
    (bodies.hollow > 0 && bodies.full == 0)
        .then_some("has nothing in its functions but `...`: it is a sketch")
}

/// Returns whether some line of a text that does not parse is an item of a list in prose, or a branch of a drawn tree.
fn has_list_line(root: Node<'_>, text: &str) -> bool {
    const MARKS: [&str; 6] = ["- ", "• ", "├── ", "└── ", "│ ", "✅ "];
    let mut at = 0;
    text.split_inclusive('\n').any(|line| {
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        let quoted = root
            .descendant_for_byte_range(start, start)
            .is_some_and(|mut node| {
                while !is_quoted(node.kind()) {
                    let Some(parent) = node.parent() else {
                        return false;
                    };
                    node = parent;
                }
                true
            });
        MARKS.iter().any(|mark| line.trim_start().starts_with(mark)) && !quoted
    })
}

/// Returns whether a node's text is words to its language.
fn is_quoted(kind: &str) -> bool {
    matches!(kind, "comment" | "string" | "template_string" | "jsx_text")
}

/// Returns whether a text that does not parse does so as the body of a class, below its imports.
fn members_alone(root: Node<'_>, text: &str, language: Language) -> bool {
    let mut cursor = root.walk();
    let imports = root
        .children(&mut cursor)
        .filter(|node| node.kind() == "import_statement" && !node.has_error());
    let members = text
        .get(
            imports
                .map(|node| node.end_byte())
                .max()
                .unwrap_or_default()..,
        )
        .unwrap_or_default();
    parse_source(&format!("class Owner {{\n{members}\n}}\n"), language)
        .is_some_and(|source| !source.has_error())
}

/// Explains why a module does nothing at all, where that tells that its text is about the module
/// and not the module itself.
fn without_statements(path: &str, root: Node<'_>, text: &str) -> Option<&'static str> {
    let mut cursor = root.walk();
    let (comments, statements): (Vec<Node<'_>>, Vec<Node<'_>>) = root
        .named_children(&mut cursor)
        .partition(|node| node.kind() == "comment");
    if statements.is_empty() {
        // A lone comment may hold a module's place, `///` is read by the compiler, and a package's own file may be bare.
        let directive = |node: &Node<'_>| {
            text.get(node.byte_range())
                .is_some_and(|words| words.starts_with("///"))
        };
        let describes =
            comments.len() > 1 && !path.ends_with("__init__.py") && !comments.iter().any(directive);
        return describes.then_some("holds nothing but comments: it is a sketch");
    }
    statements
        .into_iter()
        .all(is_markup)
        .then_some("is markup with no component around it: it is a part of the file")
}

/// Returns whether a statement is JSX and nothing else.
fn is_markup(node: Node<'_>) -> bool {
    match node.kind() {
        "expression_statement" | "parenthesized_expression" => {
            node.named_child(0).is_some_and(is_markup)
        }
        kind => kind.starts_with("jsx_"),
    }
}

/// The number of functions of a Python module that do something, and of those that say only `...` where nothing asks
/// for that.
#[derive(Default)]
struct Bodies {
    /// Functions with anything but `...` in them.
    full: usize,
    /// Functions with nothing but `...`, which no base class or decorator asks for.
    hollow: usize,
}

impl Bodies {
    /// Counts below a node; `outlined` where a class or a decorator makes `...` the whole of a body.
    fn count(&mut self, node: Node<'_>, text: &str, outlined: bool) {
        let said = |node: Node<'_>| text.get(node.byte_range()).unwrap_or_default();
        let mut cursor = node.walk();
        let outlined = outlined
            || match node.kind() {
                "class_definition" => {
                    node.child_by_field_name("superclasses")
                        .is_some_and(|bases| {
                            ["Protocol", "ABC"]
                                .iter()
                                .any(|base| said(bases).contains(base))
                        })
                }
                "decorated_definition" => node
                    .children(&mut cursor)
                    .filter(|child| child.kind() == "decorator")
                    .any(|decorator| {
                        ["overload", "abstract"]
                            .iter()
                            .any(|word| said(decorator).contains(word))
                    }),
                _ => false,
            };
        if node.kind() == "function_definition" {
            let body = node.child_by_field_name("body");
            match body.is_some_and(|body| is_hollow(body, text)) {
                true if !outlined => self.hollow += 1,
                true => {}
                false => self.full += 1,
            }
            return;
        }
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            self.count(child, text, outlined);
        }
    }
}

/// Returns whether a body holds `...` and, at most, words about it.
fn is_hollow(body: Node<'_>, text: &str) -> bool {
    let mut cursor = body.walk();
    let told = |node: &Node<'_>| {
        node.kind() == "comment"
            || node
                .named_child(0)
                .is_some_and(|inner| inner.kind() == "string")
    };
    let statements: Vec<Node<'_>> = body
        .named_children(&mut cursor)
        .filter(|node| !told(node))
        .collect();
    matches!(statements.as_slice(), [one] if text.get(one.byte_range()).is_some_and(|words| words.trim() == "..."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sketch_is_no_file() {
        let sketches = [
            ("a.py", "def decide(...):\n    ...\n"),
            (
                "a.py",
                "class A:\n    def act(self):\n        \"\"\"Acts.\"\"\"\n        ...\n",
            ),
            ("a.ts", "export function act(...) {\n  ...\n}\n"),
            (
                "a.ts",
                "// a.ts\n- Upload of files (images, PDFs)\n- Checks of types\n",
            ),
            (
                "a.js",
                "function act() {}\n\n// New:\n- \"Mentor\" (10+ sessions held)\n",
            ),
            ("a.ts", "routes/\n├── auth.ts\n└── users.ts\n"),
            (
                "a.ts",
                "async act(id: number): Promise<void> {\n  await this.go(id);\n}\n",
            ),
            (
                "a.js",
                "import { go } from './go';\n\nasync act(id) {\n  await go(id);\n}\n",
            ),
            (
                "a.ts",
                "@Get(':id')\nfindOne(@Param('id') id: string) {\n  return this.one(id);\n}\n",
            ),
            (
                "route.ts",
                "// GET /api/weeks\n// Returns: { weeks: string[] }\n",
            ),
            ("jobs.py", "# Reads the queue.\n# Sends each mail.\n"),
            (
                "page.tsx",
                "<div className=\"grid\">\n  <p>{/* left */}</p>\n</div>\n",
            ),
            ("page.jsx", "// The layout\n(\n  <Card />\n)\n"),
        ];
        for (path, text) in sketches {
            assert!(explain_sketch(path, text).is_some(), "{path}: {text}");
        }
    }

    #[test]
    fn code_is_a_file() {
        let code = [
            (
                "a.py",
                "class A(Protocol):\n    def act(self) -> int: ...\n",
            ),
            (
                "a.py",
                "@overload\ndef act(one: int) -> int: ...\ndef act(one):\n    return one\n",
            ),
            ("a.pyi", "def act(one: int) -> int: ...\n"),
            ("a.py", "def act():\n    pass\n"),
            ("a.py", "X: int = ...\n"),
            ("a.ts", "export const all = [...one, ...two];\n"),
            (
                "a.ts",
                "export function act(...parts: string[]) {\n  return { ...parts };\n}\n",
            ),
            ("a.ts", "export const left = total\n  - fee\n  - tax;\n"),
            (
                "a.ts",
                "export class A {\n  async act() {\n    return `\n- one\n`;\n  }\n}\n",
            ),
            (
                "a.ts",
                "export const go = async (id: number) => { await act(id); };\n",
            ),
            ("a.md", "def decide(...)"),
            ("a.ts", "// Filled by a later task.\n"),
            (
                "vite-env.d.ts",
                "/// <reference types=\"vite/client\" />\n// Added by hand.\n",
            ),
            ("jobs/__init__.py", "# The jobs.\n# One module each.\n"),
            ("a.py", ""),
            ("a.tsx", "export const Left = () => <p>left</p>;\n"),
            ("a.tsx", "render(<App />);\n"),
        ];
        for (path, text) in code {
            assert_eq!(explain_sketch(path, text), None, "{path}: {text}");
        }
    }
}

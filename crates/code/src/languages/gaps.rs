//! Valid code that the grammars do not take, written so that they do: as many bytes, so that every
//! place in the tree is one of the text.
//!
//! ```text
//! p?: import("./t").Q[]     →   p?: import________.Q[]
//! tx.q<Row[]>`select 1`     →   tx.q       `select 1`
//! <p>Store & Insight</p>    →   <p>Store _ Insight</p>
//! <a href="/x?a=1&b=2">     →   <a href="/x?a=1_b=2">
//! ```

use std::ops::Range;

use tree_sitter::{Node, Tree};

/// Returns the text with the forms masked that lie where the tree has an error; none where there is
/// nothing to mask.
pub(super) fn mask_gaps(text: &str, tree: &Tree) -> Option<String> {
    let mut errors = Vec::new();
    collect_error_lines(tree.root_node(), &mut errors);
    let near = |at: &Range<usize>| {
        errors
            .iter()
            .any(|error| at.start <= error.end && error.start <= at.end)
    };
    let mut bytes = text.as_bytes().to_vec();
    let mut is_masked = false;
    let mut mask = |range: Range<usize>, with: u8| {
        bytes[range].fill(with);
        is_masked = true;
    };
    for call in imported_types(text) {
        mask(call.start + "import".len()..call.end, b'_');
    }
    for arguments in arguments_of_templates(text) {
        mask(arguments, b' ');
    }
    for (at, _) in text
        .match_indices(" & ")
        .filter(|(at, _)| near(&(*at..at + 3)))
    {
        mask(at + 1..at + 2, b'_');
    }
    for at in ampersands_of_attributes(text) {
        mask(at..at + 1, b'_');
    }
    String::from_utf8(bytes).ok().filter(|_| is_masked)
}

/// Returns the bytes of a bare `&` in the value of an attribute, before what may begin a reference:
/// `"?a=1&b=2"`; `&amp;` is none.
fn ampersands_of_attributes(text: &str) -> Vec<usize> {
    let values = text.match_indices('=').filter_map(|(at, _)| {
        let inner = text.get(at + 1..)?;
        let quote = inner.chars().next()?;
        let value = inner.get(1..)?;
        let end = value.find([quote, '\n'])?;
        (matches!(quote, '"' | '\'')).then_some((at + 2, value.get(..end)?))
    });
    let bare = values.flat_map(|(start, value)| {
        value.match_indices('&').filter_map(move |(at, _)| {
            let behind = value.get(at + 1..)?;
            let name = behind.find(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '#'));
            let is_reference = name.is_some_and(|end| end > 0 && behind[end..].starts_with(';'));
            (!is_reference).then_some(start + at)
        })
    });
    bare.collect()
}

/// Collects the parts of the tree that do not parse.
fn collect_error_lines(node: Node<'_>, found: &mut Vec<Range<usize>>) {
    if node.is_error() || node.is_missing() {
        found.push(node.byte_range());
    }
    if node.has_error() {
        let mut cursor = node.walk();
        node.children(&mut cursor)
            .for_each(|child| collect_error_lines(child, found));
    }
}

/// Returns the bytes of `import("x")` before a name with a capital: a type of another module.
fn imported_types(text: &str) -> Vec<Range<usize>> {
    let calls = text.match_indices("import(").filter_map(|(at, open)| {
        let inner = text.get(at + open.len()..)?;
        let quote = inner
            .chars()
            .next()
            .filter(|sign| matches!(sign, '"' | '\''))?;
        let length = inner.get(1..)?.find(quote)? + 2;
        let rest = inner.get(length..)?.strip_prefix(")")?;
        let is_type = rest
            .strip_prefix('.')
            .is_some_and(|name| name.starts_with(char::is_uppercase));
        let is_line = !inner.get(..length)?.contains('\n');
        (is_type && is_line).then_some(at..at + open.len() + length + 1)
    });
    calls.collect()
}

/// Returns the bytes of `<Row[]>` between a name and a template.
fn arguments_of_templates(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let ends = text.match_indices(">`").map(|(at, _)| at);
    let arguments = ends.filter_map(|end| {
        let mut depth = 0usize;
        for at in (0..=end).rev() {
            match bytes[at] {
                b'>' => depth += 1,
                b'<' => depth -= 1,
                b'\n' | b'`' | b';' => return None,
                _ => {}
            }
            if depth == 0 {
                let before = at.checked_sub(1).map(|before| bytes[before])?;
                return (before.is_ascii_alphanumeric() || matches!(before, b'_' | b'$'))
                    .then_some(at..end + 1);
            }
        }
        None
    });
    arguments.collect()
}

#[cfg(test)]
mod tests {
    use crate::languages::Language;

    #[test]
    fn what_the_grammars_lack_parses_and_keeps_its_places() {
        for (language, text) in [
            (
                Language::TypeScript,
                "export type A = { p?: import(\"./t\").Q[] };\n",
            ),
            (
                Language::TypeScript,
                "export function a(tx: any) { return tx.q<Row[]>`x`; }\n",
            ),
            (
                Language::TypeScript,
                "const a = await tx.q<{ n: Array<string> }[]>`select ${1}`;\n",
            ),
            (
                Language::Tsx,
                "export const A = () => <p>Store & Insight</p>;\n",
            ),
            (
                Language::Tsx,
                "export const A = () => <a href=\"/x?a=1&b=2&c=&amp;\" title='b&c'>x</a>;\n",
            ),
            (
                Language::JavaScript,
                "export const A = () => (\n  <p>\n    Store & Insight & more\n  </p>\n);\n",
            ),
        ] {
            let tree = language.parse(text).expect("a tree");
            assert!(
                !tree.root_node().has_error(),
                "{text}{}",
                tree.root_node().to_sexp()
            );
            assert_eq!(tree.root_node().end_byte(), text.len());
        }
        for text in [
            "const a = import(\"./t\";\n",
            "const a = <b>`x;\n",
            "export const a = 1 & ;\n",
            "const a=\"x&y\" &;\n",
        ] {
            let tree = Language::TypeScript.parse(text).expect("a tree");
            assert!(tree.root_node().has_error(), "{text}");
        }
    }
}

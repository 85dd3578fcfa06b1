//! Holds that nothing of a block is dropped: each of its statements stands in the result.
//!
//! ```text
//! file                  block           result                 refused
//! def f(x):             a = 10          def f(x):              `return a * x` is nowhere
//!     a = 1             return a * x        a = 10
//!     return a + x                          return a + x
//! ```

use code::imports::list_imports;

use crate::items::{Item, Source};
use crate::languages::{Kind, script_stem};
use crate::markers::is_elision;
use crate::prose::Prose;
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

/// Refuses a result that lacks a statement of the block which no name finds again: `return`, `throw`, `if`.
///
/// One with an elision stands for more than it shows, and is merged.
pub(super) fn hold_statements(
    block: &Source<'_>,
    items: &[Item<'_>],
    result: &str,
) -> Result<(), Refusal> {
    if block.has_error() {
        return Ok(());
    }
    let is_nameless = |item: &&Item<'_>| {
        item.kind == Kind::Statement
            && matches!(
                item.node.kind(),
                "return_statement" | "throw_statement" | "raise_statement" | "if_statement"
            )
    };
    let statements = items.iter().filter(is_nameless);
    let mut texts = statements.map(|item| block.slice(item.bare..item.code_end));
    let squeezed = squeeze(result);
    let lost = texts.find_map(|text| {
        let is_whole = !text.lines().any(is_elision) && !text.contains("...");
        (is_whole && !squeezed.contains(&squeeze(text)))
            .then(|| find_missing_line(text, result))
            .flatten()
    });
    let Some(line) = lost else {
        return Ok(());
    };
    let message = format!("`{line}` of the block would not be in the file");
    Err(new_refusal(Reason::Unclear, message))
}

/// Refuses a result that keeps names of an import which the words replace by one with fewer names.
///
/// "Replace the `ready` import (lines 1-5)" over `import { a } from './ready'`: what else was imported
/// from there goes, and is not kept beside it.
pub(super) fn hold_replaced_imports(
    (old, path): (&Source<'_>, &str),
    (block, result): (&str, &str),
    (prose, lines): (&Prose, Option<(usize, usize)>),
) -> Result<(), Refusal> {
    let list = |text: &str| list_imports(path, text).unwrap_or_default();
    if !prose.replaces_something() {
        return Ok(());
    }
    let stands = list(result);
    let shown = list(block);
    for before in list(old.text) {
        let Some(new) = shown.iter().find(|one| one.module == before.module) else {
            continue;
        };
        let head = old.text.get(..before.at).unwrap_or_default();
        let line = head.matches('\n').count() + 1;
        let is_at_lines = lines.is_some_and(|(first, _)| first == line);
        if !is_at_lines && !prose.replaces(module_stem(&before.module)) {
            continue;
        }
        let kept = before.names.iter().find(|name| {
            let mut now = stands.iter().filter(|one| one.module == before.module);
            !new.names.contains(name) && now.any(|one| one.names.contains(name))
        });
        if let Some(kept) = kept.filter(|_| !new.names.is_empty()) {
            let message = format!(
                "the words replace the import of `{}`, and `{kept}` of it would stay",
                before.module
            );
            return Err(new_refusal(Reason::Conflict, message));
        }
    }
    Ok(())
}

/// Returns the last part of a module, as words name it: `ready` of `./ready.mjs` and of `app.ready`.
fn module_stem(module: &str) -> &str {
    let last = module.rsplit('/').next().unwrap_or(module);
    let stem = script_stem(last);
    if module.contains('/') {
        stem
    } else {
        stem.rsplit('.').next().unwrap_or(stem)
    }
}

/// Returns the first line of a statement that the result has nowhere.
fn find_missing_line<'t>(text: &'t str, result: &str) -> Option<&'t str> {
    let there: Vec<String> = result.lines().map(squeeze).collect();
    let is_code =
        |line: &&str| !line.is_empty() && !line.starts_with('#') && !line.starts_with("//");
    text.lines()
        .map(str::trim)
        .filter(is_code)
        .find(|line| !there.contains(&squeeze(line)))
}

/// Returns code without blanks and without the signs at its end that layout adds or leaves out.
fn squeeze(code: &str) -> String {
    let bare: String = code.split_whitespace().collect();
    bare.trim_end_matches([';', ',']).to_owned()
}

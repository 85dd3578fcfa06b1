//! Imports under `if TYPE_CHECKING:`: they need no words about their place, and join those that are there.
//!
//! ```text
//! if TYPE_CHECKING:                + B     if TYPE_CHECKING:
//!     from app import A                        from app import A, B
//! ```

use crate::imports::{Imports, Statement, imported_names};
use crate::items::{Item, Source, line_end, line_start};
use crate::languages::{Form, Imported, Kind, Writing};
use crate::splice::Splice;

/// Returns whether an item is nothing but imports for the type checker.
///
/// One with an `else` is code that runs, and no such item.
pub(crate) fn is_typing(source: &Source<'_>, item: &Item<'_>) -> bool {
    item.node.kind() == "if_statement"
        && item.name.ends_with("TYPE_CHECKING")
        && item.node.child_by_field_name("alternative").is_none()
        && item
            .node
            .child_by_field_name("consequence")
            .is_some_and(|body| {
                source
                    .items(body)
                    .iter()
                    .all(|item| matches!(item.kind, Kind::Import | Kind::Comment))
            })
}

impl<'t> Imports<'_, '_, 't> {
    /// Adds the imports of the snippet's guards, to the file's own guard or, where it has none, in one below its imports.
    pub(crate) fn add_typing(
        &self,
        snippet: &Source<'_>,
        guards: &[&Item<'_>],
        splice: &mut Splice<'_>,
    ) {
        let mut lines: Vec<String> = Vec::new();
        let mut head = "";
        for guard in guards {
            let Some(body) = guard.node.child_by_field_name("consequence") else {
                continue;
            };
            for item in snippet
                .items(body)
                .iter()
                .filter(|item| item.kind == Kind::Import)
            {
                let bindings =
                    imported_names(snippet.language, item.node, snippet.text).unwrap_or_default();
                let missing: Vec<Imported> = bindings
                    .iter()
                    .filter(|one| !self.knows(one))
                    .cloned()
                    .collect();
                if missing.is_empty() {
                    continue;
                }
                head = snippet
                    .slice(guard.node.start_byte()..body.start_byte())
                    .trim_end();
                let names: Vec<&str> = missing.iter().map(Imported::local).collect();
                splice.add_evidence(format!(
                    "imported {} for the type checker",
                    names.join(", ")
                ));
                // A comment behind the statement goes with it, so that it can't join another one.
                let tail = snippet.slice(item.code_end..item.end);
                if let Some(statement) = self.typing_of(&missing).filter(|_| tail.trim().is_empty())
                {
                    let shown: Vec<&Imported> = bindings.iter().collect();
                    self.extend(statement, &missing, &shown, splice);
                    continue;
                }
                lines.push(format!("{}{tail}", self.file.language.import(&missing, "")));
            }
        }
        if !lines.is_empty() {
            self.insert_guarded(&lines, head, splice);
        }
    }

    /// Puts statements below those of the file's guard; where it has none, in a new one below its imports that begins with
    /// `head`: `if TYPE_CHECKING:`.
    fn insert_guarded(&self, lines: &[String], head: &str, splice: &mut Splice<'_>) {
        let text = self.file.text;
        if let Some(last) = self.statements.iter().rev().find(|one| one.typing) {
            let indent = self.file.indent(last.item.start);
            let body: String = lines
                .iter()
                .map(|line| format!("\n{indent}{line}"))
                .collect();
            splice.insert(line_end(text, last.item.end), body);
            return;
        }
        let body: String = lines
            .iter()
            .map(|line| format!("\n{}{line}", self.file.language.unit()))
            .collect();
        let last = self
            .statements
            .iter()
            .rfind(|one| one.plain)
            .map(|one| one.item.end);
        let opening = || {
            self.items
                .iter()
                .take_while(|item| matches!(item.kind, Kind::Docstring | Kind::Comment))
        };
        match last.or_else(|| opening().last().map(|item| item.end)) {
            Some(end) => splice.insert(line_end(text, end), format!("\n\n{head}{body}")),
            None => splice.insert(line_start(text, 0), format!("{head}{body}\n\n\n")),
        }
    }

    /// Returns the statement of the file's guard that takes more names of a module.
    /// Only `from x import y` can take more; a module or an alias of one stands on its own.
    fn typing_of(&self, bindings: &[Imported]) -> Option<&Statement<'t>> {
        let first = bindings.first().filter(|first| first.form == Form::Named)?;
        let same = |have: &Imported| {
            have.form == Form::Named && self.same_module(&have.module, &first.module)
        };
        self.statements
            .iter()
            .find(|one| one.typing && !one.bindings.is_empty() && one.bindings.iter().all(same))
    }

    /// Returns whether the file imports it, for the program or for the type checker.
    fn knows(&self, binding: &Imported) -> bool {
        self.statements.iter().any(|statement| {
            statement
                .bindings
                .iter()
                .any(|have| self.same(have, binding))
        })
    }
}

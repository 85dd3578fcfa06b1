//! Replaces or merges what stands above a definition: its comments and decorators.
//!
//! ```text
//! file             block            result
//! # Old note.                       # Old note.      the block shows no comment, so the file's stays
//! @cached          @cached(60)      @cached(60)      its decorators replace the file's
//! def f(): ...     def f(): ...     def f(): ...
//! ```

use tree_sitter::Node;

use super::Merger;
use crate::items::{Item, Source, decorators_of_item};
use crate::markers::is_elision;
use crate::splice::new_refusal;
use crate::{Reason, Refusal};

impl Merger<'_, '_, '_> {
    /// Replaces comments and decorators by the snippet's, where it shows some.
    ///
    /// Decorators and comments that the block does not show stay. Comments of the block are taken
    /// only where the file has comments to replace and none of those shown is an elision.
    pub(super) fn replace_ornaments(
        &mut self,
        old: &Item<'_>,
        new: &Item<'_>,
    ) -> Result<(), Refusal> {
        let indent = self.file.indent(old.start).to_owned();
        if new.has_decorators() && !self.merge_decorators(old, new)? {
            let (before, after) = (
                self.file.slice(old.head..old.bare),
                self.snippet.slice(new.head..new.bare),
            );
            if before.split_whitespace().ne(after.split_whitespace()) {
                let piece = self.transplant.piece(new.head..new.bare, &indent);
                let piece = format!("{}\n{indent}", piece.trim_end());
                self.splice.replace(old.head..old.bare, piece);
            }
        }
        let comments = self.snippet.slice(new.start..new.head);
        if new.has_comments() && !comments.lines().any(is_elision) && old.has_comments() {
            let before = self.file.slice(old.start..old.head);
            if before.split_whitespace().ne(comments.split_whitespace()) {
                let piece = self.transplant.piece(new.start..new.head, &indent);
                self.splice.replace(
                    old.start..old.head,
                    format!("{}\n{indent}", piece.trim_end()),
                );
            }
        }
        Ok(())
    }

    /// Merges decorators that hold elisions, one by one; `false` where none does.
    ///
    /// An elided decorator must be the only one of its name on both sides; else it is refused.
    fn merge_decorators(&mut self, old: &Item<'_>, new: &Item<'_>) -> Result<bool, Refusal> {
        let (there, shown) = (decorators_of_item(old), decorators_of_item(new));
        if !shown.iter().any(|decorator| self.is_elided(*decorator)) {
            // No elision: the decorators are replaced as a whole, which must not lose an entry of
            // theirs unnoticed.
            for decorator in shown {
                let found = there.iter().find(|one| {
                    decorator_name(self.file, **one) == decorator_name(self.snippet, decorator)
                });
                let lost = found
                    .and_then(|found| self.drops(*found, decorator))
                    .filter(|_| !self.prose.replaces_something());
                if let Some(lost) = lost {
                    return Err(new_refusal(
                        Reason::Conflict,
                        format!(
                            "the block shows the decorator of `{}` without `{lost}` and without an elision",
                            old.name
                        ),
                    ));
                }
            }
            return Ok(false);
        }
        for (at, decorator) in shown.iter().enumerate() {
            let own = decorator_name(self.snippet, *decorator);
            let mut same = there
                .iter()
                .filter(|one| decorator_name(self.file, **one) == own);
            let (Some(found), None) = (same.next(), same.next()) else {
                return Err(new_refusal(
                    Reason::Unclear,
                    format!(
                        "the block elides part of decorator {} of `{}`",
                        at + 1,
                        old.name
                    ),
                ));
            };
            self.merge_node(*found, *decorator)?;
        }
        Ok(true)
    }
}

/// Returns a decorator without its arguments: `@app.get` of `@app.get("/x")`.
fn decorator_name(source: &Source<'_>, decorator: Node<'_>) -> String {
    let shown = source.slice(decorator.byte_range());
    shown.split('(').next().unwrap_or_default().to_owned()
}

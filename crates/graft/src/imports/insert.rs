//! Puts a new import statement beside its like: the same module, the same group, in order where the file keeps one.
//!
//! ```text
//! import os                          import os
//!                   + app.auth
//! from app.db import x               from app.auth import y      the paragraph of its own package, in its order
//!                                    from app.db import x
//! ```

use crate::imports::{Beside, Imports, Statement};
use crate::items::{line_end, line_start};
use crate::languages::{Form, Imported, Kind, Writing, flatten};
use crate::layout::blank_lines;
use crate::splice::Splice;

impl<'t> Imports<'_, '_, 't> {
    /// Puts a new statement beside its like.
    pub(super) fn insert_statement(
        &self,
        bindings: &[Imported],
        statement: &str,
        splice: &mut Splice<'_>,
    ) {
        let Some(first) = bindings.first() else {
            return;
        };
        let text = self.file.text;
        let plain: Vec<&Statement<'t>> = self.statements.iter().filter(|one| one.plain).collect();
        let rank = |module: &str| self.file.language.import_rank(module, self.path);
        // Ranks are those of `Writing::import_rank`: lower ones stand above. A statement without a
        // name counts as a package.
        let own = rank(&first.module);
        let ranks: Vec<u8> = plain
            .iter()
            .map(|one| {
                one.bindings
                    .first()
                    .map_or(2, |binding| rank(&binding.module))
            })
            .collect();
        // Another form of the same module, as `import a` beside `from a import b`: right below it.
        if let Some(same) = plain.iter().rev().find(|one| {
            one.bindings
                .iter()
                .any(|have| self.same_module(&have.module, &first.module))
        }) {
            splice.insert(line_end(text, same.item.end), format!("\n{statement}"));
            return;
        }
        if let Some(group) = self.group(&plain, &ranks, &first.module, own) {
            self.insert_into_group(&group, (first, statement), splice);
            return;
        }
        // No statement of its rank: below the last of a lower one, else above all, as a group of
        // its own in Python.
        let lower = (0..plain.len())
            .rev()
            .find(|&at| ranks.get(at).is_some_and(|&rank| rank < own))
            .and_then(|at| plain.get(at));
        let groups = self.file.language.module_gap() == 2;
        if let Some(lower) = lower {
            splice.insert(
                line_end(text, lower.item.end),
                format!("{}{statement}", if groups { "\n\n" } else { "\n" }),
            );
        } else if let Some(higher) = plain.first() {
            splice.insert(
                line_start(text, higher.item.start),
                format!("{statement}{}", if groups { "\n\n" } else { "\n" }),
            );
        } else {
            self.insert_first(statement, splice);
        }
    }

    /// Puts a new statement, given with its first name, among those of its group: in order where they keep one, else last.
    fn insert_into_group(
        &self,
        group: &[&Statement<'t>],
        (first, statement): (&Imported, &str),
        splice: &mut Splice<'_>,
    ) {
        let text = self.file.text;
        let keys: Vec<String> = group
            .iter()
            .map(|one| import_sort_key(one.bindings.first()))
            .collect();
        let new = import_sort_key(Some(first));
        // Up to three stand in order by chance; Python's formatters sort them all the same.
        let sorted = keys.windows(2).all(|two| two[0] <= two[1])
            && (keys.len() > 3 || self.file.language.module_gap() == 2);
        let next = keys
            .iter()
            .position(|have| *have > new)
            .filter(|_| sorted)
            .and_then(|at| group.get(at));
        if let Some(next) = next {
            splice.insert(line_start(text, next.item.start), format!("{statement}\n"));
        } else if let Some(last) = group.last() {
            splice.insert(line_end(text, last.item.end), format!("\n{statement}"));
        }
    }

    /// Puts a new statement right beside one that stands.
    pub(super) fn insert_beside(&self, beside: Beside, statement: &str, splice: &mut Splice<'_>) {
        let Some(there) = self.statements.get(beside.at) else {
            return;
        };
        if beside.before {
            splice.insert(
                line_start(self.file.text, there.item.start),
                format!("{statement}\n"),
            );
        } else {
            splice.insert(
                line_end(self.file.text, there.item.end),
                format!("\n{statement}"),
            );
        }
    }

    /// Returns the statements among which the module belongs: those of its own package and kind, else of its kind, in
    /// the paragraph of the file that holds them.
    fn group<'p>(
        &self,
        plain: &'p [&'p Statement<'t>],
        ranks: &[u8],
        module: &str,
        own: u8,
    ) -> Option<Vec<&'p Statement<'t>>> {
        // The package of a module: `app` of `app.db`, `..app` and `./app/db`.
        let top = |module: &str| {
            module
                .split(['.', '/'])
                .find(|part| !part.is_empty())
                .map(str::to_owned)
        };
        // Paragraphs are runs of imports without a blank line between them; indices into `plain`.
        let mut paragraphs: Vec<Vec<usize>> = Vec::new();
        for at in 0..plain.len() {
            let apart = at == 0
                || plain
                    .get(at - 1)
                    .zip(plain.get(at))
                    .is_some_and(|(above, below)| {
                        blank_lines(self.file.text, above.item.end, below.item.start) > 0
                    });
            match paragraphs.last_mut() {
                Some(paragraph) if !apart => paragraph.push(at),
                _ => paragraphs.push(vec![at]),
            }
        }
        let of_rank = |at: &usize| ranks.get(*at) == Some(&own);
        let of_package = |at: &usize| {
            let first = plain.get(*at).and_then(|one| one.bindings.first());
            of_rank(at) && first.is_some_and(|binding| top(&binding.module) == top(module))
        };
        // Best a paragraph with the same package, then one of that rank alone, then one that has it
        // among others.
        let chosen = paragraphs
            .iter()
            .find(|paragraph| paragraph.iter().any(of_package))
            .or_else(|| {
                paragraphs
                    .iter()
                    .find(|paragraph| paragraph.iter().all(of_rank))
            })
            .or_else(|| {
                paragraphs
                    .iter()
                    .find(|paragraph| paragraph.iter().any(of_rank))
            })?;
        let group = chosen
            .iter()
            .filter(|at| of_rank(at))
            .filter_map(|&at| plain.get(at).copied());
        Some(group.collect())
    }

    /// Puts the file's first import below its opening comments and its docstring.
    fn insert_first(&self, statement: &str, splice: &mut Splice<'_>) {
        let text = self.file.text;
        let opening = self.items.iter().take_while(|item| {
            matches!(item.kind, Kind::Docstring | Kind::Comment)
                || flatten(self.file.slice(item.node.byte_range())).starts_with("'use ")
                || item.node.kind() == "hash_bang_line"
        });
        match opening.last() {
            Some(last) => splice.insert(line_end(text, last.end), format!("\n\n{statement}")),
            None => {
                let start = if text.starts_with('\u{feff}') {
                    '\u{feff}'.len_utf8()
                } else {
                    0
                };
                // In Python two blank lines part the imports from a definition, else one is enough.
                let gap = if self.items.is_empty() { "\n" } else { "\n\n" };
                let gap = if self
                    .items
                    .first()
                    .is_some_and(|item| matches!(item.kind, Kind::Function | Kind::Class))
                    && self.file.language.module_gap() == 2
                {
                    "\n\n\n"
                } else {
                    gap
                };
                splice.insert(start, format!("{statement}{gap}"));
            }
        }
    }
}

/// Returns what statements are ordered by: whole modules before names of modules, then the module
/// in small letters.
///
/// `import os` -> `0os`, `from a.B import c` -> `1a.b`.
fn import_sort_key(binding: Option<&Imported>) -> String {
    binding.map_or_else(String::new, |binding| {
        let form = if binding.form == Form::Module {
            '0'
        } else {
            '1'
        };
        format!("{form}{}", binding.module.to_lowercase())
    })
}

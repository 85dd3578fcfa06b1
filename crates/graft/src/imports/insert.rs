//! Puts a new import statement beside its like: the same module, the same group, in order where the file keeps one.

use crate::imports::{Imports, Statement};
use crate::items::{line_end, line_start};
use crate::languages::{Binding, Form, Kind, flat};
use crate::splice::Splice;

impl<'t> Imports<'_, '_, 't> {
    /// Puts a new statement beside its like.
    pub(super) fn insert(&self, bindings: &[Binding], statement: &str, splice: &mut Splice<'_>) {
        let Some(first) = bindings.first() else { return };
        let text = self.file.text;
        let plain: Vec<&Statement<'t>> = self.statements.iter().filter(|one| one.plain).collect();
        let rank = |module: &str| self.file.language.import_rank(module, self.path);
        let own = rank(&first.module);
        let ranks: Vec<u8> =
            plain.iter().map(|one| one.bindings.first().map_or(2, |binding| rank(&binding.module))).collect();
        if let Some(same) =
            plain.iter().rev().find(|one| one.bindings.iter().any(|have| self.same_module(&have.module, &first.module)))
        {
            splice.insert(line_end(text, same.item.end), format!("\n{statement}"));
            return;
        }
        let like: Vec<usize> = (0..plain.len()).filter(|&at| ranks.get(at) == Some(&own)).collect();
        if let Some(&last) = like.last() {
            let keys: Vec<String> =
                like.iter().filter_map(|&at| plain.get(at)).map(|one| key(one.bindings.first())).collect();
            let new = key(Some(first));
            let sorted = keys.windows(2).all(|two| two[0] <= two[1]);
            let next = if sorted {
                keys.iter().position(|have| *have > new).and_then(|at| like.get(at)).and_then(|&at| plain.get(at))
            } else {
                None
            };
            if let Some(next) = next {
                splice.insert(line_start(text, next.item.start), format!("{statement}\n"));
            } else if let Some(last) = plain.get(last) {
                splice.insert(line_end(text, last.item.end), format!("\n{statement}"));
            }
            return;
        }
        let lower = (0..plain.len())
            .rev()
            .find(|&at| ranks.get(at).is_some_and(|&rank| rank < own))
            .and_then(|at| plain.get(at));
        let groups = self.file.language.module_gap() == 2;
        if let Some(lower) = lower {
            splice.insert(line_end(text, lower.item.end), format!("{}{statement}", if groups { "\n\n" } else { "\n" }));
        } else if let Some(higher) = plain.first() {
            splice.insert(
                line_start(text, higher.item.start),
                format!("{statement}{}", if groups { "\n\n" } else { "\n" }),
            );
        } else {
            self.insert_first(statement, splice);
        }
    }

    /// Puts the file's first import below its opening comments and its docstring.
    fn insert_first(&self, statement: &str, splice: &mut Splice<'_>) {
        let text = self.file.text;
        let opening = self.items.iter().take_while(|item| {
            matches!(item.kind, Kind::Docstring | Kind::Comment)
                || flat(self.file.slice(item.node.byte_range())).starts_with("'use ")
                || item.node.kind() == "hash_bang_line"
        });
        match opening.last() {
            Some(last) => splice.insert(line_end(text, last.end), format!("\n\n{statement}")),
            None => {
                let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
                let gap = if self.items.is_empty() { "\n" } else { "\n\n" };
                let gap = if self.items.first().is_some_and(|item| matches!(item.kind, Kind::Function | Kind::Class))
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

fn key(binding: Option<&Binding>) -> String {
    binding.map_or_else(String::new, |binding| {
        let form = if binding.form == Form::Module { '0' } else { '1' };
        format!("{form}{}", binding.module.to_lowercase())
    })
}

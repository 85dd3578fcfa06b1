//! Places a snippet into a file of a programming language: reads both, finds the list for each item, merges, proves.
//!
//! ```text
//! read      the block: notes taken off, wrapped where it needs a class or brackets around it
//! whole     most of the file? then it takes the file's place
//! imports   added to the file's own
//! bare      statements by what stands beside them
//! assign    all else: the list of the file for each item
//! merge     each list
//! prove     the result is checked, and the block placed into it again must change nothing
//! ```

mod assign;
mod bare;
mod commented;
mod kept;
mod notes;
mod region;
mod whole;

use std::collections::HashSet;

use crate::check::{
    Edited, check_edit, check_result, hold_added, hold_apart, hold_assertions, hold_replaced,
    reorder_definitions,
};
use crate::imports::{Imports, Shown, collect_wanted_imports, is_typing, spelled_out};
use crate::items::{Item, Replaced, Source, parse_source};
use crate::languages::{Kind, Language, List};
use crate::loose::Hints;
use crate::merge::{Merger, Pair};
use crate::names::collect_defined_names;
use crate::prose::{Prose, Relation};
use crate::reading::{Reading, read_snippet};
use crate::snippet::{Applied, Context, Edit, Evidence, File, Graft, Reason, Refusal};
use crate::splice::{Splice, edits_between, new_refusal};
use crate::structure::assign::{Sides, assign_items};
use crate::structure::bare::{are_placed_inside, hold_owner, hold_settings, insert_loose_items};
use crate::structure::commented::hold_commented_lines;
use crate::structure::kept::{hold_replaced_imports, hold_statements};
use crate::structure::notes::{hold_outlined_use, take_placing_comments};
use crate::structure::whole::{is_whole, overwrite_file};

/// Places a snippet by structure, and proves the result.
pub(crate) fn apply_by_structure(
    file: &File<'_>,
    text: &str,
    snippet: &str,
    (context, language): (&Context<'_>, Language),
) -> Graft {
    // Lines that the plan replaces and that are there as the block has them: the plan was followed
    // already.
    if named_lines(context).is_some() && region::contains_lines(text, snippet) {
        return Graft::AlreadyApplied;
    }
    let placed = try_place(file, text, snippet, (context, language));
    placed.unwrap_or_else(|refusal| {
        let region = try_region(file, text, snippet, (context, language));
        region
            .filter(|_| is_unresolved(refusal.reason))
            .unwrap_or(Graft::Refused(refusal))
    })
}

/// Returns whether the refusal says no more than that no item of the file is meant.
fn is_unresolved(reason: Reason) -> bool {
    matches!(reason, Reason::NotFound | Reason::Syntax | Reason::Unclear)
}

/// Returns the lines that the plan says to replace.
///
/// `None` where the words replace nothing: then numbers only tell where something is.
fn named_lines(context: &Context<'_>) -> Option<(usize, usize)> {
    let prose = Prose::read(context.prose);
    context
        .lines
        .or_else(|| prose.lines())
        .filter(|_| prose.replaces_something())
}

/// Replaces the lines that the plan names, where the block itself is no item: proven like any other placement.
///
/// None where no lines are named, where either text has an error of syntax, where a check fails, or
/// where the block does not stand in the result.
fn try_region(
    file: &File<'_>,
    text: &str,
    snippet: &str,
    (context, language): (&Context<'_>, Language),
) -> Option<Graft> {
    let lines = named_lines(context)?;
    let graft = line_ends(
        region::replace_region(text, snippet, lines, language)?,
        text,
    );
    let Graft::Applied(applied) = &graft else {
        return Some(graft);
    };
    let (old, new) = (
        parse_source(text, language)?,
        parse_source(&applied.text, language)?,
    );
    let (path, pending) = (file.path, context.pending);
    let edited = Edited {
        path,
        old: Some(&old),
        new: &new,
        edits: &applied.edits,
        pending,
    };
    if old.has_error() || new.has_error() || check_edit(&edited).is_err() {
        return None;
    }
    region::contains_lines(&applied.text, snippet).then_some(graft)
}

/// Places the snippet's items and proves the result; a snippet that shows the whole file takes its place.
fn try_place(
    file: &File<'_>,
    text: &str,
    snippet: &str,
    (context, language): (&Context<'_>, Language),
) -> Result<Graft, Refusal> {
    let unread = || new_refusal(Reason::Syntax, format!("{} could not be parsed", file.path));
    let old = parse_source(text, language).ok_or_else(unread)?;
    if old.has_error() {
        return Err(new_refusal(
            Reason::Syntax,
            format!(
                "{} does not parse as it stands, so nothing can be placed by structure",
                file.path
            ),
        ));
    }
    hold_commented_lines(snippet, &old)?;
    let known = collect_defined_names(&old);
    let (bare, placing) = take_placing_comments(snippet, text);
    let reading = read_snippet(&bare, language, file.path, &known)?;
    let new = parse_source(&reading.text, language).ok_or_else(unread)?;
    let said = format!("{}\n\n{placing}{}", context.prose, reading.notes);
    let earlier = Prose::read_knowing(context.earlier, &known);
    let prose = Prose::read_knowing(&said, &known)
        .replacing(context.current.is_some())
        .with_lines_now(context.lines)
        .following(&earlier);
    let above = |relation| named_above(context.above?, relation, (language, file.path, &known));
    let mut prose = prose.beside_shown(above);
    prose.found = context.found.map(str::to_owned);
    let shown = new.items(new.root());
    hold_owner(file.path, &old, &shown, &prose)?;
    let is_local = reading.local_imports || are_placed_inside(&old, &shown, &prose);
    let work = PreparedSnippet {
        path: file.path,
        snippet: &new,
        reading: &reading,
        prose: &prose,
        imports: context.imports,
        lines: context.lines,
        local_imports: is_local,
    };
    if context.current.is_none() && reading.wrapped.is_none() && is_whole(&old, &new, &prose) {
        return match work.attempt(&old) {
            Ok(Graft::AlreadyApplied) => Ok(Graft::AlreadyApplied),
            _ => {
                let whole = overwrite_file(text, snippet, &reading, file.path);
                hold_whole(file, &old, &whole, context)?;
                Ok(whole)
            }
        };
    }
    let graft = in_order(work.attempt(&old)?, &old, context);
    let graft = line_ends(graft, text);
    hold_block((&new, &shown), &graft, &old)?;
    if let Graft::Applied(applied) = &graft {
        let texts = (snippet, applied.text.as_str());
        hold_replaced_imports((&old, file.path), texts, (&prose, context.lines))?;
    }
    if let Graft::Applied(applied) = &graft {
        let result = result_of(&old, applied).ok_or_else(unread)?;
        hold_outlined_use(&new, &result)?;
        work.prove(&old, &result, &applied.edits, context.pending)?;
    }
    Ok(graft)
}

/// Checks that nothing of a block is dropped, and that what it leaves as it is holds what it outlines.
fn hold_block(
    (block, items): (&Source<'_>, &[Item<'_>]),
    graft: &Graft,
    old: &Source<'_>,
) -> Result<(), Refusal> {
    let now = match graft {
        Graft::Applied(applied) => applied.text.as_str(),
        _ => old.text,
    };
    hold_statements(block, items, now)?;
    if matches!(graft, Graft::AlreadyApplied) {
        hold_outlined_use(block, old)?;
    }
    Ok(())
}

/// Returns the name of what a block ends with, or begins with where the words say "before it": a definition's, else its
/// first line.
/// None for a block that can't be read, or that has no code.
fn named_above(
    block: &str,
    relation: Relation,
    (language, path, known): (Language, &str, &HashSet<String>),
) -> Option<String> {
    let reading = read_snippet(block, language, path, known).ok()?;
    let source = parse_source(&reading.text, language)?;
    let code = |item: &Item<'_>| {
        !matches!(
            item.kind,
            Kind::Marker | Kind::Comment | Kind::Docstring | Kind::Import
        )
    };
    let mut items: Vec<Item<'_>> = source
        .items(source.root())
        .into_iter()
        .filter(code)
        .collect();
    if reading.wrapped.is_some() {
        let list = items
            .pop()
            .and_then(|wrapper| language.body(wrapper.core))?;
        items = source.items(list).into_iter().filter(code).collect();
    }
    let meant = if relation == Relation::Before {
        items.first()
    } else {
        items.last()
    }?;
    let first = source
        .slice(meant.bare..meant.code_end)
        .lines()
        .next()
        .unwrap_or_default();
    Some(if meant.is_definition() {
        meant.name.clone()
    } else {
        first.trim().to_owned()
    })
}

/// Reads what edits made of a text; only what they touch is read anew.
fn result_of<'a>(old: &Source<'_>, applied: &'a Applied) -> Option<Source<'a>> {
    let edits = applied.edits.iter();
    let edits = edits.map(|edit| Replaced {
        start: edit.old.start,
        end: edit.old.end,
        new: &edit.new,
    });
    old.after(&edits.collect::<Vec<_>>(), &applied.text)
}

/// Checks a whole file that took another's place.
fn hold_whole(
    file: &File<'_>,
    old: &Source<'_>,
    whole: &Graft,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    let Graft::Applied(applied) = whole else {
        return Ok(());
    };
    let Some(new) = parse_source(&applied.text, old.language) else {
        return Ok(());
    };
    let (path, pending) = (file.path, context.pending);
    check_edit(&Edited {
        path,
        old: Some(old),
        new: &new,
        edits: &applied.edits,
        pending,
    })
}

/// Moves definitions that the unit brought above what reads them while the module is imported.
///
/// The file as it was before all blocks of the unit tells which definitions are new.
fn in_order(graft: Graft, old: &Source<'_>, context: &Context<'_>) -> Graft {
    let Graft::Applied(applied) = graft else {
        return graft;
    };
    let Some(edited) = result_of(old, &applied) else {
        return Graft::Applied(applied);
    };
    let found = context
        .found
        .and_then(|found| parse_source(found, old.language));
    let Some(reordered) = reorder_definitions(found.as_ref().unwrap_or(old), &edited) else {
        return Graft::Applied(applied);
    };
    let moves = reordered.moves.iter().map(|(definition, reader)| {
        Evidence(format!(
            "moved `{definition}` above `{reader}`, which reads it while the module is imported"
        ))
    });
    Graft::Applied(Applied {
        edits: edits_between(old.text, &reordered.text),
        evidence: applied.evidence.into_iter().chain(moves).collect(),
        text: reordered.text,
    })
}

/// The input of a placement, read once and placed twice: into the file, and for the proof into the result.
struct PreparedSnippet<'s, 'n> {
    path: &'s str,
    snippet: &'s Source<'n>,
    reading: &'s Reading,
    prose: &'s Prose,
    /// The imports that the words beside the block spell out.
    imports: &'s [String],
    lines: Option<(usize, usize)>,
    /// The block's imports belong to a function.
    local_imports: bool,
}

impl PreparedSnippet<'_, '_> {
    /// Checks the result of a placement by facts of the text and by what the words say, last by placing the block into it
    /// once more: that must change nothing.
    fn prove(
        &self,
        old: &Source<'_>,
        result: &Source<'_>,
        edits: &[Edit],
        pending: &[String],
    ) -> Result<(), Refusal> {
        check_result(old, result, self.snippet)?;
        check_edit(&Edited {
            path: self.path,
            old: Some(old),
            new: result,
            edits,
            pending,
        })?;
        hold_replaced(old, edits, self.prose)?;
        hold_assertions(old, result, self.prose)?;
        hold_added(old, result, self.prose)?;
        hold_settings(old, result, self.prose)?;
        if self.reading.wrapped.is_none() && !self.reading.indented {
            hold_apart((old, result), self.snippet, self.prose)?;
        }
        if !matches!(self.attempt(result), Ok(Graft::AlreadyApplied)) {
            return Err(new_refusal(
                Reason::Unproven,
                "the block would change its own result if it were placed again",
            ));
        }
        Ok(())
    }

    /// Places the snippet into a text, without proof.
    fn attempt(&self, old: &Source<'_>) -> Result<Graft, Refusal> {
        let old_items = old.items(old.root());
        let mut new_items = self.snippet.items(self.snippet.root());
        let guards: Vec<Item<'_>> = new_items
            .iter()
            .filter(|item| is_typing(self.snippet, item))
            .cloned()
            .collect();
        new_items.retain(|item| !is_typing(self.snippet, item));
        let mut merger = Merger::new(old, self.snippet, self.prose);
        if !self.local_imports {
            let imports = Imports::from_items(old, self.path, &old_items);
            let others =
                |item: &Item<'_>| !matches!(item.kind, Kind::Import | Kind::Comment | Kind::Marker);
            let alone = !new_items.iter().any(others) && guards.is_empty();
            let mut wanted = collect_wanted_imports(self.snippet, &new_items);
            let said = spelled_out(self.imports, self.snippet, &new_items);
            wanted.extend(
                said.into_iter()
                    .map(|one| imports.in_the_module_meant(one))
                    .filter(|one| !imports.binds(one.binding.local())),
            );
            let shown = Shown {
                snippet: self.snippet,
                prose: self.prose,
                alone,
            };
            let wanted = imports.keep_in_functions(wanted, &shown, &mut merger.splice)?;
            imports.add(&wanted, alone.then_some(self.prose), &mut merger.splice)?;
            imports.add_typing(
                self.snippet,
                &guards.iter().collect::<Vec<_>>(),
                &mut merger.splice,
            );
        }
        let lines = self.lines.or_else(|| self.prose.lines());
        let hints = Hints {
            prose: self.prose,
            lines,
            inside: self.reading.indented,
            local_imports: self.local_imports,
        };
        if !insert_loose_items(&mut merger, self.reading, &hints, &new_items)? {
            let sides = Sides {
                old,
                new: self.snippet,
                reading: self.reading,
                prose: self.prose,
            };
            for group in assign_items(&sides, &old_items, new_items)? {
                let pair = Pair {
                    node: group.list,
                    kind: old.language.list(group.list).unwrap_or(List::Module),
                    old: old.items(group.list),
                    new: group.items,
                    wrapped: group.wrapped,
                };
                merger.merge_list(&pair)?;
            }
        }
        Ok(merger.splice.finish())
    }
}

/// Gives new lines the file's line ends.
///
/// Code is merged with `\n`, as the block has it.
fn line_ends(graft: Graft, text: &str) -> Graft {
    let Graft::Applied(applied) = graft else {
        return graft;
    };
    if !text.contains("\r\n") {
        return Graft::Applied(applied);
    }
    let mut splice = Splice::new(text);
    for edit in applied.edits {
        splice.replace(
            edit.old,
            edit.new.replace("\r\n", "\n").replace('\n', "\r\n"),
        );
    }
    for evidence in applied.evidence {
        splice.add_evidence(evidence.0);
    }
    splice.finish()
}

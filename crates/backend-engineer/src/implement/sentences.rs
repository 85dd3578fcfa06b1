//! Accounts for the sentences of a unit that ask for work which no block shows: each is left for a mind, or stands, or was
//! accepted by a person. None is dropped.
//!
//! A unit: "Add `slug` to `Post` (code). Also drop the unused `legacy_id`. If tests are slow, cache
//! them."
//! 1. the first sentence has its block, and its step's item says what came of it: passed over here;
//! 2. the second asks for a removal. While `legacy_id` is in the file, it is left for a model or a
//!    person; once it is gone, nothing is said about it;
//! 3. the third depends on how the work goes: deferred, no item of the change.

use code::languages::Language;
use plan::{Phase, PhaseId, Sentence, SentenceClass, State, Step};

use super::remainder::{Passage, Remainder, code_spans, first_words};
use super::{Change, Item, PlacementOutcome, StepOutcome, inline};
use crate::identifiers::contains_identifier;
use crate::prohibitions::{find_definitions, last_symbol_name};
use crate::removals::find_remaining_symbol;
use crate::stop::Stop;
use crate::unit_work::UnitWork;

/// Returns what is done about prose of the plan: left, accepted by a person before, or deferred where all that it says
/// depends on a condition of the work.
pub(super) fn outcome_of_prose(
    work: &UnitWork<'_>,
    phase: &Phase,
    span: &plan::Span,
) -> StepOutcome {
    let passage = Passage::from_span(&work.run.plan, span);
    match work.state.accepts(work.run, phase, &passage.text) {
        true => StepOutcome::Accepted(passage),
        false if depends_on_condition(phase, span) => StepOutcome::Deferred(passage),
        false => StepOutcome::Left(Remainder::of_prose(passage)),
    }
}

/// Returns whether all sentences within the span depend on a condition of the work, and none of
/// them asks for anything besides. A span without a sentence depends on nothing.
fn depends_on_condition(phase: &Phase, span: &plan::Span) -> bool {
    let inside = |one: &&Sentence| one.span.start < span.end && span.start < one.span.end;
    let mut sentences = phase.sentences.iter().filter(inside).peekable();
    sentences.peek().is_some()
        && sentences.all(|one| one.class == SentenceClass::Condition && !one.open)
}

/// Adds the sentences of a unit that its steps do not speak of, each to the item in which it
/// stands, or as one of its own.
///
/// A sentence is taken up for one of three reasons: it is open or unclear by its form, it asks for
/// a removal and the symbol is still there, or it is about a symbol that the change left as it was.
pub(super) fn add_unit_sentences(
    work: &mut UnitWork<'_>,
    unit: PhaseId,
    change: &mut Change,
) -> Result<(), Stop> {
    let Some(phase) = work.run.plan.phase(unit).cloned() else {
        return Ok(());
    };
    // Both lists are made before anything is placed below: a replacement that a sentence spells out
    // changes the files that they look into.
    let remaining = find_remaining_removals(work, &phase);
    let untouched: Vec<_> = phase
        .sentences
        .iter()
        .map(|one| find_untouched_symbol(work, &phase, one, change))
        .collect();
    let is_left = |one: &Sentence| {
        one.open || one.class == SentenceClass::Unclear || remaining.contains(&one.span)
    };
    let sentences = phase.sentences.iter().zip(untouched);
    for (sentence, untouched) in
        sentences.filter(|(one, untouched)| untouched.is_some() || is_left(one))
    {
        if is_carried_out(unit, change, sentence) {
            continue;
        }
        let owner = item_around(&phase, change, sentence);
        let owned = owner.map(|at| &change.items[at]);
        let (checkbox, ticked) = box_of(work, &phase, sentence);
        // A sentence in a step belongs to that step's item, which may answer for it; one outside of
        // all steps has only its own box, and a ticked box is a person's or an earlier run's word.
        if owned.is_some_and(|item| is_answered_by(&phase, item, sentence))
            || owned.is_none() && ticked
        {
            continue;
        }
        let step_outcome = match (
            // The replacement is tried first: "Replace `a` with `b`" is done here and now, where it
            // is clear, and then leaves nothing to account for.
            inline::carry_out_replacement(work, &phase, sentence)?,
            remaining.contains(&sentence.span),
        ) {
            (Some(placement), _) => StepOutcome::Place(placement),
            (None, true) => outcome_of_prose(work, &phase, &sentence.span),
            (None, false) => of_sentence(work, &phase, sentence, untouched),
        };
        match owner.and_then(|at| change.items.get_mut(at)) {
            Some(item) => item.outcomes.push(step_outcome),
            None => {
                let Passage { line, text, .. } = Passage::from_span(&work.run.plan, &sentence.span);
                let title = first_words(&text);
                change.items.push(Item {
                    unit,
                    step: None,
                    title,
                    checkbox,
                    line,
                    outcomes: vec![step_outcome],
                });
            }
        }
    }
    account_for_cells(work, &phase, &remaining, change);
    Ok(())
}

/// Returns whether a step of the unit has carried the sentence out, or said what is left of it: it
/// is not done twice, as a later sentence may have put the old code elsewhere ("replace `f(1)` with
/// `g(1)`, then `h(1)` with `f(1)`").
fn is_carried_out(unit: PhaseId, change: &Change, sentence: &Sentence) -> bool {
    let outcomes = change
        .items
        .iter()
        .filter(|item| item.unit == unit)
        .flat_map(|item| &item.outcomes);
    let mut told = outcomes.filter_map(|step_outcome| match step_outcome {
        StepOutcome::Place(placement) => placement.sentence.as_ref(),
        other => other.passage().map(|passage| &passage.span),
    });
    told.any(|told| do_spans_overlap(told, &sentence.span))
}

/// Returns the index of the item in whose step the sentence stands.
fn item_around(phase: &Phase, change: &Change, sentence: &Sentence) -> Option<usize> {
    change.items.iter().position(|item| {
        item.unit == phase.id
            && step_of(phase, item).is_some_and(|step| step.span.contains(&sentence.span.start))
    })
}

/// Returns whether the item in which a sentence stands answers for it already: it was done before,
/// or the sentence is its
/// title and a passage below says what is to be done.
///
/// "3. Rework the login." with "Return 401 instead of 403." below it: the second one is the work.
fn is_answered_by(phase: &Phase, item: &Item, sentence: &Sentence) -> bool {
    let is_title =
        step_of(phase, item).is_some_and(|step| sentence.span.contains(&step.span.start));
    let mut outcomes = item.outcomes.iter();
    is_title && outcomes.any(|step_outcome| step_outcome.passage().is_some())
        || matches!(item.outcomes.first(), Some(StepOutcome::DoneBefore))
}

/// Returns the step that an item carries out.
fn step_of<'p>(phase: &'p Phase, item: &Item) -> Option<&'p Step> {
    item.step.and_then(|step| phase.steps.get(step))
}

/// Adds what cells of tables ask to remove and what still stands. A cell is no sentence, so that
/// only the removals read from it speak of it: "| `User.nick` | remove |".
fn account_for_cells(
    work: &UnitWork<'_>,
    phase: &Phase,
    remaining: &[plan::Span],
    change: &mut Change,
) {
    let in_cells = remaining.iter().filter(|span| {
        phase
            .sentences
            .iter()
            .all(|one| !do_spans_overlap(&one.span, span))
    });
    for span in in_cells {
        let Passage { line, text, .. } = Passage::from_span(&work.run.plan, span);
        let step_outcomes = vec![outcome_of_prose(work, phase, span)];
        change.items.push(Item {
            unit: phase.id,
            step: None,
            title: first_words(&text),
            checkbox: None,
            line,
            outcomes: step_outcomes,
        });
    }
}

/// Returns where the unit asks for the removal of a symbol that is still there. What is gone
/// already has no span here, and needs no item.
pub(crate) fn find_remaining_removals(work: &mut UnitWork<'_>, phase: &Phase) -> Vec<plan::Span> {
    let left = phase
        .removals
        .iter()
        .filter(|one| find_remaining_symbol(work, phase, one).is_some());
    left.map(|one| one.span.clone()).collect()
}

/// Returns the symbol that a sentence is about, a file of the unit defines, no block of the unit
/// shows, and the change left as it was. A file in which blocks stood already does not tell: they
/// may have changed it in an earlier run.
///
/// "`load_user` now raises `NotFound`.", and `load_user` stands as before: whatever the sentence
/// means, nothing of the change has done it.
fn find_untouched_symbol(
    work: &mut UnitWork<'_>,
    phase: &Phase,
    sentence: &Sentence,
    change: &Change,
) -> Option<String> {
    let step_outcomes = || {
        change
            .items
            .iter()
            .filter(|item| item.unit == phase.id)
            .flat_map(|item| &item.outcomes)
    };
    let stood = |path: &String| {
        let mut placed = step_outcomes().filter_map(|step_outcome| {
            if let StepOutcome::Place(one) = step_outcome {
                Some(one)
            } else {
                None
            }
        });
        placed.any(|one| {
            one.path.as_ref() == Some(path) && matches!(one.placed, PlacementOutcome::Before)
        })
    };
    let files = work
        .assignment
        .files
        .iter()
        .filter(|file| file.unit == phase.id);
    let paths: Vec<String> = files
        .filter_map(|file| file.path.clone())
        .filter(|path| !stood(path))
        .collect();
    // A name that a block shows is answered for by the block.
    let shown = |name: &str| {
        phase
            .blocks
            .iter()
            .any(|block| contains_identifier(&block.text, name))
    };
    let mut names = sentence
        .topics
        .iter()
        .map(|name| last_symbol_name(name))
        .filter(|name| !shown(name));
    names
        .find(|name| paths.iter().any(|path| keeps_definition(work, path, name)))
        .map(str::to_owned)
}

/// Returns whether a file defines a name once, as it did before the change. Several definitions
/// (overloads, one in each of two classes) don't tell which one the sentence is about.
fn keeps_definition(work: &mut UnitWork<'_>, path: &str, name: &str) -> bool {
    let Some(language) = Language::of_path(path) else {
        return false;
    };
    let Ok(Some(before)) = work
        .workspace
        .tree
        .state_on_disk(path)
        .map(|found| found.as_ref().map(|found| found.bytes.clone()))
    else {
        return false;
    };
    let Ok(Some(now)) = work.workspace.tree.read_text(path) else {
        return false;
    };
    let before = find_definitions(&String::from_utf8_lossy(&before), language, name);
    before.len() == 1 && before == find_definitions(&now, language, name)
}

/// Returns whether two spans share a byte.
fn do_spans_overlap(one: &plan::Span, other: &plan::Span) -> bool {
    one.start < other.end && other.start < one.end
}

/// Returns what came of a sentence: accepted or deferred as any prose; standing, where it spells
/// out imports and they came in with this change; unclear, where its form asks for nothing for
/// sure; else left.
fn of_sentence(
    work: &mut UnitWork<'_>,
    phase: &Phase,
    sentence: &Sentence,
    untouched: Option<String>,
) -> StepOutcome {
    let step_outcome = outcome_of_prose(work, phase, &sentence.span);
    let StepOutcome::Left(Remainder { what, names }) = step_outcome else {
        return step_outcome;
    };
    if let super::remainder::Missing::Prose(passage) = &what {
        if let Some(path) = carried_out(work, phase, sentence) {
            return StepOutcome::Stands {
                passage: passage.clone(),
                path,
            };
        }
        if !sentence.open {
            return StepOutcome::Unclear {
                passage: passage.clone(),
                untouched,
            };
        }
    }
    StepOutcome::Left(Remainder { what, names })
}

/// Returns the box of the item in which a sentence stands, and whether it is ticked. Of boxes
/// within each other, the innermost, which is the last one that the plan lists.
fn box_of(
    work: &UnitWork<'_>,
    phase: &Phase,
    sentence: &Sentence,
) -> (Option<plan::CheckboxId>, bool) {
    let boxes = work
        .run
        .plan
        .checkboxes()
        .iter()
        .filter(|one| one.phase == Some(phase.id));
    let mut boxes = boxes.filter(|one| do_spans_overlap(&one.span, &sentence.span));
    let around = boxes.next_back();
    (
        around.map(|one| one.id),
        around.is_some_and(|one| matches!(one.state, State::Done | State::Skipped)),
    )
}

/// Returns the file of the unit into which all imports went that the sentence spells out, where it
/// spells out nothing else.
///
/// "`app/main.py` needs `from app.db import engine`." → `app/main.py`, if the file has that import
/// now and had it not before. A sentence with any other code in ticks asks for more than imports,
/// and one whose import was there before the run proves nothing about this run.
fn carried_out(work: &mut UnitWork<'_>, phase: &Phase, sentence: &Sentence) -> Option<String> {
    let words = work.run.plan.text().get(sentence.span.clone())?;
    let spans = code_spans(words);
    let paths: Vec<String> = phase
        .changes
        .iter()
        .map(|change| change.path.clone())
        .collect();
    let code: Vec<&String> = spans.iter().filter(|span| !paths.contains(span)).collect();
    let files = work
        .assignment
        .files
        .iter()
        .filter(|file| file.unit == phase.id);
    let files: Vec<String> = files.filter_map(|file| file.path.clone()).collect();
    files.into_iter().find(|path| {
        let imports = |span: &&String| {
            code::imports::list_imports(path, span).is_some_and(|found| !found.is_empty())
        };
        if code.is_empty() || !code.iter().all(imports) {
            return false;
        }
        let before = work
            .workspace
            .tree
            .state_on_disk(path)
            .ok()
            .and_then(Option::as_ref)
            .map(|found| found.bytes.clone());
        let before = before.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let Ok(Some(now)) = work.workspace.tree.read_text(path) else {
            return false;
        };
        code.iter().all(|span| {
            contains_import(path, &now, span)
                && !before
                    .as_ref()
                    .is_some_and(|text| contains_import(path, text, span))
        })
    })
}

/// Returns whether an import stands in a file: each name from the same module, whatever else the
/// line imports, and in whatever order.
fn contains_import(path: &str, text: &str, import: &str) -> bool {
    let wanted = code::imports::list_imports(path, import).unwrap_or_default();
    let found = code::imports::list_imports(path, text).unwrap_or_default();
    let binds = |one: &code::imports::Import, name: &String| {
        found
            .iter()
            .any(|other| other.module == one.module && other.names.contains(name))
    };
    // `from a.b import c` is no `import a.b`.
    let whole = |one: &code::imports::Import| {
        found.iter().any(|other| {
            other.module == one.module && (!one.names.is_empty() || other.names.is_empty())
        })
    };
    wanted
        .iter()
        .all(|one| whole(one) && one.names.iter().all(|name| binds(one, name)))
}

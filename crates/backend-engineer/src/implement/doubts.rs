//! Checks what the words above a block leave in doubt against the tree: a block that they do not ask for replaces
//! nothing.
//!
//! | the words above a block | the tree | outcome |
//! |---|---|---|
//! | "`load` looks like this now:" | another `load` | refused: nothing says what becomes of it |
//! | "Instead of:", and no block follows | – | refused: replaced by what? |
//! | "Add a helper:" | `load` would get replaced | refused: they do not ask for that |
//! | "Change this:", one block | it stands, not by a run | refused: to what? |

use code::definitions::Kind;
use code::items::{Elisions, Source};
use code::languages::Language;
use code::paths::{belongs_to_tests, is_test};
use code::scopes::Scopes;
use code::test_code;
use graft::Graft;
use plan::{Action, Basis, CodeBlock, FileOf, Part, Phase, Plan, PlannedChange, Role, Uncertainty};

use super::identify::dedent_text;
use crate::prohibitions::{find_definitions, is_path};
use crate::stop::Stop;
use crate::understand::NamedFile;
use crate::unit_work::UnitWork;

/// Returns whether a block would only take away from its file what later units of the plan show for
/// it: it stands, and so do they. Then the unit was done before, and the file is further than the
/// block.
pub(super) fn stands_with_later(
    plan: &Plan,
    phase: &Phase,
    path: &str,
    (old, new): (&str, &str),
) -> bool {
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect()
    };
    let (old, new) = (lines(old), lines(new));
    // A walk over both texts: new lines must all stand in the old, in their order.
    let mut kept = new.iter().peekable();
    let lost: Vec<&String> = old
        .iter()
        .filter(|line| kept.next_if_eq(line).is_none())
        .collect();
    // A new line, nothing lost, or a removal that is asked for: no case of a later unit.
    if kept.next().is_some() || lost.is_empty() || !phase.removals.is_empty() {
        return false;
    }
    let later = plan.all().skip_while(|unit| unit.id != phase.id).skip(1);
    let shown: Vec<String> = later
        .flat_map(|unit| unit.blocks.iter().map(move |block| (unit, block)))
        .filter(|(unit, block)| {
            let change = if let FileOf::Change(at) = block.file {
                unit.changes.get(at)
            } else {
                None
            };
            change.is_some_and(|change| is_path(path, &change.path)) && block.role == Role::Code
        })
        .flat_map(|(_, block)| lines(&block.text))
        .collect();
    lost.iter().all(|line| shown.contains(line))
}

/// Returns why a block is not for a file that the plan removes.
pub(super) fn into_deleted(block: &CodeBlock, file: &NamedFile, path: &str) -> Option<String> {
    (file.action == Action::Delete && block.role == Role::Code)
        .then(|| format!("the plan removes {path}, and the block would put code into it"))
}

/// Returns why a block of tests is not for the file that it was read to be for: the unit has a file
/// of tests, and this is none, or the file holds code that is no test. A new file may hold tests
/// whatever it is called, and so may one that is full of tests already.
pub(super) fn misplaced_test(
    phase: &Phase,
    block: &CodeBlock,
    path: &str,
    text: Option<&str>,
) -> Option<String> {
    if belongs_to_tests(path) || !test_code::is_of_tests(path, &block.text) {
        return None;
    }
    let mut named = phase.changes.iter().map(|change| change.path.as_str());
    match named.find(|other| is_test(other)) {
        Some(meant) => Some(format!("the code is a test, {path} holds no tests, and {meant} may be meant")),
        None => text
            .is_some_and(|text| !test_code::is_of_tests(path, text))
            .then(|| format!("the code is a test, and {path} holds no tests: the plan doesn't say where its tests go")),
    }
}

/// Returns the unit's only stated file of tests, for a block of test code that no words beside it
/// lead to the file that it was read to be for, one without tests. Two such files, or words that
/// name the file, leave the reading as it is.
pub(super) fn only_tests(phase: &Phase, block: &CodeBlock, change: usize) -> Option<usize> {
    let path = &phase.changes.get(change)?.path;
    let name = path.rsplit('/').next().unwrap_or(path);
    if block.prose.contains(name)
        || belongs_to_tests(path)
        || !test_code::is_of_tests(path, &block.text)
    {
        return None;
    }
    let is_meant = |change: &PlannedChange| {
        is_test(&change.path) && change.basis == Basis::Stated && !change.pattern
    };
    let mut found = (0..phase.changes.len()).filter(|at| is_meant(&phase.changes[*at]));
    found.next().filter(|_| found.next().is_none())
}

/// Returns why an answer for a block is not taken, by the words above it and what stands in its
/// file. The doubts about pairs come first, then those about the words, then what stood before this
/// run.
pub(super) fn in_doubt(
    work: &mut UnitWork<'_>,
    (phase, index): (&Phase, usize),
    path: &str,
    (text, answer): (Option<&str>, &Graft),
) -> Result<Option<String>, Stop> {
    let block = &phase.blocks[index];
    let found = work
        .workspace
        .tree
        .state_on_disk(path)
        .ok()
        .and_then(Option::as_ref)
        .map(|found| found.bytes.clone());
    let found = found.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let half = match answer {
        // What an earlier block of this run wrote is no sign that the plan shows it as the present code.
        Graft::Applied(_) => half_of_pair(phase, index, found.as_deref()),
        _ => None,
    };
    match half.or_else(|| find_placement_doubt(block, path, text, answer)) {
        None => stands_as_found(work, block, (path, found.as_deref()), answer),
        doubt => Ok(doubt),
    }
}

/// Returns why an answer is not taken: the words above the block leave in doubt what becomes of it.
fn find_placement_doubt(
    block: &CodeBlock,
    path: &str,
    text: Option<&str>,
    answer: &Graft,
) -> Option<String> {
    let stands = matches!(answer, Graft::AlreadyApplied);
    // `Quoted`: the words show code as it is. Word for word there, nothing is to be done.
    match (block.uncertain?, answer) {
        (Uncertainty::Quoted, _) if matches!(block.role, Role::Before { after: None }) => (!stands).then(|| {
            format!(
                "the plan shows this as the code of {path}, which is another one, and does not say what becomes of it"
            )
        }),
        (Uncertainty::Unanswered, _) => {
            Some(format!("the plan shows what is to be replaced in {path}, and no block shows by what"))
        }
        (Uncertainty::MayGo, _) if stands => Some(
            "the words above the block ask for a removal, and it stands: they do not say whether it is to go"
                .to_owned(),
        ),
        (Uncertainty::Unasked, Graft::Applied(applied)) => {
            let language = Language::of_path(path)?;
            let bound = Scopes::of_file(path, &dedent_text(&block.text))?;
            let names = bound.module()?.bindings.iter().map(|one| one.name.clone());
            let replaced = |name: &String| {
                let before = find_definitions(text.unwrap_or_default(), language, name);
                // A definition that only gains lines is added to, which needs no leave.
                !before.is_empty() && !only_gains(&before, &find_definitions(&applied.text, language, name))
            };
            let name = names.into_iter().find(replaced)?;
            Some(format!("it would replace `{name}`, and the words above the block do not ask for a change of that"))
        }
        _ => None,
    }
}

/// Returns why a block that stands already is not taken for done: the words above it may show it as
/// the code that is to be changed, and no run for this plan put it there. If any text that a run of
/// this plan found was without it, it was put there by one.
fn stands_as_found(
    work: &UnitWork<'_>,
    block: &CodeBlock,
    (path, found): (&str, Option<&str>),
    answer: &Graft,
) -> Result<Option<String>, Stop> {
    let stands = matches!(answer, Graft::AlreadyApplied);
    if block.uncertain != Some(Uncertainty::MayBeOld) || !stands {
        return Ok(None);
    }
    let runs = work.run.originals_of(path)?;
    let runs = runs
        .iter()
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let ours = runs
        .chain([found.unwrap_or_default().to_owned()])
        .any(|text| !contains_block(&text, &block.text));
    let message = "the plan asks for a change of this code, which stands in its file, and shows no other: it does not say \
                   what the code is to become";
    Ok((!ours).then(|| message.to_owned()))
}

/// Returns whether a text holds the lines of a block one after the other, whatever their margin.
fn contains_block(text: &str, block: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect()
    };
    let (text, block) = (lines(text), lines(block));
    !block.is_empty() && text.windows(block.len()).any(|window| window == block)
}

/// Returns whether each definition keeps all of its words, in their order: it may have got more.
/// Compared by words, as the engine may have moved a margin.
fn only_gains(before: &[String], after: &[String]) -> bool {
    let keeps = |(old, new): (&String, &String)| {
        let mut rest = new.split_whitespace();
        old.split_whitespace()
            .all(|word| rest.any(|one| one == word))
    };
    before.len() == after.len() && before.iter().zip(after).all(keeps)
}

/// Returns why a block is not added beside the one before it: that one stands already, and words
/// that ask for nothing lead
/// from it to this one, so that this may be what takes its place.
///
/// "Today: (code A). This is simpler: (code B)" in one step, and A stands. B added would double it.
fn half_of_pair(phase: &Phase, index: usize, text: Option<&str>) -> Option<String> {
    let block = &phase.blocks[index];
    let before = phase.blocks.get(index.checked_sub(1)?)?;
    let lone = block.role == Role::Code && before.role == Role::Code && block.file == before.file;
    let step = |at: usize| {
        phase
            .steps
            .iter()
            .position(|step| step.parts.contains(&Part::Place(at)))
    };
    let stands = text?.contains(before.text.trim()) && !before.text.trim().is_empty();
    (lone && block.uncertain == Some(Uncertainty::Unasked) && step(index) == step(index - 1) && stands).then(|| {
        "the block before it stands in the file, and the words between the two do not say whether this one replaces it"
            .to_owned()
    })
}

/// Returns why a block is no whole file, for a file that is not there and that the plan does not
/// call new. Each form has parts that look like code of their own and only work within something
/// else.
pub(super) fn fragment_reason(
    block: &CodeBlock,
    file: &NamedFile,
    path: &str,
) -> Option<&'static str> {
    if file.action != Action::Unstated || block.role != Role::Code {
        return None;
    }
    if block.uncertain == Some(Uncertainty::Within) && !opens_as_module(&block.text, path) {
        return Some("the words above the block put it into something that the file holds");
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let lines = || {
        block
            .text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with(['#', '/']))
    };
    let first = lines().next().unwrap_or("");
    // A JSON file that doesn't parse is a fragment of one, or has comments that stand for the rest.
    let is_json =
        name.ends_with(".json") && serde_json::from_str::<serde_json::Value>(&block.text).is_err();
    // An image begins from another one; only arguments for that may come before.
    let is_image =
        name.starts_with("Dockerfile") && !first.starts_with("FROM ") && !first.starts_with("ARG ");
    let opens = |line: &str| {
        [
            "model ",
            "enum ",
            "datasource ",
            "generator ",
            "type ",
            "view ",
        ]
        .iter()
        .any(|word| line.starts_with(word))
    };
    let is_schema = name.ends_with(".prisma") && !lines().any(opens);
    // `retries: 3,` alone: an entry of an object that is elsewhere.
    let is_member = Language::of_path(path).is_some()
        && !name.ends_with(".py")
        && first.ends_with(',')
        && lines().count() == 1;
    (is_json || is_image || is_schema || is_member || only_calls(&block.text, path))
        .then_some("the block is no whole file of its kind")
}

/// Returns whether code begins as a module does, with what it says of itself or imports, and
/// defines something. Words that put a block "into" something don't count against such a text.
fn opens_as_module(text: &str, path: &str) -> bool {
    let language = Language::of_path(path);
    let Some(source) = language.and_then(|language| Source::parse(text, language, Elisions::NONE))
    else {
        return false;
    };
    let items = source.items(source.root());
    let opens = items
        .first()
        .is_some_and(|item| matches!(item.kind, Kind::Docstring | Kind::Import));
    opens && items.iter().any(code::items::Item::is_definition)
}

/// Returns whether a script binds and imports nothing, and only calls what it does not have
/// (`app.use(cors())`): a part of another file. Tests are calls of what their runner gives.
fn only_calls(text: &str, path: &str) -> bool {
    let language =
        Language::of_path(path).filter(|_| !path.ends_with(".py") && !belongs_to_tests(path));
    let Some(source) = language.and_then(|language| Source::parse(text, language, Elisions::NONE))
    else {
        return false;
    };
    let items = source.items(source.root());
    let imports = code::imports::list_imports(path, text).is_some_and(|found| !found.is_empty());
    !items.is_empty() && !imports && items.iter().all(|item| item.kind == Kind::Call)
}

//! The codes of what reading the plan and finding its files tell; `implement` tells the same.

use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::stop::Severity;

const fn new_code(
    name: &'static str,
    severity: Severity,
    summary: &'static str,
    explanation: &'static str,
) -> Code {
    Code {
        name,
        severity,
        summary,
        explanation,
    }
}

pub(crate) const RULE: Rule = Rule {
    codes: &CODES,
    look: None,
    told_by_run: true,
};

const CODES: [Code; 14] = [
    new_code(
        "plan-not-approved",
        Severity::Error,
        "the plan is marked draft, proposed, rejected or superseded",
        "A plan's `status:` decides whether it may be carried out. `implement` refuses one that is marked as not approved.\n\n\
         Example: `**Status**: Draft`\n\n\
         Fix it: have the plan approved and change its status, or pass `--approve` to go ahead as it is.",
    ),
    new_code(
        "path-outside",
        Severity::Error,
        "a file of the plan lies outside of the repository",
        "Only files inside the repository are written. A path that is absolute, climbs out with `..`, leads out through a \
         link, or lies in `.git`, stops the run.\n\n\
         Example: `**File**: ../shared/config.ts`\n\n\
         Fix it: name the file by its path from the repository's root, or say which repository is meant with `--root`.",
    ),
    new_code(
        "no-units",
        Severity::Error,
        "the plan has no phases, tasks or sections with boxes",
        "A phase is what `implement` works on; without one there is nothing to name.\n\n\
         Fix it: head each unit with its kind and number, such as `## Phase 1: Data model` or `### Task 1: Data model`.",
    ),
    new_code(
        "block-outside",
        Severity::Note,
        "code stands outside of every unit",
        "A run works on units; code before the first one, or in a section of its own, belongs to none and is not placed.\n\n\
         Fix it: move it into the unit that it belongs to, or leave it where it only explains.",
    ),
    new_code(
        "plan-finished",
        Severity::Note,
        "the plan says that it is finished",
        "The plan's own mark says that it is done, while boxes in it are open. What it asked for may have changed since, so \
         its open units are not held against the tree.\n\n\
         Example: `Status: Completed` above open boxes.\n\n\
         Fix it: tick the boxes, or correct the mark where the plan is still at work.",
    ),
    new_code(
        "path-resolved",
        Severity::Note,
        "a path is taken for another spelling of itself",
        "The path is not there as the plan writes it, and exactly one file can be meant.\n\n\
         Example: `src/orders.ts` in a monorepo where only `apps/api/src/orders.ts` ends so.\n\n\
         Fix it: write the path from the repository's root.",
    ),
    new_code(
        "path-ambiguous",
        Severity::Warning,
        "a path may mean several files",
        "The path is not there as the plan writes it, and several files end in it. None is chosen.\n\n\
         Fix it: write the path from the repository's root.",
    ),
    new_code(
        "file-unreadable",
        Severity::Warning,
        "a file of the plan can't be read",
        "It is no regular file, or the system denies reading it. Nothing is placed in it.\n\n\
         Fix it: look at its permissions, or name another file.",
    ),
    new_code(
        "depends-on-open",
        Severity::Note,
        "a phase depends on one that is not done",
        "The plan says that another unit comes first, and by its boxes that one is not done.\n\n\
         Example: `**Depends on**: Phase 1` while boxes of Phase 1 are open.\n\n\
         Fix it: implement that one first, or tick its boxes if it is done.",
    ),
    new_code(
        "unclosed-fence",
        Severity::Warning,
        "a code fence is never closed",
        "Everything behind an open fence is read as code: phases, files and boxes behind it are lost.\n\n\
         Fix it: close it with a line of the same ticks, or fence an outer block with more of them.",
    ),
    new_code(
        "number-twice",
        Severity::Warning,
        "two units bear the same number",
        "A phase asked for by its number must be one phase.\n\n\
         Example: `## Task 3: Routes` and further down `## Task 3: Tests`\n\n\
         Fix it: give each unit its own number, or name it in full.",
    ),
    new_code(
        "block-nowhere",
        Severity::Warning,
        "no file of the phase fits a block of code",
        "The code is not placed, because the plan doesn't say where.\n\n\
         Fix it: name its file on the line above it, or in the unit's list of files.",
    ),
    new_code(
        "command-placeholder",
        Severity::Warning,
        "a command holds a placeholder",
        "A command is run as it stands; with a placeholder in it, it is left out and proves nothing.\n\n\
         Example: `curl http://localhost:8000/orders/<id>`\n\n\
         Fix it: write the command out.",
    ),
    new_code(
        "command-author-path",
        Severity::Warning,
        "a command names a folder of its author's machine",
        "The folder is not here, and it can't be told which one is meant, so the command is left out.\n\n\
         Example: `cd /Users/ana/work && make test`\n\n\
         Fix it: write paths from the repository's root.",
    ),
];

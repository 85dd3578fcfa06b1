//! Code that would not be placed: what the literal placement, tried on the staged tree, refuses.
//!
//! Each block of the units was placed before the rules look, over the last one. A refusal becomes
//! the finding with the code of its reason. Not told: refusals that another rule tells better (a
//! quote that is gone), and those in a file that an earlier unit changes in a way that isn't known
//! yet.

use plan::{Basis, FileOf, PhaseId, Role};

use super::quotes::{Quote, find_quote};
use crate::implement::{Placement, PlacementOutcome};
use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

/// Makes a code that is a warning: the run will refuse the block, and goes on with the others.
const fn warning_code(
    name: &'static str,
    summary: &'static str,
    explanation: &'static str,
) -> Code {
    Code {
        name,
        severity: Severity::Warning,
        summary,
        explanation,
    }
}

pub(crate) const RULE: Rule = Rule {
    codes: &CODES,
    look: Some(check_placements),
    told_by_run: true,
};

const CODES: [Code; 16] = [
    warning_code(
        "ambiguous",
        "more than one place fits a block of code",
        "Code is placed where exactly one place fits.\n\n\
         Example: a method `save` without its class, in a file with two classes that have one.\n\n\
         Fix it: say in the plan where it belongs (\"in class `OrderService`\"), or show the class around it.",
    ),
    warning_code(
        "no-place",
        "no place in the file fits a block of code",
        "Nothing in the file matches what the block changes or stands beside.\n\n\
         Fix it: say in the plan where it goes (\"after `create_order`\"), or quote what it replaces.",
    ),
    warning_code(
        "unclear",
        "a block's meaning can't be told",
        "The block mixes old and new code, leaves something out with nothing to hold on to, or has words in place of code.\n\n\
         Example: `# ... existing code ...` as the first line of a block, with no line of the file below it.\n\n\
         Fix it: show a line of the file on both sides of what is left out, or name what is changed.",
    ),
    warning_code(
        "conflict",
        "a block would drop or redefine something that the plan doesn't name",
        "Placing the block would lose code of the file of which the plan says nothing.\n\n\
         Fix it: show what is to stay with an elision (`# ... existing fields`), or say that it goes.",
    ),
    warning_code(
        "syntax",
        "a block, or the file with it, does not parse",
        "A file that parsed never ends up not parsing.\n\n\
         Fix it: correct the block; what is left out in it must be marked by a comment.",
    ),
    warning_code(
        "unsupported",
        "a language or form that is not placed by structure",
        "Files of this kind are changed by exact anchors or written whole.\n\n\
         Fix it: show the lines before and after, or the whole file.",
    ),
    warning_code(
        "unbound",
        "a block reads a name that nothing binds",
        "What runs while a module is imported finds each of its names bound by an import or a definition above.\n\n\
         Example: `rate = RATES[order.kind]` for a file in which only a function has an `order`.\n\n\
         Fix it: show the import or the definition as well, or say in which function the statements belong.",
    ),
    warning_code(
        "unproven",
        "the result of placing a block failed its own proof",
        "What came out was not exactly the old file with the block in it, so it was taken back.\n\n\
         Fix it: show the change as a before and after pair, or as a diff.",
    ),
    warning_code(
        "not-code",
        "a block is no content of its file",
        "The block holds commands, output or an example, so nothing is placed.\n\n\
         Fix it: name the block's language on its fence, or show what is to stand in the file.",
    ),
    warning_code(
        "not-there",
        "the tree does not hold what the plan shows",
        "`verify` looks for the code of a phase in the tree and does not find it whole: it was never placed, or was changed \
         since.\n\n\
         Fix it: implement the phase, or correct the plan where the code is right.",
    ),
    warning_code(
        "protected",
        "a file of the plan is protected by the configuration",
        "`protected` in the configuration names files that are never written.\n\n\
         Fix it: change the file by hand, or the setting.",
    ),
    warning_code(
        "prohibited",
        "a block would change what the plan says not to change",
        "The words around the block forbid to change a name or file, and the block's code would change it.\n\n\
         Example: \"Do not change `origins`, it is shown for context:\" above a new `origins`.\n\n\
         Fix it: take the code out, or the words.",
    ),
    Code {
        name: "file-identified",
        severity: Severity::Note,
        summary: "a block's file is known by evidence in the tree",
        explanation: "Several files of the phase could hold the block; one of them alone has what the plan speaks of.\n\n\
         Fix it: nothing has to be done; to be sure, name the file on the line above the block.",
    },
    Code {
        name: "file-worded",
        severity: Severity::Note,
        summary: "a block's file is known by the plan's words",
        explanation: "No list of files, label or heading names the file of the block; a sentence does.\n\n\
         Fix it: nothing has to be done; to be sure, name it in the phase's list of files.",
    },
    warning_code(
        "block-between",
        "a block of code may be for several files",
        "The code is placed in one file or not at all; where several fit equally, and nothing in the tree decides between \
         them, none is chosen.\n\n\
         Fix it: name its file on the line above the block.",
    ),
    warning_code(
        "file-unclear",
        "the file of a block is not one clear file",
        "The plan names a pattern, a folder, or a path that may be several files.\n\n\
         Fix it: name the file in full on the line above the block.",
    ),
];

/// Returns the findings of all placements: refused ones with their reason, and notes on blocks
/// whose file is not stated.
fn check_placements(rule_context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(
        rule_context
            .placements
            .iter()
            .filter_map(|(unit, placement)| ambiguous_file_finding(rule_context, *unit, placement)),
    );
    for (unit, placement) in rule_context.placements {
        let PlacementOutcome::Refused {
            reason,
            message,
            candidates,
        } = &placement.placed
        // What is placed needs no word, unless its file was found by evidence or by words.
        else {
            findings.extend(of_basis(rule_context, *unit, placement));
            continue;
        };
        // What no file is said for, and paths that may mean several, are told where they are read.
        let Some(code) = CODES
            .iter()
            .find(|code| code.name == *reason && code.name != "file-unclear")
        else {
            continue;
        };
        let unit = rule_context.units.iter().find(|one| one.id == *unit);
        let Some((unit, block)) = unit.zip(placement.block) else {
            continue;
        };
        let block = &unit.blocks[block];
        let path = placement.path.clone().unwrap_or_default();
        // A fence without a language that doesn't parse may be no code at all.
        if code.name == "syntax" && block.language.is_empty() {
            continue;
        }
        // A unit before this one changes the file in a way that nobody knows yet.
        if rule_context.facts.uncertain.contains(&path) {
            continue;
        }
        let quoted = match block.role {
            Role::After {
                before: Some(before),
            } => unit.blocks.get(before),
            _ => None,
        };
        // `quote-gone` says which of the quoted lines is not there, which helps more.
        if let (Some(quoted), Some(text)) = (quoted, rule_context.text_before_unit(&path))
            && matches!(find_quote(text, &quoted.text), Quote::Gone { .. })
        {
            continue;
        }
        let mut finding = rule_context.finding_at(
            code,
            block.span.clone(),
            format!("`{path}`: would not be placed: {message}"),
        );
        finding.hint = Some(hint_of_refusal(code.name, candidates));
        findings.push(finding);
    }
    findings
}

/// Returns what a plan may say so that its code is placed.
///
/// The engine's candidates are the best hint: each of them is a place that would fit.
fn hint_of_refusal(code: &str, candidates: &[String]) -> String {
    match candidates {
        [] if code == "prohibited" => {
            "take the code out, or the words that forbid the change".to_owned()
        }
        [] => "Say in the plan where it goes.".to_owned(),
        candidates => format!("To decide between {}.", candidates.join(", ")),
    }
}

/// Tells a block between several files, of which nothing in the tree decides.
///
/// A file that is unclear for another reason has its finding where the path was read.
fn ambiguous_file_finding(
    rule_context: &RuleContext<'_>,
    unit: PhaseId,
    placement: &Placement,
) -> Option<Finding> {
    let PlacementOutcome::Refused {
        reason: "file-unclear",
        message,
        ..
    } = &placement.placed
    else {
        return None;
    };
    let code = CODES.iter().find(|code| code.name == "block-between")?;
    let block = rule_context
        .units
        .iter()
        .find(|one| one.id == unit)?
        .blocks
        .get(placement.block?)?;
    let mut finding = rule_context.finding_at(code, block.span.clone(), message.clone());
    finding.hint = Some("name its file on the line above it".to_owned());
    matches!(block.file, FileOf::Between(_)).then_some(finding)
}

/// Says how the file of a block is known that the plan does not state.
///
/// A note and no warning: the placement is certain enough to be made, and a wrong one must be easy
/// to see. Nothing is said of a stated file.
fn of_basis(
    rule_context: &RuleContext<'_>,
    unit: PhaseId,
    placement: &Placement,
) -> Option<Finding> {
    let name = match placement.by.basis() {
        Basis::Stated => return None,
        Basis::Identified => "file-identified",
        Basis::Worded => "file-worded",
    };
    let code = CODES.iter().find(|code| code.name == name)?;
    let unit = rule_context.units.iter().find(|one| one.id == unit)?;
    let block = unit.blocks.get(placement.block?)?;
    let path = placement.path.as_deref()?;
    Some(rule_context.finding_at(
        code,
        block.span.clone(),
        format!("goes to `{path}`: {}", placement.by),
    ))
}

#[cfg(test)]
mod tests {
    use crate::review::tests::findings_of_plan;

    #[test]
    fn a_refusal_of_the_placement_is_told_with_its_candidates() {
        let plan = "# X\n\n## Phase 1: A\n\n**File**: `a.py` (modify)\n\n```python\n    def save(self):\n        return 2\n```\n";
        let file = "class A:\n    def save(self):\n        return 1\n\n\nclass B:\n    def save(self):\n        return 1\n";
        let found = findings_of_plan(&["ambiguous", "no-place"], &[("a.py", file)], plan);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("7: `a.py`: would not be placed: "),
            "{found:?}"
        );
        assert_eq!(
            findings_of_plan(
                &["ambiguous", "no-place"],
                &[("a.py", "class A:\n    def save(self):\n        return 1\n")],
                plan
            ),
            [""; 0]
        );
    }
}

//! Names that the plan's words change in a file of the tree, and that this file doesn't have.
//!
//! "Update `UserService.create` in `app/services/user.py`":
//! 1. the sentence asks for a change of `create`, in this one file;
//! 2. the text of the file has no `create`, and no block or other sentence of the plan makes one;
//! 3. → `symbol-gone`, with the file that defines the name as a hint, if there is one.

use std::ops::Range;

use plan::Phase;

use crate::facts::is_source;
use crate::identifiers::contains_identifier;
use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::review::words::{
    RequestedEdit, lines_of_prose, parse_requested_edits, source_files, starts_something,
};
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "symbol-gone",
    severity: Severity::Warning,
    summary: "a name that the plan changes is not in its file",
    explanation: "The plan's words ask to modify, replace, rename or remove a function, class or field of a file, the name occurs \
                  nowhere in that file, and nothing in the plan makes it: it was renamed or removed since, or it stands elsewhere.\n\n\
                  Example: \"Update `UserService.create` in `app/services/user.py`\" where that file has no `create`.\n\n\
                  Fix it: use the name as it is now, or name the file that has it; the hint says where it stands.",
};

/// Lines above a request in which the file that it means is looked for.
/// Beyond a dozen lines of prose the words have gone over to something else.
const FARTHEST: usize = 12;

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE],
    look: Some(check_symbols),
    told_by_run: false,
};

/// Returns a finding for each name that the units' words change and its file lacks.
fn check_symbols(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in context.units {
        for (span, line) in lines_of_prose(context.run.plan.text(), unit.span.clone()) {
            // A nested unit reads its own lines.
            let nested = context
                .units
                .iter()
                .any(|other| is_nested_unit(other, unit) && other.span.contains(&span.start));
            if !nested {
                findings.extend(of_line(context, unit, &span, line));
            }
        }
    }
    findings
}

/// Returns whether a unit lies within another one.
fn is_nested_unit(inner: &Phase, outer: &Phase) -> bool {
    inner.id != outer.id && outer.span.contains(&inner.span.start)
}

/// Returns the findings of one line of prose.
fn of_line(
    context: &RuleContext<'_>,
    unit: &Phase,
    span: &Range<usize>,
    line: &str,
) -> Vec<Finding> {
    let asked = parse_requested_edits(line);
    asked
        .into_iter()
        .filter_map(|asked| of_request(context, unit, span, &asked))
        .collect()
}

/// Returns the finding of one request. `None` where its file isn't one for sure, where the plan
/// makes the file, where the name is to go (and is gone), and where anything brings the name.
fn of_request(
    context: &RuleContext<'_>,
    unit: &Phase,
    span: &Range<usize>,
    asked: &RequestedEdit<'_>,
) -> Option<Finding> {
    let file = match asked.files.as_slice() {
        // A heading speaks of what stands below it.
        [] if context.run.plan.text()[span.clone()].starts_with('#') => return None,
        [] => file_named_above(context.run.plan.text(), unit, span)?,
        [only] => only,
        _ => return None,
    };
    let path = only_file(context, file).filter(|path| is_source(path))?;
    if context.facts.made.contains_key(&path) {
        return None;
    }
    // What is to go and is gone is done.
    if asked.goes {
        return None;
    }
    let name = asked.name.rsplit('.').next().unwrap_or(asked.name);
    // As a text: a name in a string or a comment is found by whoever reads on.
    let text = context.text_in_repository(&path)?;
    if text.contains(name) || is_brought(context, span, name) {
        return None;
    }
    let message = format!(
        "`{}` is to be changed in `{path}`, which has no such name",
        asked.name
    );
    let at = context.run.plan.text()[span.clone()]
        .find(asked.name)
        .map_or(span.start, |at| span.start + at);
    let elsewhere = context.run.files.facts().defining(name);
    // A file that stands only nearby may not be meant where another one has the name.
    if asked.files.is_empty() && elsewhere.is_some() {
        return None;
    }
    let mut finding = context.finding_at(&CODE, at..at + asked.name.len(), message);
    finding.hint = elsewhere.map(|other| format!("It stands in `{other}`."));
    Some(finding)
}

/// Returns the one source file that the nearest line above names which names any, within the same section.
///
/// A line with two files above it makes both possible, and a heading ends the search.
fn file_named_above<'t>(text: &'t str, unit: &Phase, span: &Range<usize>) -> Option<&'t str> {
    for (at, line) in lines_of_prose(text, unit.span.start..span.start)
        .into_iter()
        .rev()
        .take(FARTHEST)
    {
        let mut files = source_files(line);
        if let Some(file) = files.pop() {
            return files.is_empty().then_some(file);
        }
        if line.starts_with('#') || at.start == unit.heading.start {
            return None;
        }
    }
    None
}

/// Returns the one source file that a path can mean.
fn only_file(context: &RuleContext<'_>, file: &str) -> Option<String> {
    let ending = format!("/{file}");
    let mut found = context
        .run
        .files
        .all()
        .iter()
        .filter(|path| ***path == *file || path.ends_with(&ending));
    let only = found.next().filter(|_| found.next().is_none());
    only.map(|path| path.to_string())
}

/// Returns whether anything else in the plan brings the name: its code, or words that speak of making it.
///
/// "Rename `load` to `read_all`", two lines above, brings `read_all`.
fn is_brought(context: &RuleContext<'_>, line: &Range<usize>, name: &str) -> bool {
    let text = context.run.plan.text();
    let blocks = context.run.plan.all().flat_map(|unit| &unit.blocks);
    if blocks
        .into_iter()
        .any(|block| contains_identifier(&block.text, name))
    {
        return true;
    }
    lines_of_prose(text, 0..text.len())
        .into_iter()
        .any(|(span, other)| {
            span.start != line.start
                && contains_identifier(other, name)
                && starts_something(other, name)
        })
}

#[cfg(test)]
mod tests {
    use crate::review::tests::findings_of_plan;

    const FILES: [(&str, &str); 2] = [
        (
            "app/user.py",
            "class UserService:\n    def create_user(self):\n        return 1\n",
        ),
        ("app/mail.py", "def send_mail():\n    return 1\n"),
    ];

    fn of(words: &str) -> Vec<String> {
        let plan = format!("# X\n\n## Phase 1: A\n\n- Modify `app/user.py`\n\n{words}\n");
        findings_of_plan(&["symbol-gone"], &FILES, &plan)
    }

    #[test]
    fn a_name_that_its_file_does_not_have_is_told_with_where_it_stands() {
        assert_eq!(
            of("- Update `UserService.make_user` in `app/user.py`"),
            [
                "7: `UserService.make_user` is to be changed in `app/user.py`, which has no such name"
            ]
        );
        assert_eq!(
            of("- Rename the `send_mail` function of `app/user.py` to `post_mail`."),
            [
                "7: `send_mail` is to be changed in `app/user.py`, which has no such name | It stands in `app/mail.py`."
            ]
        );
        assert_eq!(
            of("**File**: `app/mail.py`\n\n- Rewrite the `post_mail` function"),
            ["9: `post_mail` is to be changed in `app/mail.py`, which has no such name"]
        );
        assert_eq!(
            of("**File**: `app/mail.py`\n\n- Remove the unused `post_mail` function"),
            [""; 0]
        );
    }

    #[test]
    fn what_is_there_or_is_brought_by_the_plan_is_not_told() {
        for words in [
            "- Update `UserService.create_user` in `app/user.py`",
            "- Update `create_user` in `app/mail.py` if it stands there",
            "- Add `make_user`\n\n- Update `make_user` in `app/user.py`",
            "- Rename `create_user` to `make_user`\n\n- Update `make_user` in `app/user.py`",
            "- Update `make_user` in `app/user.py`:\n\n```python\ndef make_user(self):\n    return 2\n```",
            "- Update `make_user` in `app/gone.py`",
            "Then rename the `send_mail` function to `post_mail`.",
            "See `app/user.py` and `app/mail.py`.\n\n- Update `make_user`",
            "#### Elsewhere\n\n- Update `make_user`",
            "See `app/user.py`.\n\n#### Update the `make_user` function",
        ] {
            assert_eq!(of(words), [""; 0], "{words}");
        }
    }
}

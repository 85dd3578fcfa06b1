//! Paths that look like others: letters of another script in place of the usual ones, and signs that nobody sees.

use unicode_security::skeleton;

use crate::review::code::Code;
use crate::review::rule::Rule;
use crate::review::rule_context::RuleContext;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "path-looks-like",
    severity: Severity::Warning,
    summary: "a path looks like another one",
    explanation: "The path holds letters that look like others (a Cyrillic `а` for `a`), or signs that nobody sees or that turn the \
                  direction of writing. It is another path than the one that people read.\n\n\
                  Example: `app/ɡreet.py` (U+0261) beside `app/greet.py`\n\n\
                  Fix it: write the path with the letters that are meant.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE],
    look: Some(check_look_alikes),
    told_by_run: false,
};

fn check_look_alikes(context: &mut RuleContext<'_>) -> Vec<Finding> {
    let files = context
        .assignment
        .files
        .iter()
        .filter(|file| !file.written.is_ascii());
    let told = files.filter_map(|file| {
        let message = format!(
            "`{}` {}",
            file.written,
            deceptive_path_reason(&file.written)?
        );
        Some(context.finding_at(&CODE, file.span.clone(), message))
    });
    told.collect()
}

/// Returns what deceives a reader of a path, if anything does.
fn deceptive_path_reason(path: &str) -> Option<String> {
    if let Some(sign) = path.chars().find(|letter| is_unseen(*letter)) {
        return Some(format!(
            "holds a sign that nobody sees, {}",
            code_point(sign)
        ));
    }
    let plain: String = skeleton(path).collect();
    // Letters that only people of one script use have no likeness in ASCII.
    let foreign = path.chars().find(|letter| !letter.is_ascii())?;
    plain.is_ascii().then(|| {
        format!(
            "looks like `{plain}` and is not: it holds {}",
            code_point(foreign)
        )
    })
}

/// Returns whether a sign is not seen, or turns the direction of writing.
fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

fn code_point(letter: char) -> String {
    format!("U+{:04X}", u32::from(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_another_path_is_told() {
        for path in [
            "app/\u{261}reet.py",
            "\u{441}\u{43e}\u{440}\u{443}.py",
            "app/a\u{202e}b.py",
            "app/a\u{200b}.py",
        ] {
            assert!(deceptive_path_reason(path).is_some(), "{path:?}");
        }
        for path in [
            "app/café.py",
            "app/привет.py",
            "文档/设计.md",
            "app/größe.ts",
        ] {
            assert_eq!(deceptive_path_reason(path), None, "{path}");
        }
    }
}

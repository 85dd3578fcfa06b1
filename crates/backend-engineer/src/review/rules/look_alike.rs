//! Paths, commands and code that look like others: letters of another script in place of the usual ones, and signs that
//! nobody sees or that turn the direction of writing.

use std::ops::Range;

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

const SIGNS: Code = Code {
    name: "signs-deceive",
    severity: Severity::Warning,
    summary: "a command or a block of code is not what it looks like",
    explanation: "The command or the code holds signs that nobody sees, that turn the direction of writing or that steer a terminal, \
                  or a word of which some letters are of another script. What runs is another text than the one that people read.\n\n\
                  Example: `\u{441}url http://x`, of which the first letter is Cyrillic\n\n\
                  Fix it: write it with the letters that are meant.",
};

pub(crate) const RULE: Rule = Rule {
    codes: &[CODE, SIGNS],
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
    let mut found: Vec<Finding> = told.collect();
    for unit in context.units {
        let commands = unit.commands.iter().filter_map(|planned| {
            let why = deceptive_command_reason(&planned.text)?;
            Some((planned.span.clone(), format!("the command {why}")))
        });
        // A command whose program is not what it looks like is known for none.
        let all = context.run.plan.text();
        let text = all.get(unit.span.clone()).unwrap_or_default();
        let pieces = code_pieces(text).into_iter().filter_map(|piece| {
            let span = unit.span.start + piece.start..unit.span.start + piece.end;
            let is_known =
                |known: &Range<usize>| known.start <= span.start && span.end <= known.end;
            let known = unit.commands.iter().any(|planned| is_known(&planned.span));
            let why = deceptive_command_reason(text.get(piece)?).filter(|_| !known)?;
            Some((span, format!("the code {why}")))
        });
        let blocks = unit.blocks.iter().filter_map(|block| {
            let why = deceptive_code_reason(&block.text)?;
            Some((block.span.clone(), format!("the block {why}")))
        });
        let told = commands.chain(pieces).chain(blocks);
        found.extend(told.map(|(span, message)| context.finding_at(&SIGNS, span, message)));
    }
    found
}

/// Returns where code stands between single marks in the lines of a text, outside of fences.
fn code_pieces(text: &str) -> Vec<Range<usize>> {
    let (mut pieces, mut start, mut is_fenced) = (Vec::new(), 0, false);
    for line in text.split_inclusive('\n') {
        let is_fence = line.trim_start().starts_with("```");
        is_fenced ^= is_fence;
        let mut at = start;
        for (number, part) in line.split('`').enumerate() {
            if number % 2 == 1 && !is_fenced && !is_fence {
                pieces.push(at..at + part.len());
            }
            at += part.len() + 1;
        }
        start += line.len();
    }
    pieces
}

/// Returns what deceives a reader of a command, if anything does: `\u{441}url x`, `pytest \u{2013}q`.
fn deceptive_command_reason(text: &str) -> Option<String> {
    if text.is_ascii() && !text.contains(is_control) {
        return None;
    }
    let sign = text
        .chars()
        .find(|letter| is_control(*letter) || is_unseen(*letter) && !joins_pictures(*letter));
    if let Some(sign) = sign {
        return Some(format!(
            "holds a sign that nobody sees, {}",
            code_point(sign)
        ));
    }
    // What looks like the hyphen of an option, as editors set it in place of one.
    let is_dash = |letter: char| matches!(letter, '\u{2010}'..='\u{2015}' | '\u{2212}');
    let mut words = text.split_whitespace();
    let option = words.find(|word| {
        let rest = word.trim_start_matches(is_dash);
        rest.len() < word.len() && rest.starts_with(|letter: char| letter.is_ascii_alphabetic())
    });
    if let Some(option) = option {
        return Some(format!("holds `{option}`, whose first sign is no hyphen"));
    }
    mixed_word(text)
}

/// Returns what deceives a reader of code, if anything does.
fn deceptive_code_reason(code: &str) -> Option<String> {
    if code.is_ascii() {
        return None;
    }
    // Joiners and marks of direction are letters of some scripts; these alone hide or move what stands beside them.
    let moves = |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hides = |letter: char| matches!(letter, '\u{200b}' | '\u{2060}' | '\u{ad}');
    let letters: Vec<char> = code.chars().collect();
    let in_word = |at: usize| {
        let is_letter = |at: Option<usize>| {
            at.and_then(|at| letters.get(at))
                .is_some_and(char::is_ascii_alphanumeric)
        };
        is_letter(at.checked_sub(1)) && is_letter(Some(at + 1))
    };
    let sign = letters
        .iter()
        .enumerate()
        .find(|(at, letter)| moves(**letter) || hides(**letter) && in_word(*at));
    if let Some((_, sign)) = sign {
        return Some(format!(
            "holds a sign that nobody sees, {}",
            code_point(*sign)
        ));
    }
    mixed_word(code)
}

/// Returns a word that looks as if it were Latin and of which some letters are Cyrillic.
fn mixed_word(text: &str) -> Option<String> {
    let is_cyrillic = |letter: char| matches!(letter, '\u{400}'..='\u{52f}');
    let mut words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words
        .find(|word| {
            let has_latin = word.contains(|letter: char| letter.is_ascii_alphabetic());
            has_latin
                && word.contains(is_cyrillic)
                && skeleton(word).all(|letter| letter.is_ascii())
        })
        .map(|word| {
            let foreign = word
                .chars()
                .find(|letter| is_cyrillic(*letter))
                .unwrap_or_default();
            format!(
                "holds `{word}`, which looks like a usual word and holds {}",
                code_point(foreign)
            )
        })
}

/// Returns whether a sign steers a terminal; line ends and tabs are text.
fn is_control(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')
}

/// Returns whether a sign nobody sees has its place in text: it makes one picture or letter of two.
fn joins_pictures(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe0f}')
}

/// Returns what deceives a reader of a path, if anything does.
fn deceptive_path_reason(path: &str) -> Option<String> {
    if let Some(sign) = path.chars().find(|letter| is_unseen(*letter)) {
        return Some(format!(
            "holds a sign that nobody sees, {}",
            code_point(sign)
        ));
    }
    let is_greek = |letter: char| matches!(letter, '\u{370}'..='\u{3ff}');
    let mut words = path.split(|letter: char| !letter.is_alphanumeric());
    if let Some(word) = words.find(|word| {
        word.contains(is_greek) && word.contains(|letter: char| letter.is_ascii_alphabetic())
    }) {
        return Some(format!("holds `{word}`, a word of letters of two scripts"));
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
    fn what_a_command_or_code_hides_is_told() {
        for command in [
            "\u{441}url http://x",
            "pytest \u{2013}q",
            "py\u{200b}test",
            "echo \u{202e}txt.exe",
            "true \u{1b}[8m; rm -rf x",
            "python3 app/gr\u{435}et.py",
        ] {
            assert!(deceptive_command_reason(command).is_some(), "{command:?}");
        }
        for command in [
            "python3 -c \"print('é→ü – ok')\"",
            "grep -q 'Привет' app/привет.py",
            "test \"$(cat a)\" = '👩\u{200d}💻'",
            "pytest -q \\\n\t-x",
            "echo '—'",
        ] {
            assert_eq!(deceptive_command_reason(command), None, "{command}");
        }
        for code in [
            "if a != \"user\u{202e} \u{2066}# admin\": pass",
            "ON\u{200b}E = 1",
            "p\u{430}ssword = 1",
        ] {
            assert!(deceptive_code_reason(code).is_some(), "{code:?}");
        }
        for code in [
            "μ = 1  # Größe",
            "Δt = 2",
            "x = 'Привет, world'",
            "s = 'שלום\u{200f}'",
            "a = 'q\u{200d}'",
        ] {
            assert_eq!(deceptive_code_reason(code), None, "{code}");
        }
    }

    #[test]
    fn what_looks_like_another_path_is_told() {
        for path in [
            "app/\u{261}reet.py",
            "\u{441}\u{43e}\u{440}\u{443}.py",
            "app/a\u{202e}b.py",
            "app/a\u{200b}.py",
            "app/gr\u{3b5}et.py",
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

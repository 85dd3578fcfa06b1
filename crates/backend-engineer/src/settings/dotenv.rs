//! Reads a file of `NAME=value` lines as `--env-file` takes it. No error of it ever shows a value.

use super::value::{HiddenText, read_variable_name};

/// An error in an environment file, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DotenvError {
    /// From 1.
    pub(crate) line: usize,
    /// A sentence without any value.
    pub(crate) message: String,
}

/// Reads the variables in the order of the file.
///
/// Understood are comments, `export`, values in single quotes (as they stand) and in double quotes (over several
/// lines, with `\n`, `\t`, `\r`, `\"`, `\\` and `\$`). Nothing is substituted.
///
/// # Errors
/// A line that is none of these.
pub(crate) fn parse_dotenv(text: &str) -> Result<Vec<(String, HiddenText)>, DotenvError> {
    let mut variables = Vec::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut line = 1;
    while !rest.is_empty() {
        let (first, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        let trimmed = first.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            rest = behind;
            line += 1;
            continue;
        }
        let wrong = |message: &str| DotenvError {
            line,
            message: message.to_owned(),
        };
        let (name, _) = first
            .split_once('=')
            .ok_or_else(|| wrong("no `=` in this line; write NAME=value"))?;
        let start = name.len() + 1;
        let name = name.trim();
        let name = name.strip_prefix("export ").unwrap_or(name).trim();
        let name = read_variable_name(name)
            .map_err(|_| wrong("what stands before `=` is not the name of a variable"))?;
        let (value, used) = read_value(&rest[start..]).map_err(wrong)?;
        let end = start + used;
        line += rest[..end].matches('\n').count();
        rest = &rest[end..];
        variables.push((name, HiddenText::new(value)));
    }
    Ok(variables)
}

/// Returns the value that `text` begins with, and how many bytes it takes with the rest of its line.
fn read_value(text: &str) -> Result<(String, usize), &'static str> {
    let line_end = |from: usize| {
        text[from..]
            .find('\n')
            .map_or(text.len(), |at| from + at + 1)
    };
    let blanks = text.len() - text.trim_start_matches([' ', '\t']).len();
    let body = &text[blanks..];
    let Some(quote) = body
        .chars()
        .next()
        .filter(|letter| matches!(letter, '"' | '\''))
    else {
        let end = line_end(0);
        let plain = text[..end].trim();
        let comment = if plain.starts_with('#') {
            Some(0)
        } else {
            plain.find(" #").or_else(|| plain.find("\t#"))
        };
        return Ok((
            plain[..comment.unwrap_or(plain.len())]
                .trim_end()
                .to_owned(),
            end,
        ));
    };
    let mut value = String::new();
    let mut letters = body.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if quote == '"' => match letters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, 'r')) => value.push('\r'),
                Some((_, kept @ ('"' | '\\' | '$'))) => value.push(kept),
                Some((_, other)) => value.extend(['\\', other]),
                None => break,
            },
            _ if letter == quote => {
                let end = line_end(blanks + at + 1);
                let behind = text[blanks + at + 1..end].trim();
                if !behind.is_empty() && !behind.starts_with('#') {
                    return Err("something stands behind the closing quote");
                }
                return Ok((value, end));
            }
            _ => value.push(letter),
        }
    }
    Err("the quote is never closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String)> {
        let read = parse_dotenv(text).expect("a readable file");
        read.into_iter()
            .map(|(name, value)| (name, value.reveal().to_owned()))
            .collect()
    }

    #[test]
    fn lines_are_read_as_such_files_are_written() {
        let text = "# a comment\n\nexport A=1\r\nB = two words # said\nC='as $it \\n stands'\nD=\"line\\none\n two\" # x\nE=\nF=a#b\nG=last";
        let expected = [
            ("A", "1"),
            ("B", "two words"),
            ("C", "as $it \\n stands"),
            ("D", "line\none\n two"),
            ("E", ""),
            ("F", "a#b"),
            ("G", "last"),
        ];
        assert_eq!(
            values(text),
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn a_wrong_line_is_named_and_its_value_is_not() {
        for (text, line) in [
            ("A=1\nhunter2", 2),
            ("A='x\ny'\n9B=hunter2", 3),
            ("A=\"hunter2", 1),
            ("A='hunter2'z", 1),
        ] {
            let wrong = parse_dotenv(text).expect_err("an unreadable file");
            assert_eq!(wrong.line, line, "{text}");
            assert!(!wrong.message.contains("hunter2"), "{}", wrong.message);
        }
    }
}

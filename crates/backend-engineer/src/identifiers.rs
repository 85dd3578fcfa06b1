//! Finds identifiers in text: whole words as Python and JavaScript write names, `$` among their letters.

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '$')
}

/// Returns the identifiers of a text, in order.
pub(crate) fn list_identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !is_part(letter))
        .filter(|word| !word.is_empty())
}

/// Tells that a name, plain or dotted (`this.name`), stands in a text as a whole word.
pub(crate) fn contains_identifier(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_held_as_a_whole_word() {
        let cases = [
            ("total = a", "a", true),
            ("total", "tot", false),
            ("this.a = b", "this.a", true),
            ("$a", "a", false),
        ];
        for (text, name, is_held) in cases {
            assert_eq!(contains_identifier(text, name), is_held, "{text}: {name}");
        }
        assert_eq!(
            list_identifiers("x.$y(z_1)").collect::<Vec<_>>(),
            ["x", "$y", "z_1"]
        );
    }
}

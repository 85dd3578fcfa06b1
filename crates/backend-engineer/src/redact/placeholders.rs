//! Tells a placeholder that a model wrote where a hidden value would stand from the user's own text in brackets.
//!
//! ```text
//! KEY = "[MY_SECRET]"            the value of a known name, in quotes: it would replace the value
//! postgres://app:[password]@db   where an address has its password
//! keys[API_KEY], [secret]        an index, a section: text
//! ```

use super::Redactor;
use crate::secrets::name_before;

/// The placeholders of values that are known by their form, which are words as well.
const OF_FORMS: [&str; 3] = ["secret", "credentials", "private key"];

impl Redactor {
    /// Returns what a model wrote to `path` in place of `original`, with the values that were hidden from it. Fails with words
    /// for the model where one can't be put back.
    pub(crate) fn restore_written(
        &self,
        path: &str,
        original: &str,
        made: &str,
    ) -> Result<String, String> {
        let restored = self.restore_secrets(original, made).map_err(|placeholder| {
            format!(
                "`{path}` was not changed: `{placeholder}` stands for several values there that are hidden from you. Use \
                 Edit on lines without it."
            )
        })?;
        match self.find_unrestored(original, &restored) {
            Some(placeholder) => Err(format!(
                "`{path}` was not changed: `{placeholder}` stands for a value that is hidden from you and that `{path}` \
                 does not hold. Leave the value where it is and read it from there, or from the environment."
            )),
            None => Ok(restored),
        }
    }

    /// Returns a placeholder in `made` that stands where a hidden value would, and that `original` does not hold.
    pub(crate) fn find_unrestored(&self, original: &str, made: &str) -> Option<String> {
        let mut rest = made;
        while let Some(at) = rest.find('[') {
            let start = made.len() - rest.len() + at;
            rest = &rest[at + 1..];
            let Some(length) = rest
                .find([']', '[', '\n'])
                .filter(|end| rest[*end..].starts_with(']'))
            else {
                continue;
            };
            let (name, end) = (&rest[..length], start + length + 2);
            let placeholder = &made[start..end];
            if !original.contains(placeholder)
                && self.stands_for_value(name, &made[..start], &made[end..])
            {
                return Some(placeholder.to_owned());
            }
        }
        None
    }

    fn stands_for_value(&self, name: &str, before: &str, after: &str) -> bool {
        let quote = before
            .chars()
            .next_back()
            .filter(|letter| matches!(letter, '"' | '\'' | '`'));
        let is_quoted = quote.is_some_and(|quote| after.starts_with(quote));
        let in_address = before.ends_with(':') && after.starts_with('@');
        let known = || {
            self.values
                .iter()
                .chain(&self.words)
                .any(|(known, _)| known == name)
        };
        let is_named = || {
            let line = before.rsplit('\n').next().unwrap_or_default();
            name_before(line.as_bytes()).is_some_and(|assigned| assigned == name)
        };
        match name {
            "password" => in_address,
            name if OF_FORMS.contains(&name) => {
                is_quoted && name == "secret" || before.ends_with("-----")
            }
            _ => (is_quoted || in_address) && known() || is_named() && (is_quoted || known()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_in_a_value_s_place_is_told_from_text() {
        let redactor = Redactor::new(vec![("MY_SECRET".to_owned(), "s3cr3t-9931".to_owned())]);
        let found = |original: &str, made: &str| redactor.find_unrestored(original, made);
        for made in [
            "KEY = \"[MY_SECRET]\"\n",
            "MY_SECRET=[MY_SECRET]\n",
            "AWS_SECRET_ACCESS_KEY = '[AWS_SECRET_ACCESS_KEY]'\n",
            "URL = \"postgres://app:[password]@db/app\"\n",
            "T = \"[secret]\"\n",
            "-----BEGIN PRIVATE KEY-----[private key]-----END PRIVATE KEY-----\n",
        ] {
            assert!(found("A = 1\n", made).is_some(), "{made}");
        }
        for (original, made) in [
            ("", "[secret]\nname = 1\n"),
            ("", "x = data[MY_SECRET]\ny = [MY_SECRET]\n"),
            ("", "p = config[password], a[\"b\"][0]\n"),
            ("", "set [MY_SECRET] in the environment\n"),
            ("K = \"[MY_SECRET]\"\n", "K = \"[MY_SECRET]\"\nB = 1\n"),
            ("", "[tool.x]\na = [\n]\nb = \"[other]\"\n"),
        ] {
            assert_eq!(found(original, made), None, "{made}");
        }
    }
}

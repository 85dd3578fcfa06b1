//! One line that asks for a package, and the spellings of its name.
//!
//! ```text
//! SQLAlchemy[asyncio]>=2,<3 ; python_version>"3.9"    `SQLAlchemy`, `>=2,<3`
//! tool @ git+https://…                                `tool`, `@ git+https://…`
//! -r base.txt                                         none: an option
//! ```

use super::Ecosystem;

/// Returns the name in the one spelling that the registry compares.
///
/// For Python, `Foo.Bar`, `foo_bar` and `foo--bar` are `foo-bar`; Node's names stay as they are.
pub(super) fn canonical_name(name: &str, ecosystem: Ecosystem) -> String {
    match ecosystem {
        Ecosystem::Node => name.to_owned(),
        Ecosystem::Python => {
            let mut plain = String::with_capacity(name.len());
            for letter in name.chars() {
                match letter {
                    '-' | '_' | '.' if plain.ends_with('-') => {}
                    '-' | '_' | '.' => plain.push('-'),
                    _ => plain.extend(letter.to_lowercase()),
                }
            }
            plain
        }
    }
}

/// Splits `name[extra]>=1,<2 ; marker` into its name and what it asks for; extras, markers and hashes are left out.
///
/// Returns none for empty lines, comments and options.
pub(super) fn split_requirement(line: &str) -> Option<(&str, String)> {
    let line = line.split(" #").next().unwrap_or(line).trim();
    let line = line
        .split(" --hash")
        .next()
        .unwrap_or(line)
        .trim()
        .trim_end_matches('\\')
        .trim();
    if line.is_empty() || line.starts_with(['#', '-']) {
        return None;
    }
    let line = line.split(';').next().unwrap_or(line).trim();
    if let Some((name, address)) = line
        .split_once(" @ ")
        .or_else(|| line.split_once('@').filter(|(name, _)| is_name(name)))
    {
        return Some((
            name.split('[').next()?.trim(),
            format!("@ {}", address.trim()),
        ));
    }
    if let Some((_, egg)) = line.split_once("#egg=") {
        return Some((egg.split(['&', '[']).next()?, "@ source".to_owned()));
    }
    let end = line
        .find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_.".contains(letter))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']').map_or("", |(_, rest)| rest),
        None => rest,
    };
    let requirement: String = rest
        .trim()
        .trim_matches(['(', ')'])
        .split_whitespace()
        .collect();
    is_name(name).then_some((name, requirement))
}

/// Returns whether a text may be the name of a package, perhaps with extras.
fn is_name(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_.[], ".contains(letter))
}

/// Returns the version that a requirement allows alone.
///
/// `==2.1` and `2.1` give `2.1`; ranges, lists and wildcards give none.
pub(super) fn pinned_version(requirement: &str) -> Option<String> {
    let bare = requirement
        .strip_prefix("===")
        .or_else(|| requirement.strip_prefix("=="))
        .unwrap_or(requirement);
    let exact = !bare.contains(',')
        && !bare.contains('*')
        && bare.starts_with(|letter: char| letter.is_ascii_digit());
    (exact && !bare.contains([' ', '|', 'x', '>', '<', '/'])).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_as_people_write_them() {
        let cases = [
            (
                "fastapi[standard]>=0.1, <1.0 ; python_version > '3.8'",
                Some(("fastapi", ">=0.1,<1.0")),
            ),
            ("Django==4.2.1  # pinned", Some(("Django", "==4.2.1"))),
            ("jsonpath_ng", Some(("jsonpath_ng", ""))),
            (
                "tool @ git+https://host/tool@v1",
                Some(("tool", "@ git+https://host/tool@v1")),
            ),
            (
                "git+https://host/x.git#egg=thing",
                Some(("thing", "@ source")),
            ),
            ("a==1 --hash=sha256:0 \\", Some(("a", "==1"))),
            ("-r base.txt", None),
            ("# nothing", None),
            ("./local", None),
        ];
        for (line, expected) in cases {
            let found = split_requirement(line);
            assert_eq!(
                found.as_ref().map(|(name, asked)| (*name, asked.as_str())),
                expected,
                "{line}"
            );
        }
        assert_eq!(pinned_version("==4.2.1").as_deref(), Some("4.2.1"));
        assert_eq!(pinned_version("1.2.3").as_deref(), Some("1.2.3"));
        assert_eq!(pinned_version("^1.2.3"), None);
        assert_eq!(pinned_version(">=1,<2"), None);
        assert_eq!(
            canonical_name("Flask_SQLAlchemy", Ecosystem::Python),
            "flask-sqlalchemy"
        );
    }
}

//! Paths that code names, groups in braces spread out.

/// A path and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) path: Vec<String>,
    /// From 1.
    pub(crate) line: usize,
}

/// Every path in `code` that begins with one of `roots`. A group names several: `a::{b, c::d}` is `a::b` and
/// `a::c::d`; `self` in a group is the group's own path.
pub(crate) fn references(code: &str, roots: &[&str]) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut previous = ' ';
    let mut line = 1;
    for (at, letter) in code.char_indices() {
        let starts = is_name(letter) && !is_name(previous) && previous != ':';
        if starts {
            let name = name_at(&code[at..]);
            if roots.contains(&name) {
                let mut reader = Reader {
                    rest: &code[at + name.len()..],
                    found: Vec::new(),
                };
                reader.follow(vec![name.to_owned()]);
                found.extend(
                    reader
                        .found
                        .into_iter()
                        .map(|path| Reference { path, line }),
                );
            }
        }
        line += usize::from(letter == '\n');
        previous = letter;
    }
    found
}

struct Reader<'a> {
    rest: &'a str,
    found: Vec<Vec<String>>,
}

impl Reader<'_> {
    /// Reads on behind the path read so far.
    fn follow(&mut self, path: Vec<String>) {
        let Some(rest) = self.rest.trim_start().strip_prefix("::") else {
            self.found.push(path);
            return;
        };
        self.rest = rest.trim_start();
        if let Some(rest) = self.rest.strip_prefix('{') {
            self.rest = rest;
            self.group(&path);
            return;
        }
        let name = if self.rest.starts_with('*') {
            "*"
        } else {
            name_at(self.rest)
        };
        if name.is_empty() {
            // Turbofish: what stands in it is read as a path of its own.
            self.found.push(path);
            return;
        }
        self.rest = &self.rest[name.len()..];
        self.follow(join(path, name));
    }

    fn group(&mut self, path: &[String]) {
        loop {
            self.rest = self
                .rest
                .trim_start_matches(|letter: char| letter == ',' || letter.is_whitespace());
            if let Some(rest) = self.rest.strip_prefix('}') {
                self.rest = rest;
                return;
            }
            let name = if self.rest.starts_with('*') {
                "*"
            } else {
                name_at(self.rest)
            };
            if name.is_empty() {
                return;
            }
            self.rest = &self.rest[name.len()..];
            let path = if name == "self" {
                path.to_vec()
            } else {
                join(path.to_vec(), name)
            };
            self.follow(path);
            if let Some(rest) = self.rest.trim_start().strip_prefix("as ") {
                self.rest = &rest[name_at(rest.trim_start()).len()..];
            }
        }
    }
}

fn join(mut path: Vec<String>, name: &str) -> Vec<String> {
    path.push(name.to_owned());
    path
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn name_at(text: &str) -> &str {
    &text[..text.find(|letter| !is_name(letter)).unwrap_or(text.len())]
}

#[test]
fn groups_are_spread_out() {
    let code = "use crate::{a::{self, B}, c as d, e::*};\nlet x: Vec<super::f::G> = crate::h::<u8>();\nmycrate::no();\n";
    let found: Vec<(String, usize)> = references(code, &["crate", "super"])
        .into_iter()
        .map(|found| (found.path.join("::"), found.line))
        .collect();
    let expected = [
        ("crate::a", 1),
        ("crate::a::B", 1),
        ("crate::c", 1),
        ("crate::e::*", 1),
        ("super::f::G", 2),
        ("crate::h", 2),
    ];
    assert_eq!(found, expected.map(|(path, line)| (path.to_owned(), line)));
}

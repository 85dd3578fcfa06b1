//! The dialect of `setup.cfg`, `tox.ini` and their like: sections, keys, and values that go on in
//! indented lines.
//!
//! ```text
//! [testenv]           section `testenv`, line 1
//! deps =              entry `deps` with
//!     pytest              (3, "pytest")
//!     # no            left out
//! ```

/// One `[section]`.
#[derive(Debug, Default)]
pub(crate) struct Section<'t> {
    pub(crate) name: &'t str,
    /// Line of its heading, from 1.
    pub(crate) line: u32,
    pub(crate) entries: Vec<Entry<'t>>,
}

/// A key with the lines of its value, comments left out.
#[derive(Debug)]
pub(crate) struct Entry<'t> {
    pub(crate) key: &'t str,
    pub(crate) values: Vec<(u32, &'t str)>,
}

impl<'t> Section<'t> {
    /// Returns the first entry of that key; none where the section has none.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry<'t>> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

/// Returns the sections in their order; what stands before the first is left out.
pub(crate) fn parse_ini(text: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = bare
            .strip_prefix('[')
            .and_then(|rest| rest.split(']').next())
            .filter(|_| !line.starts_with(' '))
        {
            sections.push(Section {
                name: name.trim(),
                line: number,
                entries: Vec::new(),
            });
            continue;
        }
        let Some(section) = sections.last_mut() else {
            continue;
        };
        if line.starts_with([' ', '\t']) {
            if let Some(entry) = section.entries.last_mut() {
                entry.values.push((number, bare));
            }
        } else if let Some((key, value)) = bare.split_once(['=', ':']) {
            let value = value.trim();
            let values = if value.is_empty() {
                Vec::new()
            } else {
                vec![(number, value)]
            };
            section.entries.push(Entry {
                key: key.trim(),
                values,
            });
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_on_in_indented_lines() {
        let sections = parse_ini(
            "top = 1\n[testenv]\ndeps =\n    pytest\n    # no\n    ruff\ncommands = pytest {posargs}\n[flake8]\n",
        );
        assert_eq!(sections.len(), 2);
        let deps = sections[0].entry("deps").unwrap();
        assert_eq!(deps.values, [(4, "pytest"), (6, "ruff")]);
        assert_eq!(
            sections[0].entry("commands").unwrap().values,
            [(7, "pytest {posargs}")]
        );
        assert_eq!((sections[1].name, sections[1].line), ("flake8", 8));
    }
}

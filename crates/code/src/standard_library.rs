//! Names that come with a language: the modules of Python and of Node, the names that every script
//! has.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The modules of Python's standard library.
static PYTHON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| read_entries(include_str!("../data/python_standard_library.txt")).collect());

/// The modules of Node.
static NODE: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| read_entries(include_str!("../data/node_builtins.txt")).collect());

/// The names that scripts have without binding them.
static SCRIPT_GLOBALS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| read_entries(include_str!("../data/script_globals.txt")).collect());

/// Reads a list of one entry a line.
fn read_entries(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// Returns whether a dotted path begins with a module of Python's standard library.
#[must_use]
pub fn is_in_python(module: &str) -> bool {
    PYTHON.contains(module.split('.').next().unwrap_or(module))
}

/// Returns whether a specifier names a module of Node, `fs/promises` and `node:test` included.
#[must_use]
pub fn is_in_node(specifier: &str) -> bool {
    specifier.starts_with("node:")
        || NODE.contains(specifier.split('/').next().unwrap_or(specifier))
}

/// Returns whether a script has the name without binding it: from the language, a runtime, a
/// browser or a test runner.
#[must_use]
pub fn is_script_global(name: &str) -> bool {
    SCRIPT_GLOBALS.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_hold_each_name_once() {
        for list in [
            include_str!("../data/python_standard_library.txt"),
            include_str!("../data/node_builtins.txt"),
            include_str!("../data/script_globals.txt"),
        ] {
            let names: Vec<_> = read_entries(list).collect();
            assert!(names.is_sorted() && names.windows(2).all(|pair| pair[0] != pair[1]));
            assert!(names.iter().all(|name| {
                name.chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            }));
        }
    }

    #[test]
    fn modules_are_known_by_their_first_part() {
        for module in [
            "os",
            "os.path",
            "zoneinfo",
            "tomllib",
            "distutils.core",
            "__future__",
        ] {
            assert!(is_in_python(module), "{module}");
        }
        for module in ["", ".os", "yaml", "osx", "app.os", "typing_extensions"] {
            assert!(!is_in_python(module), "{module}");
        }
        for specifier in [
            "fs",
            "fs/promises",
            "node:fs",
            "node:test",
            "worker_threads",
        ] {
            assert!(is_in_node(specifier), "{specifier}");
        }
        for specifier in ["./fs", "fs-extra", "@types/node", "express", "test"] {
            assert!(!is_in_node(specifier), "{specifier}");
        }
        for name in [
            "process",
            "console",
            "expect",
            "vi",
            "__dirname",
            "AbortSignal",
        ] {
            assert!(is_script_global(name), "{name}");
        }
        for name in ["order", "amount", "app", "router", ""] {
            assert!(!is_script_global(name), "{name}");
        }
    }
}

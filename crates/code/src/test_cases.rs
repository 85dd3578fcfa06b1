//! The tests of a file, and what each of them checks, in a form that does not depend on how it is
//! written.
//!
//! ```text
//! got = f(1)                          # read as `f(1) == 2`, like `assertEqual(2, f(1), "a message")`
//! assert got == 2
//! for a, b in ((1, 2), (5, 6)):       # read as two checks
//!     assert f(a) == b
//! ```
//!
//! A check that can't fail the test says why: it is never reached, its error is caught, the test is
//! skipped.

mod model;

mod render;

mod matchers;

mod python_calls;

mod python;

mod script_calls;

mod script;

use crate::languages::Language;
pub use model::{Case, Check, Rank, Silence};

/// Reads the tests of a file; `None` for a language without a grammar, and where the text does not
/// parse.
#[must_use]
pub fn read(path: &str, text: &str) -> Option<Vec<Case>> {
    let language = Language::of_path(path)?;
    let tree = language.parse(text)?;
    let root = tree.root_node();
    if root.has_error() {
        return None;
    }
    Some(match language {
        Language::Python => python::read_python_tests(root, text),
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            script::read_script_tests(root, text)
        }
    })
}

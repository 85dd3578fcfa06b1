//! A mark of a convention, and what a file must hold as well for it to count.
//!
//! ```text
//! Logging "winston", needle `createLogger(`      counts only in a file that names `winston`
//! Logging "`console`", needle `console.log(`     counts in any script
//! ```

use crate::conventions::Topic;

/// A convention and the text by which it is known.
pub(in crate::conventions) struct Mark {
    pub(in crate::conventions) topic: Topic,
    /// For files of Python; otherwise for scripts.
    pub(in crate::conventions) python: bool,
    /// The convention in words; empty where the mark only says where to look closer.
    pub(in crate::conventions) what: &'static str,
    /// Texts that a line may have, any of them.
    pub(in crate::conventions) needles: &'static [&'static str],
}

/// Names that a file must hold as well for a mark to count: a name belongs to the library that it
/// comes from, and plain TypeScript has `constructor(private …)`, too. By how a mark's words begin.
const NEEDS: [(&str, &[&str]); 16] = [
    ("Nest", &["@nestjs/"]),
    ("a Nest", &["@nestjs/"]),
    ("Fastify", &["fastify", "Fastify"]),
    ("Flask-Login", &["flask_login"]),
    ("Flask", &["flask"]),
    ("FastAPI", &["fastapi"]),
    ("OAuth2 bearer tokens of FastAPI", &["fastapi"]),
    ("dependencies that check permissions", &["fastapi"]),
    ("parameters declared with", &["fastapi"]),
    (
        "an authentication class of Django REST",
        &["rest_framework", "REST_FRAMEWORK"],
    ),
    ("permission classes of Django REST", &["rest_framework"]),
    ("Django", &["django", "rest_framework", "REST_FRAMEWORK"]),
    ("Pydantic", &["pydantic", "sqlmodel"]),
    (
        "marshmallow",
        &["marshmallow", "webargs", "flask_smorest", "apiflask", "ma."],
    ),
    ("winston", &["winston"]),
    ("pino", &["pino"]),
];

impl Mark {
    /// Returns whether a file with this text may follow the convention.
    ///
    /// A mark of tests fits always: tests need not name the library.
    pub(in crate::conventions) fn fits(&self, text: &str) -> bool {
        // A whole word: `Nest's …` and `Nest …`, but not `Nesting`.
        let is_named = |first: &str| {
            let rest = self.what.strip_prefix(first);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\'']))
        };
        let needed = NEEDS
            .iter()
            .find(|(first, _)| !self.topic_is_of_tests() && is_named(first));
        needed.is_none_or(|(_, names)| names.iter().any(|name| text.contains(name)))
    }

    /// Returns whether the mark is looked for in tests, and in tests only.
    pub(in crate::conventions) fn topic_is_of_tests(&self) -> bool {
        matches!(self.topic, Topic::TestStyle)
    }
}

/// Makes a mark for files of Python.
pub(super) const fn python_mark(
    topic: Topic,
    what: &'static str,
    needles: &'static [&'static str],
) -> Mark {
    Mark {
        topic,
        python: true,
        what,
        needles,
    }
}

/// Makes a mark for scripts.
pub(super) const fn script_mark(
    topic: Topic,
    what: &'static str,
    needles: &'static [&'static str],
) -> Mark {
    Mark {
        topic,
        python: false,
        what,
        needles,
    }
}

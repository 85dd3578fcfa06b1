//! A mark of a convention, and what a file must hold as well for it to count.

use crate::conventions::Topic;

/// A convention and the text by which it is known.
pub(in crate::conventions) struct Mark {
    pub(in crate::conventions) topic: Topic,
    pub(in crate::conventions) python: bool,
    pub(in crate::conventions) what: &'static str,
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
    pub(in crate::conventions) fn fits(&self, text: &str) -> bool {
        let is_named = |first: &str| {
            let rest = self.what.strip_prefix(first);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\'']))
        };
        let needed = NEEDS
            .iter()
            .find(|(first, _)| !self.topic_is_of_tests() && is_named(first));
        needed.is_none_or(|(_, names)| names.iter().any(|name| text.contains(name)))
    }

    pub(in crate::conventions) fn topic_is_of_tests(&self) -> bool {
        matches!(self.topic, Topic::TestStyle)
    }
}

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

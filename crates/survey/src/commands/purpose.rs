//! Decides the purpose of a script by that of its calls.
//!
//! ```text
//! "test": "tsc && jest"          named test, and a call tests: test
//! "both": "eslint . && jest"     two different checks and no telling name: none
//! "check": "node check.js"       code of its own, and no call that is known: by its name alone
//! ```
//!
//! The calls decide, since a name alone may lie; the name decides between several, and where nothing can be seen.

use shell::{Call, Kind, Telling, Trait};

use super::Purpose;
use super::recipes::Index;
use crate::stack::Ecosystem;

/// A call of a script whose purpose is known.
#[derive(Debug)]
pub(super) struct KnownCall {
    pub(super) call: Call,
    pub(super) purpose: Purpose,
    /// The script itself makes the call, and not a recipe behind a name in it.
    pub(super) direct: bool,
    /// It runs in another folder than the script, or in another package.
    pub(super) moved: bool,
}

/// A script, and what it comes to with the recipes of the tree.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) written: shell::Reading,
    pub(super) known: Vec<KnownCall>,
    /// The kinds of all calls that do something of note, in their order.
    kinds: Vec<Kind>,
}

/// Returns what a call is for; `None` where it only lists, reports, undoes, or is for something
/// else.
fn purpose_of(call: &Call) -> Option<Purpose> {
    purpose_of_kind(call.kind(), call.result_source(), &|one| call.is(one))
}

/// Returns the purpose of a kind, be it of a call or of a name: `tells` is where the result is to be read, `is` asks
/// for traits. None for what only lists or undoes.
fn purpose_of_kind(kind: Kind, tells: Telling, is: &dyn Fn(Trait) -> bool) -> Option<Purpose> {
    let says = matches!(tells, Telling::Status | Telling::Found) || is(Trait::Watches);
    if !says || is(Trait::Lists) || is(Trait::Undoes) {
        return None;
    }
    let rewrites = is(Trait::Writes) && !is(Trait::FailsWhereItWrites);
    match kind {
        // What writes new snapshots says nothing of the old ones.
        Kind::Test => (!rewrites).then_some(Purpose::Test),
        // What fixes what it finds is a formatter.
        Kind::Lint if rewrites => Some(Purpose::Format),
        Kind::Lint => Some(Purpose::Lint),
        Kind::Format => Some(Purpose::Format),
        Kind::Typecheck => Some(Purpose::TypeCheck),
        Kind::Migrate => Some(Purpose::Migrate),
        Kind::Build => Some(Purpose::Build),
        _ => None,
    }
}

impl KnownCall {
    pub(super) fn ecosystem(&self) -> Option<Ecosystem> {
        match self.call.ecosystem()? {
            "python" => Some(Ecosystem::Python),
            "node" => Some(Ecosystem::Node),
            _ => None,
        }
    }

    pub(super) fn is_check(&self) -> bool {
        is_check(self.purpose)
    }

    pub(super) fn writes(&self) -> bool {
        self.call.is(Trait::Writes)
    }

    pub(super) fn watches(&self) -> bool {
        self.call.is(Trait::Watches)
    }
}

impl Script {
    /// Reads a script that runs in `folder`.
    pub(super) fn parse(text: &str, recipes: &Index, folder: &str) -> Self {
        let written = shell::read(text);
        let deep = shell::read_with(text, &recipes.seen_from(folder));
        let direct: Vec<&Call> = written
            .calls()
            .into_iter()
            .filter(|call| call.target.is_none())
            .collect();
        let outer = written.outer_calls();
        let away = |call: &Call| {
            let around = outer
                .iter()
                .filter(|outer| outer.span == call.span)
                .filter_map(|outer| outer.target.as_ref());
            around
                .into_iter()
                .any(|target| target.across || target.workspace.is_some())
        };
        let noted = || {
            deep.calls()
                .into_iter()
                .filter(|call| !call.is(Trait::Idle))
        };
        let known = noted().filter_map(|call| {
            let purpose = purpose_of(call)?;
            let moved = call.folder.is_some() || away(call);
            Some(KnownCall {
                purpose,
                direct: direct.contains(&call),
                moved,
                call: call.clone(),
            })
        });
        let known = known.collect();
        let kinds = noted().map(Call::kind).collect();
        Script {
            known,
            kinds,
            written,
        }
    }

    /// Returns what the script is for that is kept under `name`; without a name, all of its parts
    /// must agree.
    pub(super) fn purpose(&self, name: &str) -> Option<Purpose> {
        let agreed = |of: &dyn Fn(Purpose) -> bool| {
            let mut purposes = self
                .known
                .iter()
                .map(|known| known.purpose)
                .filter(|purpose| of(*purpose));
            let first = purposes.next()?;
            purposes.all(|other| other == first).then_some(first)
        };
        if name.is_empty() {
            return agreed(&|_| true).filter(|_| self.known.len() == self.kinds.len());
        }
        let has = |kind: Kind| self.kinds.contains(&kind);
        let named = purpose_by_name(name);
        // Code of the project's own, and what it looks for, does what its name says by convention: nothing else can
        // be seen of it.
        let opaque = has(Kind::Script);
        let own = opaque || has(Kind::Inspect) || has(Kind::Request) || has(Kind::Other);
        if let Some(named) =
            named.filter(|named| own || self.known.iter().any(|known| known.purpose == *named))
        {
            return Some(named);
        }
        let checks = agreed(&is_check);
        let several = checks.is_none() && self.known.iter().any(|known| is_check(known.purpose));
        if several || opaque {
            return None;
        }
        // A script that sets up a machine looks at what it wrote ("nginx -t"), and is no linter for that.
        let sets_up = has(Kind::Service) || has(Kind::Server);
        if sets_up && checks.is_some_and(|purpose| purpose != Purpose::Test) {
            return None;
        }
        // What is built, brought in or cleared away before the check is a preparation of it.
        checks.or_else(|| agreed(&|_| true))
    }
}

/// Returns whether a purpose is to look at code; migrating and building change something.
fn is_check(purpose: Purpose) -> bool {
    matches!(
        purpose,
        Purpose::Test | Purpose::Lint | Purpose::TypeCheck | Purpose::Format
    )
}

/// Returns what a script of this name is for by convention.
fn purpose_by_name(name: &str) -> Option<Purpose> {
    let rule = shell::conventional_rule(name).filter(|rule| !rule.is(Trait::General))?;
    purpose_of_kind(rule.kind?, rule.tells, &|one| rule.is(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated_purpose(name: &str, text: &str) -> Option<Purpose> {
        Script::parse(text, &Index::default(), "").purpose(name)
    }

    #[test]
    fn what_a_script_runs_says_what_it_is_for() {
        let cases = [
            ("test", "jest --runInBand", Some(Purpose::Test)),
            ("test", "node scripts/all.js", Some(Purpose::Test)),
            ("test", "npm run lint && node unit.js", Some(Purpose::Test)),
            ("test:unit", "tsc && mocha dist", Some(Purpose::Test)),
            ("lint", "tsc --noEmit", Some(Purpose::TypeCheck)),
            (
                "lint",
                "if grep -rn TODO app; then exit 1; fi",
                Some(Purpose::Lint),
            ),
            ("lint", "ruff check . && mypy .", Some(Purpose::Lint)),
            (
                "quality",
                "ruff check app\nruff check tests",
                Some(Purpose::Lint),
            ),
            ("ci", "eslint . && jest", None),
            ("build", "rimraf dist && tsc -p .", Some(Purpose::Build)),
            (
                "db:migrate",
                "prisma migrate deploy",
                Some(Purpose::Migrate),
            ),
            ("db:down", "knex migrate:rollback", None),
            (
                "format",
                "djlint templates --reformat\nruff format .",
                Some(Purpose::Format),
            ),
            ("lint", "djlint --reformat templates", Some(Purpose::Format)),
            ("prepare-e2e", "npx playwright install\nrm -rf static", None),
            ("setup:tests", "pip install pytest", None),
            ("start:test", "node server.js", None),
            ("run-api-tests", "./all.sh", None),
            (
                "setup-ssl",
                "certbot certonly --nginx\nnginx -t && systemctl reload nginx",
                None,
            ),
            (
                "api",
                "docker compose up -d db\npytest",
                Some(Purpose::Test),
            ),
            ("cov", "coverage report", None),
            ("", "pytest | tee out.log", None),
            ("", "cd api && pytest", Some(Purpose::Test)),
            ("", "echo test", None),
            ("", "poetry install", None),
        ];
        for (name, text, purpose) in cases {
            assert_eq!(stated_purpose(name, text), purpose, "{name}: {text}");
        }
    }
}

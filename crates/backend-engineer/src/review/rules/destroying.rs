//! Commands that would destroy data.

use std::fmt;

use shell::{Call, Kind, Need, Trait};

use crate::review::code::Code;
use crate::review::ground::Ground;
use crate::review::rule::Rule;
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "command-destroys",
    severity: Severity::Warning,
    summary: "a command would destroy data",
    explanation: "The command drops a database or its tables, throws away volumes, or removes files or commits for good. Files of \
                  the repository are safe, since commands run on a private overlay; a database or a service that the command \
                  reaches is not.\n\n\
                  Example: `npx prisma migrate reset`, `docker compose down -v`, `git reset --hard`\n\n\
                  Fix it: use a database of its own for the check, or a form that keeps what is there.",
};

pub(crate) const RULE: Rule = Rule { codes: &[CODE], look: Some(look), told_by_run: false };

fn look(ground: &mut Ground<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in ground.units {
        for planned in
            unit.commands.iter().filter(|planned| planned.doubt.is_none_or(|doubt| doubt != plan::Doubt::Prose))
        {
            let reading = shell::read(&planned.text);
            let mut said: Vec<&str> = Vec::new();
            for call in reading.calls() {
                let text = reading.script.slice(&call.span);
                if let Some(loss) = loss(call).filter(|_| !said.contains(&text)) {
                    findings.push(ground.say(&CODE, planned.span.clone(), format!("`{text}` {loss}")));
                    said.push(text);
                }
            }
        }
    }
    findings
}

/// What is lost by a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    Migrations,
    Data,
    Volumes,
    Remote,
    Commits,
    Files,
    Other,
}

impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Loss::Migrations => "takes back every migration, with all tables",
            Loss::Data => "deletes data of a database",
            Loss::Volumes => "removes containers or volumes with their data",
            Loss::Remote => "deletes or overwrites what lies on another machine",
            Loss::Commits => "throws away changes or commits of the repository",
            Loss::Files => "removes files",
            Loss::Other => "deletes what can't be had back",
        })
    }
}

/// Returns what is lost by a call, if anything is.
fn loss(call: &Call) -> Option<Loss> {
    if !call.destroys() {
        return None;
    }
    let needs = call.needs();
    let kind = call.kind();
    Some(match () {
        () if kind == Kind::Migrate => Loss::Migrations,
        () if needs.contains(&Need::Database) => Loss::Data,
        () if needs.contains(&Need::Docker) => Loss::Volumes,
        () if needs.contains(&Need::Network) => Loss::Remote,
        () if kind == Kind::Git => Loss::Commits,
        () if call.is(Trait::Removes) || call.is(Trait::Writes) => Loss::Files,
        () => Loss::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_destroys_data_is_known_and_nothing_else() {
        let told = |line: &str| shell::read(line).calls().into_iter().find_map(loss);
        for line in [
            "npx prisma migrate reset --force",
            "docker compose down -v",
            "docker-compose -f a.yml down --volumes",
            "python manage.py flush --no-input",
            "uv run alembic downgrade base",
            "psql -c 'DROP  TABLE orders'",
            "docker compose exec db psql -U a -c \"drop database x\"",
            "rm -rf data/uploads",
            "rm -rf .git",
            "git reset --hard HEAD~1",
            "git clean -fdx",
            "redis-cli FLUSHALL",
        ] {
            assert!(told(line).is_some(), "{line}");
        }
        for line in [
            "npx prisma migrate dev",
            "docker compose down",
            "alembic downgrade -1",
            "grep -rn 'DROP TABLE' migrations",
            "rm -rf node_modules dist",
            "rm -f a.txt",
            "git reset HEAD~1",
            "psql -c 'select 1'",
            "rm -rf /tmp/x",
            "rm -rf .nuxt backend/.tmp_workspace",
            "git push",
        ] {
            assert_eq!(told(line), None, "{line}");
        }
    }
}

//! Commands that would destroy data.

use crate::review::code::Code;
use crate::review::ground::Ground;
use crate::review::rule::Rule;
use crate::review::shell::{program, simple_commands};
use crate::stop::{Finding, Severity};

const CODE: Code = Code {
    name: "command-destroys",
    severity: Severity::Warning,
    summary: "a command would destroy data",
    explanation: "The command drops a database or its tables, throws away volumes, or removes files or commits for good. Files of \
                  the repository are safe, since commands run on a private overlay; a database or a service that the command \
                  reaches is not.\n\n\
                  Example: `npx prisma migrate reset`, `docker compose down -v`, `git reset --hard`\n\n\
                  Mend it: use a database of its own for the check, or a form that keeps what is there.",
};

pub(crate) const RULE: Rule = Rule { codes: &[CODE], look: Some(look), told_by_run: false };

/// Folders that are made anew by building.
const REMADE: [&str; 14] = [
    "node_modules",
    "dist",
    "build",
    ".next",
    "coverage",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    "out",
    ".turbo",
    ".cache",
    "target",
    "htmlcov",
];

fn look(ground: &mut Ground<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for unit in ground.units {
        for planned in
            unit.commands.iter().filter(|planned| planned.doubt.is_none_or(|doubt| doubt != plan::Doubt::Prose))
        {
            for command in simple_commands(&planned.text).unwrap_or_default() {
                if let Some(what) = destroys(command.inner()) {
                    let message = format!("`{}` {what}", command.words.join(" "));
                    findings.push(ground.say(&CODE, planned.span.clone(), message));
                }
            }
        }
    }
    findings
}

/// What a program called so destroys.
fn destroys(words: &[String]) -> Option<&'static str> {
    let name = program(words.first()?);
    let rest: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    let has = |word: &str| rest.contains(&word);
    let one = rest.first().copied().unwrap_or_default();
    let two = rest.get(1).copied().unwrap_or_default();
    match name {
        "prisma" if one == "migrate" && two == "reset" => Some("drops the database"),
        "prisma" if one == "db" && has("--force-reset") => Some("drops the database"),
        "prisma" if one == "db" && has("--accept-data-loss") => Some("may drop columns with their data"),
        "dropdb" => Some("drops the database"),
        "manage.py" if one == "flush" || one == "reset_db" => Some("empties the database"),
        _ if name.starts_with("python") && program(one) == "manage.py" && matches!(two, "flush" | "reset_db") => {
            Some("empties the database")
        }
        "alembic" if one == "downgrade" && two == "base" => Some("takes back every migration, with all tables"),
        "typeorm" if one == "schema:drop" => Some("drops all tables"),
        "sequelize" | "sequelize-cli" if one == "db:drop" => Some("drops the database"),
        "sequelize" | "sequelize-cli" if one == "db:migrate:undo:all" => {
            Some("takes back every migration, with all tables")
        }
        "redis-cli" if rest.iter().any(|word| matches!(word.to_lowercase().as_str(), "flushall" | "flushdb")) => {
            Some("empties Redis")
        }
        "docker" | "docker-compose" | "podman" => docker(name, &rest),
        "psql" | "mysql" | "sqlite3" | "mongosh" | "mongo" => drops(&rest),
        "rm" => removes(&rest),
        "git" if one == "reset" && has("--hard") => Some("throws away changes that are not committed"),
        "git"
            if one == "clean" && rest.iter().any(|word| word.starts_with("-") && word.contains('f')) && !has("-n") =>
        {
            Some("removes files that git does not know")
        }
        "git" if one == "push" && (has("--force") || has("-f")) => Some("overwrites commits of the remote"),
        "terraform" if one == "destroy" => Some("destroys what Terraform made"),
        _ => None,
    }
}

fn docker(name: &str, rest: &[&str]) -> Option<&'static str> {
    let compose = name == "docker-compose" || rest.first() == Some(&"compose");
    let has = |word: &str| rest.contains(&word);
    match () {
        () if compose && has("down") && (has("-v") || has("--volumes")) => Some("removes the volumes with their data"),
        () if has("volume") && (has("rm") || has("prune")) => Some("removes volumes with their data"),
        () if has("system") && has("prune") && has("--volumes") => Some("removes volumes with their data"),
        // What runs inside a container.
        () if has("exec") || has("run") => {
            let at = rest
                .iter()
                .position(|word| matches!(*word, "psql" | "redis-cli" | "dropdb" | "prisma" | "alembic" | "mongosh"))?;
            let inner: Vec<String> = rest[at..].iter().map(|word| (*word).to_owned()).collect();
            destroys(&inner)
        }
        () => None,
    }
}

/// SQL, or a shell's own command, among the arguments.
fn drops(rest: &[&str]) -> Option<&'static str> {
    let said = rest.join(" ").to_lowercase();
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let signs = [
        ("drop database", "drops the database"),
        ("drop schema", "drops a schema with its tables"),
        ("drop table", "drops a table"),
        ("truncate ", "empties a table"),
        ("dropdatabase()", "drops the database"),
    ];
    signs.iter().find(|(sign, _)| words.contains(sign)).map(|(_, what)| *what)
}

fn removes(rest: &[&str]) -> Option<&'static str> {
    let recursive =
        rest.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(['r', 'R']))
            || rest.contains(&"--recursive");
    let keeps = |path: &&str| {
        let path = path.trim_end_matches(['/', '*']);
        let temporary = path.contains("tmp") || path.contains("temp");
        // What begins with a dot is a tool's own, but for git's and for settings.
        let own = path.starts_with('.') && path.len() > 2;
        let kept = ["./", "..", ".git", ".env"].iter().any(|start| path.starts_with(start));
        temporary || own && !kept || path.split('/').any(|part| REMADE.contains(&part)) || path.starts_with('$')
    };
    let lost = rest.iter().filter(|word| !word.starts_with('-')).any(|path| !keeps(path));
    (recursive && lost).then_some("removes files")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_destroys_data_is_known_and_nothing_else() {
        let told = |line: &str| simple_commands(line).is_some_and(|all| destroys(all[0].inner()).is_some());
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
            assert!(told(line), "{line}");
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
            assert!(!told(line), "{line}");
        }
    }
}

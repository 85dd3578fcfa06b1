//! Commands that destroy what no private copy of the tree protects: the data of a database, volumes, what lies on another
//! machine.
//!
//! `npx prisma migrate reset` on a closed network finds no database but one that it brings. With `[services]` or an open
//! network it may find yours, and is refused, unless every service that is open was declared disposable.

use std::fmt;

use shell::{Call, Kind, Need, Reading, Trait};

use crate::settings::Settings;

/// The kind of data that a command destroys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
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
pub(crate) fn data_loss_of_call(call: &Call) -> Option<Loss> {
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

/// A command that would destroy what is not the run's to destroy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Threat {
    /// The call as the command writes it.
    call: String,
    /// The data that it would destroy.
    loss: Loss,
    /// The services that it may reach and that are not declared disposable; none where the network is open.
    services: Vec<String>,
}

/// Returns the call of a command that could destroy data of a real service, if there is one.
pub(crate) fn find_threat(reading: &Reading, settings: &Settings) -> Option<Threat> {
    let services = settings.lasting_services();
    if services.is_empty() && !settings.reaches_everything() {
        return None;
    }
    let outside = |loss: &Loss| {
        matches!(
            loss,
            Loss::Migrations | Loss::Data | Loss::Volumes | Loss::Remote
        )
    };
    let (call, loss) = reading.calls().into_iter().find_map(|call| {
        data_loss_of_call(call)
            .filter(outside)
            .map(|loss| (call, loss))
    })?;
    let services = if settings.reaches_everything() {
        Vec::new()
    } else {
        services
    };
    Some(Threat {
        call: reading.script.slice(&call.span).to_owned(),
        loss,
        services,
    })
}

impl fmt::Display for Threat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` {}, and ", self.call, self.loss)?;
        let Some(name) = self.services.first() else {
            return formatter
                .write_str("the network is open: run it yourself, where you know what it reaches");
        };
        write!(
            formatter,
            "may reach the service `{name}`: run it yourself, or say that its data may go \
             (`[services] {name} = {{ port = …, disposable = true }}`)"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_destroys_data_is_known_and_nothing_else() {
        let told = |line: &str| {
            shell::read(line)
                .calls()
                .into_iter()
                .find_map(data_loss_of_call)
        };
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

    #[test]
    fn only_what_may_reach_lasting_data_is_a_threat() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = |text: &str| {
            std::fs::write(folder.path().join("user.toml"), text).expect("a file");
            let surroundings = crate::settings::SettingsSources {
                user_file: Some(folder.path().join("user.toml")),
                ..crate::settings::SettingsSources::default()
            };
            Settings::from_sources(
                folder.path(),
                &crate::settings::Flags::default(),
                &surroundings,
            )
            .expect("settings")
        };
        let lasting = "services = { database = 5432, cache = { port = 6379, disposable = true } }";
        let disposable = "services = { database = { port = 5432, disposable = true } }";
        for (text, line, threatens) in [
            ("", "python manage.py flush --no-input", false),
            (lasting, "python manage.py flush --no-input", true),
            (
                lasting,
                "uv run alembic downgrade base && uv run alembic upgrade head",
                true,
            ),
            (lasting, "bash -c 'npx prisma migrate reset --force'", true),
            (lasting, "alembic downgrade -1", false),
            (lasting, "rm -rf src/old && git reset --hard", false),
            (disposable, "alembic downgrade base", false),
            ("network = true", "aws s3 rm s3://a/b", true),
            ("network = true", "docker compose down -v", true),
            ("sandbox = \"off\"", "npx knex migrate:rollback --all", true),
        ] {
            assert_eq!(
                find_threat(&shell::read(line), &settings(text)).is_some(),
                threatens,
                "{text}: {line}"
            );
        }
        let recipes = |_: &shell::Target| Some("python manage.py flush --no-input".to_owned());
        let found = find_threat(
            &shell::read_with("make fresh", &recipes),
            &settings(lasting),
        )
        .expect("a threat");
        assert_eq!(
            found.to_string(),
            "`make fresh` deletes data of a database, and may reach the service `database`: run it yourself, or say that \
             its data may go (`[services] database = { port = …, disposable = true }`)"
        );
    }
}

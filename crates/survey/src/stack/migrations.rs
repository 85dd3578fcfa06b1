//! Finds the tools that migrate the database, by their configuration, folders and dependencies.
//!
//! ```text
//! alembic.ini: script_location = %(here)s/db       Alembic (Flask-Migrate with that dependency), db/versions
//! manage.py, shop/migrations/0001_initial.py       Django, shop/migrations
//! prisma/schema.prisma with a datasource           Prisma, and prisma/migrations where it is there
//! "drizzle-kit" in package.json                    Drizzle, and those of its usual folders that are there
//! V1__users.sql, and none of the above             SQL files, and their folder
//! ```

use std::collections::BTreeSet;

use super::{Migrations, Package};
use crate::documents::{Documents, folder_of, ini, join_folder, name_of};
use crate::place::{Finder, Place};
use crate::source::Sources;

/// Dependencies that migrate, the tool's name, and folders that they use unless told otherwise.
const TOOLS: [(&str, &str, &[&str]); 9] = [
    (
        "sequelize-cli",
        "Sequelize",
        &[
            "migrations",
            "src/migrations",
            "db/migrations",
            "database/migrations",
        ],
    ),
    (
        "drizzle-kit",
        "Drizzle",
        &[
            "drizzle",
            "migrations",
            "src/db/migrations",
            "src/drizzle",
            "db/migrations",
        ],
    ),
    ("node-pg-migrate", "node-pg-migrate", &["migrations"]),
    ("postgrator", "Postgrator", &["migrations"]),
    ("umzug", "Umzug", &["migrations", "src/migrations"]),
    ("migrate-mongo", "migrate-mongo", &["migrations"]),
    ("db-migrate", "db-migrate", &["migrations"]),
    (
        "knex",
        "Knex",
        &[
            "migrations",
            "db/migrations",
            "src/migrations",
            "database/migrations",
            "lib/migrations",
        ],
    ),
    (
        "typeorm",
        "TypeORM",
        &[
            "migrations",
            "src/migrations",
            "src/migration",
            "src/database/migrations",
            "src/db/migrations",
        ],
    ),
];

/// Returns the tools that a project migrates with.
///
/// Alembic by dependency counts only without an `alembic.ini`, numbered SQL files only where no tool was found.
pub(super) fn find_migrations(
    packages: &[Package],
    documents: &Documents,
    sources: &Sources,
) -> Vec<Migrations> {
    let folders: BTreeSet<&str> = sources.paths.iter().map(|path| folder_of(path)).collect();
    let mut found: Vec<Migrations> = Vec::new();
    for (path, text) in documents.named("alembic.ini") {
        let (folders, line) = configured_alembic(path, text, sources, &folders);
        let flask = packages
            .iter()
            .any(|package| package.dependency("flask-migrate").is_some());
        let tool = if flask { "Flask-Migrate" } else { "Alembic" };
        found.push(Migrations {
            tool: tool.to_owned(),
            folders,
            place: Place::new(path, line),
        });
    }
    if found.is_empty() {
        found.extend(unconfigured_alembic(packages, sources));
    }
    find_django_migrations(sources, &folders, &mut found);
    find_prisma_migrations(documents, &folders, &mut found);
    for package in packages {
        for (name, tool, usual) in TOOLS {
            let Some(dependency) = package.dependency(name) else {
                continue;
            };
            let told = configured_folder(documents, sources, &package.folder);
            let tried = usual
                .iter()
                .map(|folder| join_folder(&package.folder, folder))
                .chain(told);
            let folders: BTreeSet<String> = tried
                .filter(|folder| folders.contains(folder.as_str()))
                .collect();
            // An ORM or query builder without migrations of its own migrates nothing.
            let taken = found
                .iter()
                .any(|tool| tool.folders.iter().any(|folder| folders.contains(folder)));
            if matches!(name, "typeorm" | "knex") && (folders.is_empty() || taken) {
                continue;
            }
            let place = dependency.place.clone();
            found.push(Migrations {
                tool: tool.to_owned(),
                folders: folders.into_iter().collect(),
                place,
            });
        }
    }
    if found.is_empty() {
        found.extend(plain_sql(sources));
    }
    found
}

/// Returns a folder that a configuration names beside a word for migrations.
///
/// `directory: './db/migrations'` in `knexfile.js` gives `db/migrations`; what follows `/*` is left out. The first line
/// with `directory:`, `out:` or `migrations:` is taken. Returns none without such a file or line.
fn configured_folder(documents: &Documents, sources: &Sources, package: &str) -> Option<String> {
    let named = |path: &str| {
        let name = name_of(path);
        [
            "knexfile",
            "drizzle.config",
            "ormconfig",
            "data-source",
            "datasource",
        ]
        .iter()
        .any(|stem| name.starts_with(stem))
    };
    let of_documents = documents.all().filter(|(path, _)| named(path));
    let of_sources = sources
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.text.as_str()))
        .filter(|(path, _)| named(path));
    of_documents
        .chain(of_sources)
        .filter(|(path, _)| path.starts_with(package))
        .find_map(|(path, text)| {
            let line = text.lines().find(|line| {
                line.contains("directory:")
                    || line.trim_start().starts_with("out:")
                    || line.contains("migrations:")
            })?;
            let quoted = line
                .split(['\'', '"', '`'])
                .nth(1)?
                .trim_start_matches("./")
                .split("/*")
                .next()?;
            Some(join_folder(folder_of(path), quoted.trim_end_matches('/')))
        })
}

/// Returns the folders that an alembic.ini keeps its versions in, and the line that says so:
/// `script_location = %(here)s/alembic` means `alembic/versions`.
fn configured_alembic(
    path: &str,
    text: &str,
    sources: &Sources,
    folders: &BTreeSet<&str>,
) -> (Vec<String>, u32) {
    let sections = ini::parse_ini(text);
    let location = sections
        .iter()
        .find_map(|section| section.entry("script_location")?.values.first());
    let (line, location) = location.map_or((1, "."), |(line, value)| (*line, *value));
    let location = location.replace("%(here)s/", "");
    let versions = match location.as_str() {
        "." | "%(here)s" => join_folder(folder_of(path), "versions"),
        at => join_folder(
            folder_of(path),
            &format!("{}/versions", at.replace(':', "/")),
        ),
    };
    let mut lying = vec![versions.clone()];
    if !folders.contains(versions.as_str()) {
        // The location may count from where the command is run.
        let last = location.rsplit(['/', ':']).next().unwrap_or("alembic");
        let ending = format!("{last}/versions");
        lying = folders
            .iter()
            .filter(|folder| folder.ends_with(&ending))
            .map(|folder| (*folder).to_owned())
            .collect();
    }
    if lying.is_empty() {
        lying = alembic_folders(sources);
    }
    (lying, line)
}

/// Returns Alembic where no alembic.ini is found: by a dependency and by files with its marks.
///
/// Returns none where no package asks for it, or no file has its marks.
fn unconfigured_alembic(packages: &[Package], sources: &Sources) -> Option<Migrations> {
    let dependency = packages.iter().find_map(|package| {
        package
            .dependency("flask-migrate")
            .or_else(|| package.dependency("alembic"))
    })?;
    let folders = alembic_folders(sources);
    let tool = if dependency.name.to_lowercase().starts_with("flask") {
        "Flask-Migrate"
    } else {
        "Alembic"
    };
    (!folders.is_empty()).then(|| Migrations {
        tool: tool.to_owned(),
        folders,
        place: dependency.place.clone(),
    })
}

/// Returns folders whose files carry Alembic's marks.
///
/// The marks are the folder's name, which ends in `versions`, and `down_revision` in a file.
fn alembic_folders(sources: &Sources) -> Vec<String> {
    let marked = sources.files.iter().filter(|file| {
        folder_of(&file.path).ends_with("versions") && file.text.contains("down_revision")
    });
    marked
        .map(|file| folder_of(&file.path).to_owned())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// Adds Django for the first `manage.py` that names it, with the folders `migrations` below its own.
fn find_django_migrations(
    sources: &Sources,
    folders: &BTreeSet<&str>,
    found: &mut Vec<Migrations>,
) {
    let is_manage = |path: &&str| name_of(path) == "manage.py";
    let Some(manage) = sources
        .files
        .iter()
        .find(|file| is_manage(&file.path.as_str()) && file.text.contains("django"))
    else {
        return;
    };
    let home = folder_of(&manage.path);
    let apps: BTreeSet<String> = sources
        .files
        .iter()
        .filter(|file| {
            name_of(folder_of(&file.path)) == "migrations"
                && file.text.contains("migrations.Migration")
        })
        .map(|file| folder_of(&file.path).to_owned())
        .filter(|folder| {
            folders.contains(folder.as_str()) && (home.is_empty() || folder.starts_with(home))
        })
        .collect();
    let place = Place::new(&manage.path, 1);
    found.push(Migrations {
        tool: "Django".to_owned(),
        folders: apps.into_iter().collect(),
        place,
    });
}

/// Adds Prisma for each schema with a datasource, with the folder `migrations` beside it if there is one.
fn find_prisma_migrations(
    documents: &Documents,
    folders: &BTreeSet<&str>,
    found: &mut Vec<Migrations>,
) {
    for (path, text) in documents
        .all()
        .filter(|(path, text)| path.ends_with(".prisma") && text.contains("datasource "))
    {
        let beside = join_folder(folder_of(path), "migrations");
        let inside = folders.iter().any(|folder| folder.starts_with(&beside));
        let place = Place::new(path, Finder::new(text).next("datasource "));
        let folders = if inside { vec![beside] } else { Vec::new() };
        found.push(Migrations {
            tool: "Prisma".to_owned(),
            folders,
            place,
        });
    }
}

/// Returns folders of numbered SQL files that no tool is known for.
///
/// `001_init.sql` and `V2__users.sql` are numbered. Returns none where there is no such file.
fn plain_sql(sources: &Sources) -> Option<Migrations> {
    let is_numbered = |path: &&std::sync::Arc<str>| {
        let name = name_of(path);
        name.ends_with(".sql")
            && name
                .trim_start_matches(['V', 'v'])
                .starts_with(|letter: char| letter.is_ascii_digit())
    };
    let first = sources.paths.iter().find(is_numbered)?;
    let folders: BTreeSet<String> = sources
        .paths
        .iter()
        .filter(is_numbered)
        .map(|path| folder_of(path).to_owned())
        .collect();
    let place = Place::new(first, 1);
    Some(Migrations {
        tool: "SQL files".to_owned(),
        folders: folders.into_iter().collect(),
        place,
    })
}

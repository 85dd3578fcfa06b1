//! Which stores a project uses: drivers, addresses in settings and examples of the environment,
//! container images, Prisma's provider and the options of other tools.
//!
//! ```text
//! psycopg in pyproject.toml                    driver psycopg
//! DATABASE_URL=postgresql+asyncpg://…          address postgresql+asyncpg://
//! image: postgres:16-alpine                    image postgres:16-alpine, and the version 16
//! provider = "postgresql" in schema.prisma     provider postgresql
//! ```
//!
//! Each is one piece of evidence for PostgreSQL; no single one decides.

use super::known::{DRIVERS, of_ecosystem};
use super::{Database, Package};
use crate::documents::{Documents, is_environment, name_of};
use crate::place::Place;
use crate::source::Sources;

/// Beginnings of addresses, and the store that answers there; what stands behind a `+` is the driver's.
const ADDRESSES: [(&str, &str); 11] = [
    ("postgresql", "PostgreSQL"),
    ("postgres", "PostgreSQL"),
    ("psycopg", "PostgreSQL"),
    ("mysql", "MySQL"),
    ("mariadb", "MariaDB"),
    ("sqlite", "SQLite"),
    ("mongodb", "MongoDB"),
    ("rediss", "Redis"),
    ("redis", "Redis"),
    ("mssql", "SQL Server"),
    ("oracle", "Oracle"),
];

/// Options that name a store in words, `key` then quoted value.
const OPTIONS: [(&str, &str); 22] = [
    ("django.db.backends.postgresql", "PostgreSQL"),
    ("django.contrib.gis.db.backends.postgis", "PostgreSQL"),
    ("django.db.backends.mysql", "MySQL"),
    ("django.db.backends.sqlite3", "SQLite"),
    ("django.db.backends.oracle", "Oracle"),
    ("type: 'postgres'", "PostgreSQL"),
    ("type: \"postgres\"", "PostgreSQL"),
    ("type: 'mysql'", "MySQL"),
    ("type: 'mariadb'", "MariaDB"),
    ("type: 'sqlite'", "SQLite"),
    ("type: 'mongodb'", "MongoDB"),
    ("dialect: 'postgres", "PostgreSQL"),
    ("dialect: \"postgres", "PostgreSQL"),
    ("dialect: 'mysql", "MySQL"),
    ("dialect: 'sqlite", "SQLite"),
    ("dialect: \"sqlite", "SQLite"),
    ("client: 'pg'", "PostgreSQL"),
    ("client: \"pg\"", "PostgreSQL"),
    ("client: 'mysql2'", "MySQL"),
    ("client: 'better-sqlite3'", "SQLite"),
    ("client: 'sqlite3'", "SQLite"),
    ("DATABASE_TYPE=postgres", "PostgreSQL"),
];

/// Container images; another registry or folder before the name does no harm.
const IMAGES: [(&str, &str); 15] = [
    ("postgres", "PostgreSQL"),
    ("postgis/postgis", "PostgreSQL"),
    ("pgvector/pgvector", "PostgreSQL"),
    ("timescale/timescaledb", "PostgreSQL"),
    ("supabase/postgres", "PostgreSQL"),
    ("mysql", "MySQL"),
    ("mariadb", "MariaDB"),
    ("mongo", "MongoDB"),
    ("redis", "Redis"),
    ("valkey/valkey", "Redis"),
    ("elasticsearch", "Elasticsearch"),
    ("cassandra", "Cassandra"),
    ("neo4j", "Neo4j"),
    ("memcached", "Memcached"),
    ("rabbitmq", "RabbitMQ"),
];

/// Returns the stores, the one with most to show for it first; stores beside the database come
/// last.
pub(super) fn find_databases(
    packages: &[Package],
    documents: &Documents,
    sources: &Sources,
) -> Vec<Database> {
    let mut databases: Vec<Database> = Vec::new();
    for package in packages {
        for known in DRIVERS {
            let Some((name, store)) = of_ecosystem(known, package.ecosystem) else {
                continue;
            };
            if let Some(dependency) = package.dependency(name) {
                note_database(
                    &mut databases,
                    store,
                    format!("driver {name}"),
                    dependency.place.clone(),
                );
            }
        }
    }
    for (path, text) in documents.all() {
        let name = name_of(path);
        if name.contains("compose") {
            of_images(path, text, &mut databases);
        } else if name.ends_with(".prisma") {
            of_prisma(path, text, &mut databases);
        } else if is_environment(name) || name == "alembic.ini" || name.starts_with("ormconfig") {
            of_words(path, text, &mut databases);
        }
    }
    for file in sources
        .files
        .iter()
        .filter(|file| !file.is_test && is_settings(&file.path))
    {
        of_words(&file.path, &file.text, &mut databases);
    }
    // These are caches, searches and queues in most backends, so they are named after the database.
    let aside = |database: &Database| {
        matches!(
            database.name.as_str(),
            "Redis" | "Elasticsearch" | "Memcached" | "RabbitMQ"
        )
    };
    databases.sort_by_key(|database| (aside(database), std::cmp::Reverse(database.evidence.len())));
    databases
}

/// Adds a piece of evidence to a store: each once a file, twelve at most, as more say nothing new.
fn note_database(databases: &mut Vec<Database>, store: &str, what: String, place: Place) {
    let entry = match databases
        .iter_mut()
        .position(|database| database.name == store)
    {
        Some(known) => &mut databases[known],
        None => {
            databases.push(Database {
                name: store.to_owned(),
                version: None,
                evidence: Vec::new(),
            });
            let last = databases.len() - 1;
            &mut databases[last]
        }
    };
    if !entry
        .evidence
        .iter()
        .any(|(known, at)| *known == what && at.file == place.file)
        && entry.evidence.len() < 12
    {
        entry.evidence.push((what, place));
    }
}

/// Returns whether a file is one in which projects say where their database is.
fn is_settings(path: &str) -> bool {
    let words = [
        "settings",
        "config",
        "database",
        "db",
        "datasource",
        "data-source",
        "orm",
        "session",
        "engine",
        "models",
    ];
    let name = name_of(path);
    let stem = name.split('.').next().unwrap_or(name).to_lowercase();
    words.iter().any(|word| {
        stem == *word
            || stem.starts_with(&format!("{word}_"))
            || stem.ends_with(&format!("_{word}"))
            || stem.starts_with(&format!("{word}-"))
            || stem.ends_with(&format!("-{word}"))
    }) || name.contains(".config.")
        || name.starts_with("knexfile")
        || name.starts_with("ormconfig")
        || path.split('/').rev().skip(1).take(2).any(|folder| {
            matches!(
                folder,
                "settings" | "config" | "configs" | "database" | "db"
            )
        })
        || matches!(
            name,
            "app.module.ts" | "app.py" | "__init__.py" | "app.ts" | "app.js"
        )
}

/// Looks for addresses and options in a text, line by line; lines that are comments are left out.
fn of_words(path: &str, text: &str, databases: &mut Vec<Database>) {
    for (number, line) in (1..).zip(text.lines()) {
        let bare = line.trim_start();
        // In an example of the environment, a line that is commented out is still an example.
        if bare.starts_with("//") || bare.starts_with('#') && !is_environment(name_of(path)) {
            continue;
        }
        if let Some(at) = line.find("://") {
            let before = line.get(..at).unwrap_or("");
            let start = before
                .rfind(|letter: char| !letter.is_ascii_alphanumeric() && letter != '+')
                .map_or(0, |at| at + 1);
            let scheme = before.get(start..).unwrap_or("");
            let known = ADDRESSES
                .iter()
                .find(|(known, _)| scheme.split('+').next() == Some(known));
            if let Some((_, store)) = known {
                note_database(
                    databases,
                    store,
                    format!("address {scheme}://"),
                    Place::new(path, number),
                );
            }
        }
        if let Some((words, store)) = OPTIONS.iter().find(|(words, _)| line.contains(words)) {
            note_database(
                databases,
                store,
                format!("option {words}"),
                Place::new(path, number),
            );
        }
    }
}

/// Looks for the images of a compose file; the first tag that begins with digits gives the version.
fn of_images(path: &str, text: &str, databases: &mut Vec<Database>) {
    for (number, line) in (1..).zip(text.lines()) {
        let Some(image) = line.trim().strip_prefix("image:") else {
            continue;
        };
        let image = image.trim().trim_matches(['"', '\'']);
        // `${TAG:-postgres:16}` falls back to what stands behind the mark.
        let image = image
            .strip_prefix("${")
            .and_then(|rest| rest.split_once(":-"))
            .map_or(image, |(_, rest)| rest);
        let image = image.trim_end_matches('}');
        let (name, tag) = image.rsplit_once(':').unwrap_or((image, ""));
        let last = name_of(name);
        let Some((known, store)) = IMAGES
            .iter()
            .find(|(known, _)| name.ends_with(known) && name_of(known) == last)
        else {
            continue;
        };
        let version: String = tag
            .chars()
            .take_while(|letter| letter.is_ascii_digit() || *letter == '.')
            .collect();
        note_database(
            databases,
            store,
            format!(
                "image {known}{}{tag}",
                if tag.is_empty() { "" } else { ":" }
            ),
            Place::new(path, number),
        );
        if let Some(database) = databases
            .iter_mut()
            .find(|database| database.name == *store)
            && !version.is_empty()
        {
            database
                .version
                .get_or_insert(version.trim_end_matches('.').to_owned());
        }
    }
}

/// Reads the provider of Prisma's `datasource` block; one of a generator is none.
fn of_prisma(path: &str, text: &str, databases: &mut Vec<Database>) {
    let mut is_source = false;
    for (number, line) in (1..).zip(text.lines()) {
        let bare = line.trim();
        if bare.starts_with("datasource ") {
            is_source = true;
        } else if bare == "}" {
            is_source = false;
        } else if let Some(value) = bare.strip_prefix("provider").filter(|_| is_source) {
            let value = value.trim_matches([' ', '=', '"', '\t']);
            let store = match value {
                "postgresql" | "postgres" | "cockroachdb" => "PostgreSQL",
                "mysql" => "MySQL",
                "sqlite" => "SQLite",
                "sqlserver" => "SQL Server",
                "mongodb" => "MongoDB",
                _ => continue,
            };
            note_database(
                databases,
                store,
                format!("provider {value}"),
                Place::new(path, number),
            );
        }
    }
}

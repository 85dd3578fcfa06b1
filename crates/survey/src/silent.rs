//! Tells of frameworks and mappers that a manifest names and of which nothing was found, so that no zero is silent.

use crate::Survey;
use crate::findings::Unresolved;
use crate::source::Sources;
use crate::stack::Ecosystem;

/// A package by its name, and how its users import it.
struct Named {
    package: &'static str,
    ecosystem: Ecosystem,
    import: &'static str,
    /// Whether the survey can follow it.
    followed: bool,
}

const fn named(package: &'static str, ecosystem: Ecosystem, import: &'static str, followed: bool) -> Named {
    Named { package, ecosystem, import, followed }
}

use Ecosystem::{Node, Python};

/// What answers requests.
const FRAMEWORKS: [Named; 23] = [
    named("fastapi", Python, "fastapi", true),
    named("flask", Python, "flask", true),
    named("django", Python, "django", true),
    named("starlette", Python, "starlette", false),
    named("litestar", Python, "litestar", false),
    named("sanic", Python, "sanic", false),
    named("aiohttp", Python, "aiohttp.web", false),
    named("tornado", Python, "tornado.web", false),
    named("bottle", Python, "bottle", false),
    named("falcon", Python, "falcon", false),
    named("pyramid", Python, "pyramid", false),
    named("quart", Python, "quart", false),
    named("django-ninja", Python, "ninja", false),
    named("express", Node, "express", true),
    named("fastify", Node, "fastify", true),
    named("@nestjs/common", Node, "@nestjs/common", true),
    named("koa", Node, "koa", false),
    named("hono", Node, "hono", false),
    named("@hapi/hapi", Node, "@hapi/hapi", false),
    named("restify", Node, "restify", false),
    named("polka", Node, "polka", false),
    named("@adonisjs/core", Node, "@adonisjs", false),
    named("elysia", Node, "elysia", false),
];

/// What maps tables.
const MAPPERS: [Named; 14] = [
    named("sqlalchemy", Python, "sqlalchemy", true),
    named("flask-sqlalchemy", Python, "flask_sqlalchemy", true),
    named("sqlmodel", Python, "sqlmodel", true),
    named("alchemical", Python, "alchemical", true),
    named("tortoise-orm", Python, "tortoise", false),
    named("peewee", Python, "peewee", false),
    named("pony", Python, "pony", false),
    named("@prisma/client", Node, "@prisma/client", true),
    named("sequelize", Node, "sequelize", true),
    named("typeorm", Node, "typeorm", true),
    named("mongoose", Node, "mongoose", true),
    named("drizzle-orm", Node, "drizzle-orm", true),
    named("objection", Node, "objection", false),
    named("@mikro-orm/core", Node, "@mikro-orm", false),
];

/// Adds what is silent to what could not be followed.
pub(crate) fn add(survey: &mut Survey, sources: &Sources) {
    let is_answered = |ecosystem: Ecosystem| {
        let files = survey.routes.iter().map(|route| &route.file);
        let files = files.chain(survey.operations.iter().map(|operation| &operation.file));
        files.clone().any(|file| ecosystem_of(file) == Some(ecosystem))
    };
    let mut found = Vec::new();
    for package in &survey.stack.packages {
        let is_told = |one: &&Named| one.ecosystem == package.ecosystem && package.dependency(one.package).is_some();
        if !is_answered(package.ecosystem) {
            found.extend(FRAMEWORKS.iter().filter(is_told).map(|one| (package, one, "route")));
        }
        if survey.entities.is_empty() {
            found.extend(MAPPERS.iter().filter(is_told).map(|one| (package, one, "table")));
        }
    }
    let mut told = Vec::new();
    for (package, one, what) in found {
        let Some(dependency) = package.dependency(one.package).filter(|dependency| !dependency.development) else {
            continue;
        };
        let is_used = sources.files.iter().any(|file| !file.is_test && file.text.contains(one.import));
        let why = match (is_used, one.followed) {
            (false, _) => "no source file names it",
            (true, true) => "what registers them could not be followed",
            (true, false) => "the survey does not follow it",
        };
        told.push(Unresolved {
            file: dependency.place.file.clone(),
            line: dependency.place.line,
            what: format!("`{}` is a dependency, and no {what} of it was found: {why}", one.package),
        });
    }
    survey.unresolved.extend(told);
}

fn ecosystem_of(file: &str) -> Option<Ecosystem> {
    match file.rsplit_once('.')?.1 {
        "py" => Some(Python),
        "js" | "ts" | "mjs" | "cjs" | "mts" | "cts" | "jsx" | "tsx" | "graphql" | "gql" => Some(Node),
        _ => None,
    }
}

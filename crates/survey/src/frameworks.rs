//! The readers of the evaluated values, one for each framework. A framework is a file and a line in
//! `ALL`.

mod reading;

mod guards;

mod fastapi;

mod flask;

pub(crate) mod django_apps;

mod django_rest;

mod django_guards;

mod django;

mod express;

mod koa;

mod hono;

mod nestjs;

mod fastify;

mod graphql;

mod strawberry;

mod graphene;

mod apollo;

mod resolvers;

mod trpc;

mod sqlalchemy;

mod pydantic;

pub(crate) mod migrations;

mod django_contrib;

mod django_orm;

mod typeorm;

mod document_models;

mod drizzle;

pub(crate) mod prisma;

pub(crate) mod sql;

use crate::evaluate::Machine;
use crate::findings::Findings;

/// The input and the output of a framework's reader: the evaluated code, and the findings so far.
pub(crate) struct FrameworkContext<'m, 'a> {
    pub(crate) machine: &'m mut Machine<'a>,
    pub(crate) findings: &'m mut Findings,
}

pub(crate) struct Framework {
    pub(crate) name: &'static str,
    /// A file that holds one of these is where following starts.
    pub(crate) markers: &'static [&'static str],
    pub(crate) read: fn(&mut FrameworkContext<'_, '_>),
}

pub(crate) const ALL: &[Framework] = &[
    fastapi::FRAMEWORK,
    flask::FRAMEWORK,
    django::FRAMEWORK,
    express::FRAMEWORK,
    koa::FRAMEWORK,
    hono::FRAMEWORK,
    nestjs::FRAMEWORK,
    fastify::FRAMEWORK,
    strawberry::FRAMEWORK,
    graphene::FRAMEWORK,
    apollo::FRAMEWORK,
    resolvers::FRAMEWORK,
    trpc::FRAMEWORK,
    sqlalchemy::FRAMEWORK,
    pydantic::FRAMEWORK,
    django_orm::FRAMEWORK,
    typeorm::FRAMEWORK,
    document_models::MONGOOSE,
    document_models::SEQUELIZE,
    drizzle::FRAMEWORK,
    migrations::ALEMBIC,
    migrations::KNEX,
    migrations::BUILDERS,
];

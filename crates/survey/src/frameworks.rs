//! What each framework makes of the followed values. A framework is a file and a line in `ALL`.

mod django;
mod django_contrib;
mod django_orm;
mod django_rest;
mod document_models;
mod drizzle;
mod express;
mod fastapi;
mod fastify;
mod flask;
mod migrations;
mod nestjs;
pub(crate) mod prisma;
mod reading;
mod sqlalchemy;
mod typeorm;

use crate::evaluate::Machine;
use crate::findings::Findings;

pub(crate) struct Framework {
    pub(crate) name: &'static str,
    /// A file that holds one of these is where following starts.
    pub(crate) markers: &'static [&'static str],
    pub(crate) read: fn(&mut Machine<'_>, &mut Findings),
}

pub(crate) const ALL: &[Framework] = &[
    fastapi::FRAMEWORK,
    flask::FRAMEWORK,
    django::FRAMEWORK,
    express::FRAMEWORK,
    nestjs::FRAMEWORK,
    fastify::FRAMEWORK,
    sqlalchemy::FRAMEWORK,
    django_orm::FRAMEWORK,
    typeorm::FRAMEWORK,
    document_models::MONGOOSE,
    document_models::SEQUELIZE,
    drizzle::FRAMEWORK,
    migrations::ALEMBIC,
    migrations::KNEX,
];

//! What each framework makes of the followed values. A framework is a file and a line in `ALL`.

mod reading;
mod django;
mod django_rest;
mod express;
mod fastapi;
mod fastify;
mod flask;
mod nestjs;
mod sqlalchemy;
mod django_orm;

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
];

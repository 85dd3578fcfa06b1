//! The findings of a survey: routes, entities and what could not be followed, each with its place.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// Whose code answers a route.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RouteOrigin {
    /// The project's.
    #[default]
    Project,
    /// A library's view, which the project only registers.
    Library,
}

/// One method and path that the backend answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// `GET`, `POST`, …; `*` for any.
    pub method: String,
    /// The whole path with all prefixes, parameters as the framework writes them.
    pub path: String,
    /// Dotted or plain name of what answers; `<anonymous>` for an inline function.
    pub handler: String,
    /// File relative to the root.
    pub file: String,
    /// Line of the handler, from 1; where there is none of its own, of the registration.
    pub line: u32,
    /// Dependencies, middleware, decorators and permissions on the way to the handler.
    pub guards: Vec<String>,
    /// Whose code answers it.
    #[serde(default)]
    pub origin: RouteOrigin,
}

/// One field of a GraphQL root type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// `query`, `mutation` or `subscription`.
    pub kind: String,
    /// As clients write it.
    pub name: String,
    /// The resolver; empty where only the schema text names the operation.
    pub handler: String,
    /// File relative to the root.
    pub file: String,
    /// Line of the resolver, from 1; where there is none, of the field.
    pub line: u32,
    /// Permission classes, guards and wrapping functions.
    pub guards: Vec<String>,
}

/// A class that says what data looks like and has no table: what requests bring and replies give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Name of the class.
    pub name: String,
    /// File relative to the root.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// With those of the classes that it extends.
    pub fields: Vec<Column>,
}

/// Something that decides routes or models and could not be followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unresolved {
    /// File relative to the root.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// The value that could not be followed.
    pub what: String,
}

/// A table or collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Name of the table or collection.
    pub table: String,
    /// Name of the class or constant, empty where only a migration knows the table.
    pub model: String,
    /// File relative to the root.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// In the order in which they are written.
    pub columns: Vec<Column>,
}

/// A column, or a relation (its type then starts with `relationship`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name in the database.
    pub name: String,
    /// Type as the framework writes it.
    pub kind: String,
    /// True if it may be null; `None` where that is not known.
    pub nullable: Option<bool>,
    /// True if it is (part of) the primary key.
    pub primary: bool,
    /// True if it is unique by itself.
    pub unique: bool,
    /// `fk:TABLE.COLUMN` or `rel:TABLE`, empty otherwise.
    pub references: String,
}

#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) routes: Vec<Route>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) entities: Vec<Entity>,
    pub(crate) unresolved: Vec<Unresolved>,
    /// The open ends that were reported, by file, line and text: each is reported once.
    pub(crate) reported: HashSet<(String, u32, String)>,
}

/// Returns a prefix and a path with exactly one slash between them.
pub(crate) fn join_paths(prefix: &str, path: &str) -> String {
    let head = prefix.trim_end_matches('/');
    let tail = path.trim_start_matches('/');
    match (head.is_empty(), tail.is_empty()) {
        (_, true) if path.is_empty() && !prefix.is_empty() => prefix.to_owned(),
        (true, true) => "/".to_owned(),
        (_, true) => format!("{head}/"),
        _ => format!("{head}/{tail}"),
    }
}

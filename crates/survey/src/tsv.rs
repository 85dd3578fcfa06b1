//! Routes, models and open ends as tab-separated lines with a header, for scripts and for comparing.

use std::fmt::Write;

use crate::Survey;

/// What a field may hold without breaking its line.
fn field(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}

/// `method, path, handler, file:line, guards`.
pub fn routes(survey: &Survey) -> String {
    let mut lines = String::from("method\tpath\thandler\tfile:line\tguards\n");
    for route in &survey.routes {
        let (path, handler, guards) = (field(&route.path), field(&route.handler), field(&route.guards.join(",")));
        let _ = writeln!(lines, "{}\t{path}\t{handler}\t{}:{}\t{guards}", route.method, route.file, route.line);
    }
    lines
}

/// `table, column, type, nullable, pk, unique, references, model, file:line`; nullable is empty where it is open.
pub fn models(survey: &Survey) -> String {
    let mut lines = String::from("table\tcolumn\ttype\tnullable\tpk\tunique\treferences\tmodel\tfile:line\n");
    for entity in &survey.entities {
        for column in &entity.columns {
            let nullable = column.nullable.map_or("", |open| if open { "1" } else { "0" });
            let (primary, unique) = (u8::from(column.primary), u8::from(column.unique));
            let (name, kind) = (field(&column.name), field(&column.kind));
            let _ = writeln!(
                lines,
                "{}\t{name}\t{kind}\t{nullable}\t{primary}\t{unique}\t{}\t{}\t{}:{}",
                entity.table, column.references, entity.model, entity.file, entity.line
            );
        }
    }
    lines
}

/// `kind, name, handler, file:line, guards` of GraphQL operations.
pub fn operations(survey: &Survey) -> String {
    let mut lines = String::from("kind\tname\thandler\tfile:line\tguards\n");
    for operation in &survey.operations {
        let (name, handler, guards) = (&operation.name, &operation.handler, field(&operation.guards.join(",")));
        let _ =
            writeln!(lines, "{}\t{name}\t{handler}\t{}:{}\t{guards}", operation.kind, operation.file, operation.line);
    }
    lines
}

/// `shape, field, type, nullable, file:line`.
pub fn shapes(survey: &Survey) -> String {
    let mut lines = String::from("shape\tfield\ttype\tnullable\tfile:line\n");
    for shape in &survey.shapes {
        for column in &shape.fields {
            let nullable = column.nullable.map_or("", |open| if open { "1" } else { "0" });
            let (name, kind) = (field(&column.name), field(&column.kind));
            let _ = writeln!(lines, "{}\t{name}\t{kind}\t{nullable}\t{}:{}", shape.name, shape.file, shape.line);
        }
    }
    lines
}

/// `file:line, what`.
pub fn unresolved(survey: &Survey) -> String {
    let mut lines = String::from("file:line\twhat\n");
    for open in &survey.unresolved {
        let _ = writeln!(lines, "{}:{}\t{}", open.file, open.line, field(&open.what));
    }
    lines
}

//! Routes, models and open ends as tab-separated lines with a header, for scripts and for
//! comparing.

use std::fmt::Write;

use crate::Survey;

/// Replaces what would end a field or its line.
///
/// A tab, a line feed and a carriage return are each a blank.
fn escape_field(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}

/// Returns lines of `method, path, handler, file:line, guards`.
pub fn format_routes(survey: &Survey) -> String {
    let mut lines = String::from("method\tpath\thandler\tfile:line\tguards\n");
    for route in &survey.routes {
        let (path, handler, guards) = (
            escape_field(&route.path),
            escape_field(&route.handler),
            escape_field(&route.guards.join(",")),
        );
        let _ = writeln!(
            lines,
            "{}\t{path}\t{handler}\t{}:{}\t{guards}",
            route.method, route.file, route.line
        );
    }
    lines
}

/// Returns lines of `table, column, type, nullable, pk, unique, references, model, file:line`; nullable is empty where
/// it is open.
pub fn format_models(survey: &Survey) -> String {
    let mut lines =
        String::from("table\tcolumn\ttype\tnullable\tpk\tunique\treferences\tmodel\tfile:line\n");
    for entity in &survey.entities {
        for column in &entity.columns {
            let nullable = column
                .nullable
                .map_or("", |open| if open { "1" } else { "0" });
            let (primary, unique) = (u8::from(column.primary), u8::from(column.unique));
            let (name, kind) = (escape_field(&column.name), escape_field(&column.kind));
            let _ = writeln!(
                lines,
                "{}\t{name}\t{kind}\t{nullable}\t{primary}\t{unique}\t{}\t{}\t{}:{}",
                entity.table, column.references, entity.model, entity.file, entity.line
            );
        }
    }
    lines
}

/// Returns lines of `kind, name, handler, file:line, guards` of GraphQL operations.
pub fn format_operations(survey: &Survey) -> String {
    let mut lines = String::from("kind\tname\thandler\tfile:line\tguards\n");
    for operation in &survey.operations {
        let (name, handler, guards) = (
            &operation.name,
            &operation.handler,
            escape_field(&operation.guards.join(",")),
        );
        let _ = writeln!(
            lines,
            "{}\t{name}\t{handler}\t{}:{}\t{guards}",
            operation.kind, operation.file, operation.line
        );
    }
    lines
}

/// Returns lines of `shape, field, type, nullable, file:line`.
pub fn format_shapes(survey: &Survey) -> String {
    let mut lines = String::from("shape\tfield\ttype\tnullable\tfile:line\n");
    for shape in &survey.shapes {
        for column in &shape.fields {
            let nullable = column
                .nullable
                .map_or("", |open| if open { "1" } else { "0" });
            let (name, kind) = (escape_field(&column.name), escape_field(&column.kind));
            let _ = writeln!(
                lines,
                "{}\t{name}\t{kind}\t{nullable}\t{}:{}",
                shape.name, shape.file, shape.line
            );
        }
    }
    lines
}

/// Returns lines of `file:line, what`.
pub fn format_unresolved(survey: &Survey) -> String {
    let mut lines = String::from("file:line\twhat\n");
    for open in &survey.unresolved {
        let _ = writeln!(
            lines,
            "{}:{}\t{}",
            open.file,
            open.line,
            escape_field(&open.what)
        );
    }
    lines
}

/// Returns lines of `what, name, version, requirement, place, folder`: languages, packages, components, databases and
/// migrations.
pub fn format_stack(survey: &Survey) -> String {
    let mut lines = String::from("what\tname\tversion\trequirement\tplace\tfolder\n");
    let stack = &survey.stack;
    for language in &stack.languages {
        let _ = writeln!(
            lines,
            "language\t{}\t\t{} files\t\t",
            language.name, language.files
        );
    }
    for package in &stack.packages {
        let runtime = package.runtime.as_deref().unwrap_or("");
        let name = format!("{} ({})", escape_field(&package.name), package.manager);
        let _ = writeln!(
            lines,
            "package\t{name}\t\t{}\t{}\t{}",
            escape_field(runtime),
            package.manifest,
            package.folder
        );
    }
    for known in &stack.components {
        let (version, asked) = (
            known.version.as_deref().unwrap_or(""),
            escape_field(&known.requirement),
        );
        let _ = writeln!(
            lines,
            "{}\t{}\t{version}\t{asked}\t{}\t{}",
            known.role, known.name, known.place, known.package
        );
    }
    for database in &stack.databases {
        let version = database.version.as_deref().unwrap_or("");
        for (what, place) in &database.evidence {
            let _ = writeln!(
                lines,
                "database\t{}\t{version}\t{}\t{place}\t",
                database.name,
                escape_field(what)
            );
        }
    }
    for tool in &stack.migrations {
        let folders = tool.folders.join(",");
        let _ = writeln!(
            lines,
            "migrations\t{}\t\t\t{}\t{folders}",
            tool.tool, tool.place
        );
    }
    lines
}

/// Returns lines of `what, layer, to, count, place, why`: files, calls and breaks.
pub fn format_layers(survey: &Survey) -> String {
    let mut lines = String::from("what\tlayer\tto\tcount\tplace\twhy\n");
    for file in &survey.layers.files {
        let _ = writeln!(
            lines,
            "file\t{}\t\t\t{}\t{}",
            file.layer,
            file.file,
            escape_field(&file.why)
        );
    }
    for call in &survey.layers.calls {
        let _ = writeln!(
            lines,
            "calls\t{}\t{}\t{}\t{}\t",
            call.from, call.to, call.count, call.example
        );
    }
    for broken in &survey.layers.breaks {
        let _ = writeln!(
            lines,
            "break\t{}\t{}\t\t{}\t{}",
            broken.from,
            broken.to,
            broken.place,
            escape_field(&broken.what)
        );
    }
    lines
}

/// Returns lines of `topic, layer, what, count, of, example, example`.
pub fn format_conventions(survey: &Survey) -> String {
    let mut lines = String::from("topic\tlayer\twhat\tcount\tof\texample\texample\n");
    for known in &survey.conventions {
        let layer = known
            .layer
            .map(|layer| layer.to_string())
            .unwrap_or_default();
        let of = known.of.map(|of| of.to_string()).unwrap_or_default();
        let example = |at: usize| {
            known
                .examples
                .get(at)
                .map(ToString::to_string)
                .unwrap_or_default()
        };
        let (what, first, second) = (escape_field(&known.what), example(0), example(1));
        let _ = writeln!(
            lines,
            "{}\t{layer}\t{what}\t{}\t{of}\t{first}\t{second}",
            known.topic, known.count
        );
    }
    lines
}

/// Returns lines of `purpose, preferred, command, for one file, run in, package, source, behind`.
pub fn format_commands(survey: &Survey) -> String {
    let mut lines = String::from(
        "purpose\tpreferred\tcommand\tfor one file\trun in\tpackage\tsource\tbehind\n",
    );
    for command in &survey.commands {
        let preferred = u8::from(command.preferred);
        let (script, one) = (
            escape_field(&command.script),
            escape_field(command.for_file.as_deref().unwrap_or("")),
        );
        let _ = writeln!(
            lines,
            "{}\t{preferred}\t{script}\t{one}\t{}\t{}\t{}\t{}",
            command.purpose,
            command.folder,
            command.package,
            command.source,
            escape_field(&command.behind)
        );
    }
    lines
}

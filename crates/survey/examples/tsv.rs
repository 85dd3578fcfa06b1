//! Prints routes or models of a tree as tab-separated lines: `tsv ROOT routes|models|unresolved`.

use std::fmt::Write;
use std::io::Write as _;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let root = arguments.get(1).map_or(".", String::as_str);
    let survey = survey::survey(Path::new(root), None);
    let mut out = String::new();
    match arguments.get(2).map(String::as_str) {
        Some("models") => {
            out.push_str("table\tcolumn\ttype\tnullable\tpk\tunique\treferences\tmodel\tfile:line\n");
            for entity in &survey.entities {
                for column in &entity.columns {
                    let nullable = column.nullable.map(|open| if open { "1" } else { "0" }).unwrap_or_default();
                    let (primary, unique) = (u8::from(column.primary), u8::from(column.unique));
                    let _ = writeln!(
                        out,
                        "{}\t{}\t{}\t{nullable}\t{primary}\t{unique}\t{}\t{}\t{}:{}",
                        entity.table,
                        column.name,
                        column.kind,
                        column.references,
                        entity.model,
                        entity.file,
                        entity.line
                    );
                }
            }
        }
        Some("unresolved") => {
            for open in &survey.unresolved {
                let _ = writeln!(out, "{}:{}\t{}", open.file, open.line, open.what);
            }
        }
        _ => {
            out.push_str("method\tpath\thandler\tfile:line\tguards\n");
            for route in &survey.routes {
                let guards = route.guards.join(",");
                let _ = writeln!(
                    out,
                    "{}\t{}\t{}\t{}:{}\t{guards}",
                    route.method, route.path, route.handler, route.file, route.line
                );
            }
        }
    }
    std::io::stdout().write_all(out.as_bytes())
}

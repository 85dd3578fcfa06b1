//! Prints a part of a survey as tab-separated lines: `tsv ROOT
//! routes|operations|models|shapes|unresolved|stack|layers|conventions|commands`.

use std::io::Write;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let root = arguments.get(1).map_or(".", String::as_str);
    let survey = survey::survey_tree(Path::new(root), None);
    let lines = match arguments.get(2).map(String::as_str) {
        Some("models") => survey::tsv::format_models(&survey),
        Some("operations") => survey::tsv::format_operations(&survey),
        Some("shapes") => survey::tsv::format_shapes(&survey),
        Some("unresolved") => survey::tsv::format_unresolved(&survey),
        Some("stack") => survey::tsv::format_stack(&survey),
        Some("layers") => survey::tsv::format_layers(&survey),
        Some("conventions") => survey::tsv::format_conventions(&survey),
        Some("commands") => survey::tsv::format_commands(&survey),
        _ => survey::tsv::format_routes(&survey),
    };
    std::io::stdout().write_all(lines.as_bytes())
}

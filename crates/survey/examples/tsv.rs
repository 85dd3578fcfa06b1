//! Prints a part of a survey as tab-separated lines: `tsv ROOT routes|operations|models|shapes|unresolved|stack|layers|conventions|commands`.

use std::io::Write;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let root = arguments.get(1).map_or(".", String::as_str);
    let survey = survey::survey(Path::new(root), None);
    let lines = match arguments.get(2).map(String::as_str) {
        Some("models") => survey::tsv::models(&survey),
        Some("operations") => survey::tsv::operations(&survey),
        Some("shapes") => survey::tsv::shapes(&survey),
        Some("unresolved") => survey::tsv::unresolved(&survey),
        Some("stack") => survey::tsv::stack(&survey),
        Some("layers") => survey::tsv::layers(&survey),
        Some("conventions") => survey::tsv::conventions(&survey),
        Some("commands") => survey::tsv::commands(&survey),
        _ => survey::tsv::routes(&survey),
    };
    std::io::stdout().write_all(lines.as_bytes())
}

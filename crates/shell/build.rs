//! Reads the tables of programs, for people to write, and puts them down in JSON, which a run reads twenty times as fast
//! as TOML. A file that is no TOML stops the build, with its name and line.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The files of `programs/`, by what they are in the program. A project's usual tools are looked for in the order of the
/// rows, so that the order of the files is a fact, too.
const TABLES: [(&str, &[&str]); 4] = [
    (
        "programs",
        &[
            "shell",
            "wrappers",
            "python",
            "node",
            "data",
            "system",
            "languages",
        ],
    ),
    ("targets", &["conventions/targets"]),
    ("every", &["conventions/every"]),
    ("scripts", &["conventions/scripts"]),
];

fn main() -> io::Result<()> {
    let variable = |name| env::var(name).map(PathBuf::from).map_err(io::Error::other);
    let folder = variable("CARGO_MANIFEST_DIR")?.join("programs");
    let out = variable("OUT_DIR")?;
    println!("cargo::rerun-if-changed={}", folder.display());
    for (table, files) in TABLES {
        let files = files
            .iter()
            .map(|file| folder.join(file).with_extension("toml"));
        let rows = files
            .map(|file| read(&file))
            .collect::<io::Result<Vec<_>>>()?;
        let rows: Vec<toml::Value> = rows.into_iter().flatten().collect();
        fs::write(
            out.join(table).with_extension("json"),
            serde_json::to_vec(&rows)?,
        )?;
    }
    Ok(())
}

/// Returns the rows of a file.
fn read(file: &Path) -> io::Result<Vec<toml::Value>> {
    let wrong =
        |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", file.display()));
    let table: toml::Table = fs::read_to_string(file)?
        .parse()
        .map_err(|error| wrong(&error))?;
    let rows = table.get("program").and_then(toml::Value::as_array);
    rows.cloned()
        .ok_or_else(|| wrong(&"it has no `[[program]]`"))
}

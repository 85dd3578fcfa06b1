//! Lists the files of `vocabulary/`, so that a language is added by adding its file.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let variable = |name| env::var(name).map(PathBuf::from).map_err(io::Error::other);
    let folder = variable("CARGO_MANIFEST_DIR")?.join("vocabulary");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    let included = files.iter().map(|file| format!("    include_str!({file:?}),\n"));
    let table = included.collect::<String>();
    let text = format!("/// The files, one a language.\nconst FILES: &[&str] = &[\n{table}];\n");
    fs::write(variable("OUT_DIR")?.join("languages.rs"), text)
}

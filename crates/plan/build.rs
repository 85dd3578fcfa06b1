//! Reads the files of `vocabulary/` and writes their words as tables of the program, so that no run has to read them. A
//! language is added by adding its file; a table that no `Topic`, `List` or `Use` is called like does not compile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use toml::{Table, Value};

/// Tables whose parts are tables: what a name in them is in the program, and what the tables are called there.
const NESTED: [(&str, &str, &str); 3] = [
    ("labels", "Topic", "LABELS"),
    ("headings", "Topic", "HEADINGS"),
    ("lists", "List", "LISTS"),
];

fn main() -> io::Result<()> {
    let variable = |name| env::var(name).map(PathBuf::from).map_err(io::Error::other);
    let folder = variable("CARGO_MANIFEST_DIR")?.join("vocabulary");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    let languages = files
        .iter()
        .map(|file| read(file))
        .collect::<io::Result<Vec<_>>>()?;
    let mut text = String::new();
    for (table, kind, name) in NESTED {
        let of_language = |language: &Table| language.get(table).and_then(Value::as_table).cloned();
        text += &rows(languages.iter().filter_map(of_language), kind, name);
    }
    let uses = languages.iter().map(|language| {
        let is_use = |name: &String| NESTED.iter().all(|(table, ..)| table != name);
        language
            .clone()
            .into_iter()
            .filter(|(name, _)| is_use(name))
            .collect()
    });
    text += &rows(uses, "Use", "USES");
    let paths = files
        .iter()
        .map(|file| format!("    include_str!({file:?}),\n"));
    text += &format!(
        "/// The files, one a language.\n#[cfg(test)]\nconst FILES: &[&str] = &[\n{}];\n",
        paths.collect::<String>()
    );
    fs::write(variable("OUT_DIR")?.join("languages.rs"), text)
}

fn read(file: &Path) -> io::Result<Table> {
    let wrong = |error| io::Error::other(format!("{}: {error}", file.display()));
    fs::read_to_string(file)?.parse().map_err(wrong)
}

/// Writes one table of the program: a row for each table of a language, with its words in order.
fn rows(languages: impl Iterator<Item = Table>, kind: &str, name: &str) -> String {
    let mut text = format!(
        "/// Words of all languages, by what they are listed as.\npub(crate) const {name}: Rows<{kind}> = &[\n"
    );
    for (table, entries) in
        languages.flat_map(|language| language.into_iter().collect::<BTreeMap<_, _>>())
    {
        let Value::Table(entries) = entries else {
            continue;
        };
        let words: BTreeMap<String, Value> = entries.into_iter().collect();
        let words: Vec<&String> = words.keys().collect();
        text += &format!("    ({kind}::{}, &{words:?}),\n", variant(&table));
    }
    text + "];\n\n"
}

/// Returns the name of a variant: `TestWord` for `test-word`.
fn variant(table: &str) -> String {
    let part = |part: &str| part[..1].to_uppercase() + &part[1..];
    table.split('-').map(part).collect()
}

//! Modules are declared in the order in which they may be used: each uses only those above it.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::references;
use super::source::Source;

/// A module of a crate: what it declares, in order, and what it gives on from its children.
struct Module<'a> {
    source: &'a Source,
    children: Vec<String>,
    /// Name to the path of the child module that it comes from.
    given_on: BTreeMap<String, Vec<String>>,
}

type Modules<'a> = BTreeMap<Vec<String>, Module<'a>>;

/// What is out of order in one crate, given its production files.
pub(crate) fn misordered(sources: &[Source]) -> Vec<String> {
    let modules: Modules<'_> = sources
        .iter()
        .map(|source| (module_path(&source.path), read(source)))
        .collect();
    let mut complaints = Vec::new();
    let mut told = BTreeSet::new();
    for (place, module) in &modules {
        for reference in references(&module.source.code, &["crate", "super", "self"]) {
            let Some(target) = resolve(&modules, place, &reference.path) else {
                continue;
            };
            let shared = place
                .iter()
                .zip(&target)
                .take_while(|(left, right)| left == right)
                .count();
            let (Some(user), Some(used)) = (place.get(shared), target.get(shared)) else {
                continue;
            };
            let declared = modules
                .get(&place[..shared])
                .map(|parent| parent.children.as_slice())
                .unwrap_or_default();
            let position = |name: &String| declared.iter().position(|child| child == name);
            // Once for each pair: one moved line cures them all.
            if position(used) > position(user) && told.insert((user, used.clone())) {
                complaints.push(format!(
                    "{}:{}: `{}` uses `{used}`, which its parent declares below it: move the `mod` line up, or what \
                     both need into a module above both",
                    module.source.path, reference.line, user
                ));
            }
        }
    }
    complaints
}

/// `crates/plan/src/a/b.rs` is `a::b`; `lib.rs` and `main.rs` are the crate itself.
fn module_path(path: &str) -> Vec<String> {
    let inside = path
        .split_once("/src/")
        .map_or(path, |(_, rest)| rest)
        .trim_end_matches(".rs");
    inside
        .split('/')
        .filter(|part| !matches!(*part, "lib"))
        .map(str::to_owned)
        .collect()
}

fn read(source: &Source) -> Module<'_> {
    let mut children = Vec::new();
    for line in source.code.lines() {
        let declaration = line
            .trim()
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub ");
        if let Some(name) = declaration
            .strip_prefix("mod ")
            .and_then(|rest| rest.strip_suffix(';'))
        {
            children.push(name.to_owned());
        }
    }
    let names: Vec<&str> = children.iter().map(String::as_str).collect();
    let mut given_on = BTreeMap::new();
    for statement in source.code.split(';').map(str::trim_start) {
        let Some(at) = statement.find("use ") else {
            continue;
        };
        let (visibility, paths) = statement.split_at(at);
        if visibility.trim_end().ends_with("pub") || visibility.trim_end().ends_with(')') {
            for reference in references(paths, &names) {
                let name = reference.path.last().cloned().unwrap_or_default();
                given_on.insert(name, reference.path[..reference.path.len() - 1].to_vec());
            }
        }
    }
    Module {
        source,
        children,
        given_on,
    }
}

/// The module that a path written in `place` ends in; none when it leads nowhere in this crate.
fn resolve(modules: &Modules<'_>, place: &[String], path: &[String]) -> Option<Vec<String>> {
    let mut at = if path.first()? == "crate" {
        Vec::new()
    } else {
        place.to_vec()
    };
    for name in path {
        match name.as_str() {
            "crate" | "self" => {}
            "super" => {
                at.pop()?;
            }
            _ => {
                let module = modules.get(&at)?;
                if module.children.contains(name) {
                    at.push(name.clone());
                } else {
                    at.extend(module.given_on.get(name).cloned().unwrap_or_default());
                    break;
                }
            }
        }
    }
    Some(at)
}

#[test]
fn a_use_of_a_module_below_is_seen() {
    fn complaints(files: &[(&str, &str)]) -> Vec<String> {
        let source = |(path, text): &(&str, &str)| {
            Source::new("x", &format!("crates/x/src/{path}.rs"), (*text).to_owned())
        };
        misordered(&files.iter().map(source).collect::<Vec<_>>())
    }
    let root = ("lib", "mod a;\nmod b;\npub use b::Thing;\n");
    assert_eq!(
        complaints(&[root, ("a", ""), ("b", "use crate::a::A;\n")]),
        Vec::<String>::new()
    );
    let below = complaints(&[root, ("a", "\nuse crate::b::B;\n"), ("b", "")]);
    assert_eq!(below.len(), 1);
    assert!(
        below[0].starts_with("crates/x/src/a.rs:2: `a` uses `b`"),
        "{below:?}"
    );
    assert_eq!(
        complaints(&[root, ("a", "use super::b;\n"), ("b", "")]).len(),
        1
    );
    assert_eq!(
        complaints(&[root, ("a", "use crate::Thing;\n"), ("b", "")]).len(),
        1,
        "given on by the root"
    );
    let nested = [
        root,
        ("a", "mod c;\nmod d;\n"),
        ("a/c", "use super::d::D;\n"),
        ("a/d", ""),
        ("b", ""),
    ];
    assert_eq!(complaints(&nested).len(), 1);
    let from_inside = [
        root,
        ("a", "mod c;\n"),
        ("a/c", "fn f(x: crate::b::B) {}\n"),
        ("b", ""),
    ];
    assert_eq!(complaints(&from_inside).len(), 1);
    let own = [
        root,
        ("a", "mod c;\nuse self::c::C;\n"),
        ("a/c", "use super::A;\n"),
        ("b", ""),
    ];
    assert_eq!(complaints(&own), Vec::<String>::new());
}

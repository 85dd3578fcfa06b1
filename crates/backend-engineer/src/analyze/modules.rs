//! Finds the file of the repository that an import means: relative, from the root, or from a source folder.

use crate::understand::Files;

/// Endings under which a script's import may stand, in the order in which they are tried.
const SCRIPTS: [&str; 12] =
    ["", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", "/index.ts", "/index.tsx", "/index.js", "/index.mjs"];

/// Endings of the source that a compiled script's name stands for.
const SOURCES: [&str; 4] = [".ts", ".tsx", ".mts", ".cts"];

/// The file that `module`, imported in the file `from`, is in; `None` where it is a package or not clear.
pub(crate) fn file_of(files: &Files, from: &str, module: &str) -> Option<String> {
    if from.ends_with(".py") { python(files, from, module) } else { script(files, from, module) }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn joined(base: &str, rest: &str) -> String {
    if base.is_empty() { rest.to_owned() } else { format!("{base}/{rest}") }
}

/// `.models`, `..core.db`, `app.core.db`: a module's file or a package's `__init__.py`.
fn python(files: &Files, from: &str, module: &str) -> Option<String> {
    let dots = module.len() - module.trim_start_matches('.').len();
    let path = module.trim_start_matches('.').replace('.', "/");
    let at = |base: &str| {
        let whole = if path.is_empty() { base.to_owned() } else { joined(base, &path) };
        [format!("{whole}.py"), joined(&whole, "__init__.py")].into_iter().find(|file| files.all().contains(file))
    };
    if dots > 0 {
        let mut base = folder(from);
        for _ in 1..dots {
            base = folder(base);
        }
        return at(base);
    }
    // From the file's own folder upward: the source folder is one of those around it, as a rule.
    let mut base = folder(from);
    loop {
        if let Some(found) = at(base) {
            return Some(found);
        }
        if base.is_empty() {
            break;
        }
        base = folder(base);
    }
    let endings = [format!("/{path}.py"), format!("/{path}/__init__.py")];
    only(files.all().iter().filter(|file| endings.iter().any(|ending| file.ends_with(ending))))
}

fn only<'a>(mut found: impl Iterator<Item = &'a String>) -> Option<String> {
    let first = found.next()?;
    found.next().is_none().then(|| first.clone())
}

fn script(files: &Files, from: &str, module: &str) -> Option<String> {
    let (base, rest) = match module.strip_prefix("@/").or_else(|| module.strip_prefix("~/")) {
        Some(rest) => (None, rest.to_owned()),
        None if module.starts_with('.') => (Some(folder(from)), module.to_owned()),
        None => return None,
    };
    let bare =
        |path: &str| [".js", ".mjs", ".cjs", ".jsx"].iter().find_map(|end| path.strip_suffix(end)).map(str::to_owned);
    let at = |whole: &str| {
        // A `.js` that is written for a `.ts` beside it means the source, not what was built from it.
        let stem = bare(whole);
        let sources = stem.iter().flat_map(|stem| SOURCES.iter().map(move |end| format!("{stem}{end}")));
        let named = SCRIPTS.iter().map(|end| format!("{whole}{end}"));
        sources.chain(named).find(|file| files.all().contains(file))
    };
    match base {
        Some(base) => at(&climbed(base, &rest)?),
        // An alias begins at a source folder around the file.
        None => {
            let mut base = folder(from);
            loop {
                for inside in [joined(base, &rest), joined(&joined(base, "src"), &rest)] {
                    if let Some(found) = at(&inside) {
                        return Some(found);
                    }
                }
                if base.is_empty() {
                    return None;
                }
                base = folder(base);
            }
        }
    }
}

/// `base` followed by a relative path; `None` where that climbs above the root.
pub(crate) fn climbed(base: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn imports_lead_to_files() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "api/app/core/db.py",
            "api/app/models/__init__.py",
            "web/src/lib/http.ts",
            "web/src/lib/index.ts",
            "web/src/a.ts",
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let files = Files::of(crate::facts::TreeFacts::below(folder.path(), None));
        for (from, module, expected) in [
            ("api/app/routes/a.py", "app.core.db", Some("api/app/core/db.py")),
            ("api/app/routes/a.py", "..core.db", Some("api/app/core/db.py")),
            ("api/app/routes/a.py", "app.models", Some("api/app/models/__init__.py")),
            ("scripts/a.py", "app.core.db", Some("api/app/core/db.py")),
            ("api/app/routes/a.py", "fastapi", None),
            ("web/src/a.ts", "./lib/http", Some("web/src/lib/http.ts")),
            ("web/src/a.ts", "./lib/http.js", Some("web/src/lib/http.ts")),
            ("web/src/a.ts", "./lib", Some("web/src/lib/index.ts")),
            ("web/src/x/b.ts", "@/lib/http", Some("web/src/lib/http.ts")),
            ("web/src/a.ts", "express", None),
            ("web/src/a.ts", "../../../x", None),
        ] {
            assert_eq!(file_of(&files, from, module).as_deref(), expected, "{module}");
        }
    }
}

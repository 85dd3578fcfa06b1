//! Which file an import names: Python packages, script paths, CommonJS, path aliases and
//! workspaces.
//!
//! A guess is enough for a reader who follows names; who reports an import as wrong needs to be
//! sure. So there is [`Modules::python`], which takes the first of several that fit, and
//! [`Modules::resolve`], which takes none of them.

mod scripts;

use std::collections::{HashMap, HashSet};

/// A file's place among those that [`Modules::new`] was given.
pub type ModuleId = usize;

/// The target of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file.
    File(ModuleId),
    /// A folder that is a package of Python without a file of its own.
    Folder(String),
    /// Nothing of the project: a package, the standard library, or what is missing.
    Outside,
}

/// The path aliases of one configuration or manifest.
#[derive(Debug, Default)]
struct Aliases {
    /// The folder to which the targets are relative.
    base: String,
    /// Pattern with at most one `*`, and where it leads.
    paths: Vec<(String, Vec<String>)>,
}

/// The modules of a project by their paths.
#[derive(Debug, Default)]
pub struct Modules {
    /// The paths by their ids.
    paths: Vec<String>,
    by_path: HashMap<String, ModuleId>,
    /// The first parts that a dotted path can have: names of folders and of Python files.
    first_names: HashSet<String>,
    /// All folders that hold a source at any depth.
    folders: HashSet<String>,
    /// First name of a dotted path to the folders that hold it.
    python_roots: HashMap<String, Vec<String>>,
    /// The folder of a configuration to its aliases.
    aliases: HashMap<String, Aliases>,
    /// The folder of a manifest to the `imports` that it states.
    subpaths: HashMap<String, Aliases>,
    /// The name of a workspace to its folder and the files that its manifest names as entries.
    workspaces: HashMap<String, (String, Vec<String>)>,
}

/// Returns the folder of a path, "" at the root.
fn parent_folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns a folder and a path relative to it as one path; one that climbs above the root stays
/// there.
fn join_path(folder: &str, rest: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Returns a folder and a path relative to it as one path; `None` where it climbs above the root.
#[must_use]
pub fn join_upwards(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
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

/// Returns the folder and all above it, up to the root.
pub fn folders_upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |at| {
        if at.is_empty() {
            None
        } else {
            Some(parent_folder(at))
        }
    })
}

impl Modules {
    /// Reads the paths of a project's sources, relative to its root, and the text of its
    /// `package.json`, `tsconfig*.json` and `jsconfig.json`; other documents are passed over.
    #[must_use]
    pub fn new<'a>(
        sources: impl Iterator<Item = &'a str>,
        documents: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut modules = Modules::default();
        for (id, path) in sources.enumerate() {
            modules.add(id, path);
        }
        for (path, text) in documents {
            let name = path.rsplit('/').next().unwrap_or(path);
            if name == "package.json" {
                modules.read_workspace(path, text);
            } else if is_configuration(name) {
                modules.read_aliases(path, text);
            }
        }
        modules
    }

    /// Takes up a source and the folders around it.
    fn add(&mut self, id: ModuleId, path: &str) {
        self.paths.push(path.to_owned());
        self.by_path.insert(path.to_owned(), id);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = name.strip_suffix(".py");
        if let Some(stem) = stem.filter(|stem| !self.first_names.contains(*stem)) {
            self.first_names.insert(stem.to_owned());
        }
        for folder in folders_upwards(folder) {
            // Its parents were taken up with it.
            if !self.folders.insert(folder.to_owned()) {
                break;
            }
            let name = folder.rsplit('/').next().unwrap_or(folder).to_owned();
            if stem.is_some() {
                self.python_roots
                    .entry(name.clone())
                    .or_default()
                    .push(parent_folder(folder).to_owned());
            }
            self.first_names.insert(name);
        }
    }

    /// Reads the name and the entries of a manifest; text that is no JSON is passed over.
    fn read_workspace(&mut self, path: &str, text: &str) {
        let Ok(manifest) = serde_json::from_str::<serde_json::Value>(text) else {
            return;
        };
        self.read_subpaths(parent_folder(path), &manifest["imports"]);
        let Some(name) = manifest["name"].as_str() else {
            return;
        };
        let entries = ["source", "main", "module", "types"]
            .iter()
            .filter_map(|key| manifest[*key].as_str())
            .map(str::to_owned)
            .collect();
        self.workspaces
            .insert(name.to_owned(), (parent_folder(path).to_owned(), entries));
    }

    /// Reads Node's own aliases: `"imports": { "#*": "./src/*" }`, also with one for each condition.
    fn read_subpaths(&mut self, folder: &str, imports: &serde_json::Value) {
        fn targets_of(value: &serde_json::Value) -> Vec<String> {
            match value {
                serde_json::Value::String(target) => vec![target.clone()],
                serde_json::Value::Array(ways) => ways.iter().flat_map(targets_of).collect(),
                serde_json::Value::Object(ways) => ways.values().flat_map(targets_of).collect(),
                _ => Vec::new(),
            }
        }
        let Some(imports) = imports.as_object() else {
            return;
        };
        let paths = imports
            .iter()
            .map(|(pattern, target)| (pattern.clone(), targets_of(target)))
            .collect();
        let base = folder.to_owned();
        self.subpaths.insert(base.clone(), Aliases { base, paths });
    }

    /// Reads `baseUrl` and `paths` of a configuration.
    fn read_aliases(&mut self, path: &str, text: &str) {
        let Ok(config) = serde_json::from_str::<serde_json::Value>(&without_comments(text)) else {
            return;
        };
        let options = &config["compilerOptions"];
        let base = options["baseUrl"].as_str();
        let paths = options["paths"].as_object();
        if base.is_none() && paths.is_none() {
            return;
        }
        let folder = parent_folder(path).to_owned();
        let entry = self.aliases.entry(folder.clone()).or_default();
        entry.base = join_path(&folder, base.unwrap_or("."));
        for (pattern, targets) in paths.into_iter().flatten() {
            let targets = targets
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|target| target.as_str());
            entry
                .paths
                .push((pattern.clone(), targets.map(str::to_owned).collect()));
        }
    }

    /// Returns the module at a path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<ModuleId> {
        self.by_path.get(path).copied()
    }

    /// Returns the path of a module.
    #[must_use]
    pub fn path(&self, id: ModuleId) -> Option<&str> {
        self.paths.get(id).map(String::as_str)
    }

    /// Returns what a dotted path names from a folder: a module, a package, or a folder without a
    /// file of its own.
    fn python_at(&self, folder: &str, dotted: &str) -> Option<Found> {
        let path = join_path(folder, &dotted.replace('.', "/"));
        if let Some(id) = self
            .file(&format!("{path}.py"))
            .or_else(|| self.file(&join_path(&path, "__init__.py")))
        {
            return Some(Found::File(id));
        }
        self.folders.contains(&path).then_some(Found::Folder(path))
    }

    /// Resolves a dotted path as written in the file at `from`, with its leading dots; of several
    /// files that fit, the first.
    #[must_use]
    pub fn python(&self, from: &str, dotted: &str) -> Found {
        let near = match self.near_python(from, dotted) {
            Near::Decided(found) => return found,
            Near::Open(package) => package,
        };
        let elsewhere = self.python_elsewhere(dotted).next().map(Found::File);
        elsewhere.or(near).unwrap_or(Found::Outside)
    }

    /// Resolves an import of the file at `from`, Python or script; `None` where no file or more
    /// than one fits.
    #[must_use]
    pub fn resolve(&self, from: &str, module: &str) -> Option<ModuleId> {
        if !from.ends_with(".py") && !from.ends_with(".pyi") {
            return match self.script(from, module) {
                Found::File(id) => Some(id),
                _ => None,
            };
        }
        match self.near_python(from, module) {
            Near::Decided(Found::File(id)) => Some(id),
            Near::Decided(_) => None,
            Near::Open(_) => {
                let mut fitting = self.python_elsewhere(module);
                let first = fitting.next()?;
                fitting.all(|other| other == first).then_some(first)
            }
        }
    }

    /// Returns what lies in or above the importing file's folder, or in a `src` there: the usual
    /// roots of its imports.
    fn near_python(&self, from: &str, dotted: &str) -> Near {
        let name = dotted.trim_start_matches('.');
        let dots = dotted.len() - name.len();
        let mut folder = parent_folder(from);
        if dots > 0 {
            for _ in 1..dots {
                folder = parent_folder(folder);
            }
            return Near::Decided(self.python_at(folder, name).unwrap_or(Found::Outside));
        }
        // Most imports are of packages: their first name is nowhere in the project, which is told
        // without a search.
        let first = name.split('.').next().unwrap_or(name);
        if !self.first_names.contains(first) {
            return Near::Decided(Found::Outside);
        }
        let mut package = None;
        for above in folders_upwards(folder) {
            for root in [above.to_owned(), join_path(above, "src")] {
                match self.python_at(&root, name) {
                    // `celery.py` that imports `celery` does not mean itself.
                    Some(Found::File(id)) if Some(id) == self.file(from) => {}
                    Some(found @ Found::File(_)) => return Near::Decided(found),
                    Some(found) => {
                        package.get_or_insert(found);
                    }
                    None => {}
                }
            }
        }
        Near::Open(package)
    }

    /// Returns files that a dotted path names from any root of the project.
    fn python_elsewhere(&self, dotted: &str) -> impl Iterator<Item = ModuleId> {
        let first = dotted.split('.').next().unwrap_or(dotted);
        let roots = self.python_roots.get(first).into_iter().flatten();
        roots.filter_map(move |root| match self.python_at(root, dotted) {
            Some(Found::File(id)) => Some(id),
            _ => None,
        })
    }

    /// Finds a module or package by name in a folder that has no `__init__.py`.
    #[must_use]
    pub fn inside(&self, folder: &str, name: &str) -> Option<Found> {
        self.python_at(folder, name)
    }
}

/// The result of a search near the file that imports.
enum Near {
    /// The search has an answer.
    Decided(Found),
    /// No file; perhaps a folder.
    Open(Option<Found>),
}

/// Returns whether a file's name is one of TypeScript's configurations.
fn is_configuration(name: &str) -> bool {
    name.starts_with("tsconfig") && name.ends_with(".json") || name == "jsconfig.json"
}

/// Returns whether [`Modules::new`] reads the document at this path.
#[must_use]
pub fn is_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "package.json" || is_configuration(name)
}

/// Turns JSON with comments and trailing commas, as TypeScript's configuration may be, into plain
/// JSON.
///
/// Signs in texts stay; a comma before a closing bracket goes.
#[must_use]
pub fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut is_quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '\\' if is_quoted => {
                plain.push(letter);
                plain.extend(letters.next());
                continue;
            }
            '/' if !is_quoted && letters.peek() == Some(&'/') => {
                for skipped in letters.by_ref() {
                    if skipped == '\n' {
                        break;
                    }
                }
                continue;
            }
            '/' if !is_quoted && letters.peek() == Some(&'*') => {
                let mut last = ' ';
                for skipped in letters.by_ref().skip(1) {
                    if last == '*' && skipped == '/' {
                        break;
                    }
                    last = skipped;
                }
                continue;
            }
            '}' | ']' if !is_quoted => {
                let kept = plain.trim_end().trim_end_matches(',').len();
                plain.truncate(kept);
            }
            _ => {}
        }
        plain.push(letter);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: [&str; 16] = [
        "api/app/core/db.py",
        "api/app/models/__init__.py",
        "api/app/routes/a.py",
        "lib/src/shop/money.py",
        "one/jobs/run.py",
        "two/jobs/run.py",
        "scripts/a.py",
        "web/src/lib/http.ts",
        "web/src/lib/http.js",
        "web/src/lib/index.ts",
        "web/src/a.ts",
        "web/src/x/b.ts",
        "web/src/x/view.tsx",
        "packages/money/src/index.ts",
        "server/src/orders/orders.service.ts",
        "server/src/main.ts",
    ];

    fn modules() -> Modules {
        let documents = [
            (
                "packages/money/package.json",
                "{\"name\": \"@shop/money\", \"main\": \"dist/index.js\"}",
            ),
            (
                "server/tsconfig.json",
                "{ // comment\n \"compilerOptions\": {\"baseUrl\": \"./\", \"paths\": {\"@orders/*\": [\"src/orders/*\"],}} }",
            ),
        ];
        Modules::new(PATHS.into_iter(), documents.into_iter())
    }

    #[test]
    fn imports_lead_to_files() {
        let modules = modules();
        for (from, module, expected) in [
            (
                "api/app/routes/a.py",
                "app.core.db",
                Some("api/app/core/db.py"),
            ),
            (
                "api/app/routes/a.py",
                "..core.db",
                Some("api/app/core/db.py"),
            ),
            (
                "api/app/routes/a.py",
                "app.models",
                Some("api/app/models/__init__.py"),
            ),
            ("api/app/routes/a.py", "app.missing", None),
            (
                "lib/tests/test_money.py",
                "shop.money",
                Some("lib/src/shop/money.py"),
            ),
            ("scripts/a.py", "app.core.db", Some("api/app/core/db.py")),
            ("scripts/a.py", "jobs.run", None),
            ("two/main.py", "jobs.run", Some("two/jobs/run.py")),
            ("api/app/routes/a.py", "fastapi", None),
            ("web/src/a.ts", "./lib/http", Some("web/src/lib/http.ts")),
            ("web/src/a.ts", "./lib/http.js", Some("web/src/lib/http.ts")),
            ("web/src/a.ts", "./lib", Some("web/src/lib/index.ts")),
            ("web/src/a.ts", "./x/view", Some("web/src/x/view.tsx")),
            ("web/src/x/b.ts", "@/lib/http", Some("web/src/lib/http.ts")),
            ("web/src/a.ts", "express", None),
            ("web/src/a.ts", "../../../x", None),
            (
                "server/src/main.ts",
                "@orders/orders.service",
                Some("server/src/orders/orders.service.ts"),
            ),
            (
                "server/src/main.ts",
                "src/orders/orders.service",
                Some("server/src/orders/orders.service.ts"),
            ),
            (
                "server/src/main.ts",
                "@shop/money",
                Some("packages/money/src/index.ts"),
            ),
        ] {
            let found = modules.resolve(from, module).map(|id| PATHS[id]);
            assert_eq!(found, expected, "{module} in {from}");
        }
    }

    #[test]
    fn a_guess_takes_the_first_of_several() {
        let modules = modules();
        assert_eq!(modules.python("scripts/a.py", "jobs.run"), Found::File(4));
        assert_eq!(modules.python("scripts/a.py", "jobs"), Found::Outside);
        assert_eq!(
            modules.python("one/main.py", "jobs"),
            Found::Folder("one/jobs".to_owned())
        );
        assert_eq!(modules.inside("one/jobs", "run"), Some(Found::File(4)));
    }
}

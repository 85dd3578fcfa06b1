//! Which file an import names: Python packages, script paths, CommonJS, path aliases and workspaces.

use std::collections::{HashMap, HashSet};

use crate::source::{Language, Sources};

pub(crate) type ModuleId = usize;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    File(ModuleId),
    Folder(String),
    Outside,
}

#[derive(Debug, Default)]
struct Aliases {
    base: String,
    /// Pattern with at most one `*`, and where it leads.
    paths: Vec<(String, Vec<String>)>,
}

#[derive(Debug)]
pub(crate) struct Modules<'a> {
    by_path: HashMap<&'a str, ModuleId>,
    /// What the first part of a dotted path can be: names of folders and of Python files.
    first_names: HashSet<&'a str>,
    folders: HashMap<String, ()>,
    /// First name of a dotted path to the folders that hold it.
    python_roots: HashMap<String, Vec<String>>,
    aliases: HashMap<String, Aliases>,
    workspaces: HashMap<String, (String, Vec<String>)>,
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, rest: &str) -> String {
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

/// The folder and all above it, up to the root.
pub(crate) fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |at| if at.is_empty() { None } else { Some(parent(at)) })
}

impl<'a> Modules<'a> {
    pub(crate) fn new(sources: &'a Sources) -> Self {
        let mut modules = Modules {
            by_path: sources.files.iter().enumerate().map(|(id, file)| (file.path.as_str(), id)).collect(),
            first_names: HashSet::new(),
            folders: HashMap::new(),
            python_roots: HashMap::new(),
            aliases: HashMap::new(),
            workspaces: HashMap::new(),
        };
        for file in &sources.files {
            let mut parts = file.path.rsplit('/');
            modules.first_names.extend(parts.next().and_then(|name| name.strip_suffix(".py")));
            modules.first_names.extend(parts);
            for folder in ancestors(parent(&file.path)) {
                if modules.folders.insert(folder.to_owned(), ()).is_some() {
                    break;
                }
                if file.language == Language::Python {
                    let name = folder.rsplit('/').next().unwrap_or(folder).to_owned();
                    modules.python_roots.entry(name).or_default().push(parent(folder).to_owned());
                }
            }
        }
        for (path, text) in &sources.documents {
            let name = path.rsplit('/').next().unwrap_or(path);
            if name == "package.json" {
                modules.read_workspace(path, text);
            } else if name.starts_with("tsconfig") && name.ends_with(".json") || name == "jsconfig.json" {
                modules.read_aliases(path, text);
            }
        }
        modules
    }

    fn read_workspace(&mut self, path: &str, text: &str) {
        let Ok(manifest) = serde_json::from_str::<serde_json::Value>(text) else { return };
        let Some(name) = manifest["name"].as_str() else { return };
        let entries = ["source", "main", "module", "types"]
            .iter()
            .filter_map(|key| manifest[*key].as_str())
            .map(str::to_owned)
            .collect();
        self.workspaces.insert(name.to_owned(), (parent(path).to_owned(), entries));
    }

    fn read_aliases(&mut self, path: &str, text: &str) {
        let Ok(config) = serde_json::from_str::<serde_json::Value>(&without_comments(text)) else { return };
        let options = &config["compilerOptions"];
        let base = options["baseUrl"].as_str();
        let paths = options["paths"].as_object();
        if base.is_none() && paths.is_none() {
            return;
        }
        let folder = parent(path).to_owned();
        let entry = self.aliases.entry(folder.clone()).or_default();
        entry.base = join(&folder, base.unwrap_or("."));
        for (pattern, targets) in paths.into_iter().flatten() {
            let targets = targets.as_array().into_iter().flatten().filter_map(|target| target.as_str());
            entry.paths.push((pattern.clone(), targets.map(str::to_owned).collect()));
        }
    }

    pub(crate) fn file(&self, path: &str) -> Option<ModuleId> {
        self.by_path.get(path).copied()
    }

    fn python_at(&self, folder: &str, dotted: &str) -> Option<Found> {
        let path = join(folder, &dotted.replace('.', "/"));
        if let Some(id) = self.file(&format!("{path}.py")).or_else(|| self.file(&join(&path, "__init__.py"))) {
            return Some(Found::File(id));
        }
        self.folders.contains_key(&path).then_some(Found::Folder(path))
    }

    /// A dotted path as written in the file at `from`, with its leading dots.
    pub(crate) fn python(&self, from: &str, dotted: &str) -> Found {
        let name = dotted.trim_start_matches('.');
        let dots = dotted.len() - name.len();
        let mut folder = parent(from);
        if dots > 0 {
            for _ in 1..dots {
                folder = parent(folder);
            }
            return self.python_at(folder, name).unwrap_or(Found::Outside);
        }
        let first = name.split('.').next().unwrap_or(name);
        if !self.first_names.contains(first) {
            return Found::Outside;
        }
        let mut package = None;
        for above in ancestors(folder) {
            for root in [above.to_owned(), join(above, "src")] {
                match self.python_at(&root, name) {
                    Some(found @ Found::File(_)) if self.file(&join(&root, name)) != self.file(from) => return found,
                    Some(found) => {
                        package.get_or_insert(found);
                    }
                    None => {}
                }
            }
        }
        let mut found = package;
        for root in self.python_roots.get(first).into_iter().flatten() {
            if let Some(file @ Found::File(_)) = self.python_at(root, name) {
                found = Some(file);
                break;
            }
        }
        found.unwrap_or(Found::Outside)
    }

    /// A child of a folder that has no `__init__.py`.
    pub(crate) fn inside(&self, folder: &str, name: &str) -> Option<Found> {
        self.python_at(folder, name)
    }

    fn script_at(&self, path: &str) -> Option<ModuleId> {
        const ENDINGS: [&str; 13] = [
            "",
            ".ts",
            ".js",
            ".mts",
            ".cts",
            ".mjs",
            ".cjs",
            "/index.ts",
            "/index.js",
            "/index.mts",
            "/index.mjs",
            "/index.cjs",
            "/index.cts",
        ];
        let tried = |path: &str| ENDINGS.iter().find_map(|ending| self.file(&format!("{path}{ending}")));
        // TypeScript writes `./x.js` for what is `./x.ts` on disk.
        let bare = [".js", ".mjs", ".cjs"].iter().find_map(|ending| path.strip_suffix(ending));
        tried(path).or_else(|| bare.and_then(tried))
    }

    pub(crate) fn script(&self, from: &str, specifier: &str) -> Found {
        let folder = parent(from);
        let file = |path: String| self.script_at(&path).map(Found::File);
        if specifier.starts_with('.') {
            return file(join(folder, specifier)).unwrap_or(Found::Outside);
        }
        self.aliased(folder, specifier).or_else(|| self.workspace(specifier)).map_or(Found::Outside, Found::File)
    }

    fn aliased(&self, folder: &str, specifier: &str) -> Option<ModuleId> {
        for above in ancestors(folder) {
            let Some(aliases) = self.aliases.get(above) else { continue };
            for (pattern, targets) in &aliases.paths {
                let rest = match pattern.split_once('*') {
                    Some((head, tail)) => specifier.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail)),
                    None => (pattern == specifier).then_some(""),
                };
                let Some(rest) = rest else { continue };
                let led = targets.iter().find_map(|to| self.script_at(&join(&aliases.base, &to.replace('*', rest))));
                if led.is_some() {
                    return led;
                }
            }
            if let Some(found) = self.script_at(&join(&aliases.base, specifier)) {
                return Some(found);
            }
        }
        None
    }

    fn workspace(&self, specifier: &str) -> Option<ModuleId> {
        let (name, (folder, entries)) = self
            .workspaces
            .iter()
            .filter(|(name, _)| {
                specifier.strip_prefix(name.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('/'))
            })
            .max_by_key(|(name, _)| name.len())?;
        let rest = specifier.get(name.len() + 1..).unwrap_or("");
        if !rest.is_empty() {
            return self
                .script_at(&join(folder, rest))
                .or_else(|| self.script_at(&join(folder, &format!("src/{rest}"))));
        }
        let written = entries.iter().find_map(|entry| self.script_at(&join(folder, entry)));
        written.or_else(|| self.script_at(&join(folder, "src"))).or_else(|| self.script_at(folder))
    }
}

/// JSON with comments and trailing commas, as TypeScript's configuration may be, to plain JSON.
pub(crate) fn without_comments(text: &str) -> String {
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

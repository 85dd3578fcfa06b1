//! Which file the specifier of a script's import names: beside it, by a path alias of TypeScript's
//! configuration, by a workspace's name, or by an alias that is usual.
//!
//! ```text
//! ./x.js             x.ts beside the file, before x.js: the one was built from the other
//! @/lib/x            by `paths` of a configuration above the file, else below a folder around it, or its `src`
//! #x                 by the `imports` of the manifest above the file
//! @shop/api/x        `x`, or `src/x`, in the folder of the workspace `@shop/api`
//! ```

use super::{
    Aliases, Found, ModuleId, Modules, folders_upwards, join_path, join_upwards, parent_folder,
};

/// Endings of the source that a compiled script's name stands for.
const SOURCES: [&str; 4] = [".ts", ".tsx", ".mts", ".cts"];

/// Endings under which a script's import may stand, in the order in which they are tried; each also
/// as a folder's index.
const ENDINGS: [&str; 17] = [
    "",
    ".ts",
    ".tsx",
    ".js",
    ".jsx",
    ".mts",
    ".cts",
    ".mjs",
    ".cjs",
    "/index.ts",
    "/index.tsx",
    "/index.js",
    "/index.jsx",
    "/index.mts",
    "/index.mjs",
    "/index.cjs",
    "/index.cts",
];

impl Modules {
    /// Returns the module at a path without an ending, with one, or as a folder's index.
    fn script_at(&self, path: &str) -> Option<ModuleId> {
        let tried = |path: &str, endings: &[&str]| {
            endings
                .iter()
                .find_map(|ending| self.file(&format!("{path}{ending}")))
        };
        // TypeScript writes `./x.js` for what is `./x.ts` on disk; where both are, the one was built from the other.
        let bare = [".js", ".mjs", ".cjs", ".jsx"]
            .iter()
            .find_map(|ending| path.strip_suffix(ending));
        bare.and_then(|bare| tried(bare, &SOURCES))
            .or_else(|| tried(path, &ENDINGS))
    }

    /// Resolves a specifier as written in the file at `from`.
    #[must_use]
    pub fn script(&self, from: &str, specifier: &str) -> Found {
        let folder = parent_folder(from);
        let found = if specifier.starts_with('.') {
            join_upwards(folder, specifier).and_then(|path| self.script_at(&path))
        } else {
            let aliased = self
                .aliased(folder, specifier)
                .or_else(|| self.subpath(folder, specifier))
                .or_else(|| self.workspace(specifier));
            aliased.or_else(|| self.usual_alias(folder, specifier))
        };
        found.map_or(Found::Outside, Found::File)
    }

    /// Resolves `@/x` and `~/x`, where no configuration says it, from a source folder around the
    /// file.
    fn usual_alias(&self, folder: &str, specifier: &str) -> Option<ModuleId> {
        let rest = specifier
            .strip_prefix("@/")
            .or_else(|| specifier.strip_prefix("~/"))?;
        let roots =
            folders_upwards(folder).flat_map(|above| [above.to_owned(), join_path(above, "src")]);
        roots
            .into_iter()
            .find_map(|root| self.script_at(&join_path(&root, rest)))
    }

    /// Resolves by the configurations above the file, the nearest first: by a pattern, else below
    /// its base.
    fn aliased(&self, folder: &str, specifier: &str) -> Option<ModuleId> {
        for above in folders_upwards(folder) {
            let Some(aliases) = self.aliases.get(above) else {
                continue;
            };
            let led = self.led_by(aliases, specifier);
            if led.is_some() {
                return led;
            }
            if let Some(found) = self.script_at(&join_path(&aliases.base, specifier)) {
                return Some(found);
            }
        }
        None
    }

    /// Follows the `imports` of the manifest that a file belongs to: the next one above it.
    fn subpath(&self, folder: &str, specifier: &str) -> Option<ModuleId> {
        let manifest = folders_upwards(folder).find_map(|above| self.subpaths.get(above));
        self.led_by(manifest.filter(|_| specifier.starts_with('#'))?, specifier)
    }

    /// Follows the first pattern that a specifier fits and that leads to a file.
    fn led_by(&self, aliases: &Aliases, specifier: &str) -> Option<ModuleId> {
        aliases.paths.iter().find_map(|(pattern, targets)| {
            let rest = match pattern.split_once('*') {
                Some((head, tail)) => specifier.strip_prefix(head)?.strip_suffix(tail)?,
                None => (pattern == specifier).then_some("")?,
            };
            targets
                .iter()
                .find_map(|to| self.script_at(&join_path(&aliases.base, &to.replace('*', rest))))
        })
    }

    /// Resolves the name of a workspace of the project, the longest one that fits, or a path in it.
    fn workspace(&self, specifier: &str) -> Option<ModuleId> {
        let (name, (folder, entries)) = self
            .workspaces
            .iter()
            .filter(|(name, _)| {
                specifier
                    .strip_prefix(name.as_str())
                    .is_some_and(|r| r.is_empty() || r.starts_with('/'))
            })
            .max_by_key(|(name, _)| name.len())?;
        let rest = specifier.get(name.len() + 1..).unwrap_or("");
        if !rest.is_empty() {
            return self
                .script_at(&join_path(folder, rest))
                .or_else(|| self.script_at(&join_path(folder, &format!("src/{rest}"))));
        }
        let written = entries
            .iter()
            .find_map(|entry| self.script_at(&join_path(folder, entry)));
        written
            .or_else(|| self.script_at(&join_path(folder, "src")))
            .or_else(|| self.script_at(folder))
    }
}

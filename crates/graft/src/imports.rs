//! Imports as a set: what the snippet needs and the file lacks is added to the file's own statements, in their order
//! and wrapping; a name that already means something else refuses.

use tree_sitter::Node;

use crate::items::{Item, Source, line_end, line_start};
use crate::languages::{Binding, Form, Kind, flat};
use crate::splice::{Splice, place, refusal};
use crate::{Reason, Refusal};

/// An import statement of the file.
struct Statement<'t> {
    item: Item<'t>,
    bindings: Vec<Binding>,
    /// Stands at the top of the module, not under a condition.
    plain: bool,
    /// Stands under `if TYPE_CHECKING`.
    typing: bool,
}

/// The imports of one text.
pub(crate) struct Imports<'s, 'a, 't> {
    file: &'s Source<'a>,
    path: &'s str,
    statements: Vec<Statement<'t>>,
    items: &'s [Item<'t>],
}

/// One import that the snippet shows.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) binding: Binding,
    /// The statement that shows it.
    pub(crate) sample: String,
}

/// The imports that a snippet's items show, in order.
pub(crate) fn wanted(snippet: &Source<'_>, items: &[Item<'_>]) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for item in items.iter().filter(|item| item.kind == Kind::Import) {
        let sample = snippet.slice(item.node.byte_range()).to_owned();
        for binding in snippet.language.bindings(item.node, snippet.text).unwrap_or_default() {
            wanted.push(Wanted { binding, sample: sample.clone() });
        }
    }
    wanted
}

impl<'s, 'a, 't> Imports<'s, 'a, 't> {
    pub(crate) fn read(file: &'s Source<'a>, path: &'s str, items: &'s [Item<'t>]) -> Self {
        let mut statements = Vec::new();
        for item in items {
            if item.kind == Kind::Import {
                let bindings = file.language.bindings(item.node, file.text).unwrap_or_default();
                statements.push(Statement { item: item.clone(), bindings, plain: true, typing: false });
            } else if matches!(item.node.kind(), "if_statement" | "try_statement") {
                let typing = item.name.contains("TYPE_CHECKING");
                nested(file, item.node, typing, &mut statements);
            }
        }
        Imports { file, path, statements, items }
    }

    /// Adds what is missing; says what it added.
    pub(crate) fn add(&self, wanted: &[Wanted], splice: &mut Splice<'_>) -> Result<(), Refusal> {
        let mut missing: Vec<&Wanted> = Vec::new();
        for want in wanted {
            let binding = &want.binding;
            if missing.iter().any(|other| self.same(&other.binding, binding)) || self.has(binding) {
                continue;
            }
            self.refuse_conflict(binding)?;
            missing.push(want);
        }
        let mut done = vec![false; missing.len()];
        for (at, want) in missing.iter().enumerate() {
            if done.get(at).copied().unwrap_or(true) {
                continue;
            }
            let group: Vec<usize> = (at..missing.len())
                .filter(|&other| {
                    !done.get(other).copied().unwrap_or(true)
                        && missing.get(other).is_some_and(|one| together(&one.binding, &want.binding))
                })
                .collect();
            let bindings: Vec<Binding> =
                group.iter().filter_map(|&one| missing.get(one)).map(|one| one.binding.clone()).collect();
            for one in group {
                if let Some(flag) = done.get_mut(one) {
                    *flag = true;
                }
            }
            self.add_group(&bindings, &want.sample, splice);
        }
        Ok(())
    }

    fn add_group(&self, bindings: &[Binding], sample: &str, splice: &mut Splice<'_>) {
        let names: Vec<&str> = bindings.iter().map(Binding::local).collect();
        let module = bindings.first().map_or("", |first| first.module.as_str());
        splice.say(format!("imported {} from {module}", names.join(", ")));
        if let Some(statement) = self.upgrade(bindings) {
            let mut all = statement.bindings.clone();
            for one in &mut all {
                if bindings.iter().any(|new| new.name == one.name && new.alias == one.alias) {
                    one.type_only = false;
                }
            }
            let shown = self.file.slice(statement.item.node.byte_range());
            splice.replace(statement.item.node.byte_range(), self.file.language.import(&all, shown));
            return;
        }
        if let Some(statement) = self.extendable(bindings) {
            self.extend(statement, bindings, splice);
            return;
        }
        let style = self
            .statements
            .iter()
            .find(|statement| statement.plain)
            .map(|statement| self.file.slice(statement.item.node.byte_range()));
        self.insert(bindings, &self.file.language.import(bindings, style.unwrap_or(sample)), splice);
    }

    fn has(&self, binding: &Binding) -> bool {
        self.statements.iter().filter(|statement| !statement.typing).any(|statement| {
            statement.bindings.iter().any(|have| self.same(have, binding) && (!have.type_only || binding.type_only))
        })
    }

    /// Whether two imports bind the same thing to the same name, types aside.
    fn same(&self, have: &Binding, want: &Binding) -> bool {
        let requires = |form: Form| match form {
            Form::RequireNamed => Form::Named,
            Form::Require => Form::Default,
            other => other,
        };
        requires(have.form) == requires(want.form)
            && have.name == want.name
            && have.local() == want.local()
            && self.same_module(&have.module, &want.module)
    }

    fn same_module(&self, have: &str, want: &str) -> bool {
        have == want || self.absolute(have) == self.absolute(want)
    }

    /// A module's name with relative steps resolved against the file's own path, endings dropped.
    fn absolute(&self, module: &str) -> String {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        if module.starts_with("./") || module.starts_with("../") {
            for step in module.split('/') {
                match step {
                    "." => {}
                    ".." => drop(parts.pop()),
                    other => parts.push(other),
                }
            }
            let joined = parts.join("/");
            let bare = [".js", ".ts", ".mjs", ".cjs"].iter().find_map(|ending| joined.strip_suffix(ending));
            return bare.unwrap_or(&joined).to_owned();
        }
        let dots = module.len() - module.trim_start_matches('.').len();
        if dots > 0 && module != "." {
            parts.truncate(parts.len().saturating_sub(dots - 1));
            let rest = module.trim_start_matches('.');
            parts.extend(rest.split('.').filter(|part| !part.is_empty()));
            return parts.join(".");
        }
        module.to_owned()
    }

    fn refuse_conflict(&self, binding: &Binding) -> Result<(), Refusal> {
        let local = binding.local();
        if local.is_empty() || local == "*" || local.contains('.') {
            return Ok(());
        }
        for statement in self.statements.iter().filter(|statement| !statement.typing) {
            for have in &statement.bindings {
                let other = have.local() == local && !self.suffix_of_one(have, binding) && !self.same(have, binding);
                if other && have.form != Form::Star {
                    let mut refusal = refusal(
                        Reason::Conflict,
                        format!(
                            "`{local}` is imported from `{}` already, the block imports it from `{}`",
                            have.module, binding.module
                        ),
                    );
                    refusal.candidates.push(place(self.file.text, statement.item.start));
                    return Err(refusal);
                }
            }
        }
        let defined = self.items.iter().find(|item| item.is_definition() && item.name == local);
        if let Some(item) = defined {
            let mut refusal = refusal(
                Reason::Conflict,
                format!("`{local}` is defined in the file, the block imports it from `{}`", binding.module),
            );
            refusal.candidates.push(place(self.file.text, item.start));
            return Err(refusal);
        }
        Ok(())
    }

    /// Whether one module's name ends as the other's does: `app.models` and `server.app.models`.
    fn suffix_of_one(&self, have: &Binding, want: &Binding) -> bool {
        if have.name != want.name || have.form != want.form {
            return false;
        }
        let (one, other) = (self.absolute(&have.module), self.absolute(&want.module));
        let (long, short) = if one.len() > other.len() { (&one, &other) } else { (&other, &one) };
        long.strip_suffix(short.as_str()).is_some_and(|head| head.ends_with('.') || head.ends_with('/'))
    }

    /// A statement that imports all of the bindings, but only as types.
    fn upgrade(&self, bindings: &[Binding]) -> Option<&Statement<'t>> {
        self.statements.iter().find(|statement| {
            bindings.iter().all(|want| {
                !want.type_only && statement.bindings.iter().any(|have| have.type_only && self.same(have, want))
            })
        })
    }

    /// A plain statement of the same module that can take more names.
    fn extendable(&self, bindings: &[Binding]) -> Option<&Statement<'t>> {
        let first = bindings.first()?;
        if bindings.iter().any(|one| one.form != first.form) || !matches!(first.form, Form::Named | Form::RequireNamed)
        {
            return None;
        }
        let fits = |statement: &&Statement<'t>| {
            statement.plain
                && statement.bindings.iter().any(|have| have.form == first.form)
                && statement.bindings.iter().all(|have| self.same_module(&have.module, &first.module))
                && names_node(statement.item.node).is_some()
        };
        let typed = |statement: &&Statement<'t>| {
            let all = statement.bindings.iter().all(|have| have.type_only);
            all == bindings.iter().all(|want| want.type_only)
        };
        let aliased = |statement: &&Statement<'t>| statement.bindings.iter().all(|have| !have.alias.is_empty());
        let mut fitting: Vec<&Statement<'t>> =
            self.statements.iter().filter(fits).filter(typed).filter(|one| !aliased(one)).collect();
        fitting.sort_by_key(|statement| std::cmp::Reverse(statement.bindings.len()));
        fitting.first().copied()
    }

    fn extend(&self, statement: &Statement<'t>, bindings: &[Binding], splice: &mut Splice<'_>) {
        let node = statement.item.node;
        let names = specifiers(node);
        let sorted = names.windows(2).all(|two| self.order(two[0]) <= self.order(two[1]));
        let typed = statement.bindings.iter().all(|have| have.type_only);
        let several = node.start_position().row != node.end_position().row;
        let mut added: Vec<(usize, String)> = Vec::new();
        for binding in bindings {
            let shown = self.shown(binding, typed);
            let at = if sorted && names.len() > 1 {
                names.iter().position(|&name| self.order(name) > order_of(&shown)).unwrap_or(names.len())
            } else {
                names.len()
            };
            added.push((at, shown));
        }
        if !several && !self.fits_line(node, &added) {
            self.break_line(node, &names, &added, splice);
            return;
        }
        for (at, shown) in added {
            match (names.get(at), names.last()) {
                (Some(next), _) => {
                    let own_line = several
                        && self
                            .file
                            .slice(line_start(self.file.text, next.start_byte())..next.start_byte())
                            .trim()
                            .is_empty();
                    let gap =
                        if own_line { format!("\n{}", self.file.indent(next.start_byte())) } else { " ".to_owned() };
                    splice.insert(next.start_byte(), format!("{shown},{gap}"));
                }
                (None, Some(last)) => {
                    let own_line = several
                        && self
                            .file
                            .slice(line_start(self.file.text, last.start_byte())..last.start_byte())
                            .trim()
                            .is_empty();
                    let gap =
                        if own_line { format!("\n{}", self.file.indent(last.start_byte())) } else { " ".to_owned() };
                    let comma = last.next_sibling().filter(|next| next.kind() == ",");
                    match comma {
                        Some(comma) => splice.insert(comma.end_byte(), format!("{gap}{shown},")),
                        None => splice.insert(last.end_byte(), format!(",{gap}{shown}")),
                    }
                }
                (None, None) => {}
            }
        }
    }

    fn shown(&self, binding: &Binding, typed: bool) -> String {
        let one = Binding { type_only: binding.type_only && !typed, ..binding.clone() };
        let statement =
            self.file.language.import(&[Binding { form: Form::Named, type_only: false, ..one.clone() }], "");
        let name = statement.trim_end_matches(';');
        let name = match (name.find('{'), name.find('}'), name.find(" import ")) {
            (Some(open), Some(close), _) => name.get(open + 1..close).unwrap_or_default().trim(),
            (_, _, Some(import)) => name.get(import + 8..).unwrap_or_default(),
            _ => name,
        };
        match (one.form, one.alias.is_empty()) {
            (Form::RequireNamed, false) => format!("{}: {}", one.name, one.alias),
            _ if one.type_only => format!("type {name}"),
            _ => name.to_owned(),
        }
    }

    fn order(&self, name: Node<'_>) -> String {
        order_of(self.file.slice(name.byte_range()))
    }

    fn fits_line(&self, node: Node<'_>, added: &[(usize, String)]) -> bool {
        let line = line_end(self.file.text, node.start_byte()) - line_start(self.file.text, node.start_byte());
        let more: usize = added.iter().map(|(_, shown)| shown.len() + 2).sum();
        let longest = self
            .statements
            .iter()
            .map(|statement| self.file.slice(statement.item.node.byte_range()).lines().map(str::len).max().unwrap_or(0))
            .max();
        line + more <= longest.unwrap_or(0).max(if self.file.language.module_gap() == 2 { 88 } else { 100 })
    }

    /// Rewrites a statement that became too long, one name a line.
    fn break_line(&self, node: Node<'_>, names: &[Node<'_>], added: &[(usize, String)], splice: &mut Splice<'_>) {
        let unit = self.file.language.unit();
        let mut all: Vec<String> = Vec::new();
        for (at, name) in names.iter().enumerate() {
            all.extend(added.iter().filter(|(place, _)| *place == at).map(|(_, shown)| shown.clone()));
            all.push(flat_name(self.file.slice(name.byte_range())));
        }
        all.extend(added.iter().filter(|(place, _)| *place >= names.len()).map(|(_, shown)| shown.clone()));
        let body: String = all.iter().map(|name| format!("{unit}{name},\n")).collect();
        let (Some(first), Some(last)) = (names.first(), names.last()) else { return };
        let text = self.file.slice(node.byte_range());
        let bracketed = text.contains('{') || text.contains('(');
        if bracketed {
            let open = self.file.slice(node.start_byte()..first.start_byte()).trim_end().len() + node.start_byte();
            let tail = self.file.slice(last.end_byte()..node.end_byte());
            let close = last.end_byte() + tail.find(['}', ')']).unwrap_or(0);
            splice.replace(open..close, format!("\n{body}"));
        } else {
            splice.replace(first.start_byte()..last.end_byte(), format!("(\n{body})"));
        }
    }

    /// Puts a new statement beside its like.
    fn insert(&self, bindings: &[Binding], statement: &str, splice: &mut Splice<'_>) {
        let Some(first) = bindings.first() else { return };
        let text = self.file.text;
        let plain: Vec<&Statement<'t>> = self.statements.iter().filter(|one| one.plain).collect();
        let rank = |module: &str, form: Form| self.rank(module, form);
        let own = rank(&first.module, first.form);
        let ranks: Vec<u8> = plain
            .iter()
            .map(|one| one.bindings.first().map_or(2, |binding| rank(&binding.module, binding.form)))
            .collect();
        if let Some(same) =
            plain.iter().rev().find(|one| one.bindings.iter().any(|have| self.same_module(&have.module, &first.module)))
        {
            splice.insert(line_end(text, same.item.end), format!("\n{statement}"));
            return;
        }
        let like: Vec<usize> = (0..plain.len()).filter(|&at| ranks.get(at) == Some(&own)).collect();
        if let Some(&last) = like.last() {
            let keys: Vec<String> =
                like.iter().filter_map(|&at| plain.get(at)).map(|one| key(one.bindings.first())).collect();
            let new = key(Some(first));
            let sorted = keys.windows(2).all(|two| two[0] <= two[1]);
            let next = if sorted {
                keys.iter().position(|have| *have > new).and_then(|at| like.get(at)).and_then(|&at| plain.get(at))
            } else {
                None
            };
            if let Some(next) = next {
                splice.insert(line_start(text, next.item.start), format!("{statement}\n"));
            } else if let Some(last) = plain.get(last) {
                splice.insert(line_end(text, last.item.end), format!("\n{statement}"));
            }
            return;
        }
        let lower = (0..plain.len())
            .rev()
            .find(|&at| ranks.get(at).is_some_and(|&rank| rank < own))
            .and_then(|at| plain.get(at));
        let groups = self.file.language.module_gap() == 2;
        if let Some(lower) = lower {
            splice.insert(line_end(text, lower.item.end), format!("{}{statement}", if groups { "\n\n" } else { "\n" }));
        } else if let Some(higher) = plain.first() {
            splice.insert(
                line_start(text, higher.item.start),
                format!("{statement}{}", if groups { "\n\n" } else { "\n" }),
            );
        } else {
            self.insert_first(statement, splice);
        }
    }

    /// Puts the file's first import below its opening comments and its docstring.
    fn insert_first(&self, statement: &str, splice: &mut Splice<'_>) {
        let text = self.file.text;
        let opening = self.items.iter().take_while(|item| {
            matches!(item.kind, Kind::Docstring | Kind::Comment)
                || flat(self.file.slice(item.node.byte_range())).starts_with("'use ")
                || item.node.kind() == "hash_bang_line"
        });
        match opening.last() {
            Some(last) => splice.insert(line_end(text, last.end), format!("\n\n{statement}")),
            None => {
                let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
                let gap = if self.items.is_empty() { "\n" } else { "\n\n" };
                let gap = if self.items.first().is_some_and(|item| matches!(item.kind, Kind::Function | Kind::Class))
                    && self.file.language.module_gap() == 2
                {
                    "\n\n\n"
                } else {
                    gap
                };
                splice.insert(start, format!("{statement}{gap}"));
            }
        }
    }

    /// The group of a module: future, standard, foreign, own.
    fn rank(&self, module: &str, form: Form) -> u8 {
        let _ = form;
        if module == "__future__" {
            return 0;
        }
        if module.starts_with('.') || module.starts_with("@/") || module.starts_with("~/") {
            return 4;
        }
        if self.file.language.module_gap() == 1 {
            return 2;
        }
        let top = module.split('.').next().unwrap_or(module);
        if STANDARD.contains(&top) {
            return 1;
        }
        if self.path.split('/').any(|part| part == top) { 3 } else { 2 }
    }
}

fn key(binding: Option<&Binding>) -> String {
    binding.map_or_else(String::new, |binding| {
        let form = if binding.form == Form::Module { '0' } else { '1' };
        format!("{form}{}", binding.module.to_lowercase())
    })
}

fn flat_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Names are ordered by their letters; constants and classes first where the file does so is not told apart.
fn order_of(name: &str) -> String {
    name.trim_start_matches("type ").to_lowercase()
}

/// Whether two imports can share a statement.
fn together(one: &Binding, other: &Binding) -> bool {
    one.module == other.module
        && one.type_only == other.type_only
        && match one.form {
            Form::Named => matches!(other.form, Form::Named),
            Form::RequireNamed => other.form == Form::RequireNamed,
            _ => one == other,
        }
}

fn nested<'t>(file: &Source<'_>, node: Node<'t>, typing: bool, statements: &mut Vec<Statement<'t>>) {
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        if file.language.list(child).is_some() {
            for item in file.items(child) {
                if item.kind == Kind::Import {
                    let bindings = file.language.bindings(item.node, file.text).unwrap_or_default();
                    statements.push(Statement { item, bindings, plain: false, typing });
                }
            }
        } else if matches!(child.kind(), "except_clause" | "else_clause" | "finally_clause") {
            nested(file, child, typing, statements);
        }
    }
}

/// The node that holds the names of a statement which can take more.
fn names_node(node: Node<'_>) -> Option<Node<'_>> {
    if node.kind() == "import_from_statement" {
        return Some(node);
    }
    find(node, &["named_imports", "object_pattern"])
}

fn find<'t>(node: Node<'t>, kinds: &[&str]) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    let children: Vec<Node<'t>> = node.named_children(&mut cursor).collect();
    children
        .iter()
        .find(|child| kinds.contains(&child.kind()))
        .copied()
        .or_else(|| children.into_iter().find_map(|child| find(child, kinds)))
}

fn specifiers(node: Node<'_>) -> Vec<Node<'_>> {
    let Some(holder) = names_node(node) else { return Vec::new() };
    let skip = node.child_by_field_name("module_name").map(|module| module.id());
    let mut cursor = holder.walk();
    holder.named_children(&mut cursor).filter(|child| Some(child.id()) != skip && child.kind() != "comment").collect()
}

/// Top modules of Python's standard library that backends import.
const STANDARD: [&str; 96] = [
    "abc",
    "argparse",
    "array",
    "ast",
    "asyncio",
    "atexit",
    "base64",
    "binascii",
    "bisect",
    "builtins",
    "calendar",
    "codecs",
    "collections",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "csv",
    "ctypes",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "email",
    "enum",
    "errno",
    "fnmatch",
    "fractions",
    "functools",
    "gc",
    "getpass",
    "gettext",
    "glob",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "imaplib",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "linecache",
    "locale",
    "logging",
    "math",
    "mimetypes",
    "multiprocessing",
    "numbers",
    "operator",
    "os",
    "pathlib",
    "pickle",
    "pkgutil",
    "platform",
    "pprint",
    "queue",
    "random",
    "re",
    "secrets",
    "select",
    "shlex",
    "shutil",
    "signal",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
    "stat",
    "statistics",
    "string",
    "struct",
    "subprocess",
    "sys",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "traceback",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uuid",
    "warnings",
    "weakref",
    "xml",
    "zipfile",
];

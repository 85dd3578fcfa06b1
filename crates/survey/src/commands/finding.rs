//! Takes what the keepers of commands hold, tells what each is for, and keeps each command once.

use super::naming::{is_coverage, purpose_of};
use super::shell::{Call, Simple, call_of, joined, simple_commands};
use super::tools::{Use, use_of};
use super::{Command, Keeper, Purpose};
use crate::documents::{Documents, below, inside};
use crate::place::Place;
use crate::stack::{Ecosystem, Stack};

/// A command as its keeper holds it.
#[derive(Debug)]
pub(super) struct Kept<'k> {
    pub(super) keeper: Keeper,
    /// Its name there; empty where it has none.
    pub(super) name: &'k str,
    /// How it is run.
    pub(super) script: String,
    /// The folder it is run in.
    pub(super) folder: &'k str,
    /// What stands behind the name; equal to the script where nothing does.
    pub(super) body: &'k str,
    pub(super) source: Place,
    /// What runs a tool of the package by hand, such as `npx`.
    pub(super) by_hand: &'k str,
    pub(super) ecosystem: Option<Ecosystem>,
}

/// Everything that was found so far.
#[derive(Debug)]
pub(super) struct Collector<'d> {
    pub(super) documents: &'d Documents,
    pub(super) stack: &'d Stack,
    pub(super) commands: Vec<Command>,
}

/// A part of a script whose program is known.
struct Known {
    call: Call,
    text: String,
    found: Use,
    /// The shell stands in another folder by then.
    moved: bool,
}

impl<'d> Collector<'d> {
    pub(super) fn new(documents: &'d Documents, stack: &'d Stack) -> Self {
        Collector { documents, stack, commands: Vec::new() }
    }

    /// Keeps a command if it is for one of the purposes.
    pub(super) fn keep(&mut self, kept: Kept<'_>) {
        let parts = simple_commands(kept.body);
        let known = known_of(&parts);
        let Some(purpose) = purpose(kept.name, &parts, &known) else { return };
        let fitting = known.iter().find(|known| known.found.purpose == purpose);
        let package = self.package(kept.folder, &parts);
        let ecosystem = self.ecosystem(&kept, &known, purpose, &package);
        let lower = kept.body.to_lowercase();
        let mentions = |word: &str| lower.split([' ', '\n', '"', '\'']).any(|part| part == word);
        let writes = known.iter().any(|known| known.found.writes && known.found.purpose != Purpose::Migrate)
            || mentions("--fix")
            || mentions("--write");
        let watches = known.iter().any(|known| known.found.watches && known.found.purpose == purpose)
            || mentions("--watch")
            || mentions("--watchall");
        let for_file = fitting.filter(|known| !known.moved).and_then(|known| one_file(known, kept.by_hand));
        let command = Command {
            purpose,
            behind: if kept.body.trim() == kept.script.trim() { String::new() } else { kept.body.trim().to_owned() },
            for_file,
            folder: kept.folder.to_owned(),
            package,
            ecosystem,
            source: kept.source,
            keeper: kept.keeper,
            also: Vec::new(),
            writes,
            watches,
            preferred: false,
            script: kept.script,
        };
        let parts = self.parts(&command, &known, kept.by_hand);
        self.add(command);
        for part in parts {
            self.add(part);
        }
    }

    /// The checks of other purposes that a command does on its way, each as a command of its own: `mypy` in a script
    /// called `lint`.
    fn parts(&self, whole: &Command, known: &[Known], by_hand: &str) -> Vec<Command> {
        let is_check = |purpose| matches!(purpose, Purpose::Lint | Purpose::TypeCheck | Purpose::Format);
        let mut seen = vec![whole.purpose];
        let mut parts = Vec::new();
        for known in known.iter().filter(|known| is_check(known.found.purpose) && !known.moved && !known.found.writes) {
            if !is_check(whole.purpose) || seen.contains(&known.found.purpose) || known.text.contains('$') {
                continue;
            }
            seen.push(known.found.purpose);
            let by = if known.call.prefix.is_empty() && known.found.ecosystem == Some(Ecosystem::Node) {
                by_hand
            } else {
                ""
            };
            let text = self.documents.text(&whole.source.file).unwrap_or("");
            let line =
                text.lines().position(|line| line.contains(&known.text)).and_then(|at| u32::try_from(at + 1).ok());
            parts.push(Command {
                purpose: known.found.purpose,
                script: format!("{by} {}", known.text).trim().to_owned(),
                behind: String::new(),
                for_file: one_file(known, by_hand),
                ecosystem: known.found.ecosystem,
                source: Place::new(&whole.source.file, line.unwrap_or(whole.source.line)),
                writes: false,
                watches: known.found.watches,
                ..whole.clone()
            });
        }
        parts
    }

    /// What a command that only runs others by name has from these.
    pub(super) fn inherit(&mut self) {
        for at in 0..self.commands.len() {
            let command = &self.commands[at];
            let mut inner = Vec::new();
            for part in simple_commands(&command.behind) {
                let Some((runner, name, None)) = call_of(&part.words).and_then(|call| ran_by_name(&call)) else {
                    continue;
                };
                let key = format!("{runner} {name}");
                let same = |other: &&Command| other.folder == command.folder && canonical(&other.script) == key;
                inner.extend(self.commands.iter().filter(same).cloned());
            }
            let command = &mut self.commands[at];
            for other in inner.iter().filter(|other| other.purpose == command.purpose) {
                command.writes |= other.writes;
                command.watches |= other.watches;
                command.ecosystem = command.ecosystem.or(other.ecosystem);
                if other.folder == command.folder {
                    command.for_file = command.for_file.take().or_else(|| other.for_file.clone());
                }
            }
        }
    }

    /// Whose code the command looks at: what its tools say, then what runs it, then what its package is written in.
    fn ecosystem(&self, kept: &Kept<'_>, known: &[Known], purpose: Purpose, package: &str) -> Option<Ecosystem> {
        let mut only = self.stack.packages.iter().filter(|known| known.folder == package).map(|known| known.ecosystem);
        let only = only.next().filter(|_| only.next().is_none());
        let mut languages =
            known.iter().filter(|known| known.found.purpose == purpose).map(|known| known.found.ecosystem);
        match languages.next() {
            Some(first) if languages.all(|other| other == first) => first.or(kept.ecosystem),
            Some(first) => first,
            None => kept.ecosystem.or(only),
        }
    }

    /// Adds the command, or its place to the one that is known already.
    pub(super) fn add(&mut self, command: Command) {
        let key = canonical(&command.script);
        let same = |known: &&mut Command| {
            known.purpose == command.purpose && known.folder == command.folder && canonical(&known.script) == key
        };
        match self.commands.iter_mut().find(same) {
            Some(known) => {
                let is_new = known.source != command.source && !known.also.contains(&command.source);
                if is_new && known.also.len() < 8 {
                    known.also.push(command.source);
                }
                known.for_file = known.for_file.take().or(command.for_file);
            }
            None => self.commands.push(command),
        }
    }

    /// Notes that a command that is known by its canonical form stands at `place` as well; tells whether it is known.
    pub(super) fn note(&mut self, script: &str, folder: &str, place: &Place) -> bool {
        let key = canonical(script);
        let mut known = false;
        for command in &mut self.commands {
            if command.folder == folder && canonical(&command.script) == key {
                known = true;
                if command.source != *place && !command.also.contains(place) && command.also.len() < 8 {
                    command.also.push(place.clone());
                }
            }
        }
        known
    }

    /// The folder in which a call by name runs.
    pub(super) fn folder_told(&self, folder: &str, told: Option<&str>) -> String {
        match told {
            None => folder.to_owned(),
            Some(told) => match told.strip_prefix('=') {
                Some(name) => {
                    let package = self.stack.packages.iter().find(|package| package.name == name);
                    package.map_or_else(|| folder.to_owned(), |package| package.folder.clone())
                }
                None => below(folder, told.trim_start_matches("./").trim_end_matches('/')),
            },
        }
    }

    /// The package that a script run in `folder` belongs to: the innermost one of the folder, or one below it when all
    /// paths of the script lie there.
    fn package(&self, folder: &str, parts: &[Simple]) -> String {
        let holder = |path: &str| {
            let packages = self.stack.packages.iter().filter(|package| inside(&package.folder, path).is_some());
            packages.map(|package| package.folder.as_str()).max_by_key(|at| at.len())
        };
        let at = below(folder, "x");
        let home = holder(&at).unwrap_or("");
        let mut lower = parts.iter().flat_map(|part| part.words.iter().skip(1)).filter(|word| !word.starts_with('-'));
        let paths = lower
            .by_ref()
            .filter(|word| word.contains('/') || self.stack.packages.iter().any(|package| package.folder == **word));
        let mut packages: Vec<&str> = paths
            .filter_map(|word| {
                holder(&format!("{}/x", below(folder, word.trim_start_matches("./").trim_end_matches('/'))))
            })
            .collect();
        packages.sort_unstable();
        packages.dedup();
        match packages.as_slice() {
            [one] if one.len() > home.len() => (*one).to_owned(),
            _ => home.to_owned(),
        }
    }
}

fn known_of(parts: &[Simple]) -> Vec<Known> {
    let mut moved = false;
    let mut known = Vec::new();
    for part in parts {
        let Some(call) = call_of(&part.words) else { continue };
        moved |= matches!(call.program.as_str(), "cd" | "pushd");
        if let Some(found) = use_of(&call) {
            known.push(Known { call, text: part.text.clone(), found, moved });
        }
    }
    known
}

/// What a command is for: its name says it unless its parts agree on something else; without a telling name all parts
/// must agree.
fn purpose(name: &str, parts: &[Simple], known: &[Known]) -> Option<Purpose> {
    let agreed = known.first().map(|known| known.found.purpose);
    let agreed = agreed.filter(|purpose| known.iter().all(|known| known.found.purpose == *purpose));
    let is_idle = |part: &Simple| {
        matches!(
            part.words.first().map(String::as_str),
            Some("cd" | "echo" | "set" | "export" | "source" | "." | "exit")
        )
    };
    if let Some(named) = purpose_of(name) {
        let tests = || {
            let by_name = |part: &Simple| call_of(&part.words).is_some_and(|call| ran_by_name(&call).is_some());
            known.iter().any(|known| known.found.purpose == Purpose::Test) || parts.iter().any(by_name)
        };
        if parts.iter().all(is_idle) && known.is_empty() || is_coverage(name) && !tests() {
            return None;
        }
        // `lint` that checks types only is a type check; `test` that builds first is still the tests.
        let style = |purpose| matches!(purpose, Purpose::Lint | Purpose::Format);
        return match agreed {
            Some(agreed) if style(named) && !style(agreed) => Some(agreed),
            _ => Some(named),
        };
    }
    let all_known = parts.iter().filter(|part| !is_idle(part)).count() == known.len();
    agreed.filter(|_| all_known)
}

/// The call for one file, behind what the project calls its tools with.
fn one_file(known: &Known, by_hand: &str) -> Option<String> {
    let form = known.found.for_file.as_deref()?;
    if form.contains('$') {
        return None;
    }
    // Coverage of one file says nothing, and may fail the run.
    let words = &known.call.prefix;
    let coverage = words.iter().position(|word| matches!(word.as_str(), "coverage" | "c8" | "nyc"));
    let mut prefix = words.get(..coverage.unwrap_or(words.len())).unwrap_or_default().to_vec();
    if coverage.is_some() && known.call.program == "manage.py" {
        prefix.push("python".to_owned());
    }
    let program = known.call.program.as_str();
    let is_node = known.found.ecosystem == Some(Ecosystem::Node) && !matches!(program, "node" | "bun" | "deno");
    let behind = prefix.iter().position(|word| !word.contains('=')).unwrap_or(prefix.len());
    let runs = prefix.get(behind).is_some_and(|word| {
        matches!(word.as_str(), "npx" | "bunx" | "pnpm" | "yarn" | "npm" | "uv" | "poetry" | "node")
    });
    if is_node && !runs && !known.call.written.contains('/') {
        let words: Vec<String> = by_hand.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        prefix.splice(behind..behind, words);
    }
    let form = match (program, coverage) {
        ("manage.py", Some(_)) => form.replacen("manage.py", &known.call.written, 1),
        _ => form.to_owned(),
    };
    Some(format!("{} {form}", joined(&prefix)).trim().to_owned())
}

/// One form for the many ways to run the same script or target.
pub(super) fn canonical(script: &str) -> String {
    let parts = simple_commands(script);
    let [part] = parts.as_slice() else { return script.trim().to_owned() };
    let Some(call) = call_of(&part.words) else { return script.trim().to_owned() };
    match ran_by_name(&call) {
        Some((runner, name, None)) => format!("{runner} {name}"),
        _ => format!("{} {}", call.program, joined(&call.arguments)),
    }
}

/// A script or target that a call runs by its name: the kind of keeper, the name, and where the call says so, the folder,
/// or behind a `=` the name of the workspace's package.
pub(super) fn ran_by_name(call: &Call) -> Option<(&'static str, String, Option<String>)> {
    let mut folder = None;
    let mut words: Vec<&str> = Vec::new();
    let mut rest = call.arguments.iter().map(String::as_str);
    while let Some(word) = rest.next() {
        match word {
            "--prefix" | "--cwd" | "-C" | "--dir" | "--directory" => folder = rest.next().map(str::to_owned),
            "--filter" | "-F" | "--workspace" | "-w" => folder = rest.next().map(|name| format!("={name}")),
            "--" => break,
            _ if word.starts_with("--prefix=") || word.starts_with("--cwd=") => {
                folder = word.split_once('=').map(|(_, at)| at.to_owned());
            }
            _ if word.starts_with("--filter=") || word.starts_with("--workspace=") => {
                folder = word.split_once('=').map(|(_, name)| format!("={name}"));
            }
            _ if word.starts_with('-') || word.contains('=') => {}
            _ => words.push(word),
        }
    }
    let name = match (call.program.as_str(), words.as_slice()) {
        ("npm", ["t" | "test", ..]) => "test",
        ("npm" | "yarn" | "pnpm" | "bun", ["run" | "run-script", name, ..]) => name,
        ("yarn" | "pnpm", [name, ..])
            if !matches!(*name, "install" | "add" | "workspace" | "workspaces" | "exec" | "dlx" | "node") =>
        {
            name
        }
        ("make" | "gmake", [name, ..]) => return Some(("make", (*name).to_owned(), folder)),
        ("just" | "task" | "invoke" | "inv" | "tox" | "nox", [name, ..]) => {
            return Some((
                if call.program == "inv" { "invoke" } else { runner(&call.program) },
                (*name).to_owned(),
                folder,
            ));
        }
        ("bash" | "sh", [path, ..]) => return Some(("sh", path.trim_start_matches("./").to_owned(), folder)),
        _ if call.written.starts_with("./") || call.written.ends_with(".sh") => {
            return Some(("sh", call.written.trim_start_matches("./").to_owned(), folder));
        }
        _ => return None,
    };
    Some(("node", name.to_owned(), folder))
}

fn runner(program: &str) -> &'static str {
    ["just", "task", "invoke", "tox", "nox"].into_iter().find(|known| *known == program).unwrap_or("task")
}

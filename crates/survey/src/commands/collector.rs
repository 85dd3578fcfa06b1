//! Takes what the keepers of commands hold, tells what each is for, and keeps each command once.
//!
//! ```text
//! "lint": "eslint . && tsc --noEmit"
//!   one candidate       lint: npm run lint
//!   split by checks     type check: npx tsc --noEmit
//!   a workflow's step `npm run lint`   the same command: its place is added
//! ```

use shell::{Call, Reading, quote};

use super::purpose::{KnownCall, Script};
use super::recipes::Index;
use super::{Command, CommandSource, Purpose};
use crate::documents::{Documents, join_folder, strip_folder};
use crate::place::Place;
use crate::stack::{Ecosystem, Stack};

/// A command as its keeper holds it.
#[derive(Debug)]
pub(super) struct CommandCandidate<'k> {
    pub(super) keeper: CommandSource,
    /// Its name there; empty where it has none.
    pub(super) name: &'k str,
    /// The command that runs it.
    pub(super) script: String,
    /// The folder it is run in.
    pub(super) folder: &'k str,
    /// The script behind the name; equal to the script where nothing does.
    pub(super) body: &'k str,
    pub(super) source: Place,
    /// The runner of a tool of the package by hand, such as `npx`.
    pub(super) by_hand: &'k str,
    pub(super) ecosystem: Option<Ecosystem>,
}

/// Everything that was found so far.
#[derive(Debug)]
pub(super) struct Collector<'d> {
    pub(super) documents: &'d Documents,
    pub(super) stack: &'d Stack,
    pub(super) recipes: Index,
    pub(super) commands: Vec<Command>,
}

impl<'d> Collector<'d> {
    pub(super) fn new(documents: &'d Documents, stack: &'d Stack) -> Self {
        Collector {
            documents,
            stack,
            recipes: Index::new(documents),
            commands: Vec::new(),
        }
    }

    /// Keeps a command if it is for one of the purposes.
    pub(super) fn add_candidate(&mut self, kept: CommandCandidate<'_>) {
        let script = Script::parse(kept.body, &self.recipes, kept.folder);
        let Some(purpose) = script.purpose(kept.name) else {
            return;
        };
        let known = &script.known;
        let package = self.package(kept.folder, &script.written);
        let ecosystem = self.ecosystem(&kept, known, purpose, &package);
        let mut fitting = known
            .iter()
            .filter(|known| known.purpose == purpose && !known.moved);
        let command = Command {
            purpose,
            behind: if kept.body.trim() == kept.script.trim() {
                String::new()
            } else {
                kept.body.trim().to_owned()
            },
            for_file: fitting
                .next()
                .and_then(|known| one_file(known, kept.by_hand)),
            folder: kept.folder.to_owned(),
            package,
            ecosystem,
            source: kept.source,
            keeper: kept.keeper,
            also: Vec::new(),
            writes: known
                .iter()
                .any(|known| known.writes() && known.purpose != Purpose::Migrate),
            watches: known
                .iter()
                .any(|known| known.watches() && known.purpose == purpose),
            preferred: false,
            script: kept.script,
        };
        let parts = self.split_checks(&command, &script, kept.by_hand);
        self.add_command(command);
        for part in parts {
            self.add_command(part);
        }
    }

    /// Returns whether the target behind a command, or one that it needs first, runs containers.
    fn runs_containers(&self, command: &Command) -> bool {
        let name = command.script.rsplit(' ').next().unwrap_or("");
        command.keeper == CommandSource::Target
            && self.recipes.runs_containers(&command.source.file, name)
    }

    /// Returns whether a command of the package that only looks calls the program of `script` for the
    /// same purpose, as the project itself wants it: with words that its usual call `usual` has
    /// not, or by a line that can be run as it is.
    pub(super) fn calls_already(&self, script: &str, usual: &str, package: &str) -> bool {
        let wanted = Script::parse(script, &self.recipes, package);
        // What is linted is a matter of scope; the tests and migrations are what they are.
        let is_scoped = |purpose| {
            matches!(
                purpose,
                Purpose::Lint | Purpose::TypeCheck | Purpose::Format
            )
        };
        let Some(own) = wanted
            .known
            .first()
            .filter(|known| is_scoped(known.purpose))
        else {
            return false;
        };
        let usual: Vec<&str> = usual.split_whitespace().collect();
        self.commands.iter().any(|command| {
            let is_own = command.package == package
                && command.keeper != CommandSource::Configuration
                && command.purpose == own.purpose
                && command.only_looks()
                && !super::choice::is_of_a_part(command)
                && !self.runs_containers(command);
            let text = if command.behind.is_empty() {
                &command.script
            } else {
                &command.behind
            };
            let inner = Script::parse(text, &self.recipes, &command.folder);
            let calls = inner
                .known
                .iter()
                .filter(|known| known.call.program == own.call.program && !known.moved);
            let through_hook = command.script.starts_with("pre-commit ");
            let has_scope = |known: &KnownCall| {
                let mut words = known
                    .call
                    .arguments
                    .iter()
                    .filter(|word| !word.starts_with('-'));
                words.any(|word| !usual.contains(&word.as_str()))
            };
            is_own
                && calls
                    .into_iter()
                    .any(|known| !through_hook || has_scope(known))
        })
    }

    /// Returns the checks of other purposes that a command does on its way, each as a command of
    /// its own: a type check in a script called `lint`.
    fn split_checks(&self, whole: &Command, script: &Script, by_hand: &str) -> Vec<Command> {
        let is_check = |purpose| {
            matches!(
                purpose,
                Purpose::Lint | Purpose::TypeCheck | Purpose::Format
            )
        };
        let mut seen = vec![whole.purpose];
        let mut parts = Vec::new();
        for known in script
            .known
            .iter()
            .filter(|known| known.direct && !known.moved && !known.writes())
        {
            let text = script.written.script.slice(&known.call.span);
            if !is_check(whole.purpose)
                || !is_check(known.purpose)
                || text.contains('$')
                || seen.contains(&known.purpose)
            {
                continue;
            }
            seen.push(known.purpose);
            let bare = known.call.prefix.is_empty() && known.ecosystem() == Some(Ecosystem::Node);
            let by = if bare { by_hand } else { "" };
            let file = self.documents.text(&whole.source.file).unwrap_or("");
            let line = file
                .lines()
                .position(|line| line.contains(text))
                .and_then(|at| u32::try_from(at + 1).ok());
            parts.push(Command {
                purpose: known.purpose,
                script: format!("{by} {text}").trim().to_owned(),
                behind: String::new(),
                for_file: one_file(known, by_hand),
                ecosystem: known.ecosystem(),
                source: Place::new(&whole.source.file, line.unwrap_or(whole.source.line)),
                writes: false,
                watches: known.watches(),
                ..whole.clone()
            });
        }
        parts
    }

    /// Whose code the command looks at: what its tools say, then what runs it, then what its
    /// package is written in.
    fn ecosystem(
        &self,
        kept: &CommandCandidate<'_>,
        known: &[KnownCall],
        purpose: Purpose,
        package: &str,
    ) -> Option<Ecosystem> {
        let mut only = self
            .stack
            .packages
            .iter()
            .filter(|known| known.folder == package)
            .map(|known| known.ecosystem);
        let only = only.next().filter(|_| only.next().is_none());
        let mut languages = known
            .iter()
            .filter(|known| known.purpose == purpose)
            .map(KnownCall::ecosystem);
        match languages.next() {
            Some(first) if languages.all(|other| other == first) => first.or(kept.ecosystem),
            Some(first) => first,
            None => kept.ecosystem.or(only),
        }
    }

    /// Adds the command, or its place to the one that is known already.
    pub(super) fn add_command(&mut self, command: Command) {
        let key = canonical_script(&command.script);
        let same = |known: &&mut Command| {
            known.purpose == command.purpose
                && known.folder == command.folder
                && canonical_script(&known.script) == key
        };
        match self.commands.iter_mut().find(same) {
            Some(known) => {
                let is_new =
                    known.source != command.source && !known.also.contains(&command.source);
                // Eight further places are kept; more add nothing for a reader.
                if is_new && known.also.len() < 8 {
                    known.also.push(command.source);
                }
                known.for_file = known.for_file.take().or(command.for_file);
            }
            None => self.commands.push(command),
        }
    }

    /// Notes that a command that is known by its canonical form stands at `place` as well; tells
    /// whether it is known.
    pub(super) fn note_known(&mut self, key: &str, folder: &str, place: &Place) -> bool {
        let mut known = false;
        for command in &mut self.commands {
            if command.folder == folder && canonical_script(&command.script) == key {
                known = true;
                if command.source != *place
                    && !command.also.contains(place)
                    && command.also.len() < 8
                {
                    command.also.push(place.clone());
                }
            }
        }
        known
    }

    /// Returns the package that a script run in `folder` belongs to: the innermost one of the
    /// folder, or one below it when all paths of the script lie there.
    fn package(&self, folder: &str, script: &Reading) -> String {
        let holder = |path: &str| {
            let packages = self
                .stack
                .packages
                .iter()
                .filter(|package| strip_folder(&package.folder, path).is_some());
            packages
                .map(|package| package.folder.as_str())
                .max_by_key(|at| at.len())
        };
        let at = join_folder(folder, "x");
        let home = holder(&at).unwrap_or("");
        let arguments = script
            .script
            .invocations
            .iter()
            .flat_map(|one| one.arguments());
        let mut lower = arguments.filter(|word| !word.starts_with('-'));
        let paths = lower.by_ref().filter(|word| {
            word.contains('/')
                || self
                    .stack
                    .packages
                    .iter()
                    .any(|package| package.folder == *word)
        });
        let mut packages: Vec<&str> = paths
            .filter_map(|word| {
                holder(&format!(
                    "{}/x",
                    join_folder(folder, word.trim_start_matches("./").trim_end_matches('/'))
                ))
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

/// Returns the call for one file, behind what the project calls its tools with; none where the tool takes only the
/// whole.
fn one_file(known: &KnownCall, by_hand: &str) -> Option<String> {
    let call = &known.call;
    // A dotted name is what a runner of tests takes; what migrates or builds is for the whole.
    let fits = |form: &String| {
        known.purpose == Purpose::Test || known.is_check() && !form.contains("{module}")
    };
    let form = call
        .for_one_file()
        .filter(|form| !form.contains('$') && fits(form))?;
    let (prefix, measured) = call.unmeasured_prefix();
    let mut prefix = prefix.to_vec();
    if measured && call.written.ends_with(".py") {
        // What measured it was its interpreter, too.
        prefix.push("python".to_owned());
    }
    let behind = prefix
        .iter()
        .position(|word| !word.contains('='))
        .unwrap_or(prefix.len());
    let is_tool = known.ecosystem() == Some(Ecosystem::Node)
        && !matches!(call.program.as_str(), "node" | "bun" | "deno");
    // A package's own script finds the package's tools; by hand, something must find them.
    let found =
        prefix.get(behind).is_some_and(|word| runs_tools(word)) || call.written.contains('/');
    if is_tool && !found {
        let words: Vec<String> = by_hand
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        prefix.splice(behind..behind, words);
    }
    Some(format!("{} {form}", prefix.join(" ")).trim().to_owned())
}

/// Tells that a program runs the tools of a package.
fn runs_tools(word: &str) -> bool {
    matches!(
        word,
        "npx" | "bunx" | "pnpm" | "yarn" | "npm" | "uv" | "poetry" | "node"
    )
}

/// Returns one form for the many ways to run the same script or target.
pub(super) fn canonical_script(script: &str) -> String {
    let reading = shell::read(script);
    match reading.outer_calls().as_slice() {
        [call] => canonical_call(call).unwrap_or_else(|| script.trim().to_owned()),
        _ => script.trim().to_owned(),
    }
}

/// Returns the canonical form of a call; `None` where it runs elsewhere: in another folder, a
/// workspace or a container.
pub(super) fn canonical_call(call: &Call) -> Option<String> {
    if call.folder.is_some() || call.needs().contains(&shell::Need::Docker) {
        return None;
    }
    match &call.target {
        Some(target) if target.workspace.is_none() && target.arguments.is_empty() => {
            Some(by_name(target))
        }
        Some(_) => None,
        None => {
            let words: Vec<String> = call.arguments.iter().map(|word| quote(word)).collect();
            let program = if call.is_known() {
                &call.program
            } else {
                &call.written
            };
            Some(
                format!("{} {}", program.trim_start_matches("./"), words.join(" "))
                    .trim()
                    .to_owned(),
            )
        }
    }
}

/// Returns one form for a target, whichever runner of its file runs it.
pub(super) fn by_name(target: &shell::Target) -> String {
    format!(
        "{} {}",
        target.source.as_deref().unwrap_or(&target.runner),
        target.name
    )
}

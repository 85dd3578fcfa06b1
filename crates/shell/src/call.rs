//! A call: the program that an invocation really runs, behind its wrappers, and
//! the row of the table that says what it is.

use crate::runner::Runner;
use crate::script::Span;
use crate::table::{self, ImportOrder, Kind, Need, Program, Rule, StatusMeaning, Telling, Trait};
use crate::words::quote;

/// A target of a runner, such as `npm run build` or `make test`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The runner's name.
    pub runner: String,
    /// Where its recipes stand (`package.json`, `Makefile`, `justfile`, …), if that is known.
    pub source: Option<String>,
    /// Its name; empty for the runner's default.
    pub name: String,
    /// The folder in which the runner looks for recipes, from where the script began.
    pub folder: Option<String>,
    /// The workspace that is named, as in `--filter web`.
    pub workspace: Option<String>,
    /// The arguments of the recipe.
    pub arguments: Vec<String>,
    /// It is run in every package that has it.
    pub across: bool,
    /// Where there is no target of this name, a program may be meant.
    pub or_command: bool,
}

/// Gives the recipes of targets, where they are known.
pub trait Recipes {
    /// Returns the shell text of a target; `None` where there is none of this name, or nobody
    /// knows.
    fn recipe(&self, target: &Target) -> Option<String>;
}

impl Recipes for () {
    fn recipe(&self, _: &Target) -> Option<String> {
        None
    }
}

impl<F: Fn(&Target) -> Option<String>> Recipes for F {
    fn recipe(&self, target: &Target) -> Option<String> {
        self(target)
    }
}

/// A program with its arguments, without what stands in front of it.
#[derive(Debug, Clone)]
pub struct Call {
    /// Where the invocation stands in the script that was read first.
    pub span: Span,
    /// Assignments and wrappers, as they stand in front.
    pub prefix: Vec<String>,
    /// The names of the wrappers, outermost first.
    pub wrappers: Vec<String>,
    /// The program's own name.
    pub program: String,
    /// The program as written, with its folder.
    pub written: String,
    /// Its arguments, quotes taken off.
    pub arguments: Vec<String>,
    /// The folder that it runs in, from where the script began.
    pub folder: Option<String>,
    /// It names a target of a runner.
    pub target: Option<Target>,
    /// The words of the prefix before a wrapper that measures what is reached.
    pub(crate) unmeasured: Option<usize>,
    pub(crate) bounded: bool,
    pub(crate) elsewhere: bool,
    pub(crate) wrapper_needs: Vec<Need>,
    pub(crate) row: Option<&'static Program>,
    pub(crate) rule: Option<&'static Rule>,
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.span == other.span
            && self.prefix == other.prefix
            && self.written == other.written
            && self.arguments == other.arguments
    }
}

impl Eq for Call {}

impl Call {
    /// Returns whether the table has its program, or a convention its target.
    pub fn is_known(&self) -> bool {
        self.row.is_some() && self.target.is_none() || self.rule.is_some() && self.target.is_some()
    }

    /// Returns the kind of what it does; a program that nobody knows is code of the project's own.
    pub fn kind(&self) -> Kind {
        self.rule.and_then(|rule| rule.kind).unwrap_or(Kind::Script)
    }

    /// Returns whether the call has the property.
    pub fn is(&self, one: Trait) -> bool {
        self.rule.is_some_and(|rule| rule.is(one))
    }

    /// Returns the runner of tests that it is, where it runs any.
    pub fn runner(&self) -> Option<Runner> {
        let runs = self.kind() == Kind::Test && !self.is(Trait::Lists) && !self.is(Trait::Watches);
        self.row
            .filter(|_| runs)?
            .runners
            .get(&self.program)
            .copied()
    }

    /// Returns whether the program belongs to the family, or is run by a program that does.
    pub fn runs_in(&self, ecosystem: &str) -> bool {
        let is_of = |name: &str| {
            table::program_table()
                .row(name)
                .is_some_and(|row| row.ecosystem.as_deref() == Some(ecosystem))
        };
        self.ecosystem() == Some(ecosystem) || self.wrappers.iter().any(|name| is_of(name))
    }

    /// Returns the source of its result: its status or its output.
    pub fn result_source(&self) -> Telling {
        self.rule.map_or(Telling::Status, |rule| rule.tells)
    }

    /// Returns its needs, with what its wrappers need.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = self.wrapper_needs.clone();
        needs.extend(self.rule.iter().flat_map(|rule| &rule.needs));
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// Returns what stands in front of the program, up to a wrapper that measures what it reaches,
    /// and tells whether there is one: of a single file such a measure says nothing.
    pub fn unmeasured_prefix(&self) -> (&[String], bool) {
        let end = self.unmeasured.unwrap_or(self.prefix.len());
        (
            self.prefix.get(..end).unwrap_or(&self.prefix),
            self.unmeasured.is_some(),
        )
    }

    /// Returns the family that the program belongs to: `python`, `node`.
    pub fn ecosystem(&self) -> Option<&'static str> {
        self.row?.ecosystem.as_deref()
    }

    /// Returns what an exit status means where it says more than "it failed".
    pub fn status(&self, code: i32) -> Option<StatusMeaning> {
        self.row?.status(code)
    }

    /// Returns the values of an option, given as `--name value` or `--name=value`.
    pub fn option(&self, names: &[&str]) -> Option<&str> {
        self.arguments
            .iter()
            .enumerate()
            .find_map(|(at, argument)| {
                if names.contains(&argument.as_str()) {
                    return self.arguments.get(at + 1).map(String::as_str);
                }
                let (name, value) = argument.split_once('=')?;
                names.contains(&name).then_some(value)
            })
    }

    /// Returns its positional arguments: no options, and none of their values where the table knows
    /// them.
    pub fn positionals(&self) -> Vec<&str> {
        let none = Vec::new();
        let (values, clusters) = self
            .row
            .map_or((&none, false), |row| (&row.values, row.clusters));
        let found = crate::condition::Arguments::new(&self.arguments, values, clusters);
        found
            .positionals()
            .filter_map(|at| self.arguments.get(at))
            .map(String::as_str)
            .collect()
    }

    /// Returns the call for one file, with `{file}` (or `{module}`) where its path goes and without
    /// [`Call::prefix`]; `None` for programs that the table has no form for.
    pub fn for_one_file(&self) -> Option<String> {
        let row = self.row.filter(|_| self.target.is_none())?;
        let form = row.one_file.as_deref()?;
        let mode = if self.is(Trait::Writes) {
            "--write"
        } else {
            "--check"
        };
        let command = self.positionals().first().copied().unwrap_or("").to_owned();
        let options = self.options_for_one(row).join(" ");
        let filled = form
            .replace("{program}", &self.program)
            .replace("{written}", &self.written)
            .replace("{command}", &command)
            .replace("{mode}", mode)
            .replace("{options}", &options);
        Some(filled.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Returns how the program keeps the imports of these files in order, its commands run as this
    /// call is; `None` for a program that does not.
    pub fn import_order(&self, files: &[String]) -> Option<ImportOrder> {
        let order = self
            .row
            .filter(|_| self.target.is_none())?
            .import_order
            .as_ref()?;
        let files: Vec<String> = files.iter().map(|file| quote(file)).collect();
        let prefix: String = self.prefix.iter().map(|word| format!("{word} ")).collect();
        let filled = |form: &str| format!("{prefix}{}", form.replace("{files}", &files.join(" ")));
        Some(ImportOrder {
            look: filled(&order.look),
            code: order.code.clone(),
            sort: filled(&order.sort),
        })
    }

    fn options_for_one(&self, row: &Program) -> Vec<String> {
        let mut kept = Vec::new();
        let mut arguments = self.arguments.iter();
        while let Some(argument) = arguments.next() {
            if !argument.starts_with('-') || argument == "--" {
                continue;
            }
            let dropped = row
                .not_for_one
                .iter()
                .any(|pattern| crate::condition::matches_pattern(pattern, argument));
            let value = row
                .values
                .contains(argument)
                .then(|| arguments.next())
                .flatten();
            if !dropped {
                kept.push(quote(argument));
                kept.extend(value.map(|value| quote(value)));
            }
        }
        kept
    }
}

/// Returns the name under which the table knows a program: without folder, version and ending.
pub(crate) fn name_of(written: &str) -> &str {
    let bare = written.trim_end_matches(".exe").trim_end_matches(".cmd");
    // `@scope/name@1.2`, `name@latest`.
    let scoped = usize::from(bare.starts_with('@'));
    let bare = bare
        .get(scoped..)
        .and_then(|rest| rest.find('@'))
        .map_or(bare, |at| &bare[..at + scoped]);
    if bare.starts_with('@') {
        bare
    } else {
        bare.rsplit(['/', '\\']).next().unwrap_or(bare)
    }
}

/// Returns the row of a program. A path leads to the program of its last part where that stands in
/// a folder of programs, or where the name is not also one that scripts of a project bear.
pub(crate) fn row_of(written: &str) -> Option<&'static Program> {
    let table = table::program_table();
    if let Some(row) = table.row(written) {
        return Some(row);
    }
    let name = name_of(written);
    let folder = written
        .strip_suffix(name)
        .unwrap_or("")
        .trim_end_matches(['/', '\\']);
    let installed = folder.is_empty() || folder.ends_with("bin") || folder.ends_with("Scripts");
    if !installed && table::convention_table().row(name).is_some() {
        return None;
    }
    table.row(name)
}

/// Returns what a target of this name is by convention, where no recipe is known; `None` where none
/// knows it.
pub fn conventional_rule(name: &str) -> Option<&'static Rule> {
    rule_of_target(name, &[])
}

/// Returns whether a rule's command prepares or clears away, rather than checks.
fn is_preparation(rule: &Rule) -> bool {
    matches!(
        rule.kind,
        Some(
            Kind::Service
                | Kind::Install
                | Kind::Destroy
                | Kind::Migrate
                | Kind::Generate
                | Kind::Script,
        )
    )
}

/// Returns the rule of a target's name, by convention.
///
/// The name counts as a whole, or by its parts between colons. A part that prepares or clears away
/// (`test:db:up`) decides over the others, then the first that is known.
pub(crate) fn rule_of_target(name: &str, arguments: &[String]) -> Option<&'static Rule> {
    let table = table::convention_table();
    let ruled = |part: &str| {
        table
            .row(part)
            .and_then(|row| row.decide(arguments))
            .map(|(rule, _)| rule)
    };
    let parts: Vec<&str> = name.split(':').collect();
    if parts.len() == 1 {
        return ruled(name);
    }
    let found: Vec<&Rule> = parts.iter().filter_map(|part| ruled(part)).collect();
    if let Some(rule) = found.iter().find(|rule| is_preparation(rule)) {
        return Some(*rule);
    }
    if found.iter().any(|rule| rule.is(Trait::Watches)) {
        // `test:watch` is what `test --watch` is.
        let watching = ["--watch".to_owned()];
        let known = parts.iter().find_map(|part| table.row(part));
        return known
            .and_then(|row| row.decide(&watching))
            .map(|(rule, _)| rule);
    }
    let checks = parts.get(1..).is_some_and(|rest| rest.contains(&"check"));
    let first = *found.first()?;
    if checks && first.is(Trait::Writes) {
        // `format:check` looks at what `format` would change.
        return ruled("format-check").filter(|_| first.kind == Some(Kind::Format));
    }
    if parts.get(1..).is_some_and(|rest| rest.contains(&"fix")) && first.kind == Some(Kind::Lint) {
        return ruled("lint-fix");
    }
    // A tool's name before the target's (`tsc:build`): the tool knows better.
    let tool = parts
        .first()
        .and_then(|part| table::program_table().row(part))
        .and_then(|row| row.decide(&[]));
    let tool = tool.map(|(rule, _)| rule).filter(|rule| {
        matches!(
            rule.kind,
            Some(Kind::Test | Kind::Lint | Kind::Typecheck | Kind::Format)
        )
    });
    Some(
        tool.filter(|_| ruled(parts[0]).is_none_or(|own| own.kind != first.kind))
            .unwrap_or(first),
    )
}

//! From an invocation through its wrappers to the call, or to the script that it runs.

use crate::call::{Call, Recipes, Target, name_of, row_of, rule_of_target};
use crate::condition::Met;
use crate::folders::join;
use crate::script::Span;
use crate::table::{self, Kind, Need, Program, Rule, Trait, Wraps};
use crate::words::quote;

/// More wrappers around each other than anybody writes; recipes may also call themselves.
const DEEPEST: usize = 12;

/// Names of scripts that name a thing, and not what is done to it.
const THINGS: [&str; 2] = ["types", "typing"];

/// The meaning of an invocation.
#[derive(Debug)]
pub(crate) enum Resolved {
    /// A program.
    Call(Call),
    /// Scripts that run one after the other, by the call that runs them.
    Scripts(Call, Vec<Inner>),
}

/// A script inside of an invocation.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) text: String,
    pub(crate) folder: Option<String>,
}

/// The state of following wrappers.
pub(crate) struct Resolver<'r> {
    pub(crate) recipes: &'r dyn Recipes,
    pub(crate) span: Span,
    pub(crate) folder: Option<String>,
    pub(crate) prefix: Vec<String>,
    wrappers: Vec<String>,
    needs: Vec<Need>,
    unmeasured: Option<usize>,
    bounded: bool,
    elsewhere: bool,
}

impl<'r> Resolver<'r> {
    pub(crate) fn new(recipes: &'r dyn Recipes, span: Span, folder: Option<String>) -> Self {
        Resolver {
            recipes,
            span,
            folder,
            prefix: Vec::new(),
            wrappers: Vec::new(),
            needs: Vec::new(),
            unmeasured: None,
            bounded: false,
            elsewhere: false,
        }
    }

    /// Follows the words to what they run.
    pub(crate) fn resolve(mut self, words: &[String]) -> Resolved {
        let mut words = words.to_vec();
        for _ in 0..DEEPEST {
            while words.len() > 1 && is_assignment(&words[0]) {
                self.prefix.push(quote(&words.remove(0)));
            }
            let Some((written, arguments)) = words.split_first() else {
                break;
            };
            let Some(row) = row_of(written) else {
                return self.own_script(written, arguments);
            };
            let Some((rule, met)) = row.decide(arguments) else {
                break;
            };
            let Some(wraps) = rule.wraps.filter(|_| !describes_itself(arguments)) else {
                break;
            };
            let step = Step {
                row,
                rule,
                met,
                written,
                arguments,
            };
            match self.unwrap(&step, wraps) {
                Unwrapped::Words(inner) => words = inner,
                Unwrapped::Done(resolved) => return *resolved,
                Unwrapped::Nothing => break,
            }
        }
        Resolved::Call(self.leaf(&words))
    }

    fn leaf(self, words: &[String]) -> Call {
        let written = words.first().cloned().unwrap_or_default();
        let arguments: Vec<String> = words.iter().skip(1).cloned().collect();
        let row = row_of(&written);
        let every = table::common_rules().filter(|_| !written.is_empty());
        let rule = every
            .and_then(|row| row.decide(&arguments))
            .or_else(|| row?.decide(&arguments));
        let rule = rule
            .map(|(rule, _)| rule)
            .filter(|rule| rule.kind.is_some());
        self.call(&written, arguments, row, rule)
    }

    fn call(
        self,
        written: &str,
        arguments: Vec<String>,
        row: Option<&'static Program>,
        rule: Option<&'static Rule>,
    ) -> Call {
        Call {
            span: self.span,
            prefix: self.prefix,
            wrappers: self.wrappers,
            program: name_of(written).to_owned(),
            written: written.to_owned(),
            arguments,
            folder: self.folder,
            target: None,
            unmeasured: self.unmeasured,
            wrapper_needs: self.needs,
            bounded: self.bounded,
            elsewhere: self.elsewhere,
            row,
            rule,
        }
    }

    /// Resolves a program that the table doesn't have: by the conventions of scripts. `tools/types.mjs` may as well make types
    /// as check them.
    fn own_script(mut self, written: &str, arguments: &[String]) -> Resolved {
        let is_path = written.contains(['/', '\\'])
            || written
                .rsplit_once('.')
                .is_some_and(|(_, end)| end.len() <= 4);
        let stem = name_of(written).split('.').next().unwrap_or("");
        let named = rule_of_target(stem, arguments)
            .filter(|_| is_path)
            .filter(|rule| rule.kind != Some(Kind::Typecheck) || !THINGS.contains(&stem));
        let row = table::own_script(written).filter(|_| is_path);
        let ruled = row.and_then(|row| row.decide(arguments).map(|(rule, met)| (row, rule, met)));
        if let Some((row, rule, met)) = ruled {
            let step = Step {
                row,
                rule,
                met,
                written,
                arguments,
            };
            if rule.wraps == Some(Wraps::KnownCommand)
                && let Some(inner) = step
                    .inner()
                    .filter(|inner| inner.first().is_some_and(|first| row_of(first).is_some()))
            {
                self.needs.extend(&rule.needs);
                self.pass(&step, inner.len());
                return self.resolve(&inner);
            }
        }
        let every = table::common_rules()
            .and_then(|row| row.decide(arguments))
            .map(|(rule, _)| rule);
        let specific = ruled
            .filter(|(_, _, met)| met.last.is_some())
            .map(|(_, rule, _)| rule);
        let rule = every
            .or(specific)
            .or(named)
            .or(ruled.map(|(_, rule, _)| rule))
            .filter(|rule| rule.kind.is_some());
        Resolved::Call(self.call(written, arguments.to_vec(), None, rule))
    }

    /// Notes that the step's words stand in front of the last `inner` ones.
    fn pass(&mut self, step: &Step<'_>, inner: usize) {
        if step.rule.is(Trait::Measures) {
            self.unmeasured = self.unmeasured.or(Some(self.prefix.len()));
        }
        self.wrappers.push(name_of(step.written).to_owned());
        self.prefix.push(quote(step.written));
        let before = step.arguments.len().saturating_sub(inner);
        self.prefix
            .extend(step.arguments[..before].iter().map(|word| quote(word)));
    }

    fn unwrap(&mut self, step: &Step<'_>, wraps: Wraps) -> Unwrapped {
        let arguments = step.row.arguments(step.arguments);
        if let Some(folder) = arguments.value(&step.row.folder) {
            self.folder = join(self.folder.as_deref(), folder);
        }
        self.needs.extend(&step.rule.needs);
        self.bounded |= step.rule.is(Trait::Bounds);
        self.elsewhere |= step.rule.is(Trait::Sends);
        match wraps {
            Wraps::Command | Wraps::KnownCommand | Wraps::This | Wraps::Module => {
                let Some(mut inner) = step.inner() else {
                    return Unwrapped::Nothing;
                };
                self.pass(step, inner.len());
                if wraps == Wraps::Module
                    && let Some(first) = inner.first_mut()
                {
                    // A module that is no program of the same name.
                    let module = format!("-m {first}");
                    if table::program_table().row(&module).is_some() {
                        *first = module;
                    }
                }
                Unwrapped::Words(inner)
            }
            Wraps::Script | Wraps::Joined | Wraps::Scripts => {
                let inner = step.scripts(wraps);
                if inner.is_empty() {
                    Unwrapped::Nothing
                } else {
                    self.scripts(step, inner)
                }
            }
            Wraps::Target | Wraps::Targets | Wraps::ThisTarget | Wraps::TargetOrCommand => {
                self.targets(step, wraps)
            }
        }
    }

    fn done(&mut self, step: &Step<'_>) -> Call {
        let next = Resolver::new(self.recipes, self.span.clone(), self.folder.clone());
        let this = std::mem::replace(self, next);
        this.call(step.written, step.arguments.to_vec(), Some(step.row), None)
    }

    fn scripts(&mut self, step: &Step<'_>, texts: Vec<String>) -> Unwrapped {
        let folder = self.folder.clone();
        let inner = texts
            .into_iter()
            .map(|text| Inner {
                text,
                folder: folder.clone(),
            })
            .collect();
        Unwrapped::Done(Box::new(Resolved::Scripts(self.done(step), inner)))
    }

    fn targets(&mut self, step: &Step<'_>, wraps: Wraps) -> Unwrapped {
        let (names, rest) = step.targets(wraps);
        let workspace = step
            .row
            .arguments(step.arguments)
            .value(&step.row.workspace)
            .map(str::to_owned);
        let mut targets = names.into_iter().map(|name| Target {
            runner: name_of(step.written).to_owned(),
            source: step.row.recipes.clone(),
            name,
            folder: self.folder.clone(),
            workspace: workspace.clone(),
            arguments: rest.clone(),
            across: step.row.across
                || step
                    .arguments
                    .iter()
                    .any(|word| step.row.recursive.contains(word)),
            or_command: wraps == Wraps::TargetOrCommand,
        });
        let targets: Vec<Target> = targets.by_ref().collect();
        let recipes: Vec<String> = targets
            .iter()
            .filter_map(|target| self.recipe(target))
            .collect();
        if !recipes.is_empty() && recipes.len() == targets.len() {
            let Unwrapped::Done(mut done) = self.scripts(step, recipes) else {
                return Unwrapped::Nothing;
            };
            if let Resolved::Scripts(call, _) = &mut *done {
                call.target = targets.into_iter().next_back();
            }
            return Unwrapped::Done(done);
        }
        let Some(target) = targets.into_iter().next_back() else {
            return Unwrapped::Nothing;
        };
        let rule = rule_of_target(&target.name, &target.arguments);
        if rule.is_none()
            && wraps == Wraps::TargetOrCommand
            && let Some(inner) = step
                .inner()
                .filter(|inner| inner.first().is_some_and(|first| row_of(first).is_some()))
        {
            self.pass(step, inner.len());
            return Unwrapped::Words(inner);
        }
        let mut call = self.done(step);
        (call.rule, call.target) = (rule, Some(target));
        Unwrapped::Done(Box::new(Resolved::Call(call)))
    }

    fn recipe(&self, target: &Target) -> Option<String> {
        let mut text = self.recipes.recipe(target)?;
        if !target.arguments.is_empty() && !text.trim().contains('\n') {
            let more: Vec<String> = target
                .arguments
                .iter()
                .map(|argument| quote(argument))
                .collect();
            text = format!("{} {}", text.trim_end(), more.join(" "));
        }
        Some(text)
    }
}

enum Unwrapped {
    Words(Vec<String>),
    Done(Box<Resolved>),
    Nothing,
}

/// One wrapper with what the table says of it.
struct Step<'s> {
    row: &'static Program,
    rule: &'static Rule,
    met: Met,
    written: &'s str,
    arguments: &'s [String],
}

/// Returns the words of the command that an invocation runs, by the rule that decides it.
pub(crate) fn inner_words(
    (row, rule, met): (&'static Program, &'static Rule, Met),
    (written, arguments): (&str, &[String]),
) -> Option<Vec<String>> {
    Step {
        row,
        rule,
        met,
        written,
        arguments,
    }
    .inner()
}

impl Step<'_> {
    /// Returns the words of the inner command.
    fn inner(&self) -> Option<Vec<String>> {
        let arguments = self.row.arguments(self.arguments);
        let from = match self.rule.wraps? {
            Wraps::This => self.met.last?,
            Wraps::Module => self.behind()?,
            _ => {
                let mut places = (self.met.named + self.rule.skip..)
                    .map_while(|number| arguments.positional(number));
                // `env A=1 program`: assignments belong to what follows.
                places.find(|at| {
                    !self
                        .arguments
                        .get(*at)
                        .is_some_and(|word| is_assignment(word))
                })?
            }
        };
        self.arguments
            .get(from..)
            .filter(|inner| !inner.is_empty())
            .map(<[String]>::to_vec)
    }

    /// Returns the place behind the option of `after`.
    fn behind(&self) -> Option<usize> {
        let after = self.rule.after.as_deref()?;
        let letter = after.trim_start_matches('-');
        let at = self.arguments.iter().position(|argument| {
            argument == after
                || !argument.starts_with("--")
                    && argument.starts_with('-')
                    && argument.ends_with(letter)
        })?;
        Some(at + 1)
    }

    /// Returns the scripts that stand in the arguments.
    fn scripts(&self, wraps: Wraps) -> Vec<String> {
        let arguments = self.row.arguments(self.arguments);
        let positional = |from: usize| {
            let places = (from..).map_while(|number| arguments.positional(number));
            places
                .filter_map(|at| self.arguments.get(at))
                .cloned()
                .collect::<Vec<String>>()
        };
        match wraps {
            Wraps::Scripts => positional(self.met.named + self.rule.skip),
            Wraps::Joined => Some(positional(0).join(" "))
                .filter(|text| !text.is_empty())
                .into_iter()
                .collect(),
            _ if self.rule.after.is_some() => self
                .behind()
                .and_then(|at| self.arguments.get(at))
                .cloned()
                .into_iter()
                .collect(),
            _ => positional(self.met.named).into_iter().take(1).collect(),
        }
    }

    /// Returns the names of the targets, and what is given to their recipes.
    fn targets(&self, wraps: Wraps) -> (Vec<String>, Vec<String>) {
        let arguments = self.row.arguments(self.arguments);
        if let Some(value) = arguments.value(&self.row.target) {
            return (
                value.split(',').map(|name| self.bare(name)).collect(),
                Vec::new(),
            );
        }
        let first = if wraps == Wraps::ThisTarget {
            self.met.named.saturating_sub(1)
        } else {
            self.met.named
        };
        let mut places =
            (first + self.rule.skip..).map_while(|number| arguments.positional(number));
        let Some(at) = places.next() else {
            // `make` alone runs the runner's default.
            return (
                if wraps == Wraps::Targets {
                    vec![String::new()]
                } else {
                    Vec::new()
                },
                Vec::new(),
            );
        };
        let named = |at: usize| self.arguments.get(at).map(|name| self.bare(name));
        if wraps == Wraps::Targets {
            let more = places.filter(|at| {
                !self
                    .arguments
                    .get(*at)
                    .is_some_and(|word| is_assignment(word))
            });
            return (
                named(at)
                    .into_iter()
                    .chain(more.filter_map(named))
                    .collect(),
                Vec::new(),
            );
        }
        let mut rest: Vec<String> = self.arguments[at + 1..].to_vec();
        if let Some(divider) = rest.iter().position(|word| word == "--") {
            rest.remove(divider);
        }
        (named(at).into_iter().collect(), rest)
    }

    fn bare(&self, name: &str) -> String {
        match name.split_once(':') {
            Some((_, target)) if self.row.project_targets => target.to_owned(),
            _ => name.to_owned(),
        }
    }
}

/// Returns whether the only argument asks for a description.
fn describes_itself(arguments: &[String]) -> bool {
    arguments.len() == 1 && table::common_rules().is_some_and(|row| row.decide(arguments).is_some())
}

/// Returns whether a word is `NAME=value`.
pub(crate) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

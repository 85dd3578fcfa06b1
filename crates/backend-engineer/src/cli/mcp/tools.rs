//! The tools as data: what each takes, and the command line of a subcommand that does the same. No argument opens anything.

use std::ffi::OsString;

use ::mcp::ToolRow;
use serde_json::{Map, Value, json};

use super::allowed_folders::RepositoryOfCall;
use super::opened::Opened;

/// One tool.
#[derive(Debug)]
pub(super) struct Tool {
    /// The name by which it is called.
    pub(super) name: &'static str,
    about: &'static str,
    /// The subcommand that does it.
    subcommand: &'static str,
    arguments: &'static [Argument],
    /// The form in which the subcommand gets its repository.
    root: Root,
    /// The part of the server's flags that it gets.
    gets: Gets,
    /// The source of its answer.
    pub(super) form: Form,
    reads_only: bool,
    is_long: bool,
}

/// One argument of a tool, beside the repository.
#[derive(Debug)]
struct Argument {
    name: &'static str,
    about: &'static str,
    takes: Takes,
    is_required: bool,
}

/// The values of an argument, and the flag that they become.
#[derive(Debug)]
enum Takes {
    /// The plan, in its place on the command line.
    Plan,
    /// A text in its place on the command line.
    Word,
    /// One of these in its place on the command line.
    OneOf(&'static [&'static str]),
    /// A text or a list of texts, each behind the flag.
    Texts(&'static str),
    /// A number from 1 behind the flag.
    Number(&'static str),
    /// True for the flag.
    Flag(&'static str),
}

/// The form in which a subcommand gets the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Flag,
    Word,
}

/// The part of the server's flags that a tool gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gets {
    Nothing,
    Plan,
    Commands,
    Work,
}

/// The source of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The printed text, and the same as JSON.
    Both,
    /// The printed text.
    Text,
    /// The events of a run, and the report behind them.
    Stream,
}

/// A command line that a call comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// The program's name first.
    pub(super) argv: Vec<String>,
    /// The source of the answer.
    pub(super) form: Form,
}

const REPOSITORY: &str = "the repository's folder; needed only where there are several";
const PLAN: Argument = Argument {
    name: "plan",
    about: "the plan, a Markdown file: its path from the repository, or absolute",
    takes: Takes::Plan,
    is_required: true,
};
const PHASE: Argument = Argument {
    name: "phase",
    about: "the phase: its number, its name or part of it, or \"next\"; several as a list",
    takes: Takes::Texts("--phase"),
    is_required: false,
};
const NEEDED_PHASE: Argument = Argument {
    is_required: true,
    ..PHASE
};
const RUN: Argument = Argument {
    name: "run",
    about: "the run: its name, or the only one that begins or ends so; the newest where none is named",
    takes: Takes::Word,
    is_required: false,
};
const PARTS: &[&str] = &[
    "stack",
    "routes",
    "models",
    "layers",
    "conventions",
    "commands",
    "unresolved",
];

/// All tools.
pub(super) const TOOLS: &[Tool] = &[
    Tool {
        name: "plan",
        about: "Show what was understood of a plan: units with their state, files, criteria, commands. With `briefing`, \
                what whoever implements the phase needs to know of the codebase. Reads only.",
        subcommand: "plan",
        arguments: &[
            PLAN,
            PHASE,
            Argument {
                name: "briefing",
                about: "give the phase's files, what to imitate, tables, routes and shared modules; needs `phase`",
                takes: Takes::Flag("--briefing"),
                is_required: false,
            },
        ],
        root: Root::Flag,
        gets: Gets::Nothing,
        form: Form::Both,
        reads_only: true,
        is_long: false,
    },
    Tool {
        name: "check",
        about: "Hold a plan, or a phase of it, against the tree before any work: what is missing, moved, done already, or \
                can't be checked. Errors are what `implement` refuses. Reads only.",
        subcommand: "check",
        arguments: &[PLAN, PHASE],
        root: Root::Flag,
        gets: Gets::Plan,
        form: Form::Both,
        reads_only: true,
        is_long: false,
    },
    Tool {
        name: "survey",
        about: "Say what a backend is built from, answers, keeps and does: stack, routes, models, layers, conventions, \
                commands. Reads only, runs nothing.",
        subcommand: "survey",
        arguments: &[Argument {
            name: "part",
            about: "one part in full; an overview of all without it",
            takes: Takes::OneOf(PARTS),
            is_required: false,
        }],
        root: Root::Word,
        gets: Gets::Nothing,
        form: Form::Both,
        reads_only: true,
        is_long: false,
    },
    Tool {
        name: "implement",
        about: "Implement a phase of an approved plan: place the code that it spells out, run its checks in a sandbox, tick \
                what is proven, report. Only exit 0, \"Implementation Complete\", is complete and proven; what is open is \
                named. May take minutes; tells its progress and can be cancelled.",
        subcommand: "implement",
        arguments: &[
            PLAN,
            NEEDED_PHASE,
            Argument {
                name: "dry_run",
                about: "show the change as a diff; write nothing, run nothing",
                takes: Takes::Flag("--dry-run"),
                is_required: false,
            },
        ],
        root: Root::Flag,
        gets: Gets::Work,
        form: Form::Stream,
        reads_only: false,
        is_long: true,
    },
    Tool {
        name: "verify",
        about: "Run a phase's checks on the tree as it stands and tick what they prove. Use it after you changed code for \
                the phase. Changes no file but the plan, and there only boxes.",
        subcommand: "verify",
        arguments: &[
            PLAN,
            NEEDED_PHASE,
            Argument {
                name: "untick",
                about: "open the boxes again of what no longer holds",
                takes: Takes::Flag("--untick"),
                is_required: false,
            },
        ],
        root: Root::Flag,
        gets: Gets::Commands,
        form: Form::Stream,
        reads_only: false,
        is_long: true,
    },
    Tool {
        name: "status",
        about: "List the runs of the repository, newest first: what is at work, finished, interrupted or undone.",
        subcommand: "runs",
        arguments: &[Argument {
            name: "last",
            about: "only the newest of them",
            takes: Takes::Number("--last"),
            is_required: false,
        }],
        root: Root::Flag,
        gets: Gets::Nothing,
        form: Form::Both,
        reads_only: true,
        is_long: false,
    },
    Tool {
        name: "report",
        about: "Give the report of a run once more, with its evidence.",
        subcommand: "report",
        arguments: &[RUN],
        root: Root::Flag,
        gets: Gets::Nothing,
        form: Form::Both,
        reads_only: true,
        is_long: false,
    },
    Tool {
        name: "diff",
        about: "Show what a run did to the files, as a unified diff.",
        subcommand: "diff",
        arguments: &[RUN],
        root: Root::Flag,
        gets: Gets::Nothing,
        form: Form::Text,
        reads_only: true,
        is_long: false,
    },
    Tool {
        name: "undo",
        about: "Bring back every file that a run wrote, byte for byte. Refuses over files that were changed since.",
        subcommand: "undo",
        arguments: &[RUN],
        root: Root::Flag,
        gets: Gets::Nothing,
        form: Form::Text,
        reads_only: false,
        is_long: false,
    },
];

impl Tool {
    /// Returns the tool as clients are told of it.
    pub(super) fn row(&self) -> ToolRow {
        let mut properties = Map::new();
        for argument in self.arguments {
            let mut schema = argument.takes.schema();
            schema["description"] = argument.about.into();
            properties.insert(argument.name.to_owned(), schema);
        }
        properties.insert(
            "repository".to_owned(),
            json!({ "type": "string", "description": REPOSITORY }),
        );
        let required: Vec<&str> = self
            .arguments
            .iter()
            .filter(|it| it.is_required)
            .map(|it| it.name)
            .collect();
        let schema = json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        });
        let Value::Object(schema) = schema else {
            unreachable!("an object is written above")
        };
        ToolRow {
            name: self.name,
            about: self.about,
            schema,
            reads_only: self.reads_only,
            is_long: self.is_long,
        }
    }

    /// Returns the command line that a call comes to.
    ///
    /// # Errors
    /// An argument that is missing, is not known, or is of the wrong kind.
    pub(super) fn to_command_line(
        &self,
        given: &Map<String, Value>,
        repository: &RepositoryOfCall,
        opened: &Opened,
    ) -> Result<Asked, String> {
        if let Some(unknown) = given
            .keys()
            .find(|name| *name != "repository" && !self.takes(name))
        {
            let names: Vec<&str> = self
                .arguments
                .iter()
                .map(|argument| argument.name)
                .chain(["repository"])
                .collect();
            return Err(format!(
                "`{}` takes no `{unknown}`; it takes {}",
                self.name,
                names.join(", ")
            ));
        }
        let root = repository.root.display().to_string();
        let (mut flags, mut words) = (Vec::new(), Vec::new());
        match self.root {
            Root::Flag => flags.push(format!("--root={root}")),
            Root::Word => words.push(root),
        }
        for argument in self.arguments {
            match given.get(argument.name) {
                Some(value) => argument.add(value, repository, (&mut flags, &mut words))?,
                None if argument.is_required => {
                    return Err(format!("`{}` needs `{}`", self.name, argument.name));
                }
                None => {}
            }
        }
        flags.extend(match self.gets {
            Gets::Nothing => Vec::new(),
            Gets::Plan => opened.plan.clone(),
            Gets::Commands => opened.commands.clone(),
            Gets::Work => [&opened.commands[..], &opened.work].concat(),
        });
        let first = ["backend-engineer", self.subcommand].map(str::to_owned);
        // What stands behind `--` is no flag, however it begins.
        let argv = first
            .into_iter()
            .chain(flags)
            .chain(["--".to_owned()])
            .chain(words)
            .collect();
        // A briefing is text for whoever works; there is no other form of it.
        let is_briefing = given.get("briefing") == Some(&Value::Bool(true));
        Ok(Asked {
            argv,
            form: if is_briefing { Form::Text } else { self.form },
        })
    }

    fn takes(&self, name: &str) -> bool {
        self.arguments.iter().any(|argument| argument.name == name)
    }
}

impl Argument {
    /// Adds a value to the flags or the words of a command line.
    fn add(
        &self,
        value: &Value,
        repository: &RepositoryOfCall,
        (flags, words): (&mut Vec<String>, &mut Vec<String>),
    ) -> Result<(), String> {
        let wrong = |what: &str| Err(format!("`{}` must be {what}", self.name));
        match (&self.takes, value) {
            (Takes::Plan, _) => words.extend(
                repository
                    .plan
                    .iter()
                    .map(|plan| plan.display().to_string()),
            ),
            (Takes::Word, Value::String(text)) if is_word(text) => words.push(text.clone()),
            (Takes::Word, _) => return wrong("a text"),
            (Takes::OneOf(known), Value::String(text)) if known.contains(&text.as_str()) => {
                words.push(text.clone())
            }
            (Takes::OneOf(known), _) => return wrong(&format!("one of {}", known.join(", "))),
            (Takes::Texts(flag), Value::String(text)) if is_word(text) => {
                flags.push(format!("{flag}={text}"))
            }
            // Numbers of phases are often sent as such.
            (Takes::Texts(flag), Value::Number(number)) => flags.push(format!("{flag}={number}")),
            (Takes::Texts(_), Value::Array(values)) if !values.is_empty() => {
                for one in values.iter().filter(|one| !one.is_array()) {
                    self.add(one, repository, (&mut *flags, &mut *words))?;
                }
            }
            (Takes::Texts(_), _) => return wrong("a text or a list of texts"),
            (Takes::Number(flag), Value::Number(number))
                if number.as_u64().is_some_and(|number| number > 0) =>
            {
                flags.push(format!("{flag}={number}"));
            }
            (Takes::Number(_), _) => return wrong("a number from 1"),
            (Takes::Flag(flag), Value::Bool(true)) => flags.push((*flag).to_owned()),
            (Takes::Flag(_), Value::Bool(false)) => {}
            (Takes::Flag(_), _) => return wrong("true or false"),
        }
        Ok(())
    }
}

/// Returns whether the text can be an argument of a command line.
fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains('\0') && OsString::from(text).len() < 4096
}

impl Takes {
    fn schema(&self) -> Value {
        match self {
            Takes::Plan | Takes::Word => json!({ "type": "string" }),
            Takes::OneOf(known) => json!({ "type": "string", "enum": known }),
            Takes::Texts(_) => {
                json!({ "type": ["string", "array"], "items": { "type": "string" } })
            }
            Takes::Number(_) => json!({ "type": "integer", "minimum": 1 }),
            Takes::Flag(_) => json!({ "type": "boolean" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn asked(tool: &str, arguments: Value) -> Result<Asked, String> {
        let tool = TOOLS
            .iter()
            .find(|known| known.name == tool)
            .expect("a tool");
        let repository = RepositoryOfCall {
            root: "/srv/shop".into(),
            plan: Some("/srv/shop/plan.md".into()),
        };
        let opened = Opened {
            commands: vec!["--sandbox=auto".to_owned()],
            plan: vec!["--approve".to_owned()],
            work: vec!["--model=none".to_owned()],
        };
        tool.to_command_line(
            arguments.as_object().expect("an object"),
            &repository,
            &opened,
        )
    }

    #[test]
    fn every_call_is_a_command_line_that_the_program_knows() {
        for (tool, arguments, line) in [
            (
                "plan",
                json!({ "plan": "plan.md" }),
                "plan --root=/srv/shop -- /srv/shop/plan.md",
            ),
            (
                "check",
                json!({ "plan": "x", "phase": [1, "2"] }),
                "check --root=/srv/shop --phase=1 --phase=2 --approve -- /srv/shop/plan.md",
            ),
            (
                "survey",
                json!({ "part": "routes" }),
                "survey -- /srv/shop routes",
            ),
            (
                "implement",
                json!({ "plan": "x", "phase": "--approve" }),
                "implement --root=/srv/shop --phase=--approve --sandbox=auto --model=none -- /srv/shop/plan.md",
            ),
            (
                "verify",
                json!({ "plan": "x", "phase": "1", "untick": true }),
                "verify --root=/srv/shop --phase=1 --untick --sandbox=auto -- /srv/shop/plan.md",
            ),
            (
                "status",
                json!({ "last": 3 }),
                "runs --root=/srv/shop --last=3 --",
            ),
            ("report", json!({}), "report --root=/srv/shop --"),
            (
                "diff",
                json!({ "run": "--now" }),
                "diff --root=/srv/shop -- --now",
            ),
            (
                "undo",
                json!({ "run": "--force" }),
                "undo --root=/srv/shop -- --force",
            ),
        ] {
            let asked = asked(tool, arguments).expect("a command line");
            assert_eq!(asked.argv[1..].join(" "), line);
            assert!(
                crate::cli::CommandLine::try_parse_from(&asked.argv).is_ok(),
                "{line}"
            );
        }
    }

    #[test]
    fn no_argument_opens_anything_and_wrong_ones_are_named() {
        for (tool, arguments, why) in [
            ("implement", json!({ "plan": "x" }), "needs `phase`"),
            ("implement", json!({ "phase": "1" }), "needs `plan`"),
            (
                "implement",
                json!({ "plan": "x", "phase": "1", "approve": true }),
                "takes no `approve`",
            ),
            (
                "implement",
                json!({ "plan": "x", "phase": "1", "sandbox": "off" }),
                "takes no `sandbox`",
            ),
            (
                "implement",
                json!({ "plan": "x", "phase": "1", "scope": "repo" }),
                "takes no `scope`",
            ),
            ("undo", json!({ "force": true }), "takes no `force`"),
            (
                "implement",
                json!({ "plan": "x", "phase": "1", "dry_run": "yes" }),
                "true or false",
            ),
            (
                "implement",
                json!({ "plan": "x", "phase": {} }),
                "a text or a list",
            ),
            ("survey", json!({ "part": "everything" }), "one of stack"),
            ("status", json!({ "last": 0 }), "from 1"),
            ("report", json!({ "run": "" }), "a text"),
        ] {
            let told = asked(tool, arguments).expect_err("a refusal");
            assert!(told.contains(why), "{told}");
        }
    }
}

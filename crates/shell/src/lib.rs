//! Shell text: a parser to invocations, and the one table of programs. Pure: no file, no process,
//! no clock.
//!
//! Ask like this:
//!
//! ```
//! let reading = shell::read("cd web && npx vitest run 2>&1 | tail -5");
//! assert_eq!(reading.kind(), shell::Kind::Test);
//! assert_eq!(reading.decides(), shell::Decides::Output(shell::OutputReason::Pipe));
//! assert_eq!(reading.folder(), Some("web"));
//! assert!(!reading.writes());
//! let call = reading.calls()[1];
//! assert_eq!((call.program.as_str(), call.prefix.join(" ").as_str()), ("vitest", "npx"));
//! ```
//!
//! - [`read`] parses and looks through wrappers (`uv run`, `npx`, `docker compose exec`, `sh -c`); it never fails.
//!   [`read_with`] also looks through targets (`make test`, `npm run build`) to the recipes that the caller gives.
//!   Without one, a target is what its name is by convention, or a script of the project.
//! - [`Reading::kind`], [`Reading::kinds`], [`Reading::writes`], [`Reading::decides`], [`Reading::serves`],
//!   [`Reading::watches`], [`Reading::is_endless`], [`Reading::lists`], [`Reading::destroys`], [`Reading::needs`],
//!   [`Reading::folder`], [`Reading::commit`], [`Reading::strict_form`] answer for the whole script.
//! - [`Reading::calls`] gives each program that runs, [`Call`] what is known of it: [`Call::kind`], its properties
//!   ([`Call::is`]), what a status means ([`Call::status`]), how it runs one file ([`Call::for_one_file`]).
//! - [`Reading::script`] is the parsed text: invocations with byte spans, assignments, redirections, folders.
//! - [`is_command`] tells a command from a name or a sentence.
//!
//! The facts of a program stand in `programs/*.toml` and nowhere else; no program is named in Rust
//! code.

mod script;

mod mask;

mod words;

mod condition;

mod runner;

mod table;

mod folders;

mod parse;

mod call;

mod resolve;

mod reading;

mod kind;

mod decides;

mod effects;

mod commit;

mod strict;

mod environments;

mod fed;

mod substituted;

mod looks;

pub use call::{Call, Recipes, Target, conventional_rule};
pub use commit::Commit;
pub use decides::{Decides, NothingReason, OutputReason};
pub use folders::join as join_folders;
pub use looks::{is_command, names_program};
pub use parse::parse;
pub use reading::{Reading, decided_by, read, read_with};
pub use runner::Runner;
pub use script::{
    Assignment, Comment, Invocation, Node, Redirection, RedirectionKind, Script, Span, Word,
};
pub use table::{
    ImportOrder, Kind, Need, Program, Rule, StatusMeaning, Telling, Trait, Usual, action_command,
    find_faults, hook_command, table_rows, usual_commands,
};
pub use words::quote;

//! Reads a backend codebase without running it: stack, routes, models, layers, conventions and commands.

mod syntax;
mod source;
mod modules;
mod evaluate;

//! Follows names, values and calls through a project without running it. What comes from outside
//! becomes an object that remembers how it was made and what was called on it; frameworks read
//! these memories.
//!
//! A worked example, with Express:
//!
//! ```text
//! const users = express.Router();          an object: the call of `express.Router`
//! users.get("/:id", requireUser, show);    an entry in its log: method `get`, three arguments
//! app.use("/users", users);                an entry in the log of `app`; its argument is the first object
//! ```
//!
//! `frameworks::express` later walks the log of `app` and finds `GET /users/:id`. Nothing here knows a framework's
//! routes: a value is plain (text, list, map, function, class), an object with a log, or unknown.
//!
//! Not evaluated: arithmetic, exceptions that are caught, and concurrency. What depends on them is unknown.

mod value;

mod machine;

mod models;

mod members;

mod compare;

mod maps;

mod folders;

mod builtins;

mod calls;

mod classes;

mod expressions;

mod statements;

mod uncalled;

pub(crate) use calls::OPEN;
pub(crate) use machine::Machine;
pub(crate) use models::is_model_class;
pub(crate) use value::{Arguments, ClassValue, Closure, Field, ObjectId, Origin, Place, Value};

//! Follows names, values and calls through a project without running it. What comes from outside
//! becomes an object that remembers how it was made and what was called on it; frameworks read
//! these memories.

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

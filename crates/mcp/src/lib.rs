//! Speaks the Model Context Protocol over the standard streams: offers tools and resources that a [`Backend`] has, each
//! call on a thread of its own, with progress, cancelling and the client's roots. Knows nothing of what the tools do.
//! The only crate that knows `rmcp`.

#![forbid(unsafe_code)]

mod bounds;

mod backend;

mod calls;

mod roots;

mod server;

pub use backend::{
    Answer, Backend, Call, Cancelled, Identity, Page, Progress, ResourceRow, ToolRow,
};
pub use bounds::Bounds;
pub use server::{ServeError, serve};

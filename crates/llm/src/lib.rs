//! Speaks to model providers: one vocabulary of messages, one trait, one file a provider. The only crate that opens a
//! socket to the world. What comes and goes is kept as it is, so that a conversation can be sent again byte for byte.

#![forbid(unsafe_code)]

mod message;

mod model;

mod secret;

mod catalogue;

mod price;

mod sse;

mod provider_error;

mod protocol;

mod providers;

mod client;

mod retry;

mod remote;

mod configured;

mod choose;

pub use choose::{ClientOptions, choose_model, choose_model_with};
pub use configured::{ProviderStatus, list_providers, list_secrets};
pub use message::{Block, Message, Speaker, ToolSpec};
pub use model::{
    CacheTime, Delta, Fault, LocalFuture, Model, ModelError, Overhead, Price, Reply, Request,
    StopReason, Usage,
};
pub use price::Prices;
pub use providers::scripted::{Scripted, Turn};
pub use retry::RetryPolicy;

//! Turns a prompt and tools into a finished conversation: within a budget, every step in the journal before the next
//! begins. Knows no plan and no file; what must survive compaction is handed to it.

#![forbid(unsafe_code)]

mod tool;

mod budget;

mod token_estimate;

mod conversation;

mod record;

mod ending;

mod calls;

mod context;

mod agent;

mod resume;

pub use agent::Agent;
pub use budget::{Budget, Limit, Spent};
pub use conversation::{Conversation, LONG_PAUSE_MS};
pub use ending::{AgentError, Ending};
pub use record::Record;
pub use resume::sum_spent;
pub use tool::{Tool, ToolError, ToolOutput};

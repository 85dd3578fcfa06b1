//! Conversations out of a run's events: the last one, to go on with, and the sum of what all of them used.

use journal::Event;
use llm::Usage;
use serde::Deserialize as _;
use serde_json::Value;

use crate::agent::Agent;
use crate::budget::Spent;
use crate::conversation::Conversation;
use crate::ending::AgentError;

impl Agent<'_> {
    /// Returns the last conversation in a run's events, as it was; none when none had begun. What its tools did is
    /// brought about again from what is recorded, and nothing that is recorded runs anew. A call without a recorded end
    /// has left nothing behind: [`Agent::talk`] runs it again.
    ///
    /// # Errors
    /// [`AgentError::Lost`] when something of it can't be read or brought about again.
    pub fn resume<'e>(
        &self,
        events: impl IntoIterator<Item = &'e Event>,
    ) -> Result<Option<Conversation>, AgentError> {
        let mut conversation = None;
        let mut done: Vec<(&str, &Value)> = Vec::new();
        let mut asked = None;
        for event in events {
            match event {
                Event::ModelAsked { model, .. } => asked = Some(model),
                Event::ConversationStarted { .. } => {
                    conversation = Some(Conversation::default());
                    done.clear();
                }
                Event::ToolFinished { tool, details, .. } if !details.is_null() => {
                    done.push((tool, details))
                }
                _ => {}
            }
            if let Some(conversation) = &mut conversation {
                conversation.apply(event).map_err(|error| {
                    AgentError::Lost(format!("an event of it can't be read: {error}"))
                })?;
            }
        }
        if let Some(conversation) = conversation
            .as_mut()
            .filter(|_| asked.is_some_and(|model| *model != self.model.name()))
        {
            conversation.forget_count();
        }
        for (name, details) in done {
            let tool = self.tools.iter().find(|tool| tool.spec().name == name);
            let lost = |why: String| {
                AgentError::Lost(format!(
                    "what {name} did can't be brought about again: {why}"
                ))
            };
            tool.ok_or_else(|| lost("there is no such tool now".to_owned()))?
                .restore(details)
                .map_err(|error| lost(error.to_string()))?;
        }
        Ok(conversation)
    }
}

/// Returns what all conversations in a run's events used.
pub fn sum_spent<'e>(events: impl IntoIterator<Item = &'e Event>) -> Spent {
    let mut spent = Spent::default();
    for event in events {
        match event {
            Event::ModelReplied {
                usage, elapsed_ms, ..
            } => {
                spent.turns += 1;
                spent
                    .usage
                    .add(&Usage::deserialize(usage).unwrap_or_default());
                spent.elapsed_ms += elapsed_ms;
            }
            Event::ToolFinished { elapsed_ms, .. } => spent.elapsed_ms += elapsed_ms,
            _ => {}
        }
    }
    spent
}

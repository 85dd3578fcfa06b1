//! The loop: whose turn it is, until it is nobody's. Every step is in the journal before the next begins.

use std::fmt;

use journal::Event;
use llm::{Block, CacheTime, Delta, Fault, Message, Model, ModelError, Reply, Request};
use serde_json::Value;
use tokio::time::Instant;

use crate::budget::{Bounds, Budget, Limit, Spent};
use crate::calls::{self, Answer};
use crate::context::{self, ContextLimits};
use crate::conversation::{Conversation, Pause, Turn};
use crate::ending::{AgentError, Ending};
use crate::record::Record;
use crate::tool::Tool;

/// Turns in a row that bring nothing on before the conversation ends.
const MOST_IDLE: u32 = 3;

/// Everything that a conversation needs beside what was said.
#[derive(Clone)]
pub struct Agent<'a> {
    /// The name of its definition.
    pub name: String,
    /// The model of the conversation.
    pub model: &'a dyn Model,
    /// The tools that the model may call.
    pub tools: Vec<&'a dyn Tool>,
    /// The limits of the run: turns, tokens, money, time.
    pub budget: Budget,
    /// The most tokens that one reply may have.
    pub max_tokens: u32,
    /// The effort with which the model shall think, where it can be set.
    pub effort: Option<String>,
    /// The time that the provider shall cache what it reads; an hour once a call took so long that its cache may be
    /// gone.
    pub cache: CacheTime,
    /// Where everything goes that happens.
    pub record: &'a dyn Record,
    /// The task, stated anew whenever the conversation is made shorter, so that it is never lost.
    pub keep: &'a dyn Fn() -> String,
}

impl fmt::Debug for Agent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent")
            .field("name", &self.name)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl Agent<'_> {
    /// Begins a conversation: standing instructions and the first task.
    ///
    /// # Errors
    /// [`AgentError::Journal`].
    pub fn begin(&self, system: &str, task: &str) -> Result<Conversation, AgentError> {
        let tools: Vec<_> = self.tools.iter().map(|tool| tool.spec()).collect();
        let mut conversation = Conversation::default();
        let started = Event::ConversationStarted {
            agent: self.name.clone(),
            model: self.model.name(),
            system: system.to_owned(),
            tools: to_value(&tools)?,
            message: to_value(&Message::user(task))?,
        };
        self.record_and_apply(&mut conversation, vec![started])?;
        Ok(conversation)
    }

    /// Gives the next task, to be thought about as hard as is said, where that can be.
    ///
    /// # Errors
    /// [`AgentError::Journal`].
    pub fn add_task(
        &self,
        conversation: &mut Conversation,
        task: &str,
        effort: Option<String>,
    ) -> Result<(), AgentError> {
        self.record_and_apply(
            conversation,
            vec![Event::UserSaid {
                text: task.to_owned(),
                effort,
            }],
        )
    }

    /// Talks until the model says that it is done, or it can't go on. May be dropped at any point: what the journal
    /// holds by then, [`Agent::resume`] goes on from.
    ///
    /// # Errors
    /// Anything that the model cannot fix by another turn.
    pub async fn talk(
        &self,
        conversation: &mut Conversation,
        spent: &mut Spent,
    ) -> Result<Ending, AgentError> {
        loop {
            let ending = match conversation.turn() {
                Turn::Model => self.ask(conversation, spent).await?,
                Turn::Tools => {
                    self.answer(conversation, spent).await?;
                    None
                }
                Turn::Harness(pause) => self.decide(conversation, pause)?,
            };
            if let Some(ending) = ending {
                return self.end(conversation, ending);
            }
        }
    }

    /// Returns the model's turn, if there is budget for it and room.
    async fn ask(
        &self,
        conversation: &mut Conversation,
        spent: &mut Spent,
    ) -> Result<Option<Ending>, AgentError> {
        if let Some(tool) = conversation.stuck() {
            return Ok(Some(Ending::Stuck { tool }));
        }
        if let Err(limit) = self.budget.allows(spent) {
            return self.halt(conversation, limit).map(Some);
        }
        let room = ContextLimits::of(self.model.context_window(), self.max_tokens);
        if conversation.tokens() > room.full {
            self.shorten(conversation, room.target)?;
        }
        let bounds = self.request_bounds(conversation);
        let most = match self.budget.reply(spent, &bounds) {
            Ok(most) => most,
            Err(limit) => return self.halt(conversation, limit).map(Some),
        };
        let asked = Event::ModelAsked {
            model: self.model.name(),
            messages: conversation.messages.len(),
            tokens: conversation.tokens(),
        };
        self.record.record_soon(&[asked])?;
        let settled = self.record.sync_to_disk();
        let began = Instant::now();
        // The limit of time holds for waiting and for trying again, too.
        let reply = match self.budget.time_left(spent) {
            Some(left) => tokio::time::timeout(left, self.request(conversation, most)).await,
            None => Ok(self.request(conversation, most).await),
        };
        settled.await?;
        let elapsed_ms = elapsed_ms_since(began);
        spent.elapsed_ms += elapsed_ms;
        let Ok(reply) = reply else {
            return self
                .halt(
                    conversation,
                    Limit::Time(self.budget.time.unwrap_or_default()),
                )
                .map(Some);
        };
        match reply? {
            Ok(reply) => {
                spent.turns += 1;
                spent.usage.add(&reply.usage);
                self.record_and_apply(conversation, vec![reply_event(reply, elapsed_ms)?])?;
                Ok(None)
            }
            Err(error) if error.fault == Fault::ContextOverflow => {
                let half = conversation.tokens().min(room.full) / 2;
                Ok((!self.shorten(conversation, half)?).then_some(Ending::Overflow))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the bounds of what the next request can cost.
    fn request_bounds(&self, conversation: &Conversation) -> Bounds {
        let read = conversation.tokens_at_most(&self.model.overhead());
        Bounds {
            read,
            price: self.model.price(read),
            cache: self.cache_for(conversation),
            most: self.max_tokens,
        }
    }

    /// Returns how long the provider shall keep the next request.
    fn cache_for(&self, conversation: &Conversation) -> CacheTime {
        if conversation.has_paused() {
            CacheTime::Hour
        } else {
            self.cache
        }
    }

    /// Ends at a limit.
    fn halt(&self, conversation: &mut Conversation, limit: Limit) -> Result<Ending, AgentError> {
        if !conversation.has_ended() {
            self.record_and_apply(
                conversation,
                vec![Event::LimitReached {
                    limit: limit.to_string(),
                }],
            )?;
        }
        Ok(Ending::Limit(limit))
    }

    /// One request for a reply of `most` tokens. What comes while it is under way is shown; that it is sent again is
    /// recorded.
    async fn request(
        &self,
        conversation: &Conversation,
        most: u32,
    ) -> Result<Result<Reply, ModelError>, AgentError> {
        let request = Request {
            system: &conversation.system,
            tools: &conversation.tools,
            messages: &conversation.messages,
            max_tokens: most,
            effort: self.effort.as_deref(),
            cache: self.cache_for(conversation),
        };
        let mut recorded = Ok(());
        let mut sink = |delta: Delta| {
            self.record.show(&delta);
            if let (Delta::Retry { attempt, why, wait }, Ok(())) = (delta, &recorded) {
                let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                recorded = self.record.record_soon(&[Event::ModelRetried {
                    attempt,
                    why,
                    wait_ms,
                }]);
            }
        };
        let reply = self.model.reply(request, &mut sink).await;
        recorded?;
        Ok(reply)
    }

    /// The calls of the model's turn, in order; those that only read side by side.
    async fn answer(
        &self,
        conversation: &mut Conversation,
        spent: &mut Spent,
    ) -> Result<(), AgentError> {
        let calls = conversation.unanswered();
        for group in calls.chunk_by(|one, next| calls::only_read(&self.tools, [one, next])) {
            self.record
                .record_soon(&group.iter().map(calls::started_event).collect::<Vec<_>>())?;
            let left = self.budget.time_left(spent);
            self.tools.iter().for_each(|tool| tool.limit(left));
            let answers = calls::run_calls(&self.tools, group, conversation).await;
            let mut finished = Vec::new();
            let mut broken = None;
            for (call, answer) in group.iter().zip(answers) {
                match answer {
                    Ok(answer) => finished.push(answer),
                    Err(message) => {
                        broken = Some(AgentError::Tool {
                            tool: call.name.clone(),
                            message,
                        })
                    }
                }
            }
            spent.elapsed_ms += finished.iter().map(Answer::elapsed_ms).sum::<u64>();
            self.record_and_apply(
                conversation,
                finished.into_iter().map(Answer::into_event).collect(),
            )?;
            if let Some(error) = broken {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Makes the conversation shorter if that can be; whether it did.
    fn shorten(&self, conversation: &mut Conversation, target: u64) -> Result<bool, AgentError> {
        let Some(messages) = context::compact_messages(conversation, target, self.keep) else {
            return Ok(false);
        };
        let tokens_before = conversation.tokens();
        let mut after = conversation.clone();
        let messages = to_value(&messages)?;
        let draft = Event::Compacted {
            messages: messages.clone(),
            tokens_before,
            tokens_after: 0,
        };
        after.apply(&draft).map_err(unreadable_event)?;
        let compacted = Event::Compacted {
            messages,
            tokens_before,
            tokens_after: after.tokens(),
        };
        self.record_and_apply(conversation, vec![compacted])?;
        Ok(true)
    }

    /// Decides what follows a turn without calls: a word on how to go on, or the end.
    fn decide(
        &self,
        conversation: &mut Conversation,
        pause: Pause,
    ) -> Result<Option<Ending>, AgentError> {
        let enough = conversation.idle() >= MOST_IDLE;
        let text = conversation.last_words();
        let word = match pause {
            Pause::Done => return Ok(Some(Ending::Done { text })),
            Pause::Refused => return Ok(Some(Ending::Refused { text })),
            Pause::CutOff if enough => return Ok(Some(Ending::CutOff)),
            Pause::Empty if enough => return Ok(Some(Ending::Silent)),
            Pause::CutOff => {
                "Your reply was cut off at the limit of its length. Go on from there, in smaller steps.".to_owned()
            }
            Pause::Empty => "Your reply was empty. Go on with the task; if it is done, say so.".to_owned(),
        };
        self.add_task(conversation, &word, None)?;
        Ok(None)
    }

    fn end(&self, conversation: &mut Conversation, ending: Ending) -> Result<Ending, AgentError> {
        if !conversation.has_ended() {
            let ended = Event::ConversationEnded {
                ending: ending.name().to_owned(),
                text: ending.to_string(),
            };
            self.record.record(std::slice::from_ref(&ended))?;
            conversation.apply(&ended).map_err(unreadable_event)?;
        }
        Ok(ending)
    }

    /// Records events and takes them into the conversation.
    pub(crate) fn record_and_apply(
        &self,
        conversation: &mut Conversation,
        events: Vec<Event>,
    ) -> Result<(), AgentError> {
        self.record.record_soon(&events)?;
        events
            .iter()
            .try_for_each(|event| conversation.apply(event))
            .map_err(unreadable_event)
    }
}

/// Returns the event of a reply, in which each call has a name of its own.
fn reply_event(mut reply: Reply, elapsed_ms: u64) -> Result<Event, AgentError> {
    let mut names: Vec<String> = Vec::new();
    for block in &mut reply.message.blocks {
        if let Block::ToolCall { id, .. } = block {
            if id.is_empty() || names.contains(id) {
                let stem = if id.is_empty() { "call" } else { id.as_str() };
                *id = format!("{stem}-{}", names.len());
            }
            names.push(id.clone());
        }
    }
    Ok(Event::ModelReplied {
        message: to_value(&reply.message)?,
        stop: to_value(&reply.stop)?
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        usage: to_value(&reply.usage)?,
        elapsed_ms,
    })
}

pub(crate) fn elapsed_ms_since(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

pub(crate) fn unreadable_event(error: serde_json::Error) -> AgentError {
    AgentError::Lost(format!("an event of it can't be read: {error}"))
}

fn to_value(value: &impl serde::Serialize) -> Result<Value, AgentError> {
    serde_json::to_value(value).map_err(|error| AgentError::Journal(error.into()))
}

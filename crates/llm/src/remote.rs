//! A model behind a provider's address: sends, reads the stream, and asks again where that may help. A turn is given out
//! whole or not at all, so no fault leaves a trace in a conversation.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use hyper::{HeaderMap, Method, Response, StatusCode};
use tokio::time::{Instant, timeout};

use crate::catalogue::Facts;
use crate::client::{Client, reasons};
use crate::model::{CacheTime, Delta, Fault, LocalFuture, Model, ModelError, Overhead, Price, Reply, Request};
use crate::patience::Patience;
use crate::price::Rates;
use crate::providers::Provider;
use crate::secret::Secret;
use crate::sse::Events;
use crate::trouble::{Complaint, Trouble};
use crate::wire::Addressee;

const AGENT: &str = concat!("backend-engineer/", env!("CARGO_PKG_VERSION"));
/// How much of an answer that is no stream is read.
const LONGEST_WORDS: usize = 256 << 10;
/// How long we wait for the rest of an answer whose turn is whole.
const GRACE: Duration = Duration::from_secs(2);
/// How long we wait for a whole answer's connection to come free.
const DRAIN_LIMIT: Duration = Duration::from_millis(20);

/// A provider that is configured: where it is and with which key.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) provider: &'static Provider,
    /// Without a slash at its end.
    pub(crate) base: String,
    pub(crate) key: Option<Secret>,
    pub(crate) client: Client,
    pub(crate) patience: Patience,
}

/// The model.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) line: Line,
    /// As the provider knows it.
    pub(crate) model: String,
    pub(crate) facts: Facts,
    /// What it costs, where that is known.
    pub(crate) rates: Option<Rates>,
}

impl Model for Remote {
    fn name(&self) -> String {
        format!("{}/{}", self.line.provider.name, self.model)
    }

    fn context_window(&self) -> u64 {
        self.facts.context
    }

    fn price(&self, read: u64) -> Option<Price> {
        self.rates.map(|rates| rates.of(read))
    }

    fn overhead(&self) -> Overhead {
        self.line.provider.wire.overhead()
    }

    fn reply<'a>(
        &'a self,
        request: Request<'a>,
        sink: &'a mut dyn FnMut(Delta),
    ) -> LocalFuture<'a, Result<Reply, ModelError>> {
        Box::pin(async move {
            let to = self.line.addressee(&self.model, &self.facts);
            let body = self.line.provider.wire.body(to, &request).map_err(|error| {
                let message = format!("the conversation can't be written: {error}");
                self.line.error(self.name(), &Trouble { fault: Fault::Request, message, passes: false, wait: None }, 1)
            })?;
            let body = Bytes::from(body);
            let mut spent = Duration::ZERO;
            let mut attempt = 1;
            loop {
                let begun = Instant::now();
                let trouble = match self.attempt(body.clone(), sink).await {
                    Ok(reply) => return Ok(self.paid(reply, request.cache)),
                    Err(trouble) => trouble,
                };
                spent += begun.elapsed();
                let Some(wait) = self.line.patience.wait(&trouble, attempt, spent) else {
                    return Err(self.line.error(self.name(), &trouble, attempt));
                };
                sink(Delta::Retry { attempt, why: self.line.blot(&trouble.message), wait });
                (self.line.patience.sleep)(wait).await;
                spent += wait;
                attempt += 1;
            }
        })
    }
}

impl Remote {
    async fn attempt(&self, body: Bytes, sink: &mut dyn FnMut(Delta)) -> Result<Reply, Trouble> {
        let line = &self.line;
        let path = line.provider.wire.path(&self.model);
        let mut answer = line.call(Method::POST, &path, line.addressee(&self.model, &self.facts), body).await?;
        let is_stream = header(answer.headers(), "content-type").is_none_or(|kind| kind.contains("event-stream"));
        if !is_stream {
            return Err(not_a_stream(&mut answer, line.patience).await);
        }
        let mut reader = line.provider.wire.reader(line.provider.name);
        let mut events = Events::default();
        let mut limit = line.patience.first;
        while !reader.is_over() {
            let bytes = match more(&mut answer, limit).await {
                Ok(Some(bytes)) => bytes,
                Err(trouble) if !reader.is_whole() => return Err(trouble),
                _ => break,
            };
            events.push(&bytes).map_err(|_| Trouble::garbled("an event has no end"))?;
            while let Some(event) = events.next() {
                reader.take(&event, sink)?;
            }
            // Once the turn is whole, what may still come is only its count.
            limit = if reader.is_whole() { GRACE } else { line.patience.idle };
        }
        if !reader.is_whole() {
            return Err(Trouble::network("the answer was cut off"));
        }
        // A connection is used again only when its answer was read to the end.
        while let Ok(Some(Ok(_))) = timeout(DRAIN_LIMIT, answer.body_mut().frame()).await {}
        reader.finish()
    }

    /// The reply with what it cost.
    fn paid(&self, mut reply: Reply, cache: CacheTime) -> Reply {
        let usage = &mut reply.usage;
        if cache == CacheTime::Hour && self.line.provider.abilities.hour && usage.cache_write_hour == 0 {
            // It does not tell them apart, so all of it was written as it was asked to be.
            usage.cache_write_hour = usage.cache_write;
        }
        usage.cost = usage.cost.or_else(|| self.rates?.cost(usage));
        reply
    }
}

impl Line {
    /// A model of the provider, as its format asks who is spoken to.
    pub(crate) fn addressee<'a>(&self, model: &'a str, facts: &'a Facts) -> Addressee<'a> {
        let Provider { name, abilities, .. } = *self.provider;
        Addressee { provider: name, model, facts, abilities }
    }

    /// Sends a request; an answer that is no success comes back as trouble.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        to: Addressee<'_>,
        body: Bytes,
    ) -> Result<Response<Incoming>, Trouble> {
        let mut request = hyper::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, "text/event-stream, application/json")
            .header(CONTENT_TYPE, "application/json");
        for (name, value) in self.provider.wire.headers(to, self.key.as_ref()) {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(body)).map_err(|error| {
            let message = format!("no request can be made of the address or the key: {error}");
            Trouble { fault: Fault::Request, message, passes: false, wait: None }
        })?;
        let answer = timeout(self.patience.first, self.client.send(request));
        let mut answer = answer.await.map_err(|_| Trouble::network("no answer in time"))??;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let words = read(&mut answer, self.patience).await.unwrap_or_default();
        if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            let message = "the proxy wants a name and a password".to_owned();
            return Err(Trouble { fault: Fault::Network, message, passes: false, wait: None });
        }
        Err(Complaint::answer(status.as_u16(), answer.headers(), &words, (self.patience.now)()).judge())
    }

    fn blot(&self, text: &str) -> String {
        self.key.as_ref().map_or_else(|| text.to_owned(), |key| key.blot(text))
    }

    /// Trouble as it is told for good.
    pub(crate) fn error(&self, model: String, trouble: &Trouble, attempts: u32) -> ModelError {
        let mut message = self.blot(&trouble.message);
        if attempts > 1 {
            message = format!("{message} (the last of {attempts} attempts)");
        }
        ModelError { model, fault: trouble.fault, message, hint: self.hint(trouble) }
    }

    fn hint(&self, trouble: &Trouble) -> String {
        let Provider { name, key, base, .. } = self.provider;
        match trouble.fault {
            Fault::Key if self.key.is_none() => format!("set {key} to a key of {name}"),
            Fault::Key => format!("the key in {key} is not accepted by {}; check it", self.base),
            Fault::Account => format!("check the balance and the rights of the account that {key} belongs to"),
            Fault::RateLimit => match trouble.wait {
                Some(wait) => format!("it asks to wait {} s; go on later, or with another model", wait.as_secs()),
                None => "go on later, or with another model".to_owned(),
            },
            Fault::Provider => format!("{name} is in trouble itself; go on later, or with another provider"),
            Fault::Certificate => {
                "have its certificate's authority trusted on this machine, or name a file with it in SSL_CERT_FILE"
                    .to_owned()
            }
            Fault::Network => format!("check that {} can be reached; {base} sets the address", self.base),
            Fault::ContextOverflow => "shorten the conversation, or take a model that reads more".to_owned(),
            Fault::Request => format!("check that {} speaks the format of {name}; {base} sets the address", self.base),
            Fault::UnknownModel => "check the model's name; the provider's list tells which there are".to_owned(),
            Fault::Garbled => format!("check that {} is a server of {name}; {base} sets the address", self.base),
        }
    }
}

/// The next bytes of an answer; none at its end.
async fn more(answer: &mut Response<Incoming>, limit: Duration) -> Result<Option<Bytes>, Trouble> {
    let frame = timeout(limit, answer.body_mut().frame());
    let frame = frame.await.map_err(|_| Trouble::network("the answer fell silent"))?;
    let frame =
        frame.transpose().map_err(|error| Trouble::network(format!("the answer broke off: {}", reasons(&error))))?;
    Ok(frame.map(|frame| frame.into_data().unwrap_or_default()))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Reads an answer as words, as much as is of use.
pub(crate) async fn read(answer: &mut Response<Incoming>, patience: Patience) -> Option<String> {
    let mut held = Vec::new();
    while held.len() < LONGEST_WORDS {
        let frame = timeout(patience.idle, answer.body_mut().frame()).await.ok()?;
        let Some(Ok(frame)) = frame else { break };
        held.extend_from_slice(&frame.into_data().unwrap_or_default());
    }
    Some(String::from_utf8_lossy(&held).into_owned())
}

/// A success that is no stream: an error in JSON, or a server of another kind.
async fn not_a_stream(answer: &mut Response<Incoming>, patience: Patience) -> Trouble {
    let kind = header(answer.headers(), "content-type").unwrap_or_default().to_owned();
    let words = read(answer, patience).await.unwrap_or_default();
    let complaint = serde_json::from_str(&words).ok().filter(|value: &serde_json::Value| value.get("error").is_some());
    if let Some(complaint) = complaint.and_then(|value| Complaint::read(&value)) {
        return Complaint { status: complaint.status.filter(|status| *status >= 400), ..complaint }.judge();
    }
    let message = format!("it answered with `{kind}` where a stream of events was due");
    Trouble { fault: Fault::Garbled, message, passes: false, wait: None }
}

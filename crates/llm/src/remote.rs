//! A model behind a provider's address: sends, reads the stream, and asks again where that may help. A turn is given
//! out whole or not at all, so no fault leaves a trace in a conversation.
//!
//! ```text
//! attempt 1   503                         wait, as the retry policy says
//! attempt 2   a stream that breaks off    wait again; what was shown of it is not kept
//! attempt 3   a stream up to its end      the reply, with its cost
//! ```

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use hyper::{HeaderMap, Method, Response, StatusCode};
use tokio::time::{Instant, timeout};

use crate::catalogue::ModelFacts;
use crate::client::{Client, join_reasons};
use crate::model::{
    CacheTime, Delta, Fault, LocalFuture, Model, ModelError, Overhead, Price, Reply, Request,
};
use crate::price::Rates;
use crate::protocol::Target;
use crate::provider_error::{ErrorBody, ProviderError};
use crate::providers::Provider;
use crate::retry::RetryPolicy;
use crate::secret::Secret;
use crate::sse::Events;

const AGENT: &str = concat!("backend-engineer/", env!("CARGO_PKG_VERSION"));
/// The bytes read of an answer that is no stream: enough for any error that a provider describes.
const LONGEST_WORDS: usize = 256 << 10;
/// The time we wait for the rest of an answer whose turn is whole.
const GRACE: Duration = Duration::from_secs(2);
/// The time we wait for a whole answer's connection to come free.
const DRAIN_LIMIT: Duration = Duration::from_millis(20);

/// A provider that is configured: where it is and with which key.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) provider: &'static Provider,
    /// Without a slash at its end.
    pub(crate) base: String,
    pub(crate) key: Option<Secret>,
    pub(crate) client: Client,
    pub(crate) retry: RetryPolicy,
}

/// The model.
#[derive(Debug)]
pub(crate) struct Remote {
    pub(crate) endpoint: Endpoint,
    /// As the provider knows it.
    pub(crate) model: String,
    pub(crate) facts: ModelFacts,
    /// Its prices, where they are known.
    pub(crate) rates: Option<Rates>,
}

impl Model for Remote {
    fn name(&self) -> String {
        format!("{}/{}", self.endpoint.provider.name, self.model)
    }

    fn context_window(&self) -> u64 {
        self.facts.context
    }

    fn price(&self, read: u64) -> Option<Price> {
        self.rates.map(|rates| rates.of(read))
    }

    fn overhead(&self) -> Overhead {
        self.endpoint.provider.protocol.overhead()
    }

    fn reply<'a>(
        &'a self,
        request: Request<'a>,
        sink: &'a mut dyn FnMut(Delta),
    ) -> LocalFuture<'a, Result<Reply, ModelError>> {
        Box::pin(async move {
            let to = self.endpoint.addressee(&self.model, &self.facts);
            let body = self
                .endpoint
                .provider
                .protocol
                .body(to, &request)
                .map_err(|error| {
                    let message = format!("the conversation can't be written: {error}");
                    self.endpoint.error(
                        self.name(),
                        &ProviderError {
                            fault: Fault::Request,
                            message,
                            retryable: false,
                            wait: None,
                        },
                        1,
                    )
                })?;
            let body = Bytes::from(body);
            let mut spent = Duration::ZERO;
            let mut attempt = 1;
            loop {
                let begun = Instant::now();
                let failure = match self.attempt(body.clone(), sink).await {
                    Ok(reply) => return Ok(self.paid(reply, request.cache)),
                    Err(failure) => failure,
                };
                spent += begun.elapsed();
                let Some(wait) = self.endpoint.retry.wait(&failure, attempt, spent) else {
                    return Err(self.endpoint.error(self.name(), &failure, attempt));
                };
                sink(Delta::Retry {
                    attempt,
                    why: self.endpoint.redact(&failure.message),
                    wait,
                });
                (self.endpoint.retry.sleep)(wait).await;
                spent += wait;
                attempt += 1;
            }
        })
    }
}

impl Remote {
    /// Sends the request once, and reads its stream to the end.
    ///
    /// Each piece is waited for: the first as long as the answer may take, later ones as long as a stream may be
    /// silent, and after the turn is whole for `GRACE`. A connection that breaks then costs nothing: the turn is there.
    ///
    /// # Errors No answer, an error in place of a stream or within it, or a stream that ends before its turn is whole.
    async fn attempt(
        &self,
        body: Bytes,
        sink: &mut dyn FnMut(Delta),
    ) -> Result<Reply, ProviderError> {
        let line = &self.endpoint;
        let path = line.provider.protocol.path(&self.model);
        let mut answer = line
            .call(
                Method::POST,
                &path,
                line.addressee(&self.model, &self.facts),
                body,
            )
            .await?;
        let is_stream = header_text(answer.headers(), "content-type")
            .is_none_or(|kind| kind.contains("event-stream"));
        if !is_stream {
            return Err(error_of_body(&mut answer, line.retry).await);
        }
        let mut reader = line.provider.protocol.reader(line.provider.name);
        let mut events = Events::default();
        let mut limit = line.retry.first;
        while !reader.is_over() {
            let bytes = match next_bytes(&mut answer, limit).await {
                Ok(Some(bytes)) => bytes,
                Err(failure) if !reader.is_whole() => return Err(failure),
                _ => break,
            };
            events
                .push(&bytes)
                .map_err(|_| ProviderError::garbled("an event has no end"))?;
            while let Some(event) = events.next() {
                reader.take(&event, sink)?;
            }
            // Once the turn is whole, what may still come is only its count.
            limit = if reader.is_whole() {
                GRACE
            } else {
                line.retry.idle
            };
        }
        if !reader.is_whole() {
            return Err(ProviderError::network("the answer was cut off"));
        }
        // A connection is used again only when its answer was read to the end.
        while let Ok(Some(Ok(_))) = timeout(DRAIN_LIMIT, answer.body_mut().frame()).await {}
        reader.finish()
    }

    /// Returns the reply with what it cost.
    fn paid(&self, mut reply: Reply, cache: CacheTime) -> Reply {
        let usage = &mut reply.usage;
        if cache == CacheTime::Hour
            && self.endpoint.provider.abilities.hour
            && usage.cache_write_hour == 0
        {
            // It does not tell them apart, so all of it was written as it was asked to be.
            usage.cache_write_hour = usage.cache_write;
        }
        usage.cost = usage.cost.or_else(|| self.rates?.cost(usage));
        reply
    }
}

impl Endpoint {
    /// Returns a model of the provider, as its format asks who is spoken to.
    pub(crate) fn addressee<'a>(&self, model: &'a str, facts: &'a ModelFacts) -> Target<'a> {
        let Provider {
            name, abilities, ..
        } = *self.provider;
        Target {
            provider: name,
            model,
            facts,
            abilities,
        }
    }

    /// Sends a request; an answer that is no success comes back as failure.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        to: Target<'_>,
        body: Bytes,
    ) -> Result<Response<Incoming>, ProviderError> {
        let mut request = hyper::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, "text/event-stream, application/json")
            .header(CONTENT_TYPE, "application/json");
        for (name, value) in self.provider.protocol.headers(to, self.key.as_ref()) {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(body)).map_err(|error| {
            let message = format!("no request can be made of the address or the key: {error}");
            ProviderError {
                fault: Fault::Request,
                message,
                retryable: false,
                wait: None,
            }
        })?;
        let answer = timeout(self.retry.first, self.client.send(request));
        let mut answer = answer
            .await
            .map_err(|_| ProviderError::network("no answer in time"))??;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let words = read_body(&mut answer, self.retry).await.unwrap_or_default();
        if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            let message = "the proxy wants a name and a password".to_owned();
            return Err(ProviderError {
                fault: Fault::Network,
                message,
                retryable: false,
                wait: None,
            });
        }
        Err(ErrorBody::from_response(
            status.as_u16(),
            answer.headers(),
            &words,
            (self.retry.now)(),
        )
        .classify())
    }

    /// Returns a text without the key, which a server may repeat in its error.
    fn redact(&self, text: &str) -> String {
        self.key
            .as_ref()
            .map_or_else(|| text.to_owned(), |key| key.redact(text))
    }

    /// Returns an error as users read it: without the key, with the number of attempts if there were several, and with
    /// what to do next.
    pub(crate) fn error(
        &self,
        model: String,
        failure: &ProviderError,
        attempts: u32,
    ) -> ModelError {
        let mut message = self.redact(&failure.message);
        if attempts > 1 {
            message = format!("{message} (the last of {attempts} attempts)");
        }
        ModelError {
            model,
            fault: failure.fault,
            message,
            hint: self.hint(failure),
        }
    }

    /// Returns what to do about an error: for a missing key, `set ANTHROPIC_API_KEY to a key of anthropic`.
    fn hint(&self, failure: &ProviderError) -> String {
        let Provider {
            name, key, base, ..
        } = self.provider;
        match failure.fault {
            Fault::Key if self.key.is_none() => format!("set {key} to a key of {name}"),
            Fault::Key => format!("the key in {key} is not accepted by {}; check it", self.base),
            Fault::Account => format!("check the balance and the rights of the account that {key} belongs to"),
            Fault::RateLimit => match failure.wait {
                Some(wait) => format!("it asks to wait {} s; try again later, or use another model", wait.as_secs()),
                None => "try again later, or use another model".to_owned(),
            },
            Fault::Provider => format!("{name} reports a failure of its own; try again later, or use another provider"),
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

/// Returns the next bytes of an answer; none at its end.
///
/// # Errors Nothing came within the limit, or the connection broke.
async fn next_bytes(
    answer: &mut Response<Incoming>,
    limit: Duration,
) -> Result<Option<Bytes>, ProviderError> {
    let frame = timeout(limit, answer.body_mut().frame());
    let frame = frame
        .await
        .map_err(|_| ProviderError::network("the response stalled"))?;
    let frame = frame.transpose().map_err(|error| {
        ProviderError::network(format!(
            "the response was cut off: {}",
            join_reasons(&error)
        ))
    })?;
    Ok(frame.map(|frame| frame.into_data().unwrap_or_default()))
}

/// Returns a header as text; none where it is missing or no plain text.
fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Reads an answer as words, as much as is of use.
///
/// Returns none where the server is silent for longer than a stream may be. What isn't UTF-8 is replaced.
pub(crate) async fn read_body(
    answer: &mut Response<Incoming>,
    retry: RetryPolicy,
) -> Option<String> {
    let mut held = Vec::new();
    while held.len() < LONGEST_WORDS {
        let frame = timeout(retry.idle, answer.body_mut().frame()).await.ok()?;
        let Some(Ok(frame)) = frame else { break };
        held.extend_from_slice(&frame.into_data().unwrap_or_default());
    }
    Some(String::from_utf8_lossy(&held).into_owned())
}

/// Returns the error of a success that is no stream: one in JSON, or that a server of another kind answers.
///
/// `{"error":{"message":"…"}}` is the error that it describes; a page of HTML is `Garbled`.
async fn error_of_body(answer: &mut Response<Incoming>, retry: RetryPolicy) -> ProviderError {
    let kind = header_text(answer.headers(), "content-type")
        .unwrap_or_default()
        .to_owned();
    let words = read_body(answer, retry).await.unwrap_or_default();
    let error_body = serde_json::from_str(&words)
        .ok()
        .filter(|value: &serde_json::Value| value.get("error").is_some());
    if let Some(error_body) = error_body.and_then(|value| ErrorBody::parse(&value)) {
        return ErrorBody {
            status: error_body.status.filter(|status| *status >= 400),
            ..error_body
        }
        .classify();
    }
    let message = format!("it answered with `{kind}` where a stream of events was due");
    ProviderError {
        fault: Fault::Garbled,
        message,
        retryable: false,
        wait: None,
    }
}

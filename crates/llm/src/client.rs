//! The line to a provider: HTTP/1.1 over connections that are kept between requests, through a proxy where the usual
//! variables name one. TLS is set up when the first `https` address is called, so that a local server costs nothing.
//!
//! ```text
//! http://localhost:11434        plain, never through a proxy
//! https://api.anthropic.com     TLS; with HTTPS_PROXY through a tunnel of that proxy
//! http://models.example         plain; with HTTP_PROXY sent to that proxy, with its name and password
//! ```

use std::error::Error;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{HeaderValue, PROXY_AUTHORIZATION};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::legacy::{Client as Pool, Error as PoolError};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;
use tower_service::Service;

use crate::model::Fault;
use crate::provider_error::ProviderError;
use crate::secret::Environment;

/// The time that a connection may take to be established: a server that is there answers in far less.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// The time a connection is kept without use; servers and what lies between close them at about a minute.
const IDLE_LIMIT: Duration = Duration::from_secs(50);

type Failure = Box<dyn Error + Send + Sync>;
type Connecting = Pin<Box<dyn Future<Output = Result<ClientConnection, Failure>> + Send>>;

/// Sends requests.
#[derive(Clone)]
pub(crate) struct Client {
    pool: Pool<Connector, Full<Bytes>>,
    proxies: Arc<Matcher>,
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy's address may hold a password.
        formatter.write_str("Client")
    }
}

impl Client {
    /// Returns a client with the proxies of the environment; `https_proxy` counts before `HTTPS_PROXY`, and an empty
    /// one is none.
    pub(crate) fn new(environment: Environment<'_>) -> Self {
        let set = |name: &str| {
            let value = environment(&name.to_lowercase()).or_else(|| environment(name));
            value.filter(|value| !value.is_empty()).unwrap_or_default()
        };
        let proxies = Matcher::builder()
            .all(set("ALL_PROXY"))
            .http(set("HTTP_PROXY"))
            .https(set("HTTPS_PROXY"))
            .no(set("NO_PROXY"))
            .build();
        let proxies = Arc::new(proxies);
        let connector = Connector {
            proxies: Arc::clone(&proxies),
            tls: Arc::default(),
        };
        let pool = Pool::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_LIMIT)
            // One connection is kept to each host.
            .pool_max_idle_per_host(1)
            .build(connector);
        Self { pool, proxies }
    }

    /// Sends a request and gives the answer as soon as its head is there.
    pub(crate) async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, ProviderError> {
        if request.uri().scheme_str() == Some("http")
            && let Some(authorization) = proxy_for(&self.proxies, request.uri())
                .and_then(|proxy| proxy.basic_auth().cloned())
        {
            request
                .headers_mut()
                .insert(PROXY_AUTHORIZATION, authorization);
        }
        self.pool
            .request(request)
            .await
            .map_err(|error| error_of_pool(&error))
    }
}

/// Returns the error of a request that got no answer. A certificate that isn't trusted is no reason to ask again.
fn error_of_pool(error: &PoolError) -> ProviderError {
    let told = join_reasons(error);
    let mut failure = ProviderError::network(if error.is_connect() {
        format!("no connection: {told}")
    } else {
        format!("the connection broke: {told}")
    });
    if is_untrusted_certificate(error) {
        // A certificate does not get better by asking again.
        failure = ProviderError {
            fault: Fault::Certificate,
            retryable: false,
            ..failure
        };
    }
    failure
}

/// Returns whether TLS refused the certificate that the server showed.
fn is_untrusted_certificate(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| wrapped_error(*error)).any(|error| {
        matches!(
            error.downcast_ref(),
            Some(rustls::Error::InvalidCertificate(_))
        )
    })
}

/// Returns the error that another wraps. One of input and output hides it from `source`, which gives what lies behind
/// that.
fn wrapped_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

/// Returns an error with what lies behind it, each thing said once. The library's own outermost words say nothing.
pub(crate) fn join_reasons(error: &dyn Error) -> String {
    let mut told: Vec<String> = Vec::new();
    let mut at = error.source();
    while let Some(error) = at {
        let words = error.to_string();
        if !told.iter().any(|earlier| earlier.contains(&words)) {
            told.push(words);
        }
        at = error.source();
    }
    if told.is_empty() {
        error.to_string()
    } else {
        told.join(": ")
    }
}

/// Returns the proxy for an address; none for `localhost` and loopback addresses, since a proxy can't reach what
/// listens on this machine alone, and where the environment names none for it.
fn proxy_for(proxies: &Matcher, uri: &Uri) -> Option<Intercept> {
    let host = uri.host()?.trim_matches(['[', ']']);
    let is_local = host == "localhost"
        || host
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    if is_local {
        None
    } else {
        proxies.intercept(uri)
    }
}

#[derive(Clone)]
struct Connector {
    proxies: Arc<Matcher>,
    tls: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl Service<Uri> for Connector {
    type Response = ClientConnection;
    type Error = Failure;
    type Future = Connecting;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Connecting {
        let proxy = proxy_for(&self.proxies, &to);
        let tls = Arc::clone(&self.tls);
        Box::pin(async move {
            let limit = tokio::time::timeout(CONNECT_LIMIT, open_connection(to, proxy, &tls));
            limit.await.map_err(|_| {
                io::Error::new(io::ErrorKind::TimedOut, "it took too long to come about")
            })?
        })
    }
}

/// Opens a connection: to the address, to the proxy, or through a tunnel of the proxy; then TLS, if the address asks
/// for it.
///
/// # Errors As the system and TLS say; also for a proxy that isn't `http`.
async fn open_connection(
    to: Uri,
    proxy: Option<Intercept>,
    tls: &OnceLock<Arc<ClientConfig>>,
) -> Result<ClientConnection, Failure> {
    let mut plain = HttpConnector::new();
    plain.enforce_http(false);
    plain.set_nodelay(true);
    plain.set_keepalive(Some(Duration::from_secs(30)));
    let is_secure = to.scheme_str() == Some("https");
    if let Some(proxy) = &proxy
        && proxy.uri().scheme_str() != Some("http")
    {
        let scheme = proxy.uri().scheme_str().unwrap_or_default();
        return Err(format!(
            "a proxy of the kind `{scheme}` is not supported; name one that begins with http://"
        )
        .into());
    }
    let stream = match &proxy {
        None => plain.call(to.clone()).await?,
        Some(proxy) if is_secure => {
            let mut tunnel = Tunnel::new(proxy.uri().clone(), plain);
            if let Some(authorization) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(mark_sensitive(authorization));
            }
            tunnel.call(to.clone()).await?
        }
        Some(proxy) => plain.call(proxy.uri().clone()).await?,
    };
    if !is_secure {
        return Ok(ClientConnection {
            stream: Box::pin(stream),
            through_proxy: proxy.is_some(),
        });
    }
    let host = to
        .host()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_owned();
    let config = match tls.get() {
        Some(config) => Arc::clone(config),
        None => {
            let config = Arc::new(trusted_roots()?);
            Arc::clone(tls.get_or_init(|| config))
        }
    };
    let secured = TlsConnector::from(config)
        .connect(ServerName::try_from(host)?, stream.into_inner())
        .await?;
    Ok(ClientConnection {
        stream: Box::pin(TokioIo::new(secured)),
        through_proxy: false,
    })
}

/// Returns a header's value marked so that it is not printed.
fn mark_sensitive(value: &HeaderValue) -> HeaderValue {
    let mut value = value.clone();
    value.set_sensitive(true);
    value
}

/// Returns whom we trust: the authorities of this machine (or of `SSL_CERT_FILE`), so that a company's own are among
/// them; where it has none, as in small containers, Mozilla's.
fn trusted_roots() -> Result<ClientConfig, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

/// A connection, plain or secured.
struct ClientConnection {
    stream: Pin<Box<dyn Stream>>,
    through_proxy: bool,
}

impl Connection for ClientConnection {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.through_proxy)
    }
}

impl Read for ClientConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        to: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(context, to)
    }
}

impl Write for ClientConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_is_not_trusted_is_told_from_a_broken_line() {
        let wrapped = |error: rustls::Error| io::Error::new(io::ErrorKind::InvalidData, error);
        let refused = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        assert!(is_untrusted_certificate(&refused));
        assert!(is_untrusted_certificate(&io::Error::other(wrapped(
            refused
        ))));
        assert!(!is_untrusted_certificate(&wrapped(
            rustls::Error::HandshakeNotComplete
        )));
        assert!(!is_untrusted_certificate(&io::Error::other(
            "the word certificate alone says nothing"
        )));
    }
}

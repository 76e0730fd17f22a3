//! The only file that names reqwest: moves one order to its endpoint and the answer back.
//!
//! Chosen: reqwest on rustls with ring, HTTP/1.1, no redirects, no proxies, no decompression of its
//! own. Building a client costs milliseconds (the system's bundle holds some 140 certificates), so
//! clients are kept for the life of the process, one for each set of keys, CA and connect timeout:
//! connections are shared by all calls with the same keys and never between two sets of keys.

use std::error::Error as StdError;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use reqwest::{Client, Method, Request, Response, redirect, retry};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::auth::{self, Credentials};
use crate::config::{Config, Keys, Roots};
use crate::error::{Error, Kind, Part, Refusal, TlsFailure};
use crate::exchange::{self, Verdict};
use crate::retry_after;

const BODY_LIMIT: usize = 8 << 20;
const HEAD_LIMIT: usize = 256 << 10;
/// The head's size is the bound that counts; this many headers of a few bytes each stay below it.
const HEADER_LIMIT: usize = 4096;
/// Shorter than nginx's `keepalive_timeout` of 75 s.
const IDLE_LIMIT: Duration = Duration::from_secs(55);
/// More sets of keys than any shop has; beyond it the oldest client is closed.
const CLIENT_LIMIT: usize = 16;

/// A 2xx answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// The clients of this thread, with their idle connections.
#[derive(Default)]
pub struct Session {
    clients: Vec<Kept>,
}

/// A client and what it was made for.
struct Kept {
    keys: Keys,
    /// Nothing for plain http, where no certificate is looked at.
    roots: Option<Roots>,
    connect_timeout: Duration,
    client: Client,
    authorization: HeaderValue,
    connects: Arc<AtomicUsize>,
    /// The origins that asked for the keys over plain http.
    asked: Vec<url::Origin>,
}

impl Session {
    /// Sends `body`, answers a challenge, and returns the answer when it is a 2xx.
    ///
    /// # Errors
    /// Every other outcome. Never takes longer than the configured timeout.
    pub async fn send(&mut self, config: &Config, body: Bytes) -> Result<Answer, Error> {
        let deadline = Instant::now() + config.timeout;
        let kept = self.kept(config)?;
        // Idle connections are not driven between calls. Two turns of the runtime let it read what
        // happened to them meanwhile (the first polls the sockets, the second their tasks), so that
        // a connection the server has closed is not used again.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        match timeout_at(deadline, kept.exchange(config, body)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Kind::Timeout {
                limit: config.timeout,
            }
            .into()),
        }
    }

    fn kept(&mut self, config: &Config) -> Result<&mut Kept, Error> {
        let roots = (config.endpoint.scheme() == "https").then_some(&config.roots);
        let found = self.clients.iter().position(|kept| {
            kept.keys == config.keys
                && kept.roots.as_ref() == roots
                && kept.connect_timeout == config.connect_timeout
        });
        let index = match found {
            Some(index) => index,
            None => {
                let kept = Kept::new(config, roots)?;
                if self.clients.len() == CLIENT_LIMIT {
                    self.clients.remove(0);
                }
                self.clients.push(kept);
                self.clients.len() - 1
            }
        };
        self.clients
            .get_mut(index)
            .ok_or_else(|| Kind::KeysMissing.into())
    }
}

impl Kept {
    fn new(config: &Config, roots: Option<&Roots>) -> Result<Self, Error> {
        let connects = Arc::new(AtomicUsize::new(0));
        let client = Client::builder()
            .tls_backend_preconfigured(tls(roots)?)
            .http1_only()
            // Heads that libcurl takes and hyper refuses unless told.
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_max_headers(HEADER_LIMIT)
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .no_proxy()
            .user_agent(config.user_agent.as_str())
            .connect_timeout(config.connect_timeout)
            .connector_layer(CountConnects(Arc::clone(&connects)))
            // Calls of a thread follow one another: a second idle connection is never needed.
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE_LIMIT)
            .build()
            .map_err(|error| failure(&error, config, &config.endpoint))?;
        let mut authorization = HeaderValue::try_from(auth::basic(&config.keys))
            .map_err(|_| Error::from(Kind::KeysMissing))?;
        authorization.set_sensitive(true);
        Ok(Self {
            keys: config.keys.clone(),
            roots: roots.cloned(),
            connect_timeout: config.connect_timeout,
            client,
            authorization,
            connects,
            asked: Vec::new(),
        })
    }

    async fn exchange(&mut self, config: &Config, body: Bytes) -> Result<Answer, Error> {
        let url = &config.endpoint;
        let origin = url.origin();
        let mut credentials =
            exchange::opening(url.scheme() == "https", self.asked.contains(&origin));
        loop {
            let response = self.request(config, url, &body, credentials).await?;
            let status = response.status().as_u16();
            let offers_basic = auth::offers_basic(
                response
                    .headers()
                    .get_all(WWW_AUTHENTICATE)
                    .into_iter()
                    .map(HeaderValue::as_bytes),
            );
            let verdict = exchange::judge(status, credentials, offers_basic);
            let answer = read(response, config, url).await?;
            match verdict {
                Verdict::Deliver => {
                    return Ok(Answer {
                        status,
                        body: answer.body,
                    });
                }
                Verdict::SendAgain(with) => {
                    credentials = with;
                    if !self.asked.contains(&origin) {
                        self.asked.push(origin.clone());
                    }
                }
                Verdict::Refused => {
                    return Err(Kind::Refused(Refusal {
                        status,
                        reason: answer.reason,
                        body: Bytes::from(answer.body),
                        retry_after: answer.retry_after,
                    })
                    .into());
                }
            }
        }
    }

    /// One request. When a kept connection turns out to be dead, the order is sent once more, on a
    /// new one: an update is idempotent by its order id.
    async fn request(
        &self,
        config: &Config,
        url: &Url,
        body: &Bytes,
        credentials: Credentials,
    ) -> Result<Response, Error> {
        let connects = self.connects.load(Ordering::Relaxed);
        let first = self.execute(url, body, credentials).await;
        let outcome = match first {
            Err(error) if self.connects.load(Ordering::Relaxed) == connects && is_dead(&error) => {
                self.execute(url, body, credentials).await
            }
            outcome => outcome,
        };
        outcome.map_err(|error| failure(&error, config, url))
    }

    async fn execute(
        &self,
        url: &Url,
        body: &Bytes,
        credentials: Credentials,
    ) -> reqwest::Result<Response> {
        let mut request = Request::new(Method::POST, url.clone());
        let headers = request.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        if credentials == Credentials::Basic {
            headers.insert(AUTHORIZATION, self.authorization.clone());
        }
        *request.body_mut() = Some(body.clone().into());
        self.client.execute(request).await
    }
}

/// A whole answer.
struct Received {
    reason: &'static str,
    retry_after: Option<f64>,
    body: Vec<u8>,
}

async fn read(mut response: Response, config: &Config, url: &Url) -> Result<Received, Error> {
    let status = response.status();
    let too_large = |part| {
        Error::from(Kind::TooLarge {
            status: status.as_u16(),
            part,
        })
    };
    if head_length(response.headers()) > HEAD_LIMIT {
        return Err(too_large(Part::Head));
    }
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| retry_after::seconds(value.as_bytes(), SystemTime::now()));
    let announced = response.content_length().unwrap_or(0);
    if announced > BODY_LIMIT as u64 {
        return Err(too_large(Part::Body));
    }
    // A server may announce more than it sends: room is made as the bytes come.
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0).min(64 << 10));
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failure(&error, config, url))?
    {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(too_large(Part::Body));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Received {
        reason: status.canonical_reason().unwrap_or(""),
        retry_after,
        body,
    })
}

/// The length of the head as it came, line ends included.
fn head_length(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum()
}

fn tls(roots: Option<&Roots>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            Error::from(Kind::Connect {
                to: "SPREAD".into(),
                reason: error.to_string(),
            })
        })?;
    let mut config = builder
        .with_root_certificates(match roots {
            Some(roots) => store(roots)?,
            None => RootCertStore::empty(),
        })
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn store(roots: &Roots) -> Result<RootCertStore, Error> {
    let mut store = RootCertStore::empty();
    match roots {
        Roots::File { path, setting } => {
            let unusable = |reason: String| {
                Error::from(Kind::CaFile {
                    setting,
                    path: path.display().to_string(),
                    reason,
                })
            };
            let certificates = pem(path).map_err(unusable)?;
            // As OpenSSL does with a bundle: what cannot be an authority is passed over.
            store.add_parsable_certificates(certificates);
            if store.is_empty() {
                return Err(unusable("which holds no CA certificate".into()));
            }
        }
        Roots::System => {
            let native = rustls_native_certs::load_native_certs();
            store.add_parsable_certificates(native.certs);
            if store.is_empty() {
                return Err(Kind::CaFile {
                    setting: "the system's certificate store",
                    path: "no CA certificate".into(),
                    reason: "so install the package ca-certificates or set spread.ca_file".into(),
                }
                .into());
            }
        }
    }
    Ok(store)
}

fn pem(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    use rustls::pki_types::pem::Error as PemError;
    let unreadable = |error: PemError| match error {
        PemError::Io(error) => format!("which cannot be read ({})", error.kind()),
        _ => "which is not PEM".into(),
    };
    CertificateDer::pem_file_iter(path)
        .map_err(unreadable)?
        .collect::<Result<_, _>>()
        .map_err(unreadable)
}

/// Whether a kept connection died under the request: closed or reset, not slow.
fn is_dead(error: &reqwest::Error) -> bool {
    if error.is_timeout() || error.is_connect() {
        return false;
    }
    causes(error).any(|cause| {
        if let Some(hyper) = cause.downcast_ref::<hyper::Error>() {
            return hyper.is_incomplete_message() || hyper.is_canceled() || hyper.is_closed();
        }
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|io| lost(io.kind()).is_some())
    })
}

fn lost(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::ConnectionReset => Some("reset by the server"),
        io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::NotConnected
        | io::ErrorKind::UnexpectedEof => Some("closed by the server"),
        _ => None,
    }
}

/// reqwest's error in the words of this crate.
fn failure(error: &reqwest::Error, config: &Config, url: &Url) -> Error {
    let to = authority(url);
    if error.is_connect() && error.is_timeout() {
        return Kind::ConnectTimeout {
            to,
            limit: config.connect_timeout,
        }
        .into();
    }
    if let Some(failure) = causes(error).find_map(tls_failure) {
        return Kind::Tls { to, failure }.into();
    }
    if error.is_dns() {
        let host = url.host_str().unwrap_or_default().to_owned();
        return Kind::Resolve { host }.into();
    }
    // The innermost: what wraps it is of kind "other".
    let io = causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .last();
    if error.is_connect() {
        let reason = io.map_or_else(
            || "no connection".to_owned(),
            |io| match lost(io.kind()) {
                Some(reason) => reason.to_owned(),
                None => io.kind().to_string(),
            },
        );
        return Kind::Connect { to, reason }.into();
    }
    let hyper = causes(error).find_map(|cause| cause.downcast_ref::<hyper::Error>());
    if hyper.is_some_and(hyper::Error::is_parse_too_large) {
        return Kind::TooLarge {
            status: 0,
            part: Part::Head,
        }
        .into();
    }
    if hyper.is_some_and(hyper::Error::is_parse) {
        return Kind::NotHttp { to }.into();
    }
    let reason = io
        .and_then(|io| lost(io.kind()))
        .unwrap_or("closed by the server");
    Kind::Lost {
        to,
        reason: reason.into(),
    }
    .into()
}

fn tls_failure(cause: &(dyn StdError + 'static)) -> Option<TlsFailure> {
    Some(match cause.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                TlsFailure::Expired
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                TlsFailure::NotYetValid
            }
            CertificateError::UnknownIssuer => TlsFailure::UnknownIssuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsFailure::WrongName
            }
            CertificateError::Revoked => TlsFailure::Revoked,
            // webpki has a reason that rustls has no name for.
            other if format!("{other:?}").contains("CaUsedAsEndEntity") => TlsFailure::CaAsLeaf,
            _ => TlsFailure::OtherCertificate,
        },
        rustls::Error::PeerIncompatible(_) => TlsFailure::TooOld,
        rustls::Error::AlertReceived(
            rustls::AlertDescription::ProtocolVersion | rustls::AlertDescription::HandshakeFailure,
        ) => TlsFailure::TooOld,
        rustls::Error::InvalidMessage(_) => TlsFailure::NotTls,
        _ => TlsFailure::Other,
    })
}

/// An error and its causes, outermost first. What an io::Error wraps is a cause too: `source` skips
/// it, and both rustls' errors and the connector's own io::Errors travel that way.
fn causes<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .map(|wrapped| wrapped as &(dyn StdError + 'static));
        next = wrapped.or_else(|| error.source());
        Some(error)
    })
}

/// `host:port`, as messages name a server.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// A layer around reqwest's connector that counts the connections it opens.
#[derive(Clone)]
struct CountConnects(Arc<AtomicUsize>);

impl<S> tower_layer::Layer<S> for CountConnects {
    type Service = Counted<S>;

    fn layer(&self, connector: S) -> Counted<S> {
        Counted {
            connector,
            connects: Arc::clone(&self.0),
        }
    }
}

#[derive(Clone)]
struct Counted<S> {
    connector: S,
    connects: Arc<AtomicUsize>,
}

impl<S: tower_service::Service<T>, T> tower_service::Service<T> for Counted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, target: T) -> S::Future {
        self.connects.fetch_add(1, Ordering::Relaxed);
        self.connector.call(target)
    }
}

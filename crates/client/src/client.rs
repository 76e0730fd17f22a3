//! The only file that names reqwest: moves one order to its endpoint and the answer back.
//!
//! Chosen: reqwest on rustls with ring, HTTP/1.1; redirects, proxies and retries are decided here, not
//! by it, and nothing is decompressed. Building a client costs a millisecond (the system's bundle holds
//! some 140 certificates), so clients are kept for the life of the process, one for each set of keys, CA,
//! proxy and connect timeout, with an outbox and without: connections are shared by all calls with the same
//! keys and never between two sets of keys.

use std::error::Error as StdError;
use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER, TRANSFER_ENCODING,
    WWW_AUTHENTICATE,
};
use reqwest::{Client, ClientBuilder, Method, Request, Response, redirect, retry};
use tokio::task::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};
use url::Url;

use crate::auth::{self, Memory};
use crate::config::{ClientConfig, Destination, Roots};
use crate::connects::CountConnects;
use crate::error::{Error, Kind, Part, Refusal};
use crate::exchange::{Exchange, Head, Next};
use crate::keys::Keys;
use crate::proxy::{self, Proxy};
use crate::redirect::{authority, same_origin};
use crate::{retry_after, tls};
use codec::answer::Undecodable;

/// How long the kernel holds what the other side has not acknowledged, on Linux, of orders that an outbox
/// keeps. Then one that was given up, by a process that may be gone, can no longer arrive after a newer one.
/// Without an outbox it is reqwest's time.
pub const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

const BODY_LIMIT: usize = 8 << 20;
const HEAD_LIMIT: usize = 256 << 10;
const DRAIN_LIMIT: usize = 64 << 10;
/// Room for them all is made for each head (64 bytes each). With 4096 malloc asked the kernel for memory
/// and gave it back in every call.
const HEADER_LIMIT: usize = 1024;
/// Shorter than nginx's `keepalive_timeout` of 75 s.
const IDLE_LIMIT: Duration = Duration::from_secs(55);
/// More sets of keys than any shop has; beyond it the oldest client is closed.
const CLIENT_LIMIT: usize = 16;

/// A 2xx answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// The clients of this thread with their idle connections, and what origins asked for.
#[derive(Default)]
pub struct Session {
    clients: Vec<Kept>,
    origins: Vec<Origin>,
    /// The timer of `spread.timeout`.
    timer: Option<Pin<Box<Sleep>>>,
}

/// What one origin asked for with one set of keys, and on which way there: another proxy is not
/// handed the keys for what the origin said through this one.
struct Origin {
    /// A URL of it.
    url: Url,
    keys: Keys,
    proxy: Option<Proxy>,
    memory: Memory,
}

/// A client and what it was made for.
struct Kept {
    purpose: Purpose,
    client: Client,
    connects: Arc<AtomicUsize>,
}

/// What calls must have in common to share connections.
struct Purpose {
    keys: Keys,
    /// Nothing where no certificate is looked at.
    roots: Option<Roots>,
    connect_timeout: Duration,
    in_sequence: bool,
    proxy: Option<Proxy>,
}

impl Session {
    /// Sends `body` to the configured endpoint, answers challenges, follows redirects, and returns
    /// the final answer when it is a 2xx.
    ///
    /// # Errors
    /// Every other outcome, at the configured timeout at the latest. The clock is looked at between
    /// turns of the runtime: a server that floods without answering, faster than a turn takes its
    /// bytes in (over loopback), is given up some seconds late.
    pub async fn send(
        &mut self,
        config: &ClientConfig,
        destination: &Destination,
        body: Bytes,
    ) -> Result<Answer, Error> {
        self.send_within(config.timeout, config, destination, body)
            .await
    }

    /// The same, within what is left of the configured timeout.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub async fn send_within(
        &mut self,
        limit: Duration,
        config: &ClientConfig,
        destination: &Destination,
        body: Bytes,
    ) -> Result<Answer, Error> {
        let deadline = Instant::now() + limit;
        // A timer that is only put off stays where it is in the runtime's wheel; a new one for each call
        // would have the runtime wake itself up, by a write and a read of its own.
        let mut timer = match self.timer.take() {
            Some(mut timer) => {
                timer.as_mut().reset(deadline);
                timer
            }
            None => Box::pin(sleep_until(deadline)),
        };
        // Idle connections are not driven between calls. A turn of the runtime lets it see what happened
        // to their sockets meanwhile. Their tasks run before what is sent to them, so that a connection
        // the server has closed is not used again.
        tokio::task::yield_now().await;
        let outcome = {
            let mut exchange = pin!(self.exchange(config, destination, &body));
            poll_fn(|context| {
                if let Poll::Ready(outcome) = exchange.as_mut().poll(context) {
                    return Poll::Ready(outcome);
                }
                // Whatever the exchange did to this turn's budget, the clock is looked at.
                pin!(unconstrained(timer.as_mut())).poll(context).map(|()| {
                    Err(Kind::Timeout {
                        limit: config.timeout,
                    }
                    .into())
                })
            })
            .await
        };
        self.timer = Some(timer);
        outcome
    }

    async fn exchange(
        &mut self,
        config: &ClientConfig,
        destination: &Destination,
        body: &Bytes,
    ) -> Result<Answer, Error> {
        let mut exchange = Exchange::new(&destination.endpoint, config.max_redirects);
        loop {
            let url = exchange.url();
            let secure = url.scheme() == "https";
            let mut unknown = Memory::default();
            let (clients, origins) = (&mut self.clients, &mut self.origins);
            let kept = kept(clients, config, &destination.keys, &url)?;
            let memory = exchange
                .keys_may_go()
                .then(|| memory(origins, &url, &kept.purpose))
                .flatten()
                .unwrap_or(&mut unknown);
            let authorization = if exchange.keys_may_go() {
                let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
                memory.authorization(
                    config.auth,
                    secure,
                    &destination.keys,
                    "POST",
                    target,
                    &cnonce,
                )
            } else {
                None
            };
            let sent = authorization.as_ref().map(|carried| carried.scheme);
            let request = Outgoing {
                url: &url,
                body,
                authorization: authorization.and_then(|carried| sensitive(&carried.value)),
            };
            let response = kept.request(config, request).await?;
            let headers = response.headers();
            let head = Head {
                status: response.status().as_u16(),
                // The first that says something, as libcurl takes it.
                location: headers
                    .get_all(LOCATION)
                    .into_iter()
                    .map(HeaderValue::as_bytes)
                    .find(|location| !location.trim_ascii().is_empty()),
                challenges: headers
                    .get_all(WWW_AUTHENTICATE)
                    .into_iter()
                    .map(HeaderValue::as_bytes)
                    .collect(),
            };
            let status = head.status;
            let schemes = match exchange.judge(&head, config.auth, sent, memory)? {
                Next::Send => {
                    drain(response).await;
                    continue;
                }
                Next::Deliver => {
                    let body = read(response, config, &url).await?.body;
                    return Ok(Answer { status, body });
                }
                Next::Refuse => Vec::new(),
                Next::RefuseSchemes(schemes) => schemes,
            };
            let received = read(response, config, &url).await?;
            return Err(Kind::Refused(Refusal {
                status,
                reason: received.reason,
                body: Bytes::from(received.body),
                retry_after: received.retry_after,
                schemes,
                broken_rule: None,
            })
            .into());
        }
    }
}

/// What `url`'s origin asked for.
fn memory<'o>(
    origins: &'o mut Vec<Origin>,
    url: &Url,
    purpose: &Purpose,
) -> Option<&'o mut Memory> {
    let found = origins.iter().position(|known| {
        same_origin(&known.url, url) && known.keys == purpose.keys && known.proxy == purpose.proxy
    });
    let known = use_or_add(origins, found, || {
        Ok(Origin {
            url: url.clone(),
            keys: purpose.keys.clone(),
            proxy: purpose.proxy.clone(),
            memory: Memory::default(),
        })
    });
    known.ok().map(|known| &mut known.memory)
}

/// The client for a request to `url`, made when there is none.
fn kept<'c>(
    clients: &'c mut Vec<Kept>,
    config: &ClientConfig,
    keys: &Keys,
    url: &Url,
) -> Result<&'c Kept, Error> {
    let secure = url.scheme() == "https";
    let proxy = proxy::choose(&config.proxy, &variable, url).map_err(|invalid| {
        Error::from(Kind::Setting {
            name: invalid.name,
            expected: invalid.expected,
        })
    })?;
    let found = clients
        .iter()
        .position(|kept| kept.purpose.is(config, keys, secure, proxy.as_ref()));
    use_or_add(clients, found, || {
        Kept::new(config, Purpose::new(config, keys, secure, proxy), url)
    })
    .map(|kept| &*kept)
}

/// The item at `found`, or a new one, as the last of a list of at most [`CLIENT_LIMIT`]: the first is
/// the one that was not used for longest, and gives way.
fn use_or_add<T>(
    list: &mut Vec<T>,
    found: Option<usize>,
    make: impl FnOnce() -> Result<T, Error>,
) -> Result<&mut T, Error> {
    match found.and_then(|index| list.get_mut(index..)) {
        Some(from) => from.rotate_left(1),
        None => {
            let item = make()?;
            if list.len() == CLIENT_LIMIT {
                list.remove(0);
            }
            list.push(item);
        }
    }
    list.last_mut().ok_or_else(|| Kind::KeysMissing.into())
}

/// A header value that no debug output shows.
fn sensitive(value: &[u8]) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Randomness for Digest, from the TLS library's generator.
fn cnonce() -> String {
    let mut bytes = [0; 16];
    // Without randomness there is no TLS either; over http a constant is still a valid cnonce.
    let _ = rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A variable of the process's environment, where libcurl looks for proxies too.
fn variable(name: &str) -> Option<Vec<u8>> {
    use std::os::unix::ffi::OsStringExt as _;
    std::env::var_os(name).map(|value| value.into_vec())
}

impl Purpose {
    fn new(config: &ClientConfig, keys: &Keys, secure: bool, proxy: Option<Proxy>) -> Self {
        Self {
            keys: keys.clone(),
            roots: speaks_tls(secure, proxy.as_ref()).then(|| config.roots.clone()),
            connect_timeout: config.connect_timeout,
            in_sequence: config.in_sequence,
            proxy,
        }
    }

    fn is(&self, config: &ClientConfig, keys: &Keys, secure: bool, proxy: Option<&Proxy>) -> bool {
        self.keys == *keys
            && self.roots.as_ref() == speaks_tls(secure, proxy).then_some(&config.roots)
            && self.connect_timeout == config.connect_timeout
            && self.in_sequence == config.in_sequence
            && self.proxy.as_ref() == proxy
    }
}

/// Whether certificates are looked at: the server's, or those of an https proxy.
fn speaks_tls(secure: bool, proxy: Option<&Proxy>) -> bool {
    secure || proxy.is_some_and(|proxy| proxy.url.scheme() == "https")
}

/// A request to be made.
struct Outgoing<'r> {
    url: &'r Url,
    body: &'r Bytes,
    authorization: Option<HeaderValue>,
}

impl Outgoing<'_> {
    fn request(&self) -> Request {
        let mut request = Request::new(Method::POST, self.url.clone());
        let headers = request.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        *request.body_mut() = Some(self.body.clone().into());
        request
    }
}

impl Kept {
    fn new(config: &ClientConfig, purpose: Purpose, url: &Url) -> Result<Self, Error> {
        let connects = Arc::new(AtomicUsize::new(0));
        let client = Client::builder()
            .tls_backend_preconfigured(tls::configuration(purpose.roots.as_ref())?)
            .http1_only()
            // Heads that libcurl takes and hyper refuses unless told.
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_max_headers(HEADER_LIMIT)
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .user_agent(config.user_agent.as_str())
            .connect_timeout(purpose.connect_timeout)
            .connector_layer(CountConnects(Arc::clone(&connects)))
            // Calls of a thread follow one another: a second idle connection is never needed.
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE_LIMIT);
        #[cfg(target_os = "linux")]
        let client = if purpose.in_sequence {
            client.tcp_user_timeout(UNACKNOWLEDGED)
        } else {
            client
        };
        let client = match &purpose.proxy {
            Some(proxy) => through(proxy).map(|proxy| client.proxy(proxy)),
            None => Ok(client.no_proxy()),
        };
        let client = client
            .and_then(ClientBuilder::build)
            .map_err(|error| failure(&error, config, url, None))?;
        Ok(Self {
            purpose,
            client,
            connects,
        })
    }

    /// One request. When a kept connection ends before the head of an answer is complete, the order is
    /// sent once more, on a new one: an update is idempotent by its order id. hyper does not tell part
    /// of a head from nothing.
    async fn request(
        &self,
        config: &ClientConfig,
        outgoing: Outgoing<'_>,
    ) -> Result<Response, Error> {
        let connects = self.connects.load(Ordering::Relaxed);
        let outcome = match self.client.execute(outgoing.request()).await {
            Err(error) if self.connects.load(Ordering::Relaxed) == connects && is_dead(&error) => {
                self.client.execute(outgoing.request()).await
            }
            outcome => outcome,
        };
        outcome.map_err(|error| failure(&error, config, outgoing.url, self.purpose.proxy.as_ref()))
    }
}

/// The proxy for reqwest: credentials in `Proxy-Authorization`, or in the SOCKS handshake.
fn through(proxy: &Proxy) -> reqwest::Result<reqwest::Proxy> {
    let Some((user, password)) = &proxy.credentials else {
        return reqwest::Proxy::all(proxy.url.clone());
    };
    if proxy.url.scheme().starts_with("socks") {
        let mut url = proxy.url.clone();
        // `url` escapes all that must be escaped but the percent sign itself.
        let escaped = |text: &[u8]| String::from_utf8_lossy(text).replace('%', "%25");
        let _ = url.set_username(&escaped(user));
        let _ = url.set_password(Some(&escaped(password)));
        return reqwest::Proxy::all(url);
    }
    let keys = Keys {
        public: user.clone(),
        private: password.clone(),
    };
    let through = reqwest::Proxy::all(proxy.url.clone())?;
    Ok(match sensitive(auth::basic(&keys).as_bytes()) {
        Some(authorization) => through.custom_http_auth(authorization),
        None => through,
    })
}

/// Reads what is left of an answer that is not final, so that its connection can be used again; one
/// that goes on for long, or breaks, is given up with its connection.
async fn drain(mut response: Response) {
    let mut left = DRAIN_LIMIT;
    while let Ok(Some(chunk)) = response.chunk().await {
        let Some(rest) = left.checked_sub(chunk.len()) else {
            return;
        };
        left = rest;
    }
}

/// A whole answer.
struct Received {
    reason: &'static str,
    retry_after: Option<f64>,
    body: Vec<u8>,
}

async fn read(mut response: Response, config: &ClientConfig, url: &Url) -> Result<Received, Error> {
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
    let chunked = |value: &HeaderValue| {
        value
            .as_bytes()
            .split(|byte| *byte == b',')
            .map(<[u8]>::trim_ascii)
            .all(|coding| {
                coding.eq_ignore_ascii_case(b"chunked") || coding.eq_ignore_ascii_case(b"identity")
            })
    };
    if !response
        .headers()
        .get_all(TRANSFER_ENCODING)
        .iter()
        .all(chunked)
    {
        return Err(Kind::Undecodable {
            status: status.as_u16(),
            why: Undecodable::TransferCoding,
        }
        .into());
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
        .map_err(|error| failure(&error, config, url, None))?
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

fn connect_reason(error: &reqwest::Error, io: Option<&io::Error>) -> String {
    if error.is_dns() {
        return "its name has no address".into();
    }
    // hyper-util's TunnelError has no public type: its text is all there is.
    let tunnel = causes(error)
        .map(ToString::to_string)
        .find(|text| text.starts_with("tunnel error"));
    match (tunnel, io) {
        (Some(text), _) if text.contains("authorization required") => {
            "it refuses the user or password: HTTP 407".into()
        }
        (Some(text), _) if text.contains("unsuccessful") => "it refuses the tunnel".into(),
        (_, Some(io)) => lost(io.kind()).map_or_else(|| io.kind().to_string(), str::to_owned),
        _ => "it does not speak the protocol".into(),
    }
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
fn failure(
    error: &reqwest::Error,
    config: &ClientConfig,
    url: &Url,
    proxy: Option<&Proxy>,
) -> Error {
    let to = authority(url);
    let proxy = proxy.map(|proxy| authority(&proxy.url));
    if error.is_connect() && error.is_timeout() {
        let to = match proxy {
            Some(proxy) => format!("{to} through the proxy {proxy} (spread.proxy)"),
            None => to,
        };
        return Kind::ConnectTimeout {
            to,
            limit: config.connect_timeout,
        }
        .into();
    }
    if let Some(failure) = causes(error).find_map(tls::failure) {
        return Kind::Tls { to, failure }.into();
    }
    // The innermost: what wraps it is of kind "other".
    let io = causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .last();
    if error.is_connect() {
        let reason = connect_reason(error, io);
        return match proxy {
            Some(proxy) => Kind::Proxy { proxy, reason },
            None if error.is_dns() => Kind::Resolve {
                host: url.host_str().unwrap_or_default().to_owned(),
            },
            None => Kind::Connect { to, reason },
        }
        .into();
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

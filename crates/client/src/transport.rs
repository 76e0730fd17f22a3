//! The only file that names reqwest: one request goes out, one answer comes back.
//!
//! Chosen: reqwest on rustls with ring, HTTP/1.1; redirects, proxies and retries are decided elsewhere,
//! not by it, and nothing is decompressed.

use std::iter;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use codec::answer::Undecodable;
use reqwest::dns::{Name, Resolve, Resolving};
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER, TRANSFER_ENCODING,
    WWW_AUTHENTICATE,
};
use reqwest::{Client, ClientBuilder, Method, Request, Response, redirect, retry};
use tokio::time::Instant;
use url::Url;

use crate::auth::{self, Authorization};
use crate::bounds::{BODY_LIMIT, HEAD_LIMIT, HEAD_LINES_LIMIT};
use crate::config::ClientConfig;
use crate::connections::Connections;
use crate::connector::ConnectorLayer;
use crate::error::{Error, Kind, Part};
use crate::failure::{self, Stage};
use crate::keys::Keys;
use crate::pool_key::PoolKey;
use crate::proxy::Proxy;
use crate::race::{self, Attempt, Race};
use crate::tls::Bundle;
use crate::{framing, resolver, retry_after, tls};

/// Of an answer that is not final this much is read, so that its connection can be used again.
const DISCARD_LIMIT: usize = 64 << 10;
/// Shorter than nginx's `keepalive_timeout` of 75 s.
const IDLE_LIMIT: Duration = Duration::from_secs(55);

/// A client and what it was made for.
pub(crate) struct PooledClient {
    key: PoolKey,
    client: Client,
    made: Instant,
    bundle: Option<Bundle>,
    /// Of the request that is being made. Only one that connects uses it up.
    race: Arc<Race>,
}

/// A request to be made.
pub(crate) struct Outgoing<'r> {
    url: &'r Url,
    body: &'r Bytes,
    authorization: Option<HeaderValue>,
}

impl<'r> Outgoing<'r> {
    pub(crate) fn new(
        url: &'r Url,
        body: &'r Bytes,
        authorization: Option<&Authorization>,
    ) -> Self {
        Self {
            url,
            body,
            authorization: authorization.and_then(|carried| sensitive(&carried.value)),
        }
    }

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

/// A header value that no debug output shows.
fn sensitive(value: &[u8]) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The resolver, for reqwest: each attempt gets its own address. See `resolver.rs` and `race.rs`.
struct Resolver {
    /// Its host. With a SOCKS proxy the name of the destination is resolved here, too.
    proxy: Option<String>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let is_connected_to = self
            .proxy
            .as_ref()
            .is_none_or(|proxy| proxy == name.as_str());
        let attempt = Attempt::current().filter(|_| is_connected_to);
        Box::pin(async move {
            if let Some(address) = attempt.as_ref().and_then(Attempt::address) {
                return Ok(Box::new(iter::once(address)) as _);
            }
            let found = resolver::lookup(name.as_str()).await?;
            let Some(attempt) = attempt else {
                return Ok(Box::new(found.into_iter()) as _);
            };
            attempt.resolved(&found);
            Ok(Box::new(attempt.address().into_iter()) as _)
        })
    }
}

impl PooledClient {
    /// `connections` gets those that it makes.
    pub(crate) fn new(
        config: &ClientConfig,
        key: PoolKey,
        url: &Url,
        connections: &Connections,
    ) -> Result<Self, Error> {
        let (tls, bundle) = tls::configuration(key.roots.as_ref())?;
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            // As curl spells names: PHP's getallheaders() has `authorization` under mod_php when it came
            // as that, and scripts look for `Authorization`.
            .http1_title_case_headers()
            // Heads that libcurl accepts and hyper refuses by default.
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_max_headers(HEAD_LINES_LIMIT)
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .user_agent(config.user_agent.as_str())
            .dns_resolver(Resolver {
                proxy: key
                    .proxy
                    .as_ref()
                    .and_then(|proxy| proxy.url.host_str())
                    .map(str::to_owned),
            })
            // Not reqwest's `connect_timeout`, which it divides by the number of addresses.
            .connector_layer(ConnectorLayer {
                timeout: key.connect_timeout,
                connections: connections.clone(),
            })
            // Calls of a thread follow one another: a second idle connection is never needed.
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE_LIMIT);
        #[cfg(target_os = "linux")]
        let client = client.tcp_user_timeout(key.unacknowledged);
        let client = match &key.proxy {
            Some(proxy) => through(proxy).map(|proxy| client.proxy(proxy)),
            None => Ok(client.no_proxy()),
        };
        let client = client
            .and_then(ClientBuilder::build)
            .map_err(|error| failure(&error, config, url, None))?;
        Ok(Self {
            key,
            client,
            made: Instant::now(),
            bundle,
            race: Arc::default(),
        })
    }

    pub(crate) fn key(&self) -> &PoolKey {
        &self.key
    }

    /// Since when it has its connections, at most.
    pub(crate) fn age(&self) -> Duration {
        self.made.elapsed()
    }

    /// Whether it trusts what is in its file of certificates now.
    pub(crate) fn has_old_roots(&self) -> bool {
        self.bundle.as_ref().is_some_and(Bundle::has_changed)
    }

    pub(crate) fn proxy(&self) -> Option<&Proxy> {
        self.key.proxy.as_ref()
    }

    /// One request. When a kept connection ends before the head of an answer is complete, the order is
    /// sent once more, on a new one: an update is idempotent by its order id. hyper does not tell part
    /// of a head from nothing.
    pub(crate) async fn request(
        &mut self,
        config: &ClientConfig,
        outgoing: &Outgoing<'_>,
    ) -> Result<Reply, Error> {
        let outcome = match self.execute(outgoing).await {
            Err(error) if !self.race.has_connected() && failure::is_dead(&error, stage(&error)) => {
                self.execute(outgoing).await
            }
            outcome => outcome,
        };
        outcome
            .map(Reply)
            .map_err(|error| failure(&error, config, outgoing.url, self.key.proxy.as_ref()))
    }

    async fn execute(&mut self, outgoing: &Outgoing<'_>) -> reqwest::Result<Response> {
        if self.race.has_connected() {
            self.race = Arc::default();
        }
        race::run(
            &self.race,
            || self.client.execute(outgoing.request()),
            |error| failure::rank_of_attempt(error, stage(error)),
        )
        .await
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

/// A whole answer.
pub(crate) struct Received {
    pub(crate) reason: &'static str,
    pub(crate) retry_after: Option<f64>,
    pub(crate) body: Vec<u8>,
}

/// An answer whose head has come.
pub(crate) struct Reply(Response);

impl Reply {
    pub(crate) fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// The first `Location` that says something, as libcurl takes it.
    pub(crate) fn location(&self) -> Option<&[u8]> {
        let locations = self.0.headers().get_all(LOCATION).into_iter();
        locations
            .map(HeaderValue::as_bytes)
            .find(|location| !location.trim_ascii().is_empty())
    }

    /// The values of `WWW-Authenticate`.
    pub(crate) fn challenges(&self) -> Vec<&[u8]> {
        let challenges = self.0.headers().get_all(WWW_AUTHENTICATE).into_iter();
        challenges.map(HeaderValue::as_bytes).collect()
    }

    /// Reads what is left of an answer that is not final, so that its connection can be used again; one
    /// that goes on for long, or breaks, is given up with its connection.
    pub(crate) async fn discard(mut self) {
        let mut left = DISCARD_LIMIT;
        while let Ok(Some(chunk)) = self.0.chunk().await {
            let Some(rest) = left.checked_sub(chunk.len()) else {
                return;
            };
            left = rest;
        }
    }

    /// The whole answer.
    ///
    /// # Errors
    /// When it is too large, is encoded in an unknown way, or ends early.
    pub(crate) async fn read(self, config: &ClientConfig, url: &Url) -> Result<Received, Error> {
        let mut response = self.0;
        let status = response.status();
        let too_large = |part| {
            Error::from(Kind::TooLarge {
                status: status.as_u16(),
                part,
            })
        };
        let lines = response.headers().iter();
        if framing::head_length(lines.map(|(name, value)| name.as_str().len() + value.len()))
            > HEAD_LIMIT
        {
            return Err(too_large(Part::Head));
        }
        let codings = response.headers().get_all(TRANSFER_ENCODING).iter();
        if !codings.map(HeaderValue::as_bytes).all(framing::is_chunked) {
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
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > BODY_LIMIT => {
                    return Err(too_large(Part::Body));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error)
                    if ends_with_connection(&response, &error) && framing::is_whole(&body) =>
                {
                    break;
                }
                Err(error) => return Err(failure(&error, config, url, None)),
            }
        }
        Ok(Received {
            reason: status.canonical_reason().unwrap_or(""),
            retry_after,
            body,
        })
    }
}

/// Whether nothing but the end of the connection tells where the body ends, and TLS did not say that the
/// server meant it (no close_notify: RFC 9112 section 9.8).
fn ends_with_connection(response: &Response, error: &reqwest::Error) -> bool {
    response.content_length().is_none()
        && !response.headers().contains_key(TRANSFER_ENCODING)
        && failure::is_unexpected_end(error)
}

/// How far a request came before it failed.
fn stage(error: &reqwest::Error) -> Stage {
    Stage {
        resolving: error.is_dns(),
        connecting: error.is_connect(),
    }
}

fn failure(
    error: &reqwest::Error,
    config: &ClientConfig,
    url: &Url,
    proxy: Option<&Proxy>,
) -> Error {
    failure::error(error, stage(error), config, url, proxy)
}

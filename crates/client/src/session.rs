//! One order on its way: the loop of requests and answers, with what is kept between orders.
//!
//! `exchange.rs` decides, `transport.rs` moves. Building a client costs milliseconds (the system's bundle
//! holds some 140 certificates), so clients are pooled across calls, one for each [`PoolKey`]: connections
//! are shared by all calls with the same keys and never between two sets of keys.

use std::future::{Future as _, poll_fn};
use std::mem;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use tokio::task::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};
use url::Url;

use crate::answer::Answer;
use crate::auth::AuthState;
use crate::config::{ClientConfig, Destination};
use crate::connections::Connections;
use crate::error::{Error, Kind, Refusal, TlsFailure};
use crate::exchange::{Exchange, Head, Next};
use crate::keys::Keys;
use crate::pool_key::PoolKey;
use crate::proxy::{self, Proxy};
use crate::recent::Recent;
use crate::redirect::same_origin;
use crate::transport::{Outgoing, PooledClient, Reply};

/// More sets of keys than any shop has; beyond it the least recently used client is closed.
const POOL_LIMIT: usize = 16;

/// A connection that is always in use would never end: after a change of the DNS its orders would go to the
/// old machine for as long as that one answers.
const AGE_LIMIT: Duration = Duration::from_secs(300);

/// How often [`reload`] was called.
static RELOADS: AtomicUsize = AtomicUsize::new(0);

/// Has every thread of this process make its connections again, before its next call: certificates of
/// authorities are read again.
pub fn reload() {
    RELOADS.fetch_add(1, Ordering::Relaxed);
}

/// The clients of this thread with their idle connections, and the auth states of origins.
pub(crate) struct Session {
    clients: Recent<PooledClient, POOL_LIMIT>,
    /// Those of the clients.
    connections: Connections,
    origins: Recent<Origin, POOL_LIMIT>,
    /// The timer of `spread.timeout`.
    timer: Option<Pin<Box<Sleep>>>,
    /// What it was when the clients were last looked at.
    reloads: usize,
    /// Whether the last call left a connection with a request that was given up.
    gave_up: bool,
}

/// The auth state of one origin for one key pair and one proxy: a challenge that came through one proxy
/// does not send the keys through another.
struct Origin {
    /// A URL of it.
    url: Url,
    keys: Keys,
    proxy: Option<Proxy>,
    auth: AuthState,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            clients: Recent::default(),
            connections: Connections::default(),
            origins: Recent::default(),
            timer: None,
            reloads: RELOADS.load(Ordering::Relaxed),
            gave_up: false,
        }
    }
}

impl Session {
    /// Sends `body`, answers challenges, follows redirects, and returns the final answer when it is a
    /// 2xx. `limit` is what is left of the configured timeout.
    ///
    /// # Errors
    /// Every other outcome, at `limit` at the latest. The clock is looked at between turns of the
    /// runtime: a server that floods without answering, faster than a turn takes its bytes in (over
    /// loopback), is given up some seconds late.
    pub(crate) async fn send_within(
        &mut self,
        limit: Duration,
        config: &ClientConfig,
        destination: &Destination,
        body: Bytes,
    ) -> Result<Answer, Error> {
        let deadline = Instant::now() + limit;
        let reloads = RELOADS.load(Ordering::Relaxed);
        if mem::replace(&mut self.reloads, reloads) != reloads {
            self.clients = Recent::default();
        }
        self.clients.retain(|client| client.age() < AGE_LIMIT);
        // A timer that is only put off stays where it is in the runtime's wheel; a new one for each call
        // would have the runtime wake itself up, by a write and a read.
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
                // Checks the clock even when the exchange has used up this turn's budget.
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
        self.gave_up = outcome.as_ref().is_err_and(leaves_a_connection);
        outcome
    }

    /// When the last call gave up a request, drops all that belongs to the runtime, which must then be
    /// dropped, too: nobody turns it until the next call, and a connection may not wait for it to be closed.
    /// All connections end then, the kept ones as well, and all by a reset: which one has the request is not
    /// known before its answer comes.
    pub(crate) fn drop_given_up(&mut self) -> bool {
        if self.gave_up {
            self.connections.reset_when_closed();
            self.clients = Recent::default();
            self.timer = None;
        }
        mem::take(&mut self.gave_up)
    }

    async fn exchange(
        &mut self,
        config: &ClientConfig,
        destination: &Destination,
        body: &Bytes,
    ) -> Result<Answer, Error> {
        let keys = &destination.keys;
        let mut exchange = Exchange::new(&destination.endpoint, config.max_redirects);
        loop {
            let url = exchange.url();
            let secure = url.scheme() == "https";
            let mut unknown = AuthState::default();
            let client = pooled_client(&mut self.clients, &self.connections, config, keys, &url)?;
            let auth = if exchange.keys_may_go() {
                auth_state(&mut self.origins, &url, keys, client.proxy())?
            } else {
                &mut unknown
            };
            let authorization = if exchange.keys_may_go() {
                let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
                auth.authorization(config.auth, secure, keys, "POST", target, &cnonce)
            } else {
                None
            };
            let sent = authorization.as_ref().map(|carried| carried.scheme);
            let outgoing = Outgoing::new(&url, body, authorization.as_ref());
            let reply = match client.request(config, &outgoing).await {
                Err(error) if is_unknown_issuer(&error) && client.has_old_roots() => {
                    self.clients.retain(|client| !client.has_old_roots());
                    continue;
                }
                reply => reply?,
            };
            let head = Head {
                status: reply.status(),
                location: reply.location(),
                challenges: reply.challenges(),
            };
            let schemes = match exchange.judge(&head, config.auth, sent, auth)? {
                Next::Send => {
                    reply.discard().await;
                    continue;
                }
                Next::Deliver => return answer(reply, config, &url).await,
                Next::Refuse => Vec::new(),
                Next::RefuseSchemes(schemes) => schemes,
            };
            return Err(refusal(reply, config, &url, schemes).await?);
        }
    }
}

async fn answer(reply: Reply, config: &ClientConfig, url: &Url) -> Result<Answer, Error> {
    let status = reply.status();
    let body = reply.read(config, url).await?.body;
    Ok(Answer { status, body })
}

async fn refusal(
    reply: Reply,
    config: &ClientConfig,
    url: &Url,
    schemes: Vec<&'static str>,
) -> Result<Error, Error> {
    let status = reply.status();
    let received = reply.read(config, url).await?;
    Ok(Kind::Refused(Refusal {
        status,
        reason: received.reason,
        body: Bytes::from(received.body),
        retry_after: received.retry_after,
        schemes,
        broken_rule: None,
    })
    .into())
}

fn is_unknown_issuer(error: &Error) -> bool {
    let failure = TlsFailure::UnknownIssuer;
    matches!(error.kind(), Kind::Tls { failure: of, .. } if *of == failure)
}

/// Whether the request or its answer was not over when the call failed.
fn leaves_a_connection(error: &Error) -> bool {
    matches!(
        error.kind(),
        Kind::Timeout { .. }
            | Kind::TooLarge { .. }
            | Kind::Undecodable { .. }
            | Kind::Redirect { .. }
            | Kind::OtherOrigin { .. }
    )
}

/// The auth state of `url`'s origin.
fn auth_state<'o>(
    origins: &'o mut Recent<Origin, POOL_LIMIT>,
    url: &Url,
    keys: &Keys,
    proxy: Option<&Proxy>,
) -> Result<&'o mut AuthState, Error> {
    let is = |known: &Origin| {
        same_origin(&known.url, url) && known.keys == *keys && known.proxy.as_ref() == proxy
    };
    let make = || {
        Ok(Origin {
            url: url.clone(),
            keys: keys.clone(),
            proxy: proxy.cloned(),
            auth: AuthState::default(),
        })
    };
    origins.find_or_make(is, make).map(|known| &mut known.auth)
}

/// The client for a request to `url`, made when there is none.
fn pooled_client<'c>(
    clients: &'c mut Recent<PooledClient, POOL_LIMIT>,
    connections: &Connections,
    config: &ClientConfig,
    keys: &Keys,
    url: &Url,
) -> Result<&'c mut PooledClient, Error> {
    let secure = url.scheme() == "https";
    let proxy = proxy::choose(&config.proxy, &variable, url).map_err(|invalid| {
        Error::from(Kind::Setting {
            name: invalid.name,
            expected: invalid.expected,
        })
    })?;
    let is = |client: &PooledClient| client.key().is(config, keys, secure, proxy.as_ref());
    let make = || {
        let key = PoolKey::new(config, keys, secure, proxy.clone());
        PooledClient::new(config, key, url, connections)
    };
    clients.find_or_make(is, make)
}

/// Randomness for Digest. Without any there is no TLS either; over http a constant is still a valid cnonce.
fn cnonce() -> String {
    let mut bytes = [0; 16];
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A variable of the process's environment, where libcurl looks for proxies too.
fn variable(name: &str) -> Option<Vec<u8>> {
    use std::os::unix::ffi::OsStringExt as _;
    std::env::var_os(name).map(|value| value.into_vec())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
